# cython: freethreading_compatible=True
"""Reductions, scans, products, order and rolling statistics of tensors on a device: axes and shapes here, one C call each. The
functions for ndarrays hand such tensors over. Nothing public."""
import numpy as np

from libc.stdint cimport int32_t, int64_t
from libc.string cimport memset

from numrs._ops._array cimport as_array, broadcast, check, is_float
from numrs._ops._place cimport context_at, no_kernel, place_of
from numrs._ops._reduce cimport axis_of, given_out
from numrs._ops._storage cimport from_ndarray, moved, new_tensor_at, shape_tuple, tracked, valid, view_tensor, written
from numrs._ops._tensor cimport Tensor
from numrs.c cimport ops
from numrs.c cimport order as c
from numrs.c.indexing cimport numrs_put_along_axis, numrs_take_along_axis
from numrs.c.reduce cimport numrs_reduce, numrs_scan, numrs_vecdot
from numrs.c.rolling cimport numrs_rolling, numrs_rolling_dtype, numrs_rolling_length, numrs_rolling_options
from numrs.c.view cimport numrs_dtype_name, numrs_promote


cdef bint at_device(object x) noexcept:
    return isinstance(x, Tensor) and (<Tensor>x).place != 0


def array_or_device(x, str name, str argument):
    """An operand as an ndarray, or the tensor of a device that it is: for functions that are made of others."""
    return x if at_device(x) else as_array(x, name, argument)


cdef Tensor _tensor(object x, str name, str argument, int32_t place):
    """An operand that has to be a tensor of this device."""
    if not isinstance(x, Tensor):
        raise ValueError(f"{name}: {argument} is of type {type(x).__name__}, expected a Tensor on the device of the others; bring "
                         "it there with numrs.asarray(…, device=…)")
    valid(<Tensor>x)
    if tracked(x):
        raise NotImplementedError(f"{name}: has no gradient rule; call it under numrs.autograd.no_grad(), or with x.detach()")
    place_of(name, (x,))
    if (<Tensor>x).place != place:
        raise ValueError(f"{name}: {argument} is on {x.device}, not on the device of the others; bring it there with .to(device)")
    return <Tensor>x


cdef Tensor _out(object out, str name, int32_t place, int ndim, const int64_t *shape, int32_t result):
    """A new result, or the tensor to write, which has to have its shape."""
    cdef Tensor y
    cdef int d
    out = given_out(out)
    if out is None:
        return new_tensor_at(place, ndim, shape, result)
    y = _tensor(out, name, "out", place)
    wanted = tuple([shape[d] for d in range(ndim)])
    if shape_tuple(y) != wanted:
        raise ValueError(f"{name}: out has shape {shape_tuple(y)}, expected {wanted}")
    written(y)
    return y


cdef int _axes(Tensor x, object axis, bint keep, str name, int32_t *axes, int32_t *count, int64_t *shape) except -1:
    """Axes of a reduction (count -1: all) and the shape that is left; returns its length."""
    cdef bint[64] gone
    cdef int d, kept = 0, ndim = x.view.ndim
    for d in range(64):
        gone[d] = axis is None
    count[0] = -1
    if axis is not None:
        count[0] = 0
        for one in (<tuple>axis if type(axis) is tuple else (axis,)):
            d = axis_of(one, ndim, name, shape_tuple(x))
            if gone[d]:
                raise ValueError(f"{name}: axis {d} is given twice in {axis}")
            gone[d] = True
            axes[count[0]] = d
            count[0] += 1
    for d in range(ndim):
        if not gone[d] or keep:
            shape[kept] = 1 if gone[d] else x.view.shape[d]
            kept += 1
    return kept


cdef object mask_at(object where, str name, int32_t place):
    """A mask; one of the host, which is no tensor, is brought to the device."""
    cdef Tensor w
    if not isinstance(where, Tensor):
        where = moved(from_ndarray(as_array(where, name, "where"), False), place)
    w = _tensor(where, name, "where", place)
    if w.view.dtype != ops.NUMRS_BOOL:
        raise TypeError(f"{name}: where has dtype {numrs_dtype_name(w.view.dtype).decode()}, expected bool")
    return w


