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
        [v.mean, v.var, v.skew, v.kurtosis],
        [both.mean(), both.var(ddof=1), stats.skew(both), stats.kurtosis(both)],
        rtol=1e-11,
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
    for x in (
        rng.normal(size=n),
        rng.integers(0, 5, n).astype(float),
        np.arange(n, 0, -1.0),
        np.zeros(n),
        -np.zeros(n),
    ):
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


def gaps(rng, n, share):
    """A series with missing values, often at its ends."""
    x = rng.normal(size=n) * rng.choice([1, 100]) + rng.choice([0, 10])
    x[rng.random(n) < share] = np.nan
    where = rng.integers(0, 4)
    if where & 1:
        x[: rng.integers(1, 6)] = np.nan
    if where & 2:
        x[n - min(n, rng.integers(1, 6)) :] = np.nan
    return x


@pytest.mark.parametrize("name", (*ONE, "rank", "quantile", "cov", "corr"))
def test_rolling_merge_has_the_bits_of_one_call(name):
    rng = np.random.default_rng(5)
    two, more = name in ("cov", "corr"), {"q": 0.3} if name == "quantile" else {}
    function, given = getattr(numrs, f"rolling_{name}"), (0.3,) if name == "quantile" else ()
    for window in (1, 2, 7, 64, 150):
        for lengths in (
            (0, 5),
            (5, 0),
            (window - 1, 1),
            (window, window),
            (3 * window + 1, 2),
            (2, 3 * window),
            (400, 400, 333, 1),
        ):
            parts = [gaps(rng, n, 0.1) for n in lengths]
            others = [gaps(rng, n, 0.05) for n in lengths]
            made = []
            for a, b in zip(parts, others, strict=True):
                r = stats.Rolling(name, window, min_periods=1, **more)
                cut = rng.integers(0, a.size + 1)
                r.update(a[:cut], *([b[:cut]] if two else [])).update(a[cut:], *([b[cut:]] if two else []))
                made.append(pickle.loads(pickle.dumps(r)))
            merged, kept = made[0], pickle.dumps(made[1])
            for r in made[1:]:
                assert merged.merge(r) is merged
            assert pickle.dumps(made[1]) == kept
            merged = pickle.loads(pickle.dumps(merged))
            x, x2 = np.concatenate(parts), np.concatenate(others)
            wanted = function(x, *([x2] if two else []), window, *given, min_periods=1)
            assert np.array(merged.value()).tobytes() == wanted[-1].tobytes()
            merged.merge(merged)  # all once more, and on
            tail = gaps(rng, 2 * window + 3, 0.1), gaps(rng, 2 * window + 3, 0.1)
            x, x2 = np.r_[x, x, tail[0]], np.r_[x2, x2, tail[1]]
            wanted = function(x, *([x2] if two else []), window, *given, min_periods=1)[-tail[0].size - 1 :]
            got = np.r_[merged.value(), merged.step(tail[0], *([tail[1]] if two else []))]
            assert got.tobytes() == wanted.tobytes(), (window, lengths)


def test_rolling_merged_with_itself_for_ever():
    r = stats.Rolling("sum", 3).update([1.0, 2.0, 4.0, 8.0])
    for _ in range(200):
        r.merge(r)
    assert r.value() == 14
    assert r.step([1.0, 1.0]).tolist() == [13.0, 10.0]
    assert pickle.loads(pickle.dumps(r)).step(5.0) == 7.0
    e = stats.Ewm("mean", 0.5).update([1.0, 2.0])
    for _ in range(200):
        e.merge(e)
    assert e.value() == pytest.approx(5 / 3) and pickle.loads(pickle.dumps(e)).value() == e.value()


def test_rolling_values_one_by_one():
    x = gaps(np.random.default_rng(6), 300, 0.1)
    for window in (1, 3, 40):
        r, s = stats.Rolling("var", window, min_periods=1), stats.Rolling("var", window, min_periods=1)
        wanted = numrs.rolling_var(x, window, min_periods=1)
        for v, w in zip(x, wanted, strict=True):
            assert np.array(r.update(v).value()).tobytes() == w.tobytes() == np.array(s.step(v)).tobytes()


