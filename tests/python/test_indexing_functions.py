"""take, take_along_axis, put_along_axis, nonzero against NumPy: dtypes, layouts, indices of every integer dtype, bad ones, threads."""

import numpy as np
import numrs
import pytest
from array_api_support import ALL, SIGNED, UNSIGNED, assert_kind, assert_same, dtype_of, kinds, numbers, plain, tensor
from hypothesis import given, settings
from hypothesis import strategies as st
from reference import layouts

FAST = settings(derandomize=True, deadline=None, max_examples=80)


@pytest.fixture(autouse=True, params=["cpu", "cpu-portable"])
def backend(request):
    before = numrs.get_backend()
    numrs.set_backend(request.param)
    yield
    numrs.set_backend(before)


@pytest.mark.parametrize("name", ALL)
def test_take_of_every_dtype(name):
    x = numbers(dtype_of(name), (4, 5, 3))
    for axis in (-3, -2, -1, 0, 1, 2):
        n = x.shape[axis]
        for indices in ([0, n - 1, -1, -n], [], [[0, 1], [1, 0]]):
            at = np.asarray(indices, np.int64)
            for given_x in kinds(x):
                got = numrs.take(given_x, at, axis=axis)
                assert_kind(got, given_x)
                assert_same(got, np.take(x, at, axis=axis), f"axis {axis}")
    assert_same(numrs.take(x, np.int64(1), axis=1), np.take(x, 1, axis=1))


@pytest.mark.parametrize("name", SIGNED + UNSIGNED)
def test_indices_of_every_dtype(name):
    x, at = np.arange(7.0), np.asarray([6, 0, 3], name)
    assert_same(numrs.take(x, at), x[[6, 0, 3]])
    assert_same(numrs.take(tensor(x), tensor(at)), x[[6, 0, 3]])
    wrong = np.asarray([0, 7], name)
    with pytest.raises(IndexError, match=r"take: index 7 at \(1,\) of indices is out of bounds, expected -7 to 6"):
        numrs.take(x, wrong)
    if name in SIGNED:
        with pytest.raises(IndexError, match="index -8"):
            numrs.take(x, np.asarray([-8], name))
    if name == "uint64":
        with pytest.raises(IndexError, match="index 18446744073709551615"):
            numrs.take(x, np.asarray([2**64 - 1], name))


def test_layouts():
    x = np.arange(6 * 5, dtype=np.float32).reshape(6, 5)
    at = np.array([[1, 0, 4], [2, 2, 1]])
    for what, view in layouts(x):
        if not view.dtype.isnative or view.ndim != 2 or view.shape[0] < 2 or view.shape[1] < 5:
            continue
        assert_same(numrs.take(view, at, axis=1), np.take(view, at, axis=1), what)
        assert_same(numrs.take(view, [1, 0], axis=0), np.take(view, [1, 0], axis=0), what)
        along = np.argsort(view, axis=1)
        assert_same(numrs.take_along_axis(view, along), np.take_along_axis(view, along, 1), what)
        assert_same(np.stack(plain(numrs.nonzero(view))), np.stack(np.nonzero(view)), what)


@pytest.mark.parametrize("name", ALL)
def test_along_axis_of_every_dtype(name):
    x = numbers(dtype_of(name), (4, 5, 3), 1)
    for axis in (0, 1, -1):
        shape = list(x.shape)
        shape[axis] = 6
        at = np.random.default_rng(0).integers(-x.shape[axis], x.shape[axis], shape)
        narrow = at[tuple([slice(0, 1) if d != axis % 3 else slice(None) for d in range(3)])]
        for indices in (at, narrow, narrow.astype(np.int8)):
            wide = np.broadcast_to(indices, shape)
            for given_x in kinds(x):
                got = numrs.take_along_axis(given_x, indices, axis=axis)
                assert_kind(got, given_x)
                assert_same(got, np.take_along_axis(x, wide.astype(np.int64), axis))
        values = numbers(dtype_of(name), shape, 2)
        wanted, got = x.copy(), numrs.asarray(x, copy=True)
        np.put_along_axis(wanted, at, values, axis)
        numrs.put_along_axis(got, at, values, axis)
        assert_same(got, wanted)
        again = x.copy()
        assert numrs.put_along_axis(again, tensor(at), tensor(values), axis=axis) is None
        assert_same(again, wanted)


def test_put_converts_broadcasts_and_counts_changes():
    x = numrs.zeros((2, 3), dtype=numrs.int8)
    before = x._version
    numrs.put_along_axis(x, [[0], [2]], values=7.9, axis=-1)  # by its name, as SciPy's callers give it
    assert x._version == before + 1
    assert_same(x, np.array([[7, 0, 0], [0, 0, 7]], np.int8))
    numrs.put_along_axis(x, [[0, 0, 0]], [[1, 2, 3]])  # the last one holds
    assert x.numpy()[:, 0].tolist() == [3, 3]


def test_put_leaves_everything_alone_when_it_refuses():
    x = np.zeros((3, 3))
    for indices, values in (([[0], [3], [1]], 1.0), ([[0, 1]], np.ones((2, 3))), ([0], 1.0), ([[0.5]], 1.0)):
        with pytest.raises((IndexError, ValueError)):
            numrs.put_along_axis(x, indices, values)
        assert not x.any()
    x.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        numrs.put_along_axis(x, [[0]], 1.0)
    with pytest.raises(ValueError, match="read-only"):
        numrs.put_along_axis(numrs.from_numpy(x), [[0]], 1.0)
    with pytest.raises(TypeError, match="put_along_axis"):
        numrs.put_along_axis([1.0], [0], 1.0)
    with pytest.raises(TypeError, match="complex"):
        numrs.put_along_axis(np.zeros(2), [0], 1j)