cdef object device_reduce(int32_t op, str name, object given, int32_t result, object axis, object out, object keepdims,
                          object where, double correction):
    cdef Tensor x = _tensor(given, name, "x", (<Tensor>given).place), y, w = None
    cdef int32_t[64] axes
    cdef int64_t[64] shape
    cdef int32_t count
    cdef int ndim
    if result == 0:
        raise TypeError(f"{name}: x has dtype {numrs_dtype_name(x.view.dtype).decode()}, which the operation does not take")
    if type(axis) is tuple and ops.NUMRS_OP_ARGMIN <= op <= ops.NUMRS_OP_ARGMAX:
        raise TypeError(f"{name}: axis is {axis}, expected one int or None")
    ndim = _axes(x, axis, bool(keepdims), name, axes, &count, shape)
    if where is not None and where is not True:
        w = <Tensor>mask_at(where, name, x.place)
    y = _out(out, name, x.place, ndim, shape, result)
    check(numrs_reduce(context_at(x.place), op, &x.view, &w.view if w is not None else NULL, &y.view, axes, count, correction))
    return y


cdef object device_scan(int32_t op, str name, object given, const int32_t *results, object axis, object out,
                        object include_initial):
    cdef Tensor x = _tensor(given, name, "x", (<Tensor>given).place), y
    cdef int64_t[64] shape
    cdef int64_t one = 1, step = 8
    cdef int32_t along = 0, initial = 1 if include_initial else 0
    cdef int d
    if x.view.ndim == 0:
        x = view_tensor(x, <char *>x.view.data, 1, &one, &step)
    if axis is not None:
        along = axis_of(axis, x.view.ndim, name, shape_tuple(x))
    elif x.view.ndim != 1:
        raise ValueError(f"{name}: axis is None and x has {x.view.ndim} dimensions (shape {shape_tuple(x)}); give an axis")
    if results[x.view.dtype] == 0:
        raise TypeError(f"{name}: x has dtype {numrs_dtype_name(x.view.dtype).decode()}, which the operation does not take")
    for d in range(x.view.ndim):
        shape[d] = x.view.shape[d] + (initial if d == along else 0)
    y = _out(out, name, x.place, x.view.ndim, shape, results[x.view.dtype])
    check(numrs_scan(context_at(x.place), op, &x.view, &y.view, along, initial))
    return y


cdef object device_vecdot(str name, object x1, object x2, object axis):
    cdef int32_t place = place_of(name, (x1, x2)), along
    cdef Tensor a = _tensor(x1, name, "x1", place), b = _tensor(x2, name, "x2", place), y
    cdef int64_t[64] shape
    cdef int d, ndim, kept = 0
    cdef list operands = [a, b]
    if a.view.ndim == 0 or b.view.ndim == 0:
        raise ValueError(f"{name}: x1 and x2 have shapes {shape_tuple(a)} and {shape_tuple(b)}, expected at least 1 dimension each")
    ndim = _common_shape(a, b, name, shape)
    along = axis_of(axis, ndim, name, tuple([shape[d] for d in range(ndim)]))
    for x in operands:
        d = (<Tensor>x).view.ndim - ndim + along
        if d < 0 or (<Tensor>x).view.shape[d] != shape[along]:
            raise ValueError(f"{name}: the extents along axis {axis} differ: shapes {shape_tuple(a)} and {shape_tuple(b)}")
    for d in range(ndim):
        if d != along:
            shape[kept] = shape[d]
            kept += 1
    y = new_tensor_at(place, kept, shape, numrs_promote(a.view.dtype, b.view.dtype))
    check(numrs_vecdot(context_at(place), &a.view, &b.view, &y.view, along))
    return y


cdef int _common_shape(Tensor a, Tensor b, str name, int64_t *shape) except -1:
    cdef numrs_view[2] views
    views[0], views[1] = a.view, b.view
    cdef int ndim = broadcast(views, 2, shape)
    if ndim < 0:
        raise ValueError(f"{name}: operands with shapes {shape_tuple(a)}, {shape_tuple(b)} do not broadcast")
    return ndim


