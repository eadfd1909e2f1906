"""Columns and frames of pandas, polars and Arrow: the same kind comes out, missing values are NaN, nothing is imported or copied in vain."""

import functools
import subprocess
import sys

import numpy as np
import numrs
import pytest
from numrs import stats

VALUES = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0]
HOLES = [3, 1, None, 1, 5, 9, None, 6]
WITH_NAN = np.array([3, 1, np.nan, 1, 5, 9, np.nan, 6])

PAIRS_AND_MORE = ("cov", "corr", "quantile", "apply")
EXPANDING = [n for n in stats.__all__ if n.startswith("expanding_") and not n.endswith(PAIRS_AND_MORE)]
ROLLING = [n for n in stats.__all__ if n.startswith("rolling_") and not n.endswith(PAIRS_AND_MORE)]
# One value per value, of one input: name → call.
KEPT = {
    **{name: functools.partial(getattr(stats, name), window=3) for name in ROLLING},
    **{name: getattr(stats, name) for name in EXPANDING},
    "rolling_quantile": lambda x, **more: numrs.rolling_quantile(x, 3, 0.25, **more),
    "expanding_quantile": lambda x, **more: stats.expanding_quantile(x, 0.25, **more),
    **{f"ewm_{name}": functools.partial(getattr(stats, f"ewm_{name}"), span=4) for name in ("mean", "var", "std")},
    "cumulative_sum": numrs.cumulative_sum,
    "cumulative_max": numrs.cumulative_max,
    "rolling_apply": functools.partial(stats.rolling_apply, window=3, func=np.sum),
    "lag": stats.lag,
    "pct_change": stats.pct_change,
    "fill_forward": stats.fill_forward,
    "fill_backward": stats.fill_backward,
    "zscore": stats.zscore,
    "robust_zscore": stats.robust_zscore,
    "winsorize": lambda x, **more: stats.winsorize(x, limits=0.3, **more),
}
ALL_BY_DEFAULT = ("zscore", "robust_zscore", "winsorize")  # of a frame: over all elements unless axis is given
REDUCED = [
    "median",
    "nanmedian",
    "mad",
    "iqr",
    "skew",
    "gmean",
    "sem",
    "trim_mean",
    "sum",
    "mean",
    "min",
    "max",
    "var",
    "std",
    "argmin",
    "argmax",
    "nansum",
    "nanmean",
    "nanstd",
    "nanmin",
    "nanargmax",
    "count",
]


def package(name):
    return pytest.importorskip(name)


@pytest.mark.parametrize("name", KEPT)
def test_series_keep_index_and_name(name):
    pd = package("pandas")
    index = pd.date_range("2020-01-01", periods=8, freq="D", name="day")
    x = pd.Series(VALUES, index=index, name="a")
    got = KEPT[name](x)
    assert type(got) is pd.Series and got.name == "a" and got.index is index
    np.testing.assert_array_equal(got.to_numpy(), KEPT[name](np.array(VALUES)))
    assert KEPT[name](pd.Series(VALUES, dtype="float32")).dtype == np.float32


@pytest.mark.parametrize("name", KEPT)
def test_frames_keep_labels(name):
    pd = package("pandas")
    x = pd.DataFrame({"a": VALUES, "b": VALUES[::-1], "c": np.arange(8.0)}, index=list("stuvwxyz"))
    default = {} if name not in ALL_BY_DEFAULT else {"axis": 0}
    for axis in (default, {"axis": 0}, {"axis": 1}, {"axis": "columns"}, {"axis": "index"}, {"axis": np.int64(0)}):
        got = KEPT[name](x, **axis)
        along = 1 if axis.get("axis") in (1, "columns") else 0
        assert type(got) is pd.DataFrame and got.index is x.index and got.columns.equals(x.columns)
        np.testing.assert_array_equal(got.to_numpy(), KEPT[name](x.to_numpy(), axis=along))
    for axis, error in ((2, ValueError), (True, TypeError), ("sideways", TypeError), (1.0, TypeError)):
        with pytest.raises(error, match=f"{name}: axis"):
            KEPT[name](x, axis=axis)


