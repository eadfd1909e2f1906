// Log, Log2, Log10, Log1p, Asinh, Acosh, Atanh and Logaddexp of float64 vectors. The longer logarithm of Pow uses the
// same reduction.

#if defined(NUMRS_CPU_MATH_F64_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_LOG_INL_H_
#undef NUMRS_CPU_MATH_F64_LOG_INL_H_
#else
#define NUMRS_CPU_MATH_F64_LOG_INL_H_
#endif

#include <cmath>

#include "hwy/highway.h"
#include "f64_dd-inl.h"
#include "f64_exp-inl.h"
#include "f64_table-inl.h"
#include "ops/binary.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

// ---------------------------------------------------------------- constants

// x = 2^k m, and 16 intervals for m of equal length in the bits of x, one of which holds 1 - 1/48 to 1 + 1/48 so that
// nothing cancels near 1. log x = k log 2 + L + log1p(r), r = m c - 1, -0.0296 < r < 0.0368: Tang, "Table-driven
// implementation of the logarithm function in IEEE floating-point arithmetic", ACM TOMS 16 (1990), with accurate tables
// in the manner of Gal and Bachelis (ACM TOMS 17, 1991): each c is a double next to the inverse of an interval's centre
// whose L = -log c is a multiple of 2^-42 to within 2^-71, which makes k log 2 + L exact and a low part of L
// superfluous. Found by trying 2^22 multiples each.
constexpr int64_t kLogFirst = 0x3FF0000000000000 - 0x6A0000000000 - (int64_t{9} << 48);  // bits of the smallest m
constexpr int64_t kExponentMask = static_cast<int64_t>(0xFFF0000000000000);
constexpr double kMinNormal = 0x1p-1022;
constexpr double kMaxFinite = 0x1.fffffffffffffp+1023;

// c and L for the natural, the binary and the decimal logarithm.
constexpr double kCenterInverseE[16] = {
    0x1.62d915d1f0932p+0, 0x1.541d8a7b5d4bfp+0, 0x1.468eb505978f6p+0, 0x1.3a09f3d9a27f2p+0, 0x1.2e71d7be706adp+0,
    0x1.23ad1b7d82525p+0, 0x1.19a5e7b231d0fp+0, 0x1.104960960f8bbp+0, 0x1.0553b60aafef7p+0, 0x1.0p+0,
    0x1.df756374c1b53p-1, 0x1.c4f2d5f4723a2p-1, 0x1.ad376c7332bf3p-1, 0x1.97d8f2da9af94p-1, 0x1.84815f9260718p-1,
    0x1.72ea2a9a269abp-1};
constexpr double kCenterLogE[16] = {-0x1.4e592d0424p-2, -0x1.22ed144a3cp-2, -0x1.f28a9ccd74p-3, -0x1.a27caaca0ep-3,
                                    -0x1.5571d1e73p-3,  -0x1.0b3232f564p-3, -0x1.8716ef3f14p-4, -0x1.f943d5a95p-5,
                                    -0x1.516dda7ecp-6,  0x0.0p+0,           0x1.0cf907b464p-4,  0x1.f5f2d154fcp-4,
                                    0x1.6931189e16p-3,  0x1.d1c78e4936p-3,  0x1.1aa45ebad9p-2,  0x1.4a16c4590ap-2};
constexpr double kCenterInverse2[16] = {
    0x1.62d918ef8f7p+0,   0x1.541d8f7edd239p+0, 0x1.468eb48b2134ap+0, 0x1.3a09f75ee6e5dp+0, 0x1.2e71d9be5b201p+0,
    0x1.23ad1a200d86ep+0, 0x1.19a5e9491e7d7p+0, 0x1.1049636cadd87p+0, 0x1.0553b6e49c871p+0, 0x1.0p+0,
    0x1.df756608de847p-1, 0x1.c4f2d405a6baep-1, 0x1.ad376d688bc2ep-1, 0x1.97d8f7b72f86bp-1, 0x1.84815c4fd51e2p-1,
    0x1.72ea2c48b88afp-1};
