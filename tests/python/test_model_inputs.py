"""Models of several inputs: dicts by the names of the parameters of forward."""

import numpy as np
import numrs
import pytest
from model_support import bits, classifier
from numrs import nn

rng = np.random.default_rng(5)
A, B = rng.normal(size=(120, 3)).astype(np.float32), rng.integers(0, 7, (120, 2))
Y = (A[:, 0] + B[:, 1] / 7 > 0.5).astype(np.int64)
X = {"numbers": A, "kinds": B}


@nn.register
class TwoSided(nn.Module):
    """Numbers beside looked up kinds."""

    def __init__(self, seed=1):
        self.table = nn.Embedding(7, 4, rng=seed)
        self.hidden = nn.Linear(3 + 8, 16, activation="relu", rng=seed + 1)
        self.out = nn.Linear(16, 2, rng=seed + 2)

    def forward(self, numbers, kinds=None):
        looked_up = numrs.reshape(self.table(kinds), (len(numbers), 8))
        return self.out(self.hidden(numrs.concat([numbers, looked_up], axis=1)))


def model(seed=1):
    made = numrs.Model(TwoSided(seed), rng=seed)
    made.compile(numrs.optimizers.Adam(lr=0.02), "cross_entropy", ["accuracy"])
    return made


def test_fit_evaluate_predict(tmp_path):
    net = model()
    history = net.fit(X, Y, epochs=20, validation_split=0.25).history
    assert history["accuracy"][-1] > 0.9 and len(history["val_loss"]) == 20
    outputs = net.predict(X)
    assert isinstance(outputs, np.ndarray) and outputs.shape == (120, 2)
    assert net.evaluate(X, Y)[1] == (outputs.argmax(axis=1) == Y).mean()
    tensors = {name: numrs.asarray(value) for name, value in X.items()}
    np.testing.assert_array_equal(net.predict(tensors).numpy(), outputs)
    np.testing.assert_allclose(net.predict(X, batch_size=7), outputs, rtol=1e-5)
    np.testing.assert_array_equal(net(X).detach().numpy(), outputs)
    assert net.predict_on_batch(X).shape == (120, 2) and net.test_on_batch(X, Y)[1] == net.evaluate(X, Y)[1]
    assert net.predict({name: value[:0] for name, value in X.items()}).shape == (0, 2)
    net.train_on_batch(X, Y)
    assert "TwoSided" in net.summary_text()
    net.save(tmp_path / "two.safetensors")
    np.testing.assert_array_equal(numrs.Model.load(tmp_path / "two.safetensors").predict(X), net.predict(X))


def test_the_same_as_rows_in_one():
    class OneSided(TwoSided):
        def forward(self, x):
            return TwoSided.forward(self, x[:, :3], numrs.astype(x[:, 3:], "int64"))

    a, b = model(), numrs.Model(OneSided(1), rng=1)
    b.compile(numrs.optimizers.Adam(lr=0.02), "cross_entropy", ["accuracy"])
    weights = rng.random(120)
    assert a.fit(X, Y, epochs=3, sample_weight=weights).history == b.fit(np.concatenate([A, B], axis=1), Y, epochs=3, sample_weight=weights).history
    assert bits(a) == bits(b)


def test_large_data_come_in_pieces(monkeypatch):
    whole, pieces = model(), model()
    whole.fit(X, Y, epochs=2)
    monkeypatch.setattr("numrs.model.prefetch.GATHER_BYTES", 1000)
    pieces.fit(X, Y, epochs=2)
    assert bits(whole) == bits(pieces)


def test_streams_of_dicts():
    batches = [({"numbers": A[i : i + 32], "kinds": B[i : i + 32]}, Y[i : i + 32]) for i in range(0, 120, 32)]
    a, b, c = model(), model(), model()
    a.fit(batches)
    b.fit(X, Y, shuffle=False)
    c.fit(zip([{"numbers": n, "kinds": k} for n, k in zip(A, B)], Y), batch_size=32)
    assert bits(a) == bits(b) == bits(c)
    np.testing.assert_array_equal(a.predict(iter(batches)), a.predict(X, batch_size=32))
    np.testing.assert_array_equal(a.predict(x for x, _ in batches), a.predict(X, batch_size=32))


@pytest.mark.parametrize(
    ("x", "error", "words"),
    [
        ({}, ValueError, "empty dict"),
        ({"numbers": A, "kinds": B[:5]}, ValueError, r"x\['kinds'\] has 5 rows, x\['numbers'\] has 120"),
        ({"numbers": A, "other": B}, TypeError, "TwoSided.forward does not take: .*other"),
        ({"kinds": B}, TypeError, "missing .*numbers"),
        ({"numbers": A, "kinds": {"a": B}}, TypeError, "of type dict"),
        ({"numbers": "text", "kinds": B}, TypeError, r"x\['numbers'\] is of type str"),
        ({"numbers": A[:0], "kinds": B[:0]}, ValueError, "empty"),
    ],
)
def test_bad_dicts(x, error, words):
    net = model()
    before = bits(net)
    with pytest.raises(error, match=words):
        net.fit(x, Y)
    assert bits(net) == before


def test_layers_in_a_row_take_one_input():
    with pytest.raises(TypeError, match="layers in a row take one input"):
        classifier().fit({"x": np.zeros((5, 4))}, np.zeros(5, int))
