// Inverse functions of complex128, backend "cpu": arc sines, cosines and tangents, circular and hyperbolic. What they
// are made of is carried in two parts, so that little more than the last rounding remains.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_complex128_inverse.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f64_atrig-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_special-inl.h"
#include "cpu/math/f64_trig-inl.h"
#include "cpu/math/complex_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

// Both parts of a size whose fourth powers, and squares over the other part with what rounding leaves of them, are
// normal numbers; or 0 where that has its place.
constexpr double kPartLeast = 0x1p-250, kPartMost = 0x1p250;
template <class D, class V>
HWY_INLINE hn::Mask<D> IsMiddling(D d, V part, bool zero_too) {
  const V size = hn::Abs(part);
  const auto inside = hn::And(hn::Ge(size, hn::Set(d, kPartLeast)), hn::Le(size, hn::Set(d, kPartMost)));
  return zero_too ? hn::Or(inside, hn::Eq(size, hn::Zero(d))) : inside;
}

// (ah + al) / (bh + bl) with one division.
template <class D, class V>
HWY_INLINE V DivideDD(D d, V ah, V al, V bh, V bl, V& lo) {
  const V inverse = hn::Div(hn::Set(d, 1.0), bh), q = hn::Mul(ah, inverse);
  const V rest = hn::Add(f64::Remainder(q, bh, ah), hn::NegMulAdd(q, bl, al));
  return f64::FastTwoSum(q, hn::Mul(rest, inverse), lo);
}
// sqrt(x + x_lo), x 0 or at least 2^-960, within 2^-60.
template <class D, class V>
HWY_INLINE V SqrtDD(D d, V x, V x_lo, V& lo) {
  V rest, h;
  const V root = f64::special::SqrtParts(d, x, rest, h);
  return f64::FastTwoSum(root, hn::Mul(hn::Add(rest, x_lo), h), lo);
}

// The arcsine and arccosine of x + iy, y >= 0: with |x| in the first quadrant the two legs of the triangle whose angle
// is the real part, and the size of the imaginary part that both have. After Hull, Fairgrieve and Tang, "Implementing
// the complex arcsine and arccosine functions using exception handling" (1997).
template <class V>
struct InverseSine {
  V x, root, root_lo, size;
};
template <class D, class V>
HWY_INLINE InverseSine<V> InverseSineOf(D d, V x, V y) {
  const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5), zero = hn::Zero(d);
  V up_lo, down_lo, y2_lo, up2_lo, down2_lo, e, f;
  const V up = f64::TwoSum(x, one, up_lo), difference = f64::TwoSum(x, hn::Neg(one), down_lo);
  const auto inside = hn::Le(x, one);
  const V down = hn::Abs(difference);  // |x - 1|
  down_lo = hn::IfThenElse(inside, hn::Neg(down_lo), down_lo);
  const V y2 = f64::TwoSquare(y, y2_lo), up2 = f64::TwoSquare(up, up2_lo), down2 = f64::TwoSquare(down, down2_lo);
  up2_lo = hn::MulAdd(hn::Add(up, up), up_lo, up2_lo);
  down2_lo = hn::MulAdd(hn::Add(down, down), down_lo, down2_lo);
  const V r2 = f64::TwoSum(up2, y2, e), s2 = f64::TwoSum(down2, y2, f);
  V r_lo, s_lo, from_up_lo, from_down_lo, y2_up_lo, y2_down_lo, a_lo, a_x_lo;
  const V r = SqrtDD(d, r2, hn::Add(e, hn::Add(up2_lo, y2_lo)), r_lo);
  const V s = SqrtDD(d, s2, hn::Add(f, hn::Add(down2_lo, y2_lo)), s_lo);
  // r + (x + 1) and s + |x - 1|; from them r - (x + 1) and s - |x - 1| without cancellation
  const V from_up = f64::AddDD(r, r_lo, up, up_lo, from_up_lo);
  const V from_down = f64::AddDD(s, s_lo, down, down_lo, from_down_lo);
  const V y2_up = DivideDD(d, y2, y2_lo, from_up, from_up_lo, y2_up_lo);
  const auto apart = hn::Gt(from_down, zero);
  V y2_down = DivideDD(d, y2, y2_lo, hn::IfThenElse(apart, from_down, one), from_down_lo, y2_down_lo);
  y2_down = hn::IfThenElseZero(apart, y2_down);
  y2_down_lo = hn::IfThenElseZero(apart, y2_down_lo);
  // a = (r + s) / 2, a + x, a - x, a - 1
  V a = f64::AddDD(r, r_lo, s, s_lo, a_lo);
  a = hn::Mul(a, half);
  a_lo = hn::Mul(a_lo, half);
  const V a_x = f64::AddDD1(a, a_lo, x, a_x_lo);
  V minus_x_lo, minus_1_lo, square_lo, root_lo, product_lo, t_lo, sum_lo;
  const V minus_x = f64::AddDD(y2_up, y2_up_lo, hn::IfThenElse(inside, from_down, y2_down),
                               hn::IfThenElse(inside, from_down_lo, y2_down_lo), minus_x_lo);
  const V minus_1 = f64::AddDD(y2_up, y2_up_lo, hn::IfThenElse(inside, y2_down, from_down),
                               hn::IfThenElse(inside, y2_down_lo, from_down_lo), minus_1_lo);
  const V square = f64::MulDD(a_x, a_x_lo, hn::Mul(minus_x, half), hn::Mul(minus_x_lo, half), square_lo);
  InverseSine<V> result;
  result.x = x;
  result.root = SqrtDD(d, square, square_lo, root_lo);
  result.root_lo = root_lo;
  // log(a + sqrt(a^2 - 1)) = log1p((a - 1) + sqrt((a - 1) (a + 1)))
  V a_1_lo;
  const V less = hn::Mul(minus_1, half), less_lo = hn::Mul(minus_1_lo, half);
  const V a_1 = f64::AddDD1(a, a_lo, one, a_1_lo);
  const V product = f64::MulDD(less, less_lo, a_1, a_1_lo, product_lo);
  const V t = SqrtDD(d, product, product_lo, t_lo);
  const V sum = f64::AddDD(less, less_lo, t, t_lo, sum_lo);
  result.size = f64::Log1pDD(d, sum, sum_lo);
  return result;
}
// What root_lo adds to the angle of x + i root, x >= 0; of -x + i root it takes that away.
template <class V>
HWY_INLINE V Turn(const InverseSine<V>& f) {
  return hn::Div(hn::Mul(f.x, f.root_lo), hn::MulAdd(f.x, f.x, hn::Mul(f.root, f.root)));
}
template <class D, class V>
HWY_INLINE V AsinOf(D d, const InverseSine<V>& f) {
  return hn::Sub(f64::Atan2(d, f.x, f.root), Turn(f));
}
template <class D, class V>
HWY_INLINE V AcosOf(D d, const InverseSine<V>& f, V x) {
  return hn::Add(f64::Atan2(d, f.root, x), hn::Xor(Turn(f), hn::And(x, hn::SignBit(d))));
}
template <class D, class V>
HWY_INLINE hn::Mask<D> IsMiddlingPair(D d, Parts<V> z) {
  return hn::And(IsMiddling(d, z.re, true), IsMiddling(d, z.im, true));
}
struct AsinParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {hn::CopySign(AsinOf(d, f), z.re), hn::CopySign(f.size, z.im)};
    return Checked<double, AsinScalar>(d, z, fast, IsMiddlingPair(d, z));
  }
};
struct AsinhParts {  // asinh z = -i asin iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.im), hn::Abs(z.re));
    const Parts<V> fast = {hn::CopySign(f.size, z.re), hn::CopySign(AsinOf(d, f), z.im)};
    return Checked<double, AsinhScalar>(d, z, fast, IsMiddlingPair(d, z));
  }
};
struct AcosParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {AcosOf(d, f, z.re), hn::CopySign(f.size, hn::Neg(z.im))};
    return Checked<double, AcosScalar>(d, z, fast, IsMiddlingPair(d, z));
  }
};
struct AcoshParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {hn::Abs(f.size), hn::CopySign(AcosOf(d, f, z.re), z.im)};
    return Checked<double, AcoshScalar>(d, z, fast, IsMiddlingPair(d, z));
  }
};

