# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Activation functions of networks, softmax, and their gradients: the part of numrs.functional that goes element by element."""
from libc.stdint cimport int32_t
from numpy cimport ndarray

from numrs._ops._array cimport NOGIL_NS, Held, check, check_out, dtype_of, release_context, view_of
from numrs._ops cimport _record
from numrs._ops._described import described
from numrs._ops._nn_operand cimport elements, float_operand, given, held, result, where_of
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops._storage cimport written
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport plain_target
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
    cdef bint back = grad is not None
    cdef int32_t where = where_of(name, grad, x, out)
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    g = float_operand(grad, name, "grad", &vg, where) if back else None
    kept = float_operand(x, name, "y" if soft and back else "x", &vx, where)
    if out is None:
        y = result(where, vx.ndim, vx.shape, vx.dtype, &vy)
    else:
        y = _into(out, name, &vy)
    work = cost * <double>elements(&vx)
    if work >= NOGIL_NS:
        pins = (held(g, &hg, &vg), held(kept, &hx, &vx), held(y, &hy, &vy))
        context = context_for(where, work)
        with nogil:
            status = _call(context, op, &vg if back else NULL, &vx, &vy, a, b, soft, axis, log)
        release_context(context)
        del pins
    else:
        status = _call(context_at(where), op, &vg if back else NULL, &vx, &vy, a, b, soft, axis, log)
    if status != NUMRS_OK:
        check(status, name)
    return given(y) if out is None else out


cdef object _forward(int32_t op, str name, object function, object x, tuple rest, double a, double b, object out, double cost):
    """A call of an activation function with the parameters `rest`, which are a and b for the kernel."""
    if _record.used and any_tracked((x,), None):
        rule = "functional.softplus" if op == c.NUMRS_ACTIVATION_SOFTPLUS else name  # numrs.softplus is another function
        return record(rule, function, (x,) + rest, {"out": out} if out is not None else {})
    return run(op, name, None, x, a, b, out, cost, False, 0, 0)


_RETURNS = "array or scalar\n    Of the dtype of ``x`` (integers: float64)."
_RAISES = "TypeError\n    For complex or other dtypes that are not taken.\nValueError\n    For a read-only or wrong ``out``"
_shared = "x : array_like\n    Any shape."
_out = "out : array, optional\n    Receives the result; may be the input."
_plain = described(_shared, _RETURNS, _RAISES + ".", _out)
_with_parameters = described(_shared, _RETURNS, _RAISES + ", or parameters outside of their range.", _out)


@_plain
def relu(x, /, *, out=None):
    """``max(x, 0)``, element by element.

    Examples
    --------
    >>> numrs.functional.relu([-1.0, 2.0])
    array([0., 2.])
    """
    return _forward(c.NUMRS_ACTIVATION_RELU, "relu", relu, x, (), 0, 0, out, 0.1)


@_plain
def relu6(x, /, *, out=None):
    """``min(max(x, 0), 6)``, element by element.

    Examples
    --------
    >>> numrs.functional.relu6([-1.0, 2.0, 7.0])
    array([0., 2., 6.])
    """
    return _forward(c.NUMRS_ACTIVATION_RELU6, "relu6", relu6, x, (), 0, 0, out, 0.1)


@_with_parameters
def hardtanh(x, /, min_val=-1.0, max_val=1.0, *, out=None):
    """``min(max(x, min_val), max_val)``, element by element.

    min_val, max_val : float
        Limits, the first one not above the second one.

    Examples
    --------
    >>> numrs.functional.hardtanh([-2.0, 0.5])
    array([-1. ,  0.5])
    """
    return _forward(c.NUMRS_ACTIVATION_HARDTANH, "hardtanh", hardtanh, x, (min_val, max_val), min_val, max_val, out, 0.1)


