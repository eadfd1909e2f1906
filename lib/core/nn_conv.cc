// Convolutions and transposed ones as correlations of planes with packed weights: bands, scratch memory, threads. The
// gradient with respect to weights is in nn_conv_backward.cc.
#include "core/nn_conv.h"

#include <algorithm>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/nn_planes.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kBandBytes = int64_t{256}
                               << 10;  // of planes worked on at a time: they stay in the second-level cache

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }
size_t Round(int64_t bytes) { return static_cast<size_t>((bytes + 63) / 64 * 64); }

// Weights by planes of a source to one grid of output positions per channel, `row_step` and `col_step` elements apart.
struct Correlation {
  const char* function;
  int32_t dtype;
  int64_t images, groups;
  const void* src;
  int64_t channels;  // of the source, per group
  Planes planes;     // rows: set by Run
  int64_t taps, max_row, max_col;
  int64_t tap_cols;        // different columns among the taps
  const int64_t* tap_row;  // of each tap: its place from the grid's position on, in the padded source
  const int64_t* tap_col;
  const void* weight;  // (groups, rows, channels * taps), packed
  const void* bias;    // (groups * rows), or nullptr
  void* y;
  int64_t rows;  // channels of the output, per group
  int64_t grid_h, grid_w, y_plane, row_step, col_step;
  double ns;
};

template <typename T>
class Runner {
 public:
  Runner(const Run& run, const Correlation& c) : run_(run), c_(c) {
    lanes_ = std::max<int64_t>(1, run.kernels.vector_bytes / static_cast<int64_t>(sizeof(T)));
    planes_ = c.planes;
    planes_.cols = c.grid_w + c.max_col / planes_.step[1];
    extra_ = c.max_row / planes_.step[0];
    // All positions of a band as one line, with those between the rows computed for nothing, where rows fill vectors
    // badly.
    const double useful = static_cast<double>(c.grid_h * c.grid_w);
    const double by_row = useful / static_cast<double>(c.grid_h * RoundUp(c.grid_w));
    const double by_band = useful / static_cast<double>(RoundUp((c.grid_h - 1) * planes_.cols + c.grid_w));
    flat_ = c.grid_h > 1 && by_band > by_row;
    shifted_ = c.grid_h > 1 && c.tap_cols > 0 && ShiftingPays(flat_ ? by_band : by_row);
    flat_ = flat_ && !shifted_;
    direct_ = !flat_ && c.col_step == 1 && (!shifted_ || c.row_step == c.grid_w);
    threads_ = run.Threads(c.ns);
    const int64_t row_elements =
        c.channels * planes_.used[0] * (shifted_ ? c.tap_cols * c.grid_w : planes_.used[1] * planes_.cols);
    const int64_t row_bytes = std::max<int64_t>(1, row_elements * static_cast<int64_t>(sizeof(T)));
    band_ = std::clamp<int64_t>(kBandBytes / row_bytes - extra_, 1, c.grid_h);
    const int64_t items = c.images * c.groups;
    if (threads_ > 1 && items < 4 * threads_)
      band_ = std::min(band_, std::max<int64_t>(1, CeilDiv(c.grid_h, CeilDiv(4 * threads_, items))));
    band_ = CeilDiv(c.grid_h, CeilDiv(c.grid_h, band_));
    planes_.rows = band_ + extra_;
    k_ = c.channels * c.taps;
    slack_ = kConvSlackBytes / static_cast<int64_t>(sizeof(T));
    temp_row_ = direct_ ? 0
                        : (flat_      ? (band_ - 1) * planes_.cols
                           : shifted_ ? (band_ - 1) * c.grid_w
                                      : 0) +
                              c.grid_w + slack_;
    shift_size_ = planes_.used[0] * planes_.rows * c.grid_w;
    channel_size_ = shifted_ ? c.tap_cols * shift_size_ : planes_.ChannelSize();
    plane_bytes_ = Round((c.channels * channel_size_ + slack_) * static_cast<int64_t>(sizeof(T))) +
                   (shifted_ ? Round(planes_.ChannelSize() * static_cast<int64_t>(sizeof(T))) : 0);
    slot_bytes_ = plane_bytes_ + Round(c.rows * temp_row_ * static_cast<int64_t>(sizeof(T)));
  }

