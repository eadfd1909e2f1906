"""Activations as modules, and activations by name."""

from numrs import functional as F
from numrs.nn import init
from numrs.nn.module import Module, as_parameter, is_array


class ReLU(Module):
    """max(x, 0)."""

    def forward(self, x):
        return F.relu(x)


class ReLU6(Module):
    """min(max(x, 0), 6)."""

    def forward(self, x):
        return F.relu6(x)


class LeakyReLU(Module):
    """x where it is positive, else negative_slope · x."""

    def __init__(self, negative_slope=0.01):
        self.negative_slope = negative_slope

    def forward(self, x):
        return F.leaky_relu(x, self.negative_slope)


class ELU(Module):
    """x where it is positive, else alpha · (exp(x) - 1)."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):
        return F.elu(x, self.alpha)


class CELU(Module):
    """max(0, x) + min(0, alpha · (exp(x / alpha) - 1))."""

    def __init__(self, alpha=1.0):
        self.alpha = alpha

    def forward(self, x):
        return F.celu(x, self.alpha)


class SELU(Module):
    """The self-normalising unit of Klambauer et al. (2017)."""

    def forward(self, x):
        return F.selu(x)


class GELU(Module):
    """x · Φ(x); approximate='tanh' for the approximation."""

    def __init__(self, approximate="none"):
        self.approximate = approximate

    def forward(self, x):
        return F.gelu(x, approximate=self.approximate)


class SiLU(Module):
    """x · sigmoid(x)."""

    def forward(self, x):
        return F.silu(x)


class Mish(Module):
    """x · tanh(softplus(x))."""

    def forward(self, x):
        return F.mish(x)


class Sigmoid(Module):
    """1 / (1 + exp(-x))."""

    def forward(self, x):
        return F.sigmoid(x)


class Tanh(Module):
    """The hyperbolic tangent."""

    def forward(self, x):
        return F.tanh(x)


class Softplus(Module):
    """log(1 + exp(beta · x)) / beta; x itself where beta · x is beyond threshold."""

    def __init__(self, beta=1.0, threshold=20.0):
        self.beta, self.threshold = beta, threshold

    def forward(self, x):
        return F.softplus(x, self.beta, self.threshold)


class Softsign(Module):
    """x / (1 + abs(x))."""

    def forward(self, x):
        return F.softsign(x)


class Hardswish(Module):
    """x · relu6(x + 3) / 6."""

    def forward(self, x):
        return F.hardswish(x)


class Hardsigmoid(Module):
    """relu6(x + 3) / 6."""

    def forward(self, x):
        return F.hardsigmoid(x)


class Hardtanh(Module):
    """x, cut off below min_val and above max_val."""

    def __init__(self, min_val=-1.0, max_val=1.0):
        self.min_val, self.max_val = min_val, max_val

    def forward(self, x):
        return F.hardtanh(x, self.min_val, self.max_val)


class LogSigmoid(Module):
    """log(sigmoid(x))."""

    def forward(self, x):
        return F.logsigmoid(x)


class Softmax(Module):
    """exp(x) over its sum along an axis."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.softmax(x, self.dim)


class LogSoftmax(Module):
    """The logarithm of softmax."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.log_softmax(x, self.dim)


class Softmin(Module):
    """softmax of -x."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.softmin(x, self.dim)


class Softmax2d(Module):
    """softmax over the channels of (N, C, H, W)."""

    def forward(self, x):
        return F.softmax(x, -3)


class GLU(Module):
    """a · sigmoid(b) of the halves along an axis."""

    def __init__(self, dim=-1):
        self.dim = dim

    def forward(self, x):
        return F.glu(x, self.dim)


class PReLU(Module):
    """x where it is positive, else a learned slope times x.

    Parameters
    ----------
    num_parameters : int
        1, or the number of channels (axis 1); or an array, which is the slopes.
    init : float
        The first slope.
    """

    def __init__(self, num_parameters=1, init=0.25, *, dtype=None):
        if is_array(num_parameters):
            self.weight = as_parameter(num_parameters)
            self.num_parameters = self.weight.size
            return
        if isinstance(num_parameters, bool) or not hasattr(num_parameters, "__index__") or num_parameters < 1:
            raise ValueError(f"PReLU: num_parameters is {num_parameters!r}, expected an int of 1 or more")
        self.num_parameters, self.init = num_parameters, init
        self.weight = _slopes(num_parameters, init, dtype)

    def forward(self, x):
        return F.prelu(x, self.weight)


def _slopes(n, value, dtype):
    return init.made((n,), lambda t, rng=None: init.constant_(t, value), None, dtype)


class Threshold(Module):
    """x where it is above the threshold, else value."""

    def __init__(self, threshold, value):
        self.threshold, self.value = threshold, value

    def forward(self, x):
        return F.threshold(x, self.threshold, self.value)


class Hardshrink(Module):
    """x where its absolute value is above lambd, else 0."""

    def __init__(self, lambd=0.5):
        self.lambd = lambd

    def forward(self, x):
        return F.hardshrink(x, self.lambd)


class Softshrink(Module):
    """x nearer to 0 by lambd."""

    def __init__(self, lambd=0.5):
        self.lambd = lambd

    def forward(self, x):
        return F.softshrink(x, self.lambd)


class Tanhshrink(Module):
    """x - tanh(x)."""

    def forward(self, x):
        return F.tanhshrink(x)


class Activation(Module):
    """An activation by its name, by Keras's name for it: Activation('relu')."""

    def __init__(self, activation):
        self.activation = activation
        self._function = _by_name(activation)

    def forward(self, x):
        return x if self._function is None else self._function(x)


class Identity(Module):
    """x."""

    def forward(self, x):
        return x


_NAMES = {"linear": None, "none": None, "relu": F.relu, "relu6": F.relu6, "leaky_relu": F.leaky_relu, "elu": F.elu, "celu": F.celu,
          "selu": F.selu, "gelu": F.gelu, "silu": F.silu, "swish": F.silu, "mish": F.mish, "sigmoid": F.sigmoid, "tanh": F.tanh,
          "softplus": F.softplus, "softsign": F.softsign, "hardswish": F.hardswish, "hardsigmoid": F.hardsigmoid, "hardtanh": F.hardtanh,
          "logsigmoid": F.logsigmoid, "softmax": F.softmax_last_dim, "log_softmax": F.log_softmax,
          "softmin": F.softmin, "tanhshrink": F.tanhshrink, "hardshrink": F.hardshrink, "softshrink": F.softshrink,
          "glu": F.glu, "gelu_tanh": lambda x: F.gelu(x, approximate="tanh")}  # fmt: skip


def activation(given):
    """An activation by name, or the callable itself; None for none.

    Raises
    ------
    ValueError
        For an unknown name; the message lists the known ones.
    """
    if given is None or callable(given):
        return given
    if given not in _NAMES:
        raise ValueError(f"activation: {given!r} is unknown, expected one of {', '.join(sorted(_NAMES))}")
    return _NAMES[given]


_by_name = activation
