# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Activation functions of networks, softmax, and their gradients: the part of numrs.functional that goes element by element."""
from libc.stdint cimport int32_t
from numpy cimport ndarray

from numrs._ops._array cimport NOGIL_NS, Held, check, check_out, dtype_of, interruptible, release_context, view_of
from numrs._ops cimport _record
from numrs._ops._nn_operand cimport elements, float_operand, given, held, result
from numrs._ops._record cimport any_tracked, record
from numrs._ops._storage cimport written
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport any_tensor, plain_target
from numrs.c cimport nn_activation as c
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.view cimport numrs_view


cdef object _into(object out, str name, numrs_view *view):
    """`out`, to be written, and its view."""
    cdef ndarray y
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if type(out) is Tensor:
        written(<Tensor>out)
        view[0] = (<Tensor>out).view
        return out
    y = check_out(plain_target(out), name)
    view[0] = view_of(y, dtype_of(y))
    return y


cdef numrs_status _call(numrs_context *context, int32_t op, const numrs_view *g, const numrs_view *x, const numrs_view *y,
                        double a, double b, bint soft, int32_t axis, int32_t log) noexcept nogil:
    if soft:
        if g != NULL:
            return c.numrs_softmax_backward(context, g, x, y, axis, log)
        return c.numrs_softmax(context, x, y, axis, log)
    if g != NULL:
        return c.numrs_activation_backward(context, op, g, x, y, a, b)
    return c.numrs_activation(context, op, x, y, a, b)


cdef object run(int32_t op, str name, object grad, object x, double a, double b, object out, double cost, bint soft,
                int32_t axis, int32_t log):
    """One call: f(x), or with a gradient g f'(x); soft: softmax."""
    cdef numrs_view vg, vx, vy
    cdef Held hg, hx, hy
    cdef bint back = grad is not None, tensor = any_tensor(grad, x, out)
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    g = float_operand(grad, name, "grad", &vg) if back else None
    kept = float_operand(x, name, "y" if soft and back else "x", &vx)
    if out is None:
        y = result(tensor, vx.ndim, vx.shape, vx.dtype, &vy)
    else:
        y = _into(out, name, &vy)
    work = cost * <double>elements(&vx)
    if work >= NOGIL_NS:
        pins = (held(g, &hg, &vg), held(kept, &hx, &vx), held(y, &hy, &vy))
        context = interruptible(work)
        with nogil:
            status = _call(context, op, &vg if back else NULL, &vx, &vy, a, b, soft, axis, log)
        release_context(context)
        del pins
    else:
        status = _call(NULL, op, &vg if back else NULL, &vx, &vy, a, b, soft, axis, log)
    if status != NUMRS_OK:
        check(status, name)
    return given(y) if out is None else out


def relu(x, /, *, out=None):
    """``max(x, 0)``, element by element.

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
    >>> numrs.functional.relu([-1.0, 2.0])
    array([0., 2.])
    """
    if _record.used and any_tracked((x,), None):
        return record("relu", relu, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_RELU, "relu", None, x, 0, 0, out, 0.1, False, 0, 0)


def relu_backward(grad, x):
    """Gradient of `relu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_RELU, "relu_backward", grad, x, 0, 0, None, 0.1, False, 0, 0)


def relu6(x, /, *, out=None):
    """``min(max(x, 0), 6)``, element by element.

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
    >>> numrs.functional.relu6([-1.0, 2.0, 7.0])
    array([0., 2., 6.])
    """
    if _record.used and any_tracked((x,), None):
        return record("relu6", relu6, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_RELU6, "relu6", None, x, 0, 0, out, 0.1, False, 0, 0)


def relu6_backward(grad, x):
    """Gradient of `relu6`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_RELU6, "relu6_backward", grad, x, 0, 0, None, 0.1, False, 0, 0)


def hardtanh(x, /, min_val=-1.0, max_val=1.0, *, out=None):
    """``min(max(x, min_val), max_val)``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    min_val, max_val : float
        Limits, the first one not above the second one.
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
        For a read-only or wrong ``out``, or parameters outside of their range.

    Examples
    --------
    >>> numrs.functional.hardtanh([-2.0, 0.5])
    array([-1. ,  0.5])
    """
    if _record.used and any_tracked((x,), None):
        return record("hardtanh", hardtanh, (x, min_val, max_val), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_HARDTANH, "hardtanh", None, x, min_val, max_val, out, 0.1, False, 0, 0)


