"""Normalisations against formulas in float64 and finite differences: shapes, dtypes, strides, running statistics, arguments."""
import numpy as np
import numrs
import pytest
from numrs._ops import nn_norm as f

DTYPES = [("float64", 1e-13), ("float32", 2e-6), ("float16", 4e-3)]


def normal(x, axes, eps=1e-5):
    x = x.astype(float)
    return (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + eps)


def channel(v, x):
    return np.asarray(v, float).reshape(1, -1, *[1] * (x.ndim - 2))


def made(shape, dtype, seed=1):
    return (np.random.default_rng(seed).normal(size=shape) * 2 + 1).astype(dtype)


@pytest.mark.parametrize("dtype, tolerance", DTYPES)
@pytest.mark.parametrize("shape, count", [((3,), 1), ((4, 65), 1), ((5, 3, 64), 2), ((2, 7, 768), 1), ((200, 11), 1), ((6, 1), 1)])
def test_layer_norm(shape, count, dtype, tolerance):
    x, last, axes = made(shape, dtype), shape[-count:], tuple(range(len(shape) - count, len(shape)))
    w, b = made(last, dtype, 2), made(last, dtype, 3)
    expected = normal(x, axes) * w.astype(float) + b.astype(float)
    y = f.layer_norm(x, last, w, b)
    assert y.dtype == dtype and np.allclose(y, expected, rtol=tolerance, atol=4 * tolerance)
    for other in (f.layer_norm(x, w, b), f.layer_norm(x, w, b, 1e-5), f.layer_norm(x, w, bias=b)):
        assert np.array_equal(y, other)
    assert np.array_equal(f.layer_norm(numrs.Tensor(x), numrs.Tensor(w), numrs.Tensor(b)).numpy(), y)
    assert np.allclose(f.layer_norm(x, last), normal(x, axes), atol=8 * tolerance)
    assert np.array_equal(f.layer_norm(np.asfortranarray(x), last, w, b), y)
    got, kept = f.layer_norm_with_stats(x, last, w, b)
    assert np.array_equal(got, y) and kept["mean"].shape == shape[:-count]
    assert np.allclose(kept["mean"], x.astype(float).mean(axes), rtol=1e-6) and kept["mean"].dtype == np.float64
    assert np.allclose(kept["rstd"], 1 / np.sqrt(x.astype(float).var(axes) + 1e-5), rtol=4e-7)


@pytest.mark.parametrize("dtype, tolerance", DTYPES)
def test_rms_norm(dtype, tolerance):
    x, w = made((9, 130), dtype), made((130,), dtype, 2)
    wide = x.astype(float)
    expected = wide / np.sqrt((wide**2).mean(-1, keepdims=True) + 1e-6) * w.astype(float)
    assert np.allclose(f.rms_norm(x, 130, w, 1e-6), expected, rtol=tolerance, atol=tolerance)
    assert np.array_equal(f.rms_norm(x, w, 1e-6), f.rms_norm(x, (130,), w, eps=1e-6))
    assert np.allclose(f.rms_norm(x, 130), wide / np.sqrt((wide**2).mean(-1, keepdims=True)), rtol=4e-3, atol=tolerance)


@pytest.mark.parametrize("dtype, tolerance", DTYPES)
@pytest.mark.parametrize("shape", [(2, 6), (3, 6, 5), (2, 6, 9, 7), (1, 6, 3, 4, 2), (33, 6, 2)])
def test_channels(shape, dtype, tolerance):
    x, w, b = made(shape, dtype), made((6,), dtype, 2), made((6,), dtype, 3)
    rest = tuple(range(2, len(shape)))
    for groups in (1, 2, 3, 6):
        parts = x.reshape(shape[0], groups, -1)
        hat = normal(parts, (2,)).reshape(shape)
        expected = hat * channel(w, x) + channel(b, x)
        assert np.allclose(f.group_norm(x, groups, w, b), expected, rtol=tolerance, atol=8 * tolerance), groups
    if rest and np.prod(shape[2:]) > 2:
        assert np.allclose(f.instance_norm(x, weight=w, bias=b), normal(x, rest) * channel(w, x) + channel(b, x), atol=20 * tolerance)
    axes = (0, *rest)
    if x.size > 6:
        expected = normal(x, axes) * channel(w, x) + channel(b, x)
        mean, var = np.ones(6), np.full(6, 2.0)
        y = f.batch_norm(x, mean, var, w, b, training=True, momentum=0.25)
        assert y.dtype == dtype and np.allclose(y, expected, rtol=tolerance, atol=8 * tolerance)
        wide = x.astype(float)
        assert np.allclose(mean, 0.75 + 0.25 * wide.mean(axes), rtol=1e-6)
        assert np.allclose(var, 1.5 + 0.25 * wide.var(axes, ddof=1), rtol=1e-6)
        assert np.array_equal(f.batch_norm(np.asfortranarray(x), None, None, w, b, True), f.batch_norm(x, None, None, w, b, True))
        before = mean.copy()
        expected = (wide - channel(mean, x)) / np.sqrt(channel(var, x) + 1e-5) * channel(w, x) + channel(b, x)
        assert np.allclose(f.batch_norm(x, mean, var, w, b), expected, rtol=tolerance, atol=8 * tolerance)
        assert np.array_equal(mean, before)
        t = numrs.Tensor(mean)
        f.batch_norm(numrs.Tensor(x), t, numrs.Tensor(var), training=True)
        assert not np.array_equal(t.numpy(), mean)


