// Double-double building blocks of the float64 math functions: exact sums and products, short sums of them. No
// functions of mathematics here.
//
// A value is carried as hi + lo with |lo| <= ulp(hi) / 2 unless said otherwise. Functions return hi and write lo,
// because scalable vectors cannot be members of a struct. u = 2^-53. All bounds hold for round to nearest, as long as
// nothing overflows or underflows.

#if defined(NUMRS_CPU_MATH_F64_DD_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_MATH_F64_DD_INL_H_
#undef NUMRS_CPU_MATH_F64_DD_INL_H_
#else
#define NUMRS_CPU_MATH_F64_DD_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace f64 {

namespace hn = hwy::HWY_NAMESPACE;

// s + lo == a + b exactly, s = a + b rounded, for any a and b (Knuth, TAOCP 2, 4.2.2 theorem B). Six operations.
template <class V>
HWY_INLINE V TwoSum(V a, V b, V& lo) {
  const V s = hn::Add(a, b);
  const V bb = hn::Sub(s, a);
  lo = hn::Add(hn::Sub(a, hn::Sub(s, bb)), hn::Sub(b, bb));
  return s;
}

// As TwoSum in three operations, for |a| >= |b| or a == 0, or where every bit of a is a multiple of ulp(b) (Dekker
// 1971).
template <class V>
HWY_INLINE V FastTwoSum(V a, V b, V& lo) {
  const V s = hn::Add(a, b);
  lo = hn::Sub(b, hn::Sub(s, a));
  return s;
}

// a == hi + lo, hi with 26 bits and lo with 26 (Veltkamp's splitting). Overflows for |a| > 2^996.
template <class V>
HWY_INLINE V Split(V a, V& lo) {
  const hn::DFromV<V> d;
  const V c = hn::Mul(a, hn::Set(d, 134217729.0));  // 2^27 + 1
  const V hi = hn::Sub(c, hn::Sub(c, a));
  lo = hn::Sub(a, hi);
  return hi;
}

// p + lo == a * b exactly, p = a * b rounded, for 2^-969 <= |a * b|; below that lo loses bits. Without FMA (Dekker
// 1971, 17 operations) also |a|, |b| <= 2^995.
template <class V>
HWY_INLINE V TwoProd(V a, V b, V& lo) {
  const V p = hn::Mul(a, b);
#if HWY_NATIVE_FMA
  lo = hn::MulSub(a, b, p);
#else
  V al, bl;
  const V ah = Split(a, al);
  const V bh = Split(b, bl);
  lo = hn::Add(hn::Mul(al, bl), hn::Add(hn::Add(hn::Sub(hn::Mul(ah, bh), p), hn::Mul(ah, bl)), hn::Mul(al, bh)));
#endif
  return p;
}

// p + lo == a * a exactly; conditions as TwoProd, one splitting less.
template <class V>
HWY_INLINE V TwoSquare(V a, V& lo) {
  const V p = hn::Mul(a, a);
#if HWY_NATIVE_FMA
  lo = hn::MulSub(a, a, p);
#else
  V al;
  const V ah = Split(a, al);
  const V cross = hn::Mul(ah, al);
  lo = hn::Add(hn::Mul(al, al), hn::Add(hn::Sub(hn::Mul(ah, ah), p), hn::Add(cross, cross)));
#endif
  return p;
}

// c - a * b with an error of at most 1 ulp of the result where the difference of the rounded product and c is exact (a
// * b close to c, as in the remainder of a division); exact in that case with FMA and nearly so without.
template <class V>
HWY_INLINE V Remainder(V a, V b, V c) {
#if HWY_NATIVE_FMA
  return hn::NegMulAdd(a, b, c);
#else
  V lo;
  const V p = TwoProd(a, b, lo);
  return hn::Sub(hn::Sub(c, p), lo);
#endif
}

// s + lo == a * b + c to about 2 u^2 |a * b|, s rounded, for |c| >= |a * b| or c == 0.
template <class V>
HWY_INLINE V MulAddDD(V a, V b, V c, V& lo) {
#if HWY_NATIVE_FMA
  const V s = hn::MulAdd(a, b, c);
  lo = hn::MulAdd(a, b, hn::Sub(c, s));
  return s;
#else
  V e, f;
  const V p = TwoProd(a, b, e);
  const V s = FastTwoSum(c, p, f);
  lo = hn::Add(e, f);
  return s;
#endif
}

// (ah + al) + b; relative error <= 2 u^2 (Joldes, Muller, Popescu 2017, algorithm 4).
template <class V>
HWY_INLINE V AddDD1(V ah, V al, V b, V& lo) {
  V e;
  const V s = TwoSum(ah, b, e);
  return FastTwoSum(s, hn::Add(al, e), lo);
}

// (ah + al) + (bh + bl); relative error <= 3 u^2 + 13 u^3 for any signs (Joldes, Muller, Popescu 2017, algorithm 6).
template <class V>
HWY_INLINE V AddDD(V ah, V al, V bh, V bl, V& lo) {
  V e, f;
  const V s = TwoSum(ah, bh, e);
  const V t = TwoSum(al, bl, f);
  const V v = FastTwoSum(s, hn::Add(e, t), e);
  return FastTwoSum(v, hn::Add(f, e), lo);
}

// (ah + al) * b; relative error <= 3 u^2 (Joldes, Muller, Popescu 2017, algorithms 8 and, with FMA, 9).
template <class V>
HWY_INLINE V MulDD1(V ah, V al, V b, V& lo) {
  V e;
  const V p = TwoProd(ah, b, e);
  return FastTwoSum(p, hn::MulAdd(al, b, e), lo);
}

// (ah + al) * (bh + bl); relative error <= 7 u^2 (Joldes, Muller, Popescu 2017, algorithm 11; their proof is for FMA).
template <class V>
HWY_INLINE V MulDD(V ah, V al, V bh, V bl, V& lo) {
  V e;
  const V p = TwoProd(ah, bh, e);
  return FastTwoSum(p, hn::Add(e, hn::MulAdd(ah, bl, hn::Mul(al, bh))), lo);
}

// (ah + al) / (bh + bl); relative error below 10 u^2. One correction step after a rounded division.
template <class V>
HWY_INLINE V DivDD(V ah, V al, V bh, V bl, V& lo) {
  const V q = hn::Div(ah, bh);
  const V rest = hn::Add(Remainder(q, bh, ah), hn::NegMulAdd(q, bl, al));
  return FastTwoSum(q, hn::Div(rest, bh), lo);
}

}  // namespace f64
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
