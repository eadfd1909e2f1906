// Linear layers: products by the kernels of core/linalg_tables.h in blocks of rows that stay in the caches, where bias
// and activation are applied; the gradients.
#include "core/nn_linear.h"

#include <algorithm>
#include <optional>

#include "core/device_state.h"
#include "core/matmul_run.h"
#include "core/memory.h"
#include "core/reduce.h"

namespace numrs {
namespace {

constexpr int64_t kBlockBytes = int64_t{512} << 10;  // of y between product and activation
constexpr int64_t kBlockRows = 252;                  // fewer would read weights for little
constexpr int64_t kChunk = 2048;                     // elements of an activation at a time

Gemm MakeGemm(const void* a, int64_t a_row, int64_t a_col, const void* b, int64_t b_row, int64_t b_col, void* y,
              int64_t m, int64_t k, int64_t n) {
  return Gemm{a, b, y, m, k, n, a_row, a_col, b_row, n == 1 ? 1 : b_col, n, 1, 0};
}

Status Multiply(const Run& run, const LinearJob& job, const Gemm& g) {
  Product p;
  p.g = g;
  p.dtype = job.dtype;
  if (g.b_col == 1 || run.kernels.linalg.pack[job.dtype] || g.n == 1) return RunProduct(run, job.function, p);
  // A backend without packing reads b along its rows.
  const int64_t size = SizeOf(job.dtype);
  Workspace copy(static_cast<size_t>(g.k * g.n * size));
  if (!copy.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of weights", job.function);
  for (int64_t i = 0; i < g.k; i++)
    run.kernels.copy.pack[SizeIndex(size)](static_cast<const char*>(g.b) + i * g.b_row * size, g.b_col * size,
                                           copy.as<char>() + i * g.n * size, g.n);
  p.g.b = copy.data();
  p.g.b_row = g.n;
  p.g.b_col = 1;
  return RunProduct(run, job.function, p);
}

// Calls body(begin, count) over n elements in chunks, on several threads where that pays.
template <class F>
Status Chunks(const Run& run, int64_t n, double ns, F&& body) {
  const int64_t grain = 8 * kChunk;
  return ParallelFor(n, grain, run.Threads(static_cast<double>(n) * ns), nullptr, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i += kChunk) body(i, std::min(kChunk, end - i));
  });
}

// Is b, (k, n) with rows that are contiguous, read where it lies? (core/matmul_run.cc: without memory)
bool TakesNoMemory(int64_t n, int64_t k, int64_t size) { return n * k * size <= int64_t{600} << 10; }

bool IsSimple(int32_t activation) {
  return activation == kLinearNone || activation == kActivation_relu || activation == kActivation_leaky_relu;
}

}  // namespace

Status LinearForward(const Run& run, const LinearJob& job, const void* x, const void* bias, void* y, void* pre) {
  const int64_t size = SizeOf(job.dtype);
  if (job.m == 0 || job.n == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::linear, LinearForwardCall{job, x, bias, y, pre});
  const bool simple = IsSimple(job.activation);
  const bool plain = !bias && !pre && job.activation == kLinearNone;
  // Only products that take no memory are cut: nothing may fail once y has been written.
  const bool direct = !job.panels && job.n > 1 && TakesNoMemory(job.n, job.k, size) && job.weight_col == 1;
  const int64_t block = plain || !direct ? job.m : std::max(kBlockRows, kBlockBytes / (job.n * size));
  for (int64_t i = 0; i < job.m; i += block) {
    const int64_t rows = std::min(block, job.m - i);
    char* const to = static_cast<char*>(y) + i * job.n * size;
    if (job.k == 0) {
      std::memset(to, 0, static_cast<size_t>(rows * job.n * size));
    } else if (job.panels) {
      NUMRS_TRY(MultiplyPanels(run, job.function, *job.panels, x, rows, job.k, to, job.n));
    } else {
      NUMRS_TRY(Multiply(run, job,
                         MakeGemm(static_cast<const char*>(x) + i * job.k * size, job.k, 1, job.weight, job.weight_row,
                                  job.weight_col, to, rows, job.k, job.n)));
    }
    if (plain) continue;
    LinearFinish f;
    f.bias = bias;
    f.n = job.n;
    f.activation = job.activation;
    f.slope = job.slope;
    const int64_t grain = std::max<int64_t>(1, 8 * kChunk / job.n);
    const int threads = run.Threads(static_cast<double>(rows * job.n) * (simple ? 0.1 : 2));
    NUMRS_TRY(ParallelFor(rows, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
      LinearFinish part = f;
      part.y = to + begin * job.n * size;
      part.pre = pre ? static_cast<char*>(pre) + (i + begin) * job.n * size : nullptr;
      part.rows = end - begin;
      if (bias || part.pre || job.activation != kLinearNone) run.kernels.nn_conv->linear_finish[job.dtype](part);
      if (simple) return;
      const auto activate = run.kernels.nn_activation->forward[job.activation][job.dtype];
      const int64_t count = part.rows * job.n;
      for (int64_t j = 0; j < count; j += kChunk) {
        char* const at = static_cast<char*>(part.y) + j * size;
        activate(at, at, std::min(kChunk, count - j), 0, 0);
      }
    }));
  }
  return NUMRS_OK;
}

