// What the functions of complex vectors share: which numbers are regular, the way of those that are not, sine and
// cosine at once. Needs the f64_trig-inl.h of its file.

#if defined(NUMRS_CPU_MATH_COMPLEX_PARTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_COMPLEX_PARTS_INL_H_
#undef NUMRS_CPU_MATH_COMPLEX_PARTS_INL_H_
#else
#define NUMRS_CPU_MATH_COMPLEX_PARTS_INL_H_
#endif

#include <complex>

#include "cpu/complex-inl.h"
#include "ops/complex.h"

#include "f64_dd-inl.h"
#include "f64_trig-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// The numbers of one vector that are not regular by a scalar function, the others as they are: no value depends on its
// neighbours.
template <typename F, class Scalar, class D, class V>
HWY_NOINLINE Parts<V> Slowly(D d, Parts<V> z, Parts<V> fast, hn::Mask<D> regular) {
  HWY_ALIGN hn::TFromD<D> lanes[5][hn::MaxLanes(D())];
  hn::Store(z.re, d, lanes[0]);
  hn::Store(z.im, d, lanes[1]);
  hn::Store(fast.re, d, lanes[2]);
  hn::Store(fast.im, d, lanes[3]);
  hn::Store(hn::IfThenElseZero(regular, hn::Set(d, 1)), d, lanes[4]);
  for (size_t i = 0; i < hn::Lanes(d); i++) {
    if (lanes[4][i] != 0) continue;
    const std::complex<F> result = Scalar()(std::complex<F>(static_cast<F>(lanes[0][i]), static_cast<F>(lanes[1][i])));
    lanes[2][i] = result.real();
    lanes[3][i] = result.imag();
  }
  return {hn::Load(d, lanes[2]), hn::Load(d, lanes[3])};
}
template <typename F, class Scalar, class D, class V>
HWY_INLINE Parts<V> Checked(D d, Parts<V> z, Parts<V> fast, hn::Mask<D> regular) {
  return HWY_LIKELY(hn::AllTrue(d, regular)) ? fast : Slowly<F, Scalar>(d, z, fast, regular);
}

// Sine and cosine with one reduction: the bits of f64::Sin and f64::Cos.
template <class D, class V>
HWY_INLINE void SinCos(D d, V x, V& sine, V& cosine) {
  const hn::RebindToUnsigned<D> du;
  V r, lo, sin_tail, cos_head, cos_tail;
  const auto n = f64::trig::Reduce(d, x, r, lo);
  f64::trig::SinCosParts<false>(d, r, lo, sin_tail, cos_head, cos_tail);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  const auto sign_of = [&](decltype(n) turns)
                           HWY_ATTR { return hn::And(hn::BitCast(d, hn::ShiftLeft<62>(turns)), hn::SignBit(d)); };
  const V s = hn::Sub(hn::IfThenElse(odd, cos_head, r), hn::IfThenElse(odd, cos_tail, sin_tail));
  const V c = hn::Sub(hn::IfThenElse(odd, r, cos_head), hn::IfThenElse(odd, sin_tail, cos_tail));
  sine = hn::Xor(s, sign_of(n));
  cosine = hn::Xor(c, sign_of(hn::Add(n, hn::Set(du, uint64_t{1}))));
}

// Sine and cosine of y ln 2, with the angle in two parts: |y| < kTurnLimit, where the cube of the second is too small
// to be seen, and not so small that the product's error is lost.
constexpr double kTurnLimit = 0x1p32, kTurnLeast = 0x1p-900;
template <class D, class V>
HWY_INLINE void SinCosOfLn2(D d, V y, V& sine, V& cosine) {
  V s, c, lo;
  const V t = f64::TwoProd(y, hn::Set(d, ops::Ln2<double>::kHigh), lo);
  lo = hn::Add(lo, hn::Mul(y, hn::Set(d, ops::Ln2<double>::kLow)));
  SinCos(d, t, s, c);
  const V bend = hn::Mul(hn::Mul(hn::Set(d, 0.5), lo), lo);
  sine = hn::Add(s, hn::Sub(hn::Mul(c, lo), hn::Mul(s, bend)));
  cosine = hn::Sub(c, hn::Add(hn::Mul(s, lo), hn::Mul(c, bend)));
}

// |part| below a limit, which NaN is not.
template <class D, class V>
HWY_INLINE hn::Mask<D> IsBelow(D d, V part, double limit) {
  return hn::Lt(hn::Abs(part), hn::Set(d, limit));
}
constexpr double kExpLimit = 700;          // e^x and e^-x are normal numbers
constexpr double kLargest = 0x1p1023;      // any finite argument of a sine but the very last
constexpr double kSquareLeast = 0x1p-450;  // whose squares are normal numbers
constexpr double kSquareMost = 0x1p450;

// Is the larger part of moderate size?
template <class D, class V>
HWY_INLINE hn::Mask<D> IsModeratePair(D d, Parts<V> z) {
  const V larger = hn::Max(hn::Abs(z.re), hn::Abs(z.im));
  const auto numbers = hn::And(hn::Eq(z.re, z.re), hn::Eq(z.im, z.im));
  return hn::And(numbers, hn::And(hn::Ge(larger, hn::Set(d, kSquareLeast)), hn::Le(larger, hn::Set(d, kSquareMost))));
}

// The scalar functions by name.
#undef NUMRS_SCALAR
#define NUMRS_SCALAR(Name)                                \
  struct Name##Scalar {                                   \
    template <typename F>                                 \
    std::complex<F> operator()(std::complex<F> z) const { \
      return ops::Name##Complex(z);                       \
    }                                                     \
  };
NUMRS_SCALAR(Exp)
NUMRS_SCALAR(Exp2)
NUMRS_SCALAR(Expm1)
NUMRS_SCALAR(Log)
NUMRS_SCALAR(Log2)
NUMRS_SCALAR(Log10)
NUMRS_SCALAR(Log1p)
NUMRS_SCALAR(Sqrt)
NUMRS_SCALAR(Sin)
NUMRS_SCALAR(Cos)
NUMRS_SCALAR(Tan)
NUMRS_SCALAR(Sinh)
NUMRS_SCALAR(Cosh)
NUMRS_SCALAR(Tanh)
NUMRS_SCALAR(Asin)
NUMRS_SCALAR(Acos)
NUMRS_SCALAR(Atan)
NUMRS_SCALAR(Asinh)
NUMRS_SCALAR(Acosh)
NUMRS_SCALAR(Atanh)
NUMRS_SCALAR(Sign)

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