cdef object device_product(Product call, ProductShape shape_of, str name, object x1, object x2, object out):
    cdef int32_t place = place_of(name, (x1, x2, out)), ndim
    cdef Tensor a = _tensor(x1, name, "x1", place), b = _tensor(x2, name, "x2", place), y
    cdef int64_t[64] shape
    out = given_out(out)
    check(shape_of(&a.view, &b.view, &ndim, shape), name)
    y = _out(out, name, place, ndim, shape, numrs_promote(a.view.dtype, b.view.dtype))
    check(call(context_at(place), &a.view, &b.view, &y.view), name)
    return y


# ------------------------------------------------------------------------------------------------ order

cdef Tensor _line(object given, object axis, str name, int32_t *along):
    """x, flattened where axis is None, and the axis."""
    cdef Tensor x = _tensor(given, name, "x", (<Tensor>given).place)
    if axis is None:
        x = x if x.view.ndim == 1 else x.reshape((-1,))
        along[0] = 0
    else:
        along[0] = axis_of(axis, x.view.ndim, name, shape_tuple(x))
    return x


cdef object device_along(Kind kind, str name, object given, object axis, int32_t flags, int32_t method):
    cdef int32_t along
    cdef Tensor x = _line(given, axis, name, &along), y
    if kind == Kind.SORT:
        y = new_tensor_at(x.place, x.view.ndim, x.view.shape, x.view.dtype)
        check(c.numrs_sort(context_at(x.place), &x.view, &y.view, along, flags), name)
    elif kind == Kind.ARGSORT:
        y = new_tensor_at(x.place, x.view.ndim, x.view.shape, ops.NUMRS_I64)
        check(c.numrs_argsort(context_at(x.place), &x.view, &y.view, along, flags), name)
    elif kind == Kind.RANKDATA:
        y = new_tensor_at(x.place, x.view.ndim, x.view.shape, ops.NUMRS_F64)
        check(c.numrs_rankdata(context_at(x.place), &x.view, &y.view, along, method, flags), name)
    else:
        raise no_kernel(name, x.place)
    return y


cdef object device_topk(str name, object given, object k, object axis, int32_t flags):
    cdef int32_t along
    cdef int d
    cdef int64_t count
    cdef int64_t[64] shape
    cdef Tensor x = _line(given, axis, name, &along), values, indices
    try:
        count = k.__index__()
    except AttributeError:
        raise TypeError(f"{name}: k is of type {type(k).__name__}, expected an int") from None
    if x.view.ndim == 0 or not 0 <= count <= x.view.shape[along]:
        raise ValueError(f"{name}: k is {k}, expected 0 to {x.view.shape[along] if x.view.ndim else 0}, the extent along the axis")
    for d in range(x.view.ndim):
        shape[d] = count if d == along else x.view.shape[d]
    values = new_tensor_at(x.place, x.view.ndim, shape, x.view.dtype)
    indices = new_tensor_at(x.place, x.view.ndim, shape, ops.NUMRS_I64)
    check(c.numrs_topk(context_at(x.place), &x.view, &values.view, &indices.view, count, along, flags), name)
    return values, indices


cdef object device_order_reduced(Kind kind, str name, object given, object q, object axis, object out, object keepdims,
                                 object where, int32_t flags, int32_t method, double scale):
    """Medians, quantiles of one q (a number from 0 to 1), and what is made of them."""
    cdef Tensor x = _tensor(given, name, "x", (<Tensor>given).place), y, w = None
    cdef int32_t[64] axes
    cdef int64_t[64] shape
    cdef int64_t[65] extents, steps
    cdef int32_t count
    cdef int ndim, d
    cdef double share
    cdef numrs_view wide
    cdef const numrs_view *mask = NULL
    ndim = _axes(x, axis, bool(keepdims), name, axes, &count, shape)
    if where is not None and where is not True:
        w = <Tensor>mask_at(where, name, x.place)
        mask = &w.view
    y = _out(out, name, x.place, ndim, shape, x.view.dtype if is_float(x.view.dtype) else <int32_t>ops.NUMRS_F64)
    if kind == Kind.MEDIAN:
        check(c.numrs_median(context_at(x.place), &x.view, mask, &y.view, axes, count, flags), name)
    elif kind == Kind.MAD:
        check(c.numrs_mad(context_at(x.place), &x.view, mask, &y.view, axes, count, scale, flags), name)
    elif kind == Kind.IQR:
        check(c.numrs_iqr(context_at(x.place), &x.view, mask, &y.view, axes, count, scale, method, flags), name)
    else:
        share = q
        wide = y.view  # one q: an extent of 1 in front
        extents[0], steps[0] = 1, 0
        for d in range(ndim):
            extents[d + 1], steps[d + 1] = y.view.shape[d], y.view.strides[d]
        wide.shape, wide.strides, wide.ndim = extents, steps, ndim + 1
        check(c.numrs_quantile(context_at(x.place), &x.view, mask, NULL, &wide, &share, 1, axes, count, method, flags), name)
    return y


