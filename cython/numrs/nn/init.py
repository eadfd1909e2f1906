"""First values of parameters. Each function fills a tensor in place and gives it; arrays are (fan_in, fan_out) as Linear stores
them, or (out, in, …) for convolutions."""

import math
import threading
from contextlib import contextmanager

import numpy as np

import numrs
from numrs.autograd import no_grad

_default = None


def generator(rng=None):
    """The generator that is meant: one that is given, one from a seed, or the one that all layers share.

    Parameters
    ----------
    rng : Generator, int or None
        None: the shared one (see manual_seed).

    Returns
    -------
    Generator
        From numrs.random.
    """
    global _default
    if rng is None:
        if _default is None:
            _default = numrs.random.default_rng()
        return _default
    return rng if isinstance(rng, numrs.random.Generator) else numrs.random.default_rng(rng)


def manual_seed(seed):
    """Starts the shared generator anew from a seed; gives it.

    Parameters
    ----------
    seed : int
        The same seed gives the same layers, dropout masks and orders of data.
    """
    global _default
    _default = numrs.random.default_rng(seed)
    return _default


def fans(shape):
    """How many inputs and outputs each unit of a weight has: (in, out), or (out, in / groups, *kernel)."""
    if len(shape) < 2:
        n = shape[0] if shape else 1
        return n, n
    if len(shape) == 2:
        return shape
    size = math.prod(shape[2:])
    return shape[1] * size, shape[0] * size


def _fill(t, value):
    with no_grad():
        t[...] = value
    return t


def calculate_gain(nonlinearity, param=None):
    """The factor that keeps the variance behind an activation.

    Parameters
    ----------
    nonlinearity : str
        'linear', 'sigmoid', 'tanh', 'relu', 'leaky_relu', 'selu' …
    param : float, optional
        The slope of leaky_relu; 0.01.

    Returns
    -------
    float
    """
    known = {"linear": 1.0, "sigmoid": 1.0, "tanh": 5.0 / 3.0, "relu": math.sqrt(2.0), "selu": 0.75,
             "leaky_relu": math.sqrt(2.0 / (1.0 + (0.01 if param is None else param) ** 2))}  # fmt: skip
    if nonlinearity not in known:
        raise ValueError(f"calculate_gain: nonlinearity is {nonlinearity!r}, expected one of {', '.join(known)}")
    return known[nonlinearity]


def zeros_(t):
    """Zeros."""
    return _fill(t, 0.0)


def ones_(t):
    """Ones."""
    return _fill(t, 1.0)


def constant_(t, value):
    """One number."""
    return _fill(t, value)


def uniform_(t, low=0.0, high=1.0, rng=None):
    """Uniform in [low, high)."""
    return _fill(t, generator(rng).uniform(low, high, t.shape, dtype=_drawn(t)))


def normal_(t, mean=0.0, std=1.0, rng=None):
    """Normal."""
    return _fill(t, generator(rng).normal(mean, std, t.shape, dtype=_drawn(t)))


def _drawn(t):
    return t.dtype if t.dtype in (np.float32, np.float64) else np.dtype(np.float32)


def trunc_normal_(t, mean=0.0, std=1.0, a=-2.0, b=2.0, rng=None):
    """Normal, cut off below a and above b, by the inverse of its distribution."""
    low, high = [0.5 * (1.0 + math.erf((bound - mean) / std / math.sqrt(2.0))) for bound in (a, b)]
    u = generator(rng).uniform(2.0 * low - 1.0, 2.0 * high - 1.0, t.shape, dtype=np.float64)
    return _fill(t, numrs.clip(numrs.erfinv(u) * (std * math.sqrt(2.0)) + mean, a, b))


def glorot_uniform_(t, gain=1.0, rng=None):
    """Glorot and Bengio (2010): uniform, variance 2 / (fan_in + fan_out)."""
    bound = gain * math.sqrt(6.0 / max(1, sum(fans(t.shape))))
    return uniform_(t, -bound, bound, rng)


def glorot_normal_(t, gain=1.0, rng=None):
    """Glorot and Bengio (2010): normal, variance 2 / (fan_in + fan_out)."""
    return normal_(t, 0.0, gain * math.sqrt(2.0 / max(1, sum(fans(t.shape)))), rng)


