// Running a reduction plan: cells of results, groups of blocks for threads, merging in fixed order.
#include "core/reduce.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/reduce_pack.h"
#include "core/reduce_plan.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kTaskElements = 128 * 1024;  // smallest piece of work for a thread
constexpr int64_t kMaxRows = 1024;             // results per cell
constexpr int64_t kMaxColumns = 4096;          // strip of columns: 32 KiB of float64 accumulators
constexpr int64_t kPackedColumns = 16;
constexpr int kLevels = 52;  // of a binary counter over blocks
constexpr size_t kRescueBytes = kReduceBlock * 8 * 12;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t Clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }
size_t Round64(int64_t bytes) { return static_cast<size_t>((bytes + 63) / 64 * 64); }

// How a cell of results is computed.
enum class ReduceWay : uint8_t { ROWS, COLUMNS, PACKED_ROWS, PACKED_COLUMNS };

class ReduceRunner {
 public:
  ReduceRunner(const Run& run, const ReduceJob& job, const ReducePlan& plan)
      : run_(run), job_(job), plan_(plan), packer_(run, job, plan), table_(run.kernels.reduce) {
    const int64_t size = job.x.itemsize(), n = plan.n, width = plan.width();
    const bool plain = job.x.dtype == job.compute && job.role == ReduceSecond::NONE && plan.reduced <= 1;
    const bool narrow_gaps = width <= kNarrowColumns && n > kReduceLanes && plan.InnerStride(kReduceX) != width * size;
    const double per_element = kReduceRows[job.op].cost_ns * static_cast<double>(SizeOf(job.compute)) / 8;
    const double packing = plain ? 1 : 5;
    work_ns_ = static_cast<double>(plan.outputs) * (static_cast<double>(n) * per_element * packing + 3);
    work_ns_ = std::max(work_ns_, MemoryNs(static_cast<double>(plan.outputs) * static_cast<double>(n * size)));
    threads_ = run.Threads(work_ns_);
    dot_ = job.role == ReduceSecond::FACTOR && job.op == kReduce_sum && table_.dot[job.compute] &&
           job.x.dtype == job.compute && job.second.dtype == job.compute && plan.reduced <= 1 &&
           (n <= 1 || (plan.InnerStride(0) == size && plan.InnerStride(1) == size));
    if (n == 0 || dot_) {
      way_ = ReduceWay::ROWS;
    } else if (plain && width > 1 && plan.WidthStride(kReduceX) == size && !narrow_gaps) {
      way_ = ReduceWay::COLUMNS;
    } else if (plain && (n == 1 || plan.InnerStride(kReduceX) == size)) {
      way_ = ReduceWay::ROWS;
    } else {
      const int64_t along = plan.InnerStride(kReduceX), across = plan.WidthStride(kReduceX);
      way_ = width >= 4 && (across < 0 ? -across : across) < (along < 0 ? -along : along) ? ReduceWay::PACKED_COLUMNS
                                                                                          : ReduceWay::PACKED_ROWS;
    }
    ChooseCells();
  }

