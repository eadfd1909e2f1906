# cython: freethreading_compatible=True
"""The element-wise families: conversion, result dtype, one C call with or without the GIL. Nothing public."""
import numpy as np

from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
cimport numpy as cnp
from numpy cimport PyArray_CheckExact, ndarray

from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, Held, array_of, as_array, broadcast, check, check_out,
                                dtype_of, empty_like_shape, finished, hold, interruptible, is_float, new_array, pin,
                                plain_out, release_context, same_shape, size_of, view_of)
from numrs._ops._typed cimport any_tensor, tensor_binary, tensor_ternary, tensor_unary
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.elementwise cimport (numrs_binary, numrs_binary_dtypes, numrs_convert, numrs_ternary,
                                  numrs_ternary_dtypes, numrs_unary, numrs_unary_dtypes)
from numrs.c.ops cimport (NUMRS_BF16, NUMRS_BOOL, NUMRS_C64, NUMRS_C128, NUMRS_F16, NUMRS_F32, NUMRS_F64, NUMRS_I64,
                          NUMRS_U64)
from numrs.c.view cimport numrs_dtype_name, numrs_promote, numrs_view

cnp.import_array()

cdef enum:
    UNARY = 1
    BINARY = 2
    TERNARY = 3

# UNARY_RESULT and BINARY_RESULT are filled from the library's tables.
cdef void _fill() noexcept:
    cdef int32_t op, dtype, compute, result
    for op in range(OPS):
        for dtype in range(DTYPES):
            UNARY_RESULT[op][dtype] = BINARY_RESULT[op][dtype] = 0
            if BYTES_OF_DTYPE[dtype] == 0:
                continue
            if numrs_unary_dtypes(op, dtype, &compute, &result) == NUMRS_OK:
                UNARY_RESULT[op][dtype] = result
            if numrs_binary_dtypes(op, dtype, dtype, &compute, &result) == NUMRS_OK:
                BINARY_RESULT[op][dtype] = result

_fill()

cdef double work_ns(int family, int32_t op, int32_t dtype, int64_t size) noexcept:
    """Rough time of one thread: by what is memory traffic and what is mathematics."""
    cdef bint heavy
    if family == UNARY:
        heavy = op >= ops.NUMRS_OP_EXP
    elif family == BINARY:
        heavy = op >= ops.NUMRS_OP_NEXTAFTER or op == ops.NUMRS_OP_POW or op == ops.NUMRS_OP_REMAINDER or \
            op == ops.NUMRS_OP_FLOOR_DIVIDE
    else:
        heavy = False
    return <double>size * <double>BYTES_OF_DTYPE[dtype] * (0.25 if heavy else 0.04)


cdef bint is_comparison(int32_t op) noexcept:
    return ops.NUMRS_OP_EQUAL <= op <= ops.NUMRS_OP_GREATER_EQUAL


cdef bint is_logical(int32_t op) noexcept:
    return ops.NUMRS_OP_LOGICAL_AND <= op <= ops.NUMRS_OP_LOGICAL_XOR


cdef numrs_status _run_without_gil(int family, int32_t op, const numrs_view *v, object a, object b, object c, object y,
                                   double work_ns) except -1:
    cdef Held held[4]
    cdef numrs_status status
    cdef numrs_context *context
    cdef int k
    for k in range(family + 1):
        hold(&held[k], &v[k])
    pins = (None if a is None else pin(<ndarray>a), None if b is None else pin(<ndarray>b),
            None if c is None else pin(<ndarray>c), pin(<ndarray>y))
    context = interruptible(work_ns)
    with nogil:
        if family == UNARY:
            status = numrs_unary(context, op, &held[0].view, &held[1].view)
        elif family == BINARY:
            status = numrs_binary(context, op, &held[0].view, &held[1].view, &held[2].view)
        else:
            status = numrs_ternary(context, op, &held[0].view, &held[1].view, &held[2].view, &held[3].view)
    release_context(context)
    del pins
    return status


cdef inline numrs_status _run(int family, int32_t op, const numrs_view *v, object a, object b, object c,
                              ndarray y) except -1:
    """One call with views v, inputs then output, of these arrays (None: a number on our stack), without the GIL where
    that pays."""
    cdef double work = work_ns(family, op, max(v[0].dtype, v[family].dtype), size_of(y))
    if work >= NOGIL_NS:
        return _run_without_gil(family, op, v, a, b, c, y, work)
    if family == UNARY:
        return numrs_unary(NULL, op, &v[0], &v[1])
    if family == BINARY:
        return numrs_binary(NULL, op, &v[0], &v[1], &v[2])
    return numrs_ternary(NULL, op, &v[0], &v[1], &v[2], &v[3])


