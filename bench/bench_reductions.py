"""Reductions of whole arrays and along axes, and cumulative sums."""

import numpy as np
import numrs

from .harness import Case, beside_float32, random

GROUP = "reductions"
_SIZES = {"1k": 1000, "100k": 100_000, "10M": 10_000_000}
_TORCH = {"min": "amin", "max": "amax", "cumulative_sum": "cumsum"}


def _goal(name, short, label):
    if label == "1k":
        return 1.5 if name in ("sum", "mean", "max") else None
    if name in ("var", "std"):
        return 2.0 if label == "100k" else 1.4
    if short == "f32" and label == "100k":
        return {"sum": 0.6, "mean": 0.95, "min": 0.95, "max": 0.95}.get(name)
    return 0.95 if name in ("sum", "min", "max", "mean") else None


def _reduce(name, x, axis, peers):
    own, base = getattr(numrs, name), getattr(np, name)
    calls = {"numrs": (lambda: own(x)) if axis is None else (lambda: own(x, axis=axis))}
    if "numpy" in peers:
        calls["numpy"] = (lambda: base(x)) if axis is None else (lambda: base(x, axis=axis))
    if "torch" in peers:
        torch, tx = peers["torch"].module, peers["torch"].own(x)
        function = getattr(torch, _TORCH.get(name, name))
        kwargs = {"correction": 0} if name in ("var", "std") else {}
        if axis is not None:
            kwargs["dim"] = axis
        elif name in ("var", "std"):
            kwargs["dim"] = None
        calls["torch"] = lambda: function(tx, **kwargs)
    if "jax" in peers and x.size > 1000:
        jax, jx = peers["jax"].module, peers["jax"].own(x)
        jitted = jax.jit(lambda v: getattr(jax.numpy, name)(v, axis=axis))
        calls["jax"] = lambda: jitted(jx).block_until_ready()
    if "polars" in peers and axis is None and name in ("sum", "min", "max", "mean", "var", "std"):
        series = peers["polars"].own(x)
        method = getattr(series, name)
        calls["polars"] = (lambda: method(ddof=0)) if name in ("var", "std") else method
    if "polars" in peers and axis is None and name == "argmax":
        calls["polars"] = peers["polars"].own(x).arg_max
    if "bottleneck" in peers and name in ("sum", "mean", "std", "var", "min", "max", "argmax"):
        nan_function = getattr(peers["bottleneck"].module, "nan" + name)
        calls["bottleneck"] = lambda: nan_function(x, axis=axis)
    return calls


def _nan(name, x, axis, peers):
    own = getattr(numrs, name)
    calls = {"numrs": lambda: own(x, axis=axis)}
    for peer, module in (("numpy", np), ("bottleneck", peers["bottleneck"].module if "bottleneck" in peers else None)):
        if peer in peers and module:
            function = getattr(module, name)
            calls[peer] = lambda function=function: function(x, axis=axis)
    return calls


def _dot(a, b, peers):
    calls = {"numrs": lambda: numrs.vecdot(a, b)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.dot(a, b)
    if "torch" in peers:
        torch, ta, tb = peers["torch"].module, peers["torch"].own(a), peers["torch"].own(b)
        calls["torch"] = lambda: torch.dot(ta, tb)
    if "polars" in peers:
        pa, pb = peers["polars"].own(a), peers["polars"].own(b)
        calls["polars"] = lambda: pa.dot(pb)
    return calls


def _scan(x, peers):
    calls = {"numrs": lambda: numrs.cumulative_sum(x)}
    if "numpy" in peers:
        calls["numpy"] = lambda: np.cumsum(x)
    if "torch" in peers:
        torch, tx = peers["torch"].module, peers["torch"].own(x)
        calls["torch"] = lambda: torch.cumsum(tx, 0)
    if "polars" in peers:
        calls["polars"] = peers["polars"].own(x).cum_sum
    return calls


def cases(peers, quick, size):
    for label, n in ({str(size): size} if size else _SIZES).items():
        for short, dtype in (("f32", "float32"), ("f64", "float64")):
            x = random(n, dtype, 1, 0.5, 1.5)
            names = ("sum", "mean", "max", "std") if quick else ("sum", "mean", "min", "max", "var", "std", "argmax")
            for name in names:
                yield Case(
                    GROUP,
                    f"{name} {short} {label}",
                    _reduce(name, x, None, peers),
                    tolerance=2e-3 if short == "f32" else 1e-9,
                    goal=_goal(name, short, label),
                )
            if not quick or label == "100k":
                yield Case(
                    GROUP,
                    f"dot {short} {label}",
                    _dot(x, random(n, dtype, 2), peers),
                    tolerance=2e-3,
                    goal={"1k": None}.get(label, 0.7 if short == "f32" and label == "100k" else 0.95),
                )
                yield Case(
                    GROUP,
                    f"cumulative_sum {short} {label}",
                    _scan(x, peers),
                    tolerance=2e-3,
                    goal=None if label == "1k" else 1.5,
                )
        for short, dtype in (("c64", "complex64"), ("c128", "complex128")):
            x = random(n, dtype, 1, 0.5, 1.5)
            tolerance = 2e-3 if short == "c64" else 1e-9
            for name in ("sum",) if quick else ("sum", "mean", "std"):
                calls = {k: v for k, v in _reduce(name, x, None, peers).items() if k in ("numrs", "numpy", "torch")}
                yield Case(GROUP, f"{name} {short} {label}", calls, tolerance=tolerance, goal=1.0)
            if not quick:
                calls = {k: v for k, v in _scan(x, peers).items() if k != "polars"}
                yield Case(GROUP, f"cumulative_sum {short} {label}", calls, tolerance=tolerance, goal=1.0)
        for name in ("sum", "max"):
            yield from beside_float32(GROUP, name, label, [random(n, "float32", 1, 0.5, 1.5)], peers)
    if size:
        return
    goals = {"sum": 0.9, "max": 1.0, "std": 2.5, "argmax": 2.5}
    for shape in ((3000, 3000),) if quick else ((3000, 3000), (1_000_000, 8), (8, 1_000_000)):
        for short, dtype in (("f32", "float32"), ("f64", "float64")):
            x = random(shape, dtype, 1, 0.5, 1.5)
            for name in ("sum", "std") if quick else ("sum", "max", "std", "argmax"):
                for axis in (0, 1):
                    yield Case(
                        GROUP,
                        f"{name} {short} {shape} axis={axis}",
                        _reduce(name, x, axis, peers),
                        tolerance=2e-3,
                        goal=goals[name],
                    )
    for shape in (
        ((100_000,), (3000, 3000)) if quick else ((1000,), (100_000,), (3000, 3000), (1_000_000, 8), (8, 1_000_000))
    ):
        for short, dtype in (("f32", "float32"), ("f64", "float64")):
            x = random(shape, dtype, 1, 0.5, 1.5)
            x[random(shape, "float32", 2) < 0.01] = np.nan
            for name in (
                ("nanmean", "nanstd", "nanmin") if quick else ("nansum", "nanmean", "nanstd", "nanmin", "nanargmax")
            ):
                for axis in range(len(shape)):
                    yield Case(
                        GROUP,
                        f"{name} {short} {shape} axis={axis}",
                        _nan(name, x, axis, peers),
                        tolerance=2e-3,
                        goal=2.0 if name in ("nanmean", "nanstd", "nanmin") else None,
                    )
