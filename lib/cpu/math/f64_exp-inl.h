// Exp, Exp2, Expm1, Sinh, Cosh, Tanh and Sigmoid of float64 vectors. The exponential inside Pow uses the same
// reduction.

#if defined(NUMRS_CPU_MATH_F64_EXP_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_EXP_INL_H_
#undef NUMRS_CPU_MATH_F64_EXP_INL_H_
#else
#define NUMRS_CPU_MATH_F64_EXP_INL_H_
#endif

#include "hwy/highway.h"
#include "f64_dd-inl.h"
#include "f64_table-inl.h"
#include "f64_tanh-inl.h"

// One instruction scales by a power of two with gradual underflow and overflow, so that these targets need no path for
// special arguments.
#undef NUMRS_F64_SCALEF
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
#define NUMRS_F64_SCALEF 1
#else
#define NUMRS_F64_SCALEF 0
#endif

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

// ---------------------------------------------------------------- constants

// e^x = 2^(k/8) e^r, |r| <= ln2/16: Tang, "Table-driven implementation of the exponential function in IEEE
// floating-point arithmetic", ACM TOMS 15 (1989), with 8 table entries, the most that one permutation of AVX-512 can
// reach.
constexpr double kOneOverLn2 = 0x1.71547652b82fep+0;
constexpr double kLn2ForEighthsHi =
    0x1.62e42fefa4p-1;  // a multiple of 2^-39: times a multiple of 1/8 below 2^11 it is exact
constexpr double kLn2ForEighthsLo = -0x1.8432a1b0e2634p-43;
constexpr double kLn2 = 0x1.62e42fefa39efp-1;

constexpr double kRoundToEighth = 0x1.8p49;  // x + this has round(8 x) in its low bits, for |x| < 2^48

// From here on Expm1, Sinh and Cosh are e^x or e^|x| / 2 to far below an ulp, and Dekker's products come near overflow.
constexpr double kLargeHyperbolic = 680.0;

// 2^(j/8) rounded; the same with j << 49 taken from its bits, so that adding k << 49 gives 2^(k/8) for k mod 8 == j,
// exponent and all; and what the rounding left out, relative: 2^(j/8) = double * (1 + rest).
constexpr double kExp2[8] = {1.0,
                             0x1.172b83c7d517bp+0,
                             0x1.306fe0a31b715p+0,
                             0x1.4bfdad5362a27p+0,
                             0x1.6a09e667f3bcdp+0,
                             0x1.8ace5422aa0dbp+0,
                             0x1.ae89f995ad3adp+0,
                             0x1.d5818dcfba487p+0};
constexpr double kExp2Biased[8] = {1.0,
                                   0x1.f72b83c7d517bp-1,
                                   0x1.f06fe0a31b715p-1,
                                   0x1.ebfdad5362a27p-1,
                                   0x1.ea09e667f3bcdp-1,
                                   0x1.eace5422aa0dbp-1,
                                   0x1.ee89f995ad3adp-1,
                                   0x1.f5818dcfba487p-1};
constexpr double kExp2Rest[8] = {0.0,
                                 -0x1.01b15eaa59348p-55,
                                 0x1.34d754db0abb6p-55,
                                 0x1.690cebb7aafb0p-56,
                                 -0x1.3b3efbf5e2228p-54,
                                 0x1.db72fc1f0eab4p-55,
                                 0x1.c1a7792cb3387p-55,
                                 0x1.4a385a63d07a7p-56};
constexpr PairTable<8> kExp2Table(kExp2, kExp2Rest);
constexpr PairTable<8> kExp2BiasedTable(kExp2Biased, kExp2Rest);

// The same by sixteenths, for Exp alone: one term less, two permutations of 1024 bits.
constexpr double kRoundToSixteenth = 0x1.8p48;
constexpr double kExp2Sixteenths[16] = {1.0,
                                        0x1.0b5586cf9890fp+0,
                                        0x1.172b83c7d517bp+0,
                                        0x1.2387a6e756238p+0,
                                        0x1.306fe0a31b715p+0,
                                        0x1.3dea64c123422p+0,
                                        0x1.4bfdad5362a27p+0,
                                        0x1.5ab07dd485429p+0,
                                        0x1.6a09e667f3bcdp+0,
                                        0x1.7a11473eb0187p+0,
                                        0x1.8ace5422aa0dbp+0,
                                        0x1.9c49182a3f090p+0,
                                        0x1.ae89f995ad3adp+0,
                                        0x1.c199bdd85529cp+0,
                                        0x1.d5818dcfba487p+0,
                                        0x1.ea4afa2a490dap+0};
