// The engine of optimizers: pieces of many arrays shared among threads. Arguments are checked above.
#pragma once

#include "core/context.h"
#include "core/optim_tables.h"

namespace numrs {

// Arrays of one dtype; nullptr: left out.
struct OptimArrays {
  int32_t dtype;
  int64_t count;
  const int64_t* sizes;
  int64_t total;
};

// flush: subnormal numbers are taken as zeros.
Status RunOptimStep(const Run& run, int32_t op, const OptimArrays& arrays, void* const* params,
                    const void* const* grads, void* const* state, const double* numbers, bool flush);

// The norm of all gradients; largest: of order infinity, else 2.
Status GradientNorm(const Run& run, const OptimArrays& arrays, void* const* grads, bool largest, double* norm);
Status ScaleGradients(const Run& run, const OptimArrays& arrays, void* const* grads, double factor);
Status ClampGradients(const Run& run, const OptimArrays& arrays, void* const* grads, double low, double high);
Status ZeroGradients(const Run& run, const OptimArrays& arrays, void* const* grads);

}  // namespace numrs
