"""Convolutions, pools and linear layers against PyTorch and JAX: the sizes of the goals, and those of a network for digits."""

from importlib import import_module

import numrs
from numrs import functional

from .harness import Case, random

GROUP = "nn_conv"
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


def cases(peers, quick, size):
    if size:
        return
    for name, x_shape, weight_shape, stride, padding, goal in _CONVOLUTIONS:
        x, weight, bias = random(x_shape, "float32"), random(weight_shape, "float32", 1), random(weight_shape[:1], "float32", 2)
        calls = {"numrs": lambda x=x, w=weight, b=bias, s=stride, p=padding: functional.conv2d(x, w, b, s, p)}
        calls |= _torch("conv2d", (x, weight, bias), peers, stride, padding)
        yield Case(GROUP, name, calls, tolerance=1e-4, goal=goal)
    for name, shape in _POOLS:
        x = random(shape, "float32")
        calls = {"numrs": lambda x=x: functional.max_pool2d(x, 2)} | _torch("max_pool2d", (x,), peers, 2)
        yield Case(GROUP, name, calls, goal=4.0)
    for m, k, n in _LINEAR:
        arrays = [random(s, "float32", i) for i, s in enumerate(((m, k), (k, n), (n,)))]
        given = [numrs.from_numpy(a) for a in arrays]
        calls = {"numrs": lambda given=given: functional.linear(*given)} | _torch("linear", arrays, peers, transposed=(1,))
        yield Case(GROUP, f"linear {m}x{k}x{n}", calls, tolerance=1e-4)
