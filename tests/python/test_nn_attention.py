"""Attention and rotary embeddings: every shape, mask, stride and dtype against plain formulas in float64; gradients; the same bits."""

import numpy as np
import numrs
import pytest
from numrs._ops.nn_attention import (
    apply_rope,
    apply_rope_backward,
    rope_angles,
    scaled_dot_product_attention,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_with_stats,
)

SHAPES = [
    (1, 1, 1, 1),
    (1, 300, 64, 64),
    (2, 131, 7, 5),
    (3, 5, 1, 3),
    (33, 129, 16, 40),
    (70, 150, 64, 64),
    (17, 128, 300, 9),
    (5, 0, 3, 2),
    (0, 5, 3, 2),
    (5, 7, 0, 2),
    (5, 7, 3, 0),
]


def expected(q, k, v, mask=None, causal=False, scale=None):
    q, k, v = (a.astype(np.float64) for a in (q, k, v))
    scores = q @ np.swapaxes(k, -1, -2) * (scale if scale is not None else 1 / np.sqrt(max(q.shape[-1], 1)))
    if causal:
        scores = np.where(np.tril(np.ones(scores.shape[-2:], bool)), scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    most = np.max(scores, axis=-1, keepdims=True, initial=-np.inf)
    weights = np.exp(scores - np.where(np.isinf(most), 0, most))
    sums = weights.sum(axis=-1, keepdims=True)
    return np.where(sums == 0, 0, (weights @ v) / np.where(sums == 0, 1, sums))


def operands(rng, dtype, length, keys, size, out, lead=(2, 3)):
    shapes = ((*lead, length, size), (*lead, keys, size), (*lead, keys, out))
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", SHAPES)
def test_values(backend, dtype, shape):
    rng = np.random.default_rng(1)
    q, k, v = operands(rng, dtype, *shape)
    length, keys = shape[:2]
    masks = [
        rng.random((2, 1, length, keys)) < 0.5,
        rng.random((2, 1, 1, keys)) < 0.5,
        rng.normal(size=(3, length, keys)).astype(dtype),
    ]
    tolerance = 3e-6 if dtype == np.float32 else 1e-14
    before = numrs.get_backend()
    numrs.set_backend(backend)
    try:
        for mask in [None, *masks]:
            got = scaled_dot_product_attention(q, k, v, mask)
            assert got.dtype == dtype
            np.testing.assert_allclose(got, expected(q, k, v, mask), atol=tolerance)
        got = scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.3)
        np.testing.assert_allclose(got, expected(q, k, v, causal=True, scale=0.3), atol=tolerance)
    finally:
        numrs.set_backend(before)


def test_layouts_give_the_same_bits():
    rng = np.random.default_rng(2)
    q, k, v = operands(rng, np.float32, 37, 150, 24, 24)
    plain = scaled_dot_product_attention(q, k, v)
    packed = np.stack([k, v]).transpose(1, 3, 0, 2, 4).copy()  # batch, length, 2, heads, size
    views = packed.transpose(2, 0, 3, 1, 4)
    assert np.array_equal(scaled_dot_product_attention(q, views[0], views[1]), plain)
    wide = np.zeros((2, 3, 37, 48), np.float32)
    wide[..., ::2] = q
    assert np.array_equal(scaled_dot_product_attention(wide[..., ::2], np.asfortranarray(k), v), plain)
    assert np.array_equal(scaled_dot_product_attention(q[:, :, ::-1], k, v), plain[:, :, ::-1])


def test_a_row_has_the_same_bits_alone():
    rng = np.random.default_rng(3)
    q, k, v = operands(rng, np.float32, 40, 300, 64, 64)
    mask = rng.normal(size=(40, 300)).astype(np.float32)
    together = scaled_dot_product_attention(q, k, v, mask)
    for i in (0, 17, 39):
        assert np.array_equal(
            scaled_dot_product_attention(q[:, :, i : i + 1], k, v, mask[i : i + 1]), together[:, :, i : i + 1]
        )
    causal = scaled_dot_product_attention(q, k[:, :, :40], v[:, :, :40], is_causal=True)
    row = scaled_dot_product_attention(q[:, :, 20:21], k[:, :, :21], v[:, :, :21])
    assert np.array_equal(row, causal[:, :, 20:21])


