"""Functions of networks, optimizers and random draws on devices: float dtypes, strides, empty arrays, operands of another place."""

import ml_dtypes  # noqa: F401 - NumPy knows "bfloat16" from here on
import numpy as np
import numrs
import numrs.functional as F
import pytest
from device_support import assert_same, flat, there
from numrs import optimizers

rng = np.random.default_rng(8)
FLOATS = ("float64", "float32", "float16", "bfloat16")


def normal(*shape):
    return np.round(rng.normal(size=shape) * 8) / 4


X = normal(6, 8)
IMAGE = normal(2, 4, 7, 9)
SOUND = normal(2, 4, 11)
QUERY, KEY, VALUE = normal(2, 2, 5, 8), normal(2, 2, 7, 8), normal(2, 2, 7, 3)
LABELS = np.array([0, 3, 7, 1, 1, 6])
CHANCES = rng.random((6, 8))
SIGNS = np.where(X > 0, 1.0, -1.0)
WEIGHT, BIAS = normal(8, 5), normal(5)

# name: the function and its arrays. Floats are tried in each dtype, integers and bools stay what they are.
CALLS = {name: (getattr(F, name), [X]) for name in (
    "relu", "relu6", "hardtanh", "leaky_relu", "elu", "selu", "celu", "silu", "sigmoid", "tanh", "softplus", "softsign", "hardswish",
    "hardsigmoid", "mish", "logsigmoid", "gelu", "softmax", "log_softmax", "softmax_last_dim")}  # fmt: skip