@_with_parameters
def leaky_relu(x, /, negative_slope=0.01, *, out=None):
    """``x, or negative_slope * x where x <= 0``, element by element.

    negative_slope : float
        Slope below 0.

    Examples
    --------
    >>> numrs.functional.leaky_relu([-1.0, 2.0])
    array([-0.01,  2.  ])
    """
    return _forward(c.NUMRS_ACTIVATION_LEAKY_RELU, "leaky_relu", leaky_relu, x, (negative_slope,), negative_slope, 0, out, 0.1)


@_with_parameters
def elu(x, /, alpha=1.0, *, out=None):
    """``x, or alpha * (exp(x) - 1) where x <= 0``, element by element.

    alpha : float
        What the function tends to far below 0, negated.

    Examples
    --------
    >>> numrs.functional.elu([-1.0, 2.0])
    array([-0.63212056,  2.        ])
    """
    return _forward(c.NUMRS_ACTIVATION_ELU, "elu", elu, x, (alpha,), alpha, 0, out, 0.7)


@_plain
def selu(x, /, *, out=None):
    """``1.0507 * elu(x, 1.6733), with both constants to all digits``, element by element.

    Examples
    --------
    >>> numrs.functional.selu([-1.0, 2.0])
    array([-1.11133074,  2.10140197])
    """
    return _forward(c.NUMRS_ACTIVATION_SELU, "selu", selu, x, (), 0, 0, out, 0.7)


@_with_parameters
def celu(x, /, alpha=1.0, *, out=None):
    """``x, or alpha * (exp(x / alpha) - 1) where x <= 0``, element by element.

    alpha : float
        What the function tends to far below 0, negated.

    Examples
    --------
    >>> numrs.functional.celu([-1.0, 2.0])
    array([-0.63212056,  2.        ])
    """
    return _forward(c.NUMRS_ACTIVATION_CELU, "celu", celu, x, (alpha,), alpha, 0, out, 0.8)


@_plain
def silu(x, /, *, out=None):
    """``x / (1 + exp(-x))``, element by element.

    Examples
    --------
    >>> numrs.functional.silu([-1.0, 2.0])
    array([-0.26894142,  1.76159416])
    """
    return _forward(c.NUMRS_ACTIVATION_SILU, "silu", silu, x, (), 0, 0, out, 1.0)


@_plain
def sigmoid(x, /, *, out=None):
    """``1 / (1 + exp(-x))``, element by element.

    Examples
    --------
    >>> numrs.functional.sigmoid([-1.0, 2.0])
    array([0.26894142, 0.88079708])
    """
    return _forward(c.NUMRS_ACTIVATION_SIGMOID, "sigmoid", sigmoid, x, (), 0, 0, out, 1.0)


@_plain
def tanh(x, /, *, out=None):
    """``tanh(x)``, element by element.

    Examples
    --------
    >>> numrs.functional.tanh([-1.0, 2.0])
    array([-0.76159416,  0.96402758])
    """
    return _forward(c.NUMRS_ACTIVATION_TANH, "tanh", tanh, x, (), 0, 0, out, 1.0)


@_with_parameters
def softplus(x, /, beta=1.0, threshold=20.0, *, out=None):
    """``log(1 + exp(beta * x)) / beta, or x where beta * x > threshold``, element by element.

    beta : float
        Steepness, not 0.
    threshold : float
        ``beta * x`` above which the result is ``x``.

    Examples
    --------
    >>> numrs.functional.softplus([-1.0, 2.0])
    array([0.31326169, 2.12692801])
    """
    return _forward(c.NUMRS_ACTIVATION_SOFTPLUS, "softplus", softplus, x, (beta, threshold), beta, threshold, out, 1.5)


@_plain
def softsign(x, /, *, out=None):
    """``x / (1 + abs(x))``, element by element.

    Examples
    --------
    >>> numrs.functional.softsign([-1.0, 3.0])
    array([-0.5 ,  0.75])
    """
    return _forward(c.NUMRS_ACTIVATION_SOFTSIGN, "softsign", softsign, x, (), 0, 0, out, 0.3)


