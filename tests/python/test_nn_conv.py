"""Convolutions and transposed ones against sums written out in NumPy: geometries, gradients, dtypes, layouts, bad input, threads."""
import itertools

import numpy as np
import numrs
import pytest
from numrs._ops import nn_conv

RNG = np.random.default_rng(7)


def reference(x, weight, bias, stride, padding, dilation, groups):
    """The definition in float64; padding: (before, behind) of each axis."""
    n, _, h, w = x.shape
    c_out, per_group, kh, kw = weight.shape
    (t, b), (left, right) = padding
    xp = np.pad(np.asarray(x, np.float64), ((0, 0), (0, 0), (t, b), (left, right)))
    oh = (h + t + b - dilation[0] * (kh - 1) - 1) // stride[0] + 1
    ow = (w + left + right - dilation[1] * (kw - 1) - 1) // stride[1] + 1
    y = np.zeros((n, c_out, oh, ow))
    per_out = c_out // groups
    for g in range(groups):
        for i, j in itertools.product(range(kh), range(kw)):
            r, c = i * dilation[0], j * dilation[1]
            part = xp[:, g * per_group:(g + 1) * per_group, r:r + (oh - 1) * stride[0] + 1:stride[0], c:c + (ow - 1) * stride[1] + 1:stride[1]]
            y[:, g * per_out:(g + 1) * per_out] += np.einsum("nchw,oc->nohw", part, weight[g * per_out:(g + 1) * per_out, :, i, j])
    return y if bias is None else y + np.asarray(bias, np.float64)[:, None, None]


