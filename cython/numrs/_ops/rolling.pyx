# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Moments and extremes of moving windows."""
from numrs._ops._rolling cimport Choice, choose, correction_of, rolling
from numrs._ops._typed import tensors
from numrs.c cimport ops


@tensors
def rolling_count(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Number of values in moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Elements below which the result is NaN; None: ``window``, or 1 for explicit windows.
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
        Values that are not missing, exact. NaN where the window has fewer than ``min_periods`` elements,
        missing or not. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_count([1.0, np.nan, 3.0], 2, min_periods=1)
    array([1., 1., 1.])
    """
    cdef Choice c = choose("rolling_count", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_COUNT, "rolling_count", x, None, window, axis, &c, None, out)


@tensors
def rolling_sum(x, window, *, axis=-1, weights=None, min_periods=None, center=False, closed='right', step=1, out=None):
    """Sum of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    weights : array_like, optional
        One weight per element of a window.
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
        Within 6 u times the sum of the absolute values of the window, u = 2**-53, whatever stood before it. In
        the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_sum([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  3.,  6., 12.])
    """
    cdef Choice c = choose("rolling_sum", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_SUM, "rolling_sum", x, None, window, axis, &c, weights, out)


@tensors
def rolling_mean(x, window, *, axis=-1, weights=None, min_periods=None, center=False, closed='right', step=1, out=None):
    """Mean of moving windows.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    window : int or pair of index arrays
        Elements of a window; or ``(start, end)``, one window ``x[start:end]`` per output.
    axis : int
        Axis to go along.
    weights : array_like, optional
        One weight per element of a window.
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
        Within 7 u times the mean of the absolute values of the window, u = 2**-53, whatever stood before it. In
        the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_mean([1.0, 2.0, 4.0, 8.0], 2)
    array([nan, 1.5, 3. , 6. ])
    """
    cdef Choice c = choose("rolling_mean", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_MEAN, "rolling_mean", x, None, window, axis, &c, weights, out)


@tensors
def rolling_var(x, window, *, axis=-1, correction=None, ddof=None, weights=None, min_periods=None, center=False,
                closed='right', step=1, out=None):
    """Variance of moving windows.

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
    weights : array_like, optional
        One weight per element of a window.
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
        Youngs and Cramer's sums of two blocks joined after Chan, Golub and LeVeque: within 64 ulp up to 1000
        elements for any offset and any earlier values. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_var([1.0, 2.0, 4.0, 8.0], 2, correction=1)
    array([nan, 0.5, 2. , 8. ])
    """
    cdef Choice c = choose("rolling_var", window, min_periods, center, closed, step)
    c.parameter = correction_of("rolling_var", correction, ddof, 0)
    return rolling(ops.NUMRS_OP_ROLLING_VAR, "rolling_var", x, None, window, axis, &c, weights, out)


@tensors
def rolling_std(x, window, *, axis=-1, correction=None, ddof=None, weights=None, min_periods=None, center=False,
                closed='right', step=1, out=None):
    """Standard deviation of moving windows.

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
    weights : array_like, optional
        One weight per element of a window.
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
        The square root of `rolling_var`. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_std([1.0, 2.0, 4.0, 8.0], 2, correction=1)
    array([       nan, 0.70710678, 1.41421356, 2.82842712])
    """
    cdef Choice c = choose("rolling_std", window, min_periods, center, closed, step)
    c.parameter = correction_of("rolling_std", correction, ddof, 0)
    return rolling(ops.NUMRS_OP_ROLLING_STD, "rolling_std", x, None, window, axis, &c, weights, out)


@tensors
def rolling_sem(x, window, *, axis=-1, correction=None, ddof=None, min_periods=None, center=False, closed='right',
                step=1, out=None):
    """Standard error of the mean of moving windows.

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
        ``sqrt(var / n)``. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_sem([1.0, 2.0, 4.0, 8.0], 2, correction=1)
    array([nan, 0.5, 1. , 2. ])
    """
    cdef Choice c = choose("rolling_sem", window, min_periods, center, closed, step)
    c.parameter = correction_of("rolling_sem", correction, ddof, 0)
    return rolling(ops.NUMRS_OP_ROLLING_SEM, "rolling_sem", x, None, window, axis, &c, None, out)


@tensors
def rolling_skew(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Skewness of moving windows.

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
        Bias-corrected (G1). NaN with fewer than 3 values and in a constant window. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_skew([1.0, 2.0, 4.0, 9.0], 3)
    array([       nan,        nan, 0.93521953, 1.15206964])
    """
    cdef Choice c = choose("rolling_skew", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_SKEW, "rolling_skew", x, None, window, axis, &c, None, out)


@tensors
def rolling_kurt(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Excess kurtosis of moving windows.

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
        Bias-corrected (G2). NaN with fewer than 4 values and in a constant window. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_kurt([1.0, 2.0, 4.0, 8.0, 9.0], 4)
    array([        nan,         nan,         nan,  0.75765595, -3.8690053 ])
    """
    cdef Choice c = choose("rolling_kurt", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_KURT, "rolling_kurt", x, None, window, axis, &c, None, out)


@tensors
def rolling_min(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Minimum of moving windows.

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
        The least value, exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_min([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  1.,  2.,  4.])
    """
    cdef Choice c = choose("rolling_min", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_MIN, "rolling_min", x, None, window, axis, &c, None, out)


@tensors
def rolling_max(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Maximum of moving windows.

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
        The greatest value, exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_max([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  2.,  4.,  8.])
    """
    cdef Choice c = choose("rolling_max", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_MAX, "rolling_max", x, None, window, axis, &c, None, out)


@tensors
def rolling_argmin(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Place of the minimum in moving windows.

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
        Index of the first least value in the window, from the window's first element on; a float, so that it
        can be NaN. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_argmin([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  0.,  0.,  0.])
    """
    cdef Choice c = choose("rolling_argmin", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_ARGMIN, "rolling_argmin", x, None, window, axis, &c, None, out)


@tensors
def rolling_argmax(x, window, *, axis=-1, min_periods=None, center=False, closed='right', step=1, out=None):
    """Place of the maximum in moving windows.

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
        Index of the first greatest value in the window, from the window's first element on; a float, so that it
        can be NaN. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For a window below 1, windows out of order, an axis out of range, or a wrong ``min_periods``,
        ``closed`` or ``out``.

    Examples
    --------
    >>> numrs.rolling_argmax([1.0, 2.0, 4.0, 8.0], 2)
    array([nan,  1.,  1.,  1.])
    """
    cdef Choice c = choose("rolling_argmax", window, min_periods, center, closed, step)
    return rolling(ops.NUMRS_OP_ROLLING_ARGMAX, "rolling_argmax", x, None, window, axis, &c, None, out)
