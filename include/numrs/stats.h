/** @file
    Statistics of lines: the elements of x along some axes, in C order of their index, as one line. Operation numbers
    are in ops.h, typed functions in raw.h.

    Everything is computed in float64, sums by the fixed tree of reduce.h; floats of all sizes give their own dtype,
   rounded once, all others float64 (numrs_stat_dtype). So the bits do not depend on threads, instruction set (gmean:
   among those with FMA) or layout. NaN propagates: a line with one gives NaN, the positive quiet one. What is not
   defined is NaN: any statistic of no elements (describe: but its count), skew and kurtosis of equal elements, a
   correlation with equal elements, tau where all pairs are tied.

    Parameters, in order, with their defaults; fewer may be given:
    - skew: bias 1 (0: corrected, G1); kurtosis: bias 1, fisher 1 (excess; 0: a normal line has 3);
    - moment: order 1, a whole number; about the mean;
    - gmean, hmean, robust_zscore, corr, spearman, kendall: none;
    - sem, zscore, describe, cov: correction 0, the divisor is n - correction;
    - trim_mean: proportion 0.1 cut from each end, int(proportion n) elements;
    - winsorize: lower 0.05, upper 0.05, the share of elements at each end that become the next one;
    - biweight_location, biweight_scale: c 6, in median absolute deviations (9 is usual for the scale);
    - sigmaclip: low 4, high 4, in standard deviations; numbers: the bounds within which nothing is clipped any more;
    - lag, pct_change: periods 1, a whole number, negative to look ahead; fill_forward, fill_backward: limit 0, the most
      NaN in a row that are filled, 0: any number;
    - theilslopes: alpha 0.95; x holds the ordinates, x2 the abscissae; numbers: slope, intercept, lower and upper bound
      of the slope; memory for n (n - 1) / 2 numbers.
    describe gives 10 numbers: count, mean, standard deviation, minimum, the quartiles (linear), maximum, skew, excess
    kurtosis. robust_zscore is 0.6744897501960817 (x - median) / MAD. kendall is tau-b.

    Sources: Joanes and Gill (1998) for skew and kurtosis; Beers, Flynn and Gebhardt (1990) for the biweights; Knight
    (1966) for tau; Sen (1968) for the slopes.

    @code{.c}
    const double x[] = {1, 2, 3, 4, 100};
    double y;
    const int64_t shape[] = {5};
    const numrs_view vx = {(void *)x, shape, NULL, 1, NUMRS_F64}, vy = {&y, NULL, NULL, 0, NUMRS_F64};
    const double proportion = 0.2;
    numrs_stat(NULL, NUMRS_OP_TRIM_MEAN, &vx, NULL, NULL, &vy, NULL, -1, &proportion, 1);   // y is 3
    @endcode */
#ifndef NUMRS_STATS_H
#define NUMRS_STATS_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = statistic op of the lines of x along axes.

    x2: the second line of cov, corr, spearman, kendall and theilslopes, which broadcasts to x; NULL for the others.
    where: NULL, or a bool view that broadcasts to x: elements where it is false do not belong to the line (statistics
    that give a line take none).
    y: x's shape with the axes dropped or kept as extent 1, and one more axis behind for statistics of several numbers;
    x's shape for zscore, robust_zscore, winsorize, lag, pct_change and fill_. y may overlap the inputs in any way.
    axes: n_axes axes, each -ndim … ndim-1, none twice; n_axes -1: all axes, and axes may be NULL.
    parameters: n_parameters of them; the others have their defaults.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op, a bad axis or parameter, a missing or superfluous view;
    NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP when y overlaps itself; NUMRS_NO_MEMORY; NUMRS_CANCELLED. y is
    unchanged on any but NUMRS_OK and NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_stat(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2,
                                  const numrs_view *where, const numrs_view *y, const int32_t *axes, int32_t n_axes,
                                  const double *parameters, int32_t n_parameters);
/** dtype of the result for input dtypes (x2 is not looked at where op takes one input).
    @return NUMRS_OK; NUMRS_BAD_DTYPE for what is no dtype; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_stat_dtype(int32_t op, int32_t x, int32_t x2, int32_t *result);
/** How many inputs op takes, and how many numbers it gives per line (0: a line as long as the input).
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_stat_shape(int32_t op, int32_t *inputs, int32_t *outputs);

/** y[g] = statistic op (NUMRS_OP_GROUP_SUM …) of the elements of x along axis whose key is g, the bits being those of
   the reduction of these elements alone, in their order.

    keys: 1-d, integers 0 … n_groups - 1, one per element along axis. y: x's shape with extent n_groups along axis; its
    dtype is numrs_group_dtype's, or one to which that converts by the same_kind rule; it may overlap x and keys.
    parameter: var, std: the divisor is the count less this; quantile: q, 0 to 1 (linear); the others ignore it.
    A group of no elements gives what the reduction gives for none: 0 for sum and count, NaN else. min, max, first and
    last of integers need an element in each group. NaN propagates; count tells how many are not NaN.
    @return NUMRS_OK; NUMRS_BAD_INDEX for a key out of range; NUMRS_BAD_ARGUMENT for an unknown op, a bad axis or q, or
    an empty group of integers; NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE; NUMRS_OVERLAP; NUMRS_NO_MEMORY; NUMRS_CANCELLED. y is
    unchanged on any but NUMRS_OK and NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_group(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *keys,
                                   const numrs_view *y, int32_t axis, double parameter);
/** dtype of the result of numrs_group for a dtype of x.
    @return NUMRS_OK; NUMRS_BAD_DTYPE for what is no dtype; NUMRS_BAD_ARGUMENT for an unknown op or NULL. */
NUMRS_API numrs_status numrs_group_dtype(int32_t op, int32_t x, int32_t *result);

/** counts[k] = number (int64) of elements of x from edges[k] to below edges[k + 1], the last bin with its upper edge,
   as numpy.histogram; NaN is in none. With weights (of x's shape) counts is float64: the sum of theirs, in the order of
    x's index. edges: 1-d float64, not decreasing, one more than counts, which is 1-d and may overlap the rest.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for edges that decrease or are NaN; NUMRS_BAD_SHAPE; NUMRS_BAD_DTYPE;
    NUMRS_OVERLAP; NUMRS_NO_MEMORY; NUMRS_CANCELLED. counts is unchanged on any but NUMRS_OK and NUMRS_CANCELLED. */
NUMRS_API numrs_status numrs_histogram(numrs_context *context, const numrs_view *x, const numrs_view *weights,
                                       const numrs_view *edges, const numrs_view *counts);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_STATS_H */
