"""Layers that change shapes, activations with parameters, noise; losses as classes, by Keras's and PyTorch's names."""

import copy
import pickle

import numpy as np
import numrs
import pytest
from numrs import functional as F
from numrs import layers, losses, nn

rng = np.random.default_rng(7)
X4, X3, X2 = (numrs.asarray(rng.normal(size=shape)) for shape in ((2, 4, 6, 8), (2, 4, 6), (3, 4)))

# layer, input, what it gives
LAYERS = {
    "Unfold": (nn.Unfold(2, padding=1), X4, lambda x: F.unfold(x, 2, padding=1)),
    "Fold": (nn.Fold((3, 3), 2), numrs.ones((2, 8, 4)), lambda x: F.fold(x, 3, 2)),
    "Upsample": (nn.Upsample(scale_factor=1.5, mode="bilinear"), X4, lambda x: F.interpolate(x, scale_factor=1.5, mode="bilinear")),
    "UpSampling1d": (nn.UpSampling1d(3), X3, lambda x: numrs.repeat(x, 3, axis=2)),
    "UpSampling2d": (nn.UpSampling2d((2, 3)), X4, lambda x: numrs.repeat(numrs.repeat(x, 2, axis=2), 3, axis=3)),
    "PixelShuffle": (nn.PixelShuffle(2), X4, lambda x: F.pixel_shuffle(x, 2)),
    "PixelUnshuffle": (nn.PixelUnshuffle(2), X4, lambda x: F.pixel_unshuffle(x, 2)),
    "ChannelShuffle": (nn.ChannelShuffle(2), X4, lambda x: F.channel_shuffle(x, 2)),
    "ConstantPad1d": (nn.ConstantPad1d((1, 2), 5.0), X3, lambda x: numrs.pad(x, ((0, 0), (0, 0), (1, 2)), constant_values=5.0)),
    "ConstantPad2d": (nn.ConstantPad2d(1, 5.0), X4, lambda x: F.pad(x, (1, 1, 1, 1), "constant", 5.0)),
    "ZeroPad1d": (nn.ZeroPad1d(2), X3, lambda x: F.pad(x, (2, 2))),
    "ZeroPad2d": (nn.ZeroPad2d((1, 0, 2, 0)), X4, lambda x: numrs.pad(x, ((0, 0), (0, 0), (2, 0), (1, 0)))),
    "ReflectionPad1d": (nn.ReflectionPad1d(2), X3, lambda x: F.pad(x, (2, 2), "reflect")),
    "ReflectionPad2d": (nn.ReflectionPad2d(2), X4, lambda x: F.pad(x, (2,) * 4, "reflect")),
    "ReplicationPad1d": (nn.ReplicationPad1d(2), X3, lambda x: F.pad(x, (2, 2), "replicate")),
    "ReplicationPad2d": (nn.ReplicationPad2d(2), X4, lambda x: F.pad(x, (2,) * 4, "replicate")),
    "CircularPad1d": (nn.CircularPad1d(2), X3, lambda x: F.pad(x, (2, 2), "circular")),
    "CircularPad2d": (nn.CircularPad2d(2), X4, lambda x: F.pad(x, (2,) * 4, "circular")),
    "Cropping1d": (nn.Cropping1d((1, 2)), X3, lambda x: x[:, :, 1:4]),
    "Cropping2d": (nn.Cropping2d(((1, 0), (2, 3))), X4, lambda x: x[:, :, 1:, 2:5]),
    "Permute": (nn.Permute(2, 1), X3, lambda x: numrs.swapaxes(x, 1, 2)),
    "RepeatVector": (nn.RepeatVector(3), X2, lambda x: numrs.stack([x, x, x], axis=1)),
    "GLU": (nn.GLU(1), X4, lambda x: F.glu(x, 1)),
    "PReLU": (nn.PReLU(4), numrs.astype(X4, "float32"), lambda x: F.leaky_relu(x, 0.25)),
    "Softmin": (nn.Softmin(1), X3, lambda x: F.softmax(-x, 1)),
    "Softmax2d": (nn.Softmax2d(), X4, lambda x: F.softmax(x, 1)),
    "Threshold": (nn.Threshold(0.1, 2.0), X4, lambda x: numrs.where(x > 0.1, x, 2.0)),
    "Hardshrink": (nn.Hardshrink(), X4, F.hardshrink),
    "Softshrink": (nn.Softshrink(0.2), X4, lambda x: F.softshrink(x, 0.2)),
    "Tanhshrink": (nn.Tanhshrink(), X4, F.tanhshrink),
    "Activation": (nn.Activation("silu"), X4, F.silu),
    "InstanceNorm1d": (nn.InstanceNorm1d(4), X3, F.instance_norm),
    "LocalResponseNorm": (nn.LocalResponseNorm(3), X4, lambda x: F.local_response_norm(x, 3)),
    "UnitNormalization": (nn.UnitNormalization(), X2, lambda x: F.normalize(x, dim=-1)),
    "AdaptiveAvgPool1d": (nn.AdaptiveAvgPool1d(2), X3, lambda x: F.adaptive_avg_pool1d(x, 2)),
    "AdaptiveMaxPool1d": (nn.AdaptiveMaxPool1d(2), X3, lambda x: F.adaptive_max_pool1d(x, 2)),
    "GlobalAvgPool1d": (nn.GlobalAvgPool1d(), X3, lambda x: numrs.mean(x, axis=2)),
    "GlobalMaxPool1d": (nn.GlobalMaxPool1d(), X3, lambda x: numrs.max(x, axis=2)),
    "GaussianNoise": (nn.GaussianNoise(0.5).eval(), X4, lambda x: x),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_give_what_functions_give(name):
    layer, x, wanted = LAYERS[name]
    assert type(layer).__name__ == name
    y = layer(x)
    np.testing.assert_allclose(y.detach().numpy(), wanted(x).numpy(), rtol=1e-6)
    again = nn.from_config(layer.config())
    again.load_state_dict(layer.state_dict())
    again.train(layer.training)
    for other in (again, copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        np.testing.assert_array_equal(other(x).detach().numpy(), y.detach().numpy())
    assert name in repr(layer)


def test_keras_names_are_the_same_classes():
    pairs = {
        "GlobalAveragePooling1D": nn.GlobalAvgPool1d, "GlobalMaxPooling1D": nn.GlobalMaxPool1d, "UpSampling2D": nn.UpSampling2d,
        "ZeroPadding2D": nn.ZeroPad2d, "Cropping1D": nn.Cropping1d, "PReLU": nn.PReLU, "Permute": nn.Permute, "Activation": nn.Activation,
    }  # fmt: skip
    assert all(getattr(layers, name) is cls for name, cls in pairs.items())


def test_prelu_learns_its_slopes():
    layer = nn.PReLU(2, init=0.5)
    x = numrs.Tensor([[-1.0, -2.0], [3.0, -4.0]], dtype="float32")
    numrs.sum(layer(x)).backward()
    np.testing.assert_array_equal(layer.weight.grad.numpy(), [-1.0, -6.0])
    assert nn.PReLU(numrs.Tensor([0.1, 0.2])).weight.requires_grad
    with pytest.raises(ValueError, match="slope for each channel"):
        layer(numrs.ones((2, 3)))


def test_noise_comes_in_training_alone():
    layer = nn.GaussianNoise(0.5, rng=1)
    x = numrs.zeros((400, 50), dtype="float32")
    y = layer(x)
    assert y.dtype == np.float32 and abs(float(numrs.std(y)) - 0.5) < 0.01 and abs(float(numrs.mean(y))) < 0.01
    np.testing.assert_array_equal(nn.GaussianNoise(0.5, rng=1)(x).numpy(), y.numpy())
    assert not layer.eval()(x).numpy().any()


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: nn.ZeroPad2d((1, 2)), "4 of them"),
        (lambda: nn.Cropping2d(-1), "cropping"),
        (lambda: nn.Cropping1d(3)(X3), "leaves nothing"),
        (lambda: nn.Permute(1, 3), "dims"),
        (lambda: nn.Permute(1)(X3), "2 dimensions"),
        (lambda: nn.RepeatVector(0), "n is 0"),
        (lambda: nn.RepeatVector(2)(X3), r"\(N, D\)"),
        (lambda: nn.UpSampling2d(0), "size"),
        (lambda: nn.UpSampling2d(2, "cubic"), "bilinear"),
        (lambda: nn.UpSampling1d(2, "bilinear"), "nearest"),
        (lambda: nn.PReLU(0), "num_parameters"),
        (lambda: nn.GaussianNoise(-1.0), "stddev"),
        (lambda: nn.Activation("nonsense"), "relu"),
    ],
)
def test_bad_layers(call, words):
    with pytest.raises(ValueError, match=words):
        call()


