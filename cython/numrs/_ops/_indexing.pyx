# cython: freethreading_compatible=True
"""Indexing and reshaping of tensors: integers, slices, Ellipsis and None give views; gathering is NumPy's. Nothing public."""
import numpy as np

from cpython.slice cimport PySlice_AdjustIndices, PySlice_Unpack
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport ndarray

from numrs._ops._array cimport BYTES_OF_DTYPE, descr_of
from numrs._ops._storage cimport (array_over, copied, copy_into, from_ndarray, numrs_times, shape_tuple, tensor_of, valid,
                                  view_tensor, written)
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport plain
from numrs.c cimport ops
from numrs.c.view cimport NUMRS_MAX_NDIM

cnp.import_array()


cdef object _axis_error(int64_t index, int d, int64_t extent):
    return IndexError(f"Tensor: index {index} is out of bounds for axis {d} with size {extent}")


cdef object _too_many(Tensor t, int count):
    return IndexError(f"Tensor: {count} indices for {t.view.ndim} dimensions (shape {shape_tuple(t)})")


cdef Tensor item_of_axis(Tensor t, int64_t index):
    """t[index]."""
    cdef int64_t extent
    if t.view.ndim == 0:
        raise _too_many(t, 1)
    extent = t.view.shape[0]
    if index < -extent or index >= extent:
        raise _axis_error(index, 0, extent)
    if index < 0:
        index += extent
    return view_tensor(t, <char *>t.view.data + index * t.view.strides[0], t.view.ndim - 1, t.view.shape + 1,
                       t.view.strides + 1)


cdef Tensor _slice_of_axis(Tensor t, slice key):
    """t[a:b:c]."""
    cdef Py_ssize_t start, stop, step, length
    cdef int d, ndim = t.view.ndim
    cdef int64_t[32] shape, strides
    if ndim == 0:
        raise _too_many(t, 1)
    PySlice_Unpack(key, &start, &stop, &step)
    length = PySlice_AdjustIndices(t.view.shape[0], &start, &stop, step)
    for d in range(ndim):
        shape[d] = t.view.shape[d]
        strides[d] = t.view.strides[d]
    shape[0] = length
    strides[0] *= step
    return view_tensor(t, <char *>t.view.data + (start * t.view.strides[0] if length > 0 else 0), ndim, shape, strides)


cdef Tensor basic_view(Tensor t, tuple keys):
    """The view that integers, slices, Ellipsis and None choose; None when there is anything else among the keys."""
    cdef int64_t[64] shape, strides
    cdef char *data = <char *>t.view.data
    cdef int d = 0, n = 0, taken = 0, skipped
    cdef int64_t index, extent
    cdef Py_ssize_t start, stop, step, length
    cdef bint whole = False
    for key in keys:
        if type(key) is int or type(key) is slice:
            taken += 1
        elif key is Ellipsis:
            if whole:
                raise IndexError("Tensor: an index can have one Ellipsis ('...')")
            whole = True
        elif key is not None:
            if type(key) is not slice and (isinstance(key, (bool, np.bool_, list, tuple)) or not hasattr(key, "__index__")):
                return None
            if isinstance(key, (np.ndarray, Tensor)) and (key.ndim != 0 or key.dtype.kind not in "iu"):
                return None
            taken += 1
    if taken > t.view.ndim:
        raise _too_many(t, taken)
    skipped = t.view.ndim - taken
    if PyTuple_GET_SIZE(keys) + skipped > 64:
        raise IndexError(f"Tensor: an index of {len(keys)} parts makes more than {NUMRS_MAX_NDIM} dimensions")
    if not whole and skipped > 0:
        keys = keys + (Ellipsis,)
    for key in keys:
        if type(key) is int:
            extent = t.view.shape[d]
            try:
                index = <int64_t>key
            except OverflowError:
                raise IndexError(f"Tensor: index {key} is out of bounds for axis {d} with size {extent}") from None
            if index < -extent or index >= extent:
                raise _axis_error(index, d, extent)
            data += (index + extent if index < 0 else index) * t.view.strides[d]
            d += 1
        elif key is None:
            shape[n] = 1
            strides[n] = 0
            n += 1
        elif key is Ellipsis:
            for _ in range(skipped):
                shape[n] = t.view.shape[d]
                strides[n] = t.view.strides[d]
                n += 1
                d += 1
        elif type(key) is slice:
            PySlice_Unpack(key, &start, &stop, &step)
            length = PySlice_AdjustIndices(t.view.shape[d], &start, &stop, step)
            shape[n] = length
            strides[n] = t.view.strides[d] * step
            if length > 0:
                data += start * t.view.strides[d]
            n += 1
            d += 1
        else:
            extent = t.view.shape[d]
            index = key.__index__()
            if index < -extent or index >= extent:
                raise _axis_error(index, d, extent)
            data += (index + extent if index < 0 else index) * t.view.strides[d]
            d += 1
    return view_tensor(t, data, n, shape, strides)


cdef object _plain_key(object key):
    """An index with ndarrays in the place of tensors."""
    if isinstance(key, Tensor):
        return array_over(<Tensor>key)
    if type(key) is tuple:
        return tuple([_plain_key(part) for part in <tuple>key])
    return key if type(key) is slice else plain(key)


