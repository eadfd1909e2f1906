// Mathematical functions of complex64 alone, backend "cpu": computed in float64, whose range and digits make short
// formulas right, and rounded once. Those of complex128 are in math_complex128*.cc.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_complex64.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_special-inl.h"
#include "cpu/math/f64_trig-inl.h"
#include "cpu/math/f64_atrig-inl.h"
#include "cpu/math/complex_log-inl.h"
#include "cpu/math/complex_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using Single = float;

template <class D, class V>
HWY_INLINE hn::Mask<D> IsFinitePair(D d, Parts<V> z) {
  return hn::And(IsBelow(d, z.re, kLargest), IsBelow(d, z.im, kLargest));
}
// Both parts finite and neither 0: the zeros have signs of their own.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsOffAxes(D d, Parts<V> z) {
  return hn::And(IsFinitePair(d, z), hn::Not(hn::Or(hn::Eq(z.re, hn::Zero(d)), hn::Eq(z.im, hn::Zero(d)))));
}

// log z by a factor; log2 and log10.
template <class Scalar, class D, class V>
HWY_INLINE Parts<V> LogTimes(D d, Parts<V> z, double of_e) {
  const V factor = hn::Set(d, of_e);
  const Parts<V> fast = {hn::Mul(LogOfLength<Single>(d, z), factor), hn::Mul(f64::Atan2(d, z.im, z.re), factor)};
  return Checked<Single, Scalar>(d, z, fast, IsModeratePair(d, z));
}
struct Log2Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return LogTimes<Log2Scalar>(d, z, static_cast<double>(ops::kLog2OfE));
  }
};
struct Log10Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return LogTimes<Log10Scalar>(d, z, static_cast<double>(ops::kLog10OfE));
  }
};

// |1 + z|^2 - 1 = 2x + x^2 + y^2, all three exact in float64; their sum with its errors. Below 1/2 the square itself.
struct Log1pParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const V one = hn::Set(d, 1.0), x2 = hn::Mul(z.re, z.re), y2 = hn::Mul(z.im, z.im), shifted = hn::Add(one, z.re);
    V e1, e2;
    const V s1 = f64::TwoSum(hn::Add(z.re, z.re), x2, e1);
    const V s2 = f64::TwoSum(s1, y2, e2);
    const V excess = hn::Add(s2, hn::Add(e1, e2));
    const auto is_small = hn::Lt(excess, hn::Set(d, -0.5));
    V log = f64::Log1p(d, hn::IfThenElseZero(hn::Not(is_small), excess));
    if (HWY_UNLIKELY(!hn::AllFalse(d, is_small))) {
      const V square = hn::Add(hn::Mul(shifted, shifted), y2);
      log = hn::IfThenElse(is_small, f64::Log(d, hn::IfThenElse(is_small, square, one)), log);
    }
    const Parts<V> fast = {hn::Mul(hn::Set(d, 0.5), log), f64::Atan2(d, z.im, shifted)};
    return Checked<Single, Log1pScalar>(d, z, fast, IsOffAxes(d, z));
  }
};

struct Exp2Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    V sine, cosine;
    SinCosOfLn2(d, z.im, sine, cosine);
    const V size = f64::Exp2(d, z.re);
    const auto zero = hn::Eq(z.im, hn::Zero(d));  // keeps its sign
    const auto fits = hn::Or(zero, hn::And(IsBelow(d, z.im, kTurnLimit), hn::Not(IsBelow(d, z.im, kTurnLeast))));
    const Parts<V> fast = {hn::Mul(size, cosine), hn::IfThenElse(zero, z.im, hn::Mul(size, sine))};
    return Checked<Single, Exp2Scalar>(d, z, fast, hn::And(IsBelow(d, z.re, kExpLimit), fits));
  }
};

// (e^x - 1) cos y - 2 sin(y / 2)^2 + i e^x sin y
struct Expm1Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    V s, c;
    SinCos(d, z.im, s, c);
    const V half = f64::Sin(d, hn::Mul(z.im, hn::Set(d, 0.5))), excess = f64::Expm1(d, z.re);
    const V square = hn::Mul(half, half);
    const Parts<V> fast = {hn::Sub(hn::Mul(excess, c), hn::Add(square, square)), hn::Mul(f64::Exp(d, z.re), s)};
    const auto regular = hn::And(IsBelow(d, z.re, kExpLimit), IsOffAxes(d, z));
    return Checked<Single, Expm1Scalar>(d, z, fast, regular);
  }
};

