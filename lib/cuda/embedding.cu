// The gradient of an embedding: places sorted by their row, then each row's gradients added in the order of places, in
// float64.
#include "core/nn_embedding.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/radix.h"

namespace numrs {
namespace cuda {
namespace {

// Keys: the rows; what is no row goes behind all of them.
__global__ void __launch_bounds__(kThreads)
    RowKeysKernel(const int64_t* indices, int64_t n, int64_t rows, uint32_t* keys, uint32_t* places) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n) return;
  const bool good = static_cast<uint64_t>(indices[i]) < static_cast<uint64_t>(rows);
  keys[i] = static_cast<uint32_t>(good ? indices[i] : rows);
  places[i] = static_cast<uint32_t>(i);
}
// bounds[row] = [first, behind the last) of its sorted pairs.
__global__ void __launch_bounds__(kThreads)
    RowBoundsKernel(const uint32_t* keys, int64_t n, int64_t rows, uint32_t* bounds) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= n || keys[i] >= rows) return;
  if (i == 0 || keys[i - 1] != keys[i]) bounds[2 * static_cast<int64_t>(keys[i])] = static_cast<uint32_t>(i);
  if (i + 1 == n || keys[i + 1] != keys[i])
    bounds[2 * static_cast<int64_t>(keys[i]) + 1] = static_cast<uint32_t>(i + 1);
}
template <typename T>
__global__ void __launch_bounds__(kThreads) RowSumsKernel(const T* grad, const uint32_t* places, const uint32_t* bounds,
                                                          int64_t rows, int64_t width, int64_t padding, T* gradient) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= rows * width) return;
  const int64_t row = i / width, column = i - row * width;
  const uint32_t begin = bounds[2 * row], end = bounds[2 * row + 1];
  double sum = -0.0;
  if (begin == end || row == padding) {
    sum = 0;
  } else {
    for (uint32_t p = begin; p < end; p++) sum += static_cast<double>(grad[places[p] * width + column]);
  }
  gradient[i] = static_cast<T>(sum);
}

}  // namespace

Status Run_embedding_backward(DeviceStream* stream, const EmbeddingBackwardCall& call) {
  const char* const function = "embedding_backward";
  if (call.rows == 0 || call.width == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  if (call.dtype != kF32 && call.dtype != kF64) return NoKernelFor(function, call.dtype);
  if (call.n >> 31 || call.rows >> 31 || call.rows * call.width / kThreads >> 31)
    return Fail(NUMRS_UNSUPPORTED, "%s: more rows than one launch can have", function);
  const int64_t n = call.n > 0 ? call.n : 1;
  Scratch words(stream), bounds(stream), counts(stream);
  NUMRS_TRY(words.Take(4 * n * 4));
  NUMRS_TRY(bounds.Take(2 * call.rows * 4));
  NUMRS_TRY(counts.Take(RadixBytes(n)));
  NUMRS_TRY(Fill(stream, bounds.data(), 0, static_cast<size_t>(2 * call.rows * 4)));
  uint32_t* const memory = words.as<uint32_t>();
  RadixPairs<uint32_t> pairs{{memory, memory + n}, {memory + 2 * n, memory + 3 * n}, call.n, 0};
  if (call.n > 0) {
    const dim3 grid(Blocks(call.n, kThreads)), block(kThreads);
    int bits = 1;
    while (call.rows >> bits) bits++;
    NUMRS_TRY(Launch(stream, function, RowKeysKernel, grid, block, call.indices, call.n, call.rows, pairs.keys[0],
                     pairs.places[0]));
    NUMRS_TRY(RadixSort(stream, function, bits, counts.data(), &pairs));
    NUMRS_TRY(Launch(stream, function, RowBoundsKernel, grid, block, pairs.keys[pairs.current], call.n, call.rows,
                     bounds.as<uint32_t>()));
  }
  const dim3 grid(Blocks(call.rows * call.width, kThreads)), block(kThreads);
  const uint32_t* const places = pairs.places[pairs.current];
  if (call.dtype == kF32)
    return Launch(stream, function, RowSumsKernel<float>, grid, block, reinterpret_cast<const float*>(call.grad),
                  places, bounds.as<uint32_t>(), call.rows, call.width, call.padding,
                  reinterpret_cast<float*>(call.gradient));
  return Launch(stream, function, RowSumsKernel<double>, grid, block, reinterpret_cast<const double*>(call.grad),
                places, bounds.as<uint32_t>(), call.rows, call.width, call.padding,
                reinterpret_cast<double*>(call.gradient));
}

}  // namespace cuda
}  // namespace numrs
