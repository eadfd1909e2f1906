"""Streams: the same bits however they are cut, against one call; merging, pickling, bad states."""

import pickle

import numpy as np
import numrs
import pytest
from numrs import stats

FIELDS = {"mean": numrs.mean, "var": numrs.var, "min": numrs.min, "max": numrs.max}


def pieces(x, seed):
    """x cut into pieces of any length, some empty."""
    rng = np.random.default_rng(seed)
    at = np.sort(rng.integers(0, x.size + 1, 9))
    return np.split(x, at)


@pytest.mark.parametrize("n", [0, 1, 2, 4095, 4096, 4097, 30_000])
def test_moments_have_the_bits_of_one_call(n):
    x = np.random.default_rng(n).normal(size=n) * 100 + 1e6
    whole = stats.Moments().update(x)
    for seed in range(4):
        m = stats.Moments()
        for piece in pieces(x, seed):
            m.update(piece)
        assert np.array(m.value()).tobytes() == np.array(whole.value()).tobytes()
        again = pickle.loads(pickle.dumps(m))
        assert np.array(again.value()).tobytes() == np.array(m.value()).tobytes()
        assert np.array(again.update(1.5).value()).tobytes() == np.array(m.update(1.5).value()).tobytes()
    value = whole.value()
    assert value.count == n == len(whole)
    if n == 0:
        assert np.isnan(value[1:]).all()
        return
    for field, function in FIELDS.items():
        assert getattr(value, field) == function(x), field
    np.testing.assert_array_equal(whole.value(correction=1).var, numrs.var(x, correction=1))
    if n > 2:
        assert value.skew == pytest.approx(stats.skew(x), rel=1e-9, abs=1e-12)
        assert value.kurtosis == pytest.approx(stats.kurtosis(x), rel=1e-9, abs=1e-12)


def test_values_one_by_one_and_any_array():
    x = np.arange(12, dtype=np.int16).reshape(3, 4)
    m = stats.Moments()
    for v in x.ravel():
        m.update(v)
    assert m.value() == stats.Moments().update(x).value() == stats.Moments().update(x.T.copy().T).value()
    assert stats.Moments().update([1, 2]).update(np.float32(3)).value().mean == 2
    assert "count=12" in repr(m)


def test_moments_merge():
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=10_000), rng.gamma(2.0, size=777) + 50
    m = stats.Moments().update(a).merge(stats.Moments().update(b))
    both = np.r_[a, b]
    v = m.value(ddof=1)
    assert v.count == both.size and v.min == both.min() and v.max == both.max()
    np.testing.assert_allclose(
        [v.mean, v.var, v.skew, v.kurtosis], [both.mean(), both.var(ddof=1), stats.skew(both), stats.kurtosis(both)], rtol=1e-11
    )
    assert stats.Moments().merge(m).value() == m.value(correction=0)
    doubled = stats.Moments().update(a)
    doubled.merge(doubled)
    assert doubled.value().count == 20_000 and doubled.value().mean == pytest.approx(a.mean(), rel=1e-14)
    with pytest.raises(TypeError):
        m.merge(3)


def test_nan_and_inf():
    assert np.isnan(stats.Moments().update([1.0, np.nan]).value()[1:]).all()
    v = stats.Moments().update([1.0, np.inf]).value()
    assert v.mean == v.max == np.inf and v.min == 1 and np.isnan(v.var)
    assert np.isnan(stats.Quantile().update([1.0, np.nan]).value(0.5))
    assert stats.Quantile().update([1.0, np.inf, -np.inf]).value(0.5) == 1


@pytest.mark.parametrize("n", [1, 2, 255, 256, 5000])
def test_quantiles(n):
    rng = np.random.default_rng(n)
    for x in (rng.normal(size=n), rng.integers(0, 5, n).astype(float), np.arange(n, 0, -1.0), np.zeros(n), -np.zeros(n)):
        s, t = stats.Quantile(), stats.Quantile()
        for i, piece in enumerate(pieces(x, 3)):
            (s if i % 2 else t).update(piece)
        s.merge(t)
        assert len(s) == n
        again = pickle.loads(pickle.dumps(s))
        for q in (0, 0.1, 0.5, 0.77, 1):
            wanted = np.quantile(x, q)
            assert s.value(q) == again.value(q) == pytest.approx(wanted, rel=1e-15, abs=0)
    s.merge(s)
    assert len(s) == 2 * n
    assert "median" in repr(s)


def test_bad_input():
    for make in (stats.Moments, stats.Quantile):
        s = make().update([1.0, 2.0])
        for wrong in (np.array(["a"]), None, object()):
            with pytest.raises(TypeError, match=f"{make.__name__}.update"):
                s.update(wrong)
        assert len(s) == 2
        rebuild, (state,) = s.__reduce__()
        for broken in (b"", state[:-1], state + b"x", b"\0" * len(state)):
            with pytest.raises(ValueError, match="no saved state"):
                rebuild(broken)
    for q in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="q is"):
            s.value(q)
    assert np.isnan(stats.Quantile().value())


