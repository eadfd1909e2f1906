// The kernel table of activation functions and softmax: contiguous memory of float32 or float64; other dtypes are
// converted around them (core/nn_activation.cc).
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

enum ActivationOp : int32_t {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) kActivation_##name = id,
#include "table/activation.def"
  kActivations
};

// y[i] = f(x[i]); gx[i] = g[i] f'(x[i]). y may be x, gx may be g or x. Element i depends on element i only.
using ActivationFn = void (*)(const void* x, void* y, int64_t n, double a, double b);
using ActivationBackFn = void (*)(const void* g, const void* x, void* gx, int64_t n, double a, double b);

// Rows of n >= 1 elements, one behind the other: y = e^(x - m) / sum of e^(x - m), or x - m - log of that sum; y may be
// x. The sum is formed in blocks of 64 as ((0..15) + (16..31)) + ((32..47) + (48..63)) in the elements' precision,
// these 16 lanes in float64, and they pairwise; for the logarithm each of the 16 lanes in float64 from the start.
using SoftmaxFn = void (*)(const void* x, void* y, int64_t n, int64_t rows);
// gx = y (g - sum of g y), or g - e^y sum of g; gx may be g or y.
using SoftmaxBackFn = void (*)(const void* g, const void* y, void* gx, int64_t n, int64_t rows);

struct NnActivationTable {
  ActivationFn forward[kActivations][kDTypes];
  ActivationBackFn backward[kActivations][kDTypes];
  SoftmaxFn softmax[2][kDTypes];  // [0] softmax, [1] log_softmax
  SoftmaxBackFn softmax_backward[2][kDTypes];
};

}  // namespace numrs
