"""Layers, losses and optimizers beside PyTorch's, where torch is installed: 100 steps within 1e-5 in float32 and 1e-12 in float64."""

import numpy as np
import numrs
import pytest
from numrs import functional as F
from numrs import nn, optimizers

torch = pytest.importorskip("torch")
TOLERANCE = {np.float32: 1e-5, np.float64: 1e-12}
DTYPES = [np.float32, np.float64]


def both(shape, dtype, seed=0, low=None, high=None):
    rng = np.random.default_rng(seed)
    a = rng.standard_normal(shape) if low is None else rng.uniform(low, high, shape)
    a = a.astype(dtype)
    return numrs.asarray(a.copy()), torch.tensor(a)


def close(ours, theirs, tolerance):
    a, b = np.asarray(ours.detach().numpy()), theirs.detach().numpy()
    assert a.shape == b.shape
    scale = max(1.0, float(np.abs(b).max(initial=0)))
    assert np.abs(a - b).max(initial=0) <= tolerance * scale


def compare(ours, theirs, inputs, dtype, tolerance=None):
    """Results and gradients for inputs [(numrs, torch)]."""
    for a, b in inputs:
        a.requires_grad = True
        b.requires_grad_(True)
    y, z = ours(*[a for a, _ in inputs]), theirs(*[b for _, b in inputs])
    tolerance = tolerance or TOLERANCE[dtype]
    close(y, z, tolerance)
    weights, torch_weights = both(tuple(z.shape), dtype, 9)
    numrs.sum(y * weights).backward()
    (z * torch_weights).sum().backward()
    for a, b in inputs:
        close(a.grad, b.grad, 10 * tolerance)


