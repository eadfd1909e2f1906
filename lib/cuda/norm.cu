// layer_norm and rms_norm with their gradients: statistics in float64, a row for a warp or a block of threads.
#include <limits>

#include "cuda/rows-inl.h"

namespace numrs {
namespace cuda {
namespace {

struct NormArgs {
  const void *x, *weight, *bias;  // the latter two in the computed dtype, or nullptr
  void* y;
  double *mean, *rstd;  // or nullptr
  int64_t rows, n;
  double eps;
  bool centred;
};
struct NormBackArgs {
  const void *g, *x, *weight;
  const double *mean, *rstd;  // mean: or nullptr
  void* gx;
  double* partial;  // gweight and gbias of each chunk of rows: chunks x 2 x n, or nullptr
  int64_t rows, n, chunk;
  bool centred;
};

template <typename T>
__global__ void __launch_bounds__(kRowThreads) LayerNormKernel(const NormArgs a) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= a.rows) return;
  const T* x = static_cast<const T*>(a.x) + row * a.n;
  const C *weight = static_cast<const C*>(a.weight), *bias = static_cast<const C*>(a.bias);
  T* y = static_cast<T*>(a.y) + row * a.n;
  const auto at = [&](int64_t i) { return static_cast<double>(static_cast<C>(x[i])); };
  double mean = 0, squares = 0;
  if (a.centred) {
    for (int64_t i = threadIdx.x; i < a.n; i += blockDim.x) mean += at(i);
    mean = RowSum(mean, shared) / static_cast<double>(a.n);
  }
  for (int64_t i = threadIdx.x; i < a.n; i += blockDim.x) squares += (at(i) - mean) * (at(i) - mean);
  squares = RowSum(squares, shared);
  const double rstd = 1 / sqrt(squares / static_cast<double>(a.n) + a.eps);
  for (int64_t i = threadIdx.x; i < a.n; i += blockDim.x) {
    const double hat = (at(i) - mean) * rstd;
    const double w = weight ? static_cast<double>(weight[i]) : 1.0, b = bias ? static_cast<double>(bias[i]) : 0.0;
    y[i] = static_cast<T>(static_cast<C>(hat * w + b));
  }
  if (threadIdx.x != 0) return;
  if (a.mean) a.mean[row] = a.n > 0 ? mean : rstd;
  if (a.rstd) a.rstd[row] = rstd;
}

template <typename T>
__global__ void __launch_bounds__(kRowThreads) LayerNormBackKernel(const NormBackArgs a) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= a.rows) return;
  const T *g = static_cast<const T*>(a.g) + row * a.n, *x = static_cast<const T*>(a.x) + row * a.n;
  const C* weight = static_cast<const C*>(a.weight);
  T* gx = static_cast<T*>(a.gx) + row * a.n;
  const double mean = a.mean ? a.mean[row] : 0, rstd = a.rstd[row], count = static_cast<double>(a.n);
  const auto part = [&](int64_t i) {
    return static_cast<double>(static_cast<C>(g[i])) * (weight ? static_cast<double>(weight[i]) : 1.0);
  };
  const auto hat = [&](int64_t i) { return (static_cast<double>(static_cast<C>(x[i])) - mean) * rstd; };
  double sum = 0, dot = 0;
  for (int64_t i = threadIdx.x; i < a.n; i += blockDim.x) {
    sum += part(i);
    dot += part(i) * hat(i);
  }
  const double mean_g = a.centred ? RowSum(sum, shared) / count : 0, mean_gx = RowSum(dot, shared) / count;
  for (int64_t i = threadIdx.x; i < a.n; i += blockDim.x)
    gx[i] = static_cast<T>(static_cast<C>(rstd * (part(i) - mean_g - hat(i) * mean_gx)));
}

// Columns of chunks of rows: blockIdx.y is the chunk.
template <typename T>
__global__ void __launch_bounds__(kRowThreads) LayerNormSumsKernel(const NormBackArgs a) {
  using C = ops::ComputeOf<T>;
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (i >= a.n) return;
  const int64_t begin = static_cast<int64_t>(blockIdx.y) * a.chunk;
  const int64_t end = begin + a.chunk < a.rows ? begin + a.chunk : a.rows;
  double gw = 0, gb = 0;
  for (int64_t row = begin; row < end; row++) {
    const double g = static_cast<double>(static_cast<C>(static_cast<const T*>(a.g)[row * a.n + i]));
    const double x = static_cast<double>(static_cast<C>(static_cast<const T*>(a.x)[row * a.n + i]));
    gw += g * ((x - (a.mean ? a.mean[row] : 0.0)) * a.rstd[row]);
    gb += g;
  }
  a.partial[2 * blockIdx.y * a.n + i] = gw;
  a.partial[(2 * blockIdx.y + 1) * a.n + i] = gb;
}
// total = the chunks' sums in their order.
__global__ void __launch_bounds__(kRowThreads)
    JoinChunksKernel(const double* partial, int64_t chunks, int64_t n, double* gw, double* gb) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kRowThreads + threadIdx.x;
  if (i >= n) return;
  double w = 0, b = 0;
  for (int64_t c = 0; c < chunks; c++) {
    w += partial[2 * c * n + i];
    b += partial[(2 * c + 1) * n + i];
  }
  if (gw) gw[i] = w;
  if (gb) gb[i] = b;
}

