# The C header numrs/optim.h for Cython. Generated from lib/table by tools/gen.py; do not edit.
from libc.stdint cimport int8_t, int16_t, int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

from numrs.c.base cimport *
from numrs.c.view cimport *

cdef extern from "numrs/optim.h" nogil:
    enum:
        NUMRS_OPTIM_SGD
        NUMRS_OPTIM_ADAM
        NUMRS_OPTIM_ADAMW
        NUMRS_OPTIM_RMSPROP
        NUMRS_OPTIM_ADAGRAD
        NUMRS_OPTIM_ADADELTA
        NUMRS_OPTIM_LION
        NUMRS_OPTIM_NADAM
        NUMRS_OPTIM_RADAM
    enum:
        NUMRS_OPTIM_NESTEROV
        NUMRS_OPTIM_AMSGRAD
        NUMRS_OPTIM_CENTERED
        NUMRS_OPTIM_MAXIMIZE
        NUMRS_OPTIM_DECOUPLED
    ctypedef struct numrs_optim_options:
        uint32_t struct_size
        int32_t flags
        int64_t step
        double lr
        double weight_decay
        double beta1
        double beta2
        double eps
        double momentum
        double dampening
        double mu_product
    numrs_status numrs_optim_step(numrs_context *context, int32_t op, int32_t dtype, int64_t count, void *const *params, const void *const *grads, const int64_t *sizes, void *const *state, int64_t n_state, const numrs_optim_options *options)
    numrs_status numrs_optim_clip_norm(numrs_context *context, int32_t dtype, int64_t count, void *const *grads, const int64_t *sizes, double max_norm, double norm_type, double *norm)
    numrs_status numrs_optim_scale(numrs_context *context, int32_t dtype, int64_t count, void *const *grads, const int64_t *sizes, double factor)
    numrs_status numrs_optim_clip_value(numrs_context *context, int32_t dtype, int64_t count, void *const *grads, const int64_t *sizes, double low, double high)
    numrs_status numrs_optim_zero(numrs_context *context, int32_t dtype, int64_t count, void *const *grads, const int64_t *sizes)
