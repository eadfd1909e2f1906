"""Arrays drawn by hypothesis.extra.array_api, which builds them by the functions of the standard, and laws that hold for all of them."""

import math

import numpy as np
import numrs
import pytest
from array_api_support import COMPLEX, STANDARD, assert_same, plain
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.array_api import make_strategies_namespace

xps = make_strategies_namespace(numrs, api_version="2024.12")
FAST = settings(derandomize=True, deadline=None, max_examples=100)
shapes = xps.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
arrays = xps.arrays(dtype=xps.scalar_dtypes(), shape=shapes)


@FAST
@given(st.sampled_from(STANDARD), st.data())
def test_arrays_of_every_dtype(name, data):
    x = data.draw(xps.arrays(dtype=getattr(numrs, name), shape=shapes))
    assert isinstance(x, numrs.Tensor) and x.dtype == getattr(numrs, name)
    y = numrs.asarray(x, copy=True)
    assert y.shape == x.shape
    assert_same(y, plain(x))
    if x.dtype.kind in "fc":
        everything = data.draw(xps.arrays(dtype=x.dtype, shape=(6,), unique=True))
        assert numrs.unique_values(everything).shape == (6,)


@FAST
@given(arrays, st.data())
def test_basic_indices(x, data):
    key = data.draw(xps.indices(x.shape, allow_newaxis=True))
    assert_same(x[key], plain(x)[key])
    y = numrs.asarray(x, copy=True)
    wanted = plain(x).copy()
    one = numrs.ones((), dtype=x.dtype)
    y[key], wanted[key] = one, 1
    assert_same(y, wanted)


@FAST
@given(arrays, st.data())
def test_masks(x, data):
    mask = data.draw(xps.arrays(dtype=numrs.bool, shape=x.shape))
    assert_same(x[mask], plain(x)[plain(mask)])
    y = numrs.asarray(x, copy=True)
    wanted = plain(x).copy()
    y[mask] = numrs.zeros((), dtype=x.dtype)
    wanted[plain(mask)] = 0
    assert_same(y, wanted)


@FAST
@given(arrays)
def test_scalars(x):
    if x.size != 1:
        return
    x = numrs.reshape(x, ())
    number = x.item()
    assert bool(x) == bool(number)
    if x.dtype.name in COMPLEX:
        with pytest.raises(TypeError):
            float(x)
        assert complex(x) == number or number != number
        return
    assert complex(x) == complex(number) or number != number
    assert float(x) == float(number) or number != number
    if math.isfinite(number):
        assert int(x) == int(number)
    if x.dtype.kind in "iu":
        assert [0, 1, 2][: x] == [0, 1, 2][:number] and x.__index__() == number
    elif x.dtype.kind == "f":
        with pytest.raises(TypeError):
            x.__index__()


@FAST
@given(arrays, st.data())
def test_shapes_come_back(x, data):
    assert_same(numrs.concat(numrs.unstack(numrs.expand_dims(x, 0))) if x.ndim else x, plain(x))
    if x.ndim:
        axis = data.draw(xps.valid_tuple_axes(x.ndim, min_size=1, max_size=1))[0]
        assert_same(numrs.stack(numrs.unstack(x, axis=axis), axis=axis) if x.shape[axis] else x, plain(x))
        assert_same(numrs.roll(numrs.roll(x, 2, axis=axis), -2, axis=axis), plain(x))
        assert_same(numrs.flip(numrs.flip(x, axis=axis), axis=axis), plain(x))
        order = data.draw(st.permutations(range(x.ndim)))
        back = np.argsort(order).tolist()
        assert_same(numrs.permute_dims(numrs.permute_dims(x, tuple(order)), tuple(back)), plain(x))
    assert_same(numrs.squeeze(numrs.expand_dims(x, -1), -1), plain(x))


@FAST
@given(st.data())
def test_broadcasting_as_the_rules_say(data):
    drawn = data.draw(xps.mutually_broadcastable_shapes(3, max_dims=4, max_side=3))
    assert numrs.broadcast_shapes(*drawn.input_shapes) == drawn.result_shape
    given_arrays = [numrs.ones(shape, dtype=numrs.int8) for shape in drawn.input_shapes]
    for x in numrs.broadcast_arrays(*given_arrays):
        assert x.shape == drawn.result_shape
    assert (given_arrays[0] + given_arrays[1] * given_arrays[2]).shape == drawn.result_shape


@FAST
@given(arrays)
def test_sets_put_together_what_they_took_apart(x):
    every = numrs.unique_all(x)
    assert every.inverse_indices.shape == x.shape and every.values.ndim == 1
    assert int(numrs.sum(every.counts)) == x.size
    again = plain(every.values)[plain(every.inverse_indices)]
    np.testing.assert_array_equal(again, plain(x))
    np.testing.assert_array_equal(plain(numrs.reshape(x, (-1,)))[plain(every.indices)], plain(every.values))


@FAST
@given(st.sampled_from(STANDARD), st.booleans(), st.data())
def test_isin_is_equality(name, invert, data):
    x, among = (data.draw(xps.arrays(dtype=getattr(numrs, name), shape=shapes)) for _ in range(2))
    got = numrs.isin(x, among, invert=invert)
    assert got.dtype == numrs.bool and got.shape == x.shape
    compared = numrs.reshape(x, (-1, 1)) == numrs.reshape(among, (1, -1))
    assert_same(got, plain(numrs.reshape(numrs.any(compared, axis=1), x.shape)) != invert)


@FAST
@given(xps.arrays(dtype=xps.real_dtypes(), shape=xps.array_shapes(max_side=6), elements={}), st.data())
def test_top_k_takes_what_sorting_puts_first(x, data):
    axis = data.draw(st.integers(-x.ndim, x.ndim - 1))
    k = data.draw(st.integers(1, x.shape[axis]))
    mode = data.draw(st.sampled_from(["largest", "smallest"]))
    values, indices = numrs.top_k(x, k, axis=axis, mode=mode)
    assert values.dtype == x.dtype and indices.dtype == numrs.int64
    ordered = numrs.sort(x, axis=axis, descending=mode == "largest")
    assert_same(values, np.take(plain(numrs.take_along_axis(x, indices, axis=axis)), range(k), axis))
    numbers = not bool(numrs.any(numrs.isnan(x)))  # NaN is last in every order
    if numbers:
        assert_same(values, np.take(plain(ordered), range(k), axis))
