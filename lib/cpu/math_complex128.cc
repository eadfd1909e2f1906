// Mathematical functions of complex128, backend "cpu", that need more than float64 on the way: logarithms to other
// bases, 2^z, tangents. Inverse ones, expm1 and pow have files of their own. Bounds as in math_complex.cc.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_complex128.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_trig-inl.h"
#include "cpu/math/f64_atrig-inl.h"
#include "cpu/math/complex_log-inl.h"
#include "cpu/math/complex_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

// log z by a factor: 1.6, 2.1 for the angle. Where there is no imaginary part the real logarithm, whose powers of the
// base are exact.
template <class Scalar, class D, class V, class RealLog>
HWY_INLINE Parts<V> LogTimes(D d, Parts<V> z, double of_e, const RealLog& real_log) {
  const V factor = hn::Set(d, of_e);
  const auto regular = IsModeratePair(d, z), real = hn::And(regular, hn::Eq(z.im, hn::Zero(d)));
  V size = hn::Mul(LogOfLength<double>(d, z), factor);
  if (HWY_UNLIKELY(!hn::AllFalse(d, real))) {
    const V x = hn::IfThenElse(real, hn::Abs(z.re), hn::Set(d, 1.0));
    size = hn::IfThenElse(real, real_log(x), size);
  }
  const Parts<V> fast = {size, hn::Mul(f64::Atan2(d, z.im, z.re), factor)};
  return Checked<double, Scalar>(d, z, fast, regular);
}
struct Log2Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return LogTimes<Log2Scalar>(d, z, static_cast<double>(ops::kLog2OfE),
                                [d](V x) HWY_ATTR { return f64::Log2(d, x); });
  }
};
struct Log10Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return LogTimes<Log10Scalar>(d, z, static_cast<double>(ops::kLog10OfE),
                                 [d](V x) HWY_ATTR { return f64::Log10(d, x); });
  }
};

// |1 + z|^2 - 1 = 2x + x^2 + y^2 in two parts, of parts below 2^400 in size; below -1/2 the square itself. 0.6, 1.1 for
// the angle, whose 1 + x is rounded: 1.6.
struct Log1pParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5), zero = hn::Zero(d);
    V x2_lo, y2_lo, e1, e2, e3, rest, shifted_lo;
    const V x2 = f64::TwoSquare(z.re, x2_lo), y2 = f64::TwoSquare(z.im, y2_lo);
    const V shifted = f64::TwoSum(one, z.re, shifted_lo);
    const V s1 = f64::TwoSum(hn::Add(z.re, z.re), x2, e1);
    const V s2 = f64::TwoSum(s1, y2, e2);
    const V lows = hn::Add(x2_lo, y2_lo);
    const V s3 = f64::TwoSum(s2, hn::Add(e1, e2), e3);
    const V excess = f64::TwoSum(s3, hn::Add(e3, lows), rest);
    const auto is_small = hn::Lt(excess, hn::Set(d, -0.5));
    V log = f64::Log1pDD(d, hn::IfThenElseZero(hn::Not(is_small), excess), hn::IfThenElseZero(hn::Not(is_small), rest));
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_small))) {  // 1 + x is exact here
      V high_lo, sum_lo, e, log_lo;
      const V high = f64::TwoSquare(shifted, high_lo);
      const V sum = f64::TwoSum(high, y2, e);
      sum_lo = hn::Add(e, hn::Add(high_lo, y2_lo));
      const V small =
          f64::LongLog<true>(d, hn::IfThenElse(is_small, sum, one), hn::IfThenElseZero(is_small, sum_lo), zero, log_lo);
      log = hn::IfThenElse(is_small, small, log);
    }
    const Parts<V> fast = {hn::Mul(half, log), f64::Atan2(d, z.im, shifted)};
    // What is left of large parts of opposite sign has too few digits: the scalar function.
    const auto cancels =
        hn::And(hn::Lt(hn::Abs(excess), hn::Mul(hn::Set(d, 0x1p-20), hn::Abs(z.re))), hn::Lt(z.re, zero));
    const auto tiny = hn::Or(IsBelow(d, z.re, 0x1p-400), IsBelow(d, z.im, 0x1p-400));
    const auto least = hn::Lt(excess, hn::Set(d, -1 + 0x1p-40));
    const auto moderate = hn::And(IsBelow(d, z.re, 0x1p400), IsBelow(d, z.im, 0x1p400));
    return Checked<double, Log1pScalar>(d, z, fast, hn::And(moderate, hn::Not(hn::Or(hn::Or(cancels, tiny), least))));
  }
};

