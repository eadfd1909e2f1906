// Integer pieces that Highway lacks: wrapping multiplication for every lane width, unsigned numbers as float64.

#if defined(NUMRS_CPU_INTEGER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_INTEGER_INL_H_
#undef NUMRS_CPU_INTEGER_INL_H_
#else
#define NUMRS_CPU_INTEGER_INL_H_
#endif

#include <stdint.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// f(d16, ...) on the even and on the odd bytes, each zero-extended to 16 bits; the low bytes of the results are kept.
template <class F, class D, class V, class... W>
HWY_INLINE V BytesAsWords(F f, D d, V a, W... b) {
  const hn::RepartitionToWide<hn::RebindToUnsigned<D>> d16;
  const auto low = hn::Set(d16, 0x00FF);
  const auto even = f(d16, hn::And(hn::BitCast(d16, a), low), hn::And(hn::BitCast(d16, b), low)...);
  const auto odd = f(d16, hn::ShiftRight<8>(hn::BitCast(d16, a)), hn::ShiftRight<8>(hn::BitCast(d16, b))...);
  return hn::BitCast(d, hn::Or(hn::And(even, low), hn::ShiftLeft<8>(odd)));
}

struct MulWords {
  template <class D, class V>
  HWY_INLINE V operator()(D, V a, V b) const {
    return hn::Mul(a, b);
  }
};

template <class D, class V>
HWY_INLINE V MulInteger(D d, V a, V b) {
  constexpr size_t kBytes = sizeof(hn::TFromD<D>);
  if constexpr (kBytes == 1) {
    return BytesAsWords(MulWords(), d, a, b);
  } else if constexpr (kBytes == 8) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    return hn::Mul(a, b);
#else
    const hn::RepartitionToNarrow<hn::RebindToUnsigned<D>> d32;
    const hn::RebindToUnsigned<D> du;
    const auto al = hn::BitCast(du, a), bl = hn::BitCast(du, b);
    const auto ah = hn::ShiftRight<32>(al), bh = hn::ShiftRight<32>(bl);
    const auto product = hn::MulEven(hn::BitCast(d32, al), hn::BitCast(d32, bl));
    const auto cross = hn::Add(hn::MulEven(hn::BitCast(d32, ah), hn::BitCast(d32, bl)),
                               hn::MulEven(hn::BitCast(d32, al), hn::BitCast(d32, bh)));
    return hn::BitCast(d, hn::Add(product, hn::ShiftLeft<32>(cross)));
#endif
  } else {
    return hn::Mul(a, b);
  }
}

// A number below 2^52 as float64: its bits are the mantissa of 2^52 + x.
template <class DF, class V64>
HWY_INLINE hn::Vec<DF> FloatOfUnsigned(DF df, V64 x) {
  const hn::RebindToUnsigned<DF> du;
  const auto magic = hn::Set(df, 4503599627370496.0);
  return hn::Sub(hn::BitCast(df, hn::Or(x, hn::BitCast(du, magic))), magic);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_INTEGER_INL_H_
