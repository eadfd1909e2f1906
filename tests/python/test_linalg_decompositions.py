"""numrs.linalg against NumPy and against what defines each function: dtypes, stacks, layouts, names, errors, empty and hostile input."""

import pickle

import numpy as np
import numrs
import numrs.linalg as linalg
import pytest
from numpy.linalg import LinAlgError

DTYPES = ["float32", "float64", "complex64", "complex128"]
BACKENDS = ["cpu", "cpu-portable"]


@pytest.fixture(params=BACKENDS, autouse=True)
def backend(request):
    numrs.set_backend(request.param)
    yield request.param
    numrs.set_backend("cpu")


def matrix(shape, dtype, seed=0):
    generator = np.random.default_rng([seed, *shape])
    x = generator.normal(size=shape)
    if np.dtype(dtype).kind == "c":
        x = x + 1j * generator.normal(size=shape)
    return x.astype(dtype)


def adjoint(x):
    return np.conj(np.swapaxes(x, -1, -2))


def positive(shape, dtype, seed=0):
    x = matrix(shape, dtype, seed)
    return (x @ adjoint(x) + shape[-1] * np.eye(shape[-1])).astype(dtype)


def close(got, wanted, scale=None, factor=30):
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.shape == wanted.shape
    eps = max(np.finfo(got.dtype).eps, np.finfo(wanted.dtype).eps)
    size = max([1, *got.shape[-2:]])
    scale = np.max(np.abs(wanted), initial=1) if scale is None else scale
    assert np.max(np.abs(got - wanted), initial=0) <= factor * size * eps * scale


def variants(x):
    """The same numbers in other memory."""
    yield x
    yield np.asfortranarray(x)
    yield np.repeat(np.repeat(x, 2, -1), 3, -2)[..., ::3, ::2]
    yield np.ascontiguousarray(x[..., ::-1, :])[..., ::-1, :]
    memory = np.zeros(x.nbytes + 1, np.uint8)
    unaligned = memory[1:].view(x.dtype).reshape(x.shape) if x.size else x
    unaligned[...] = x
    yield unaligned


def real_of(dtype):
    return np.empty(0, dtype).real.dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (8, 8), (20, 20), (2, 3, 4, 4), (5, 9, 9)], ids=str)
def test_square_matrices(shape, dtype):
    n = shape[-1]
    p = positive(shape, dtype)
    for x in variants(p):
        kept = x.copy()
        for upper in (False, True):
            factor = linalg.cholesky(x, upper=upper)
            assert factor.dtype == dtype
            close(adjoint(factor) @ factor if upper else factor @ adjoint(factor), p)
            close(factor, np.linalg.cholesky(p, upper=upper))
        inverse = linalg.inv(x)
        assert inverse.dtype == dtype
        close(inverse @ p, np.broadcast_to(np.eye(n), shape), scale=10)
        close(linalg.det(x), np.linalg.det(p), factor=100)
        sign, size = linalg.slogdet(x)
        assert np.asarray(sign).dtype == dtype and np.asarray(size).dtype == real_of(dtype)
        close(size, np.linalg.slogdet(p).logabsdet)
        for triangle in "LU":
            values, vectors = linalg.eigh(x, UPLO=triangle)
            assert values.dtype == real_of(dtype) and vectors.dtype == dtype
            close(p @ vectors, vectors * values[..., None, :])
            close(linalg.eigvalsh(x, UPLO=triangle), values)
        np.testing.assert_array_equal(x, kept)
    a = matrix(shape, dtype, 3)
    for x in variants(a):
        values, vectors = linalg.eig(x)
        assert values.dtype == vectors.dtype == np.result_type(dtype, "complex64")
        close(a @ vectors, vectors * values[..., None, :], factor=60)
        key = lambda v: np.sort_complex(np.round(v, 3))  # noqa: E731
        np.testing.assert_allclose(key(linalg.eigvals(x)), key(values), atol=2e-3)
    b = matrix((*shape[:-1], 3), dtype, 1)
    for x, y in zip(variants(p), variants(b), strict=True):
        solution = linalg.solve(x, y)
        assert solution.dtype == dtype
        close(p @ solution, b, scale=10)
    line = matrix((n,), dtype, 2)
    close(p @ linalg.solve(p, line)[..., None], np.broadcast_to(line[:, None], (*shape[:-1], 1)), scale=10)
    close(linalg.matrix_power(p, 3), p @ p @ p)
    close(linalg.matrix_power(p, -2) @ p @ p, np.broadcast_to(np.eye(n), shape), scale=100)
    np.testing.assert_array_equal(linalg.matrix_power(p, 0), np.broadcast_to(np.eye(n, dtype=dtype), shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(1, 1), (4, 4), (7, 3), (3, 7), (30, 20), (2, 20, 30), (3, 1, 5, 2)], ids=str)
