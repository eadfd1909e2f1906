"""Layers and modules: results, parameters, states, configurations, modes, and what errors say."""

import copy
import pickle

import numpy as np
import numrs
import pytest
from numrs import autograd, layers, nn
from numrs import functional as F

rng = np.random.default_rng(3)


def f32(*shape):
    return rng.standard_normal(shape).astype(np.float32)


def value(x):
    return np.asarray(x.detach().numpy() if isinstance(x, numrs.Tensor) else x)


class TestModule:
    def test_parameters_are_found_by_attribute_and_in_lists(self):
        class Net(nn.Module):
            def __init__(self):
                self.scale = nn.Parameter([1.0, 2.0])
                self.fixed = numrs.ones(3)
                self.inner = nn.Linear(2, 3)
                self.blocks = [nn.Linear(3, 3, bias=False), {"last": nn.Linear(3, 1)}]
                self.shared = self.inner

            def forward(self, x):
                return x

        net = Net()
        names = [name for name, _ in net.named_parameters()]
        assert names == [
            "scale",
            "inner.weight",
            "inner.bias",
            "blocks.0.weight",
            "blocks.1.last.weight",
            "blocks.1.last.bias",
        ]
        assert sum(1 for _ in net.modules()) == 4
        assert [type(m).__name__ for m in net.children()] == ["Linear", "Linear", "Linear", "Linear"]
        assert isinstance(net.scale, nn.Parameter) and not isinstance(net.fixed, nn.Parameter)

    def test_frozen_parameters_stay_in_the_state(self):
        layer = nn.Linear(2, 2)
        layer.requires_grad_(False)
        assert (
            sorted(layer.state_dict()) == ["bias", "weight"]
            and not (layer(numrs.ones((1, 2), dtype="float32"))).requires_grad
        )

    def test_state_goes_out_and_in(self):
        net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
        other = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2))
        net(numrs.asarray(f32(8, 3)))
        state = net.state_dict()
        assert "1.running_mean" in state and "0.weight" in state
        assert other.load_state_dict({name: value(t) for name, t in state.items()}) == ([], [])
        x = numrs.asarray(f32(5, 3))
        assert value(net.eval()(x)).tobytes() == value(other.eval()(x)).tobytes()

    def test_a_wrong_state_changes_nothing(self):
        layer = nn.Linear(2, 2)
        before = value(layer.weight).copy()
        with pytest.raises(KeyError, match="missing: bias"):
            layer.load_state_dict({"weight": np.zeros((2, 2))})
        with pytest.raises(KeyError, match="unknown: more"):
            layer.load_state_dict({"weight": np.zeros((2, 2)), "bias": np.zeros(2), "more": np.zeros(1)})
        with pytest.raises(ValueError, match=r"bias has shape \(3,\), expected \(2,\)"):
            layer.load_state_dict({"weight": np.zeros((2, 2)), "bias": np.zeros(3)})
        assert (value(layer.weight) == before).all()
        assert layer.load_state_dict({"weight": np.zeros((2, 2))}, strict=False) == (["bias"], [])

    def test_modes_and_apply_reach_all_parts(self):
        net = nn.Sequential(nn.Dropout(0.5), nn.Sequential(nn.Dropout(0.5)))
        assert net.training
        net.eval()
        assert not any(m.training for m in net.modules())
        seen = []
        net.apply(lambda m: seen.append(type(m).__name__))
        assert seen == ["Dropout", "Dropout", "Sequential", "Sequential"]

    def test_dtypes_convert(self):
        net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).double()
        assert all(t.dtype == np.float64 for t in net.state_dict().values()) and net[0].weight.requires_grad

    def test_hooks_copies_and_pickles(self):
        layer = nn.Linear(2, 2)
        x = numrs.ones((1, 2), dtype="float32")
        remove = layer.register_forward_hook(lambda module, args, y: y * 0.0)
        assert (value(layer(x)) == 0).all()
        remove()
        for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
            assert (value(other(x)) == value(layer(x))).all() and other.weight is not layer.weight
            assert other.weight.requires_grad and len(list(other.parameters())) == 2

    def test_repr_shows_the_tree(self):
        text = repr(nn.Sequential(nn.Linear(2, 3, activation="relu"), nn.Flatten()))
        assert "(0): Linear(2, 3, activation='relu')" in text and text.startswith("Sequential(")

    def test_forward_is_missing(self):
        with pytest.raises(NotImplementedError, match="Module.forward"):
            nn.Module()(1)


