/** @file
    Pools over the last one or two axes of views, and their gradients.

    x (..., l) or (..., h, w); `spatial` (1 or 2) says which. kernel, stride, padding and dilation hold one number for
    each of these axes; stride NULL: as kernel; padding NULL: 0; dilation NULL: 1. Padding, on both sides, is at most
   half of what the kernel reaches over, dilation (kernel - 1) + 1. y's extents are (extent + 2 padding - dilation
   (kernel - 1) - 1) / stride + 1, rounded down, or up where the last window begins inside the input or the padding
   before it.

    float16, bfloat16, float32, float64. Maxima: NaN where a window holds one (padding is not there at all); indices are
    places in the input's plane, the first of equal ones. Averages are summed in float64.

    @code{.c}
    const float x[] = {1, 5, 2, 4};
    float y[2];
    const int64_t xs[] = {4}, ys[] = {2}, kernel[] = {2};
    const numrs_view vx = {(void *)x, xs, NULL, 1, NUMRS_F32}, vy = {y, ys, NULL, 1, NUMRS_F32};
    numrs_max_pool(NULL, &vx, &vy, NULL, 1, kernel, NULL, NULL, NULL);  // 5 4
    @endcode */
#ifndef NUMRS_NN_POOL_H
#define NUMRS_NN_POOL_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = the maxima of windows; indices (int64, like y) or NULL. */
NUMRS_API numrs_status numrs_max_pool(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                      const numrs_view *indices, int32_t spatial, const int64_t *kernel,
                                      const int64_t *stride, const int64_t *padding, const int64_t *dilation);

/** gx = the gradient of a pool of maxima, any kind: grad goes to the places in indices (int64, like grad). */
NUMRS_API numrs_status numrs_max_pool_backward(numrs_context *context, const numrs_view *grad,
                                               const numrs_view *indices, const numrs_view *gx, int32_t spatial);

/** y = the averages of windows. count_include_pad 1: the padding counts as zeros. divisor: instead of the number of
    elements, or 0. */
NUMRS_API numrs_status numrs_avg_pool(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t spatial,
                                      const int64_t *kernel, const int64_t *stride, const int64_t *padding,
                                      int32_t count_include_pad, int64_t divisor);

/** The gradient of numrs_avg_pool. */
NUMRS_API numrs_status numrs_avg_pool_backward(numrs_context *context, const numrs_view *grad, const numrs_view *gx,
                                               int32_t spatial, const int64_t *kernel, const int64_t *stride,
                                               const int64_t *padding, int32_t count_include_pad, int64_t divisor);

/** y = averages of as many windows as y has elements: element o of m along an axis of extent n is that of
    [floor(o n / m), ceil((o + 1) n / m)). */
NUMRS_API numrs_status numrs_adaptive_avg_pool(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                               int32_t spatial);

/** The gradient of numrs_adaptive_avg_pool. */
NUMRS_API numrs_status numrs_adaptive_avg_pool_backward(numrs_context *context, const numrs_view *grad,
                                                        const numrs_view *gx, int32_t spatial);

/** y = maxima of the same windows; indices (int64, like y) or NULL. */
NUMRS_API numrs_status numrs_adaptive_max_pool(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                               const numrs_view *indices, int32_t spatial);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_POOL_H */
