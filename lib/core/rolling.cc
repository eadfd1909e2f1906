// The engine of rolling statistics: windows joined from blocks of several lines, or of several parts of one line, side
// by side; other windows chunk by chunk. Blocks stand at absolute positions of the line, so the bits depend on nothing
// but the window.
#include "core/rolling.h"

#include <algorithm>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/rolling_lines.h"
#include "core/scratch.h"

namespace numrs {

const RollingRow kRollingRows[kRollingOps] = {
#define NUMRS_ROLLING(id, name, way, inputs, parameter, least, cost) \
  {"rolling_" #name, RollingWay::way, inputs, least, cost * 0.01},
#include "table/rolling.def"
};
namespace {
constexpr int32_t kIds[] = {
#define NUMRS_ROLLING(id, name, way, inputs, parameter, least, cost) id,
#include "table/rolling.def"
};
constexpr bool InOrder() {
  for (int32_t i = 0; i < kRollingOps; i++) {
    if (kIds[i] != i) return false;
  }
  return true;
}
static_assert(InOrder(), "rows of rolling.def out of order");

constexpr int64_t kTaskRows = 8192;  // per lane
constexpr int64_t kPieceRows = 64;
constexpr int64_t kGroupRows = 256;
constexpr int64_t kRowBytes = kRollingLanes * 8;

int64_t FloorDiv(int64_t a, int64_t b) { return a / b - (a % b != 0 && a < 0); }

class BlockRunner {
 public:
  BlockRunner(const Run& run, const RollingJob& job)
      : run_(run), job_(job), lines_(run, job), table_(*run.kernels.rolling), window_(job.p.window), p_(job.p) {
    inputs_ = kRollingRows[job.op].inputs;
    windows_ = (job.outputs - 1) * job.step + 1;
    first_block_ = FloorDiv(job.last - 1, window_);
    last_slot_ = windows_ + job.last - 2;
    blocks_ = FloorDiv(last_slot_, window_) - first_block_ + 1;
    const int64_t width = lines_.width(), across = std::abs(lines_.across_x()), along = std::abs(lines_.along_x());
    by_line_ = width > 1 && (across < along || (width >= 4 && blocks_ < 16 * kRollingLanes));
    const double ns = kRollingRows[job.op].cost_ns * static_cast<double>(lines_.lines()) * static_cast<double>(job.n);
    threads_ = run.Threads(ns);
    strips_ = by_line_ ? CeilDiv(width, kRollingLanes) : 1;
    cells_ = by_line_ ? lines_.lines() / width * strips_ : lines_.lines();
    task_blocks_ = std::max<int64_t>(CeilDiv(kTaskRows, window_), 8);
    const int64_t lanes = by_line_ ? 1 : kRollingLanes, shares = CeilDiv(threads_, cells_);
    task_blocks_ = std::max<int64_t>(std::min(task_blocks_, CeilDiv(blocks_, lanes * shares)), 1);
    tasks_ = CeilDiv(blocks_, lanes * task_blocks_);
    // Short blocks are staged several at a time, in whole tiles of the transposition.
    const int64_t even = window_ % 8 == 0 ? 1 : window_ % 4 == 0 ? 2 : window_ % 2 == 0 ? 4 : 8;
    while (window_ * (group_ + (group_ < even ? even - group_ : even)) <= kGroupRows)
      group_ += group_ < even ? even - group_ : even;
    group_ = std::min(group_, task_blocks_);
    piece_rows_ = group_ > 1 ? group_ * window_ : kPieceRows;
    if (job.op == kRolling_count) p_.min_periods = 0;  // counts slots, see Adjust
    // Without missing values every window has `window` of them: are they enough?
    always_missing_ = job.op == kRolling_count || window_ < p_.min_periods || window_ < kRollingRows[job.op].least;
    const View& x = job.x;
    doubles_ = x.dtype == kF64 && (inputs_ == 1 || job.x2.dtype == kF64) && !(lines_.Offsets() & 7);
    y_doubles_ = job.y.dtype == kF64 && lines_.along_y() % 8 == 0;
  }

  Status Execute() {
    Workspace constants(static_cast<size_t>((window_ + 1) * kRollingConstants) * sizeof(double));
    const int64_t keep = std::max(piece_rows_, KeepsBlock() ? window_ : 0);
    stage_bytes_ = Rounded(keep * kRowBytes);
    tail_bytes_ = Rounded(KeepsBlock() ? RollingTailDoubles(job_.op, window_) * 8 : 0);
    const size_t bytes = stage_bytes_ * static_cast<size_t>(inputs_) + tail_bytes_ +
                         Rounded(kRollingPlanes * kRowBytes) + 4 * Rounded(piece_rows_ * kRowBytes) +
                         Rounded(piece_rows_ * 16);
    Workspace workspace(bytes * static_cast<size_t>(threads_));
    if (!constants.ok() || !workspace.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function,
                  bytes * static_cast<size_t>(threads_));
    }
    SetConstants(constants.as<double>());
    ScratchSlots slots(workspace.data(), bytes, threads_);
    const int64_t elements = task_blocks_ * window_ * kRollingLanes;
    const int64_t grain = std::max<int64_t>(kTaskRows * kRollingLanes / elements, 1);
    return ParallelFor(cells_ * tasks_, grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t i = begin; i < end; i++) OneTask(i, lease.data());
    });
  }

