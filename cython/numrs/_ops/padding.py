"""Borders around arrays, by all modes of numpy.pad."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._moves import copied, copy_to, new, take_from
from numrs._ops._pad_widths import widths_of
from numrs._ops._typed import tensors
from numrs._ops.elementwise_arithmetic import add, multiply, subtract
from numrs._ops.elementwise_rounding import round as round_
from numrs._ops.order_statistics import median
from numrs._ops.reductions import max as maximum_of
from numrs._ops.reductions import mean
from numrs._ops.reductions import min as minimum_of

_GATHERED = ("edge", "reflect", "symmetric", "wrap")
_COMPUTED = ("linear_ramp", "maximum", "mean", "median", "minimum")
_STATISTICS = {"maximum": maximum_of, "mean": mean, "median": median, "minimum": minimum_of}


def _places(n, before, after, mode):
    """For each place of the border of a padded line the place of its element."""
    at = np.concatenate((np.arange(-before, 0), np.arange(n, n + after)))
    if mode == "edge":
        return np.clip(at, 0, n - 1)
    if mode == "wrap":
        return at % n
    period = 2 * n if mode == "symmetric" else max(2 * n - 2, 1)
    at %= period
    return np.where(at < n, at, period - 1 - at if mode == "symmetric" else period - at)


def _gathered(y, axis, before, after, mode):
    """One axis with a border of its own elements: only the border is gathered."""
    n = y.shape[axis]
    cut = (slice(None),) * axis
    places = _places(n, before, after, mode)
    made = new(y.shape[:axis] + (before + n + after,) + y.shape[axis + 1 :], y.dtype, "pad")
    copy_to(y, made[(*cut, slice(before, before + n))], "pad")
    if before:
        copy_to(take_from(y, places[:before], axis, "pad"), made[(*cut, slice(0, before))], "pad")
    if after:
        copy_to(take_from(y, places[before:], axis, "pad"), made[(*cut, slice(before + n, None))], "pad")
    return made


def _pairs(value, ndim, mode):
    """What is given for both ends of each axis."""
    if value is None:
        return [(None, None)] * ndim
    a = array_of_data(value, "pad", "end_values" if mode == "linear_ramp" else "stat_length")
    try:
        pairs = np.broadcast_to(a, (max(ndim, 1), 2))
    except ValueError:
        raise ValueError(
            f"pad: end_values or stat_length has shape {a.shape}, expected one that broadcasts to ({ndim}, 2)"
        ) from None
    if mode == "linear_ramp":
        return [(pair[0], pair[1]) for pair in pairs]
    if a.dtype.kind not in "iu":
        raise TypeError(f"pad: stat_length has dtype {a.dtype}, expected integers")
    if a.size and a.min() < 0:
        raise ValueError(f"pad: stat_length is {value}, expected numbers that are not negative")
    if a.size and a.min() == 0 and mode in ("maximum", "minimum"):
        raise ValueError(f"pad: stat_length of 0 has no {mode}")
    return pairs.tolist()


def _statistic(part, axis, mode):
    """Of the elements at one end, in the dtype of the array: integers are rounded."""
    if part.shape[axis] == 0:
        return np.full([1 if d == axis else n for d, n in enumerate(part.shape)], np.nan)
    found = np.asarray(_STATISTICS[mode](part, axis=axis, keepdims=True))
    return np.asarray(round_(found)) if part.dtype.kind in "iu" and found.dtype.kind == "f" else found


def _computed(y, axis, before, after, mode, given):
    """One axis with a border of a statistic, or of a ramp to a value."""
    n = y.shape[axis]
    cut = (slice(None),) * axis
    made = new(y.shape[:axis] + (before + n + after,) + y.shape[axis + 1 :], y.dtype, "pad")
    copy_to(y, made[(*cut, slice(before, before + n))], "pad")
    for at_end, width in ((False, before), (True, after)):
        if width == 0:
            continue
        border = made[(*cut, slice(before + n, None) if at_end else slice(0, before))]
        if mode == "linear_ramp":
            edge = y[(*cut, slice(n - 1, None) if at_end else slice(0, 1))]
            ramp = np.linspace(given[at_end], edge, width, endpoint=False, dtype=y.dtype, axis=axis)
            ramp = ramp.reshape(border.shape)
            copy_to(ramp[(*cut, slice(None, None, -1))] if at_end else ramp, border, "pad")
            continue
        length = n if given[at_end] is None else min(given[at_end], n)
        part = y[(*cut, slice(n - length, None) if at_end else slice(0, length))]
        with np.errstate(all="ignore"):
            copy_to(_statistic(part, axis, mode), border, "pad")
    return made


def _odd(y, axis, before, after, mode):
    """One axis mirrored in its end points: f(-k) = 2 f(0) - f(k), as often as the border asks for."""
    n = y.shape[axis]
    cut = (slice(None),) * axis
    first, last = y[(*cut, slice(0, 1))], y[(*cut, slice(n - 1, None))]
    extra = 1 if mode == "symmetric" else 0
    period = 2 * (n - 1 + extra)

    def ahead(k):
        """f at places k >= 0."""
        times, rest = k // period, k % period
        mirrored = rest >= n
        found = take_from(y, np.where(mirrored, period - extra - rest, rest), axis, "pad")
        shape = (1,) * axis + (-1,) + (1,) * (y.ndim - axis - 1)
        found = np.where(mirrored.reshape(shape), subtract(multiply(last, 2), found), found)
        if times.any():
            found = add(found, multiply(multiply(subtract(last, first), 2), times.reshape(shape).astype(y.dtype)))
        return found

    made = new(y.shape[:axis] + (before + n + after,) + y.shape[axis + 1 :], y.dtype, "pad")
    copy_to(y, made[(*cut, slice(before, before + n))], "pad")
    with np.errstate(all="ignore"):
        if before:
            back = ahead(np.arange(before, 0, -1) - extra)
            copy_to(np.asarray(subtract(multiply(first, 2), back)), made[(*cut, slice(0, before))], "pad")
        if after:
            copy_to(np.asarray(ahead(np.arange(n, n + after))), made[(*cut, slice(before + n, None))], "pad")
    return made


@tensors
def pad(x, pad_width, /, mode="constant", *, constant_values=0, end_values=0, stat_length=None, reflect_type="even"):
    """An array with a border around it.

    Parameters
    ----------
    x : array_like
        Any shape.
    pad_width : int, pair of ints, sequence of pairs or dict
        How many elements before and behind, for all axes or for each.
    mode : str
        'constant', 'empty', 'edge', 'linear_ramp', 'maximum', 'mean', 'median', 'minimum', 'reflect', 'symmetric' or 'wrap'.
    constant_values : number or sequence of pairs
        What the border is, mode 'constant'.
    end_values : number or sequence of pairs
        The outermost elements, mode 'linear_ramp'.
    stat_length : int or sequence of pairs, optional
        How many elements at the edge the statistics are taken of; None: all.
    reflect_type : str
        'even', or 'odd': twice the edge less the reflected element.

    Returns
    -------
    ndarray or Tensor
        Of the dtype of ``x``.

    Raises
    ------
    ValueError
        For negative widths, an unknown mode, or an axis without elements where the mode needs some.

    Examples
    --------
    >>> numrs.pad([1, 2], 2, 'edge')
    array([1, 1, 1, 2, 2, 2])
    """
    a = array_of_data(x, "pad", "x")
    if mode not in ("constant", "empty", *_GATHERED, *_COMPUTED):
        raise ValueError(f"pad: mode is {mode!r}, expected constant, empty, {', '.join(_GATHERED + _COMPUTED)}")
    if reflect_type not in ("even", "odd"):
        raise ValueError(f"pad: reflect_type is {reflect_type!r}, expected 'even' or 'odd'")
    widths = widths_of(a, pad_width)
    shape = tuple([n + before + after for n, (before, after) in zip(a.shape, widths, strict=True)])
    if mode in ("constant", "empty"):
        y = new(shape, a.dtype, "pad")
        inside = tuple([slice(before, before + n) for n, (before, _) in zip(a.shape, widths, strict=True)])
        if mode == "constant":
            values = array_of_data(constant_values, "pad", "constant_values")
            try:
                with np.errstate(all="ignore"):
                    values = np.broadcast_to(values.astype(a.dtype), (max(a.ndim, 1), 2))
            except ValueError:
                raise ValueError(
                    f"pad: constant_values has shape {values.shape}, expected one that broadcasts to ({a.ndim}, 2)"
                ) from None
            for axis in range(a.ndim):  # the outer slabs of each axis, as NumPy: later axes write the corners
                (before, after), end = widths[axis], shape[axis] - widths[axis][1]
                cut = (slice(None),) * axis
                if before:
                    copy_to(values[axis, :1].reshape(()), y[(*cut, slice(0, before))], "pad")
                if after:
                    copy_to(values[axis, 1:].reshape(()), y[(*cut, slice(end, None))], "pad")
        if a.size:
            copy_to(a, y[(*inside, Ellipsis)], "pad")
        return y
    odd = reflect_type == "odd" and mode in ("reflect", "symmetric")
    given = _pairs(
        stat_length if mode in _COMPUTED[1:] else end_values if mode == "linear_ramp" else None, a.ndim, mode
    )
    y = a
    for axis, (before, after) in enumerate(widths):
        if before or after:
            if a.shape[axis] == 0:
                raise ValueError(f"pad: axis {axis} has no elements, mode {mode!r} needs one")
            if mode in _COMPUTED:
                y = _computed(y, axis, before, after, mode, given[axis])
            elif odd and a.shape[axis] > 1:
                y = _odd(y, axis, before, after, mode)
            else:
                y = _gathered(y, axis, before, after, mode)
    return copied(a) if y is a else y
