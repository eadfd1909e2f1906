// e^z - 1 and powers of complex128, backend "cpu": products, logarithms and angles in two parts.
#include "cpu/elementwise.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/math_complex128_pow.cc"
#include "hwy/foreach_target.h"

#include "cpu/math/f64_atrig-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_log-inl.h"
#include "cpu/math/f64_trig-inl.h"
#include "cpu/math/complex_parts-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

// A number in two parts, hi + lo.
template <class V>
struct Two {
  V hi, lo;
};
template <class V>
HWY_INLINE Two<V> Times(Two<V> a, Two<V> b) {
  Two<V> y;
  y.hi = f64::MulDD(a.hi, a.lo, b.hi, b.lo, y.lo);
  return y;
}
template <class V>
HWY_INLINE Two<V> Times(Two<V> a, V b) {
  Two<V> y;
  y.hi = f64::MulDD1(a.hi, a.lo, b, y.lo);
  return y;
}
template <class V>
HWY_INLINE Two<V> Plus(Two<V> a, Two<V> b) {
  Two<V> y;
  y.hi = f64::AddDD(a.hi, a.lo, b.hi, b.lo, y.lo);
  return y;
}
template <class V>
HWY_INLINE Two<V> Minus(Two<V> a, Two<V> b) {
  return Plus(a, Two<V>{hn::Neg(b.hi), hn::Neg(b.lo)});
}
template <class V, class M>
HWY_INLINE Two<V> Choose(M mask, Two<V> yes, Two<V> no) {
  return {hn::IfThenElse(mask, yes.hi, no.hi), hn::IfThenElse(mask, yes.lo, no.lo)};
}

// ------------------------------------------------------------------------------------------------ e^z - 1

// e^x - 1 and e^x, within 2^-58 and 2^-60, for |x| < kExpLimit: as f64::Expm1.
template <class D, class V>
HWY_INLINE void ExpTwo(D d, V x, Two<V>& minus_one, Two<V>& whole) {
  const hn::RebindToSigned<D> di;
  V z, r_lo, rest, base_lo, lo;
  const V r = f64::ReduceExpDD(d, x, z, r_lo);
  const V s = f64::TableExp(d, hn::BitCast(di, z), rest);
  const V base = f64::TwoSum(s, hn::Set(d, -1.0), base_lo);
  const V r2 = hn::Mul(r, r);
  const V tail = hn::Mul(s, hn::MulAdd(f64::Expm1Polynomial(d, r, r2), r2, hn::Add(rest, r_lo)));
  V hi = f64::MulAddDD(s, r, base, lo);
  minus_one.hi = f64::FastTwoSum(hi, hn::Add(hn::Add(lo, base_lo), tail), minus_one.lo);
  hi = f64::MulAddDD(s, r, s, lo);
  whole.hi = f64::FastTwoSum(hi, hn::Add(lo, tail), whole.lo);
}

