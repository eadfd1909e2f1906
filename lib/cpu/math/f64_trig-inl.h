// Sine, cosine and tangent of float64 vectors, for every finite argument. Inverse functions are in f64_atrig-inl.h.

#if defined(NUMRS_CPU_MATH_F64_TRIG_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_TRIG_INL_H_
#undef NUMRS_CPU_MATH_F64_TRIG_INL_H_
#else
#define NUMRS_CPU_MATH_F64_TRIG_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "hwy/highway.h"
#include "f64_dd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

namespace trig {

constexpr double kTwoOverPi = 0x1.45f306dc9c883p-1;
constexpr double kRoundMagic = 0x1.8p52;  // adding it leaves round(x) in the low bits, for |x| < 2^51

// |x| up to which each reduction holds. Beyond kMediumLimit the bits of 2/pi are taken from a table, one lane at a
// time.
constexpr double kShortLimit = 0x1p20;
constexpr double kMediumLimit = 0x1p31;

// pi/2 = kPio2A + kPio2B + kPio2C + 2^-141. kPio2B has 33 bits, so that n * kPio2B is exact for n < 2^20.
constexpr double kPio2A = 0x1.921fb54442d18p+0;
constexpr double kPio2B = 0x1.1a62633100000p-54;
constexpr double kPio2C = 0x1.1701b839a2520p-88;
// pi/2 = kPio2A + kPio2M + kPio2N + 2^-164, the same sum cut at full words.
constexpr double kPio2M = 0x1.1a62633145c07p-54;
constexpr double kPio2N = -0x1.f1976b7ed8fbcp-110;

// (r - sin r) / r^3 and (1 - r^2/2 - cos r) / r^4 in z = r^2 for |r| <= pi/4: minimax, coefficients rounded one by one,
// relative error of the sine 2^-57.9, of the cosine 2^-63.9 (tools/coefficients/f64_trig.py).
constexpr double kSin[6] = {0x1.5555555555548p-3,   -0x1.111111110f72ep-7, 0x1.a01a019be8c08p-13,
                            -0x1.71de3554c50fep-19, 0x1.ae5e4b2927f35p-26, -0x1.5d8b38be07b8fp-33};
constexpr double kCos[6] = {-0x1.555555555554bp-5, 0x1.6c16c16c15016p-10,  -0x1.a01a019c8f4bep-16,
                            0x1.27e4f7f1b1ea8p-22, -0x1.1ee9dbe69b178p-29, 0x1.8fa69116c507ap-37};

// 2/pi in units of 2^-64, most significant word first, after one word of zeros (for x below 2^54).
constexpr uint64_t kTwoOverPiBits[20] = {0,
                                         0xA2F9836E4E441529,
                                         0xFC2757D1F534DDC0,
                                         0xDB6295993C439041,
                                         0xFE5163ABDEBBC561,
                                         0xB7246E3A424DD2E0,
                                         0x06492EEA09D1921C,
                                         0xFE1DEB1CB129A73E,
                                         0xE88235F52EBB4484,
                                         0xE99C7026B45F7E41,
                                         0x3991D639835339F4,
                                         0x9C845F8BBDF9283B,
                                         0x1FF897FFDE05980F,
                                         0xEF2F118B5A0A6D1F,
                                         0x6D367ECF27CB09B7,
                                         0x4F463F669E5FEA2D,
                                         0x7527BAC7EBE5F17B,
                                         0x3D0739F78A5292EA,
                                         0x6BFB5FB11F8D5D08,
                                         0x56033046FC7B6BAB};
constexpr uint64_t kPio4Hi = 0xC90FDAA22168C234, kPio4Lo = 0xC4C6628B80DC1CD1;  // pi/4 in units of 2^-128

// hi - lo + n * pi/2 == x to about 2^-70 relative to hi, |hi| <= pi/4, for finite |x| > 2^30; returns n modulo 4.
// Exponent by exponent after Payne and Hanek (Radian reduction for trigonometric functions, SIGNUM Newsletter 18,
// 1983): x = m 2^e, and of the product m * (2/pi) only 192 bits matter, those worth 4 and more drop out. The multiples
// of pi/2 nearest to a double leave 62 leading zeros (6381956970095103 * 2^797), and 137 bits of the fraction are
// right. Integers only: the same bits everywhere.
HWY_NOINLINE inline uint64_t ReduceHuge(double x, double* hi, double* lo) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof(bits));
  const uint64_t m = (bits & 0xFFFFFFFFFFFFF) | (uint64_t{1} << 52);
  const unsigned skip =
      static_cast<unsigned>((bits >> 52) & 0x7FF) - 1075 - 2 + 64;  // 40 <= skip, from the table's start
  const unsigned shift = skip % 64;
  const uint64_t* word = kTwoOverPiBits + skip / 64;
  uint64_t w[3];
  for (int i = 0; i < 3; ++i) w[i] = shift == 0 ? word[i] : (word[i] << shift) | (word[i + 1] >> (64 - shift));

  // m * w modulo 2^192; its unit is 2^-190.
  uint64_t carry1, carry2;
  const uint64_t p0 = hwy::Mul128(m, w[2], &carry1);
  uint64_t p1 = hwy::Mul128(m, w[1], &carry2);
  p1 += carry1;
  const uint64_t p2 = m * w[0] + carry2 + (p1 < carry1);

  uint64_t n = p2 >> 62;
  uint64_t f2 = (p2 << 2) | (p1 >> 62), f1 = (p1 << 2) | (p0 >> 62), f0 = p0 << 2;  // fraction in units of 2^-192
  uint64_t negative = f2 >> 63;
  if (negative) {  // round to the nearest n
    n += 1;
    f0 = ~f0 + 1;
    f1 = ~f1 + (f0 == 0);
    f2 = ~f2 + (f0 == 0 && f1 == 0);
  }
  unsigned zeros = 0;
  if (f2 == 0) {
    zeros = 64;
    f2 = f1;
    f1 = f0;
    f0 = 0;
  }
  const unsigned z = static_cast<unsigned>(hwy::Num0BitsAboveMS1Bit_Nonzero64(f2));
  zeros += z;
  if (z != 0) {
    f2 = (f2 << z) | (f1 >> (64 - z));
    f1 = (f1 << z) | (f0 >> (64 - z));
  }

  // times pi/4, the upper 128 bits but for a unit or two; the fraction times pi/2 is twice that.
  uint64_t h1, h0 = hwy::Mul128(f2, kPio4Hi, &h1), part;
  hwy::Mul128(f2, kPio4Lo, &part);
  h0 += part;
  h1 += h0 < part;
  hwy::Mul128(f1, kPio4Hi, &part);
  h0 += part;
  h1 += h0 < part;
  if ((h1 >> 63) == 0) {
    h1 = (h1 << 1) | (h0 >> 63);
    h0 <<= 1;
    zeros += 1;
  }

  uint64_t head = h1 >> 11;
  const uint64_t tail = (h1 << 53) | (h0 >> 11);
  head += tail >> 63;  // to nearest, so that the tail is signed
  negative ^= bits >> 63;
  if (bits >> 63) n = 0 - n;
  const uint64_t unit_bits = (negative << 63) | (uint64_t{1023 - 52 - zeros} << 52);  // of head: 2 * 2^(-53 - zeros)
  double unit;
  memcpy(&unit, &unit_bits, sizeof(unit));
  *hi = static_cast<double>(static_cast<int64_t>(head)) * unit;
  *lo = static_cast<double>(static_cast<int64_t>(tail)) * -0x1p-64 * unit;
  return n & 3;
}

