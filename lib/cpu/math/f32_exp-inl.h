// float32 Exp Exp2 Expm1 Sinh Cosh Tanh Sigmoid on Highway vectors. Logarithms and powers are in f32_log-inl.h.

#if defined(NUMRS_CPU_MATH_F32_EXP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_EXP_INL_H_
#undef NUMRS_CPU_MATH_F32_EXP_INL_H_
#else
#define NUMRS_CPU_MATH_F32_EXP_INL_H_
#endif

#include "cpu/math/f32_wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

struct Exp2Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD round = hn::Set(dd, kRound64);
    const VD rounded = hn::Add(x, round);
    const VD scale = Pow2FromRounded(dd, rounded);
    const VD r = hn::Mul(hn::Sub(x, hn::Sub(rounded, round)), hn::Set(dd, kLn2));
    return hn::MulAdd(scale, Expm1Reduced(dd, r), scale);
  }
};

struct Expm1Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD scale;
    const VD r = ExpReduce(dd, x, scale);
    return hn::MulAdd(scale, Expm1Reduced(dd, r), hn::Sub(scale, hn::Set(dd, 1.0)));
  }
};

// cosh r and sinh r for |r| <= ln2 / 2, relative errors 2^-34 and 2^-37.
template <class DD, class VD>
HWY_INLINE VD CoshReduced(DD dd, VD z) {
  return hn::MulAdd(z, Horner(dd, z, 5.0000000795636612e-1, 4.1666265639002269e-2, 1.3946333101980389e-3),
                    hn::Set(dd, 1.0));
}
template <class DD, class VD>
HWY_INLINE VD SinhReduced(DD dd, VD r, VD z) {
  return hn::MulAdd(hn::Mul(r, z), Horner(dd, z, 1.6666666754548121e-1, 8.3332889227343866e-3, 1.9904999015307444e-4),
                    r);
}

// 2^n / 2 and 2^-n / 2 give cosh x = (up + down) cosh r + (up - down) sinh r, and sinh x with the factors exchanged.
template <class DD, class VD>
HWY_INLINE void HyperbolicParts(DD dd, VD x, VD& sum, VD& difference, VD& c, VD& s) {
  const hn::RebindToSigned<DD> di;
  VD scale;
  const VD r = ExpReduce(dd, x, scale);
  const auto bits = hn::BitCast(di, scale);
  const auto half_one = hn::Set(di, int64_t{0x0010000000000000});
  const auto both = hn::Set(di, int64_t{0x7FD0000000000000});
  const VD up = hn::BitCast(dd, hn::Sub(bits, half_one));
  const VD down = hn::BitCast(dd, hn::Sub(both, bits));
  sum = hn::Add(up, down);
  difference = hn::Sub(up, down);
  const VD z = hn::Mul(r, r);
  c = CoshReduced(dd, z);
  s = SinhReduced(dd, r, z);
}

struct SinhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::MulAdd(difference, c, hn::Mul(sum, s));
  }
};

struct CoshWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::MulAdd(difference, s, hn::Mul(sum, c));
  }
};

struct TanhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::Div(hn::MulAdd(difference, c, hn::Mul(sum, s)), hn::MulAdd(difference, s, hn::Mul(sum, c)));
  }
};

struct SigmoidWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD one = hn::Set(dd, 1.0);
    return hn::Div(one, hn::Add(one, ExpWide()(dd, hn::Neg(x))));
  }
};

// ------------------------------------------------------------------------------------------ float32 cores, with FMA

// r = x - n ln2, |r| <= ln2 / 2, with n + round in rounded. n times the first part of ln2 is taken off exactly.
template <class D, class X>
HWY_INLINE X ExpReduce32(D d, X x, X& rounded, X& n, float round = kRound32) {
  rounded = pk::MulAdd(x, hn::Set(d, 0x1.715476p0f), hn::Set(d, round));
  n = pk::Sub(rounded, hn::Set(d, round));
  return pk::NegMulAdd(n, hn::Set(d, -0x1.05c610p-29f), pk::NegMulAdd(n, hn::Set(d, 0x1.62e430p-1f), x));
}

// The same with r in [-0.287, 0.407]: e^r - 1 and sinh r stay below 1/4 where they are subtracted from 2^n.
template <class D, class V>
HWY_INLINE V ExpReduceSkewed32(D d, V x, V& rounded) {
  const V round = hn::Set(d, kRound32);
  rounded = hn::Add(hn::MulAdd(x, hn::Set(d, 0x1.715476p0f), hn::Set(d, -0.08496f)), round);
  const V n = hn::Sub(rounded, round);
  return hn::NegMulAdd(n, hn::Set(d, -0x1.05c610p-29f), hn::NegMulAdd(n, hn::Set(d, 0x1.62e430p-1f), x));
}

