/** @file
    Linear layers on views: product, bias and activation in one call, and their gradients.

    float16, bfloat16, float32, float64; computed in float32 (float64 where an operand is float64). Products are summed
    in the order of numrs_matmul, so the bits depend on neither threads nor instruction set.

    @code{.c}
    const float x[] = {1, 2}, w[] = {1, 0, -1, 0, 1, -1}, b[] = {1, 1, 1};  // w (2, 3)
    float y[3];
    const int64_t xs[] = {1, 2}, ws[] = {2, 3}, bs[] = {3}, ys[] = {1, 3};
    const numrs_view vx = {(void *)x, xs, NULL, 2, NUMRS_F32}, vw = {(void *)w, ws, NULL, 2, NUMRS_F32};
    const numrs_view vb = {(void *)b, bs, NULL, 1, NUMRS_F32}, vy = {y, ys, NULL, 2, NUMRS_F32};
    numrs_linear(NULL, &vx, &vw, &vb, &vy, NULL, NUMRS_ACTIVATION_RELU, 0);  // 2 3 0
    @endcode */
#ifndef NUMRS_NN_LINEAR_H
#define NUMRS_NN_LINEAR_H

#include "numrs/base.h"
#include "numrs/nn_activation.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = activation(x weight + bias): x (..., k), weight (k, n), bias (n) or NULL, y (..., n). pre, or NULL: like y,
    receives what goes into the activation. activation: -1 (none), or a NUMRS_ACTIVATION_ number of a function without
    parameters, or leaky_relu, whose slope is at least 0 and else not looked at. */
NUMRS_API numrs_status numrs_linear(numrs_context *context, const numrs_view *x, const numrs_view *weight,
                                    const numrs_view *bias, const numrs_view *y, const numrs_view *pre,
                                    int32_t activation, double slope);

/** A weight (k, n) as the kernels read it, packed once for many calls of numrs_linear_packed: large products then spend
    no time on packing, and products of one row read it as one stream. It is a copy of its own: what happens to the
   weight afterwards does not reach it. It serves every backend and instruction set, and is never changed: any number of
   threads may use it at once. Packs are for the CPU: on a device they are NUMRS_UNSUPPORTED. */
typedef struct numrs_linear_pack numrs_linear_pack;

/** Packs weight, of a float dtype and any strides, in the dtype in which it computes (float32 for the 16-bit floats).
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT, NUMRS_BAD_SHAPE, NUMRS_BAD_DTYPE, NUMRS_NO_MEMORY or NUMRS_CANCELLED: then
    *pack is NULL. */
NUMRS_API numrs_status numrs_linear_pack_create(numrs_context *context, const numrs_view *weight,
                                                numrs_linear_pack **pack);
/** Gives the pack back; NULL is fine. */
NUMRS_API void numrs_linear_pack_destroy(numrs_linear_pack *pack);
/** The weight's shape and dtype, and the bytes that the pack occupies; each address may be NULL.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for what is no pack. */
NUMRS_API numrs_status numrs_linear_pack_info(const numrs_linear_pack *pack, int64_t *k, int64_t *n, int32_t *dtype,
                                              int64_t *bytes);
/** y (k, columns) = the columns of the weight from `first` on, exactly as they were given.
    @return NUMRS_OK; NUMRS_BAD_INDEX for columns that are not there; NUMRS_BAD_SHAPE, NUMRS_BAD_DTYPE, NUMRS_NO_MEMORY.
  */
NUMRS_API numrs_status numrs_linear_pack_columns(numrs_context *context, const numrs_linear_pack *pack, int64_t first,
                                                 const numrs_view *y);
/** numrs_linear with a packed weight: the same bits. x may be of any float dtype that computes in the pack's.
    @return as numrs_linear; NUMRS_BAD_DTYPE for float64 x and a weight packed in float32; NUMRS_BAD_ARGUMENT for what
   is no pack. */
NUMRS_API numrs_status numrs_linear_packed(numrs_context *context, const numrs_view *x, const numrs_linear_pack *pack,
                                           const numrs_view *bias, const numrs_view *y, const numrs_view *pre,
                                           int32_t activation, double slope);

/** Gradients of numrs_linear: grad is like y; gx like x, gw like weight, gb (n), each may be NULL. saved: y for relu,
    leaky_relu, sigmoid and tanh, pre for the others, not looked at without an activation. */
NUMRS_API numrs_status numrs_linear_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x,
                                             const numrs_view *weight, const numrs_view *saved, const numrs_view *gx,
                                             const numrs_view *gw, const numrs_view *gb, int32_t activation,
                                             double slope);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_LINEAR_H */
