// The kernel tables of reductions and scans, and what their rows say; the meaning of the accumulators is in
// ops/reduce.h.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

enum ReduceOp : int32_t {
#define NUMRS_REDUCE(id, name, Acc, dtypes, result, bound32, bound64, cost) kReduce_##name = id,
#include "table/reduce.def"
  kReduceOps
};
enum ScanOp : int32_t {
#define NUMRS_SCAN(id, name, Acc, dtypes, result, cost) kScan_##name = id,
#include "table/scan.def"
  kScanOps
};

enum class ReduceResult : uint8_t { SAME, SUM, INDEX, BOOL, REAL };

struct ReduceRow {
  const char* name;
  OpClass op_class;
  ReduceResult result;
  double cost_ns;  // per element of float64
};
extern const ReduceRow kReduceRows[kReduceOps];
extern const ReduceRow kScanRows[kScanOps];

// The dtype of the result for a dtype with a kernel.
inline int32_t ReduceResultDType(ReduceResult rule, int32_t compute) {
  switch (rule) {
    case ReduceResult::SAME:
      return compute;
    case ReduceResult::REAL:
      return RealDType(compute);
    case ReduceResult::INDEX:
      return kI64;
    case ReduceResult::BOOL:
      return kBOOL;
    default:
      break;
  }
  const Kind kind = KindOf(compute);
  if (kind == Kind::FLOAT || kind == Kind::COMPLEX) return compute;
  return kind == Kind::UINT ? static_cast<int32_t>(kU64) : static_cast<int32_t>(kI64);
}

// The fixed tree: blocks of kReduceBlock elements, element i of a block in lane i % kReduceLanes.
constexpr int64_t kReduceBlock = 4096;
constexpr int64_t kReduceLanes = 32;

// The states of w reductions stand in 24 * w bytes, aligned to 8: plane 0 at the beginning (w words of 8 bytes or
// less), plane 1 after 8 * w bytes, plane 2 after 16 * w. Everything but the address of x has natural alignment; x may
// have any. Those of complex dtypes take twice as much and stand one behind the other; sums are pairs of float64, so
// that kernels of float64 serve them as 2 * w real ones.
constexpr int64_t kStateBytes = 24;
constexpr int64_t kMaxStateBytes = 2 * kStateBytes;
inline int64_t StateWords(int32_t compute) { return KindOf(compute) == Kind::COMPLEX ? 2 : 1; }

// states[r] of the n contiguous elements from x + r * row_stride on, for r < w; they begin a block. n may be 0: the
// identity.
using ReduceRowsFn = void (*)(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states);
// states[c] of the elements x + i * row_stride + c elements, i < n, for c < w; n > 0. scratch: ColumnsScratch(op, w, n)
// bytes, for complex dtypes of 2 * w.
using ReduceColumnsFn = void (*)(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch);
// a[c] becomes the state of a's na elements followed by b's nb.
using ReduceMergeFn = void (*)(void* a, const void* b, int64_t w, int64_t na, int64_t nb);
// y[c] from states[c] of n elements.
using ReduceFinishFn = void (*)(const void* states, int64_t w, int64_t n, double correction, void* y);
// Sum states of the products of n contiguous elements of a and b, w times.
using DotRowsFn = void (*)(const void* a, int64_t a_stride, const void* b, int64_t b_stride, int64_t w, int64_t n,
                           void* states);

// Rows of at most this many columns without gaps are treated as one run of memory: 32 lanes of them stay in L1.
constexpr int64_t kNarrowColumns = 64;
// Variances pack at most this many columns of a block at a time.
constexpr int64_t kMomentStrip = 64;
inline int64_t ColumnsScratch(int32_t op, int64_t w, int64_t n) {
  int64_t rows = w <= kNarrowColumns ? 2 * kReduceLanes + 12 : 16;
  for (int64_t blocks = n / kReduceBlock; blocks > 0; blocks >>= 1) rows++;
  const int64_t m = n < kReduceBlock ? n : kReduceBlock;
  const bool packs = op == kReduce_var || op == kReduce_std || op == kReduce_nanvar || op == kReduce_nanstd;
  return rows * kStateBytes * (w + 8) + (packs ? (m + 2 * kReduceLanes + 12) * 8 * (kMomentStrip + 8) : 0);
}

struct ReduceTable {
  ReduceRowsFn rows[kReduceOps][kDTypes];
  ReduceColumnsFn columns[kReduceOps][kDTypes];
  ReduceMergeFn merge[kReduceOps][kDTypes];
  ReduceFinishFn finish[kReduceOps][kDTypes];
  DotRowsFn dot[kDTypes];  // kF32 and kF64; states, merge and finish are those of sum
};

// Scans keep two words (two pairs of complex dtypes) per line in `carry`: what stands before the current block, and
// before the current group in it. A call continues where the last one stopped: `from` is the index of its first element
// along the line.
constexpr int64_t kScanGroup = 8;
// One line of n contiguous elements; from is a multiple of kReduceBlock; y may be x where the sizes are equal. y
// nullptr: only carry is wanted.
using ScanRowFn = void (*)(const void* x, void* y, int64_t n, void* carry);
// w lines side by side, rows i < n; from is a multiple of kScanGroup. carry: plane 0 (offsets) and plane 1 (groups) as
// for reductions.
using ScanColumnsFn = void (*)(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t w, int64_t from,
                               int64_t n, void* carry);
// carry[c] of w lines before the first element, and a += b for the offsets.
using ScanStartFn = void (*)(void* carry, int64_t w);
using ScanMergeFn = void (*)(void* a, const void* b, int64_t w);
// The operation's identity in the result's dtype.
using ScanInitialFn = void (*)(void* y);

struct ScanTable {
  ScanRowFn row[kScanOps][kDTypes];
  ScanColumnsFn columns[kScanOps][kDTypes];
  ScanStartFn start[kScanOps][kDTypes];
  ScanMergeFn merge[kScanOps][kDTypes];
  ScanInitialFn initial[kScanOps][kDTypes];
};

}  // namespace numrs
