// Philox4x32-10, the counter-based generator under every random draw (Salmon, Moraes, Dror, Shaw, "Parallel random
// numbers: as easy as 1, 2, 3", SC 2011), and the places of a stream; plain integers, for every backend.
#pragma once

#include <cstdint>

#include "core/random_tables.h"
#include "core/sides.h"

namespace numrs {
namespace ops {

constexpr uint32_t kPhiloxM0 = 0xD2511F53, kPhiloxM1 = 0xCD9E8D57;  // multipliers
constexpr uint32_t kPhiloxW0 = 0x9E3779B9, kPhiloxW1 = 0xBB67AE85;  // what the key grows by from round to round
constexpr int kPhiloxRounds = 10;

// 128 bits: words 0 and 1 (word 0 in the lower half), words 2 and 3.
struct PhiloxBlock {
  uint64_t low, high;
};

NUMRS_HD inline PhiloxBlock Philox(PhiloxBlock counter, uint64_t key) {
  uint32_t x0 = static_cast<uint32_t>(counter.low), x1 = static_cast<uint32_t>(counter.low >> 32);
  uint32_t x2 = static_cast<uint32_t>(counter.high), x3 = static_cast<uint32_t>(counter.high >> 32);
  uint32_t k0 = static_cast<uint32_t>(key), k1 = static_cast<uint32_t>(key >> 32);
  for (int round = 0; round < kPhiloxRounds; round++) {
    const uint64_t p0 = static_cast<uint64_t>(kPhiloxM0) * x0, p1 = static_cast<uint64_t>(kPhiloxM1) * x2;
    x0 = static_cast<uint32_t>(p1 >> 32) ^ x1 ^ k0;
    x1 = static_cast<uint32_t>(p1);
    x2 = static_cast<uint32_t>(p0 >> 32) ^ x3 ^ k1;
    x3 = static_cast<uint32_t>(p0);
    k0 += kPhiloxW0;
    k1 += kPhiloxW1;
  }
  return {x0 | static_cast<uint64_t>(x1) << 32, x2 | static_cast<uint64_t>(x3) << 32};
}

// The upper half of the counter of block b, attempt t.
NUMRS_HD inline uint64_t UpperCounter(const RandomDraw& draw, uint64_t b, uint32_t attempt) {
  const uint32_t high = draw.high + (draw.low + b < b ? 1u : 0u);
  return (high | static_cast<uint64_t>(attempt) << 32) ^ draw.mask;
}
NUMRS_HD inline PhiloxBlock BlockAt(const RandomDraw& draw, uint64_t b, uint32_t attempt) {
  return Philox({draw.low + b, UpperCounter(draw, b, attempt)}, draw.key);
}

// Word i of the stream in 64 and in 32 bits. Attempt t of a word is the word at the same place of the blocks of
// attempt t.
NUMRS_HD inline uint64_t Word64(const RandomDraw& draw, uint64_t i, uint32_t attempt) {
  const PhiloxBlock block = BlockAt(draw, i / 16 * 8 + i % 8, attempt);
  return i % 16 < 8 ? block.low : block.high;
}
NUMRS_HD inline uint32_t Word32(const RandomDraw& draw, uint64_t i, uint32_t attempt) {
  return static_cast<uint32_t>(Word64(draw, i / 2, attempt) >> (i % 2 * 32));
}

}  // namespace ops
}  // namespace numrs
