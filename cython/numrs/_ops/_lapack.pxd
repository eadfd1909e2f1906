# One call of a decomposition or of linear equations: operands, results, what it takes. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t
from numpy cimport PyArray_SIZE, ndarray

from numrs.c.ops cimport NUMRS_BF16, NUMRS_C64, NUMRS_C128, NUMRS_F16, NUMRS_F32, NUMRS_F64

cdef enum Op:
    CHOLESKY, SOLVE, INV, DET, SLOGDET, QR, EIGH, EIG, SVD, SVDVALS, LSTSQ

cdef int run_lapack(Op op, str name, ndarray a, ndarray b, ndarray y0, ndarray y1, ndarray y2, int32_t flag, double rcond,
                    double work_ns) except -1
cdef ndarray matrix_of(object x, str name, str argument, bint square)
cdef ndarray stack_like(ndarray a, int32_t dtype, int own, int64_t rows, int64_t cols)


cdef inline int32_t result_dtype(int32_t dtype) noexcept:
    """Dtype of results: that of the input, float64 for integers and bool."""
    if dtype in (NUMRS_F16, NUMRS_BF16, NUMRS_F32, NUMRS_C64, NUMRS_C128):
        return dtype
    return NUMRS_F64


cdef inline int32_t real_dtype(int32_t dtype) noexcept:
    return NUMRS_F32 if dtype == NUMRS_C64 else NUMRS_F64 if dtype == NUMRS_C128 else dtype


cdef inline int32_t complex_dtype(int32_t dtype) noexcept:
    return NUMRS_C128 if dtype == NUMRS_F64 or dtype == NUMRS_C128 else NUMRS_C64


cdef inline double work_of(ndarray a, double each) noexcept:
    """Nanoseconds on one thread, roughly."""
    cdef int64_t m = a.shape[a.ndim - 2], n = a.shape[a.ndim - 1]
    return each * <double>PyArray_SIZE(a) * <double>min(m, n) + 3.0 * <double>PyArray_SIZE(a)
