// Shared parts of the float32 math functions: running a function on the two float64 halves of a vector, the float64
// cores of e^x, log x, sin and atan (30 to 38 correct bits, enough for one rounding to float32), sign and NaN repair.
// The functions themselves are in f32_exp-inl.h, f32_log-inl.h, f32_trig-inl.h and f32_special-inl.h.

#if defined(NUMRS_CPU_MATH_F32_WIDE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_WIDE_INL_H_
#undef NUMRS_CPU_MATH_F32_WIDE_INL_H_
#else
#define NUMRS_CPU_MATH_F32_WIDE_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

namespace hn = hwy::HWY_NAMESPACE;

// c0 + c1 x + c2 x^2 + ... by Horner's rule: the fewest operations; the caller's independent vectors hide the latency.
template <class D, class V>
HWY_INLINE V Horner(D d, V, hn::TFromD<D> c0) {
  return hn::Set(d, c0);
}
template <class D, class V, class... C>
HWY_INLINE V Horner(D d, V x, hn::TFromD<D> c0, C... rest) {
  return hn::MulAdd(x, Horner(d, x, rest...), hn::Set(d, c0));
}

// ---------------------------------------------------------------------------------------------- float64 halves

// True if the float64 version of all lanes of D fits one vector.
template <class D>
constexpr bool FitsWide() {
  return hn::MaxLanes(D()) * sizeof(double) <= HWY_MAX_BYTES;
}

// f(dd, promoted x) lane by lane, rounded to float32 once. f is a functor template over float64 descriptors.
template <class F, class D, class V>
HWY_INLINE V Widen(D d, V x) {
  if constexpr (FitsWide<D>()) {
    const hn::Rebind<double, D> dd;
    return hn::DemoteTo(d, F()(dd, hn::PromoteTo(dd, x)));
  } else {
    const hn::Half<D> dh;
    const hn::Rebind<double, decltype(dh)> dd;
    const auto lo = F()(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, x)));
    const auto hi = F()(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, x)));
    return hn::Combine(d, hn::DemoteTo(dh, hi), hn::DemoteTo(dh, lo));
  }
}

template <class F, class D, class V>
HWY_INLINE V Widen(D d, V a, V b) {
  if constexpr (FitsWide<D>()) {
    const hn::Rebind<double, D> dd;
    return hn::DemoteTo(d, F()(dd, hn::PromoteTo(dd, a), hn::PromoteTo(dd, b)));
  } else {
    const hn::Half<D> dh;
    const hn::Rebind<double, decltype(dh)> dd;
    const auto lo = F()(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, a)), hn::PromoteTo(dd, hn::LowerHalf(dh, b)));
    const auto hi = F()(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, a)), hn::PromoteTo(dd, hn::UpperHalf(dh, b)));
    return hn::Combine(d, hn::DemoteTo(dh, hi), hn::DemoteTo(dh, lo));
  }
}

// ------------------------------------------------------------------------------------------------- NaN and signs

// r, but x itself where x is NaN: NaN in, NaN out whatever the target's Min, Max and integer steps made of it.
template <class V>
HWY_INLINE V KeepNaN(V x, V r) {
  return hn::IfThenElse(hn::IsNaN(x), x, r);
}

// |magnitude| with the sign of sign; magnitude's own sign bit must be clear.
template <class V>
HWY_INLINE V WithSign(V magnitude, V sign) {
  return hn::CopySignToAbs(magnitude, sign);
}

// x limited to [-bound, bound]; NaN comes out as any value in that range or NaN.
template <class D, class V>
HWY_INLINE V Clamp(D d, V x, hn::TFromD<D> bound) {
  return hn::Max(hn::Min(x, hn::Set(d, bound)), hn::Set(d, -bound));
}

// -------------------------------------------------------------------------------------------------- float64 cores

// Adding this rounds a small float64 to an integer, ties to even, and leaves that integer in the low bits.
constexpr double kRound64 = 0x1.8p52;
constexpr double kLn2 = 0.6931471805599453;
constexpr double kLog2e = 1.4426950408889634;

// 2^n, n in the low bits of the float64 n + kRound64, |n| <= 1022.
template <class DD, class VD>
HWY_INLINE VD Pow2FromRounded(DD dd, VD rounded) {
  const hn::RebindToSigned<DD> di;
  return hn::BitCast(dd, hn::Add(hn::ShiftLeft<52>(hn::BitCast(di, rounded)), hn::BitCast(di, hn::Set(dd, 1.0))));
}

// e^r - 1 for |r| <= ln2 / 2, relative error 2^-34.
template <class DD, class VD>
HWY_INLINE VD Expm1Reduced(DD dd, VD r) {
  const VD q = Horner(dd, r, 5.0000000105027509e-1, 1.6666666719142981e-1, 4.1666596731373462e-2, 8.3332984010221073e-3,
                      1.3900501993744522e-3, 1.9899351911650519e-4, 1.9323616926931691e-5);
  return hn::MulAdd(hn::Mul(r, r), q, r);
}

