// Every element-wise kernel of every backend and instruction set against cpu-portable, over the tables: contents, ends,
// aliasing, alignment and guard bytes; then the copy kernels. The engine around the kernels (strides, broadcasting) is
// tested from Python.
#include "catch.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/dtype.h"
#include "core/tables.h"

using namespace numrs;

namespace {

constexpr int64_t kSizes_[] = {0, 1, 7, 64, 1003};
constexpr size_t kGuard = 128;
constexpr unsigned char kGuardByte = 0xA5;

const Kernels& Portable() {
  int last = 0;
  while (KernelsAt(last + 1)) last++;
  return *KernelsAt(last);
}

// Memory at a chosen misalignment with guard bytes on both sides.
class Block {
 public:
  Block(size_t bytes, size_t offset)
      : bytes_(bytes), at_(kGuard + offset), memory_(bytes + 2 * kGuard + 64, kGuardByte) {
    at_ += (64 - reinterpret_cast<uintptr_t>(memory_.data()) % 64) % 64;
  }
  unsigned char* data() { return memory_.data() + at_; }
  bool GuardsIntact() const {
    for (size_t i = 0; i < memory_.size(); i++) {
      if ((i < at_ || i >= at_ + bytes_) && memory_[i] != kGuardByte) return false;
    }
    return true;
  }

