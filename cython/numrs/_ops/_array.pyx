# cython: freethreading_compatible=True
"""Arrays at the boundary: conversion of arguments, results over pool memory, statuses to exceptions. Nothing public."""
import numpy as np

from cpython.exc cimport PyErr_Occurred
from cpython.pycapsule cimport PyCapsule_GetPointer, PyCapsule_New
from cpython.ref cimport Py_INCREF, Py_XINCREF, PyObject
from cpython.weakref cimport PyWeakref_NewRef
cimport numpy as cnp

from libc.string cimport memset

from numrs.c.base cimport (NUMRS_CANCELLED, NUMRS_OK, numrs_allocate, numrs_context, numrs_context_create,
                           numrs_context_destroy, numrs_context_options, numrs_free, numrs_message, numrs_status,
                           numrs_status_name)
from numrs.c.ops cimport (NUMRS_BF16, NUMRS_BOOL, NUMRS_C64, NUMRS_C128, NUMRS_F16, NUMRS_F32, NUMRS_F64, NUMRS_I8,
                          NUMRS_I16, NUMRS_I32, NUMRS_I64, NUMRS_U8, NUMRS_U16, NUMRS_U32, NUMRS_U64)
from numrs.c.view cimport numrs_dtype_size, numrs_view

cnp.import_array()

cdef extern from "Python.h":
    int PyErr_CheckSignals() noexcept  # the exception that it sets is raised by check()

cdef extern from "numpy/arrayobject.h":
    int PyArray_SetBaseObject(cnp.ndarray array, object base) except -1
    object PyArray_Return(cnp.ndarray array)
    object PyArray_Scalar(void *data, cnp.dtype descr, object base)
    cnp.dtype PyArray_DescrFromType(int number)
    bint PyArray_ISWRITEABLE(cnp.ndarray array)

SUPPORTED = ("bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, "
             "complex64, complex128")

cdef extern from "numpy/arrayobject.h":
    ctypedef struct PyTypeObject:
        pass
    ctypedef struct PyArray_Descr:
        pass
    PyTypeObject PyArray_Type
    # Steals a reference to the descriptor.
    ndarray PyArray_NewFromDescr(PyTypeObject *subtype, PyArray_Descr *descr, int ndim, const cnp.npy_intp *dims,
                                 const cnp.npy_intp *strides, void *data, int flags, PyObject *obj)

cdef extern from *:
    """
    #include <numpy/arrayscalars.h>
    /* Scalars of the usual dtypes, without the conversions of PyArray_Scalar. */
    static PyObject *numrs_f64_scalar(const void *p) {
      PyObject *scalar = PyArrayScalar_New(Double);
      if (scalar) PyArrayScalar_ASSIGN(scalar, Double, *(const npy_double *)p);
      return scalar;
    }
    static PyObject *numrs_f32_scalar(const void *p) {
      PyObject *scalar = PyArrayScalar_New(Float);
      if (scalar) PyArrayScalar_ASSIGN(scalar, Float, *(const npy_float *)p);
      return scalar;
    }
    """
    object numrs_f64_scalar(const void *p)
    object numrs_f32_scalar(const void *p)

cdef int _i
for _i in range(MOST_PLACES):
    CONTEXTS[_i] = NULL
for _i in range(32):
    DTYPE_OF_NUMPY[_i] = 0
for _i in range(16):
    NUMPY_OF_DTYPE[_i] = -1
    BYTES_OF_DTYPE[_i] = numrs_dtype_size(_i)
for _name, _dtype in (("bool", NUMRS_BOOL), ("int8", NUMRS_I8), ("int16", NUMRS_I16), ("int32", NUMRS_I32),
                      ("int64", NUMRS_I64), ("uint8", NUMRS_U8), ("uint16", NUMRS_U16),
                      ("uint32", NUMRS_U32), ("uint64", NUMRS_U64), ("float16", NUMRS_F16), ("float32", NUMRS_F32),
                      ("float64", NUMRS_F64), ("complex64", NUMRS_C64), ("complex128", NUMRS_C128)):
    NUMPY_OF_DTYPE[_dtype] = np.dtype(_name).num
    DTYPE_OF_NUMPY[np.dtype(_name).num] = _dtype
