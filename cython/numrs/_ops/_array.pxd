# Arrays at the boundary: ndarray -> view, results over pool memory, statuses -> exceptions. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t
from numpy cimport (NPY_BOOL, NPY_BYTE, NPY_DOUBLE, NPY_FLOAT, NPY_INT, NPY_LONG, NPY_LONGLONG, NPY_SHORT, NPY_UBYTE, NPY_UINT,
                    NPY_ULONG, NPY_ULONGLONG, NPY_USHORT, PyArray_CheckExact, PyArray_DATA, PyArray_DESCR, PyArray_DIMS,
                    PyArray_FLAGS, PyArray_NDIM, PyArray_STRIDES, PyArray_TYPE, ndarray)

from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.ops cimport (NUMRS_BOOL, NUMRS_F32, NUMRS_F64, NUMRS_I8, NUMRS_I16, NUMRS_I32, NUMRS_I64, NUMRS_U8, NUMRS_U16,
                          NUMRS_U32, NUMRS_U64)
from numrs.c.view cimport NUMRS_MAX_NDIM, numrs_view

# A call releases the GIL when it has at least this many nanoseconds of estimated work: releasing costs 26 ns.
cdef enum:
    NOGIL_ELEMENTS = 16384

cdef int32_t[32] DTYPE_OF_NUMPY   # numrs dtype of a NumPy type number; 0: none
cdef int[16] NUMPY_OF_DTYPE       # NumPy type number of a numrs dtype; -1: none

cdef inline int32_t dtype_of(ndarray a) noexcept:
    """numrs dtype of an array in native byte order; 0 when there is none."""
    cdef int number = PyArray_TYPE(a)
    return DTYPE_OF_NUMPY[number] if 0 <= number < 32 else 0

cdef inline numrs_view view_of(ndarray a, int32_t dtype) noexcept:
    """Borrows data, shape and strides: valid while the GIL is held or the array is exported."""
    cdef numrs_view v
    v.data = PyArray_DATA(a)
    v.shape = <const int64_t *>PyArray_DIMS(a)
    v.strides = <const int64_t *>PyArray_STRIDES(a)
    v.ndim = PyArray_NDIM(a)
    v.dtype = dtype
    return v

# An array that stays as it is while the GIL is released: exported (a resize elsewhere is a BufferError), shape and strides on our stack.
cdef struct Held:
    numrs_view view
    int64_t shape[32]
    int64_t strides[32]

cdef ndarray as_array(object x, str function, str argument)
cdef ndarray check_out(object out, str function)
cdef ndarray new_array(int ndim, const int64_t *shape, int32_t dtype)
cdef ndarray empty_like_shape(ndarray a, int32_t dtype)
cdef int check(numrs_status status) except -1
cdef object finish(ndarray y)
cdef void hold(Held *held, const numrs_view *v) noexcept
cdef numrs_context *interruptible() noexcept
cdef void release_context(numrs_context *context) noexcept
cdef Exports export_all(tuple arrays)

cdef class Exports:
    cdef list views
