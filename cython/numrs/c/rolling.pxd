# The C header numrs/rolling.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/rolling.h" nogil:
    enum:
        NUMRS_CLOSED_RIGHT
        NUMRS_CLOSED_LEFT
        NUMRS_CLOSED_BOTH
        NUMRS_CLOSED_NEITHER
    enum:
        NUMRS_ROLLING_LINEAR
        NUMRS_ROLLING_LOWER
        NUMRS_ROLLING_HIGHER
        NUMRS_ROLLING_MIDPOINT
        NUMRS_ROLLING_NEAREST
        NUMRS_ROLLING_INVERTED_CDF
        NUMRS_ROLLING_AVERAGED_INVERTED_CDF
        NUMRS_ROLLING_CLOSEST_OBSERVATION
        NUMRS_ROLLING_INTERPOLATED_INVERTED_CDF
        NUMRS_ROLLING_HAZEN
        NUMRS_ROLLING_WEIBULL
        NUMRS_ROLLING_MEDIAN_UNBIASED
        NUMRS_ROLLING_NORMAL_UNBIASED
        NUMRS_ROLLING_RANK_AVERAGE
        NUMRS_ROLLING_RANK_MIN
        NUMRS_ROLLING_RANK_MAX
    enum:
        NUMRS_ROLLING_DESCENDING
        NUMRS_ROLLING_FRACTION
    ctypedef struct numrs_rolling_options:
        uint32_t struct_size
        int32_t closed
        int64_t window
        int64_t min_periods
        int64_t step
        int32_t center
        int32_t method
        int32_t flags
        int32_t reserved
        double parameter
        const int64_t *starts
        const int64_t *ends
        int64_t n_bounds
        const double *weights
    numrs_status numrs_rolling(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2, const numrs_view *y, int32_t axis, const numrs_rolling_options *options)
    numrs_status numrs_rolling_length(int64_t n, const numrs_rolling_options *options, int64_t *outputs)
    numrs_status numrs_rolling_dtype(int32_t op, int32_t x, int32_t *result)