def test_overlapping_operands():
    x = np.arange(6)
    numrs.put_along_axis(x, x, x[::-1])  # indices and values are the memory that is written
    assert x.tolist() == [5, 4, 3, 2, 1, 0]
    assert_same(numrs.take(x, x), x[x])


@pytest.mark.parametrize("name", ALL)
def test_nonzero_of_every_dtype(name):
    x = numbers(dtype_of(name), (5, 4, 7), 3)
    x[1] = 0
    if np.dtype(x.dtype).kind in "fcV":
        x[0, 0, 0], x[2, 0, 0], x[2, 0, 1] = -0.0, np.nan, np.inf
    if np.dtype(x.dtype).kind == "c":
        x[3, 3, 3] = 1j
    wanted = np.nonzero(x)
    for given_x in kinds(x):
        got = numrs.nonzero(given_x)
        assert isinstance(got, tuple) and len(got) == 3
        for one, other in zip(got, wanted, strict=True):
            assert_kind(one, given_x)
            assert_same(one, other)
    assert_same(numrs.flatnonzero(x), np.flatnonzero(x))
    assert_same(numrs.argwhere(x), np.argwhere(x))


def test_nonzero_of_shapes():
    for shape in ((0,), (3, 0), (0, 3), (1,), (255,), (256,), (3, 70000), (131073,)):
        x = np.random.default_rng(1).integers(0, 3, shape)
        assert_same(np.stack(plain(numrs.nonzero(x))), np.stack(np.nonzero(x)), str(shape))
    assert numrs.argwhere(np.float64(3)).shape == (1, 0) and numrs.argwhere(np.float64(0)).shape == (0, 0)
    with pytest.raises(ValueError, match="nonzero"):
        numrs.nonzero(numrs.asarray(1.0))


def test_bad_arguments():
    x = np.zeros((2, 3))
    with pytest.raises(ValueError, match="needs an axis"):
        numrs.take(x, [0])
    with pytest.raises(IndexError):  # AxisError is both
        numrs.take(x, [0], axis=2)
    with pytest.raises(IndexError, match="float64"):
        numrs.take(x, [0.5], axis=0)
    with pytest.raises(IndexError, match="the axis has no elements"):
        numrs.take(np.zeros((2, 0)), [0], axis=1)
    with pytest.raises(ValueError, match="dimensions"):
        numrs.take_along_axis(x, [0, 1])
    with pytest.raises(ValueError, match="does not go with"):
        numrs.take_along_axis(x, np.zeros((5, 1), int))
    assert numrs.take(np.zeros((2, 0)), np.zeros((0,), int), axis=1).shape == (2, 0)
    assert numrs.take(np.zeros((0, 2)), [1, 0, 1], axis=1).shape == (0, 3)


def test_large_and_threads():
    random = np.random.default_rng(5)
    x = random.normal(size=(300, 2000)).astype(np.float32)
    rows, at = random.integers(-300, 300, 1000), random.integers(-2000, 2000, (300, 900))
    line, places = random.normal(size=1_000_000), random.integers(0, 1_000_000, 1_000_000)
    results = []
    before = numrs.get_num_threads()
    try:
        for threads in (1, 4):
            numrs.set_num_threads(threads)
            y = x.copy()
            numrs.put_along_axis(y, at, at.astype(np.float32))
            results.append(
                [
                    numrs.take(x, rows, axis=0),
                    numrs.take(x, rows, axis=1),
                    numrs.take_along_axis(x, at),
                    y,
                    numrs.take(line, places),
                    *numrs.nonzero(x > 0),
                ]
            )
    finally:
        numrs.set_num_threads(before)
    wanted = x.copy()
    np.put_along_axis(wanted, at, at.astype(np.float32), -1)
    for got in results:
        for one, other in zip(
            got,
            [x[rows], x[:, rows], np.take_along_axis(x, at, -1), wanted, line[places], *np.nonzero(x > 0)],
            strict=True,
        ):
            assert_same(one, other)


@FAST
@given(st.data())
def test_take_along_axis_as_numpy(data):
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = np.arange(int(np.prod(shape)), dtype=data.draw(st.sampled_from(["int8", "float64", "complex128"]))).reshape(
        shape
    )
    steps = tuple([slice(None, None, data.draw(st.sampled_from([1, -1]))) for _ in shape])
    x = np.transpose(x[steps], data.draw(st.permutations(range(len(shape)))))
    at_shape = list(x.shape)
    at_shape[axis] = data.draw(st.integers(0, 5))
    n = x.shape[axis]
    at = np.array(
        data.draw(st.lists(st.integers(-n, n - 1), min_size=int(np.prod(at_shape)), max_size=int(np.prod(at_shape)))),
        np.int64,
    ).reshape(at_shape)
    assert_same(numrs.take_along_axis(x, at, axis=axis), np.take_along_axis(x, at, axis))


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0), (1, 0, 4)])
def test_nothing_is_chosen_from_nothing(shape):
    a, mask = np.zeros(shape), np.zeros(shape, bool)
    for made in (numrs.asarray(a), a):
        places = numrs.nonzero(made)
        assert len(places) == len(shape) and all(place.shape == (0,) for place in places)
        assert numrs.argwhere(made).shape == (0, len(shape))
    t = numrs.asarray(a)
    assert t[numrs.asarray(mask)].shape == (0,)
    t[numrs.asarray(mask)] = 1.0
    t[numrs.zeros((0,), dtype=int)] = numrs.zeros(())
    assert t[numrs.zeros((0,), dtype=int)].shape == (0, *shape[1:])
