# The C header numrs/nn_attention.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_attention.h" nogil:
    numrs_status numrs_attention(numrs_context *context, const numrs_view *q, const numrs_view *k, const numrs_view *v, const numrs_view *mask, const numrs_view *y, const numrs_view *lse, int32_t causal, double scale, double dropout, uint64_t seed)
    numrs_status numrs_attention_backward(numrs_context *context, const numrs_view *grad, const numrs_view *q, const numrs_view *k, const numrs_view *v, const numrs_view *mask, const numrs_view *y, const numrs_view *lse, const numrs_view *gq, const numrs_view *gk, const numrs_view *gv, const numrs_view *gmask, int32_t causal, double scale, double dropout, uint64_t seed)
    numrs_status numrs_rope(numrs_context *context, const numrs_view *x, const numrs_view *cos, const numrs_view *sin, const numrs_view *y, int32_t interleaved, int32_t inverse)
