# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Series: earlier elements, relative changes, filling of missing values."""
from numrs._ops._stats cimport number_of, stat
from numrs._ops._typed import tensors
from numrs.c cimport ops


cdef tuple _limit(str name, object limit):
    """The most NaN in a row; 0 is any number for the library."""
    if limit is None:
        return (0.0,)
    if not limit >= 1:
        raise ValueError(f"{name}: limit is {limit}, expected at least 1, or None")
    return (number_of(name, "limit", limit),)


@tensors
def lag(x, periods=1, /, *, axis=-1, out=None):
    """Elements some places earlier; NaN where there is none.

    Parameters
    ----------
    x : array_like
        At least one dimension; floats keep their dtype, all others give float64.
    periods : int
        How far back to look; negative: ahead.
    axis : int, optional
        Axis of the series.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        Of the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, periods that are not whole, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.lag([1.0, 2.0, 4.0])
    array([nan,  1.,  2.])
    """
    return stat(ops.NUMRS_OP_LAG, "lag", x, None, axis, out, False, None, (number_of("lag", "periods", periods),))


@tensors
def pct_change(x, periods=1, /, *, axis=-1, out=None):
    """Relative change from the element some places earlier: x[i] / x[i - periods] - 1.

    Parameters
    ----------
    x : array_like
        At least one dimension; floats keep their dtype, all others give float64.
    periods : int
        How far back to look; negative: ahead.
    axis : int, optional
        Axis of the series.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        Of the shape of ``x``; NaN where there is none.

    Raises
    ------
    ValueError
        For an axis out of range, periods that are not whole, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.pct_change([1.0, 2.0, 3.0])
    array([nan, 1. , 0.5])
    """
    return stat(ops.NUMRS_OP_PCT_CHANGE, "pct_change", x, None, axis, out, False, None, (number_of("pct_change",
                "periods", periods),))


@tensors
def fill_forward(x, limit=None, /, *, axis=-1, out=None):
    """NaN replaced by the last number before it.

    Parameters
    ----------
    x : array_like
        At least one dimension; floats keep their dtype, all others give float64.
    limit : int, optional
        Most NaN in a row that are filled; None: any number.
    axis : int, optional
        Axis of the series.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        Of the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, a limit below 1, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.fill_forward([1.0, float('nan'), 3.0])
    array([1., 1., 3.])
    """
    return stat(ops.NUMRS_OP_FILL_FORWARD, "fill_forward", x, None, axis, out, False, None, _limit("fill_forward",
                limit))


@tensors
def fill_backward(x, limit=None, /, *, axis=-1, out=None):
    """NaN replaced by the next number after it.

    Parameters
    ----------
    x : array_like
        At least one dimension; floats keep their dtype, all others give float64.
    limit : int, optional
        Most NaN in a row that are filled; None: any number.
    axis : int, optional
        Axis of the series.
    out : ndarray, optional
        Receives the result; shape of ``x``.

    Returns
    -------
    ndarray
        Of the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range, a limit below 1, or a wrong ``out``.

    Examples
    --------
    >>> numrs.stats.fill_backward([1.0, float('nan'), 3.0])
    array([1., 3., 3.])
    """
    return stat(ops.NUMRS_OP_FILL_BACKWARD, "fill_backward", x, None, axis, out, False, None, _limit("fill_backward",
                limit))