constexpr double kExp2SixteenthsBiased[16] = {1.0,
                                              0x1.fb5586cf9890fp-1,
                                              0x1.f72b83c7d517bp-1,
                                              0x1.f387a6e756238p-1,
                                              0x1.f06fe0a31b715p-1,
                                              0x1.edea64c123422p-1,
                                              0x1.ebfdad5362a27p-1,
                                              0x1.eab07dd485429p-1,
                                              0x1.ea09e667f3bcdp-1,
                                              0x1.ea11473eb0187p-1,
                                              0x1.eace5422aa0dbp-1,
                                              0x1.ec49182a3f090p-1,
                                              0x1.ee89f995ad3adp-1,
                                              0x1.f199bdd85529cp-1,
                                              0x1.f5818dcfba487p-1,
                                              0x1.fa4afa2a490dap-1};
constexpr double kExp2SixteenthsRest[16] = {0.0,
                                            0x1.79aa65d837b6dp-54,
                                            -0x1.01b15eaa59348p-55,
                                            0x1.68efde3a8a894p-54,
                                            0x1.34d754db0abb6p-55,
                                            0x1.59f48a72a4c6dp-55,
                                            0x1.690cebb7aafb0p-56,
                                            0x1.063e1e21c5409p-54,
                                            -0x1.3b3efbf5e2228p-54,
                                            -0x1.b32dcb94da51dp-56,
                                            0x1.db72fc1f0eab4p-55,
                                            0x1.1affc2b91ce27p-56,
                                            0x1.c1a7792cb3387p-55,
                                            0x1.36eae30af0cb3p-56,
                                            0x1.4a385a63d07a7p-56,
                                            -0x1.ff7128fd391f0p-55};
constexpr PairTable<16> kExp2By16(kExp2Sixteenths, kExp2SixteenthsRest);
constexpr PairTable<16> kExp2By16Biased(kExp2SixteenthsBiased, kExp2SixteenthsRest);

// ---------------------------------------------------------------- reduction

// k = x / ln2 rounded to an eighth, 8 k also in the low bits of z; returns r = x - k ln2 with an error of 2^-58 or
// less, x for k == 0.
template <class D, class V>
HWY_INLINE V ReduceExp(D d, V x, V& z, V& k) {
  const V magic = hn::Set(d, kRoundToEighth);
  z = hn::MulAdd(x, hn::Set(d, kOneOverLn2), magic);
  k = hn::Sub(z, magic);
  return hn::NegMulAdd(k, hn::Set(d, kLn2ForEighthsLo), hn::NegMulAdd(k, hn::Set(d, kLn2ForEighthsHi), x));
}

// The same with r_lo = the rounding error of r, to about 2^-100.
template <class D, class V>
HWY_INLINE V ReduceExpDD(D d, V x, V& z, V& r_lo) {
  const V magic = hn::Set(d, kRoundToEighth);
  z = hn::MulAdd(x, hn::Set(d, kOneOverLn2), magic);
  const V k = hn::Sub(z, magic);
  const V t = hn::NegMulAdd(k, hn::Set(d, kLn2ForEighthsHi),
                            x);  // exact: k * hi is, and the difference is a multiple of the smaller ulp
  const V r = hn::NegMulAdd(k, hn::Set(d, kLn2ForEighthsLo), t);
  r_lo = hn::NegMulAdd(k, hn::Set(d, kLn2ForEighthsLo), hn::Sub(t, r));
  return r;
}