def he_uniform_(t, a=0.0, mode="fan_in", nonlinearity="relu", rng=None):
    """He et al. (2015): uniform, variance gain² / fan."""
    bound = calculate_gain(nonlinearity, a) * math.sqrt(3.0 / max(1, _fan(t, mode)))
    return uniform_(t, -bound, bound, rng)


def he_normal_(t, a=0.0, mode="fan_in", nonlinearity="relu", rng=None):
    """He et al. (2015): normal, variance gain² / fan."""
    return normal_(t, 0.0, calculate_gain(nonlinearity, a) / math.sqrt(max(1, _fan(t, mode))), rng)


def lecun_normal_(t, rng=None):
    """LeCun et al. (1998): normal, variance 1 / fan_in."""
    return normal_(t, 0.0, 1.0 / math.sqrt(max(1, fans(t.shape)[0])), rng)


def lecun_uniform_(t, rng=None):
    """LeCun et al. (1998): uniform, variance 1 / fan_in."""
    bound = math.sqrt(3.0 / max(1, fans(t.shape)[0]))
    return uniform_(t, -bound, bound, rng)


def _fan(t, mode):
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"he: mode is {mode!r}, expected 'fan_in' or 'fan_out'")
    return fans(t.shape)[mode == "fan_out"]


def orthogonal_(t, gain=1.0, rng=None):
    """Saxe et al. (2013): rows or columns of a matrix are orthogonal; further dimensions are flattened."""
    if t.ndim < 2:
        raise ValueError(f"orthogonal_: shape is {t.shape}, expected two or more dimensions")
    rows, columns = t.shape[0], math.prod(t.shape[1:])
    flat = generator(rng).normal(0.0, 1.0, (max(rows, columns), min(rows, columns)), dtype=np.float64)
    q, r = numrs.linalg.qr(flat)
    q = q * numrs.where(numrs.linalg.diagonal(r) < 0, -1.0, 1.0)
    return _fill(t, numrs.reshape(q if rows >= columns else q.T, t.shape) * gain)


def eye_(t):
    """The unit matrix."""
    return _fill(t, numrs.eye(*t.shape))


xavier_uniform_, xavier_normal_ = glorot_uniform_, glorot_normal_
kaiming_uniform_, kaiming_normal_ = he_uniform_, he_normal_

_KNOWN = {"zeros": zeros_, "ones": ones_, "uniform": uniform_, "normal": normal_, "trunc_normal": trunc_normal_, "truncated_normal": trunc_normal_,
          "glorot_uniform": glorot_uniform_, "glorot_normal": glorot_normal_, "xavier_uniform": glorot_uniform_, "xavier_normal": glorot_normal_,
          "he_uniform": he_uniform_, "he_normal": he_normal_, "kaiming_uniform": he_uniform_, "kaiming_normal": he_normal_,
          "lecun_uniform": lecun_uniform_, "lecun_normal": lecun_normal_, "orthogonal": orthogonal_}  # fmt: skip


def get(initializer):
    """An initialiser by name, or the function itself.

    Raises
    ------
    ValueError
        For an unknown name; the message lists the known ones.
    """
    if callable(initializer):
        return initializer
    if initializer not in _KNOWN:
        raise ValueError(f"init: {initializer!r} is unknown, expected one of {', '.join(sorted(_KNOWN))}")
    return _KNOWN[initializer]


_limit = threading.local()


@contextmanager
def at_most(elements):
    """Inside, layers make no more than so many numbers: what a file of a model says of its layers is held against what it holds."""
    before = getattr(_limit, "left", None)
    _limit.left = elements
    try:
        yield
    finally:
        _limit.left = before


def spend(shape):
    """Counts numbers that are about to be made; ValueError beyond the limit of at_most."""
    left = getattr(_limit, "left", None)
    if left is not None:
        _limit.left = left - max(1, math.prod(shape))
        if _limit.left < 0 or min(shape, default=0) < 0:
            raise ValueError(f"a layer has parameters of shape {tuple(shape)}, more than the file holds")


def made(shape, initializer, rng, dtype):
    """A new parameter with its first values."""
    spend(shape)
    t = numrs.empty(tuple(shape), dtype=dtype or np.float32)
    function = get(initializer)
    if function in (zeros_, ones_, eye_) or rng is None:
        function(t)
    else:
        function(t, rng=rng)
    t.requires_grad = True
    return t
