// Erf, Erfc, Cbrt, Hypot and Rsqrt of float64 vectors, and the square root in two parts that arcsine shares with Hypot.

#if defined(NUMRS_CPU_MATH_F64_SPECIAL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_SPECIAL_INL_H_
#undef NUMRS_CPU_MATH_F64_SPECIAL_INL_H_
#else
#define NUMRS_CPU_MATH_F64_SPECIAL_INL_H_
#endif

#include <stddef.h>
#include <stdint.h>

#include "hwy/highway.h"
#include "lib/cpu/math/f64_dd-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

namespace special {

constexpr double kMinNormal = 0x1p-1022;
constexpr double kLarge = 0x1p900;        // above, Dekker's products would overflow
constexpr double kRoundMagic = 0x1.8p52;  // adding it leaves round(x) in the low bits, for |x| < 2^51

// c[0] + c[1] x + ... in blocks of four terms, Horner's rule in x^4 (Estrin 1960 inside a block): as many FMAs as
// Horner's rule and two products more, but a chain of a quarter of the length. With Horner's rule alone Erfc waits for
// its 30 FMAs in a row and takes twice the time.
template <size_t kCount, class D, class V>
HWY_INLINE V Polynomial(D d, V x, const double (&c)[kCount]) {
  static_assert(kCount >= 3, "");
  constexpr size_t kBlocks = (kCount + 3) / 4;
  const V x2 = hn::Mul(x, x);
  const V x4 = hn::Mul(x2, x2);
  V p = hn::Zero(d);
  for (size_t block = kBlocks; block-- > 0;) {
    const size_t i = 4 * block;
    const size_t left = kCount - i;
    V low = hn::Set(d, c[i]);
    if (left > 1) low = hn::MulAdd(x, hn::Set(d, c[left > 1 ? i + 1 : 0]), low);
    if (left > 2) {
      V high = hn::Set(d, c[left > 2 ? i + 2 : 0]);
      if (left > 3) high = hn::MulAdd(x, hn::Set(d, c[left > 3 ? i + 3 : 0]), high);
      low = hn::MulAdd(x2, high, low);
    }
    p = block + 1 == kBlocks ? low : hn::MulAdd(x4, p, low);
  }
  return p;
}

// First steps from a guess y made of x's bits: y * (c[0] + c[1] u + ...), u = x y^2 or x y^3, is 1/sqrt(x) within
// 2^-15.9 and 1/cbrt(x) within 2^-20. Magic numbers: the guess's relative error spreads least; coefficients: minimax
// over that spread (tools/coefficients/f64_special.py). The guesses are those of J. F. Blinn (Floating-point tricks,
// IEEE CG&A 17, 1997).
constexpr uint64_t kRsqrtMagic = 0x5FE4000000000000;
constexpr double kRsqrt[3] = {0x1.0d19d2e82e595p+1, -0x1.c2cb80ba536edp+0, 0x1.5387ea6f319bap-1};
constexpr double kCbrtMagic = 0x5531c000;
constexpr double kCbrt[4] = {0x1.8753a1c162f94p+1, -0x1.95be5c09efbc0p+3, 0x1.402447624ff0cp+5, -0x1.9c15c04e77698p+5};

// 1 / sqrt(x) with a relative error below 4e-10, for normal x > 0; a finite positive number for x = 0. A square root or
// a division keeps the divider busy for 16 to 24 cycles per 512-bit vector; this is 11 operations.
template <class D, class V>
HWY_INLINE V InverseSqrtEstimate(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  V y = hn::BitCast(d, hn::Sub(hn::Set(du, kRsqrtMagic), hn::ShiftRight<1>(hn::BitCast(du, x))));
  y = hn::Mul(y, Polynomial(d, hn::Mul(hn::Mul(x, y), y), kRsqrt));
  const V e = hn::NegMulAdd(hn::Mul(x, y), y, hn::Set(d, 1.0));
  return hn::MulAdd(hn::Mul(y, hn::Set(d, 0.5)), e, y);
}

// sqrt(x + x_lo) = s + lo with a relative error below 2^-60, |lo| < 2^-31 s; for x = 0 or 2^-960 <= x, |x_lo| <= 2^-52
// x.
template <class D, class V>
HWY_INLINE V SqrtParts(D d, V x, V x_lo, V& lo) {
  const V y = InverseSqrtEstimate(d, x);
  const V s = hn::Mul(x, y);
  lo = hn::Mul(hn::Add(Remainder(s, s, x), x_lo), hn::Mul(y, hn::Set(d, 0.5)));
  return s;
}

}  // namespace special