def hardtanh_backward(grad, x, min_val=-1.0, max_val=1.0):
    """Gradient of `hardtanh`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_HARDTANH, "hardtanh_backward", grad, x, min_val, max_val, None, 0.1, False, 0, 0)


def leaky_relu(x, /, negative_slope=0.01, *, out=None):
    """``x, or negative_slope * x where x <= 0``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    negative_slope : float
        Slope below 0.
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
        For a read-only or wrong ``out``, or parameters outside of their range.

    Examples
    --------
    >>> numrs.functional.leaky_relu([-1.0, 2.0])
    array([-0.01,  2.  ])
    """
    if _record.used and any_tracked((x,), None):
        return record("leaky_relu", leaky_relu, (x, negative_slope), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_LEAKY_RELU, "leaky_relu", None, x, negative_slope, 0, out, 0.1, False, 0, 0)


def leaky_relu_backward(grad, x, negative_slope=0.01):
    """Gradient of `leaky_relu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_LEAKY_RELU, "leaky_relu_backward", grad, x, negative_slope, 0, None, 0.1, False, 0, 0)


def elu(x, /, alpha=1.0, *, out=None):
    """``x, or alpha * (exp(x) - 1) where x <= 0``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    alpha : float
        What the function tends to far below 0, negated.
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
        For a read-only or wrong ``out``, or parameters outside of their range.

    Examples
    --------
    >>> numrs.functional.elu([-1.0, 2.0])
    array([-0.63212056,  2.        ])
    """
    if _record.used and any_tracked((x,), None):
        return record("elu", elu, (x, alpha), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_ELU, "elu", None, x, alpha, 0, out, 0.7, False, 0, 0)


def elu_backward(grad, x, alpha=1.0):
    """Gradient of `elu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_ELU, "elu_backward", grad, x, alpha, 0, None, 0.7, False, 0, 0)


def selu(x, /, *, out=None):
    """``1.0507 * elu(x, 1.6733), with both constants to all digits``, element by element.

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
    >>> numrs.functional.selu([-1.0, 2.0])
    array([-1.11133074,  2.10140197])
    """
    if _record.used and any_tracked((x,), None):
        return record("selu", selu, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_SELU, "selu", None, x, 0, 0, out, 0.7, False, 0, 0)


