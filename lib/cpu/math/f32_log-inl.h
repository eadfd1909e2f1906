// float32 Log Log2 Log10 Log1p Asinh Acosh Atanh Logaddexp Pow on Highway vectors.

#if defined(NUMRS_CPU_MATH_F32_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_LOG_INL_H_
#undef NUMRS_CPU_MATH_F32_LOG_INL_H_
#else
#define NUMRS_CPU_MATH_F32_LOG_INL_H_
#endif

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f32_wide-inl.h"
#include "cpu/math/f64_log-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

// Lanes with 0 < x < inf: one subtraction and one unsigned comparison of the bits.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsPositiveFinite(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::Sub(hn::BitCast(du, x), hn::Set(du, 1u));
  return hn::RebindMask(d, hn::Lt(bits, hn::Set(du, 0x7F7FFFFFu)));
}

// r in lanes with 0 < x < inf; elsewhere what a logarithm is there: NaN and +inf stay, -inf at +-0, NaN below.
template <class D, class V>
HWY_INLINE V LogSpecial(D d, V x, V r) {
  const auto good = IsPositiveFinite(d, x);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return r;
  const V zero = hn::Zero(d);
  const V inf = hn::Inf(d);
  V special = hn::IfThenElse(hn::Lt(x, zero), hn::NaN(d), x);
  special = hn::IfThenElse(hn::Eq(x, zero), hn::Neg(inf), special);
  return hn::IfThenElse(good, r, special);
}

template <class F, class D, class V>
HWY_NOINLINE V LogSlow(D d, V x) {
  return LogSpecial(d, x, Widen<F>(d, x));
}

// Lanes with x normal, positive and finite.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsPositiveNormal(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::Sub(hn::BitCast(du, x), hn::Set(du, 0x00800000u));
  return hn::RebindMask(d, hn::Lt(bits, hn::Set(du, 0x7F000000u)));
}

// x = 2^k (1 + f) for normal x > 0, least <= 1 + f < 2 least.
template <class D, class V>
HWY_INLINE V LogSplit32(D d, V x, int32_t least_bits, V& k) {
  const hn::RebindToSigned<D> di;
  const auto least = hn::Set(di, least_bits);
  const auto above = hn::Sub(hn::BitCast(di, x), least);
  k = hn::ConvertTo(d, hn::ShiftRight<23>(above));
  const auto m = hn::Add(hn::And(above, hn::Set(di, int32_t{0x007FFFFF})), least);
  return hn::Sub(hn::BitCast(d, m), hn::Set(d, 1.0f));
}

// k ln2 + log(1 + f) = high + low, high = k ln2 + f rounded and low the rest: log(1 + f) - f, what the rounding lost, k
// times the rest of ln2. The first part of ln2 has 16 bits, so that its products with k are exact.
template <class D, class V>
HWY_INLINE V LogParts32(D d, V k, V f, V& low) {
  const V q = Horner(d, f, -4.99999881e-1f, 3.33333224e-1f, -2.50016093e-1f, 2.0002225e-1f, -1.66086078e-1f,
                     1.41763002e-1f, -1.32413045e-1f, 1.29410446e-1f, -7.67242834e-2f);
  const V ln2 = hn::Set(d, 0x1.62e4p-1f);
  const V high = hn::MulAdd(k, ln2, f);
  const V lost = hn::Sub(f, hn::NegMulAdd(k, ln2, high));
  low = hn::MulAdd(hn::Mul(f, f), q, hn::MulAdd(k, hn::Set(d, 0x1.7f7d1cp-20f), lost));
  return high;
}

