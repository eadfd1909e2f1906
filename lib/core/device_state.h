// Devices as the library sees them: opened plug-ins, their devices, memory, and the way a job takes to a kernel.
#pragma once

#include <atomic>
#include <cstring>
#include <initializer_list>
#include <memory>

#include "core/context.h"
#include "core/device.h"
#include "core/memory.h"

namespace numrs {

constexpr int kDeviceKinds = 3;   // NUMRS_CPU, NUMRS_CUDA, NUMRS_SIM
constexpr int kMostDevices = 64;  // of a kind
constexpr size_t kWhyBytes = 256;

class DevicePool;
struct Mark;  // core/device_pool.h

// What a stream has been given: by this the pool knows which streams may still use a block that is given back, however
// it came to them.
struct StreamUse {
  DeviceStream* stream;
  uint64_t serial;                   // never used again
  std::atomic<bool> foreign{false};  // others may give it work that nobody notes: they have its native handle
  std::atomic<uint64_t> at{0};       // the pool's clock at the latest work; blocks that are younger are not in it
  std::atomic<bool> fresh{false};    // has there been work since the mark?
  std::shared_ptr<Mark> mark;        // guarded by the pool
};

// An opened device; lives as long as the process.
struct DeviceState {
  const DeviceApi* api;
  Device* handle;
  DeviceStream* stream;  // the default one
  StreamUse* use;        // of that
  DevicePool* pool;
  std::atomic<uint64_t> clock{1};  // grows with every block that is handed out
  int32_t kind, ordinal;
  char name[24];  // "cuda:0"
  std::atomic<bool> lost{false};
  char why[kWhyBytes];
};

const char* KindName(int32_t kind);  // "cpu", "cuda", "sim", or nullptr

// How many devices of a kind can be used; NUMRS_NO_DEVICE with the step that failed.
Status CountDevices(const char* function, int32_t kind, int32_t* count);
// Opens the plug-in and the device at the first use.
Status OpenDevice(const char* function, int32_t kind, int32_t ordinal, DeviceState** state);
// One that has been opened, or nullptr.
DeviceState* OpenedDevice(int32_t kind, int32_t ordinal);
// Opens the plug-in of that kind from a file: the way for tests and for whoever keeps plug-ins elsewhere.
Status OpenPlugin(const char* function, const char* path);
// The file of the plug-in in use; nullptr: none has been opened.
const char* PluginPath(int32_t kind);

// NUMRS_DEVICE_FAILED with advice for a device that is lost.
Status CheckAlive(const char* function, const DeviceState& state);
// What a call to the plug-in answered: NUMRS_DEVICE_FAILED marks the device as lost; NUMRS_UNSUPPORTED is told which
// device it is.
Status Answer(const char* function, DeviceState& state, Status status);

// Memory in the order of the stream, kept for the next request on it.
Status DeviceAllocate(const char* function, const DeviceRun& run, size_t bytes, void** block);
// From the run's stream; nullptr is fine. Never fails: what cannot be given back any more is left.
void DeviceRelease(const DeviceRun& run, void* block);
bool OwnsDeviceBlock(const DeviceState& state, const void* block);
MemoryStats DeviceStats(const DeviceState& state);
void DeviceTrim(DeviceState& state);
void DeviceSetLimit(DeviceState& state, uint64_t bytes);
void DeviceResetPeak(DeviceState& state);
// Called after work has been handed to the run's stream.
inline void NoteUse(const DeviceRun& run) {
  if (!run.use) return;
  run.use->at.store(run.state->clock.load(std::memory_order_relaxed), std::memory_order_relaxed);
  run.use->fresh.store(true, std::memory_order_relaxed);
}
// A stream that ends: what is kept for it goes back, what is in use belongs to the default stream from now on, which
// waits for it.
void DeviceForgetStream(DeviceState& state, StreamUse* use);

// Memory of the host that a device reads and writes while the host goes on (core/device_pinned.cc).
Status PinnedAllocate(const char* function, DeviceState& state, size_t bytes, void** block);
// When the copies from and to it are done; nullptr is fine.
Status PinnedFree(const char* function, void* block);
// Bytes in the order of the stream. wait: on return memory of the host is done with; else pinned memory is in use
// until the stream has got there.
Status DeviceCopy(const char* function, const DeviceRun& run, void* to, const void* from, size_t bytes,
                  CopyDirection direction, bool wait);

// Graphs: between begin and end, memory comes from an arena that the graph owns.
struct DeviceRecording;  // numrs_device_graph
Status BeginRecording(const char* function, const DeviceRun& run);
Status EndRecording(const char* function, const DeviceRun& run, DeviceRecording** recording);
// Indices that were there before the recording are looked at first, unless `checked`. Recorded draws move by so many
// blocks: a number for each of the keys, or nullptr.
Status LaunchRecording(const char* function, const DeviceRun& run, DeviceRecording* recording, bool checked,
                       const uint64_t* blocks, int32_t count);
void FreeRecording(DeviceRecording* recording);
// On a stream that is being recorded: true, and indices from memory that was there before are looked at by each launch.
// Those that recorded work makes are not: kernels stay inside of their operands whatever they are.
bool NoteIfRecorded(const DeviceRun& run, const IndexCheckJob& job);
const IndexCheckJob* RecordedIndices(const DeviceRecording* recording, size_t number);  // nullptr behind the last
// Where the blocks of a launch for draws with that key (for a seed: what is added to it) stand in memory of the device;
// nullptr on a stream that is not being recorded.
Status RecordedAhead(const char* function, const DeviceRun& run, const RandomDraw& draw, const uint64_t** ahead);

// Memory for the time of a scope, where the call runs: of the pool, or of the device.
class RunMemory {
 public:
  RunMemory(const Run& run, const char* function, size_t bytes)
      : device_(run.device ? *run.device : DeviceRun{nullptr, nullptr, nullptr}) {
    if (device_.state)
      status_ = DeviceAllocate(function, device_, bytes, &data_);
    else
      data_ = PoolAllocate(bytes);
  }
  ~RunMemory() {
    if (device_.state)
      DeviceRelease(device_, data_);
    else
      PoolFree(data_);
  }
  RunMemory(const RunMemory&) = delete;
  RunMemory& operator=(const RunMemory&) = delete;