 private:
  // Lanes of one task and its buffers.
  struct Task {
    int lanes;                     // that have a line
    int64_t block[kRollingLanes];  // of each lane, at the moment
    RollingLines::Line line[kRollingLanes];
    double *stage[2], *tails, *head, *out, *by_lane, *current;
    char* room;
  };
  struct Rows {  // staged
    const double* x[2];
    int64_t stride;  // doubles
    bool missing;
  };

  bool KeepsBlock() const { return blocks_ > 1 || first_block_ > 0; }

  void SetConstants(double* t) {
    const int64_t m = window_ + 1;
    const double w = static_cast<double>(window_);
    for (int64_t i = 0; i <= window_; i++) {
      const double k = static_cast<double>(i), product = k * (w - k);
      t[i] = i < 2 ? 0 : 1 / (k * (k - 1));
      t[m + i] = 1 / k;
      t[2 * m + i] = product;
      t[3 * m + i] = product == 0 ? 0 : 1 / (product * w);
    }
    p_.pairs = t;
    p_.inverses = t + m;
    p_.products = t + 2 * m;
    p_.joints = t + 3 * m;
  }

  void OneTask(int64_t index, char* scratch) const {
    const int64_t cell = index / tasks_, part = index % tasks_;
    Task t;
    const auto take = [&](size_t bytes) {
      double* taken = reinterpret_cast<double*>(scratch);
      scratch += bytes;
      return taken;
    };
    t.stage[0] = take(stage_bytes_);
    t.stage[1] = inputs_ > 1 ? take(stage_bytes_) : nullptr;
    t.tails = take(tail_bytes_);
    t.head = take(Rounded(kRollingPlanes * kRowBytes));
    t.out = take(Rounded(piece_rows_ * kRowBytes));
    t.by_lane = take(Rounded(piece_rows_ * kRowBytes));
    t.current = take(2 * Rounded(piece_rows_ * kRowBytes));
    t.room = scratch;
    const int64_t begin = part * task_blocks_ * (by_line_ ? 1 : kRollingLanes);
    t.lanes = kRollingLanes;
    if (by_line_) {
      const int64_t strip = cell % strips_ * kRollingLanes, row = cell / strips_ * lines_.width();
      t.lanes = static_cast<int>(std::min<int64_t>(lines_.width() - strip, kRollingLanes));
      t.line[0] = lines_.At(row + strip);
      for (int l = 1; l < t.lanes; l++) t.line[l] = lines_.At(row + strip + l);
    }
    for (int l = 0; l < t.lanes; l++) {
      if (!by_line_) t.line[l] = l ? t.line[0] : lines_.At(cell);
      t.block[l] = first_block_ + begin + (by_line_ ? 0 : l * task_blocks_) - 1;
      if (!by_line_ && t.block[l] + 1 > FloorDiv(last_slot_, window_)) {
        t.lanes = l;
        break;
      }
    }
    RollingBlock block{&p_, nullptr, nullptr, 0, t.tails, false, true};
    const int64_t left = blocks_ - begin;  // of lane 0
    const int64_t count = std::min(task_blocks_, left);
    for (int64_t k = -1, step = 1; k < count; k += step) {
      const bool tails = k + 1 < count;
      step = k < 0 ? 1 : std::min(group_, count - k);
      if (k < 0) {
        // Before the line: nothing there in any lane.
        bool outside = true;
        for (int l = 0; l < t.lanes; l++) outside &= t.block[l] < 0;
        if (!outside) TailsOnly(t, &block);
      } else if (group_ > 1) {
        Group(t, step, k + step < count, &block);
      } else {
        WholeBlock(t, tails, &block);
      }
      for (int l = 0; l < t.lanes; l++) t.block[l] += step;
    }
  }