FUNCTIONS = {
    "relu": {},
    "relu6": {},
    "leaky_relu": {"negative_slope": 0.2},
    "elu": {"alpha": 1.3},
    "selu": {},
    "celu": {"alpha": 0.7},
    "gelu": {"approximate": "none"},
    "silu": {},
    "mish": {},
    "sigmoid": {},
    "tanh": {},
    "softplus": {"beta": 2.0},
    "softsign": {},
    "hardswish": {},
    "hardsigmoid": {},
    "hardtanh": {"min_val": -0.5},
    "logsigmoid": {},
    "softmax": {"dim": 1},
    "log_softmax": {"dim": 0},
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations(name, dtype):
    options = FUNCTIONS[name]
    tolerance = (
        1e-7 if name in ("celu", "hardsigmoid") else None
    )  # PyTorch has their constants 1/alpha and 1/6 in float32
    compare(lambda x: getattr(F, name)(x, **options), lambda x: getattr(torch.nn.functional, name)(x, **options), [both((5, 7), dtype)], dtype,
            tolerance)  # fmt: skip


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "options", [{}, {"stride": 2, "padding": 1}, {"dilation": 2, "padding": 2}, {"groups": 2, "padding": (0, 1)}]
)
def test_conv2d(options, dtype):
    groups = options.get("groups", 1)
    inputs = [both((2, 4, 9, 8), dtype), both((6, 4 // groups, 3, 3), dtype, 1), both((6,), dtype, 2)]
    compare(
        lambda x, w, b: F.conv2d(x, w, b, **options),
        lambda x, w, b: torch.nn.functional.conv2d(x, w, b, **options),
        inputs,
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("options", [{}, {"stride": 2, "padding": 1, "output_padding": 1}, {"groups": 2}])
def test_conv_transpose2d(options, dtype):
    inputs = [both((2, 4, 5, 6), dtype), both((4, 6 // options.get("groups", 1), 3, 3), dtype, 1), both((6,), dtype, 2)]
    compare(
        lambda x, w, b: F.conv_transpose2d(x, w, b, **options),
        lambda x, w, b: torch.nn.functional.conv_transpose2d(x, w, b, **options),
        inputs,
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("max_pool2d", (2,)),
        ("max_pool2d", (3, 2, 1)),
        ("avg_pool2d", (3, 2, 1)),
        ("avg_pool2d", (2,)),
        ("adaptive_avg_pool2d", ((3, 2),)),
        ("max_pool1d", (2,)),
    ],
)
def test_pools(name, args, dtype):
    shape = (2, 3, 9) if name.endswith("1d") else (2, 3, 9, 8)
    compare(
        lambda x: getattr(F, name)(x, *args),
        lambda x: getattr(torch.nn.functional, name)(x, *args),
        [both(shape, dtype)],
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
def test_norms(dtype):
    w, b = both((6,), dtype, 1), both((6,), dtype, 2)
    compare(
        lambda x, w, b: F.layer_norm(x, (6,), w, b),
        lambda x, w, b: torch.nn.functional.layer_norm(x, (6,), w, b),
        [both((4, 6), dtype), w, b],
        dtype,
    )
    compare(
        lambda x, w: F.rms_norm(x, (6,), w, 1e-6),
        lambda x, w: torch.nn.functional.rms_norm(x, (6,), w, 1e-6),
        [both((4, 6), dtype), both((6,), dtype, 1)],
        dtype,
    )
    compare(
        lambda x, w, b: F.group_norm(x, 3, w, b),
        lambda x, w, b: torch.nn.functional.group_norm(x, 3, w, b),
        [both((4, 6, 5), dtype), both((6,), dtype, 1), both((6,), dtype, 2)],
        dtype,
    )
    compare(
        lambda x, w, b: F.batch_norm(x, None, None, w, b, True),
        lambda x, w, b: torch.nn.functional.batch_norm(x, None, None, w, b, True),
        [both((4, 6, 5), dtype), both((6,), dtype, 1), both((6,), dtype, 2)],
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("options", [{}, {"is_causal": True}, {"scale": 0.3}])
def test_attention(options, dtype):
    inputs = [both((2, 3, 7, 5), dtype, i) for i in range(3)]
    compare(
        lambda q, k, v: F.scaled_dot_product_attention(q, k, v, **options),
        lambda q, k, v: torch.nn.functional.scaled_dot_product_attention(q, k, v, **options),
        inputs,
        dtype,
    )


LOSSES = {
    "mse_loss": {},
    "l1_loss": {},
    "huber_loss": {"delta": 0.5},
    "smooth_l1_loss": {"beta": 0.5},
    "binary_cross_entropy_with_logits": {},
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LOSSES)
def test_losses_of_pairs(name, dtype, reduction):
    target, torch_target = both((4, 5), dtype, 3, 0.1, 0.9)
    options = {**LOSSES[name], "reduction": reduction}
    compare(
        lambda x: getattr(F, name)(x, target, **options),
        lambda x: getattr(torch.nn.functional, name)(x, torch_target, **options),
        [both((4, 5), dtype)],
        dtype,
    )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    "options", [{}, {"label_smoothing": 0.1}, {"reduction": "sum"}, {"reduction": "none"}, {"ignore_index": 2}]
)
def test_cross_entropy(options, dtype):
    labels = np.array([0, 2, 1, 6, 2, 3])
    compare(
        lambda x: F.cross_entropy(x, numrs.asarray(labels), **options),
        lambda x: torch.nn.functional.cross_entropy(x, torch.tensor(labels), **options),
        [both((6, 7), dtype)],
        dtype,
    )


OPTIMIZERS = {
    "sgd": (
        lambda p: optimizers.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-3),
        lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, weight_decay=1e-3),
    ),
    "plain sgd": (lambda p: optimizers.SGD(p, lr=0.05), lambda p: torch.optim.SGD(p, lr=0.05)),
    "adam": (
        lambda p: optimizers.Adam(p, lr=1e-3, weight_decay=1e-3),
        lambda p: torch.optim.Adam(p, lr=1e-3, weight_decay=1e-3),
    ),
    "amsgrad": (
        lambda p: optimizers.Adam(p, lr=1e-3, amsgrad=True),
        lambda p: torch.optim.Adam(p, lr=1e-3, amsgrad=True),
    ),
    "adamw": (
        lambda p: optimizers.AdamW(p, lr=1e-3, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, lr=1e-3, weight_decay=0.1),
    ),
    "rmsprop": (
        lambda p: optimizers.RMSprop(p, lr=1e-3, momentum=0.5, centered=True),
        lambda p: torch.optim.RMSprop(p, lr=1e-3, momentum=0.5, centered=True),
    ),
    "adagrad": (lambda p: optimizers.Adagrad(p, lr=1e-2), lambda p: torch.optim.Adagrad(p, lr=1e-2)),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_hundred_steps(name, dtype):
    rng = np.random.default_rng(1)
    ours = nn.Sequential(nn.Linear(6, 16, activation="tanh", rng=1), nn.Linear(16, 4, rng=2))
    ours = ours.double() if dtype is np.float64 else ours
    theirs = torch.nn.Sequential(torch.nn.Linear(6, 16), torch.nn.Tanh(), torch.nn.Linear(16, 4)).to(
        torch.float64 if dtype is np.float64 else torch.float32
    )
    with torch.no_grad():
        for layer, other in zip(ours, (theirs[0], theirs[2])):
            other.weight.copy_(torch.tensor(layer.weight.detach().numpy().T.copy()))
            other.bias.copy_(torch.tensor(layer.bias.detach().numpy().copy()))
    ours_step, theirs_step = OPTIMIZERS[name][0](ours.parameters()), OPTIMIZERS[name][1](theirs.parameters())
    x, labels = rng.standard_normal((32, 6)).astype(dtype), rng.integers(0, 4, 32)
    for _ in range(100):
        ours_step.zero_grad()
        loss = F.cross_entropy(ours(numrs.asarray(x)), numrs.asarray(labels))
        loss.backward()
        ours_step.step()
        theirs_step.zero_grad()
        other = torch.nn.functional.cross_entropy(theirs(torch.tensor(x)), torch.tensor(labels))
        other.backward()
        theirs_step.step()
        assert abs(float(loss) - float(other.detach())) <= TOLERANCE[dtype]
    for p, q in zip(ours.parameters(), theirs.parameters()):
        close(p if p.ndim == 1 else p.detach().T, q, 10 * TOLERANCE[dtype])
