"""Rolling, expanding and weighted statistics against pandas, exact arithmetic and plain loops, on every backend and instruction set."""

import itertools
import math
import sys
from fractions import Fraction
from pathlib import Path

import hypothesis.extra.numpy as hnp
import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
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


@pytest.mark.parametrize("name", PANDAS)
def test_pandas(name):
    sizes = ((1, 1), (6, 3), (30, 7), (120, 9), (300, 64), (90, 150), (1500, 3), (700, 130))
    for (n, window), share, closed, center in itertools.product(
        sizes, NAN_SHARES, ("right", "left", "both", "neither"), (False, True)
    ):
        x, x2 = series(n, share, 1), series(n, share / 2, 2)
        for step, least in ((1, None), (1, 2), (3, 1), (1, 0)):
            if (least or 0) > window or (name in PAIRS and step > 1):
                continue
            options = {"min_periods": least, "center": center, "closed": closed}
            more = {"correction": 1} if name == "cov" else {}
            got = everywhere(lambda: function(name)(*operands(name, x, x2, window), step=step, **options, **more))
            want = expected(name, x, x2, window, step, **options)
            if name == "rank" and (
                center or least == 0
            ):  # pandas keeps a rank from an earlier window where nothing is added
                ends = [members(x, i, window, center, closed) for i in range(0, n, step)]
                stale = np.array(
                    [s.stop == s.start or (s.stop == n and i * step + window // 2 >= n - 1) for i, s in enumerate(ends)]
                )
                got, want = got[~stale], want[~stale]
            np.testing.assert_allclose(
                got,
                want,
                rtol=1e-7,
                atol=1e-7,
                err_msg=f"{name} n={n} window={window} nan={share} step={step} {options}",
            )


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


@pytest.mark.parametrize("name", OWN)
def test_direct(name):
    for (n, window), share, closed, center in itertools.product(
        ((1, 1), (25, 6), (200, 33), (400, 8), (60, 90)),
        NAN_SHARES,
        ("right", "left", "both", "neither"),
        (False, True),
    ):
        x = series(n, share, 3, "integers" if window == 6 else "normal")
        got = everywhere(lambda: function(name)(x, window, min_periods=1, center=center, closed=closed))
        want = [direct(name, x[members(x, i, window, center, closed)], x[i]) for i in range(n)]
        flat = np.isinf(got) & (np.abs(want) > 1e6)  # a score in a window that is constant but for rounding
        np.testing.assert_allclose(
            got[~flat],
            np.array(want)[~flat],
            rtol=1e-9,
            atol=1e-12,
            err_msg=f"{name} {n} {window} {share} {closed} {center}",
        )


@pytest.mark.parametrize("name", ROWS)
def test_expanding_and_bounds(name):
    for share in NAN_SHARES:
        x, x2 = series(70, share, 4), series(70, share / 2, 5)
        n, every = len(x), np.arange(len(x))
        base = function(name)(*operands(name, x, x2, n), min_periods=1)
        got = function(name, "expanding")(*operands(name, x, x2))
        np.testing.assert_array_equal(got, base)
        explicit = function(name)(*operands(name, x, x2, (np.zeros(n, int), every + 1)))
        np.testing.assert_allclose(explicit, base, rtol=1e-12, atol=1e-13)
        # Any bounds: as the window of that slice.
        generator = np.random.default_rng(6)
        starts = generator.integers(0, n + 1, n)
        ends = np.minimum(starts + generator.integers(0, 40, n), n)
        got = function(name)(*operands(name, x, x2, (starts, ends)), min_periods=2)
        for i, (start, end) in enumerate(zip(starts, ends, strict=True)):
            if "zscore" in name:
                part = [direct(name, x[start:end], x[i])] if np.sum(~np.isnan(x[start:end])) > 1 else [np.nan]
            elif end == start:
                part = [np.nan]
            else:
                part = function(name)(
                    *operands(name, x[start:end], x2[start:end], end - start), min_periods=min(2, end - start)
                )
                if end - start < 2:
                    part = [np.nan]
            np.testing.assert_allclose(got[i], part[-1], rtol=1e-9, atol=1e-12)


def growing_bounds(n, windows, longest, seed):
    """Windows whose bounds only grow: some empty, some equal, some without a slot of the one before."""
    generator = np.random.default_rng([seed, n])
    starts = np.sort(generator.integers(0, n + 1, windows))
    starts[generator.random(windows) < 0.3] = 0
    starts = np.maximum.accumulate(starts)
    ends = np.minimum(starts + generator.integers(0, longest + 1, windows), n)
    return starts, np.maximum.accumulate(ends)


@pytest.mark.parametrize("name", ROWS)
def test_growing_bounds(name):
    """Values of each slice, for any threads, place and chunk."""
    runtime.set_thresholds(thread_us=0.001)
    for n, windows, longest, share in ((300, 300, 40, 0.1), (5000, 9000, 60, 0.0), (2500, 40, 1200, 0.3)):
        x, x2 = series(n, share, 12) + 1e4, series(n, share / 2, 13)
        if "zscore" in name:
            windows = n
        starts, ends = growing_bounds(n, windows, longest, 14)
        got = None
        for place, force in PLACES.items():
            force()
            for threads in (1, 3):
                numrs.set_num_threads(threads)
                here = function(name)(*operands(name, x, x2, (starts, ends)), min_periods=2)
                got = here if got is None else got
                assert here.tobytes() == got.tobytes(), f"{name} {place} {threads} threads, n={n}"
        for i in range(0, windows, 1 + windows // 60):
            start, end = starts[i], ends[i]
            if "zscore" in name:
                want = direct(name, x[start:end], x[i]) if np.sum(~np.isnan(x[start:end])) > 1 else np.nan
            elif end - start < 2:
                want = np.nan
            else:
                want = function(name)(*operands(name, x[start:end], x2[start:end], end - start), min_periods=2)[-1]
            np.testing.assert_allclose(got[i], want, rtol=1e-7, atol=1e-10, err_msg=f"{name} {n} [{start}, {end})")


@pytest.mark.parametrize("name", ROWS)
def test_layouts_dtypes_and_outputs(name):
    generator = np.random.default_rng(7)
    for dtype in ("float64", "float32", "int16", "uint8", "bool", "int64"):
        for shape, axis in (((3, 40), 1), ((40, 3), 0), ((40, 8), 0), ((2, 45, 9), 1), ((17, 30), 1), ((2, 3, 31), -1)):
            x = generator.integers(0, 2 if dtype == "bool" else 90, shape).astype(dtype)
            if dtype.startswith("float"):
                x[generator.random(shape) < 0.05] = np.nan
            x2 = np.flip(x, 0).copy()
            wanted = "float32" if dtype == "float32" else "float64"
            along = np.moveaxis(x, axis, -1).astype("float64"), np.moveaxis(x2, axis, -1).astype("float64")
            line = np.stack(
                [
                    function(name)(*operands(name, a, b, 7), min_periods=2)
                    for a, b in zip(*(v.reshape(-1, v.shape[-1]) for v in along), strict=True)
                ]
            )
            want = np.moveaxis(line.reshape(along[0].shape), -1, axis).astype(wanted)
            for order in ("C", "F", "strided", "reversed"):
                if order in "CF":
                    a, b = np.array(x, order=order), np.array(x2, order=order)
                elif order == "strided":
                    a, b = np.repeat(np.repeat(x, 2, 0), 3, -1)[::2, ..., ::3], x2
                else:
                    a, b = np.flip(np.flip(x, axis).copy(), axis), x2
                got = function(name)(*operands(name, a, b, 7), axis=axis, min_periods=2)
                assert got.dtype == wanted
                np.testing.assert_array_equal(got, want, err_msg=f"{name} {dtype} {shape} {order}")
            out = np.full(np.repeat(x, 2, axis).shape, 99.0, wanted)
            view = out[(slice(None),) * (axis % x.ndim) + (slice(None, None, 2),)]
            assert function(name)(*operands(name, x, x2, 7), axis=axis, min_periods=2, out=view) is view
            np.testing.assert_array_equal(view, want)
            if dtype == wanted:  # in place
                a = x.copy()
                function(name)(*operands(name, a, x2, 7), axis=axis, min_periods=2, out=a)
                np.testing.assert_array_equal(a, want)


@pytest.mark.parametrize("name", ROWS)
def test_same_bits(name):
    """Threads, chunks, layouts, instruction sets, backends."""
    runtime.set_thresholds(thread_us=0.001)
    for n, window, share in ((20_000, 50, 0.0), (30_000, 7, 0.01), (9000, 1000, 0.001), (2500, 900, 0.3)):
        if window == 1000 and name in ("mad", "robust_zscore", "rank", "nunique"):
            n = 3000
        x = series(n, share, 8) * 1e3 + 1e6
        x[n // 3] = 1e300
        want = None
        for place, force in PLACES.items():
            force()
            for threads in (1, 2, 3):
                numrs.set_num_threads(threads)
                got = function(name)(*operands(name, x, window=window), min_periods=window // 2).tobytes()
                want = want or got
                assert got == want, f"{name} {place} {threads} threads, n={n} window={window}"
        columns = np.repeat(x[:, None], 8, 1)
        flipped = np.repeat(x[::-1].copy()[:, None], 8, 1)
        got = function(name)(*operands(name, columns, flipped, window), axis=0, min_periods=window // 2)
        assert all(got[:, k].tobytes() == want for k in range(8)), name


# ------------------------------------------------------------------------------------------------ exactness


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


def exact_windows(x, window):
    values = [Fraction(float(v)) for v in x]
    for i in range(window - 1, len(x), 3 if window < 20 else 11):
        yield i, values[i - window + 1 : i + 1]


@pytest.mark.parametrize("window", [1, 2, 7, 8, 9, 50, 130])
def test_sums_are_exact(window):
    for label, x in adversarial():
        total, mean = (
            everywhere(lambda: numrs.rolling_sum(x, window)),
            everywhere(lambda: numrs.rolling_mean(x, window)),
        )
        for i, values in exact_windows(x, window):
            size = sum(abs(v) for v in values)
            assert abs(Fraction(float(total[i])) - sum(values)) <= 6 * Fraction(U) * size, f"sum, {label}, {i}"
            assert abs(Fraction(float(mean[i])) - sum(values) / window) <= 7 * Fraction(U) * size / window, (
                f"mean, {label}, {i}"
            )


@pytest.mark.parametrize(("window", "ulp"), [(2, 16), (7, 16), (50, 16), (200, 64)])
def test_variances_are_accurate(window, ulp):
    for label, x in adversarial():
        if label == "spikes 1e+300":
            continue  # the squares overflow while the spike is inside; see test_nothing_is_left_over
        var, std = everywhere(lambda: numrs.rolling_var(x, window)), everywhere(lambda: numrs.rolling_std(x, window))
        for i, values in exact_windows(x, window):
            mean = sum(values) / window
            exact = sum((v - mean) ** 2 for v in values) / window
            if exact == 0:
                assert var[i] == std[i] == 0
                continue
            assert abs(Fraction(float(var[i])) / exact - 1) <= ulp * 2 * Fraction(U), f"{label}, {i}"
            assert abs(std[i] / math.sqrt(exact) - 1) <= ulp * 2 * U


def test_growing_bounds_are_exact():
    for label, x in adversarial():
        if label == "spikes 1e+300":
            continue
        starts, ends = growing_bounds(len(x), 500, 60, 15)
        values = [Fraction(float(v)) for v in x]
        total, var = (
            everywhere(lambda: numrs.rolling_sum(x, (starts, ends))),
            everywhere(lambda: numrs.rolling_var(x, (starts, ends))),
        )
        for i in range(0, 500, 7):
            part = values[starts[i] : ends[i]]
            if not part:
                continue
            mean = sum(part) / len(part)
            exact = sum((v - mean) ** 2 for v in part) / len(part)
            assert abs(Fraction(float(total[i])) - sum(part)) <= 4 * Fraction(U) * sum(abs(v) for v in part), (
                f"{label}, {i}"
            )
            assert abs(Fraction(float(var[i])) - exact) <= 64 * Fraction(U) * exact, f"{label}, {i}"


@pytest.mark.parametrize("value", [1e300, -1e300, math.inf, -math.inf, math.nan, 1e15])
@pytest.mark.parametrize("name", ROWS)
def test_nothing_is_left_over(name, value):
    """Windows without a value have the bits that they have where it never was."""
    for n, window in ((300, 11), (500, 64)):
        x = series(n, 0.02, 10)
        x2 = series(n, 0.0, 11)
        for at in (n // 2, n // 2 + 1, 30):
            y = x.copy()
            y[at] = value
            before = everywhere(lambda: function(name)(*operands(name, x, x2, window), min_periods=3))
            after = everywhere(lambda: function(name)(*operands(name, y, x2, window), min_periods=3))
            away = np.ones(n, bool)
            away[at : at + window] = False
            assert before[away].tobytes() == after[away].tobytes()


def test_infinity_is_a_value():
    x = np.array([1.0, np.inf, 2.0, 3.0, -np.inf, 4.0, 5.0])
    np.testing.assert_array_equal(numrs.rolling_sum(x, 2), [np.nan, np.inf, np.inf, 5, -np.inf, -np.inf, 9])
    np.testing.assert_array_equal(numrs.rolling_mean(x, 2), [np.nan, np.inf, np.inf, 2.5, -np.inf, -np.inf, 4.5])
    np.testing.assert_array_equal(numrs.rolling_max(x, 2), [np.nan, np.inf, np.inf, 3, 3, 4, 5])
    np.testing.assert_array_equal(numrs.rolling_min(x, 2), [np.nan, 1, 2, 2, -np.inf, -np.inf, 4])
    np.testing.assert_array_equal(numrs.rolling_var(x, 2), [np.nan, np.nan, np.nan, 0.25, np.nan, np.nan, 0.25])
    np.testing.assert_array_equal(numrs.rolling_median(x, 3), [np.nan, np.nan, 2, 3, 2, 3, 4])
    np.testing.assert_array_equal(numrs.rolling_argmax(x, 3), [np.nan, np.nan, 1, 0, 1, 2, 2])


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_properties(data):
    name = data.draw(st.sampled_from(sorted(ROWS)))
    elements = st.floats(-1e3, 1e3, allow_nan=False).map(lambda v: round(v, 2)) | st.just(np.nan)
    x = data.draw(hnp.arrays(np.float64, st.integers(1, 60), elements=elements))
    window = data.draw(st.integers(1, 70))
    options = {
        "min_periods": data.draw(st.integers(0, window)),
        "center": data.draw(st.booleans()),
        "closed": data.draw(st.sampled_from(["right", "left", "both", "neither"])),
    }
    got = function(name)(*operands(name, x, window=window), **options)
    # Every window alone, as the expanding statistic of its values.
    for i in range(len(x)):
        inside = members(x, i, window, options["center"], options["closed"])
        values = operands(name, x)[1][inside] if name in PAIRS else None
        part = x[inside]
        if len(part) == 0 or "zscore" in name:
            continue
        want = function(name, "expanding")(
            *operands(name, part, values), min_periods=min(options["min_periods"], len(part))
        )[-1]
        if options["min_periods"] > len(part):
            want = np.nan
        if name in ("skew", "kurt", "corr") and (
            np.nanmax(np.abs(part), initial=0) == 0 or np.nanstd(part) < 1e-6 * np.nanmax(np.abs(part))
        ):
            continue  # rounding decides
        np.testing.assert_allclose(got[i], want, rtol=1e-6, atol=1e-9, err_msg=f"{name} {i} {options} {part}")


@pytest.mark.parametrize("name", ["sum", "mean", "var", "std"])
def test_weights(name):
    for share, center in itertools.product(NAN_SHARES, (False, True)):
        x, weights = series(60, share, 12), np.random.default_rng(13).random(9) + 0.1
        got = function(name)(x, 9, weights=weights, min_periods=3, center=center)
        for i in range(60):
            offset = 4 if center else 0
            slots = np.arange(i + 1 + offset - 9, i + 1 + offset)
            there = (slots >= 0) & (slots < 60)
            there[there] = ~np.isnan(x[slots[there]])
            v, w = x[slots[there]], weights[there]
            if len(v) < 3:
                assert np.isnan(got[i])
                continue
            want = {"sum": np.sum(v * w), "mean": np.average(v, weights=w)}.get(name)
            if want is None:
                want = np.average((v - np.average(v, weights=w)) ** 2, weights=w) ** (0.5 if name == "std" else 1)
            np.testing.assert_allclose(got[i], want, rtol=1e-12)


def test_quantile_methods():
    x = series(80, 0.0, 14)
    methods = ["linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
               "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased"]  # fmt: skip
    for method, q, window in itertools.product(methods, (0.0, 0.1, 0.25, 0.5, 0.77, 1.0), (1, 2, 9, 20)):
        got = numrs.rolling_quantile(x, window, q, method=method)
        want = [np.quantile(x[i - window + 1 : i + 1], q, method=method) for i in range(window - 1, 80)]
        np.testing.assert_allclose(got[window - 1 :], want, rtol=1e-14, err_msg=f"{method} {q} {window}")


def test_ranks():
    x = series(100, 0.1, 15, "integers")
    for method, ascending, pct in itertools.product(("average", "min", "max"), (True, False), (True, False)):
        got = numrs.rolling_rank(x, 13, min_periods=2, method=method, ascending=ascending, pct=pct)
        want = pd.Series(x).rolling(13, min_periods=2).rank(method=method, ascending=ascending, pct=pct)
        np.testing.assert_allclose(got, want)


BAD = [
    (ValueError, {"window": 0}), (ValueError, {"window": -3}), (TypeError, {"window": 2.0}), (TypeError, {"window": True}),
    (TypeError, {"window": "3"}), (ValueError, {"min_periods": 4}), (ValueError, {"min_periods": -1}),
    (TypeError, {"min_periods": 1.5}), (ValueError, {"closed": "middle"}), (ValueError, {"closed": 3}), (TypeError, {"center": 1}),
    (ValueError, {"step": 0}), (TypeError, {"step": 1.0}), (ValueError, {"axis": 1}), (ValueError, {"axis": -2}), (TypeError, {"axis": None}),
    (TypeError, {"window": ([0, 1],)}), (ValueError, {"window": ([0, 1], [1])}), (ValueError, {"window": ([2], [1])}),
    (IndexError, {"window": ([0], [7])}), (IndexError, {"window": ([-1], [1])}), (TypeError, {"window": ([0.5], [1.0])}),
    (ValueError, {"out": np.empty(3)}), (TypeError, {"out": [0.0] * 6}), (TypeError, {"out": np.empty(6, np.int64)}),
    (ValueError, {"out": np.broadcast_to(np.zeros(1), 6)}),
]  # fmt: skip


@pytest.mark.parametrize("name", ROWS)
def test_bad_arguments(name):
    x = np.arange(6.0)
    for error, changed in BAD:
        options = {"window": 3, **changed}
        out = options.get("out")
        before = out.copy() if isinstance(out, np.ndarray) else None
        with pytest.raises(error, match=rf"^rolling_{name}: "):
            function(name)(*operands(name, x, window=options.pop("window")), **options)
        assert before is None or np.array_equal(before, out, equal_nan=True)
    for wrong in (np.array(["a"]), np.array([None]), np.array([1j]), None):
        with pytest.raises(TypeError, match=f"^rolling_{name}: x "):
            function(name)(*operands(name, np.arange(3.0), window=2)[:0], wrong, *operands(name, x, window=2)[1:])
    empty = function(name)(*operands(name, np.empty((0, 4)), window=3))
    assert empty.shape == (0, 4)
    assert function(name)(*operands(name, np.empty((4, 0)), window=3)).shape == (4, 0)


def test_more_bad_arguments():
    for q in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="rolling_quantile: q is"):
            numrs.rolling_quantile([1.0], 1, q)
    with pytest.raises(ValueError, match="method is"):
        numrs.rolling_quantile([1.0], 1, 0.5, method="middle")
    with pytest.raises(TypeError, match="synonyms"):
        numrs.rolling_var([1.0], 1, correction=1, ddof=1)
    with pytest.raises(ValueError, match="broadcast"):
        numrs.rolling_cov([1.0, 2.0], [1.0, 2.0, 3.0], 1)
    with pytest.raises(ValueError, match="weights"):
        numrs.rolling_sum([1.0, 2.0], 2, weights=[1.0])
    with pytest.raises(ValueError, match="scale"):
        numrs.rolling_mad([1.0], 1, scale=0)
    with pytest.raises(TypeError, match="not a bool|number"):
        numrs.rolling_quantile([1.0], 1, "half")
    with pytest.raises(ValueError, match="one per element"):
        numrs.rolling_zscore(np.arange(4.0), ([0], [2]))


def test_memory_is_of_the_window():
    x = np.random.default_rng(16).normal(size=2_000_000)
    y = np.empty_like(x)
    numrs.set_num_threads(1)
    for name in ROWS:
        if name in PAIRS:
            continue
        numrs.memory.trim()
        numrs.memory.reset_peak()
        base = numrs.memory.stats()["in_use_bytes"]
        n = 200_000 if ROWS[name][2] == "ORDER" else len(x)
        function(name)(*operands(name, x[:n], window=100), out=y[:n])
        assert numrs.memory.stats()["peak_bytes"] - base < 500_000, name


def test_apply():
    x = series(60, 0.1, 20).reshape(3, 20)
    for closed, center, step, axis in itertools.product(
        ("right", "left", "both", "neither"), (False, True), (1, 3), (0, 1)
    ):
        options = {"closed": closed, "center": center, "step": step, "axis": axis, "min_periods": 1}
        for window in (2, 5):
            got = numrs.rolling_apply(x, window, np.nansum, **options)
            np.testing.assert_allclose(
                got,
                np.where(
                    numrs.rolling_count(x, window, **{**options, "min_periods": 0}) > 0,
                    numrs.rolling_sum(x, window, **options),
                    np.nan,
                ),
                atol=1e-12,
            )
    assert numrs.rolling_apply(np.arange(4, dtype="f4"), 2, np.max).dtype == np.float32
    with pytest.raises(TypeError, match="rolling_apply: func"):
        numrs.rolling_apply(x, 2, 3)
    with pytest.raises(ValueError, match="rolling_apply: min_periods"):
        numrs.rolling_apply(x, 2, np.sum, min_periods=3)
    with pytest.raises(ZeroDivisionError):
        numrs.rolling_apply(x, 2, lambda v: 1 // 0, min_periods=1)


def test_time_windows():
    generator = np.random.default_rng(21)
    x, times = series(200, 0.1, 22), np.cumsum(generator.integers(1, 9, 200))
    stamps = np.datetime64("2026-01-01") + times.astype("timedelta64[s]")
    for closed in ("right", "left", "both", "neither"):
        want = pd.Series(x, index=pd.DatetimeIndex(stamps)).rolling("20s", closed=closed).mean().to_numpy()
        for bounds in (
            numrs.time_windows(times, 20, closed=closed),
            numrs.time_windows(stamps, np.timedelta64(20, "s"), closed=closed),
        ):
            np.testing.assert_allclose(numrs.rolling_mean(x, bounds), want, rtol=1e-9)
    with pytest.raises(ValueError, match="sorted"):
        numrs.time_windows([1, 0], 1)
    with pytest.raises(ValueError, match="length"):
        numrs.time_windows([0, 1], 0)
    with pytest.raises(TypeError, match="time_windows"):
        numrs.time_windows(stamps, "x")