  size_t Bytes() const { return OffsetBytes() + static_cast<size_t>(Slots()) * slot_bytes_; }

  Status Start(char* memory) {
    const int64_t bands = CeilDiv(c_.grid_h, band_), tasks = c_.images * c_.groups * bands;
    offsets_ = reinterpret_cast<int64_t*>(memory);
    if (shifted_) ListShifts();
    for (int64_t ch = 0; ch < c_.channels; ch++) {
      for (int64_t t = 0; t < c_.taps; t++)
        offsets_[ch * c_.taps + t] = ch * channel_size_ + (shifted_ ? ShiftedOffset(c_.tap_row[t], c_.tap_col[t])
                                                                    : planes_.Offset(c_.tap_row[t], c_.tap_col[t]));
    }
    ScratchSlots slots(memory + OffsetBytes(), slot_bytes_, Slots());
    return ParallelFor(tasks, 1, threads_, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t task = begin; task < end; task++) Band(task / bands, task % bands * band_, lease.data());
    });
  }

 private:
  int Slots() const { return std::min(threads_, ScratchSlots::kMaxSlots); }
  size_t OffsetBytes() const {
    return Round((k_ + (shifted_ ? c_.tap_cols : 0)) * static_cast<int64_t>(sizeof(int64_t)));
  }
  int64_t RoundUp(int64_t n) const { return CeilDiv(n, lanes_) * lanes_; }

  // Planes without anything between the rows of the grid, one for each column of the taps: rows that are shorter than a
  // vector then fill it together. Does that save more than it costs to lay them out? useful: the part of all positions
  // that is wanted without them. In cycles per channel of the source, roughly.
  bool ShiftingPays(double useful) const {
    const double positions = static_cast<double>(c_.grid_h * c_.grid_w), lanes = static_cast<double>(lanes_);
    const double shifted = positions / static_cast<double>(RoundUp(c_.grid_h * c_.grid_w));
    const double sums = 0.5 * static_cast<double>(c_.taps * c_.rows) * positions / lanes;
    const double copies = 3.0 * static_cast<double>(c_.tap_cols * (c_.grid_h + extra_) * planes_.used[0]) *
                          static_cast<double>(CeilDiv(c_.grid_w, lanes_));
    const double start = 200.0 / static_cast<double>(c_.channels);
    return sums / shifted + copies + start < sums / useful;
  }

  // The columns of the taps, each once, behind the offsets.
  void ListShifts() {
    shifts_ = offsets_ + k_;
    int64_t count = 0;
    for (int64_t t = 0; t < c_.taps; t++) {
      if (std::find(shifts_, shifts_ + count, c_.tap_col[t]) == shifts_ + count) shifts_[count++] = c_.tap_col[t];
    }
    n_shifts_ = count;
  }
  int64_t ShiftedOffset(int64_t r, int64_t c) const {
    const int64_t shift = std::find(shifts_, shifts_ + n_shifts_, c) - shifts_;
    return shift * shift_size_ + (r % planes_.step[0] * planes_.rows + r / planes_.step[0]) * c_.grid_w;
  }

  // The shifted planes of one channel from its planes.
  void Shift(const T* planes, int64_t rows, T* to) const {
    for (int64_t i = 0; i < n_shifts_; i++, to += shift_size_) {
      for (int64_t ph = 0; ph < planes_.used[0]; ph++) {
        const T* const from = planes + planes_.Offset(ph, shifts_[i]);
        T* const plane = to + ph * planes_.rows * c_.grid_w;
        switch (c_.grid_w * static_cast<int64_t>(sizeof(T))) {
          case 16:
            CopyRows<16>(from, rows, plane);
            break;
          case 32:
            CopyRows<32>(from, rows, plane);
            break;
          default:
            for (int64_t r = 0; r < rows; r++) CopyRun(from + r * planes_.cols, plane + r * c_.grid_w, c_.grid_w);
        }
      }
    }
  }
  template <int kBytes>
  void CopyRows(const T* from, int64_t rows, T* to) const {
    for (int64_t r = 0; r < rows; r++)
      std::memcpy(to + r * (kBytes / static_cast<int64_t>(sizeof(T))), from + r * planes_.cols, kBytes);
  }

  // Grid rows [first, first + band) of one image and group.
  void Band(int64_t item, int64_t first, char* scratch) {
    const int64_t group = item % c_.groups, rows = std::min(band_, c_.grid_h - first);
    T* const planes = reinterpret_cast<T*>(scratch);
    T* const temp = reinterpret_cast<T*>(scratch + plane_bytes_);
    const T* const image = static_cast<const T*>(c_.src) + item * c_.channels * planes_.h * planes_.w;
    T* const padded = planes + (c_.channels * channel_size_ + slack_);
    for (int64_t ch = 0; ch < c_.channels; ch++) {
      T* const to = planes + ch * channel_size_;
      FillPlanes<T>(run_.kernels.copy, planes_, image + ch * planes_.h * planes_.w, first, rows + extra_, T(0),
                    shifted_ ? padded : to);
      if (shifted_) Shift(padded, rows + extra_, to);
    }
    std::fill(planes + c_.channels * channel_size_, planes + c_.channels * channel_size_ + slack_, T(0));
    ConvStrip s;
    s.weight = static_cast<const T*>(c_.weight) + group * c_.rows * k_;
    s.offsets = offsets_;
    s.bias = c_.bias ? static_cast<const T*>(c_.bias) + group * c_.rows : nullptr;
    s.rows = c_.rows;
    s.k = k_;
    T* const y = static_cast<T*>(c_.y) + item * c_.rows * c_.y_plane + first * c_.row_step;
    const auto kernel = run_.kernels.nn_conv->conv[c_.dtype];
    if (flat_) {
      s.src = planes;
      s.y = temp;
      s.y_row = temp_row_;
      s.n = (rows - 1) * planes_.cols + c_.grid_w;
      s.slack = true;
      kernel(s);
      for (int64_t r = 0; r < c_.rows; r++) {
        for (int64_t i = 0; i < rows; i++)
          Scatter(temp + r * temp_row_ + i * planes_.cols, y + r * c_.y_plane + i * c_.row_step);
      }
      return;
    }
    if (shifted_) {
      s.src = planes;
      s.y = direct_ ? y : temp;
      s.y_row = direct_ ? c_.y_plane : temp_row_;
      s.n = rows * c_.grid_w;
      s.slack = !direct_;
      kernel(s);
      for (int64_t r = 0; r < (direct_ ? 0 : c_.rows); r++) {
        for (int64_t i = 0; i < rows; i++)
          Scatter(temp + r * temp_row_ + i * c_.grid_w, y + r * c_.y_plane + i * c_.row_step);
      }
      return;
    }
    s.n = c_.grid_w;
    s.slack = !direct_;
    for (int64_t i = 0; i < rows; i++) {
      s.src = planes + i * planes_.cols;
      s.y = direct_ ? y + i * c_.row_step : temp;
      s.y_row = direct_ ? c_.y_plane : temp_row_;
      kernel(s);
      if (direct_) continue;
      for (int64_t r = 0; r < c_.rows; r++) Scatter(temp + r * temp_row_, y + r * c_.y_plane + i * c_.row_step);
    }
  }

  void Scatter(const T* from, T* to) const {
    if (c_.col_step == 1) {
      CopyRun(from, to, c_.grid_w);
    } else {
      for (int64_t j = 0; j < c_.grid_w; j++) to[j * c_.col_step] = from[j];
    }
  }

  const Run& run_;
  const Correlation& c_;
  Planes planes_;
  int64_t lanes_, extra_, band_, k_, slack_, temp_row_;
  int64_t* offsets_ = nullptr;
  size_t plane_bytes_, slot_bytes_;
  bool flat_, shifted_, direct_;
  int64_t shift_size_ = 0, channel_size_ = 0, n_shifts_ = 0;
  int64_t* shifts_ = nullptr;
  int threads_;
};

