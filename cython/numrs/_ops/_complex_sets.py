"""The different elements of complex arrays: sorted by real part, then by imaginary part, both by the sorts of the C library."""

import numpy as np

from numrs._ops._moves import places, take_from


def unique(a, function):
    """Values, indices, inverse, counts; every number with a NaN is different."""
    from numrs._ops.order_sorting import argsort

    flat = a.reshape(-1)
    order = argsort(np.ascontiguousarray(flat.imag))
    order = take_from(order, argsort(take_from(np.ascontiguousarray(flat.real), order, 0, function)), 0, function)
    line = take_from(flat, order, 0, function)
    begins = np.ones(line.size, np.bool_)
    np.not_equal(line[1:], line[:-1], out=begins[1:])
    first = places(begins, function)[0]
    inverse = np.empty(line.size, np.int64)
    inverse[order] = np.cumsum(begins) - 1
    counts = np.diff(np.append(first, line.size))
    return take_from(line, first, 0, function), take_from(order, first, 0, function), inverse.reshape(a.shape), counts
