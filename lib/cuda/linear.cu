// Linear layers: a product, the bias, the activation, and their gradients.
#include "core/nn_linear.h"
#include "cuda/elementwise.h"
#include "cuda/launch.h"
#include "cuda/matmul.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"
#include "ops/common.h"

namespace numrs {
namespace cuda {
namespace {

// gz = grad times the slope, from what came out of the activation.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    LinearGradKernel(const T* grad, const T* saved, T* gz, int64_t n, int32_t activation, double slope) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n) return;
  using C = ops::ComputeOf<T>;
  const C g = static_cast<C>(grad[i]), y = static_cast<C>(saved[i]);
  C value;
  if (activation == kActivation_relu)
    value = y <= 0 ? C(0) : g;
  else if (activation == kActivation_leaky_relu)
    value = y <= 0 ? g * static_cast<C>(slope) : g;
  else if (activation == kActivation_tanh)
    value = g * (1 - y * y);
  else
    value = g * (y * (1 - y));
  gz[i] = static_cast<T>(value);
}
template <typename T>
Status LaunchGrad(DeviceStream* stream, const LinearBackwardCall& call, void* gz, int64_t count) {
  return Launch(stream, call.job.function, LinearGradKernel<T>, dim3(Blocks(count, kThreads)), dim3(kThreads),
                static_cast<const T*>(call.grad), static_cast<const T*>(call.saved), static_cast<T*>(gz), count,
                call.job.activation, call.job.slope);
}

bool IsFloat(int32_t dtype) { return dtype == kF32 || dtype == kF64 || dtype == kF16 || dtype == kBF16; }

View Matrix(const void* data, int32_t dtype, int64_t rows, int64_t cols) {
  const int64_t shape[] = {rows, cols};
  return ContiguousView(const_cast<void*>(data), dtype, 2, shape);
}
View Transposed(View v) {
  const int64_t rows = v.shape[0], step = v.strides[0];
  v.shape[0] = v.shape[1];
  v.strides[0] = v.strides[1];
  v.shape[1] = rows;
  v.strides[1] = step;
  return v;
}
View WeightOf(const LinearJob& job) {
  View w = Matrix(job.weight, job.dtype, job.k, job.n);
  w.strides[0] = job.weight_row * SizeOf(job.dtype);
  w.strides[1] = job.weight_col * SizeOf(job.dtype);
  return w;
}
// y = a b; zeros where the inner extent is 0.
Status Product(DeviceStream* stream, const LinearJob& job, const View& a, const View& b, const View& y) {
  if (y.size == 0) return NUMRS_OK;
  if (a.shape[1] == 0) return Fill(stream, y.data, 0, static_cast<size_t>(y.size * y.itemsize()));
  return Run_matmul(stream, MatmulJob{job.function, a, b, y, job.dtype, 1, 0});
}

}  // namespace

Status Run_linear(DeviceStream* stream, const LinearForwardCall& call) {
  const LinearJob& job = call.job;
  if (job.m == 0 || job.n == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  if (!IsFloat(job.dtype)) return NoKernelFor(job.function, job.dtype);
  const View x = Matrix(call.x, job.dtype, job.m, job.k), weight = WeightOf(job);
  const View y = Matrix(call.y, job.dtype, job.m, job.n);
  const View sum = call.pre ? Matrix(call.pre, job.dtype, job.m, job.n) : y;
  bool with_bias = false;
  if (call.bias && job.k > 0) NUMRS_TRY(ProductWithBias(stream, job.function, x, weight, sum, call.bias, &with_bias));
  if (!with_bias) {
    NUMRS_TRY(Product(stream, job, x, weight, sum));
    if (call.bias) {
      const View bias = ContiguousView(const_cast<void*>(call.bias), job.dtype, 1, &job.n);
      const View* views[] = {&sum, &bias, &sum};
      NUMRS_TRY(LaunchElements(stream, job.function, BinaryEntries()[kBinary_add][job.dtype], 3, views));
    }
  }
  if (job.activation == kLinearNone)
    return call.pre ? ConvertTo(stream, job.function, sum, y) : static_cast<Status>(NUMRS_OK);
  const View* views[] = {&sum, &y};
  const double slope = job.activation == kActivation_leaky_relu ? job.slope : 0;
  return LaunchElements(stream, job.function, ActivationEntries()[job.activation][job.dtype], 2, views, slope, 0);
}

Status Run_linear_backward(DeviceStream* stream, const LinearBackwardCall& call) {
  const LinearJob& job = call.job;
  NUMRS_TRY(Use(stream->device));
  if (!IsFloat(job.dtype)) return NoKernelFor(job.function, job.dtype);
  const int64_t count = job.m * job.n;
  Scratch own(stream);
  View gz = Matrix(call.grad, job.dtype, job.m, job.n);
  if (job.activation != kLinearNone && count > 0) {
    NUMRS_TRY(own.Take(count * SizeOf(job.dtype)));
    const View to = Matrix(own.data(), job.dtype, job.m, job.n);
    if (SavesOutput(job.activation)) {
      NUMRS_TRY((job.dtype == kF16    ? LaunchGrad<Half>
                 : job.dtype == kBF16 ? LaunchGrad<BFloat16>
                 : job.dtype == kF32  ? LaunchGrad<float>
                                      : LaunchGrad<double>)(stream, call, own.data(), count));
    } else {
      const View saved = Matrix(call.saved, job.dtype, job.m, job.n);
      const View* views[] = {&gz, &saved, &to};
      NUMRS_TRY(
          LaunchElements(stream, job.function, ActivationBackEntries()[job.activation][job.dtype], 3, views, 0, 0));
    }
    gz = to;
  }
  // Sums of the 16-bit floats in float32, as cuBLASLt has them beside the product; those of the others in float64.
  bool with_sums = false;
  const View x = Matrix(call.x, job.dtype, job.m, job.k);
  const bool halves = job.dtype == kF16 || job.dtype == kBF16;
  if (halves && call.gb && call.gw && count > 0 && job.k > 0)
    NUMRS_TRY(ProductWithSums(stream, job.function, Transposed(x), gz, Matrix(call.gw, job.dtype, job.k, job.n),
                              call.gb, &with_sums));
  if (call.gb && job.n > 0 && !with_sums) {
    ReduceJob sum;
    sum.function = job.function;
    sum.op = kReduce_sum;
    sum.axes = 1;
    sum.compute = sum.result = job.dtype;
    sum.x = gz;
    sum.y = Matrix(call.gb, job.dtype, 1, job.n);
    NUMRS_TRY(Reduce(stream, sum));
  }
  if (call.gx) NUMRS_TRY(Product(stream, job, gz, Transposed(WeightOf(job)), Matrix(call.gx, job.dtype, job.m, job.k)));
  if (call.gw && !with_sums)
    NUMRS_TRY(Product(stream, job, Transposed(x), gz, Matrix(call.gw, job.dtype, job.k, job.n)));
  return NUMRS_OK;
}

}  // namespace cuda
}  // namespace numrs
