# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Statistics that outliers do not move, computed in float64 from order statistics."""
from collections import namedtuple

import numpy as np

from numrs._ops._array cimport as_array
from numrs._ops._stats cimport number_of, stat
from numrs._ops._typed import tensors
from numrs.c cimport ops

ClippedResult = namedtuple("ClippedResult", "clipped lower upper")
TheilSlopesResult = namedtuple("TheilSlopesResult", "slope intercept low_slope high_slope")


cdef tuple _limits(str name, object limits):
    """The lower and the upper share."""
    if isinstance(limits, (tuple, list)):
        if len(limits) != 2:
            raise ValueError(f"{name}: limits has {len(limits)} elements, expected one number or two")
        return number_of(name, "limits", limits[0]), number_of(name, "limits", limits[1])
    return number_of(name, "limits", limits), number_of(name, "limits", limits)


@tensors
def trim_mean(x, /, axis=None, *, proportion=0.1, out=None, keepdims=False, where=None):
    """Mean without the lowest and the highest elements.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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
                axis, out, keepdims, where, (number_of("trim_mean", "proportion", proportion),))


@tensors
def biweight_location(x, /, axis=None, *, c=6.0, out=None, keepdims=False, where=None):
    """Tukey's biweight: a mean that leaves outliers out smoothly.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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
    np.float64(2.570649895178197)
    """
    return stat(ops.NUMRS_OP_BIWEIGHT_LOCATION, "biweight_location", x, None,
                axis, out, keepdims, where, (number_of("biweight_location", "c", c),))


@tensors
def biweight_scale(x, /, axis=None, *, c=9.0, out=None, keepdims=False, where=None):
    """Tukey's biweight scale: a standard deviation that leaves outliers out smoothly.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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
    np.float64(1.5156068063180559)
    """
    return stat(ops.NUMRS_OP_BIWEIGHT_SCALE, "biweight_scale", x, None,
                axis, out, keepdims, where, (number_of("biweight_scale", "c", c),))


@tensors
def robust_zscore(x, /, axis=None, *, out=None):
    """Elements as distances from the median in median absolute deviations.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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


@tensors
def winsorize(x, /, axis=None, *, limits=0.05, out=None):
    """Elements with the extreme ones replaced by the nearest that stays.

    Parameters
    ----------
    x : array_like
        Any shape; floats keep their dtype, all others give float64.
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


@tensors
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
                        (number_of("sigmaclip", "low", low), number_of("sigmaclip", "high", high)))
    return ClippedResult(a[(wide >= lower) & (wide <= upper)], lower, upper)


@tensors
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
             (number_of("theilslopes", "alpha", alpha),))
    return TheilSlopesResult(*[z[..., k][()] for k in range(4)])