def test_a_network_of_them(tmp_path):
    x, y = rng.normal(size=(60, 1, 8)).astype(np.float32), rng.integers(0, 2, 60)
    x[:, 0, 2] += 3.0 * y
    front = [layers.ZeroPadding1D(1), layers.Conv1D(1, 4, 3, rng=1), layers.PReLU(4), layers.GaussianNoise(0.01)]
    model = numrs.Model([*front, layers.GlobalMaxPooling1D(), layers.Dense(4, 2, rng=2)], rng=3)
    model.compile(numrs.optimizers.Adam(lr=0.05), "cross_entropy", ["accuracy"])
    assert model.fit(x, y, epochs=30).history["accuracy"][-1] > 0.9
    model.save(tmp_path / "net.safetensors")
    np.testing.assert_array_equal(numrs.Model.load(tmp_path / "net.safetensors").predict(x), model.predict(x))


# ----------------------------------------------------------------------------- losses

T2 = numrs.asarray(rng.normal(size=(3, 4)))
UNIT = numrs.asarray(rng.uniform(0.05, 0.95, (3, 4)))
HOT = numrs.asarray(np.eye(4)[[1, 3, 0]])
SIGNS = numrs.asarray([1.0, -1.0, 1.0])
CALLS = {
    "MarginRanking": ((X2[:, 0], T2[:, 0], SIGNS), lambda a, b, t: F.margin_ranking_loss(a, b, t)),
    "CosineEmbedding": ((X2, T2, SIGNS), lambda a, b, t: F.cosine_embedding_loss(a, b, t)),
    "TripletMargin": ((X2, T2, UNIT), F.triplet_margin_loss),
    "TripletMarginWithDistance": ((X2, T2, UNIT), F.triplet_margin_with_distance_loss),
    "MultiMargin": ((X2, np.array([1, 3, 0])), F.multi_margin_loss),
    "MultiLabelMargin": ((X2, np.array([[1, -1, 0, 0]] * 3)), F.multilabel_margin_loss),
    "MultiLabelSoftMargin": ((X2, HOT), F.multilabel_soft_margin_loss),
    "SigmoidFocal": ((X2, HOT), F.sigmoid_focal_loss),
    "BinaryFocalCrossEntropy": ((UNIT, HOT), lambda p, t: numrs.mean((1 - _right(p, t)) ** 2 * -numrs.log(_right(p, t)))),
    "CategoricalFocalCrossEntropy": (
        (F.softmax(X2, -1), HOT),
        lambda p, t: numrs.mean(numrs.sum(-0.25 * (1 - p) ** 2 * t * numrs.log(p), axis=1)),
    ),
    "MeanAbsolutePercentageError": ((X2, T2), lambda p, t: numrs.mean(100 * numrs.abs(p - t) / numrs.abs(t))),
    "MeanSquaredLogarithmicError": ((UNIT, HOT + 0.5), lambda p, t: numrs.mean((numrs.log1p(p) - numrs.log1p(t)) ** 2)),
    "CategoricalHinge": (
        (X2, HOT),
        lambda p, t: numrs.mean(numrs.maximum(1 + numrs.max((1 - t) * p, axis=1) - numrs.sum(t * p, axis=1), 0.0)),
    ),
    "CosineSimilarity": ((X2, T2), lambda p, t: -numrs.mean(F.cosine_similarity(p, t))),
    "Dice": ((UNIT, HOT), lambda p, t: 1 - 2 * numrs.sum(p * t) / (numrs.sum(p) + numrs.sum(t))),
    "Tversky": ((UNIT, HOT), lambda p, t: 1 - 2 * numrs.sum(p * t) / (numrs.sum(p) + numrs.sum(t))),
    "CTC": ((F.log_softmax(numrs.asarray(rng.normal(size=(5, 2, 4))), 2), [[1, 2], [3, 3]], [5, 4], [2, 2]), F.ctc_loss),
}