def test_threads_give_the_same_bits():
    rng = np.random.default_rng(4)
    q, k, v = operands(rng, np.float32, 130, 200, 64, 64)
    before = numrs.get_num_threads()
    results = []
    for threads in (1, 2, 3):
        numrs.set_num_threads(threads)
        y, stats = scaled_dot_product_attention_with_stats(q, k, v, is_causal=True)
        gradients = scaled_dot_product_attention_backward(y, q, k, v, None, y, stats["lse"], is_causal=True)
        results.append(np.concatenate([a.ravel() for a in (y, *gradients[:3])]))
    numrs.set_num_threads(before)
    assert np.array_equal(results[0], results[1]) and np.array_equal(results[0], results[2])


def test_rows_without_keys_are_zero():
    rng = np.random.default_rng(5)
    q, k, v = operands(rng, np.float32, 4, 4, 8, 8)
    mask = np.ones((4, 4), bool)
    mask[1] = False
    for m in (mask, np.where(mask, 0, -np.inf).astype(np.float32)):
        y, stats = scaled_dot_product_attention_with_stats(q, k, v, m)
        assert np.all(y[:, :, 1] == 0) and np.all(stats["lse"][:, :, 1] == -np.inf)
        gradients = scaled_dot_product_attention_backward(np.ones_like(y), q, k, v, m, y, stats["lse"])
        assert all(np.isfinite(g).all() for g in gradients[:3]) and np.all(gradients[0][:, :, 1] == 0)


def test_large_and_unusual_scores():
    q = np.full((1, 2, 4), 1e4, np.float32)
    k = np.stack([np.full((3, 4), 1e4, np.float32)])
    v = np.arange(6, dtype=np.float32).reshape(1, 3, 2)
    np.testing.assert_allclose(scaled_dot_product_attention(q, k, v), np.broadcast_to([2, 3], (1, 2, 2)), rtol=1e-6)
    q[0, 1, 0] = np.nan
    y = scaled_dot_product_attention(q, k, v)
    assert np.isfinite(y[0, 0]).all() and np.isnan(y[0, 1]).all()


@pytest.mark.parametrize("name", ["float16", "bfloat16"])
def test_halves(name):
    dtype = np.dtype(name) if name == "float16" else pytest.importorskip("ml_dtypes").bfloat16
    rng = np.random.default_rng(6)
    q, k, v = operands(rng, np.float32, 9, 21, 8, 8)
    low = [a.astype(dtype) for a in (q, k, v)]
    got = scaled_dot_product_attention(*low)
    assert got.dtype == dtype
    exact = scaled_dot_product_attention(*[a.astype(np.float32) for a in low])
    assert np.array_equal(got, exact.astype(dtype))


def test_grouped_heads_and_broadcasting():
    rng = np.random.default_rng(7)
    q = rng.normal(size=(2, 6, 5, 8))
    k, v = (rng.normal(size=(2, 2, 7, 8)) for _ in range(2))
    got = scaled_dot_product_attention(q, k, v, enable_gqa=True)
    np.testing.assert_allclose(got, expected(q, np.repeat(k, 3, 1), np.repeat(v, 3, 1)), atol=1e-14)
    np.testing.assert_allclose(
        scaled_dot_product_attention(q, k[:1, :1], v[0, :1]), expected(q, k[:1, :1], v[0, :1]), atol=1e-14
    )
    with pytest.raises(ValueError, match="heads"):
        scaled_dot_product_attention(q[:, :5], k, v, enable_gqa=True)
    with pytest.raises(ValueError, match="broadcast"):
        scaled_dot_product_attention(q, k, v)


