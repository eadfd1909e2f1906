# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Correlations of pairs of lines, and matrices of covariance and correlation."""
import numpy as np

from numrs._ops._array cimport as_array, table_of
from numrs._ops._reduce cimport correction_of
from numrs._ops._stats cimport stat
from numrs._ops.elementwise_arithmetic import divide, multiply, subtract
from numrs._ops.elementwise_power import sqrt
from numrs._ops.elementwise_selection import clip
from numrs._ops.linalg import matmul, outer
from numrs._ops.reductions import mean, sum
from numrs._ops._typed import tensors
from numrs.c cimport ops


cdef object _check_real(str name, str argument, object a):
    if a.dtype.kind == "c":
        raise TypeError(f"{name}: {argument} has dtype {a.dtype}, which the operation does not take")


cdef object _variables(str name, object x, object y, bint rowvar):
    """Rows are variables, in float64 (float32 stays)."""
    rows = []
    for argument, given in (("x", x), ("y", y)):
        if given is None:
            continue
        a = as_array(given, name, argument)
        if a.ndim > 2:
            raise ValueError(f"{name}: {argument} has {a.ndim} dimensions (shape {a.shape}), expected at most 2")
        _check_real(name, argument, a)
        if a.dtype not in (np.float32, np.float64):
            a = a.astype(np.float64)
        a = a.reshape(1, -1) if a.ndim < 2 else a if rowvar else a.T
        rows.append(a)
    if len(rows) == 2 and rows[0].shape[1] != rows[1].shape[1]:
        raise ValueError(f"{name}: x and y have {rows[0].shape[1]} and {rows[1].shape[1]} observations, "
                         "expected as many")
    return rows[0] if len(rows) == 1 else np.concatenate(rows)


cdef object _labelled(str name, object c, object x, object y, bint rowvar):
    """The matrix of a frame's columns (or rows) as a frame with their labels; a number for one variable."""
    table = None if y is not None else table_of(x, name, "x")
    if table is not None and table.frame:
        labels = table.index if rowvar else table.columns
        return table.build(c, labels, labels)
    return c.reshape(())[()] if c.shape == (1, 1) else c


cdef object _weights(str name, str argument, object given, Py_ssize_t n):
    if given is None:
        return None
    w = as_array(given, name, argument)
    if w.ndim != 1 or w.shape[0] != n:
        raise ValueError(f"{name}: {argument} has shape {w.shape}, expected ({n},)")
    _check_real(name, argument, w)
    w = w.astype(np.float64)
    if not (w >= 0).all():
        raise ValueError(f"{name}: {argument} has a negative or NaN element, expected weights of at least 0")
    if argument == "fweights" and (w != np.floor(w)).any():
        raise TypeError(f"{name}: fweights has elements that are not whole numbers")
    return w


cdef object _covariance(str name, object x, object y, bint rowvar, double correction, object fweights, object aweights):
    rows = _variables(name, x, y, rowvar)
    n = rows.shape[1]
    f, a = _weights(name, "fweights", fweights, n), _weights(name, "aweights", aweights, n)
    w = a if f is None else f if a is None else multiply(f, a)
    if w is None:
        deviations = subtract(rows, mean(rows, axis=1, keepdims=True))
        divisor = n - correction
        other = deviations
    else:
        total = float(sum(w))
        centre = divide(sum(multiply(rows, w), axis=1, keepdims=True), total)
        deviations = subtract(rows, centre)
        other = multiply(deviations, w)
        # NumPy's: the weights of aweights count for as many observations as they are worth.
        divisor = total if correction == 0 else (
            total - correction if a is None else total - correction * float(sum(multiply(w, a))) / total)
    if divisor <= 0:
        divisor = 0.0
    c = matmul(other, deviations.T)
    with np.errstate(divide="ignore", invalid="ignore"):
        return divide(c, np.asarray(divisor, c.dtype))


@tensors
def cov(x, y=None, /, rowvar=True, *, correction=None, ddof=None, fweights=None, aweights=None):
    """Covariance matrix, as numpy.cov.

    Parameters
    ----------
    x : array_like
        At most 2-d: each row a variable, each column an observation; 1-d: one variable.
    y : array_like, optional
        More variables.
    rowvar : bool
        False: columns are variables.
    correction : float, optional
        The divisor is the number of observations less this; default 1 here, as numpy.cov.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    fweights, aweights : array_like, optional
        How often each observation was made, and its reliability.

    Returns
    -------
    ndarray or scalar
        (variables, variables); a number for one variable.

    Raises
    ------
    ValueError
        For more than 2 dimensions, numbers of observations that differ, or bad weights.

    Examples
    --------
    >>> numrs.stats.cov([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    given = 1.0 if correction is None and ddof is None else correction_of("cov", correction, ddof)
    c = _covariance("cov", x, y, bool(rowvar), given, fweights, aweights)
    return _labelled("cov", c, x, y, bool(rowvar))


@tensors
def corrcoef(x, y=None, /, rowvar=True):
    """Matrix of Pearson's correlation coefficients, as numpy.corrcoef.

    Parameters
    ----------
    x : array_like
        At most 2-d: each row a variable, each column an observation; 1-d: one variable.
    y : array_like, optional
        More variables.
    rowvar : bool
        False: columns are variables.

    Returns
    -------
    ndarray or scalar
        (variables, variables), -1 to 1, NaN for a constant variable; a number for one variable.

    Raises
    ------
    ValueError
        For more than 2 dimensions, or numbers of observations that differ.

    Examples
    --------
    >>> numrs.stats.corrcoef([1.0, 2.0, 3.0], [3.0, 2.0, 1.0])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = _covariance("corrcoef", x, y, bool(rowvar), 0.0, None, None)
    deviation = sqrt(np.diagonal(c))
    with np.errstate(divide="ignore", invalid="ignore"):
        r = clip(divide(c, outer(deviation, deviation)), -1, 1)
    return _labelled("corrcoef", r, x, y, bool(rowvar))


@tensors
def corr(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Pearson's correlation coefficient of two lines.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; floats give their promoted dtype, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        -1 to 1; NaN where the elements of a line are equal.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.corr([1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
    np.float64(0.5)
    """
    return stat(ops.NUMRS_OP_CORR, "corr", x, x2, axis, out, keepdims, where, ())


@tensors
def spearman(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Spearman's rank correlation: Pearson's of the ranks, ties share the mean of theirs.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; floats give their promoted dtype, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        -1 to 1; NaN where the elements of a line are equal.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.spearman([1.0, 2.0, 3.0], [1.0, 30.0, 20.0])
    np.float64(0.5)
    """
    return stat(ops.NUMRS_OP_SPEARMAN, "spearman", x, x2, axis, out, keepdims, where, ())


@tensors
def kendall(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Kendall's tau-b: the surplus of pairs in the same order, corrected for ties.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; floats give their promoted dtype, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        -1 to 1; NaN where the elements of a line are equal.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    Knight, Journal of the American Statistical Association 61 (1966): O(n log n).

    Examples
    --------
    >>> numrs.stats.kendall([1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
    np.float64(0.3333333333333333)
    """
    return stat(ops.NUMRS_OP_KENDALL, "kendall", x, x2, axis, out, keepdims, where, ())
