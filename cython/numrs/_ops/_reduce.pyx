# cython: freethreading_compatible=True
"""The reduction and scan families: axes, result shape and dtype, one C call with or without the GIL. Nothing public."""
import numpy as np
from numpy.exceptions import AxisError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DATA, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_ELEMENTS, NUMPY_OF_DTYPE, Exports, Held, as_array, check, check_out, dtype_of, export_all,
                                finish, hold, interruptible, new_array, release_context, view_of)
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.reduce cimport numrs_reduce, numrs_reduce_dtype, numrs_scan, numrs_scan_dtype, numrs_vecdot
from numrs.c.view cimport numrs_promote, numrs_view

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    object PyArray_Scalar(void *data, cnp.dtype descr, object base)
    cnp.dtype PyArray_DescrFromType(int number)


cdef int32_t _axis(object axis, int ndim, str name, tuple shape) except? -100:
    """One axis as 0 … ndim-1."""
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"{name}: axis is {axis}, expected an int, not a bool")
    try:
        index = axis.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: axis is of type {type(axis).__name__}, expected an int or a tuple of ints") from None
    if not -ndim <= index < ndim:
        valid = f"{-ndim}..{ndim - 1}" if ndim else "none"
        raise AxisError(f"{name}: axis {index} is out of bounds for {ndim}-d input (shape {shape}); valid: {valid}")
    return index + ndim if index < 0 else index


cdef numrs_status _reduce_without_gil(int32_t op, ndarray x, ndarray w, ndarray y, const numrs_view *vx, const numrs_view *vw,
                                      const numrs_view *vy, const int32_t *axes, int32_t count, double correction) except *:
    cdef Held held_x, held_w, held_y
    cdef Exports exports = export_all((x, y) if w is None else (x, w, y))
    cdef numrs_context *context = interruptible()
    cdef const numrs_view *where = NULL
    cdef numrs_status status
    hold(&held_x, vx)
    hold(&held_y, vy)
    if w is not None:
        hold(&held_w, vw)
        where = &held_w.view
    with nogil:
        status = numrs_reduce(context, op, &held_x.view, where, &held_y.view, axes, count, correction)
    release_context(context)
    return status


cdef object _reduce_all(int32_t op, ndarray x, double correction):
    """Everything to one NumPy scalar: the usual small call."""
    cdef int64_t[2] value
    cdef int32_t dtype = dtype_of(x), result
    cdef numrs_view vx = view_of(x, dtype), vy
    cdef Held held
    cdef Exports exports
    cdef numrs_context *context
    cdef numrs_status status = numrs_reduce_dtype(op, dtype, &result)
    if status != NUMRS_OK:
        check(status)
    vy.data = value
    vy.shape = NULL
    vy.strides = NULL
    vy.ndim = 0
    vy.dtype = result
    if PyArray_SIZE(x) < NOGIL_ELEMENTS:
        status = numrs_reduce(NULL, op, &vx, NULL, &vy, NULL, -1, correction)
    else:
        hold(&held, &vx)
        exports = export_all((x,))
        context = interruptible()
        with nogil:
            status = numrs_reduce(context, op, &held.view, NULL, &vy, NULL, -1, correction)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return PyArray_Scalar(value, PyArray_DescrFromType(NUMPY_OF_DTYPE[result]), None)


cdef object reduce(int32_t op, str name, object x, object axis, object out, object keepdims, object where, double correction):
    cdef ndarray a = as_array(x, name, "x"), w = None, y
    if axis is None and out is None and (where is None or where is True) and not keepdims:
        return _reduce_all(op, a, correction)
    cdef int ndim = PyArray_NDIM(a), d, kept = 0
    cdef int32_t axes[64]
    cdef int32_t count = 0, result, dtype = dtype_of(a)
    cdef bint[64] reduced
    cdef int64_t shape[64]
    cdef tuple a_shape = (<object>a).shape
    for d in range(64):
        reduced[d] = axis is None
    if axis is None:
        count = -1
    else:
        for one in (axis if isinstance(axis, tuple) else (axis,)):
            d = _axis(one, ndim, name, a_shape)
            if reduced[d]:
                raise ValueError(f"{name}: axis {d} is given twice in {axis}")
            reduced[d] = True
            axes[count] = d
            count += 1
    if where is not None and where is not True:
        w = as_array(where, name, "where")
        if (<object>w).dtype != np.bool_:
            raise TypeError(f"{name}: where has dtype {(<object>w).dtype}, expected bool")
    if out is None:
        check(numrs_reduce_dtype(op, dtype, &result))
        for d in range(ndim):
            if not reduced[d]:
                shape[kept] = PyArray_DIMS(a)[d]
                kept += 1
            elif keepdims:
                shape[kept] = 1
                kept += 1
        y = new_array(kept, shape, result)
    else:
        y = check_out(out, name)
    cdef numrs_view vx = view_of(a, dtype), vy = view_of(y, dtype_of(y)), vw
    if w is not None:
        vw = view_of(w, dtype_of(w))
    cdef numrs_status status
    if PyArray_SIZE(a) < NOGIL_ELEMENTS:
        status = numrs_reduce(NULL, op, &vx, &vw if w is not None else NULL, &vy, axes, count, correction)
    else:
        status = _reduce_without_gil(op, a, w, y, &vx, &vw, &vy, axes, count, correction)
    if status != NUMRS_OK:
        check(status)
    return finish(y) if out is None else y