// tanh(x + iy) = (sinh x cosh x + i sin y cos y) / (sinh^2 x + cos^2 y): nothing cancels.
template <class D, class V>
HWY_INLINE Parts<V> TanhFormula(D d, V x, V y) {
  V s, c;
  SinCos(d, y, s, c);
  const V sinh = f64::Sinh(d, x), cosh = f64::Cosh(d, x);
  const V divisor = hn::Add(hn::Mul(sinh, sinh), hn::Mul(c, c));
  return {hn::Div(hn::Mul(sinh, cosh), divisor), hn::Div(hn::Mul(s, c), divisor)};
}
constexpr double kTanhLimit = 300;  // whose square of sinh is a number
struct TanhParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.re, kTanhLimit), IsBelow(d, z.im, kLargest));
    return Checked<Single, TanhScalar>(d, z, TanhFormula(d, z.re, z.im), regular);
  }
};
struct TanParts {  // tan z = -i tanh iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.im, kTanhLimit), IsBelow(d, z.re, kLargest));
    const Parts<V> t = TanhFormula(d, z.im, z.re);
    return Checked<Single, TanScalar>(d, z, Parts<V>{t.im, t.re}, regular);
  }
};

// The arcsine and arccosine of x + iy in the first quadrant: their real parts, and the size of the imaginary part that
// both have. After Hull, Fairgrieve and Tang, "Implementing the complex arcsine and arccosine functions using exception
// handling" (1997), whose limits for over- and underflow float64 does not need here.
template <class V>
struct InverseSine {
  V asin, acos, size;
};
template <class D, class V>
HWY_INLINE InverseSine<V> InverseSineOf(D d, V x, V y) {
  const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5), zero = hn::Zero(d);
  const V up = hn::Add(x, one), down = hn::Sub(x, one), y2 = hn::Mul(y, y);
  const V r = hn::Sqrt(hn::Add(hn::Mul(up, up), y2)), s = hn::Sqrt(hn::Add(hn::Mul(down, down), y2));
  const V a = hn::Mul(half, hn::Add(r, s)), b = hn::Div(x, a);
  const auto inside = hn::Le(x, one);
  const V from_up = hn::Add(r, up), a_x = hn::Add(a, x);
  // s + |x - 1|, and s - |x - 1| without cancellation
  const V from_down = hn::Add(s, hn::Abs(down));
  const V difference = hn::IfThenElseZero(hn::Gt(from_down, zero), hn::Div(y2, from_down));
  const V y2_up = hn::Div(y2, from_up);
  // a^2 - x^2 = (a + x) (a - x), where 2 (a - x) is (r - (x + 1)) + (s - (x - 1))
  const V a_minus_x = hn::Mul(half, hn::Add(y2_up, hn::IfThenElse(inside, from_down, difference)));
  const V root = hn::Sqrt(hn::Mul(a_x, a_minus_x));
  const auto is_low = hn::Le(b, hn::Set(d, 0.6417));
  // far from the axis by the functions of b, else by the angle of x and the root
  const V angle = f64::Atan2(d, x, root), low = f64::Asin(d, hn::Min(b, one));
  InverseSine<V> result;
  result.asin = hn::IfThenElse(is_low, low, angle);
  result.acos = hn::IfThenElse(is_low, f64::Acos(d, hn::Min(b, one)), f64::Atan2(d, root, x));
  // a - 1, likewise
  const V a_minus_1 = hn::Mul(half, hn::Add(y2_up, hn::IfThenElse(inside, difference, from_down)));
  result.size = f64::Log1p(d, hn::Add(a_minus_1, hn::Sqrt(hn::Mul(a_minus_1, hn::Add(a, one)))));
  return result;
}
struct AsinParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {hn::CopySignToAbs(f.asin, z.re), hn::CopySignToAbs(f.size, z.im)};
    return Checked<Single, AsinScalar>(d, z, fast, IsFinitePair(d, z));
  }
};
struct AsinhParts {  // asinh z = -i asin iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.im), hn::Abs(z.re));
    const Parts<V> fast = {hn::CopySignToAbs(f.size, z.re), hn::CopySignToAbs(f.asin, z.im)};
    return Checked<Single, AsinhScalar>(d, z, fast, IsFinitePair(d, z));
  }
};
template <class D, class V>
HWY_INLINE V AcosOf(D d, V x, V in_quadrant) {
  constexpr double kPi = 3.141592653589793;
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Set(d, kPi), in_quadrant), in_quadrant);
}
struct AcosParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {AcosOf(d, z.re, f.acos), hn::CopySignToAbs(f.size, hn::Neg(z.im))};
    return Checked<Single, AcosScalar>(d, z, fast, IsFinitePair(d, z));
  }
};
struct AcoshParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const InverseSine<V> f = InverseSineOf(d, hn::Abs(z.re), hn::Abs(z.im));
    const Parts<V> fast = {f.size, hn::CopySignToAbs(AcosOf(d, z.re, f.acos), z.im)};
    return Checked<Single, AcoshScalar>(d, z, fast, IsFinitePair(d, z));
  }
};

