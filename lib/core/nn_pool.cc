// Pools: planes of padded input whose windows' elements lie next to each other, row by row; threads take planes.
#include "core/nn_pool.h"

#include <algorithm>
#include <limits>

#include "core/device_state.h"
#include "core/memory.h"
#include "core/nn_planes.h"
#include "core/reduce.h"
#include "core/scratch.h"

namespace numrs {
namespace {

constexpr int64_t kNarrow = 16;                    // columns below which a row fills no vectors
constexpr int64_t kBandBytes = int64_t{64} << 10;  // of planes worked on at a time

int64_t CeilDiv(int64_t a, int64_t b) { return a / b + (a % b != 0); }
size_t Round(int64_t bytes) { return static_cast<size_t>((bytes + 63) / 64 * 64); }

template <typename T>
class Pool {
 public:
  Pool(const Run& run, const PoolJob& job, bool maximum, const void* x, void* y, int64_t* indices)
      : run_(run),
        job_(job),
        maximum_(maximum),
        x_(static_cast<const T*>(x)),
        y_(static_cast<T*>(y)),
        indices_(indices) {
    const int64_t max_row = (job.kernel[0] - 1) * job.dilation[0], max_col = (job.kernel[1] - 1) * job.dilation[1];
    planes_.h = job.h;
    planes_.w = job.w;
    planes_.top = job.padding[0];
    planes_.left = job.padding[1];
    planes_.SetSteps(job.stride, max_row, max_col);
    planes_.cols = job.ow + max_col / job.stride[1];
    extra_ = max_row / job.stride[0];
    taps_ = job.kernel[0] * job.kernel[1];
    pairs_ = maximum && !indices && job.kernel[1] == 2 && job.stride[1] == 2 && job.padding[1] == 0 &&
             job.dilation[1] == 1 && 2 * job.ow <= job.w;
    squares_ = maximum && indices && job.ow < kNarrow && 2 * job.oh <= job.h && 2 * job.ow <= job.w;
    for (int d = 0; d < 2; d++) {
      squares_ = squares_ && job.kernel[d] == 2 && job.stride[d] == 2 && job.padding[d] == 0 && job.dilation[d] == 1;
    }
    const int64_t row_bytes = planes_.used[0] * planes_.used[1] * planes_.cols * static_cast<int64_t>(sizeof(T));
    band_ = std::clamp<int64_t>(kBandBytes / row_bytes - extra_, 1, job.oh);
    planes_.rows = band_ + extra_;
  }

