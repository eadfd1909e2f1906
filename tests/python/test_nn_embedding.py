"""Embeddings, one-hot rows and dropout: values, gradients, indices out of range, the same choice for every thread count."""

import numpy as np
import numrs
import pytest
from numrs import Tensor
from numrs._ops.nn_embedding import (
    dropout,
    dropout2d,
    dropout2d_with_kept,
    dropout_backward,
    dropout_with_kept,
    embedding,
    embedding_backward,
    embedding_lookup,
    one_hot,
)

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64", "int8", "bool", "complex64"])
@pytest.mark.parametrize("shape", [(), (0,), (5,), (3, 4), (2, 3, 2)])
@pytest.mark.parametrize("width", [0, 1, 7, 64])
def test_embedding_is_a_gather(shape, width, dtype):
    table = RNG.integers(0, 2, (9, width)).astype(dtype)
    at = RNG.integers(0, 9, shape)
    np.testing.assert_array_equal(embedding(at, table), table[at])
    np.testing.assert_array_equal(embedding(Tensor(at), Tensor(table)).numpy(), table[at])
    np.testing.assert_array_equal(embedding(at, table[::-1, ::-1]), table[::-1, ::-1][at])
    np.testing.assert_array_equal(embedding_lookup(table, at.astype(np.uint8)), table[at])


def test_embedding_lookup_of_lists():
    np.testing.assert_array_equal(embedding_lookup([[1.0, 2.0], [3.0, 4.0]], [1, 0, 1]), [[3, 4], [1, 2], [3, 4]])
    assert embedding_lookup([[1.0, 2.0]], []).shape == (0, 2)
    assert type(embedding_lookup(Tensor([[1.0, 2.0]]), [0])) is Tensor


@pytest.mark.parametrize("bad", [-1, 9, np.iinfo(np.int64).min, np.iinfo(np.int64).max])
@pytest.mark.parametrize("place", [0, 2, 4])
def test_indices_out_of_range(bad, place):
    at = np.zeros(5, np.int64)
    at[place] = bad
    for f in (lambda: embedding(at, np.ones((9, 3))), lambda: embedding_backward(np.ones((5, 3)), at, 9), lambda: one_hot(at, 9)):
        with pytest.raises(IndexError, match=rf"{bad} at \({place},\)"):
            f()


def test_other_bad_arguments():
    with pytest.raises(IndexError, match="no rows"):
        embedding([0], np.ones((0, 3)))
    with pytest.raises(TypeError, match="integers"):
        embedding([0.5], np.ones((2, 3)))
    with pytest.raises(TypeError, match="bool"):
        embedding([True], np.ones((2, 3)))
    with pytest.raises(ValueError, match="dimensions"):
        embedding([0], np.ones(3))
    with pytest.raises(IndexError, match="padding_idx"):
        embedding([0], np.ones((2, 3)), 2)
    with pytest.raises(ValueError, match="num_classes"):
        one_hot([], -1)
    with pytest.raises(ValueError, match="num_classes"):
        one_hot([0], 0)
    for p in (-0.1, 1.1, np.nan):
        with pytest.raises(ValueError, match="expected 0 to 1"):
            dropout(np.ones(3), p)
    with pytest.raises(ValueError, match="shape"):
        dropout2d(np.ones((2, 3)))
    with pytest.raises(TypeError, match="int64"):
        dropout(Tensor([1, 2]))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("width", [1, 5, 130, 300])
@pytest.mark.parametrize("padding", [None, 2, -1])
def test_embedding_backward_adds(width, dtype, padding):
    at, grad = RNG.integers(0, 6, (4, 5)), RNG.normal(size=(4, 5, width)).astype(dtype)
    wanted = np.zeros((6, width))
    np.add.at(wanted, at, grad.astype(np.float64))
    if padding is not None:
        wanted[padding] = 0
    got = embedding_backward(grad, at, 6, padding)
    assert got.dtype == dtype
    np.testing.assert_allclose(got, wanted.astype(dtype), rtol={"float16": 1e-3, "float32": 1e-7}.get(dtype, 1e-14), atol=1e-15)
    np.testing.assert_array_equal(embedding_backward(Tensor(grad), Tensor(at), 6, padding).numpy(), got)


