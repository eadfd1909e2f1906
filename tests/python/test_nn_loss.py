"""Losses against plain NumPy, their gradients against differences, labels that are no classes, threads and dtypes."""

import numpy as np
import numrs
import pytest
from numrs import Tensor
from numrs._ops import nn_loss, nn_loss_pairs
from numrs._ops.nn_loss import cross_entropy, cross_entropy_with_grad, nll_loss, nll_loss_backward
from numrs._ops.nn_loss_pairs import pair_loss_backward

RNG = np.random.default_rng(7)


def log_softmax(x):
    x = np.asarray(x, np.float64)
    shifted = x - x.max(axis=1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))


def reference(x, target, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0.0):
    """torch.nn.functional.cross_entropy in float64."""
    log_p, classes = log_softmax(x), x.shape[1]
    w = np.ones(classes) if weight is None else np.asarray(weight, np.float64)
    shape = (1, classes) + (1,) * (x.ndim - 2)
    if target.dtype.kind == "f":
        t = (1 - label_smoothing) * target + label_smoothing / classes
        loss = -(log_p * t * w.reshape(shape)).sum(axis=1)
        return loss.mean() if reduction == "mean" else loss.sum() if reduction == "sum" else loss
    counts = target != ignore_index
    label = np.where(counts, target, 0)
    own = np.where(counts, w[label], 0.0)
    nll = -np.take_along_axis(log_p, label[:, None].astype(np.int64), axis=1)[:, 0] * own
    smooth = np.where(counts, -(log_p * w.reshape(shape)).sum(axis=1), 0.0)
    loss = (1 - label_smoothing) * nll + label_smoothing / classes * smooth
    return loss.sum() / own.sum() if reduction == "mean" else loss.sum() if reduction == "sum" else loss


def differences(f, x, step=1e-6):
    """The gradient of a function of an array of float64."""
    gradient = np.empty_like(x)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += step
        down[i] -= step
        gradient[i] = (f(up) - f(down)) / (2 * step)
    return gradient


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (5, 7), (33, 10), (40, 129), (4, 5, 3), (2, 3, 2, 4), (3, 1500), (0, 4)])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.filterwarnings("ignore:invalid value")
def test_cross_entropy_of_labels(shape, dtype, smoothing, weighted, reduction):
    x = (3 * RNG.normal(size=shape)).astype(dtype)
    target = RNG.integers(0, shape[1], (shape[0], *shape[2:]))
    if target.size > 4:
        target.flat[2] = -100
    weight = RNG.uniform(0.5, 2, shape[1]).astype(dtype) if weighted else None
    got = cross_entropy(x, target, weight, reduction=reduction, label_smoothing=smoothing)
    wanted = reference(x, target, weight, reduction=reduction, label_smoothing=smoothing)
    tolerance = 2e-6 if dtype == np.float32 else 1e-13
    assert got.dtype == dtype
    np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)
    loss, gradient = cross_entropy_with_grad(Tensor(x), Tensor(target), weight, reduction=reduction, label_smoothing=smoothing)
    assert type(loss) is Tensor and type(gradient) is Tensor and gradient.shape == x.shape
    np.testing.assert_array_equal(loss.numpy(), got)


@pytest.mark.parametrize("smoothing", [0.0, 0.1])
@pytest.mark.parametrize("kind", ["labels", "probabilities", "log"])
@pytest.mark.parametrize("shape", [(4, 3), (3, 5, 2)])
def test_gradients_of_rows(kind, shape, smoothing):
    x, weight = RNG.normal(size=shape), RNG.uniform(0.5, 2, shape[1])
    target = RNG.integers(0, shape[1], (shape[0], *shape[2:]))
    target.flat[1] = -100
    if kind == "probabilities":
        target = RNG.uniform(size=shape)
        target /= target.sum(axis=1, keepdims=True)
    for reduction in ("mean", "sum"):
        if kind == "log":
            wanted = differences(lambda v: float(nll_loss(v, target, weight, reduction=reduction)), x)
            got = nll_loss_backward(np.array(1.0), x, target, weight, reduction=reduction)
        else:
            f = lambda v: float(cross_entropy(v, target, weight, reduction=reduction, label_smoothing=smoothing))
            wanted = differences(f, x)
            got = cross_entropy_with_grad(x, target, weight, reduction=reduction, label_smoothing=smoothing)[1]
        np.testing.assert_allclose(got, wanted, atol=1e-8)


