/** @file
    The array view: borrowed memory with shape and strides. Element types are numbered in ops.h.

    @code{.c}
    double x[6] = {1, 2, 3, 4, 5, 6};
    const int64_t shape[] = {3, 2}, strides[] = {8, 24};     // bytes
    const numrs_view transposed = {x, shape, strides, 2, NUMRS_F64};   // of the (2, 3) array in C order
    if (numrs_view_check(&transposed, x, sizeof x) != NUMRS_OK) puts(numrs_message());
    @endcode */
#ifndef NUMRS_VIEW_H
#define NUMRS_VIEW_H

#include "numrs/base.h"
#include "numrs/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NUMRS_MAX_NDIM 32 /**< most dimensions of a view */

/** Added to a view's dtype in a call on a device (device.h): the one element it has is in memory of the host, and is
    read before the call returns. Of inputs only; on the CPU it says nothing. */
#define NUMRS_ON_HOST 0x100

/** Borrowed memory; frozen: this struct never changes. Any alignment, any strides (0 and negative too). The library
   keeps no pointer to it, nor to shape and strides, beyond the call. */
typedef struct numrs_view {
  void *data;             /**< first element; may be NULL when the view is empty */
  const int64_t *shape;   /**< ndim extents */
  const int64_t *strides; /**< ndim strides in bytes; NULL: C order */
  int32_t ndim;           /**< 0 … NUMRS_MAX_NDIM */
  int32_t dtype;          /**< NUMRS_F32 …, perhaps | NUMRS_ON_HOST */
} numrs_view;

/** Whether every element of v lies inside [base, base + nbytes). For shapes and strides that come from outside: the
    operations believe them.
    @return NUMRS_OK when they do; NUMRS_BAD_ARGUMENT when one does not or a pointer is NULL that may not be;
    NUMRS_BAD_SHAPE and NUMRS_BAD_DTYPE for a view that no call would take. */
NUMRS_API numrs_status numrs_view_check(const numrs_view *v, const void *base, size_t nbytes);

/** Bytes of one element; 0 for a number that is no dtype. */
NUMRS_API int32_t numrs_dtype_size(int32_t dtype);
/** Name such as "float32"; "invalid" for a number that is no dtype; never NULL. */
NUMRS_API const char *numrs_dtype_name(int32_t dtype);
/** NumPy 2's promotion of two dtypes; 0 when one is invalid. */
NUMRS_API int32_t numrs_promote(int32_t a, int32_t b);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_VIEW_H */
