// The weights of gelu and of its tanh form on vectors: the share of x that comes through, and the slope.
//
// float32 with FMA: for |x| <= 4.5 the smaller one of the weights of x and -x, q, is a polynomial of degree 7 from a
// table of 16 intervals, within 1.8 2^-24 of itself, so that small results keep their digits where 1 + erf(x / sqrt 2)
// has none; beyond, q is an exponential of a square in two parts times a polynomial in 1 / x^2. Lost: erf and 1 + erf
// (a quarter faster, no correct digit at -5), an exponential for all x (half as fast). Without FMA: in float64.

#if defined(NUMRS_CPU_NN_GELU_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_GELU_INL_H_
#undef NUMRS_CPU_NN_GELU_INL_H_
#else
#define NUMRS_CPU_NN_GELU_INL_H_
#endif

#include <array>

#include "cpu/math/f32_exp-inl.h"
#include "cpu/math/f32_special-inl.h"
#include "cpu/math/f64_exp-inl.h"
#include "cpu/math/f64_special-inl.h"
#include "cpu/math/gelu_tables.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace activation {

namespace hn = hwy::HWY_NAMESPACE;

constexpr double kRoot2Pi = 0x1.9884533d43651p+0, kRoot2PiLow = -0x1.cbc0d30ebfd15p-54;    // 2 sqrt(2 / pi)
constexpr double kCubic = 0x1.2444f2a4d8b4bp-4, kCubicLow = -0x1.6c843a29d1c70p-61;        // 0.044715 times that
constexpr double kRootHalf = 0x1.6a09e667f3bcdp-1, kRootHalfLow = -0x1.bdd3413b26456p-55;  // sqrt(1 / 2)
constexpr float kRoot2Pi32 = 1.59576917f, kRoot2PiLow32 = -4.53406804e-8f;
constexpr float kCubic32 = 0.0713548139f, kCubicLow32 = 2.3988324e-9f;

// ---------------------------------------------------------------------------------------------------- float32

