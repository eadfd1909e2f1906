// What fuzzing found in the cumulative functions; their values are compared with NumPy's in tests/python.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "catch.h"
#include "numrs/numrs.h"

namespace {

numrs_view Matrix(const std::vector<double>& data, const int64_t* shape, const int64_t* strides) {
  return {const_cast<double*>(data.data()), shape, strides, 2, NUMRS_F64};
}

// Grants `*left` requests, then none.
void* Allocate(void* left, size_t bytes, size_t alignment) {
  if ((*static_cast<int*>(left))-- <= 0) return nullptr;
  return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}
void Release(void*, void* block, size_t) { std::free(block); }

}  // namespace

TEST_CASE("a NaN of a cumulative product has the same bits in every layout") {
  // Infinity times zero in the middle of a group: the NaN is not in the group's last element.
  const double inf = std::numeric_limits<double>::infinity(), values[] = {0, 1, -1, 1e200, 1e-200, inf, -inf, 3};
  std::mt19937 random(3);
  const int64_t rows = 37, columns = 11, shape[] = {rows, columns}, c_order[] = {columns * 8, 8},
                f_order[] = {8, rows * 8};
  for (int round = 0; round < 200; ++round) {
    std::vector<double> x(rows * columns), transposed(rows * columns), y(rows * columns), z(rows * columns);
    for (int64_t i = 0; i < rows; ++i) {
      for (int64_t j = 0; j < columns; ++j) {
        x[static_cast<size_t>(i * columns + j)] = transposed[static_cast<size_t>(j * rows + i)] = values[random() % 8];
      }
    }
    for (const int32_t axis : {0, 1}) {
      const numrs_view a = Matrix(x, shape, c_order), b = Matrix(transposed, shape, f_order),
                       out = Matrix(y, shape, c_order), other = Matrix(z, shape, c_order);
      REQUIRE(numrs_scan(nullptr, NUMRS_OP_CUMULATIVE_PROD, &a, &out, axis, 0) == NUMRS_OK);
      REQUIRE(numrs_scan(nullptr, NUMRS_OP_CUMULATIVE_PROD, &b, &other, axis, 0) == NUMRS_OK);
      REQUIRE(std::memcmp(y.data(), z.data(), y.size() * 8) == 0);
      for (const double value : y) REQUIRE((!std::isnan(value) || !std::signbit(value)));
    }
  }
}

TEST_CASE("a scan that finds no memory has written nothing, not even the initial value") {
  const std::vector<float> x(6, 1);  // another dtype than the output's: buffers are needed
  const std::vector<double> y(9, 7);
  const int64_t shape[] = {3, 2}, longer[] = {3, 3}, f_order[] = {8, 24};
  const numrs_view a = {const_cast<float*>(x.data()), shape, nullptr, 2, NUMRS_F32}, out = Matrix(y, longer, f_order);
  for (int granted = 0;; ++granted) {
    int left = granted;
    REQUIRE(numrs_set_allocator(Allocate, Release, &left) == NUMRS_OK);
    const numrs_status status = numrs_scan(nullptr, NUMRS_OP_CUMULATIVE_MAX, &a, &out, 1, 1);
    REQUIRE(numrs_set_allocator(nullptr, nullptr, nullptr) == NUMRS_OK);
    if (status == NUMRS_OK) {
      REQUIRE(granted > 0);
      break;
    }
    REQUIRE(status == NUMRS_NO_MEMORY);
    for (const double value : y) REQUIRE(value == 7);
  }
}
