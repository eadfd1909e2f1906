# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Rows of a table by index, labels as rows of zeros and ones, dropout, and their gradients; ndarrays and Tensors."""
import operator

import numpy as np

from libc.stdint cimport int32_t, int64_t, uint64_t
cimport numpy as cnp

from numrs._ops cimport _record
from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, Held, as_dtype, check, is_float,
                                release_context)
from numrs._ops._nn_operand cimport ARRAYS, elements, given, held, operand, result, where_of
from numrs._ops._random cimport Stream, draw_moves
from numrs._ops._place cimport context_at, context_for
from numrs._ops._record cimport any_tracked, record
from numrs._ops.elementwise_arithmetic import multiply
from numrs._ops.random_generator import default_rng
from numrs._ops.reductions import max as max_of
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.nn_embedding cimport numrs_dropout, numrs_embedding, numrs_embedding_backward, numrs_one_hot
from numrs.c.ops cimport NUMRS_I64, NUMRS_OP_RANDOM_BITS
from numrs.c.random cimport numrs_random_blocks, numrs_random_state
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef object _indices(object x, str name, str argument, numrs_view *view, int32_t where):
    """Indices; an empty list is one of integers."""
    if type(x) is list and len(x) == 0:
        x = np.empty(0, np.int64)
    return operand(x, name, argument, view, where)


cdef int64_t _padding(str name, object padding_idx, int64_t rows) except? -2:
    """padding_idx from 0 on; -1: none."""
    cdef int64_t index
    if padding_idx is None:
        return -1
    index = operator.index(padding_idx)
    if index < -rows or index >= rows:
        raise IndexError(f"{name}: padding_idx is {index}, expected {-rows} to {rows - 1}")
    return index + rows if index < 0 else index


cdef object _embedding(str name, object input, object weight):
    cdef numrs_view vi, vw, vy
    cdef Held hi, hw
    cdef int64_t[33] shape
    cdef int d
    cdef int32_t where = where_of(name, input, weight, input)
    cdef double work
    cdef numrs_status status
    cdef numrs_context *context
    i = _indices(input, name, "input", &vi, where)
    w = operand(weight, name, "weight", &vw, where)
    if vw.ndim != 2:
        raise ValueError(f"{name}: weight has {vw.ndim} dimensions, expected two: rows and their width")
    if vi.ndim >= 32:
        raise ValueError(f"{name}: input has {vi.ndim} dimensions, expected at most 31")
    for d in range(vi.ndim):
        shape[d] = vi.shape[d]
    shape[vi.ndim] = vw.shape[1]
    y = result(where, vi.ndim + 1, shape, vw.dtype, &vy)
    work = 0.1 * <double>(elements(&vy) * BYTES_OF_DTYPE[vw.dtype])
    if work < NOGIL_NS:
        status = numrs_embedding(context_at(where), &vw, &vi, &vy)
    else:
        keep = (held(i, &hi, &vi), held(w, &hw, &vw))
        context = context_for(where, work)
        with nogil:
            status = numrs_embedding(context, &vw, &vi, &vy)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, name)
    return y


def embedding(input, weight, padding_idx=None):
    """Rows of a table: ``weight[input]``.

    Parameters
    ----------
    input : array_like
        Indices of any integer dtype, 0 to rows - 1.
    weight : array_like
        Table of shape (rows, width).
    padding_idx : int, optional
        A row that gets no gradient.

    Returns
    -------
    array
        In the shape of ``input`` with the width behind it.

    Raises
    ------
    IndexError
        For an index outside of the table (negative ones too), or such a padding_idx.
    ValueError, TypeError
        For a table that has not two dimensions, or indices that are no integers.

    Examples
    --------
    >>> numrs.functional.embedding([2, 0], [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    array([[5., 6.],
           [1., 2.]])
    """
    if _record.used and any_tracked((input, weight), None):
        return record("embedding", embedding, (input, weight, padding_idx), {})
    if padding_idx is not None:
        _padding("embedding", padding_idx, len(weight))
    return _embedding("embedding", input, weight)


def embedding_lookup(table, indices):
    """Rows of a table: `embedding` with the table first.

    Parameters
    ----------
    table : array_like
        Of shape (rows, width).
    indices : array_like
        Of any integer dtype, 0 to rows - 1.

    Returns
    -------
    array
        In the shape of ``indices`` with the width behind it.

    Raises
    ------
    IndexError, ValueError, TypeError
        As `embedding`.

    Examples
    --------
    >>> numrs.functional.embedding_lookup([[1.0, 2.0], [3.0, 4.0]], [1])
    array([[3., 4.]])
    """
    if _record.used and any_tracked((table, indices), None):
        return record("embedding_lookup", embedding_lookup, (table, indices), {})
    return _embedding("embedding_lookup", indices, table)


