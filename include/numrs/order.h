/** @file
    Sorting, searching, selection and order statistics on views: any strides, any dtype, along one axis or several.

    Order of elements: by value, 0.0 and -0.0 are equal, infinities are numbers, false is less than true, and NaN comes
    last in ascending and in descending order. Every sort is stable: equal elements (zeros of both signs and NaNs of all
    kinds among them) keep the order of the input. So results have the same bits for every number of threads,
   instruction set and layout. 16-bit floats are put in order as float32.

    Time is O(n log n) for sorts and O(n) on average for selection, on any input within a factor of log n. Memory: a few
    buffers of one line per thread, which is had before anything is written.

    @code{.c}
    double x[] = {3, 1, 2, 5, 4}, y[5];
    int64_t n = 5;
    numrs_view in = {x, &n, NULL, 1, NUMRS_F64}, out = {y, &n, NULL, 1, NUMRS_F64}, one = {y, NULL, NULL, 0, NUMRS_F64};
    numrs_sort(NULL, &in, &out, 0, NUMRS_ORDER_DESCENDING);  // 5 4 3 2 1
    numrs_median(NULL, &in, NULL, &one, NULL, -1, 0);        // 3
    @endcode */
#ifndef NUMRS_ORDER_H
#define NUMRS_ORDER_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Flags; each function says which it takes. */
enum {
  NUMRS_ORDER_DESCENDING = 1, /**< from the greatest to the least */
  NUMRS_ORDER_OMIT_NAN = 2,   /**< NaN is missing; without it a NaN makes the result of its line NaN */
  NUMRS_ORDER_SMALLEST = 4,   /**< topk: the least elements, not the greatest */
  NUMRS_ORDER_SORTED = 8,     /**< topk: in order, not as they stood */
  NUMRS_ORDER_RIGHT = 16      /**< searchsorted: behind equal elements, not before them */
};

/** Where a quantile lies between two elements: the nine types of Hyndman and Fan (1996) and four more, as NumPy names
    them. */
enum {
  NUMRS_QUANTILE_LINEAR = 0,                    /**< type 7 */
  NUMRS_QUANTILE_INVERTED_CDF = 1,              /**< type 1 */
  NUMRS_QUANTILE_AVERAGED_INVERTED_CDF = 2,     /**< type 2 */
  NUMRS_QUANTILE_CLOSEST_OBSERVATION = 3,       /**< type 3 */
  NUMRS_QUANTILE_INTERPOLATED_INVERTED_CDF = 4, /**< type 4 */
  NUMRS_QUANTILE_HAZEN = 5,                     /**< type 5 */
  NUMRS_QUANTILE_WEIBULL = 6,                   /**< type 6 */
  NUMRS_QUANTILE_MEDIAN_UNBIASED = 7,           /**< type 8 */
  NUMRS_QUANTILE_NORMAL_UNBIASED = 8,           /**< type 9 */
  NUMRS_QUANTILE_LOWER = 9,                     /**< the lower neighbour of type 7 */
  NUMRS_QUANTILE_HIGHER = 10,                   /**< its upper neighbour */
  NUMRS_QUANTILE_MIDPOINT = 11,                 /**< the mean of both */
  NUMRS_QUANTILE_NEAREST = 12                   /**< the nearer one, of equally near ones that of even rank */
};

/** Ranks of equal elements. */
enum {
  NUMRS_RANK_AVERAGE = 0, /**< the mean of their ranks */
  NUMRS_RANK_MIN = 1,     /**< the least of their ranks */
  NUMRS_RANK_MAX = 2,     /**< the greatest of their ranks */
  NUMRS_RANK_DENSE = 3,   /**< as MIN, without gaps behind them */
  NUMRS_RANK_ORDINAL = 4  /**< different ranks, in the order of the input */
};

/** y = x in order along axis (-ndim … ndim-1). y has x's shape and may be x. flags: NUMRS_ORDER_DESCENDING. */
NUMRS_API numrs_status numrs_sort(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis,
                                  int32_t flags);

/** y = the positions along axis that bring x in order, int64 or what it may be stored in. flags:
    NUMRS_ORDER_DESCENDING. */
NUMRS_API numrs_status numrs_argsort(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis,
                                     int32_t flags);

/** y = x partly in order along axis: the elements that a sort puts at the n_kth places kth (-n … n-1) are there; less
    ones are before them, greater ones behind, both in the order of the input, and so are equal ones. flags: 0. */
NUMRS_API numrs_status numrs_partition(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                       const int64_t *kth, int64_t n_kth, int32_t axis, int32_t flags);

