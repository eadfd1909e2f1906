"""numrs.random: reproducibility, states, threads, choices, arguments; the laws are in test_random_laws.py."""

import copy
import math
import pickle
import signal
import threading
import time

import numpy as np
import numrs
import pytest
from random_support import N, chi_square, rng_of

# ------------------------------------------------------------------------------------------------ reproducibility

# Frozen for ever: the first numbers of default_rng(2026).
FROZEN = {
    "random": lambda g: g.random(4),
    "random f32": lambda g: g.random(4, np.float32),
    "uniform": lambda g: g.uniform(-1, [1, 2, 3, 4]),
    "normal": lambda g: g.normal(size=4),
    "normal f32": lambda g: g.standard_normal(4, np.float32),
    "exponential": lambda g: g.exponential(size=4),
    "laplace": lambda g: g.laplace(size=4),
    "cauchy": lambda g: g.standard_cauchy(4),
    "lognormal": lambda g: g.lognormal(size=4),
    "gamma": lambda g: g.gamma([0.5, 0.5, 3, 3], 2),
    "beta": lambda g: g.beta([0.5, 1, 2, 3], [0.5, 1, 4, 0.2]),
    "integers": lambda g: g.integers(0, 1000, 6),
    "integers 64": lambda g: g.integers(0, 10**18, 4),
    "bernoulli": lambda g: g.bernoulli(0.5, 8),
    "geometric": lambda g: g.geometric(0.1, 6),
    "poisson": lambda g: g.poisson([1, 5, 20, 1000, 1e6]),
    "binomial": lambda g: g.binomial([5, 50, 500, 10**9], 0.3),
    "multinomial": lambda g: g.multinomial(20, [0.2, 0.3, 0.5], 2),
    "permutation": lambda g: g.permutation(8),
    "choice": lambda g: g.choice(100, 5),
    "choice p": lambda g: g.choice(4, 6, p=[0.1, 0.2, 0.3, 0.4]),
    "choice once": lambda g: g.choice(100, 5, replace=False),
    "permuted": lambda g: g.permuted(np.arange(8).reshape(2, 4), axis=1),
    "bytes": lambda g: np.frombuffer(g.bytes(6), np.uint8),
    "spawn": lambda g: g.spawn(2)[1].integers(0, 1000, 4),
    "jumped": lambda g: g.jumped().integers(0, 1000, 4),
}


def text(value):
    """Exactly, and readable."""
    flat = np.ravel(value)
    return " ".join(float(v).hex() if flat.dtype.kind == "f" else str(int(v)) for v in flat)


EXPECTED = {
    "random": "0x1.f74f1e4f30affp-1 0x1.045e757000fa3p-1 0x1.d50dfb3b6a820p-2 0x1.da7b7f6edfc62p-1",
    "random f32": "0x1.30affa0000000p-1 0x1.f74f1e0000000p-1 0x1.f47c000000000p-10 0x1.045e740000000p-1",
    "uniform": "0x1.ee9e3c9e615fep-1 0x1.0d1b605002ee8p-1 0x1.aa1bf676d5040p-1 0x1.d11a5f4a97b7ap+1",
    "normal": "0x1.2a6c6234f1a0cp-4 0x1.98777c40b43a1p-1 -0x1.3b100fb54b15ap+0 0x1.55958fa8c6035p-2",
    "normal f32": "-0x1.e7ae780000000p-1 0x1.2a6c6a0000000p-4 0x1.f738420000000p+0 0x1.9877800000000p-1",
    "exponential": "0x1.187f65ca8d833p-6 0x1.5a3a24b08fd89p-1 0x1.8fbecdd7f527ep-1 0x1.37b4b563bb43bp-4",
    "laplace": "-0x1.187f65ca8d833p-6 -0x1.5a3a24b08fd89p-1 -0x1.8fbecdd7f527ep-1 0x1.37b4b563bb43bp-4",
    "cauchy": "0x1.3d630bed71789p+0 -0x1.1d09236cca26fp+0 0x1.266fdee155b55p-1 0x1.7be5521867a63p+1",
    "lognormal": "0x1.135903c862056p+0 0x1.1c3d49c44c86cp+1 0x1.2b1811d2d2c41p-2 0x1.655d4496e2222p+0",
    "gamma": "0x1.fa06dc5cf6256p-5 0x1.9de874918acdep-2 0x1.1e9942a2d3e7dp+1 0x1.9fea15a6984e4p+2",
    "beta": "0x1.3882e4055a603p-5 0x1.fc270ac5dbecbp-1 0x1.ecf67ad1d4368p-5 0x1.ff83b4b9383c9p-1",
    "integers": "595 983 1 508 854 458",
    "integers 64": "983025500456591284 508533162996617436 458061147214381891 926723463329733012",
    "bernoulli": "0 0 1 0 0 1 0 0",
    "geometric": "1 7 8 1 1 16",
    "poisson": "4 5 19 1057 1000037",
    "binomial": "4 15 149 300026235",
    "multinomial": "8 2 10 4 6 10",
    "permutation": "2 1 5 6 4 3 0 7",
    "choice": "59 98 0 50 85",
    "choice p": "3 2 2 3 3 1",
    "choice once": "86 26 37 44 80",
    "permuted": "2 1 3 0 5 7 4 6",
    "bytes": "171 253 87 152 39 143",
    "spawn": "166 352 500 544",
    "jumped": "314 373 346 973",
}  # fmt: skip


