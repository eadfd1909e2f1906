"""Tensors from data: numbers, lists, ndarrays, columns of tables, arrays of other libraries; no arithmetic."""

import numpy as np

from numrs._ops import _devices as devices
from numrs._ops._array import array_of_data, as_numpy_dtype
from numrs._ops._dlpack import from_device_memory, from_dlpack
from numrs._ops._storage import empty, from_array, to_array
from numrs._ops._tensor import Tensor

_MIXED = "expected numbers, nested lists of them, an ndarray, a Tensor, or an object with __dlpack__"


def _listed(data, function):
    """Nested lists with tensors among the parts, as lists of plain numbers and arrays; text and ragged lists are refused."""
    if isinstance(data, Tensor):
        return to_array(data)
    if isinstance(data, (list, tuple)):
        return [_listed(part, function) for part in data]
    return data


def _array(data, dtype, function):
    """Any data as an ndarray of a supported dtype, without a copy where there is an array already."""
    if isinstance(data, Tensor):
        array = to_array(data)
    elif isinstance(data, np.ndarray) or not (hasattr(type(data), "__dlpack__") and not hasattr(type(data), "__arrow_c_array__")):
        if isinstance(data, (str, bytes, dict, set)) or data is None:
            raise TypeError(f"{function}: data is of type {type(data).__name__}, {_MIXED}")
        if isinstance(data, (list, tuple)):
            data = _listed(data, function)
            wanted = None if dtype is None or _holds(dtype) else dtype
            try:
                with np.errstate(all="ignore"):
                    data = np.asarray(data, dtype=wanted)
            except OverflowError as error:
                raise OverflowError(f"{function}: {error}") from None
            except (ValueError, TypeError) as error:
                kind = ValueError if isinstance(error, ValueError) else TypeError
                raise kind(f"{function}: {error}") from None
        elif isinstance(data, (bool, int, float, complex)) and dtype is not None and not _holds(dtype):
            try:
                with np.errstate(all="ignore"):
                    data = np.asarray(data, dtype=dtype)
            except (OverflowError, TypeError) as error:
                raise type(error)(f"{function}: {error}") from None
        array = array_of_data(data, function, "data")
    else:
        array = to_array(from_dlpack(data))
    if dtype is None or array.dtype == dtype:
        return array
    if array.dtype.kind == "c" and dtype.kind not in "cb":
        raise TypeError(f"{function}: data of dtype {array.dtype} does not convert to {dtype}; take the real part first")
    return to_array(from_array(array).astype(dtype))


def _holds(dtype):
    """bfloat16: NumPy makes it from numbers by way of float64."""
    return dtype.name == "bfloat16"


def asarray(obj, /, *, dtype=None, device=None, copy=None):
    """Numbers of any kind as a Tensor.

    Parameters
    ----------
    obj : array_like
        Numbers, nested lists of them, an ndarray, a Tensor, a column or frame of pandas, polars or Arrow, or any object with
        ``__dlpack__`` or ``__cuda_array_interface__``.
    dtype : dtype, optional
        Of the result; that of obj when not given.
    device : str or Device, optional
        Where the result is wanted; the current device, for memory of a GPU that GPU.
    copy : bool, optional
        True: always memory of its own; False: never, ValueError where it would be needed; None: only if needed.

    Returns
    -------
    Tensor
        Over the memory of obj where dtype and copy allow.

    Raises
    ------
    TypeError
        For what holds no numbers.
    ValueError
        For ragged lists, or where copy is False and a copy is needed.

    Examples
    --------
    >>> numrs.asarray([1, 2, 3])
    tensor([1, 2, 3], dtype=int64, device='cpu')
    """
    wanted = None if dtype is None else as_numpy_dtype(dtype, "asarray")
    if not isinstance(obj, Tensor):
        there = from_device_memory(obj, device)
        if there is not None:
            return asarray(there, dtype=dtype, device=device, copy=copy)
        place = devices.resolve(device)
    else:
        place = obj.device if device is None else devices.resolve(device)
        if copy is False and (place != obj.device or (wanted is not None and wanted != obj.dtype)):
            raise ValueError(f"asarray: a Tensor of dtype {obj.dtype} on {obj.device} becomes one {'' if wanted is None else f'of {wanted} '}on "
                             f"{place} by copying only, and copy is False")
        if wanted is None or wanted == obj.dtype:
            return obj.to(place, copy=bool(copy))
        if place != devices.CPU or obj.device != devices.CPU:
            return obj.to(wanted, device=place) if obj.device == devices.CPU else obj.to(place, dtype=wanted)
    if place != devices.CPU:
        if copy is False:
            raise ValueError(f"asarray: obj of type {type(obj).__name__} comes to {place} by copying only, and copy is False")
        return from_array(_array(obj, wanted, "asarray")).to(place)
    array = _array(obj, wanted, "asarray")
    shares = _shares(array, obj)
    if copy is False and not shares:
        raise ValueError(
            f"asarray: obj of type {type(obj).__name__} becomes a Tensor{'' if wanted is None else f' of dtype {wanted}'} "
            "by copying only, and copy is False"
        )
    made = from_array(array)
    return made.copy() if copy and shares else made


def _shares(array, obj):
    """Is array over the memory of obj?"""
    if isinstance(obj, Tensor):
        return np.may_share_memory(array, to_array(obj))
    if isinstance(obj, np.ndarray):
        return array.base is obj or array is obj or (array.size > 0 and np.may_share_memory(array, obj))
    if isinstance(obj, (bool, int, float, complex, list, tuple, np.generic)):
        return False
    if hasattr(type(obj), "__dlpack__"):
        return True
    return not array.flags.owndata or hasattr(obj, "__array_interface__")


def from_numpy(a, /, *, copy=None):
    """An ndarray as a Tensor over the same memory, whatever its strides; read-only stays read-only.

    Parameters
    ----------
    a : ndarray
        Of a supported dtype.
    copy : bool, optional
        True: memory of its own; False: ValueError where the memory cannot be shared (bytes in foreign order).

    Returns
    -------
    Tensor

    Raises
    ------
    TypeError
        For anything but an ndarray of numbers.

    Examples
    --------
    >>> a = np.zeros(2)
    >>> numrs.from_numpy(a)[0] = 5
    >>> a
    array([5., 0.])
    """
    if not isinstance(a, np.ndarray):
        raise TypeError(f"from_numpy: a is of type {type(a).__name__}, expected an ndarray")
    return asarray(a, copy=copy, device=devices.CPU)


def construct(data, shape, dtype, device):
    """What Tensor(data, shape=, dtype=, device=) is."""
    place = devices.resolve(device)
    wanted = None if dtype is None else as_numpy_dtype(dtype, "Tensor")
    if data is None:
        made = empty(_extents(() if shape is None else shape), np.dtype(np.float64) if wanted is None else wanted, place)
        if made.size:
            made.fill(0)
        return made
    if isinstance(data, Tensor) and data.device != devices.CPU:
        made = data.detach().to(place if device is not None else data.device, dtype=wanted, copy=True)
    else:
        made = from_array(_array(data, wanted, "Tensor")).to(place, copy=True)
    return made if shape is None else made.reshape(*_extents(shape))


def _extents(shape):
    return tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
