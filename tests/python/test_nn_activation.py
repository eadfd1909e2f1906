"""Activation functions and softmax against formulas in float64 and finite differences: dtypes, strides, axes, special values."""
import inspect
import math
from types import SimpleNamespace

import numpy as np
import numrs
import pytest
from numrs._ops import nn_activation, nn_softmax

f = SimpleNamespace(**vars(nn_softmax), **{name: x for name, x in vars(nn_activation).items() if name not in vars(nn_softmax)})

erf = np.vectorize(math.erf, otypes=[np.float64])


def sigmoid(x):
    return np.where(x >= 0, 1 / (1 + np.exp(-np.abs(x))), np.exp(-np.abs(x)) / (1 + np.exp(-np.abs(x))))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def elu(x, a=1.0):
    return np.where(x > 0, x, a * np.expm1(np.minimum(x, 0)))


REFERENCE = {
    "relu": lambda x: np.maximum(x, 0), "relu6": lambda x: np.clip(x, 0, 6), "hardtanh": lambda x: np.clip(x, -1, 1),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.01 * x), "elu": elu, "celu": elu,
    "selu": lambda x: 1.0507009873554805 * elu(x, 1.6732632423543772), "gelu": lambda x: x * (1 + erf(x / math.sqrt(2))) / 2,
    "silu": lambda x: x * sigmoid(x), "sigmoid": sigmoid, "tanh": np.tanh, "softplus": lambda x: np.where(x > 20, x, softplus(x)),
    "softsign": lambda x: x / (1 + np.abs(x)), "hardswish": lambda x: x * np.clip(x + 3, 0, 6) / 6,
    "hardsigmoid": lambda x: np.clip(x + 3, 0, 6) / 6, "mish": lambda x: x * np.tanh(softplus(x)), "logsigmoid": lambda x: -softplus(-x),
}  # fmt: skip
X = np.array([-30.0, -5.5, -3.5, -2.0, -0.7, -0.1, 0.1, 0.8, 2.0, 3.5, 5.7, 6.5, 25.0])


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


@pytest.mark.parametrize("name", REFERENCE)
@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-14), ("float32", 1e-6), ("float16", 2e-3)])
def test_values(name, dtype, tolerance):
    x = X.astype(dtype)
    y = getattr(f, name)(x)
    assert y.dtype == x.dtype and y.shape == x.shape
    assert np.allclose(y.astype(np.float64), REFERENCE[name](x.astype(np.float64)), rtol=tolerance, atol=tolerance)
    t = getattr(f, name)(numrs.Tensor(x))
    assert isinstance(t, numrs.Tensor) and np.array_equal(t.numpy(), y)


@pytest.mark.parametrize("name", REFERENCE)
def test_gradients(name):
    h, g = 1e-6, np.linspace(0.5, 2, X.size)
    difference = (getattr(f, name)(X + h) - getattr(f, name)(X - h)) / (2 * h)
    assert np.allclose(getattr(f, name + "_backward")(g, X), g * difference, rtol=1e-7, atol=1e-8)
    for dtype, tolerance in (("float32", 1e-6), ("float16", 2e-3)):
        got = getattr(f, name + "_backward")(g.astype(dtype), X.astype(dtype))
        assert got.dtype == dtype and np.allclose(got, getattr(f, name + "_backward")(g.astype(dtype).astype(float), X.astype(dtype).astype(float)),
                                                  rtol=tolerance, atol=tolerance)  # fmt: skip


def test_gelu_by_tanh():
    u = math.sqrt(2 / math.pi) * (X + 0.044715 * X**3)
    assert np.allclose(f.gelu(X, "tanh"), X * (1 + np.tanh(u)) / 2, atol=1e-14)
    h = 1e-6
    difference = (f.gelu(X + h, approximate="tanh") - f.gelu(X - h, "tanh")) / (2 * h)
    assert np.allclose(f.gelu_backward(np.ones_like(X), X, "tanh"), difference, atol=1e-8)
    with pytest.raises(ValueError, match="approximate is 'other'"):
        f.gelu(X, "other")


