"""Kernels of networks against PyTorch and JAX: activations, softmax, normalisations, attention; bench_nn_conv and bench_nn_loss have the rest."""

import numpy as np
import numrs
from numrs import functional
from numrs._ops import nn_norm, nn_softmax

from . import bench_nn_conv, bench_nn_loss
from .harness import Case, random

GROUP = "nn"


def _case(peers, name, own, torch_call=None, jax_call=None, goal=2.0, tolerance=1e-5):
    """torch_call: a function of the module torch that gives the call; jax_call: of the module jax, to be compiled, and its arrays."""
    calls = {"numrs": own}
    if torch_call is not None and "torch" in peers:
        calls["torch"] = torch_call(peers["torch"].module)
    if jax_call is not None and "jax" in peers:
        jax = peers["jax"].module
        function, *arrays = jax_call(jax)
        compiled, given = jax.jit(function), [jax.numpy.asarray(a) for a in arrays]
        calls["jax"] = lambda: compiled(*given).block_until_ready()
    return Case(GROUP, name, calls, goal=goal, tolerance=tolerance)


def _one(name, x, *more, **options):
    """Torch's function of that name on an array."""

    def made(torch):
        function, y = getattr(torch.nn.functional, name), torch.from_numpy(x)
        return lambda: function(y, *more, **options)

    return made


def _layer_norm(x, w, b):
    def made(torch):
        y, p, q = torch.from_numpy(x), torch.from_numpy(w), torch.from_numpy(b)
        return lambda: torch.nn.functional.layer_norm(y, p.shape, p, q)

    return made


def _jax_layer_norm(jax):
    def function(x, w, b):
        y = x - x.mean(-1, keepdims=True)
        return y * jax.lax.rsqrt((y * y).mean(-1, keepdims=True) + 1e-5) * w + b

    return function


def _gelu_backward(x):
    def made(torch):
        y = torch.from_numpy(x)
        return lambda: torch.ops.aten.gelu_backward(y, y)

    return made


def _rows(peers, shape, goal):
    label = " f32 " + "x".join(map(str, shape))
    x = random(shape, "float32", 1, -4.0, 4.0)
    w, b = random(shape[1:], "float32", 2), random(shape[1:], "float32", 3)
    t, u, v, n = numrs.Tensor(x), numrs.Tensor(w), numrs.Tensor(b), shape[1]
    yield _case(peers, "softmax" + label, lambda: functional.softmax(t, -1), _one("softmax", x, -1), lambda jax: (jax.nn.softmax, x), goal)
    yield _case(peers, "log_softmax" + label, lambda: functional.log_softmax(t, -1), _one("log_softmax", x, -1),
                lambda jax: (jax.nn.log_softmax, x), goal)  # fmt: skip
    for kind in ("none", "tanh"):
        name = "gelu" if kind == "none" else "gelu tanh"
        yield _case(peers, name + label, lambda kind=kind: functional.gelu(t, kind), _one("gelu", x, approximate=kind),
                    lambda jax, kind=kind: (lambda a: jax.nn.gelu(a, approximate=kind == "tanh"), x), goal)  # fmt: skip
    yield _case(peers, "layer_norm" + label, lambda: functional.layer_norm(t, n, u, v), _layer_norm(x, w, b),
                lambda jax: (_jax_layer_norm(jax), x, w, b), goal)  # fmt: skip
    for name in ("relu", "silu", "softplus", "mish"):
        own = getattr(functional, name)
        yield _case(peers, name + label, lambda own=own: own(t), _one(name, x), None, None)
    yield _case(peers, "gelu_backward" + label, lambda: nn_softmax.gelu_backward(t, t), _gelu_backward(x), None, None)
    kept = nn_norm.layer_norm_with_stats(t, n, u, v)[1]
    yield _case(peers, "layer_norm_backward" + label, lambda: nn_norm.layer_norm_backward(t, t, u, **kept)[0], goal=None, tolerance=1e-4)


def _attention(peers, causal, goal):
    q, k, v = (random((1, 12, 512, 64), "float32", seed, -1, 1) for seed in (1, 2, 3))
    given = [numrs.Tensor(a) for a in (q, k, v)]

    def in_torch(torch):
        attend, own = torch.nn.functional.scaled_dot_product_attention, [torch.from_numpy(a) for a in (q, k, v)]
        return lambda: attend(*own, is_causal=causal)

    def in_jax(jax):
        keep = np.tril(np.ones((512, 512), bool))

        def function(q, k, v):
            scores = jax.numpy.einsum("bhqd,bhkd->bhqk", q, k) * (1 / 8)
            scores = jax.numpy.where(keep, scores, -np.inf) if causal else scores
            return jax.numpy.einsum("bhqk,bhkd->bhqd", jax.nn.softmax(scores, -1), v)

        return function, q, k, v

    name = "attention (1,12,512,64)" + (" causal" if causal else "")
    own = lambda: functional.scaled_dot_product_attention(*given, is_causal=causal)  # noqa: E731
    return _case(peers, name, own, in_torch, in_jax, goal, 1e-4)


def cases(peers, quick, size):
    if size:
        return
    yield from _rows(peers, (512, 768), 2.0)
    yield from bench_nn_loss.cases(peers, quick, size)
    yield from bench_nn_conv.cases(peers, quick, size)
    yield _attention(peers, False, 1.2)
    yield _attention(peers, True, 1.7)
    if quick:
        return
    yield from _rows(peers, (8, 64), None)
    x = random((32, 12, 128, 128), "float32", 1, -4.0, 4.0)
    t = numrs.Tensor(x)
    yield _case(peers, "softmax f32 32x12x128x128", lambda: functional.softmax(t, -1), _one("softmax", x, -1), lambda jax: (jax.nn.softmax, x))
    y = random((16, 64, 28, 28), "float32", 1, -4.0, 4.0)
    u = numrs.Tensor(y)
    yield _case(peers, "batch_norm f32 16x64x28x28", lambda: nn_norm.batch_norm(u, None, None, training=True),
                _one("batch_norm", y, None, None, training=True), None, None)  # fmt: skip
