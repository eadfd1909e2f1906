# cython: freethreading_compatible=True
"""Type in, type out: the element-wise families on tensors, and functions for ndarrays made to take and give tensors."""
from functools import wraps

import numpy as np

from libc.stdint cimport int32_t, int64_t
from numpy cimport ndarray

from numrs._ops._array cimport (BYTES_OF_DTYPE, NOGIL_NS, as_array, broadcast, check, dtype_of, interruptible, release_context,
                                view_of)
from numrs._ops._dlpack cimport is_foreign
from numrs._ops._elementwise cimport (BINARY_RESULT, UNARY_RESULT, Number, _weak, binary, is_comparison, is_logical,
                                      is_weak, ternary, unary, work_ns)
from numrs._ops cimport _record
from numrs._ops._record cimport any_tracked, in_place, record
from numrs._ops._place cimport MANY_PLACES, context_at, no_kernel, place_of, place_of_any
from numrs._ops._storage cimport (array_over, from_ndarray, moved, new_like, new_tensor, new_tensor_at, same_dims, shape_tuple,
                                  tensor_of, tracked, valid, written)
from numrs._ops._tensor cimport Tensor
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.elementwise cimport (numrs_binary, numrs_binary_dtypes, numrs_binary_n, numrs_ternary, numrs_ternary_dtypes,
                                  numrs_unary)
from numrs.c.ops cimport NUMRS_BOOL
from numrs.c.reduce cimport numrs_reduce
from numrs.c.view cimport NUMRS_ON_HOST, numrs_dtype_name, numrs_promote, numrs_view


cdef bint any_tensor(object a, object b, object c) except -1:
    """Is one of them a Tensor, or another library's array, which becomes one?"""
    if type(a) is Tensor or type(b) is Tensor or type(c) is Tensor:
        return True
    return is_foreign(a) or is_foreign(b) or isinstance(a, Tensor) or isinstance(b, Tensor)


cdef object plain_target(object out):
    """A tensor that is to be written as an array over its memory, which counts as a change; alone or in a tuple."""
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if not isinstance(out, Tensor):
        return out
    if (<Tensor>out).place != 0:
        raise no_kernel("a function of ndarrays", (<Tensor>out).place)
    written(<Tensor>out)
    return array_over(<Tensor>out)


cdef object plain(object x, str name="a function of ndarrays"):
    """An operand as the functions for ndarrays take it."""
    if isinstance(x, Tensor):
        if (<Tensor>x).place != 0:
            raise no_kernel(name, (<Tensor>x).place)
        if tracked(x):
            raise NotImplementedError("a function without a gradient rule was called with a tensor that requires grad; call it "
                                      "under numrs.autograd.no_grad(), or with x.detach()")
        return array_over(<Tensor>x)
    if is_foreign(x):
        from numrs._ops._dlpack import from_dlpack
        return array_over(<Tensor>from_dlpack(x))
    return x


cdef object _operand(object x, str name, str argument, numrs_view *view):
    """A view of a tensor or of what becomes an ndarray, and what keeps its memory."""
    if type(x) is Tensor:
        view[0] = (<Tensor>x).view
        if view.dtype == 0:
            raise TypeError(f"{name}: {argument} is a Tensor that was never initialised")
        return x
    a = as_array(plain(x), name, argument)
    view[0] = view_of(<ndarray>a, dtype_of(<ndarray>a))
    return a


cdef object _shapes(const numrs_view *views, int count):
    return ", ".join([str(tuple([views[k].shape[d] for d in range(views[k].ndim)])) for k in range(count)])


cdef int _run_binary(int32_t op, const numrs_view *a, const numrs_view *b, const numrs_view *y, int64_t size,
                     int32_t place) except -1:
    """Views of tensors never change, and their memory is kept by whoever calls: no copies of shapes, no pins."""
    cdef double work = work_ns(2, op, max(a.dtype, y.dtype), size)
    cdef numrs_status status
    cdef numrs_context *context
    if work < NOGIL_NS or place != 0:
        status = numrs_binary(context_at(place), op, a, b, y)
    else:
        context = interruptible(work)
        with nogil:
            status = numrs_binary(context, op, a, b, y)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return 0