Status LinearBackward(const Run& run, const LinearJob& job, const void* grad, const void* x, const void* saved,
                      void* gx, void* gw, void* gb) {
  if (run.device)
    return OnDevice(run, job.function, &DeviceKernels::linear_backward,
                    LinearBackwardCall{job, grad, x, saved, gx, gw, gb});
  const int64_t size = SizeOf(job.dtype), count = job.m * job.n;
  std::optional<Workspace> own;
  const void* gz = grad;
  if (job.activation != kLinearNone && count > 0) {
    own.emplace(static_cast<size_t>(count * size));
    if (!own->ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a gradient of the activation", job.function);
    char* const to = own->as<char>();
    gz = to;
    NUMRS_TRY(Chunks(run, count, SavesOutput(job.activation) ? 0.2 : 4, [&](int64_t i, int64_t n) {
      const char *const dy = static_cast<const char*>(grad) + i * size, *const at =
                                                                            static_cast<const char*>(saved) + i * size;
      if (SavesOutput(job.activation)) {
        run.kernels.nn_conv->linear_grad[job.dtype](LinearGrad{dy, at, to + i * size, n, job.activation, job.slope});
      } else {
        run.kernels.nn_activation->backward[job.activation][job.dtype](dy, at, to + i * size, n, 0, 0);
      }
    }));
  }
  // What may still fail is computed apart, or before anything has been written.
  const bool gw_direct = job.m > 1 && job.k > 1 && job.n > 1 && TakesNoMemory(job.n, job.m, size);
  const size_t gb_bytes = gb ? static_cast<size_t>((job.n * size + 63) / 64 * 64) : 0;
  const size_t gw_bytes = gw && !gw_direct ? static_cast<size_t>(job.k * job.n * size) : 0;
  Workspace apart(gb_bytes + gw_bytes);
  if (!apart.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for gradients", job.function);
  char* const gw_apart = apart.as<char>() + gb_bytes;
  if (gb && job.n > 0) {
    const int64_t matrix[2] = {job.m, job.n}, row[2] = {1, job.n};
    ReduceJob sum;
    sum.function = job.function;
    sum.op = kReduce_sum;
    sum.axes = 1;
    sum.compute = sum.result = job.dtype;
    sum.x = ContiguousView(const_cast<void*>(gz), job.dtype, 2, matrix);
    sum.y = ContiguousView(apart.data(), job.dtype, 2, row);
    NUMRS_TRY(RunReduce(run, sum));
  }
  const auto weights = [&](void* to) -> Status {
    if (job.m == 0) {
      std::memset(to, 0, static_cast<size_t>(job.k * job.n * size));
      return NUMRS_OK;
    }
    return Multiply(run, job, MakeGemm(x, 1, job.k, gz, job.n, 1, to, job.k, job.m, job.n));
  };
  const bool has_weights = gw && job.k > 0 && job.n > 0;
  if (has_weights && !gw_direct) NUMRS_TRY(weights(gw_apart));
  if (gx && job.m > 0 && job.k > 0) {
    if (job.n == 0) {
      std::memset(gx, 0, static_cast<size_t>(job.m * job.k * size));
    } else {
      NUMRS_TRY(Multiply(run, job,
                         MakeGemm(gz, job.n, 1, job.weight, job.weight_col, job.weight_row, gx, job.m, job.n, job.k)));
    }
  }
  if (has_weights && gw_direct) NUMRS_TRY(weights(gw));
  if (has_weights && !gw_direct) std::memcpy(gw, gw_apart, gw_bytes);
  if (gb && job.n > 0) std::memcpy(gb, apart.data(), static_cast<size_t>(job.n * size));
  return NUMRS_OK;
}

}  // namespace numrs