CALLS |= {name: (getattr(F, name), [X, normal(6, 8)]) for name in ("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss", "log_cosh_loss")}
CALLS |= {name: (getattr(F, name), [X, SIGNS]) for name in ("hinge_loss", "squared_hinge_loss", "hinge_embedding_loss", "soft_margin_loss")}
CALLS |= {
    "gelu tanh": (lambda x: F.gelu(x, "tanh"), [X]),
    "softmax axis": (lambda x: F.softmax(x, 0), [X]),
    "layer_norm": (lambda x, w, b: F.layer_norm(x, 8, w, b), [X, normal(8), normal(8)]),
    "rms_norm": (lambda x, w: F.rms_norm(x, 8, w), [X, normal(8)]),
    "group_norm": (lambda x, w, b: F.group_norm(x, 2, w, b), [IMAGE, normal(4), normal(4)]),
    "batch_norm": (lambda x, w, b: F.batch_norm(x, None, None, w, b, True), [IMAGE, normal(4), normal(4)]),
    "batch_norm running": (lambda x, m, v: F.batch_norm(x, m, v), [IMAGE, normal(4), rng.random(4)]),
    "instance_norm": (F.instance_norm, [IMAGE]),
    "binary_cross_entropy": (F.binary_cross_entropy, [CHANCES, rng.random((6, 8))]),
    "binary_cross_entropy_with_logits": (
        lambda x, t, w, p: F.binary_cross_entropy_with_logits(x, t, w, pos_weight=p), [X, CHANCES, CHANCES, CHANCES[0]]
    ),
    "kl_div": (lambda x, t: [F.kl_div(x, t), F.kl_div(x, t, "batchmean"), F.kl_div(x, t, "none", True)], [X, CHANCES]),
    "poisson_nll_loss": (lambda x, t: [F.poisson_nll_loss(x, t), F.poisson_nll_loss(x + 9, t, False, True)], [X, CHANCES]),
    "gaussian_nll_loss": (F.gaussian_nll_loss, [X, normal(6, 8), CHANCES]),
    "mse_loss weighted": (lambda x, t, w: [F.mse_loss(x, t, w, how) for how in ("none", "sum", "mean")], [X, normal(8), CHANCES]),
    "cross_entropy": (lambda x, t: [F.cross_entropy(x, t, reduction=how) for how in ("none", "sum", "mean")], [X, LABELS]),
    "cross_entropy weighted": (lambda x, t, w: F.cross_entropy(x, t, w, 3, label_smoothing=0.1), [X, LABELS, CHANCES[0]]),
    "cross_entropy of chances": (F.cross_entropy, [X, CHANCES]),
    "cross_entropy_with_grad": (F.cross_entropy_with_grad, [X, LABELS]),
    "cross_entropy of axes": (lambda x, t: F.cross_entropy(x, t, reduction="none"), [normal(2, 5, 3), np.array([[0, 1, 4], [2, 2, 0]])]),
    "nll_loss": (F.nll_loss, [X, LABELS.astype(np.uint8)]),
    "linear": (F.linear, [X, WEIGHT, BIAS]),
    "linear without": (F.linear, [X, WEIGHT]),
    "linear relu": (lambda x, w, b: F.linear(x, w, b, "relu"), [X, WEIGHT, BIAS]),
    "linear gelu of three axes": (lambda x, w, b: F.linear(x, w, b, "gelu"), [normal(3, 2, 8), WEIGHT, BIAS]),
    "embedding": (F.embedding, [np.array([[3, 0], [1, 5]]), X]),
    "embedding small": (F.embedding, [np.array([5, 5, 2], np.int8), X]),
    "one_hot": (lambda x: [F.one_hot(x), F.one_hot(x, 9, "float32")], [LABELS]),
    "dropout": (lambda x: F.dropout(x, 0.4, rng=3), [X]),
    "dropout2d": (lambda x: F.dropout2d(x, 0.4, rng=3), [IMAGE]),
    "conv1d": (lambda x, w, b: F.conv1d(x, w, b, 2, 1), [SOUND, normal(6, 4, 3), normal(6)]),
    "conv2d": (lambda x, w, b: F.conv2d(x, w, b, (2, 1), 1, groups=2), [IMAGE, normal(6, 2, 3, 2), normal(6)]),
    "conv2d of one": (lambda x, w: F.conv2d(x, w, padding="same", dilation=2), [normal(4, 7, 9), normal(3, 4, 3, 3)]),
    "conv_transpose1d": (lambda x, w: F.conv_transpose1d(x, w, stride=2, output_padding=1), [SOUND, normal(4, 3, 3)]),
    "conv_transpose2d": (lambda x, w, b: F.conv_transpose2d(x, w, b, 2, 1), [IMAGE, normal(4, 3, 3, 3), normal(3)]),
    "max_pool1d": (lambda x: F.max_pool1d(x, 3, 2, 1, ceil_mode=True), [SOUND]),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2, return_indices=True), [IMAGE]),
    "avg_pool1d": (lambda x: F.avg_pool1d(x, 3, padding=1), [SOUND]),
    "avg_pool2d": (lambda x: F.avg_pool2d(x, (2, 3), 1, 1, count_include_pad=False), [IMAGE]),
    "adaptive_avg_pool2d": (lambda x: [F.adaptive_avg_pool2d(x, (None, 4)), F.adaptive_avg_pool1d(x, 2)], [IMAGE]),
    "adaptive_max_pool2d": (lambda x: [*F.adaptive_max_pool2d(x, 3, True), F.adaptive_max_pool1d(x, 2)], [IMAGE]),
    "attention": (F.scaled_dot_product_attention, [QUERY, KEY, VALUE]),
    "attention causal": (lambda q: F.scaled_dot_product_attention(q, q, q, is_causal=True, scale=0.5), [QUERY]),
    "attention masked": (F.scaled_dot_product_attention, [QUERY, KEY, VALUE, rng.random((5, 7)) < 0.8]),
    "attention added": (F.scaled_dot_product_attention, [QUERY, KEY, VALUE, normal(5, 7)]),
    "attention dropped": (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, dropout_p=0.3, rng=4), [QUERY, KEY, VALUE]),
    "attention of groups": (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), [normal(2, 4, 5, 8), KEY, VALUE]),
    "attention broadcast": (F.scaled_dot_product_attention, [QUERY, KEY[0], VALUE[:1]]),
    "rope": (lambda x, p: F.apply_rope(x, p), [QUERY, np.arange(5)]),
    "rope tables": (F.apply_rope, [QUERY, normal(5, 4), normal(5, 4)]),
}  # fmt: skip