  void TailsOnly(const Task& t, RollingBlock* block) const {
    Rows whole{{nullptr, nullptr}, 0, false};
    for (int64_t r = 0; r < window_; r += piece_rows_) {
      const Rows rows = Stage(t, r, std::min(piece_rows_, window_ - r), r, window_);
      if (r == 0) whole = rows;
      whole.missing |= rows.missing;
    }
    Tails(whole, block);
  }

  void Tails(const Rows& whole, RollingBlock* block) const {
    block->x = whole.x[0];
    block->x2 = whole.x[1];
    block->stride = whole.stride;
    block->has_tails = true;
    block->tails_missing = whole.missing || always_missing_;
    table_.tails[job_.op](*block, block->tails_missing);
  }

  void WholeBlock(const Task& t, bool tails, RollingBlock* block) const {
    const int64_t needed = std::min(window_, last_slot_ - t.block[0] * window_ + 1);
    bool missing = always_missing_ || !block->has_tails || block->tails_missing;
    Rows whole{{nullptr, nullptr}, 0, false};
    for (int64_t r = 0; r < needed; r += piece_rows_) {
      const int64_t m = std::min(piece_rows_, needed - r);
      const Rows rows = Stage(t, r, m, tails ? r : 0, window_);
      if (r == 0) whole = rows;
      whole.missing |= rows.missing;
      missing |= rows.missing;
      block->x = rows.x[0];
      block->x2 = rows.x[1];
      block->stride = rows.stride;
      const double* current = nullptr;
      if (job_.op == kRolling_zscore) current = Current(t, r, m);
      double* y = DirectOutput(t, r, m);
      const int64_t y_stride = y ? lines_.along_y() / 8 : kRollingLanes;
      table_.heads[job_.op](*block, r, m, missing, t.head, current, y ? y : t.out, y_stride);
      if (!y) Output(t, r, m);
    }
    if (tails) Tails(whole, block);
  }

  // `count` short blocks at once.
  void Group(const Task& t, int64_t count, bool tails, RollingBlock* block) const {
    const int64_t needed = std::min(count * window_, last_slot_ - t.block[0] * window_ + 1);
    const Rows rows = Stage(t, 0, needed, 0, needed);
    const double* current = nullptr;
    if (job_.op == kRolling_zscore) current = Current(t, 0, needed);
    double* y = DirectOutput(t, 0, needed);
    const int64_t y_stride = y ? lines_.along_y() / 8 : kRollingLanes;
    for (int64_t b = 0; b < count; b++) {
      const int64_t r = b * window_, m = std::min(window_, needed - r);
      if (m <= 0) break;
      const Rows here{{rows.x[0] + r * rows.stride, inputs_ > 1 ? rows.x[1] + r * rows.stride : nullptr},
                      rows.stride,
                      rows.missing};
      const bool missing = always_missing_ || !block->has_tails || block->tails_missing || rows.missing;
      block->x = here.x[0];
      block->x2 = here.x[1];
      block->stride = here.stride;
      table_.heads[job_.op](*block, 0, m, missing, t.head, current ? current + r * kRollingLanes : nullptr,
                            (y ? y : t.out) + r * y_stride, y_stride);
      if ((tails || b + 1 < count) && m == window_) Tails(here, block);
    }
    if (!y) Output(t, 0, needed);
  }

