"""Model files: exact round trips, going on with training bit for bit, PyTorch's files, and files that are hostile or do not fit."""

import copy
import json
import struct
import subprocess
import sys
import threading
import time

import numpy as np
import numrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_support import bits, blobs, classifier, regressor
from numrs import nn
from numrs.io import FormatError, SafetensorsFile, load_safetensors, save_safetensors
from numrs.model.files import KEY

X, Y = blobs()


def networks():
    """Networks of every kind of layer, with an input for each."""
    image, line = np.ones((2, 3, 8, 8), np.float32), np.ones((2, 5, 6), np.float32)
    return {
        "dense": ([nn.Linear(4, 8, activation="relu"), nn.Linear(8, 3, bias=False)], np.ones((2, 4), np.float32)),
        "waiting": ([nn.Linear(8, activation="gelu"), nn.BatchNorm1d(), nn.Linear(3)], np.ones((2, 4), np.float32)),
        "float64": ([nn.Linear(4, 8, dtype="float64")], np.ones((2, 4))),
        "pictures": (
            [
                nn.Conv2d(3, 4, 3, padding=1),
                nn.BatchNorm2d(4),
                nn.ReLU(),
                nn.MaxPool2d(2),
                nn.Conv2d(6, 3, stride=2, padding="valid"),
                nn.Flatten(),
                nn.Linear(10),
            ],
            image,
        ),
        "norms": (
            [nn.LayerNorm(6), nn.RMSNorm(6), nn.Linear(6, 6, activation="tanh"), nn.Dropout(0.3), nn.Flatten(), nn.Reshape(5, 6)],
            line,
        ),
        "groups": ([nn.GroupNorm(1, 3), nn.GlobalAvgPool2d()], image),
        "nested": ([nn.Sequential(nn.Linear(4, 4), nn.Sequential(nn.Sigmoid(), nn.Linear(4, 2)))], np.ones((2, 4), np.float32)),
        "table": ([nn.Embedding(10, 6), nn.Flatten(), nn.Linear(3)], np.array([[1, 2, 9], [0, 0, 3]])),
        "attention": ([nn.TransformerEncoderLayer(6, 2, 8), nn.FeedForward(6, 12)], line),
        "given": (
            [nn.Linear(np.ones((4, 2), np.float32), np.zeros(2, np.float32)), nn.LayerNorm(np.ones(2, np.float32))],
            np.ones((2, 4), np.float32),
        ),
    }


@pytest.mark.parametrize("kind", ["dense", "waiting", "float64", "pictures", "norms", "groups", "nested", "table", "attention", "given"])
def test_networks_come_back(tmp_path, kind):
    layers, x = networks()[kind]
    model = numrs.Model(layers, name="a name", rng=4)
    expected = model.predict(x)
    model.notes["anything"] = [1, "two", None]
    model.save(tmp_path / "m.safetensors")
    again = numrs.Model.load(tmp_path / "m.safetensors")
    assert bits(again) == bits(model) and list(again.state_dict()) == list(model.state_dict())
    np.testing.assert_array_equal(again.predict(x), expected)
    assert (again.name, again.seed, again.input_shape, again.notes) == ("a name", 4, model.input_shape, model.notes)
    again.save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == (tmp_path / "m.safetensors").read_bytes()


@pytest.mark.parametrize("name", ["sgd", "adam", "adamw", "rmsprop", "adagrad", "lion", "nadam", "radam", "adadelta"])
def test_training_goes_on_bit_for_bit(tmp_path, name):
    def made():
        model = classifier(extra=[nn.Dropout(0.2), nn.BatchNorm1d(8)])
        model.compile(name, "cross_entropy", ["accuracy"])
        return model

    whole, half = made(), made()
    expected = whole.fit(X, Y, epochs=4).history
    first = half.fit(X, Y, epochs=2).history
    half.save(tmp_path / "m")
    again = numrs.Model.load(tmp_path / "m")
    second = again.fit(X, Y, epochs=4, initial_epoch=2).history
    assert {key: first[key] + second[key] for key in first} == expected
    assert bits(again) == bits(whole)


