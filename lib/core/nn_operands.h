// Operands of the kernels of networks as contiguous memory of one dtype: borrowed where they are that already, packed
// through the memory pool (or that of the device of the call) where they are not. No operation here.
#pragma once

#include <initializer_list>
#include <optional>

#include "core/device_state.h"
#include "core/view.h"

namespace numrs {

// The dtype in which an operand of a network is kept: its own where it is a float, else float64 (float32 for small
// integers), as element-wise operations of floats have it; and that of the kernels: float32 for halves.
int32_t NnStored(int32_t dtype);
inline int32_t NnComputed(int32_t stored) { return stored == kF64 ? kF64 : kF32; }
// float64, float32 and the 16-bit floats.
inline bool IsNnDType(int32_t dtype) { return IsDType(dtype) && (Bit(dtype) & kRealSet); }

class PackedInput {
 public:
  PackedInput() = default;
  PackedInput(const PackedInput&) = delete;
  PackedInput& operator=(const PackedInput&) = delete;

  // apart: memory of its own in any case, for what is read while its memory is written.
  Status Load(const Run& run, const char* function, const View& v, int32_t dtype, bool apart = false);
  // Stretched to a shape of `size` elements.
  Status Load(const Run& run, const char* function, const View& v, int32_t dtype, int32_t ndim, const int64_t* shape,
              int64_t size, bool apart = false);
  // Of a call on a device: a view in memory of the host becomes one of the device. Others stay as they are.
  Status Bring(const Run& run, const char* function, View* v);
  const char* data() const { return data_; }  // nullptr before Load
  template <typename T>
  const T* as() const {
    return reinterpret_cast<const T*>(data_);
  }

 private:
  const char* data_ = nullptr;
  std::optional<RunMemory> own_;
};

class PackedOutput {
 public:
  PackedOutput() = default;
  PackedOutput(const PackedOutput&) = delete;
  PackedOutput& operator=(const PackedOutput&) = delete;

  // own: not the output's memory before Commit.
  Status Open(const Run& run, const char* function, const View& y, int32_t dtype, bool own);
  char* data() const { return data_; }  // nullptr before Open
  template <typename T>
  T* as() const {
    return reinterpret_cast<T*>(data_);
  }
  Status Commit(const Run& run, const char* function) const;

 private:
  View y_;
  char* data_ = nullptr;
  std::optional<RunMemory> own_;
  int32_t dtype_ = kInvalid;
};

// Does y share memory with an input otherwise than as the same elements of the same dtype?
bool SharesInPart(const View& y, std::initializer_list<const View*> inputs);
// Refuses an output of a call on a device that lies in memory of the host.
Status CheckResultPlace(const Run& run, const char* function, const View& y);
// NUMRS_OVERLAP when two outputs share memory; those with ndim -1 are none.
Status CheckApart(const char* function, std::initializer_list<const View*> outputs);

// Hands a job to the device of the run: inputs that lie in memory of the host are brought there first, and results may
// not lie there. Those with ndim -1 are none.
template <class Job, size_t kInputs, size_t kResults>
Status OnDevice(const Run& run, const Job& job, Status (*DeviceKernels::*slot)(DeviceStream*, const Job&),
                View Job::* const (&inputs)[kInputs], View Job::* const (&results)[kResults]) {
  bool there = true;
  for (const auto x : inputs) there &= (job.*x).ndim < 0 || !(job.*x).host;
  for (const auto y : results) {
    if ((job.*y).ndim >= 0) NUMRS_TRY(CheckResultPlace(run, job.function, job.*y));
  }
  if (there) return OnDevice(run, job.function, slot, job);
  Job brought = job;
  PackedInput memory[kInputs];
  for (size_t k = 0; k < kInputs; k++) {
    View& x = brought.*inputs[k];
    if (x.ndim >= 0) NUMRS_TRY(memory[k].Bring(run, job.function, &x));
  }
  return OnDevice(run, job.function, slot, brought);
}

// v with axis as its last one.
View AxisLast(const View& v, int32_t axis);

}  // namespace numrs