  int64_t Slot(const Task& t, int lane, int64_t row) const { return t.block[lane] * window_ + row; }
  // Bytes from lane to lane in x or y.
  int64_t Apart(int64_t across, int64_t along) const { return by_line_ ? across : task_blocks_ * window_ * along; }

  // Rows r … r + m - 1 of the lanes' blocks side by side; without a copy where memory is so for rows 0 … extent - 1.
  Rows Stage(const Task& t, int64_t r, int64_t m, int64_t at, int64_t extent) const {
    Rows rows{{nullptr, nullptr}, kRollingLanes, false};
    const int64_t size = job_.x.itemsize();
    const bool direct = doubles_ && inputs_ == 1 && by_line_ && t.lanes == kRollingLanes && lines_.across_x() == 8 &&
                        t.block[0] >= 0 && t.block[0] * window_ + extent <= job_.n;
    if (direct) {
      rows.x[0] = reinterpret_cast<const double*>(t.line[0].x + Slot(t, 0, r) * lines_.along_x());
      rows.stride = lines_.along_x() / 8;
      for (int64_t i = 0; i < m && lines_.along_x() != kRowBytes; i++)
        rows.missing |= table_.any_missing(rows.x[0] + i * rows.stride, kRollingLanes);
      if (lines_.along_x() == kRowBytes) rows.missing = table_.any_missing(rows.x[0], m * kRollingLanes);
      return rows;
    }
    for (int k = 0; k < inputs_; k++) {
      double* to = t.stage[k] + at * kRollingLanes;
      rows.x[k] = to;
      const bool inside = t.lanes == kRollingLanes && Slot(t, 0, r) >= 0 && Slot(t, kRollingLanes - 1, r) + m <= job_.n;
      if (k == 0 && inside && lines_.along_x() == 8 && job_.x.dtype == kF64) {
        LanesIn(t.line[0].x + Slot(t, 0, r) * 8, Apart(lines_.across_x(), 8), to, m);
      } else if (k == 0 && inside && by_line_ && lines_.across_x() == size &&
                 lines_.along_x() == kRollingLanes * size) {
        lines_.Pack(t.line[0].x + Slot(t, 0, r) * lines_.along_x(), job_.x.dtype, size, m * kRollingLanes, to, t.room);
      } else {
        StageLanes(t, k, 0, r, m, to);
      }
      rows.missing |= table_.any_missing(to, m * kRollingLanes);
    }
    return rows;
  }

  void LanesIn(const char* x, int64_t apart, double* rows, int64_t m) const {
    const int64_t whole = table_.lanes_in ? m & ~int64_t{7} : 0;
    if (whole) table_.lanes_in(x, apart, rows, whole);
    if (whole < m)
      lines_.copy().transpose[3](x + whole * 8, apart, rows + whole * kRollingLanes, kRowBytes, m - whole,
                                 kRollingLanes);
  }
  void LanesOut(const double* rows, char* y, int64_t apart, int64_t m) const {
    const int64_t whole = table_.lanes_out ? m & ~int64_t{7} : 0;
    if (whole) table_.lanes_out(rows, y, apart, whole);
    if (whole < m)
      lines_.copy().transpose[3](rows + whole * kRollingLanes, kRowBytes, y + whole * 8, apart, kRollingLanes,
                                 m - whole);
  }

