// float32 Erfinv Logit Softplus on Highway vectors, in float64 with one rounding. What float64 itself needs is
// cpu-portable's.

#if defined(NUMRS_CPU_MATH_F32_INVERSE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_INVERSE_INL_H_
#undef NUMRS_CPU_MATH_F32_INVERSE_INL_H_
#else
#define NUMRS_CPU_MATH_F32_INVERSE_INL_H_
#endif

#include "cpu/math/f32_wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

// erfinv a = a g(w), w = -log(1 - a^2), for |a| <= 1 - 2^-24, where w is below 16. g in w up to 5, beyond in sqrt w, as
// Giles has them ("Approximating the erfinv function", 2010), fitted here to 2^-40 and 2^-37.
struct ErfinvWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD a) const {
    const VD one = hn::Set(dd, 1.0);
    const VD w = hn::Neg(LogWide()(dd, hn::Mul(hn::Sub(one, a), hn::Add(one, a))));
    const VD v = hn::MulSub(w, hn::Set(dd, 0.4), one);
    VD g = Horner(dd, v, 1.5014093511111308, 0.61660069186018851, -0.026108235820755298, -0.019573561030210664,
                  0.0085254018595667842, -0.00048789901707652831, -0.00083414288248856677, 0.0002921956769902427,
                  2.0500644731625981e-05, -4.1451959198583043e-05, 8.5933232988440937e-06, 2.8950662461361497e-06,
                  -1.7856250435557491e-06, 8.2442622769517784e-08, 1.6055020213785438e-07, -3.5332230963311032e-08);
    const auto far = hn::Gt(w, hn::Set(dd, 5.0));
    if (HWY_UNLIKELY(!hn::AllFalse(dd, far))) {
      const VD u = hn::MulSub(hn::Sqrt(hn::Max(w, hn::Set(dd, 4.0))), hn::Set(dd, 1 / 0.89), hn::Set(dd, 3.12 / 0.89));
      const VD h =
          Horner(dd, u, 2.9533017336435887, 0.89324655414426146, 0.0056460664889044377, -0.0037909991805223932,
                 0.0024205294739179282, -0.0014282706371974701, 0.00063219214601555182, -0.0001440264864795892,
                 -3.7583255956991403e-05, 4.9432763010744726e-05, -1.8651795947539061e-05, -5.1545334645104339e-07,
                 3.2848098110005819e-06, -7.9031962147308664e-07, -1.0128449846748615e-07);
      g = hn::IfThenElse(far, h, g);
    }
    return hn::Mul(a, g);
  }
};

// The inverse of erf. Domain: [-1, 1], the ends give infinities; NaN beyond. Max error 0.501 ULP.
template <class D, class V>
HWY_INLINE V Erfinv(D d, V x) {
  const V a = hn::Abs(x), one = hn::Set(d, 1.0f);
  const V r = Widen<ErfinvWide>(d, Clamp(d, x, 0x1.fffffep-1f));
  const V outside = hn::IfThenElse(hn::Eq(a, one), hn::CopySignToAbs(hn::Inf(d), x), hn::NaN(d));
  return hn::IfThenElse(hn::Lt(a, one), r, outside);
}

// log(x / (1 - x)) for 0 < x < 1; from 1/4 to 3/4, where that may be small, log(1 + (2x - 1) / (1 - x)).
struct LogitWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD one = hn::Set(dd, 1.0), rest = hn::Sub(one, x);
    const auto middle = hn::Lt(hn::Abs(hn::Sub(x, hn::Set(dd, 0.5))), hn::Set(dd, 0.25));
    const VD q = hn::Div(hn::IfThenElse(middle, hn::Sub(x, rest), x), rest);
    const VD u = hn::Add(q, one);
    const VD lost = hn::IfThenElseZero(middle, hn::Sub(q, hn::Sub(u, one)));
    return hn::Add(LogWide()(dd, hn::IfThenElse(middle, u, q)), lost);
  }
};

// Domain: [0, 1], the ends give infinities; NaN beyond. Max error 0.501 ULP.
template <class D, class V>
HWY_INLINE V Logit(D d, V x) {
  const V one = hn::Set(d, 1.0f), zero = hn::Zero(d);
  const V r = Widen<LogitWide>(d, hn::Max(hn::Min(x, hn::Set(d, 0x1.fffffep-1f)), hn::Set(d, 0x1p-149f)));
  const V end =
      hn::IfThenElse(hn::Eq(x, zero), hn::Neg(hn::Inf(d)), hn::IfThenElse(hn::Eq(x, one), hn::Inf(d), hn::NaN(d)));
  return hn::IfThenElse(hn::And(hn::Gt(x, zero), hn::Lt(x, one)), r, end);
}

// log(1 + e^x), x >= -200.
struct SoftplusWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD down = hn::Max(hn::Neg(hn::Abs(x)), hn::Set(dd, -200.0));
    return hn::Add(hn::Max(x, hn::Zero(dd)), Log1pWide()(dd, ExpWide()(dd, down)));
  }
};

// Domain: all; gradual underflow to 0 below -103.97. Max error 0.501 ULP.
template <class D, class V>
HWY_INLINE V Softplus(D d, V x) {
  return KeepNaN(x, Widen<SoftplusWide>(d, x));
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_INVERSE_INL_H_
