// log |z| of complex vectors of moderate size, for the logarithms and powers.

#if defined(NUMRS_CPU_MATH_COMPLEX_LOG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_COMPLEX_LOG_INL_H_
#undef NUMRS_CPU_MATH_COMPLEX_LOG_INL_H_
#else
#define NUMRS_CPU_MATH_COMPLEX_LOG_INL_H_
#endif

#include "cpu/complex-inl.h"

#include "f64_log-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// Half of log1p(|z|^2 - 1) with the difference in two parts, which cancels where |z| is near 1 without harm; below 1/4
// half of log |z|^2. F is the type of a part: squares of float are exact in float64. Error: at most 0.6 ULP found.
// Domain: IsModeratePair (complex_parts-inl.h); anything elsewhere.
template <typename F, class D, class V>
HWY_INLINE V LogOfLength(D d, Parts<V> z) {
  const V x = hn::Abs(z.re), y = hn::Abs(z.im), half = hn::Set(d, 0.5), minus_one = hn::Set(d, -1.0);
  const V larger = hn::Max(x, y), smaller = hn::Min(x, y);
  V log;
  if constexpr (sizeof(F) == sizeof(float)) {  // squares and the first sum are exact where it matters
    const V high = hn::Mul(larger, larger), low = hn::Mul(smaller, smaller), sum = hn::Add(high, low);
    const auto is_small = hn::Lt(sum, hn::Set(d, 0.25));
    log = f64::Log1p(d, hn::IfThenElseZero(hn::Not(is_small), hn::Add(hn::Add(high, minus_one), low)));
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_small)))
      log = hn::IfThenElse(is_small, f64::Log(d, hn::IfThenElse(is_small, sum, hn::Set(d, 1.0))), log);
  } else {
    V high_lo, low_lo, e1, e2, e3, rest;
    const V high = f64::TwoSquare(larger, high_lo), low = f64::TwoSquare(smaller, low_lo);
    const auto is_small = hn::Lt(hn::Add(high, low), hn::Set(d, 0.25));
    // high - 1, + low, + high_lo, with the errors of all three sums
    const V s1 = f64::TwoSum(high, minus_one, e1);
    const V s2 = f64::TwoSum(s1, low, e2);
    const V s3 = f64::TwoSum(s2, high_lo, e3);
    const V excess = f64::TwoSum(s3, hn::Add(hn::Add(e1, e2), hn::Add(e3, low_lo)), rest);
    log = f64::Log1pDD(d, hn::IfThenElseZero(hn::Not(is_small), excess), hn::IfThenElseZero(hn::Not(is_small), rest));
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_small))) {
      V sum_lo, log_lo;
      const V sum = f64::FastTwoSum(high, low, sum_lo);
      sum_lo = hn::Add(sum_lo, hn::Add(high_lo, low_lo));
      V normal = hn::IfThenElse(is_small, sum, hn::Set(d, 1.0));
      sum_lo = hn::IfThenElseZero(is_small, sum_lo);
      const V small_log = f64::LongLog<true>(d, normal, sum_lo, hn::Zero(d), log_lo);
      log = hn::IfThenElse(is_small, small_log, log);
    }
  }
  return hn::Mul(half, log);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
