# The family of statistics of lines: arguments -> views -> one C call -> result. Public functions are in stats_*.pyx.
from libc.stdint cimport int32_t

cdef object stat(int32_t op, str name, object x, object x2, object axis, object out, object keepdims, object where,
                 tuple parameters)
cdef double number_of(str name, str argument, object value) except? -1.25
