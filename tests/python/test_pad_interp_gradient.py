"""pad in its computed modes, interp, gradient, diagonals, logspace and isin of complex numbers, against NumPy."""

import numpy as np
import numrs
import pytest

RNG = np.random.default_rng(3)
NUMBERS = ("float64", "float32", "int8", "int64", "complex128", "uint16")


def close(got, wanted):
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    if got.dtype.kind in "fc":
        narrow = got.dtype.name in ("float32", "complex64")
        np.testing.assert_allclose(got, wanted, rtol=1e-6 if narrow else 1e-12, atol=1e-4 if narrow else 1e-13)
    else:
        assert np.array_equal(got, wanted)


@pytest.mark.parametrize("dtype", NUMBERS)
@pytest.mark.parametrize("width", [1, 3, (2, 0), ((0, 1), (5, 2)), ((9, 11), (0, 17))])
@pytest.mark.parametrize(
    ("mode", "keywords"),
    [
        ("maximum", {}),
        ("minimum", {"stat_length": 2}),
        ("mean", {}),
        ("mean", {"stat_length": ((1, 2), (3, 9))}),
        ("median", {}),
        ("median", {"stat_length": 3}),
        ("linear_ramp", {}),
        ("linear_ramp", {"end_values": ((5, -4), (3, 2))}),
        ("reflect", {"reflect_type": "odd"}),
        ("symmetric", {"reflect_type": "odd"}),
        ("reflect", {}),
        ("symmetric", {}),
        ("wrap", {}),
        ("edge", {}),
    ],
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_pad(dtype, width, mode, keywords):
    if np.dtype(dtype).kind == "c" and mode in ("maximum", "minimum", "median"):
        with pytest.raises(TypeError, match="complex128"):  # they have no order here; NumPy compares real parts first
            numrs.pad(np.ones((4, 5), dtype), width, mode, **keywords)
        return
    if dtype == "uint16" and "end_values" in keywords:
        keywords = {"end_values": 9}
    a = (RNG.random((4, 5)) * 60).astype(dtype)
    for base in (a, a.T, a[::-1, ::2], a[:1, :1]):
        wanted = np.pad(base, width, mode, **keywords)
        close(numrs.pad(base, width, mode, **keywords), wanted)
        got = numrs.pad(numrs.from_numpy(base), width, mode, **keywords)
        assert isinstance(got, numrs.Tensor)
        close(got, wanted)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: numrs.pad([1, 2], 1, "maximum", stat_length=0), ValueError),
        (lambda: numrs.pad([1, 2], 1, "mean", stat_length=-1), ValueError),
        (lambda: numrs.pad([1, 2], 1, "mean", stat_length=1.5), TypeError),
        (lambda: numrs.pad(np.zeros((0, 2)), 1, "mean"), ValueError),
        (lambda: numrs.pad([1, 2], 1, "linear_ramp", end_values=[1, 2, 3]), ValueError),
        (lambda: numrs.interp([1], [], []), ValueError),
        (lambda: numrs.interp([1], [1, 2], [1]), ValueError),
        (lambda: numrs.interp([1], [[1]], [[1]]), ValueError),
        (lambda: numrs.interp([1j], [1], [1]), TypeError),
        (lambda: numrs.interp([1], [1], [1], period=0), ValueError),
        (lambda: numrs.gradient([1.0]), ValueError),
        (lambda: numrs.gradient([1.0, 2.0], edge_order=2), ValueError),
        (lambda: numrs.gradient([1.0, 2.0], edge_order=3), ValueError),
        (lambda: numrs.gradient([1.0, 2.0], 1, 2), TypeError),
        (lambda: numrs.gradient([1.0, 2.0], [1, 2, 3]), ValueError),
        (lambda: numrs.gradient([1.0, 2.0], [[1, 2]]), ValueError),
        (lambda: numrs.gradient([1.0, 2.0], axis=1), ValueError),
        (lambda: numrs.trace([1]), ValueError),
        (lambda: numrs.diagonal([[1]], axis1=0, axis2=-2), ValueError),
        (lambda: numrs.diagonal([[1]], 1.5), TypeError),
        (lambda: numrs.diag([[[1]]]), ValueError),
        (lambda: numrs.diag([1], 1.5), TypeError),
        (lambda: numrs.logspace(0, 1, -1), ValueError),
        (lambda: numrs.logspace(0, 1, base="x"), TypeError),
        (lambda: numrs.logspace(0, 1j, dtype="float64"), TypeError),
        (lambda: numrs.identity(-1), ValueError),
    ],
)
def test_bad_arguments(call, error):
    with pytest.raises(error):
        call()


