"""Gradients of the gradients of networks' kernels, against finite differences; and the formulas that they are made of, against the kernels."""

import inspect

import numpy as np
import numrs
import pytest
from numrs import autograd
from numrs import functional as F
from numrs.autograd import formulas, formulas_losses

rng = np.random.default_rng(3)


def real(*shape, low=-2.0, high=2.0):
    """Numbers apart from each other, so that no difference steps over a kink or a tie."""
    n = int(np.prod(shape))
    line = np.linspace(low, high, n + 2)[1:-1] + rng.uniform(-0.2, 0.2, n) * (high - low) / (n + 2)
    return rng.permutation(line).reshape(shape)


def positive(*shape):
    return real(*shape, low=0.3, high=3.0)


def unit(*shape):
    return real(*shape, low=0.05, high=0.95)


def simplex(*shape):
    p = rng.random(shape) + 0.1
    return p / p.sum(axis=1, keepdims=True)


A, X2, X4 = real(3, 4), real(2, 6), real(2, 4, 6, 5)
SIGNS = np.where(rng.random((3, 4)) > 0.5, 1.0, -1.0)
LABELS = np.array([2, 0, 1, 3, -100])
MASK = rng.random((3, 5)) > 0.4
MASK[1] = False  # a row that sees nothing

# name of the rule → calls and their inputs
CASES = {
    name: [(getattr(F, name), [A])]
    for name in ("relu", "relu6", "selu", "silu", "softsign", "hardswish", "hardsigmoid", "mish", "logsigmoid", "hardtanh",
                 "leaky_relu", "elu", "celu", "gelu", "softmax", "log_softmax")
}  # fmt: skip
CASES["relu6"].append((F.relu6, [A * 5]))
CASES["hardswish"].append((F.hardswish, [A * 3]))
CASES["hardtanh"].append((lambda x: F.hardtanh(x, -0.7, 1.2), [A]))
CASES["leaky_relu"].append((lambda x: F.leaky_relu(x, 0.3), [A]))
CASES["elu"].append((lambda x: F.elu(x, 0.7), [A]))
CASES["celu"].append((lambda x: F.celu(x, 0.7), [A]))
CASES["gelu"].append((lambda x: F.gelu(x, "tanh"), [A]))
CASES["softmax"] += [(lambda x: F.softmax(x, 0), [A]), (F.softmax_last_dim, [real(2, 3, 4)]), (lambda x: F.softmax(x, axis=1), [real(2, 3, 4)])]
CASES["log_softmax"].append((lambda x: F.log_softmax(x, 0), [A]))
CASES["functional.softplus"] = [(F.softplus, [A]), (lambda x: F.softplus(x, 2.0, 1.5), [A])]
CASES["linear"] = [(F.linear, [A, real(4, 2), real(2)]), (lambda x, w: F.linear(x, w), [real(2, 3, 4), real(4, 2)])]
CASES["linear"].append((F.linear, [real(4), real(4, 2)]))
CASES["linear"] += [
    (lambda x, w, b, a=a: F.linear(x, w, b, a), [A, real(4, 5) / 2, real(5)])
    for a in ("relu", "gelu", "gelu_tanh", "silu", "sigmoid", "tanh", "leaky_relu", "relu6", "selu", "softsign", "hardswish", "hardsigmoid",
              "mish", "logsigmoid")
]  # fmt: skip
CASES["layer_norm"] = [
    (lambda x, w, b: F.layer_norm(x, 4, w, b), [A, positive(4), real(4)]),
    (lambda x: F.layer_norm(x, (3, 4), eps=0.1), [real(2, 3, 4)]),
    (lambda x, w: F.layer_norm(x, w), [A, positive(4)]),
]
CASES["rms_norm"] = [(lambda x, w: F.rms_norm(x, 4, w), [A, positive(4)]), (lambda x: F.rms_norm(x, (3, 4), eps=0.1), [real(2, 3, 4)])]
CASES["group_norm"] = [
    (lambda x, w, b: F.group_norm(x, 2, w, b), [real(2, 4, 3), positive(4), real(4)]),
    (lambda x: F.group_norm(x, 3), [real(2, 6)]),
]
STATISTICS = (np.array([0.1, -0.2, 0.3]), np.array([1.0, 0.5, 2.0]))
CASES["batch_norm"] = [
    (lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True), [real(4, 3), positive(3), real(3)]),
    (lambda x: F.batch_norm(x, None, None, training=True, eps=0.1), [real(3, 3, 2, 2)]),
    (lambda x, w, b: F.batch_norm(x, *STATISTICS, w, b), [real(2, 3, 4), positive(3), real(3)]),
]
Q, K, V = real(2, 3, 4) / 2, real(2, 5, 4) / 2, real(2, 5, 3)
CASES["scaled_dot_product_attention"] = [
    (F.scaled_dot_product_attention, [Q, K, V]),
    (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, is_causal=True, scale=0.4), [Q, K, V]),
    (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, MASK), [Q, K, V]),
    (F.scaled_dot_product_attention, [Q, K, V, real(3, 5)]),
    (lambda q, k, v: F.scaled_dot_product_attention(q, k, v, enable_gqa=True), [real(4, 3, 2), real(2, 3, 2), real(2, 3, 2)]),
]
CASES["apply_rope"] = [
    (lambda x: F.apply_rope(x, positions=np.arange(3)), [real(2, 3, 4)]),
    (lambda x: F.apply_rope(x, *F.rope_angles(np.arange(3), 4), interleaved=True), [real(3, 4)]),
]
CASES["conv1d"] = [
    (F.conv1d, [real(2, 3, 7), real(4, 3, 3), real(4)]),
    (lambda x, w: F.conv1d(x, w, stride=2, padding=1, dilation=2), [real(2, 3, 8), real(4, 3, 2)]),
    (lambda x, w: F.conv1d(x, w, padding="same", groups=3), [real(3, 6), real(3, 1, 4)]),
]
CASES["conv2d"] = [
    (lambda x, w, b: F.conv2d(x, w, b, stride=(2, 1), padding=1, dilation=(1, 2), groups=2), [X4, real(6, 2, 3, 2), real(6)]),
    (lambda x, w: F.conv2d(x, w, stride=3), [X4, real(2, 4, 2, 1)]),
    (lambda x, w: F.conv2d(x, w, padding="same"), [X4[0], real(2, 4, 2, 3)]),
    (lambda x, w: F.conv2d(x, w, padding="valid", dilation=2), [X4, real(2, 4, 2, 2)]),
]
CASES["conv_transpose1d"] = [
    (lambda x, w, b: F.conv_transpose1d(x, w, b, stride=2, padding=1, output_padding=1), [real(2, 3, 4), real(3, 2, 3), real(2)]),
]
CASES["conv_transpose2d"] = [
    (lambda x, w, b: F.conv_transpose2d(x, w, b, stride=(2, 3), padding=(1, 0), output_padding=(1, 2), groups=2),
     [real(2, 4, 3, 2), real(4, 2, 3, 2), real(4)]),
    (lambda x, w: F.conv_transpose2d(x, w, dilation=2), [real(4, 3, 2), real(4, 1, 2, 2)]),
]  # fmt: skip
CASES["max_pool1d"] = [(lambda x: F.max_pool1d(x, 3, 2, 1), [real(2, 3, 7)]), (lambda x: F.max_pool1d(x, 2, return_indices=True), [real(3, 6)])]
CASES["max_pool2d"] = [(lambda x: F.max_pool2d(x, 2), [X4]), (lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True, return_indices=True), [X4[0]])]
CASES["adaptive_max_pool1d"] = [(lambda x: F.adaptive_max_pool1d(x, 3), [real(2, 3, 7)])]
CASES["adaptive_max_pool2d"] = [(lambda x: F.adaptive_max_pool2d(x, (3, 2)), [X4]), (lambda x: F.adaptive_max_pool2d(x, 1), [X4[0]])]
CASES["avg_pool1d"] = [(lambda x: F.avg_pool1d(x, 3, 2, 1), [real(2, 3, 7)]), (lambda x: F.avg_pool1d(x, 2, ceil_mode=True), [real(3, 7)])]
CASES["avg_pool2d"] = [
    (lambda x: F.avg_pool2d(x, (2, 3), padding=(1, 0), count_include_pad=False), [X4]),
    (lambda x: F.avg_pool2d(x, 2, ceil_mode=True, divisor_override=3), [X4]),
]
CASES["adaptive_avg_pool1d"] = [(lambda x: F.adaptive_avg_pool1d(x, 3), [real(2, 3, 7)])]
CASES["adaptive_avg_pool2d"] = [(lambda x: F.adaptive_avg_pool2d(x, (3, 2)), [X4])]
PLACES = np.array([[0, 2, 2], [1, 0, 2]])
CASES["embedding"] = [(lambda w: F.embedding(PLACES, w), [A]), (lambda w: F.embedding(PLACES, w, padding_idx=2), [A])]
CASES["embedding_lookup"] = [(lambda w: F.embedding_lookup(w, PLACES), [A])]
CASES["dropout"] = [(lambda x: F.dropout(x, 0.4, rng=2), [A])]
CASES["dropout2d"] = [(lambda x: F.dropout2d(x, 0.4, rng=2), [X4])]