@pytest.mark.parametrize("case", ["plain", "causal", "choice", "added", "grouped", "dropout"])
def test_gradients(case):
    rng = np.random.default_rng(8)
    heads = 2 if case == "grouped" else 4
    q = rng.normal(size=(4, 35, 6))
    k, v = rng.normal(size=(heads, 133, 6)), rng.normal(size=(heads, 133, 3))
    mask = {"choice": rng.random((35, 133)) < 0.7, "added": rng.normal(size=(35, 133))}.get(case)
    same = {
        "is_causal": case == "causal",
        "enable_gqa": case == "grouped",
        "dropout_p": 0.3 if case == "dropout" else 0.0,
    }
    weights = rng.normal(size=(4, 35, 3))

    def total(q, k, v, mask):
        return float(np.sum(np.asarray(scaled_dot_product_attention(q, k, v, mask, rng=11, **same)) * weights))

    y, stats = scaled_dot_product_attention_with_stats(q, k, v, mask, rng=11, **same)
    got = scaled_dot_product_attention_backward(
        weights, q, k, v, mask, y, stats["lse"], seed=stats["seed"], mask_gradient=case == "added", **same
    )
    operands = [q, k, v, mask]
    for i, gradient in enumerate(got):
        if gradient is None:
            continue
        for _ in range(4):
            direction = rng.normal(size=operands[i].shape)
            ends = [
                total(*[a + step * direction if j == i else a for j, a in enumerate(operands)])
                for step in (1e-5, -1e-5)
            ]
            along = np.sum(gradient * direction)
            assert abs((ends[0] - ends[1]) / 2e-5 - along) <= 1e-6 * max(1, abs(along))


def test_dropout():
    ones = np.ones((1, 4, 64, 8), np.float32)
    eye = np.broadcast_to(np.eye(64, dtype=np.float32), (1, 4, 64, 64))
    weights = scaled_dot_product_attention(ones, ones, eye, dropout_p=0.25, rng=5) * 64
    kept = weights > 0
    np.testing.assert_allclose(weights[kept], 4 / 3, rtol=1e-5)
    assert abs(kept.mean() - 0.75) < 0.02
    assert np.array_equal(weights, scaled_dot_product_attention(ones, ones, eye, dropout_p=0.25, rng=5) * 64)
    assert not np.array_equal(weights, scaled_dot_product_attention(ones, ones, eye, dropout_p=0.25, rng=6) * 64)
    alone = scaled_dot_product_attention(ones[:, :, :1], ones, eye, dropout_p=0.25, rng=5) * 64
    assert np.array_equal(alone[:, 0], weights[:, 0, :1])


def test_tensors():
    rng = np.random.default_rng(9)
    q, k, v = operands(rng, np.float32, 5, 6, 4, 4)
    y = scaled_dot_product_attention(*map(numrs.from_numpy, (q, k, v)))
    assert isinstance(y, numrs.Tensor)
    assert np.array_equal(y.numpy(), scaled_dot_product_attention(q, k, v))
    assert isinstance(apply_rope(numrs.from_numpy(q), np.arange(5)), numrs.Tensor)


