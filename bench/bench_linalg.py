"""Matrix products: square, skinny, batched, with a vector."""

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
