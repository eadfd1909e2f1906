// Gathers, scatters and places of elements: every size of element, threads, overlap, cancelled calls, memory that runs
// out.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "catch.h"
#include "core/memory.h"
#include "core/threads.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

struct Threads {
  double threshold = ThreadThresholdNs();
  int threads = NumThreads();
  explicit Threads(int n) {
    SetThreadThresholdNs(0);
    SetNumThreads(n);
  }
  ~Threads() {
    SetThreadThresholdNs(threshold);
    SetNumThreads(threads);
  }
};

numrs_view Line(const void* data, const int64_t* n, int32_t dtype) {
  return {const_cast<void*>(data), n, nullptr, 1, dtype};
}

}  // namespace

TEST_CASE("take moves elements of every size with any number of threads") {
  const int64_t n = 1000, m = 200000;
  std::vector<int64_t> at(static_cast<size_t>(m));
  for (int64_t i = 0; i < m; i++) at[static_cast<size_t>(i)] = (i * 7919) % (2 * n) - n;
  for (const int32_t dtype : {NUMRS_I8, NUMRS_F16, NUMRS_F32, NUMRS_F64, NUMRS_C128}) {
    const int64_t size = numrs_dtype_size(dtype);
    std::vector<char> x(static_cast<size_t>(n * size)), y(static_cast<size_t>(m * size));
    for (size_t i = 0; i < x.size(); i++) x[i] = static_cast<char>(i * 31 + i / 256);
    for (const int threads : {1, 3}) {
      const Threads set(threads);
      std::memset(y.data(), 0, y.size());
      const numrs_view vx = Line(x.data(), &n, dtype), vi = Line(at.data(), &m, NUMRS_I64),
                       vy = Line(y.data(), &m, dtype);
      REQUIRE(numrs_take(nullptr, &vx, &vi, &vy, 0) == NUMRS_OK);
      bool same = true;
      for (int64_t i = 0; i < m; i++) {
        const int64_t place =
            at[static_cast<size_t>(i)] < 0 ? at[static_cast<size_t>(i)] + n : at[static_cast<size_t>(i)];
        same &= std::memcmp(y.data() + i * size, x.data() + place * size, static_cast<size_t>(size)) == 0;
      }
      CHECK(same);
    }
  }
}

TEST_CASE("an index out of range leaves the output as it was and says where it is") {
  const double x[] = {1, 2, 3};
  double y[4] = {7, 7, 7, 7};
  int32_t at[] = {0, 1, 2, -4};
  const int64_t three = 3, shape[] = {2, 2};
  const numrs_view vx = Line(x, &three, NUMRS_F64);
  const numrs_view vi = {at, shape, nullptr, 2, NUMRS_I32}, vy = {y, shape, nullptr, 2, NUMRS_F64};
  CHECK(numrs_take(nullptr, &vx, &vi, &vy, 0) == NUMRS_BAD_INDEX);
  CHECK(std::string(numrs_message()) == "take: index -4 at (1, 1) of indices is out of bounds, expected -3 to 2");
  for (const double element : y) CHECK(element == 7);
  at[3] = -3;
  CHECK(numrs_take(nullptr, &vx, &vi, &vy, -1) == NUMRS_OK);
  CHECK(y[3] == 1);
  CHECK(numrs_take(nullptr, &vx, &vi, &vy, 1) == NUMRS_BAD_ARGUMENT);
  const numrs_view other = {y, shape, nullptr, 2, NUMRS_I64};
  CHECK(numrs_take(nullptr, &vx, &vi, &other, 0) == NUMRS_BAD_DTYPE);
  CHECK(numrs_take(nullptr, &vx, &vx, &vy, 0) == NUMRS_BAD_DTYPE);
}

TEST_CASE("of equal indices in a scatter the last one holds, whatever the threads") {
  const int64_t rows = 500, n = 64, m = 300, shape_y[] = {rows, n}, shape_at[] = {rows, m};
  std::vector<int64_t> at(static_cast<size_t>(rows * m));
  std::vector<float> values(at.size()), wanted(static_cast<size_t>(rows * n)), y(wanted.size());
  for (size_t i = 0; i < at.size(); i++) {
    at[i] = static_cast<int64_t>((i * 2654435761u) % 64);
    values[i] = static_cast<float>(i);
    wanted[i / static_cast<size_t>(m) * static_cast<size_t>(n) + static_cast<size_t>(at[i])] = values[i];
  }
  for (const int threads : {1, 4}) {
    const Threads set(threads);
    std::fill(y.begin(), y.end(), 0.0f);
    const numrs_view vy = {y.data(), shape_y, nullptr, 2, NUMRS_F32};
    const numrs_view vi = {at.data(), shape_at, nullptr, 2, NUMRS_I64},
                     vv = {values.data(), shape_at, nullptr, 2, NUMRS_F32};
    REQUIRE(numrs_put_along_axis(nullptr, &vi, &vv, &vy, 1) == NUMRS_OK);
    CHECK(y == wanted);
  }
}

TEST_CASE("nonzero counts first, then writes as many places") {
  const int64_t n = 200001;
  std::vector<double> x(static_cast<size_t>(n));
  for (int64_t i = 0; i < n; i++)
    x[static_cast<size_t>(i)] = i % 3 == 0 ? -0.0 : i % 7 == 0 ? NAN : i % 5 == 0 ? 1.0 : 0.0;
  int64_t count = -1, wanted = 0;
  for (const double element : x) wanted += element != 0;
  const numrs_view vx = Line(x.data(), &n, NUMRS_F64);
  REQUIRE(numrs_nonzero(nullptr, &vx, nullptr, &count) == NUMRS_OK);
  CHECK(count == wanted);
  for (const int threads : {1, 3}) {
    const Threads set(threads);
    std::vector<int64_t> places(static_cast<size_t>(count));
    const int64_t shape[] = {1, count};
    const numrs_view vy = {places.data(), shape, nullptr, 2, NUMRS_I64};
    int64_t again = 0;
    REQUIRE(numrs_nonzero(nullptr, &vx, &vy, &again) == NUMRS_OK);
    size_t k = 0;
    bool same = again == count;
    for (int64_t i = 0; i < n; i++) {
      if (x[static_cast<size_t>(i)] != 0) same &= places[k++] == i;
    }
    CHECK(same);
    const int64_t wrong[] = {1, count - 1};
    const numrs_view small = {places.data(), wrong, nullptr, 2, NUMRS_I64};
    CHECK(numrs_nonzero(nullptr, &vx, &small, &again) == NUMRS_BAD_SHAPE);
  }
  CHECK(numrs_nonzero(nullptr, &vx, nullptr, nullptr) == NUMRS_BAD_ARGUMENT);
  const numrs_view scalar = {x.data(), nullptr, nullptr, 0, NUMRS_F64};
  CHECK(numrs_nonzero(nullptr, &scalar, nullptr, &count) == NUMRS_BAD_SHAPE);
}
