# Sorting and order statistics: arguments -> views -> one C call -> result. Public functions are in order_sorting.pyx
# and order_statistics.pyx.
from libc.stdint cimport int32_t, int64_t
from numpy cimport ndarray

from numrs.c.view cimport numrs_view

cdef enum Kind:
    SORT, ARGSORT, PARTITION, ARGPARTITION, TOPK, RANKDATA, SEARCHSORTED, UNIQUE, MEDIAN, QUANTILE, MAD, IQR

# One call; what a kind does not use stays 0.
cdef struct Call:
    Kind kind
    numrs_view x, y, y2, y3, y4, where, weights
    const numrs_view *where_or_null
    const numrs_view *weights_or_null
    const int64_t *kth
    int64_t n_kth, n_q, k, count
    const double *q
    int32_t axes[64]
    int32_t n_axes, axis, method, flags
    double scale

cdef int execute(Call *call, str name, tuple arrays, double work_ns) except -1
cdef object along(Kind kind, str name, object x, object axis, int32_t flags, int32_t method=*, object kth=*)
cdef object reduced(Kind kind, str name, object x, object axis, object out, object keepdims, object where,
                    int32_t flags, int32_t method=*, double scale=*)
cdef object quantiles(str name, object x, object q, double unit, object axis, object out, object method,
                      object keepdims, object weights, object where, int32_t flags)
cdef int32_t quantile_method(object method, str name) except -1
cdef int32_t line_axis(ndarray a, object axis, str name) except -1
cdef ndarray line_array(object x, object axis, str name)