def selu_backward(grad, x):
    """Gradient of `selu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_SELU, "selu_backward", grad, x, 0, 0, None, 0.7, False, 0, 0)


def celu(x, /, alpha=1.0, *, out=None):
    """``x, or alpha * (exp(x / alpha) - 1) where x <= 0``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    alpha : float
        What the function tends to far below 0, negated.
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
        For a read-only or wrong ``out``, or parameters outside of their range.

    Examples
    --------
    >>> numrs.functional.celu([-1.0, 2.0])
    array([-0.63212056,  2.        ])
    """
    if _record.used and any_tracked((x,), None):
        return record("celu", celu, (x, alpha), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_CELU, "celu", None, x, alpha, 0, out, 0.8, False, 0, 0)


def celu_backward(grad, x, alpha=1.0):
    """Gradient of `celu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_CELU, "celu_backward", grad, x, alpha, 0, None, 0.8, False, 0, 0)


def silu(x, /, *, out=None):
    """``x / (1 + exp(-x))``, element by element.

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
    >>> numrs.functional.silu([-1.0, 2.0])
    array([-0.26894142,  1.76159416])
    """
    if _record.used and any_tracked((x,), None):
        return record("silu", silu, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_SILU, "silu", None, x, 0, 0, out, 1.0, False, 0, 0)


def silu_backward(grad, x):
    """Gradient of `silu`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_SILU, "silu_backward", grad, x, 0, 0, None, 1.0, False, 0, 0)


def sigmoid(x, /, *, out=None):
    """``1 / (1 + exp(-x))``, element by element.

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
    >>> numrs.functional.sigmoid([-1.0, 2.0])
    array([0.26894142, 0.88079708])
    """
    if _record.used and any_tracked((x,), None):
        return record("sigmoid", sigmoid, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_SIGMOID, "sigmoid", None, x, 0, 0, out, 1.0, False, 0, 0)


def sigmoid_backward(grad, x):
    """Gradient of `sigmoid`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_SIGMOID, "sigmoid_backward", grad, x, 0, 0, None, 1.0, False, 0, 0)


def tanh(x, /, *, out=None):
    """``tanh(x)``, element by element.

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
    >>> numrs.functional.tanh([-1.0, 2.0])
    array([-0.76159416,  0.96402758])
    """
    if _record.used and any_tracked((x,), None):
        return record("tanh", tanh, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_TANH, "tanh", None, x, 0, 0, out, 1.0, False, 0, 0)


def tanh_backward(grad, x):
    """Gradient of `tanh`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_TANH, "tanh_backward", grad, x, 0, 0, None, 1.0, False, 0, 0)


def softplus(x, /, beta=1.0, threshold=20.0, *, out=None):
    """``log(1 + exp(beta * x)) / beta, or x where beta * x > threshold``, element by element.

    Parameters
    ----------
    x : array_like
        Any shape.
    beta : float
        Steepness, not 0.
    threshold : float
        ``beta * x`` above which the result is ``x``.
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
        For a read-only or wrong ``out``, or parameters outside of their range.

    Examples
    --------
    >>> numrs.functional.softplus([-1.0, 2.0])
    array([0.31326169, 2.12692801])
    """
    if _record.used and any_tracked((x,), None):
        return record("functional.softplus", softplus, (x, beta, threshold), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_SOFTPLUS, "softplus", None, x, beta, threshold, out, 1.5, False, 0, 0)


def softplus_backward(grad, x, beta=1.0, threshold=20.0):
    """Gradient of `softplus`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_SOFTPLUS, "softplus_backward", grad, x, beta, threshold, None, 1.5, False, 0, 0)


def softsign(x, /, *, out=None):
    """``x / (1 + abs(x))``, element by element.

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
    >>> numrs.functional.softsign([-1.0, 3.0])
    array([-0.5 ,  0.75])
    """
    if _record.used and any_tracked((x,), None):
        return record("softsign", softsign, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_SOFTSIGN, "softsign", None, x, 0, 0, out, 0.3, False, 0, 0)


def softsign_backward(grad, x):
    """Gradient of `softsign`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_SOFTSIGN, "softsign_backward", grad, x, 0, 0, None, 0.3, False, 0, 0)


def hardswish(x, /, *, out=None):
    """``x * min(max(x + 3, 0), 6) / 6``, element by element.

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
    >>> numrs.functional.hardswish([-4.0, 3.0])
    array([0., 3.])
    """
    if _record.used and any_tracked((x,), None):
        return record("hardswish", hardswish, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_HARDSWISH, "hardswish", None, x, 0, 0, out, 0.3, False, 0, 0)


def hardswish_backward(grad, x):
    """Gradient of `hardswish`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_HARDSWISH, "hardswish_backward", grad, x, 0, 0, None, 0.3, False, 0, 0)


def hardsigmoid(x, /, *, out=None):
    """``min(max(x + 3, 0), 6) / 6``, element by element.

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
    >>> numrs.functional.hardsigmoid([-4.0, 0.0])
    array([0. , 0.5])
    """
    if _record.used and any_tracked((x,), None):
        return record("hardsigmoid", hardsigmoid, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_HARDSIGMOID, "hardsigmoid", None, x, 0, 0, out, 0.3, False, 0, 0)


def hardsigmoid_backward(grad, x):
    """Gradient of `hardsigmoid`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_HARDSIGMOID, "hardsigmoid_backward", grad, x, 0, 0, None, 0.3, False, 0, 0)


def mish(x, /, *, out=None):
    """``x * tanh(log(1 + exp(x)))``, element by element.

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
    >>> numrs.functional.mish([-1.0, 2.0])
    array([-0.30340146,  1.94395896])
    """
    if _record.used and any_tracked((x,), None):
        return record("mish", mish, (x,), {"out": out} if out is not None else {})
    return run(c.NUMRS_ACTIVATION_MISH, "mish", None, x, 0, 0, out, 1.0, False, 0, 0)


def mish_backward(grad, x):
    """Gradient of `mish`: ``grad`` times the derivative at ``x``."""
    return run(c.NUMRS_ACTIVATION_MISH, "mish_backward", grad, x, 0, 0, None, 1.0, False, 0, 0)