def test_rectangles(shape, dtype):
    m, n = shape[-2:]
    c = min(m, n)
    a = matrix(shape, dtype)
    for x in variants(a):
        for mode in ("reduced", "complete"):
            q, r = linalg.qr(x, mode=mode)
            wanted = np.linalg.qr(a, mode=mode)
            assert q.shape == wanted.Q.shape and r.shape == wanted.R.shape and q.dtype == r.dtype == dtype
            close(q @ r, a)
            close(adjoint(q) @ q, np.broadcast_to(np.eye(q.shape[-1]), (*shape[:-2], q.shape[-1], q.shape[-1])))
            assert not np.tril(r, -1).any()
        np.testing.assert_array_equal(linalg.qr(x, mode="r"), linalg.qr(x).R)
        for full in (True, False):
            u, s, vh = linalg.svd(x, full_matrices=full)
            wanted = np.linalg.svd(a, full_matrices=full)
            assert u.shape == wanted.U.shape and vh.shape == wanted.Vh.shape
            assert u.dtype == vh.dtype == dtype and s.dtype == real_of(dtype)
            close(s, wanted.S)
            close((u[..., :c] * s[..., None, :]) @ vh[..., :c, :], a)
            close(adjoint(u) @ u, np.broadcast_to(np.eye(u.shape[-1]), (*shape[:-2], u.shape[-1], u.shape[-1])))
        close(linalg.svdvals(x), s)
        inverse = linalg.pinv(x)
        assert inverse.dtype == dtype
        close(a @ inverse @ a, a, factor=100)
    np.testing.assert_array_equal(linalg.matrix_rank(a), np.linalg.matrix_rank(a))
    if len(shape) == 2:
        for b in (matrix((m,), dtype, 1), matrix((m, 3), dtype, 1)):
            got, wanted = linalg.lstsq(a, b), np.linalg.lstsq(a, b)
            close(got.x, wanted[0], factor=300)
            assert got.residuals.shape == wanted[1].shape and got.residuals.dtype == wanted[1].dtype
            close(got.residuals, wanted[1], factor=300)
            assert got.rank == wanted[2]
            close(got.s, wanted[3])


def test_stacks_broadcast():
    a, b = positive((2, 1, 4, 4), "float64"), matrix((3, 4, 2), "float64")
    close(linalg.solve(a, b), np.linalg.solve(a, b))
    close(linalg.solve(a[0, 0], matrix((5, 6, 4, 1), "float64")), np.linalg.solve(a[0, 0], matrix((5, 6, 4, 1), "float64")))
    got = linalg.lstsq(a, b)
    close(got.x, np.linalg.solve(a, b))
    assert got.rank.tolist() == [[4, 4, 4]] * 2 and got.s.shape == (2, 3, 4)
    tall = matrix((6, 5, 2), "float64")
    many = linalg.lstsq(tall, matrix((6, 5, 3), "float64"))
    assert many.residuals.shape == (6, 3)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "int64"])
