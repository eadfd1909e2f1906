"""Functions of arrays on devices, made of views, copies and the kernels that devices have: FUNCTIONS by their names. Functions that
are not here are called as they are: those made of others run where these do, those that read memory are NotImplementedError."""

import math
import operator

import numpy as np

import numrs
from numrs._ops import _devices as devices
from numrs._ops._device_calls import diagonal_of, take_along
from numrs._ops._moves import axis_number
from numrs._ops._pad_widths import widths_of
from numrs._ops._storage import on_device
from numrs._ops._tensor import Tensor
from numrs._ops._views import FUNCTIONS as VIEWS


def _there(x, function, argument, device=None):
    """A tensor; ValueError for anything that is not on the device."""
    if not isinstance(x, Tensor) or (device is not None and x.device != device):
        found = f"on {x.device}" if isinstance(x, Tensor) else f"of type {type(x).__name__}"
        raise ValueError(
            f"{function}: {argument} is {found}, expected a Tensor on {device or 'a device'}; bring it there with "
            "numrs.asarray(…, device=…) or .to(device)"
        )
    return x


def _all_there(arrays, function):
    arrays = list(arrays)
    if not arrays:
        raise ValueError(f"{function}: arrays is empty, expected at least one array")
    device = next(x.device for x in arrays if isinstance(x, Tensor) and x.device != devices.CPU)
    return [_there(x, function, f"arrays[{i}]", device) for i, x in enumerate(arrays)]


def nan_to_num(x, /, *, nan=0.0, posinf=None, neginf=None):
    if x.dtype.kind in "biu":
        return x.copy()
    if x.dtype.kind == "c":
        y = x.copy()
        y.real[...] = nan_to_num(x.real, nan=nan, posinf=posinf, neginf=neginf)
        y.imag[...] = nan_to_num(x.imag, nan=nan, posinf=posinf, neginf=neginf)
        return y
    limits = numrs.finfo(x.dtype)
    high = float(limits.max) if posinf is None else posinf
    low = float(limits.min) if neginf is None else neginf
    y = numrs.where(numrs.isnan(x), float(nan), x)
    y = numrs.where(x == math.inf, high, y)
    return numrs.where(x == -math.inf, low, y)


def _cut(axis, start, stop=None, step=None):
    return (slice(None),) * axis + (slice(start, stop, step),)


def _by_places(x, function, *args, **kwargs):
    """A function that only moves elements: the numbers of the elements are moved on the CPU, and the elements taken by them."""
    numbers = np.arange(x.size, dtype=np.int64).reshape(x.shape)
    moved = np.asarray(function(numbers, *args, **kwargs))
    return x.reshape((-1,))[on_device(numrs.from_numpy(moved), x.device)]


def _on_host(key):
    if isinstance(key, tuple):
        return tuple([_on_host(part) for part in key])
    return key.cpu().numpy() if isinstance(key, Tensor) else key


def _numbers_at(x, key):
    """The numbers of the elements at an index of several arrays: the CPU works out which."""
    numbers = np.arange(x.size, dtype=np.int64).reshape(x.shape)
    try:
        return numrs.asarray(np.asarray(numbers[_on_host(key)]), device=x.device)
    except IndexError as error:
        raise IndexError(f"Tensor: {error} (shape {x.shape})") from None


def gather_at(x, key):
    """x[key] for an index of several arrays."""
    at = _numbers_at(x, key)
    return x.reshape((-1,))[at.reshape((-1,))].reshape(at.shape)


def scatter_at(x, key, value):
    """x[key] = value for an index of several arrays; of equal places the last one wins."""
    at = _numbers_at(x, key)
    if at.size == 0:
        return
    given = numrs.broadcast_to(value.to(x.device), at.shape).reshape((-1,))
    whole = x.contiguous()
    whole.reshape((-1,))[at.reshape((-1,))] = given
    if whole is not x:
        x[...] = whole


# ------------------------------------------------------------------------------------------------ new tensors


def _placed(x, dtype, device):
    place = devices.resolve(device) if device is not None else x.device if isinstance(x, Tensor) else devices.get_device()
    shape = x.shape if isinstance(x, Tensor) else np.shape(x)
    return shape, (x.dtype if isinstance(x, Tensor) else np.asarray(x).dtype) if dtype is None else dtype, place


def empty_like(x, /, *, dtype=None, device=None):
    shape, dtype, place = _placed(x, dtype, device)
    return numrs.empty(shape, dtype=dtype, device=place)