  bool ok() const { return data_ != nullptr; }
  void* data() const { return data_; }
  template <typename T>
  T* as() const {
    return static_cast<T*>(data_);
  }
  // NUMRS_NO_MEMORY, or what the device said.
  Status Failure(const char* function, const char* what, size_t bytes) const {
    if (status_ != NUMRS_OK) return status_;
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %s, %zu bytes", function, what, bytes);
  }

 private:
  void* data_ = nullptr;
  DeviceRun device_;
  Status status_ = NUMRS_OK;
};

// A view of one element in host memory, for calls on any device.
inline View HostScalar(const void* value, int32_t dtype) {
  View v = ContiguousView(const_cast<void*>(value), dtype, 0, nullptr);
  v.host = true;
  return v;
}

// Bytes between the host and where the call runs, in the order of the device's stream. The host's memory is done with
// when they return: ToHost waits.
Status ToHost(const Run& run, const char* function, void* host, const void* from, size_t bytes);
Status ToDevice(const Run& run, const char* function, void* to, const void* host, size_t bytes);
// Refuses elements in memory of the host: element-wise functions alone take them on a device.
inline Status RefuseHost(const Run& run, const char* function, std::initializer_list<const View*> views) {
  if (!run.device) return NUMRS_OK;
  for (const View* v : views) {
    if (v->ndim >= 0 && v->host)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: an operand is NUMRS_ON_HOST, which element-wise functions alone take",
                  function);
  }
  return NUMRS_OK;
}

Status NoKernel(const char* function, const DeviceState& state);

// Hands a job to the device of the run.
template <class Job>
Status OnDevice(const Run& run, const char* function, Status (*DeviceKernels::*slot)(DeviceStream*, const Job&),
                const Job& job) {
  DeviceState& state = *run.device->state;
  NUMRS_TRY(CheckAlive(function, state));
  const auto kernel = state.api->kernels->*slot;
  if (!kernel) return NoKernel(function, state);
  const Status status = kernel(run.device->stream, job);
  NoteUse(*run.device);
  return Answer(function, state, status);
}

// The kernels of HostApi (core/device_host.cc).
extern const DeviceKernels kHostKernels;

}  // namespace numrs
