# cython: freethreading_compatible=True
"""Moving elements of ndarrays by the C library, for the modules in Python: copies, gathers, scatters, new arrays; dtypes of
results."""
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_DIMS, PyArray_NDIM, PyArray_SIZE, ndarray

from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, Held, array_of, as_dtype, check, check_out, descr_of, dtype_of, hold,
                                interruptible, new_array, pin, release_context, view_of)
from numrs._ops._indexing cimport extents_of
from numrs._ops._reduce cimport axis_of
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.elementwise cimport numrs_convert
from numrs.c.indexing cimport numrs_nonzero, numrs_put_along_axis, numrs_take, numrs_take_along_axis
from numrs.c.order cimport numrs_interp
from numrs.c.ops cimport NUMRS_F64, NUMRS_I64
from numrs.c.view cimport numrs_promote, numrs_view

cnp.import_array()

cdef enum:
    CONVERT = 0
    TAKE = 1
    TAKE_ALONG = 2
    PUT_ALONG = 3
    NONZERO = 4


cdef int _execute(int kind, str name, ndarray a, ndarray b, ndarray y, int32_t axis, int64_t *count, double work) except -1:
    """One C call, without the GIL where that pays; y is None to count only."""
    cdef numrs_view va = view_of(a, dtype_of(a)), vb, vy
    cdef Held held[3]
    cdef numrs_status status
    cdef numrs_context *context = NULL
    cdef const numrs_view *py = NULL
    pins = None
    if b is not None:
        vb = view_of(b, dtype_of(b))
    if y is not None:
        vy = view_of(y, dtype_of(y))
        py = &vy
    if work >= NOGIL_NS:
        pins = (pin(a), None if b is None else pin(b), None if y is None else pin(y))
        hold(&held[0], &va)
        va = held[0].view
        if b is not None:
            hold(&held[1], &vb)
            vb = held[1].view
        if y is not None:
            hold(&held[2], &vy)
            vy = held[2].view
        context = interruptible(work)
        with nogil:
            status = _call(kind, context, &va, &vb, py, axis, count)
        release_context(context)
    else:
        status = _call(kind, NULL, &va, &vb, py, axis, count)
    del pins
    return check(status, name)


cdef numrs_status _call(int kind, numrs_context *context, const numrs_view *a, const numrs_view *b, const numrs_view *y,
                        int32_t axis, int64_t *count) noexcept nogil:
    if kind == CONVERT:
        return numrs_convert(context, a, y)
    if kind == TAKE:
        return numrs_take(context, a, b, y, axis)
    if kind == TAKE_ALONG:
        return numrs_take_along_axis(context, a, b, y, axis)
    if kind == PUT_ALONG:
        return numrs_put_along_axis(context, a, b, y, axis)
    return numrs_nonzero(context, a, y, count)


def new(shape, dtype, str name):
    """An uninitialised ndarray in C order; ValueError for negative extents, MemoryError for more than there is."""
    cdef int64_t extents[64]
    cdef int d, ndim = extents_of(shape, extents, name)
    cdef int32_t wanted = as_dtype(dtype, name)
    cdef object size = BYTES_OF_DTYPE[wanted]
    for d in range(ndim):
        if extents[d] < 0:
            raise ValueError(f"{name}: shape is {shape}, extent {extents[d]} is negative")
        size *= max(extents[d], 1)
    if size >= 1 << 63:
        raise ValueError(f"{name}: shape {tuple([extents[d] for d in range(ndim)])} of {descr_of(wanted)} has more bytes than "
                         "memory can hold")
    return new_array(ndim, extents, wanted)


def copy_to(x, y, str name="copy"):
    """y[...] = x for ndarrays: broadcast, converted, any strides."""
    cdef ndarray a = <ndarray?>x, b = <ndarray?>y
    _execute(CONVERT, name, a, None, b, 0, NULL, 0.4 * <double>PyArray_SIZE(b) * <double>BYTES_OF_DTYPE[dtype_of(b)])


def copied(x, dtype=None, str name="copy"):
    """A copy of an ndarray in C order, perhaps as another dtype."""
    cdef ndarray a = <ndarray?>x, y
    y = new_array(PyArray_NDIM(a), <const int64_t *>PyArray_DIMS(a), dtype_of(a) if dtype is None else as_dtype(dtype, name))
    copy_to(a, y, name)
    return y


def axis_number(axis, int ndim, str name, shape):
    """An axis argument as 0 … ndim-1."""
    return axis_of(axis, ndim, name, shape)


def promoted(a, b):
    """The dtype of a result of two dtypes."""
    cdef int32_t found = numrs_promote(as_dtype(a, "result_type"), as_dtype(b, "result_type"))
    return descr_of(found)


