# The C header numrs/stream.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *
from numrs.c.ewm cimport *
from numrs.c.rolling cimport *

cdef extern from "numrs/stream.h" nogil:
    enum:
        NUMRS_MOMENTS_VALUES
    ctypedef struct numrs_moments:
        pass
    ctypedef struct numrs_quantiles:
        pass
    ctypedef struct numrs_rolling_stream:
        pass
    ctypedef struct numrs_ewm_stream:
        pass
    numrs_status numrs_moments_create(numrs_moments **moments)
    numrs_status numrs_moments_update(numrs_moments *moments, const numrs_view *x)
    numrs_status numrs_moments_merge(numrs_moments *moments, const numrs_moments *other)
    numrs_status numrs_moments_value(const numrs_moments *moments, double correction, double *y)
    numrs_status numrs_moments_sum(const numrs_moments *moments, double *y)
    numrs_status numrs_moments_save(const numrs_moments *moments, void *buffer, size_t size, size_t *needed)
    numrs_status numrs_moments_load(const void *buffer, size_t size, numrs_moments **moments)
    void numrs_moments_destroy(numrs_moments *moments)
    numrs_status numrs_quantiles_create(numrs_quantiles **quantiles)
    numrs_status numrs_quantiles_update(numrs_quantiles *quantiles, const numrs_view *x)
    numrs_status numrs_quantiles_merge(numrs_quantiles *quantiles, const numrs_quantiles *other)
    numrs_status numrs_quantiles_value(const numrs_quantiles *quantiles, double q, double *y)
    numrs_status numrs_quantiles_count(const numrs_quantiles *quantiles, int64_t *count)
    numrs_status numrs_quantiles_save(const numrs_quantiles *quantiles, void *buffer, size_t size, size_t *needed)
    numrs_status numrs_quantiles_load(const void *buffer, size_t size, numrs_quantiles **quantiles)
    void numrs_quantiles_destroy(numrs_quantiles *quantiles)
    numrs_status numrs_rolling_stream_create(int32_t op, const numrs_rolling_options *options, numrs_rolling_stream **stream)
    numrs_status numrs_rolling_stream_update(numrs_rolling_stream *stream, const numrs_view *x, const numrs_view *x2, const numrs_view *y)
    numrs_status numrs_rolling_stream_value(const numrs_rolling_stream *stream, double *y)
    numrs_status numrs_rolling_stream_merge(numrs_rolling_stream *stream, const numrs_rolling_stream *other)
    numrs_status numrs_rolling_stream_save(const numrs_rolling_stream *stream, void *buffer, size_t size, size_t *needed)
    numrs_status numrs_rolling_stream_load(const void *buffer, size_t size, numrs_rolling_stream **stream)
    void numrs_rolling_stream_destroy(numrs_rolling_stream *stream)
    numrs_status numrs_ewm_stream_create(int32_t op, const numrs_ewm_options *options, numrs_ewm_stream **stream)
    numrs_status numrs_ewm_stream_update(numrs_ewm_stream *stream, const numrs_view *x, const numrs_view *x2, const numrs_view *y)
    numrs_status numrs_ewm_stream_value(const numrs_ewm_stream *stream, double *y)
    numrs_status numrs_ewm_stream_merge(numrs_ewm_stream *stream, const numrs_ewm_stream *other)
    numrs_status numrs_ewm_stream_save(const numrs_ewm_stream *stream, void *buffer, size_t size, size_t *needed)
    numrs_status numrs_ewm_stream_load(const void *buffer, size_t size, numrs_ewm_stream **stream)
    void numrs_ewm_stream_destroy(numrs_ewm_stream *stream)
