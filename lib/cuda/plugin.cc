// The plug-in's table for the library: probing, devices, memory, streams, events, graphs; errors of CUDA in words.
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <new>

#include "cuda/cublaslt.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"

namespace numrs {

#ifndef NUMRS_CUDA_TEST
// The sources of lib/core that are linked in clear the message of this thread by it; messages are the library's.
#if defined(__GLIBC__)
__attribute__((tls_model("initial-exec"))) __thread bool has_message;
#else
__thread bool has_message;
#endif

// What the sources of lib/core that are linked in say goes to the library's message of this thread.
Status Fail(Status code, const char* format, ...) {
  char text[kMessageBytes];
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  return cuda::host->fail(code, text);
}
#endif

namespace cuda {

const HostApi* host;

namespace {

thread_local int current_device = -1;  // not known: a new thread has none yet

// Faults after which every call of the process's context fails.
bool IsSticky(int error) {
  return error == 700 || error == 702 || error == 710 || (error >= 714 && error <= 719) || error == 999 ||
         error == 46 || error == 214 || error == 220 || error == 226;
}

}  // namespace

Status Check(const char* what, cudaError_t error) {
  if (error == cudaSuccess) return NUMRS_OK;
  const int number = static_cast<int>(error);
  if (!IsSticky(number)) cudaGetLastError();  // nobody else shall find it
  if (error == cudaErrorMemoryAllocation) return Fail(NUMRS_NO_MEMORY, "%s: out of memory on the device", what);
  return Fail(IsSticky(number) ? NUMRS_DEVICE_FAILED : NUMRS_INTERNAL, "%s: CUDA says %s, %s (%d)", what,
              cudaGetErrorName(error), cudaGetErrorString(error), number);
}

Status LaunchStatus(DeviceStream*, const char* function, cudaError_t error) { return Check(function, error); }

Status Use(const Device* device) {
  if (device->ordinal == current_device) return NUMRS_OK;
  NUMRS_TRY(Check("cudaSetDevice", cudaSetDevice(device->ordinal)));
  current_device = device->ordinal;
  return NUMRS_OK;
}

namespace {

// ------------------------------------------------------------------------------------------------ devices

void Say(char* why, size_t bytes, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(why, bytes, format, arguments);
  va_end(arguments);
}

Status Probe(int32_t* count, char* why, size_t bytes) {
  *count = 0;
  int devices = 0, driver = 0, runtime = 0;
  const cudaError_t error = cudaGetDeviceCount(&devices);
  if (error == cudaSuccess && devices > 0) {
    *count = devices;
    return NUMRS_OK;
  }
  cudaGetLastError();
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  const int number = static_cast<int>(error);
  if (number == 35 && driver == 0) {
    Say(why, bytes, "no NVIDIA driver is installed (35)");
  } else if (number == 35) {
    Say(why, bytes, "the NVIDIA driver is too old: it serves CUDA %d.%d, the plug-in needs %d.%d (35)", driver / 1000,
        driver % 100 / 10, runtime / 1000, runtime % 100 / 10);
  } else if (number == 100 || error == cudaSuccess) {
    Say(why, bytes, "the NVIDIA driver finds no GPU (100)");
  } else if (number == 3) {
    Say(why, bytes, "the NVIDIA driver cannot be initialised (3); a process that forked after its first use has none");
  } else if (number == 34) {
    Say(why, bytes, "the library found as libcuda.so.1 is the stub for linking, not a driver (34)");
  } else if (number == 803) {
    Say(why, bytes, "the driver's library and its kernel module have different versions (803): a reboot helps");
  } else if (number == 804) {
    Say(why, bytes, "the forward-compatible libcuda.so.1 does not serve this GPU (804)");
  } else {
    Say(why, bytes, "CUDA says %s, %s (%d)", cudaGetErrorName(error), cudaGetErrorString(error), number);
  }
  return NUMRS_NO_DEVICE;
}

Status Open(int32_t ordinal, Device** out) {
  Device* device = new (std::nothrow) Device();
  if (!device) return Fail(NUMRS_NO_MEMORY, "opening a device: out of memory");
  device->ordinal = ordinal;
  cudaDeviceProp properties;
  Status status = Check("cudaGetDeviceProperties", cudaGetDeviceProperties(&properties, ordinal));
  if (status == NUMRS_OK && properties.major < 8) {
    status = Fail(NUMRS_NO_DEVICE, "%s has compute capability %d.%d, the plug-in needs 8.0", properties.name,
                  properties.major, properties.minor);
  }
  if (status == NUMRS_OK) {
    std::snprintf(device->name, sizeof(device->name), "%s", properties.name);
    device->major = properties.major;
    device->minor = properties.minor;
    device->multiprocessors = properties.multiProcessorCount;
    device->total_bytes = properties.totalGlobalMem;
    current_device = -1;
    status = Use(device);
  }
  if (status == NUMRS_OK) {
    cudaMemPoolProps pool{};
    pool.allocType = cudaMemAllocationTypePinned;
    pool.location.type = cudaMemLocationTypeDevice;
    pool.location.id = ordinal;
    status = Check("cudaMemPoolCreate", cudaMemPoolCreate(&device->pool, &pool));
  }
  if (status == NUMRS_OK) {
    uint64_t everything = UINT64_MAX;  // what is freed stays with us until trim
    status = Check("cudaMemPoolSetAttribute",
                   cudaMemPoolSetAttribute(device->pool, cudaMemPoolAttrReleaseThreshold, &everything));
  }
  if (status != NUMRS_OK) {
    delete device;
    return status;
  }
  *out = device;
  return NUMRS_OK;
}

Status Info(Device* device, const char* key, char* text, size_t bytes) {
  int driver = 0, runtime = 0;
  cudaDriverGetVersion(&driver);
  cudaRuntimeGetVersion(&runtime);
  if (!std::strcmp(key, "name")) {
    Say(text, bytes, "%s", device->name);
  } else if (!std::strcmp(key, "driver")) {
    Say(text, bytes, "%d.%d", driver / 1000, driver % 100 / 10);
  } else if (!std::strcmp(key, "runtime")) {
    Say(text, bytes, "%d.%d", runtime / 1000, runtime % 100 / 10);
  } else if (!std::strcmp(key, "capability")) {
    Say(text, bytes, "%d.%d", device->major, device->minor);
  } else if (!std::strcmp(key, "multiprocessors")) {
    Say(text, bytes, "%d", device->multiprocessors);
  } else if (!std::strcmp(key, "memory")) {
    Say(text, bytes, "%llu", static_cast<unsigned long long>(device->total_bytes));
  } else if (!std::strcmp(key, "cublaslt")) {
    LtText(text, bytes);
  } else {
    return Fail(NUMRS_BAD_ARGUMENT, "device info: there is no \"%s\"", key);
  }
  return NUMRS_OK;
}

Status Memory(Device* device, DeviceMemory* memory) {
  NUMRS_TRY(Use(device));
  size_t free = 0, total = 0;
  NUMRS_TRY(Check("cudaMemGetInfo", cudaMemGetInfo(&free, &total)));
  memory->free_bytes = free;
  memory->total_bytes = total;
  return NUMRS_OK;
}

// ------------------------------------------------------------------------------------------------ memory, streams

// Memory for what is being recorded, by a stream that is not: on its own stream it would become a node of the graph,
// with the life of a launch and not of the arena.
Status AllocateAside(Device* device, size_t bytes, void** block) {
  cudaStreamCaptureMode mode = cudaStreamCaptureModeRelaxed;
  NUMRS_TRY(Check("recording", cudaThreadExchangeStreamCaptureMode(&mode)));
  const std::lock_guard<std::mutex> lock(device->lock);
  cudaError_t error = cudaSuccess;
  if (!device->aside) error = cudaStreamCreateWithFlags(&device->aside, cudaStreamNonBlocking);
  if (error == cudaSuccess) error = cudaMallocFromPoolAsync(block, bytes, device->pool, device->aside);
  if (error == cudaSuccess) error = cudaStreamSynchronize(device->aside);
  cudaThreadExchangeStreamCaptureMode(&mode);
  return Check("allocating device memory", error);
}

Status Allocate(DeviceStream* stream, size_t bytes, void** block) {
  NUMRS_TRY(Use(stream->device));
  *block = nullptr;
  if (stream->capturing) return AllocateAside(stream->device, bytes, block);
  const cudaError_t error = cudaMallocFromPoolAsync(block, bytes, stream->device->pool, stream->native);
  if (error != cudaErrorMemoryAllocation) return Check("allocating device memory", error);
  cudaGetLastError();
  cudaStreamSynchronize(stream->native);  // what was freed on it counts now
  cudaMemPoolTrimTo(stream->device->pool, 0);
  return Check("allocating device memory", cudaMallocFromPoolAsync(block, bytes, stream->device->pool, stream->native));
}
void Release(DeviceStream* stream, void* block) {
  if (Use(stream->device) == NUMRS_OK) cudaFreeAsync(block, stream->native);
}
void Trim(Device* device) {
  if (Use(device) == NUMRS_OK) cudaMemPoolTrimTo(device->pool, 0);
}

Status StreamCreate(Device* device, DeviceStream** out) {
  NUMRS_TRY(Use(device));
  cudaStream_t native;
  NUMRS_TRY(Check("cudaStreamCreate", cudaStreamCreateWithFlags(&native, cudaStreamNonBlocking)));
  *out = new (std::nothrow) DeviceStream{device, native, false, false};
  return *out ? static_cast<Status>(NUMRS_OK) : Fail(NUMRS_NO_MEMORY, "making a stream: out of memory");
}
Status StreamWrap(Device* device, void* native, DeviceStream** out) {
  *out = new (std::nothrow) DeviceStream{device, static_cast<cudaStream_t>(native), true, false};
  return *out ? static_cast<Status>(NUMRS_OK) : Fail(NUMRS_NO_MEMORY, "wrapping a stream: out of memory");
}
void* StreamNative(DeviceStream* stream) { return stream->native; }
Status StreamSync(DeviceStream* stream) {
  NUMRS_TRY(Use(stream->device));
  return Check("synchronize", cudaStreamSynchronize(stream->native));
}
Status StreamQuery(DeviceStream* stream, int32_t* done) {
  NUMRS_TRY(Use(stream->device));
  const cudaError_t error = cudaStreamQuery(stream->native);
  *done = error == cudaSuccess;
  if (error != cudaErrorNotReady) return Check("asking a stream", error);
  cudaGetLastError();
  return NUMRS_OK;
}
void StreamFree(DeviceStream* stream) {
  if (!stream->wrapped && Use(stream->device) == NUMRS_OK) cudaStreamDestroy(stream->native);
  delete stream;
}

// ------------------------------------------------------------------------------------------------ events

Status EventCreate(Device* device, int32_t timed, DeviceEvent** out) {
  NUMRS_TRY(Use(device));
  cudaEvent_t native;
  NUMRS_TRY(Check("cudaEventCreate", cudaEventCreateWithFlags(&native, timed ? 0 : cudaEventDisableTiming)));
  *out = new (std::nothrow) DeviceEvent{device, native};
  return *out ? static_cast<Status>(NUMRS_OK) : Fail(NUMRS_NO_MEMORY, "making an event: out of memory");
}
Status EventRecord(DeviceStream* stream, DeviceEvent* event) {
  NUMRS_TRY(Use(stream->device));
  return Check("recording an event", cudaEventRecord(event->native, stream->native));
}
Status EventWait(DeviceStream* stream, DeviceEvent* event) {
  NUMRS_TRY(Use(stream->device));
  return Check("waiting for an event", cudaStreamWaitEvent(stream->native, event->native, 0));
}
Status EventQuery(DeviceEvent* event, int32_t* done) {
  const cudaError_t error = cudaEventQuery(event->native);
  *done = error == cudaSuccess;
  if (error != cudaErrorNotReady) return Check("asking an event", error);
  cudaGetLastError();
  return NUMRS_OK;
}
Status EventSync(DeviceEvent* event) { return Check("waiting for an event", cudaEventSynchronize(event->native)); }
Status EventElapsed(DeviceEvent* from, DeviceEvent* to, double* milliseconds) {
  float time = 0;
  NUMRS_TRY(Check("time between events", cudaEventElapsedTime(&time, from->native, to->native)));
  *milliseconds = static_cast<double>(time);
  return NUMRS_OK;
}
void EventFree(DeviceEvent* event) {
  cudaEventDestroy(event->native);
  delete event;
}

// ------------------------------------------------------------------------------------------------ graphs

Status CaptureBegin(DeviceStream* stream) {
  NUMRS_TRY(Use(stream->device));
  NUMRS_TRY(Check("beginning a graph", cudaStreamBeginCapture(stream->native, cudaStreamCaptureModeThreadLocal)));
  stream->capturing = true;
  return NUMRS_OK;
}
Status CaptureEnd(DeviceStream* stream, DeviceGraph** out) {
  *out = nullptr;
  stream->capturing = false;
  cudaGraph_t graph = nullptr;
  NUMRS_TRY(Check("ending a graph", cudaStreamEndCapture(stream->native, &graph)));
  if (!graph) return Fail(NUMRS_INTERNAL, "ending a graph: nothing was captured");
  size_t nodes = 0;
  cudaGraphGetNodes(graph, nullptr, &nodes);
  Status status = nodes > 0 ? static_cast<Status>(NUMRS_OK)
                            : Fail(NUMRS_INTERNAL, "ending a graph: the work went elsewhere, the graph is empty");
  cudaGraphExec_t native = nullptr;
  if (status == NUMRS_OK) status = Check("making a graph", cudaGraphInstantiate(&native, graph, 0));
  cudaGraphDestroy(graph);
  NUMRS_TRY(status);
  *out = new (std::nothrow) DeviceGraph{stream->device, native};
  return *out ? static_cast<Status>(NUMRS_OK) : Fail(NUMRS_NO_MEMORY, "making a graph: out of memory");
}
Status GraphLaunch(DeviceGraph* graph, DeviceStream* stream) {
  NUMRS_TRY(Use(stream->device));
  return Check("launching a graph", cudaGraphLaunch(graph->native, stream->native));
}
void GraphFree(DeviceGraph* graph) {
  if (Use(graph->device) == NUMRS_OK) cudaGraphExecDestroy(graph->native);
  delete graph;
}

#define NUMRS_DEVICE_SLOT(name, Job) kHas_##name ? Run_##name : nullptr,
const DeviceKernels kKernels = {sizeof(DeviceKernels), 0, NUMRS_DEVICE_KERNELS(NUMRS_DEVICE_SLOT)};
#undef NUMRS_DEVICE_SLOT

const DeviceApi kApi = {sizeof(DeviceApi),
                        kDeviceApi,
                        sizeof(DeviceKernels),
                        0,
#ifdef NUMRS_CUDA_EMULATED
                        "sim",  // stands in for it in tests
#else
                        "cuda",
#endif
                        Probe,
                        Open,
                        Info,
                        Memory,
                        Allocate,
                        Release,
                        Trim,
                        1,
                        0,
                        StreamCreate,
                        StreamWrap,
                        StreamNative,
                        StreamSync,
                        StreamFree,
                        EventCreate,
                        EventRecord,
                        EventWait,
                        EventQuery,
                        EventSync,
                        EventElapsed,
                        EventFree,
                        Copy,
                        CopyBetween,
                        Fill,
                        PinnedAllocate,
                        PinnedFree,
                        CaptureBegin,
                        CaptureEnd,
                        GraphLaunch,
                        GraphFree,
                        &kKernels,
                        StreamQuery};

}  // namespace
}  // namespace cuda
}  // namespace numrs

// The one symbol of the plug-in.
extern "C" __attribute__((visibility("default"))) const numrs::DeviceApi* numrs_plugin(const numrs::HostApi* host) {
  if (host->struct_size != sizeof(numrs::HostApi) || host->plugin_api != numrs::kDeviceApi) {
    char text[numrs::kMessageBytes];
    std::snprintf(text, sizeof(text),
                  "cuda plug-in: it is made for interface %u (%zu bytes), the library has %u (%u bytes): install both "
                  "from one version",
                  numrs::kDeviceApi, sizeof(numrs::HostApi), host->plugin_api, host->struct_size);
    host->fail(NUMRS_NO_DEVICE, text);
    return nullptr;
  }
  numrs::cuda::host = host;
  return &numrs::cuda::kApi;
}
