# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Sorting, selection, ranks and places along one axis, and the different elements of an array."""
from collections import namedtuple

import numpy as np

from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset
cimport numpy as cnp
from numpy cimport PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport array_of, as_array, dtype_of, finish, new_array, size_of, view_of
from numrs._ops._device_calls cimport at_device, device_searchsorted, device_topk, device_unique
from numrs._ops._order cimport (ARGPARTITION, ARGSORT, PARTITION, RANKDATA, SEARCHSORTED, SORT, TOPK, UNIQUE, Call,
                                along, execute, line_array, line_axis)
from numrs._ops._typed import tensors
from numrs.c cimport ops
from numrs.c cimport order as c

cnp.import_array()

_TopK = namedtuple("topk_result", ("values", "indices"))
_UniqueAll = namedtuple("unique_all_result", ("values", "indices", "inverse_indices", "counts"))
_UniqueCounts = namedtuple("unique_counts_result", ("values", "counts"))
_UniqueInverse = namedtuple("unique_inverse_result", ("values", "inverse_indices"))
_RANKS = {"average": c.NUMRS_RANK_AVERAGE, "min": c.NUMRS_RANK_MIN, "max": c.NUMRS_RANK_MAX,
          "dense": c.NUMRS_RANK_DENSE, "ordinal": c.NUMRS_RANK_ORDINAL}


cdef int32_t _direction(object descending, object stable, str name) except -1:
    for argument, value in (("descending", descending), ("stable", stable)):
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"{name}: {argument} is {value!r}, expected True or False")
    return c.NUMRS_ORDER_DESCENDING if descending else 0


@tensors
def sort(x, /, *, axis=-1, descending=False, stable=True):
    """Elements in order along an axis.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, optional
        Axis to go along; None: all elements in one line.
    descending : bool
        From the greatest to the least.
    stable : bool
        Accepted as the array API has it: every sort is stable.

    Returns
    -------
    ndarray
        The shape and dtype of ``x``. NaN is last in both directions; 0.0 and -0.0 are equal and keep their order.

    Raises
    ------
    ValueError
        For an axis out of range.

    Examples
    --------
    >>> numrs.sort([3.0, 1.0, 2.0], descending=True)
    array([3., 2., 1.])
    """
    return along(SORT, "sort", x, axis, _direction(descending, stable, "sort"))


@tensors
def argsort(x, /, *, axis=-1, descending=False, stable=True):
    """Positions that bring the elements in order along an axis.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int, optional
        Axis to go along; None: all elements in one line.
    descending : bool
        From the greatest to the least.
    stable : bool
        Accepted as the array API has it: equal elements always keep their order.

    Returns
    -------
    ndarray
        int64, of the shape of ``x``.

    Raises
    ------
    ValueError
        For an axis out of range.

    Examples
    --------
    >>> numrs.argsort([3.0, 1.0, 2.0])
    array([1, 2, 0])
    """
    return along(ARGSORT, "argsort", x, axis, _direction(descending, stable, "argsort"))


@tensors
def partition(x, kth, /, axis=-1):
    """Elements partly in order: some stand where a sort would put them.

    Parameters
    ----------
    x : array_like
        Any shape.
    kth : int or sequence of ints
        Places that are to hold the right element; negative ones count from the end.
    axis : int, optional
        Axis to go along; None: all elements in one line.

    Returns
    -------
    ndarray
        The shape and dtype of ``x``. Less elements stand before each place, greater ones behind, otherwise as in
        ``x``; NaN is last.

    Raises
    ------
    ValueError
        For an axis or a place out of range.

    Examples
    --------
    >>> numrs.partition([3, 4, 2, 1], 1)
    array([1, 2, 3, 4])
    """
    return along(PARTITION, "partition", x, axis, 0, 0, kth)


@tensors
def argpartition(x, kth, /, axis=-1):
    """Positions that bring the elements partly in order.

    Parameters
    ----------
    x : array_like
        Any shape.
    kth : int or sequence of ints
        Places that are to hold the right element; negative ones count from the end.
    axis : int, optional
        Axis to go along; None: all elements in one line.

    Returns
    -------
    ndarray
        int64, of the shape of ``x``: the positions that make `partition`.

    Raises
    ------
    ValueError
        For an axis or a place out of range.

    Examples
    --------
    >>> numrs.argpartition([3, 4, 2, 1], 1)
    array([3, 2, 0, 1])
    """
    return along(ARGPARTITION, "argpartition", x, axis, 0, 0, kth)


