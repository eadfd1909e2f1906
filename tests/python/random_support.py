"""What the tests of random numbers share: generators of fixed seeds, and distances from a law."""

import math

import numpy as np
import numrs

rng_of = numrs.random.default_rng
N = 100_000
KS = 1.95  # exceeded by one sample in 1000


def normal_cdf(x):
    return np.array([0.5 * math.erfc(-v / math.sqrt(2)) for v in x])


def distance(x, cdf):
    """Kolmogorov and Smirnov's distance, times the root of the number."""
    x = np.sort(np.asarray(x, np.float64))
    at = np.linspace(0, x.size - 1, 2000).astype(int)  # a part of the points: a bound from below, cheap and as telling
    f = cdf(x[at])
    return max(np.max((at + 1) / x.size - f), np.max(f - at / x.size)) * math.sqrt(x.size)


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
