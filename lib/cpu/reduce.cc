// The reduction table of backend "cpu", put together from its parts. Merging and finishing are left to cpu-portable:
// they are short.
#include "cpu/reduce.h"

namespace numrs {
namespace cpu {
namespace {

// Integers and bool hold no NaN: their kernels are the plain ones.
void ShareIntegers(ReduceTable* t) {
  constexpr int32_t kPairs[][2] = {{kReduce_nansum, kReduce_sum},       {kReduce_nanprod, kReduce_prod},
                                   {kReduce_nanmin, kReduce_min},       {kReduce_nanmax, kReduce_max},
                                   {kReduce_nanargmin, kReduce_argmin}, {kReduce_nanargmax, kReduce_argmax}};
  for (const auto& pair : kPairs) {
    for (int32_t dtype = 0; dtype < kDTypes; dtype++) {
      if (!IsDType(dtype) || KindOf(dtype) == Kind::FLOAT || KindOf(dtype) == Kind::COMPLEX) continue;
      t->rows[pair[0]][dtype] = t->rows[pair[1]][dtype];
      t->columns[pair[0]][dtype] = t->columns[pair[1]][dtype];
    }
  }
}

template <int64_t kTarget>
const ReduceTable* Table() {
  static const ReduceTable table = [] {
    ReduceTable t{};
    FillReduceSums(kTarget, &t);
    FillReduceExtremes(kTarget, &t);
    FillReduceMoments(kTarget, &t);
    FillReduceIntegers(kTarget, &t);
    FillReduceHalf(kTarget, &t);
    FillReduceNan(kTarget, &t);
    ShareIntegers(&t);
    FillReduceComplex(kTarget, &t);
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