// x = n ln2 + r for |x| <= 700; scale = 2^n. One product with ln2 suffices: its error stays below 2^-43.
template <class DD, class VD>
HWY_INLINE VD ExpReduce(DD dd, VD x, VD& scale) {
  const VD round = hn::Set(dd, kRound64);
  const VD rounded = hn::MulAdd(x, hn::Set(dd, kLog2e), round);
  scale = Pow2FromRounded(dd, rounded);
  return hn::NegMulAdd(hn::Sub(rounded, round), hn::Set(dd, kLn2), x);
}

// e^x for |x| <= 700, relative error 2^-33.
struct ExpWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD scale;
    const VD r = ExpReduce(dd, x, scale);
    return hn::MulAdd(scale, Expm1Reduced(dd, r), scale);
  }
};

// log x = k ln2 + t for finite x > 0 (float64 normal), sqrt(1/2) <= x 2^-k < sqrt 2; |t| relative error 2^-36.
// Every positive float32, subnormal too, is a normal float64, so nothing needs scaling.
template <class DD, class VD>
HWY_INLINE VD LogReduce(DD dd, VD x, VD& k) {
  const hn::RebindToUnsigned<DD> du;
  // Moves the exponent's step from 1 to sqrt(1/2): bits(1) - bits(sqrt 1/2).
  const auto offset = hn::Set(du, uint64_t{0x3FF0000000000000u - 0x3FE6A09E667F3BCDu});
  const auto shifted = hn::Add(hn::BitCast(du, x), offset);
  // The biased exponent in the low bits of 2^52, minus 2^52 + 1023.
  const auto exponent = hn::Or(hn::ShiftRight<52>(shifted), hn::BitCast(du, hn::Set(dd, 0x1p52)));
  k = hn::Sub(hn::BitCast(dd, exponent), hn::Set(dd, 0x1p52 + 1023));
  const auto mantissa = hn::And(shifted, hn::Set(du, uint64_t{0x000FFFFFFFFFFFFFu}));
  const VD m = hn::BitCast(dd, hn::Add(mantissa, hn::Set(du, uint64_t{0x3FE6A09E667F3BCDu})));
  const VD f = hn::Sub(m, hn::Set(dd, 1.0));
  const VD q = Horner(dd, f, -4.9999999975686654e-1, 3.3333333316314789e-1, -2.5000005909771295e-1,
                      2.0000006493561417e-1, -1.6666258148442439e-1, 1.4285105264561807e-1, -1.2511927706000997e-1,
                      1.1133560070669296e-1, -9.8373841182557459e-2, 8.71473138615904e-2, -9.2726540990861903e-2,
                      1.0494730222931074e-1, -6.3138586390114618e-2);
  return hn::MulAdd(hn::Mul(f, f), q, f);
}

struct LogWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD k;
    const VD t = LogReduce(dd, x, k);
    return hn::MulAdd(k, hn::Set(dd, kLn2), t);
  }
};

struct Log2Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD k;
    const VD t = LogReduce(dd, x, k);
    return hn::MulAdd(t, hn::Set(dd, kLog2e), k);
  }
};

struct Log10Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD k;
    const VD t = LogReduce(dd, x, k);
    return hn::MulAdd(k, hn::Set(dd, 0.30102999566398120), hn::Mul(t, hn::Set(dd, 0.43429448190325183)));
  }
};

// log(1 + x) for -1 < x < 2^1000. 1 + x is inexact only below 2^-29; the last term gives back what it lost there.
struct Log1pWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD one = hn::Set(dd, 1.0);
    const VD u = hn::Add(one, x);
    const VD lost = hn::Sub(x, hn::Sub(u, one));
    return hn::Add(LogWide()(dd, u), hn::IfThenElseZero(hn::Lt(x, one), lost));
  }
};

// atan s for 0 <= s <= 1, relative error 2^-33.
template <class DD, class VD>
HWY_INLINE VD AtanReduced(DD dd, VD s) {
  const VD z = hn::Mul(s, s);
  const VD p = Horner(dd, z, -3.3333332133710308e-1, 1.9999927241329174e-1, -1.4284167200574902e-1,
                      1.1094503493576707e-1, -8.9854386227234878e-2, 7.2594377472856519e-2, -5.4515977488016704e-2,
                      3.4475908262477789e-2, -1.6299488638828415e-2, 4.9263779022413277e-3, -6.9796194181777674e-4);
  return hn::MulAdd(hn::Mul(s, z), p, s);
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_WIDE_INL_H_
