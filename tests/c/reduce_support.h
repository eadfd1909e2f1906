// What the tests of reductions share: values of every dtype, wide arithmetic with the allowed errors, every kernel set.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/reduce.h"
#include "kernels.h"
#include "numrs/numrs.h"
#include "ops/common.h"

namespace reduce_support {

using namespace numrs;

// Bytes of n elements that hold small values of every sign, zeros of both signs and, for bool, bytes other than 1.
inline std::vector<char> Values(int32_t dtype, int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<char> bytes(static_cast<size_t>(n * SizeOf(dtype)) + 8);
  for (int64_t i = 0; i < n; i++) {
    const double real = std::normal_distribution<double>()(random);
    const int64_t whole = static_cast<int64_t>(random() % 15) - 7;
    char* at = bytes.data() + i * SizeOf(dtype);
    switch (dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, size, kind, numpy)                 \
  case id: {                                                                         \
    ctype value = KindOf(id) == Kind::BOOL   ? static_cast<ctype>(whole > 5 ? 3 : 0) \
                  : KindOf(id) == Kind::UINT ? static_cast<ctype>(whole & 7)         \
                  : KindOf(id) == Kind::INT  ? static_cast<ctype>(whole)             \
                  : whole == 0               ? static_cast<ctype>(-0.0)              \
                                             : static_cast<ctype>(real);                           \
    std::memcpy(at, &value, sizeof(value));                                          \
    break;                                                                           \
  }
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, size, kind, numpy) \
  case id: {                                                        \
    const cxx value(whole == 0 ? -0.0 : real);                      \
    std::memcpy(at, &value, sizeof(value));                         \
    break;                                                          \
  }
#include "table/dtype.def"
      default:
        break;
    }
  }
  return bytes;
}

inline long double Wide(const char* x, int32_t dtype) {
  switch (dtype) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, size, kind, numpy)                \
  case id: {                                                                        \
    ctype value;                                                                    \
    std::memcpy(&value, x, sizeof(value));                                          \
    return KindOf(id) == Kind::BOOL ? value != 0 : static_cast<long double>(value); \
  }
#define NUMRS_HALF(id, NAME, suffix, ctype, cxx, size, kind, numpy) \
  case id: {                                                        \
    cxx value;                                                      \
    std::memcpy(&value, x, sizeof(value));                          \
    return static_cast<long double>(static_cast<float>(value));     \
  }
#include "table/dtype.def"
    default:
      return 0;
  }
}

// The rounding of a result, relative to it and where it is subnormal; 0: integers.
inline long double UnitOf(int32_t result, double bound32, double bound64) {
  return result == kF16    ? 0x1p-11L * bound32
         : result == kBF16 ? 0x1p-8L * bound32
         : result == kF32  ? 0x1p-24L * bound32
         : result == kF64  ? 0x1p-53L * bound64
                           : 0;
}
inline long double TinyOf(int32_t result) {
  return result == kF16 ? 0x1p-24L : result == kBF16 ? 1e-40L : result == kF32 ? 1e-45L : 1e-320L;
}

// The result and its allowed error, in wide arithmetic.
struct Expected {
  long double value, error;
};
inline Expected Reference(int32_t op, const std::vector<long double>& x, int32_t result) {
  const long double n = static_cast<long double>(x.size()), nan = std::numeric_limits<long double>::quiet_NaN();
  long double sum = 0, absolute = 0, squares = 0, product = 1, count = 0;
  long double least = HUGE_VALL, most = -HUGE_VALL, size = 0;
  size_t at_least = 0, at_most = 0;
  for (size_t i = 0; i < x.size(); i++) {
    sum += x[i];
    absolute += std::fabs(x[i]);
    squares += x[i] * x[i];
    product *= x[i];
    count += x[i] != 0;
    size = std::fmax(size, std::fabs(x[i]));
    if (x[i] < least) least = x[i], at_least = i;
    if (x[i] > most) most = x[i], at_most = i;
  }
  const long double mean = sum / n;
  long double moment = 0;
  for (long double v : x) moment += (v - mean) * (v - mean);
  const double bounds32[] = {
#define NUMRS_REDUCE(id, name, Acc, dtypes, rule, bound32, bound64, cost) bound32,
#include "table/reduce.def"
  };
  const double bounds64[] = {
#define NUMRS_REDUCE(id, name, Acc, dtypes, rule, bound32, bound64, cost) bound64,
#include "table/reduce.def"
  };
  const long double unit = UnitOf(result, bounds32[op], bounds64[op]);
  switch (op) {
    case kReduce_sum:
    case kReduce_nansum:
      return {sum, unit * absolute};
    case kReduce_prod:
    case kReduce_nanprod:
      return {product, unit * (n + 100) / 100 * std::fabs(product) + TinyOf(result)};
    case kReduce_min:
    case kReduce_nanmin:
      return {least, 0};
    case kReduce_max:
    case kReduce_nanmax:
      return {most, 0};
    case kReduce_mean:
    case kReduce_nanmean:
      return {mean, unit * absolute / n};
    case kReduce_var:
    case kReduce_nanvar:
      return {moment / n, unit * moment / n};
    case kReduce_std:
    case kReduce_nanstd:
      return {std::sqrt(moment / n), unit * std::sqrt(moment / n)};
    case kReduce_argmin:
    case kReduce_nanargmin:
      return {static_cast<long double>(at_least), 0};
    case kReduce_argmax:
    case kReduce_nanargmax:
      return {static_cast<long double>(at_most), 0};
    case kReduce_count:
      return {n, 0};
    case kReduce_any:
      return {static_cast<long double>(count > 0), 0};
    case kReduce_all:
      return {static_cast<long double>(count == n), 0};
    case kReduce_count_nonzero:
      return {count, 0};
    case kReduce_norm:
      return {std::sqrt(squares), unit * std::sqrt(squares)};
    case kReduce_abs_sum:
      return {absolute, unit * absolute};
    case kReduce_abs_max:
      return {size, 0};
    default:
      return {nan, 0};
  }
}

// x as (outer, n, inner) in C order reduced over n, into bytes.
inline std::vector<char> Reduce3(int32_t op, const char* x, int32_t dtype, int64_t outer, int64_t n, int64_t inner,
                                 const int64_t* strides = nullptr) {
  int32_t result = 0;
  REQUIRE(numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK);
  std::vector<char> y(static_cast<size_t>(outer * inner * SizeOf(result)), 'q');
  const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner};
  const numrs_view in = {const_cast<char*>(x), shape, strides, 3, dtype}, out = {y.data(), y_shape, nullptr, 2, result};
  const int32_t axis = 1;
  const numrs_status status = numrs_reduce(nullptr, op, &in, nullptr, &out, &axis, 1, 0);
  INFO(numrs_message());
  REQUIRE(status == NUMRS_OK);
  return y;
}

inline double SumOf(const std::vector<double>& x) {
  const int64_t n = static_cast<int64_t>(x.size());
  double y = -1;
  REQUIRE(numrs_sum_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
  return y;
}

}  // namespace reduce_support
