/* The array view: borrowed memory with shape and strides. Element types are numbered in ops.h. */
#ifndef NUMRS_VIEW_H
#define NUMRS_VIEW_H

#include "numrs/base.h"
#include "numrs/ops.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NUMRS_MAX_NDIM 32

/** Borrowed memory; frozen: this struct never changes. Any alignment, any strides (0 and negative too). */
typedef struct numrs_view {
  void *data;             /**< first element; may be NULL when the view is empty */
  const int64_t *shape;   /**< ndim extents */
  const int64_t *strides; /**< ndim strides in bytes; NULL: C order */
  int32_t ndim;           /**< 0 … NUMRS_MAX_NDIM */
  int32_t dtype;          /**< NUMRS_F32 … */
} numrs_view;

/** NUMRS_OK when every element of v lies inside [base, base + nbytes). For shapes and strides that come from outside.
 */
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
