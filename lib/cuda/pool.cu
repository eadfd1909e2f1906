// Pools of planes and their gradients: a thread for each result; where windows meet, their gradients are added in the
// order of the windows.
#include <limits>

#include "core/nn_pool.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"

namespace numrs {
namespace cuda {
namespace {

struct PoolArgs {
  const void* x;
  void* y;
  int64_t* indices;
  int64_t planes, h, w, oh, ow;
  int64_t kernel[2], stride[2], padding[2], dilation[2];
  int64_t divisor;
  bool count_include_pad;
  Walk out, in;     // (plane, row, column) of an element of either side
  int32_t* owners;  // MAX_BACKWARD: 2 h w of each block of threads
};

// Where result i lies.
struct Spot {
  int64_t plane, row, col;
};
NUMRS_DEVICE Spot SpotOf(const Walk& walk, int64_t i) {
  const int64_t strides[3][kLoops] = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
  int64_t at[3];
  walk.At<3>(i, strides, at);
  return {at[0], at[1], at[2]};
}
// What an average divides by: elements as PoolWindow counts them.
NUMRS_DEVICE double DivisorOf(const PoolArgs& a, int64_t row, int64_t col) {
  if (a.divisor) return static_cast<double>(a.divisor);
  const PoolWindow rows(row, a.kernel[0], a.stride[0], a.padding[0], a.h);
  const PoolWindow cols(col, a.kernel[1], a.stride[1], a.padding[1], a.w);
  return PoolDivisor(0, a.count_include_pad, rows, cols);
}
NUMRS_DEVICE int64_t FirstInside(int64_t at, int64_t dilation) {
  return at < 0 ? at + (-at + dilation - 1) / dilation * dilation : at;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) MaxKernel(const PoolArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.planes * a.oh * a.ow) return;
  const Spot spot = SpotOf(a.out, i);
  const T* x = static_cast<const T*>(a.x) + spot.plane * a.h * a.w;
  const int64_t top = spot.row * a.stride[0] - a.padding[0], left = spot.col * a.stride[1] - a.padding[1];
  T best = -std::numeric_limits<T>::infinity();
  int64_t index = FirstInside(top, a.dilation[0]) * a.w + FirstInside(left, a.dilation[1]);
  for (int64_t p = 0; p < a.kernel[0]; p++) {
    const int64_t r = top + p * a.dilation[0];
    if (r < 0 || r >= a.h) continue;
    for (int64_t q = 0; q < a.kernel[1]; q++) {
      const int64_t c = left + q * a.dilation[1];
      if (c < 0 || c >= a.w) continue;
      const T value = x[r * a.w + c];
      if (!(value > best || value != value)) continue;
      best = value;
      index = r * a.w + c;
    }
  }
  static_cast<T*>(a.y)[i] = best;
  if (a.indices) a.indices[i] = index;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) AvgKernel(const PoolArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.planes * a.oh * a.ow) return;
  const Spot spot = SpotOf(a.out, i);
  const T* x = static_cast<const T*>(a.x) + spot.plane * a.h * a.w;
  const PoolWindow rows(spot.row, a.kernel[0], a.stride[0], a.padding[0], a.h);
  const PoolWindow cols(spot.col, a.kernel[1], a.stride[1], a.padding[1], a.w);
  double sum = 0;
  for (int64_t r = rows.begin; r < rows.end; r++) {
    for (int64_t c = cols.begin; c < cols.end; c++) sum += static_cast<double>(x[r * a.w + c]);
  }
  static_cast<T*>(a.y)[i] = static_cast<T>(sum / PoolDivisor(a.divisor, a.count_include_pad, rows, cols));
}

// x: the gradients of the results, y those of the elements: every window that an element is in.
template <typename T>
__global__ void __launch_bounds__(kThreads) AvgBackKernel(const PoolArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.planes * a.h * a.w) return;
  const Spot spot = SpotOf(a.in, i);
  const T* x = static_cast<const T*>(a.x) + spot.plane * a.oh * a.ow;
  const int64_t at[2] = {spot.row, spot.col}, out[2] = {a.oh, a.ow};
  int64_t begin[2], end[2];
  for (int d = 0; d < 2; d++) {
    const int64_t place = at[d] + a.padding[d], least = place - a.kernel[d] + 1;
    begin[d] = least > 0 ? (least + a.stride[d] - 1) / a.stride[d] : 0;
    end[d] = place / a.stride[d] + 1 < out[d] ? place / a.stride[d] + 1 : out[d];
  }
  T sum = 0;
  for (int64_t r = begin[0]; r < end[0]; r++) {
    for (int64_t c = begin[1]; c < end[1]; c++)
      sum += static_cast<T>(static_cast<double>(x[r * a.ow + c]) / DivisorOf(a, r, c));
  }
  static_cast<T*>(a.y)[i] = sum;
}

