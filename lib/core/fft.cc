// Running Fourier transforms: conversion, the order of axes, walking over lines, threads; nothing about one line.
#include "core/fft.h"

#include <cmath>

#include "core/elementwise.h"
#include "core/fft_plan.h"
#include "core/memory.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr double kChunkNs = 50000;     // of work between two looks at the other threads
constexpr double kLongNs = 5e6;        // a line of more work can be left in the middle
constexpr int64_t kLanesAtOnce = 256;  // most lines of one call of a kernel: several times its lanes

bool AlignedTo(const View& v, int64_t bytes) {
  if (reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(bytes) != 0) return false;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] > 1 && v.strides[d] % bytes != 0) return false;
  }
  return true;
}

size_t BytesOf(const View& v) {
  size_t bytes = static_cast<size_t>(v.itemsize());
  for (int d = 0; d < v.ndim; d++) bytes *= static_cast<size_t>(v.shape[d]);
  return bytes;
}

// The transform of every line along one axis. x and y have the same extents but along the axis.
class FftPassRunner {
 public:
  // completes: of kFftFromReal, y has room for all n numbers and gets them.
  FftPassRunner(const Run& run, const FftJob& job, const View& x, const View& y, int32_t axis, int32_t kind, int64_t n,
                double scale, bool completes)
      : run_(run), job_(job), table_(*run.kernels.fft), axis_(axis), completes_(completes) {
    block_.x = x.data;
    block_.y = y.data;
    block_.x_step = x.strides[axis];
    block_.y_step = y.strides[axis];
    block_.n = n;
    block_.n_in = x.shape[axis];
    block_.kind = kind;
    block_.backward = job.backward;
    block_.scale = scale;
    block_.plan = nullptr;
    SplitDimensions(x, y);
  }

  Status Execute() {
    if (lines_ == 0) return NUMRS_OK;
    const int32_t dtype = job_.precision == 0 ? kF32 : kF64;
    const bool real = block_.kind != kFftComplex && block_.n % 2 == 0;
    FftPlanHandle plan;
    double line_ns = 5 * static_cast<double>(block_.n) * std::log2(static_cast<double>(block_.n) + 1) + 50;
    if (table_.uses_plans()) {
      NUMRS_TRY(GetFftPlan(run_, job_.function, block_.n, real, dtype, &plan));
      block_.plan = plan.get();
      line_ns = plan.get()->cost_ns + 20;
      if (IsLong(line_ns)) return LongLines(line_ns);
    }
    return ShortLines(line_ns);
  }

 private:
  struct Walk {
    int64_t extent, x, y;
  };

  // The dimensions across the lines, merged where they can be: the last of them goes along the lanes.
  void SplitDimensions(const View& x, const View& y) {
    for (int d = 0; d < x.ndim; d++) {
      if (d == axis_) continue;
      lines_ = TimesExtent(lines_, x.shape[d]);
      if (x.shape[d] == 1) continue;
      const Walk w = {x.shape[d], x.strides[d], y.strides[d]};
      if (count_ > 0 && walk_[count_ - 1].x == w.x * w.extent && walk_[count_ - 1].y == w.y * w.extent) {
        walk_[count_ - 1] = {TimesExtent(walk_[count_ - 1].extent, w.extent), w.x, w.y};
      } else {
        walk_[count_++] = w;
      }
    }
    if (count_ == 0) walk_[count_++] = {1, 0, 0};
    // Neighbours in memory side by side; else as many lines as there are.
    int best = count_ - 1;
    const auto size = [](int64_t stride) { return stride < 0 ? -stride : stride; };
    for (int i = 0; i < count_; i++) {
      const Walk &w = walk_[i], &b = walk_[best];
      const bool few = b.extent < 8 && w.extent > b.extent, enough = w.extent >= 8 || w.extent >= b.extent;
      if (few || (enough && size(w.x) + size(w.y) < size(b.x) + size(b.y))) best = i;
    }
    const Walk lanes = walk_[best];
    for (int i = best; i + 1 < count_; i++) walk_[i] = walk_[i + 1];
    walk_[count_ - 1] = lanes;
  }

