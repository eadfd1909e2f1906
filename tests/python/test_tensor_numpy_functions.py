"""NumPy's functions called with tensors: computed by numrs (NumPy's fallback is blocked), with NumPy's values, dtypes and shapes."""

import numpy as np
import numrs
import pytest
from numrs._ops import _numpy, _numpy_functions

RNG = np.random.default_rng(11)
A, B, V, W = RNG.random((3, 4)) * 9, RNG.random((3, 4)) * 9, RNG.random(7) * 9, RNG.random(5) * 9
SQUARE, CUBE = RNG.random((4, 4)) * 9 + 5 * np.eye(4), RNG.random((2, 3, 4)) * 9
STACK = RNG.random((3, 2, 2)) + 2 * np.eye(2)
REALS = ("float32", "float64")
FLOATS = (*REALS, "complex64", "complex128")
ANY = (*FLOATS, "int8", "int64", "uint16", "bool")

# function, arguments, keywords, dtypes; arrays among the arguments become tensors of each dtype.
CASES = [
    (np.concatenate, ([A, B],), {}, ANY),
    (np.concatenate, ([A, B],), {"axis": 1}, ANY),
    (np.concatenate, ((A, V),), {"axis": None}, ANY),
    (np.stack, ([A, B],), {}, ANY),
    (np.stack, ([A, B], -1), {}, ANY),
    (np.vstack, ([A, B],), {}, ANY),
    (np.hstack, ([A, B],), {}, ANY),
    (np.hstack, ([V, W],), {}, ANY),
    (np.vstack, ([V, V],), {}, ANY),
    (np.dstack, ([A, B],), {}, ANY),
    (np.dstack, ([V, V],), {}, ANY),
    (np.column_stack, ([V, V],), {}, ANY),
    (np.column_stack, ([A, B],), {}, ANY),
    (np.split, (A, 2), {"axis": 1}, ANY),
    (np.split, (V, [2, 5]), {}, ANY),
    (np.array_split, (V, 3), {}, ANY),
    (np.hsplit, (A, 2), {}, ANY),
    (np.vsplit, (A, 3), {}, ANY),
    (np.tile, (A, (2, 1, 2)), {}, ANY),
    (np.tile, (V, 3), {}, ANY),
    (np.repeat, (A, 2), {}, ANY),
    (np.repeat, (A, [1, 0, 2]), {"axis": 0}, ANY),
    (np.append, (A, V), {}, ANY),
    (np.append, (A, B), {"axis": 0}, ANY),
    (np.roll, (A, 2), {}, ANY),
    (np.roll, (A, (1, -1)), {"axis": (0, 1)}, ANY),
    (np.flip, (A,), {}, ANY),
    (np.flip, (A, 1), {}, ANY),
    (np.fliplr, (A,), {}, ANY),
    (np.flipud, (A,), {}, ANY),
    *[
        (np.rot90, (CUBE, k), {"axes": axes}, ("float64", "int8"))
        for k in (-1, 0, 1, 2, 3, 6)
        for axes in ((0, 1), (1, 0), (-1, 1), (0, 2))
    ],
    (np.pad, (A, 2), {}, ANY),
    (np.pad, (A, ((1, 2), (0, 3))), {"mode": "edge"}, ANY),
    (np.transpose, (CUBE,), {}, ANY),
    (np.transpose, (CUBE, (1, 2, 0)), {}, ANY),
    (np.matrix_transpose, (CUBE,), {}, ANY),
    (np.moveaxis, (CUBE, 0, -1), {}, ANY),
    (np.swapaxes, (CUBE, 0, 2), {}, ANY),
    (np.reshape, (A, (2, 6)), {}, ANY),
    (np.reshape, (A, -1), {}, ANY),
    (np.ravel, (A,), {}, ANY),
    (np.squeeze, (A[:1],), {}, ANY),
    (np.squeeze, (A[:, :1],), {"axis": 1}, ANY),
    (np.expand_dims, (A, (0, -1)), {}, ANY),
    (np.broadcast_to, (A, (2, 3, 4)), {}, ANY),
    (np.broadcast_arrays, (A, V[:4]), {}, ANY),
    (np.atleast_1d, (A,), {}, ANY),
    (np.atleast_2d, (V,), {}, ANY),
    (np.atleast_3d, (V,), {}, ANY),
    (np.atleast_3d, (A,), {}, ANY),
    (np.unstack, (A,), {"axis": 1}, ANY),
    (np.take, (A, np.array([0, 5, -1])), {}, ANY),
    (np.take, (A, [[0, 2]]), {"axis": 1}, ANY),
    (np.nonzero, (A > 4,), {}, ANY),
    (np.argwhere, (A > 4,), {}, ANY),
    (np.flatnonzero, (A > 4,), {}, ANY),
    (np.diagonal, (A,), {}, ANY),
    (np.diagonal, (CUBE, 1), {"axis1": 2, "axis2": 0}, ANY),
    (np.trace, (A,), {}, ANY),
    (np.trace, (CUBE, -1, 1, 2), {}, ANY),
    (np.tril, (A,), {}, ANY),
    (np.triu, (A, 1), {}, ANY),
    (np.diag, (V, -1), {}, ANY),
    (np.diag, (A, 1), {}, ANY),
    (np.gradient, (A,), {}, FLOATS),
    (np.gradient, (V, 0.5), {"edge_order": 2}, REALS),
    (np.interp, (V, np.sort(W), W), {"left": -1.0, "period": None}, ("float64",)),
    (np.pad, (A, 2, "mean"), {}, ("float64",)),
    (np.pad, (A, 2, "reflect"), {"reflect_type": "odd"}, ("int64",)),
    (np.isin, (A + 1j, A), {}, ("complex128",)),
    (np.meshgrid, (V, W), {}, ANY),
    (np.meshgrid, (V, W), {"indexing": "ij"}, ANY),
    (np.copy, (A,), {}, ANY),
    (np.diff, (A,), {}, ANY),
    (np.diff, (A, 2), {"axis": 0}, ANY),
    (np.round, (A,), {}, FLOATS),
    (np.clip, (A, 2, 5), {}, (*REALS, "int8", "int64")),
    (np.real, (A,), {}, ANY),
    (np.imag, (A,), {}, FLOATS),
    (np.angle, (A - 4j,), {}, ("complex64", "complex128")),
    (np.nan_to_num, (A / (A > 4),), {}, REALS),
    (np.unique, (A,), {}, ("int8", "int64", "uint16", "bool")),
    (np.unique, (A,), {"return_inverse": True, "return_counts": True, "return_index": True}, ("int8", "bool")),
    (np.isin, (A, B), {}, ANY),
    (np.isin, (A, A[0]), {"invert": True}, ANY),
    (np.histogram, (A,), {}, ("float64", "int64")),
    (np.histogram, (A, 4), {"range": (1, 5), "density": True}, ("float64",)),
    (np.isclose, (A, B), {"rtol": 0.5}, FLOATS),
    (np.interp, (V, np.sort(W), W), {}, ("float64",)),
    (np.ptp, (A,), {}, (*REALS, "int64")),
    (np.ptp, (A, 0), {}, REALS),
    (np.average, (A,), {"weights": B}, REALS),
    (np.average, (A,), {"axis": 1, "returned": True}, REALS),
    (np.tensordot, (A, B), {"axes": ([1], [1])}, FLOATS),
    (np.einsum, ("ij,kj->ik", A, B), {}, (*FLOATS, "int64")),
    (np.einsum, ("ii->i", SQUARE), {}, FLOATS),
    (np.vdot, (A + 1j, B - 2j), {}, FLOATS),
    (np.vdot, (A, B), {}, REALS),
    (np.kron, (A, SQUARE), {}, ANY[:-1]),
    (np.fft.fft, (A,), {}, (*FLOATS, "int64")),
    (np.fft.fft, (A, 6), {"axis": 0, "norm": "ortho"}, FLOATS),
    (np.fft.ifft, (A,), {}, FLOATS),
    (np.fft.rfft, (A,), {}, REALS),
    (np.fft.irfft, (A,), {"n": 5}, FLOATS),
    (np.fft.fftn, (A,), {}, FLOATS),
    (np.fft.ifftn, (A, (2, 3)), {"axes": (0, 1)}, FLOATS),
    (np.fft.rfftn, (A,), {}, REALS),
    (np.fft.irfftn, (A,), {}, FLOATS),
    (np.fft.hfft, (A,), {}, FLOATS),
    (np.fft.ihfft, (A,), {}, REALS),
    (np.fft.fftshift, (A,), {}, ANY),
    (np.fft.ifftshift, (A, 1), {}, ANY),
    (np.linalg.inv, (SQUARE,), {}, FLOATS),
    (np.linalg.inv, (STACK,), {}, FLOATS),
    (np.linalg.solve, (SQUARE, A[0]), {}, FLOATS),
    (np.linalg.solve, (SQUARE, A.T), {}, FLOATS),
    (np.linalg.det, (SQUARE,), {}, FLOATS),
    (np.linalg.det, (STACK,), {}, FLOATS),
    (np.linalg.slogdet, (SQUARE,), {}, FLOATS),
    (np.linalg.cholesky, (SQUARE @ SQUARE.T,), {}, FLOATS),
    (np.linalg.cholesky, (SQUARE @ SQUARE.T,), {"upper": True}, FLOATS),
    (np.linalg.eigvalsh, (SQUARE,), {}, REALS),
    (np.linalg.eigvalsh, (SQUARE, "U"), {}, REALS),
    (np.linalg.svdvals, (A,), {}, FLOATS),
    (np.linalg.svd, (A,), {"compute_uv": False}, FLOATS),
    (np.linalg.matrix_rank, (SQUARE,), {}, FLOATS),
    (np.linalg.matrix_power, (STACK, 3), {}, FLOATS),
    (np.linalg.matrix_power, (SQUARE, -2), {}, FLOATS),
    *[(np.linalg.norm, (A,), {"ord": order}, FLOATS) for order in (None, "fro", "nuc", 2, 1, np.inf, -2)],
    (np.linalg.norm, (CUBE,), {"axis": (0, 2), "keepdims": True}, FLOATS),
    *[(np.linalg.norm, (V,), {"ord": order}, FLOATS) for order in (None, 1, 2, 3, 0, np.inf, -np.inf)],
    (np.linalg.norm, (A, 1, 0), {}, FLOATS),
]


