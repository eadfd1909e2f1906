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

// order.cc: lines along the middle axis of contiguous (outer, n, inner) arrays; flags and methods of numrs/order.h.
Status SortRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
               int32_t flags);
Status ArgsortRaw(numrs_context* context, int32_t dtype, const void* x, int64_t* y, int64_t outer, int64_t n,
                  int64_t inner, int32_t flags);
Status PartitionRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* kth, void* y, int64_t outer,
                    int64_t n, int64_t inner, int64_t n_kth);
Status ArgpartitionRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* kth, int64_t* y,
                       int64_t outer, int64_t n, int64_t inner, int64_t n_kth);
Status TopkRaw(numrs_context* context, int32_t dtype, const void* x, void* values, int64_t* indices, int64_t outer,
               int64_t n, int64_t inner, int64_t k, int32_t flags);
Status RankdataRaw(numrs_context* context, int32_t dtype, const void* x, double* y, int64_t outer, int64_t n,
                   int64_t inner, int32_t method, int32_t flags);
Status QuantileRaw(numrs_context* context, int32_t dtype, const void* x, const double* q, void* y, int64_t outer,
                   int64_t n, int64_t inner, int64_t n_q, int32_t method, int32_t flags);
Status MedianRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
                 int32_t flags);
Status MadRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
              double scale, int32_t flags);
Status IqrRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
              double scale, int32_t method, int32_t flags);
// order_search.cc: n sorted elements and m to be found; n elements, of which *count are different.
Status SearchsortedRaw(numrs_context* context, int32_t dtype, const void* x1, const void* x2, int64_t* y, int64_t n,
                       int64_t m, int32_t flags);
Status UniqueRaw(numrs_context* context, int32_t dtype, const void* x, void* values, int64_t* counts, int64_t* count,
                 int64_t n);

// nn_loss.cc: the mean over n rows of logits (n, classes) with their labels, and its gradient.
Status CrossEntropyRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* labels, void* loss,
                       void* gradient, int64_t n, int64_t classes);

// nn_activation.cc, nn_norm.cc: the functions of these headers on contiguous arrays; weight, bias, mean, rstd and the
// gradients may be nullptr where the headers say so.
Status ActivationRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t n, int32_t op, double a,
                     double b);
Status ActivationBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, void* gx,
                             int64_t n, int32_t op, double a, double b);
Status SoftmaxRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n,
                  int64_t inner, int32_t log);
Status SoftmaxBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* y, void* gx,
                          int64_t outer, int64_t n, int64_t inner, int32_t log);
Status LayerNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias, void* y,
                    double* mean, double* rstd, int64_t rows, int64_t cols, double eps);
Status LayerNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t rows,
                            int64_t cols);
Status RmsNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, void* y, double* rstd,
                  int64_t rows, int64_t cols, double eps);
Status RmsNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                          const double* rstd, void* gx, void* gweight, int64_t rows, int64_t cols);
Status GroupNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias, void* y,
                    double* mean, double* rstd, int64_t n, int64_t channels, int64_t inner, int64_t groups, double eps);
Status GroupNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t n,
                            int64_t channels, int64_t inner, int64_t groups);
Status BatchNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias,
                    void* running_mean, void* running_var, void* y, double* mean, double* rstd, int64_t n,
                    int64_t channels, int64_t inner, int32_t training, double momentum, double eps);
Status BatchNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t n,
                            int64_t channels, int64_t inner, int32_t training);
// nn_attention.cc: q (heads * group, lq, d), k (heads, lk, d), v (heads, lk, dv), y (heads * group, lq, dv),
// contiguous.
Status AttentionRaw(numrs_context* context, int32_t dtype, const void* q, const void* k, const void* v, void* y,
                    int64_t heads, int64_t group, int64_t lq, int64_t lk, int64_t d, int64_t dv, int32_t causal,
                    double scale);
// nn_attention.cc: x, y (outer, n, 2 half), cos, sin (n, half), contiguous.
Status RopeRaw(numrs_context* context, int32_t dtype, const void* x, const void* cos, const void* sin, void* y,
               int64_t outer, int64_t n, int64_t half, int32_t interleaved, int32_t inverse);
}  // namespace numrs