cdef object tensor_binary(int32_t op, str name, object a, object b, object out):
    cdef Tensor x, z, y
    cdef int32_t dtype, result, compute
    cdef numrs_view[2] views
    cdef int64_t[64] shape
    cdef Number value
    cdef int ndim, at
    cdef int32_t place
    if tracked(a) or tracked(b):
        return record(name, None, (a, b), {"out": out} if out is not None else {})
    if type(a) is Tensor and type(b) is Tensor:  # the usual call: one dtype, one shape
        x = <Tensor>a
        z = <Tensor>b
        dtype = x.view.dtype
        result = BINARY_RESULT[op][dtype]
        if result != 0 and dtype == z.view.dtype and x.place == z.place and same_dims(x, z):
            if out is None:
                y = new_like(x, result)
                _run_binary(op, &x.view, &z.view, &y.view, y.size, x.place)
                return y
            if type(out) is Tensor and (<Tensor>out).view.dtype == result and (<Tensor>out).place == x.place and \
                    same_dims(<Tensor>out, x):
                y = <Tensor>out
                written(y)
                _run_binary(op, &x.view, &z.view, &y.view, y.size, x.place)
                return y
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    place = place_of_any(name, a, b, out)
    if out is not None and type(out) is not Tensor:
        return binary(op, name, plain(a), plain(b), out)
    if (is_weak(b) and not is_weak(a)) or (is_weak(a) and not is_weak(b)):
        at = 1 if is_weak(a) else 0  # the array's place
        number = a if at == 1 else b
        kept = _operand(b if at == 1 else a, name, "x2" if at == 1 else "x1", &views[at])
        dtype = views[at].dtype
        if is_logical(op):
            number = bool(number)
        if _weak(number, dtype, BINARY_RESULT[op][dtype], name, "x1" if at == 1 else "x2", &views[1 - at], &value):
            return _through_arrays(op, name, a, b, out)  # an int beyond the dtype: comparisons know the answer
        if place != 0:
            views[1 - at].dtype |= NUMRS_ON_HOST
    else:
        kept = (_operand(a, name, "x1", &views[0]), _operand(b, name, "x2", &views[1]))
        if is_comparison(op) and views[0].dtype != views[1].dtype and \
                (views[0].dtype == ops.NUMRS_U64 or views[1].dtype == ops.NUMRS_U64):
            return _through_arrays(op, name, a, b, out)
        if place != 0:  # NumPy's scalars
            if not isinstance(a, Tensor):
                views[0].dtype |= NUMRS_ON_HOST
            if not isinstance(b, Tensor):
                views[1].dtype |= NUMRS_ON_HOST
    if numrs_binary_dtypes(op, views[0].dtype & ~NUMRS_ON_HOST, views[1].dtype & ~NUMRS_ON_HOST, &compute, &result) != NUMRS_OK:
        raise TypeError(f"{name}: x1 has dtype {numrs_dtype_name(views[0].dtype).decode()}, x2 has dtype "
                        f"{numrs_dtype_name(views[1].dtype).decode()}, which the operation does not take")
    if out is None:
        ndim = broadcast(views, 2, shape)
        if ndim < 0:
            raise ValueError(f"{name}: operands with shapes {_shapes(views, 2)} do not broadcast")
        y = new_tensor_at(place, ndim, shape, result)
    else:
        y = <Tensor>out
        written(y)
    _run_binary(op, &views[0], &views[1], &y.view, y.size, place)
    del kept
    return y


cdef object _through_arrays(int32_t op, str name, object a, object b, object out):
    made = binary(op, name, plain(a, name), plain(b, name), plain_target(out))
    return out if out is not None else tensor_of(made)


cdef object tensor_unary(int32_t op, str name, object x, object out):
    cdef Tensor t, y
    cdef int32_t dtype, result
    cdef numrs_status status
    cdef numrs_context *context
    cdef double work
    if tracked(x):
        return record(name, None, (x,), {"out": out} if out is not None else {})
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if type(x) is not Tensor or (out is not None and type(out) is not Tensor):
        made = unary(op, name, plain(x), plain_target(out))
        return out if out is not None else tensor_of(made)
    t = <Tensor>x
    dtype = t.view.dtype
    result = UNARY_RESULT[op][dtype]
    if result == 0:
        unary(op, name, array_over(new_tensor(0, NULL, dtype)), None)  # raises, and says which dtypes it takes
    place_of_any(name, x, out, x)
    if out is None:
        y = new_like(t, result)
    else:
        y = <Tensor>out
        written(y)
    work = work_ns(1, op, max(dtype, y.view.dtype), y.size)
    if work < NOGIL_NS or t.place != 0:
        status = numrs_unary(context_at(t.place), op, &t.view, &y.view)
    else:
        context = interruptible(work)
        with nogil:
            status = numrs_unary(context, op, &t.view, &y.view)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return y


