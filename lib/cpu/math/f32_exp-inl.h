// float32 Exp Exp2 Expm1 Sinh Cosh Tanh Sigmoid on Highway vectors. Logarithms and powers are in f32_log-inl.h.

#if defined(NUMRS_CPU_MATH_F32_EXP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_EXP_INL_H_
#undef NUMRS_CPU_MATH_F32_EXP_INL_H_
#else
#define NUMRS_CPU_MATH_F32_EXP_INL_H_
#endif

#include "cpu/math/f32_wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

struct Exp2Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD round = hn::Set(dd, kRound64);
    const VD rounded = hn::Add(x, round);
    const VD scale = Pow2FromRounded(dd, rounded);
    const VD r = hn::Mul(hn::Sub(x, hn::Sub(rounded, round)), hn::Set(dd, kLn2));
    return hn::MulAdd(scale, Expm1Reduced(dd, r), scale);
  }
};

struct Expm1Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD scale;
    const VD r = ExpReduce(dd, x, scale);
    return hn::MulAdd(scale, Expm1Reduced(dd, r), hn::Sub(scale, hn::Set(dd, 1.0)));
  }
};

// cosh r and sinh r for |r| <= ln2 / 2, relative errors 2^-34 and 2^-37.
template <class DD, class VD>
HWY_INLINE VD CoshReduced(DD dd, VD z) {
  return hn::MulAdd(z, Horner(dd, z, 5.0000000795636612e-1, 4.1666265639002269e-2, 1.3946333101980389e-3),
                    hn::Set(dd, 1.0));
}
template <class DD, class VD>
HWY_INLINE VD SinhReduced(DD dd, VD r, VD z) {
  return hn::MulAdd(hn::Mul(r, z), Horner(dd, z, 1.6666666754548121e-1, 8.3332889227343866e-3, 1.9904999015307444e-4),
                    r);
}

// 2^n / 2 and 2^-n / 2 give cosh x = (up + down) cosh r + (up - down) sinh r, and sinh x with the factors exchanged.
template <class DD, class VD>
HWY_INLINE void HyperbolicParts(DD dd, VD x, VD& sum, VD& difference, VD& c, VD& s) {
  const hn::RebindToSigned<DD> di;
  VD scale;
  const VD r = ExpReduce(dd, x, scale);
  const auto bits = hn::BitCast(di, scale);
  const auto half_one = hn::Set(di, int64_t{0x0010000000000000});
  const auto both = hn::Set(di, int64_t{0x7FD0000000000000});
  const VD up = hn::BitCast(dd, hn::Sub(bits, half_one));
  const VD down = hn::BitCast(dd, hn::Sub(both, bits));
  sum = hn::Add(up, down);
  difference = hn::Sub(up, down);
  const VD z = hn::Mul(r, r);
  c = CoshReduced(dd, z);
  s = SinhReduced(dd, r, z);
}

struct SinhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::MulAdd(difference, c, hn::Mul(sum, s));
  }
};

struct CoshWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::MulAdd(difference, s, hn::Mul(sum, c));
  }
};

struct TanhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    VD sum, difference, c, s;
    HyperbolicParts(dd, x, sum, difference, c, s);
    return hn::Div(hn::MulAdd(difference, c, hn::Mul(sum, s)), hn::MulAdd(difference, s, hn::Mul(sum, c)));
  }
};

struct SigmoidWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD one = hn::Set(dd, 1.0);
    return hn::Div(one, hn::Add(one, ExpWide()(dd, hn::Neg(x))));
  }
};

// ------------------------------------------------------------------------------------------ float32 cores, with FMA

// r = x - n ln2, |r| <= ln2 / 2, with n + kRound32 in rounded. n times the first part of ln2 is taken off exactly.
template <class D, class V>
HWY_INLINE V ExpReduce32(D d, V x, V& rounded) {
  const V round = hn::Set(d, kRound32);
  rounded = hn::MulAdd(x, hn::Set(d, 0x1.715476p0f), round);
  const V n = hn::Sub(rounded, round);
  return hn::NegMulAdd(n, hn::Set(d, -0x1.05c610p-29f), hn::NegMulAdd(n, hn::Set(d, 0x1.62e430p-1f), x));
}

