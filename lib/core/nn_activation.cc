// Running activation functions and softmax: halves in blocks of float32, rows, threads; nothing about one element.
#include "core/nn_activation.h"

#include "core/device_state.h"
#include "core/nn_operands.h"
#include "core/scratch.h"
#include "core/sweep.h"

namespace numrs {
namespace {

constexpr int64_t kHalfBlock = 512;    // elements converted at once, on the stack
constexpr int64_t kChunk = 16 * 1024;  // elements between two looks at the other threads

size_t Round64(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

const ActivationRow kActivationRows[kActivations] = {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) \
  {#name, #name "_backward", parameters, ParameterRule::rule, cost * 0.1},
#include "table/activation.def"
};

Status RunActivation(const Run& run, const ActivationJob& job) {
  if (run.device && job.x.size > 0) {
    NUMRS_TRY(RefuseHost(run, job.function, {&job.g, &job.x, &job.y}));
    return OnDevice(run, job.function, &DeviceKernels::activation, job);
  }
  const bool back = job.g.ndim >= 0;
  const int32_t stored = NnStored(back ? Promote(NnStored(job.g.dtype), NnStored(job.x.dtype)) : job.x.dtype);
  const int32_t computed = NnComputed(stored);
  const int64_t size = job.x.size, bytes = SizeOf(stored);
  PackedInput x, g;
  PackedOutput y;
  NUMRS_TRY(x.Load(run, job.function, job.x, stored));
  if (back) NUMRS_TRY(g.Load(run, job.function, job.g, stored));
  NUMRS_TRY(y.Open(job.function, job.y, stored, SharesInPart(job.y, {&job.x, &job.g})));
  const auto forward = run.kernels.nn_activation->forward[job.op][computed];
  const auto backward = run.kernels.nn_activation->backward[job.op][computed];
  const auto in = run.kernels.copy.cast[stored][kF32], out = run.kernels.copy.cast[kF32][stored];
  const double cost = (kActivationRows[job.op].cost_ns + 0.3) * (computed == kF64 ? 1 : 0.4);
  const double moved = static_cast<double>(bytes) * (back ? 3 : 2);
  NUMRS_TRY(SweepFor(size, kChunk, moved, run.Threads(cost * static_cast<double>(size)), run.cancel,
                     [&](int64_t begin, int64_t end) {
                       const char *from = x.data() + begin * bytes, *grad = back ? g.data() + begin * bytes : nullptr;
                       char* to = y.data() + begin * bytes;
                       if (stored == computed) {
                         if (back)
                           backward(grad, from, to, end - begin, job.a, job.b);
                         else
                           forward(from, to, end - begin, job.a, job.b);
                         return;
                       }
                       alignas(64) float values[kHalfBlock], grads[kHalfBlock];
                       for (int64_t i = 0; i < end - begin; i += kHalfBlock) {
                         const int64_t n = end - begin - i < kHalfBlock ? end - begin - i : kHalfBlock;
                         in(from + i * bytes, values, n);
                         if (back) {
                           in(grad + i * bytes, grads, n);
                           backward(grads, values, values, n, job.a, job.b);
                         } else {
                           forward(values, values, n, job.a, job.b);
                         }
                         out(values, to + i * bytes, n);
                       }
                     }));
  return y.Commit(run, job.function);
}

Status RunSoftmax(const Run& run, const SoftmaxJob& job) {
  if (run.device && job.x.size > 0) {
    NUMRS_TRY(RefuseHost(run, job.function, {&job.g, &job.x, &job.y}));
    return OnDevice(run, job.function, &DeviceKernels::softmax, job);
  }
  const bool back = job.g.ndim >= 0;
  const View views[] = {AxisLast(job.x, job.axis), AxisLast(job.y, job.axis)};
  const int64_t n = job.x.shape[job.axis], size = job.x.size;
  if (size == 0) return NUMRS_OK;
  const int32_t stored = NnStored(back ? Promote(NnStored(job.g.dtype), NnStored(job.x.dtype)) : job.x.dtype);
  const int32_t computed = NnComputed(stored);
  const int64_t bytes = SizeOf(stored), rows = size / n;
  PackedInput x, g;
  PackedOutput y;
  NUMRS_TRY(x.Load(run, job.function, views[0], stored));
  if (back) NUMRS_TRY(g.Load(run, job.function, AxisLast(job.g, job.axis), stored));
  NUMRS_TRY(y.Open(job.function, views[1], stored, SharesInPart(job.y, {&job.x, &job.g})));
  const double cost = (back ? 1.0 : 1.8) * (computed == kF64 ? 1 : 0.4);
  const int threads = run.Threads(cost * static_cast<double>(size));
  const bool cast = stored != computed;
  const int slots_wanted = threads < ScratchSlots::kMaxSlots ? threads : ScratchSlots::kMaxSlots;
  const size_t line = cast ? Round64(static_cast<size_t>(n) * sizeof(float)) : 0, slot = line * (back ? 2 : 1);
  const Workspace memory(slot * static_cast<size_t>(slots_wanted));
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for rows in float32", job.function);
  ScratchSlots slots(memory.data(), slot, slots_wanted);
  const auto forward = run.kernels.nn_activation->softmax[job.log][computed];
  const auto backward = run.kernels.nn_activation->softmax_backward[job.log][computed];
  const auto in = run.kernels.copy.cast[stored][kF32], out = run.kernels.copy.cast[kF32][stored];
  const int64_t grain = n < kChunk ? kChunk / n : 1;
  const double moved = static_cast<double>(n * bytes) * (back ? 3 : 2);
  NUMRS_TRY(SweepFor(rows, grain, moved, threads, run.cancel, [&](int64_t begin, int64_t end) {
    if (!cast) {
      const int64_t at = begin * n * bytes;
      if (back)
        backward(g.data() + at, x.data() + at, y.data() + at, n, end - begin);
      else
        forward(x.data() + at, y.data() + at, n, end - begin);
      return;
    }
    const ScratchSlots::Lease lease(slots);
    char *const values = lease.data(), *const grads = values + line;
    for (int64_t row = begin; row < end; row++) {
      const int64_t at = row * n * bytes;
      in(x.data() + at, values, n);
      if (back) {
        in(g.data() + at, grads, n);
        backward(grads, values, values, n, 1);
      } else {
        forward(values, values, n, 1);
      }
      out(values, y.data() + at, n);
    }
  }));
  return y.Commit(run, job.function);
}

}  // namespace numrs
