// Axis arguments and the shapes of results, as the functions along axes check them.
#pragma once

#include "core/view.h"

namespace numrs {

// -ndim … ndim-1 as 0 … ndim-1.
Status NormalizeAxis(const char* function, int32_t ndim, int32_t axis, int32_t* out);
// n_axes axes, none twice, as bits; n_axes -1: all.
Status AxesMask(const char* function, int32_t ndim, const int32_t* axes, int32_t n_axes, uint32_t* mask);
// y with extent 1 on each reduced axis, from a y that keeps them or has dropped them.
Status ExpandOutput(const char* function, const View& x, uint32_t axes, const View& y, View* out);
// Can y take results of that dtype, and is each of its elements there once?
Status CheckOutput(const char* function, int32_t result, const View& y);

}  // namespace numrs
