# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Statistics of all elements so far."""
from numrs._ops._rolling cimport correction_of, expanding
from numrs._ops._typed import tensors
from numrs.c cimport ops


@tensors
def expanding_count(x, *, axis=-1, min_periods=None, out=None):
    """Number of values so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Elements below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Values that are not missing, exact. NaN where there are fewer than ``min_periods`` elements, missing or
        not. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_count([1.0, np.nan, 3.0])
    array([1., 1., 2.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_COUNT, "expanding_count", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_sum(x, *, axis=-1, min_periods=None, out=None):
    """Sum so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Within 6 u times the sum of the absolute values of all so far, u = 2**-53. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_sum([1.0, 2.0, 4.0, 8.0])
    array([ 1.,  3.,  7., 15.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_SUM, "expanding_sum", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_mean(x, *, axis=-1, min_periods=None, out=None):
    """Mean so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Within 7 u times the mean of the absolute values of all so far, u = 2**-53. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_mean([1.0, 2.0, 4.0, 8.0])
    array([1.        , 1.5       , 2.33333333, 3.75      ])
    """
    return expanding(ops.NUMRS_OP_ROLLING_MEAN, "expanding_mean", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_var(x, *, axis=-1, correction=None, ddof=None, min_periods=None, out=None):
    """Variance so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Youngs and Cramer's sums of two blocks joined after Chan, Golub and LeVeque: within 64 ulp up to 1000
        elements for any offset. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_var([1.0, 2.0, 4.0, 8.0], correction=1)
    array([       nan, 0.5       , 2.33333333, 9.58333333])
    """
    return expanding(ops.NUMRS_OP_ROLLING_VAR, "expanding_var", x, None, axis, min_periods,
                     correction_of("expanding_var", correction, ddof, 0), 0, 0, out)


@tensors
def expanding_std(x, *, axis=-1, correction=None, ddof=None, min_periods=None, out=None):
    """Standard deviation so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The square root of `expanding_var`. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_std([1.0, 2.0, 4.0, 8.0], correction=1)
    array([       nan, 0.70710678, 1.52752523, 3.09569594])
    """
    return expanding(ops.NUMRS_OP_ROLLING_STD, "expanding_std", x, None, axis, min_periods,
                     correction_of("expanding_std", correction, ddof, 0), 0, 0, out)


@tensors
def expanding_sem(x, *, axis=-1, correction=None, ddof=None, min_periods=None, out=None):
    """Standard error of the mean so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 0); ``ddof`` is a synonym.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
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
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_sem([1.0, 2.0, 4.0, 8.0], correction=1)
    array([       nan, 0.5       , 0.8819171 , 1.54784797])
    """
    return expanding(ops.NUMRS_OP_ROLLING_SEM, "expanding_sem", x, None, axis, min_periods,
                     correction_of("expanding_sem", correction, ddof, 0), 0, 0, out)


@tensors
def expanding_skew(x, *, axis=-1, min_periods=None, out=None):
    """Skewness so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Bias-corrected (G1). NaN with fewer than 3 values and where all are equal. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_skew([1.0, 2.0, 4.0, 9.0])
    array([       nan,        nan, 0.93521953, 1.33093773])
    """
    return expanding(ops.NUMRS_OP_ROLLING_SKEW, "expanding_skew", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_kurt(x, *, axis=-1, min_periods=None, out=None):
    """Excess kurtosis so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Bias-corrected (G2). NaN with fewer than 4 values and where all are equal. In the dtype of float input,
        else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_kurt([1.0, 2.0, 4.0, 8.0, 9.0])
    array([        nan,         nan,         nan,  0.75765595, -2.68026536])
    """
    return expanding(ops.NUMRS_OP_ROLLING_KURT, "expanding_kurt", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_min(x, *, axis=-1, min_periods=None, out=None):
    """Minimum so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The least value, exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_min([1.0, 2.0, 4.0, 8.0])
    array([1., 1., 1., 1.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_MIN, "expanding_min", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_max(x, *, axis=-1, min_periods=None, out=None):
    """Maximum so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The greatest value, exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_max([1.0, 2.0, 4.0, 8.0])
    array([1., 2., 4., 8.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_MAX, "expanding_max", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_argmin(x, *, axis=-1, min_periods=None, out=None):
    """Place of the minimum so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Index of the first least value; a float, so that it can be NaN. In the dtype of float input, else
        float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_argmin([1.0, 2.0, 4.0, 8.0])
    array([0., 0., 0., 0.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_ARGMIN, "expanding_argmin", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_argmax(x, *, axis=-1, min_periods=None, out=None):
    """Place of the maximum so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        Index of the first greatest value; a float, so that it can be NaN. In the dtype of float input, else
        float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_argmax([1.0, 2.0, 4.0, 8.0])
    array([0., 1., 2., 3.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_ARGMAX, "expanding_argmax", x, None, axis, min_periods, 0, 0, 0, out)
