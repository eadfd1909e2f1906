"""Statistics of lines against SciPy and NumPy: values, axes, layouts, masks, NaN, empty and constant lines, threads, both backends, bad input."""

import warnings

import numpy as np
import numrs
import pytest
import scipy.stats as ss
from numrs import stats
from reference import DTYPES, assert_same, data, layouts

pytestmark = [pytest.mark.filterwarnings("ignore")]

# Function, options, SciPy's (line → number or line).
REDUCING = {
    "skew": [({}, ss.skew), ({"bias": False}, lambda v: ss.skew(v, bias=False))],
    "kurtosis": [
        ({}, ss.kurtosis),
        ({"fisher": False, "bias": False}, lambda v: ss.kurtosis(v, fisher=False, bias=False)),
    ],
    "moment": [({"order": k}, lambda v, k=k: ss.moment(v, order=k)) for k in (0, 1, 2, 3, 5)],
    "gmean": [({}, ss.gmean)],
    "hmean": [({}, ss.hmean)],
    "sem": [({}, lambda v: ss.sem(v, ddof=0)), ({"ddof": 1}, lambda v: ss.sem(v, ddof=1))],
    "trim_mean": [({}, lambda v: ss.trim_mean(v, 0.1)), ({"proportion": 0.3}, lambda v: ss.trim_mean(v, 0.3))],
    "biweight_location": [({}, lambda v: biweight_location(v, 6.0)), ({"c": 3}, lambda v: biweight_location(v, 3.0))],
    "biweight_scale": [({}, lambda v: biweight_scale(v, 9.0))],
}
LINES = {
    "zscore": [({}, ss.zscore), ({"correction": 1}, lambda v: ss.zscore(v, ddof=1))],
    "robust_zscore": [({}, lambda v: (v - np.median(v)) / ss.median_abs_deviation(v, scale="normal"))],
    "winsorize": [
        ({}, lambda v: np.asarray(ss.mstats.winsorize(v, limits=(0.05, 0.05)))),
        ({"limits": (0.2, 0.3)}, lambda v: np.asarray(ss.mstats.winsorize(v, limits=(0.2, 0.3)))),
    ],
}
PAIRS = {
    "corr": lambda a, b: ss.pearsonr(a, b)[0],
    "spearman": lambda a, b: ss.spearmanr(a, b)[0],
    "kendall": lambda a, b: ss.kendalltau(a, b)[0],
}
CASES = [(name, options, peer) for name, rows in REDUCING.items() for options, peer in rows]
LINE_CASES = [(name, options, peer) for name, rows in LINES.items() for options, peer in rows]


def biweight_location(v, c):
    median = np.median(v)
    mad = np.median(np.abs(v - median))
    if mad == 0:
        return median
    u = (v - median) / (c * mad)
    weight = np.where(np.abs(u) < 1, (1 - u**2) ** 2, 0)
    return median + np.sum((v - median) * weight) / np.sum(weight)


def biweight_scale(v, c):
    median = np.median(v)
    d = v - median
    mad = np.median(np.abs(d))
    if mad == 0:
        return 0.0
    u = d / (c * mad)
    inside = np.abs(u) < 1
    top = np.sum(inside * d**2 * (1 - u**2) ** 4)
    return np.sqrt(v.size * top) / abs(np.sum(inside * (1 - u**2) * (1 - 5 * u**2)))


def values(dtype, shape, seed=0):
    x = data(dtype, shape, seed, 1, 9)
    return x + x.dtype.type(1) if x.dtype.kind == "f" else x


def by_line(x, axes, peer):
    """peer over the lines of x in float64; numbers in the shape of what stays."""
    axes = tuple(range(x.ndim)) if axes is None else tuple(a % x.ndim for a in (axes if isinstance(axes, tuple) else (axes,)))
    kept = [a for a in range(x.ndim) if a not in axes]
    moved = np.transpose(np.asarray(x, np.float64), kept + sorted(axes))
    flat = moved.reshape([x.shape[a] for a in kept] + [-1])
    return np.array([peer(v) for v in flat.reshape(-1, flat.shape[-1])]).reshape([x.shape[a] for a in kept])


def close(got, wanted, dtype, message=""):
    assert np.shape(got) == np.shape(wanted), message
    assert np.asarray(got).dtype == (np.float32 if dtype == "float32" else np.float64), message
    np.testing.assert_allclose(got, wanted, rtol=2e-6 if dtype == "float32" else 1e-11, atol=1e-11, err_msg=message)


