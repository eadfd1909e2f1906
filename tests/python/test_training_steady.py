"""Training of small networks once it runs: the same bits for every number of threads, no memory from the system, no slow subnormal state."""

import numpy as np
import numrs
import pytest
from numrs import functional as F
from numrs import nn


def network(kind):
    """A small network, and rows and labels for it."""
    rng = np.random.default_rng(5)
    if kind == "mlp":
        parts = [nn.Linear(64, 128, activation="relu", rng=1), nn.Linear(128, 10, rng=2)]
        x = rng.normal(size=(200, 64))
    elif kind == "wide":
        parts = [nn.Linear(784, 128, activation="relu", rng=1), nn.Linear(128, 10, rng=2)]
        x = rng.normal(size=(200, 784))
    else:
        parts = [nn.Conv2d(1, 16, 3, padding=1, activation="relu", rng=1), nn.MaxPool2d(2), nn.Conv2d(16, 32, 3, padding=1, activation="relu", rng=2),
                 nn.MaxPool2d(2), nn.Flatten(), nn.Linear(128, 10, rng=3)]  # fmt: skip
        x = rng.normal(size=(200, 1, 8, 8))
    return nn.Sequential(*parts), numrs.Tensor(x.astype(np.float32)), numrs.Tensor(rng.integers(0, 10, 200))


def epoch(net, optimizer, x, labels, batch=64):
    """The losses of an epoch; the last batch is short."""
    losses = []
    for i in range(0, x.shape[0], batch):
        loss = F.cross_entropy(net(x[i : i + batch]), labels[i : i + batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


@pytest.mark.parametrize("kind", ["mlp", "wide", "cnn"])
def test_losses_and_weights_have_the_same_bits_for_every_number_of_threads(kind):
    before, found = numrs.get_num_threads(), []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            net, x, labels = network(kind)
            optimizer = numrs.optimizers.Adam(net.parameters(), lr=1e-2)
            losses = [loss for _ in range(3) for loss in epoch(net, optimizer, x, labels)]
            found.append((losses, [p.detach().numpy().tobytes() for p in net.parameters()]))
    finally:
        numrs.set_num_threads(before)
    assert found[0] == found[1] == found[2]
    assert found[0][0][-1] < found[0][0][0]


@pytest.mark.parametrize("kind", ["mlp", "wide", "cnn"])
def test_a_steady_epoch_takes_no_memory_from_the_system(kind):
    net, x, labels = network(kind)
    optimizer = numrs.optimizers.Adam(net.parameters(), lr=1e-3)
    for _ in range(3):
        epoch(net, optimizer, x, labels)
    with numrs.memory.trace() as seen:
        epoch(net, optimizer, x, labels)
    assert seen.misses == 0


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["Adam", "AdamW", "RMSprop", "NAdam"])
def test_state_that_decays_is_never_subnormal(name, dtype):
    """0.9 m would stick at a few units of the smallest subnormal, and each step of a dead unit take 25 times as long."""
    p, tiny = numrs.Tensor(np.ones(100, dtype)), np.finfo(dtype).tiny
    p.grad = numrs.Tensor(np.full(100, 16 * tiny, dtype))
    optimizer = getattr(numrs.optimizers, name)([p], lr=0.01)
    for _ in range(60):
        optimizer.step()
        p.grad = numrs.Tensor(np.zeros(100, dtype))
    for entry in optimizer.state_dict()["state"].values():
        for kept in entry.values():
            a = np.abs(np.atleast_1d(np.asarray(kept)).astype(np.float64 if np.ndim(kept) == 0 else dtype))
            assert not ((a > 0) & (a < tiny)).any()
    # The thread's state is as before: subnormals are exact elsewhere.
    assert np.asarray(numrs.multiply(np.full(3, tiny), np.array(0.5, dtype)))[0] == tiny / 2


def test_a_step_without_eps_keeps_subnormals():
    """Adam divides by the root of the second moment alone: of tiny gradients it must not become 0."""
    p = numrs.Tensor(np.ones(100, np.float32))
    p.grad = numrs.Tensor(np.full(100, 1e-20, np.float32))
    numrs.optimizers.Adam([p], lr=0.25, eps=0.0).step()
    assert np.allclose(p.numpy(), 0.75, rtol=0.02)  # the square, 1e-43, has few digits


@pytest.mark.parametrize("shape", [(2, 3, 8, 8), (1, 2, 5, 7), (3, 1, 2, 2), (1, 1, 3, 31)])
def test_places_of_narrow_pools_are_those_of_numpy(shape):
    """Windows of 2 x 2 with ties, NaN and infinities: the first of equal ones, the last NaN."""
    rng = np.random.default_rng(9)
    x = rng.integers(-2, 3, shape).astype(np.float32)
    x[rng.random(shape) < 0.1] = np.nan
    x[rng.random(shape) < 0.2] = -np.inf
    y, places = F.max_pool2d(x, 2, return_indices=True)
    for n, c, i, j in np.ndindex(*y.shape):
        best, at = -np.inf, 2 * i * shape[3] + 2 * j
        for r in (2 * i, 2 * i + 1):
            for k in (2 * j, 2 * j + 1):
                if x[n, c, r, k] > best or np.isnan(x[n, c, r, k]):
                    best, at = x[n, c, r, k], r * shape[3] + k
        assert places[n, c, i, j] == at
        assert y[n, c, i, j] == best or (np.isnan(best) and np.isnan(y[n, c, i, j]))