  Status Execute() {
    const size_t group_bytes = groups_ > 1 ? static_cast<size_t>(cells_ * groups_) * StateBytes() : 0;
    Workspace states(group_bytes);
    scratch_bytes_ = ScratchBytes();
    Workspace workspace(scratch_bytes_ * static_cast<size_t>(threads_));
    if (!states.ok() || !workspace.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function,
                  group_bytes + scratch_bytes_ * static_cast<size_t>(threads_));
    }
    ScratchSlots slots(workspace.data(), scratch_bytes_, threads_);
    char* group_states = states.as<char>();
    const int64_t task_elements =
        (plan_.n < group_blocks_ * kReduceBlock ? plan_.n : group_blocks_ * kReduceBlock) * cell_width_ + 1;
    const int64_t grain = Clamp(kTaskElements / task_elements, 1, 1 << 20);
    NUMRS_TRY(ParallelFor(cells_ * groups_, grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t task = begin; task < end; task++) {
        const Cell cell = CellAt(task / groups_);
        const int64_t group = task % groups_;
        char* out = groups_ > 1 ? group_states + static_cast<size_t>(task) * StateBytes() : lease.data();
        Compute(cell, group, out, lease.data());
        if (groups_ == 1) Finish(cell, out, lease.data());
      }
    }));
    if (groups_ == 1) return NUMRS_OK;
    ScratchSlots::Lease lease(slots);
    for (int64_t c = 0; c < cells_; c++) {
      const Cell cell = CellAt(c);
      char* first = group_states + static_cast<size_t>(c * groups_) * StateBytes();
      MergeGroups(cell.width, first);
      Finish(cell, first, lease.data());
    }
    return NUMRS_OK;
  }

 private:
  struct Cell {
    char* at[kReduceOperands];
    int64_t width;
  };

  void ChooseCells() {
    const int64_t n = plan_.n, width = plan_.width();
    switch (way_) {
      case ReduceWay::ROWS:
        cell_width_ = Clamp(kTaskElements / 2 / (n + 1), 1, kMaxRows);
        break;
      case ReduceWay::COLUMNS: {
        // Whole rows as far as they fit; with threads no less than 4 KiB of each.
        int64_t strips = CeilDiv(width, kMaxColumns);
        const int64_t outside = plan_.outputs / width * CeilDiv(n, 8 * kReduceBlock);
        if (threads_ > 1 && outside * strips < 3 * threads_) {
          const int64_t most = CeilDiv(width * job_.x.itemsize(), 4096);
          strips = Clamp(CeilDiv(3 * threads_, outside), strips, most > strips ? most : strips);
        }
        cell_width_ = CeilDiv(CeilDiv(width, strips), 64) * 64;
        break;
      }
      case ReduceWay::PACKED_ROWS:
        cell_width_ = n >= kReduceBlock ? 1 : Clamp(kReduceBlock / n, 1, kMaxRows);
        break;
      case ReduceWay::PACKED_COLUMNS:
        cell_width_ = kPackedColumns;
        break;
    }
    if (cell_width_ > width) cell_width_ = width;
    strips_ = CeilDiv(width, cell_width_);
    cells_ = plan_.outputs / width * strips_;
    const int64_t blocks = CeilDiv(n, kReduceBlock);
    group_blocks_ = blocks > 0 ? blocks : 1;
    groups_ = 1;
    if (threads_ > 1 && cells_ < 3 * threads_ && blocks > 1) {
      for (group_blocks_ = 1; group_blocks_ * kReduceBlock * cell_width_ < kTaskElements;) group_blocks_ *= 2;
      groups_ = CeilDiv(blocks, group_blocks_);
    }
  }

  size_t StateBytes() const { return Round64(cell_width_ * kStateBytes * StateWords(job_.compute)); }
  // states | results before conversion (two) | way's own
  size_t ScratchBytes() const {
    size_t bytes = StateBytes() * 2;
    const int64_t m = plan_.n < kReduceBlock ? plan_.n : kReduceBlock;
    if (way_ == ReduceWay::COLUMNS)
      bytes += Round64(ColumnsScratch(job_.op, cell_width_ * StateWords(job_.compute), plan_.n));
    if (way_ == ReduceWay::PACKED_COLUMNS)
      bytes += Round64(ColumnsScratch(job_.op, cell_width_ * StateWords(job_.compute), kReduceBlock));
    if (way_ == ReduceWay::PACKED_COLUMNS || way_ == ReduceWay::PACKED_ROWS) {
      bytes += packer_.Bytes(m * cell_width_) + StateBytes() * (kLevels + 1);
    }
    const size_t rescue = MayNeedRescue() ? StateBytes() * 2 + kRescueBytes : 0;
    return bytes > rescue ? bytes : rescue;
  }

  Cell CellAt(int64_t index) const {
    Cell cell;
    const int64_t strip = index % strips_, begin = strip * cell_width_;
    cell.width = plan_.width() - begin < cell_width_ ? plan_.width() - begin : cell_width_;
    for (int k = 0; k < kReduceOperands; k++) cell.at[k] = Moved(plan_.base[k], begin * plan_.WidthStride(k));
    int64_t rest = index / strips_;
    for (int d = plan_.kept - 2; d >= 0; d--) {
      const int64_t i = rest % plan_.kept_shape[d];
      rest /= plan_.kept_shape[d];
      for (int k = 0; k < kReduceOperands; k++) cell.at[k] = Moved(cell.at[k], i * plan_.kept_stride[k][d]);
    }
    return cell;
  }

  int64_t GroupCount(int64_t group) const {
    const int64_t size = group_blocks_ * kReduceBlock, begin = group * size;
    return plan_.n - begin < size ? plan_.n - begin : size;
  }

  void Compute(const Cell& cell, int64_t group, char* states, char* scratch) const {
    const int64_t first = group * group_blocks_ * kReduceBlock, n = GroupCount(group);
    const char* x = cell.at[kReduceX] + first * plan_.InnerStride(kReduceX);
    char* own = scratch + 2 * StateBytes();
    if (dot_) {
      table_.dot[job_.compute](x, plan_.WidthStride(0), cell.at[1] + first * plan_.InnerStride(1), plan_.WidthStride(1),
                               cell.width, n, states);
      return;
    }
    switch (way_) {
      case ReduceWay::ROWS:
        table_.rows[job_.op][job_.compute](x, plan_.WidthStride(kReduceX), cell.width, n, states);
        break;
      case ReduceWay::COLUMNS:
        table_.columns[job_.op][job_.compute](x, plan_.InnerStride(kReduceX), cell.width, n, states, own);
        break;
      default:
        Packed(cell, first, n, states, own);
        break;
    }
  }

  void OneBlock(const Cell& cell, int64_t first, int64_t m, char* states, char* scratch) const {
    const bool rows = way_ == ReduceWay::PACKED_ROWS;
    const int64_t size = SizeOf(job_.compute);
    const void* x = packer_.Fetch(cell.at, cell.width, first, m, rows, scratch);
    if (rows) {
      table_.rows[job_.op][job_.compute](x, m * size, cell.width, m, states);
    } else {
      char* columns_scratch = scratch + packer_.Bytes((plan_.n < kReduceBlock ? plan_.n : kReduceBlock) * cell_width_);
      table_.columns[job_.op][job_.compute](x, cell.width * size, cell.width, m, states, columns_scratch);
    }
  }

  // Blocks one after the other through buffers, joined as a binary counter adds ones.
  void Packed(const Cell& cell, int64_t first, int64_t n, char* states, char* own) const {
    char* stack = own;
    char* scratch = own + StateBytes() * (kLevels + 1);
    const auto merge = table_.merge[job_.op][job_.compute];
    if (n <= kReduceBlock) {
      OneBlock(cell, first, n, states, scratch);
      return;
    }
    int64_t counts[kLevels + 1];
    int top = 0;
    for (int64_t block = 0, begin = 0; begin < n; block++, begin += kReduceBlock) {
      const int64_t m = n - begin < kReduceBlock ? n - begin : kReduceBlock;
      OneBlock(cell, first + begin, m, stack + static_cast<size_t>(top) * StateBytes(), scratch);
      counts[top++] = m;
      for (int64_t carry = block; carry & 1; carry >>= 1) Join(merge, cell.width, stack, counts, &top);
    }
    while (top > 1) Join(merge, cell.width, stack, counts, &top);
    std::memcpy(states, stack, StateBytes());
  }
  void Join(ReduceMergeFn merge, int64_t width, char* stack, int64_t* counts, int* top) const {
    char* b = stack + static_cast<size_t>(--*top) * StateBytes();
    merge(b - StateBytes(), b, width, counts[*top - 1], counts[*top]);
    counts[*top - 1] += counts[*top];
  }

  void MergeGroups(int64_t width, char* states) const {
    const auto merge = table_.merge[job_.op][job_.compute];
    const int64_t size = group_blocks_ * kReduceBlock;
    const auto count = [&](int64_t begin, int64_t end) {
      return (end * size < plan_.n ? end * size : plan_.n) - begin * size;
    };
    for (int64_t step = 1; step < groups_; step *= 2) {
      for (int64_t i = 0; i + step < groups_; i += 2 * step) {
        merge(states + static_cast<size_t>(i) * StateBytes(), states + static_cast<size_t>(i + step) * StateBytes(),
              width, count(i, i + step), count(i + step, i + 2 * step));
      }
    }
  }

  void Finish(const Cell& cell, char* states, char* scratch) const {
    const int64_t y_size = job_.y.itemsize(), stride = plan_.WidthStride(kReduceY);
    const auto finish = table_.finish[job_.op][job_.compute];
    const bool straight = cell.width == 1 || stride == y_size, same = job_.result == job_.y.dtype;
    char* y = cell.at[kReduceY];
    char* result = straight && same ? y : scratch + StateBytes();
    finish(states, cell.width, plan_.n, job_.correction, result);
    if (MayNeedRescue()) Rescue(cell, states, result, scratch + 2 * StateBytes());
    if (straight && same) return;
    if (!same) {
      // The states have been used: their place takes the converted results.
      char* converted = straight ? y : scratch;
      run_.kernels.copy.cast[job_.result][job_.y.dtype](result, converted, cell.width);
      if (straight) return;
      result = converted;
    }
    run_.kernels.copy.unpack[SizeIndex(y_size)](result, y, stride, cell.width);
  }

  bool MayNeedRescue() const { return job_.op == kReduce_norm && (job_.compute == kF64 || job_.compute == kC128); }

  // Norms whose squares left the range are computed again from elements scaled by a power of two.
  void Rescue(const Cell& cell, const char* states, char* result, char* own) const {
    const double* squares = reinterpret_cast<const double*>(states);
    for (int64_t c = 0; c < cell.width; c++) {
      if (!NormNeedsRescue(squares[c]) || plan_.n == 0) continue;
      char* at[kReduceOperands] = {cell.at[0] + c * plan_.WidthStride(0), cell.at[1] + c * plan_.WidthStride(1),
                                   nullptr};
      const double norm = ScaledNorm(at, own);
      std::memcpy(result + c * 8, &norm, sizeof(norm));
    }
  }

  double ScaledNorm(char* const* at, char* own) const;

  const Run& run_;
  const ReduceJob& job_;
  const ReducePlan& plan_;
  ReducePacker packer_;
  const ReduceTable& table_;
  ReduceWay way_;
  bool dot_ = false;
  double work_ns_ = 0;
  int threads_ = 1;
  int64_t cell_width_ = 1, strips_ = 1, cells_ = 1, group_blocks_ = 1, groups_ = 1;
  size_t scratch_bytes_ = 0;
};