def zeros_like(x, /, *, dtype=None, device=None):
    shape, dtype, place = _placed(x, dtype, device)
    return numrs.zeros(shape, dtype=dtype, device=place)


def ones_like(x, /, *, dtype=None, device=None):
    shape, dtype, place = _placed(x, dtype, device)
    return numrs.ones(shape, dtype=dtype, device=place)


def full_like(x, /, fill_value, *, dtype=None, device=None):
    shape, dtype, place = _placed(x, dtype, device)
    return numrs.full(shape, fill_value, dtype=dtype, device=place)


def astype(x, dtype, /, *, copy=True, device=None):
    return (x if isinstance(x, Tensor) else numrs.asarray(x, device=devices.CPU)).astype(dtype, copy=copy, device=device)


def _triangle(x, k, upper):
    if x.ndim < 2:
        raise ValueError(f"{'triu' if upper else 'tril'}: x has shape {x.shape}, expected 2 dimensions or more")
    rows = numrs.arange(x.shape[-2], device=x.device)[:, None] + operator.index(k)
    columns = numrs.arange(x.shape[-1], device=x.device)
    zero = numrs.zeros((), dtype=x.dtype, device=x.device)
    return numrs.where(rows <= columns if upper else columns <= rows, x, zero)


def tril(x, /, *, k=0):
    return _triangle(x, k, False)


def triu(x, /, *, k=0):
    return _triangle(x, k, True)


# ------------------------------------------------------------------------------------------------ views


def _view(name):
    def function(x, /, *args, **kwargs):
        made = VIEWS[name](x, *args, **kwargs)
        if made is not None:
            return made
        # What is unusual about the arguments: the function for ndarrays says what is wrong, or what shape comes out.
        return _by_places(x, getattr(numrs, name), *args, **kwargs)

    return function


def broadcast_arrays(*arrays):
    arrays = _all_there(arrays, "broadcast_arrays")
    shape = numrs.broadcast_shapes(*[x.shape for x in arrays])
    return [numrs.broadcast_to(x, shape) for x in arrays]


def ravel(x, /):
    return x.reshape((-1,))


def flatten(x, /):
    return x.reshape((-1,), copy=True)


def reshape(x, shape, copy=None):
    return x.reshape(shape, copy=copy)


def diagonal(x, /, offset=0, axis1=0, axis2=1):
    return diagonal_of(x, offset, axis1, axis2)


def _last_diagonal(x, /, *, offset=0):
    return diagonal_of(x, offset, -2, -1, "linalg.diagonal")


def _sections(x, sections, axis, name):
    """Where the function for ndarrays cuts."""
    along = axis_number(axis, x.ndim, name, x.shape)
    parts = getattr(numrs, name)(np.arange(x.shape[along]), sections)
    starts = np.cumsum([0] + [len(part) for part in parts]).tolist()
    # A section that begins after the end, or before the one in front of it, is empty or comes again.
    found = [(int(part[0]), int(part[0]) + len(part)) if len(part) else (0, 0) for part in parts]
    return [x[_cut(along, a, b)] for a, b in found] if starts else []


def split(x, sections, /, axis=0):
    return _sections(x, sections, axis, "split")


def array_split(x, sections, /, axis=0):
    return _sections(x, sections, axis, "array_split")


def hsplit(x, sections, /):
    return _sections(x, sections, 0 if x.ndim == 1 else 1, "split")


def vsplit(x, sections, /):
    if x.ndim < 2:
        raise ValueError(f"vsplit: x has shape {x.shape}, expected 2 dimensions or more")
    return _sections(x, sections, 0, "split")


# ------------------------------------------------------------------------------------------------ joined, repeated, rolled


def _joined(arrays, axis, function):
    first = arrays[0]
    for i, a in enumerate(arrays):
        if a.ndim == 0:
            raise ValueError(f"{function}: arrays[{i}] has no dimensions")
        if a.ndim != first.ndim or any([a.shape[d] != first.shape[d] for d in range(a.ndim) if d != axis]):
            raise ValueError(f"{function}: arrays[{i}] has shape {a.shape}, arrays[0] {first.shape}; they may differ along axis {axis} only")
    shape = list(first.shape)
    shape[axis] = sum([a.shape[axis] for a in arrays])
    y = numrs.empty(tuple(shape), dtype=numrs.result_type(*[a.dtype for a in arrays]), device=first.device)
    at = 0
    for a in arrays:
        end = at + a.shape[axis]
        if a.size:
            y[_cut(axis, at, end)] = a
        at = end
    return y


