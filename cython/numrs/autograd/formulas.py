"""What kernels of networks compute, by functions with rules of their own: the way of gradients that are followed themselves
(`engine.followed_again`). Losses are in formulas_losses.py. Values agree with the kernels' but for rounding."""

import math

import numrs
from numrs._ops._tensor import Tensor

SELU_ALPHA, SELU_SCALE = 1.6732632423543772848170429916717, 1.0507009873554804934193349852946


# ------------------------------------------------------------------------------------------------ activations


def relu(x):
    return numrs.where(x > 0, x, 0.0)


def relu6(x):
    return numrs.where((x > 0) & (x < 6), x, numrs.clip(x.detach(), 0.0, 6.0))


def hardtanh(x, min_val, max_val):
    return numrs.where((x > min_val) & (x < max_val), x, numrs.clip(x.detach(), min_val, max_val))


def leaky_relu(x, negative_slope):
    return numrs.where(x > 0, x, x * negative_slope)


def elu(x, alpha):
    return numrs.where(x > 0, x, alpha * numrs.expm1(numrs.where(x > 0, 0.0, x)))


def selu(x):
    return SELU_SCALE * elu(x, SELU_ALPHA)


def celu(x, alpha):
    return numrs.where(x > 0, x, alpha * numrs.expm1(numrs.where(x > 0, 0.0, x) / alpha))


def silu(x):
    return x * numrs.sigmoid(x)


def softsign(x):
    return x / (1.0 + numrs.abs(x))


def hardsigmoid(x):
    inside = (x > -3) & (x < 3)
    return numrs.where(inside, x / 6.0 + 0.5, numrs.where(x.detach() > 0, 1.0, 0.0))


def hardswish(x):
    return x * hardsigmoid(x)


def mish(x):
    return x * numrs.tanh(numrs.softplus(x))


def logsigmoid(x):
    return -numrs.softplus(-x)


def softplus(x, beta, threshold):
    linear = beta * x > threshold
    return numrs.where(linear, x, numrs.softplus(numrs.where(linear, 0.0, beta * x)) / beta)


def gelu(x, approximate):
    if approximate == "tanh":
        return 0.5 * x * (1.0 + numrs.tanh(math.sqrt(2.0 / math.pi) * (x + 0.044715 * x * x * x)))
    return 0.5 * x * numrs.erfc(x * -math.sqrt(0.5))


ACTIVATIONS = {
    "relu": relu, "relu6": relu6, "selu": selu, "silu": silu, "softsign": softsign, "hardsigmoid": hardsigmoid, "hardswish": hardswish,
    "mish": mish, "logsigmoid": logsigmoid, "sigmoid": numrs.sigmoid, "tanh": numrs.tanh, "gelu": lambda x: gelu(x, "none"),
    "gelu_tanh": lambda x: gelu(x, "tanh"),
}  # fmt: skip


def softmax_second(rule, grad, values, kept, out, needs):
    """The rule of softmax by public functions."""
    dim = values[rule.places["dim"]]
    weighted = grad * out
    return (weighted - out * numrs.sum(weighted, axis=dim, keepdims=True),)


def log_softmax_second(rule, grad, values, kept, out, needs):
    """The rule of log_softmax by public functions."""
    return (grad - numrs.exp(out) * numrs.sum(grad, axis=values[rule.places["dim"]], keepdims=True),)


# ------------------------------------------------------------------------------------------------ products and norms


def linear(x, weight, bias, activation, negative_slope):
    y = x @ weight
    if bias is not None:
        y = y + bias
    if activation is None:
        return y
    return leaky_relu(y, negative_slope) if activation == "leaky_relu" else ACTIVATIONS[activation](y)


def _affine(y, weight, bias):
    if weight is not None:
        y = y * weight
    return y if bias is None else y + bias


def _standard(x, axes, eps):
    d = x - numrs.mean(x, axis=axes, keepdims=True)
    return d * numrs.rsqrt(numrs.mean(d * d, axis=axes, keepdims=True) + eps)


def layer_norm(x, normalized_shape, weight, bias, eps):
    return _affine(_standard(x, tuple(range(-len(normalized_shape), 0)), eps), weight, bias)


def rms_norm(x, normalized_shape, weight, eps):
    axes = tuple(range(-len(normalized_shape), 0))
    return _affine(x * numrs.rsqrt(numrs.mean(x * x, axis=axes, keepdims=True) + eps), weight, None)


def _channels(v, x):
    """A number for each channel of (n, channels, …)."""
    return v if v is None else numrs.reshape(v, (1, -1) + (1,) * (x.ndim - 2))


def group_norm(x, num_groups, weight, bias, eps):
    y = _standard(numrs.reshape(x, (x.shape[0], num_groups, -1)), (2,), eps)
    return _affine(numrs.reshape(y, x.shape), _channels(weight, x), _channels(bias, x))


def batch_norm(x, weight, bias, training, eps, mean, rstd):
    if training:
        y = _standard(x, (0, *range(2, x.ndim)), eps)
    else:
        y = (x - numrs.astype(_channels(mean, x), x.dtype)) * numrs.astype(_channels(rstd, x), x.dtype)
    return _affine(y, _channels(weight, x), _channels(bias, x))


