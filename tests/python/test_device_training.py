"""Training on a device gives the bits of training on the CPU, where the device computes with the CPU's engines; models move and are saved."""

import signal

import numpy as np
import numrs
import pytest
from numrs import nn

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 12)).astype(np.float32)
LABELS = (X[:, 0] + X[:, 1] > 0).astype(np.int64) + (X[:, 2] > 1)
VALUES = (X[:, :2] * 2 + 1).astype(np.float32)
WORDS = rng.integers(0, 30, (120, 6))


class LastOf(nn.Module):
    """The last step of what a recurrent layer gives."""

    def __init__(self, layer):
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0][:, -1]


NETWORKS = {
    "mlp": lambda: [nn.Linear(12, 20, activation="relu", rng=1), nn.Dropout(0.3, rng=5), nn.LayerNorm(20), nn.Linear(20, 3, rng=2)],
    "cnn": lambda: [nn.Reshape((1, 4, 3)), nn.Conv2d(1, 4, 2, padding=1, rng=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2),
                    nn.Flatten(), nn.Linear(16, 3, rng=2)],
    "activations": lambda: [nn.Linear(12, 8, activation="gelu", rng=1), nn.Linear(8, 8, activation="silu", rng=2), nn.Tanh(),
                            nn.RMSNorm(8), nn.Linear(8, 3, rng=3)],
    "softmax": lambda: [nn.Linear(12, 8, activation="sigmoid", rng=1), nn.Linear(8, 3, activation="softmax", rng=3)],
    "recurrent": lambda: [nn.Reshape((4, 3)), LastOf(nn.LSTM(3, 5, rng=1)), nn.Linear(5, 3, rng=2)],
}  # fmt: skip
OPTIMIZERS = ("sgd", "adam", "adamw", "rmsprop", "adagrad", "lion", "nadam")


def model_of(network, optimizer="adam", device="cpu", loss="cross_entropy", metrics=("accuracy",)):
    with numrs.device("cpu"):
        model = numrs.Model(NETWORKS[network]() if isinstance(network, str) else network())
        model.compile(optimizer, loss, metrics=list(metrics))
        if device != "cpu":
            model.build((None, 12))
            model.to(device)
    return model


def fit(model, **options):
    with numrs.device("cpu"):
        return model.fit(X, LABELS, **({"epochs": 2, "batch_size": 32, "rng": 3, "verbose": 0} | options)).history


def close(found, expected, device):
    if device.startswith("cuda"):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)
    else:
        np.testing.assert_array_equal(found, expected)


def same_history(found, expected, device):
    assert found.keys() == expected.keys()
    for name in expected:
        close(found[name], expected[name], device)


def same_weights(model, other, device):
    for a, b in zip(model.get_weights(), other.get_weights(), strict=True):
        close(a, b, device)


@pytest.mark.parametrize("network", NETWORKS)
def test_training(network, accelerator):
    here, there = model_of(network), model_of(network, device=accelerator)
    assert str(there.device) == accelerator
    same_history(fit(there, validation_split=0.25), fit(here, validation_split=0.25), accelerator)
    same_weights(there, here, accelerator)
    assert all(str(p.device) == accelerator for p in there.module.parameters())
    close(there.predict(X[:9]), here.predict(X[:9]), accelerator)
    assert isinstance(there.predict(X[:9]), np.ndarray)
    close(there.predict(numrs.asarray(X[:9], device="cpu")).cpu().numpy(), here.predict(X[:9]), accelerator)
    close(there.evaluate(X, LABELS), here.evaluate(X, LABELS), accelerator)
    close(there.train_on_batch(X[:8], LABELS[:8]), here.train_on_batch(X[:8], LABELS[:8]), accelerator)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_optimizers(optimizer, accelerator):
    here, there = model_of("mlp", optimizer), model_of("mlp", optimizer, accelerator)
    same_history(fit(there), fit(here), accelerator)
    same_weights(there, here, accelerator)


