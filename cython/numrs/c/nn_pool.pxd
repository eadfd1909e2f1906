# The C header numrs/nn_pool.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_pool.h" nogil:
    numrs_status numrs_max_pool(numrs_context *context, const numrs_view *x, const numrs_view *y, const numrs_view *indices, int32_t spatial, const int64_t *kernel, const int64_t *stride, const int64_t *padding, const int64_t *dilation)
    numrs_status numrs_max_pool_backward(numrs_context *context, const numrs_view *grad, const numrs_view *indices, const numrs_view *gx, int32_t spatial)
    numrs_status numrs_avg_pool(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t spatial, const int64_t *kernel, const int64_t *stride, const int64_t *padding, int32_t count_include_pad, int64_t divisor)
    numrs_status numrs_avg_pool_backward(numrs_context *context, const numrs_view *grad, const numrs_view *gx, int32_t spatial, const int64_t *kernel, const int64_t *stride, const int64_t *padding, int32_t count_include_pad, int64_t divisor)
    numrs_status numrs_adaptive_avg_pool(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t spatial)
    numrs_status numrs_adaptive_avg_pool_backward(numrs_context *context, const numrs_view *grad, const numrs_view *gx, int32_t spatial)
    numrs_status numrs_adaptive_max_pool(numrs_context *context, const numrs_view *x, const numrs_view *y, const numrs_view *indices, int32_t spatial)
