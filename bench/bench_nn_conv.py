"""Cases of group nn: convolutions, pools and linear layers against PyTorch and JAX, at the sizes of the goals and of a network for digits."""

from importlib import import_module

import numrs
from numrs import functional

from .harness import Case, random

GROUP = "nn"
# name, x, weight, stride, padding
_CONVOLUTIONS = (
    ("conv2d 8x16x32x32 3x3 -> 32", (8, 16, 32, 32), (32, 16, 3, 3), 1, 1, 1.0),
    ("conv2d 1x3x224x224 7x7/2 -> 64", (1, 3, 224, 224), (64, 3, 7, 7), 2, 3, 1.0),
    ("conv2d 32x1x8x8 3x3 -> 16", (32, 1, 8, 8), (16, 1, 3, 3), 1, 1, None),
    ("conv2d 32x16x8x8 3x3 -> 32", (32, 16, 8, 8), (32, 16, 3, 3), 1, 1, None),
)
_POOLS = (("max_pool2d 2x2 8x32x32x32", (8, 32, 32, 32)), ("max_pool2d 2x2 1x64x112x112", (1, 64, 112, 112)))
_LINEAR = ((32, 64, 128), (32, 128, 10), (64, 784, 128))


def _torch(name, arrays, peers, *arguments, transposed=()):
    if "torch" not in peers:
        return {}
    torch = import_module("torch")
    function = getattr(torch.nn.functional, name)
    given = [torch.from_numpy(a.T.copy() if i in transposed else a) for i, a in enumerate(arrays)]
    return {"torch": lambda: function(*given, *arguments)}


def _jax(peers, function, arrays):
    """The call of a function of the modules jax and arrays, compiled."""
    if "jax" not in peers:
        return {}
    jax = peers["jax"].module
    compiled, given = jax.jit(lambda *a: function(jax, *a)), [jax.numpy.asarray(a) for a in arrays]
    return {"jax": lambda: compiled(*given).block_until_ready()}


def _jax_conv2d(jax, x, w, b, stride, padding):
    return jax.lax.conv(x, w, (stride, stride), ((padding, padding),) * 2) + b[:, None, None]


def _jax_max_pool(jax, x):
    return jax.lax.reduce_window(x, -numrs.inf, jax.lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def cases(peers, quick, size):
    for name, x_shape, weight_shape, stride, padding, goal in _CONVOLUTIONS:
        x, weight, bias = random(x_shape, "float32"), random(weight_shape, "float32", 1), random(weight_shape[:1], "float32", 2)
        given = [numrs.Tensor(a) for a in (x, weight, bias)]
        calls = {"numrs": lambda given=given, s=stride, p=padding: functional.conv2d(*given, s, p)}
        calls |= _torch("conv2d", (x, weight, bias), peers, stride, padding)
        calls |= _jax(peers, lambda jax, *a, s=stride, p=padding: _jax_conv2d(jax, *a, s, p), (x, weight, bias))
        yield Case(GROUP, name, calls, tolerance=1e-4, goal=goal)
    for name, shape in _POOLS:
        x = random(shape, "float32")
        given = numrs.Tensor(x)
        calls = {"numrs": lambda given=given: functional.max_pool2d(given, 2)} | _torch("max_pool2d", (x,), peers, 2)
        calls |= _jax(peers, _jax_max_pool, (x,))
        yield Case(GROUP, name, calls, goal=4.0)
    for m, k, n in _LINEAR:
        arrays = [random(s, "float32", i) for i, s in enumerate(((m, k), (k, n), (n,)))]
        given = [numrs.from_numpy(a) for a in arrays]
        calls = {"numrs": lambda given=given: functional.linear(*given)} | _torch("linear", arrays, peers, transposed=(1,))
        calls |= _jax(peers, lambda jax, x, w, b: x @ w + b, arrays)
        yield Case(GROUP, f"linear {m}x{k}x{n}", calls, tolerance=1e-4)