cdef object tensor_ternary(int32_t op, str name, tuple names, object a, object b, object c, object out):
    if tracked(a) or tracked(b) or tracked(c):
        return record(name, None, (a, b, c), {"out": out} if out is not None else {})
    if type(out) is tuple and len(<tuple>out) == 1:
        out = (<tuple>out)[0]
    if place_of(name, (a, b, c, out)) != 0:
        return _device_ternary(op, name, names, a, b, c, out)
    made = ternary(op, name, names, plain(a), plain(b), plain(c), plain_target(out))
    return out if out is not None else tensor_of(made)


cdef object _device_ternary(int32_t op, str name, tuple names, object a, object b, object c, object out):
    """The same on a device: numbers of Python take the dtype of the tensors beside them."""
    cdef numrs_view[4] views
    cdef Number[3] values
    cdef int64_t[64] shape
    cdef int32_t beside = 0, compute, computed, result, place = place_of(name, (a, b, c, out))
    cdef int k, ndim, first = 1 if op == ops.NUMRS_OP_WHERE else 0  # a condition gives no dtype
    cdef Tensor y
    cdef tuple given = (a, b, c)
    for k in range(3):
        if isinstance(given[k], Tensor):
            views[k] = (<Tensor>given[k]).view
            if k >= first:
                beside = views[k].dtype if beside == 0 else numrs_promote(beside, views[k].dtype)
    if beside == 0:  # where(condition, 1.0, 2.0)
        dtype = np.result_type(*[np.asarray(x) for x in given[first:]])
        return tensor_ternary(op, name, names, a, moved(from_ndarray(np.asarray(b, dtype=dtype), True), place), c, out)
    if numrs_ternary_dtypes(op, beside, beside, beside, &compute, &computed) != NUMRS_OK:
        computed = beside
    kept = []
    for k in range(3):
        if not isinstance(given[k], Tensor):
            if is_weak(given[k]):
                if _weak(given[k], beside if k >= first else NUMRS_BOOL, computed, name, names[k], &views[k], &values[k]):
                    raise OverflowError(f"{name}: {names[k]} is {given[k]}, which does not fit "
                                        f"{numrs_dtype_name(views[k].dtype).decode()}")
            else:
                array = as_array(given[k], name, names[k])
                kept.append(array)
                views[k] = view_of(<ndarray>array, dtype_of(<ndarray>array))
            views[k].dtype |= NUMRS_ON_HOST
    if numrs_ternary_dtypes(op, views[0].dtype & ~NUMRS_ON_HOST, views[1].dtype & ~NUMRS_ON_HOST,
                            views[2].dtype & ~NUMRS_ON_HOST, &compute, &result) != NUMRS_OK:
        raise TypeError(f"{name}: the operation does not take these dtypes")
    if out is None:
        ndim = broadcast(views, 3, shape)
        if ndim < 0:
            raise ValueError(f"{name}: operands with shapes {_shapes(views, 3)} do not broadcast")
        y = new_tensor_at(place, ndim, shape, result)
    else:
        y = <Tensor?>out
        written(y)
    check(numrs_ternary(context_at(place), op, &views[0], &views[1], &views[2], &y.view))
    del kept
    return y


cdef object tensor_reduce_all(int32_t op, str name, object x, int32_t result, double correction):
    """Everything to one element."""
    cdef Tensor t = <Tensor>x, y = new_tensor_at((<Tensor>x).place, 0, NULL, result)
    cdef double work = <double>t.size * <double>BYTES_OF_DTYPE[t.view.dtype] * 0.04
    cdef numrs_status status
    cdef numrs_context *context
    if work < NOGIL_NS or t.place != 0:
        status = numrs_reduce(context_at(t.place), op, &t.view, NULL, &y.view, NULL, -1, correction)
    else:
        context = interruptible(work)
        with nogil:
            status = numrs_reduce(context, op, &t.view, NULL, &y.view, NULL, -1, correction)
        release_context(context)
    if status != NUMRS_OK:
        check(status)
    return y


