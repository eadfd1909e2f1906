// float32 Sin Cos Tan Asin Acos Atan Atan2 on Highway vectors.

#if defined(NUMRS_CPU_MATH_F32_TRIG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F32_TRIG_INL_H_
#undef NUMRS_CPU_MATH_F32_TRIG_INL_H_
#else
#define NUMRS_CPU_MATH_F32_TRIG_INL_H_
#endif

#include <string.h>

#include "cpu/math/f32_wide-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f32 {

// ------------------------------------------------------------------------------------------------ sin, cos, tan

// Up to here the vector reductions are exact enough; beyond, each lane goes through TrigHuge.
constexpr float kTrigLimit = 0x1p22f;

enum class Trig { kSin, kCos, kTan };

// 2^63 x / pi modulo 2^64, for x = m 2^e >= 1: the sign-free angle in units of pi / 2^63, of which 2^64 make a full
// turn. Payne and Hanek's idea (1983) in integers: of 1 / pi only the bits below 2^(1-e) and above 2^(-64-e-24) count.
inline uint64_t HugeAngle(float x) {
  // The bits of 1 / pi after the point.
  constexpr uint64_t kInvPi[4] = {0x517CC1B727220A94u, 0xFE13ABE8FA9A6EE0u, 0x6DB14ACC9E21C820u, 0xFF28B1D5EF5DE2B0u};
  uint32_t bits;
  memcpy(&bits, &x, sizeof(bits));
  const uint64_t m = (bits & 0x7FFFFFu) | 0x800000u;
  const int e = static_cast<int>((bits >> 23) & 255) - 150;  // x = m 2^e, -1 <= e <= 104 here
  // The 128 bits of 1 / pi whose first has the weight 2^-e (bit number e - 1 of the fraction; number -2 is 0).
  const int from = e - 1 < 0 ? 0 : e - 1;
  const int shift_in = e - 1 < 0 ? 1 - e : 0;
  const int word = from >> 6;
  const int bit = from & 63;
  uint64_t hi = kInvPi[word];
  uint64_t lo = word + 1 < 4 ? kInvPi[word + 1] : 0;
  const uint64_t next = word + 2 < 4 ? kInvPi[word + 2] : 0;
  if (bit != 0) {
    hi = (hi << bit) | (lo >> (64 - bit));
    lo = (lo << bit) | (next >> (64 - bit));
  }
  if (shift_in != 0) {
    lo = (lo >> shift_in) | (hi << (64 - shift_in));
    hi >>= shift_in;
  }
  // m (hi + lo / 2^64) modulo 2^64; hi's first bit has the weight 2^0 after the product with 2^e.
  return m * hi + ((m * (lo >> 32)) >> 32);
}

// sin, cos or tan of one large finite argument, NaN for inf and NaN. Plain float64 arithmetic after the exact
// reduction, so the same bits on every target.
inline float TrigHuge(float x, Trig function) {
  if (!(x - x == 0.0f)) return x - x;
  uint64_t angle = HugeAngle(x);
  if (function == Trig::kCos) angle += uint64_t{1} << 62;
  // angle = half_turns 2^63 + rest, -2^62 <= rest < 2^62
  const bool odd = ((angle + (uint64_t{1} << 62)) >> 63) != 0;
  const int64_t rest = static_cast<int64_t>(angle - (odd ? uint64_t{1} << 63 : 0));
  const bool negate = odd != (x < 0 && function == Trig::kSin);
  // In units of pi / 2: t in [-1, 1]; sin and cos of pi / 2 t by symmetry from the half with |r| <= pi / 4.
  const double pi = 3.141592653589793;
  const uint64_t magnitude = rest < 0 ? 0 - static_cast<uint64_t>(rest) : static_cast<uint64_t>(rest);
  const double r = static_cast<double>(magnitude) * (pi * 0x1p-63);
  const double co = static_cast<double>((uint64_t{1} << 62) - magnitude) * (pi * 0x1p-63);
  // Taylor terms: 2^-50 at pi / 2.
  const auto sine = [](double v) {
    const double z = v * v;
    double p = -7.647163731819816e-13;
    p = p * z + 1.6059043836821613e-10;
    p = p * z - 2.505210838544172e-8;
    p = p * z + 2.7557319223985893e-6;
    p = p * z - 1.984126984126984e-4;
    p = p * z + 8.333333333333333e-3;
    p = p * z - 1.6666666666666666e-1;
    return v + v * z * p;
  };
  double result = sine(r);
  if (function == Trig::kTan) {
    result = result / sine(co);
    if ((rest < 0) != (x < 0)) result = -result;
    return static_cast<float>(result);
  }
  if ((rest < 0) != negate) result = -result;
  return static_cast<float>(result);
}

