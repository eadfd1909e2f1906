# The C header numrs/nn_embedding.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *
from numrs.c.random cimport *

cdef extern from "numrs/nn_embedding.h" nogil:
    numrs_status numrs_embedding(numrs_context *context, const numrs_view *weight, const numrs_view *indices, const numrs_view *y)
    numrs_status numrs_embedding_backward(numrs_context *context, const numrs_view *grad, const numrs_view *indices, const numrs_view *gradient, int64_t padding_idx)
    numrs_status numrs_one_hot(numrs_context *context, const numrs_view *indices, const numrs_view *y)
    numrs_status numrs_dropout(numrs_context *context, const numrs_random_state *state, const numrs_view *x, const numrs_view *y, double p)
