"""Normalisations, and dropout: LayerNorm, RMSNorm, BatchNorm1d, BatchNorm2d, GroupNorm, InstanceNorm1d/2d, LocalResponseNorm, Dropout, noise."""

import numpy as np

import numrs
from numrs import functional as F
from numrs.nn import init
from numrs.nn.module import Module, as_parameter, is_array


class LayerNorm(Module):
    """Zero mean and unit variance over the last dimensions, times weight plus bias.

    Parameters
    ----------
    normalized_shape : int or tuple of ints
        Extents of those dimensions; or an array, which is the weight.
    bias : bool or array_like
        Whether to add one; or the one to add (second argument after a weight).
    eps : float
        Added to the variance.
    elementwise_affine : bool
        False: neither weight nor bias.
    """

    def __init__(self, normalized_shape, bias=True, eps=1e-5, elementwise_affine=True, *, dtype=None):
        self.eps = eps
        if _is_values(normalized_shape):
            self.weight = as_parameter(normalized_shape)
            self.bias = as_parameter(bias) if is_array(bias) else None
            self.normalized_shape = self.weight.shape
            if self.bias is not None and self.bias.shape != self.weight.shape:
                raise ValueError(f"LayerNorm: bias has shape {self.bias.shape}, expected {self.weight.shape}")
            return
        if isinstance(bias, float):  # PyTorch's second argument is eps
            self.eps, bias = bias, True
        self.normalized_shape = (
            (int(normalized_shape),) if hasattr(normalized_shape, "__index__") else tuple(normalized_shape)
        )
        self.weight = init.made(self.normalized_shape, "ones", None, dtype) if elementwise_affine else None
        self.bias = init.made(self.normalized_shape, "zeros", None, dtype) if elementwise_affine and bias else None

    def forward(self, x):
        return F.layer_norm(x, self.normalized_shape, self.weight, self.bias, self.eps)


def _is_values(x):
    """An array, or a list that holds anything but extents."""
    return (
        isinstance(x, (numrs.Tensor, np.ndarray)) or isinstance(x, list) and any(not hasattr(v, "__index__") for v in x)
    )


class RMSNorm(Module):
    """Over the root of the mean square of the last dimensions, times weight.

    Parameters
    ----------
    normalized_shape : int or tuple of ints
        Extents of those dimensions; or an array, which is the weight.
    eps : float, optional
        Added to the mean square; the dtype's epsilon when not given.
    """

    def __init__(self, normalized_shape, eps=None, elementwise_affine=True, *, dtype=None):
        self.eps = eps
        if _is_values(normalized_shape):
            self.weight = as_parameter(normalized_shape)
            self.normalized_shape = self.weight.shape
            return
        self.normalized_shape = (
            (int(normalized_shape),) if hasattr(normalized_shape, "__index__") else tuple(normalized_shape)
        )
        self.weight = init.made(self.normalized_shape, "ones", None, dtype) if elementwise_affine else None

    def forward(self, x):
        return F.rms_norm(x, self.normalized_shape, self.weight, self.eps)


class _BatchNorm(Module):
    dims: tuple[int, ...] = (2, 3)

    def __init__(self, num_features=None, eps=1e-5, momentum=0.1, affine=True, track_running_stats=True, *, dtype=None):
        self.num_features, self.eps, self.momentum = num_features, eps, momentum
        self.affine, self.track_running_stats, self._dtype = affine, track_running_stats, dtype
        self.weight = self.bias = None
        self.register_buffer("running_mean", None)
        self.register_buffer("running_var", None)
        if num_features is not None:
            self.build((1, num_features))

    def build(self, shape):
        """Makes parameters and running statistics for inputs of a shape (N, C, …)."""
        self.num_features = int(shape[1])
        if self.affine:
            self.weight = init.made((self.num_features,), "ones", None, self._dtype)
            self.bias = init.made((self.num_features,), "zeros", None, self._dtype)
        if self.track_running_stats:
            init.spend((2, self.num_features))
            self.register_buffer("running_mean", numrs.zeros(self.num_features, dtype=self._dtype or np.float32))
            self.register_buffer("running_var", numrs.ones(self.num_features, dtype=self._dtype or np.float32))

    def forward(self, x):
        if x.ndim not in self.dims:
            raise ValueError(
                f"{type(self).__name__}: x has shape {x.shape}, expected {' or '.join(map(str, self.dims))} dimensions"
            )
        if self.num_features is None:
            self._build_for(x)
        train = self.training or self.running_mean is None
        return F.batch_norm(
            x, self.running_mean, self.running_var, self.weight, self.bias, train, self.momentum, self.eps
        )


