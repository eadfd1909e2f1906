// Running lines: gathering, conversion, masks, threads, results; nothing about what a kernel does with a line.
#include "core/order.h"

#include <cmath>
#include <cstring>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/order_long.h"
#include "core/scratch.h"

namespace numrs {

const OrderRow kOrderRows[kOrderOps] = {
#define NUMRS_ORDER(id, name, Fn, dtypes, result, length, words, cost) \
  {#name, classes::dtypes, OrderResult::result, OrderLength::length, words, cost * 0.01},
#include "table/order.def"
};

namespace {

constexpr int32_t kOrderIds[] = {
#define NUMRS_ORDER(id, name, Fn, dtypes, result, length, words, cost) id,
#include "table/order.def"
};
constexpr bool InOrder() {
  for (int32_t i = 0; i < kOrderOps; i++) {
    if (kOrderIds[i] != i) return false;
  }
  return true;
}
static_assert(InOrder(), "table rows out of order");

constexpr int64_t kTile = 16;                   // lines side by side that are gathered together
constexpr size_t kTileBytes = size_t{4} << 20;  // unless they are longer than this in all
constexpr double kChunkNs = 50000;              // of work between two looks at the other threads

size_t Round64(size_t bytes) { return (bytes + 63) / 64 * 64; }
bool Aligned(const void* p, int64_t bytes) {
  return reinterpret_cast<uintptr_t>(p) % static_cast<uintptr_t>(bytes) == 0;
}

// One dimension of the walk and its steps in every operand.
enum Operand { kX, kWhere, kWeights, kY, kY2, kOperands };
struct Walk {
  int64_t extent;
  int64_t stride[kOperands];
};

class OrderRunner {
 public:
  OrderRunner(const Run& run, const OrderJob& job)
      : run_(run),
        job_(job),
        copy_(run.kernels.copy),
        kernel_(run.kernels.order->line[job.op][job.compute]),
        has_where_(job.where.ndim >= 0),
        has_weights_(job.weights.ndim >= 0),
        size_(job.x.itemsize()),
        compute_size_(SizeOf(job.compute)) {
    SplitDimensions();
    const int64_t lanes = copies_rows() ? (tile_dim_ >= 0 ? outer_[tile_dim_].extent : 1) : 1;
    const size_t line_bytes = static_cast<size_t>(n_ > 0 ? n_ : 1) * static_cast<size_t>(size_);
    tile_ = lanes < kTile ? lanes : kTile;
    if (tile_ > 1 && line_bytes * static_cast<size_t>(tile_) > kTileBytes)
      tile_ = lanes <= kTile && line_bytes < (size_t{64} << 20) ? lanes : 1;
  }

  Status Execute() {
    if (lines_ == 0 || job_.y.view.size == 0) return NUMRS_OK;
    const double log = n_ > 2 ? std::log2(static_cast<double>(n_)) / 20 : 0.1;
    const double line_ns = kOrderRows[job_.op].cost_ns * static_cast<double>(n_) * (log < 0.3 ? 0.3 : log) + 100;
    const int threads = run_.Threads(line_ns * static_cast<double>(lines_));
    steps_ = SortsInSteps(run_, job_.op, job_.compute, n_);
    threads_ = threads;
    const int side_by_side = steps_ ? 1 : threads;
    Layout();
    Workspace memory(bytes_ * static_cast<size_t>(side_by_side));
    if (!memory.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function,
                  bytes_ * static_cast<size_t>(side_by_side));
    }
    ScratchSlots slots(memory.data(), bytes_, side_by_side);
    const double tile_ns = line_ns * static_cast<double>(tile_);
    const int64_t tiles_along = tile_ > 1 ? (outer_[tile_dim_].extent + tile_ - 1) / tile_ : 1;
    const int64_t tiles = tile_ > 1 ? lines_ / outer_[tile_dim_].extent * tiles_along : lines_;
    const int64_t grain = tile_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / tile_ns) + 1;
    return ParallelFor(tiles, grain, side_by_side, run_.cancel, [&](int64_t begin, int64_t end) -> Status {
      ScratchSlots::Lease lease(slots);
      for (int64_t t = begin; t < end; t++) {
        char* at[kOperands] = {job_.x.data, has_where_ ? job_.where.data : nullptr,
                               has_weights_ ? job_.weights.data : nullptr, job_.y.view.data, job_.y2.view.data};
        int64_t width = 1, rest = t;
        if (tile_ > 1) {
          const int64_t first = rest % tiles_along * tile_;
          rest /= tiles_along;
          width = outer_[tile_dim_].extent - first < tile_ ? outer_[tile_dim_].extent - first : tile_;
          Advance(at, outer_[tile_dim_], first);
        }
        for (int d = outer_count_; d-- > 0;) {
          if (tile_ > 1 && d == tile_dim_) continue;
          Advance(at, outer_[d], rest % outer_[d].extent);
          rest /= outer_[d].extent;
        }
        NUMRS_TRY(Tile(at, width, lease.data()));
      }
      return NUMRS_OK;
    });
  }

 private:
  static void Advance(char* (&at)[kOperands], const Walk& w, int64_t index) {
    for (int k = 0; k < kOperands; k++) {
      if (at[k]) at[k] += w.stride[k] * index;
    }
  }

  // Dimensions of the line, merged where they can be, and the others; the tile goes along one of those whose elements
  // lie next to each other.
  void SplitDimensions() {
    for (int d = 0; d < job_.x.ndim; d++) {
      const Walk w = {
          job_.x.shape[d],
          {job_.x.strides[d], has_where_ ? job_.where.strides[d] : 0, has_weights_ ? job_.weights.strides[d] : 0,
           job_.y.view.strides[d], job_.y2.result != kInvalid ? job_.y2.view.strides[d] : 0}};
      if (job_.axes >> d & 1) {
        n_ = TimesExtent(n_, w.extent);
        if (w.extent == 1) continue;
        if (inner_count_ > 0) {
          Walk& before = inner_[inner_count_ - 1];
          bool merges = true;
          for (int k = kX; k <= kWeights; k++) merges &= before.stride[k] == w.stride[k] * w.extent;
          if (merges) {
            const int64_t extent = TimesExtent(before.extent, w.extent);
            before = w;
            before.extent = extent;
            continue;
          }
        }
        inner_[inner_count_++] = w;
      } else {
        lines_ = TimesExtent(lines_, w.extent);
        if (w.extent != 1) outer_[outer_count_++] = w;
      }
    }
    if (inner_count_ == 0) inner_[inner_count_++] = {n_ == 0 ? 0 : 1, {size_, 1, 0, 0, 0}};
    for (int d = 0; d < outer_count_; d++) {
      if (outer_[d].stride[kX] == size_) tile_dim_ = d;
    }
  }

  int64_t line_stride() const { return inner_[0].stride[kX]; }
  // Is the line scattered while lines lie side by side?
  bool copies_rows() const {
    return inner_count_ == 1 && n_ > 1 && line_stride() != size_ && tile_dim_ >= 0 && !has_where_ && !has_weights_;
  }

  // The kernel reads x where it is.
  bool Reads(const char* x) const {
    return !has_where_ && inner_count_ == 1 && (n_ <= 1 || line_stride() == size_) && job_.x.dtype == job_.compute &&
           job_.compute != kBOOL && Aligned(x, compute_size_);
  }
  // The kernel writes where the results belong.
  static bool Writes(const OrderOutput& y, const char* at) {
    const int64_t size = SizeOf(y.result);
    return (y.length <= 1 || y.line_stride == size) && y.view.dtype == y.result && Aligned(at, size);
  }

  // Places in a thread's memory: gathered lines, mask, weights, results, the kernel's scratch.
  void Layout() {
    const size_t n = static_cast<size_t>(n_), tile = static_cast<size_t>(tile_);
    size_t at = 0;
    const auto take = [&](size_t bytes) {
      const size_t place = at;
      at += Round64(bytes);
      return place;
    };
    const bool may_read = Reads(job_.x.data) && outer_aligned(kX, compute_size_);
    const bool converts = job_.x.dtype != job_.compute || job_.compute == kBOOL;
    raw_at_ = take(may_read ? 0 : n * tile * static_cast<size_t>(size_));
    line_at_ = converts ? take(n * static_cast<size_t>(compute_size_)) : raw_at_;
    mask_at_ = take(has_where_ ? n : 0);
    weights_at_ = take(has_weights_ ? 2 * n * 8 : 0);
    const OrderOutput* outputs[] = {&job_.y, &job_.y2};
    for (int k = 0; k < 2; k++) {
      const OrderOutput& y = *outputs[k];
      const bool used = y.result != kInvalid;
      const size_t length = static_cast<size_t>(y.length);
      result_at_[k] = take(used ? length * tile * static_cast<size_t>(SizeOf(y.result)) : 0);
      cast_at_[k] =
          take(used && y.view.dtype != y.result ? length * tile * static_cast<size_t>(SizeOf(y.view.dtype)) : 0);
    }
    scratch_at_ = take(OrderScratch(job_.op, job_.compute, n_));
    steps_at_ = take(steps_ ? StepsBytes(n_) : 0);
    bytes_ = at;
  }
  bool outer_aligned(int operand, int64_t size) const {
    for (int d = 0; d < outer_count_; d++) {
      if (outer_[d].stride[operand] % size != 0) return false;
    }
    return true;
  }

  // Line's elements of one operand to contiguous memory.
  void Gather(int operand, const char* from, int64_t size, char* to) const {
    int64_t index[kMaxNDim] = {};
    const Walk& last = inner_[inner_count_ - 1];
    const int s = SizeIndex(size);
    const int64_t runs = last.extent > 0 ? n_ / last.extent : 0;
    for (int64_t r = 0; r < runs; r++) {
      if (last.stride[operand] == size) {
        std::memcpy(to, from, static_cast<size_t>(last.extent * size));
      } else {
        copy_.pack[s](from, last.stride[operand], to, last.extent);
      }
      to += last.extent * size;
      for (int d = inner_count_ - 1; d-- > 0;) {
        from += inner_[d].stride[operand];
        if (++index[d] < inner_[d].extent) break;
        from -= inner_[d].stride[operand] * inner_[d].extent;
        index[d] = 0;
      }
    }
  }

  // Keeps the elements (and weights) whose mask is true; returns how many.
  int64_t Select(char* line, double* weights, const uint8_t* mask) const {
    int64_t count = 0;
    const size_t size = static_cast<size_t>(size_);
    for (int64_t i = 0; i < n_; i++) {
      std::memmove(line + static_cast<size_t>(count) * size, line + static_cast<size_t>(i) * size, size);
      if (weights) weights[count] = weights[i];
      count += mask[i] != 0;
    }
    return count;
  }

  Status Tile(char* const (&at)[kOperands], int64_t width, char* memory) const {
    const OrderOutput* outputs[] = {&job_.y, &job_.y2};
    const int64_t step = tile_ > 1 ? outer_[tile_dim_].stride[kX] : 0;
    const bool together = tile_ > 1;
    if (together) {
      copy_.transpose[SizeIndex(size_)](at[kX], line_stride(), memory + raw_at_, n_ * size_, width, n_);
    }
    bool written[2] = {true, true};
    for (int64_t w = 0; w < width; w++) {
      OrderLine line = {};
      line.n = n_;
      line.options = &job_.options;
      line.scratch = memory + scratch_at_;
      const char* x = at[kX] + step * w;
      double* weights = reinterpret_cast<double*>(memory + weights_at_);
      if (has_weights_) {
        Gather(kWeights, at[kWeights], SizeOf(job_.weights.dtype), reinterpret_cast<char*>(weights + n_));
        Cast(job_.weights.dtype, kF64, weights + n_, weights);
        line.weights = weights;
      }
      if (together) {
        line.x = memory + raw_at_ + w * n_ * size_;
      } else if (Reads(x)) {
        line.x = x;
      } else {
        Gather(kX, x, size_, memory + raw_at_);
        line.x = memory + raw_at_;
      }
      if (has_where_) {
        Gather(kWhere, at[kWhere], 1, memory + mask_at_);
        line.n = Select(memory + raw_at_, has_weights_ ? weights : nullptr,
                        reinterpret_cast<const uint8_t*>(memory + mask_at_));
      }
      if (job_.x.dtype != job_.compute) {
        copy_.cast[job_.x.dtype][job_.compute](line.x, memory + line_at_, line.n);
        line.x = memory + line_at_;
      } else if (job_.compute == kBOOL) {  // any byte but 0 is true
        for (int64_t i = 0; i < line.n; i++)
          memory[line_at_ + static_cast<size_t>(i)] = static_cast<const char*>(line.x)[i] != 0;
        line.x = memory + line_at_;
      }
      void* results[2] = {nullptr, nullptr};
      for (int k = 0; k < 2; k++) {
        const OrderOutput& y = *outputs[k];
        if (y.result == kInvalid) continue;
        char* to = at[kY + k] + (together ? outer_[tile_dim_].stride[kY + k] * w : 0);
        written[k] = Writes(y, to);
        results[k] = written[k] ? to : memory + result_at_[k] + w * y.length * SizeOf(y.result);
      }
      line.y = results[0];
      line.y2 = static_cast<int64_t*>(results[1]);
      if (steps_) {
        NUMRS_TRY(SortInSteps(run_, job_.op, job_.compute, threads_, line, memory + steps_at_));
      } else {
        kernel_(line);
      }
      for (int k = 0; k < 2; k++) {
        if (outputs[k]->result != kInvalid && !written[k] && !Together(k, width))
          Scatter(k, results[k], at[kY + k] + (together ? outer_[tile_dim_].stride[kY + k] * w : 0), memory);
      }
    }
    for (int k = 0; k < 2; k++) {
      if (outputs[k]->result != kInvalid && !written[k] && Together(k, width))
        ScatterTile(k, width, at[kY + k], memory);
    }
    return NUMRS_OK;
  }

  void Cast(int32_t from, int32_t to, const void* x, void* y) const {
    if (from == to) {
      std::memcpy(y, x, static_cast<size_t>(n_ * SizeOf(to)));
    } else {
      copy_.cast[from][to](x, y, n_);
    }
  }

  // Do the results of a tile lie side by side, so that they are written as they were read?
  bool Together(int k, int64_t width) const {
    const OrderOutput& y = k == 0 ? job_.y : job_.y2;
    return width > 1 && y.length > 0 && outer_[tile_dim_].stride[kY + k] == SizeOf(y.view.dtype);
  }
  void Scatter(int k, const void* from, char* to, char* memory) const {
    const OrderOutput& y = k == 0 ? job_.y : job_.y2;
    if (y.view.dtype != y.result) {
      copy_.cast[y.result][y.view.dtype](from, memory + cast_at_[k], y.length);
      from = memory + cast_at_[k];
    }
    copy_.unpack[SizeIndex(SizeOf(y.view.dtype))](from, to, y.line_stride, y.length);
  }
  void ScatterTile(int k, int64_t width, char* to, char* memory) const {
    const OrderOutput& y = k == 0 ? job_.y : job_.y2;
    const char* from = memory + result_at_[k];
    const int64_t size = SizeOf(y.view.dtype);
    if (y.view.dtype != y.result) {
      copy_.cast[y.result][y.view.dtype](from, memory + cast_at_[k], y.length * width);
      from = memory + cast_at_[k];
    }
    copy_.transpose[SizeIndex(size)](from, y.length * size, to, y.line_stride, y.length, width);
  }

  const Run& run_;
  const OrderJob& job_;
  const CopyTable& copy_;
  const OrderFn kernel_;
  const bool has_where_, has_weights_;
  const int64_t size_, compute_size_;
  Walk inner_[kMaxNDim + 1], outer_[kMaxNDim + 1];
  int inner_count_ = 0, outer_count_ = 0, tile_dim_ = -1;
  int64_t n_ = 1, lines_ = 1, tile_ = 1;
  size_t raw_at_ = 0, line_at_ = 0, mask_at_ = 0, weights_at_ = 0, result_at_[2] = {}, cast_at_[2] = {},
         scratch_at_ = 0;
  size_t steps_at_ = 0, bytes_ = 0;
  bool steps_ = false;  // lines are sorted one after the other, each by all threads
  int threads_ = 1;
};

}  // namespace

Status RunOrder(const Run& run, const OrderJob& job) {
  if (run.device && job.y.view.size > 0 && job.y.length > 0)
    return OnDevice(run, job.function, &DeviceKernels::order, job);
  return OrderRunner(run, job).Execute();
}

}  // namespace numrs
