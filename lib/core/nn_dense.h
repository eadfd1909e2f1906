// Operands of network kernels as contiguous memory of one dtype: borrowed where they are so, else copied.
#pragma once

#include "core/elementwise.h"
#include "core/memory.h"

namespace numrs {

inline bool IsDense(const View& v, int32_t dtype) {
  return v.dtype == dtype && v.IsContiguous() &&
         reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(SizeOf(dtype)) == 0;
}
// float32 for itself and the 16-bit floats, float64 for itself.
inline int32_t NnComputeDType(int32_t dtype) { return dtype == kF64 ? kF64 : kF32; }
inline bool IsNnDType(int32_t dtype) { return IsDType(dtype) && (Bit(dtype) & kRealSet); }

class DenseInput {
 public:
  DenseInput() = default;
  ~DenseInput() { PoolFree(copy_); }
  DenseInput(const DenseInput&) = delete;
  DenseInput& operator=(const DenseInput&) = delete;

  Status Load(const Run& run, const char* function, const char* argument, const View& v, int32_t dtype) {
    data = v.data;
    if (IsDense(v, dtype)) return NUMRS_OK;
    const size_t bytes = static_cast<size_t>(v.size * SizeOf(dtype));
    copy_ = PoolAllocate(bytes);
    if (!copy_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of %s, %zu bytes", function, argument, bytes);
    data = static_cast<char*>(copy_);
    return Convert(run, function, v, ContiguousView(copy_, dtype, v.ndim, v.shape));
  }
  const char* data = nullptr;

 private:
  void* copy_ = nullptr;
};

class DenseOutput {
 public:
  DenseOutput() = default;
  ~DenseOutput() { PoolFree(copy_); }
  DenseOutput(const DenseOutput&) = delete;
  DenseOutput& operator=(const DenseOutput&) = delete;

  // apart: memory of its own in any case, for an output that overlaps an input.
  Status Prepare(const char* function, const View& v, int32_t dtype, bool apart) {
    out_ = &v;
    data = v.data;
    if (!apart && IsDense(v, dtype)) return NUMRS_OK;
    const size_t bytes = static_cast<size_t>(v.size * SizeOf(dtype));
    copy_ = PoolAllocate(bytes);
    if (!copy_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a temporary result, %zu bytes", function, bytes);
    data = static_cast<char*>(copy_);
    dtype_ = dtype;
    return NUMRS_OK;
  }
  Status Finish(const Run& run, const char* function) const {
    if (!copy_) return NUMRS_OK;
    return Convert(run, function, ContiguousView(copy_, dtype_, out_->ndim, out_->shape), *out_);
  }
  char* data = nullptr;

 private:
  const View* out_ = nullptr;
  int32_t dtype_ = kInvalid;
  void* copy_ = nullptr;
};

}  // namespace numrs