// A grid without sums: the bias, or 0.
template <typename T>
void FillGrid(const Correlation& c) {
  for (int64_t r = 0; r < c.images * c.groups * c.rows; r++) {
    const T value = c.bias ? static_cast<const T*>(c.bias)[r % (c.groups * c.rows)] : T(0);
    for (int64_t i = 0; i < c.grid_h; i++) {
      T* const y = static_cast<T*>(c.y) + r * c.y_plane + i * c.row_step;
      for (int64_t j = 0; j < c.grid_w; j++) y[j * c.col_step] = value;
    }
  }
}

bool IsEmpty(const Correlation& c) { return c.images * c.groups * c.rows == 0 || c.grid_h <= 0 || c.grid_w <= 0; }

size_t CorrelationBytes(const Run& run, const Correlation& c) {
  if (IsEmpty(c) || c.channels * c.taps == 0) return 0;
  return c.dtype == kF64 ? Runner<double>(run, c).Bytes() : Runner<float>(run, c).Bytes();
}

Status RunCorrelation(const Run& run, const Correlation& c, char* memory) {
  if (IsEmpty(c)) return NUMRS_OK;
  if (c.channels * c.taps == 0) {
    c.dtype == kF64 ? FillGrid<double>(c) : FillGrid<float>(c);
    return NUMRS_OK;
  }
  return c.dtype == kF64 ? Runner<double>(run, c).Start(memory) : Runner<float>(run, c).Start(memory);
}

