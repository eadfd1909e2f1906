// Loops over arrays of complex numbers, backend "cpu": as pairs of lanes, or taken apart into vectors of real and of
// imaginary parts. No operation here.

#if defined(NUMRS_CPU_COMPLEX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_COMPLEX_INL_H_
#undef NUMRS_CPU_COMPLEX_INL_H_
#else
#define NUMRS_CPU_COMPLEX_INL_H_
#endif

#include <cstring>

#include "cpu/elementwise-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// ------------------------------------------------------------------------------------------------ pairs of lanes

// A single complex number repeated through a vector; F is the type of a part.
template <typename F>
HWY_INLINE Operand<F> PairOperand(const void* p, bool scalar, Repeated<F>* repeated) {
  if (!scalar) return Operand<F>(p);
  F parts[2];
  std::memcpy(parts, p, sizeof(parts));
  constexpr size_t kLanes = sizeof(repeated->lanes) / sizeof(F);
  for (size_t i = 0; i < kLanes; i++) repeated->lanes[i] = parts[i % 2];
  return Operand<F>(*repeated);
}

// Functors of vectors of parts re, im, re, im ...; with the tag Paired those that look at their neighbours.
template <class Fn, typename F>
struct MapPairs {
  static void Run(const void* x, void* y, int64_t n) { ApplySame<Fn, F>(static_cast<F*>(y), 2 * n, Operand<F>(x)); }
};
template <class Fn, typename F>
struct ZipPairs {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Repeated<F> ra, rb;
    ApplySame<Fn, F>(static_cast<F*>(y), 2 * n, PairOperand<F>(a, scalars & 1, &ra),
                     PairOperand<F>(b, scalars & 2, &rb));
  }
};

// The product of vectors of pairs, by the plain formula of ops::MultiplyComplex.
template <class D, class V>
HWY_INLINE V MultiplyPairs(D d, V a, V b) {
  const V straight = hn::Mul(hn::DupEven(a), b), crossed = hn::Mul(hn::DupOdd(a), hn::Reverse2(d, b));
  return hn::OddEven(hn::Add(straight, crossed), hn::Sub(straight, crossed));
}

// ------------------------------------------------------------------------------------------------ taken apart

template <class V>
struct Parts {
  V re, im;
};

// An array of complex numbers, or one value for all, as vectors of their parts: of the type of a part, or of double.
template <typename F>
class PartsOperand {
 public:
  struct Lane {
    F re, im;
  };
  explicit PartsOperand(const void* p) : at_(static_cast<const char*>(p)), element_(sizeof(Lane)) {}
  PartsOperand(const void* p, bool scalar, Repeated<F>* repeated) : PartsOperand(p) {
    if (!scalar) return;
    Lane value;
    std::memcpy(&value, p, sizeof(value));
    constexpr size_t kHalf = sizeof(repeated->lanes) / sizeof(F) / 2;
    for (size_t i = 0; i < kHalf; i++) {
      repeated->lanes[2 * i] = value.re;
      repeated->lanes[2 * i + 1] = value.im;
    }
    at_ = reinterpret_cast<const char*>(repeated->lanes);
    element_ = 0;
  }
  // The numbers of vector k behind here. One value: the second half of what is loaded is the first once more.
  template <class D>
  HWY_INLINE Parts<hn::Vec<D>> Load(D d, int64_t k = 0) const {
    const hn::Rebind<F, D> df;
    const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
    const F* p = reinterpret_cast<const F*>(at_ + k * lanes * element_);
    const auto first = hn::LoadU(df, p);
    const auto second = hn::LoadU(df, element_ == 0 ? p : p + lanes);
    const auto re = hn::ConcatEven(df, second, first), im = hn::ConcatOdd(df, second, first);
    if constexpr (sizeof(hn::TFromD<D>) == sizeof(F))
      return {re, im};
    else
      return {hn::PromoteTo(d, re), hn::PromoteTo(d, im)};
  }
  HWY_INLINE void Advance(int64_t elements) { at_ += elements * element_; }
  HWY_INLINE PartsOperand From(int64_t element) const {
    PartsOperand moved = *this;
    moved.Advance(element);
    return moved;
  }
  HWY_INLINE void CopyTo(Lane* to, int64_t n) const {
    if (element_ != 0)
      std::memcpy(reinterpret_cast<char*>(to), at_, static_cast<size_t>(n) * sizeof(Lane));
    else
      for (int64_t i = 0; i < n; i++) std::memcpy(reinterpret_cast<char*>(to + i), at_, sizeof(Lane));
  }