  // Lane by lane, `shift` slots earlier. What no result needs is 0.
  void StageLanes(const Task& t, int input, int64_t shift, int64_t r, int64_t m, double* to) const {
    for (int l = 0; l < kRollingLanes; l++) {
      double* lane = t.by_lane + l * piece_rows_;
      const int64_t first = l < t.lanes ? Slot(t, l, r) : 0;
      const int64_t needed = l < t.lanes ? std::max<int64_t>(std::min(m, last_slot_ - first + 1), 0) : 0;
      if (needed > 0) lines_.Fetch(t.line[l], input != 0, first - shift, needed, lane, t.room);
      std::fill(lane + needed, lane + m, 0.0);
    }
    lines_.copy().transpose[3](t.by_lane, piece_rows_ * 8, to, kRowBytes, m, kRollingLanes);
  }

  // The elements at the windows' places.
  const double* Current(const Task& t, int64_t r, int64_t m) const {
    StageLanes(t, 0, job_.last - 1, r, m, t.current);
    return t.current;
  }

  // All windows whose last slots are these rows exist, and none of their results has to be adjusted or converted.
  bool AllWindows(const Task& t, int64_t r, int64_t m) const {
    const int64_t low = Slot(t, 0, r) - (job_.last - 1), high = Slot(t, t.lanes - 1, r) + m - job_.last;
    return t.lanes == kRollingLanes && job_.step == 1 && low >= 0 && high < windows_ &&
           !(Adjusts() && (low + job_.first < 0 || high + job_.last > job_.n || window_ < job_.p.min_periods));
  }
  double* DirectOutput(const Task& t, int64_t r, int64_t m) const {
    if (!by_line_ || !y_doubles_ || lines_.across_y() != 8 || !AllWindows(t, r, m)) return nullptr;
    char* y = t.line[0].y + (Slot(t, 0, r) - (job_.last - 1)) * lines_.along_y();
    return reinterpret_cast<uintptr_t>(y) % 8 ? nullptr : reinterpret_cast<double*>(y);
  }

  void Output(const Task& t, int64_t r, int64_t m) const {
    const int64_t size = SizeOf(job_.y.dtype);
    if (AllWindows(t, r, m)) {
      char* y = t.line[0].y + (Slot(t, 0, r) - (job_.last - 1)) * lines_.along_y();
      if (job_.y.dtype == kF64 && lines_.along_y() == 8) {
        LanesOut(t.out, y, Apart(lines_.across_y(), 8), m);
        return;
      }
      if (by_line_ && lines_.across_y() == size && lines_.along_y() == kRollingLanes * size && job_.y.dtype != kF64) {
        lines_.copy().cast[kF64][job_.y.dtype](t.out, y, m * kRollingLanes);
        return;
      }
    }
    lines_.copy().transpose[3](t.out, kRowBytes, t.by_lane, piece_rows_ * 8, kRollingLanes, m);
    for (int l = 0; l < t.lanes; l++) {
      const int64_t first = Slot(t, l, r) - (job_.last - 1), count = std::min(m, windows_ - first);
      double* y = t.by_lane + l * piece_rows_;
      for (int64_t i = 0; i < count && Adjusts(); i++) y[i] = Adjusted(y[i], first + i);
      if (count > 0) lines_.Store(t.line[l], first, count, y, t.room);
    }
  }

  bool Adjusts() const { return job_.op == kRolling_argmin || job_.op == kRolling_argmax || job_.op == kRolling_count; }
  // Places count from the first slot inside the line. count is there from min_periods slots on.
  double Adjusted(double y, int64_t i) const {
    const int64_t begin = std::max<int64_t>(i + job_.first, 0), end = std::min(i + job_.last, job_.n);
    if (job_.op == kRolling_count) return end - begin < job_.p.min_periods ? kRollingNaN : y;
    return y - static_cast<double>(begin - (i + job_.first));
  }