def test_probabilities_and_one_hot_agree_with_labels():
    x, labels = RNG.normal(size=(9, 6)), RNG.integers(0, 6, 9)
    one_hot = np.eye(6)[labels]
    assert cross_entropy(x, one_hot) == pytest.approx(cross_entropy(x, labels), rel=1e-14)
    np.testing.assert_allclose(cross_entropy_with_grad(x, one_hot)[1], cross_entropy_with_grad(x, labels)[1], atol=1e-15)


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"])
def test_labels_of_every_integer_dtype(dtype):
    x, labels = RNG.normal(size=(9, 6)), RNG.integers(0, 6, 9)
    assert cross_entropy(x, labels.astype(dtype)) == cross_entropy(x, labels)


@pytest.mark.parametrize(
    "labels, told",
    [
        (np.array([0, 3, 1]), r"label 3 at \(1,\) of target"),
        (np.array([0, 1, -1]), r"label -1 at \(2,\)"),
        (np.array([0, 1, np.iinfo(np.int64).min]), "-9223372036854775808"),
        (np.array([2**64 - 100, 1, 0], np.uint64), "18446744073709551516"),
    ],
)
def test_labels_that_are_no_classes(labels, told):
    x = np.zeros((3, 3))
    for f in (cross_entropy, cross_entropy_with_grad, nll_loss):
        with pytest.raises(IndexError, match=told):
            f(x, labels)


def test_strides_and_overlap_do_not_matter():
    x, labels = RNG.normal(size=(8, 12)), RNG.integers(0, 6, 8)
    view = x[:, ::-2]
    plain = cross_entropy_with_grad(np.ascontiguousarray(view), labels)
    strided = cross_entropy_with_grad(view, np.repeat(labels, 2)[::2])
    assert plain[0] == strided[0]
    np.testing.assert_array_equal(plain[1], strided[1])
    np.testing.assert_array_equal(cross_entropy(np.asfortranarray(view), labels, reduction="none"),
                                  cross_entropy(view, labels, reduction="none"))


def test_extreme_logits():
    x = np.array([[1e4, -1e4, 0.0], [-np.inf, 0.0, 0.0]])
    np.testing.assert_allclose(cross_entropy(x, np.array([0, 1]), reduction="none"), [0, np.log(2)], atol=1e-15)
    assert cross_entropy(x[:1], np.array([1])) == 2e4
    assert np.isinf(cross_entropy(x[1:], np.array([0])))
    assert np.isnan(cross_entropy(np.array([[np.nan, 0.0]]), np.array([1])))
    assert np.isnan(cross_entropy(np.zeros((2, 3)), np.array([-100, -100])))  # nothing to divide by


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_same_bits_for_every_number_of_threads(dtype):
    x, labels = RNG.normal(size=(700, 311)).astype(dtype), RNG.integers(0, 311, 700)
    before = numrs.get_num_threads()
    found = []
    try:
        for threads in (1, 2, 4):
            numrs.set_num_threads(threads)
            loss, gradient = cross_entropy_with_grad(x, labels)
            found.append((loss.tobytes(), gradient.tobytes(), nn_loss_pairs.mse_loss(x, 2 * x).tobytes()))
    finally:
        numrs.set_num_threads(before)
    assert found[0] == found[1] == found[2]


def test_backends_agree():
    x, labels = RNG.normal(size=(50, 37)), RNG.integers(0, 37, 50)
    before = numrs.get_backend()
    mine = cross_entropy_with_grad(x, labels)
    try:
        numrs.set_backend("cpu-portable")
        other = cross_entropy_with_grad(x, labels)
    finally:
        numrs.set_backend(before)
    assert mine[0] == pytest.approx(other[0], rel=1e-14)
    np.testing.assert_allclose(mine[1], other[1], rtol=1e-13, atol=1e-16)


