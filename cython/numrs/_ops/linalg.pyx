# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Products of matrices: matmul, inner, outer, dot, tensordot; the transpose."""
import math

import numpy as np
from numpy.exceptions import AxisError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, as_array, check, check_out, dtype_of, finish, hold,
                                interruptible, new_array, pin, release_context, view_of)
from numrs._ops._reduce cimport vecdot_
from numrs._ops.elementwise_arithmetic import multiply
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.linalg cimport (numrs_inner, numrs_inner_shape, numrs_matmul, numrs_matmul_shape, numrs_outer,
                             numrs_outer_shape)
from numrs.c.view cimport numrs_promote, numrs_view

cnp.import_array()


ctypedef numrs_status (*Product)(numrs_context *, const numrs_view *, const numrs_view *,
                                 const numrs_view *) noexcept nogil
ctypedef numrs_status (*ProductShape)(const numrs_view *, const numrs_view *, int32_t *, int64_t *) noexcept nogil

cdef object _product(Product call, ProductShape shape_of, str name, object x1, object x2, object out):
    cdef ndarray a = array_of(x1, name, "x1"), b = array_of(x2, name, "x2"), y
    cdef numrs_view va = view_of(a, dtype_of(a)), vb = view_of(b, dtype_of(b)), vy
    cdef int64_t shape[64]
    cdef int32_t ndim
    cdef Held held_a, held_b, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if out is None:
        check(shape_of(&va, &vb, &ndim, shape), name)
        y = new_array(ndim, shape, numrs_promote(va.dtype, vb.dtype))
    else:
        y = check_out(out, name)
    vy = view_of(y, dtype_of(y))
    # About 0.1 ns per multiplication; the inner extent of an outer product is 1.
    work_ns = 0.1 * <double>PyArray_SIZE(y) * (<double>va.shape[va.ndim - 1] if va.ndim and call != numrs_outer
                                               else 1.0)
    if work_ns < NOGIL_NS:
        status = call(NULL, &va, &vb, &vy)
    else:
        hold(&held_a, &va)
        hold(&held_b, &vb)
        hold(&held_y, &vy)
        pins = (pin(a), pin(b), pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = call(context, &held_a.view, &held_b.view, &held_y.view)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return finish(y) if out is None else y


def matmul(x1, x2, /, out=None):
    """Matrix product.

    Parameters
    ----------
    x1, x2 : array_like
        (..., m, k) and (..., k, n), leading axes broadcast; a 1-d operand is a row or a column.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray or scalar
        (..., m, n) in the promoted dtype; the same bits for every number of threads.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a wrong ``out``.

    Examples
    --------
    >>> numrs.matmul([[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0])
    array([3., 7.])
    """
    return _product(numrs_matmul, numrs_matmul_shape, "matmul", x1, x2, out)


def inner(x1, x2, /, out=None):
    """Sum of products over the last axes, as numpy.inner.

    Parameters
    ----------
    x1, x2 : array_like
        The same extent of the last axis.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray or scalar
        Shape ``x1.shape[:-1] + x2.shape[:-1]``.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a wrong ``out``.

    Examples
    --------
    >>> numrs.inner([1.0, 2.0], [3.0, 4.0])
    np.float64(11.0)
    """
    return _product(numrs_inner, numrs_inner_shape, "inner", x1, x2, out)


def outer(x1, x2, /, out=None):
    """Products of every element with every other.

    Parameters
    ----------
    x1, x2 : array_like
        1-d; more dimensions are flattened, as numpy.outer does.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray or scalar
        Shape ``(x1.size, x2.size)``.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a wrong ``out``.

    Examples
    --------
    >>> numrs.outer([1.0, 2.0], [3.0, 4.0])
    array([[3., 4.],
           [6., 8.]])
    """
    flat1, flat2 = as_array(x1, "outer", "x1").ravel(), as_array(x2, "outer", "x2").ravel()
    return _product(numrs_outer, numrs_outer_shape, "outer", flat1, flat2, out)


def dot(x1, x2, /, out=None):
    """Dot product, as numpy.dot.

    Parameters
    ----------
    x1, x2 : array_like
        Vectors, matrices, or more dimensions.
    out : ndarray, optional
        Receives the result; may overlap the inputs.

    Returns
    -------
    ndarray or scalar
        Of two vectors: their `vecdot`; of matrices: their `matmul`; else the sum over the last axis of ``x1`` and the
        last but one of ``x2``.

    Raises
    ------
    ValueError
        For shapes that do not go together, or a wrong ``out``.

    Examples
    --------
    >>> numrs.dot([1.0, 2.0], [3.0, 4.0])
    np.float64(11.0)
    """
    cdef object a = as_array(x1, "dot", "x1"), b = as_array(x2, "dot", "x2")
    if a.ndim == 0 or b.ndim == 0:
        return multiply(a, b, out)
    if a.ndim == 1 and b.ndim == 1 and out is None and a.dtype.kind != "c" and b.dtype.kind != "c":
        return vecdot_("dot", a, b, -1)
    if b.ndim <= 2:
        return _product(numrs_matmul, numrs_matmul_shape, "dot", a, b, out)
    return _product(numrs_inner, numrs_inner_shape, "dot", a, np.swapaxes(b, -1, -2), out)


def tensordot(x1, x2, /, *, axes=2):
    """Sum of products over several axes.

    Parameters
    ----------
    x1, x2 : array_like
        Operands.
    axes : int or pair of sequences of ints
        So many last axes of `x1` and first ones of `x2`, or the axes of each that go together.

    Returns
    -------
    ndarray or scalar
        The other axes of `x1`, then those of `x2`.

    Raises
    ------
    ValueError
        For extents that differ, or axes that there are not.

    Examples
    --------
    >>> numrs.tensordot([[1.0, 2.0], [3.0, 4.0]], [[1.0, 0.0], [0.0, 1.0]])
    np.float64(5.0)
    """
    cdef object a = as_array(x1, "tensordot", "x1"), b = as_array(x2, "tensordot", "x2")
    if hasattr(axes, "__index__"):
        count = axes.__index__()
        if not 0 <= count <= min(a.ndim, b.ndim):
            raise ValueError(f"tensordot: axes is {count}, expected 0 to {min(a.ndim, b.ndim)}")
        first, second = list(range(a.ndim - count, a.ndim)), list(range(count))
    else:
        try:
            first, second = ([side.__index__()] if hasattr(side, "__index__") else [axis.__index__() for axis in side]
                             for side in axes)
        except (TypeError, ValueError, AttributeError):
            raise TypeError(f"tensordot: axes is {axes!r}, expected an integer or two sequences of integers") from None
    for side, array, name in ((first, a, "x1"), (second, b, "x2")):
        for i, axis in enumerate(side):
            if not -array.ndim <= axis < array.ndim:
                raise AxisError(f"tensordot: axis {axis} is out of bounds for {name} of shape {array.shape}")
            side[i] = axis % array.ndim
        if len(set(side)) != len(side):
            raise ValueError(f"tensordot: an axis of {name} is given twice in {axes!r}")
    if [a.shape[i] for i in first] != [b.shape[i] for i in second]:
        raise ValueError(f"tensordot: x1 has shape {a.shape} and x2 {b.shape}; their extents along axes {first} and "
                         f"{second} differ")
    kept_a = [i for i in range(a.ndim) if i not in first]
    kept_b = [i for i in range(b.ndim) if i not in second]
    inner_size = math.prod(a.shape[i] for i in first)
    left = np.reshape(np.transpose(a, kept_a + first), (math.prod(a.shape[i] for i in kept_a), inner_size))
    right = np.reshape(np.transpose(b, second + kept_b), (inner_size, math.prod(b.shape[i] for i in kept_b)))
    y = np.reshape(matmul(left, right), [a.shape[i] for i in kept_a] + [b.shape[i] for i in kept_b])
    return y[()]


def matrix_transpose(x, /):
    """Transposed matrices, without a copy.

    Parameters
    ----------
    x : array_like
        (..., m, n).

    Returns
    -------
    ndarray
        (..., n, m), a view of `x`.

    Raises
    ------
    ValueError
        For less than two dimensions.

    Examples
    --------
    >>> numrs.matrix_transpose([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    """
    cdef object a = as_array(x, "matrix_transpose", "x")
    if a.ndim < 2:
        raise ValueError(f"matrix_transpose: x has shape {a.shape}, expected at least 2 dimensions")
    return np.swapaxes(a, -1, -2)
