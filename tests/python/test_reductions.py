"""Reductions and cumulative operations against NumPy: values, dtypes, axes, masks, given outputs, empty input, special values."""

import warnings

import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from reference import DTYPES, FLOATS, REDUCTIONS, assert_same, data, layouts, ulps

pytestmark = [pytest.mark.filterwarnings("ignore::RuntimeWarning")]
FAST = settings(derandomize=True, deadline=None, max_examples=60)
NO_AXES = ("argmin", "argmax")  # one axis at a time
NEEDS_AN_ELEMENT = ("argmin", "argmax", "min", "max")
# Sums of floats are compared with float64 or longdouble sums: NumPy's own float32 sums are the less exact ones.
ROUNDED = ("sum", "prod", "mean", "var", "std")


def wanted_of(name, x, **options):
    """NumPy's answer, for floats from wider numbers rounded once."""
    x = np.asarray(x)
    x = x.astype(x.dtype.newbyteorder("="))
    if name in ROUNDED and x.dtype.kind == "f":
        wide = x.astype(np.longdouble if x.dtype.itemsize == 8 else np.float64)
        got = np.asarray(getattr(np, name)(wide, **options)).astype(x.dtype)
    else:
        got = np.asarray(getattr(np, name)(x, **options))
    return got if got.ndim else got[()]


def compare(name, x, got, **options):
    wanted = wanted_of(name, x, **options)
    x = np.asarray(x)
    if name in ROUNDED and wanted.dtype.kind == "f":
        assert got.dtype == wanted.dtype and np.shape(got) == np.shape(wanted), (name, x.dtype, options, got, wanted)
        if x.dtype.kind == "f" and name in ("sum", "mean") and x.size:
            # Cancellation: the error is relative to the sum of magnitudes.
            scale = np.sum(
                np.abs(x.astype(np.float64)), axis=options.get("axis"), keepdims=options.get("keepdims", False)
            )
            bound = np.finfo(wanted.dtype).eps * (scale + 1) * 4
            bad = np.abs(np.asarray(got, np.float64) - np.asarray(wanted, np.float64)) > bound
            assert not np.any(bad), (name, x.dtype, x.shape, options, got, wanted)
        else:
            assert ulps(got, wanted) <= 16, (name, x.dtype, x.shape, options, got, wanted)
    else:
        assert_same(got, wanted, f"{name} of {x.dtype}{x.shape} {options}", 0.0, zero_signs=name not in ("min", "max"))


AXES = (None, 0, 1, 2, -1, (0, 1), (0, 2), (1, 2), (2, 0), (0, 1, 2), (), np.int64(1))


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_axis(name, dtype):
    low = 1 if name == "prod" else None
    x = data(dtype, (4, 5, 6), 1, low, 3 if name == "prod" else None)
    for axis in AXES:
        if isinstance(axis, tuple) and name in NO_AXES:
            continue
        for keepdims in (False, True):
            options = {"axis": axis, "keepdims": keepdims}
            compare(name, x, getattr(numrs, name)(x, **options), **options)
    compare(
        name,
        data(dtype, 10_007, 2, low, 2 if name == "prod" else None),
        getattr(numrs, name)(data(dtype, 10_007, 2, low, 2 if name == "prod" else None)),
    )
    zero_d = np.asarray(data(dtype, (), 3))
    compare(name, zero_d, getattr(numrs, name)(zero_d))
    compare(name, zero_d, getattr(numrs, name)(zero_d[()]))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_every_layout(name):
    for dtype in ("float32", "float64", "int16"):
        x = data(dtype, (40, 30), 1, 1, 2) if name == "prod" else data(dtype, (40, 30), 1)
        for _, y in layouts(x):
            for axis in (None, 0, 1):
                compare(name, y, getattr(numrs, name)(y, axis=axis), axis=axis)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0), (2, 0, 4)])
def test_empty(name, shape):
    for dtype in ("float32", "int64", "bool", "float64"):
        x = np.zeros(shape, dtype)
        for axis in (None, *range(len(shape))):
            reduced = shape if axis is None else (shape[axis],)
            if name in NEEDS_AN_ELEMENT and 0 in reduced:
                with pytest.raises(ValueError, match=name):
                    getattr(numrs, name)(x, axis=axis)
                continue
            with warnings.catch_warnings():
                warnings.simplefilter("error")  # ours warns of nothing
                got = getattr(numrs, name)(x, axis=axis)
            assert_same(got, wanted_of(name, x, axis=axis), f"{name} of {dtype}{shape} axis {axis}")


