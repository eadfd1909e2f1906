// What a call costs above its kernel: kernels called from their table beside the C functions on the same operands, in
// nanoseconds. Under valgrind --tool=callgrind it makes kCounted calls of each case instead and dumps the counts of
// each under its name; tests/suites/calls.py reads them. Statically linked, since kernels are not exported: the C
// functions are called through a pointer, which costs what a call into a shared library does.
#include "timing.h"

#include "core/backend.h"

#if defined(__has_include)
#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define HAVE_CALLGRIND 1
#endif
#endif

namespace numrs {
namespace {

enum {
  kN = 16,
  kSide = 8,
  kPitch = 2 * kSide
};  // elements of a line; rows and columns of a plane and of the array it is cut from

float a[kPitch * kSide], b[kPitch * kSide], y[kPitch * kSide];
const int64_t line[] = {kN}, plane[] = {kSide, kSide}, row[] = {kSide}, square[] = {4, 4};
const int64_t cut[] = {4 * kPitch, 4};  // strides of a plane in the array
const int32_t first_axis = 0;

numrs_view View1(float* data) { return {data, line, nullptr, 1, NUMRS_F32}; }
numrs_view Plane(float* data, const int64_t* shape, const int64_t* strides) {
  return {data, shape, strides, 2, NUMRS_F32};
}
const numrs_view a1 = View1(a), b1 = View1(b), y1 = View1(y);
const numrs_view ac = Plane(a, plane, cut), bc = Plane(b, plane, cut), yc = Plane(y, plane, cut);
const numrs_view a2 = Plane(a, plane, nullptr), y2 = Plane(y, plane, nullptr), b_row = {b, row, nullptr, 1, NUMRS_F32};
const numrs_view as = Plane(a, square, nullptr), bs = Plane(b, square, nullptr), ys = Plane(y, square, nullptr);
const numrs_view y0 = {y, nullptr, nullptr, 0, NUMRS_F32}, y_row = {y, row, nullptr, 1, NUMRS_F32};

numrs_status Nothing(void*) { return NUMRS_OK; }
numrs_status KernelAdd(void*) {
  ActiveKernels().binary.fn[kBinary_add][kF32](a, b, y, kN, 0);
  return NUMRS_OK;
}
numrs_status KernelExp(void*) {
  ActiveKernels().unary.fn[kUnary_exp][kF32](a, y, kN);
  return NUMRS_OK;
}
numrs_status KernelMatmul(void*) {
  ActiveKernels().linalg.gemm[kF32]({a, b, y, 4, 4, 4, 4, 1, 4, 1, 4, 1.0, 0.0});
  return NUMRS_OK;
}
numrs_status RawAdd(void*) { return numrs_add_f32(nullptr, a, b, y, kN); }
numrs_status RawExp(void*) { return numrs_exp_f32(nullptr, a, y, kN); }
numrs_status RawSum(void*) { return numrs_sum_f32(nullptr, a, y, 1, kN, 1); }
numrs_status RawMatmul(void*) { return numrs_matmul_f32(nullptr, a, b, y, 1, 4, 4, 4); }
numrs_status ViewAdd(void*) { return numrs_binary(nullptr, NUMRS_OP_ADD, &a1, &b1, &y1); }
numrs_status ViewAddCut(void*) { return numrs_binary(nullptr, NUMRS_OP_ADD, &ac, &bc, &yc); }
numrs_status ViewAddRow(void*) { return numrs_binary(nullptr, NUMRS_OP_ADD, &a2, &b_row, &y2); }
numrs_status ViewExp(void*) { return numrs_unary(nullptr, NUMRS_OP_EXP, &a1, &y1); }
numrs_status ViewSum(void*) { return numrs_reduce(nullptr, NUMRS_OP_SUM, &a1, nullptr, &y0, nullptr, -1, 0); }
numrs_status ViewSumAxis(void*) { return numrs_reduce(nullptr, NUMRS_OP_SUM, &a2, nullptr, &y_row, &first_axis, 1, 0); }
numrs_status ViewMatmul(void*) { return numrs_matmul(nullptr, &as, &bs, &ys); }
numrs_status ViewCheck(void*) { return numrs_view_check(&ac, a, sizeof(a)); }

struct Case {
  const char* name;
  bench_call call;
};
const Case kCases[] = {
    {"nothing", Nothing},
    {"kernel add n=16", KernelAdd},
    {"raw add n=16", RawAdd},
    {"view add n=16", ViewAdd},
    {"view add 8x8 strided", ViewAddCut},
    {"view add 8x8 broadcast", ViewAddRow},
    {"kernel exp n=16", KernelExp},
    {"raw exp n=16", RawExp},
    {"view exp n=16", ViewExp},
    {"raw sum n=16", RawSum},
    {"view sum n=16", ViewSum},
    {"view sum 8x8 axis 0", ViewSumAxis},
    {"kernel matmul 4x4", KernelMatmul},
    {"raw matmul 4x4", RawMatmul},
    {"view matmul 4x4", ViewMatmul},
    {"view check 8x8 strided", ViewCheck},
};
enum { kCaseCount = sizeof(kCases) / sizeof(kCases[0]), kCounted = 2000, kRounds = 300, kRepeat = 500 };

void Facts() {
  const char* compiler = strstr(numrs_build_info(), "compiler=");
  compiler = compiler ? compiler + 9 : "";
  printf("{\"compiler\": \"%.*s\", \"target\": \"%s\", \"type\": \"float32\"}\n",
         static_cast<int>(strcspn(compiler, "\n")), compiler, numrs_get_target());
}

#ifdef HAVE_CALLGRIND
void Count() {
  for (const Case& c : kCases) {
    CALLGRIND_ZERO_STATS;
    for (int i = 0; i < kCounted; i++) c.call(nullptr);
    CALLGRIND_DUMP_STATS_AT(c.name);
  }
}
#endif

// All cases in turn, so that a busy moment of the machine falls on all of them; the best and the median of the rounds.
void Time() {
  static double samples[kCaseCount][kRounds];
  for (int round = 0; round < kRounds; round++) {
    for (int i = 0; i < kCaseCount; i++) {
      const bench_call call = kCases[i].call;
      const double start = bench_seconds();
      for (int k = 0; k < kRepeat; k++) call(nullptr);
      samples[i][round] = (bench_seconds() - start) / kRepeat;
    }
  }
  for (int i = 0; i < kCaseCount; i++) {
    qsort(samples[i], kRounds, sizeof(double), bench_compare);
    printf("{\"case\": \"%s\", \"best_ns\": %.1f, \"median_ns\": %.1f}\n", kCases[i].name, samples[i][0] * 1e9,
           samples[i][kRounds / 2] * 1e9);
  }
}

}  // namespace
}  // namespace numrs

int main() {
  using namespace numrs;
  for (int i = 0; i < kPitch * kSide; i++) a[i] = 0.5f + 0.01f * static_cast<float>(i), b[i] = 1.5f - a[i];
  Facts();
  for (const Case& c : kCases) {
    for (int i = 0; i < 10; i++) {  // the first call chooses the kernels and fills the pool
      if (c.call(nullptr) != NUMRS_OK) return fprintf(stderr, "%s: %s\n", c.name, numrs_message()), 1;
    }
  }
#ifdef HAVE_CALLGRIND
  if (RUNNING_ON_VALGRIND) return Count(), 0;
#endif
  Time();
  return 0;
}