Status NoMemory(const ConvJob& job, size_t bytes) {
  return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, bytes);
}

// The taps along one axis that reach positions a, a + stride … of the input, and where in the output they read:
// position i of the grid needs output i + at[t].
struct Reach {
  int64_t count = 0, least = 0, most = 0;
  Reach(const ConvJob& job, int axis, int64_t a, int64_t* taps, int64_t* at) {
    const int64_t s = job.stride[axis];
    for (int64_t k = 0; k < job.kernel[axis]; k++) {
      const int64_t t = a + job.padding[axis] - k * job.dilation[axis];
      if (((t % s) + s) % s) continue;
      const int64_t q = t / s;  // exact
      least = count ? std::min(least, q) : q;
      most = count ? std::max(most, q) : q;
      taps[count] = k;
      at[count++] = q;
    }
  }
};

// The weights of some taps of a group, rows by input channel, columns by output channel and tap.
template <typename T>
void TurnWeights(const ConvJob& job, const T* weight, const int64_t* rows, int64_t n_rows, const int64_t* cols,
                 int64_t n_cols, T* to) {
  const int64_t in = job.InPerGroup(), out = job.OutPerGroup(), taps = job.Taps();
  for (int64_t i = 0; i < in; i++) {
    for (int64_t o = 0; o < out; o++) {
      const T* const w = weight + (o * in + i) * taps;
      for (int64_t r = 0; r < n_rows; r++) {
        for (int64_t c = 0; c < n_cols; c++) *to++ = w[rows[r] * job.kernel[1] + cols[c]];
      }
    }
  }
}

