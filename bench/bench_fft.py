"""Fourier transforms against NumPy and SciPy: one line, many lines, both axes, real ones, lengths with large prime factors."""

from importlib import import_module

import numpy as np
import numrs

from .harness import Case, random

GROUP = "fft"
# Name and shape; the goal is that of one line of 2^16 and of both axes of (1000, 1000).
_COMPLEX = (
    ("2^10", (1024,)),
    ("2^16", (65536,)),
    ("10^4", (10_000,)),
    ("2^20", (1 << 20,)),
    ("prime 10007", (10_007,)),
    ("1000 x 64", (1000, 64)),
    ("1000 x 1000 axis 1", (1000, 1000)),
    ("1000 x 1000 axis 0", (1000, 1000)),
)
_GOALS = {"2^16"}
_SKIPPED_QUICKLY = {"2^20", "1000 x 1000 axis 1", "1000 x 1000 axis 0"}


def _calls(function, x, peers, **options):
    calls = {"numrs": lambda: getattr(numrs.fft, function)(x, **options)}
    if "numpy" in peers:
        calls["numpy"] = lambda: getattr(np.fft, function)(x, **options)
    if "scipy" in peers:
        module = import_module("scipy.fft")
        calls["scipy"] = lambda: getattr(module, function)(x, **options)
    return calls


def _check(got, expected):
    got, expected = np.asarray(got), np.asarray(expected)
    if got.shape != expected.shape:
        return f"shape {got.shape} instead of {expected.shape}"
    worst = float(np.max(np.abs(got - expected)) / np.max(np.abs(expected)))
    limit = 1e-5 if got.dtype.itemsize <= 8 and got.dtype != np.float64 else 1e-12
    return None if worst <= limit else f"differs by {worst:.2g} of the largest value"


def _case(name, function, x, peers, goal=None, **options):
    return Case(GROUP, name, _calls(function, x, peers, **options), check=_check, goal=goal)


def cases(peers, quick, size):
    for short, dtype in {"c64": "float32", "c128": "float64"}.items():
        lines = ((str(size), (size,)),) if size else _COMPLEX
        for name, shape in lines:
            if quick and name in _SKIPPED_QUICKLY:
                continue
            x = random(shape, dtype) + 1j * random(shape, dtype, 1)
            x = x.astype(f"complex{128 if dtype == 'float64' else 64}")
            axis = 0 if name.endswith("axis 0") else -1
            yield _case(f"fft {short} {name}", "fft", x, peers, 0.9 if name in _GOALS else None, axis=axis)
        if size:
            continue
        square = (200, 200) if quick else (1000, 1000)
        label = f"{square[0]} x {square[1]}"
        x = (random(square, dtype) + 1j * random(square, dtype, 1)).astype(
            "complex128" if dtype == "float64" else "complex64"
        )
        yield _case(f"fftn {short} {label}", "fftn", x, peers, 0.9)
        r = random(square, dtype)
        yield _case(f"rfftn {short} {label}", "rfftn", r, peers)
        yield _case(f"irfftn {short} {label}", "irfftn", np.fft.rfftn(r).astype(x.dtype), peers, s=square)
        for n in (1024, 65536, 6561):
            r = random(n, dtype)
            yield _case(f"rfft {short} {n}", "rfft", r, peers)
            yield _case(f"irfft {short} {n}", "irfft", np.fft.rfft(r).astype(x.dtype), peers, n=n)
