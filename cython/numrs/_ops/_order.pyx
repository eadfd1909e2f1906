# cython: freethreading_compatible=True
"""Sorting and order statistics: axes, result shape and dtype, one C call with or without the GIL. Nothing public."""
import numpy as np

from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DATA, PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, as_array, check, check_out, dtype_of, finish, hold,
                                interruptible, is_float, new_array, pin, release_context, scalar, size_of, table_of,
                                view_of)
from numrs._ops._device_calls cimport at_device, device_along, device_order_reduced
from numrs._ops._reduce cimport axis_of, given_out, reduced_table, shape_of
from numrs.c cimport ops
from numrs.c cimport order as c
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.view cimport numrs_view

cnp.import_array()

METHODS = {
    "linear": c.NUMRS_QUANTILE_LINEAR, "inverted_cdf": c.NUMRS_QUANTILE_INVERTED_CDF,
    "averaged_inverted_cdf": c.NUMRS_QUANTILE_AVERAGED_INVERTED_CDF,
    "closest_observation": c.NUMRS_QUANTILE_CLOSEST_OBSERVATION,
    "interpolated_inverted_cdf": c.NUMRS_QUANTILE_INTERPOLATED_INVERTED_CDF, "hazen": c.NUMRS_QUANTILE_HAZEN,
    "weibull": c.NUMRS_QUANTILE_WEIBULL, "median_unbiased": c.NUMRS_QUANTILE_MEDIAN_UNBIASED,
    "normal_unbiased": c.NUMRS_QUANTILE_NORMAL_UNBIASED, "lower": c.NUMRS_QUANTILE_LOWER,
    "higher": c.NUMRS_QUANTILE_HIGHER, "midpoint": c.NUMRS_QUANTILE_MIDPOINT, "nearest": c.NUMRS_QUANTILE_NEAREST,
}


cdef int32_t quantile_method(object method, str name) except -1:
    found = METHODS.get(method) if isinstance(method, str) else None
    if found is None:
        raise ValueError(f"{name}: method is {method!r}, expected one of {', '.join(METHODS)}")
    return found


cdef numrs_status _invoke(Call *o, numrs_context *context) noexcept nogil:
    if o.kind == SORT:
        return c.numrs_sort(context, &o.x, &o.y, o.axis, o.flags)
    if o.kind == ARGSORT:
        return c.numrs_argsort(context, &o.x, &o.y, o.axis, o.flags)
    if o.kind == PARTITION:
        return c.numrs_partition(context, &o.x, &o.y, o.kth, o.n_kth, o.axis, 0)
    if o.kind == ARGPARTITION:
        return c.numrs_argpartition(context, &o.x, &o.y, o.kth, o.n_kth, o.axis, 0)
    if o.kind == TOPK:
        return c.numrs_topk(context, &o.x, &o.y, &o.y2, o.k, o.axis, o.flags)
    if o.kind == RANKDATA:
        return c.numrs_rankdata(context, &o.x, &o.y, o.axis, o.method, o.flags)
    if o.kind == SEARCHSORTED:  # x1, x2, sorter
        return c.numrs_searchsorted(context, &o.x, &o.y2, o.weights_or_null, &o.y, o.flags)
    if o.kind == UNIQUE:  # values, indices, inverse, counts; no view: not wanted
        return c.numrs_unique(context, &o.x, &o.y, &o.y2 if o.y2.dtype else NULL, &o.y3 if o.y3.dtype else NULL,
                              &o.y4 if o.y4.dtype else NULL, &o.count)
    if o.kind == MEDIAN:
        return c.numrs_median(context, &o.x, o.where_or_null, &o.y, o.axes, o.n_axes, o.flags)
    if o.kind == QUANTILE:
        return c.numrs_quantile(context, &o.x, o.where_or_null, o.weights_or_null, &o.y, o.q, o.n_q, o.axes, o.n_axes,
                                o.method, o.flags)
    if o.kind == MAD:
        return c.numrs_mad(context, &o.x, o.where_or_null, &o.y, o.axes, o.n_axes, o.scale, o.flags)
    return c.numrs_iqr(context, &o.x, o.where_or_null, &o.y, o.axes, o.n_axes, o.scale, o.method, o.flags)