/** y = the positions that make numrs_partition's result. */
NUMRS_API numrs_status numrs_argpartition(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                          const int64_t *kth, int64_t n_kth, int32_t axis, int32_t flags);

/** The k greatest (NUMRS_ORDER_SMALLEST: least) elements along axis and their positions (int64), both of x's shape with
    extent k along axis; of equal ones those that come first. As they stood in x, or in order with NUMRS_ORDER_SORTED.
    NaN is taken last. */
NUMRS_API numrs_status numrs_topk(numrs_context *context, const numrs_view *x, const numrs_view *values,
                                  const numrs_view *indices, int64_t k, int32_t axis, int32_t flags);

/** Ranks from 1 on along axis, float64, of x's shape; method: NUMRS_RANK_…. A NaN makes the ranks of its line NaN; with
    NUMRS_ORDER_OMIT_NAN it has rank NaN and the others are ranked without it. */
NUMRS_API numrs_status numrs_rankdata(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis,
                                      int32_t method, int32_t flags);

/** y[i] = how many elements of x1 (1 dimension, in order) stand before x2[i]; with NUMRS_ORDER_RIGHT those equal to it
    too. sorter: NULL, or int64 positions that bring x1 in order; one out of range is NUMRS_BAD_INDEX. y: int64, of x2's
    shape. */
NUMRS_API numrs_status numrs_searchsorted(numrs_context *context, const numrs_view *x1, const numrs_view *x2,
                                          const numrs_view *sorter, const numrs_view *y, int32_t flags);

/** y = the values at x of the lines between the points (xp, fp), float64, of x's shape; left before the first point,
   right behind the last, NaN where x is NaN. xp (1 dimension, not empty, in order) and fp are of any real dtype and as
   many elements; where xp is not in order y holds any of these values. Bits do not depend on threads or instruction
   set. */
NUMRS_API numrs_status numrs_interp(numrs_context *context, const numrs_view *x, const numrs_view *xp,
                                    const numrs_view *fp, const numrs_view *y, double left, double right);

/** The different elements of all of x, in order, and how many they are (*count). values has x's dtype and one dimension
    of as many elements as x has, of which the first *count are written; so have indices (where each stood first) and
    counts (how often), int64; inverse, int64 of x's shape, has the position in values of each element of x. Each but
    values may be NULL. Every NaN is different from the others; zeros are equal, the one that comes first is told. */
NUMRS_API numrs_status numrs_unique(numrs_context *context, const numrs_view *x, const numrs_view *values,
                                    const numrs_view *indices, const numrs_view *inverse, const numrs_view *counts,
                                    int64_t *count);

/** The median over some axes, or all with n_axes -1 (axes is not read); the mean of the middle two of an even number.
    where: NULL, or bool that broadcasts to x, the elements that take part. y: without the reduced axes, or with extent
   1 there; the dtype of x for floats (16-bit ones by way of float32), else float64. Of no elements: NaN. flags:
   NUMRS_ORDER_OMIT_NAN. */
NUMRS_API numrs_status numrs_median(numrs_context *context, const numrs_view *x, const numrs_view *where,
                                    const numrs_view *y, const int32_t *axes, int32_t n_axes, int32_t flags);

/** n_q quantiles q, each in [0, 1], over some axes; y has one dimension more than for numrs_median, the first, of
   extent n_q. method: NUMRS_QUANTILE_…. weights: NULL, or weights of x's elements that broadcast to x, finite and not
   negative; with them method must be NUMRS_QUANTILE_INVERTED_CDF, and a line whose weights are all 0 gives NaN. flags:
    NUMRS_ORDER_OMIT_NAN. */
NUMRS_API numrs_status numrs_quantile(numrs_context *context, const numrs_view *x, const numrs_view *where,
                                      const numrs_view *weights, const numrs_view *y, const double *q, int64_t n_q,
                                      const int32_t *axes, int32_t n_axes, int32_t method, int32_t flags);

/** The median of the distances from the median, divided by scale (finite, not 0), as numrs_median. */
NUMRS_API numrs_status numrs_mad(numrs_context *context, const numrs_view *x, const numrs_view *where,
                                 const numrs_view *y, const int32_t *axes, int32_t n_axes, double scale, int32_t flags);

/** The distance of the quartiles by method (NUMRS_QUANTILE_…), divided by scale, as numrs_median. */
NUMRS_API numrs_status numrs_iqr(numrs_context *context, const numrs_view *x, const numrs_view *where,
                                 const numrs_view *y, const int32_t *axes, int32_t n_axes, double scale, int32_t method,
                                 int32_t flags);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_ORDER_H */