def losses(name, inputs, *, smooth=True, reductions=("mean", "sum", "none"), **options):
    """A loss for each reduction, with other options once."""
    f = getattr(F, name)
    CASES[name] = [(lambda *a, r=r, f=f: f(*a, reduction=r), inputs) for r in reductions]
    if options:
        CASES[name].append((lambda *a, f=f, o=options: f(*a, **o), inputs))


W = positive(3, 4)
for _name in ("mse_loss", "log_cosh_loss", "l1_loss"):
    losses(_name, [A, real(3, 4) + 0.013], weight=W)
losses("huber_loss", [A, real(3, 4) + 0.013], delta=0.5, weight=W)
losses("smooth_l1_loss", [A, real(3, 4) + 0.013], beta=0.5, weight=W)
CASES["smooth_l1_loss"].append((lambda x, t: F.smooth_l1_loss(x, t, beta=0.0), [A, real(3, 4) + 0.013]))
losses("binary_cross_entropy", [unit(3, 4), unit(3, 4)], weight=W)
losses("binary_cross_entropy_with_logits", [A, unit(3, 4)], weight=W, pos_weight=positive(4))
losses("kl_div", [A, unit(3, 4)], log_target=True, reduction="batchmean")
CASES["kl_div"].append((lambda x: F.kl_div(x, np.array([[0.0, 1.0, 0.5, 0.0]]), reduction="none"), [A]))
losses("poisson_nll_loss", [A, positive(3, 4)], full=True)
CASES["poisson_nll_loss"].append((lambda x, t: F.poisson_nll_loss(x, t, log_input=False, full=True), [positive(3, 4), positive(3, 4) * 2]))
losses("gaussian_nll_loss", [A, real(3, 4), positive(3, 4)], full=True)
losses("hinge_loss", [A, SIGNS], margin=0.7, weight=W)
losses("squared_hinge_loss", [A, SIGNS], margin=0.7, weight=W)
losses("soft_margin_loss", [A, SIGNS])
CASES["hinge_embedding_loss"] = [(lambda x, r=r: F.hinge_embedding_loss(x, SIGNS, 0.7, r), [A]) for r in ("mean", "sum", "none")]
WC = positive(4)
CASES["nll_loss"] = [
    (lambda x, r=r, w=w: F.nll_loss(x, LABELS, w, reduction=r), [real(5, 4)]) for r in ("mean", "sum", "none") for w in (None, WC)
] + [(lambda x: F.nll_loss(x, np.array([[1, 3], [0, 2]])), [real(2, 4, 2)]), (lambda x: F.nll_loss(x, np.array(2)), [real(4)])]
CASES["cross_entropy"] = [
    (lambda x, r=r, w=w, s=s: F.cross_entropy(x, LABELS, w, reduction=r, label_smoothing=s), [real(5, 4)])
    for r in ("mean", "sum", "none") for w in (None, WC) for s in (0.0, 0.2)
] + [
    (lambda x, t, r=r, w=w, s=s: F.cross_entropy(x, t, w, reduction=r, label_smoothing=s), [real(5, 4), simplex(5, 4)])
    for r in ("mean", "sum", "none") for w in (None, WC) for s in (0.0, 0.2)
] + [
    (lambda x: F.cross_entropy(x, np.array([[1, 3], [0, 2]]), label_smoothing=0.1), [real(2, 4, 2)]),
    (F.cross_entropy, [real(2, 4, 2), simplex(2, 4, 2)]),
    (lambda x, t: F.cross_entropy(x, t, WC, label_smoothing=0.1, reduction="none"), [real(2, 4, 2), simplex(2, 4, 2)]),
    (lambda x: F.cross_entropy(x, np.array(2)), [real(4)]),
    (F.cross_entropy, [real(4), np.array([0.1, 0.2, 0.3, 0.4])]),
    (lambda t: F.cross_entropy(A, t), [simplex(3, 4)]),
]  # fmt: skip

