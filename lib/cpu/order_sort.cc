// Sorting of every dtype, and the steps of long sorts, by backend "cpu".
#include "cpu/order.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/order_sort.cc"
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
  t->line[kOrder_sort][dtype] = order::Sort<VectorKit<T>, T>::Line;
  if constexpr (sizeof(T) >= 4) {
    t->begin[0][dtype] = VectorKit<T>::BeginSort;
    t->end[0][dtype] = VectorKit<T>::EndSort;
  }
}

template <typename K, bool kPairs>
void FillKind(OrderTable* t) {
  constexpr int32_t kKind = KindOfKeys<K>() + (kPairs ? kPairKinds : 0);
  t->step[kKind] = StepSplit<K, kPairs>;
  t->piece[kKind] = SortOnePiece<K, kPairs>;
}

#endif

void FillOrderSort(OrderTable* t) {
#if NUMRS_ORDER_VECTORS
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillType<order::ElementOf<cxx>>(t, id);
#include "table/dtype.def"
  FillKind<int32_t, false>(t);
  FillKind<int64_t, false>(t);
  FillKind<float, false>(t);
  FillKind<double, false>(t);
  FillKind<int64_t, true>(t);
  FillKind<double, true>(t);
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

NUMRS_EXPORT_PART(OrderTable, FillOrderSort)

}  // namespace cpu
}  // namespace numrs
#endif