cdef object scan(int32_t op, str name, object x, object axis, object out, object include_initial):
    cdef ndarray a = as_array(x, name, "x"), y
    cdef int ndim = PyArray_NDIM(a), d
    cdef int32_t along, result, dtype = dtype_of(a), initial = 1 if include_initial else 0
    cdef int64_t shape[64]
    if ndim == 0:
        raise ValueError(f"{name}: x has no dimensions, expected at least 1")
    if axis is None:
        if ndim != 1:
            raise ValueError(f"{name}: axis is None and x has {ndim} dimensions (shape {(<object>a).shape}); give an axis")
        along = 0
    else:
        along = _axis(axis, ndim, name, (<object>a).shape)
    if out is None:
        check(numrs_scan_dtype(op, dtype, &result))
        for d in range(ndim):
            shape[d] = PyArray_DIMS(a)[d] + (initial if d == along else 0)
        y = new_array(ndim, shape, result)
    else:
        y = check_out(out, name)
    cdef numrs_view vx = view_of(a, dtype), vy = view_of(y, dtype_of(y))
    cdef Held held_x, held_y
    cdef Exports exports
    cdef numrs_context *context
    cdef numrs_status status
    if PyArray_SIZE(a) < NOGIL_ELEMENTS:
        status = numrs_scan(NULL, op, &vx, &vy, along, initial)
    else:
        hold(&held_x, &vx)
        hold(&held_y, &vy)
        exports = export_all((a, y))
        context = interruptible()
        with nogil:
            status = numrs_scan(context, op, &held_x.view, &held_y.view, along, initial)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return y


cdef object vecdot_(str name, object x1, object x2, object axis):
    cdef ndarray a = as_array(x1, name, "x1"), b = as_array(x2, name, "x2"), y
    try:
        common = np.broadcast_shapes((<object>a).shape, (<object>b).shape)
    except ValueError:
        raise ValueError(f"{name}: operands with shapes {(<object>a).shape}, {(<object>b).shape} do not broadcast") from None
    cdef int ndim = len(common), d, kept = 0
    if ndim == 0:
        raise ValueError(f"{name}: x1 and x2 have no dimensions, expected at least 1")
    cdef int32_t along = _axis(axis, ndim, name, common)
    cdef int64_t shape[64]
    if PyArray_NDIM(a) == 0 or PyArray_NDIM(b) == 0 or (<object>a).shape[along - ndim:][:1] != (<object>b).shape[along - ndim:][:1]:
        raise ValueError(f"{name}: the extents along axis {axis} differ: shapes {(<object>a).shape} and {(<object>b).shape}")
    for d in range(ndim):
        if d != along:
            shape[kept] = common[d]
            kept += 1
    y = new_array(kept, shape, numrs_promote(dtype_of(a), dtype_of(b)))
    cdef numrs_view va = view_of(a, dtype_of(a)), vb = view_of(b, dtype_of(b)), vy = view_of(y, dtype_of(y))
    cdef Held held_a, held_b, held_y
    cdef Exports exports
    cdef numrs_context *context
    cdef numrs_status status
    if PyArray_SIZE(a) < NOGIL_ELEMENTS and PyArray_SIZE(b) < NOGIL_ELEMENTS:
        status = numrs_vecdot(NULL, &va, &vb, &vy, along)
    else:
        hold(&held_a, &va)
        hold(&held_b, &vb)
        hold(&held_y, &vy)
        exports = export_all((a, b, y))
        context = interruptible()
        with nogil:
            status = numrs_vecdot(context, &held_a.view, &held_b.view, &held_y.view, along)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return finish(y)
