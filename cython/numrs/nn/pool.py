"""Pooling: maxima and means over windows of (N, C, L) and (N, C, H, W)."""

import numrs
from numrs import functional as F
from numrs.nn.module import Module


class _MaxPool(Module):
    def __init__(self, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False):
        self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode = (
            kernel_size,
            stride,
            padding,
            dilation,
            ceil_mode,
        )


class MaxPool1d(_MaxPool):
    """Maxima over windows of (N, C, L); stride is kernel_size when not given."""

    def forward(self, x):
        return F.max_pool1d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class MaxPool2d(_MaxPool):
    """Maxima over windows of (N, C, H, W); stride is kernel_size when not given."""

    def forward(self, x):
        return F.max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


class _AvgPool(Module):
    def __init__(self, kernel_size, stride=None, padding=0, ceil_mode=False, count_include_pad=True):
        self.kernel_size, self.stride, self.padding = kernel_size, stride, padding
        self.ceil_mode, self.count_include_pad = ceil_mode, count_include_pad


class AvgPool1d(_AvgPool):
    """Means over windows of (N, C, L)."""

    def forward(self, x):
        return F.avg_pool1d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AvgPool2d(_AvgPool):
    """Means over windows of (N, C, H, W)."""

    def forward(self, x):
        return F.avg_pool2d(x, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class AdaptiveAvgPool1d(Module):
    """Means over as many windows as wanted: (N, C, output_size)."""

    def __init__(self, output_size):
        self.output_size = output_size

    def forward(self, x):
        return F.adaptive_avg_pool1d(x, self.output_size)


class AdaptiveMaxPool1d(Module):
    """Maxima over as many windows as wanted: (N, C, output_size)."""

    def __init__(self, output_size):
        self.output_size = output_size

    def forward(self, x):
        return F.adaptive_max_pool1d(x, self.output_size)


class AdaptiveAvgPool2d(Module):
    """Means over as many windows as wanted: (N, C, *output_size)."""

    def __init__(self, output_size):
        self.output_size = output_size

    def forward(self, x):
        return F.adaptive_avg_pool2d(x, self.output_size)


class AdaptiveMaxPool2d(Module):
    """Maxima over as many windows as wanted: (N, C, *output_size)."""

    def __init__(self, output_size):
        self.output_size = output_size

    def forward(self, x):
        return F.adaptive_max_pool2d(x, self.output_size)


class GlobalAvgPool1d(Module):
    """The mean of each channel of (N, C, L): (N, C)."""

    def forward(self, x):
        return numrs.mean(x, axis=2)


class GlobalMaxPool1d(Module):
    """The maximum of each channel of (N, C, L): (N, C)."""

    def forward(self, x):
        return numrs.max(x, axis=2)


class GlobalAvgPool2d(Module):
    """The mean of each channel: (N, C)."""

    def forward(self, x):
        return numrs.mean(x, axis=(2, 3))


class GlobalMaxPool2d(Module):
    """The maximum of each channel: (N, C)."""

    def forward(self, x):
        return numrs.max(x, axis=(2, 3))
