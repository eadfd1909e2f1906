# The three element-wise families: arguments -> views -> one C call -> result. Public functions are in
# elementwise_*.pyx.
from libc.stdint cimport int32_t

cdef object unary(int32_t op, str name, object x, object out)
cdef object binary(int32_t op, str name, object a, object b, object out)
cdef object ternary(int32_t op, str name, tuple names, object a, object b, object c, object out)
cdef bint is_weak(object x) noexcept
