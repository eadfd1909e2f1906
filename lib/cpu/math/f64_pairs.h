// A table of pairs of float64, laid out both ways for the look-ups of f64_table-inl.h; one copy for all targets. No
// tables here.

#ifndef NUMRS_CPU_MATH_F64_PAIRS_H_
#define NUMRS_CPU_MATH_F64_PAIRS_H_

#include <stddef.h>

namespace numrs {

template <size_t kSize>
struct alignas(64) PairTable {
  double first[kSize];
  double second[kSize];
  double pairs[2 * kSize];  // first[0], second[0], first[1], ...

  constexpr PairTable(const double (&a)[kSize], const double (&b)[kSize]) : first{}, second{}, pairs{} {
    for (size_t i = 0; i < kSize; ++i) {
      first[i] = pairs[2 * i] = a[i];
      second[i] = pairs[2 * i + 1] = b[i];
    }
  }
};

}  // namespace numrs

#endif  // NUMRS_CPU_MATH_F64_PAIRS_H_
