// Linear layers on contiguous memory: product, bias, activation, and their gradients.
#pragma once

#include "core/context.h"
#include "core/matmul_panels.h"
#include "core/nn_conv_tables.h"
#include "core/view.h"

namespace numrs {

// x (m, k) contiguous, weight (k, n) with any strides (in elements), y (m, n) contiguous; one dtype that has kernels.
struct LinearJob {
  const char* function;
  int32_t dtype;
  int64_t m, k, n;
  const char* weight = nullptr;
  int64_t weight_row = 0, weight_col = 0;
  int32_t activation;
  double slope;
  const Panels* panels = nullptr;  // the weights, packed; then the three of weight are not looked at. Forward only
};

// y = activation(x weight + bias); pre: what goes into the activation, or nullptr.
Status LinearForward(const Run& run, const LinearJob& job, const void* x, const void* bias, void* y, void* pre);
// saved: the output, or what went into the activation, as SavesOutput says (nullptr without an activation). gx, gw, gb:
// or nullptr.
Status LinearBackward(const Run& run, const LinearJob& job, const void* grad, const void* x, const void* saved,
                      void* gx, void* gw, void* gb);

}  // namespace numrs