@pytest.mark.parametrize("name", [n for n in REDUCTIONS if n not in NO_AXES])
def test_where(name):
    for dtype in ("float64", "int32", "float32"):
        x = data(dtype, (6, 7), 1, 1, 3)
        for mask in (
            data("bool", (6, 7), 2),
            data("bool", 7, 3),
            np.ones((6, 1), bool),
            np.array(True),
            data("bool", (7, 6), 4).T,
        ):
            for axis in (None, 0, 1):
                options = {"axis": axis, "where": np.broadcast_to(mask, x.shape)}
                if name in NEEDS_AN_ELEMENT:
                    if not np.all(np.any(options["where"], axis=axis)):
                        with pytest.raises(ValueError, match=name):
                            getattr(numrs, name)(x, axis=axis, where=mask)
                        continue
                    wanted = getattr(np, name)(x, initial=x.max() if name == "min" else x.min(), **options)
                    assert_same(getattr(numrs, name)(x, axis=axis, where=mask), wanted, name)
                elif name == "count_nonzero":
                    wanted = np.asarray(np.sum((x != 0) & options["where"], axis=axis))[()]
                    assert_same(numrs.count_nonzero(x, axis=axis, where=mask), wanted, name)
                else:
                    got = getattr(numrs, name)(x, axis=axis, where=mask)
                    wanted = wanted_of(name, x, **options)
                    assert got.dtype == wanted.dtype and np.shape(got) == np.shape(wanted)
                    assert ulps(np.asarray(got, np.float64), np.asarray(wanted, np.float64)) <= (
                        16 if dtype != "float32" else 2**32
                    )
    assert numrs.sum([1.0, 2.0], where=[True, False]) == 1.0


def test_out():
    x = data("float32", (8, 9), 1)
    for axis, shape in ((0, (9,)), (1, (8,)), (None, ()), ((0, 1), ())):
        for dtype in ("float32", "float64"):
            y = np.full(shape, 7, dtype)
            assert numrs.sum(x, axis=axis, out=y) is y
            np.testing.assert_array_equal(y, numrs.sum(x, axis=axis))
            assert numrs.max(x, axis=axis, out=(y,)) is y
            np.testing.assert_array_equal(y, x.max(axis=axis))
    y = np.empty((8, 1), np.float32)
    assert numrs.sum(x, axis=1, keepdims=True, out=y) is y
    np.testing.assert_array_equal(y, numrs.sum(x, axis=1, keepdims=True))
    whole = data("float64", (5, 5), 2)
    expected = numrs.sum(whole, axis=0)
    numrs.sum(whole, axis=0, out=whole[2])  # the output is a row of the input
    np.testing.assert_array_equal(whole[2], expected)


def test_nan_and_zero_rules():
    for dtype in FLOATS:
        x = np.array([1, np.nan, 3, np.nan], dtype)
        assert np.isnan(numrs.sum(x)) and np.isnan(numrs.min(x)) and np.isnan(numrs.max(x)) and np.isnan(numrs.mean(x))
        assert numrs.argmin(x) == numrs.argmax(x) == 1
        assert numrs.any(x) and numrs.all(x)
        zeros = np.array([0.0, -0.0], dtype)
        assert np.signbit(numrs.min(zeros)) and not np.signbit(numrs.max(zeros))
        assert numrs.argmax(np.array([0.0, 1, 1], dtype)) == 1
        assert numrs.sum(np.array([np.inf, -np.inf], dtype)) != 0
        assert numrs.max(np.array([-np.inf, -np.inf], dtype)) == -np.inf
        tiny = np.full(3, np.finfo(dtype).smallest_subnormal, dtype)
        assert numrs.sum(tiny) == 3 * float(tiny[0])


def test_sum_of_float32_is_exact_where_numpy_drifts():
    x = np.ones((20_000_000, 2), np.float32)
    np.testing.assert_array_equal(numrs.sum(x, axis=0), [2e7, 2e7])
    np.testing.assert_array_equal(numrs.mean(x, axis=0), [1, 1])
    assert numrs.sum(x) == np.float32(4e7)
    assert numrs.mean(x) == 1


def test_equal_bits_for_every_layout_and_number_of_threads():
    generator = np.random.default_rng(5)
    x = generator.standard_normal((301, 977)) * 10.0 ** generator.integers(-8, 8, (301, 977))
    threads = numrs.get_num_threads()
    try:
        for name in ("sum", "mean", "var", "prod"):
            for axis in (None, 0, 1):
                results = set()
                for count in (1, 2, 5):
                    numrs.set_num_threads(count)
                    for _, y in layouts(x):
                        if y.strides[0] == 0:
                            continue
                        results.add(np.asarray(getattr(numrs, name)(y, axis=axis)).tobytes())
                assert len(results) == 1, (name, axis)
    finally:
        numrs.set_num_threads(threads)


@pytest.mark.parametrize("correction", [0, 1, 2.5, 100])
def test_correction_is_ddof(correction):
    x = data("float64", (4, 7), 1)
    for ours, theirs in ((numrs.var, np.var), (numrs.std, np.std)):
        for axis in (None, 0, 1):
            wanted = theirs(x, axis=axis, ddof=correction)
            np.testing.assert_allclose(ours(x, axis=axis, correction=correction), wanted, rtol=1e-13)
            np.testing.assert_allclose(ours(x, axis=axis, ddof=correction), wanted, rtol=1e-13)
        with pytest.raises(TypeError, match="correction and ddof"):
            ours(x, correction=1, ddof=1)


