"""matmul, tensordot, vecdot, einsum and the rest of products and comparisons at the top level, against NumPy."""

import numpy as np
import numrs
import pytest
from array_api_support import (
    COMPLEX,
    HALVES,
    NUMERIC,
    assert_kind,
    assert_same,
    dtype_of,
    kinds,
    numbers,
    plain,
    tensor,
)
from hypothesis import given, settings
from hypothesis import strategies as st

FAST = settings(derandomize=True, deadline=None, max_examples=200)
EXACT = tuple(name for name in NUMERIC if name not in HALVES)


@pytest.mark.parametrize("dtype", EXACT)
def test_matmul(dtype):
    for a_shape, b_shape in (
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (4, 3, 2)),
        ((2, 0), (0, 3)),
        ((0, 2), (2, 3)),
    ):
        a, b = numbers(dtype_of(dtype), a_shape, 1), numbers(dtype_of(dtype), b_shape, 2)
        wanted = np.matmul(a, b)
        for got in (numrs.matmul(tensor(a), tensor(b)), tensor(a) @ tensor(b), tensor(a) @ b):
            assert isinstance(got, numrs.Tensor)
            assert_same(got, wanted)
    for a_shape, b_shape in (((), (2,)), ((2,), ()), ((2,), (3,)), ((2, 3), (2, 3)), ((4, 2, 3), (5, 3, 2))):
        with pytest.raises(ValueError):
            numrs.matmul(numrs.ones(a_shape, dtype=dtype), numrs.ones(b_shape, dtype=dtype))


@pytest.mark.parametrize("dtype", EXACT)
def test_vecdot(dtype):
    for a_shape, b_shape, axis in (
        ((3,), (3,), -1),
        ((2, 3), (3,), -1),
        ((3, 2), (3, 1), -2),
        ((4, 1, 3), (5, 3), -1),
        ((2, 0), (2, 0), -1),
    ):
        a, b = numbers(dtype_of(dtype), a_shape, 3), numbers(dtype_of(dtype), b_shape, 4)
        got = numrs.vecdot(tensor(a), tensor(b), axis=axis)
        wanted = np.sum(np.conj(a) * b, axis=axis, dtype=a.dtype)
        assert got.dtype == a.dtype and got.shape == wanted.shape
        np.testing.assert_allclose(plain(got), wanted, rtol=1e-6)
    with pytest.raises(ValueError):
        numrs.vecdot(numrs.ones((2, 3), dtype=dtype), numrs.ones((2, 1), dtype=dtype))


@pytest.mark.parametrize("dtype", EXACT)
def test_tensordot(dtype):
    a, b = numbers(dtype_of(dtype), (2, 3, 4), 5), numbers(dtype_of(dtype), (3, 4, 5), 6)
    for axes in (2, 0, ((1, 2), (0, 1)), ((1,), (0,)), ((-1, 1), (1, 0)), ([], []), ((2, 1), (-2, -3))):
        for given_a in kinds(a):
            got = numrs.tensordot(given_a, b, axes=axes)
            assert_kind(got, given_a)
            assert_same(got, np.tensordot(a, b, axes))
    for axes in (1, 4, -1, ((0,), (0,)), ((1, 1), (0, 0)), ((3,), (0,)), ((1,), (0, 1))):
        with pytest.raises(ValueError):
            numrs.tensordot(a, b, axes=axes)
    assert_same(numrs.tensordot(numrs.ones((0, 2)), numrs.ones((2, 0)), axes=1), np.zeros((0, 0)))
    assert_same(numrs.tensordot(numrs.ones((2, 0)), numrs.ones((0, 2)), axes=1), np.zeros((2, 2)))
    assert_same(numrs.tensordot(numrs.asarray(2.0), numrs.asarray(3.0), axes=0), np.float64(6))


EQUATIONS = [
    ("i->", "3"), ("ii->i", "33"), ("ii", "33"), ("ij->ji", "23"), ("ij,jk->ik", "23 34"), ("ij,jk", "23 34"), ("ij,kj->ik", "23 43"), ("i,j->ij", "3 4"),
    ("i,i->", "3 3"), ("i,i->i", "3 3"), ("bij,bjk->bik", "523 534"), ("bhqd,bhkd->bhqk", "2345 2365"), ("...ij,...jk->...ik", "523 34"), ("...ij->...", "234"),
    ("ij,jk,kl->il", "23 34 45"), ("ijk,jil->kl", "234 325"), ("i...,i...->...", "234 234"), ("ij->", "23"), ("iij->j", "334"), ("ij,i->j", "23 2"),
    ("abc,cd,db->a", "234 45 53"), ("a,b,c->abc", "2 3 4"), ("ba", "23"), ("...->...", "23"), ("ij,ij->ij", "23 13"), ("i,ij,j", "2 23 3"), ("ijk->kji", "234"),
    ("k,k", "1 5"), ("bij,b->ij", "523 5"),
]  # fmt: skip