// 1 / sqrt(x). 1 / +-0 = +-inf, 1 / inf = 0, NaN for x < 0.
template <class D, class V>
HWY_INLINE V Rsqrt(D d, V x) {
  const V one = hn::Set(d, 1.0), zero = hn::Zero(d);
  const auto regular = hn::And(hn::Ge(x, hn::Set(d, special::kMinNormal)), hn::Le(x, hn::Set(d, special::kLarge)));
  const bool all_regular = hn::AllTrue(d, regular);
  const auto huge = hn::Gt(x, hn::Set(d, special::kLarge));
  V a = x;
  if (HWY_UNLIKELY(!all_regular)) {
    const V scale = hn::IfThenElse(huge, hn::Set(d, 0x1p-200), hn::Set(d, 0x1p200));
    a = hn::IfThenElse(regular, x, hn::Mul(x, scale));
  }
  const V y = special::InverseSqrtEstimate(d, a);
  V lo;
  const V h = TwoProd(a, y, lo);
  const V e = hn::NegMulAdd(lo, y, Remainder(h, y, one));
  V result = hn::MulAdd(hn::Mul(y, hn::Set(d, 0.5)), e, y);
  if (HWY_UNLIKELY(!all_regular)) {
    V other = hn::Mul(result, hn::IfThenElse(huge, hn::Set(d, 0x1p-100), hn::Set(d, 0x1p100)));
    other = hn::IfThenElse(hn::Gt(x, zero), other, hn::NaN(d));
    other = hn::IfThenElse(hn::Eq(x, zero), hn::Div(one, x), other);
    other = hn::IfThenElse(hn::Eq(x, hn::Inf(d)), zero, other);
    result = hn::IfThenElse(regular, result, other);
  }
  return result;
}

// sqrt(a^2 + b^2) without overflow or underflow on the way. inf if either is infinite, else NaN if either is NaN.
template <class D, class V>
HWY_INLINE V Hypot(D d, V a, V b) {
  a = hn::Abs(a);
  b = hn::Abs(b);
  const auto swap = hn::Lt(a, b);
  V high = hn::IfThenElse(swap, b, a);
  V low = hn::IfThenElse(swap, a, b);
  const V largest = high;
  const auto regular = hn::And(hn::Ge(high, hn::Set(d, 0x1p-480)), hn::Le(high, hn::Set(d, 0x1p500)));
  const bool all_regular = hn::AllTrue(d, regular);
  V unscale = hn::Set(d, 1.0);
  if (HWY_UNLIKELY(!all_regular)) {
    const V down = hn::Set(d, 0x1p-600), up = hn::Set(d, 0x1p600);
    const auto big = hn::Gt(largest, hn::Set(d, 0x1p500));
    const V scale = hn::IfThenElse(regular, unscale, hn::IfThenElse(big, down, up));
    unscale = hn::IfThenElse(regular, unscale, hn::IfThenElse(big, up, down));
    high = hn::Mul(high, scale);
    low = hn::Mul(low, scale);
  }
  V high_lo, sum_lo, root_lo;
  const V high2 = TwoSquare(high, high_lo);
  const V sum = FastTwoSum(high2, hn::Mul(low, low), sum_lo);
  const V root = special::SqrtParts(d, sum, hn::Add(sum_lo, high_lo), root_lo);
  V result = hn::Add(root, root_lo);
  if (HWY_UNLIKELY(!all_regular)) {
    result = hn::Mul(result, unscale);
    const V inf = hn::Inf(d);
    result = hn::IfThenElse(hn::Or(hn::Eq(a, inf), hn::Eq(b, inf)), inf, result);
  }
  return result;
}

