"""Windows, borders and sizes of signals and pictures: unfold and fold, pad, interpolate, shuffles of pixels and channels."""

import math

import numpy as np

import numrs
from numrs._ops import padding
from numrs._ops._nn_kind import in_kind, ints
from numrs._ops._typed import tensors
from numrs._ops.elementwise_arithmetic import add


def _on_device(x):
    return isinstance(x, numrs.Tensor) and str(x.device) != "cpu"


def _real(x, function):
    x = x if _on_device(x) else np.asarray(x)
    if x.dtype.kind == "c":
        raise TypeError(f"{function}: x has dtype {x.dtype}, expected real numbers")
    return x.astype(np.float64) if x.dtype.kind in "biu" else x


def _windows(extents, kernel, dilation, pads, stride, function):
    """How many windows there are along each axis."""
    counts = [(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, d, p, s in zip(extents, kernel, dilation, pads, stride)]
    if min(counts) < 1:
        raise ValueError(f"{function}: windows of {kernel}, dilation {dilation}, do not fit into {tuple(extents)} with a padding of {pads}")
    return counts


@tensors
def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    """The windows of pictures as columns: what a convolution multiplies by its weights.

    Parameters
    ----------
    x : array_like
        (N, C, H, W) or (C, H, W).
    kernel_size, dilation, padding, stride : int or pair of ints
        Those of the windows.

    Returns
    -------
    array
        (N, C · kh · kw, L) or (C · kh · kw, L), L windows row by row.

    Raises
    ------
    ValueError
        For other dimensions, or windows that do not fit.

    Examples
    --------
    >>> numrs.functional.unfold(np.arange(9.0).reshape(1, 1, 3, 3), 2).shape
    (1, 4, 4)
    """
    a = _real(x, "unfold")
    if a.ndim not in (3, 4):
        raise ValueError(f"unfold: x has shape {a.shape}, expected (N, C, H, W) or (C, H, W)")
    kernel, steps = ints(kernel_size, 2, "unfold", "kernel_size", 1), ints(stride, 2, "unfold", "stride", 1)
    gaps, pads = ints(dilation, 2, "unfold", "dilation", 1), ints(padding, 2, "unfold", "padding")
    counts = _windows(a.shape[-2:], kernel, gaps, pads, steps, "unfold")
    if _on_device(a):
        a = numrs.pad(a, ((0, 0),) * (a.ndim - 2) + tuple((p, p) for p in pads)) if any(pads) else a
        parts = [a[(..., *_window_places(i, j, gaps, steps, counts))] for i in range(kernel[0]) for j in range(kernel[1])]
        return numrs.stack(parts, axis=a.ndim - 2).reshape((*a.shape[:-3], a.shape[-3] * len(parts), counts[0] * counts[1]))
    if any(pads):
        a = np.asarray(_padded(a, ((0, 0),) * (a.ndim - 2) + tuple((p, p) for p in pads)))
    *lead, high, wide = a.strides
    view = np.lib.stride_tricks.as_strided(
        a, (*a.shape[:-2], *kernel, *counts), (*lead, gaps[0] * high, gaps[1] * wide, steps[0] * high, steps[1] * wide), writeable=False)
    return np.ascontiguousarray(view).reshape((*a.shape[:-3], a.shape[-3] * kernel[0] * kernel[1], counts[0] * counts[1]))  # fmt: skip


def _window_places(i, j, gaps, steps, counts):
    """Where element (i, j) of each window is, along both axes."""
    top, left = i * gaps[0], j * gaps[1]
    return slice(top, top + steps[0] * (counts[0] - 1) + 1, steps[0]), slice(left, left + steps[1] * (counts[1] - 1) + 1, steps[1])


def _padded(a, widths):
    return padding.pad(a, widths)


@tensors
def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """Columns back into pictures: each element is the sum of the windows' that it was in. The transpose of `unfold`.

    Parameters
    ----------
    x : array_like
        (N, C · kh · kw, L) or (C · kh · kw, L).
    output_size : int or pair of ints
        (H, W).
    kernel_size, dilation, padding, stride : int or pair of ints
        Those of the windows.

    Returns
    -------
    array
        (N, C, H, W) or (C, H, W).

    Raises
    ------
    ValueError
        For columns or windows that do not fit.

    Examples
    --------
    >>> numrs.functional.fold(np.ones((1, 4, 4)), 3, 2)[0, 0]
    array([[1., 2., 1.],
           [2., 4., 2.],
           [1., 2., 1.]])
    """
    a = _real(x, "fold")
    size, kernel = ints(output_size, 2, "fold", "output_size", 1), ints(kernel_size, 2, "fold", "kernel_size", 1)
    steps, gaps = ints(stride, 2, "fold", "stride", 1), ints(dilation, 2, "fold", "dilation", 1)
    pads = ints(padding, 2, "fold", "padding")
    counts = _windows(size, kernel, gaps, pads, steps, "fold")
    window, columns = kernel[0] * kernel[1], counts[0] * counts[1]
    if a.ndim not in (2, 3) or a.shape[-2] % window or a.shape[-1] != columns:
        raise ValueError(f"fold: x has shape {a.shape}, expected (N, C · {window}, {columns})")
    channels = a.shape[-2] // window
    a = a.reshape((*a.shape[:-2], channels, *kernel, *counts))
    extents = (*a.shape[:-5], channels, size[0] + 2 * pads[0], size[1] + 2 * pads[1])
    y = numrs.zeros(extents, dtype=a.dtype, device=a.device) if _on_device(a) else np.zeros(extents, a.dtype)
    for i in range(kernel[0]):
        for j in range(kernel[1]):
            part = y[(..., *_window_places(i, j, gaps, steps, counts))]
            add(part, a[..., i, j, :, :], out=part)
    if not any(pads):
        return y
    inside = y[..., pads[0] : pads[0] + size[0], pads[1] : pads[1] + size[1]]
    return inside.copy() if _on_device(a) else np.ascontiguousarray(inside)


_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


@in_kind("x")
def pad(x, pad, mode="constant", value=None):
    """Borders by PyTorch's argument, the last axis first; `numrs.pad` takes NumPy's pairs, the first axis first.

    Parameters
    ----------
    x : array_like
        Any shape.
    pad : sequence of ints
        (before, after) of the last axis, then of the one before, …; a negative number cuts.
    mode : {'constant', 'reflect', 'replicate', 'circular'}
        What is in the borders: value; the inside mirrored at its edge, which is not repeated; the edge; the other end.
    value : float, optional
        Of 'constant', 0 when not given.

    Returns
    -------
    array
        In the dtype of ``x`` (integers: float64).

    Raises
    ------
    ValueError
        For an odd number of ints or more than two for an axis, an unknown mode, or borders wider than their mode can fill.

    Examples
    --------
    >>> numrs.functional.pad([[1.0, 2.0]], (1, 0), value=9.0)
    array([[9., 1., 2.]])
    """
    widths = tuple(pad) if isinstance(pad, (tuple, list)) else pad
    if not isinstance(widths, tuple) or not all(hasattr(w, "__index__") and not isinstance(w, bool) for w in widths):
        raise ValueError(f"pad: pad is {pad!r}, expected ints: (before, after) of the last axis, then of the one before it; numrs.pad takes pairs")
    if len(widths) % 2 or len(widths) > 2 * x.ndim:
        raise ValueError(f"pad: pad has {len(widths)} ints, expected two for each of at most {x.ndim} axes")
    if mode not in _MODES:
        raise ValueError(f"pad: mode is {mode!r}, expected 'constant', 'reflect', 'replicate' or 'circular'")
    if value is not None and mode != "constant":
        raise ValueError(f"pad: value is {value!r}, which only mode 'constant' takes")
    pairs = [(0, 0)] * x.ndim
    for i in range(len(widths) // 2):
        pairs[x.ndim - 1 - i] = (int(widths[2 * i]), int(widths[2 * i + 1]))
    cut = []
    for axis, (before, after) in enumerate(pairs):
        extent = x.shape[axis]
        left = extent + min(before, 0) + min(after, 0)
        if left < 0:
            raise ValueError(f"pad: {pairs[axis]} cuts more than the {extent} elements of axis {axis}")
        most = {"reflect": left - 1, "circular": left, "replicate": math.inf if left else 0, "constant": math.inf}[mode]
        if max(before, after) > max(most, 0):
            raise ValueError(f"pad: mode {mode!r} has at most {max(most, 0)} elements for the border of axis {axis}, got {(before, after)}")
        cut.append(slice(max(-before, 0), extent - max(-after, 0)))
    if any(w < 0 for w in widths):
        x = x[tuple(cut)]
    positive = tuple((max(b, 0), max(a, 0)) for b, a in pairs)
    if not any(b or a for b, a in positive):
        return numrs.positive(x)
    if mode == "constant":
        return numrs.pad(x, positive, "constant", constant_values=0.0 if value is None else float(value))
    return numrs.pad(x, positive, _MODES[mode])


# ------------------------------------------------------------------------------------------------ sizes


def _places(n, out, scale, align, mode):
    """For each place of the result: places in a line of n, and what each counts."""
    at = np.arange(out, dtype=np.float64)
    if mode == "nearest":
        where = np.arange(out) * n // out if scale is None else np.floor(at / scale).astype(np.int64)
        return [(np.minimum(where, n - 1), None)]
    if mode == "nearest-exact":
        where = (2 * np.arange(out) + 1) * n // (2 * out) if scale is None else np.floor((at + 0.5) / scale).astype(np.int64)
        return [(np.minimum(where, n - 1), None)]
    step = n / out if scale is None else 1.0 / scale
    if align:
        source = at * ((n - 1) / (out - 1) if out > 1 else 0.0)
    else:
        source = (at + 0.5) * step - 0.5
        if mode == "linear":
            source = np.maximum(source, 0.0)
    low = np.floor(source)
    t = source - low
    low = low.astype(np.int64)
    if mode == "linear":
        low = np.minimum(low, n - 1)
        return [(low, 1.0 - t), (np.minimum(low + 1, n - 1), t)]

    def inner(d):
        return ((1.25 * d - 2.25) * d) * d + 1.0

    def outer(d):
        return ((-0.75 * d + 3.75) * d - 6.0) * d + 3.0

    factors = (outer(t + 1.0), inner(t), inner(1.0 - t), outer(2.0 - t))
    return [(np.clip(low + k - 1, 0, n - 1), f) for k, f in enumerate(factors)]


_SPATIAL = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


@in_kind("x")
def interpolate(x, size=None, scale_factor=None, mode="nearest", align_corners=None, recompute_scale_factor=None):
    """Signals, pictures or volumes in another size.

    Parameters
    ----------
    x : array_like
        (N, C, L), (N, C, H, W) or (N, C, D, H, W).
    size : int or tuple of ints, optional
        Extents behind the channels; this or scale_factor.
    scale_factor : float or tuple of floats, optional
        What the extents are multiplied by, rounded down. Places are computed by it, not by the sizes, unless recompute_scale_factor.
    mode : {'nearest', 'nearest-exact', 'linear', 'bilinear', 'bicubic', 'trilinear', 'area'}
        'nearest' takes ``floor(i · in / out)``, 'nearest-exact' ``floor((i + 0.5) · in / out)``, 'bicubic' is Keys's with -0.75, 'area'
        is `adaptive_avg_pool2d`.
    align_corners : bool, optional
        Whether the middles of the first and last elements stay where they are; for the modes with a 'linear' or 'cubic' in them.
    recompute_scale_factor : bool, optional
        Whether places are computed by the sizes.

    Returns
    -------
    array
        In the dtype of ``x`` (integers: float64).

    Raises
    ------
    ValueError
        For a mode that does not go with the dimensions, sizes below 1, or neither or both of size and scale_factor.

    Examples
    --------
    >>> numrs.functional.interpolate([[[0.0, 1.0]]], 4, mode="linear")
    array([[[0.  , 0.25, 0.75, 1.  ]]])
    """
    spatial = x.ndim - 2
    if not 1 <= spatial <= 3:
        raise ValueError(f"interpolate: x has shape {x.shape}, expected (N, C, L), (N, C, H, W) or (N, C, D, H, W)")
    if mode not in ("nearest", "nearest-exact", "area", *_SPATIAL):
        known = ", ".join(("nearest", "nearest-exact", "area", *_SPATIAL))
        raise ValueError(f"interpolate: mode is {mode!r}, expected one of {known}")
    if mode in _SPATIAL and _SPATIAL[mode] != spatial:
        raise ValueError(f"interpolate: mode {mode!r} needs {_SPATIAL[mode] + 2} dimensions, x has shape {x.shape}")
    if align_corners is not None and mode not in _SPATIAL:
        raise ValueError(f"interpolate: align_corners goes with linear, bilinear, bicubic and trilinear, not with mode {mode!r}")
    if (size is None) == (scale_factor is None):
        raise ValueError("interpolate: expected size or scale_factor, and not both")
    scales = [None] * spatial
    if size is not None:
        sizes = ints(size, spatial, "interpolate", "size", 1)
    else:
        factors = tuple(scale_factor) if isinstance(scale_factor, (tuple, list)) else (scale_factor,) * spatial
        if len(factors) != spatial or not all(0 < float(f) < math.inf for f in factors):
            raise ValueError(f"interpolate: scale_factor is {scale_factor!r}, expected a number above 0 or {spatial} of them")
        sizes = tuple(math.floor(n * float(f)) for n, f in zip(x.shape[2:], factors))
        if min(sizes) < 1:
            raise ValueError(f"interpolate: scale_factor is {scale_factor!r}, which leaves nothing of {x.shape[2:]}")
        scales = [None if recompute_scale_factor else float(f) for f in factors]
    if min(x.shape[2:]) < 1:
        raise ValueError(f"interpolate: x has shape {x.shape}, expected elements behind the channels")
    if mode == "area":
        if spatial == 3:
            raise ValueError("interpolate: mode 'area' is there for (N, C, L) and (N, C, H, W)")
        pool = numrs.functional.adaptive_avg_pool1d if spatial == 1 else numrs.functional.adaptive_avg_pool2d
        return pool(x, sizes if spatial > 1 else sizes[0])
    way = mode if mode.startswith("nearest") else "cubic" if mode == "bicubic" else "linear"
    for i in range(spatial):
        axis, y = 2 + i, None
        if sizes[i] == x.shape[axis] and scales[i] in (None, 1.0):
            continue
        for places, factors in _places(x.shape[axis], sizes[i], scales[i], bool(align_corners), way):
            part = numrs.take(x, numrs.from_numpy(places).to(x.device), axis=axis)
            if factors is not None:
                factors = numrs.from_numpy(factors.reshape((-1,) + (1,) * (x.ndim - axis - 1))).to(x.device)
                part = part * numrs.astype(factors, x.dtype)
            y = part if y is None else y + part
        x = y
    return numrs.positive(x)


# ------------------------------------------------------------------------------------------------ shuffles


def _blocks(x, factor, function, least):
    if x.ndim < least:
        raise ValueError(f"{function}: x has shape {x.shape}, expected (…, C, H, W)")
    if isinstance(factor, bool) or not hasattr(factor, "__index__") or factor < 1:
        raise ValueError(f"{function}: the factor is {factor!r}, expected an int of 1 or more")
    return factor.__index__()


@in_kind("x")
def pixel_shuffle(x, upscale_factor):
    """Channels become pixels: (…, C r², H, W) to (…, C, H r, W r) (Shi et al. 2016).

    Parameters
    ----------
    x : array_like
        (…, C r², H, W).
    upscale_factor : int
        r.

    Returns
    -------
    array
        (…, C, H r, W r).

    Raises
    ------
    ValueError
        For channels that r² does not divide.

    Examples
    --------
    >>> numrs.functional.pixel_shuffle(np.arange(4.0).reshape(4, 1, 1), 2)
    array([[[0., 1.],
            [2., 3.]]])
    """
    r = _blocks(x, upscale_factor, "pixel_shuffle", 3)
    *lead, c, h, w = x.shape
    if c % (r * r):
        raise ValueError(f"pixel_shuffle: x has {c} channels, expected a multiple of {r * r}")
    k = len(lead)
    y = numrs.reshape(x, (*lead, c // (r * r), r, r, h, w))
    return numrs.reshape(numrs.permute_dims(y, (*range(k), k, k + 3, k + 1, k + 4, k + 2)), (*lead, c // (r * r), h * r, w * r))


@in_kind("x")
def pixel_unshuffle(x, downscale_factor):
    """Pixels become channels: (…, C, H r, W r) to (…, C r², H, W). The inverse of `pixel_shuffle`.

    Parameters
    ----------
    x : array_like
        (…, C, H r, W r).
    downscale_factor : int
        r.

    Returns
    -------
    array
        (…, C r², H, W).

    Raises
    ------
    ValueError
        For extents that r does not divide.

    Examples
    --------
    >>> numrs.functional.pixel_unshuffle(np.arange(4.0).reshape(1, 2, 2), 2).ravel()
    array([0., 1., 2., 3.])
    """
    r = _blocks(x, downscale_factor, "pixel_unshuffle", 3)
    *lead, c, h, w = x.shape
    if h % r or w % r:
        raise ValueError(f"pixel_unshuffle: x has shape {x.shape}, expected height and width to be multiples of {r}")
    k = len(lead)
    y = numrs.reshape(x, (*lead, c, h // r, r, w // r, r))
    return numrs.reshape(numrs.permute_dims(y, (*range(k), k, k + 2, k + 4, k + 1, k + 3)), (*lead, c * r * r, h // r, w // r))


@in_kind("x")
def channel_shuffle(x, groups):
    """The channels of groups side by side: the first of each group, then the second of each, … (Zhang et al. 2018).

    Parameters
    ----------
    x : array_like
        (N, C, …).
    groups : int
        Divides C.

    Returns
    -------
    array
        In the shape of ``x``.

    Raises
    ------
    ValueError
        For channels that groups do not divide.

    Examples
    --------
    >>> numrs.functional.channel_shuffle(np.arange(4.0).reshape(1, 4, 1), 2).ravel()
    array([0., 2., 1., 3.])
    """
    groups = _blocks(x, groups, "channel_shuffle", 2)
    n, c, *rest = x.shape
    if c % groups:
        raise ValueError(f"channel_shuffle: x has {c} channels, expected a multiple of {groups}")
    y = numrs.reshape(x, (n, groups, c // groups, *rest))
    return numrs.reshape(numrs.swapaxes(y, 1, 2), x.shape)