#if HWY_NATIVE_FMA
constexpr float kGeluNear = 4.4999995f;  // the last number of the table
// q for 0 <= a; anything where a > kGeluNear or NaN.
template <class D, class V>
HWY_INLINE V GeluTable(D d, V a, const float (*table)[16]) {
  const hn::RebindToSigned<D> di;
  const V limited = hn::Min(a, hn::Set(d, kGeluNear));
  const V position = hn::MulAdd(limited, hn::Set(d, 1.0f / 4.5f), hn::Set(d, 1.0f));
  auto column = hn::ShiftRight<19>(hn::BitCast(di, position));
  if constexpr (!f32::IsLanes<D>(16)) column = hn::And(column, hn::Set(di, 15));  // 16 lanes: only these bits count
  const auto lookup = f32::Lookup16(d, column);
  const V u = hn::Sub(limited, lookup(table[0]));
  V p = lookup(table[8]);
  p = hn::MulAdd(p, u, lookup(table[7]));
  p = hn::MulAdd(p, u, lookup(table[6]));
  p = hn::MulAdd(p, u, lookup(table[5]));
  p = hn::MulAdd(p, u, lookup(table[4]));
  p = hn::MulAdd(p, u, lookup(table[3]));
  p = hn::MulAdd(p, u, lookup(table[2]));
  return hn::MulAdd(p, u, lookup(table[1]));
}
// e^(-a^2 / 2), |a| <= 20.
template <class D, class V>
HWY_INLINE V Bell32(D d, V a) {
  const V half = hn::Mul(a, hn::Set(d, -0.5f)), s = hn::Mul(half, a), low = hn::MulSub(half, a, s);
  const V e = f32::Exp(d, s);
  return hn::MulAdd(e, low, e);
}
struct GeluErf32 {
  // Slope for |x| that is near.
  template <size_t kN, class D, class V>
  static HWY_INLINE void SlopeSeveral(D d, const V* a, const V*, V* slope) {
    Pack<V, kN> s;
    V low[kN];
    for (size_t k = 0; k < kN; k++) {
      const V half = hn::Mul(a[k], hn::Set(d, -0.5f));
      s.v[k] = hn::Mul(half, a[k]);
      low[k] = hn::MulSub(half, a[k], s.v[k]);
    }
    const Pack<V, kN> e = f32::Exp(d, s);
    for (size_t k = 0; k < kN; k++)
      slope[k] = hn::Mul(hn::Mul(a[k], hn::Set(d, 0.398942280f)), hn::MulAdd(e.v[k], low[k], e.v[k]));
  }
  static constexpr const float (*kTable)[16] = kGeluErf;
  template <class D, class V>
  static HWY_INLINE V Near(D d, V a) {
    return GeluTable(d, a, kGeluErf);
  }
  template <class D, class V>
  static HWY_INLINE V Far(D d, V a) {
    const V limited = hn::Min(a, hn::Set(d, 20.0f)), inverse = hn::Div(hn::Set(d, 1.0f), limited);
    const V t = hn::Mul(inverse, inverse);
    const V r = f32::Horner(d, t, 0.398942262f, -0.398930013f, 1.19394803f, -5.72614479f, 30.5977325f, -104.740417f);
    return hn::Mul(hn::Mul(Bell32(d, limited), r), inverse);
  }
  // The slope of the weight at |x| times |x|.
  template <class D, class V>
  static HWY_INLINE V Slope(D d, V a, V) {
    const V limited = hn::Min(hn::Set(d, 20.0f), a);
    return hn::Mul(hn::Mul(limited, hn::Set(d, 0.398942280f)), Bell32(d, limited));
  }
};
struct GeluTanh32 {
  template <size_t kN, class D, class V>
  static HWY_INLINE void SlopeSeveral(D d, const V* a, const V* q, V* slope) {
    for (size_t k = 0; k < kN; k++) {
      const V rate = hn::MulAdd(hn::Mul(a[k], a[k]), hn::Set(d, 3 * kCubic32), hn::Set(d, kRoot2Pi32));
      slope[k] = hn::Mul(hn::Mul(a[k], rate), hn::NegMulAdd(q[k], q[k], q[k]));
    }
  }
  static constexpr const float (*kTable)[16] = kGeluTanh;
  template <class D, class V>
  static HWY_INLINE V Near(D d, V a) {
    return GeluTable(d, a, kGeluTanh);
  }
  template <class D, class V>
  static HWY_INLINE V Far(D d, V a) {
    const V x = hn::Min(a, hn::Set(d, 12.0f)), s = hn::Mul(x, x), s_low = hn::MulSub(x, x, s);
    const V c1 = hn::Set(d, kRoot2Pi32), c2 = hn::Set(d, kCubic32), w = hn::MulAdd(c2, s, c1);
    const V rest = hn::MulAdd(c2, s_low, hn::MulAdd(s, hn::Set(d, kCubicLow32), hn::Set(d, kRoot2PiLow32)));
    // c2 s is the larger one or not: what the sum has lost by way of its exact product.
    const V product = hn::Mul(c2, s), product_low = hn::MulSub(c2, s, product);
    const V back = hn::Sub(w, product), lost = hn::Add(hn::Sub(c1, back), hn::Sub(product, hn::Sub(w, back)));
    const V w_low = hn::Add(hn::Add(lost, product_low), rest);
    const V v = hn::Mul(x, w), v_low = hn::MulAdd(x, w_low, hn::MulSub(x, w, v));
    const V e = f32::Exp(d, hn::Neg(v)), full = hn::NegMulAdd(e, v_low, e);
    return hn::Div(full, hn::Add(hn::Set(d, 1.0f), full));
  }
  template <class D, class V>
  static HWY_INLINE V Slope(D d, V a, V q) {
    const V x = hn::Min(hn::Set(d, 20.0f), a);
    const V rate = hn::MulAdd(hn::Mul(x, x), hn::Set(d, 3 * kCubic32), hn::Set(d, kRoot2Pi32));
    return hn::Mul(hn::Mul(x, rate), hn::NegMulAdd(q, q, q));
  }
};
template <class Kind, class D, class V>
HWY_NOINLINE V GeluFar(D d, V a, V q) {
  return hn::IfThenElse(hn::Gt(a, hn::Set(d, kGeluNear)), Kind::Far(d, a), q);
}
template <class Kind, class D, class V>
HWY_INLINE V GeluSmaller(D d, V a) {
  const V q = Kind::Near(d, a);
  if (HWY_LIKELY(hn::AllFalse(d, hn::Gt(a, hn::Set(d, kGeluNear))))) return q;
  return GeluFar<Kind>(d, a, q);
}
template <class Kind, class D, class V>
HWY_INLINE V Gelu32(D d, V x) {
  const V q = GeluSmaller<Kind>(d, hn::Abs(x));
  const V bounded = hn::Max(hn::Set(d, hwy::LowestValue<float>()), x);  // -inf 0 would be NaN; NaN stays
  const V part = hn::Mul(bounded, q);
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::NegMulAdd(hn::Min(hn::Set(d, 8.0f), x), q, x), part);
}
// q of kN vectors step by step together, with the bits of GeluTable; false where a number is far, infinite or NaN.
template <class Kind, size_t kN, class D, class V>
HWY_INLINE bool GeluNearSeveral(D d, const V* a, V* q) {
  const hn::RebindToSigned<D> di;
  auto largest = hn::BitCast(di, a[0]);  // as integers: NaN is above all
  for (size_t k = 1; k < kN; k++) largest = hn::Max(largest, hn::BitCast(di, a[k]));
  if (HWY_UNLIKELY(!hn::AllFalse(di, hn::Gt(largest, hn::BitCast(di, hn::Set(d, kGeluNear)))))) return false;
  const auto column = [&](size_t k) HWY_ATTR {
    const V position = hn::MulAdd(a[k], hn::Set(d, 1.0f / 4.5f), hn::Set(d, 1.0f));
    auto at = hn::ShiftRight<19>(hn::BitCast(di, position));
    if constexpr (!f32::IsLanes<D>(16)) at = hn::And(at, hn::Set(di, 15));
    return f32::Lookup16(d, at);
  };
  static_assert(kN == 2 || kN == 4);
  const auto several = [&]() HWY_ATTR {
    if constexpr (kN == 2)
      return std::array{column(0), column(1)};
    else
      return std::array{column(0), column(1), column(2), column(3)};
  };
  const auto lookup = several();
  V u[kN];
  for (size_t k = 0; k < kN; k++) u[k] = hn::Sub(a[k], lookup[k](Kind::kTable[0]));
  for (size_t k = 0; k < kN; k++) q[k] = lookup[k](Kind::kTable[8]);
  for (int c = 7; c > 0; c--) {
    for (size_t k = 0; k < kN; k++) q[k] = hn::MulAdd(q[k], u[k], lookup[k](Kind::kTable[c]));
  }
  return true;
}
// The same bits as one by one, without guards where no number is far.
template <class Kind, size_t kN, class D, class V>
HWY_INLINE void GeluSeveral32(D d, const V* x, V* y) {
  V a[kN], q[kN];
  for (size_t k = 0; k < kN; k++) a[k] = hn::Abs(x[k]);
  if (HWY_LIKELY((GeluNearSeveral<Kind, kN>(d, a, q)))) {
    for (size_t k = 0; k < kN; k++) y[k] = hn::NegMulAdd(a[k], q[k], hn::Max(hn::Zero(d), x[k]));  // -0 stays
  } else {
    for (size_t k = 0; k < kN; k++) y[k] = Gelu32<Kind>(d, x[k]);
  }
}
template <class Kind, class D, class V>
HWY_INLINE V GeluSlope32(D d, V x) {
  const V a = hn::Abs(x), q = GeluSmaller<Kind>(d, a), slope = Kind::Slope(d, a, q);  // NaN stays in slope
  const V below = hn::Sub(q, slope);  // for -a; and for a it is 1 - q + slope
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Sub(hn::Set(d, 1.0f), below), below);
}
template <class Kind, size_t kN, class D, class V>
HWY_INLINE void GeluSlopeSeveral32(D d, const V* x, V* y) {
  V a[kN], q[kN], slope[kN];
  for (size_t k = 0; k < kN; k++) a[k] = hn::Abs(x[k]);
  if (HWY_LIKELY((GeluNearSeveral<Kind, kN>(d, a, q)))) {
    Kind::template SlopeSeveral<kN>(d, a, q, slope);
    for (size_t k = 0; k < kN; k++) {
      const V below = hn::Sub(q[k], slope[k]);
      y[k] = hn::IfThenElse(hn::Gt(x[k], hn::Zero(d)), hn::Sub(hn::Set(d, 1.0f), below), below);
    }
  } else {
    for (size_t k = 0; k < kN; k++) y[k] = GeluSlope32<Kind>(d, x[k]);
  }
}
#endif