// result, replaced by TrigHuge's in lanes where |x| > kTrigLimit or x is NaN.
template <class D, class V>
HWY_NOINLINE V TrigSpecial(D d, V x, V result, Trig function) {
  HWY_ALIGN float in[hn::MaxLanes(d)];
  HWY_ALIGN float out[hn::MaxLanes(d)];
  hn::Store(x, d, in);
  hn::Store(result, d, out);
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    const float magnitude = in[i] < 0 ? -in[i] : in[i];
    if (!(magnitude <= kTrigLimit)) out[i] = TrigHuge(in[i], function);
  }
  return hn::Load(d, out);
}

// x = k unit + r for |x| <= kTrigLimit and k from kRound64 + k: the unit's first part has 28 bits, so that its product
// with k is exact and with it the first difference.
template <class DD, class VD>
HWY_INLINE VD TrigReduce(DD dd, VD x, VD k, double unit_hi, double unit_lo) {
  return hn::NegMulAdd(k, hn::Set(dd, unit_lo), hn::NegMulAdd(k, hn::Set(dd, unit_hi), x));
}

constexpr double kPiHi = 3.141592651605606;
constexpr double kPiLo = 1.984187159361081e-09;

// sin r for |r| <= pi / 2, relative error 2^-35; with the sign changed for odd integers in rounded.
template <class DD, class VD>
HWY_INLINE VD SinReduced(DD dd, VD r, VD rounded) {
  const hn::RebindToUnsigned<DD> du;
  const VD z = hn::Mul(r, r);
  const VD p = Horner(dd, z, -1.666666662611033e-1, 8.3333311068677779e-3, -1.9840867975413003e-4, 2.752537205627596e-6,
                      -2.3888686019011491e-8);
  const VD sine = hn::MulAdd(hn::Mul(r, z), p, r);
  return hn::BitCast(dd, hn::Xor(hn::BitCast(du, sine), hn::ShiftLeft<63>(hn::BitCast(du, rounded))));
}

struct SinWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD round = hn::Set(dd, kRound64);
    const VD rounded = hn::MulAdd(x, hn::Set(dd, 0.3183098861837907), round);
    return SinReduced(dd, TrigReduce(dd, x, hn::Sub(rounded, round), kPiHi, kPiLo), rounded);
  }
};

// cos x = sin(x - (k - 1/2) pi) (-1)^k
struct CosWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD round = hn::Set(dd, kRound64);
    const VD half = hn::Set(dd, 0.5);
    const VD rounded = hn::Add(hn::MulAdd(x, hn::Set(dd, 0.3183098861837907), half), round);
    const VD k = hn::Sub(hn::Sub(rounded, round), half);
    return SinReduced(dd, TrigReduce(dd, x, k, kPiHi, kPiLo), rounded);
  }
};

