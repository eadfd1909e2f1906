# cython: freethreading_compatible=True
"""The element-wise families: conversion, result dtype, one C call with or without the GIL. Nothing public."""
import numpy as np

from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t
from cpython.float cimport PyFloat_AS_DOUBLE, PyFloat_CheckExact
from cpython.long cimport PyLong_CheckExact
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, PyArray_STRIDES, ndarray

from numrs._ops._array cimport (NOGIL_ELEMENTS, Exports, Held, as_array, check, check_out, dtype_of, empty_like_shape, export_all,
                                finish, hold, interruptible, new_array, release_context, view_of)
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.elementwise cimport (numrs_binary, numrs_binary_dtypes, numrs_ternary, numrs_ternary_dtypes, numrs_unary,
                                  numrs_unary_dtypes)
from numrs.c.ops cimport NUMRS_F32, NUMRS_F64
from numrs.c.view cimport numrs_view

cnp.import_array()


cdef numrs_status _without_gil(int32_t family, int32_t op, const numrs_view *views, tuple arrays) except *:
    """views: inputs then output. Operands are exported, shapes copied to our stack, Ctrl-C is answered."""
    cdef Held held[4]
    cdef int k
    for k in range(family + 1):
        hold(&held[k], &views[k])
    cdef Exports exports = export_all(arrays)
    cdef numrs_context *context = interruptible()
    cdef numrs_status status
    with nogil:
        if family == 1:
            status = numrs_unary(context, op, &held[0].view, &held[1].view)
        elif family == 2:
            status = numrs_binary(context, op, &held[0].view, &held[1].view, &held[2].view)
        else:
            status = numrs_ternary(context, op, &held[0].view, &held[1].view, &held[2].view, &held[3].view)
    release_context(context)
    return status


cdef object unary(int32_t op, str name, object x, object out):
    cdef ndarray a = as_array(x, name, "x"), y
    cdef int32_t dtype = dtype_of(a), compute, result
    cdef numrs_view views[2]
    cdef numrs_status status
    if out is None:
        check(numrs_unary_dtypes(op, dtype, &compute, &result))
        y = empty_like_shape(a, result)
    else:
        y = check_out(out, name)
    views[0] = view_of(a, dtype)
    views[1] = view_of(y, dtype_of(y))
    if PyArray_SIZE(y) < NOGIL_ELEMENTS:
        status = numrs_unary(NULL, op, &views[0], &views[1])
    else:
        status = _without_gil(1, op, views, (a, y))
    if status != NUMRS_OK:
        check(status)
    return finish(y) if out is None else y


cdef ndarray _weak(object x, ndarray other, str name, str argument):
    """A Python number beside an array takes the array's dtype where its kind allows, as NumPy 2 does."""
    if type(x) is bool:
        return <ndarray>np.asarray(x)
    cdef str kind = other.dtype.kind
    if type(x) is int:
        if kind in "iuf":
            try:
                return <ndarray>np.asarray(x, dtype=other.dtype)
            except OverflowError:
                raise OverflowError(f"{name}: {argument} is {x}, which does not fit {other.dtype}") from None
        return <ndarray>np.asarray(x, dtype=np.int64)
    return <ndarray>np.asarray(x, dtype=other.dtype if kind == "f" else np.float64)


cdef bint _is_weak(object x) noexcept:
    return type(x) is float or type(x) is int or type(x) is bool


cdef ndarray _broadcast_result(tuple arrays, int32_t dtype, str name):
    try:
        shape = np.broadcast_shapes(*[(<object>a).shape for a in arrays])
    except ValueError:
        shapes = ", ".join(str((<object>a).shape) for a in arrays)
        raise ValueError(f"{name}: operands with shapes {shapes} do not broadcast") from None
    cdef int64_t extents[64]
    cdef int d, ndim = len(shape)
    for d in range(ndim):
        extents[d] = shape[d]
    return new_array(ndim, extents, dtype)


cdef bint _same_shape(ndarray a, ndarray b) noexcept:
    cdef int d, ndim = PyArray_NDIM(a)
    if ndim != PyArray_NDIM(b):
        return False
    for d in range(ndim):
        if PyArray_DIMS(a)[d] != PyArray_DIMS(b)[d]:
            return False
    return True


