"""Networks as ONNX files, by the package onnx: each layer of a Sequential becomes one or a few nodes of operator set 20."""

import numpy as np

from numrs import nn
from numrs.io.replacing import replacing

OPSET = 20


class _Graph:
    """Nodes and constants that are being put together."""

    def __init__(self, onnx, dtype):
        self.onnx, self.dtype = onnx, dtype
        self.nodes, self.constants, self.count = [], [], 0

    def name(self, kind):
        self.count += 1
        return f"{kind}_{self.count}"

    def constant(self, value, kind="constant"):
        """A tensor of the file; numbers in the dtype of the network, whole numbers as int64."""
        array = value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value, np.int64 if kind == "shape" else self.dtype)
        name = self.name(kind)
        self.constants.append(self.onnx.numpy_helper.from_array(np.ascontiguousarray(array).reshape(array.shape), name))
        return name

    def node(self, operator, *inputs, **attributes):
        """The name of the result of one operator."""
        out = self.name(operator)
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(self.onnx.helper.make_node(operator, list(inputs), [out], name=f"node_{out}", **attributes))
        return out


def _clip(g, x, low, high):
    return g.node("Clip", x, g.constant(low), g.constant(high))


def _softplus(g, x, beta=1.0):
    if beta == 1.0:
        return g.node("Softplus", x)
    return g.node("Div", g.node("Softplus", g.node("Mul", x, g.constant(beta))), g.constant(beta))


# Activations by the names that layers know them by.
ACTIVATIONS = {
    "linear": lambda g, x: x, "none": lambda g, x: x, "relu": lambda g, x: g.node("Relu", x), "relu6": lambda g, x: _clip(g, x, 0.0, 6.0),
    "leaky_relu": lambda g, x: g.node("LeakyRelu", x, alpha=0.01), "elu": lambda g, x: g.node("Elu", x, alpha=1.0),
    "celu": lambda g, x: g.node("Celu", x, alpha=1.0), "selu": lambda g, x: g.node("Selu", x),
    "gelu": lambda g, x: g.node("Gelu", x, approximate="none"), "gelu_tanh": lambda g, x: g.node("Gelu", x, approximate="tanh"),
    "silu": lambda g, x: g.node("Mul", x, g.node("Sigmoid", x)), "swish": lambda g, x: g.node("Mul", x, g.node("Sigmoid", x)),
    "mish": lambda g, x: g.node("Mish", x), "sigmoid": lambda g, x: g.node("Sigmoid", x), "tanh": lambda g, x: g.node("Tanh", x),
    "softplus": _softplus, "softsign": lambda g, x: g.node("Softsign", x), "hardswish": lambda g, x: g.node("HardSwish", x),
    "hardsigmoid": lambda g, x: g.node("HardSigmoid", x, alpha=1 / 6, beta=0.5), "hardtanh": lambda g, x: _clip(g, x, -1.0, 1.0),
    "logsigmoid": lambda g, x: g.node("Neg", _softplus(g, g.node("Neg", x))), "softmax": lambda g, x: g.node("Softmax", x, axis=-1),
    "log_softmax": lambda g, x: g.node("LogSoftmax", x, axis=-1),
}  # fmt: skip


def _activated(g, layer, x):
    activation = layer.activation
    if activation is None:
        return x
    if not isinstance(activation, str) or activation not in ACTIVATIONS:
        raise NotImplementedError(f"export: activation {activation!r} of {type(layer).__name__} has no form in ONNX here")
    return ACTIVATIONS[activation](g, x)


def _linear(g, layer, x):
    y = g.node("MatMul", x, g.constant(layer.weight, "weight"))
    if layer.bias is not None:
        y = g.node("Add", y, g.constant(layer.bias, "bias"))
    return _activated(g, layer, y)


