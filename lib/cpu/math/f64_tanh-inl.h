// Tanh of float64 vectors.

#if defined(NUMRS_CPU_MATH_F64_TANH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_TANH_INL_H_
#undef NUMRS_CPU_MATH_F64_TANH_INL_H_
#else
#define NUMRS_CPU_MATH_F64_TANH_INL_H_
#endif

#include "hwy/highway.h"
#include "f64_table-inl.h"
#include "f64_tanh_table.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

constexpr double kTanhStep = 1.0 / 16;
constexpr double kTanhOne = 19.0625;           // tanh of this and of anything above rounds to 1
constexpr double kRoundToTanhStep = 0x1.8p48;  // x + this has round(16 x) in its low bits

// tanh r / r for |r| <= 2.5/16, within 2^-59.8 r^-2 before its last rounding. Minimax in r^2,
// tools/coefficients/remez.py.
template <class D, class V>
HWY_INLINE V TanhTail(D d, V r, V r2) {
  V p = hn::MulAdd(hn::Set(d, 0x1.c7130d066777cp-9), r2, hn::Set(d, -0x1.224d3843c77cep-7));
  p = hn::MulAdd(p, r2, hn::Set(d, 0x1.664f0455fdff2p-6));
  p = hn::MulAdd(p, r2, hn::Set(d, -0x1.ba1ba172d35cbp-5));
  p = hn::MulAdd(p, r2, hn::Set(d, 0x1.11111110fff15p-3));
  p = hn::MulAdd(p, r2, hn::Set(d, -0x1.555555555552ap-2));
  return hn::MulAdd(hn::Mul(r, r2), p, r);
}

// Hyperbolic tangent of every x; NaN for NaN, x for a zero, +-1 from 19.07 on.
//
// Error: below 0.80 ulp, 10 M points: random bits, uniform, next to multiples of ln2/32 and of 1/32, tiny; against
// MPFR. |x| = c + r with c a multiple of 1/16, or 0 below 2.5/16, so that r is exact, and with T = tanh c from a table
// in two parts tanh |x| = T + (1 - T^2) t / (1 + T t), t = tanh r: the theorem of addition, rearranged so that the
// quotient, 1/5 of the result at most, can take its rounding errors. 1 - T^2 is computed, since its absolute error
// counts. Lost: -m / (2 + m) with m = e^(-2|x|) - 1 in double-double and a corrected quotient (0.64 ulp, 45 operations
// and a division; 1.35 times the time with AVX-512, 1.8 with AVX2, 2.5 with SSE4, in spite of the gathers here).
template <class D, class V>
HWY_INLINE V Tanh(D d, V x) {
  const hn::RebindToSigned<D> di;
  const V one = hn::Set(d, 1.0);
  const V limit = hn::Set(d, kTanhOne);
  const V magic = hn::Set(d, kRoundToTanhStep);
  const V a = hn::Abs(x);
  const V b = hn::IfThenElse(hn::Gt(a, limit), limit, a);  // NaN stays
  const V z = hn::Add(b, magic);
  const V rounded = hn::Sub(z, magic);
  const V c = hn::IfThenElseZero(hn::Ge(rounded, hn::Set(d, 3 * kTanhStep)), rounded);
  const V r = hn::Sub(b, c);
  V high, low;
  LookupPair(d, kTanhTable, hn::BitCast(di, z), high, low);  // any entry, where x is NaN
  const V t = TanhTail(d, r, hn::Mul(r, r));
  const V quotient = hn::Div(hn::Mul(hn::NegMulAdd(high, high, one), t), hn::MulAdd(high, t, one));
  return hn::CopySign(hn::Add(high, hn::Add(low, quotient)), x);
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
