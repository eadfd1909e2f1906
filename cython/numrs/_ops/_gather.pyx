# cython: freethreading_compatible=True
"""t[key] and t[key] = value where one part of the key is an array of integers or a mask and the others are ints, slices, None and
Ellipsis: by the C library. Other keys, with several arrays, are NumPy's on the tensor's memory (_indexing.pyx)."""
import numpy as np

from libc.stdint cimport int64_t
from libc.string cimport memcpy
cimport numpy as cnp
from numpy cimport PyArray_NDIM, ndarray

from numrs._ops._array cimport BYTES_OF_DTYPE, NOGIL_NS, check, dtype_of, release_context
from numrs._ops._indexing cimport basic_view
from numrs._ops._place cimport context_at, context_for, device_at
from numrs._ops._storage cimport (array_over, contiguous, copy_into, from_ndarray, moved, new_tensor, new_tensor_at, shape_tuple,
                                  view_tensor)
from numrs._ops._tensor cimport Tensor
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.indexing cimport numrs_nonzero, numrs_put_along_axis, numrs_take
from numrs.c.ops cimport NUMRS_BOOL, NUMRS_F32, NUMRS_F64, NUMRS_I8, NUMRS_I64, NUMRS_U64
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef Tensor _as_index(object part):
    """A part of a key as a tensor of integers or a mask; None for anything else."""
    cdef Tensor index
    cdef ndarray a
    if type(part) is Tensor:
        index = <Tensor>part
    elif type(part) is ndarray or type(part) is list:
        if type(part) is list:
            try:
                part = np.asarray(part)
            except (ValueError, TypeError):  # NumPy says later what is wrong
                return None
            if part.size == 0:
                part = part.astype(np.int64)
        a = <ndarray>part
        if dtype_of(a) == 0 or PyArray_NDIM(a) > 32:
            return None
        index = from_ndarray(a, False)
    else:
        return None
    if index.view.dtype == NUMRS_BOOL:
        return index if index.view.ndim > 0 else None
    return index if NUMRS_I8 <= index.view.dtype <= NUMRS_U64 else None


cdef tuple _chosen_from(Tensor t, object key, int *axis):
    """The view that the simple parts of the key make of t, and the array, a mask as the indices of what it holds; axis is the
    dimension of the view that it chooses from. None for keys that are not of this kind."""
    cdef Tensor index = None, base
    cdef int64_t[32] shape, strides
    cdef int place = -1, k, d, taken = 0, before = 0, wide = 1
    cdef bint whole = False, ints = False
    if type(key) is Tensor and 1 <= t.view.ndim and NUMRS_I8 <= (<Tensor>key).view.dtype <= NUMRS_U64:  # the usual key
        axis[0] = 0
        if (<Tensor>key).place != t.place:
            if (<Tensor>key).place != 0:
                raise ValueError(f"Tensor: the index is on {device_at((<Tensor>key).place)}, the tensor on {device_at(t.place)}")
            key = moved(<Tensor>key, t.place)
        return t, key
    parts = key if type(key) is tuple else (key,)
    for k, part in enumerate(parts):
        kind = type(part)
        if kind is int:
            ints = True
            taken += 1
        elif kind is slice:
            taken += 1
        elif part is Ellipsis:
            if whole:
                return None
            whole = True
        elif part is not None:
            if place >= 0:
                return None
            index = _as_index(part)
            if index is None:
                return None
            place = k
            if index.view.dtype == NUMRS_BOOL:
                wide = index.view.ndim
            taken += wide
    if place < 0 or taken > t.view.ndim:
        return None
    if ints:  # they count as arrays: beside the array they only choose a view, apart from it they move its dimensions
        for k, part in enumerate(parts):
            if type(part) is int:
                step = 1 if k < place else -1
                if any([type(part) is not int for part in parts[k + step:place:step]]):
                    return None
    for part in parts[:place]:
        if part is Ellipsis:
            before += t.view.ndim - taken
        elif type(part) is not int:
            before += 1
    base = t if len(parts) == 1 else basic_view(t, parts[:place] + (slice(None),) * wide + parts[place + 1:])
    if base is None:
        return None
    if index.place != t.place:
        if index.place != 0:
            raise ValueError(f"Tensor: the index is on {device_at(index.place)}, the tensor on {device_at(t.place)}")
        index = moved(index, t.place)
    if index.view.dtype == NUMRS_BOOL:
        for d in range(wide):
            if base.view.shape[before + d] != index.view.shape[d]:
                raise IndexError(f"Tensor: a mask of shape {shape_tuple(index)} does not fit the dimensions from {before} on of "
                                 f"shape {shape_tuple(base)}")
        if wide > 1:
            if index.size == 0:
                return None
            for d in range(before, before + wide - 1):
                if base.view.strides[d] != base.view.strides[d + 1] * base.view.shape[d + 1]:
                    return None
            for d in range(base.view.ndim - wide + 1):
                k = d if d < before else d + wide - 1
                shape[d], strides[d] = base.view.shape[k], base.view.strides[k]
            shape[before] = index.size
            base = view_tensor(base, <char *>base.view.data, base.view.ndim - wide + 1, shape, strides)
        index = _places(index)
    axis[0] = before
    return base, index


