# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Order statistics of moving windows."""
from numrs._ops._rolling cimport Choice, choose, quantile_method, rank_method, rolling, scale_of, share_of
from numrs._ops._typed import tensors
from numrs.c cimport ops


@tensors
def rolling_median(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Median of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The middle value, or the mean of the middle two; exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_median([1.0, 9.0, 2.0, 3.0], 3)
    array([nan, nan,  2.,  3.])
    """
    cdef Choice c = choose("rolling_median", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_MEDIAN, "rolling_median", x, None, window, axis, &c, None, out)


@tensors
def rolling_quantile(x, window, q, *, axis=-1, method='linear', min_periods=None, center=False, closed='right', step=1,
                     out=None):
    """Quantile of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    q : float
        From 0 to 1.
    axis : int
        Axis to go along.
    method : str
        One of NumPy's methods of quantile.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The value below which the share ``q`` of the window lies. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``q``, ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_quantile([1.0, 9.0, 2.0, 3.0], 3, 0.5)
    array([nan, nan,  2.,  3.])
    """
    cdef Choice c = choose("rolling_quantile", window, min_periods, center, closed, step)
    c.parameter = share_of("rolling_quantile", q)
    c.method = quantile_method("rolling_quantile", method)
    return rolling(ops.NUMRS_OP_ROLLING_QUANTILE, "rolling_quantile", x, None, window, axis, &c, None, out)


@tensors
def rolling_rank(x, window, *, axis=-1, method='average', ascending=True, pct=False, min_periods=None, center=False,
                 closed='right', step=1, out=None):
    """Rank of the last element of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    method : {'average', 'min', 'max'}
        Rank of equal values.
    ascending : bool
        Whether the least value has rank 1.
    pct : bool
        Whether to divide by the number of values.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        1 for the least value of the window; a window that is cut off ends with its last element. In the dtype
        of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_rank([1.0, 9.0, 2.0, 3.0], 3)
    array([nan, nan,  2.,  2.])
    """
    cdef Choice c = choose("rolling_rank", window, min_periods, center, closed, step)
    c.method = rank_method("rolling_rank", method)
    c.flags = (0 if ascending else 1) | (2 if pct else 0)
    return rolling(ops.NUMRS_OP_ROLLING_RANK, "rolling_rank", x, None, window, axis, &c, None, out)


@tensors
def rolling_mad(x, window, *, axis=-1, scale=1.0, min_periods=None, center=False, closed='right', step=1, out=None):
    """Median absolute deviation of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    scale : float or 'normal'
        Factor; 'normal' divides by 0.6744897501960817, so that normal data give their standard deviation.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The median of the distances from the window's median, times ``scale``; exact but for the product. In the
        dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_mad([1.0, 9.0, 2.0, 3.0], 3)
    array([nan, nan,  1.,  1.])
    """
    cdef Choice c = choose("rolling_mad", window, min_periods, center, closed, step)
    c.parameter = scale_of("rolling_mad", scale)
    return rolling(ops.NUMRS_OP_ROLLING_MAD, "rolling_mad", x, None, window, axis, &c, None, out)


@tensors
def rolling_robust_zscore(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Distance of each element from the median of its window, in robust standard deviations.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        ``(x[i] - median) / mad`` of window i, with the MAD divided by 0.6744897501960817. In the dtype of float
        input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_robust_zscore([1.0, 9.0, 2.0, 3.0], 3)
    array([nan, nan,  0.,  0.])
    """
    cdef Choice c = choose("rolling_robust_zscore", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_ROBUST_ZSCORE, "rolling_robust_zscore", x, None, window, axis, &c, None, out)


@tensors
def rolling_nunique(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Number of different values in moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: ``window``, or 1 for explicit windows.
    center : bool
        Whether the window's middle stands at its output.
    closed : {'right', 'left', 'both', 'neither'}
        Ends that belong to the window, as pandas has it.
    step : int
        Every ``step``-th output.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        -0.0 and 0.0 are the same. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_nunique([1.0, 1.0, 2.0, 3.0], 2)
    array([nan,  1.,  2.,  2.])
    """
    cdef Choice c = choose("rolling_nunique", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_NUNIQUE, "rolling_nunique", x, None, window, axis, &c, None, out)
