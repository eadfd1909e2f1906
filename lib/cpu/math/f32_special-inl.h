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

// erf a = kErfValue + u (kErf1 + u (kErf2 + ...)), u = a - kErfMiddle, on 16 intervals of equal length up to 3.93,
// where erf rounds to 1. The middles are chosen among the float32 near the centre such that kErfValue is exact to
// 2^-32. The first interval is erf a = a + a p(a).
constexpr float kErfScale = 0x1.048f4ep-2f;   // 1 / 3.93
constexpr float kErfSecond = 0x1.f70a20p-3f;  // the least number of the second interval
alignas(64) constexpr float kErfMiddle[16] = {
    0.0f,        3.76199245e-1f, 5.98784626e-1f, 8.45146477e-1f, 1.10042453f, 1.35631669f, 1.6130439f,  1.86331129f,
    2.09365845f, 2.33645868f,    2.56783748f,    2.84573746f,    3.06822467f, 3.31581473f, 3.57860899f, 3.83174992f};
alignas(64) constexpr float kErfValue[16] = {0.0f,           4.05292064e-1f, 6.02898598e-1f, 7.6799798e-1f,
                                             8.80347848e-1f, 9.44904387e-1f, 9.77462709e-1f, 9.91589248e-1f,
                                             9.96932387e-1f, 9.99047697e-1f, 9.99718189e-1f, 9.99942899e-1f,
                                             9.99985695e-1f, 9.99997258e-1f, 9.99999583e-1f, 9.9999994e-1f};
alignas(64) constexpr float kErf1[16] = {1.28379166e-1f, 9.79470015e-1f, 7.88391232e-1f, 5.5239588e-1f,
                                         3.36165428e-1f, 1.7927888e-1f,  8.36487785e-2f, 3.50441448e-2f,
                                         1.40853012e-2f, 4.80423728e-3f, 1.54457404e-3f, 3.43116844e-4f,
                                         9.2046168e-5f,  1.89473758e-5f, 3.09518396e-6f, 4.7402105e-7f};
alignas(64) constexpr float kErf2[16] = {-4.53722663e-7f, -3.68476361e-1f, -4.72076505e-1f, -4.66855377e-1f,
                                         -3.69924605e-1f, -2.43158937e-1f, -1.3492915e-1f,  -6.52981699e-2f,
                                         -2.94898059e-2f, -1.12248892e-2f, -3.96623043e-3f, -9.76421172e-4f,
                                         -2.82419525e-4f, -6.28252383e-5f, -1.10876481e-5f, -2.13282487e-6f};
alignas(64) constexpr float kErf3[16] = {-3.76096845e-1f, -2.3406893e-1f, -7.43506402e-2f, 7.89090842e-2f,
                                         1.59325927e-1f,  1.60107493e-1f, 1.17216848e-1f,  6.9432959e-2f,
                                         3.64663452e-2f,  1.58829335e-2f, 6.27482915e-3f,  1.73813361e-3f,
                                         5.46960917e-4f,  1.32547066e-4f, 2.53928902e-5f,  4.3003447e-6f};
alignas(64) constexpr float kErf4[16] = {-5.79510001e-4f, 1.66961506e-1f,  1.79597467e-1f,  1.22251101e-1f,
                                         3.56327295e-2f,  -2.75243223e-2f, -4.95612472e-2f, -4.29178402e-2f,
                                         -2.8345583e-2f,  -1.48156909e-2f, -6.7328196e-3f,  -2.14533345e-3f,
                                         -7.44911435e-4f, -1.98932597e-4f, -4.01492107e-5f, 3.14706049e-5f};
alignas(64) constexpr float kErf5[16] = {1.1772199e-1f,   4.45507541e-2f,  -2.04507895e-2f, -6.5074712e-2f,
                                         -6.32216111e-2f, -3.31162252e-2f, -3.40046012e-3f, 1.10465148e-2f,
                                         1.27417017e-2f,  9.07842536e-3f,  5.04609523e-3f,  1.91918644e-3f,
                                         7.57488597e-4f,  2.27017867e-4f,  5.299041e-5f,    5.80373198e-5f};
alignas(64) constexpr float kErf6[16] = {-1.86657738e-2f, -5.54469228e-2f, -4.23576273e-2f, -1.02644823e-2f,
                                         1.42269107e-2f,  2.21891142e-2f,  1.49219986e-2f,  4.52162372e-3f,
                                         -1.24012178e-3f, -3.00051295e-3f, -2.53820978e-3f, -1.44031027e-3f,
                                         -5.72567456e-4f, -1.91606232e-4f, -1.07097672e-4f, -9.71788948e-4f};

// erf x. Domain: all; |result| <= 1. Max error 0.774 ULP (all arguments from 0 up), without FMA 0.501. Piecewise
// polynomials of degree 6 from tables in registers. Lost: one polynomial of degree 20 in float64 (a third as fast).
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
#if HWY_NATIVE_FMA
  const hn::RebindToSigned<D> di;
  const V a = hn::Abs(x);
  const V limited = hn::Min(a, hn::Set(d, 3.92f));
  // 1 <= position < 2, the interval in its first four bits after the point
  const V position = hn::MulAdd(limited, hn::Set(d, kErfScale), hn::Set(d, 1.0f));
  const auto lookup = Lookup16(d, hn::And(hn::ShiftRight<19>(hn::BitCast(di, position)), hn::Set(di, 15)));
  const V u = hn::Sub(limited, lookup(kErfMiddle));
  V p = lookup(kErf6);
  p = hn::MulAdd(p, u, lookup(kErf5));
  p = hn::MulAdd(p, u, lookup(kErf4));
  p = hn::MulAdd(p, u, lookup(kErf3));
  p = hn::MulAdd(p, u, lookup(kErf2));
  p = hn::MulAdd(p, u, lookup(kErf1));
  // NaN fails the comparison and comes through as base.
  const V base = hn::IfThenElse(hn::Ge(a, hn::Set(d, kErfSecond)), lookup(kErfValue), a);
  return hn::Or(hn::MulAdd(p, u, base), hn::And(x, hn::SignBit(d)));
#else
  return KeepNaN(x, Widen<ErfWide>(d, Clamp(d, x, 4.0f)));
#endif
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
