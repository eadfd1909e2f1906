// Positions in order, and ranks, by backend "cpu".
#include "cpu/order.h"
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/order_argsort.cc"
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
  t->line[kOrder_argsort][dtype] = order::ArgSort<VectorKit<T>, T>::Line;
  t->begin[1][dtype] = VectorKit<T>::BeginArgSort;
  t->end[1][dtype] = VectorKit<T>::EndArgSort;
  t->line[kOrder_rankdata][dtype] = order::Rank<VectorKit<T>, T>::Line;
}

#endif

void FillOrderArgSort(OrderTable* t) {
#if NUMRS_ORDER_VECTORS
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillType<order::ElementOf<cxx>>(t, id);
#include "table/dtype.def"
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

NUMRS_EXPORT_PART(OrderTable, FillOrderArgSort)

}  // namespace cpu
}  // namespace numrs
#endif