def embedding_backward(grad, input, rows, padding_idx=None):
    """The gradient of `embedding` after its table of that many rows: each row's sum in float64, in the order of input."""
    cdef numrs_view vg, vi, vy
    cdef Held hg, hi
    cdef int64_t[2] shape
    cdef int64_t count = rows, padding
    cdef int32_t where = where_of("embedding_backward", grad, input, grad)
    cdef double work
    cdef numrs_status status
    cdef numrs_context *context
    g = operand(grad, "embedding_backward", "grad", &vg, where)
    i = _indices(input, "embedding_backward", "input", &vi, where)
    if vg.ndim < 1:
        raise ValueError("embedding_backward: grad has no dimensions")
    padding = _padding("embedding_backward", padding_idx, count)
    shape[0] = count
    shape[1] = vg.shape[vg.ndim - 1]
    y = result(where, 2, shape, vg.dtype, &vy)
    work = 0.2 * <double>(elements(&vg) + elements(&vy))
    if work < NOGIL_NS:
        status = numrs_embedding_backward(context_at(where), &vg, &vi, &vy, padding)
    else:
        keep = (held(g, &hg, &vg), held(i, &hi, &vi))
        context = context_for(where, work)
        with nogil:
            status = numrs_embedding_backward(context, &vg, &vi, &vy, padding)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, "embedding_backward")
    return y


def one_hot(input, num_classes=-1, dtype=None):
    """Labels as rows of zeros with a one.

    Parameters
    ----------
    input : array_like
        Labels of any integer dtype, 0 to num_classes - 1.
    num_classes : int
        Length of a row; -1: one more than the greatest label.
    dtype : dtype_like, optional
        Of the result; int64.

    Returns
    -------
    array
        In the shape of ``input`` with num_classes behind it.

    Raises
    ------
    IndexError
        For a label that is no class.
    ValueError, TypeError
        For num_classes below 1, no labels to count classes of, or labels that are no integers.

    Examples
    --------
    >>> numrs.functional.one_hot([1, 0], 3)
    array([[0, 1, 0],
           [1, 0, 0]])
    """
    cdef numrs_view vi, vy
    cdef int64_t[33] shape
    cdef int64_t classes
    cdef int d
    cdef int32_t kind = NUMRS_I64 if dtype is None else as_dtype(dtype, "one_hot")
    cdef int32_t where = where_of("one_hot", input, input, input)
    i = _indices(input, "one_hot", "input", &vi, where)
    if num_classes is None or num_classes == -1:
        if elements(&vi) == 0:
            raise ValueError("one_hot: there are no labels to count classes of; num_classes says how many there are")
        classes = int(max_of(i)) + 1
    else:
        classes = operator.index(num_classes)
    if classes < 1:
        raise ValueError(f"one_hot: num_classes is {classes}, expected 1 or more")
    if vi.ndim >= 32:
        raise ValueError(f"one_hot: input has {vi.ndim} dimensions, expected at most 31")
    for d in range(vi.ndim):
        shape[d] = vi.shape[d]
    shape[vi.ndim] = classes
    y = result(where, vi.ndim + 1, shape, kind, &vy)
    check(numrs_one_hot(context_at(where), &vi, &vy), "one_hot")
    return y


# ------------------------------------------------------------------------------------------------ dropout

cdef object _default = None  # the generator of calls without one, seeded by the operating system


cdef Stream _stream(object rng):
    global _default
    if rng is None:
        if _default is None:
            _default = default_rng()
        rng = _default
    return <Stream?>default_rng(rng)


cdef double _probability(str name, object p) except -1:
    cdef double value = p
    if not 0 <= value <= 1:
        raise ValueError(f"{name}: p is {p}, expected 0 to 1")
    return value


cdef object _drop(str name, object x, double p, const numrs_random_state *state):
    cdef numrs_view vx, vy
    cdef Held hx
    cdef double work
    cdef numrs_random_state mine = state[0]
    cdef numrs_status status
    cdef numrs_context *context
    cdef int32_t where = where_of(name, x, x, x)
    a = operand(x, name, "input", &vx, where)
    if not is_float(vx.dtype):
        a = operand(np.asarray(a, np.float64) if where == ARRAYS else x, name, "input", &vx, where)
        if not is_float(vx.dtype):
            raise TypeError(f"{name}: input has dtype {x.dtype}, expected a float dtype")
    y = result(where, vx.ndim, vx.shape, vx.dtype, &vy)
    work = 0.8 * <double>elements(&vx)
    if work < NOGIL_NS:
        status = numrs_dropout(context_at(where), &mine, &vx, &vy, p)
    else:
        keep = held(a, &hx, &vx)
        context = context_for(where, work)
        with nogil:
            status = numrs_dropout(context, &mine, &vx, &vy, p)
        release_context(context)
        del keep
    if status != NUMRS_OK:
        check(status, name)
    return given(y)


