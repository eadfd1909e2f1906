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


def _sort(x, peers):
    calls = {"numrs": lambda: numrs.sort(x)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.sort(x)
    if "polars" in peers:
        calls["polars"] = peers["polars"].own(x).sort
    if "torch" in peers:
        torch, tx = peers["torch"].module, peers["torch"].own(x)
        calls["torch"] = lambda: torch.sort(tx).values
    if "jax" in peers and 1000 < x.size < 10_000_000:
        jax, jx = peers["jax"].module, peers["jax"].own(x)
        jitted = jax.jit(jax.numpy.sort)
        calls["jax"] = lambda: jitted(jx).block_until_ready()
    return calls


def _argsort(x, peers):
    calls = {"numrs": lambda: numrs.argsort(x)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.argsort(x)
    if "polars" in peers:
        calls["polars"] = peers["polars"].own(x).arg_sort
    if "torch" in peers:
        torch, tx = peers["torch"].module, peers["torch"].own(x)
        calls["torch"] = lambda: torch.argsort(tx)
    return calls


def _median(x, peers):
    calls = {"numrs": lambda: numrs.median(x)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.median(x)
    if "polars" in peers:
        calls["polars"] = peers["polars"].own(x).median
    if "bottleneck" in peers:
        calls["bottleneck"] = lambda: peers["bottleneck"].module.median(x)
    return calls


def _percentile(x, peers):
    calls = {"numrs": lambda: numrs.percentile(x, 90)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.percentile(x, 90)
    if "polars" in peers:
        series = peers["polars"].own(x)
        calls["polars"] = lambda: series.quantile(0.9, "linear")
    return calls


def _mad(x, peers):
    calls = {"numrs": lambda: numrs.mad(x)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.median(np.abs(x - np.median(x)))
    if "polars" in peers:
        series = peers["polars"].own(x)
        calls["polars"] = lambda: (series - series.median()).abs().median()
    if "bottleneck" in peers:
        median = peers["bottleneck"].module.median
        calls["bottleneck"] = lambda: median(np.abs(x - median(x)))
    return calls


def _partition(x, peers):
    k = x.size // 2
    calls = {"numrs": lambda: numrs.partition(x, k)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.partition(x, k)
    return calls


def _rows(name, x, axis, peers):
    calls = {"numrs": lambda: getattr(numrs, name)(x, axis=axis)}
    if "numpy" in peers:
        calls["numpy"] = lambda: getattr(np, name)(x, axis=axis)
    if "bottleneck" in peers and name == "median":
        calls["bottleneck"] = lambda: peers["bottleneck"].module.median(x, axis=axis)
    return calls


_WORK = {
    "sort": _sort,
    "argsort": _argsort,
    "median": _median,
    "percentile 90": _percentile,
    "MAD": _mad,
    "partition": _partition,
}


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
                    work(x, peers),
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
