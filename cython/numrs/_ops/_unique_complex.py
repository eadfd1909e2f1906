"""The different elements of complex arrays: in order of their real parts, then their imaginary parts, as NumPy orders them."""

import numpy as np

from numrs._ops.elementwise_comparison import logical_or, not_equal
from numrs._ops.order_sorting import argsort
from numrs._ops.scans import cumulative_sum


def unique(x):
    """Values, first places, the place of each element's value, and counts of the different elements of x, in one dimension
    but for the third, which has the shape of x. Zeros of either sign are one element; each NaN is one of its own."""
    flat = x.reshape(-1)
    real, imag = flat.real + 0.0, flat.imag + 0.0  # -0 becomes 0: sorts tell them apart
    order = argsort(imag, stable=True)
    order = order[argsort(real[order], stable=True)]  # stable: equal real parts stay in the order of their imaginary ones
    real, imag = real[order], imag[order]
    first = np.ones(flat.size, bool)
    if flat.size:
        first[1:] = logical_or(not_equal(real[1:], real[:-1]), not_equal(imag[1:], imag[:-1]))
    begins = np.flatnonzero(first)
    counts = np.diff(np.append(begins, flat.size))
    inverse = np.empty(flat.size, np.int64)
    inverse[order] = cumulative_sum(first, dtype=np.int64) - 1 if flat.size else 0
    return flat[order[begins]], order[begins], inverse.reshape(x.shape), counts
