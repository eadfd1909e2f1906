# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Functions of the user's on moving windows, and windows from times."""
import numpy as np

from numrs._ops._array cimport as_array, check_out, dtype_of, is_float, table_of
from numrs._ops._rolling cimport Choice, along_axis, choose
from numrs._ops.rolling import rolling_count
from numrs._ops._typed import tensors


def _edges(window, n, Choice c):
    """First and last-but-one element of each window, inside [0, n]."""
    if c.window == 0:
        return np.asarray(window[0], np.int64), np.asarray(window[1], np.int64)
    size = min(int(c.window), 2 * n + 2)
    places = np.arange(0, n, c.step)
    ends = places + 1 + ((c.window - 1) // 2 if c.center else 0) - (c.closed in (1, 3))
    starts = ends - c.window - (c.closed == 2) + (c.closed == 3)
    if size < c.window:
        starts = np.zeros_like(places) if not c.center else np.maximum(starts, 0)
    return np.clip(starts, 0, n), np.clip(ends, 0, n)


@tensors
def rolling_apply(x, window, func, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Apply a function of yours to moving windows, one call of Python each.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    func : callable
        Takes a read-only 1-d array of the window's elements, missing ones among them, and returns a number.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which ``func`` is not called and the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray
        The numbers that ``func`` returned, in the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``, ``closed`` or
        ``out``.

    Examples
    --------
    >>> numrs.rolling_apply([1.0, 2.0, 4.0, 8.0], 2, np.prod)
    array([nan,  2.,  8., 32.])
    """
    cdef Choice c = choose("rolling_apply", window, min_periods, center, closed, step)
    if not callable(func):
        raise TypeError(f"rolling_apply: func is of type {type(func).__name__}, expected a callable")
    cdef object a, y
    table = table_of(x, "rolling_apply", "x")
    if table is not None:
        place, axis, turned = table.turned(axis, out)
        y = rolling_apply(table.values.T if turned else table.values, window, func, axis=axis, min_periods=min_periods,
                          center=center, closed=closed, step=step, out=out)
        return y if out is not None else table.like(y.T if turned else y, place, step if c.window else 0)
    a = as_array(x, "rolling_apply", "x")
    along = along_axis(axis, a, "rolling_apply")
    if min_periods is not None and c.window and min_periods > c.window:
        raise ValueError(f"rolling_apply: min_periods is {min_periods}, expected at most the window, {c.window}")
    dtype = a.dtype if is_float(dtype_of(a)) else np.float64
    lines = np.moveaxis(a, along, -1)
    n = lines.shape[lines.ndim - 1]
    # What the windows have of values is asked of the library, which checks the windows too.
    starts, ends = window if c.window == 0 else _edges(window, n, c)
    counts = rolling_count(lines, (starts, ends), min_periods=0)
    needed = (c.window or 1) if min_periods is None else min_periods
    result = np.full(counts.shape, np.nan, dtype)
    for index in np.ndindex(*counts.shape[:counts.ndim - 1]):
        line = np.ascontiguousarray(lines[index], None if lines.dtype.kind == "f" else np.float64)
        if line is a or line.base is not None:
            line = line.view()
        line.flags.writeable = False
        for i, (start, end) in enumerate(zip(starts, ends)):
            if counts[index + (i,)] >= needed:
                result[index + (i,)] = func(line[start:end])
    result = np.ascontiguousarray(np.moveaxis(result, -1, along))
    if type(out) is tuple and len(out) == 1:
        out = out[0]
    if out is None:
        return result
    y = check_out(out, "rolling_apply")
    if y.shape != result.shape:
        raise ValueError(f"rolling_apply: out has shape {y.shape}, expected {result.shape}")
    if not np.can_cast(dtype, y.dtype, "same_kind"):
        raise TypeError(f"rolling_apply: out has dtype {y.dtype}, to which {np.dtype(dtype)} cannot be cast")
    y[...] = result
    return y


@tensors
def time_windows(times, length, *, closed='right'):
    """Windows of a length of time, for the rolling functions.

    Parameters
    ----------
    times : array_like
        Sorted times of the elements: numbers, or datetime64.
    length : number or timedelta64
        How far back a window reaches, in the unit of the times.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window ``(time - length, time]``.

    Returns
    -------
    tuple of two ndarrays
        Index of the first element of each window, and of the one behind its last.

    Raises
    ------
    ValueError
        For times that are not sorted, a length that is not above 0, or a wrong ``closed``.

    Examples
    --------
    >>> numrs.rolling_sum([1.0, 2.0, 4.0, 8.0], numrs.time_windows([0, 1, 5, 6], 2))
    array([ 1.,  3.,  4., 12.])
    """
    moments = np.asarray(times)
    if moments.ndim != 1 or moments.dtype.kind not in "iufM":
        raise TypeError(f"time_windows: times have dtype {moments.dtype} and {moments.ndim} dimensions, "
                        "expected numbers or datetime64 in one")
    if closed not in ("right", "left", "both", "neither"):
        raise ValueError(f"time_windows: closed is {closed!r}, expected 'right', 'left', 'both' or 'neither'")
    if moments.dtype.kind == "u":
        moments = moments.astype(np.int64)
    if not (moments[1:] >= moments[:-1]).all() or (moments.size and moments[0] != moments[0]):
        raise ValueError("time_windows: times are not sorted")
    try:
        positive = bool(length > (np.timedelta64(0) if moments.dtype.kind == "M" else 0))
        begin = moments - length
    except TypeError:
        raise TypeError(f"time_windows: length is of type {type(length).__name__}, which does not go with times of "
                        f"dtype {moments.dtype}") from None
    if not positive:
        raise ValueError(f"time_windows: length is {length}, expected more than 0")
    starts = np.searchsorted(moments, begin, "left" if closed in ("left", "both") else "right")
    ends = np.arange(1, moments.size + 1)
    if closed in ("left", "neither"):
        ends = np.searchsorted(moments, moments, "left")
    return np.minimum(starts, ends), ends