@pytest.mark.parametrize("name", REDUCED)
def test_reductions(name):
    pd = package("pandas")
    function = getattr(numrs, name, None) or getattr(stats, name)
    data = np.array([VALUES, VALUES[::-1], range(8)], float).T
    frame = pd.DataFrame(data, columns=["a", "b", "c"], index=list("stuvwxyz"))
    assert function(frame["a"]) == function(data[:, 0]) and np.ndim(function(frame["a"])) == 0
    assert function(frame) == function(data)
    for axis, labels in (
        (0, frame.columns),
        ("index", frame.columns),
        (1, frame.index),
        (-1, frame.index),
        ("columns", frame.index),
    ):
        got = function(frame, axis=axis)
        assert type(got) is pd.Series and got.index is labels
        number = {"index": 0, "columns": 1}.get(axis, axis)
        np.testing.assert_array_equal(got.to_numpy(), function(data, axis=number))
    assert function(frame, axis=0, keepdims=True).shape == (1, 3)
    out = np.empty(3, function(data, axis=0).dtype)
    assert function(frame, axis=0, out=out) is out and np.array_equal(out, function(data, axis=0))


def test_other_kinds_keep_kind_and_name():
    pl, pa = package("polars"), package("pyarrow")
    for name, call in KEPT.items():
        for holes in (False, True):
            values = HOLES if holes else VALUES
            want = call(WITH_NAN if holes else np.array(VALUES))
            x = pl.Series("a", values, dtype=pl.Float64)
            got = call(x)
            assert type(got) is pl.Series and got.name == "a" and got.is_nan().sum() == 0
            np.testing.assert_array_equal(got.to_numpy(), want, err_msg=name)
            assert got.null_count() == np.isnan(want).sum()
            array = call(pa.array(values, pa.float64()))
            assert type(array) is pa.DoubleArray and array.null_count == np.isnan(want).sum()
            np.testing.assert_array_equal(array.to_numpy(zero_copy_only=False), want)
            chunks = call(pa.chunked_array([values[:3], values[3:]], pa.float64()))
            assert type(chunks) is pa.ChunkedArray
            np.testing.assert_array_equal(chunks.to_numpy(), want)


def test_other_frames():
    pl, pa = package("polars"), package("pyarrow")
    data = np.array([VALUES, VALUES[::-1]]).T
    for frame, line in (
        (pl.DataFrame(data, schema=["a", "b"]), pl.Series),
        (pa.table({"a": VALUES, "b": VALUES[::-1]}), pa.Array),
    ):
        names = getattr(frame, "column_names", None) or frame.columns
        got = numrs.rolling_mean(frame, 3, min_periods=1)
        assert type(got) is type(frame) and list(getattr(got, "column_names", None) or got.columns) == list(names)
        np.testing.assert_array_equal(
            np.asarray(got.to_pandas() if line is pa.Array else got.to_numpy()),
            numrs.rolling_mean(data, 3, axis=0, min_periods=1),
        )
        assert type(numrs.nanmean(frame, axis=0)) is type(frame)
        assert isinstance(numrs.nanmean(frame, axis=1), line)
        assert numrs.nanmean(frame) == numrs.nanmean(data)
    batch = pa.record_batch({"a": pa.array(VALUES)})
    assert type(numrs.rolling_sum(batch, 2)) is pa.RecordBatch


NULLABLE = [
    ("Int8", np.int8), ("Int64", np.int64), ("UInt32", np.uint32), ("Float32", np.float32), ("Float64", np.float64),
    ("int16[pyarrow]", np.int16), ("uint64[pyarrow]", np.uint64), ("float[pyarrow]", np.float32), ("double[pyarrow]", np.float64),
    ("Sparse[float64]", np.float64), ("boolean", bool), ("bool[pyarrow]", bool),
]  # fmt: skip


@pytest.mark.parametrize(("dtype", "plain"), NULLABLE)
def test_nullable_dtypes(dtype, plain):
    pd = package("pandas")
    package("pyarrow")
    full = np.array([3, 1, 0, 1, 5, 9, 0, 6]).astype(plain)
    x = pd.Series(full).astype(dtype)
    got, want = numrs.rolling_mean(x, 2), numrs.rolling_mean(full, 2)
    assert got.dtype == want.dtype
    np.testing.assert_array_equal(got, want)
    assert numrs.sum(x) == numrs.sum(full) and type(numrs.sum(x)) is type(numrs.sum(full))
    np.testing.assert_array_equal(numrs.exp(x), numrs.exp(full))
    if not dtype.startswith("Sparse"):
        x[2] = None
        floats = full.astype(plain if np.dtype(plain).kind == "f" else np.float64)
        floats[2] = np.nan
        np.testing.assert_array_equal(
            numrs.rolling_sum(x, 2, min_periods=1), numrs.rolling_sum(floats, 2, min_periods=1)
        )
        assert np.isnan(numrs.sum(x)) and numrs.nansum(x) == numrs.nansum(floats)
        frame = pd.DataFrame({"a": x, "b": np.arange(8)})
        np.testing.assert_array_equal(numrs.nansum(frame, axis=0), [numrs.nansum(floats), 28])


