/** @file
    Statistics of moving windows along one axis. Operation numbers are in ops.h, typed functions in raw.h.

    Output i belongs to element i * step and sees the window of the `window` elements that end with it; closed and
   center change that as pandas' Series.rolling does: closed LEFT, BOTH, NEITHER take other ends of the interval (i -
   window, i], center moves it by (window - 1) / 2. Windows are cut off at the ends of the line. NaN is a missing value;
   infinity is a value. Where fewer than min_periods values are in the window (for count: elements, missing or not), the
   result is NaN, the positive quiet one.

    Nothing is left over from elements outside the window, not even from 1e300: a window is joined from the tail of one
    block of the line and the head of the next, never by subtracting. Everything is computed in float64; narrower floats
   are rounded once. The bits do not depend on threads, on instruction set or on layout. Errors, u = 2^-53: sum at most
    6 u times the sum of the |x| of the window, mean 7 u times their mean; min, max, argmin, argmax, first, last, count,
    rank, nunique, median and quantile (but for one interpolation) and mad are exact.

    argmin and argmax: place of the first extreme in the window, from its first element on. rank: of the window's last
    element. zscore, robust_zscore: of element i in window i. mad: the median of the distances from the median times the
    parameter. first, last: the first and last value that is not missing.

    y may overlap x in any way: the numbers are those of separate memory. y is unchanged on any status but NUMRS_OK and
    NUMRS_CANCELLED.

    Statuses: NUMRS_BAD_ARGUMENT for an unknown operation, a bad axis or option, a NULL view, or NULL data with
   elements; NUMRS_BAD_INDEX for bounds outside the line; NUMRS_BAD_DTYPE, NUMRS_BAD_SHAPE, NUMRS_OVERLAP,
   NUMRS_NO_MEMORY, NUMRS_CANCELLED.

    @code{.c}
    const double x[] = {1, 2, 4, 8};
    double y[4];
    const int64_t shape[] = {4};
    const numrs_view vx = {(void *)x, shape, NULL, 1, NUMRS_F64}, vy = {y, shape, NULL, 1, NUMRS_F64};
    numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
    options.window = 2;
    numrs_rolling(NULL, NUMRS_OP_ROLLING_MEAN, &vx, NULL, &vy, 0, &options);   // y is NaN 1.5 3 6
    @endcode */
#ifndef NUMRS_ROLLING_H
#define NUMRS_ROLLING_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Which ends belong to a window. */
enum {
  NUMRS_CLOSED_RIGHT = 0,  /**< (i - window, i] */
  NUMRS_CLOSED_LEFT = 1,   /**< [i - window, i) */
  NUMRS_CLOSED_BOTH = 2,   /**< [i - window, i] */
  NUMRS_CLOSED_NEITHER = 3 /**< (i - window, i) */
};

/** Methods of rolling_quantile, NumPy's, and of rolling_rank. */
enum {
  NUMRS_ROLLING_LINEAR = 0,                    /**< between the neighbours of (n - 1) q */
  NUMRS_ROLLING_LOWER = 1,                     /**< the lower neighbour */
  NUMRS_ROLLING_HIGHER = 2,                    /**< the higher one */
  NUMRS_ROLLING_MIDPOINT = 3,                  /**< the middle of both */
  NUMRS_ROLLING_NEAREST = 4,                   /**< the nearer one */
  NUMRS_ROLLING_INVERTED_CDF = 5,              /**< Hyndman and Fan's first definition */
  NUMRS_ROLLING_AVERAGED_INVERTED_CDF = 6,     /**< their second */
  NUMRS_ROLLING_CLOSEST_OBSERVATION = 7,       /**< their third */
  NUMRS_ROLLING_INTERPOLATED_INVERTED_CDF = 8, /**< their fourth */
  NUMRS_ROLLING_HAZEN = 9,                     /**< their fifth */
  NUMRS_ROLLING_WEIBULL = 10,                  /**< their sixth */
  NUMRS_ROLLING_MEDIAN_UNBIASED = 11,          /**< their eighth */
  NUMRS_ROLLING_NORMAL_UNBIASED = 12,          /**< their ninth */
  NUMRS_ROLLING_RANK_AVERAGE = 0,              /**< equal values share the mean of their ranks */
  NUMRS_ROLLING_RANK_MIN = 1,                  /**< the least of their ranks */
  NUMRS_ROLLING_RANK_MAX = 2                   /**< the greatest */
};

/** Flags of rolling_rank. */
enum {
  NUMRS_ROLLING_DESCENDING = 1, /**< the greatest value has rank 1 */
  NUMRS_ROLLING_FRACTION = 2    /**< divided by the number of values */
};

/** Options of numrs_rolling; begin with NUMRS_ROLLING_OPTIONS_INIT and set window, or bounds. Later versions append
    fields. */
typedef struct numrs_rolling_options {
  uint32_t struct_size;  /**< sizeof(numrs_rolling_options) of the caller's header, set by the INIT macro */
  int32_t closed;        /**< NUMRS_CLOSED_RIGHT … */
  int64_t window;        /**< elements of a window, at least 1; 0 with bounds */
  int64_t min_periods;   /**< 0: window, or 1 with bounds; -1: none is needed; else 1 … window */
  int64_t step;          /**< 0: 1. Only every step-th output is there; 0 or 1 with bounds */
  int32_t center;        /**< 0, or 1: the window's middle stands at its output */
  int32_t method;        /**< of quantile and rank: NUMRS_ROLLING_LINEAR … */
  int32_t flags;         /**< of rank */
  int32_t reserved;      /**< 0 */
  double parameter;      /**< var, std, sem, zscore, cov: the divisor is n - parameter; quantile: q; mad: scale, 0: 1 */
  const int64_t *starts; /**< NULL, or per output: its window is the elements starts[i] … ends[i] - 1 */
  const int64_t *ends;   /**< both or neither */
  int64_t n_bounds;      /**< number of starts and of ends, and of outputs */
  const double *weights; /**< NULL, or one per element of a window (closed RIGHT or LEFT); sum, mean, var and std */
} numrs_rolling_options;
/** Initialiser of numrs_rolling_options: every option at its default; window is still to be set. */
#define NUMRS_ROLLING_OPTIONS_INIT {sizeof(numrs_rolling_options), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}

/** y = statistic op of the windows of x along axis (-ndim … ndim-1); x2: the second input of cov and corr, of x's
    shape, where a missing element of one makes the pair missing; NULL for the others. y has x's shape, with the extent
    that numrs_rolling_length tells along axis. The dtype of the result is that of x (and x2, promoted) for floats and
   float64 for all others (numrs_rolling_dtype); y may have any to which it converts by NumPy's same_kind rule. starts,
   ends and weights share no memory with y; they are memory of the host whatever device the call runs on. */
NUMRS_API numrs_status numrs_rolling(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2,
                                     const numrs_view *y, int32_t axis, const numrs_rolling_options *options);
/** Outputs for n elements: every step-th one, or n_bounds.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for wrong options, a negative n or NULL. */
NUMRS_API numrs_status numrs_rolling_length(int64_t n, const numrs_rolling_options *options, int64_t *outputs);
/** dtype of the result for an input dtype.
    @return NUMRS_OK; NUMRS_BAD_DTYPE for what is no dtype; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_rolling_dtype(int32_t op, int32_t x, int32_t *result);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_ROLLING_H */