@pytest.mark.parametrize("name,options,peer", CASES)
def test_numbers_of_every_dtype_and_axis(name, options, peer):
    for dtype in DTYPES:
        x = values(dtype, (4, 5, 6), 1)
        for axis in (None, 0, 1, -1, (0, 2), (1, 2), (2, 0)):
            wanted = by_line(x, axis, peer)
            got = getattr(stats, name)(x, axis=axis, **options)
            close(got, wanted, dtype, f"{name} {dtype} {axis} {options}")
            kept = getattr(stats, name)(x, axis=axis, keepdims=True, **options)
            assert np.ndim(kept) == 3 and np.array_equal(np.ravel(kept), np.ravel(got), equal_nan=True)


@pytest.mark.parametrize("name,options,peer", LINE_CASES)
def test_lines_of_every_dtype_and_axis(name, options, peer):
    for dtype in ("float64", "float32", "int16", "uint8"):
        x = values(dtype, (7, 25), 1)
        for axis in (0, 1):
            wanted = np.apply_along_axis(peer, axis, np.asarray(x, np.float64))
            close(getattr(stats, name)(x, axis=axis, **options), wanted, dtype, f"{name} {dtype} {axis}")
        wanted = peer(np.asarray(x, np.float64).ravel()).reshape(x.shape)
        close(getattr(stats, name)(x, **options), wanted, dtype, name)
        out = np.empty(x.shape)
        assert getattr(stats, name)(x, axis=1, out=out, **options) is out
        y = np.asarray(x, np.float64).copy()
        getattr(stats, name)(y, axis=1, out=y, **options)  # in place
        assert_same(y, getattr(stats, name)(np.asarray(x, np.float64), axis=1, **options))


@pytest.mark.parametrize("name", PAIRS)
def test_pairs(name):
    rng = np.random.default_rng(4)
    for x, y in (
        (rng.normal(size=(3, 60)), rng.normal(size=(3, 60))),
        (rng.integers(0, 4, (3, 60)), rng.integers(0, 4, (3, 60))),
        (rng.normal(size=(3, 60)).astype("f4"), rng.normal(size=60).astype("f4")),
    ):
        wide = np.broadcast_to(np.asarray(y, float), x.shape)
        wanted = [PAIRS[name](a, b) for a, b in zip(np.asarray(x, float), wide, strict=True)]
        close(getattr(stats, name)(x, y, axis=1), np.array(wanted), str(x.dtype), name)
        columns = [PAIRS[name](a, b) for a, b in zip(np.asarray(x, float).T, wide.T, strict=True)]
        close(getattr(stats, name)(x, y, axis=0), np.array(columns), str(x.dtype), name)
    assert np.isnan(getattr(stats, name)([1.0, 1.0], [1.0, 2.0]))
    assert getattr(stats, name)(np.arange(50.0), np.arange(50.0) ** 3 if name != "corr" else np.arange(50.0)) == pytest.approx(1, abs=1e-15)


def test_layouts_give_the_same_bits():
    for dtype in ("float32", "float64"):
        x = values(dtype, (40, 30), 1)
        for name, options, _ in CASES + LINE_CASES:
            for _, y in layouts(x):
                for axis in (0, 1):
                    wanted = getattr(stats, name)(np.ascontiguousarray(y), axis=axis, **options)
                    assert_same(getattr(stats, name)(y, axis=axis, **options), wanted, name)


def test_where():
    rng = np.random.default_rng(2)
    x, mask = values("float64", (6, 50), 3), rng.random((6, 50)) < 0.6
    for name, options, peer in CASES:
        wanted = np.array([peer(v[m]) for v, m in zip(x, mask, strict=True)])
        close(getattr(stats, name)(x, axis=1, where=mask, **options), wanted, "float64", name)
    assert np.isnan(stats.skew(x, where=np.zeros(x.shape, bool)))


