// Cumulative operations along an axis, with the bits of the CPU: groups of kScanGroup elements scanned by doubling, the
// groups of a block of kReduceBlock and the blocks of a line one after the other. Kernels are of the widest types;
// narrower ones are converted.
#include <limits>

#include "core/reduce_plan.h"
#include "core/reduce_tables.h"
#include "cuda/elementwise.h"
#include "cuda/launch.h"
#include "cuda/reduce.h"
#include "ops/reduce.h"
#include "ops/reduce_complex.h"
#include "ops/reduce_half.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int kGroups = static_cast<int>(kReduceBlock / kScanGroup);  // of a block of elements: its most threads
constexpr int64_t kShortLine = 64;                                    // elements that one thread takes

struct ScanArgs {
  const char* x;
  char* y;       // nullptr: only the blocks' totals are wanted
  void* totals;  // lines x blocks: totals, then what stands before each block; nullptr: lines of one block
  int64_t n, lines, blocks;
  int64_t steps[2];  // from one element to the next, of x and y
  Walk kept;
  int64_t kept_strides[2][kLoops];
};

// One group from `first` on: elements taken, scanned by doubling.
template <class Acc>
NUMRS_DEVICE void LoadGroup(const ScanArgs& a, const char* x, int64_t first, int64_t m,
                            typename Acc::State (&s)[kScanGroup]) {
  using S = typename Acc::State;
#pragma unroll
  for (int j = 0; j < kScanGroup; j++)
    s[j] = j < m ? Acc::Take(LoadElement<typename Acc::In>(x + (first + j) * a.steps[0])) : Acc::Identity();
#pragma unroll
  for (int distance = 1; distance < kScanGroup; distance *= 2) {
#pragma unroll
    for (int i = kScanGroup - 1; i >= distance; i--) {
      if (i < m) s[i] = Acc::Op::template Of<S>(s[i - distance], s[i]);
    }
  }
}
template <class Acc>
NUMRS_DEVICE void StoreGroup(const ScanArgs& a, char* y, int64_t first, int64_t m, typename Acc::State before,
                             const typename Acc::State (&s)[kScanGroup]) {
  using S = typename Acc::State;
#pragma unroll
  for (int j = 0; j < kScanGroup; j++) {
    if (j < m)
      StoreElement<typename Acc::Out>(y + (first + j) * a.steps[1],
                                      Acc::Finish(Acc::Op::template Of<S>(before, s[j]), 1, 0));
  }
}
template <typename S>
NUMRS_DEVICE S LastOf(const S (&s)[kScanGroup], int64_t m) {
  S last = s[0];
#pragma unroll
  for (int j = 1; j < kScanGroup; j++) last = j < m ? s[j] : last;
  return last;
}

// A block of threads for each block of elements, a group for each thread.
template <class Acc>
__global__ void __launch_bounds__(kGroups) ScanRowKernel(const ScanArgs a) {
  using S = typename Acc::State;
  __shared__ __attribute__((aligned(16))) char memory[kGroups * sizeof(S)];
  S* const groups = reinterpret_cast<S*>(memory);
  const int64_t line = blockIdx.x / a.blocks, block = blockIdx.x - line * a.blocks;
  const int t = static_cast<int>(threadIdx.x);
  int64_t offsets[2];
  a.kept.At<2>(line, a.kept_strides, offsets);
  const int64_t begin = block * kReduceBlock, end = begin + kReduceBlock < a.n ? begin + kReduceBlock : a.n;
  const int64_t first = begin + t * kScanGroup;
  const int64_t m = first >= end ? 0 : end - first < kScanGroup ? end - first : kScanGroup;
  S s[kScanGroup];
  if (m > 0) {
    LoadGroup<Acc>(a, a.x + offsets[0], first, m, s);
    groups[t] = LastOf(s, m);
  }
  __syncthreads();
  if (t == 0) {  // one after the other: that is the order
    const int count = static_cast<int>((end - begin + kScanGroup - 1) / kScanGroup);
    S before = Acc::Identity();
    for (int g = 0; g < count; g++) {
      const S own = groups[g];
      groups[g] = before;
      before = Acc::Op::template Of<S>(before, own);
    }
    if (!a.y) static_cast<S*>(a.totals)[blockIdx.x] = before;
  }
  if (!a.y) return;
  __syncthreads();
  if (m == 0) return;
  const S offset = a.totals ? static_cast<const S*>(a.totals)[blockIdx.x] : Acc::Identity();
  StoreGroup<Acc>(a, a.y + offsets[1], first, m, Acc::Op::template Of<S>(offset, groups[t]), s);
}

