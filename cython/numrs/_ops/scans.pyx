# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Cumulative sums, products and extremes along one axis, and differences."""
import numpy as np

from numrs._ops._array cimport as_array
from numrs._ops._elementwise cimport is_weak
from numrs._ops._device_calls cimport at_device
from numrs._ops._reduce cimport axis_of, in_dtype, scan
from numrs._ops.elementwise_arithmetic import subtract
from numrs._ops.elementwise_comparison import not_equal
from numrs._ops.elementwise_selection import astype
from numrs._ops._typed import tensors
from numrs._ops.dtypes import result_type
from numrs._ops.joining import concat
from numrs.c cimport ops


def cumulative_sum(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    """Cumulative sum along an axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int, optional
        Axis to go along; needed for more than one dimension.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    include_initial : bool
        Begin with the operation's identity: one element more along the axis.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray or scalar
        Floats accumulate in float64, each element rounded once; bool and integers are added in int64 or uint64.

    Raises
    ------
    ValueError
        For an axis out of range, or none for more than one dimension, or a wrong ``out``.

    Examples
    --------
    >>> numrs.cumulative_sum([1.0, 2.0, 3.0])
    array([1., 3., 6.])
    """
    if dtype is not None:
        return in_dtype(scan(ops.NUMRS_OP_CUMULATIVE_SUM, "cumulative_sum", astype(x, dtype, copy=False), axis, out,
                             include_initial), dtype, out)
    return scan(ops.NUMRS_OP_CUMULATIVE_SUM, "cumulative_sum", x, axis, out, include_initial)


def cumulative_prod(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    """Cumulative product along an axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int, optional
        Axis to go along; needed for more than one dimension.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    include_initial : bool
        Begin with the operation's identity: one element more along the axis.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray or scalar
        Floats accumulate in float64, each element rounded once; bool and integers are multiplied in int64 or uint64.

    Raises
    ------
    ValueError
        For an axis out of range, or none for more than one dimension, or a wrong ``out``.

    Examples
    --------
    >>> numrs.cumulative_prod([1.0, 2.0, 3.0])
    array([1., 2., 6.])
    """
    if dtype is not None:
        return in_dtype(scan(ops.NUMRS_OP_CUMULATIVE_PROD, "cumulative_prod", astype(x, dtype, copy=False), axis, out,
                             include_initial), dtype, out)
    return scan(ops.NUMRS_OP_CUMULATIVE_PROD, "cumulative_prod", x, axis, out, include_initial)


def cumulative_max(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    """Cumulative maximum along an axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int, optional
        Axis to go along; needed for more than one dimension.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    include_initial : bool
        Begin with the operation's identity: one element more along the axis.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray or scalar
        In the dtype of ``x``; NaN from the first NaN on.

    Raises
    ------
    ValueError
        For an axis out of range, or none for more than one dimension, or a wrong ``out``.

    Examples
    --------
    >>> numrs.cumulative_max([1.0, 3.0, 2.0])
    array([1., 3., 3.])
    """
    if dtype is not None:
        return in_dtype(scan(ops.NUMRS_OP_CUMULATIVE_MAX, "cumulative_max", astype(x, dtype, copy=False), axis, out,
                             include_initial), dtype, out)
    return scan(ops.NUMRS_OP_CUMULATIVE_MAX, "cumulative_max", x, axis, out, include_initial)


def cumulative_min(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    """Cumulative minimum along an axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int, optional
        Axis to go along; needed for more than one dimension.
    dtype : dtype_like, optional
        Convert ``x`` to it first.
    include_initial : bool
        Begin with the operation's identity: one element more along the axis.
    out : ndarray, optional
        Receives the result.

    Returns
    -------
    ndarray or scalar
        In the dtype of ``x``; NaN from the first NaN on.

    Raises
    ------
    ValueError
        For an axis out of range, or none for more than one dimension, or a wrong ``out``.

    Examples
    --------
    >>> numrs.cumulative_min([3.0, 1.0, 2.0])
    array([3., 1., 1.])
    """
    if dtype is not None:
        return in_dtype(scan(ops.NUMRS_OP_CUMULATIVE_MIN, "cumulative_min", astype(x, dtype, copy=False), axis, out,
                             include_initial), dtype, out)
    return scan(ops.NUMRS_OP_CUMULATIVE_MIN, "cumulative_min", x, axis, out, include_initial)


@tensors
def diff(x, /, *, axis=-1, n=1, prepend=None, append=None):
    """Differences of neighbours along an axis, as the array API standard.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    axis : int, optional
        Axis to go along.
    n : int, optional
        How often differences are taken; 0: ``x`` as it is, whatever else is given.
    prepend, append : array_like, optional
        Elements put before and behind ``x`` along the axis first; numbers are stretched, and Python's own take the
        dtype of ``x``.

    Returns
    -------
    ndarray
        Shorter by ``n`` along the axis, in the dtype of ``x`` (bool: whether they differ).

    Raises
    ------
    ValueError
        For a negative ``n``, no dimension, or an axis out of range.

    Examples
    --------
    >>> numrs.diff([1.0, 4.0, 9.0])
    array([3., 5.])
    """
    cdef object a = x if at_device(x) else as_array(x, "diff", "x"), parts = [], piece
    if a.ndim == 0:
        raise ValueError("diff: x has no dimension, expected at least one")
    along = axis_of(axis, a.ndim, "diff", a.shape)
    try:
        times = n.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"diff: n is of type {type(n).__name__}, expected an int") from None
    if times < 0:
        raise ValueError(f"diff: n is {times}, expected at least 0")
    if times == 0:
        return a.copy()
    for name, given in (("prepend", prepend), ("x", a), ("append", append)):
        if given is None:
            continue
        piece = given if at_device(given) else as_array(given, "diff", name)
        if piece.ndim == 0:
            if is_weak(given):
                piece = as_array(astype(piece, result_type(a, given)), "diff", name)
            piece = np.broadcast_to(piece, (*a.shape[:along], 1, *a.shape[along + 1:]))
        parts.append(piece)
    if len(parts) > 1:
        a = concat(parts, axis=along) if at_device(a) else np.concatenate(parts, axis=along)
    before = tuple([slice(None)] * along + [slice(None, -1)])
    behind = tuple([slice(None)] * along + [slice(1, None)])
    for _ in range(times):
        a = not_equal(a[behind], a[before]) if a.dtype == np.bool_ else subtract(a[behind], a[before])
    return a
