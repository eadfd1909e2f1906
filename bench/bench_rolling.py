"""Moving windows: moments, extremes and order statistics against Bottleneck, pandas, polars and NumPy's sliding windows."""

import numpy as np
import numrs

from .harness import Case, random

GROUP = "rolling"
_GOALS = {
    "mean": 1.2,
    "sum": 1.2,
    "std": 2.0,
    "var": 2.0,
    "min": 8.0,
    "max": 8.0,
    "argmax": 5.0,
    "median": 3.0,
    "quantile": 3.0,
    "mad": 1.0,
}
_WINDOWS = (50, 1000)


def _bottleneck(name, x, window, axis, least, peers):
    move = getattr(
        peers["bottleneck"].module, {"mad": "move_median", "quantile": "move_median"}.get(name, f"move_{name}"), None
    )
    return move and (lambda: move(x, window, min_count=least, axis=axis))


def _calls(name, x, window, peers, axis=-1, least=None):
    own, q = getattr(numrs, f"rolling_{name}"), (0.5,) if name == "quantile" else ()
    out = np.empty_like(x)
    calls = {"numrs": lambda: own(x, window, *q, axis=axis, min_periods=least, out=out)}
    if "bottleneck" in peers and (call := _bottleneck(name, x, window, axis, least, peers)):
        calls["bottleneck"] = call
    if "pandas" in peers and x.ndim == 1 and hasattr(peers["pandas"].module.Series([0.0]).rolling(1), name):
        rolling = peers["pandas"].own(x).rolling(window, min_periods=least)
        method = getattr(rolling, name)
        more = {"var": {"ddof": 0}, "std": {"ddof": 0}, "quantile": {"q": 0.5}}.get(name, {})
        calls["pandas"] = lambda: method(**more)
    if (
        "polars" in peers
        and x.ndim == 1
        and least is None
        and name in ("mean", "sum", "std", "var", "min", "max", "median")
    ):
        series = peers["polars"].own(x)
        polars, ddof = getattr(series, f"rolling_{name}"), {"ddof": 0} if name in ("var", "std") else {}
        calls["polars"] = lambda: polars(window, **ddof)
    if name == "mad" and window <= 50 and x.size <= 100_000 and "numpy" in peers:

        def sliding():
            windows = np.lib.stride_tricks.sliding_window_view(x, window)
            full = np.median(np.abs(windows - np.median(windows, 1, keepdims=True)), 1)
            return np.concatenate((np.full(window - 1, np.nan), full))

        calls["numpy"] = sliding
    return calls


def _same(name):
    """Bottleneck's places count from the window's end, and its median stands in for the MAD's time: not compared."""
    return (lambda got, expected: None) if name in ("argmax", "mad", "quantile") else None


def _timed(pandas, x):
    """Windows of so many seconds, at irregular times."""
    times = np.datetime64("2020-01-01", "ns") + np.cumsum(np.random.default_rng(4).integers(0, 2_000_000_000, x.size))
    series = pandas.Series(x, times)

    def calls(name, seconds):
        own, length = getattr(numrs, f"rolling_{name}"), np.timedelta64(seconds, "s")
        method, more = getattr(series.rolling(f"{seconds}s"), name), {"ddof": 0} if name == "std" else {}
        return {
            "numrs": lambda: own(x, numrs.time_windows(times, length), min_periods=1),
            "pandas": lambda: method(**more).to_numpy(),
        }

    for seconds in _WINDOWS:
        for name in ("mean", "std", "max"):
            yield Case(
                GROUP, f"{name} f64 200k, windows of {seconds} s", calls(name, seconds), tolerance=1e-7, goal=1.0
            )


def cases(peers, quick, size):
    n = size or 1_000_000
    label = f"{n // 1000}k" if n < 1_000_000 else f"{n // 1_000_000}M"
    x = random(n, "float64", 1)
    gaps = x.copy()
    gaps[np.random.default_rng(2).random(n) < 0.01] = np.nan
    names = (
        ("mean", "std", "max", "median")
        if quick
        else ("mean", "sum", "std", "var", "min", "max", "argmax", "median", "quantile", "mad")
    )
    for window in _WINDOWS:
        for name in names:
            goal = _GOALS[name]
            yield Case(
                GROUP,
                f"{name} f64 {label} w={window}",
                _calls(name, x, window, peers),
                tolerance=1e-7,
                goal=goal,
                check=_same(name),
            )
    for name in ("mean",) if quick else ("mean", "std", "median"):
        calls = _calls(name, gaps, 50, peers, least=25)
        yield Case(
            GROUP, f"{name} f64 {label} w=50, 1 % NaN", calls, tolerance=1e-7, goal=1.1 if name == "mean" else None
        )
    if quick:
        return
    walk = np.cumsum(x)
    kinds = {
        "increasing": np.sort(x),
        "walk": walk,
        "integers": np.floor(x) + 0.0,
        "clusters": x * 1e-3 + np.arange(n) % 2,
    }
    for kind, y in kinds.items():
        for window in _WINDOWS:
            yield Case(
                GROUP,
                f"median f64 {label} w={window}, {kind}",
                _calls("median", y, window, peers),
                tolerance=1e-7,
                goal=0.9,
            )
    if "pandas" in peers:
        yield from _timed(peers["pandas"].module, x[:200_000].copy())
    only_numpy = {name: peer for name, peer in peers.items() if name == "numpy"}
    yield Case(GROUP, "mad f64 50k w=50", _calls("mad", x[:50_000].copy(), 50, only_numpy), tolerance=1e-7, goal=20)
    for shape in ((8, 1_000_000), (1_000_000, 8)):
        y = random(shape, "float64", 3)
        for name in ("mean", "std", "max"):
            long = int(np.argmax(shape))
            calls = _calls(name, y, 50, peers, axis=long)
            if "bottleneck" in peers:  # the peer's better layout
                along = np.ascontiguousarray(np.moveaxis(y, long, -1))
                other = _bottleneck(name, along, 50, -1, None, peers)
                calls["bottleneck, own layout"] = other
            yield Case(
                GROUP,
                f"{name} f64 {shape} axis={long} w=50",
                calls,
                tolerance=1e-7,
                goal=1.0,
                check=lambda got, expected: None,
            )
