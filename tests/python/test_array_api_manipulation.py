"""Manipulation functions of the array API standard and NumPy's: every dtype, Tensor and ndarray; views are views."""

import numpy as np
import numrs
import pytest
from array_api_support import ALL, assert_kind, assert_same, dtype_of, kinds, numbers, plain, tensor
from hypothesis import given, settings
from hypothesis import strategies as st

FAST = settings(derandomize=True, deadline=None, max_examples=150)
SHAPES = ((), (0,), (4,), (2, 3), (3, 0, 2), (2, 1, 3, 1))


def both(function, x, wanted, view=None):
    """The function on an ndarray and on a Tensor; a view shares their memory."""
    for given_x in kinds(x):
        got = function(given_x)
        assert_kind(got, given_x)
        assert_same(got, wanted)
        if view is not None and x.size:
            assert np.shares_memory(plain(got), x) == view


def outer(dtype="int64"):
    return numbers(dtype_of(dtype), (2, 3, 4))


@pytest.mark.parametrize("name", ALL)
def test_views_of_every_dtype(name):
    x = outer(name)
    both(lambda t: numrs.reshape(t, (4, 6)), x, x.reshape(4, 6), True)
    both(lambda t: numrs.reshape(t, (-1,)), x, x.reshape(-1), True)
    both(lambda t: numrs.reshape(t, (4, 6), copy=True), x, x.reshape(4, 6), False)
    both(lambda t: numrs.permute_dims(t, (2, 0, 1)), x, x.transpose(2, 0, 1), True)
    both(lambda t: numrs.expand_dims(t, (0, -1)), x, x[None, ..., None], True)
    both(lambda t: numrs.squeeze(t, 1), x[:, :1], x[:, 0], True)
    both(lambda t: numrs.flip(t, axis=(0, 2)), x, x[::-1, :, ::-1], True)
    both(lambda t: numrs.moveaxis(t, 0, -1), x, np.moveaxis(x, 0, -1), True)
    both(lambda t: numrs.broadcast_to(t, (5, 2, 3, 4)), x, np.broadcast_to(x, (5, 2, 3, 4)), True)
    both(lambda t: numrs.swapaxes(t, 0, 2), x, x.swapaxes(0, 2), True)
    both(lambda t: numrs.matrix_transpose(t), x, x.swapaxes(1, 2), True)
    both(numrs.transpose, x, x.T, True)
    both(numrs.ravel, x, x.ravel(), True)
    both(numrs.flatten, x, x.ravel(), False)


@pytest.mark.parametrize("name", ALL)
def test_copies_of_every_dtype(name):
    x = outer(name)
    y = numbers(dtype_of(name), (2, 1, 4), 9)
    for a, b in ((x, y), (tensor(x), tensor(y)), (x, tensor(y))):
        got = numrs.concat((a, b), axis=1)
        assert_kind(got, b)
        assert_same(got, np.concatenate((x, y), 1))
        assert_same(numrs.concat([a, b], axis=None), np.concatenate((x, y), None))
        assert_same(numrs.stack([a, a], axis=-1), np.stack([x, x], -1))
    both(lambda t: numrs.tile(t, (2, 1, 3)), x, np.tile(x, (2, 1, 3)), False)
    both(lambda t: numrs.repeat(t, 2, axis=1), x, np.repeat(x, 2, 1), False)
    both(lambda t: numrs.roll(t, (1, -2), axis=(0, 2)), x, np.roll(x, (1, -2), (0, 2)), False)


