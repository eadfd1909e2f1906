// The table of theme order of backend "cpu", put together from its parts. Searching is left to cpu-portable.
#include "cpu/order.h"

#include "cpu/targets.h"
#include "hwy/highway.h"

namespace numrs {
namespace cpu {
namespace {

template <int64_t kTarget>
const OrderTable* Table() {
  static const OrderTable table = [] {
    OrderTable t{};
    FillOrderSort(kTarget, &t);
    FillOrderArgSort(kTarget, &t);
    FillOrderStatistics(kTarget, &t);
    FillOrderPlaces(kTarget, &t);
    return t;
  }();
  return &table;
}

}  // namespace

const OrderTable* Order(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
