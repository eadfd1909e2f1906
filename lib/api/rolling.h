// Rolling statistics behind the view function and the raw ones.
#pragma once

#include "api/elementwise.h"
#include "numrs/rolling.h"

namespace numrs {

Status Rolling(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* y,
               int32_t axis, const numrs_rolling_options* options);

// x, x2 (nullptr for one input) and y are (outer, n, inner) in C order.
Status RollingRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y,
                  int64_t outer, int64_t n, int64_t inner, int64_t window, int64_t min_periods, double parameter);

}  // namespace numrs