// A block of threads for a plane after another. Windows whose greatest element is the same one add to it in their
// order: round after round, the first of those that are left.
template <typename T>
__global__ void __launch_bounds__(kThreads) MaxBackKernel(const PoolArgs a) {
  __shared__ int left[2];
  const int64_t in = a.h * a.w, out = a.oh * a.ow;
  int32_t* const done = a.owners + static_cast<int64_t>(blockIdx.x) * 2 * in;  // results below it have been added
  int32_t* const first = done + in;                                            // of those that are left
  constexpr int32_t kNobody = 0x7FFFFFFF;
  for (int64_t plane = blockIdx.x; plane < a.planes; plane += gridDim.x) {
    const T* x = static_cast<const T*>(a.x) + plane * out;
    const int64_t* indices = a.indices + plane * out;
    T* y = static_cast<T*>(a.y) + plane * in;
    for (int64_t i = threadIdx.x; i < in; i += kThreads) {
      y[i] = 0;
      done[i] = 0;
      first[i] = kNobody;
    }
    if (threadIdx.x < 2) left[threadIdx.x] = 0;
    __syncthreads();
    for (int round = 0;; round ^= 1) {
      for (int64_t o = threadIdx.x; o < out; o += kThreads) {
        const int64_t i = indices[o];
        if (static_cast<uint64_t>(i) >= static_cast<uint64_t>(in) || o < done[i]) continue;
        atomicMin(&first[i], static_cast<int32_t>(o));
        left[round] = 1;
      }
      __syncthreads();
      if (!left[round]) break;
      if (threadIdx.x == 0) left[round ^ 1] = 0;
      for (int64_t o = threadIdx.x; o < out; o += kThreads) {
        const int64_t i = indices[o];
        if (static_cast<uint64_t>(i) >= static_cast<uint64_t>(in) || first[i] != static_cast<int32_t>(o)) continue;
        y[i] += x[o];
        done[i] = static_cast<int32_t>(o + 1);
        first[i] = kNobody;
      }
      __syncthreads();
    }
    __syncthreads();
  }
}

template <typename T>
__global__ void __launch_bounds__(kThreads) AdaptiveKernel(const PoolArgs a, bool maximum) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.planes * a.oh * a.ow) return;
  const Spot spot = SpotOf(a.out, i);
  const T* x = static_cast<const T*>(a.x) + spot.plane * a.h * a.w;
  const int64_t top = spot.row * a.h / a.oh, bottom = ((spot.row + 1) * a.h + a.oh - 1) / a.oh;
  const int64_t left = spot.col * a.w / a.ow, right = ((spot.col + 1) * a.w + a.ow - 1) / a.ow;
  T best = -std::numeric_limits<T>::infinity();
  int64_t index = top * a.w + left;
  double sum = 0;
  for (int64_t r = top; r < bottom; r++) {
    for (int64_t c = left; c < right; c++) {
      const T value = x[r * a.w + c];
      sum += static_cast<double>(value);
      if (value > best || value != value) {
        best = value;
        index = r * a.w + c;
      }
    }
  }
  if (!maximum) best = static_cast<T>(sum / static_cast<double>((bottom - top) * (right - left)));
  static_cast<T*>(a.y)[i] = best;
  if (a.indices) a.indices[i] = index;
}

template <typename T>
__global__ void __launch_bounds__(kThreads) AdaptiveBackKernel(const PoolArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.planes * a.h * a.w) return;
  const Spot spot = SpotOf(a.in, i);
  const T* x = static_cast<const T*>(a.x) + spot.plane * a.oh * a.ow;
  T sum = 0;
  // Windows that begin at or before an element and end behind it.
  for (int64_t r = spot.row * a.oh / a.h; r <= ((spot.row + 1) * a.oh - 1) / a.h; r++) {
    const int64_t rows = ((r + 1) * a.h + a.oh - 1) / a.oh - r * a.h / a.oh;
    for (int64_t c = spot.col * a.ow / a.w; c <= ((spot.col + 1) * a.ow - 1) / a.w; c++) {
      const int64_t cols = ((c + 1) * a.w + a.ow - 1) / a.ow - c * a.w / a.ow;
      sum += static_cast<T>(static_cast<double>(x[r * a.ow + c]) / static_cast<double>(rows * cols));
    }
  }
  static_cast<T*>(a.y)[i] = sum;
}

