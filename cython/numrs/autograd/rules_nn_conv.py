"""Gradients of convolutions, transposed ones, pools and linear layers."""

import inspect

from numrs._ops.nn_conv import conv1d_backward, conv2d_backward, conv_transpose1d_backward, conv_transpose2d_backward
from numrs._ops.nn_linear import linear_backward, linear_with_saved
from numrs._ops.nn_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool1d_backward,
    adaptive_avg_pool2d,
    adaptive_avg_pool2d_backward,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool1d_backward,
    avg_pool2d,
    avg_pool2d_backward,
    max_pool1d,
    max_pool1d_backward,
    max_pool2d,
    max_pool2d_backward,
)
from numrs.autograd import formulas
from numrs.autograd.engine import followed_again, rule


@rule("linear", forward=linear_with_saved, second=followed_again(formulas.linear))
def _(grad, x, weight, bias, *, activation, negative_slope, saved, needs):
    return linear_backward(grad, x, weight, saved, activation, negative_slope=negative_slope, needs=needs)


@rule("conv1d", second=formulas.conv_second(1, False))
def _(grad, x, weight, bias, *, stride, padding, dilation, groups, needs):
    return conv1d_backward(grad, x, weight, stride, padding, dilation, groups, needs=needs)


@rule("conv2d", second=formulas.conv_second(2, False))
def _(grad, x, weight, bias, *, stride, padding, dilation, groups, needs):
    return conv2d_backward(grad, x, weight, stride, padding, dilation, groups, needs=needs)


@rule("conv_transpose1d", second=formulas.conv_second(1, True))
def _(grad, x, weight, bias, *, stride, padding, groups, dilation, needs):
    return conv_transpose1d_backward(grad, x, weight, stride, padding, groups, dilation, needs=needs)


@rule("conv_transpose2d", second=formulas.conv_second(2, True))
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


@rule("max_pool1d", forward=_with_indices(max_pool1d), shapes="x", second=followed_again(formulas.pooled_maxima(1)))
def _(grad, x, *, indices):
    return (max_pool1d_backward(_first(grad), indices, x.shape),)


@rule("max_pool2d", forward=_with_indices(max_pool2d), shapes="x", second=followed_again(formulas.pooled_maxima(2)))
def _(grad, x, *, indices):
    return (max_pool2d_backward(_first(grad), indices, x.shape),)


@rule("adaptive_max_pool1d", forward=_with_indices(adaptive_max_pool1d), shapes="x", second=followed_again(formulas.pooled_maxima(1)))
def _(grad, x, *, indices):
    return (max_pool1d_backward(_first(grad), indices, x.shape),)


@rule("adaptive_max_pool2d", forward=_with_indices(adaptive_max_pool2d), shapes="x", second=followed_again(formulas.pooled_maxima(2)))
def _(grad, x, *, indices):
    return (max_pool2d_backward(_first(grad), indices, x.shape),)


WINDOW = ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override")


def _average(pool, backward, names):
    """The rule of a pool of means where it is followed; what its backward does not take is ceil_mode and the size."""
    taken = [name for name in names if name not in ("ceil_mode", "output_size")]
    return formulas.linear_second(lambda x, given: pool(x, **{name: given[name] for name in names}),
                                  lambda grad, given: backward(grad, given["shape"], **{name: given[name] for name in taken}))  # fmt: skip


@rule("avg_pool1d", shapes="x", second=_average(avg_pool1d, avg_pool1d_backward, WINDOW[:5]))
def _(grad, x, *, kernel_size, stride, padding, count_include_pad):
    return (avg_pool1d_backward(grad, x.shape, kernel_size, stride, padding, count_include_pad),)


@rule("avg_pool2d", shapes="x", second=_average(avg_pool2d, avg_pool2d_backward, WINDOW))
def _(grad, x, *, kernel_size, stride, padding, count_include_pad, divisor_override):
    return (avg_pool2d_backward(grad, x.shape, kernel_size, stride, padding, count_include_pad, divisor_override),)


@rule("adaptive_avg_pool1d", shapes="x", second=_average(adaptive_avg_pool1d, adaptive_avg_pool1d_backward, ("output_size",)))
def _(grad, x):
    return (adaptive_avg_pool1d_backward(grad, x.shape),)


@rule("adaptive_avg_pool2d", shapes="x", second=_average(adaptive_avg_pool2d, adaptive_avg_pool2d_backward, ("output_size",)))
def _(grad, x):
    return (adaptive_avg_pool2d_backward(grad, x.shape),)
