"""Recorded work of devices: numrs.devices.Recording, and the steps of Model.fit that are recorded."""

import threading

import numpy as np
import numrs
import pytest
from device_support import there
from numrs import functional as F
from numrs import nn
from numrs.model import recording
from test_device_training import LABELS, NETWORKS, LastOf, X, fit, model_of

pytestmark = pytest.mark.usefixtures("accelerator")


def on(device, data):
    return there(np.asarray(data), device)


def same(x, expected, device):
    """The bits of the CPU, or nearly so where another processor computes."""
    if device.startswith("sim"):
        np.testing.assert_array_equal(x.cpu().numpy(), expected)
    else:
        np.testing.assert_allclose(x.cpu().numpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.fixture
def recorders(monkeypatch):
    """The recorders of the trainings of a test, as they are made."""
    made = []

    def note(*arguments):
        made.append(recorder_of(*arguments))
        return made[-1]

    recorder_of = recording.recorder_of
    monkeypatch.setattr("numrs.model.training.recorder_of", note)
    return made


# ------------------------------------------------------------------------------------------------ Recording


def test_a_launch_does_what_was_recorded(accelerator):
    x = on(accelerator, np.arange(6.0))
    w = on(accelerator, np.arange(6.0).reshape(6, 1))
    with numrs.devices.Recording(accelerator) as step:
        y = numrs.exp(x * 0.5) @ w
        z = y + 1
    for k in range(4):
        x[...] = on(accelerator, np.arange(6.0) * k)
        step.launch()
        expected = numrs.matmul(numrs.exp(np.arange(6.0) * k * 0.5), np.arange(6.0).reshape(6, 1))
        same(y, expected, accelerator)
        same(z, expected + 1, accelerator)
    assert step.indices == []
    assert step.device == numrs.devices.Device(*accelerator.split(":")[:1], 0)


def test_memory_of_a_recording_goes_back(accelerator):
    numrs.synchronize(accelerator)
    x = on(accelerator, np.ones(1000))
    before = numrs.memory.stats(accelerator)["in_use_bytes"]
    for _ in range(3):
        with numrs.devices.Recording(accelerator) as step:
            y = numrs.exp(numrs.exp(x) + 1)
        step.launch()
        y.cpu()
        del step, y
    assert numrs.memory.stats(accelerator)["in_use_bytes"] == before


def test_what_is_freed_inside_is_not_given_to_others(accelerator):
    x = on(accelerator, np.ones(500))
    with numrs.devices.Recording(accelerator) as step:
        y = numrs.exp(x) + numrs.sqrt(x)  # two blocks that nobody holds
    others = [on(accelerator, np.full(500, 7.0)) for _ in range(8)]
    step.launch()
    same(y, numrs.exp(np.ones(500)) + 1, accelerator)
    for other in others:
        np.testing.assert_array_equal(other.cpu().numpy(), 7.0)


def test_dropouts_choose_anew_at_each_launch(accelerator):
    data = np.ones(400, "f4")
    x = on(accelerator, data)
    rng, ours = numrs.random.default_rng(4), numrs.random.default_rng(4)
    with numrs.devices.Recording(accelerator) as step:
        a = F.dropout(x, 0.4, rng=rng)
        b = F.dropout(a, 0.2, rng=rng)
        c = F.dropout(x, 0.5, rng=9)  # the same every time
    assert rng.state == ours.state  # nothing has been drawn yet
    for k in range(4):
        if k == 2:
            rng.random(100), ours.random(100)
        step.launch()
        first = F.dropout(data, 0.4, rng=ours)
        same(a, first, accelerator)
        same(b, F.dropout(first, 0.2, rng=ours), accelerator)
        same(c, F.dropout(data, 0.5, rng=9), accelerator)
        assert rng.state == ours.state
    rng.state = ours.state | {"counter": (0, 0)}  # where it was recorded
    step.launch()
    rng.random(1000)
    with numrs.devices.Recording(accelerator) as later:
        F.dropout(x, 0.4, rng=rng)
    rng.state = ours.state | {"counter": (0, 0)}
    with pytest.raises(RuntimeError, match="a generator has been set to another place"):
        later.launch()


def test_other_draws_are_refused(accelerator):
    rng = numrs.random.default_rng(1)
    before = rng.state
    with pytest.raises(RuntimeError, match="random numbers other than those of dropout"):
        with numrs.devices.Recording(accelerator):
            numrs.random.default_rng(rng).normal(size=5, device=accelerator)
    assert rng.state == before
    numrs.exp(on(accelerator, [1.0])).cpu()


def test_indices_are_looked_at_by_each_launch(accelerator):
    w, i = on(accelerator, np.arange(12.0).reshape(4, 3)), on(accelerator, np.array([0, 3, 1]))
    target = on(accelerator, np.array([0, 2, -100]))
    with numrs.devices.Recording(accelerator) as step:
        rows = F.embedding(i, w)
        loss = F.cross_entropy(rows, target)
    row, label = step.indices
    assert (row["kind"], row["extent"], row["address"], row["shape"]) == ("row", 4, i.data_ptr(), (3,))
    assert (label["kind"], label["extent"], label["ignore"], label["dtype"]) == ("label", 3, -100, np.int64)
    step.launch()
    before = rows.cpu().numpy().copy()
    i[...] = on(accelerator, np.array([0, 4, 1]))
    with pytest.raises(IndexError, match=r"index 4 at \(1,\) of indices is out of bounds, expected 0 to 3"):
        step.launch()
    np.testing.assert_array_equal(rows.cpu().numpy(), before)
    i[...] = on(accelerator, np.array([2, 2, 1]))
    target[...] = on(accelerator, np.array([0, 3, 1]))
    with pytest.raises(IndexError, match="label 3 at"):
        step.launch()
    target[...] = on(accelerator, np.array([0, 1, 1]))
    step.launch()
    table = np.arange(12.0).reshape(4, 3)[[2, 2, 1]]
    same(rows, table, accelerator)
    same(loss, F.cross_entropy(table, np.array([0, 1, 1])), accelerator)


def test_errors_of_recordings(accelerator):
    x = on(accelerator, np.ones(3))
    with pytest.raises(ValueError, match="Recording: device is cpu"):
        numrs.devices.Recording("cpu")
    step = numrs.devices.Recording(accelerator)
    with pytest.raises(RuntimeError, match="nothing has been recorded"):
        step.launch()
    with pytest.raises(ZeroDivisionError), step:
        numrs.exp(x)
        raise ZeroDivisionError
    with pytest.raises(RuntimeError, match="nothing has been recorded"):
        step.launch()
    for what in (lambda: float(x[0]), lambda: x.cpu(), lambda: on(accelerator, [1.0]), lambda: x[x > 0]):
        with pytest.raises((ValueError, RuntimeError, NotImplementedError)):
            with numrs.devices.Recording(accelerator):
                what()
    np.testing.assert_array_equal(numrs.exp(x).cpu().numpy(), np.exp(np.ones(3)))  # the device works on
    with step:
        numrs.exp(x)
    with pytest.raises(RuntimeError, match="has been made already"):
        with step:
            pass


def test_calls_of_other_threads_are_not_recorded(accelerator):
    x, out = on(accelerator, np.ones(8)), []
    with numrs.devices.Recording(accelerator) as step:
        y = numrs.exp(x)
        thread = threading.Thread(target=lambda: out.append(float(numrs.sum(numrs.asarray(np.full(8, 2.0), device=accelerator)))))
        thread.start()
        thread.join()
    assert out == [16.0]
    step.launch()
    same(y, numrs.exp(np.ones(8)), accelerator)


def test_launches_go_to_the_stream_of_the_caller(accelerator):
    x, stream = on(accelerator, np.ones(8)), numrs.Stream(accelerator)
    with numrs.stream(stream), numrs.devices.Recording(accelerator) as step:
        y = numrs.exp(x)
        assert numrs.current_stream(accelerator) is not stream
    for k in range(3):
        with numrs.stream(stream):
            stream.wait_stream(numrs.current_stream(accelerator))
            x[...] = numrs.asarray(np.full(8, float(k)), device=accelerator)
            step.launch()
            same(y, numrs.exp(np.full(8, float(k))), accelerator)


# ------------------------------------------------------------------------------------------------ Model.fit

OF_TOKENS = {
    "embedding": lambda: [nn.Embedding(20, 6, rng=1), nn.Flatten(), nn.Dropout(0.2, rng=3), nn.Linear(30, 3, rng=2)],
    "dropout in attention": lambda: [nn.Embedding(20, 8, rng=1), nn.TransformerEncoderLayer(8, 2, 16, dropout=0.2, rng=4), nn.Flatten(),
                                     nn.Linear(40, 3, rng=2)],
    "attention": lambda: [nn.Embedding(20, 8, rng=1), nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, rng=4), nn.Flatten(),
                          nn.Linear(40, 3, rng=2)],
}  # fmt: skip
TOKENS = np.random.default_rng(5).integers(0, 20, (len(X), 5))
OWN = sorted(set(NETWORKS) - {"recurrent"})