def test_reshape():
    x = np.arange(24).reshape(2, 3, 4)
    for shape in ((24,), 24, (4, -1), (2, 2, 2, 3), (1, 24, 1), [8, 3]):
        both(lambda t, s=shape: numrs.reshape(t, s), x, x.reshape(shape))
    turned = x.T
    both(lambda t: numrs.reshape(t, (-1,)), turned, turned.reshape(-1), False)
    for given_x in kinds(turned):
        with pytest.raises(ValueError, match="copy is False"):
            numrs.reshape(given_x, (-1,), copy=False)
        assert np.shares_memory(plain(numrs.reshape(given_x, (4, 3, 2, 1), copy=False)), x)
    for shape in ((5, 5), (-1, -1), (7, -1), (-2, -12), (23,), (2**40, 2**40)):
        for given_x in kinds(x):
            with pytest.raises(ValueError, match="reshape"):
                numrs.reshape(given_x, shape)
    both(lambda t: numrs.reshape(t, (0, 5)), np.zeros((2, 0)), np.zeros((0, 5)))
    both(lambda t: numrs.reshape(t, ()), np.ones((1, 1)), np.ones(()))


def test_permutations_and_axes():
    x = outer()
    for axes in ((0, 1, 2), (2, 1, 0), (-1, 0, 1), [1, -3, 2]):
        both(lambda t, a=axes: numrs.permute_dims(t, a), x, x.transpose(axes))
    for axes in ((0, 1), (0, 0, 1), (0, 1, 3), ()):
        with pytest.raises(ValueError, match="permute_dims"):
            numrs.permute_dims(x, axes)
    for source, destination in ((0, 2), (-1, 0), ((0, 1), (1, 2)), ((0, 2), (2, 0)), ((), ())):
        both(lambda t, s=source, d=destination: numrs.moveaxis(t, s, d), x, np.moveaxis(x, source, destination))
    for wrong in ((3, 0), (0, 3), ((0, 0), (1, 2)), ((0, 1), (1,))):
        with pytest.raises(ValueError, match="moveaxis"):
            numrs.moveaxis(x, *wrong)
    for axis in (0, 3, -1, -4, (0, 1), (0, -1), (1, 3)):
        both(lambda t, a=axis: numrs.expand_dims(t, a), x, np.expand_dims(x, axis))
    for axis in (4, -5, (0, 5)):
        with pytest.raises(IndexError, match="expand_dims"):
            numrs.expand_dims(x, axis)
    with pytest.raises(ValueError, match="twice"):
        numrs.expand_dims(x, (0, 0))
    y = x[:, None, :, None]
    for axis in (1, 3, -2, (1, 3), (-2, 1)):
        both(lambda t, a=axis: numrs.squeeze(t, a), y, np.squeeze(y, axis))
    both(numrs.squeeze, y, np.squeeze(y))
    for axis in (0, 5, (1, 0), (1, 1)):
        with pytest.raises(ValueError, match="squeeze"):
            numrs.squeeze(y, axis)
    for axis in (None, 0, -1, (0, 2), ()):
        both(lambda t, a=axis: numrs.flip(t, axis=a), x, np.flip(x, axis))
    both(numrs.flip, np.asarray(3.0), np.asarray(3.0))
    with pytest.raises(ValueError, match="flip"):
        numrs.flip(x, axis=3)


def test_broadcasting():
    assert numrs.broadcast_shapes() == () and numrs.broadcast_shapes((), (3,)) == (3,)
    assert numrs.broadcast_shapes((2, 1), (1, 3), (4, 1, 1)) == (4, 2, 3)
    assert numrs.broadcast_shapes((0, 1), (5,)) == (0, 5)
    for wrong in (((2,), (3,)), ((0,), (2,)), ((2, 3), (2,))):
        with pytest.raises(ValueError, match="broadcast"):
            numrs.broadcast_shapes(*wrong)
    a, b = numrs.ones((3, 1)), numrs.ones((1, 4), dtype=numrs.int8)
    got = numrs.broadcast_arrays(a, b)
    assert isinstance(got, tuple) and [x.shape for x in got] == [(3, 4)] * 2 and [x.dtype.name for x in got] == ["float64", "int8"]
    assert numrs.broadcast_arrays() == () and numrs.broadcast_arrays(a)[0] is not None
    for wrong in ((2,), (3, 3), (4,)):
        with pytest.raises(ValueError, match="broadcast_to"):
            numrs.broadcast_to(numrs.ones((1, 3)), wrong) if wrong != (3, 3) else numrs.broadcast_to(numrs.ones((2, 3)), wrong)
    stretched = numrs.broadcast_to(numrs.arange(3), (2, 3))
    with pytest.raises(ValueError, match="read-only"):
        stretched[0, 0] = 1