 private:
  size_t bytes_, at_;
  std::vector<unsigned char> memory_;
};

uint64_t NextRandom(uint64_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

template <typename T>
void FillFloats(unsigned char* p, int64_t n, uint64_t seed) {
  const T inf = std::numeric_limits<T>::infinity(), nan = std::numeric_limits<T>::quiet_NaN();
  const T special[] = {0,
                       T(-0.0),
                       1,
                       -1,
                       inf,
                       -inf,
                       nan,
                       std::numeric_limits<T>::denorm_min(),
                       -std::numeric_limits<T>::denorm_min(),
                       std::numeric_limits<T>::min(),
                       std::numeric_limits<T>::max(),
                       std::numeric_limits<T>::lowest(),
                       T(0.5),
                       T(-0.5),
                       T(1.5),
                       T(2.5),
                       T(2147483648.0),
                       T(-2147483648.0),
                       T(4294967296.0),
                       T(9223372036854775808.0),
                       T(-9223372036854775808.0),
                       T(18446744073709551616.0),
                       T(255.7),
                       T(-129.2),
                       T(65536.5),
                       2,
                       3,
                       T(-3)};
  uint64_t state = seed * 2654435761u + 88172645463325252u;
  for (int64_t i = 0; i < n; i++) {
    const uint64_t r = NextRandom(&state);
    T value;
    if (r % 4 == 0)
      value = special[r / 4 % (sizeof(special) / sizeof(T))];
    else if (r % 4 == 1)
      value = static_cast<T>(static_cast<int64_t>(r >> 8) % 1000000) / T(997);
    else
      std::memcpy(&value, &r, sizeof(T));
    std::memcpy(p + static_cast<size_t>(i) * sizeof(T), &value, sizeof(T));
  }
}

// Values that find mistakes: specials, equal neighbours, every bit pattern.
void FillValues(unsigned char* p, int32_t dtype, int64_t n, uint64_t seed) {
  if (dtype == kF32) return FillFloats<float>(p, n, seed);
  if (dtype == kF64) return FillFloats<double>(p, n, seed);
  if (dtype == kC64) return FillFloats<float>(p, 2 * n, seed);
  if (dtype == kC128) return FillFloats<double>(p, 2 * n, seed);
  const int64_t size = SizeOf(dtype);
  uint64_t state = seed * 40503u + 88172645463325252u;
  for (int64_t i = 0; i < n; i++) {
    uint64_t r = NextRandom(&state);
    uint64_t value = r >> 8;
    switch (r % 8) {
      case 0:
        value = 0;
        break;
      case 1:
        value = r / 8 % 3 - 1;
        break;  // -1, 0, 1
      case 2:
        value = r / 8 % static_cast<uint64_t>(size * 8 + 2);
        break;  // shift counts
      case 3:
        value = uint64_t{1} << (size * 8 - 1);
        break;  // the smallest signed number
      case 4:
        value = (uint64_t{1} << (size * 8 - 1)) - 1;
        break;  // the largest
      case 5:
        value = r / 8 % 100;
        break;
      default:
        break;
    }
    std::memcpy(p + i * size, &value, static_cast<size_t>(size));
  }
}

template <typename T>
bool SameFloat(const unsigned char* p, const unsigned char* q) {
  T a, b;
  std::memcpy(&a, p, sizeof(T));
  std::memcpy(&b, q, sizeof(T));
  return (a != a && b != b) || std::memcmp(p, q, sizeof(T)) == 0;
}

template <typename T>
double Distance(const unsigned char* p, const unsigned char* q) {
  T a, b;
  std::memcpy(&a, p, sizeof(T));
  std::memcpy(&b, q, sizeof(T));
  if ((a != a && b != b) || a == b) return 0;
  if (a != a || b != b || std::isinf(a) || std::isinf(b)) {
    // The largest finite number and infinity are neighbours.
    const T big = std::numeric_limits<T>::max();
    const T x = std::isinf(a) ? std::copysign(big, a) : a, y = std::isinf(b) ? std::copysign(big, b) : b;
    return x != x || y != y || x != y ? std::numeric_limits<double>::infinity() : 1;
  }
  int exponent;
  std::frexp(b, &exponent);
  const T ulp =
      std::ldexp(T(1), std::max(exponent, std::numeric_limits<T>::min_exponent) - std::numeric_limits<T>::digits);
  return static_cast<double>(std::fabs((static_cast<long double>(a) - b) / ulp));
}

// Of 16-bit floats: steps between them, all NaNs alike.
template <class H>
double HalfDistance(const unsigned char* p, const unsigned char* q) {
  H a, b;
  std::memcpy(&a, p, sizeof(a));
  std::memcpy(&b, q, sizeof(b));
  const bool nan = (a.bits & 0x7FFF) > H::kInfinity;
  if (nan != ((b.bits & 0x7FFF) > H::kInfinity)) return std::numeric_limits<double>::infinity();
  const auto place = [](H x) { return x.bits & 0x8000 ? -(x.bits & 0x7FFF) - 1 : x.bits & 0x7FFF; };
  return nan ? 0 : std::abs(place(a) - place(b));
}

// Index of the first element that differs by more than ulp, or -1. All NaNs are one: payload and sign of a NaN that an
// operation makes, and which of two NaN operands it hands on, are not promised.
int64_t FirstDifference(const unsigned char* got, const unsigned char* wanted, int32_t dtype, int64_t n, double ulp) {
  if (KindOf(dtype) == Kind::COMPLEX) {  // part by part
    const int64_t at = FirstDifference(got, wanted, RealDType(dtype), 2 * n, ulp);
    return at < 0 ? at : at / 2;
  }
  const int64_t size = SizeOf(dtype);
  for (int64_t i = 0; i < n; i++) {
    const unsigned char *p = got + i * size, *q = wanted + i * size;
    bool same;
    if (dtype == kF32)
      same = ulp == 0 ? SameFloat<float>(p, q) : Distance<float>(p, q) <= ulp;
    else if (dtype == kF64)
      same = ulp == 0 ? SameFloat<double>(p, q) : Distance<double>(p, q) <= ulp;
    else if (dtype == kF16)
      same = HalfDistance<Half>(p, q) <= ulp;
    else if (dtype == kBF16)
      same = HalfDistance<BFloat16>(p, q) <= ulp;
    else
      same = std::memcmp(p, q, static_cast<size_t>(size)) == 0;
    if (!same) return i;
  }
  return -1;
}

// Complex numbers by the length of what differs, in units of the last place of the larger part: powers, of which
// cpu-portable has the logarithm in 64 bits, so that 8 of them go where the exponent is large.
int64_t FirstFarApart(const unsigned char* got, const unsigned char* wanted, int64_t n, double units) {
  for (int64_t i = 0; i < n; i++) {
    double a[2], b[2];
    std::memcpy(a, got + i * 16, sizeof(a));
    std::memcpy(b, wanted + i * 16, sizeof(b));
    const double size = std::max(std::fabs(b[0]), std::fabs(b[1]));
    const double unit = std::max(std::nextafter(size, HUGE_VAL) - size, std::numeric_limits<double>::denorm_min());
    if (std::isfinite(a[0]) && std::isfinite(a[1]) && std::isfinite(b[0]) && std::isfinite(b[1])) {
      if (std::hypot((a[0] - b[0]) / unit, (a[1] - b[1]) / unit) > units) return i;
    } else if (FirstDifference(got + i * 16, wanted + i * 16, kC128, 1, units) >= 0) {
      return i;
    }
  }
  return -1;
}

struct Limits {
  double f32, f64;
};
// The portable kernel is itself within half an ULP (f32) or one (f64) of the truth.
double Allowed(Limits ulp, int32_t dtype) {
  if (dtype == kF32) return ulp.f32 == 0 ? 0 : ulp.f32 + 0.6;
  if (dtype == kF64) return ulp.f64 == 0 ? 0 : ulp.f64 + 0.6;
  if (Bit(dtype) & kHalfSet) return ulp.f32 == 0 ? 0 : 1;
  return 0;
}

// Complex numbers: arithmetic has the same bits; the square root, the length, the angle and all functions have bounds
// of their own (docs/complex.md), and cpu-portable's are within one ULP.
double AllowedComplex(const char* name, Limits ulp, int32_t dtype) {
  bool inexact = ulp.f64 > 0;
  for (const char* one : {"sqrt", "sign", "angle"}) inexact |= std::strcmp(name, one) == 0;
  if (std::strcmp(name, "abs") == 0) inexact = dtype == kC128;
  return !inexact ? 0 : dtype == kC64 ? 1.1 : 3.6;
}

int32_t ResultOf(const OpRow& row, int32_t t) {
  return row.result == ResultRule::BOOL   ? static_cast<int32_t>(kBOOL)
         : row.result == ResultRule::REAL ? RealDType(t)
                                          : t;
}

struct Call {
  const char* name;
  int inputs;
  int32_t in[3];
  int32_t out;
  double ulp;
};

template <class Invoke, class Reference>
void CheckKernel(const Kernels& kernels, const Call& call, Invoke invoke, Reference reference) {
  std::string failure;
  for (const int64_t n : kSizes_) {
    for (const size_t offset :
         {size_t{0}, size_t{1}, size_t{2}, size_t{3}, size_t{4}, size_t{5}, size_t{6}, size_t{7}}) {
      for (uint32_t scalars = 0; scalars + 1 < 1u << call.inputs || scalars == 0; scalars++) {
        for (int alias = -1; alias < call.inputs; alias++) {
          // In place: an array operand of the result's size.
          if (alias >= 0 && ((scalars >> alias & 1) || SizeOf(call.in[alias]) != SizeOf(call.out))) continue;
          if (offset > 1 && n == 1003 && scalars != 0) continue;
          std::vector<Block> in;
          for (int k = 0; k < call.inputs; k++) {
            const bool scalar = scalars >> k & 1;
            const int64_t count = scalar ? 1 : n;
            in.emplace_back(static_cast<size_t>(count * SizeOf(call.in[k])), (offset * static_cast<size_t>(k + 1)) % 8);
            FillValues(in.back().data(), call.in[k], count,
                       static_cast<uint64_t>(k) * 7 + static_cast<uint64_t>(n) + scalars * 31 + offset);
          }
          const size_t bytes = static_cast<size_t>(n * SizeOf(call.out));
          Block out(bytes, (offset * 3) % 8), expected(bytes, 0);
          const void* x[3] = {};
          for (int k = 0; k < call.inputs; k++) x[k] = in[static_cast<size_t>(k)].data();
          reference(x, expected.data(), n, scalars);
          unsigned char* y = alias >= 0 ? in[static_cast<size_t>(alias)].data() : out.data();
          invoke(x, y, n, scalars);
          const int64_t at = call.out == kC128 && std::strcmp(call.name, "pow") == 0
                                 ? FirstFarApart(y, expected.data(), n, 64)
                                 : FirstDifference(y, expected.data(), call.out, n, call.ulp);
          bool guards = out.GuardsIntact();
          for (const Block& block : in) guards &= block.GuardsIntact();
          if ((at >= 0 || !guards) && failure.empty()) {
            char text[256];
            std::snprintf(text, sizeof(text), "%s %s %s: n %lld, offset %zu, scalars %u, in place %d: %s %lld",
                          kernels.target, call.name, NameOf(call.in[call.inputs - 1]), static_cast<long long>(n),
                          offset, scalars, alias, guards ? "wrong at" : "guard bytes written,",
                          static_cast<long long>(at));
            failure = text;
          }
        }
      }
    }
  }
  CHECK(failure == "");
}

// The targets, cpu-portable itself too (in place against not in place).
template <class F>
void ForEachTarget(F f) {
  for (int i = 0; const Kernels* kernels = KernelsAt(i); i++) f(*kernels);
}

constexpr Limits kUnaryLimits[] = {
#define NUMRS_UNARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) {ulp32, ulp64},
#include "table/unary.def"
};
constexpr Limits kBinaryLimits[] = {
#define NUMRS_BINARY(id, name, Fn, dtypes, result, ulp32, ulp64, cost) {ulp32, ulp64},
#include "table/binary.def"
};
constexpr Limits kTernaryLimits[] = {
#define NUMRS_TERNARY(id, name, Fn, dtypes, first, ulp32, ulp64, cost) {ulp32, ulp64},
#include "table/ternary.def"
};

}  // namespace

TEST_CASE("unary kernels agree with cpu-portable", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int op = 0; op < kUnaryOps; op++) {
      for (int32_t t = 1; t < kDTypes; t++) {
        if (!(kUnaryRows[op].op_class.kernels & Bit(t))) continue;
        const UnaryFn fn = kernels.unary.fn[op][t], reference = Portable().unary.fn[op][t];
        REQUIRE(fn != nullptr);
        const int32_t out = ResultOf(kUnaryRows[op], t);
        const double ulp = KindOf(t) == Kind::COMPLEX ? AllowedComplex(kUnaryRows[op].name, kUnaryLimits[op], t)
                                                      : Allowed(kUnaryLimits[op], t);
        CheckKernel(
            kernels, {kUnaryRows[op].name, 1, {t}, out, ulp},
            [&](const void** x, void* y, int64_t n, uint32_t) { fn(x[0], y, n); },
            [&](const void** x, void* y, int64_t n, uint32_t) { reference(x[0], y, n); });
      }
    }
  });
}

