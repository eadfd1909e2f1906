// What conversion between two element types means. Defined for every value, so that all backends give the same bits.
#pragma once

#include "ops/common.h"

namespace numrs {
namespace ops {

// To 64 bits: truncated; NaN and what does not fit give the smallest number.
template <typename F>
NUMRS_HD int64_t ToInt64(F x) {
  constexpr F kLimit = static_cast<F>(9223372036854775808.0);
  return x >= -kLimit && x < kLimit ? static_cast<int64_t>(x) : std::numeric_limits<int64_t>::min();
}

// A float64 from which a narrower float is rounded as from the integer itself: bits that do not fit leave a trace in
// the last one.
template <typename I>
NUMRS_HD double RoundedToOdd(I x) {
  const bool negative = x < 0;
  uint64_t magnitude = negative ? uint64_t{0} - static_cast<uint64_t>(x) : static_cast<uint64_t>(x);
  constexpr uint64_t kTail = (1u << 11) - 1;
  if (magnitude >> 53) magnitude = (magnitude & ~kTail) | ((magnitude & kTail) != 0 ? kTail + 1 : 0);
  const double wide = static_cast<double>(magnitude);
  return negative ? -wide : wide;
}

// 16-bit floats go through their value as float32; to them everything is rounded once. The imaginary part is dropped
// where there is no room for it, and 0 where there is none.
template <typename To, typename From>
NUMRS_HD To Cast(From x) {
  if constexpr (std::is_same<To, From>::value) {
    return x;
  } else if constexpr (kIsHalf<From>) {
    return Cast<To>(static_cast<float>(x));
  } else if constexpr (kIsComplex<From>) {
    if constexpr (kIsComplex<To>)
      return To(static_cast<typename To::value_type>(x.real()), static_cast<typename To::value_type>(x.imag()));
    else if constexpr (kIsBool<To>)
      return x.real() != 0 || x.imag() != 0;
    else
      return Cast<To>(x.real());
  } else if constexpr (kIsComplex<To>) {
    return To(Cast<typename To::value_type>(x), 0);
  } else if constexpr (kIsHalf<To>) {
    if constexpr (kIsBool<From>)
      return To(bool(x) ? 1.0 : 0.0);
    else if constexpr (std::is_integral<From>::value && sizeof(From) == 8)
      return To(RoundedToOdd(x));
    else
      return To(static_cast<double>(x));
  } else if constexpr (kIsBool<To>) {
    if constexpr (kIsBool<From>)
      return bool(x);
    else
      return x != 0;
  } else if constexpr (kIsBool<From>) {
    return static_cast<To>(bool(x) ? 1 : 0);
  } else if constexpr (kIsFloat<From> && !kIsFloat<To>) {
    if constexpr (std::is_same<To, uint64_t>::value) {
      constexpr From kHalf = static_cast<From>(9223372036854775808.0);
      if (x >= kHalf && x < 2 * kHalf) return static_cast<uint64_t>(x);
    }
    return static_cast<To>(ToInt64(x));
  } else {
    return static_cast<To>(x);
  }
}

}  // namespace ops
}  // namespace numrs