def _pads(layer, name, n):
    """auto_pad, or pads as ONNX has them: all beginnings, then all ends."""
    if layer.padding == "valid":
        return {"pads": [0] * (2 * n)}
    if layer.padding == "same":
        totals = [d * (k - 1) for d, k in zip(layer.dilation, layer.kernel_size)]
        return {"pads": [t // 2 for t in totals] + [t - t // 2 for t in totals]}
    return {"pads": list(layer.padding) * 2}


def _conv(g, layer, x):
    n = layer.spatial
    inputs = [x, g.constant(layer.weight, "weight")] + ([] if layer.bias is None else [g.constant(layer.bias, "bias")])
    more = {"output_padding": list(layer.output_padding)} if layer.transposed else {}
    y = g.node("ConvTranspose" if layer.transposed else "Conv", *inputs, kernel_shape=list(layer.kernel_size), strides=list(layer.stride),
               dilations=list(layer.dilation), group=layer.groups, **_pads(layer, type(layer).__name__, n), **more)  # fmt: skip
    return _activated(g, layer, y)


def _batch_norm(g, layer, x):
    if layer.running_mean is None:
        raise NotImplementedError("export: batch norm without running statistics has no form in ONNX here")
    n = layer.running_mean.shape[0]
    scale = g.constant(layer.weight if layer.weight is not None else np.ones(n))
    shift = g.constant(layer.bias if layer.bias is not None else np.zeros(n))
    return g.node("BatchNormalization", x, scale, shift, g.constant(layer.running_mean), g.constant(layer.running_var), epsilon=layer.eps)


def _layer_norm(g, layer, x):
    scale = g.constant(layer.weight if layer.weight is not None else np.ones(layer.normalized_shape))
    more = [] if layer.bias is None else [g.constant(layer.bias)]
    return g.node("LayerNormalization", x, scale, *more, axis=-len(layer.normalized_shape), epsilon=layer.eps)


def _rms_norm(g, layer, x):
    axes = g.constant(list(range(-len(layer.normalized_shape), 0)), "shape")
    eps = layer.eps if layer.eps is not None else float(np.finfo(g.dtype).eps)
    mean = g.node("ReduceMean", g.node("Mul", x, x), axes, keepdims=1)
    y = g.node("Div", x, g.node("Sqrt", g.node("Add", mean, g.constant(eps))))
    return y if layer.weight is None else g.node("Mul", y, g.constant(layer.weight))


def _group_norm(g, layer, x):
    groups, channels = layer.num_groups, layer.num_channels
    lines = g.node("Reshape", x, g.constant([0, groups, -1], "shape"))
    lines = g.node("InstanceNormalization", lines, g.constant(np.ones(groups)), g.constant(np.zeros(groups)), epsilon=layer.eps)
    y = g.node("Reshape", lines, g.node("Shape", x))
    if layer.weight is None:
        return y
    dims = g.node("Sub", g.node("Size", g.node("Shape", x)), g.constant(2, "shape"))
    ones = g.node("Expand", g.constant([1], "shape"), g.node("Reshape", dims, g.constant([1], "shape")))
    whole = g.node("Concat", g.constant([1, channels], "shape"), ones, axis=0)
    y = g.node("Mul", y, g.node("Reshape", g.constant(layer.weight), whole))
    return g.node("Add", y, g.node("Reshape", g.constant(layer.bias), whole))


def _extents(value, n):
    return [int(value)] * n if hasattr(value, "__index__") else [int(e) for e in value]


def _pool(kind, n):
    def convert(g, layer, x):
        kernel = _extents(layer.kernel_size, n)
        more = {"dilations": _extents(layer.dilation, n)} if kind == "MaxPool" else {"count_include_pad": int(layer.count_include_pad)}
        return g.node(kind, x, kernel_shape=kernel, strides=kernel if layer.stride is None else _extents(layer.stride, n),
                      pads=_extents(layer.padding, n) * 2, ceil_mode=int(layer.ceil_mode), **more)  # fmt: skip

    return convert


def _global(kind):
    def convert(g, layer, x):
        return g.node("Flatten", g.node(kind, x), axis=1)

    return convert


def _adaptive(kind):
    def convert(g, layer, x):
        if set(_extents(layer.output_size, 2)) != {1}:
            raise NotImplementedError(f"export: {type(layer).__name__}({layer.output_size}) has no form in ONNX here, only (1)")
        return g.node(kind, x)

    return convert


def _flatten(g, layer, x):
    if (layer.start_dim, layer.end_dim) != (1, -1):
        raise NotImplementedError("export: Flatten of some of the dimensions has no form in ONNX here")
    return g.node("Flatten", x, axis=1)


def _feed_forward(g, layer, x):
    return _linear(g, layer.outer, _linear(g, layer.inner, x))


def _softmax(kind):
    return lambda g, layer, x: g.node(kind, x, axis=layer.dim)


def _named(name):
    return lambda g, layer, x: ACTIVATIONS[name](g, x)


LAYERS = {
    nn.Linear: _linear, nn.FeedForward: _feed_forward, nn.Conv1d: _conv, nn.Conv2d: _conv, nn.ConvTranspose1d: _conv, nn.ConvTranspose2d: _conv,
    nn.LayerNorm: _layer_norm, nn.RMSNorm: _rms_norm, nn.GroupNorm: _group_norm, nn.InstanceNorm2d: _group_norm,
    nn.MaxPool1d: _pool("MaxPool", 1), nn.MaxPool2d: _pool("MaxPool", 2),
    nn.AvgPool1d: _pool("AveragePool", 1), nn.AvgPool2d: _pool("AveragePool", 2),
    nn.GlobalAvgPool2d: _global("GlobalAveragePool"), nn.GlobalMaxPool2d: _global("GlobalMaxPool"),
    nn.AdaptiveAvgPool2d: _adaptive("GlobalAveragePool"), nn.AdaptiveMaxPool2d: _adaptive("GlobalMaxPool"),
    nn.Flatten: _flatten, nn.Reshape: lambda g, layer, x: g.node("Reshape", x, g.constant([0, *layer.shape], "shape")),
    nn.Embedding: lambda g, layer, x: g.node("Gather", g.constant(layer.weight, "weight"), x, axis=0),
    nn.Dropout: lambda g, layer, x: x, nn.Dropout2d: lambda g, layer, x: x, nn.Identity: lambda g, layer, x: x,
    nn.Softmax: _softmax("Softmax"), nn.LogSoftmax: _softmax("LogSoftmax"),
    nn.LeakyReLU: lambda g, layer, x: g.node("LeakyRelu", x, alpha=layer.negative_slope),
    nn.ELU: lambda g, layer, x: g.node("Elu", x, alpha=layer.alpha), nn.CELU: lambda g, layer, x: g.node("Celu", x, alpha=layer.alpha),
    nn.GELU: lambda g, layer, x: g.node("Gelu", x, approximate=layer.approximate),
    nn.Softplus: lambda g, layer, x: _softplus(g, x, layer.beta), nn.Hardtanh: lambda g, layer, x: _clip(g, x, layer.min_val, layer.max_val),
    **{getattr(nn, cls): _named(name) for cls, name in (("ReLU", "relu"), ("ReLU6", "relu6"), ("SELU", "selu"), ("SiLU", "silu"), ("Mish", "mish"),
       ("Sigmoid", "sigmoid"), ("Tanh", "tanh"), ("Softsign", "softsign"), ("Hardswish", "hardswish"), ("Hardsigmoid", "hardsigmoid"),
       ("LogSigmoid", "logsigmoid"))},
}  # fmt: skip


def _convert(g, layer, x):
    if isinstance(layer, nn.Sequential):
        for part in layer:
            x = _convert(g, part, x)
        return x
    if type(layer) in LAYERS:
        return LAYERS[type(layer)](g, layer, x)
    if hasattr(layer, "running_mean"):
        return _batch_norm(g, layer, x)
    raise NotImplementedError(f"export: {type(layer).__name__} has no form in ONNX here; there are {', '.join(sorted(c.__name__ for c in LAYERS))}")


def export(model, path):
    """Writes a model's network; rows may be any number."""
    try:
        import onnx  # type: ignore[import-not-found]
    except ImportError:
        raise ImportError("export needs the package onnx: pip install 'numrs-kernels[onnx]'") from None
    if model.input_shape is None:
        from numrs.model.summary import guessed_input

        shape = guessed_input(model)
        if shape is None:
            raise ValueError("export: the shape of the input is not known yet: call build((None, …)) or use the model first")
        model.build(shape)
    elif model.output_shape is None:
        model.build(model.input_shape)
    dtype = np.dtype(model.dtype)
    element = onnx.helper.np_dtype_to_tensor_dtype(dtype)
    g = _Graph(onnx, dtype)
    last = _convert(g, model.module, "input")
    g.nodes.append(onnx.helper.make_node("Identity", [last], ["output"], name="node_output"))
    first = onnx.TensorProto.INT64 if model._sample(model.input_shape).dtype.kind == "i" else element
    inputs = [onnx.helper.make_tensor_value_info("input", first, ["N", *model.input_shape[1:]])]
    outputs = [onnx.helper.make_tensor_value_info("output", element, ["N", *model.output_shape[1:]])]
    graph = onnx.helper.make_graph(g.nodes, model.name, inputs, outputs, g.constants)
    made = onnx.helper.make_model(graph, producer_name="numrs", opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(made, full_check=True)
    raw = made.SerializeToString()
    with replacing(path) as file:
        file.write(raw)
