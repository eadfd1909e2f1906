// Rolling statistics behind the view function and the raw ones.
#pragma once

#include <optional>

#include "api/elementwise.h"
#include "core/device_state.h"
#include "core/rolling.h"
#include "numrs/rolling.h"

namespace numrs {

Status Rolling(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* y,
               int32_t axis, const numrs_rolling_options* options);

// What all operations along lines check: views and axis first, then shapes and dtypes.
Status LoadLines(const char* function, const numrs_view* x, bool two, const numrs_view* x2, const numrs_view* y,
                 int32_t axis, RollingJob* job);
Status CheckLines(const RollingJob& job, int64_t outputs);
bool SharesMemory(const void* data, int64_t bytes, const View& y);

// A copy of x where the call runs, in place of it.
Status CopyApart(const Run& run, const char* function, View* x, std::optional<RunMemory>* memory);
// Runs f with copies of the inputs that share memory with y.
template <class F>
Status RunApart(const Run& run, RollingJob& job, F&& f) {
  if (job.y.size == 0) return NUMRS_OK;
  const bool one = RangesOverlap(job.x, job.y);
  const bool two = job.x2.dtype != kInvalid && RangesOverlap(job.x2, job.y);
  if (!one && !two) return f();
  std::optional<RunMemory> first, second;
  if (one) NUMRS_TRY(CopyApart(run, job.function, &job.x, &first));
  if (two) NUMRS_TRY(CopyApart(run, job.function, &job.x2, &second));
  return f();
}

// x, x2 (nullptr for one input) and y are (outer, n, inner) in C order.
Status RollingRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y,
                  int64_t outer, int64_t n, int64_t inner, int64_t window, int64_t min_periods, double parameter);

// ewm.cc
Status EwmRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y, int64_t outer,
              int64_t n, int64_t inner, double alpha, int64_t min_periods, int32_t ignore_missing, int32_t adjust,
              int32_t unbiased);

}  // namespace numrs