def test_joining():
    x = outer()
    for arrays in ((x, x.astype(np.float32)), (x, x[:1]), (x[:0], x), (x, x, x)):
        assert_same(numrs.concat(arrays), np.concatenate(arrays))
        assert_same(numrs.concat([tensor(a) for a in arrays]), np.concatenate(arrays))
    assert numrs.concatenate is numrs.concat
    for wrong in ([], [x, x[0]], [x, x[:, :1]], [np.float64(1), x], [x, 3]):
        with pytest.raises(ValueError, match="concat"):
            numrs.concat(wrong)
    with pytest.raises(TypeError, match="concat"):
        numrs.concat(3)
    with pytest.raises(ValueError):
        numrs.concat([x], axis=3)
    assert_same(numrs.concat([np.float64(1), np.float32(2)], axis=None), np.array([1.0, 2.0]))
    for axis in (0, 1, 3, -1, -4):
        assert_same(numrs.stack([x, x + 1], axis=axis), np.stack([x, x + 1], axis))
    for wrong in ([], [x, x[0]]):
        with pytest.raises(ValueError, match="stack"):
            numrs.stack(wrong)
    with pytest.raises(ValueError):
        numrs.stack([x], axis=4)
    line = np.arange(3)
    for function in ("hstack", "vstack"):
        for arrays in ([line, line], [x, x], [np.eye(2), np.ones((2, 2), np.int8)]):
            assert_same(getattr(numrs, function)(arrays), getattr(np, function)(arrays))
    assert_same(numrs.append(x, x, axis=1), np.append(x, x, axis=1))
    assert_same(numrs.append(line, 4.5), np.append(line, 4.5))
    assert_same(numrs.stack([np.float64(1), np.float64(2)]), np.array([1.0, 2.0]))


def test_taking_apart():
    x = outer()
    for given_x in kinds(x):
        for axis in (0, 1, -1):
            got = numrs.unstack(given_x, axis=axis)
            assert isinstance(got, tuple) and len(got) == x.shape[axis]
            for one, other in zip(got, np.moveaxis(x, axis, 0), strict=True):
                assert_kind(one, given_x)
                assert_same(one, other)
                assert np.shares_memory(plain(one), x)
        for sections in (2, 4, [1, 3], [2, 1], (0, 9), []):
            for function in ("split", "array_split"):
                for one, other in zip(getattr(numrs, function)(given_x, sections, axis=2), getattr(np, function)(x, sections, 2), strict=True):
                    assert_same(one, other)
        for one, other in zip(numrs.array_split(given_x, 3, axis=2), np.array_split(x, 3, 2), strict=True):
            assert_same(one, other)
        for function in ("hsplit", "vsplit"):
            y = given_x if function == "vsplit" else numrs.permute_dims(given_x, (0, 2, 1))
            for one, other in zip(getattr(numrs, function)(y, 2), getattr(np, function)(plain(y), 2), strict=True):
                assert_kind(one, given_x)
                assert_same(one, other)
    assert numrs.unstack(np.zeros((0, 2))) == ()
    with pytest.raises(ValueError, match="equal parts"):
        numrs.split(x, 3, axis=2)
    for wrong in (0, -1):
        with pytest.raises(ValueError, match="sections"):
            numrs.array_split(x, wrong)
    with pytest.raises(ValueError, match="unstack"):
        numrs.unstack(np.float64(1))


