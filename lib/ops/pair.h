// Unevaluated sums of two floating-point numbers, about twice the precision: for the few scalar functors whose result
// cancels.
#pragma once

#include <cmath>

#include "core/sides.h"

namespace numrs {
namespace ops {

template <typename W>
struct Pair {
  W high, low;
};

template <typename W>
NUMRS_HD Pair<W> Sum(W a, W b) {  // exact (Knuth)
  const W s = a + b, t = s - a;
  return {s, (a - (s - t)) + (b - t)};
}
template <typename W>
NUMRS_HD Pair<W> operator+(Pair<W> a, Pair<W> b) {
  const Pair<W> s = Sum(a.high, b.high), t = Sum(a.low, b.low);
  const Pair<W> u = Sum(s.high, s.low + t.high);
  return Sum(u.high, u.low + t.low);
}
template <typename W>
NUMRS_HD Pair<W> operator*(Pair<W> a, Pair<W> b) {
  const W p = a.high * b.high;
  return Sum(p, std::fma(a.high, b.high, -p) + (a.high * b.low + a.low * b.high));
}
template <typename W>
NUMRS_HD Pair<W> operator/(Pair<W> a, W b) {
  const W q = a.high / b;
  return Sum(q, (std::fma(-q, b, a.high) + a.low) / b);
}

// exp(x) - 1 with about 100 correct bits, for x <= 1/4: Taylor's series of x / 2^k, then k doublings e <- e (e + 2) (or
// squarings of exp).
template <typename W>
NUMRS_HD Pair<W> Expm1Pair(W x) {
  int k = 0;
  while (std::fabs(x) > W(1.0 / 512)) {
    x /= 2;
    k++;
  }
  Pair<W> sum{0, 0}, term{1, 0};
  for (int i = 1; i <= 14; i++) {
    term = term * Pair<W>{x, 0} / W(i);
    sum = sum + term;
  }
  for (; k > 0; k--) sum = sum * (sum + Pair<W>{2, 0});
  return sum;
}

template <typename W>
NUMRS_HD Pair<W> ExpPair(W x) {  // keeps the relative precision of small results
  int k = 0;
  while (std::fabs(x) > W(1.0 / 512)) {
    x /= 2;
    k++;
  }
  Pair<W> value = Expm1Pair(x) + Pair<W>{1, 0};
  for (; k > 0; k--) value = value * value;
  return value;
}

}  // namespace ops
}  // namespace numrs
