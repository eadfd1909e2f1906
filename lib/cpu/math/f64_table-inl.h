// Look-ups of two float64 per lane: in registers for 8 or 16 entries where one instruction permutes 512 bits, else by
// 128-bit loads. No tables here.

#if defined(NUMRS_CPU_MATH_F64_TABLE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_TABLE_INL_H_
#undef NUMRS_CPU_MATH_F64_TABLE_INL_H_
#else
#define NUMRS_CPU_MATH_F64_TABLE_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"
#include "cpu/pack-inl.h"
#include "f64_pairs.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

// first and second = the two members of pairs[index & (kSize - 1)] in every lane; kSize is a power of two.
//
// Loading whole pairs and interleaving them costs 4 operations of the vector units for 4 lanes. Lost on AVX2: gathers
// (as fast on a CPU where they are, several times slower where they are microcoded or mitigated) and permutations with
// blends (1.1 times the time for Exp, 1.5 for Log).
template <size_t kSize, class D, class VI>
HWY_INLINE void LookupPair(D d, const PairTable<kSize>& table, VI index, hn::Vec<D>& first, hn::Vec<D>& second) {
  const hn::RebindToSigned<D> di;
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  // These instructions ignore the upper bits of an index.
  if constexpr (hn::MaxLanes(d) == 8 && kSize == 8) {
    first = hn::Vec<D>{_mm512_permutexvar_pd(index.raw, hn::Load(d, table.first).raw)};
    second = hn::Vec<D>{_mm512_permutexvar_pd(index.raw, hn::Load(d, table.second).raw)};
    return;
  }
  if constexpr (hn::MaxLanes(d) == 8 && kSize == 16) {
    first =
        hn::Vec<D>{_mm512_permutex2var_pd(hn::Load(d, table.first).raw, index.raw, hn::Load(d, table.first + 8).raw)};
    second =
        hn::Vec<D>{_mm512_permutex2var_pd(hn::Load(d, table.second).raw, index.raw, hn::Load(d, table.second + 8).raw)};
    return;
  }
#endif
  const VI valid = hn::And(index, hn::Set(di, static_cast<int64_t>(kSize - 1)));
  if constexpr (hn::MaxLanes(d) == 1) {
    const double* HWY_RESTRICT pair = table.pairs + 2 * hn::GetLane(valid);
    first = hn::Set(d, pair[0]);
    second = hn::Set(d, pair[1]);
    return;
  }
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR
  else if constexpr (hn::MaxLanes(d) == 2 || hn::MaxLanes(d) == 4) {
    HWY_ALIGN int64_t i[4];
    hn::Store(valid, di, i);
    const hn::Full128<double> d2;
    const auto at0 = hn::Load(d2, table.pairs + 2 * i[0]);
    const auto at1 = hn::Load(d2, table.pairs + 2 * i[1]);
    if constexpr (hn::MaxLanes(d) == 2) {
      first = hn::InterleaveLower(d, at0, at1);
      second = hn::InterleaveUpper(d, at0, at1);
    } else {
      const hn::Vec<D> even = hn::Combine(d, hn::Load(d2, table.pairs + 2 * i[2]), at0);
      const hn::Vec<D> odd = hn::Combine(d, hn::Load(d2, table.pairs + 2 * i[3]), at1);
      first = hn::InterleaveLower(d, even, odd);
      second = hn::InterleaveUpper(d, even, odd);
    }
    return;
  }
#endif
  else {
    first = hn::GatherIndex(d, table.first, valid);
    second = hn::GatherIndex(d, table.second, valid);
  }
}

template <size_t kSize, class D, class VI, class V, size_t kN>
HWY_INLINE void LookupPair(D d, const PairTable<kSize>& table, const Pack<VI, kN>& index, Pack<V, kN>& first,
                           Pack<V, kN>& second) {
  for (size_t i = 0; i < kN; i++) LookupPair(d, table, index.v[i], first.v[i], second.v[i]);
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
