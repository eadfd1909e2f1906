"""A last softmax or sigmoid and the loss that takes its logarithm as one: the network stops before it, the loss takes scores."""

from numrs import nn

# The last activation, and the losses that take scores in its place.
FUSED = {"softmax": ("CrossEntropy",), "sigmoid": ("BinaryCrossEntropy",)}


def _last(module):
    """(layers in front, last layer or None, name of its activation, whether the layer is the activation)."""
    layers = list(module) if isinstance(module, nn.Sequential) else [module]
    if not layers:
        return layers, None, None, False
    last = layers[-1]
    kind = type(last).__name__.lower()
    if kind in FUSED and getattr(last, "axis", getattr(last, "dim", -1)) in (-1, None):
        return layers[:-1], last, kind, True
    activation = getattr(last, "activation", None)
    return layers[:-1], last, activation if isinstance(activation, str) else None, False


def split(module, loss):
    """(function from inputs to scores, what makes outputs of scores) where the loss takes scores; (module, None) where not."""
    front, last, activation, alone = _last(module)
    if activation not in FUSED or type(loss).__name__ not in FUSED[activation]:
        return module, None
    if getattr(loss, "from_logits", None) is False:
        return module, None
    final = nn.Softmax() if activation == "softmax" else nn.Sigmoid()
    if alone:
        return _chain(front), final
    if not hasattr(last, "without_activation"):
        return module, None
    return _chain([*front, last.without_activation]), final


def _chain(parts):
    if len(parts) == 1:
        return parts[0]

    def forward(x):
        for part in parts:
            x = part(x)
        return x

    return forward