  Status Start() {
    const double out = static_cast<double>(job_.planes) * static_cast<double>(job_.oh * job_.ow);
    const double ns = out * (static_cast<double>(taps_) * (maximum_ ? 0.1 : 0.3) + (indices_ ? 1.5 : 0.3));
    const int threads = run_.Threads(ns);
    const int64_t grain =
        std::max<int64_t>(1, static_cast<int64_t>(2e4 / (ns / static_cast<double>(std::max<int64_t>(1, job_.planes)))));
    if (pairs_) {
      return ParallelFor(job_.planes, grain, threads, run_.cancel, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; p++) Pairs(p);
      });
    }
    if (squares_) {
      return ParallelFor(job_.planes, grain, threads, run_.cancel, [&](int64_t begin, int64_t end) {
        for (int64_t p = begin; p < end; p++) Squares(p);
      });
    }
    const int64_t size = static_cast<int64_t>(sizeof(T)), slack = kConvSlackBytes / size;
    plane_bytes_ = Round((planes_.ChannelSize() + slack) * size);
    const size_t each = plane_bytes_ + Round(job_.ow * static_cast<int64_t>(sizeof(int64_t)));
    const size_t offset_bytes = Round(2 * taps_ * static_cast<int64_t>(sizeof(int64_t)));
    const int count = std::min(threads, ScratchSlots::kMaxSlots);
    const size_t bytes = offset_bytes + each * static_cast<size_t>(count);
    Workspace memory(bytes);
    if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job_.function, bytes);
    offsets_ = memory.as<int64_t>();
    places_ = offsets_ + taps_;
    for (int64_t t = 0; t < taps_; t++) {
      const int64_t r = t / job_.kernel[1] * job_.dilation[0], c = t % job_.kernel[1] * job_.dilation[1];
      offsets_[t] = planes_.Offset(r, c);
      places_[t] = r * job_.w + c;
    }
    ScratchSlots slots(memory.as<char>() + offset_bytes, each, count);
    return ParallelFor(job_.planes, grain, threads, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t p = begin; p < end; p++) {
        for (int64_t first = 0; first < job_.oh; first += band_) Band(p, first, lease.data());
      }
    });
  }

 private:
  void Pairs(int64_t plane) const {
    const PoolPairs p{x_ + plane * job_.h * job_.w,
                      y_ + plane * job_.oh * job_.ow,
                      job_.h,
                      job_.w,
                      job_.oh,
                      job_.ow,
                      job_.kernel[0],
                      job_.stride[0],
                      job_.padding[0],
                      job_.dilation[0]};
    run_.kernels.nn_conv->max_pool_pairs[job_.dtype](p);
  }

  void Squares(int64_t plane) const {
    PoolPlane p{};
    p.x = x_ + plane * job_.h * job_.w;
    p.y = y_ + plane * job_.oh * job_.ow;
    p.indices = indices_ + plane * job_.oh * job_.ow;
    p.h = job_.h;
    p.w = job_.w;
    p.oh = job_.oh;
    p.ow = job_.ow;
    run_.kernels.nn_conv->max_pool_squares[job_.dtype](p);
  }

  void Band(int64_t plane, int64_t first, char* scratch) const {
    const int64_t rows = std::min(band_, job_.oh - first), slack = kConvSlackBytes / static_cast<int64_t>(sizeof(T));
    T* const memory = reinterpret_cast<T*>(scratch);
    const T fill = maximum_ ? -std::numeric_limits<T>::infinity() : T(0);
    FillPlanes<T>(run_.kernels.copy, planes_, x_ + plane * job_.h * job_.w, first, rows + extra_, fill, memory);
    std::fill(memory + planes_.ChannelSize(), memory + planes_.ChannelSize() + slack, fill);
    PoolRow row{};
    row.offsets = offsets_;
    row.taps = taps_;
    row.n = job_.ow;
    int64_t known = -1;  // the height of the windows that the divisors are for
    for (int64_t i = 0; i < rows; i++) {
      const int64_t o = first + i, out = (plane * job_.oh + o) * job_.ow;
      row.src = memory + i * planes_.cols;
      row.y = y_ + out;
      if (!maximum_) {
        double* const divisor = reinterpret_cast<double*>(scratch + plane_bytes_);
        const PoolWindow window(o, job_.kernel[0], job_.stride[0], job_.padding[0], job_.h);
        const int64_t height = job_.count_include_pad ? window.padded : window.end - window.begin;
        if (height != known) Divisors(o, divisor);
        known = height;
        row.divisor = divisor;
        run_.kernels.nn_conv->avg_pool[job_.dtype](row);
        continue;
      }
      int32_t* const at = reinterpret_cast<int32_t*>(scratch + plane_bytes_);
      row.at = indices_ ? at : nullptr;
      run_.kernels.nn_conv->max_pool[job_.dtype](row);
      if (indices_) Places(o, at, indices_ + out);
    }
  }

  void Divisors(int64_t o, double* divisor) const {
    const PoolWindow rows(o, job_.kernel[0], job_.stride[0], job_.padding[0], job_.h);
    for (int64_t j = 0; j < job_.ow; j++) {
      const PoolWindow cols(j, job_.kernel[1], job_.stride[1], job_.padding[1], job_.w);
      divisor[j] = PoolDivisor(job_.divisor, job_.count_include_pad, rows, cols);
    }
  }

  // Taps as places in the plane; where nothing is above -infinity, the first place inside.
  void Places(int64_t o, const int32_t* at, int64_t* to) const {
    const int64_t top = o * job_.stride[0] - job_.padding[0];
    for (int64_t j = 0; j < job_.ow; j++) {
      const int64_t left = j * job_.stride[1] - job_.padding[1];
      if (at[j] >= 0) {
        to[j] = top * job_.w + left + places_[at[j]];
        continue;
      }
      int64_t r = top, c = left;
      if (r < 0) r += CeilDiv(-r, job_.dilation[0]) * job_.dilation[0];
      if (c < 0) c += CeilDiv(-c, job_.dilation[1]) * job_.dilation[1];
      to[j] = r * job_.w + c;
    }
  }

  const Run& run_;
  const PoolJob& job_;
  bool maximum_, pairs_, squares_;
  const T* x_;
  T* y_;
  int64_t* indices_;
  Planes planes_;
  int64_t extra_, taps_, band_;
  int64_t* offsets_ = nullptr;  // of a window's elements, in planes
  int64_t* places_ = nullptr;   // and in the input
  size_t plane_bytes_ = 0;
};

