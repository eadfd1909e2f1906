"""Sorting, selection and order statistics against NumPy, polars, torch, JAX and Bottleneck.

NumPy sorts with AVX-512 where the processor has it, which is slow on some (Zen 4). Its AVX2 path:
NPY_DISABLE_CPU_FEATURES="AVX512_SPR AVX512_ICL AVX512_SKX AVX512F AVX512CD X86_V4" numrs bench order --peers numpy."""

import numpy as np
import numrs

from .harness import Case, random

GROUP = "order"
_SIZES = {"1k": 1000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}
_DTYPES = {"f32": "float32", "f64": "float64", "i32": "int32"}


def _numbers(n, dtype):
    """Different everywhere: integers over their whole range."""
    if np.dtype(dtype).kind == "i":
        info = np.iinfo(dtype)
        return np.random.default_rng(1).integers(info.min, info.max, n, dtype=dtype)
    return random(n, dtype, 1)


def _jax_sort(jax, x):
    jitted = jax.jit(jax.numpy.sort)
    return (lambda: jitted(x).block_until_ready()) if 1000 < x.size < 10_000_000 else None


def _mad_of_bottleneck(bottleneck, x):
    return lambda: bottleneck.median(np.abs(x - bottleneck.median(x)))


# What each library calls it: (module, its own array) -> the call, or None where it is not to be measured.
_WORK = {
    "sort": {
        "numrs": lambda m, x: lambda: m.sort(x),
        "numpy": lambda m, x: lambda: m.sort(x),
        "polars": lambda m, x: x.sort,
        "torch": lambda m, x: lambda: m.sort(x).values,
        "jax": _jax_sort,
    },
    "argsort": {
        "numrs": lambda m, x: lambda: m.argsort(x),
        "numpy": lambda m, x: lambda: m.argsort(x),
        "polars": lambda m, x: x.arg_sort,
        "torch": lambda m, x: lambda: m.argsort(x),
    },
    "median": {
        "numrs": lambda m, x: lambda: m.median(x),
        "numpy": lambda m, x: lambda: m.median(x),
        "polars": lambda m, x: x.median,
        "bottleneck": lambda m, x: lambda: m.median(x),
    },
    "percentile 90": {
        "numrs": lambda m, x: lambda: m.percentile(x, 90),
        "numpy": lambda m, x: lambda: m.percentile(x, 90),
        "polars": lambda m, x: lambda: x.quantile(0.9, "linear"),
    },
    "MAD": {
        "numrs": lambda m, x: lambda: m.mad(x),
        "numpy": lambda m, x: lambda: m.median(m.abs(x - m.median(x))),
        "polars": lambda m, x: lambda: (x - x.median()).abs().median(),
        "bottleneck": _mad_of_bottleneck,
    },
    "partition": {
        "numrs": lambda m, x: lambda: m.partition(x, x.size // 2),
        "numpy": lambda m, x: lambda: m.partition(x, x.size // 2),
    },
}


def _calls(work, x, peers):
    calls = {"numrs": work["numrs"](numrs, x)}
    for name, make in work.items():
        if name in peers and (call := make(peers[name].module, peers[name].own(x))):
            calls[name] = call
    return calls


def _rows(name, x, axis, peers):
    calls = {"numrs": lambda: getattr(numrs, name)(x, axis=axis)}
    if "numpy" in peers:
        calls["numpy"] = lambda: getattr(np, name)(x, axis=axis)
    if "bottleneck" in peers and name == "median":
        calls["bottleneck"] = lambda: peers["bottleneck"].module.median(x, axis=axis)
    return calls


def _goal(name, label):
    if name == "sort":
        return 1.0
    if label == "1k":
        return 1.0 if name != "partition" else None
    return {"argsort": 2.0, "median": 1.5, "percentile 90": 3.0, "MAD": 1.5}.get(name) if label != "100k" else None


def _same_places(k):
    """A partition is compared by what is defined: the element at k."""
    return lambda got, expected: None if np.asarray(got)[k] == np.asarray(expected)[k] else "another element at k"


def _orders(x):
    return lambda got, expected: None if (np.diff(x[np.asarray(got)]) >= 0).all() else "does not bring x in order"


def cases(peers, quick, size):
    for label, n in ({str(size): size} if size else _SIZES).items():
        if quick and label == "10M":
            continue
        for short, dtype in _DTYPES.items():
            x = _numbers(n, dtype)
            for name, work in _WORK.items():
                if short == "i32" and name not in ("sort", "argsort"):
                    continue
                check = _same_places(n // 2) if name == "partition" else _orders(x) if name == "argsort" else None
                yield Case(
                    GROUP,
                    f"{name} {short} {label}",
                    _calls(work, x, peers),
                    check=check,
                    tolerance=1e-6,
                    goal=_goal(name, label),
                )
    if size:
        return
    for shape in ((1000, 1000),) if quick else ((1000, 1000), (100_000, 8), (8, 100_000)):
        x = random(shape, "float64", 1)
        for name in ("sort", "median"):
            for axis in (0, 1):
                yield Case(GROUP, f"{name} f64 {shape} axis={axis}", _rows(name, x, axis, peers), goal=1.0)
