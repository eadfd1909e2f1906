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

// log x + extra_k log 2 for normal positive x as hi + lo, with a relative error near 2^-64.
template <class D, class V>
HWY_INLINE V LongLog(D d, V x, V extra_k, V& lo) {
  const V one = hn::Set(d, 1.0);
  V k, m, r_lo, e1, e2, half_lo;
  const auto index = SplitLog(d, x, k, m);
  k = hn::Add(k, extra_k);
  const V r = hn::Sub(TwoProd(m, Lookup16(d, BaseE::Inverse(), index), r_lo), one);  // r + r_lo is exact
  const V base = hn::MulAdd(k, hn::Set(d, BaseE::kOf2Hi), Lookup16(d, BaseE::Log(), index));
  const V s1 = FastTwoSum(base, r, e1);
  const V half = TwoProd(hn::Mul(r, hn::Set(d, -0.5)), r, half_lo);
  const V s2 = FastTwoSum(s1, half, e2);
  const V r2 = hn::Mul(r, r);
  // r_lo / (1 + r) to third order
  V low = hn::MulAdd(r_lo, hn::Sub(r2, r), r_lo);
  low = hn::Add(low, hn::Add(hn::Add(e1, e2), hn::MulAdd(k, hn::Set(d, BaseE::kOf2Lo), half_lo)));
  low = hn::MulAdd(hn::Mul(r, r2), LongLogPolynomial(d, r, r2), low);
  return FastTwoSum(s2, low, lo);
}

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
  const V log_hi = LongLog(d, scaled, hn::IfThenElseZero(small, hn::Set(d, -54.0)), log_lo);
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

template <class D, class V>
HWY_INLINE V Pow(D d, V x, V y) {
  const hn::RebindToSigned<D> di;
  V log_lo, lo, z, rest;
  const V log_hi = LongLog(d, x, hn::Zero(d), log_lo);
  const V hi = LogTimes(log_hi, log_lo, y, lo);
  const V r = hn::Add(ReduceExp(d, hi, z), lo);
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  const V p = hn::MulAdd(s, ExpTail(d, r, rest), s);
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