TEST_CASE("binary kernels agree with cpu-portable", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int op = 0; op < kBinaryOps; op++) {
      for (int32_t t = 1; t < kDTypes; t++) {
        if (!(kBinaryRows[op].op_class.kernels & Bit(t))) continue;
        const BinaryFn fn = kernels.binary.fn[op][t], reference = Portable().binary.fn[op][t];
        REQUIRE(fn != nullptr);
        const int32_t out = ResultOf(kBinaryRows[op], t);
        const double ulp = KindOf(t) == Kind::COMPLEX ? AllowedComplex(kBinaryRows[op].name, kBinaryLimits[op], t)
                                                      : Allowed(kBinaryLimits[op], t);
        CheckKernel(
            kernels, {kBinaryRows[op].name, 2, {t, t}, out, ulp},
            [&](const void** x, void* y, int64_t n, uint32_t scalars) { fn(x[0], x[1], y, n, scalars); },
            [&](const void** x, void* y, int64_t n, uint32_t scalars) { reference(x[0], x[1], y, n, scalars); });
      }
    }
  });
}

TEST_CASE("ternary kernels agree with cpu-portable", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int op = 0; op < kTernaryOps; op++) {
      for (int32_t t = 1; t < kDTypes; t++) {
        if (!(kTernaryRows[op].op_class.kernels & Bit(t))) continue;
        const TernaryFn fn = kernels.ternary.fn[op][t], reference = Portable().ternary.fn[op][t];
        REQUIRE(fn != nullptr);
        const int32_t first = kTernaryRows[op].result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : t;
        CheckKernel(
            kernels, {kTernaryRows[op].name, 3, {first, t, t}, t, Allowed(kTernaryLimits[op], t)},
            [&](const void** x, void* y, int64_t n, uint32_t scalars) { fn(x[0], x[1], x[2], y, n, scalars); },
            [&](const void** x, void* y, int64_t n, uint32_t scalars) { reference(x[0], x[1], x[2], y, n, scalars); });
      }
    }
  });
}

