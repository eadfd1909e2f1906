# The family of rolling statistics: arguments -> views and windows -> one C call -> result. Public functions are in
# rolling.pyx, rolling_order.pyx and stats_expanding.pyx.
from libc.stdint cimport int32_t, int64_t
from numpy cimport ndarray

cdef struct Choice:
    double parameter
    int32_t method
    int32_t flags
    int64_t window       # 0: `window` is a pair of index arrays
    int64_t min_periods  # as in numrs_rolling_options
    int64_t step
    int32_t closed
    int32_t center

cdef int64_t integer_of(str name, str argument, object value) except? -2
cdef int32_t along_axis(object axis, ndarray a, str name) except? -100
cdef Choice choose(str name, object window, object min_periods, object center, object closed, object step)
cdef double correction_of(str name, object correction, object ddof, double default) except? -1.25
cdef double number_of(str name, str argument, object value) except? -1.25
cdef int32_t quantile_method(str name, object method) except -1
cdef int32_t rank_method(str name, object method) except -1
cdef double share_of(str name, object q) except? -1.25
cdef double scale_of(str name, object scale) except? -1.25
cdef object rolling(int32_t op, str name, object x, object x2, object window, object axis, const Choice *choice,
                    object weights, object out)
cdef object expanding(int32_t op, str name, object x, object x2, object axis, object min_periods, double parameter,
                      int32_t method, int32_t flags, object out)