struct TanWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const hn::RebindToSigned<DD> di;
    const VD round = hn::Set(dd, kRound64);
    const VD rounded = hn::MulAdd(x, hn::Set(dd, 0.6366197723675814), round);
    const VD r = TrigReduce(dd, x, hn::Sub(rounded, round), kPiHi / 2, kPiLo / 2);
    const VD z = hn::Mul(r, r);
    const VD p =
        Horner(dd, z, 3.3333331847498343e-1, 1.333341049113432e-1, 5.3954647472716555e-2, 2.1984528406391254e-2,
               8.3320120829171677e-3, 4.9913053191925948e-3, -5.9419068989655381e-4, 2.040404418186737e-3);
    const VD t = hn::MulAdd(hn::Mul(r, z), p, r);
    // tan(r + pi / 2) = -1 / tan r
    const auto one = hn::Set(di, int64_t{1});
    const auto odd = hn::RebindMask(dd, hn::Eq(hn::And(hn::BitCast(di, rounded), one), one));
    return hn::Div(hn::IfThenElse(odd, hn::Set(dd, -1.0), t), hn::IfThenElse(odd, t, hn::Set(dd, 1.0)));
  }
};

template <Trig kFunction, class F, class D, class V>
HWY_NOINLINE V TrigWide(D d, V x) {
  V r = Widen<F>(d, x);
  // x - k pi is +0 for x = -0
  if (kFunction != Trig::kCos) r = hn::IfThenElse(hn::Eq(x, hn::Zero(d)), x, r);
  if (HWY_LIKELY(hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, kTrigLimit))))) return r;
  return TrigSpecial(d, x, r, kFunction);
}

// a = |x| = k pi / 2 + high + low with |high| <= pi / 4 and n = k (sin) or k + 1 (cos) in the low bits of rounded.
// low is what high lost by rounding, right even where k pi / 2 and a cancel.
template <Trig kFunction, class D, class V>
HWY_INLINE V TrigReduce32(D d, V a, V& rounded, V& low) {
  const V round = hn::Set(d, kFunction == Trig::kCos ? kRound32 + 1 : kRound32);
  rounded = hn::MulAdd(a, hn::Set(d, 0.636619772f), round);
  const V k = hn::Sub(rounded, round);
  const V first = hn::NegMulAdd(k, hn::Set(d, 0x1.921fb4p0f), a);  // exact
  const V part = hn::Set(d, 0x1.4442d2p-24f);
  const V product = hn::Mul(k, part);
  const V high = hn::Sub(first, product);
  const V rest = hn::MulAdd(k, hn::Set(d, -0x1.ee59dap-50f), hn::MulSub(k, part, product));
  low = hn::Sub(hn::Sub(hn::Sub(first, high), product), rest);
  return high;
}

template <Trig kFunction, class D, class V>
HWY_INLINE V SinCos32(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V a = hn::Abs(x);
  V rounded, low;
  const V r = TrigReduce32<kFunction>(d, a, rounded, low);
  const V z = hn::Mul(r, r);
  const V one = hn::Set(d, 1.0f);
  // sin: r + r z s + low; cos: 1 + z c - r low - (what z lost) / 2
  const V lost = hn::MulSub(r, r, z);
  const V s = Horner(d, z, -1.66666538e-1f, 8.33210628e-3f, -1.95078828e-4f);
  const V c = Horner(d, z, -5.0e-1f, 4.16666456e-2f, -1.38873083e-3f, 2.44321018e-5f);
  const auto n = hn::BitCast(du, rounded);
  const auto use_cos = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, 1u)));
  const V base = hn::IfThenElse(use_cos, one, r);
  const V tail = hn::IfThenElse(use_cos, hn::NegMulSub(lost, hn::Set(d, 0.5f), hn::Mul(r, low)), low);
  const V p = hn::IfThenElse(use_cos, c, s);
  const V y = hn::Add(base, hn::MulAdd(hn::Mul(base, z), p, tail));
  auto flip = hn::ShiftLeft<30>(n);
  if (kFunction == Trig::kSin) flip = hn::Xor(flip, hn::BitCast(du, x));
  return hn::Xor(y, hn::And(hn::BitCast(d, flip), hn::SignBit(d)));
}