def test_small_results_keep_their_digits():
    x = np.array([-5.0, -8.0, -12.0])
    exact = np.array([-1.4332578593959695e-06, -4.976768459417427e-15, -2.1317785344932147e-32])  # x erfc(-x / sqrt 2) / 2
    assert np.allclose(f.gelu(x), exact, rtol=1e-14, atol=0)
    assert np.allclose(f.gelu(x.astype(np.float32)), exact, rtol=4e-7, atol=0)


def test_parameters():
    assert np.allclose(f.elu(X, 0.5), elu(X, 0.5)) and np.allclose(f.celu(X, 2.0), np.where(X > 0, X, 2 * np.expm1(np.minimum(X, 0) / 2)))
    assert np.allclose(f.hardtanh(X, -2, 3), np.clip(X, -2, 3)) and np.allclose(f.leaky_relu(X, 0.3), np.where(X > 0, X, 0.3 * X))
    assert np.allclose(f.softplus(X, 2.0, 3.0), np.where(2 * X > 3, X, softplus(2 * X) / 2))
    for call in (lambda: f.celu(X, 0.0), lambda: f.softplus(X, 0.0), lambda: f.hardtanh(X, 2, 1), lambda: f.elu(X, float("inf"))):
        with pytest.raises(ValueError, match="expected"):
            call()


@pytest.mark.parametrize("name", [*REFERENCE, "softmax", "log_softmax"])
def test_special_values_and_shapes(name):
    function = getattr(f, name)
    assert np.isnan(function(np.array([np.nan, 1.0]))[0])
    x = np.random.default_rng(1).normal(size=(5, 7, 3))
    for view in (x[::-1, ::2], x.T, np.asfortranarray(x), x[:, :, :1], x[:0], np.broadcast_to(x[:1], (4, 7, 3))):
        assert np.array_equal(function(view), function(np.ascontiguousarray(view)))
    out = np.empty((5, 7, 3))
    assert function(x, out=out) is out and np.array_equal(out, function(x))
    own = x.copy()
    function(own, out=own)
    assert np.array_equal(own, out)
    shifted = np.concatenate([x.ravel(), [0.0]])
    expected = function(shifted[:-1].copy())
    assert np.array_equal(function(shifted[:-1], out=shifted[1:]), expected)
    assert np.array_equal(function(np.arange(-3, 4)), function(np.arange(-3.0, 4.0)))
    with pytest.raises(TypeError):
        function(np.ones(3, complex))
    with pytest.raises(ValueError, match="out has shape"):
        function(x, out=np.empty(3))
    with pytest.raises(ValueError, match="read-only"):
        function(x, out=np.broadcast_to(0.0, x.shape))


def test_limits_at_infinity():
    for name in ("gelu", "silu", "mish", "relu", "hardswish"):
        assert np.array_equal(getattr(f, name)(np.array([-np.inf, np.inf])), [0, np.inf]), name
        assert np.array_equal(getattr(f, name + "_backward")(np.ones(2), np.array([-np.inf, np.inf])), [0, 1]), name
    assert np.array_equal(f.gelu(np.array([-np.inf, np.inf]), "tanh"), [0, np.inf])
    assert np.array_equal(f.softsign(np.array([-np.inf, np.inf])), [-1, 1])


