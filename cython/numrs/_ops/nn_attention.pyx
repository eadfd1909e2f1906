# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Attention and rotary position embeddings, with their gradients."""
import numpy as np

from libc.math cimport sqrt
from libc.stdint cimport int32_t, int64_t, uint64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops cimport _record
from numrs._ops._array cimport (NOGIL_NS, Held, array_of, check, dtype_of, hold, interruptible, new_array, pin,
                                release_context, view_of)
from numrs._ops._nn_operand cimport operand, where_of
from numrs._ops._place cimport context_at, device_at
from numrs._ops._random cimport draw_moves, seed_of
from numrs._ops._record cimport any_tracked, record
from numrs._ops._storage cimport from_ndarray, new_tensor_at, tensor_of
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport any_tensor, plain
from numrs._ops.manipulation import broadcast_to
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_attention cimport numrs_attention, numrs_attention_backward, numrs_rope
from numrs.c.view cimport numrs_view

cnp.import_array()
cdef enum:
    MOST = 12  # operands of a call
# Operands of attention and of its gradients by their places among the views of a call; a NULL dtype: not there.
cdef enum:
    Q, K, V, MASK, Y, LSE, GRAD, GQ, GK, GV, GMASK

cdef struct Call:
    numrs_view[MOST] views
    bint[MOST] given
    int32_t causal
    double scale, dropout
    uint64_t seed


cdef inline const numrs_view *_at(Call *call, int place) noexcept nogil:
    return &call.views[place] if call.given[place] else NULL


cdef numrs_status _invoke(Call *c, numrs_context *context) noexcept nogil:
    if c.given[GRAD]:
        return numrs_attention_backward(context, _at(c, GRAD), _at(c, Q), _at(c, K), _at(c, V), _at(c, MASK), _at(c, Y),
                                        _at(c, LSE), _at(c, GQ), _at(c, GK), _at(c, GV), _at(c, GMASK), c.causal, c.scale,
                                        c.dropout, c.seed)
    return numrs_attention(context, _at(c, Q), _at(c, K), _at(c, V), _at(c, MASK), _at(c, Y), _at(c, LSE), c.causal,
                           c.scale, c.dropout, c.seed)


cdef int _execute(Call *call, str name, list arrays, double work_ns) except -1:
    """arrays: one per place, None where there is none."""
    cdef Held[MOST] held
    cdef numrs_context *context
    cdef numrs_status status
    cdef int i
    cdef ndarray a
    for i in range(MOST):
        call.given[i] = i < len(arrays) and arrays[i] is not None
        if call.given[i]:
            a = <ndarray>arrays[i]
            call.views[i] = view_of(a, dtype_of(a))
    if work_ns < NOGIL_NS:
        status = _invoke(call, NULL)
    else:
        pins = [pin(<ndarray>x) for x in arrays if x is not None]
        for i in range(MOST):
            if call.given[i]:
                hold(&held[i], &call.views[i])
                call.views[i] = held[i].view
        context = interruptible(work_ns)
        with nogil:
            status = _invoke(call, context)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return 0


cdef bint _same_leading(ndarray a, ndarray b) noexcept:
    cdef int d
    if PyArray_NDIM(a) != PyArray_NDIM(b):
        return False
    for d in range(PyArray_NDIM(a) - 2):
        if PyArray_DIMS(a)[d] != PyArray_DIMS(b)[d]:
            return False
    return True


cdef tuple _together(ndarray query, ndarray key, ndarray value, str name, bint grouped):
    """q, k, v with the same leading axes; grouped: but for the heads."""
    cdef Py_ssize_t kept = 3 if grouped else 2
    if not grouped and PyArray_NDIM(query) >= 2 and _same_leading(query, key) and _same_leading(key, value):
        return query, key, value
    cdef list shapes = [tuple((<object>a).shape) for a in (query, key, value)]
    cdef list leading = []
    cdef object heads, shared
    for shape, argument in zip(shapes, ("query", "key", "value")):
        if len(shape) < kept:
            raise ValueError(f"{name}: {argument} has shape {shape}, expected at least {kept} dimensions")
        leading.append(shape[:len(shape) - kept])
    if grouped:
        heads, shared, others = [shape[len(shape) - 3] for shape in shapes]
        if others != shared or shared == 0 or heads % shared != 0:
            raise ValueError(f"{name}: query has {heads} heads, key {shared} and value {others}, expected key and value "
                             f"to have the same number, which divides that of query")
        if leading[0] == leading[1] and leading[1] == leading[2]:
            return query, key, value
    try:
        common = np.broadcast_shapes(*leading)
    except ValueError:
        raise ValueError(f"{name}: query of shape {shapes[0]}, key of shape {shapes[1]} and value of shape {shapes[2]} have "
                         f"leading axes that do not broadcast") from None
    return tuple([np.broadcast_to(a, common + shape[len(shape) - kept:]) for a, shape in zip((query, key, value), shapes)])


