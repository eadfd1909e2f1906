// What the streams of moving windows and of exponential weights share: the pieces that they are given, as float64.
#pragma once

#include <limits>

#include "api/axes.h"
#include "api/rolling.h"
#include "api/stream.h"

namespace numrs {

// The result before the first element.
constexpr double kNoResult = std::numeric_limits<double>::quiet_NaN();
// Counts of elements stop here: merging doubles them at no cost.
constexpr int64_t kMostElements = int64_t{1} << 60;

// One line of each input as float64 and room for the results, behind `before` elements that are there already.
class Pieces {
 public:
  Status Load(const char* function, int inputs, int64_t before, const numrs_view* x, const numrs_view* x2,
              const numrs_view* y) {
    function_ = function;
    View in[2];
    NUMRS_TRY(LoadRealView(function, "x", x, &in[0]));
    if (in[0].ndim != 1) return Fail(NUMRS_BAD_SHAPE, "%s: x has %d dimensions, expected 1", function, in[0].ndim);
    n = in[0].shape[0];
    if ((x2 != nullptr) != (inputs == 2)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: x2 is %sNULL, expected %s", function, x2 ? "not " : "",
                  x2 ? "NULL" : "a second input");
    }
    if (x2) {
      NUMRS_TRY(LoadRealView(function, "x2", x2, &in[1]));
      if (in[1].ndim != 1 || in[1].shape[0] != n)
        return Fail(NUMRS_BAD_SHAPE, "%s: x2 has another shape than x, (%lld,)", function, (long long)n);
    }
    has_y_ = y != nullptr;
    if (y) {
      NUMRS_TRY(LoadRealView(function, "out", y, &y_));
      if (y_.ndim != 1 || y_.shape[0] != n)
        return Fail(NUMRS_BAD_SHAPE, "%s: out has another shape than x, (%lld,)", function, (long long)n);
      NUMRS_TRY(CheckOutput(function, kF64, y_));
    }
    int64_t bytes;
    if (__builtin_add_overflow(n, before, &length) || __builtin_mul_overflow(length, 8 * 3, &bytes))
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", function, (long long)n);
    memory_ = static_cast<double*>(PoolAllocate(static_cast<size_t>(bytes)));
    if (!memory_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", function, (long long)n);
    for (int k = 0; k < inputs; k++) {
      values[k] = memory_ + k * length;
      NUMRS_TRY(ValuesOf(function, in[k], values[k] + before));
    }
    results = memory_ + 2 * length;
    return NUMRS_OK;
  }
  // The last n results to y.
  Status Store() const {
    if (!has_y_ || n == 0) return NUMRS_OK;
    return Convert(MakeRun(nullptr), function_, ContiguousView(results + length - n, kF64, 1, y_.shape), y_);
  }
  Pieces() = default;
  ~Pieces() { PoolFree(memory_); }
  Pieces(const Pieces&) = delete;
  Pieces& operator=(const Pieces&) = delete;

  int64_t n = 0, length = 0;
  double *values[2] = {}, *results = nullptr;

 private:
  const char* function_ = "";
  double* memory_ = nullptr;
  View y_;
  bool has_y_ = false;
};

}  // namespace numrs