template <class F, class D, class V>
HWY_NOINLINE V ExpSlow(D d, V x, float limit) {
  return KeepNaN(x, Widen<F>(d, Clamp(d, x, limit)));
}

// e^r, |r| <= ln2 / 2.
template <class D, class X>
HWY_INLINE X ExpPolynomial32(D d, X r) {
  return Horner(d, r, 1.0f, 1.0f, 4.9999994e-1f, 1.66665152e-1f, 4.16680835e-2f, 8.3693685e-3f, 1.38413277e-3f);
}

#if HWY_NATIVE_FMA
// e^x for every x: 2^n in two exact factors, so that results beyond the normal numbers are rounded once more.
template <class D, class V = hn::Vec<D>>
HWY_NOINLINE V ExpAnywhere(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> di;
  V rounded, n;
  const V r = ExpReduce32(d, hn::Min(hn::Max(x, hn::Set(d, -105.0f)), hn::Set(d, 90.0f)), rounded, n);
  const auto whole = hn::Sub(hn::BitCast(di, rounded), hn::BitCast(di, hn::Set(d, kRound32)));
  const auto half = hn::ShiftRight<1>(whole), bias = hn::Set(di, 127);
  const V first = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(half, bias)));
  const V second = hn::BitCast(d, hn::ShiftLeft<23>(hn::Add(hn::Sub(whole, half), bias)));
  return KeepNaN(x, hn::Mul(hn::Mul(ExpPolynomial32(d, r), first), second));
}
NUMRS_FOR_PACKS_SELDOM(ExpAnywhere)
#endif

#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
// y 2^n, rounded once, for an integer n.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ScaleByInteger(D d, hn::Vec<D> y, hn::Vec<D> n) {
  if constexpr (IsLanes<D>(16)) {
    return V{_mm512_scalef_ps(y.raw, n.raw)};
  } else if constexpr (IsLanes<D>(8)) {
    return V{_mm256_scalef_ps(y.raw, n.raw)};
  } else {
    return V{_mm_scalef_ps(y.raw, n.raw)};
  }
}
NUMRS_FOR_PACKS(ScaleByInteger, ScaleByInteger)
#endif

// e^x, of a vector or a pack. Domain: all; inf above 88.72, gradual underflow to 0 below -103.97. Max error 0.892 ULP
// (all 2^32 arguments), without FMA 0.501. Cody and Waite's reduction by ln2 in two parts, minimax polynomial of degree
// 6 by Horner's rule. Lost: scaling in two steps for all (5 operations more), float64 for all (4 times slower).
template <class D, class X>
HWY_INLINE X Exp(D d, X x) {
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  // n + 128 in the low 8 bits for -128 <= n < 128; beyond, and for NaN, others differ from kRound32.
  const hn::RebindToSigned<D> di;
  X rounded, n;
  const X r = ExpReduce32(d, x, rounded, n, kRound32 + 128);
  X y = ScaleByInteger(d, ExpPolynomial32(d, r), n);
  const bool usual =
      pk::SameBitsBut(di, pk::BitCast(di, rounded), hn::BitCast(di, hn::Set(d, kRound32)), hn::Set(di, 0xFF));
  if (HWY_UNLIKELY(!usual)) pk::Assign(y, ExpAnywhere(d, x));
  return y;
#elif HWY_NATIVE_FMA
  X rounded, n;
  const X r = ExpReduce32(d, x, rounded, n);
  X y = ScaleByRounded(d, ExpPolynomial32(d, r), rounded);
  const bool usual = pk::AllTrue(d, pk::Le(pk::Abs(x), hn::Set(d, 87.0f)));
  if (HWY_UNLIKELY(!usual)) pk::Assign(y, ExpAnywhere(d, x));
  return y;
#else
  return ExpSlow<ExpWide>(d, x, 120.0f);
#endif
}

// 2^x. Domain: all. Max error 0.795 ULP (all 2^32 arguments); integers are exact. As Exp, but the reduction is exact.
template <class D, class V>
HWY_INLINE V Exp2(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, 125.0f));
  const V round = hn::Set(d, kRound32);
  const V rounded = hn::Add(x, round);
  const V r = hn::Sub(x, hn::Sub(rounded, round));
  const V p =
      Horner(d, r, 1.0f, 6.93147242e-1f, 2.40226552e-1f, 5.55027239e-2f, 9.61706322e-3f, 1.34182023e-3f, 1.5820541e-4f);
  const V y = ScaleByRounded(d, p, rounded);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, ExpSlow<Exp2Wide>(d, x, 160.0f));
