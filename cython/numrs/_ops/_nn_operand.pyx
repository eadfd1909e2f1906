# cython: freethreading_compatible=True
"""Operands and results of network functions: Tensors without a detour, ndarrays and lists. Nothing public."""
from operator import index

import numpy as np

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, ndarray

from numrs._ops._array cimport Held, as_array, dtype_of, finished, hold, is_float, new_array, pin, view_of
from numrs._ops._place cimport device_at, place_of_any
from numrs._ops._storage cimport new_tensor_at, set_recording
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport any_tensor, plain
from numrs.c.ops cimport NUMRS_F64
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef object _elsewhere(object x, str name, str argument, int32_t where):
    """The error for an operand that is not where the call runs."""
    found = f"a Tensor on {x.device}" if isinstance(x, Tensor) else f"of type {type(x).__name__}, in memory of the CPU"
    return ValueError(f"{name}: {argument} is {found}, the other operands are on {device_at(max(where, 0))}; bring them to one "
                      "device with .to(device) or numrs.asarray(…, device=…)")


cdef int32_t where_of_tensors(str name, object a, object b, object c) except -3:
    """Where a call with these operands runs, one of which is a tensor, or another library's array, which becomes one."""
    return place_of_any(name, a, b, c)


cdef object operand(object x, str name, str argument, numrs_view *view, int32_t where):
    """A view of a tensor or of what becomes an ndarray, and what keeps its memory. It has to be where the call runs."""
    if type(x) is Tensor:
        view[0] = (<Tensor>x).view
        if (<Tensor>x).place != where and (where > 0 or (<Tensor>x).place > 0):
            raise _elsewhere(x, name, argument, where)
        if view.dtype == 0:
            raise TypeError(f"{name}: {argument} is a Tensor that was never initialised")
        return x
    if where > 0:
        raise _elsewhere(x, name, argument, where)
    a = as_array(plain(x), name, argument)
    view[0] = view_of(<ndarray>a, dtype_of(<ndarray>a))
    return a


cdef object operand_of(object x, str name, str argument, numrs_view *view, int32_t *where):
    """The same, operand by operand: each says where the call runs, and the first one whether that is on a device."""
    cdef int32_t place
    if type(x) is Tensor:
        place = (<Tensor>x).place
        if where[0] == NOTHING or (where[0] == ARRAYS and place == 0):
            where[0] = place
        elif where[0] != place:
            raise _elsewhere(x, name, argument, where[0])
    elif where[0] == NOTHING:
        where[0] = 0 if not PyArray_CheckExact(x) and any_tensor(x, None, None) else ARRAYS
    elif where[0] == ARRAYS and not PyArray_CheckExact(x) and any_tensor(x, None, None):
        where[0] = 0
    return operand(x, name, argument, view, where[0])


cdef object result(int32_t where, int ndim, const int64_t *shape, int32_t dtype, numrs_view *view):
    """An uninitialised Tensor or ndarray and its view."""
    cdef Tensor t
    cdef ndarray y
    if where >= 0:
        t = new_tensor_at(where, ndim, shape, dtype)
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


cdef object float_operand(object x, str name, str argument, numrs_view *view, int32_t where):
    """An operand whose integers and bools become float64."""
    kept = operand(x, name, argument, view, where)
    if is_float(view.dtype):
        return kept
    if where > 0:
        if x.dtype.kind == "c":
            raise TypeError(f"{name}: {argument} has dtype {x.dtype}, expected real numbers")
        x = x.astype(np.float64)
        view[0] = (<Tensor>x).view
        return x
    a = as_array(plain(x), name, argument)
    if a.dtype.kind == "c":
        raise TypeError(f"{name}: {argument} has dtype {a.dtype}, expected real numbers")
    a = a.astype(np.float64)
    view[0] = view_of(<ndarray>a, NUMRS_F64)
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


cdef object by_formula(object function, tuple args):
    """A loss whose weights are followed, which its kernel has no gradient for: by the functions that it is made of. The kernel
    is called too, for its checks."""
    import numrs
    cdef bint before = set_recording(False)
    try:
        function(*args)
    finally:
        set_recording(before)
    first = args[0] if type(args[0]) is Tensor else numrs.asarray(args[0])
    return numrs.autograd.find_rule(function.__name__).second.compute(first, *args[1:])
