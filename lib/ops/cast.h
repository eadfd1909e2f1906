// What conversion between two element types means. Defined for every value, so that all backends give the same bits.
#pragma once

#include "ops/common.h"

namespace numrs {
namespace ops {

// To 64 bits: truncated; NaN and what does not fit give the smallest number.
template <typename F>
int64_t ToInt64(F x) {
  constexpr F kLimit = static_cast<F>(9223372036854775808.0);
  return x >= -kLimit && x < kLimit ? static_cast<int64_t>(x) : std::numeric_limits<int64_t>::min();
}

template <typename To, typename From>
To Cast(From x) {
  if constexpr (kIsBool<To>) {
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