// (e^x - 1) cos y - (1 - cos y) + i e^x sin y. Where the real part cancels to less than an eighth the scalar function.
struct Expm1Parts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> z) const {
    const hn::RebindToUnsigned<D> du;
    const V half = hn::Set(d, 0.5), one = hn::Set(d, 1.0);
    V r, lo, sin_tail, cos_head, cos_tail, square_lo;
    const auto n = f64::trig::Reduce(d, z.im, r, lo);
    f64::trig::SinCosParts<true>(d, r, lo, sin_tail, cos_head, cos_tail);
    const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
    const auto sign_of = [&](decltype(n) turns)
                             HWY_ATTR { return hn::And(hn::BitCast(d, hn::ShiftLeft<62>(turns)), hn::SignBit(d)); };
    const V sine_sign = sign_of(n), cosine_sign = sign_of(hn::Add(n, hn::Set(du, uint64_t{1})));
    Two<V> sine, cosine, excess, size, versine, off;
    sine.hi =
        f64::FastTwoSum(hn::IfThenElse(odd, cos_head, r), hn::Neg(hn::IfThenElse(odd, cos_tail, sin_tail)), sine.lo);
    cosine.hi =
        f64::FastTwoSum(hn::IfThenElse(odd, r, cos_head), hn::Neg(hn::IfThenElse(odd, sin_tail, cos_tail)), cosine.lo);
    sine = {hn::Xor(sine.hi, sine_sign), hn::Xor(sine.lo, sine_sign)};
    cosine = {hn::Xor(cosine.hi, cosine_sign), hn::Xor(cosine.lo, cosine_sign)};
    // 1 - cos y: of a small angle what was taken from 1, with the error of the head taken out of the tail again
    const V square = f64::TwoSquare(r, square_lo), fall = hn::Mul(half, square);
    const V head_error = hn::Add(fall, hn::Sub(cos_head, one));
    versine.hi = f64::FastTwoSum(fall, hn::Sub(cos_tail, head_error), versine.lo);
    off.hi = f64::TwoSum(one, hn::Neg(cosine.hi), off.lo);
    off.lo = hn::Sub(off.lo, cosine.lo);
    const auto close = hn::RebindMask(d, hn::Eq(hn::And(n, hn::Set(du, uint64_t{3})), hn::Zero(du)));
    versine = Choose(close, versine, off);
    ExpTwo(d, z.re, excess, size);
    const Two<V> along = Times(excess, cosine), real = Minus(along, versine);
    const V larger = hn::Max(hn::Abs(along.hi), hn::Abs(versine.hi));
    const auto whole = hn::Ge(hn::Abs(real.hi), hn::Mul(larger, hn::Set(d, 0.125)));
    const Parts<V> fast = {real.hi, Times(size, sine).hi};
    const auto tiny = hn::Or(IsBelow(d, z.re, 0x1p-400), IsBelow(d, z.im, 0x1p-400));
    const auto regular =
        hn::And(hn::And(IsBelow(d, z.re, kExpLimit), IsBelow(d, z.im, kLargest)), hn::AndNot(tiny, whole));
    return Checked<double, Expm1Scalar>(d, z, fast, regular);
  }
};

// ------------------------------------------------------------------------------------------------ powers

// Sine and cosine of |t| <= pi within 2^-63: Taylor's series to t^20, of which two terms are in two parts.
template <class D, class V>
HWY_INLINE void LongSinCos(D d, V t, Two<V>& sine, Two<V>& cosine) {
  constexpr double kSine[8] = {0x1.1111111111111p-7,   -0x1.a01a01a01a01ap-13, 0x1.71de3a556c734p-19,
                               -0x1.ae64567f544e4p-26, 0x1.6124613a86d09p-33,  -0x1.ae7f3e733b81fp-41,
                               0x1.952c77030ad4ap-49,  -0x1.2f49b46814157p-57};  // 1/5!, -1/7! ...
  constexpr double kCosine[8] = {-0x1.6c16c16c16c17p-10, 0x1.a01a01a01a01ap-16,  -0x1.27e4fb7789f5cp-22,
                                 0x1.1eed8eff8d898p-29,  -0x1.93974a8c07c9dp-37, 0x1.ae7f3e733b81fp-45,
                                 -0x1.6827863b97d97p-53, 0x1.e542ba4020225p-62};  // -1/6!, 1/8! ...
  const hn::RebindToUnsigned<D> du;
  V r, lo;
  const auto n = f64::trig::Reduce(d, t, r, lo);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  const Two<V> sixth = {hn::Set(d, 0x1.5555555555555p-3), hn::Set(d, 0x1.5555555555555p-57)};
  const Two<V> fourth = {hn::Set(d, 0x1.5555555555555p-5), hn::Set(d, 0x1.5555555555555p-59)};  // 1 / 4!
  const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5);
  Two<V> z;
  z.hi = f64::TwoSquare(r, z.lo);
  const Two<V> cube = Times(Times(z, sixth), r), fifth = Times(Times(z, z), fourth);
  V ps = hn::Set(d, kSine[7]), pc = hn::Set(d, kCosine[7]);
  for (int k = 6; k >= 0; k--) {
    ps = hn::MulAdd(ps, z.hi, hn::Set(d, kSine[k]));
    pc = hn::MulAdd(pc, z.hi, hn::Set(d, kCosine[k]));
  }
  const V z2 = hn::Mul(z.hi, z.hi);
  // sin r - lo cos r, cos r + lo sin r: lo is below 2^-53, so that its factors are those of short series
  Two<V> s, c;
  V e, f, g;
  const V flat = hn::NegMulAdd(half, z.hi, one);
  s.hi = f64::FastTwoSum(r, hn::Neg(cube.hi), e);
  s.lo = hn::Add(
      e, hn::Sub(hn::MulAdd(hn::Mul(z2, r), ps, hn::Neg(cube.lo)), hn::Mul(lo, hn::MulAdd(fourth.hi, z2, flat))));
  s.hi = f64::FastTwoSum(s.hi, s.lo, s.lo);
  c.hi = f64::FastTwoSum(one, hn::Neg(hn::Mul(half, z.hi)), e);
  c.hi = f64::FastTwoSum(c.hi, fifth.hi, f);
  g = hn::Add(hn::Add(e, f), hn::Sub(fifth.lo, hn::Mul(half, z.lo)));
  c.lo = hn::Add(g, hn::MulAdd(hn::Mul(z2, z.hi), pc, hn::Mul(lo, s.hi)));
  c.hi = f64::FastTwoSum(c.hi, c.lo, c.lo);
  const auto sign_of = [&](decltype(n) turns)
                           HWY_ATTR { return hn::And(hn::BitCast(d, hn::ShiftLeft<62>(turns)), hn::SignBit(d)); };
  const V sine_sign = sign_of(n), cosine_sign = sign_of(hn::Add(n, hn::Set(du, uint64_t{1})));
  sine = Choose(odd, c, s);
  cosine = Choose(odd, s, c);
  sine = {hn::Xor(sine.hi, sine_sign), hn::Xor(sine.lo, sine_sign)};
  cosine = {hn::Xor(cosine.hi, cosine_sign), hn::Xor(cosine.lo, cosine_sign)};
}

