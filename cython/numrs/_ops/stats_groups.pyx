# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Statistics of the elements with equal keys, and histograms."""
from collections import namedtuple

import numpy as np

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, as_array, check, dtype_of, hold, interruptible, new_array,
                                pin, release_context, table_of, view_of)
from numrs._ops._reduce cimport axis_of, correction_of, shape_of
from numrs._ops._stats cimport number_of
from numrs._ops.reductions import max as _max
from numrs._ops.reductions import min as _min
from numrs._ops._typed import tensors
from numrs.c cimport ops
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_F64, NUMRS_I64
from numrs.c.stats cimport numrs_group, numrs_group_dtype, numrs_histogram
from numrs.c.view cimport numrs_view

cnp.import_array()

HistogramResult = namedtuple("HistogramResult", "counts edges")


cdef object _group(int32_t op, str name, object x, object keys, object n_groups, object axis, double parameter):
    if not PyArray_CheckExact(x):
        table = table_of(x, name, "x")
        if table is not None:
            place, axis, turned = table.turned(axis, None)
            made = _group(op, name, table.values.T if turned else table.values, keys, n_groups, axis, parameter)
            return table.grouped(made.T if turned else made, place)
    cdef ndarray a = array_of(x, name, "x"), k = as_array(keys, name, "keys"), y
    cdef int ndim = PyArray_NDIM(a), d, along
    cdef int64_t shape[64]
    cdef int32_t result
    cdef Held held_a, held_k, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns
    if (<object>k).dtype.kind not in "iu":
        if PyArray_SIZE(k) or (<object>k).dtype.kind != "f":  # an empty list is of float64
            raise TypeError(f"{name}: keys has dtype {(<object>k).dtype}, expected integers")
        k = <ndarray>(<object>k).astype(np.int64)
    if PyArray_NDIM(k) != 1:
        raise ValueError(f"{name}: keys has shape {shape_of(k)}, expected one dimension")
    if ndim == 0:
        raise ValueError(f"{name}: x has no dimension, expected at least one")
    along = axis_of(axis, ndim, name, shape_of(a))
    if n_groups is None:
        n_groups = int(_max(k)) + 1 if PyArray_SIZE(k) else 0
    try:
        groups = n_groups.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: n_groups is of type {type(n_groups).__name__}, expected an int") from None
    if groups < 0 and PyArray_SIZE(k):
        groups = 0  # a negative key, which the library names
    if groups < 0:
        raise ValueError(f"{name}: n_groups is {groups}, expected at least 0")
    check(numrs_group_dtype(op, dtype_of(a), &result), name)
    for d in range(ndim):
        shape[d] = groups if d == along else PyArray_DIMS(a)[d]
    y = new_array(ndim, shape, result)
    cdef numrs_view va = view_of(a, dtype_of(a)), vk = view_of(k, dtype_of(k)), vy = view_of(y, result)
    work_ns = 4.0 * <double>PyArray_SIZE(a) + 20.0 * <double>PyArray_SIZE(y)
    if work_ns < NOGIL_NS:
        status = numrs_group(NULL, op, &va, &vk, &vy, along, parameter)
    else:
        hold(&held_a, &va)
        hold(&held_k, &vk)
        hold(&held_y, &vy)
        pins = (pin(a), pin(k), pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = numrs_group(context, op, &held_a.view, &held_k.view, &held_y.view, along, parameter)
        release_context(context)
        del pins
    check(status, name)
    return y


@tensors
def histogram(x, /, bins=10, *, range=None, weights=None, density=False):
    """Numbers of elements in bins, as numpy.histogram; NaN is in none.

    Parameters
    ----------
    x : array_like
        Any shape; it is flattened.
    bins : int or array_like
        Number of bins of equal width, or their edges, which do not decrease.
    range : tuple of two floats, optional
        The outer edges; None: the least and the greatest element.
    weights : array_like, optional
        What each element counts; the shape of ``x``.
    density : bool
        Divide by the sum of all and by the width of the bin.

    Returns
    -------
    HistogramResult
        Named tuple: counts (int64; float64 with weights or density) and the edges, one more.

    Raises
    ------
    ValueError
        For no bin, edges that decrease, a range that is not finite, or weights of another shape.

    Examples
    --------
    >>> numrs.stats.histogram([1, 2, 2, 5], bins=2).counts
    array([3, 1])
    """
    cdef ndarray a = array_of(x, "histogram", "x"), w = None, e, y
    cdef int64_t shape[1]
    cdef numrs_view va, vw, ve, vy
    cdef Held held_a, held_w, held_e, held_y
    cdef numrs_context *context
    cdef numrs_status status
    if np.ndim(bins) == 0:
        try:
            number = bins.__index__()
        except (AttributeError, TypeError):
            raise TypeError(f"histogram: bins is of type {type(bins).__name__}, expected an int or edges") from None
        if number < 1:
            raise ValueError(f"histogram: bins is {number}, expected at least 1")
        if range is not None:
            low, high = (number_of("histogram", "range", edge) for edge in range)
        elif PyArray_SIZE(a):
            low, high = float(_min(a)), float(_max(a))
        else:
            low, high = 0.0, 1.0
        if not (np.isfinite(low) and np.isfinite(high)):
            raise ValueError(f"histogram: the range [{low}, {high}] is not finite")
        if low > high:
            raise ValueError(f"histogram: range is ({low}, {high}), expected the lower edge first")
        if low == high:
            low, high = low - 0.5, high + 0.5
        e = <ndarray>np.linspace(low, high, number + 1)
    else:
        e = as_array(bins, "histogram", "bins")
        if PyArray_NDIM(e) != 1 or PyArray_SIZE(e) < 2:
            raise ValueError(f"histogram: bins has shape {shape_of(e)}, expected at least two edges in one dimension")
    if weights is not None:
        w = array_of(weights, "histogram", "weights")
    shape[0] = PyArray_SIZE(e) - 1
    y = new_array(1, shape, NUMRS_I64 if w is None else NUMRS_F64)
    va, ve, vy = view_of(a, dtype_of(a)), view_of(e, dtype_of(e)), view_of(y, dtype_of(y))
    if w is not None:
        vw = view_of(w, dtype_of(w))
    hold(&held_a, &va)
    hold(&held_e, &ve)
    hold(&held_y, &vy)
    if w is not None:
        hold(&held_w, &vw)
    pins = (pin(a), pin(e), pin(y), None if w is None else pin(w))
    context = interruptible(5.0 * <double>PyArray_SIZE(a))
    status = _histogram(context, &held_a.view, &held_w.view if w is not None else NULL, &held_e.view, &held_y.view)
    release_context(context)
    del pins
    check(status, "histogram")
    counts = <object>y
    if density:
        with np.errstate(divide="ignore", invalid="ignore"):
            counts = counts / np.diff(e) / counts.sum()
    return HistogramResult(counts, e)


cdef numrs_status _histogram(numrs_context *context, const numrs_view *x, const numrs_view *weights,
                             const numrs_view *edges, const numrs_view *y) noexcept:
    cdef numrs_status status
    with nogil:
        status = numrs_histogram(context, x, weights, edges, y)
    return status


@tensors
def group_sum(x, keys, /, n_groups=None, *, axis=-1):
    """Sum of the elements with equal keys: the bits of `sum` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; 0 for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_sum([1.0, 2.0, 3.0], [0, 1, 0])
    array([4., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_SUM, "group_sum", x, keys, n_groups, axis, 0.0)


@tensors
def group_mean(x, keys, /, n_groups=None, *, axis=-1):
    """Mean of the elements with equal keys: the bits of `mean` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_mean([1.0, 2.0, 3.0], [0, 1, 0])
    array([2., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_MEAN, "group_mean", x, keys, n_groups, axis, 0.0)


@tensors
def group_var(x, keys, /, n_groups=None, *, axis=-1, correction=None, ddof=None):
    """Variance of the elements with equal keys: the bits of `var` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.
    correction : float, optional
        The divisor is the count less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_var([1.0, 2.0, 3.0], [0, 1, 0])
    array([1., 0.])
    """
    return _group(ops.NUMRS_OP_GROUP_VAR, "group_var", x, keys, n_groups, axis, correction_of("group_var",
                  correction, ddof))


@tensors
def group_std(x, keys, /, n_groups=None, *, axis=-1, correction=None, ddof=None):
    """Standard deviation of the elements with equal keys: the bits of `std` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.
    correction : float, optional
        The divisor is the count less this; default 0.
    ddof : float, optional
        A synonym of ``correction``, as NumPy calls it.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_std([1.0, 2.0, 3.0], [0, 1, 0])
    array([1., 0.])
    """
    return _group(ops.NUMRS_OP_GROUP_STD, "group_std", x, keys, n_groups, axis, correction_of("group_std",
                  correction, ddof))


@tensors
def group_min(x, keys, /, n_groups=None, *, axis=-1):
    """Smallest element of the elements with equal keys: the bits of `min` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none; in the dtype of ``x``.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range, or a group of no integers.

    Examples
    --------
    >>> numrs.stats.group_min([1.0, 2.0, 3.0], [0, 1, 0])
    array([1., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_MIN, "group_min", x, keys, n_groups, axis, 0.0)


@tensors
def group_max(x, keys, /, n_groups=None, *, axis=-1):
    """Largest element of the elements with equal keys: the bits of `max` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none; in the dtype of ``x``.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range, or a group of no integers.

    Examples
    --------
    >>> numrs.stats.group_max([1.0, 2.0, 3.0], [0, 1, 0])
    array([3., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_MAX, "group_max", x, keys, n_groups, axis, 0.0)


@tensors
def group_count(x, keys, /, n_groups=None, *, axis=-1):
    """Number of elements that are not NaN of the elements with equal keys: the bits of `count` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; int64.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_count([1.0, 2.0, 3.0], [0, 1, 0])
    array([2, 1])
    """
    return _group(ops.NUMRS_OP_GROUP_COUNT, "group_count", x, keys, n_groups, axis, 0.0)


@tensors
def group_first(x, keys, /, n_groups=None, *, axis=-1):
    """First element of the elements with equal keys: the bits of `first` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none; in the dtype of ``x``.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range, or a group of no integers.

    Examples
    --------
    >>> numrs.stats.group_first([1.0, 2.0, 3.0], [0, 1, 0])
    array([1., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_FIRST, "group_first", x, keys, n_groups, axis, 0.0)


@tensors
def group_last(x, keys, /, n_groups=None, *, axis=-1):
    """Last element of the elements with equal keys: the bits of `last` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none; in the dtype of ``x``.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range, or a group of no integers.

    Examples
    --------
    >>> numrs.stats.group_last([1.0, 2.0, 3.0], [0, 1, 0])
    array([3., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_LAST, "group_last", x, keys, n_groups, axis, 0.0)


@tensors
def group_median(x, keys, /, n_groups=None, *, axis=-1):
    """Median of the elements with equal keys: the bits of `median` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_median([1.0, 2.0, 3.0], [0, 1, 0])
    array([2., 2.])
    """
    return _group(ops.NUMRS_OP_GROUP_MEDIAN, "group_median", x, keys, n_groups, axis, 0.0)


@tensors
def group_quantile(x, keys, q, /, n_groups=None, *, axis=-1):
    """Quantile of the elements with equal keys: the bits of `quantile` of these elements alone.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    keys : array_like of int
        Group of each element along the axis, 0 … n_groups - 1.
    q : float
        0 to 1; between elements linear.
    n_groups : int, optional
        Number of groups; None: the greatest key and one more.
    axis : int, optional
        Axis along which the elements are grouped.

    Returns
    -------
    ndarray
        The shape of ``x`` with the groups along the axis; NaN for a group of none.

    Raises
    ------
    IndexError
        For a key out of range.
    ValueError
        For keys of another length, an axis out of range.

    Examples
    --------
    >>> numrs.stats.group_quantile([1.0, 2.0, 3.0], [0, 1, 0], 0.25)
    array([1.5, 2. ])
    """
    return _group(ops.NUMRS_OP_GROUP_QUANTILE, "group_quantile", x, keys, n_groups, axis, number_of("group_quantile",
                  "q", q))