// Up to here the float32 reduction keeps the bound.
constexpr float kTrigLimit32 = 8192.0f;

// sin x. Domain: all finite x, NaN at inf; |result| <= 1. Max error 0.952 ULP (all arguments from 0 up), without FMA
// 0.501. Up to |x| = 8192 float32 with a three-part pi / 2 (Cody and Waite) whose rounding error is carried along; up
// to 2^22 float64; beyond, integers (Payne and Hanek). Lost: one polynomial on [-pi / 2, pi / 2] without blends, since
// its terms cancel (above 1.5 ULP); the reduction's error from FMAs alone, wrong next to multiples of pi / 2; without
// z's rounding error 1.12 ULP.
template <class D, class V>
HWY_INLINE V Sin(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, kTrigLimit32));
  const V y = SinCos32<Trig::kSin>(d, x);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, TrigWide<Trig::kSin, SinWide>(d, x));
#else
  return TrigWide<Trig::kSin, SinWide>(d, x);
#endif
}

// cos x. Domain, method and source as Sin. Max error 0.962 ULP (all arguments from 0 up).
template <class D, class V>
HWY_INLINE V Cos(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, kTrigLimit32));
  const V y = SinCos32<Trig::kCos>(d, x);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, TrigWide<Trig::kCos, CosWide>(d, x));
#else
  return TrigWide<Trig::kCos, CosWide>(d, x);
#endif
}

// tan r = r + r^3 p(r^2) for even k, -1 / tan r for odd k, with what r^3 and the division lost.
template <class D, class V>
HWY_INLINE V Tan32(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  V rounded, low;
  const V r = TrigReduce32<Trig::kTan>(d, hn::Abs(x), rounded, low);
  const V z = hn::Mul(r, r);
  const V one = hn::Set(d, 1.0f);
  const V p = Horner(d, z, 3.33333611e-1f, 1.33323342e-1f, 5.40924035e-2f, 2.11324356e-2f, 1.11885015e-2f,
                     -3.221058e-4f, 4.56515467e-3f);
  const V cube = hn::Mul(r, z);
  const V cube_low = hn::MulAdd(r, hn::MulSub(r, r, z), hn::MulSub(r, z, cube));
  // 0.43 for p and 1 + 1.62 z for the slope 1 + tan^2 r, right where they count, at |r| = pi / 4.
  const V slope = hn::MulAdd(z, hn::Set(d, 1.62f), one);
  const V rest = hn::MulAdd(cube_low, hn::Set(d, 0.43f), hn::Mul(low, slope));
  const V tail = hn::MulAdd(cube, p, rest);
  const V t = hn::Add(r, tail);
  const V t_low = hn::Sub(tail, hn::Sub(t, r));
  const V inverse = hn::Div(hn::Set(d, -1.0f), t);
  const V lost = hn::MulAdd(inverse, t_low, hn::MulAdd(inverse, t, one));
  const V cotangent = hn::MulAdd(inverse, lost, inverse);
  const auto n = hn::BitCast(du, rounded);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, 1u)));
  const V y = hn::IfThenElse(odd, cotangent, t);
  return hn::Xor(y, hn::And(x, hn::SignBit(d)));
}

// tan x. Domain: all finite x, NaN at inf. Max error 0.845 ULP (all arguments from 0 up), without FMA 0.502. Ranges and
// reduction as Sin. Lost: float64 for all (half as fast); the half-angle formula, whose polynomial is half as long but
// whose division needs pairs above and below (0.82 ULP, 15 percent slower); leaving out what r^3 lost (1.1 ULP) or what
// z lost (0.994 ULP).
template <class D, class V>
HWY_INLINE V Tan(D d, V x) {
#if HWY_NATIVE_FMA
  const auto near = hn::Le(hn::Abs(x), hn::Set(d, kTrigLimit32));
  const V y = Tan32(d, x);
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, TrigWide<Trig::kTan, TanWide>(d, x));
#else
  return TrigWide<Trig::kTan, TanWide>(d, x);