@pytest.mark.parametrize("name", FROZEN)
@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
def test_first_numbers(name, backend):
    before = numrs.get_backend()
    numrs.set_backend(backend)
    try:
        assert text(FROZEN[name](rng_of(2026))) == EXPECTED[name]
    finally:
        numrs.set_backend(before)


def test_threads_and_layouts_change_nothing():
    before = numrs.get_num_threads()
    draws = [
        lambda g, **k: g.standard_normal((300, 1001), **k),
        lambda g, **k: g.random((300, 1001), np.float32, **k),
        lambda g, **k: g.poisson(30.0, (300, 1001), **k),
        lambda g, **k: g.standard_gamma(2.0, (300, 1001), **k),
    ]
    try:
        for draw in draws:
            numrs.set_num_threads(1)
            expected = draw(rng_of(5))
            for threads in (2, 3, 8):
                numrs.set_num_threads(threads)
                assert (draw(rng_of(5)) == expected).all()
            out = np.empty((1001, 600), expected.dtype)[:, ::2].T
            assert draw(rng_of(5), out=out) is out and (out == expected).all()
            out = np.empty((300, 1001), expected.dtype)[::-1]
            assert (draw(rng_of(5), out=out) == expected).all()
    finally:
        numrs.set_num_threads(before)


def test_arrays_of_parameters_are_as_numbers():
    for draw, value in (
        (lambda g, p: g.normal(p, 2.0, 1000), 1.5),
        (lambda g, p: g.exponential(p, 1000, dtype=np.float32), 1.5),
        (lambda g, p: g.lognormal(0.0, p, 1000), 0.5),
        (lambda g, p: g.gamma(p, 1.0, 1000), 0.3),
        (lambda g, p: g.beta(p, 2.0, 1000), 0.3),
        (lambda g, p: g.poisson(p, 1000), 4.0),
        (lambda g, p: g.binomial(100, p, 1000), 0.3),
        (lambda g, p: g.geometric(p, 1000), 0.3),
        (lambda g, p: g.integers(0, p, 1000), 50),
    ):
        expected = draw(rng_of(6), value)
        assert (draw(rng_of(6), np.full(1000, value)) == expected).all()
        assert (draw(rng_of(6), np.full(2000, value)[::-2]) == expected).all()
        assert (draw(rng_of(6), np.asarray(value)) == expected).all()
        assert (draw(rng_of(6), [value] * 1000) == expected).all()


def test_seeds():
    same = rng_of(5).random(3)
    for seed in (np.int64(5), np.uint8(5), np.array(5)):
        assert (rng_of(seed).random(3) == same).all()
    others = [
        0,
        5 + 2**64,
        2**64,
        2**200,
        [5],
        [5, 0],
        [[5], 0],
        [0, 5],
        (),
        [2**64, 1],
        np.random.SeedSequence(5),
        np.random.SeedSequence([5, 1]),
    ]
    firsts = {float(rng_of(seed).random()) for seed in others} | {float(same[0])}
    assert len(firsts) == len(others) + 1
    assert rng_of([1, 2]).random() == rng_of(np.array([1, 2])).random()
    assert rng_of(np.random.SeedSequence(7)).random() == rng_of(np.random.SeedSequence(7)).random()
    assert rng_of().random() != rng_of().random()
    g = rng_of(1)
    assert rng_of(g) is g
    for seed, error in (
        (-1, ValueError),
        ([1, -1], ValueError),
        (1.5, TypeError),
        ("1", TypeError),
        ([1, "a"], TypeError),
        (object(), TypeError),
        ({1: 2}, TypeError),
        ([None], TypeError),
        (np.array([1.5]), TypeError),
    ):
        with pytest.raises(error, match="default_rng: seed"):
            rng_of(seed)


