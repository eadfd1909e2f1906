/** @file
    Normalisations of networks with their gradients: layers, root mean squares, groups, batches. Any strides; float16,
    bfloat16, float32 and float64 (integers are converted). 16-bit floats are computed in float32 and rounded once.

    y = (x - mean) rstd weight + bias with rstd = 1 / sqrt(var + eps), var the mean of the squares (x - mean)^2. Mean
    and rstd are float64 in any case, so that elements far from 0 that differ by little keep their digits. weight and
    bias may be NULL: 1 and 0. Statistics are sums of one fixed order: the same bits for any number of threads and
    instruction set. Errors of y: 4 ULP of the larger one of the product and the bias.

    Of the gradients, gx, gweight and gbias, each may be NULL: not wanted. Results must not share memory with each
   other; y and gx may be x or grad, or overlap them. */
#ifndef NUMRS_NN_NORM_H
#define NUMRS_NN_NORM_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Over the last n_axes axes of x (1 … ndim), whose extents weight and bias have. mean and rstd (float64, of the shape
    of the other axes) may be NULL. */
NUMRS_API numrs_status numrs_layer_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                        const numrs_view *bias, const numrs_view *y, const numrs_view *mean,
                                        const numrs_view *rstd, int32_t n_axes, double eps);
/** Gradients of numrs_layer_norm from grad, that of y, and what it computed. */
NUMRS_API numrs_status numrs_layer_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                                 const numrs_view *weight, const numrs_view *mean,
                                                 const numrs_view *rstd, const numrs_view *gx,
                                                 const numrs_view *gweight, const numrs_view *gbias, int32_t n_axes);

/** y = x rstd weight with rstd = 1 / sqrt(mean of x^2 + eps), as numrs_layer_norm. */
NUMRS_API numrs_status numrs_rms_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                      const numrs_view *y, const numrs_view *rstd, int32_t n_axes, double eps);
/** Gradients of numrs_rms_norm. */
NUMRS_API numrs_status numrs_rms_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                               const numrs_view *weight, const numrs_view *rstd, const numrs_view *gx,
                                               const numrs_view *gweight, int32_t n_axes);

/** x (n, channels, any axes): over each of `groups` groups of neighbouring channels, and the other axes, of each of the
    n; groups divides channels; with as many groups as channels it is instance normalisation. weight and bias
    (channels), mean and rstd float64 (n, groups) or NULL. */
NUMRS_API numrs_status numrs_group_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                        const numrs_view *bias, const numrs_view *y, const numrs_view *mean,
                                        const numrs_view *rstd, int64_t groups, double eps);
/** Gradients of numrs_group_norm. */
NUMRS_API numrs_status numrs_group_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                                 const numrs_view *weight, const numrs_view *mean,
                                                 const numrs_view *rstd, const numrs_view *gx,
                                                 const numrs_view *gweight, const numrs_view *gbias, int64_t groups);

/** x (n, channels, any axes): each channel over all other axes. training 1: by its own mean and variance, at least 2
    elements to a channel; running_mean and running_var (channels; both or neither) become (1 - momentum) of themselves
    and momentum of the mean and of the unbiased variance. training 0: by running_mean and running_var. mean and rstd
    float64 (channels) or NULL: what was used. */
NUMRS_API numrs_status numrs_batch_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                        const numrs_view *bias, const numrs_view *running_mean,
                                        const numrs_view *running_var, const numrs_view *y, const numrs_view *mean,
                                        const numrs_view *rstd, int32_t training, double momentum, double eps);
/** Gradients of numrs_batch_norm; with training 0 mean and rstd do not depend on x. */
NUMRS_API numrs_status numrs_batch_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                                 const numrs_view *weight, const numrs_view *mean,
                                                 const numrs_view *rstd, const numrs_view *gx,
                                                 const numrs_view *gweight, const numrs_view *gbias, int32_t training);

#ifdef __cplusplus
}
#endif

#endif /* NUMRS_NN_NORM_H */