def test_all_kinds_of_dropout_go_on_bit_for_bit(tmp_path):
    class Last(nn.Module):
        def __init__(self):
            self.lines = nn.GRU(6, 6, num_layers=2, dropout=0.3, rng=1)

        def forward(self, x):
            return self.lines(x)[0][:, -1]

    def made():
        model = numrs.Model([nn.TransformerEncoderLayer(6, 2, 8, dropout=0.3, rng=5), Last(), nn.Linear(6, 3, rng=2)], rng=3)
        model.compile("adam", "cross_entropy")
        return model

    lines = np.random.default_rng(0).normal(size=(40, 5, 6)).astype(np.float32)
    whole, half = made(), made()
    whole.fit(lines, Y[:40], epochs=3)
    half.fit(lines, Y[:40], epochs=1)
    half.save(tmp_path / "m")
    again = numrs.Model.load(tmp_path / "m", {"Last": Last})
    again.fit(lines, Y[:40], epochs=3, initial_epoch=1)
    assert bits(again) == bits(whole)


def test_numbers_of_the_optimizer_come_back(tmp_path):
    model = classifier(
        optimizer=numrs.optimizers.Adam(lr=0.003, betas=(0.8, 0.95), eps=1e-6, weight_decay=0.01),
        loss=numrs.losses.CrossEntropy(label_smoothing=0.1),
        metrics=["accuracy", numrs.metrics.TopKAccuracy(k=2)],
    )
    model.save(tmp_path / "before")  # not used yet
    model.fit(X, Y, epochs=1)
    model.optimizer.lr = 0.001
    model.save(tmp_path / "m")
    for file in ("before", "m"):
        again = numrs.Model.load(tmp_path / file)
        assert {**again.optimizer.defaults, "lr": 0} == {**model.optimizer.defaults, "lr": 0}
        assert again.loss.label_smoothing == 0.1 and again.metrics[1].k == 2
    assert again.optimizer.lr == 0.001
    assert again.evaluate(X, Y) == model.evaluate(X, Y)


def test_groups_of_parameters_come_back(tmp_path):
    def made():
        model = classifier(compile=False)
        first, last = model.layers
        groups = [{"params": list(last.parameters()), "lr": 0.1}, {"params": list(first.parameters()), "weight_decay": 0.1}]
        model.compile(numrs.optimizers.AdamW(groups, lr=0.01), "cross_entropy")
        return model

    whole, half = made(), made()
    whole.fit(X, Y, epochs=4)
    half.fit(X, Y, epochs=2)
    half.save(tmp_path / "m")
    again, other = numrs.Model.load(tmp_path / "m"), copy.deepcopy(half)
    for model in (again, other):
        assert [group["lr"] for group in model.optimizer.param_groups or again.optimizer.param_groups] == [0.1, 0.01]
        model.fit(X, Y, epochs=4, initial_epoch=2)
        assert bits(model) == bits(whole)
    half.add(nn.Linear(3, 3))  # another network: all parameters, anew
    half.fit(X, Y, epochs=1)
    assert len(half.optimizer.param_groups) == 1
    shared = classifier(optimizer=whole.optimizer)  # bound to another model
    shared.fit(X, Y, epochs=1)
    assert bits(shared) != bits(classifier())


def test_without_training(tmp_path):
    model = classifier()
    model.fit(X, Y)
    model.save(tmp_path / "m", optimizer=False)
    assert set(load_safetensors(tmp_path / "m")) == set(model.state_dict())
    again = numrs.Model.load(tmp_path / "m")
    assert again.optimizer is None
    model.save(tmp_path / "n")
    assert numrs.Model.load(tmp_path / "n", compile=False).optimizer is None
    again.compile("adam", "cross_entropy")
    again.fit(X, Y, epochs=1)


