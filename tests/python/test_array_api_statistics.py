"""Statistical, utility, sorting, searching and set functions of the array API standard: dtypes, axes, shapes, NaN."""

import itertools
import math

import numpy as np
import numrs
import pytest
from array_api_support import (
    BOOL,
    COMPLEX,
    COMPUTED,
    FLOATS,
    HALVES,
    NUMERIC,
    SIGNED,
    UNSIGNED,
    assert_kind,
    assert_same,
    dtype_of,
    kinds,
    numbers,
    plain,
    tensor,
)

REAL = tuple(name for name in NUMERIC if name not in COMPLEX)
FLOATING = tuple(name for name in NUMERIC if name not in SIGNED + UNSIGNED)
SORTED = SIGNED + UNSIGNED + FLOATS + tuple(name for name in HALVES if name in COMPUTED)
SHAPES = ((), (3,), (2, 3), (2, 3, 4))


def axes_of(ndim):
    """None, each axis from both ends, pairs, all."""
    found = [None, *range(-ndim, ndim)]
    return [*found, *itertools.combinations(range(ndim), 2), tuple(range(ndim))] if ndim > 1 else found


def wide(x):
    """The numbers of a half float as float64, others as they are."""
    return x.astype(np.float64) if x.dtype.name in HALVES else x