// 2^(k/8) rounded, for k in the low bits of z and a result that is a normal number; rest: its relative rounding error.
template <class D, class VI>
HWY_INLINE hn::Vec<D> TableExp(D d, VI z, hn::Vec<D>& rest) {
  const hn::RebindToSigned<D> di;
  hn::Vec<D> biased;
  LookupPair(d, kExp2BiasedTable, z, biased, rest);
  return hn::BitCast(d, hn::Add(hn::BitCast(di, biased), hn::ShiftLeft<49>(z)));
}

// ---------------------------------------------------------------- polynomials

// (e^r - 1) / r for |r| <= ln2/16; r times it is within 2^-57 of e^r - 1. Horner's rule has the fewest operations, and
// independent vectors hide its latency. Minimax, tools/coefficients/remez.py.
template <class D, class V>
HWY_INLINE V ExpPolynomial(D d, V r) {
  V p = hn::MulAdd(hn::Set(d, 0x1.a0207639bed1cp-13), r, hn::Set(d, 0x1.6c1cc07b655a8p-10));
  p = hn::MulAdd(p, r, hn::Set(d, 0x1.11111107d6eeep-7));
  p = hn::MulAdd(p, r, hn::Set(d, 0x1.55555547fd45ap-5));
  p = hn::MulAdd(p, r, hn::Set(d, 0x1.555555555565fp-3));
  p = hn::MulAdd(p, r, hn::Set(d, 0x1.000000000010ep-1));
  return hn::MulAdd(p, r, hn::Set(d, 1.0));
}

// (e^r - 1 - r - r^2/2) / r^3 for |r| <= ln2/16; r^3 times it is within 2^-61.4 |r|. Minimax,
// tools/coefficients/remez.py.
template <class D, class V>
HWY_INLINE V Expm1CubicPolynomial(D d, V r, V r2) {
  const V c01 = hn::MulAdd(hn::Set(d, 0x1.55555555555f3p-5), r, hn::Set(d, 0x1.55555555555cep-3));
  const V c23 = hn::MulAdd(hn::Set(d, 0x1.6c16c16392b38p-10), r, hn::Set(d, 0x1.1111110b1fcfep-7));
  const V c45 = hn::MulAdd(hn::Set(d, 0x1.a01f6cafbc5aep-16), r, hn::Set(d, 0x1.a01f57279e4fbp-13));
  return hn::MulAdd(hn::MulAdd(c45, r2, c23), r2, c01);
}

// (e^r - 1 - r) / r^2, as close, for functions that vanish at 0.
template <class D, class V>
HWY_INLINE V Expm1Polynomial(D d, V r, V r2) {
  return hn::MulAdd(Expm1CubicPolynomial(d, r, r2), r, hn::Set(d, 0.5));
}

// (sinh r / r - 1) / r^2, within 2^-61.4 r^-2, and (cosh r - 1) / r^2, within 2^-58 r^-2, both in powers of r^2.
template <class D, class V>
HWY_INLINE V SinhPolynomial(D d, V r2) {
  const V c12 = hn::MulAdd(hn::Set(d, 0x1.a01f568cd3af4p-13), r2, hn::Set(d, 0x1.1111110b218afp-7));
  return hn::MulAdd(c12, r2, hn::Set(d, 0x1.55555555555cdp-3));
}

template <class D, class V>
HWY_INLINE V CoshPolynomial(D d, V r2) {
  const V c12 = hn::MulAdd(hn::Set(d, 0x1.6c1cc0f87e0d5p-10), r2, hn::Set(d, 0x1.55555547fa614p-5));
  return hn::MulAdd(c12, r2, hn::Set(d, 0x1.000000000010ep-1));
}

// ---------------------------------------------------------------- reconstruction

// y 2^k, rounded once, for |k| <= 2044 and y near 1.
template <class D, class V, class VI>
HWY_INLINE V ScaleByPowerOf2(D d, V y, VI k) {
  const hn::RebindToSigned<D> di;
  const VI bias = hn::Set(di, 1023);
  const VI half = hn::ShiftRight<1>(k);
  const V first = hn::BitCast(d, hn::ShiftLeft<52>(hn::Add(half, bias)));
  const V second = hn::BitCast(d, hn::ShiftLeft<52>(hn::Add(hn::Sub(k, half), bias)));
  return hn::Mul(hn::Mul(y, first), second);
}

