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

}  // namespace

const LossTable* Loss() {
  static const LossTable table = [] {
    LossTable t{};
    FillLosses(&t);
    t.soft_row[kF32] = SoftRow<float>;
    t.soft_row[kF64] = SoftRow<double>;
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
