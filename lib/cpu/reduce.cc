// The reduction table of backend "cpu", put together from its parts. Merging and finishing are left to cpu-portable:
// they are short.
#include "cpu/reduce.h"

namespace numrs {
namespace cpu {
namespace {

template <int64_t kTarget>
const ReduceTable* Table() {
  static const ReduceTable table = [] {
    ReduceTable t{};
    FillReduceSums(kTarget, &t);
    FillReduceExtremes(kTarget, &t);
    FillReduceMoments(kTarget, &t);
    FillReduceIntegers(kTarget, &t);
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

const ReduceTable* Reduce(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