// A thread for each block of elements, neighbours in different lines.
template <class Acc>
__global__ void __launch_bounds__(kThreads) ScanColumnsKernel(const ScanArgs a) {
  using S = typename Acc::State;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.lines * a.blocks) return;
  const int64_t block = i / a.lines, line = i - block * a.lines;
  int64_t offsets[2];
  a.kept.At<2>(line, a.kept_strides, offsets);
  const int64_t begin = block * kReduceBlock, end = begin + kReduceBlock < a.n ? begin + kReduceBlock : a.n;
  S* const total = static_cast<S*>(a.totals) + line * a.blocks + block;
  const S offset = a.y && a.totals ? *total : Acc::Identity();
  S group = Acc::Identity(), s[kScanGroup];
  for (int64_t first = begin; first < end; first += kScanGroup) {
    const int64_t m = end - first < kScanGroup ? end - first : kScanGroup;
    LoadGroup<Acc>(a, a.x + offsets[0], first, m, s);
    if (a.y) StoreGroup<Acc>(a, a.y + offsets[1], first, m, Acc::Op::template Of<S>(offset, group), s);
    group = Acc::Op::template Of<S>(group, LastOf(s, m));
  }
  if (!a.y) *total = group;
}

// totals = what stands before each block, one block after the other. A block of threads for each line.
template <class Acc>
__global__ void __launch_bounds__(kGroups) ScanTotalsKernel(const ScanArgs a) {
  using S = typename Acc::State;
  __shared__ __attribute__((aligned(16))) char memory[kGroups * sizeof(S)];
  S* const part = reinterpret_cast<S*>(memory);
  S* const totals = static_cast<S*>(a.totals) + static_cast<int64_t>(blockIdx.x) * a.blocks;
  const int t = static_cast<int>(threadIdx.x);
  S before = Acc::Identity();  // thread 0's
  for (int64_t begin = 0; begin < a.blocks; begin += kGroups) {
    if (begin + t < a.blocks) part[t] = totals[begin + t];
    __syncthreads();
    if (t == 0) {
      const int count = static_cast<int>(a.blocks - begin < kGroups ? a.blocks - begin : kGroups);
      for (int b = 0; b < count; b++) {
        const S own = part[b];
        part[b] = before;
        before = Acc::Op::template Of<S>(before, own);
      }
    }
    __syncthreads();
    if (begin + t < a.blocks) totals[begin + t] = part[t];
    __syncthreads();
  }
}

struct ScanEntry {
  void (*row)(ScanArgs);
  void (*columns)(ScanArgs);
  void (*totals)(ScanArgs);
  int32_t state_bytes;
};
template <class Acc>
ScanEntry ScanEntryOf() {
  return {ScanRowKernel<Acc>, ScanColumnsKernel<Acc>, ScanTotalsKernel<Acc>,
          static_cast<int32_t>(sizeof(typename Acc::State))};
}

// What stands before the first element, in the result's dtype.
template <template <typename> class Acc, DTypeSet kSet>
ElementBits InitialOf(int32_t compute) {
  ElementBits bits{};
  switch (compute) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) \
  case id:                                                            \
    if constexpr ((kSet & Bit(id)) != 0) {                            \
      const auto value = ops::ScanInitial<ops::AccOf<Acc, cxx>>();    \
      std::memcpy(&bits, &value, sizeof(value));                      \
    }                                                                 \
    break;