// Cube root. cbrt(+-0) = +-0, cbrt(+-inf) = +-inf.
template <class D, class V>
HWY_INLINE V Cbrt(D d, V x) {
  using special::Polynomial;
  const hn::RebindToUnsigned<D> du;
  const V third = hn::Set(d, 1.0 / 3), one = hn::Set(d, 1.0);
  V a = hn::Abs(x);
  const auto regular = hn::And(hn::Ge(a, hn::Set(d, 0x1p-900)), hn::Le(a, hn::Set(d, special::kLarge)));
  const bool all_regular = hn::AllTrue(d, regular);
  const auto huge = hn::Gt(a, hn::Set(d, special::kLarge));
  if (HWY_UNLIKELY(!all_regular)) {
    const V scale = hn::IfThenElse(huge, hn::Set(d, 0x1p-300), hn::Set(d, 0x1p300));
    a = hn::IfThenElse(regular, a, hn::Mul(a, scale));
  }
  // y = 1 / cbrt(a): high words divided by -3 as numbers at 2^52, then two steps to 2^-39
  const V word =
      hn::BitCast(d, hn::Or(hn::ShiftRight<32>(hn::BitCast(du, a)), hn::Set(du, uint64_t{0x4330000000000000})));
  const V guess = hn::NegMulAdd(word, third, hn::Set(d, special::kCbrtMagic + 0x1p52 + 1501199875790165.0));
  V y = hn::BitCast(d, hn::ShiftLeft<32>(hn::BitCast(du, guess)));
  y = hn::Mul(y, Polynomial(d, hn::Mul(hn::Mul(a, y), hn::Mul(y, y)), special::kCbrt));
  const V e = hn::NegMulAdd(hn::Mul(a, y), hn::Mul(y, y), one);
  y = hn::MulAdd(hn::Mul(y, third), e, y);
  // t = a y^2, then one Newton step on t^3 = a with the remainder to double the precision
  const V t = hn::Mul(hn::Mul(a, y), y);
  V t2_lo;
  const V t2 = TwoSquare(t, t2_lo);
  const V rest = hn::NegMulAdd(t2_lo, t, Remainder(t2, t, a));
  V result = hn::MulAdd(rest, hn::Mul(hn::Mul(y, y), third), t);
  if (HWY_UNLIKELY(!all_regular)) {
    const V unscale = hn::IfThenElse(huge, hn::Set(d, 0x1p100), hn::Set(d, 0x1p-100));
    result = hn::IfThenElse(regular, result, hn::Mul(result, unscale));
    const auto finite = hn::And(hn::Gt(a, hn::Zero(d)), hn::Lt(a, hn::Inf(d)));
    return hn::IfThenElse(finite, hn::CopySignToAbs(result, x), x);
  }
  return hn::CopySignToAbs(result, x);
}

namespace special {

// |x| up to which erf's own polynomial is used, and beyond which erfc rounds to 0.
constexpr double kErfSplit = 0.65;
constexpr double kErfcEnd = 27.3;

// erf(x) / x - 1 in z = x^2 on [0, kErfSplit]; relative error of erf 2^-56.2.
constexpr double kErf[10] = {0x1.06eba8214db68p-3,  -0x1.812746b03797ap-2,  0x1.ce2f21a03b761p-4,
                             -0x1.b82ce30f7ac47p-6, 0x1.565bcc672ec85p-8,   -0x1.c02d8ad1c3031p-11,
                             0x1.f99cf76050a9bp-14, -0x1.f43ebabf712b4p-17, 0x1.b1891c82bea59p-20,
                             -0x1.1b22b12734a8dp-23};
// (x + 1/2) exp(x^2) erfc(x), which stays between 0.57 and 0.64, in t = (x - 55/16) / (x + 13/4) on [kErfSplit,
// kErfcEnd]; relative error 2^-56.6.
constexpr double kErfcZero = 3.4375, kErfcPole = 3.25;
constexpr double kErfcConstant = 0x1.3e5d33e2e9b5ep-1;
constexpr double kErfc[20] = {
    -0x1.16781c4ae0bdap-4,  -0x1.1d9f597e53fd6p-7, 0x1.7b07e4df33f21p-5,   -0x1.8b6dfe6ab65e6p-5,
    0x1.07479b42a4a2ap-5,   -0x1.e323f6cc8d3afp-7, 0x1.0e997e2786299p-8,   -0x1.7600215030596p-13,
    -0x1.9077005a8c5abp-12, 0x1.00b80517fc5bdp-13, 0x1.5b5c9feff7138p-16,  -0x1.48d8ab678b8fep-16,
    -0x1.70d7d88db08c0p-22, 0x1.837f91aa6f6b2p-19, -0x1.d8c5fd109cb46p-24, -0x1.e4e73e62b6cd2p-22,
    0x1.2c7e9feac158fp-26,  0x1.32287074f3608p-24, -0x1.c90f3ee33a907p-31, -0x1.17dd6564f10a8p-27};
// (exp(r) - 1 - r) / r^2 for |r| <= ln(2) / 2; relative error of exp 2^-56.2.
constexpr double kExp[10] = {0x1.000000000000ap-1,  0x1.55555555554f9p-3,  0x1.55555555508a1p-5,  0x1.1111111127dbfp-7,
                             0x1.6c16c184234a5p-10, 0x1.a01a0129cbb38p-13, 0x1.a0199a1cbce2dp-16, 0x1.71df266b99d33p-19,
                             0x1.28ad64d94f320p-22, 0x1.ad7dd0dc4cde5p-26};
constexpr double kLog2E = 0x1.71547652b82fep+0;
constexpr double kLn2Hi = 0x1.62e42fefa3800p-1, kLn2Lo = 0x1.ef35793c76730p-45;  // 42 bits, so that n * kLn2Hi is exact

// erfc(x) for kErfSplit <= x; anything finite below that.
template <class D, class V>
HWY_INLINE V ErfcPositive(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, kRoundMagic);
  x = hn::IfThenElse(hn::Gt(x, hn::Set(d, kErfcEnd)), hn::Set(d, kErfcEnd), x);