template <class Args>
using Kernel = void (*)(Args);
Kernel<NormArgs> Forward(int32_t dtype) {
  return dtype == kF16    ? LayerNormKernel<Half>
         : dtype == kBF16 ? LayerNormKernel<BFloat16>
         : dtype == kF32  ? LayerNormKernel<float>
                          : LayerNormKernel<double>;
}
Kernel<NormBackArgs> Back(int32_t dtype) {
  return dtype == kF16    ? LayerNormBackKernel<Half>
         : dtype == kBF16 ? LayerNormBackKernel<BFloat16>
         : dtype == kF32  ? LayerNormBackKernel<float>
                          : LayerNormBackKernel<double>;
}
Kernel<NormBackArgs> Sums(int32_t dtype) {
  return dtype == kF16    ? LayerNormSumsKernel<Half>
         : dtype == kBF16 ? LayerNormSumsKernel<BFloat16>
         : dtype == kF32  ? LayerNormSumsKernel<float>
                          : LayerNormSumsKernel<double>;
}

constexpr int64_t kLeastChunk = 32, kMostChunks = 64;  // as on the CPU

}  // namespace

Status Run_layer_norm(DeviceStream* stream, const LayerNormJob& job) {
  NUMRS_TRY(Use(stream->device));
  const int32_t stored = Stored(job.x.dtype), computed = Computed(stored);
  Input x(stream), weight(stream), bias(stream);
  Output y(stream), mean(stream), rstd(stream);
  NUMRS_TRY(x.Load(job.function, job.x, stored));
  if (There(job.weight)) NUMRS_TRY(weight.Load(job.function, job.weight, computed));
  if (There(job.bias)) NUMRS_TRY(bias.Load(job.function, job.bias, computed));
  const bool apart = SharesInPart(job.x, job.y) || (There(job.weight) && RangesOverlap(job.weight, job.y)) ||
                     (There(job.bias) && RangesOverlap(job.bias, job.y));
  NUMRS_TRY(y.Open(job.function, job.y, stored, apart));
  if (There(job.mean)) NUMRS_TRY(mean.Open(job.function, job.mean, kF64, true));
  if (There(job.rstd)) NUMRS_TRY(rstd.Open(job.function, job.rstd, kF64, true));
  if (job.rows == 0 || (job.x.size == 0 && !mean.data() && !rstd.data())) return NUMRS_OK;
  const NormArgs args{x.data(),
                      weight.data(),
                      bias.data(),
                      y.data(),
                      reinterpret_cast<double*>(mean.data()),
                      reinterpret_cast<double*>(rstd.data()),
                      job.rows,
                      job.cols,
                      job.eps,
                      job.centred};
  const dim3 block = RowBlock(job.cols);
  NUMRS_TRY(Launch(stream, job.function, Forward(stored), RowGrid(job.rows, block), block, args));
  NUMRS_TRY(y.Commit(job.function));
  NUMRS_TRY(mean.Commit(job.function));
  return rstd.Commit(job.function);
}

Status Run_layer_norm_backward(DeviceStream* stream, const LayerNormBackJob& job) {
  NUMRS_TRY(Use(stream->device));
  const int32_t stored = Stored(Promote(Stored(job.grad.dtype), Stored(job.x.dtype))), computed = Computed(stored);
  Input g(stream), x(stream), weight(stream), mean(stream), rstd(stream);
  Output gx(stream), gweight(stream), gbias(stream);
  Scratch partial(stream);
  NUMRS_TRY(g.Load(job.function, job.grad, stored));
  NUMRS_TRY(x.Load(job.function, job.x, stored));
  if (There(job.weight)) NUMRS_TRY(weight.Load(job.function, job.weight, computed));
  if (There(job.mean)) NUMRS_TRY(mean.Load(job.function, job.mean, kF64));
  NUMRS_TRY(rstd.Load(job.function, job.rstd, kF64));
  if (There(job.gx)) NUMRS_TRY(gx.Open(job.function, job.gx, stored, true));
  if (There(job.gweight)) NUMRS_TRY(gweight.Open(job.function, job.gweight, kF64, true));
  if (There(job.gbias)) NUMRS_TRY(gbias.Open(job.function, job.gbias, kF64, true));
  if (job.cols == 0) return NUMRS_OK;
  int64_t chunk = (job.rows + kMostChunks - 1) / kMostChunks;
  chunk = chunk < kLeastChunk ? kLeastChunk : chunk;
  const int64_t chunks = (job.rows + chunk - 1) / chunk;
  const bool sums = gweight.data() || gbias.data();
  if (sums) NUMRS_TRY(partial.Take(2 * chunks * job.cols * 8));
  const NormBackArgs args{g.data(),
                          x.data(),
                          weight.data(),
                          reinterpret_cast<const double*>(mean.data()),
                          reinterpret_cast<const double*>(rstd.data()),
                          gx.data(),
                          partial.as<double>(),
                          job.rows,
                          job.cols,
                          chunk,
                          job.centred};
  if (gx.data() && job.rows > 0) {
    const dim3 block = RowBlock(job.cols);
    NUMRS_TRY(Launch(stream, job.function, Back(stored), RowGrid(job.rows, block), block, args));
  }
  if (sums) {
    const unsigned columns = Blocks(job.cols, kRowThreads);
    if (chunks > 0) {
      NUMRS_TRY(Launch(stream, job.function, Sums(stored), dim3(columns, static_cast<unsigned>(chunks)),
                       dim3(kRowThreads), args));
    }
    NUMRS_TRY(Launch(stream, job.function, JoinChunksKernel, dim3(columns), dim3(kRowThreads), partial.as<double>(),
                     chunks, job.cols, reinterpret_cast<double*>(gweight.data()),
                     reinterpret_cast<double*>(gbias.data())));
  }
  NUMRS_TRY(gx.Commit(job.function));
  NUMRS_TRY(gweight.Commit(job.function));
  return gbias.Commit(job.function);
}

}  // namespace cuda
}  // namespace numrs
