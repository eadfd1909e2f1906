"""Convolutions: Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d."""

from numrs import functional as F
from numrs.nn import init
from numrs.nn.activation import activation as activation_of
from numrs.nn.module import Module, as_parameter, is_array


def _tuple(x, n, name):
    if hasattr(x, "__index__"):
        return (int(x),) * n
    x = tuple(x)
    if len(x) != n:
        raise ValueError(f"{name} is {x}, expected an int or {n} of them")
    return x


class _Conv(Module):
    """What all convolutions have: parameters, made at the first call where the number of channels is not given."""

    spatial = 2
    transposed = False

    def __init__(self, in_channels, out_channels=None, kernel_size=None, stride=1, padding=0, dilation=1, groups=1, bias=True,
                 activation=None, *, output_padding=0, weight_init="he_uniform", rng=None, dtype=None):  # fmt: skip
        n, name = self.spatial, type(self).__name__
        self.stride, self.dilation, self.groups = (
            _tuple(stride, n, f"{name}: stride"),
            _tuple(dilation, n, f"{name}: dilation"),
            int(groups),
        )
        self.padding = padding if isinstance(padding, str) else _tuple(padding, n, f"{name}: padding")
        self.output_padding = _tuple(output_padding, n, f"{name}: output_padding")
        self.activation, self._function = activation, activation_of(activation)
        self._init = (weight_init, init.generator(rng), dtype)
        self.weight = self.bias = None
        if is_array(in_channels):
            self.weight = as_parameter(in_channels)
            if self.weight.ndim != n + 2:
                raise ValueError(f"{name}: weight has shape {self.weight.shape}, expected {n + 2} dimensions")
            given = out_channels if out_channels is not None else (bias if is_array(bias) else None)
            self.bias = None if given is None else as_parameter(given)
            self.kernel_size = self.weight.shape[2:]
            return
        if kernel_size is None:
            if out_channels is None:
                raise TypeError(f"{name}: kernel_size is missing")
            in_channels, out_channels, kernel_size = None, in_channels, out_channels
        self.in_channels, self.out_channels, self.kernel_size = (
            in_channels,
            out_channels,
            _tuple(kernel_size, n, f"{name}: kernel_size"),
        )
        self._with_bias = bool(bias)
        if (
            self.groups < 1
            or self.out_channels % self.groups
            or (in_channels is not None and in_channels % self.groups)
        ):
            raise ValueError(
                f"{name}: groups is {groups}, expected a divisor of in_channels {in_channels} and out_channels {out_channels}"
            )
        if in_channels is not None:
            self.build((1, in_channels))

    def build(self, shape):
        """Makes the parameters for inputs of a shape (N, C, …)."""
        weight_init, rng, dtype = self._init
        self.in_channels = int(shape[1])
        if self.in_channels % self.groups:
            raise ValueError(
                f"{type(self).__name__}: the input has {self.in_channels} channels, which groups={self.groups} does not divide"
            )
        first, second = (
            (self.in_channels, self.out_channels) if self.transposed else (self.out_channels, self.in_channels)
        )
        self.weight = init.made((first, second // self.groups, *self.kernel_size), weight_init, rng, dtype)
        self.bias = init.made((self.out_channels,), "zeros", rng, dtype) if self._with_bias else None

    def forward(self, x):
        if self.weight is None:
            self._build_for(x, x.shape if x.ndim == self.spatial + 2 else (1, *x.shape))
        y = self._convolve(x)
        return y if self._function is None else self._function(y)


class Conv1d(_Conv):
    """Cross-correlation of (N, C, L) with weights (out, in / groups, k).

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
        Sizes; two numbers are out_channels and kernel_size, and in_channels is seen at the first call. Arrays are the parameters.
    stride, padding, dilation, groups
        As PyTorch; padding also 'same' or 'valid'.
    bias : bool or array_like
        Whether to add one; or the one to add.
    activation : str or callable, optional
        Applied to the result.
    """

    spatial = 1

    def _convolve(self, x):
        return F.conv1d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv2d(_Conv):
    """Cross-correlation of (N, C, H, W) with weights (out, in / groups, kh, kw).

    Parameters
    ----------
    in_channels, out_channels, kernel_size : int
        Sizes, the kernel also as (kh, kw); two numbers are out_channels and kernel_size, and in_channels is seen at the first call. Arrays
        are the parameters.
    stride, padding, dilation, groups
        As PyTorch; padding also 'same' or 'valid'.
    bias : bool or array_like
        Whether to add one; or the one to add.
    activation : str or callable, optional
        Applied to the result.
    """

    def _convolve(self, x):
        return F.conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class ConvTranspose1d(_Conv):
    """The transpose of Conv1d; weights are (in, out / groups, k)."""

    spatial = 1
    transposed = True

    def _convolve(self, x):
        return F.conv_transpose1d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )


class ConvTranspose2d(_Conv):
    """The transpose of Conv2d; weights are (in, out / groups, kh, kw)."""

    transposed = True

    def _convolve(self, x):
        return F.conv_transpose2d(
            x, self.weight, self.bias, self.stride, self.padding, self.output_padding, self.groups, self.dilation
        )
