// The passes of a radix sort: counts of each digit in tiles of pairs, their sums before each tile, then every pair goes
// to its place. Ranks within a tile by comparing the lanes of warps.
#include "cuda/radix.h"

#include "cuda/launch.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int kDigits = 256, kRadixThreads = 256, kRounds = 8, kWarps = kRadixThreads / kWarp;
constexpr int64_t kTilePairs = kRadixThreads * kRounds;

// counts[digit][tile]; of a single tile they are the totals.
template <typename Key>
__global__ void __launch_bounds__(kRadixThreads)
    RadixCountKernel(const Key* keys, int64_t n, int shift, int64_t tiles, uint32_t* counts) {
  __shared__ unsigned shared[kDigits];
  shared[threadIdx.x] = 0;
  __syncthreads();
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * kTilePairs;
  for (int64_t i = begin + threadIdx.x; i < begin + kTilePairs && i < n; i += kRadixThreads)
    atomicAdd(&shared[static_cast<unsigned>(keys[i] >> shift) % kDigits], 1u);
  __syncthreads();
  counts[threadIdx.x * tiles + blockIdx.x] = shared[threadIdx.x];
}

// Exclusive sums of `value` over the block's threads; *total of all.
NUMRS_DEVICE uint32_t BlockSums(uint32_t value, uint32_t* shared, uint32_t* total) {
  const int lane = static_cast<int>(threadIdx.x) % kWarp, warp = static_cast<int>(threadIdx.x) / kWarp;
  uint32_t sum = value;
  for (int step = 1; step < kWarp; step *= 2) {
    const uint32_t other = __shfl_sync(0xffffffffu, sum, lane >= step ? lane - step : lane);
    if (lane >= step) sum += other;
  }
  if (lane == kWarp - 1) shared[warp] = sum;
  __syncthreads();
  uint32_t before = 0, all = 0;
  for (int w = 0; w < static_cast<int>(blockDim.x) / kWarp; w++) {
    before += w < warp ? shared[w] : 0;
    all += shared[w];
  }
  __syncthreads();
  *total = all;
  return before + sum - value;
}

// Each digit's counts become what stands before them in the digit; a block of threads for each digit.
__global__ void __launch_bounds__(kRadixThreads) RadixSumsKernel(uint32_t* counts, int64_t tiles, uint32_t* totals) {
  __shared__ uint32_t shared[kWarps];
  uint32_t* const row = counts + blockIdx.x * tiles;
  uint32_t before = 0;
  for (int64_t begin = 0; begin < tiles; begin += blockDim.x) {
    const int64_t tile = begin + threadIdx.x;
    const uint32_t own = tile < tiles ? row[tile] : 0;
    uint32_t total;
    const uint32_t sum = BlockSums(own, shared, &total);
    if (tile < tiles) row[tile] = before + sum;
    before += total;
  }
  if (threadIdx.x == 0) totals[blockIdx.x] = before;
}

template <typename Key>
__global__ void __launch_bounds__(kRadixThreads)
    RadixMoveKernel(const Key* keys, const uint32_t* places, int64_t n, int shift, int64_t tiles,
                    const uint32_t* counts, const uint32_t* totals, Key* to_keys, uint32_t* to_places) {
  __shared__ uint32_t seen[kWarps][kDigits];  // of a warp so far, then what stands before the warp's
  __shared__ uint32_t shared[kWarps];
  const int lane = static_cast<int>(threadIdx.x) % kWarp, warp = static_cast<int>(threadIdx.x) / kWarp;
  for (int w = 0; w < kWarps; w++) seen[w][threadIdx.x] = 0;
  __syncthreads();
  const int64_t begin = static_cast<int64_t>(blockIdx.x) * kTilePairs + warp * (kWarp * kRounds) + lane;
  Key key[kRounds];
  unsigned digit[kRounds];
  uint32_t rank[kRounds];
#pragma unroll
  for (int r = 0; r < kRounds; r++) {
    const int64_t i = begin + r * kWarp;
    key[r] = i < n ? keys[i] : Key(0);
    digit[r] = i < n ? static_cast<unsigned>(key[r] >> shift) % kDigits : static_cast<unsigned>(kDigits);
    const unsigned same = __match_any_sync(0xffffffffu, digit[r]);
    const unsigned below = same & ((1u << lane) - 1);
    rank[r] = static_cast<uint32_t>(__popc(below)) + (i < n ? seen[warp][digit[r]] : 0);
    __syncwarp();
    if (below == 0 && i < n) seen[warp][digit[r]] += static_cast<uint32_t>(__popc(same));
    __syncwarp();
  }
  __syncthreads();
  // Where the tile's pairs of a digit begin, and each warp's: a thread for each digit.
  uint32_t all;
  uint32_t base = BlockSums(totals[threadIdx.x], shared, &all);
  if (tiles > 1) base += counts[threadIdx.x * tiles + blockIdx.x];
  for (int w = 0; w < kWarps; w++) {
    const uint32_t own = seen[w][threadIdx.x];
    seen[w][threadIdx.x] = base;
    base += own;
  }
  __syncthreads();
#pragma unroll
  for (int r = 0; r < kRounds; r++) {
    const int64_t i = begin + r * kWarp;
    if (i >= n) continue;
    const uint32_t to = seen[warp][digit[r]] + rank[r];
    to_keys[to] = key[r];
    to_places[to] = places[i];
  }
}

int64_t TilesOf(int64_t n) { return (n + kTilePairs - 1) / kTilePairs; }

}  // namespace

int64_t RadixBytes(int64_t n) { return (TilesOf(n) + 1) * kDigits * 4; }

template <typename Key>
Status RadixSort(DeviceStream* stream, const char* function, int bits, void* counts, RadixPairs<Key>* pairs) {
  if (pairs->n < 2) return NUMRS_OK;
  const int64_t tiles = TilesOf(pairs->n);
  uint32_t* const totals = static_cast<uint32_t*>(counts);
  uint32_t* const count = totals + kDigits;
  const dim3 grid(static_cast<unsigned>(tiles)), block(kRadixThreads);
  for (int shift = 0; shift < bits; shift += 8) {
    const int from = pairs->current, to = 1 - from;
    NUMRS_TRY(
        Launch(stream, function, RadixCountKernel<Key>, grid, block, pairs->keys[from], pairs->n, shift, tiles, count));
    if (tiles > 1) {
      NUMRS_TRY(Launch(stream, function, RadixSumsKernel, dim3(kDigits), dim3(tiles <= kWarp ? kWarp : kRadixThreads),
                       count, tiles, totals));
    }
    NUMRS_TRY(Launch(stream, function, RadixMoveKernel<Key>, grid, block, pairs->keys[from], pairs->places[from],
                     pairs->n, shift, tiles, count, tiles > 1 ? totals : count, pairs->keys[to], pairs->places[to]));
    pairs->current = to;
  }
  return NUMRS_OK;
}
template Status RadixSort(DeviceStream*, const char*, int, void*, RadixPairs<uint32_t>*);
template Status RadixSort(DeviceStream*, const char*, int, void*, RadixPairs<uint64_t>*);

}  // namespace cuda
}  // namespace numrs