@pytest.mark.peer("safetensors")
def test_the_official_package_opens_model_files(tmp_path):
    official = pytest.importorskip("safetensors")
    model = classifier()
    model.fit(X, Y, epochs=1)
    model.save(tmp_path / "m.safetensors")
    with official.safe_open(tmp_path / "m.safetensors", "np") as file:
        assert json.loads(file.metadata()[KEY])["network"]["class"] == "Sequential"
        for name, tensor in model.state_dict().items():
            np.testing.assert_array_equal(file.get_tensor(name), tensor.detach().numpy())


class Own(nn.Module):
    def __init__(self, width):
        self.a, self.b = nn.Linear(4, width, rng=1), nn.Linear(width, 3, rng=2)

    def forward(self, x):
        return self.b(numrs.tanh(self.a(x)))


def test_classes_of_ones_own_are_given(tmp_path):
    model = numrs.Model(Own(7), rng=1)
    model.compile("adam", "cross_entropy")
    model.fit(X, Y, epochs=1)
    model.save(tmp_path / "m")
    with pytest.raises(FormatError, match=r"'Own' is unknown; give it by custom_objects"):
        numrs.Model.load(tmp_path / "m")
    again = numrs.Model.load(tmp_path / "m", custom_objects={"Own": Own})
    assert bits(again) == bits(model)

    def mine(outputs, targets):
        return numrs.mean((outputs - targets) ** 2)

    model = regressor()
    model.compile("adam", mine)
    model.save(tmp_path / "m")
    with pytest.raises(FormatError, match="'mine'.*custom_objects.*compile=False"):
        numrs.Model.load(tmp_path / "m")
    assert numrs.Model.load(tmp_path / "m", {"mine": mine}).loss is mine


def test_what_cannot_be_written_down(tmp_path):
    for layers in ([lambda x: x], [nn.Linear(4, 3, activation=lambda x: x)]):
        with pytest.raises(TypeError, match="save_weights keeps its parameters"):
            numrs.Model(layers).save(tmp_path / "m")
    model = classifier()
    model.notes["x"] = object()
    with pytest.raises(TypeError, match="notes"):
        model.save(tmp_path / "m")
    assert not list(tmp_path.iterdir())


