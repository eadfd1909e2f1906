# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Reductions along axes: sums, products, extremes, moments, logic and norms, each by one fixed tree."""
import numpy as np

from numrs._ops._reduce cimport reduce, vecdot_
from numrs._ops.elementwise_arithmetic import abs as abs_
from numrs._ops.elementwise_power import pow as power
from numrs._ops.elementwise_selection import astype
from numrs.c cimport ops


cdef double _correction(str name, object correction, object ddof) except? -1.25:
    if correction is not None and ddof is not None:
        raise TypeError(f"{name}: correction and ddof are synonyms; got both")
    chosen = ddof if correction is None else correction
    return 0.0 if chosen is None else float(chosen)


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
    @@
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
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
        float32 accumulates in float64; bool and integers are multiplied in int64 or uint64 and wrap; an empty product is 1.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.prod([2.0, 3.0, 4.0])
    @@
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
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
    @@
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
    @@
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
    @@
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
        ``sum((x - mean(x))**2) / (n - correction)``, two passes per block of 4096 joined after Chan, Golub and LeVeque (1979);
        integers give float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.var([1.0, 2.0, 3.0, 4.0], correction=1)
    @@
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
    @@
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
    @@
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
    @@
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
    @@
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
    @@
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
    @@
    """
    return reduce(ops.NUMRS_OP_COUNT_NONZERO, "count_nonzero", x, axis, out, keepdims, where, 0.0)


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
    @@
    """
    if ord == 2:
        return reduce(ops.NUMRS_OP_NORM, "vector_norm", x, axis, None, keepdims, None, 0.0)
    if ord == 1:
        return reduce(ops.NUMRS_OP_ABS_SUM, "vector_norm", x, axis, None, keepdims, None, 0.0)
    if ord == float("inf"):
        return reduce(ops.NUMRS_OP_ABS_MAX, "vector_norm", x, axis, None, keepdims, None, 0.0)
    magnitude = abs_(x)
    if not magnitude.dtype.kind == "f":
        magnitude = astype(magnitude, np.float64)
    if ord == float("-inf"):
        return reduce(ops.NUMRS_OP_MIN, "vector_norm", magnitude, axis, None, keepdims, None, 0.0)
    if ord == 0:
        return astype(reduce(ops.NUMRS_OP_COUNT_NONZERO, "vector_norm", magnitude, axis, None, keepdims, None, 0.0), magnitude.dtype)[()]
    if isinstance(ord, str):
        raise ValueError(f"vector_norm: ord is {ord!r}, expected a number")
    total = reduce(ops.NUMRS_OP_SUM, "vector_norm", power(magnitude, float(ord)), axis, None, keepdims, None, 0.0)
    return power(total, 1.0 / float(ord))


def _norm(x, ord, axis, keepdims):
    x = np.asarray(x) if not isinstance(x, np.ndarray) else x
    axes = tuple(range(x.ndim)) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    if ord is None or len(axes) == 1:
        return vector_norm(x, axis=axis, ord=2 if ord is None else ord, keepdims=keepdims)
    if len(axes) != 2:
        raise ValueError(f"norm: ord is {ord!r} and {len(axes)} axes are taken, expected one axis (vectors) or two (matrices)")
    if ord == "fro":
        return vector_norm(x, axis=axes, ord=2, keepdims=keepdims)
    if ord in (1, -1, float("inf"), float("-inf")):
        rows, columns = (a + x.ndim if a < 0 else a for a in axes)
        summed, other = (rows, columns) if ord in (1, -1) else (columns, rows)
        totals = vector_norm(x, axis=summed, ord=1, keepdims=True)
        most = max(totals, axis=other, keepdims=True) if ord in (1, float("inf")) else min(totals, axis=other, keepdims=True)
        return most if keepdims else np.squeeze(most, axis=axes)[()]
    raise ValueError(f"norm: ord is {ord!r}, expected None, 'fro', 1, -1, inf or -inf for matrices")


def norm(x, /, ord=None, axis=None, *, keepdims=False):
    """Norm of vectors or matrices, as numpy.linalg.norm.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    ord : None, 'fro', 1, 2, inf, -inf, 0 or float
        None: the 2-norm of all elements taken. Numbers with one axis (or a 1-d ``x``): vector norms; with two axes the
        matrix norms 'fro', 1, -1, inf, -inf.
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

    Examples
    --------
    >>> numrs.norm([[3.0, 0.0], [0.0, 4.0]])
    @@
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
    @@
    """
    return vecdot_("vecdot", x1, x2, axis)