def spread(x, device):
    """The same numbers on the device, every other element of memory along each axis, the last one backwards."""
    if not isinstance(x, np.ndarray) or x.ndim == 0:
        return there(x, device)
    wide = np.zeros([2 * n for n in x.shape], x.dtype)
    at = (slice(None, None, 2),) * (x.ndim - 1)
    wide[(*at, slice(None, None, -2))] = x
    return numrs.asarray(wide, device=device)[(*at, slice(None, None, -2))]


@pytest.mark.parametrize("name", CALLS)
def test_dtypes_and_strides(name, accelerator):
    function, arrays = CALLS[name]
    for dtype in FLOATS:
        args = [x.astype(dtype) if x.dtype.kind == "f" else x for x in arrays]
        with numrs.device("cpu"):
            on_cpu = [numrs.asarray(x) for x in args]
            try:
                expected = function(*on_cpu)
            except TypeError as error:  # a dtype that the function does not take is refused by both
                with pytest.raises(TypeError, match=str(error)[:12]):
                    function(*there(args, accelerator))
                continue
        assert_same(function(*there(args, accelerator)), expected, accelerator, f"{name} {dtype}")
        assert_same(function(*[spread(x, accelerator) for x in args]), expected, accelerator, f"{name} {dtype} strided")


INTEGERS = ("relu", "sigmoid", "softmax", "layer_norm", "batch_norm", "mse_loss", "cross_entropy", "gelu")


@pytest.mark.parametrize("name", INTEGERS)
def test_integers_become_float64(name, accelerator):
    function, arrays = CALLS[name]
    args = [(x * 4).astype(np.int32) if x.dtype.kind == "f" else x for x in arrays]
    args[1:] = arrays[1:]
    with numrs.device("cpu"):
        expected = function(*[numrs.asarray(x) for x in args])
    assert_same(function(*there(args, accelerator)), expected, accelerator, name)


EMPTY = {
    "relu": (F.relu, [np.zeros((0, 3))]),
    "softmax": (F.softmax, [np.zeros((0, 3))]),
    "layer_norm": (lambda x: F.layer_norm(x, 3), [np.zeros((0, 3))]),
    "mse_loss": (lambda x: F.mse_loss(x, x, reduction="sum"), [np.zeros((0, 3))]),
    "cross_entropy": (lambda x, t: F.cross_entropy(x, t, reduction="none"), [np.zeros((0, 3)), np.zeros(0, np.int64)]),
    "linear": (F.linear, [np.zeros((0, 8)), WEIGHT, BIAS]),
    "linear of nothing": (F.linear, [np.zeros((3, 0)), np.zeros((0, 5)), BIAS]),
    "embedding": (F.embedding, [np.zeros(0, np.int64), X]),
    "one_hot": (lambda x: F.one_hot(x, 4), [np.zeros((0, 2), np.int64)]),
    "dropout": (lambda x: F.dropout(x, 0.5, rng=1), [np.zeros((0, 3))]),
    "conv2d": (F.conv2d, [np.zeros((0, 4, 7, 9)), normal(6, 4, 3, 3)]),
    "max_pool2d": (lambda x: F.max_pool2d(x, 2), [np.zeros((0, 4, 7, 9))]),
    "attention": (F.scaled_dot_product_attention, [np.zeros((0, 2, 5, 8)), np.zeros((0, 2, 7, 8)), np.zeros((0, 2, 7, 3))]),
    "attention without keys": (F.scaled_dot_product_attention, [QUERY, np.zeros((2, 2, 0, 8)), np.zeros((2, 2, 0, 3))]),
}


@pytest.mark.parametrize("name", EMPTY)
def test_nothing_in_nothing_out(name, accelerator):
    function, arrays = EMPTY[name]
    with numrs.device("cpu"):
        expected = function(*[numrs.asarray(x) for x in arrays])
    assert_same(function(*there(arrays, accelerator)), expected, accelerator, name)


# Positions, tables and masks may be ndarrays beside tensors of a device, positions tensors of any device.
TAKEN_FROM_THE_HOST = {"rope tables": (1, 2), "attention masked": (3,), "attention added": (3,)}


