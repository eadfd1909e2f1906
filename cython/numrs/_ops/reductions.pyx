# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Reductions along axes: sums, products, extremes, moments, logic and norms, each by one fixed tree."""
import numpy as np
from numpy.exceptions import AxisError

from numrs._ops._array cimport as_array
from numrs._ops._reduce cimport in_dtype, reduce, vecdot_
from numrs._ops.elementwise_arithmetic import abs as abs_
from numrs._ops.elementwise_power import pow as power
from numrs._ops.elementwise_selection import astype
from numrs._ops.linalg import _svdvals
from numrs.c cimport ops


cdef double _correction(str name, object correction, object ddof) except? -1.25:
    if correction is not None and ddof is not None:
        raise TypeError(f"{name}: correction and ddof are synonyms; got both")
    chosen = ddof if correction is None else correction
    if chosen is None:
        return 0.0
    if not isinstance(chosen, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: correction is of type {type(chosen).__name__}, expected a number")
    return float(chosen)


def sum(x, /, axis=None, *, dtype=None, out=None, keepdims=False, where=None):
    """Sum of elements along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        float32 accumulates in float64 and is rounded once; bool and integers are added in int64 or uint64 and wrap;
        an empty sum is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.sum([[1.0, 2.0], [3.0, 4.0]], axis=0)
    array([4., 6.])
    """
    if dtype is not None:
        return in_dtype(reduce(ops.NUMRS_OP_SUM, "sum", astype(x, dtype, copy=False), axis, out, keepdims, where,
                               0.0), dtype, out)
    return reduce(ops.NUMRS_OP_SUM, "sum", x, axis, out, keepdims, where, 0.0)


def prod(x, /, axis=None, *, dtype=None, out=None, keepdims=False, where=None):
    """Product of elements along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        float32 accumulates in float64; bool and integers are multiplied in int64 or uint64 and wrap; an empty product
        is 1.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.prod([2.0, 3.0, 4.0])
    np.float64(24.0)
    """
    if dtype is not None:
        return in_dtype(reduce(ops.NUMRS_OP_PROD, "prod", astype(x, dtype, copy=False), axis, out, keepdims, where,
                               0.0), dtype, out)
    return reduce(ops.NUMRS_OP_PROD, "prod", x, axis, out, keepdims, where, 0.0)


def min(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Smallest element along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        In the dtype of ``x``; NaN if there is one; -0.0 counts as less than 0.0.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.min([[3, 1], [2, 5]], axis=1)
    array([1, 2])
    """
    return reduce(ops.NUMRS_OP_MIN, "min", x, axis, out, keepdims, where, 0.0)


def max(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Largest element along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        In the dtype of ``x``; NaN if there is one; -0.0 counts as less than 0.0.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.max([[3, 1], [2, 5]], axis=1)
    array([3, 5])
    """
    return reduce(ops.NUMRS_OP_MAX, "max", x, axis, out, keepdims, where, 0.0)


def mean(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Arithmetic mean along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        ``sum(x) / n`` accumulated in float64; integers give float64; the mean of nothing is NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.mean([1.0, 2.0, 6.0])
    np.float64(3.0)
    """
    return reduce(ops.NUMRS_OP_MEAN, "mean", x, axis, out, keepdims, where, 0.0)


def var(x, /, axis=None, *, correction=None, ddof=None, out=None, keepdims=False, where=None):
    """Variance along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        ``sum((x - mean(x))**2) / (n - correction)``, two passes per block of 4096 joined after Chan, Golub and
        LeVeque (1979); integers give float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.var([1.0, 2.0, 3.0, 4.0], correction=1)
    np.float64(1.6666666666666667)
    """
    return reduce(ops.NUMRS_OP_VAR, "var", x, axis, out, keepdims, where, _correction("var", correction, ddof))


def std(x, /, axis=None, *, correction=None, ddof=None, out=None, keepdims=False, where=None):
    """Standard deviation along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The square root of `var`.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.std([1.0, 3.0])
    np.float64(1.0)
    """
    return reduce(ops.NUMRS_OP_STD, "std", x, axis, out, keepdims, where, _correction("std", correction, ddof))


def argmin(x, /, axis=None, *, out=None, keepdims=False):
    """Index of the first smallest element.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, optional
        Axis to reduce; None: the flattened array.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        int64; the first NaN if there is one.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.argmin([3.0, 1.0, 2.0])
    np.int64(1)
    """
    return reduce(ops.NUMRS_OP_ARGMIN, "argmin", x, axis, out, keepdims, None, 0.0)


def argmax(x, /, axis=None, *, out=None, keepdims=False):
    """Index of the first largest element.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, optional
        Axis to reduce; None: the flattened array.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        int64; the first NaN if there is one.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.argmax([3.0, 1.0, 4.0])
    np.int64(2)
    """
    return reduce(ops.NUMRS_OP_ARGMAX, "argmax", x, axis, out, keepdims, None, 0.0)


def any(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Is any element true?

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        bool; anything but zero is true, NaN too; False for nothing.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.any([[0, 1], [0, 0]], axis=1)
    array([ True, False])
    """
    return reduce(ops.NUMRS_OP_ANY, "any", x, axis, out, keepdims, where, 0.0)


def all(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Are all elements true?

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        bool; anything but zero is true, NaN too; True for nothing.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.all([[0, 1], [2, 3]], axis=1)
    array([False,  True])
    """
    return reduce(ops.NUMRS_OP_ALL, "all", x, axis, out, keepdims, where, 0.0)


def count_nonzero(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Number of elements that are not zero.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        int64.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.count_nonzero([0.0, 1.0, 2.0])
    np.int64(2)
    """
    return reduce(ops.NUMRS_OP_COUNT_NONZERO, "count_nonzero", x, axis, out, keepdims, where, 0.0)


def _vector_norm(str name, x, axis, ord, keepdims):
    if not isinstance(ord, (int, float, np.number)):
        raise ValueError(f"{name}: ord is {ord!r}, expected a number")
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


def _matrix_norm(x, ord, axes, keepdims):
    """Norms of the matrices in two axes."""
    for axis in axes:
        if not -x.ndim <= axis < x.ndim:
            raise AxisError(f"norm: axis {axis} is out of bounds for {x.ndim}-d input (shape {x.shape}); "
                            f"valid: {-x.ndim}..{x.ndim - 1}")
    rows, columns = (axis % x.ndim for axis in axes)
    if rows == columns:
        raise ValueError(f"norm: axis {rows} is given twice in {axes}")
    if ord == "fro":
        return _vector_norm("norm", x, (rows, columns), 2, keepdims)
    if ord in (2, -2, "nuc"):
        op = ops.NUMRS_OP_SUM if ord == "nuc" else ops.NUMRS_OP_MAX if ord == 2 else ops.NUMRS_OP_MIN
        values = reduce(op, "norm", _svdvals("norm", np.moveaxis(x, (rows, columns), (-2, -1))), -1, None, False, None,
                        0.0)
        return np.expand_dims(values, (rows, columns)) if keepdims else values
    if ord not in (1, -1, float("inf"), float("-inf")):
        raise ValueError(f"norm: ord is {ord!r}, expected None, 'fro', 'nuc', 1, -1, 2, -2, inf or -inf for matrices")
    summed, other = (rows, columns) if ord in (1, -1) else (columns, rows)
    totals = _vector_norm("norm", x, summed, 1, True)
    largest = ord in (1, float("inf"))
    chosen = reduce(ops.NUMRS_OP_MAX if largest else ops.NUMRS_OP_MIN, "norm", totals, other, None, True, None, 0.0)
    return chosen if keepdims else np.squeeze(chosen, axis=(rows, columns))[()]


def _norm(x, ord, axis, keepdims):
    x = as_array(x, "norm", "x")
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
        In float64, or float32 for float32.

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


def vecdot(x1, x2, /, *, axis=-1):
    """Dot products of vectors along an axis.

    Parameters
    ----------
    x1, x2 : array_like
        Shapes that broadcast; the same extent along ``axis``.
    axis : int
        Axis of the broadcast shape along which products are added.

    Returns
    -------
    ndarray or scalar
        ``sum(x1 * x2, axis)`` by the fixed tree; products of float32 are exact.

    Raises
    ------
    ValueError
        For shapes that do not go together, or an axis out of range.

    Examples
    --------
    >>> numrs.vecdot([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    array([3., 7.])
    """
    return vecdot_("vecdot", x1, x2, axis)