def test_a_full_disk_leaves_the_old_file(tmp_path):
    classifier().save(tmp_path / "m")
    before = (tmp_path / "m").read_bytes()
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            """
import resource, sys, numrs
model = numrs.Model([numrs.nn.Linear(300, 300)])
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    model.save(sys.argv[1])
except OSError as error:
    print(error.errno)
""",
            str(tmp_path / "m"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout == "27\n", done.stderr
    assert (tmp_path / "m").read_bytes() == before and [p.name for p in tmp_path.iterdir()] == ["m"]


# ----------------------------------------------------------------------------- weights alone, PyTorch


def test_weights_alone(tmp_path):
    model, other = classifier(), classifier(seed=8)
    model.save_weights(tmp_path / "w")
    other.load_weights(tmp_path / "w")
    assert bits(model) == bits(other)
    with pytest.raises(FormatError, match="no model"):
        numrs.Model.load(tmp_path / "w")
    waiting = numrs.Model([nn.Linear(8, activation="relu"), nn.Linear(3)])
    waiting.load_weights(tmp_path / "w", names={"1.weight": "1.weight"})
    np.testing.assert_array_equal(waiting.predict(X), model.predict(X))
    model.fit(X, Y)
    model.save(tmp_path / "m")
    other.load_weights(tmp_path / "m")  # of a whole model
    assert bits(model) == bits(other)


def test_pytorch_files(tmp_path):
    """As torch's state dicts are: linear weights (out, in), num_batches_tracked, in_proj of attention, weight_ih_l0 of LSTM."""
    rng = np.random.default_rng(0)
    w, b = rng.normal(size=(8, 4)).astype(np.float32), rng.normal(size=8).astype(np.float32)
    square = rng.normal(size=(8, 8)).astype(np.float32)
    tensors = {
        "0.weight": w,
        "0.bias": b,
        "1.weight": np.ones(8, np.float32),
        "1.bias": np.zeros(8, np.float32),
        "1.running_mean": np.zeros(8, np.float32),
        "1.running_var": np.ones(8, np.float32),
        "1.num_batches_tracked": np.array(3),
        "2.weight": square,
        "2.bias": b,
    }
    x = rng.normal(size=(5, 4)).astype(np.float32)
    expected = ((x @ w.T + b) / np.sqrt(1 + 1e-5)) @ square.T + b
    save_safetensors(tensors, tmp_path / "pt", {"format": "pt"})
    save_safetensors(tensors, tmp_path / "np")
    for file, layout in (("pt", "auto"), ("np", "auto"), ("np", "pytorch")):
        model = numrs.Model([nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Linear(8, 8)])
        model.load_weights(tmp_path / file, layout=layout)
        np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-4)
    with pytest.raises(FormatError, match="0.weight has shape"):
        model.load_weights(tmp_path / "pt", layout="numrs")
    with pytest.raises(ValueError, match="layout"):
        model.load_weights(tmp_path / "pt", layout="keras")
    save_safetensors({f"net.{name}": t for name, t in tensors.items()}, tmp_path / "named", {"format": "pt"})
    model.load_weights(tmp_path / "named", names=lambda name: name.removeprefix("net."))
    np.testing.assert_allclose(model.predict(x), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.peer("torch", "safetensors")
def test_torch_itself_agrees(tmp_path):
    torch = pytest.importorskip("torch")
    official = pytest.importorskip("safetensors.torch")
    x = np.random.default_rng(1).normal(size=(3, 5, 8)).astype(np.float32)
    pairs = [
        (torch.nn.LSTM(8, 6, 2, batch_first=True, bidirectional=True), nn.LSTM(8, 6, 2, bidirectional=True)),
        (torch.nn.GRU(8, 6, batch_first=True), nn.GRU(8, 6)),
        (torch.nn.TransformerEncoderLayer(8, 2, 16, batch_first=True, dropout=0.0), nn.TransformerEncoderLayer(8, 2, 16, 0.0)),
        (
            torch.nn.Sequential(torch.nn.Linear(8, 4), torch.nn.ReLU(), torch.nn.Linear(4, 4)),
            nn.Sequential(nn.Linear(8, 4), nn.ReLU(), nn.Linear(4, 4)),
        ),
    ]
    for theirs, ours in pairs:
        official.save_file(theirs.eval().state_dict(), tmp_path / "w", {"format": "pt"})
        numrs.Model(ours).load_weights(tmp_path / "w")
        with torch.no_grad():
            expected = theirs(torch.from_numpy(x))
        with numrs.autograd.no_grad():
            found = ours.eval()(numrs.asarray(x))
        expected, found = (v[0] if isinstance(v, tuple) else v for v in (expected, found))
        np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=2e-5)


def test_half_precision_files_fit_wider_networks(tmp_path):
    model = classifier()
    save_safetensors({name: numrs.astype(t.detach(), "float16") for name, t in model.state_dict().items()}, tmp_path / "w")
    other = classifier(seed=9)
    other.load_weights(tmp_path / "w", layout="numrs")
    for a, b in zip(model.get_weights(), other.get_weights()):
        np.testing.assert_allclose(a, b, rtol=1e-3)