// log x. Domain: all; -inf at +-0, NaN below. Max error 0.876 ULP (all arguments from 0 up), without FMA 0.501.
// Subnormal, zero, negative, infinite and NaN lanes take the float64 version. Lost: k ln2 added by one FMA without what
// it loses, 1.1 ULP for two operations less.
template <class D, class V>
HWY_INLINE V Log(D d, V x) {
#if HWY_NATIVE_FMA
  const auto good = IsPositiveNormal(d, x);
  V k, low;
  const V f = LogSplit32(d, x, 0x3F3504F3 /* sqrt(1/2) */, k);
  const V high = LogParts32(d, k, f, low);
  const V y = hn::Add(high, low);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, LogSlow<LogWide>(d, x));
#else
  return LogSlow<LogWide>(d, x);
#endif
}

// log2 x. Domain as Log. Max error 0.950 ULP (all arguments from 0 up); powers of two are exact. Lost: log2 e = 1 +
// 0.4427 as float32 (1.07 to 1.2 ULP: the second part's rounding alone is 2^-27 of the result).
template <class D, class V>
HWY_INLINE V Log2(D d, V x) {
#if HWY_NATIVE_FMA
  const auto good = IsPositiveNormal(d, x);
  V k;
  const V f = LogSplit32(d, x, 0x3F2AAAAB /* 2/3 */, k);
  // log2(1 + f) = f log2 e + f^2 q(f); |f| <= 1/3 keeps k - high exact.
  const V q = Horner(d, f, -7.21347511e-1f, 4.80896294e-1f, -3.60674173e-1f, 2.88709819e-1f, -2.40500435e-1f,
                     2.01720849e-1f, -1.77916378e-1f, 2.03447819e-1f, -1.76285967e-1f);
  const V log2e = hn::Set(d, 0x1.715476p0f);
  const V high = hn::MulAdd(f, log2e, k);
  const V lost = hn::MulAdd(f, log2e, hn::Sub(k, high));
  const V low = hn::MulAdd(hn::Mul(f, f), q, hn::MulAdd(f, hn::Set(d, 0x1.4ae0c0p-26f), lost));
  const V y = hn::Add(high, low);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, LogSlow<Log2Wide>(d, x));
#else
  return LogSlow<Log2Wide>(d, x);
#endif
}

// log10 x. Domain as Log. Max error 0.947 ULP (all arguments from 0 up). log x as a pair times log10 e as a pair.
template <class D, class V>
HWY_INLINE V Log10(D d, V x) {
#if HWY_NATIVE_FMA
  const auto good = IsPositiveNormal(d, x);
  V k, low;
  const V f = LogSplit32(d, x, 0x3F3504F3 /* sqrt(1/2) */, k);
  const V high = LogParts32(d, k, f, low);
  const V log10e = hn::Set(d, 0x1.bcb7b2p-2f);
  const V rest = hn::MulAdd(low, log10e, hn::Mul(high, hn::Set(d, -0x1.5b235ep-27f)));
  const V y = hn::MulAdd(high, log10e, rest);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, LogSlow<Log10Wide>(d, x));
#else
  return LogSlow<Log10Wide>(d, x);
#endif
}

template <class D, class V>
HWY_NOINLINE V Log1pSlow(D d, V x) {
  const V r = hn::Or(Widen<Log1pWide>(d, x), hn::And(x, hn::SignBit(d)));
  const V minus_one = hn::Set(d, -1.0f);
  const auto good = hn::And(hn::Gt(x, minus_one), hn::Lt(x, hn::Inf(d)));
  if (HWY_LIKELY(hn::AllTrue(d, good))) return r;
  V special = hn::IfThenElse(hn::Lt(x, minus_one), hn::NaN(d), x);
  special = hn::IfThenElse(hn::Eq(x, minus_one), hn::Neg(hn::Inf(d)), special);
  return hn::IfThenElse(good, r, special);
}

