"""Comparisons with tolerance, membership, numbers in the place of NaN and infinity, interpolation, averages."""

import numpy as np

from numrs._ops._array import array_of_data
from numrs._ops._device_calls import array_or_device
from numrs._ops._moves import copied, copy_to, interpolated, take_from
from numrs._ops._typed import tensors
from numrs._ops._unique_complex import unique as unique_complex
from numrs._ops.dtypes import result_type
from numrs._ops.elementwise_arithmetic import abs as absolute
from numrs._ops.elementwise_arithmetic import add, divide, multiply, remainder, subtract
from numrs._ops.elementwise_comparison import equal, isfinite, isnan, less_equal, logical_and, logical_not, logical_or
from numrs._ops.elementwise_selection import astype
from numrs._ops.order_sorting import argsort, searchsorted, sort
from numrs._ops.reductions import all as all_true
from numrs._ops.reductions import max as maximum_of
from numrs._ops.reductions import mean
from numrs._ops.reductions import min as minimum_of
from numrs._ops.reductions import sum as sum_of


def _close(x1, x2, rtol, atol, equal_nan, function):
    a, b = array_or_device(x1, function, "x1"), array_or_device(x2, function, "x2")
    if b.dtype.kind in "biu":
        b = astype(b, np.float64)
    if a.dtype.kind in "biu":
        a = astype(a, np.float64)
    near = less_equal(absolute(subtract(a, b)), add(multiply(absolute(b), rtol), atol))
    close = logical_or(logical_and(near, isfinite(b)), equal(a, b))
    return logical_or(close, logical_and(isnan(a), isnan(b))) if equal_nan else close


@tensors
def isclose(x1, x2, /, rtol=1e-05, atol=1e-08, *, equal_nan=False):
    """Whether elements are equal within a tolerance.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other; ``x2`` is the reference.
    rtol, atol : float
        Relative and absolute tolerance.
    equal_nan : bool
        Whether NaN is close to NaN.

    Returns
    -------
    ndarray, Tensor or scalar
        ``|x1 - x2| <= atol + rtol * |x2|``, bool; infinities are close to themselves only.

    Raises
    ------
    ValueError
        For shapes that do not broadcast.

    Examples
    --------
    >>> numrs.isclose([1.0, 2.0], [1.0, 2.1])
    array([ True, False])
    """
    return _close(x1, x2, rtol, atol, equal_nan, "isclose")


@tensors
def allclose(x1, x2, /, rtol=1e-05, atol=1e-08, *, equal_nan=False):
    """Whether all elements are equal within a tolerance.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes that broadcast against each other; ``x2`` is the reference.
    rtol, atol : float
        Relative and absolute tolerance.
    equal_nan : bool
        Whether NaN is close to NaN.

    Returns
    -------
    bool
        Whether `isclose` holds everywhere.

    Raises
    ------
    ValueError
        For shapes that do not broadcast.

    Examples
    --------
    >>> numrs.allclose([1.0, 2.0], [1.0, 2.0 + 1e-9])
    True
    """
    return bool(all_true(_close(x1, x2, rtol, atol, equal_nan, "allclose")))


@tensors
def array_equal(x1, x2, /, *, equal_nan=False):
    """Whether two arrays have the same shape and elements.

    Parameters
    ----------
    x1, x2 : array_like
        Any shapes.
    equal_nan : bool
        Whether NaN is equal to NaN.

    Returns
    -------
    bool
        False for different shapes.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.array_equal([1, 2], [1.0, 2.0])
    True
    """
    a, b = array_or_device(x1, "array_equal", "x1"), array_or_device(x2, "array_equal", "x2")
    if a.shape != b.shape:
        return False
    same = equal(a, b)
    if equal_nan and a.dtype.kind not in "biu" and b.dtype.kind not in "biu":
        same = logical_or(same, logical_and(isnan(a), isnan(b)))
    return bool(all_true(same))


def _replaced(a, nan, posinf, neginf):
    y = copied(a)
    limits = np.finfo(a.dtype) if a.dtype.name != "bfloat16" else None
    if limits is None:
        from ml_dtypes import finfo

        limits = finfo(a.dtype)
    for where, value in (
        (isnan(a), nan),
        (equal(a, np.asarray(np.inf, a.dtype)), limits.max if posinf is None else posinf),
        (equal(a, np.asarray(-np.inf, a.dtype)), limits.min if neginf is None else neginf),
    ):
        np.copyto(y, np.asarray(value, a.dtype), where=where)
    return y


