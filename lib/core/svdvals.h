// Planning of singular values. The arithmetic is in the kernels of core/linalg_tables.h.
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// y (…, min(m, n)) = singular values of x (…, m, n), checked views; y is unchanged on any status but NUMRS_OK and
// NUMRS_CANCELLED.
Status Svdvals(const Run& run, const char* function, const View& x, const View& y);

}  // namespace numrs
