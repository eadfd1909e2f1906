// The table of rolling statistics of backend "cpu", put together from its parts. Explicit bounds and weights are left
// to cpu-portable.
#include "cpu/rolling.h"

namespace numrs {
namespace cpu {
namespace {

template <int64_t kTarget>
const RollingTable* Table() {
  static const RollingTable table = [] {
    RollingTable t{};
    FillRollingBlocks(kTarget, &t);
    FillRollingLine(kTarget, &t);
    FillRollingOrder(kTarget, &t);
    return t;
  }();
  return &table;
}

}  // namespace
}  // namespace cpu
}  // namespace numrs

#include "hwy/highway.h"

namespace numrs {
namespace cpu {

const RollingTable* Rolling(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