cdef object _given(object out):
    """out as it is, or what is in a 1-tuple, as NumPy's functions take it."""
    if type(out) is tuple and len(<tuple>out) == 1:
        return (<tuple>out)[0]
    return out


def _refused(str name, operands):
    """The TypeError for dtypes that an operation does not take."""
    parts = ", ".join(f"{argument} has dtype {numrs_dtype_name(dtype).decode()}" for argument, dtype in operands)
    return TypeError(f"{name}: {parts}, which the operation does not take")


cdef object unary(int32_t op, str name, object x, object out):
    if not PyArray_CheckExact(x) and any_tensor(x, out, None):
        return tensor_unary(op, name, x, out)
    cdef ndarray a = array_of(x, name, "x"), y
    cdef int32_t dtype = dtype_of(a), result = UNARY_RESULT[op][dtype]
    cdef numrs_view views[2]
    cdef numrs_status status
    if result == 0:
        accepted = ", ".join(numrs_dtype_name(d).decode() for d in range(DTYPES) if UNARY_RESULT[op][d])
        raise TypeError(f"{name}: x has dtype {numrs_dtype_name(dtype).decode()}, expected one of {accepted}")
    if out is None:
        y = empty_like_shape(a, result)
    elif plain_out(out, a, result):
        y = <ndarray>out
    else:
        out = _given(out)
        y = empty_like_shape(a, result) if out is None else check_out(out, name)
    views[0] = view_of(a, dtype)
    views[1] = view_of(y, dtype_of(y))
    status = _run(UNARY, op, views, a, None, None, y)
    if status != NUMRS_OK:
        check(status)
    return finished(y) if out is None else y


cdef bint is_weak(object x) noexcept:
    """Python's own numbers take the dtype of what stands beside them; NumPy's scalars keep theirs."""
    return type(x) is float or type(x) is int or type(x) is bool or type(x) is complex


cdef bint _store_int(object x, int32_t dtype, Number *number) except -1:
    """Writes a Python int as an element of an integer dtype; False when it does not fit."""
    cdef int bits = 8 * <int>BYTES_OF_DTYPE[dtype]
    if numrs_promote(dtype, NUMRS_U64) == NUMRS_U64:  # unsigned
        if x < 0 or x >> bits != 0:
            return False
        number.u64 = <uint64_t>x
    else:
        if x >> (bits - 1) not in (0, -1):
            return False
        number.i64 = <int64_t>x
    # Little-endian or not: the narrow value is taken from the wide one by assignment.
    if bits == 8:
        number.u8 = <uint8_t>number.u64
    elif bits == 16:
        number.u16 = <uint16_t>number.u64
    elif bits == 32:
        number.u32 = <uint32_t>number.u64
    return True


cdef void _store_half(double x, int32_t dtype, Number *number) noexcept:
    """Writes a number as an element of float16 or bfloat16, rounded once."""
    cdef numrs_view wide, narrow
    wide.data = &x
    wide.shape = narrow.shape = NULL
    wide.strides = narrow.strides = NULL
    wide.ndim = narrow.ndim = 0
    wide.dtype = NUMRS_F64
    narrow.data = number
    narrow.dtype = dtype
    numrs_convert(NULL, &wide, &narrow)


cdef bint _is_inexact(int32_t dtype) noexcept:
    return is_float(dtype) or dtype == NUMRS_C64 or dtype == NUMRS_C128


# Dtypes that a Python complex number does not make wider than complex64.
_BESIDE_C64 = (NUMRS_F16, NUMRS_BF16, NUMRS_F32, NUMRS_C64)


cdef int _weak(object x, int32_t beside, int32_t computed, str name, str argument, numrs_view *view,
               Number *number) except -1:
    """Makes a 0-d view of a Python number beside an array of dtype `beside`, on which alone the operation's result is
    `computed`; returns 0, or 1 when an int does not fit."""
    cdef int32_t dtype = beside
    view.data = number
    view.shape = NULL
    view.strides = NULL
    view.ndim = 0
    if type(x) is bool:
        number.u8 = 1 if x is True else 0
        view.dtype = NUMRS_BOOL
        return 0
    if type(x) is complex:  # beside float32: complex64
        dtype = NUMRS_C64 if beside in _BESIDE_C64 else NUMRS_C128
    elif not _is_inexact(beside):
        dtype = NUMRS_F64
        if type(x) is int:
            if not _is_inexact(computed):
                view.dtype = NUMRS_I64 if beside == NUMRS_BOOL else beside
                return 0 if _store_int(x, view.dtype, number) else 1
            if beside != NUMRS_BOOL:
                dtype = computed
    view.dtype = dtype
    try:
        number.f64[0] = x.real if type(x) is complex else float(x)
        number.f64[1] = x.imag if type(x) is complex else 0.0
    except OverflowError:
        raise _too_large(x, dtype, name, argument) from None
    if dtype == NUMRS_F32 or dtype == NUMRS_C64:
        number.f32[0] = <float>number.f64[0]
        number.f32[1] = <float>number.f64[1]
    elif dtype == NUMRS_F16 or dtype == NUMRS_BF16:
        _store_half(number.f64[0], dtype, number)
    return 0