#define NUMRS_HALF NUMRS_DTYPE
#define NUMRS_COMPLEX NUMRS_DTYPE
#include "table/dtype.def"
    default:
      break;
  }
  return bits;
}
ElementBits InitialOf(int32_t op, int32_t compute) {
  switch (op) {
#define NUMRS_SCAN(id, name, Acc, dtypes, result, cost) \
  case id:                                              \
    return InitialOf<ops::Acc, classes::dtypes.kernels>(compute);
#include "table/scan.def"
    default:
      return {};
  }
}

struct ScanEntries {
  ScanEntry rows[kScanOps][kDTypes] = {};
  ScanEntries() {
    Sums<ops::CumulativeSum>(rows[kScan_cumulative_sum]);
    Sums<ops::CumulativeProd>(rows[kScan_cumulative_prod]);
    Extremes<ops::CumulativeMax>(rows[kScan_cumulative_max]);
    Extremes<ops::CumulativeMin>(rows[kScan_cumulative_min]);
  }
  template <template <typename> class Acc>
  static void Sums(ScanEntry* row) {
    row[kI64] = ScanEntryOf<Acc<int64_t>>();
    row[kF32] = ScanEntryOf<Acc<float>>();
    row[kF64] = ScanEntryOf<Acc<double>>();
    row[kC64] = ScanEntryOf<Acc<std::complex<float>>>();
    row[kC128] = ScanEntryOf<Acc<std::complex<double>>>();
  }
  template <template <typename> class Acc>
  static void Extremes(ScanEntry* row) {
    row[kI64] = ScanEntryOf<Acc<int64_t>>();
    row[kU64] = ScanEntryOf<Acc<uint64_t>>();
    row[kF32] = ScanEntryOf<Acc<float>>();
    row[kF64] = ScanEntryOf<Acc<double>>();
  }
};

// Elements of `compute` as which dtype they enter a kernel, and as which they come out.
void KernelDTypes(int32_t op, int32_t compute, int32_t* in, int32_t* out) {
  const bool sums = op == kScan_cumulative_sum || op == kScan_cumulative_prod;
  switch (KindOf(compute)) {
    case Kind::BOOL:
    case Kind::UINT:
      *in = *out = kU64;
      if (sums && KindOf(compute) == Kind::BOOL) *in = *out = kI64;
      return;
    case Kind::INT:
      *in = *out = kI64;
      return;
    default:
      *in = compute == kF16 || compute == kBF16 ? static_cast<int32_t>(sums ? kF64 : kF32) : compute;
      *out = *in;
      return;
  }
}

}  // namespace