 private:
  const char* at_;
  int64_t element_;  // bytes to the next one: 0 for a single value
};

// The first n < lanes numbers of an operand, and 1 + i behind them: no function goes a slow way for those.
template <class Source, size_t kLanes>
class PaddedParts {
 public:
  PaddedParts(const Source& source, int64_t n) {
    for (auto& lane : lanes_) lane = {1, 1};
    source.CopyTo(lanes_, n);
  }
  template <class D>
  HWY_INLINE auto Load(D d) const {
    return Source(lanes_).Load(d);
  }

 private:
  HWY_ALIGN typename Source::Lane lanes_[kLanes];
};

// Results of one vector: complex numbers or real ones.
template <typename F, class D, class V>
HWY_INLINE void StoreResults(D, Parts<V> v, F* y) {
  const hn::Rebind<F, D> df;
  if constexpr (sizeof(hn::TFromD<D>) == sizeof(F))
    hn::StoreInterleaved2(v.re, v.im, df, y);
  else
    hn::StoreInterleaved2(hn::DemoteTo(df, v.re), hn::DemoteTo(df, v.im), df, y);
}
template <typename F, class D, class V>
HWY_INLINE void StoreResults(D, V v, F* y) {
  const hn::Rebind<F, D> df;
  if constexpr (sizeof(hn::TFromD<D>) == sizeof(F))
    hn::StoreU(v, df, y);
  else
    hn::StoreU(hn::DemoteTo(df, v), df, y);
}

// kParts: parts of a result, 2 or 1. Lane: the type in which it is computed. The last elements are padded.
template <class Fn, typename Lane, typename F, int kParts, class... Source>
HWY_INLINE void ApplyParts(F* y, int64_t n, Source... source) {
  const hn::ScalableTag<Lane> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  const Fn fn;
  for (; n >= lanes; n -= lanes, y += kParts * lanes) {
    StoreResults<F>(d, fn(d, source.Load(d)...), y);
    (source.Advance(lanes), ...);
  }
  if (n == 0) return;
  constexpr size_t kMaxLanes = hn::MaxLanes(hn::ScalableTag<Lane>());
  HWY_ALIGN F results[2 * kMaxLanes];
  StoreResults<F>(d, fn(d, PaddedParts<Source, kMaxLanes>(source, n).Load(d)...), results);
  std::memcpy(reinterpret_cast<char*>(y), results, static_cast<size_t>(n * kParts) * sizeof(F));
}

template <class Fn, typename Lane, typename F, int kParts>
struct MapParts {
  static void Run(const void* x, void* y, int64_t n) {
    ApplyParts<Fn, Lane, F, kParts>(static_cast<F*>(y), n, PartsOperand<F>(x));
  }
};
template <class Fn, typename Lane, typename F>
struct ZipParts {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Repeated<F> ra, rb;
    ApplyParts<Fn, Lane, F, 2>(static_cast<F*>(y), n, PartsOperand<F>(a, scalars & 1, &ra),
                               PartsOperand<F>(b, scalars & 2, &rb));
  }
};
// Bool results: the functors give masks.
template <class Fn, typename F>
struct TestParts {
  static void Run(const void* x, void* y, int64_t n) {
    ApplyBool<Fn, F>(static_cast<uint8_t*>(y), n, PartsOperand<F>(x));
  }
};
template <class Fn, typename F>
struct CompareParts {
  static void Run(const void* a, const void* b, void* y, int64_t n, uint32_t scalars) {
    Repeated<F> ra, rb;
    ApplyBool<Fn, F>(static_cast<uint8_t*>(y), n, PartsOperand<F>(a, scalars & 1, &ra),
                     PartsOperand<F>(b, scalars & 2, &rb));
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_COMPLEX_INL_H_
