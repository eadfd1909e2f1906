"""Borders around arrays, by all modes of numpy.pad."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._moves import copied, copy_to, new, take_from
from numrs._ops._typed import tensors

_GATHERED = ("edge", "reflect", "symmetric", "wrap")
_COMPUTED = ("linear_ramp", "maximum", "mean", "median", "minimum")


def _places(n, before, after, mode):
    """For each place of a padded line the place of its element."""
    at = np.arange(-before, n + after)
    if mode == "edge":
        return np.clip(at, 0, n - 1)
    if mode == "wrap":
        return at % n
    period = 2 * n if mode == "symmetric" else max(2 * n - 2, 1)
    at %= period
    return np.where(at < n, at, period - 1 - at if mode == "symmetric" else period - at)


def _widths(a, pad_width):
    if isinstance(pad_width, dict):
        pairs = [(0, 0)] * a.ndim
        for axis, width in pad_width.items():
            pairs[axis] = (width, width) if np.ndim(width) == 0 else tuple(width)
        pad_width = pairs or [(0, 0)]
    widths = array_of_data(pad_width, "pad", "pad_width")
    if widths.dtype.kind not in "iu":
        raise TypeError(f"pad: pad_width has dtype {widths.dtype}, expected integers")
    if a.ndim == 0:
        return []
    try:
        pairs = np.broadcast_to(widths, (a.ndim, 2)).tolist()
    except ValueError:
        raise ValueError(f"pad: pad_width has shape {widths.shape}, expected one that broadcasts to ({a.ndim}, 2)") from None
    if any([width < 0 for pair in pairs for width in pair]):
        raise ValueError(f"pad: pad_width is {pad_width}, expected numbers that are not negative")
    return pairs


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
    widths = _widths(a, pad_width)
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
                raise ValueError(f"pad: constant_values has shape {values.shape}, expected one that broadcasts to ({a.ndim}, 2)") from None
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
    if mode not in _GATHERED or (reflect_type == "odd" and mode in ("reflect", "symmetric")):
        given = {"stat_length": stat_length} if mode in _COMPUTED[1:] else {"end_values": end_values} if mode == "linear_ramp" else {
            "reflect_type": reflect_type
        }
        try:
            return np.pad(a, [tuple(pair) for pair in widths] if a.ndim else 0, mode, **given)
        except ValueError as error:
            raise ValueError(f"pad: {error}") from None
    y = a
    for axis, (before, after) in enumerate(widths):
        if before or after:
            if a.shape[axis] == 0:
                raise ValueError(f"pad: axis {axis} has no elements, mode {mode!r} needs one")
            y = take_from(y, _places(a.shape[axis], before, after, mode), axis, "pad")
    return copied(a) if y is a else y
