"""Gradient rules of reductions, scans, norms and order statistics."""

import numrs
from numrs.autograd.engine import composed, constant, rule

constant("argmin", "argmax", "any", "all", "count_nonzero", "count", "nanargmin", "nanargmax", "argsort", "rankdata",
         "searchsorted", "argpartition", "unique_values", "unique_counts", "unique_all", "unique_inverse")  # fmt: skip


def axes_of(axis, ndim):
    """An axis, several or None as a tuple of numbers 0 … ndim-1."""
    if axis is None:
        return tuple(range(ndim))
    if isinstance(axis, (tuple, list)):
        return tuple([a % ndim for a in axis])
    return (axis % ndim,) if ndim else ()


def kept(y, x, axis, keepdims):
    """A reduction's result with the reduced axes as extents of 1."""
    if keepdims or axis is None and y.ndim == x.ndim:
        return y
    axes = axes_of(axis, x.ndim)
    return numrs.reshape(y, tuple([1 if d in axes else extent for d, extent in enumerate(x.shape)]))


def spread(grad, x, axis, keepdims):
    """The gradient of a reduction's result for every element that went in; a view."""
    return numrs.broadcast_to(kept(grad, x, axis, keepdims), x.shape)


def _taken(g, where):
    return g if where is None or where is True else numrs.where(where, g, 0.0)


def _many(x, axis, where):
    """How many elements each result is made of: a number, or a tensor with kept axes."""
    if where is None or where is True:
        n = 1
        for a in axes_of(axis, x.ndim):
            n *= x.shape[a]
        return n
    return numrs.sum(numrs.broadcast_to(where, x.shape), axis=axis, keepdims=True)


@rule("sum", shapes="x")
def _(grad, x, *, axis, keepdims, where):
    return _taken(spread(grad, x, axis, keepdims), where)


@rule("mean", shapes="x")
def _(grad, x, *, axis, keepdims, where):
    n = _many(x, axis, where)
    return _taken(
        numrs.broadcast_to(kept(grad, x, axis, keepdims) / (n if hasattr(n, "dtype") else float(n)), x.shape), where
    )


@rule("prod")
def _(grad, x, *, axis, keepdims, where, out):
    given = x if where is None or where is True else numrs.where(where, x, 1.0)
    if bool(numrs.any(given == 0)):
        others = _others(given, axes_of(axis, x.ndim))
    else:
        others = kept(out, x, axis, keepdims) / given
    return _taken(kept(grad, x, axis, keepdims) * others, where)


def _others(x, axes):
    """For each element the product of the others along axes, zeros or not."""
    rest = tuple([d for d in range(x.ndim) if d not in axes])
    moved = numrs.permute_dims(x, rest + axes)
    line = numrs.reshape(moved, tuple([x.shape[d] for d in rest]) + (-1,))
    last, one = line.ndim - 1, numrs.ones_like(line[..., :1])
    before = numrs.concat([one, numrs.cumulative_prod(line[..., :-1], axis=last)], axis=last)
    after = numrs.flip(numrs.cumulative_prod(numrs.flip(line[..., 1:], axis=last), axis=last), axis=last)
    y = numrs.reshape(before * numrs.concat([after, one], axis=last), moved.shape)
    return numrs.permute_dims(y, tuple([(rest + axes).index(d) for d in range(x.ndim)]))


def _centred(grad, x, axis, keepdims, where, correction):
    n = _many(x, axis, where)
    mean = numrs.mean(x, axis=axis, keepdims=True, where=where)
    return kept(grad, x, axis, keepdims) * (x - mean) * (2.0 / (n - float(correction or 0)))


@rule("var")
def _(grad, x, *, axis, correction, keepdims, where):
    return _taken(_centred(grad, x, axis, keepdims, where, correction), where)


@rule("std")
def _(grad, x, *, axis, correction, keepdims, where, out):
    safe = numrs.where(out != 0, out, 1.0)
    grad = numrs.where(out != 0, grad / (2.0 * safe), 0.0)
    return _taken(_centred(grad, x, axis, keepdims, where, correction), where)


@rule("min max")
def _(grad, x, *, axis, keepdims, where, out):
    chosen = x == kept(out, x, axis, keepdims)
    if where is not None and where is not True:
        chosen = numrs.logical_and(chosen, where)
    chosen = numrs.astype(chosen, grad.dtype)
    return kept(grad, x, axis, keepdims) * (chosen / numrs.sum(chosen, axis=axis, keepdims=True))


