"""Linear layers against NumPy and math: activations, gradients, dtypes, layouts, bad input, threads; packed weights."""
import math
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numrs
import pytest
from numrs._ops import nn_linear

RNG = np.random.default_rng(9)
SHAPES = [(5, 7, 3), (32, 64, 128), (32, 128, 10), (1, 5, 4), (4, 3, 1), (300, 65, 200), (3, 0, 4), (0, 3, 4), (2, 300, 600)]

erf = np.vectorize(math.erf, otypes=[float])
ACTIVATIONS = {
    None: (lambda z: z, lambda z: np.ones_like(z)),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "leaky_relu": (lambda z: np.where(z > 0, z, 0.01 * z), lambda z: np.where(z > 0, 1, 0.01)),
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda z: np.exp(-z) / (1 + np.exp(-z)) ** 2),
    "silu": (lambda z: z / (1 + np.exp(-z)), lambda z: (1 + np.exp(-z) * (1 + z)) / (1 + np.exp(-z)) ** 2),
    "gelu": (lambda z: z * (1 + erf(z / math.sqrt(2))) / 2,
             lambda z: (1 + erf(z / math.sqrt(2))) / 2 + z * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)),
    "gelu_tanh": (lambda z: z * (1 + np.tanh(inner(z))) / 2, lambda z: (1 + np.tanh(inner(z))) / 2 + z * (1 - np.tanh(inner(z)) ** 2) / 2
                  * math.sqrt(2 / math.pi) * (1 + 3 * 0.044715 * z * z)),
}


def inner(z):
    return math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("shape", SHAPES)
def test_forward_and_backward(shape, activation):
    m, k, n = shape
    x, w, b, grad = RNG.normal(size=(m, k)), RNG.normal(size=(k, n)) / max(k, 1) ** 0.5, RNG.normal(size=n), RNG.normal(size=(m, n))
    z = x @ w + b
    f, slope = ACTIVATIONS[activation]
    dz = grad * slope(z)
    wanted = f(z), dz @ w.T, x.T @ dz, dz.sum(0)
    for dtype, tolerance in ((np.float64, 1e-12), (np.float32, 3e-5)):
        parts = [a.astype(dtype) for a in (x, w, b, grad)]
        found = {}
        for backend in ("cpu", "cpu-portable"):
            numrs.set_backend(backend)
            try:
                y, kept = nn_linear.linear_with_saved(*parts[:3], activation)
                found[backend] = (y, *nn_linear.linear_backward(parts[3], *parts[:2], kept["saved"], activation))
                np.testing.assert_array_equal(y, nn_linear.linear(*parts[:3], activation))
            finally:
                numrs.set_backend("cpu")
            for got, value in zip(found[backend], wanted):
                assert got.dtype == dtype
                np.testing.assert_allclose(got, value, rtol=tolerance, atol=tolerance * 20)
        if activation in (None, "relu", "leaky_relu"):
            for one, other in zip(found["cpu"], found["cpu-portable"]):
                np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("activation", ["relu", "gelu", "silu", "tanh", "sigmoid", "mish", "hardswish", "selu", "leaky_relu"])
def test_an_activation_has_the_bits_of_its_function(activation):
    x, w, b = RNG.normal(size=(9, 40)).astype(np.float32), RNG.normal(size=(40, 33)).astype(np.float32), RNG.normal(size=33).astype(np.float32)
    np.testing.assert_array_equal(nn_linear.linear(x, w, b, activation), getattr(numrs.functional, activation)(nn_linear.linear(x, w, b)))


def test_layouts_ranks_and_tensors():
    x, w, b = RNG.normal(size=(2, 5, 6)), RNG.normal(size=(6, 4)), RNG.normal(size=4)
    y = nn_linear.linear(x, w, b)
    np.testing.assert_array_equal(y.reshape(10, 4), nn_linear.linear(x.reshape(10, 6), w, b))
    np.testing.assert_array_equal(nn_linear.linear(x[0, 0], w, b), y[0, 0])
    np.testing.assert_array_equal(nn_linear.linear(np.asfortranarray(x), np.asfortranarray(w), b), y)
    np.testing.assert_array_equal(nn_linear.linear(x[..., ::-1], w[::-1], b), nn_linear.linear(x[..., ::-1].copy(), w[::-1].copy(), b))
    t = nn_linear.linear(numrs.from_numpy(x), w, numrs.from_numpy(b))
    assert type(t) is numrs.Tensor
    np.testing.assert_array_equal(t.numpy(), y)
    assert nn_linear.linear(x.astype(np.float16), w.astype(np.float16)).dtype == np.float16
    assert nn_linear.linear(x.astype(np.float32), w).dtype == np.float64
    gx, gw, gb = nn_linear.linear_backward(y, x, w, needs=(False, True, False))
    assert gx is None and gb is None and gw.shape == (6, 4)


def test_bad_input():
    x, w = np.ones((3, 4)), np.ones((4, 5))
    for arguments in ((x, w.T), (x, w[0]), (np.float64(1.0), w), (x, w, np.ones(4)), (x, w, None, "swoosh")):
        with pytest.raises(ValueError):
            nn_linear.linear(*arguments)
    with pytest.raises(TypeError):
        nn_linear.linear(x.astype(int), w.astype(int))
    with pytest.raises(ValueError):
        nn_linear.linear_backward(np.ones((3, 4)), x, w)
    with pytest.raises(ValueError):
        nn_linear.linear_backward(np.ones((3, 5)), x, w, None, "relu")


