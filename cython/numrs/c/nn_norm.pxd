# The C header numrs/nn_norm.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_norm.h" nogil:
    numrs_status numrs_layer_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight, const numrs_view *bias, const numrs_view *y, const numrs_view *mean, const numrs_view *rstd, int32_t n_axes, double eps)
    numrs_status numrs_layer_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x, const numrs_view *weight, const numrs_view *mean, const numrs_view *rstd, const numrs_view *gx, const numrs_view *gweight, const numrs_view *gbias, int32_t n_axes)
    numrs_status numrs_rms_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight, const numrs_view *y, const numrs_view *rstd, int32_t n_axes, double eps)
    numrs_status numrs_rms_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x, const numrs_view *weight, const numrs_view *rstd, const numrs_view *gx, const numrs_view *gweight, int32_t n_axes)
    numrs_status numrs_group_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight, const numrs_view *bias, const numrs_view *y, const numrs_view *mean, const numrs_view *rstd, int64_t groups, double eps)
    numrs_status numrs_group_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x, const numrs_view *weight, const numrs_view *mean, const numrs_view *rstd, const numrs_view *gx, const numrs_view *gweight, const numrs_view *gbias, int64_t groups)
    numrs_status numrs_batch_norm(numrs_context *context, const numrs_view *x, const numrs_view *weight, const numrs_view *bias, const numrs_view *running_mean, const numrs_view *running_var, const numrs_view *y, const numrs_view *mean, const numrs_view *rstd, int32_t training, double momentum, double eps)
    numrs_status numrs_batch_norm_backward(numrs_context *context, const numrs_view *grad, const numrs_view *x, const numrs_view *weight, const numrs_view *mean, const numrs_view *rstd, const numrs_view *gx, const numrs_view *gweight, const numrs_view *gbias, int32_t training)
