# cython: freethreading_compatible=True
"""The family of statistics of lines: axes, result shape and dtype, one C call, with or without the GIL."""
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, as_array, check, check_out, dtype_of, finish, hold,
                                interruptible, new_array, pin, release_context, table_of, view_of)
from numrs._ops._reduce cimport axis_of, given_out, reduced_table, shape_of
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_BOOL
from numrs.c.stats cimport numrs_stat, numrs_stat_dtype, numrs_stat_shape
from numrs.c.view cimport numrs_view

from numrs._ops._tables import pair

cnp.import_array()


cdef object _stat_of_table(int32_t op, str name, object table, object second, object x, object x2, object axis,
                           object out, object keepdims, object where, tuple parameters):
    """The same kind where there is a result per element, else a scalar or one value per label; several results per line
    stay an array."""
    cdef int32_t inputs, outputs
    check(numrs_stat_shape(op, &inputs, &outputs))
    if x2 is None:
        x = table.values
    else:
        table, x, x2 = pair(table, second, x, x2, name)
    axis = table.along(axis)
    if outputs == 0 and table.frame and type(axis) is int and axis == -1:
        axis = 0  # as pandas
    y = stat(op, name, x, x2, axis, out, keepdims, where, parameters)
    if out is not None or outputs > 1:
        return y
    return table.like(y, axis, 1) if outputs == 0 else reduced_table(table, y, axis, out, keepdims)


cdef object stat(int32_t op, str name, object x, object x2, object axis, object out, object keepdims, object where,
                 tuple parameters):
    cdef object table, second
    if not PyArray_CheckExact(x) or not (x2 is None or PyArray_CheckExact(x2)):
        table, second = table_of(x, name, "x"), None if x2 is None else table_of(x2, name, "x2")
        if table is not None or second is not None:
            return _stat_of_table(op, name, table, second, x, x2, axis, out, keepdims, where, parameters)
    cdef ndarray a = array_of(x, name, "x"), b = None, w = None, y
    cdef int ndim = PyArray_NDIM(a), d, kept = 0
    cdef int32_t axes[64]
    cdef int32_t count = 0, inputs, outputs, result
    cdef bint[64] reduced
    cdef int64_t shape[65]
    cdef double values[4]
    cdef bint keep = bool(keepdims)
    cdef numrs_view va, vb, vw, vy
    cdef Held held_a, held_b, held_w, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns
    check(numrs_stat_shape(op, &inputs, &outputs))
    va = view_of(a, dtype_of(a))
    if inputs == 2:
        b = array_of(x2, name, "x2")
        vb = view_of(b, dtype_of(b))
    check(numrs_stat_dtype(op, va.dtype, vb.dtype if inputs == 2 else va.dtype, &result), name)
    for d in range(64):
        reduced[d] = axis is None
    if axis is None:
        count = -1
    else:
        for one in axis if type(axis) is tuple else (axis,):
            d = axis_of(one, ndim, name, shape_of(a))
            if reduced[d]:
                raise ValueError(f"{name}: axis {d} is given twice in {axis}")
            reduced[d] = True
            axes[count] = d
            count += 1
    if where is not None and where is not True:
        w = as_array(where, name, "where")
        if dtype_of(w) != NUMRS_BOOL:
            raise TypeError(f"{name}: where has dtype {(<object>w).dtype}, expected bool")
        vw = view_of(w, NUMRS_BOOL)
    for d in range(len(parameters)):
        values[d] = parameters[d]
    for d in range(ndim):
        if outputs == 0 or not reduced[d]:
            shape[kept] = PyArray_DIMS(a)[d]
            kept += 1
        elif keep:
            shape[kept] = 1
            kept += 1
    if outputs > 1:
        shape[kept] = outputs
        kept += 1
    out = given_out(out)
    if out is None:
        y = new_array(kept, shape, result)
    else:
        y = check_out(out, name)
        wanted = tuple([shape[d] for d in range(kept)])
        if shape_of(y) != wanted:
            raise ValueError(f"{name}: out has shape {shape_of(y)}, expected {wanted}")
    vy = view_of(y, dtype_of(y))
    work_ns = 2.0 * <double>PyArray_SIZE(a) + 50.0 * <double>PyArray_SIZE(y)
    if work_ns < NOGIL_NS:
        status = numrs_stat(NULL, op, &va, &vb if b is not None else NULL, &vw if w is not None else NULL, &vy, axes,
                            count, values, <int32_t>len(parameters))
    else:
        hold(&held_a, &va)
        hold(&held_y, &vy)
        if b is not None:
            hold(&held_b, &vb)
        if w is not None:
            hold(&held_w, &vw)
        pins = (pin(a), pin(y), None if b is None else pin(b), None if w is None else pin(w))
        context = interruptible(work_ns * 20)
        status = _without_gil(context, op, &held_a.view, &held_b.view if b is not None else NULL,
                              &held_w.view if w is not None else NULL, &held_y.view, axes, count, values,
                              <int32_t>len(parameters))
        release_context(context)
        del pins
    check(status, name)
    return finish(y) if out is None else y


cdef numrs_status _without_gil(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2,
                               const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t count,
                               const double *parameters, int32_t n_parameters) noexcept:
    cdef numrs_status status
    with nogil:
        status = numrs_stat(context, op, x, x2, where, y, axes, count, parameters, n_parameters)
    return status


cdef double number_of(str name, str argument, object value) except? -1.25:
    """A parameter as a float."""
    try:
        return float(value)
    except (TypeError, ValueError):
        raise TypeError(f"{name}: {argument} is of type {type(value).__name__}, expected a number") from None