constexpr double kCenterLog2[16] = {-0x1.e25ce6a792p-2, -0x1.a3b7cc47eep-2, -0x1.679f21cc47p-2, -0x1.2ddff2d0c7p-2,
                                    -0x1.ec99ca40eap-3, -0x1.817b7597f6p-3, -0x1.1a1c9c3e8ap-3, -0x1.6c78fafb38p-4,
                                    -0x1.e6cef8f16p-6,  0x0.0p+0,           0x1.840b925b6cp-4,  0x1.6a145a4fc2p-3,
                                    0x1.048b74782ep-2,  0x1.4ffd16d13p-2,   0x1.97c43982eap-2,  0x1.dc37b25bp-2};
constexpr double kCenterInverse10[16] = {
    0x1.62d90f3f5e1bp+0,  0x1.541d8920e17a1p+0, 0x1.468eac45a052dp+0, 0x1.3a09f12351ea6p+0, 0x1.2e71dbf227aaap+0,
    0x1.23ad133b9afeap+0, 0x1.19a5eb883dce5p+0, 0x1.104961422d8f1p+0, 0x1.0553af0d46781p+0, 0x1.0p+0,
    0x1.df755e2e4253p-1,  0x1.c4f2cc37b5b3ap-1, 0x1.ad376d98db932p-1, 0x1.97d8f5b0ef2dbp-1, 0x1.8481526b86888p-1,
    0x1.72ea21d3048p-1};
constexpr double kCenterLog10[16] = {-0x1.2269393b6ep-3, -0x1.f963e919acp-4, -0x1.b106e18488p-4, -0x1.6b7e313cccp-4,
                                     -0x1.28934d2cccp-4, -0x1.d02a659f48p-5, -0x1.53b26412bp-5,  -0x1.b6de2b96dp-6,
                                     -0x1.2514d6752p-7,  0x0.0p+0,           0x1.d34137fa7p-6,   0x1.b3fcf42448p-5,
                                     0x1.39ba24bbf4p-4,  0x1.94921d275cp-4,  0x1.eb001fca6cp-4,  0x1.1eb640c6ecp-3};

constexpr PairTable<16> kCentersE(kCenterInverseE, kCenterLogE);
constexpr PairTable<16> kCenters2(kCenterInverse2, kCenterLog2);
constexpr PairTable<16> kCenters10(kCenterInverse10, kCenterLog10);

// A base b: log_b 2 and log_b e in two parts, log_b 2's first one a multiple of 2^-42 as L is, and the tables.
struct BaseE {
  static constexpr double kOf2Hi = 0x1.62e42fefa38p-1, kOf2Lo = 0x1.ef35793c7673p-45, kOfEHi = 1.0, kOfELo = 0.0;
  static const PairTable<16>& Table() { return kCentersE; }
};
struct Base2 {
  static constexpr double kOf2Hi = 1.0, kOf2Lo = 0.0, kOfEHi = 0x1.71547652b82fep+0, kOfELo = 0x1.777d0ffda0d24p-56;
  static const PairTable<16>& Table() { return kCenters2; }
};
struct Base10 {
  static constexpr double kOf2Hi = 0x1.34413509f8p-2, kOf2Lo = -0x1.80433b83b532ap-44;
  static constexpr double kOfEHi = 0x1.bcb7b1526e50ep-2, kOfELo = 0x1.95355baaafad3p-57;
  static const PairTable<16>& Table() { return kCenters10; }
};

// ---------------------------------------------------------------- reduction

