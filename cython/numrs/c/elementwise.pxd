# The C header numrs/elementwise.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/elementwise.h" nogil:
    numrs_status numrs_unary(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y)
    numrs_status numrs_binary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b, const numrs_view *y)
    numrs_status numrs_ternary(numrs_context *context, int32_t op, const numrs_view *a, const numrs_view *b, const numrs_view *c, const numrs_view *y)
    numrs_status numrs_convert(numrs_context *context, const numrs_view *x, const numrs_view *y)
    numrs_status numrs_unary_n(numrs_context *context, int32_t op, int32_t dtype, const void *x, void *y, int64_t n)
    numrs_status numrs_binary_n(numrs_context *context, int32_t op, int32_t dtype, const void *a, const void *b, void *y, int64_t n)
    numrs_status numrs_unary_dtypes(int32_t op, int32_t x, int32_t *compute, int32_t *result)
    numrs_status numrs_binary_dtypes(int32_t op, int32_t a, int32_t b, int32_t *compute, int32_t *result)
    numrs_status numrs_ternary_dtypes(int32_t op, int32_t a, int32_t b, int32_t c, int32_t *compute, int32_t *result)
