# The C header numrs/nn_loss.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_loss.h" nogil:
    enum:
        NUMRS_LOSS_NONE
        NUMRS_LOSS_MEAN
        NUMRS_LOSS_SUM
    enum:
        NUMRS_LOSS_MSE
        NUMRS_LOSS_L1
        NUMRS_LOSS_HUBER
        NUMRS_LOSS_SMOOTH_L1
        NUMRS_LOSS_BCE
        NUMRS_LOSS_BCE_LOGITS
        NUMRS_LOSS_KL_DIV
        NUMRS_LOSS_KL_DIV_LOG_TARGET
        NUMRS_LOSS_POISSON
        NUMRS_LOSS_POISSON_RATE
        NUMRS_LOSS_GAUSSIAN
        NUMRS_LOSS_HINGE
        NUMRS_LOSS_SQUARED_HINGE
        NUMRS_LOSS_HINGE_EMBEDDING
        NUMRS_LOSS_SOFT_MARGIN
        NUMRS_LOSS_LOG_COSH
    ctypedef struct numrs_class_loss_options:
        uint32_t struct_size
        int32_t reduction
        int32_t from_log
        int32_t reserved
        int64_t ignore_index
        double label_smoothing
    numrs_status numrs_loss(numrs_context *context, int32_t op, const numrs_view *input, const numrs_view *target, const numrs_view *third, const numrs_view *weight, const numrs_view *y, int32_t reduction, double p0, double p1)
    numrs_status numrs_loss_backward(numrs_context *context, int32_t op, const numrs_view *grad, const numrs_view *input, const numrs_view *target, const numrs_view *third, const numrs_view *weight, const numrs_view *g_input, const numrs_view *g_target, const numrs_view *g_third, int32_t reduction, double p0, double p1)
    numrs_status numrs_cross_entropy(numrs_context *context, const numrs_view *logits, const numrs_view *target, const numrs_view *weight, const numrs_view *loss, const numrs_view *gradient, const numrs_class_loss_options *options)
    numrs_status numrs_cross_entropy_backward(numrs_context *context, const numrs_view *grad, const numrs_view *logits, const numrs_view *target, const numrs_view *weight, const numrs_view *gradient, const numrs_class_loss_options *options)
