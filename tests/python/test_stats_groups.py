"""Groups, histograms and series against NumPy, pandas and the library's own reductions of each group."""

import hypothesis.extra.numpy as hnp
import numpy as np
import numrs
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numrs import stats
from reference import DTYPES, assert_same, data, layouts

pytestmark = [pytest.mark.filterwarnings("ignore")]
REDUCTIONS = {
    "sum": numrs.sum, "mean": numrs.mean, "var": numrs.var, "std": numrs.std, "min": numrs.min, "max": numrs.max, "count": numrs.count,
    "first": lambda v: v[0], "last": lambda v: v[-1], "median": np.median,
}  # fmt: skip


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_group_is_the_reduction_of_its_elements(name):
    rng = np.random.default_rng(1)
    function = getattr(stats, f"group_{name}")
    for dtype in DTYPES:
        x, keys = data(dtype, (3, 5000), 2), rng.integers(0, 5, 5000)
        for key_dtype in ("int64", "uint8", "int16"):
            got = function(x, keys.astype(key_dtype))
            wanted = np.array([[REDUCTIONS[name](np.ascontiguousarray(v[keys == g])) for g in range(5)] for v in x])
            if name == "median":
                wanted = wanted.astype(np.float32 if dtype == "float32" else np.float64)
            assert_same(got, wanted.astype(got.dtype), f"{name} {dtype}")
            assert got.dtype == wanted.dtype or name in ("first", "last", "min", "max")
        assert_same(function(np.ascontiguousarray(x.T), keys, axis=0), np.ascontiguousarray(got.T))
        for _, y in layouts(np.ascontiguousarray(x[:, :40])):
            k = np.arange(y.shape[1]) % 3
            assert_same(function(y, k), function(np.ascontiguousarray(y), k))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_groups(given_data):
    """Any values, keys, dtypes and strides, NaN and infinities among them: bit by bit the reduction of each group."""
    dtype = given_data.draw(st.sampled_from(["float64", "float32", "int32", "uint8"]))
    n, groups = given_data.draw(st.integers(0, 200)), given_data.draw(st.integers(1, 6))
    x = given_data.draw(hnp.arrays(dtype, n))[:: given_data.draw(st.sampled_from([1, -1]))]
    keys = given_data.draw(hnp.arrays("int64", n, elements=st.integers(0, groups - 1)))
    backend = numrs.get_backend()
    for place in ("cpu", "cpu-portable"):
        numrs.set_backend(place)
        try:
            for name, reduction in REDUCTIONS.items():
                members = [np.ascontiguousarray(x[keys == g]) for g in range(groups)]
                if name in ("min", "max", "first", "last") and dtype[0] != "f" and not all(m.size for m in members):
                    continue  # refused: no integer says "none"
                got = getattr(stats, f"group_{name}")(x, keys, groups)
                for g, values in enumerate(members):
                    if values.size or name in ("sum", "count"):
                        with np.errstate(all="ignore"):
                            wanted = np.asarray(numrs.median(values) if name == "median" else reduction(values))
                        assert_same(got[g : g + 1], wanted.astype(got.dtype).reshape(1), f"{name} {dtype} {place}")
                    else:
                        assert np.isnan(got[g]), f"{name} {dtype} {place}"
        finally:
            numrs.set_backend(backend)


def test_groups_against_pandas():
    rng = np.random.default_rng(3)
    x, keys = rng.normal(size=10_000), rng.integers(0, 100, 10_000)
    grouped = pd.Series(x).groupby(keys)
    for name in ("sum", "mean", "min", "max", "first", "last", "median", "count"):
        np.testing.assert_allclose(getattr(stats, f"group_{name}")(x, keys), getattr(grouped, name)(), rtol=1e-11)
    np.testing.assert_allclose(stats.group_std(x, keys, ddof=1), grouped.std(), rtol=1e-12)
    for q in (0, 0.25, 0.9, 1):
        np.testing.assert_allclose(stats.group_quantile(x, keys, q), grouped.quantile(q), rtol=1e-13)


def test_empty_groups_and_nan():
    x = np.array([1.0, np.nan, 3.0, 4.0])
    keys = [0, 0, 2, 2]
    for name in ("mean", "var", "std", "min", "max", "first", "last", "median"):
        got = getattr(stats, f"group_{name}")(x, keys, 4)
        assert np.isnan(got[[1, 3]]).all() and np.isfinite(got[2]), name
        assert np.isnan(got[0]) == (name != "first"), name
    assert_same(stats.group_sum(x, keys, 4), np.array([np.nan, 0, 7, 0]))
    assert_same(stats.group_count(x, keys, 4), np.array([1, 0, 2, 0]))
    assert stats.group_mean([], []).shape == (0,) and stats.group_sum([], [], 3).tolist() == [0, 0, 0]
    assert stats.group_sum(np.zeros((0, 4)), [0, 1, 1, 0]).shape == (0, 2)