@pytest.mark.parametrize(
    "arguments, kind, told",
    [
        ((np.zeros((3, 4)), np.zeros(2, int)), ValueError, r"target has shape \(2,\), expected \(3,\)"),
        ((np.zeros((3, 4)), np.zeros((3, 5))), ValueError, "probabilities"),
        ((np.zeros((3, 4)), np.zeros(3, bool)), TypeError, "bool"),
        ((np.zeros((3, 4)), np.zeros(3, int), np.ones(3)), ValueError, "weight"),
        ((np.zeros((3, 4)), np.zeros(3, int), None, -100, "median"), ValueError, "'median'"),
        ((np.zeros((3, 4)), np.zeros(3, int), None, -100, "mean", 1.5), ValueError, "label_smoothing"),
        ((np.zeros((3, 4), complex), np.zeros(3, int)), TypeError, "complex128"),
        ((np.array(1.0), np.array(0)), ValueError, "no dimensions"),
    ],
)
def test_bad_arguments(arguments, kind, told):
    with pytest.raises(kind, match=told):
        cross_entropy(*arguments)


# ------------------------------------------------------------------------------------------------ pairs

X = RNG.normal(size=(6, 5))
CHANCE, POSITIVE, SIGNS = RNG.uniform(0.05, 0.95, (6, 5)), RNG.uniform(0.2, 3, (6, 5)), RNG.choice([-1.0, 1.0], (6, 5))
T = RNG.normal(size=(6, 5))


def softplus(x):
    return np.logaddexp(0, x)


PAIRS = {
    # name: input, target, more arguments, what it is, arguments of pair_loss_backward (name, p0, p1)
    "mse_loss": (X, T, {}, lambda x, t: (x - t) ** 2, ("mse_loss", 0, 0)),
    "l1_loss": (X, T, {}, lambda x, t: abs(x - t), ("l1_loss", 0, 0)),
    "huber_loss": (X, T, {"delta": 0.5}, lambda x, t: np.where(abs(x - t) < 0.5, 0.5 * (x - t) ** 2, 0.5 * (abs(x - t) - 0.25)),
                   ("huber_loss", 0.5, 0)),
    "smooth_l1_loss": (X, T, {"beta": 0.5}, lambda x, t: np.where(abs(x - t) < 0.5, (x - t) ** 2, abs(x - t) - 0.25),
                       ("smooth_l1_loss", 0.5, 0)),
    "binary_cross_entropy": (CHANCE, CHANCE[::-1], {}, lambda x, t: -(t * np.log(x) + (1 - t) * np.log1p(-x)),
                             ("binary_cross_entropy", 0, 0)),
    "binary_cross_entropy_with_logits": (X, CHANCE, {}, lambda x, t: (1 - t) * x + softplus(-x),
                                         ("binary_cross_entropy_with_logits", 0, 0)),
    "kl_div": (X, CHANCE, {}, lambda x, t: t * (np.log(t) - x), ("kl_div", 0, 0)),
    "kl_div ": (X, T, {"log_target": True}, lambda x, t: np.exp(t) * (t - x), ("kl_div_log_target", 0, 0)),
    "poisson_nll_loss": (X, POSITIVE, {}, lambda x, t: np.exp(x) - t * x, ("poisson_nll_loss", 0, 1e-8)),
    "poisson_nll_loss ": (X, POSITIVE, {"full": True}, lambda x, t: np.exp(x) - t * x + np.where(
        t > 1, t * np.log(t) - t + 0.5 * np.log(2 * np.pi * t), 0), ("poisson_nll_loss", 1, 1e-8)),
    "poisson_nll_loss  ": (POSITIVE, POSITIVE[::-1], {"log_input": False}, lambda x, t: x - t * np.log(x + 1e-8),
                           ("poisson_nll_loss_rate", 0, 1e-8)),
    "hinge_loss": (X, SIGNS, {}, lambda x, t: np.maximum(0, 1 - x * t), ("hinge_loss", 1, 0)),
    "squared_hinge_loss": (X, SIGNS, {}, lambda x, t: np.maximum(0, 1 - x * t) ** 2, ("squared_hinge_loss", 1, 0)),
    "hinge_embedding_loss": (X, SIGNS, {}, lambda x, t: np.where(t == 1, x, np.maximum(0, 1 - x)), ("hinge_embedding_loss", 1, 0)),
    "soft_margin_loss": (X, SIGNS, {}, lambda x, t: softplus(-x * t), ("soft_margin_loss", 0, 0)),
    "log_cosh_loss": (X, T, {}, lambda x, t: np.log(np.cosh(x - t)), ("log_cosh_loss", 0, 0)),
}


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_values_of_pairs(name, dtype):
    x, t, more, what, _ = PAIRS[name]
    f = getattr(nn_loss_pairs, name.strip())
    x, t = x.astype(dtype), t.astype(dtype)
    wanted = what(x.astype(np.float64), t.astype(np.float64))
    rtol, atol = (2e-5, 2e-6) if dtype == np.float32 else (1e-13, 1e-14)
    each = f(x, t, **more, reduction="none")
    assert each.dtype == dtype
    np.testing.assert_allclose(each, wanted, rtol=rtol, atol=atol)
    np.testing.assert_allclose(f(x, t, **more), wanted.mean(), rtol=rtol, atol=atol)
    np.testing.assert_allclose(f(x, t, **more, reduction="sum"), wanted.sum(), rtol=rtol, atol=10 * atol)
    np.testing.assert_allclose(f(Tensor(x), Tensor(t), **more).numpy(), wanted.mean(), rtol=rtol, atol=atol)
    strided = f(np.asfortranarray(x)[::-1], t[::-1], **more)
    np.testing.assert_allclose(strided, wanted.mean(), rtol=rtol, atol=atol)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
