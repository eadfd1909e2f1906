// Running scans: lines along one axis, direct or through buffers; long single lines in two passes over blocks when
// there are threads.
#include <cstring>

#include "core/elementwise.h"
#include "core/device_state.h"
#include "core/memory.h"
#include "core/reduce_pack.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kTaskElements = 64 * 1024;
constexpr int64_t kMaxColumns = 512;
constexpr int64_t kPackedColumns = 16, kPackedRows = 256;

class ScanRunner {
 public:
  ScanRunner(const Run& run, const ScanJob& scan, const ReduceJob& job, const ReducePlan& plan)
      : run_(run),
        scan_(scan),
        plan_(plan),
        packer_(run, job, plan),
        table_(run.kernels.scan),
        y_along_(scan.y.strides[scan.axis]),
        state_bytes_(kStateBytes * StateWords(scan.compute)),
        result_bytes_(SizeOf(scan.result) > 8 || scan.y.itemsize() > 8 ? 16 : 8) {
    const int64_t x_size = scan.x.itemsize(), y_size = scan.y.itemsize(), width = plan.width();
    const bool same = scan.x.dtype == scan.compute && scan.y.dtype == scan.result;
    const bool along = (plan.n == 1 || (plan.InnerStride(kReduceX) == x_size && y_along_ == y_size));
    const bool across = width > 1 && plan.WidthStride(kReduceX) == x_size && plan.WidthStride(kReduceY) == y_size;
    direct_ = same && (along || across);
    columns_ = direct_ ? across : width >= 4 && plan.WidthStride(kReduceX) < plan.InnerStride(kReduceX);
    cell_width_ = !columns_ ? 1
                  : direct_ ? (width < kMaxColumns ? width : kMaxColumns)
                            : (width < kPackedColumns ? width : kPackedColumns);
    strips_ = (width + cell_width_ - 1) / cell_width_;
    cells_ = plan.outputs / width * strips_;
    const double ns = kScanRows[scan.op].cost_ns * (direct_ ? 1 : 4) * static_cast<double>(plan.outputs) *
                      static_cast<double>(plan.n);
    threads_ = run.Threads(ns);
  }

