// Gathering and scattering by indices: the check of the indices, and one loop for every size of element.
#include "core/indexing.h"
#include "core/device_state.h"

#include <cinttypes>
#include <cstdio>
#include <cstring>

namespace numrs {
namespace {

constexpr int64_t kTaskElements = 32 * 1024;

template <typename T>
T Load(const char* at) {  // the caller's memory may have any alignment
  T value;
  std::memcpy(&value, at, sizeof(value));
  return value;
}

// Calls f(pointer, n, stride) for the innermost lines of v whose number lies in [begin, end); f returns false to stop.
template <class F>
void ForLines(const View& v, int64_t begin, int64_t end, F&& f) {
  const int last = v.ndim - 1;
  for (int64_t line = begin; line < end; line++) {
    const char* at = v.data;
    int64_t rest = line;
    for (int d = last; d-- > 0;) {
      at += rest % v.shape[d] * v.strides[d];
      rest /= v.shape[d];
    }
    if (!f(at, line)) return;
  }
}

template <typename T>
bool InRange(T value, int64_t extent) {
  if constexpr (T(-1) < T(0)) {
    const int64_t wide = value;
    return wide >= -extent && wide < extent;
  } else {
    return static_cast<uint64_t>(value) < static_cast<uint64_t>(extent);
  }
}

// Are n indices in range? Without a branch on the index: one that is not leaves a sign.
template <typename T>
bool AllInRange(const char* at, int64_t stride, int64_t n, int64_t extent) {
  if constexpr (sizeof(T) == sizeof(int64_t) && T(-1) > T(0)) {
    bool fine = true;
    for (int64_t i = 0; i < n; i++) fine &= InRange(Load<T>(at + i * stride), extent);
    return fine;
  } else {
    // Wraps where an index is so large that it is out of range anyway, and then has a sign too.
    const uint64_t below = T(-1) < T(0) ? static_cast<uint64_t>(extent) : 0, last = static_cast<uint64_t>(extent) - 1;
    uint64_t signs = 0;
    const auto look = [&](const char* p) {
      const auto index = static_cast<uint64_t>(static_cast<int64_t>(Load<T>(p)));
      signs |= (index + below) | (last - index);
    };
    if (stride == static_cast<int64_t>(sizeof(T))) {
      for (int64_t i = 0; i < n; i++) look(at + i * static_cast<int64_t>(sizeof(T)));
    } else {
      for (int64_t i = 0; i < n; i++) look(at + i * stride);
    }
    return static_cast<int64_t>(signs) >= 0;
  }
}

Status BadIndex(const char* function, const View& indices, const int64_t* place, uint64_t bits, int64_t extent,
                IndexKind kind, int64_t ignore) {
  char at[160], text[300];
  ShapeText(indices.ndim, place, at, sizeof(at));
  return Fail(NUMRS_BAD_INDEX, "%s: %s", function,
              IndexTrouble(kind, bits, KindOf(indices.dtype) == Kind::UINT, at, extent, ignore, text, sizeof(text)));
}

template <typename T>
uint64_t Bits64(T value) {
  return static_cast<uint64_t>(static_cast<int64_t>(value));
}

// Rows and labels, as they come.
template <typename T>
Status CheckEach(const char* function, const View& v, int64_t extent, IndexKind kind, int64_t ignore) {
  constexpr bool kUnsigned = T(-1) > T(0);
  int64_t place[kMaxNDim];
  for (int64_t i = 0; i < v.size; i++) {
    const char* at = v.data;
    int64_t rest = i;
    for (int d = v.ndim; d-- > 0;) {
      place[d] = rest % v.shape[d];
      rest /= v.shape[d];
      at += place[d] * v.strides[d];
    }
    const uint64_t bits = Bits64(Load<T>(at));
    if (!IsIndex(kind, bits, kUnsigned, extent, ignore))
      return BadIndex(function, v, place, bits, extent, kind, ignore);
  }
  return NUMRS_OK;
}

template <typename T>
Status CheckTyped(const Run& run, const char* function, const View& given, int64_t extent, IndexKind kind,
                  int64_t ignore) {
  if (kind != IndexKind::AXIS) return CheckEach<T>(function, given, extent, kind, ignore);
  View v = given;
  if (v.ndim == 0) {
    v.ndim = 1;
    v.shape[0] = 1;
    v.strides[0] = 0;
  }
  const int64_t n = v.shape[v.ndim - 1], lines = v.size / n, stride = v.strides[v.ndim - 1];
  const int threads = run.Threads(0.7 * static_cast<double>(v.size));
  // Long single lines are cut; the chunk with the first bad index is the one whose message is told.
  const int64_t pieces = lines > 1 ? 1 : (n + kTaskElements - 1) / kTaskElements;
  const int64_t grain = lines > 1 ? kTaskElements / n + 1 : 1;
  return ParallelFor(lines > 1 ? lines : pieces, grain, threads, run.cancel, [&](int64_t begin, int64_t end) -> Status {
    const int64_t from = lines > 1 ? 0 : begin * kTaskElements;
    const int64_t to = lines > 1 ? n : (end * kTaskElements < n ? end * kTaskElements : n);
    Status status = NUMRS_OK;
    ForLines(v, lines > 1 ? begin : 0, lines > 1 ? end : 1, [&](const char* at, int64_t line) {
      if (AllInRange<T>(at + from * stride, stride, to - from, extent)) return true;
      for (int64_t i = from; i < to; i++) {
        const T value = Load<T>(at + i * stride);
        if (InRange(value, extent)) continue;
        int64_t place[kMaxNDim], rest = line;
        place[v.ndim - 1] = i;
        for (int d = v.ndim - 1; d-- > 0;) {
          place[d] = rest % v.shape[d];
          rest /= v.shape[d];
        }
        status = BadIndex(function, given, place, Bits64(value), extent, IndexKind::AXIS, 0);
        break;
      }
      return false;
    });
    return status;
  });
}

// An index that was checked, from memory that another thread may have changed since: never outside.
inline int64_t Place(const char* at, int64_t extent) {
  int64_t i = Load<int64_t>(at);
  if (__builtin_expect(static_cast<uint64_t>(i) < static_cast<uint64_t>(extent), 1)) return i;
  i = static_cast<int64_t>(static_cast<uint64_t>(i) + static_cast<uint64_t>(extent));
  return static_cast<uint64_t>(i) < static_cast<uint64_t>(extent) ? i : 0;
}

// The walk of one task: the dimensions of the job, merged where they can be.
struct Walk {
  int ndim = 0;
  int64_t shape[kMaxNDim], x[kMaxNDim], index[kMaxNDim], y[kMaxNDim];
  bool axis[kMaxNDim];
};

Walk Merge(const GatherJob& job) {
  Walk w;
  for (int d = 0; d < job.ndim; d++) {
    if (job.shape[d] == 1) continue;
    const bool axis = d >= job.axis_begin && d < job.axis_end;
    if (w.ndim > 0) {
      const int k = w.ndim - 1;
      const int64_t n = job.shape[d];
      if (w.axis[k] == axis && w.x[k] == job.x_strides[d] * n && w.index[k] == job.index_strides[d] * n &&
          w.y[k] == job.y_strides[d] * n) {
        w.shape[k] *= n;
        w.x[k] = job.x_strides[d];
        w.index[k] = job.index_strides[d];
        w.y[k] = job.y_strides[d];
        continue;
      }
    }
    w.shape[w.ndim] = job.shape[d];
    w.x[w.ndim] = job.x_strides[d];
    w.index[w.ndim] = job.index_strides[d];
    w.y[w.ndim] = job.y_strides[d];
    w.axis[w.ndim++] = axis;
  }
  if (w.ndim == 0) {
    w.ndim = 1;
    w.shape[0] = 1;
    w.x[0] = w.index[0] = w.y[0] = 0;
    w.axis[0] = true;
  }
  return w;
}

template <int kSize, bool kScatter>
void Line(const GatherJob& job, char* x, const char* index, char* y, int64_t n, int64_t x_step, int64_t index_step,
          int64_t y_step) {
  if (index_step == 0) {  // one index for the whole line
    x += Place(index, job.extent) * job.step;
    if (x_step == kSize && y_step == kSize) {
      const size_t bytes = static_cast<size_t>(n) * kSize;
      if (kScatter) {
        std::memcpy(x, y, bytes);
      } else {
        std::memcpy(y, x, bytes);
      }
      return;
    }
    for (int64_t i = 0; i < n; i++) {
      if (kScatter) {
        std::memcpy(x + i * x_step, y + i * y_step, kSize);
      } else {
        std::memcpy(y + i * y_step, x + i * x_step, kSize);
      }
    }
    return;
  }
  const int64_t extent = job.extent, step = job.step;  // not behind a pointer that stores might change
  if (x_step == 0 && index_step == sizeof(int64_t) && y_step == kSize) {
    const auto move = [=](int64_t i, int64_t size) {
      char* at = x + Place(index + i * static_cast<int64_t>(sizeof(int64_t)), extent) * size;
      if (kScatter) {
        std::memcpy(at, y + i * kSize, kSize);
      } else {
        std::memcpy(y + i * kSize, at, kSize);
      }
    };
    if (step == kSize) {
      for (int64_t i = 0; i < n; i++) move(i, kSize);
    } else {
      for (int64_t i = 0; i < n; i++) move(i, step);
    }
    return;
  }
  for (int64_t i = 0; i < n; i++) {
    char* at = x + Place(index + i * index_step, extent) * step + i * x_step;
    if (kScatter) {
      std::memcpy(at, y + i * y_step, kSize);
    } else {
      std::memcpy(y + i * y_step, at, kSize);
    }
  }
}

template <int kSize, bool kScatter>
void Serial(const GatherJob& job, const Walk& w, char* x, const char* index, char* y) {
  const int last = w.ndim - 1;
  int64_t at[kMaxNDim] = {};
  for (;;) {
    Line<kSize, kScatter>(job, x, index, y, w.shape[last], w.x[last], w.index[last], w.y[last]);
    int d = last;
    for (;;) {
      if (--d < 0) return;
      x += w.x[d];
      index += w.index[d];
      y += w.y[d];
      if (++at[d] < w.shape[d]) break;
      x -= w.x[d] * w.shape[d];
      index -= w.index[d] * w.shape[d];
      y -= w.y[d] * w.shape[d];
      at[d] = 0;
    }
  }
}

using SerialFn = void (*)(const GatherJob&, const Walk&, char*, const char*, char*);

template <bool kScatter>
SerialFn Choose(int64_t itemsize) {
  switch (itemsize) {
    case 1:
      return Serial<1, kScatter>;
    case 2:
      return Serial<2, kScatter>;
    case 4:
      return Serial<4, kScatter>;
    case 8:
      return Serial<8, kScatter>;
    default:
      return Serial<16, kScatter>;
  }
}

}  // namespace

Status CheckIndices(const Run& run, const char* function, const View& indices, int64_t extent, IndexKind kind,
                    int64_t ignore) {
  if (indices.size == 0) return NUMRS_OK;
  if (run.device) {
    const IndexCheckJob job{function, indices, extent, kind, ignore};
    if (NoteIfRecorded(*run.device, job)) return NUMRS_OK;
    return OnDevice(run, function, &DeviceKernels::check_indices, job);
  }
  switch (indices.dtype) {
    case kI8:
      return CheckTyped<int8_t>(run, function, indices, extent, kind, ignore);
    case kI16:
      return CheckTyped<int16_t>(run, function, indices, extent, kind, ignore);
    case kI32:
      return CheckTyped<int32_t>(run, function, indices, extent, kind, ignore);
    case kI64:
      return CheckTyped<int64_t>(run, function, indices, extent, kind, ignore);
    case kU8:
      return CheckTyped<uint8_t>(run, function, indices, extent, kind, ignore);
    case kU16:
      return CheckTyped<uint16_t>(run, function, indices, extent, kind, ignore);
    case kU32:
      return CheckTyped<uint32_t>(run, function, indices, extent, kind, ignore);
    default:
      return CheckTyped<uint64_t>(run, function, indices, extent, kind, ignore);
  }
}

Status RunGather(const Run& run, const GatherJob& job) {
  const Walk w = Merge(job);
  int64_t size = 1;
  int widest = -1;
  for (int d = 0; d < w.ndim; d++) {
    size *= w.shape[d];  // of a view that fits into memory
    // The order along the axis of a scatter says which of two equal indices holds, so it is never split.
    if (job.scatter && w.axis[d]) continue;
    if (widest < 0 || w.shape[d] > w.shape[widest]) widest = d;
  }
  if (size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, job.function, &DeviceKernels::gather, job);
  const SerialFn serial = job.scatter ? Choose<true>(job.itemsize) : Choose<false>(job.itemsize);
  const int threads = run.Threads((1 + 0.1 * static_cast<double>(job.itemsize)) * static_cast<double>(size));
  if (widest < 0 || (threads <= 1 && run.cancel == nullptr)) {
    serial(job, w, job.x, job.indices, job.y);
    return NUMRS_OK;
  }
  const int64_t grain = kTaskElements / (size / w.shape[widest]) + 1;
  return ParallelFor(w.shape[widest], grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    Walk part = w;
    part.shape[widest] = end - begin;
    serial(job, part, job.x + begin * w.x[widest], job.indices + begin * w.index[widest], job.y + begin * w.y[widest]);
  });
}

}  // namespace numrs
