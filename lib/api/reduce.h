// Reductions and scans behind the view functions and the raw ones.
#pragma once

#include "api/elementwise.h"

namespace numrs {

Status Reduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where, const numrs_view* y,
              const int32_t* axes, int32_t n_axes, double correction);
Status Scan(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, int32_t axis,
            int32_t include_initial);
Status Vecdot(numrs_context* context, const numrs_view* a, const numrs_view* b, const numrs_view* y, int32_t axis);

// x is (outer, n, inner) in C order, y (outer, inner) for reductions and like x for scans.
Status ReduceRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype,
                 int64_t outer, int64_t n, int64_t inner, double correction);
Status ScanRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype,
               int64_t outer, int64_t n, int64_t inner);

// One element as a view.
struct Scalar {
  Scalar(void* data, int32_t dtype) : view{data, nullptr, nullptr, 0, dtype} {}
  numrs_view view;
  operator const numrs_view*() const { return &view; }
};

}  // namespace numrs
