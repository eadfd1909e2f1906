"""numrs.random: distributions against their laws, reproducibility, states, arguments. Every seed is fixed, so nothing here is a matter of luck."""

import copy
import math
import pickle
import signal
import threading
import time

import numpy as np
import numrs
import pytest

rng_of = numrs.random.default_rng
N = 100_000


# ------------------------------------------------------------------------------------------------ laws


def normal_cdf(x):
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])


def gamma_cdf(shape):
    """The regularised lower incomplete gamma function, by its series."""

    def cdf(x):
        out = []
        for v in x:
            if v > shape + 40 + 10 * math.sqrt(shape):
                out.append(1.0)
                continue
            term = total = 1 / shape
            k = shape
            while term > total * 1e-16:
                k += 1
                term *= v / k
                total += term
            out.append(min(1.0, total * math.exp(-v + shape * math.log(v) - math.lgamma(shape))) if v > 0 else 0.0)
        return np.array(out)

    return cdf


def beta_cdf(a, b):
    """By numbers: the density on a fine grid that is close at both ends."""
    t = np.sin(np.linspace(0, np.pi / 2, 200_001)) ** 2
    middle = (t[1:] + t[:-1]) / 2
    mass = middle ** (a - 1) * (1 - middle) ** (b - 1) * np.diff(t)
    sums = np.concatenate([[0], np.cumsum(mass)]) / mass.sum()
    return lambda x: np.interp(x, t, sums)


def distance(x, cdf):
    """Kolmogorov and Smirnov's distance, times the root of the number."""
    x = np.sort(np.asarray(x, np.float64))
    at = np.linspace(0, x.size - 1, 2000).astype(int)  # a part of the points: a bound from below, cheap and as telling
    f = cdf(x[at])
    return max(np.max((at + 1) / x.size - f), np.max(f - at / x.size)) * math.sqrt(x.size)


KS = 1.95  # exceeded by one sample in 1000


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "name, draw, cdf",
    [
        ("random", lambda g, d: g.random(N, d), lambda x: x),
        ("uniform", lambda g, d: g.uniform(-2, 6, N, dtype=d), lambda x: (x + 2) / 8),
        ("normal", lambda g, d: g.normal(1, 2, N, dtype=d), lambda x: normal_cdf((x - 1) / 2)),
        ("standard_normal", lambda g, d: g.standard_normal(N, d), normal_cdf),
        ("lognormal", lambda g, d: g.lognormal(0.5, 0.7, N, dtype=d), lambda x: normal_cdf((np.log(x) - 0.5) / 0.7)),
        ("exponential", lambda g, d: g.exponential(3, N, dtype=d), lambda x: -np.expm1(-x / 3)),
        (
            "laplace",
            lambda g, d: g.laplace(0, 2, N, dtype=d),
            lambda x: np.where(x < 0, np.exp(x / 2) / 2, 1 - np.exp(-np.abs(x) / 2) / 2),
        ),
        ("standard_cauchy", lambda g, d: g.standard_cauchy(N, d), lambda x: 0.5 + np.arctan(x) / np.pi),
        ("gamma 0.3", lambda g, d: g.standard_gamma(0.3, N, d), gamma_cdf(0.3)),
        ("gamma 1", lambda g, d: g.gamma(1, 1, N, dtype=d), gamma_cdf(1)),
        ("gamma 7.5", lambda g, d: g.gamma(7.5, 2, N, dtype=d), lambda x: gamma_cdf(7.5)(x / 2)),
        ("beta 2 3", lambda g, d: g.beta(2, 3, N, dtype=d), beta_cdf(2, 3)),
        ("beta 0.5 0.5", lambda g, d: g.beta(0.5, 0.5, N, dtype=d), lambda x: 2 / np.pi * np.arcsin(np.sqrt(x))),
        ("beta 0.6 4", lambda g, d: g.beta(0.6, 4, N, dtype=d), beta_cdf(0.6, 4)),
    ],
)
def test_continuous_laws(name, draw, cdf, dtype):
    x = draw(rng_of(20), dtype)
    assert x.dtype == dtype and np.isfinite(x).all()
    assert distance(x, cdf) < KS


