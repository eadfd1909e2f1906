// Rows of contiguous elements: a warp, or a block of threads, for each; sums of float64 in a fixed order.
#pragma once

#include "cuda/launch.h"
#include "ops/common.h"

namespace numrs {
namespace cuda {

// blockDim = (threads of a row: 32 or kRowThreads, rows of a block).
constexpr int kRowThreads = 256;
constexpr int64_t kWarpRow = 1024;  // longest row of a warp
inline dim3 RowBlock(int64_t n) { return n <= kWarpRow ? dim3(kWarp, kRowThreads / kWarp) : dim3(kRowThreads, 1); }
inline dim3 RowGrid(int64_t rows, dim3 block) { return dim3(Blocks(rows, block.y)); }

// join over the threads of a row; every one of them gets the result. shared: one word per warp of the block.
template <typename S, class Join>
NUMRS_DEVICE S RowReduce(S s, const Join& join, S* shared) {
#pragma unroll
  for (int bits = kWarp / 2; bits > 0; bits /= 2) {
    const S other = __shfl_xor_sync(0xffffffffu, s, bits);
    s = (threadIdx.x & static_cast<unsigned>(bits)) ? join(other, s) : join(s, other);  // the same for both
  }
  if (blockDim.x == kWarp) return s;
  const unsigned warp = threadIdx.x / kWarp;
  if (threadIdx.x % kWarp == 0) shared[warp] = s;
  __syncthreads();
  s = shared[0];
  for (unsigned w = 1; w < blockDim.x / kWarp; w++) s = join(s, shared[w]);
  __syncthreads();
  return s;
}
NUMRS_DEVICE double RowSum(double s, double* shared) {
  return RowReduce(s, [](double a, double b) { return a + b; }, shared);
}

}  // namespace cuda
}  // namespace numrs
