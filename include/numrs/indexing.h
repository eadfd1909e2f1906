/** @file
    Gathering and scattering by indices on views: any strides, any dtype; elements move as they are, nothing is
   computed.

    Indices are of any integer dtype; negative ones count from the end. Every index is looked at before anything is
    written: one out of range is NUMRS_BAD_INDEX, and the message says which. Outputs have the dtype of the elements
    and may overlap the inputs in any way: the elements are those of separate memory. An output that overlaps itself is
    NUMRS_OVERLAP. The bits do not depend on threads or instruction set.

    @code{.c}
    const double x[] = {10, 20, 30};
    const int64_t at[] = {2, -3}, three = 3, two = 2;
    double y[2];
    const numrs_view vx = {(void *)x, &three, NULL, 1, NUMRS_F64}, vi = {(void *)at, &two, NULL, 1, NUMRS_I64},
                     vy = {y, &two, NULL, 1, NUMRS_F64};
    numrs_take(NULL, &vx, &vi, &vy, 0);    // y is 30 10
    @endcode */
#ifndef NUMRS_INDEXING_H
#define NUMRS_INDEXING_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = the elements of x at indices along axis (-ndim … ndim-1). y has x's shape with the shape of indices, of any
    number of dimensions, in the place of the axis. */
NUMRS_API numrs_status numrs_take(numrs_context *context, const numrs_view *x, const numrs_view *indices,
                                  const numrs_view *y, int32_t axis);

/** y[…, i, …] = x[…, indices[…, i, …], …], i along axis. indices has as many dimensions as x; the others than axis
    are broadcast against each other, and y has that shape with the extent of indices along axis. */
NUMRS_API numrs_status numrs_take_along_axis(numrs_context *context, const numrs_view *x, const numrs_view *indices,
                                             const numrs_view *y, int32_t axis);

/** y[…, indices[…, i, …], …] = values[…, i, …], i along axis; the other elements of y stay. indices has as many
    dimensions as y and broadcasts to its shape but for axis; values broadcasts to that shape with the extent of indices
    along axis. Where an index is there twice the last one holds. */
NUMRS_API numrs_status numrs_put_along_axis(numrs_context *context, const numrs_view *indices, const numrs_view *values,
                                            const numrs_view *y, int32_t axis);

/** The places of the elements that are not zero (NaN is none), in C order, and how many they are (*count). y: NULL, to
    count only, or int64 of shape (ndim of x, *count): the indices along each dimension. x has at least one dimension.
 */
NUMRS_API numrs_status numrs_nonzero(numrs_context *context, const numrs_view *x, const numrs_view *y, int64_t *count);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_INDEXING_H */
