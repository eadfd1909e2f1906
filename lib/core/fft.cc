// Running Fourier transforms: conversion, the order of axes, walking over lines, threads; nothing about one line.
#include "core/fft.h"

#include <cmath>
#include <cstring>

#include "core/device_state.h"
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

size_t Round64(size_t bytes) { return (bytes + 63) / 64 * 64; }
size_t BytesOf(const View& v) {
  size_t bytes = static_cast<size_t>(v.itemsize());
  for (int d = 0; d < v.ndim; d++) bytes *= static_cast<size_t>(v.shape[d]);
  return bytes;
}

// What a pass needs, had before the first of them writes anything.
struct Prepared {
  FftPlanHandle plan;
  double line_ns;
  int threads;
  bool is_long;
  size_t bytes;  // of memory
};

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

  Status Prepare(Prepared* p) const {
    p->bytes = 0;
    if (lines_ == 0) return NUMRS_OK;
    const int32_t dtype = job_.precision == 0 ? kF32 : kF64;
    const bool real = block_.kind != kFftComplex && block_.n % 2 == 0;
    p->line_ns = 5 * static_cast<double>(block_.n) * std::log2(static_cast<double>(block_.n) + 1) + 50;
    p->is_long = false;
    if (table_.uses_plans()) {
      NUMRS_TRY(GetFftPlan(run_, job_.function, block_.n, real, dtype, &p->plan));
      p->line_ns = p->plan.get()->cost_ns + 20;
      const int of_one = run_.Threads(p->line_ns);
      p->is_long = CanBeTakenInPieces(*p->plan.get()) && (p->line_ns > kLongNs || lines_ < of_one);
      if (p->is_long) {
        p->threads = of_one;
        p->bytes = LongBytes(*p);
        return NUMRS_OK;
      }
    }
    const Tiles tiles(*this, p->line_ns);
    const int64_t at_once = (tiles.items + tiles.grain - 1) / tiles.grain;
    p->threads = run_.Threads(p->line_ns * static_cast<double>(lines_));
    if (at_once < p->threads) p->threads = static_cast<int>(at_once);
    p->bytes = ShortBytes(*p, tiles.lanes) * static_cast<size_t>(p->threads);
    return NUMRS_OK;
  }

  Status Execute(const Prepared& p, char* memory) {
    if (lines_ == 0) return NUMRS_OK;
    block_.plan = p.plan.get();
    return p.is_long ? LongLines(p, memory) : ShortLines(p, memory);
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

  // How lines are handed to the kernel and to threads.
  struct Tiles {
    int64_t lanes, along, items, grain;
    Tiles(const FftPassRunner& r, double line_ns) {
      const int64_t extent = r.walk_[r.count_ - 1].extent;
      lanes = extent < kLanesAtOnce ? extent : kLanesAtOnce;
      // Threads share the lanes too; pieces are of whole vectors, whatever their length.
      while (lanes > 16 && lanes % 2 == 0 && line_ns * static_cast<double>(lanes) > 4 * kChunkNs) lanes /= 2;
      along = (extent + lanes - 1) / lanes;
      items = r.lines_ / extent * along;
      const double item_ns = line_ns * static_cast<double>(lanes);
      grain = item_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / item_ns) + 1;
    }
  };
  size_t ShortBytes(const Prepared& p, int64_t lanes) const {
    FftBlock block = Place(0, 0, lanes);
    block.plan = p.plan.get();
    return Round64(table_.scratch[job_.precision](block));
  }

  Status ShortLines(const Prepared& p, char* memory) {
    const Tiles tiles(*this, p.line_ns);
    const int64_t extent = walk_[count_ - 1].extent;
    ScratchSlots slots(memory, ShortBytes(p, tiles.lanes), p.threads);
    return ParallelFor(tiles.items, tiles.grain, p.threads, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t i = begin; i < end; i++) {
        const int64_t lane = i % tiles.along * tiles.lanes;
        FftBlock block = Place(i / tiles.along, lane, extent - lane < tiles.lanes ? extent - lane : tiles.lanes);
        block.scratch = lease.data();
        table_.lines[job_.precision](block);
        if (completes_) Complete(block);
      }
    });
  }

  bool CanBeTakenInPieces(const FftPlan& plan) const {
    const int64_t real = job_.precision == 0 ? 4 : 8;
    if (plan.rows == 1 || plan.columns == 1) return false;
    if (block_.kind != kFftComplex && !plan.real_n) return false;
    if (block_.x_step != (block_.kind == kFftFromReal ? 1 : 2) * real) return false;
    if (block_.y_step != (block_.kind == kFftToReal ? 1 : 2) * real) return false;
    return block_.n_in >= (block_.kind == kFftToReal ? block_.n / 2 + 1 : block_.n);
  }

  // Memory of a long line: scratch of each thread, what is between the steps, the pairs of a real line, a convolution.
  size_t PieceBytes(const FftPlan& plan) const { return Round64(table_.piece_scratch[job_.precision](plan)); }
  size_t MiddleBytes(const FftPlan& plan) const { return Round64(table_.middle[job_.precision](plan)); }
  size_t NumbersBytes(int64_t n) const { return Round64(static_cast<size_t>(n) * (job_.precision == 0 ? 8 : 16)); }
  size_t PairsBytes(const FftPlan& plan) const { return block_.kind == kFftComplex ? 0 : NumbersBytes(plan.n); }
  size_t LongBytes(const Prepared& p) const {
    const FftPlan& plan = *p.plan.get();
    return PieceBytes(plan) * static_cast<size_t>(p.threads) + MiddleBytes(plan) + PairsBytes(plan) +
           (plan.convolution ? NumbersBytes(plan.length) : 0);
  }

  Status LongLines(const Prepared& prepared, char* memory) {
    const FftPlan& plan = *block_.plan;
    const int p = job_.precision;
    char* const middle = memory + PieceBytes(plan) * static_cast<size_t>(prepared.threads);
    char* const between = middle + MiddleBytes(plan);
    char* const work = between + PairsBytes(plan);
    ScratchSlots slots(memory, PieceBytes(plan), prepared.threads);
    const Walk& along = walk_[count_ - 1];
    for (int64_t l = 0; l < lines_; l++) {
      const FftBlock block = Place(l / along.extent, l % along.extent, 1);
      FftLong line = {block.x, block.y, middle, block.backward, block.scale, &plan};
      if (block.kind == kFftFromReal) {
        line.y = between;
        line.backward = 0;
        line.scale = 1;
      } else if (block.kind == kFftToReal) {
        table_.repack[p](plan, block.x, between, block.backward);
        line.x = between;
        line.backward = 1;
      }
      if (plan.convolution) {
        NUMRS_TRY(Convolve(prepared, line, work, slots));
      } else {
        NUMRS_TRY(TwoSteps(prepared, line, slots));
      }
      if (block.kind == kFftFromReal) {
        table_.unpack[p](plan, between, block.y, block.scale, block.backward);
        if (completes_) Complete(block);
      }
    }
    return NUMRS_OK;
  }

  Status TwoSteps(const Prepared& prepared, const FftLong& line, ScratchSlots& slots) const {
    const int p = job_.precision;
    for (int step = 0; step < 2; step++) {
      const int64_t pieces = table_.pieces[p](*line.plan, step);
      const double piece_ns = prepared.line_ns / 2 / static_cast<double>(pieces);
      const int64_t grain = piece_ns > kChunkNs ? 1 : static_cast<int64_t>(kChunkNs / piece_ns) + 1;
      NUMRS_TRY(ParallelFor(pieces, grain, prepared.threads, run_.cancel, [&](int64_t begin, int64_t end) {
        ScratchSlots::Lease lease(slots);
        table_.piece[p][step](line, begin, end, lease.data());
      }));
    }
    return NUMRS_OK;
  }

  // Bluestein's convolution of one line, as the kernels do it for short ones.
  Status Convolve(const Prepared& prepared, const FftLong& line, char* work, ScratchSlots& slots) const {
    const FftPlan& plan = *line.plan;
    const auto multiply = table_.multiply[job_.precision];
    const size_t there = static_cast<size_t>(plan.n) * (job_.precision == 0 ? 8 : 16);
    FftLong all = {work, work, line.middle, 0, 1, &plan};
    multiply(line.x, plan.chirp, work, plan.n, line.backward, 0, 1);
    std::memset(work + there, 0, NumbersBytes(plan.length) - there);
    NUMRS_TRY(TwoSteps(prepared, all, slots));
    multiply(work, plan.filter, work, plan.length, 0, 0, 1);
    all.backward = 1;
    NUMRS_TRY(TwoSteps(prepared, all, slots));
    multiply(work, plan.chirp, line.y, plan.n, 0, line.backward, line.scale);
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

// Walks through the passes of a job: body(i, from, to, kind, n, scaled, completes) for axes[i]. `middle`: between the
// axes of kFftToReal.
template <class F>
Status ForPasses(const FftJob& job, const View& x, const View& y, const View& middle, F&& body) {
  const bool to_real = job.kind == kFftToReal;
  View from = x;
  for (int i = job.n_axes - to_real; i-- > 0;) {
    // Real numbers need half of the work, and conjugates give the other half of a complex transform.
    const bool real = KindOf(from.dtype) != Kind::COMPLEX, completes = real && job.kind == kFftComplex;
    const int32_t axis = job.axes[i];
    View to = to_real ? middle : y;
    const int64_t length = to.shape[axis], n = real && !completes ? job.n : length;
    // Lines of the output that x does not reach stay as they are: the passes that come have them as zeros.
    for (int d = 0; d < to.ndim; d++) to.shape[d] = d == axis ? length : from.shape[d];
    NUMRS_TRY(body(i, from, to, real ? kFftFromReal : kFftComplex, n, i == 0 && !to_real, completes));
    from = to;
  }
  return to_real ? body(job.n_axes - 1, from, y, kFftToReal, job.n, true, false) : static_cast<Status>(NUMRS_OK);
}

Status Passes(const Run& run, const FftJob& job, const View& x, const View& y) {
  View middle;
  if (job.kind == kFftToReal && job.n_axes > 1) {
    const int32_t last = job.axes[job.n_axes - 1];
    int64_t shape[kMaxNDim];
    for (int d = 0; d < x.ndim; d++) shape[d] = d == last ? x.shape[d] : y.shape[d];
    middle = ContiguousView(nullptr, FftResult(kFftComplex, job.precision), x.ndim, shape);
  }
  const size_t between = middle.ndim ? Round64(BytesOf(middle)) : 0;
  // All memory before the first number is written.
  Prepared prepared[kMaxNDim];
  size_t bytes = 0;
  const auto prepare = [&](int i, const View& from, const View& to, int32_t kind, int64_t n, bool, bool completes) {
    const Status status = FftPassRunner(run, job, from, to, job.axes[i], kind, n, 1, completes).Prepare(&prepared[i]);
    if (prepared[i].bytes > bytes) bytes = prepared[i].bytes;
    return status;
  };
  NUMRS_TRY(ForPasses(job, x, y, middle, prepare));
  const Workspace memory(between + bytes);
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, between + bytes);
  middle.data = memory.as<char>();
  const auto execute = [&](int i, const View& from, const View& to, int32_t kind, int64_t n, bool scaled,
                           bool completes) {
    return FftPassRunner(run, job, from, to, job.axes[i], kind, n, scaled ? job.scale : 1, completes)
        .Execute(prepared[i], memory.as<char>() + between);
  };
  return ForPasses(job, x, y, middle, execute);
}

}  // namespace

int32_t FftResult(int32_t kind, int32_t precision) {
  return kind == kFftToReal ? (precision == 0 ? kF32 : kF64) : (precision == 0 ? kC64 : kC128);
}

Status RunFft(const Run& run, const FftJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::fft, job);
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
  const size_t from_bytes = converts ? (BytesOf(from) + 63) / 64 * 64 : 0,
               bytes = from_bytes + (apart ? BytesOf(y) : 0);
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
