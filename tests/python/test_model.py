"""Model: fit, evaluate, predict on every kind of data; weights; the same bits; bad input; what a person sees."""

import copy
import os
import pickle
import pty
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import numrs
import pytest
from model_support import bits, blobs, classifier, digits, regressor
from numrs import nn
from numrs.callbacks import Callback

X, Y = blobs()


# ----------------------------------------------------------------------------- learning


def test_digits_are_learned():
    x, y = digits()
    model = classifier(64, 10, 128)
    history = model.fit(x[:1400], y[:1400], epochs=15, validation_data=(x[1400:], y[1400:]))
    assert set(history.history) == {"loss", "accuracy", "val_loss", "val_accuracy"}
    assert all(len(values) == 15 and all(isinstance(v, float) for v in values) for values in history.history.values())
    assert history.history["loss"][-1] < history.history["loss"][0] / 5
    assert history.history["val_accuracy"][-1] > 0.9
    loss, accuracy = model.evaluate(x[1400:], y[1400:])
    assert accuracy == pytest.approx(history.history["val_accuracy"][-1]) and loss == pytest.approx(history.history["val_loss"][-1])
    assert (model.predict(x[1400:]).argmax(axis=1) == y[1400:]).mean() == pytest.approx(accuracy)


def test_a_line_is_learned():
    x = np.linspace(-1, 1, 200)[:, None]
    model = numrs.Model([nn.Linear(1, 1, rng=0)], rng=0)
    model.compile(numrs.optimizers.SGD(lr=0.1), "mse")
    model.fit(x, 3 * x[:, 0] - 2, epochs=40)  # targets of (n,) for outputs of (n, 1)
    (weight,), bias = model.layers[0].weight.tolist(), model.layers[0].bias.tolist()
    assert weight[0] == pytest.approx(3, abs=1e-2) and bias[0] == pytest.approx(-2, abs=1e-2)


def test_names_of_the_documents():
    model = numrs.Model()
    model.add(numrs.layers.Dense(4, 8, activation="relu"))
    model.add(numrs.layers.Dropout(0.2))
    model.add(numrs.layers.Dense(8, 3, activation="softmax"))
    model.compile(optimizer=numrs.optimizers.Adam(learning_rate=0.01, beta1=0.9, beta2=0.999), loss="cross_entropy", metrics=["accuracy"])
    history = model.fit(X, Y, epochs=3, batch_size=16, validation_data=(X, Y))
    assert list(history.history) == ["loss", "accuracy", "val_loss", "val_accuracy"]
    assert model.predict(X).sum(axis=1) == pytest.approx(np.ones(len(X)), abs=1e-5)


def test_layers_that_wait_for_their_input():
    model = numrs.Model([nn.Linear(8, activation="relu"), nn.Linear(3)])
    model.compile("adam", "cross_entropy")
    assert "not built" in model.summary_text()
    model.fit(X, Y, epochs=1)
    assert [tuple(p.shape) for p in model.parameters()] == [(4, 8), (8,), (8, 3), (3,)]
    model = numrs.Model([nn.Linear(8), nn.Linear(3)])
    model.build((None, 5))
    assert model.count_params() == 5 * 8 + 8 + 8 * 3 + 3 and model.output_shape == (None, 3)


@pytest.mark.parametrize("kind", ["module", "alone", "activation"])
def test_softmax_and_cross_entropy_are_one(kind):
    """The loss of huge scores is finite, and equal to that without a softmax layer."""
    plain = classifier(extra=())
    last = plain.layers[-1]
    layers = {
        "module": [*plain.layers, nn.Softmax()],
        "alone": [nn.Sequential(*plain.layers), nn.Softmax()],
        "activation": [plain.layers[0], nn.Linear(last.weight.detach(), last.bias.detach(), activation="softmax")],
    }[kind]
    model = numrs.Model(layers, rng=3)
    model.compile(numrs.optimizers.SGD(lr=0.0), "cross_entropy", ["accuracy"])
    plain.compile(numrs.optimizers.SGD(lr=0.0), "cross_entropy", ["accuracy"])
    big = X * 1000
    assert model.evaluate(big, Y) == pytest.approx(plain.evaluate(big, Y))
    assert np.isfinite(model.evaluate(big, Y)[0])
    np.testing.assert_allclose(model.predict(X).sum(axis=1), 1, atol=1e-5)