// log(1 + x). Domain: all; -inf at -1, NaN below. Max error 0.951 ULP (all 2^32 arguments). Outside -1 < x < 2^125
// the float64 version answers.
template <class D, class V>
HWY_INLINE V Log1p(D d, V x) {
#if HWY_NATIVE_FMA
  const hn::RebindToUnsigned<D> du;
  const hn::RebindToSigned<D> di;
  const V one = hn::Set(d, 1.0f);
  // 1 + x only decides about k; f = 2^-k (1 + x) - 1 comes from x itself, and is x for k = 0.
  const V sum = hn::Add(one, x);
  const auto sum_bits = hn::Sub(hn::BitCast(du, sum), hn::Set(du, 0x33000000u));    // 2^-25
  const auto good = hn::RebindMask(d, hn::Lt(sum_bits, hn::Set(du, 0x4B000000u)));  // sum < 2^125
  const auto above = hn::Sub(hn::BitCast(di, sum), hn::Set(di, int32_t{0x3F3504F3}));
  const auto exponent = hn::ShiftRight<23>(above);
  const V k = hn::ConvertTo(d, exponent);
  const V scale = hn::BitCast(d, hn::Sub(hn::BitCast(di, one), hn::ShiftLeft<23>(exponent)));
  const V offset = hn::Sub(scale, one);
  const V f = hn::MulAdd(x, scale, offset);
  const V f_lost = hn::MulAdd(x, scale, hn::Sub(offset, f));
  V low;
  const V high = LogParts32(d, k, f, low);
  const V y = hn::Or(hn::Add(high, hn::Add(low, f_lost)), hn::And(x, hn::SignBit(d)));
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, Log1pSlow(d, x));
#else
  return Log1pSlow(d, x);
#endif
}

// asinh a = log(a + sqrt(a^2 + 1)), a >= 0; its relative error grows as 2^-53 / a, so that below 2^-10 two terms of
// the series take over.
struct AsinhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD a) const {
    const VD z = hn::Mul(a, a);
    const VD r = LogWide()(dd, hn::Add(a, hn::Sqrt(hn::Add(z, hn::Set(dd, 1.0)))));
    const VD series = hn::MulAdd(hn::Mul(a, z), hn::Set(dd, -1.0 / 6), a);
    return hn::IfThenElse(hn::Lt(a, hn::Set(dd, 0x1p-10)), series, r);
  }
};

// asinh x. Domain: all. Max error 0.501 ULP (every 2003rd argument and 81 around each power of two). One rounding of
// the float64 core.
template <class D, class V>
HWY_INLINE V Asinh(D d, V x) {
  const V a = hn::Abs(x);
  const V r = WithSign(Widen<AsinhWide>(d, a), x);
  return hn::IfThenElse(hn::Lt(a, hn::Inf(d)), r, x);
}

// acosh x = log(x + sqrt(x^2 - 1)); x^2 - 1 is exact where it cancels.
struct AcoshWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    return LogWide()(dd, hn::Add(x, hn::Sqrt(hn::MulSub(x, x, hn::Set(dd, 1.0)))));
  }
};

// acosh x. Domain: x >= 1, NaN below. Max error 0.501 ULP (sampled as Asinh). One rounding of the float64 core.
template <class D, class V>
HWY_INLINE V Acosh(D d, V x) {
  const V one = hn::Set(d, 1.0f);
  const V r = Widen<AcoshWide>(d, hn::Max(x, one));
  const V special = hn::IfThenElse(hn::Lt(x, one), hn::NaN(d), x);
  return hn::IfThenElse(hn::And(hn::Ge(x, one), hn::Lt(x, hn::Inf(d))), r, special);
}

// atanh a = log((1 + a) / (1 - a)) / 2, 0 <= a < 1; two terms of the series below 2^-10, as for asinh.
struct AtanhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD a) const {
    const VD one = hn::Set(dd, 1.0);
    const VD r = LogWide()(dd, hn::Div(hn::Add(one, a), hn::Sub(one, a)));
    const VD series = hn::MulAdd(hn::Mul(a, hn::Mul(a, a)), hn::Set(dd, 1.0 / 3), a);
    return hn::IfThenElse(hn::Lt(a, hn::Set(dd, 0x1p-10)), series, hn::Mul(r, hn::Set(dd, 0.5)));
  }
};

