/** @file
    Steps of optimizers over all parameters at once, and what is done to gradients before. The formulas are PyTorch's;
    parameters are float32 or float64, contiguous, in pieces of any sizes. The bits do not depend on threads or
    instruction set. SGD, and all but Lion with an eps of 1e-15 or more, take subnormal numbers as zeros: state that
    decays would end in them and make each step many times slower.

    On a device the elements of parameters, gradients and state are memory of the device, aligned to the dtype; the
   arrays of pointers, sizes, options and norm are memory of the host, and may be written again when the call returns.
   numrs_optim_clip_norm waits for the norm, and is not for recording.

    @code{.c}
    float w[6] = {1, 1, 1, 1, 1, 1}, b[2] = {0}, gw[6] = {1, 2, 3, 4, 5, 6}, gb[2] = {1, 1}, m[8] = {0}, v[8] = {0};
    void *params[] = {w, b}, *state[] = {m, v};
    const void *grads[] = {gw, gb};
    const int64_t sizes[] = {6, 2};
    numrs_optim_options options = NUMRS_OPTIM_OPTIONS_INIT;
    for (options.step = 1; options.step <= 10; options.step++) {
      numrs_optim_step(NULL, NUMRS_OPTIM_ADAM, NUMRS_F32, 2, params, grads, sizes, state, 2, &options);
    }
    @endcode */
#ifndef NUMRS_OPTIM_H
#define NUMRS_OPTIM_H

#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Optimizers, and the arenas of state that each has: SGD momentum; Adam, AdamW first and second moment, greatest
   second moment (AMSGRAD); RMSprop mean square, momentum, mean (CENTERED); Adagrad sum of squares; Adadelta mean square
   of gradients and of steps; Lion momentum; NAdam, RAdam first and second moment. */
enum {
  NUMRS_OPTIM_SGD = 0,
  NUMRS_OPTIM_ADAM = 1,
  NUMRS_OPTIM_ADAMW = 2,
  NUMRS_OPTIM_RMSPROP = 3,
  NUMRS_OPTIM_ADAGRAD = 4,
  NUMRS_OPTIM_ADADELTA = 5,
  NUMRS_OPTIM_LION = 6,
  NUMRS_OPTIM_NADAM = 7,
  NUMRS_OPTIM_RADAM = 8
};

/** Bits of numrs_optim_options.flags. */
enum {
  NUMRS_OPTIM_NESTEROV = 1, /**< SGD */
  NUMRS_OPTIM_AMSGRAD = 2,  /**< Adam, AdamW */
  NUMRS_OPTIM_CENTERED = 4, /**< RMSprop */
  NUMRS_OPTIM_MAXIMIZE = 8, /**< all: climb */
  NUMRS_OPTIM_DECOUPLED =
      16 /**< Adam, NAdam, RAdam: decay the parameter, not the gradient (AdamW and Lion always do) */
};

/** Numbers of a step; begin with NUMRS_OPTIM_OPTIONS_INIT. Later versions append fields. */
typedef struct numrs_optim_options {
  uint32_t struct_size; /**< sizeof(numrs_optim_options) of the caller's header, set by the INIT macro */
  int32_t flags;        /**< bits of NUMRS_OPTIM_NESTEROV … */
  int64_t step;         /**< number of this step, from 1 on */
  double lr;            /**< learning rate, 0 or more */
  double weight_decay;  /**< 0 or more */
  double beta1;         /**< Adam and its relatives, Lion: [0, 1) */
  double beta2;         /**< the same; RMSprop's alpha and Adadelta's rho: [0, 1] */
  double eps;           /**< 0 or more */
  double momentum;      /**< SGD, RMSprop: 0 or more; 0: no arena is needed. NAdam: momentum_decay */
  double dampening;     /**< SGD. Adagrad: lr_decay */
  double mu_product;    /**< NAdam: the product of the mu of the steps before this one */
} numrs_optim_options;
/** Initialiser of numrs_optim_options: Adam's defaults. */
#define NUMRS_OPTIM_OPTIONS_INIT {sizeof(numrs_optim_options), 0, 1, 1e-3, 0, 0.9, 0.999, 1e-8, 0, 0, 1}

/** One step of optimizer op of `count` parameters of dtype (float32 or float64): params[i] and grads[i] have sizes[i]
    elements; a parameter whose gradient is NULL stays, with its state. state: n_state arenas, each of the sum of all
    sizes, elements in the order of the parameters, zeros before the first step; NULL for those that the options do not
    use. No memory overlaps.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for an unknown op, a NULL pointer with elements or an option out of its range
    (NaN too); NUMRS_BAD_DTYPE; NUMRS_BAD_SHAPE for a negative size or sum of sizes beyond memory; NUMRS_CANCELLED, with
    some elements changed. */
NUMRS_API numrs_status numrs_optim_step(numrs_context *context, int32_t op, int32_t dtype, int64_t count,
                                        void *const *params, const void *const *grads, const int64_t *sizes,
                                        void *const *state, int64_t n_state, const numrs_optim_options *options);

/** *norm: the norm of all gradients as one vector, of order 2 or infinity (norm_type), summed in float64 by a fixed
   tree; then each gradient is multiplied by min(1, max_norm / (norm + 1e-6)). max_norm infinity only asks for the norm.
   A NULL gradient is left out.
    @return NUMRS_OK; NUMRS_BAD_ARGUMENT for another norm_type, a max_norm below 0 or NaN, or a NULL pointer;
    NUMRS_BAD_DTYPE; NUMRS_BAD_SHAPE; NUMRS_NO_MEMORY. */
NUMRS_API numrs_status numrs_optim_clip_norm(numrs_context *context, int32_t dtype, int64_t count, void *const *grads,
                                             const int64_t *sizes, double max_norm, double norm_type, double *norm);

/** Multiplies each gradient by factor.
    @return as numrs_optim_clip_norm. */
NUMRS_API numrs_status numrs_optim_scale(numrs_context *context, int32_t dtype, int64_t count, void *const *grads,
                                         const int64_t *sizes, double factor);

/** Each element of each gradient into [low, high]; NaN stays.
    @return as numrs_optim_clip_norm; NUMRS_BAD_ARGUMENT unless low <= high. */
NUMRS_API numrs_status numrs_optim_clip_value(numrs_context *context, int32_t dtype, int64_t count, void *const *grads,
                                              const int64_t *sizes, double low, double high);

/** Zeros in each gradient. */
NUMRS_API numrs_status numrs_optim_zero(numrs_context *context, int32_t dtype, int64_t count, void *const *grads,
                                        const int64_t *sizes);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_OPTIM_H */