def chi_square(counts, expected):
    """The statistic in standard deviations of its law (Wilson and Hilferty); bins with few are put together."""
    counts, expected = np.asarray(counts, float), np.asarray(expected, float)
    order = np.argsort(expected)
    groups, total = [], 0.0
    got = 0.0
    for k in order:
        total, got = total + expected[k], got + counts[k]
        if total >= 10:
            groups.append((got, total))
            total = got = 0.0
    if total and groups:
        last = groups.pop()
        groups.append((last[0] + got, last[1] + total))
    statistic = sum((g - e) ** 2 / e for g, e in groups)
    df = len(groups) - 1
    return ((statistic / df) ** (1 / 3) - (1 - 2 / (9 * df))) / math.sqrt(2 / (9 * df))


def poisson_mass(lam, k):
    return math.exp(k * math.log(lam) - lam - math.lgamma(k + 1))


def binomial_mass(n, p, k):
    return math.exp(
        math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) + k * math.log(p) + (n - k) * math.log1p(-p)
    )


@pytest.mark.parametrize("arrays", [False, True])
@pytest.mark.parametrize(
    "name, draw, mass",
    [
        *(
            (f"poisson {lam}", lambda g, s, lam=lam: g.poisson(s(lam), N), lambda k, lam=lam: poisson_mass(lam, k))
            for lam in (0.2, 3.0, 9.99, 10.0, 34.5, 400.0)
        ),
        *(
            (
                f"binomial {n} {p}",
                lambda g, s, n=n, p=p: g.binomial(n, s(p), N),
                lambda k, n=n, p=p: binomial_mass(n, p, k) if k <= n else 0.0,
            )
            for n, p in ((1, 0.3), (20, 0.25), (20, 0.9), (40, 0.5), (1000, 0.02), (300, 0.7))
        ),
        ("geometric", lambda g, s: g.geometric(s(0.15), N), lambda k: 0.15 * 0.85 ** (k - 1) if k else 0.0),
    ],
)
def test_discrete_laws(name, draw, mass, arrays):
    x = draw(rng_of(21), lambda p: np.full(N, p) if arrays else p)
    assert x.dtype == np.int64 and x.min() >= 0
    counts = np.bincount(x)
    expected = np.array([mass(k) for k in range(counts.size)]) * N
    rest = N - expected.sum()
    assert chi_square(np.append(counts, 0), np.append(expected, max(rest, 0))) < 3.3


def test_large_counts():
    g = rng_of(22)
    for lam in (1e5, 1e10, 1e15):
        z = (g.poisson(lam, 20_000) - lam) / math.sqrt(lam)
        assert distance(z, normal_cdf) < KS + 2 / math.sqrt(lam) * math.sqrt(20_000)
    n, p = 10**12, 0.3
    z = (g.binomial(n, p, 20_000) - n * p) / math.sqrt(n * p * (1 - p))
    assert distance(z, normal_cdf) < KS
    assert (g.binomial(2**53, 0.5, 1000) <= 2**53).all()
    assert g.geometric(1e-300) == np.iinfo(np.int64).max