// s e^r (1 + rest).
template <class D, class V>
HWY_INLINE V FinishExp(D d, V s, V r, V rest) {
  return hn::MulAdd(s, hn::MulAdd(r, ExpPolynomial(d, r), rest), s);
}

#if NUMRS_F64_SCALEF
// y 2^floor(k), rounded once.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V ScaleByFloor(D d, hn::Vec<D> y, hn::Vec<D> k) {
  if constexpr (hn::MaxLanes(d) == 8) {
    return V{_mm512_scalef_pd(y.raw, k.raw)};
  } else if constexpr (hn::MaxLanes(d) == 4) {
    return V{_mm256_scalef_pd(y.raw, k.raw)};
  } else {
    return V{_mm_scalef_pd(y.raw, k.raw)};
  }
}

NUMRS_FOR_PACKS(ScaleByFloor, ScaleByFloor)

// x limited to [-limit, limit]; NaN stays, because these instructions return their second operand then.
template <class D, class V>
HWY_INLINE V Clamp(D d, V x, double limit) {
  return hn::Min(hn::Set(d, limit), hn::Max(hn::Set(d, -limit), x));
}

// e^x for every x.
template <class D, class V>
HWY_INLINE V ExpAnywhere(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, k;
  const V r = ReduceExp(d, Clamp(d, x, 800.0), z, k);
  V s, rest;
  LookupPair(d, kExp2Table, hn::BitCast(di, z), s, rest);
  return ScaleByFloor(d, FinishExp(d, s, r, rest), k);
}
#endif

// e^x 2^e for any x but NaN and any small e, rounded twice at most where the result is subnormal. Equal to the fast
// path where that is valid: scaling by a power of two commutes with rounding. x_lo is added to the reduced argument.
template <class D, class V>
HWY_INLINE V ExpScaled(D d, V x, V x_lo, int64_t e) {
  const hn::RebindToSigned<D> di;
  V z, k, rest;
  x = hn::Min(hn::Max(x, hn::Set(d, -746.0)), hn::Set(d, 712.0));
  const V r = hn::Add(ReduceExp(d, x, z, k), x_lo);
  const auto eighths = hn::Sub(hn::BitCast(di, z), hn::BitCast(di, hn::Set(d, kRoundToEighth)));
  const V s = TableExp(d, hn::And(eighths, hn::Set(di, 7)), rest);
  const V y = FinishExp(d, s, r, rest);
  return ScaleByPowerOf2(d, y, hn::Add(hn::ShiftRight<3>(eighths), hn::Set(di, e)));
}

// ---------------------------------------------------------------- functions

// s e^r (1 + rest) for |r| <= ln2/32; the polynomial is within 2^-56.2 of e^r - 1. Minimax,
// tools/coefficients/remez.py.
template <class D, class X>
HWY_INLINE X FinishExpBy16(D d, X s, X r, X rest) {
  X p = pk::MulAdd(hn::Set(d, 0x1.6c185d8d370b2p-10), r, hn::Set(d, 0x1.11123aae22d05p-7));
  p = pk::MulAdd(p, r, hn::Set(d, 0x1.555555545f622p-5));
  p = pk::MulAdd(p, r, hn::Set(d, 0x1.555555548f8fap-3));
  p = pk::MulAdd(p, r, hn::Set(d, 0x1.0000000000005p-1));
  p = pk::MulAdd(p, r, hn::Set(d, 1.0));
  return pk::MulAdd(s, pk::MulAdd(r, p, rest), s);
}

// x / ln2 rounded to a sixteenth, plus magic, in z; the quotient in k; returns r = x - k ln2.
template <class D, class X, class V>
HWY_INLINE X ReduceExpBy16(D d, X x, V magic, X& z, X& k) {
  z = pk::MulAdd(x, hn::Set(d, kOneOverLn2), magic);
  k = pk::Sub(z, magic);
  return pk::NegMulAdd(k, hn::Set(d, kLn2ForEighthsLo), pk::NegMulAdd(k, hn::Set(d, kLn2ForEighthsHi), x));
}

