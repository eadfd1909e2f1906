"""Gradient rules of unfold and fold: each is the other's."""

from numrs._ops import nn_image
from numrs.autograd import formulas
from numrs.autograd.engine import rule

WINDOW = ("kernel_size", "dilation", "padding", "stride")


def _window(given):
    return [given[name] for name in WINDOW]


@rule("unfold", shapes="x", function=nn_image.unfold, second=formulas.linear_second(
    lambda x, given: nn_image.unfold(x, *_window(given)), lambda grad, given: nn_image.fold(grad, given["shape"][-2:], *_window(given))))
def _(grad, x, *, kernel_size, dilation, padding, stride):
    return (nn_image.fold(grad, x.shape[-2:], kernel_size, dilation, padding, stride),)


@rule("fold", shapes="x", function=nn_image.fold, second=formulas.linear_second(
    lambda x, given: nn_image.fold(x, given["output_size"], *_window(given)), lambda grad, given: nn_image.unfold(grad, *_window(given))))
def _(grad, x, *, output_size, kernel_size, dilation, padding, stride):
    return (nn_image.unfold(grad, kernel_size, dilation, padding, stride),)
