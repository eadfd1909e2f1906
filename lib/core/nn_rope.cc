// Rotary position embeddings (Su et al., "RoFormer", 2021) for both backends: pairs of elements turned by angles, two
// products and one sum each.
#include <algorithm>
#include <optional>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/nn_attention.h"

namespace numrs {
namespace {

constexpr int64_t kGrain = 16384;  // elements between two looks at the other threads

// One row of `half` pairs. c2 and s2 are c1 and s1, or the second half of their lines. y may be x.
template <typename T>
void Halves(const T* x, const T* c1, const T* s1, const T* c2, const T* s2, T* y, int64_t half) {
  for (int64_t j = 0; j < half; j++) {
    const T a = x[j], b = x[half + j];
    y[j] = a * c1[j] - b * s1[j];
    y[half + j] = b * c2[j] + a * s2[j];
  }
}
template <typename T>
void HalvesBack(const T* x, const T* c1, const T* s1, const T* c2, const T* s2, T* y, int64_t half) {
  for (int64_t j = 0; j < half; j++) {
    const T a = x[j], b = x[half + j];
    y[j] = a * c1[j] + b * s2[j];
    y[half + j] = b * c2[j] - a * s1[j];
  }
}
// Neighbours: `step` is 1 where c and s serve both of a pair, else 2.
template <typename T>
void Neighbours(const T* x, const T* c, const T* s, int64_t step, bool inverse, T* y, int64_t half) {
  const int64_t second = step - 1;
  for (int64_t j = 0; j < half; j++) {
    const T a = x[2 * j], b = x[2 * j + 1];
    const T c1 = c[j * step], c2 = c[j * step + second], s1 = s[j * step], s2 = s[j * step + second];
    y[2 * j] = inverse ? a * c1 + b * s2 : a * c1 - b * s1;
    y[2 * j + 1] = inverse ? b * c2 - a * s1 : b * c2 + a * s2;
  }
}

template <typename T>
Status Rotate(const Run& run, const RopeJob& job) {
  const View& x = job.x;
  const int n = x.ndim - 1;
  const int64_t d = x.shape[n], half = d / 2, rows = d ? x.size / d : 0;
  int64_t cos_strides[kMaxNDim], sin_strides[kMaxNDim], full[kMaxNDim];
  std::copy(x.shape, x.shape + x.ndim, full);
  full[n] = job.cos.shape[job.cos.ndim - 1];
  BroadcastStrides(job.cos, x.ndim, full, cos_strides);
  full[n] = job.sin.shape[job.sin.ndim - 1];
  BroadcastStrides(job.sin, x.ndim, full, sin_strides);
  const bool both = job.cos.shape[job.cos.ndim - 1] == d && d != half;
  const int64_t grain = std::max<int64_t>(1, kGrain / std::max<int64_t>(d, 1));
  const int threads = run.Threads(static_cast<double>(rows) * static_cast<double>(d) * 0.4);
  return ParallelFor(rows, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      int64_t rest = i, at_x = 0, at_y = 0, at_c = 0, at_s = 0;
      for (int a = n; a-- > 0;) {
        const int64_t index = rest % x.shape[a];
        rest /= x.shape[a];
        at_x += index * x.strides[a];
        at_y += index * job.y.strides[a];
        at_c += index * cos_strides[a];
        at_s += index * sin_strides[a];
      }
      const T* from = reinterpret_cast<const T*>(x.data + at_x);
      const T* c = reinterpret_cast<const T*>(job.cos.data + at_c);
      const T* s = reinterpret_cast<const T*>(job.sin.data + at_s);
      T* to = reinterpret_cast<T*>(job.y.data + at_y);
      if (job.interleaved) {
        Neighbours(from, c, s, both ? 2 : 1, job.inverse, to, half);
      } else {
        const int64_t second = both ? half : 0;
        (job.inverse ? HalvesBack<T> : Halves<T>)(from, c, s, c + second, s + second, to, half);
      }
    }
  });
}

bool IsReady(const View& v, int32_t dtype) {
  if (v.dtype != dtype || v.host) return false;
  const int64_t size = v.itemsize();
  if (reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(size) != 0) return false;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] > 1 && v.strides[d] % size != 0) return false;
  }
  return v.shape[v.ndim - 1] <= 1 || v.strides[v.ndim - 1] == size;
}

}  // namespace

Status RunRope(const Run& run, const RopeJob& job) {
  // Devices turn 16-bit floats themselves.
  const int32_t dtype = run.device ? job.x.dtype : AttentionDType(job.x.dtype);
  if (run.device && job.y.host)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: y is NUMRS_ON_HOST, which is for inputs", job.function);
  RopeJob ready = job;
  View* const views[] = {&ready.x, &ready.cos, &ready.sin, &ready.y};
  bool copied[4];
  size_t bytes[4], total = 0;
  for (int i = 0; i < 4; i++) {
    const View& v = *views[i];
    copied[i] = !IsReady(v, dtype);
    if (i == 3) {
      const bool in_place = !copied[0] && SameElements(job.x, job.y) && job.x.dtype == job.y.dtype;
      copied[i] |= RangesOverlap(job.y, job.cos) || RangesOverlap(job.y, job.sin) ||
                   (RangesOverlap(job.y, job.x) && !in_place && !copied[0]);
    }
    const int64_t size = std::min(v.size, int64_t{1} << 56);
    bytes[i] = copied[i] ? (static_cast<size_t>(size * SizeOf(dtype)) + 63) / 64 * 64 : 0;
    total += bytes[i];
  }
  std::optional<RunMemory> memory;
  if (total > 0) memory.emplace(run, job.function, total);
  if (memory && !memory->ok()) return memory->Failure(job.function, "copies of operands", total);
  char* at = memory ? memory->as<char>() : nullptr;
  for (int i = 0; i < 4; i++) {
    if (!copied[i]) continue;
    const View from = *views[i];
    *views[i] = ContiguousView(at, dtype, from.ndim, from.shape);
    at += bytes[i];
    if (i < 3 && from.size > 0) NUMRS_TRY(Convert(run, job.function, from, *views[i]));
  }
  if (run.device)
    NUMRS_TRY(OnDevice(run, job.function, &DeviceKernels::rope, ready));
  else
    NUMRS_TRY(dtype == kF32 ? Rotate<float>(run, ready) : Rotate<double>(run, ready));
  return copied[3] && job.y.size > 0 ? Convert(run, job.function, ready.y, job.y) : static_cast<Status>(NUMRS_OK);
}

}  // namespace numrs
