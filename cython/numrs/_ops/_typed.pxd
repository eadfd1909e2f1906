# The element-wise and reduction families on tensors. Private to numrs._ops.
from libc.stdint cimport int32_t

from numrs._ops._tensor cimport Tensor

cdef bint any_tensor(object a, object b, object c) except -1
cdef object tensor_unary(int32_t op, str name, object x, object out)
cdef object tensor_binary(int32_t op, str name, object a, object b, object out)
cdef object tensor_ternary(int32_t op, str name, tuple names, object a, object b, object c, object out)
cdef object tensor_reduce_all(int32_t op, str name, object x, int32_t result, double correction)
cdef object plain(object x, str name=*)
cdef object plain_target(object out)
cdef bint is_operand(object x)
cdef object operate(int32_t op, str name, object a, object b, object other)
cdef object operate_in_place(int32_t op, str name, Tensor t, object other)
cdef object number_of(Tensor t, str what)
