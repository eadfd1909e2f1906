# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Shape, robust and pairwise statistics of lines, computed in float64 by the fixed tree of the reductions."""
from collections import namedtuple

import numpy as np

from numrs._ops._array cimport as_array
from numrs._ops._reduce cimport correction_of
from numrs._ops._stats cimport stat
from numrs.c cimport ops

Description = namedtuple("Description", "count mean std min q25 median q75 max skew kurtosis")
ClippedResult = namedtuple("ClippedResult", "clipped lower upper")
TheilSlopesResult = namedtuple("TheilSlopesResult", "slope intercept low_slope high_slope")


cdef double _number(str name, str argument, object value) except? -1.25:
    """A parameter as a float."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {argument} is of type {type(value).__name__}, expected a number") from None


cdef tuple _limits(str name, object limits):
    """The lower and the upper share."""
    if isinstance(limits, (tuple, list)):
        if len(limits) != 2:
            raise ValueError(f"{name}: limits has {len(limits)} elements, expected one number or two")
        return _number(name, "limits", limits[0]), _number(name, "limits", limits[1])
    return _number(name, "limits", limits), _number(name, "limits", limits)


def skew(x, /, axis=None, *, bias=True, out=None, keepdims=False, where=None):
    """Skewness: the third central moment over the variance to the power 3/2.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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


def kurtosis(x, /, axis=None, *, fisher=True, bias=True, out=None, keepdims=False, where=None):
    """Kurtosis: the fourth central moment over the squared variance.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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


def moment(x, /, axis=None, *, order=1, out=None, keepdims=False, where=None):
    """Moment about the mean.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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
                axis, out, keepdims, where, (_number("moment", "order", order),))


