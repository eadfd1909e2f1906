"""Gradient rules of products of matrices and of linear algebra.

The formulas of the decompositions are those of Giles, "Collected matrix derivative results for forward and reverse mode
algorithmic differentiation" (2008), and of Walter and Lehmann (2010) for qr.
"""

import numrs
from numrs.autograd.engine import composed, constant, rule

constant("matrix_rank", "lstsq")


def _h(x):
    """The conjugate transpose of matrices."""
    y = numrs.matrix_transpose(x)
    return numrs.conj(y) if x.dtype.kind == "c" else y


@rule("matmul")
def _(grad, x1, x2):
    return lambda: _left(grad, x1, x2), lambda: _right(grad, x1, x2)


def _left(grad, x1, x2):
    if x2.ndim == 1:
        return numrs.conj(x2) * (grad if x1.ndim == 1 else grad[..., None])
    if x1.ndim == 1:  # (k) @ (…, k, n): grad is (…, n)
        g = numrs.matmul(numrs.conj(x2) if x2.dtype.kind == "c" else x2, grad[..., None])[..., 0]
        return numrs.sum(g, axis=tuple(range(g.ndim - 1))) if g.ndim > 1 else g
    return numrs.matmul(grad, _h(x2))


def _right(grad, x1, x2):
    if x1.ndim == 1:
        g = numrs.conj(x1)
        return g * grad if x2.ndim == 1 else g[:, None] * grad[..., None, :]
    if x2.ndim == 1:  # (…, m, k) @ (k): grad is (…, m)
        g = numrs.matmul(_h(x1), grad[..., None])[..., 0]
        return numrs.sum(g, axis=tuple(range(g.ndim - 1))) if g.ndim > 1 else g
    return numrs.matmul(_h(x1), grad)


@composed("dot")
def _(x1, x2, /, out=None):
    x1, x2 = numrs.asarray(x1), numrs.asarray(x2)
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    if x2.ndim <= 2:
        return numrs.matmul(x1, x2)
    return numrs.tensordot(x1, x2, axes=((x1.ndim - 1,), (x2.ndim - 2,)))


@composed("inner")
def _(x1, x2, /, out=None):
    if x1.ndim == 0 or x2.ndim == 0:
        return x1 * x2
    return numrs.tensordot(x1, x2, axes=((x1.ndim - 1,), (x2.ndim - 1,)))


@composed("outer")
def _(x1, x2, /, out=None):
    return numrs.reshape(x1, (-1, 1)) * numrs.reshape(x2, (1, -1))


@composed("vecdot")
def _(x1, x2, /, *, axis=-1):
    return numrs.sum((numrs.conj(x1) if x1.dtype.kind == "c" else x1) * x2, axis=axis)


