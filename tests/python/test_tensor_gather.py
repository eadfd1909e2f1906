"""Gathering and scattering by arrays of indices and masks on tensors, every kind of key, against NumPy."""

import numpy as np
import numrs
import pytest

RNG = np.random.default_rng(5)
MASK2, MASK1 = RNG.random((3, 4)) > 0.5, np.array([True, False, True])
KEYS = {
    (7,): [
        [0, 3, -1],
        [],
        np.array([[1, 2], [-7, 6]]),
        np.array(3),
        np.array([5, 5, 1], "uint8"),
        RNG.random(7) > 0.4,
        np.zeros(7, bool),
        (np.array([1, 2]), None),
        (None, [1, 2]),
        (..., [1, 2]),
        [True, False, True, False, False, True, True],
        np.zeros((0, 2), int),
    ],
    (3, 4): [
        [0, 2],
        (slice(None), [1, -1]),
        ([2, 0], 1),
        (1, [2, 0]),
        ([0, 1], [2, 3]),
        (slice(None, None, -1), np.array([[3], [0]])),
        MASK2,
        (MASK1, slice(1, 3)),
        (MASK1, 2),
        (slice(None), np.array([True, False, False, True])),
        (..., [0]),
        ([1], ...),
        (MASK1, [0]),
        np.array([0, 2], "int16"),
        (np.array(1), slice(None)),
        ([0, 1], None, slice(None)),
    ],
    (3, 4, 2): [
        MASK2,
        (slice(None), [3, 1]),
        (0, slice(None), [1, 0]),
        (0, [1, 2]),
        (..., [1, 1]),
        (slice(None), np.zeros((4, 2), bool)),
        ([0, 1], slice(None), [0, 1]),
        (1, 2, [0]),
        ([0], 2, 1),
        (MASK2, 1),
        (None, [2], None, 1),
        (slice(2), [[0, 1], [2, 3]], slice(1)),
    ],
}
CASES = [(shape, key) for shape, keys in KEYS.items() for key in keys]


def tensor_key(key):
    if isinstance(key, tuple):
        return tuple(tensor_key(part) for part in key)
    return numrs.from_numpy(key) if isinstance(key, np.ndarray) and key.ndim else key


@pytest.mark.parametrize("dtype", ["float32", "int8", "complex128", "bool", "float16"])
@pytest.mark.parametrize(("shape", "key"), CASES, ids=str)
def test_gathers_are_numpys(shape, key, dtype):
    a = (RNG.random(shape) * 100 - 50).astype(dtype)
    for base in (a, a[::-1], np.asfortranarray(a)):
        t, expected = numrs.from_numpy(base), base[key]
        for part in (key, tensor_key(key)):
            got = t[part]
            assert got.dtype == expected.dtype
            assert got.shape == expected.shape
            assert np.array_equal(got.numpy(), expected)
            if all(np.ndim(one) for one in (key if isinstance(key, tuple) else (key,)) if isinstance(one, np.ndarray)):
                assert not np.shares_memory(got.numpy(), base)


@pytest.mark.parametrize("dtype", ["float64", "int16", "complex64", "bool"])
@pytest.mark.parametrize(("shape", "key"), CASES, ids=str)
def test_scatters_are_numpys(shape, key, dtype):
    a = (RNG.random(shape) * 100 - 50).astype(dtype)
    wanted = a[key].shape
    values = [
        3,
        True,
        2.5,
        np.ones((), "int8"),
        (RNG.random(wanted) * 9).astype("float32"),
        (RNG.random(wanted) * 9).astype(dtype),
    ]
    values += [np.ones((1,) * len(wanted))] + ([(RNG.random(wanted[1:]) * 9).astype(dtype)] if wanted else [])
    for value in values:
        for flipped in (False, True):
            expected, memory = a.copy(), a.copy()
            t = numrs.from_numpy(memory)
            before = t._version
            (t[::-1] if flipped else t)[tensor_key(key)] = (
                numrs.from_numpy(value) if isinstance(value, np.ndarray) and flipped else value
            )
            (expected[::-1] if flipped else expected)[key] = value
            assert np.array_equal(memory, expected)
            assert t._version == before + 1


def test_scatter_from_itself():
    a = np.arange(6.0)
    t = numrs.from_numpy(a.copy())
    t[[0, 1, 2]] = t[3:0:-1]
    a[[0, 1, 2]] = a[3:0:-1].copy()
    assert np.array_equal(t.numpy(), a)
    t[[1, 1, 1]] = numrs.Tensor([7.0, 8.0, 9.0])
    assert t[1].item() == 9


@pytest.mark.parametrize(
    "key",
    [
        [7],
        [-8],
        np.array([0, 2**40]),
        np.array([2**64 - 1], "uint64"),
        np.zeros(6, bool),
        np.zeros((7, 1), bool),
        [0.5],
        ["a"],
        ([0], [0]),
        (0, [0]),
        np.array([1.0]),
    ],
)
def test_bad_keys_change_nothing(key):
    a = np.arange(7.0)
    t = numrs.from_numpy(a.copy())
    with pytest.raises(IndexError):
        t[key]
    with pytest.raises(IndexError):
        t[key] = 1.0
    assert np.array_equal(t.numpy(), a)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ([0, 1], [1.0, 2.0, 3.0]),
        (np.arange(7) > 3, np.zeros(2)),
        ([0], 1j),
        (np.arange(7) > 3, np.zeros(2, complex)),
        ([0], "x"),
    ],
)
def test_bad_values_change_nothing(key, value):
    a = np.arange(7.0)
    t = numrs.from_numpy(a.copy())
    with pytest.raises((ValueError, TypeError)):
        t[key] = numrs.from_numpy(value) if isinstance(value, np.ndarray) else value
    assert np.array_equal(t.numpy(), a)


def test_large_gathers_release_the_lock():
    a = RNG.random(300_001)
    at = RNG.integers(-300_001, 300_001, 200_003)
    t = numrs.from_numpy(a)
    assert np.array_equal(t[at].numpy(), a[at])
    assert np.array_equal(t[t > 0.5].numpy(), a[a > 0.5])
    b, u = a.copy(), t.copy()
    b[at] = a[: len(at)]
    u[at] = t[: len(at)]
    assert np.array_equal(u.numpy(), b)
    read_only = numrs.broadcast_to(t[:3], (2, 3))
    with pytest.raises(ValueError, match="read-only"):
        read_only[[0]] = 1.0
