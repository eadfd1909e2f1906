/** @file
    Element-wise operations on views: any strides, broadcasting, mixed dtypes. Operation numbers are in ops.h, typed
   functions in raw.h.

   Inputs are broadcast against each other and converted to the operation's dtype as NumPy 2 does (numrs_*_dtypes tell
   which). The output must have the broadcast shape; its dtype may be any to which the result converts by NumPy's
   same_kind rule. An output may be one of the inputs, or overlap them in any way: the numbers are those of separate
   memory. It may not overlap itself. Outputs are unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.

    Statuses: NUMRS_BAD_ARGUMENT for an unknown operation, a NULL view, or NULL data with elements; NUMRS_BAD_DTYPE when
    the operation does not take or give a dtype; NUMRS_BAD_SHAPE for shapes that do not go together; NUMRS_OVERLAP when
    the output overlaps itself; NUMRS_NO_MEMORY; NUMRS_UNSUPPORTED; NUMRS_CANCELLED.

    @code{.c}
    const float x[] = {1, 2, 3}, row[] = {10};
    float y[3];
    const int64_t three = 3, one = 1;
    const numrs_view vx = {(void *)x, &three, NULL, 1, NUMRS_F32}, vr = {(void *)row, &one, NULL, 1, NUMRS_F32},
                     vy = {y, &three, NULL, 1, NUMRS_F32};
    numrs_binary(NULL, NUMRS_OP_MULTIPLY, &vx, &vr, &vy);    // y is 10 20 30: row is broadcast
    @endcode */
#ifndef NUMRS_ELEMENTWISE_H
#define NUMRS_ELEMENTWISE_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = op(x); op is one of the NUMRS_OP_ numbers of the unary table. */
NUMRS_API numrs_status numrs_unary(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y);
/** y = op(a, b); op of the binary table. */
NUMRS_API numrs_status numrs_binary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y);
/** y = op(a, b, c); op of the ternary table. */
NUMRS_API numrs_status numrs_ternary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b,
                                     const numrs_view *c, const numrs_view *y);
/** y = x converted to y's dtype, whatever both are (NumPy's "unsafe" casting). Floats out of an integer's range: the
   value truncated to 64 bits (NaN and beyond: -2^63), then wrapped. */
NUMRS_API numrs_status numrs_convert(numrs_context *context, const numrs_view *x, const numrs_view *y);

/** y = op(x) for n contiguous elements of a dtype with a kernel (numrs_unary_dtypes: where compute is that dtype), and
   y of the result's dtype: what the typed functions of raw.h do, with operation and dtype as numbers.
    @return As those; NUMRS_BAD_ARGUMENT for an unknown op, NUMRS_BAD_DTYPE for a dtype without a kernel. */
NUMRS_API numrs_status numrs_unary_n(numrs_context *context, int32_t op, int32_t dtype, const void *x, void *y,
                                     int64_t n);
/** The same for y = op(a, b). */
NUMRS_API numrs_status numrs_binary_n(numrs_context *context, int32_t op, int32_t dtype, const void *a, const void *b,
                                      void *y, int64_t n);

/** dtype in which op computes for an input dtype, and dtype of its result.
    @return NUMRS_OK; NUMRS_BAD_DTYPE when op does not take it; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_unary_dtypes(int32_t op, int32_t x, int32_t *compute, int32_t *result);
/** The same for two inputs; promoted first. */
NUMRS_API numrs_status numrs_binary_dtypes(int32_t op, int32_t a, int32_t b, int32_t *compute, int32_t *result);
/** The same for three inputs; the condition of where takes no part in the promotion. */
NUMRS_API numrs_status numrs_ternary_dtypes(int32_t op, int32_t a, int32_t b, int32_t c, int32_t *compute,
                                            int32_t *result);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_ELEMENTWISE_H */
