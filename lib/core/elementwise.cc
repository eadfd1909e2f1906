// Running an element-wise plan: blocks through buffers where an operand is strided or of another dtype, straight
// otherwise.
#include "core/elementwise.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <optional>

#include "core/cpu_info.h"
#include "core/device_state.h"
#include "core/elementwise_plan.h"
#include "core/memory.h"
#include "core/scratch.h"
#include "core/sweep.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <xmmintrin.h>
#endif

namespace numrs {
namespace {

// 0: not set, half of the last-level cache, at most 64 MiB: a larger one is shared with many others.
std::atomic<int64_t> stream_threshold{0};

constexpr int64_t kChunkElements = 32 * 1024;  // smallest piece of work handed to a thread (of cheap operations)
constexpr double kRowNs = 8;                   // overhead of one innermost loop

// Non-temporal stores of this thread are ordered before what it does next.
void StreamFence() {
#if defined(__x86_64__) || defined(_M_X64)
  _mm_sfence();
#else
  std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

struct TwoWords {  // an element of complex128
  uint64_t words[2];
};

// Rows of `row` elements, step bytes apart, their elements stride bytes apart, one behind the other to y.
template <typename T>
void CopyRows(const char* x, int64_t step, int64_t stride, int64_t row, int64_t rows, char* y) {
  if (step == 0) {  // the same row again and again: doubled
    const int64_t wanted = row * rows;
    CopyRows<T>(x, 1, stride, row, 1, y);
    for (int64_t done = row; done < wanted; done *= 2) {
      const int64_t more = done <= wanted - done ? done : wanted - done;
      std::memcpy(y + done * static_cast<int64_t>(sizeof(T)), y, static_cast<size_t>(more) * sizeof(T));
    }
    return;
  }
  constexpr int64_t kSize = sizeof(T), kChunk = 16;
  const int64_t bytes = row * kSize;
  for (int64_t r = 0; r < rows; r++, x += step, y += bytes) {
    if (bytes >= kChunk && (stride == 0 || stride == kSize)) {  // chunks; the last one overlaps the one before
      T same[kChunk / kSize];
      if (stride == 0) {
        T value;
        std::memcpy(&value, x, sizeof(T));
        for (T& element : same) element = value;
      }
      for (int64_t i = 0;; i = i + 2 * kChunk <= bytes ? i + kChunk : bytes - kChunk) {
        std::memcpy(y + i, stride == 0 ? reinterpret_cast<const char*>(same) : x + i, kChunk);
        if (i == bytes - kChunk) break;
      }
    } else {
      for (int64_t i = 0; i < row; i++) std::memcpy(y + i * kSize, x + i * stride, sizeof(T));
    }
  }
}

// How an operand reaches the kernel.
enum class Way : uint8_t { DIRECT, SCALAR, BUFFERED, FOLDED };

class Runner {
 public:
  Runner(const Run& run, const ElementwiseJob& job, const ElementwisePlan& plan)
      : kernels_(run.kernels), job_(job), plan_(plan) {
    const int inner = plan.ndim - 1;
    out_ = job.inputs;
    int scalars = 0;
    for (int k = 0; k < job.inputs; k++) {
      const int64_t stride = (plan.transposed >> k & 1) ? plan.itemsize[k] : plan.strides[k][inner];
      const bool same = job.in[k].dtype == job.compute[k];
      way_[k] = (plan.folded >> k & 1)                 ? Way::FOLDED
                : stride == 0 && plan.shape[inner] > 1 ? Way::SCALAR
                : same && stride == plan.itemsize[k]   ? Way::DIRECT
                                                       : Way::BUFFERED;
      scalars += way_[k] == Way::SCALAR;
    }
    if (scalars == job.inputs) way_[0] = Way::BUFFERED;  // kernels want at least one array
    bool buffered = false;
    for (int k = 0; k < job.inputs; k++) {
      scalar_mask_ |= way_[k] == Way::SCALAR ? 1u << k : 0;
      buffered |= way_[k] >= Way::BUFFERED || (way_[k] == Way::SCALAR && job.in[k].dtype != job.compute[k]);
    }
    const bool direct_out = job.out.dtype == job.result && plan.strides[out_][inner] == plan.itemsize[out_];
    way_[out_] = direct_out ? Way::DIRECT : Way::BUFFERED;
    if (direct_out && !plan.transposed && WantsStream()) stream_ = true;
    buffered_ = buffered || !direct_out || stream_;
    block_ = (stream_ ? kBufferBytes : kPackBytes) / WidestElement(job) / plan.row * plan.row;
  }

  // Scratch of one thread: per operand a packing and a conversion buffer, then the transposed tiles.
  size_t ScratchBytes() const {
    size_t bytes = buffered_ ? kMaxOperands * 2 * kBufferBytes : 0;
    if (plan_.transposed) bytes += static_cast<size_t>(job_.inputs * TileBytes());
    return bytes;
  }
  bool streams() const { return stream_; }
  // What a task of `piece` elements reads and writes.
  double TaskBytes(int64_t piece) const {
    int64_t bytes = 0;
    for (int k = 0; k < plan_.operands; k++) bytes += way_[k] == Way::SCALAR ? 0 : plan_.itemsize[k];
    return static_cast<double>(bytes * piece);
  }
  // One transposed tile of the widest operand.
  int64_t TileBytes() const {
    int64_t widest = 8;
    for (int k = 0; k < job_.inputs; k++) widest = std::max(widest, plan_.itemsize[k]);
    return kTileRows * (kTileCols * widest + kTilePadBytes);
  }

  // One innermost loop of n elements: p and strides per operand.
  void Row(char* const* p, const int64_t* strides, int64_t n, char* scratch) const {
    if (!buffered_) {
      Call(p[0], p[1], p[2], p[out_], n);
      return;
    }
    const void* in[kMaxInputs] = {};
    for (int k = 0; k < job_.inputs; k++) {
      if (way_[k] != Way::SCALAR) continue;
      in[k] = p[k];
      if (job_.in[k].dtype != job_.compute[k]) {
        kernels_.copy.cast[job_.in[k].dtype][job_.compute[k]](p[k], Buffer(scratch, k, 1), 1);
        in[k] = Buffer(scratch, k, 1);
      }
    }
    int64_t m = block_;
    if (stream_ && !plan_.folded) {  // later blocks begin with a cache line
      m -= static_cast<int64_t>(reinterpret_cast<uintptr_t>(p[out_]) % 64) / plan_.itemsize[out_];
    }
    for (int64_t i = 0; i < n; i += m, m = block_) {
      if (n - i < m) m = n - i;
      for (int k = 0; k < job_.inputs; k++) {
        if (way_[k] == Way::FOLDED) {
          if (i == 0 || plan_.row_step[k] != 0)
            in[k] = FetchRows(k, p[k] + i / plan_.row * plan_.row_step[k], m, scratch);
        } else if (way_[k] != Way::SCALAR) {
          in[k] = Fetch(k, p[k] + i * strides[k], strides[k], m, scratch);
        }
      }
      char* y = p[out_] + i * strides[out_];
      if (way_[out_] == Way::DIRECT && !stream_) {
        Call(in[0], in[1], in[2], y, m);
        continue;
      }
      char* result = Buffer(scratch, out_, 0);
      Call(in[0], in[1], in[2], result, m);
      if (stream_) {
        kernels_.copy.stream(result, y, static_cast<size_t>(m * plan_.itemsize[out_]));
        continue;
      }
      if (job_.result != job_.out.dtype) {
        const bool straight = strides[out_] == plan_.itemsize[out_];
        char* converted = straight ? y : Buffer(scratch, out_, 1);
        kernels_.copy.cast[job_.result][job_.out.dtype](result, converted, m);
        if (straight) continue;
        result = converted;
      }
      kernels_.copy.unpack[SizeIndex(plan_.itemsize[out_])](result, y, strides[out_], m);
    }
  }

  // A tile of rows x cols of the two innermost loops; operands that run along the rows are transposed first.
  void Tile(char* const* p, int64_t rows, int64_t cols, char* scratch) const {
    const int inner = plan_.ndim - 1;
    char* tiles = scratch + (buffered_ ? kMaxOperands * 2 * kBufferBytes : 0);
    char* at[kMaxOperands] = {};
    int64_t step[kMaxOperands] = {}, strides[kMaxOperands] = {};
    for (int k = 0; k < plan_.operands; k++) {
      at[k] = p[k];
      step[k] = plan_.strides[k][inner - 1];
      strides[k] = plan_.strides[k][inner];
      if (!(plan_.transposed >> k & 1)) continue;
      const int64_t size = plan_.itemsize[k];
      at[k] = tiles + k * TileBytes();
      step[k] = kTileCols * size + kTilePadBytes;
      strides[k] = size;
      kernels_.copy.transpose[SizeIndex(size)](p[k], plan_.strides[k][inner], at[k], step[k], rows, cols);
    }
    for (int64_t r = 0; r < rows; r++) {
      if (r + kRowsAhead < rows) PrefetchRow(at, step, cols);
      Row(at, strides, cols, scratch);
      for (int k = 0; k < plan_.operands; k++) at[k] += step[k];
    }
  }

  // The rows of a tile are too short for the hardware to see them coming: without this each begins with a wait for
  // memory.
  void PrefetchRow(char* const* at, const int64_t* step, int64_t cols) const {
    constexpr int64_t kLine = 64;
    for (int k = 0; k < plan_.operands; k++) {
      const int64_t size = plan_.itemsize[k];
      if ((plan_.transposed >> k & 1) || plan_.strides[k][plan_.ndim - 1] != size) continue;
      const char* row = at[k] + kRowsAhead * step[k];
      if (k == out_) {
        for (int64_t i = 0; i < cols * size; i += kLine) __builtin_prefetch(row + i, 1);
      } else {
        for (int64_t i = 0; i < cols * size; i += kLine) __builtin_prefetch(row + i, 0);
      }
    }
  }

  static char* Buffer(char* scratch, int operand, int which) { return scratch + (operand * 2 + which) * kBufferBytes; }

  // Large results that nobody reads again soon go past the caches, unless they overwrite an input that was just loaded,
  // or are so small a part of what moves (comparisons) that the way through a buffer costs more than it saves.
  bool WantsStream() const {
    int64_t bytes = 0, elements = 1;
    for (int d = 0; d < plan_.ndim; d++) elements *= plan_.shape[d];
    for (int k = 0; k < plan_.operands; k++) {
      bytes += elements * plan_.itemsize[k];
      if (k < out_ && plan_.base[k] == plan_.base[out_]) return false;
    }
    return bytes > StreamThreshold() && elements * plan_.itemsize[out_] * 4 >= bytes &&
           plan_.shape[plan_.ndim - 1] >= 256;
  }

  const void* Fetch(int k, const char* x, int64_t stride, int64_t n, char* scratch) const {
    const int64_t size = plan_.itemsize[k];
    if (stride != size) {
      kernels_.copy.pack[SizeIndex(size)](x, stride, Buffer(scratch, k, 0), n);
      x = Buffer(scratch, k, 0);
    }
    return Converted(k, x, n, scratch);
  }

  const void* FetchRows(int k, const char* x, int64_t n, char* scratch) const {
    char* buffer = Buffer(scratch, k, 0);
    const int64_t step = plan_.row_step[k], stride = plan_.row_stride[k], row = plan_.row;
    switch (plan_.itemsize[k]) {
      case 1:
        CopyRows<uint8_t>(x, step, stride, row, n / row, buffer);
        break;
      case 2:
        CopyRows<uint16_t>(x, step, stride, row, n / row, buffer);
        break;
      case 4:
        CopyRows<uint32_t>(x, step, stride, row, n / row, buffer);
        break;
      case 8:
        CopyRows<uint64_t>(x, step, stride, row, n / row, buffer);
        break;
      default:
        CopyRows<TwoWords>(x, step, stride, row, n / row, buffer);
        break;
    }
    return Converted(k, buffer, n, scratch);
  }

  const void* Converted(int k, const char* x, int64_t n, char* scratch) const {
    const int32_t from = job_.in[k].dtype, to = job_.compute[k];
    if (from == to) return x;
    kernels_.copy.cast[from][to](x, Buffer(scratch, k, 1), n);
    return Buffer(scratch, k, 1);
  }

  void Call(const void* a, const void* b, const void* c, void* y, int64_t n) const {
    switch (job_.inputs) {
      case 1:
        job_.unary(a, y, n);
        break;
      case 2:
        job_.binary(a, b, y, n, scalar_mask_);
        break;
      default:
        job_.ternary(a, b, c, y, n, scalar_mask_);
        break;
    }
  }

  const Kernels& kernels_;
  const ElementwiseJob& job_;
  const ElementwisePlan& plan_;
  int out_;
  Way way_[kMaxOperands];
  uint32_t scalar_mask_ = 0;
  bool buffered_ = false, stream_ = false;
  int64_t block_;  // elements at a time: whole rows where rows are folded
};

// Walks the outer loops of a plan from a flat index on.
class Odometer {
 public:
  Odometer(const ElementwisePlan& plan, int outer, int64_t flat) : plan_(plan), outer_(outer) {
    for (int k = 0; k < plan.operands; k++) at[k] = plan.base[k];
    for (int d = outer - 1; d >= 0; d--) {
      index_[d] = flat % plan.shape[d];
      flat /= plan.shape[d];
      for (int k = 0; k < plan.operands; k++) at[k] += index_[d] * plan.strides[k][d];
    }
  }
  void Next() {
    for (int d = outer_ - 1; d >= 0; d--) {
      for (int k = 0; k < plan_.operands; k++) at[k] += plan_.strides[k][d];
      if (++index_[d] < plan_.shape[d]) return;
      for (int k = 0; k < plan_.operands; k++) at[k] -= plan_.shape[d] * plan_.strides[k][d];
      index_[d] = 0;
    }
  }
  char* at[kMaxOperands] = {};

 private:
  const ElementwisePlan& plan_;
  int outer_;
  int64_t index_[kMaxNDim];
};

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

// One task is one piece (rows x cols) of the innermost loops at one position of the outer ones.
Status Execute(const Run& run, const ElementwiseJob& job, const ElementwisePlan& plan) {
  const Runner runner(run, job, plan);
  const bool tiled = plan.transposed != 0;
  const int inner = plan.ndim - 1, outer = tiled ? inner - 1 : inner;
  int64_t outside = 1;
  for (int d = 0; d < outer; d++) outside *= plan.shape[d];
  const int64_t rows = tiled ? plan.shape[inner - 1] : 1, n = plan.shape[inner];
  const double row_ns = static_cast<double>(n) * job.cost_ns + kRowNs;
  double bytes = 0;  // of an element's operands; those that stand still cost nothing
  for (int k = 0; k < plan.operands; k++)
    bytes += static_cast<double>(std::min<int64_t>(std::abs(plan.strides[k][inner]), 8));
  const double elements = static_cast<double>(n) * static_cast<double>(outside) * static_cast<double>(rows);
  const double total_ns =
      std::max(row_ns * static_cast<double>(outside) * static_cast<double>(rows), MemoryNs(bytes * elements));
  // The pieces depend on the shape only; results do not depend on the pieces.
  const int64_t target = static_cast<int64_t>(kChunkElements / (job.cost_ns > 0.5 ? 2 * job.cost_ns : 1)) + 1;
  const int64_t tile_rows = tiled ? kTileRows : 1;
  const int64_t cols = tiled ? kTileCols : n < target ? n : CeilDiv(target, plan.row) * plan.row;
  const int64_t row_pieces = CeilDiv(rows, tile_rows), col_pieces = CeilDiv(n, cols);
  const int64_t tasks = outside * row_pieces * col_pieces;
  const int64_t piece = tile_rows * cols;
  const int64_t grain = piece >= target ? 1 : CeilDiv(target, piece);
  const int threads = run.Threads(total_ns);

  // Scratch for every thread is taken before anything is written, so that running out of memory changes nothing.
  const size_t scratch_bytes = (runner.ScratchBytes() + 63) / 64 * 64;
  Workspace workspace(scratch_bytes * static_cast<size_t>(threads));
  if (scratch_bytes && !workspace.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, scratch_bytes);
  ScratchSlots slots(workspace.data(), scratch_bytes, threads);

  return SweepFor(tasks, grain, runner.TaskBytes(piece), threads, run.cancel, [&](int64_t begin, int64_t end) {
    ScratchSlots::Lease lease(slots);
    char* scratch = lease.data();
    int64_t strides[kMaxOperands];
    for (int k = 0; k < plan.operands; k++) strides[k] = plan.strides[k][inner];
    const int64_t per_position = row_pieces * col_pieces, within = begin % per_position;
    Odometer odometer(plan, outer, begin / per_position);
    int64_t r = within / col_pieces * tile_rows, c = within % col_pieces * cols;
    for (int64_t task = begin; task < end; task++) {
      char* at[kMaxOperands] = {};
      for (int k = 0; k < plan.operands; k++) {
        at[k] = odometer.at[k] + ((plan.folded >> k & 1) ? c / plan.row * plan.row_step[k] : c * strides[k]);
        if (tiled) at[k] += r * plan.strides[k][inner - 1];
      }
      const int64_t m = n - c < cols ? n - c : cols;
      if (tiled) {
        runner.Tile(at, rows - r < tile_rows ? rows - r : tile_rows, m, scratch);
      } else {
        runner.Row(at, strides, m, scratch);
      }
      c += cols;
      if (c < n) continue;
      c = 0;
      r += tile_rows;
      if (r < rows) continue;
      r = 0;
      odometer.Next();
    }
    if (runner.streams()) StreamFence();
  });
}

}  // namespace

int64_t StreamThreshold() {
  int64_t bytes = stream_threshold.load(std::memory_order_relaxed);
  if (bytes == 0) {
    const int64_t l3 = static_cast<int64_t>(GetCpuInfo().l3_bytes);
    bytes = l3 <= 0 ? int64_t{16} << 20 : l3 / 2 < int64_t{64} << 20 ? l3 / 2 : int64_t{64} << 20;
    stream_threshold.store(bytes, std::memory_order_relaxed);
  }
  return bytes;
}
void SetStreamThreshold(int64_t bytes) { stream_threshold.store(bytes, std::memory_order_relaxed); }

Status RunElementwise(const Run& run, ElementwiseJob& job) {
  char got[160], wanted[160];
  View& out = job.out;
  int32_t ndim = out.ndim;
  int64_t shape[kMaxNDim];
  std::memcpy(shape, out.shape, sizeof(int64_t) * static_cast<size_t>(ndim));
  bool fits = true;
  for (int k = 0; k < job.inputs && fits; k++) fits = BroadcastShape(job.in[k], &ndim, shape);
  if (fits) {
    fits = ndim == out.ndim && std::memcmp(shape, out.shape, sizeof(int64_t) * static_cast<size_t>(ndim)) == 0;
  }
  if (!fits) {
    // Tell apart inputs that do not go together from an output of the wrong shape.
    ndim = 0;
    for (int k = 0; k < job.inputs; k++) {
      int32_t before_ndim = ndim;
      int64_t before[kMaxNDim];
      std::memcpy(before, shape, sizeof(before));
      if (!BroadcastShape(job.in[k], &ndim, shape)) {
        return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, which does not broadcast with %s of the operands before it",
                    job.function, job.names[k], ShapeText(job.in[k], got, sizeof(got)),
                    ShapeText(before_ndim, before, wanted, sizeof(wanted)));
      }
    }
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", job.function, ShapeText(out, got, sizeof(got)),
                ShapeText(ndim, shape, wanted, sizeof(wanted)));
  }
  if (job.result != out.dtype && !CanCastSameKind(job.result, out.dtype)) {
    return Fail(NUMRS_BAD_DTYPE,
                "%s: out has dtype %s, to which the result of dtype %s cannot be cast by the same_kind rule",
                job.function, NameOf(out.dtype), NameOf(job.result));
  }
  if (out.host && run.device)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: out is NUMRS_ON_HOST, which is for inputs", job.function);
  if (OverlapsItself(out))
    return Fail(NUMRS_OVERLAP, "%s: out has elements that share memory (strides 0 or overlapping)", job.function);
  if (out.size == 0) return NUMRS_OK;