@pytest.mark.parametrize("name", CALLS)
def test_operands_of_the_cpu_beside_a_device(name, accelerator):
    function, arrays = CALLS[name]
    if len(arrays) < 2:
        return
    placed = there(arrays, accelerator)
    for i in range(len(arrays)):
        for other in (arrays[i], numrs.asarray(arrays[i], device="cpu")):
            if name == "rope" or (isinstance(other, np.ndarray) and i in TAKEN_FROM_THE_HOST.get(name, ())):
                continue
            for beside in (placed, [numrs.asarray(x, device="cpu") for x in arrays]):  # one of the CPU beside the device, and the other way round
                alone = other if beside is placed else placed[i]
                with pytest.raises(ValueError, match=rf"(?si){accelerator}.*cpu|cpu.*{accelerator}") as caught:
                    function(*[alone if k == i else x for k, x in enumerate(beside)])
                assert ".to(" in str(caught.value)


def test_results_go_where_the_operands_are(accelerator):
    x, y = numrs.asarray(X, device=accelerator), numrs.zeros(X.shape, device=accelerator)
    assert F.relu(x, out=y) is y
    assert_same(y, np.maximum(X, 0), accelerator)
    for function in (F.relu, F.softmax, F.gelu):
        with pytest.raises(ValueError, match="device"):
            function(x, out=numrs.zeros(X.shape, device="cpu"))
        with pytest.raises(ValueError, match="device"):
            function(numrs.asarray(X, device="cpu"), out=y)


def test_errors_are_those_of_the_cpu(accelerator):
    calls = [
        lambda x, t: F.cross_entropy(x, t + 8),
        lambda x, t: F.nll_loss(x, t - 9),
        lambda x, t: F.embedding(t + 1, x),
        lambda x, t: F.one_hot(t, 5),
        lambda x, t: F.linear(x, x),
        lambda x, t: F.layer_norm(x, 8, eps=-1.0),
        lambda x, t: F.conv1d(x, x),
        lambda x, t: F.max_pool1d(x, 20),
        lambda x, t: F.softmax(x, 5),
        lambda x, t: F.mse_loss(x, x[:5]),
        lambda x, t: F.dropout(t, 0.5),
        lambda x, t: F.scaled_dot_product_attention(x, x[:, :5], x),
    ]
    for call in calls:
        found = []
        for device in ("cpu", accelerator):
            with pytest.raises((ValueError, IndexError, TypeError)) as caught:
                call(numrs.asarray(X, device=device), numrs.asarray(LABELS, device=device))
            found.append((caught.type, str(caught.value)))
        assert found[0] == found[1]


def test_running_statistics(accelerator):
    mean, var = normal(4).astype(np.float32), rng.random(4).astype(np.float32)
    pair = [there(mean, accelerator), there(var, accelerator)]
    F.batch_norm(there(IMAGE.astype(np.float32), accelerator), *pair, training=True)
    F.batch_norm(IMAGE.astype(np.float32), mean, var, training=True)
    assert_same(pair, [mean, var], accelerator)
    with pytest.raises(ValueError, match="running_mean"):
        F.batch_norm(there(IMAGE.astype(np.float32), accelerator), mean, var, training=True)


def test_weights_that_are_followed(accelerator):
    found = []
    for device in ("cpu", accelerator):
        w = numrs.Tensor(CHANCES[0], device=device, requires_grad=True)
        F.cross_entropy(there(X, device), there(LABELS, device), w).backward()
        found.append(w.grad)
    assert_same(found[1], found[0], accelerator)


# ------------------------------------------------------------------------------------------------ optimizers

OPTIMIZERS = {
    "SGD": {"momentum": 0.9, "nesterov": True}, "Adam": {"amsgrad": True}, "AdamW": {}, "RMSprop": {"momentum": 0.5, "centered": True},
    "Adagrad": {}, "Adadelta": {}, "Lion": {}, "NAdam": {}, "RAdam": {},
}  # fmt: skip