cdef Tensor _places(Tensor mask):
    """Where a mask holds, by the number of the element."""
    cdef int64_t count = 0, step = 1
    cdef int64_t[2] shape, strides
    cdef Tensor flat = contiguous(mask), y
    if flat.view.ndim > 1:
        shape[0] = flat.size
        flat = view_tensor(flat, <char *>flat.view.data, 1, shape, &step)
    cdef double work = <double>flat.size
    _nonzero(flat, NULL, &count, work)
    shape[0], shape[1] = 1, count
    y = new_tensor_at(mask.place, 2, shape, NUMRS_I64)
    _nonzero(flat, &y.view, &count, work)
    strides[0] = 8
    return view_tensor(y, <char *>y.view.data, 1, shape + 1, strides)


cdef int _nonzero(Tensor x, const numrs_view *y, int64_t *count, double work) except -1:
    cdef numrs_status status
    cdef numrs_context *context = context_at(x.place)
    if work < NOGIL_NS and x.place == 0:
        status = numrs_nonzero(NULL, &x.view, y, count)
    else:
        with nogil:
            status = numrs_nonzero(context, &x.view, y, count)
    return check(status, "Tensor")


cdef int _shape_of(Tensor base, int axis, Tensor index, int64_t *shape) noexcept:
    """The shape of base[…, index, …]; -1: too many dimensions."""
    cdef int d, n = 0
    if base.view.ndim - 1 + index.view.ndim > 32:
        return -1
    for d in range(axis):
        shape[n] = base.view.shape[d]
        n += 1
    for d in range(index.view.ndim):
        shape[n] = index.view.shape[d]
        n += 1
    for d in range(axis + 1, base.view.ndim):
        shape[n] = base.view.shape[d]
        n += 1
    return n


cdef object gather(Tensor t, object key):
    """t[key]; None for keys that are not of this kind."""
    cdef int axis = 0, n
    cdef Tensor index, base, y
    cdef int64_t[64] shape
    cdef double work
    cdef numrs_status status
    cdef numrs_context *context
    found = _chosen_from(t, key, &axis)
    if found is None:
        return None
    base, index = <Tensor>found[0], <Tensor>found[1]
    n = _shape_of(base, axis, index, shape)
    if n < 0:
        return None
    y = new_tensor_at(base.place, n, shape, base.view.dtype)
    work = 2.0 * <double>y.size
    if work < NOGIL_NS and base.place == 0:
        status = numrs_take(NULL, &base.view, &index.view, &y.view, axis)
    else:
        context = context_for(base.place, work)
        with nogil:
            status = numrs_take(context, &base.view, &index.view, &y.view, axis)
        release_context(context)
    check(status, "Tensor")
    return y


cdef bint scatter(Tensor t, object key, object value) except -1:
    """t[key] = value; False for keys and values that are not of this kind: then nothing has changed."""
    cdef int axis = 0, n, d
    cdef Tensor index, base, v, full, flat
    cdef int64_t[64] shape, extents
    cdef double work
    cdef numrs_status status
    cdef numrs_context *context
    if type(value) is Tensor:
        v = <Tensor>value
    elif type(value) is float or type(value) is int or type(value) is bool or type(value) is complex:
        v = new_tensor(0, NULL, t.view.dtype)
        if type(value) is float and t.view.dtype == NUMRS_F64:
            (<double *>v.view.data)[0] = value
        elif type(value) is float and t.view.dtype == NUMRS_F32:
            (<float *>v.view.data)[0] = <float><double>value
        else:
            array_over(v)[...] = value
    elif type(value) is ndarray and dtype_of(<ndarray>value) != 0 and PyArray_NDIM(<ndarray>value) <= 32:
        v = from_ndarray(<ndarray>value, False)
    else:
        return False
    found = _chosen_from(t, key, &axis)
    if found is None:
        return False
    base, index = <Tensor>found[0], <Tensor>found[1]
    n = _shape_of(base, axis, index, shape)
    if n < 0 or base.size == 0 or index.size == 0:
        return False
    for d in range(base.view.ndim):
        extents[d] = 1
    if v.size == 1 and v.view.ndim <= n:
        full = new_tensor_at(t.place, base.view.ndim, extents, t.view.dtype)
        if v.view.dtype == full.view.dtype and t.place == 0:
            memcpy(full.view.data, v.view.data, BYTES_OF_DTYPE[v.view.dtype])
        elif v.view.ndim <= base.view.ndim:
            copy_into(v, full)
        else:
            copy_into(view_tensor(v, <char *>v.view.data, 0, NULL, NULL), full)
    else:
        full = new_tensor_at(t.place, n, shape, t.view.dtype)
        if v.view.ndim > n:
            return False
        copy_into(v, full)
        for d in range(base.view.ndim):
            extents[d] = base.view.shape[d]
        extents[axis] = index.size
        full = _dense_view(full, base.view.ndim, extents)
        for d in range(base.view.ndim):
            extents[d] = 1
    flat = contiguous(index)
    extents[axis] = index.size
    flat = _dense_view(flat, base.view.ndim, extents)
    work = 2.0 * <double>full.size + 2.0 * <double>index.size
    if work < NOGIL_NS and t.place == 0:
        status = numrs_put_along_axis(NULL, &flat.view, &full.view, &base.view, axis)
    else:
        context = context_for(t.place, work)
        with nogil:
            status = numrs_put_along_axis(context, &flat.view, &full.view, &base.view, axis)
        release_context(context)
    check(status, "Tensor")
    return True


cdef Tensor _dense_view(Tensor x, int ndim, const int64_t *shape):
    """A tensor in C order in another shape."""
    cdef int64_t[32] strides
    cdef int d
    cdef int64_t step = BYTES_OF_DTYPE[x.view.dtype]
    for d in range(ndim - 1, -1, -1):
        strides[d] = step
        step *= shape[d]
    return view_tensor(x, <char *>x.view.data, ndim, shape, strides)
