"""Cases of group nn: cross-entropy with its gradient, rows of a table, and steps of optimizers against PyTorch, JAX and NumPy."""

import numpy as np
import numrs
from numrs.functional import cross_entropy_with_grad, embedding

from .harness import Case

GROUP = "nn"
_LAYERS = ((64, 128), (128,), (128, 10), (10,))  # of the digits network


def _cross_entropy(peers, rows, classes, goal):
    rng = np.random.default_rng(1)
    x, labels = rng.normal(size=(rows, classes)).astype(np.float32), rng.integers(0, classes, rows)
    ours = numrs.Tensor(x), numrs.Tensor(labels)
    places = np.arange(rows)

    def in_numpy():
        e = np.exp(x - x.max(axis=1, keepdims=True))
        e /= e.sum(axis=1, keepdims=True)
        e[places, labels] -= 1
        return e / np.float32(rows)

    calls = {"numrs": lambda: cross_entropy_with_grad(*ours)[1]}
    if "numpy" in peers:
        calls["numpy"] = in_numpy
    if "torch" in peers:
        torch = peers["torch"].module
        logits, target = torch.from_numpy(x).requires_grad_(), torch.from_numpy(labels)
        calls["torch"] = lambda: torch.autograd.grad(torch.nn.functional.cross_entropy(logits, target), logits)[0]
    if "jax" in peers:
        import jax  # type: ignore[import-not-found]

        a, b = jax.numpy.asarray(x), jax.numpy.asarray(labels.astype(np.int32))

        def loss(z):
            z = z - jax.lax.stop_gradient(z.max(axis=1, keepdims=True))
            return (jax.numpy.log(jax.numpy.exp(z).sum(axis=1)) - z[places, b]).mean()

        gradient = jax.jit(jax.value_and_grad(loss))
        calls["jax"] = lambda: gradient(a)[1].block_until_ready()
    return Case(GROUP, f"cross-entropy + gradient ({rows}, {classes}) f32", calls, tolerance=1e-5, goal=goal)


def _embedding(peers):
    rng = np.random.default_rng(1)
    table, at = rng.normal(size=(50257, 768)).astype(np.float32), rng.integers(0, 50257, 512)
    ours = numrs.Tensor(at), numrs.Tensor(table)
    calls = {"numrs": lambda: embedding(*ours)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.take(table, at, axis=0)
    if "torch" in peers:
        torch = peers["torch"].module
        a, b = torch.from_numpy(table), torch.from_numpy(at)
        calls["torch"] = lambda: torch.nn.functional.embedding(b, a)
    if "jax" in peers:
        jax = peers["jax"].module
        c, d = jax.numpy.asarray(table), jax.numpy.asarray(at)
        take = jax.jit(lambda c, d: c[d])
        calls["jax"] = lambda: take(c, d).block_until_ready()
    return Case(GROUP, "embedding 512 of (50257, 768) f32", calls, tolerance=0, goal=1.0)


def _step(peers, name, goal):
    rng = np.random.default_rng(1)
    values = [rng.normal(size=shape).astype(np.float32) for shape in _LAYERS]
    params = [numrs.Tensor(v) for v in values]
    for p, v in zip(params, values, strict=True):
        p.grad = numrs.Tensor(v)
    optimizer = getattr(numrs.optimizers, name)(params, lr=0.0)
    calls = {"numrs": lambda: (optimizer.step(), params[3])[1]}
    if "torch" in peers:
        torch = peers["torch"].module
        others = [torch.tensor(v, requires_grad=True) for v in values]
        for p, v in zip(others, values, strict=True):
            p.grad = torch.tensor(v)
        other = getattr(torch.optim, name)(others, lr=0.0)
        calls["torch"] = lambda: (other.step(), others[3])[1]
    return Case(GROUP, f"{name} step, 4 tensors, 9.6k f32", calls, tolerance=1e-6, goal=goal)


def cases(peers, quick, size):
    yield _cross_entropy(peers, 32, 10, None)
    yield _cross_entropy(peers, 512, 1000, 2.0)
    yield _embedding(peers)
    for name in ("SGD", "Adam", "AdamW"):
        yield _step(peers, name, 5.0)
