# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Products of matrices: matmul, inner, outer, dot."""
import numpy as np

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, as_array, check, check_out, dtype_of, finish, hold,
                                interruptible, new_array, pin, release_context, view_of)
from numrs._ops._reduce cimport given_out, vecdot_
from numrs._ops._device_calls cimport Product, ProductShape, at_device, device_product
from numrs._ops._record cimport record
from numrs._ops._storage cimport tensor_of, tracked
from numrs._ops._typed cimport any_tensor, plain, plain_target
from numrs._ops.elementwise_arithmetic import multiply
from numrs._ops._typed import tensors
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.linalg cimport (numrs_inner, numrs_inner_shape, numrs_matmul, numrs_matmul_shape, numrs_outer,
                             numrs_outer_shape)
from numrs.c.view cimport numrs_promote, numrs_view

cnp.import_array()


cdef object _product(Product call, ProductShape shape_of, str name, object x1, object x2, object out):
    if not (PyArray_CheckExact(x1) and PyArray_CheckExact(x2)) and any_tensor(x1, x2, out):
        if tracked(x1) or tracked(x2):
            return record(name, None, (x1, x2), {"out": out} if out is not None else {})
        if at_device(x1) or at_device(x2):
            return device_product(call, shape_of, name, x1, x2, out)
        made = _product(call, shape_of, name, plain(x1), plain(x2), plain_target(out))
        return given_out(out) if out is not None else tensor_of(made)
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


@tensors
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


@tensors
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
