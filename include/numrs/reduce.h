/** @file
   Reductions and cumulative operations on views: any strides, any axes. Operation numbers are in ops.h, typed functions
   in raw.h.

   Order of evaluation. Several axes are reduced as one, in C order of their indices, whatever the memory order.
   Floating-point sums, products, means, variances and norms follow one fixed tree along that index: blocks of 4096
   elements; in a block element i goes to lane i % 32; each lane takes its elements in order; lanes are merged by halves
   (l with l + 16, then + 8, + 4, + 2, + 1), blocks pairwise in index order. float32 and the 16-bit floats
   accumulate in float64 and are rounded once. So the bits do not depend on threads, instruction set or layout.

   The dtype of the result is NumPy 2's (numrs_reduce_dtype tells it); y may have it or any to which it converts by
   NumPy's same_kind rule. NaN propagates, also through min, max (and wins in argmin, argmax, the first one); a NaN
   result is the positive quiet NaN. -0 counts as less than +0 in min and max. Integers wrap. Empty: sum, norm, abs_sum,
   abs_max and count_nonzero 0, prod 1, any false, all true, mean, var and std NaN; min, max, argmin and argmax are
   NUMRS_BAD_ARGUMENT. The nan operations leave NaN out, as if the axes were shorter (nanvar and nanstd divide by the
   count of numbers - correction, NaN where that is not positive; all NaN: nansum 0, nanprod 1, the others NaN, but
   nanargmin and nanargmax are NUMRS_BAD_ARGUMENT); count tells how many numbers there are. The bits are those of the
   plain operation where there is no NaN. y may overlap the inputs in any way: the numbers are those of separate memory.
   y is unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.

    Statuses: NUMRS_BAD_ARGUMENT for an unknown operation, a bad axis, a NULL view, or NULL data with elements;
   NUMRS_BAD_DTYPE when the operation does not take or give a dtype; NUMRS_BAD_SHAPE for shapes that do not go together;
   NUMRS_OVERLAP when the output overlaps itself; NUMRS_NO_MEMORY; NUMRS_UNSUPPORTED; NUMRS_CANCELLED.

    @code{.c}
    const double x[] = {1, 2, 3, 4, 5, 6};                   // (2, 3)
    double y[3];
    const int64_t shape[] = {2, 3};
    const int32_t axis = 0;
    const numrs_view vx = {(void *)x, shape, NULL, 2, NUMRS_F64}, vy = {y, shape + 1, NULL, 1, NUMRS_F64};
    numrs_reduce(NULL, NUMRS_OP_SUM, &vx, NULL, &vy, &axis, 1, 0);     // y is 5 7 9
    @endcode */
#ifndef NUMRS_REDUCE_H
#define NUMRS_REDUCE_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = op over axes of x; op is one of the NUMRS_OP_ numbers of the reduce table.

    where: NULL, or a bool view that broadcasts to x; elements where it is false are skipped (min and max of nothing:
    NUMRS_BAD_ARGUMENT; argmin and argmax take none).
    y: x's shape with the reduced axes dropped or kept as extent 1.
    axes: n_axes axes, each -ndim … ndim-1, none twice; n_axes -1: all axes, and axes may be NULL. n_axes 0 reduces each
   element by itself. argmin and argmax take one axis, or all: then the index is that of the C-order flattened array.
    correction: var and std divide by n - correction; the others ignore it. With n - correction <= 0: NaN or infinity,
   as NumPy. */
NUMRS_API numrs_status numrs_reduce(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *where,
                                    const numrs_view *y, const int32_t *axes, int32_t n_axes, double correction);

/** y[i] = op of x[0] … x[i] along axis; op of the scan table. include_initial: 0, or 1: y has one element more along
   axis and begins with the operation's identity (0, 1, the least or the greatest value). Order of evaluation for
   floats: groups of 8 are scanned by doubling (distances 1, 2, 4), group totals are added up in order from the start of
   a block of 4096, block totals in order from the start; y is (block offset + group offset) + local, in float64,
   rounded once. */
NUMRS_API numrs_status numrs_scan(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y,
                                  int32_t axis, int32_t include_initial);

/** y = sum of a * b along axis of their broadcast shape (-ndim … ndim-1); y has that shape without axis, or with extent
   1 there. The result's dtype is numrs_promote(a, b): integers wrap, bool is "any of both". Products of float32
   and of 16-bit floats are exact. Of a complex a the conjugate is taken; sums are formed in float64. */
NUMRS_API numrs_status numrs_vecdot(numrs_context *context, const numrs_view *a, const numrs_view *b,
                                    const numrs_view *y, int32_t axis);

/** dtype of the result of a reduction for an input dtype.
    @return NUMRS_OK; NUMRS_BAD_DTYPE when op does not take it; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_reduce_dtype(int32_t op, int32_t x, int32_t *result);
/** The same for a cumulative operation. */
NUMRS_API numrs_status numrs_scan_dtype(int32_t op, int32_t x, int32_t *result);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_REDUCE_H */
