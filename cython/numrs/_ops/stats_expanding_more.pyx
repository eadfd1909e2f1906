# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""More statistics of all elements so far: order statistics, scores, covariances and places."""
from numrs._ops._rolling cimport correction_of, expanding, quantile_method, rank_method, scale_of, share_of
from numrs._ops._typed import tensors
from numrs.c cimport ops


@tensors
def expanding_zscore(x, *, axis=-1, correction=None, ddof=None, min_periods=None, out=None):
    """Distance of each element from the mean so far, in standard deviations.

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
        ``(x[i] - mean) / std`` of the elements up to it. In the dtype of float input, else float64.

    Raises
    ------
    TypeError
        For both ``correction`` and ``ddof``.
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_zscore([1.0, 2.0, 4.0, 8.0])
    array([       nan, 1.        , 1.33630621, 1.58525817])
    """
    return expanding(ops.NUMRS_OP_ROLLING_ZSCORE, "expanding_zscore", x, None, axis, min_periods,
                     correction_of("expanding_zscore", correction, ddof, 0), 0, 0, out)


@tensors
def expanding_cov(x, x2, *, axis=-1, correction=None, ddof=None, min_periods=None, out=None):
    """Covariance so far.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
    axis : int
        Axis to go along.
    correction, ddof : float, optional
        Divide by ``n - correction`` (default 1); ``ddof`` is a synonym.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
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
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_cov([1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 3.0, 1.0])
    array([        nan,  1.        ,  1.33333333, -1.        ])
    """
    return expanding(ops.NUMRS_OP_ROLLING_COV, "expanding_cov", x, x2, axis, min_periods,
                     correction_of("expanding_cov", correction, ddof, 1), 0, 0, out)


@tensors
def expanding_corr(x, x2, *, axis=-1, min_periods=None, out=None):
    """Correlation so far.

    Parameters
    ----------
    x, x2 : array_like
        Two inputs that broadcast; a pair with a missing value is left out.
    axis : int
        Axis to go along.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
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
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_corr([1.0, 2.0, 4.0, 8.0], [1.0, 3.0, 3.0, 1.0])
    array([        nan,  1.        ,  0.75592895, -0.27975144])
    """
    return expanding(ops.NUMRS_OP_ROLLING_CORR, "expanding_corr", x, x2, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_first(x, *, axis=-1, min_periods=None, out=None):
    """First value so far.

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
        The first value that is not missing. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_first([1.0, np.nan, 4.0, 8.0])
    array([1., 1., 1., 1.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_FIRST, "expanding_first", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_last(x, *, axis=-1, min_periods=None, out=None):
    """Last value so far.

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
        The last value that is not missing. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_last([1.0, np.nan, 4.0, 8.0])
    array([1., 1., 4., 8.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_LAST, "expanding_last", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_median(x, *, axis=-1, min_periods=None, out=None):
    """Median so far.

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
        The middle value, or the mean of the middle two; exact. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_median([1.0, 9.0, 2.0, 3.0])
    array([1. , 5. , 2. , 2.5])
    """
    return expanding(ops.NUMRS_OP_ROLLING_MEDIAN, "expanding_median", x, None, axis, min_periods, 0, 0, 0, out)


@tensors
def expanding_quantile(x, q, *, axis=-1, method='linear', min_periods=None, out=None):
    """Quantile so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    q : float
        From 0 to 1.
    axis : int
        Axis to go along.
    method : str
        One of NumPy's methods of quantile.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The value below which the share ``q`` of all so far lies. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods``, ``q`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_quantile([1.0, 9.0, 2.0, 3.0], 0.5)
    array([1. , 5. , 2. , 2.5])
    """
    return expanding(ops.NUMRS_OP_ROLLING_QUANTILE, "expanding_quantile", x, None, axis, min_periods,
                     share_of("expanding_quantile", q), quantile_method("expanding_quantile", method), 0, out)


@tensors
def expanding_rank(x, *, axis=-1, method='average', ascending=True, pct=False, min_periods=None, out=None):
    """Rank of the last element so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    method : {'average', 'min', 'max'}
        Rank of equal values.
    ascending : bool
        Whether the least value has rank 1.
    pct : bool
        Whether to divide by the number of values.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        1 for the least value so far. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_rank([1.0, 9.0, 2.0, 3.0])
    array([1., 2., 2., 3.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_RANK, "expanding_rank", x, None, axis, min_periods,
                     0, rank_method("expanding_rank", method), (0 if ascending else 1) | (2 if pct else 0), out)


@tensors
def expanding_mad(x, *, axis=-1, scale=1.0, min_periods=None, out=None):
    """Median absolute deviation so far.

    Parameters
    ----------
    x : array_like
        At least one dimension; NaN is a missing value.
    axis : int
        Axis to go along.
    scale : float or 'normal'
        Factor; 'normal' divides by 0.6744897501960817, so that normal data give their standard deviation.
    min_periods : int, optional
        Values below which the result is NaN; None: 1.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray
        The median of the distances from the median, times ``scale``; exact but for the product. In the dtype of
        float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_mad([1.0, 9.0, 2.0, 3.0])
    array([0., 4., 1., 1.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_MAD, "expanding_mad", x, None, axis, min_periods,
                     scale_of("expanding_mad", scale), 0, 0, out)


@tensors
def expanding_robust_zscore(x, *, axis=-1, min_periods=None, out=None):
    """Distance of each element from the median so far, in robust standard deviations.

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
        ``(x[i] - median) / mad`` of the elements up to it, with the MAD divided by 0.6744897501960817. In the
        dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_robust_zscore([1.0, 9.0, 2.0, 3.0])
    array([       nan, 0.67448975, 0.        , 0.33724488])
    """
    return expanding(ops.NUMRS_OP_ROLLING_ROBUST_ZSCORE, "expanding_robust_zscore", x, None, axis, min_periods,
                     0, 0, 0, out)


@tensors
def expanding_nunique(x, *, axis=-1, min_periods=None, out=None):
    """Number of different values so far.

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
        -0.0 and 0.0 are the same. In the dtype of float input, else float64.

    Raises
    ------
    ValueError
        For an axis out of range, a wrong ``min_periods`` or ``out``.

    Examples
    --------
    >>> numrs.stats.expanding_nunique([1.0, 1.0, 2.0, 3.0])
    array([1., 1., 2., 3.])
    """
    return expanding(ops.NUMRS_OP_ROLLING_NUNIQUE, "expanding_nunique", x, None, axis, min_periods, 0, 0, 0, out)
