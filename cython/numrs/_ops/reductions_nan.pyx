# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Reductions that leave NaN out, by the fixed tree of the plain ones."""
from numrs._ops._reduce cimport correction_of, in_dtype, reduce
from numrs._ops.elementwise_selection import astype
from numrs.c cimport ops


def nansum(x, /, axis=None, *, dtype=None, out=None, keepdims=False, where=None):
    """Sum of the elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    dtype : dtype, optional
        Element type to compute in and to return.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `sum`; 0 where all are NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nansum([1.0, float('nan'), 3.0])
    np.float64(4.0)
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
    y = reduce(ops.NUMRS_OP_NANSUM, "nansum", x, axis, out, keepdims, where, 0.0)
    return y if dtype is None else in_dtype(y, dtype, out)


def nanprod(x, /, axis=None, *, dtype=None, out=None, keepdims=False, where=None):
    """Product of the elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    dtype : dtype, optional
        Element type to compute in and to return.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `prod`; 1 where all are NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanprod([1.0, float('nan'), 3.0])
    np.float64(3.0)
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
    y = reduce(ops.NUMRS_OP_NANPROD, "nanprod", x, axis, out, keepdims, where, 0.0)
    return y if dtype is None else in_dtype(y, dtype, out)


def nanmin(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Smallest element that is not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
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
        In the dtype of ``x``; NaN where all are NaN.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanmin([1.0, float('nan'), 3.0])
    np.float64(1.0)
    """
    return reduce(ops.NUMRS_OP_NANMIN, "nanmin", x, axis, out, keepdims, where, 0.0)


def nanmax(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Largest element that is not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
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
        In the dtype of ``x``; NaN where all are NaN.

    Raises
    ------
    ValueError
        For an empty extent, an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanmax([1.0, float('nan'), 3.0])
    np.float64(3.0)
    """
    return reduce(ops.NUMRS_OP_NANMAX, "nanmax", x, axis, out, keepdims, where, 0.0)


def nanmean(x, /, axis=None, *, dtype=None, out=None, keepdims=False, where=None):
    """Mean of the elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    dtype : dtype, optional
        Element type to compute in and to return.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `mean`; NaN where all are NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanmean([1.0, float('nan'), 3.0])
    np.float64(2.0)
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
    y = reduce(ops.NUMRS_OP_NANMEAN, "nanmean", x, axis, out, keepdims, where, 0.0)
    return y if dtype is None else in_dtype(y, dtype, out)


def nanvar(x, /, axis=None, *, correction=None, ddof=None, dtype=None, out=None, keepdims=False, where=None):
    """Variance of the elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction : float, optional
        The divisor is the count of numbers less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    dtype : dtype, optional
        Element type to compute in and to return.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `var`; NaN where the count of numbers less the correction is not positive.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanvar([1.0, float('nan'), 3.0])
    np.float64(1.0)
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
    y = reduce(ops.NUMRS_OP_NANVAR, "nanvar", x, axis, out, keepdims, where, correction_of("nanvar", correction, ddof))
    return y if dtype is None else in_dtype(y, dtype, out)


def nanstd(x, /, axis=None, *, correction=None, ddof=None, dtype=None, out=None, keepdims=False, where=None):
    """Standard deviation of the elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    correction : float, optional
        The divisor is the count of numbers less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    dtype : dtype, optional
        Element type to compute in and to return.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `std`; NaN where the count of numbers less the correction is not positive.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanstd([1.0, float('nan'), 3.0], correction=1)
    np.float64(1.4142135623730951)
    """
    if dtype is not None:
        x = astype(x, dtype, copy=False)
    y = reduce(ops.NUMRS_OP_NANSTD, "nanstd", x, axis, out, keepdims, where, correction_of("nanstd", correction, ddof))
    return y if dtype is None else in_dtype(y, dtype, out)


def count(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Number of elements that are not NaN.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
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
    >>> numrs.count([1.0, float('nan'), 3.0])
    np.int64(2)
    """
    return reduce(ops.NUMRS_OP_COUNT, "count", x, axis, out, keepdims, where, 0.0)


def nanargmin(x, /, axis=None, *, out=None, keepdims=False):
    """Position of the smallest element that is not NaN, the first one of several.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int, optional
        Axis to search; None: the flattened array.
    out : ndarray, optional
        Receives the result; shape with the axis dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        int64.

    Raises
    ------
    ValueError
        Where all are NaN, for an empty extent, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanargmin([1.0, float('nan'), 3.0])
    np.int64(0)
    """
    return reduce(ops.NUMRS_OP_NANARGMIN, "nanargmin", x, axis, out, keepdims, None, 0.0)


def nanargmax(x, /, axis=None, *, out=None, keepdims=False):
    """Position of the largest element that is not NaN, the first one of several.

    Parameters
    ----------
    x : array_like
        Any shape; integers and bool hold no NaN.
    axis : int, optional
        Axis to search; None: the flattened array.
    out : ndarray, optional
        Receives the result; shape with the axis dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray or scalar
        int64.

    Raises
    ------
    ValueError
        Where all are NaN, for an empty extent, an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanargmax([1.0, float('nan'), 3.0])
    np.int64(2)
    """
    return reduce(ops.NUMRS_OP_NANARGMAX, "nanargmax", x, axis, out, keepdims, None, 0.0)