// log1p(4x / ((1 - x)^2 + y^2)) / 4 for x >= 0, and half of the angle of (1 - x) (1 + x) - y^2 + 2iy.
template <class D, class V>
HWY_INLINE Parts<V> AtanhFormula(D d, V x, V y) {
  const V one = hn::Set(d, 1.0), a = hn::Abs(x), down = hn::Sub(one, a), y2 = hn::Mul(y, y);
  const V ratio = hn::Div(hn::Mul(hn::Set(d, 4.0), a), hn::Add(hn::Mul(down, down), y2));
  const V along = hn::Sub(hn::Mul(down, hn::Add(one, a)), y2);
  return {hn::CopySignToAbs(hn::Mul(hn::Set(d, 0.25), f64::Log1p(d, ratio)), x),
          hn::Mul(hn::Set(d, 0.5), f64::Atan2(d, hn::Add(y, y), along))};
}
struct AtanhParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    return Checked<Single, AtanhScalar>(d, z, AtanhFormula(d, z.re, z.im), IsOffAxes(d, z));
  }
};
struct AtanParts {  // atan z = -i atanh iz
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const Parts<V> t = AtanhFormula(d, z.im, z.re);
    return Checked<Single, AtanScalar>(d, z, Parts<V>{t.im, t.re}, IsOffAxes(d, z));
  }
};

