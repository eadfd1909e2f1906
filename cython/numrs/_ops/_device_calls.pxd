# Calls of the families on tensors of a device: the functions for ndarrays hand them over. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t

from numrs._ops._order cimport Kind
from numrs._ops._rolling cimport Choice
from numrs.c.base cimport numrs_context, numrs_status
from numrs.c.view cimport numrs_view

ctypedef numrs_status (*Product)(numrs_context *, const numrs_view *, const numrs_view *, const numrs_view *) noexcept nogil
ctypedef numrs_status (*ProductShape)(const numrs_view *, const numrs_view *, int32_t *, int64_t *) noexcept nogil

cdef bint at_device(object x) noexcept
cdef object mask_at(object where, str name, int32_t place)
cdef object device_reduce(int32_t op, str name, object x, int32_t result, object axis, object out, object keepdims, object where,
                          double correction)
cdef object device_scan(int32_t op, str name, object x, const int32_t *results, object axis, object out, object include_initial)
cdef object device_vecdot(str name, object x1, object x2, object axis)
cdef object device_product(Product call, ProductShape shape_of, str name, object x1, object x2, object out)
cdef object device_along(Kind kind, str name, object x, object axis, int32_t flags, int32_t method)
cdef object device_topk(str name, object x, object k, object axis, int32_t flags)
cdef object device_order_reduced(Kind kind, str name, object x, object q, object axis, object out, object keepdims, object where,
                                 int32_t flags, int32_t method, double scale)
cdef object device_searchsorted(object x1, object x2, int32_t flags, object sorter)
cdef tuple device_unique(object x, str name, bint indices, bint inverse, bint counts)
cdef object device_rolling(int32_t op, str name, object x, object x2, object window, object axis, const Choice *choice,
                           object weights, object out)