def test_integers_give_float64(dtype):
    a = np.array([[2, 1], [1, 3]]).astype(dtype)
    if dtype == "bool":
        a = np.array([[True, True], [False, True]])
    f = a.astype(float)
    for name in ("inv", "det", "cholesky", "eigvalsh", "svdvals", "pinv"):
        if name == "cholesky" and dtype == "bool":
            continue
        got = np.asarray(getattr(linalg, name)(a))
        assert got.dtype == np.float64
        close(got, getattr(np.linalg, name)(f))
    assert linalg.eigvals(a).dtype == np.complex128
    assert linalg.solve(a, np.float32([1, 2])).dtype == np.result_type(dtype, np.float32)
    assert linalg.matrix_power(a, 2).dtype == a.dtype
    assert linalg.solve(a.astype(np.float32), np.complex64([1, 2])).dtype == np.complex64


def test_float16_is_computed_in_float32():
    a = positive((5, 5), "float64").astype(np.float16)
    wanted = np.linalg.inv(a.astype(np.float32))
    got = linalg.inv(a)
    assert got.dtype == np.float16
    np.testing.assert_array_equal(got, wanted.astype(np.float16))
    assert linalg.eigvals(a).dtype == np.complex64
    assert linalg.svd(a).S.dtype == np.float16
    assert linalg.lstsq(a, a[0]).x.dtype == np.float16


def test_names_of_results():
    a = np.eye(3)
    assert linalg.eigh(a)._fields == ("eigenvalues", "eigenvectors")
    assert linalg.eig(a)._fields == ("eigenvalues", "eigenvectors")
    assert linalg.qr(a)._fields == ("Q", "R")
    assert linalg.slogdet(a)._fields == ("sign", "logabsdet")
    assert linalg.svd(a)._fields == ("U", "S", "Vh")
    for result in (linalg.svd(a), linalg.slogdet(a)):
        again = pickle.loads(pickle.dumps(result))
        assert type(again) is type(result)
    assert type(linalg.det(a)) is np.float64
    assert linalg.LinAlgError is LinAlgError


EMPTY = [(0, 0), (0, 3), (3, 0), (0, 3, 3), (2, 0, 0), (2, 0, 3), (2, 3, 0)]


@pytest.mark.parametrize("shape", EMPTY, ids=str)
@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_empty(shape, dtype):
    x = np.zeros(shape, dtype)
    for name in ("qr", "svd", "svdvals", "pinv", "matrix_rank"):
        got, wanted = getattr(linalg, name)(x), getattr(np.linalg, name)(x)
        if not isinstance(wanted, tuple):
            got, wanted = (got,), (wanted,)
        for part, right in zip(got, wanted, strict=True):
            assert np.asarray(part).shape == np.asarray(right).shape
            np.testing.assert_array_equal(part, right)
    for name in ("cholesky", "inv", "det", "slogdet", "eigh", "eigvalsh", "eig", "eigvals"):
        if shape[-1] != shape[-2]:
            with pytest.raises(LinAlgError, match="square"):
                getattr(linalg, name)(x)
            continue
        got, wanted = getattr(linalg, name)(x), getattr(np.linalg, name)(x)
        if not isinstance(wanted, tuple):
            got, wanted = (got,), (wanted,)
        for part, right in zip(got, wanted, strict=True):
            np.testing.assert_array_equal(part, right)
    with pytest.raises(LinAlgError):
        linalg.cond(x) if x.ndim == 2 or 0 in shape[-2:] else linalg.cond(x[..., :0])
    b = np.zeros((shape[-2], 2), dtype)
    if len(shape) == 2:
        got, wanted = linalg.lstsq(x, b), np.linalg.lstsq(x, b)
        np.testing.assert_array_equal(got.x, wanted[0])
        assert got.rank == wanted[2] and got.s.shape == wanted[3].shape