// e^x beyond the fast path's range: -746 and 712 have the limits as results, which two exact factors reach with one
// rounding.
template <class D, class V = hn::Vec<D>>
HWY_NOINLINE V ExpSpecial(D d, hn::Vec<D> x) {
  const hn::RebindToSigned<D> di;
  const V limited = hn::Min(hn::Max(x, hn::Set(d, -746.0)), hn::Set(d, 712.0));
  V z, k, s, rest;
  const V r = ReduceExpBy16(d, limited, hn::Set(d, kRoundToSixteenth), z, k);
  LookupPair(d, kExp2By16, hn::BitCast(di, z), s, rest);
  const auto sixteenths = hn::Sub(hn::BitCast(di, z), hn::BitCast(di, hn::Set(d, kRoundToSixteenth)));
  const V y = ScaleByPowerOf2(d, FinishExpBy16(d, s, r, rest), hn::ShiftRight<4>(sixteenths));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}
NUMRS_FOR_PACKS_SELDOM(ExpSpecial)

// e^x for every x, of a vector or a pack; 0 for -inf, gradual underflow, inf from 709.79 on.
//
// Error: below 0.66 ulp for normal results and 0.80 ulp for subnormal ones, the largest of 8 M points: random bits,
// uniform, next to multiples of ln2/32 and next to the limits, against MPFR. Method: reduction and table above. Lost:
// no table and degree 11 (0.89 ulp, 1.4 times the time with AVX-512); 8 entries (1.1); pairs of coefficients (Estrin)
// instead of Horner's rule; a clamp of every argument instead of one test for a pack (1.05).
template <class D, class X>
HWY_INLINE X Exp(D d, X x) {
  const hn::RebindToSigned<D> di;
  X z, k, s, rest;
#if NUMRS_F64_SCALEF
  // 16 (k + 1024) in the low 15 bits of z for -1024 <= k < 1024; beyond, and for NaN, others differ from the magic.
  const auto magic = hn::Set(d, kRoundToSixteenth + 1024);
  const X r = ReduceExpBy16(d, x, magic, z, k);
  LookupPair(d, kExp2By16, pk::BitCast(di, z), s, rest);
  X y = ScaleByFloor(d, FinishExpBy16(d, s, r, rest), k);
  const bool usual = pk::SameBitsBut(di, pk::BitCast(di, z), hn::BitCast(di, hn::Set(d, kRoundToSixteenth)),
                                     hn::Set(di, int64_t{0x7FFF}));
#else
  const X r = ReduceExpBy16(d, x, hn::Set(d, kRoundToSixteenth), z, k);
  LookupPair(d, kExp2By16Biased, pk::BitCast(di, z), s, rest);
  s = pk::BitCast(d, pk::Add(pk::BitCast(di, s), pk::ShiftLeft<48>(pk::BitCast(di, z))));
  X y = FinishExpBy16(d, s, r, rest);
  const bool usual = pk::AllTrue(d, pk::Lt(pk::Abs(x), hn::Set(d, 708.0)));
#endif
  if (HWY_UNLIKELY(!usual)) pk::Assign(y, ExpSpecial(d, x));
  return y;
}

// x = k + r / ln2 with k an eighth.
template <class D, class V>
HWY_INLINE V ReduceExp2(D d, V x, V& z, V& k) {
  const V magic = hn::Set(d, kRoundToEighth);
  z = hn::Add(x, magic);
  k = hn::Sub(z, magic);
  return hn::Mul(hn::Sub(x, k), hn::Set(d, kLn2));  // the difference is exact
}

