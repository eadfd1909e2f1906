// The table of theme nn_attention of backend "cpu", put together from its parts.
#include "cpu/nn_attention.h"

#include "cpu/targets.h"
#include "hwy/highway.h"

namespace numrs {
namespace cpu {
namespace {

template <int64_t kTarget>
const NnAttentionTable* Table() {
  static const NnAttentionTable table = [] {
    NnAttentionTable t{};
    FillNnAttentionF32(kTarget, &t);
    FillNnAttentionF64(kTarget, &t);
    return t;
  }();
  return &table;
}

}  // namespace

const NnAttentionTable* NnAttention(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