@rule("nansum", shapes="")
def _(grad, x, *, axis, keepdims, where):
    return numrs.where(numrs.isnan(x), 0.0, _taken(spread(grad, x, axis, keepdims), where))


@rule("nanmean")
def _(grad, x, *, axis, keepdims, where):
    there = numrs.logical_not(numrs.isnan(x))
    if where is not None and where is not True:
        there = numrs.logical_and(there, where)
    n = numrs.sum(there, axis=axis, keepdims=True)
    return numrs.where(there, kept(grad, x, axis, keepdims) / n, 0.0)


@composed("ptp")
def _(x, /, axis=None, *, keepdims=False):
    return numrs.max(x, axis=axis, keepdims=keepdims) - numrs.min(x, axis=axis, keepdims=keepdims)


@composed("average")
def _(x, /, axis=None, *, weights=None, returned=False, keepdims=False):
    if weights is None:
        y = numrs.mean(x, axis=axis, keepdims=keepdims)
        return (y, numrs.full(y.shape, _many(x, axis, None), dtype=y.dtype)) if returned else y
    weights = numrs.asarray(weights)
    if weights.ndim != x.ndim:
        shape = [1] * x.ndim
        for a, extent in zip(axes_of(axis, x.ndim), weights.shape):
            shape[a] = extent
        weights = numrs.reshape(weights, tuple(shape))
    total = numrs.sum(numrs.broadcast_to(weights, x.shape), axis=axis, keepdims=keepdims)
    y = numrs.sum(x * weights, axis=axis, keepdims=keepdims) / total
    return (y, total) if returned else y


def _line(x, axis):
    """cumulative_* without axis takes 1-d input."""
    return 0 if axis is None else axis


def _backwards_sum(g, axis):
    return numrs.flip(numrs.cumulative_sum(numrs.flip(g, axis=axis), axis=axis), axis=axis)


def _part(g, axis, start, stop=None):
    return g[(slice(None),) * (axis % g.ndim) + (slice(start, stop),)]


@rule("cumulative_sum", shapes="x")
def _(grad, x, *, axis, include_initial):
    axis = _line(x, axis)
    return _backwards_sum(_part(grad, axis, 1) if include_initial else grad, axis)


@rule("cumulative_prod")
def _(grad, x, *, axis, include_initial, out):
    axis = _line(x, axis)
    grad, out = (_part(grad, axis, 1), _part(out, axis, 1)) if include_initial else (grad, out)
    if not bool(numrs.any(x == 0)):
        return _backwards_sum(grad * out, axis) / x
    # With zeros: the sum over k ≥ i of grad_k times the product of all x_j, j ≤ k, j ≠ i.
    n = x.shape[axis % x.ndim]
    moved, g = numrs.moveaxis(x, axis, -1), numrs.moveaxis(grad, axis, -1)
    parts = []
    for i in range(n):
        one = numrs.where(numrs.arange(n) == i, 1.0, moved)
        parts.append(numrs.sum((g * numrs.cumulative_prod(one, axis=moved.ndim - 1))[..., i:], axis=-1))
    return numrs.moveaxis(numrs.stack(parts, axis=-1), -1, axis)


@rule("vector_norm")
def _(grad, x, *, axis, ord, keepdims, out):
    return _norm_gradient(kept(grad, x, axis, keepdims), x, kept(out, x, axis, keepdims), axis, ord)


def _norm_gradient(grad, x, out, axis, ord):
    if ord == 0:
        return numrs.zeros_like(x)
    if ord == 1:
        return grad * numrs.sign(x)
    if ord in (float("inf"), float("-inf")):
        chosen = numrs.astype(numrs.abs(x) == out, grad.dtype)
        return grad * numrs.sign(x) * chosen / numrs.sum(chosen, axis=axis, keepdims=True)
    safe = numrs.where(out != 0, out, 1.0)
    if ord == 2:
        return grad * (x / safe)
    size = numrs.abs(x) / safe
    return grad * numrs.sign(x) * numrs.where(x != 0, numrs.pow(numrs.where(x != 0, size, 1.0), ord - 1.0), 0.0)


@composed("norm")
def _(x, /, ord=None, axis=None, *, keepdims=False):
    if axis is None and (ord is None or x.ndim == 1):
        y = numrs.vector_norm(numrs.reshape(x, (-1,)), ord=2 if ord is None else ord)
        return numrs.reshape(y, (1,) * x.ndim) if keepdims else y
    axes = axes_of(axis, x.ndim)
    if len(axes) == 1 or ord is None:
        return numrs.vector_norm(x, axis=axis, ord=2 if ord is None else ord, keepdims=keepdims)
    x = numrs.moveaxis(x, axes, (-2, -1))
    y = numrs.matrix_norm(x, ord=ord, keepdims=keepdims)
    return numrs.moveaxis(y, (-2, -1), axes) if keepdims else y


