"""Pools against windows written out in NumPy: geometries, NaN and ties, gradients, adaptive pools, bad input, threads."""
import itertools

import numpy as np
import numrs
import pytest
from numrs._ops import nn_pool

RNG = np.random.default_rng(8)
CASES = list(itertools.product([(9, 12), (8, 37)], [(2, 2), (3, 3), (3, 2)], [None, (1, 1), (2, 3)], [0, 1], [False, True]))


def extents(shape, kernel, stride, padding, dilation, ceil):
    out = []
    for n, k, s in zip(shape, kernel, stride):
        room = n + 2 * padding - dilation * (k - 1) - 1
        count = room // s + 1
        if ceil and room % s and count * s < n + padding:
            count += 1
        out.append(count)
    return out


def windows(shape, kernel, stride, padding, dilation, ceil):
    """(position, rows, columns) of each window, inside the input."""
    oh, ow = extents(shape, kernel, stride, padding, dilation, ceil)
    for i, j in itertools.product(range(oh), range(ow)):
        rows = [r for r in range(i * stride[0] - padding, i * stride[0] - padding + dilation * kernel[0], dilation) if 0 <= r < shape[0]]
        cols = [c for c in range(j * stride[1] - padding, j * stride[1] - padding + dilation * kernel[1], dilation) if 0 <= c < shape[1]]
        yield (i, j), rows, cols


def greatest(values):
    """PyTorch's rule: the first of the greatest, the last NaN."""
    best, at = -np.inf, 0
    for k, v in enumerate(values):
        if v > best or v != v:
            best, at = v, k
    return best, at


@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape, kernel, stride, padding, ceil", CASES)
def test_max_pool2d(shape, kernel, stride, padding, ceil, dtype, backend):
    x = RNG.integers(-3, 3, size=(2, 3, *shape)).astype(dtype)  # with many ties
    x[0, 0, 2, 3] = x[1, 2, 4, 4] = x[1, 2, 4, 5] = np.nan
    x[0, 1] = -np.inf
    numrs.set_backend(backend)
    try:
        y, indices = nn_pool.max_pool2d(x, kernel, stride, padding, 1, ceil, True)
        alone = nn_pool.max_pool2d(x, kernel, stride, padding, 1, ceil)
    finally:
        numrs.set_backend("cpu")
    np.testing.assert_array_equal(alone, y)
    assert y.shape[2:] == tuple(extents(shape, kernel, stride or kernel, padding, 1, ceil)) and y.dtype == dtype
    for p in np.ndindex(2, 3):
        for at, rows, cols in windows(shape, kernel, stride or kernel, padding, 1, ceil):
            places = [r * shape[1] + c for r in rows for c in cols]
            value, k = greatest(x[p].ravel()[places])
            np.testing.assert_array_equal(y[p][at], value)
            assert indices[p][at] == places[k]
    grad = RNG.normal(size=y.shape).astype(dtype)
    gx = nn_pool.max_pool2d_backward(grad, indices, x.shape)
    wanted = np.zeros((6, shape[0] * shape[1]))
    np.add.at(wanted, (np.arange(6)[:, None], indices.reshape(6, -1)), grad.reshape(6, -1))
    np.testing.assert_allclose(gx.reshape(6, -1), wanted, rtol=1e-5, atol=1e-5)


def test_max_pool2d_dilation():
    x = RNG.normal(size=(2, 11, 13))
    y, indices = nn_pool.max_pool2d(x, 3, 2, 1, 2, False, True)
    for at, rows, cols in windows((11, 13), (3, 3), (2, 2), 1, 2, False):
        assert y[1][at] == x[1][np.ix_(rows, cols)].max() == x[1].ravel()[indices[1][at]]


@pytest.mark.parametrize("backend", ["cpu", "cpu-portable"])
@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("shape, kernel, stride, padding, ceil", CASES)
def test_avg_pool2d(shape, kernel, stride, padding, ceil, include, backend):
    stride = stride or kernel
    x = RNG.normal(size=(2, *shape))
    numrs.set_backend(backend)
    try:
        y = nn_pool.avg_pool2d(x, kernel, stride, padding, ceil, include)
        single = nn_pool.avg_pool2d(x.astype(np.float32), kernel, stride, padding, ceil, include)
    finally:
        numrs.set_backend("cpu")
    wanted, weights = np.zeros(y.shape), np.zeros((*y.shape[1:], *shape))
    for (i, j), rows, cols in windows(shape, kernel, stride, padding, 1, ceil):
        ends = [min(o * s - padding + k, n + padding) - (o * s - padding) for o, s, k, n in zip((i, j), stride, kernel, shape)]
        count = ends[0] * ends[1] if include else len(rows) * len(cols)
        weights[i, j][np.ix_(rows, cols)] = 1 / count
        wanted[:, i, j] = x[:, rows][:, :, cols].sum((1, 2)) / count
    np.testing.assert_allclose(y, wanted, rtol=1e-13, atol=1e-14)
    np.testing.assert_allclose(single, wanted, rtol=1e-5, atol=1e-6)
    grad = RNG.normal(size=y.shape)
    gx = nn_pool.avg_pool2d_backward(grad, x.shape, kernel, stride, padding, include)
    np.testing.assert_allclose(gx, np.einsum("nij,ijhw->nhw", grad, weights), rtol=1e-12, atol=1e-13)