// atanh x. Domain: |x| <= 1, +-inf at +-1, NaN outside. Max error 0.501 ULP (sampled as Asinh). One rounding of the
// float64 core.
template <class D, class V>
HWY_INLINE V Atanh(D d, V x) {
  const V a = hn::Abs(x);
  const V one = hn::Set(d, 1.0f);
  const V r = Widen<AtanhWide>(d, a);
  const V special = hn::IfThenElse(hn::Eq(a, one), hn::Inf(d), hn::IfThenElse(hn::Gt(a, one), hn::NaN(d), a));
  return WithSign(hn::IfThenElse(hn::Lt(a, one), r, special), x);
}

// log(e^a + e^b) = top + log1p(e^-d), d = |a - b|, both to 2^-37. Near the zeros, where the two terms cancel and less
// than 2^-9 of top is left, the double-double version takes over.
struct LogaddexpWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD a, VD b) const {
    const VD top = hn::Max(a, b);
    VD x = hn::Neg(hn::Abs(hn::Sub(a, b)));
    x = hn::IfThenElse(hn::Eq(a, b), hn::Zero(dd), hn::Max(x, hn::Set(dd, -700.0)));
    const VD e = ExpWide()(dd, x);
    const VD q = Horner(dd, e, -4.9999999918039412e-1, 3.3333326653160056e-1, -2.4999808306508944e-1,
                        1.9997204084801384e-1, -1.6642320709774261e-1, 1.4147200795204062e-1, -1.1954841005401441e-1,
                        9.5666319821197929e-2, -6.7496645386900561e-2, 3.8508148676550009e-2, -1.6060048480980846e-2,
                        4.2497448164693762e-3, -5.2795482303459888e-4);
    const VD y = hn::Add(top, hn::MulAdd(hn::Mul(e, e), q, e));
    const auto cancelled = hn::Lt(hn::Abs(y), hn::Mul(hn::Abs(top), hn::Set(dd, 0x1p-9)));
    if (HWY_LIKELY(hn::AllFalse(dd, cancelled))) return y;
    return hn::IfThenElse(cancelled, f64::LogaddexpNearZero(dd, top, hn::Min(a, b)), y);
  }
};

// log(e^a + e^b). Domain: all pairs; equal infinities give themselves. Max error 0.501 ULP (300 000 random pairs and
// all pairs of 58 special numbers), next to the zeros 0.72 ULP (2 million pairs) as long as 2^-41 of the larger one is
// left, which is nearly always so: the nearest zeros of float32 pairs are 2^-25 of it apart. Lost: float64 precision to
// 2^-52 everywhere, which lost bits near the zeros all the same.
template <class D, class V>
HWY_INLINE V Logaddexp(D d, V a, V b) {
  const V r = Widen<LogaddexpWide>(d, a, b);
  return KeepNaN(a, KeepNaN(b, r));
}

// |x|^y = 2^(y log2 |x|) with the exponent limited to what float32 can tell from inf and 0.
struct PowWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x, VD y) const {
    return Exp2Wide()(dd, Clamp(dd, hn::Mul(y, Log2Wide()(dd, x)), 300.0));
  }
};

