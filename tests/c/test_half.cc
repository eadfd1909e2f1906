// float16 and bfloat16: conversions against the definition of rounding, every unary function on all 65,536 elements,
// binary ones on all of them beside chosen values, sums beyond 16 bits, raw functions.
#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/tables.h"
#include "numrs/numrs.h"
#include "ops/unary.h"

using namespace numrs;

namespace {

template <class H>
H FromBits(int bits) {
  H h{};
  h.bits = static_cast<uint16_t>(bits);
  return h;
}
template <class H>
bool IsNaN(H h) {
  return (h.bits & 0x7FFF) > H::kInfinity;
}
// The value in float64, from the definition of the format.
template <class H>
double Value(H h) {
  const int mantissa_bits = H::kInfinity == 0x7C00 ? 10 : 7, bias = H::kInfinity == 0x7C00 ? 15 : 127;
  const int exponent = (h.bits & 0x7FFF) >> mantissa_bits, mantissa = h.bits & ((1 << mantissa_bits) - 1);
  const double sign = h.bits & 0x8000 ? -1 : 1;
  if ((h.bits & 0x7FFF) == H::kInfinity) return sign * std::numeric_limits<double>::infinity();
  if (IsNaN(h)) return std::numeric_limits<double>::quiet_NaN();
  return sign * (exponent == 0 ? std::ldexp(mantissa, 1 - bias - mantissa_bits)
                               : std::ldexp(mantissa + (1 << mantissa_bits), exponent - bias - mantissa_bits));
}
// A value's distance in units in the last place of H there.
template <class H>
double Ulps(double got, double exact) {
  const int mantissa_bits = H::kInfinity == 0x7C00 ? 10 : 7, least = H::kInfinity == 0x7C00 ? -14 : -126;
  if (got == exact || (got != got && exact != exact)) return 0;
  const double largest = Value(FromBits<H>(H::kInfinity - 1));
  if (std::isinf(got)) {  // right from half a unit beyond the largest number on
    const double unit = std::ldexp(1.0, std::ilogb(largest) - mantissa_bits);
    return std::signbit(got) == std::signbit(exact) ? std::fmax(0, (largest + unit - std::fabs(exact)) / unit)
                                                    : std::numeric_limits<double>::infinity();
  }
  int exponent = exact == 0 ? least : std::max(std::ilogb(exact), least);
  if (exponent > std::ilogb(largest)) exponent = std::ilogb(largest);
  return std::fabs(got - exact) / std::ldexp(1.0, exponent - mantissa_bits);
}

template <class F>
void ForEachTarget(F f) {
  for (int i = 0; const Kernels* kernels = KernelsAt(i); i++) f(*kernels);
}
const Kernels& Portable() {
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  return *KernelsAt(last);
}

template <class H>
std::vector<H> All() {
  std::vector<H> all;
  for (int bits = 0; bits < 65536; bits++) all.push_back(FromBits<H>(bits));
  return all;
}

template <class H>
void CheckConversions() {
  const int32_t dtype = DTypeOf<H>::value;
  const std::vector<H> all = All<H>();
  // Every element, the middle between it and the next, and the neighbours of the middle.
  std::vector<double> x;
  std::vector<H> wanted;
  for (const int sign : {0, 0x8000}) {
    for (int bits = 0; bits < H::kInfinity; bits++) {
      const H low = FromBits<H>(sign | bits), high = FromBits<H>(sign | (bits + 1));
      const double beyond = 2 * Value(low) - Value(FromBits<H>(sign | (bits - 1)));  // where infinity would be
      const double a = Value(low), b = bits + 1 == H::kInfinity ? beyond : Value(high), middle = (a + b) / 2;
      x.push_back(a), wanted.push_back(low);
      x.push_back(std::nextafter(middle, a)), wanted.push_back(low);
      x.push_back(middle), wanted.push_back(bits & 1 ? high : low);
      x.push_back(std::nextafter(middle, b)), wanted.push_back(high);
    }
  }
  ForEachTarget([&](const Kernels& kernels) {
    INFO(kernels.backend << " " << kernels.target << " " << NameOf(dtype));
    std::vector<float> singles(65536);
    std::vector<double> doubles(65536);
    kernels.copy.cast[dtype][kF32](all.data(), singles.data(), 65536);
    kernels.copy.cast[dtype][kF64](all.data(), doubles.data(), 65536);
    int wrong = 0;
    for (size_t i = 0; i < 65536; i++) {
      const double v = Value(all[i]);
      wrong +=
          !(v != v ? singles[i] != singles[i] && doubles[i] != doubles[i]
                   : v == static_cast<double>(singles[i]) && v == doubles[i] &&
                         std::signbit(v) == std::signbit(singles[i]) && std::signbit(v) == std::signbit(doubles[i]));
    }
    CHECK(wrong == 0);
    std::vector<H> y(x.size());
    kernels.copy.cast[kF64][dtype](x.data(), y.data(), static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); i++) wrong += y[i].bits != wanted[i].bits;
    CHECK(wrong == 0);
    std::vector<float> narrow(x.size());
    for (size_t i = 0; i < x.size(); i++) narrow[i] = static_cast<float>(x[i]);
    kernels.copy.cast[kF32][dtype](narrow.data(), y.data(), static_cast<int64_t>(x.size()));
    for (size_t i = 0; i < x.size(); i++) wrong += y[i].bits != H(static_cast<double>(narrow[i])).bits;
    CHECK(wrong == 0);
    // Back to where they came from; NaN stays NaN with its sign.
    std::vector<H> back(65536);
    kernels.copy.cast[kF32][dtype](singles.data(), back.data(), 65536);
    for (size_t i = 0; i < 65536; i++) {
      wrong += IsNaN(all[i]) ? !IsNaN(back[i]) || (back[i].bits ^ all[i].bits) & 0x8000 : back[i].bits != all[i].bits;
    }
    CHECK(wrong == 0);
  });
}

