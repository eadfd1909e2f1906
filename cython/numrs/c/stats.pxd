# The C header numrs/stats.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/stats.h" nogil:
    numrs_status numrs_stat(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2, const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes, const double *parameters, int32_t n_parameters)
    numrs_status numrs_stat_dtype(int32_t op, int32_t x, int32_t x2, int32_t *result)
    numrs_status numrs_stat_shape(int32_t op, int32_t *inputs, int32_t *outputs)
    numrs_status numrs_group(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *keys, const numrs_view *y, int32_t axis, double parameter)
    numrs_status numrs_group_dtype(int32_t op, int32_t x, int32_t *result)
    numrs_status numrs_histogram(numrs_context *context, const numrs_view *x, const numrs_view *weights, const numrs_view *edges, const numrs_view *counts)
