/** @file
    Convolutions (cross-correlations, as networks use the word) of one or two dimensions, transposed ones, and their
    gradients, on views.

    x (n, c_in, l) or (n, c_in, h, w), weight (c_out, c_in / groups, kernel), y (n, c_out, ...). stride and dilation
   hold one number for each spatial axis, padding two: before and behind; NULL: 1, 1 and 0. Along an axis

    out = (extent + before + behind - dilation (kernel - 1) - 1) / stride + 1.

    float16, bfloat16, float32, float64; computed in float32 (float64 where an operand is float64). Sums run over
    channels, then the kernel, in the order of numrs_matmul (blocks of 256, fused multiply-adds), the padding's zeros
    among them; the bias is added last. The bits depend on neither threads nor instruction set.

    @code{.c}
    const float x[] = {1, 2, 3, 4}, w[] = {1, -1};
    float y[3];
    const int64_t xs[] = {1, 1, 4}, ws[] = {1, 1, 2}, ys[] = {1, 1, 3};
    const numrs_view vx = {(void *)x, xs, NULL, 3, NUMRS_F32}, vw = {(void *)w, ws, NULL, 3, NUMRS_F32};
    const numrs_view vy = {y, ys, NULL, 3, NUMRS_F32};
    numrs_conv(NULL, &vx, &vw, NULL, &vy, NULL, NULL, NULL, 1);  // -1 -1 -1
    @endcode */
#ifndef NUMRS_NN_CONV_H
#define NUMRS_NN_CONV_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = conv(x, weight) + bias; bias (c_out) or NULL. */
NUMRS_API numrs_status numrs_conv(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                  const numrs_view *bias, const numrs_view *y, const int64_t *stride,
                                  const int64_t *padding, const int64_t *dilation, int64_t groups);

/** Gradients of numrs_conv: grad is like y; gx like x, gw like weight, gb (c_out), each may be NULL. */
NUMRS_API numrs_status numrs_conv_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                           const numrs_view *weight, const numrs_view *gx, const numrs_view *gw,
                                           const numrs_view *gb, const int64_t *stride, const int64_t *padding,
                                           const int64_t *dilation, int64_t groups);

/** The transposed convolution: x (n, c_in, ...), weight (c_in, c_out / groups, kernel), bias (c_out) or NULL,
    y (n, c_out, ...) of extents (extent - 1) stride - before - behind + dilation (kernel - 1) + 1 and up to
    max(stride, dilation) - 1 more. */
NUMRS_API numrs_status numrs_conv_transpose(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                            const numrs_view *bias, const numrs_view *y, const int64_t *stride,
                                            const int64_t *padding, const int64_t *dilation, int64_t groups);

/** Gradients of numrs_conv_transpose; gx, gw, gb: each may be NULL. */
NUMRS_API numrs_status numrs_conv_transpose_backward(numrs_context *context, const numrs_view *grad,
                                                     const numrs_view *x, const numrs_view *weight,
                                                     const numrs_view *gx, const numrs_view *gw, const numrs_view *gb,
                                                     const int64_t *stride, const int64_t *padding,
                                                     const int64_t *dilation, int64_t groups);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_CONV_H */