def test_singular():
    for n in (1, 2, 4, 12):
        a = np.zeros((n, n))
        for function in (linalg.inv, linalg.cholesky, lambda x: linalg.solve(x, x), lambda x: linalg.matrix_power(x, -1)):
            with pytest.raises(LinAlgError):
                function(a)
        assert linalg.det(a) == 0
        assert linalg.slogdet(a) == (0, -np.inf)
        assert linalg.matrix_rank(a) == 0
        np.testing.assert_array_equal(linalg.pinv(a), a)
        assert linalg.cond(a) == np.inf
    stack = np.stack([np.eye(3), np.ones((3, 3)), np.eye(3)])
    with pytest.raises(LinAlgError, match=r"inv: matrix 1 of 3 \(in C order\) is singular"):
        linalg.inv(stack)
    with pytest.raises(LinAlgError, match="not positive definite"):
        linalg.cholesky(-np.eye(3))
    assert linalg.cond(stack, 1).tolist() == [1, np.inf, 1]
    hilbert = 1 / (np.arange(12)[:, None] + np.arange(12) + 1)
    assert linalg.matrix_rank(hilbert) == np.linalg.matrix_rank(hilbert)
    assert linalg.matrix_rank(hilbert, rtol=1e-3) == np.linalg.matrix_rank(hilbert, rtol=1e-3)
    got, wanted = linalg.lstsq(np.ones((4, 3)), np.arange(4.0)), np.linalg.lstsq(np.ones((4, 3)), np.arange(4.0))
    close(got.x, wanted[0])
    assert got.rank == 1 and got.residuals.size == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("n", [2, 5, 12])
@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_not_finite(bad, n, dtype):
    """Nothing hangs or dies; NaN, or the error that NumPy has too."""
    for x in (np.full((n, n), bad, dtype), np.where(np.eye(n) == 1, bad, 1).astype(dtype)):
        for name in ("eigh", "eigvalsh", "eig", "eigvals", "svd", "pinv", "matrix_rank"):
            with pytest.raises(LinAlgError):
                getattr(linalg, name)(x)
        with pytest.raises(LinAlgError):
            linalg.lstsq(x, np.ones(n))
        with pytest.raises(LinAlgError):
            linalg.lstsq(np.eye(n), np.full(n, bad))
        assert np.isnan(linalg.svdvals(x)).all()
        for function in (linalg.inv, linalg.cholesky, lambda y: linalg.solve(y, y), linalg.det, lambda y: linalg.qr(y).R):
            try:
                result = np.asarray(function(x))
            except LinAlgError:
                continue
            assert not np.isnan(bad) or not np.isfinite(result).all()  # 1 / infinity is 0


def test_wrong_arguments():
    for name in ("cholesky", "inv", "det", "slogdet", "eigh", "eig", "svd", "qr", "pinv", "matrix_rank", "trace", "diagonal"):
        function = getattr(linalg, name)
        for x in (1.0, [1.0, 2.0]):
            with pytest.raises(ValueError, match=f"{name}: x has shape .* expected at least 2 dimensions"):
                function(x)
        for x in (None, "text", np.array(["a"]), np.array([object()])):
            with pytest.raises(TypeError):
                function(x)
        with pytest.raises(TypeError):
            function(np.ma.masked_array(np.eye(2)))
    for x1, x2 in ((np.eye(3), np.ones(2)), (np.ones((3, 4)), np.ones(3)), (np.ones((2, 3, 3)), np.ones((4, 3, 1))), (np.eye(3), 1.0)):
        with pytest.raises(LinAlgError):
            linalg.solve(x1, x2)
    with pytest.raises(ValueError, match="mode is 'full'"):
        linalg.qr(np.eye(3), mode="full")
    with pytest.raises(ValueError, match="UPLO is 'X'"):
        linalg.eigh(np.eye(3), UPLO="X")
    with pytest.raises(TypeError):
        linalg.matrix_power(np.eye(2), 1.5)
    with pytest.raises(LinAlgError):
        linalg.matrix_power(np.ones((2, 3)), 2)


def test_threads_give_the_same_bits():
    a = matrix((200, 10, 10), "float64")
    threads = numrs.get_num_threads()
    try:
        bits = set()
        for count in (1, 2, 5):
            numrs.set_num_threads(count)
            bits.add(b"".join(np.asarray(part).tobytes() for part in (linalg.inv(a), *linalg.svd(a), *linalg.eig(a), linalg.det(a))))
        assert len(bits) == 1
    finally:
        numrs.set_num_threads(threads)


def test_read_only_and_big_endian():
    a = positive((4, 4), "float64")
    a.flags.writeable = False
    close(linalg.inv(a), np.linalg.inv(a))
    close(linalg.inv(a.astype(">f8")), np.linalg.inv(a))
