/** @file
    Streams: statistics of values that come in pieces. How they are cut into pieces changes no bit of the results.

    An object belongs to one call at a time; different objects may be used by different threads at once. update takes
    views of any dtype and strides, in C order of their index, as float64. NaN is data: moments with one are NaN,
    quantiles too.

    save writes a state that load reads on any machine of the same byte order; load refuses what save has not written
    (NUMRS_BAD_ARGUMENT). All functions but create, load and destroy leave the object as it was on any status but
    NUMRS_OK. destroy(NULL) is fine.

    @code{.c}
    numrs_moments *m = NULL;
    const double x[] = {1, 2, 3, 4};
    const int64_t shape[] = {2};
    const numrs_view first = {(void *)x, shape, NULL, 1, NUMRS_F64};
    const numrs_view second = {(void *)(x + 2), shape, NULL, 1, NUMRS_F64};
    double y[NUMRS_MOMENTS_VALUES];
    numrs_moments_create(&m);
    numrs_moments_update(m, &first);
    numrs_moments_update(m, &second);
    numrs_moments_value(m, 0, y);    // count 4, mean 2.5, variance 1.25 …
    numrs_moments_destroy(m);
    @endcode */
#ifndef NUMRS_STREAM_H
#define NUMRS_STREAM_H

#include "numrs/ewm.h"
#include "numrs/rolling.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Count, mean, variance, extremes, skewness and kurtosis of a stream. */
typedef struct numrs_moments numrs_moments;
/** All values of a stream, for exact quantiles. */
typedef struct numrs_quantiles numrs_quantiles;

/** Numbers that numrs_moments_value writes. */
#define NUMRS_MOMENTS_VALUES 7

/** @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL; NUMRS_NO_MEMORY (then *moments is NULL). */
NUMRS_API numrs_status numrs_moments_create(numrs_moments **moments);
/** Adds the elements of x.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT, NUMRS_BAD_SHAPE, NUMRS_BAD_DTYPE for what is no view; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_moments_update(numrs_moments *moments, const numrs_view *x);
/** Adds what `other` has seen, as one piece behind its own; other may be moments itself.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_moments_merge(numrs_moments *moments, const numrs_moments *other);
/** y: count, mean, variance (divisor count - correction), minimum, maximum, skewness, excess kurtosis (both biased);
   NaN where there is none. Count, mean and variance, minimum and maximum have the bits of numrs_reduce of all values at
    once, unless others were merged in.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_moments_value(const numrs_moments *moments, double correction, double *y);
/** y = the sum, 0 of nothing: the bits of numrs_reduce of all values at once, unless others were merged in.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_moments_sum(const numrs_moments *moments, double *y);
/** Bytes of the state; with a buffer of at least so many it is written there. size: of the buffer, 0 with NULL.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL, or a buffer that is too small. */
NUMRS_API numrs_status numrs_moments_save(const numrs_moments *moments, void *buffer, size_t size, size_t *needed);
/** @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL, or what numrs_moments_save has not written; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_moments_load(const void *buffer, size_t size, numrs_moments **moments);
/** Gives the object back. */
NUMRS_API void numrs_moments_destroy(numrs_moments *moments);

/** @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL; NUMRS_NO_MEMORY (then *quantiles is NULL). */
NUMRS_API numrs_status numrs_quantiles_create(numrs_quantiles **quantiles);
/** Adds the elements of x: O(log n) each, and 8 bytes.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT, NUMRS_BAD_SHAPE, NUMRS_BAD_DTYPE for what is no view; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_quantiles_update(numrs_quantiles *quantiles, const numrs_view *x);
/** Adds what `other` has seen; other may be quantiles itself.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_quantiles_merge(numrs_quantiles *quantiles, const numrs_quantiles *other);
/** y = the q-quantile of all values (NumPy's method linear), NaN where there is none, or a NaN among them.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL, or a q outside 0 to 1. */
NUMRS_API numrs_status numrs_quantiles_value(const numrs_quantiles *quantiles, double q, double *y);
/** How many values there are.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_quantiles_count(const numrs_quantiles *quantiles, int64_t *count);
/** As numrs_moments_save. */
NUMRS_API numrs_status numrs_quantiles_save(const numrs_quantiles *quantiles, void *buffer, size_t size,
                                            size_t *needed);
