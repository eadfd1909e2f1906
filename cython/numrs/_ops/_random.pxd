# A stream of random numbers: its state, and draws of the operations of random.def. Public classes are in random_*.pyx.
from libc.stdint cimport int32_t, int64_t, uint64_t
from numpy cimport ndarray

from numrs._ops._tensor cimport Tensor
from numrs.c.random cimport numrs_random_state

cdef object _result(ndarray y)
cdef object first_of(object out)
cdef int32_t place_of_draw(str name, object device, object out, object a, object b) except -1
cdef Tensor parameter_at(int32_t place, object x, str name, str argument)
cdef object shape_of_size(str name, object size, object shape)
cdef int32_t float_dtype(str name, object dtype, object out) except 0
cdef object inclusive(str name, object high)

cdef void draw_moves(object how) noexcept
cdef uint64_t seed_of(object generator) except? 1
cdef uint64_t seed_at(Stream like, object counter) except? 1

cdef class Stream:
    cdef numrs_random_state state
    cdef uint64_t spawned
    cdef int seed(self, list words) except -1
    cdef int copy_from(self, Stream other) except -1
    cdef uint64_t take_children(self, uint64_t n) except? 0
    cdef dict get(self)
    cdef int set(self, object value) except -1
    cdef numrs_random_state reserve(self, uint64_t blocks, numrs_random_state *after)
    cdef int skip(self, uint64_t blocks) except -1
    cdef void give_back(self, numrs_random_state *before, numrs_random_state *after)
    cdef ndarray draw(self, int32_t op, str name, object size, int32_t dtype, object out, object a=*, object b=*)
    cdef ndarray permutations(self, str name, object shape, int axis)
    cdef Tensor draw_on(self, int32_t place, int32_t op, str name, object size, int32_t dtype, object out, object a=*, object b=*)
    cdef Tensor permutations_on(self, int32_t place, str name, object shape, int axis)
