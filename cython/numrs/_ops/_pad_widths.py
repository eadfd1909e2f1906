"""How wide the borders of pad are. Nothing public."""

import numpy as np

from numrs._ops._array import array_of_data


def widths_of(a, pad_width):
    """(before, after) for each axis."""
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
        raise ValueError(
            f"pad: pad_width has shape {widths.shape}, expected one that broadcasts to ({a.ndim}, 2)"
        ) from None
    if any([width < 0 for pair in pairs for width in pair]):
        raise ValueError(f"pad: pad_width is {pad_width}, expected numbers that are not negative")
    return pairs