def test_all_differences_are_listed_and_nothing_changes(tmp_path):
    model = classifier()
    tensors = {name: t.detach() for name, t in model.state_dict().items()}
    wrong = {
        "0.weight": numrs.zeros((4, 9), dtype="float32"),
        "0.bias": numrs.zeros(8, dtype="float64"),
        "1.bias": tensors["1.bias"],
        "extra": numrs.zeros(1),
    }
    save_safetensors(wrong, tmp_path / "w")
    before = bits(model)
    with pytest.raises(KeyError) as caught:
        model.load_weights(tmp_path / "w")
    text = str(caught.value)
    assert isinstance(caught.value, FormatError)
    for part in (
        "missing: 1.weight (8, 3)",
        "unexpected: extra (1,)",
        "0.weight has shape (4, 9), expected (4, 8)",
        "0.bias has dtype float64, expected float32",
    ):
        assert part in text
    assert bits(model) == before
    save_safetensors({"0.bias": numrs.ones(8, dtype="float32"), "extra": numrs.zeros(1)}, tmp_path / "part")
    model.load_weights(tmp_path / "part", strict=False)
    assert model.state_dict()["0.bias"].tolist() == [1] * 8


def test_loads_in_threads_take_turns(tmp_path):
    files = []
    for seed in range(4):
        classifier(seed=seed).save_weights(tmp_path / str(seed))
        files.append(bits(classifier(seed=seed)))
    model = classifier(seed=9)
    threads = [threading.Thread(target=lambda k=k: [model.load_weights(tmp_path / str(k)) for _ in range(10)]) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bits(model) in files


# ----------------------------------------------------------------------------- hostile files


def changed(path, out, change):
    """The file with its description of the model changed."""
    with SafetensorsFile(path) as file:
        about, tensors = json.loads(file.metadata[KEY]), {name: file.tensor(name) for name in file}
    about = change(about) or about
    save_safetensors(tensors, out, {"format": "numrs", KEY: about if isinstance(about, str) else json.dumps(about)})


def layer(about, k=0):
    return about["network"]["arguments"]["layers"][k]


def set_in(*path):
    def change(about):
        at = about
        for key in path[:-2]:
            at = at[key]
        at[path[-2]] = path[-1]

    return change


L = ("network", "arguments", "layers", 0)
HOSTILE = {
    "not JSON": lambda a: "{",
    "a list": lambda a: "[]",
    "NaN": lambda a: '{"version": NaN}',
    "deep": lambda a: "[" * 100_000,
    "version": set_in("version", 99),
    "no version": lambda a: a.pop("version") and None,
    "no network": lambda a: a.pop("network") and None,
    "network null": set_in("network", None),
    "network a list": set_in("network", []),
    "unknown class": set_in(*L, "class", "os.system"),
    "class a number": set_in(*L, "class", 3),
    "builtin": set_in(*L, "class", "__import__"),
    "function of nn": set_in(*L, "class", "from_config"),
    "submodule": set_in(*L, "class", "init"),
    "arguments a list": set_in(*L, "arguments", []),
    "unknown argument": set_in(*L, "arguments", "nothing", 1),
    "huge": set_in(*L, "arguments", "out_features", 1 << 40),
    "a little more": set_in(*L, "arguments", "out_features", 9),
    "negative": set_in(*L, "arguments", "in_features", -1),
    "text": set_in(*L, "arguments", "in_features", "4"),
    "float": set_in(*L, "arguments", "in_features", 4.5),
    "2^70": set_in(*L, "arguments", "out_features", 1 << 70),
    "activation": set_in(*L, "arguments", "activation", "eval"),
    "huge array": set_in(*L, "arguments", "in_features", {"array": [1 << 20, 1 << 20]}),
    "bad array": set_in(*L, "arguments", "in_features", {"array": "x"}),
    "huge table": set_in(*L, {"class": "PositionalEncoding", "arguments": {"d_model": 1 << 20, "max_len": 1 << 20}}),
    "huge norm": set_in(*L, {"class": "BatchNorm1d", "arguments": {"num_features": 1 << 33, "affine": False}}),
    "many layers": set_in(*L, {"class": "LSTM", "arguments": {"input_size": 0, "hidden_size": 1, "num_layers": 1 << 40}}),
    "huge attention": set_in(*L, {"class": "TransformerEncoderLayer", "arguments": {"d_model": 1 << 15, "nhead": 1}}),
    "missing layer": lambda a: a["network"]["arguments"]["layers"].pop() and None,
    "seed": set_in("seed", "x"),
    "epochs": set_in("epochs_done", -1),
    "shape": set_in("input_shape", ["x"]),
    "generators": set_in("generators", []),
    "generator": set_in("generators", "1.rng", "x"),
    "loss": set_in("loss", "os"),
    "loss a number": set_in("loss", 3),
    "loss class": set_in("loss", {"class": "numrs"}),
    "loss base": set_in("loss", {"class": "get"}),
    "metrics": set_in("metrics", 3),
    "metric": set_in("metrics", ["os"]),
    "optimizer": set_in("optimizer", "class", "os"),
    "optimizer a number": set_in("optimizer", 3),
    "lr": set_in("optimizer", "defaults", "lr", -1.0),
    "number of optimizer": set_in("optimizer", "defaults", "nothing", 1),
    "state": set_in("optimizer", "state", 3),
    "state tensor": set_in("optimizer", "state", {"items": {"state": {"tensor": "0.weight"}}}),
    "state empty": set_in("optimizer", "state", {"items": {}}),
    "groups": set_in("optimizer", "groups", [["nothing"]]),
    "no groups": lambda a: a["optimizer"].pop("groups") and None,
    "groups twice": lambda a: a["optimizer"]["groups"].append(a["optimizer"]["groups"][0]),
}


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    path = tmp_path_factory.mktemp("good") / "m"
    model = classifier(extra=[nn.Dropout(0.1)])
    model.fit(X, Y, epochs=1)
    model.save(path)
    return path


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile(tmp_path, good, case):
    changed(good, tmp_path / "x", HOSTILE[case])
    before = numrs.memory.stats()["peak_bytes"] if "peak_bytes" in numrs.memory.stats() else 0
    start = time.perf_counter()
    with pytest.raises(FormatError) as caught:
        numrs.Model.load(tmp_path / "x")
    assert str(tmp_path / "x") in str(caught.value)
    assert time.perf_counter() - start < 5
    assert numrs.memory.stats().get("peak_bytes", 0) - before < 4 << 20


def test_truncated_at_every_byte(tmp_path, good):
    whole = good.read_bytes()
    for length in range(0, len(whole), 7):
        (tmp_path / "x").write_bytes(whole[:length])
        with pytest.raises(FormatError):
            numrs.Model.load(tmp_path / "x")


def test_wrong_tensors(tmp_path, good):
    with SafetensorsFile(good) as file:
        metadata, tensors = file.metadata, {name: file.tensor(name) for name in file}
    for change in (
        {"0.weight": numrs.zeros((4, 8), dtype="int32")},
        {"0.weight": numrs.zeros((3, 8), dtype="float32")},
        {"extra": numrs.zeros(1)},
        {"optimizer/extra": numrs.zeros(1)},
    ):
        save_safetensors({**tensors, **change}, tmp_path / "x", metadata)
        with pytest.raises(FormatError):
            numrs.Model.load(tmp_path / "x")
    for name in tensors:
        save_safetensors({key: t for key, t in tensors.items() if key != name}, tmp_path / "x", metadata)
        with pytest.raises(FormatError):
            numrs.Model.load(tmp_path / "x")


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_changed_bytes_give_a_model_or_one_error(good, data):
    whole = bytearray(good.read_bytes())
    end = 8 + struct.unpack("<Q", whole[:8])[0]
    for _ in range(data.draw(st.integers(1, 3))):
        whole[data.draw(st.integers(0, end - 1))] = data.draw(st.sampled_from(b'0123456789"{}[]:,.-abcnull\\ \xff\0'))
    path = good.with_name("changed")
    path.write_bytes(whole)
    try:
        numrs.Model.load(path)
    except FormatError:
        pass