def test_sigmoid_and_binary_cross_entropy_are_one():
    y = (Y == 1).astype(np.float32)
    scores = nn.Linear(4, 1, rng=1)
    model = numrs.Model([scores, nn.Sigmoid()])
    model.compile("adam", "binary_cross_entropy", ["accuracy"])
    loss, accuracy = model.evaluate(X * 1000, y)
    z = X.astype(np.float64) * 1000 @ scores.weight.detach().numpy()
    assert loss == pytest.approx(np.mean(np.logaddexp(0, z[:, 0]) - z[:, 0] * y), rel=1e-4)
    assert accuracy == np.mean((z[:, 0] > 0) == y)
    model.fit(X, y, epochs=2)
    assert ((model.predict(X) >= 0) & (model.predict(X) <= 1)).all()


# ----------------------------------------------------------------------------- kinds of data


def kinds():
    pandas = pytest.importorskip("pandas")
    return {
        "ndarray f64": (X.astype(np.float64), Y),
        "lists": (X.tolist(), Y.tolist()),
        "tensors": (numrs.asarray(X), numrs.asarray(Y)),
        "pandas": (pandas.DataFrame(X), pandas.Series(Y)),
        "fortran": (np.asfortranarray(X), Y),
        "strided": (np.repeat(X, 2, axis=0)[::2], Y),
        "reversed": (np.ascontiguousarray(X[::-1])[::-1], Y),
        "big-endian": (X.astype(">f4"), Y.astype(">i4")),
        "uint8 labels": (X, Y.astype(np.uint8)),
        "column of labels": (X, Y[:, None]),
        "one-hot": (X, np.eye(3)[Y]),
        "one-hot whole": (X, np.eye(3, dtype=int)[Y]),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "ndarray f64",
        "lists",
        "tensors",
        "pandas",
        "fortran",
        "strided",
        "reversed",
        "big-endian",
        "uint8 labels",
        "column of labels",
        "one-hot",
        "one-hot whole",
    ],
)
def test_kinds_of_data(kind):
    x, y = kinds()[kind]
    model, plain = classifier(), classifier()
    history, expected = model.fit(x, y, epochs=2), plain.fit(X, Y, epochs=2)
    assert history.history["loss"] == pytest.approx(expected.history["loss"], rel=1e-6)
    if "one-hot" not in kind:
        assert bits(model) == bits(plain)
    found = model.predict(x)
    assert isinstance(found, numrs.Tensor if kind == "tensors" else np.ndarray) and found.shape == (200, 3)


def test_other_tables():
    polars, pyarrow = pytest.importorskip("polars"), pytest.importorskip("pyarrow")
    expected = classifier().predict(X)
    frame = polars.DataFrame({f"c{k}": X[:, k] for k in range(4)})
    np.testing.assert_array_equal(classifier().predict(frame), expected)
    np.testing.assert_array_equal(classifier().predict(pyarrow.table({f"c{k}": X[:, k] for k in range(4)})), expected)


def test_data_are_not_changed():
    x, y = X.copy(), Y.copy()
    x.flags.writeable = y.flags.writeable = False
    classifier().fit(x, y, epochs=2, validation_split=0.2)
    np.testing.assert_array_equal(x, X)


def test_one_row_and_odd_batches():
    for rows, batch in ((1, 32), (2, 1), (33, 32), (31, 7), (5, 1000)):
        model = classifier()
        history = model.fit(X[:rows], Y[:rows], batch_size=batch, epochs=2)
        assert len(history.history["loss"]) == 2
        assert model.predict(X[:rows], batch_size=batch).shape == (rows, 3)
    assert classifier().predict(X[:0]).shape == (0, 3)


def test_large_data_come_in_pieces(monkeypatch):
    whole = classifier()
    a = whole.fit(X, Y, epochs=2)
    monkeypatch.setattr("numrs.model.prefetch.GATHER_BYTES", 1000)
    monkeypatch.setattr("numrs.model.training.HELD_BYTES", 100)
    pieces = classifier()
    b = pieces.fit(X, Y, epochs=2)
    assert bits(whole) == bits(pieces) and a.history == b.history