def test_digits_where_the_mean_is_large():
    x = made((4, 1000), "float64")
    far = (x + 1e6).astype(np.float32)
    assert np.allclose(f.layer_norm(far, 1000), normal(far, (1,)), atol=2e-6)
    huge = (x * 1e25).astype(np.float32)
    assert np.allclose(f.layer_norm(huge, 1000), normal(huge, (1,)), atol=2e-6)
    tiny = (x * 1e-30).astype(np.float32)
    assert np.allclose(f.layer_norm(tiny, 1000, eps=0.0), normal(tiny, (1,), 0), atol=2e-6)
    assert np.array_equal(f.layer_norm(np.full((2, 70), 0.1, np.float32), 70), np.zeros((2, 70)))


def test_gradients_of_rows_are_right_for_any_dtype():
    for dtype, tolerance in DTYPES:
        x, w, g = made((70, 37), dtype), made((37,), dtype, 2), made((70, 37), dtype, 3)
        wide = [f.layer_norm_with_stats(x.astype(float), 37)[1][k] for k in ("mean", "rstd")]
        exact = f.layer_norm_backward(g.astype(float), x.astype(float), w.astype(float), *wide)
        kept = f.layer_norm_with_stats(x, 37)[1]
        for got, expected in zip(f.layer_norm_backward(g, x, w, **kept), exact, strict=True):
            assert got.dtype == dtype and np.allclose(got, expected, rtol=tolerance, atol=100 * tolerance)


@pytest.mark.parametrize("weight", [True, False])
def test_followed(weight):
    def tensor(*shape):
        return numrs.Tensor(np.random.default_rng(len(shape)).normal(size=shape) * 2 + 0.5, requires_grad=True)

    c = numrs.Tensor(np.random.default_rng(9).normal(size=(3, 4, 5)))
    given = [tensor(4, 5), tensor(4, 5)] if weight else []
    assert numrs.autograd.gradcheck(lambda x, *p: f.layer_norm(x, (4, 5), *p) * c, [tensor(3, 4, 5), *given])
    given = [tensor(5), tensor(5)] if weight else []
    assert numrs.autograd.gradcheck(lambda x, *p: f.layer_norm(x, 5, *p) * c, [tensor(3, 4, 5), *given])
    assert numrs.autograd.gradcheck(lambda x, *p: f.rms_norm(x, 5, *p, eps=1e-3) * c, [tensor(3, 4, 5), *given[:1]])
    given = [tensor(4), tensor(4)] if weight else []
    for groups in (1, 2, 4):
        assert numrs.autograd.gradcheck(lambda x, *p, n=groups: f.group_norm(x, n, *p) * c, [tensor(3, 4, 5), *given])
    assert numrs.autograd.gradcheck(lambda x, *p: f.batch_norm(x, None, None, *p, training=True) * c, [tensor(3, 4, 5), *given])
    assert numrs.autograd.gradcheck(lambda x, *p: f.batch_norm(x, None, None, *p, training=True) * c[:, :, 0], [tensor(3, 4), *given])
    stats = numrs.Tensor(np.linspace(0.5, 1, 4))
    assert numrs.autograd.gradcheck(lambda x, *p: f.batch_norm(x, stats, stats, *p) * c, [tensor(3, 4, 5), *given])
    if weight:
        assert numrs.autograd.gradcheck(lambda x, w, b: f.layer_norm(x, w, b) * c, [tensor(3, 4, 5), tensor(5), tensor(5)])


def test_same_bits_of_any_number_of_threads():
    x = made((700, 513), "float32")
    before = numrs.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            y, kept = f.layer_norm_with_stats(x, 513)
            found.append((y, *f.layer_norm_backward(x, x, y[0], **kept), f.batch_norm(x, None, None, training=True), f.group_norm(x, 27)))
    finally:
        numrs.set_num_threads(before)
    for other in found[1:]:
        assert all(np.array_equal(a, b) for a, b in zip(found[0], other, strict=True))


def test_arguments():
    x = np.ones((2, 4))
    for call, text in [
        (lambda: f.layer_norm(x, 3), "expected its last axes to be"), (lambda: f.layer_norm(x, 4, np.ones(3)), "weight has shape"),
        (lambda: f.layer_norm(x, 4, eps=-1.0), "eps is"), (lambda: f.group_norm(x, 3), "groups is 3"), (lambda: f.group_norm(x, 0), "groups is 0"),
        (lambda: f.group_norm(x[0], 1), "axes"), (lambda: f.batch_norm(x, None, None), "running_mean"),
        (lambda: f.batch_norm(x[:1], None, None, training=True), "1 element to a channel"),
        (lambda: f.batch_norm(x, np.ones(4), None, training=True), "only running_mean"),
        (lambda: f.batch_norm(x, [0.0] * 4, [1.0] * 4, training=True), "writeable"),
    ]:  # fmt: skip
        with pytest.raises(ValueError, match=text):
            call()
    with pytest.raises(TypeError, match="normalized_shape is missing"):
        f.layer_norm(x)
    with pytest.raises(NotImplementedError):
        f.instance_norm(np.ones((2, 3, 4)), np.ones(3), np.ones(3))
    mean = np.zeros(4)
    with pytest.raises(ValueError):
        f.batch_norm(x, mean, np.ones(4), np.ones(3), training=True)
    assert np.array_equal(mean, np.zeros(4))
    assert f.layer_norm(np.ones((0, 4)), 4).shape == (0, 4) and f.layer_norm(np.ones((3, 0)), 0).shape == (3, 0)
    assert np.isnan(f.layer_norm_with_stats(np.ones((3, 0)), 0)[1]["mean"]).all()
    assert f.batch_norm(np.ones((0, 4)), None, None, training=True).shape == (0, 4) and f.group_norm(np.ones((2, 4, 0)), 2).shape == (2, 4, 0)
