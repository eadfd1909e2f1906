"""Complex and 16-bit products, and what numrs.linalg makes of other functions: norms, traces, cross and Kronecker products."""

import numpy as np
import numrs
import numrs.linalg as linalg
import pytest
from numpy.linalg import LinAlgError
from test_linalg_decompositions import close, matrix

SHAPES = [
    ((3, 4), (4, 5)), ((1, 7), (7, 5)), ((7,), (7, 5)), ((5, 7), (7,)), ((5, 7), (7, 1)), ((7,), (7,)), ((2, 3, 4), (4, 5)),
    ((2, 3, 4), (2, 4, 1)), ((2, 1, 4), (2, 4, 5)), ((3, 1, 1, 4), (2, 4, 5)), ((6, 3, 4), (4,)), ((4,), (6, 4, 3)), ((0, 3), (3, 2)),
    ((2, 0), (0, 3)), ((1, 0), (0, 3)), ((65, 70), (70, 33)), ((300, 40), (40, 300)), ((1, 300), (300, 200)),
]  # fmt: skip


@pytest.fixture(params=["cpu", "cpu-portable"], autouse=True)
def backend(request):
    numrs.set_backend(request.param)
    yield request.param
    numrs.set_backend("cpu")


def layouts(x):
    yield x
    yield np.asfortranarray(x)
    yield np.repeat(x, 2, axis=-1)[..., ::2]
    yield np.ascontiguousarray(x[::-1])[::-1]
    if x.ndim > 1:
        yield np.ascontiguousarray(x.swapaxes(-1, -2)).swapaxes(-1, -2)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_complex_matmul(shapes, dtype):
    a, b = (matrix(shape, dtype, k) for k, shape in enumerate(shapes))
    wanted = np.matmul(a.astype("complex128"), b.astype("complex128"))
    first = None
    for x in layouts(a):
        for y in layouts(b):
            got = numrs.matmul(x, y)
            assert np.asarray(got).dtype == dtype and np.shape(got) == wanted.shape
            close(np.asarray(got), wanted, scale=np.max(np.abs(wanted), initial=10) * max(1, shapes[0][-1] / 30))
            first = got if first is None else first
            if wanted.ndim:
                out = np.empty(wanted.shape[::-1], dtype).T
                assert numrs.matmul(x, y, out=out) is out
                np.testing.assert_array_equal(out, got)
    for x, y in ((a, b.real.copy()), (a.real.copy(), b)):
        close(
            np.asarray(numrs.matmul(x, y)),
            np.matmul(x, y),
            scale=np.max(np.abs(wanted), initial=10) * max(1, shapes[0][-1] / 30),
        )


def test_complex_matmul_over_its_input_and_threads():
    a = matrix((40, 40), "complex128")
    b = a.copy()
    numrs.matmul(b, b, out=b)
    close(b, a @ a)
    threads = numrs.get_num_threads()
    try:
        for shapes in (((100, 300), (300, 50)), ((3000, 100), (100,)), ((100,), (100, 5000))):
            a, b = matrix(shapes[0], "complex64", 1), matrix(shapes[1], "complex64", 2)
            bits = set()
            for count in (1, 2, 5):
                numrs.set_num_threads(count)
                bits.add(numrs.matmul(a, b).tobytes())
            assert len(bits) == 1
    finally:
        numrs.set_num_threads(threads)