cdef double _probability(object p, str name) except? -1.0:
    try:
        value = float(p)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: dropout_p is of type {type(p).__name__}, expected a number") from None
    if not 0.0 <= value < 1.0:
        raise ValueError(f"{name}: dropout_p is {value}, expected a probability in [0, 1)")
    return value


cdef uint64_t _seed(object rng) except? 1:
    """64 bits of a generator, which moves on; an int is a generator of its own."""
    from numrs._ops.random_generator import default_rng
    cdef uint64_t seed = seed_of(rng if hasattr(rng, "integers") else default_rng(rng))
    draw_moves((seed, not hasattr(rng, "integers")))
    return seed


cdef int _options(Call *call, str name, int64_t d, object mask, object is_causal, object scale) except -1:
    """d: the extent of the last axis of query."""
    if is_causal and mask is not None:
        raise ValueError(f"{name}: attn_mask and is_causal are both given, expected one of them")
    call.causal = 1 if is_causal else 0
    if scale is None:
        call.scale = 1.0 / sqrt(<double>d) if d > 0 else 1.0
        return 0
    try:
        call.scale = float(scale)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: scale is of type {type(scale).__name__}, expected a number") from None
    return 0


cdef double _work(ndarray q, ndarray k, ndarray v, double products) noexcept:
    cdef int n = PyArray_NDIM(q)
    return 0.02 * products * <double>PyArray_SIZE(q) * <double>PyArray_DIMS(k)[n - 2] + 100.0 * <double>PyArray_DIMS(q)[n - 2]


# ------------------------------------------------------------------------------------------------ on a device

_NAMES = ("query", "key", "value", "attn_mask", "out", "lse", "grad")  # by their places


cdef int _execute_at(Call *call, str name, list tensors, int32_t place) except -1:
    """tensors: one per place among the views, None where there is none."""
    cdef int i
    for i in range(MOST):
        call.given[i] = i < len(tensors) and tensors[i] is not None
        if call.given[i]:
            operand(tensors[i], name, _NAMES[min(i, GRAD)], &call.views[i], place)
    check(_invoke(call, context_at(place)), name)
    return 0


cdef object _mask_at(object mask, int32_t place):
    """A mask of the host, which is no tensor, is brought to the device."""
    if mask is None or isinstance(mask, Tensor):
        return mask
    return from_ndarray(array_of(mask, "scaled_dot_product_attention", "attn_mask"), False).to(device_at(place))


cdef tuple _together_at(object query, object key, object value, str name, bint grouped, int32_t place):
    """Tensors with the same leading axes; grouped: but for the heads."""
    cdef numrs_view v
    shapes = []
    for x, argument in ((query, "query"), (key, "key"), (value, "value")):
        operand(x, name, argument, &v, place)
        shapes.append(np.broadcast_to(np.False_, x.shape))  # the shape alone
    made = _together(shapes[0], shapes[1], shapes[2], name, grouped)
    return tuple([x if tuple(x.shape) == tuple(y.shape) else broadcast_to(x, y.shape) for x, y in zip((query, key, value), made)])


cdef object _forward_at(int32_t place, str name, object query, object key, object value, object mask, object dropout_p,
                        object is_causal, object scale, object enable_gqa, object rng, bint stats):
    cdef Call call
    cdef Tensor q, k, v, y, lse = None
    cdef int64_t[64] shape
    cdef int d, n
    q, k, v = _together_at(query, key, value, name, enable_gqa, place)
    mask = _mask_at(mask, place)
    n = q.view.ndim
    _options(&call, name, q.view.shape[n - 1] if n else 0, mask, is_causal, scale)
    call.dropout = 0.0 if type(dropout_p) is float and dropout_p == 0.0 else _probability(dropout_p, name)
    call.seed = 0 if call.dropout == 0.0 else _seed(rng)
    for d in range(n):
        shape[d] = q.view.shape[d]
    if n and v.view.ndim:
        shape[n - 1] = v.view.shape[v.view.ndim - 1]
    y = new_tensor_at(place, n, shape, q.view.dtype)
    if stats:
        lse = new_tensor_at(place, n - 1, shape, ops.NUMRS_F64 if q.view.dtype == ops.NUMRS_F64 else ops.NUMRS_F32)
    _execute_at(&call, name, [q, k, v, mask, y, lse], place)
    return (y, lse, call.seed) if stats else y


