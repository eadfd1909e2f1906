// Medians and quantiles by backend "cpu".
#include "cpu/order.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/order_statistics.cc"
#include "hwy/foreach_target.h"  // IWYU pragma: keep

#include "cpu/order_kit-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

#if NUMRS_ORDER_VECTORS

namespace order = ops::order;

template <typename T>
void FillType(OrderTable* t, int32_t dtype) {
  t->line[kOrder_median][dtype] = order::Median<VectorKit<T>, T>::Line;
  t->line[kOrder_quantile][dtype] = order::Quantile<VectorKit<T>, T>::Line;
  t->line[kOrder_mad][dtype] = order::Mad<VectorKit<T>, T>::Line;
  t->line[kOrder_iqr][dtype] = order::Iqr<VectorKit<T>, T>::Line;
}

#endif

void FillOrderStatistics(OrderTable* t) {
#if NUMRS_ORDER_VECTORS
  FillType<float>(t, kF32);
  FillType<double>(t, kF64);
#else
  (void)t;
#endif
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {

NUMRS_EXPORT_PART(OrderTable, FillOrderStatistics)

}  // namespace cpu
}  // namespace numrs
#endif