TEST_CASE("casts agree with cpu-portable", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int32_t from = 1; from < kDTypes; from++) {
      for (int32_t to = 1; to < kDTypes; to++) {
        if (from == to || !IsDType(from) || !IsDType(to)) continue;
        const UnaryFn fn = kernels.copy.cast[from][to], reference = Portable().copy.cast[from][to];
        REQUIRE(fn != nullptr);
        const std::string name = std::string("cast to ") + NameOf(to) + " from";
        CheckKernel(
            kernels, {name.c_str(), 1, {from}, to, 0},
            [&](const void** x, void* y, int64_t n, uint32_t) { fn(x[0], y, n); },
            [&](const void** x, void* y, int64_t n, uint32_t) { reference(x[0], y, n); });
      }
    }
  });
}

template <typename T>
void ClearNaN(unsigned char* p) {
  T value;
  std::memcpy(&value, p, sizeof(T));
  if (value != value) std::memset(p, 0, sizeof(T));
}

// Values of which one in four is a NaN with payload and sign, at even places of input 0, at odd ones of input 1:
// which of two NaNs an operation hands on is open.
void FillWithNaNs(unsigned char* p, int32_t dtype, int64_t n, int input) {
  const auto seed = static_cast<uint64_t>(5 + input);
  FillValues(p, dtype, n, seed);
  for (int64_t i = 0; i < n; i++) {
    if (dtype == kF32) ClearNaN<float>(p + i * 4);
    if (dtype == kF64) ClearNaN<double>(p + i * 8);
    uint16_t half;
    std::memcpy(&half, p + i * SizeOf(dtype), sizeof(half));
    const uint16_t none = 0;
    if ((Bit(dtype) & kHalfSet) && (half & 0x7FFF) > (dtype == kF16 ? 0x7C00 : 0x7F80))
      std::memcpy(p + i * 2, &none, 2);
  }
  const size_t size = static_cast<size_t>(SizeOf(dtype));
  uint64_t state = seed * 7919u + 88172645463325252u;
  for (int64_t i = 0; i < n; i++) {
    const uint64_t r = NextRandom(&state);
    const uint32_t f32 = 0x7F800001u | static_cast<uint32_t>(r >> 32);
    const uint64_t f64 = 0x7FF0000000000001u | r;
    const uint16_t half = static_cast<uint16_t>((dtype == kF16 ? 0x7C01 : 0x7F81) | r >> 48);
    if (r % 2 == 0 && i % 2 == input) {
      const void* nan = dtype == kF32   ? static_cast<const void*>(&f32)
                        : dtype == kF64 ? static_cast<const void*>(&f64)
                                        : &half;
      std::memcpy(p + static_cast<size_t>(i) * size, nan, size);
    }
  }
}

