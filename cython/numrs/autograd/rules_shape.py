"""Gradient rules of what moves elements: shapes, indexing, joining, repeating."""

import math

import numrs
from numrs._ops._pad_widths import widths_of
from numrs._ops._storage import on_device
from numrs._ops.nn_embedding import embedding_backward
from numrs.autograd.engine import composed, constant, rule
from numrs.autograd.functions import custom_function

constant("nonzero", "argwhere", "flatnonzero", "isin", "zeros_like", "ones_like", "empty_like", "full_like")


def _getitem(x, key):
    return x[key]


def _setitem(x, key, value):
    x[key] = value


@rule("move", shapes="x", function=on_device)
def _(grad, x, *, device, copy):
    return grad.to(x.device)


@rule("getitem", shapes="x", function=_getitem)
def _(grad, x, *, key):
    if _has_places(key):
        return _gathered(grad, x, key)
    return _placed(grad, x, key)


def _has_places(key):
    """Can an index choose an element twice?"""
    parts = key if isinstance(key, tuple) else (key,)
    return any(
        [
            isinstance(part, list) or hasattr(part, "dtype") and part.dtype.kind in "iu" and part.ndim > 0
            for part in parts
        ]
    )


def _placed(grad, x, key):
    """Zeros of the shape of x, with the gradient at an index."""
    y = numrs.zeros(x.shape, dtype=grad.dtype)
    y[key] = grad
    return y


def _gathered(grad, x, key):
    """Sums up what an index with repeated places has taken: through the places of the elements in one line."""
    places = numrs.reshape(numrs.arange(x.size), x.shape)[key]
    return numrs.reshape(_added(grad, places, x.size), x.shape)


def _added(grad, places, size):
    """y[places[i]] += grad[i] for all i: the scatter of embeddings, rows of one element; its gradient gathers."""
    if grad.dtype.kind == "c":
        return _added(numrs.real(grad), places, size) + 1j * _added(numrs.imag(grad), places, size)
    at = numrs.reshape(places, (-1,))

    def scatter(_, line):
        return embedding_backward(line[:, None], at, size)[:, 0]

    return custom_function(scatter, lambda _, g: g[at])(numrs.reshape(grad, (-1,)))


def _rows_added(grad, places, axis, shape):
    """The same for whole rows along an axis, which is moved to the front."""
    n, others = shape[axis], shape[:axis] + shape[axis + 1 :]
    at = numrs.where(places < 0, places + n, places)
    rows = numrs.reshape(numrs.moveaxis(grad, axis, 0), (at.size, math.prod(others)))
    scatter = custom_function(lambda _, g: embedding_backward(g, at, n), lambda _, g: numrs.take(g, at, axis=0))
    return numrs.moveaxis(numrs.reshape(scatter(rows), (n, *others)), 0, axis)


@rule("setitem", shapes="x value", function=_setitem)
def _(grad, x, value, *, key):
    def kept():
        g = numrs.asarray(grad, copy=True) if not grad.requires_grad else grad * 1.0
        g[key] = 0.0
        return g

    return kept, lambda: grad[key]


@rule("take", shapes="x")
def _(grad, x, *, indices, axis):
    if axis is None:
        return _gathered(grad, x, indices)
    along = axis % x.ndim
    places = numrs.asarray(indices)
    if places.ndim == 1 and grad.dtype.kind != "c":
        return _rows_added(grad, places, along, x.shape)
    return _gathered(grad, x, (slice(None),) * along + (places,))


@rule("take_along_axis", shapes="x")
def _(grad, x, *, indices, axis):
    places = numrs.take_along_axis(numrs.reshape(numrs.arange(x.size), x.shape), indices, axis=axis)
    return numrs.reshape(_added(grad, places, x.size), x.shape)


@rule("reshape ravel flatten squeeze expand_dims", shapes="x")
def _(grad, x):
    return numrs.reshape(grad, x.shape)


@rule("broadcast_to", shapes="x")
def _(grad, x):
    return grad  # the engine adds up


def _inverse(axes):
    back = [0] * len(axes)
    for i, a in enumerate(axes):
        back[a] = i
    return tuple(back)


@rule("permute_dims transpose", shapes="x")
def _(grad, x, *, axes):
    if axes is None:
        return numrs.permute_dims(grad, tuple(range(x.ndim - 1, -1, -1)))
    return numrs.permute_dims(grad, _inverse([a % x.ndim for a in axes]))


@rule("matrix_transpose", shapes="x")
def _(grad, x):
    return numrs.matrix_transpose(grad)


@rule("swapaxes", shapes="x")
def _(grad, x, *, axis1, axis2):
    return numrs.swapaxes(grad, axis1, axis2)


@rule("moveaxis", shapes="x")
def _(grad, x, *, source, destination):
    return numrs.moveaxis(grad, destination, source)


@rule("flip", shapes="x")
def _(grad, x, *, axis):
    return numrs.flip(grad, axis=axis)


@rule("roll", shapes="x")
def _(grad, x, *, shift, axis):
    back = tuple([-s for s in shift]) if isinstance(shift, (tuple, list)) else -shift
    return numrs.roll(grad, back, axis=axis)


@rule("concat", shapes="arrays")
def _(grad, arrays, *, axis):
    if axis is None:
        parts, at = [], 0
        for a in arrays:
            parts.append(numrs.reshape(grad[at : at + a.size], a.shape))
            at += a.size
        return (parts,)
    parts, at = [], 0
    for a in arrays:
        extent = a.shape[axis]
        parts.append(grad[(slice(None),) * (axis % grad.ndim) + (slice(at, at + extent),)])
        at += extent
    return (parts,)


