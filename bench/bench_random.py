"""Random draws against NumPy's Generator (PCG64), into new arrays. What is drawn differs, so means are compared."""

import numpy as np
import numrs

from .harness import Case

GROUP = "random"
_SIZES = {"1k": 1000, "100k": 100_000, "10M": 10_000_000}
_DTYPES = {"f32": "float32", "f64": "float64"}

# Name → (call of a generator of either library, whether it has float32, mean, standard deviation, goal)
_DRAWS = {
    "uniform": (lambda g, n, dtype: g.random(n, dtype=dtype), True, 0.5, 0.29, 1.5),
    "normal": (lambda g, n, dtype: g.standard_normal(n, dtype=dtype), True, 0.0, 1.0, 1.5),
    "exponential": (lambda g, n, dtype: g.standard_exponential(n, dtype=dtype), True, 1.0, 1.0, 1.0),
    "gamma 2.5": (lambda g, n, dtype: g.standard_gamma(2.5, n, dtype=dtype), True, 2.5, 1.6, 1.0),
    "integers 0 to 99": (lambda g, n, dtype: g.integers(0, 100, n), False, 49.5, 28.9, 1.0),
    "poisson 3": (lambda g, n, dtype: g.poisson(3.0, n), False, 3.0, 1.8, 1.0),
    "poisson 100": (lambda g, n, dtype: g.poisson(100.0, n), False, 100.0, 10.0, None),
    "binomial 1000 0.4": (lambda g, n, dtype: g.binomial(1000, 0.4, n), False, 400.0, 15.5, None),
    "permutation": (lambda g, n, dtype: g.permutation(n), False, None, None, None),
}


def _mean_of(mean, deviation):
    """Six standard errors."""

    def check(got, expected):
        x = np.asarray(got)
        wanted = mean if mean is not None else (x.size - 1) / 2
        bound = 6 * deviation / x.size**0.5 if deviation is not None else 1e-6
        return (
            None if abs(float(x.mean(dtype=np.float64)) - wanted) <= bound else f"mean {x.mean()} instead of {wanted}"
        )

    return check


def cases(peers, quick, size):
    ours = numrs.random.default_rng(1)
    theirs = np.random.default_rng(1)
    for label, n in ({str(size): size} if size else _SIZES).items():
        if quick and label == "10M":
            continue
        for name, (draw, floats, mean, deviation, goal) in _DRAWS.items():
            for short, dtype in _DTYPES.items() if floats else {"i64": None}.items():
                calls = {"numrs": lambda draw=draw, n=n, dtype=dtype: draw(ours, n, dtype)}
                if "numpy" in peers:
                    calls["numpy"] = lambda draw=draw, n=n, dtype=dtype: draw(theirs, n, dtype)
                yield Case(GROUP, f"{name} {short} {label}", calls, check=_mean_of(mean, deviation), goal=goal)
