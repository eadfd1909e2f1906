// Statistics of lines of cpu-portable, and the tools that all backends use: selection, ranks, Kendall's tau.
#include "core/stats_tables.h"

#include <algorithm>
#include <cmath>

#include "ops/between.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

#include "ops/stats-inl.h"

void Select(double* x, int64_t n, int64_t k) { std::nth_element(x, x + k, x + n); }

double Quantile(double* x, int64_t n, double q) {
  StatsTable tools{};
  tools.select = Select;
  return Selector{x, n, &tools}.Quantile(q);
}

// Indices of x in the order of its elements, as 64-bit numbers in room.
template <class Before>
int64_t* Ordered(int64_t n, double* room, const Before& before) {
  static_assert(sizeof(int64_t) == sizeof(double), "indices stand in rooms of doubles");
  int64_t* order = reinterpret_cast<int64_t*>(room);
  for (int64_t i = 0; i < n; i++) order[i] = i;
  std::sort(order, order + n, before);
  return order;
}

void Rank(const double* x, int64_t n, double* ranks, double* room) {
  const int64_t* order = Ordered(n, room, [x](int64_t a, int64_t b) { return x[a] < x[b]; });
  for (int64_t i = 0; i < n;) {
    int64_t end = i + 1;
    while (end < n && x[order[end]] == x[order[i]]) end++;
    const double rank = static_cast<double>(i + 1 + end) / 2;
    for (; i < end; i++) ranks[order[i]] = rank;
  }
}

// Inversions of v, which is sorted by merging; room: n.
int64_t Inversions(double* v, int64_t n, double* room) {
  int64_t count = 0;
  for (int64_t width = 1; width < n; width *= 2) {
    for (int64_t begin = 0; begin < n; begin += 2 * width) {
      const int64_t middle = std::min(begin + width, n), end = std::min(begin + 2 * width, n);
      int64_t a = begin, b = middle, to = begin;
      while (a < middle && b < end) {
        if (v[b] < v[a]) {
          count += middle - a;
          room[to++] = v[b++];
        } else {
          room[to++] = v[a++];
        }
      }
      while (a < middle) room[to++] = v[a++];
      while (b < end) room[to++] = v[b++];
    }
    std::copy(room, room + n, v);
  }
  return count;
}

// Pairs within runs of equal neighbours.
template <class Same>
double TiedPairs(int64_t n, const Same& same) {
  double pairs = 0, run = 1;
  for (int64_t i = 1; i <= n; i++) {
    if (i < n && same(i - 1, i)) {
      run++;
      continue;
    }
    pairs += run * (run - 1) / 2;
    run = 1;
  }
  return pairs;
}

// Knight (1966): pairs in disorder are the exchanges of a merge sort.
double KendallTau(const double* x, const double* y, int64_t n, double* room) {
  const int64_t* order =
      Ordered(n, room, [x, y](int64_t a, int64_t b) { return x[a] < x[b] || (x[a] == x[b] && y[a] < y[b]); });
  double *sorted = room + n, *merge = sorted + n;
  for (int64_t i = 0; i < n; i++) sorted[i] = y[order[i]];
  const double in_x = TiedPairs(n, [=](int64_t a, int64_t b) { return x[order[a]] == x[order[b]]; });
  const double in_both =
      TiedPairs(n, [=](int64_t a, int64_t b) { return x[order[a]] == x[order[b]] && sorted[a] == sorted[b]; });
  const double discordant = static_cast<double>(Inversions(sorted, n, merge));
  const double in_y = TiedPairs(n, [=](int64_t a, int64_t b) { return sorted[a] == sorted[b]; });
  const double all = static_cast<double>(n) * static_cast<double>(n - 1) / 2;
  if (all == in_x || all == in_y) return StatNaN();
  const double difference = all - in_x - in_y + in_both - 2 * discordant;
  const double tau = difference / std::sqrt((all - in_x) * (all - in_y));
  return tau > 1 ? 1 : tau < -1 ? -1 : tau;
}

}  // namespace

const StatsTable* Stats() {
  static const StatsTable table = [] {
    StatsTable t{};
#define NUMRS_STAT(id, name, Kernel, inputs, outputs, parameters, scratch, cost) t.line[id] = Kernel::Line;
#include "table/stats.def"
    t.select = Select;
    t.quantile = Quantile;
    t.rank = Rank;
    t.kendall = KendallTau;
    t.log = Unary()->fn[kUnary_log][kF64];
    t.exp = Unary()->fn[kUnary_exp][kF64];
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