def _right(p, t):
    return t * p + (1 - t) * (1 - p)


@pytest.mark.parametrize("name", CALLS)
def test_losses_as_classes(name):
    operands, function = CALLS[name]
    cls = getattr(losses, name)
    loss = cls()
    assert float(loss(*operands)) == pytest.approx(float(function(*operands)), rel=1e-6)
    total, each = cls(reduction="sum")(*operands), cls(reduction="none")(*operands)
    if name != "CTC":
        assert float(numrs.sum(each)) == pytest.approx(float(total), rel=1e-9)
    with pytest.raises(ValueError, match="reduction"):
        cls(reduction="median")
    x = numrs.Tensor(operands[0].numpy(), requires_grad=True)
    assert numrs.autograd.gradcheck(lambda x: loss(x, *operands[1:]), x)
    assert name in repr(loss) and pickle.loads(pickle.dumps(loss)).reduction == "mean"


def test_torchs_names():
    assert float(nn.CrossEntropyLoss(numrs.asarray([1.0, 2.0]))(numrs.zeros((1, 2)), numrs.asarray([1]))) == pytest.approx(np.log(2))
    assert float(nn.BCELoss()(UNIT, HOT)) == float(losses.BinaryCrossEntropy()(UNIT, HOT))
    for name in nn.__all__:
        if name.endswith("Loss"):
            assert hasattr(nn, name) and getattr(losses, name) is getattr(nn, name)


