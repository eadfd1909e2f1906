/** @file
    Discrete Fourier transforms on views: any strides, along one axis or several, complex or of real numbers.

    forward:  y[k] = scale * sum over j of x[j] exp(-2 pi i j k / n)
    backward: the same with exp(+2 pi i j k / n); with scale 1 / n it undoes the first.

    Any n from 1 on, in O(n log n). float16, bfloat16, float32 and complex64 are computed in float32, everything else in
    float64. The lengths are those of y: longer lines of x are cut off there, shorter ones continued by zeros. A line
   has the same bits alone or among others, for every number of threads, instruction set and layout.

    Tables of roots of unity are kept for the next call of the same length (at most 64 lengths and 64 MiB);
    numrs_memory_trim() gives them back. NaN and infinities spread over the line that they are in.

    @code{.c}
    double x[] = {1, 2, 3, 4}, z[4];
    numrs_c128 y[3];
    numrs_rfft_f64(NULL, x, y, 1, 4, 1, NUMRS_FFT_FORWARD, 1);          // 10, -2+2i, -2
    numrs_irfft_f64(NULL, y, z, 1, 4, 1, NUMRS_FFT_BACKWARD, 1.0 / 4);  // 1 2 3 4
    @endcode */
#ifndef NUMRS_FFT_H
#define NUMRS_FFT_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Directions. */
enum {
  NUMRS_FFT_FORWARD = 0, /**< exp(-2 pi i j k / n) */
  NUMRS_FFT_BACKWARD = 1 /**< exp(+2 pi i j k / n) */
};

/** y = scale times the transform of x along n_axes axes (-ndim … ndim-1, none twice; n_axes -1: all). x of any dtype,
    y complex and of x's shape but along the axes; y may be x, or overlap it in any way. */
NUMRS_API numrs_status numrs_fft(numrs_context *context, const numrs_view *x, const numrs_view *y, const int32_t *axes,
                                 int32_t n_axes, int32_t direction, double scale);

/** The same of a real x (no complex dtype): along the last of the axes n real numbers give the first n / 2 + 1 complex
    ones, the others being their conjugates; along the axes before it y's extents are the lengths. */
NUMRS_API numrs_status numrs_rfft(numrs_context *context, const numrs_view *x, const numrs_view *y, const int32_t *axes,
                                  int32_t n_axes, int64_t n, int32_t direction, double scale);

/** The other way: y is real, of length n along the last of the axes, from the first n / 2 + 1 numbers of a transform.
   Of the number at 0, and of that at n / 2 of an even n, the imaginary part is not read (one axis). */
NUMRS_API numrs_status numrs_irfft(numrs_context *context, const numrs_view *x, const numrs_view *y,
                                   const int32_t *axes, int32_t n_axes, int32_t direction, double scale);

/** @name raw
@{ */
/** Along the middle axis of contiguous x (outer, n, inner) in C order; y is like x. y may be x. */
NUMRS_API numrs_status numrs_fft_c64(numrs_context *context, const numrs_c64 *x, numrs_c64 *y, int64_t outer, int64_t n,
                                     int64_t inner, int32_t direction, double scale);
/** numrs_fft_c64 in complex128. */
NUMRS_API numrs_status numrs_fft_c128(numrs_context *context, const numrs_c128 *x, numrs_c128 *y, int64_t outer,
                                      int64_t n, int64_t inner, int32_t direction, double scale);
/** x (outer, n, inner) real, y (outer, n / 2 + 1, inner). */
NUMRS_API numrs_status numrs_rfft_f32(numrs_context *context, const float *x, numrs_c64 *y, int64_t outer, int64_t n,
                                      int64_t inner, int32_t direction, double scale);
/** numrs_rfft_f32 in float64. */
NUMRS_API numrs_status numrs_rfft_f64(numrs_context *context, const double *x, numrs_c128 *y, int64_t outer, int64_t n,
                                      int64_t inner, int32_t direction, double scale);
/** x (outer, n / 2 + 1, inner), y (outer, n, inner) real. */
NUMRS_API numrs_status numrs_irfft_f32(numrs_context *context, const numrs_c64 *x, float *y, int64_t outer, int64_t n,
                                       int64_t inner, int32_t direction, double scale);
/** numrs_irfft_f32 in float64. */
NUMRS_API numrs_status numrs_irfft_f64(numrs_context *context, const numrs_c128 *x, double *y, int64_t outer, int64_t n,
                                       int64_t inner, int32_t direction, double scale);
/** @} */

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_FFT_H */
