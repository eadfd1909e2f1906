# Operands and results of network functions. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t

from numrs._ops._array cimport Held
from numrs.c.view cimport numrs_view

cdef object operand(object x, str name, str argument, numrs_view *view, bint *tensor)
cdef object result(int ndim, const int64_t *shape, int32_t dtype, bint tensor, numrs_view *view)
cdef list hold_all(numrs_view *views, Held *held, int count, tuple operands)
cdef int numbers(object value, str name, str argument, int spatial, int64_t *out) except -1
