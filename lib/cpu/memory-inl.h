// Vectors from and to the ends of arrays, masks to and from bool bytes. Shared by the element-wise and the copy
// kernels.

#if defined(NUMRS_CPU_MEMORY_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MEMORY_INL_H_
#undef NUMRS_CPU_MEMORY_INL_H_
#else
#define NUMRS_CPU_MEMORY_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include <cstring>
#include <type_traits>

#include "core/dtype.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Lane type of a dtype: bool is computed as bytes.
template <typename T>
using LaneOf = std::conditional_t<std::is_same<T, Bool>::value, uint8_t, T>;

// Masked memory operations that do not touch what is masked off and cost no more than whole ones. On AVX2 Highway's for
// vectors of less than 16 bytes load 16.
template <class D, typename T = hn::TFromD<D>>
constexpr bool HasMaskedMemory() {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  return true;
#elif HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX2
  return sizeof(T) >= 4 && hn::MaxLanes(D()) * sizeof(T) >= 16;
#else
  return false;
#endif
}

// The first count elements (any number: none when negative, all when too large) of p; zeros behind them.
template <class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::Vec<D> LoadPart(D d, const T* p, int64_t count) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (count >= lanes) return hn::LoadU(d, p);
  if (count <= 0) return hn::Zero(d);
  if constexpr (HasMaskedMemory<D>()) {
    return hn::MaskedLoad(hn::FirstN(d, static_cast<size_t>(count)), d, p);
  } else {
    HWY_ALIGN T buffer[hn::MaxLanes(D())] = {};
    std::memcpy(buffer, reinterpret_cast<const char*>(p), static_cast<size_t>(count) * sizeof(T));  // may be misaligned
    return hn::Load(d, buffer);
  }
}

template <class D, typename T = hn::TFromD<D>>
HWY_INLINE void StorePart(hn::Vec<D> v, D d, T* p, int64_t count) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  if (count >= lanes) {
    hn::StoreU(v, d, p);
  } else if (count > 0) {
    if constexpr (HasMaskedMemory<D>()) {
      hn::BlendedStore(v, hn::FirstN(d, static_cast<size_t>(count)), d, p);
    } else {
      HWY_ALIGN T buffer[hn::MaxLanes(D())];
      hn::Store(v, d, buffer);
      std::memcpy(reinterpret_cast<char*>(p), buffer, static_cast<size_t>(count) * sizeof(T));
    }
  }
}

// A mask of D's lanes from as many bool bytes.
template <class D, class V8>
HWY_INLINE hn::Mask<D> MaskOfBytes(D d, V8 bytes) {
  using T = hn::TFromD<D>;
  const hn::RebindToUnsigned<D> du;
  const hn::Rebind<uint8_t, D> d8;
  if constexpr (sizeof(T) == 1) {
    return hn::RebindMask(d, hn::Ne(bytes, hn::Zero(d8)));
  } else if constexpr (sizeof(T) == 8) {
    const hn::Rebind<uint32_t, D> d32;
    return hn::RebindMask(d, hn::Ne(hn::PromoteTo(du, hn::PromoteTo(d32, bytes)), hn::Zero(du)));
  } else {
    return hn::RebindMask(d, hn::Ne(hn::PromoteTo(du, bytes), hn::Zero(du)));
  }
}

// ------------------------------------------------------------------------------------------------ masks to bytes

// sizeof(T) masks of vectors of T make one vector of bytes, 0 or 1, in order.
template <class D8>
HWY_INLINE hn::Vec<D8> OnesOfMask(D8 d8, hn::Mask<D8> m) {
  return hn::IfThenElseZero(m, hn::Set(d8, 1));
}

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3

template <class D, class M>
HWY_INLINE hn::Vec<hn::ScalableTag<uint8_t>> BytesOfMasks(D, const M* m) {
  constexpr int kVectors = sizeof(hn::TFromD<D>);
  constexpr int kLanes = 64 / kVectors;
  uint64_t bits = 0;
  for (int k = 0; k < kVectors; k++) bits |= static_cast<uint64_t>(m[k].raw) << (k * kLanes % 64);
  const hn::ScalableTag<uint8_t> d8;
  return OnesOfMask(d8, hn::Mask<decltype(d8)>{static_cast<__mmask64>(bits)});
}

#else

#if HWY_ARCH_X86 && HWY_TARGET == HWY_AVX2

