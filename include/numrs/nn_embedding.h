/** @file
    Rows of a table by index, and their gradients; labels as rows of zeros and ones; dropout. Views of any strides.

    Indices are of any integer dtype and are all looked at before anything is written: one outside of the table is
    NUMRS_BAD_INDEX, and the message says where. The bits do not depend on threads or instruction set. On a device the
   call waits for that look at the indices, and is not for recording; a state of dropout is memory of the host.

    @code{.c}
    const float table[] = {1, 2, 3, 4, 5, 6};
    const int64_t at[] = {2, 0}, table_shape[] = {3, 2}, shape[] = {2, 2};
    float y[4];
    const numrs_view weight = {(void *)table, table_shape, NULL, 2, NUMRS_F32}, indices = {(void *)at, shape, NULL, 1,
    NUMRS_I64}, rows = {y, shape, NULL, 2, NUMRS_F32};
    numrs_embedding(NULL, &weight, &indices, &rows);    // y is 5 6 1 2
    @endcode */
#ifndef NUMRS_NN_EMBEDDING_H
#define NUMRS_NN_EMBEDDING_H

#include "numrs/random.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = the rows of weight (n, width), of any dtype, at indices in [0, n). y has the shape of indices and the width
   behind it.
    @return NUMRS_OK; NUMRS_BAD_INDEX; NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP for a y that overlaps itself;
    NUMRS_NO_MEMORY; NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_embedding(numrs_context *context, const numrs_view *weight, const numrs_view *indices,
                                       const numrs_view *y);

/** gradient (n, width) = row i is the sum of the rows of grad whose index is i, in float64 and in their order, rounded
    once; zeros where there is none, and for row padding_idx (negative: none). grad: float dtypes, the shape of indices
    and the width. Statuses as numrs_embedding. */
NUMRS_API numrs_status numrs_embedding_backward(numrs_context *context, const numrs_view *grad,
                                                const numrs_view *indices, const numrs_view *gradient,
                                                int64_t padding_idx);

/** y = zeros, and a one at each index along its last axis, of extent n; indices in [0, n) have y's shape without that
    axis. y is of any dtype. Statuses as numrs_embedding. */
NUMRS_API numrs_status numrs_one_hot(numrs_context *context, const numrs_view *indices, const numrs_view *y);

/** y = x / (1 - p) with probability 1 - p, else 0, for each element; p 1 gives zeros. Element i in C order depends on
    word i of 32 bits of the stream of state alone, which stays as it is (numrs_random_advance by numrs_random_blocks of
    NUMRS_OP_RANDOM_BITS for half as many elements moves on). The gradient of y is the same function of its gradient.
    x: float dtypes; y has its shape and may be it.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for a p outside of [0, 1] or a state that no draw would take; NUMRS_BAD_SHAPE;
    NUMRS_BAD_DTYPE; NUMRS_OVERLAP; NUMRS_NO_MEMORY; NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_dropout(numrs_context *context, const numrs_random_state *state, const numrs_view *x,
                                     const numrs_view *y, double p);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_EMBEDDING_H */