def concat(arrays, /, axis=0):
    arrays = _all_there(arrays, "concat")
    if axis is None:
        return _joined([a.reshape((-1,)) for a in arrays], 0, "concat")
    return _joined(arrays, axis_number(axis, arrays[0].ndim, "concat", arrays[0].shape), "concat")


def stack(arrays, /, axis=0):
    arrays = _all_there(arrays, "stack")
    first = arrays[0]
    for i, a in enumerate(arrays):
        if a.shape != first.shape:
            raise ValueError(f"stack: arrays[{i}] has shape {a.shape}, arrays[0] {first.shape}")
    along = axis_number(axis, first.ndim + 1, "stack", first.shape)
    return _joined([numrs.expand_dims(a, along) for a in arrays], along, "stack")


def hstack(arrays, /):
    arrays = [a.reshape((1,)) if a.ndim == 0 else a for a in _all_there(arrays, "hstack")]
    return _joined(arrays, 0 if arrays[0].ndim == 1 else 1, "hstack")


def vstack(arrays, /):
    arrays = [a.reshape((1, -1)) if a.ndim < 2 else a for a in _all_there(arrays, "vstack")]
    return _joined(arrays, 0, "vstack")


def append(x, values, /, axis=None):
    a, b = _all_there([x, values], "append")
    if axis is None:
        return _joined([a.reshape((-1,)), b.reshape((-1,))], 0, "append")
    return _joined([a, b], axis_number(axis, a.ndim, "append", a.shape), "append")


def repeat(x, repeats, /, *, axis=None):
    repeats = repeats.cpu().numpy() if isinstance(repeats, Tensor) else repeats
    if axis is None:
        x, axis = x.reshape((-1,)), 0
    along = axis_number(axis, x.ndim, "repeat", x.shape)
    places = numrs.repeat(np.arange(x.shape[along]), repeats)
    return x[(slice(None),) * along + (on_device(numrs.from_numpy(np.asarray(places)), x.device),)]


def tile(x, repetitions, /):
    return _by_places(x, numrs.tile, repetitions)


def roll(x, /, shift, *, axis=None):
    if axis is None:
        return roll(x.reshape((-1,)), shift, axis=0).reshape(x.shape) if x.ndim != 1 else roll(x, shift, axis=0)
    if not hasattr(axis, "__index__") or not hasattr(shift, "__index__"):
        return _by_places(x, numrs.roll, shift, axis=axis)
    along = axis_number(axis, x.ndim, "roll", x.shape)
    n = x.shape[along]
    by = operator.index(shift) % n if n else 0
    return _joined([x[_cut(along, n - by)], x[_cut(along, 0, n - by)]], along, "roll") if by else x.copy()


def pad(x, pad_width, /, mode="constant", *, constant_values=0, end_values=0, stat_length=None, reflect_type="even"):
    if mode in ("edge", "reflect", "symmetric", "wrap") and reflect_type == "even":
        return _by_places(x, numrs.pad, pad_width, mode)
    if mode != "constant" or np.ndim(constant_values) != 0:
        raise NotImplementedError(f"pad: no kernel for mode {mode!r} with these values on device {x.device}; move x with .to('cpu')")
    widths = widths_of(np.broadcast_to(np.False_, x.shape), pad_width)
    shape = tuple([n + before + after for n, (before, after) in zip(x.shape, widths, strict=True)])
    y = numrs.full(shape, constant_values, dtype=x.dtype, device=x.device)
    y[(*[slice(before, before + n) for n, (before, _) in zip(x.shape, widths, strict=True)], Ellipsis)] = x
    return y


def diag(x, /, k=0):
    if x.ndim != 1:
        return _by_places(x, numrs.diag, k)
    k = operator.index(k)
    n = x.size + abs(k)
    y = numrs.zeros((n * n,), dtype=x.dtype, device=x.device)
    if x.size:
        start = k if k >= 0 else -k * n
        y[start : start + (x.size - 1) * (n + 1) + 1 : n + 1] = x
    return y.reshape((n, n))


def trace(x, /, offset=0, axis1=0, axis2=1, dtype=None):
    return numrs.sum(diagonal(x, offset, axis1, axis2), axis=-1, dtype=dtype)


# ------------------------------------------------------------------------------------------------ places


