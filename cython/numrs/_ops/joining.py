"""Arrays joined, repeated, rolled: new memory, filled by copies of the C library."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._moves import axis_number, copy_to, new, take_from
from numrs._ops._tensor import Tensor
from numrs._ops._typed import tensors
from numrs._ops.creation import _extents
from numrs._ops.dtypes import result_type


def _listed(arrays, function):
    if isinstance(arrays, (Tensor, np.ndarray)):
        arrays = list(arrays)
    if not isinstance(arrays, (list, tuple)):
        raise TypeError(f"{function}: arrays is of type {type(arrays).__name__}, expected a list or tuple of arrays")
    if not arrays:
        raise ValueError(f"{function}: arrays is empty, expected at least one array")
    return [array_of_data(x, function, f"arrays[{i}]") for i, x in enumerate(arrays)]


def _joined(arrays, axis, function):
    """Arrays of the same number of dimensions one behind the other along an axis."""
    first = arrays[0]
    for i, a in enumerate(arrays):
        if a.ndim == 0:
            raise ValueError(f"{function}: arrays[{i}] has no dimensions")
        if a.ndim != first.ndim or any([a.shape[d] != first.shape[d] for d in range(a.ndim) if d != axis]):
            raise ValueError(f"{function}: arrays[{i}] has shape {a.shape}, arrays[0] {first.shape}; they may differ along axis {axis} only")
    shape = list(first.shape)
    shape[axis] = sum([a.shape[axis] for a in arrays])
    same = all([a.dtype is first.dtype or a.dtype == first.dtype for a in arrays])
    y = new(shape, first.dtype if same else result_type(*arrays), function)
    at = 0
    for a in arrays:
        end = at + a.shape[axis]
        if a.size:
            copy_to(a, y[(slice(None),) * axis + (slice(at, end),)], function)
        at = end
    return y


@tensors
def concat(arrays, /, axis=0):
    """Arrays one behind the other along an axis.

    Parameters
    ----------
    arrays : list or tuple of array_like
        Of the same shape but for the axis.
    axis : int, optional
        Along which; None: all elements in one line.

    Returns
    -------
    ndarray or Tensor
        In the dtype to which theirs promote.

    Raises
    ------
    ValueError
        For shapes that differ elsewhere, arrays without dimensions, no arrays, or an axis out of range.

    Examples
    --------
    >>> numrs.concat([[1, 2], [3]])
    array([1, 2, 3])
    """
    known = _listed(arrays, "concat")
    if axis is None:
        return _joined([a.reshape(-1) for a in known], 0, "concat")
    if known[0].ndim == 0:
        raise ValueError("concat: arrays[0] has no dimensions, expected at least one, or axis=None")
    return _joined(known, axis_number(axis, known[0].ndim, "concat", known[0].shape), "concat")


@tensors
def stack(arrays, /, axis=0):
    """Arrays side by side along a new axis.

    Parameters
    ----------
    arrays : list or tuple of array_like
        Of the same shape.
    axis : int
        Where the new axis is in the result.

    Returns
    -------
    ndarray or Tensor
        With one dimension more, in the dtype to which theirs promote.

    Raises
    ------
    ValueError
        For different shapes, no arrays, or an axis out of range.

    Examples
    --------
    >>> numrs.stack([[1, 2], [3, 4]], axis=1)
    array([[1, 3],
           [2, 4]])
    """
    known = _listed(arrays, "stack")
    for i, a in enumerate(known):
        if a.shape != known[0].shape:
            raise ValueError(f"stack: arrays[{i}] has shape {a.shape}, arrays[0] {known[0].shape}")
    along = axis_number(axis, known[0].ndim + 1, "stack", known[0].shape)
    return _joined([np.expand_dims(a, along) for a in known], along, "stack")


@tensors
def hstack(arrays, /):
    """Arrays one behind the other along the second axis, vectors along the first.

    Parameters
    ----------
    arrays : list or tuple of array_like
        Of the same shape but for that axis.

    Returns
    -------
    ndarray or Tensor
        In the dtype to which theirs promote.

    Raises
    ------
    ValueError
        For shapes that differ elsewhere.

    Examples
    --------
    >>> numrs.hstack([[1, 2], [3]])
    array([1, 2, 3])
    """
    known = [np.atleast_1d(a) for a in _listed(arrays, "hstack")]
    return _joined(known, 0 if known[0].ndim == 1 else 1, "hstack")


@tensors
def vstack(arrays, /):
    """Arrays one behind the other along the first axis, vectors as rows.

    Parameters
    ----------
    arrays : list or tuple of array_like
        Of the same shape but for that axis.

    Returns
    -------
    ndarray or Tensor
        In the dtype to which theirs promote.

    Raises
    ------
    ValueError
        For shapes that differ elsewhere.

    Examples
    --------
    >>> numrs.vstack([[1, 2], [3, 4]])
    array([[1, 2],
           [3, 4]])
    """
    return _joined([np.atleast_2d(a) for a in _listed(arrays, "vstack")], 0, "vstack")


@tensors
def append(x, values, /, axis=None):
    """An array with others behind it; a copy.

    Parameters
    ----------
    x, values : array_like
        Of the same shape but for the axis.
    axis : int, optional
        Along which; None: all elements in one line.

    Returns
    -------
    ndarray or Tensor
        In the dtype to which theirs promote.

    Raises
    ------
    ValueError
        For shapes that differ elsewhere.

    Examples
    --------
    >>> numrs.append([1, 2], 3)
    array([1, 2, 3])
    """
    a, b = array_of_data(x, "append", "x"), array_of_data(values, "append", "values")
    if axis is None:
        return _joined([a.reshape(-1), b.reshape(-1)], 0, "append")
    return _joined([a, b], axis_number(axis, a.ndim, "append", a.shape), "append")


@tensors
def repeat(x, repeats, /, *, axis=None):
    """Each element several times.

    Parameters
    ----------
    x : array_like
        Any shape.
    repeats : int or array_like of int
        How often, or how often for each element along the axis.
    axis : int, optional
        Along which; None: all elements in one line.

    Returns
    -------
    ndarray or Tensor
        Of the dtype of ``x``.

    Raises
    ------
    ValueError
        For negative numbers, or another number of them than there are elements.

    Examples
    --------
    >>> numrs.repeat([1, 2], 2)
    array([1, 1, 2, 2])
    """
    a = array_of_data(x, "repeat", "x")
    if axis is None:
        a = a.reshape(-1)
    along = axis_number(0 if axis is None else axis, a.ndim, "repeat", a.shape)
    times = array_of_data(repeats, "repeat", "repeats")
    if times.size == 0 and times.dtype.kind == "f":
        times = times.astype(np.int64)
    if times.dtype.kind not in "iu":
        raise TypeError(f"repeat: repeats has dtype {times.dtype}, expected integers")
    if times.ndim > 1 or (times.size != 1 and times.size != a.shape[along]):
        raise ValueError(f"repeat: repeats has shape {times.shape}, expected one number or {a.shape[along]}")
    if times.size and times.min() < 0:
        raise ValueError(f"repeat: repeats has the negative number {times.min()}")
    if times.size == 1:
        often = int(times.reshape(())[()])
        shape = list(a.shape)
        shape[along] *= often
        y = new(shape, a.dtype, "repeat")
        if y.size:
            wide = y.reshape((*a.shape[: along + 1], often, *a.shape[along + 1 :]))
            copy_to(np.expand_dims(a, along + 1), wide, "repeat")
        return y
    total = sum(times.tolist()) if times.size else 0
    if total >= 2**48:
        raise ValueError(f"repeat: {total} elements are more than memory can hold")
    return take_from(a, np.repeat(np.arange(a.shape[along]), times.astype(np.int64)), along, "repeat")


@tensors
def tile(x, repetitions, /):
    """An array repeated as a whole along each dimension.

    Parameters
    ----------
    x : array_like
        Any shape.
    repetitions : int or tuple of ints
        How often along each dimension, the last ones when there are fewer.

    Returns
    -------
    ndarray or Tensor
        Of the dtype of ``x``, with memory of its own.

    Raises
    ------
    ValueError
        For negative numbers.

    Examples
    --------
    >>> numrs.tile([1, 2], (2, 2))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]])
    """
    a, times = array_of_data(x, "tile", "x"), _extents(repetitions, "tile")
    if any([often < 0 for often in times]):
        raise ValueError(f"tile: repetitions is {times}, expected numbers that are not negative")
    times = (1,) * (a.ndim - len(times)) + times
    a = a.reshape((1,) * (len(times) - a.ndim) + a.shape)
    shape = [n * often for n, often in zip(a.shape, times, strict=True)]
    y = new(shape, a.dtype, "tile")
    if y.size == 0:
        return y
    narrow, wide = [], []
    for n, often in zip(a.shape, times, strict=True):
        if often != 1 and n != 1:
            narrow.append(1)
            wide.append(often)
        narrow.append(n)
        wide.append(n if n != 1 else often)
    if len(wide) > 32:
        y[...] = np.tile(a, times)
    else:
        copy_to(a.reshape(narrow), y.reshape(wide), "tile")
    return y


@tensors
def roll(x, /, shift, *, axis=None):
    """Elements moved along axes; those that fall off come in at the other end.

    Parameters
    ----------
    x : array_like
        Any shape.
    shift : int or tuple of ints
        By how many places, towards the end.
    axis : int or tuple of ints, optional
        Along which axes; None: all elements in one line, which then has the shape again.

    Returns
    -------
    ndarray or Tensor
        Of the shape and dtype of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, or different numbers of shifts and axes.

    Examples
    --------
    >>> numrs.roll([1, 2, 3], 1)
    array([3, 1, 2])
    """
    a = array_of_data(x, "roll", "x")
    shifts = _extents(shift, "roll")
    if axis is None:
        if len(shifts) != 1:
            raise ValueError(f"roll: shift is {shifts}, expected one number without an axis")
        return _rolled(a.reshape(-1), {0: shifts[0]}).reshape(a.shape)
    along = [axis_number(one, a.ndim, "roll", a.shape) for one in ((axis,) if hasattr(axis, "__index__") else axis)]
    if len(shifts) == 1:
        shifts *= len(along)
    if len(along) == 1:
        along *= len(shifts)
    if len(shifts) != len(along):
        raise ValueError(f"roll: {len(shifts)} shifts for {len(along)} axes")
    by = dict.fromkeys(along, 0)
    for d, places in zip(along, shifts, strict=True):
        by[d] += places
    return _rolled(a, by)


def _rolled(a, by):
    y = new(a.shape, a.dtype, "roll")
    if a.size == 0:
        return y
    parts = [((), ())]  # from, to: slices of the axes so far
    for d in range(a.ndim):
        places = by.get(d, 0) % a.shape[d]
        cut = a.shape[d] - places
        pieces = [(slice(0, cut), slice(places, None))] if places == 0 else [
            (slice(0, cut), slice(places, None)),
            (slice(cut, None), slice(0, places)),
        ]
        parts = [((*source, s), (*target, t)) for source, target in parts for s, t in pieces]
    for source, target in parts:
        copy_to(a[source], y[(*target, Ellipsis)], "roll")
    return y
