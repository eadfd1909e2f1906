// Statistics of groups behind the view function and the raw ones.
#pragma once

#include "core/status.h"
#include "numrs/view.h"

namespace numrs {

// x (n), keys (n), y (n_groups), contiguous.
Status GroupRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const int64_t* keys, void* y,
                int32_t y_dtype, int64_t n, int64_t n_groups, double parameter);

}  // namespace numrs
