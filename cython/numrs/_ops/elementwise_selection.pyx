# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Choosing and limiting elements, fused multiply-add, conversion to another dtype."""
cimport numpy as cnp
from libc.stdint cimport int32_t
from numpy cimport PyArray_SIZE, ndarray

from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, Held, as_array, as_dtype, check, descr_of, dtype_of,
                                empty_like_shape, hold, interruptible, pin, release_context, view_of)
from numrs._ops._elementwise cimport binary, is_weak, ternary
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed import tensors
from numrs.c cimport ops
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.elementwise cimport numrs_convert
from numrs.c.ops cimport NUMRS_F64
from numrs.c.view cimport numrs_view

cnp.import_array()


def where(condition, x1, x2, /, out=None):
    """Choose elements by a condition.

    Parameters
    ----------
    condition : array_like
        True where ``x1`` is to be taken; anything but zero is true.
    x1, x2 : array_like
        The values; all three broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1`` where the condition holds, else ``x2``, in their common dtype.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.where([True, False], [1.0, 2.0], 0.0)
    array([1., 0.])
    """
    return ternary(ops.NUMRS_OP_WHERE, "where", ("condition", "x1", "x2"), condition, x1, x2, out)


@tensors
def clip(x, /, min=None, max=None, out=None):
    """Limit elements to a range.

    Parameters
    ----------
    x : array_like
        Any shape.
    min, max : array_like, optional
        Limits that broadcast with ``x``; None: no limit on that side.
    out : ndarray, optional
        Receives the result; may be the input.

    Returns
    -------
    ndarray or scalar
        ``minimum(maximum(x, min), max)``; NaN in any operand gives NaN.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.clip([1.0, 5.0, 9.0], 2.0, 6.0)
    array([2., 5., 6.])
    """
    if min is not None and max is not None:
        return ternary(ops.NUMRS_OP_CLIP, "clip", ("x", "min", "max"), x, min, max, out)
    if not is_weak(x) and not isinstance(x, Tensor):
        x = as_array(x, "clip", "x")
    if min is None and max is None:
        return binary(ops.NUMRS_OP_MAXIMUM, "clip", x, x, out)
    if max is None:
        return binary(ops.NUMRS_OP_MAXIMUM, "clip", x, _bound(min, "min"), out)
    return binary(ops.NUMRS_OP_MINIMUM, "clip", x, _bound(max, "max"), out)


cdef object _bound(object value, str argument):
    return value if is_weak(value) or isinstance(value, Tensor) else as_array(value, "clip", argument)


def fma(x1, x2, x3, /, out=None):
    """Fused multiply-add, rounded once.

    Parameters
    ----------
    x1, x2, x3 : array_like
        Any shapes that broadcast against each other.
    out : ndarray, optional
        Receives the result; may be one of the inputs.

    Returns
    -------
    ndarray or scalar
        ``x1 * x2 + x3`` with a single rounding; integers are converted to floats.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have.
    ValueError
        For shapes that do not broadcast, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.fma([2.0, 3.0], 4.0, 1.0)
    array([ 9., 13.])
    """
    return ternary(ops.NUMRS_OP_FMA, "fma", ("x1", "x2", "x3"), x1, x2, x3, out)


@tensors
def astype(x, dtype, /, *, copy=True, device=None):
    """Convert to another dtype.

    Parameters
    ----------
    x : array_like
        Any shape.
    dtype : dtype_like
        One of numrs' dtypes.
    copy : bool
        False returns ``x`` itself where it already has the dtype.
    device : str or Device, optional
        Where the result is wanted; 'cpu'.

    Returns
    -------
    ndarray
        The converted elements. Floats out of an integer's range: the value truncated to 64 bits (NaN and beyond:
        -2**63), then wrapped; the same bits on every machine.

    Raises
    ------
    TypeError
        For a dtype that numrs does not have, and for complex numbers as real ones: take a part first.

    Examples
    --------
    >>> numrs.astype([1.7, -1.7], 'int32')
    array([ 1, -1], dtype=int32)
    """
    cdef ndarray a = as_array(x, "astype", "x")
    cdef int32_t wanted = as_dtype(dtype, "astype")
    if device is not None:
        from numrs._ops._devices import resolve
        resolve(device)
    if (<object>a).dtype.kind == "c" and (<object>descr_of(wanted)).kind not in "cb":
        raise TypeError(f"astype: {(<object>a).dtype} does not convert to {descr_of(wanted)}; take the real part first")
    if wanted == dtype_of(a) and not copy:
        return a
    cdef ndarray y = empty_like_shape(a, wanted)
    cdef numrs_view from_view = view_of(a, dtype_of(a)), to_view = view_of(y, wanted)
    cdef Held held_from, held_to
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns = <double>PyArray_SIZE(y) * <double>BYTES_OF_DTYPE[NUMRS_F64] * 0.06
    if work_ns < NOGIL_NS:
        status = numrs_convert(NULL, &from_view, &to_view)
    else:
        hold(&held_from, &from_view)
        hold(&held_to, &to_view)
        pins = (pin(a), pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = numrs_convert(context, &held_from.view, &held_to.view)
        release_context(context)
        del pins
    check(status)
    return y
