// Gradients of convolutions with respect to weights: planes of the input and turned gradients of the output, block of
// pixels by block. The order: images one after the other, in each blocks of whole rows with at most 256 pixels (of a
// longer row: pieces of 256), their sums added in order.
#include <algorithm>

#include "core/memory.h"
#include "core/nn_conv.h"
#include "core/nn_planes.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kUnitBytes = int64_t{384} << 10;  // of planes and turned gradients of one band
constexpr int64_t kRowGrain = 28;                   // rows of the result for one task, at least

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }
size_t Round(int64_t bytes) { return static_cast<size_t>((bytes + 63) / 64 * 64); }

template <typename T>
struct WeightGradient {
  const Run& run;
  const ConvJob& job;
  const T* x;
  const T* y;
  T* weight;
  Planes planes;
  int64_t in, out, k, columns, extra, block_rows, band, bands;
  int64_t plane_elements, g_elements;  // of a unit: one band of one image
  int64_t units_at_once;
  const int64_t* offsets = nullptr;

  WeightGradient(const Run& run_, const ConvJob& job_, const void* x_, const void* y_, void* weight_, int threads)
      : run(run_),
        job(job_),
        x(static_cast<const T*>(x_)),
        y(static_cast<const T*>(y_)),
        weight(static_cast<T*>(weight_)) {
    in = job.InPerGroup();
    out = job.OutPerGroup();
    k = in * job.Taps();
    columns = CeilDiv(out, kConvColumns) * kConvColumns;
    planes.h = job.h;
    planes.w = job.w;
    planes.top = job.padding[0];
    planes.left = job.padding[1];
    planes.SetSteps(job.stride, (job.kernel[0] - 1) * job.dilation[0], (job.kernel[1] - 1) * job.dilation[1]);
    planes.cols = job.ow + (job.kernel[1] - 1) * job.dilation[1] / job.stride[1];
    extra = (job.kernel[0] - 1) * job.dilation[0] / job.stride[0];
    block_rows = std::max<int64_t>(1, kGemmDepth / job.ow);
    const int64_t row_bytes =
        (in * planes.used[0] * planes.used[1] * planes.cols + job.ow * columns) * static_cast<int64_t>(sizeof(T));
    band = std::max<int64_t>(block_rows, kUnitBytes / row_bytes / block_rows * block_rows);
    band = std::min(band, job.oh);
    bands = CeilDiv(job.oh, band);
    planes.rows = band + extra;
    plane_elements = in * planes.ChannelSize();
    g_elements = band * job.ow * columns;
    units_at_once = threads == 1 ? 1 : std::min<int64_t>(job.n * bands, 2 * threads);
  }
  size_t UnitBytes() const { return Round((plane_elements + g_elements) * static_cast<int64_t>(sizeof(T))); }
  size_t Bytes() const {
    return static_cast<size_t>(units_at_once) * UnitBytes() + Round(k * columns * static_cast<int64_t>(sizeof(T)));
  }

  void Fill(int64_t group, int64_t unit, char* memory) const {
    const int64_t image = unit / bands, first = unit % bands * band, rows = std::min(band, job.oh - first);
    T* const to = reinterpret_cast<T*>(memory);
    const T* const from = x + (image * job.c_in + group * in) * job.h * job.w;
    for (int64_t c = 0; c < in; c++)
      FillPlanes<T>(run.kernels.copy, planes, from + c * job.h * job.w, first, rows + extra, T(0),
                    to + c * planes.ChannelSize());
    T* const g = to + plane_elements;
    const int64_t size = static_cast<int64_t>(sizeof(T)), pixels = job.oh * job.ow;
    run.kernels.copy.transpose[SizeIndex(size)](y + (image * job.c_out + group * out) * pixels + first * job.ow,
                                                pixels * size, g, columns * size, rows * job.ow, out);
    if (columns == out) return;
    for (int64_t i = 0; i < rows * job.ow; i++) std::fill(g + i * columns + out, g + (i + 1) * columns, T(0));
  }

