"""Evenly spaced numbers and grids of them."""

import math
import operator

import numpy as np

from numrs._ops import _devices as devices
from numrs._ops._array import array_of_data, as_numpy_dtype
from numrs._ops._moves import copied, copy_to
from numrs._ops._storage import empty as empty_tensor
from numrs._ops._storage import on_device, to_array
from numrs._ops._typed import tensors
from numrs._ops.elementwise_power import pow


def _real(value, function, argument):
    value = to_array(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, (np.integer, np.floating)):
        value = value.item()
    if not isinstance(value, (int, float)):
        raise TypeError(f"{function}: {argument} is of type {type(value).__name__}, expected an int or a float")
    return value


def arange(start, /, stop=None, step=1, *, dtype=None, device=None):
    """Numbers from a start up to but not including a stop, a step apart.

    Parameters
    ----------
    start : int or float
        The first number; with no ``stop`` this is the stop, and the start is 0.
    stop : int or float, optional
        Where it ends.
    step : int or float
        The distance, not 0; it may be negative.
    dtype : dtype, optional
        Of the elements; int64 when all arguments are ints, else float64.
    device : str or Device, optional
        Where the memory is; 'cpu'.

    Returns
    -------
    Tensor
        ``ceil((stop - start) / step)`` elements ``start + i * step``; ints are exact.

    Raises
    ------
    ValueError
        For a step of 0, for NaN and infinity, and for more elements than memory can hold.

    Examples
    --------
    >>> numrs.arange(1, 7, 2)
    tensor([1, 3, 5], dtype=int64, device='cpu')
    """
    place = devices.resolve(device)
    start, stop = (0, start) if stop is None else (start, stop)
    start, stop, step = (_real(v, "arange", name) for v, name in ((start, "start"), (stop, "stop"), (step, "step")))
    whole = all([isinstance(v, int) for v in (start, stop, step)])
    wanted = np.dtype(np.int64 if whole else np.float64) if dtype is None else as_numpy_dtype(dtype, "arange")
    if wanted.kind == "b":
        raise TypeError("arange: dtype is bool, expected a numeric one")
    if step == 0:
        raise ValueError("arange: step is 0")
    if not all([math.isfinite(v) for v in (start, stop, step)]):
        raise ValueError(f"arange: start, stop and step are {start}, {stop}, {step}, expected finite numbers")
    n = -(-(stop - start) // step) if whole else (stop - start) / step
    if not math.isfinite(n) or n >= 2**63:
        raise ValueError(f"arange: {start} to {stop} by {step} has more elements than memory can hold")
    n = max(math.ceil(n), 0)
    y = empty_tensor((n,), wanted)
    a = to_array(y)
    if n == 0:
        return on_device(y, place)
    if whole and max(abs(start), abs(stop), abs(step)) < 2**31:
        numbers = np.arange(start, start + n * step, step, dtype=np.int64)
    elif whole:
        last = start + (n - 1) * step
        low, high = min(start, last), max(start, last)
        if wanted.kind in "iu" and not (np.iinfo(wanted).min <= low and high <= np.iinfo(wanted).max):
            raise OverflowError(f"arange: {low} to {high} does not fit into {wanted}")
        if low >= -(2**63) and high < 2**64:
            numbers = np.arange(n, dtype=np.uint64)
            numbers *= np.uint64(step % 2**64)
            numbers += np.uint64(start % 2**64)
            numbers = numbers if low >= 0 else numbers.view(np.int64)
        else:
            numbers = np.arange(n) * float(step) + float(start)
    else:
        numbers = np.arange(n, dtype=np.float64)
        numbers *= float(step)
        numbers += float(start)
    copy_to(numbers, a, "arange")
    return on_device(y, place)


def linspace(start, stop, /, num, *, dtype=None, device=None, endpoint=True):
    """Evenly spaced numbers of an interval.

    Parameters
    ----------
    start, stop : number
        The ends of the interval.
    num : int
        How many numbers.
    dtype : dtype, optional
        Of the elements; float64, or complex128 for complex ends, when not given. Integers are rounded down.
    device : str or Device, optional
        Where the memory is; 'cpu'.
    endpoint : bool
        Whether ``stop`` is the last of them; without it the interval is half open.

    Returns
    -------
    Tensor
        ``start + i * (stop - start) / d`` computed in float64, d being ``num - 1`` or, without the end, ``num``.

    Raises
    ------
    ValueError
        For a negative ``num``.

    Examples
    --------
    >>> numrs.linspace(0, 1, 5)
    tensor([0.  , 0.25, 0.5 , 0.75, 1.  ], dtype=float64, device='cpu')
    """
    place = devices.resolve(device)
    start, stop = (to_array(v)[()] if hasattr(v, "ndim") else v for v in (start, stop))
    for value, name in ((start, "start"), (stop, "stop")):
        if not isinstance(value, (int, float, complex, np.number)):
            raise TypeError(f"linspace: {name} is of type {type(value).__name__}, expected a number")
    try:
        num = operator.index(num)
    except TypeError:
        raise TypeError(f"linspace: num is of type {type(num).__name__}, expected an int") from None
    if num < 0:
        raise ValueError(f"linspace: num is {num}, expected at least 0")
    is_complex = isinstance(start, (complex, np.complexfloating)) or isinstance(stop, (complex, np.complexfloating))
    wanted = as_numpy_dtype(dtype, "linspace") if dtype is not None else np.dtype(np.complex128 if is_complex else np.float64)
    if is_complex and wanted.kind != "c":
        raise TypeError(f"linspace: the ends are complex, which {wanted} does not hold")
    y = empty_tensor((num,), wanted)
    if num == 0:
        return on_device(y, place)
    if is_complex:
        numbers = np.empty(num, np.complex128)
        start, stop = complex(start), complex(stop)
        numbers.real, numbers.imag = (_spaced(a, b, num, endpoint) for a, b in ((start.real, stop.real), (start.imag, stop.imag)))
    else:
        numbers = _spaced(float(start), float(stop), num, endpoint)
    if wanted.kind in "iu":
        numbers = np.floor(numbers)
    copy_to(numbers, to_array(y), "linspace")
    return on_device(y, place)


def logspace(start, stop, /, num=50, *, base=10.0, dtype=None, device=None, endpoint=True):
    """Powers of a base, whose exponents are evenly spaced.

    Parameters
    ----------
    start, stop : number
        The first and the last exponent.
    num : int
        How many numbers.
    base : number
        Of the powers.
    dtype : dtype, optional
        Of the elements; float64, or complex128 for complex arguments, when not given.
    device : str or Device, optional
        Where the memory is; 'cpu'.
    endpoint : bool
        Whether ``base ** stop`` is the last of them; without it the interval is half open.

    Returns
    -------
    Tensor
        ``base ** linspace(start, stop, num)``, computed in float64 or complex128.

    Raises
    ------
    ValueError
        For a negative ``num``.

    Examples
    --------
    >>> numrs.logspace(0, 2, 3)
    tensor([  1.,  10., 100.], dtype=float64, device='cpu')
    """
    if not isinstance(base, (int, float, complex, np.number)):
        raise TypeError(f"logspace: base is of type {type(base).__name__}, expected a number")
    complexes = [isinstance(v[()] if hasattr(v, "ndim") else v, (complex, np.complexfloating)) for v in (start, stop)]
    is_complex = any(complexes) or isinstance(base, (complex, np.complexfloating))
    working = np.complex128 if is_complex else np.float64
    try:
        exponents = linspace(start, stop, num, dtype=working, device=device, endpoint=endpoint)
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("linspace", "logspace")) from None
    powers = pow(complex(base) if is_complex else float(base), exponents)
    wanted = np.dtype(working) if dtype is None else as_numpy_dtype(dtype, "logspace")
    if is_complex and wanted.kind != "c":
        raise TypeError(f"logspace: the numbers are complex, which {wanted} does not hold")
    return powers.astype(wanted, copy=False)


