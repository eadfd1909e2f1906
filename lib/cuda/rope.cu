// Rotary position embeddings: a thread for each pair of elements.
#include "core/nn_attention.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"
#include "ops/common.h"

namespace numrs {
namespace cuda {
namespace {

struct RopeArgs {
  const char *x, *cos, *sin;
  char* y;
  int64_t half, pairs;
  bool interleaved, inverse;
  Walk rows;
  int64_t strides[4][kLoops];  // of x, cos, sin, y
  int64_t second;              // bytes from an angle of a pair's first element to its second's; 0: one serves both
  int64_t step;                // bytes from a pair's angle to the next pair's
};

template <typename T>
__global__ void __launch_bounds__(kThreads) RopeKernel(const RopeArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.pairs) return;
  using C = ops::ComputeOf<T>;
  const int64_t row = i / a.half, j = i - row * a.half;
  int64_t offsets[4];
  a.rows.At<4>(row, a.strides, offsets);
  const int64_t first = a.interleaved ? 2 * j : j, second = a.interleaved ? 2 * j + 1 : a.half + j;
  const auto load = [](const char* at) { return static_cast<C>(*reinterpret_cast<const T*>(at)); };
  const char *x = a.x + offsets[0], *cos = a.cos + offsets[1] + j * a.step, *sin = a.sin + offsets[2] + j * a.step;
  T* const y = reinterpret_cast<T*>(a.y + offsets[3]);
  const int64_t size = static_cast<int64_t>(sizeof(T));
  const C p = load(x + first * size), q = load(x + second * size);
  const C c1 = load(cos), s1 = load(sin), c2 = load(cos + a.second), s2 = load(sin + a.second);
  y[first] = static_cast<T>(a.inverse ? p * c1 + q * s2 : p * c1 - q * s1);
  y[second] = static_cast<T>(a.inverse ? q * c2 - p * s1 : q * c2 + p * s2);
}

}  // namespace

Status Run_rope(DeviceStream* stream, const RopeJob& job) {
  if (job.y.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const int32_t dtype = Stored(job.x.dtype);
  const int last = job.x.ndim - 1;
  Input x(stream), cos(stream), sin(stream);
  Output y(stream);
  NUMRS_TRY(x.Load(job.function, job.x, dtype));
  NUMRS_TRY(cos.Load(job.function, job.cos, dtype));
  NUMRS_TRY(sin.Load(job.function, job.sin, dtype));
  NUMRS_TRY(y.Open(job.function, job.y, dtype,
                   SharesInPart(job.x, job.y) || RangesOverlap(job.cos, job.y) || RangesOverlap(job.sin, job.y)));
  RopeArgs args{};
  const int64_t d = job.x.shape[last], size = SizeOf(dtype);
  args.half = d / 2;
  args.pairs = job.x.size / d * args.half;
  args.interleaved = job.interleaved;
  args.inverse = job.inverse;
  args.x = x.data();
  args.cos = cos.data();
  args.sin = sin.data();
  args.y = y.data();
  if (args.pairs / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more pairs than one launch can have", job.function);
  // The operands are dense now; cos and sin have strides 0 where they are repeated.
  const View views[] = {ContiguousView(const_cast<char*>(x.data()), dtype, job.x.ndim, job.x.shape),
                        ContiguousView(const_cast<char*>(cos.data()), dtype, job.cos.ndim, job.cos.shape),
                        ContiguousView(const_cast<char*>(sin.data()), dtype, job.sin.ndim, job.sin.shape)};
  int64_t strides[4][kMaxNDim], shape[kLoops];
  for (int k = 0; k < 3; k++) {
    int64_t full[kMaxNDim];
    for (int a = 0; a < last; a++) full[a] = job.x.shape[a];
    full[last] = views[k].shape[views[k].ndim - 1];
    BroadcastStrides(views[k], job.x.ndim, full, strides[k]);
  }
  for (int a = 0; a < last; a++) strides[3][a] = strides[0][a];
  int ndim = 0;
  for (int a = 0; a < last; a++) {
    if (job.x.shape[a] == 1) continue;
    bool merge = ndim > 0;
    for (int k = 0; k < 4 && merge; k++) merge = args.strides[k][ndim - 1] == strides[k][a] * job.x.shape[a];
    if (!merge && ndim == kLoops) return Fail(NUMRS_UNSUPPORTED, "%s: so many separate dimensions", job.function);
    const int to = merge ? ndim - 1 : ndim++;
    shape[to] = merge ? shape[to] * job.x.shape[a] : job.x.shape[a];
    for (int k = 0; k < 4; k++) args.strides[k][to] = strides[k][a];
  }
  args.rows = MakeWalk(ndim, shape);
  const bool both = job.cos.shape[job.cos.ndim - 1] == d && d != args.half;
  args.second = !both ? 0 : job.interleaved ? size : args.half * size;
  args.step = both && job.interleaved ? 2 * size : size;
  NUMRS_TRY(Launch(stream, job.function,
                   dtype == kF16    ? RopeKernel<Half>
                   : dtype == kBF16 ? RopeKernel<BFloat16>
                   : dtype == kF32  ? RopeKernel<float>
                                    : RopeKernel<double>,
                   dim3(Blocks(args.pairs, kThreads)), dim3(kThreads), args));
  return y.Commit(job.function);
}

}  // namespace cuda
}  // namespace numrs