def test_state_copy_and_pickle():
    g = rng_of(8)
    g.random(100)
    g.spawn(2)
    state = g.state
    expected = g.normal(size=20)
    for other in (
        pickle.loads(pickle.dumps(rng_of(8))),
        copy.copy(rng_of(8)),
        copy.deepcopy(rng_of(8)),
        numrs.random.Generator(),
    ):
        other.state = state
        assert (other.normal(size=20) == expected).all()
    g.state = state
    for other in (pickle.loads(pickle.dumps(g)), copy.copy(g), copy.deepcopy(g)):
        assert (other.normal(size=20) == expected).all()
        assert (other.spawn(1)[0].random(3) == copy.copy(g).spawn(1)[0].random(3)).all()
    assert repr(g) == "Generator(Philox4x32)"
    for wrong in (
        {},
        None,
        {**state, "key": (1,)},
        {**state, "key": (-1, 0)},
        {**state, "counter": (4, 0)},
        {**state, "counter": (0, 2**32)},
        {**state, "bit_generator": "PCG64"},
        {**state, "spawned": "x"},
    ):
        with pytest.raises(ValueError, match="Generator.state"):
            g.state = wrong
    assert g.state == state
    assert rng_of(8).jumped(3).state["counter"] == (0, 3)
    assert [c.random() for c in rng_of(8).spawn(4)][2:] != [c.random() for c in rng_of(8).spawn(2)]
    h = rng_of(8)
    assert [c.random() for c in h.spawn(1) + h.spawn(2)] == [c.random() for c in rng_of(8).spawn(3)]
    with pytest.raises(ValueError):
        g.spawn(-1)
    with pytest.raises(ValueError):
        g.jumped(2**32)


