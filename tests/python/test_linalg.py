"""Products and norms against NumPy: shapes, dtypes, layouts, given outputs, orders of norms."""

import subprocess
import sys

import numpy as np
import numrs
import pytest
from reference import DTYPES, FLOATS, assert_same, data, layouts

MATMUL_SHAPES = [
    ((3, 4), (4, 5)),
    ((4,), (4,)),
    ((3, 4), (4,)),
    ((4,), (4, 5)),
    ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 5)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((3, 4), (6, 4, 2)),
    ((4,), (6, 4, 2)),
    ((6, 3, 4), (4,)),
    ((1, 1), (1, 1)),
    ((0, 4), (4, 5)),
    ((3, 0), (0, 5)),
    ((3, 4), (4, 0)),
    ((0, 3, 4), (4, 5)),
    ((65, 70), (70, 33)),
]


def close(got, wanted, terms=100):
    """Within the rounding of a product of so many terms, relative to the largest element."""
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype, (got.dtype, wanted.dtype)
    assert got.shape == wanted.shape, (got.shape, wanted.shape)
    if wanted.dtype.kind != "f":
        np.testing.assert_array_equal(got, wanted)
    else:
        scale = np.max(np.abs(wanted), initial=1)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=terms * np.finfo(wanted.dtype).eps * scale)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shapes", MATMUL_SHAPES, ids=str)
def test_matmul_shapes(shapes, dtype):
    a, b = (data(dtype, shape, k) for k, shape in enumerate(shapes))
    got, wanted = numrs.matmul(a, b), np.matmul(a, b)
    close(got, wanted)
    assert type(got) is type(wanted)
    out = np.empty_like(np.asarray(wanted))
    assert numrs.matmul(a, b, out=out) is out
    close(out, wanted)


def test_matmul_of_mixed_dtypes():
    for first in DTYPES:
        for second in DTYPES:
            a, b = data(first, (3, 4), 1), data(second, (4, 2), 2)
            close(numrs.matmul(a, b), np.matmul(a, b))


@pytest.mark.parametrize("dtype", [*FLOATS, "int32"])
def test_matmul_layouts(dtype):
    a, b = data(dtype, (33, 20), 1), data(dtype, (20, 17), 2)
    for _, x in layouts(a):
        for _, z in layouts(b):
            wanted = np.matmul(x.astype(dtype), z.astype(dtype))
            close(numrs.matmul(x, z), wanted)
    for _, y in layouts(np.zeros((33, 17), dtype)):
        if y.flags.writeable and 0 not in y.strides and y.dtype.isnative:
            numrs.matmul(a, b, out=y)
            close(y, a @ b)


def test_matmul_into_its_own_input():
    a = data("float64", (40, 40), 1)
    b = a.copy()
    assert numrs.matmul(b, b, out=b) is b
    close(b, a @ a)


def test_matmul_bits_do_not_depend_on_threads():
    threads = numrs.get_num_threads()
    try:
        for shape in ((100, 300, 50), (700, 513, 257)):
            a, b = data("float32", shape[:2], 1), data("float32", shape[1:], 2)
            results = set()
            for count in (1, 2, 5):
                numrs.set_num_threads(count)
                results.add(numrs.matmul(a, b).tobytes())
            assert len(results) == 1
    finally:
        numrs.set_num_threads(threads)


@pytest.mark.parametrize("dtype", DTYPES)
def test_dot_inner_outer_vecdot(dtype):
    for first, second in (
        ((5,), (5,)),
        ((3, 5), (5,)),
        ((3, 5), (5, 2)),
        ((5,), (5, 2)),
        ((2, 3, 5), (5, 2)),
        ((3, 5), (2, 5, 4)),
        ((), (3,)),
        ((2, 2), ()),
        ((), ()),
    ):
        a, b = data(dtype, first, 1), data(dtype, second, 2)
        close(numrs.dot(a, b), np.dot(a, b))
    for first, second in (((5,), (5,)), ((3, 5), (5,)), ((3, 5), (2, 5)), ((2, 3, 5), (4, 5)), ((), (3,)), ((), ())):
        a, b = data(dtype, first, 1), data(dtype, second, 2)
        close(numrs.inner(a, b), np.inner(a, b))
    for first, second in (((5,), (4,)), ((2, 3), (4,)), ((), (4,)), ((0,), (3,))):
        a, b = data(dtype, first, 1), data(dtype, second, 2)
        close(numrs.outer(a, b), np.outer(a, b))
    for first, second in (((5,), (5,)), ((3, 5), (5,)), ((3, 1, 5), (4, 5))):
        a, b = data(dtype, first, 1), data(dtype, second, 2)
        close(numrs.vecdot(a, b), np.vecdot(a, b))
    a, b = data(dtype, (4, 6), 1), data(dtype, (4, 6), 2)
    close(numrs.vecdot(a, b, axis=0), np.vecdot(a, b, axis=0))
    close(numrs.vecdot(a, b, axis=-2), np.vecdot(a, b, axis=0))


def test_types_of_results():
    a = np.ones(3, np.float32)
    assert type(numrs.dot(a, a)) is np.float32
    assert type(numrs.inner(a, a)) is np.float32
    assert type(numrs.vecdot(a, a)) is np.float32
    assert type(numrs.matmul(a, a)) is np.float32
    assert type(numrs.norm(a)) is np.float32
    assert type(numrs.dot(2, 3)) is np.int64


ORDERS = (None, 2, 1, 0, np.inf, -np.inf, 3, 0.5, -1, -2.5)


