// What the rows of table/order.def mean: order of elements, quantile methods, ranks, and the line kernels themselves
// over a kit of sorting and selecting that each backend has.
//
// To add a row: write it in table/order.def and add a struct here with `static void Line(const OrderLine&)`, a template
// of Kit and element type as Median is. A kit offers, for elements of T without NaN unless said otherwise:
//   int64_t Clean(const T* x, int64_t n, T* y)       copies all but NaN in order, returns how many; y may be x
//   int64_t Missing(const T* x, int64_t n)           how many are NaN
//   void Sort(T* x, int64_t n, void* scratch)        in place, any order of zeros; scratch: n elements
//   void Select(const T* x, int64_t n, const int64_t* ranks, int64_t m, T* values, void* scratch)
//                                                    the elements of those ranks (ascending); scratch: 2 n elements
//   void ArgSort(const T* x, int64_t n, int64_t* y, bool descending, void* scratch)
//                                                    stable, NaN last; scratch: kOrder_argsort's
//   void ThreeWays(…)                                as the function below
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "core/order_tables.h"
#include "numrs/order.h"
#include "ops/between.h"

namespace numrs {
namespace ops {
namespace order {

template <typename T>
NUMRS_HD bool IsNaN(T x) {
  if constexpr (std::is_floating_point<T>::value) return x != x;
  return false;
}
// Bools are ordered as bytes: 0 and 1 when they arrive here.
template <typename T>
using ElementOf = std::conditional_t<std::is_same<T, Bool>::value, uint8_t, T>;

// Does a stand before b? NaN stands last whatever the direction; 0.0 and -0.0 are equal.
template <typename T>
NUMRS_HD bool Before(T a, T b, bool descending) {
  if (IsNaN(a) || IsNaN(b)) return !IsNaN(a);
  return descending ? b < a : a < b;
}

// ------------------------------------------------------------------------------------------------------ quantiles

// The quantile lies `gamma` of the way from the element of rank `low` to that of rank `high`.
struct QuantilePlace {
  int64_t low, high;
  double gamma;
};

// Hyndman and Fan, The American Statistician 50 (1996) 361: types 1 to 9 and NumPy's four more; n > 0, 0 <= q <= 1.
NUMRS_HD inline QuantilePlace PlaceOf(int32_t method, int64_t n, double q) {
  const double count = static_cast<double>(n);
  const auto at = [n](double rank) {
    const int64_t i = rank <= 0 ? 0 : rank >= static_cast<double>(n - 1) ? n - 1 : static_cast<int64_t>(rank);
    return QuantilePlace{i, i, 0};
  };
  const auto between = [n, count](double rank, double gamma) {
    if (!(rank >= 0)) return QuantilePlace{0, 0, 0};
    if (rank >= count - 1) return QuantilePlace{n - 1, n - 1, 0};
    const int64_t low = static_cast<int64_t>(rank);
    return QuantilePlace{low, low + 1, gamma};
  };
  const auto continuous = [&](double alpha, double beta) {
    const double rank = count * q + (alpha + q * (1 - alpha - beta)) - 1;
    return between(rank, rank - std::floor(rank));
  };
  const double linear = (count - 1) * q;
  switch (method) {
    case NUMRS_QUANTILE_INVERTED_CDF: {
      const double rank = count * q - 1;
      return at(std::ceil(rank));
    }
    case NUMRS_QUANTILE_AVERAGED_INVERTED_CDF: {
      const double rank = count * q - 1;
      return between(rank, rank == std::floor(rank) ? 0.5 : 1.0);
    }
    case NUMRS_QUANTILE_CLOSEST_OBSERVATION: {
      const double rank = count * q - 1.5, floor = std::floor(rank);
      return at(rank == floor && std::fmod(std::fabs(floor), 2) == 1 ? floor : floor + 1);
    }
    case NUMRS_QUANTILE_INTERPOLATED_INVERTED_CDF:
      return continuous(0, 1);
    case NUMRS_QUANTILE_HAZEN:
      return continuous(0.5, 0.5);
    case NUMRS_QUANTILE_WEIBULL:
      return continuous(0, 0);
    case NUMRS_QUANTILE_MEDIAN_UNBIASED:
      return continuous(1 / 3.0, 1 / 3.0);
    case NUMRS_QUANTILE_NORMAL_UNBIASED:
      return continuous(3 / 8.0, 3 / 8.0);
    case NUMRS_QUANTILE_LOWER:
      return at(std::floor(linear));
    case NUMRS_QUANTILE_HIGHER:
      return at(std::ceil(linear));
    case NUMRS_QUANTILE_MIDPOINT:
      return between(linear, linear == std::floor(linear) ? 0.0 : 0.5);
    case NUMRS_QUANTILE_NEAREST:
      return at(std::nearbyint(linear));  // to even
    default:
      return between(linear, linear - std::floor(linear));
  }
}

// Between a and b as NumPy: from the nearer end. Equal ends (infinite ones too) and gamma 0 give an end itself.
template <typename T>
NUMRS_HD T Interpolate(T a, T b, double gamma) {
  if (a == b || gamma == 0) return a;
  if (gamma == 1) return b;
  const double x = static_cast<double>(a), y = static_cast<double>(b), d = y - x;
  if (!std::isfinite(d)) return static_cast<T>(x * (1 - gamma) + y * gamma);
  return static_cast<T>(gamma < 0.5 ? x + d * gamma : y - d * (1 - gamma));
}

// Which of several zeros has a rank is not defined where they are selected: all are told as 0.0.
template <typename T>
NUMRS_HD T PlusZero(T x) {
  return x + T{0};
}

template <typename T>
struct Scratch {
  char* at;
  explicit Scratch(const OrderLine& line) : at(static_cast<char*>(line.scratch)) {}
  template <typename U>
  U* Take(int64_t n) {
    U* taken = reinterpret_cast<U*>(at);
    at += (static_cast<size_t>(n) * sizeof(U) + 63) / 64 * 64;
    return taken;
  }
};

// The elements of a line that count: all, or with NUMRS_ORDER_OMIT_NAN those that are no NaN. `poisoned`: a NaN that
// counts makes the result NaN.
template <class Kit, typename T>
struct Counted {
  const T* x;
  int64_t n;
  bool poisoned = false;