// log |a| within 2^-62 of 1, and the angle of a within 2^-60, for a of moderate size: the rounded angle and by how much
// a lies beside it.
template <class D, class V>
HWY_INLINE void LongLog(D d, Parts<V> a, Two<V>& size, Two<V>& angle) {
  const V x = hn::Abs(a.re), y = hn::Abs(a.im), half = hn::Set(d, 0.5);
  const V larger = hn::Max(x, y), smaller = hn::Min(x, y);
  V larger_lo, smaller_lo, lo;
  const V high = f64::TwoSquare(larger, larger_lo), low = f64::TwoSquare(smaller, smaller_lo);
  V sum = f64::FastTwoSum(high, low, lo);
  sum = f64::FastTwoSum(sum, hn::Add(lo, hn::Add(larger_lo, smaller_lo)), lo);
  size.hi = hn::Mul(half, f64::LongLog<true>(d, sum, lo, hn::Zero(d), size.lo));
  size.lo = hn::Mul(half, size.lo);
  const V rough = f64::Atan2(d, a.im, a.re);
  Two<V> sine, cosine, p, q;
  LongSinCos(d, rough, sine, cosine);
  p.hi = f64::TwoProd(a.im, cosine.hi, p.lo);
  q.hi = f64::TwoProd(a.re, sine.hi, q.lo);
  const V beside = hn::Add(hn::Sub(p.hi, q.hi),
                           hn::Add(hn::Sub(p.lo, q.lo), hn::Sub(hn::Mul(a.im, cosine.lo), hn::Mul(a.re, sine.lo))));
  const V length = hn::MulAdd(a.im, sine.hi, hn::Mul(a.re, cosine.hi));
  angle.hi = f64::FastTwoSum(rough, hn::Div(beside, length), angle.lo);
}