def test_repeat():
    x = outer()
    for times in (0, 1, 3, np.uint64(2), [2], np.array([1], np.uint8)):
        for axis in (None, 0, 1, -1):
            both(lambda t, n=times, a=axis: numrs.repeat(t, n, axis=a), x, np.repeat(x, np.asarray(times).astype(int), axis))
    for dtype in ("int8", "int64", "uint8", "uint64"):
        counts = np.array([2, 0, 1]).astype(dtype)
        both(lambda t, n=counts: numrs.repeat(t, n, axis=1), x, np.repeat(x, counts.astype(int), 1))
        assert_same(numrs.repeat(tensor(x), tensor(counts), axis=1), np.repeat(x, counts.astype(int), 1))
    both(lambda t: numrs.repeat(t, np.arange(4)), np.arange(4), np.repeat(np.arange(4), np.arange(4)))
    assert_same(numrs.repeat(np.float64(3), 2), np.array([3.0, 3.0]))
    assert_same(numrs.repeat(np.zeros(0), []), np.zeros(0))
    for wrong, error in ((-1, ValueError), ([1, 2], ValueError), ([[1]], ValueError), (1.5, TypeError), ([1, -1, 1], ValueError)):
        with pytest.raises(error, match="repeat"):
            numrs.repeat(x, wrong, axis=1)
    with pytest.raises((ValueError, MemoryError)):
        numrs.repeat(x, 2**60)


def test_tile():
    for shape in SHAPES:
        x = np.arange(int(np.prod(shape))).reshape(shape)
        for times in ((), (2,), (1, 2), (2, 1, 3), (0, 2), (1, 1, 1, 1, 2), 3):
            both(lambda t, n=times: numrs.tile(t, n), x, np.tile(x, times))
    with pytest.raises(ValueError, match="tile"):
        numrs.tile(np.zeros(2), (-1,))
    deep = np.zeros((1,) * 20 + (2,) * 10)
    assert_same(numrs.tile(deep, (2,) * 5 + (1,) * 25), np.tile(deep, (2,) * 5 + (1,) * 25))


@FAST
@given(st.data())
def test_roll(data):
    shape = tuple(data.draw(st.lists(st.integers(0, 4), max_size=3)))
    x = np.arange(int(np.prod(shape))).reshape(shape)
    count = data.draw(st.integers(0, 3)) if shape else 0
    if count:
        axis = tuple(data.draw(st.lists(st.integers(-len(shape), len(shape) - 1), min_size=count, max_size=count)))
        shift = data.draw(st.one_of(st.integers(-9, 9), st.tuples(*[st.integers(-9, 9)] * count)))
    else:
        axis, shift = None, data.draw(st.integers(-20, 20))
    both(lambda t: numrs.roll(t, shift, axis=axis), x, np.roll(x, shift, axis))


def test_roll_refuses():
    x = np.arange(6).reshape(2, 3)
    for shift, axis in ((1, 2), ((1, 2), None), ((1, 2, 3), (0, 1))):
        with pytest.raises(ValueError):
            numrs.roll(x, shift, axis=axis)
    assert_same(numrs.roll(x, 2**70), np.roll(x, 2**70 % 6))


MODES = ("constant", "edge", "linear_ramp", "maximum", "mean", "median", "minimum", "reflect", "symmetric", "wrap")


@pytest.mark.parametrize("mode", MODES)
def test_pad(mode):
    for x in (np.arange(5), np.arange(6.0).reshape(2, 3), np.arange(1), np.arange(24, dtype=np.float32).reshape(2, 3, 4)[:, ::-1]):
        for width in (0, 1, (2, 1), 7, ((3, 2),) * x.ndim):
            both(lambda t, w=width: numrs.pad(t, w, mode), x, np.pad(x, width, mode))
    if mode not in ("constant", "linear_ramp"):
        with pytest.raises(ValueError, match="pad"):
            numrs.pad(np.zeros((0, 2)), 1, mode)