@rule("stack", shapes="arrays")
def _(grad, arrays, *, axis):
    return (list(numrs.unstack(grad, axis=axis)),)


@composed("hstack")
def _(arrays, /):
    arrays = [numrs.reshape(a, (1,)) if a.ndim == 0 else a for a in arrays]
    return numrs.concat(arrays, axis=0 if arrays[0].ndim == 1 else 1)


@composed("vstack")
def _(arrays, /):
    return numrs.concat([numrs.reshape(a, (1, -1)) if a.ndim < 2 else a for a in arrays], axis=0)


@composed("append")
def _(x, values, /, axis=None):
    if axis is None:
        return numrs.concat([numrs.reshape(x, (-1,)), numrs.reshape(numrs.asarray(values), (-1,))])
    return numrs.concat([x, values], axis=axis)


@rule("unstack", shapes="x")
def _(grads, x, *, axis):
    like = next(g for g in grads if g is not None)
    return numrs.stack([numrs.zeros_like(like) if g is None else g for g in grads], axis=axis)


@composed("split")
def _(x, sections, /, axis=0):
    return _split(x, sections, axis, True)


@composed("array_split")
def _(x, sections, /, axis=0):
    return _split(x, sections, axis, False)


@composed("hsplit")
def _(x, sections, /):
    return _split(x, sections, 0 if x.ndim == 1 else 1, True)


@composed("vsplit")
def _(x, sections, /):
    return _split(x, sections, 0, True)


def _split(x, sections, axis, even):
    parts = (numrs.split if even else numrs.array_split)(x.detach(), sections, axis)
    found, at = [], 0
    for part in parts:
        extent = part.shape[axis % x.ndim]
        found.append(x[(slice(None),) * (axis % x.ndim) + (slice(at, at + extent),)])
        at += extent
    return found


@composed("broadcast_arrays")
def _(*arrays):
    shape = numrs.broadcast_shapes(*[a.shape for a in arrays])
    return [numrs.broadcast_to(a, shape) for a in arrays]


@composed("meshgrid")
def _(*arrays, indexing="xy"):
    n = len(arrays)
    order = list(range(n))
    if indexing == "xy" and n > 1:
        order[0], order[1] = 1, 0
    shape = [0] * n
    for i, a in enumerate(arrays):
        shape[order[i]] = a.size
    return [numrs.broadcast_to(numrs.reshape(a, tuple([a.size if d == order[i] else 1 for d in range(n)])), tuple(shape))
            for i, a in enumerate(arrays)]  # fmt: skip


@composed("tile")
def _(x, repetitions, /):
    repetitions = (repetitions,) if hasattr(repetitions, "__index__") else tuple(repetitions)
    ndim = max([x.ndim, len(repetitions)])
    repetitions = (1,) * (ndim - len(repetitions)) + repetitions
    shape = (1,) * (ndim - x.ndim) + x.shape
    inner = numrs.reshape(x, tuple([part for extent in shape for part in (1, extent)]))
    wide = numrs.broadcast_to(inner, tuple([part for r, extent in zip(repetitions, shape) for part in (r, extent)]))
    return numrs.reshape(wide, tuple([r * extent for r, extent in zip(repetitions, shape)]))


@rule("repeat", shapes="x")
def _(grad, x, *, repeats, axis):
    places = numrs.reshape(numrs.arange(x.size), x.shape)
    return numrs.reshape(_added(grad, numrs.repeat(places, repeats, axis=axis), x.size), x.shape)


@rule("tril", shapes="x")
def _(grad, x, *, k):
    return numrs.tril(grad, k=k)


@rule("triu", shapes="x")
def _(grad, x, *, k):
    return numrs.triu(grad, k=k)


@rule("pad", shapes="x")
def _(grad, x, *, pad_width, mode, reflect_type):
    widths = widths_of(x, pad_width)
    inside = tuple(slice(before, before + n) for (before, _), n in zip(widths, x.shape))
    if mode in ("constant", "empty"):
        return grad[inside]
    if mode not in ("edge", "reflect", "symmetric", "wrap") or reflect_type == "odd":
        kind = f"mode {mode!r}" if reflect_type != "odd" else "reflect_type 'odd'"
        raise NotImplementedError(f"pad: {kind} is not followed by autograd; use no_grad()")
    for axis in reversed(range(x.ndim)):  # axis by axis: what is inside, and what its borders add to it
        before, after = widths[axis]
        if before == after == 0:
            continue
        n, front = x.shape[axis], (slice(None),) * axis
        places = numrs.pad(numrs.arange(n), (before, after), mode)
        border = numrs.concat([places[:before], places[before + n :]])
        around = numrs.concat([grad[(*front, slice(0, before))], grad[(*front, slice(before + n, None))]], axis=axis)
        shape = around.shape[:axis] + (n,) + around.shape[axis + 1 :]
        grad = grad[(*front, slice(before, before + n))] + _rows_added(around, border, axis, shape)
    return grad


@rule("diagonal", shapes="x")
def _(grad, x, *, offset):
    places = numrs.linalg.diagonal(numrs.reshape(numrs.arange(x.size), x.shape), offset=offset)
    y = numrs.zeros((x.size,), dtype=grad.dtype)
    y[numrs.reshape(places, (-1,))] = numrs.reshape(grad, (-1,))
    return numrs.reshape(y, x.shape)


@composed("diff")
def _(x, /, *, axis=-1, n=1, prepend=None, append=None):
    parts = [part for part in (prepend, x, append) if part is not None]
    x = numrs.concat([numrs.asarray(part) for part in parts], axis=axis) if len(parts) > 1 else x
    for _ in range(n):
        along = (slice(None),) * (axis % x.ndim)
        x = x[along + (slice(1, None),)] - x[along + (slice(None, -1),)]
    return x
