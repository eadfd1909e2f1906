// Rolling statistics through the C interface: raw functions, options, memory in place, statuses.
#include "numrs/numrs.h"

#include <cmath>
#include <cstring>
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