def test_weights_of_rows_and_classes(accelerator):
    here, there = model_of("mlp"), model_of("mlp", device=accelerator)
    options = {"sample_weight": rng.random(200), "class_weight": {0: 2.0, 1: 0.5}, "validation_data": (X[:50], LABELS[:50])}
    same_history(fit(there, **options), fit(here, **options), accelerator)


def test_data_on_the_device(accelerator):
    here, there = model_of("mlp"), model_of("mlp", device=accelerator)
    expected = fit(here)
    with numrs.device("cpu"):
        x, y = numrs.asarray(X, device=accelerator), numrs.asarray(LABELS, device=accelerator)
        found = there.fit(x, y, epochs=2, batch_size=32, rng=3, verbose=0).history
    same_history(found, expected, accelerator)
    assert str(there.predict(x).device) == accelerator


def test_regression_and_a_generator(accelerator):
    def network():
        return [nn.Linear(12, 6, activation="tanh", rng=1), nn.Linear(6, 2, rng=2)]

    here, there = (model_of(network, "sgd", d, "mse", ("mae",)) for d in ("cpu", accelerator))
    for model in (here, there):
        with numrs.device("cpu"):
            model.fit(((X[i : i + 20], VALUES[i : i + 20]) for i in range(0, 200, 20)), epochs=1, verbose=0)
    same_weights(there, here, accelerator)


def test_embeddings_and_attention(accelerator):
    class Reader(nn.Module):
        def __init__(self):
            self.words = nn.Embedding(30, 8, rng=1)
            self.block = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, rng=2)
            self.out = nn.Linear(8, 3, rng=3)

        def forward(self, x):
            return self.out(numrs.mean(self.block(self.words(x)), axis=1))

    def made(device):
        with numrs.device("cpu"):
            model = numrs.Model(Reader())
            model.compile("adam", numrs.losses.CrossEntropy(from_logits=True))
            model.to(device)
            history = model.fit(WORDS, LABELS[:120], epochs=2, batch_size=30, rng=1, verbose=0).history
        return model, history

    (here, expected), (there, found) = made("cpu"), made(accelerator)
    same_history(found, expected, accelerator)
    same_weights(there, here, accelerator)


def test_a_model_moves_in_the_middle_of_training(accelerator):
    here, moving = model_of("mlp"), model_of("mlp")
    parameters = list(moving.module.parameters())
    with numrs.device("cpu"):
        for epoch in range(4):
            moving.to(accelerator if epoch % 2 else "cpu")
            for model in (here, moving):
                model.fit(X, LABELS, epochs=epoch + 1, initial_epoch=epoch, batch_size=32, rng=epoch, verbose=0)
    assert all(p is q for p, q in zip(parameters, moving.module.parameters(), strict=True))
    same_weights(moving, here, accelerator)


def test_files_know_no_device(accelerator, tmp_path):
    there = model_of("mlp", device=accelerator)
    fit(there)
    there.save(tmp_path / "model.safetensors")
    loaded = numrs.Model.load(tmp_path / "model.safetensors")
    with numrs.device("cpu"):
        assert str(numrs.Model.load(tmp_path / "model.safetensors").device) == "cpu"
    loaded.to("cpu")
    close(loaded.predict(X[:5]), there.predict(X[:5]), accelerator)
    loaded.to(accelerator)
    options = {"epochs": 4, "initial_epoch": 2, "rng": 8}
    same_history(fit(loaded, **options), fit(there, **options), accelerator)  # the optimizer went on from where it was
    same_weights(loaded, there, accelerator)
    there.save_weights(tmp_path / "weights.safetensors")
    other = model_of("mlp", device="cpu")
    other.build((None, 12))
    other.load_weights(tmp_path / "weights.safetensors")
    same_weights(other, there, accelerator)
    numrs.io.save_safetensors({"x": numrs.ones(3, device=accelerator)}, tmp_path / "x.safetensors")
    assert numrs.io.load_safetensors(tmp_path / "x.safetensors")["x"].tolist() == [1.0, 1.0, 1.0]


