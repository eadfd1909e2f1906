# Tensors as memory. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t
from numpy cimport ndarray

from numrs._ops._tensor cimport Tensor

cdef extern from *:
    """
    #define numrs_times(a, b, y) __builtin_mul_overflow((int64_t)(a), (int64_t)(b), (int64_t *)(y))
    """
    bint numrs_times(int64_t a, int64_t b, int64_t *y) noexcept

cdef int64_t *room_for(Tensor t, int ndim) except NULL
cdef void give_back(Tensor t) noexcept
cdef Tensor new_tensor(int ndim, const int64_t *shape, int32_t dtype)
cdef Tensor new_like(Tensor model, int32_t dtype)
cdef Tensor view_tensor(Tensor base, char *data, int ndim, const int64_t *shape, const int64_t *strides)
cdef Tensor from_ndarray(ndarray a, bint ours)
cdef ndarray array_over(Tensor t)
cdef object tensor_of(object y)
cdef Tensor root_of(Tensor t)
cdef int32_t valid(Tensor t) except 0
cdef int written(Tensor t) except -1
cdef Tensor contiguous(Tensor t)
cdef Tensor copied(Tensor t)
cdef int copy_into(Tensor x, Tensor y) except -1
cdef int take_over(Tensor t, Tensor made) except -1
cdef object shape_tuple(Tensor t)

cdef bint recording() noexcept           # does autograd remember what this thread computes?
cdef bint set_recording(bint on) noexcept  # gives what it was

cdef inline bint tracked(object x) noexcept:
    """Is x a tensor that autograd follows?"""
    return type(x) is Tensor and (<Tensor>x).wants_grad and recording()

cdef inline bint same_dims(Tensor a, Tensor b) noexcept:
    cdef int d, ndim = a.view.ndim
    if ndim != b.view.ndim:
        return False
    for d in range(ndim):
        if a.view.shape[d] != b.view.shape[d]:
            return False
    return True
