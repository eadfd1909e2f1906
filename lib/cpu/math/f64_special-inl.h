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
#include "f64_dd-inl.h"
#include "f64_table-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

namespace special {

constexpr double kMinNormal = 0x1p-1022;
constexpr double kLarge = 0x1p900;        // above, Dekker's products would overflow
constexpr double kRoundMagic = 0x1.8p52;  // adding it leaves round(x) in the low bits, for |x| < 2^51

// c[0] + c[1] x + ... by Horner's rule, for few coefficients.
template <size_t kCount, class D, class V>
HWY_INLINE V Horner(D d, V x, const double (&c)[kCount]) {
  V p = hn::Set(d, c[kCount - 1]);
  for (size_t i = kCount - 1; i != 0; --i) p = hn::MulAdd(x, p, hn::Set(d, c[i - 1]));
  return p;
}

// c[0] + c[1] x + ... in blocks of four terms, Horner's rule in x^4: two products more than Horner's rule, a quarter of
// its latency. A chain of 20 FMAs is longer than the other work of a few vectors can cover.
template <size_t kCount, class D, class V>
HWY_INLINE V Polynomial(D d, V x, const double (&c)[kCount]) {
  const V x2 = hn::Mul(x, x);
  const V x4 = hn::Mul(x2, x2);
  V p = hn::Zero(d);
  for (size_t i = (kCount - 1) / 4 * 4 + 4; i != 0;) {
    i -= 4;
    V block = hn::Set(d, c[i]);
    if (i + 1 < kCount) block = hn::MulAdd(x, hn::Set(d, c[i + 1 < kCount ? i + 1 : 0]), block);
    if (i + 2 < kCount) {
      V high = hn::Set(d, c[i + 2 < kCount ? i + 2 : 0]);
      if (i + 3 < kCount) high = hn::MulAdd(x, hn::Set(d, c[i + 3 < kCount ? i + 3 : 0]), high);
      block = hn::MulAdd(x2, high, block);
    }
    p = i + 4 >= kCount ? block : hn::MulAdd(x4, p, block);
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

// 1 / sqrt(x) within 2^-15.9, for normal x > 0; a finite positive number for x = 0.
template <class D, class V>
HWY_INLINE V InverseSqrtGuess(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V y = hn::BitCast(d, hn::Sub(hn::Set(du, kRsqrtMagic), hn::ShiftRight<1>(hn::BitCast(du, x))));
  return hn::Mul(y, Horner(d, hn::Mul(hn::Mul(x, y), y), kRsqrt));
}

// sqrt(x) = s + rest * h, |rest * h| < 2^-31 s, with a relative error below 2^-60, for x = 0 or 2^-960 <= x. One step
// of Goldschmidt's iteration (Markstein, Software division and square root using Goldschmidt's algorithms, 2004) on s =
// sqrt(x), h = 1/2 / sqrt(x). The square root instruction alone keeps the divider busy for 24 cycles per 512-bit
// vector; all this is 14 operations, 7 cycles: Asin takes 0.7 times as long as with
// square root and division on AVX-512, and 1.15 times on AVX2.
template <class D, class V>
HWY_INLINE V SqrtParts(D d, V x, V& rest, V& h) {
  const V half = hn::Set(d, 0.5);
  const V y = InverseSqrtGuess(d, x);
  const V s0 = hn::Mul(x, y);
  const V h0 = hn::Mul(y, half);
  const V r = hn::NegMulAdd(s0, h0, half);
  const V s = hn::MulAdd(s0, r, s0);
  h = hn::MulAdd(h0, r, h0);
  rest = Remainder(s, s, x);
  return s;
}

}  // namespace special

// 1 / sqrt(x).
// Domain: x >= 0; NaN below and for NaN; +-inf for +-0, 0 for inf.
// Error: at most 0.51 ULP found, with and without FMA, against MPFR: 12 M points, namely all bit patterns, subnormal,
// logarithmic, and next to powers of two and cubes. Algorithm: InverseSqrtGuess, one Newton step, one more with the
// residual in two parts. A square root and a division round twice and take
// three times as long.
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
  const V half = hn::Set(d, 0.5);
  V y = special::InverseSqrtGuess(d, a);
  y = hn::MulAdd(hn::Mul(y, half), hn::NegMulAdd(hn::Mul(a, y), y, one), y);  // 2^-31
  V lo;
  const V h = TwoProd(a, y, lo);
  const V e = hn::NegMulAdd(lo, y, Remainder(h, y, one));
  V result = hn::MulAdd(hn::Mul(y, half), e, y);
  if (HWY_UNLIKELY(!all_regular)) {
    V other = hn::Mul(result, hn::IfThenElse(huge, hn::Set(d, 0x1p-100), hn::Set(d, 0x1p100)));
    other = hn::IfThenElse(hn::Gt(x, zero), other, hn::NaN(d));
    other = hn::IfThenElse(hn::Eq(x, zero), hn::Div(one, x), other);
    other = hn::IfThenElse(hn::Eq(x, hn::Inf(d)), zero, other);
    result = hn::IfThenElse(regular, result, other);
  }
  return result;
}

// sqrt(a^2 + b^2).
// Domain: all a and b; no overflow or underflow on the way; inf if either is infinite, else NaN if either is NaN.
// Error: at most 0.83 ULP found (subnormal results; else 0.67), with and without FMA, against MPFR: 20 M points, as
// Atan2. Algorithm: the larger square in two parts, the smaller rounded, SqrtParts; scaled by 2^+-600 where the larger
// operand asks for it.
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
  V high_lo, sum_lo, rest, h;
  const V high2 = TwoSquare(high, high_lo);
  const V sum = FastTwoSum(high2, hn::Mul(low, low), sum_lo);
  const V root = special::SqrtParts(d, sum, rest, h);
  V result = hn::MulAdd(hn::Add(rest, hn::Add(sum_lo, high_lo)), h, root);
  if (HWY_UNLIKELY(!all_regular)) {
    result = hn::Mul(result, unscale);
    const V inf = hn::Inf(d);
    result = hn::IfThenElse(hn::Or(hn::Eq(a, inf), hn::Eq(b, inf)), inf, result);
  }
  return result;
}