cdef PyObject *_DESCR_OF_DTYPE[16]  # one reference each, for ever
for _i in range(16):
    _DESCR_OF_DTYPE[_i] = NULL
    if NUMPY_OF_DTYPE[_i] >= 0:
        _descr = PyArray_DescrFromType(NUMPY_OF_DTYPE[_i])
        Py_INCREF(_descr)
        _DESCR_OF_DTYPE[_i] = <PyObject *>_descr
# C has two types of 64 (or 32) bits: long and long long, int and long.
for _code in "bhilqBHILQ":
    DTYPE_OF_NUMPY[np.dtype(_code).num] = DTYPE_OF_NUMPY[np.dtype(np.dtype(_code).name).num]

BFLOAT16_NUMBER = -1


cdef bint know_bfloat16() except -1:
    """Learns NumPy's number of bfloat16 from ml_dtypes, which is imported at the first use; False: it is not installed."""
    global BFLOAT16_NUMBER
    if BFLOAT16_NUMBER < 0:
        try:
            from ml_dtypes import bfloat16
        except ImportError:
            return False
        descr = np.dtype(bfloat16)
        BFLOAT16_NUMBER = NUMPY_OF_DTYPE[NUMRS_BF16] = descr.num
        Py_INCREF(descr)
        _DESCR_OF_DTYPE[NUMRS_BF16] = <PyObject *>descr
    return True


cdef object descr_of(int32_t dtype):
    """The NumPy dtype of a numrs dtype."""
    if dtype == NUMRS_BF16 and not know_bfloat16():
        raise ImportError("bfloat16 needs the package ml_dtypes, which is not installed")
    return <object>_DESCR_OF_DTYPE[dtype]


_EXCEPTIONS = {
    "BAD_ARGUMENT": ValueError, "BAD_SHAPE": ValueError, "BAD_DTYPE": TypeError, "BAD_INDEX": IndexError,
    "OVERLAP": ValueError,
    "UNSUPPORTED": NotImplementedError, "NO_MEMORY": MemoryError, "NO_DEVICE": RuntimeError,
    "DEVICE_FAILED": RuntimeError,
    "CANCELLED": KeyboardInterrupt, "INTERNAL": RuntimeError,
    "SINGULAR": np.linalg.LinAlgError,
}


cdef int check(numrs_status status, str name=None) except -1:
    """Raises what the C library reports, with its message; `name` stands in for the function's where Python has
    another."""
    if status == NUMRS_OK:
        return 0
    if status == NUMRS_CANCELLED and PyErr_Occurred():
        return -1  # the exception that PyErr_CheckSignals raised
    message = numrs_message().decode("utf-8", "replace")
    if name is not None and ": " in message:
        message = name + message[message.index(": "):]
    raise _EXCEPTIONS.get(numrs_status_name(status).decode(), RuntimeError)(message)


cdef object _find_table = None  # numrs._ops._tables.table_of, from the first foreign object on


cdef object table_of(object x, str function, str argument):
    """A column or frame of pandas, polars or Arrow as a class of _tables.py; None for anything else."""
    global _find_table
    if type(x) in (list, tuple, float, int, bool, complex) or x is None or isinstance(x, (np.ndarray, np.generic)):
        return None
    if _find_table is None:
        from numrs._ops._tables import table_of as found
        _find_table = found
    return _find_table(x, function, argument)


cdef ndarray as_array(object x, str function, str argument):
    """x as an ndarray of a supported dtype in native byte order; lists, scalars, columns and frames are converted."""
    cdef ndarray a
    if PyArray_CheckExact(x) and dtype_of(<ndarray>x):
        return <ndarray>x
    table = table_of(x, function, argument)
    if table is not None:
        x = table.values
    if x is None:
        raise TypeError(f"{function}: {argument} is None, expected an array, a list or a number")
    if isinstance(x, np.ma.MaskedArray):
        raise TypeError(f"{function}: {argument} is a masked array, whose mask would be lost; "
                        f"pass {argument}.filled(value)")
    try:
        a = np.asarray(x)
    except (ValueError, TypeError, OverflowError) as error:
        raise TypeError(f"{function}: {argument} of type {type(x).__name__} cannot be converted to an array: "
                        f"{error}") from None
    if not PyArray_ISNOTSWAPPED(a):
        a = <ndarray>np.asarray(a, a.dtype.newbyteorder("="))
    if not dtype_of(a) and not (a.dtype.name == "bfloat16" and know_bfloat16()):
        raise TypeError(f"{function}: {argument} has dtype {a.dtype} ({type(x).__name__}), expected one of {SUPPORTED}")
    return a