// e^(b log a).
template <class D, class V>
HWY_INLINE Parts<V> PowByLog(D d, Parts<V> a, Parts<V> b, V& x) {
  const hn::RebindToUnsigned<D> du;
  Two<V> size, angle;
  LongLog(d, a, size, angle);
  const Two<V> along = Minus(Times(size, b.re), Times(angle, b.im));
  const Two<V> turn = Plus(Times(angle, b.re), Times(size, b.im));
  x = along.hi;
  V r, lo, left, sin_tail, cos_head, cos_tail;
  const auto n = f64::trig::Reduce(d, turn.hi, r, lo);
  r = f64::TwoSum(r, hn::Sub(turn.lo, lo), left);
  f64::trig::SinCosParts<false>(d, r, hn::Neg(left), sin_tail, cos_head, cos_tail);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  const auto sign_of = [&](decltype(n) turns)
                           HWY_ATTR { return hn::And(hn::BitCast(d, hn::ShiftLeft<62>(turns)), hn::SignBit(d)); };
  const V s = hn::Sub(hn::IfThenElse(odd, cos_head, r), hn::IfThenElse(odd, cos_tail, sin_tail));
  const V c = hn::Sub(hn::IfThenElse(odd, r, cos_head), hn::IfThenElse(odd, sin_tail, cos_tail));
  const V length = f64::ExpScaled(d, along.hi, along.lo, 0);
  return {hn::Mul(length, hn::Xor(c, sign_of(hn::Add(n, hn::Set(du, uint64_t{1}))))),
          hn::Mul(length, hn::Xor(s, sign_of(n)))};
}