#endif
}

// --------------------------------------------------------------------------------------- asin, acos, atan, atan2

constexpr double kPi = 3.141592653589793;

// With a = |x|: asin s = s + s z p for s = a, z = a^2 up to 1/2, and s = sqrt z, z = (1 - a) / 2 above, where
// asin a = pi / 2 - 2 asin s. NaN for a > 1 from the square root.
template <class DD, class VD, class MD>
HWY_INLINE VD AsinReduced(DD dd, VD a, MD& small) {
  const VD half = hn::Set(dd, 0.5);
  small = hn::Le(a, half);
  const VD z = hn::IfThenElse(small, hn::Mul(a, a), hn::NegMulAdd(a, half, half));
  const VD s = hn::IfThenElse(small, a, hn::Sqrt(z));
  const VD p = Horner(dd, z, 1.6666667180205283e-1, 7.4999489018679574e-2, 4.4659971009810742e-2, 3.0112539818455561e-2,
                      2.4604620581332871e-2, 7.5097579066946939e-3, 3.4645983115940242e-2);
  return hn::MulAdd(hn::Mul(s, z), p, s);
}

struct AsinWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    hn::Mask<DD> small;
    const VD r = AsinReduced(dd, hn::Abs(x), small);
    return hn::CopySign(hn::IfThenElse(small, r, hn::NegMulAdd(hn::Set(dd, 2.0), r, hn::Set(dd, kPi / 2))), x);
  }
};

struct AcosWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    hn::Mask<DD> small;
    const VD r = AsinReduced(dd, hn::Abs(x), small);
    const VD near = hn::Sub(hn::Set(dd, kPi / 2), hn::CopySign(r, x));
    const VD twice = hn::Add(r, r);
    const VD far = hn::IfThenElse(hn::Lt(x, hn::Zero(dd)), hn::Sub(hn::Set(dd, kPi), twice), twice);
    return hn::IfThenElse(small, near, far);
  }
};

constexpr float kHalfPiHigh = 0x1.921fb6p0f;
constexpr float kHalfPiLow = -0x1.777a5cp-25f;

// asin s' = s + low for s' = |x| up to 1/2 and s' = sqrt((1 - |x|) / 2) above. The root comes as a pair from Newton's
// steps, two divisions or roots less; both its factors are exact enough, only their sum is s'.
template <class D, class V, class M>
HWY_INLINE V AsinParts32(D d, V a, M& small, V& low) {
  const hn::RebindToUnsigned<D> du;
  const V half = hn::Set(d, 0.5f);
  const V one_and_half = hn::Set(d, 1.5f);
  small = hn::Le(a, half);
  const V z = hn::NegMulAdd(a, half, half);
  V y = hn::BitCast(d, hn::Sub(hn::Set(du, 0x5F375A86u), hn::ShiftRight<1>(hn::BitCast(du, z))));
  const V half_z = hn::Mul(z, half);
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half_z, y), y, one_and_half));
  y = hn::Mul(y, hn::NegMulAdd(hn::Mul(half_z, y), y, one_and_half));
  const V root = hn::Mul(z, y);
  const V root_low = hn::Mul(hn::NegMulAdd(root, root, z), hn::Mul(y, half));
  const V sum = hn::Add(root, root_low);
  const V s = hn::IfThenElse(small, a, sum);
  const V t = hn::IfThenElse(small, hn::Mul(a, a), z);
  const V p = Horner(d, t, 1.66667521e-1f, 7.49530941e-2f, 4.54691499e-2f, 2.41847802e-2f, 4.21582945e-2f);
  low = hn::MulAdd(hn::Mul(s, t), p, hn::IfThenZeroElse(small, hn::Sub(root_low, hn::Sub(sum, root))));
  return s;
}