  FftBlock Place(int64_t outer, int64_t lane, int64_t lanes) const {
    FftBlock block = block_;
    const Walk& along = walk_[count_ - 1];
    block.x_lane = along.x;
    block.y_lane = along.y;
    block.x += along.x * lane;
    block.y += along.y * lane;
    block.lines = lanes;
    for (int d = count_ - 1; d-- > 0;) {
      const int64_t index = outer % walk_[d].extent;
      block.x += walk_[d].x * index;
      block.y += walk_[d].y * index;
      outer /= walk_[d].extent;
    }
    return block;
  }

  Status NoMemory(size_t bytes) const {
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function, bytes);
  }

  Status ShortLines(double line_ns) {
    const int threads = run_.Threads(line_ns * static_cast<double>(lines_));
    const Walk& along = walk_[count_ - 1];
    int64_t lanes = along.extent < kLanesAtOnce ? along.extent : kLanesAtOnce;
    // Threads share the lanes too; pieces are of whole vectors, whatever their length.
    while (lanes > 16 && lanes % 2 == 0 && line_ns * static_cast<double>(lanes) > 4 * kChunkNs) lanes /= 2;
    const int64_t tiles = (along.extent + lanes - 1) / lanes, items = lines_ / along.extent * tiles;
    const double item_ns = line_ns * static_cast<double>(lanes);
    const int64_t grain = item_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / item_ns) + 1;
    FftBlock first = Place(0, 0, lanes);
    const size_t bytes = (table_.scratch[job_.precision](first) + 63) / 64 * 64;
    const int64_t at_once = (items + grain - 1) / grain;
    const int slots_wanted = at_once < threads ? static_cast<int>(at_once) : threads;
    Workspace memory(bytes * static_cast<size_t>(slots_wanted));
    if (!memory.ok()) return NoMemory(bytes * static_cast<size_t>(slots_wanted));
    ScratchSlots slots(memory.data(), bytes, slots_wanted);
    return ParallelFor(items, grain, slots_wanted, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t i = begin; i < end; i++) {
        const int64_t lane = i % tiles * lanes;
        FftBlock block = Place(i / tiles, lane, along.extent - lane < lanes ? along.extent - lane : lanes);
        block.scratch = lease.data();
        table_.lines[job_.precision](block);
        if (completes_) Complete(block);
      }
    });
  }

  // Is a line worth being shared, or too long to be waited for; and is it one that can be taken in pieces?
  bool IsLong(double line_ns) const {
    const int64_t real = job_.precision == 0 ? 4 : 8;
    const FftPlan& plan = *block_.plan;
    if (plan.convolution || plan.rows == 1 || plan.columns == 1) return false;
    if (block_.kind != kFftComplex && !plan.real_n) return false;
    if (block_.x_step != (block_.kind == kFftFromReal ? 1 : 2) * real) return false;
    if (block_.y_step != (block_.kind == kFftToReal ? 1 : 2) * real) return false;
    if (block_.n_in < (block_.kind == kFftToReal ? block_.n / 2 + 1 : block_.n)) return false;
    return line_ns > kLongNs || (lines_ < run_.Threads(line_ns) && run_.Threads(line_ns) > 1);
  }

  Status LongLines(double line_ns) {
    const FftPlan& plan = *block_.plan;
    const int threads = run_.Threads(line_ns), p = job_.precision;
    const size_t bytes = (table_.piece_scratch[p](plan) + 63) / 64 * 64 * static_cast<size_t>(threads);
    const size_t middle = (table_.middle[p](plan) + 63) / 64 * 64;
    const bool complex = block_.kind == kFftComplex;
    const size_t pairs = complex ? 0 : static_cast<size_t>(plan.n) * (p == 0 ? 8 : 16);  // of a real line
    Workspace memory(middle + bytes + pairs);
    if (!memory.ok()) return NoMemory(middle + bytes + pairs);
    char* const between = memory.as<char>() + middle + bytes;
    ScratchSlots slots(memory.as<char>() + middle, bytes / static_cast<size_t>(threads), threads);
    const Walk& along = walk_[count_ - 1];
    for (int64_t l = 0; l < lines_; l++) {
      const FftBlock block = Place(l / along.extent, l % along.extent, 1);
      FftLong line = {block.x, block.y, memory.data(), block.backward, block.scale, &plan};
      if (block.kind == kFftFromReal) {
        line.y = between;
        line.backward = 0;
        line.scale = 1;
      } else if (block.kind == kFftToReal) {
        table_.repack[p](plan, block.x, between, block.backward);
        line.x = between;
        line.backward = 1;
      }
      for (int step = 0; step < 2; step++) {
        const int64_t pieces = table_.pieces[p](plan, step);
        const double piece_ns = line_ns / 2 / static_cast<double>(pieces);
        const int64_t grain = piece_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / piece_ns) + 1;
        NUMRS_TRY(ParallelFor(pieces, grain, threads, run_.cancel, [&](int64_t begin, int64_t end) {
          ScratchSlots::Lease lease(slots);
          table_.piece[p][step](line, begin, end, lease.data());
        }));
      }
      if (block.kind == kFftFromReal) {
        table_.unpack[p](plan, between, block.y, block.scale, block.backward);
        if (completes_) Complete(block);
      }
    }
    return NUMRS_OK;
  }

  // The second half of the transform of real numbers: conjugates of the first.
  void Complete(const FftBlock& block) const {
    if (job_.precision == 0) {
      CompleteLines<float>(block);
    } else {
      CompleteLines<double>(block);
    }
  }
  template <typename T>
  static void CompleteLines(const FftBlock& block) {
    const auto complete = [&](int64_t l, int64_t k) {
      const T* from = reinterpret_cast<const T*>(block.y + l * block.y_lane + k * block.y_step);
      T* to = reinterpret_cast<T*>(block.y + l * block.y_lane + (block.n - k) * block.y_step);
      to[0] = from[0];
      to[1] = -from[1];
    };
    const int64_t half = (block.n - 1) / 2;
    const bool behind = block.y_step == 2 * static_cast<int64_t>(sizeof(T));
    if (behind) {
      for (int64_t l = 0; l < block.lines; l++) {
        for (int64_t k = 1; k <= half; k++) complete(l, k);
      }
    } else {
      for (int64_t k = 1; k <= half; k++) {
        for (int64_t l = 0; l < block.lines; l++) complete(l, k);
      }
    }
  }

  const Run& run_;
  const FftJob& job_;
  const FftTable& table_;
  const int32_t axis_;
  const bool completes_;
  FftBlock block_ = {};
  Walk walk_[kMaxNDim + 1];
  int count_ = 0;
  int64_t lines_ = 1;
};