@pytest.mark.parametrize("dtype", ["complex64", "complex128"])
def test_complex_vecdot_and_dot(dtype):
    for first, second, axis in (
        ((5,), (5,), -1), ((4, 5), (5,), -1), ((3, 1, 5), (4, 5), -1), ((5, 3), (5, 3), 0), ((0,), (0,), 0), ((3, 0), (3, 0), 1),
        ((10007,), (10007,), 0), ((2, 3, 4), (2, 3, 4), -2),
    ):  # fmt: skip
        a, b = matrix(first, dtype, 1), matrix(second, dtype, 2)
        wanted = np.vecdot(a.astype("complex128"), b.astype("complex128"), axis=axis)
        for x in (a, np.asfortranarray(a), np.repeat(a, 2, -1)[..., ::2]):
            got = numrs.vecdot(x, b, axis=axis)
            assert np.asarray(got).dtype == dtype and np.shape(got) == wanted.shape
            close(np.asarray(got), wanted, factor=300)
        close(np.asarray(numrs.vecdot(a, b.real, axis=axis)), np.asarray(np.vecdot(a, b.real, axis=axis)), scale=1000)
    a, b = matrix((4,), dtype, 1), matrix((4,), dtype, 2)
    close(np.asarray(numrs.dot(a, b)), np.asarray(np.dot(a, b)))
    close(np.asarray(numrs.inner(a, b)), np.asarray(np.inner(a, b)))
    a, b = matrix((3, 4), dtype, 1), matrix((2, 4), dtype, 2)
    close(numrs.inner(a, b), np.inner(a, b))
    close(numrs.outer(a, b), np.outer(a, b))
    close(numrs.dot(a, matrix((2, 4, 3), dtype)), np.dot(a, matrix((2, 4, 3), dtype)))


def test_vecdot_is_exact_where_sums_cancel():
    a = np.array([1e8, 1, -1e8], np.complex64)
    assert numrs.vecdot(a, np.ones(3, np.complex64)) == 1


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_16_bit_products(dtype):
    if dtype == "bfloat16":
        dtype = pytest.importorskip("ml_dtypes").bfloat16
    a, b = matrix((33, 50), "float32").astype(dtype), matrix((50, 20), "float32").astype(dtype)
    wanted = numrs.matmul(a.astype(np.float32), b.astype(np.float32)).astype(dtype)
    np.testing.assert_array_equal(numrs.matmul(a, b), wanted)
    np.testing.assert_array_equal(numrs.matmul(np.asfortranarray(a), b[:, ::-1])[:, ::-1], wanted)
    np.testing.assert_array_equal(numrs.matmul(a, b[:, 0]), wanted[:, 0])
    assert numrs.inner(a, a).dtype == dtype and numrs.outer(a[0], a[1]).dtype == dtype
    assert numrs.matmul(a, b.astype(np.float32)).dtype == np.float32
    exact = np.vecdot(a.astype(float), a.astype(float))
    np.testing.assert_array_equal(numrs.vecdot(a, a), exact.astype(dtype))


def test_norms_of_complex_and_16_bit_numbers():
    x = matrix((3, 4, 5), "complex128")
    for order in ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf):
        for keepdims in (False, True):
            got, wanted = (
                linalg.matrix_norm(x, ord=order, keepdims=keepdims),
                np.linalg.matrix_norm(x, ord=order, keepdims=keepdims),
            )
            assert got.dtype == np.float64 and got.shape == wanted.shape
            np.testing.assert_allclose(got, wanted, rtol=1e-13)
    for order in (2, 1, 0, np.inf, -np.inf, 3, 0.5):
        np.testing.assert_allclose(
            linalg.vector_norm(x, ord=order, axis=1), np.linalg.vector_norm(x, ord=order, axis=1), rtol=1e-13
        )
    h = matrix((4, 4), "float32").astype(np.float16)
    assert linalg.matrix_norm(h).dtype == np.float16
    np.testing.assert_allclose(linalg.matrix_norm(h, ord=2), np.linalg.norm(h.astype(float), 2), rtol=1e-3)
    with pytest.raises(ValueError):
        linalg.matrix_norm(np.ones(3))
    with pytest.raises(ValueError):
        linalg.matrix_norm(np.eye(3), ord="other")


@pytest.mark.parametrize("dtype", ["int32", "float64", "complex64", "bool"])
def test_trace_diagonal_transpose(dtype):
    x = (matrix((2, 4, 6), "float64") * 10).astype(dtype)
    if dtype == "complex64":
        x = x * (1 + 2j)
        x = x.astype(dtype)
    for offset in (-5, -2, 0, 1, 7):
        np.testing.assert_array_equal(linalg.diagonal(x, offset=offset), np.linalg.diagonal(x, offset=offset))
        got, wanted = linalg.trace(x, offset=offset), np.linalg.trace(x, offset=offset)
        if dtype != "bool":
            assert got.dtype == wanted.dtype
            np.testing.assert_allclose(got, wanted, rtol=1e-6)
    assert (
        linalg.trace(x.astype("int32") if dtype != "complex64" else x.real.astype("int32"), dtype=np.float32).dtype
        == np.float32
    )
    assert np.shares_memory(linalg.diagonal(x), x)
    assert np.shares_memory(linalg.matrix_transpose(x), x)
    with pytest.raises(TypeError):
        linalg.trace(x, offset=0.5)