def trained(device, network, optimizer="adam", x=X, **options):
    model = model_of(network, optimizer, device)
    return model, fit(model, **options)


@pytest.mark.parametrize("network", OWN)
@pytest.mark.parametrize("optimizer", ["sgd", "adamw"])
def test_recorded_steps_have_the_bits_of_single_calls(accelerator, network, optimizer, recorders):
    options = {"epochs": 3, "batch_size": 32}
    model, history = trained(accelerator, network, optimizer, **options)
    assert recorders[-1].launched > 0 and recorders[-1].refused == 0
    single, expected = trained(accelerator, network, optimizer, graph=False, **options)
    assert recorders[-1] is None
    assert history == expected
    for p, q in zip(model.parameters(), single.parameters()):
        np.testing.assert_array_equal(p.cpu().numpy(), q.cpu().numpy())
        assert p.grad.device == p.device


@pytest.mark.parametrize("network", sorted(OF_TOKENS))
def test_networks_of_tokens(accelerator, network, recorders):
    def run(device, **options):
        with numrs.device("cpu"):
            model = numrs.Model(OF_TOKENS[network](), rng=11)
            model.compile("adam", "cross_entropy", metrics=["accuracy"])
            model.to(device)
            return model.fit(TOKENS, LABELS, epochs=3, batch_size=16, rng=3, verbose=0, **options).history

    recorded = run(accelerator)
    assert recorders[-1].launched > 0 and recorders[-1].refused == 0
    assert recorded == run(accelerator, graph=False)
    if accelerator.startswith("sim"):
        assert recorded == run("cpu")