cdef int32_t as_dtype(object dtype, str function) except 0:
    """A dtype argument as a numrs dtype."""
    if type(dtype) is str and dtype == "bfloat16":
        if not know_bfloat16():
            raise TypeError(f"{function}: dtype is 'bfloat16', which needs the package ml_dtypes; it is not installed")
        return NUMRS_BF16
    try:
        wanted = np.dtype(dtype)
    except TypeError:
        raise TypeError(f"{function}: dtype is {dtype!r}, expected one of {SUPPORTED}") from None
    cdef int32_t found = DTYPE_OF_NUMPY[wanted.num] if wanted.isnative and 0 <= wanted.num < 32 else 0
    if wanted.name == "bfloat16" and know_bfloat16():
        found = NUMRS_BF16
    if found == 0:
        raise TypeError(f"{function}: dtype is {wanted}, expected one of {SUPPORTED} in native byte order")
    return found


def array_of_data(object x, str function, str argument):
    """as_array for modules in Python."""
    return as_array(x, function, argument)


def as_numpy_dtype(object dtype, str function):
    """A dtype argument as a NumPy dtype that numrs has, in native byte order."""
    return descr_of(as_dtype(dtype, function))


cdef ndarray check_out(object out, str function):
    """out as a writeable ndarray of a supported dtype."""
    if not isinstance(out, np.ndarray):
        raise TypeError(f"{function}: out is of type {type(out).__name__}, expected an ndarray")
    if isinstance(out, np.ma.MaskedArray):
        raise TypeError(f"{function}: out is a masked array, whose mask would be wrong; pass out.data")
    cdef ndarray y = <ndarray>out
    if not dtype_of(y):
        raise TypeError(f"{function}: out has dtype {y.dtype}, expected one of {SUPPORTED} in native byte order")
    if not PyArray_ISWRITEABLE(y):
        raise ValueError(f"{function}: output array is read-only")
    return y


cdef void _free_block(object capsule) noexcept:
    numrs_free(PyCapsule_GetPointer(capsule, "numrs.block"))


cdef enum:
    POOL_BYTES = 1 << 18   # results from here on live in the pool: no page faults when they are recycled

cdef inline ndarray _owned(int ndim, const int64_t *shape, int32_t dtype):
    """An uninitialised C-order array over NumPy's own memory."""
    cdef PyObject *descr = _DESCR_OF_DTYPE[dtype]
    Py_XINCREF(descr)
    return PyArray_NewFromDescr(&PyArray_Type, <PyArray_Descr *>descr, ndim, <const cnp.npy_intp *>shape, NULL, NULL, 0,
                                NULL)

cdef ndarray new_array(int ndim, const int64_t *shape, int32_t dtype):
    """An uninitialised C-order array; large ones over pool memory with a capsule as base."""
    cdef int64_t size = 1
    cdef int d
    cdef void *block
    for d in range(ndim):
        size *= shape[d]
        if size > (1 << 48):
            break
    cdef int number = NUMPY_OF_DTYPE[dtype]
    cdef int64_t bytes_ = size * BYTES_OF_DTYPE[dtype]
    if bytes_ < POOL_BYTES or size > (1 << 48):  # beyond any machine: NumPy's refusal
        return _owned(ndim, shape, dtype)
    block = numrs_allocate(<size_t>bytes_)
    if block == NULL:
        raise MemoryError(f"no memory for a result of {bytes_} bytes (see numrs.memory.stats)")
    try:
        capsule = PyCapsule_New(block, "numrs.block", _free_block)
    except:  # noqa: E722 - whatever it is, the block goes back
        numrs_free(block)
        raise
    cdef ndarray y = <ndarray>cnp.PyArray_SimpleNewFromData(ndim, <cnp.npy_intp *>shape, number, block)
    Py_INCREF(capsule)  # SetBaseObject steals a reference
    PyArray_SetBaseObject(y, capsule)
    return y