def test_nothing_but_missing_values():
    pd, pl, pa = package("pandas"), package("polars"), package("pyarrow")
    for x in (
        pl.Series([None, None]),
        pa.nulls(2),
        pd.Series([None, None], dtype=pd.ArrowDtype(pa.null())),
        pd.Series([np.nan] * 2),
    ):
        assert numrs.count(x) == 0 and np.isnan(numrs.nanmean(x))
    for x in (pd.Series([], dtype=float), pl.Series([], dtype=pl.Float64), pa.array([], pa.float64())):
        assert len(numrs.rolling_mean(x, 3)) == 0 and type(numrs.rolling_mean(x, 3)) is type(x)
    assert numrs.rolling_mean(pd.DataFrame(index=range(3)), 2).shape == (3, 0)
    assert numrs.rolling_mean(pd.DataFrame({"a": []}, dtype=float), 2).shape == (0, 1)


def test_mixed_frames():
    pd = package("pandas")
    frame = pd.DataFrame(
        {"a": np.arange(4, dtype=np.int32), "b": [True, False, True, True], "c": [0.5, 1.5, np.nan, 2.0]}
    )
    got = numrs.rolling_sum(frame, 2, min_periods=1)
    assert list(got.dtypes) == [np.float64] * 3
    np.testing.assert_array_equal(got, frame.astype(float).rolling(2, min_periods=1).sum())
    twice = pd.DataFrame(np.ones((3, 2)), columns=["a", "a"])
    assert list(numrs.rolling_sum(twice, 2).columns) == ["a", "a"]
    labels = pd.MultiIndex.from_product([["x", "y"], [1, 2]])
    assert numrs.nanmean(pd.DataFrame(np.ones((3, 4)), columns=labels), axis=0).index is not None
    assert numrs.rolling_mean(pd.DataFrame(np.ones((3, 4)), columns=labels), 2).columns.equals(labels)


def refused():
    pd, pl, pa = package("pandas"), package("polars"), package("pyarrow")
    yield pd.Series(["a", "b"]), "str"
    yield pd.Series(["a", 1], dtype=object), "object"
    yield pd.Series([1, 2], dtype=object), "object"
    yield pd.Series(["a", "b"], dtype="string"), "string"
    yield pd.Series(["a", "b"], dtype="category"), "category"
    yield pd.Series(pd.date_range("2020", periods=2)), "datetime64"
    yield pd.Series(pd.date_range("2020", periods=2, tz="UTC")), "datetime64"
    yield pd.Series([1 + 2j]), "complex128"
    yield pd.DataFrame({"a": [1.0], "name": ["b"]}), "in column 'name'"
    yield pl.Series(["a"]), "String"
    yield pl.Series([[1.0]]), "List"
    yield pl.DataFrame({"a": [1.0], "name": ["b"]}), "in column 'name'"
    yield pa.array(["a"]), "string"
    yield pa.table({"a": [1.0], "name": ["b"]}), "in column 'name'"
    yield pa.array(["a"]).dictionary_encode(), "dictionary"


def test_refusals_name_function_and_dtype():
    for x, words in refused():
        for name, call in (
            ("rolling_mean", lambda x: numrs.rolling_mean(x, 2)),
            ("sum", numrs.sum),
            ("exp", numrs.exp),
            ("expanding_mad", stats.expanding_mad),
        ):
            with pytest.raises(TypeError, match=f"^{name}: x has dtype .*expected one of bool") as error:
                call(x)
            assert words in str(error.value) and (type(x).__name__ in str(error.value) or "in column" in words)


def test_steps_and_explicit_windows():
    pd, pl = package("pandas"), package("polars")
    x = pd.Series(VALUES, index=list("abcdefgh"), name="n")
    assert numrs.rolling_mean(x, 3, step=2).equals(x.rolling(3, step=2).mean())
    assert numrs.rolling_mean(x.to_frame(), 3, step=3).equals(x.to_frame().rolling(3, step=3).mean())
    bounds = (np.array([0, 2]), np.array([3, 5]))
    got = numrs.rolling_sum(x, bounds)
    assert list(got.index) == [0, 1] and list(got) == [8.0, 10.0] and got.name == "n"
    every = (np.zeros(8, int), np.arange(1, 9))
    assert numrs.rolling_sum(x, every).index is x.index
    assert numrs.rolling_sum(pl.Series("n", VALUES), bounds).to_list() == [8.0, 10.0]
    assert numrs.rolling_sum(x, (pd.Series(bounds[0]), pd.Series(bounds[1]))).equals(got)
    assert numrs.rolling_sum(x, 2, weights=pd.Series([1.0, 2.0])).equals(
        pd.Series(numrs.rolling_sum(VALUES, 2, weights=[1, 2]), index=x.index, name="n")
    )
    out = np.empty(8)
    assert numrs.rolling_sum(x, 2, out=out) is out