CONFIGURED = [
    lambda: nn.Linear(3, 4, activation="relu"),
    lambda: layers.Dense(4),
    lambda: nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1), nn.BatchNorm2d(2), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(5)
    ),
    lambda: nn.Sequential([nn.LayerNorm(4), nn.Dropout(0.1, rng=3), nn.GELU(approximate="tanh")]),
    lambda: nn.TransformerEncoderLayer(8, 2, 16),
    lambda: nn.LSTM(3, 4, num_layers=2, bidirectional=True),
    lambda: nn.Reshape(2, 3),
    lambda: nn.Linear(f32(3, 2), f32(2)),
]


@pytest.mark.parametrize("make", CONFIGURED)
def test_configurations_make_the_same_module_again(make):
    import json

    module = make()
    config = json.loads(json.dumps(module.config()))
    other = nn.from_config(config)
    assert type(other) is type(module) and other.config() == module.config()
    assert [(n, p.shape) for n, p in other.named_parameters()] == [(n, p.shape) for n, p in module.named_parameters()]


def test_unknown_classes_are_refused_unless_given():
    class Mine(nn.Module):
        def __init__(self, width):
            self.width = width

    config = nn.Sequential(Mine(3)).config()
    with pytest.raises(ValueError, match="Mine"):
        nn.from_config(config)
    assert nn.from_config(config, {"Mine": Mine})[0].width == 3
    for bad in ({"class": 3}, [], {"class": "Linear", "arguments": {"wrong": 1}}):
        with pytest.raises(ValueError, match="from_config"):
            nn.from_config(bad)


class TestLinear:
    def test_sizes_arrays_and_late_sizes(self):
        w, b, x = f32(3, 2), f32(2), f32(5, 3)
        assert np.allclose(value(nn.Linear(w, b)(numrs.asarray(x))), x @ w + b, atol=1e-6)
        assert np.allclose(value(nn.Linear(w)(numrs.asarray(x))), x @ w, atol=1e-6) and nn.Linear(w).bias is None
        late = layers.Dense(7, activation="tanh")
        assert late(numrs.asarray(x)).shape == (5, 7) and late.weight.shape == (3, 7)
        assert nn.Linear(3, 2, bias=False).bias is None and nn.Linear(3, 2).forward(
            numrs.asarray(f32(2, 4, 3))
        ).shape == (2, 4, 2)

    def test_the_same_seed_gives_the_same_layer(self):
        a, b, c = nn.Linear(3, 2, rng=5), nn.Linear(3, 2, rng=5), nn.Linear(3, 2, rng=6)
        assert (value(a.weight) == value(b.weight)).all() and (value(a.weight) != value(c.weight)).any()
        nn.manual_seed(1)
        d = nn.Linear(3, 2)
        nn.manual_seed(1)
        assert (value(d.weight) == value(nn.Linear(3, 2).weight)).all()

    @pytest.mark.parametrize(
        "name",
        [
            "relu",
            "gelu",
            "gelu_tanh",
            "tanh",
            "sigmoid",
            "silu",
            "leaky_relu",
            "elu",
            "softplus",
            "mish",
            "hardswish",
            "softmax",
            None,
        ],
    )
    def test_activations_by_name(self, name):
        layer, x = nn.Linear(3, 4, activation=name, rng=1), numrs.asarray(f32(2, 3))
        plain = F.linear(x, layer.weight, layer.bias)
        wanted = plain if name is None else nn.activation.activation(name)(plain)
        assert np.allclose(value(layer(x)), value(wanted), atol=1e-6)

    def test_errors(self):
        with pytest.raises(ValueError, match="activation: 'rellu' is unknown, expected one of"):
            nn.Linear(2, 3, activation="rellu")
        with pytest.raises(ValueError, match="init: 'he' is unknown"):
            nn.Linear(2, 3, weight_init="he")
        with pytest.raises(ValueError, match="in_features is -1"):
            nn.Linear(-1, 3)
        with pytest.raises(ValueError, match="linear"):
            nn.Linear(2, 3)(numrs.ones((4, 5), dtype="float32"))
        with pytest.raises(ValueError, match="bias has shape"):
            nn.Linear(f32(2, 3), f32(4))


