"""Shapes, dtypes, outputs and bad arguments of random draws."""

import math

import numpy as np
import numrs
import pytest

rng_of = numrs.random.default_rng


def test_shapes_and_dtypes():
    g = rng_of(12)
    assert (
        type(g.random()) is numrs.Tensor and g.random().shape == () and g.normal(dtype=np.float32).dtype == np.float32
    )
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
        *(
            (ValueError, lambda g, a=a, b=b: g.integers(a, b))
            for a, b in ((5, 5), (5, 1), (0, 2**63 + 1), (-(2**63) - 1, 0), (0, 2**70), ([0, 5], 5))
        ),
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
