# Arrays at the boundary: ndarray -> view, results over pool memory, statuses -> exceptions. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t
from numpy cimport (NPY_ARRAY_WRITEABLE, PyArray_CheckExact, PyArray_CHKFLAGS, PyArray_DATA, PyArray_DIMS,
                    PyArray_NDIM, PyArray_SIZE, PyArray_STRIDES, PyArray_TYPE, ndarray)

from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_BF16, NUMRS_F16, NUMRS_F64
from numrs.c.view cimport numrs_view

cdef extern from "numpy/arrayobject.h":
    bint PyArray_ISNOTSWAPPED(ndarray array) noexcept

# Nanoseconds of work on one thread from which a call releases the GIL (which, with all it needs, costs about 0.2 us),
# and from which it also answers Ctrl-C.
cdef enum:
    NOGIL_NS = 20000
    POLL_NS = 1000000

cdef enum:
    MOST_PLACES = 64

cdef numrs_context *CONTEXTS[MOST_PLACES]   # of places (_place.pxd); NULL: the default one, or no such place
cdef int32_t[32] DTYPE_OF_NUMPY   # numrs dtype of a NumPy type number; 0: none
cdef int[16] NUMPY_OF_DTYPE       # NumPy type number of a numrs dtype; -1: none
cdef int BFLOAT16_NUMBER          # that of ml_dtypes.bfloat16; -1 before it is met
cdef int64_t[16] BYTES_OF_DTYPE   # of one element

cdef inline int32_t dtype_of(ndarray a) noexcept:
    """numrs dtype of an array in native byte order; 0 when there is none."""
    cdef int number = PyArray_TYPE(a)
    if not PyArray_ISNOTSWAPPED(a):
        return 0
    if 0 <= number < 32:
        return DTYPE_OF_NUMPY[number]
    return NUMRS_BF16 if number == BFLOAT16_NUMBER else 0

cdef inline bint is_float(int32_t dtype) noexcept:
    """float16, bfloat16, float32 or float64."""
    return NUMRS_F16 <= dtype <= NUMRS_F64

cdef inline numrs_view view_of(ndarray a, int32_t dtype) noexcept:
    """Borrows data, shape and strides: valid while the GIL is held or the array is pinned."""
    cdef numrs_view v
    v.data = PyArray_DATA(a)
    v.shape = <const int64_t *>PyArray_DIMS(a)
    v.strides = <const int64_t *>PyArray_STRIDES(a)
    v.ndim = PyArray_NDIM(a)
    v.dtype = dtype
    return v

cdef inline int64_t size_of(ndarray a) noexcept:
    """Number of elements; one dimension without a call."""
    return PyArray_DIMS(a)[0] if PyArray_NDIM(a) == 1 else PyArray_SIZE(a)

cdef inline bint same_shape(ndarray a, ndarray b) noexcept:
    cdef int d, ndim = PyArray_NDIM(a)
    if ndim != PyArray_NDIM(b):
        return False
    for d in range(ndim):
        if PyArray_DIMS(a)[d] != PyArray_DIMS(b)[d]:
            return False
    return True

cdef inline bint plain_out(object out, ndarray model, int32_t dtype) noexcept:
    """Is out what most callers pass: an exact ndarray, writeable, of this dtype and of model's shape?"""
    return PyArray_CheckExact(out) and dtype_of(<ndarray>out) == dtype and same_shape(<ndarray>out, model) and \
        PyArray_CHKFLAGS(<ndarray>out, NPY_ARRAY_WRITEABLE)

# A view that stays as it is while the GIL is released: shape and strides on our stack. The memory is kept by pin().
cdef struct Held:
    numrs_view view
    int64_t shape[64]
    int64_t strides[64]

cdef ndarray as_array(object x, str function, str argument)
cdef object table_of(object x, str function, str argument)
cdef bint know_bfloat16() except -1
cdef object descr_of(int32_t dtype)
cdef int32_t as_dtype(object dtype, str function) except 0
cdef ndarray check_out(object out, str function)
cdef ndarray new_array(int ndim, const int64_t *shape, int32_t dtype)
cdef ndarray empty_like_shape(ndarray a, int32_t dtype)
cdef int broadcast(const numrs_view *views, int count, int64_t *shape) noexcept
cdef int check(numrs_status status, str name=*) except -1
cdef object finish(ndarray y)
cdef object scalar(void *data, int32_t dtype)
cdef void hold(Held *held, const numrs_view *v) noexcept
cdef object pin(ndarray a)
cdef numrs_context *interruptible(double work_ns) noexcept
cdef void release_context(numrs_context *context) noexcept

cdef inline object finished(ndarray y):
    """finish without a call for arrays."""
    return y if PyArray_NDIM(y) != 0 else finish(y)

cdef inline ndarray array_of(object x, str function, str argument):
    """as_array without a call for what most callers pass."""
    if PyArray_CheckExact(x) and dtype_of(<ndarray>x):
        return <ndarray>x
    return as_array(x, function, argument)