class BatchNorm1d(_BatchNorm):
    """Each channel of (N, C) or (N, C, L) over the batch; running statistics in eval().

    Parameters
    ----------
    num_features : int, optional
        Channels; seen at the first call when not given.
    eps, momentum : float
        Added to the variance; share of the new batch in the running statistics.
    affine, track_running_stats : bool
        Whether there are weight and bias, and running statistics.
    """


class BatchNorm2d(_BatchNorm):
    """Each channel of (N, C, H, W) over the batch; running statistics in eval(). Parameters as BatchNorm1d."""

    dims = (4,)


class GroupNorm(Module):
    """Groups of channels of (N, C, …), each over itself.

    Parameters
    ----------
    num_groups, num_channels : int
        The groups divide the channels.
    """

    def __init__(self, num_groups, num_channels, eps=1e-5, affine=True, *, dtype=None):
        if num_groups < 1 or num_channels % num_groups:
            raise ValueError(
                f"GroupNorm: num_groups is {num_groups}, expected a divisor of num_channels {num_channels}"
            )
        self.num_groups, self.num_channels, self.eps = num_groups, num_channels, eps
        self.weight = init.made((num_channels,), "ones", None, dtype) if affine else None
        self.bias = init.made((num_channels,), "zeros", None, dtype) if affine else None

    def forward(self, x):
        return F.group_norm(x, self.num_groups, self.weight, self.bias, self.eps)


class InstanceNorm2d(GroupNorm):
    """Each channel of each picture over itself."""

    def __init__(self, num_features, eps=1e-5, affine=False, *, dtype=None):
        GroupNorm.__init__(self, num_features, num_features, eps, affine, dtype=dtype)


class InstanceNorm1d(InstanceNorm2d):
    """Each channel of each signal over itself."""


class LocalResponseNorm(Module):
    """Over a power of the mean square of neighbouring channels, see functional.local_response_norm."""

    def __init__(self, size, alpha=1e-4, beta=0.75, k=1.0):
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k

    def forward(self, x):
        return F.local_response_norm(x, self.size, self.alpha, self.beta, self.k)


class UnitNormalization(Module):
    """Over the Euclidean norm along an axis."""

    def __init__(self, axis=-1):
        self.axis = axis

    def forward(self, x):
        return F.normalize(x, dim=self.axis)


class Dropout(Module):
    """In training, each element is dropped with probability p, and the others are divided by 1 - p.

    Parameters
    ----------
    p : float
        0 … 1.
    rng : Generator or int, optional
        Where the masks come from.
    """

    def __init__(self, p=0.5, *, rng=None):
        if not 0.0 <= p <= 1.0:
            raise ValueError(f"Dropout: p is {p}, expected 0 … 1")
        self.p = p
        self.rng = None if rng is None else init.generator(rng)

    def forward(self, x):
        if not self.training or self.p == 0.0:
            return x
        return F.dropout(x, self.p, True, rng=init.generator(self.rng))


class Dropout2d(Dropout):
    """Dropout of whole channels of (N, C, H, W)."""

    def forward(self, x):
        if not self.training or self.p == 0.0:
            return x
        return F.dropout2d(x, self.p, True, rng=init.generator(self.rng))


class GaussianNoise(Module):
    """In training, normal numbers of a standard deviation are added.

    Parameters
    ----------
    stddev : float
        0 or more.
    rng : Generator or int, optional
        Where they come from.
    """

    def __init__(self, stddev, *, rng=None):
        if not 0.0 <= stddev < float("inf"):
            raise ValueError(f"GaussianNoise: stddev is {stddev}, expected 0 or more")
        self.stddev = stddev
        self.rng = None if rng is None else init.generator(rng)

    def forward(self, x):
        if not self.training or self.stddev == 0.0:
            return x
        noise = init.generator(self.rng).normal(0.0, self.stddev, x.shape)
        return x + numrs.astype(numrs.asarray(noise, device=x.device), x.dtype)
