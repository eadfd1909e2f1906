// Reductions of the plug-in: what their kernels take, and their tables. The tree is that of core/reduce_tables.h, with
// the 32 lanes of a block as the 32 threads of a team, so that results have the bits of the CPU's.
#pragma once

#include "core/reduce.h"
#include "cuda/divider.h"
#include "cuda/loops.h"
#include "cuda/stream.h"

namespace numrs {
namespace cuda {

// A walk over loops by one index. Products of extents of 2^31 and more (wide) are taken apart by 64-bit divisions.
struct Walk {
  int32_t ndim;
  bool wide;
  Divider divider[kLoops];
  int64_t extent[kLoops];

  // offsets[k] = where index i stands for operand k < operands; strides[k][d] in bytes.
  template <int kCount, int kStrides>
  NUMRS_HD void At(int64_t i, const int64_t (&strides)[kStrides][kLoops], int64_t* offsets) const {
    static_assert(kCount <= kStrides, "operands");
    for (int k = 0; k < kCount; k++) offsets[k] = 0;
    for (int d = ndim - 1; d > 0; d--) {
      const int64_t quotient = wide ? i / extent[d] : static_cast<int64_t>(divider[d].Divide(static_cast<uint32_t>(i)));
      const int64_t rest = i - quotient * extent[d];
      for (int k = 0; k < kCount; k++) offsets[k] += rest * strides[k][d];
      i = quotient;
    }
    if (ndim > 0) {
      for (int k = 0; k < kCount; k++) offsets[k] += i * strides[k][0];
    }
  }
};
Walk MakeWalk(int ndim, const int64_t* shape);

struct ReduceArgs {
  const char* x;
  const char* second;  // factors, or nullptr
  char* y;
  void* states;  // outputs x blocks, where there is more than one block
  int64_t n, outputs, blocks;
  double correction;
  bool columns;  // neighbours in memory belong to different results
  Walk kept;
  int64_t kept_strides[3][kLoops];  // of x, second, y
  int64_t steps[2];                 // from one reduced element to the next, of x and second
};
// Joins `count` states of each result, `unit` elements each (the last has fewer), in groups of `width`.
struct MergeArgs {
  const void* from;
  void* to;  // states, or nullptr: the results are finished
  char* y;
  int64_t outputs, count, groups, unit, n;
  int32_t width;
  double correction;
  Walk kept;
  int64_t kept_strides[3][kLoops];
};

constexpr int kTeamLanes = 32;  // kReduceLanes
constexpr int kTeams = 16;      // of a block of threads
constexpr int kMergeWidth = 128;

struct ReduceEntry {
  void (*block)(ReduceArgs);
  void (*merge)(MergeArgs);
  int32_t state_bytes;
};
using ReduceEntries = ReduceEntry (*)[kDTypes];
// Each fills the rows of its operations.
void FillSums(ReduceEntries rows);
void FillMoments(ReduceEntries rows);
void FillExtremes(ReduceEntries rows);
void FillCounts(ReduceEntries rows);
void FillDots(ReduceEntry* row);  // products of two operands, by dtype

Status Reduce(DeviceStream* stream, const ReduceJob& job);

}  // namespace cuda
}  // namespace numrs
