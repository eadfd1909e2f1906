"""What is trained: the network up to its scores and the loss of scores. A last softmax or sigmoid and the logarithm of the loss are
one; weights of rows are taken in here where a loss has none."""

import copy
import inspect

import numrs
from numrs import functional as F
from numrs import losses, nn

# The last activation, and the loss that takes scores in its place.
FUSED = {"softmax": "CrossEntropy", "sigmoid": "BinaryCrossEntropy"}


def _last(module):
    """(layers in front, the last one without its activation or None, name of the activation)."""
    layers = list(module) if type(module) is nn.Sequential else [module]
    if not layers:
        return [], None, None
    last = layers[-1]
    if isinstance(last, nn.Softmax) and last.dim == -1 or isinstance(last, nn.Sigmoid):
        return layers[:-1], None, type(last).__name__.lower()
    if type(last) is nn.Linear and isinstance(last.activation, str):

        def scores(x):
            if last.weight is None:
                last._build_for(x)
            return F.linear(x, last.weight, last.bias)

        return layers[:-1], scores, last.activation
    return layers, None, None


def split(module, loss):
    """(function from inputs to what the loss takes, the loss, what makes the network's outputs of it or None)."""
    front, scores, activation = _last(module)
    if activation not in FUSED or type(loss) is not getattr(losses, FUSED[activation]):
        return module, loss, None
    if not loss.from_logits:
        loss = copy.copy(loss)
        loss.from_logits = True
    final = numrs.sigmoid if activation == "sigmoid" else F.softmax_last_dim
    return _chain(front if scores is None else [*front, scores]), loss, final


def _chain(parts):
    if len(parts) == 1:
        return parts[0]

    def forward(x):
        for part in parts:
            x = part(x)
        return x

    return forward


def chain_of(module, loss):
    """What computes loss and gradients of linear layers with a cross-entropy in one go, with the bits of
    the tape; None for anything else."""
    if type(module) is not nn.Sequential or type(loss) is not losses.CrossEntropy or module._hooks:
        return None
    layers = list(module)
    fused = split(module, loss)[2] is not None
    if not (fused or loss.from_logits) or loss.weight is not None or loss.reduction != "mean":
        return None
    if fused and isinstance(layers[-1], nn.Softmax):
        layers = layers[:-1]
    parts = []
    for i, layer in enumerate(layers):
        if type(layer) is not nn.Linear or layer._hooks or layer.weight is None:
            return None
        last = fused and i + 1 == len(layers) and layer.activation == "softmax"
        if not last and layer._function is not None and layer._fused is None:
            return None
        parts.append((layer.weight, layer.bias, None if last else layer._fused))
    return F._linear_chain(parts, loss.ignore_index, loss.label_smoothing) if parts and len(parts) <= 32 else None


def weighted(loss):
    """A function of outputs, targets and weights of rows: the mean of the rows' losses times their weights."""
    try:
        if "sample_weight" in inspect.signature(loss.__call__ if isinstance(loss, losses.Loss) else loss).parameters:
            return lambda outputs, targets, weights: loss(outputs, targets, sample_weight=weights)
    except (TypeError, ValueError):
        pass  # a built-in function
    if not isinstance(loss, losses.Loss) or getattr(loss, "reduction", None) != "mean":
        raise TypeError(f"fit: the loss {loss!r} does not take sample_weight, which sample_weight and class_weight need")
    each = copy.copy(loss)
    each.reduction = "none"

    def mean(outputs, targets, weights):
        values = each(outputs, targets)
        if values.ndim > 1:
            values = numrs.mean(values, axis=tuple(range(1, values.ndim)))
        return numrs.mean(values * weights)

    return mean