// In float64, for one rounding to float32.
struct GeluErfWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD z = hn::Mul(x, hn::Set(dd, -kRootHalf));
    const VD limited = hn::Max(hn::Min(z, hn::Set(dd, 10.25)), hn::Set(dd, -10.25));
    return hn::Mul(x, hn::Mul(hn::Set(dd, 0.5), f32::ErfcWide()(dd, limited)));
  }
};
struct GeluErfSlopeWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD z = hn::Mul(x, hn::Set(dd, -kRootHalf));
    const VD limited = hn::Max(hn::Min(z, hn::Set(dd, 10.25)), hn::Set(dd, -10.25));
    const VD bell = f32::ExpWide()(dd, hn::Neg(hn::Mul(limited, limited)));
    return hn::MulAdd(hn::Mul(x, hn::Set(dd, 0.3989422804014327)), bell,
                      hn::Mul(hn::Set(dd, 0.5), f32::ErfcWide()(dd, limited)));
  }
};
template <class DD, class VD>
HWY_INLINE VD TanhArgument(DD dd, VD x) {
  return hn::Mul(x, hn::MulAdd(hn::Mul(x, x), hn::Set(dd, kCubic), hn::Set(dd, kRoot2Pi)));
}
struct GeluTanhWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD u = hn::Max(hn::Min(TanhArgument(dd, x), hn::Set(dd, 600.0)), hn::Set(dd, -600.0));
    const VD one = hn::Set(dd, 1.0);
    return hn::Mul(x, hn::Div(one, hn::Add(one, f32::ExpWide()(dd, hn::Neg(u)))));
  }
};
struct GeluTanhSlopeWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD u = hn::Max(hn::Min(TanhArgument(dd, x), hn::Set(dd, 600.0)), hn::Set(dd, -600.0));
    const VD one = hn::Set(dd, 1.0), e = f32::ExpWide()(dd, hn::Neg(hn::Abs(u)));
    const VD big = hn::Div(one, hn::Add(one, e)), small = hn::Mul(e, big);
    const VD rate = hn::MulAdd(hn::Mul(x, x), hn::Set(dd, 3 * kCubic), hn::Set(dd, kRoot2Pi));
    const VD weight = hn::IfThenElse(hn::Gt(u, hn::Zero(dd)), big, small);
    return hn::MulAdd(hn::Mul(x, rate), hn::Mul(big, small), weight);
  }
};
template <class Wide, class D, class V>
HWY_INLINE V GeluWide32(D d, V x, float limit) {
  return f32::KeepNaN(x, f32::Widen<Wide>(d, hn::Max(hn::Min(x, hn::Set(d, 100.0f)), hn::Set(d, limit))));
}
template <class Wide, class D, class V>
HWY_INLINE V GeluWideValue32(D d, V x, float limit) {
  return hn::IfThenElse(hn::Gt(x, hn::Set(d, 100.0f)), x, GeluWide32<Wide>(d, x, limit));
}