cdef object binary(int32_t op, str name, object a, object b, object out):
    cdef ndarray x, z, y
    cdef int32_t dx, dz, compute, result
    cdef numrs_view views[3]
    cdef numrs_status status
    cdef double f64
    cdef float f32
    if PyArray_CheckExact(a) and PyFloat_CheckExact(b):
        # array with a Python float: no 0-d array is made
        x = as_array(a, name, "x1")
        dx = dtype_of(x)
        if dx == NUMRS_F32 or dx == NUMRS_F64:
            f64 = PyFloat_AS_DOUBLE(b)
            f32 = <float>f64
            views[1].data = &f32 if dx == NUMRS_F32 else <void *>&f64
            views[1].shape = NULL
            views[1].strides = NULL
            views[1].ndim = 0
            views[1].dtype = dx
            z = x
            if out is None:
                check(numrs_binary_dtypes(op, dx, dx, &compute, &result))
                y = empty_like_shape(x, result)
            else:
                y = check_out(out, name)
            views[0] = view_of(x, dx)
            views[2] = view_of(y, dtype_of(y))
            if PyArray_SIZE(y) < NOGIL_ELEMENTS:
                status = numrs_binary(NULL, op, &views[0], &views[1], &views[2])
            else:
                status = _without_gil(2, op, views, (x, y))
            if status != NUMRS_OK:
                check(status)
            return finish(y) if out is None else y
    if _is_weak(a) and not _is_weak(b):
        z = as_array(b, name, "x2")
        x = _weak(a, z, name, "x1")
    elif _is_weak(b) and not _is_weak(a):
        x = as_array(a, name, "x1")
        z = _weak(b, x, name, "x2")
    else:
        x = as_array(a, name, "x1")
        z = as_array(b, name, "x2")
    dx = dtype_of(x)
    dz = dtype_of(z)
    if out is None:
        check(numrs_binary_dtypes(op, dx, dz, &compute, &result))
        if _same_shape(x, z) or PyArray_NDIM(z) == 0:
            y = empty_like_shape(x, result)
        else:
            y = _broadcast_result((x, z), result, name)
    else:
        y = check_out(out, name)
    views[0] = view_of(x, dx)
    views[1] = view_of(z, dz)
    views[2] = view_of(y, dtype_of(y))
    if PyArray_SIZE(y) < NOGIL_ELEMENTS:
        status = numrs_binary(NULL, op, &views[0], &views[1], &views[2])
    else:
        status = _without_gil(2, op, views, (x, z, y))
    if status != NUMRS_OK:
        check(status)
    return finish(y) if out is None else y


cdef object ternary(int32_t op, str name, object a, object b, object c, object out):
    cdef ndarray x, z, w, y, strong
    cdef int32_t compute, result
    cdef numrs_view views[4]
    cdef numrs_status status
    cdef list given = [a, b, c], arrays = [None, None, None]
    cdef int k
    # Python numbers take the dtype of the first array beside them (of the values; a condition is none).
    other = None
    for k in range(3):
        if not _is_weak(given[k]):
            arrays[k] = as_array(given[k], name, f"x{k + 1}")
            if other is None and not (k == 0 and name == "where"):
                other = arrays[k]
    for k in range(3):
        if arrays[k] is None:
            arrays[k] = as_array(given[k], name, f"x{k + 1}") if other is None or (k == 0 and name == "where") \
                else _weak(given[k], other, name, f"x{k + 1}")
    x, z, w = arrays
    if out is None:
        check(numrs_ternary_dtypes(op, dtype_of(x), dtype_of(z), dtype_of(w), &compute, &result))
        y = _broadcast_result((x, z, w), result, name)
    else:
        y = check_out(out, name)
    views[0] = view_of(x, dtype_of(x))
    views[1] = view_of(z, dtype_of(z))
    views[2] = view_of(w, dtype_of(w))
    views[3] = view_of(y, dtype_of(y))
    if PyArray_SIZE(y) < NOGIL_ELEMENTS:
        status = numrs_ternary(NULL, op, &views[0], &views[1], &views[2], &views[3])
    else:
        status = _without_gil(3, op, views, (x, z, w, y))
    if status != NUMRS_OK:
        check(status)
    return finish(y) if out is None else y