def stepped(name, options, dtype, device):
    with numrs.device(device):
        wide = numrs.asarray(np.repeat(X, 2, axis=1).astype(dtype), device=device)
        params = [numrs.asarray(WEIGHT.astype(dtype)), wide[:, ::2], numrs.asarray(BIAS.astype(dtype)), numrs.zeros(0, dtype=dtype)]
        optimizer = getattr(optimizers, name)(params, lr=0.01, **options)
        for step in range(3):
            for k, p in enumerate(params):
                p.grad = None if (k, step) == (2, 1) else numrs.asarray((np.cos(np.arange(p.size) + step) * 3).reshape(p.shape).astype(dtype))
            params[1].grad = numrs.asarray(np.asarray(params[1].grad.cpu()).T.copy()).T  # in another order
            norm = optimizers.clip_grad_norm_(params, 2.0) if step else optimizers.clip_grad_norm_(params, 2.0, norm_type=float("inf"))
            if step == 2:
                optimizers.clip_grad_value_(params, 0.125)
            optimizer.step()
            if step == 1:
                optimizer.zero_grad(set_to_none=False)
        return [*params, norm, params[0].grad]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers(name, dtype, accelerator):
    assert_same(stepped(name, OPTIMIZERS[name], dtype, accelerator), stepped(name, OPTIMIZERS[name], dtype, "cpu"), accelerator, name)


def test_a_gradient_or_parameter_elsewhere(accelerator):
    here, away = numrs.zeros(3, device="cpu"), numrs.zeros(3, device=accelerator)
    for p in (here, away):
        p.grad = numrs.ones(3, device=p.device)
    with pytest.raises(ValueError, match=accelerator):
        optimizers.Adam([here, away]).step()
    assert optimizers.clip_grad_norm_([here, away], 100.0) == np.sqrt(6.0)


# ------------------------------------------------------------------------------------------------ random numbers

DRAWS = {
    "random": lambda g, **at: [g.random((3, 5), **at), g.random(dtype="float32", **at)],
    "uniform": lambda g, **at: g.uniform(-1, 3, (7,), **at),
    "normal": lambda g, **at: [g.normal(1.0, 2.0, (4, 3), **at), g.normal([0.0, 10.0], [[1.0], [2.0]], **at)],
    "standard_normal": lambda g, **at: g.standard_normal(1001, "float32", **at),
    "lognormal": lambda g, **at: g.lognormal(0, 0.5, 9, **at),
    "exponential": lambda g, **at: g.exponential([1.0, 100.0], **at),
    "standard_exponential": lambda g, **at: g.standard_exponential(5, **at),
    "laplace": lambda g, **at: g.laplace(size=(2, 2), **at),
    "standard_cauchy": lambda g, **at: g.standard_cauchy(4, **at),
    "gamma": lambda g, **at: g.gamma([0.5, 3.0], 2.0, (6, 2), **at),
    "standard_gamma": lambda g, **at: g.standard_gamma(2.5, 7, **at),
    "beta": lambda g, **at: g.beta(2.0, 3.0, 7, **at),
    "integers": lambda g, **at: [g.integers(10, size=(3, 4), **at), g.integers([0, 5], [3, 9], dtype="int8", **at),
                               g.integers(2**63, dtype="uint64", **at)],
    "integers bool": lambda g, **at: g.integers(2, size=9, dtype="bool", **at),
    "bernoulli": lambda g, **at: g.bernoulli(0.3, 20, **at),
    "binomial": lambda g, **at: g.binomial([1, 100], 0.3, (5, 2), **at),
    "geometric": lambda g, **at: g.geometric(0.2, 8, **at),
    "poisson": lambda g, **at: g.poisson([0.5, 30.0], (4, 2), **at),
    "multinomial": lambda g, **at: [g.multinomial(20, [0.2, 0.3, 0.5], (3,), **at), g.multinomial([5, 6], [[0.5, 0.5], [1.0, 0.0]], **at)],
    "choice": lambda g, **at: [g.choice(9, (2, 3), **at), g.choice(9, 4, replace=False, **at), g.choice(X, 3, axis=1, **at),
                               g.choice(3, 5, p=[0.2, 0.3, 0.5], **at)],
    "permutation": lambda g, **at: [g.permutation(11, **at), g.permutation(X, axis=1, **at)],
    "nothing": lambda g, **at: [g.normal(size=0, **at), g.integers(3, size=(0, 2), **at), g.permutation(0, **at)],
}  # fmt: skip


@pytest.mark.parametrize("name", DRAWS)
def test_draws(name, accelerator):
    there_, here = numrs.random.default_rng(5), numrs.random.default_rng(5)
    assert_same(DRAWS[name](there_, device=accelerator), DRAWS[name](here), accelerator, name)
    assert there_.state == here.state
    assert_same([there_.random(3, device=accelerator)], [here.random(3)], accelerator, name)  # they go on alike