// x with at most n elements along an axis.
void Crop(View* x, int32_t axis, int64_t n) {
  if (x->shape[axis] > n) x->shape[axis] = n;
}

Status Passes(const Run& run, const FftJob& job, View x, const View& y) {
  const int32_t last = job.axes[job.n_axes - 1];
  const auto pass = [&](const View& from, const View& to, int i, int32_t kind, int64_t n, bool scaled,
                        bool completes = false) {
    // Lines of y that x does not reach stay as they are: the passes that come have them as zeros.
    View into = to;
    for (int d = 0; d < into.ndim; d++) {
      if (d != job.axes[i]) into.shape[d] = from.shape[d];
    }
    return FftPassRunner(run, job, from, into, job.axes[i], kind, n, scaled ? job.scale : 1, completes).Execute();
  };
  if (job.kind == kFftToReal) {
    Crop(&x, last, job.n / 2 + 1);
    if (job.n_axes == 1) return pass(x, y, 0, kFftToReal, job.n, true);
    int64_t shape[kMaxNDim];
    for (int d = 0; d < x.ndim; d++) shape[d] = d == last ? x.shape[d] : y.shape[d];
    View middle = ContiguousView(nullptr, FftResult(kFftComplex, job.precision), x.ndim, shape);
    const Workspace memory(BytesOf(middle));
    if (!memory.ok())
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes between the axes", job.function, BytesOf(middle));
    middle.data = memory.as<char>();
    View from = x;
    for (int i = job.n_axes - 1; i-- > 0;) {
      NUMRS_TRY(pass(from, middle, i, kFftComplex, middle.shape[job.axes[i]], false));
      const int64_t length = middle.shape[job.axes[i]];
      View next = middle;
      for (int d = 0; d < x.ndim; d++) next.shape[d] = d == job.axes[i] ? length : from.shape[d];
      from = next;
    }
    return pass(from, y, job.n_axes - 1, kFftToReal, job.n, true);
  }
  View from = x;
  for (int i = job.n_axes; i-- > 0;) {
    // Real numbers need half of the work, and conjugates give the other half of a complex transform.
    const bool real = KindOf(from.dtype) != Kind::COMPLEX, completes = real && job.kind == kFftComplex;
    const int64_t length = y.shape[job.axes[i]], n = real && !completes ? job.n : length;
    NUMRS_TRY(pass(from, y, i, real ? kFftFromReal : kFftComplex, n, i == 0, completes));
    View next = y;
    for (int d = 0; d < x.ndim; d++) next.shape[d] = d == job.axes[i] ? length : from.shape[d];
    from = next;
  }
  return NUMRS_OK;
}

}  // namespace