@_plain
def hardswish(x, /, *, out=None):
    """``x * min(max(x + 3, 0), 6) / 6``, element by element.

    Examples
    --------
    >>> numrs.functional.hardswish([-4.0, 3.0])
    array([0., 3.])
    """
    return _forward(c.NUMRS_ACTIVATION_HARDSWISH, "hardswish", hardswish, x, (), 0, 0, out, 0.3)


@_plain
def hardsigmoid(x, /, *, out=None):
    """``min(max(x + 3, 0), 6) / 6``, element by element.

    Examples
    --------
    >>> numrs.functional.hardsigmoid([-4.0, 0.0])
    array([0. , 0.5])
    """
    return _forward(c.NUMRS_ACTIVATION_HARDSIGMOID, "hardsigmoid", hardsigmoid, x, (), 0, 0, out, 0.3)


@_plain
def mish(x, /, *, out=None):
    """``x * tanh(log(1 + exp(x)))``, element by element.

    Examples
    --------
    >>> numrs.functional.mish([-1.0, 2.0])
    array([-0.30340146,  1.94395896])
    """
    return _forward(c.NUMRS_ACTIVATION_MISH, "mish", mish, x, (), 0, 0, out, 1.0)


# ------------------------------------------------------------------------------------------------ gradients

def _gradient(str name, int32_t op, double cost, tuple defaults):
    """The function of the gradient of an activation function: grad times its derivative at x."""
    if len(defaults) == 0:
        def backward(grad, x):
            return run(op, name, grad, x, 0, 0, None, cost, False, 0, 0)
    elif len(defaults) == 1:
        def backward(grad, x, a=defaults[0]):
            return run(op, name, grad, x, a, 0, None, cost, False, 0, 0)
    else:
        def backward(grad, x, a=defaults[0], b=defaults[1]):
            return run(op, name, grad, x, a, b, None, cost, False, 0, 0)
    backward.__name__ = backward.__qualname__ = name
    backward.__doc__ = f"Gradient of `{name.removesuffix('_backward')}`: ``grad`` times the derivative at ``x``."
    return backward


relu_backward = _gradient("relu_backward", c.NUMRS_ACTIVATION_RELU, 0.1, ())
relu6_backward = _gradient("relu6_backward", c.NUMRS_ACTIVATION_RELU6, 0.1, ())
hardtanh_backward = _gradient("hardtanh_backward", c.NUMRS_ACTIVATION_HARDTANH, 0.1, (-1.0, 1.0))
leaky_relu_backward = _gradient("leaky_relu_backward", c.NUMRS_ACTIVATION_LEAKY_RELU, 0.1, (0.01,))
elu_backward = _gradient("elu_backward", c.NUMRS_ACTIVATION_ELU, 0.7, (1.0,))
selu_backward = _gradient("selu_backward", c.NUMRS_ACTIVATION_SELU, 0.7, ())
celu_backward = _gradient("celu_backward", c.NUMRS_ACTIVATION_CELU, 0.8, (1.0,))
silu_backward = _gradient("silu_backward", c.NUMRS_ACTIVATION_SILU, 1.0, ())
sigmoid_backward = _gradient("sigmoid_backward", c.NUMRS_ACTIVATION_SIGMOID, 1.0, ())
tanh_backward = _gradient("tanh_backward", c.NUMRS_ACTIVATION_TANH, 1.0, ())
softplus_backward = _gradient("softplus_backward", c.NUMRS_ACTIVATION_SOFTPLUS, 1.5, (1.0, 20.0))
softsign_backward = _gradient("softsign_backward", c.NUMRS_ACTIVATION_SOFTSIGN, 0.3, ())
hardswish_backward = _gradient("hardswish_backward", c.NUMRS_ACTIVATION_HARDSWISH, 0.3, ())
hardsigmoid_backward = _gradient("hardsigmoid_backward", c.NUMRS_ACTIVATION_HARDSIGMOID, 0.3, ())
mish_backward = _gradient("mish_backward", c.NUMRS_ACTIVATION_MISH, 1.0, ())
