/** @file
   Linear algebra on views: matrix products of any strides, dtypes and batches, and singular values. Typed functions on
   plain memory (numrs_matmul_f32, numrs_gemm_f32 …) are in raw.h.

   Of products: inputs are promoted as NumPy 2 does and the sum is formed in the promoted dtype: integers wrap, bool is
   "or of ands", float32 stays float32. The output must have the exact shape of the result; its dtype may be any to
   which the result converts by NumPy's same_kind rule. It may overlap the inputs in any way (the numbers are those of
   separate memory), but not itself. It is unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.

   Same bits. f32 and f64: element (i, j) is formed from row i and column j alone, in an order that depends on k alone:
   blocks of 256, in each one chain of fused multiply-adds from 0 on, the blocks' sums added in order. So the bits do
   not depend on threads, memory layout, batch, the other rows and columns, nor on the instruction set where it has
   fused multiply-add (SSE4 has none and rounds the products too). Error: at most (min(k, 256) + ceil(k / 256)) u * sum
   of |a| |b|, u = 2^-24 or 2^-53. Vector times vector is numrs_vecdot's tree.

   f16 and bf16 are multiplied in float32, and the result is rounded once. c64 and c128: the rows of a as they lie,
   (real, imaginary, real …), times the real matrix ((re b, im b), (-im b, re b)), by the same chains over 2 k; where b
   has one column, the sums of numrs_vecdot without the conjugate; where a has one row, its real and its imaginary part
   over b, and these combined. The bits depend on nothing else there either.

    Statuses: NUMRS_BAD_ARGUMENT for a NULL view or NULL data with elements; NUMRS_BAD_SHAPE when the operands or the
    output do not go together; NUMRS_BAD_DTYPE; NUMRS_OVERLAP when the output overlaps itself; NUMRS_NO_MEMORY;
    NUMRS_UNSUPPORTED; NUMRS_CANCELLED.

    @code{.c}
    const double a[] = {1, 2, 3, 4}, b[] = {5, 6};
    double y[2];
    const int64_t shape[] = {2, 2};
    const numrs_view va = {(void *)a, shape, NULL, 2, NUMRS_F64}, vb = {(void *)b, shape, NULL, 1, NUMRS_F64},
                     vy = {y, shape, NULL, 1, NUMRS_F64};
    numrs_matmul(NULL, &va, &vb, &vy);                       // y is 17 39
    @endcode */
#ifndef NUMRS_LINALG_H
#define NUMRS_LINALG_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = a @ b, the array API's matmul: (…, m, k) @ (…, k, n) -> (…, m, n), leading axes broadcast. A 1-D a is a row, a
   1-D b a column, and that axis is missing in y; (k) @ (k) -> () is numrs_vecdot. 0-d operands are refused. k = 0 gives
   zeros. */
NUMRS_API numrs_status numrs_matmul(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y);
/** y[i…, j…] = sum over k of a[i…, k] * b[j…, k], NumPy's inner: shape a.shape[:-1] + b.shape[:-1]. A 0-d operand
 * multiplies. */
NUMRS_API numrs_status numrs_inner(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y);
/** y[i…, j…] = a[i…] * b[j…]: shape a.shape + b.shape. */
NUMRS_API numrs_status numrs_outer(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                   const numrs_view *y);

/** y = the singular values of x, from the largest on: (…, m, n) -> (…, min(m, n)), in float32 for float32, complex64
   and the 16-bit floats, in float64 for every other dtype. Where a matrix has an element that is not finite, all its
   values are NaN. Backend "cpu" calls LAPACK's gesdd in the OpenBLAS that comes with the library, opened at the first
   call. The bits depend on the processor as OpenBLAS's do, not on threads. Error: a modest multiple of max(m, n) u
   times the largest value.
    @return NUMRS_OK; NUMRS_UNSUPPORTED, with the reason, where OpenBLAS cannot be loaded or an extent is too large for
    it; else as for products. */
NUMRS_API numrs_status numrs_svdvals(numrs_context *context, const numrs_view *x, const numrs_view *y);

/** Shape of the result, for whoever makes the output; `shape` has room for NUMRS_MAX_NDIM extents. The
   dtype of all three products is numrs_promote(a->dtype, b->dtype).
    @return NUMRS_OK; NUMRS_BAD_SHAPE when the operands do not go together; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_matmul_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);
/** The same for numrs_inner. */
NUMRS_API numrs_status numrs_inner_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);
/** The same for numrs_outer. */
NUMRS_API numrs_status numrs_outer_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_LINALG_H */