def test_weights_of_rows(accelerator, recorders):
    weights = np.random.default_rng(1).random(len(X))
    _, history = trained(accelerator, "mlp", sample_weight=weights, epochs=3)
    assert recorders[-1].launched > 0
    assert history == trained(accelerator, "mlp", sample_weight=weights, epochs=3, graph=False)[1]


def test_a_label_out_of_range_is_told_at_its_step(accelerator):
    wrong = LABELS.copy()
    wrong[70] = 7
    outcomes = []
    for graph in ("auto", False):
        model = model_of("mlp", "sgd", accelerator)
        with pytest.raises(IndexError, match="label 7"), numrs.device("cpu"):
            model.fit(X, wrong, epochs=3, batch_size=16, rng=3, shuffle=False, verbose=0, graph=graph)
        outcomes.append([p.cpu().numpy() for p in model.parameters()])
    for found, expected in zip(*outcomes):
        np.testing.assert_array_equal(found, expected)


def test_a_loss_that_is_no_number_makes_no_step(accelerator):
    bad = X.copy()
    bad[100] = np.nan
    outcomes = []
    for graph in ("auto", False):
        model = model_of("activations", "adam", accelerator)
        with pytest.warns(RuntimeWarning, match="the loss is nan in step"), numrs.device("cpu"):
            model.fit(bad, LABELS, epochs=3, batch_size=16, rng=3, shuffle=False, verbose=0, graph=graph)
        outcomes.append([p.cpu().numpy() for p in model.parameters()])
    for found, expected in zip(*outcomes):
        np.testing.assert_array_equal(found, expected)
        assert np.isfinite(found).all()


class Changes(numrs.callbacks.Callback):
    """Something else at the end of the first epoch."""

    def __init__(self, change):
        super().__init__()
        self.change = change

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.change(self.model)


def _frozen(model):
    model.layers[0].weight.requires_grad = False