def test_metrics_and_losses_are_those_of_all_rows():
    model = classifier()
    found = model.evaluate(X, Y, batch_size=7, return_dict=True)
    scores = model.predict(X).astype(np.float64)
    logs = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    assert found["loss"] == pytest.approx(-logs[np.arange(200), Y].mean(), rel=1e-5)
    assert found["accuracy"] == (scores.argmax(axis=1) == Y).mean()
    assert isinstance(regressor().evaluate(X, Y.astype(float)), list)
    model.compile("adam", "cross_entropy")
    assert isinstance(model.evaluate(X, Y), float)


def test_functions_as_loss_and_metric():
    def distance(outputs, targets):
        return numrs.mean(numrs.abs(outputs[:, 0] - targets))

    model = regressor()
    model.compile("adam", distance, [lambda target, prediction: float(np.mean(np.abs(np.asarray(target) - np.asarray(prediction)[:, 0])))])
    history = model.fit(X, Y.astype(np.float32), epochs=2)
    assert history.history["loss"][1] < history.history["loss"][0]
    assert len(history.history) == 2
    with pytest.raises(TypeError, match="does not take sample_weight"):
        model.fit(X, Y.astype(np.float32), sample_weight=np.ones(200))


# ----------------------------------------------------------------------------- the same bits


def test_the_same_bits_for_every_number_of_threads():
    x, y = digits()
    found = []
    before = numrs.get_num_threads()
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            model = classifier(64, 10, 128, extra=[nn.Dropout(0.1)])
            found.append((model.fit(x, y, epochs=3, batch_size=256).history, bits(model)))
    finally:
        numrs.set_num_threads(before)
    assert found[0] == found[1] == found[2]


def test_orders_of_rows():
    a, b, c, d = (classifier(seed=5) for _ in range(4))
    assert a.fit(X, Y, epochs=3).history == b.fit(X, Y, epochs=3).history
    assert c.fit(X, Y, epochs=3, rng=8).history != a.history.history
    first, second = d.fit(X, Y, epochs=2, rng=8).history["loss"], d.fit(X, Y, epochs=3, initial_epoch=2, rng=8).history["loss"]
    assert first + second == c.history.history["loss"]
    generators = [classifier().fit(X, Y, epochs=2, rng=numrs.random.default_rng(1)).history for _ in range(2)]
    assert generators[0] == generators[1]
    plain = classifier().fit(X, Y, epochs=1, shuffle=False).history
    assert plain == classifier().fit(X, Y, epochs=1, shuffle=False, rng=3).history


def test_fit_goes_on_where_it_stopped():
    whole, parts = classifier(), classifier()
    whole.fit(X, Y, epochs=4)
    for _ in range(4):
        parts.fit(X, Y, epochs=1)
    assert bits(whole) == bits(parts)


def test_initial_epoch_and_none():
    model = classifier()
    assert model.fit(X, Y, epochs=5, initial_epoch=3).epoch == [3, 4]
    before = bits(model)
    history = model.fit(X, Y, epochs=0)
    assert history.history == {} and bits(model) == before
    assert len(model.fit(X, Y, epochs=2, initial_epoch=2)) == 0


def test_the_part_that_is_held_out_is_the_last():
    model = classifier(optimizer=numrs.optimizers.SGD(lr=0.0))
    history = model.fit(X, Y, epochs=1, validation_split=0.25)
    assert history.history["val_loss"][0] == pytest.approx(model.evaluate(X[150:], Y[150:])[0], rel=1e-6)
    assert history.history["loss"][0] == pytest.approx(model.evaluate(X[:150], Y[:150])[0], rel=1e-5)


def test_on_batch():
    whole, steps = classifier(), classifier()
    history = whole.fit(X, Y, batch_size=200, epochs=2, shuffle=False)
    first, second = (steps.train_on_batch(X, Y, return_dict=True) for _ in range(2))
    assert bits(whole) == bits(steps)
    assert [first["loss"], second["loss"]] == history.history["loss"] and first["accuracy"] == history.history["accuracy"][0]
    assert steps.test_on_batch(X, Y) == steps.evaluate(X, Y, batch_size=200)
    np.testing.assert_array_equal(steps.predict_on_batch(X), steps.predict(X))


