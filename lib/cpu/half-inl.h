// 16-bit floats in vectors: widened to float32, which is exact, and rounded back to the nearest, ties to even, with the
// rule for NaN of core/half.h. No loops.

#if defined(NUMRS_CPU_HALF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_HALF_INL_H_
#undef NUMRS_CPU_HALF_INL_H_
#else
#define NUMRS_CPU_HALF_INL_H_
#endif

#include <type_traits>

#include "core/half.h"
#include "cpu/memory-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Has the instruction set conversions of float16 (F16C)?
#undef NUMRS_HAS_F16C
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
#define NUMRS_HAS_F16C 1
#else
#define NUMRS_HAS_F16C 0
#endif

// A vector of as many 16-bit elements as DF has float32 lanes.
template <class DF>
using DHalfOf = hn::Rebind<uint16_t, DF>;

// float32 of 16-bit elements.
template <class H, class DF>
HWY_INLINE hn::Vec<DF> WidenHalf(DF d, hn::Vec<DHalfOf<DF>> x) {
  const hn::RebindToUnsigned<DF> du;
  if constexpr (std::is_same<H, BFloat16>::value) {
    return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(du, x)));
  } else {
#if NUMRS_HAS_F16C
#if HWY_TARGET <= HWY_AVX3
    if constexpr (hn::MaxLanes(DF()) == 16) return hn::Vec<DF>{_mm512_cvtph_ps(x.raw)};
#endif
    if constexpr (hn::MaxLanes(DF()) == 8) return hn::Vec<DF>{_mm256_cvtph_ps(x.raw)};
    if constexpr (hn::MaxLanes(DF()) <= 4) return hn::Vec<DF>{_mm_cvtph_ps(x.raw)};
#else
    // The exponent is moved by a multiplication, which makes subnormal numbers normal.
    const hn::RebindToSigned<DF> di;
    const auto bits = hn::PromoteTo(du, x), rest = hn::And(bits, hn::Set(du, 0x7FFF));
    const auto sign = hn::ShiftLeft<16>(hn::Xor(bits, rest)), shifted = hn::ShiftLeft<13>(rest);
    const auto number = hn::BitCast(du, hn::Mul(hn::BitCast(d, shifted), hn::Set(d, 0x1p112f)));
    const auto irest = hn::BitCast(di, rest);
    const auto beyond = hn::RebindMask(du, hn::Gt(irest, hn::Set(di, 0x7BFF)));  // infinite or NaN
    const auto quiet =
        hn::IfThenElseZero(hn::RebindMask(du, hn::Gt(irest, hn::Set(di, 0x7C00))), hn::Set(du, 0x400000));
    const auto special = hn::Or(hn::Or(shifted, hn::Set(du, 0x7F800000)), quiet);
    return hn::BitCast(d, hn::Or(sign, hn::IfThenElse(beyond, special, number)));
#endif
  }
}

// bfloat16 in the upper halves of 32-bit lanes; the lower halves hold anything.
template <class DF, class V>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<DF>> RoundToUpper(DF d, V x) {
  (void)d;
  const hn::RebindToUnsigned<DF> du;
  const auto bits = hn::BitCast(du, x);
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  if constexpr (hn::MaxLanes(DF()) == 16) {
    // Half of the last place is added, one less where the last bit is 0; NaN keeps its bits and becomes quiet.
    const __mmask16 odd = _mm512_test_epi32_mask(bits.raw, _mm512_set1_epi32(0x10000));
    const __mmask16 nan = _mm512_cmp_ps_mask(x.raw, x.raw, _CMP_UNORD_Q);
    __m512i y = _mm512_add_epi32(bits.raw, _mm512_set1_epi32(0x7FFF));
    y = _mm512_mask_sub_epi32(y, odd, y, _mm512_set1_epi32(-1));
    y = _mm512_mask_or_epi32(y, nan, bits.raw, _mm512_set1_epi32(0x400000));
    return hn::Vec<decltype(du)>{y};
  }
#endif
  const auto last = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
  const auto rounded = hn::Add(hn::Add(bits, hn::Set(du, 0x7FFF)), last);
  return hn::IfThenElse(hn::RebindMask(du, hn::Eq(x, x)), rounded, hn::Or(bits, hn::Set(du, 0x400000)));
}

// 16-bit elements of float32.
template <class H, class DF>
HWY_INLINE hn::Vec<DHalfOf<DF>> NarrowHalf(DF d, hn::Vec<DF> x) {
  const hn::RebindToUnsigned<DF> du;
  const DHalfOf<DF> d16;
  if constexpr (std::is_same<H, BFloat16>::value) {
    return hn::TruncateTo(d16, hn::ShiftRight<16>(RoundToUpper(d, x)));
  } else {
#if NUMRS_HAS_F16C
    constexpr int kNearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
    (void)du;
#if HWY_TARGET <= HWY_AVX3
    if constexpr (hn::MaxLanes(DF()) == 16) return hn::Vec<decltype(d16)>{_mm512_cvtps_ph(x.raw, kNearest)};
#endif
    if constexpr (hn::MaxLanes(DF()) == 8) return hn::Vec<decltype(d16)>{_mm256_cvtps_ph(x.raw, kNearest & 3)};
    if constexpr (hn::MaxLanes(DF()) <= 4) return hn::Vec<decltype(d16)>{_mm_cvtps_ph(x.raw, kNearest & 3)};
#else
    const hn::RebindToSigned<DF> di;
    const auto bits = hn::BitCast(du, x), magnitude = hn::And(bits, hn::Set(du, 0x7FFFFFFF));
    const auto sign = hn::ShiftRight<16>(hn::Xor(bits, magnitude));
    const auto im = hn::BitCast(di, magnitude);
    // Subnormal: the sum with 0.5 has the last place 2^-24 and is rounded there.
    const auto half = hn::Set(d, 0.5f);
    const auto tiny = hn::Sub(hn::BitCast(du, hn::Add(hn::BitCast(d, magnitude), half)), hn::BitCast(du, half));
    const auto last = hn::And(hn::ShiftRight<13>(magnitude), hn::Set(du, 1));
    const auto normal = hn::ShiftRight<13>(hn::Add(hn::Sub(magnitude, hn::Set(du, 0x38000000 - 0xFFF)), last));
    auto y = hn::IfThenElse(hn::RebindMask(du, hn::Lt(im, hn::Set(di, 0x38800000))), tiny, normal);
    y = hn::IfThenElse(hn::RebindMask(du, hn::Gt(im, hn::Set(di, 0x477FEFFF))), hn::Set(du, 0x7C00), y);
    const auto payload = hn::Or(hn::Set(du, 0x7E00), hn::And(hn::ShiftRight<13>(magnitude), hn::Set(du, 0x1FF)));
    y = hn::IfThenElse(hn::RebindMask(du, hn::Gt(im, hn::Set(di, 0x7F800000))), payload, y);
    return hn::TruncateTo(d16, hn::Or(y, sign));
#endif
  }
}