def take(x, indices, /, *, axis=None):
    if axis is None:
        if x.ndim != 1:
            raise ValueError(f"take: x has shape {x.shape}, which needs an axis")
        axis = 0
    along = axis_number(axis, x.ndim, "take", x.shape)
    if not isinstance(indices, Tensor):
        indices = numrs.from_numpy(np.asarray(indices, np.int64) if np.size(indices) == 0 else np.asarray(indices))
    if indices.dtype.kind not in "iu":
        raise TypeError(f"take: indices has dtype {indices.dtype}, expected integers")
    indices = on_device(indices, x.device) if indices.device == devices.CPU else indices
    if indices.ndim == 0:
        return x[(slice(None),) * along + (indices.reshape((1,)),)].reshape(x.shape[:along] + x.shape[along + 1 :])
    return x[(slice(None),) * along + (indices,)]


def take_along_axis(x, indices, /, *, axis=-1):
    return take_along(x, indices, axis)


def nonzero(x, /):
    if x.ndim == 0:
        return numrs.nonzero(x.cpu())
    return tuple(argwhere(x)[:, d] for d in range(x.ndim))


def argwhere(x, /):
    places = flatnonzero(x)
    lines = []
    for extent in reversed(x.shape):
        lines.append(places % max(extent, 1))
        places = places // max(extent, 1)
    return numrs.stack(lines[::-1], axis=1)


def flatnonzero(x, /):
    line = x.reshape((-1,))
    return numrs.arange(line.size, device=x.device)[line != 0]


# ------------------------------------------------------------------------------------------------ products


def outer(x1, x2, /, out=None):
    a, b = _all_there([x1, x2], "outer")
    return numrs.multiply(a.reshape((-1, 1)), b.reshape((1, -1)), out)


def dot(x1, x2, /, out=None):
    a, b = _all_there([x1, x2], "dot")
    if a.ndim == 0 or b.ndim == 0:
        return numrs.multiply(a, b, out)
    if a.ndim == 1 and b.ndim == 1 and out is None and a.dtype.kind != "c" and b.dtype.kind != "c":
        return numrs.vecdot(a, b)
    return numrs.matmul(a, b, out) if b.ndim <= 2 else numrs.inner(a, numrs.swapaxes(b, -1, -2), out)


def _of_one_length(arrays):
    """Shapes with extents of 1 in front, so that all have as many dimensions."""
    ndim = max([x.ndim for x in arrays])
    return [x.reshape((1,) * (ndim - x.ndim) + x.shape) for x in arrays], ndim


def kron(x1, x2, /):
    (a, b), ndim = _of_one_length(_all_there([x1, x2], "kron"))
    first = a.reshape([n for extent in a.shape for n in (extent, 1)])
    product = numrs.multiply(first, b.reshape([n for extent in b.shape for n in (1, extent)])) if ndim else a * b
    return product.reshape([m * n for m, n in zip(a.shape, b.shape, strict=True)])


def cross(x1, x2, /, *, axis=-1):
    (a, b), ndim = _of_one_length(_all_there([x1, x2], "cross"))
    axis = axis_number(axis, ndim, "cross", a.shape)
    if a.shape[axis] != 3 or b.shape[axis] != 3:
        raise ValueError(f"cross: x1 and x2 have {a.shape[axis]} and {b.shape[axis]} elements along axis {axis}, expected 3 each")
    a, b = numrs.moveaxis(a, axis, -1), numrs.moveaxis(b, axis, -1)
    parts = [a[..., (i + 1) % 3] * b[..., (i + 2) % 3] - a[..., (i + 2) % 3] * b[..., (i + 1) % 3] for i in range(3)]
    return numrs.moveaxis(numrs.stack(parts, axis=-1), -1, axis)


FUNCTIONS = {
    function.__name__: function
    for function in (
        nan_to_num,
        empty_like,
        zeros_like,
        ones_like,
        full_like,
        astype,
        tril,
        triu,
        broadcast_arrays,
        ravel,
        flatten,
        reshape,
        diagonal,
        split,
        array_split,
        hsplit,
        vsplit,
        concat,
        stack,
        hstack,
        vstack,
        append,
        repeat,
        tile,
        roll,
        pad,
        diag,
        trace,
        take,
        take_along_axis,
        outer,
        dot,
        kron,
        cross,
        nonzero,
        argwhere,
        flatnonzero,
    )
}
FUNCTIONS.update({name: _view(name) for name in VIEWS if name not in FUNCTIONS})
FUNCTIONS["_reshaped"] = reshape
FUNCTIONS["linalg_more.diagonal"] = _last_diagonal  # functions of the same name have that of their module in front