# ------------------------------------------------------------------------------------------------ operators

cdef bint is_operand(object x):
    """Does an operator compute with x? Other array types that know how (Dask, xarray) are left to do it themselves."""
    kind = type(x)
    if kind is Tensor or kind is float or kind is int or kind is ndarray or kind is bool or kind is complex:
        return True
    if isinstance(x, (Tensor, np.ndarray, np.generic, float, int, complex, list, tuple)):
        return True
    return hasattr(kind, "__dlpack__") and not hasattr(kind, "__array_ufunc__")


cdef enum:
    SMALL = 2048  # elements up to which a call of two tensors is not looked at any further


cdef inline bint _is_small_pair(int32_t op, Tensor x, Tensor z) noexcept:
    """Two tensors of one dtype and shape in C order, and little work: what most operators are asked for."""
    return (x.place | z.place) == 0 and x.view.dtype == z.view.dtype and x.size == z.size and x.size <= SMALL and x.dense and \
        z.dense and BINARY_RESULT[op][x.view.dtype] != 0 and not (x.wants_grad or z.wants_grad) and same_dims(x, z)


cdef object operate(int32_t op, str name, object a, object b, object other):
    cdef Tensor x, z, y
    if type(a) is Tensor and type(b) is Tensor:
        x = <Tensor>a
        z = <Tensor>b
        if _is_small_pair(op, x, z):
            y = new_like(x, BINARY_RESULT[op][x.view.dtype])
            if numrs_binary_n(NULL, op, x.view.dtype, x.view.data, z.view.data, y.view.data, x.size) == NUMRS_OK:
                return y
    elif type(b) is float:
        return _with_float(op, name, a, b, 1)
    elif type(a) is float:
        return _with_float(op, name, b, a, 0)
    elif not is_operand(other):
        return NotImplemented
    return tensor_binary(op, name, a, b, None)


cdef object _with_float(int32_t op, str name, object a, double number, int at):
    """A tensor with a Python float, which is operand `at`."""
    cdef Tensor x, y
    cdef Number value
    cdef numrs_view scalar
    cdef int32_t dtype
    if type(a) is Tensor:
        x = <Tensor>a
        dtype = x.view.dtype
        if x.place == 0 and (dtype == ops.NUMRS_F64 or dtype == ops.NUMRS_F32) and x.size <= SMALL and \
                BINARY_RESULT[op][dtype] != 0 and not is_logical(op) and not x.wants_grad:
            if dtype == ops.NUMRS_F64:
                value.f64[0] = number
            else:
                value.f32[0] = <float>number
            scalar.data = &value
            scalar.shape = scalar.strides = NULL
            scalar.ndim = 0
            scalar.dtype = dtype
            y = new_like(x, BINARY_RESULT[op][dtype])
            if numrs_binary(NULL, op, &x.view if at else &scalar, &scalar if at else &x.view, &y.view) == NUMRS_OK:
                return y
    return tensor_binary(op, name, a, number, None) if at else tensor_binary(op, name, number, a, None)


cdef object operate_in_place(int32_t op, str name, Tensor t, object other):
    cdef Tensor z
    if type(other) is Tensor:
        z = <Tensor>other
        if _is_small_pair(op, t, z) and BINARY_RESULT[op][t.view.dtype] == t.view.dtype:
            written(t)
            if numrs_binary_n(NULL, op, t.view.dtype, t.view.data, z.view.data, t.view.data, t.size) == NUMRS_OK:
                return t
    elif not is_operand(other):
        return NotImplemented
    if tracked(t) or tracked(other):
        return in_place(name, t, other)
    return tensor_binary(op, name, t, other, t)


cdef object number_of(Tensor t, str what):
    """The only element of a tensor without dimensions as a Python number."""
    cdef int32_t dtype = valid(t)
    if t.view.ndim != 0:
        raise TypeError(f"{what} of a Tensor of shape {shape_tuple(t)}, expected no dimensions; take an element first")
    if t.place != 0:
        t = moved(t, 0)
    if dtype == ops.NUMRS_F64:
        return (<double *>t.view.data)[0]
    if dtype == ops.NUMRS_F32:
        return <double>(<float *>t.view.data)[0]
    if dtype == ops.NUMRS_I64:
        return (<int64_t *>t.view.data)[0]
    if dtype == ops.NUMRS_BOOL:
        return (<char *>t.view.data)[0] != 0
    if dtype == ops.NUMRS_BF16:
        return float(array_over(t).item())
    return array_over(t).item()


