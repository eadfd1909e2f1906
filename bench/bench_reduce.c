/* Reductions and scans over contiguous memory and along columns: nanoseconds per call and GB/s. Arguments: numbers of
 * elements. */
#include "timing.h"

typedef struct {
  int64_t n, outer, inner;
  float *x, *y;
  double *v, *w;
  int64_t* index;
} operands;

#define REDUCE(name)                                                       \
  static numrs_status name##_f32(void* p) {                                \
    operands* o = (operands*)p;                                            \
    return numrs_##name##_f32(NULL, o->x, o->y, o->outer, o->n, o->inner); \
  }                                                                        \
  static numrs_status name##_f64(void* p) {                                \
    operands* o = (operands*)p;                                            \
    return numrs_##name##_f64(NULL, o->v, o->w, o->outer, o->n, o->inner); \
  }
REDUCE(sum)
REDUCE(mean)
REDUCE(max)
REDUCE(prod)
REDUCE(cumulative_sum)

static void run_all(const char* label, operands* o) {
  const int64_t elements = o->outer * o->n * o->inner;
  const double bytes = (double)elements;
  char name[64];
#define RUN(function, factor)                                            \
  snprintf(name, sizeof(name), #function "_f32 %s", label);              \
  bench_run(name, elements, 4 * (factor) * bytes, 0, function##_f32, o); \
  snprintf(name, sizeof(name), #function "_f64 %s", label);              \
  bench_run(name, elements, 8 * (factor) * bytes, 0, function##_f64, o);
  RUN(sum, 1)
  RUN(mean, 1)
  RUN(max, 1)
  RUN(prod, 1)
  RUN(cumulative_sum, 2)
}

int main(int argc, char** argv) {
  static const int64_t usual[] = {16, 1000, 100000, 10000000};
  const int count = argc > 1 ? argc - 1 : 4;
  int i;
  for (i = 0; i < count; i++) {
    const int64_t n = argc > 1 ? (int64_t)strtoll(argv[i + 1], NULL, 10) : usual[i];
    operands o;
    if (n <= 0) return fprintf(stderr, "%s: a number of elements is above 0\n", argv[0]), 2;
    o.x = bench_f32(n), o.y = bench_f32(n), o.v = bench_f64(n), o.w = bench_f64(n);
    o.outer = 1, o.n = n, o.inner = 1;
    run_all("flat", &o);
    if (n >= 1000) {
      o.n = n / 8, o.inner = 8;
      run_all("(n/8, 8) axis 0", &o);
      o.outer = n / 8, o.n = 8, o.inner = 1;
      run_all("(n/8, 8) axis 1", &o);
    }
    numrs_free(o.x), numrs_free(o.y), numrs_free(o.v), numrs_free(o.w);
  }
  return 0;
}