/** As numrs_moments_load. */
NUMRS_API numrs_status numrs_quantiles_load(const void *buffer, size_t size, numrs_quantiles **quantiles);
/** Gives the object back. */
NUMRS_API void numrs_quantiles_destroy(numrs_quantiles *quantiles);

/** A statistic of the last elements of a stream: the bits of numrs_rolling of all of them. Memory: two windows. */
typedef struct numrs_rolling_stream numrs_rolling_stream;
/** An exponentially weighted statistic of a stream: the bits of numrs_ewm of all elements, unless others were merged
    in. */
typedef struct numrs_ewm_stream numrs_ewm_stream;

/** options: window, min_periods, method, flags and parameter; closed right, not centred, no step, bounds or weights.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op, other options or NULL; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_rolling_stream_create(int32_t op, const numrs_rolling_options *options,
                                                   numrs_rolling_stream **stream);
/** Adds the elements of x (1-d; x2 of its shape for cov and corr, else NULL). y: NULL, or of x's shape, float64 or what
    that converts to by the same_kind rule: the statistic after each element; it may overlap x and x2.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT, NUMRS_BAD_SHAPE, NUMRS_BAD_DTYPE, NUMRS_OVERLAP for wrong views;
    NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_rolling_stream_update(numrs_rolling_stream *stream, const numrs_view *x,
                                                   const numrs_view *x2, const numrs_view *y);
/** y = the statistic after the last element; NaN before the first.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL. */
NUMRS_API numrs_status numrs_rolling_stream_value(const numrs_rolling_stream *stream, double *y);
/** Adds what `other` has seen, as one piece behind its own: from then on the bits are those of one call on both. other
    may be stream itself; it needs the same op and options. O(window).
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL, or another op, window, min_periods, method, flags or parameter;
    NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_rolling_stream_merge(numrs_rolling_stream *stream, const numrs_rolling_stream *other);
/** As numrs_moments_save. */
NUMRS_API numrs_status numrs_rolling_stream_save(const numrs_rolling_stream *stream, void *buffer, size_t size,
                                                 size_t *needed);
/** As numrs_moments_load. */
NUMRS_API numrs_status numrs_rolling_stream_load(const void *buffer, size_t size, numrs_rolling_stream **stream);
/** Gives the object back. */
NUMRS_API void numrs_rolling_stream_destroy(numrs_rolling_stream *stream);

/** options: all but factors.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op, wrong options or NULL; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_ewm_stream_create(int32_t op, const numrs_ewm_options *options, numrs_ewm_stream **stream);
/** As numrs_rolling_stream_update. */
NUMRS_API numrs_status numrs_ewm_stream_update(numrs_ewm_stream *stream, const numrs_view *x, const numrs_view *x2,
                                               const numrs_view *y);
/** As numrs_rolling_stream_value. */
NUMRS_API numrs_status numrs_ewm_stream_value(const numrs_ewm_stream *stream, double *y);
/** Adds what `other` has seen, as one piece behind its own; other may be stream itself; it needs the same op and
    options. O(1). The results are as exact as those of one call on both, but have not their bits.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for NULL, or another op, alpha, adjust, ignore_missing, unbiased or
    min_periods. */
NUMRS_API numrs_status numrs_ewm_stream_merge(numrs_ewm_stream *stream, const numrs_ewm_stream *other);
/** As numrs_moments_save. */
NUMRS_API numrs_status numrs_ewm_stream_save(const numrs_ewm_stream *stream, void *buffer, size_t size, size_t *needed);
/** As numrs_moments_load. */
NUMRS_API numrs_status numrs_ewm_stream_load(const void *buffer, size_t size, numrs_ewm_stream **stream);
/** Gives the object back. */
NUMRS_API void numrs_ewm_stream_destroy(numrs_ewm_stream *stream);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_STREAM_H */