cdef int _without_gil(Call *call, str name, tuple arrays, double work_ns) except -1:
    cdef Held held[7]
    cdef numrs_view *views[7]
    cdef numrs_context *context
    cdef numrs_status status
    cdef int k
    views[:] = [&call.x, &call.y, &call.y2, &call.y3, &call.y4, &call.where, &call.weights]
    pins = [pin(a) for a in arrays]
    for k in range(7):
        hold(&held[k], views[k])
        views[k][0] = held[k].view
    context = interruptible(work_ns)
    with nogil:
        status = _invoke(call, context)
    release_context(context)
    del pins
    if status != NUMRS_OK:
        check(status, name)
    return 0


cdef int execute(Call *call, str name, tuple arrays, double work_ns) except -1:
    """arrays: all that the views look at."""
    cdef numrs_status status
    if work_ns >= NOGIL_NS:
        return _without_gil(call, name, arrays, work_ns)
    status = _invoke(call, NULL)
    if status != NUMRS_OK:
        check(status, name)
    return 0


cdef ndarray line_array(object x, object axis, str name):
    """x, flattened where axis is None."""
    cdef ndarray a = array_of(x, name, "x")
    return <ndarray>(<object>a).ravel() if axis is None and PyArray_NDIM(a) != 1 else a


cdef int32_t line_axis(ndarray a, object axis, str name) except -1:
    if axis is None:
        return 0
    if type(axis) is int and axis == -1 and PyArray_NDIM(a) > 0:
        return PyArray_NDIM(a) - 1
    return axis_of(axis, PyArray_NDIM(a), name, shape_of(a))


cdef object along(Kind kind, str name, object x, object axis, int32_t flags, int32_t method=0, object kth=None):
    """Results of x's shape."""
    if at_device(x):
        return device_along(kind, name, x, axis, flags, method)
    if kind == RANKDATA and not PyArray_CheckExact(x):  # positions and sorted values belong to no label; ranks do
        table = table_of(x, name, "x")
        if table is not None:
            place = table.along(axis)
            ranks = along(kind, name, table.values, place, flags, method)
            return table.like(ranks, place, 1) if ranks.ndim == table.values.ndim else ranks
    cdef ndarray a = line_array(x, axis, name), y, places
    cdef int32_t dtype = dtype_of(a), result = dtype
    cdef Call call
    memset(&call, 0, sizeof(Call))
    call.kind = kind
    call.axis = line_axis(a, axis, name)
    call.flags = flags
    call.method = method
    if kind == ARGSORT or kind == ARGPARTITION:
        result = ops.NUMRS_I64
    elif kind == RANKDATA:
        result = ops.NUMRS_F64
    arrays = (a,)
    if kth is not None:
        places = as_array(kth, name, "kth")
        if (<object>places).dtype.kind not in "iu" or PyArray_NDIM(places) > 1:
            raise TypeError(f"{name}: kth is {kth!r}, expected an int or a sequence of ints")
        places = <ndarray>np.ascontiguousarray(places, np.int64).reshape(-1)
        call.kth = <const int64_t *>PyArray_DATA(places)
        call.n_kth = PyArray_SIZE(places)
        arrays = (a, places)
    y = new_array(PyArray_NDIM(a), <const int64_t *>PyArray_DIMS(a), result)
    call.x = view_of(a, dtype)
    call.y = view_of(y, result)
    execute(&call, name, arrays + (y,), 10.0 * <double>size_of(a))
    return y


cdef ndarray _mask(object where, str name):
    cdef ndarray w = as_array(where, name, "where")
    if dtype_of(w) != ops.NUMRS_BOOL:
        raise TypeError(f"{name}: where has dtype {(<object>w).dtype}, expected bool")
    return w


cdef int _axes(Call *call, ndarray a, object axis, bint keep, str name, int64_t *shape) except -1:
    """Axes of a call, and the shape without them or with extents 1; returns its length."""
    cdef int ndim = PyArray_NDIM(a), d, kept = 0
    cdef bint[64] gone
    for d in range(64):
        gone[d] = axis is None
    call.n_axes = -1
    if type(axis) is tuple:
        call.n_axes = 0
        for one in <tuple>axis:
            d = axis_of(one, ndim, name, shape_of(a))
            if gone[d]:
                raise ValueError(f"{name}: axis {d} is given twice in {axis}")
            gone[d] = True
            call.axes[call.n_axes] = d
            call.n_axes += 1
    elif axis is not None:
        call.axes[0] = axis_of(axis, ndim, name, shape_of(a))
        call.n_axes = 1
        gone[call.axes[0]] = True
    for d in range(ndim):
        if not gone[d] or keep:
            shape[kept] = 1 if gone[d] else PyArray_DIMS(a)[d]
            kept += 1
    return kept