@pytest.mark.parametrize("name", ["mean", "var", "std", "cov", "corr"])
@pytest.mark.parametrize("adjust", [True, False])
@pytest.mark.parametrize("ignore_na", [True, False])
def test_ewm_merge_is_as_exact_as_one_call(name, adjust, ignore_na):
    rng = np.random.default_rng(7)
    two = name in ("cov", "corr")
    more = {"adjust": adjust, "ignore_na": ignore_na}
    for alpha in (1e-6, 0.01, 0.3, 0.9, 1.0):
        for trial in range(12):
            if name in ("var", "std", "cov"):
                more["correction"] = trial & 1
            lengths = rng.choice([0, 1, 2, 3, 10, 100, 700], rng.integers(2, 5))
            parts = [gaps(rng, n, rng.choice([0, 0.1, 0.5, 1])) for n in lengths]
            others = [p * 0.5 + gaps(rng, p.size, 0.1) for p in parts]
            made = []
            for a, b in zip(parts, others, strict=True):
                e, cut = stats.Ewm(name, alpha, **more), rng.integers(0, a.size + 1)
                e.update(a[:cut], *([b[:cut]] if two else [])).update(a[cut:], *([b[cut:]] if two else []))
                made.append(pickle.loads(pickle.dumps(e)))
            if trial % 3:
                merged = made[0]
                for e in made[1:]:
                    assert merged.merge(e) is merged
            else:  # merges of merges
                merged = made[-1]
                for e in made[-2::-1]:
                    merged = e.merge(merged)
            if trial % 4 == 0:
                merged.merge(merged)
                parts, others = parts * 2, others * 2
            merged = pickle.loads(pickle.dumps(merged))
            tail = gaps(rng, 6, 0.1), gaps(rng, 6, 0.1)
            x, x2 = np.concatenate([*parts, tail[0]]), np.concatenate([*others, tail[1]])
            wanted = getattr(stats, f"ewm_{name}")(x, *([x2] if two else []), alpha=alpha, **more)
            got = np.r_[merged.value(), merged.step(tail[0], *([tail[1]] if two else []))]
            wanted = np.r_[np.nan, wanted][-7:]
            scale = np.nanmax(np.abs(x), initial=1) * (np.nanmax(np.abs(x2), initial=1) if name == "cov" else 1)
            absolute = {"cov": 1e-13 * scale, "corr": 1e-12, "mean": 1e-13 * scale}.get(name, 0)
            np.testing.assert_allclose(got, wanted, rtol=2e-12, atol=absolute, err_msg=f"{alpha} {lengths} {trial}")


def test_ewm_merge_of_extremes():
    for adjust in (True, False):
        for a, b in (
            ([2.0] * 5, [2.0] * 7),
            ([np.inf], [1.0, 2.0]),
            ([1.0], [np.inf, 1.0]),
            ([np.inf], [-np.inf, 1.0]),
            ([np.inf] * 2, [np.inf]),
        ):
            for name in ("mean", "var"):
                one, other = (stats.Ewm(name, 0.1, adjust=adjust).update(v) for v in (a, b))
                wanted = getattr(stats, f"ewm_{name}")(a + b, alpha=0.1, adjust=adjust)[-1]
                np.testing.assert_array_equal(one.merge(other).value(), wanted)
        # After a gap in which all weights vanish.
        gap = [1.0, np.nan] + [np.nan] * 3000
        e = stats.Ewm("mean", 0.5, adjust=adjust).update([3.0]).merge(stats.Ewm("mean", 0.5, adjust=adjust).update(gap))
        assert e.value() == pytest.approx(stats.ewm_mean([3.0, *gap], alpha=0.5, adjust=adjust)[-1], rel=1e-15)
        # The first value is far from all others: nothing may cancel when it loses its place.
        values = [1e9, *np.random.default_rng(8).normal(size=3000)]
        front = np.random.default_rng(9).normal(size=3000)
        e = (
            stats.Ewm("var", 0.01, adjust=adjust)
            .update(front)
            .merge(stats.Ewm("var", 0.01, adjust=adjust).update(values))
        )
        wanted = stats.ewm_var(np.r_[front, values], alpha=0.01, adjust=adjust)[-1]
        assert e.value() == pytest.approx(wanted, rel=1e-11)


def test_merges_need_the_same_parameters():
    for one, other, message in (
        (stats.Rolling("mean", 3), stats.Rolling("sum", 3), "rolling_sum, expected rolling_mean"),
        (stats.Rolling("mean", 3), stats.Rolling("mean", 4), "another window, 4, expected 3"),
        (stats.Rolling("mean", 3), stats.Rolling("mean", 3, min_periods=1), "another min_periods, 1, expected 0"),
        (stats.Rolling("var", 3), stats.Rolling("var", 3, correction=1), "another parameter, 1, expected 0"),
        (
            stats.Rolling("quantile", 3, q=0.5),
            stats.Rolling("quantile", 3, q=0.25),
            "another parameter, 0.25, expected 0.5",
        ),
        (stats.Ewm("mean", 0.5), stats.Ewm("var", 0.5), "ewm_var, expected ewm_mean"),
        (stats.Ewm("mean", 0.5), stats.Ewm("mean", 0.25), "another alpha, 0.25, expected 0.5"),
        (stats.Ewm("mean", 0.5), stats.Ewm("mean", 0.5, adjust=False), "another adjust, 0, expected 1"),
        (stats.Ewm("mean", 0.5), stats.Ewm("mean", 0.5, ignore_na=True), "another ignore_missing, 1, expected 0"),
        (stats.Ewm("var", 0.5), stats.Ewm("var", 0.5, correction=1), "another unbiased, 1, expected 0"),
        (stats.Ewm("mean", 0.5), stats.Ewm("mean", 0.5, min_periods=2), "another min_periods, 2, expected 1"),
        (stats.Expanding("mean"), stats.Expanding("var"), "another statistic, var, expected mean"),
        (stats.Expanding("var"), stats.Expanding("var", correction=1), "another correction, 1.0, expected 0.0"),
        (stats.Expanding("quantile", q=0.5), stats.Expanding("quantile", q=0.1), "another q, 0.1, expected 0.5"),
    ):
        one.update([1.0, 2.0, 4.0]), other.update([1.0])
        before = pickle.dumps(one)
        with pytest.raises(ValueError, match=message):
            one.merge(other)
        assert pickle.dumps(one) == before
    assert stats.Ewm("mean", 0.5, min_periods=1).merge(stats.Ewm("mean", 0.5).update([2.0])).value() == 2


