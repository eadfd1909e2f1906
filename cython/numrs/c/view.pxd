# The C header numrs/view.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *

cdef extern from "numrs/view.h" nogil:
    enum:
        NUMRS_MAX_NDIM
    enum:
        NUMRS_ON_HOST
    ctypedef struct numrs_view:
        void *data
        const int64_t *shape
        const int64_t *strides
        int32_t ndim
        int32_t dtype
    numrs_status numrs_view_check(const numrs_view *v, const void *base, size_t nbytes)
    int32_t numrs_dtype_size(int32_t dtype)
    const char *numrs_dtype_name(int32_t dtype)
    int32_t numrs_promote(int32_t a, int32_t b)