// All of a forward convolution but where its weights and taps are.
void SetUp(const ConvJob& job, const void* x, const void* bias, void* y, Correlation* c) {
  c->function = job.function;
  c->dtype = job.dtype;
  c->images = job.n;
  c->groups = job.groups;
  c->src = x;
  c->channels = job.InPerGroup();
  c->planes.h = job.h;
  c->planes.w = job.w;
  c->planes.top = job.padding[0];
  c->planes.left = job.padding[1];
  c->taps = job.Taps();
  c->max_row = (job.kernel[0] - 1) * job.dilation[0];
  c->max_col = (job.kernel[1] - 1) * job.dilation[1];
  c->tap_cols = job.kernel[1];
  c->planes.SetSteps(job.stride, c->max_row, c->max_col);
  c->bias = bias;
  c->y = y;
  c->rows = job.OutPerGroup();
  c->grid_h = job.oh;
  c->grid_w = job.ow;
  c->y_plane = job.oh * job.ow;
  c->row_step = job.ow;
  c->col_step = 1;
  c->ns = job.MacNs();
}

}  // namespace

Status ConvOnDevice(const Run& run, const ConvJob& job, ConvWay way, const void* bias, const void* x,
                    const void* weight, const void* y) {
  // Operands without elements are no memory, whatever their pointers are.
  const auto there = [](const void* p, int64_t size) { return size > 0 ? const_cast<void*>(p) : nullptr; };
  return OnDevice(
      run, job.function, &DeviceKernels::conv,
      ConvCall{way, job, bias, there(x, job.LargeSize()), there(weight, job.WeightSize()), there(y, job.SmallSize())});
}

Status ConvForward(const Run& run, const ConvJob& job, const void* x, const void* weight, const void* bias, void* y) {
  if (run.device) {
    if (job.SmallSize() == 0) return NUMRS_OK;
    return ConvOnDevice(run, job, ConvWay::FORWARD, bias, x, weight, y);
  }
  const int64_t size = SizeOf(job.dtype), taps = job.Taps(), rows = job.OutPerGroup();
  const int64_t k = job.InPerGroup() * taps;
  const size_t tap_bytes = Round(2 * taps * static_cast<int64_t>(sizeof(int64_t)));
  const size_t packed_bytes = Round(job.c_out * k * size);
  Correlation c;
  SetUp(job, x, bias, y, &c);
  const size_t bytes = tap_bytes + packed_bytes + CorrelationBytes(run, c);
  Workspace memory(bytes);
  if (!memory.ok()) return NoMemory(job, bytes);
  int64_t* const tap_row = memory.as<int64_t>();
  int64_t* const tap_col = tap_row + taps;
  for (int64_t t = 0; t < taps; t++) {
    tap_row[t] = t / job.kernel[1] * job.dilation[0];
    tap_col[t] = t % job.kernel[1] * job.dilation[1];
  }
  char* const packed = memory.as<char>() + tap_bytes;
  if (k > 0) {
    for (int64_t g = 0; g < job.groups; g++)
      run.kernels.nn_conv->conv_pack[job.dtype](static_cast<const char*>(weight) + g * rows * k * size, rows, k,
                                                packed + g * rows * k * size);
  }
  c.tap_row = tap_row;
  c.tap_col = tap_col;
  c.weight = packed;
  return RunCorrelation(run, c, packed + packed_bytes);
}

