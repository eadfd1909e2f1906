// Moving windows along each line as it lies in memory: pieces of a line, staged where memory or dtype ask for it.
#include <algorithm>

#include "core/memory.h"
#include "core/rolling_lines.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kTaskSlots = 65536, kPieceSlots = 4096, kLeastWindow = 16;

class LineRunner {
 public:
  LineRunner(const Run& run, const RollingJob& job)
      : run_(run), job_(job), lines_(run, job), fn_(run.kernels.rolling->line[job.op]), p_(job.p) {
    window_ = p_.window;
    spread_ = RollingIsSpread(job.op);
    windows_ = (job.outputs - 1) * job.step + 1;
    first_ = job.last - 1;
    first_ -= (first_ % window_ + window_) % window_;  // the border before the first window's last slot
    end_ = windows_ + job.last - 1;
    const int64_t blocks = CeilDiv(end_ - first_, window_);
    const double ns = kRollingRows[job.op].cost_ns * static_cast<double>(lines_.lines()) * static_cast<double>(job.n);
    threads_ = run.Threads(ns);
    const int64_t shares = CeilDiv(threads_, lines_.lines());
    task_slots_ = std::min(std::max<int64_t>(kTaskSlots / window_, 8), CeilDiv(blocks, shares)) * window_;
    tasks_ = CeilDiv(end_ - first_, task_slots_);
    piece_slots_ = std::max<int64_t>(kPieceSlots / window_, 1) * window_;
    x_direct_ = job.x.dtype == kF64 && lines_.along_x() == 8 && lines_.Offsets() % 8 == 0;
    y_direct_ = job.y.dtype == kF64 && lines_.along_y() == 8 && job.step == 1;
  }

  Status Execute() {
    const size_t tails = Rounded((window_ + 17) * 8), piece = Rounded(piece_slots_ * 8);
    const size_t bytes = (spread_ ? 11 : 5) * tails + 4 * piece;
    Workspace workspace(bytes * static_cast<size_t>(threads_));
    if (!workspace.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function,
                  bytes * static_cast<size_t>(threads_));
    }
    ScratchSlots slots(workspace.data(), bytes, threads_);
    const int64_t grain = std::max<int64_t>(kTaskSlots / task_slots_, 1);
    return ParallelFor(lines_.lines() * tasks_, grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      char* at = lease.data();
      RollingLine line{};
      line.p = &p_;
      // Tails are stored from the right end of the block on, eight at a time: in whole cache lines.
      const int64_t shift = (8 - window_ % 8) % 8;
      for (RollingLine::Tails& t : line.tails) {
        t.values = reinterpret_cast<double*>(at) + shift;
        t.counts = reinterpret_cast<int64_t*>(at + tails) + shift;
        at += 2 * tails;
        t.squares = reinterpret_cast<double*>(at) + shift;
        at += spread_ ? tails : 0;
      }
      line.inverses = reinterpret_cast<double*>(at) + 8;
      at += tails;
      for (double** table : {&line.pairs, &line.products, &line.joints, &line.divisors}) {
        *table = reinterpret_cast<double*>(at) + 8;
        at += spread_ ? tails : 0;
      }
      const Buffers buffers{reinterpret_cast<double*>(at), reinterpret_cast<double*>(at + piece), at + 2 * piece};
      for (int64_t i = begin; i < end; i++) OneTask(lines_.At(i / tasks_), i % tasks_, &line, buffers);
    });
  }

 private:
  struct Buffers {
    double *x, *y;
    char* room;
  };

  void OneTask(const RollingLines::Line& where, int64_t task, RollingLine* line, const Buffers& buffers) const {
    const int64_t first = first_ + task * task_slots_, end = std::min(first + task_slots_, end_);
    line->now = 0;
    line->expect_missing = 0;
    line->starts = first <= 0;
    if (first > 0) {
      line->tails[0].missing = false;
      line->y = nullptr;
      for (int64_t at = first - window_; at < first; at += line->slots) Piece(where, at, first - at, line, buffers);
    }
    for (int64_t at = first; at < end; at += line->slots) {
      line->y = buffers.y;
      Piece(where, at, end - at, line, buffers);
    }
  }

  // As much of slots at … at + most - 1 as can be done in one go; line->slots says how much that was.
  void Piece(const RollingLines::Line& where, int64_t at, int64_t most, RollingLine* line,
             const Buffers& buffers) const {
    const int64_t inside = at < 0 ? 0 : std::min(most, job_.n - at);
    int64_t slots = inside < most ? inside / window_ * window_ : inside;
    const bool x_direct = x_direct_ && slots > 0;
    if (!x_direct) slots = std::min(most, piece_slots_);
    const int64_t out = at - (job_.last - 1);
    const bool y_direct =
        y_direct_ && out >= 0 && out + slots <= windows_ && reinterpret_cast<uintptr_t>(where.y) % 8 == 0;
    if (line->y && !y_direct) slots = std::min(slots, piece_slots_);
    if (x_direct) {
      line->x = reinterpret_cast<const double*>(where.x) + at;
    } else {
      lines_.Fetch(where, false, at, slots, buffers.x, buffers.room);
      line->x = buffers.x;
    }
    if (line->y && y_direct) line->y = reinterpret_cast<double*>(where.y) + out;
    line->slots = slots;
    fn_(line);
    if (line->y && !y_direct) lines_.Store(where, out, std::min(slots, windows_ - out), buffers.y, buffers.room);
  }

  const Run& run_;
  const RollingJob& job_;
  RollingLines lines_;
  RollingLineFn fn_;
  RollingParameters p_;
  bool x_direct_, y_direct_, spread_;
  int threads_;
  int64_t window_, windows_, first_, end_, task_slots_, tasks_, piece_slots_;
};

}  // namespace

bool RollsAlongLines(const Run& run, const RollingJob& job) {
  if (!run.kernels.rolling->line[job.op] || job.p.window < kLeastWindow) return false;
  const RollingLines lines(run, job);
  return lines.width() < 2 || std::abs(lines.across_x()) >= std::abs(lines.along_x());
}

Status RunRollingAlongLines(const Run& run, const RollingJob& job) { return LineRunner(run, job).Execute(); }

}  // namespace numrs
