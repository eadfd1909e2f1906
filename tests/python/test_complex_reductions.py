"""Reductions and scans of complex64 and complex128: values against NumPy, layouts, masks, norms, the same bits everywhere."""

import itertools

import numpy as np
import numrs
import pytest
from complex_support import BACKENDS, COMPLEX, REAL, on_backend, same, values
from reference import DTYPES, layouts

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


@pytest.fixture(params=BACKENDS)
def backend(request):
    yield from on_backend(request.param)


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize(
    "name",
    (
        "sum",
        "prod",
        "mean",
        "var",
        "std",
        "any",
        "all",
        "count_nonzero",
        "nansum",
        "nanprod",
        "nanmean",
        "nanvar",
        "nanstd",
    ),
)
def test_reductions(backend, name, dtype):
    ours, theirs = getattr(numrs, name), getattr(np, name)
    rtol = 1e-5 if dtype == "complex64" else 1e-12
    for shape in ((1,), (7,), (1003,), (13001,), (5, 40), (3, 33, 9), (4200, 3), (2, 300, 70)):
        x = values(dtype, shape, len(shape))
        if "prod" in name:
            x = (x / np.abs(x)).astype(dtype)
        if name in ("any", "all", "count_nonzero"):
            x[np.random.default_rng(1).random(shape) < 0.3] = 0
        if name.startswith("nan"):
            x[np.random.default_rng(2).random(shape) < 0.2] = np.nan
        with np.errstate(all="ignore"):
            for axis in (None, *range(len(shape)), -1):
                wide = theirs(x.astype("complex128"), axis=axis)
                wanted = np.asarray(wide).astype(theirs(x, axis=axis).dtype)
                np.testing.assert_allclose(
                    ours(x, axis=axis), wanted, rtol=rtol, atol=rtol, err_msg=f"{name} {shape} {axis}"
                )
                assert ours(x, axis=axis).dtype == wanted.dtype
            for layout, y in layouts(x.reshape(-1, shape[-1])):
                y = y.astype(dtype) if layout == "big-endian" else y
                for axis in (None, 0, 1):
                    wanted = theirs(y.astype("complex128"), axis=axis)
                    np.testing.assert_allclose(
                        ours(y, axis=axis), wanted, rtol=rtol, atol=rtol, err_msg=f"{name} {layout} {axis}"
                    )


@pytest.mark.parametrize("dtype", COMPLEX)
def test_reductions_with_where_keepdims_and_out(backend, dtype):
    x, mask = values(dtype, (40, 50), 1), np.random.default_rng(5).random((40, 50)) < 0.6
    rtol = 1e-5 if dtype == "complex64" else 1e-12
    for name in ("sum", "prod", "mean", "var", "std", "any", "all", "count_nonzero"):
        y = (x / np.abs(x)).astype(dtype) if name == "prod" else x
        for axis in (None, 0, 1):
            if name == "count_nonzero":
                wanted = np.count_nonzero(np.where(mask, y, 0), axis=axis, keepdims=True)
            else:
                wanted = getattr(np, name)(y.astype("complex128"), axis=axis, where=mask, keepdims=True)
            got = getattr(numrs, name)(y, axis=axis, where=mask, keepdims=True)
            np.testing.assert_allclose(got, wanted, rtol=rtol, atol=rtol, err_msg=name)
    infinite = np.array([1 + 1j, complex(np.inf, 0), 2j], dtype)
    same(numrs.prod(infinite, where=np.array([True, False, True])), np.dtype(dtype).type(-2 + 2j))
    same(numrs.prod(infinite[1:2]), infinite[1])
    out = np.empty(50, dtype)
    assert numrs.sum(x, axis=0, out=out) is out
    np.testing.assert_allclose(out, x.sum(0), rtol=1e-5)
    into = np.empty(50, "complex128")
    numrs.var(x, axis=0, out=into)
    np.testing.assert_allclose(into, x.var(0), rtol=1e-5)
    with pytest.raises(TypeError, match="mean: out has dtype float64"):
        numrs.mean(x, axis=0, out=np.empty(50))


@pytest.mark.parametrize("dtype", COMPLEX)
def test_empty_reductions(dtype):
    x = np.empty((0, 3), dtype)
    same(numrs.sum(x, axis=0), np.zeros(3, dtype))
    same(numrs.prod(x, axis=0), np.ones(3, dtype))
    assert np.isnan(numrs.mean(x, axis=0)).all() and np.isnan(numrs.var(x, axis=0)).all()
    same(numrs.cumulative_sum(x, axis=0, include_initial=True), np.zeros((1, 3), dtype))
    assert numrs.sum(x) == 0 and numrs.prod(x) == 1


@pytest.mark.parametrize("dtype", COMPLEX)
def test_sums_are_exact_where_float_sums_drift(backend, dtype):
    z = np.full((2_000_000, 2), 1 + 0.1j, dtype)
    got = numrs.sum(z, axis=0)
    exact = 2_000_000 * (1 + 1j * float(z[0, 0].imag))
    np.testing.assert_allclose(got, np.full(2, exact), rtol=1e-7 if dtype == "complex64" else 1e-14)