def _dropped(model):
    model.layers[1].p = 0.9


def _slower(model):
    model.optimizer.lr = 1e-4


def _moved(model):
    model.to("cpu")


def _new_weight(model):
    layer = model.layers[0]
    layer.weight = nn.Parameter(layer.weight.detach() * 0.5)


@pytest.mark.parametrize("change", [_frozen, _dropped, _slower, _moved, _new_weight])
def test_callbacks_may_change_anything_between_epochs(accelerator, change, recorders):
    runs = []
    for graph in ("auto", False):
        model, history = trained(accelerator, "mlp", "sgd", epochs=3, graph=graph, callbacks=[Changes(change)])
        runs.append((history, [p.cpu().numpy() for p in model.parameters()]))
    assert runs[0][0] == runs[1][0]
    assert recorders[0].launched > 0
    for found, expected in zip(runs[0][1], runs[1][1]):
        np.testing.assert_array_equal(found, expected)


class Looks(numrs.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        pass


class Noted(nn.Module):
    """What Python does in a step: counted."""

    def __init__(self):
        self.calls = []

    def forward(self, x):
        self.calls.append(len(x))
        return x * 1.0


def test_what_is_not_recorded_unasked(accelerator, recorders):
    trained(accelerator, "mlp", callbacks=[Looks()])
    assert recorders[-1] is None
    own = Noted()
    trained(accelerator, lambda: [nn.Linear(12, 3, rng=1), own], epochs=3)
    assert recorders[-1] is None
    model = model_of("mlp", "sgd", accelerator)
    model.layers[0].register_forward_hook(lambda *_: None)
    fit(model)
    assert recorders[-1] is None
    trained("cpu", "mlp", epochs=3)
    assert recorders[-1].launched == 0


def test_modules_of_others_when_asked(accelerator, recorders):
    own = Noted()
    _, history = trained(accelerator, lambda: [nn.Linear(12, 3, rng=1), own], epochs=3, graph=True)
    calls = len(own.calls)
    assert recorders[-1].launched > 0
    again = Noted()
    assert history == trained(accelerator, lambda: [nn.Linear(12, 3, rng=1), again], epochs=3, graph=False)[1]
    assert calls < len(again.calls)
    _, history = trained(accelerator, lambda: [nn.Reshape((4, 3)), LastOf(nn.LSTM(3, 5, rng=1)), nn.Linear(5, 3, rng=2)], epochs=3, graph=True)
    assert history == trained(accelerator, "recurrent", epochs=3, graph=False)[1]


class Reads(nn.Module):
    def forward(self, x):
        return x * float(x[0, 0])


def test_a_step_that_reads_a_number(accelerator, recorders):
    with pytest.raises(RuntimeError, match="fit: graph is True, but a step of this network cannot be recorded"):
        trained(accelerator, lambda: [nn.Linear(12, 3, rng=1), Reads()], graph=True)
    network = lambda: [nn.Linear(12, 8, rng=1), nn.GaussianNoise(0.1, rng=3), nn.Linear(8, 3, rng=2)]  # noqa: E731 - draws normal numbers
    _, history = trained(accelerator, network, epochs=3)
    assert recorders[-1].launched == 0 and recorders[-1].refused > 0
    assert history == trained(accelerator, network, epochs=3, graph=False)[1]


def test_bad_values_of_graph(accelerator):
    for graph in ("yes", None, 2):
        with pytest.raises(ValueError, match="fit: graph is .*, expected 'auto', True or False"):
            fit(model_of("mlp", "sgd", accelerator), graph=graph)


def test_a_training_leaves_no_memory_behind(accelerator):
    model, _ = trained(accelerator, "cnn", epochs=3)
    numrs.synchronize(accelerator)
    before = numrs.memory.stats(accelerator)["in_use_bytes"]
    fit(model, epochs=6, initial_epoch=3)
    numrs.synchronize(accelerator)
    assert numrs.memory.stats(accelerator)["in_use_bytes"] == before


def test_generators_stand_where_they_would(accelerator):
    states = []
    for graph in ("auto", False):
        model, _ = trained(accelerator, "mlp", epochs=3, graph=graph)
        states.append(model.layers[1].rng.state)
    assert states[0] == states[1]