// float64 to float32 so that rounding the result to 16 bits is as rounding x once: what is lost shows in the last bit
// (rounding to odd). Not for numbers that are subnormal in float32, which bfloat16 has.
template <class DF>
HWY_INLINE hn::Vec<DF> ToOdd(DF d, hn::Vec<hn::Rebind<double, DF>> x) {
  const hn::Rebind<double, DF> d64;
  const hn::Rebind<uint64_t, DF> du;
  const auto bits = hn::BitCast(du, x), tail = hn::Set(du, (uint64_t{1} << 29) - 1);
  const auto lost = hn::And(bits, tail);
  const auto one = hn::AndNot(hn::VecFromMask(du, hn::Eq(lost, hn::Zero(du))), hn::Set(du, uint64_t{1} << 29));
  return hn::DemoteTo(d, hn::BitCast(d64, hn::Or(hn::AndNot(tail, bits), one)));
}

// 16-bit elements of float64, rounded once.
template <class H, class D64>
HWY_INLINE hn::Vec<hn::Rebind<uint16_t, D64>> NarrowHalfOf64(D64 d64, hn::Vec<D64> x) {
  const hn::Rebind<float, D64> d32;
  if constexpr (std::is_same<H, BFloat16>::value) {
    const auto magnitude = hn::Abs(x);
    const auto tiny = hn::And(hn::Lt(magnitude, hn::Set(d64, 0x1p-126)), hn::Gt(magnitude, hn::Zero(d64)));
    if (HWY_UNLIKELY(!hn::AllFalse(d64, tiny))) {
      HWY_ALIGN double in[hn::MaxLanes(D64())];
      HWY_ALIGN uint16_t out[hn::MaxLanes(D64())];
      hn::Store(x, d64, in);
      for (size_t i = 0; i < hn::Lanes(d64); i++) out[i] = H(in[i]).bits;
      return hn::Load(hn::Rebind<uint16_t, D64>(), out);
    }
  }
  return NarrowHalf<H>(d32, ToOdd(d32, x));
}

// ------------------------------------------------------------------------------------------------ memory

// As many elements as d has lanes, from and to memory of any alignment.
template <class H, class DF>
HWY_INLINE hn::Vec<DF> LoadHalf(DF d, const uint16_t* p) {
  return WidenHalf<H>(d, hn::LoadU(DHalfOf<DF>(), p));
}
template <class H, class DF>
HWY_INLINE void StoreHalf(hn::Vec<DF> v, DF d, uint16_t* p) {
  hn::StoreU(NarrowHalf<H>(d, v), DHalfOf<DF>(), p);
}

// Twice as many as float32 has lanes, in two vectors in any order: the same one for LoadPair and StorePair. bfloat16:
// the elements of even index, which need no shuffle, and those of odd index.
template <class V>
struct HalfPair {
  V a, b;
};
template <class H, class DF>
HWY_INLINE HalfPair<hn::Vec<DF>> LoadPair(DF d, const uint16_t* p) {
  if constexpr (std::is_same<H, BFloat16>::value) {
    const hn::ScalableTag<uint16_t> d16;
    const hn::RebindToUnsigned<DF> du;
    const auto both = hn::BitCast(du, hn::LoadU(d16, p));
    return {hn::BitCast(d, hn::ShiftLeft<16>(both)), hn::BitCast(d, hn::And(both, hn::Set(du, 0xFFFF0000u)))};
  } else {
    return {LoadHalf<H>(d, p), LoadHalf<H>(d, p + hn::Lanes(d))};
  }
}
template <class H, class DF, class V>
HWY_INLINE void StorePair(HalfPair<V> v, DF d, uint16_t* p) {
  if constexpr (std::is_same<H, BFloat16>::value) {
    const hn::ScalableTag<uint16_t> d16;
    const hn::RebindToUnsigned<DF> du;
    const auto upper = hn::Set(du, 0xFFFF0000u);
    const auto even = hn::ShiftRight<16>(RoundToUpper(d, v.a)), odd = hn::And(RoundToUpper(d, v.b), upper);
    hn::StoreU(hn::BitCast(d16, hn::Or(even, odd)), d16, p);
  } else {
    StoreHalf<H>(v.a, d, p);
    StoreHalf<H>(v.b, d, p + hn::Lanes(d));
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_HALF_INL_H_