template <class F, class D, class V>
HWY_NOINLINE V ExpSlow(D d, V x, float limit) {
  return KeepNaN(x, Widen<F>(d, Clamp(d, x, limit)));
}

template <class D, class V>
HWY_INLINE V Exp(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, 87.0f));
  V rounded;
  const V r = ExpReduce32(d, x, rounded);
  const V p = Horner(d, r, 1.0f, 1.0f, 4.9999994e-1f, 1.66665152e-1f, 4.16680835e-2f, 8.3693685e-3f, 1.38413277e-3f);
  const V y = ScaleByRounded(d, p, rounded);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, ExpSlow<ExpWide>(d, x, 120.0f));
#else
  return ExpSlow<ExpWide>(d, x, 120.0f);
#endif
}

template <class D, class V>
HWY_INLINE V Exp2(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, 125.0f));
  const V round = hn::Set(d, kRound32);
  const V rounded = hn::Add(x, round);
  const V r = hn::Sub(x, hn::Sub(rounded, round));
  const V p =
      Horner(d, r, 1.0f, 6.93147242e-1f, 2.40226552e-1f, 5.55027239e-2f, 9.61706322e-3f, 1.34182023e-3f, 1.5820541e-4f);
  const V y = ScaleByRounded(d, p, rounded);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, ExpSlow<Exp2Wide>(d, x, 160.0f));
#else
  return ExpSlow<Exp2Wide>(d, x, 160.0f);
#endif
}

template <class D, class V>
HWY_INLINE V Expm1(D d, V x) {
  const V sign = hn::And(x, hn::SignBit(d));
#if HWY_NATIVE_FMA
  const auto near = hn::Le(x, hn::Set(d, 16.5f));
  V rounded;
  const V one = hn::Set(d, 1.0f);
  const V round = hn::Set(d, kRound32);
  const V z = hn::Max(x, hn::Set(d, -30.0f));
  rounded = hn::Add(hn::MulAdd(z, hn::Set(d, 0x1.715476p0f), hn::Set(d, -0.08496f)), round);
  const V n = hn::Sub(rounded, round);
  const V r = hn::NegMulAdd(n, hn::Set(d, -0x1.05c610p-29f), hn::NegMulAdd(n, hn::Set(d, 0x1.62e430p-1f), z));
  const V q = Horner(d, r, 5.0e-1f, 1.66666731e-1f, 4.1666653e-2f, 8.33118521e-3f, 1.39085983e-3f, 2.1512543e-4f);
  const V m = hn::MulAdd(hn::Mul(r, r), q, r);
  const V scale = ScaleByRounded(d, one, rounded);
  const V y = hn::Or(hn::MulAdd(scale, m, hn::Sub(scale, one)), sign);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, hn::Or(ExpSlow<Expm1Wide>(d, x, 120.0f), sign));
#else
  return hn::Or(ExpSlow<Expm1Wide>(d, x, 120.0f), sign);
#endif
}

template <class D, class V>
HWY_INLINE V Sinh(D d, V x) {
  return KeepNaN(x, hn::Or(Widen<SinhWide>(d, Clamp(d, x, 120.0f)), hn::And(x, hn::SignBit(d))));
}

template <class D, class V>
HWY_INLINE V Cosh(D d, V x) {
  return KeepNaN(x, Widen<CoshWide>(d, Clamp(d, x, 120.0f)));
}

template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  return KeepNaN(x, hn::Or(Widen<TanhWide>(d, Clamp(d, x, 20.0f)), hn::And(x, hn::SignBit(d))));
}

template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  return KeepNaN(x, Widen<SigmoidWide>(d, Clamp(d, x, 120.0f)));
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_EXP_INL_H_
