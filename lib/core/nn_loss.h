// The engine of losses: operands as contiguous memory, pieces on several threads, sums by a fixed tree.
#pragma once

#include "core/context.h"
#include "core/nn_loss_tables.h"
#include "core/view.h"

namespace numrs {

enum class Reduction : int32_t { NONE = 0, MEAN = 1, SUM = 2 };

struct LossJob {
  const char* function;
  int32_t op;
  const View *x, *t, *v, *w;  // v, w may be nullptr
  int32_t compute;            // float32 or float64
  int32_t ndim;               // of all operands together
  int64_t shape[kMaxNDim];
  int64_t size;
  Reduction reduction;
  double p[2];
};
Status RunLoss(const Run& run, const LossJob& job, const View& y);
// Any of the outputs may be nullptr; they overlap nothing but inputs.
Status RunLossBackward(const Run& run, const LossJob& job, const View& grad, const View* gx, const View* gt,
                       const View* gv);

struct ClassLossJob {
  const char* function;
  const View *logits, *target, *weight;  // weight may be nullptr
  const View *grad, *loss, *gx;          // each may be nullptr
  bool labels;                           // or probabilities
  bool from_log;
  int32_t compute;
  int64_t ignore_index;
  double smoothing;
  Reduction reduction;
};
Status RunClassLoss(const Run& run, const ClassLossJob& job);

}  // namespace numrs
