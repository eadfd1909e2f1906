# cython: freethreading_compatible=True
"""The family of rolling statistics: windows, axis, result; one C call with or without the GIL. Nothing public."""
import numpy as np
from numpy.exceptions import AxisError

from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, PyArray_DATA, PyArray_DIMS, PyArray_NDIM, ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, array_of, check, check_out, dtype_of, hold, interruptible, new_array,
                                pin, release_context, same_shape, size_of, table_of, view_of)
from numrs._ops._device_calls cimport at_device, device_rolling
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.rolling cimport (NUMRS_CLOSED_BOTH, NUMRS_CLOSED_LEFT, NUMRS_CLOSED_NEITHER, NUMRS_CLOSED_RIGHT,
                              numrs_rolling, numrs_rolling_dtype, numrs_rolling_length, numrs_rolling_options)
from numrs.c.view cimport numrs_promote, numrs_view

from numrs._ops._tables import pair

cnp.import_array()

cdef enum:
    WORK_NS = 10  # per element, of the usual statistic

_CLOSED = {"right": NUMRS_CLOSED_RIGHT, "left": NUMRS_CLOSED_LEFT, "both": NUMRS_CLOSED_BOTH,
           "neither": NUMRS_CLOSED_NEITHER}


cdef int64_t integer_of(str name, str argument, object value) except? -2:
    """An int that is no bool; beyond 64 bits the largest one."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name}: {argument} is {value}, expected an int, not a bool")
    try:
        number = value.__index__()
    except (AttributeError, TypeError):
        raise TypeError(f"{name}: {argument} is of type {type(value).__name__}, expected an int") from None
    return min(max(number, -(1 << 62)), 1 << 62)


cdef double number_of(str name, str argument, object value) except? -1.25:
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name}: {argument} is of type {type(value).__name__}, expected a number")
    if value != value:
        raise ValueError(f"{name}: {argument} is nan, expected a number")
    return float(value)


cdef double correction_of(str name, object correction, object ddof, double default) except? -1.25:
    if correction is not None and ddof is not None:
        raise TypeError(f"{name}: correction and ddof are synonyms; got both")
    chosen = ddof if correction is None else correction
    return default if chosen is None else number_of(name, "correction", chosen)


cdef Choice choose(str name, object window, object min_periods, object center, object closed, object step):
    cdef Choice c
    c.parameter = 0
    c.method = c.flags = 0
    c.window = 0
    if not isinstance(window, (tuple, list)):
        c.window = integer_of(name, "window", window)
        if c.window < 1:
            raise ValueError(f"{name}: window is {window}, expected at least 1")
    c.min_periods = 0
    if min_periods is not None:
        c.min_periods = integer_of(name, "min_periods", min_periods)
        if c.min_periods < 0:
            raise ValueError(f"{name}: min_periods is {min_periods}, expected at least 0")
        if c.min_periods == 0:
            c.min_periods = -1
    c.step = integer_of(name, "step", step)
    if c.step < 1:
        raise ValueError(f"{name}: step is {step}, expected at least 1")
    c.closed = _CLOSED.get(closed, -1) if isinstance(closed, str) else -1
    if c.closed < 0:
        raise ValueError(f"{name}: closed is {closed!r}, expected 'right', 'left', 'both' or 'neither'")
    if not isinstance(center, (bool, np.bool_)):
        raise TypeError(f"{name}: center is of type {type(center).__name__}, expected a bool")
    c.center = 1 if center else 0
    return c


cdef int32_t along_axis(object axis, ndarray a, str name) except? -100:
    cdef int ndim = PyArray_NDIM(a)
    cdef int64_t index = integer_of(name, "axis", axis)
    if not -ndim <= index < ndim:
        raise AxisError(f"{name}: axis {axis} is out of bounds for {ndim}-d input (shape {(<object>a).shape})")
    return <int32_t>(index + ndim if index < 0 else index)


cdef ndarray _bounds(str name, str which, object values):
    """One end of explicit windows as contiguous int64."""
    given = np.asarray(values)
    if given.ndim != 1 or (given.dtype.kind not in "iu" and given.size):
        raise TypeError(f"{name}: window's {which} have dtype {given.dtype} and {given.ndim} dimensions, "
                        "expected integers in one")
    if given.dtype == np.uint64 and given.size and given.max() > np.uint64(np.iinfo(np.int64).max):
        raise IndexError(f"{name}: window's {which} reach {given.max()}, beyond every axis")
    return <ndarray>np.ascontiguousarray(given, np.int64)

_METHODS = {name: number for number, name in enumerate((
    "linear", "lower", "higher", "midpoint", "nearest", "inverted_cdf", "averaged_inverted_cdf", "closest_observation",
    "interpolated_inverted_cdf", "hazen", "weibull", "median_unbiased", "normal_unbiased"))}
_RANKS = {"average": 0, "min": 1, "max": 2}


cdef int32_t _method(str name, object method, dict known) except -1:
    if not isinstance(method, str) or method not in known:
        raise ValueError(f"{name}: method is {method!r}, expected one of {', '.join(known)}")
    return known[method]


cdef int32_t quantile_method(str name, object method) except -1:
    return _method(name, method, _METHODS)


cdef int32_t rank_method(str name, object method) except -1:
    return _method(name, method, _RANKS)


cdef double share_of(str name, object q) except? -1.25:
    cdef double share = number_of(name, "q", q)
    if not 0 <= share <= 1:
        raise ValueError(f"{name}: q is {q}, expected 0 to 1")
    return share


cdef double scale_of(str name, object scale) except? -1.25:
    if isinstance(scale, str):
        if scale == "normal":
            return 1 / 0.6744897501960817
        raise ValueError(f"{name}: scale is {scale!r}, expected a number or 'normal'")
    cdef double factor = number_of(name, "scale", scale)
    if not 0 < factor < float("inf"):
        raise ValueError(f"{name}: scale is {scale}, expected more than 0, and finite")
    return factor


cdef object _rolling_of_table(int32_t op, str name, object table, object second, object x, object x2, object window,
                              object axis, const Choice *choice, object weights, object out):
    """The same kind of column or frame; with out the array that was given."""
    if x2 is None:
        x = table.values
    else:
        table, x, x2 = pair(table, second, x, x2, name)
    along, axis, turned = table.turned(axis, out)
    if turned:
        x, x2 = x.T, None if x2 is None else x2.T
    y = rolling(op, name, x, x2, window, axis, choice, weights, out)
    return y if out is not None else table.like(y.T if turned else y, along, choice.step if choice.window else 0)


cdef object rolling(int32_t op, str name, object x, object x2, object window, object axis, const Choice *choice,
                    object weights, object out):
    cdef object table, second
    if at_device(x) or at_device(x2):
        return device_rolling(op, name, x, x2, window, axis, choice, weights, out)
    if not PyArray_CheckExact(x) or not (x2 is None or PyArray_CheckExact(x2)):
        table, second = table_of(x, name, "x"), None if x2 is None else table_of(x2, name, "x2")
        if table is not None or second is not None:
            return _rolling_of_table(op, name, table, second, x, x2, window, axis, choice, weights, out)
    cdef ndarray a = array_of(x, name, "x"), b = None, y, starts = None, ends = None, w = None
    cdef numrs_rolling_options options
    cdef int64_t shape[64]
    cdef int64_t outputs
    cdef int32_t result, along, d
    if x2 is not None:
        b = array_of(x2, name, "x2")
        if not same_shape(a, b):
            try:
                first, second = np.broadcast_arrays(a, b)
            except ValueError:
                raise ValueError(f"{name}: x and x2 with shapes {(<object>a).shape}, {(<object>b).shape} do not "
                                 "broadcast") from None
            a, b = <ndarray>first, <ndarray>second
    along = along_axis(axis, a, name)
    options.struct_size = sizeof(numrs_rolling_options)
    options.closed = choice.closed
    options.window = choice.window
    options.min_periods = choice.min_periods
    options.step = choice.step
    options.center = choice.center
    options.method = choice.method
    options.flags = choice.flags
    options.reserved = 0
    options.parameter = choice.parameter
    options.starts = options.ends = NULL
    options.n_bounds = 0
    options.weights = NULL
    if choice.window == 0:
        if len(window) != 2:
            raise TypeError(f"{name}: window is a {type(window).__name__} of {len(window)}, expected an int or a pair "
                            "of index arrays (start, end)")
        starts = _bounds(name, "starts", window[0])
        ends = _bounds(name, "ends", window[1])
        if size_of(starts) != size_of(ends):
            raise ValueError(f"{name}: window's starts and ends have {size_of(starts)} and {size_of(ends)} elements, "
                             "expected as many of both")
        options.starts = <const int64_t *>PyArray_DATA(starts)
        options.ends = <const int64_t *>PyArray_DATA(ends)
        options.n_bounds = size_of(starts)
    if weights is not None:
        w = <ndarray>np.ascontiguousarray(array_of(weights, name, "weights"), np.float64)
        if PyArray_NDIM(w) != 1 or size_of(w) != choice.window:
            raise ValueError(f"{name}: weights has shape {(<object>w).shape}, expected ({choice.window},), the window")
        options.weights = <const double *>PyArray_DATA(w)
    check(numrs_rolling_length(PyArray_DIMS(a)[along], &options, &outputs), name)
    check(numrs_rolling_dtype(op, dtype_of(a) if b is None else numrs_promote(dtype_of(a), dtype_of(b)), &result), name)
    if b is not None and dtype_of(a) != dtype_of(b):
        check(numrs_rolling_dtype(op, dtype_of(a), &result), name)
        check(numrs_rolling_dtype(op, dtype_of(b), &d), name)
        result = max(result, d)  # float64 has the greater number
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if out is None:
        for d in range(PyArray_NDIM(a)):
            shape[d] = PyArray_DIMS(a)[d]
        shape[along] = outputs
        y = new_array(PyArray_NDIM(a), shape, result)
    else:
        y = check_out(out, name)
    cdef numrs_view va = view_of(a, dtype_of(a)), vy = view_of(y, dtype_of(y)), vb
    cdef const numrs_view *second_view = NULL
    cdef Held held_a, held_b, held_y
    cdef numrs_context *context
    cdef numrs_status status
    cdef double work_ns = WORK_NS * <double>size_of(a)
    if b is not None:
        vb = view_of(b, dtype_of(b))
        second_view = &vb
    if work_ns < NOGIL_NS:
        status = numrs_rolling(NULL, op, &va, second_view, &vy, along, &options)
    else:
        hold(&held_a, &va)
        hold(&held_y, &vy)
        if b is not None:
            hold(&held_b, &vb)
            second_view = &held_b.view
        pins = [pin(one) for one in (a, b, y, starts, ends, w) if one is not None]
        context = interruptible(work_ns)
        with nogil:
            status = numrs_rolling(context, op, &held_a.view, second_view, &held_y.view, along, &options)
        release_context(context)
        del pins
    if status != NUMRS_OK:
        check(status, name)
    return y


cdef object expanding(int32_t op, str name, object x, object x2, object axis, object min_periods, double parameter,
                      int32_t method, int32_t flags, object out):
    """Windows that begin with the line: longer than any line."""
    cdef Choice c = choose(name, 1 << 62, 1 if min_periods is None else min_periods, False, "right", 1)
    c.parameter = parameter
    c.method = method
    c.flags = flags
    return rolling(op, name, x, x2, None, axis, &c, None, out)
