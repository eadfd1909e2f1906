// float32 Erf Erfc Cbrt Hypot Rsqrt on Highway vectors.

#if defined(NUMRS_CPU_MATH_F32_SPECIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_SPECIAL_INL_H_
#undef NUMRS_CPU_MATH_F32_SPECIAL_INL_H_
#else
#define NUMRS_CPU_MATH_F32_SPECIAL_INL_H_
#endif

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f32_wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

// erf x = x g(x^2 / 8 - 1) for |x| <= 4, where erf rounds to 1 already; relative error 2^-34.
struct ErfWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD w = hn::MulSub(hn::Mul(x, x), hn::Set(dd, 0.125), hn::Set(dd, 1.0));
    const VD g =
        Horner(dd, w, 3.5353099562488843e-1, -1.7657623339574774e-1, 1.3167512074453838e-1, -1.0771043740890686e-1,
               9.0208862977658608e-2, -7.4727940456973993e-2, 5.9888626500344017e-2, -4.5764697113145361e-2,
               3.3049229339709031e-2, -2.2474190664623674e-2, 1.4392678947445364e-2, -8.6090263095273262e-3,
               4.755341565071263e-3, -2.5635618339103564e-3, 1.4294075527002256e-3, -6.4199375664739577e-4,
               1.6302624887785082e-4, -8.8198812958521951e-5, 9.6292081701618648e-5, -3.3305698660931965e-5);
    return hn::Mul(x, g);
  }
};

// erf x. Domain: all; |result| <= 1. Max error 0.501 ULP (sampled: every 2003rd argument and 81 around each power of
// two).
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  return KeepNaN(x, Widen<ErfWide>(d, Clamp(d, x, 4.0f)));
}

// erfc a = e^(-a^2) g((a - 2) / (a + 2)) for 0 <= a <= 10.25, below which float32 underflows; erfc(-a) = 2 - erfc a.
struct ErfcWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD two = hn::Set(dd, 2.0);
    const VD a = hn::Abs(x);
    const VD t = hn::Div(hn::Sub(a, two), hn::Add(a, two));
    const VD g = Horner(dd, t, 2.5539567631970783e-1, -4.2718584764540179e-1, 2.4165819322717308e-1,
                        -7.8978568943397096e-2, 3.7329122975886678e-3, 6.9972885755072789e-3, -8.4732020142252757e-4,
                        -9.8092327916848463e-4, 4.4492415895853631e-5, 1.712550775730633e-4, 2.4552126912008549e-5,
                        -2.3322082918057475e-5, -8.8780404505696571e-6, -2.5349547444228824e-7);
    const VD r = hn::Mul(ExpWide()(dd, hn::Neg(hn::Mul(a, a))), g);
    return hn::IfThenElse(hn::Lt(x, hn::Zero(dd)), hn::Sub(two, r), r);
  }
};

// 1 - erf x. Domain: all; gradual underflow to 0 at 10.06. Max error 0.501 ULP (sampled as Erf).
template <class D, class V>
HWY_INLINE V Erfc(D d, V x) {
  return KeepNaN(x, Widen<ErfcWide>(d, Clamp(d, x, 10.25f)));
}

