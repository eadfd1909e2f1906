// Arcsine, arccosine, arctangent and the angle of a point (atan2) of float64 vectors.

#if defined(NUMRS_CPU_MATH_F64_ATRIG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_ATRIG_INL_H_
#undef NUMRS_CPU_MATH_F64_ATRIG_INL_H_
#else
#define NUMRS_CPU_MATH_F64_ATRIG_INL_H_
#endif

#include <stddef.h>

#include "hwy/highway.h"
#include "f64_dd-inl.h"
#include "f64_special-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

namespace atrig {

constexpr double kPio2Hi = 0x1.921fb54442d18p+0, kPio2Lo = 0x1.1a62633145c07p-54;
constexpr double kPiHi = 0x1.921fb54442d18p+1, kPiLo = 0x1.1a62633145c07p-53;
constexpr double kPio4Hi = 0x1.921fb54442d18p-1,
                 kPio4Lo = 0x1.1a62633145c07p-55;  // 50 bits: 0 to 4 times kPio4Hi is exact

// (asin x - x) / x^3 in z = x^2 for |x| <= 1/2; relative error of the arcsine 2^-59.9.
constexpr double kAsin[13] = {0x1.5555555555577p-3, 0x1.333333332e133p-4, 0x1.6db6db721243cp-5, 0x1.f1c71a95034fdp-6,
                              0x1.6e8bdede3e0a9p-6, 0x1.1c49f083645a3p-6, 0x1.ca1f89aada62dp-7, 0x1.7585a982bf1dep-7,
                              0x1.613bd53da1a8ap-7, 0x1.e600982a3845fp-9, 0x1.6399024d3e391p-6, -0x1.57f8854de4403p-6,
                              0x1.0b45284da86e1p-5};
// (atan x - x) / x^3 in z = x^2 for |x| <= 1/2; relative error of the arctangent 2^-57.8.
constexpr double kAtan[12] = {-0x1.5555555555516p-2, 0x1.999999999113bp-3, -0x1.249249215da60p-3, 0x1.c71c7090ced86p-4,
                              -0x1.745cf4c853f72p-4, 0x1.3b113d9020c7bp-4, -0x1.10f31d0b2158cp-4, 0x1.dfe95aa132cebp-5,
                              -0x1.a397dfa923dfcp-5, 0x1.56f4425e8f3a5p-5, -0x1.c17ad8ac0bd03p-6, 0x1.4b7cf59c0aa9ap-7};

// asin(sqrt(z)) = s + tail, where s^2 is z but for the head's rounding. For a = |x| < 1/2, s = a; above, z = (1 - a) /
// 2, which is exact, and asin(a) = pi/2 - 2 asin(sqrt(z)).
template <class D, class V, class M>
HWY_INLINE V AsinParts(D d, V a, M is_small, V& tail) {
  const V half = hn::Set(d, 0.5);
  const V complement = hn::NegMulAdd(half, a, half);
  V rest, h;
  const V root = special::SqrtParts(d, complement, rest, h);
  const V z = hn::IfThenElse(is_small, hn::Mul(a, a), complement);
  const V s = hn::IfThenElse(is_small, a, root);
  const V s_lo = hn::IfThenZeroElse(is_small, hn::Mul(rest, h));
  tail = hn::MulAdd(hn::Mul(hn::Add(s, s_lo), z), special::Polynomial(d, z, kAsin), s_lo);
  return s;
}

// k pi/4 + atan(num / (den + den_lo)) for |num / den| <= 1/2, k from 0 to 4. The quotient's remainder and the sum's
// rounding error are carried along, so that little more than the last rounding remains.
template <class D, class V>
HWY_INLINE V AtanCore(D d, V num, V den, V den_lo, V k) {
  const V inverse = hn::Div(hn::Set(d, 1.0), den);
  const V t = hn::Mul(num, inverse);
  const V rest = hn::NegMulAdd(t, den_lo, Remainder(t, den, num));
  const V z = hn::Mul(t, t);
  const V tail = hn::MulAdd(hn::Mul(t, z), special::Polynomial(d, z, kAtan), hn::Mul(rest, inverse));
  V sum_lo;
  const V sum = FastTwoSum(hn::Mul(k, hn::Set(d, kPio4Hi)), t, sum_lo);
  return hn::Add(sum, hn::MulAdd(k, hn::Set(d, kPio4Lo), hn::Add(sum_lo, tail)));
}

}  // namespace atrig