def test_dice_of_rows_and_balanced_focal():
    each = losses.Dice(axis=1, reduction="none")(UNIT, HOT).numpy()
    p, t = UNIT.numpy(), HOT.numpy()
    np.testing.assert_allclose(each, 1 - 2 * (p * t).sum(1) / (p.sum(1) + t.sum(1)), rtol=1e-6)
    right = _right(p, t)
    wanted = np.mean((0.25 * t + 0.75 * (1 - t)) * (1 - right) ** 2 * -np.log(right))
    assert float(losses.BinaryFocalCrossEntropy(apply_class_balancing=True)(UNIT, HOT)) == pytest.approx(wanted)
    assert float(losses.BinaryFocalCrossEntropy(True, from_logits=True)(numrs.logit(UNIT), HOT)) == pytest.approx(wanted)
    logits = losses.CategoricalFocalCrossEntropy(from_logits=True)(X2, HOT)
    assert float(logits) == pytest.approx(float(losses.CategoricalFocalCrossEntropy()(F.softmax(X2, -1), HOT)))


@pytest.mark.parametrize("loss", ["mape", "msle", "cosine_similarity", "categorical_hinge", "dice", "binary_focal_crossentropy", "multi_margin"])
def test_models_train_by_them(loss, tmp_path):
    x = rng.normal(size=(40, 4)).astype(np.float32)
    y = np.argmax(x[:, :3], axis=1)
    model = numrs.Model([nn.Linear(4, 3, activation="sigmoid", rng=1)], rng=1)
    model.compile(numrs.optimizers.Adam(lr=0.02), loss, ["mae"] if loss != "multi_margin" else [])
    history = model.fit(x, y if loss == "multi_margin" else np.eye(3)[y], epochs=5).history["loss"]
    assert history[-1] < history[0]
    model.save(tmp_path / "m.safetensors")
    assert type(numrs.Model.load(tmp_path / "m.safetensors").loss) is type(model.loss)


def test_parameters_as_a_vector():
    net = nn.Sequential(nn.Linear(3, 2, rng=1), nn.Linear(2, 1, rng=2))
    vector = nn.utils.parameters_to_vector(net.parameters())
    assert vector.shape == (11,) and vector.requires_grad
    before = [p.detach().copy().numpy() for p in net.parameters()]
    nn.utils.vector_to_parameters(vector.detach() * 2.0, net.parameters())
    for p, old in zip(net.parameters(), before):
        np.testing.assert_array_equal(p.detach().numpy(), old * 2)
    with pytest.raises(ValueError, match=r"expected \(11,\)"):
        nn.utils.vector_to_parameters(numrs.zeros(10), net.parameters())
    assert nn.utils.clip_grad_norm_ is numrs.optimizers.clip_grad_norm_