cdef object _topk(str name, object x, object k, object axis, bint largest, bint in_order):
    """topk and top_k; name is for messages."""
    if at_device(x):
        return _TopK(*device_topk(name, x, k, axis,
                                  (0 if largest else c.NUMRS_ORDER_SMALLEST) | (c.NUMRS_ORDER_SORTED if in_order else 0)))
    cdef ndarray a = line_array(x, axis, name), y, indices
    cdef int32_t dtype = dtype_of(a)
    cdef int64_t shape[64]
    cdef int d
    cdef Call call
    memset(&call, 0, sizeof(Call))
    try:
        call.k = k.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: k is of type {type(k).__name__}, expected an int") from None
    call.kind = TOPK
    call.axis = line_axis(a, axis, name)
    if not 0 <= call.k <= PyArray_DIMS(a)[call.axis]:
        raise ValueError(f"{name}: k is {k}, expected 0 to {PyArray_DIMS(a)[call.axis]}, the extent along the axis")
    call.flags = (0 if largest else c.NUMRS_ORDER_SMALLEST) | (c.NUMRS_ORDER_SORTED if in_order else 0)
    for d in range(PyArray_NDIM(a)):
        shape[d] = PyArray_DIMS(a)[d]
    shape[call.axis] = call.k
    y = new_array(PyArray_NDIM(a), shape, dtype)
    indices = new_array(PyArray_NDIM(a), shape, ops.NUMRS_I64)
    call.x, call.y, call.y2 = view_of(a, dtype), view_of(y, dtype), view_of(indices, ops.NUMRS_I64)
    execute(&call, name, (a, y, indices), 6.0 * <double>size_of(a))
    return _TopK(y, indices)


@tensors
def topk(x, k, /, axis=-1, *, largest=True, sorted=True):
    """The k greatest or least elements along an axis.

    Parameters
    ----------
    x : array_like
        Any shape.
    k : int
        How many, at most the extent of the axis.
    axis : int, optional
        Axis to go along; None: all elements in one line.
    largest : bool
        The greatest; False: the least.
    sorted : bool
        In order, the most extreme first; False: as they stand in ``x``.

    Returns
    -------
    namedtuple
        ``values`` in the dtype of ``x`` and ``indices``, int64: of equal elements those that come first. NaN is taken
        when there is nothing else.

    Raises
    ------
    ValueError
        For ``k`` or an axis out of range.

    Examples
    --------
    >>> numrs.topk([3, 1, 5, 4], 2).values
    array([5, 4])
    """
    return _topk("topk", x, k, axis, largest, sorted)


@tensors
def top_k(x, k, /, *, axis=-1, mode="largest"):
    """The k greatest or least elements along an axis, by the name and the arguments of the array API standard's draft.

    Parameters
    ----------
    x : array_like
        Any shape.
    k : int
        How many, at most the extent of the axis.
    axis : int, optional
        Axis to go along; None: all elements in one line.
    mode : {"largest", "smallest"}
        Which ones.

    Returns
    -------
    namedtuple
        ``values`` and ``indices``, in order, as of `topk`.

    Raises
    ------
    ValueError
        For ``k`` or an axis out of range, or another mode.

    Examples
    --------
    >>> numrs.top_k([3, 1, 5, 4], 2, mode="smallest").values
    array([1, 3])
    """
    if mode not in ("largest", "smallest"):
        raise ValueError(f"top_k: mode is {mode!r}, expected 'largest' or 'smallest'")
    return _topk("top_k", x, k, axis, mode == "largest", True)


@tensors
def rankdata(x, /, method="average", *, axis=None):
    """Ranks of the elements along an axis, from 1 on.

    Parameters
    ----------
    x : array_like
        Any shape.
    method : str
        Ranks of equal elements: 'average', 'min', 'max', 'dense' (without gaps) or 'ordinal' (in their order).
    axis : int, optional
        Axis to go along; None: all elements in one line.

    Returns
    -------
    ndarray
        float64; of the shape of ``x``, flat for ``axis`` None. A NaN makes its whole line NaN.

    Raises
    ------
    ValueError
        For an unknown ``method`` or an axis out of range.

    Examples
    --------
    >>> numrs.rankdata([10, 30, 20, 20])
    array([1. , 4. , 2.5, 2.5])
    """
    found = _RANKS.get(method) if isinstance(method, str) else None
    if found is None:
        raise ValueError(f"rankdata: method is {method!r}, expected one of {', '.join(_RANKS)}")
    return along(RANKDATA, "rankdata", x, axis, 0, found)


