// What the dropout of attention keeps: a function of seed, row and key, so that nothing is stored.
#pragma once

#include "ops/philox.h"

namespace numrs {
namespace ops {

// factors[j] = keep or 0 for the keys [begin, begin + n) of a row; begin is a multiple of 4. A block of Philox gives
// four keys.
template <typename T>
void AttentionFactors(uint64_t seed, int64_t row, int64_t begin, int64_t n, uint32_t drop_below, double keep,
                      T* factors) {
  for (int64_t j = 0; j < n; j += 4) {
    const PhiloxBlock block = Philox({static_cast<uint64_t>(begin + j) / 4, static_cast<uint64_t>(row)}, seed);
    const uint32_t words[4] = {static_cast<uint32_t>(block.low), static_cast<uint32_t>(block.low >> 32),
                               static_cast<uint32_t>(block.high), static_cast<uint32_t>(block.high >> 32)};
    for (int64_t r = 0; r < 4 && j + r < n; r++) factors[j + r] = words[r] < drop_below ? T(0) : static_cast<T>(keep);
  }
}

}  // namespace ops
}  // namespace numrs
