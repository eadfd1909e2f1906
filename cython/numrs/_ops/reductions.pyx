# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Reductions along axes: sums, products, extremes, moments and logic, each by one fixed tree; norms are norms.pyx's."""
from numrs._ops._reduce cimport correction_of, in_dtype, reduce, vecdot_
from numrs._ops._reduce import NO_CORRECTION
from numrs._ops.elementwise_selection import astype
from numrs.c cimport ops


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
        Floats accumulate in float64 and are rounded once; bool and integers are added in int64 or uint64 and wrap;
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
        Floats accumulate in float64; bool and integers are multiplied in int64 or uint64 and wrap; an empty product
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


def var(x, /, axis=None, *, correction=NO_CORRECTION, ddof=None, out=None, keepdims=False, where=None):
    """Variance along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction, ddof : float, optional
        Divide by ``n - correction``; ``ddof`` is a synonym.
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
        For both ``ddof`` and ``correction``.
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.var([1.0, 2.0, 3.0, 4.0], correction=1)
    np.float64(1.6666666666666667)
    """
    return reduce(ops.NUMRS_OP_VAR, "var", x, axis, out, keepdims, where, correction_of("var", correction, ddof))


def std(x, /, axis=None, *, correction=NO_CORRECTION, ddof=None, out=None, keepdims=False, where=None):
    """Standard deviation along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction, ddof : float, optional
        Divide by ``n - correction``; ``ddof`` is a synonym.
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
        For both ``ddof`` and ``correction``.
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.std([1.0, 3.0])
    np.float64(1.0)
    """
    return reduce(ops.NUMRS_OP_STD, "std", x, axis, out, keepdims, where, correction_of("std", correction, ddof))


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