cdef object get_item(Tensor t, object key):
    cdef Tensor view
    valid(t)
    if type(key) is int:
        try:
            return item_of_axis(t, key)
        except OverflowError:
            raise IndexError(f"Tensor: index {key} is out of bounds for axis 0") from None
    if type(key) is slice:
        return _slice_of_axis(t, <slice>key)
    view = basic_view(t, <tuple>key if type(key) is tuple else (key,))
    if view is not None:
        return view
    try:
        found = array_over(t)[_plain_key(key)]
    except IndexError as error:
        raise IndexError(f"Tensor: {error} (shape {shape_tuple(t)})") from None
    return tensor_of(found)


cdef bint _store_number(object value, int32_t dtype, void *target):
    """Writes a Python number as an element; False: NumPy's rules are needed."""
    if type(value) is float:
        if dtype == ops.NUMRS_F64:
            (<double *>target)[0] = value
            return True
        if dtype == ops.NUMRS_F32:
            (<float *>target)[0] = <float><double>value
            return True
    elif type(value) is int and -2**31 <= value < 2**31:
        if dtype == ops.NUMRS_I64:
            (<int64_t *>target)[0] = value
            return True
        if dtype == ops.NUMRS_F64:
            (<double *>target)[0] = <double><int64_t>value
            return True
        if dtype == ops.NUMRS_F32:
            (<float *>target)[0] = <float><int64_t>value
            return True
    elif type(value) is bool and dtype == ops.NUMRS_BOOL:
        (<char *>target)[0] = value
        return True
    return False


cdef int set_item(Tensor t, object key, object value) except -1:
    cdef Tensor view
    valid(t)
    written(t)
    if type(value) is float or type(value) is int or type(value) is bool:
        view = basic_view(t, <tuple>key if type(key) is tuple else (key,))
        if view is not None and view.view.ndim == 0 and _store_number(value, t.view.dtype, view.view.data):
            return 0
        with np.errstate(all="ignore"):
            if view is None:
                array_over(t)[_plain_key(key)] = value
            else:
                array_over(view)[...] = value
        return 0
    if isinstance(value, (Tensor, np.ndarray, np.generic)) and value.dtype.kind == "c" and \
            (<object>descr_of(t.view.dtype)).kind != "c":
        raise TypeError(f"Tensor: cannot store {value.dtype} in {descr_of(t.view.dtype)}; take its real part first")
    view = basic_view(t, <tuple>key if type(key) is tuple else (key,))
    if view is not None and type(value) is Tensor:
        copy_into(<Tensor>value, view)
        return 0
    with np.errstate(all="ignore"):
        if view is None:
            array_over(t)[_plain_key(key)] = plain(value)
        else:
            array_over(view)[...] = value
    return 0


cdef int extents_of(object shape, int64_t *extents, str name) except -1:
    """An int or a sequence of ints as extents; their number."""
    cdef int d, ndim
    if type(shape) is not tuple:
        if hasattr(shape, "__index__") and not isinstance(shape, bool):
            shape = (shape,)
        else:
            try:
                shape = tuple(shape)
            except TypeError:
                raise TypeError(f"{name}: shape is of type {type(shape).__name__}, expected an int or a tuple of ints") from None
    ndim = <int>len(shape)
    if ndim > NUMRS_MAX_NDIM:
        raise ValueError(f"{name}: {ndim} dimensions, at most {NUMRS_MAX_NDIM} are supported")
    for d in range(ndim):
        extent = (<tuple>shape)[d]
        try:
            extents[d] = extent if type(extent) is int else extent.__index__()
        except (AttributeError, TypeError):
            raise TypeError(f"{name}: shape has an extent of type {type(extent).__name__}, expected ints") from None
        except OverflowError:
            raise ValueError(f"{name}: shape is {shape}, more than memory can hold") from None
    return ndim


cdef Tensor reshape(Tensor t, object shape, object copy):
    """The elements in another shape: a view where strides allow it, or a copy unless that is refused."""
    cdef int64_t[32] extents, strides
    cdef int d, ndim, open_ = -1
    cdef int64_t size = 1, step
    cdef Tensor y
    valid(t)
    ndim = extents_of(shape, extents, "reshape")
    for d in range(ndim):
        if extents[d] == -1 and open_ < 0:
            open_ = d
        elif extents[d] < 0 or numrs_times(size, extents[d], &size):
            raise ValueError(f"reshape: shape is {shape}, expected extents that are not negative, one may be -1")
    if open_ >= 0:
        if size == 0 or t.size % size != 0:
            raise ValueError(f"reshape: {t.size} elements of shape {shape_tuple(t)} do not fill shape {shape}")
        extents[open_] = t.size // size
    elif size != t.size:
        raise ValueError(f"reshape: {t.size} elements of shape {shape_tuple(t)} do not fill shape {shape}")
    if not t.dense:
        if copy is True:
            return reshape(copied(t), shape, None)
        a = array_over(t)
        made = a.reshape([extents[d] for d in range(ndim)])  # NumPy knows whether a view does
        if t.size != 0 and not np.may_share_memory(a, made):
            if copy is False:
                raise ValueError(f"reshape: shape {shape_tuple(t)} with strides {t.strides} becomes {shape} by copying only, "
                                 "and copy is False")
        return from_ndarray(<ndarray>made, True)
    step = BYTES_OF_DTYPE[t.view.dtype]
    for d in range(ndim - 1, -1, -1):
        strides[d] = step
        step *= extents[d]
    y = view_tensor(t, <char *>t.view.data, ndim, extents, strides)
    return copied(y) if copy is True else y