// The lanes above kShortLimit, for Reduce. With |n| < 2^31, n * kPio2M takes 84 bits: the product is rounded first, so
// that the subtraction and its error are exact, and the product's own error goes to the tail.
template <class D, class V>
HWY_NOINLINE void ReduceLarge(D d, V x, V& n, V& hi, V& lo) {
  const V magic = hn::Set(d, kRoundMagic);
  const V large = hn::Abs(x);
  const auto is_short = hn::Le(large, hn::Set(d, kShortLimit));
  const V n_medium = hn::MulAdd(x, hn::Set(d, kTwoOverPi), magic);
  const V count = hn::Sub(n_medium, magic);
  const V r = Remainder(count, hn::Set(d, kPio2A), x);
  V p_lo, s_lo;
  const V p = TwoProd(count, hn::Set(d, kPio2M), p_lo);
  const V s = FastTwoSum(r, hn::Neg(p), s_lo);
  n = hn::IfThenElse(is_short, n, n_medium);
  hi = hn::IfThenElse(is_short, hi, s);
  lo = hn::IfThenElse(is_short, lo, hn::Sub(hn::MulAdd(count, hn::Set(d, kPio2N), p_lo), s_lo));

  if (hn::AllTrue(d, hn::Le(large, hn::Set(d, kMediumLimit)))) return;
  HWY_ALIGN double lanes[4][hn::MaxLanes(D())];
  hn::Store(x, d, lanes[0]);
  hn::Store(n, d, lanes[1]);
  hn::Store(hi, d, lanes[2]);
  hn::Store(lo, d, lanes[3]);
  for (size_t i = 0; i < hn::Lanes(d); ++i) {
    const double xi = lanes[0][i];
    if (xi - xi != 0.0) {  // inf or NaN
      lanes[2][i] = xi - xi;
      lanes[3][i] = 0.0;
    } else if (xi > kMediumLimit || xi < -kMediumLimit) {
      lanes[1][i] = kRoundMagic + static_cast<double>(static_cast<int64_t>(ReduceHuge(xi, &lanes[2][i], &lanes[3][i])));
    }
  }
  n = hn::Load(d, lanes[1]);
  hi = hn::Load(d, lanes[2]);
  lo = hn::Load(d, lanes[3]);
}