// log1p(4|x| / ((1 - |x|)^2 + y^2)) / 4, and half of the angle of (1 - |x|) (1 + |x|) - y^2 + 2iy.
template <class D, class V>
HWY_INLINE Parts<V> AtanhFormula(D d, V x, V y) {
  const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5), a = hn::Abs(x), twice = hn::Add(y, y);
  V up_lo, down_lo, down2_lo, y2_lo, e, ratio_lo, product_lo, along_lo;
  const V up = f64::TwoSum(one, a, up_lo), down = f64::TwoSum(one, hn::Neg(a), down_lo);
  const V y2 = f64::TwoSquare(y, y2_lo), down2 = f64::TwoSquare(down, down2_lo);
  const V divisor = f64::TwoSum(down2, y2, e);
  const V divisor_lo = hn::Add(e, hn::Add(y2_lo, hn::MulAdd(hn::Add(down, down), down_lo, down2_lo)));
  const V ratio = DivideDD(d, hn::Mul(hn::Set(d, 4.0), a), hn::Zero(d), divisor, divisor_lo, ratio_lo);
  const V product = f64::MulDD(down, down_lo, up, up_lo, product_lo);
  const V along = f64::AddDD(product, product_lo, hn::Neg(y2), hn::Neg(y2_lo), along_lo);
  const V turn = hn::Div(hn::Mul(twice, along_lo), hn::MulAdd(along, along, hn::Mul(twice, twice)));
  const V angle = hn::Sub(f64::Atan2(d, twice, along), turn);
  return {hn::CopySign(hn::Mul(hn::Set(d, 0.25), f64::Log1pDD(d, ratio, ratio_lo)), x), hn::Mul(half, angle)};
}
template <class D, class V>
HWY_INLINE hn::Mask<D> IsMiddlingOffAxes(D d, Parts<V> z) {
  return hn::And(IsMiddling(d, z.re, false), IsMiddling(d, z.im, false));
}
struct AtanhParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return Checked<double, AtanhScalar>(d, z, AtanhFormula(d, z.re, z.im), IsMiddlingOffAxes(d, z));
  }
};
struct AtanParts {  // atan z = -i atanh iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const Parts<V> t = AtanhFormula(d, z.im, z.re);
    return Checked<double, AtanScalar>(d, z, Parts<V>{t.im, t.re}, IsMiddlingOffAxes(d, z));
  }
};

}  // namespace

void FillMathComplex128Inverse(cpu::ElementwiseTables* t) {
  const auto unary = [&](int32_t op, UnaryFn fn) { t->unary.fn[op][kC128] = fn; };
  unary(kUnary_asin, MapParts<AsinParts, double, double, 2>::Run);
  unary(kUnary_acos, MapParts<AcosParts, double, double, 2>::Run);
  unary(kUnary_atan, MapParts<AtanParts, double, double, 2>::Run);
  unary(kUnary_asinh, MapParts<AsinhParts, double, double, 2>::Run);
  unary(kUnary_acosh, MapParts<AcoshParts, double, double, 2>::Run);
  unary(kUnary_atanh, MapParts<AtanhParts, double, double, 2>::Run);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathComplex128Inverse)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
