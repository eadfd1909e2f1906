"""Gradient rules of losses: the gradients are C (numrs/nn_loss.h)."""

import math

from numrs._ops import nn_loss, nn_loss_pairs
from numrs._ops.nn_loss import cross_entropy_backward, cross_entropy_with_kept, nll_loss_backward
from numrs._ops.nn_loss_pairs import pair_loss_backward
from numrs.autograd import formulas_losses as formulas
from numrs.autograd.engine import followed_again, rule


@rule("cross_entropy", forward=cross_entropy_with_kept, function=nn_loss.cross_entropy, second=followed_again(formulas.cross_entropy))
def _(grad, input, target, *, weight, reduction, label_smoothing, gradient, needs):
    of_input = cross_entropy_backward(grad, gradient) if needs[0] else None
    if not needs[1]:
        return of_input, None
    return of_input, formulas.cross_entropy_of_targets(grad, input, target, weight, reduction, label_smoothing)


@rule("nll_loss", function=nn_loss.nll_loss, second=followed_again(formulas.nll_loss))
def _(grad, input, *, target, weight, ignore_index, reduction):
    return (nll_loss_backward(grad, input, target, weight, ignore_index, reduction),)


def _pairs(name, weighted=True):
    """The rule of a loss without parameters."""
    function, second = getattr(nn_loss_pairs, name), followed_again(getattr(formulas, name))
    if weighted:

        @rule(name, function=function, second=second)
        def _(grad, input, target, *, weight, reduction, needs):
            return pair_loss_backward(name, grad, input, target, None, weight, reduction, 0.0, 0.0, needs)[:2]

    else:

        @rule(name, function=function, second=second)
        def _(grad, input, target, *, reduction, needs):
            return pair_loss_backward(name, grad, input, target, None, None, reduction, 0.0, 0.0, needs)[:2]


for _name in ("mse_loss", "l1_loss", "binary_cross_entropy", "log_cosh_loss"):
    _pairs(_name)
_pairs("soft_margin_loss", weighted=False)


@rule("huber_loss", function=nn_loss_pairs.huber_loss, second=followed_again(formulas.huber_loss))
def _(grad, input, target, *, weight, reduction, delta, needs):
    return pair_loss_backward("huber_loss", grad, input, target, None, weight, reduction, delta, 0.0, needs)[:2]


@rule("smooth_l1_loss", function=nn_loss_pairs.smooth_l1_loss, second=followed_again(formulas.smooth_l1_loss))
def _(grad, input, target, *, weight, reduction, beta, needs):
    return pair_loss_backward("smooth_l1_loss", grad, input, target, None, weight, reduction, beta, 0.0, needs)[:2]


@rule("binary_cross_entropy_with_logits", function=nn_loss_pairs.binary_cross_entropy_with_logits,
      second=followed_again(formulas.binary_cross_entropy_with_logits))  # fmt: skip
def _(grad, input, target, *, weight, reduction, pos_weight, needs):
    name = "binary_cross_entropy_with_logits"
    return pair_loss_backward(name, grad, input, target, pos_weight, weight, reduction, 0.0, 0.0, needs)[:2]


def _kl_div(grad, input, target, reduction, log_target, needs):
    if reduction == "batchmean":
        grad, reduction = grad / max(input.shape[0], 1), "sum"
    name = "kl_div_log_target" if log_target else "kl_div"
    return pair_loss_backward(name, grad, input, target, None, None, reduction, 0.0, 0.0, needs)[:2]


@rule("kl_div", function=nn_loss_pairs.kl_div, second=followed_again(formulas.kl_div))
def _(grad, input, target, *, reduction, log_target, needs):
    return _kl_div(grad, input, target, reduction, log_target, needs)


@rule("poisson_nll_loss", function=nn_loss_pairs.poisson_nll_loss, second=followed_again(formulas.poisson_nll_loss))
def _(grad, input, target, *, log_input, full, eps, reduction, needs):
    name = "poisson_nll_loss" if log_input else "poisson_nll_loss_rate"
    return pair_loss_backward(name, grad, input, target, None, None, reduction, 1.0 if full else 0.0, eps, needs)[:2]


@rule("gaussian_nll_loss", function=nn_loss_pairs.gaussian_nll_loss, second=followed_again(formulas.gaussian_nll_loss))
def _(grad, input, target, var, *, full, eps, reduction, needs):
    p0 = 0.5 * math.log(2 * math.pi) if full else 0.0
    return pair_loss_backward("gaussian_nll_loss", grad, input, target, var, None, reduction, p0, eps, needs)


@rule("hinge_loss", function=nn_loss_pairs.hinge_loss, second=followed_again(formulas.hinge_loss))
def _(grad, input, target, *, weight, reduction, margin, needs):
    return pair_loss_backward("hinge_loss", grad, input, target, None, weight, reduction, margin, 0.0, needs)[:2]


@rule("squared_hinge_loss", function=nn_loss_pairs.squared_hinge_loss, second=followed_again(formulas.squared_hinge_loss))
def _(grad, input, target, *, weight, reduction, margin, needs):
    return pair_loss_backward("squared_hinge_loss", grad, input, target, None, weight, reduction, margin, 0.0, needs)[
        :2
    ]


@rule("hinge_embedding_loss", function=nn_loss_pairs.hinge_embedding_loss, second=followed_again(formulas.hinge_embedding_loss))
def _(grad, input, *, target, margin, reduction):
    return pair_loss_backward("hinge_embedding_loss", grad, input, target, None, None, reduction, margin, 0.0)[:1]