// x = hi - lo + n * pi/2 with |hi| <= pi/4 (1 + 2^-30) and |lo| <= ulp(hi); the low two bits of the result are n
// modulo 4. NaN and infinities leave hi = NaN. After Cody and Waite: x - n * kPio2A is exact, since it is a multiple of
// ulp(x) (or of ulp(kPio2A)) below 1; n * kPio2B is exact and therefore rest - hi is too, also where the two cancel; n
// * kPio2C errs by 2^-120, and no double up to 2^20 comes closer to a multiple of pi/2 than 2^-60. The tail is
// subtracted, here and below, because x = -0 then gives hi = -0, lo = +0 and hi - lo = -0 without a blend.
template <class D, class V>
HWY_INLINE hn::Vec<hn::RebindToUnsigned<D>> Reduce(D d, V x, V& hi, V& lo) {
  const V magic = hn::Set(d, kRoundMagic);
  V n = hn::MulAdd(x, hn::Set(d, kTwoOverPi), magic);
  const V count = hn::Sub(n, magic);
  const V rest = Remainder(count, hn::Set(d, kPio2A), x);
  hi = hn::NegMulAdd(count, hn::Set(d, kPio2B), rest);
  lo = hn::MulAdd(count, hn::Set(d, kPio2B), hn::Sub(hi, rest));
  lo = hn::MulAdd(count, hn::Set(d, kPio2C), lo);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Le(hn::Abs(x), hn::Set(d, kShortLimit))))) {
    V n_any = n, hi_any = hi, lo_any = lo;
    ReduceLarge(d, x, n_any, hi_any, lo_any);
    n = n_any;
    hi = hi_any;
    lo = lo_any;
  }
  return hn::BitCast(hn::RebindToUnsigned<D>(), n);
}

template <class D, class V>
HWY_INLINE V Polynomial6(D d, V z, const double (&c)[6]) {
  V p = hn::MulAdd(z, hn::Set(d, c[5]), hn::Set(d, c[4]));
  p = hn::MulAdd(z, p, hn::Set(d, c[3]));
  p = hn::MulAdd(z, p, hn::Set(d, c[2]));
  p = hn::MulAdd(z, p, hn::Set(d, c[1]));
  return hn::MulAdd(z, p, hn::Set(d, c[0]));
}

// sin(r - lo) = r - sin_tail and cos(r - lo) = cos_head - cos_tail. The cosine's head is 1 - z/2 rounded, whose error
// is in the tail.
// The tangent also takes the rounding error of z into the cosine's tail.
template <bool kExactSquare, class D, class V>
HWY_INLINE void SinCosParts(D d, V r, V lo, V& sin_tail, V& cos_head, V& cos_tail) {
  const V one = hn::Set(d, 1.0), half = hn::Set(d, 0.5);
  V z_lo = hn::Zero(d);
  const V z = kExactSquare ? TwoSquare(r, z_lo) : hn::Mul(r, r);
  cos_head = hn::NegMulAdd(half, z, one);
  V head_error = hn::MulAdd(half, z, hn::Sub(cos_head, one));
  if (kExactSquare) head_error = hn::MulAdd(half, z_lo, head_error);
  cos_tail = hn::MulAdd(hn::Mul(z, z), Polynomial6(d, z, kCos), hn::NegMulAdd(r, lo, head_error));
  sin_tail = hn::MulAdd(hn::Mul(r, z), Polynomial6(d, z, kSin), hn::Mul(lo, cos_head));
}

