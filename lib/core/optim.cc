// Walks over the arrays of optimizers: in order, or in pieces on several threads.
#include "core/optim.h"

#include <cmath>
#include <cstring>

#include "core/device_state.h"
#include "core/flush_subnormals.h"
#include "core/memory.h"

namespace numrs {

const OptimRow kOptimRows[kOptimOps] = {
#define NUMRS_OPTIM(id, name, Kernel, states, cost) {#name, states, cost},
#include "table/optim.def"
};

namespace {

constexpr int64_t kGrain = 16 * kGradientBlock, kLeastGrain = 2048;

// Calls f(array, first element, elements, elements before it in all arrays) for the parts of [0, total).
template <class F>
Status ForPieces(const Run& run, const OptimArrays& a, double cost_ns, F&& f) {
  const int threads = run.Threads(cost_ns * static_cast<double>(a.total));
  return ParallelFor(a.total, ShareGrain(a.total, kGrain, threads, kLeastGrain), threads, run.cancel,
                     [&](int64_t begin, int64_t end) {
                       int64_t before = 0;
                       for (int64_t i = 0; i < a.count && before < end; before += a.sizes[i++]) {
                         const int64_t from = begin > before ? begin - before : 0;
                         const int64_t to = end - before < a.sizes[i] ? end - before : a.sizes[i];
                         if (from < to) f(i, from, to - from, before + from);
                       }
                     });
}

Status OnDevice(const Run& run, const char* function, GradientWay way, const OptimArrays& arrays, void* const* grads,
                double low, double high, double* norm) {
  if (arrays.total == 0) return NUMRS_OK;
  return numrs::OnDevice(run, function, &DeviceKernels::gradients, GradientCall{way, arrays, grads, low, high, norm});
}

char* At(void* array, int64_t element, int64_t itemsize) { return static_cast<char*>(array) + element * itemsize; }

}  // namespace

Status RunOptimStep(const Run& run, int32_t op, const OptimArrays& arrays, void* const* params,
                    const void* const* grads, void* const* state, const double* numbers, bool flush) {
  if (run.device)
    return numrs::OnDevice(run, "optim_step", &DeviceKernels::optim_step,
                           OptimStepCall{op, arrays, params, grads, state, numbers, flush});
  const auto step = run.kernels.optim->step[op][arrays.dtype];
  const int64_t size = SizeOf(arrays.dtype);
  return ForPieces(run, arrays, kOptimRows[op].cost_ns, [&](int64_t i, int64_t from, int64_t n, int64_t place) {
    if (!grads[i]) return;
    OptimPiece piece{};
    piece.p = At(params[i], from, size);
    piece.g = static_cast<const char*>(grads[i]) + from * size;
    for (int k = 0; k < kOptimRows[op].states; k++) piece.s[k] = state[k] ? At(state[k], place, size) : nullptr;
    piece.n = n;
    piece.c = numbers;
    const FlushSubnormals flushed(flush);
    step(piece);
  });
}

Status GradientNorm(const Run& run, const OptimArrays& arrays, void* const* grads, bool largest, double* norm) {
  if (run.device) {
    *norm = 0;
    return OnDevice(run, "optim_clip_norm", largest ? GradientWay::LARGEST : GradientWay::NORM, arrays, grads, 0, 0,
                    norm);
  }
  // One number for each block of each array, in their order, whatever thread computes it.
  int64_t blocks = 0;
  for (int64_t i = 0; i < arrays.count; i++) blocks += (arrays.sizes[i] + kGradientBlock - 1) / kGradientBlock;
  constexpr int64_t kOwn = 64;
  double own[kOwn];
  Workspace memory(blocks > kOwn ? static_cast<size_t>(blocks) * sizeof(double) : 0);
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "optim_clip_norm: no memory for %lld sums", static_cast<long long>(blocks));
  double* parts = blocks > kOwn ? memory.as<double>() : own;
  const auto kernel = largest ? run.kernels.optim->largest[arrays.dtype] : run.kernels.optim->squares[arrays.dtype];
  const int64_t size = SizeOf(arrays.dtype);
  const int threads = run.Threads(0.2 * static_cast<double>(arrays.total));
  NUMRS_TRY(ParallelFor(blocks, ShareGrain(blocks, kGrain / kGradientBlock, threads), threads, run.cancel,
                        [&](int64_t begin, int64_t end) {
                          int64_t before = 0;
                          for (int64_t i = 0; i < arrays.count && before < end; i++) {
                            const int64_t n = arrays.sizes[i], own_blocks = (n + kGradientBlock - 1) / kGradientBlock;
                            for (int64_t b = begin > before ? begin - before : 0; b < own_blocks && before + b < end;
                                 b++) {
                              const int64_t from = b * kGradientBlock;
                              const int64_t count = n - from < kGradientBlock ? n - from : kGradientBlock;
                              parts[before + b] = grads[i] ? kernel(At(grads[i], from, size), count) : 0;
                            }
                            before += own_blocks;
                          }
                        }));
  if (largest) {
    double most = 0;
    for (int64_t i = 0; i < blocks; i++) {
      if (!(parts[i] <= most)) most = parts[i] != parts[i] || most != most ? parts[i] + most : parts[i];
    }
    *norm = most;
    return NUMRS_OK;
  }
  for (int64_t width = 1; width < blocks; width *= 2) {
    for (int64_t i = 0; i + width < blocks; i += 2 * width) parts[i] += parts[i + width];
  }
  *norm = blocks > 0 ? std::sqrt(parts[0]) : 0;
  return NUMRS_OK;
}

Status ScaleGradients(const Run& run, const OptimArrays& arrays, void* const* grads, double factor) {
  if (run.device) return OnDevice(run, "optim_scale", GradientWay::SCALE, arrays, grads, factor, 0, nullptr);
  const auto kernel = run.kernels.optim->scale[arrays.dtype];
  return ForPieces(run, arrays, 0.3, [&](int64_t i, int64_t from, int64_t n, int64_t) {
    if (grads[i]) kernel(At(grads[i], from, SizeOf(arrays.dtype)), n, factor);
  });
}

Status ClampGradients(const Run& run, const OptimArrays& arrays, void* const* grads, double low, double high) {
  if (run.device) return OnDevice(run, "optim_clip_value", GradientWay::CLAMP, arrays, grads, low, high, nullptr);
  const auto kernel = run.kernels.optim->clamp[arrays.dtype];
  return ForPieces(run, arrays, 0.3, [&](int64_t i, int64_t from, int64_t n, int64_t) {
    if (grads[i]) kernel(At(grads[i], from, SizeOf(arrays.dtype)), n, low, high);
  });
}

Status ZeroGradients(const Run& run, const OptimArrays& arrays, void* const* grads) {
  if (run.device) return OnDevice(run, "optim_zero", GradientWay::ZERO, arrays, grads, 0, 0, nullptr);
  return ForPieces(run, arrays, 0.2, [&](int64_t i, int64_t from, int64_t n, int64_t) {
    const int64_t size = SizeOf(arrays.dtype);
    if (grads[i]) std::memset(At(grads[i], from, size), 0, static_cast<size_t>(n * size));
  });
}

}  // namespace numrs
