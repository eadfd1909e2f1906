"""Views of tensors: every function that only looks at memory otherwise, against NumPy, and what tensors leave behind when they end."""

import gc
import itertools
import sys
import weakref

import numpy as np
import numrs
import pytest

SHAPES = [(), (1,), (5,), (0,), (3, 4), (1, 4), (3, 1), (2, 3, 4), (2, 0, 4), (1, 1, 1), (2, 1, 3, 1), (2, 3, 1, 2, 2)]


def pair(shape):
    a = np.arange(int(np.prod(shape)), dtype="float32").reshape(shape)
    return a, numrs.Tensor(a)


def same(t, a):
    assert type(t) is numrs.Tensor
    assert t.shape == a.shape
    assert np.array_equal(t.numpy(), a)
    assert t.flags.c_contiguous == a.flags.c_contiguous


@pytest.mark.parametrize("shape", SHAPES)
def test_views_are_numpys(shape):
    a, t = pair(shape)
    ndim = len(shape)
    for axes in itertools.permutations(range(ndim)):
        same(numrs.permute_dims(t, axes), a.transpose(axes))
        same(numrs.transpose(t, tuple(d - ndim for d in axes)), a.transpose(axes))
    same(numrs.transpose(t), a.T)
    for i, j in itertools.product(range(-ndim, ndim), repeat=2):
        same(numrs.swapaxes(t, i, j), a.swapaxes(i, j))
        same(t.swapaxes(i, j), a.swapaxes(i, j))
        same(numrs.moveaxis(t, i, j), np.moveaxis(a, i, j))
    if ndim >= 3:
        same(numrs.moveaxis(t, (0, 2), (-1, 0)), np.moveaxis(a, (0, 2), (-1, 0)))
        same(numrs.moveaxis(t, (1, 0), (0, -1)), np.moveaxis(a, (1, 0), (0, -1)))
    if ndim >= 2:
        same(numrs.matrix_transpose(t), a.swapaxes(-1, -2))
    for axis in [*range(-ndim - 1, ndim + 1), (0, 1), (0, -1)]:
        same(numrs.expand_dims(t, axis), np.expand_dims(a, axis))
    same(numrs.squeeze(t, ()), a)
    same(t.squeeze(), a.squeeze())
    for axis in (d for d in range(ndim) if shape[d] == 1):
        same(numrs.squeeze(t, axis), np.squeeze(a, axis))
    same(numrs.flip(t), np.flip(a))
    for axis in range(-ndim, ndim):
        same(numrs.flip(t, axis=axis), np.flip(a, axis))
        parts = numrs.unstack(t, axis=axis)
        assert type(parts) is tuple
        assert len(parts) == a.shape[axis]
        for part, expected in zip(parts, np.moveaxis(a, axis, 0), strict=True):
            same(part, expected)
    wider = (2, *(3 if extent == 1 else extent for extent in shape))
    same(numrs.broadcast_to(t, wider), np.broadcast_to(a, wider))
    assert not numrs.broadcast_to(t, wider).flags.writeable


@pytest.mark.parametrize(
    "key",
    [
        0,
        -1,
        2,
        slice(None),
        slice(1, 3),
        slice(-2, None),
        slice(None, -1),
        slice(5, 1),
        slice(None, None, 2),
        slice(-1, None, -2),
        slice(None, 10**30),
        slice(-(10**30), 2),
        slice(2**62, 2**63),
        slice(np.int64(1), 3),
        (1, 2),
        (-1, -2),
        (0,),
        (1, slice(None)),
        (),
        np.int32(1),
    ],
)
@pytest.mark.parametrize("shape", [(3, 4), (4, 3, 2)])
def test_indices_are_numpys(shape, key):
    a, t = pair(shape)
    for base, own in ((a, t), (a[::-1, ::2], t[::-1, ::2]), (a.T, numrs.transpose(t))):
        try:
            expected = base[key]
        except IndexError:
            with pytest.raises(IndexError):
                own[key]
            continue
        same(own[key], np.asarray(expected))


@pytest.mark.parametrize("key", [4, -5, 2**63, -(2**63) - 1, (0, 4), (0, -5), (0, 0, 0), (0, 2**64)])
def test_indices_out_of_bounds(key):
    with pytest.raises(IndexError):
        numrs.Tensor(np.zeros((4, 4)))[key]


