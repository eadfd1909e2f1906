// Partitions and extremes by backend "cpu"; elements of 8 and 16 bits are left to cpu-portable.
#include "cpu/order.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/order_places.cc"
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
  t->line[kOrder_partition][dtype] = order::Partition<VectorKit<T>, T>::Line;
  t->line[kOrder_argpartition][dtype] = order::ArgPartition<VectorKit<T>, T>::Line;
  t->line[kOrder_topk][dtype] = order::TopK<VectorKit<T>, T>::Line;
}

#endif

void FillOrderPlaces(OrderTable* t) {
#if NUMRS_ORDER_VECTORS
  FillType<int32_t>(t, kI32);
  FillType<int64_t>(t, kI64);
  FillType<uint32_t>(t, kU32);
  FillType<uint64_t>(t, kU64);
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

NUMRS_EXPORT_PART(OrderTable, FillOrderPlaces)

}  // namespace cpu
}  // namespace numrs
#endif