// ---------------------------------------------------------------------------------------------------- float64

// The weight erfc(-x / sqrt 2) / 2. The argument of erfc is carried in two parts: its rounding error counts 2 z^2
// times. The logarithmic slope of erfc lies between z + sqrt(z^2 + 4 / pi) and z + sqrt(z^2 + 2).
template <class D, class V>
HWY_INLINE V GeluWeight(D d, V x) {
  const V limited = hn::Max(hn::Set(d, -39.0), x);
  V low;
  const V z = f64::TwoProd(limited, hn::Set(d, -kRootHalf), low);
  const V z_low = hn::MulAdd(limited, hn::Set(d, -kRootHalfLow), low);
  const V rate = hn::Add(z, hn::Sqrt(hn::MulAdd(z, z, hn::Set(d, 1.6))));
  const V half = hn::Mul(hn::Set(d, 0.5), f64::Erfc(d, z));
  const V fix = hn::Mul(half, hn::Mul(z_low, rate));
  return hn::IfThenElse(hn::Lt(z, hn::Zero(d)), half, hn::Sub(half, fix));
}
template <class D, class V>
HWY_INLINE V GeluSlope(D d, V x) {
  const V a = hn::Min(hn::Set(d, 39.0), hn::Abs(x));
  V low;
  const V s = f64::TwoProd(a, hn::Mul(a, hn::Set(d, -0.5)), low), e = f64::Exp(d, s), bell = hn::MulAdd(e, low, e);
  const V part = hn::Mul(hn::Mul(a, hn::Set(d, 0.3989422804014327)), bell);
  const V weight = GeluWeight(d, x);
  return hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(weight, part), hn::Add(weight, part));
}
// u = 2 sqrt(2 / pi) (x + 0.044715 x^3), and what its rounding left out.
template <class D, class V>
HWY_INLINE V TanhParts(D d, V x, V& low) {
  const V c1 = hn::Set(d, kRoot2Pi), c2 = hn::Set(d, kCubic);
  V s_low, product_low, w_low, u_low;
  const V s = f64::TwoProd(x, x, s_low);
  const V product = f64::TwoProd(c2, s, product_low);
  const V w = f64::TwoSum(product, c1, w_low);
  w_low = hn::Add(w_low, hn::Add(product_low,
                                 hn::MulAdd(c2, s_low, hn::MulAdd(s, hn::Set(d, kCubicLow), hn::Set(d, kRoot2PiLow)))));
  const V u = f64::TwoProd(x, w, u_low);
  low = hn::MulAdd(x, w_low, u_low);
  return u;
}
template <class D, class V>
HWY_INLINE V GeluTanhWeight(D d, V x) {
  const V limited = hn::Min(hn::Set(d, 30.0), hn::Max(hn::Set(d, -30.0), x));
  V low;
  const V u = TanhParts(d, limited, low), s = f64::Sigmoid(d, u);
  return hn::IfThenElse(hn::Lt(u, hn::Zero(d)), hn::MulAdd(s, low, s), s);
}
template <class D, class V>
HWY_INLINE V GeluTanhSlope(D d, V x) {
  const V a = hn::Min(hn::Set(d, 30.0), hn::Abs(x));
  V low;
  const V u = hn::Neg(TanhParts(d, a, low)), s = f64::Sigmoid(d, u), q = hn::NegMulAdd(s, low, s);
  const V rate = hn::MulAdd(hn::Mul(a, a), hn::Set(d, 3 * kCubic), hn::Set(d, kRoot2Pi));
  const V below = hn::NegMulAdd(hn::Mul(a, rate), hn::NegMulAdd(q, q, q), q);
  return hn::IfThenElse(hn::Gt(x, hn::Zero(d)), hn::Sub(hn::Set(d, 1.0), below), below);
}

