/** @file
    Activation functions of networks and their gradients, softmax and its logarithm: any strides, float16, bfloat16,
    float32 and float64 (integers are converted to floats). 16-bit floats are computed in float32 and rounded once.

    Limits are taken at infinity (gelu, silu, mish of -inf are -0); NaN stays NaN. Error bounds in ULP: the table
    lib/table/activation.def, which tests enforce; gradients are right to a few ULP of the largest of their terms.

    @code{.c}
    float x[] = {-1, 0, 2}, y[3];
    numrs_activation_f32(NULL, x, y, 3, NUMRS_ACTIVATION_GELU, 0, 0);  // -0.158655 0 1.9545
    numrs_softmax_f32(NULL, x, y, 1, 3, 1, 0);                         // 0.042010 0.114195 0.843795
    @endcode */
#ifndef NUMRS_NN_ACTIVATION_H
#define NUMRS_NN_ACTIVATION_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Activation functions; those that name a or b read these parameters. */
enum {
  NUMRS_ACTIVATION_RELU = 0,         /**< max(x, 0) */
  NUMRS_ACTIVATION_RELU6 = 1,        /**< min(max(x, 0), 6) */
  NUMRS_ACTIVATION_HARDTANH = 2,     /**< min(max(x, a), b) */
  NUMRS_ACTIVATION_LEAKY_RELU = 3,   /**< x, or a x where x <= 0 */
  NUMRS_ACTIVATION_ELU = 4,          /**< x, or a (e^x - 1) where x <= 0 */
  NUMRS_ACTIVATION_SELU = 5,         /**< 1.0507 times elu with a = 1.6733 */
  NUMRS_ACTIVATION_CELU = 6,         /**< x, or a (e^(x / a) - 1) where x <= 0 */
  NUMRS_ACTIVATION_GELU = 7,         /**< x (1 + erf(x / sqrt 2)) / 2 */
  NUMRS_ACTIVATION_GELU_TANH = 8,    /**< x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2 */
  NUMRS_ACTIVATION_SILU = 9,         /**< x / (1 + e^-x) */
  NUMRS_ACTIVATION_SIGMOID = 10,     /**< 1 / (1 + e^-x) */
  NUMRS_ACTIVATION_TANH = 11,        /**< tanh x */
  NUMRS_ACTIVATION_SOFTPLUS = 12,    /**< log(1 + e^(a x)) / a, or x where a x > b */
  NUMRS_ACTIVATION_SOFTSIGN = 13,    /**< x / (1 + |x|) */
  NUMRS_ACTIVATION_HARDSWISH = 14,   /**< x min(max(x + 3, 0), 6) / 6 */
  NUMRS_ACTIVATION_HARDSIGMOID = 15, /**< min(max(x + 3, 0), 6) / 6 */
  NUMRS_ACTIVATION_MISH = 16,        /**< x tanh(log(1 + e^x)) */
  NUMRS_ACTIVATION_LOGSIGMOID = 17   /**< -log(1 + e^-x) */
};

/** y = f(x; a, b), element by element; y has x's shape, may be x, or overlap it in any way. elu and leaky_relu want a
    finite a, celu and softplus one that is not 0, hardtanh a <= b. */
NUMRS_API numrs_status numrs_activation(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y,
                                        double a, double b);

/** gx = grad f'(x; a, b); all have one shape. Where f is constant, gx is 0 for any grad; at a corner the slope is that
   of the left side, of hardtanh and hardsigmoid 0 on both corners, of hardswish 0 at -3 and 1 at 3. */
NUMRS_API numrs_status numrs_activation_backward(numrs_context *context, int32_t op, const numrs_view *grad,
                                                 const numrs_view *x, const numrs_view *gx, double a, double b);

/** y = e^x / sum of e^x along an axis (-ndim … ndim-1), or with log 1 the logarithm of that, x - log(sum of e^x). Any
   finite x: nothing overflows, and elements count by x - max(x) without its rounding error. -inf gives 0 (log: -inf);
   an axis with NaN, +inf or nothing but -inf gives NaN. y may be x or overlap it. Errors: 6 ULP;
   log: 3 ULP and 2^-50. The sum has one order (core/nn_activation_tables.h): the same bits for any number of threads
   and instruction set with FMA. */
NUMRS_API numrs_status numrs_softmax(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis,
                                     int32_t log);

/** gx from the gradient and the result y of numrs_softmax: y (grad - sum of grad y), with log 1 grad - e^y sum of grad.
 */
NUMRS_API numrs_status numrs_softmax_backward(numrs_context *context, const numrs_view *grad, const numrs_view *y,
                                              const numrs_view *gx, int32_t axis, int32_t log);

#ifdef __cplusplus
}
#endif

#endif /* NUMRS_NN_ACTIVATION_H */