def test_a_steps_memory_is_reused():
    model = classifier(64, 10, 128)
    x, y = digits()
    model.fit(x, y, epochs=2)
    before = numrs.memory.stats()["misses"]
    model.fit(x, y, epochs=3)
    assert numrs.memory.stats()["misses"] - before <= 2


# ----------------------------------------------------------------------------- modules of one's own, modes, copies


class Twice(nn.Module):
    def __init__(self, width):
        self.a, self.b = nn.Linear(4, width, rng=1), nn.Linear(width, 3, rng=2)

    def forward(self, x):
        return self.b(numrs.tanh(self.a(x)))


def test_a_module_of_ones_own():
    model = numrs.Model(Twice(6), rng=1)
    model.compile("adam", "cross_entropy", ["accuracy"])
    history = model.fit(X, Y, epochs=5)
    assert history.history["loss"][-1] < history.history["loss"][0]
    assert [name for name, _ in model.named_parameters()] == ["a.weight", "a.bias", "b.weight", "b.bias"]
    with pytest.raises(TypeError, match="no sequence"):
        model.add(nn.ReLU())


def test_modes():
    model = classifier(extra=[nn.Dropout(0.5)])
    seen = []
    model.fit(
        X,
        Y,
        epochs=1,
        validation_data=(X, Y),
        callbacks=numrs.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: seen.append(model.layers[1].training),
            on_epoch_end=lambda epoch, logs: seen.append(model.layers[1].training),
        ),
    )
    assert seen == [True, True]
    model.eval()
    model.fit(X, Y, epochs=1)
    assert not model.layers[1].training
    np.testing.assert_array_equal(model.predict(X), model.predict(X))
    np.testing.assert_array_equal(model(X).detach().numpy(), model.predict(X))
    assert (model(X, training=True).detach().numpy() != model.predict(X)).any()


def test_batch_norm_is_trained_and_kept():
    model = classifier(extra=[nn.BatchNorm1d(8)])
    model.fit(X, Y, epochs=3)
    assert any("running_mean" in name for name in model.state_dict())
    assert model.evaluate(X[:1], Y[:1])[0] > 0


def test_copies():
    model = classifier(extra=[nn.Dropout(0.2)])
    model.fit(X, Y, epochs=2)
    other = copy.deepcopy(model)
    np.testing.assert_array_equal(other.predict(X), model.predict(X))
    model.fit(X, Y, epochs=4, initial_epoch=2)
    other.fit(X, Y, epochs=4, initial_epoch=2)
    assert bits(other) == bits(model)
    third = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(third.predict(X), model.predict(X))


def test_weights_in_and_out():
    a, b = classifier(), classifier(seed=9)
    b.set_weights(a.get_weights())
    assert bits(a) == bits(b)
    b.load_state_dict(classifier(seed=7).state_dict())
    assert bits(b) == bits(classifier(seed=7))
    for wrong in (a.get_weights()[:-1], [w.T for w in a.get_weights()]):
        before = bits(b)
        with pytest.raises((ValueError, KeyError)):
            b.set_weights(wrong)
        assert bits(b) == before