cdef tuple _backward_at(int32_t place, str name, object grad, object query, object key, object value, object mask, object out,
                        object lse, object dropout_p, object is_causal, object scale, object enable_gqa, object seed,
                        bint mask_gradient):
    cdef Call call
    cdef Tensor q, k, v, gq, gk, gv, gmask = None
    cdef int64_t[64] shape
    cdef int d, n
    q, k, v = _together_at(query, key, value, name, enable_gqa, place)
    mask = _mask_at(mask, place)
    n = q.view.ndim
    _options(&call, name, q.view.shape[n - 1] if n else 0, mask, is_causal, scale)
    call.dropout = _probability(dropout_p, name)
    call.seed = <uint64_t>seed
    gq = new_tensor_at(place, n, q.view.shape, q.view.dtype)
    gk = new_tensor_at(place, k.view.ndim, k.view.shape, q.view.dtype)
    gv = new_tensor_at(place, v.view.ndim, v.view.shape, q.view.dtype)
    if mask_gradient and mask is not None and (<Tensor>mask).view.dtype != ops.NUMRS_BOOL:
        for d in range(n):
            shape[d] = q.view.shape[d]
        shape[n - 1] = k.view.shape[n - 2]
        gmask = new_tensor_at(place, n, shape, q.view.dtype)
    _execute_at(&call, name, [q, k, v, mask, out, lse, grad, gq, gk, gv, gmask], place)
    return gq, gk, gv, gmask


cdef object _rotate_at(int32_t place, str name, object x, object cos, object sin, object interleaved, bint inverse):
    cdef numrs_view vx, vc, vs
    cdef Tensor y
    operand(x, name, "x", &vx, place)
    tables = []
    for table, argument in ((cos, "cos"), (sin, "sin")):
        if not isinstance(table, Tensor):  # angles that were worked out on the CPU
            table = from_ndarray(array_of(table, name, argument), False).to(device_at(place))
        operand(table, name, argument, &vc, place)
        tables.append(table.astype(x.dtype, copy=False))
    vc, vs = (<Tensor>tables[0]).view, (<Tensor>tables[1]).view
    y = new_tensor_at(place, vx.ndim, vx.shape, vx.dtype)
    check(numrs_rope(context_at(place), &vx, &vc, &vs, &y.view, 1 if interleaved else 0, 1 if inverse else 0), name)
    return y


cdef object _here(object x, str name, str argument):
    """An operand beside others of the CPU, as the functions for ndarrays take it."""
    cdef numrs_view v
    if isinstance(x, Tensor):
        operand(x, name, argument, &v, 0)  # raises for another device
    return plain(x)


cdef object _mask_here(object mask):
    return _here(mask, "scaled_dot_product_attention", "attn_mask")


cdef object _forward(str name, object query, object key, object value, object attn_mask, object dropout_p, object is_causal,
                     object scale, object enable_gqa, object rng, bint stats):
    cdef ndarray q, k, v, y
    cdef ndarray mask = None, lse = None
    cdef Call call
    cdef int64_t[64] shape
    cdef int d, n
    q = array_of(query, name, "query")
    k = array_of(key, name, "key")
    v = array_of(value, name, "value")
    q, k, v = _together(q, k, v, name, enable_gqa)
    if attn_mask is not None:
        mask = array_of(attn_mask, name, "attn_mask")
    _options(&call, name, PyArray_DIMS(q)[PyArray_NDIM(q) - 1], mask, is_causal, scale)
    call.dropout = 0.0 if type(dropout_p) is float and dropout_p == 0.0 else _probability(dropout_p, name)
    call.seed = 0 if call.dropout == 0.0 else _seed(rng)
    n = PyArray_NDIM(q)
    for d in range(n):
        shape[d] = PyArray_DIMS(q)[d]
    shape[n - 1] = PyArray_DIMS(v)[n - 1]
    y = new_array(n, shape, dtype_of(q))
    if stats:
        lse = new_array(n - 1, shape, ops.NUMRS_F64 if dtype_of(q) == ops.NUMRS_F64 else ops.NUMRS_F32)
    _execute(&call, name, [q, k, v, mask, y, lse], _work(q, k, v, 2.0))
    return (y, lse, call.seed) if stats else y


