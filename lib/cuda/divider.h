// Division by an extent that is fixed for a launch: a multiplication and a shift (Granlund and Montgomery, "Division by
// invariant integers using multiplication", PLDI 1994). Host and device.
#pragma once

#include <cstdint>

#include "core/sides.h"

namespace numrs {
namespace cuda {

// n / d for n < 2^31 and 1 <= d < 2^31.
struct Divider {
  uint32_t d, magic, shift;

  static Divider By(uint32_t d) {
    uint32_t shift = 0;
    while ((uint64_t{1} << shift) < d) shift++;
    const uint64_t magic = ((uint64_t{1} << 32) * ((uint64_t{1} << shift) - d)) / d + 1;
    return {d, static_cast<uint32_t>(magic), shift};
  }
  NUMRS_HD uint32_t Divide(uint32_t n) const {
#ifdef __CUDA_ARCH__
    const uint32_t high = __umulhi(n, magic);
#else
    const uint32_t high = static_cast<uint32_t>(static_cast<uint64_t>(n) * magic >> 32);
#endif
    return (high + n) >> shift;
  }
};

}  // namespace cuda
}  // namespace numrs