@pytest.mark.parametrize("points", [1, 2, 7, 100])
def test_interp(points):
    xp = np.sort(RNG.permutation(160)[:points] / 16.0)
    x = (
        np.concatenate([RNG.random(200) * 14 - 2, xp, [np.nan, np.inf, -np.inf, -0.0]]).reshape(2, -1)
        if points % 2 == 0
        else np.concatenate([RNG.random(99) * 14 - 2, xp])
    )
    for fp in (
        RNG.random(points),
        np.where(RNG.random(points) > 0.8, np.nan, 1.0),
        np.where(RNG.random(points) > 0.8, np.inf, 2.0),
        RNG.random(points) + 1j * RNG.random(points),
        RNG.integers(0, 9, points),
    ):
        for keywords in ({}, {"left": -5.0}, {"left": np.nan, "right": 7}, {"period": 11}, {"period": -1e3}):
            with np.errstate(all="ignore"):
                wanted = np.interp(x, xp, fp, **keywords)
            close(numrs.interp(x, xp, fp, **keywords), wanted)
            close(numrs.interp(numrs.from_numpy(x), xp, fp, **keywords), wanted)
    close(numrs.interp(2.5, [1, 2, 3], [3, 2, 0]), np.interp(2.5, [1, 2, 3], [3, 2, 0]))
    close(numrs.interp([], [1, 2], [3, 4]), np.interp([], [1, 2], [3, 4]))


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16", "int32", "complex128", "bool"])
@pytest.mark.parametrize("edge_order", [1, 2])
def test_gradient(dtype, edge_order):
    a = (RNG.random((5, 6, 4)) * 9).astype(dtype)
    steps = np.cumsum(RNG.random(6) + 0.1)
    for spacing, axis in (
        ((), None),
        ((0.5,), None),
        ((2.0, 0.5, 3.0), None),
        ((steps,), 1),
        ((0.3, steps), (0, 1)),
        ((np.arange(5) * 2,), 0),
        ((), -1),
        ((), (2, 0)),
    ):
        b = a.astype("float64") if dtype == "bool" else a
        with np.errstate(all="ignore"):
            wanted = np.gradient(b, *spacing, axis=axis, edge_order=edge_order)
        got = numrs.gradient(a, *spacing, axis=axis, edge_order=edge_order)
        assert type(got) is type(wanted)
        for one, other in zip(got, wanted, strict=True) if isinstance(wanted, tuple) else [(got, wanted)]:
            if dtype == "float16":
                assert one.dtype == other.dtype
                np.testing.assert_allclose(one.astype(float), other.astype(float), rtol=0.05, atol=0.05)
            else:
                close(one, other)
        own = numrs.gradient(numrs.from_numpy(a), *spacing, axis=axis, edge_order=edge_order)
        assert all(isinstance(part, numrs.Tensor) for part in (own if isinstance(own, tuple) else (own,)))


@pytest.mark.parametrize("dtype", ["float64", "int8", "complex64", "bool", "uint16"])
def test_diagonals(dtype):
    a = (RNG.random((3, 4, 5)) * 9).astype(dtype)
    for offset in (0, 1, -2, 9, -9):
        for axes in ((0, 1), (1, 2), (-1, 0), (2, 1)):
            close(numrs.diagonal(a, offset, *axes), np.diagonal(a, offset, *axes))
            close(numrs.trace(a, offset, *axes), np.trace(a, offset, *axes))
        close(numrs.diag(a[0], offset), np.diag(a[0], offset))
        close(numrs.diag(a[0, 0], offset), np.diag(a[0, 0], offset))
        assert isinstance(numrs.diag(numrs.from_numpy(a[0]), offset), numrs.Tensor)
    if np.dtype(dtype).kind != "c":
        close(numrs.trace(a[0], dtype="float32"), np.trace(a[0], dtype="float32"))
    assert np.shares_memory(numrs.diagonal(a), a)
    assert not numrs.diagonal(a).flags.writeable


def test_logspace_and_identity():
    for arguments, keywords in (
        ((0, 2, 3), {}),
        ((-3, 5), {}),
        ((0, 1, 7), {"base": 2, "endpoint": False}),
        ((1, 4, 4), {"dtype": "int32"}),
        ((0, 0, 0), {}),
        ((0, 1j, 3), {}),
    ):
        close(numrs.logspace(*arguments, **keywords), np.logspace(*arguments, **keywords))
    close(numrs.identity(3), np.identity(3))
    close(numrs.identity(0, "int8"), np.identity(0, "int8"))


def test_isin_of_complex():
    a = RNG.integers(0, 4, 60) + 1j * RNG.integers(-2, 3, 60)
    b = RNG.integers(0, 3, 9) + 1j * RNG.integers(-2, 2, 9)
    b[0] = complex(-0.0, 0.0)
    a[3], b[1], a[4] = complex(np.nan, 1), complex(np.nan, 1), complex(np.inf, -0.0)
    for x, y in (
        (a, b),
        (a.reshape(6, 10), b),
        (a.astype("complex64"), b),
        (a.real, b),
        (a, b.real),
        (a, []),
        (a[:0], b),
        (1j, b),
    ):
        for invert in (False, True):
            wanted = np.isin(x, y, invert=invert)
            assert np.array_equal(numrs.isin(x, y, invert=invert), wanted)
    assert isinstance(numrs.isin(numrs.from_numpy(a), b), numrs.Tensor)


def test_gradient_of_a_line():
    a = RNG.random(9)
    for edge_order in (1, 2):
        close(numrs.gradient(a, edge_order=edge_order), np.gradient(a, edge_order=edge_order))
        close(
            numrs.gradient(a, np.arange(9.0) ** 2, edge_order=edge_order),
            np.gradient(a, np.arange(9.0) ** 2, edge_order=edge_order),
        )