// Cube root.
// Domain: all x; +-0 and +-inf are their own, NaN for NaN.
// Error: 0.5000 ULP found, with and without FMA, against MPFR: 12 M points, namely all bit patterns, subnormal,
// logarithmic, next to powers of two and to cubes. Algorithm: an integer guess of 1 / cbrt(x) that needs no split into
// exponent and mantissa, a cubic to 2^-20, one Newton step to 2^-39, and one on t = cbrt(x) with the remainder x - t^3
// in double the precision. No division.
template <class D, class V>
HWY_INLINE V Cbrt(D d, V x) {
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
  y = hn::Mul(y, special::Horner(d, hn::Mul(hn::Mul(a, y), hn::Mul(y, y)), special::kCbrt));
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

// erf(centre + u) = constant + u (c[0] + c[1] u + ... + c[14] u^14) on 8 intervals of width 11/16, the last one longer,
// up to where erf rounds to 1. Rows: centre, constant, coefficients; a column is an interval; zeros fill the last pair
// of rows. Centres are chosen so that constant and c[0] are almost doubles (S. Gal, Computing elementary functions: a
// new approach, 1986): relative errors 2^-54.9 to 2^-58.
constexpr double kErfWidth = 0.6875, kErfEnd = 5.95;
constexpr double kErf[18][8] = {
    {0x0.0p+0, 0x1.6106a00000000p-1, 0x1.6052500000000p+0, 0x1.0828780000000p+1, 0x1.6035e00000000p+1,
     0x1.b826b80000000p+1, 0x1.0833380000000p+2, 0x1.3433000000000p+2},
    {0x0.0p+0, 0x1.574abb9093e53p-1, 0x1.e5928b7c3a778p-1, 0x1.fe3315e00321ep-1, 0x1.fff2efe2efdd0p-1,
     0x1.ffffd935d8309p-1, 0x1.ffffffd2a1edcp-1, 0x1.ffffffffea955p-1},
    {0x1.20dd750429b6dp+0, 0x1.6721ef126e4e4p-1, 0x1.5bb179fd481a3p-3, 0x1.055844598ebf9p-6, 0x1.309c3c082926fp-11,
     0x1.1540c72eafcbep-17, 0x1.80fd151aa24c3p-25, 0x1.a51611385f199p-34},
    {0x0.0p+0, -0x1.ef3f15e939f66p-2, -0x1.de83d33ccc60bp-3, -0x1.0dac56c869426p-5, -0x1.a316ed6c5ab2fp-10,
     -0x1.dcb1453c5f10ap-16, -0x1.8d520465fea26p-23, -0x1.faf23ff35f96cp-32},
    {-0x1.812746b0378f4p-2, -0x1.78b5ff2e19f8bp-7, 0x1.432440cfe04d7p-3, 0x1.477718626e436p-5, 0x1.6702cb9a1f273p-9,
     0x1.05a58faddf600p-14, 0x1.09581c161ec02p-21, 0x1.8e1a4fb89ca8dp-30},
    {0x0.0p+0, 0x1.5248016dd1210p-3, -0x1.f6dccb8af9497p-6, -0x1.f004f0a7507f5p-6, -0x1.a8163e187fd69p-9,
     -0x1.9a22b1254c10ep-14, -0x1.0149de0c72b4bp-20, -0x1.ca28eb47af9cfp-29},
    {0x1.ce2f21a020a5cp-4, -0x1.58f0c8edca117p-5, -0x1.f2b67eda66924p-6, 0x1.a9f6b1ddd4603p-7, 0x1.67123a2b5de66p-9,
     0x1.e5a2db9e88a38p-14, 0x1.810bd3c2c65fap-20, 0x1.9b6a8183c294dp-28},
    {0x0.0p+0, -0x1.198dd928d9ce1p-5, 0x1.6ae1d7148726ep-6, -0x1.c7b536df38f6fp-11, -0x1.b082d7953091ep-10,
     -0x1.bf47a8352eb2cp-14, -0x1.cd3abf1d74c18p-20, -0x1.2ba32696e496ap-27},
    {-0x1.b82ce2f582f31p-6, 0x1.1330b89363fa2p-6, -0x1.7f32e0615b7b2p-10, -0x1.528101cee7087p-9, 0x1.52181582c8d49p-11,
     0x1.43d0ecc8ca5edp-14, 0x1.c45380cb02598p-20, 0x1.6b2fb97c91d7ap-27},
    {0x0.0p+0, 0x1.24eb6493b57b0p-8, -0x1.1614a95f8ae45p-8, 0x1.8e1dfbe54f740p-10, -0x1.79bbf2effd000p-14,
     -0x1.6d0f0e5d9f4d5p-15, -0x1.6ffaeb3059e76p-20, -0x1.751822e8b6c77p-27},
    {0x1.565bc10e7cab4p-8, -0x1.02eb3f8eccc8ap-8, 0x1.9eb29d1570bbcp-10, -0x1.978372f7b4358p-13, -0x1.26f2d5312ccbdp-14,
     0x1.321040e63be5bp-16, 0x1.f33c9efdaec6ap-21, 0x1.498091b22f8b6p-27},
    {0x0.0p+0, -0x1.05eeeb9503b8dp-12, 0x1.4e6ae5ffdbf46p-12, -0x1.8e0594034ea75p-13, 0x1.caf35980441b1p-15,
     -0x1.42c6e15bca454p-18, -0x1.1956e6081e944p-21, -0x1.f84256218f77fp-28},
    {-0x1.c028691aae3dcp-11, 0x1.635dac10662b7p-11, -0x1.631dcc0a3bde3p-12, 0x1.b00fa7c76770ep-14,
     -0x1.0a2ad859f0beep-16, 0x1.78c0acd2c04dap-26, 0x1.02f22fd737565p-22, 0x1.4a932b426d640p-28},
    {0x0.0p+0, -0x1.4e231a0ea6660p-15, 0x1.e9df78259abd2p-16, -0x1.bc76816c0366ep-18, -0x1.12a96d7f159bcp-20,
     0x1.81200a3ce9f11p-21, -0x1.7415a91eb5843p-24, -0x1.625b65ba2b128p-29},
    {0x1.f861436a94102p-14, -0x1.7efabcdd8e663p-14, 0x1.5c8bc55406539p-15, -0x1.a0c1218c53b2ap-17,
     0x1.6667243f6ee0ep-19, -0x1.9ab447f6f1997p-22, 0x1.6872ff5ceb29fp-26, 0x1.1b951968783a6p-30},
    {0x0.0p+0, 0x1.b8c47b2c1f26ap-17, -0x1.76d9a50e3739fp-17, 0x1.1dec717fd0289p-18, -0x1.d0a83bfd6f781p-21,
     0x1.763eaa4f980fap-24, -0x1.a588ab9773052p-32, -0x1.23f449be2c88ap-32},
    {-0x1.ceb25d240832cp-17, 0x1.452dee90937eep-17, -0x1.8b1136ddb52f9p-19, 0x1.731b6ba3bf931p-22,
     -0x1.a60bdf580bee3p-27, 0x1.e01c5fdcd926bp-28, -0x1.35c902bf04f1dp-29, 0x1.1b2c935636ea0p-35},
    {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}};
constexpr PairTable<8> kErfTable[9] = {
    PairTable<8>(kErf[0], kErf[1]),   PairTable<8>(kErf[2], kErf[3]),   PairTable<8>(kErf[4], kErf[5]),
    PairTable<8>(kErf[6], kErf[7]),   PairTable<8>(kErf[8], kErf[9]),   PairTable<8>(kErf[10], kErf[11]),
    PairTable<8>(kErf[12], kErf[13]), PairTable<8>(kErf[14], kErf[15]), PairTable<8>(kErf[16], kErf[17])};

// Erfc: |x| up to which 1 - erf(x) serves, with erf(x) / x - 1 in z = x^2 (relative error of erf 2^-56.2), and from
// which it rounds to 0.
constexpr double kErfcSplit = 0.65, kErfcEnd = 27.3;
constexpr double kErfSmall[10] = {0x1.06eba8214db68p-3,  -0x1.812746b03797ap-2,  0x1.ce2f21a03b761p-4,
                                  -0x1.b82ce30f7ac47p-6, 0x1.565bcc672ec85p-8,   -0x1.c02d8ad1c3031p-11,
                                  0x1.f99cf76050a9bp-14, -0x1.f43ebabf712b4p-17, 0x1.b1891c82bea59p-20,
                                  -0x1.1b22b12734a8dp-23};
// (x + 1/2) exp(x^2) erfc(x), which stays between 0.57 and 0.64, in t = (x - 55/16) / (x + 13/4) on [kErfcSplit,
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

// erfc(x) for kErfcSplit <= x; anything finite below that.
template <class D, class V>
HWY_INLINE V ErfcPositive(D d, V x) {
  const hn::RebindToUnsigned<D> du;
  const V magic = hn::Set(d, kRoundMagic);
  x = hn::IfThenElse(hn::Gt(x, hn::Set(d, kErfcEnd)), hn::Set(d, kErfcEnd), x);

  // First, to have work for the time the division takes.
  const V half = hn::Set(d, 0.5);
  const V den = hn::Add(x, half);
  const V den_lo = hn::Sub(x, hn::Sub(den, half));  // exact, since 1/2 is a multiple of ulp(den) or den < 1
  const V pole = hn::Add(x, hn::Set(d, kErfcPole));
  const V inverse = hn::Div(hn::Set(d, 1.0), hn::Mul(den, pole));
  const V den_inverse = hn::Mul(pole, inverse);

  // exp(-x^2) = 2^-n (1 + p), with the square's rounding error
  V square_lo;
  const V square = TwoSquare(x, square_lo);
  const V shifted = hn::MulAdd(square, hn::Set(d, kLog2E), magic);
  const V n = hn::Sub(shifted, magic);
  const V r = hn::Add(hn::MulSub(n, hn::Set(d, kLn2Hi), square), hn::MulSub(n, hn::Set(d, kLn2Lo), square_lo));
  const V p = hn::MulAdd(hn::Mul(r, r), Polynomial(d, r, kExp), r);

  // exp(x^2) erfc(x) = g / den as e + e_lo
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
      hn::BitCast(d, hn::ShiftLeft<52>(hn::Sub(hn::Set(du, uint64_t{1023 + 200}), hn::BitCast(du, shifted))));
  return hn::Mul(hn::Mul(value, power), hn::Set(d, 0x1p-200));
}

}  // namespace special