def test_embedding_backward_does_not_drift_and_has_the_same_bits_for_every_number_of_threads():
    at = np.zeros(300_000, np.int64)
    assert embedding_backward(np.full((300_000, 1), 0.1, np.float32), at, 2)[0, 0] == np.float32(0.1 * 300_000)
    at, grad = RNG.integers(0, 500, 20_000), RNG.normal(size=(20_000, 33)).astype(np.float32)
    before, found = numrs.get_num_threads(), []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            found.append((embedding_backward(grad, at, 500).tobytes(), dropout(grad, 0.3, rng=5).tobytes()))
    finally:
        numrs.set_num_threads(before)
    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("dtype", [None, "bool", "uint8", "float16", "float32", "complex128"])
@pytest.mark.parametrize("shape", [(), (0,), (4,), (2, 3)])
def test_one_hot(shape, dtype):
    at = RNG.integers(0, 5, shape)
    got = one_hot(at, 5, dtype)
    assert got.dtype == (dtype or np.int64)
    np.testing.assert_array_equal(got, np.eye(5)[at].astype(got.dtype))
    if at.size:
        assert one_hot(Tensor(at)).shape == (*shape, at.max() + 1)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("n", [0, 1, 127, 1024, 100_003])
def test_dropout(n, dtype):
    x = RNG.normal(size=n).astype(dtype) + 5
    y = dropout(x, 0.25, rng=3)
    assert y.dtype == x.dtype and y.shape == x.shape
    kept = y != 0
    np.testing.assert_allclose(y[kept], x[kept] / 0.75, rtol=2e-3 if dtype == "float16" else 1e-6)
    if n > 10_000:
        assert abs(kept.mean() - 0.75) < 0.01
    np.testing.assert_array_equal(dropout(Tensor(x), 0.25, rng=3).numpy(), y)  # the choice does not know of containers
    np.testing.assert_array_equal(dropout(x[::-1], 0.25, rng=3) != 0, kept)  # … and layouts


def test_dropout_of_all_none_and_while_not_training():
    x = np.array([1.0, np.nan, np.inf])
    np.testing.assert_array_equal(dropout(x, 1.0), [0, 0, 0])
    assert dropout(x, 0.0) is x and dropout(x, 0.5, training=False) is x


def test_draws_follow_each_other():
    rng = numrs.random.default_rng(1)
    first, second = dropout(np.ones(1000), 0.5, rng=rng), dropout(np.ones(1000), 0.5, rng=rng)
    assert (first != second).any()
    np.testing.assert_array_equal(first, dropout(np.ones(1000), 0.5, rng=1))
    assert dropout(np.ones(1000)).shape == (1000,)


def test_backends_drop_the_same():
    before, x = numrs.get_backend(), np.ones(5000, np.float32)
    found = []
    try:
        for backend in numrs.list_backends():
            numrs.set_backend(backend)
            found.append(dropout(x, 0.4, rng=9).tobytes())
    finally:
        numrs.set_backend(before)
    assert len(set(found)) == 1


def test_the_gradient_is_the_same_choice():
    x = RNG.normal(size=(40, 50))
    y, kept = dropout_with_kept(x, 0.3, True, 4)
    np.testing.assert_array_equal(dropout_backward(np.ones_like(x), 0.3, kept["place"]) != 0, y != 0)
    x = RNG.normal(size=(4, 6, 3, 3)) + 9
    y, kept = dropout2d_with_kept(x, 0.3, True, 4)
    np.testing.assert_array_equal(dropout_backward(np.ones_like(x), 0.3, kept["place"]) != 0, y != 0)
    channels = (y != 0).reshape(4, 6, 9)
    assert (channels.all(axis=2) | ~channels.any(axis=2)).all() and channels.any() and not channels.all()


def test_rules():
    check = numrs.autograd.gradcheck
    table, at = Tensor(RNG.normal(size=(5, 3)), requires_grad=True), np.array([[0, 4], [4, 2]])
    assert check(lambda t: embedding(at, t), [table])
    assert check(lambda t: embedding_lookup(t, at), [table])
    (embedding(at, table, padding_idx=4) * 2.0).sum().backward()
    np.testing.assert_array_equal(table.grad.numpy()[:, 0], [2, 0, 2, 0, 0])
    x = Tensor(RNG.normal(size=(2, 3, 4, 4)), requires_grad=True)
    assert check(lambda t: dropout(t, 0.5, rng=1), [x])
    assert check(lambda t: dropout2d(t, 0.5, rng=1), [x])
    assert check(lambda t: dropout(t, 0.5, training=False), [x])
