// Statistics of lines, groups, histograms and streams on every backend and instruction set: equal bits, plain formulas
// in wide arithmetic, layouts, and that nothing is written on errors.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/group.h"
#include "core/stats_tables.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

std::vector<double> Values(int64_t n, uint32_t seed, double offset = 0) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(offset, 2);
  std::vector<double> x(static_cast<size_t>(n));
  for (double& v : x) v = normal(random);
  return x;
}

// (outer, n, inner) over the middle axis.
std::vector<double> Lines(int32_t op, const std::vector<double>& x, const std::vector<double>& x2, int64_t outer,
                          int64_t n, int64_t inner) {
  const StatRow& row = kStatRows[op];
  const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner, row.outputs};
  std::vector<double> y(static_cast<size_t>(outer * inner * (row.outputs ? row.outputs : n)), 77);
  const numrs_view vx = {const_cast<double*>(x.data()), shape, nullptr, 3, NUMRS_F64};
  const numrs_view vx2 = {const_cast<double*>(x2.data()), shape, nullptr, 3, NUMRS_F64};
  const numrs_view vy = {y.data(), row.outputs ? y_shape : shape, nullptr, row.outputs == 1 ? 2 : 3, NUMRS_F64};
  const int32_t axis = 1;
  const numrs_status status =
      numrs_stat(nullptr, op, &vx, row.inputs == 2 ? &vx2 : nullptr, nullptr, &vy, &axis, 1, nullptr, 0);
  INFO(row.name << ": " << numrs_message());
  REQUIRE(status == NUMRS_OK);
  return y;
}

// The first number of a line, for the statistics that have a short formula.
long double Formula(int32_t op, std::vector<double> x, const std::vector<double>& y) {
  const long double n = static_cast<long double>(x.size());
  long double mean = 0, other = 0, m2 = 0, m3 = 0, m4 = 0, mixed = 0, y2 = 0;
  for (size_t i = 0; i < x.size(); i++) mean += x[i] / n, other += y[i] / n;
  for (size_t i = 0; i < x.size(); i++) {
    const long double d = x[i] - mean, e = y[i] - other;
    m2 += d * d / n, m3 += d * d * d / n, m4 += d * d * d * d / n, mixed += d * e / n, y2 += e * e / n;
  }
  switch (op) {
    case kStat_skew:
      return m3 / std::pow(m2, 1.5L);
    case kStat_kurtosis:
      return m4 / (m2 * m2) - 3;
    case kStat_moment:
      return 0;
    case kStat_sem:
      return std::sqrt(m2 / n);
    case kStat_cov:
      return mixed;
    case kStat_corr:
      return mixed / std::sqrt(m2 * y2);
    case kStat_zscore:
      return (x[0] - mean) / std::sqrt(m2);
    case kStat_describe:
      return n;
    case kStat_trim_mean: {
      std::sort(x.begin(), x.end());
      const size_t cut = static_cast<size_t>(0.1 * static_cast<double>(x.size()));
      long double sum = 0;
      for (size_t i = cut; i < x.size() - cut; i++) sum += x[i];
      return sum / static_cast<long double>(x.size() - 2 * cut);
    }
    default:
      return std::numeric_limits<long double>::quiet_NaN();
  }
}

}  // namespace