def test_draws_by_parameters_of_a_device(accelerator):
    there_, here = numrs.random.default_rng(5), numrs.random.default_rng(5)
    low, high = np.array([0, 5]), np.array([[3], [9]])[:, 0] + 6
    placed = there([low, high, X, np.abs(X)], accelerator)
    assert_same(there_.integers(placed[0], placed[1], (4, 2)), here.integers(low, high, (4, 2)), accelerator)
    found = there_.integers(placed[0], placed[1], dtype="uint8", endpoint=True)
    assert_same(found, here.integers(low, high, dtype="uint8", endpoint=True), accelerator)
    assert_same(there_.normal(placed[2], placed[3]), here.normal(X, np.abs(X)), accelerator)
    assert_same(there_.normal(placed[2][:, ::2], 2.0), here.normal(X[:, ::2], 2.0), accelerator)
    assert_same(there_.permutation(placed[2]), here.permutation(X), accelerator)
    assert_same(there_.choice(placed[2], 4), here.choice(X, 4), accelerator)
    assert_same(there_.permuted(placed[2], axis=1), here.permuted(X, axis=1), accelerator)
    assert_same(there_.permuted(placed[2]), here.permuted(X), accelerator)
    assert_same(there_.multinomial(placed[1], there(np.array([0.25, 0.75]), accelerator)), here.multinomial(high, [0.25, 0.75]), accelerator)
    y, z = numrs.asarray(X, device=accelerator), X.copy()
    there_.shuffle(y, axis=1)
    here.shuffle(z, axis=1)
    assert_same(y, z, accelerator)
    assert there_.normal(out=y) is y
    assert_same(y, here.normal(size=X.shape), accelerator)
    there_.random(out=y[:, ::2])
    z = np.asarray(y.cpu())
    assert_same(y[:, ::2], here.random((6, 4)), accelerator)
    assert there_.state == here.state


def test_wrong_draws(accelerator):
    g = numrs.random.default_rng(5)
    state = g.state
    x = numrs.asarray(X, device=accelerator)
    for call in (
        lambda: g.normal(x, X),
        lambda: g.normal(x, numrs.asarray(X, device="cpu")),
        lambda: g.normal(x, 1.0, device="cpu"),
        lambda: g.random(device=accelerator, out=np.zeros(3)),
        lambda: g.random(device="cpu", out=x),
        lambda: g.normal(0.0, -1.0, device=accelerator),
        lambda: g.normal(x, -1.0),
        lambda: g.uniform(1, 0, 5, device=accelerator),
        lambda: g.integers(0, 5, out=numrs.zeros((2, 2), dtype="int64", device=accelerator), size=3),
        lambda: g.integers(300, size=3, dtype="uint8", device=accelerator),
        lambda: g.normal(x, x[:5]),
        lambda: g.multinomial(5, [0.9, 0.9], device=accelerator),
        lambda: g.bernoulli(1.5, device=accelerator),
    ):
        with pytest.raises(ValueError):
            call()
    for call in (
        lambda: g.random(out=numrs.zeros(3, dtype="int64", device=accelerator)),
        lambda: g.integers(x),
        lambda: g.poisson(out=x),
    ):
        with pytest.raises(TypeError):
            call()
    assert g.state == state
    assert_same(x, X, accelerator)


# ------------------------------------------------------------------------------------------------ functions made of others

