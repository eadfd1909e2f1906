// Statistics of lines behind the view function and the raw ones.
#pragma once

#include "core/status.h"
#include "numrs/view.h"

namespace numrs {

Status Stat(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* where,
            const numrs_view* y, const int32_t* axes, int32_t n_axes, const double* parameters, int32_t n_parameters);
// x, x2 (outer, n, inner) in C order of dtype; y (outer, inner, outputs), or like x.
Status StatRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y, int64_t outer,
               int64_t n, int64_t inner, const double* parameters, int32_t n_parameters);

}  // namespace numrs