// The powers of one vector that are not regular by the scalar function.
template <class D, class V>
HWY_NOINLINE Parts<V> PowSlowly(D d, Parts<V> a, Parts<V> b, Parts<V> fast, hn::Mask<D> regular) {
  HWY_ALIGN double lanes[7][hn::MaxLanes(D())];
  hn::Store(a.re, d, lanes[0]);
  hn::Store(a.im, d, lanes[1]);
  hn::Store(b.re, d, lanes[2]);
  hn::Store(b.im, d, lanes[3]);
  hn::Store(fast.re, d, lanes[4]);
  hn::Store(fast.im, d, lanes[5]);
  hn::Store(hn::IfThenElseZero(regular, hn::Set(d, 1.0)), d, lanes[6]);
  const auto number = [](double re, double im) {
    return std::complex<Single>(static_cast<Single>(re), static_cast<Single>(im));
  };
  for (size_t i = 0; i < hn::Lanes(d); i++) {
    if (lanes[6][i] != 0) continue;
    const std::complex<Single> power =
        ops::PowComplex(number(lanes[0][i], lanes[1][i]), number(lanes[2][i], lanes[3][i]));
    lanes[4][i] = power.real();
    lanes[5][i] = power.imag();
  }
  return {hn::Load(d, lanes[4]), hn::Load(d, lanes[5])};
}
// a^n for whole |n| <= 100 by multiplication, in float64.
constexpr double kMostWhole = 100;
template <class D, class V>
HWY_NOINLINE Parts<V> PowByProducts(D d, Parts<V> a, V n, hn::Mask<D> whole) {
  const hn::RebindToUnsigned<D> du;
  const V zero = hn::Zero(d);
  // the exponent's size as an integer in the lower bits
  const auto bits = hn::BitCast(du, hn::Add(hn::IfThenElseZero(whole, hn::Abs(n)), hn::Set(d, 0x1p52)));
  const auto all = hn::And(bits, hn::Set(du, uint64_t{127}));
  Parts<V> square = a, power = {hn::Set(d, 1.0), zero};
  const auto product = [](Parts<V> x, Parts<V> y) HWY_ATTR {
    return Parts<V>{hn::Sub(hn::Mul(x.re, y.re), hn::Mul(x.im, y.im)),
                    hn::Add(hn::Mul(x.re, y.im), hn::Mul(x.im, y.re))};
  };
  auto begun = hn::Lt(zero, zero);
  for (uint64_t bit = 1;;) {
    const auto now = hn::RebindMask(d, hn::TestBit(all, hn::Set(du, bit)));
    const Parts<V> next = product(power, square);
    power.re = hn::IfThenElse(now, hn::IfThenElse(begun, next.re, square.re), power.re);
    power.im = hn::IfThenElse(now, hn::IfThenElse(begun, next.im, square.im), power.im);
    begun = hn::Or(begun, now);
    bit *= 2;
    if (hn::AllTrue(du, hn::Lt(all, hn::Set(du, bit)))) break;
    square = product(square, square);
  }
  const auto below = hn::Lt(n, zero);
  if (hn::AllFalse(d, below)) return power;
  const V length = hn::Add(hn::Mul(power.re, power.re), hn::Mul(power.im, power.im));  // the conjugate by its square
  return {hn::IfThenElse(below, hn::Div(power.re, length), power.re),
          hn::IfThenElse(below, hn::Div(hn::Neg(power.im), length), power.im)};
}
// e^(b log a), or products.
struct PowParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> a, Parts<V> b) const {
    const V zero = hn::Zero(d);
    const auto whole = hn::And(hn::And(hn::Eq(b.im, zero), hn::Eq(b.re, hn::Round(b.re))),
                               hn::Le(hn::Abs(b.re), hn::Set(d, kMostWhole)));
    Parts<V> fast = {zero, zero};
    auto regular = hn::And(IsModeratePair(d, a), IsFinitePair(d, b));
    if (!hn::AllTrue(d, whole)) {
      const V log = LogOfLength<Single>(d, a), arg = f64::Atan2(d, a.im, a.re);
      const V x = hn::Sub(hn::Mul(b.re, log), hn::Mul(b.im, arg)), y = hn::Add(hn::Mul(b.re, arg), hn::Mul(b.im, log));
      regular = hn::And(regular, hn::Or(whole, hn::And(IsBelow(d, x, kExpLimit), IsBelow(d, y, 0x1p30))));
      V s, c;
      SinCos(d, y, s, c);
      const V size = f64::Exp(d, x);
      fast = {hn::Mul(size, c), hn::Mul(size, s)};
    }
    if (!hn::AllFalse(d, whole)) {  // parts that are 0 have signs, and large powers a way of their own
      const Parts<V> product = PowByProducts(d, a, b.re, whole);
      fast = {hn::IfThenElse(whole, product.re, fast.re), hn::IfThenElse(whole, product.im, fast.im)};
      const V size = hn::Add(hn::Abs(fast.re), hn::Abs(fast.im));
      const auto middling = hn::And(hn::Ge(size, hn::Set(d, 0x1p-400)), hn::Le(size, hn::Set(d, 0x1p400)));
      const auto off_axes = hn::Not(hn::Or(hn::Eq(a.re, zero), hn::Eq(a.im, zero)));
      regular = hn::And(regular, hn::Or(hn::Not(whole), hn::And(middling, off_axes)));
    }
    return HWY_LIKELY(hn::AllTrue(d, regular)) ? fast : PowSlowly(d, a, b, fast, regular);
  }
};

}  // namespace

void FillMathComplex64(cpu::ElementwiseTables* t) {
  const auto unary = [&](int32_t op, UnaryFn fn) { t->unary.fn[op][kC64] = fn; };
#define NUMRS_SINGLE(name, Parts) unary(kUnary_##name, MapParts<Parts, double, Single, 2>::Run);
  NUMRS_SINGLE(exp2, Exp2Parts)
  NUMRS_SINGLE(expm1, Expm1Parts)
  NUMRS_SINGLE(log2, Log2Parts)
  NUMRS_SINGLE(log10, Log10Parts)
  NUMRS_SINGLE(log1p, Log1pParts)
  NUMRS_SINGLE(tan, TanParts)
  NUMRS_SINGLE(tanh, TanhParts)
  NUMRS_SINGLE(asin, AsinParts)
  NUMRS_SINGLE(acos, AcosParts)
  NUMRS_SINGLE(atan, AtanParts)
  NUMRS_SINGLE(asinh, AsinhParts)
  NUMRS_SINGLE(acosh, AcoshParts)
  NUMRS_SINGLE(atanh, AtanhParts)
#undef NUMRS_SINGLE
  t->binary.fn[kBinary_pow][kC64] = ZipParts<PowParts, double, Single>::Run;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathComplex64)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