  const Run& run_;
  const RollingJob& job_;
  RollingLines lines_;
  const RollingTable& table_;
  int64_t window_;
  RollingParameters p_;
  int inputs_, threads_;
  bool by_line_, always_missing_, doubles_, y_doubles_;
  int64_t windows_, first_block_, last_slot_, blocks_, strips_, cells_, task_blocks_, tasks_, piece_rows_, group_ = 1;
  size_t stage_bytes_ = 0, tail_bytes_ = 0;
};

// Windows in chunks, each from its own copy of the slots.
class WindowRunner {
 public:
  WindowRunner(const Run& run, const RollingJob& job)
      : run_(run), job_(job), lines_(run, job), table_(*run.kernels.rolling), p_(job.p) {
    inputs_ = kRollingRows[job.op].inputs;
    windows_ = job.starts ? job.outputs : (job.outputs - 1) * job.step + 1;
    chunk_ = std::min(windows_, std::max<int64_t>(1024, 8 * job.p.window));
    if (job.p.weights) chunk_ = std::min<int64_t>(windows_, 1024);
    if (job.starts) chunk_ = ChunkOfBounds();
    double ns = kRollingRows[job.op].cost_ns;
    if (kRollingRows[job.op].way == RollingWay::BLOCKS) ns *= job.p.weights ? static_cast<double>(job.p.window) : 16;
    threads_ = run.Threads(ns * static_cast<double>(lines_.lines()) * static_cast<double>(windows_));
    const int64_t shares = CeilDiv(threads_, lines_.lines());
    // Where bounds are given, the windows of a chunk share rounding errors: chunks do not depend on the threads.
    if (!job.starts) chunk_ = std::max<int64_t>(std::min(chunk_, CeilDiv(windows_, shares)), 1);
    if (job.op == kRolling_count) p_.min_periods = 0;
    fn_ = job.p.weights ? table_.weighted[job.op] : table_.windows[job.op];
  }