template <class D, class V>
HWY_NOINLINE V Exp2Special(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, k, rest;
  const V r = ReduceExp2(d, hn::Min(hn::Max(x, hn::Set(d, -1080.0)), hn::Set(d, 1030.0)), z, k);
  const auto eighths = hn::Sub(hn::BitCast(di, z), hn::BitCast(di, hn::Set(d, kRoundToEighth)));
  const V s = TableExp(d, hn::And(eighths, hn::Set(di, 7)), rest);
  const V y = ScaleByPowerOf2(d, FinishExp(d, s, r, rest), hn::ShiftRight<3>(eighths));
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// 2^x for every x; exact for integers down to -1074, inf from 1024 on.
//
// Error: below 0.60 ulp for normal results, 0.79 for subnormal ones, 8 M points as for Exp. x - k is exact, so one
// product reduces.
template <class D, class V>
HWY_INLINE V Exp2(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, k;
#if NUMRS_F64_SCALEF
  const V r = ReduceExp2(d, Clamp(d, x, 1100.0), z, k);
  V s, rest;
  LookupPair(d, kExp2Table, hn::BitCast(di, z), s, rest);
  return ScaleByFloor(d, FinishExp(d, s, r, rest), k);
#else
  const V r = ReduceExp2(d, x, z, k);
  V rest;
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  const V y = FinishExp(d, s, r, rest);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(hn::Abs(x), hn::Set(d, 1021.0))))) return Exp2Special(d, x);
  return y;
#endif
}

template <class D, class V>
HWY_NOINLINE V Expm1Special(D d, V x, V y) {
  y = hn::IfThenElse(hn::Le(x, hn::Set(d, -kLargeHyperbolic)), hn::Set(d, -1.0), y);
  y = hn::IfThenElse(hn::Ge(x, hn::Set(d, kLargeHyperbolic)), ExpScaled(d, x, hn::Zero(d), 0), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// e^x - 1 for every x; x for zeros and tiny x, -1 for -inf, inf from 709.79 on.
//
// Error: below 0.73 ulp, 9 M points as for Exp and with |x| from 2^-70 on.
// With s = 2^k: (s - 1) + s r is added exactly before the rest of the series. Nothing is lost for k = 0, where it is r.
template <class D, class V>
HWY_INLINE V Expm1(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, r_lo, rest, base_lo, lo;
  const V r = ReduceExpDD(d, x, z, r_lo);
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  const V base = TwoSum(s, hn::Set(d, -1.0), base_lo);
  const V hi = MulAddDD(s, r, base, lo);
  const V r2 = hn::Mul(r, r);
  const V tail = hn::MulAdd(Expm1Polynomial(d, r, r2), r2, hn::Add(rest, r_lo));
  const V y = hn::CopySign(hn::Add(hi, hn::MulAdd(s, tail, hn::Add(lo, base_lo))), x);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(hn::Abs(x), hn::Set(d, kLargeHyperbolic))))) return Expm1Special(d, x, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V SinhSpecial(D d, V x, V y) {
  const V a = hn::Abs(x);
  const V large = hn::CopySign(ExpScaled(d, a, hn::Zero(d), -1), x);
  return hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenElse(hn::Lt(a, hn::Set(d, kLargeHyperbolic)), y, large));
}