double ReduceRunner::ScaledNorm(char* const* at, char* own) const {
  const int32_t dtype = job_.compute;
  const int64_t words = StateWords(dtype);  // an element of complex128 is two of float64 where only sizes matter
  double* scaled = reinterpret_cast<double*>(own);
  char* buffers = own + kReduceBlock * 8 * words;
  double largest[kMaxStateBytes / 8] = {}, piece[kMaxStateBytes / 8];
  for (int64_t i = 0; i < plan_.n; i += kReduceBlock) {
    const int64_t m = plan_.n - i < kReduceBlock ? plan_.n - i : kReduceBlock;
    table_.rows[kReduce_abs_max][kF64](packer_.Fetch(at, 1, i, m, true, buffers), 0, 1, m * words, piece);
    table_.merge[kReduce_abs_max][kF64](largest, piece, 1, 1, 1);
  }
  if (largest[0] == 0 || !(largest[0] < std::numeric_limits<double>::infinity())) return largest[0];
  const double scale = largest[0] > 1 ? 0x1p-600 : 0x1p600;
  double stack[kLevels + 1][kMaxStateBytes / 8];
  int top = 0;
  const auto merge = table_.merge[kReduce_norm][dtype];
  for (int64_t block = 0, begin = 0; begin < plan_.n; block++, begin += kReduceBlock) {
    const int64_t m = plan_.n - begin < kReduceBlock ? plan_.n - begin : kReduceBlock;
    run_.kernels.binary.fn[kBinary_multiply][kF64](packer_.Fetch(at, 1, begin, m, true, buffers), &scale, scaled,
                                                   m * words, 2);
    table_.rows[kReduce_norm][dtype](scaled, 0, 1, m, stack[top++]);
    for (int64_t carry = block; carry & 1; carry >>= 1, top--) merge(stack[top - 2], stack[top - 1], 1, 1, 1);
  }
  for (; top > 1; top--) merge(stack[top - 2], stack[top - 1], 1, 1, 1);
  double norm;
  table_.finish[kReduce_norm][dtype](stack[0], 1, plan_.n, 0, &norm);
  return norm / scale;
}