def test_threads_never_repeat_numbers():
    g = rng_of(9)
    found = []

    def work():
        mine = [g.random(n) for n in (1, 7, 1000, 30_000) * 5]
        found.append(np.concatenate(mine))

    workers = [threading.Thread(target=work) for _ in range(6)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    every = np.concatenate(found)
    assert np.unique(every).size == every.size


# ------------------------------------------------------------------------------------------------ choices and orders


def test_permutation_shuffle_permuted():
    g = rng_of(10)
    x = np.arange(24.0).reshape(4, 6)
    assert (np.sort(g.permutation(1000)) == np.arange(1000)).all() and g.permutation(0).shape == (0,)
    for axis in (0, 1, -1):
        y = g.permutation(x, axis)
        assert (np.sort(y, axis) == x).all() and not (y == x).all()
        z = x.copy()
        assert g.shuffle(z, axis) is None and (np.sort(z, axis) == x).all()
    backwards = np.arange(100)[::-1]
    g.shuffle(backwards)
    assert (np.sort(backwards) == np.arange(100)).all()
    lines = g.permuted(np.tile(np.arange(50), (20, 1)), axis=1)
    assert (np.sort(lines, 1) == np.arange(50)).all() and len({tuple(r) for r in lines.tolist()}) == 20
    everything = g.permuted(x)
    assert everything.shape == x.shape and (np.sort(everything.ravel()) == x.ravel()).all()
    out = x.copy()
    assert g.permuted(out, axis=0, out=out) is out and (np.sort(out, 0) == x).all()
    cards = list("abcdefgh")
    g.shuffle(cards)
    assert sorted(cards) == list("abcdefgh")
    words = np.array(["a", "bb", "ccc"], object)
    g.shuffle(words)
    assert sorted(words) == ["a", "bb", "ccc"]
    counts = np.zeros((4, 4))
    for _ in range(3000):
        counts[np.arange(4), g.permutation(4)] += 1
    assert chi_square(counts.ravel(), np.full(16, 750.0)) < 3.5
    fixed = np.arange(3)
    fixed.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        g.shuffle(fixed)
    for wrong in (5, None, "abc", {1: 2}):
        with pytest.raises(TypeError):
            g.shuffle(wrong)
    with pytest.raises(ValueError):
        g.shuffle(x, 2)
    with pytest.raises(ValueError):
        g.permutation(-1)


def test_choice():
    g = rng_of(11)
    p = np.array([0.1, 0.0, 0.6, 0.3])
    counts = np.bincount(g.choice(4, N, p=p), minlength=4)
    assert counts[1] == 0 and np.abs(counts / N - p).max() < 0.006
    assert set(g.choice(["x", "y"], 100).tolist()) == {"x", "y"} and g.choice(7).ndim == 0
    x = np.arange(12).reshape(3, 4)
    assert g.choice(x, 2, axis=1).shape == (3, 2) and g.choice(x, (2, 5)).shape == (2, 5, 4)
    once = g.choice(50, 50, replace=False)
    assert (np.sort(once) == np.arange(50)).all()
    # Without replacement by chances: the first element by p, the second by what is left.
    pairs = np.array([rng.choice(3, 2, replace=False, p=[0.5, 0.3, 0.2]) for rng in g.spawn(6000)])
    for a, b, share in ((0, 1, 0.5 * 0.3 / 0.5), (1, 0, 0.3 * 0.5 / 0.7), (2, 1, 0.2 * 0.3 / 0.8)):
        assert abs(((pairs == [a, b]).all(1)).mean() - share) < 0.02
    assert g.choice(0, 0).shape == (0,)
    for wrong in (
        lambda: g.choice(0, 1), lambda: g.choice(-1), lambda: g.choice(3, 4, replace=False), lambda: g.choice(3, p=[0.5, 0.5]),
        lambda: g.choice(2, p=[0.5, 0.6]), lambda: g.choice(2, p=[-0.5, 1.5]), lambda: g.choice(2, p=[np.nan, 1]),
        lambda: g.choice(3, 2, replace=False, p=[1, 0, 0]), lambda: g.choice(x, axis=2), lambda: g.choice([], 1),
    ):  # fmt: skip
        with pytest.raises(ValueError, match="choice"):
            wrong()
    with pytest.raises(TypeError):
        g.choice(2.5)


# ------------------------------------------------------------------------------------------------ arguments


def test_shapes_and_dtypes():
    g = rng_of(12)
    assert type(g.random()) is numrs.Tensor and g.random().shape == ()
    assert g.normal(dtype=np.float32).dtype == np.float32
    assert (
        g.random(()).shape == ()
        and g.random(3).shape == (3,)
        and g.random((2, 3)).shape == (2, 3)
        and g.random([2, 3]).shape == (2, 3)
    )
    assert (
        g.random(shape=(4,)).shape == (4,) and g.random((0, 5)).shape == (0, 5) and g.random(np.int64(2)).shape == (2,)
    )
    assert g.normal([1, 2], [[1], [2], [3]]).shape == (3, 2)
    assert g.random((1,) * 32).ndim == 32
    assert g.bytes(0) == b"" and len(g.bytes(13)) == 13 and g.bytes(1000).count(0) < 20
    out = np.empty(5, np.float32)
    assert g.random(out=out) is out and g.standard_normal(5, out=out) is out


NAN, INF = math.nan, math.inf


@pytest.mark.parametrize(
    "error, call",
    [
        *((ValueError, lambda g, v=v: g.normal(0, v)) for v in (-1, NAN, INF, [1, -1], -1e-300)),
        *((ValueError, lambda g, v=v: g.normal(v, 1)) for v in (NAN, INF, -INF)),
        (ValueError, lambda g: g.normal(1e39, dtype=np.float32)),
        *((ValueError, lambda g, a=a, b=b: g.uniform(a, b)) for a, b in ((1, 0), (NAN, 1), (0, INF), (-1.7e308, 1.7e308))),
        *((ValueError, lambda g, v=v: g.exponential(v)) for v in (-1, NAN, INF)),
        *((ValueError, lambda g, v=v: g.gamma(v)) for v in (-1, NAN, INF)),
        *((ValueError, lambda g, v=v: g.beta(v, 1)) for v in (0, -1, NAN)),
        *((ValueError, lambda g, v=v: g.poisson(v)) for v in (-1, NAN, 1e19)),
        *((ValueError, lambda g, v=v: g.bernoulli(v)) for v in (-0.1, 1.1, NAN)),
        *((ValueError, lambda g, v=v: g.geometric(v)) for v in (0, -0.1, 1.1, NAN)),
        *((ValueError, lambda g, n=n, p=p: g.binomial(n, p)) for n, p in ((-1, 0.5), (1.5, 0.5), (5, -0.1), (5, 1.1), (5, NAN), (2**60, 0.5))),
        *((ValueError, lambda g, a=a, b=b: g.integers(a, b)) for a, b in (
            (5, 5), (5, 1), (0, 2**63 + 1), (-(2**63) - 1, 0), (0, 2**70), ([0, 5], 5))),
        (ValueError, lambda g: g.integers(0, 129, dtype=np.int8)),
        (ValueError, lambda g: g.integers(-1, 5, dtype=np.uint8)),
        (ValueError, lambda g: g.integers(0, 3, dtype=bool)),
        (ValueError, lambda g: g.integers(0, np.array([-(2**63)]))),
        (TypeError, lambda g: g.integers(0, 1.5)),
        (TypeError, lambda g: g.integers(0, 5, dtype=float)),
        (ValueError, lambda g: g.multinomial(5, [0.9, 0.9])),
        (ValueError, lambda g: g.multinomial(5, [0.5, NAN])),
        (ValueError, lambda g: g.multinomial(-5, [0.5, 0.5])),
        (ValueError, lambda g: g.multinomial(5, 1.0)),
        (TypeError, lambda g: g.multinomial(5.5, [0.5, 0.5])),
        (ValueError, lambda g: g.random(-1)),
        (TypeError, lambda g: g.random(1.5)),
        (TypeError, lambda g: g.random("3")),
        (TypeError, lambda g: g.random(3, shape=3)),
        (TypeError, lambda g: g.random(3, dtype=np.int32)),
        (ValueError, lambda g: g.random((1,) * 33)),
        (MemoryError, lambda g: g.random(1 << 45)),
        (MemoryError, lambda g: g.normal(size=(1 << 40, 1 << 40))),
        (ValueError, lambda g: g.random(3, out=np.empty(4))),
        (TypeError, lambda g: g.random(3, np.float32, out=np.empty(3))),
        (TypeError, lambda g: g.random(out=[1.0])),
        (TypeError, lambda g: g.poisson(3.0, out=np.empty(3))),
        (ValueError, lambda g: g.random(out=np.broadcast_to(np.zeros(1), (3,)))),
        (ValueError, lambda g: g.normal([1, 2], [1, 2, 3])),
        (ValueError, lambda g: g.normal([1, 2], size=3)),
        (TypeError, lambda g: g.normal("a")),
        (TypeError, lambda g: g.normal(None)),
        (TypeError, lambda g: g.normal(1j)),
        (ValueError, lambda g: g.bytes(-1)),
    ],
)  # fmt: skip
def test_wrong_arguments_change_nothing(error, call):
    g = rng_of(13)
    g.random(3)
    state = g.state
    with pytest.raises(error):
        call(g)
    assert g.state == state


def test_out_is_unchanged_when_a_late_parameter_is_wrong():
    out = np.full(100_000, 7.0)
    scale = np.ones(100_000)
    scale[-1] = -1
    with pytest.raises(ValueError, match="scale is -1"):
        rng_of(1).normal(0, scale, out=out)
    assert (out == 7).all()


def test_parameters_in_the_memory_of_the_result():
    x = np.linspace(0, 5, 1000)
    expected = rng_of(1).normal(x.copy(), 1.0)
    assert (rng_of(1).normal(x, 1.0, out=x) == expected).all()
    x = np.linspace(0, 5, 1001)
    expected = rng_of(1).exponential(x[:-1].copy())
    assert (rng_of(1).exponential(x[:-1], out=x[1:]) == expected).all()


def test_ctrl_c():
    g = rng_of(1)
    timer = threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a job in the background begins with it ignored
    try:
        timer.start()
        start = time.perf_counter()
        with pytest.raises(KeyboardInterrupt):
            for _ in range(100):
                g.beta(0.5, 0.7, 3_000_000)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.perf_counter() - start < 20
    assert g.random(3).shape == (3,)