template <class H>
void CheckUnary(int op, const char* name, double ulp, ResultRule rule, DTypeSet kernels_of, double (*exact)(double)) {
  const int32_t dtype = DTypeOf<H>::value;
  if (!(kernels_of & Bit(dtype))) return;
  const std::vector<H> x = All<H>();
  const bool to_bool = rule == ResultRule::BOOL;
  std::vector<uint16_t> first(65536), y(65536);
  Portable().unary.fn[op][dtype](x.data(), first.data(), 65536);
  ForEachTarget([&](const Kernels& kernels) {
    INFO(kernels.backend << " " << kernels.target << " " << name << " " << NameOf(dtype));
    kernels.unary.fn[op][dtype](x.data(), y.data(), 65536);
    if (to_bool) {
      CHECK(std::memcmp(y.data(), first.data(), 65536) == 0);
      return;
    }
    int different = 0;
    double worst = 0;
    for (size_t i = 0; i < 65536; i++) {
      const H got = FromBits<H>(y[i]), portable = FromBits<H>(first[i]);
      different += IsNaN(got) != IsNaN(portable) || (!IsNaN(got) && y[i] != first[i]);
      if (exact) worst = std::fmax(worst, Ulps<H>(Value(got), exact(Value(x[i]))));
    }
    if (ulp == 0) CHECK(different == 0);
    CHECK(worst <= 0.51);
  });
}

double (*const kNone)(double) = nullptr;
template <class Fn>
double Exact(double x) {
  return Fn()(x);
}

}  // namespace

TEST_CASE("16-bit floats convert as the formats say, rounded to the nearest, ties to even", "[half]") {
  CheckConversions<Half>();
  CheckConversions<BFloat16>();
}

