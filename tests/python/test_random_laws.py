"""numrs.random: every distribution against its law. Every seed is fixed, so nothing here is a matter of luck."""

import math

import numpy as np
import pytest
from random_support import KS, N, chi_square, distance, normal_cdf, rng_of


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
