// Plans of Fourier transforms: radices in their order, roots of unity, Bluestein's tables; and the cache that keeps
// them.
//
// A transform of n is a sequence of passes (decimation in frequency, in Stockham's order). A pass of radix r on
// sub-transforms of length k multiplies by exp(-2 pi i p j / k), p < k / r, 0 < j < r, and leaves sub-transforms of
// length k / r. The passes before `split` make the columns of a matrix of rows x columns elements, the others its rows.
// A length with a prime factor above kFftMaxRadix is a convolution of a length without one (Bluestein 1970).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "core/context.h"

namespace numrs {

constexpr int32_t kFftMaxRadix = 13;
constexpr int kFftMaxPasses = 64;

struct FftPass {
  int32_t radix;
  int64_t m;      // length of the sub-transforms behind it
  int64_t roots;  // where its roots begin: that for (j, p) is roots + (j - 1) * m + p
};

struct FftPlan {
  int64_t n;         // complex numbers of a line
  int64_t real_n;    // 2 n where the plan is for a real line of that length, else 0
  int32_t dtype;     // kF32, kF64: the precision
  int64_t length;    // of the passes: n, or that of Bluestein's convolution
  bool convolution;  // Bluestein
  int32_t passes, split;
  int64_t rows, columns;  // rows * columns == length
  FftPass pass[kFftMaxPasses];
  // Real and imaginary parts apart, each with some finite numbers behind the last.
  const void *roots_re, *roots_im;
  const void *real_re, *real_im;  // exp(-2 pi i k / real_n), k <= n / 2
  const void* chirp;              // exp(-pi i j j / n) of n complex numbers, interleaved
  const void* filter;             // the transform of the conjugate chirp over length, interleaved, divided by length
  double cost_ns;                 // of one line on one thread, roughly

  mutable std::atomic<int64_t> users;
  uint64_t used;  // when last, for the cache
  size_t bytes;
  FftPlan* next;
};

// A plan that stays while it is held.
class FftPlanHandle {
 public:
  FftPlanHandle() = default;
  ~FftPlanHandle();
  FftPlanHandle(const FftPlanHandle&) = delete;
  FftPlanHandle& operator=(const FftPlanHandle&) = delete;
  const FftPlan* get() const { return plan_; }

 private:
  friend Status GetFftPlan(const Run&, const char*, int64_t, bool, int32_t, FftPlanHandle*);
  const FftPlan* plan_ = nullptr;
};

// The plan for n complex numbers (real: for a real line of even n) in kF32 or kF64, from the cache or made.
Status GetFftPlan(const Run& run, const char* function, int64_t n, bool real, int32_t dtype, FftPlanHandle* handle);

// Gives back what the cache keeps and nobody uses.
void DropFftPlans();

// For tests: plans and bytes that the cache keeps.
int64_t FftPlansKept(size_t* bytes);

}  // namespace numrs
