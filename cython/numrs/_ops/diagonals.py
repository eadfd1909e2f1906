"""Diagonals of matrices, and differences along axes over distances: diag, diagonal, trace, gradient."""

import operator

import numpy as np

import numrs
from numrs._ops._array import array_of_data, as_numpy_dtype
from numrs._ops._moves import axis_number, copied, copy_to, new
from numrs._ops._typed import tensors
from numrs._ops.manipulation import _axes


def _diagonal(a, offset, axis1, axis2, function):
    if a.ndim < 2:
        raise ValueError(f"{function}: x has shape {a.shape}, expected at least 2 dimensions")
    first, second = (axis_number(axis, a.ndim, function, a.shape) for axis in (axis1, axis2))
    if first == second:
        raise ValueError(f"{function}: axis1 and axis2 are both {first}, expected two different ones")
    try:
        offset = operator.index(offset)
    except TypeError:
        raise TypeError(f"{function}: offset is of type {type(offset).__name__}, expected an int") from None
    return np.diagonal(a, max(min(offset, a.shape[second]), -a.shape[first]), first, second)


@tensors
def diagonal(x, /, offset=0, axis1=0, axis2=1):
    """A diagonal of matrices; a view that is read-only, as numpy.diagonal's.

    Parameters
    ----------
    x : array_like
        At least two dimensions.
    offset : int
        Which diagonal: 0 the main one, positive ones above it, negative ones below.
    axis1, axis2 : int
        The dimensions of the matrices: their rows and columns.

    Returns
    -------
    ndarray or Tensor
        The other dimensions, then the diagonal.

    Raises
    ------
    ValueError
        For fewer than two dimensions, axes out of range or equal.

    Examples
    --------
    >>> numrs.diagonal([[1, 2], [3, 4]])
    array([1, 4])
    """
    return _diagonal(array_of_data(x, "diagonal", "x"), offset, axis1, axis2, "diagonal")


@tensors
def diag(x, /, k=0):
    """The matrix with a diagonal, or a copy of the diagonal of a matrix.

    Parameters
    ----------
    x : array_like
        One or two dimensions.
    k : int
        Which diagonal: 0 the main one, positive ones above it, negative ones below.

    Returns
    -------
    ndarray or Tensor
        Of the dtype of ``x``; memory of its own.

    Raises
    ------
    ValueError
        For other numbers of dimensions.

    Examples
    --------
    >>> numrs.diag([1, 2])
    array([[1, 0],
           [0, 2]])
    """
    a = array_of_data(x, "diag", "x")
    if a.ndim == 2:
        return copied(_diagonal(a, k, 0, 1, "diag"))
    if a.ndim != 1:
        raise ValueError(f"diag: x has shape {a.shape}, expected one or two dimensions")
    try:
        k = operator.index(k)
    except TypeError:
        raise TypeError(f"diag: k is of type {type(k).__name__}, expected an int") from None
    n = a.size + abs(k)
    y = new((n, n), a.dtype, "diag")
    copy_to(np.zeros((), a.dtype), y)
    inside = y[max(-k, 0) :, max(k, 0) :]
    if a.size:
        copy_to(a, np.lib.stride_tricks.as_strided(inside, a.shape, (sum(y.strides),)))
    return y


@tensors
def trace(x, /, offset=0, axis1=0, axis2=1, dtype=None):
    """Sums of diagonals; of stacks of matrices in the last two dimensions see linalg.trace.

    Parameters
    ----------
    x : array_like
        At least two dimensions.
    offset : int
        Which diagonal: 0 the main one, positive ones above it, negative ones below.
    axis1, axis2 : int
        The dimensions of the matrices.
    dtype : dtype, optional
        In which to add up and of the result; as in sum when not given.

    Returns
    -------
    ndarray, Tensor or scalar
        The other dimensions.

    Raises
    ------
    ValueError
        For fewer than two dimensions, axes out of range or equal.

    Examples
    --------
    >>> numrs.trace([[1, 2], [3, 4]])
    np.int64(5)
    """
    line = _diagonal(array_of_data(x, "trace", "x"), offset, axis1, axis2, "trace")
    return numrs.sum(line, axis=-1, dtype=None if dtype is None else as_numpy_dtype(dtype, "trace"))