EXPANDING = {
    "kurtosis": None,
    "quantile": {"q": 0.3},
    "var": {"correction": 1},
    "std": {"ddof": 1},
    "sem": {"correction": 1},
} | dict.fromkeys(("count", "sum", "mean", "min", "max", "argmin", "argmax", "first", "last", "skew", "kurt", "median"))
EXACT = ("count", "min", "max", "argmin", "argmax", "first", "last")


@pytest.mark.parametrize("name", EXPANDING)
def test_expanding(name):
    rng = np.random.default_rng(3)
    options, other = EXPANDING[name] or {}, "kurt" if name == "kurtosis" else name
    for n in (0, 1, 2, 5, 9000 if name in EXACT else 700):
        x = np.round(gaps(rng, n, 0.15), 2)
        for least in (0, 1, 3):
            wanted = getattr(stats, f"expanding_{other}")(x, min_periods=least, **options)
            if name == "kurtosis":
                wanted = np.array(
                    [
                        stats.kurtosis(v) if (v := x[: i + 1][~np.isnan(x[: i + 1])]).size >= max(least, 1) else np.nan
                        for i in range(n)
                    ]
                )
            e, s, t = (stats.Expanding(name, min_periods=least, **options) for _ in range(3))
            assert np.isnan(e.value()) or (least == 0 and e.value() == 0 and name in ("count", "sum"))
            got = e.step(x)
            if name in EXACT:
                np.testing.assert_array_equal(got, wanted)
            else:
                np.testing.assert_allclose(
                    got, wanted, rtol=1e-11 if name in ("skew", "kurt", "kurtosis") else 1e-13, atol=1e-11
                )
            for piece in pieces(x, n):
                s.update(piece)
                s = pickle.loads(pickle.dumps(s))
            for piece in pieces(x, n + 1):
                t.merge(stats.Expanding(name, min_periods=least, **options).update(piece))
            assert np.array(s.value()).tobytes() == np.array(e.value()).tobytes()
            assert n == 0 or np.array(got[-1]).tobytes() == np.array(e.value()).tobytes()
            np.testing.assert_allclose(t.value(), s.value(), rtol=1e-11, atol=1e-11)
            if name in EXACT:
                assert np.array(t.value()).tobytes() == np.array(s.value()).tobytes()
            t.merge(t)
            both = getattr(stats, f"expanding_{other}")(np.r_[0.0, x, x][1:], min_periods=least, **options)
            if name != "kurtosis" and n:
                np.testing.assert_allclose(t.value(), both[-1], rtol=1e-11, atol=1e-11)
    assert stats.Expanding(name, **options).update([[1, 2], [3, 4]]).step(np.float32(7)) == pytest.approx(
        stats.Expanding(name, **options).update([1, 2, 3, 4, 7]).value(), rel=1e-15
    )


def test_expanding_sum_has_the_bits_of_the_sum():
    x = np.random.default_rng(10).normal(size=30_000)
    s, m = stats.Expanding("sum"), stats.Moments()
    for piece in pieces(x, 2):
        s.update(piece)
        m.update(piece)
    assert s.value() == m.sum() == numrs.sum(x)
    assert stats.Moments().sum() == 0


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
        (lambda: stats.Expanding("mad"), "statistic is 'mad'"),
        (lambda: stats.Expanding("quantile", q=1.5), "q is 1.5"),
        (lambda: stats.Expanding("mean", min_periods=-1), "min_periods is -1"),
        (lambda: stats.Expanding("mean").step(np.zeros((2, 2))), "at most one dimension"),
        (lambda: r.step(np.zeros((2, 2))), "at most one dimension"),
        (lambda: stats.Rolling("cov", 3).step([1.0]), "x2 is NULL"),
        (lambda: stats.Rolling("cov", 3).step([1.0], [1.0, 2.0]), "x2 has another shape"),
    ):
        with pytest.raises(ValueError, match=message):
            make()
    for make in (
        lambda: stats.Rolling("mean", 2.5),
        lambda: stats.Rolling("quantile", 3),
        lambda: stats.Expanding("quantile"),
        lambda: r.step(["a"]),
        lambda: r.merge(stats.Ewm("mean", 0.5)),
        lambda: stats.Ewm("mean", 0.5).merge(None),
        lambda: stats.Expanding("mean").merge(r),
    ):
        with pytest.raises(TypeError):
            make()
    for s in (r, stats.Ewm("mean", 0.5).update([1.0, 2.0])):
        rebuild, (state,) = s.__reduce__()
        for broken in (b"", state[:-1], state + b"12345678", b"\0" * len(state)):
            with pytest.raises(ValueError, match="no saved state"):
                rebuild(broken)