// sin(x + quarter_turns * pi/2)
template <uint64_t quarter_turns, class D, class V>
HWY_INLINE V SinShifted(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  V r, lo, sin_tail, cos_head, cos_tail;
  auto n = Reduce(d, x, r, lo);
  if (quarter_turns != 0) n = hn::Add(n, hn::Set(du, quarter_turns));
  SinCosParts<false>(d, r, lo, sin_tail, cos_head, cos_tail);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  const V value = hn::Sub(hn::IfThenElse(odd, cos_head, r), hn::IfThenElse(odd, cos_tail, sin_tail));
  const V sign = hn::And(hn::BitCast(d, hn::ShiftLeft<62>(n)), hn::SignBit(d));  // bit 1 of n
  return hn::Xor(value, sign);
}

}  // namespace trig

// Sine of x, in radians.
// Domain: all finite x; sin(+-0) = +-0, NaN for infinities and NaN; |sin x| <= 1.
// Error: at most 0.79 ULP found with and without FMA, against MPFR: 22 M points each, namely all bit patterns, dense
// ranges up to 2^32, the doubles next to multiples of pi/4 (in order from 0 and at random up to 2^31), next to the
// limits of the reductions, and for every exponent the doubles closest to a multiple of pi/4 by continued fractions,
// 6381956970095103 * 2^797 among them. Algorithm: reduction above; minimax polynomials of degree 13 (sine) and 14
// (cosine) on [-pi/4, pi/4], both evaluated; the result is head - tail, so that the last rounding is nearly the only
// one. Choosing coefficients by lane costs as many blends as the second polynomial costs FMAs.
template <class D, class V>
HWY_INLINE V Sin(D d, V x) {
  return trig::SinShifted<0>(d, x);
}

// Cosine of x, in radians.
// Domain: all finite x; NaN for infinities and NaN; |cos x| <= 1.
// Error: at most 0.79 ULP found, with and without FMA; points and algorithm as Sin.
template <class D, class V>
HWY_INLINE V Cos(D d, V x) {
  return trig::SinShifted<1>(d, x);
}

// Tangent of x, in radians.
// Domain: all finite x; tan(+-0) = +-0, NaN for infinities and NaN.
// Error: at most 0.88 ULP found, with and without FMA; points as Sin.
// Algorithm: the quotient of Sin's and Cos's heads and tails, one division and a corrected remainder. Without
// normalising heads and tails first (4 operations, 8 % of the time) 1.01 ULP were found.
template <class D, class V>
HWY_INLINE V Tan(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  V r, lo, sin_tail, cos_head, cos_tail;
  const auto n = trig::Reduce(d, x, r, lo);
  trig::SinCosParts<true>(d, r, lo, sin_tail, cos_head, cos_tail);
  const auto odd = hn::RebindMask(d, hn::TestBit(n, hn::Set(du, uint64_t{1})));
  // |tan| = (ah - al) / (bh - bl), sine over cosine or -cosine over sine
  const V ah = hn::IfThenElse(odd, cos_head, r), al = hn::IfThenElse(odd, cos_tail, sin_tail);
  const V bh = hn::IfThenElse(odd, r, cos_head), bl = hn::IfThenElse(odd, sin_tail, cos_tail);
  const V a = hn::Sub(ah, al), a_lo = hn::Add(hn::Sub(a, ah), al);
  const V b = hn::Sub(bh, bl), b_lo = hn::Add(hn::Sub(b, bh), bl);
  const V inverse = hn::Div(hn::Set(d, 1.0), b);
  const V q = hn::Mul(a, inverse);
  const V excess = hn::Sub(hn::NegMulAdd(q, b_lo, a_lo), Remainder(q, b, a));
  return hn::Xor(hn::NegMulAdd(excess, inverse, q), hn::BitCast(d, hn::ShiftLeft<63>(n)));
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
