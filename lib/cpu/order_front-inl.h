// Bringing chosen lanes of a register to its front, in registers: the form of AVX-512's instruction that writes to
// memory is very slow on Zen 4, and Highway's tables are copied to the stack for every vector by GCC 12.

#if defined(NUMRS_CPU_ORDER_FRONT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_ORDER_FRONT_INL_H_
#undef NUMRS_CPU_ORDER_FRONT_INL_H_
#else
#define NUMRS_CPU_ORDER_FRONT_INL_H_
#endif

#include <stdint.h>

#include <type_traits>

#include "cpu/memory-inl.h"
#include "cpu/order_compress_tables.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// A set of lanes of a whole register of T (32 or 64 bits), as bits.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

// In mask registers throughout: moves between them and the others cost as much as the compression.
template <typename T>
using Lanes = std::conditional_t<sizeof(T) == 8, __mmask8, __mmask16>;

template <typename T>
HWY_INLINE Lanes<T> Others(Lanes<T> lanes) {
  if constexpr (sizeof(T) == 8) {
    return _knot_mask8(lanes);
  } else {
    return _knot_mask16(lanes);
  }
}
template <typename T>
HWY_INLINE int64_t Count(Lanes<T> lanes) {
  return __builtin_popcount(lanes);
}
template <class D, class M>
HWY_INLINE Lanes<hn::TFromD<D>> LanesOf(D, M m) {
  return m.raw;
}
// The chosen lanes of v first and in order, then anything.
template <class D>
HWY_INLINE hn::Vec<D> Front(D d, hn::Vec<D> v, Lanes<hn::TFromD<D>> lanes) {
  const hn::RebindToUnsigned<D> du;
  const auto raw = hn::BitCast(du, v).raw;
  if constexpr (sizeof(hn::TFromD<D>) == 8) {
    return hn::BitCast(d, hn::Vec<decltype(du)>{_mm512_maskz_compress_epi64(lanes, raw)});
  } else {
    return hn::BitCast(d, hn::Vec<decltype(du)>{_mm512_maskz_compress_epi32(lanes, raw)});
  }
}
// The chosen lanes of v to left …, the others to … right: a whole register may be written at either.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void StoreApart(D d, hn::Vec<D> v, Lanes<T> lanes, T* left, T* right) {
  if constexpr (sizeof(T) == 8) {
    const uint8_t* row = cpu::kCompress8x32.row[lanes];
    const __m512i order = _mm512_cvtepu8_epi64(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(row)));
    const hn::RebindToUnsigned<D> du;
    const hn::Vec<decltype(du)> parted{_mm512_permutexvar_epi64(order, hn::BitCast(du, v).raw)};
    hn::StoreU(hn::BitCast(d, parted), d, left);
    hn::StoreU(hn::BitCast(d, parted), d, right - 8);
  } else {
    const int64_t above = 16 - Count<T>(lanes);
    hn::StoreU(Front(d, v, lanes), d, left);
    hn::BlendedStore(Front(d, v, Others<T>(lanes)), hn::FirstN(d, static_cast<size_t>(above)), d, right - above);
  }
}

#else

template <typename T>
using Lanes = uint32_t;

template <typename T>
HWY_INLINE Lanes<T> Others(Lanes<T> lanes) {
  return ~lanes & ((1u << (HWY_MAX_BYTES / sizeof(T) - 1) << 1) - 1);
}
template <typename T>
HWY_INLINE int64_t Count(Lanes<T> lanes) {
  return __builtin_popcount(lanes);
}

#if HWY_ARCH_X86 && HWY_TARGET == HWY_AVX2

template <class D, class M>
HWY_INLINE Lanes<hn::TFromD<D>> LanesOf(D d, M m) {
  const auto raw = hn::BitCast(hn::ScalableTag<uint8_t>(), hn::VecFromMask(d, m)).raw;
  return static_cast<uint32_t>(sizeof(hn::TFromD<D>) == 8 ? _mm256_movemask_pd(_mm256_castsi256_pd(raw))
                                                          : _mm256_movemask_ps(_mm256_castsi256_ps(raw)));
}
template <class D>
HWY_INLINE hn::Vec<D> Front(D d, hn::Vec<D> v, uint32_t lanes) {
  const hn::ScalableTag<uint8_t> d8;
  const uint8_t* row = sizeof(hn::TFromD<D>) == 8 ? cpu::kCompress4x64.row[lanes] : cpu::kCompress8x32.row[lanes];
  const __m256i order = _mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(row)));
  return hn::BitCast(d, hn::Vec<decltype(d8)>{_mm256_permutevar8x32_epi32(hn::BitCast(d8, v).raw, order)});
}

#elif HWY_ARCH_X86 && HWY_TARGET == HWY_SSE4

template <class D, class M>
HWY_INLINE Lanes<hn::TFromD<D>> LanesOf(D d, M m) {
  const auto raw = hn::BitCast(hn::ScalableTag<uint8_t>(), hn::VecFromMask(d, m)).raw;
  return static_cast<uint32_t>(sizeof(hn::TFromD<D>) == 8 ? _mm_movemask_pd(_mm_castsi128_pd(raw))
                                                          : _mm_movemask_ps(_mm_castsi128_ps(raw)));
}
template <class D>
HWY_INLINE hn::Vec<D> Front(D d, hn::Vec<D> v, uint32_t lanes) {
  const hn::ScalableTag<uint8_t> d8;
  const uint8_t* row = sizeof(hn::TFromD<D>) == 8 ? cpu::kCompress2x64.row[lanes] : cpu::kCompress4x32.row[lanes];
  const __m128i order = _mm_load_si128(reinterpret_cast<const __m128i*>(row));
  return hn::BitCast(d, hn::Vec<decltype(d8)>{_mm_shuffle_epi8(hn::BitCast(d8, v).raw, order)});
}

#else

// Any architecture (untested).
template <class D, class M>
HWY_INLINE Lanes<hn::TFromD<D>> LanesOf(D d, M m) {
  uint8_t bytes[8] = {};
  hn::StoreMaskBits(d, m, bytes);
  return static_cast<uint32_t>(bytes[0] | bytes[1] << 8);
}
template <class D>
HWY_INLINE hn::Vec<D> Front(D d, hn::Vec<D> v, uint32_t lanes) {
  const uint8_t bytes[8] = {static_cast<uint8_t>(lanes), static_cast<uint8_t>(lanes >> 8)};
  return hn::Compress(v, hn::LoadMaskBits(d, bytes));
}

#endif

template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void StoreApart(D d, hn::Vec<D> v, Lanes<T> lanes, T* left, T* right) {
#if HWY_ARCH_X86  // the tables have the others behind the chosen ones
  const hn::Vec<D> parted = Front(d, v, lanes);
  hn::StoreU(parted, d, left);
  hn::StoreU(parted, d, right - HWY_MAX_BYTES / sizeof(T));
#else
  const int64_t above = static_cast<int64_t>(HWY_MAX_BYTES / sizeof(T)) - Count<T>(lanes);
  hn::StoreU(Front(d, v, lanes), d, left);
  StorePart(Front(d, v, Others<T>(lanes)), d, right - above, above);
#endif
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_ORDER_FRONT_INL_H_
