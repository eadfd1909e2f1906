# Operands and results of network functions: Tensors without a detour, ndarrays and lists. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t

from numrs._ops._array cimport Held
from numrs._ops._typed cimport any_tensor
from numrs.c.view cimport numrs_view

# Where a call runs: a place (0 is the CPU; results are Tensors), or ndarrays of the CPU in and out.
cdef enum:
    NOTHING = -2  # no operand has been looked at
    ARRAYS = -1

cdef int32_t where_of_tensors(str name, object a, object b, object c) except -3
cdef object operand(object x, str name, str argument, numrs_view *view, int32_t where)
cdef object operand_of(object x, str name, str argument, numrs_view *view, int32_t *where)
cdef object float_operand(object x, str name, str argument, numrs_view *view, int32_t where)
cdef object result(int32_t where, int ndim, const int64_t *shape, int32_t dtype, numrs_view *view)
cdef object given(object y)
cdef int32_t reduction_of(str name, object reduction) except -1
cdef object held(object x, Held *to, numrs_view *view)
cdef int64_t elements(const numrs_view *view) noexcept
cdef list hold_all(numrs_view *views, Held *held, int count, tuple operands)
cdef int numbers(object value, str name, str argument, int spatial, int64_t *out) except -1
cdef object by_formula(object function, tuple args)

cdef inline int32_t where_of(str name, object a, object b, object c) except -3:
    """Where a call with these operands runs; ValueError for tensors on two devices."""
    return where_of_tensors(name, a, b, c) if any_tensor(a, b, c) else ARRAYS
