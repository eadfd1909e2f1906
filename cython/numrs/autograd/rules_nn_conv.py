"""Gradients of convolutions, transposed ones, pools and linear layers."""

import inspect

from numrs._ops.nn_conv import conv1d_backward, conv2d_backward, conv_transpose1d_backward, conv_transpose2d_backward
from numrs._ops.nn_linear import linear_backward, linear_with_saved
from numrs._ops.nn_pool import (
    adaptive_avg_pool1d_backward,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    avg_pool1d_backward,
    avg_pool2d_backward,
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from numrs.autograd.engine import rule


@rule("linear", forward=linear_with_saved)
def _(grad, x, weight, bias, *, activation, negative_slope, saved, needs):
    return linear_backward(grad, x, weight, saved, activation, negative_slope=negative_slope, needs=needs)


@rule("conv1d")
def _(grad, x, weight, bias, *, stride, padding, dilation, groups, needs):
    return conv1d_backward(grad, x, weight, stride, padding, dilation, groups, needs=needs)


@rule("conv2d")
def _(grad, x, weight, bias, *, stride, padding, dilation, groups, needs):
    return conv2d_backward(grad, x, weight, stride, padding, dilation, groups, needs=needs)


@rule("conv_transpose1d")
def _(grad, x, weight, bias, *, stride, padding, groups, dilation, needs):
    return conv_transpose1d_backward(grad, x, weight, stride, padding, groups, dilation, needs=needs)


@rule("conv_transpose2d")
def _(grad, x, weight, bias, *, stride, padding, groups, dilation, needs):
    return conv_transpose2d_backward(grad, x, weight, stride, padding, groups, dilation, needs=needs)


def _with_indices(pool):
    """The forward call of a pool of maxima that keeps where they were."""
    names = list(inspect.signature(pool).parameters)

    def forward(*args, **kwargs):
        given = {**dict(zip(names, args)), **kwargs}
        both = given.pop("return_indices", False)
        y, indices = pool(**given, return_indices=True)
        return ((y, indices) if both else y), {"indices": indices}

    return forward


def _first(grad):
    """The gradient of the maxima, also where their places are a result too."""
    return grad[0] if isinstance(grad, list) else grad


@rule("max_pool1d", forward=_with_indices(max_pool1d), shapes="x")
def _(grad, x, *, indices):
    return (max_pool1d_backward(_first(grad), indices, x.shape),)


@rule("max_pool2d", forward=_with_indices(max_pool2d), shapes="x")
def _(grad, x, *, indices):
    return (max_pool2d_backward(_first(grad), indices, x.shape),)


@rule("adaptive_max_pool1d", forward=_with_indices(adaptive_max_pool1d), shapes="x")
def _(grad, x, *, indices):
    return (max_pool1d_backward(_first(grad), indices, x.shape),)


@rule("adaptive_max_pool2d", forward=_with_indices(adaptive_max_pool2d), shapes="x")
def _(grad, x, *, indices):
    return (max_pool2d_backward(_first(grad), indices, x.shape),)


@rule("avg_pool1d", shapes="x")
def _(grad, x, *, kernel_size, stride, padding, count_include_pad):
    return (avg_pool1d_backward(grad, x.shape, kernel_size, stride, padding, count_include_pad),)


@rule("avg_pool2d", shapes="x")
def _(grad, x, *, kernel_size, stride, padding, count_include_pad, divisor_override):
    return (avg_pool2d_backward(grad, x.shape, kernel_size, stride, padding, count_include_pad, divisor_override),)


@rule("adaptive_avg_pool1d", shapes="x")
def _(grad, x):
    return (adaptive_avg_pool1d_backward(grad, x.shape),)


@rule("adaptive_avg_pool2d", shapes="x")
def _(grad, x):
    return (adaptive_avg_pool2d_backward(grad, x.shape),)