@pytest.mark.parametrize("dtype", COMPLEX)
def test_norms(backend, dtype):
    rtol = 1e-6 if dtype == "complex64" else 1e-14
    for shape in ((5,), (1003,), (40, 30), (5000, 3)):
        x = values(dtype, shape, 1)
        for order, axis in itertools.product((1, 2, np.inf, 0), (None, 0, -1)):
            wanted = np.linalg.norm(
                x.astype("complex128").ravel() if axis is None else x.astype("complex128"), order, axis
            )
            got = numrs.vector_norm(x, axis=axis, ord=order)
            assert got.dtype == REAL[dtype], order
            np.testing.assert_allclose(got, wanted, rtol=rtol, err_msg=f"{order} {shape} {axis}")
    scale = 1e30 if dtype == "complex64" else 1e300
    z = np.array([[3 * scale + 4j * scale, 0], [12 * scale, 1]], dtype)
    np.testing.assert_allclose(numrs.vector_norm(z), 13 * scale, rtol=rtol)
    np.testing.assert_allclose(numrs.vector_norm(z, axis=1), [5 * scale, 12 * scale], rtol=rtol)
    tiny = z / np.asarray(scale, REAL[dtype]) / np.asarray(scale, REAL[dtype])
    np.testing.assert_allclose(numrs.vector_norm(tiny[:, 0]), 13 / scale, rtol=rtol)


@pytest.mark.parametrize("dtype", COMPLEX)
@pytest.mark.parametrize("name", ("cumulative_sum", "cumulative_prod"))
def test_scans(backend, name, dtype):
    ours = getattr(numrs, name)
    theirs = np.cumsum if name == "cumulative_sum" else np.cumprod
    rtol = 1e-5 if dtype == "complex64" else 1e-12
    for shape in ((1,), (7,), (8,), (9,), (1003,), (9000,), (5, 40), (3, 33, 9), (4100, 3), (600, 40)):
        x = values(dtype, shape, 2)
        if name == "cumulative_prod":
            x = (x / np.abs(x)).astype(dtype)
        for axis in range(len(shape)):
            wanted = theirs(x.astype("complex128"), axis=axis)
            np.testing.assert_allclose(ours(x, axis=axis), wanted, rtol=rtol, atol=rtol * 10, err_msg=f"{shape} {axis}")
            first = ours(x, axis=axis, include_initial=True)
            assert first.shape[axis] == shape[axis] + 1
            np.testing.assert_array_equal(np.take(first, 0, axis), 0 if name == "cumulative_sum" else 1)
        for layout, y in layouts(x.reshape(-1, shape[-1])):
            y = y.astype(dtype) if layout == "big-endian" else y
            for axis in (0, 1):
                same(ours(y, axis=axis), ours(np.ascontiguousarray(y), axis=axis), f"{layout} {axis}")
    in_place = values(dtype, 500, 1)
    wanted = ours(in_place)
    ours(in_place, out=in_place)
    same(in_place, wanted)
    infinite = np.array([complex(np.inf, np.inf), 1], dtype)
    same(ours(infinite)[:1], infinite[:1])


@pytest.mark.parametrize("dtype", COMPLEX)
def test_bits_do_not_depend_on_threads_backend_or_layout(dtype):
    x, y = values(dtype, (700, 900), 1), values(dtype, (700, 900), 2)
    x[3, 5], y[7, 1] = np.nan, np.inf
    calls = {
        "add": lambda a, b: numrs.add(a, b),
        "multiply": lambda a, b: numrs.multiply(a, b),
        "divide": lambda a, b: numrs.divide(a, b),
        "sum": lambda a, b: numrs.sum(b),
        "sum0": lambda a, b: numrs.sum(a, axis=0),
        "prod": lambda a, b: numrs.prod(b[:9], axis=1),
        "mean": lambda a, b: numrs.mean(b, axis=1),
        "var": lambda a, b: numrs.var(a, axis=0),
        "norm": lambda a, b: numrs.vector_norm(a, axis=1),
        "cumulative_sum": lambda a, b: numrs.cumulative_sum(a, axis=0),
        "cumulative_sum1": lambda a, b: numrs.cumulative_sum(a, axis=1),
        "equal": lambda a, b: numrs.equal(a, b),
    }
    threads, before = numrs.get_num_threads(), numrs.get_backend()
    try:
        for name, call in calls.items():
            bits = set()
            for count, which in itertools.product((1, 2, 3), BACKENDS):
                numrs.set_num_threads(count)
                numrs.set_backend(which)
                for a, b in ((x, y), (np.asfortranarray(x), np.asfortranarray(y))):
                    got = np.ascontiguousarray(call(a, b))
                    got[np.isnan(got)] = np.nan  # which NaN is open element-wise
                    bits.add(got.tobytes())
            assert len(bits) == 1, name
    finally:
        numrs.set_num_threads(threads)
        numrs.set_backend(before)


@pytest.mark.parametrize("dtype", COMPLEX)
def test_astype(dtype):
    z = values(dtype, 100, 1)
    for to in COMPLEX:
        same(numrs.astype(z, to), z.astype(to))
    for source in DTYPES:
        x = np.arange(5).astype(source)
        same(numrs.astype(x, dtype), x.astype(dtype))


@pytest.mark.parametrize("dtype", COMPLEX)
def test_unique(dtype):
    rng = np.random.default_rng(0)
    a = (rng.integers(-2, 3, (5, 7)) + 1j * rng.integers(-2, 3, (5, 7))).astype(dtype)
    a[0, 0], a[1, 1], a[2, 2] = -0.0, complex(0, -0.0), 0
    for got, wanted in zip(numrs.unique_all(a), np.unique(a, return_index=True, return_inverse=True, return_counts=True)):
        np.testing.assert_array_equal(got, np.reshape(wanted, np.shape(got)))
    a[3] = complex(np.nan, 1)
    counted, counts = numrs.unique_counts(a)
    assert np.isnan(counted).sum() == 7 and counts.sum() == 35
    assert numrs.unique_values(a[:0]).shape == (0,)
