# cython: freethreading_compatible=True
"""Fourier transforms: axes, lengths, norm, one C call with or without the GIL. Nothing public."""
from libc.math cimport log2, sqrt
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_DIMS, PyArray_NDIM, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, check, dtype_of, hold, interruptible, new_array, pin,
                                release_context, view_of)
from numrs._ops._reduce cimport axis_of, shape_of
from numrs.c cimport fft as c
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.view cimport numrs_view

cnp.import_array()

cdef struct Call:
    Kind kind
    numrs_view x, y
    int32_t axes[64]
    int32_t n_axes, direction
    int64_t n
    double scale


cdef numrs_status _invoke(Call *o, numrs_context *context) noexcept nogil:
    if o.kind == COMPLEX:
        return c.numrs_fft(context, &o.x, &o.y, o.axes, o.n_axes, o.direction, o.scale)
    if o.kind == FROM_REAL:
        return c.numrs_rfft(context, &o.x, &o.y, o.axes, o.n_axes, o.n, o.direction, o.scale)
    return c.numrs_irfft(context, &o.x, &o.y, o.axes, o.n_axes, o.direction, o.scale)


cdef int _execute(Call *call, str name, tuple arrays, double work_ns) except -1:
    cdef Held held[2]
    cdef numrs_context *context
    cdef numrs_status status
    if work_ns < NOGIL_NS:
        status = _invoke(call, NULL)
    else:
        pins = [pin(a) for a in arrays]
        hold(&held[0], &call.x)
        call.x = held[0].view
        hold(&held[1], &call.y)
        call.y = held[1].view
        context = interruptible(work_ns)
        with nogil:
            status = _invoke(call, context)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return 0


cdef int64_t _length(object n, str name, str argument) except -1:
    """A number of points."""
    if isinstance(n, bool):
        raise TypeError(f"{name}: {argument} is {n}, expected an int")
    try:
        count = n.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: {argument} is of type {type(n).__name__}, expected an int") from None
    if count < 1:
        raise ValueError(f"{name}: the number of points ({argument}) is {count}, expected at least 1")
    if count > 1 << 60:
        raise MemoryError(f"{name}: {argument} is {count}, which is more than fits into memory")
    return count


cdef double _scale(object norm, str name, double points, bint scaled) except? -1.0:
    """scaled: norm 'backward' divides by the number of points."""
    if norm is None or norm == "backward":
        return 1.0 / points if scaled else 1.0
    if norm == "ortho":
        return 1.0 / sqrt(points)
    if norm == "forward":
        return 1.0 if scaled else 1.0 / points
    raise ValueError(f"{name}: norm is {norm!r}, expected 'backward', 'ortho' or 'forward'")


cdef object _run(Kind kind, str name, ndarray a, list axes, list lengths, int32_t direction, double scale):
    """axes: different ones, from 0 on; lengths: of the time domain, one for each."""
    cdef int ndim = PyArray_NDIM(a), i
    cdef int32_t dtype = dtype_of(a), result
    cdef int64_t shape[64]
    cdef double work_ns = 2.0
    cdef ndarray y
    cdef Call call
    cdef bint single = dtype == ops.NUMRS_F16 or dtype == ops.NUMRS_BF16 or dtype == ops.NUMRS_F32 or \
        dtype == ops.NUMRS_C64
    for i in range(ndim):
        shape[i] = PyArray_DIMS(a)[i]
    call.kind = kind
    call.n_axes = <int32_t>len(axes)
    for i in range(call.n_axes):
        call.axes[i] = axes[i]
        shape[call.axes[i]] = lengths[i]
    call.n = lengths[call.n_axes - 1]
    if kind == FROM_REAL:
        shape[call.axes[call.n_axes - 1]] = call.n // 2 + 1
    if kind == TO_REAL:
        result = ops.NUMRS_F32 if single else ops.NUMRS_F64
    else:
        result = ops.NUMRS_C64 if single else ops.NUMRS_C128
    call.direction = direction
    call.scale = scale
    for i in range(ndim):
        work_ns *= <double>shape[i]
    for i in range(call.n_axes):
        work_ns *= 1.0 + 0.1 * log2(<double>shape[call.axes[i]])
    y = new_array(ndim, shape, result)
    call.x = view_of(a, dtype)
    call.y = view_of(y, result)
    _execute(&call, name, (a, y), work_ns)
    return y