Status PoolOnDevice(const Run& run, const PoolJob& job, PoolWay way, const void* x, void* y, int64_t* indices) {
  return OnDevice(run, job.function, &DeviceKernels::pool, PoolCall{way, job, x, y, indices});
}
PoolWay WayOf(PlaneOp op) {
  switch (op) {
    case PlaneOp::MAX_BACKWARD:
      return PoolWay::MAX_BACKWARD;
    case PlaneOp::AVG_BACKWARD:
      return PoolWay::AVG_BACKWARD;
    case PlaneOp::ADAPTIVE_AVG:
      return PoolWay::ADAPTIVE_AVG;
    case PlaneOp::ADAPTIVE_AVG_BACKWARD:
      return PoolWay::ADAPTIVE_AVG_BACKWARD;
    default:
      return PoolWay::ADAPTIVE_MAX;
  }
}

}  // namespace

Status MaxPool(const Run& run, const PoolJob& job, const void* x, void* y, int64_t* indices) {
  if (job.planes * job.oh * job.ow == 0) return NUMRS_OK;
  if (run.device) return PoolOnDevice(run, job, PoolWay::MAX, x, y, indices);
  return job.dtype == kF64 ? Pool<double>(run, job, true, x, y, indices).Start()
                           : Pool<float>(run, job, true, x, y, indices).Start();
}

Status AvgPool(const Run& run, const PoolJob& job, const void* x, void* y) {
  if (job.planes * job.oh * job.ow == 0) return NUMRS_OK;
  if (run.device) return PoolOnDevice(run, job, PoolWay::AVG, x, y, nullptr);
  return job.dtype == kF64 ? Pool<double>(run, job, false, x, y, nullptr).Start()
                           : Pool<float>(run, job, false, x, y, nullptr).Start();
}

Status PlanePool(const Run& run, const PoolJob& job, PlaneOp op, const void* x, void* y, int64_t* indices) {
  const bool backward =
      op == PlaneOp::MAX_BACKWARD || op == PlaneOp::AVG_BACKWARD || op == PlaneOp::ADAPTIVE_AVG_BACKWARD;
  const int64_t in = job.h * job.w, out = job.oh * job.ow, size = SizeOf(job.dtype);
  if (job.planes * (backward ? in : out) == 0) return NUMRS_OK;
  if (op == PlaneOp::ADAPTIVE_AVG && out == 1 && in > 0) {  // whole planes: a mean
    const int64_t matrix[2] = {job.planes, in}, column[2] = {job.planes, 1};
    ReduceJob mean;
    mean.function = job.function;
    mean.op = kReduce_mean;
    mean.axes = 2;
    mean.compute = mean.result = job.dtype;
    mean.x = ContiguousView(const_cast<void*>(x), job.dtype, 2, matrix);
    mean.y = ContiguousView(y, job.dtype, 2, column);
    return RunReduce(run, mean);
  }
  if (run.device) {
    const bool empty = (backward ? out : in) == 0;  // no memory then, whatever the pointers are
    return PoolOnDevice(run, job, WayOf(op), empty ? nullptr : x, y, empty ? nullptr : indices);
  }
  const NnConvTable& table = *run.kernels.nn_conv;
  void (*kernel)(const PoolPlane&) = nullptr;
  switch (op) {
    case PlaneOp::MAX_BACKWARD:
      kernel = table.max_pool_backward[job.dtype];
      break;
    case PlaneOp::AVG_BACKWARD:
      kernel = table.avg_pool_backward[job.dtype];
      break;
    case PlaneOp::ADAPTIVE_AVG:
      kernel = table.adaptive_avg[job.dtype];
      break;
    case PlaneOp::ADAPTIVE_AVG_BACKWARD:
      kernel = table.adaptive_avg_backward[job.dtype];
      break;
    case PlaneOp::ADAPTIVE_MAX:
      kernel = table.adaptive_max[job.dtype];
      break;
  }
  const double each = static_cast<double>(in + out) * 0.5;
  const int64_t grain = std::max<int64_t>(1, static_cast<int64_t>(2e4 / each));
  const int threads = run.Threads(each * static_cast<double>(job.planes));
  return ParallelFor(job.planes, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    PoolPlane p{};
    p.h = job.h;
    p.w = job.w;
    p.oh = job.oh;
    p.ow = job.ow;
    for (int d = 0; d < 2; d++) {
      p.kernel[d] = job.kernel[d];
      p.stride[d] = job.stride[d];
      p.padding[d] = job.padding[d];
    }
    p.count_include_pad = job.count_include_pad;
    p.divisor = job.divisor;
    for (int64_t i = begin; i < end; i++) {
      p.x = static_cast<const char*>(x) + i * (backward ? out : in) * size;
      p.y = static_cast<char*>(y) + i * (backward ? in : out) * size;
      p.indices = indices ? indices + i * out : nullptr;
      kernel(p);
    }
  });
}

}  // namespace numrs