  // room: n elements, used when there is a NaN to leave out.
  Counted(const OrderLine& line, T* room) : x(static_cast<const T*>(line.x)), n(line.n) {
    if (!std::is_floating_point<T>::value || Kit::Missing(x, n) == 0) return;
    if (line.options->flags & NUMRS_ORDER_OMIT_NAN) {
      n = Kit::Clean(x, n, room);
      x = room;
    } else {
      poisoned = true;
    }
  }
  bool nothing() const { return poisoned || n == 0; }
};

template <class Kit, typename T>
T MedianOf(const T* x, int64_t n, void* scratch) {
  const int64_t ranks[2] = {(n - 1) / 2, n / 2};
  T values[2];
  Kit::Select(x, n, ranks, ranks[0] == ranks[1] ? 1 : 2, values, scratch);
  return ranks[0] == ranks[1] ? PlusZero(values[0])
                              : static_cast<T>(ops::Middle(PlusZero(values[0]), PlusZero(values[1])));
}

template <class Kit, typename T>
struct Median {
  static void Line(const OrderLine& line) {
    Scratch<T> scratch(line);
    const Counted<Kit, T> counted(line, scratch.template Take<T>(line.n));
    T* y = static_cast<T*>(line.y);
    *y = counted.nothing() ? std::numeric_limits<T>::quiet_NaN() : MedianOf<Kit>(counted.x, counted.n, scratch.at);
  }
};

// Median of the distances from the median, over scale. Of a line with an infinite median: NaN, as inf - inf is.
template <class Kit, typename T>
struct Mad {
  static void Line(const OrderLine& line) {
    Scratch<T> scratch(line);
    T* distances = scratch.template Take<T>(line.n);
    const Counted<Kit, T> counted(line, distances);
    T* y = static_cast<T*>(line.y);
    if (counted.nothing()) {
      *y = std::numeric_limits<T>::quiet_NaN();
      return;
    }
    const T middle = MedianOf<Kit>(counted.x, counted.n, scratch.at);
    Kit::Distances(counted.x, counted.n, middle, distances);
    if (!std::isfinite(middle) && Kit::Missing(distances, counted.n) > 0) {
      *y = std::numeric_limits<T>::quiet_NaN();
      return;
    }
    const double spread = static_cast<double>(MedianOf<Kit>(distances, counted.n, scratch.at));
    *y = static_cast<T>(spread / line.options->scale);
  }
};

// Values at several places: `places` ends in the values. Ranks are looked up in ascending order.
template <class Kit, typename T>
void QuantilesOf(const T* x, int64_t n, int32_t method, const double* q, int64_t m, T* y, void* memory) {
  constexpr int64_t kFew = 16;
  if (m > kFew) {  // sorting costs no more
    T* sorted = static_cast<T*>(memory);
    std::memcpy(sorted, x, static_cast<size_t>(n) * sizeof(T));
    Kit::Sort(sorted, n, sorted + n);
    for (int64_t i = 0; i < m; i++) {
      const QuantilePlace p = PlaceOf(method, n, q[i]);
      y[i] = Interpolate(PlusZero(sorted[p.low]), PlusZero(sorted[p.high]), p.gamma);
    }
    return;
  }
  int64_t ranks[2 * kFew], count = 0;
  T values[2 * kFew];
  const auto add = [&](int64_t rank) {
    int64_t at = count;
    while (at > 0 && ranks[at - 1] >= rank) at--;
    if (at < count && ranks[at] == rank) return;
    for (int64_t j = count; j > at; j--) ranks[j] = ranks[j - 1];
    ranks[at] = rank;
    count++;
  };
  for (int64_t i = 0; i < m; i++) {
    const QuantilePlace p = PlaceOf(method, n, q[i]);
    add(p.low);
    if (p.gamma != 0) add(p.high);
  }
  Kit::Select(x, n, ranks, count, values, memory);
  const auto value = [&](int64_t rank) {
    int64_t at = 0;
    while (ranks[at] != rank) at++;
    return PlusZero(values[at]);
  };
  for (int64_t i = 0; i < m; i++) {
    const QuantilePlace p = PlaceOf(method, n, q[i]);
    y[i] = p.gamma == 0 ? value(p.low) : Interpolate(value(p.low), value(p.high), p.gamma);
  }
}

// With weights: the first element, in order, at which the weights so far reach q of their sum (NumPy's 'inverted_cdf').
// Elements of weight 0 are never chosen. Weights are checked before: finite, none negative, and some above 0.
template <class Kit, typename T>
void WeightedQuantiles(const OrderLine& line, T* y) {
  const T* x = static_cast<const T*>(line.x);
  Scratch<T> scratch(line);
  int64_t* order = scratch.template Take<int64_t>(line.n);
  Kit::ArgSort(x, line.n, order, false, scratch.at);
  int64_t n = line.n;
  while (n > 0 && IsNaN(x[order[n - 1]])) n--;
  const bool poisoned = n < line.n && !(line.options->flags & NUMRS_ORDER_OMIT_NAN);
  double total = 0;
  for (int64_t i = 0; i < n; i++) total += line.weights[order[i]];
  for (int64_t j = 0; j < line.options->n_q; j++) {
    if (poisoned || n == 0 || !(total > 0)) {
      y[j] = std::numeric_limits<T>::quiet_NaN();
      continue;
    }
    double sum = 0;
    int64_t last = 0;
    for (int64_t i = 0; i < n; i++) {
      if (line.weights[order[i]] == 0) continue;
      last = i;
      sum += line.weights[order[i]];
      if (sum / total >= line.options->q[j]) break;
    }
    y[j] = x[order[last]];
  }
}

template <class Kit, typename T>
struct Quantile {
  static void Line(const OrderLine& line) {
    T* y = static_cast<T*>(line.y);
    if (line.weights) return WeightedQuantiles<Kit>(line, y);
    Scratch<T> scratch(line);
    const Counted<Kit, T> counted(line, scratch.template Take<T>(line.n));
    const OrderOptions& options = *line.options;
    if (!counted.nothing())
      return QuantilesOf<Kit>(counted.x, counted.n, options.method, options.q, options.n_q, y, scratch.at);
    for (int64_t i = 0; i < options.n_q; i++) y[i] = std::numeric_limits<T>::quiet_NaN();
  }
};

// Distance of the quartiles by the method.
template <class Kit, typename T>
struct Iqr {
  static void Line(const OrderLine& line) {
    Scratch<T> scratch(line);
    const Counted<Kit, T> counted(line, scratch.template Take<T>(line.n));
    T* y = static_cast<T*>(line.y);
    static constexpr double kQuartiles[2] = {0.25, 0.75};
    T values[2];
    if (counted.nothing()) {
      *y = std::numeric_limits<T>::quiet_NaN();
      return;
    }
    QuantilesOf<Kit>(counted.x, counted.n, line.options->method, kQuartiles, 2, values, scratch.at);
    *y = static_cast<T>((static_cast<double>(values[1]) - static_cast<double>(values[0])) / line.options->scale);
  }
};

// ------------------------------------------------------------------------------------------------ order and places

template <class Kit, typename T>
struct Sort {
  static void Line(const OrderLine& line) {
    Kit::SortLine(static_cast<const T*>(line.x), static_cast<T*>(line.y), line.n,
                  (line.options->flags & NUMRS_ORDER_DESCENDING) != 0, line.scratch);
  }
};

template <class Kit, typename T>
struct ArgSort {
  static void Line(const OrderLine& line) {
    Kit::ArgSort(static_cast<const T*>(line.x), line.n, static_cast<int64_t*>(line.y),
                 (line.options->flags & NUMRS_ORDER_DESCENDING) != 0, line.scratch);
  }
};

// y[0, n), with the indices that go along unless they are nullptr, becomes: what is less than the pivot, what is equal
// to it, what is greater, each in its order.
template <typename T>
void ThreeWays(T* y, int64_t* index, int64_t n, T pivot, T* room, int64_t* index_room, int64_t* less, int64_t* equal) {
  int64_t nl = 0, ne = 0, ng = 0;
  for (int64_t i = 0; i < n; i++) {
    nl += y[i] < pivot;
    ne += y[i] == pivot;
  }
  *less = nl;
  *equal = ne;
  ng = nl + ne;
  ne = nl;
  nl = 0;
  for (int64_t i = 0; i < n; i++) {
    int64_t& at = y[i] < pivot ? nl : pivot < y[i] ? ng : ne;
    room[at] = y[i];
    if (index) index_room[at] = index[i];
    at++;
  }
  for (int64_t i = 0; i < n; i++) y[i] = room[i];
  if (index) std::memcpy(index, index_room, static_cast<size_t>(n) * sizeof(int64_t));
}

// The definition of a partition here, so that it has the same bits everywhere: for each place k, in any order, the
// elements less than the one that belongs there come first, then its equals, then the greater ones, and otherwise the
// order of the input is kept. NaN comes last.
template <class Kit, typename T>
void PartitionRange(T* y, int64_t* index, int64_t begin, int64_t end, const int64_t* kth, int64_t count, T* room,
                    int64_t* index_room, void* scratch) {
  while (count > 0) {
    const int64_t middle = count / 2, n = end - begin, rank = kth[middle] - begin;
    T pivot;
    int64_t less, equal;
    Kit::Select(y + begin, n, &rank, 1, &pivot, scratch);
    Kit::ThreeWays(y + begin, index ? index + begin : nullptr, n, pivot, room, index_room, &less, &equal);
    int64_t lower = 0, upper = count;
    while (lower < count && kth[lower] < begin + less) lower++;
    while (upper > lower && kth[upper - 1] >= begin + less + equal) upper--;
    PartitionRange<Kit>(y, index, begin, begin + less, kth, lower, room, index_room, scratch);
    begin += less + equal;
    kth += upper;
    count -= upper;
  }
}

// Non-NaN elements and their indices (or none) to the front, NaN behind, all in order; how many are no NaN.
template <class Kit, typename T>
int64_t NaNLast(const T* x, int64_t n, T* y, int64_t* index) {
  int64_t at = n - Kit::Missing(x, n);
  const int64_t numbers = at;
  if (numbers == n) {
    for (int64_t i = 0; i < n; i++) y[i] = x[i];
    for (int64_t i = 0; index && i < n; i++) index[i] = i;
    return n;
  }
  for (int64_t i = 0, j = 0; i < n; i++) {
    int64_t& to = IsNaN(x[i]) ? at : j;
    y[to] = x[i];
    if (index) index[to] = i;
    to++;
  }
  return numbers;
}

template <class Kit, typename T, bool kIndices>
void PartitionLine(const OrderLine& line) {
  Scratch<T> scratch(line);
  const T* x = static_cast<const T*>(line.x);
  T* room = scratch.template Take<T>(line.n);
  T* y = kIndices ? scratch.template Take<T>(line.n) : static_cast<T*>(line.y);
  int64_t* index = kIndices ? static_cast<int64_t*>(line.y) : nullptr;
  int64_t* index_room = kIndices ? scratch.template Take<int64_t>(line.n) : nullptr;
  if (x == y) {
    std::memcpy(room, x, static_cast<size_t>(line.n) * sizeof(T));
    x = room;
  }
  const int64_t numbers = NaNLast<Kit>(x, line.n, y, index);
  int64_t count = line.options->n_kth;
  while (count > 0 && line.options->kth[count - 1] >= numbers) count--;
  PartitionRange<Kit>(y, index, 0, numbers, line.options->kth, count, room, index_room, scratch.at);
}
template <class Kit, typename T>
struct Partition {
  static void Line(const OrderLine& line) { PartitionLine<Kit, T, false>(line); }
};
template <class Kit, typename T>
struct ArgPartition {
  static void Line(const OrderLine& line) { PartitionLine<Kit, T, true>(line); }
};

// The k first elements of the order, and where they stood: sorted, or in the order of the input. Of equal ones those
// that come first are taken.
template <class Kit, typename T>
struct TopK {
  static void Line(const OrderLine& line) {
    const T* x = static_cast<const T*>(line.x);
    T* y = static_cast<T*>(line.y);
    const int64_t n = line.n, k = line.options->k;
    const bool largest = (line.options->flags & NUMRS_ORDER_SMALLEST) == 0;
    if (k == 0) return;
    Scratch<T> scratch(line);
    T* numbers = scratch.template Take<T>(n);
    int64_t* order = scratch.template Take<int64_t>(k);
    const int64_t count = Kit::Clean(x, n, numbers), wanted = k < count ? k : count;
    int64_t at = 0;
    if (wanted > 0) {
      const int64_t rank = largest ? count - wanted : wanted - 1;
      T edge;
      Kit::Select(numbers, count, &rank, 1, &edge, scratch.at);
      int64_t ties = wanted;
      for (int64_t i = 0; i < n; i++) ties -= largest ? edge < x[i] : x[i] < edge;
      for (int64_t i = 0; i < n && at < wanted; i++) {
        const bool inside = largest ? edge < x[i] : x[i] < edge;
        if (inside || (x[i] == edge && ties > 0)) {
          ties -= !inside;
          line.y2[at] = i;
          numbers[at++] = x[i];
        }
      }
      if (line.options->flags & NUMRS_ORDER_SORTED) {
        Kit::ArgSort(numbers, wanted, order, largest, scratch.at);
        for (int64_t i = 0; i < wanted; i++) {
          y[i] = numbers[order[i]];
          order[i] = line.y2[order[i]];
        }
        std::memcpy(line.y2, order, static_cast<size_t>(wanted) * sizeof(int64_t));
      } else {
        std::memcpy(y, numbers, static_cast<size_t>(wanted) * sizeof(T));
      }
    }
    for (int64_t i = 0; i < n && at < k; i++) {
      if (!IsNaN(x[i])) continue;
      y[at] = x[i];
      line.y2[at++] = i;
    }
  }
};

// Ranks from 1 on; equal elements by the method. A NaN makes all of its line NaN, or stays the only one with
// NUMRS_ORDER_OMIT_NAN.
template <class Kit, typename T>
struct Rank {
  static void Line(const OrderLine& line) {
    const T* x = static_cast<const T*>(line.x);
    double* y = static_cast<double*>(line.y);
    Scratch<T> scratch(line);
    int64_t* order = scratch.template Take<int64_t>(line.n);
    Kit::ArgSort(x, line.n, order, false, scratch.at);
    int64_t n = line.n;
    while (n > 0 && IsNaN(x[order[n - 1]])) n--;
    if (n < line.n) {
      const bool all = (line.options->flags & NUMRS_ORDER_OMIT_NAN) == 0;
      for (int64_t i = all ? 0 : n; i < line.n; i++) y[order[i]] = std::numeric_limits<double>::quiet_NaN();
      if (all) return;
    }
    const int32_t method = line.options->method;
    double dense = 0;
    for (int64_t i = 0, end; i < n; i = end) {
      end = i + 1;
      while (end < n && x[order[end]] == x[order[i]]) end++;
      dense++;
      const double first = static_cast<double>(i + 1), last = static_cast<double>(end);
      const double same = method == NUMRS_RANK_MIN     ? first
                          : method == NUMRS_RANK_MAX   ? last
                          : method == NUMRS_RANK_DENSE ? dense
                                                       : (first + last) / 2;
      for (int64_t j = i; j < end; j++) y[order[j]] = method == NUMRS_RANK_ORDINAL ? static_cast<double>(j + 1) : same;
    }
  }
};

// How many of n elements, at(0) to at(n - 1) in order, stand before v; with `right` those equal to it too.
template <typename T, class At>
NUMRS_HD int64_t PlaceAmong(const At& at, int64_t n, T v, bool right) {
  int64_t low = 0;
  while (n > 0) {
    const int64_t half = n / 2;
    const T middle = at(low + half);
    const bool after = right ? !Before(v, middle, false) : Before(middle, v, false);
    low = after ? low + half + 1 : low;
    n = after ? n - half - 1 : half;
  }
  return low;
}
template <typename T>
int64_t PlaceIn(const T* x, const int64_t* order, int64_t n, T v, bool right) {
  return PlaceAmong([=](int64_t rank) { return order ? x[order[rank]] : x[rank]; }, n, v, right);
}

}  // namespace order
}  // namespace ops
}  // namespace numrs
