# The C header numrs/ewm.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/ewm.h" nogil:
    ctypedef struct numrs_ewm_options:
        uint32_t struct_size
        int32_t adjust
        int32_t ignore_missing
        int32_t unbiased
        int64_t min_periods
        double alpha
        const double *factors
        int64_t n_factors
    numrs_status numrs_ewm(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2, const numrs_view *y, int32_t axis, const numrs_ewm_options *options)
