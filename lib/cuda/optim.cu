// Steps of optimizers over many arrays in one launch, over the kernels of ops/optim-inl.h, and what is done to
// gradients. The arrays of a launch travel in its arguments.
#include <cmath>
#include <vector>

#include "core/optim_tables.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"

namespace numrs {
namespace cuda {
namespace {

#define NUMRS_OPTIM_INLINE NUMRS_HD inline
#include "ops/optim-inl.h"

constexpr int kArrays = 24;  // of one launch: its arguments stay below 4 KB
constexpr int64_t kBlockElements = 4096;

struct OptimArgs {
  char* p[kArrays];
  const char* g[kArrays];
  int64_t sizes[kArrays], place[kArrays];  // place: elements of all arrays before this one, in the arenas of state
  uint32_t first[kArrays + 1];             // block of threads with which an array begins
  int32_t arrays;
  char* state[kOptimStates];
  double c[kOptimNumbers];
  bool flush;
};

template <typename T>
NUMRS_DEVICE T Flushed(T x, bool flush) {
  return flush && std::fabs(x) < std::numeric_limits<T>::min() ? std::copysign(T(0), x) : x;
}

// Which array, and which elements of it.
struct Part {
  int array;
  int64_t begin, end;
};
template <class Args>
NUMRS_DEVICE Part PartOf(const Args& a) {
  int k = 0;
  while (k + 1 < a.arrays && blockIdx.x >= a.first[k + 1]) k++;
  const int64_t begin = static_cast<int64_t>(blockIdx.x - a.first[k]) * kBlockElements;
  const int64_t end = begin + kBlockElements < a.sizes[k] ? begin + kBlockElements : a.sizes[k];
  return {k, begin, end};
}

template <class Kernel, typename T>
__global__ void __launch_bounds__(kThreads) StepKernel(const OptimArgs a) {
  const Part part = PartOf(a);
  T* p = reinterpret_cast<T*>(a.p[part.array]);
  const T* g = reinterpret_cast<const T*>(a.g[part.array]);
  const int64_t place = a.place[part.array];
  const OptimNumber<T> kit;
  T* s[kOptimStates];
  for (int k = 0; k < kOptimStates; k++) s[k] = reinterpret_cast<T*>(a.state[k]);
  for (int64_t i = part.begin + threadIdx.x; i < part.end; i += kThreads) {
    OptimCell<T> e{};
    e.p = Flushed(p[i], a.flush);
    e.g = Flushed(g[i], a.flush);
    if (s[0]) e.s0 = Flushed(s[0][place + i], a.flush);
    if (s[1]) e.s1 = Flushed(s[1][place + i], a.flush);
    if (s[2]) e.s2 = Flushed(s[2][place + i], a.flush);
    Kernel::Step(kit, a.c, s[0] != nullptr, s[1] != nullptr, s[2] != nullptr, &e);
    p[i] = Flushed(e.p, a.flush);
    if (s[0]) s[0][place + i] = Flushed(e.s0, a.flush);
    if (s[1]) s[1][place + i] = Flushed(e.s1, a.flush);
    if (s[2]) s[2][place + i] = Flushed(e.s2, a.flush);
  }
}

struct GradientArgs {
  char* g[kArrays];
  int64_t sizes[kArrays];
  uint32_t first[kArrays + 1];
  int32_t arrays;
  int32_t way;
  double low, high;
  double* parts;  // of NORM and LARGEST, one for each block of threads
};
static_assert(kBlockElements == kGradientBlock, "sums of the same blocks as on the CPU");

template <typename T>
__global__ void __launch_bounds__(kThreads) GradientKernel(const GradientArgs a) {
  __shared__ double lanes[kThreads];
  const Part part = PartOf(a);
  T* g = reinterpret_cast<T*>(a.g[part.array]);
  const GradientWay way = static_cast<GradientWay>(a.way);
  if (way == GradientWay::NORM || way == GradientWay::LARGEST) {  // 32 lanes, then joined pairwise: the CPU's order
    if (threadIdx.x >= kWarp) return;
    double s = 0;
    for (int64_t i = part.begin + threadIdx.x; i < part.end; i += kWarp) {
      const double v = static_cast<double>(g[i]);
      if (way == GradientWay::NORM) {
        s += v * v;
      } else {
        const double size = std::fabs(v);
        s = size > s || v != v ? size : s;
      }
    }
    lanes[threadIdx.x] = s;
    __syncwarp();
    for (unsigned half = kWarp / 2; half > 0; half /= 2) {
      if (threadIdx.x < half) {
        const double x = lanes[threadIdx.x], y = lanes[threadIdx.x + half];
        lanes[threadIdx.x] = way == GradientWay::NORM ? x + y : x != x || x > y ? x : y;
      }
      __syncwarp();
    }
    if (threadIdx.x == 0) a.parts[blockIdx.x] = lanes[0];
    return;
  }
  const T low = static_cast<T>(a.low), high = static_cast<T>(a.high);
  for (int64_t i = part.begin + threadIdx.x; i < part.end; i += kThreads) {
    T v = g[i];
    if (way == GradientWay::SCALE) {
      v *= low;
    } else if (way == GradientWay::CLAMP) {
      v = v < low ? low : v;
      v = v > high ? high : v;
    } else {
      v = 0;
    }
    g[i] = v;
  }
}

using StepFn = void (*)(OptimArgs);
StepFn StepFor(int32_t op, int32_t dtype) {
  switch (op) {
#define NUMRS_OPTIM(id, name, Kernel, states, cost) \
  case id:                                          \
    return dtype == kF32 ? StepKernel<Kernel, float> : dtype == kF64 ? StepKernel<Kernel, double> : nullptr;
#include "table/optim.def"
    default:
      return nullptr;
  }
}
constexpr int kStates[] = {
#define NUMRS_OPTIM(id, name, Kernel, states, cost) states,
#include "table/optim.def"
};

}  // namespace

Status Run_optim_step(DeviceStream* stream, const OptimStepCall& call) {
  NUMRS_TRY(Use(stream->device));
  const StepFn kernel = StepFor(call.op, call.arrays.dtype);
  if (!kernel) return NoKernelFor("optim_step", call.arrays.dtype);
  OptimArgs args{};
  for (int k = 0; k < kStates[call.op]; k++) args.state[k] = static_cast<char*>(call.state[k]);
  for (int k = 0; k < kOptimNumbers; k++) args.c[k] = call.numbers[k];
  args.flush = call.flush;
  int64_t before = 0;
  const auto launch = [&]() -> Status {
    if (args.arrays == 0) return NUMRS_OK;
    const unsigned blocks = args.first[args.arrays];
    const Status status = Launch(stream, "optim_step", kernel, dim3(blocks), dim3(kThreads), args);
    args.arrays = 0;
    return status;
  };
  for (int64_t i = 0; i < call.arrays.count; before += call.arrays.sizes[i++]) {
    const int64_t n = call.arrays.sizes[i];
    if (!call.grads[i] || n == 0) continue;
    const int k = args.arrays++;
    args.p[k] = static_cast<char*>(call.params[i]);
    args.g[k] = static_cast<const char*>(call.grads[i]);
    args.sizes[k] = n;
    args.place[k] = before;
    args.first[k + 1] = args.first[k] + Blocks(n, kBlockElements);
    if (args.arrays == kArrays) NUMRS_TRY(launch());
  }
  return launch();
}

Status Run_gradients(DeviceStream* stream, const GradientCall& call) {
  NUMRS_TRY(Use(stream->device));
  const int32_t dtype = call.arrays.dtype;
  if (dtype != kF32 && dtype != kF64) return NoKernelFor("gradients", dtype);
  const bool sums = call.way == GradientWay::NORM || call.way == GradientWay::LARGEST;
  int64_t blocks = 0, done = 0;
  for (int64_t i = 0; i < call.arrays.count; i++)
    blocks += (call.arrays.sizes[i] + kBlockElements - 1) / kBlockElements;
  Scratch parts(stream);
  if (sums) {
    NUMRS_TRY(parts.Take(blocks * 8));
    NUMRS_TRY(Fill(stream, parts.data(), 0, static_cast<size_t>(blocks) * 8));
  }
  GradientArgs args{};
  args.way = static_cast<int32_t>(call.way);
  args.low = call.low;
  args.high = call.high;
  args.parts = parts.as<double>();
  const auto launch = [&]() -> Status {
    if (args.arrays == 0) return NUMRS_OK;
    const unsigned count = args.first[args.arrays];
    const Status status = Launch(stream, "gradients", dtype == kF32 ? GradientKernel<float> : GradientKernel<double>,
                                 dim3(count), dim3(kThreads), args);
    args.arrays = 0;
    return status;
  };
  for (int64_t i = 0; i < call.arrays.count; i++) {
    const int64_t n = call.arrays.sizes[i], own = (n + kBlockElements - 1) / kBlockElements;
    // Arrays without a gradient keep their zeros among the sums.
    if (!call.grads[i] || n == 0) {
      NUMRS_TRY(launch());
      done += own;
      if (sums) args.parts = parts.as<double>() + done;
      continue;
    }
    const int k = args.arrays++;
    args.g[k] = static_cast<char*>(call.grads[i]);
    args.sizes[k] = n;
    args.first[k + 1] = args.first[k] + static_cast<uint32_t>(own);
    done += own;
    if (args.arrays < kArrays) continue;
    NUMRS_TRY(launch());
    if (sums) args.parts = parts.as<double>() + done;
  }
  NUMRS_TRY(launch());
  if (!sums) return NUMRS_OK;
  std::vector<double> values(static_cast<size_t>(blocks) + 1);
  if (blocks > 0)
    NUMRS_TRY(ReadBack(stream, "gradients", values.data(), parts.data(), static_cast<size_t>(blocks) * 8));
  if (call.way == GradientWay::LARGEST) {
    double most = 0;
    for (int64_t i = 0; i < blocks; i++) {
      const double v = values[static_cast<size_t>(i)];
      if (!(v <= most)) most = v != v || most != most ? v + most : v;
    }
    *call.norm = most;
    return NUMRS_OK;
  }
  for (int64_t width = 1; width < blocks; width *= 2) {
    for (int64_t i = 0; i + width < blocks; i += 2 * width)
      values[static_cast<size_t>(i)] += values[static_cast<size_t>(i + width)];
  }
  *call.norm = blocks > 0 ? std::sqrt(values[0]) : 0;
  return NUMRS_OK;
}

}  // namespace cuda
}  // namespace numrs
