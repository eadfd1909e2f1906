// Tests of numrs_svdvals: both backends against matrices of known values and each other, layouts, refusals, memory.
#include "catch.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "core/backend.h"
#include "core/memory.h"
#include "core/svdvals.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

std::vector<double> Random(int64_t n, uint64_t seed) {
  std::vector<double> x(static_cast<size_t>(n));
  for (double& value : x) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    value = static_cast<double>(seed >> 11) * 0x1p-52 - 1;
  }
  return x;
}

std::vector<double> ValuesOf(const Kernels& kernels, const std::vector<double>& x, const std::vector<int64_t>& shape,
                             int threads = 1) {
  const int ndim = static_cast<int>(shape.size());
  const View in = ContiguousView(const_cast<double*>(x.data()), kF64, ndim, shape.data());
  std::vector<int64_t> out(shape.begin(), shape.end() - 2);
  out.push_back(std::min(shape[shape.size() - 1], shape[shape.size() - 2]));
  int64_t size = 1;
  for (int64_t extent : out) size *= extent;
  std::vector<double> y(static_cast<size_t>(size), 7);
  const View to = ContiguousView(y.data(), kF64, ndim - 1, out.data());
  REQUIRE(Svdvals(Run{kernels, threads, nullptr}, "svdvals", in, to) == NUMRS_OK);
  return y;
}

const Kernels& Portable() {
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  return *KernelsAt(last);
}

}  // namespace

TEST_CASE("svdvals: the backends agree, the squares add up, any threads", "[svdvals]") {
  const std::vector<int64_t> shapes[] = {{1, 1}, {1, 9}, {9, 1}, {6, 6}, {30, 20}, {20, 30}, {2, 3, 5, 4}, {40, 7, 7}};
  for (const auto& shape : shapes) {
    int64_t size = 1;
    for (int64_t extent : shape) size *= extent;
    const std::vector<double> x = Random(size, 3 + static_cast<uint64_t>(size));
    const std::vector<double> a = ValuesOf(ActiveKernels(), x, shape), b = ValuesOf(Portable(), x, shape);
    const double n = static_cast<double>(std::max(shape[shape.size() - 1], shape[shape.size() - 2]));
    double squares = 0, values = 0;
    for (size_t i = 0; i < a.size(); i++) {
      CHECK(std::fabs(a[i] - b[i]) <= 8 * n * 0x1p-53 * n);
      values += a[i] * a[i];
    }
    for (double v : x) squares += v * v;
    CHECK(values == Approx(squares).epsilon(1e-13));
    for (int threads : {2, 5}) CHECK(ValuesOf(ActiveKernels(), x, shape, threads) == a);
  }
}

TEST_CASE("svdvals: diagonal matrices, not finite elements, large and small ones", "[svdvals]") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::nan("");
  for (const Kernels* kernels : {&ActiveKernels(), &Portable()}) {
    CHECK(ValuesOf(*kernels, {0, -2, 0, 5, 0, 0}, {2, 3}) == std::vector<double>{5, 2});
    CHECK(ValuesOf(*kernels, {0, 0, 0, 0}, {2, 2}) == std::vector<double>{0, 0});
    const std::vector<double> mixed =
        ValuesOf(*kernels, {1, 0, 0, 2, 1, nan, 0, 2, inf, 0, 0, 2, 3, 0, 0, 4}, {4, 2, 2});
    CHECK((mixed[0] == 2 && mixed[1] == 1 && mixed[6] == 4 && mixed[7] == 3));
    for (size_t i = 2; i < 6; i++) CHECK(std::isnan(mixed[i]));
    CHECK(ValuesOf(*kernels, {3e300, 0, 0, 1e300}, {2, 2})[0] == Approx(3e300).epsilon(1e-14));
    CHECK(ValuesOf(*kernels, {3e-300, 0, 0, 1e-300}, {2, 2})[1] == Approx(1e-300).epsilon(1e-14));
  }
}

