/** @file
    Exponentially weighted statistics of all elements so far along one axis, as pandas' ewm. Operation numbers are in
    ops.h, typed functions in raw.h.

    Element k counts with the weight (1 - alpha)^(i - k) at element i (adjust), or the result follows y[i] =
    (1 - alpha) y[i - 1] + alpha x[i]. NaN is a missing value: it has no weight, and the others age meanwhile unless
    ignore_missing says that only elements which are there count as steps. Infinity is a value and stays. Computed in
    float64 in the order of the line; the bits do not depend on threads, instruction set or layout.

    y may overlap x in any way: the numbers are those of separate memory. y is unchanged on any status but NUMRS_OK and
    NUMRS_CANCELLED. Statuses are those of rolling.h.

    @code{.c}
    const double x[] = {1, 2, 4};
    double y[3];
    numrs_ewm_mean_f64(NULL, x, y, 1, 3, 1, 0.5, 0, 0, 0);   // alpha 0.5, not adjusted: 1 1.5 2.75
    @endcode */
#ifndef NUMRS_EWM_H
#define NUMRS_EWM_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Options of numrs_ewm; begin with NUMRS_EWM_OPTIONS_INIT and set alpha. Later versions append fields. */
typedef struct numrs_ewm_options {
  uint32_t struct_size;   /**< sizeof(numrs_ewm_options) of the caller's header, set by the INIT macro */
  int32_t adjust;         /**< 1: weights are divided by their sum; 0: a recursion from the first value on */
  int32_t ignore_missing; /**< 1: missing elements are no steps */
  int32_t unbiased;       /**< var, std, cov: 1: corrected for the bias of the weights */
  int64_t min_periods;    /**< values below which the result is NaN; 0: 1 */
  double alpha;           /**< above 0, at most 1; not looked at where factors are given and adjust is 1 */
  const double *factors;  /**< NULL, or one per element: what the step to it does to earlier weights, 0 … 1, instead of
                               1 - alpha; the first is not looked at */
  int64_t n_factors;      /**< number of factors: elements of a line */
} numrs_ewm_options;
/** Initialiser of numrs_ewm_options: every option at its default; alpha is still to be set. */
#define NUMRS_EWM_OPTIONS_INIT {sizeof(numrs_ewm_options), 1, 0, 0, 0, 0, 0, 0}

/** y = statistic op (NUMRS_OP_EWM_…) of x along axis (-ndim … ndim-1); x2: the second input of cov and corr, of x's
    shape; NULL for the others. y has x's shape; its dtype is that of x (and x2, promoted) for floats and float64 for
   all others, or any to which that converts by NumPy's same_kind rule. factors share no memory with y; they are
   memory of the host whatever device the call runs on. */
NUMRS_API numrs_status numrs_ewm(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *x2,
                                 const numrs_view *y, int32_t axis, const numrs_ewm_options *options);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_EWM_H */