#else
  return ExpSlow<Exp2Wide>(d, x, 160.0f);
#endif
}

// e^x - 1. Domain: all. Max error 0.947 ULP (all 2^32 arguments). Degree 7;
// 2^n (e^r - 1) + (2^n - 1) in one FMA. Lost: the symmetric reduction, 1.48 ULP where the two terms cancel (n = 1), and
// x > 16.5, where 2^n - 1 needs a 25th bit (1.29 ULP); float64 answers there. Below -30 the result is -1 anyway.
template <class D, class V>
HWY_INLINE V Expm1(D d, V x) {
  const V sign = hn::And(x, hn::SignBit(d));
#if HWY_NATIVE_FMA
  const auto near = hn::Le(x, hn::Set(d, 16.5f));
  V rounded;
  const V one = hn::Set(d, 1.0f);
  const V r = ExpReduceSkewed32(d, hn::Max(x, hn::Set(d, -30.0f)), rounded);
  const V q = Horner(d, r, 5.0e-1f, 1.66666731e-1f, 4.1666653e-2f, 8.33118521e-3f, 1.39085983e-3f, 2.1512543e-4f);
  const V m = hn::MulAdd(hn::Mul(r, r), q, r);
  const V scale = ScaleByRounded(d, one, rounded);
  const V y = hn::Or(hn::MulAdd(scale, m, hn::Sub(scale, one)), sign);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, hn::Or(ExpSlow<Expm1Wide>(d, x, 120.0f), sign));
#else
  return hn::Or(ExpSlow<Expm1Wide>(d, x, 120.0f), sign);
#endif
}

// up = 2^n / 2, down = 2^-n / 2, cosh r - 1 and sinh r - r for x = n ln2 + r, |n| <= 126; returns r.
// cosh x = (up + down) cosh r + (up - down) sinh r, sinh x with the factors exchanged.
template <class D, class V>
HWY_INLINE V HyperbolicParts32(D d, V x, V& up, V& down, V& cosh_m1, V& sinh_mr) {
  const hn::RebindToSigned<D> di;
  V rounded;
  const V r = ExpReduceSkewed32(d, x, rounded);
  up = ScaleByRounded(d, hn::Set(d, 0.5f), rounded);
  down = hn::BitCast(d, hn::Sub(hn::Set(di, int32_t{0x7E000000}), hn::BitCast(di, up)));
  const V z = hn::Mul(r, r);
  cosh_m1 = hn::Mul(z, Horner(d, z, 5.0e-1f, 4.1666273e-2f, 1.39530282e-3f));
  sinh_mr = hn::Mul(hn::Mul(r, z), Horner(d, z, 1.66666672e-1f, 8.33319128e-3f, 1.99558446e-4f));
  return r;
}

// sinh x. Domain: all; overflow at 89.42. Max error 0.989 ULP (all arguments from 0 up). From one reduction, even and
// odd part of e^r; no division. Lost: without what the first sum loses, 2.2 ULP near 0.37.
template <class D, class V>
HWY_INLINE V Sinh(D d, V x) {
  const V sign = hn::And(x, hn::SignBit(d));
#if HWY_NATIVE_FMA
  const V a = hn::Abs(x);
  const auto near = hn::Le(a, hn::Set(d, 87.0f));
  V up, down, c, s;
  const V r = HyperbolicParts32(d, a, up, down, c, s);
  const V sum = hn::Add(up, down);
  const V difference = hn::Sub(up, down);
  const V high = hn::MulAdd(sum, r, difference);
  const V lost = hn::MulAdd(sum, r, hn::Sub(difference, high));
  const V low = hn::MulAdd(sum, s, hn::MulAdd(difference, c, lost));
  const V y = hn::Or(hn::Add(high, low), sign);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, hn::Or(ExpSlow<SinhWide>(d, x, 120.0f), sign));
#else
  return hn::Or(ExpSlow<SinhWide>(d, x, 120.0f), sign);
#endif
}