PLANES = normal(2, 4, 6, 6)
COMPOSED = {
    "add_bias": (F.add_bias, [X, normal(8)]),
    "channel_shuffle": (lambda x: F.channel_shuffle(x, 2), [PLANES]),
    "cosine_embedding_loss": (lambda x, y: F.cosine_embedding_loss(x, y, there(SIGNS[:, 0], x.device)), [X, normal(6, 8)]),
    "cosine_similarity": (F.cosine_similarity, [X, normal(6, 8)]),
    "ctc_loss": (lambda x: F.ctc_loss(F.log_softmax(x, -1), there(np.array([[1, 2], [2, 2]]), x.device), there(np.array([6, 5]), x.device),
                                      there(np.array([2, 1]), x.device)), [normal(6, 2, 4)]),
    "fold": (lambda x: F.fold(x, (6, 6), 3), [normal(2, 18, 16)]),
    "glu": (F.glu, [X]),
    "hardshrink": (F.hardshrink, [X]),
    "interpolate": (lambda x: [F.interpolate(x, scale_factor=2), F.interpolate(x, (4, 9), mode="bilinear")], [PLANES]),
    "local_response_norm": (lambda x: F.local_response_norm(x, 3), [PLANES]),
    "margin_ranking_loss": (lambda x, y: F.margin_ranking_loss(x, y, there(SIGNS, x.device), 0.5), [X, normal(6, 8)]),
    "multi_margin_loss": (lambda x: F.multi_margin_loss(x, there(LABELS, x.device)), [X]),
    "multilabel_margin_loss": (lambda x: F.multilabel_margin_loss(x, there(np.array([[3, 0, -1, 1], [1, -1, 0, 0]]), x.device)), [normal(2, 4)]),
    "multilabel_soft_margin_loss": (lambda x: F.multilabel_soft_margin_loss(x, there((SIGNS + 1) / 2, x.device)), [X]),
    "normalize": (F.normalize, [X]),
    "pairwise_distance": (F.pairwise_distance, [X, normal(6, 8)]),
    "pixel_shuffle": (lambda x: F.pixel_shuffle(x, 2), [PLANES]),
    "pixel_unshuffle": (lambda x: F.pixel_unshuffle(x, 2), [PLANES]),
    "prelu": (F.prelu, [PLANES, normal(4)]),
    "sigmoid_focal_loss": (lambda x: F.sigmoid_focal_loss(x, there((SIGNS + 1) / 2, x.device), reduction="mean"), [X]),
    "softmin": (F.softmin, [X]),
    "softshrink": (F.softshrink, [X]),
    "swish": (F.swish, [X]),
    "tanhshrink": (F.tanhshrink, [X]),
    "threshold": (lambda x: F.threshold(x, 0.5, -1.0), [X]),
    "triplet_margin_loss": (F.triplet_margin_loss, [X, normal(6, 8), normal(6, 8)]),
    "triplet_margin_with_distance_loss": (F.triplet_margin_with_distance_loss, [X, normal(6, 8), normal(6, 8)]),
    "unfold": (lambda x: F.unfold(x, 3, padding=1), [PLANES]),
}  # fmt: skip


def with_gradients(function, arrays, device):
    given = [numrs.Tensor(x, device=device, requires_grad=True) for x in arrays]
    made = flat(function(*given))
    numrs.autograd.backward(made, [numrs.ones(y.shape, dtype=y.dtype, device=y.device) for y in made])
    return [*made, *[x.grad for x in given]]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", COMPOSED)
def test_functions_made_of_others(name, dtype, accelerator):
    function, arrays = COMPOSED[name]
    arrays = [x.astype(dtype) for x in arrays]
    found = with_gradients(function, arrays, accelerator)
    with numrs.device("cpu"):
        assert_same(found, with_gradients(function, arrays, "cpu"), accelerator, name)
    found = function(*[spread(x, accelerator) for x in arrays])
    with numrs.device("cpu"):
        assert_same(found, function(*[numrs.asarray(x) for x in arrays]), accelerator, f"{name} strided")


@pytest.mark.parametrize("name", CALLS)
def test_gradients_in_float32(name, accelerator):
    function, arrays = CALLS[name]
    if arrays[0].dtype.kind != "f" or name in ("max_pool2d", "adaptive_max_pool2d", "cross_entropy_with_grad"):  # indices are among the results
        return
    found = []
    for device in ("cpu", accelerator):
        with numrs.device(device):
            args = [numrs.Tensor(x.astype(np.float32), device=device, requires_grad=x is arrays[0]) if x.dtype.kind == "f" else there(x, device)
                    for x in arrays]  # fmt: skip
            made = flat(function(*args))
            numrs.autograd.backward(made, [numrs.ones(y.shape, dtype=y.dtype, device=device) for y in made])
            found.append([*made, args[0].grad])
    assert_same(found[1], found[0], accelerator, name)