TEST_CASE("every statistic of lines on every instruction set, with equal bits, columns as rows") {
  for (int64_t n : {1, 2, 5, 31, 100, 4097}) {
    const int64_t width = 19;
    for (int32_t op = 0; op < kStatOps; op++) {
      if (kStatRows[op].scratch < 0 && n > 200) continue;
      const std::vector<double> x = Values(n * width, 1, 3), x2 = Values(n * width, 2);
      std::vector<double> first;
      ForEachKernels([&](const std::string& name) {
        const std::vector<double> y = Lines(op, x, x2, width, n, 1);
        if (first.empty()) first = y;
        INFO(name << " " << kStatRows[op].name << " n=" << n);
        const bool fused = op == kStat_gmean;  // logarithms: docs/same-bits.md
        REQUIRE((fused || std::memcmp(y.data(), first.data(), y.size() * 8) == 0));
      });
      std::vector<double> columns(x.size()), columns2(x.size());
      for (int64_t i = 0; i < n; i++) {
        for (int64_t c = 0; c < width; c++) {
          columns[static_cast<size_t>(i * width + c)] = x[static_cast<size_t>(c * n + i)];
          columns2[static_cast<size_t>(i * width + c)] = x2[static_cast<size_t>(c * n + i)];
        }
      }
      const std::vector<double> y = Lines(op, columns, columns2, 1, n, width);
      if (kStatRows[op].outputs) {
        if (op != kStat_gmean) REQUIRE(std::memcmp(y.data(), first.data(), y.size() * 8) == 0);
      } else {
        for (int64_t c = 0; c < width; c++) {
          for (int64_t i = 0; i < n; i++) {
            const double a = y[static_cast<size_t>(i * width + c)], b = first[static_cast<size_t>(c * n + i)];
            REQUIRE((a == b || (a != a && b != b)));
          }
        }
      }
      if (n < 5) continue;
      for (int64_t line = 0; line < width; line++) {
        const auto begin = static_cast<std::ptrdiff_t>(line * n), end = begin + static_cast<std::ptrdiff_t>(n);
        const long double wanted =
            Formula(op, {x.begin() + begin, x.begin() + end}, {x2.begin() + begin, x2.begin() + end});
        if (wanted != wanted) break;
        const int64_t stride = kStatRows[op].outputs ? kStatRows[op].outputs : n;
        const double got = first[static_cast<size_t>(line * stride)];
        INFO(kStatRows[op].name << " n=" << n);
        REQUIRE(std::fabs(got - wanted) <= 1e-12L * (1 + std::fabs(wanted)));
      }
    }
  }
}

