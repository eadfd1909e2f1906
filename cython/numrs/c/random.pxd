# The C header numrs/random.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/random.h" nogil:
    ctypedef struct numrs_random_state:
        uint32_t struct_size
        uint32_t reserved
        uint64_t key[2]
        uint64_t counter[2]
    numrs_status numrs_random_seed(numrs_random_state *state, const uint64_t *words, int64_t n_words)
    numrs_status numrs_random_advance(numrs_random_state *state, uint64_t blocks)
    numrs_status numrs_random_jump(numrs_random_state *state, uint32_t jumps)
    numrs_status numrs_random_blocks(int32_t op, int64_t n, uint64_t *blocks)
    numrs_status numrs_random(numrs_context *context, int32_t op, numrs_random_state *state, const numrs_view *y, const numrs_view *parameters, int32_t n_parameters)
    numrs_status numrs_random_permutation(numrs_context *context, numrs_random_state *state, const numrs_view *y, int32_t axis)
    numrs_status numrs_random_multinomial(numrs_context *context, numrs_random_state *state, const numrs_view *trials, const numrs_view *p, const numrs_view *y)
