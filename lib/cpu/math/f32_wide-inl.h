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

#include "cpu/pack-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

namespace hn = hwy::HWY_NAMESPACE;

// c0 + c1 x + c2 x^2 + ... by Horner's rule: the fewest operations; independent vectors hide the latency.
template <class D, class X>
HWY_INLINE auto Horner(D d, const X&, hn::TFromD<D> c0) {
  return hn::Set(d, c0);
}
template <class D, class X, class... C>
HWY_INLINE X Horner(D d, const X& x, hn::TFromD<D> c0, C... rest) {
  return pk::MulAdd(x, Horner(d, x, rest...), hn::Set(d, c0));
}

// ---------------------------------------------------------------------------------------------- float64 halves

// True if the float64 version of all lanes of D fits one vector.
template <class D>
constexpr bool FitsWide() {
  return hn::MaxLanes(D()) * sizeof(double) <= HWY_MAX_BYTES;
}

// Rounds to float32 as IEEE 754 says: above the largest number to inf. Highway's one-lane target stops there instead.
template <class DF, class VD>
HWY_INLINE hn::Vec<DF> Narrow(DF df, VD v) {
#if HWY_TARGET == HWY_SCALAR || HWY_TARGET == HWY_EMU128
  const hn::RebindToSigned<DF> di;
  const hn::Rebind<double, DF> dd;
  const auto r = hn::DemoteTo(df, v);
  const auto big = hn::Ge(hn::Abs(v), hn::Set(dd, 0x1.ffffffp127));
  const auto up = hn::DemoteTo(di, hn::IfThenElseZero(big, hn::Set(dd, 1.0)));
  return hn::IfThenElse(hn::RebindMask(df, hn::Eq(up, hn::Set(di, 1))), hn::CopySign(hn::Inf(df), r), r);
#else
  return hn::DemoteTo(df, v);
#endif
}

// f(dd, promoted x) lane by lane, rounded to float32 once. f is a functor template over float64 descriptors.
template <class F, class D, class V>
HWY_INLINE V Widen(D d, V x) {
  if constexpr (FitsWide<D>()) {
    const hn::Rebind<double, D> dd;
    return Narrow(d, F()(dd, hn::PromoteTo(dd, x)));
  }
#if HWY_TARGET != HWY_SCALAR  // which has no halves, and always fits
  else {
    const hn::Half<D> dh;
    const hn::Rebind<double, decltype(dh)> dd;
    const auto lo = F()(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, x)));
    const auto hi = F()(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, x)));
    return hn::Combine(d, Narrow(dh, hi), Narrow(dh, lo));
  }
#endif
}

template <class F, class D, class V>
HWY_INLINE V Widen(D d, V a, V b) {
  if constexpr (FitsWide<D>()) {
    const hn::Rebind<double, D> dd;
    return Narrow(d, F()(dd, hn::PromoteTo(dd, a), hn::PromoteTo(dd, b)));
  }
#if HWY_TARGET != HWY_SCALAR  // which has no halves, and always fits
  else {
    const hn::Half<D> dh;
    const hn::Rebind<double, decltype(dh)> dd;
    const auto lo = F()(dd, hn::PromoteTo(dd, hn::LowerHalf(dh, a)), hn::PromoteTo(dd, hn::LowerHalf(dh, b)));
    const auto hi = F()(dd, hn::PromoteTo(dd, hn::UpperHalf(dh, a)), hn::PromoteTo(dd, hn::UpperHalf(dh, b)));
    return hn::Combine(d, Narrow(dh, hi), Narrow(dh, lo));
  }
#endif
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

// ---------------------------------------------------------------------------------------------------------- tables

// True if D has exactly count lanes, known when compiling.
template <class D>
constexpr bool IsLanes(size_t count) {
  return !HWY_HAVE_SCALABLE && hn::MaxLanes(D()) == count;
}

// Looks up column (0 to 15) in tables of 16 float32, aligned to 64 bytes: one permutation for 16 lanes, two and a
// blend for 8, gathers for other vectors. Vectors of unknown length cannot be members, hence the lambda.
template <class D, class VI>
HWY_INLINE auto Lookup16(D d, VI column) {
  if constexpr (IsLanes<D>(16)) {
    const auto index = hn::IndicesFromVec(d, column);
    return [=](const float* HWY_RESTRICT table) HWY_ATTR { return hn::TableLookupLanes(hn::Load(d, table), index); };
  } else if constexpr (IsLanes<D>(8)) {
    const hn::RebindToSigned<D> di;
    const auto index = hn::IndicesFromVec(d, hn::And(column, hn::Set(di, 7)));
    const auto upper = hn::RebindMask(d, hn::Gt(column, hn::Set(di, 7)));
    return [=](const float* HWY_RESTRICT table) HWY_ATTR {
      return hn::IfThenElse(upper, hn::TableLookupLanes(hn::Load(d, table + 8), index),
                            hn::TableLookupLanes(hn::Load(d, table), index));
    };
  } else {
    return [=](const float* HWY_RESTRICT table) HWY_ATTR { return hn::GatherIndex(d, table, column); };
  }
}

// -------------------------------------------------------------------------------------------------- float64 cores

// Adding these rounds a small float64 or float32 to an integer, ties to even, and leaves that integer in the low bits.
constexpr double kRound64 = 0x1.8p52;
constexpr float kRound32 = 0x1.8p23f;
constexpr double kLn2 = 0.6931471805599453;
constexpr double kLog2e = 1.4426950408889634;

// 2^n f, n in the low bits of the float32 n + kRound32; f and the result must be normal.
template <class D, class X>
HWY_INLINE X ScaleByRounded(D d, X f, X rounded) {
  const hn::RebindToSigned<D> di;
  return pk::BitCast(d, pk::Add(pk::BitCast(di, f), pk::ShiftLeft<23>(pk::BitCast(di, rounded))));
}

// 2^n, n in the low bits of the float64 n + kRound64, |n| <= 1022.
template <class DD, class VD>
HWY_INLINE VD Pow2FromRounded(DD dd, VD rounded) {
  const hn::RebindToSigned<DD> di;
  return hn::BitCast(dd, hn::Add(hn::ShiftLeft<52>(hn::BitCast(di, rounded)), hn::BitCast(di, hn::Set(dd, 1.0))));
}

// e^r - 1 for |r| <= ln2 / 2, relative error 2^-37.
template <class DD, class VD>
HWY_INLINE VD Expm1Reduced(DD dd, VD r) {
  const VD q = Horner(dd, r, 5.000000000105721e-1, 1.6666666754385992e-1, 4.1666665950798154e-2, 8.3332889684488119e-3,
                      1.3888985455680243e-3, 1.9904970923986638e-4, 2.4796381943575594e-5);
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

// e^x for |x| <= 700, relative error 2^-37.
struct ExpWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD scale;
    const VD r = ExpReduce(dd, x, scale);
    return hn::MulAdd(scale, Expm1Reduced(dd, r), scale);
  }
};

// log x = k ln2 + t for finite x > 0 (float64 normal), sqrt(1/2) <= x 2^-k < sqrt 2; t has relative error 2^-38.
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
  const VD q = Horner(dd, f, -4.9999999993771099e-1, 3.3333333425197204e-1, -2.5000002005638067e-1,
                      1.9999987384636361e-1, -1.6666490549130514e-1, 1.4286208879806994e-1, -1.250660951513598e-1,
                      1.1105779788582092e-1, -9.8805951329697189e-2, 9.0300262681671836e-2, -9.3175833113007867e-2,
                      9.1743545887225678e-2, -4.8410020368747197e-2);
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