@composed("matrix_norm")
def _(x, /, *, keepdims=False, ord="fro"):
    if ord in ("fro", None):
        return numrs.vector_norm(x, axis=(-2, -1), keepdims=keepdims)
    if ord in (2, -2, "nuc"):
        values = numrs.linalg.svdvals(x)
        y = numrs.sum(values, axis=-1) if ord == "nuc" else values[..., 0 if ord == 2 else -1]
        return y[..., None, None] if keepdims else y
    along, last = (-2, -1) if ord in (1, -1) else (-1, -2)
    sums = numrs.sum(numrs.abs(x), axis=along, keepdims=True)
    y = (numrs.max if ord > 0 else numrs.min)(sums, axis=last, keepdims=True)
    return y if keepdims else y[..., 0, 0]


def _places(x, axis, **how):
    return numrs.argsort(x.detach(), axis=axis, **how)


@composed("sort")
def _(x, /, *, axis=-1, descending=False, stable=True):
    return numrs.take_along_axis(x, _places(x, axis, descending=descending, stable=stable), axis=axis)


@composed("topk")
def _(x, k, /, axis=-1, *, largest=True, sorted=True):
    found = numrs.topk(x.detach(), k, axis, largest=largest, sorted=sorted)
    return type(found)(numrs.take_along_axis(x, found.indices, axis=axis), found.indices)


def _sorted_line(x, axis, keepdims):
    """x with the axes that are reduced as the last one, sorted, and the shape of the result."""
    axes = axes_of(axis, x.ndim)
    shape = tuple([1 if d in axes else extent for d, extent in enumerate(x.shape) if keepdims or d not in axes])
    others = tuple([d for d in range(x.ndim) if d not in axes])
    line = numrs.reshape(numrs.permute_dims(x, others + axes), tuple([x.shape[d] for d in others]) + (-1,))
    return numrs.sort(line, axis=-1), shape


@composed("median")
def _(x, /, axis=None, *, out=None, keepdims=False, where=None):
    if where is not None and where is not True:
        raise NotImplementedError("median: where= is not followed by autograd; use no_grad()")
    line, shape = _sorted_line(x, axis, keepdims)
    n = line.shape[-1]
    return numrs.reshape((line[..., (n - 1) // 2] + line[..., n // 2]) * 0.5, shape)


@composed("quantile")
def _(x, q, /, axis=None, *, out=None, method="linear", keepdims=False, weights=None, where=None):
    if method != "linear" or weights is not None or (where is not None and where is not True) or hasattr(q, "__len__"):
        raise NotImplementedError("quantile: only one q by the linear method is followed by autograd; use no_grad()")
    line, shape = _sorted_line(x, axis, keepdims)
    at = float(q) * (line.shape[-1] - 1)
    low = int(at)
    high = low + 1 if low + 1 < line.shape[-1] else low
    return numrs.reshape(line[..., low] * (1.0 - (at - low)) + line[..., high] * (at - low), shape)


@composed("cumulative_max")
def _(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    return _running(x, axis, include_initial, numrs.cumulative_max)


@composed("cumulative_min")
def _(x, /, *, axis=None, dtype=None, include_initial=False, out=None):
    return _running(x, axis, include_initial, numrs.cumulative_min)


def _running(x, axis, include_initial, function):
    """Through the places of the first elements that reach each running extreme."""
    if include_initial:
        raise NotImplementedError("cumulative_max: include_initial is not followed by autograd; use no_grad()")
    axis = _line(x, axis) % x.ndim
    values = x.detach()
    reached = function(values, axis=axis)
    shape = [1] * x.ndim
    shape[axis] = x.shape[axis]
    places = numrs.reshape(numrs.arange(x.shape[axis]), tuple(shape))
    new = numrs.concat(
        [
            numrs.ones_like(_part(values, axis, 0, 1), dtype=bool),
            _part(reached, axis, 1) != _part(reached, axis, 0, -1),
        ],
        axis=axis,
    )
    first = numrs.cumulative_max(numrs.where(new, numrs.broadcast_to(places, x.shape), 0), axis=axis)
    return numrs.take_along_axis(x, first, axis=axis)
