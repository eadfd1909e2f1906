# cython: freethreading_compatible=True
"""The reduction and scan families: axes, result shape and dtype, one C call with or without the GIL. Nothing public."""
import numpy as np
from numpy.exceptions import AxisError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DIMS, PyArray_NDIM, ndarray

from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, Held, array_of, as_array, broadcast, check, check_out,
                                dtype_of, finish, hold, interruptible, new_array, pin, release_context, scalar,
                                size_of, table_of, view_of)
from numrs._ops._device_calls cimport at_device, device_reduce, device_scan, device_vecdot, mask_at
from numrs._ops._record cimport record
from numrs._ops._storage cimport tensor_of, tracked
from numrs._ops._tensor cimport Tensor
from numrs._ops._typed cimport any_tensor, plain, plain_target, tensor_reduce_all
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.reduce cimport numrs_reduce, numrs_reduce_dtype, numrs_scan, numrs_scan_dtype, numrs_vecdot
from numrs.c.ops cimport NUMRS_BOOL
from numrs.c.view cimport numrs_dtype_name, numrs_promote, numrs_view

cnp.import_array()

cdef enum:
    OPS = 64
    DTYPES = 16

# Result dtype of a reduction and of a scan; 0: refused. Filled from the library's tables.
cdef int32_t[OPS][DTYPES] REDUCE_RESULT
cdef int32_t[OPS][DTYPES] SCAN_RESULT

cdef void _fill() noexcept:
    cdef int32_t op, dtype, result
    for op in range(OPS):
        for dtype in range(DTYPES):
            REDUCE_RESULT[op][dtype] = SCAN_RESULT[op][dtype] = 0
            if BYTES_OF_DTYPE[dtype] == 0:
                continue
            if op <= ops.NUMRS_OP_COUNT and numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK:
                REDUCE_RESULT[op][dtype] = result
            if op <= ops.NUMRS_OP_CUMULATIVE_MIN and numrs_scan_dtype(op, dtype, &result) == NUMRS_OK:
                SCAN_RESULT[op][dtype] = result

_fill()


cdef inline double _work_ns(ndarray x, int32_t dtype) noexcept:
    return <double>size_of(x) * <double>BYTES_OF_DTYPE[dtype] * 0.04


cdef object shape_of(ndarray a):
    return tuple([PyArray_DIMS(a)[d] for d in range(PyArray_NDIM(a))])


cdef object given_out(object out):
    return (<tuple>out)[0] if type(out) is tuple and len(<tuple>out) == 1 else out


cdef int32_t axis_of(object axis, int ndim, str name, object shape) except? -100:
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


NO_CORRECTION = float("0.0")  # an object of its own: the default of correction