@tensors
def nan_to_num(x, /, *, nan=0.0, posinf=None, neginf=None):
    """Numbers in the place of NaN and infinities.

    Parameters
    ----------
    x : array_like
        Any shape.
    nan : float
        In the place of NaN.
    posinf, neginf : float, optional
        In the place of the infinities; the greatest and least numbers of the dtype when not given.

    Returns
    -------
    ndarray, Tensor or scalar
        A copy; of complex numbers both parts are changed, integers are as they were.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.nan_to_num([1.0, np.nan, np.inf], posinf=9.0)
    array([1., 0., 9.])
    """
    a = array_of_data(x, "nan_to_num", "x")
    if a.dtype.kind in "biu":
        return copied(a)
    if a.dtype.kind != "c":
        return _replaced(a, nan, posinf, neginf)[()]
    y = copied(a)
    y.real, y.imag = _replaced(a.real, nan, posinf, neginf), _replaced(a.imag, nan, posinf, neginf)
    return y[()]


def _common(a, b):
    """Two arrays in one dtype, so that equal numbers stay equal and others different; which elements of a can be among b."""
    if a.dtype.kind in "iu" and b.dtype.kind in "iu" and "uint64" in (a.dtype.name, b.dtype.name) and a.dtype.kind != b.dtype.kind:
        inside = a >= 0
        b = b.reshape(-1)
        return copied(a, np.uint64), copied(b[b >= 0], np.uint64), inside  # negative numbers are in no uint64
    dtype = result_type(a, b)
    if dtype.name in ("float16", "bfloat16"):
        dtype = np.dtype(np.float32)
    return copied(a, dtype), copied(b.reshape(-1), dtype), None


@tensors
def isin(x1, x2, /, *, invert=False):
    """Whether elements are among others.

    Parameters
    ----------
    x1, x2 : array_like
        The elements, and those among which they are looked for.
    invert : bool
        Whether they are not among them.

    Returns
    -------
    ndarray, Tensor or scalar
        bool, of the shape of ``x1``; NaN is among nothing.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.

    Examples
    --------
    >>> numrs.isin([1, 2, 3], [3, 1])
    array([ True, False,  True])
    """
    a, b = array_of_data(x1, "isin", "x1"), array_of_data(x2, "isin", "x2")
    for given, value, other in ((x1, a, b), (x2, b, a)):
        if type(given) in (int, float) and other.dtype.kind not in "bc":  # a Python number counts as what it is
            with np.errstate(all="ignore"):
                if type(given) is int and other.dtype.kind in "iu" and \
                        not np.iinfo(other.dtype).min <= given <= np.iinfo(other.dtype).max:
                    return _answer(np.zeros(a.shape, np.bool_), invert)
                if type(given) is float and other.dtype.kind == "f":
                    value = value.astype(other.dtype)
            a, b = (value, b) if given is x1 else (a, value)
    if result_type(a, b).kind == "c":
        return _answer(_among_complex(a, b.reshape(-1)), invert)
    a, b, inside = _common(a, b)
    if b.size == 0:
        return _answer(np.zeros(a.shape, np.bool_), invert)
    b = sort(b)
    at = np.asarray(searchsorted(b, a))
    np.minimum(at, b.size - 1, out=at)
    found = np.asarray(equal(take_from(b, at, 0, "isin"), a))
    if inside is not None:
        found = np.asarray(logical_and(found, inside))
    return _answer(found, invert)


def _among_complex(a, b):
    """Which elements of a are among those of b: the different ones of both have numbers, and b's are marked."""
    dtype = result_type(a, b)
    both = np.empty(a.size + b.size, dtype)
    copy_to(a.reshape(-1), both[: a.size])
    copy_to(b, both[a.size :])
    values, _, number, _ = unique_complex(both)
    marked = np.zeros(values.size, np.bool_)
    marked[number[a.size :]] = True
    return take_from(marked, number[: a.size].reshape(a.shape), 0, "isin") if a.size else np.zeros(a.shape, np.bool_)


def _answer(found, invert):
    return logical_not(found) if invert else found[()]


