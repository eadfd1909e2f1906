# cython: freethreading_compatible=True
"""Operands and results of network functions: Tensors without a detour, ndarrays and lists. Nothing public."""
import numpy as np

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport ndarray

from numrs._ops._array cimport Held, as_array, dtype_of, finished, hold, is_float, new_array, pin, view_of
from numrs._ops._storage cimport new_tensor
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport plain
from numrs.c.ops cimport NUMRS_F64
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef object operand(object x, str name, str argument, numrs_view *view):
    """A view of a tensor or of what becomes an ndarray, and what keeps its memory."""
    if type(x) is Tensor:
        view[0] = (<Tensor>x).view
        if view.dtype == 0:
            raise TypeError(f"{name}: {argument} is a Tensor that was never initialised")
        return x
    a = as_array(plain(x), name, argument)
    view[0] = view_of(<ndarray>a, dtype_of(<ndarray>a))
    return a


cdef object result(bint tensor, int ndim, const int64_t *shape, int32_t dtype, numrs_view *view):
    """An uninitialised Tensor or ndarray and its view."""
    cdef Tensor t
    cdef ndarray y
    if tensor:
        t = new_tensor(ndim, shape, dtype)
        view[0] = t.view
        return t
    y = new_array(ndim, shape, dtype)
    view[0] = view_of(y, dtype)
    return y


cdef object given(object y):
    """A result as it is given back: an ndarray without dimensions becomes a NumPy scalar."""
    return y if type(y) is Tensor else finished(<ndarray>y)


cdef int32_t reduction_of(str name, object reduction) except -1:
    if reduction == "mean":
        return 1
    if reduction == "sum":
        return 2
    if reduction == "none":
        return 0
    raise ValueError(f"{name}: reduction is {reduction!r}, expected 'none', 'mean' or 'sum'")


cdef object held(object x, Held *to, numrs_view *view):
    """Makes a view last while the GIL is released; what is returned keeps the memory. Views of tensors last as they are."""
    if x is None or type(x) is Tensor:
        return None
    hold(to, view)
    view[0] = to.view
    return pin(<ndarray>x)


cdef int64_t elements(const numrs_view *view) noexcept:
    cdef int64_t n = 1
    cdef int d
    for d in range(view.ndim):
        n *= view.shape[d]
    return n


cdef object float_operand(object x, str name, str argument, numrs_view *view):
    """An operand whose integers and bools become float64."""
    kept = operand(x, name, argument, view)
    if is_float(view.dtype):
        return kept
    a = as_array(plain(x), name, argument)
    if a.dtype.kind == "c":
        raise TypeError(f"{name}: {argument} has dtype {a.dtype}, expected real numbers")
    a = a.astype(np.float64)
    view[0] = view_of(<ndarray>a, NUMRS_F64)
    return a