// cbrt a for finite a > 0. z ~ a^(-1/3) from dividing the bits by -3 (Kahan), two rounds of the series of
// z (1 - e)^(-1/3), e = 1 - a z^3, then a z^2 (1 - e)^(-2/3).
struct CbrtWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD a) const {
    const hn::RebindToUnsigned<DD> du;
    const VD one = hn::Set(dd, 1.0);
    // The upper half of the bits as a number, 2^52 + h, times -1/3, moved back to 2^52 + h'.
    const auto upper = hn::Or(hn::ShiftRight<32>(hn::BitCast(du, a)), hn::BitCast(du, hn::Set(dd, 0x1p52)));
    const VD h = hn::Sub(hn::BitCast(dd, upper), hn::Set(dd, 0x1p52));
    const VD scaled = hn::MulAdd(h, hn::Set(dd, -1.0 / 3), hn::Set(dd, 0x1p52 + 1430194700.0));
    VD z = hn::BitCast(dd, hn::ShiftLeft<32>(hn::BitCast(du, scaled)));
    VD e = hn::NegMulAdd(hn::Mul(a, z), hn::Mul(z, z), one);
    z = hn::MulAdd(hn::Mul(z, e), Horner(dd, e, 1.0 / 3, 2.0 / 9, 14.0 / 81), z);
    const VD y = hn::Mul(hn::Mul(a, z), z);
    e = hn::NegMulAdd(y, z, one);
    return hn::MulAdd(hn::Mul(y, e), Horner(dd, e, 2.0 / 3, 5.0 / 9), y);
  }
};

// The cube root. Domain: all, odd. Max error 0.5001 ULP (sampled as Erf).
template <class D, class V>
HWY_INLINE V Cbrt(D d, V x) {
  const V a = hn::Abs(x);
  const V r = WithSign(Widen<CbrtWide>(d, a), x);
  const auto good = hn::And(hn::Gt(a, hn::Zero(d)), hn::Lt(a, hn::Inf(d)));
  return hn::IfThenElse(good, r, x);
}

// Squares of float32 are exact in float64 and cannot overflow.
struct HypotWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD, VD a, VD b) const {
    return hn::Sqrt(hn::MulAdd(a, a, hn::Mul(b, b)));
  }
};

// sqrt(a^2 + b^2). Domain: all pairs; inf where one is infinite, even beside NaN. Max error 0.5001 ULP (3 million
// random pairs and all pairs of 58 special numbers); neither overflows nor underflows before the result does.
template <class D, class V>
HWY_INLINE V Hypot(D d, V a, V b) {
  const V r = Widen<HypotWide>(d, a, b);
  const V inf = hn::Inf(d);
  return hn::IfThenElse(hn::Or(hn::Eq(hn::Abs(a), inf), hn::Eq(hn::Abs(b), inf)), inf, r);
}

struct RsqrtWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    return hn::Div(hn::Set(dd, 1.0), hn::Sqrt(x));
  }
};

// 1 / sqrt x within 4 % for normal x > 0 from halving the bits (Blinn 1997), two Newton steps (2^-17), one with the
// residue 1 - x y^2 taken exactly. Domain: all; +-inf at +-0, NaN below. Max error 0.5001 ULP (sampled: every 1003rd
// argument and 81 around each power of two). Lost: root and division, 5 times slower.
template <class D, class V>
HWY_INLINE V Rsqrt(D d, V x) {
#if HWY_NATIVE_FMA
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, x);
  const auto good = hn::RebindMask(d, hn::Lt(hn::Sub(bits, hn::Set(du, 0x00800000u)), hn::Set(du, 0x7F000000u)));
  const V half = hn::Set(d, 0.5f);
  const V one_and_half = hn::Set(d, 1.5f);
  const V half_x = hn::Mul(x, half);
  V y = hn::BitCast(d, hn::Sub(hn::Set(du, 0x5F375A86u), hn::ShiftRight<1>(bits)));
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half_x, y), y, one_and_half));
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half_x, y), y, one_and_half));
  const V h = hn::Mul(x, y);
  const V h_low = hn::MulSub(x, y, h);
  const V residue = hn::NegMulAdd(h_low, y, hn::NegMulAdd(h, y, hn::Set(d, 1.0f)));
  const V yh = hn::Mul(y, half);
  const V result = hn::MulAdd(yh, hn::MulAdd(hn::Mul(residue, residue), hn::Set(d, 0.75f), residue), y);
  if (HWY_LIKELY(hn::AllTrue(d, good))) return result;
  return hn::IfThenElse(good, result, Widen<RsqrtWide>(d, x));
#else
  return Widen<RsqrtWide>(d, x);
#endif
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_SPECIAL_INL_H_