  // exp(-x^2) = 2^n (1 + p), with the square's rounding error
  V square_lo;
  const V square = TwoSquare(x, square_lo);
  const V shifted = hn::NegMulAdd(square, hn::Set(d, kLog2E), magic);
  const V n = hn::Sub(shifted, magic);
  const V r_hi = hn::NegMulAdd(n, hn::Set(d, kLn2Hi), hn::Neg(square));
  const V r = hn::Sub(r_hi, hn::MulAdd(n, hn::Set(d, kLn2Lo), square_lo));
  const V p = hn::MulAdd(hn::Mul(r, r), Polynomial(d, r, kExp), r);

  // exp(x^2) erfc(x) = g / den as e + e_lo
  const V half = hn::Set(d, 0.5);
  const V den = hn::Add(x, half);
  const V den_lo = hn::Sub(x, hn::Sub(den, half));  // exact, since 1/2 is a multiple of ulp(den) or den < 1
  const V pole = hn::Add(x, hn::Set(d, kErfcPole));
  const V inverse = hn::Div(hn::Set(d, 1.0), hn::Mul(den, pole));
  const V den_inverse = hn::Mul(pole, inverse);
  const V t = hn::Mul(hn::Sub(x, hn::Set(d, kErfcZero)), hn::Mul(den, inverse));
  const V rest = Polynomial(d, t, kErfc);
  const V constant = hn::Set(d, kErfcConstant);
  const V g = hn::MulAdd(t, rest, constant);
  const V g_lo = hn::MulAdd(t, rest, hn::Sub(constant, g));
  const V e = hn::Mul(g, den_inverse);
  const V e_lo = hn::Mul(hn::Add(hn::NegMulAdd(e, den_lo, g_lo), Remainder(e, den, g)), den_inverse);

  // Subnormal results: the exponent is 200 too high until the last product, which rounds once.
  const V value = hn::Add(e, hn::MulAdd(e, p, hn::MulAdd(e_lo, p, e_lo)));
  const V power =
      hn::BitCast(d, hn::ShiftLeft<52>(hn::Add(hn::BitCast(du, shifted), hn::Set(du, uint64_t{1023 + 200}))));
  return hn::Mul(hn::Mul(value, power), hn::Set(d, 0x1p-200));
}

}  // namespace special

// Error function. erf(+-0) = +-0, erf(+-inf) = +-1.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V a = hn::Abs(x);
  const V small = hn::MulAdd(x, special::Polynomial(d, hn::Mul(x, x), special::kErf), x);
  const V large = hn::Sub(hn::Set(d, 1.0), special::ErfcPositive(d, a));
  return hn::IfThenElse(hn::Lt(a, hn::Set(d, special::kErfSplit)), small, hn::CopySignToAbs(large, x));
}

// Complementary error function 1 - erf(x). erfc(-inf) = 2, erfc(inf) = 0.
template <class D, class V>
HWY_INLINE V Erfc(D d, V x) {
  const V a = hn::Abs(x);
  const V one = hn::Set(d, 1.0);
  const V w = special::Polynomial(d, hn::Mul(x, x), special::kErf);
  const V small = hn::NegMulAdd(x, w, hn::Sub(one, x));
  const V tail = special::ErfcPositive(d, a);
  const V large = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Set(d, 2.0), tail), tail);
  return hn::IfThenElse(hn::Lt(a, hn::Set(d, special::kErfSplit)), small, large);
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