// Pow in lanes where x is not positive and finite or y is not finite; r is |x|^y, right where 0 < |x| < inf, |y| < inf.
template <class D, class V>
HWY_NOINLINE V PowSpecial(D d, V x, V y, V r) {
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0f);
  const V inf = hn::Inf(d);
  const V ax = hn::Abs(x);
  const V ay = hn::Abs(y);
  // Results 0, 1 or inf by whether |x| and y push apart: x or y infinite, x zero.
  const auto large = hn::Gt(ax, one);
  const V sign_y = WithSign(one, y);
  const V direction = hn::IfThenElse(large, sign_y, hn::Neg(sign_y));
  const V extreme = hn::IfThenElse(hn::Gt(direction, zero), inf, zero);
  const auto is_extreme = hn::Or(hn::Or(hn::Eq(ax, inf), hn::Eq(ax, zero)), hn::Eq(ay, inf));
  r = hn::IfThenElse(is_extreme, extreme, r);
  r = hn::IfThenElse(hn::And(hn::Eq(ax, one), hn::Eq(ay, inf)), one, r);
  // The sign of x counts for odd y; a negative number has no power that is not an integer.
  const V half = hn::Mul(y, hn::Set(d, 0.5f));
  const auto finite_y = hn::Lt(ay, inf);
  const auto integer = hn::Eq(hn::Round(y), y);
  const auto odd = hn::And(hn::And(integer, hn::Ne(hn::Round(half), half)), finite_y);
  r = hn::IfThenElse(odd, WithSign(r, x), r);
  const auto no_root = hn::And(hn::And(hn::Lt(x, zero), hn::Lt(ax, inf)), hn::AndNot(integer, finite_y));
  r = hn::IfThenElse(no_root, hn::NaN(d), r);
  r = KeepNaN(x, KeepNaN(y, r));
  return hn::IfThenElse(hn::Or(hn::Eq(y, zero), hn::Eq(x, one)), one, r);
}

#if HWY_NATIVE_FMA
// x = 2^k m and 16 intervals of m, of equal length in the bits of x and with 1 well inside one of them. c is next to
// the inverse of an interval's centre and has so few bits that r = m c - 1, |r| < 0.0331, is exact; -log2 c is
// kPowLogHigh, a multiple of 2^-16 to make k + kPowLogHigh exact too, and kPowLogLow.
constexpr int32_t kPowLeastBits = 0x3F343400;  // 0.7039
alignas(64) constexpr float kPowInverse[16] = {1.375f,   1.34375f,  1.28125f,  1.21875f, 1.1875f, 1.15625f,
                                               1.09375f, 1.0625f,   1.03125f,  1.0f,     0.9375f, 0.890625f,
                                               0.84375f, 0.796875f, 0.765625f, 0.71875f};
alignas(64) constexpr float kPowLogHigh[16] = {
    -0x1.d674p-2f, -0x1.b48p-2f, -0x1.6e24p-2f, -0x1.244p-2f, -0x1.fbcp-3f, -0x1.acf8p-3f, -0x1.08c8p-3f, -0x1.664p-4f,
    -0x1.6bap-5f,  0.0f,         0x1.7d6p-4f,   0x1.564p-3f,  0x1.f6p-3f,   0x1.4f7p-2f,   0x1.8a88p-2f,  0x1.e7ep-2f};
alignas(64) constexpr float kPowLogLow[16] = {
    -4.73875434e-6f, 4.77654794e-6f, 7.19948366e-6f,  -1.82823726e-6f, -2.70875603e-6f,
    4.03183185e-6f,  4.70278155e-6f, 5.37655922e-7f,  -6.30197565e-6f, 0.0f,
    2.73532095e-7f,  -4.2719771e-6f, -4.68966346e-6f, -1.02556521e-6f, 5.73205671e-6f,
    -2.38574444e-6f};

