/* Timing shared by the C benchmarks: the best and the median time of a call, one JSON line per case. */
#ifndef NUMRS_BENCH_TIMING_H
#define NUMRS_BENCH_TIMING_H

#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "numrs/numrs.h"

typedef numrs_status (*bench_call)(void* data);

static inline double bench_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static inline int bench_compare(const void* a, const void* b) {
  const double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}

/* Calls until 0.15 s have passed, in samples of at least 20 us, and prints nanoseconds per call, GB/s and GFLOP/s (0:
 * not of interest). */
static inline void bench_run(const char* name, int64_t n, double bytes, double flop, bench_call call, void* data) {
  enum { kMost = 2000 };
  static double samples[kMost];
  int count = 0, repeat = 1, i;
  double start, spent = 0, best, median;
  if (call(data) != NUMRS_OK) {
    fprintf(stderr, "%s: %s\n", name, numrs_message());
    exit(1);
  }
  for (;;) {
    start = bench_seconds();
    for (i = 0; i < repeat; i++) call(data);
    if (bench_seconds() - start > 2e-5 || repeat > 1 << 20) break;
    repeat *= 2;
  }
  while (count < kMost && (spent < 0.15 || count < 5)) {
    double seconds;
    start = bench_seconds();
    for (i = 0; i < repeat; i++) call(data);
    seconds = bench_seconds() - start;
    spent += seconds;
    samples[count++] = seconds / repeat;
  }
  qsort(samples, (size_t)count, sizeof(samples[0]), bench_compare);
  best = samples[0];
  median = samples[count / 2];
  printf("{\"case\": \"%s\", \"n\": %lld, \"best_ns\": %.2f, \"median_ns\": %.2f", name, (long long)n, best * 1e9,
         median * 1e9);
  if (bytes > 0) printf(", \"gb_per_s\": %.2f", bytes / best * 1e-9);
  if (flop > 0) printf(", \"gflop_per_s\": %.2f", flop / best * 1e-9);
  printf(", \"threads\": %d, \"target\": \"%s\", \"version\": \"%s\"}\n", numrs_get_num_threads(), numrs_get_target(),
         numrs_version());
}

/* n numbers of the library's pool, from 0.5 to 1.5. */
static inline float* bench_f32(int64_t n) {
  float* x = (float*)numrs_allocate((size_t)n * sizeof(float));
  int64_t i;
  if (!x) exit(1);
  for (i = 0; i < n; i++) x[i] = 0.5f + (float)((i * 7919) % 1000) * 1e-3f;
  return x;
}
static inline double* bench_f64(int64_t n) {
  double* x = (double*)numrs_allocate((size_t)n * sizeof(double));
  int64_t i;
  if (!x) exit(1);
  for (i = 0; i < n; i++) x[i] = 0.5 + (double)((i * 7919) % 1000) * 1e-3;
  return x;
}

#endif /* NUMRS_BENCH_TIMING_H */
