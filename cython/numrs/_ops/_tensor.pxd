# The Tensor: memory with shape, strides and dtype as the C library takes it. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t, uint64_t

from numrs.c.view cimport numrs_view

cdef extern from *:
    """
    #if defined(Py_GIL_DISABLED) || CYTHON_USE_TYPE_SPECS || !CYTHON_COMPILING_IN_CPYTHON
    #define NUMRS_SPARES 0   /* tensors come and go as Cython does it */
    #else
    #define NUMRS_SPARES 64
    #endif
    /* A tensor that ended, as a new one: a reference of the caller's. */
    static inline PyObject *numrs_revived(void *o) {
    #if defined(Py_TRACE_REFS) || defined(Py_REF_DEBUG)
      _Py_NewReference((PyObject *)o);
    #else
      Py_SET_REFCNT((PyObject *)o, 1);
    #endif
      return (PyObject *)o;
    }
    """
    object numrs_revived(void *o)

cdef enum:
    INLINE_NDIM = 4   # shapes up to here live in the object

# What several tensors over one memory share: it ends with the last of them. It refers to no tensor, so that no garbage
# can hold it, and views need not be looked at by the collector.
cdef class Memory:
    cdef void *block        # of the pool; NULL where somebody else has it
    cdef int32_t place      # where it is (_place.pxd); 0: the CPU
    cdef int64_t bytes
    cdef uint64_t changes   # in place
    cdef object keeper      # an ndarray or a capsule that keeps memory alive

cdef class Tensor:
    cdef numrs_view view            # shape and strides point to dims or more; never changed after construction
    cdef int64_t size               # number of elements
    cdef void *block                # pool memory that this tensor gives back
    cdef object owner               # what keeps memory alive that is not block: a Memory, an ndarray, a capsule
    cdef bint writeable
    cdef bint dense                 # C order without gaps
    cdef bint wants_grad
    cdef bint is_view               # made of another tensor
    cdef int32_t place              # where the memory is (_place.pxd); 0: the CPU
    cdef int64_t[8] dims            # INLINE_NDIM extents and strides
    cdef int64_t *more
    cdef uint64_t changes           # counts in-place changes of the memory, as long as no Memory does
    cdef object gradient            # a Tensor or None; whoever sets it or node calls watch(t) then
    cdef object node                # what autograd knows of how this tensor was made
    cdef object __weakref__

# Tensors that ended, as they are before they get memory: owner, gradient and node are None. The GIL guards them.
cdef struct Spares:
    int count
    void *tensors[64]

cdef Spares spares

cdef Tensor first_tensor()
cdef void watch(Tensor t) noexcept

cdef inline Tensor bare_tensor():
    """A tensor without memory, for whoever fills it. The garbage collector does not know it until watch(t): it refers to
    nothing that could refer to it."""
    if spares.count > 0:
        spares.count -= 1
        return <Tensor>numrs_revived(spares.tensors[spares.count])
    return first_tensor()