def test_layers_made_on_a_device(accelerator):
    with numrs.device(accelerator):
        layer = nn.Linear(12, 4, rng=1)
        norm = nn.BatchNorm1d(4)
    assert {str(t.device) for t in [*layer.state_dict().values(), *norm.state_dict().values()]} == {accelerator}
    x = numrs.asarray(X, device=accelerator)
    loss = numrs.sum(norm(layer(x)) ** 2)
    loss.backward()
    assert str(layer.weight.grad.device) == accelerator
    with numrs.device("cpu"), pytest.raises(ValueError, match=accelerator):
        layer(numrs.asarray(X))
    with pytest.raises(ValueError, match="device|Tensor"):
        layer(X)


def test_parameters_on_two_devices(accelerator):
    with numrs.device("cpu"):
        here = nn.Parameter([1.0, 2.0])
        there = nn.Parameter(numrs.ones(2, dtype="float32", device=accelerator))
        there = numrs.asarray(there.detach(), device=accelerator)
        there.requires_grad = True
    here.grad, there.grad = numrs.ones(2, dtype="float32", device="cpu"), numrs.ones(2, dtype="float32", device=accelerator)
    with pytest.raises(ValueError, match=f"{accelerator}|cpu"):
        numrs.optimizers.SGD([here, there], learning_rate=0.1).step()


def test_clipping(accelerator):
    x = numrs.zeros(3, dtype="float32", device=accelerator)
    x.requires_grad = True
    x.grad = numrs.asarray([3.0, -4.0, 0.0], dtype="float32", device=accelerator)
    assert numrs.optimizers.clip_grad_norm_([x], 1.0) == 5.0
    close(x.grad.cpu().numpy(), np.array([0.6, -0.8, 0.0], np.float32) * np.float32(1 / (1 + 2e-7)), "cuda")
    numrs.optimizers.clip_grad_value_([x], 0.5)
    close(x.grad.cpu().numpy(), np.array([0.5, -0.5, 0.0], np.float32), "cuda")


def test_callbacks(accelerator, tmp_path):
    here, there = model_of("mlp"), model_of("mlp", device=accelerator)
    found = []
    for model in (here, there):
        stop = numrs.callbacks.EarlyStopping(monitor="val_loss", patience=1, restore_best_weights=True)
        keep = numrs.callbacks.ModelCheckpoint(tmp_path / f"{len(found)}.safetensors", save_best_only=True)
        found.append(fit(model, epochs=4, validation_split=0.25, callbacks=[stop, keep]))
    same_history(found[1], found[0], accelerator)
    same_weights(there, here, accelerator)
    assert all(str(p.device) == accelerator for p in there.module.parameters())


def test_layers_that_wait_for_their_input(accelerator):
    from numrs import layers

    def made(device):
        with numrs.device("cpu"):
            model = numrs.Model([nn.Linear(8, activation="relu", rng=1), nn.BatchNorm1d(), nn.Linear(3, rng=2)], rng=4)
            model.compile("adam", "cross_entropy")
            assert model.to(device) is model and str(model.device) == device  # before there is any parameter
            return model, fit(model)

    (here, expected), (there, found) = made("cpu"), made(accelerator)
    same_history(found, expected, accelerator)
    same_weights(there, here, accelerator)
    assert {str(t.device) for t in there.state_dict().values()} == {accelerator}
    with numrs.device("cpu"):
        layer = nn.Conv1d(2, 3)
        assert layer(numrs.zeros((1, 4, 9), dtype="float32", device=accelerator)).device == accelerator
        last = numrs.Model([nn.Linear(12, 8, rng=1), layers.Dense(3, activation="softmax")]).to(accelerator)  # half of them wait
        last.compile("sgd", "cross_entropy")
        fit(last)
        assert {str(p.device) for p in last.parameters()} == {accelerator}
        assert str(last.cpu().device) == "cpu" and last.predict(X[:3]).shape == (3, 3)


