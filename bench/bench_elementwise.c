/* Element-wise raw functions as a C user calls them: nanoseconds per call and GB/s. Arguments: numbers of elements. */
#include "timing.h"

typedef struct {
  int64_t n;
  float *a, *b, *y;
  double *c, *d, *z;
} operands;

#define CASE_F32_2(name)                                     \
  static numrs_status name##_f32(void* p) {                  \
    operands* o = (operands*)p;                              \
    return numrs_##name##_f32(NULL, o->a, o->b, o->y, o->n); \
  }
#define CASE_F64_2(name)                                     \
  static numrs_status name##_f64(void* p) {                  \
    operands* o = (operands*)p;                              \
    return numrs_##name##_f64(NULL, o->c, o->d, o->z, o->n); \
  }
#define CASE_F32_1(name)                               \
  static numrs_status name##_f32(void* p) {            \
    operands* o = (operands*)p;                        \
    return numrs_##name##_f32(NULL, o->a, o->y, o->n); \
  }
#define CASE_F64_1(name)                               \
  static numrs_status name##_f64(void* p) {            \
    operands* o = (operands*)p;                        \
    return numrs_##name##_f64(NULL, o->c, o->z, o->n); \
  }
#define BINARY(X) X(add) X(multiply) X(divide) X(maximum) X(pow) X(atan2)
#define UNARY(X) X(negative) X(sqrt) X(exp) X(log) X(sin) X(cos) X(tanh) X(erf)
BINARY(CASE_F32_2)
BINARY(CASE_F64_2)
UNARY(CASE_F32_1)
UNARY(CASE_F64_1)

int main(int argc, char** argv) {
  static const int64_t usual[] = {16, 1000, 100000, 10000000};
  const int count = argc > 1 ? argc - 1 : 4;
  int i;
  for (i = 0; i < count; i++) {
    const int64_t n = argc > 1 ? (int64_t)strtoll(argv[i + 1], NULL, 10) : usual[i];
    operands o;
    const double w = (double)n;
    if (n <= 0) return fprintf(stderr, "%s: a number of elements is above 0\n", argv[0]), 2;
    o.n = n;
    o.a = bench_f32(n), o.b = bench_f32(n), o.y = bench_f32(n);
    o.c = bench_f64(n), o.d = bench_f64(n), o.z = bench_f64(n);
#define RUN_2(name) \
  bench_run(#name "_f32", n, 12 * w, 0, name##_f32, &o), bench_run(#name "_f64", n, 24 * w, 0, name##_f64, &o);
#define RUN_1(name) \
  bench_run(#name "_f32", n, 8 * w, 0, name##_f32, &o), bench_run(#name "_f64", n, 16 * w, 0, name##_f64, &o);
    BINARY(RUN_2)
    UNARY(RUN_1)
    numrs_free(o.a), numrs_free(o.b), numrs_free(o.y), numrs_free(o.c), numrs_free(o.d), numrs_free(o.z);
  }
  return 0;
}