def test_gradients_of_pairs(name, reduction):
    x, t, more, _, (kernel, p0, p1) = PAIRS[name]
    f = getattr(nn_loss_pairs, name.strip())
    grad = RNG.normal(size=x.shape) if reduction == "none" else np.array(1.7)
    loss = lambda a, b: float(np.sum(f(a, b, **more, reduction=reduction) * grad))
    got = pair_loss_backward(kernel, grad, x, t, None, None, reduction, p0, p1, (True, True, False))
    np.testing.assert_allclose(got[0], differences(lambda v: loss(v, t), x), atol=2e-7)
    if kernel != "hinge_embedding_loss":
        np.testing.assert_allclose(got[1], differences(lambda v: loss(x, v), t), atol=2e-7)
    assert got[2] is None


def test_gaussian_and_its_variance():
    f = nn_loss_pairs.gaussian_nll_loss
    wanted = 0.5 * (np.log(POSITIVE) + (X - T) ** 2 / POSITIVE)
    np.testing.assert_allclose(f(X, T, POSITIVE, reduction="none"), wanted, rtol=1e-13)
    np.testing.assert_allclose(f(X, T, POSITIVE, full=True), wanted.mean() + 0.5 * np.log(2 * np.pi), rtol=1e-13)
    np.testing.assert_allclose(f(X, T, POSITIVE[:, :1]), (0.5 * (np.log(POSITIVE[:, :1]) + (X - T) ** 2 / POSITIVE[:, :1])).mean())
    got = pair_loss_backward("gaussian_nll_loss", np.array(1.0), X, T, POSITIVE, None, "sum", 0.0, 1e-6, (True, True, True))
    for k, (a, g) in enumerate(zip((X, T, POSITIVE), got, strict=True)):
        f1 = lambda v, k=k: float(f(*[v if i == k else b for i, b in enumerate((X, T, POSITIVE))], reduction="sum"))
        np.testing.assert_allclose(g, differences(f1, a), atol=1e-7)


def test_weights_and_broadcasting():
    w, pos = RNG.uniform(size=(1, 5)), RNG.uniform(1, 3, 5)
    np.testing.assert_allclose(nn_loss_pairs.mse_loss(X, T, w, "none"), w * (X - T) ** 2, rtol=1e-14)
    np.testing.assert_allclose(nn_loss_pairs.mse_loss(X, T[:1], reduction="none"), (X - T[:1]) ** 2, rtol=1e-14)
    f = nn_loss_pairs.binary_cross_entropy_with_logits
    wanted = (1 - CHANCE) * X + (1 + (pos - 1) * CHANCE) * softplus(-X)
    np.testing.assert_allclose(f(X, CHANCE, pos_weight=pos, reduction="none"), wanted, rtol=1e-12)
    with pytest.raises(ValueError, match="broadcast"):
        nn_loss_pairs.mse_loss(X, T[:2])


