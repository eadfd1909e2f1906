# cython: freethreading_compatible=True
"""Views of tensors for the functions of manipulation.py and splitting.py, without a way through ndarrays: each gives None for
arguments that are not as they mostly are, and then the function there takes them, or says what is wrong. Nothing public."""
from libc.stdint cimport int64_t

from numrs._ops._indexing cimport PyLong_AsLongLongAndOverflow, item_view
from numrs._ops._storage cimport view_tensor
from numrs._ops._tensor cimport Tensor


cdef bint _is_axis(object axis, int ndim, int *place) noexcept:
    """Is it an int in range? Then as 0 … ndim-1."""
    cdef int overflow
    cdef int64_t value
    if type(axis) is not int:
        return False
    value = PyLong_AsLongLongAndOverflow(axis, &overflow)
    if overflow != 0 or value < -ndim or value >= ndim:
        return False
    place[0] = <int>(value + ndim if value < 0 else value)
    return True


cdef int _axes(object axes, int ndim, int *places) noexcept:
    """Different ints in range, or one: their number; -1 for anything else."""
    cdef int k, j, count
    if type(axes) is not tuple:
        return 1 if _is_axis(axes, ndim, places) else -1
    if len(<tuple>axes) > ndim:
        return -1
    count = <int>len(<tuple>axes)
    for k in range(count):
        if not _is_axis((<tuple>axes)[k], ndim, &places[k]):
            return -1
        for j in range(k):
            if places[j] == places[k]:
                return -1
    return count


cdef Tensor _ordered(Tensor x, const int *order):
    """The dimensions in another order."""
    cdef int64_t[32] shape, strides
    cdef int d
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[order[d]]
        strides[d] = x.view.strides[order[d]]
    return view_tensor(x, <char *>x.view.data, x.view.ndim, shape, strides)


def permute_dims(Tensor x, /, axes):
    cdef int[32] order
    if type(axes) is not tuple or _axes(axes, x.view.ndim, order) != x.view.ndim:
        return None
    return _ordered(x, order)


def transpose(Tensor x, /, axes=None):
    cdef int[32] order
    cdef int d
    if axes is not None:
        return permute_dims(x, axes)
    for d in range(x.view.ndim):
        order[d] = x.view.ndim - 1 - d
    return _ordered(x, order)


def swapaxes(Tensor x, axis1, axis2, /):
    cdef int[32] order
    cdef int d, first, second
    if not _is_axis(axis1, x.view.ndim, &first) or not _is_axis(axis2, x.view.ndim, &second):
        return None
    for d in range(x.view.ndim):
        order[d] = d
    order[first], order[second] = second, first
    return _ordered(x, order)


def matrix_transpose(Tensor x, /):
    return swapaxes(x, -1, -2) if x.view.ndim >= 2 else None


def moveaxis(Tensor x, source, destination, /):
    cdef int[32] order, sources, places
    cdef bint[32] filled, moved
    cdef int d, k, at = 0, ndim = x.view.ndim, count = _axes(source, ndim, sources)
    if count < 0 or _axes(destination, ndim, places) != count:
        return None
    for d in range(ndim):
        filled[d] = moved[d] = False
    for k in range(count):
        order[places[k]] = sources[k]
        filled[places[k]] = moved[sources[k]] = True
    for d in range(ndim):  # the others keep their order
        if not moved[d]:
            while filled[at]:
                at += 1
            order[at] = d
            at += 1
    return _ordered(x, order)


def expand_dims(Tensor x, /, axis):
    cdef int64_t[32] shape, strides
    cdef int[32] places
    cdef bint[32] new
    cdef int d, k, at = 0, ndim, count
    count = 1 if type(axis) is not tuple else <int>min(len(<tuple>axis), 64)
    ndim = x.view.ndim + count
    if ndim > 32 or _axes(axis, ndim, places) != count:
        return None
    for d in range(ndim):
        new[d] = False
    for k in range(count):
        new[places[k]] = True
    for d in range(ndim):
        if new[d]:
            shape[d], strides[d] = 1, 0
        else:
            shape[d], strides[d] = x.view.shape[at], x.view.strides[at]
            at += 1
    return view_tensor(x, <char *>x.view.data, ndim, shape, strides)