def scaled_dot_product_attention(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                 enable_gqa=False, *, rng=None):
    """softmax(scale query @ key^T + attn_mask) @ value, in blocks of keys: no matrix of all scores is made.

    Parameters
    ----------
    query : array_like or Tensor
        (…, heads, L, E), any float dtype; any number of leading axes.
    key, value : array_like or Tensor
        (…, heads, S, E) and (…, heads, S, Ev), of the same dtype; leading axes broadcast.
    attn_mask : array_like or Tensor, optional
        Broadcasts to (…, heads, L, S). bool: True where a key takes part; float: added to the scores.
    dropout_p : float, optional
        Probability that a weight is dropped, in [0, 1); the others are divided by 1 - dropout_p.
    is_causal : bool, optional
        Row i sees keys 0 to i only; what is hidden costs nothing. Not together with attn_mask.
    scale : float, optional
        1 / sqrt(E) unless given.
    enable_gqa : bool, optional
        key and value may have fewer heads, which divide those of query: neighbouring heads share one.
    rng : Generator or int, optional
        Where dropout gets its seed from.

    Returns
    -------
    ndarray or Tensor
        (…, heads, L, Ev). A row that sees no key is 0.

    Raises
    ------
    ValueError
        Shapes do not go together, or a parameter is out of range.
    TypeError
        No float dtype, or different ones.

    Examples
    --------
    >>> q = np.ones((1, 2, 3, 4), np.float32)
    >>> numrs.functional.scaled_dot_product_attention(q, q, q, is_causal=True).shape
    (1, 2, 3, 4)
    """
    if _record.used and any_tracked((query, key, value, attn_mask), None):
        return record("scaled_dot_product_attention", scaled_dot_product_attention, (query, key, value, attn_mask,
                      dropout_p, is_causal, scale, enable_gqa), {"rng": rng})
    cdef int32_t where = where_of("scaled_dot_product_attention", query, key, value)
    if where > 0:
        return _forward_at(where, "scaled_dot_product_attention", query, key, value, attn_mask, dropout_p, is_causal, scale,
                           enable_gqa, rng, False)
    if not (PyArray_CheckExact(query) and PyArray_CheckExact(key) and PyArray_CheckExact(value)) and \
            any_tensor(query, key, value):
        return tensor_of(_forward("scaled_dot_product_attention", plain(query), plain(key), plain(value),
                                  _mask_here(attn_mask), dropout_p, is_causal, scale, enable_gqa, rng, False))
    return _forward("scaled_dot_product_attention", query, key, value, _mask_here(attn_mask), dropout_p, is_causal,
                    scale, enable_gqa, rng, False)


def scaled_dot_product_attention_with_stats(query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None,
                                            enable_gqa=False, *, rng=None):
    """The result, and what the gradients need beside it: a dict of lse, the logarithms of the sums of exp(score), and seed.

    Parameters
    ----------
    query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa, rng
        As for scaled_dot_product_attention.

    Returns
    -------
    tuple
        The result, and the dict.
    """
    cdef int32_t where = where_of("scaled_dot_product_attention", query, key, value)
    if where > 0:
        y, lse, seed = _forward_at(where, "scaled_dot_product_attention", query, key, value, attn_mask, dropout_p, is_causal, scale,
                                   enable_gqa, rng, True)
        return y, {"lse": lse, "seed": seed}
    typed = any_tensor(query, key, value)
    y, lse, seed = _forward("scaled_dot_product_attention", plain(query), plain(key), plain(value),
                            _mask_here(attn_mask), dropout_p, is_causal, scale, enable_gqa, rng, True)
    if typed:
        return tensor_of(y), {"lse": tensor_of(lse), "seed": seed}
    return y, {"lse": lse, "seed": seed}


