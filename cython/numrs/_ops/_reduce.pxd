# The reduction and scan families: arguments -> views -> one C call -> result. Public functions are in reductions.pyx
# and scans.pyx.
from libc.stdint cimport int32_t
from numpy cimport ndarray

cdef object reduce(int32_t op, str name, object x, object axis, object out, object keepdims, object where,
                   double correction)
cdef object scan(int32_t op, str name, object x, object axis, object out, object include_initial)
cdef object vecdot_(str name, object x1, object x2, object axis)
cdef object in_dtype(object y, object dtype, object out)
cdef double correction_of(str name, object correction, object ddof) except? -1.25
cdef object shape_of(ndarray a)
cdef object given_out(object out)
cdef int32_t axis_of(object axis, int ndim, str name, object shape) except? -100
cdef object reduced_table(object table, object y, object axis, object out, object keepdims)