cdef tuple _reserved(str name, object rng, int64_t n):
    """Takes the words of n elements from a generator: the key and place of the first, four numbers."""
    cdef Stream stream = _stream(rng)
    cdef numrs_random_state after, mine
    cdef uint64_t blocks = 0
    check(numrs_random_blocks(NUMRS_OP_RANDOM_BITS, (n + 1) // 2, &blocks), name)
    mine = stream.reserve(blocks, &after)
    draw_moves("on" if rng is None or isinstance(rng, Stream) else "stays")
    return (mine.key[0], mine.key[1], mine.counter[0], mine.counter[1])


cdef object _drop_at(str name, object x, double p, tuple place):
    cdef numrs_random_state state
    state.struct_size = sizeof(numrs_random_state)
    state.reserved = 0
    state.key[0], state.key[1] = place[0], place[1]
    state.counter[0], state.counter[1] = place[2], place[3]
    return _drop(name, x, p, &state)


cdef int64_t _count(object x) except -1:
    return x.size if hasattr(x, "size") and not callable(x.size) else np.size(x)


def dropout(input, p=0.5, training=True, rng=None):
    """Zeros in place of elements chosen at random, the others divided by ``1 - p``.

    Element i depends on the generator's place in its stream and on i only: the same for every number of threads. Nothing
    is stored for the gradient but the place.

    Parameters
    ----------
    input : array_like
        Float dtypes.
    p : float
        The probability of a zero, 0 to 1.
    training : bool
        Without it ``input`` comes back as it is.
    rng : Generator or int, optional
        Where the choice comes from; one of the module, seeded by the operating system, when not given.

    Returns
    -------
    array
        In the shape and dtype of ``input``.

    Raises
    ------
    ValueError, TypeError
        For a p outside of 0 to 1, or a dtype that is no float.

    Examples
    --------
    >>> sorted(set(numrs.functional.dropout(np.ones(100), 0.5, rng=1)))
    [np.float64(0.0), np.float64(2.0)]
    """
    if _record.used and any_tracked((input,), None):
        return record("dropout", dropout, (input, p, training, rng), {})
    return dropout_with_kept(input, p, training, rng)[0]


def dropout_with_kept(input, p=0.5, training=True, rng=None):
    """`dropout` with the place of its choice: for numrs.autograd."""
    cdef double chance = _probability("dropout", p)
    if not training or chance == 0:
        return input, {"place": None}
    place = _reserved("dropout", rng, _count(input))
    return _drop_at("dropout", input, chance, place), {"place": place}


def dropout_backward(grad, p, place):
    """The gradient of `dropout` and `dropout2d` after the input: the same choice once more."""
    if place is None:
        return grad
    if len(place) > 4:
        return multiply(grad, _channels(grad, p, place[:4], place[4]))
    return _drop_at("dropout_backward", grad, p, place)


cdef object _channels(object x, double p, tuple place, int leading):
    """Factors 0 and 1 / (1 - p) of the first `leading` axes of x, with extents 1 behind them."""
    from numrs._ops.creation import ones_like
    one = x[(slice(None),) * leading + (slice(0, 1),) * (x.ndim - leading)]
    return _drop_at("dropout2d", ones_like(one), p, place)


def dropout2d(input, p=0.5, training=True, rng=None):
    """`dropout` of whole channels: axes (N, C, …) are kept or dropped for each n and c; (C, H, W) for each c.

    Parameters
    ----------
    input : array_like
        Float dtypes, three dimensions (C, H, W) or more (N, C, …).
    p, training, rng
        Those of `dropout`.

    Returns
    -------
    array
        In the shape and dtype of ``input``.

    Raises
    ------
    ValueError, TypeError
        For fewer dimensions, a p outside of 0 to 1, or a dtype that is no float.

    Examples
    --------
    >>> numrs.functional.dropout2d(np.ones((2, 3, 4, 4)), 0.5, rng=1).shape
    (2, 3, 4, 4)
    """
    if _record.used and any_tracked((input,), None):
        return record("dropout2d", dropout2d, (input, p, training, rng), {})
    return dropout2d_with_kept(input, p, training, rng)[0]


def dropout2d_with_kept(input, p=0.5, training=True, rng=None):
    """`dropout2d` with the place of its choice: for numrs.autograd."""
    cdef double chance = _probability("dropout2d", p)
    cdef int leading
    if not hasattr(input, "ndim"):
        input = np.asarray(input)
    if input.ndim < 3:
        raise ValueError(f"dropout2d: input has shape {tuple(input.shape)}, expected (C, H, W) or (N, C, …)")
    if not training or chance == 0:
        return input, {"place": None}
    leading = 1 if input.ndim == 3 else 2
    count = 1
    for extent in input.shape[:leading]:
        count *= extent
    place = _reserved("dropout2d", rng, count)
    if _count(input) == 0:
        return input, {"place": (*place, leading)}
    return multiply(input, _channels(input, chance, place, leading)), {"place": (*place, leading)}