// For normal x > 0: the index of its interval in the low bits of the result, k as a number, and m in [0.7058, 1.4117).
template <class D, class V>
HWY_INLINE hn::Vec<hn::RebindToSigned<D>> SplitLog(D d, V x, V& k, V& m) {
  const hn::RebindToSigned<D> di;
  const auto bits = hn::BitCast(di, x);
  const auto steps = hn::Sub(bits, hn::Set(di, kLogFirst));
  m = hn::BitCast(d, hn::Sub(bits, hn::And(steps, hn::Set(di, kExponentMask))));
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
  k = hn::ConvertTo(d, hn::ShiftRight<52>(steps));
#else  // no arithmetic shift, no conversion: bias to make k positive and use the bits of 2^52 + integer
  const hn::RebindToUnsigned<D> du;
  const auto biased = hn::ShiftRight<52>(hn::BitCast(du, hn::Add(steps, hn::Set(di, int64_t{1100} << 52))));
  k = hn::Sub(hn::BitCast(d, hn::Or(biased, hn::BitCast(du, hn::Set(d, 0x1p52)))), hn::Set(d, 0x1p52 + 1100.0));
#endif
  return hn::BitCast(di, hn::ShiftRight<48>(steps));
}

// c 2^-k, where x = 2^k m.
template <class D, class V>
HWY_INLINE V ScaleToMantissa(D d, V c, V x, V m) {
  const hn::RebindToSigned<D> di;
  const auto shifted_k = hn::Sub(hn::BitCast(di, x), hn::BitCast(di, m));
  return hn::BitCast(d, hn::Sub(hn::BitCast(di, c), shifted_k));
}

// m c - 1, rounded; exactly m - 1 in the interval around 1.
template <class D, class V>
HWY_INLINE V ReduceLog(D d, V m, V c) {
#if HWY_NATIVE_FMA
  return hn::MulSub(m, c, hn::Set(d, 1.0));
#else
  V lo;
  const V p = TwoProd(m, c, lo);
  return hn::Add(hn::Sub(p, hn::Set(d, 1.0)), lo);
#endif
}

// r + r_lo == m c - 1 exactly; r is a multiple of 2^-53. In the interval around 1, r is m - 1 and r_lo 0.
template <class D, class V>
HWY_INLINE V ReduceLog(D d, V m, V c, V& r_lo) {
  return hn::Sub(TwoProd(m, c, r_lo), hn::Set(d, 1.0));
}

// ---------------------------------------------------------------- polynomial

// (log1p r - r) / r^2 for -0.0296 < r < 0.0368: r^2 times it is within 2^-61.1 |r|. Minimax,
// tools/coefficients/remez.py.
template <class D, class V>
HWY_INLINE V LogPolynomial(D d, V r, V r2) {
  const V c01 = hn::MulAdd(hn::Set(d, 0x1.5555555555517p-2), r, hn::Set(d, -0.5));
  const V c23 = hn::MulAdd(hn::Set(d, 0x1.9999999af10a6p-3), r, hn::Set(d, -0x1.00000000027bep-2));
  const V c45 = hn::MulAdd(hn::Set(d, 0x1.249236f9fde54p-3), r, hn::Set(d, -0x1.555554e6d69e0p-3));
  const V c67 = hn::MulAdd(hn::Set(d, 0x1.c7e16b7172a19p-4), r, hn::Set(d, -0x1.0002dcec270bcp-3));
  const V c678 = hn::MulAdd(hn::Set(d, -0x1.8e16e10953577p-4), r2, c67);
  const V r4 = hn::Mul(r2, r2);
  return hn::MulAdd(hn::MulAdd(c678, r2, c45), r4, hn::MulAdd(c23, r2, c01));
}

// ---------------------------------------------------------------- reconstruction

// k log_b 2 + L + log_b(1 + r)
template <class Base, class D, class V>
HWY_INLINE V FinishLog(D d, V k, V center, V r) {
  V lo;
  const V r2 = hn::Mul(r, r);
  const V tail = LogPolynomial(d, r, r2);
  if constexpr (Base::kOfEHi == 1.0) {
    const V base = hn::MulAdd(k, hn::Set(d, Base::kOf2Hi), center);  // exact, and at least |r| or else zero
    const V hi = FastTwoSum(base, r, lo);
    return hn::Add(hi, hn::MulAdd(tail, r2, hn::MulAdd(k, hn::Set(d, Base::kOf2Lo), lo)));
  } else {
    const V e_hi = hn::Set(d, Base::kOfEHi);
    V base = hn::Add(k, center);
    if constexpr (Base::kOf2Lo != 0.0) base = hn::MulAdd(k, hn::Set(d, Base::kOf2Hi), center);
    const V hi = MulAddDD(r, e_hi, base, lo);
    lo = hn::MulAdd(r, hn::Set(d, Base::kOfELo), lo);
    if constexpr (Base::kOf2Lo != 0.0) lo = hn::MulAdd(k, hn::Set(d, Base::kOf2Lo), lo);
    return hn::Add(hi, hn::MulAdd(tail, hn::Mul(r2, e_hi), lo));
  }
}