Status ConvInput(const Run& run, const ConvJob& job, const void* y, const void* weight, const void* bias, void* x) {
  if (run.device) {
    if (job.LargeSize() == 0) return NUMRS_OK;
    return ConvOnDevice(run, job, ConvWay::INPUT, bias, x, weight, y);
  }
  const int64_t size = SizeOf(job.dtype), taps = job.Taps(), rows = job.InPerGroup();
  const int64_t longest = 2 * (job.kernel[0] + job.kernel[1]);
  const size_t tap_bytes = Round((longest + 2 * taps) * static_cast<int64_t>(sizeof(int64_t)));
  const int64_t weights = job.OutPerGroup() * rows * taps;  // of a group
  const size_t packed_bytes = Round(job.groups * weights * size), turned_bytes = Round(weights * size);
  Workspace lists(tap_bytes);
  if (!lists.ok()) return NoMemory(job, tap_bytes);
  int64_t* const row_taps = lists.as<int64_t>();
  int64_t *const row_at = row_taps + job.kernel[0], *const col_taps = row_at + job.kernel[0];
  int64_t *const col_at = col_taps + job.kernel[1], *const tap_row = col_at + job.kernel[1];
  int64_t* const tap_col = tap_row + taps;

  // Each position of the input below the strides begins a grid of its own.
  const auto for_each_grid = [&](auto&& body) -> Status {
    for (int64_t a = 0; a < std::min(job.stride[0], job.h); a++) {
      const Reach down(job, 0, a, row_taps, row_at);
      for (int64_t b = 0; b < std::min(job.stride[1], job.w); b++) {
        const Reach across(job, 1, b, col_taps, col_at);
        Correlation c;
        c.function = job.function;
        c.dtype = job.dtype;
        c.images = job.n;
        c.groups = job.groups;
        c.src = y;
        c.channels = job.OutPerGroup();
        c.planes.h = job.oh;
        c.planes.w = job.ow;
        c.planes.top = -down.least;
        c.planes.left = -across.least;
        c.taps = down.count * across.count;
        c.max_row = down.most - down.least;
        c.max_col = across.most - across.least;
        c.tap_cols = across.count;
        c.tap_row = tap_row;
        c.tap_col = tap_col;
        c.weight = nullptr;
        c.bias = bias;
        c.rows = rows;
        c.grid_h = CeilDiv(job.h - a, job.stride[0]);
        c.grid_w = CeilDiv(job.w - b, job.stride[1]);
        c.y_plane = job.h * job.w;
        c.row_step = job.stride[0] * job.w;
        c.col_step = job.stride[1];
        c.y = static_cast<char*>(x) + (a * job.w + b) * size;
        c.ns = static_cast<double>(c.images * c.groups * c.rows) * static_cast<double>(c.grid_h * c.grid_w) *
               static_cast<double>(c.channels * c.taps) * (job.dtype == kF64 ? 0.04 : 0.02);
        NUMRS_TRY(body(c, down, across));
      }
    }
    return NUMRS_OK;
  };
  size_t scratch_bytes = 0;  // all of it before anything is written
  NUMRS_TRY(for_each_grid([&](const Correlation& c, const Reach&, const Reach&) -> Status {
    scratch_bytes = std::max(scratch_bytes, CorrelationBytes(run, c));
    return NUMRS_OK;
  }));
  const size_t bytes = packed_bytes + turned_bytes + scratch_bytes;
  Workspace memory(bytes);
  if (!memory.ok()) return NoMemory(job, bytes);
  char *const packed = memory.as<char>(), *const turned = packed + packed_bytes;
  return for_each_grid([&](Correlation& c, const Reach& down, const Reach& across) -> Status {
    for (int64_t t = 0; t < c.taps; t++) {
      tap_row[t] = row_at[t / across.count] - down.least;
      tap_col[t] = col_at[t % across.count] - across.least;
    }
    const int64_t k = c.channels * c.taps;
    for (int64_t g = 0; g < job.groups && k > 0; g++) {
      const char* const from = static_cast<const char*>(weight) + g * weights * size;
      if (job.dtype == kF64)
        TurnWeights(job, reinterpret_cast<const double*>(from), row_taps, down.count, col_taps, across.count,
                    reinterpret_cast<double*>(turned));
      else
        TurnWeights(job, reinterpret_cast<const float*>(from), row_taps, down.count, col_taps, across.count,
                    reinterpret_cast<float*>(turned));
      run.kernels.nn_conv->conv_pack[job.dtype](turned, rows, k, packed + g * rows * k * size);
    }
    c.weight = packed;
    return RunCorrelation(run, c, turned + turned_bytes);
  });
}

}  // namespace numrs