  // An input that overlaps the output other than element by element is copied first.
  std::optional<RunMemory> copies[kMaxInputs];
  for (int k = 0; k < job.inputs; k++) {
    View& x = job.in[k];
    if (x.host || !RangesOverlap(x, out) || (SameElements(x, out))) continue;
    const size_t bytes = static_cast<size_t>(x.size * x.itemsize());
    copies[k].emplace(run, job.function, bytes);
    if (!copies[k]->ok()) return copies[k]->Failure(job.function, "a copy of an operand that overlaps out", bytes);
    const View copy = ContiguousView(copies[k]->data(), x.dtype, x.ndim, x.shape);
    NUMRS_TRY(Convert(run, job.function, x, copy));
    x = copy;
  }
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::elementwise, job);
  ElementwisePlan plan;
  MakePlan(job, &plan);
  return Execute(run, job, plan);
}

namespace {
template <int kBytes>
void Move(const void* x, void* y, int64_t n) {
  std::memcpy(y, x, static_cast<size_t>(n) * kBytes);
}
std::atomic<uint64_t> copied_bytes{0};

constexpr UnaryFn kMove[kSizes] = {Move<1>, Move<2>, Move<4>, Move<8>, Move<16>};
}  // namespace

uint64_t CopiedBytes() { return copied_bytes.load(std::memory_order_relaxed); }

Status Convert(const Run& run, const char* function, const View& x, const View& y) {
  copied_bytes.fetch_add(static_cast<uint64_t>(y.size * y.itemsize()), std::memory_order_relaxed);
  ElementwiseJob job;
  job.function = function;
  job.family = x.dtype == y.dtype ? ElementwiseFamily::NONE : ElementwiseFamily::CAST;
  job.inputs = 1;
  job.in[0] = x;
  job.out = y;
  job.compute[0] = x.dtype;
  job.result = y.dtype;
  job.cost_ns = 0.2;
  job.unary = x.dtype == y.dtype ? kMove[SizeIndex(x.itemsize())] : run.kernels.copy.cast[x.dtype][y.dtype];
  job.names[0] = "x";
  return RunElementwise(run, job);
}

}  // namespace numrs