def made_of(x, dtype, tensors):
    if isinstance(x, np.ndarray):
        if x.dtype.kind in "iub":  # indices and masks
            a = x
        else:
            a = (
                x
                if np.dtype(dtype).kind == "c"
                else np.nan_to_num(x.real, posinf=np.inf)
                if np.dtype(dtype).kind != "f"
                else x.real
            ).astype(dtype)
        return numrs.Tensor(a) if tensors else a
    if isinstance(x, (list, tuple)) and any(isinstance(one, np.ndarray) for one in x):
        return type(x)(made_of(one, dtype, tensors) for one in x)
    return x


def assert_same(got, expected, tolerance):
    if isinstance(expected, (tuple, list)):
        assert isinstance(got, type(expected)) if not hasattr(expected, "_fields") else len(got) == len(expected)
        for one, other in zip(got, expected, strict=True):
            assert_same(one, other, tolerance)
        return
    expected = np.asarray(expected)
    assert isinstance(got, numrs.Tensor), type(got)
    assert got.dtype == expected.dtype
    assert got.shape == expected.shape
    if tolerance:
        np.testing.assert_allclose(got.numpy(), expected, rtol=tolerance, atol=tolerance)
    else:
        assert np.array_equal(got.numpy(), expected)


@pytest.mark.parametrize("case", CASES, ids=[f"{case[0].__name__}-{at}" for at, case in enumerate(CASES)])
def test_numpys_functions_are_ours(case, monkeypatch):
    function, arguments, keywords, dtypes = case

    def refuse(x):
        raise AssertionError(f"{function.__name__} fell back to NumPy")

    for dtype in dtypes:
        plain = [made_of(x, dtype, False) for x in arguments]
        tensors = [made_of(x, dtype, True) for x in arguments]
        named = {name: made_of(x, dtype, False) for name, x in keywords.items()}
        owned = {name: made_of(x, dtype, True) for name, x in keywords.items()}
        with np.errstate(all="ignore"):
            expected = function(*plain, **named)
            with monkeypatch.context() as patch:
                patch.setattr(_numpy, "_plain", refuse)
                got = function(*tensors, **owned)
        exact = (
            np.dtype(dtype).kind not in "fc"
            or function.__module__ == "numpy"
            and function.__name__
            not in (
                "trace",
                "tensordot",
                "einsum",
                "vdot",
                "kron",
                "average",
                "pad",
                "gradient",
                "interp",
                "histogram",
                "angle",
            )
        )
        assert_same(got, expected, 0 if exact else 2e-4 if dtype in ("float32", "complex64") else 1e-11)