def scaled_dot_product_attention_backward(grad, query, key, value, attn_mask, out, lse, *, dropout_p=0.0, is_causal=False,
                                          scale=None, enable_gqa=False, seed=0, mask_gradient=False):
    """Gradients of scaled_dot_product_attention by query, key, value and, if it is wanted, attn_mask.

    Parameters
    ----------
    grad : array_like or Tensor
        The gradient of the result.
    query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        Arguments of the function.
    out, lse, seed
        Its result, and what scaled_dot_product_attention_with_stats gave with it.
    mask_gradient : bool, optional
        Also give that of a float attn_mask, (…, heads, L, S), which needs a matrix of that size.

    Returns
    -------
    tuple
        Gradients of query, key, value and attn_mask (or None). Where leading axes were broadcast they have the broadcast shape.
    """
    cdef str name = "scaled_dot_product_attention_backward"
    cdef ndarray q, k, v, g, y, l, gq, gk, gv
    cdef ndarray mask = None, gmask = None
    cdef Call call
    cdef int64_t[64] shape
    cdef int d, n
    cdef int32_t where = where_of(name, query, key, value)
    if where > 0:
        return _backward_at(where, name, grad, query, key, value, attn_mask, out, lse, dropout_p, is_causal, scale, enable_gqa,
                            seed, mask_gradient)
    typed = any_tensor(query, key, value) or any_tensor(grad, out, lse)
    q = array_of(plain(query), name, "query")
    k = array_of(plain(key), name, "key")
    v = array_of(plain(value), name, "value")
    g = array_of(plain(grad), name, "grad")
    y = array_of(plain(out), name, "out")
    l = array_of(plain(lse), name, "lse")
    if attn_mask is not None:
        mask = array_of(_here(attn_mask, name, "attn_mask"), name, "attn_mask")
    q, k, v = _together(q, k, v, name, enable_gqa)
    _options(&call, name, PyArray_DIMS(q)[PyArray_NDIM(q) - 1], mask, is_causal, scale)
    call.dropout = _probability(dropout_p, name)
    call.seed = <uint64_t>seed
    n = PyArray_NDIM(q)
    gq = new_array(n, <int64_t *>PyArray_DIMS(q), dtype_of(q))
    gk = new_array(n, <int64_t *>PyArray_DIMS(k), dtype_of(q))
    gv = new_array(n, <int64_t *>PyArray_DIMS(v), dtype_of(q))
    if mask_gradient and mask is not None and dtype_of(mask) != ops.NUMRS_BOOL:
        for d in range(n):
            shape[d] = PyArray_DIMS(q)[d]
        shape[n - 1] = PyArray_DIMS(k)[n - 2]
        gmask = new_array(n, shape, dtype_of(q))
    _execute(&call, name, [q, k, v, mask, y, l, g, gq, gk, gv, gmask], _work(q, k, v, 5.0))
    if typed:
        return tensor_of(gq), tensor_of(gk), tensor_of(gv), None if gmask is None else tensor_of(gmask)
    return gq, gk, gv, gmask


# ------------------------------------------------------------------------------------------------ rotary embeddings