  Status Execute() {
    const int64_t blocks = (plan_.n + kReduceBlock - 1) / kReduceBlock;
    // Two passes read x twice: two threads on memory gain nothing by that.
    const bool split = threads_ > 2 && !columns_ && cells_ < threads_ && blocks >= 16;
    const size_t carries = split ? static_cast<size_t>(cells_ * blocks * state_bytes_) : 0;
    Workspace states(carries);
    const size_t bytes = ScratchBytes();
    Workspace workspace(bytes * static_cast<size_t>(threads_));
    if (!states.ok() || !workspace.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", scan_.function,
                  carries + bytes * static_cast<size_t>(threads_));
    }
    ScratchSlots slots(workspace.data(), bytes, threads_);
    if (split) return TwoPasses(blocks, states.as<char>(), slots);
    const int64_t grain = kTaskElements / (plan_.n * cell_width_) + 1;
    return ParallelFor(cells_, grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t cell = begin; cell < end; cell++) OneCell(cell, lease.data());
    });
  }

 private:
  struct Cell {
    char* at[kReduceOperands];
    int64_t width;
  };

  // carry | packed x | results | converted results
  size_t ScratchBytes() const {
    const int64_t piece = columns_ ? kPackedRows * cell_width_ : kReduceBlock;
    return static_cast<size_t>((cell_width_ * state_bytes_ + 63) / 64 * 64) +
           (direct_ ? 0 : packer_.Bytes(piece) + static_cast<size_t>(piece * result_bytes_) * 2);
  }

  Cell CellAt(int64_t index) const {
    Cell cell;
    const int64_t begin = index % strips_ * cell_width_;
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

  void OneCell(int64_t index, char* scratch) const {
    const Cell cell = CellAt(index);
    char* carry = scratch;
    char* own = scratch + (cell_width_ * state_bytes_ + 63) / 64 * 64;
    table_.start[scan_.op][scan_.compute](carry, cell.width);
    if (direct_ && !columns_) {
      table_.row[scan_.op][scan_.compute](cell.at[kReduceX], cell.at[kReduceY], plan_.n, carry);
    } else if (direct_) {
      table_.columns[scan_.op][scan_.compute](cell.at[kReduceX], plan_.InnerStride(kReduceX), cell.at[kReduceY],
                                              y_along_, cell.width, 0, plan_.n, carry);
    } else if (columns_) {
      for (int64_t i = 0; i < plan_.n; i += kPackedRows)
        PackedColumns(cell, i, plan_.n - i < kPackedRows ? plan_.n - i : kPackedRows, carry, own);
    } else {
      for (int64_t i = 0; i < plan_.n; i += kReduceBlock) Piece(cell, i, carry, own, true);
    }
  }

  // Block of one line from element `first` on.
  void Piece(const Cell& cell, int64_t first, char* carry, char* own, bool write) const {
    const int64_t n = plan_.n - first < kReduceBlock ? plan_.n - first : kReduceBlock, y_size = scan_.y.itemsize();
    const auto row = table_.row[scan_.op][scan_.compute];
    char* y = cell.at[kReduceY] + first * y_along_;
    const void* x = direct_ ? cell.at[kReduceX] + first * plan_.InnerStride(kReduceX)
                            : packer_.Fetch(cell.at, 1, first, n, true, own);
    if (direct_ || !write) {
      row(x, write ? y : nullptr, n, carry);
      return;
    }
    char* result = own + packer_.Bytes(kReduceBlock);
    row(x, result, n, carry);
    if (scan_.result != scan_.y.dtype) {
      run_.kernels.copy.cast[scan_.result][scan_.y.dtype](result, result + kReduceBlock * result_bytes_, n);
      result += kReduceBlock * result_bytes_;
    }
    run_.kernels.copy.unpack[SizeIndex(y_size)](result, y, y_along_, n);
  }

  void PackedColumns(const Cell& cell, int64_t first, int64_t n, char* carry, char* own) const {
    const int64_t piece = kPackedRows * cell_width_, y_size = scan_.y.itemsize();
    const void* x = packer_.Fetch(cell.at, cell.width, first, n, false, own);
    char* result = own + packer_.Bytes(piece);
    table_.columns[scan_.op][scan_.compute](x, cell.width * SizeOf(scan_.compute), result,
                                            cell.width * SizeOf(scan_.result), cell.width, first, n, carry);
    if (scan_.result != scan_.y.dtype) {
      run_.kernels.copy.cast[scan_.result][scan_.y.dtype](result, result + piece * result_bytes_, n * cell.width);
      result += piece * result_bytes_;
    }
    for (int64_t i = 0; i < n; i++) {
      run_.kernels.copy.unpack[SizeIndex(y_size)](result + i * cell.width * y_size,
                                                  cell.at[kReduceY] + (first + i) * y_along_,
                                                  plan_.WidthStride(kReduceY), cell.width);
    }
  }

  // Totals of all blocks, then their offsets in order, then the results.
  Status TwoPasses(int64_t blocks, char* states, ScratchSlots& slots) const {
    const auto start = table_.start[scan_.op][scan_.compute];
    const int64_t grain = kTaskElements / kReduceBlock, tasks = cells_ * blocks;
    const size_t carry_bytes = static_cast<size_t>((cell_width_ * state_bytes_ + 63) / 64 * 64);
    const auto pass = [&](bool write) {
      return ParallelFor(tasks, grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
        ScratchSlots::Lease lease(slots);
        for (int64_t task = begin; task < end; task++) {
          char* carry = states + task * state_bytes_;
          if (!write) start(carry, 1);
          Piece(CellAt(task / blocks), task % blocks * kReduceBlock, carry, lease.data() + carry_bytes, write);
        }
      });
    };
    NUMRS_TRY(pass(false));
    alignas(8) char offset[kMaxStateBytes], next[kMaxStateBytes];
    for (int64_t cell = 0; cell < cells_; cell++) {
      start(offset, 1);
      for (int64_t block = 0; block < blocks; block++) {
        char* total = states + (cell * blocks + block) * state_bytes_;
        std::memcpy(next, offset, sizeof(next));
        table_.merge[scan_.op][scan_.compute](next, total, 1);
        std::memcpy(total, offset, static_cast<size_t>(state_bytes_));
        std::memcpy(offset, next, sizeof(next));
      }
    }
    return pass(true);
  }

  const Run& run_;
  const ScanJob& scan_;
  const ReducePlan& plan_;
  ReducePacker packer_;
  const ScanTable& table_;
  int64_t y_along_;
  int64_t state_bytes_;   // of one line
  int64_t result_bytes_;  // of one element, as computed or converted
  bool direct_, columns_;
  int64_t cell_width_, strips_, cells_;
  int threads_;
};

// Writes one element to all places of y. Needs no memory, so it cannot fail after results have been written.
void Spread(const char* element, const View& y) {
  int64_t index[kMaxNDim] = {};
  for (char* at = y.data;;) {
    std::memcpy(at, element, static_cast<size_t>(y.itemsize()));
    int d = y.ndim - 1;
    for (; d >= 0; d--) {
      if (++index[d] < y.shape[d]) {
        at += y.strides[d];
        break;
      }
      at -= y.strides[d] * (y.shape[d] - 1);  // a stride of one element may be anything
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

}  // namespace

Status RunScan(const Run& run, const ScanJob& given) {
  ScanJob scan = given;
  if (scan.y.size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, scan.function, &DeviceKernels::scan, given);
  View first = scan.y;
  alignas(8) char initial[16];
  if (scan.include_initial) {
    uint64_t value[2] = {};
    run.kernels.scan.initial[scan.op][scan.compute](value);
    NUMRS_TRY(Convert(run, scan.function, ContiguousView(value, scan.result, 0, nullptr),
                      ContiguousView(initial, scan.y.dtype, 0, nullptr)));
    first.shape[scan.axis] = 1;
    scan.y.data += scan.y.strides[scan.axis];
    scan.y.shape[scan.axis]--;
    if (scan.x.size == 0) return Spread(initial, first), NUMRS_OK;
  }
  // The loops are those of a reduction along the axis.
  ReduceJob job;
  job.function = scan.function;
  job.op = 0;
  job.axes = 1u << scan.axis;
  job.compute = scan.compute;
  job.result = scan.result;
  job.x = scan.x;
  job.y = scan.y;
  ReducePlan plan;
  MakeReducePlan(job, false, &plan);
  NUMRS_TRY(ScanRunner(run, scan, job, plan).Execute());
  if (scan.include_initial) Spread(initial, first);
  return NUMRS_OK;
}

}  // namespace numrs
