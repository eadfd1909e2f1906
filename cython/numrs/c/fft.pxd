# The C header numrs/fft.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/fft.h" nogil:
    enum:
        NUMRS_FFT_FORWARD
        NUMRS_FFT_BACKWARD
    numrs_status numrs_fft(numrs_context *context, const numrs_view *x, const numrs_view *y, const int32_t *axes, int32_t n_axes, int32_t direction, double scale)
    numrs_status numrs_rfft(numrs_context *context, const numrs_view *x, const numrs_view *y, const int32_t *axes, int32_t n_axes, int64_t n, int32_t direction, double scale)
    numrs_status numrs_irfft(numrs_context *context, const numrs_view *x, const numrs_view *y, const int32_t *axes, int32_t n_axes, int32_t direction, double scale)
    numrs_status numrs_fft_c64(numrs_context *context, const numrs_c64 *x, numrs_c64 *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
    numrs_status numrs_fft_c128(numrs_context *context, const numrs_c128 *x, numrs_c128 *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
    numrs_status numrs_rfft_f32(numrs_context *context, const float *x, numrs_c64 *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
    numrs_status numrs_rfft_f64(numrs_context *context, const double *x, numrs_c128 *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
    numrs_status numrs_irfft_f32(numrs_context *context, const numrs_c64 *x, float *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
    numrs_status numrs_irfft_f64(numrs_context *context, const numrs_c128 *x, double *y, int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale)