# ------------------------------------------------------------------------------------------------ any function

cdef bint _has_tensor(object x) except -1:
    kind = type(x)
    if kind is Tensor:
        return True
    if kind is ndarray or kind is int or kind is float or kind is str or x is None or kind is bool:
        return False
    if kind is list or kind is tuple:
        for part in x:
            if _has_tensor(part):
                return True
        return False
    return isinstance(x, Tensor) or is_foreign(x)


cdef int32_t _place_in(object x) except -1:
    """Where the tensors among a value and its parts are: a device if one is there."""
    cdef int32_t found
    if isinstance(x, Tensor):
        return (<Tensor>x).place
    if type(x) is list or type(x) is tuple:
        for part in x:
            found = _place_in(part)
            if found != 0:
                return found
    return 0


cdef object _on_device(object function, str name, tuple args, dict kwargs):
    """A call with a tensor of a device, or with a device that is wanted: by _device_functions.py, made of what devices have
    kernels for. NotImplemented where there is none."""
    cdef int32_t place = 0
    for x in args:
        place = _place_in(x)
        if place != 0:
            break
    else:
        for x in kwargs.values():
            place = _place_in(x)
            if place != 0:
                break
    wanted = kwargs.get("device")
    if place == 0 and wanted is None:
        return NotImplemented
    from numrs._ops._device_functions import FUNCTIONS
    if place == 0:
        from numrs._ops._devices import CPU, resolve
        if resolve(wanted) == CPU:
            return NotImplemented
    found = FUNCTIONS.get(f"{function.__module__.rpartition('.')[2]}.{name}") or FUNCTIONS.get(name)
    if found is not None:
        return found(*args, **kwargs)
    try:
        return function(*args, **kwargs)  # made of functions that know devices, or it meets the guard of array_over
    except TypeError as error:
        if "has no memory that NumPy could read" not in str(error):
            raise
    raise no_kernel(name, place)


cdef object _plain_parts(object x):
    kind = type(x)
    if kind is list or kind is tuple:
        return kind([_plain_parts(part) for part in x])
    return plain(x)


def tensors(function):
    """A function of ndarrays that also takes tensors, and then gives tensors; `out` comes back as it was given. What only
    makes a view of a tensor does so at once (_views.pyx)."""
    from numrs._ops._views import FUNCTIONS as views
    cdef tuple names = function.__code__.co_varnames[:function.__code__.co_argcount]
    cdef str name = function.__name__
    cdef Py_ssize_t place = names.index("out") if "out" in names else -1
    code = function.__code__
    cdef bint takes_device = "device" in code.co_varnames[:code.co_argcount + code.co_kwonlyargcount]
    view = views.get(function.__name__)

    @wraps(function)
    def typed(*args, **kwargs):
        cdef bint found = False
        if view is not None and len(args) > 0 and type(args[0]) is Tensor and not (<Tensor>args[0]).wants_grad:
            made = view(*args, **kwargs)
            if made is not None:
                return made
        for x in args:
            if _has_tensor(x):
                found = True
                break
        else:
            for x in kwargs.values():
                if _has_tensor(x):
                    found = True
                    break
        if not found:
            if takes_device and kwargs.get("device") is not None:
                made = _on_device(function, name, args, kwargs)
                if made is not NotImplemented:
                    return made
            return function(*args, **kwargs)
        if _record.used and any_tracked(args, kwargs):
            return record(name, typed, args, kwargs)
        if MANY_PLACES[0] or (takes_device and kwargs.get("device") is not None):
            made = _on_device(function, name, args, kwargs)
            if made is not NotImplemented:
                return made
        out = args[place] if 0 <= place < len(args) else kwargs.get("out")
        if type(out) is tuple and len(<tuple>out) == 1:
            out = (<tuple>out)[0]
        if isinstance(out, Tensor):
            written(<Tensor>out)
        made = function(*[_plain_parts(x) for x in args], **{key: _plain_parts(x) for key, x in kwargs.items()})
        if out is not None:
            return out
        return tensor_of(made)
    return typed
