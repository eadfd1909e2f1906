// Activation functions and softmax on views: packing, conversion and threads around core/nn_activation_tables.h.
#pragma once

#include "core/context.h"
#include "core/nn_activation_tables.h"
#include "core/view.h"

namespace numrs {

enum class ParameterRule : uint8_t { NONE, FINITE, NONZERO, ORDERED, BETA };
struct ActivationRow {
  const char* name;
  const char* backward;  // that of the gradient
  int32_t parameters;    // how many of a and b it reads
  ParameterRule rule;
  double cost_ns;  // per element of float64
};
extern const ActivationRow kActivationRows[kActivations];

struct ActivationJob {
  const char* function;
  int32_t op;
  View g;  // ndim -1: y = f(x); else y = g f'(x)
  View x, y;
  double a, b;
};
// Checked views of one shape.
Status RunActivation(const Run& run, const ActivationJob& job);

struct SoftmaxJob {
  const char* function;
  bool log;
  int32_t axis;
  View g;  // ndim -1: y = softmax(x); else x is that result and y the gradient
  View x, y;
};
Status RunSoftmax(const Run& run, const SoftmaxJob& job);

}  // namespace numrs
