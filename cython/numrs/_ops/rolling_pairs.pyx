# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Scores, covariances and places in moving windows."""
from numrs._ops._rolling cimport Choice, choose, correction_of, rolling
from numrs._ops._typed import tensors
from numrs.c cimport ops


@tensors
def rolling_zscore(x, window, *, axis=-1, correction=None, ddof=None, min_periods=None, center=False, closed='right',
                   step=1, out=None):
    """Distance of each element from the mean of its window, in standard deviations.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
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
        ``(x[i] - mean) / std`` of window i. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_zscore([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  1.,  1.,  1.])
    """
    cdef Choice c = choose("rolling_zscore", window, min_periods, center, closed, step)
    c.parameter = correction_of("rolling_zscore", correction, ddof, 0)
    return rolling(ops.NUMRS_OP_ROLLING_ZSCORE, "rolling_zscore", x, None, window, axis, &c, None, out)


@tensors
def rolling_cov(x, x2, window, *, axis=-1, correction=None, ddof=None, min_periods=None, center=False, closed='right',
                step=1, out=None):
    """Covariance in moving windows.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 1); ``ddof`` is a synonym.
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
        ``sum((x - mean) * (x2 - mean2)) / (n - correction)``. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_cov([1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 3.0, 1.0], 2)
    array([nan,  1.,  0., -4.])
    """
    cdef Choice c = choose("rolling_cov", window, min_periods, center, closed, step)
    c.parameter = correction_of("rolling_cov", correction, ddof, 1)
    return rolling(ops.NUMRS_OP_ROLLING_COV, "rolling_cov", x, x2, window, axis, &c, None, out)


@tensors
def rolling_corr(x, x2, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Correlation in moving windows.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
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
        Pearson's coefficient, -1 to 1; NaN where one input is constant. In the dtype of float input, else
        float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_corr([1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 3.0, 1.0], 2)
    array([nan,  1., nan, -1.])
    """
    cdef Choice c = choose("rolling_corr", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_CORR, "rolling_corr", x, x2, window, axis, &c, None, out)


@tensors
def rolling_first(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """First value of moving windows.

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
        The first value that is not missing. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_first([1.0, np.nan, 4.0, 8.0], 2, min_periods=1)
    array([1., 1., 4., 4.])
    """
    cdef Choice c = choose("rolling_first", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_FIRST, "rolling_first", x, None, window, axis, &c, None, out)


@tensors
def rolling_last(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Last value of moving windows.

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
        The last value that is not missing. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_last([1.0, np.nan, 4.0, 8.0], 2, min_periods=1)
    array([1., 1., 4., 8.])
    """
    cdef Choice c = choose("rolling_last", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_LAST, "rolling_last", x, None, window, axis, &c, None, out)
