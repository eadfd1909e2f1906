# Indexing and reshaping of tensors. Private to numrs._ops.
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int64_t

from numrs._ops._array cimport BYTES_OF_DTYPE
from numrs._ops._storage cimport view_tensor
from numrs._ops._tensor cimport Tensor

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object number, int *overflow) noexcept  # of an exact int: no error

cdef Tensor item_of_axis(Tensor t, int64_t index)
cdef object get_item(Tensor t, object key)
cdef int set_item(Tensor t, object key, object value) except -1
cdef int extents_of(object shape, int64_t *extents, str name) except -1
cdef Tensor reshape(Tensor t, object shape, object copy)

cdef inline Tensor item_view(Tensor t, int64_t index):
    """t[index] of an index in range."""
    return view_tensor(t, <char *>t.view.data + index * t.view.strides[0], t.view.ndim - 1, t.view.shape + 1,
                       t.view.strides + 1)

cdef inline void set_first_axis(Tensor y, int64_t extent, int64_t stride) noexcept:
    """Gives the first dimension of a new view another extent and stride."""
    cdef int64_t *at = <int64_t *>y.view.shape
    cdef int64_t rows = 1, step = BYTES_OF_DTYPE[y.view.dtype]
    cdef int d, ndim = y.view.ndim
    y.dense = True
    for d in range(1, ndim):
        rows *= at[d]
    for d in range(ndim - 1, 0, -1):
        if at[d] != 1 and at[ndim + d] != step:
            y.dense = False
        step *= at[d]
    if extent != 1 and stride != step:
        y.dense = False
    at[0] = extent
    at[ndim] = stride
    y.size = extent * rows
    if y.size == 0:
        y.dense = True

cdef inline Tensor element_view(Tensor t, tuple key):
    """m[i, j] of ints in range, as many as there are dimensions or fewer; None for any other index."""
    cdef Py_ssize_t d, count = PyTuple_GET_SIZE(key)
    cdef int64_t index, extent
    cdef int overflow
    cdef char *data = <char *>t.view.data
    if count > t.view.ndim or t.view.dtype == 0:
        return None
    for d in range(count):
        if type(key[d]) is not int:
            return None
        index = PyLong_AsLongLongAndOverflow(key[d], &overflow)
        extent = t.view.shape[d]
        if index < 0:
            index += extent
        if overflow != 0 or index < 0 or index >= extent:
            return None
        data += index * t.view.strides[d]
    return view_tensor(t, data, t.view.ndim - <int>count, t.view.shape + count, t.view.strides + count)
