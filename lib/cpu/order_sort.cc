// Sorting of every dtype by backend "cpu".
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

#endif

void FillOrderSort(OrderTable* t) {
#if NUMRS_ORDER_VECTORS
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  t->line[kOrder_sort][id] = order::Sort<VectorKit<order::ElementOf<cxx>>, order::ElementOf<cxx>>::Line;
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

NUMRS_EXPORT_PART(OrderTable, FillOrderSort)

}  // namespace cpu
}  // namespace numrs
#endif