// The same for the natural logarithm of 1 + r + r_lo; rounding: what the last sum has lost.
template <class D, class V>
HWY_INLINE V FinishLog1p(D d, V k, V center, V r, V r_lo, V& rounding) {
  const V base = hn::MulAdd(k, hn::Set(d, BaseE::kOf2Hi), center);
  V lo;
  const V hi = FastTwoSum(base, r, lo);
  const V r2 = hn::Mul(r, r);
  const V low = hn::Add(hn::MulAdd(k, hn::Set(d, BaseE::kOf2Lo), lo), r_lo);
  return FastTwoSum(hi, hn::MulAdd(LogPolynomial(d, r, r2), r2, low), rounding);
}

// log_b x + extra_k log_b 2 for normal positive x.
template <class Base, class D, class V>
HWY_INLINE V LogNormal(D d, V x, V extra_k) {
  V k, m, c, center;
  const auto index = SplitLog(d, x, k, m);
  LookupPair(d, Base::Table(), index, c, center);
  return FinishLog<Base>(d, hn::Add(k, extra_k), center, ReduceLog(d, m, c));
}

// (log1p r - r + r^2/2) / r^3 for -0.0296 < r < 0.0368: r^3 times it is within 2^-67.3 |r|. Minimax,
// tools/coefficients/remez.py.
template <class D, class V>
HWY_INLINE V LongLogPolynomial(D d, V r, V r2) {
  const V c01 = hn::MulAdd(hn::Set(d, -0x1.fffffffffff26p-3), r, hn::Set(d, 0x1.5555555555553p-2));
  const V c23 = hn::MulAdd(hn::Set(d, -0x1.5555555712737p-3), r, hn::Set(d, 0x1.99999999a6a49p-3));
  const V c45 = hn::MulAdd(hn::Set(d, -0x1.ffffd7f263ef2p-4), r, hn::Set(d, 0x1.24924875d1938p-3));
  const V c67 = hn::MulAdd(hn::Set(d, -0x1.9a5cdd2751e5ep-4), r, hn::Set(d, 0x1.c7237b04e9be3p-4));
  const V c678 = hn::MulAdd(hn::Set(d, 0x1.6841afeb993bfp-4), r2, c67);
  const V r4 = hn::Mul(r2, r2);
  return hn::MulAdd(hn::MulAdd(c678, r2, c45), r4, hn::MulAdd(c23, r2, c01));
}

// log(x + x_lo) + extra_k log 2 for normal positive x and |x_lo| <= ulp(x), as hi + lo with a relative error near 2^-64
// of the result or 2^-69 of the largest of its parts.
template <bool kHasLow, class D, class V>
HWY_INLINE V LongLog(D d, V x, V x_lo, V extra_k, V& lo) {
  V k, m, c, center, r_lo, e1, e2, half_lo;
  const auto index = SplitLog(d, x, k, m);
  k = hn::Add(k, extra_k);
  LookupPair(d, BaseE::Table(), index, c, center);
  const V r = ReduceLog(d, m, c, r_lo);
  if constexpr (kHasLow) r_lo = hn::MulAdd(x_lo, ScaleToMantissa(d, c, x, m), r_lo);
  const V base = hn::MulAdd(k, hn::Set(d, BaseE::kOf2Hi), center);
  const V s1 = FastTwoSum(base, r, e1);
  const V half = TwoProd(hn::Mul(r, hn::Set(d, -0.5)), r, half_lo);
  const V s2 = FastTwoSum(s1, half, e2);
  const V r2 = hn::Mul(r, r);
  V low = hn::MulAdd(r_lo, hn::Sub(r2, r), r_lo);  // r_lo / (1 + r) to third order
  low = hn::Add(low, hn::Add(hn::Add(e1, e2), hn::MulAdd(k, hn::Set(d, BaseE::kOf2Lo), half_lo)));
  low = hn::MulAdd(hn::Mul(r, r2), LongLogPolynomial(d, r, r2), low);
  return FastTwoSum(s2, low, lo);
}