@tensors
def interp(x, xp, fp, /, *, left=None, right=None, period=None):
    """Piecewise linear interpolation, as numpy.interp.

    Parameters
    ----------
    x : array_like
        Where.
    xp, fp : array_like
        1-d: the increasing abscissae and the ordinates of the known points.
    left, right : number, optional
        Values before and behind all points; the first and last ordinate when not given.
    period : float, optional
        Of the abscissae, which need then not be in order.

    Returns
    -------
    ndarray, Tensor or scalar
        float64 or complex128, of the shape of ``x``.

    Raises
    ------
    ValueError
        For no points, or different numbers of abscissae and ordinates.

    Examples
    --------
    >>> numrs.interp([0.5, 9.0], [0.0, 1.0], [10.0, 20.0])
    array([15., 20.])
    """
    at, xp, fp = (array_of_data(v, "interp", name) for v, name in ((x, "x"), (xp, "xp"), (fp, "fp")))
    for a, name in ((at, "x"), (xp, "xp")):
        if a.dtype.kind == "c":
            raise TypeError(f"interp: {name} has dtype {a.dtype}, expected real numbers")
    if xp.ndim != 1 or xp.size == 0 or fp.shape != xp.shape:
        raise ValueError(f"interp: xp has shape {xp.shape}, fp {fp.shape}, expected one dimension with as many points, at least one")
    if period is not None:
        period = abs(float(period))
        if period == 0:
            raise ValueError("interp: period is 0")
        at, xp = (np.asarray(remainder(copied(a, np.float64), period)) for a in (at, xp))
        order = np.asarray(argsort(xp, stable=True))
        xp, fp = take_from(xp, order, 0, "interp"), take_from(fp, order, 0, "interp")
        xp = np.concatenate((xp[-1:] - period, xp, xp[:1] + period))
        fp = np.concatenate((fp[-1:], fp, fp[:1]))
        left = right = None
    left, right = fp[0] if left is None else left, fp[-1] if right is None else right
    if fp.dtype.kind != "c":
        return interpolated(at, xp, fp, float(left), float(right), "interp")[()]
    y = np.empty(at.shape, np.complex128)
    left, right = complex(left), complex(right)
    y.real = interpolated(at, xp, fp.real, left.real, right.real, "interp")
    y.imag = interpolated(at, xp, fp.imag, left.imag, right.imag, "interp")
    return y[()]


@tensors
def average(x, /, axis=None, *, weights=None, returned=False, keepdims=False):
    """The weighted mean, along axes or of all elements.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    weights : array_like, optional
        Of the shape of ``x``, or of one dimension for one axis.
    returned : bool
        Whether the sums of weights are wanted too.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray, Tensor or scalar
        ``sum(x * weights) / sum(weights)``; with ``returned`` a tuple of it and the sums of the weights.

    Raises
    ------
    ValueError
        For weights of another shape.
    ZeroDivisionError
        For weights whose sum is zero.

    Examples
    --------
    >>> numrs.average([1.0, 2.0], weights=[3.0, 1.0])
    np.float64(1.25)
    """
    a = array_of_data(x, "average", "x")
    if weights is None:
        result = mean(a, axis=axis, keepdims=keepdims)
        count = a.size // max(np.size(result), 1)
        total = np.full(np.shape(result), count, result.dtype)[()]
    else:
        w = array_of_data(weights, "average", "weights")
        if w.shape != a.shape:
            if not hasattr(axis, "__index__") or w.ndim != 1 or w.shape[0] != a.shape[axis]:
                raise ValueError(f"average: weights has shape {w.shape}, expected {a.shape}, or one dimension and one axis")
            w = np.moveaxis(np.broadcast_to(w, (*np.delete(a.shape, axis), w.shape[0])), -1, axis)
        dtype = result_type(a, w)
        if dtype.kind in "biu":
            dtype = np.dtype(np.float64)
        total = sum_of(copied(w, dtype), axis=axis, keepdims=keepdims)
        if np.any(np.asarray(total) == 0):
            raise ZeroDivisionError("average: the weights add up to zero")
        result = divide(sum_of(multiply(copied(a, dtype), w), axis=axis, keepdims=keepdims), total)
    return (result, total) if returned else result


@tensors
def ptp(x, /, axis=None, *, keepdims=False):
    """The distance of the greatest and the least element, along axes or of all.

    Parameters
    ----------
    x : array_like
        Any shape.
    axis : int or tuple of ints, optional
        Axes to reduce; None: all.
    keepdims : bool
        Keep the reduced axes with extent 1.

    Returns
    -------
    ndarray, Tensor or scalar
        In the dtype of ``x``; integers wrap.

    Raises
    ------
    ValueError
        For an empty extent, or an axis out of range.

    Examples
    --------
    >>> numrs.ptp([3, 9, 4])
    np.int64(6)
    """
    a = array_or_device(x, "ptp", "x")
    return subtract(maximum_of(a, axis=axis, keepdims=keepdims), minimum_of(a, axis=axis, keepdims=keepdims))