cdef double correction_of(str name, object correction, object ddof) except? -1.25:
    """What of two synonyms was given: ddof is None, or correction at its default."""
    if ddof is not None and correction is not None and correction is not NO_CORRECTION:
        raise TypeError(f"{name}: correction and ddof are synonyms; got both")
    chosen = correction if ddof is None else ddof
    if chosen is None:
        return 0.0
    if not isinstance(chosen, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: correction is of type {type(chosen).__name__}, expected a number")
    return float(chosen)


cdef object _refused(int32_t dtype, str name):
    return TypeError(f"{name}: x has dtype {numrs_dtype_name(dtype).decode()}, which the operation does not take")


cdef numrs_status _reduce_without_gil(int32_t op, ndarray x, ndarray w, ndarray y, const numrs_view *vx,
                                      const numrs_view *vw,
                                      const numrs_view *vy, const int32_t *axes, int32_t count, double correction,
                                      double work_ns) except -1:
    """y None: vy is a number on the caller's stack."""
    cdef Held held_x, held_w, held_y
    cdef numrs_context *context
    cdef const numrs_view *where = NULL
    cdef numrs_status status
    pins = (pin(x), None if w is None else pin(w), None if y is None else pin(y))
    hold(&held_x, vx)
    hold(&held_y, vy)
    if w is not None:
        hold(&held_w, vw)
        where = &held_w.view
    context = interruptible(work_ns)
    with nogil:
        status = numrs_reduce(context, op, &held_x.view, where, &held_y.view, axes, count, correction)
    release_context(context)
    del pins
    return status


cdef object _reduce_all(int32_t op, str name, ndarray x, double correction):
    """Everything to one NumPy scalar: the usual small call."""
    cdef int64_t[2] value  # the largest element is complex128
    cdef int32_t dtype = dtype_of(x), result = REDUCE_RESULT[op][dtype]
    cdef numrs_view vx, vy
    cdef double work_ns = _work_ns(x, dtype)
    cdef numrs_status status
    if result == 0:
        raise _refused(dtype, name)
    vx = view_of(x, dtype)
    vy.data = value
    vy.shape = NULL
    vy.strides = NULL
    vy.ndim = 0
    vy.dtype = result
    if work_ns < NOGIL_NS:
        status = numrs_reduce(NULL, op, &vx, NULL, &vy, NULL, -1, correction)
    else:
        status = _reduce_without_gil(op, x, None, None, &vx, NULL, &vy, NULL, -1, correction, work_ns)
    if status != NUMRS_OK:
        check(status)
    return scalar(value, result)


cdef object reduced_table(object table, object y, object axis, object out, object keepdims):
    """A reduction of a column or frame: a scalar, or one value per label; with out the array that was given."""
    return y if out is not None else table.reduced(y, axis, keepdims is not False)


cdef object _reduce_tensor(int32_t op, str name, object x, object axis, object out, object keepdims, object where,
                           double correction):
    """The same for a Tensor, or with one among the arguments."""
    cdef int32_t result
    if at_device(x) and where is not None and where is not True:
        where = mask_at(where, name, (<Tensor>x).place)
    if tracked(x):
        options = {"axis": axis, "keepdims": keepdims, "where": where}
        if op in (ops.NUMRS_OP_VAR, ops.NUMRS_OP_STD, ops.NUMRS_OP_NANVAR, ops.NUMRS_OP_NANSTD):
            options["correction"] = correction
        if out is not None:
            options["out"] = out
        if op in (ops.NUMRS_OP_ARGMIN, ops.NUMRS_OP_ARGMAX, ops.NUMRS_OP_NANARGMIN, ops.NUMRS_OP_NANARGMAX):
            del options["where"]
        return record(name, None, (x,), options)
    if at_device(x):
        return device_reduce(op, name, x, REDUCE_RESULT[op][(<Tensor>x).view.dtype], axis, out, keepdims, where, correction)
    if type(x) is Tensor and axis is None and out is None and (where is None or where is True) and keepdims is False:
        result = REDUCE_RESULT[op][(<Tensor>x).view.dtype]
        if result == 0:
            raise _refused((<Tensor>x).view.dtype, name)
        return tensor_reduce_all(op, name, x, result, correction)
    made = reduce(op, name, plain(x), axis, plain_target(out), keepdims, plain(where), correction)
    return given_out(out) if out is not None else tensor_of(made)


cdef object reduce(int32_t op, str name, object x, object axis, object out, object keepdims, object where,
                   double correction):
    if not PyArray_CheckExact(x):
        if any_tensor(x, out, where):
            return _reduce_tensor(op, name, x, axis, out, keepdims, where, correction)
        table = table_of(x, name, "x")
        if table is not None:
            axis = table.along(axis)
            given = reduce(op, name, table.values, axis, out, keepdims, where, correction)
            return reduced_table(table, given, axis, out, keepdims)
    cdef ndarray a = array_of(x, name, "x"), w = None, y
    if axis is None and out is None and (where is None or where is True) and keepdims is False:
        return _reduce_all(op, name, a, correction)
    cdef int ndim = PyArray_NDIM(a), d, kept = 0
    cdef int32_t axes[64]
    cdef int32_t count = 0, dtype = dtype_of(a), result = REDUCE_RESULT[op][dtype]
    cdef bint[64] reduced
    cdef int64_t shape[64]
    cdef bint keep = bool(keepdims)
    if result == 0:
        raise _refused(dtype, name)
    for d in range(64):
        reduced[d] = axis is None
    if axis is None:
        count = -1
    elif type(axis) is tuple:
        if op in (ops.NUMRS_OP_ARGMIN, ops.NUMRS_OP_ARGMAX, ops.NUMRS_OP_NANARGMIN, ops.NUMRS_OP_NANARGMAX):
            raise TypeError(f"{name}: axis is {axis}, expected one int or None")
        for one in <tuple>axis:
            d = axis_of(one, ndim, name, shape_of(a))
            if reduced[d]:
                raise ValueError(f"{name}: axis {d} is given twice in {axis}")
            reduced[d] = True
            axes[count] = d
            count += 1
    else:
        axes[0] = axis_of(axis, ndim, name, shape_of(a))
        reduced[axes[0]] = True
        count = 1
    if where is not None and where is not True:
        w = as_array(where, name, "where")
        if dtype_of(w) != NUMRS_BOOL:
            raise TypeError(f"{name}: where has dtype {(<object>w).dtype}, expected bool")
    out = given_out(out)
    if out is None:
        for d in range(ndim):
            if not reduced[d]:
                shape[kept] = PyArray_DIMS(a)[d]
                kept += 1
            elif keep:
                shape[kept] = 1
                kept += 1
        y = new_array(kept, shape, result)
    else:
        y = check_out(out, name)
        kept = 0
        for d in range(ndim):
            if keep or not reduced[d]:
                shape[kept] = 1 if reduced[d] else PyArray_DIMS(a)[d]
                kept += 1
        wanted = tuple([shape[d] for d in range(kept)])
        if shape_of(y) != wanted:
            raise ValueError(f"{name}: out has shape {shape_of(y)}, expected {wanted}")
    cdef numrs_view vx = view_of(a, dtype), vy = view_of(y, dtype_of(y)), vw
    if w is not None:
        vw = view_of(w, NUMRS_BOOL)
    cdef double work_ns = _work_ns(a, dtype)
    cdef numrs_status status
    if work_ns < NOGIL_NS:
        status = numrs_reduce(NULL, op, &vx, &vw if w is not None else NULL, &vy, axes, count, correction)
    else:
        status = _reduce_without_gil(op, a, w, y, &vx, &vw, &vy, axes, count, correction, work_ns)
    if status != NUMRS_OK:
        check(status)
    return finish(y) if out is None else y


cdef object in_dtype(object y, object dtype, object out):
    """A result in the dtype that was asked for: a sum of uint8 is taken in uint64 and wraps at the end."""
    if out is not None or y.dtype == dtype:
        return y
    return y.astype(dtype)


cdef object _scan_of_table(int32_t op, str name, object table, object axis, object out, object include_initial):
    """The same kind; frames go down the rows unless axis is 1. An initial value has no label: an array."""
    axis = table.along(axis)
    if table.frame and axis is None:
        axis = 0
    y = scan(op, name, table.values, axis, out, include_initial)
    return y if out is not None or include_initial else table.like(y, axis, 1)


cdef object scan(int32_t op, str name, object x, object axis, object out, object include_initial):
    if not PyArray_CheckExact(x):
        if tracked(x):
            options = {"axis": axis, "include_initial": include_initial}
            if out is not None:
                options["out"] = out
            return record(name, None, (x,), options)
        if at_device(x):
            return device_scan(op, name, x, SCAN_RESULT[op], axis, out, include_initial)
        if any_tensor(x, out, None):
            made = scan(op, name, plain(x), axis, plain_target(out), include_initial)
            return given_out(out) if out is not None else tensor_of(made)
        table = table_of(x, name, "x")
        if table is not None:
            return _scan_of_table(op, name, table, axis, out, include_initial)
    cdef ndarray a = array_of(x, name, "x"), y
    cdef int ndim = PyArray_NDIM(a), d
    cdef int32_t along, dtype = dtype_of(a), initial = 1 if include_initial else 0, result = SCAN_RESULT[op][dtype]
    cdef int64_t shape[64]
    if ndim == 0:  # as NumPy: one element along one axis
        a = <ndarray>(<object>a).reshape(1)
        ndim = 1
    if axis is None:
        if ndim != 1:
            raise ValueError(f"{name}: axis is None and x has {ndim} dimensions (shape {shape_of(a)}); give an axis")
        along = 0
    else:
        along = axis_of(axis, ndim, name, shape_of(a))
    if result == 0:
        raise _refused(dtype, name)
    for d in range(ndim):
        shape[d] = PyArray_DIMS(a)[d] + (initial if d == along else 0)
    out = given_out(out)
    if out is None:
        y = new_array(ndim, shape, result)
    else:
        y = check_out(out, name)
        wanted = tuple([shape[d] for d in range(ndim)])
        if shape_of(y) != wanted:
            raise ValueError(f"{name}: out has shape {shape_of(y)}, expected {wanted}")
    cdef numrs_view vx = view_of(a, dtype), vy = view_of(y, dtype_of(y))
    cdef Held held_x, held_y
    cdef numrs_context *context
    cdef double work_ns = 4 * _work_ns(a, dtype)
    cdef numrs_status status
    if work_ns < NOGIL_NS:
        status = numrs_scan(NULL, op, &vx, &vy, along, initial)
    else:
        hold(&held_x, &vx)
        hold(&held_y, &vy)
        pins = (pin(a), pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = numrs_scan(context, op, &held_x.view, &held_y.view, along, initial)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status)
    return y


cdef object vecdot_(str name, object x1, object x2, object axis):
    if tracked(x1) or tracked(x2):
        return record(name, None, (x1, x2), {"axis": axis})
    if at_device(x1) or at_device(x2):
        return device_vecdot(name, x1, x2, axis)
    if any_tensor(x1, x2, None):
        return tensor_of(vecdot_(name, plain(x1), plain(x2), axis))
    cdef ndarray a = array_of(x1, name, "x1"), b = array_of(x2, name, "x2"), y
    cdef numrs_view views[2]
    cdef numrs_view vy
    cdef int64_t value, shape[64]
    cdef int ndim, d, kept = 0
    cdef int32_t along = 0, result = numrs_promote(dtype_of(a), dtype_of(b))
    cdef Held held_a, held_b, held_y
    cdef numrs_context *context
    cdef numrs_status status
    views[0] = view_of(a, dtype_of(a))
    views[1] = view_of(b, dtype_of(b))
    if views[0].ndim == 0 or views[1].ndim == 0:
        raise ValueError(f"{name}: x1 and x2 have shapes {shape_of(a)} and {shape_of(b)}, "
                         "expected at least 1 dimension each")
    ndim = broadcast(views, 2, shape)
    if ndim < 0:
        raise ValueError(f"{name}: operands with shapes {shape_of(a)}, {shape_of(b)} do not broadcast")
    along = axis_of(axis, ndim, name, tuple([shape[d] for d in range(ndim)]))
    for k in range(2):
        d = views[k].ndim - ndim + along
        if d < 0 or views[k].shape[d] != shape[along]:
            raise ValueError(f"{name}: the extents along axis {axis} differ: shapes {shape_of(a)} and {shape_of(b)}")
    for d in range(ndim):
        if d != along:
            shape[kept] = shape[d]
            kept += 1
    if kept == 0:
        y = None
        vy.data = &value
        vy.shape = NULL
        vy.strides = NULL
        vy.ndim = 0
        vy.dtype = result
    else:
        y = new_array(kept, shape, result)
        vy = view_of(y, result)
    cdef double work_ns = max(_work_ns(a, result), _work_ns(b, result))
    if work_ns < NOGIL_NS:
        status = numrs_vecdot(NULL, &views[0], &views[1], &vy, along)
    else:
        hold(&held_a, &views[0])
        hold(&held_b, &views[1])
        hold(&held_y, &vy)
        pins = (pin(a), pin(b), None if y is None else pin(y))
        context = interruptible(work_ns)
        with nogil:
            status = numrs_vecdot(context, &held_a.view, &held_b.view, &held_y.view, along)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status)
    return scalar(&value, result) if y is None else y