// cosh x. Domain: all; overflow at 89.42. Max error 0.947 ULP (all arguments from 0 up). As Sinh. Lost: 2^n + 2^-n as
// one number (25 bits at n = 12: 1.9 ULP), sinh r as one number (1.16 ULP).
template <class D, class V>
HWY_INLINE V Cosh(D d, V x) {
#if HWY_NATIVE_FMA
  const V a = hn::Abs(x);  // so that up is the larger one
  const auto near = hn::Le(a, hn::Set(d, 87.0f));
  V up, down, c, s;
  const V r = HyperbolicParts32(d, a, up, down, c, s);
  const V difference = hn::Sub(up, down);
  const V low = hn::MulAdd(difference, r, hn::MulAdd(difference, s, hn::MulAdd(hn::Add(up, down), c, down)));
  const V y = hn::Add(up, low);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, ExpSlow<CoshWide>(d, x, 120.0f));
#else
  return ExpSlow<CoshWide>(d, x, 120.0f);
#endif
}

// tanh a = kTanhValue + u (kTanh1 + u (kTanh2 + ...)), u = a - kTanhMiddle, on 13 intervals of half an octave from
// 1/8 up to 9.2, where tanh rounds to 1. The middles are chosen among the float32 near the centre such that
// kTanhValue is exact to 2^-32. Column 0 is for a < 1/8: tanh a = a + a p(a).
alignas(64) constexpr float kTanhMiddle[16] = {0.0f,           1.56254247e-1f, 2.18755156e-1f, 3.12504888e-1f,
                                               4.37508523e-1f, 6.25023127e-1f, 8.75001848e-1f, 1.25002086f,
                                               1.75002527f,    2.50000405f,    3.50007868f,    5.00009823f,
                                               7.0f,           8.60037994f,    8.60037994f,    8.60037994f};
alignas(64) constexpr float kTanhValue[16] = {0.0f,           1.54994875e-1f, 2.15331256e-1f, 3.02714169e-1f,
                                              4.11577135e-1f, 5.54615736e-1f, 7.03906536e-1f, 8.4828949e-1f,
                                              9.41378415e-1f, 9.86614406e-1f, 9.98178184e-1f, 9.99909222e-1f,
                                              9.99998331e-1f, 9.9999994e-1f,  9.9999994e-1f,  9.9999994e-1f};
alignas(64) constexpr float kTanh1[16] = {6.22583853e-13f, 9.75976586e-1f, 9.53632474e-1f, 9.08364117e-1f,
                                          8.30604255e-1f,  6.92401409e-1f, 5.04515588e-1f, 2.80404925e-1f,
                                          1.1380668e-1f,   2.65920199e-2f, 3.6403127e-3f,  1.81541225e-4f,
                                          3.32610921e-6f,  1.35167753e-7f, 1.35167753e-7f, 1.35167753e-7f};
alignas(64) constexpr float kTanh2[16] = {-4.70061878e-10f, -1.51271567e-1f, -2.0534648e-1f,  -2.74974614e-1f,
                                          -3.41857702e-1f,  -3.84016991e-1f, -3.55131805e-1f, -2.37864599e-1f,
                                          -1.07135102e-1f,  -2.62359399e-2f, -3.63370636e-3f, -1.81645577e-4f,
                                          -3.22255892e-6f,  -5.4215775e-7f,  -5.4215775e-7f,  -5.4215775e-7f};
alignas(64) constexpr float kTanh3[16] = {-3.33333284e-1f, -3.01880479e-1f, -2.73658156e-1f, -2.1954909e-1f,
                                          -1.36153698e-1f, -1.78345535e-2f, 8.18082467e-2f,  1.08309984e-1f,
                                          6.29191548e-2f,  1.70205608e-2f,  2.41363375e-3f,  1.21081153e-4f,
                                          2.21788082e-6f,  9.48970182e-8f,  9.48970182e-8f,  9.48970182e-8f};
alignas(64) constexpr float kTanh4[16] = {-2.21899677e-6f, 9.77527201e-2f,  1.26294628e-1f,  1.58066854e-1f,
                                          1.69980034e-1f,  1.37928337e-1f,  6.07922934e-2f,  -1.25856949e-2f,
                                          -2.35232301e-2f, -8.05074163e-3f, -1.19737547e-3f, -5.97906765e-5f,
                                          -1.37696884e-6f, 2.96737039e-6f,  2.96737039e-6f,  2.96737039e-6f};
alignas(64) constexpr float kTanh5[16] = {1.33381873e-1f,  1.10633776e-1f,  8.02146047e-2f,  4.53496724e-2f,
                                          -1.31054996e-2f, -5.29187135e-2f, -5.89394867e-2f, -1.92067344e-2f,
                                          3.69684934e-3f,  2.86138919e-3f,  4.72026732e-4f,  2.39033725e-5f,
                                          4.40453221e-7f,  5.33047295e-9f,  5.33047295e-9f,  5.33047295e-9f};