def test_cross():
    a, b = matrix((4, 3), "float64", 1), matrix((4, 3), "float64", 2)
    close(linalg.cross(a, b), np.linalg.cross(a, b))
    close(linalg.cross(a.T, b.T, axis=0), np.linalg.cross(a.T, b.T, axis=0))
    close(linalg.cross(a[0], b), np.cross(a[0], b))
    assert linalg.cross([1, 0, 0], [0, 1, 0]).tolist() == [0, 0, 1]
    close(
        linalg.cross(matrix((3,), "complex64", 1), matrix((3,), "complex64", 2)),
        np.cross(matrix((3,), "complex64", 1), matrix((3,), "complex64", 2)),
    )
    for x1, x2, axis in (
        ([1, 2], [3, 4], -1),
        (np.ones((3, 2)), np.ones((3, 2)), -1),
        (np.ones((2, 3)), np.ones((5, 3)), -1),
    ):
        with pytest.raises(ValueError):
            linalg.cross(x1, x2, axis=axis)
    with pytest.raises(IndexError):
        linalg.cross([1, 0, 0], [0, 1, 0], axis=3)


def test_kron_multi_dot_outer_tensordot_cond():
    a, b = matrix((2, 3), "float64", 1), matrix((4, 1, 2), "float64", 2)
    np.testing.assert_array_equal(linalg.kron(a, b), np.kron(a, b))
    np.testing.assert_array_equal(linalg.kron(b, a), np.kron(b, a))
    assert linalg.kron(2, 3) == 6
    arrays = [matrix(shape, "float64", k) for k, shape in enumerate(((5, 40), (40, 3), (3, 30), (30, 7)))]
    close(linalg.multi_dot(arrays), np.linalg.multi_dot(arrays))
    close(
        np.asarray(linalg.multi_dot([arrays[0][0], arrays[1], arrays[1][0]])),
        np.asarray(np.linalg.multi_dot([arrays[0][0], arrays[1], arrays[1][0]])),
    )
    for wrong in ([a], [a, a], [a, b]):
        with pytest.raises(ValueError):
            linalg.multi_dot(wrong)
    np.testing.assert_array_equal(linalg.outer([1, 2], [3, 4, 5]), np.linalg.outer([1, 2], [3, 4, 5]))
    with pytest.raises(ValueError):
        linalg.outer(a, [1.0])
    x, y = matrix((2, 3, 4), "complex128", 1), matrix((4, 3, 5), "complex128", 2)
    close(linalg.tensordot(x, y, axes=((1, 2), (1, 0))), np.tensordot(x, y, axes=((1, 2), (1, 0))))
    m = matrix((3, 3), "complex128")
    for order in (None, 1, -1, 2, -2, np.inf, -np.inf, "fro"):
        np.testing.assert_allclose(linalg.cond(m, order), np.linalg.cond(m, order), rtol=1e-12)
    assert np.isnan(linalg.cond(np.full((2, 2), np.nan)))
    with pytest.raises(LinAlgError):
        linalg.cond(np.ones((2, 3)), 1)


def test_everything_of_the_standard_is_there():
    names = """cholesky cross det diagonal eig eigh eigvals eigvalsh inv matmul matrix_norm matrix_power matrix_rank matrix_transpose outer pinv qr
    slogdet solve svd svdvals tensordot trace vecdot vector_norm""".split()
    assert set(names) <= set(linalg.__all__)
    assert all(callable(getattr(linalg, name)) for name in linalg.__all__)
    assert set(linalg.__all__) == {name for name in dir(linalg) if not name.startswith("_")}