ONE = (
    "count", "sum", "mean", "var", "std", "sem", "skew", "kurt", "min", "max", "argmin", "argmax", "median", "mad", "zscore", "robust_zscore",
    "first", "last", "nunique",
)  # fmt: skip


@pytest.mark.parametrize("name", (*ONE, "quantile", "cov", "corr"))
@pytest.mark.parametrize("window", [1, 5, 64, 300])
def test_rolling_has_the_bits_of_one_call(name, window):
    rng = np.random.default_rng(window)
    x, x2 = rng.normal(size=1500) + 1e6, rng.normal(size=1500)
    x[rng.random(1500) < 0.05] = np.nan
    two, more = name in ("cov", "corr"), {"q": 0.3} if name == "quantile" else {}
    for least in (None, 0, 1):
        given = (0.3,) if name == "quantile" else ()
        wanted = getattr(numrs, f"rolling_{name}")(x, *([x2] if two else []), window, *given, min_periods=least)
        for seed in range(3):
            r, got = stats.Rolling(name, window, min_periods=least, **more), []
            for a, b in zip(pieces(x, seed), pieces(x2, seed), strict=True):
                got.append(r.step(a, *([b] if two else [])))
                r = pickle.loads(pickle.dumps(r))
            assert np.concatenate(got).tobytes() == wanted.tobytes()
            assert np.array(r.value()).tobytes() == wanted[-1].tobytes()


@pytest.mark.parametrize("name", ["mean", "var", "std", "cov", "corr"])
def test_ewm_has_the_bits_of_one_call(name):
    rng = np.random.default_rng(2)
    x, x2 = rng.normal(size=3000), rng.normal(size=3000)
    x[rng.random(3000) < 0.05] = np.nan
    two = [x2] if name in ("cov", "corr") else []
    for options in ({}, {"adjust": False}, {"ignore_na": True, "min_periods": 4}):
        wanted = getattr(stats, f"ewm_{name}")(x, *two, alpha=0.05, **options)
        e, got = stats.Ewm(name, 0.05, **options), []
        for a, b in zip(pieces(x, 1), pieces(x2, 1), strict=True):
            got.append(e.step(a, *([b] if two else [])))
            e = pickle.loads(pickle.dumps(e))
        assert np.concatenate(got).tobytes() == wanted.tobytes()
        assert np.array(e.value()).tobytes() == wanted[-1].tobytes()


def test_expanding():
    rng = np.random.default_rng(3)
    x = rng.normal(size=5000)
    x[::7] = np.nan
    for name, wanted in (("count", numrs.count), ("mean", numrs.nanmean), ("min", numrs.nanmin), ("std", numrs.nanstd), ("var", numrs.nanvar)):
        e = stats.Expanding(name)
        assert np.isnan(e.value()) or name == "count"
        for piece in pieces(x, 1):
            e.update(piece)
        assert e.value() == pytest.approx(wanted(x), rel=1e-14)
        assert pickle.loads(pickle.dumps(e)).value() == e.value()
        assert e.merge(stats.Expanding(name)).value() == pickle.loads(pickle.dumps(e)).value()
    assert np.isnan(stats.Expanding("mean", min_periods=3).update([1.0, 2.0]).value())


def test_windows_of_values_and_bad_input():
    r = stats.Rolling("sum", 2, min_periods=1)
    assert [r.step(v) for v in (1, 2.5, np.float32(4))] == [1.0, 3.5, 6.5] and r.update([]).value() == 6.5
    for make, message in (
        (lambda: stats.Rolling("average", 3), "statistic is 'average'"),
        (lambda: stats.Rolling("mean", 0), "window is 0"),
        (lambda: stats.Rolling("mean", 100, min_periods=101), "min_periods is 101, expected at most the window, 100"),
        (lambda: stats.Rolling("mean", 3, min_periods=-1), "min_periods is -1"),
        (lambda: stats.Rolling("quantile", 3, q=1.5), "1.5"),
        (lambda: stats.Ewm("mean", 1.5), "alpha is 1.5"),
        (lambda: stats.Ewm("sum", 0.5), "statistic is 'sum'"),
        (lambda: stats.Ewm("var", 0.5, correction=2), "correction is 2"),
        (lambda: stats.Expanding("median"), "statistic is 'median'"),
        (lambda: r.step(np.zeros((2, 2))), "at most one dimension"),
        (lambda: stats.Rolling("cov", 3).step([1.0]), "x2 is NULL"),
        (lambda: stats.Rolling("cov", 3).step([1.0], [1.0, 2.0]), "x2 has another shape"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    for make in (lambda: stats.Rolling("mean", 2.5), lambda: stats.Rolling("quantile", 3), lambda: r.step(["a"])):
        with pytest.raises(TypeError):
            make()
    for s in (r, stats.Ewm("mean", 0.5).update([1.0, 2.0])):
        rebuild, (state,) = s.__reduce__()
        for broken in (b"", state[:-1], state + b"12345678", b"\0" * len(state)):
            with pytest.raises(ValueError, match="no saved state"):
                rebuild(broken)
