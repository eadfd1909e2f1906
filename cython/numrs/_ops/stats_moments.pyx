# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Shape statistics and means of lines, computed in float64 by the fixed tree of the reductions."""
from collections import namedtuple

from numrs._ops._array cimport table_of
from numrs._ops._reduce cimport correction_of
from numrs._ops._stats cimport number_of, stat
from numrs._ops._typed import tensors
from numrs.c cimport ops

Description = namedtuple("Description", "count mean std min q25 median q75 max skew kurtosis")


@tensors
def skew(x, /, axis=None, *, bias=True, out=None, keepdims=False, where=None):
    """Skewness: the third central moment over the variance to the power 3/2.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    bias : bool
        False: corrected for bias (G1, G2).
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        NaN for equal elements; 0 for a symmetric line.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    g1 = m3 / m2^1.5; G1 = g1 sqrt(n (n - 1)) / (n - 2). Joanes and Gill, The Statistician 47 (1998).

    Examples
    --------
    >>> numrs.stats.skew([1.0, 2.0, 3.0, 10.0])
    np.float64(1.0182337649086284)
    """
    return stat(ops.NUMRS_OP_SKEW, "skew", x, None, axis, out, keepdims, where, (1.0 if bias else 0.0,))


@tensors
def kurtosis(x, /, axis=None, *, fisher=True, bias=True, out=None, keepdims=False, where=None):
    """Kurtosis: the fourth central moment over the squared variance.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    fisher : bool
        Less 3, so that a normal distribution has 0.
    bias : bool
        False: corrected for bias (G1, G2).
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        NaN for equal elements.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    g2 = m4 / m2^2 - 3. Joanes and Gill, The Statistician 47 (1998).

    Examples
    --------
    >>> numrs.stats.kurtosis([1.0, 2.0, 3.0, 4.0])
    np.float64(-1.36)
    """
    return stat(ops.NUMRS_OP_KURTOSIS, "kurtosis", x, None,
                axis, out, keepdims, where, (1.0 if bias else 0.0, 1.0 if fisher else 0.0))


@tensors
def moment(x, /, axis=None, *, order=1, out=None, keepdims=False, where=None):
    """Moment about the mean.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    order : int
        0 to 1000.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The mean of the deviations to the power ``order``.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.moment([1.0, 2.0, 3.0], order=2)
    np.float64(0.6666666666666666)
    """
    return stat(ops.NUMRS_OP_MOMENT, "moment", x, None,
                axis, out, keepdims, where, (number_of("moment", "order", order),))


@tensors
def gmean(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Geometric mean: exp of the mean of the logarithms.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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
        NaN where an element is negative, 0 where one is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.gmean([1.0, 4.0, 16.0])
    np.float64(4.0)
    """
    return stat(ops.NUMRS_OP_GMEAN, "gmean", x, None, axis, out, keepdims, where, ())


@tensors
def hmean(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Harmonic mean: n over the sum of the reciprocals.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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
        NaN where an element is negative, 0 where one is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.hmean([1.0, 4.0, 4.0])
    np.float64(2.0)
    """
    return stat(ops.NUMRS_OP_HMEAN, "hmean", x, None, axis, out, keepdims, where, ())


@tensors
def sem(x, /, axis=None, *, correction=None, ddof=None, out=None, keepdims=False, where=None):
    """Standard error of the mean: the standard deviation over sqrt(n).

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    correction : float, optional
        The divisor is n less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        As `std`, over sqrt(n).

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.sem([1.0, 2.0, 3.0], correction=1)
    np.float64(0.5773502691896257)
    """
    return stat(ops.NUMRS_OP_SEM, "sem", x, None, axis, out, keepdims, where, (correction_of("sem", correction, ddof),))


@tensors
def zscore(x, /, axis=None, *, correction=None, ddof=None, out=None):
    """Elements as distances from the mean in standard deviations.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    correction : float, optional
        The divisor is n less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        NaN where all elements of a line are equal.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.zscore([1.0, 2.0, 3.0])
    array([-1.22474487,  0.        ,  1.22474487])
    """
    return stat(ops.NUMRS_OP_ZSCORE, "zscore", x, None, axis, out, False, None,
                (correction_of("zscore", correction, ddof),))


@tensors
def describe(x, /, axis=None, *, correction=None, ddof=None, where=None):
    """Count, mean, standard deviation, extremes, quartiles, skewness and kurtosis at once.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    correction : float, optional
        The divisor of the variance is n less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    Description
        Named tuple: count, mean, std, min, q25, median, q75, max, skew, kurtosis (excess), each a number, or an array
        without the axes.

    Raises
    ------
    ValueError
        For an axis out of range or given twice.

    Examples
    --------
    >>> numrs.stats.describe([1.0, 2.0, 3.0, 4.0]).median
    np.float64(2.5)
    """
    y = stat(ops.NUMRS_OP_DESCRIBE, "describe", x, None, axis, None, False, where,
             (correction_of("describe", correction, ddof),))
    table = table_of(x, "describe", "x")
    parts = [y[..., k][()] for k in range(10)]
    return Description(*(parts if table is None else [table.reduced(part, table.along(axis), False) for part in parts]))
