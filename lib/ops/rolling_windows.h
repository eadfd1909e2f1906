// Statistics of single windows, for what no fixed blocks serve: explicit bounds, weights; and the portable order
// statistics. Plain C++.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "core/rolling_tables.h"
#include "ops/between.h"

namespace numrs {
namespace ops {

// One double as a vector: what rolling_blocks-inl.h asks of V.
struct RollingScalar {
  using T = double;
  using M = bool;
  static constexpr int64_t kLanes = 1;
  static T Load(const double* p) { return *p; }
  static void Store(T v, double* p) { *p = v; }
  static T Set(double v) { return v; }
  static T Add(T a, T b) { return a + b; }
  static T Sub(T a, T b) { return a - b; }
  static T Mul(T a, T b) { return a * b; }
  static T Div(T a, T b) { return a / b; }
  static T Sqrt(T a) { return std::sqrt(a); }
  static T Min(T a, T b) { return a < b ? a : b; }
  static T Max(T a, T b) { return a > b ? a : b; }
  static M Less(T a, T b) { return a < b; }
  static M Equal(T a, T b) { return a == b; }
  static M Or(M a, M b) { return a || b; }
  static M IsNaN(T a) { return a != a; }
  static T Where(M m, T a, T b) { return m ? a : b; }
  static T Quotient(T a, T b, T) { return a / b; }
};

// Two sorted neighbours and how far between them a quantile lies.
struct QuantilePlace {
  int64_t low;  // 0 … n - 1
  double part;  // 0 … 1; 0: the lower one alone
};

// q of n >= 1 sorted values by NumPy's methods, numbered as in numrs/rolling.h.
inline QuantilePlace PlaceOfQuantile(double q, int64_t n, int32_t method) {
  const double count = static_cast<double>(n), last = count - 1;
  const auto between = [&](double at) -> QuantilePlace {  // a 0-based index
    if (!(at > 0)) return {0, 0};
    if (at >= last) return {n - 1, 0};
    const double low = std::floor(at);
    return {static_cast<int64_t>(low), at - low};
  };
  const auto continuous = [&](double alpha, double beta) {
    return between(count * q + (alpha + q * (1 - alpha - beta)) - 1);
  };
  const double at = last * q;
  switch (method) {
    case 0:
      return between(at);  // linear
    case 1:
      return between(std::floor(at));  // lower
    case 2:
      return between(std::ceil(at));  // higher
    case 3: {                         // midpoint
      const double low = std::floor(at);
      return between(low == at ? at : low + 0.5);
    }
    case 4: {  // nearest, halves to even
      const double low = std::floor(at), part = at - low;
      const bool up = part > 0.5 || (part == 0.5 && static_cast<int64_t>(low) % 2 != 0);
      return between(up ? low + 1 : low);
    }
    case 5:  // inverted_cdf
      return between(std::ceil(count * q) - 1);
    case 6: {  // averaged_inverted_cdf
      const double up = std::floor(count * q);
      return between(up == count * q ? up - 0.5 : up);
    }
    case 7: {  // closest_observation, halves to the even one
      const double x = count * q - 1.5, low = std::floor(x);
      const bool even = x == low && static_cast<int64_t>(low) % 2 != 0;
      return between(even ? low : low + 1);
    }
    case 8:
      return continuous(0, 1);  // interpolated_inverted_cdf
    case 9:
      return continuous(0.5, 0.5);  // hazen
    case 10:
      return continuous(0, 0);  // weibull
    case 11:
      return continuous(1.0 / 3, 1.0 / 3);  // median_unbiased
    default:
      return continuous(3.0 / 8, 3.0 / 8);  // normal_unbiased
  }
}

inline double OneNaN(double y) { return y != y ? kRollingNaN : y; }

// Rank of a value among n, of which `less` are below and `equal` are it.
inline double RankOf(const RollingParameters& p, int64_t less, int64_t equal, int64_t n) {
  const double below = static_cast<double>(p.descending ? n - less - equal : less), same = static_cast<double>(equal);
  const double rank = p.method == 1 ? below + 1 : p.method == 2 ? below + same : below + (same + 1) * 0.5;
  return p.fraction ? rank / static_cast<double>(n) : rank;
}

// Median absolute deviation of n >= 1 sorted values: distances are within rounding as NumPy's, so the result is its.
inline double SortedMad(const double* v, int64_t n, double median) {
  if (!(std::fabs(median) < kRollingInfinity)) return kRollingNaN;
  // The `near` nearest values are v[low … low + near - 1]; the farthest of them is the lower middle distance.
  const int64_t near = (n + 1) / 2;
  int64_t low = 0, high = n - near;  // the first place from which moving up no longer helps
  while (low < high) {
    const int64_t mid = (low + high) / 2;
    if (v[mid + near] - median < median - v[mid])
      low = mid + 1;
    else
      high = mid;
  }
  const auto far = [&](int64_t at) { return std::max(median - v[at], v[at + near - 1] - median); };
  const double first = far(low);
  if (n % 2) return first;
  double second = kRollingInfinity;
  if (low > 0) second = median - v[low - 1];
  if (low + near < n) second = std::min(second, v[low + near] - median);
  return Middle(first, second);
}

}  // namespace ops
}  // namespace numrs