def test_same_bits_for_any_number_of_threads():
    x, w, b = (RNG.normal(size=s).astype(np.float32) for s in ((700, 300), (300, 500), (500,)))
    found, before = [], numrs.get_num_threads()
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            y = nn_linear.linear(x, w, b, "gelu")
            found.append((y, *nn_linear.linear_backward(y, x, w, y, "tanh")))
    finally:
        numrs.set_num_threads(before)
    for other in found[1:]:
        for one, two in zip(found[0], other):
            np.testing.assert_array_equal(one, two)


def packed_cases():
    for m, k, n in ((1, 1, 1), (1, 300, 97), (2, 256, 31), (17, 513, 64), (64, 384, 700), (300, 70, 65), (0, 3, 4), (3, 0, 4), (3, 4, 0)):
        for dtype in (np.float16, np.float32, np.float64):
            yield m, k, n, dtype


@pytest.mark.parametrize("m,k,n,dtype", list(packed_cases()))
def test_a_packed_weight_gives_the_bits_of_the_weight(m, k, n, dtype):
    x, w, b = (RNG.normal(size=s).astype(dtype) for s in ((m, k), (k, n), (n,)))
    for weight in (w, np.asfortranarray(w), numrs.from_numpy(w)):
        packed = numrs.functional.PackedWeight(weight)
        assert (packed.shape, packed.ndim, packed.dtype) == ((k, n), 2, dtype)
        np.testing.assert_array_equal(packed.unpack(), w)
        for backend in ("cpu", "cpu-portable"):
            numrs.set_backend(backend)
            try:
                for activation in (None, "relu", "gelu"):
                    wanted, got = (nn_linear.linear(x, each, b, activation) for each in (w, packed))
                    assert got.dtype == wanted.dtype
                    np.testing.assert_array_equal(got, wanted)
            finally:
                numrs.set_backend("cpu")


def test_packed_weights_are_copies_and_come_out_again():
    w = RNG.normal(size=(40, 70)).astype(np.float32)
    packed = numrs.functional.PackedWeight(w)
    was, x = w.copy(), RNG.normal(size=(2, 3, 40)).astype(np.float32)
    y = nn_linear.linear(x, packed)
    w[:] = 0
    np.testing.assert_array_equal(nn_linear.linear(x, packed), y)
    np.testing.assert_array_equal(packed.unpack(), was)
    np.testing.assert_array_equal(packed.columns(31, 5), was[:, 31:36])
    np.testing.assert_array_equal(packed.take([69, 0, 69]), was.T[[69, 0, 69]])
    assert packed.take([]).shape == (0, 40)
    assert type(nn_linear.linear(numrs.from_numpy(x), packed)) is numrs.Tensor
    other = pickle.loads(pickle.dumps(packed))
    np.testing.assert_array_equal(nn_linear.linear(x, other), y)
    assert "(40, 70)" in repr(packed)


def test_memory_of_packed_weights_is_counted_and_given_back():
    w = np.ones((512, 1024), np.float32)
    before = numrs.memory.stats()["in_use_bytes"]
    packed = numrs.functional.PackedWeight(w)
    assert packed.nbytes >= w.nbytes
    assert numrs.memory.stats()["in_use_bytes"] >= before + packed.nbytes
    del packed
    assert numrs.memory.stats()["in_use_bytes"] <= before + 4096


def test_bad_input_of_packed_weights():
    packed = numrs.functional.PackedWeight(np.ones((4, 5), np.float32))
    for wrong in (np.ones(4), np.ones((2, 2, 2))):
        with pytest.raises(ValueError, match="weight has shape"):
            numrs.functional.PackedWeight(wrong)
    for wrong in (np.ones((2, 2), int), "weight", None):
        with pytest.raises(TypeError):
            numrs.functional.PackedWeight(wrong)
    with pytest.raises(ValueError):
        nn_linear.linear(np.ones((2, 3), np.float32), packed)
    with pytest.raises(TypeError, match="float64"):
        nn_linear.linear(np.ones((2, 4)), packed)
    for first, count in ((-1, 1), (5, 1), (3, 3), (0, -1), (0, 6)):
        with pytest.raises(IndexError):
            packed.columns(first, count)
    with pytest.raises(IndexError):
        packed.take([5])
    x = numrs.Tensor(np.ones((2, 4), np.float32), requires_grad=True)
    with pytest.raises(TypeError, match="no gradients"):
        nn_linear.linear(x, packed)
    with numrs.autograd.no_grad():
        assert nn_linear.linear(x, packed).shape == (2, 5)
    with pytest.raises(TypeError):
        nn_linear.linear_backward(np.ones((2, 5)), np.ones((2, 4)), packed)


def test_packed_weights_in_many_threads():
    w, x = RNG.normal(size=(300, 500)).astype(np.float32), RNG.normal(size=(40, 300)).astype(np.float32)
    packed, wanted = numrs.functional.PackedWeight(w), nn_linear.linear(x, w)
    before = numrs.get_num_threads()
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            with ThreadPoolExecutor(4) as pool:
                for y in pool.map(lambda _: nn_linear.linear(x, packed), range(16)):
                    np.testing.assert_array_equal(y, wanted)
    finally:
        numrs.set_num_threads(before)
