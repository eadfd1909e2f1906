# The C header numrs/lapack.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/lapack.h" nogil:
    numrs_status numrs_cholesky(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t upper)
    numrs_status numrs_solve(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y)
    numrs_status numrs_inv(numrs_context *context, const numrs_view *x, const numrs_view *y)
    numrs_status numrs_det(numrs_context *context, const numrs_view *x, const numrs_view *y)
    numrs_status numrs_slogdet(numrs_context *context, const numrs_view *x, const numrs_view *sign, const numrs_view *logabsdet)
    numrs_status numrs_qr(numrs_context *context, const numrs_view *x, const numrs_view *q, const numrs_view *r, int32_t complete)
    numrs_status numrs_eigh(numrs_context *context, const numrs_view *x, const numrs_view *values, const numrs_view *vectors, int32_t upper)
    numrs_status numrs_eig(numrs_context *context, const numrs_view *x, const numrs_view *values, const numrs_view *vectors)
    numrs_status numrs_svd(numrs_context *context, const numrs_view *x, const numrs_view *u, const numrs_view *s, const numrs_view *vh, int32_t full)
    numrs_status numrs_lstsq(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y, const numrs_view *rank, const numrs_view *s, double rcond)