cdef object device_searchsorted(object x1, object x2, int32_t flags, object sorter):
    cdef int32_t place = place_of("searchsorted", (x1, x2, sorter))
    cdef Tensor a = _tensor(x1, "searchsorted", "x1", place), v = _tensor(x2, "searchsorted", "x2", place), s = None, y
    if a.view.ndim != 1:
        raise ValueError(f"searchsorted: x1 has shape {shape_tuple(a)}, expected 1 dimension")
    if sorter is not None:
        s = _tensor(sorter, "searchsorted", "sorter", place)
        if s.dtype.kind not in "iu":
            raise TypeError(f"searchsorted: sorter has dtype {s.dtype}, expected integers")
        s = s.astype(np.int64, copy=False)
    y = new_tensor_at(place, v.view.ndim, v.view.shape, ops.NUMRS_I64)
    check(c.numrs_searchsorted(context_at(place), &a.view, &v.view, &s.view if s is not None else NULL, &y.view, flags),
          "searchsorted")
    return y


cdef tuple device_unique(object given, str name, bint indices, bint inverse, bint counts):
    cdef Tensor x = _tensor(given, name, "x", (<Tensor>given).place), values, first = None, back = None, often = None
    cdef int64_t n = x.size, count = 0
    values = new_tensor_at(x.place, 1, &n, x.view.dtype)
    if indices:
        first = new_tensor_at(x.place, 1, &n, ops.NUMRS_I64)
    if inverse:
        back = new_tensor_at(x.place, x.view.ndim, x.view.shape, ops.NUMRS_I64)
    if counts:
        often = new_tensor_at(x.place, 1, &n, ops.NUMRS_I64)
    check(c.numrs_unique(context_at(x.place), &x.view, &values.view, &first.view if indices else NULL,
                         &back.view if inverse else NULL, &often.view if counts else NULL, &count), name)

    def cut(y):
        return None if y is None else y if count == n else y[:count].copy()

    return cut(values), cut(first), back, cut(often)


# ------------------------------------------------------------------------------------------------ windows

cdef object device_rolling(int32_t op, str name, object x1, object x2, object window, object axis, const Choice *choice,
                           object weights, object out):
    cdef int32_t place = place_of(name, (x1, x2)), along, result
    cdef Tensor x = _tensor(x1, name, "x", place), b = None, y
    cdef numrs_rolling_options options
    cdef int64_t[64] shape
    cdef int64_t outputs
    cdef int d
    if choice.window == 0 or weights is not None:
        raise no_kernel(f"{name} with {'weights' if weights is not None else 'explicit windows'}", place)
    if x2 is not None:
        b = _tensor(x2, name, "x2", place)
        if shape_tuple(b) != shape_tuple(x):
            raise ValueError(f"{name}: x and x2 have shapes {shape_tuple(x)} and {shape_tuple(b)}, expected equal ones on a device")
    along = axis_of(axis, x.view.ndim, name, shape_tuple(x))
    memset(&options, 0, sizeof(options))
    options.struct_size = sizeof(numrs_rolling_options)
    options.closed = choice.closed
    options.window = choice.window
    options.min_periods = choice.min_periods
    options.step = choice.step
    options.center = choice.center
    options.method = choice.method
    options.flags = choice.flags
    options.parameter = choice.parameter
    check(numrs_rolling_length(x.view.shape[along], &options, &outputs), name)
    check(numrs_rolling_dtype(op, x.view.dtype if b is None else numrs_promote(x.view.dtype, b.view.dtype), &result), name)
    for d in range(x.view.ndim):
        shape[d] = outputs if d == along else x.view.shape[d]
    y = _out(out, name, place, x.view.ndim, shape, result)
    check(numrs_rolling(context_at(place), op, &x.view, &b.view if b is not None else NULL, &y.view, along, &options), name)
    return y