def _spaced(start, stop, num, endpoint):
    parts = num - 1 if endpoint else num
    numbers = np.arange(num, dtype=np.float64)
    with np.errstate(all="ignore"):
        delta = stop - start
        scale = 1.0 if math.isfinite(delta) or not (math.isfinite(start) and math.isfinite(stop)) else 0.5
        delta = stop * scale - start * scale
        if parts > 0:
            step = delta / parts
            if step == 0.0 and delta != 0.0:  # too small for a step
                numbers = numbers / parts * delta
            else:
                numbers *= step
        numbers += start * scale
        if scale != 1.0:
            numbers /= scale
    if endpoint and num > 1:
        numbers[-1] = stop
    return numbers


@tensors
def meshgrid(*arrays, indexing="xy"):
    """Coordinates of a grid from the coordinates along its axes.

    Parameters
    ----------
    *arrays : array_like
        Of at most one dimension each.
    indexing : str
        'ij': the first array runs along the first axis; 'xy': along the second one.

    Returns
    -------
    tuple of ndarrays or Tensors
        One for each array, all of the shape of the grid, with memory of their own.

    Raises
    ------
    ValueError
        For arrays of more than one dimension, or another ``indexing``.

    Examples
    --------
    >>> numrs.meshgrid([1, 2], [3, 4])[0]
    array([[1, 2],
           [1, 2]])
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is {indexing!r}, expected 'xy' or 'ij'")
    lines = [array_of_data(x, "meshgrid", f"arrays[{i}]") for i, x in enumerate(arrays)]
    for i, line in enumerate(lines):
        if line.ndim > 1:
            raise ValueError(f"meshgrid: arrays[{i}] has shape {line.shape}, expected one dimension")
    count = len(lines)
    places = list(range(count))
    if indexing == "xy" and count > 1:
        places[0], places[1] = 1, 0
    lines = [line.reshape([-1 if d == place else 1 for d in range(count)]) for line, place in zip(lines, places, strict=True)]
    shape = np.broadcast_shapes(*[line.shape for line in lines])
    return tuple([copied(np.broadcast_to(line, shape)) for line in lines])