def test_pairs():
    pd, pl = package("pandas"), package("polars")
    a, b = pd.Series(VALUES, name="a", index=range(5, 13)), pd.Series(VALUES[::-1], name="b", index=range(5, 13))
    want = numrs.rolling_cov(np.array(VALUES), np.array(VALUES[::-1]), 4)
    got = numrs.rolling_cov(a, b, 4)
    assert got.index is a.index and got.name is None and np.array_equal(got, want, equal_nan=True)
    assert numrs.rolling_cov(a, a, 4).name == "a"
    assert numrs.rolling_cov(a, b.to_numpy(), 4).name == "a" and numrs.rolling_cov(a.to_numpy(), b, 4).name == "b"
    assert np.array_equal(stats.expanding_corr(a, b), stats.expanding_corr(VALUES, VALUES[::-1]), equal_nan=True)
    with pytest.raises(ValueError, match="rolling_cov: x and x2 have different labels.*align"):
        numrs.rolling_cov(a, b.reset_index(drop=True), 4)
    frame = pd.DataFrame({"a": a, "b": b})
    for x, x2, first, second in (
        (frame, b, frame, frame.assign(a=b)),
        (a, frame, frame.assign(b=a), frame),
        (frame, b.to_numpy(), frame, frame.assign(a=b)),
        (frame, frame[["b", "a"]].set_axis(["a", "b"], axis=1), frame, frame.iloc[:, ::-1]),
    ):
        got = numrs.rolling_corr(x, x2, 4)
        assert list(got.columns) == ["a", "b"] and got.index.equals(frame.index)
        np.testing.assert_array_equal(got, numrs.rolling_corr(first.to_numpy(), second.to_numpy(), 4, axis=0))
    with pytest.raises(ValueError, match="columns"):
        numrs.rolling_corr(frame, frame[["b", "a"]], 4)
    got = numrs.rolling_cov(pl.Series("a", VALUES), pl.Series("b", VALUES[::-1]), 4)
    assert type(got) is pl.Series and np.array_equal(got.to_numpy(), want, equal_nan=True)


def test_several_results():
    pd, pl = package("pandas"), package("polars")
    data = np.array([VALUES, VALUES[::-1], range(8)], float).T
    frame = pd.DataFrame(data, columns=["a", "b", "c"])
    whole = stats.describe(frame, axis=0)
    assert whole.median.index is frame.columns and whole.median["b"] == np.median(VALUES)
    assert stats.describe(frame["a"]).median == np.median(VALUES) == stats.describe(pl.Series(VALUES)).median
    for function, theirs in ((stats.cov, frame.cov()), (stats.corrcoef, frame.corr())):
        got = function(frame, rowvar=False)
        assert got.index.equals(frame.columns) and got.columns.equals(frame.columns)
        np.testing.assert_allclose(got, theirs, rtol=1e-14)
        assert function(pl.DataFrame(data, schema=["a", "b", "c"]), rowvar=False).columns == ["a", "b", "c"]
    assert list(stats.corr(frame, frame["a"], axis=0).index) == ["a", "b", "c"]
    assert stats.spearman(frame["a"], frame["a"]) == 1 and stats.theilslopes(frame["c"]).slope == 1
    with pytest.raises(ValueError, match="corr: x and x2 have different labels"):
        stats.corr(frame["a"], frame["b"].iloc[::-1])


def test_quantiles_and_ranks():
    pd, pl = package("pandas"), package("polars")
    frame = pd.DataFrame({"a": VALUES, "b": VALUES[::-1]}, index=list("stuvwxyz"))
    assert numrs.quantile(frame["a"], 0.25) == np.quantile(VALUES, 0.25) == numrs.quantile(pl.Series(VALUES), 0.25)
    for function, theirs in ((numrs.quantile, frame.quantile), (numrs.nanquantile, frame.quantile)):
        pd.testing.assert_frame_equal(function(frame, [0.25, 0.5], axis=0), theirs([0.25, 0.5]), check_names=False)
        pd.testing.assert_series_equal(function(frame, 0.25, axis=0), theirs(0.25), check_names=False)
        pd.testing.assert_series_equal(function(frame["a"], [0.25, 0.5]), frame["a"].quantile([0.25, 0.5]))
    assert numrs.quantile(frame, 0.5, axis=1).index is frame.index
    assert numrs.nanmedian(pd.Series(HOLES, dtype="Int64")) == np.nanmedian(WITH_NAN)
    ranks = numrs.rankdata(frame["a"])
    pd.testing.assert_series_equal(ranks, frame["a"].rank())
    pd.testing.assert_frame_equal(numrs.rankdata(frame, axis=0), frame.rank())
    assert type(numrs.sort(frame["a"])) is np.ndarray and list(numrs.sort(frame["a"])) == sorted(VALUES)