@pytest.mark.parametrize("dtype, tolerance", [("float64", 1e-14), ("float32", 1e-6), ("float16", 2e-3)])
@pytest.mark.parametrize("shape", [(3,), (2, 1), (4, 65), (3, 64, 5), (2, 3, 130), (1, 1000)])
def test_softmax(dtype, tolerance, shape):
    x = np.random.default_rng(2).normal(size=shape).astype(dtype) * 3
    g = np.random.default_rng(3).normal(size=shape).astype(dtype)
    for axis in range(-len(shape), len(shape)):
        expected = softmax(x.astype(float), axis)
        y, z = f.softmax(x, axis), f.log_softmax(x, axis=axis)
        assert y.dtype == dtype and np.allclose(y, expected, rtol=tolerance, atol=0 if dtype != "float16" else 1e-6)
        assert np.allclose(z, np.log(expected), rtol=tolerance, atol=tolerance)
        wide, back = g.astype(float), f.softmax_backward(g, y, axis)
        y = y.astype(float)
        assert np.allclose(back, y * (wide - (wide * y).sum(axis, keepdims=True)), rtol=tolerance, atol=tolerance)
        wanted = wide - np.exp(z.astype(float)) * wide.sum(axis, keepdims=True)
        assert np.allclose(f.log_softmax_backward(g, z, dim=axis), wanted, rtol=tolerance, atol=10 * tolerance)
    assert np.array_equal(f.softmax(x), f.softmax(x, -1)) and np.array_equal(f.softmax_last_dim(x), f.softmax(x, -1))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_softmax_of_special_rows(dtype):
    inf, nan, huge = np.inf, np.nan, np.finfo(dtype).max
    x = np.array([[0, -inf, 0], [-inf, -inf, -inf], [nan, 0, 0], [inf, 0, 0], [huge, huge, -huge], [-huge, -huge, -inf], [1e30, 0, 1e30]], dtype)
    expected = [[0.5, 0, 0.5], [nan] * 3, [nan] * 3, [nan] * 3, [0.5, 0.5, 0], [0.5, 0.5, 0], [0.5, 0, 0.5]]
    assert np.array_equal(f.softmax(x), np.array(expected, dtype), equal_nan=True)
    with np.errstate(divide="ignore"):
        assert np.allclose(f.log_softmax(x)[[0, 5]], np.log(expected)[[0, 5]])
    assert np.array_equal(f.log_softmax(x)[4], np.array([-np.log(2), -np.log(2), -inf], dtype), equal_nan=True)
    # far from 0, the difference from the largest counts, not its rounding
    y = f.softmax(np.array([1000.25, 980.5, 960.125], dtype))
    assert np.allclose(y, softmax(np.array([1000.25, 980.5, 960.125]), 0), rtol=4e-7 if dtype == "float32" else 1e-15, atol=0)


def test_softmax_arguments():
    with pytest.raises(ValueError, match="axis 2 is out of bounds"):
        f.softmax(np.ones((2, 3)), 2)
    with pytest.raises(TypeError, match="dim and axis are both given"):
        f.softmax(np.ones((2, 3)), 1, axis=1)
    with pytest.raises(ValueError):
        f.softmax(1.0)
    assert f.softmax(np.ones((0, 3))).shape == (0, 3) and f.softmax(np.ones((3, 0))).shape == (3, 0)


def test_same_bits_of_any_number_of_threads():
    x = np.random.default_rng(4).normal(size=(600, 777)).astype(np.float32)
    before = numrs.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            found.append((f.softmax(x), f.softmax(x, 0), f.gelu(x), f.log_softmax(x)))
    finally:
        numrs.set_num_threads(before)
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))


@pytest.mark.parametrize("name", [n for n in dir(f) if not n.startswith("_") and hasattr(f, n + "_backward")])
def test_followed(name):
    check = numrs.autograd.gradcheck
    x = numrs.Tensor(np.array([[-4.2, -1.1, 0.4], [1.7, 2.2, 5.1]]), requires_grad=True)
    assert check(getattr(f, name), [x])
    assert "x" in inspect.signature(getattr(f, name)).parameters


def test_followed_parameters():
    x = numrs.Tensor(X, requires_grad=True)
    for function in (lambda x: f.gelu(x, "tanh"), lambda x: f.softplus(x, 3.0, 2.0), lambda x: f.elu(x, 0.3), lambda x: f.celu(x, 0.3),
                     lambda x: f.leaky_relu(x, 0.2), lambda x: f.hardtanh(x, -3, 4)):  # fmt: skip
        assert numrs.autograd.gradcheck(function, [x])
    y = numrs.Tensor(np.random.default_rng(5).normal(size=(3, 4, 2)), requires_grad=True)
    c = numrs.Tensor(np.random.default_rng(6).normal(size=(3, 4, 2)))
    for axis in (0, 1, 2):
        assert numrs.autograd.gradcheck(lambda x, axis=axis: f.softmax(x, axis) * c, [y])
        assert numrs.autograd.gradcheck(lambda x, axis=axis: f.log_softmax(x, axis) * c, [y])
