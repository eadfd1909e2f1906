# The C header numrs/reduce.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/reduce.h" nogil:
    numrs_status numrs_reduce(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes, double correction)
    numrs_status numrs_scan(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y, int32_t axis, int32_t include_initial)
    numrs_status numrs_vecdot(numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y, int32_t axis)
    numrs_status numrs_reduce_dtype(int32_t op, int32_t x, int32_t *result)
    numrs_status numrs_scan_dtype(int32_t op, int32_t x, int32_t *result)
