"""What the tests of moving windows share: functions by name, places to run, series, plain formulas."""

import sys
from pathlib import Path

import numpy as np
import numrs
import pytest
from numrs._ops import runtime, stats_expanding, stats_expanding_more

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import gen  # noqa: E402

pd = pytest.importorskip("pandas")

ROWS = {row[1]: row for row in gen.rows("rolling")}
PAIRS = [name for name, row in ROWS.items() if row[3] == "2"]
BLOCKS = [name for name, row in ROWS.items() if row[2] == "BLOCKS"]
PANDAS = [name for name in ROWS if hasattr(pd.core.window.rolling.Rolling, name)]
OWN = [name for name in ROWS if name not in PANDAS]
U = 2.0**-53
NAN_SHARES = (0.0, 0.1, 0.7)


def places():
    for target in numrs.simd_info()["available"]:
        yield target, lambda target=target: runtime.set_target(target)
    yield "cpu-portable", lambda: numrs.set_backend("cpu-portable")


PLACES = dict(places())


@pytest.fixture(autouse=True)
def restore():
    threads, thresholds, target, backend = (
        numrs.get_num_threads(),
        runtime.get_thresholds(),
        numrs.detect_simd_support(),
        numrs.get_backend(),
    )
    yield
    numrs.set_num_threads(threads)
    runtime.set_thresholds(**thresholds)
    numrs.set_backend(backend)
    if backend == "cpu":
        runtime.set_target(target)


def function(name, family="rolling"):
    module = (
        numrs
        if family == "rolling"
        else stats_expanding
        if hasattr(stats_expanding, f"expanding_{name}")
        else stats_expanding_more
    )
    return getattr(module, f"{family}_{name}")


def operands(name, x, x2=None, window=None):
    """Positional arguments of a function: the inputs, the window where there is one, and q."""
    out = [x]
    if name in PAIRS:
        out.append(x[..., ::-1].copy() if x2 is None else x2)
    if window is not None:
        out.append(window)
    return (*out, 0.3) if name == "quantile" else tuple(out)


def series(n, share, seed=0, kind="normal"):
    generator = np.random.default_rng([seed, n, int(10 * share)])
    x = generator.normal(size=n) if kind == "normal" else generator.integers(-4, 5, n).astype(float)
    x[generator.random(n) < share] = np.nan
    return x


def expected(name, x, x2, window, step=1, **options):
    """pandas' answer with our defaults; NaN where ours is by rule."""
    more = {"step": step} if step > 1 else {}
    roll = pd.Series(x).rolling(window, **options, **more)
    if name in ("var", "std"):
        return getattr(roll, name)(ddof=0).to_numpy()
    if name == "sem":
        n = pd.Series(x).rolling(window, **{**options, "min_periods": 0}, **more).count().to_numpy()
        with np.errstate(all="ignore"):
            return roll.std(ddof=0).to_numpy() / np.sqrt(n)
    if name == "quantile":
        return roll.quantile(0.3).to_numpy()
    if name == "cov":
        return roll.cov(pd.Series(x2), ddof=1).to_numpy()
    if name == "corr":
        return roll.corr(pd.Series(x2)).to_numpy()
    return getattr(roll, name)().to_numpy()


def members(x, i, window, center=False, closed="right"):
    """The slice of window i."""
    offset = (window - 1) // 2 if center else 0
    end = i + 1 + offset - (closed in ("left", "neither"))
    start = i + 1 + offset - window - (closed in ("left", "both"))
    n = len(x)
    return slice(min(max(start, 0), n), min(max(end, 0), n))


def everywhere(call):
    """call() on every instruction set and backend: one result, bit by bit."""
    results = []
    for force in PLACES.values():
        force()
        results.append(call())
    for other in results[1:]:
        assert other.tobytes() == results[0].tobytes()
    return results[0]


def direct(name, values, current):
    """The statistics that pandas lacks, of one window."""
    v = values[~np.isnan(values)]
    if len(v) == 0:
        return np.nan
    if name in ("argmin", "argmax"):
        return getattr(np, f"nan{name}")(values)
    if name == "mad":
        return np.median(np.abs(v - np.median(v)))
    with np.errstate(all="ignore"):
        if name == "zscore":
            return (current - np.mean(v)) / np.std(v)
        if name == "robust_zscore":
            return (current - np.median(v)) / (np.median(np.abs(v - np.median(v))) / 0.6744897501960817)
    raise AssertionError(name)


def adversarial():
    generator = np.random.default_rng(9)
    base = generator.normal(size=700)
    yield "normal", base
    for spike in (1e4, 1e8, 1e15, 1e300):
        x = base.copy()
        x[[50, 51, 333, 600]] = spike, -spike, spike, -spike / 3
        yield f"spikes {spike}", x
    yield "mean 1e8", base + 1e8
    yield "lognormal", np.exp(5 * base)
    yield "walk", np.cumsum(base) + 1e8
    yield "constant", np.full(700, 0.1)