// f(inputs, output, n) on all elements at once gives, to the last bit of a NaN, what it gives on each alone.
template <class F>
int64_t DependsOnPlace(int32_t t, int inputs, F f) {
  const int64_t n = 131, size = SizeOf(t);
  const auto bytes = static_cast<size_t>(n * size);
  std::vector<Block> x;
  const void *all[2] = {}, *single[2] = {};
  for (int k = 0; k < inputs; k++) {
    x.emplace_back(bytes, 0);
    FillWithNaNs(x.back().data(), t, n, k);
  }
  Block together(bytes, 0), one(static_cast<size_t>(size), 0);
  for (int k = 0; k < inputs; k++) all[k] = x[static_cast<size_t>(k)].data();
  f(all, together.data(), n);
  for (int64_t i = 0; i < n; i++) {
    for (int k = 0; k < inputs; k++) single[k] = x[static_cast<size_t>(k)].data() + i * size;
    f(single, one.data(), 1);
    if (std::memcmp(together.data() + i * size, one.data(), static_cast<size_t>(size)) != 0) return i;
  }
  return -1;
}

TEST_CASE("a value does not depend on its place", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (const int32_t t : {kF16, kBF16, kF32, kF64}) {
      for (int op = 0; op < kUnaryOps; op++) {
        if (kUnaryRows[op].result == ResultRule::BOOL || !(kUnaryRows[op].op_class.kernels & Bit(t))) continue;
        INFO(kernels.target << " " << kUnaryRows[op].name << " " << NameOf(t));
        CHECK(DependsOnPlace(
                  t, 1, [&](const void* const* x, void* y, int64_t n) { kernels.unary.fn[op][t](x[0], y, n); }) == -1);
      }
      for (int op = 0; op < kBinaryOps; op++) {
        if (kBinaryRows[op].result == ResultRule::BOOL || !(kBinaryRows[op].op_class.kernels & Bit(t))) continue;
        INFO(kernels.target << " " << kBinaryRows[op].name << " " << NameOf(t));
        CHECK(DependsOnPlace(t, 2, [&](const void* const* x, void* y, int64_t n) {
                kernels.binary.fn[op][t](x[0], x[1], y, n, 0);
              }) == -1);
      }
    }
  });
}

