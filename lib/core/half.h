// The 16-bit floats as stored: bits, and exact or once rounded conversion from and to wider types. They are computed in
// float32.
#pragma once

#include <cstdint>
#include <cstring>

#include "core/sides.h"

namespace numrs {

namespace half_internal {

NUMRS_HD inline uint64_t BitsOf(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}
NUMRS_HD inline float FloatOf(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}

// The nearest float with kExponent and kMantissa bits, ties to even; NaN keeps its sign and the upper bits of its
// payload and becomes quiet. From float64, of which float32 is a part, so that every type is rounded once.
template <int kExponent, int kMantissa>
NUMRS_HD uint16_t Round(double x) {
  constexpr int kBias = (1 << (kExponent - 1)) - 1, kDropped = 52 - kMantissa;
  constexpr uint16_t kInfinity = static_cast<uint16_t>(((1 << kExponent) - 1) << kMantissa);
  const uint64_t bits = BitsOf(x), magnitude = bits & 0x7FFFFFFFFFFFFFFFu;
  const uint16_t sign = static_cast<uint16_t>(bits >> 48 & 0x8000);
  if (magnitude > 0x7FF0000000000000u) {
    const uint16_t payload = static_cast<uint16_t>(magnitude >> kDropped & ((1 << kMantissa) - 1));
    return static_cast<uint16_t>(sign | kInfinity | payload | 1 << (kMantissa - 1));
  }
  const int exponent = static_cast<int>(magnitude >> 52) - 1023 + kBias;
  if (exponent > 2 * kBias) return sign | kInfinity;
  // Normal: the exponent's bits stay above the mantissa's, and a carry from rounding runs into them. Subnormal: the
  // leading 1 is written out and shifted right.
  uint64_t value = (magnitude & 0xFFFFFFFFFFFFFu) | (exponent > 0 ? static_cast<uint64_t>(exponent) << 52 : 1ull << 52);
  const int shift = exponent > 0 ? kDropped : kDropped + 1 - exponent;
  if (shift > 62 || magnitude == 0) return sign;
  const uint64_t half = 1ull << (shift - 1), rest = value & (2 * half - 1);
  value >>= shift;
  value += rest > half || (rest == half && (value & 1));
  return static_cast<uint16_t>(sign | value);
}

}  // namespace half_internal

// IEEE 754 binary16. A NaN becomes quiet on its way to float32, as the instruction makes it.
struct Half {
  static constexpr uint16_t kInfinity = 0x7C00;  // its bits
  uint16_t bits;
  Half() = default;
  NUMRS_HD explicit Half(double x) : bits(half_internal::Round<5, 10>(x)) {}
  NUMRS_HD explicit operator float() const {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16, rest = bits & 0x7FFFu;
    if (rest >= 0x7C00)
      return half_internal::FloatOf(sign | 0x7F800000u | (rest & 0x3FF) << 13 | (rest > 0x7C00 ? 0x400000u : 0));
    if (rest >= 0x0400) return half_internal::FloatOf(sign | ((rest << 13) + 0x38000000u));
    const float magnitude = static_cast<float>(rest) * 0x1p-24f;  // subnormal
    return sign ? -magnitude : magnitude;
  }
};

// The upper 16 bits of a float32.
struct BFloat16 {
  static constexpr uint16_t kInfinity = 0x7F80;
  uint16_t bits;
  BFloat16() = default;
  NUMRS_HD explicit BFloat16(double x) : bits(half_internal::Round<8, 7>(x)) {}
  NUMRS_HD explicit operator float() const { return half_internal::FloatOf(static_cast<uint32_t>(bits) << 16); }
};

static_assert(sizeof(Half) == 2 && sizeof(BFloat16) == 2, "two bytes per element");

}  // namespace numrs
