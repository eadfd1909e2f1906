"""Linear layers with a cross-entropy are trained without a tape: the bits are the tape's, and what is not of that kind goes by it."""

import numpy as np
import numrs
import pytest
from numrs import Model, layers, nn
from numrs.model import fusing, training

rng = np.random.default_rng(5)
X, Y = rng.standard_normal((210, 12)).astype(np.float32), rng.integers(0, 4, 210)


def trained(parts, monkeypatch, tape, **options):
    if tape:
        monkeypatch.setattr(training, "chain_of", lambda *_: None)
    else:
        monkeypatch.setattr(training, "chain_of", fusing.chain_of)
    model = Model(parts(), rng=0)
    model.compile(options.pop("optimizer", "adam"), options.pop("loss", "cross_entropy"), metrics=["accuracy"])
    history = model.fit(
        options.pop("x", X), Y, epochs=3, batch_size=32, verbose=0, validation_data=(X[:50], Y[:50]), **options
    ).history
    return history, [p.detach().numpy().tobytes() for p in model.module.parameters()]


ACTIVATIONS = [None, "relu", "gelu", "gelu_tanh", "tanh", "sigmoid", "silu", "leaky_relu"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("last", ["softmax", None])
def test_the_bits_are_those_of_the_tape(activation, last, monkeypatch):
    def parts():
        return [
            layers.Dense(12, 24, activation=activation, rng=1),
            layers.Dense(24, 9, bias=False, rng=2),
            layers.Dense(9, 4, activation=last, rng=3),
        ]

    loss = "cross_entropy" if last else numrs.losses.CrossEntropy(from_logits=True, label_smoothing=0.1)
    found = [trained(parts, monkeypatch, tape, loss=loss) for tape in (False, True)]
    assert found[0] == found[1]


@pytest.mark.parametrize("optimizer", ["sgd", "adamw", "rmsprop", "lion"])
def test_optimizers_see_the_same_gradients(optimizer, monkeypatch):
    def parts():
        return [layers.Dense(8, activation="relu", rng=1), nn.Linear(8, 4, rng=2), nn.Softmax()]

    assert trained(parts, monkeypatch, False, optimizer=optimizer) == trained(
        parts, monkeypatch, True, optimizer=optimizer
    )


def test_large_batches_give_up_the_gil_and_keep_the_bits(monkeypatch):
    def parts():
        return [layers.Dense(700, 600, activation="relu", rng=1), layers.Dense(600, 4, activation="softmax", rng=2)]

    x = rng.standard_normal((210, 700)).astype(np.float32)

    def fitted(tape):
        monkeypatch.setattr(training, "chain_of", (lambda *_: None) if tape else fusing.chain_of)
        model = Model(parts(), rng=0)
        model.compile("adam", "cross_entropy")
        return model.fit(x, Y, epochs=2, batch_size=105, verbose=0).history, [
            p.detach().numpy().tobytes() for p in model.module.parameters()
        ]

    assert fitted(False) == fitted(True)


def chain(parts, loss="cross_entropy"):
    model = Model(parts, rng=0)
    model.compile("adam", loss)
    model.fit(X[:4], Y[:4], verbose=0)
    return fusing.chain_of(model.module, model.loss)


def test_what_is_not_of_that_kind_goes_by_the_tape():
    dense = [layers.Dense(5, activation="relu"), layers.Dense(4, activation="softmax")]
    assert chain(dense) is not None
    for parts in ([layers.Dense(5), layers.Dropout(0.1), layers.Dense(4)], [layers.Dense(5, activation="elu"), layers.Dense(4)],
                  [layers.Dense(5), layers.LayerNormalization(5), layers.Dense(4)]):  # fmt: skip
        assert chain(parts, numrs.losses.CrossEntropy()) is None
    assert chain([layers.Dense(4)], numrs.losses.CrossEntropy(weight=np.ones(4, np.float32))) is None
    hooked = [layers.Dense(5), layers.Dense(4)]
    hooked[0].register_forward_hook(lambda *_: None)
    assert chain(hooked, numrs.losses.CrossEntropy()) is None


def test_frozen_parameters_and_hooks_of_gradients_are_respected():
    first, second = layers.Dense(12, 5, activation="relu", rng=1), layers.Dense(5, 4, activation="softmax", rng=2)
    model = Model([first, second], rng=0)
    model.compile("sgd", "cross_entropy")
    seen = []
    second.bias.register_hook(lambda g: seen.append(g.shape))
    first.weight.requires_grad = False
    before = first.weight.numpy().copy()
    model.fit(X, Y, epochs=1, batch_size=70, verbose=0)
    assert (first.weight.numpy() == before).all() and seen == [(4,)] * 3


def test_errors_and_losses_that_are_not_finite():
    model = Model([layers.Dense(12, 5, activation="relu"), layers.Dense(5, 4, activation="softmax")], rng=0)
    model.compile("adam", "cross_entropy")
    before = [p.detach().numpy().copy() for p in model.module.parameters()]
    with pytest.raises(IndexError, match="label 9"):
        model.fit(X, Y * 0 + 9, verbose=0)
    bad = X.copy()
    bad[3] = np.nan
    with pytest.warns(RuntimeWarning, match="nan"):
        model.fit(bad, Y, batch_size=210, verbose=0)
    assert all((p.detach().numpy() == b).all() for p, b in zip(model.module.parameters(), before))