// Arcsine, in radians.
// Domain: [-1, 1]; NaN outside and for NaN; asin(+-0) = +-0.
// Error: at most 0.70 ULP found (0.66 with FMA), against MPFR: 12 M points, namely all bit patterns, uniform,
// logarithmic, and dense next to 1/2 and 1. Algorithm: odd polynomial of degree 27 on [0, 1/2], half angle above, with
// the square root in two parts (special::SqrtParts).
template <class D, class V>
HWY_INLINE V Asin(D d, V x) {
  const V a = hn::Abs(x);
  const auto is_small = hn::Lt(a, hn::Set(d, 0.5));
  V tail;
  const V s = atrig::AsinParts(d, a, is_small, tail);
  // pi/2 - 2 (s + tail)
  const V two = hn::Set(d, 2.0), pio2 = hn::Set(d, atrig::kPio2Hi);
  const V head = hn::NegMulAdd(two, s, pio2);
  const V head_lo = hn::NegMulAdd(two, s, hn::Sub(pio2, head));
  const V large = hn::Add(head, hn::NegMulAdd(two, tail, hn::Add(head_lo, hn::Set(d, atrig::kPio2Lo))));
  const V value = hn::CopySignToAbs(hn::IfThenElse(is_small, hn::Add(s, tail), large), x);
  return hn::IfThenElse(hn::Le(a, hn::Set(d, 1.0)), value, hn::NaN(d));
}

// Arccosine, in radians.
// Domain: [-1, 1]; NaN outside and for NaN; acos(1) = +0.
// Error: at most 0.64 ULP found (0.63 with FMA); points and algorithm as Asin.
template <class D, class V>
HWY_INLINE V Acos(D d, V x) {
  const V a = hn::Abs(x);
  const auto is_small = hn::Lt(a, hn::Set(d, 0.5));
  V tail;
  const V s = atrig::AsinParts(d, a, is_small, tail);
  // a < 1/2: pi/2 - sign (s + tail); x >= 1/2: 0 + 2 (s + tail); x <= -1/2: pi - 2 (s + tail)
  const V sign = hn::And(x, hn::SignBit(d));
  const auto negative = hn::Lt(x, hn::Zero(d));
  const V factor = hn::Xor(hn::IfThenElse(is_small, hn::Set(d, -1.0), hn::Set(d, 2.0)), sign);
  const V base =
      hn::IfThenElse(is_small, hn::Set(d, atrig::kPio2Hi), hn::IfThenElseZero(negative, hn::Set(d, atrig::kPiHi)));
  const V base_lo =
      hn::IfThenElse(is_small, hn::Set(d, atrig::kPio2Lo), hn::IfThenElseZero(negative, hn::Set(d, atrig::kPiLo)));
  const V head = hn::MulAdd(factor, s, base);
  const V head_lo = hn::MulAdd(factor, s, hn::Sub(base, head));
  const V value = hn::Add(head, hn::MulAdd(factor, tail, hn::Add(head_lo, base_lo)));
  return hn::IfThenElse(hn::Le(a, hn::Set(d, 1.0)), value, hn::NaN(d));
}

// Arctangent, in radians.
// Domain: all x; atan(+-inf) = +-pi/2, atan(+-0) = +-0, NaN for NaN.
// Error: at most 0.79 ULP found (0.75 with FMA), against MPFR: 12 M points, namely all bit patterns, uniform,
// logarithmic, and dense next to the ends of the ranges. Algorithm: three ranges of a = |x|: up to 1/2 as it is; up to
// 2 pi/4 + atan((a - 1) / (a + 1)), with an exact difference; beyond, pi/2 - atan(1 / a). Odd polynomial of degree 25.
// Two ranges, [0, 1] and 1 / a, would need twice the degree and exceed 1 ULP.
template <class D, class V>
HWY_INLINE V Atan(D d, V x) {
  const V one = hn::Set(d, 1.0), two = hn::Set(d, 2.0);
  const V a = hn::Abs(x);
  const auto is_middle = hn::Gt(a, hn::Set(d, 0.5));  // or large
  const auto is_large = hn::Gt(a, two);
  const V sum = hn::Add(a, one);
  const V sum_lo = hn::Sub(a, hn::Sub(sum, one));  // exact for a <= 3
  V num = hn::IfThenElse(is_middle, hn::Sub(a, one), a);
  num = hn::IfThenElse(is_large, hn::Set(d, -1.0), num);
  V den = hn::IfThenElse(is_middle, sum, one);
  den = hn::IfThenElse(is_large, hn::Min(a, hn::Set(d, 0x1p60)), den);  // beyond, pi/2 rounded
  const V den_lo = hn::IfThenZeroElse(is_large, hn::IfThenElseZero(is_middle, sum_lo));
  const V k = hn::IfThenElse(is_large, two, hn::IfThenElseZero(is_middle, one));
  return hn::CopySignToAbs(atrig::AtanCore(d, num, den, den_lo, k), x);
}

