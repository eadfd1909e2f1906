// The kernel table of losses: pairs of elements, and rows of logits with a label or a distribution.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/tables.h"

namespace numrs {

enum LossOp : int32_t {
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) kLoss_##name = id,
#include "table/loss.def"
  kLossOps
};
enum class LossThird : uint8_t { NONE, OPTIONAL, NEEDED };

struct LossRow {
  const char* name;
  LossThird third;
  double cost_ns;
};
extern const LossRow kLossRows[kLossOps];

constexpr int64_t kLossChunk = 128;  // most elements of one kernel call
constexpr int64_t kLossLanes = 32;   // element i of a sum is added to lane i % kLossLanes, which is a float64

struct LossTable;
// Up to kLossChunk pairs in float or double (T), of any alignment. Nothing that is written overlaps what is read.
struct LossPiece {
  const void *x, *t;  // input, target
  const void* v;      // the third operand: pos_weight, var; nullptr: none
  const void* w;      // a weight for each, or nullptr
  int64_t n;
  double p[2];  // parameters, and what each is, stands with the kernel
  void* y;      // values
  // Gradients: of the sum of grad[i] * scale * value[i]; nullptr: not wanted.
  const void* grad;  // or nullptr: 1
  double scale;
  void *gx, *gt, *gv;
  const LossTable* tools;
};
using LossFn = void (*)(const LossPiece& piece);

// One row of n logits: *most is the greatest, *sum = the sum over i of e[i] = exp(x[i] - *most). e may be nullptr.
using SoftRowFn = void (*)(const void* x, int64_t n, void* e, double* most, double* sum);

// The same and, where g is not nullptr, the gradient of a row whose target is one label: g = e factor / sum, less
// factor at the label.
using LabelRowFn = void (*)(const void* x, int64_t n, int64_t label, double factor, void* g, double* most, double* sum);

struct LossTable {
  LossFn value[kLossOps][kDTypes];
  LossFn gradient[kLossOps][kDTypes];
  // lanes[i % kLossLanes] += y[i] for up to kLossChunk elements.
  void (*add)(const void* y, int32_t dtype, int64_t n, double* lanes);
  SoftRowFn soft_row[kDTypes];
  LabelRowFn label_row[kDTypes];
  // *dot = the sum of t[i] (x[i] - shift), where t[i] = w[i] (keep target[i] + spread) and what is nullptr counts as w
  // 1, target 0; *total = the sum of t[i].
  void (*mixed_row)(const void* x, const void* target, const void* w, int32_t dtype, int64_t n, double keep,
                    double spread, double shift, double* dot, double* total);
  // e[i] = scale (factor e[i] - t[i]).
  void (*mixed_gradient)(const void* target, const void* w, int32_t dtype, int64_t n, double keep, double spread,
                         double factor, double scale, void* e);
  // to = the sum in float64 of rows `place`, next[place] … of x (rows of width elements), to the first place below 0.
  void (*add_rows[kDTypes])(const void* x, int64_t width, int64_t place, const int64_t* next, void* to);
  // y[i] = words[i] < threshold ? 0 : scale x[i]. y may be x.
  void (*drop[kDTypes])(const void* x, const uint32_t* words, uint64_t threshold, double scale, void* y, int64_t n);
  // Functions of the library's own kernels.
  UnaryFn exp[kDTypes], log[kDTypes], log1p[kDTypes];
};

}  // namespace numrs