@pytest.mark.parametrize(("equation", "shapes"), EQUATIONS)
def test_einsum(equation, shapes):
    for dtype in ("float64", "int32", "float32", "complex128"):
        if dtype not in NUMERIC:
            continue
        operands = [numbers(dtype, tuple(map(int, shape)), k) for k, shape in enumerate(shapes.split())]
        wanted = np.einsum(equation, *operands)
        for optimize in (True, False):
            assert_same(numrs.einsum(equation, *operands, optimize=optimize), wanted)
            got = numrs.einsum(equation, *map(tensor, operands), optimize=optimize)
            assert isinstance(got, numrs.Tensor)
            assert_same(got, wanted)


def test_einsum_options():
    x = np.arange(6.0).reshape(2, 3)
    assert_same(numrs.einsum(x, [0, 1], x, [2, 1], [0, 2]), np.einsum(x, [0, 1], x, [2, 1], [0, 2]))
    assert_same(numrs.einsum(x, [0, ...]), np.einsum(x, [0, ...]))
    out = np.empty((2, 2))
    assert numrs.einsum("ij,kj->ik", x, x, out=out) is out
    assert_same(out, x @ x.T)
    assert numrs.einsum("ij->ji", x.astype(np.float32), dtype=numrs.float64).dtype == numrs.float64
    assert not np.shares_memory(numrs.einsum("ij->ji", x), x)
    for wrong in ("ij,jk", "ijk", "i", "ij->ik", "ij->ii", "i1", "ij->i->j", "......", "ij,->i"):
        with pytest.raises(ValueError, match="einsum"):
            numrs.einsum(wrong, x)
    with pytest.raises(ValueError, match="einsum"):
        numrs.einsum("ij,jk", x, x)
    with pytest.raises(ValueError, match="no operands"):
        numrs.einsum("ij")
    assert_same(numrs.einsum("ij,jk->ik", x > 2, (x > 1).T), np.einsum("ij,jk->ik", x > 2, (x > 1).T))


@FAST
@given(st.data())
def test_einsum_as_numpy(data):
    letters = "abcd"
    extents = {letter: data.draw(st.integers(0, 3)) for letter in letters}
    terms = data.draw(st.lists(st.text(letters, max_size=3), min_size=1, max_size=3))
    known = sorted(set("".join(terms)))
    result = "".join(data.draw(st.lists(st.sampled_from(known), unique=True))) if known else ""
    operands = [
        np.random.default_rng(k).integers(-3, 4, [extents[c] for c in term]).astype(float)
        for k, term in enumerate(terms)
    ]
    equation = ",".join(terms) + ("->" + result if data.draw(st.booleans()) else "")
    assert_same(numrs.einsum(equation, *operands), np.einsum(equation, *operands))


def test_closeness():
    a = np.array([1.0, np.inf, -np.inf, np.nan, 1e-9, 0.0])
    b = np.array([1.0 + 1e-6, np.inf, np.inf, np.nan, 0.0, -0.0])
    for options in ({}, {"equal_nan": True}, {"rtol": 0}, {"atol": 0}, {"rtol": 0, "atol": 0}):
        for given_a in kinds(a):
            got = numrs.isclose(given_a, b, **options)
            assert_kind(got, given_a)
            assert_same(got, np.isclose(a, b, **options))
            assert numrs.allclose(given_a, b, **options) is np.allclose(a, b, **options)
            assert numrs.allclose(given_a, a, equal_nan=True) is True
    assert_same(numrs.isclose(np.array([250], np.uint8), np.array([251], np.uint8), 0.01), np.array([True]))
    assert numrs.array_equal(a, a) is False and numrs.array_equal(a, a, equal_nan=True) is True
    assert numrs.array_equal([1, 2], [[1, 2]]) is False


@pytest.mark.parametrize("dtype", [name for name in NUMERIC if not name.startswith(("int", "uint"))])
def test_nan_to_num(dtype):
    x = np.array([1.5, np.nan, np.inf, -np.inf, 0.0]).astype(dtype_of(dtype))
    for options in ({}, {"nan": 2.0}, {"posinf": 5.0, "neginf": -6.0}):
        got = numrs.nan_to_num(tensor(x), **options)
        assert isinstance(got, numrs.Tensor)
        if dtype in HALVES:
            assert got.dtype == x.dtype and np.isfinite(plain(got).astype(np.float32)).all()
        else:
            assert_same(got, np.nan_to_num(x, **options))
    assert_same(numrs.nan_to_num([1, 2]), np.array([1, 2]))
    if dtype in COMPLEX:
        both = np.array([np.nan + 1j * np.inf], dtype)
        assert_same(numrs.nan_to_num(both), np.nan_to_num(both))


def test_interp():
    x, xp, fp = np.linspace(-1, 5, 13), np.array([0.0, 1.0, 3.0]), np.array([1.0, -1.0, 4.0])
    for options in ({}, {"left": -9.0, "right": 9.0}, {"period": 2.5}):
        assert_same(numrs.interp(tensor(x), xp, tensor(fp), **options), np.interp(x, xp, fp, **options))
        assert_same(numrs.interp(x, xp, fp, **options), np.interp(x, xp, fp, **options))
    with pytest.raises(ValueError, match="interp"):
        numrs.interp(x, xp, fp[:2])