@tensors
def searchsorted(x1, x2, /, *, side="left", sorter=None):
    """Places at which elements belong in a sorted array.

    Parameters
    ----------
    x1 : array_like
        1-d and in order, NaN last; or in the order that ``sorter`` makes.
    x2 : array_like
        What to look up, any shape.
    side : str
        'left': before equal elements; 'right': behind them.
    sorter : array_like of int, optional
        Positions that bring ``x1`` in order, as `argsort` gives them.

    Returns
    -------
    ndarray or scalar
        int64, of the shape of ``x2``.

    Raises
    ------
    ValueError
        For ``x1`` that is not 1-d, another ``side``, a ``sorter`` of another length.
    IndexError
        For a position in ``sorter`` that is out of range.

    Examples
    --------
    >>> numrs.searchsorted([1.0, 2.0, 3.0], [2.0, 2.5])
    array([1, 2])
    """
    if side != "left" and side != "right":
        raise ValueError(f"searchsorted: side is {side!r}, expected 'left' or 'right'")
    if at_device(x1) or at_device(x2):
        return device_searchsorted(x1, x2, c.NUMRS_ORDER_RIGHT if side == "right" else 0, sorter)
    cdef ndarray a = array_of(x1, "searchsorted", "x1"), v = array_of(x2, "searchsorted", "x2"), order, y
    cdef Call call
    if PyArray_NDIM(a) != 1:
        raise ValueError(f"searchsorted: x1 has shape {(<object>a).shape}, expected 1 dimension")
    memset(&call, 0, sizeof(Call))
    call.kind = SEARCHSORTED
    call.flags = c.NUMRS_ORDER_RIGHT if side == "right" else 0
    y = new_array(PyArray_NDIM(v), <const int64_t *>PyArray_DIMS(v), ops.NUMRS_I64)
    call.x, call.y2, call.y = view_of(a, dtype_of(a)), view_of(v, dtype_of(v)), view_of(y, ops.NUMRS_I64)
    arrays = (a, v, y)
    if sorter is not None:
        order = as_array(sorter, "searchsorted", "sorter")
        if (<object>order).dtype.kind not in "iu":
            raise TypeError(f"searchsorted: sorter has dtype {(<object>order).dtype}, expected integers")
        if (<object>order).dtype == np.uint64:
            order = <ndarray>(<object>order).astype(np.int64)
        call.weights = view_of(order, dtype_of(order))
        call.weights_or_null = &call.weights
        arrays = (a, v, y, order)
    execute(&call, "searchsorted", arrays, 30.0 * <double>size_of(v))
    return finish(y)


cdef tuple _unique(object x, str name, bint indices, bint inverse, bint counts):
    """Values, indices, inverse, counts; None for what is not wanted."""
    if at_device(x):
        return device_unique(x, name, indices, inverse, counts)
    cdef ndarray a = array_of(x, name, "x"), values, first = None, back = None, often = None
    cdef int64_t n = PyArray_SIZE(a)
    cdef Call call
    if dtype_of(a) == ops.NUMRS_C64 or dtype_of(a) == ops.NUMRS_C128:
        from numrs._ops._unique_complex import unique
        return unique(a)
    memset(&call, 0, sizeof(Call))
    call.kind = UNIQUE
    call.x = view_of(a, dtype_of(a))
    values = new_array(1, &n, dtype_of(a))
    call.y = view_of(values, dtype_of(a))
    arrays = [a, values]
    if indices:
        first = new_array(1, &n, ops.NUMRS_I64)
        call.y2 = view_of(first, ops.NUMRS_I64)
        arrays.append(first)
    if inverse:
        back = new_array(PyArray_NDIM(a), <const int64_t *>PyArray_DIMS(a), ops.NUMRS_I64)
        call.y3 = view_of(back, ops.NUMRS_I64)
        arrays.append(back)
    if counts:
        often = new_array(1, &n, ops.NUMRS_I64)
        call.y4 = view_of(often, ops.NUMRS_I64)
        arrays.append(often)
    execute(&call, name, tuple(arrays), 20.0 * <double>n)

    def cut(y):
        return None if y is None else y if call.count == n else y[:call.count].copy()

    return cut(values), cut(first), back, cut(often)


@tensors
def unique_all(x, /):
    """Different elements, where they stand first, how to get back, and how often they are there.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    namedtuple
        ``values`` in order, ``indices``, ``inverse_indices`` of the shape of ``x``, ``counts``. Every NaN is
        different, zeros of both signs are equal.

    Raises
    ------
    TypeError
        For a dtype that is not supported.

    Examples
    --------
    >>> numrs.unique_all([3, 1, 3]).counts
    array([1, 2])
    """
    return _UniqueAll(*_unique(x, "unique_all", True, True, True))


@tensors
def unique_counts(x, /):
    """Different elements and how often they are there.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    namedtuple
        ``values`` in order and ``counts``. Every NaN is different, zeros of both signs are equal.

    Raises
    ------
    TypeError
        For a dtype that is not supported.

    Examples
    --------
    >>> numrs.unique_counts([3, 1, 3]).values
    array([1, 3])
    """
    values, _, _, counts = _unique(x, "unique_counts", False, False, True)
    return _UniqueCounts(values, counts)


@tensors
def unique_inverse(x, /):
    """Different elements and where in them each element is.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    namedtuple
        ``values`` in order and ``inverse_indices`` of the shape of ``x``: ``values[inverse_indices]`` is ``x``.

    Raises
    ------
    TypeError
        For a dtype that is not supported.

    Examples
    --------
    >>> numrs.unique_inverse([3, 1, 3]).inverse_indices
    array([1, 0, 1])
    """
    values, _, inverse, _ = _unique(x, "unique_inverse", False, True, False)
    return _UniqueInverse(values, inverse)


@tensors
def unique_values(x, /):
    """Different elements in order.

    Parameters
    ----------
    x : array_like
        Any shape.

    Returns
    -------
    ndarray
        1-d. Every NaN is different, zeros of both signs are equal.

    Raises
    ------
    TypeError
        For a dtype that is not supported.

    Examples
    --------
    >>> numrs.unique_values([3, 1, 3])
    array([1, 3])
    """
    return _unique(x, "unique_values", False, False, False)[0]
