# The Tensor: memory with shape, strides and dtype as the C library takes it. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t, uint64_t

from numrs.c.view cimport numrs_view

cdef enum:
    INLINE_NDIM = 4   # shapes up to here live in the object

cdef class Tensor:
    cdef numrs_view view            # shape and strides point to dims or more; never changed after construction
    cdef int64_t[8] dims            # INLINE_NDIM extents and strides
    cdef int64_t *more
    cdef int64_t size               # number of elements
    cdef void *block                # pool memory that this tensor gives back
    cdef bint writeable
    cdef bint dense                 # C order without gaps
    cdef bint wants_grad
    cdef uint64_t changes           # counts in-place changes of the memory; kept in the root
    cdef object owner               # what keeps memory alive that is not block: a Tensor (the root), an ndarray, a capsule
    cdef object gradient            # a Tensor or None
    cdef object node                # what autograd knows of how this tensor was made
    cdef object __weakref__
