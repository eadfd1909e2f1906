// Operands and results of network kernels as contiguous memory of one dtype: the caller's where it is so, else a copy.
#pragma once

#include <cstdint>
#include <optional>

#include "core/elementwise.h"
#include "core/memory.h"

namespace numrs {

inline bool IsAligned(const void* data, int32_t dtype) {
  return reinterpret_cast<uintptr_t>(data) % static_cast<uintptr_t>(SizeOf(dtype)) == 0;
}

// What a kernel reads, stretched to a shape; aligned to its elements.
class LossInput {
 public:
  Status Load(const Run& run, const char* function, const View& v, int32_t dtype, int32_t ndim, const int64_t* shape,
              int64_t size, bool apart = false) {
    bool same = !apart && v.dtype == dtype && v.ndim == ndim && v.IsContiguous() && IsAligned(v.data, dtype);
    for (int d = 0; same && d < ndim; d++) same = v.shape[d] == shape[d];
    if (same || size == 0) {
      data_ = v.data;
      return NUMRS_OK;
    }
    memory_.emplace(static_cast<size_t>(size * SizeOf(dtype)));
    if (!memory_->ok())
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of %lld elements", function, static_cast<long long>(size));
    data_ = memory_->as<char>();
    return Convert(run, function, v, ContiguousView(memory_->data(), dtype, ndim, shape));
  }
  Status Load(const Run& run, const char* function, const View& v, int32_t dtype, bool apart = false) {
    return Load(run, function, v, dtype, v.ndim, v.shape, v.size, apart);
  }
  const char* data() const { return data_; }

 private:
  const char* data_ = nullptr;
  std::optional<Workspace> memory_;
};

// What a kernel writes: Finish brings it to the output.
class LossOutput {
 public:
  // apart: the output overlaps what is still to be read.
  Status Prepare(const char* function, const View& out, int32_t dtype, bool apart) {
    out_ = &out;
    if (!apart && out.dtype == dtype && out.IsContiguous() && IsAligned(out.data, dtype)) {
      data_ = out.data;
      return NUMRS_OK;
    }
    memory_.emplace(static_cast<size_t>(out.size * SizeOf(dtype)));
    if (!memory_->ok()) {
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for a result of %lld elements", function,
                  static_cast<long long>(out.size));
    }
    data_ = memory_->as<char>();
    made_ = ContiguousView(data_, dtype, out.ndim, out.shape);
    return NUMRS_OK;
  }
  Status Finish(const Run& run, const char* function) const {
    return memory_ ? Convert(run, function, made_, *out_) : static_cast<Status>(NUMRS_OK);
  }
  char* data() const { return data_; }

 private:
  const View* out_ = nullptr;
  View made_;
  char* data_ = nullptr;
  std::optional<Workspace> memory_;
};

// v with axis `from` moved to the end.
inline View WithAxisLast(const View& v, int from) {
  View y = v;
  for (int d = from; d + 1 < v.ndim; d++) {
    y.shape[d] = v.shape[d + 1];
    y.strides[d] = v.strides[d + 1];
  }
  y.shape[v.ndim - 1] = v.shape[from];
  y.strides[v.ndim - 1] = v.strides[from];
  return y;
}

}  // namespace numrs