// log2 x = high + low for normal x > 0, relative error 2^-32, |low| < 2^-11 |high|.
template <class D, class V>
HWY_INLINE V PowLog2(D d, V x, V& low) {
  const hn::RebindToSigned<D> di;
  const auto least = hn::Set(di, kPowLeastBits);
  const auto above = hn::Sub(hn::BitCast(di, x), least);
  const auto mantissa = hn::And(above, hn::Set(di, int32_t{0x007FFFFF}));
  const V k = hn::ConvertTo(d, hn::ShiftRight<23>(above));
  const V m = hn::BitCast(d, hn::Add(mantissa, least));
  const auto lookup = Lookup16(d, hn::ShiftRight<19>(mantissa));
  const V r = hn::MulSub(m, lookup(kPowInverse), hn::Set(d, 1.0f));
  const V base = hn::Add(k, lookup(kPowLogHigh));
  // log2(1 + r) = (t + t_low) log2 e + r^3 p, t + t_low = r - r^2 / 2
  const V minus_half = hn::Mul(r, hn::Set(d, -0.5f));
  const V t = hn::MulAdd(minus_half, r, r);
  const V t_low = hn::MulAdd(minus_half, r, hn::Sub(r, t));
  const V p = Horner(d, r, 4.80898231e-1f, -3.60673636e-1f, 2.88853258e-1f, -2.40753159e-1f);
  const V log2e = hn::Set(d, 0x1.715476p0f);
  const V linear = hn::Mul(t, log2e);
  const V high = hn::Add(base, linear);
  const V lost = hn::Add(hn::Add(hn::Sub(base, high), linear), hn::MulSub(t, log2e, linear));
  low = hn::MulAdd(t, hn::Set(d, 0x1.4ae0c0p-26f), hn::MulAdd(t_low, log2e, hn::Add(lost, lookup(kPowLogLow))));
  low = hn::MulAdd(hn::Mul(hn::Mul(r, r), r), p, low);
  return high;
}

// 2^(y log2 x); right in lanes of near: x normal and the result well inside the normal range.
template <class D, class V>
HWY_INLINE V PowNear(D d, V x, V y, hn::Mask<D>& near) {
  V log_low;
  const V log_high = PowLog2(d, x, log_low);
  const V e = hn::Mul(y, log_high);
  const V e_low = hn::MulAdd(y, log_low, hn::MulSub(y, log_high, e));
  near = hn::And(IsPositiveNormal(d, x), hn::Le(hn::Abs(e), hn::Set(d, 125.0f)));
  const V round = hn::Set(d, kRound32);
  const V rounded = hn::Add(e, round);
  const V r = hn::Add(hn::Sub(e, hn::Sub(rounded, round)), e_low);  // |r| < 0.547
  const V p = Horner(d, r, 1.0f, 6.93147242e-1f, 2.40226537e-1f, 5.55027612e-2f, 9.61796846e-3f, 1.34169124e-3f,
                     1.54516893e-4f);
  return ScaleByRounded(d, p, rounded);
}
#endif

template <class D, class V>
HWY_NOINLINE V PowSlow(D d, V x, V y) {
  const V ax = hn::Abs(x);
  const auto finite_y = hn::Lt(hn::Abs(y), hn::Inf(d));
#if HWY_NATIVE_FMA
  hn::Mask<D> near;
  V r = PowNear(d, ax, y, near);
  const auto wide = hn::AndNot(near, hn::And(IsPositiveFinite(d, ax), finite_y));
  if (!hn::AllFalse(d, wide)) r = hn::IfThenElse(near, r, Widen<PowWide>(d, ax, y));
#else
  const V r = Widen<PowWide>(d, ax, y);
#endif
  const auto good = hn::And(IsPositiveFinite(d, x), finite_y);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return r;
  return hn::IfThenElse(good, r, PowSpecial(d, x, y, r));
}

// x^y with the special cases of the Python array API standard; a power that is a float32 is exact. Max error 0.96 ULP
// (5 million pairs with results over the whole range, bases of any size and down to 2^-24 next to 1; 300 000 random
// pairs and all pairs of 58 special numbers), without FMA 0.503. 2^(y log2 |x|) with log2 |x| and the product as pairs
// of float32; float64 where the result or x is subnormal or next to it. Lost: float64 for all (2.6 times slower), the
// square of r as one number (2.7 ULP), a pair normalised before the product instead of a wider interval of 2^r (3
// operations more).
template <class D, class V>
HWY_INLINE V Pow(D d, V x, V y) {
#if HWY_NATIVE_FMA
  hn::Mask<D> near;
  const V r = PowNear(d, x, y, near);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return r;
#endif
  return PowSlow(d, x, y);
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_LOG_INL_H_