@pytest.mark.parametrize(
    ("function", "arguments"),
    [
        (numrs.permute_dims, ((0, 0),)),
        (numrs.permute_dims, ((0,),)),
        (numrs.permute_dims, ((0, 2),)),
        (numrs.swapaxes, (0, 2)),
        (numrs.moveaxis, (0, 2)),
        (numrs.moveaxis, ((0, 1), (0,))),
        (numrs.squeeze, (0,)),
        (numrs.broadcast_to, ((3, 3),)),
        (numrs.broadcast_to, ((4,),)),
        (numrs.broadcast_to, ((-1, 4),)),
        (numrs.broadcast_to, ((2**62, 3, 4),)),
    ],
)
def test_views_refuse(function, arguments):
    with pytest.raises(ValueError, match=f"{function.__name__}: |too big|too large|dimension"):
        function(numrs.Tensor(np.zeros((3, 4))), *arguments)


@pytest.mark.parametrize("shape", [(12,), (3, 4), (0, 3), (), (2, 3, 2)])
@pytest.mark.parametrize(
    "wanted",
    [
        (12,),
        (4, 3),
        (-1,),
        (2, -1),
        (1, 1, 12),
        (12, 1, 1, 1, 1),
        (0,),
        (-1, 0),
        (),
        (5,),
        (-1, -1),
        (2**62, 4),
        (2**64,),
    ],
)
def test_reshape_is_numpys(shape, wanted):
    a, t = pair(shape)
    try:
        expected = a.reshape(wanted)
    except (ValueError, OverflowError):
        with pytest.raises(ValueError, match="reshape"):
            t.reshape(wanted)
        with pytest.raises(ValueError, match="reshape"):
            t.reshape(*wanted)
        return
    for made in (t.reshape(wanted), t.reshape(*wanted), t.reshape(list(wanted)), numrs.reshape(t, wanted)):
        same(made, expected)
        assert a.size == 0 or np.shares_memory(made.numpy(), t.numpy())
    assert a.size == 0 or not np.shares_memory(t.reshape(wanted, copy=True).numpy(), t.numpy())


def test_views_share_their_count_of_changes():
    t = numrs.Tensor(np.arange(6.0))
    t += 1
    view = t.reshape(2, 3)
    assert view._version == t._version == 1
    view[0] = 0
    view.T[:] = 1
    numrs.from_numpy(view.numpy())[0] = 5
    assert view._version == t._version == 4
    other = numrs.from_numpy(np.zeros(4))
    part = other[1:]
    part += 1
    assert other._version == part._version == 1


def test_memory_outlives_the_tensor():
    t = numrs.Tensor(np.arange(1000.0))
    view = t[10:20]
    del t
    assert [numrs.zeros(1000) for _ in range(100)]
    assert view.tolist() == list(range(10, 20))
    again = view.reshape(2, 5)[1]
    del view
    assert again.tolist() == list(range(15, 20))


def test_ended_tensors_leave_nothing():
    class Held:
        pass

    for _ in range(300):  # more than are kept
        t = numrs.Tensor(np.ones(3))
        t.requires_grad = True
        t.grad = numrs.Tensor(np.ones(3))
        del t
    many = [numrs.Tensor(np.ones((1,) * 6)) for _ in range(200)]
    del many
    fresh = numrs.Tensor(np.ones(3)) + 1
    assert fresh.grad is None
    assert not fresh.requires_grad
    assert fresh._version == 0
    assert sys.getrefcount(fresh) == 2
    kept = weakref.ref(fresh)
    del fresh
    assert kept() is None
    none = sys.getrefcount(None)
    for _ in range(1000):
        numrs.Tensor(np.ones(3))[1:].reshape(2)
    assert abs(sys.getrefcount(None) - none) < 50


def test_a_ring_of_gradients_is_collected():
    class Kind(numrs.Tensor):
        pass

    for kind in (numrs.Tensor, Kind):
        t = kind(np.ones(3))
        t.grad = numrs.Tensor(np.ones(3))
        t.grad.grad = t
        gone = weakref.ref(t)
        del t
        gc.collect()
        assert gone() is None


def test_subclasses_end():
    class Kind(numrs.Tensor):
        ended = 0

        def __del__(self):
            Kind.ended += 1

    for _ in range(100):
        t = Kind([1.0, 2.0])
        t.note = t[1:]
    del t
    assert Kind.ended == 100
