"""Rolling, expanding and weighted statistics against pandas, exact arithmetic and plain loops, on every backend and instruction set."""

import itertools
import math
from fractions import Fraction

import hypothesis.extra.numpy as hnp
import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numrs._ops import runtime
from rolling_support import (
    NAN_SHARES,
    OWN,
    PAIRS,
    PANDAS,
    PLACES,
    ROWS,
    U,
    adversarial,
    direct,
    everywhere,
    expected,
    function,
    members,
    operands,
    pd,
    restore,  # noqa: F401 (a fixture)
    series,
)


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