class TestOthers:
    def test_embedding(self):
        table = f32(10, 4)
        layer = nn.Embedding(table)
        assert (value(layer([0, 9, 3])) == table[[0, 9, 3]]).all() and (
            value(layer(np.array([[1], [2]]))) == table[[[1], [2]]]
        ).all()
        with pytest.raises(IndexError):
            layer([0, 10])
        padded = nn.Embedding(5, 3, padding_idx=0)
        assert (value(padded.weight)[0] == 0).all()
        numrs.sum(padded([0, 1, 1])).backward()
        assert value(padded.weight.grad)[:, 0].tolist() == [0.0, 2.0, 0.0, 0.0, 0.0]

    def test_shapes(self):
        x = numrs.asarray(f32(2, 3, 4, 5))
        assert (
            nn.Flatten()(x).shape == (2, 60)
            and nn.Flatten(2)(x).shape == (2, 3, 20)
            and nn.Reshape(5, -1)(x).shape == (2, 5, 12)
        )
        assert nn.Unflatten(1, (3, 1))(x).shape == (2, 3, 1, 4, 5)

    def test_convolutions_and_pools(self):
        x = numrs.asarray(f32(2, 3, 8, 8))
        assert nn.Conv2d(3, 4, 3, padding=1, activation="relu")(x).shape == (2, 4, 8, 8)
        assert layers.Conv2D(4, 3)(x).shape == (2, 4, 6, 6) and nn.ConvTranspose2d(3, 4, 2, stride=2)(x).shape == (
            2,
            4,
            16,
            16,
        )
        assert nn.MaxPool2d(2)(x).shape == (2, 3, 4, 4) and nn.GlobalAvgPool2d()(x).shape == (2, 3)
        assert nn.AdaptiveAvgPool2d(1)(x).shape == (2, 3, 1, 1) and nn.Conv1d(3, 2, 3)(
            numrs.asarray(f32(2, 3, 9))
        ).shape == (2, 2, 7)
        with pytest.raises(ValueError, match="groups is 2"):
            nn.Conv2d(3, 4, 3, groups=2)
        with pytest.raises(ValueError, match="kernel_size"):
            nn.Conv2d(3, 4, (1, 2, 3))

    def test_batch_norm_trains_and_evaluates(self):
        layer, x = nn.BatchNorm2d(3), f32(6, 3, 4, 4) * 3 + 1
        y = value(layer(numrs.asarray(x)))
        assert np.allclose(y.mean((0, 2, 3)), 0, atol=1e-5) and np.allclose(y.std((0, 2, 3)), 1, atol=1e-3)
        assert np.allclose(value(layer.running_mean), 0.1 * x.mean((0, 2, 3)), atol=1e-5)
        layer.eval()
        wanted = (x - value(layer.running_mean)[:, None, None]) / np.sqrt(
            value(layer.running_var)[:, None, None] + 1e-5
        )
        assert np.allclose(value(layer(numrs.asarray(x))), wanted, atol=1e-4)

    def test_layer_norm_takes_sizes_or_arrays(self):
        x, w, b = f32(4, 6), f32(6), f32(6)
        wanted = (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)
        assert np.allclose(value(nn.LayerNorm(6)(numrs.asarray(x))), wanted, atol=1e-5)
        assert np.allclose(value(nn.LayerNorm(w, b, eps=1e-5)(numrs.asarray(x))), wanted * w + b, atol=1e-5)
        assert nn.RMSNorm(6)(numrs.asarray(x)).shape == x.shape and nn.GroupNorm(2, 4)(
            numrs.asarray(f32(2, 4, 3))
        ).shape == (2, 4, 3)

    def test_dropout_drops_in_training_only(self):
        x = numrs.ones((100, 100), dtype="float32")
        layer = nn.Dropout(0.25, rng=1)
        y = value(layer(x))
        assert 0.22 < (y == 0).mean() < 0.28 and np.allclose(y[y != 0], 4 / 3)
        assert (value(layer(x)) != y).any() and layer.eval()(x) is x
        with pytest.raises(ValueError, match="p is 1.5"):
            nn.Dropout(1.5)

    def test_feed_forward_from_arrays(self):
        w1, w2, b1, b2, x = f32(4, 8), f32(8, 4), f32(8), f32(4), numrs.asarray(f32(3, 4))
        got = nn.FeedForward(w1, w2, b1, b2, activation="relu")(x)
        assert np.allclose(value(got), np.maximum(value(x) @ w1 + b1, 0) @ w2 + b2, atol=1e-5)
        assert nn.FeedForward(w1, w2).forward(x).shape == (3, 4)

    def test_attention_and_transformer_layers_learn(self):
        net = nn.TransformerEncoderLayer(8, 2, 16, dropout=0.0, rng=2, norm_first=True)
        x = numrs.asarray(f32(3, 5, 8))
        y = net(x, is_causal=True)
        assert y.shape == x.shape
        numrs.sum(y * y).backward()
        assert all(p.grad is not None and np.isfinite(value(p.grad)).all() for p in net.parameters())
        with numrs.autograd.no_grad():
            z = value(x).copy()
            z[:, -1] += 1
            assert np.allclose(value(net(numrs.asarray(z), is_causal=True))[:, :-1], value(y)[:, :-1], atol=1e-5)

    @pytest.mark.parametrize("cls", [nn.RNN, nn.LSTM, nn.GRU])
    def test_recurrent_layers(self, cls):
        layer = cls(3, 4, num_layers=2, bidirectional=True, rng=1)
        y, state = layer(numrs.asarray(f32(2, 5, 3)))
        assert y.shape == (2, 5, 8) and (state[0] if cls is nn.LSTM else state).shape == (4, 2, 4)
        numrs.sum(y).backward()
        assert all(p.grad is not None for p in layer.parameters())
        single = cls(3, 4, rng=1)
        x = numrs.asarray(f32(2, 6, 3))
        whole, last = single(x)
        first, middle = single(x[:, :3])
        second, end = single(x[:, 3:], middle)
        assert np.allclose(value(numrs.concat([first, second], axis=1)), value(whole), atol=1e-6)
        with pytest.raises(ValueError, match="x has shape"):
            single(numrs.ones((2, 3)))