// 2^x (cos t + i sin t) with t = y ln 2 in two parts: 0.6 + 0.8 and a rounding.
struct Exp2Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    V sine, cosine;
    SinCosOfLn2(d, z.im, sine, cosine);
    const V size = f64::Exp2(d, z.re);
    const auto zero = hn::Eq(z.im, hn::Zero(d));  // keeps its sign
    const auto fits = hn::Or(zero, hn::And(IsBelow(d, z.im, kTurnLimit), hn::Not(IsBelow(d, z.im, kTurnLeast))));
    const Parts<V> fast = {hn::Mul(size, cosine), hn::IfThenElse(zero, z.im, hn::Mul(size, sine))};
    return Checked<double, Exp2Scalar>(d, z, fast, hn::And(IsBelow(d, z.re, kExpLimit), fits));
  }
};

// tanh(x + iy) = (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y): nothing cancels. Sine and cosine in two parts,
// so that their square and product are rounded once.
template <class D, class V>
HWY_INLINE Parts<V> TanhFormula(D d, V x, V y) {
  V r, r_lo, sin_tail, cos_head, cos_tail, square_lo, product_lo;
  const hn::RebindToUnsigned<D> du;
  const auto n = f64::trig::Reduce(d, y, r, r_lo);
  f64::trig::SinCosParts<true>(d, r, r_lo, sin_tail, cos_head, cos_tail);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  // of the quarter turn: |cos y| and, up to the sign, sin y; their product changes its sign with every quarter
  const V c_head = hn::IfThenElse(odd, r, cos_head), c_tail = hn::IfThenElse(odd, sin_tail, cos_tail);
  const V s_head = hn::IfThenElse(odd, cos_head, r), s_tail = hn::IfThenElse(odd, cos_tail, sin_tail);
  const V c = hn::Sub(c_head, c_tail), c_lo = hn::Sub(hn::Sub(c_head, c), c_tail);
  const V s = hn::Sub(s_head, s_tail), s_lo = hn::Sub(hn::Sub(s_head, s), s_tail);
  const V sinh = f64::Sinh(d, x), cosh = f64::Cosh(d, x);
  const V square = f64::TwoSquare(c, square_lo), product = f64::TwoProd(s, c, product_lo);
  square_lo = hn::MulAdd(hn::Add(c, c), c_lo, square_lo);
  product_lo = hn::Add(product_lo, hn::MulAdd(s, c_lo, hn::Mul(c, s_lo)));
  const V divisor = hn::Add(square, hn::MulAdd(sinh, sinh, square_lo));
  const V turned = hn::Xor(hn::Add(product, product_lo), hn::BitCast(d, hn::ShiftLeft<63>(n)));
  return {hn::Div(hn::Mul(sinh, cosh), divisor), hn::Div(turned, divisor)};
}
constexpr double kTanhLimit = 300;  // whose square of sinh is a number
// An angle whose products have exact errors, and is not a zero with a sign.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsPlain(D d, V angle) {
  return hn::And(IsBelow(d, angle, kLargest), hn::Not(IsBelow(d, angle, 0x1p-480)));
}
struct TanhParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.re, kTanhLimit), IsPlain(d, z.im));
    return Checked<double, TanhScalar>(d, z, TanhFormula(d, z.re, z.im), regular);
  }
};
struct TanParts {  // tan z = -i tanh iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.im, kTanhLimit), IsPlain(d, z.re));
    const Parts<V> t = TanhFormula(d, z.im, z.re);
    return Checked<double, TanScalar>(d, z, Parts<V>{t.im, t.re}, regular);
  }
};

}  // namespace

void FillMathComplex128(cpu::ElementwiseTables* t) {
  const auto unary = [&](int32_t op, UnaryFn fn) { t->unary.fn[op][kC128] = fn; };
  unary(kUnary_log2, MapParts<Log2Parts, double, double, 2>::Run);
  unary(kUnary_log10, MapParts<Log10Parts, double, double, 2>::Run);
  unary(kUnary_log1p, MapParts<Log1pParts, double, double, 2>::Run);
  unary(kUnary_exp2, MapParts<Exp2Parts, double, double, 2>::Run);
  unary(kUnary_tan, MapParts<TanParts, double, double, 2>::Run);
  unary(kUnary_tanh, MapParts<TanhParts, double, double, 2>::Run);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathComplex128)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