// a^n for whole |n| <= 100 by multiplication.
template <class V>
struct TwoComplex {
  Two<V> re, im;
};
// Parts are right to 2^-100 of the length; of products whose sum is small less is left.
template <class V>
HWY_INLINE Two<V> Joined(Two<V> a, Two<V> b) {
  V e;
  Two<V> y;
  y.hi = f64::TwoSum(a.hi, b.hi, e);
  y.hi = f64::FastTwoSum(y.hi, hn::Add(e, hn::Add(a.lo, b.lo)), y.lo);
  return y;
}
template <class V>
HWY_INLINE Two<V> Squared(Two<V> a) {
  V e;
  Two<V> y;
  y.hi = f64::TwoSquare(a.hi, e);
  y.hi = f64::FastTwoSum(y.hi, hn::MulAdd(hn::Add(a.hi, a.hi), a.lo, e), y.lo);
  return y;
}
template <class V>
HWY_INLINE Two<V> Negated(Two<V> a) {
  return {hn::Neg(a.hi), hn::Neg(a.lo)};
}
template <class V>
HWY_INLINE TwoComplex<V> Multiply(TwoComplex<V> a, TwoComplex<V> b) {
  return {Joined(Times(a.re, b.re), Negated(Times(a.im, b.im))), Joined(Times(a.re, b.im), Times(a.im, b.re))};
}
template <class V>
HWY_INLINE TwoComplex<V> Squared(TwoComplex<V> a) {
  const Two<V> twice = {hn::Add(a.re.hi, a.re.hi), hn::Add(a.re.lo, a.re.lo)};
  return {Joined(Squared(a.re), Negated(Squared(a.im))), Times(twice, a.im)};
}
template <class V, class M>
HWY_INLINE TwoComplex<V> Choose(M mask, TwoComplex<V> yes, TwoComplex<V> no) {
  return {Choose(mask, yes.re, no.re), Choose(mask, yes.im, no.im)};
}
constexpr double kMostWhole = 100;
template <class D, class V>
HWY_NOINLINE Parts<V> PowByProducts(D d, Parts<V> a, V n, hn::Mask<D> whole) {
  const hn::RebindToUnsigned<D> du;
  const V zero = hn::Zero(d), one = hn::Set(d, 1.0), magic = hn::Set(d, 0x1p52);
  // the exponent's size as an integer in the lower bits
  const auto bits = hn::BitCast(du, hn::Add(hn::IfThenElseZero(whole, hn::Abs(n)), magic));
  const auto all = hn::And(bits, hn::Set(du, uint64_t{127}));
  TwoComplex<V> square = {{a.re, zero}, {a.im, zero}}, power = {{one, zero}, {zero, zero}};
  auto begun = hn::RebindMask(d, hn::Eq(all, hn::Set(du, ~uint64_t{0})));
  for (uint64_t bit = 1;;) {
    const auto now = hn::RebindMask(d, hn::TestBit(all, hn::Set(du, bit)));
    if (!hn::AllFalse(d, now)) {
      if (hn::AllFalse(d, hn::And(now, begun)))
        power = Choose(now, square, power);
      else
        power = Choose(now, Choose(begun, Multiply(power, square), square), power);
      begun = hn::Or(begun, now);
    }
    bit *= 2;
    if (hn::AllTrue(du, hn::Lt(all, hn::Set(du, bit)))) break;
    square = Squared(square);
  }
  const auto below = hn::Lt(n, zero);
  if (!hn::AllFalse(d, below)) {  // the conjugate by the square of the length
    const Two<V> length = Plus(Times(power.re, power.re), Times(power.im, power.im));
    TwoComplex<V> inverse;
    inverse.re.hi = f64::DivDD(power.re.hi, power.re.lo, length.hi, length.lo, inverse.re.lo);
    inverse.im.hi = f64::DivDD(hn::Neg(power.im.hi), hn::Neg(power.im.lo), length.hi, length.lo, inverse.im.lo);
    power = Choose(below, inverse, power);
  }
  return {power.re.hi, power.im.hi};
}

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
  for (size_t i = 0; i < hn::Lanes(d); i++) {
    if (lanes[6][i] != 0) continue;
    const std::complex<double> power =
        ops::PowComplex(std::complex<double>(lanes[0][i], lanes[1][i]), std::complex<double>(lanes[2][i], lanes[3][i]));
    lanes[4][i] = power.real();
    lanes[5][i] = power.imag();
  }
  return {hn::Load(d, lanes[4]), hn::Load(d, lanes[5])};
}
// Bases of moderate size and without a part that is 0, exponents of moderate size, results that are neither.
constexpr double kMostExponent = 256;
struct PowParts {
  template <class D, class V>
  HWY_INLINE Parts<V> operator()(D d, Parts<V> a, Parts<V> b) const {
    const V zero = hn::Zero(d);
    const auto whole = hn::And(hn::And(hn::Eq(b.im, zero), hn::Eq(b.re, hn::Round(b.re))),
                               hn::Le(hn::Abs(b.re), hn::Set(d, kMostWhole)));
    const auto off_axes = hn::Not(hn::Or(hn::Eq(a.re, zero), hn::Eq(a.im, zero)));
    const V least = hn::Min(hn::Abs(a.re), hn::Abs(a.im));
    const auto plain = hn::And(hn::And(IsModeratePair(d, a), off_axes), hn::Ge(least, hn::Set(d, 0x1p-450)));
    Parts<V> fast = {zero, zero};
    auto regular = hn::And(plain, hn::And(IsBelow(d, b.re, kMostExponent), IsBelow(d, b.im, kMostExponent)));
    if (!hn::AllTrue(d, whole)) {
      V x;
      fast = PowByLog(d, a, b, x);
      regular = hn::And(regular, hn::Or(whole, IsBelow(d, x, kExpLimit)));
    }
    if (!hn::AllFalse(d, whole)) {
      const Parts<V> product = PowByProducts(d, a, b.re, whole);
      fast = {hn::IfThenElse(whole, product.re, fast.re), hn::IfThenElse(whole, product.im, fast.im)};
      const V size = hn::Add(hn::Abs(fast.re), hn::Abs(fast.im));
      const auto middling = hn::And(hn::Ge(size, hn::Set(d, 0x1p-450)), hn::Le(size, hn::Set(d, 0x1p450)));
      regular = hn::And(regular, hn::Or(hn::Not(whole), middling));
    }
    return HWY_LIKELY(hn::AllTrue(d, regular)) ? fast : PowSlowly(d, a, b, fast, regular);
  }
};

}  // namespace

void FillMathComplex128Pow(cpu::ElementwiseTables* t) {
  t->unary.fn[kUnary_expm1][kC128] = MapParts<Expm1Parts, double, double, 2>::Run;
  t->binary.fn[kBinary_pow][kC128] = ZipParts<PowParts, double, double>::Run;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ElementwiseTables, FillMathComplex128Pow)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