struct Gelu;
struct GeluTanh;
#if HWY_NATIVE_FMA
template <>
inline constexpr size_t kSeveral<Gelu, float> = HWY_ARCH_X86 && HWY_TARGET > HWY_AVX3 ? 2 : 4;  // by registers
template <>
inline constexpr size_t kSeveral<GeluTanh, float> = kSeveral<Gelu, float>;
#endif

struct Gelu {
#if HWY_NATIVE_FMA
  template <class D, class V>
  static HWY_INLINE void Several(D d, const V* x, V* y) {
    GeluSeveral32<GeluErf32, kSeveral<Gelu, float>>(d, x, y);
  }
  template <class D, class V>
  static HWY_INLINE void SlopeSeveral(D d, const V* x, V* y) {
    GeluSlopeSeveral32<GeluErf32, kSeveral<Gelu, float>>(d, x, y);
  }
#endif
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    if constexpr (sizeof(hn::TFromD<D>) == 4) {
#if HWY_NATIVE_FMA
      return Gelu32<GeluErf32>(d, x);
#else
      return GeluWideValue32<GeluErfWide>(d, x, -15.0f);
#endif
    } else {
      return hn::Mul(hn::Max(hn::Set(d, hwy::LowestValue<double>()), x), GeluWeight(d, x));
    }
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    if constexpr (sizeof(hn::TFromD<D>) == 4) {
#if HWY_NATIVE_FMA
      return hn::Mul(g, GeluSlope32<GeluErf32>(d, x));
#else
      return hn::Mul(g, GeluWide32<GeluErfSlopeWide>(d, x, -15.0f));
#endif
    } else {
      return hn::Mul(g, GeluSlope(d, x));
    }
  }
};
struct GeluTanh {
#if HWY_NATIVE_FMA
  template <class D, class V>
  static HWY_INLINE void Several(D d, const V* x, V* y) {
    GeluSeveral32<GeluTanh32, kSeveral<GeluTanh, float>>(d, x, y);
  }
  template <class D, class V>
  static HWY_INLINE void SlopeSeveral(D d, const V* x, V* y) {
    GeluSlopeSeveral32<GeluTanh32, kSeveral<GeluTanh, float>>(d, x, y);
  }
#endif
  template <class D, class V>
  static HWY_INLINE V Value(D d, V x, V, V) {
    if constexpr (sizeof(hn::TFromD<D>) == 4) {
#if HWY_NATIVE_FMA
      return Gelu32<GeluTanh32>(d, x);
#else
      return GeluWideValue32<GeluTanhWide>(d, x, -12.0f);
#endif
    } else {
      return hn::Mul(hn::Max(hn::Set(d, hwy::LowestValue<double>()), x), GeluTanhWeight(d, x));
    }
  }
  template <class D, class V>
  static HWY_INLINE V Back(D d, V g, V x, V, V) {
    if constexpr (sizeof(hn::TFromD<D>) == 4) {
#if HWY_NATIVE_FMA
      return hn::Mul(g, GeluSlope32<GeluTanh32>(d, x));
#else
      return hn::Mul(g, GeluWide32<GeluTanhSlopeWide>(d, x, -12.0f));
#endif
    } else {
      return hn::Mul(g, GeluTanhSlope(d, x));
    }
  }
};

}  // namespace activation
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_NN_GELU_INL_H_