def test_bad_groups():
    x = np.arange(4)
    for call, error, message in (
        (lambda: stats.group_sum(x, [0, 1, 2, 3], 3), IndexError, r"group_sum: keys\[3\] is 3, expected 0 to 2"),
        (lambda: stats.group_sum(x, [0, -1, 2, 3]), IndexError, r"keys\[1\] is -1"),
        (lambda: stats.group_sum(x, [-1, -1, -1, -1]), IndexError, r"keys\[0\] is -1"),
        (lambda: stats.group_sum(x, [0, 1]), ValueError, "keys has shape"),
        (lambda: stats.group_sum(x, [0.0, 1, 2, 3]), TypeError, "keys has dtype float64"),
        (lambda: stats.group_sum(x, [[0, 1, 2, 3]]), ValueError, "keys has shape"),
        (lambda: stats.group_min(x, [0, 0, 2, 2]), ValueError, "group 1 has no element"),
        (lambda: stats.group_quantile(x, [0, 0, 0, 0], 1.5), ValueError, "q is 1.5"),
        (lambda: stats.group_quantile(x, [0, 0, 0, 0], float("nan")), ValueError, "q is nan"),
        (lambda: stats.group_sum(x, [0, 0, 0, 0], -1), IndexError, "keys"),
        (lambda: stats.group_sum(x, [0, 0, 0, 0], axis=1), np.exceptions.AxisError, "axis 1"),
        (lambda: stats.group_sum(np.array(["a"]), [0]), TypeError, "group_sum"),
    ):
        with pytest.raises(error, match=message):
            call()


def test_histogram():
    rng = np.random.default_rng(4)
    for dtype in DTYPES:
        x = data(dtype, (40, 50), 5)
        if dtype == "bool":
            x = x.astype("uint8")
        for bins in (1, 7, 10, 100, [-5.0, -1.0, -1.0, 0.0, 3.0, 9.0], np.array([0, 2, 4])):
            for options in ({}, {"range": (-2.0, 3.5)}, {"weights": rng.random(x.shape)}, {"density": True}):
                if "range" in options and np.ndim(bins):
                    continue
                got, wanted = stats.histogram(x, bins, **options), np.histogram(x.astype("f8"), bins, **options)
                np.testing.assert_allclose(got.edges, wanted[1], rtol=1e-15)
                if "weights" in options or "density" in options:
                    np.testing.assert_allclose(got.counts, wanted[0], rtol=1e-12)
                else:
                    np.testing.assert_array_equal(got.counts, wanted[0])
                    assert got.counts.dtype == np.int64
    x = np.array([np.nan, 1.0, 2.0, np.inf])
    np.testing.assert_array_equal(stats.histogram(x, [0, 1, 2, np.inf]).counts, np.histogram(x, [0, 1, 2, np.inf])[0])
    assert stats.histogram([], 3).counts.tolist() == [0, 0, 0] and stats.histogram([5, 5]).counts.sum() == 2
    # Values on and next to every edge.
    edges = np.linspace(-1, 1, 38)
    x = np.concatenate([edges, np.nextafter(edges, 9), np.nextafter(edges, -9)])
    np.testing.assert_array_equal(stats.histogram(x, edges).counts, np.histogram(x, edges)[0])
    for call, message in (
        (lambda: stats.histogram(x, 0), "bins is 0"),
        (lambda: stats.histogram(x, [1.0, 0.0]), r"edges\[1\] is 0 and less"),
        (lambda: stats.histogram(x, [1.0]), "at least two edges"),
        (lambda: stats.histogram(x, range=(0, np.inf)), "not finite"),
        (lambda: stats.histogram([np.nan]), "not finite"),
        (lambda: stats.histogram(x, range=(2, 1)), "lower edge first"),
        (lambda: stats.histogram(x, weights=[1.0]), "weights has shape"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
    with pytest.raises(TypeError, match="bins is of type"):
        stats.histogram(x, 2.5)


def test_series():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(4, 60))
    x[rng.random(x.shape) < 0.4] = np.nan
    frame = pd.DataFrame(x.T)
    for periods in (0, 1, 3, -2, 100, -100):
        assert_same(stats.lag(x, periods), frame.shift(periods).to_numpy().T)
        wanted = (frame / frame.shift(periods) - 1).to_numpy().T
        assert_same(stats.pct_change(x, periods), wanted)
        assert_same(stats.lag(np.ascontiguousarray(x.T), periods, axis=0), frame.shift(periods).to_numpy())
    for limit in (None, 1, 2, 50):
        assert_same(stats.fill_forward(x, limit), frame.ffill(limit=limit).to_numpy().T)
        assert_same(stats.fill_backward(x, limit), frame.bfill(limit=limit).to_numpy().T)
    assert stats.lag(np.arange(3, dtype="f4")).dtype == np.float32 and stats.lag([1, 2]).dtype == np.float64
    y = x.copy()
    stats.fill_forward(y, out=y)
    assert_same(y, stats.fill_forward(x))
    for call, message in (
        (lambda: stats.lag(x, 1.5), "periods is 1.5"),
        (lambda: stats.fill_forward(x, 0), "limit is 0"),
        (lambda: stats.fill_forward(x, 1.5), "limit is 1.5"),
        (lambda: stats.fill_backward(x, -1), "limit is -1"),
    ):
        with pytest.raises(ValueError, match=message):
            call()


def test_diff():
    for dtype in DTYPES:
        x = data(dtype, (5, 7), 3)
        for axis in (0, 1, -1):
            for n in (0, 1, 3, 9):
                assert_same(numrs.diff(x, axis=axis, n=n), np.diff(x, axis=axis, n=n))
            first, last = x.take([0, 1], axis), x.take([2], axis)
            assert_same(
                numrs.diff(x, axis=axis, prepend=first, append=last), np.diff(x, axis=axis, prepend=first, append=last)
            )
    assert_same(numrs.diff([1.0, 4.0], prepend=0.0), np.array([1.0, 3.0]))
    for call, error, message in (
        (lambda: numrs.diff(3.0), ValueError, "diff: x has no dimension"),
        (lambda: numrs.diff([1.0], n=-1), ValueError, "diff: n is -1"),
        (lambda: numrs.diff([1.0], n=1.5), TypeError, "diff: n is of type float"),
        (lambda: numrs.diff([1.0], axis=1), np.exceptions.AxisError, "diff: axis 1"),
    ):
        with pytest.raises(error, match=message):
            call()