ALL = [(name, i) for name, cases in CASES.items() for i in range(len(cases))]


def leaves(inputs, dtype=np.float64):
    return [numrs.Tensor(np.array(x, dtype=dtype), requires_grad=True) for x in inputs]


@pytest.mark.parametrize(("name", "i"), ALL)
def test_second_derivatives_agree_with_finite_differences(name, i):
    function, inputs = CASES[name][i]
    if (name, i) != ("embedding", 1):  # the row of padding has no gradient on purpose
        assert autograd.gradcheck(function, leaves(inputs))
    assert autograd.gradgradcheck(function, leaves(inputs))


def both_ways(function, inputs, dtype):
    """First gradients by kernels, and by the formulas."""
    found = []
    for create_graph in (False, True):
        own = leaves(inputs, dtype)
        made = function(*own)
        made = [y for y in (made if isinstance(made, (tuple, list)) else [made]) if y.requires_grad]
        weights = [numrs.asarray(np.random.default_rng(5).normal(size=y.shape).astype(dtype)) for y in made]
        found.append(autograd.grad(made, own, weights, create_graph=create_graph))
    return found


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "i"), ALL)
def test_first_derivatives_are_the_kernels(name, i, dtype):
    function, inputs = CASES[name][i]
    kernels, followed = both_ways(function, inputs, dtype)
    tolerance = 3e-5 if dtype == np.float32 else 1e-12
    for a, b in zip(kernels, followed):
        assert a.shape == b.shape and a.dtype == b.dtype
        scale = max(1.0, float(np.abs(a.numpy()).max()))
        assert np.abs(a.numpy() - b.detach().numpy()).max() <= tolerance * scale