// base + base_low + factor (s + low), factor a power of two, |base| 0 or larger than the rest.
template <class D, class V>
HWY_INLINE V AddToAngle32(D, V base, V base_low, V factor, V s, V low) {
  const V high = hn::MulAdd(factor, s, base);
  const V lost = hn::MulAdd(factor, s, hn::Sub(base, high));
  return hn::Add(high, hn::MulAdd(factor, low, hn::Add(lost, base_low)));
}

// asin x. Domain: |x| <= 1, NaN outside. Max error 0.690 ULP (all arguments from 0 up), without FMA 0.501. Lost: the
// float64 core, whose root alone takes as long as all of this; the root as one float32 (4 ULP).
template <class D, class V>
HWY_INLINE V Asin(D d, V x) {
#if HWY_NATIVE_FMA
  const V a = hn::Abs(x);
  hn::Mask<D> small;
  V low;
  const V s = AsinParts32(d, a, small, low);
  const V base = hn::IfThenZeroElse(small, hn::Set(d, kHalfPiHigh));
  const V base_low = hn::IfThenZeroElse(small, hn::Set(d, kHalfPiLow));
  const V factor = hn::IfThenElse(small, hn::Set(d, 1.0f), hn::Set(d, -2.0f));
  const V y = hn::Or(AddToAngle32(d, base, base_low, factor, s, low), hn::And(x, hn::SignBit(d)));
  const auto good = hn::Le(a, hn::Set(d, 1.0f));
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, hn::NaN(d));
#else
  return Widen<AsinWide>(d, x);
#endif
}

// acos x. Domain: |x| <= 1, NaN outside. Max error 0.603 ULP (sampled as Asin). As Asin.
template <class D, class V>
HWY_INLINE V Acos(D d, V x) {
#if HWY_NATIVE_FMA
  const V a = hn::Abs(x);
  const V sign = hn::And(x, hn::SignBit(d));
  hn::Mask<D> small;
  V low;
  const V s = AsinParts32(d, a, small, low);
  // pi / 2 - asin x; above 1/2 it is 2 asin s, below -1/2 pi - 2 asin s.
  const auto left = hn::Lt(x, hn::Zero(d));
  const V base = hn::IfThenElse(small, hn::Set(d, kHalfPiHigh), hn::IfThenElseZero(left, hn::Set(d, 2 * kHalfPiHigh)));
  const V base_low =
      hn::IfThenElse(small, hn::Set(d, kHalfPiLow), hn::IfThenElseZero(left, hn::Set(d, 2 * kHalfPiLow)));
  const V factor = hn::Xor(hn::IfThenElse(small, hn::Set(d, -1.0f), hn::Set(d, 2.0f)), sign);
  const V y = AddToAngle32(d, base, base_low, factor, s, low);
  const auto good = hn::Le(a, hn::Set(d, 1.0f));
  if (HWY_LIKELY(hn::AllTrue(d, good))) return y;
  return hn::IfThenElse(good, y, hn::NaN(d));
#else
  return Widen<AcosWide>(d, x);
#endif
}

struct AtanWide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD x) const {
    const VD one = hn::Set(dd, 1.0);
    const VD a = hn::Abs(x);
    const auto large = hn::Gt(a, one);
    const VD s = hn::IfThenElse(large, hn::Div(one, a), a);
    const VD r = AtanReduced(dd, s);
    return hn::CopySign(hn::IfThenElse(large, hn::Sub(hn::Set(dd, kPi / 2), r), r), x);
  }
};