// log(1 + y + y_lo), and what its last sum has lost, for y >= -1 + 2^-53 below 2^1000, |y_lo| <= ulp(y).
template <class D, class V>
HWY_INLINE V Log1pDD(D d, V y, V y_lo, V& rounding) {
  V k, m, c, center, u_lo;
  const V u = TwoSum(hn::Set(d, 1.0), y, u_lo);
  const auto index = SplitLog(d, u, k, m);
  LookupPair(d, BaseE::Table(), index, c, center);
  const V scale = ScaleToMantissa(d, c, u, m);
  V r_lo;
  const V exact = ReduceLog(d, m, c, r_lo);
  const V r = FastTwoSum(exact, hn::MulAdd(u_lo, scale, r_lo), r_lo);  // y itself in the interval around 1
  return FinishLog1p(d, k, center, r, hn::MulAdd(y_lo, scale, r_lo), rounding);
}

template <class D, class V>
HWY_INLINE V Log1pDD(D d, V y, V y_lo) {
  V rounding;
  return Log1pDD(d, y, y_lo, rounding);
}

// ---------------------------------------------------------------- functions

template <class Base, class D, class V>
HWY_NOINLINE V LogSpecial(D d, V x) {
  const auto small = hn::Lt(x, hn::Set(d, kMinNormal));
  const V scaled = hn::IfThenElse(small, hn::Mul(x, hn::Set(d, 0x1p54)), x);
  V y = LogNormal<Base>(d, scaled, hn::IfThenElseZero(small, hn::Set(d, -54.0)));
  const V infinity = hn::Inf(d);
  y = hn::IfThenElse(hn::Eq(x, infinity), x, y);
  y = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), hn::Neg(infinity), y);
  y = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::NaN(d), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

template <class Base, class D, class V>
HWY_INLINE V LogBase(D d, V x) {
  const V y = LogNormal<Base>(d, x, hn::Zero(d));
  const auto normal = hn::And(hn::Ge(x, hn::Set(d, kMinNormal)), hn::Le(x, hn::Set(d, kMaxFinite)));
  if (HWY_UNLIKELY(!hn::AllTrue(d, normal))) return LogSpecial<Base>(d, x);
  return y;
}

// Natural logarithm of every x; -inf for zeros, NaN below, subnormal x by a path of its own.
//
// Error: below 0.76 ulp, 10 M points: random bits, next to 1, subnormal, uniform, next to the borders of the intervals;
// against MPFR. Lost: centres at the borders between powers of two, or an interval around 1 of half this width above it
// (1.1 ulp next to it, unless r is carried in two parts: 3 of 30 operations); 8 intervals and two more degrees; a low
// part of L as a third table.
template <class D, class V>
HWY_INLINE V Log(D d, V x) {
  return LogBase<BaseE>(d, x);
}

// Binary logarithm, as Log; exact for powers of two. Error: below 0.88 ulp, 10 M points as for Log.
template <class D, class V>
HWY_INLINE V Log2(D d, V x) {
  return LogBase<Base2>(d, x);
}

// Decimal logarithm, as Log. Error: below 0.86 ulp, 10 M points as for Log.
template <class D, class V>
HWY_INLINE V Log10(D d, V x) {
  return LogBase<Base10>(d, x);
}