def test_groups():
    pd, pl = package("pandas"), package("polars")
    data, keys = np.array([VALUES, VALUES[::-1]]).T, [0, 1, 0, 1, 2, 2, 1, 0]
    frame = pd.DataFrame(data, columns=["a", "b"], index=list("stuvwxyz"))
    want = frame.groupby(np.array(keys)).mean()
    for given in (keys, np.array(keys), pd.Series(keys)):
        got = stats.group_mean(frame, given)
        assert type(got) is pd.DataFrame and list(got.columns) == ["a", "b"] and list(got.index) == [0, 1, 2]
        np.testing.assert_allclose(got, want, rtol=1e-15)
    one = stats.group_sum(frame["a"], keys)
    assert one.name == "a" and list(one) == list(frame["a"].groupby(np.array(keys)).sum())
    assert stats.group_max(frame, [0, 0], axis=1).index is frame.index
    assert stats.group_count(frame, list(range(8))).index.equals(pd.RangeIndex(8))
    assert stats.group_sum(pl.Series("a", VALUES), keys).name == "a"


def test_streams_and_histograms():
    pd = package("pandas")
    x = pd.Series(HOLES, dtype="Int64")
    assert stats.histogram(x.dropna(), 3).counts.sum() == 6
    assert stats.Moments().update(pd.Series(VALUES)).value().mean == np.mean(VALUES)
    assert stats.sigmaclip(pd.Series(VALUES)).clipped.size == 8


def test_no_copy_where_memory_allows():
    pd, pl, pa = package("pandas"), package("polars"), package("pyarrow")
    from numrs._ops._tables import table_of

    data = np.arange(1000.0)
    polars = pl.Series(data)
    arrow = pa.array(data)
    arrow_backed = pd.Series(arrow, dtype=pd.ArrowDtype(pa.float64()))
    frame = pd.DataFrame(np.zeros((100, 3)))
    for x, memory in (
        (pd.Series(data, copy=False), data),
        (polars, polars.to_numpy()),
        (arrow, arrow.to_numpy()),
        (arrow_backed, arrow.to_numpy()),
        (frame, frame.to_numpy()),
    ):
        assert np.shares_memory(table_of(x, "f", "x").values, memory), type(x)
    masked = pd.Series(data.astype(np.int64)).astype("Int64")
    assert np.shares_memory(table_of(masked, "f", "x").values, table_of(masked, "f", "x").values)
    result = numrs.rolling_mean(frame, 3).to_numpy()
    assert result.flags.f_contiguous  # each column together, as pandas keeps it


def test_inputs_are_left_alone():
    pd, pl = package("pandas"), package("polars")
    x = pd.Series(HOLES, dtype="Int64")
    before = x.copy()
    y = numrs.rolling_sum(x, 2)
    y.iloc[0] = 7.0
    assert x.equals(before) and y.iloc[0] == 7.0
    z = pl.Series("a", VALUES)
    numrs.rolling_sum(z, 2)
    assert z.to_list() == VALUES


def test_where_and_subclasses():
    pd = package("pandas")
    x = pd.Series(VALUES)
    assert numrs.sum(x, where=x > 2) == sum(v for v in VALUES if v > 2)

    class Own(pd.Series):
        pass

    assert isinstance(numrs.rolling_sum(Own(VALUES), 2), pd.Series)
    assert type(numrs.rolling_sum([1, 2, 3], 2)) is np.ndarray and type(numrs.rolling_sum((1, 2, 3), 2)) is np.ndarray


@pytest.mark.parametrize("name", ["pandas", "polars", "pyarrow"])
def test_nothing_is_imported(name):
    script = (
        "import sys, numpy as np, numrs\n"
        "class Odd:\n    def __array__(self, dtype=None, copy=None): return np.arange(3.0)\n"
        "for x in (np.arange(3.0), [1.0, 2.0], Odd(), np.float64(3)):\n    numrs.sum(x); numrs.exp(x)\n"
        "numrs.rolling_mean(Odd(), 2)\n"
        f"sys.exit({name!r} in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 0