cdef ndarray empty_like_shape(ndarray a, int32_t dtype):
    if PyArray_NDIM(a) == 1 and PyArray_DIMS(a)[0] < POOL_BYTES / 8:
        return _owned(1, <const int64_t *>PyArray_DIMS(a), dtype)
    return new_array(PyArray_NDIM(a), <const int64_t *>PyArray_DIMS(a), dtype)


cdef int broadcast(const numrs_view *views, int count, int64_t *shape) noexcept:
    """Writes the broadcast shape (at most 64 extents) and returns its length; -1: they do not broadcast."""
    cdef int k, d, ndim = 0, offset
    cdef int64_t extent
    for k in range(count):
        ndim = max(ndim, views[k].ndim)
    for d in range(ndim):
        shape[d] = 1
    for k in range(count):
        offset = ndim - views[k].ndim
        for d in range(views[k].ndim):
            extent = views[k].shape[d]
            if extent == shape[offset + d] or extent == 1:
                continue
            if shape[offset + d] != 1:
                return -1
            shape[offset + d] = extent
    return ndim


cdef object finish(ndarray y):
    """A 0-d result becomes a NumPy scalar, as NumPy does."""
    if PyArray_NDIM(y) == 0:
        Py_INCREF(y)  # PyArray_Return steals a reference
        return PyArray_Return(y)
    return y


cdef object scalar(void *data, int32_t dtype):
    """One element as a NumPy scalar."""
    if dtype == NUMRS_F64:
        return numrs_f64_scalar(data)
    if dtype == NUMRS_F32:
        return numrs_f32_scalar(data)
    return PyArray_Scalar(data, PyArray_DescrFromType(NUMPY_OF_DTYPE[dtype]), None)


cdef void hold(Held *held, const numrs_view *v) noexcept:
    cdef int d
    for d in range(v.ndim):
        held.shape[d] = v.shape[d]
        held.strides[d] = v.strides[d] if v.strides != NULL else 0
    held.view = v[0]
    held.view.shape = held.shape
    held.view.strides = held.strides


cdef object pin(ndarray a):
    """Keeps the memory of an array where it is while the result lives. NumPy refuses to resize an array that has a
    weak reference (ValueError); a buffer export would not stop resize(refcheck=False)."""
    return PyWeakref_NewRef(a, None)


cdef int32_t _poll(void *user) noexcept nogil:
    with gil:
        return 1 if PyErr_CheckSignals() != 0 else 0


cdef extern from *:
    """
    /* Contexts that `interruptible` made and that are in use, per thread: a handler of signals within a call may make more. */
    enum { NUMRS_MOST_MADE = 8 };
    static _Thread_local void *numrs_made[NUMRS_MOST_MADE];
    static int numrs_remember(void *context) {
      for (int i = 0; i < NUMRS_MOST_MADE; i++)
        if (!numrs_made[i]) return numrs_made[i] = context, 1;
      return 0;
    }
    static int numrs_forget(const void *context) {
      for (int i = 0; i < NUMRS_MOST_MADE; i++)
        if (numrs_made[i] == context) return numrs_made[i] = 0, 1;
      return 0;
    }
    """
    int numrs_remember(void *context) noexcept
    int numrs_forget(const void *context) noexcept


cdef numrs_context *interruptible(double work_ns) noexcept:
    """A context that answers Ctrl-C for long work; NULL (the default context) for short work, or when there is no
    memory for one."""
    cdef numrs_context_options options
    cdef numrs_context *context = NULL
    if work_ns < POLL_NS:
        return NULL
    memset(&options, 0, sizeof(options))
    options.struct_size = sizeof(options)
    options.poll = _poll
    if numrs_context_create(&options, &context) != NUMRS_OK:
        return NULL
    if not numrs_remember(context):
        numrs_context_destroy(context)
        return NULL
    return context


cdef void release_context(numrs_context *context) noexcept:
    """Ends what `interruptible` made; the contexts of devices stay."""
    if context != NULL and numrs_forget(context):
        numrs_context_destroy(context)