CASES = [
    # n, c_in, h, w, c_out, kernel, stride, padding, dilation, groups
    (2, 3, 9, 11, 5, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (1, 1, 8, 8, 16, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (3, 16, 8, 8, 32, (3, 3), (1, 1), (1, 1), (1, 1), 1),
    (1, 3, 30, 34, 17, (7, 7), (2, 2), (3, 3), (1, 1), 1),
    (2, 4, 10, 13, 6, (3, 2), (2, 3), (0, 1), (2, 1), 2),
    (2, 6, 7, 40, 6, (3, 3), (1, 1), (1, 1), (1, 1), 6),
    (2, 4, 9, 9, 8, (3, 3), (2, 2), (1, 1), (1, 1), 4),
    (1, 40, 6, 35, 3, (3, 3), (1, 1), (0, 0), (1, 1), 1),  # k > 256
    (1, 2, 20, 300, 3, (3, 5), (1, 1), (1, 2), (1, 1), 1),  # rows of more than 256
    (2, 3, 8, 8, 4, (2, 2), (5, 4), (0, 0), (1, 1), 1),  # a step longer than the kernel
    (1, 2, 12, 12, 2, (3, 3), (3, 3), (2, 2), (3, 3), 1),
    (2, 5, 6, 6, 7, (1, 1), (1, 1), (0, 0), (1, 1), 1),
    (1, 3, 33, 70, 20, (4, 4), (2, 2), (1, 1), (1, 1), 1),
]


def arrays(case, dtype=np.float64):
    n, c_in, h, w, c_out, kernel, stride, padding, dilation, groups = case
    x = RNG.normal(size=(n, c_in, h, w)).astype(dtype)
    weight = RNG.normal(size=(c_out, c_in // groups, *kernel)).astype(dtype)
    bias = RNG.normal(size=c_out).astype(dtype)
    return x, weight, bias, {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}


def expected(x, weight, bias, stride, padding, dilation, groups):
    return reference(x, weight, bias, stride, [(p, p) for p in padding], dilation, groups)


@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("case", CASES)
def test_conv2d(case, dtype, backend):
    x, weight, bias, options = arrays(case, dtype)
    numrs.set_backend(backend)
    try:
        y = nn_conv.conv2d(x, weight, bias, **options)
        plain = nn_conv.conv2d(x, weight, **options)
    finally:
        numrs.set_backend("cpu")
    assert y.dtype == dtype
    tolerance = 1e-5 if dtype == np.float32 else 1e-13
    np.testing.assert_allclose(y, expected(x, weight, bias, **options), rtol=tolerance, atol=tolerance * 30)
    np.testing.assert_allclose(plain, expected(x, weight, None, **options), rtol=tolerance, atol=tolerance * 30)
    np.testing.assert_array_equal(y, nn_conv.conv2d(x, weight, bias, **options))  # both backends: the same bits


def gradients(case, dtype=np.float64):
    """By linearity: the sum of grad * y is linear in x and in the weights."""
    x, weight, bias, options = arrays(case, dtype)
    y = expected(x, weight, bias, **options)
    grad = RNG.normal(size=y.shape).astype(dtype)
    return x, weight, bias, options, grad


@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
@pytest.mark.parametrize("case", CASES)
def test_conv2d_backward(case, backend):
    x, weight, _, options, grad = gradients(case)
    numrs.set_backend(backend)
    try:
        gx, gw, gb = nn_conv.conv2d_backward(grad, x, weight, **options)
    finally:
        numrs.set_backend("cpu")
    for _ in range(3):
        dx, dw = RNG.normal(size=x.shape), RNG.normal(size=weight.shape)
        np.testing.assert_allclose(np.sum(gx * dx), np.sum(grad * expected(dx, weight, None, **options)), rtol=1e-10, atol=1e-9)
        np.testing.assert_allclose(np.sum(gw * dw), np.sum(grad * expected(x, dw, None, **options)), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(gb, grad.sum((0, 2, 3)), rtol=1e-12, atol=1e-12)
    for got, wanted in zip((gx, gw, gb), nn_conv.conv2d_backward(grad, x, weight, **options)):
        np.testing.assert_array_equal(got, wanted)
    single = nn_conv.conv2d_backward(grad.astype(np.float32), x.astype(np.float32), weight.astype(np.float32), **options)
    for got, wanted in zip(single, (gx, gw, gb)):
        assert got.dtype == np.float32
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=2e-4 * max(1, np.abs(wanted).max()))


@pytest.mark.parametrize("case", CASES)
def test_transposed_is_the_gradient(case):
    x, weight, _, options, grad = gradients(case)
    gx, _, _ = nn_conv.conv2d_backward(grad, x, weight, **options)
    more = [x.shape[2 + i] - ((grad.shape[2 + i] - 1) * options["stride"][i] - 2 * options["padding"][i]
                              + options["dilation"][i] * (weight.shape[2 + i] - 1) + 1) for i in range(2)]
    bias = RNG.normal(size=x.shape[1])
    y = nn_conv.conv_transpose2d(grad, weight, bias, options["stride"], options["padding"], more, options["groups"], options["dilation"])
    np.testing.assert_allclose(y, gx + bias[:, None, None], rtol=1e-12, atol=1e-11)
    upper = RNG.normal(size=y.shape)
    positional = (options["stride"], options["padding"], options["groups"], options["dilation"])
    g_in, g_weight, g_bias = nn_conv.conv_transpose2d_backward(upper, grad, weight, *positional)
    np.testing.assert_allclose(g_in, expected(upper, weight, None, **options), rtol=1e-11, atol=1e-11)
    change = RNG.normal(size=weight.shape)
    moved = nn_conv.conv_transpose2d(grad, change, None, options["stride"], options["padding"], more, options["groups"], options["dilation"])
    np.testing.assert_allclose(np.sum(g_weight * change), np.sum(moved * upper), rtol=1e-10, atol=1e-9)
    np.testing.assert_allclose(g_bias, upper.sum((0, 2, 3)), rtol=1e-12, atol=1e-12)


def test_one_dimension():
    x, weight, bias = RNG.normal(size=(2, 3, 40)), RNG.normal(size=(4, 3, 5)), RNG.normal(size=4)
    y = nn_conv.conv1d(x, weight, bias, stride=2, padding=2, dilation=2)
    wanted = reference(x[:, :, None], weight[:, :, None], bias, (1, 2), [(0, 0), (2, 2)], (1, 2), 1)[:, :, 0]
    np.testing.assert_allclose(y, wanted, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(nn_conv.conv1d(x[0], weight, bias, stride=2, padding=2, dilation=2), y[0])
    grad = RNG.normal(size=y.shape)
    gx, gw, gb = nn_conv.conv1d_backward(grad, x, weight, 2, 2, 2)
    change = RNG.normal(size=x.shape)
    np.testing.assert_allclose(np.sum(gx * change), np.sum(grad * nn_conv.conv1d(change, weight, None, 2, 2, 2)), rtol=1e-11)
    assert gw.shape == weight.shape and gb.shape == (4,)
    back = nn_conv.conv_transpose1d(grad, weight, None, 2, 2, 1, 1, 2)
    np.testing.assert_allclose(back[..., :40], gx[..., :back.shape[-1]], rtol=1e-12, atol=1e-12)
    assert nn_conv.conv_transpose1d_backward(back, grad, weight, 2, 2, 1, 2)[0].shape == grad.shape


def test_same_and_valid():
    x = RNG.normal(size=(1, 2, 9, 10))
    for kernel in ((3, 3), (2, 4)):
        weight = RNG.normal(size=(3, 2, *kernel))
        for dilation in (1, 2):
            total = [dilation * (k - 1) for k in kernel]
            wanted = reference(x, weight, None, (1, 1), [(t // 2, t - t // 2) for t in total], (dilation, dilation), 1)
            np.testing.assert_allclose(nn_conv.conv2d(x, weight, padding="same", dilation=dilation), wanted, rtol=1e-13, atol=1e-13)
    np.testing.assert_array_equal(nn_conv.conv2d(x, weight, padding="valid"), nn_conv.conv2d(x, weight))
    with pytest.raises(ValueError, match="'same' and stride"):
        nn_conv.conv2d(x, weight, padding="same", stride=2)
    with pytest.raises(ValueError, match="expected 'same', 'valid'"):
        nn_conv.conv2d(x, weight, padding="full")


def test_any_strides_and_tensors():
    x, weight, bias, options = arrays(CASES[0], np.float32)
    wanted = nn_conv.conv2d(x, weight, bias, **options)
    turned = np.ascontiguousarray(x.transpose(3, 1, 0, 2)).transpose(2, 1, 3, 0)
    np.testing.assert_array_equal(nn_conv.conv2d(turned, np.asfortranarray(weight), bias, **options), wanted)
    np.testing.assert_array_equal(nn_conv.conv2d(x[:, :, ::-1], weight[..., ::-1], bias, **options),
                                  nn_conv.conv2d(x[:, :, ::-1].copy(), weight[..., ::-1].copy(), bias, **options))
    y = nn_conv.conv2d(numrs.from_numpy(x), weight, bias, **options)
    assert type(y) is numrs.Tensor
    np.testing.assert_array_equal(y.numpy(), wanted)
    grads = nn_conv.conv2d_backward(y, numrs.from_numpy(x), weight, needs=(True, False, True), **options)
    assert type(grads[0]) is numrs.Tensor and grads[1] is None
    np.testing.assert_array_equal(nn_conv.conv2d(x[0], weight, bias, **options), wanted[0])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_halves_are_computed_in_float32(dtype):
    x, weight, bias, options = arrays(CASES[0], np.float32)
    if dtype == "bfloat16":
        pytest.importorskip("ml_dtypes")
    x, weight, bias = (numrs.astype(numrs.Tensor(a), dtype) for a in (x, weight, bias))
    y = nn_conv.conv2d(x, weight, bias, **options)
    wide = nn_conv.conv2d(*(numrs.astype(a, "float32") for a in (x, weight, bias)), **options)
    assert str(y.dtype) == dtype
    np.testing.assert_array_equal(numrs.astype(y, "float32").numpy(), numrs.astype(numrs.astype(wide, dtype), "float32").numpy())


def test_empty():
    weight = np.ones((4, 3, 3, 3))
    assert nn_conv.conv2d(np.ones((0, 3, 5, 5)), weight).shape == (0, 4, 3, 3)
    y = nn_conv.conv2d(np.ones((2, 0, 5, 5)), np.ones((4, 0, 3, 3)), np.arange(4.0))
    np.testing.assert_array_equal(y, np.broadcast_to(np.arange(4.0)[:, None, None], (2, 4, 3, 3)))
    assert nn_conv.conv2d(np.ones((2, 3, 5, 5)), np.ones((0, 3, 3, 3))).shape == (2, 0, 3, 3)
    gx, gw, gb = nn_conv.conv2d_backward(np.ones((0, 4, 3, 3)), np.ones((0, 3, 5, 5)), weight)
    assert gx.shape == (0, 3, 5, 5) and not gw.any() and not gb.any()


@pytest.mark.parametrize("change, message", [
    ({"stride": 0}, "stride"), ({"dilation": 0}, "dilation"), ({"padding": -1}, "padding"), ({"groups": 2}, "groups"),
    ({"groups": 0}, "groups"), ({"stride": (1, 2, 3)}, "stride"), ({"bias": np.ones(3)}, "bias"),
    ({"weight": np.ones((4, 2, 3, 3))}, "weight"), ({"weight": np.ones((4, 3, 9, 9))}, "larger"),
    ({"x": np.ones(5)}, "dimensions"), ({"dilation": 1 << 40}, "dilation"),
])
def test_bad_values(change, message):
    arguments = {"x": np.ones((1, 3, 5, 5)), "weight": np.ones((4, 3, 3, 3))} | change
    with pytest.raises(ValueError, match=message):
        nn_conv.conv2d(**arguments)


def test_bad_types():
    with pytest.raises(TypeError):
        nn_conv.conv2d(np.ones((1, 3, 5, 5), int), np.ones((4, 3, 3, 3), int))
    with pytest.raises(TypeError):
        nn_conv.conv2d("x", np.ones((4, 3, 3, 3)))
    with pytest.raises(TypeError):
        nn_conv.conv2d(np.ones((1, 3, 5, 5)), np.ones((4, 3, 3, 3)), stride=1.5)


def test_same_bits_for_any_number_of_threads():
    x, weight = RNG.normal(size=(3, 8, 40, 40)).astype(np.float32), RNG.normal(size=(40, 8, 3, 3)).astype(np.float32)
    grad = RNG.normal(size=(3, 40, 40, 40)).astype(np.float32)
    before, found = numrs.get_num_threads(), []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            found.append([nn_conv.conv2d(x, weight, padding=1), *nn_conv.conv2d_backward(grad, x, weight, padding=1)])
    finally:
        numrs.set_num_threads(before)
    for other in found[1:]:
        for a, b in zip(found[0], other):
            np.testing.assert_array_equal(a, b)