def take_from(x, indices, axis, str name, out=None):
    """x.take(indices, axis) by numrs_take."""
    cdef ndarray a = array_of(x, name, "x"), at = _indices(indices, name), y
    cdef int32_t along = axis_of(axis, PyArray_NDIM(a), name, (<object>a).shape)
    cdef int64_t shape[64]
    cdef int d, n = 0
    if PyArray_NDIM(a) + PyArray_NDIM(at) > 33:
        raise ValueError(f"{name}: the result has {PyArray_NDIM(a) + PyArray_NDIM(at) - 1} dimensions, at most 32 are supported")
    for d in range(along):
        shape[n] = PyArray_DIMS(a)[d]
        n += 1
    for d in range(PyArray_NDIM(at)):
        shape[n] = PyArray_DIMS(at)[d]
        n += 1
    for d in range(along + 1, PyArray_NDIM(a)):
        shape[n] = PyArray_DIMS(a)[d]
        n += 1
    y = new_array(n, shape, dtype_of(a)) if out is None else check_out(out, name)
    _execute(TAKE, name, a, at, y, along, NULL, 2.0 * <double>PyArray_SIZE(y))
    return y


def take_along(x, indices, axis, str name):
    """numpy.take_along_axis by numrs_take_along_axis."""
    cdef ndarray a = array_of(x, name, "x"), at = _indices(indices, name), y
    cdef int32_t along = axis_of(axis, PyArray_NDIM(a), name, (<object>a).shape)
    cdef int64_t shape[64]
    cdef int d
    cdef int64_t extent
    for d in range(min(PyArray_NDIM(a), PyArray_NDIM(at))):
        extent = PyArray_DIMS(a)[d]
        shape[d] = PyArray_DIMS(at)[d] if d == along or extent == 1 else extent
    if PyArray_NDIM(a) != PyArray_NDIM(at):
        raise ValueError(f"{name}: indices has shape {(<object>at).shape}, expected as many dimensions as x of shape "
                         f"{(<object>a).shape}")
    y = new_array(PyArray_NDIM(a), shape, dtype_of(a))
    _execute(TAKE_ALONG, name, a, at, y, along, NULL, 2.0 * <double>PyArray_SIZE(y))
    return y


def put_along(y, indices, values, axis, str name):
    """numpy.put_along_axis by numrs_put_along_axis; values of y's dtype."""
    cdef ndarray a = check_out(y, name), at = _indices(indices, name), v = array_of(values, name, "values")
    cdef int32_t along = axis_of(axis, PyArray_NDIM(a), name, (<object>a).shape)
    _execute(PUT_ALONG, name, at, v, a, along, NULL, 2.0 * <double>max(PyArray_SIZE(at), PyArray_SIZE(a)))


def interpolated(x, xp, fp, double left, double right, str name):
    """The values at x of the lines between points, float64."""
    cdef ndarray a = array_of(x, name, "x"), knots = array_of(xp, name, "xp"), heights = array_of(fp, name, "fp")
    cdef ndarray y = new_array(PyArray_NDIM(a), <const int64_t *>PyArray_DIMS(a), NUMRS_F64)
    cdef numrs_view[4] views = [view_of(a, dtype_of(a)), view_of(knots, dtype_of(knots)), view_of(heights, dtype_of(heights)),
                                view_of(y, NUMRS_F64)]
    cdef Held held[4]
    cdef double work = 50.0 * <double>PyArray_SIZE(a) + 5.0 * <double>PyArray_SIZE(knots)
    cdef numrs_status status
    cdef numrs_context *context
    cdef int k
    if work < NOGIL_NS:
        status = numrs_interp(NULL, &views[0], &views[1], &views[2], &views[3], left, right)
    else:
        for k in range(4):
            hold(&held[k], &views[k])
        pins = (pin(a), pin(knots), pin(heights), pin(y))
        context = interruptible(work)
        with nogil:
            status = numrs_interp(context, &held[0].view, &held[1].view, &held[2].view, &held[3].view, left, right)
        release_context(context)
        del pins
    check(status, name)
    return y


def places(x, str name):
    """The indices of the elements that are not zero, an ndarray (ndim, count)."""
    cdef ndarray a = array_of(x, name, "x"), y
    cdef int64_t count = 0, again = 0
    cdef int64_t shape[2]
    cdef double work = 1.0 * <double>PyArray_SIZE(a)
    _execute(NONZERO, name, a, None, None, 0, &count, work)
    shape[0] = PyArray_NDIM(a)
    shape[1] = count
    y = new_array(2, shape, NUMRS_I64)
    _execute(NONZERO, name, a, None, y, 0, &again, work)
    return y


cdef ndarray _indices(object indices, str name):
    cdef ndarray at = array_of(indices, name, "indices")
    if PyArray_SIZE(at) == 0 and not isinstance(indices, ndarray) and (<object>at).dtype.kind == "f":
        return <ndarray>(<object>at).astype("int64")  # an empty list
    if (<object>at).dtype.kind not in "iu":
        raise IndexError(f"{name}: indices has dtype {(<object>at).dtype}, expected integers")
    return at
