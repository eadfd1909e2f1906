// Mathematical functions of complex64 and complex128, backend "cpu", from the float64 functions of math/. Arguments
// that are not of moderate size go through the scalar functions of ops/complex.h, which know signed zeros, infinities
// and NaN; functions that are not here cpu-portable serves.
//
// complex64 is computed in float64 and rounded once: at most 0.51 ULP of each part but where noted. The bounds below
// are those of complex128, of each part, in ULP, from the errors of the real functions; tests hold them against mpmath.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_complex.cc"
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

// e^x (cos y + i sin y): 0.66 + 0.79 and a rounding.
template <typename F>
struct ExpParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.re, kExpLimit), IsBelow(d, z.im, kLargest));
    V s, c;
    SinCos(d, z.im, s, c);
    const V size = f64::Exp(d, z.re);
    return Checked<F, ExpScalar>(d, z, Parts<V>{hn::Mul(size, c), hn::Mul(size, s)}, regular);
  }
};

// sinh x cos y + i cosh x sin y, and with the parts exchanged the sine. 1.0 + 0.79 and a rounding.
template <typename F>
struct SinhParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.re, kExpLimit), IsBelow(d, z.im, kLargest));
    V s, c;
    SinCos(d, z.im, s, c);
    return Checked<F, SinhScalar>(d, z, Parts<V>{hn::Mul(f64::Sinh(d, z.re), c), hn::Mul(f64::Cosh(d, z.re), s)},
                                  regular);
  }
};
template <typename F>
struct SinParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.im, kExpLimit), IsBelow(d, z.re, kLargest));
    V s, c;
    SinCos(d, z.re, s, c);
    return Checked<F, SinScalar>(d, z, Parts<V>{hn::Mul(s, f64::Cosh(d, z.im)), hn::Mul(c, f64::Sinh(d, z.im))},
                                 regular);
  }
};
template <typename F>
struct CoshParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.re, kExpLimit), IsBelow(d, z.im, kLargest));
    V s, c;
    SinCos(d, z.im, s, c);
    return Checked<F, CoshScalar>(d, z, Parts<V>{hn::Mul(f64::Cosh(d, z.re), c), hn::Mul(f64::Sinh(d, z.re), s)},
                                  regular);
  }
};
template <typename F>
struct CosParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = hn::And(IsBelow(d, z.im, kExpLimit), IsBelow(d, z.re, kLargest));
    V s, c;
    SinCos(d, z.re, s, c);
    return Checked<F, CosScalar>(
        d, z, Parts<V>{hn::Mul(c, f64::Cosh(d, z.im)), hn::Neg(hn::Mul(s, f64::Sinh(d, z.im)))}, regular);
  }
};

// log |z| + i arg z: 0.6 to 0.8, 1.1 for the angle.
template <typename F>
struct LogParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const Parts<V> fast = {LogOfLength<F>(d, z), f64::Atan2(d, z.im, z.re)};
    return Checked<F, LogScalar>(d, z, fast, IsModeratePair(d, z));
  }
};

// t = sqrt((|x| + |z|) / 2) is the part on the axis of x, y / 2t the other. 0.66 + 0.5 halved, and two roundings.
template <typename F>
struct SqrtParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = IsModeratePair(d, z);
    const V half = hn::Set(d, 0.5), zero = hn::Zero(d), x = hn::Abs(z.re);
    V size;
    if constexpr (sizeof(F) == sizeof(float))
      size = hn::Sqrt(hn::Add(hn::Mul(z.re, z.re), hn::Mul(z.im, z.im)));
    else
      size = f64::Hypot(d, z.re, z.im);
    const V root = hn::Sqrt(hn::Mul(half, hn::Add(x, size)));
    const V other = hn::Div(hn::Abs(z.im), hn::Add(root, root));
    const auto left = hn::Lt(z.re, zero);
    return Checked<F, SqrtScalar>(
        d, z, Parts<V>{hn::IfThenElse(left, other, root), hn::CopySignToAbs(hn::IfThenElse(left, root, other), z.im)},
        regular);
  }
};

// z / |z|: 0.67 and a rounding.
template <typename F>
struct SignParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const auto regular = IsModeratePair(d, z);
    const V size = f64::Hypot(d, z.re, z.im);
    return Checked<F, SignScalar>(d, z, Parts<V>{hn::Div(z.re, size), hn::Div(z.im, size)}, regular);
  }
};

// |z| of complex64 in double, where the squares are exact: the root of their sum, within 2^-60, rounds to float32 as
// the exact one does, which is a float32, halfway between two, or 2^-54 away from there. What is infinite or NaN leaves
// NaN.
struct AbsFloat {
  template <class D, class V>
  HWY_INLINE V operator()(D d, Parts<V> x) const {
    const V square = hn::Add(hn::Mul(x.re, x.re), hn::Mul(x.im, x.im));
#if HWY_NATIVE_FMA
    V rest, h;
    const V guess = f64::special::SqrtParts(d, square, rest, h), root = hn::MulAdd(rest, h, guess);
#else
    const V root = hn::Sqrt(square);
#endif
    const auto number = hn::Lt(root, hn::Inf(d));
    if (HWY_LIKELY(hn::AllTrue(d, number))) return root;
    const V inf = hn::Inf(d);
    const auto infinite = hn::Or(hn::Eq(hn::Abs(x.re), inf), hn::Eq(hn::Abs(x.im), inf));
    return hn::IfThenElse(infinite, inf, hn::IfThenElse(number, root, square));
  }
};
struct AbsDouble {
  template <class D, class V>
  HWY_INLINE V operator()(D d, Parts<V> z) const {
    return f64::Hypot(d, z.re, z.im);
  }
};
struct AngleParts {
  template <class D, class V>
  HWY_INLINE V operator()(D d, Parts<V> z) const {
    return f64::Atan2(d, z.im, z.re);
  }
};

template <typename F>
void FillType(cpu::ElementwiseTables* t) {
  constexpr int32_t kType = DTypeOf<std::complex<F>>::value;
  const auto unary = [&](int32_t op, UnaryFn fn) { t->unary.fn[op][kType] = fn; };
  unary(kUnary_exp, MapParts<ExpParts<F>, double, F, 2>::Run);
  unary(kUnary_log, MapParts<LogParts<F>, double, F, 2>::Run);
  unary(kUnary_sqrt, MapParts<SqrtParts<F>, double, F, 2>::Run);
  unary(kUnary_sin, MapParts<SinParts<F>, double, F, 2>::Run);
  unary(kUnary_cos, MapParts<CosParts<F>, double, F, 2>::Run);
  unary(kUnary_sinh, MapParts<SinhParts<F>, double, F, 2>::Run);
  unary(kUnary_cosh, MapParts<CoshParts<F>, double, F, 2>::Run);
  unary(kUnary_sign, MapParts<SignParts<F>, double, F, 2>::Run);
  unary(kUnary_angle, MapParts<AngleParts, double, F, 1>::Run);
}

}  // namespace

void FillMathComplex(cpu::ElementwiseTables* t) {
  FillType<float>(t);
  FillType<double>(t);
  t->unary.fn[kUnary_abs][kC64] = MapParts<AbsFloat, double, float, 1>::Run;
  t->unary.fn[kUnary_abs][kC128] = MapParts<AbsDouble, double, double, 1>::Run;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathComplex)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