// Hyperbolic sine of every x; x for zeros and tiny x, +-inf from 710.48 on.
//
// Error: below 0.60 ulp (0.63 without FMA), 8 M points as for Expm1.
// With |x| = k ln2 + r, p = 2^k, q = 2^-k: 2 sinh |x| = (p - q) cosh r + (p + q) sinh r, no division; the sum of p - q
// and (p + q) r is exact. Lost: (m + m / (m + 1)) / 2 with m = e^|x| - 1, which needs m and the quotient in
// double-double.
template <class D, class V>
HWY_INLINE V Sinh(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, r_lo, p_rest, q_rest, lo;
  const V a = hn::Abs(x);
  const V r = ReduceExpDD(d, a, z, r_lo);
  const auto k = hn::BitCast(di, z);
  const V p = TableExp(d, k, p_rest);
  const V q = TableExp(d, hn::Sub(hn::Zero(di), k), q_rest);
  V sum_lo, diff_lo;
  const V sum = FastTwoSum(p, q, sum_lo);
  const V diff = FastTwoSum(p, hn::Neg(q), diff_lo);
  const V r2 = hn::Mul(r, r);
  const V hi = MulAddDD(sum, r, diff, lo);
  const V sinh_tail = hn::MulAdd(hn::Mul(r, r2), SinhPolynomial(d, r2), r_lo);
  const V cosh_tail = hn::Mul(r2, CoshPolynomial(d, r2));
  V tail = hn::NegMulAdd(q, q_rest, hn::MulAdd(p, p_rest, hn::Add(diff_lo, lo)));
  tail = hn::MulAdd(sum_lo, r, tail);
  tail = hn::MulAdd(diff, cosh_tail, tail);
  tail = hn::MulAdd(sum, sinh_tail, tail);
  const V y = hn::CopySign(hn::Mul(hn::Set(d, 0.5), hn::Add(hi, tail)), x);
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(a, hn::Set(d, kLargeHyperbolic))))) return SinhSpecial(d, x, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V CoshSpecial(D d, V a, V y) {
  const V large = ExpScaled(d, a, hn::Zero(d), -1);
  return hn::IfThenElse(hn::IsNaN(a), a, hn::IfThenElse(hn::Lt(a, hn::Set(d, kLargeHyperbolic)), y, large));
}

// Hyperbolic cosine of every x; inf from 710.48 on.
//
// Error: below 0.64 ulp (0.66 without FMA), 8 M points as for Expm1. As Sinh: 2 cosh x = (p + q) cosh r + (p - q) sinh
// r.
template <class D, class V>
HWY_INLINE V Cosh(D d, V x) {
  const hn::RebindToSigned<D> di;
  V z, k, p_rest, q_rest, sum_lo;
  const V a = hn::Abs(x);
  const V r = ReduceExp(d, a, z, k);
  const auto index = hn::BitCast(di, z);
  const V p = TableExp(d, index, p_rest);
  const V q = TableExp(d, hn::Sub(hn::Zero(di), index), q_rest);
  const V sum = FastTwoSum(p, q, sum_lo);
  const V diff = hn::Sub(p, q);
  const V r2 = hn::Mul(r, r);
  V tail = hn::MulAdd(q, q_rest, hn::MulAdd(p, p_rest, sum_lo));
  tail = hn::MulAdd(diff, hn::MulAdd(hn::Mul(r, r2), SinhPolynomial(d, r2), r), tail);
  tail = hn::MulAdd(sum, hn::Mul(r2, CoshPolynomial(d, r2)), tail);
  const V y = hn::Mul(hn::Set(d, 0.5), hn::Add(sum, tail));
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(a, hn::Set(d, kLargeHyperbolic))))) return CoshSpecial(d, a, y);
  return y;
}

template <class D, class V>
HWY_NOINLINE V SigmoidSpecial(D d, V x, V y) {
  y = hn::IfThenElse(hn::Ge(x, hn::Set(d, 708.0)), hn::Set(d, 1.0), y);
  y = hn::IfThenElse(hn::Le(x, hn::Set(d, -708.0)), ExpScaled(d, x, hn::Zero(d), 0), y);
  return hn::IfThenElse(hn::IsNaN(x), x, y);
}

// 1 / (1 + e^-x) for every x; gradual underflow towards -inf, 1 for inf.
//
// Error: below 1.42 ulp, 9 M points as for Exp: that of e^-|x|, here up to 0.6, doubled where the result's leading
// digit is smaller, and the division's, corrected.
template <class D, class V>
HWY_INLINE V Sigmoid(D d, V x) {
  const V one = hn::Set(d, 1.0);
  const V negative = hn::Neg(hn::Abs(x));
#if NUMRS_F64_SCALEF
  const V e = ExpAnywhere(d, negative);
#else
  const hn::RebindToSigned<D> di;
  V z, k, rest;
  const V r = ReduceExp(d, negative, z, k);
  const V s = TableExp(d, hn::BitCast(di, z), rest);
  const V e = FinishExp(d, s, r, rest);
#endif
  const V top = hn::IfNegativeThenElse(x, e, one);
  V den_lo;
  const V den = FastTwoSum(one, e, den_lo);
  const V inverse = hn::Div(one, den);
  const V quotient = hn::Mul(top, inverse);
  const V y = hn::MulAdd(hn::NegMulAdd(quotient, den_lo, Remainder(quotient, den, top)), inverse, quotient);
#if !NUMRS_F64_SCALEF
  if (HWY_UNLIKELY(!hn::AllTrue(d, hn::Lt(hn::Set(d, -708.0), negative)))) return SigmoidSpecial(d, x, y);
#endif
  return y;
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