@pytest.mark.parametrize("name", ["sum", "prod"])
def test_dtype_argument(name):
    x = data("int16", (4, 5), 1, 1, 3)
    for dtype in ("float32", "float64", "int64", "uint8", bool, np.int32, np.dtype("int8")):
        got = getattr(numrs, name)(x, dtype=dtype)
        wanted = getattr(np, name)(x, dtype=dtype)
        assert_same(got, wanted, f"{name} in {dtype}")


CUMULATIVE = {
    "cumulative_sum": np.cumsum,
    "cumulative_prod": np.cumprod,
    "cumulative_max": np.maximum.accumulate,
    "cumulative_min": np.minimum.accumulate,
}


@pytest.mark.parametrize("name", CUMULATIVE)
@pytest.mark.parametrize("dtype", DTYPES)
def test_cumulative(name, dtype):
    function, base = getattr(numrs, name), CUMULATIVE[name]
    low, high = (1, 2) if name == "cumulative_prod" else (None, None)
    for shape in ((11,), (4, 5), (3, 4, 5), (0,), (2, 0)):
        x = data(dtype, shape, 1, low, high)
        for axis in range(-len(shape), len(shape)):
            for _, y in layouts(x) if x.ndim == 2 and x.size else [("", x)]:
                native = y.astype(y.dtype.newbyteorder("="))
                wanted = base(native.astype(np.float64) if dtype == "float32" else native, axis=axis)
                wanted = wanted.astype(np.float32) if dtype == "float32" else wanted
                got = function(y, axis=axis)
                assert got.dtype == wanted.dtype and got.shape == wanted.shape
                if wanted.dtype.kind == "f" and name in ("cumulative_sum", "cumulative_prod"):
                    np.testing.assert_allclose(
                        got,
                        wanted,
                        rtol=1e-6 if dtype == "float32" else 1e-14,
                        atol=1e-5 if dtype == "float32" else 1e-13,
                    )
                else:
                    np.testing.assert_array_equal(got, wanted)
    assert_same(function(data(dtype, (), 2, 1, 2)), base(np.asarray(data(dtype, (), 2, 1, 2)).reshape(1)), name)


def test_cumulative_options():
    x = data("float64", (4, 5), 1)
    for name, base in (("cumulative_sum", np.cumulative_sum), ("cumulative_prod", np.cumulative_prod)):
        function = getattr(numrs, name)
        for axis in (0, 1):
            np.testing.assert_allclose(
                function(x, axis=axis, include_initial=True), base(x, axis=axis, include_initial=True), rtol=1e-14
            )
        got = function(x, axis=1, dtype=np.float32)
        assert got.dtype == np.float32
        assert function(np.ones((2, 3), np.int8), axis=0, dtype="int16").dtype == np.int16
        y = np.empty((4, 6))
        assert function(x, axis=1, include_initial=True, out=y) is y
    z = x.copy()
    assert numrs.cumulative_sum(z, axis=0, out=z) is z
    np.testing.assert_allclose(z, np.cumsum(x, axis=0), rtol=1e-14)
    np.testing.assert_array_equal(numrs.cumulative_max([1.0, np.nan, 3.0]), [1, np.nan, np.nan])
    first = numrs.cumulative_min(np.array([3, 2], np.int8), include_initial=True)
    np.testing.assert_array_equal(first, [127, 3, 2])


@FAST
@given(st.data(), st.sampled_from(("sum", "min", "max", "any", "all", "argmax", "argmin", "count_nonzero", "mean")))
def test_any_array(source, name):
    dtype = source.draw(st.sampled_from(("float32", "float64", "int8", "uint16", "int64", "bool")))
    shape = source.draw(hnp.array_shapes(min_dims=1, max_dims=4, min_side=1, max_side=12))
    elements = {"min_value": -1000, "max_value": 1000, "allow_subnormal": False} if dtype.startswith("float") else {}
    x = source.draw(
        hnp.arrays(dtype, tuple(2 * s for s in shape), elements=hnp.from_dtype(np.dtype(dtype), **elements))
    )
    steps = tuple(slice(None, None, source.draw(st.sampled_from((1, 2, -1, -2)))) for _ in shape)
    x = x[steps].transpose(source.draw(st.permutations(range(len(shape)))))
    if name in NO_AXES:
        axis = source.draw(st.sampled_from((None, *range(-x.ndim, x.ndim))))
    else:
        axis = source.draw(
            st.sampled_from((None, *range(-x.ndim, x.ndim), tuple(range(x.ndim)), tuple(range(0, x.ndim, 2))))
        )
    keepdims = source.draw(st.booleans())
    compare(name, x, getattr(numrs, name)(x, axis=axis, keepdims=keepdims), axis=axis, keepdims=keepdims)