cdef ndarray _output(object out, str name, int ndim, const int64_t *shape, int32_t result):
    cdef ndarray y
    if out is None:
        return new_array(ndim, shape, result)
    y = check_out(out, name)
    wanted = tuple([shape[d] for d in range(ndim)])
    if shape_of(y) != wanted:
        raise ValueError(f"{name}: out has shape {shape_of(y)}, expected {wanted}")
    return y


cdef object reduced(Kind kind, str name, object x, object axis, object out, object keepdims, object where,
                    int32_t flags, int32_t method=0, double scale=1.0):
    """median, mad, iqr: one value of every line."""
    if at_device(x):
        return device_order_reduced(kind, name, x, 0.5, axis, out, keepdims, where, flags, method, scale)
    if not PyArray_CheckExact(x):
        table = table_of(x, name, "x")
        if table is not None:
            axis = table.along(axis)
            made = reduced(kind, name, table.values, axis, out, keepdims, where, flags, method, scale)
            return reduced_table(table, made, axis, out, keepdims)
    cdef ndarray a = array_of(x, name, "x"), y, w
    cdef int32_t dtype = dtype_of(a), result = dtype if is_float(dtype) else ops.NUMRS_F64
    cdef int64_t shape[64], value
    cdef int ndim
    cdef Call call
    cdef double work_ns = 4.0 * <double>size_of(a)
    memset(&call, 0, sizeof(Call))
    call.kind = kind
    call.flags = flags
    call.method = method
    call.scale = scale
    call.x = view_of(a, dtype)
    if axis is None and out is None and (where is None or where is True) and keepdims is False:
        call.n_axes = -1
        call.y.data = &value
        call.y.dtype = result
        execute(&call, name, (a,), work_ns)
        return scalar(&value, result)
    ndim = _axes(&call, a, axis, bool(keepdims), name, shape)
    out = given_out(out)
    y = _output(out, name, ndim, shape, result)
    arrays = (a, y)
    if where is not None and where is not True:
        w = _mask(where, name)
        call.where = view_of(w, ops.NUMRS_BOOL)
        call.where_or_null = &call.where
        arrays = (a, y, w)
    call.y = view_of(y, dtype_of(y))
    execute(&call, name, arrays, work_ns)
    return finish(y) if out is None else y


cdef object _device_quantiles(str name, object x, object q, double unit, object axis, object out, object method, object keepdims,
                              object weights, object where, int32_t flags):
    """The same on a device: q is host data, one call for each."""
    if weights is not None:
        raise NotImplementedError(f"{name}: no kernel for weights on device {x.device}; move the operands with .to('cpu')")
    places = np.asarray(as_array(q, name, "q"), np.float64)
    if places.size and not ((places >= 0) & (places <= unit)).all():
        raise ValueError(f"{name}: q is {q!r}, expected numbers in [0, {unit:g}]")
    way = quantile_method(method, name)
    if places.ndim == 0:
        return device_order_reduced(QUANTILE, name, x, float(places) / unit, axis, out, keepdims, where, flags, way, 1.0)
    if out is not None:
        raise NotImplementedError(f"{name}: no kernel for out= with several q on device {x.device}")
    import numrs
    lines = [device_order_reduced(QUANTILE, name, x, one / unit, axis, None, keepdims, where, flags, way, 1.0)
             for one in places.ravel().tolist()]
    made = numrs.stack(lines) if lines else numrs.zeros((0,), dtype=np.float64, device=x.device)
    return made.reshape(places.shape + made.shape[1:])