cdef object _too_large(object x, int32_t dtype, str name, str argument):
    value = str(x) if -10**30 < x < 10**30 else f"an int of {x.bit_length()} bits"
    return OverflowError(f"{name}: {argument} is {value}, which does not fit {numrs_dtype_name(dtype).decode()}")


cdef object _shapes(const numrs_view *views, int count):
    return ", ".join(str(tuple([views[k].shape[d] for d in range(views[k].ndim)])) for k in range(count))


cdef object _finish_call(int family, int32_t op, str name, numrs_view *views, object a, object b, object c,
                         int32_t result, object out):
    """Makes or checks the output, calls, and returns it."""
    cdef ndarray y
    cdef int64_t shape[64]
    cdef int ndim
    out = _given(out)
    if out is None:
        ndim = broadcast(views, family, shape)
        if ndim < 0:
            raise ValueError(f"{name}: operands with shapes {_shapes(views, family)} do not broadcast")
        y = new_array(ndim, shape, result)
    else:
        y = check_out(out, name)
    views[family] = view_of(y, dtype_of(y))
    check(_run(family, op, views, a, b, c, y))
    return finished(y) if out is None else y


cdef object _compare_mixed(int32_t op, str name, ndarray s, ndarray u, object out):
    """op(s, u) of signed s and unsigned u, exact where no dtype holds both: negative is less, and the others compare
    as uint64."""
    wide = s if dtype_of(s) == NUMRS_I64 else <object>s.astype(np.int64)
    negative = binary(ops.NUMRS_OP_LESS, name, wide, 0, None)
    first = binary(op, name, np.asarray(wide).view(np.uint64), u, None)
    if op == ops.NUMRS_OP_LESS or op == ops.NUMRS_OP_LESS_EQUAL or op == ops.NUMRS_OP_NOT_EQUAL:
        return binary(ops.NUMRS_OP_LOGICAL_OR, name, first, negative, out)
    return binary(ops.NUMRS_OP_GREATER, name, first, negative, out)  # first and not negative


cdef int32_t _mirrored(int32_t op) noexcept:
    """The comparison with its operands exchanged."""
    if op == ops.NUMRS_OP_LESS:
        return ops.NUMRS_OP_GREATER
    if op == ops.NUMRS_OP_GREATER:
        return ops.NUMRS_OP_LESS
    if op == ops.NUMRS_OP_LESS_EQUAL:
        return ops.NUMRS_OP_GREATER_EQUAL
    if op == ops.NUMRS_OP_GREATER_EQUAL:
        return ops.NUMRS_OP_LESS_EQUAL
    return op


cdef object _constant_comparison(int32_t op, str name, ndarray x, object number, object out):
    """op(x, number) for an int outside the range of x's dtype: one answer for all elements."""
    cdef bint above = number > 0
    cdef bint answer
    if op == ops.NUMRS_OP_EQUAL:
        answer = False
    elif op == ops.NUMRS_OP_NOT_EQUAL:
        answer = True
    elif op == ops.NUMRS_OP_LESS or op == ops.NUMRS_OP_LESS_EQUAL:
        answer = above
    else:
        answer = not above
    return binary(ops.NUMRS_OP_EQUAL if answer else ops.NUMRS_OP_NOT_EQUAL, name, x, x, out)


cdef object _binary_weak(int32_t op, str name, object array, object number, bint swapped, object out):
    """An array with a Python number, which stands first when swapped."""
    cdef str array_name = "x2" if swapped else "x1", number_name = "x1" if swapped else "x2"
    cdef ndarray x = array_of(array, name, array_name), y
    cdef int32_t dtype = dtype_of(x), compute, result
    cdef numrs_view views[3]
    cdef Number value
    cdef int at = 1 if swapped else 0
    cdef numrs_status status
    if is_logical(op):
        number = bool(number)
    if _weak(number, dtype, BINARY_RESULT[op][dtype], name, number_name, &views[1 - at], &value):
        if is_comparison(op):
            return _constant_comparison(_mirrored(op) if swapped else op, name, x, number, out)
        raise _too_large(number, views[1 - at].dtype, name, number_name)
    views[at] = view_of(x, dtype)
    if views[1 - at].dtype == dtype:
        result = BINARY_RESULT[op][dtype]
        if result != 0 and (out is None or plain_out(out, x, result)):
            y = empty_like_shape(x, result) if out is None else <ndarray>out
            views[2] = view_of(y, result)
            status = _run(BINARY, op, views, x, None, None, y)
            if status != NUMRS_OK:
                check(status)
            return finished(y) if out is None else y
    if numrs_binary_dtypes(op, views[0].dtype, views[1].dtype, &compute, &result) != NUMRS_OK:
        raise _refused(name, (("x1", views[0].dtype), ("x2", views[1].dtype)))
    return _finish_call(BINARY, op, name, views, x, None, None, result, out)