alignas(64) constexpr float kTanh6[16] = {-5.24465984e-4f, -4.20447767e-1f, 6.73246741e-1f,  -6.35748282e-2f,
                                          -5.9002772e-2f,  -2.55791396e-2f, 1.30672092e-2f,  1.50790485e-2f,
                                          2.0879847e-3f,   -6.98967371e-4f, -1.57032409e-4f, -9.20729326e-6f,
                                          1.76241848e-8f,  -5.58509373e-6f, -5.58509373e-6f, -5.58509373e-6f};
alignas(64) constexpr float kTanh7[16] = {-5.15915453e-2f, -2.35469031f,    3.24889493f,    2.63766795e-2f,
                                          1.04498625f,     -5.59152775e-2f, 1.48283551e-2f, -4.40367637e-3f,
                                          -1.96023704e-3f, 5.95493111e-5f,  4.17594056e-5f, 2.61558534e-6f,
                                          4.71961776e-8f,  1.79101434e-9f,  1.79101434e-9f, 1.79101434e-9f};

// tanh x. Domain: all; |result| <= 1. Max error 0.685 ULP (all arguments from 0 up), without FMA 0.501. Piecewise
// polynomials of degree 7 from tables in registers. Lost: e^2x and a division in float64 (2.6 times slower); in float32
// the quotient of two rounded numbers misses 1 ULP, and pairs for both cost about 31 operations against 25.
template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const V sign = hn::And(x, hn::SignBit(d));
#if HWY_NATIVE_FMA
  const hn::RebindToSigned<D> di;
  const V a = hn::Abs(x);
  const V limited = hn::Min(a, hn::Set(d, 9.1f));
  // Two steps per octave: the exponent and one bit; 249 belongs to 1/8.
  const auto step = hn::Sub(hn::ShiftRight<22>(hn::BitCast(di, limited)), hn::Set(di, 247));
  const auto column = hn::Min(hn::Max(step, hn::Zero(di)), hn::Set(di, 15));
  const auto lookup = Lookup16(d, column);
  const V u = hn::Sub(limited, lookup(kTanhMiddle));
  V p = lookup(kTanh7);
  p = hn::MulAdd(p, u, lookup(kTanh6));
  p = hn::MulAdd(p, u, lookup(kTanh5));
  p = hn::MulAdd(p, u, lookup(kTanh4));
  p = hn::MulAdd(p, u, lookup(kTanh3));
  p = hn::MulAdd(p, u, lookup(kTanh2));
  p = hn::MulAdd(p, u, lookup(kTanh1));
  // NaN fails the comparison and comes through as base.
  const V base = hn::IfThenElse(hn::Ge(a, hn::Set(d, 0.125f)), lookup(kTanhValue), a);
  return hn::Or(hn::MulAdd(p, u, base), sign);
#else
  return KeepNaN(x, hn::Or(Widen<TanhWide>(d, Clamp(d, x, 20.0f)), sign));
#endif
}

// 1 / (1 + e^-x). Domain: all. Max error 1.480 ULP (all 2^32 arguments), where e^x itself is the result; without FMA
// 0.501. Works on e^-|x|, so that nothing overflows.
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, 87.0f));
  const V a = hn::Neg(hn::Abs(x));
  V rounded, n;
  const V r = ExpReduce32(d, a, rounded, n);
  const V q = Horner(d, r, 4.9999994e-1f, 1.66665152e-1f, 4.16680835e-2f, 8.3693685e-3f, 1.38413277e-3f);
  const V one = hn::Set(d, 1.0f);
  const V e = ScaleByRounded(d, hn::MulAdd(hn::MulAdd(r, q, one), r, one), rounded);
  // x < 0: e / (1 + e), else 1 / (1 + e); what 1 + e loses comes back after the division.
  const V below = hn::Add(one, e);
  const V lost = hn::Sub(e, hn::Sub(below, one));
  const V inverse = hn::Div(one, below);
  const V top = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), e, one);
  const V quotient = hn::Mul(top, inverse);
  const V rest = hn::NegMulAdd(quotient, lost, hn::NegMulAdd(quotient, below, top));
  const V y = hn::MulAdd(rest, inverse, quotient);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, ExpSlow<SigmoidWide>(d, x, 120.0f));
#else
  return ExpSlow<SigmoidWide>(d, x, 120.0f);
#endif
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_EXP_INL_H_