// Floating-point reductions of a transposed array: the order of the index runs against memory. A copy in C order is
// read once more but reads whole cache lines. False where the plan does not want one.
bool WantsCopy(const ReduceJob& job, const ReducePlan& plan) {
  if (plan.reduced < 2 || plan.n * plan.outputs < 4096) return false;
  const int64_t inner = plan.InnerStride(kReduceX) < 0 ? -plan.InnerStride(kReduceX) : plan.InnerStride(kReduceX);
  if (inner <= 2 * job.x.itemsize()) return false;
  for (int d = 0; d + 1 < plan.reduced; d++) {
    const int64_t stride =
        plan.reduced_stride[kReduceX][d] < 0 ? -plan.reduced_stride[kReduceX][d] : plan.reduced_stride[kReduceX][d];
    if (stride != 0 && stride < inner && plan.reduced_shape[d] >= 4) return true;
  }
  return false;
}

}  // namespace

bool NormNeedsRescue(double squares) {
  return squares < 0x1p-900 || squares == std::numeric_limits<double>::infinity();
}

Status RunReduce(const Run& run, const ReduceJob& job) {
  ReducePlan plan;
  MakeReducePlan(job, ReduceOrderIsFree(job.op, job.compute), &plan);
  if (plan.outputs == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::reduce, job);
  if (plan.n > 1 && job.role == ReduceSecond::NONE && WantsCopy(job, plan)) {
    Workspace copy(static_cast<size_t>(job.x.size * SizeOf(job.compute)));
    if (copy.ok()) {  // without memory the slow way serves
      ReduceJob packed = job;
      packed.x = ContiguousView(copy.data(), job.compute, job.x.ndim, job.x.shape);
      NUMRS_TRY(Convert(run, job.function, job.x, packed.x));
      ReducePlan packed_plan;
      MakeReducePlan(packed, false, &packed_plan);
      return ReduceRunner(run, packed, packed_plan).Execute();
    }
  }
  return ReduceRunner(run, job, plan).Execute();
}

}  // namespace numrs