cdef object quantiles(str name, object x, object q, double unit, object axis, object out, object method,
                      object keepdims, object weights, object where, int32_t flags):
    """One value of every line and number in q, which goes from 0 to unit; q's dimensions come first."""
    if at_device(x):
        return _device_quantiles(name, x, q, unit, axis, out, method, keepdims, weights, where, flags)
    if not PyArray_CheckExact(x):
        table = table_of(x, name, "x")
        if table is not None:
            axis = table.along(axis)
            made = quantiles(name, table.values, q, unit, axis, out, method, keepdims, weights, where, flags)
            if out is not None or np.ndim(q) > 1:
                return made
            return table.reduced(made, axis, keepdims is not False, q if np.ndim(q) else None)
    cdef ndarray a = array_of(x, name, "x"), y, w, places, filled
    cdef int32_t dtype = dtype_of(a), result = dtype if is_float(dtype) else ops.NUMRS_F64
    cdef int64_t shape[128]
    cdef int64_t y_shape[64]
    cdef int64_t y_strides[64]
    cdef double one_q
    cdef int ndim, d, q_ndim = 0
    cdef Call call
    memset(&call, 0, sizeof(Call))
    call.kind = QUANTILE
    call.flags = flags
    call.method = quantile_method(method, name)
    call.x = view_of(a, dtype)
    arrays = (a,)
    if type(q) is float or type(q) is int:
        one_q = q
        if not 0 <= one_q <= unit:
            raise ValueError(f"{name}: q is {q}, expected a number in [0, {unit:g}]")
        one_q = one_q / unit
        call.q = &one_q
        call.n_q = 1
    else:
        given_q = as_array(q, name, "q")
        if (<object>given_q).dtype.kind == "b":
            raise TypeError(f"{name}: q has dtype bool, expected numbers")
        places = <ndarray>np.ascontiguousarray(given_q, np.float64)
        if given_q.size and not ((<object>places >= 0) & (<object>places <= unit)).all():
            raise ValueError(f"{name}: q is {q!r}, expected numbers in [0, {unit:g}]")
        if unit != 1:
            places = <ndarray>np.asarray(<object>places / unit)
        q_ndim = given_q.ndim
        for d in range(q_ndim):
            shape[d] = given_q.shape[d]
        call.q = <const double *>PyArray_DATA(places)
        call.n_q = PyArray_SIZE(places)
        arrays = (a, places)
    ndim = _axes(&call, a, axis, bool(keepdims), name, &shape[q_ndim]) + q_ndim
    if ndim > 32:
        raise ValueError(f"{name}: the result has {ndim} dimensions, at most 32 are supported")
    out = given_out(out)
    y = _output(out, name, ndim, shape, result)
    filled = y
    if q_ndim > 1:  # its dimensions as one
        filled = <ndarray>np.empty(
            (call.n_q, *shape_of(y)[q_ndim:]), (<object>a).dtype if is_float(dtype) else np.float64)
    call.y = view_of(filled, dtype_of(filled))
    if q_ndim == 0:
        y_shape[0] = 1
        y_strides[0] = 0
        for d in range(ndim):
            y_shape[d + 1] = call.y.shape[d]
            y_strides[d + 1] = call.y.strides[d]
        call.y.shape = y_shape
        call.y.strides = y_strides
        call.y.ndim = ndim + 1
    arrays += (filled,)
    if where is not None and where is not True:
        w = _mask(where, name)
        call.where = view_of(w, ops.NUMRS_BOOL)
        call.where_or_null = &call.where
        arrays += (w,)
    if weights is not None:
        if call.method != c.NUMRS_QUANTILE_INVERTED_CDF:
            raise ValueError(f"{name}: method is {method!r}, with weights only 'inverted_cdf' is defined")
        w = as_array(weights, name, "weights")
        if PyArray_NDIM(w) != PyArray_NDIM(a) or shape_of(w) != shape_of(a):
            if PyArray_NDIM(w) != 1 or call.n_axes != 1 or PyArray_DIMS(w)[0] != PyArray_DIMS(a)[call.axes[0]]:
                raise ValueError(f"{name}: weights have shape {shape_of(w)}, expected {shape_of(a)} of x, "
                                 "or its extent along the one axis")
            w = <ndarray>(<object>w).reshape([-1 if d == call.axes[0] else 1 for d in range(PyArray_NDIM(a))])
        call.weights = view_of(w, dtype_of(w))
        call.weights_or_null = &call.weights
        arrays += (w,)
    execute(&call, name, arrays, (4.0 if weights is None else 30.0) * <double>size_of(a))
    if q_ndim > 1:
        (<object>y)[...] = (<object>filled).reshape(shape_of(y))
    return finish(y) if out is None else y
