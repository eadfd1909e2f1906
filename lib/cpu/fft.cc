// The table of theme fft of backend "cpu", put together from its parts.
#include "cpu/fft.h"

#include "cpu/targets.h"
#include "hwy/highway.h"

namespace numrs {
namespace cpu {
namespace {

template <int64_t kTarget>
const FftTable* Table() {
  static const FftTable table = [] {
    FftTable t{};
    FillFftF32(kTarget, &t);
    FillFftF64(kTarget, &t);
    if (t.lines[0]) t.uses_plans = [] { return int32_t{1}; };
    return t;
  }();
  return &table;
}

}  // namespace

const FftTable* Fft(int64_t target) {
#if HWY_ARCH_X86
  return target == HWY_AVX3 ? Table<HWY_AVX3>() : target == HWY_AVX2 ? Table<HWY_AVX2>() : Table<HWY_SSE4>();
#else
  (void)target;
  return Table<HWY_STATIC_TARGET>();
#endif
}

}  // namespace cpu
}  // namespace numrs
