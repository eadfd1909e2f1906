// softmax and log_softmax along the last axis, and their gradients.
#include <limits>

#include "cuda/rows-inl.h"

namespace numrs {
namespace cuda {
namespace {

// e^x in the precision of the elements; sums in float64. What equals the greatest element is counted rather than
// added, so that log1p sees all of the rest.
template <typename T>
__global__ void __launch_bounds__(kRowThreads)
    SoftmaxKernel(const void* from, void* to, int64_t rows, int64_t n, bool log) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= rows) return;
  const T* x = static_cast<const T*>(from) + row * n;
  T* y = static_cast<T*>(to) + row * n;
  double most = -std::numeric_limits<double>::infinity();
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    const double v = static_cast<double>(static_cast<C>(x[i]));
    most = v > most || v != v ? v : most;
  }
  most = RowReduce(most, [](double a, double b) { return a != a || a > b ? a : b; }, shared);
  const C top = static_cast<C>(most);
  double rest = 0, equal = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    const C d = static_cast<C>(x[i]) - top;
    if (d == 0)
      equal += 1;
    else
      rest += static_cast<double>(exp(d));
  }
  rest = RowSum(rest, shared);
  equal = RowSum(equal, shared);
  rest += equal - 1;
  if (!(most - most == 0)) rest = std::numeric_limits<double>::quiet_NaN();
  const double sum = 1 + rest, logarithm = log1p(rest);
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    const C d = static_cast<C>(x[i]) - top;
    const double value = log ? static_cast<double>(d) - logarithm : static_cast<double>(exp(d)) / sum;
    y[i] = static_cast<T>(static_cast<C>(value));
  }
}

template <typename T>
__global__ void __launch_bounds__(kRowThreads)
    SoftmaxBackKernel(const void* grad, const void* result, void* to, int64_t rows, int64_t n, bool log) {
  using C = ops::ComputeOf<T>;
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= rows) return;
  const T *g = static_cast<const T*>(grad) + row * n, *y = static_cast<const T*>(result) + row * n;
  T* gx = static_cast<T*>(to) + row * n;
  double sum = 0;
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    const double v = static_cast<double>(static_cast<C>(g[i]));
    sum += log ? v : v * static_cast<double>(static_cast<C>(y[i]));
  }
  sum = RowSum(sum, shared);
  for (int64_t i = threadIdx.x; i < n; i += blockDim.x) {
    const C v = static_cast<C>(y[i]);
    const double w = static_cast<double>(static_cast<C>(g[i]));
    const double value = log ? w - static_cast<double>(exp(v)) * sum : static_cast<double>(v) * (w - sum);
    gx[i] = static_cast<T>(static_cast<C>(value));
  }
}

template <template <typename> class Pick, class Fn>
Fn ByDType(int32_t dtype) {
  switch (dtype) {
    case kF16:
      return Pick<Half>::kernel();
    case kBF16:
      return Pick<BFloat16>::kernel();
    case kF32:
      return Pick<float>::kernel();
    case kF64:
      return Pick<double>::kernel();
    default:
      return nullptr;
  }
}
template <typename T>
struct Forward {
  static auto kernel() { return SoftmaxKernel<T>; }
};
template <typename T>
struct Back {
  static auto kernel() { return SoftmaxBackKernel<T>; }
};

}  // namespace

Status Run_softmax(DeviceStream* stream, const SoftmaxJob& job) {
  if (job.x.size == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const bool back = There(job.g);
  const int64_t n = job.x.shape[job.axis], rows = job.x.size / n;
  const int32_t stored = Stored(back ? Promote(Stored(job.g.dtype), Stored(job.x.dtype)) : job.x.dtype);
  Input x(stream), g(stream);
  Output y(stream);
  NUMRS_TRY(x.Load(job.function, AxisLast(job.x, job.axis), stored));
  if (back) NUMRS_TRY(g.Load(job.function, AxisLast(job.g, job.axis), stored));
  NUMRS_TRY(y.Open(job.function, AxisLast(job.y, job.axis), stored,
                   SharesInPart(job.x, job.y) || SharesInPart(job.g, job.y)));
  const dim3 block = RowBlock(n);
  if (back) {
    NUMRS_TRY(Launch(stream, job.function,
                     ByDType<Back, void (*)(const void*, const void*, void*, int64_t, int64_t, bool)>(stored),
                     RowGrid(rows, block), block, g.data(), x.data(), y.data(), rows, n, job.log));
  } else {
    NUMRS_TRY(Launch(stream, job.function,
                     ByDType<Forward, void (*)(const void*, void*, int64_t, int64_t, bool)>(stored),
                     RowGrid(rows, block), block, x.data(), y.data(), rows, n, job.log));
  }
  return y.Commit(job.function);
}

}  // namespace cuda
}  // namespace numrs
