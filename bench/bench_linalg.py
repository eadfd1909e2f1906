"""Matrix products: square, skinny, batched, with a vector, complex; equations and decompositions, large ones and stacks of small ones."""

import numpy as np
import numrs

from .harness import Case, random

GROUP = "linalg"


def _matmul(a, b, peers):
    y, z = (np.empty(np.matmul(a, b).shape, a.dtype) for _ in range(2))
    calls = {"numrs": lambda: numrs.matmul(a, b, y)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.matmul(a, b, z)
    if "torch" in peers:
        torch, ta, tb = peers["torch"].module, peers["torch"].own(a), peers["torch"].own(b)
        ty = torch.matmul(ta, tb)
        calls["torch"] = lambda: torch.matmul(ta, tb, out=ty)
    if "jax" in peers:
        jax, ja, jb = peers["jax"].module, peers["jax"].own(a), peers["jax"].own(b)
        jitted = jax.jit(jax.numpy.matmul)
        calls["jax"] = lambda: jitted(ja, jb).block_until_ready()
    return calls


def _decompositions(quick, size):
    """(label, function of a module, argument) of linalg: calls that numrs.linalg and numpy.linalg share."""
    for n in (size,) if size else (100,) if quick else (100, 500):
        a = random((n, n), "float64", 1, -1, 1)
        b, p = a[:, 0].copy(), a @ a.T + n * np.eye(n)
        yield f"solve {n}", lambda m, a=a, b=b: m.solve(a, b)
        yield f"inv {n}", lambda m, a=a: m.inv(a)
        yield f"cholesky {n}", lambda m, p=p: m.cholesky(p)
        yield f"qr {n}", lambda m, a=a: m.qr(a)[1]
        yield f"eigh {n}", lambda m, p=p: m.eigh(p)[0]
        yield f"svd {n}", lambda m, a=a: m.svd(a)[1]
    if size:
        return
    small = random((1000, 4, 4), "float64", 1, -1, 1)
    positive = small @ small.swapaxes(1, 2) + 4 * np.eye(4)
    right = random((1000, 4, 1), "float64", 2, -1, 1)
    yield "det 1000 x (4, 4)", lambda m: m.det(small)
    yield "inv 1000 x (4, 4)", lambda m: m.inv(small)
    yield "solve 1000 x (4, 4)", lambda m: m.solve(small, right)
    yield "cholesky 1000 x (4, 4)", lambda m: m.cholesky(positive)
    one = small[0].copy()
    yield "inv (4, 4)", lambda m: m.inv(one)


def cases(peers, quick, size):
    shapes = [
        ((n, n), (n, n), f"square {n}", 0.95)
        for n in ((size,) if size else (64, 256, 1024) if quick else (64, 256, 1024, 2048))
    ]
    if not size:
        shapes += [
            ((64, 64, 64), (64, 64, 64), "batched 64 x (64, 64)", 0.95),
            ((1, 768), (768, 3072), "(1, 768) @ (768, 3072)", 1.0),
        ]
        if not quick:
            shapes += [
                ((128, 768), (768, 3072), "(128, 768) @ (768, 3072)", 0.95),
                ((4096, 4096), (4096,), "matrix @ vector 4096", 1.0),
            ]
    for left, right, label, goal in shapes:
        for short, dtype in (("f32", "float32"), ("f64", "float64")):
            a, b = random(left, dtype, 1, -1, 1), random(right, dtype, 2, -1, 1)
            flops = 2 * np.prod(left) * (right[-1] if len(right) > 1 else 1)
            yield Case(
                GROUP, f"{label} {short}", _matmul(a, b, peers), tolerance=1e-4, goal=goal, work={"flop": float(flops)}
            )
    for label, call in _decompositions(quick, size):
        calls = {"numrs": lambda call=call: call(numrs.linalg)}
        if "numpy" in peers:
            calls["numpy"] = lambda call=call: call(np.linalg)
        yield Case(GROUP, f"{label} f64", calls, tolerance=1e-6, goal=0.95)
    if not size:
        a, b = (random((256, 256), "float32", k, -1, 1) + 1j * random((256, 256), "float32", k + 2, -1, 1) for k in (1, 2))
        a, b = a.astype("complex64"), b.astype("complex64")
        calls = {"numrs": lambda: numrs.matmul(a, b).real}
        if "numpy" in peers:
            calls["numpy"] = lambda: np.matmul(a, b).real
        yield Case(GROUP, "square 256 c64", calls, tolerance=1e-4, goal=0.8)
        h, g = (random((1024, 1024), "float32", k, -1, 1) for k in (1, 2))
        low, high = h.astype(np.float16), g.astype(np.float16)
        calls = {"numrs": lambda: numrs.matmul(low, high), "numrs f32": lambda: numrs.matmul(h, g)}
        yield Case(GROUP, "square 1024 f16", calls, tolerance=1e-2, goal=0.8)