@pytest.mark.parametrize("low, high", [(0, 2), (0, 7), (-5, 1000), (0, 1 << 20)])
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers_are_even(low, high, dtype):
    x = rng_of(23).integers(low, high, N, dtype=dtype)
    assert x.dtype == dtype and x.min() >= low and x.max() < high
    bins = min(high - low, 500)
    counts = np.bincount((x.astype(np.int64) - low) * bins // (high - low), minlength=bins)
    edges = np.ceil(np.arange(bins + 1) * (high - low) / bins)
    assert abs(chi_square(counts, np.diff(edges) * (N / (high - low)))) < 3.3


def test_integers_of_each_dtype():
    for dtype in ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"):
        info = np.iinfo(dtype)
        x = rng_of(1).integers(info.min, info.max, 1000, dtype=dtype, endpoint=True)
        assert x.dtype == dtype and x.min() < info.min // 2 + info.max // 8 + 1 and x.max() > info.max - info.max // 8
        assert (rng_of(1).integers(0, 100, 500, dtype=dtype) == rng_of(1).integers(0, 100, 500)).all()
    flags = rng_of(1).integers(0, 2, 1000, dtype=bool)
    assert flags.dtype == bool and 400 < flags.sum() < 600
    assert rng_of(1).integers(3).dtype == np.int64
    low, high = np.array([[0], [100]]), np.array([10, 200, 3000])
    x = rng_of(1).integers(low, high + 100, (50, 2, 3))
    assert (x >= low).all() and (x < high + 100).all()
    wide = rng_of(1).integers(np.uint64(2**63), np.array([2**64 - 1, 2**63 + 5], np.uint64), (100, 2), dtype=np.uint64)
    assert (wide >= 2**63).all() and (wide[:, 1] < 2**63 + 5).all()


def test_bernoulli():
    assert not rng_of(1).bernoulli(0.0, 1000).any() and rng_of(1).bernoulli(1.0, 1000).all()
    x = rng_of(1).bernoulli([0.1, 0.9], (N, 2))
    assert np.abs(x.mean(axis=0) - [0.1, 0.9]).max() < 0.004


def test_multinomial():
    p = [0.1, 0.0, 0.25, 0.65]
    x = rng_of(2).multinomial(30, p, 20_000)
    assert x.shape == (20_000, 4) and (x.sum(axis=1) == 30).all() and (x[:, 1] == 0).all()
    for k, share in enumerate(p):
        if share:
            counts = np.bincount(x[:, k], minlength=31)
            assert abs(chi_square(counts, [20_000 * binomial_mass(30, share, j) for j in range(31)])) < 3.5
    assert np.cov(x[:, 0], x[:, 3])[0, 1] == pytest.approx(-30 * 0.1 * 0.65, rel=0.1)
    many = rng_of(2).multinomial([[5], [1000]], [[0.5, 0.5], [0.1, 0.9], [1.0, 0.0]])
    assert many.shape == (2, 3, 2) and (many.sum(axis=2) == [[5] * 3, [1000] * 3]).all() and (many[:, 2, 1] == 0).all()


def test_multinomial_of_very_many_classes():
    """More attempts than any one number may take."""
    x = rng_of(2).multinomial(10**8, np.full(100_000, 1e-5))
    assert x.sum() == 10**8
    z = (x[80_000:] - 1000) / math.sqrt(1000)
    assert abs(z.mean()) < 4 / math.sqrt(z.size) and abs(z.std() - 1) < 0.03


def test_ctrl_c():
    g = rng_of(1)
    timer = threading.Timer(0.2, signal.raise_signal, (signal.SIGINT,))
    timer.start()
    start = time.perf_counter()
    with pytest.raises(KeyboardInterrupt):
        for _ in range(100):
            g.beta(0.5, 0.7, 3_000_000)
    assert time.perf_counter() - start < 20
    assert g.random(3).shape == (3,)


def test_tails():
    """Far values come as often as they should, and no further than the documentation says."""
    x = np.abs(rng_of(3).standard_normal(4_000_000))
    for bound in (3.0, 4.0, 5.0):
        expected = x.size * math.erfc(bound / math.sqrt(2))
        assert abs((x > bound).sum() - expected) < 4 * math.sqrt(expected) + 1
    assert x.max() < 8.6
    single = np.abs(rng_of(3).standard_normal(4_000_000, np.float32))
    assert 5 < single.max() < 6.7 and (single > 0).all()
    e = rng_of(3).standard_exponential(4_000_000)
    assert abs((e > 12).sum() - e.size * math.exp(-12)) < 4 * math.sqrt(e.size * math.exp(-12)) and e.max() < 36.8
    u = rng_of(3).random(4_000_000)
    assert u.min() < 2e-6 and 1 - 2e-6 < u.max() < 1
    # The lowest bits are as random as the highest: halves of them are even.
    low = (u * 2.0**53).astype(np.int64) & 0xFF
    assert abs(chi_square(np.bincount(low, minlength=256), np.full(256, u.size / 256))) < 3.5


def test_independence():
    g = rng_of(4)
    x = g.standard_normal(N)
    for lag in (1, 2, 7, 8, 9, 16, 32):  # the layout of the stream: 8 blocks, 16 words
        assert abs(np.dot(x[:-lag], x[lag:])) / N < 4.5 / math.sqrt(N)
    streams = (
        [c.standard_normal(20_000) for c in g.spawn(6)]
        + [g.jumped(k).standard_normal(20_000) for k in (1, 2)]
        + [x[:20_000]]
    )
    gram = np.corrcoef(streams)
    assert np.abs(gram - np.eye(len(streams))).max() < 4.5 / math.sqrt(20_000)
    neighbours = [rng_of(k).random(2000) for k in range(40)]
    assert np.abs(np.corrcoef(neighbours) - np.eye(40)).max() < 5 / math.sqrt(2000)
    # Elements of draws with streams of their own: gamma and Poisson numbers one after the other.
    for y in (g.standard_gamma(0.5, N), g.poisson(50.0, N).astype(float)):
        y = (y - y.mean()) / y.std()
        assert abs(np.dot(y[:-1], y[1:])) / N < 4.5 / math.sqrt(N)


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