Status Run_scan(DeviceStream* stream, const ScanJob& job) {
  NUMRS_TRY(Use(stream->device));
  static const ScanEntries entries;
  const bool sums = job.op == kScan_cumulative_sum || job.op == kScan_cumulative_prod;
  int32_t in, out;
  KernelDTypes(job.op, job.compute, &in, &out);
  // Sums of unsigned integers wrap as those of signed ones do.
  const ScanEntry& entry = entries.rows[job.op][sums && in == kU64 ? static_cast<int32_t>(kI64) : in];
  if (!entry.row) return NoKernelFor(job.function, job.compute);
  View x = job.x, y = job.y, whole = job.y;
  Scratch given(stream), result(stream), totals(stream), packed(stream);
  if (x.dtype != in && x.size > 0) {
    NUMRS_TRY(given.Take(x.size * SizeOf(in)));
    const View copy = ContiguousView(given.data(), in, x.ndim, x.shape);
    NUMRS_TRY(ConvertTo(stream, job.function, x, copy));
    x = copy;
  }
  if (y.dtype != out) {
    NUMRS_TRY(result.Take(y.size * SizeOf(out)));
    y = whole = ContiguousView(result.data(), out, y.ndim, y.shape);
  }
  if (job.include_initial) {
    ElementBits initial = InitialOf(job.op, job.compute);
    View first = y, value = ContiguousView(initial.words, job.result, 0, nullptr);
    value.host = true;
    first.shape[job.axis] = 1;
    first.size = y.size / y.shape[job.axis];
    NUMRS_TRY(ConvertTo(stream, job.function, value, first));
    y.data += y.strides[job.axis];
    y.shape[job.axis]--;
    y.size -= first.size;
  }
  if (y.size > 0) {
    ReduceJob loops;
    loops.function = job.function;
    loops.op = 0;
    loops.axes = 1u << job.axis;
    loops.compute = in;
    loops.result = out;
    loops.x = x;
    loops.y = y;
    ReducePlan plan;
    MakeReducePlan(loops, false, &plan);
    if (plan.kept > kLoops) {  // the result's own order may have as many: then it is put together elsewhere
      NUMRS_TRY(packed.Take(x.size * SizeOf(in) + y.size * SizeOf(out)));
      const View copy = ContiguousView(packed.data(), in, x.ndim, x.shape);
      NUMRS_TRY(ConvertTo(stream, job.function, x, copy));
      View place = ContiguousView(packed.data() + x.size * SizeOf(in), out, y.ndim, y.shape);
      ScanJob again = job;
      again.include_initial = false;
      again.compute = in;
      again.result = out;
      again.x = copy;
      again.y = place;
      NUMRS_TRY(Run_scan(stream, again));
      NUMRS_TRY(ConvertTo(stream, job.function, place, y));
    } else {
      ScanArgs args{};
      args.x = plan.base[kReduceX];
      args.n = plan.n;
      args.lines = plan.outputs;
      args.blocks = (plan.n + kReduceBlock - 1) / kReduceBlock;
      args.steps[0] = plan.n > 1 ? plan.reduced_stride[0][0] : 0;
      args.steps[1] = y.strides[job.axis];
      args.kept = MakeWalk(plan.kept, plan.kept_shape);
      for (int d = 0; d < plan.kept; d++) {
        args.kept_strides[0][d] = plan.kept_stride[kReduceX][d];
        args.kept_strides[1][d] = plan.kept_stride[kReduceY][d];
      }
      const int64_t inner = args.steps[0] < 0 ? -args.steps[0] : args.steps[0];
      const int64_t wide = plan.WidthStride(kReduceX) < 0 ? -plan.WidthStride(kReduceX) : plan.WidthStride(kReduceX);
      const bool columns = plan.outputs >= kWarp && (plan.n <= kShortLine || (plan.kept > 0 && wide < inner));
      const int64_t items = args.lines * args.blocks;
      if ((columns ? (items + kThreads - 1) / kThreads : items) >> 31)
        return Fail(NUMRS_UNSUPPORTED, "%s: more lines than one launch can have", job.function);
      dim3 block(kThreads), grid(Blocks(items, kThreads));
      if (!columns) {
        unsigned threads = kWarp;
        while (threads < kGroups && threads * kScanGroup < plan.n) threads *= 2;
        block = dim3(threads);
        grid = dim3(static_cast<unsigned>(items));
      }
      char* const to = plan.base[kReduceY];
      if (args.blocks > 1) {
        NUMRS_TRY(totals.Take(items * entry.state_bytes));
        args.totals = totals.data();
        NUMRS_TRY(Launch(stream, job.function, columns ? entry.columns : entry.row, grid, block, args));
        NUMRS_TRY(
            Launch(stream, job.function, entry.totals, dim3(static_cast<unsigned>(args.lines)), dim3(kGroups), args));
      }
      args.y = to;
      NUMRS_TRY(Launch(stream, job.function, columns ? entry.columns : entry.row, grid, block, args));
    }
  }
  return whole.data == job.y.data ? static_cast<Status>(NUMRS_OK) : ConvertTo(stream, job.function, whole, job.y);
}

}  // namespace cuda
}  // namespace numrs
