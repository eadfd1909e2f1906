// The functions behind the raw ones of table/random.def.
#pragma once

#include "core/status.h"
#include "numrs/random.h"

namespace numrs {

// Contiguous y of n elements of dtype; parameters are n_parameters numbers.
Status RandomRaw(numrs_context* context, int32_t op, int32_t dtype, numrs_random_state* state, void* y, int64_t n,
                 const double* parameters, int32_t n_parameters);
// low and high: one element of dtype each.
Status RandomIntegersRaw(numrs_context* context, int32_t dtype, numrs_random_state* state, void* y, int64_t n,
                         const void* low, const void* high);

}  // namespace numrs