cdef object _rotate(str name, object x, object cos, object sin, object interleaved, bint inverse):
    cdef ndarray a = array_of(x, name, "x"), c = array_of(cos, name, "cos"), s = array_of(sin, name, "sin"), y
    cdef numrs_view vx, vc, vs, vy
    cdef Held held_x, held_c, held_s, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef int32_t pairs = 1 if interleaved else 0, back = 1 if inverse else 0
    cdef double work_ns = 1.0 * <double>PyArray_SIZE(a)
    if dtype_of(c) != dtype_of(a):
        c = c.astype(a.dtype)
    if dtype_of(s) != dtype_of(a):
        s = s.astype(a.dtype)
    y = new_array(PyArray_NDIM(a), <int64_t *>PyArray_DIMS(a), dtype_of(a))
    vx = view_of(a, dtype_of(a))
    vc = view_of(c, dtype_of(c))
    vs = view_of(s, dtype_of(s))
    vy = view_of(y, dtype_of(y))
    if work_ns < NOGIL_NS:
        status = numrs_rope(NULL, &vx, &vc, &vs, &vy, pairs, back)
    else:
        hold(&held_x, &vx)
        hold(&held_c, &vc)
        hold(&held_s, &vs)
        hold(&held_y, &vy)
        pins = (pin(a), pin(c), pin(s), pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = numrs_rope(context, &held_x.view, &held_c.view, &held_s.view, &held_y.view, pairs, back)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return y


def rope_angles(positions, size, base=10000.0, dtype=np.float32):
    """Tables of cos and sin for apply_rope: angle j of a position is position * base^(-2 j / size).

    Parameters
    ----------
    positions : array_like or Tensor
        Integers or floats, any shape; angles are computed in float64.
    size : int
        Elements of a row that are turned, even.
    base : float, optional
        Above 0.
    dtype : dtype, optional
        Of the result.

    Returns
    -------
    tuple of ndarray
        cos and sin, positions.shape + (size / 2,).

    Examples
    --------
    >>> numrs.functional.rope_angles([0, 1], 4)[0].shape
    (2, 2)
    """
    from numrs._ops.elementwise_power import pow
    from numrs._ops.elementwise_trigonometric import cos, sin
    if type(size) is not int or size < 0 or size % 2:
        raise ValueError(f"rope_angles: size is {size}, expected an even int")
    if not float(base) > 0:
        raise ValueError(f"rope_angles: base is {base}, expected a number above 0")
    places = np.asarray(positions.cpu() if isinstance(positions, Tensor) else plain(positions))
    if places.dtype.kind not in "iuf":
        raise TypeError(f"rope_angles: positions have dtype {places.dtype}, expected numbers")
    rates = pow(float(base), np.arange(0, size, 2, np.float64) / max(size, 1) * -1.0)
    angles = places.astype(np.float64)[..., None] * rates
    return cos(angles).astype(dtype), sin(angles).astype(dtype)


cdef tuple _angles(object x, object cos, object sin, object positions, object base):
    if positions is None and (sin is None or isinstance(sin, (int, float))):
        positions, cos = cos, None
        if sin is not None:
            base, sin = sin, None
    if positions is None:
        if cos is None or sin is None:
            raise TypeError("apply_rope: expected cos and sin, or positions")
        if isinstance(x, Tensor):  # of a device
            return cos, sin
        return _here(cos, "apply_rope", "cos"), _here(sin, "apply_rope", "sin")
    if cos is not None or sin is not None:
        raise TypeError("apply_rope: cos and sin are given beside positions")
    cdef tuple shape = tuple(x.shape)
    size = shape[len(shape) - 1] if shape else 1
    if size % 2:
        raise ValueError(f"apply_rope: x has shape {shape}, expected a last axis of even length")
    return rope_angles(positions, int(size), base, np.float64 if x.dtype == np.float64 else np.float32)


def apply_rope(x, cos=None, sin=None, *, positions=None, base=10000.0, interleaved=False):
    """x with pairs of elements of the last axis turned: y1 = x1 cos - x2 sin, y2 = x2 cos + x1 sin (rotary embedding).

    Called as apply_rope(x, cos, sin), or as apply_rope(x, positions, base=10000.0).

    Parameters
    ----------
    x : array_like or Tensor
        (…, L, E), any float dtype, E even.
    cos, sin : array_like or Tensor
        Broadcast to x with a last axis of E / 2, or of E: then each of a pair has its own.
    positions : array_like or Tensor
        Instead of them: place of each row, (L,) or more axes that broadcast; angle j is position * base^(-2 j / E).
    base : float, optional
        Of the angles.
    interleaved : bool, optional
        Pairs are elements 2 j and 2 j + 1; else j and j + E / 2.

    Returns
    -------
    ndarray or Tensor
        Like x.

    Raises
    ------
    ValueError
        Shapes do not go together.

    Examples
    --------
    >>> numrs.functional.apply_rope(np.ones((2, 4), np.float32), [0, 1]).shape
    (2, 4)
    """
    if _record.used and any_tracked((x,), None):
        return record("apply_rope", apply_rope, (x, cos, sin), {"positions": positions, "base": base,
                      "interleaved": interleaved})
    if isinstance(x, Tensor) and (<Tensor>x).place != 0:
        c, s = _angles(x, cos, sin, positions, base)
        return _rotate_at((<Tensor>x).place, "apply_rope", x, c, s, interleaved, False)
    typed = any_tensor(x, cos, sin)
    a = array_of(plain(x), "apply_rope", "x")
    c, s = _angles(a, cos, sin, positions, base)
    y = _rotate("apply_rope", a, c, s, interleaved, False)
    return tensor_of(y) if typed else y


def apply_rope_backward(grad, cos=None, sin=None, *, positions=None, base=10000.0, interleaved=False):
    """The gradient of apply_rope by x: the transposed map.

    Parameters
    ----------
    grad : array_like or Tensor
        The gradient of the result.
    cos, sin, positions, base, interleaved
        As for apply_rope.

    Returns
    -------
    ndarray or Tensor
        Like grad.
    """
    if isinstance(grad, Tensor) and (<Tensor>grad).place != 0:
        c, s = _angles(grad, cos, sin, positions, base)
        return _rotate_at((<Tensor>grad).place, "apply_rope_backward", grad, c, s, interleaved, True)
    typed = any_tensor(grad, cos, sin)
    a = array_of(plain(grad), "apply_rope_backward", "grad")
    c, s = _angles(a, cos, sin, positions, base)
    y = _rotate("apply_rope_backward", a, c, s, interleaved, True)
    return tensor_of(y) if typed else y