def test_decompositions_give_their_matrices_back():
    for dtype in FLOATS:
        t = numrs.Tensor(SQUARE.astype(dtype))
        symmetric = numrs.Tensor((SQUARE + SQUARE.T).astype(dtype))
        q, r = np.linalg.qr(t)
        u, s, vh = np.linalg.svd(t, full_matrices=False)
        w, v = np.linalg.eigh(symmetric)
        assert {x.dtype for x in (q, r, u, vh, v)} == {t.dtype}
        assert {x.dtype for x in (s, w)} == {np.linalg.svdvals(SQUARE.astype(dtype)).dtype}
        tolerance = (
            {"rtol": 1e-4, "atol": 1e-4} if dtype in ("float32", "complex64") else {"rtol": 1e-11, "atol": 1e-11}
        )
        np.testing.assert_allclose((q @ r).numpy(), t.numpy(), **tolerance)
        np.testing.assert_allclose(((u * s) @ vh).numpy(), t.numpy(), **tolerance)
        np.testing.assert_allclose(((v * w) @ np.linalg.inv(v)).numpy(), symmetric.numpy(), **tolerance)


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda t: np.linalg.inv(t.astype("int64")), lambda a: np.linalg.inv(a.astype("int64"))),
        (lambda t: np.linalg.det(t.astype("float32")), lambda a: np.linalg.det(a.astype("float32"))),
        (lambda t: np.linalg.eig(t + 9j)[0], lambda a: np.linalg.eig(a + 9j)[0]),
        (lambda t: np.round(t, 2), lambda a: np.round(a, 2)),
        (lambda t: np.unique(t), np.unique),
        (lambda t: np.ravel(t, order="F"), lambda a: np.ravel(a, order="F")),
        (lambda t: np.concatenate([t, t], dtype="float32"), lambda a: np.concatenate([a, a], dtype="float32")),
        (lambda t: np.trace(t, dtype="float32"), lambda a: np.trace(a, dtype="float32")),
        (lambda t: np.pad(t, 1, lambda *a: None), lambda a: np.pad(a, 1, lambda *a: None)),
        (lambda t: np.histogram(t, "auto")[1], lambda a: np.histogram(a, "auto")[1]),
    ],
)
def test_what_is_left_to_numpy(call, expected):
    got, wanted = call(numrs.Tensor(SQUARE)), expected(SQUARE)
    assert isinstance(got, numrs.Tensor)
    assert got.dtype == wanted.dtype
    np.testing.assert_allclose(got.numpy(), wanted, rtol=1e-5)


def test_errors_are_errors():
    t = numrs.Tensor(SQUARE)
    for call in (
        lambda: np.concatenate([t, t[0]]),
        lambda: np.split(t, 3),
        lambda: np.transpose(t, (0, 0)),
        lambda: np.linalg.inv(t[:2]),
        lambda: np.fft.fft(t, 0),
        lambda: np.rot90(t[0]),
        lambda: np.einsum("ij,jk", t),
        lambda: np.broadcast_to(t, (3,)),
    ):
        with pytest.raises((ValueError, np.linalg.LinAlgError)):
            call()
    with pytest.raises(np.linalg.LinAlgError):
        np.linalg.inv(t * 0)
    with pytest.raises(TypeError):
        np.concatenate(t=1)
    with pytest.raises(TypeError):
        np.lexsort((t[0],))


def test_every_handler_is_listed():
    assert set(_numpy_functions.FUNCTIONS) - set(_numpy.FUNCTIONS) <= {
        np.matrix_transpose,
        np.unstack,
        np.fft.hfft,
        np.fft.ihfft,
        np.fft.rfftn,
        np.fft.irfftn,
    }
