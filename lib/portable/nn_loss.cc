// Losses in plain C++.
#include "core/nn_loss_tables.h"

#include <cmath>
#include <cstring>
#include <type_traits>

#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

#include "ops/nn_loss-inl.h"

// Sums of float64 in kLossLanes lanes.
template <typename T>
void SoftRow(const void* x, int64_t n, void* e, double* most, double* sum) {
  T greatest = n > 0 ? Load<T>(x, 0) : T(0);
  for (int64_t i = 1; i < n; i++) greatest = Load<T>(x, i) > greatest ? Load<T>(x, i) : greatest;
  double lanes[kLossLanes] = {};
  for (int64_t i = 0; i < n; i++) {
    const T v = std::exp(Load<T>(x, i) - greatest);
    lanes[i % kLossLanes] += static_cast<double>(v);
    if (e) Store<T>(e, i, v);
  }
  *most = static_cast<double>(greatest);
  *sum = MergeLanes(lanes);
}

template <typename T>
void LabelRow(const void* x, int64_t n, int64_t label, double factor, void* g, double* most, double* sum) {
  SoftRow<T>(x, n, g, most, sum);
  if (g) LabelGradient<T>(g, n, label, factor, *sum);
}

}  // namespace

const LossTable* Loss() {
  static const LossTable table = [] {
    LossTable t{};
#define NUMRS_LOSS(id, name, Kernel, ahead, third, cost) NUMRS_FILL_LOSS(&t, id, Kernel, ahead, third)
#include "table/loss.def"
    FillTools(&t);
    t.soft_row[kF32] = SoftRow<float>;
    t.soft_row[kF64] = SoftRow<double>;
    t.label_row[kF32] = LabelRow<float>;
    t.label_row[kF64] = LabelRow<double>;
    for (const int32_t dtype : {kF32, kF64}) {
      t.exp[dtype] = Unary()->fn[kUnary_exp][dtype];
      t.log[dtype] = Unary()->fn[kUnary_log][dtype];
      t.log1p[dtype] = Unary()->fn[kUnary_log1p][dtype];
    }
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