@pytest.mark.parametrize("dtype", [*FLOATS, "int32", "uint8"])
@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_vector_norms(dtype, order):
    x = data(dtype, (4, 6), 1, 1, 5)
    tolerance = 1e-6 if dtype == "float32" else 1e-14
    for axis in (0, 1, -1):
        for keepdims in (False, True):
            got, wanted = (
                numrs.norm(x, order, axis, keepdims=keepdims),
                np.linalg.norm(x, order, axis, keepdims=keepdims),
            )
            assert got.shape == wanted.shape and got.dtype == wanted.dtype
            np.testing.assert_allclose(got, wanted, rtol=tolerance)
    np.testing.assert_allclose(numrs.norm(x[0], order), np.linalg.norm(x[0], order), rtol=tolerance)
    if order is not None:
        for axis in (None, 0, (0, 1)):
            got, wanted = numrs.vector_norm(x, axis=axis, ord=order), np.linalg.vector_norm(x, axis=axis, ord=order)
            assert got.dtype == wanted.dtype
            np.testing.assert_allclose(got, wanted, rtol=tolerance)


@pytest.mark.parametrize("order", [None, "fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf], ids=str)
def test_matrix_norms(order):
    x = data("float64", (3, 4, 5), 1)
    np.testing.assert_allclose(numrs.norm(x[0], order), np.linalg.norm(x[0], order), rtol=1e-14)
    for axes in ((0, 1), (1, 2), (-1, 0), (2, 1)):
        for keepdims in (False, True):
            got, wanted = (
                numrs.norm(x, order, axes, keepdims=keepdims),
                np.linalg.norm(x, order, axes, keepdims=keepdims),
            )
            assert got.shape == wanted.shape
            np.testing.assert_allclose(got, wanted, rtol=1e-14)
    np.testing.assert_allclose(numrs.norm(x), np.linalg.norm(x), rtol=1e-14)


@pytest.mark.parametrize("dtype", [*FLOATS, "int32", "uint8", "bool"])
@pytest.mark.parametrize("order", [2, -2, "nuc"], ids=str)
def test_norms_by_singular_values(dtype, order):
    """Dtypes, shapes and layouts; the error of a value is relative to the largest one, and "nuc" is a sum of values."""
    tolerance = 2e-6 if dtype == "float32" else 1e-13
    for shape in ((1, 1), (1, 7), (7, 1), (5, 5), (40, 33), (33, 40), (2, 3, 9, 6), (200, 4, 4), (130, 257)):
        x = data(dtype, shape, 1)
        for array in (x, x.swapaxes(-1, -2), x[..., ::-1, ::2]):
            got, wanted = numrs.norm(array, order, (-2, -1)), np.linalg.norm(array, order, (-2, -1))
            assert got.shape == wanted.shape and got.dtype == wanted.dtype
            largest = np.linalg.norm(array, 2, (-2, -1))
            values = min(array.shape[-2:]) if order == "nuc" else 1
            assert np.all(np.abs(got - wanted) <= tolerance * values * largest), (shape, array.strides)


def test_norms_by_singular_values_of_special_matrices():
    x = np.stack([np.eye(3), np.zeros((3, 3)), np.diag([3e200, 4e-200, 5.0]), np.full((3, 3), np.nan), np.eye(3)])
    x[4, 1, 1] = np.inf
    kept = x.copy()
    np.testing.assert_array_equal(numrs.norm(x, 2, (1, 2)), [1, 0, 3e200, np.nan, np.nan])
    np.testing.assert_allclose(numrs.norm(x, "nuc", (1, 2)), [3, 0, 3e200, np.nan, np.nan], rtol=1e-15)
    np.testing.assert_array_equal(x, kept)
    assert numrs.norm(np.ones((0, 3)), "nuc") == 0
    assert numrs.norm(np.ones((4, 0, 3)), "nuc", (1, 2)).tolist() == [0, 0, 0, 0]
    assert numrs.norm(np.ones((0, 3, 3)), 2, (1, 2)).shape == (0,)
    for order in (2, -2):
        with pytest.raises(ValueError, match="no element to choose from"):
            numrs.norm(np.ones((0, 3)), order)
    # The same bits for every number of threads.
    x = data("float64", (40, 60, 50), 1)
    threads = numrs.get_num_threads()
    try:
        bits = set()
        for count in (1, 2, 5):
            numrs.set_num_threads(count)
            bits.add(numrs.norm(x, "nuc", (1, 2)).tobytes())
    finally:
        numrs.set_num_threads(threads)
    assert len(bits) == 1


def test_import_loads_no_openblas():
    program = ("import numrs, numpy as np; numrs.matmul(np.ones((9, 9)), np.ones((9, 9))); "
               "mapped = lambda: any('openblas' in line and 'numrs' in line for line in open('/proc/self/maps')); "
               "assert not mapped(); assert numrs.norm(np.eye(3), 2) == 1")
    subprocess.run([sys.executable, "-c", program], check=True)


def test_norms_that_are_refused():
    x = np.ones((3, 4, 5))
    for order, array, axis in (
        (1, x, None),
        ("fro", x[0, 0], None),
        ("other", x[0], None),
        (3, x[0], None),
        ("fro", x, 0),
        (None, x, (0, 0)),
        (1, x, (0, 1, 2)),
    ):
        with pytest.raises(ValueError):
            numrs.norm(array, order, axis)
        with pytest.raises(ValueError):
            np.linalg.norm(array, order, axis)


def test_norm_does_not_overflow():
    x = np.array([3e200, 4e200])
    assert numrs.norm(x) == pytest.approx(5e200, rel=1e-14)
    assert_same(numrs.norm(np.array([3e-200, 4e-200])), np.float64(5e-200), "norm", 2)
    x = np.float32([3e25, 4e25])
    assert numrs.norm(x) == np.float32(np.sqrt(np.sum(x.astype(float) ** 2)))
