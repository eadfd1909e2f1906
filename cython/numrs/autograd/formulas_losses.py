"""What kernels of losses compute, by functions with rules of their own; see formulas.py."""

import math

import numrs
from numrs._ops._tensor import Tensor


def _other(t, x):
    """The second operand as a Tensor."""
    return t if isinstance(t, Tensor) else numrs.asarray(t)


def reduced(values, weight, reduction):
    """The loss of elements."""
    if weight is not None:
        values = values * _other(weight, values)
    if reduction == "none":
        return values
    return numrs.sum(values) if reduction == "sum" else numrs.mean(values)


def mse_loss(input, target, weight, reduction):
    d = input - target
    return reduced(d * d, weight, reduction)


def l1_loss(input, target, weight, reduction):
    return reduced(numrs.abs(input - target), weight, reduction)


def huber_loss(input, target, weight, reduction, delta):
    d = numrs.abs(input - target)
    return reduced(numrs.where(d < delta, 0.5 * d * d, delta * (d - 0.5 * delta)), weight, reduction)


def smooth_l1_loss(input, target, weight, reduction, beta):
    if beta == 0:
        return l1_loss(input, target, weight, reduction)
    d = numrs.abs(input - target)
    return reduced(numrs.where(d < beta, 0.5 * d * d / beta, d - 0.5 * beta), weight, reduction)


def log_cosh_loss(input, target, weight, reduction):
    d = input - target
    return reduced(numrs.softplus(-2.0 * d) + d - math.log(2.0), weight, reduction)


def _log(x):
    """The logarithm, at least -100."""
    least = x > math.exp(-100.0)
    return numrs.where(least, numrs.log(numrs.where(least, x, 1.0)), -100.0)


def binary_cross_entropy(input, target, weight, reduction):
    t = _other(target, input)
    return reduced((t - 1.0) * _log(1.0 - input) - t * _log(input), weight, reduction)


def binary_cross_entropy_with_logits(input, target, weight, reduction, pos_weight):
    t = _other(target, input)
    factor = 1.0 if pos_weight is None else 1.0 + (_other(pos_weight, input) - 1.0) * t
    return reduced((1.0 - t) * input + factor * numrs.softplus(-input), weight, reduction)


def kl_div(input, target, reduction, log_target):
    t = _other(target, input)
    if log_target:
        values = numrs.exp(t) * (t - input)
    else:
        values = numrs.where(t == 0, 0.0, t * (numrs.log(numrs.where(t == 0, 1.0, t)) - input))
    if reduction == "batchmean":
        return numrs.sum(values) / max(input.shape[0] if input.ndim else 1, 1)
    return reduced(values, None, reduction)


def poisson_nll_loss(input, target, log_input, full, eps, reduction):
    t = _other(target, input)
    values = numrs.exp(input) - t * input if log_input else input - t * numrs.log(input + eps)
    if full:
        large = numrs.where(t > 1, t, 1.0)
        log = numrs.log(large)
        values = values + numrs.where(t > 1, large * log - large + 0.5 * (log + math.log(2.0 * math.pi)), 0.0)
    return reduced(values, None, reduction)


def gaussian_nll_loss(input, target, var, full, eps, reduction):
    d, v = input - target, numrs.maximum(_other(var, input), eps)
    return reduced(0.5 * (numrs.log(v) + d * d / v) + (0.5 * math.log(2.0 * math.pi) if full else 0.0), None, reduction)


def hinge_loss(input, target, weight, reduction, margin):
    d = margin - input * target
    return reduced(numrs.where(d > 0, d, 0.0), weight, reduction)


def squared_hinge_loss(input, target, weight, reduction, margin):
    d = margin - input * target
    return reduced(numrs.where(d > 0, d * d, 0.0), weight, reduction)


def hinge_embedding_loss(input, target, margin, reduction):
    t, d = _other(target, input), margin - input
    return reduced(numrs.where((t != 1) & (d > 0), d, 0.0) + numrs.where(t != -1, input, 0.0), None, reduction)


def soft_margin_loss(input, target, reduction):
    return reduced(numrs.softplus(-(_other(target, input) * input)), None, reduction)


def _of_labels(logs, target, weight, ignore_index, axis):
    """(the label's logarithm, the weight of each row, 0 where it is ignored)."""
    t = numrs.astype(_other(target, logs), "int64")
    counts = t != ignore_index
    t = numrs.where(counts, t, 0)
    own = numrs.squeeze(numrs.take_along_axis(logs, numrs.expand_dims(t, axis=axis), axis=axis), axis=axis)
    w = numrs.astype(counts, logs.dtype)
    if weight is not None:
        w = w * numrs.reshape(numrs.take(_other(weight, logs), numrs.ravel(t)), t.shape)
    return own, w, counts


def _rows(values, weights, reduction):
    if reduction == "none":
        return values
    return numrs.sum(values) if reduction == "sum" else numrs.sum(values) / numrs.sum(weights)


def nll_loss(input, target, weight, ignore_index, reduction):
    own, w, _ = _of_labels(input, target, weight, ignore_index, 1 if input.ndim > 1 else 0)
    return _rows(-own * w, w, reduction)


def cross_entropy(input, target, weight, ignore_index, reduction, label_smoothing):
    axis = 1 if input.ndim > 1 else 0
    logs = numrs.functional.log_softmax(input, axis)
    t = _other(target, input)
    classes = input.shape[axis]
    each = None if weight is None else numrs.reshape(_other(weight, logs), (-1,) + (1,) * (input.ndim - axis - 1))
    every = -numrs.sum(logs if each is None else logs * each, axis=axis)  # of the part that smoothing spreads
    if t.dtype.kind not in "biu":
        t = t * (1.0 - label_smoothing) + label_smoothing / classes
        values = -numrs.sum(t * logs if each is None else t * logs * each, axis=axis)
        return values if reduction == "none" else numrs.sum(values) if reduction == "sum" else numrs.sum(values) / max(values.size, 1)
    own, w, counts = _of_labels(logs, t, weight, ignore_index, axis)
    values = -own * w
    if label_smoothing:
        values = (1.0 - label_smoothing) * values + numrs.where(counts, every, 0.0) * (label_smoothing / classes)
    return _rows(values, w, reduction)


def cross_entropy_of_targets(grad, input, target, weight, reduction, label_smoothing):
    """The gradient of cross-entropy after probabilities as targets."""
    axis = 1 if input.ndim > 1 else 0
    logs = numrs.functional.log_softmax(input, axis)
    if weight is not None:
        logs = logs * numrs.reshape(_other(weight, logs), (-1,) + (1,) * (input.ndim - axis - 1))
    if grad.ndim > 0:
        grad = numrs.expand_dims(grad, axis=axis)
    rows = max(1, input.size // max(1, input.shape[axis])) if reduction == "mean" else 1
    return logs * (grad * ((label_smoothing - 1.0) / rows))