def test_every_rule_of_a_kernel_is_followed():
    rules = autograd.known_rules()
    kernels = [name for name, rule in rules.items() if rule.backward is not None and ".rules_nn_" in rule.backward.__module__]
    assert not [name for name in kernels if rules[name].once], "a gradient that is not followed is an error, and should be none"
    assert set(kernels) - set(CASES) <= {"unfold", "fold"}  # in test_nn_more.py


WEIGHTED = {
    "mse_loss": [A, real(3, 4) + 0.013, W], "l1_loss": [A, real(3, 4) + 0.013, W], "huber_loss": [A, real(3, 4) + 0.013, W],
    "smooth_l1_loss": [A, real(3, 4) + 0.013, W], "log_cosh_loss": [A, real(3, 4), W], "binary_cross_entropy": [unit(3, 4), unit(3, 4), W],
    "binary_cross_entropy_with_logits": [A, unit(3, 4), W], "hinge_loss": [A, SIGNS, W], "squared_hinge_loss": [A, SIGNS, W],
    "cross_entropy": [A, simplex(3, 4), WC],
}  # fmt: skip


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_have_gradients(name):
    function, inputs = getattr(F, name), WEIGHTED[name]
    assert autograd.gradcheck(function, leaves(inputs))
    x, t, w = inputs
    assert float(function(x, t, leaves([w])[0])) == pytest.approx(float(function(x, t, w)), rel=1e-12)
    with pytest.raises(ValueError, match="reduction is 'median'"):
        function(x, t, leaves([w])[0], reduction="median")