def test_gradients_of_a_small_network_agree_with_finite_differences():
    net = nn.Sequential(
        nn.Conv2d(1, 2, 3, padding=1, activation="tanh"), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8, 3)
    ).double()
    x, labels = numrs.asarray(rng.standard_normal((4, 1, 4, 4))), numrs.asarray([0, 2, 1, 1])
    parameters = [p for _, p in net.named_parameters()]
    assert autograd.gradcheck(lambda *_: F.cross_entropy(net(x), labels), parameters)


class TestInit:
    @pytest.mark.parametrize(
        ("name", "variance"),
        [
            ("glorot_uniform", 2 / 300),
            ("glorot_normal", 2 / 300),
            ("he_normal", 2 / 200),
            ("he_uniform", 2 / 200),
            ("lecun_normal", 1 / 200),
        ],
    )
    def test_variances(self, name, variance):
        t = nn.init.get(name)(numrs.zeros((200, 100)), rng=1)
        assert abs(np.var(value(t)) / variance - 1) < 0.05

    def test_orthogonal_and_truncated(self):
        q = value(nn.init.orthogonal_(numrs.zeros((6, 4)), rng=1))
        assert np.allclose(q.T @ q, np.eye(4), atol=1e-12)
        t = value(nn.init.trunc_normal_(numrs.zeros(10000), std=2.0, a=-1.0, b=3.0, rng=1))
        assert t.min() >= -1 and t.max() <= 3 and abs(t.mean() - 0.7) < 0.3

    def test_convolutions_count_their_kernel(self):
        assert nn.init.fans((8, 4, 3, 3)) == (36, 72) and nn.init.fans((3, 5)) == (3, 5)
