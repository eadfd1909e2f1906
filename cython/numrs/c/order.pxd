# The C header numrs/order.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/order.h" nogil:
    enum:
        NUMRS_ORDER_DESCENDING
        NUMRS_ORDER_OMIT_NAN
        NUMRS_ORDER_SMALLEST
        NUMRS_ORDER_SORTED
        NUMRS_ORDER_RIGHT
    enum:
        NUMRS_QUANTILE_LINEAR
        NUMRS_QUANTILE_INVERTED_CDF
        NUMRS_QUANTILE_AVERAGED_INVERTED_CDF
        NUMRS_QUANTILE_CLOSEST_OBSERVATION
        NUMRS_QUANTILE_INTERPOLATED_INVERTED_CDF
        NUMRS_QUANTILE_HAZEN
        NUMRS_QUANTILE_WEIBULL
        NUMRS_QUANTILE_MEDIAN_UNBIASED
        NUMRS_QUANTILE_NORMAL_UNBIASED
        NUMRS_QUANTILE_LOWER
        NUMRS_QUANTILE_HIGHER
        NUMRS_QUANTILE_MIDPOINT
        NUMRS_QUANTILE_NEAREST
    enum:
        NUMRS_RANK_AVERAGE
        NUMRS_RANK_MIN
        NUMRS_RANK_MAX
        NUMRS_RANK_DENSE
        NUMRS_RANK_ORDINAL
    numrs_status numrs_sort(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis, int32_t flags)
    numrs_status numrs_argsort(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis, int32_t flags)
    numrs_status numrs_partition(numrs_context *context, const numrs_view *x, const numrs_view *y, const int64_t *kth, int64_t n_kth, int32_t axis, int32_t flags)
    numrs_status numrs_argpartition(numrs_context *context, const numrs_view *x, const numrs_view *y, const int64_t *kth, int64_t n_kth, int32_t axis, int32_t flags)
    numrs_status numrs_topk(numrs_context *context, const numrs_view *x, const numrs_view *values, const numrs_view *indices, int64_t k, int32_t axis, int32_t flags)
    numrs_status numrs_rankdata(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis, int32_t method, int32_t flags)
    numrs_status numrs_searchsorted(numrs_context *context, const numrs_view *x1, const numrs_view *x2, const numrs_view *sorter, const numrs_view *y, int32_t flags)
    numrs_status numrs_interp(numrs_context *context, const numrs_view *x, const numrs_view *xp, const numrs_view *fp, const numrs_view *y, double left, double right)
    numrs_status numrs_unique(numrs_context *context, const numrs_view *x, const numrs_view *values, const numrs_view *indices, const numrs_view *inverse, const numrs_view *counts, int64_t *count)
    numrs_status numrs_median(numrs_context *context, const numrs_view *x, const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes, int32_t flags)
    numrs_status numrs_quantile(numrs_context *context, const numrs_view *x, const numrs_view *where, const numrs_view *weights, const numrs_view *y, const double *q, int64_t n_q, const int32_t *axes, int32_t n_axes, int32_t method, int32_t flags)
    numrs_status numrs_mad(numrs_context *context, const numrs_view *x, const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes, double scale, int32_t flags)
    numrs_status numrs_iqr(numrs_context *context, const numrs_view *x, const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes, double scale, int32_t method, int32_t flags)
