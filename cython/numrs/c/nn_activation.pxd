# The C header numrs/nn_activation.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/nn_activation.h" nogil:
    enum:
        NUMRS_ACTIVATION_RELU
        NUMRS_ACTIVATION_RELU6
        NUMRS_ACTIVATION_HARDTANH
        NUMRS_ACTIVATION_LEAKY_RELU
        NUMRS_ACTIVATION_ELU
        NUMRS_ACTIVATION_SELU
        NUMRS_ACTIVATION_CELU
        NUMRS_ACTIVATION_GELU
        NUMRS_ACTIVATION_GELU_TANH
        NUMRS_ACTIVATION_SILU
        NUMRS_ACTIVATION_SIGMOID
        NUMRS_ACTIVATION_TANH
        NUMRS_ACTIVATION_SOFTPLUS
        NUMRS_ACTIVATION_SOFTSIGN
        NUMRS_ACTIVATION_HARDSWISH
        NUMRS_ACTIVATION_HARDSIGMOID
        NUMRS_ACTIVATION_MISH
        NUMRS_ACTIVATION_LOGSIGMOID
    numrs_status numrs_activation(numrs_context *context, int32_t op, const numrs_view *x, const numrs_view *y, double a, double b)
    numrs_status numrs_activation_backward(numrs_context *context, int32_t op, const numrs_view *grad, const numrs_view *x, const numrs_view *gx, double a, double b)
    numrs_status numrs_softmax(numrs_context *context, const numrs_view *x, const numrs_view *y, int32_t axis, int32_t log)
    numrs_status numrs_softmax_backward(numrs_context *context, const numrs_view *grad, const numrs_view *y, const numrs_view *gx, int32_t axis, int32_t log)