def test_weights_of_classes_and_of_yes():
    assert autograd.gradcheck(lambda x, w: F.cross_entropy(x, LABELS, w, label_smoothing=0.1), leaves([real(5, 4), WC]))
    assert autograd.gradcheck(lambda x, w: F.nll_loss(x, LABELS, w), leaves([real(5, 4), WC]))
    t = unit(3, 4)
    assert autograd.gradcheck(lambda x, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w), leaves([A, positive(4)]))


def test_what_is_not_followed_raises():
    q = leaves([Q])[0]
    y = F.scaled_dot_product_attention(q, K, V, dropout_p=0.5, rng=1)
    with pytest.raises(NotImplementedError, match="dropout"):
        autograd.grad(numrs.sum(y), q, create_graph=True)
    autograd.grad(numrs.sum(F.scaled_dot_product_attention(q, K, V, dropout_p=0.5, rng=1)), q)


def test_formulas_are_of_parameters():
    for module in (formulas, formulas_losses):
        for name, f in inspect.getmembers(module, inspect.isfunction):
            if f.__module__ == module.__name__ and hasattr(F, name) and not name.endswith("_second"):
                own = set(inspect.signature(f).parameters) - {"mean", "rstd"}
                assert own <= set(inspect.signature(getattr(F, name)).parameters), name


def test_third_derivatives():
    x = numrs.Tensor(0.7, requires_grad=True)
    y = F.gelu(x)
    for _ in range(3):
        (y,) = autograd.grad(y, x, create_graph=True)
    z = 0.7
    density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
    assert float(y) == pytest.approx((z**3 - 4 * z) * density, rel=1e-12)


def test_a_gradient_penalty():
    """The step that a critic of a network takes: the gradient of the norm of a gradient, against finite differences over its weights."""
    w1, b1, w2 = leaves([real(3, 5), real(5), real(5, 1)])
    x = real(4, 3)

    def penalty(w1, b1, w2):
        with autograd.enable_grad():
            inputs = numrs.Tensor(x, requires_grad=True)
            scores = F.linear(F.layer_norm(F.linear(inputs, w1, b1, "silu"), 5), w2)
            (g,) = autograd.grad(numrs.sum(scores), inputs, create_graph=True)
            return numrs.mean((numrs.sqrt(numrs.sum(g * g, axis=1)) - 1.0) ** 2)

    assert autograd.gradcheck(penalty, [w1, b1, w2])


@pytest.mark.peer("torch")
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_soft_labels_beside_torch(smoothing, weighted, reduction):
    torch = pytest.importorskip("torch")
    x, t, w = real(5, 4, 3), simplex(5, 4, 3), WC if weighted else None
    a, b = leaves([x, t])
    c, d = (torch.tensor(v, requires_grad=True) for v in (x, t))
    ours = F.cross_entropy(a, b, w, reduction=reduction, label_smoothing=smoothing)
    theirs = torch.nn.functional.cross_entropy(c, d, None if w is None else torch.tensor(w), reduction=reduction, label_smoothing=smoothing)
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-12)
    numrs.sum(ours * ours).backward()
    (theirs * theirs).sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), c.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(b.grad.numpy(), d.grad.numpy(), atol=1e-12)