cdef object binary(int32_t op, str name, object a, object b, object out):
    cdef ndarray x, z, y
    cdef int32_t dtype, other, compute, result
    cdef numrs_view views[3]
    cdef numrs_status status
    if PyArray_CheckExact(a) and PyArray_CheckExact(b):
        # The usual call: two arrays of one dtype and one shape.
        x = <ndarray>a
        z = <ndarray>b
        dtype = dtype_of(x)
        result = BINARY_RESULT[op][dtype]
        if result != 0 and dtype_of(z) == dtype and same_shape(x, z) and (out is None or plain_out(out, x, result)):
            y = empty_like_shape(x, result) if out is None else <ndarray>out
            views[0] = view_of(x, dtype)
            views[1] = view_of(z, dtype)
            views[2] = view_of(y, result)
            status = _run(BINARY, op, views, x, z, None, y)
            if status != NUMRS_OK:
                check(status)
            return finished(y) if out is None else y
    if any_tensor(a, b, out):
        return tensor_binary(op, name, a, b, out)
    if is_weak(b) and not is_weak(a):
        return _binary_weak(op, name, a, b, False, out)
    if is_weak(a) and not is_weak(b):
        return _binary_weak(op, name, b, a, True, out)
    x = as_array(a, name, "x1")
    z = as_array(b, name, "x2")
    dtype = dtype_of(x)
    other = dtype_of(z)
    if is_comparison(op) and dtype != other and (dtype == NUMRS_U64 or other == NUMRS_U64) and \
            (<object>x).dtype.kind + (<object>z).dtype.kind in ("iu", "ui"):
        if other == NUMRS_U64:
            return _compare_mixed(op, name, x, z, out)
        return _compare_mixed(_mirrored(op), name, z, x, out)
    if numrs_binary_dtypes(op, dtype, other, &compute, &result) != NUMRS_OK:
        raise _refused(name, (("x1", dtype), ("x2", other)))
    views[0] = view_of(x, dtype)
    views[1] = view_of(z, other)
    return _finish_call(BINARY, op, name, views, x, z, None, result, out)


cdef object ternary(int32_t op, str name, tuple names, object a, object b, object c, object out):
    if any_tensor(a, b, c) or any_tensor(out, c, None):
        return tensor_ternary(op, name, names, a, b, c, out)
    cdef numrs_view views[4]
    cdef Number values[3]
    cdef tuple given = (a, b, c)
    cdef list arrays = [None, None, None]
    cdef int32_t beside = 0, compute, computed, result
    cdef int k, first = 1 if op == ops.NUMRS_OP_WHERE else 0  # a condition gives no dtype
    for k in range(3):
        if k < first or not is_weak(given[k]):
            arrays[k] = as_array(given[k], name, names[k])
            views[k] = view_of(<ndarray>arrays[k], dtype_of(<ndarray>arrays[k]))
            if k >= first:
                beside = views[k].dtype if beside == 0 else numrs_promote(beside, views[k].dtype)
    if beside == 0 or numrs_ternary_dtypes(op, beside, beside, beside, &compute, &computed) != NUMRS_OK:
        computed = beside
    for k in range(3):
        if arrays[k] is None:
            if beside == 0:  # Python numbers alone
                arrays[k] = as_array(given[k], name, names[k])
                views[k] = view_of(<ndarray>arrays[k], dtype_of(<ndarray>arrays[k]))
            elif _weak(given[k], beside, computed, name, names[k], &views[k], &values[k]):
                raise _too_large(given[k], views[k].dtype, name, names[k])
    if numrs_ternary_dtypes(op, views[0].dtype, views[1].dtype, views[2].dtype, &compute, &result) != NUMRS_OK:
        raise _refused(name, tuple((names[k], views[k].dtype) for k in range(3)))
    return _finish_call(TERNARY, op, name, views, arrays[0], arrays[1], arrays[2], result, out)