def close(got, wanted, dtype):
    got = plain(got)
    assert got.shape == np.shape(wanted)
    tolerance = {"bfloat16": 1e-2, "float16": 2e-3, "float32": 1e-5, "complex64": 1e-5}.get(str(dtype), 1e-12)
    np.testing.assert_allclose(wide(got), wanted, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("name", ["sum", "prod"])
@pytest.mark.parametrize("dtype", NUMERIC)
def test_sums_and_products(name, dtype):
    natural = numrs.int64 if dtype in SIGNED else numrs.uint64 if dtype in UNSIGNED else dtype_of(dtype)
    for shape in SHAPES:
        x = numbers(dtype_of(dtype), shape, 1)
        x = (x / 8).astype(x.dtype) if dtype not in SIGNED + UNSIGNED else x
        for axis in axes_of(len(shape)):
            for keepdims in (False, True):
                with np.errstate(all="ignore"):
                    wanted = getattr(np, name)(wide(x), axis=axis, keepdims=keepdims)
                for given_x in kinds(x):
                    got = getattr(numrs, name)(given_x, axis=axis, keepdims=keepdims)
                    assert_kind(got, given_x)
                    assert got.dtype == natural
                    close(got, wanted, natural)
        if dtype in SIGNED + UNSIGNED:
            for other in (numrs.float64, numrs.int32):
                assert getattr(numrs, name)(tensor(x), dtype=other).dtype == other
    assert getattr(numrs, name)(numrs.zeros((0, 2), dtype=dtype), axis=0).tolist() == [0 if name == "sum" else 1] * 2


@pytest.mark.parametrize("name", ["mean", "var", "std"])
@pytest.mark.parametrize("dtype", FLOATING)
def test_moments(name, dtype):
    if dtype in COMPLEX and name != "mean":
        return  # of real floats in the standard
    for shape in SHAPES:
        x = numbers(dtype_of(dtype), shape, 2)
        for axis in axes_of(len(shape)):
            for keepdims in (False, True):
                wanted = getattr(np, name)(wide(x), axis=axis, keepdims=keepdims)
                got = getattr(numrs, name)(tensor(x), axis=axis, keepdims=keepdims)
                assert isinstance(got, numrs.Tensor) and got.dtype == dtype_of(dtype)
                close(got, wanted, dtype)
    if name != "mean":
        x = numbers(dtype_of(dtype), (7,), 3)
        for correction in (0, 1, 2.5, 0.0):
            close(getattr(numrs, name)(tensor(x), correction=correction), getattr(np, name)(wide(x), ddof=correction), dtype)


@pytest.mark.parametrize("name", ["max", "min"])
@pytest.mark.parametrize("dtype", REAL)
def test_extremes(name, dtype):
    for shape in SHAPES:
        x = numbers(dtype_of(dtype), shape, 4)
        for axis in axes_of(len(shape)):
            for keepdims in (False, True):
                wanted = getattr(np, name)(wide(x), axis=axis, keepdims=keepdims)
                got = getattr(numrs, name)(tensor(x), axis=axis, keepdims=keepdims)
                assert_same(got, np.asarray(wanted).astype(x.dtype))
        for axis in [None, *range(-len(shape), len(shape))]:
            for keepdims in (False, True):
                arg = f"arg{name}"
                got = getattr(numrs, arg)(tensor(x), axis=axis, keepdims=keepdims)
                assert_same(got, getattr(np, arg)(wide(x), axis=axis, keepdims=keepdims))


@pytest.mark.parametrize("dtype", COMPUTED)
def test_truth(dtype):
    for shape in SHAPES + ((0, 2),):
        x = numbers(dtype_of(dtype), shape, 5)
        x = np.where(np.random.default_rng(0).integers(0, 2, shape) == 1, x, np.zeros((), x.dtype)).astype(x.dtype)
        for axis in axes_of(len(shape)):
            for keepdims in (False, True):
                for name in ("any", "all", "count_nonzero"):
                    wanted = getattr(np, name)(wide(x) if name != "count_nonzero" else wide(x) != 0, axis=axis, keepdims=keepdims)
                    got = getattr(numrs, name)(tensor(x), axis=axis, keepdims=keepdims)
                    assert isinstance(got, numrs.Tensor)
                    assert_same(got, np.asarray(wanted, numrs.int64 if name == "count_nonzero" else numrs.bool), f"{name} {axis}")


@pytest.mark.parametrize("name", ["cumulative_sum", "cumulative_prod"])
@pytest.mark.parametrize("dtype", NUMERIC)
def test_cumulative(name, dtype):
    natural = numrs.int64 if dtype in SIGNED else numrs.uint64 if dtype in UNSIGNED else dtype_of(dtype)
    function = np.cumulative_sum if name == "cumulative_sum" else np.cumulative_prod
    x = numbers(dtype_of(dtype), (3, 4), 6)
    x = (x / 8).astype(x.dtype) if dtype not in SIGNED + UNSIGNED else x
    for axis in (0, 1, -1, -2):
        for initial in (False, True):
            got = getattr(numrs, name)(tensor(x), axis=axis, include_initial=initial)
            assert isinstance(got, numrs.Tensor) and got.dtype == natural
            close(got, function(wide(x), axis=axis, include_initial=initial), natural)
    close(getattr(numrs, name)(tensor(x[0])), function(wide(x[0])), natural)
    if dtype not in COMPLEX:
        assert getattr(numrs, name)(tensor(x[0]), dtype=numrs.float64).dtype == numrs.float64
    for given_x in kinds(x):
        with pytest.raises(ValueError, match="axis"):
            getattr(numrs, name)(given_x)
    assert getattr(numrs, name)(numrs.zeros((0,), dtype=dtype), include_initial=True).shape == (1,)


@pytest.mark.parametrize("dtype", NUMERIC)
def test_diff(dtype):
    x = numbers(dtype_of(dtype), (4, 5), 7)
    for axis in (0, 1, -1):
        for n in (0, 1, 2, 6):
            if dtype not in HALVES:
                assert_same(numrs.diff(tensor(x), axis=axis, n=n), np.diff(x, n, axis))
    edge = x[:, :1]
    got = numrs.diff(tensor(x), axis=1, prepend=tensor(edge), append=tensor(edge))
    assert_same(got, np.diff(np.concatenate([edge, x, edge], 1), axis=1))
    assert_same(numrs.diff(tensor(x), n=0, prepend=tensor(edge)), x)  # as NumPy: nothing is put before it
    assert not np.shares_memory(numrs.diff(x, n=0), x)
    if dtype != "bool":
        stretched = np.concatenate([np.zeros((4, 1), x.dtype), x, np.ones((4, 1), x.dtype)], 1)
        assert_same(numrs.diff(tensor(x), prepend=0, append=1), stretched[:, 1:] - stretched[:, :-1])  # weak numbers


# ------------------------------------------------------------------------------------------------ order, sets


@pytest.mark.parametrize("dtype", SORTED)
def test_top_k(dtype):
    x = numbers(dtype_of(dtype), (4, 9), 12)
    for a in kinds(x):
        for axis in (0, 1, -1, None):
            for mode in ("largest", "smallest"):
                got = numrs.top_k(a, 3, axis=axis, mode=mode)
                wanted = numrs.topk(a, 3, axis=axis, largest=mode == "largest")
                assert got._fields == ("values", "indices")
                for one, other in zip(got, wanted, strict=True):
                    assert_kind(one, a)
                    assert_same(one, plain(other))
        assert_same(numrs.top_k(a, 2).values, plain(numrs.sort(a, descending=True))[:, :2])
    for call, error, message in (
        (lambda: numrs.top_k(x, 10), ValueError, "top_k: k is 10, expected 0 to 9"),
        (lambda: numrs.top_k(x, 2.0), TypeError, "top_k: k is of type float"),
        (lambda: numrs.top_k(x, 2, mode="most"), ValueError, "top_k: mode is 'most'"),
        (lambda: numrs.top_k(x, 2, axis=2), ValueError, "top_k: axis 2"),
    ):
        with pytest.raises(error, match=message):
            call()


@pytest.mark.parametrize("dtype", SORTED)
def test_sorting(dtype):
    x = numbers(dtype_of(dtype), (4, 9), 8)
    for axis in (0, 1, -1):
        for descending in (False, True):
            for stable in (False, True):
                at = np.argsort(-wide(x).astype(np.float64) if descending else wide(x), axis=axis, kind="stable")
                got = numrs.argsort(tensor(x), axis=axis, descending=descending, stable=stable)
                assert_same(got, at)
                assert_same(numrs.sort(tensor(x), axis=axis, descending=descending, stable=stable), np.take_along_axis(x, at, axis))
    assert numrs.sort(numrs.zeros((0, 3), dtype=dtype), axis=0).shape == (0, 3)


@pytest.mark.parametrize("dtype", SORTED)
def test_searchsorted(dtype):
    x = np.sort(wide(numbers(dtype_of(dtype), 20, 9)))
    v = wide(numbers(dtype_of(dtype), (3, 4), 10))
    line, values = x.astype(dtype_of(dtype)), v.astype(dtype_of(dtype))
    order = np.random.default_rng(0).permutation(20)
    for side in ("left", "right"):
        wanted = np.searchsorted(x, v, side=side)
        assert_same(numrs.searchsorted(tensor(line), tensor(values), side=side), wanted)
        assert_same(numrs.searchsorted(tensor(line[order]), tensor(values), side=side, sorter=tensor(np.argsort(order))), wanted)
        got = numrs.searchsorted(tensor(line), tensor(values[0, 0]), side=side)
        assert isinstance(got, numrs.Tensor) and got.shape == ()


@pytest.mark.parametrize("dtype", COMPUTED)
def test_unique(dtype):
    x = numbers(dtype_of(dtype), (5, 6), 11)
    values, counts = np.unique(wide(x), return_counts=True)
    for given_x in kinds(x):
        every = numrs.unique_all(given_x)
        for one in every:
            assert_kind(one, given_x)
        assert every._fields == ("values", "indices", "inverse_indices", "counts")
        found = plain(every.values)
        assert found.dtype == x.dtype and sorted(wide(found).tolist(), key=lambda z: (z.real, z.imag)) == values.tolist()
        assert every.indices.dtype == every.inverse_indices.dtype == every.counts.dtype == numrs.int64
        assert_same(found[plain(every.inverse_indices)], x)
        assert_same(x.reshape(-1)[plain(every.indices)], found)
        assert plain(every.counts).sum() == x.size and sorted(plain(every.counts)) == sorted(counts)
        first = [np.flatnonzero(x.reshape(-1) == value)[0] for value in found]
        assert plain(every.indices).tolist() == first
        assert_same(numrs.unique_values(given_x), found)
        assert_same(numrs.unique_counts(given_x).counts, plain(every.counts))
        assert_same(numrs.unique_inverse(given_x).inverse_indices, plain(every.inverse_indices))


@pytest.mark.parametrize("dtype", FLOATING)
def test_unique_nan_and_zeros(dtype):
    x = np.array([np.nan, 1.0, np.nan, -0.0, 0.0]).astype(dtype_of(dtype))
    every = numrs.unique_all(tensor(x))
    values = wide(plain(every.values))
    assert every.values.shape == (4,) and np.isnan(values).sum() == 2
    counts = plain(every.counts)
    assert counts[np.isnan(values)].tolist() == [1, 1] and counts[values == 0].tolist() == [2]


@pytest.mark.parametrize("dtype", COMPUTED)
def test_isin(dtype):
    x, y = numbers(dtype_of(dtype), (4, 5), 12), numbers(dtype_of(dtype), (7,), 13)
    wanted = np.isin(wide(x), wide(y))
    for given_x in kinds(x):
        got = numrs.isin(given_x, y)
        assert_kind(got, given_x)
        assert_same(got, wanted)
        assert_same(numrs.isin(given_x, tensor(y), invert=True), ~wanted)
        assert_same(numrs.isin(given_x, y[:0]), np.zeros(x.shape, bool))


def test_isin_exactly():
    big = 2**63
    assert numrs.isin(np.array([big, 1], np.uint64), np.array([-1, 1])).tolist() == [False, True]
    assert numrs.isin(np.array([-1, 1]), np.array([2**64 - 1, 1], np.uint64)).tolist() == [False, True]
    assert numrs.isin(np.array([2**53 + 1]), np.array([2**53], np.uint64)).tolist() == [False]
    assert numrs.isin(np.array([1, 200], np.uint8), 200).tolist() == [False, True]
    assert numrs.isin(np.array([1, 2], np.uint8), 300).tolist() == [False, False]
    got = numrs.isin(3, numrs.asarray([1, 3]))
    assert isinstance(got, numrs.Tensor) and got.shape == () and bool(got)
    assert numrs.isin(np.array([np.nan, 0.0]), np.array([np.nan, -0.0])).tolist() == [False, True]
    assert numrs.isin(np.array([0.1], np.float32), 0.1).tolist() == [True]


@pytest.mark.parametrize("dtype", COMPUTED)
def test_where(dtype):
    x, y = numbers(dtype_of(dtype), (3, 4), 14), numbers(dtype_of(dtype), (4,), 15)
    chosen = np.random.default_rng(1).integers(0, 2, (3, 1)) == 1
    for given_x in kinds(x):
        got = numrs.where(tensor(chosen) if isinstance(given_x, numrs.Tensor) else chosen, given_x, y)
        assert_kind(got, given_x)
        assert_same(got, np.where(chosen, x, y))
    if dtype not in BOOL:
        assert_same(numrs.where(tensor(chosen), tensor(x), 1), np.where(chosen, x, np.ones((), x.dtype)))
        assert_same(numrs.where(tensor(chosen), 1, tensor(x)), np.where(chosen, np.ones((), x.dtype), x))
    assert isinstance(numrs.where(tensor(chosen), x, y), numrs.Tensor)


def test_average_and_spread():
    x, w = numbers("float64", (3, 4), 16), np.arange(1.0, 5.0)
    for given_x in kinds(x):
        close(numrs.average(given_x, axis=1, weights=w), np.average(x, axis=1, weights=w), "float64")
        close(numrs.average(given_x), np.average(x), "float64")
        for one, other in zip(numrs.average(given_x, axis=1, weights=w, returned=True), np.average(x, axis=1, weights=w, returned=True), strict=True):
            assert_kind(one, given_x)
            close(one, other, "float64")
        assert_same(numrs.ptp(given_x, axis=0), np.ptp(x, axis=0))
    with pytest.raises(ZeroDivisionError):
        numrs.average([1.0, 2.0], weights=[1.0, -1.0])
    with pytest.raises(ValueError, match="weights"):
        numrs.average(x, weights=[1.0])


def test_bad_axes():
    x = numrs.ones((2, 3))
    for name in ("sum", "mean", "max", "argmax", "sort", "any", "cumulative_sum", "diff", "count_nonzero"):
        for axis in (2, -3):
            with pytest.raises((ValueError, IndexError)):
                getattr(numrs, name)(x, axis=axis)
    with pytest.raises(ValueError):
        numrs.sum(x, axis=(0, 0))
    for name in ("max", "min", "argmax", "argmin"):
        with pytest.raises(ValueError):
            getattr(numrs, name)(numrs.zeros((0,)))
    assert math.isnan(float(numrs.mean(numrs.zeros((0,)))))