// Error function.
// Domain: all x; erf(+-0) = +-0, erf(+-inf) = +-1, NaN for NaN; |erf x| <= 1.
// Error: at most 1.56 ULP found (1.50 with FMA), against MPFR: 16 M points, namely all bit patterns, uniform in +-1.2,
// +-6.5 and up to 28, logarithmic, subnormal. Algorithm: polynomials of degree 15 on 8 intervals, coefficients by
// Lookup8: 17 permutations and 16 FMAs. 1 - Erfc's tail with a polynomial below 0.65 errs less (1.02 ULP) but takes
// more than twice as long on AVX-512 and about as long on AVX2.
template <class D, class V>
HWY_INLINE V Erf(D d, V x) {
  const V end = hn::Set(d, special::kErfEnd);
  const V magnitude = hn::Abs(x);
  const V a = hn::IfThenElse(hn::Gt(magnitude, end), end, magnitude);
  const V interval = hn::MulAdd(hn::Min(magnitude, hn::Set(d, 7 * special::kErfWidth)),
                                hn::Set(d, 1 / special::kErfWidth), hn::Set(d, special::kRoundMagic));
  const auto index = hn::BitCast(hn::RebindToSigned<D>(), interval);
  V centre, constant, even, odd, c_even, c_odd;
  LookupPair(d, special::kErfTable[0], index, centre, constant);
  const V u = hn::Sub(a, centre);
  const V u2 = hn::Mul(u, u);
  LookupPair(d, special::kErfTable[8], index, even, c_odd);  // the second member is 0
  LookupPair(d, special::kErfTable[7], index, c_even, odd);
  even = hn::MulAdd(u2, even, c_even);
  for (size_t pair = 6; pair != 0; --pair) {
    LookupPair(d, special::kErfTable[pair], index, c_even, c_odd);
    even = hn::MulAdd(u2, even, c_even);
    odd = hn::MulAdd(u2, odd, c_odd);
  }
  const V p = hn::MulAdd(u, hn::MulAdd(u, odd, even), constant);
  return hn::CopySignToAbs(p, x);
}