TEST_CASE("svdvals: dtypes, strides, outputs over the input", "[svdvals]") {
  float wide[12] = {3, 9, 0, 9, 0, 9, 4, 9, 0, 9, 0, 9};  // every other element: {3, 0, 0}, {4, 0, 0} …
  const int64_t s22[] = {2, 2}, s2[] = {2}, strides[] = {16, 8};
  const numrs_view x{wide, s22, strides, 2, NUMRS_F32};  // {{3, 0}, {0, 4}}
  float y[2] = {};
  const numrs_view vy{y, s2, nullptr, 1, NUMRS_F32};
  REQUIRE(numrs_svdvals(nullptr, &x, &vy) == NUMRS_OK);
  CHECK((y[0] == 4 && y[1] == 3));
  const numrs_view over{wide, s2, nullptr, 1, NUMRS_F32};
  REQUIRE(numrs_svdvals(nullptr, &x, &over) == NUMRS_OK);
  CHECK((wide[0] == 4 && wide[1] == 3));
  int32_t integers[4] = {0, 7, -6, 0};
  const numrs_view vi{integers, s22, nullptr, 2, NUMRS_I32};
  double z[4] = {};
  const int64_t apart[] = {-16};
  const numrs_view vz{z + 2, s2, apart, 1, NUMRS_F64}, narrow{y, s2, nullptr, 1, NUMRS_F32};
  REQUIRE(numrs_svdvals(nullptr, &vi, &vz) == NUMRS_OK);
  CHECK((z[2] == Approx(7) && z[0] == Approx(6)));
  REQUIRE(numrs_svdvals(nullptr, &vi, &narrow) == NUMRS_OK);
  CHECK(y[0] == Approx(7));
}

TEST_CASE("svdvals: empty matrices, refusals, no memory", "[svdvals]") {
  double x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3}, y[4] = {8, 8, 8, 8};
  const int64_t s34[] = {3, 4}, s3[] = {3}, s4[] = {4}, s03[] = {0, 3}, s0[] = {0}, s033[] = {0, 3, 3}, zero[] = {0};
  const numrs_view good{x, s34, nullptr, 2, NUMRS_F64}, out{y, s3, nullptr, 1, NUMRS_F64};
  const numrs_view empty{nullptr, s03, nullptr, 2, NUMRS_F64}, none{nullptr, s0, nullptr, 1, NUMRS_F64};
  CHECK(numrs_svdvals(nullptr, &empty, &none) == NUMRS_OK);
  const numrs_view stack{nullptr, s033, nullptr, 3, NUMRS_F64}, none3{nullptr, s03, nullptr, 2, NUMRS_F64};
  CHECK(numrs_svdvals(nullptr, &stack, &none3) == NUMRS_OK);
  const auto check = [&](numrs_status want, const numrs_view* a, const numrs_view* b) {
    CHECK(numrs_svdvals(nullptr, a, b) == want);
    CHECK(std::strlen(numrs_message()) > 0);
    for (double value : y) CHECK(value == 8);
  };
  check(NUMRS_BAD_ARGUMENT, nullptr, &out);
  check(NUMRS_BAD_ARGUMENT, &good, nullptr);
  const numrs_view line{x, s3, nullptr, 1, NUMRS_F64}, four{y, s4, nullptr, 1, NUMRS_F64},
      integer{y, s3, nullptr, 1, NUMRS_I64}, repeated{y, s3, zero, 1, NUMRS_F64};
  check(NUMRS_BAD_SHAPE, &line, &out);
  check(NUMRS_BAD_SHAPE, &good, &four);
  check(NUMRS_BAD_DTYPE, &good, &integer);
  check(NUMRS_OVERLAP, &good, &repeated);
  PoolTrim();
  PoolSetLimit(1);
  check(NUMRS_NO_MEMORY, &good, &out);
  PoolSetLimit(0);
  CHECK(numrs_svdvals(nullptr, &good, &out) == NUMRS_OK);
}