def test_nan_propagates_and_nothing_is_nan():
    x = values("float64", (2, 30), 1)
    x[0, 7] = np.nan
    for name, options, _ in CASES:
        if name == "moment" and options["order"] == 0:
            continue
        got = getattr(stats, name)(x, axis=1, **options)
        assert np.isnan(got[0]) and np.isfinite(got[1]), name
        assert not np.signbit(got[0]), name
        assert np.isnan(getattr(stats, name)([], **options)), name
    for name, options, _ in LINE_CASES:
        got = getattr(stats, name)(x, axis=1, **options)
        assert np.isnan(got[0]).all() and np.isfinite(got[1]).all(), name
        assert getattr(stats, name)([], **options).shape == (0,)
    for name in PAIRS:
        assert np.isnan(getattr(stats, name)(x[0], x[1])) and np.isnan(getattr(stats, name)([], []))


def test_constant_lines():
    x = np.full(20, 1e8)
    assert np.isnan(stats.skew(x)) and np.isnan(stats.kurtosis(x)) and np.isnan(stats.zscore(x)).all()
    assert stats.sem(x) == 0 and stats.biweight_location(x) == 1e8 and stats.biweight_scale(x) == 0
    assert stats.trim_mean(x) == 1e8 and stats.gmean(np.full(9, 4.0)) == pytest.approx(4, rel=1e-15)


def test_far_from_zero_nothing_is_lost():
    rng = np.random.default_rng(7)
    x = rng.gamma(2.0, size=5000)
    shifted = x + 2.0**30
    exact = shifted - 2.0**30  # the same deviations, without the offset
    for name in ("skew", "kurtosis"):
        assert getattr(stats, name)(shifted) == pytest.approx(getattr(stats, name)(exact), rel=1e-12)
    assert stats.sem(shifted) == pytest.approx(stats.sem(exact), rel=1e-13)
    assert stats.corr(shifted, x) == pytest.approx(stats.corr(exact, x), rel=1e-13)


def test_describe():
    x = values("float64", (5, 41), 3)
    d = stats.describe(x, axis=1, correction=1)
    np.testing.assert_array_equal(d.count, 41)
    for got, wanted in (
        (d.mean, x.mean(axis=1)), (d.std, x.std(axis=1, ddof=1)), (d.min, x.min(axis=1)), (d.max, x.max(axis=1)),
        (d.q25, np.quantile(x, 0.25, axis=1)), (d.median, np.median(x, axis=1)), (d.q75, np.quantile(x, 0.75, axis=1)),
        (d.skew, ss.skew(x, axis=1)), (d.kurtosis, ss.kurtosis(x, axis=1)),
    ):  # fmt: skip
        np.testing.assert_allclose(got, wanted, rtol=1e-12)
    empty = stats.describe([])
    assert empty.count == 0 and np.isnan(empty[1:]).all()
    assert stats.describe([3]).std == 0 and stats.describe([1, 2]).median == 1.5


def test_sigmaclip_and_theilslopes():
    rng = np.random.default_rng(5)
    for x in (np.r_[rng.normal(size=300), 50, -80], rng.normal(size=50).astype("f4"), rng.integers(0, 9, 80)):
        got, wanted = stats.sigmaclip(x, 2, 2.5), ss.sigmaclip(np.asarray(x, float), 2, 2.5)
        assert got.clipped.dtype == x.dtype
        np.testing.assert_array_equal(got.clipped, wanted.clipped.astype(x.dtype))
        np.testing.assert_allclose([got.lower, got.upper], [wanted.lower, wanted.upper], rtol=1e-13)
    for y, x in (
        (rng.normal(size=70), None), (rng.normal(size=70), rng.normal(size=70)), (rng.integers(0, 5, 90), rng.integers(0, 5, 90)),
    ):  # fmt: skip
        for alpha in (0.95, 0.3):
            np.testing.assert_allclose(stats.theilslopes(y, x, alpha), ss.theilslopes(y, x, alpha), rtol=1e-12, atol=1e-15)
    both = stats.theilslopes(np.stack([np.arange(9.0), 2 * np.arange(9.0) + 1]), axis=1)
    np.testing.assert_array_equal(both.slope, [1, 2])
    np.testing.assert_array_equal(both.intercept, [0, 1])


