# The C header numrs/nn_linear.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_linear.h" nogil:
    ctypedef struct numrs_linear_pack:
        pass
    numrs_status numrs_linear(numrs_context *context, const numrs_view *x, const numrs_view *weight, const numrs_view *bias, const numrs_view *y, const numrs_view *pre, int32_t activation, double slope)
    numrs_status numrs_linear_pack_create(numrs_context *context, const numrs_view *weight, numrs_linear_pack **pack)
    void numrs_linear_pack_destroy(numrs_linear_pack *pack)
    numrs_status numrs_linear_pack_info(const numrs_linear_pack *pack, int64_t *k, int64_t *n, int32_t *dtype, int64_t *bytes)
    numrs_status numrs_linear_pack_columns(numrs_context *context, const numrs_linear_pack *pack, int64_t first, const numrs_view *y)
    numrs_status numrs_linear_packed(numrs_context *context, const numrs_view *x, const numrs_linear_pack *pack, const numrs_view *bias, const numrs_view *y, const numrs_view *pre, int32_t activation, double slope)
    numrs_status numrs_linear_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x, const numrs_view *weight, const numrs_view *saved, const numrs_view *gx, const numrs_view *gw, const numrs_view *gb, int32_t activation, double slope)