def test_bad_input():
    q = np.ones((2, 3, 4), np.float32)
    for error, match, call in (
        (TypeError, "q has dtype int64", lambda: scaled_dot_product_attention(q.astype(np.int64), q, q)),
        (
            TypeError,
            "k has dtype float64, expected float32",
            lambda: scaled_dot_product_attention(q, q.astype(np.float64), q),
        ),
        (ValueError, "does not go with", lambda: scaled_dot_product_attention(q, q[..., :2], q)),
        (ValueError, "at least 2 dimensions", lambda: scaled_dot_product_attention(q[0, 0], q, q)),
        (ValueError, "does not broadcast", lambda: scaled_dot_product_attention(q, q, q, np.ones((3, 4), bool))),
        (TypeError, "mask has dtype int64", lambda: scaled_dot_product_attention(q, q, q, np.ones((3, 3), np.int64))),
        (
            ValueError,
            "both given",
            lambda: scaled_dot_product_attention(q, q, q, np.ones((3, 3), bool), is_causal=True),
        ),
        (ValueError, "probability", lambda: scaled_dot_product_attention(q, q, q, None, 1.0)),
        (TypeError, "dropout_p", lambda: scaled_dot_product_attention(q, q, q, None, "x")),
        (ValueError, "finite", lambda: scaled_dot_product_attention(q, q, q, scale=np.inf)),
        (ValueError, "even length", lambda: apply_rope(q[..., :3], np.arange(3))),
        (ValueError, "does not broadcast", lambda: apply_rope(q, np.ones((4, 2)), np.ones((4, 2)))),
        (TypeError, "positions", lambda: apply_rope(q)),
    ):
        with pytest.raises(error, match=match):
            call()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("interleaved", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_rope(dtype, interleaved, whole):
    rng = np.random.default_rng(10)
    x, grad = (rng.normal(size=(2, 3, 5, 8)).astype(dtype) for _ in range(2))
    cos, sin = (rng.normal(size=(5, 8 if whole else 4)).astype(dtype) for _ in range(2))
    first = (slice(None, None, 2), slice(1, None, 2)) if interleaved else (slice(None, 4), slice(4, None))
    c = [cos[..., s] for s in first] if whole else [cos, cos]
    s = [sin[..., s] for s in first] if whole else [sin, sin]
    y, back = np.empty_like(x), np.empty_like(x)
    y[..., first[0]] = x[..., first[0]] * c[0] - x[..., first[1]] * s[0]
    y[..., first[1]] = x[..., first[1]] * c[1] + x[..., first[0]] * s[1]
    assert np.array_equal(apply_rope(x, cos, sin, interleaved=interleaved), y)
    strided = np.repeat(x, 2, axis=-1)[..., ::2]
    assert np.array_equal(apply_rope(strided, cos, sin, interleaved=interleaved), y)
    back[..., first[0]] = grad[..., first[0]] * c[0] + grad[..., first[1]] * s[1]
    back[..., first[1]] = grad[..., first[1]] * c[1] - grad[..., first[0]] * s[0]
    assert np.array_equal(apply_rope_backward(grad, cos, sin, interleaved=interleaved), back)


def test_rope_positions():
    x = np.random.default_rng(11).normal(size=(3, 6, 8)).astype(np.float32)
    cos, sin = rope_angles(np.arange(6), 8, 10000.0)
    angles = np.arange(6)[:, None] * 10000.0 ** (-np.arange(0, 8, 2) / 8)
    np.testing.assert_allclose(cos, np.cos(angles), atol=1e-7)
    assert np.array_equal(apply_rope(x, np.arange(6)), apply_rope(x, cos, sin))
    assert np.array_equal(apply_rope(x, np.arange(6), 500.0), apply_rope(x, *rope_angles(np.arange(6), 8, 500.0)))


RULES = {
    "plain": ({}, 2, None), "causal": ({"is_causal": True, "scale": 0.4}, 2, None), "added mask": ({}, 2, (5, 5)),
    "grouped": ({"enable_gqa": True}, 4, None), "dropout": ({"dropout_p": 0.3, "rng": 3}, 2, None),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_the_rule_of_attention_agrees_with_finite_differences(name):
    options, heads, mask = RULES[name]
    rng = np.random.default_rng(2)
    shapes = [(2, heads, 5, 3), (2, 2, 5, 3), (2, 2, 5, 2)] + ([mask] if mask else [])
    inputs = [numrs.Tensor(rng.standard_normal(shape), requires_grad=True) for shape in shapes]
    assert numrs.autograd.gradcheck(lambda *x: numrs.functional.scaled_dot_product_attention(*x, **options), inputs)


@pytest.mark.parametrize("interleaved", [False, True])
def test_the_rule_of_rope_agrees_with_finite_differences(interleaved):
    x = numrs.Tensor(np.random.default_rng(3).standard_normal((2, 5, 6)), requires_grad=True)
    assert numrs.autograd.gradcheck(lambda x: numrs.functional.apply_rope(x, positions=np.arange(5), interleaved=interleaved), x)