template <class D, class V>
HWY_NOINLINE V Log1pSpecial(D d, V x, V y) {
  const V minus_one = hn::Set(d, -1.0);
  y = hn::IfThenElse(hn::Ge(x, hn::Set(d, 0x1p1000)), LogSpecial<BaseE>(d, x), y);
  y = hn::IfThenElse(hn::Eq(x, minus_one), hn::Neg(hn::Inf(d)), y);
  y = hn::IfThenElse(hn::Lt(x, minus_one), hn::NaN(d), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// log(1 + x) for every x; x for zeros and tiny x, -inf for -1, NaN below.
//
// Error: below 0.54 ulp, 9 M points as for Log and with |x| from 2^-70 on. 1 + x and r are carried in two parts.
template <class D, class V>
HWY_INLINE V Log1p(D d, V x) {
  const V y = hn::CopySign(Log1pDD(d, x, hn::Zero(d)), x);
  const auto normal = hn::And(hn::Gt(x, hn::Set(d, -1.0)), hn::Lt(x, hn::Set(d, 0x1p1000)));
  if (HWY_UNLIKELY(!hn::AllTrue(d, normal))) return Log1pSpecial(d, x, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V AsinhSpecial(D d, V x, V y) {
  const V a = hn::Abs(x);
  const V large = hn::CopySign(LogNormal<BaseE>(d, a, hn::Set(d, 1.0)), x);  // log 2a
  y = hn::IfThenElse(hn::Ge(a, hn::Set(d, 0x1p500)), large, y);
  return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Eq(a, hn::Inf(d))), x, y);
}

// Inverse hyperbolic sine of every x; x for zeros and infinities.
//
// Error: below 1.00 ulp, 10 M points: random bits, uniform, |x| from 2^-70 to 2^60; against MPFR.
// log1p(|x| + x^2 / (1 + sqrt(x^2 + 1))) with the sum in two parts; log 2|x| from 2^500 on.
template <class D, class V>
HWY_INLINE V Asinh(D d, V x) {
  const V one = hn::Set(d, 1.0);
  const V a = hn::Abs(x);
  const V a2 = hn::Mul(a, a);
  V lo;
  const V sum = FastTwoSum(a, hn::Div(a2, hn::Add(one, hn::Sqrt(hn::Add(a2, one)))), lo);
  const V y = hn::CopySign(Log1pDD(d, sum, lo), x);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(a, hn::Set(d, 0x1p500))))) return AsinhSpecial(d, x, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V AcoshSpecial(D d, V x, V y) {
  const V large = LogNormal<BaseE>(d, x, hn::Set(d, 1.0));
  y = hn::IfThenElse(hn::Ge(x, hn::Set(d, 0x1p500)), large, y);
  y = hn::IfThenElse(hn::Lt(x, hn::Set(d, 1.0)), hn::NaN(d), y);
  return hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::Eq(x, hn::Inf(d))), x, y);
}