# ------------------------------------------------------------------------------------------------ places

def diagonal_of(given, offset, axis1, axis2, name="diagonal"):
    """A diagonal, as the last axis of a view."""
    cdef Tensor x = <Tensor?>given
    cdef int32_t first, second
    cdef int64_t[64] shape, strides
    cdef int64_t k, length
    cdef int d, n = 0
    cdef char *data = <char *>x.view.data
    if x.view.ndim < 2:
        raise ValueError(f"{name}: x has shape {shape_tuple(x)}, expected 2 dimensions or more")
    first = axis_of(axis1, x.view.ndim, name, shape_tuple(x))
    second = axis_of(axis2, x.view.ndim, name, shape_tuple(x))
    if first == second:
        raise ValueError(f"{name}: axis1 and axis2 are both {first}, expected two axes")
    try:
        wanted = offset.__index__()
    except AttributeError:
        raise TypeError(f"{name}: offset is of type {type(offset).__name__}, expected an int") from None
    k = max(min(wanted, x.view.shape[second]), -x.view.shape[first])
    if k >= 0:
        length = min(x.view.shape[first], x.view.shape[second] - k)
        if length > 0:
            data += k * x.view.strides[second]
    else:
        length = min(x.view.shape[first] + k, x.view.shape[second])
        if length > 0:
            data -= k * x.view.strides[first]
    for d in range(x.view.ndim):
        if d != first and d != second:
            shape[n], strides[n] = x.view.shape[d], x.view.strides[d]
            n += 1
    shape[n], strides[n] = max(length, 0), x.view.strides[first] + x.view.strides[second]
    return view_tensor(x, data, n + 1, shape, strides)


cdef Tensor _places(object indices, str name, Tensor x):
    """Indices as integers on the device of x; those of the CPU are brought there."""
    cdef Tensor at
    if not isinstance(indices, Tensor):
        import numrs
        indices = numrs.asarray(indices, device="cpu")
    at = <Tensor>indices
    if at.dtype.kind not in "iu":
        raise TypeError(f"{name}: indices has dtype {at.dtype}, expected integers")
    if at.view.ndim != x.view.ndim:
        raise ValueError(f"{name}: indices has shape {shape_tuple(at)}, expected as many dimensions as x of shape {shape_tuple(x)}")
    if at.place == 0:
        return moved(at, x.place)
    return _tensor(at, name, "indices", x.place)


def take_along(given, indices, axis):
    """take_along_axis on a device."""
    cdef Tensor x = _tensor(given, "take_along_axis", "x", (<Tensor?>given).place), y
    cdef Tensor at = _places(indices, "take_along_axis", x)
    cdef int32_t along = axis_of(axis, x.view.ndim, "take_along_axis", shape_tuple(x))
    cdef int64_t[64] shape
    cdef int d
    for d in range(x.view.ndim):
        shape[d] = at.view.shape[d] if d == along or x.view.shape[d] == 1 else x.view.shape[d]
    y = new_tensor_at(x.place, x.view.ndim, shape, x.view.dtype)
    check(numrs_take_along_axis(context_at(x.place), &x.view, &at.view, &y.view, along), "take_along_axis")
    return y


def put_along(given, indices, values, axis):
    """put_along_axis on a device."""
    cdef Tensor y = <Tensor?>given, v
    cdef Tensor at = _places(indices, "put_along_axis", y)
    cdef int32_t along = axis_of(axis, y.view.ndim, "put_along_axis", shape_tuple(y))
    if not isinstance(values, Tensor):
        import numrs
        values = numrs.asarray(values, device="cpu")
    v = <Tensor>values
    if v.dtype.kind == "c" and y.dtype.kind != "c":
        raise TypeError(f"put_along_axis: values of dtype {v.dtype} do not convert to {y.dtype}")
    v = moved(v, y.place) if v.place == 0 else _tensor(v, "put_along_axis", "values", y.place)
    v = v.astype(y.dtype, copy=False)
    written(y)
    check(numrs_put_along_axis(context_at(y.place), &at.view, &v.view, &y.view, along), "put_along_axis")
