// Element checks over any strides, in parallel.
#include "core/scan_values.h"
#include "core/device_state.h"

#include <atomic>
#include <cstring>

namespace numrs {
namespace {

template <typename T>
bool RowHasNegative(const char* x, int64_t stride, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    T value;
    std::memcpy(&value, x + i * stride, sizeof(T));
    if (value < 0) return true;
  }
  return false;
}

}  // namespace

Status AnyNegative(const Run& run, const View& v, bool* found, const char* function) {
  if (run.device) return OnDevice(run, function, &DeviceKernels::any_negative, AnyNegativeJob{function, v, found});
  bool (*row)(const char*, int64_t, int64_t) = nullptr;
  switch (v.dtype) {
    case kI8:
      row = RowHasNegative<int8_t>;
      break;
    case kI16:
      row = RowHasNegative<int16_t>;
      break;
    case kI32:
      row = RowHasNegative<int32_t>;
      break;
    case kI64:
      row = RowHasNegative<int64_t>;
      break;
    default:
      *found = false;
      return NUMRS_OK;
  }
  const int64_t n = v.ndim ? v.shape[v.ndim - 1] : 1, stride = v.ndim ? v.strides[v.ndim - 1] : 0;
  const int64_t rows = v.size / n, grain = 1 + 65536 / n;
  std::atomic<bool> any{false};
  const Status status = ParallelFor(rows, grain, run.Threads(0.5 * static_cast<double>(v.size)), run.cancel,
                                    [&](int64_t begin, int64_t end) {
                                      for (int64_t r = begin; r < end && !any.load(std::memory_order_relaxed); r++) {
                                        const char* x = v.data;
                                        int64_t rest = r;
                                        for (int d = v.ndim - 2; d >= 0; d--) {
                                          x += rest % v.shape[d] * v.strides[d];
                                          rest /= v.shape[d];
                                        }
                                        if (row(x, stride, n)) any.store(true, std::memory_order_relaxed);
                                      }
                                    });
  *found = any.load();
  return status;
}

}  // namespace numrs
