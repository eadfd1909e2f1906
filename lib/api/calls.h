// The functions behind the raw ones of table/call.def: same parameters after the dtype, pointers to elements as void.
#pragma once

#include <cstdint>

#include "core/status.h"

namespace numrs {

// linalg.cc: y = a @ b, batch times (m, k) @ (k, n), all contiguous.
Status MatmulRaw(numrs_context* context, int32_t dtype, const void* a, const void* b, void* y, int64_t batch, int64_t m,
                 int64_t k, int64_t n);
// linalg.cc: c = alpha op(a) op(b) + beta c. Rows are lda, ldb, ldc elements apart; op transposes where trans_ is 1:
// op(a) is (m, k), so a is stored as (k, m). beta = 0 does not read c, alpha = 0 neither a nor b.
Status GemmRaw(numrs_context* context, int32_t dtype, const void* a, const void* b, void* c, int64_t m, int64_t k,
               int64_t n, int64_t lda, int64_t ldb, int64_t ldc, int32_t trans_a, int32_t trans_b, double alpha,
               double beta);

}  // namespace numrs