# ----------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda m: m.fit(X, Y, batch_size=0), ValueError, "batch_size is 0"),
        (lambda m: m.fit(X, Y, batch_size=2.5), TypeError, "batch_size"),
        (lambda m: m.fit(X, Y, batch_size=True), TypeError, "batch_size"),
        (lambda m: m.fit(X, Y, epochs=-1), ValueError, "epochs is -1"),
        (lambda m: m.fit(X[:0], Y[:0]), ValueError, "empty"),
        (lambda m: m.fit(X, Y[:5]), ValueError, "y has 5 rows, x has 200"),
        (lambda m: m.fit(X), TypeError, "y is missing"),
        (lambda m: m.fit("text", Y), TypeError, "x is of type str"),
        (lambda m: m.fit(None, Y), TypeError, "NoneType"),
        (lambda m: m.fit([[1, 2], [3]], Y), ValueError, "x is no array"),
        (lambda m: m.fit(np.array([["a"]]), Y), TypeError, "dtype <U1"),
        (lambda m: m.fit(X * 1j, Y), TypeError, "complex"),
        (lambda m: m.fit(np.ma.masked_array(X), Y), TypeError, "masked"),
        (lambda m: m.fit(np.float32(1), Y), TypeError, "x is of type"),
        (lambda m: m.fit(X, np.array(["a"] * 200)), TypeError, "y has dtype"),
        (lambda m: m.fit(X, Y, validation_split=1.0), ValueError, "validation_split"),
        (lambda m: m.fit(X, Y, validation_split=0.999), ValueError, "leaves"),
        (lambda m: m.fit(X, Y, validation_data=(X,)), ValueError, "1 parts"),
        (lambda m: m.fit(X, Y, validation_data=(X, Y[:3])), ValueError, "validation y"),
        (lambda m: m.fit(X, Y, verbose=7), ValueError, "verbose"),
        (lambda m: m.fit(X, Y, shuffle="yes"), TypeError, "shuffle"),
        (lambda m: m.fit(X, Y, rng=-1), ValueError, "rng"),
        (lambda m: m.fit(X, Y, callbacks=[3]), TypeError, r"callbacks\[0\]"),
        (lambda m: m.fit(X, Y, callbacks=[Callback]), TypeError, "a class"),
        (lambda m: m.fit(X, np.zeros((200, 5))), ValueError, r"\(200, 5\).*\(200, 3\)"),
        (lambda m: m.fit(X, Y.reshape(100, 2)), ValueError, "rows"),
        (lambda m: m.fit(X[:, :3], Y), ValueError, "3"),
        (lambda m: m.predict(X[:, :3]), ValueError, "3"),
        (lambda m: m.fit(X, Y + 1), IndexError, "3"),
        (lambda m: m.fit(X, Y - 1), IndexError, "-1"),
        (lambda m: m.evaluate(X, Y, batch_size=-3), ValueError, "-3"),
        (lambda m: m.compile("adam", "nonsense"), ValueError, "cross_entropy"),
        (lambda m: m.compile("nonsense", "mse"), ValueError, "adam"),
        (lambda m: m.compile("adam", "mse", ["nonsense"]), ValueError, "accuracy"),
        (lambda m: m.compile(numrs.optimizers.Adam(lr=-1.0), "mse"), ValueError, "lr"),
        (lambda m: m.compile(numrs.optimizers.Adam(lr=float("nan")), "mse"), ValueError, "lr"),
        (lambda m: m.add(3), TypeError, "layer"),
        (lambda m: m.add(nn.ReLU), TypeError, "the class ReLU"),
        (lambda m: numrs.Model("x"), TypeError, "layers"),
        (lambda m: numrs.Model([nn.ReLU]), TypeError, r"layers\[0\]"),
        (lambda m: m.build(()), ValueError, "input_shape"),
    ],
)
def test_bad_input(call, error, words):
    model = classifier()
    before = bits(model)
    with pytest.raises(error, match=words):
        call(model)
    assert bits(model) == before


def test_not_compiled():
    model = classifier(compile=False)
    for call in (lambda: model.fit(X, Y), lambda: model.evaluate(X, Y), lambda: model.train_on_batch(X, Y)):
        with pytest.raises(RuntimeError, match="call compile"):
            call()
    assert model.predict(X).shape == (200, 3)


def test_a_loss_that_is_not_a_number():
    x = X.copy()
    x[150] = np.nan
    model = classifier()
    with pytest.warns(RuntimeWarning, match=r"loss is nan in step \d of epoch 0"):
        history = model.fit(x, Y, epochs=3, shuffle=False)
    assert all(np.isfinite(w).all() for w in model.get_weights()) and len(history.history["loss"]) == 1
    good = classifier()
    for first in range(0, 128, 32):
        good.train_on_batch(X[first : first + 32], Y[first : first + 32])
    assert bits(good) == bits(model)  # up to the step before
    callback = numrs.callbacks.TerminateOnNaN()
    classifier().fit(x, Y, epochs=3, shuffle=False, callbacks=callback)
    assert callback.stopped_step == (0, 4)
    with pytest.raises(ArithmeticError, match="not taken"):
        classifier().train_on_batch(x, Y)
    with pytest.warns(RuntimeWarning):
        assert classifier().fit(np.full_like(X, np.inf), Y, epochs=2).history == {}


# ----------------------------------------------------------------------------- Ctrl-C


