# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Norms of vectors along axes and of matrices in two axes, put together from reductions and singular values."""
import numpy as np
from numpy.exceptions import AxisError

from numrs._ops._array cimport as_array
from numrs._ops._device_calls cimport at_device
from numrs._ops._reduce cimport reduce
from numrs._ops.elementwise_arithmetic import abs as abs_
from numrs._ops.elementwise_power import pow as power
from numrs._ops.elementwise_selection import astype
from numrs._ops._typed import tensors
from numrs._ops.linalg_lapack import _svdvals
from numrs.c cimport ops


def _vector_norm(str name, x, axis, ord, keepdims):
    if not isinstance(ord, (int, float, np.number)):
        raise ValueError(f"{name}: ord is {ord!r}, expected a number")
    x = x if at_device(x) else as_array(x, name, "x")
    if x.dtype.itemsize == 2 and x.dtype.kind not in "iu":  # the 16-bit floats, by way of float32
        return astype(_vector_norm(name, astype(x, np.float32), axis, ord, keepdims), x.dtype)[()]
    if ord == 2:
        return reduce(ops.NUMRS_OP_NORM, name, x, axis, None, keepdims, None, 0.0)
    if ord == 1:
        return reduce(ops.NUMRS_OP_ABS_SUM, name, x, axis, None, keepdims, None, 0.0)
    if ord == float("inf"):
        return reduce(ops.NUMRS_OP_ABS_MAX, name, x, axis, None, keepdims, None, 0.0)
    magnitude = abs_(x)
    if not magnitude.dtype.kind == "f":
        magnitude = astype(magnitude, np.float64)
    if ord == float("-inf"):
        return reduce(ops.NUMRS_OP_MIN, name, magnitude, axis, None, keepdims, None, 0.0)
    if ord == 0:
        return astype(reduce(ops.NUMRS_OP_COUNT_NONZERO, name, magnitude, axis, None, keepdims, None, 0.0),
                      magnitude.dtype)[()]
    total = reduce(ops.NUMRS_OP_SUM, name, power(magnitude, float(ord)), axis, None, keepdims, None, 0.0)
    return power(total, 1.0 / float(ord))


@tensors
def vector_norm(x, /, axis=None, *, ord=2, keepdims=False):
    """Vector norm along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    ord : {2, 1, inf, -inf, 0} or float
        Order of the norm.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        ``sum(|x|**ord)**(1/ord)``; largest or smallest magnitude for inf and -inf; number of non-zeros for 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice.

    Examples
    --------
    >>> numrs.vector_norm([3.0, 4.0])
    np.float64(5.0)
    """
    return _vector_norm("vector_norm", x, axis, ord, keepdims)


@tensors
def matrix_norm(x, /, *, keepdims=False, ord="fro"):
    """Norms of the matrices in the last two axes.

    Parameters
    ----------
    x : array_like
        (..., m, n).
    keepdims : bool
        Keep the last two axes with extent 1.
    ord : {'fro', 'nuc', 1, -1, 2, -2, inf, -inf, None}
        The root of the sum of squares ('fro', None); the sum ('nuc'), the largest (2) or smallest (-2) singular value; the
        largest or smallest sum of magnitudes of a column (1, -1) or row (inf, -inf).

    Returns
    -------
    ndarray or scalar
        (...), real.

    Raises
    ------
    ValueError
        For less than two dimensions, or another `ord`.

    Examples
    --------
    >>> numrs.linalg.matrix_norm([[3.0, 0.0], [0.0, 4.0]])
    np.float64(5.0)
    """
    x = x if at_device(x) else as_array(x, "matrix_norm", "x")
    if x.ndim < 2:
        raise ValueError(f"matrix_norm: x has shape {x.shape}, expected at least 2 dimensions")
    return _matrix_norm(x, "fro" if ord is None else ord, (-2, -1), keepdims, "matrix_norm")


def _matrix_norm(x, ord, axes, keepdims, str name="norm"):
    """Norms of the matrices in two axes."""
    for axis in axes:
        if not -x.ndim <= axis < x.ndim:
            raise AxisError(f"{name}: axis {axis} is out of bounds for {x.ndim}-d input (shape {x.shape}); "
                            f"valid: {-x.ndim}..{x.ndim - 1}")
    if x.dtype.itemsize == 2 and x.dtype.kind not in "iu":  # the 16-bit floats, by way of float32
        return astype(_matrix_norm(astype(x, np.float32), ord, axes, keepdims, name), x.dtype)[()]
    rows, columns = (axis % x.ndim for axis in axes)
    if rows == columns:
        raise ValueError(f"{name}: axis {rows} is given twice in {axes}")
    if ord == "fro":
        return _vector_norm(name, x, (rows, columns), 2, keepdims)
    if ord in (2, -2, "nuc"):
        op = ops.NUMRS_OP_SUM if ord == "nuc" else ops.NUMRS_OP_MAX if ord == 2 else ops.NUMRS_OP_MIN
        values = reduce(op, name, _svdvals(name, np.moveaxis(x, (rows, columns), (-2, -1))), -1, None, False, None,
                        0.0)
        return np.expand_dims(values, (rows, columns)) if keepdims else values
    if ord not in (1, -1, float("inf"), float("-inf")):
        raise ValueError(f"{name}: ord is {ord!r}, expected None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices")
    summed, other = (rows, columns) if ord in (1, -1) else (columns, rows)
    totals = _vector_norm(name, x, summed, 1, True)
    largest = ord in (1, float("inf"))
    chosen = reduce(ops.NUMRS_OP_MAX if largest else ops.NUMRS_OP_MIN, name, totals, other, None, True, None, 0.0)
    return chosen if keepdims else np.squeeze(chosen, axis=(rows, columns))[()]


def _norm(x, ord, axis, keepdims):
    x = x if at_device(x) else as_array(x, "norm", "x")
    if ord is None or isinstance(axis, tuple) and len(axis) == 1:
        return _vector_norm("norm", x, axis, 2 if ord is None else ord, keepdims)
    if axis is not None and not isinstance(axis, tuple):
        return _vector_norm("norm", x, axis, ord, keepdims)
    axes = tuple(range(x.ndim)) if axis is None else axis
    if len(axes) == 1:
        return _vector_norm("norm", x, None, ord, keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: ord is {ord!r} and {len(axes)} axes are taken, "
                         "expected one axis (vectors) or two (matrices)")
    return _matrix_norm(x, ord, axes, keepdims)


@tensors
def norm(x, /, ord=None, axis=None, *, keepdims=False):
    """Norm of vectors or matrices, as numpy.linalg.norm.

    Parameters
    ----------
    x : array_like
        Any shape.
    ord : None, 'fro', 'nuc', 1, 2, inf, -inf, 0 or float
        None: the 2-norm of all elements taken. Numbers with one axis (or a 1-d ``x``): vector norms; with two axes the
        matrix norms 'fro', 1, -1, inf, -inf and, of the singular values, the largest (2), the smallest (-2) and the sum
        ('nuc').
    axis : int or tuple of ints, optional
        One axis for vector norms, two for matrix norms; None: all.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        In float64; floats keep their dtype.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or an ``ord`` that the number of axes does not take.
    NotImplementedError
        For the matrix norms 2, -2 and 'nuc' where the OpenBLAS that has the singular values cannot be loaded.

    Examples
    --------
    >>> numrs.norm([[3.0, 0.0], [0.0, 4.0]])
    np.float64(5.0)
    """
    return _norm(x, ord, axis, keepdims)