template <typename T>
Status RunPool(DeviceStream* stream, const PoolCall& call, PoolArgs args) {
  const char* const function = call.job.function;
  const bool back = call.way == PoolWay::MAX_BACKWARD || call.way == PoolWay::AVG_BACKWARD ||
                    call.way == PoolWay::ADAPTIVE_AVG_BACKWARD;
  const int64_t in = args.planes * args.h * args.w, out = args.planes * args.oh * args.ow;
  const dim3 grid(Blocks(back ? in : out, kThreads)), block(kThreads);
  switch (call.way) {
    case PoolWay::MAX:
      return Launch(stream, function, MaxKernel<T>, grid, block, args);
    case PoolWay::AVG:
      return Launch(stream, function, AvgKernel<T>, grid, block, args);
    case PoolWay::AVG_BACKWARD:
      return Launch(stream, function, AvgBackKernel<T>, grid, block, args);
    case PoolWay::MAX_BACKWARD: {
      if (args.h * args.w >> 31 || args.oh * args.ow >= (int64_t{1} << 31) - 1)
        return Fail(NUMRS_UNSUPPORTED, "%s: planes of so many elements", function);
      const int64_t most = 8 * static_cast<int64_t>(stream->device->multiprocessors);
      const int64_t blocks = args.planes < most ? args.planes : most;
      Scratch owners(stream);
      NUMRS_TRY(owners.Take(blocks * args.h * args.w * 8));
      args.owners = owners.as<int32_t>();
      return Launch(stream, function, MaxBackKernel<T>, dim3(static_cast<unsigned>(blocks)), block, args);
    }
    case PoolWay::ADAPTIVE_AVG_BACKWARD:
      return Launch(stream, function, AdaptiveBackKernel<T>, grid, block, args);
    case PoolWay::ADAPTIVE_AVG:
    case PoolWay::ADAPTIVE_MAX:
      return Launch(stream, function, AdaptiveKernel<T>, grid, block, args, call.way == PoolWay::ADAPTIVE_MAX);
  }
  return NUMRS_INTERNAL;
}

}  // namespace

Status Run_pool(DeviceStream* stream, const PoolCall& call) {
  NUMRS_TRY(Use(stream->device));
  const PoolJob& job = call.job;
  if (job.dtype != kF32 && job.dtype != kF64) return NoKernelFor(job.function, job.dtype);
  const int64_t in = job.h * job.w, out = job.oh * job.ow;
  const bool back = call.way == PoolWay::MAX_BACKWARD || call.way == PoolWay::AVG_BACKWARD ||
                    call.way == PoolWay::ADAPTIVE_AVG_BACKWARD;
  if (job.planes * (back ? in : out) == 0) return NUMRS_OK;
  if (job.planes * (in > out ? in : out) / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  if (back && out == 0) return Fill(stream, call.y, 0, static_cast<size_t>(job.planes * in * SizeOf(job.dtype)));
  if (call.way == PoolWay::ADAPTIVE_AVG && out == 1 && in > 0) {  // whole planes: a mean
    const int64_t matrix[2] = {job.planes, in}, column[2] = {job.planes, 1};
    ReduceJob mean;
    mean.function = job.function;
    mean.op = kReduce_mean;
    mean.axes = 2;
    mean.compute = mean.result = job.dtype;
    mean.x = ContiguousView(const_cast<void*>(call.x), job.dtype, 2, matrix);
    mean.y = ContiguousView(call.y, job.dtype, 2, column);
    return Reduce(stream, mean);
  }
  PoolArgs args{};
  args.x = call.x;
  args.y = call.y;
  args.indices = call.indices;
  args.planes = job.planes;
  args.h = job.h;
  args.w = job.w;
  args.oh = job.oh;
  args.ow = job.ow;
  for (int d = 0; d < 2; d++) {
    args.kernel[d] = job.kernel[d];
    args.stride[d] = job.stride[d];
    args.padding[d] = job.padding[d];
    args.dilation[d] = job.dilation[d];
  }
  args.divisor = job.divisor;
  args.count_include_pad = job.count_include_pad;
  const int64_t out_shape[] = {job.planes, job.oh, job.ow}, in_shape[] = {job.planes, job.h, job.w};
  args.out = MakeWalk(3, out_shape);
  if (in > 0) args.in = MakeWalk(3, in_shape);
  return job.dtype == kF32 ? RunPool<float>(stream, call, args) : RunPool<double>(stream, call, args);
}

}  // namespace cuda
}  // namespace numrs
