"""Gradient rules of normalisations: the gradients are C (numrs/nn_norm.h)."""

from numrs._ops import nn_norm
from numrs.autograd import formulas
from numrs.autograd.engine import followed_again, rule


@rule("layer_norm", forward=nn_norm.layer_norm_with_stats, function=nn_norm.layer_norm, second=followed_again(formulas.layer_norm))
def _(grad, x, weight, bias, *, mean, rstd, needs):
    return nn_norm.layer_norm_backward(grad, x, weight, mean, rstd, needs)


@rule("rms_norm", forward=nn_norm.rms_norm_with_stats, function=nn_norm.rms_norm, second=followed_again(formulas.rms_norm))
def _(grad, x, weight, *, rstd, needs):
    return nn_norm.rms_norm_backward(grad, x, weight, rstd, needs)


@rule("group_norm", forward=nn_norm.group_norm_with_stats, function=nn_norm.group_norm, second=followed_again(formulas.group_norm))
def _(grad, x, weight, bias, *, num_groups, mean, rstd, needs):
    return nn_norm.group_norm_backward(grad, x, num_groups, weight, mean, rstd, needs)


@rule("batch_norm", forward=nn_norm.batch_norm_with_stats, function=nn_norm.batch_norm, second=followed_again(formulas.batch_norm))
def _(grad, x, weight, bias, *, training, mean, rstd, needs):
    return nn_norm.batch_norm_backward(grad, x, weight, mean, rstd, training, needs)
