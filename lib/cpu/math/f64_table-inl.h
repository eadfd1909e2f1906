// Look-ups in tables of 8 and 16 float64 that stay in registers: one permutation where the target has it. No tables
// here.

#if defined(NUMRS_CPU_MATH_F64_TABLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_TABLE_INL_H_
#undef NUMRS_CPU_MATH_F64_TABLE_INL_H_
#else
#define NUMRS_CPU_MATH_F64_TABLE_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

// table[index & 7] in every lane; table is aligned to 64 bytes. Gathers on targets without a permutation across lanes.
template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup8(D d, const double* HWY_RESTRICT table, VI index) {
  const hn::RebindToSigned<D> di;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (hn::MaxLanes(d) ==
                8) {  // the instruction ignores the upper bits of an index; Highway's wrapper forbids them
    return hn::Vec<D>{_mm512_permutexvar_pd(index.raw, hn::Load(d, table).raw)};
  }
#elif HWY_TARGET == HWY_AVX2
  if constexpr (hn::MaxLanes(d) == 4) {
    const auto quarter = hn::IndicesFromVec(d, hn::And(index, hn::Set(di, 3)));
    const auto upper = hn::BitCast(d, hn::ShiftLeft<61>(index));  // bit 2 as the sign
    return hn::IfNegativeThenElse(upper, hn::TableLookupLanes(hn::Load(d, table + 4), quarter),
                                  hn::TableLookupLanes(hn::Load(d, table), quarter));
  }
#endif
  return hn::GatherIndex(d, table, hn::And(index, hn::Set(di, 7)));
}

// table[index & 15] in every lane; table is aligned to 64 bytes.
template <class D, class VI>
HWY_INLINE hn::Vec<D> Lookup16(D d, const double* HWY_RESTRICT table, VI index) {
  const hn::RebindToSigned<D> di;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (hn::MaxLanes(d) == 8) {
    return hn::Vec<D>{_mm512_permutex2var_pd(hn::Load(d, table).raw, index.raw, hn::Load(d, table + 8).raw)};
  }
#elif HWY_TARGET == HWY_AVX2
  if constexpr (hn::MaxLanes(d) == 4) {
    const auto quarter = hn::IndicesFromVec(d, hn::And(index, hn::Set(di, 3)));
    const auto upper = hn::BitCast(d, hn::ShiftLeft<61>(index));  // bit 2 as the sign
    const auto top = hn::BitCast(d, hn::ShiftLeft<60>(index));    // bit 3
    const auto low = hn::IfNegativeThenElse(upper, hn::TableLookupLanes(hn::Load(d, table + 4), quarter),
                                            hn::TableLookupLanes(hn::Load(d, table), quarter));
    const auto high = hn::IfNegativeThenElse(upper, hn::TableLookupLanes(hn::Load(d, table + 12), quarter),
                                             hn::TableLookupLanes(hn::Load(d, table + 8), quarter));
    return hn::IfNegativeThenElse(top, high, low);
  }
#endif
  return hn::GatherIndex(d, table, hn::And(index, hn::Set(di, 15)));
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