def test_going_on_elsewhere(accelerator, tmp_path):
    straight = model_of("mlp")
    fit(straight, epochs=4, rng=None)
    for before, after in ((accelerator, "cpu"), ("cpu", accelerator)):
        model = model_of("mlp", device=before)
        model.seed = straight.seed
        fit(model, rng=None)
        model.save(tmp_path / "half.safetensors")
        with numrs.device("cpu"):
            model = numrs.Model.load(tmp_path / "half.safetensors").to(after)
        fit(model, epochs=4, initial_epoch=2, rng=None)
        same_weights(model, straight, accelerator)
    with numrs.device(accelerator):
        loaded = numrs.Model.load(tmp_path / "half.safetensors")
    assert {str(t.device) for t in loaded.state_dict().values()} == {accelerator}


def test_states_of_other_devices(accelerator):
    x = {d: numrs.asarray(X, device=d) for d in ("cpu", accelerator)}

    def made(device, seed):
        with numrs.device("cpu"):
            layer = nn.Linear(12, 3, rng=seed).to(device)
        return layer, numrs.optimizers.Adam(layer.parameters(), learning_rate=0.1)

    def step(layer, optimizer, device):
        optimizer.zero_grad()
        numrs.sum(layer(x[device]) ** 2).backward()
        optimizer.step()

    trained = {d: made(d, 1) for d in x}
    for d in x:
        step(*trained[d], d)
    for source in x:
        for target in x:
            layer, optimizer = made(target, 2)
            layer.load_state_dict(trained[source][0].state_dict())
            optimizer.load_state_dict(trained[source][1].state_dict())
            step(layer, optimizer, target)
            assert str(layer.weight.device) == target
            again, other = made("cpu", 3)
            again.load_state_dict({name: t.detach().cpu().numpy() for name, t in trained["cpu"][0].state_dict().items()})
            other.load_state_dict(trained["cpu"][1].state_dict())
            step(again, other, "cpu")
            close(layer.weight.detach().cpu().numpy(), again.weight.detach().numpy(), accelerator)


def test_inputs_here_and_there(accelerator):
    class Two(nn.Module):
        def __init__(self):
            self.first, self.second = nn.Linear(12, 3, rng=1), nn.Linear(12, 3, rng=2)

        def forward(self, a, b):
            return self.first(a) + self.second(b)

    found = []
    with numrs.device("cpu"):
        x, y = {d: numrs.asarray(X, device=d) for d in ("cpu", accelerator)}, numrs.asarray(LABELS, device=accelerator)
        for device in x:
            for a in x:
                model = numrs.Model(Two(), rng=1).to(device)
                model.compile("sgd", "cross_entropy", weighted_metrics=["accuracy"])
                history = model.fit({"a": x[a], "b": X}, y, epochs=2, verbose=0, class_weight={0: 2.0}, validation_split=0.3).history
                assert history.keys() == {"loss", "accuracy", "val_loss", "val_accuracy"}
                found.append((history, model.predict({"a": X, "b": x[a]}).cpu().numpy()))
    for history, outputs in found[1:]:
        same_history(history, found[0][0], accelerator)
        close(outputs, found[0][1], accelerator)


def test_a_current_device_that_is_not_the_models(accelerator):
    here, there = model_of("mlp"), model_of("mlp")
    expected = fit(here, validation_split=0.25)
    with numrs.device(accelerator):
        found = there.fit(X, LABELS, epochs=2, batch_size=32, rng=3, verbose=0, validation_split=0.25).history
        assert isinstance(there.predict(X), np.ndarray)
    same_history(found, expected, accelerator)
    assert str(there.device) == "cpu"


def test_a_loss_that_is_no_number(accelerator):
    x = X.copy()
    x[50] = np.nan
    model = model_of("mlp", device=accelerator)
    with pytest.warns(RuntimeWarning, match="the loss is nan in step 1"), numrs.device("cpu"):
        model.fit(x, LABELS, shuffle=False, verbose=0)
    assert all(np.isfinite(w).all() for w in model.get_weights())
    assert all(p.grad is None for p in model.parameters())


