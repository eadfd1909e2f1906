"""Mathematical functions: exponentials, logarithms, trigonometry, powers."""

import numpy as np
import numrs

from .harness import Case, random

GROUP = "math"
_GOALS = {
    ("exp", "f32"): 1.2, ("exp", "f64"): 1.2, ("log", "f32"): 0.9, ("log", "f64"): 0.9, ("sin", "f32"): 1.1, ("sin", "f64"): 2.0,
    ("cos", "f32"): 1.1, ("cos", "f64"): 2.0, ("tanh", "f32"): 1.1, ("tanh", "f64"): 1.1, ("pow", "f32"): 1.0, ("pow", "f64"): 1.0,
}  # fmt: skip
_NUMPY = {
    "asin": "arcsin",
    "acos": "arccos",
    "atan": "arctan",
    "asinh": "arcsinh",
    "acosh": "arccosh",
    "atanh": "arctanh",
    "pow": "power",
}


def _unary(name, x, peers):
    own, base = getattr(numrs, name), getattr(np, _NUMPY.get(name, name))
    y, z = np.empty_like(x), np.empty_like(x)
    calls = {"numrs": lambda: own(x, out=y)}
    if "numpy" in peers:
        calls["numpy"] = lambda: base(x, out=z)
    if "torch" in peers:
        function, tx = getattr(peers["torch"].module, name), peers["torch"].own(x)
        ty = function(tx)
        calls["torch"] = lambda: function(tx, out=ty)
    if "jax" in peers:
        jax, jx = peers["jax"].module, peers["jax"].own(x)
        jitted = jax.jit(getattr(jax.numpy, _NUMPY.get(name, name)))
        calls["jax"] = lambda: jitted(jx).block_until_ready()
    return calls


def _power(a, b, peers):
    y, z = np.empty_like(a), np.empty_like(a)
    calls = {"numrs": lambda: numrs.pow(a, b, y)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.power(a, b, z)
    if "torch" in peers:
        torch, ta, tb = peers["torch"].module, peers["torch"].own(a), peers["torch"].own(b)
        ty = torch.pow(ta, tb)
        calls["torch"] = lambda: torch.pow(ta, tb, out=ty)
    if "jax" in peers:
        jax, ja, jb = peers["jax"].module, peers["jax"].own(a), peers["jax"].own(b)
        jitted = jax.jit(jax.numpy.power)
        calls["jax"] = lambda: jitted(ja, jb).block_until_ready()
    return calls


def cases(peers, quick, size):
    names = ("exp", "log", "sin", "cos", "tanh") if quick else (
        "sqrt", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sin", "cos", "tan", "sinh", "cosh", "tanh", "asin", "acos", "atan",
        "asinh", "acosh", "atanh")  # fmt: skip
    n = size or 100_000
    label = f"{n // 1000}k" if n >= 1000 else str(n)
    for short, dtype in (("f32", "float32"), ("f64", "float64")):
        for name in names:
            low, high = {"log": (0.01, 100), "log2": (0.01, 100), "log10": (0.01, 100), "log1p": (-0.9, 100), "sqrt": (0, 100), "asin": (-1, 1),
                         "acos": (-1, 1), "atanh": (-0.99, 0.99), "acosh": (1, 100)}.get(name, (-10, 10))  # fmt: skip
            x = random(n, dtype, 3, low, high)
            tolerance = 2e-5 if short == "f32" else 1e-12
            yield Case(
                GROUP,
                f"{name} {short} {label}",
                _unary(name, x, peers),
                tolerance=tolerance,
                goal=_GOALS.get((name, short)),
            )
    for short, dtype in (("c64", "complex64"), ("c128", "complex128")):
        x = random(n, dtype, 3, -3, 3)
        for name in ("exp", "log", "sqrt", "sin") if quick else names:
            if name == "exp2":
                continue
            tolerance = 2e-5 if short == "c64" else 1e-12
            yield Case(GROUP, f"{name} {short} {label}", _unary(name, x, peers), tolerance=tolerance, goal=1.0)
    for short, dtype in (("f32", "float32"), ("f64", "float64")):
        a, b = random(n, dtype, 4, 0.1, 10), random(n, dtype, 5, -3, 3)
        yield Case(
            GROUP,
            f"pow {short} {label}",
            _power(a, b, peers),
            tolerance=2e-5 if short == "f32" else 1e-12,
            goal=_GOALS["pow", short],
        )
