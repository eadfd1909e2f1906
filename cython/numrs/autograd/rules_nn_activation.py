"""Gradient rules of activation functions and softmax: the gradients are C (numrs/nn_activation.h)."""

from numrs._ops import nn_activation, nn_softmax
from numrs.autograd import formulas
from numrs.autograd.engine import followed_again, rule


def _plain(name):
    """The rule of a function without parameters."""
    home = nn_activation if hasattr(nn_activation, name) else nn_softmax
    backward = getattr(home, f"{name}_backward")

    @rule(name, function=getattr(home, name), second=followed_again(getattr(formulas, name)))
    def _(grad, x):
        return (backward(grad, x),)


# sigmoid and tanh are element-wise functions, whose rules serve.
for _name in ("relu", "relu6", "selu", "silu", "softsign", "hardswish", "hardsigmoid", "mish", "logsigmoid"):
    _plain(_name)


@rule("hardtanh", function=nn_activation.hardtanh, second=followed_again(formulas.hardtanh))
def _(grad, x, *, min_val, max_val):
    return (nn_activation.hardtanh_backward(grad, x, min_val, max_val),)


@rule("leaky_relu", function=nn_activation.leaky_relu, second=followed_again(formulas.leaky_relu))
def _(grad, x, *, negative_slope):
    return (nn_activation.leaky_relu_backward(grad, x, negative_slope),)


@rule("elu", function=nn_activation.elu, second=followed_again(formulas.elu))
def _(grad, x, *, alpha):
    return (nn_activation.elu_backward(grad, x, alpha),)


@rule("celu", function=nn_activation.celu, second=followed_again(formulas.celu))
def _(grad, x, *, alpha):
    return (nn_activation.celu_backward(grad, x, alpha),)


@rule("gelu", function=nn_softmax.gelu, second=followed_again(formulas.gelu))
def _(grad, x, *, approximate):
    return (nn_softmax.gelu_backward(grad, x, approximate),)


@rule("functional.softplus", function=nn_activation.softplus, second=followed_again(formulas.softplus))
def _(grad, x, *, beta, threshold):
    return (nn_activation.softplus_backward(grad, x, beta, threshold),)


@rule("softmax", function=nn_softmax.softmax, shapes="x", second=formulas.softmax_second)
def _(grad, x, *, dim, out):
    return (nn_softmax.softmax_backward(grad, out, dim),)


@rule("log_softmax", function=nn_softmax.log_softmax, shapes="x", second=formulas.log_softmax_second)
def _(grad, x, *, dim, out):
    return (nn_softmax.log_softmax_backward(grad, out, dim),)