// atan x. Domain: all. Max error 0.951 ULP (all arguments from 0 up), without FMA 0.501. Degree 19 in s = x or -1 / x;
// what the division and s^3 lost is added. Lost: without that 1.18 ULP, without s^3's part 1.006 ULP.
template <class D, class V>
HWY_INLINE V Atan(D d, V x) {
#if HWY_NATIVE_FMA
  const V a = hn::Abs(x);
  const auto near = hn::Le(a, hn::Set(d, 0x1p60f));  // keeps the residue of the division finite
  const V one = hn::Set(d, 1.0f);
  const auto large = hn::Gt(a, one);
  // atan a = pi / 2 - atan(1 / a): s = a or -1 / a, with what the division lost.
  const V inverse = hn::Div(hn::Set(d, -1.0f), a);
  const V inverse_low = hn::Mul(hn::MulAdd(inverse, a, one), inverse);
  const V s = hn::IfThenElse(large, inverse, a);
  const V z = hn::Mul(s, s);
  const V p = Horner(d, z, -3.33332807e-1f, 1.99979991e-1f, -1.42585307e-1f, 1.09230869e-1f, -8.32065567e-2f,
                     5.65753393e-2f, -2.98322104e-2f, 1.02074258e-2f, -1.6385807e-3f);
  const V base = hn::IfThenElseZero(large, hn::Set(d, kHalfPiHigh));
  // 0.6 for the slope 1 / (1 + z), which counts where s is next to 1.
  const V base_low = hn::IfThenElseZero(large, hn::MulAdd(inverse_low, hn::Set(d, 0.6f), hn::Set(d, kHalfPiLow)));
  const V high = hn::Add(base, s);
  const V lost = hn::Sub(s, hn::Sub(high, base));
  const V cube = hn::Mul(s, z);
  const V cube_low = hn::MulSub(s, z, cube);
  // -0.23 for p, as above.
  const V low = hn::MulAdd(cube, p, hn::MulAdd(cube_low, hn::Set(d, -0.23f), hn::Add(lost, base_low)));
  const V y = hn::Or(hn::Add(high, low), hn::And(x, hn::SignBit(d)));
  if (HWY_LIKELY(hn::AllTrue(d, near))) return y;
  return hn::IfThenElse(near, y, KeepNaN(x, hn::CopySign(hn::Set(d, kHalfPiHigh), x)));
#else
  return Widen<AtanWide>(d, x);
#endif
}

// The angle of (x, y): atan of the smaller over the larger, mirrored at the diagonal, then at the y axis.
struct Atan2Wide {
  template <class DD, class VD>
  HWY_INLINE VD operator()(DD dd, VD y, VD x) const {
    // inf becomes a number that counts as infinite beside every finite float32, and whose quotient with itself is 1.
    const VD far = hn::Set(dd, 0x1p600);
    const VD ax = hn::Min(hn::Abs(x), far);
    const VD ay = hn::Min(hn::Abs(y), far);
    const auto steep = hn::Gt(ay, ax);
    // Both zero: 0 / 2^-600.
    const VD s = hn::Div(hn::Min(ax, ay), hn::Max(hn::Max(ax, ay), hn::Set(dd, 0x1p-600)));
    VD r = AtanReduced(dd, s);
    r = hn::IfThenElse(steep, hn::Sub(hn::Set(dd, kPi / 2), r), r);
    const hn::RebindToSigned<DD> di;
    const auto left = hn::RebindMask(dd, hn::Lt(hn::BitCast(di, x), hn::Zero(di)));
    r = hn::IfThenElse(left, hn::Sub(hn::Set(dd, kPi), r), r);
    return hn::CopySign(r, y);
  }
};

// The angle of (x, y) in [-pi, pi] with the special cases of the Python array API standard. Max error 0.501 ULP (3
// million random pairs and all pairs of 58 special numbers). One rounding of the float64 core.
template <class D, class V>
HWY_INLINE V Atan2(D d, V y, V x) {
  return KeepNaN(x, KeepNaN(y, Widen<Atan2Wide>(d, y, x)));
}

}  // namespace f32
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // NUMRS_CPU_MATH_F32_TRIG_INL_H_