def squeeze(Tensor x, /, axis=None):
    cdef int64_t[32] shape, strides
    cdef int[32] places
    cdef bint[32] gone
    cdef int d, k, n = 0, count
    for d in range(x.view.ndim):
        gone[d] = axis is None and x.view.shape[d] == 1
    if axis is not None:
        count = _axes(axis, x.view.ndim, places)
        if count < 0:
            return None
        for k in range(count):
            if x.view.shape[places[k]] != 1:
                return None
            gone[places[k]] = True
    for d in range(x.view.ndim):
        if not gone[d]:
            shape[n], strides[n] = x.view.shape[d], x.view.strides[d]
            n += 1
    return x if n == x.view.ndim else view_tensor(x, <char *>x.view.data, n, shape, strides)


def flip(Tensor x, /, *, axis=None):
    cdef int64_t[32] strides
    cdef int[32] places
    cdef int d, k, count = x.view.ndim
    cdef char *data = <char *>x.view.data
    if x.view.ndim == 0 or x.size == 0:
        return None
    if axis is None:
        for d in range(count):
            places[d] = d
    else:
        count = _axes(axis, x.view.ndim, places)
        if count < 0:
            return None
    for d in range(x.view.ndim):
        strides[d] = x.view.strides[d]
    for k in range(count):
        d = places[k]
        data += (x.view.shape[d] - 1) * strides[d]
        strides[d] = -strides[d]
    return view_tensor(x, data, x.view.ndim, x.view.shape, strides)


cdef Tensor _stretched(Tensor x, int ndim, const int64_t *shape):
    """A view of a larger shape, read-only; None where it does not broadcast."""
    cdef int64_t[32] strides
    cdef int d, before = ndim - x.view.ndim
    cdef bint same = before == 0
    cdef int64_t extent
    cdef Tensor y
    if before < 0:
        return None
    for d in range(before):
        strides[d] = 0
    for d in range(before, ndim):
        extent = x.view.shape[d - before]
        strides[d] = x.view.strides[d - before]
        if extent != shape[d]:
            if extent != 1:
                return None
            strides[d] = 0
            same = False
    if same:
        return x
    y = view_tensor(x, <char *>x.view.data, ndim, shape, strides)
    y.writeable = False
    return y


def broadcast_to(Tensor x, /, shape):
    cdef int64_t[32] extents
    cdef int64_t size = 1
    cdef int d, ndim, overflow
    if type(shape) is not tuple or len(<tuple>shape) > 32:
        return None
    ndim = <int>len(<tuple>shape)
    for d in range(ndim):
        if type((<tuple>shape)[d]) is not int:
            return None
        extents[d] = PyLong_AsLongLongAndOverflow((<tuple>shape)[d], &overflow)
        if overflow != 0 or extents[d] < 0 or extents[d] > 1 << 20 or size > 1 << 40:
            return None  # NumPy knows what is too much
        size *= extents[d]
    return _stretched(x, ndim, extents)


def unstack(Tensor x, /, *, axis=0):
    cdef int64_t[32] shape, strides
    cdef int d, n = 0, along
    cdef int64_t k
    if not _is_axis(axis, x.view.ndim, &along):
        return None
    if along == 0:
        return tuple([item_view(x, k) for k in range(x.view.shape[0])])
    for d in range(x.view.ndim):
        if d != along:
            shape[n], strides[n] = x.view.shape[d], x.view.strides[d]
            n += 1
    return tuple([view_tensor(x, <char *>x.view.data + k * x.view.strides[along], n, shape, strides)
                  for k in range(x.view.shape[along])])


FUNCTIONS = {function.__name__: function for function in (
    permute_dims, transpose, swapaxes, matrix_transpose, moveaxis, expand_dims, squeeze, flip, broadcast_to, unstack)}
