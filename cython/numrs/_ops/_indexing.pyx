# cython: freethreading_compatible=True
"""Indexing and reshaping of tensors: integers, slices, Ellipsis and None give views; gathering is in
_gather.pyx, or NumPy's. Nothing public."""
import numpy as np

from cpython.slice cimport PySlice_AdjustIndices, PySlice_Unpack
from cpython.tuple cimport PyTuple_GET_SIZE
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_NDIM, ndarray

from numrs._ops._array cimport BYTES_OF_DTYPE, descr_of
from numrs._ops._gather cimport gather, scatter
from numrs._ops._record cimport record, store
from numrs._ops._storage cimport (array_over, copied, copy_into, from_ndarray, moved, numrs_times, store_number, shape_tuple,
                                  tensor_of, tracked, valid, view_tensor, written)
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
    return item_view(t, index + extent if index < 0 else index)


cdef Tensor _slice_of_axis(Tensor t, slice key):
    """t[a:b:c]."""
    cdef Py_ssize_t start, stop, step, length
    cdef int64_t stride
    cdef Tensor y
    if t.view.ndim == 0:
        raise _too_many(t, 1)
    PySlice_Unpack(key, &start, &stop, &step)
    length = PySlice_AdjustIndices(t.view.shape[0], &start, &stop, step)
    stride = t.view.strides[0]
    y = view_tensor(t, <char *>t.view.data + (start * stride if length > 0 else 0), t.view.ndim, t.view.shape, t.view.strides)
    set_first_axis(y, length, stride * step)
    return y


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


cdef bint is_array(object key) noexcept:
    """Is it a tensor with dimensions or an ndarray with some?"""
    if type(key) is Tensor:
        return (<Tensor>key).view.ndim > 0
    return type(key) is ndarray and PyArray_NDIM(<ndarray>key) > 0


cdef object get_item(Tensor t, object key):
    cdef Tensor view
    cdef int64_t index
    cdef int overflow
    valid(t)
    if tracked(t):
        return record("getitem", None, (t, key), {})
    if type(key) is int:
        index = PyLong_AsLongLongAndOverflow(key, &overflow)
        if overflow != 0:
            raise IndexError(f"Tensor: index {key} is out of bounds for axis 0")
        return item_of_axis(t, index)
    if type(key) is slice:
        return _slice_of_axis(t, <slice>key)
    if is_array(key):
        found = gather(t, key)
        if found is not None:
            return found
    view = basic_view(t, <tuple>key if type(key) is tuple else (key,))
    if view is not None:
        return view
    found = gather(t, key)
    if found is not None:
        return found
    if t.place != 0:
        from numrs._ops._device_functions import gather_at
        return gather_at(t, key)
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


cdef int _set_on_device(Tensor t, object key, object value) except -1:
    """t[key] = value for memory of a device; what is in memory of the CPU is brought there."""
    cdef Tensor view = None if is_array(key) else basic_view(t, <tuple>key if type(key) is tuple else (key,)), given, y
    if type(value) is Tensor:
        given = <Tensor>value
    else:
        if not isinstance(value, (np.ndarray, np.generic)):
            with np.errstate(all="ignore"):
                value = np.asarray(value, dtype=descr_of(t.view.dtype)) if t.view.dtype != ops.NUMRS_BF16 else \
                    np.asarray(value, dtype=np.float64).astype(descr_of(ops.NUMRS_BF16))
        given = from_ndarray(<ndarray>np.asarray(value), False)
    if (<object>descr_of(given.view.dtype)).kind == "c" and (<object>descr_of(t.view.dtype)).kind != "c":
        raise TypeError(f"Tensor: cannot store {descr_of(given.view.dtype)} in {descr_of(t.view.dtype)}; take its real part first")
    if view is not None:
        if given.place == 0 and given.view.ndim == 0:
            y = view
            store_number(given, y)
        else:
            copy_into(given, view)
        return 0
    if not scatter(t, key, given if given.place == t.place else moved(given, t.place)):
        from numrs._ops._device_functions import scatter_at
        scatter_at(t, key, given)
    return 0


cdef int set_item(Tensor t, object key, object value) except -1:
    cdef Tensor view
    valid(t)
    if tracked(t) or tracked(value):
        store(t, key, value)
        return 0
    written(t)
    if t.place != 0:
        return _set_on_device(t, key, value)
    if is_array(key) and (type(value) is float or (type(value) is Tensor and (<Tensor>value).view.dtype == t.view.dtype)):
        if scatter(t, key, value):
            return 0
    if type(value) is float or type(value) is int or type(value) is bool:
        view = basic_view(t, <tuple>key if type(key) is tuple else (key,))
        if view is not None and view.view.ndim == 0 and _store_number(value, t.view.dtype, view.view.data):
            return 0
        if view is None and scatter(t, key, value):
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
    if view is None and scatter(t, key, value):
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


cdef bint _strides_of_view(Tensor t, int ndim, const int64_t *shape, int64_t *strides) noexcept:
    """Strides of a view of t in another shape with as many elements, not none; False: there is no such view. Runs of dimensions of
    t that lie in one piece are filled by runs of new ones."""
    cdef int64_t[32] extents, steps
    cdef int64_t old, new
    cdef int n = 0, d, first = 0, last, begin = 0, end
    for d in range(t.view.ndim):
        if t.view.shape[d] != 1:
            extents[n], steps[n] = t.view.shape[d], t.view.strides[d]
            n += 1
    while first < n and begin < ndim:
        last, end = first + 1, begin + 1
        old, new = extents[first], shape[begin]
        while old != new:
            if new < old:
                new *= shape[end]
                end += 1
            else:
                old *= extents[last]
                last += 1
        for d in range(first, last - 1):
            if steps[d] != steps[d + 1] * extents[d + 1]:
                return False
        strides[end - 1] = steps[last - 1]
        for d in range(end - 1, begin, -1):
            strides[d - 1] = strides[d] * shape[d]
        first, begin = last, end
    for d in range(begin, ndim):  # extents of 1
        strides[d] = BYTES_OF_DTYPE[t.view.dtype]
    return True


cdef Tensor reshape(Tensor t, object shape, object copy):
    """The elements in another shape: a view where strides allow it, or a copy unless that is refused."""
    cdef int64_t[32] extents, strides
    cdef int d, ndim, open_ = -1
    cdef int64_t size = 1, step
    cdef Tensor y
    valid(t)
    if tracked(t):
        return record("reshape", None, (t, shape), {"copy": copy})
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
        if _strides_of_view(t, ndim, extents, strides):
            return view_tensor(t, <char *>t.view.data, ndim, extents, strides)
        if copy is False:
            raise ValueError(f"reshape: shape {shape_tuple(t)} with strides {t.strides} becomes {shape} by copying only, "
                             "and copy is False")
        return reshape(copied(t), shape, None)
    step = BYTES_OF_DTYPE[t.view.dtype]
    for d in range(ndim - 1, -1, -1):
        strides[d] = step
        step *= extents[d]
    y = view_tensor(t, <char *>t.view.data, ndim, extents, strides)
    return copied(y) if copy is True else y
