// Lane orders that bring the lanes of a mask to the front, for instruction sets without a compress instruction.
// Highway's own tables are not used: GCC 12 copies them to the stack for every vector.
#pragma once

#include <cstdint>

namespace numrs {
namespace cpu {

// One row per mask: the lanes in it, then the others, each lane as kBytes positions of units.
template <int kLanes, int kUnits>
struct CompressRows {
  alignas(16) uint8_t row[1 << kLanes][kLanes * kUnits];

  constexpr CompressRows() : row() {
    for (int mask = 0; mask < 1 << kLanes; mask++) {
      int at = 0;
      for (int pass = 0; pass < 2; pass++) {
        for (int lane = 0; lane < kLanes; lane++) {
          if ((mask >> lane & 1) == pass) continue;
          for (int unit = 0; unit < kUnits; unit++) row[mask][at++] = static_cast<uint8_t>(lane * kUnits + unit);
        }
      }
    }
  }
};

inline constexpr CompressRows<8, 1> kCompress8x32;  // AVX2, positions of 32 bits
inline constexpr CompressRows<4, 2> kCompress4x64;
inline constexpr CompressRows<4, 4> kCompress4x32;  // SSE4, positions of bytes
inline constexpr CompressRows<2, 8> kCompress2x64;

}  // namespace cpu
}  // namespace numrs
