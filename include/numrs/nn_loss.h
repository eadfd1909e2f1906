/** @file
    Losses of networks and their gradients, on views of any strides. Inputs are float16, bfloat16, float32 or float64;
    16-bit floats are computed in float32. Values and sums are float64 inside (a fixed tree), so the bits do not depend
   on threads; labels are checked before anything is written. On a device the call waits for that; recorded it cannot,
   and labels have to be right.

    reduction: NUMRS_LOSS_NONE gives one number per element (per row for labels), NUMRS_LOSS_MEAN and NUMRS_LOSS_SUM one
    number, an output without dimensions.

    @code{.c}
    const float logits[] = {1, 2, 3, 1, 0, 0};
    const int64_t labels[] = {2, 0};
    float loss, gradient[6];
    numrs_cross_entropy_f32(NULL, logits, labels, &loss, gradient, 2, 3);
    @endcode */
#ifndef NUMRS_NN_LOSS_H
#define NUMRS_NN_LOSS_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Reductions. */
enum { NUMRS_LOSS_NONE = 0, NUMRS_LOSS_MEAN = 1, NUMRS_LOSS_SUM = 2 };

/** Losses of pairs of elements, x the input and t the target; p0, p1: parameters.

    MSE (x - t)². L1 |x - t|. HUBER with delta p0. SMOOTH_L1 with beta p0. BCE of probabilities (logarithms at least
   -100). BCE_LOGITS of scores; third: weight of positive targets, or NULL. KL_DIV t (log t - x), of targets 0 nothing;
    KL_DIV_LOG_TARGET e^t (t - x). POISSON e^x - t x, POISSON_RATE x - t log(x + p1); p0 1: with Stirling's term.
    GAUSSIAN (log v + (x - t)² / v) / 2 + p0, third: the variance v, at least p1. HINGE max(0, p0 - t x) and its square.
    HINGE_EMBEDDING x where t is 1, max(0, p0 - x) where it is -1. SOFT_MARGIN log(1 + e^(-t x)). LOG_COSH log cosh(x -
   t).
 */
enum {
  NUMRS_LOSS_MSE = 0,
  NUMRS_LOSS_L1 = 1,
  NUMRS_LOSS_HUBER = 2,
  NUMRS_LOSS_SMOOTH_L1 = 3,
  NUMRS_LOSS_BCE = 4,
  NUMRS_LOSS_BCE_LOGITS = 5,
  NUMRS_LOSS_KL_DIV = 6,
  NUMRS_LOSS_KL_DIV_LOG_TARGET = 7,
  NUMRS_LOSS_POISSON = 8,
  NUMRS_LOSS_POISSON_RATE = 9,
  NUMRS_LOSS_GAUSSIAN = 10,
  NUMRS_LOSS_HINGE = 11,
  NUMRS_LOSS_SQUARED_HINGE = 12,
  NUMRS_LOSS_HINGE_EMBEDDING = 13,
  NUMRS_LOSS_SOFT_MARGIN = 14,
  NUMRS_LOSS_LOG_COSH = 15
};

/** y = loss op of input and target, which are broadcast with third and weight (NULL: none); each value is multiplied by
    its weight. y has that shape, or no dimensions for a reduction.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op or reduction, a third where there is none or none where one
   is needed, NaN in p0 or p1; NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP; NUMRS_NO_MEMORY; NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_loss(numrs_context *context, int32_t op, const numrs_view *input, const numrs_view *target,
                                  const numrs_view *third, const numrs_view *weight, const numrs_view *y,
                                  int32_t reduction, double p0, double p1);

/** Gradients of numrs_loss: grad is the gradient of its output, of that shape. g_input, g_target and g_third (GAUSSIAN
    only) have the shape to which all operands broadcast; each may be NULL. Statuses as numrs_loss; outputs that overlap
    each other are NUMRS_OVERLAP. */
NUMRS_API numrs_status numrs_loss_backward(numrs_context *context, int32_t op, const numrs_view *grad,
                                           const numrs_view *input, const numrs_view *target, const numrs_view *third,
                                           const numrs_view *weight, const numrs_view *g_input,
                                           const numrs_view *g_target, const numrs_view *g_third, int32_t reduction,
                                           double p0, double p1);

/** Options of the functions of rows; begin with NUMRS_CLASS_LOSS_OPTIONS_INIT. Later versions append fields. */
typedef struct numrs_class_loss_options {
  uint32_t struct_size;   /**< sizeof(numrs_class_loss_options) of the caller's header, set by the INIT macro */
  int32_t reduction;      /**< NUMRS_LOSS_MEAN */
  int32_t from_log;       /**< 1: the input is log-probabilities (nll_loss): labels only, no smoothing */
  int32_t reserved;       /**< 0 */
  int64_t ignore_index;   /**< rows of this label count for nothing; -100 */
  double label_smoothing; /**< 0 to 1: how much of the target is spread over all classes */
} numrs_class_loss_options;
/** Initialiser of numrs_class_loss_options: the mean, -100 is ignored, no smoothing. */
#define NUMRS_CLASS_LOSS_OPTIONS_INIT {sizeof(numrs_class_loss_options), 1, 0, 0, -100, 0}

/** Cross-entropy of logits (C), (N, C) or (N, C, d…) with targets: labels of any integer dtype in [0, C), of shape
    (), (N) or (N, d…), or probabilities of the logits' shape. weight: NULL, or one number per class. loss has the shape
    of labels or no dimensions (mean: divided by the sum of the labels' weights, or by the number of rows for
    probabilities); gradient, NULL or of the logits' shape: of the sum of loss, after the logits. Each row is read once.
    loss may be NULL.
    @return NUMRS_OK; NUMRS_BAD_INDEX for a label outside of [0, C) that is not ignore_index (the message says where);
    NUMRS_BAD_ARGUMENT; NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP for outputs that overlap themselves or each
    other; NUMRS_NO_MEMORY; NUMRS_CANCELLED. On errors nothing is written. */
NUMRS_API numrs_status numrs_cross_entropy(numrs_context *context, const numrs_view *logits, const numrs_view *target,
                                           const numrs_view *weight, const numrs_view *loss, const numrs_view *gradient,
                                           const numrs_class_loss_options *options);

/** gradient = that of the sum of grad times the loss of numrs_cross_entropy; grad has loss's shape. Statuses as there.
 */
NUMRS_API numrs_status numrs_cross_entropy_backward(numrs_context *context, const numrs_view *grad,
                                                    const numrs_view *logits, const numrs_view *target,
                                                    const numrs_view *weight, const numrs_view *gradient,
                                                    const numrs_class_loss_options *options);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_LOSS_H */
