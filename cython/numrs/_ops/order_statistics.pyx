# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Medians, quantiles and robust spread along axes, by selection."""
import numpy as np

from numrs._ops._order cimport IQR, MAD, MEDIAN, quantile_method, quantiles, reduced
from numrs._ops._typed import tensors
from numrs.c.order cimport NUMRS_ORDER_OMIT_NAN


cdef double _scale(object scale, double normal, str name) except? -1.25:
    if isinstance(scale, str):
        if scale == "normal":
            return normal
        raise ValueError(f"{name}: scale is {scale!r}, expected a number or 'normal'")
    if not isinstance(scale, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: scale is of type {type(scale).__name__}, expected a number or 'normal'")
    return float(scale)


@tensors
def median(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Median along axes, by selection.

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
        The mean of the middle two of an even number; floats keep their dtype, else float64. NaN where a NaN is
        among the elements, and of none.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.median([[1.0, 5.0], [2.0, 9.0]], axis=1)
    array([3. , 5.5])
    """
    return reduced(MEDIAN, "median", x, axis, out, keepdims, where, 0)


@tensors
def nanmedian(x, /, axis=None, *, out=None, keepdims=False, where=None):
    """Median along axes of the elements that are no NaN.

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
        The mean of the middle two of an even number; floats keep their dtype, else float64. NaN is left out; of
        nothing else: NaN.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, or a wrong ``out``.

    Examples
    --------
    >>> numrs.nanmedian([1.0, float("nan"), 3.0])
    np.float64(2.0)
    """
    return reduced(MEDIAN, "nanmedian", x, axis, out, keepdims, where, NUMRS_ORDER_OMIT_NAN)


@tensors
def quantile(x, /, q, axis=None, *, out=None, method="linear", keepdims=False, weights=None, where=None):
    """Quantiles along axes, by selection.

    Parameters
    ----------
    x : array_like
        Any shape.
    q : float or array_like of float
        Numbers in [0, 1]; a whole array costs little more than one.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result.
    method : str
        'linear', 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest', as numpy.quantile.
    keepdims : bool
        Keep the reduced axes with extent 1.
    weights : array_like, optional
        Of the shape of ``x``, or of its extent along the one axis: finite and not negative; ``method`` must be
        'inverted_cdf'. A line whose weights are all 0 gives NaN.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The dimensions of ``q``, then those that are left of ``x``; floats keep their dtype, else float64. NaN where
        a NaN is among the elements, and of none.

    Raises
    ------
    ValueError
        For ``q`` outside [0, 1] or NaN, an unknown ``method``, an axis out of range, wrong ``weights`` or ``out``.

    Examples
    --------
    >>> numrs.quantile([1.0, 2.0, 3.0, 4.0], [0.25, 0.5])
    array([1.75, 2.5 ])
    """
    return quantiles("quantile", x, q, 1.0, axis, out, method, keepdims, weights, where, 0)


@tensors
def nanquantile(x, /, q, axis=None, *, out=None, method="linear", keepdims=False, weights=None, where=None):
    """Quantiles along axes of the elements that are no NaN.

    Parameters
    ----------
    x : array_like
        Any shape.
    q : float or array_like of float
        Numbers in [0, 1]; a whole array costs little more than one.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result.
    method : str
        'linear', 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest', as numpy.quantile.
    keepdims : bool
        Keep the reduced axes with extent 1.
    weights : array_like, optional
        Of the shape of ``x``, or of its extent along the one axis: finite and not negative; ``method`` must be
        'inverted_cdf'. A line whose weights are all 0 gives NaN.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The dimensions of ``q``, then those that are left of ``x``; floats keep their dtype, else float64. NaN is
        left out; of nothing else: NaN.

    Raises
    ------
    ValueError
        For ``q`` outside [0, 1] or NaN, an unknown ``method``, an axis out of range, wrong ``weights`` or ``out``.

    Examples
    --------
    >>> numrs.nanquantile([1.0, float("nan"), 3.0], 0.5)
    np.float64(2.0)
    """
    return quantiles("nanquantile", x, q, 1.0, axis, out, method, keepdims, weights, where, NUMRS_ORDER_OMIT_NAN)


@tensors
def percentile(x, /, q, axis=None, *, out=None, method="linear", keepdims=False, weights=None, where=None):
    """Quantiles along axes, in per cent.

    Parameters
    ----------
    x : array_like
        Any shape.
    q : float or array_like of float
        Numbers in [0, 100]; a whole array costs little more than one.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result.
    method : str
        'linear', 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest', as numpy.quantile.
    keepdims : bool
        Keep the reduced axes with extent 1.
    weights : array_like, optional
        Of the shape of ``x``, or of its extent along the one axis: finite and not negative; ``method`` must be
        'inverted_cdf'. A line whose weights are all 0 gives NaN.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The dimensions of ``q``, then those that are left of ``x``; floats keep their dtype, else float64. NaN where
        a NaN is among the elements, and of none.

    Raises
    ------
    ValueError
        For ``q`` outside [0, 100] or NaN, an unknown ``method``, an axis out of range, wrong ``weights`` or ``out``.

    Examples
    --------
    >>> numrs.percentile([1.0, 2.0, 3.0, 4.0], 50)
    np.float64(2.5)
    """
    return quantiles("percentile", x, q, 100.0, axis, out, method, keepdims, weights, where, 0)


@tensors
def nanpercentile(x, /, q, axis=None, *, out=None, method="linear", keepdims=False, weights=None, where=None):
    """Quantiles along axes of the elements that are no NaN, in per cent.

    Parameters
    ----------
    x : array_like
        Any shape.
    q : float or array_like of float
        Numbers in [0, 100]; a whole array costs little more than one.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    out : ndarray, optional
        Receives the result.
    method : str
        'linear', 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest', as numpy.quantile.
    keepdims : bool
        Keep the reduced axes with extent 1.
    weights : array_like, optional
        Of the shape of ``x``, or of its extent along the one axis: finite and not negative; ``method`` must be
        'inverted_cdf'. A line whose weights are all 0 gives NaN.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        The dimensions of ``q``, then those that are left of ``x``; floats keep their dtype, else float64. NaN is
        left out; of nothing else: NaN.

    Raises
    ------
    ValueError
        For ``q`` outside [0, 100] or NaN, an unknown ``method``, an axis out of range, wrong ``weights`` or ``out``.

    Examples
    --------
    >>> numrs.nanpercentile([1.0, float("nan"), 3.0], 50)
    np.float64(2.0)
    """
    return quantiles("nanpercentile", x, q, 100.0, axis, out, method, keepdims, weights, where, NUMRS_ORDER_OMIT_NAN)


@tensors
def mad(x, /, axis=None, *, scale=1.0, out=None, keepdims=False, where=None):
    """Median of the absolute distances from the median, along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    scale : float or 'normal'
        The result is divided by it; 'normal': by 0.6745, the MAD of a standard normal distribution, so that the result
        estimates a standard deviation.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        ``median(|x - median(x)|) / scale``, floats keep their dtype, else float64; NaN where a NaN is among the
        elements, and of none.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, a ``scale`` of 0, or a wrong ``out``.

    Examples
    --------
    >>> numrs.mad([1.0, 2.0, 3.0, 4.0, 100.0])
    np.float64(1.0)
    """
    return reduced(MAD, "mad", x, axis, out, keepdims, where, 0, 0, _scale(scale, 0.6744897501960817, "mad"))


@tensors
def iqr(x, /, axis=None, *, scale=1.0, method="linear", out=None, keepdims=False, where=None):
    """Distance of the quartiles along axes.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    scale : float or 'normal'
        The result is divided by it; 'normal': by 1.349, the distance of a standard normal distribution.
    method : str
        'linear', 'inverted_cdf', 'averaged_inverted_cdf', 'closest_observation', 'interpolated_inverted_cdf', 'hazen',
        'weibull', 'median_unbiased', 'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest', as numpy.quantile.
    out : ndarray, optional
        Receives the result; shape with the reduced axes dropped, or kept as 1.
    keepdims : bool
        Keep the reduced axes with extent 1.
    where : array_like of bool, optional
        Elements to take part; broadcasts to ``x``.

    Returns
    -------
    ndarray or scalar
        ``(quantile(x, 0.75) - quantile(x, 0.25)) / scale``, floats keep their dtype, else float64; NaN where a NaN is
        among the elements, and of none.

    Raises
    ------
    ValueError
        For an axis out of range or given twice, an unknown ``method``, a ``scale`` of 0, or a wrong ``out``.

    Examples
    --------
    >>> numrs.iqr([1.0, 2.0, 3.0, 4.0, 5.0])
    np.float64(2.0)
    """
    return reduced(IQR, "iqr", x, axis, out, keepdims, where, 0, quantile_method(method, "iqr"),
                   _scale(scale, 1.3489795003921634, "iqr"))
