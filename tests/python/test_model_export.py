"""Networks as ONNX files: onnxruntime computes what the model does."""

import numpy as np
import numrs
import pytest
from model_support import classifier
from numrs import layers, nn

onnx = pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")

RNG = np.random.default_rng(5)
ROWS, LINES, IMAGES = (RNG.normal(size=shape).astype(np.float32) for shape in ((5, 6), (3, 4, 6), (3, 4, 9, 8)))


def check(model, x, path, tolerance=2e-5):
    expected = model.predict(x)
    model.export(path)
    made = onnx.load(path)
    onnx.checker.check_model(made, full_check=True)
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {"input": x})
    assert found.shape == expected.shape and found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)
    (more,) = session.run(None, {"input": np.concatenate([x, x])})  # any number of rows
    assert len(more) == 2 * len(x)


ACTIVATIONS = [
    "relu",
    "relu6",
    "leaky_relu",
    "elu",
    "celu",
    "selu",
    "gelu",
    "gelu_tanh",
    "silu",
    "mish",
    "sigmoid",
    "tanh",
    "softplus",
    "softsign",
    "hardswish",
    "hardsigmoid",
    "hardtanh",
    "logsigmoid",
    "softmax",
    "log_softmax",
    None,
]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_by_name(tmp_path, name):
    check(numrs.Model([nn.Linear(6, 7, activation=name, rng=1)]), ROWS * 3, tmp_path / "x.onnx")


LAYERS = [
    nn.ReLU,
    nn.ReLU6,
    lambda: nn.LeakyReLU(0.2),
    lambda: nn.ELU(0.7),
    lambda: nn.CELU(0.7),
    nn.SELU,
    nn.GELU,
    lambda: nn.GELU("tanh"),
    nn.SiLU,
    nn.Mish,
    nn.Sigmoid,
    nn.Tanh,
    lambda: nn.Softplus(2.0),
    nn.Softsign,
    nn.Hardswish,
    nn.Hardsigmoid,
    lambda: nn.Hardtanh(-2, 0.5),
    nn.LogSigmoid,
    nn.Softmax,
    lambda: nn.Softmax(1),
    nn.LogSoftmax,
    nn.Identity,
    lambda: nn.Dropout(0.5),
    lambda: nn.LayerNorm(6),
    lambda: nn.LayerNorm((4, 6)),
    lambda: nn.LayerNorm(6, elementwise_affine=False),
    lambda: nn.RMSNorm(6),
    lambda: nn.BatchNorm1d(4),
    lambda: nn.GroupNorm(2, 4),
    lambda: nn.GroupNorm(2, 4, affine=False),
    lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2),
    lambda: nn.Conv1d(4, 6, 3, padding="same", dilation=2),
    lambda: nn.ConvTranspose1d(4, 6, 3, stride=2, padding=1, output_padding=1),
    lambda: nn.MaxPool1d(2),
    lambda: nn.AvgPool1d(3, 2, 1),
    nn.Flatten,
    lambda: nn.Reshape(6, 4),
    lambda: nn.Linear(6, 3, bias=False),
    lambda: nn.FeedForward(6, 12),
    lambda: nn.Sequential(nn.Linear(6, 3), nn.Sequential(nn.Tanh())),
]


@pytest.mark.parametrize("number", range(len(LAYERS)))
def test_layers_of_lines(tmp_path, number):
    check(numrs.Model([LAYERS[number]()]), LINES, tmp_path / "x.onnx")


PICTURES = [
    lambda: nn.Conv2d(4, 6, 3),
    lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 0), bias=False),
    lambda: nn.Conv2d(4, 8, 3, padding="same", dilation=2, groups=4),
    lambda: nn.Conv2d(4, 6, 3, padding="valid", activation="relu"),
    lambda: nn.Conv2d(4, 4, 2, padding="same"),
    lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1),
    lambda: nn.MaxPool2d(2),
    lambda: nn.MaxPool2d(3, 2, 1),
    lambda: nn.AvgPool2d(2),
    lambda: nn.AvgPool2d((3, 2), 2, (1, 1)),
    lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False),
    lambda: nn.MaxPool2d(2, ceil_mode=True),
    nn.GlobalAvgPool2d,
    nn.GlobalMaxPool2d,
    lambda: nn.AdaptiveAvgPool2d(1),
    lambda: nn.BatchNorm2d(4),
    lambda: layers.BatchNormalization(4),
    lambda: nn.GroupNorm(2, 4),
    lambda: nn.InstanceNorm2d(4),
    lambda: nn.InstanceNorm2d(4, affine=True),
    lambda: nn.Dropout2d(0.2),
    nn.Flatten,
]


@pytest.mark.parametrize("number", range(len(PICTURES)))
def test_layers_of_pictures(tmp_path, number):
    check(numrs.Model([PICTURES[number]()]), IMAGES, tmp_path / "x.onnx")


def test_networks(tmp_path):
    model = numrs.Model(
        [
            nn.Conv2d(4, 6, 3, activation="relu"),
            nn.BatchNorm2d(6),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Dropout(0.2),
            nn.Linear(10),
            nn.Softmax(),
        ]
    )
    model.compile("adam", "cross_entropy")
    model.fit(IMAGES, np.array([1, 2, 3]), epochs=3)
    check(model, IMAGES, tmp_path / "x.onnx")
    check(numrs.Model([nn.Embedding(9, 5), nn.Flatten(), nn.Linear(15, 2)]), np.array([[1, 2, 8], [0, 0, 3]]), tmp_path / "x.onnx")
    check(numrs.Model([nn.Linear(6, 3, dtype="float64")]), ROWS.astype(np.float64), tmp_path / "x.onnx", 1e-12)
    classifier(6).export(tmp_path / "x.onnx")  # never used: the first layer knows its size


def test_what_has_no_form(tmp_path):
    for layer, words in (
        (nn.LSTM(4, 5), "LSTM"),
        (nn.AdaptiveAvgPool2d(2), "AdaptiveAvgPool2d"),
        (nn.Flatten(0, 1), "Flatten"),
        (nn.Linear(4, 3, activation=abs), "activation"),
    ):
        model = numrs.Model([layer])
        model.input_shape, model.output_shape = (None, 4), (None, 4)
        with pytest.raises(NotImplementedError, match=words):
            model.export(tmp_path / "x.onnx")
    with pytest.raises(ValueError, match="call build"):
        numrs.Model([nn.ReLU()]).export(tmp_path / "x.onnx")
    assert not list(tmp_path.iterdir())
