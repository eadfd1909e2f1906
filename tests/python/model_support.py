"""Small networks and data that the tests of Model, its callbacks and files share."""

import numpy as np
import numrs
from numrs import nn


def digits():
    """1,797 images of 64 pixels in 0..1 and their labels."""
    import pytest

    data = pytest.importorskip("sklearn.datasets").load_digits()
    return (data.data / 16).astype(np.float32), data.target.astype(np.int64)


def blobs(rows=200, columns=4, classes=3, seed=0):
    """Clouds around one point for each class."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, rows)
    centres = rng.normal(size=(classes, columns)) * 3
    return (centres[y] + rng.normal(size=(rows, columns))).astype(np.float32), y


def classifier(columns=4, classes=3, hidden=8, seed=3, compile=True, extra=(), **options):
    """A small network with all its seeds given."""
    model = numrs.Model([nn.Linear(columns, hidden, activation="relu", rng=seed), *extra, nn.Linear(hidden, classes, rng=seed + 1)], rng=seed)
    if compile:
        model.compile(**{"optimizer": numrs.optimizers.Adam(lr=0.01), "loss": "cross_entropy", "metrics": ["accuracy"], **options})
    return model


def regressor(columns=4, seed=3):
    model = numrs.Model([nn.Linear(columns, 16, activation="tanh", rng=seed), nn.Linear(16, 1, rng=seed + 1)], rng=seed)
    model.compile(numrs.optimizers.Adam(lr=0.01), "mse", ["mae"])
    return model


def bits(model):
    """All numbers of a network, as bytes."""
    return {name: tensor.detach().numpy().tobytes() for name, tensor in model.state_dict().items()}
