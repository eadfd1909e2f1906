// Random draws with the CPU's bits: words, uniform numbers, dropout. Every element is computed from its own place in
// the stream. Not here yet: distributions whose functions read tables of coefficients (ops/random_math-inl.h).
#include <cmath>
#include <limits>

#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "ops/philox.h"
#include "ops/random_lane.h"

namespace numrs {
namespace cuda {
namespace {

#ifdef __CUDACC__
#pragma nv_diag_suppress 1046  // coefficients have more digits than float32
#endif
#include "ops/random_math-inl.h"

template <typename T>
__global__ void __launch_bounds__(kThreads) BitsKernel(const RandomDraw draw, int64_t n, T* y) {
  constexpr int kPerWord = 8 / static_cast<int>(sizeof(T));
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n) return;
  const uint64_t word = ops::Word64(draw, static_cast<uint64_t>(i / kPerWord), 0);
  y[i] = static_cast<T>(word >> (i % kPerWord * 8 * static_cast<int>(sizeof(T)) % 64));
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    UniformKernel(const RandomDraw draw, int64_t n, T low, T width, T most, T* y) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n) return;
  const ops::RandomLane<T> o;
  T unit;
  if constexpr (sizeof(T) == 8)
    unit = Unit(o, ops::Word64(draw, static_cast<uint64_t>(i), 0));
  else
    unit = Unit(o, ops::Word32(draw, static_cast<uint64_t>(i), 0));
  y[i] = o.Min(o.Add(low, o.Mul(width, unit)), most);
}

// Both neighbours of a word of 64 bits.
template <typename T>
__global__ void __launch_bounds__(kThreads)
    DropoutKernel(RandomDraw draw, const uint64_t* ahead, int64_t n, uint64_t threshold, T scale, const T* x, T* y) {
  const int64_t i = 2 * (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x);
  if (i >= n) return;
  if (ahead) {
    draw.low += *ahead;
    draw.high += draw.low < *ahead ? 1 : 0;
  }
  const uint64_t word = ops::Word64(draw, static_cast<uint64_t>(i / 2), 0);
  const bool all = threshold > 0xFFFFFFFFu;
  y[i] = all || static_cast<uint32_t>(word) < threshold ? T(0) : scale * x[i];
  if (i + 1 < n) y[i + 1] = all || (word >> 32) < threshold ? T(0) : scale * x[i + 1];
}

template <typename T>
Status Bits(DeviceStream* stream, const RandomDraw& draw, int64_t n, char* y) {
  return Launch(stream, "bits", BitsKernel<T>, dim3(Blocks(n, kThreads)), dim3(kThreads), draw, n,
                reinterpret_cast<T*>(y));
}
template <typename T>
Status Uniform(DeviceStream* stream, const RandomJob& job, char* y) {
  const T low = static_cast<T>(job.p.value[0]), high = static_cast<T>(job.p.value[1]);
  const T most = low < high ? std::nextafter(high, -std::numeric_limits<T>::infinity()) : high;
  return Launch(stream, "uniform", UniformKernel<T>, dim3(Blocks(job.y.size, kThreads)), dim3(kThreads), job.draw,
                job.y.size, low, high - low, most, reinterpret_cast<T*>(y));
}

}  // namespace

Status Run_random(DeviceStream* stream, const RandomJob& job) {
  NUMRS_TRY(Use(stream->device));
  const View& y = job.y;
  if (y.size == 0) return NUMRS_OK;
  const bool bits = job.op == kRandom_bits;
  if (!bits && (job.op != kRandom_uniform || job.p.array[0] || job.p.array[1]))
    return Fail(NUMRS_UNSUPPORTED, "random: no kernel for this distribution with these parameters");
  Output out(stream);
  NUMRS_TRY(out.Open("random", y, y.dtype, false));
  Status status = NUMRS_OK;
  if (bits) {
    status = y.dtype == kU8    ? Bits<uint8_t>(stream, job.draw, y.size, out.data())
             : y.dtype == kU16 ? Bits<uint16_t>(stream, job.draw, y.size, out.data())
             : y.dtype == kU32 ? Bits<uint32_t>(stream, job.draw, y.size, out.data())
                               : Bits<uint64_t>(stream, job.draw, y.size, out.data());
  } else {
    status = y.dtype == kF32   ? Uniform<float>(stream, job, out.data())
             : y.dtype == kF64 ? Uniform<double>(stream, job, out.data())
                               : NoKernelFor("uniform", y.dtype);
  }
  NUMRS_TRY(status);
  return out.Commit("random");
}

Status Run_dropout(DeviceStream* stream, const DropoutCall& call) {
  NUMRS_TRY(Use(stream->device));
  if (call.n == 0) return NUMRS_OK;
  const dim3 grid(Blocks(call.n, 2 * kThreads));
  if (call.dtype == kF32) {
    return Launch(stream, "dropout", DropoutKernel<float>, grid, dim3(kThreads), call.draw, call.ahead, call.n,
                  call.threshold, static_cast<float>(call.scale), reinterpret_cast<const float*>(call.x),
                  reinterpret_cast<float*>(call.y));
  }
  if (call.dtype == kF64) {
    return Launch(stream, "dropout", DropoutKernel<double>, grid, dim3(kThreads), call.draw, call.ahead, call.n,
                  call.threshold, call.scale, reinterpret_cast<const double*>(call.x),
                  reinterpret_cast<double*>(call.y));
  }
  return NoKernelFor("dropout", call.dtype);
}

}  // namespace cuda
}  // namespace numrs