TEST_CASE("statistics refuse what is wrong and write nothing") {
  const std::vector<double> x = Values(12, 3);
  double y[12] = {77};
  const int64_t shape[] = {3, 4}, ten[] = {3, 9};
  const int32_t axis = 1, twice[] = {1, 1};
  const numrs_view vx = {const_cast<double*>(x.data()), shape, nullptr, 2, NUMRS_F64};
  const numrs_view vy = {y, shape, nullptr, 1, NUMRS_F64}, wrong = {y, ten, nullptr, 2, NUMRS_F64};
  const double bad[] = {-1, std::numeric_limits<double>::quiet_NaN(), 0.7, 2.5};
  const auto call = [&](int32_t op, const numrs_view* x2, const numrs_view* out, const int32_t* axes, int32_t n_axes,
                        const double* p,
                        int32_t n) { return numrs_stat(nullptr, op, &vx, x2, nullptr, out, axes, n_axes, p, n); };
  REQUIRE(call(kStatOps, nullptr, &vy, &axis, 1, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(-1, nullptr, &vy, &axis, 1, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_skew, &vx, &vy, &axis, 1, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_corr, nullptr, &vy, &axis, 1, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_skew, nullptr, nullptr, &axis, 1, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_skew, nullptr, &vy, twice, 2, nullptr, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_describe, nullptr, &wrong, &axis, 1, nullptr, 0) == NUMRS_BAD_SHAPE);
  REQUIRE(call(kStat_zscore, nullptr, &wrong, &axis, 1, nullptr, 0) == NUMRS_BAD_SHAPE);
  REQUIRE(call(kStat_skew, nullptr, &vy, &axis, 1, bad, 2) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_skew, nullptr, &vy, &axis, 1, nullptr, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(call(kStat_skew, nullptr, &vy, &axis, 1, bad, -1) == NUMRS_BAD_ARGUMENT);
  for (const double& p : bad) REQUIRE(call(kStat_trim_mean, nullptr, &vy, &axis, 1, &p, 1) == NUMRS_BAD_ARGUMENT);
  for (int k : {0, 1, 3}) REQUIRE(call(kStat_moment, nullptr, &vy, &axis, 1, &bad[k], 1) == NUMRS_BAD_ARGUMENT);
  const double limits[] = {0.6, 0.6};
  REQUIRE(call(kStat_winsorize, nullptr, &vx, &axis, 1, limits, 2) == NUMRS_BAD_ARGUMENT);
  REQUIRE(y[0] == 77);
  int32_t a = 0, b = 0;
  REQUIRE(numrs_stat_shape(kStat_theilslopes, &a, &b) == NUMRS_OK);
  REQUIRE((a == 2 && b == 4));
  REQUIRE(numrs_stat_shape(kStat_skew, nullptr, &b) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_stat_dtype(kStat_corr, NUMRS_F32, NUMRS_F32, &a) == NUMRS_OK);
  REQUIRE(a == NUMRS_F32);
  REQUIRE(numrs_stat_dtype(kStat_corr, NUMRS_F32, 99, &a) == NUMRS_BAD_DTYPE);
}

TEST_CASE("groups have the bits of the reductions of their elements") {
  const int64_t n = 10'000, groups = 7;
  const std::vector<double> x = Values(n, 5);
  std::vector<int64_t> keys(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i++) keys[static_cast<size_t>(i)] = i * 2654435761 % groups;
  ForEachKernels([&](const std::string&) {
    double sums[groups], deviations[groups], medians[groups];
    int64_t counts[groups];
    REQUIRE(numrs_group_sum_f64(nullptr, x.data(), keys.data(), sums, n, groups) == NUMRS_OK);
    REQUIRE(numrs_group_std_f64(nullptr, x.data(), keys.data(), deviations, n, groups, 1) == NUMRS_OK);
    REQUIRE(numrs_group_median_f64(nullptr, x.data(), keys.data(), medians, n, groups) == NUMRS_OK);
    REQUIRE(numrs_group_count_f64(nullptr, x.data(), keys.data(), counts, n, groups) == NUMRS_OK);
    for (int64_t g = 0; g < groups; g++) {
      std::vector<double> own;
      for (int64_t i = 0; i < n; i++) {
        if (keys[static_cast<size_t>(i)] == g) own.push_back(x[static_cast<size_t>(i)]);
      }
      const int64_t m = static_cast<int64_t>(own.size());
      double sum, deviation;
      REQUIRE(numrs_sum_f64(nullptr, own.data(), &sum, 1, m, 1) == NUMRS_OK);
      REQUIRE(numrs_std_f64(nullptr, own.data(), &deviation, 1, m, 1, 1) == NUMRS_OK);
      std::sort(own.begin(), own.end());
      const size_t half = own.size() / 2;
      const double median = own.size() % 2 ? own[half] : own[half - 1] + (own[half] - own[half - 1]) * 0.5;
      REQUIRE((sums[g] == sum && deviations[g] == deviation && counts[g] == m));
      REQUIRE(std::fabs(medians[g] - median) <= 1e-15 * std::fabs(median));
    }
  });
  double y[groups] = {77};
  keys[9] = groups;
  REQUIRE(numrs_group_sum_f64(nullptr, x.data(), keys.data(), y, n, groups) == NUMRS_BAD_INDEX);
  keys[9] = -1;
  REQUIRE(numrs_group_sum_f64(nullptr, x.data(), keys.data(), y, n, groups) == NUMRS_BAD_INDEX);
  REQUIRE(y[0] == 77);
  int32_t result = 0;
  REQUIRE(numrs_group_dtype(kGroup_sum, NUMRS_I8, &result) == NUMRS_OK);
  REQUIRE(result == NUMRS_I64);
  REQUIRE(numrs_group_dtype(kGroupOps, NUMRS_I8, &result) == NUMRS_BAD_ARGUMENT);
}

TEST_CASE("histograms count as a plain search does") {
  const std::vector<double> x = Values(5000, 8);
  const std::vector<double> weights = Values(5000, 9);
  const int64_t n = 5000;
  for (const std::vector<double>& edges : {std::vector<double>{-3, -1, -1, 0.25, 2}, std::vector<double>{0, 1},
                                           std::vector<double>{-HUGE_VAL, 0, HUGE_VAL}}) {
    const int64_t count = static_cast<int64_t>(edges.size()), bins = count - 1;
    std::vector<int64_t> counts(static_cast<size_t>(bins), -1), wanted(static_cast<size_t>(bins), 0);
    for (double v : x) {
      for (size_t k = 0; k + 1 < edges.size(); k++) {
        const bool last = k + 2 == edges.size();
        if (v >= edges[k] && (v < edges[k + 1] || (last && v == edges[k + 1]))) {
          wanted[k]++;
          break;
        }
      }
    }
    const numrs_view vx = {const_cast<double*>(x.data()), &n, nullptr, 1, NUMRS_F64};
    const numrs_view ve = {const_cast<double*>(edges.data()), &count, nullptr, 1, NUMRS_F64};
    const numrs_view vy = {counts.data(), &bins, nullptr, 1, NUMRS_I64};
    REQUIRE(numrs_histogram(nullptr, &vx, nullptr, &ve, &vy) == NUMRS_OK);
    REQUIRE(counts == wanted);
  }
}

TEST_CASE("streams: pieces change no bit, states come back, others are refused") {
  const std::vector<double> x = Values(20'000, 11, 1e6);
  for (int64_t piece : {1, 7, 4096, 20'000}) {
    numrs_moments* m = nullptr;
    numrs_quantiles* q = nullptr;
    REQUIRE(numrs_moments_create(&m) == NUMRS_OK);
    REQUIRE(numrs_quantiles_create(&q) == NUMRS_OK);
    for (int64_t begin = 0; begin < 20'000; begin += piece) {
      const int64_t n = std::min<int64_t>(piece, 20'000 - begin);
      const numrs_view v = {const_cast<double*>(x.data() + begin), &n, nullptr, 1, NUMRS_F64};
      REQUIRE(numrs_moments_update(m, &v) == NUMRS_OK);
      REQUIRE(numrs_quantiles_update(q, &v) == NUMRS_OK);
    }
    double y[NUMRS_MOMENTS_VALUES], again[NUMRS_MOMENTS_VALUES], mean, variance, median;
    REQUIRE(numrs_moments_value(m, 1, y) == NUMRS_OK);
    REQUIRE(numrs_mean_f64(nullptr, x.data(), &mean, 1, 20'000, 1) == NUMRS_OK);
    REQUIRE(numrs_var_f64(nullptr, x.data(), &variance, 1, 20'000, 1, 1) == NUMRS_OK);
    REQUIRE((y[0] == 20'000 && y[1] == mean && y[2] == variance));
    std::vector<double> sorted = x;
    std::sort(sorted.begin(), sorted.end());
    REQUIRE(numrs_quantiles_value(q, 0.5, &median) == NUMRS_OK);
    REQUIRE((median >= sorted[9999] && median <= sorted[10'000]));
    REQUIRE(numrs_quantiles_value(q, 1.5, &median) == NUMRS_BAD_ARGUMENT);
    size_t bytes = 0;
    REQUIRE(numrs_moments_save(m, nullptr, 0, &bytes) == NUMRS_OK);
    std::vector<char> state(bytes);
    REQUIRE(numrs_moments_save(m, state.data(), bytes - 1, &bytes) == NUMRS_BAD_ARGUMENT);
    REQUIRE(numrs_moments_save(m, state.data(), bytes, &bytes) == NUMRS_OK);
    numrs_moments* copy = nullptr;
    REQUIRE(numrs_moments_load(state.data(), bytes, &copy) == NUMRS_OK);
    REQUIRE(numrs_moments_value(copy, 1, again) == NUMRS_OK);
    REQUIRE(std::memcmp(y, again, sizeof(y)) == 0);
    REQUIRE(numrs_moments_merge(copy, m) == NUMRS_OK);
    REQUIRE(numrs_moments_value(copy, 0, again) == NUMRS_OK);
    REQUIRE((again[0] == 40'000 && std::fabs(again[1] - mean) < 1e-9));
    numrs_moments_destroy(copy);
    state[0] ^= 1;
    REQUIRE(numrs_moments_load(state.data(), bytes, &copy) == NUMRS_BAD_ARGUMENT);
    REQUIRE(copy == nullptr);
    numrs_moments_destroy(m);
    numrs_quantiles_destroy(q);
  }
  numrs_moments_destroy(nullptr);
  numrs_quantiles_destroy(nullptr);
  REQUIRE(numrs_moments_create(nullptr) == NUMRS_BAD_ARGUMENT);
}
