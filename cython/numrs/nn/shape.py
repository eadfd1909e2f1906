"""Layers that change where elements are and how many: windows, sizes, borders, shuffles, axes; and distances of two inputs."""

import numrs
from numrs import functional as F
from numrs.nn.module import Module


class Unfold(Module):
    """The windows of pictures as columns, see functional.unfold."""

    def __init__(self, kernel_size, dilation=1, padding=0, stride=1):
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, x):
        return F.unfold(x, self.kernel_size, self.dilation, self.padding, self.stride)


class Fold(Module):
    """Columns back into pictures, see functional.fold."""

    def __init__(self, output_size, kernel_size, dilation=1, padding=0, stride=1):
        self.output_size = output_size
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    def forward(self, x):
        return F.fold(x, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)


class Upsample(Module):
    """Signals, pictures or volumes in another size, see functional.interpolate."""

    def __init__(self, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
        self.size, self.scale_factor, self.mode = size, scale_factor, mode
        self.align_corners, self.recompute_scale_factor = align_corners, recompute_scale_factor

    def forward(self, x):
        return F.interpolate(x, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor)


class _UpSampling(Module):
    def __init__(self, size=2, interpolation="nearest"):
        known = ("nearest", "bilinear", "bicubic")[: 1 if self.spatial == 1 else 3]
        if interpolation not in known:
            raise ValueError(f"{type(self).__name__}: interpolation is {interpolation!r}, expected one of {', '.join(known)}")
        sizes = tuple(size) if isinstance(size, (tuple, list)) else (size,) * self.spatial
        if len(sizes) != self.spatial or not all(hasattr(n, "__index__") and not isinstance(n, bool) and n > 0 for n in sizes):
            raise ValueError(f"{type(self).__name__}: size is {size!r}, expected an int of 1 or more, or {self.spatial} of them")
        self.size, self.interpolation = sizes, interpolation

    def forward(self, x):
        return F.interpolate(x, tuple(n * e for n, e in zip(self.size, x.shape[2:])), mode=self.interpolation)


class UpSampling1d(_UpSampling):
    """Each element of (N, C, L) size times."""

    spatial = 1


class UpSampling2d(_UpSampling):
    """Rows and columns of (N, C, H, W) size times, or interpolated between them."""

    spatial = 2


class PixelShuffle(Module):
    """Channels become pixels, see functional.pixel_shuffle."""

    def __init__(self, upscale_factor):
        self.upscale_factor = upscale_factor

    def forward(self, x):
        return F.pixel_shuffle(x, self.upscale_factor)


class PixelUnshuffle(Module):
    """Pixels become channels, see functional.pixel_unshuffle."""

    def __init__(self, downscale_factor):
        self.downscale_factor = downscale_factor

    def forward(self, x):
        return F.pixel_unshuffle(x, self.downscale_factor)


class ChannelShuffle(Module):
    """The channels of groups side by side, see functional.channel_shuffle."""

    def __init__(self, groups):
        self.groups = groups

    def forward(self, x):
        return F.channel_shuffle(x, self.groups)


class _Pad(Module):
    """A border around the last axes: an int for all sides, or (left, right, top, bottom)."""

    spatial, mode = 1, "constant"

    def __init__(self, padding):
        self._take(padding)

    def _take(self, padding):
        sides = tuple(padding) if isinstance(padding, (tuple, list)) else (padding,) * (2 * self.spatial)
        if len(sides) != 2 * self.spatial or not all(hasattr(n, "__index__") and not isinstance(n, bool) for n in sides):
            raise ValueError(f"{type(self).__name__}: padding is {padding!r}, expected an int or {2 * self.spatial} of them")
        self.padding = sides

    def forward(self, x):
        return F.pad(x, self.padding, self.mode)


class ConstantPad1d(_Pad):
    """A number around (…, L)."""

    def __init__(self, padding, value):
        self._take(padding)
        self.value = value

    def forward(self, x):
        return F.pad(x, self.padding, "constant", self.value)


class ConstantPad2d(ConstantPad1d):
    """A number around (…, H, W)."""

    spatial = 2


class ZeroPad1d(_Pad):
    """Zeros around (…, L)."""


class ZeroPad2d(_Pad):
    """Zeros around (…, H, W)."""

    spatial = 2


class ReflectionPad1d(_Pad):
    """The inside of (…, L), mirrored at its edges."""

    mode = "reflect"


class ReflectionPad2d(ReflectionPad1d):
    """The inside of (…, H, W), mirrored at its edges."""

    spatial = 2


class ReplicationPad1d(_Pad):
    """The edges of (…, L) again."""

    mode = "replicate"


class ReplicationPad2d(ReplicationPad1d):
    """The edges of (…, H, W) again."""

    spatial = 2


class CircularPad1d(_Pad):
    """The other end of (…, L)."""

    mode = "circular"


class CircularPad2d(CircularPad1d):
    """The other ends of (…, H, W)."""

    spatial = 2


class _Cropping(Module):
    def __init__(self, cropping=1):
        pairs = cropping
        if hasattr(pairs, "__index__") and not isinstance(pairs, bool):
            pairs = ((pairs, pairs),) * self.spatial
        elif self.spatial == 1 and isinstance(pairs, (tuple, list)) and len(pairs) == 2 and hasattr(pairs[0], "__index__"):
            pairs = (tuple(pairs),)
        pairs = tuple((p, p) if hasattr(p, "__index__") else tuple(p) for p in pairs) if isinstance(pairs, (tuple, list)) else ()
        if len(pairs) != self.spatial or not all(len(p) == 2 and min(p) >= 0 for p in pairs):
            raise ValueError(f"{type(self).__name__}: cropping is {cropping!r}, expected an int of 0 or more, or (before, after) for each axis")
        self.cropping = pairs

    def forward(self, x):
        for (before, after), n in zip(self.cropping, x.shape[2:]):
            if before + after >= n:
                raise ValueError(f"{type(self).__name__}: cropping {self.cropping} leaves nothing of {tuple(x.shape)}")
        return x[(slice(None), slice(None), *(slice(before, n - after) for (before, after), n in zip(self.cropping, x.shape[2:])))]


class Cropping1d(_Cropping):
    """(N, C, L) without some elements at its ends: (before, after)."""

    spatial = 1


class Cropping2d(_Cropping):
    """(N, C, H, W) without some rows and columns at its borders: ((top, bottom), (left, right))."""

    spatial = 2


class Permute(Module):
    """The axes behind the first in another order: Permute(2, 1) swaps two of them."""

    def __init__(self, *dims):
        dims = tuple(dims[0]) if len(dims) == 1 and isinstance(dims[0], (tuple, list)) else tuple(dims)
        if sorted(dims) != list(range(1, len(dims) + 1)):
            raise ValueError(f"Permute: dims is {dims}, expected 1 to {len(dims)} in some order")
        self.dims = dims

    def forward(self, x):
        if x.ndim != len(self.dims) + 1:
            raise ValueError(f"Permute: x has shape {tuple(x.shape)}, expected {len(self.dims) + 1} dimensions")
        return numrs.permute_dims(x, (0, *self.dims))


class RepeatVector(Module):
    """Each row of (N, D) n times: (N, n, D)."""

    def __init__(self, n):
        if isinstance(n, bool) or not hasattr(n, "__index__") or n < 1:
            raise ValueError(f"RepeatVector: n is {n!r}, expected an int of 1 or more")
        self.n = n

    def forward(self, x):
        if x.ndim != 2:
            raise ValueError(f"RepeatVector: x has shape {tuple(x.shape)}, expected (N, D)")
        return numrs.repeat(numrs.expand_dims(x, axis=1), self.n, axis=1)


class CosineSimilarity(Module):
    """The cosine between two inputs along an axis, see functional.cosine_similarity."""

    def __init__(self, dim=1, eps=1e-8):
        self.dim, self.eps = dim, eps

    def forward(self, x1, x2):
        return F.cosine_similarity(x1, x2, self.dim, self.eps)


class PairwiseDistance(Module):
    """The norm of the difference of two inputs, see functional.pairwise_distance."""

    def __init__(self, p=2.0, eps=1e-6, keepdim=False):
        self.p, self.eps, self.keepdim = p, eps, keepdim

    def forward(self, x1, x2):
        return F.pairwise_distance(x1, x2, self.p, self.eps, self.keepdim)