// Angle of the point (x, y) seen from the x axis, in radians from -pi to pi.
// Domain: all x and y, with the special values of C99's Annex F: y = +-0 gives +-0 for x > 0 and x = +0, +-pi for x < 0
// and x = -0; x = 0 gives +-pi/2; infinities count as points on an axis or on a diagonal; NaN if either is NaN. Error:
// at most 1.06 ULP found (0.99 without FMA), against MPFR: 20 M points, namely all bit patterns, uniform, equal and
// nearby exponents, subnormal operands and quotients, near overflow, next to the limits of scaling and of the ranges.
// Algorithm: Atan's core with min / max or (min - max) / (min + max), both scaled by a power of two where a product
// could leave the range of exponents.
template <class D, class V>
HWY_INLINE V Atan2(D d, V y, V x) {
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0);
  const V ax = hn::Abs(x), ay = hn::Abs(y);
  const auto swap = hn::Gt(ay, ax);
  V low = hn::IfThenElse(swap, ax, ay);
  V high = hn::IfThenElse(swap, ay, ax);
  auto regular = hn::And(hn::Ge(high, hn::Set(d, 0x1p-900)), hn::Le(high, hn::Set(d, 0x1p900)));
#if !HWY_NATIVE_FMA  // the parts of Dekker's product would underflow
  regular = hn::And(regular, hn::Or(hn::Ge(low, hn::Set(d, 0x1p-900)), hn::Eq(low, zero)));
#endif
  const bool all_regular = hn::AllTrue(d, regular);
  if (HWY_UNLIKELY(!all_regular)) {
    const V by_size = hn::IfThenElse(hn::Gt(high, hn::Set(d, 0x1p200)), hn::Set(d, 0x1p-200), hn::Set(d, 0x1p600));
    const V scale = hn::IfThenElse(regular, one, by_size);  // what underflows here has no part in the result
    const V inf = hn::Inf(d);
    const auto infinite = hn::Eq(high, inf);
    // quotient 0, or 1 for two infinities
    const auto trivial = hn::AndNot(hn::IsNaN(low), hn::Or(infinite, hn::Eq(high, zero)));
    low = hn::IfThenElse(trivial, hn::IfThenElseZero(hn::Eq(low, inf), one), hn::Mul(low, scale));
    high = hn::IfThenElse(trivial, one, hn::Mul(high, scale));
  }
  // From the nearer axis, or from the diagonal where low / high is above 1/2; the angle's sign there is in num.
  const auto is_middle = hn::Gt(hn::Add(low, low), high);
  const V sum = hn::Add(high, low);
  const V den = hn::IfThenElse(is_middle, sum, high);
  const V den_lo = hn::IfThenElseZero(is_middle, hn::Sub(low, hn::Sub(sum, high)));
  const V x_sign = hn::And(x, hn::SignBit(d));
  const V num = hn::IfThenElse(is_middle, hn::Sub(low, high), low);
  const V flip = hn::Xor(hn::IfThenElseZero(swap, hn::SignBit(d)), x_sign);
  const V k_right = hn::IfThenElse(is_middle, one, hn::IfThenElseZero(swap, hn::Set(d, 2.0)));
  // (2 xor sign) - 2 is 0 or -4
  const V two = hn::Set(d, 2.0);
  const V k = hn::Abs(hn::Add(k_right, hn::Sub(hn::Xor(two, x_sign), two)));
  const V angle = atrig::AtanCore(d, hn::Xor(num, flip), den, den_lo, k);
  const V result = hn::CopySignToAbs(angle, y);
  return hn::IfThenElse(hn::IsNaN(result), hn::NaN(d), result);  // one NaN, whatever the neighbours are
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