def test_pad_options():
    x = np.arange(6).reshape(2, 3)
    assert_same(numrs.pad(x, ((1, 2), (3, 0)), constant_values=((1, 2), (3, 4))), np.pad(x, ((1, 2), (3, 0)), constant_values=((1, 2), (3, 4))))
    assert_same(numrs.pad(x, 1, constant_values=7), np.pad(x, 1, constant_values=7))
    assert_same(numrs.pad(x, 2, "reflect", reflect_type="odd"), np.pad(x, 2, "reflect", reflect_type="odd"))
    assert_same(numrs.pad(x, 2, "linear_ramp", end_values=9), np.pad(x, 2, "linear_ramp", end_values=9))
    assert_same(numrs.pad(x, 2, "mean", stat_length=1), np.pad(x, 2, "mean", stat_length=1))
    assert_same(numrs.pad(x, {-1: (1, 2)}), np.pad(x, ((0, 0), (1, 2))))
    assert numrs.pad(x, 2, "empty").shape == (6, 7)
    for wrong in ({"pad_width": -1}, {"pad_width": ((1, 2), (1, 2), (1, 2))}, {"pad_width": 1, "mode": "sideways"}):
        with pytest.raises(ValueError, match="pad"):
            numrs.pad(x, wrong["pad_width"], wrong.get("mode", "constant"))
    with pytest.raises(TypeError, match="pad"):
        numrs.pad(x, 1.5)


def test_large_copies_go_through_the_library():
    x = np.arange(3_000_000, dtype=np.float32).reshape(1000, 3000)
    assert_same(numrs.concat([tensor(x), tensor(x)], axis=1), np.concatenate([x, x], 1))
    assert_same(numrs.roll(tensor(x), 17, axis=1), np.roll(x, 17, 1))
    assert_same(numrs.flatten(tensor(x).T), x.T.ravel())


def test_views_share_the_version_of_the_memory():
    t = numrs.arange(6)
    for view in (numrs.reshape(t, (2, 3)), numrs.flip(t), numrs.expand_dims(t, 0), numrs.unstack(numrs.reshape(t, (2, 3)))[0], numrs.split(t, 2)[1]):
        before = t._version
        view[...] = 1
        assert t._version == before + 1 and view._version == t._version


def test_outputs_count_as_changes():
    t, square, total = numrs.zeros(3), numrs.ones((2, 2)), numrs.zeros(())
    view = t[1:]
    for change in (
        lambda: np.copyto(t, np.ones(3)),
        lambda: np.copyto(dst=t, src=np.ones(3)),
        lambda: np.put_along_axis(t, np.array([0]), 5.0, 0),
        lambda: np.put(t, [0], 6.0),
        lambda: np.putmask(t, np.array([True, False, False]), 7.0),
        lambda: np.place(arr=t, mask=np.array([True, False, False]), vals=[8.0]),
        lambda: np.clip(t, 0, 1, out=t),
        lambda: np.add(t, 1, out=t),
        lambda: np.add.at(t, [0], 1),
        lambda: np.add.accumulate(t, out=t),
        lambda: numrs.sum(square, axis=0, out=view),
        lambda: numrs.cumulative_sum(t, out=(t,)),
        lambda: numrs.exp(t, out=(t,)),
        lambda: numrs.where(t > 0, t, 0.0, out=t),
        lambda: numrs.rolling_mean(t, 2, out=t),
        lambda: numrs.clip(t, 0, 1, t),
        lambda: numrs.matmul(square, square[0], out=view),
        lambda: numrs.median(square, axis=0, out=view),
        lambda: numrs.random.default_rng(1).random(out=t),
    ):
        before = t._version
        change()
        assert t._version == view._version == before + 1
    before = total._version
    assert np.sum(numrs.asarray([1.0, 2.0]), out=total) is total and total == 3 and total._version == before + 1
    assert numrs.clip(t, 0, 1, t) is t and numrs.exp(t, out=(t,)) is t