// Complementary error function 1 - erf(x).
// Domain: all x; erfc(-inf) = 2, erfc(inf) = 0, NaN for NaN; subnormal results are rounded once more, not flushed.
// Error: at most 1.76 ULP found (1.71 with FMA), against MPFR: 16 M points, as Erf, and dense from 26 to 27.5.
// Algorithm: exp(-x^2), with the square in two parts, times a scaled erfc that is nearly constant, a polynomial of
// degree 20 in a Moebius transform of x (after M. M. Shepherd and J. G. Laframboise, Chebyshev approximation of (1 +
// 2x) exp(x^2) erfc x, Math. Comp. 36, 1981). Without a polynomial of its own near 0 the transform's rounding error
// grew to 6.8 ULP; scaling by the transform's own denominator gave 2.9 ULP.
template <class D, class V>
HWY_INLINE V Erfc(D d, V x) {
  const V a = hn::Abs(x);
  const V tail = special::ErfcPositive(d, a);
  const V large = hn::IfThenElse(hn::Lt(x, hn::Zero(d)), hn::Sub(hn::Set(d, 2.0), tail), tail);
  const V w = special::Horner(d, hn::Mul(x, x), special::kErfSmall);
  const V small = hn::NegMulAdd(x, w, hn::Sub(hn::Set(d, 1.0), x));
  return hn::IfThenElse(hn::Lt(a, hn::Set(d, special::kErfcSplit)), small, large);
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
