"""Exponentially weighted statistics against pandas; times, layouts, bad arguments."""

import itertools

import numpy as np
import numrs
import pytest
from numrs._ops import runtime, stats_ewm

pd = pytest.importorskip("pandas")
PAIRS = ("ewm_cov", "ewm_corr")
NAMES = ("ewm_mean", "ewm_var", "ewm_std", *PAIRS)
SPANS = ({"com": 1.5}, {"span": 5}, {"halflife": 2}, {"alpha": 0.3}, {"alpha": 1.0})


def series(n, share, seed):
    generator = np.random.default_rng([seed, n])
    x = generator.normal(size=n)
    x[generator.random(n) < share] = np.nan
    return x


def call(name, x, x2, **options):
    return getattr(stats_ewm, name)(*((x, x2) if name in PAIRS else (x,)), **options)


@pytest.mark.parametrize("name", NAMES)
def test_pandas(name):
    for n, share, span in itertools.product((1, 2, 40, 1500), (0, 0.2, 0.8), SPANS):
        x, x2 = series(n, share, 1), series(n, share / 2, 2)
        for adjust, ignore_na, least in itertools.product((True, False), (True, False), (0, 1, 3)):
            options = {"adjust": adjust, "ignore_na": ignore_na, "min_periods": least, **span}
            ewm = pd.Series(x).ewm(**options)
            want = getattr(ewm, name[4:])(
                *([pd.Series(x2)] if name in PAIRS else []),
                **({"bias": True} if name in ("ewm_var", "ewm_std") else {}),
            )
            got = call(name, x, x2, **options)
            np.testing.assert_allclose(
                got, want, rtol=1e-8, atol=1e-10, err_msg=f"{n} {share} {options}"
            ) if name != "ewm_cov" else None
            if name in ("ewm_mean", "ewm_corr"):
                continue
            # One value has no unbiased variance; pandas' sums of weights cancel there, and where old weights vanish.
            several = np.cumsum(~np.isnan(x * x2 if name in PAIRS else x)) > 1
            got, want = (
                call(name, x, x2, correction=1, **options),
                getattr(ewm, name[4:])(*([pd.Series(x2)] if name in PAIRS else [])),
            )
            assert np.isnan(got[~several]).all()
            both = several & ~np.isnan(got) & ~np.isnan(want)
            assert share > 0 or span == {"alpha": 1.0} or (np.isnan(got) == np.isnan(want)).all()
            if share < 0.5:  # with long gaps pandas has no digit left
                np.testing.assert_allclose(got[both], want[both], rtol=1e-6, atol=1e-7)


def test_times():
    x, gaps = series(200, 0.1, 3), np.random.default_rng(4).random(200)
    times = np.datetime64("2026-01-01") + np.cumsum(gaps * 1e6).astype("timedelta64[s]")
    want = pd.Series(x).ewm(halflife="10 days", times=pd.Series(times)).mean()
    for halflife in ("10 days", np.timedelta64(10, "D"), pd.Timedelta("10 days").to_pytimedelta()):
        np.testing.assert_allclose(numrs.stats.ewm_mean(x, halflife=halflife, times=times), want, rtol=1e-12)
    # Even times are the plain halflife.
    for name in NAMES:
        got = call(name, x, x[::-1], halflife=3, times=np.arange(0, 400, 2))
        np.testing.assert_allclose(got, call(name, x, x[::-1], halflife=1.5), rtol=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_layouts_and_threads(name):
    runtime_before = runtime.get_thresholds()
    runtime.set_thresholds(thread_us=0.001)
    try:
        x = series(6000, 0.05, 5).reshape(2000, 3)
        want = np.stack([call(name, x[:, k].copy(), x[::-1, k].copy(), alpha=0.1) for k in range(3)], axis=1)
        for a in (x, np.asfortranarray(x), np.repeat(x, 2, 1)[:, ::2]):
            np.testing.assert_array_equal(call(name, a, a[::-1], alpha=0.1, axis=0), want)
        single = call(name, x.astype("f4"), x[::-1].astype("f4"), alpha=0.1, axis=0)
        wide = call(name, x.astype("f4").astype("f8"), x[::-1].astype("f4").astype("f8"), alpha=0.1, axis=0)
        assert single.dtype == np.float32
        np.testing.assert_array_equal(single, wide.astype("f4"))
        a = x.copy()
        assert call(name, a, x[::-1], alpha=0.1, axis=0, out=a) is a
        np.testing.assert_array_equal(a, want)
        assert call(name, np.empty((0, 3)), np.empty((0, 3)), alpha=0.1, axis=0).shape == (0, 3)
    finally:
        runtime.set_thresholds(**runtime_before)


def test_constant_series_stays_constant():
    x = np.full(1000, 0.1)
    np.testing.assert_array_equal(numrs.stats.ewma(x, alpha=0.07), x)
    np.testing.assert_array_equal(numrs.stats.ewm_var(x, alpha=0.07), 0 * x)


BAD = [
    (ValueError, {}), (ValueError, {"com": 1, "span": 3}), (ValueError, {"com": -0.1}), (ValueError, {"span": 0.5}), (ValueError, {"halflife": 0}),
    (ValueError, {"alpha": 0}), (ValueError, {"alpha": 1.1}), (ValueError, {"alpha": float("nan")}), (TypeError, {"alpha": "x"}),
    (TypeError, {"alpha": 0.5, "adjust": 1}), (TypeError, {"alpha": 0.5, "ignore_na": None}), (ValueError, {"alpha": 0.5, "min_periods": -1}),
    (ValueError, {"alpha": 0.5, "axis": 1}), (ValueError, {"alpha": 0.5, "times": [0, 1, 2]}), (ValueError, {"halflife": 1, "times": [0, 2, 1]}),
    (ValueError, {"halflife": 1, "times": [0, 1]}), (ValueError, {"alpha": 0.5, "out": np.empty(2)}), (TypeError, {"alpha": 0.5, "out": [0.0] * 3}),
    (ValueError, {"halflife": "3 moons", "times": np.arange(3).astype("M8[s]")}), (TypeError, {"halflife": 3, "times": np.arange(3).astype("M8[s]")}),
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_bad_arguments(name):
    x = np.arange(3.0)
    for error, options in BAD:
        with pytest.raises(error, match=f"^{name}: "):
            call(name, x, x, **options)
    if name in ("ewm_var", "ewm_std", "ewm_cov"):
        with pytest.raises(TypeError, match="synonyms"):
            call(name, x, x, alpha=0.5, correction=0, ddof=0)
        with pytest.raises(ValueError, match="0 or 1"):
            call(name, x, x, alpha=0.5, correction=2)
