# The three element-wise families: arguments -> views -> one C call -> result. Public functions are in
# elementwise_*.pyx.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.view cimport numrs_view

cdef enum:
    OPS = 128
    DTYPES = 16

# Result dtype of an operation on operands of one dtype; 0: refused.
cdef int32_t[OPS][DTYPES] UNARY_RESULT
cdef int32_t[OPS][DTYPES] BINARY_RESULT

cdef union Number:
    int8_t i8
    int16_t i16
    int32_t i32
    int64_t i64
    uint8_t u8
    uint16_t u16
    uint32_t u32
    uint64_t u64
    float[2] f32
    double[2] f64

cdef double work_ns(int family, int32_t op, int32_t dtype, int64_t size) noexcept
cdef bint is_comparison(int32_t op) noexcept
cdef bint is_logical(int32_t op) noexcept
cdef int _weak(object x, int32_t beside, int32_t computed, str name, str argument, numrs_view *view, Number *number) except -1

cdef object unary(int32_t op, str name, object x, object out)
cdef object binary(int32_t op, str name, object a, object b, object out)
cdef object ternary(int32_t op, str name, tuple names, object a, object b, object c, object out)
cdef bint is_weak(object x) noexcept
