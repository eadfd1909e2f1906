# Indexing and reshaping of tensors. Private to numrs._ops.
from cpython.ref cimport PyObject
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int64_t

from numrs._ops._array cimport BYTES_OF_DTYPE
from numrs._ops._storage cimport numrs_times, view_tensor
from numrs._ops._tensor cimport INLINE_NDIM, Tensor

cdef extern from "Python.h":
    long long PyLong_AsLongLongAndOverflow(object number, int *overflow) noexcept  # of an exact int: no error

cdef extern from *:
    """
    /* PySlice_Unpack and PySlice_AdjustIndices of a slice a:b of ints or without ends; its length, -1 for any other. */
    static inline int64_t numrs_plain_slice(PyObject *key, int64_t extent, int64_t *start) {
      PySliceObject *slice = (PySliceObject *)key;
      int overflow = 0;
      int64_t begin = 0, end = extent;
      if (slice->step != Py_None) return -1;
      if (slice->start != Py_None) {
        if (!PyLong_CheckExact(slice->start)) return -1;
        begin = PyLong_AsLongLongAndOverflow(slice->start, &overflow);
        if (overflow) return -1;
        if (begin < 0) begin = begin + extent < 0 ? 0 : begin + extent;
        if (begin > extent) begin = extent;
      }
      if (slice->stop != Py_None) {
        if (!PyLong_CheckExact(slice->stop)) return -1;
        end = PyLong_AsLongLongAndOverflow(slice->stop, &overflow);
        if (overflow) return -1;
        if (end < 0) end = end + extent < 0 ? 0 : end + extent;
        if (end > extent) end = extent;
      }
      *start = begin;
      return end > begin ? end - begin : 0;
    }
    """
    int64_t numrs_plain_slice(object key, int64_t extent, int64_t *start) noexcept

cdef Tensor item_of_axis(Tensor t, int64_t index)
cdef Tensor basic_view(Tensor t, tuple keys)
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

cdef inline Tensor slice_view(Tensor t, object key):
    """t[a:b] of a tensor with dimensions; None where a or b is anything but an int or absent, or there is a step."""
    cdef int64_t start, stride = t.view.strides[0], length = numrs_plain_slice(key, t.view.shape[0], &start)
    cdef Tensor y
    if length < 0:
        return None
    y = view_tensor(t, <char *>t.view.data + (start * stride if length > 0 else 0), t.view.ndim, t.view.shape, t.view.strides)
    set_first_axis(y, length, stride)
    return y

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

cdef inline Tensor reshaped(Tensor t, PyObject *const *extents, Py_ssize_t ndim):
    """reshape of a tensor in C order to ints, one may be -1; None for anything that is not as simple or not right."""
    cdef int64_t[INLINE_NDIM] shape, strides
    cdef int64_t size = 1, step = BYTES_OF_DTYPE[t.view.dtype]
    cdef int overflow, d, open_ = -1
    if not t.dense or t.view.dtype == 0 or ndim > INLINE_NDIM:
        return None
    for d in range(<int>ndim):
        if type(<object>extents[d]) is not int:
            return None
        shape[d] = PyLong_AsLongLongAndOverflow(<object>extents[d], &overflow)
        if shape[d] == -1 and open_ < 0 and overflow == 0:
            open_ = d
        elif overflow != 0 or shape[d] < 0 or numrs_times(size, shape[d], &size):
            return None
    if open_ >= 0:
        if size == 0 or t.size % size != 0:
            return None
        shape[open_] = t.size // size
    elif size != t.size:
        return None
    for d in range(<int>ndim - 1, -1, -1):
        strides[d] = step
        step *= shape[d]
    return view_tensor(t, <char *>t.view.data, <int>ndim, shape, strides)