def gmean(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Geometric mean: exp of the mean of the logarithms.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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


def hmean(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Harmonic mean: n over the sum of the reciprocals.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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


def sem(x, /, axis=None, *, correction=None, ddof=None, out=None, keepdims=False, where=None):
    """Standard error of the mean: the standard deviation over sqrt(n).

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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
    np.float64(0.5773502691896258)
    """
    return stat(ops.NUMRS_OP_SEM, "sem", x, None, axis, out, keepdims, where, (correction_of("sem", correction, ddof),))


def trim_mean(x, /, axis=None, *, proportion=0.1, out=None, keepdims=False, where=None):
    """Mean without the lowest and the highest elements.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    proportion : float
        Share cut from each end, 0 to 0.5: int(proportion n) elements.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        NaN where nothing is left.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.trim_mean([1.0, 2.0, 3.0, 4.0, 100.0], proportion=0.2)
    np.float64(3.0)
    """
    return stat(ops.NUMRS_OP_TRIM_MEAN, "trim_mean", x, None,
                axis, out, keepdims, where, (_number("trim_mean", "proportion", proportion),))


def biweight_location(x, /, axis=None, *, c=6.0, out=None, keepdims=False, where=None):
    """Tukey's biweight: a mean that leaves outliers out smoothly.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    c : float
        Distance, in median absolute deviations, from which elements have no weight.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The median where the median absolute deviation is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    Beers, Flynn and Gebhardt, Astronomical Journal 100 (1990), eq. 5.

    Examples
    --------
    >>> numrs.stats.biweight_location([1.0, 2.0, 3.0, 4.0, 100.0])
    np.float64(2.4996190139687956)
    """
    return stat(ops.NUMRS_OP_BIWEIGHT_LOCATION, "biweight_location", x, None,
                axis, out, keepdims, where, (_number("biweight_location", "c", c),))


def biweight_scale(x, /, axis=None, *, c=9.0, out=None, keepdims=False, where=None):
    """Tukey's biweight scale: a standard deviation that leaves outliers out smoothly.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    c : float
        Distance, in median absolute deviations, from which elements have no weight.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        0 where the median absolute deviation is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    Beers, Flynn and Gebhardt, Astronomical Journal 100 (1990), eq. 9.

    Examples
    --------
    >>> numrs.stats.biweight_scale([1.0, 2.0, 3.0, 4.0, 5.0])
    np.float64(1.0)
    """
    return stat(ops.NUMRS_OP_BIWEIGHT_SCALE, "biweight_scale", x, None,
                axis, out, keepdims, where, (_number("biweight_scale", "c", c),))


def zscore(x, /, axis=None, *, correction=None, ddof=None, out=None):
    """Elements as distances from the mean in standard deviations.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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


def robust_zscore(x, /, axis=None, *, out=None):
    """Elements as distances from the median in median absolute deviations.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        0.6744897501960817 (x - median) / MAD; infinite or NaN where the MAD is 0.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Notes
    -----
    Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993).

    Examples
    --------
    >>> numrs.stats.robust_zscore([1.0, 2.0, 3.0, 4.0, 100.0])
    array([-1.3489795 , -0.67448975,  0.        ,  0.67448975, 65.42550577])
    """
    return stat(ops.NUMRS_OP_ROBUST_ZSCORE, "robust_zscore", x, None, axis, out, False, None, ())


def winsorize(x, /, axis=None, *, limits=0.05, out=None):
    """Elements with the extreme ones replaced by the nearest that stays.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.
    limits : float or tuple of two floats
        Share of elements replaced at the lower and the upper end.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        As ``x``; NaN where a line holds NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a bad parameter, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.winsorize([1.0, 2.0, 3.0, 4.0, 100.0], limits=0.2)
    array([2., 2., 3., 4., 4.])
    """
    return stat(ops.NUMRS_OP_WINSORIZE, "winsorize", x, None, axis, out, False, None, _limits("winsorize", limits))


def corr(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Pearson's correlation coefficient of two lines.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; two float32 give float32, all others float64.
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


def spearman(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Spearman's rank correlation: Pearson's of the ranks, ties share the mean of theirs.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; two float32 give float32, all others float64.
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


def kendall(x, x2, /, axis=None, *, out=None, keepdims=False, where=None):
    """Kendall's tau-b: the surplus of pairs in the same order, corrected for ties.

    Parameters
    ----------
    x, x2 : array_like
        ``x2`` broadcasts to ``x``; two float32 give float32, all others float64.
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
    np.float64(0.3333333333333334)
    """
    return stat(ops.NUMRS_OP_KENDALL, "kendall", x, x2, axis, out, keepdims, where, ())


def describe(x, /, axis=None, *, correction=None, ddof=None, where=None):
    """Count, mean, standard deviation, extremes, quartiles, skewness and kurtosis at once.

    Parameters
    ----------
    x : array_like
        Any shape; float32 gives float32, all others float64.
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
    return Description(*[y[..., k][()] for k in range(10)])


def sigmaclip(x, /, low=4.0, high=4.0):
    """Elements within some standard deviations of the mean, again and again until none is left out any more.

    Parameters
    ----------
    x : array_like
        Any shape; it is flattened.
    low, high : float
        Standard deviations below and above the mean that stay.

    Returns
    -------
    ClippedResult
        Named tuple: the elements that stay, in their order and dtype, and the bounds within which they lie.

    Raises
    ------
    ValueError
        For a negative or NaN number of standard deviations.

    Examples
    --------
    >>> numrs.stats.sigmaclip([1.0, 2.0, 3.0, 2.0, 1.0, 100.0], low=2.0, high=2.0).clipped
    array([1., 2., 3., 2., 1.])
    """
    cdef object a = as_array(x, "sigmaclip", "x").ravel()
    wide = a if a.dtype == np.float64 else a.astype(np.float64)  # the bounds are compared in float64
    lower, upper = stat(ops.NUMRS_OP_SIGMACLIP, "sigmaclip", wide, None, None, None, False, None,
                        (_number("sigmaclip", "low", low), _number("sigmaclip", "high", high)))
    return ClippedResult(a[(wide >= lower) & (wide <= upper)], lower, upper)


def theilslopes(y, x=None, /, alpha=0.95, axis=None):
    """Theil-Sen line: the median of the slopes between all pairs of points.

    Parameters
    ----------
    y : array_like
        Ordinates.
    x : array_like, optional
        Abscissae, broadcast to ``y``; None: 0, 1, 2 … along the line.
    alpha : float
        Confidence of the bounds of the slope, 0 to 1.
    axis : int or tuple of ints, optional
        Axes whose elements form a line; None: all.

    Returns
    -------
    TheilSlopesResult
        Named tuple: slope, intercept (median of y less the slope times the median of x), low_slope, high_slope.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a bad ``alpha``.
    MemoryError
        For lines so long that their pairs do not fit into memory.

    Notes
    -----
    Sen, Journal of the American Statistical Association 63 (1968); bounds as scipy.stats.theilslopes. O(n^2).

    Examples
    --------
    >>> numrs.stats.theilslopes([1.0, 2.0, 3.0, 50.0, 5.0]).slope
    np.float64(1.0)
    """
    cdef object a = as_array(y, "theilslopes", "y")
    if x is None:
        if axis is None or isinstance(axis, tuple):
            x = np.arange(float(a.size)).reshape(a.shape) if axis is None else None
            if x is None:
                raise TypeError("theilslopes: x is None and axis a tuple; give the abscissae")
        else:
            shape = [1] * a.ndim
            shape[axis] = a.shape[axis]
            x = np.arange(float(a.shape[axis])).reshape(shape)
    z = stat(ops.NUMRS_OP_THEILSLOPES, "theilslopes", a, x, axis, None, False, None,
             (_number("theilslopes", "alpha", alpha),))
    return TheilSlopesResult(*[z[..., k][()] for k in range(4)])
