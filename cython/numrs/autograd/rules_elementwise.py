"""Gradient rules of the element-wise functions. Sums over broadcast axes are the engine's."""

import math

import numrs
from numrs.autograd.engine import constant, rule

LOG2, LOG10 = math.log(2.0), math.log(10.0)


def _c(x):
    """The conjugate, which real numbers are themselves."""
    return numrs.conj(x) if getattr(x, "dtype", None) is not None and x.dtype.kind == "c" else x


def _where(condition, x):
    """x where the condition holds, else 0 (not 0 · x, which is NaN for inf)."""
    return numrs.where(condition, x, 0.0)


constant("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isfinite", "isinf", "isnan", "signbit",
         "logical_and", "logical_or", "logical_xor", "logical_not", "bitwise_and", "bitwise_or", "bitwise_xor", "bitwise_invert",
         "bitwise_left_shift", "bitwise_right_shift", "floor_divide", "nextafter", "allclose", "isclose", "array_equal")  # fmt: skip


@rule("add", shapes="x1 x2")
def _(grad, x1, x2):
    return grad, grad


@rule("subtract", shapes="x1 x2")
def _(grad, x1, x2):
    return grad, lambda: -grad


@rule("multiply")
def _(grad, x1, x2):
    return lambda: grad * _c(x2), lambda: grad * _c(x1)


@rule("divide")
def _(grad, x1, x2):
    return lambda: grad / _c(x2), lambda: -grad * _c(x1 / (x2 * x2))


@rule("remainder")
def _(grad, x1, x2):
    return grad, lambda: -grad * numrs.floor_divide(x1, x2)


@rule("pow")
def _(grad, x1, x2, *, out):
    def first():
        if not hasattr(x2, "dtype"):
            return grad * (x2 * _c(x1 ** (x2 - 1))) if x2 != 0 else numrs.zeros_like(grad)
        return grad * _where(x2 != 0, _c(x2 * numrs.pow(x1, numrs.where(x2 != 0, x2 - 1, 1.0))))

    def second():
        base = numrs.asarray(x1, dtype=out.dtype) if not hasattr(x1, "dtype") else x1
        return grad * _c(_where(out != 0, out * numrs.log(numrs.where(base != 0, base, 1.0))))

    return first, second


@rule("negative", shapes="x")
def _(grad, x):
    return -grad


@rule("positive", shapes="x")
def _(grad, x):
    return grad


@rule("abs")
def _(grad, x):
    return grad * numrs.sign(x)


@rule("sign round trunc floor ceil", shapes="x")
def _(grad, x):
    return numrs.zeros_like(grad)


@rule("square")
def _(grad, x):
    return grad * _c(2.0 * x)


@rule("sqrt", shapes="x")
def _(grad, x, *, out):
    return grad / _c(2.0 * out)


@rule("rsqrt", shapes="x")
def _(grad, x, *, out):
    return -0.5 * grad * (out * out * out)


@rule("cbrt", shapes="x")
def _(grad, x, *, out):
    return grad / (3.0 * (out * out))


@rule("reciprocal", shapes="x")
def _(grad, x, *, out):
    return -grad * _c(out * out)


@rule("exp", shapes="x")
def _(grad, x, *, out):
    return grad * _c(out)


@rule("exp2", shapes="x")
def _(grad, x, *, out):
    return grad * (LOG2 * out)


@rule("expm1", shapes="x")
def _(grad, x, *, out):
    return grad * _c(out + 1.0)


@rule("log")
def _(grad, x):
    return grad / _c(x)


@rule("log2")
def _(grad, x):
    return grad / _c(LOG2 * x)


@rule("log10")
def _(grad, x):
    return grad / _c(LOG10 * x)


@rule("log1p")
def _(grad, x):
    return grad / _c(x + 1.0)


@rule("logaddexp")
def _(grad, x1, x2):
    return lambda: grad * numrs.sigmoid(x1 - x2), lambda: grad * numrs.sigmoid(x2 - x1)


@rule("sin")
def _(grad, x):
    return grad * _c(numrs.cos(x))


@rule("cos")
def _(grad, x):
    return -grad * _c(numrs.sin(x))


@rule("tan", shapes="x")
def _(grad, x, *, out):
    return grad * _c(out * out + 1.0)