def test_many_steps_of_an_evaluation(accelerator):
    here, there = model_of("softmax"), model_of("softmax", device=accelerator)
    with numrs.device("cpu"):
        x, y = np.tile(X, (3, 1)), np.tile(LABELS, 3)
        close(there.evaluate(x, y, batch_size=1), here.evaluate(x, y, batch_size=1), accelerator)


def test_ctrl_c(accelerator):
    def stop(batch, logs):
        if batch == 2:
            signal.raise_signal(signal.SIGINT)

    weights = []
    for device in ("cpu", accelerator):
        model = model_of("mlp", device=device)
        stopping = numrs.callbacks.LambdaCallback(on_train_batch_end=stop)
        with pytest.raises(KeyboardInterrupt):
            fit(model, callbacks=[stopping])
        weights.append(model)
        assert all(part.training for part in model.module.modules())
    same_weights(*weights, accelerator)
    fit(model)


def test_warnings_name_the_callers_line(accelerator):
    model = model_of("mlp", device=accelerator)
    batches = ((X[i : i + 20], LABELS[i : i + 20]) for i in range(0, 60, 20))
    with pytest.warns(RuntimeWarning, match="ran out of data") as seen, numrs.device("cpu"):
        model.fit(batches, steps_per_epoch=5, verbose=0)
    assert seen[0].filename == __file__


def test_a_device_with_too_little_memory(accelerator):
    layers = nn.Sequential(nn.Linear(30, 40, rng=1), nn.BatchNorm1d(40), nn.Linear(40, 500, rng=2)).to("cpu")
    before = [(t, t.detach().numpy().copy()) for t in layers.state_dict().values()]
    with numrs.device("cpu"):
        numrs.sum(layers(numrs.zeros((4, 30), dtype="float32"))).backward()
    in_use = numrs.memory.stats(accelerator)["in_use_bytes"]
    numrs.memory.set_limit(in_use + (40 << 10), accelerator)
    try:
        with pytest.raises(MemoryError, match=accelerator):
            layers.to(accelerator)
    finally:
        numrs.memory.set_limit(None, accelerator)
    assert all(str(t.device) == "cpu" for t, _ in before)
    assert all(str(p.grad.device) == "cpu" for p in layers.parameters())
    for (old, values), new in zip(before, layers.state_dict().values(), strict=True):
        assert old is new
        if "float" in values.dtype.name and values.shape != (40,):  # the batch norm has seen rows
            np.testing.assert_array_equal(new.detach().numpy(), values)
    layers.to(accelerator)
    assert all(str(p.grad.device) == accelerator for p in layers.parameters())


def test_the_command_line(accelerator, tmp_path):
    from click.testing import CliRunner
    from numrs import cli

    table = tmp_path / "table.csv"
    table.write_text("a,b,y\n" + "".join(f"{a:.5f},{b:.5f},{label}\n" for (a, b), label in zip(X[:, :2], LABELS)))
    found = []
    for device in ("cpu", accelerator):
        output = str(tmp_path / f"{len(found)}.safetensors")
        with numrs.device("cpu"):
            words = ["train", str(table), "--epochs", "2", "--seed", "1", "--device", device, "-o", output, "--json"]
            run = CliRunner().invoke(cli.main, words)
            assert run.exit_code == 0, run.output
            found.append(numrs.Model.load(output))
    same_weights(found[1], found[0], accelerator)
    run = CliRunner().invoke(cli.main, ["train", str(table), "--device", accelerator.partition(":")[0] + ":99"])
    assert run.exit_code == 1 and ":99" in run.output and "Traceback" not in run.output


def test_calls_and_summaries(accelerator, capsys):
    here, there = model_of("cnn"), model_of("cnn", device=accelerator)
    with numrs.device("cpu"):
        here.build((None, 12))
        close(there(X[:4]).detach().cpu().numpy(), here(X[:4]).detach().numpy(), accelerator)
        assert there(X[:4]).device == accelerator
        with pytest.raises(ValueError, match=accelerator):
            there(numrs.asarray(X[:4]))  # a tensor stays where it is
        here.summary()
        expected = capsys.readouterr().out
        there.summary()
        assert capsys.readouterr().out == expected