TEST_CASE("unary functions of all 65,536 elements are rounded once or nearly so", "[half]") {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost)                                   \
  {                                                                                                     \
    double (*exact)(double) = kNone;                                                                    \
    if constexpr (ResultRule::result == ResultRule::SAME && (classes::dtypes.kernels & Bit(kF64)) != 0) \
      exact = Exact<ops::Fn>;                                                                           \
    CheckUnary<Half>(id, #name, ulp32, ResultRule::result, classes::dtypes.kernels, exact);             \
    CheckUnary<BFloat16>(id, #name, ulp32, ResultRule::result, classes::dtypes.kernels, exact);         \
  }
#include "table/unary.def"
}

TEST_CASE("binary operations of all elements beside chosen ones have the bits of cpu-portable", "[half]") {
  for (const int32_t dtype : {kF16, kBF16}) {
    std::vector<uint16_t> a(65536), b(65536), wanted(65536), got(65536);
    for (int i = 0; i < 65536; i++) a[static_cast<size_t>(i)] = static_cast<uint16_t>(i);
    for (const int chosen :
         {0, 0x8000, 1, 0x3C00, 0xBC00, 0x3F80, 0x7BFF, 0x7C00, 0xFF80, 0x7E00, 0x7F80, 0x4248, 0x1234, 0xB5A3}) {
      b.assign(65536, static_cast<uint16_t>(chosen));
      for (int op = 0; op < kBinaryOps; op++) {
        if (!(kBinaryRows[op].op_class.kernels & Bit(dtype))) continue;
        const size_t bytes = kBinaryRows[op].result == ResultRule::BOOL ? 65536 : 131072;
        Portable().binary.fn[op][dtype](a.data(), b.data(), wanted.data(), 65536, 0);
        ForEachTarget([&](const Kernels& kernels) {
          kernels.binary.fn[op][dtype](a.data(), b.data(), got.data(), 65536, 0);
          int different = 0;
          for (size_t i = 0; i < bytes / 2; i++) {
            const auto nan = [&](uint16_t v) {
              return bytes > 65536 && (v & 0x7FFF) > (dtype == kF16 ? 0x7C00 : 0x7F80);
            };
            different += got[i] != wanted[i] && !(nan(got[i]) && nan(wanted[i]));
          }
          INFO(kernels.target << " " << kBinaryRows[op].name << " " << NameOf(dtype) << " " << chosen);
          // Functions that round in float32 differ by a last place at most, seldom.
          CHECK(different <= (op == kBinary_pow || op >= kBinary_hypot ? 40 : 0));
        });
      }
    }
  }
}

TEST_CASE("sums of 16-bit floats do not stop at 2048, and raw functions take the bits", "[half]") {
  const int64_t n = 10000;
  const std::vector<uint16_t> ones(static_cast<size_t>(2 * n), 0x3C00), bf_ones(static_cast<size_t>(n), 0x3F80);
  uint16_t y[2] = {};
  ForEachTarget([&](const Kernels&) {
    REQUIRE(numrs_sum_f16(nullptr, ones.data(), y, 1, n, 1) == NUMRS_OK);
    CHECK(Value(FromBits<Half>(y[0])) == 10000);
    REQUIRE(numrs_sum_f16(nullptr, ones.data(), y, 1, n, 2) == NUMRS_OK);
    CHECK((Value(FromBits<Half>(y[0])) == 10000 && Value(FromBits<Half>(y[1])) == 10000));
    REQUIRE(numrs_sum_bf16(nullptr, bf_ones.data(), y, 1, n, 1) == NUMRS_OK);
    CHECK(Value(FromBits<BFloat16>(y[0])) == 9984);  // 10000 has no bfloat16: the nearest
    REQUIRE(numrs_dot_f16(nullptr, ones.data(), ones.data(), y, n) == NUMRS_OK);
    CHECK(Value(FromBits<Half>(y[0])) == 10000);
  });
  const uint16_t x[] = {0x4000, 0x3C00, 0xC000, 0x7E00};  // 2, 1, -2, NaN
  uint16_t sorted[4], sum[4];
  REQUIRE(numrs_sort_f16(nullptr, x, sorted, 1, 4, 1, 0) == NUMRS_OK);
  CHECK((sorted[0] == 0xC000 && sorted[1] == 0x3C00 && sorted[2] == 0x4000 && sorted[3] == 0x7E00));
  REQUIRE(numrs_add_f16(nullptr, x, x, sum, 3) == NUMRS_OK);
  CHECK((sum[0] == 0x4400 && sum[1] == 0x4000 && sum[2] == 0xC400));
  CHECK(numrs_add_f16(nullptr, nullptr, x, sum, 3) == NUMRS_BAD_ARGUMENT);
}