def test_divisor_and_one_dimension():
    x = RNG.normal(size=(2, 3, 20))
    np.testing.assert_allclose(nn_pool.avg_pool2d(x, (1, 4), divisor_override=2), x.reshape(2, 3, 5, 4).sum(3) / 2, rtol=1e-13)
    np.testing.assert_array_equal(nn_pool.max_pool1d(x, 4), x.reshape(2, 3, 5, 4).max(3))
    np.testing.assert_allclose(nn_pool.avg_pool1d(x, 4), x.reshape(2, 3, 5, 4).mean(3), rtol=1e-13)
    y, at = nn_pool.max_pool1d(x, 4, return_indices=True)
    np.testing.assert_array_equal(np.take_along_axis(x, at, -1), y)
    np.testing.assert_array_equal((nn_pool.max_pool1d_backward(np.ones_like(y), at, x.shape) == 1).sum(-1), 5)
    np.testing.assert_allclose(nn_pool.avg_pool1d_backward(np.ones((2, 3, 5)), x.shape, 4), 0.25)


@pytest.mark.parametrize("size", [1, 2, (3, 5), (4, None), (0, 2)])
def test_adaptive(size):
    x = RNG.normal(size=(2, 7, 11))
    y, (m, at) = nn_pool.adaptive_avg_pool2d(x, size), nn_pool.adaptive_max_pool2d(x, size, True)
    rows, cols = (size, size) if isinstance(size, int) else (size[0], size[1] or 11) if size[1] is None else size
    assert y.shape == m.shape == (2, rows, cols)
    grad, wanted = RNG.normal(size=y.shape), np.zeros(x.shape)
    for i, j in np.ndindex(rows, cols):
        r, c = slice(i * 7 // rows, -(-(i + 1) * 7 // rows)), slice(j * 11 // cols, -(-(j + 1) * 11 // cols))
        np.testing.assert_allclose(y[:, i, j], x[:, r, c].mean((1, 2)), rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(m[:, i, j], x[:, r, c].max((1, 2)))
        wanted[:, r, c] += grad[:, i, j, None, None] / x[0, r, c].size
    np.testing.assert_array_equal(np.take_along_axis(x.reshape(2, -1), at.reshape(2, -1), 1), m.reshape(2, -1))
    np.testing.assert_allclose(nn_pool.adaptive_avg_pool2d_backward(grad, x.shape), wanted, rtol=1e-12, atol=1e-13)


def test_layouts_tensors_and_halves():
    x = RNG.normal(size=(2, 3, 8, 10)).astype(np.float32)
    y = nn_pool.max_pool2d(x, 2)
    np.testing.assert_array_equal(nn_pool.max_pool2d(np.asfortranarray(x), 2), y)
    np.testing.assert_array_equal(nn_pool.max_pool2d(x[..., ::-1], 2)[..., ::-1], y)
    t = nn_pool.max_pool2d(numrs.from_numpy(x), 2, return_indices=True)
    assert all(type(part) is numrs.Tensor for part in t)
    np.testing.assert_array_equal(t[0].numpy(), y)
    half = x.astype(np.float16)
    np.testing.assert_array_equal(nn_pool.max_pool2d(half, 2), nn_pool.max_pool2d(half.astype(np.float32), 2).astype(np.float16))
    assert nn_pool.max_pool2d(np.ones((0, 4, 4)), 2).shape == (0, 2, 2)


@pytest.mark.parametrize("arguments", [(9,), (2, 0), (2, 1, 2), (0,), (2, 1, -1), (2, 1, 0, 0), ((1, 2, 3),)])
def test_bad_values(arguments):
    with pytest.raises(ValueError):
        nn_pool.max_pool2d(np.ones((1, 6, 6)), *arguments)


def test_bad_indices():
    grad, indices = np.ones((1, 2, 2)), np.array([[[0, 5], [10, 15]]])
    assert nn_pool.max_pool2d_backward(grad, indices, (1, 4, 4)).sum() == 4
    for wrong in (-1, 16, 2**62):
        indices[0, 1, 0] = wrong
        with pytest.raises(IndexError, match=rf"indices\[2\] is {wrong}"):
            nn_pool.max_pool2d_backward(grad, indices, (1, 4, 4))
    with pytest.raises(TypeError):
        nn_pool.max_pool2d_backward(grad, indices.astype(np.int32), (1, 4, 4))
    with pytest.raises(ValueError):
        nn_pool.max_pool2d(np.ones((1, 1, 5)), (1, 2), 1, (0, 1), (1, 6))  # a window in the padding alone


def test_same_bits_for_any_number_of_threads():
    x, found, before = RNG.normal(size=(16, 32, 40, 40)).astype(np.float32), [], numrs.get_num_threads()
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            found.append((nn_pool.max_pool2d(x, 3, 2, 1), nn_pool.avg_pool2d(x, 3, 2, 1), nn_pool.adaptive_avg_pool2d(x, 7)))
    finally:
        numrs.set_num_threads(before)
    for other in found[1:]:
        for a, b in zip(found[0], other):
            np.testing.assert_array_equal(a, b)