@composed("tensordot")
def _(x1, x2, /, *, axes=2):
    if hasattr(axes, "__index__"):
        first, second = tuple(range(x1.ndim - axes, x1.ndim)), tuple(range(axes))
    else:
        first, second = [(a,) if hasattr(a, "__index__") else tuple(a) for a in axes]
    first, second = tuple([a % x1.ndim for a in first]), tuple([a % x2.ndim for a in second])
    rest1 = tuple([d for d in range(x1.ndim) if d not in first])
    rest2 = tuple([d for d in range(x2.ndim) if d not in second])
    inner = 1
    for d in first:
        inner *= x1.shape[d]
    a = numrs.reshape(numrs.permute_dims(x1, rest1 + first), (x1.size // inner if inner else 0, inner))
    b = numrs.reshape(numrs.permute_dims(x2, second + rest2), (inner, x2.size // inner if inner else 0))
    return numrs.reshape(numrs.matmul(a, b), tuple([x1.shape[d] for d in rest1] + [x2.shape[d] for d in rest2]))


@rule("einsum")
def _(grad, operands, *, subscripts):
    from numrs._ops.einsum import _parsed

    terms, result = _parsed(subscripts, list(operands))[:2]
    grads = []
    for i, x in enumerate(operands):
        others = [(terms[k], operands[k]) for k in range(len(operands)) if k != i]
        known = set(result).union(*[set(term) for term, _ in others])
        once = "".join(dict.fromkeys(terms[i]))
        kept = "".join([label for label in once if label in known])
        g = numrs.einsum(
            ",".join([result] + [term for term, _ in others]) + "->" + kept,
            grad,
            *[numrs.conj(o) if o.dtype.kind == "c" else o for _, o in others],
        )
        extents = dict(zip(terms[i], x.shape))
        if kept != once:  # summed over: every element takes part alike
            shape = tuple([extents[label] if label in known else 1 for label in once])
            g = numrs.broadcast_to(numrs.reshape(g, shape), tuple([extents[label] for label in once]))
        if once != terms[i]:  # a diagonal: back to its place
            g = _on_diagonal(g, once, terms[i], x.shape)
        grads.append(g)
    return (tuple(grads),)


def _on_diagonal(g, once, term, shape):
    """g over the labels once, set into zeros at equal indices of repeated labels."""
    index = []
    for label in term:
        at = once.index(label)
        n = g.shape[at]
        index.append(numrs.reshape(numrs.arange(n), tuple([n if d == at else 1 for d in range(len(once))])))
    y = numrs.zeros(shape, dtype=g.dtype)
    y[tuple(index)] = g
    return y


@composed("multi_dot")
def _(arrays, /):
    y = arrays[0]
    for x in arrays[1:]:
        y = numrs.matmul(y, x)
    return y


@composed("kron")
def _(x1, x2, /):
    ndim = max([x1.ndim, x2.ndim])
    s1, s2 = (1,) * (ndim - x1.ndim) + x1.shape, (1,) * (ndim - x2.ndim) + x2.shape
    a = numrs.reshape(x1, tuple([part for extent in s1 for part in (extent, 1)]))
    b = numrs.reshape(x2, tuple([part for extent in s2 for part in (1, extent)]))
    return numrs.reshape(a * b, tuple([m * n for m, n in zip(s1, s2)]))


@composed("cross")
def _(x1, x2, /, *, axis=-1):
    def part(x, i):
        return x[(slice(None),) * (axis % x.ndim) + (i,)]

    a, b = [part(x1, i) for i in range(3)], [part(x2, i) for i in range(3)]
    return numrs.stack([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]], axis=axis)


@composed("matrix_power")
def _(x, n, /):
    if n < 0:
        x, n = numrs.linalg.inv(x), -n
    y = numrs.eye(x.shape[-1], dtype=x.dtype) + numrs.zeros_like(x) if n == 0 else None
    while n:
        if n & 1:
            y = x if y is None else numrs.matmul(y, x)
        n >>= 1
        x = numrs.matmul(x, x) if n else x
    return y


@rule("inv", shapes="x")
def _(grad, x, *, out):
    back = _h(out)
    return -numrs.matmul(numrs.matmul(back, grad), back)


@rule("solve")
def _(grad, x1, x2, *, out):
    vector = x2.ndim == 1
    g = numrs.linalg.solve(_h(x1), grad)

    def matrix():
        if vector:
            return -g[..., :, None] * (numrs.conj(out) if out.dtype.kind == "c" else out)[..., None, :]
        return -numrs.matmul(g, _h(out))

    return matrix, g


@rule("det")
def _(grad, x, *, out):
    g = (grad * out)[..., None, None]
    return g * _h(numrs.linalg.inv(x))


@rule("slogdet")
def _(grads, x):
    g = grads[1]
    return None if g is None else g[..., None, None] * _h(numrs.linalg.inv(x))


@rule("cholesky", shapes="x")
def _(grad, x, *, upper, out):
    low = _h(out) if upper else out
    g = _h(grad) if upper else grad
    p = numrs.tril(numrs.matmul(_h(low), g))
    eye = numrs.eye(x.shape[-1], dtype=low.dtype)
    p = p * (1.0 - 0.5 * eye)
    s = numrs.linalg.solve(_h(low), p)
    s = _h(numrs.linalg.solve(_h(low), _h(s)))
    return (s + _h(s)) * 0.5


@rule("eigh", shapes="x")
def _(grads, x, *, out):
    values, vectors = out
    gw, gv = grads
    inner = 0.0
    if gv is not None:
        gaps = values[..., None, :] - values[..., :, None]
        off = 1.0 - numrs.eye(x.shape[-1], dtype=values.dtype)
        gaps = numrs.where(off != 0, numrs.where(gaps != 0, gaps, float("nan")), 1.0)
        inner = off / gaps * numrs.matmul(_h(vectors), gv)
    if gw is not None:
        inner = inner + gw[..., None, :] * numrs.eye(x.shape[-1], dtype=values.dtype)
    g = numrs.matmul(numrs.matmul(vectors, inner), _h(vectors))
    return (g + _h(g)) * 0.5


@composed("eigvalsh")
def _(x, /, UPLO="L"):
    return numrs.linalg.eigh(x, UPLO)[0]


@rule("svd", shapes="x")
def _(grads, x, *, full_matrices, out):
    u, s, vh = out
    if full_matrices and x.shape[-1] != x.shape[-2]:
        raise NotImplementedError("svd: full_matrices=True of matrices that are not square is not followed by autograd")
    gu, gs, gvh = grads
    k = s.shape[-1]
    eye = numrs.eye(k, dtype=s.dtype)
    gaps = s[..., None, :] * s[..., None, :] - s[..., :, None] * s[..., :, None]
    f = (1.0 - eye) / numrs.where(eye != 0, 1.0, gaps)
    total = 0.0 if gs is None else numrs.matmul(numrs.matmul(u, eye * gs[..., None, :]), vh)
    if gu is not None:
        j = f * numrs.matmul(_h(u), gu)
        part = numrs.matmul(u, (j + _h(j)) * s[..., None, :])
        if x.shape[-2] > k:
            rest = gu - numrs.matmul(u, numrs.matmul(_h(u), gu))
            part = part + rest / s[..., None, :]
        total = total + numrs.matmul(part, vh)
    if gvh is not None:
        v, gv = _h(vh), _h(gvh)
        j = f * numrs.matmul(vh, gv)
        part = numrs.matmul(s[..., :, None] * (j + _h(j)), vh)
        if x.shape[-1] > k:
            rest = gvh - numrs.matmul(numrs.matmul(gvh, v), vh)
            part = part + rest / s[..., :, None]
        total = total + numrs.matmul(u, part)
    return total


@composed("svdvals")
def _(x, /):
    return numrs.linalg.svd(x, full_matrices=False)[1]


@rule("qr", shapes="x")
def _(grads, x, *, mode, out):
    q, r = out
    if r.shape[-1] != r.shape[-2] or mode == "complete" and q.shape[-1] != r.shape[-1]:
        raise NotImplementedError(
            "qr: only matrices with at least as many rows as columns are followed by autograd, in mode 'reduced'"
        )
    gq, gr = grads
    gq = numrs.zeros_like(q) if gq is None else gq
    m = -numrs.matmul(_h(gq), q)
    if gr is not None:
        m = m + numrs.matmul(r, _h(gr))
    low = numrs.tril(m, k=-1)
    sym = numrs.tril(m) + _h(low)
    b = gq + numrs.matmul(q, sym)
    return _h(numrs.linalg.solve(r, _h(b)))


@composed("pinv")
def _(x, /, *, rtol=None):
    m, n = x.shape[-2:]
    if m >= n:
        return numrs.linalg.solve(numrs.matmul(_h(x), x), _h(x))
    return _h(numrs.linalg.solve(numrs.matmul(x, _h(x)), x))


@composed("cond")
def _(x, /, p=None):
    if p in (None, 2, -2):
        s = numrs.linalg.svdvals(x)
        return s[..., 0] / s[..., -1] if p != -2 else s[..., -1] / s[..., 0]
    return numrs.matrix_norm(x, ord=p) * numrs.matrix_norm(numrs.linalg.inv(x), ord=p)


@composed("trace")
def _(x, /, *, offset=0, dtype=None):
    return numrs.sum(numrs.linalg.diagonal(x, offset=offset), axis=-1, dtype=dtype)