def attention(query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa):
    if dropout_p:
        raise NotImplementedError("scaled_dot_product_attention: the gradient of its gradient with dropout is not known; dropout_p has to be 0")
    if enable_gqa and query.shape[-3] != key.shape[-3]:
        times = query.shape[-3] // key.shape[-3]
        key, value = (numrs.repeat(a, times, axis=a.ndim - 3) for a in (key, value))
    scores = (query @ numrs.matrix_transpose(key)) * (query.shape[-1] ** -0.5 if scale is None else scale)
    seen = None
    if is_causal:
        seen = numrs.tril(numrs.ones(scores.shape[-2:], dtype="bool", device=scores.device))
    elif attn_mask is not None:
        mask = attn_mask if isinstance(attn_mask, Tensor) else numrs.asarray(attn_mask)
        if mask.dtype == numrs.bool:
            seen = mask
        else:
            scores, seen = scores + mask, mask.detach() != -math.inf
    if seen is None:
        return numrs.functional.softmax(scores, -1) @ value
    nothing = ~numrs.any(seen, axis=-1, keepdims=True)  # rows that see no key are 0
    weights = numrs.functional.softmax(numrs.where(seen | nothing, scores, -math.inf), -1)
    return numrs.where(nothing, 0.0, weights) @ value


# ------------------------------------------------------------------------------------------------ what is linear


def linear_second(forward, backward):
    """The rule of a function that is linear in its one input, and its gradient in the gradient: each is the other's rule.

    forward(x, arguments) and backward(gradient, arguments) with the arguments by name, `shape` and `dtype` of the input among them.
    """

    def second(rule, grad, values, kept, out, needs):
        given = dict(zip(rule.parameters, values)) | (kept or {})
        like = given.pop(rule.inputs_names[0])
        given["shape"] = like.shape
        back = numrs.autograd.custom_function(lambda ctx, g: backward(g, given), lambda ctx, g: forward(g, given))
        return (back(grad[0] if isinstance(grad, list) else grad),)

    return second


def _pair(value, n):
    return tuple(value) * (n if len(value) == 1 else 1) if isinstance(value, (tuple, list)) else (value,) * n


def _weight_gradient(x, grad, groups, stride, padding, dilation, kernel, conv):
    """The gradient of a convolution after its weights: a convolution of the input by the gradient, group by group."""
    parts = []
    for a, g in zip(numrs.split(x, groups, axis=1), numrs.split(grad, groups, axis=1)):
        w = conv(numrs.swapaxes(a, 0, 1), numrs.swapaxes(g, 0, 1), None, dilation, padding, stride)
        parts.append(numrs.swapaxes(w[(slice(None), slice(None), *(slice(0, k) for k in kernel))], 0, 1))
    return numrs.concat(parts, axis=0) if groups > 1 else parts[0]


def conv_second(spatial, transposed):
    """The rule of a convolution by convolutions."""

    def second(rule, grad, values, kept, out, needs):
        F = numrs.functional
        plain, other = (getattr(F, f"{name}{spatial}d") for name in ("conv", "conv_transpose"))
        at = dict(zip(rule.parameters, values))
        x, weight, groups = at["x"], at["weight"], at["groups"]
        batched = x.ndim == spatial + 2
        if not batched:
            x, grad = numrs.expand_dims(x, axis=0), numrs.expand_dims(grad, axis=0)
        stride, dilation = _pair(at["stride"], spatial), _pair(at["dilation"], spatial)
        kernel, extents = weight.shape[2:], x.shape[2:]
        cut = None
        if isinstance(at["padding"], str):
            total = [d * (k - 1) if at["padding"] == "same" else 0 for d, k in zip(dilation, kernel)]
            x = numrs.pad(x, ((0, 0), (0, 0), *((t // 2, t - t // 2) for t in total)))
            cut = (slice(None), slice(None), *(slice(t // 2, t // 2 + n) for t, n in zip(total, extents)))
            padding, extents = (0,) * spatial, x.shape[2:]
        else:
            padding = _pair(at["padding"], spatial)
        gx = gw = gb = None
        if needs[0]:
            if transposed:
                gx = plain(grad, weight, None, stride, padding, dilation, groups)
            else:
                reached = [(n - 1) * s - 2 * p + d * (k - 1) + 1 for n, s, p, d, k in zip(grad.shape[2:], stride, padding, dilation, kernel)]
                more = tuple(n - m for n, m in zip(extents, reached))
                whole = tuple(m if m < max(s, d) else 0 for m, s, d in zip(more, stride, dilation))
                gx = other(grad, weight, None, stride, padding, whole, groups, dilation)
                if whole != more:
                    gx = numrs.pad(gx, ((0, 0), (0, 0), *((0, m - w) for m, w in zip(more, whole))))
            gx = gx if cut is None else gx[cut]
            gx = gx if batched else gx[0]
        if needs[1]:
            there, back = (grad, x) if transposed else (x, grad)
            gw = _weight_gradient(there, back, groups, stride, padding, dilation, kernel, plain)
        if needs[2]:
            gb = numrs.sum(grad, axis=(0, *range(2, spatial + 2)))
        return gx, gw, gb

    return second


def pooled_maxima(spatial):
    """A pool of maxima as what it takes out of each plane."""

    def compute(x, indices):
        planes = x.shape[: x.ndim - spatial]
        flat = numrs.reshape(x, (*planes, -1))
        taken = numrs.take_along_axis(flat, numrs.reshape(indices, (*planes, -1)), axis=-1)
        return numrs.reshape(taken, indices.shape)

    return compute