def _distances(given, a, axis):
    """A distance, or the distances between places along an axis."""
    d = array_of_data(given, "gradient", "spacing")
    if d.ndim == 0:
        return d[()]
    if d.ndim != 1:
        raise ValueError(f"gradient: spacing has shape {d.shape}, expected a number or one dimension")
    if d.size != a.shape[axis]:
        raise ValueError(f"gradient: spacing has {d.size} places, axis {axis} has {a.shape[axis]}")
    d = numrs.diff(copied(d, np.float64) if d.dtype.kind in "biu" else d)
    return d[0] if bool(numrs.all(d == d[0])) else d


def _slope(f, h, axis, edge_order):
    """Differences along one axis: central ones inside, of one side at the ends."""

    def along(*key):
        return (slice(None),) * axis + key

    y = new(f.shape, f.dtype, "gradient")
    even = np.ndim(h) == 0
    behind, middle, ahead = f[along(slice(None, -2))], f[along(slice(1, -1))], f[along(slice(2, None))]
    if even:
        numrs.divide(
            ahead - behind, f.dtype.type(2.0 * h) if f.dtype.kind == "f" else 2.0 * h, out=y[along(slice(1, -1))]
        )
    else:
        shape = (-1,) + (1,) * (f.ndim - 1 - axis)
        left, right = h[:-1].reshape(shape), h[1:].reshape(shape)
        weights = -right / (left * (left + right)), (right - left) / (left * right), left / (right * (left + right))
        inner = numrs.add(numrs.add(weights[0] * behind, weights[1] * middle), weights[2] * ahead)
        copy_to(inner, y[along(slice(1, -1))], "gradient")

    def line(k):
        return f[along(slice(k, k + 1 or None))]

    first, last = (h, h) if even else (h[0], h[-1])
    front, back = y[along(slice(0, 1))], y[along(slice(-1, None))]
    if edge_order == 1:
        copy_to(numrs.divide(line(1) - line(0), first), front, "gradient")
        copy_to(numrs.divide(line(-1) - line(-2), last), back, "gradient")
        return y
    if even:
        start, end = (-1.5 / h, 2.0 / h, -0.5 / h), (0.5 / h, -2.0 / h, 1.5 / h)
    else:
        p, q = h[0], h[1]
        start = -(2.0 * p + q) / (p * (p + q)), (p + q) / (p * q), -p / (q * (p + q))
        p, q = h[-2], h[-1]
        end = q / (p * (p + q)), -(q + p) / (p * q), (2.0 * q + p) / (q * (p + q))
    copy_to(start[0] * line(0) + start[1] * line(1) + start[2] * line(2), front, "gradient")
    copy_to(end[0] * line(-3) + end[1] * line(-2) + end[2] * line(-1), back, "gradient")
    return y


@tensors
def gradient(x, /, *spacing, axis=None, edge_order=1):
    """Differences divided by distances, as numpy.gradient: of second order inside, of one side at the ends.

    Parameters
    ----------
    x : array_like
        At least ``edge_order + 1`` elements along each of the axes.
    *spacing : number or array_like
        The distance for all axes, or for each axis a distance or the places of the elements; 1 when not given.
    axis : int or tuple of ints, optional
        Along which; all when not given.
    edge_order : int
        Order of the differences at the ends: 1 or 2.

    Returns
    -------
    ndarray or Tensor, or a tuple of them
        One for each axis, of the shape of ``x``; of its dtype where that is a float, else float64.

    Raises
    ------
    ValueError
        For too few elements, an axis out of range or given twice, places that do not fit, or another edge_order.
    TypeError
        For another number of spacings than one or that of the axes.

    Examples
    --------
    >>> numrs.gradient([1.0, 2.0, 4.0, 7.0])
    array([1. , 1.5, 2.5, 3. ])
    """
    a = array_of_data(x, "gradient", "x")
    axes = tuple(range(a.ndim)) if axis is None else _axes(axis, a.ndim, "gradient", a.shape)
    if edge_order not in (1, 2):
        raise ValueError(f"gradient: edge_order is {edge_order!r}, expected 1 or 2")
    if len(spacing) not in (0, 1, len(axes)):
        raise TypeError(f"gradient: {len(spacing)} spacings for {len(axes)} axes, expected one, or one for each")
    if a.dtype.kind not in "fc":
        a = copied(a, np.float64)
    parts = []
    for at, d in enumerate(axes):
        if a.shape[d] <= edge_order:
            raise ValueError(f"gradient: axis {d} has {a.shape[d]} elements, expected at least {edge_order + 1}")
        h = 1.0 if not spacing else _distances(spacing[0 if len(spacing) == 1 else at], a, d)
        with np.errstate(all="ignore"):
            parts.append(_slope(a, h, d, edge_order))
    return parts[0] if len(parts) == 1 else tuple(parts)
