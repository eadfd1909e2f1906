// Sums of 16-bit floats faster than by converting each element to float64. A block's sum in float64 is exact where no
// bit falls off its end; then the order does not matter, and whatever is exact gives the bits of the tree.

#if defined(NUMRS_CPU_REDUCE_HALF_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_REDUCE_HALF_INL_H_
#undef NUMRS_CPU_REDUCE_HALF_INL_H_
#else
#define NUMRS_CPU_REDUCE_HALF_INL_H_
#endif

#include "cpu/reduce_tree-inl.h"

#if HWY_ARCH_X86
#include <smmintrin.h>
#endif

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace reduction {

using DF32 = hn::ScalableTag<float>;
using VF32 = hn::Vec<DF32>;

// All lanes of a float32 vector, added in float64.
HWY_INLINE VF64 WideLanes(VF32 v) {
  const DF64 d;
  const hn::Half<DF32> dh;
  return hn::Add(hn::PromoteTo(d, hn::LowerHalf(dh, v)), hn::PromoteTo(d, hn::UpperHalf(dh, v)));
}
HWY_INLINE VF64 WideLanes(hn::Vec<hn::ScalableTag<int32_t>> v) {
  const DF64 d;
  const hn::Half<hn::ScalableTag<int32_t>> dh;
  return hn::Add(hn::PromoteTo(d, hn::LowerHalf(dh, v)), hn::PromoteTo(d, hn::UpperHalf(dh, v)));
}

// float16: multiples of 2^-24 below 2^16, so that the sum of 4096 needs 52 bits at most. Each element is split where
// adding 1.5 * 2^17 rounds it: a multiple of 2^-6, added as an integer, and at most 2^-7 of which 128 are added in
// float32 without rounding. Infinities and NaN leave a NaN: then the tree tells.
HWY_INLINE double SumOfBlock(const Half* x, int64_t m) {
  constexpr int64_t kLanes32 = HWY_LANES(float), kStep = 4 * kLanes32;
  if (kLanes32 < 8 || m < 2 * kStep) return TreeBlock<Adds, true>(x, m, Same());
  const DF32 d;
  const hn::ScalableTag<int32_t> di;
  const VF32 split = hn::Set(d, 196608.0f);
  VF32 low[4];
  hn::Vec<decltype(di)> high[4];
  for (int k = 0; k < 4; k++) {
    low[k] = hn::Zero(d);
    high[k] = hn::Zero(di);
  }
  const auto take = [&](const uint16_t* at) HWY_ATTR {
    for (int k = 0; k < 4; k++) {
      const VF32 v = LoadHalf<Half>(d, at + k * kLanes32), shifted = hn::Add(v, split);
      high[k] = hn::Add(high[k], hn::BitCast(di, shifted));
      low[k] = hn::Add(low[k], hn::Sub(v, hn::Sub(shifted, split)));
    }
  };
  int64_t i = 0;
  for (; i + kStep <= m; i += kStep) {
    hwy::Prefetch(AtBytes(x + i, kAhead));
    take(reinterpret_cast<const uint16_t*>(x + i));
  }
  if (i < m) {  // zeros add nothing
    HWY_ALIGN uint16_t last[kStep] = {};
    std::memcpy(last, reinterpret_cast<const char*>(x + i), static_cast<size_t>(m - i) * sizeof(uint16_t));
    take(last);
    i += kStep;
  }
  // The bits of `split` came along with each element; all wraps.
  const uint32_t bias = static_cast<uint32_t>(i / kLanes32) * 0x48400000u;
  const auto highs =
      hn::Sub(hn::Add(hn::Add(high[0], high[1]), hn::Add(high[2], high[3])), hn::Set(di, static_cast<int32_t>(bias)));
  VF64 sum = hn::Mul(WideLanes(highs), hn::Set(DF64(), 0x1p-6));
  const int64_t terms = i / kStep;  // of each; 128 are exact
  if (terms <= 64) {
    low[0] = hn::Add(low[0], low[1]);
    low[1] = hn::Add(low[2], low[3]);
  }
  if (terms <= 32) {
    sum = hn::Add(sum, WideLanes(hn::Add(low[0], low[1])));
  } else {
    for (int k = 0; k < (terms <= 64 ? 2 : 4); k++) sum = hn::Add(sum, WideLanes(low[k]));
  }
  const double total = hn::GetLane(hn::SumOfLanes(DF64(), sum));
  // 0 may have to be -0.
  return HWY_LIKELY(total == total && total != 0) ? total : TreeBlock<Adds, true>(x, m, Same());
}

// The exponents of the largest and the least element that is not zero, as they stand in the bits; 0 is 1: its unit is
// that of 1.
struct Exponents {
  int most = 0, least = 255;
  int spread() const { return most - least; }
};
template <class D>
HWY_INLINE uint16_t LeastLane(D d, hn::Vec<D> v) {
  (void)d;
  if constexpr (hn::MaxLanes(D()) > 8) {
    const hn::Half<D> dh;
    return LeastLane(dh, hn::Min(hn::LowerHalf(dh, v), hn::UpperHalf(dh, v)));
  } else {
#if HWY_ARCH_X86
    return static_cast<uint16_t>(_mm_cvtsi128_si32(_mm_minpos_epu16(v.raw)));
#else
    HWY_ALIGN uint16_t lanes[8];
    hn::Store(v, d, lanes);
    uint16_t least = lanes[0];
    for (size_t l = 1; l < hn::Lanes(d); l++) least = HWY_MIN(least, lanes[l]);
    return least;
#endif
  }
}
HWY_INLINE Exponents ExponentsOf(const BFloat16* x, int64_t m) {
  const hn::ScalableTag<uint16_t> d;
  constexpr int64_t kN = HWY_LANES(uint16_t);
  const auto one = hn::Set(d, 1), magnitude = hn::Set(d, 0x7FFF);
  auto most = hn::Zero(d), least = hn::Set(d, 0xFFFF);
  for (int64_t i = 0; i + kN <= m; i += kN) {
    hwy::Prefetch(AtBytes(x + i, kAhead));
    const auto v = hn::And(hn::LoadU(d, reinterpret_cast<const uint16_t*>(x + i)), magnitude);
    most = hn::Max(most, v);
    least = hn::Min(least, hn::Sub(v, one));  // zero becomes the greatest number
  }
  const uint16_t high = static_cast<uint16_t>(~LeastLane(d, hn::Not(most))), low = LeastLane(d, least);
  Exponents e;
  e.most = HWY_MAX(high >> 7, 1);
  e.least = low == 0xFFFF ? e.most : HWY_MAX((low + 1) >> 7, 1);
  return e;
}

// bfloat16: as long as exponents differ by 33 at most, sums of 4096 are exact in float64, and where those of a piece
// differ by 14 at most, sums of four are exact in float32.
HWY_INLINE double SumOfBlock(const BFloat16* x, int64_t m) {
  constexpr int64_t kPair = 2 * HWY_LANES(float), kStep = 2 * kPair, kPiece = 1024;
  if (m < 4 * kStep) return TreeBlock<Adds, true>(x, m, Same());
  const DF32 d;
  const hn::Half<DF32> dh;
  Exponents all;
  VF64 sums[2] = {hn::Zero(DF64()), hn::Zero(DF64())};
  double rest = 0;
  bool exact = true;
  // n elements, a multiple of kStep.
  const auto take = [&](const uint16_t* piece, int64_t n) HWY_ATTR {
    const BFloat16* elements = reinterpret_cast<const BFloat16*>(piece);
    const Exponents e = ExponentsOf(elements, n);
    all.most = HWY_MAX(all.most, e.most);
    all.least = HWY_MIN(all.least, e.least);
    exact = all.spread() <= 33 && e.most <= 250;
    if (HWY_UNLIKELY(e.spread() > 14 || !exact)) {
      if (exact) rest += TreeBlock<Adds, true>(elements, n, Same());
      return;
    }
    for (int64_t i = 0; i < n; i += kStep) {
      const uint16_t* at = piece + i;
      const auto p = LoadPair<BFloat16>(d, at), q = LoadPair<BFloat16>(d, at + kPair);
      const VF32 four = hn::Add(hn::Add(p.a, p.b), hn::Add(q.a, q.b));
      sums[0] = hn::Add(sums[0], hn::PromoteTo(DF64(), hn::LowerHalf(dh, four)));
      sums[1] = hn::Add(sums[1], hn::PromoteTo(DF64(), hn::UpperHalf(dh, four)));
    }
  };
  const uint16_t* const at = reinterpret_cast<const uint16_t*>(x);
  int64_t begin = 0;
  for (; exact && m - begin >= kPiece; begin += kPiece) take(at + begin, kPiece);
  const int64_t whole = (m - begin) / kStep * kStep;
  if (exact && begin < m && whole > 0) take(at + begin, whole), begin += whole;
  if (exact && begin < m) {  // zeros add nothing
    HWY_ALIGN uint16_t last[kStep] = {};
    std::memcpy(last, reinterpret_cast<const char*>(x + begin), static_cast<size_t>(m - begin) * sizeof(uint16_t));
    take(last, kStep);
  }
  const double total = hn::GetLane(hn::SumOfLanes(DF64(), hn::Add(sums[0], sums[1]))) + rest;
  return HWY_LIKELY(exact && total != 0) ? total : TreeBlock<Adds, true>(x, m, Same());
}

// Any n, by blocks that a binary counter joins.
template <class H>
HWY_NOINLINE double SumOfHalves(const H* x, int64_t n) {
  double stack[56];
  int top = 0;
  for (int64_t block = 0, begin = 0; begin < n || block == 0; block++, begin += kReduceBlock) {
    double sum = SumOfBlock(x + begin, HWY_MIN(n - begin, kReduceBlock));
    for (int64_t carry = block; carry & 1; carry >>= 1) sum = ops::Plus::Of<double>(stack[--top], sum);
    stack[top++] = sum;
  }
  double sum = stack[--top];
  while (top > 0) sum = ops::Plus::Of<double>(stack[--top], sum);
  return sum;
}

}  // namespace reduction
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_REDUCE_HALF_INL_H_
