# The call behind all activation functions. Private to numrs._ops.
from libc.stdint cimport int32_t

cdef object run(int32_t op, str name, object grad, object x, double a, double b, object out, double cost, bint soft,
                int32_t axis, int32_t log)