cdef object one_axis(Kind kind, str name, object x, object n, object axis, int32_t direction, bint scaled,
                     object norm):
    cdef ndarray a = array_of(x, name, "x")
    cdef int d
    cdef int64_t length
    if type(axis) is int and axis == -1 and PyArray_NDIM(a) > 0:
        d = PyArray_NDIM(a) - 1
    else:
        d = axis_of(axis, PyArray_NDIM(a), name, shape_of(a))
    if n is not None:
        length = _length(n, name, "n")
    else:
        length = PyArray_DIMS(a)[d]
        if kind == TO_REAL:
            length = 2 * (length - 1)
        if length < 1:
            raise ValueError(f"{name}: the number of points is {max(length, 0)} for {PyArray_DIMS(a)[d]} along axis "
                             f"{d}, expected at least 1")
    return _run(kind, name, a, [d], [length], direction, _scale(norm, name, <double>length, scaled))


cdef object transform(Kind kind, str name, object x, object lengths, object axes, int32_t direction, bint scaled,
                      object norm):
    """lengths (s) and axes as NumPy has them: None, or as many of the one as of the other."""
    cdef ndarray a = array_of(x, name, "x")
    cdef int ndim = PyArray_NDIM(a), i
    cdef double points = 1.0
    for argument, given in (("s", lengths), ("axes", axes)):
        if given is not None and not hasattr(given, "__iter__"):
            raise TypeError(f"{name}: {argument} is of type {type(given).__name__}, expected a sequence of ints")
    if lengths is not None:
        lengths = list(lengths)
    if axes is None:
        count = ndim if lengths is None else len(lengths)
        if count > ndim:
            raise ValueError(f"{name}: s has {count} lengths for {ndim} dimensions (shape {shape_of(a)})")
        places = list(range(ndim - count, ndim))
    else:
        places = [axis_of(axis, ndim, name, shape_of(a)) for axis in axes]
    if lengths is None:
        lengths = [-1] * len(places)
        if kind == TO_REAL and places:
            lengths[len(places) - 1] = 2 * (PyArray_DIMS(a)[places[len(places) - 1]] - 1)
            if lengths[len(places) - 1] < 1:
                raise ValueError(f"{name}: the number of points is 0 for {PyArray_DIMS(a)[places[len(places) - 1]]} "
                                 f"along axis {places[len(places) - 1]}, expected at least 1")
    elif len(lengths) != len(places):
        raise ValueError(f"{name}: s has {len(lengths)} lengths and axes {len(places)} axes, expected as many")
    for i in range(len(places)):
        if type(lengths[i]) is int and lengths[i] == -1:  # as it is
            lengths[i] = PyArray_DIMS(a)[places[i]]
            if lengths[i] < 1:
                raise ValueError(f"{name}: the number of points is 0 along axis {places[i]}, expected at least 1")
        else:
            lengths[i] = _length(lengths[i], name, "s")
        points *= <double>lengths[i]
    cdef double scale = _scale(norm, name, points, scaled)
    if not places:
        if kind == COMPLEX:  # nothing to do but the dtype
            narrow = (<object>a).dtype.name in ("float16", "bfloat16", "float32", "complex64")
            return (<object>a).astype("complex64" if narrow else "complex128")
        raise ValueError(f"{name}: there are no axes, expected at least one")
    if len(set(places)) == len(places):
        return _run(kind, name, a, places, lengths, direction, scale)
    # An axis given more than once is transformed as often, from the last to the first.
    last = len(places) - 1
    if kind == FROM_REAL:
        a = _run(kind, name, a, [places[last]], [lengths[last]], direction, scale)
    for i in range(last + (kind == COMPLEX)):
        k = last - (kind != COMPLEX) - i
        a = _run(COMPLEX, name, a, [places[k]], [lengths[k]], direction, scale if kind == COMPLEX and i == 0 else 1.0)
    if kind == TO_REAL:
        a = _run(kind, name, a, [places[last]], [lengths[last]], direction, scale)
    return a
