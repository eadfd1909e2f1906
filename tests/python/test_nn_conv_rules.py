"""Gradients of convolutions, pools and linear layers on the tape against finite differences."""

import numpy as np
import numrs
import pytest
from numrs import autograd
from numrs import functional as F

RNG = np.random.default_rng(11)


def leaf(*shape):
    """Numbers apart from each other, so that no difference steps over a tie."""
    n = int(np.prod(shape))
    return numrs.Tensor(RNG.permutation(np.linspace(-1, 1, n) + 0.01).reshape(shape), requires_grad=True)


CASES = [
    (lambda x, w, b: F.conv1d(x, w, b, 2, 1), [(2, 2, 7), (3, 2, 3), (3,)]),
    (lambda x, w, b: F.conv2d(x, w, b, 1, 1), [(2, 2, 4, 5), (3, 2, 3, 3), (3,)]),
    (lambda x, w: F.conv2d(x, w, None, (2, 1), "valid", 1, 2), [(1, 4, 5, 4), (2, 2, 3, 2)]),
    (lambda x, w: F.conv2d(x, w, padding="same"), [(1, 1, 4, 4), (2, 1, 2, 3)]),
    (lambda x, w, b: F.conv_transpose1d(x, w, b, 2, 1, 1), [(2, 3, 4), (3, 2, 3), (2,)]),
    (lambda x, w, b: F.conv_transpose2d(x, w, b, 2), [(1, 2, 3, 3), (2, 2, 2, 3), (2,)]),
    (lambda x: F.max_pool1d(x, 2), [(2, 6)]),
    (lambda x: F.max_pool2d(x, 3, 2, 1), [(1, 2, 6, 5)]),
    (lambda x: F.avg_pool1d(x, 3, 2, 1), [(2, 7)]),
    (lambda x: F.avg_pool2d(x, 2, ceil_mode=True), [(1, 5, 5)]),
    (lambda x: F.adaptive_avg_pool1d(x, 3), [(2, 7)]),
    (lambda x: F.adaptive_avg_pool2d(x, (2, 3)), [(2, 5, 4)]),
    (lambda x: F.adaptive_max_pool1d(x, 3), [(2, 7)]),
    (lambda x: F.adaptive_max_pool2d(x, 2), [(2, 5, 4)]),
    (F.linear, [(3, 4), (4, 5), (5,)]),
    (F.linear, [(2, 3, 4), (4, 5)]),
]
CASES += [
    (lambda x, w, b, a=a: F.linear(x, w, b, a), [(3, 4), (4, 5), (5,)])
    for a in ("relu", "leaky_relu", "gelu", "gelu_tanh", "silu", "sigmoid", "tanh")
]


@pytest.mark.parametrize("i", range(len(CASES)))
def test_gradients(i):
    function, shapes = CASES[i]
    assert autograd.gradcheck(function, [leaf(*shape) for shape in shapes])