int32_t FftResult(int32_t kind, int32_t precision) {
  return kind == kFftToReal ? (precision == 0 ? kF32 : kF64) : (precision == 0 ? kC64 : kC128);
}

Status RunFft(const Run& run, const FftJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  const int64_t size = job.precision == 0 ? 4 : 8;
  const bool real_input = job.kind != kFftToReal && KindOf(job.x.dtype) != Kind::COMPLEX;
  const int32_t input = FftResult(real_input ? kFftToReal : kFftComplex, job.precision);
  const int32_t output = FftResult(job.kind, job.precision);
  View x = job.x;
  for (int i = 0; i < job.n_axes; i++) {
    const int32_t axis = job.axes[i];
    const bool real = job.kind != kFftComplex && i == job.n_axes - 1;
    Crop(&x, axis, !real ? job.y.shape[axis] : job.kind == kFftFromReal ? job.n : job.n / 2 + 1);
  }
  x.size = 1;
  for (int d = 0; d < x.ndim; d++) x.size *= x.shape[d];
  const bool converts = x.dtype != input || !AlignedTo(x, size);
  const bool apart = job.y.dtype != output || !AlignedTo(job.y, size);
  View from = converts ? ContiguousView(nullptr, input, x.ndim, x.shape) : x;
  View y = apart ? ContiguousView(nullptr, output, job.y.ndim, job.y.shape) : job.y;
  const size_t from_bytes = converts ? (BytesOf(from) + 63) / 64 * 64 : 0, bytes = from_bytes + (apart ? BytesOf(y) : 0);
  const Workspace memory(bytes);
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of converted numbers", job.function, bytes);
  if (converts) {
    from.data = memory.as<char>();
    NUMRS_TRY(Convert(run, job.function, x, from));
  }
  if (apart) y.data = memory.as<char>() + from_bytes;
  NUMRS_TRY(Passes(run, job, from, y));
  return apart ? Convert(run, job.function, y, job.y) : static_cast<Status>(NUMRS_OK);
}

}  // namespace numrs