def test_scores_without_overflow():
    f = nn_loss_pairs.binary_cross_entropy_with_logits
    np.testing.assert_array_equal(f([1000.0, -1000.0], [1.0, 0.0], reduction="none"), [0, 0])
    np.testing.assert_array_equal(f([1000.0, -1000.0], [0.0, 1.0], reduction="none"), [1000, 1000])
    np.testing.assert_array_equal(nn_loss_pairs.binary_cross_entropy([0.0, 1.0], [1.0, 0.0], reduction="none"), [100, 100])
    assert nn_loss_pairs.kl_div([-3.0], [0.0]) == 0
    assert np.isnan(nn_loss_pairs.mse_loss(np.empty(0), np.empty(0)))


def test_sums_do_not_drift():
    x = np.full(3_000_000, 0.1, np.float32)
    assert nn_loss_pairs.l1_loss(x, np.zeros(1, np.float32)) == np.float32(0.1)


@pytest.mark.parametrize("name", ["huber_loss", "smooth_l1_loss"])
@pytest.mark.parametrize("value", [-1.0, np.nan, np.inf])
def test_parameters_out_of_range(name, value):
    with pytest.raises(ValueError, match="expected"):
        getattr(nn_loss_pairs, name)(X, T, None, "mean", value)


# ------------------------------------------------------------------------------------------------ autograd


@pytest.mark.parametrize("name", PAIRS)
def test_rules_of_pairs(name):
    x, t, more, *_ = PAIRS[name]
    f = getattr(nn_loss_pairs, name.strip())
    inputs, fixed = [Tensor(x.copy(), requires_grad=True)], Tensor(t)
    if name != "hinge_embedding_loss":
        inputs.append(Tensor(t.copy(), requires_grad=True))
    for reduction in ("mean", "none"):
        assert numrs.autograd.gradcheck(lambda a, b=fixed, r=reduction: f(a, b, **more, reduction=r), inputs)


def test_rules_of_rows():
    x, labels = Tensor(RNG.normal(size=(5, 4)), requires_grad=True), Tensor(np.array([0, 3, -100, 2, 1]))
    for reduction in ("mean", "sum", "none"):
        check = numrs.autograd.gradcheck
        assert check(lambda a, r=reduction: cross_entropy(a, labels, reduction=r, label_smoothing=0.1), [x])
        assert check(lambda a, r=reduction: nll_loss(a, labels, reduction=r), [x])
    (loss := cross_entropy(x, labels)).backward()
    np.testing.assert_allclose(x.grad.numpy(), cross_entropy_with_grad(x.detach(), labels)[1].numpy(), rtol=1e-15)
    assert loss.shape == ()
    y = Tensor(POSITIVE, requires_grad=True)
    assert check(lambda v: nn_loss_pairs.gaussian_nll_loss(Tensor(X), Tensor(T), v), [y])


# ------------------------------------------------------------------------------------------------ PyTorch, where it is there


@pytest.mark.peer("torch")
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_against_torch(smoothing, reduction):
    torch = pytest.importorskip("torch")
    x, labels, weight = RNG.normal(size=(7, 5, 3)), RNG.integers(0, 5, (7, 3)), RNG.uniform(0.5, 2, 5)
    labels[0, 0] = 1
    labels[2, 1] = 4
    target = np.abs(RNG.normal(size=x.shape))
    for t in (labels, target):
        logits, ignored = torch.tensor(x, requires_grad=True), 4 if t is labels else -100
        wanted = torch.nn.functional.cross_entropy(logits, torch.tensor(t), torch.tensor(weight), ignore_index=ignored,
                                                   reduction=reduction, label_smoothing=smoothing)
        wanted.sum().backward()
        loss, gradient = nn_loss.cross_entropy_with_grad(x, t, weight, ignored, reduction, smoothing)
        np.testing.assert_allclose(loss, wanted.detach().numpy(), rtol=1e-12)
        np.testing.assert_allclose(gradient, logits.grad.numpy(), atol=1e-14)
