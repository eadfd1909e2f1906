# The C header numrs/linalg.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/linalg.h" nogil:
    numrs_status numrs_matmul(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y)
    numrs_status numrs_inner(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y)
    numrs_status numrs_outer(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y)
    numrs_status numrs_svdvals(numrs_context *context, const numrs_view *x, const numrs_view *y)
    numrs_status numrs_matmul_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape)
    numrs_status numrs_inner_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape)
    numrs_status numrs_outer_shape(const numrs_view *a, const numrs_view *b, int32_t *ndim, int64_t *shape)
