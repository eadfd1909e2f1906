// Pow of float64 vectors.

#if defined(NUMRS_CPU_MATH_F64_POW_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_POW_INL_H_
#undef NUMRS_CPU_MATH_F64_POW_INL_H_
#else
#define NUMRS_CPU_MATH_F64_POW_INL_H_
#endif

#include "hwy/highway.h"
#include "f64_dd-inl.h"
#include "f64_exp-inl.h"
#include "f64_log-inl.h"
#include "f64_table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

constexpr double kMaxSplit = 0x1p900;  // Dekker's product takes factors below this

// y log x as hi + lo.
template <class V>
HWY_INLINE V LogTimes(V log_hi, V log_lo, V y, V& lo) {
  const V hi = TwoProd(y, log_hi, lo);
  lo = hn::MulAdd(y, log_lo, lo);
  return hi;
}

// Rounds a >= 0 to an integer, as it is from 2^52 on.
template <class D, class V>
HWY_INLINE V RoundBelow2To52(D d, V a) {
  const V magic = hn::Set(d, 0x1p52);
  return hn::IfThenElse(hn::Lt(a, magic), hn::Sub(hn::Add(a, magic), magic), a);
}

template <class D, class V>
HWY_NOINLINE V PowSpecial(D d, V x, V y) {
  const V zero = hn::Zero(d);
  const V one = hn::Set(d, 1.0);
  const V infinity = hn::Inf(d);
  const V ax = hn::Abs(x);
  const V ay = hn::Abs(y);

  const auto small = hn::Lt(ax, hn::Set(d, kMinNormal));
  const V scaled = hn::IfThenElse(small, hn::Mul(ax, hn::Set(d, 0x1p54)), ax);
  V log_lo, lo;
  const V log_hi = LongLog<false>(d, scaled, zero, hn::IfThenElseZero(small, hn::Set(d, -54.0)), log_lo);
#if HWY_NATIVE_FMA
  const V exponent = y;
#else
  const V exponent = hn::Min(hn::Max(y, hn::Set(d, -kMaxSplit)), hn::Set(d, kMaxSplit));  // as good as infinite
#endif
  const V hi = LogTimes(log_hi, log_lo, exponent, lo);
  lo = hn::IfThenElseZero(hn::Lt(hn::Abs(hi), hn::Set(d, 800.0)), lo);
  V p = ExpScaled(d, hi, lo, 0);

  // 0, inf and infinite exponents: |x|^y is 0 or inf; 1 between them.
  const V steep = hn::IfThenElse(hn::Gt(ax, one), y, hn::Neg(y));  // its sign tells
  const V extreme = hn::IfThenElseZero(hn::Gt(steep, zero), infinity);
  const auto at_end = hn::Or(hn::Or(hn::Eq(ax, zero), hn::Eq(ax, infinity)), hn::Eq(ay, infinity));
  p = hn::IfThenElse(at_end, hn::IfThenElse(hn::Eq(ax, one), one, extreme), p);

  // A negative base: the sign of an odd power, NaN for a power that is no integer. From 2^53 on every y is even.
  const V half = hn::Mul(ay, hn::Set(d, 0.5));
  const auto integer = hn::Eq(RoundBelow2To52(d, ay), ay);
  const auto odd = hn::And(integer, hn::Ne(RoundBelow2To52(d, half), half));
  p = hn::IfThenElse(odd, hn::CopySign(p, x), p);
  const auto finite_negative = hn::And(hn::Lt(x, zero), hn::Lt(ax, infinity));
  p = hn::IfThenElse(hn::AndNot(integer, finite_negative), hn::NaN(d), p);

  p = hn::IfThenElse(hn::Or(hn::IsNaN(x), hn::IsNaN(y)), hn::Add(x, y), p);
  return hn::IfThenElse(hn::Or(hn::Eq(y, zero), hn::Eq(x, one)), one, p);
}

// x^y for every x and y, special cases as in C and the Python array API standard; gradual underflow.
//
// Error: below 1.06 ulp (1.40 without FMA), 9 M points: random bits, results over the whole range from bases next to 1,
// from bases in [0.5, 1.5] and from any, results next to overflow and underflow, negative bases; against MPFR. e^(y log
// x), log x and the product in two parts to about 2^-64 (LongLog): an error there counts |y log x| <= 745 times. Most
// of the rest comes from the cubic and higher terms of log1p just above 1, which are plain float64.
template <class D, class V>
HWY_INLINE V Pow(D d, V x, V y) {
  const hn::RebindToSigned<D> di;
  V log_lo, lo, z, k, rest;
  const V log_hi = LongLog<false>(d, x, hn::Zero(d), hn::Zero(d), log_lo);
  const V hi = LogTimes(log_hi, log_lo, y, lo);
  const V r = hn::Add(ReduceExp(d, hi, z, k), lo);
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  const V p = FinishExp(d, s, r, rest);
  const auto normal = hn::And(hn::Ge(x, hn::Set(d, kMinNormal)), hn::Le(x, hn::Set(d, kMaxFinite)));
#if HWY_NATIVE_FMA
  const auto in_range = hn::Lt(hn::Abs(hi), hn::Set(d, 708.0));
#else
  const auto in_range = hn::And(hn::Lt(hn::Abs(hi), hn::Set(d, 708.0)), hn::Lt(hn::Abs(y), hn::Set(d, kMaxSplit)));
#endif
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::And(normal, in_range)))) return PowSpecial(d, x, y);
  return p;
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