  Status Execute() {
    slots_ = job_.starts ? 0 : chunk_ + job_.p.window - 1;
    const int64_t chunks = CeilDiv(windows_, chunk_);
    for (int64_t c = 0; c < chunks && job_.starts; c++) {
      const Span span = SpanOf(c * chunk_, std::min(chunk_, windows_ - c * chunk_));
      slots_ = std::max(slots_, span.last - span.first);
    }
    const int64_t own = table_.scratch_bytes[job_.op](slots_, job_.p.window);
    const bool current = job_.op == kRolling_zscore || job_.op == kRolling_robust_zscore;
    const size_t line = Rounded(slots_ * 8), chunk = Rounded(chunk_ * 8);
    const size_t room = Rounded(16 * std::max(slots_, chunk_));
    const size_t bytes = line * static_cast<size_t>(inputs_) + chunk * (job_.starts ? 4 : 2) + room + Rounded(own);
    Workspace workspace(bytes * static_cast<size_t>(threads_));
    if (!workspace.ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function,
                  bytes * static_cast<size_t>(threads_));
    }
    ScratchSlots scratch(workspace.data(), bytes, threads_);
    const int64_t grain = std::max<int64_t>(4096 / chunk_, 1);
    return ParallelFor(chunks * lines_.lines(), grain, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(scratch);
      for (int64_t i = begin; i < end; i++) {
        char* at = lease.data();
        const auto take = [&](size_t size) {
          char* taken = at;
          at += size;
          return reinterpret_cast<double*>(taken);
        };
        RollingWindows w{};
        double *x = take(line), *x2 = inputs_ > 1 ? take(line) : nullptr, *y = take(chunk), *now = take(chunk);
        int64_t* starts = job_.starts ? reinterpret_cast<int64_t*>(take(chunk)) : nullptr;
        int64_t* ends = job_.starts ? reinterpret_cast<int64_t*>(take(chunk)) : nullptr;
        char* spare = reinterpret_cast<char*>(take(room));
        const RollingLines::Line where = lines_.At(i / chunks);
        const int64_t first = i % chunks * chunk_, count = std::min(chunk_, windows_ - first);
        Span span{first + job_.first, first + job_.last + count - 1};
        if (job_.starts) {
          span = SpanOf(first, count);
          for (int64_t k = 0; k < count; k++) {
            starts[k] = job_.starts[first + k] - span.first;
            ends[k] = job_.ends[first + k] - span.first;
          }
        }
        lines_.Fetch(where, false, span.first, span.last - span.first, x, spare);
        if (x2) lines_.Fetch(where, true, span.first, span.last - span.first, x2, spare);
        if (current) lines_.Fetch(where, false, first, count, now, spare);
        w.p = &p_;
        w.x = x;
        w.x2 = x2;
        w.current = current ? now : nullptr;
        w.starts = starts;
        w.ends = ends;
        w.y = y;
        w.windows = count;
        w.slots = std::min(span.last, job_.n) - span.first;
        w.scratch = at;
        fn_(w);
        if (job_.starts && job_.op == kRolling_count) {
          for (int64_t k = 0; k < count; k++) y[k] = ends[k] - starts[k] < job_.p.min_periods ? kRollingNaN : y[k];
        }
        if (job_.starts)
          lines_.StoreAt(where, first, count, y, spare);
        else
          lines_.Store(where, first, count, y, spare);
      }
    });
  }

 private:
  struct Span {
    int64_t first, last;
  };
  // So many windows that together they step over four times the slots of the longest, which each chunk takes anew.
  // Where bounds go back, and windows with them, no more than take some 50 ms: between chunks the call can be
  // cancelled.
  int64_t ChunkOfBounds() const {
    constexpr int64_t kMost = 65536, kSlots = int64_t{1} << 24;
    const int64_t longest = std::max<int64_t>(job_.p.window, 1024);
    const double steps = static_cast<double>(std::max<int64_t>(job_.ends[windows_ - 1] - job_.ends[0], 1));
    const double chunk = 4 * static_cast<double>(longest) / steps * static_cast<double>(windows_);
    bool back = false;
    for (int64_t k = 1; k < windows_ && !back; k++)
      back = job_.starts[k] < job_.starts[k - 1] || job_.ends[k] < job_.ends[k - 1];
    const int64_t most = back ? std::clamp<int64_t>(kSlots / longest, 1, kMost) : kMost;
    return std::min({windows_, most, chunk < kMost ? static_cast<int64_t>(chunk) + 1 : kMost});
  }
  Span SpanOf(int64_t first, int64_t count) const {
    Span span{job_.n, 0};
    for (int64_t k = first; k < first + count; k++) {
      span.first = std::min(span.first, job_.starts[k]);
      span.last = std::max(span.last, job_.ends[k]);
    }
    if (span.last < span.first) span.last = span.first;
    return span;
  }

  const Run& run_;
  const RollingJob& job_;
  RollingLines lines_;
  const RollingTable& table_;
  RollingParameters p_;
  RollingWindowsFn fn_;
  int inputs_, threads_;
  int64_t windows_, chunk_, slots_ = 0;
};

// No window has an element.
void FillEmpty(const Run& run, const RollingJob& job) {
  const bool zero =
      (job.op == kRolling_count || job.op == kRolling_sum || job.op == kRolling_nunique) && job.p.min_periods == 0;
  RollingLines lines(run, job);
  const double value = zero ? 0 : kRollingNaN;
  char room[8];
  for (int64_t l = 0; l < lines.lines(); l++) {
    const RollingLines::Line line = lines.At(l);
    for (int64_t i = 0; i < job.outputs; i++) lines.StoreAt(line, i, 1, &value, room);
  }
}

}  // namespace

Status RunRolling(const Run& run, RollingJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::rolling, job);
  if (job.empty) return FillEmpty(run, job), NUMRS_OK;
  const bool fixed = !job.starts && !job.p.weights && kRollingRows[job.op].way == RollingWay::BLOCKS;
  if (fixed && RollsAlongLines(run, job)) return RunRollingAlongLines(run, job);
  if (fixed) return BlockRunner(run, job).Execute();
  return WindowRunner(run, job).Execute();
}

}  // namespace numrs
