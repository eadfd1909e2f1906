# cython: freethreading_compatible=True
"""What network functions share: operands as views, results of the kind of the operands, numbers for each axis."""
from operator import index

from libc.stdint cimport int32_t, int64_t
from numpy cimport PyArray_CheckExact, ndarray

from numrs._ops._array cimport Held, as_array, dtype_of, hold, new_array, pin, view_of
from numrs._ops._storage cimport new_tensor
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport any_tensor, plain
from numrs.c.view cimport numrs_view


cdef object operand(object x, str name, str argument, numrs_view *view, bint *tensor):
    """A view of x and what keeps its memory. tensor: set where x is one, or another library's array."""
    if type(x) is Tensor:
        view[0] = (<Tensor>x).view
        if view.dtype == 0:
            raise TypeError(f"{name}: {argument} is a Tensor that was never initialised")
        tensor[0] = True
        return x
    if not PyArray_CheckExact(x) or dtype_of(<ndarray>x) == 0:
        if any_tensor(x, None, None):
            tensor[0] = True
        x = as_array(plain(x), name, argument)
    view[0] = view_of(<ndarray>x, dtype_of(<ndarray>x))
    return x


cdef object result(int ndim, const int64_t *shape, int32_t dtype, bint tensor, numrs_view *view):
    """A new array or tensor and its view."""
    if tensor:
        t = new_tensor(ndim, shape, dtype)
        view[0] = (<Tensor>t).view
        return t
    a = new_array(ndim, shape, dtype)
    view[0] = view_of(<ndarray>a, dtype_of(<ndarray>a))
    return a


cdef list hold_all(numrs_view *views, Held *held, int count, tuple operands):
    """Makes views independent of the arrays' own shapes, for a call without the GIL; the result keeps their memory."""
    cdef int i
    for i in range(count):
        if views[i].dtype == 0:
            continue
        hold(&held[i], &views[i])
        views[i] = held[i].view
    return [pin(<ndarray>x) if isinstance(x, ndarray) else x for x in operands]


cdef int numbers(object value, str name, str argument, int spatial, int64_t *out) except -1:
    """An int for all spatial axes, or one for each."""
    cdef int i
    if isinstance(value, (tuple, list)):
        if len(value) == 1 and spatial > 1:
            value = tuple(value) * spatial
        if len(value) != spatial:
            raise ValueError(f"{name}: {argument} is {value}, expected an int or {spatial} of them")
        for i in range(spatial):
            out[i] = index(value[i])
        return 0
    try:
        number = index(value)
    except TypeError:
        raise TypeError(f"{name}: {argument} is {value!r}, expected an int or {spatial} of them") from None
    for i in range(spatial):
        out[i] = number
    return 0