def test_ctrl_c_leaves_a_usable_model(tmp_path):
    model = classifier()

    def stop(epoch, logs):
        if epoch == 2:
            signal.raise_signal(signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        model.fit(X, Y, epochs=10, callbacks=[numrs.callbacks.LambdaCallback(on_epoch_begin=stop)])
    assert len(model.history) == 2 and len(model.history.history["loss"]) == 2
    expected = classifier()
    expected.fit(X, Y, epochs=2)
    assert bits(model) == bits(expected)
    model.save(tmp_path / "m")
    again = numrs.Model.load(tmp_path / "m")
    again.fit(X, Y, epochs=3, initial_epoch=2)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_waits_for_the_end_of_a_step():
    """A signal from another thread in the middle of steps: the number of steps of the optimizer fits the parameters."""
    model = classifier(64, 10, 64)
    x, y = digits()
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        model.fit(x, y, epochs=100_000)
    timer.join()
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert model.evaluate(x, y)[0] < 3


def test_an_error_in_a_callback_comes_through():
    ended = []

    class Bad(Callback):
        def on_train_batch_end(self, batch, logs=None):
            raise ZeroDivisionError("mine")

        def on_train_end(self, logs=None):
            ended.append(True)

    model = classifier()
    with pytest.raises(ZeroDivisionError, match="mine"):
        model.fit(X, Y, callbacks=[Bad()])
    assert ended == [True]
    model.fit(X, Y, epochs=1)


# ----------------------------------------------------------------------------- what a person sees

PROGRAM = """
import sys
sys.path.insert(0, {folder!r})
from model_support import blobs, classifier
model = classifier()
model.fit(*blobs(), epochs=2, verbose={verbose!r})
"""


def program(verbose):
    return PROGRAM.format(folder=os.path.dirname(__file__), verbose=verbose)


def test_silent_in_a_pipe():
    done = subprocess.run([sys.executable, "-c", program("auto")], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    done = subprocess.run([sys.executable, "-c", program(2)], capture_output=True, text=True, timeout=120)
    lines = done.stdout.splitlines()
    assert (
        [line.split("  ")[0] for line in lines] == ["Epoch 1/2", "Epoch 2/2"]
        and "loss " in lines[0]
        and "accuracy " in lines[1]
        and not done.stderr
    )


def test_lines_on_a_terminal():
    parent, child = pty.openpty()
    done = subprocess.Popen([sys.executable, "-c", program("auto")], stdout=child, stderr=child)
    os.close(child)
    text = b""
    while True:
        try:
            piece = os.read(parent, 4096)
        except OSError:
            break
        if not piece:
            break
        text += piece
    os.close(parent)
    assert done.wait(60) == 0
    assert b"Epoch 1/2  loss" in text and b"Epoch 2/2  loss" in text


def test_summary():
    model = classifier(extra=[nn.Dropout(0.5)])
    text = []
    model.summary(print_fn=text.append)
    assert "Linear (relu)" in text[0] and "(None, 8)" in text[0] and "67 parameters" in text[0]
    model = numrs.Model([nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 10)])
    model.build((None, 1, 8, 8))
    text = model.summary_text()
    assert "(None, 4, 8, 8)" in text and "(None, 4, 4, 4)" in text and "(None, 64)" in text
    assert "Twice" in numrs.Model(Twice(3)).summary_text()
    assert numrs.Model().summary_text()


def test_history_draws(tmp_path):
    pytest.importorskip("matplotlib")
    history = classifier().fit(X, Y, epochs=3, validation_split=0.2)
    history.plot(tmp_path / "x.png", title="a title")
    assert (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")
    assert len(history.plot(names=["loss"]).axes) == 1
    with pytest.raises(ValueError, match="'nothing' was not recorded"):
        history.plot(names=["nothing"])
    assert "3 epochs" in repr(history)


def test_threads_train_models_of_their_own():
    models = [classifier() for _ in range(4)]
    threads = [threading.Thread(target=model.fit, args=(X, Y), kwargs={"epochs": 3}) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(bits(model) == bits(models[0]) for model in models)


def test_steps_are_quick():
    """No Python for each row: an epoch of 56 steps takes milliseconds. The bound is wide: machines are shared."""
    x, y = digits()
    model = classifier(64, 10, 128)
    model.fit(x, y, epochs=2)
    times = []
    for _ in range(5):
        start = time.perf_counter()
        model.fit(x, y, epochs=1)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5
