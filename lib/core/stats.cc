// Running statistics of lines: each line is brought into contiguous float64 memory, unless it is there, and handed to
// its kernel; columns of a C-order array in tiles.
#include "core/stats.h"

#include <cstring>
#include <limits>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/scratch.h"
#include "core/tables.h"

namespace numrs {

const StatRow kStatRows[kStatOps] = {
#define QUADRATIC -1
#define NUMRS_STAT(id, name, Kernel, inputs, outputs, parameters, scratch, cost) \
  {#name, inputs, outputs, StatParameters::parameters, scratch, cost * 0.01},
#include "table/stats.def"
#undef QUADRATIC
};

namespace {

constexpr int64_t kTile = 16;               // columns fetched together
constexpr int64_t kTileElements = 1 << 17;  // longer columns one by one

// The loops over one operand: kept axes outside, the line's axes inside, both in C order of the index.
struct Loops {
  int kept = 0, along = 0;
  int64_t kept_shape[kMaxNDim], kept_stride[kMaxNDim], shape[kMaxNDim], stride[kMaxNDim];

  Loops(const View& v, uint32_t axes) {
    for (int d = 0; d < v.ndim; d++) {
      const bool in_line = axes >> d & 1;
      if (v.shape[d] == 1) continue;
      if (in_line && along && stride[along - 1] == v.strides[d] * v.shape[d]) {  // one axis with the one before
        shape[along - 1] = TimesExtent(shape[along - 1], v.shape[d]);
        stride[along - 1] = v.strides[d];
      } else if (in_line) {
        shape[along] = v.shape[d];
        stride[along++] = v.strides[d];
      } else {
        kept_shape[kept] = v.shape[d];
        kept_stride[kept++] = v.strides[d];
      }
    }
  }
  char* At(char* data, int64_t line) const {
    uintptr_t p = reinterpret_cast<uintptr_t>(data);
    for (int d = kept - 1; d >= 0; d--) {
      p += static_cast<uintptr_t>(line % kept_shape[d] * kept_stride[d]);
      line /= kept_shape[d];
    }
    return reinterpret_cast<char*>(p);
  }
  // Stride of a line that is one run of memory, or 0.
  int64_t Stride() const { return along == 1 ? stride[0] : 0; }
};

class StatRunner {
 public:
  StatRunner(const Run& run, const StatJob& job)
      : run_(run), job_(job), row_(kStatRows[job.op]), x_(job.x, job.axes), y_(job.y, job.axes) {
    for (int d = 0; d < job.x.ndim; d++) {
      int64_t& product = job.axes >> d & 1 ? n_ : lines_;
      product = TimesExtent(product, job.x.shape[d]);
    }
    two_ = job.x2.ndim >= 0;
    masked_ = job.where.ndim >= 0;
    tiled_ = job.x.dtype == kF64 && x_.Stride() != 0 && x_.Stride() != 8 && x_.kept > 0 &&
             x_.kept_stride[x_.kept - 1] == 8 && n_ * kTile <= kTileElements;
  }

  Status Execute() {
    if (lines_ == 0 || (row_.outputs == 0 && n_ == 0)) return NUMRS_OK;
    const int64_t kernel = StatScratch(row_, n_), out = row_.outputs ? row_.outputs : n_;
    // x or its tile | x2 | results | kernel's own | raw elements before conversion
    int64_t elements;
    if (kernel < 0 || __builtin_mul_overflow(n_, (tiled_ ? kTile : 1) + 5, &elements) ||
        __builtin_add_overflow(elements, kernel + out + 96, &elements) || elements > (int64_t{1} << 57)) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for lines of %lld elements", job_.function, (long long)n_);
    }
    const double work =
        static_cast<double>(lines_) *
        (static_cast<double>(n_) * row_.cost_ns * (row_.scratch < 0 ? static_cast<double>(n_) * 0.01 : 1) + 50);
    const int threads = run_.Threads(work);
    bytes_ = static_cast<size_t>((elements * 8 + 63) / 64 * 64);
    size_t total;
    if (__builtin_mul_overflow(bytes_, static_cast<size_t>(threads), &total))
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for lines of %lld elements", job_.function, (long long)n_);
    Workspace workspace(total);
    if (!workspace.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function, total);
    ScratchSlots slots(workspace.data(), bytes_, threads);
    const double line_ns = work / static_cast<double>(lines_);
    int64_t grain = line_ns > 100000 ? 1 : static_cast<int64_t>(200000 / line_ns);
    const int64_t group = tiled_ ? kTile : 1, groups_per_row = tiled_ ? (Width() + kTile - 1) / kTile : 1;
    const int64_t rows = tiled_ ? lines_ / Width() : lines_;
    grain = (grain + group - 1) / group;
    return ParallelFor(rows * groups_per_row, grain < 1 ? 1 : grain, threads, run_.cancel,
                       [&](int64_t begin, int64_t end) {
                         ScratchSlots::Lease lease(slots);
                         double* memory = reinterpret_cast<double*>(lease.data());
                         for (int64_t task = begin; task < end; task++) {
                           if (tiled_) {
                             const int64_t first = task % groups_per_row * kTile;
                             const int64_t width = Width() - first < kTile ? Width() - first : kTile;
                             Tile(task / groups_per_row * Width() + first, width, memory);
                           } else {
                             Line(task, nullptr, memory);
                           }
                         }
                       });
  }

 private:
  int64_t Width() const { return x_.kept_shape[x_.kept - 1]; }

  void Tile(int64_t first, int64_t width, double* memory) const {
    run_.kernels.copy.transpose[SizeIndex(8)](x_.At(job_.x.data, first), x_.Stride(), memory, n_ * 8, width, n_);
    for (int64_t k = 0; k < width; k++) Line(first + k, memory + k * n_, memory + kTile * n_);
  }

  // Elements of one line as they are, next to each other; room is used where they are not.
  const void* Gather(const View& v, const Loops& loops, int64_t line, void* room) const {
    const char* p = loops.At(v.data, line);
    const int64_t size = v.itemsize();
    if (n_ == 0 || loops.along == 0 || (loops.along == 1 && loops.stride[0] == size)) return p;
    const int inner = loops.along - 1;
    int64_t index[kMaxNDim] = {};
    for (char* to = static_cast<char*>(room);;) {
      if (loops.stride[inner] == size)
        std::memcpy(to, p, static_cast<size_t>(loops.shape[inner] * size));
      else
        run_.kernels.copy.pack[SizeIndex(size)](p, loops.stride[inner], to, loops.shape[inner]);
      to += loops.shape[inner] * size;
      int d = inner - 1;
      uintptr_t at = reinterpret_cast<uintptr_t>(p);
      for (; d >= 0; d--) {
        at += static_cast<uintptr_t>(loops.stride[d]);
        if (++index[d] < loops.shape[d]) break;
        at -= static_cast<uintptr_t>(loops.stride[d] * loops.shape[d]);
        index[d] = 0;
      }
      p = reinterpret_cast<const char*>(at);
      if (d < 0) return room;
    }
  }
  const double* Fetch(const View& v, int64_t line, double* to, double* room) const {
    const Loops loops(v, job_.axes);
    const bool plain = v.dtype == kF64;
    const void* raw = Gather(v, loops, line, plain ? to : room);
    if (plain && reinterpret_cast<uintptr_t>(raw) % alignof(double) == 0) return static_cast<const double*>(raw);
    if (plain)
      std::memmove(to, raw, static_cast<size_t>(n_) * 8);
    else
      run_.kernels.copy.cast[v.dtype][kF64](raw, to, n_);
    return to;
  }

  // memory: x, x2, raw (2), results, kernel's own.
  void Line(int64_t line, const double* fetched, double* memory) const {
    double *own_x = memory, *own_x2 = own_x + n_, *room = own_x2 + n_, *results = room + 2 * n_ + 32,
           *scratch = results + (row_.outputs ? row_.outputs : n_) + 8;
    const double* x = fetched ? fetched : Fetch(job_.x, line, own_x, room);
    const double* x2 = two_ ? Fetch(job_.x2, line, own_x2, room) : nullptr;
    int64_t n = n_;
    if (masked_) {
      const Loops loops(job_.where, job_.axes);
      const uint8_t* mask = static_cast<const uint8_t*>(Gather(job_.where, loops, line, room));
      n = 0;
      for (int64_t i = 0; i < n_; i++) {
        if (!mask[i]) continue;
        own_x[n] = x[i];
        if (two_) own_x2[n] = x2[i];
        n++;
      }
      x = own_x;
      x2 = two_ ? own_x2 : nullptr;
    }
    run_.kernels.stats->line[job_.op](StatLine{x, x2, n, job_.parameters, results, scratch, run_.kernels.stats});
    const int64_t count = row_.outputs ? row_.outputs : n_;
    for (int64_t i = 0; i < count; i++) {
      if (results[i] != results[i]) results[i] = std::numeric_limits<double>::quiet_NaN();  // one NaN
    }
    Store(line, results, count, room);
  }

  void Store(int64_t line, const double* results, int64_t count, double* room) const {
    char* y = y_.At(job_.y.data, line);
    const void* from = results;
    const int64_t size = job_.y.itemsize();
    if (job_.y.dtype != kF64) {
      // Rounded to the result's own dtype first: float32 of float32.
      const int32_t own = FloatOf(job_.x.dtype, two_ ? job_.x2.dtype : static_cast<int32_t>(kInvalid));
      double* other = room + n_ + 16;
      if (own != kF64) run_.kernels.copy.cast[kF64][own](results, room, count), from = room;
      if (job_.y.dtype != own) {
        run_.kernels.copy.cast[own][job_.y.dtype](from, other, count);
        from = other;
      }
    }
    if (row_.outputs) {
      run_.kernels.copy.unpack[SizeIndex(size)](from, y, job_.output_stride, count);
      return;
    }
    int64_t index[kMaxNDim] = {};
    const int inner = y_.along - 1;
    if (inner < 0) {
      std::memcpy(y, from, static_cast<size_t>(size));
      return;
    }
    for (const char* p = static_cast<const char*>(from);;) {
      run_.kernels.copy.unpack[SizeIndex(size)](p, y, y_.stride[inner], y_.shape[inner]);
      p += y_.shape[inner] * size;
      int d = inner - 1;
      uintptr_t at = reinterpret_cast<uintptr_t>(y);
      for (; d >= 0; d--) {
        at += static_cast<uintptr_t>(y_.stride[d]);
        if (++index[d] < y_.shape[d]) break;
        at -= static_cast<uintptr_t>(y_.stride[d] * y_.shape[d]);
        index[d] = 0;
      }
      y = reinterpret_cast<char*>(at);
      if (d < 0) return;
    }
  }

  const Run& run_;
  const StatJob& job_;
  const StatRow& row_;
  const Loops x_, y_;
  int64_t n_ = 1, lines_ = 1;
  bool two_, masked_, tiled_;
  size_t bytes_ = 0;
};

}  // namespace

Status RunStat(const Run& run, const StatJob& job) {
  if (run.device) {
    return job.y.size == 0 ? static_cast<Status>(NUMRS_OK) : OnDevice(run, job.function, &DeviceKernels::stat, job);
  }
  return StatRunner(run, job).Execute();
}

}  // namespace numrs