// Inverse hyperbolic cosine; NaN below 1.
//
// Error: below 0.90 ulp, 10 M points: x - 1 from 2^-70 on, uniform, random bits; against MPFR.
// log1p(t + sqrt(t^2 + 2 t)), t = x - 1, with the root corrected and the sum in two parts (1.85 ulp without the
// correction).
template <class D, class V>
HWY_INLINE V Acosh(D d, V x) {
  const V one = hn::Set(d, 1.0);
  const V t = hn::Sub(x, one);
  V lo;
  const V square = hn::MulAdd(t, t, hn::Add(t, t));
  const V root = hn::Sqrt(square);
  const V twice = hn::MulAdd(root, hn::Set(d, 2.0), hn::Set(d, kMinNormal));  // not 0 for x = 1
  const V root_lo = hn::Div(Remainder(root, root, square), twice);
  const V sum = TwoSum(root, t, lo);
  lo = hn::Add(lo, root_lo);
  const V y = Log1pDD(d, sum, lo);
  const auto normal = hn::And(hn::Ge(x, one), hn::Lt(x, hn::Set(d, 0x1p500)));
  if (HWY_UNLIKELY(!hn::AllTrue(d, normal))) return AcoshSpecial(d, x, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V AtanhSpecial(D d, V x, V y) {
  const V a = hn::Abs(x);
  const V one = hn::Set(d, 1.0);
  y = hn::IfThenElse(hn::Eq(a, one), hn::CopySign(hn::Inf(d), x), y);
  y = hn::IfThenElse(hn::Gt(a, one), hn::NaN(d), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// Inverse hyperbolic tangent; +-inf for +-1, NaN beyond.
//
// Error: below 0.59 ulp, 10 M points: |x| from 2^-70 on, 1 - |x| from 2^-53 on, uniform; against MPFR.
// log1p(2 |x| / (1 - |x|)) / 2 with the quotient in two parts.
template <class D, class V>
HWY_INLINE V Atanh(D d, V x) {
  const V one = hn::Set(d, 1.0);
  const V a = hn::Abs(x);
  const V top = hn::Add(a, a);
  V den_lo;
  const V den = FastTwoSum(one, hn::Neg(a), den_lo);
  const V inverse = hn::Div(one, den);
  const V ratio = hn::Mul(top, inverse);
  const V ratio_lo = hn::Mul(hn::NegMulAdd(ratio, den_lo, Remainder(ratio, den, top)), inverse);
  const V y = hn::CopySign(hn::Mul(hn::Set(d, 0.5), Log1pDD(d, ratio, ratio_lo)), x);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(a, one)))) return AtanhSpecial(d, x, y);
  return y;
}

constexpr double kLogaddexpTiny = 0x1p-12;
constexpr double kLogaddexpFar = -700.0;  // the smaller one counts only where the larger one is tiny itself

template <class D, class V>
HWY_NOINLINE V LogaddexpSpecial(D d, V a, V b, V y) {
  const V infinity = hn::Inf(d);
  const V high = hn::Max(a, b);
  const V distance = hn::Sub(hn::Min(a, b), high);
  const auto far = hn::Le(distance, hn::Set(d, kLogaddexpFar));
  y = hn::IfThenElse(far, hn::Add(high, ExpScaled(d, distance, hn::Zero(d), 0)), y);  // log(1 + e) is e
  y = hn::IfThenElse(hn::Or(hn::Eq(a, infinity), hn::Eq(b, infinity)), infinity, y);
  // log(1) is +0, whichever zero the other one is
  y = hn::IfThenElse(hn::Eq(a, hn::Neg(infinity)), hn::Add(b, hn::Zero(d)), y);
  y = hn::IfThenElse(hn::Eq(b, hn::Neg(infinity)), hn::Add(a, hn::Zero(d)), y);
  return hn::IfThenElse(hn::Or(hn::IsNaN(a), hn::IsNaN(b)), hn::Add(a, b), y);
}

// Lanes where e^a + e^b is so near 1 that double-double is not enough: one by one, in the scalar functor's wider pairs.
template <class D, class V>
HWY_NOINLINE V LogaddexpTiny(D d, V a, V b, V y) {
  HWY_ALIGN double a_lanes[HWY_MAX_BYTES / sizeof(double)], b_lanes[HWY_MAX_BYTES / sizeof(double)],
      y_lanes[HWY_MAX_BYTES / sizeof(double)];
  hn::Store(a, d, a_lanes);
  hn::Store(b, d, b_lanes);
  hn::Store(y, d, y_lanes);
  for (size_t i = 0; i < hn::Lanes(d); i++) {
    if (std::fabs(y_lanes[i]) < kLogaddexpTiny) y_lanes[i] = ops::LogAddExp()(a_lanes[i], b_lanes[i]);
  }
  return hn::Load(d, y_lanes);
}

// The sum of high = max(a, b) and log(1 + e^(low - high)) where they cancel, to 2^-64: exponential, logarithm and sum
// in double-double.
template <class D, class V>
HWY_NOINLINE V LogaddexpNearZero(D d, V high, V low) {
  const hn::RebindToSigned<D> di;
  const V one = hn::Set(d, 1.0);
  V distance_lo, z, r_lo, rest, half_lo, e1, e2, product_lo, u_lo, log_lo, sum_lo;
  const V distance = TwoSum(low, hn::Neg(high), distance_lo);
  const V r = ReduceExpDD(d, distance, z, r_lo);
  r_lo = hn::Add(r_lo, distance_lo);
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  // (1 + rest) e^r - 1 = p + p_lo
  const V r2 = hn::Mul(r, r);
  const V half = TwoProd(hn::Mul(r, hn::Set(d, 0.5)), r, half_lo);
  const V p = FastTwoSum(r, half, e1);
  V p_lo = hn::Add(hn::Add(e1, half_lo), hn::Add(hn::MulAdd(r_lo, r, r_lo), hn::MulAdd(rest, p, rest)));
  p_lo = hn::MulAdd(hn::Mul(r, r2), Expm1CubicPolynomial(d, r, r2), p_lo);
  // s + s p + s p_lo = e + e_lo
  const V product = TwoProd(s, p, product_lo);
  V e_lo;
  const V e_hi = FastTwoSum(s, product, e2);
  const V e = FastTwoSum(e_hi, hn::MulAdd(s, p_lo, hn::Add(e2, product_lo)), e_lo);
  const V u = FastTwoSum(one, e, u_lo);
  V log_hi = LongLog<true>(d, u, hn::Add(u_lo, e_lo), hn::Zero(d), log_lo);
  // A small e has bits below u_lo: e - e^2 / 2 + e^3 / 3.
  const auto tiny = hn::Lt(e, hn::Set(d, 0x1p-22));
  const V tail = hn::MulAdd(e, hn::Set(d, 1.0 / 3.0), hn::Set(d, -0.5));
  log_hi = hn::IfThenElse(tiny, e, log_hi);
  log_lo = hn::IfThenElse(tiny, hn::MulAdd(hn::Mul(e, e), tail, e_lo), log_lo);
  const V sum = TwoSum(high, log_hi, sum_lo);
  const V y = hn::Add(sum, hn::Add(sum_lo, log_lo));
  if (hn::AllFalse(d, hn::Lt(hn::Abs(y), hn::Set(d, kLogaddexpTiny)))) return y;
  return LogaddexpTiny(d, high, low, y);
}

// log(e^a + e^b) for every a and b; inf if one of them is, the other one if one is -inf.
//
// Error: below 0.82 ulp, below 0.56 where nothing cancels; 0.3 M points: random bits, uniform, both in [-2, 0], where
// the result crosses 0, and 40 000 next to that; against MPFR.
template <class D, class V>
HWY_INLINE V Logaddexp(D d, V a, V b) {
  const hn::RebindToSigned<D> di;
  V z, k, rest, x_lo, y_lo;
  const V high = hn::Max(a, b);
  const V low = hn::Min(a, b);
  const V distance = TwoSum(low, hn::Neg(high), x_lo);
  const auto near = hn::Lt(hn::Set(d, kLogaddexpFar), distance);
  const V r = hn::Add(ReduceExp(d, hn::IfThenElseZero(near, distance), z, k), hn::IfThenElseZero(near, x_lo));
  const V s = hn::IfThenElseZero(near, TableExp(d, hn::BitCast(di, z), rest));
  const V e = FastTwoSum(s, hn::Mul(s, hn::MulAdd(r, ExpPolynomial(d, r), rest)), y_lo);
  V rounding, sum_lo;
  const V sum = TwoSum(high, Log1pDD(d, e, y_lo, rounding), sum_lo);
  V y = hn::Add(sum, hn::Add(sum_lo, rounding));
  // Only for high in (-2 log 2, 0), where nothing overflows.
  const auto cancelled = hn::Lt(hn::Abs(y), hn::Mul(hn::Set(d, -0.5), high));
  if (HWY_UNLIKELY(!hn::AllFalse(d, cancelled))) y = hn::IfThenElse(cancelled, LogaddexpNearZero(d, high, low), y);
  const auto finite = hn::Lt(hn::Add(hn::Abs(a), hn::Abs(b)), hn::Inf(d));
  const auto visible = hn::Or(near, hn::Le(hn::Set(d, 0x1p-900), hn::Abs(high)));
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::And(finite, visible)))) return LogaddexpSpecial(d, a, b, y);
  return y;
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
