// Rolling statistics through the C interface: raw functions, options, memory in place, statuses.
#include "numrs/numrs.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "catch.h"

namespace {

std::vector<double> Series(int64_t n) {
  std::vector<double> x(static_cast<size_t>(n));
  uint64_t state = 1;
  for (double& v : x) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    v = static_cast<double>(static_cast<int64_t>(state >> 20)) * 0x1p-43 - 1;
  }
  return x;
}

bool SameBits(const std::vector<double>& a, const std::vector<double>& b, size_t from, size_t to) {
  return std::memcmp(&a[from], &b[from], (to - from) * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("rolling: a spike leaves nothing behind") {
  const int64_t n = 5000, window = 37;
  const std::vector<double> x = Series(n);
  std::vector<double> spiked = x, y(x.size()), z(x.size());
  spiked[100] = 1e300;
  using Function =
      numrs_status (*)(numrs_context*, const double*, double*, int64_t, int64_t, int64_t, int64_t, int64_t);
  for (Function f : {numrs_rolling_sum_f64, numrs_rolling_mean_f64, numrs_rolling_max_f64, numrs_rolling_median_f64,
                     numrs_rolling_skew_f64, numrs_rolling_nunique_f64}) {
    REQUIRE(f(nullptr, x.data(), y.data(), 1, n, 1, window, window) == NUMRS_OK);
    REQUIRE(f(nullptr, spiked.data(), z.data(), 1, n, 1, window, window) == NUMRS_OK);
    CHECK(std::isnan(y[window - 2]));
    CHECK_FALSE(std::isnan(y[window - 1]));
    CHECK(SameBits(y, z, 0, 100));
    CHECK(SameBits(y, z, 100 + window, static_cast<size_t>(n)));
  }
}

TEST_CASE("rolling: in place, along columns, and with bounds the numbers are the same") {
  const int64_t n = 600, window = 20;
  const std::vector<double> x = Series(n);
  std::vector<double> y(x.size()), place = x, columns(x.size() * 8), out(columns.size());
  REQUIRE(numrs_rolling_std_f64(nullptr, x.data(), y.data(), 1, n, 1, window, 5, 1.0) == NUMRS_OK);
  REQUIRE(numrs_rolling_std_f64(nullptr, place.data(), place.data(), 1, n, 1, window, 5, 1.0) == NUMRS_OK);
  CHECK(SameBits(y, place, 0, y.size()));
  for (size_t i = 0; i < columns.size(); i++) columns[i] = x[i / 8];
  REQUIRE(numrs_rolling_std_f64(nullptr, columns.data(), out.data(), 1, n, 8, window, 5, 1.0) == NUMRS_OK);
  for (size_t i = 0; i < columns.size(); i++) CHECK((out[i] == y[i / 8] || std::isnan(y[i / 8])));

  std::vector<int64_t> starts, ends;
  for (int64_t i = 0; i < n; i++) starts.push_back(i < window ? 0 : i - window + 1), ends.push_back(i + 1);
  numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.starts = starts.data();
  options.ends = ends.data();
  options.n_bounds = n;
  options.min_periods = 5;
  options.parameter = 1;
  const numrs_view vx = {const_cast<double*>(x.data()), &n, nullptr, 1, NUMRS_F64};
  const numrs_view vy = {place.data(), &n, nullptr, 1, NUMRS_F64};
  REQUIRE(numrs_rolling(nullptr, NUMRS_OP_ROLLING_STD, &vx, nullptr, &vy, 0, &options) == NUMRS_OK);
  for (size_t i = 5; i < y.size(); i++) CHECK(std::fabs(place[i] / y[i] - 1) < 1e-13);

  ends[3] = n + 1;
  const std::vector<double> before = place;
  CHECK(numrs_rolling(nullptr, NUMRS_OP_ROLLING_STD, &vx, nullptr, &vy, 0, &options) == NUMRS_BAD_INDEX);
  ends[3] = 0, starts[3] = 1;
  CHECK(numrs_rolling(nullptr, NUMRS_OP_ROLLING_STD, &vx, nullptr, &vy, 0, &options) == NUMRS_BAD_ARGUMENT);
  CHECK(SameBits(before, place, 0, place.size()));
}

// Series that ask for each way through the kernels: none missing, some, infinities, overflow on both sides of a border,
// quotients that are subnormal, zeros of both signs, values that are close together beside one far away.
std::vector<double> Adversary(int kind, int64_t n) {
  std::vector<double> x = Series(n);
  const double inf = std::numeric_limits<double>::infinity(), tiny = std::numeric_limits<double>::denorm_min();
  for (size_t i = 0; i < x.size(); i++) {
    const size_t r = i * 2654435761u >> 7;
    if (kind == 1 && r % 89 == 0) x[i] = std::nan("7");
    if (kind == 2 && r % 389 == 0) x[i] = r % 2 ? inf : -inf;
    if (kind == 3) x[i] = i / 300 % 2 ? 1.7e308 : -1.7e308;
    if (kind == 4) x[i] = static_cast<double>(static_cast<int64_t>(x[i] * 100)) * tiny;
    if (kind == 5) x[i] = r % 3 ? 0.0 : -0.0;
    if (kind == 6) x[i] *= std::ldexp(1.0, static_cast<int>(r % 1900) - 950);
    if (kind == 7 && (i / 500 % 3 == 1 || r % 5 == 0)) x[i] = std::nan("");
    if (kind == 8 && i / 700 % 2) x[i] = r % 50 == 0 ? -inf : x[i];
    if (kind == 9) x[i] = std::floor(x[i] * 4) + (i == 700 ? 1e9 : static_cast<double>(r % 7) * 1e-9);
  }
  return x;
}

TEST_CASE("rolling: one line has the same bits on every instruction set, and beside others") {
  const int64_t n = 1400;
  for (int kind = 0; kind < 10; kind++) {
    const std::vector<double> x = Adversary(kind, n);
    std::vector<double> strided(x.size() * 3), beside(x.size() * 8);
    for (size_t i = 0; i < x.size(); i++) strided[i * 3] = x[i];
    for (size_t i = 0; i < beside.size(); i++) beside[i] = x[i / 8];
    for (const int64_t window : {1, 17, 50, 64, 300, 1001, 2000}) {
      for (const int32_t op :
           {NUMRS_OP_ROLLING_SUM, NUMRS_OP_ROLLING_MEAN, NUMRS_OP_ROLLING_MIN, NUMRS_OP_ROLLING_MAX,
            NUMRS_OP_ROLLING_VAR, NUMRS_OP_ROLLING_STD, NUMRS_OP_ROLLING_SEM, NUMRS_OP_ROLLING_MEDIAN,
            NUMRS_OP_ROLLING_MAD, NUMRS_OP_ROLLING_RANK, NUMRS_OP_ROLLING_NUNIQUE}) {
        for (int form = 0; form < (op < NUMRS_OP_ROLLING_MEDIAN ? 6 : 2); form++) {
          numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
          options.window = window;
          options.min_periods = form % 3 == 0 ? window : form % 3 == 1 ? -1 : 1 + window / 3;
          options.center = form == 3 || form == 4;
          options.closed = form > 1 ? form - 2 : 0;
          options.step = form == 5 ? 3 : 1;
          int64_t outputs = 0;
          REQUIRE(numrs_rolling_length(n, &options, &outputs) == NUMRS_OK);
          const auto run = [&](const std::vector<double>& from, int64_t stride, int64_t lines) {
            std::vector<double> y(static_cast<size_t>(outputs * lines), 3);
            const int64_t shape[2] = {n, lines}, strides[2] = {stride * 8, 8}, size[2] = {outputs, lines};
            const numrs_view vx = {const_cast<double*>(from.data()), shape, strides, 2, NUMRS_F64};
            const numrs_view vy = {y.data(), size, nullptr, 2, NUMRS_F64};
            REQUIRE(numrs_rolling(nullptr, op, &vx, nullptr, &vy, 0, &options) == NUMRS_OK);
            return y;
          };
          INFO("series " << kind << ", window " << window << ", op " << op << ", form " << form);
          REQUIRE(numrs_set_backend("cpu-portable") == NUMRS_OK);
          const std::vector<double> wanted = run(x, 1, 1);
          REQUIRE(numrs_set_backend("cpu") == NUMRS_OK);
          int32_t different = 0;
          for (int32_t t = 0; numrs_target_name(t); t++) {
            REQUIRE(numrs_set_target(numrs_target_name(t)) == NUMRS_OK);
            different += !SameBits(wanted, run(x, 1, 1), 0, wanted.size());
            different += !SameBits(wanted, run(strided, 3, 1), 0, wanted.size());
            const std::vector<double> all = run(beside, 8, 8);
            for (size_t i = 0; i < all.size(); i++) different += std::memcmp(&all[i], &wanted[i / 8], 8) != 0;
          }
          REQUIRE(numrs_set_target(numrs_target_name(0)) == NUMRS_OK);
          CHECK(different == 0);
        }
      }
    }
  }
}

TEST_CASE("rolling: exponential weights") {
  const double x[] = {1, 2, 4};
  double y[3];
  REQUIRE(numrs_ewm_mean_f64(nullptr, x, y, 1, 3, 1, 0.5, 0, 0, 0) == NUMRS_OK);
  CHECK(y[0] == 1);
  CHECK(y[1] == 1.5);
  CHECK(y[2] == 2.75);
  CHECK(numrs_ewm_mean_f64(nullptr, x, y, 1, 3, 1, 0.0, 0, 0, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(std::strstr(numrs_message(), "ewm_mean: alpha is 0"));
}