@pytest.mark.parametrize("shape", [(1, 30), (4, 30), (30,), (5, 1)])
def test_matrices(shape):
    rng = np.random.default_rng(6)
    x = rng.normal(size=shape) + 100
    y = rng.normal(size=shape)
    f, a = rng.integers(1, 4, shape[-1]), rng.random(shape[-1])
    for options in ({}, {"ddof": 0}, {"rowvar": False}, {"fweights": f}, {"aweights": a}, {"fweights": f, "aweights": a}, {"aweights": a, "ddof": 0}):
        if not options.get("rowvar", True) and len(shape) == 1:
            continue
        np.testing.assert_allclose(stats.cov(x, **options), np.cov(x, **options), rtol=1e-11, equal_nan=True)
        if not options.get("rowvar", True) and shape[0] == 1:
            continue  # which NumPy refuses
        np.testing.assert_allclose(stats.cov(x, y, **options), np.cov(x, y, **options), rtol=1e-11, atol=1e-13, equal_nan=True)
    np.testing.assert_allclose(stats.corrcoef(x, y), np.corrcoef(x, y), rtol=1e-11, atol=1e-13, equal_nan=True)
    assert np.asarray(stats.cov(x.astype("f4"))).dtype == np.float32


def test_equal_bits_for_threads_and_targets():
    x = values("float64", (300, 700), 2)
    before, target = numrs.get_num_threads(), numrs.detect_simd_support()
    names = [(name, options) for name, options, _ in CASES + LINE_CASES if name != "gmean"]
    wanted = {name + str(options): getattr(stats, name)(x, axis=0, **options).tobytes() for name, options in names}
    try:
        for threads in (1, 2, 3):
            numrs.set_num_threads(threads)
            for name, options in names:
                assert getattr(stats, name)(x, axis=0, **options).tobytes() == wanted[name + str(options)], name
        for backend in numrs.list_backends():
            numrs.set_backend(backend)
            for name, options in names:
                assert getattr(stats, name)(x, axis=0, **options).tobytes() == wanted[name + str(options)], (name, backend)
    finally:
        numrs.set_num_threads(before)
        numrs.set_backend("cpu")
    assert numrs.detect_simd_support() == target


def test_bad_input():
    x = np.arange(12.0).reshape(3, 4)
    for call, error, message in (
        (lambda: stats.skew(x, axis=2), np.exceptions.AxisError, "skew: axis 2"),
        (lambda: stats.skew(x, axis=(0, 0)), ValueError, "given twice"),
        (lambda: stats.skew(np.array(["a"])), TypeError, "skew: x has dtype"),
        (lambda: stats.moment(x, order=1.5), ValueError, "moment: order is 1.5"),
        (lambda: stats.moment(x, order="a"), TypeError, "moment: order"),
        (lambda: stats.moment(x, order=-1), ValueError, "moment: order is -1"),
        (lambda: stats.trim_mean(x, proportion=0.7), ValueError, "trim_mean: proportion is 0.7"),
        (lambda: stats.trim_mean(x, proportion=float("nan")), ValueError, "trim_mean: proportion"),
        (lambda: stats.winsorize(x, limits=(0.7, 0.7)), ValueError, "winsorize: lower \\+ upper"),
        (lambda: stats.winsorize(x, limits=(0.1, 0.1, 0.1)), ValueError, "winsorize: limits"),
        (lambda: stats.biweight_scale(x, c=-1), ValueError, "biweight_scale: c is -1"),
        (lambda: stats.sigmaclip(x, low=-1), ValueError, "sigmaclip: low"),
        (lambda: stats.corr(x, np.arange(5.0), axis=1), ValueError, "corr: x2 has shape"),
        (lambda: stats.corr(x, None), TypeError, "corr: x2 is None"),
        (lambda: stats.zscore(x, correction=1, ddof=1), TypeError, "synonyms"),
        (lambda: stats.theilslopes(x[0], alpha=2), ValueError, "theilslopes: alpha"),
        (lambda: stats.cov(np.zeros((2, 2, 2))), ValueError, "cov: x has 3 dimensions"),
        (lambda: stats.cov(x, np.zeros(5)), ValueError, "observations"),
        (lambda: stats.cov(x, fweights=[1, 2]), ValueError, "fweights has shape"),
        (lambda: stats.cov(x, aweights=[1, -2, 3, 4]), ValueError, "aweights has a negative"),
    ):
        with pytest.raises(error, match=message):
            call()
    out = np.full(3, 7.0)
    for wrong in (np.zeros(4), np.zeros((3, 1))):
        with pytest.raises(ValueError, match="out has shape"):
            stats.skew(x, axis=1, out=wrong)
    with pytest.raises(ValueError, match="proportion"):
        stats.trim_mean(x, axis=1, proportion=9, out=out)
    assert (out == 7).all()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        stats.skew([]), stats.corrcoef([[1.0, 1.0], [1.0, 2.0]])