  // Rows [begin, end) of the result, all pixels of a unit.
  void Sum(int64_t unit, const char* memory, int64_t begin, int64_t end, T* result) const {
    const int64_t first = unit % bands * band, rows = std::min(band, job.oh - first);
    const T* const from = reinterpret_cast<const T*>(memory);
    const T* const g = from + plane_elements;
    const auto kernel = run.kernels.nn_conv->conv_weight[job.dtype];
    ConvWeightStrip s;
    s.offsets = offsets + begin;
    s.y = result + begin * columns;
    s.rows = end - begin;
    s.columns = columns;
    s.x_line = planes.cols;
    s.g_row = s.y_row = columns;
    s.first = unit == 0;
    for (int64_t r = 0; r < rows; r += block_rows) {
      s.lines = std::min(block_rows, rows - r);
      for (int64_t c = 0; c < job.ow; c += kGemmDepth) {
        s.line = std::min(kGemmDepth, job.ow - c);
        s.x = from + r * planes.cols + c;
        s.g = g + (r * job.ow + c) * columns;
        kernel(s);
        s.first = false;
      }
    }
  }

  Status Group(int64_t group, int threads, const Cancel* cancel, char* memory) const {
    T* const result = reinterpret_cast<T*>(memory + static_cast<size_t>(units_at_once) * UnitBytes());
    const int64_t units = job.n * bands;
    const int64_t grain = threads == 1 ? k : std::max(kRowGrain, CeilDiv(CeilDiv(k, 2 * int64_t{threads}), 14) * 14);
    for (int64_t start = 0; start < units; start += units_at_once) {
      const int64_t count = std::min(units_at_once, units - start);
      NUMRS_TRY(ParallelFor(count, 1, threads, cancel, [&](int64_t begin, int64_t end) {
        for (int64_t u = begin; u < end; u++) Fill(group, start + u, memory + static_cast<size_t>(u) * UnitBytes());
      }));
      NUMRS_TRY(ParallelFor(k, grain, threads, cancel, [&](int64_t begin, int64_t end) {
        for (int64_t u = 0; u < count; u++)
          Sum(start + u, memory + static_cast<size_t>(u) * UnitBytes(), begin, end, result);
      }));
    }
    const int64_t size = static_cast<int64_t>(sizeof(T));
    run.kernels.copy.transpose[SizeIndex(size)](result, columns * size, weight + group * out * k, k * size, out, k);
    return NUMRS_OK;
  }
};

template <typename T>
Status Weights(const Run& run, const ConvJob& job, const void* x, const void* y, void* weight) {
  const int threads = run.Threads(job.MacNs());
  const bool by_group = job.groups >= threads;  // a thread takes whole groups
  WeightGradient<T> gradient(run, job, x, y, weight, by_group ? 1 : threads);
  const size_t offset_bytes = Round(gradient.k * static_cast<int64_t>(sizeof(int64_t)));
  const int slots_wanted = by_group ? std::min(threads, ScratchSlots::kMaxSlots) : 1;
  const size_t each = gradient.Bytes(), bytes = offset_bytes + static_cast<size_t>(slots_wanted) * each;
  Workspace memory(bytes);
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, bytes);
  int64_t* const offsets = memory.as<int64_t>();
  for (int64_t i = 0; i < gradient.k; i++) {
    const int64_t t = i % job.Taps();
    offsets[i] = i / job.Taps() * gradient.planes.ChannelSize() +
                 gradient.planes.Offset(t / job.kernel[1] * job.dilation[0], t % job.kernel[1] * job.dilation[1]);
  }
  gradient.offsets = offsets;
  char* const scratch = memory.as<char>() + offset_bytes;
  if (!by_group) {
    for (int64_t g = 0; g < job.groups; g++) NUMRS_TRY(gradient.Group(g, threads, run.cancel, scratch));
    return NUMRS_OK;
  }
  ScratchSlots slots(scratch, each, slots_wanted);
  return ParallelFor(job.groups, 1, threads, run.cancel, [&](int64_t begin, int64_t end) -> Status {
    ScratchSlots::Lease lease(slots);
    for (int64_t g = begin; g < end; g++)
      NUMRS_TRY(gradient.Group(g, 1, threads == 1 ? run.cancel : nullptr, lease.data()));
    return NUMRS_OK;
  });
}

}  // namespace

Status ConvWeights(const Run& run, const ConvJob& job, const void* x, const void* y, void* weight) {
  const int64_t count = job.WeightSize();
  if (count == 0) return NUMRS_OK;
  if (run.device) return ConvOnDevice(run, job, ConvWay::WEIGHTS, nullptr, x, weight, y);
  if (job.n * job.oh * job.ow == 0) {
    std::memset(weight, 0, static_cast<size_t>(count * SizeOf(job.dtype)));
    return NUMRS_OK;
  }
  return job.dtype == kF64 ? Weights<double>(run, job, x, y, weight) : Weights<float>(run, job, x, y, weight);
}

}  // namespace numrs
