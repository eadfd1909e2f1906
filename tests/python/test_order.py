"""Sorting, selection and order statistics against NumPy and SciPy's definitions: dtypes, axes, layouts, NaN, infinities and zeros, patterns that
are hard on sorts, both backends and every instruction set, threads, bad input."""

import itertools
import statistics

import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numrs._ops import runtime
from reference import DTYPES, FLOATS, assert_same, data, layouts

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning")]
FAST = settings(derandomize=True, deadline=None, max_examples=80)
SIZES = (0, 1, 2, 3, 7, 8, 9, 16, 31, 33, 64, 65, 100, 127, 129, 255, 257, 1000, 4097)
METHODS = (
    "linear", "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)  # fmt: skip


def places():
    yield from numrs.simd_info()["available"]
    yield "cpu-portable"


@pytest.fixture(params=list(places()))
def place(request):
    """Every instruction set of backend cpu, then cpu-portable."""
    target, backend = numrs.detect_simd_support(), numrs.get_backend()
    numrs.set_backend("cpu-portable") if request.param == "cpu-portable" else runtime.set_target(request.param)
    yield request.param
    numrs.set_backend(backend)
    if backend == "cpu":
        runtime.set_target(target)


def special(dtype, n, seed=1):
    """Values with many ties, and for floats NaN, infinities and zeros of both signs."""
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "b":
        return generator.random(n) < 0.5
    if dtype.kind in "iu":
        info = np.iinfo(dtype)
        x = generator.integers(info.min, info.max, n, dtype=dtype, endpoint=True)
        x[generator.random(n) < 0.3] = generator.choice(np.array([info.min, info.max, 0, 1], dtype))
        return x
    x = generator.standard_normal(n).astype(dtype)
    chosen = generator.random(n)
    for number, value in enumerate((np.nan, np.inf, -np.inf, 0.0, -0.0, 1.0)):
        x[(chosen >= 0.06 * number) & (chosen < 0.06 * (number + 1))] = value
    return x


def sort_reference(x, descending=False):
    """Positions of a stable sort, NaN last in both directions."""
    if not descending:
        return np.argsort(x, kind="stable")
    number = np.isnan(x) if x.dtype.kind == "f" else np.zeros(x.shape, bool)
    values, ranks = np.unique(x, return_inverse=True)
    key = np.where(number, np.int64(1), -ranks.reshape(x.shape))
    return np.argsort(key, kind="stable")


def same_bits(got, wanted):
    assert got.dtype == wanted.dtype and got.shape == wanted.shape
    np.testing.assert_array_equal(got, wanted)
    if wanted.dtype.kind == "f":
        np.testing.assert_array_equal(np.signbit(got), np.signbit(wanted))


@pytest.mark.parametrize("dtype", DTYPES)
def test_sort_and_argsort(dtype, place):
    for n in SIZES:
        for x in (special(dtype, n), data(dtype, n, 3)):
            for descending in (False, True):
                order = sort_reference(x, descending)
                np.testing.assert_array_equal(
                    numrs.argsort(x, descending=descending), order, err_msg=f"{n} {descending}"
                )
                same_bits(numrs.sort(x, descending=descending), x[order])


def patterns(n):
    generator = np.random.default_rng(8)
    up = np.arange(n, dtype=float)
    yield "increasing", up
    yield "decreasing", up[::-1].copy()
    yield "organ pipe", np.minimum(up, up[::-1])
    yield "equal", np.full(n, 3.0)
    yield "two values", generator.integers(0, 2, n).astype(float)
    yield "few values", generator.integers(0, 9, n).astype(float)
    yield "sawtooth", up % 17
    yield "nearly sorted", np.where(generator.random(n) < 0.01, generator.random(n) * n, up)
    yield "powers", np.exp2(generator.integers(-1000, 1000, n).astype(float))
    yield "zeros", np.where(generator.random(n) < 0.5, 0.0, -0.0)
    yield "mostly NaN", np.where(generator.random(n) < 0.99, np.nan, up)
    yield "one different", np.where(up == n // 2, 1.0, 0.0)
    yield "blocks", np.repeat(generator.random(n // 100 + 1), 100)[:n]
    yield "two sorted halves", np.concatenate([up[::2], up[1::2]])
    yield "median of three killer", _killer(n)


def _killer(n):
    """Musser's sequence, quadratic for a quicksort that takes the median of first, middle and last."""
    x, half = np.zeros(n), n // 2
    for i in range(half):
        x[i] = i + 1 if i % 2 == 0 else half + i + (1 if half % 2 == 0 else 0)
        x[half + i] = 2 * (i + 1)
    return x


@pytest.mark.parametrize("dtype", ("float64", "float32", "int64", "int32", "uint64", "int16", "uint8"))
def test_hard_patterns(dtype, place):
    for n in (50, 3000, 70_000):
        for name, values in patterns(n):
            with np.errstate(all="ignore"):
                x = (
                    values.astype(dtype)
                    if np.dtype(dtype).kind == "f"
                    else np.nan_to_num(np.clip(values, 0, 100)).astype(dtype)
                )
            wanted = np.sort(x, kind="stable")
            got = numrs.sort(x)
            np.testing.assert_array_equal(got, wanted, err_msg=f"{name} {n}")
            np.testing.assert_array_equal(numrs.argsort(x), np.argsort(x, kind="stable"), err_msg=f"{name} {n}")
            np.testing.assert_array_equal(numrs.median(x), np.median(x), err_msg=f"{name} {n}")
            k = n // 3
            assert np.array_equal(numrs.partition(x, k)[k], wanted[k], equal_nan=wanted.dtype.kind == "f"), (
                f"{name} {n}"
            )


def test_no_pattern_is_quadratic():
    """Against itself an algorithm cannot defend: the elements are laid so that each pivot that it takes is the worst (McIlroy's idea on
    the places of the samples). Bounded work shows as time no more than some times that of random numbers."""
    import time

    n = 400_000
    random = np.random.default_rng(1).random(n)
    x = random.copy()
    for _ in range(3):  # sorting, then scattering the extremes onto the places that were looked at
        order = np.argsort(x)
        x[order[:2000]], x[order[-2000:]] = x[order[-2000:]], x[order[:2000]]
    slow = 0.0
    for values in (x, *(v for _, v in patterns(n))):
        start = time.perf_counter()
        numrs.sort(values)
        slow = max(slow, time.perf_counter() - start)
    start = time.perf_counter()
    numrs.sort(random)
    assert slow < 30 * (time.perf_counter() - start) + 0.2


@pytest.mark.parametrize("name", ("sort", "argsort"))
def test_axes_and_layouts(name, place):
    base = getattr(np, name)
    for dtype in ("float64", "int16", "float32", "bool"):
        x = data(dtype, (40, 30), 5)
        for _, y in layouts(x):
            for axis in (0, 1, -1, None):
                np.testing.assert_array_equal(
                    getattr(numrs, name)(y, axis=axis), base(np.asarray(y), axis=axis, kind="stable")
                )
    x = data("float32", (3, 5, 4, 2), 6)
    for axis in range(-4, 4):
        np.testing.assert_array_equal(getattr(numrs, name)(x, axis=axis), base(x, axis=axis, kind="stable"))
    for shape in ((0,), (0, 3), (3, 0), (2, 0, 4)):
        for axis in range(len(shape)):
            assert getattr(numrs, name)(np.zeros(shape), axis=axis).shape == shape


def partition_reference(x, kth):
    """The documented result: less, equal, greater around each place, in the order of the input."""
    index = np.arange(len(x))
    numbers = ~np.isnan(x) if x.dtype.kind == "f" else np.ones(len(x), bool)
    index = np.concatenate([index[numbers], index[~numbers]])
    count = int(numbers.sum())
    wanted = np.sort(x[numbers], kind="stable")
    key = np.zeros(count, np.int64)
    for k in {k % len(x) for k in np.atleast_1d(kth)}:
        if k < count:
            values = x[index[:count]]
            key += (values >= wanted[k]).astype(int) + (values > wanted[k])
    index[:count] = index[:count][np.argsort(key, kind="stable")]
    return index


@pytest.mark.parametrize("dtype", DTYPES)
def test_partition(dtype, place):
    for n in (1, 2, 5, 33, 200, 1000):
        for x in (special(dtype, n), data(dtype, n, 3)):
            for kth in (0, n // 2, n - 1, -1, [0, n // 3, n // 2], [n - 1, 0, 0]):
                index = partition_reference(x, kth)
                same_bits(numrs.partition(x, kth), x[index])
                np.testing.assert_array_equal(numrs.argpartition(x, kth), index)
                wanted = np.partition(x, kth)
                np.testing.assert_array_equal(numrs.partition(x, kth)[kth], wanted[kth])
    x = data(dtype, (6, 7, 5), 2)
    for axis in (0, 1, 2):
        got, wanted = numrs.partition(x, 2, axis=axis), np.sort(x, axis=axis)
        np.testing.assert_array_equal(np.take(got, 2, axis), np.take(wanted, 2, axis))
        np.testing.assert_array_equal(np.take_along_axis(x, numrs.argpartition(x, 2, axis=axis), axis), got)
    assert numrs.partition(x, 3, axis=None).shape == (x.size,)


@pytest.mark.parametrize("dtype", DTYPES)
def test_topk(dtype, place):
    for n in (1, 5, 40, 3000):
        x = special(dtype, n)
        for k in {0, 1, n // 2, n}:
            for largest, in_order in itertools.product((True, False), repeat=2):
                order = sort_reference(x, largest)[:k]
                if not in_order:
                    number = np.isnan(x[order]) if x.dtype.kind == "f" else np.zeros(k, bool)
                    order = np.concatenate([np.sort(order[~number]), np.sort(order[number])])
                got = numrs.topk(x, k, largest=largest, sorted=in_order)
                np.testing.assert_array_equal(got.indices, order)
                same_bits(got.values, x[order])
    x = data(dtype, (5, 6), 4)
    assert numrs.topk(x, 2, axis=0).values.shape == (2, 6)
    np.testing.assert_array_equal(numrs.topk(x, 6, axis=1).values, numrs.sort(x, axis=1, descending=True))


@pytest.mark.parametrize("dtype", DTYPES)
def test_median_and_quantile(dtype, place):
    for shape in ((1,), (2,), (7,), (1000,), (40_001,), (4, 5, 6)):
        x = data(dtype, shape, 2)
        for axis in (None, *range(len(shape)), tuple(range(len(shape)))):
            for keepdims in (False, True):
                wanted = np.asarray(np.median(x.astype(np.float64), axis=axis, keepdims=keepdims))
                wanted = wanted.astype(np.float32 if dtype == "float32" else np.float64)[()]
                assert_same(numrs.median(x, axis=axis, keepdims=keepdims), wanted, f"{shape} {axis}")
                assert_same(numrs.nanmedian(x, axis=axis, keepdims=keepdims), wanted, f"{shape} {axis}")
            got = numrs.quantile(x, [0.1, 0.5, 0.99], axis=axis)
            np.testing.assert_allclose(
                got,
                np.quantile(x.astype(float), [0.1, 0.5, 0.99], axis=axis),
                rtol=1e-6 if dtype == "float32" else 1e-13,
                atol=1e-6,
            )


@pytest.mark.parametrize("method", METHODS)
def test_quantile_methods(method, place):
    probabilities = np.concatenate([np.linspace(0, 1, 41), [1e-300, 1e-9, 1 - 1e-9, 1 / 3]])
    for n in (1, 2, 3, 4, 5, 10, 11, 97):
        x = np.random.default_rng(n).standard_normal(n)
        wanted = np.quantile(x, probabilities, method=method)
        np.testing.assert_allclose(numrs.quantile(x, probabilities, method=method), wanted, rtol=1e-14, atol=1e-15)
        for q, w in zip(probabilities[::7], wanted[::7], strict=True):
            np.testing.assert_allclose(numrs.quantile(x, q, method=method), w, rtol=1e-14, atol=1e-15)
            np.testing.assert_allclose(
                numrs.percentile(x, 100 * q, method=method),
                np.percentile(x, 100 * q, method=method),
                rtol=1e-13,
                atol=1e-14,
            )


def test_quantile_shapes():
    x = np.arange(12.0).reshape(3, 4)  # q by its name, as NumPy's callers give it
    for f, q in ((numrs.quantile, 0.3), (numrs.nanquantile, 0.3), (numrs.percentile, 30), (numrs.nanpercentile, 30)):
        np.testing.assert_array_equal(f(x, q=q, axis=1), f(x, q, axis=1))
    x = data("float64", (4, 5, 6), 1)
    for q in (0.3, [0.3], [0.1, 0.9], [[0.1, 0.9], [0.2, 0.5]], []):
        for axis in (None, 0, (0, 2), -1):
            for keepdims in (False, True):
                wanted = np.quantile(x, q, axis=axis, keepdims=keepdims)
                got = numrs.quantile(x, q, axis=axis, keepdims=keepdims)
                assert np.shape(got) == np.shape(wanted)
                np.testing.assert_allclose(got, wanted, rtol=1e-14)
                out = np.empty(np.shape(wanted))
                assert numrs.quantile(x, q, axis=axis, keepdims=keepdims, out=out) is out
                np.testing.assert_allclose(out, wanted, rtol=1e-14)
    assert numrs.quantile(x, 0.5, axis=()).shape == x.shape


def test_weights():
    generator = np.random.default_rng(3)
    for n in (1, 2, 5, 50):
        x, w = generator.standard_normal((3, n)), generator.integers(0, 4, (3, n)).astype(float)
        w[:, 0] = 1
        q = np.linspace(0, 1, 13)
        wanted = np.quantile(x, q, axis=1, weights=w, method="inverted_cdf")
        np.testing.assert_array_equal(numrs.quantile(x, q, axis=1, weights=w, method="inverted_cdf"), wanted)
        wanted = np.quantile(x, 0.5, axis=1, weights=w[0], method="inverted_cdf")
        np.testing.assert_array_equal(numrs.quantile(x, 0.5, axis=1, weights=w[0], method="inverted_cdf"), wanted)
        ones = numrs.quantile(x, q, weights=np.ones_like(x), method="inverted_cdf")
        np.testing.assert_array_equal(ones, numrs.quantile(x, q, method="inverted_cdf"))
    assert np.isnan(numrs.quantile([1.0, 2.0], 0.5, weights=[0, 0], method="inverted_cdf"))


def test_nan_and_inf(place):
    for dtype in FLOATS:
        x = np.array([[1, np.nan, 3, 5], [np.nan] * 4, [np.inf, -np.inf, 2, 4], [np.inf, np.inf, np.inf, 1]], dtype)
        np.testing.assert_array_equal(numrs.median(x, axis=1), np.array([np.nan, np.nan, 3, np.inf], dtype))
        np.testing.assert_array_equal(numrs.nanmedian(x, axis=1), np.array([3, np.nan, 3, np.inf], dtype))
        np.testing.assert_array_equal(
            numrs.nanquantile(x, [0, 1], axis=1),
            np.array([[1, np.nan, -np.inf, 1], [5, np.nan, np.inf, np.inf]], dtype),
        )
        np.testing.assert_array_equal(numrs.nanpercentile(x, 50, axis=1), np.array([3, np.nan, 3, np.inf], dtype))
        assert np.isnan(numrs.mad(x[0])) and np.isnan(numrs.iqr(x[0])) and np.isnan(numrs.quantile(x[0], 0.1))
        assert np.isnan(numrs.median(np.array([-np.inf, np.inf], dtype)))
        top = np.finfo(dtype).max
        assert numrs.median(np.array([top, top], dtype)) == top
        assert np.isnan(numrs.median(np.array([], dtype))) and np.isnan(numrs.nanmedian(np.array([], dtype)))
    # However a NaN is placed, it is found.
    for n in (10, 100, 50_000):
        for at in (0, 1, n // 2, n - 1):
            x = np.ones(n)
            x[at] = np.nan
            assert np.isnan(numrs.median(x)) and numrs.nanmedian(x) == 1


def test_where_and_out(place):
    x = data("float64", (6, 7), 1)
    mask = data("bool", (6, 7), 2)
    for axis in (None, 0, 1):
        wanted = np.nanmedian(np.where(mask, x, np.nan), axis=axis)
        np.testing.assert_array_equal(numrs.median(x, axis=axis, where=mask), wanted)
        np.testing.assert_allclose(
            numrs.quantile(x, 0.3, axis=axis, where=mask),
            np.nanquantile(np.where(mask, x, np.nan), 0.3, axis=axis),
            rtol=1e-14,
        )
    out = np.empty(7, np.float32)
    assert numrs.median(x, axis=0, out=out) is out
    np.testing.assert_array_equal(out, np.median(x, axis=0).astype(np.float32))
    y = x.copy()
    wanted = np.median(x, axis=0)
    numrs.median(y, axis=0, out=y[2])  # the output is a row of the input
    np.testing.assert_array_equal(y[2], wanted)


def test_spread(place):
    generator = np.random.default_rng(5)
    for n in (1, 2, 5, 100, 50_001):
        x = generator.standard_normal(n)
        wanted = np.median(np.abs(x - np.median(x)))
        assert numrs.mad(x) == wanted
        np.testing.assert_allclose(numrs.mad(x, scale="normal"), wanted / 0.6744897501960817, rtol=1e-15)
        np.testing.assert_allclose(numrs.iqr(x), np.subtract(*np.percentile(x, [75, 25])), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(
            numrs.iqr(x, scale=2, method="hazen"),
            np.subtract(*np.percentile(x, [75, 25], method="hazen")) / 2,
            rtol=1e-12,
            atol=1e-15,
        )
    x = generator.standard_normal((5, 6, 7)).astype(np.float32)
    for axis in (0, 1, (0, 2), None):
        middle = np.median(x, axis=axis, keepdims=True)
        np.testing.assert_array_equal(numrs.mad(x, axis=axis), np.median(np.abs(x - middle), axis=axis))


def rank_reference(x, method):
    order = np.argsort(x, kind="stable")
    ranks = np.empty(len(x))
    ranks[order] = np.arange(1, len(x) + 1)
    values, inverse = np.unique(x, return_inverse=True)
    if method == "ordinal":
        return ranks
    if method == "dense":
        return inverse + 1.0
    pick = {"average": statistics.fmean, "min": min, "max": max}[method]
    return np.array([pick(ranks[inverse == i]) for i in range(len(values))])[inverse] if len(x) else ranks


@pytest.mark.parametrize("method", ("average", "min", "max", "dense", "ordinal"))
def test_rankdata(method, place):
    for dtype in ("float64", "float32", "int64", "int8", "bool"):
        for n in (0, 1, 5, 60):
            x = data(dtype, n, 4)
            np.testing.assert_array_equal(numrs.rankdata(x, method), rank_reference(x, method))
        x = data(dtype, (4, 5), 4)
        np.testing.assert_array_equal(numrs.rankdata(x, method, axis=1), [rank_reference(row, method) for row in x])
        np.testing.assert_array_equal(
            numrs.rankdata(x, method, axis=0), np.transpose([rank_reference(row, method) for row in x.T])
        )
        np.testing.assert_array_equal(numrs.rankdata(x, method), rank_reference(x.ravel(), method))
    assert np.isnan(numrs.rankdata([1.0, np.nan])).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_searchsorted(dtype):
    for n in (0, 1, 2, 50):
        x = np.sort(special(dtype, n))
        v = special(dtype, 40, 2).reshape(4, 10)
        for side in ("left", "right"):
            np.testing.assert_array_equal(numrs.searchsorted(x, v, side=side), np.searchsorted(x, v, side=side))
            shuffled = special(dtype, n)
            order = numrs.argsort(shuffled)
            got = numrs.searchsorted(shuffled, v, side=side, sorter=order)
            np.testing.assert_array_equal(got, np.searchsorted(shuffled, v, side=side, sorter=order))
    np.testing.assert_array_equal(numrs.searchsorted(np.arange(5), [2.5, -1]), [3, 0])
    assert numrs.searchsorted(np.arange(5), 3) == 3


@pytest.mark.parametrize("dtype", DTYPES)
def test_unique(dtype, place):
    for shape in ((0,), (1,), (60,), (5, 12)):
        x = special(dtype, int(np.prod(shape))).reshape(shape)
        values, indices, inverse, counts = numrs.unique_all(x)
        wanted = np.unique(x, return_index=True, return_inverse=True, return_counts=True, equal_nan=False)
        np.testing.assert_array_equal(values, wanted[0])
        np.testing.assert_array_equal(indices, wanted[1])
        np.testing.assert_array_equal(inverse, wanted[2].reshape(shape))
        np.testing.assert_array_equal(counts, wanted[3])
        np.testing.assert_array_equal(numrs.unique_values(x), wanted[0])
        np.testing.assert_array_equal(numrs.unique_counts(x).counts, wanted[3])
        np.testing.assert_array_equal(numrs.unique_inverse(x).inverse_indices, inverse)
        np.testing.assert_array_equal(values[inverse], x)


def test_same_bits_for_threads():
    """Any number of threads gives the same bits, on long lines and on many."""
    before, thresholds = numrs.get_num_threads(), runtime.get_thresholds()
    runtime.set_thresholds(thread_us=1e-3)
    try:
        for dtype in ("float64", "float32", "int32", "uint64", "int16"):
            for shape in ((700_001,), (300, 401)):
                x = special(dtype, int(np.prod(shape))).reshape(shape)
                calls = [lambda x: numrs.sort(x), lambda x: numrs.sort(x, axis=0, descending=True), lambda x: numrs.argsort(x),
                         lambda x: numrs.argsort(x, axis=0),
                         lambda x: numrs.partition(x, 100), lambda x: numrs.median(x, axis=0), lambda x: numrs.nanquantile(x, [0.1, 0.7], axis=-1),
                         lambda x: numrs.rankdata(x, axis=0)]  # fmt: skip
                for number, call in enumerate(calls):
                    numrs.set_num_threads(1)
                    alone = call(x).tobytes()
                    for threads in (2, 5):
                        numrs.set_num_threads(threads)
                        assert call(x).tobytes() == alone, (dtype, shape, number, threads)
    finally:
        numrs.set_num_threads(before)
        runtime.set_thresholds(**thresholds)


BAD = [
    (lambda: numrs.quantile([1.0], 1.5), ValueError, "quantile: q is 1.5"),
    (lambda: numrs.quantile([1.0], float("nan")), ValueError, "quantile: q is nan"),
    (lambda: numrs.quantile([1.0], [0.5, -0.1]), ValueError, "quantile: q"),
    (lambda: numrs.percentile([1.0], 101), ValueError, r"percentile: q is 101, expected a number in \[0, 100\]"),
    (lambda: numrs.quantile([1.0], 0.5, method="median"), ValueError, "quantile: method is 'median'"),
    (lambda: numrs.quantile([1.0], 0.5, weights=[1.0]), ValueError, "quantile: method is 'linear', with weights"),
    (lambda: numrs.quantile([1.0], 0.5, weights=[-1.0], method="inverted_cdf"), ValueError, "weights go to -1"),
    (lambda: numrs.quantile([1.0], 0.5, weights=[np.nan], method="inverted_cdf"), ValueError, "weights go to"),
    (lambda: numrs.quantile([1.0], 0.5, weights=[1.0, 2.0], method="inverted_cdf"), ValueError, "quantile: weights"),
    (lambda: numrs.sort(np.ones((2, 3)), axis=2), ValueError, "sort: axis 2"),
    (lambda: numrs.sort(np.float64(1)), ValueError, "sort: axis -1"),
    (lambda: numrs.sort([1.0], descending=2), TypeError, "sort: descending"),
    (lambda: numrs.sort(np.array(["a"])), TypeError, "sort: x has dtype"),
    (lambda: numrs.median(np.array([None], object)), TypeError, "median: x has dtype object"),
    (lambda: numrs.median(np.ones((2, 3)), axis=(0, 0)), ValueError, "given twice"),
    (lambda: numrs.median([1.0], where=[1]), TypeError, "median: where has dtype int64"),
    (lambda: numrs.median(np.ones(3), where=[True, False]), ValueError, "median: where has shape"),
    (
        lambda: numrs.median(np.ones((2, 3)), axis=0, out=np.empty(2)),
        ValueError,
        r"median: out has shape \(2,\), expected \(3,\)",
    ),
    (lambda: numrs.partition([1, 2], 2), ValueError, "partition: kth 2"),
    (lambda: numrs.partition([1, 2], 0.5), TypeError, "partition: kth"),
    (lambda: numrs.topk([1, 2], 3), ValueError, "topk: k is 3"),
    (lambda: numrs.topk([1, 2], -1), ValueError, "topk: k is -1"),
    (lambda: numrs.topk([1, 2], 1.0), TypeError, "topk: k"),
    (lambda: numrs.rankdata([1], "first"), ValueError, "rankdata: method"),
    (lambda: numrs.searchsorted([[1]], 1), ValueError, "searchsorted: x1"),
    (lambda: numrs.searchsorted([1], 1, side="up"), ValueError, "searchsorted: side"),
    (lambda: numrs.searchsorted([1, 2], 1, sorter=[0, 2]), IndexError, "searchsorted: sorter"),
    (lambda: numrs.searchsorted([1, 2], 1, sorter=[0]), ValueError, "searchsorted: sorter"),
    (lambda: numrs.searchsorted([1, 2], 1, sorter=[0.0, 1.0]), TypeError, "searchsorted: sorter"),
    (lambda: numrs.mad([1.0], scale=0), ValueError, "mad: scale is 0"),
    (lambda: numrs.mad([1.0], scale="iqr"), ValueError, "mad: scale is 'iqr'"),
    (lambda: numrs.iqr([1.0], method=3), ValueError, "iqr: method"),
]


@pytest.mark.parametrize("number", range(len(BAD)))
def test_bad_input(number):
    call, kind, message = BAD[number]
    with pytest.raises(kind, match=message):
        call()


@FAST
@given(st.data())
def test_any_array(source):
    dtype = source.draw(st.sampled_from(("float32", "float64", "int8", "uint16", "int32", "int64", "uint64", "bool")))
    shape = source.draw(hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=40))
    x = source.draw(
        hnp.arrays(dtype, shape, elements=hnp.from_dtype(np.dtype(dtype)), fill=hnp.from_dtype(np.dtype(dtype)))
    )
    steps = tuple(slice(None, None, source.draw(st.sampled_from((1, 2, -1)))) for _ in shape)
    x = x[steps].transpose(source.draw(st.permutations(range(len(shape)))))
    axis = source.draw(st.sampled_from((None, *range(-x.ndim, x.ndim))))
    np.testing.assert_array_equal(numrs.sort(x, axis=axis), np.sort(x, axis=axis, kind="stable"))
    np.testing.assert_array_equal(numrs.argsort(x, axis=axis), np.argsort(x, axis=axis, kind="stable"))
    wanted = np.asarray(np.median(x.astype(np.float64), axis=axis))
    wanted = wanted.astype(np.float32 if dtype == "float32" else np.float64)
    np.testing.assert_allclose(numrs.median(x, axis=axis), wanted, rtol=1e-15)