@rule("asin")
def _(grad, x):
    return grad / _c(numrs.sqrt((1.0 - x) * (1.0 + x)))


@rule("acos")
def _(grad, x):
    return -grad / _c(numrs.sqrt((1.0 - x) * (1.0 + x)))


@rule("atan")
def _(grad, x):
    return grad / _c(x * x + 1.0)


@rule("atan2")
def _(grad, x1, x2):
    squares = x1 * x1 + x2 * x2
    return lambda: grad * x2 / squares, lambda: -grad * x1 / squares


@rule("sinh")
def _(grad, x):
    return grad * _c(numrs.cosh(x))


@rule("cosh")
def _(grad, x):
    return grad * _c(numrs.sinh(x))


@rule("tanh", shapes="x")
def _(grad, x, *, out):
    return grad * _c((1.0 - out) * (1.0 + out))


@rule("asinh")
def _(grad, x):
    return grad / _c(numrs.sqrt(x * x + 1.0))


@rule("acosh")
def _(grad, x):
    return grad / _c(numrs.sqrt(x - 1.0) * numrs.sqrt(x + 1.0))


@rule("atanh")
def _(grad, x):
    return grad / _c((1.0 - x) * (1.0 + x))


@rule("hypot")
def _(grad, x1, x2, *, out):
    safe = numrs.where(out != 0, out, 1.0)
    return lambda: grad * (x1 / safe), lambda: grad * (x2 / safe)


@rule("copysign")
def _(grad, x1, x2):
    return lambda: grad * numrs.where(numrs.signbit(x1) == numrs.signbit(x2), 1.0, -1.0) * numrs.where(x1 != 0, 1.0, 0.0), \
        lambda: numrs.zeros_like(grad)  # fmt: skip


def _share(grad, x1, x2, wins):
    """Of the larger or smaller: all to the one that is it, half to each where they are equal."""
    equal = x1 == x2
    return lambda: grad * numrs.where(equal, 0.5, numrs.astype(wins, grad.dtype)), \
        lambda: grad * numrs.where(equal, 0.5, 1.0 - numrs.astype(wins, grad.dtype))  # fmt: skip


@rule("maximum")
def _(grad, x1, x2):
    return _share(grad, x1, x2, _tensor(x1 > x2, grad))


@rule("minimum")
def _(grad, x1, x2):
    return _share(grad, x1, x2, _tensor(x1 < x2, grad))


def _tensor(x, grad):
    return x if hasattr(x, "dtype") else numrs.full(grad.shape, x, dtype=bool)


@rule("erf")
def _(grad, x):
    return grad * (2.0 / math.sqrt(math.pi) * numrs.exp(-(x * x)))


@rule("erfc")
def _(grad, x):
    return grad * (-2.0 / math.sqrt(math.pi) * numrs.exp(-(x * x)))


@rule("erfinv", shapes="x")
def _(grad, x, *, out):
    return grad * (math.sqrt(math.pi) / 2.0 * numrs.exp(out * out))


@rule("sigmoid", shapes="x")
def _(grad, x, *, out):
    return grad * (out * (1.0 - out))


@rule("softplus")
def _(grad, x):
    return grad * numrs.sigmoid(x)


@rule("logit")
def _(grad, x):
    return grad / (x * (1.0 - x))


@rule("fma", shapes="x3")
def _(grad, x1, x2, x3):
    return lambda: grad * x2, lambda: grad * x1, grad


@rule("real", shapes="x")
def _(grad, x):
    return grad


@rule("imag", shapes="x")
def _(grad, x):
    return grad * 1j if x.dtype.kind == "c" else numrs.zeros_like(grad)


@rule("conj", shapes="x")
def _(grad, x):
    return _c(grad)


@rule("astype", shapes="x")
def _(grad, x):
    return grad


@rule("clip")
def _(grad, x, *, min, max):
    inside = numrs.ones(x.shape, dtype=bool)
    if min is not None:
        inside = numrs.logical_and(inside, x >= min)
    if max is not None:
        inside = numrs.logical_and(inside, x <= max)
    return _where(inside, grad)


@rule("where", shapes="x1 x2")
def _(grad, x1, x2, *, condition):
    return lambda: numrs.where(condition, grad, 0.0), lambda: numrs.where(condition, 0.0, grad)


@rule("nan_to_num")
def _(grad, x):
    return _where(numrs.isfinite(x), grad)