TEST_CASE("packing and unpacking of strides", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int index = 0; index < kSizes; index++) {
      const int64_t size = int64_t{1} << index;
      for (const int64_t n : kSizes_) {
        for (const int64_t stride : {int64_t{0}, size, -size, 2 * size, -2 * size, 3 * size, 5 * size, 2 * size + 1}) {
          const int64_t span = (n > 0 ? n - 1 : 0) * (stride < 0 ? -stride : stride) + size;
          const int64_t start = stride < 0 ? span - size : 0;
          std::vector<unsigned char> source(
              static_cast<size_t>(span));  // exactly: reading beyond is a sanitizer's business
          FillValues(source.data(), kU8, span, static_cast<uint64_t>(n + stride));
          Block packed(static_cast<size_t>(n * size), 3);
          kernels.copy.pack[index](source.data() + start, stride, packed.data(), n);
          bool right = packed.GuardsIntact();
          for (int64_t i = 0; i < n; i++) {
            right &= std::memcmp(packed.data() + i * size, source.data() + start + i * stride,
                                 static_cast<size_t>(size)) == 0;
          }
          INFO(kernels.target << " size " << size << " n " << n << " stride " << stride);
          CHECK(right);
          if (stride == 0) continue;
          Block back(static_cast<size_t>(span), 1);
          std::memset(back.data(), 0x5A, static_cast<size_t>(span));
          std::vector<unsigned char> wanted(static_cast<size_t>(span), 0x5A);
          for (int64_t i = 0; i < n; i++)
            std::memcpy(wanted.data() + start + i * stride, packed.data() + i * size, static_cast<size_t>(size));
          kernels.copy.unpack[index](packed.data(), back.data() + start, stride, n);
          CHECK(back.GuardsIntact());
          CHECK(std::memcmp(back.data(), wanted.data(), static_cast<size_t>(span)) == 0);
        }
      }
    }
  });
}

TEST_CASE("transposition of tiles", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (int index = 0; index < kSizes; index++) {
      const int64_t size = int64_t{1} << index;
      for (const int64_t rows : {1, 4, 16, 19, 32}) {
        for (const int64_t cols : {1, 7, 16, 35, 128}) {
          const int64_t src_stride = (rows + 3) * size + 1, dst_stride = cols * size + 5;
          Block x(static_cast<size_t>(cols * src_stride), 1), y(static_cast<size_t>(rows * dst_stride), 2);
          FillValues(x.data(), kU8, cols * src_stride, static_cast<uint64_t>(rows * cols));
          std::vector<unsigned char> wanted(static_cast<size_t>(rows * dst_stride), 0x5A);
          std::memset(y.data(), 0x5A, wanted.size());
          for (int64_t r = 0; r < rows; r++) {
            for (int64_t c = 0; c < cols; c++) {
              std::memcpy(wanted.data() + r * dst_stride + c * size, x.data() + c * src_stride + r * size,
                          static_cast<size_t>(size));
            }
          }
          kernels.copy.transpose[index](x.data(), src_stride, y.data(), dst_stride, rows, cols);
          INFO(kernels.target << " size " << size << " rows " << rows << " cols " << cols);
          CHECK(y.GuardsIntact());
          CHECK(std::memcmp(y.data(), wanted.data(), wanted.size()) == 0);
        }
      }
    }
  });
}

TEST_CASE("copies past the caches", "[elementwise]") {
  ForEachTarget([](const Kernels& kernels) {
    for (const size_t bytes : {size_t{0}, size_t{1}, size_t{63}, size_t{64}, size_t{65}, size_t{4096}, size_t{10007}}) {
      for (const size_t offset : {size_t{0}, size_t{1}, size_t{16}, size_t{63}}) {
        Block x(bytes, 5), y(bytes, offset);
        FillValues(x.data(), kU8, static_cast<int64_t>(bytes), bytes + offset);
        kernels.copy.stream(x.data(), y.data(), bytes);
        CHECK(y.GuardsIntact());
        CHECK(std::memcmp(x.data(), y.data(), bytes) == 0);
      }
    }
  });
}
