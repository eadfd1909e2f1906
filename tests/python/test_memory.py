"""Results over pool memory: life, statistics, limits, leaks."""

import copy
import gc
import pickle
import weakref

import numpy as np
import numrs
import pytest

LARGE = 1 << 20  # elements: results of this size live in the pool


@pytest.fixture(autouse=True)
def clean_pool():
    gc.collect()
    numrs.memory.trim()
    yield
    numrs.memory.set_limit(None)


def in_use():
    gc.collect()
    return numrs.memory.stats()["in_use_bytes"]


def test_a_result_is_freed_when_its_last_view_dies():
    before = in_use()
    y = numrs.add(np.ones(LARGE), 1.0)
    assert in_use() >= before + 8 * LARGE
    part, other = y[10:20], y.reshape(2, -1).T
    del y
    assert in_use() >= before + 8 * LARGE
    assert (part == 2).all() and (other == 2).all()
    del part
    assert in_use() >= before + 8 * LARGE
    del other
    assert in_use() == before


def test_small_results_own_their_memory():
    before = in_use()
    y = numrs.add(np.ones(100), 1.0)
    assert y.flags.owndata and y.base is None and in_use() == before
    y.resize(200, refcheck=False)
    assert y.shape == (200,)


def test_results_behave_as_arrays():
    y = numrs.add(np.arange(LARGE, dtype=float), 1.0)
    with pytest.raises(ValueError):
        y.resize(2 * LARGE, refcheck=False)  # NumPy refuses: the memory is the pool's
    again = pickle.loads(pickle.dumps(y, 5))
    np.testing.assert_array_equal(again, y)
    np.testing.assert_array_equal(copy.deepcopy(y), y)
    dead = []
    reference = weakref.ref(y, lambda r: dead.append(1))
    assert reference() is y
    assert y.flags.writeable and y.flags.c_contiguous and y.flags.aligned
    assert y.ctypes.data % 64 == 0
    memoryview(y)[0] = 5.0
    assert y[0] == 5
    del y
    assert dead == [1]


def test_blocks_are_recycled():
    numrs.add(np.ones(LARGE), 1.0)
    hits = numrs.memory.stats()["hits"]
    for _ in range(10):
        numrs.add(np.ones(LARGE), 1.0)
    assert numrs.memory.stats()["hits"] >= hits + 10


def test_statistics_trim_and_peak():
    stats = numrs.memory.stats()
    assert set(stats) == {"hits", "misses", "in_use_bytes", "cached_bytes", "peak_bytes", "limit_bytes"}
    assert all(isinstance(v, int) and v >= 0 for v in stats.values())
    y = numrs.add(np.ones(LARGE), 1.0)
    numrs.memory.reset_peak()
    assert numrs.memory.peak() == numrs.memory.stats()["in_use_bytes"] >= 8 * LARGE
    del y
    assert numrs.memory.stats()["cached_bytes"] > 0
    numrs.memory.trim()
    assert numrs.memory.stats()["cached_bytes"] == 0
    assert numrs.memory.peak() >= 8 * LARGE
    numrs.memory.reset_peak()
    assert numrs.memory.peak() == numrs.memory.stats()["in_use_bytes"]


def test_a_limit_is_a_memory_error_and_nothing_is_lost():
    before = in_use()
    x = np.ones(LARGE)
    out = np.zeros(LARGE)
    numrs.memory.set_limit(before + 1000)
    for _ in range(100):
        with pytest.raises(MemoryError):
            numrs.add(x, 1.0)
    numrs.add(x, 1.0, out=out)  # needs none
    assert (out == 2).all()
    numrs.memory.set_limit(None)
    assert (numrs.add(x, 1.0) == 2).all()
    assert in_use() == before
    assert numrs.memory.stats()["limit_bytes"] == 0


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096


def test_no_call_leaks():
    x, y, m = np.ones(1000), np.ones(1000), np.ones((8, 8))
    big, out, mask, column = np.ones((3, LARGE // 2)), np.empty(1000), x > 0, np.ones((10, 1))

    def refused():
        for call in (
            lambda: numrs.add(x, m),
            lambda: numrs.add(x, None),
            lambda: numrs.sum(x, axis=3),
            lambda: numrs.exp(x, out=m),
        ):
            try:
                call()
            except (ValueError, TypeError):
                pass

    calls = [
        lambda: numrs.add(x, y),
        lambda: numrs.add(x, y, out),
        lambda: numrs.add(x, 1.5, out=out),
        lambda: numrs.add(1, x),
        lambda: numrs.exp(x),
        lambda: numrs.add(column, x[:10]),
        lambda: numrs.where(mask, x, 0.0),
        lambda: numrs.clip(x, 0, None),
        lambda: numrs.sum(x),
        lambda: numrs.sum(m, axis=0),
        lambda: numrs.sum(m, axis=(0, 1), keepdims=True),
        lambda: numrs.matmul(m, m),
        lambda: numrs.dot(x, y),
        lambda: numrs.norm(m, 1),
        lambda: numrs.cumulative_sum(x),
        lambda: numrs.astype(x, "int8"),
        lambda: numrs.less(np.int64([1]), np.uint64([1])),
        lambda: numrs.add([1, 2], [3, 4]),
        refused,
    ]
    large = [
        lambda: numrs.add(big, 1.0),
        lambda: numrs.exp(big),
        lambda: numrs.sum(big, axis=0),
        lambda: numrs.cumulative_sum(big, axis=1),
    ]
    for call in (*calls, *large):
        call()
    before = in_use()
    start = resident_bytes()
    for call in calls:
        for _ in range(5_000):
            call()
    for call in large:
        for _ in range(5):
            call()
    assert in_use() == before
    assert resident_bytes() - start < 3 << 20
