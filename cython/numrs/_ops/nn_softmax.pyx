# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""logsigmoid, gelu, softmax and their gradients; the other activation functions are in nn_activation.pyx."""
from libc.stdint cimport int32_t

from numrs._ops cimport _record
from numrs._ops._record cimport any_tracked, record
from numrs._ops.nn_activation cimport run
from numrs.c cimport nn_activation as c


def logsigmoid(x, /, *, out=None):
    """``-log(1 + exp(-x))``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    out : array, optional
        Receives the result; may be the input.

    Returns
    -------
    array or scalar
        Of the dtype of ``x`` (integers: float64).

    Raises
    ------
    TypeError
        For complex or other dtypes that are not taken.
    ValueError
        For a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.functional.logsigmoid([-1.0, 2.0])
    array([-1.31326169, -0.12692801])
    """
    if _record.used and any_tracked((x,), None):
        return record("logsigmoid", logsigmoid, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_LOGSIGMOID, "logsigmoid", None, x, 0, 0, out, 1.5, False, 0, 0)


def logsigmoid_backward(grad, x):
    """Gradient of `logsigmoid`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_LOGSIGMOID, "logsigmoid_backward", grad, x, 0, 0, None, 1.5, False, 0, 0)


cdef int32_t _gelu(object approximate, str name) except -1:
    if approximate == "none":
        return c.NUMRS_ACTIVATION_GELU
    if approximate == "tanh":
        return c.NUMRS_ACTIVATION_GELU_TANH
    raise ValueError(f"{name}: approximate is {approximate!r}, expected 'none' or 'tanh'")


def gelu(x, /, approximate="none", *, out=None):
    """``x`` times the probability that a normal variable is below ``x``: ``x * (1 + erf(x / sqrt(2))) / 2``.

    Parameters
    ----------
    x : array_like
        Any shape.
    approximate : {'none', 'tanh'}
        'tanh': ``x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3))) / 2``.
    out : array, optional
        Receives the result; may be the input.

    Returns
    -------
    array or scalar
        Of the dtype of ``x`` (integers: float64); small results far below 0 have all their digits.

    Raises
    ------
    ValueError
        For another ``approximate``, or a read-only or wrong ``out``.

    Examples
    --------
    >>> numrs.functional.gelu([-1.0, 2.0])
    array([-0.15865525,  1.95449974])
    """
    if _record.used and any_tracked((x,), None):
        return record("gelu", gelu, (x, approximate), {"out": out} if out is not None else {})
    return run(_gelu(approximate, "gelu"), "gelu", None, x, 0, 0, out, 1.5, False, 0, 0)


def gelu_backward(grad, x, approximate="none"):
    """Gradient of `gelu`: ``grad`` times the derivative at ``x``."""
    return run(_gelu(approximate, "gelu_backward"), "gelu_backward", grad, x, 0, 0, None, 2.0, False, 0, 0)


cdef int32_t _axis(object dim, object axis, str name) except? -1:
    """PyTorch's dim and NumPy's axis are one."""
    if axis is not None:
        if dim is not None:
            raise TypeError(f"{name}: dim and axis are both given, expected one of them")
        dim = axis
    if dim is None:
        return -1
    if isinstance(dim, bool) or not hasattr(dim, "__index__"):
        raise TypeError(f"{name}: axis is of type {type(dim).__name__}, expected an int")
    dim = dim.__index__()
    return dim if -64 <= dim < 64 else 64


def softmax(x, /, dim=None, *, axis=None, out=None):
    """``exp(x) / sum(exp(x))`` along an axis, without overflow.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    dim, axis : int, optional
        The axis, by either name; the last one if neither is given.
    out : array, optional
        Receives the result; may be the input.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64). -inf gives 0; NaN, +inf, or nothing but -inf, give NaN along the axis.

    Raises
    ------
    ValueError
        For an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.functional.softmax([1000.0, 1000.0])
    array([0.5, 0.5])
    """
    cdef int32_t along = _axis(dim, axis, "softmax")
    if _record.used and any_tracked((x,), None):
        return record("softmax", softmax, (x, along), {"out": out} if out is not None else {})
    return run(0, "softmax", None, x, 0, 0, out, 1.0, True, along, 0)


def softmax_backward(grad, y, dim=None, *, axis=None):
    """Gradient of `softmax` from its result."""
    return run(0, "softmax_backward", grad, y, 0, 0, None, 1.0, True, _axis(dim, axis, "softmax_backward"), 0)


def log_softmax(x, /, dim=None, *, axis=None, out=None):
    """``x - log(sum(exp(x)))`` along an axis, the logarithm of `softmax`, without overflow.

    Parameters
    ----------
    x : array_like
        At least one dimension.
    dim, axis : int, optional
        The axis, by either name; the last one if neither is given.
    out : array, optional
        Receives the result; may be the input.

    Returns
    -------
    array
        Of the dtype of ``x`` (integers: float64). -inf gives -inf; NaN, +inf, or nothing but -inf, give NaN along the axis.

    Raises
    ------
    ValueError
        For an axis out of range, or a wrong ``out``.

    Examples
    --------
    >>> numrs.functional.log_softmax([1000.0, 1000.0])
    array([-0.69314718, -0.69314718])
    """
    cdef int32_t along = _axis(dim, axis, "log_softmax")
    if _record.used and any_tracked((x,), None):
        return record("log_softmax", log_softmax, (x, along), {"out": out} if out is not None else {})
    return run(0, "log_softmax", None, x, 0, 0, out, 1.0, True, along, 1)


def log_softmax_backward(grad, y, dim=None, *, axis=None):
    """Gradient of `log_softmax` from its result."""
    return run(0, "log_softmax_backward", grad, y, 0, 0, None, 1.0, True, _axis(dim, axis, "log_softmax_backward"), 1)


def softmax_last_dim(x, /):
    """`softmax` along the last axis.

    Parameters
    ----------
    x : array_like
        At least one dimension.

    Returns
    -------
    array
        Of the dtype of ``x``.

    Raises
    ------
    ValueError
        For an array without dimensions.

    Examples
    --------
    >>> numrs.functional.softmax_last_dim([[0.0, 0.0]])
    array([[0.5, 0.5]])
    """
    if _record.used and any_tracked((x,), None):
        return record("softmax", softmax, (x, -1), {})
    return run(0, "softmax_last_dim", None, x, 0, 0, None, 1.0, True, -1, 0)
