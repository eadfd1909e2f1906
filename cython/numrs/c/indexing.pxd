# The C header numrs/indexing.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/indexing.h" nogil:
    numrs_status numrs_take(numrs_context *context, const numrs_view *x, const numrs_view *indices, const numrs_view *y, int32_t axis)
    numrs_status numrs_take_along_axis(numrs_context *context, const numrs_view *x, const numrs_view *indices, const numrs_view *y, int32_t axis)
    numrs_status numrs_put_along_axis(numrs_context *context, const numrs_view *indices, const numrs_view *values, const numrs_view *y, int32_t axis)
    numrs_status numrs_nonzero(numrs_context *context, const numrs_view *x, const numrs_view *y, int64_t *count)
