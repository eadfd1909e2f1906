"""float16 and bfloat16: every family of functions against float64 rounded once, result dtypes, Python numbers, given outputs, statistics."""

import subprocess
import sys

import ml_dtypes
import numpy as np
import numrs
import pytest
from numrs._ops import runtime
from reference import EXACT_UNARY, MATH_UNARY, numpy_function

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")
BFLOAT16 = np.dtype(ml_dtypes.bfloat16)
HALVES = (np.dtype(np.float16), BFLOAT16)
ids = str


def rounded(x, dtype):
    """float64 to the nearest of dtype, ties to even; once (ml_dtypes goes through float32)."""
    x = np.asarray(x, np.float64)
    if dtype == np.float16:
        return x.astype(dtype)
    _, exponent = np.frexp(x)
    unit = np.ldexp(1.0, np.maximum(exponent, -125) - 8)
    y = np.where(np.isfinite(x), np.rint(x / unit) * unit, x)
    return np.where(np.abs(y) > 3.39e38, np.copysign(np.inf, y), y).astype(np.float32).astype(dtype)


def steps(got, wanted):
    """How many elements of their dtype lie between two arrays at most; NaN matches NaN."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype and got.shape == wanted.shape, (got.dtype, wanted.dtype, got.shape, wanted.shape)
    if got.size == 0:
        return 0
    nan = np.isnan(got.astype(np.float64))
    assert np.array_equal(nan, np.isnan(wanted.astype(np.float64)))
    a, b = (np.atleast_1d(v).view(np.int16).astype(np.int32).reshape(-1) for v in (got, wanted))
    a, b = (np.where(v < 0, -(v & 0x7FFF), v) for v in (a, b))
    return int(np.max(np.where(nan.reshape(-1), 0, np.abs(a - b))))


def every(dtype):
    """All finite elements and infinities, and one NaN."""
    bits = np.arange(65536, dtype=np.uint16)
    x = bits.view(dtype)
    return np.append(x[~np.isnan(x.astype(np.float32))], np.array([np.nan], np.float32).astype(dtype))


def data(dtype, shape, seed=0, low=-4.0, high=4.0):
    return np.random.default_rng(seed).uniform(low, high, shape).astype(np.float32).astype(dtype)


def layouts(x):
    yield np.ascontiguousarray(x)
    yield np.asfortranarray(x)
    yield np.ascontiguousarray(x[::-1, ::-1])[::-1, ::-1]
    wide = np.zeros((x.shape[0] * 2, x.shape[1] * 3), x.dtype)
    wide[::2, ::3] = x
    yield wide[::2, ::3]
    raw = np.zeros(x.nbytes + 1, np.uint8)
    misaligned = raw[1:].view(x.dtype).reshape(x.shape)
    misaligned[...] = x
    yield misaligned


@pytest.fixture(autouse=True)
def restore():
    target, backend, threads = numrs.detect_simd_support(), numrs.get_backend(), numrs.get_num_threads()
    yield
    numrs.set_num_threads(threads)
    numrs.set_backend(backend)
    if backend == "cpu":
        runtime.set_target(target)


def everywhere():
    for target in numrs.simd_info()["available"]:
        runtime.set_target(target)
        yield target
    numrs.set_backend("cpu-portable")
    yield "cpu-portable"


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
@pytest.mark.parametrize("name", [n for n in (*EXACT_UNARY, *MATH_UNARY) if n != "bitwise_invert"])
def test_unary(name, dtype):
    x = every(dtype)
    wide = x.astype(np.float64)
    wanted = numpy_function(name)(wide)
    for place in everywhere():
        got = getattr(numrs, name)(x)
        if wanted.dtype == bool:
            assert got.dtype == bool and np.array_equal(got, wanted), (name, place)
            continue
        limit = 0 if name in EXACT_UNARY else 1
        assert steps(got, rounded(wanted, dtype)) <= limit, (name, place)
        few = data(dtype, 7, 3)
        assert steps(getattr(numrs, name)(few), rounded(numpy_function(name)(few.astype(np.float64)), dtype)) <= limit


NEARLY = ("pow", "atan2", "hypot", "logaddexp", "remainder", "floor_divide")
BINARY = ("add", "subtract", "multiply", "divide", "maximum", "minimum", "copysign", *NEARLY)
COMPARISONS = (
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
@pytest.mark.parametrize("name", BINARY)
def test_binary(name, dtype):
    a, b = data(dtype, (40, 50), 1), data(dtype, (40, 50), 2)
    if name == "pow":
        a = numrs.abs(a)
    function = numpy_function(name)
    wanted = rounded(function(a.astype(np.float64), b.astype(np.float64)), dtype)
    limit = 1 if name in NEARLY else 0
    for place in everywhere():
        for x, y in zip(layouts(a), layouts(b)):
            got = getattr(numrs, name)(x, y)
            assert got.dtype == dtype and steps(got, wanted) <= limit, (name, place)
        row = getattr(numrs, name)(a, b[0])
        assert steps(row, rounded(function(a.astype(np.float64), b[0].astype(np.float64)), dtype)) <= limit
        one = getattr(numrs, name)(a, 2)
        assert one.dtype == dtype and steps(one, rounded(function(a.astype(np.float64), 2.0), dtype)) <= limit
        one = getattr(numrs, name)(2.5, b)
        assert one.dtype == dtype and steps(one, rounded(function(2.5, b.astype(np.float64)), dtype)) <= limit
        out = np.empty_like(a)
        assert getattr(numrs, name)(a, b, out=out) is out and steps(out, wanted) <= limit
        in_place = a.copy()
        getattr(numrs, name)(in_place, b, out=in_place)
        assert steps(in_place, wanted) <= limit


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons(name, dtype):
    a, b = data(dtype, 1003, 1), data(dtype, 1003, 2)
    a[::3] = b[::3]
    a[5], b[7], a[8], b[8] = np.nan, np.nan, 0.0, -0.0
    for _ in everywhere():
        got = getattr(numrs, name)(a, b)
        assert np.array_equal(got, numpy_function(name)(a.astype(np.float32), b.astype(np.float32)))
        assert np.array_equal(getattr(numrs, name)(a, 1), numpy_function(name)(a.astype(np.float32), np.float32(1)))


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_neighbours(dtype):
    x = every(dtype)
    for towards in (np.inf, -np.inf, 1.0, 0.0):
        wanted = None
        for place in everywhere():
            got = numrs.nextafter(x, np.full_like(x, towards))
            if wanted is None:
                wanted = got
                moved = np.isfinite(x.astype(np.float64)) & (x.astype(np.float64) != towards)
                difference = got.astype(np.float64)[moved] - x.astype(np.float64)[moved]
                assert np.all(np.sign(difference) == np.sign(towards - x.astype(np.float64)[moved]))
            assert steps(got, wanted) == 0, place
    if dtype == np.float16:
        y = np.random.default_rng(0).permutation(x)
        assert steps(numrs.nextafter(x, y), np.nextafter(x, y)) == 0


PROMOTED = [
    ("int8", "float16", "float16"), ("uint8", "float16", "float16"), ("bool", "float16", "float16"), ("int16", "float16", "float32"),
    ("uint16", "float16", "float32"), ("int32", "float16", "float64"), ("int64", "float16", "float64"), ("float16", "float32", "float32"),
    ("float16", "float64", "float64"), ("float16", "bfloat16", "float32"), ("int8", "bfloat16", "bfloat16"), ("bfloat16", "float32", "float32"),
    ("int16", "bfloat16", "float32"),
]  # fmt: skip


@pytest.mark.parametrize(("first", "second", "result"), PROMOTED)
def test_promotion(first, second, result):
    first, second, result = (BFLOAT16 if d == "bfloat16" else np.dtype(d) for d in (first, second, result))
    a, b = np.ones(5, first), np.full(5, 2, np.float32).astype(second)
    for name in ("add", "multiply", "maximum", "hypot", "atan2"):
        assert getattr(numrs, name)(a, b).dtype == result, name
        assert getattr(numrs, name)(b, a).dtype == result, name
    assert numrs.where(np.array([True, False] * 2 + [True]), a, b).dtype == result
    if BFLOAT16 not in (first, second):
        assert np.add(a, b).dtype == result
    assert numrs.exp(np.ones(3, np.int8)).dtype == np.float32  # no integer becomes a half
    assert numrs.divide(np.ones(3, np.int8), 2).dtype == np.float64


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_numbers_beside(dtype):
    x = data(dtype, 9)
    for number in (1, 2.5, True, -3):
        assert numrs.add(x, number).dtype == dtype
        assert numrs.subtract(number, x).dtype == dtype if number is not True else True
    assert np.isinf(numrs.add(x, 1e39).astype(np.float32)).all()
    assert numrs.clip(x, -1, 1.5).dtype == dtype
    assert steps(numrs.clip(x, -1, 1.5), np.clip(x.astype(np.float32), -1, 1.5).astype(dtype)) == 0
    assert type(numrs.add(x[0], x[1])) is dtype.type
    assert type(numrs.sum(x)) is dtype.type and type(numrs.max(x)) is dtype.type
    assert numrs.fma(x, x, x).dtype == dtype


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_conversion(dtype):
    x = every(dtype)
    for place in everywhere():
        for other in ("float32", "float64", "int8", "int16", "int32", "uint8", "bool"):
            got = numrs.astype(x, other)
            if other in ("bool", "float32", "float64"):
                assert np.array_equal(got, x.astype(other), equal_nan=other != "bool"), (other, place)
        for other in ("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"):
            kind = np.dtype(other)
            values = (
                np.array([0, 1, 1, 0])
                if other == "bool"
                else np.random.default_rng(1).integers(
                    0 if kind.kind == "u" else np.iinfo(kind).min, np.iinfo(kind).max, 4001, endpoint=True, dtype=kind
                )
            )
            values = np.concatenate([values.astype(kind), np.arange(100).astype(kind)])
            wanted = rounded(values.astype(np.longdouble).astype(np.float64), dtype) if kind.itemsize < 8 else None
            got = numrs.astype(values, dtype)
            if wanted is not None:
                assert steps(got, wanted) == 0, (other, place)
            else:
                assert steps(got, rounded(values.astype(np.float64), dtype)) <= 1
        wide = np.random.default_rng(2).normal(size=5001) * np.exp2(np.random.default_rng(3).integers(-30, 30, 5001))
        assert steps(numrs.astype(wide, dtype), rounded(wide, dtype)) == 0, place
        assert steps(numrs.astype(wide.astype(np.float32), dtype), rounded(wide.astype(np.float32), dtype)) == 0, place
    assert numrs.astype(np.ones(3), "bfloat16").dtype == BFLOAT16
    other = BFLOAT16 if dtype == np.float16 else np.dtype(np.float16)
    assert steps(numrs.astype(x, other), rounded(x.astype(np.float64), other)) == 0


REDUCTIONS = (
    "sum",
    "prod",
    "mean",
    "var",
    "std",
    "min",
    "max",
    "nansum",
    "nanmean",
    "nanvar",
    "nanstd",
    "nanmin",
    "nanmax",
    "nanprod",
)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
@pytest.mark.parametrize("name", REDUCTIONS)
def test_reductions(name, dtype):
    for shape in ((5,), (37, 53), (1003,), (9001, 3), (3, 9001), (4, 5, 6), (300, 200)):
        x = data(dtype, shape, 3, *((0.95, 1.05) if "prod" in name else (-4, 4)))
        if "prod" in name and x.size > 5000:
            continue
        if name.startswith("nan"):
            x.reshape(-1)[::7] = np.nan
        wide = x.astype(np.float64)
        for axis in (None, *range(len(shape))):
            first = None
            for place in everywhere():
                got = getattr(numrs, name)(x, axis=axis)
                wanted = rounded(getattr(np, name)(wide, axis=axis), dtype)
                assert np.asarray(got).dtype == dtype
                assert steps(got, wanted) <= (0 if name.endswith(("min", "max")) else 1), (name, shape, axis, place)
                first = got if first is None else first
                assert steps(got, first) == 0, (name, shape, axis, place)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_reductions_that_ask(dtype):
    x = data(dtype, (61, 47), 5)
    x[numrs.abs(x) < 0.5] = 0
    single = x.astype(np.float32)
    for place in everywhere():
        for axis in (None, 0, 1):
            for name in ("any", "all", "argmin", "argmax", "count_nonzero"):
                got, wanted = getattr(numrs, name)(x, axis=axis), getattr(np, name)(single, axis=axis)
                assert np.array_equal(got, wanted), (name, axis, place)
        y = x.copy()
        y[3, 4] = y[9, 4] = np.nan
        assert numrs.argmax(y) == 3 * 47 + 4 and numrs.argmin(y, axis=0)[4] == 3
        assert np.array_equal(numrs.nanargmax(y, axis=1), np.nanargmax(y.astype(np.float32), axis=1))
        assert np.isnan(numrs.max(y)) and np.isnan(numrs.min(y, axis=0)[4]) and not np.isnan(numrs.min(y, axis=0)[5])
        zeros = np.array([-0.0, 0.0, -0.0], dtype)
        assert not np.signbit(numrs.max(zeros)) and np.signbit(numrs.min(zeros)) and numrs.argmax(zeros) == 0
        mask = np.random.default_rng(1).random(x.shape) < 0.5
        for name in ("sum", "mean", "min", "max", "var"):
            extra = {"initial": {"min": np.inf, "max": -np.inf}[name]} if name in ("min", "max") else {}
            got = getattr(numrs, name)(x, axis=0, where=mask)
            wanted = rounded(getattr(np, name)(x.astype(np.float64), axis=0, where=mask, **extra), dtype)
            assert got.dtype == dtype and steps(got, wanted) <= 1, (name, place)
    assert numrs.sum(x, dtype="float32").dtype == np.float32
    assert numrs.sum(single, dtype=dtype).dtype == dtype
    out = np.empty(47, dtype)
    assert numrs.sum(x, axis=0, out=out) is out and steps(out, numrs.sum(x, axis=0)) == 0
    assert numrs.sum(np.full(70000, 2, dtype)) > 60000  # NumPy's float16 overflows or stops
    assert numrs.sum(np.empty(0, dtype)) == 0 and np.isnan(numrs.mean(np.empty(0, dtype)))
    with pytest.raises(ValueError, match="max"):
        numrs.max(np.empty(0, dtype))


SCANS = (
    ("cumulative_sum", np.cumsum),
    ("cumulative_max", np.maximum.accumulate),
    ("cumulative_min", np.minimum.accumulate),
)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_scans_and_dots(dtype):
    for shape in ((1003,), (9001,), (70, 9), (9, 70)):
        x = data(dtype, shape, 3)
        wide = x.astype(np.float64)
        for axis in range(len(shape)):
            first = {}
            for place in everywhere():
                for name, reference in SCANS:
                    got = getattr(numrs, name)(x, axis=axis)
                    assert got.dtype == dtype and steps(got, rounded(reference(wide, axis=axis), dtype)) <= 1, (
                        name,
                        place,
                    )
                    assert steps(got, first.setdefault(name, got)) == 0, (name, place)
        got = numrs.vecdot(x, x)
        assert np.asarray(got).dtype == dtype and steps(got, rounded(np.sum(wide * wide, axis=-1), dtype)) <= 1
        assert steps(numrs.vecdot(x[..., ::2], x[..., ::2]), rounded(np.sum(wide[..., ::2] ** 2, axis=-1), dtype)) <= 1
    assert numrs.cumulative_prod(np.full(9, 2, dtype))[-1] == 512


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_order(dtype):
    x = data(dtype, (20, 501), 7)
    x[:, ::50] = np.nan
    x[3, :10] = -0.0
    single = x.astype(np.float32)
    for place in everywhere():
        for axis in (0, 1):
            for options in ({}, {"descending": True}):
                assert (
                    steps(numrs.sort(x, axis=axis, **options), numrs.sort(single, axis=axis, **options).astype(dtype))
                    == 0
                ), place
                assert np.array_equal(
                    numrs.argsort(x, axis=axis, **options), numrs.argsort(single, axis=axis, **options)
                ), place
            assert steps(numrs.partition(x, 5, axis=axis), numrs.partition(single, 5, axis=axis).astype(dtype)) == 0
            assert np.array_equal(numrs.rankdata(x, axis=axis), numrs.rankdata(single, axis=axis), equal_nan=True)
            for name in ("median", "nanmedian", "mad", "iqr"):
                got = getattr(numrs, name)(x, axis=axis)
                assert (
                    got.dtype == dtype and steps(got, rounded(getattr(numrs, name)(single, axis=axis), dtype)) == 0
                ), name
            got = numrs.quantile(x[:, 1:40], [0.1, 0.5, 0.9], axis=axis)
            assert (
                got.dtype == dtype
                and steps(got, rounded(numrs.quantile(single[:, 1:40], [0.1, 0.5, 0.9], axis=axis), dtype)) == 0
            )
        values, places = numrs.topk(x, 4)
        wanted, where = numrs.topk(single, 4)
        assert steps(values, wanted.astype(dtype)) == 0 and np.array_equal(places, where)
        line = numrs.sort(x[0])
        assert np.array_equal(numrs.searchsorted(line, x[1]), numrs.searchsorted(line.astype(np.float32), single[1]))
    long = data(dtype, 300_001, 1)
    assert steps(numrs.sort(long), numrs.sort(long.astype(np.float32)).astype(dtype)) == 0
    assert type(numrs.median(long)) is dtype.type


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_unique(dtype):
    x = numrs.round(data(dtype, 1001, 3))
    values, counts = (
        numrs.unique(x, return_counts=True) if not hasattr(numrs, "unique_counts") else numrs.unique_counts(x)
    )
    wanted, often = np.unique(x.astype(np.float32), return_counts=True)
    assert values.dtype == dtype and np.array_equal(values.astype(np.float32), wanted) and np.array_equal(counts, often)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
def test_statistics_keep_the_dtype(dtype):
    x, y = data(dtype, 500, 1), data(dtype, 500, 2)
    wide, other = x.astype(np.float64), y.astype(np.float64)
    keys = np.arange(500) % 7
    calls = {
        "rolling_mean": lambda a, b: numrs.rolling_mean(a, 9),
        "rolling_std": lambda a, b: numrs.rolling_std(a, 9),
        "rolling_median": lambda a, b: numrs.rolling_median(a, 9),
        "rolling_corr": lambda a, b: numrs.stats.rolling_corr(a, b, 20),
        "expanding_mean": lambda a, b: numrs.stats.expanding_mean(a),
        "ewm_mean": lambda a, b: numrs.stats.ewm_mean(a, alpha=0.2),
        "skew": lambda a, b: numrs.stats.skew(a),
        "kurtosis": lambda a, b: numrs.stats.kurtosis(a),
        "zscore": lambda a, b: numrs.stats.zscore(a),
        "trim_mean": lambda a, b: numrs.stats.trim_mean(a, proportion=0.1),
        "group_mean": lambda a, b: numrs.stats.group_mean(a, keys),
        "group_sum": lambda a, b: numrs.stats.group_sum(a, keys),
        "group_median": lambda a, b: numrs.stats.group_median(a, keys),
    }
    for name, call in calls.items():
        for place in everywhere():
            got, wanted = np.asarray(call(x, y)), np.asarray(call(wide, other))
            assert got.dtype == dtype, name
            assert steps(got, rounded(wanted, dtype)) <= 1, (name, place)


@pytest.mark.parametrize("dtype", HALVES, ids=ids)
@pytest.mark.parametrize("n", [0, 1, 2, 15, 31, 32, 33, 63, 64, 65, 1000, 40_003])
def test_sizes(dtype, n):
    a, b = data(dtype, n, 1), data(dtype, n, 2)
    for place in everywhere():
        assert steps(numrs.add(a, b), rounded(a.astype(np.float64) + b.astype(np.float64), dtype)) == 0, place
        assert np.array_equal(numrs.less(a, b), a.astype(np.float32) < b.astype(np.float32)), place
        assert steps(numrs.sqrt(numrs.abs(a)), rounded(np.sqrt(np.abs(a.astype(np.float64))), dtype)) == 0, place
        assert steps(numrs.fma(a, b, 1.0), rounded(a.astype(np.float64) * b.astype(np.float64) + 1, dtype)) <= 1, place
        if n:
            assert numrs.max(a) == a.astype(np.float32).max() and numrs.argmin(a) == a.astype(np.float32).argmin(), (
                place
            )
            assert steps(numrs.sum(a), rounded(a.astype(np.float64).sum(), dtype)) <= 1, place


def test_bfloat16_without_ml_dtypes():
    """The package is optional: without it float16 works, and bfloat16 is refused with the reason."""
    program = """
import sys
sys.modules["ml_dtypes"] = None
import numpy as np, numrs
from numrs.bench.harness import halves
assert [name for name, _ in halves()] == ["f16"]
assert numrs.Tensor([1.0]).astype("float16").dtype == np.float16
for call in (lambda: numrs.Tensor([1.0], dtype="bfloat16"), lambda: numrs.astype([1.0], "bfloat16"), lambda: numrs.zeros(2, dtype="bfloat16")):
    try:
        call()
    except TypeError as error:
        assert "needs the package ml_dtypes" in str(error), error
    else:
        raise AssertionError
assert not hasattr(numrs, "bfloat16")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
