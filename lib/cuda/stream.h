// Devices, streams and scratch memory of the plug-in, and errors in words.
#pragma once

#include <cuda_runtime.h>

#include <atomic>
#include <mutex>

#include "core/device.h"

namespace numrs {

namespace cuda {
struct Products;  // cuda/cublaslt.cc
struct Staging;   // cuda/copy.cc
}  // namespace cuda

struct Device {
  int ordinal = 0;
  cudaMemPool_t pool = nullptr;
  char name[256] = "";
  int major = 0, minor = 0, multiprocessors = 0;
  uint64_t total_bytes = 0;
  std::mutex lock;               // of staging and of what is opened lazily
  cudaStream_t aside = nullptr;  // for memory of recordings
  cuda::Staging* staging = nullptr;
  std::atomic<cuda::Products*> products{nullptr};
  bool no_products = false;  // cuBLASLt has refused this device
};
struct DeviceStream {
  Device* device;
  cudaStream_t native;
  bool wrapped;
  bool capturing;
};
struct DeviceEvent {
  Device* device;
  cudaEvent_t native;
};
struct DeviceGraph {
  Device* device;
  cudaGraphExec_t native;
};

namespace cuda {

extern const HostApi* host;

// The device of a call becomes that of this thread; a driver call only where it changes.
Status Use(const Device* device);

// NUMRS_OK, NUMRS_NO_MEMORY, NUMRS_DEVICE_FAILED for what no later call recovers from, else NUMRS_INTERNAL; with a
// message that names what was tried and CUDA's error.
Status Check(const char* what, cudaError_t error);

inline cudaStream_t NativeStream(const DeviceStream* stream) { return stream->native; }

// Memory of the library's pool for the time of a kernel call: given back in the order of the stream.
class Scratch {
 public:
  explicit Scratch(DeviceStream* stream) : stream_(stream) {}
  ~Scratch() {
    if (data_) host->scratch_release(stream_, data_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  Status Take(int64_t bytes) {
    return host->scratch_allocate(stream_, bytes > 0 ? static_cast<size_t>(bytes) : 1, &data_);
  }
  bool taken() const { return data_ != nullptr; }
  char* data() const { return static_cast<char*>(data_); }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }

 private:
  DeviceStream* stream_;
  void* data_ = nullptr;
};

// NUMRS_UNSUPPORTED: "function: no dtype kernel"; the library adds the device.
Status NoKernelFor(const char* function, int32_t dtype);

// Operands of kernels that take contiguous memory of one dtype: the view's own memory where it is that already, else a
// converted copy, made on the stream.
class Input {
 public:
  explicit Input(DeviceStream* stream) : own_(stream), stream_(stream) {}
  Status Load(const char* function, const View& v, int32_t dtype, bool apart = false);
  // Stretched to a shape.
  Status Load(const char* function, const View& v, int32_t dtype, int32_t ndim, const int64_t* shape,
              bool apart = false);
  const char* data() const { return data_; }  // nullptr: not loaded

 private:
  Scratch own_;
  DeviceStream* stream_;
  const char* data_ = nullptr;
};
class Output {
 public:
  explicit Output(DeviceStream* stream) : own_(stream), stream_(stream) {}
  Status Open(const char* function, const View& v, int32_t dtype, bool apart);
  Status Commit(const char* function);
  char* data() const { return data_; }

 private:
  Scratch own_;
  DeviceStream* stream_;
  View view_;
  int32_t dtype_ = kInvalid;
  char* data_ = nullptr;
};

inline bool There(const View& v) { return v.ndim >= 0; }
// Does y share memory with x otherwise than as the same elements?
inline bool SharesInPart(const View& x, const View& y) {
  return There(x) && There(y) && !x.host && RangesOverlap(x, y) && !SameElements(x, y);
}
// v with an axis as its last one.
View AxisLast(const View& v, int32_t axis);
// The dtype in which an operand of a network is kept (core/nn_operands.h), and that of its arithmetic.
int32_t Stored(int32_t dtype);
inline int32_t Computed(int32_t stored) { return stored == kF64 ? kF64 : kF32; }

// Any view to any other of its shape or one that it broadcasts to: moved, or converted.
Status ConvertTo(DeviceStream* stream, const char* function, const View& x, const View& y);

// The slots of core/device.h.
#define NUMRS_DEVICE_SLOT(name, Job) Status Run_##name(DeviceStream* stream, const Job& job);
NUMRS_DEVICE_KERNELS(NUMRS_DEVICE_SLOT)
#undef NUMRS_DEVICE_SLOT

}  // namespace cuda
}  // namespace numrs
