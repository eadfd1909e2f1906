/* Matrix products on contiguous memory: nanoseconds per call and GFLOP/s. Arguments: extents of square matrices. */
#include "timing.h"

typedef struct {
  int64_t batch, m, k, n;
  float *a, *b, *y;
  double *c, *d, *z;
} operands;

static numrs_status matmul_f32(void* p) {
  operands* o = (operands*)p;
  return numrs_matmul_f32(NULL, o->a, o->b, o->y, o->batch, o->m, o->k, o->n);
}
static numrs_status matmul_f64(void* p) {
  operands* o = (operands*)p;
  return numrs_matmul_f64(NULL, o->c, o->d, o->z, o->batch, o->m, o->k, o->n);
}

static void run(int64_t batch, int64_t m, int64_t k, int64_t n) {
  const double flop = 2.0 * (double)batch * (double)m * (double)k * (double)n;
  char name[96];
  operands o;
  o.batch = batch, o.m = m, o.k = k, o.n = n;
  o.a = bench_f32(batch * m * k), o.b = bench_f32(batch * k * n), o.y = bench_f32(batch * m * n);
  o.c = bench_f64(batch * m * k), o.d = bench_f64(batch * k * n), o.z = bench_f64(batch * m * n);
  snprintf(name, sizeof(name), "matmul_f32 %lld x (%lld, %lld) @ (%lld, %lld)", (long long)batch, (long long)m,
           (long long)k, (long long)k, (long long)n);
  bench_run(name, batch * m * n, 0, flop, matmul_f32, &o);
  name[8] = '6', name[9] = '4';
  bench_run(name, batch * m * n, 0, flop, matmul_f64, &o);
  numrs_free(o.a), numrs_free(o.b), numrs_free(o.y), numrs_free(o.c), numrs_free(o.d), numrs_free(o.z);
}

int main(int argc, char** argv) {
  static const int64_t usual[] = {8, 64, 256, 1024};
  const int count = argc > 1 ? argc - 1 : 4;
  int i;
  for (i = 0; i < count; i++) {
    const int64_t n = argc > 1 ? (int64_t)strtoll(argv[i + 1], NULL, 10) : usual[i];
    if (n <= 0) return fprintf(stderr, "%s: an extent is above 0\n", argv[0]), 2;
    run(1, n, n, n);
  }
  if (argc == 1) {
    run(64, 64, 64, 64);
    run(1, 1, 768, 3072);
    run(1, 4096, 4096, 1);
  }
  return 0;
}