HWY_INLINE __m256i NarrowWords(__m256i a, __m256i b) {  // 16-bit masks, packed within 128-bit blocks
  return _mm256_permute4x64_epi64(_mm256_packs_epi16(a, b), 0xD8);
}
HWY_INLINE __m256i NarrowDwords(__m256i a, __m256i b, __m256i c, __m256i e) {
  const __m256i blocks = _mm256_packs_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, e));
  return _mm256_permutevar8x32_epi32(blocks, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}
template <class V>
HWY_INLINE __m256i RawOf(V v) {
  return hn::BitCast(hn::ScalableTag<uint8_t>(), v).raw;
}
template <class D, class M>
HWY_INLINE hn::Vec<hn::ScalableTag<uint8_t>> BytesOfMasks(D d, const M* m) {
  constexpr size_t kBytes = sizeof(hn::TFromD<D>);
  const hn::ScalableTag<uint8_t> d8;
  __m256i v[kBytes];
  for (size_t k = 0; k < kBytes; k++) v[k] = RawOf(hn::VecFromMask(d, m[k]));
  __m256i all = v[0];
  if constexpr (kBytes == 2) all = NarrowWords(v[0], v[1]);
  if constexpr (kBytes == 4) all = NarrowDwords(v[0], v[1], v[2], v[3]);
  if constexpr (kBytes == 8) {
    // The 32-bit halves of two masks, then pairs of lanes: block 0 holds lanes 0 and 1 of each vector, block 1 lanes 2
    // and 3.
    __m256i w[4];
    for (int k = 0; k < 4; k++) {
      w[k] = _mm256_castps_si256(
          _mm256_shuffle_ps(_mm256_castsi256_ps(v[2 * k]), _mm256_castsi256_ps(v[2 * k + 1]), 0x88));
    }
    const __m256i blocks = _mm256_packs_epi16(_mm256_packs_epi32(w[0], w[1]), _mm256_packs_epi32(w[2], w[3]));
    const __m128i low = _mm256_castsi256_si128(blocks), high = _mm256_extracti128_si256(blocks, 1);
    all = _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_unpacklo_epi16(low, high)), _mm_unpackhi_epi16(low, high),
                                  1);
  }
  return hn::And(hn::Vec<decltype(d8)>{all}, hn::Set(d8, 1));
}

#elif HWY_ARCH_X86 && HWY_TARGET == HWY_SSE4

template <class D, class M>
HWY_INLINE hn::Vec<hn::ScalableTag<uint8_t>> BytesOfMasks(D d, const M* m) {
  constexpr size_t kBytes = sizeof(hn::TFromD<D>);
  const hn::ScalableTag<uint8_t> d8;
  __m128i v[kBytes];
  for (size_t k = 0; k < kBytes; k++) v[k] = hn::BitCast(d8, hn::VecFromMask(d, m[k])).raw;
  if constexpr (kBytes == 8) {
    for (int k = 0; k < 4; k++) {
      v[k] = _mm_castps_si128(_mm_shuffle_ps(_mm_castsi128_ps(v[2 * k]), _mm_castsi128_ps(v[2 * k + 1]), 0x88));
    }
  }
  __m128i all = v[0];
  if constexpr (kBytes == 2) all = _mm_packs_epi16(v[0], v[1]);
  if constexpr (kBytes >= 4) all = _mm_packs_epi16(_mm_packs_epi32(v[0], v[1]), _mm_packs_epi32(v[2], v[3]));
  return hn::And(hn::Vec<decltype(d8)>{all}, hn::Set(d8, 1));
}

#else

// Any architecture (untested).
template <class D, class M>
HWY_INLINE hn::Vec<hn::ScalableTag<uint8_t>> BytesOfMasks(D d, const M* m) {
  constexpr size_t kBytes = sizeof(hn::TFromD<D>);
  const hn::ScalableTag<uint8_t> d8;
  HWY_ALIGN uint8_t bytes[hn::MaxLanes(d8)];
  const hn::RebindToUnsigned<D> du;
  HWY_ALIGN hn::TFromD<decltype(du)> lanes[hn::MaxLanes(du)];
  const size_t n = hn::Lanes(d);
  for (size_t k = 0; k < kBytes; k++) {
    hn::Store(hn::BitCast(du, hn::VecFromMask(d, m[k])), du, lanes);
    for (size_t i = 0; i < n; i++) bytes[k * n + i] = lanes[i] != 0;
  }
  return hn::Load(d8, bytes);
}

#endif
#endif

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MEMORY_INL_H_
