// What a device plug-in offers and what it is given: the only header it needs besides the jobs. Plug-ins are built and
// shipped with the library: plugin_api and the sizes of these structs have to be equal. Members are added at the end.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/device_jobs.h"
#include "core/elementwise.h"
#include "core/status.h"

namespace numrs {

constexpr uint32_t kDeviceApi = 3;  // of plug-ins and library; grows with every change of this file or of a job

// The plug-in's own.
struct Device;
struct DeviceStream;
struct DeviceEvent;
struct DeviceGraph;

enum class CopyDirection : int32_t { TO_DEVICE, TO_HOST, WITHIN };

// One slot per engine function: name, job. A kernel is called after all checks that need no data. It takes everything
// it needs from the job (and from host memory the job points to) before it returns, and does its work in the order of
// the stream. What it lacks (a dtype, a mask) it answers with NUMRS_UNSUPPORTED, before it has written anything. A
// null slot: the device lacks the function. Views with `host` occur in ElementwiseJob alone: one element, in host
// memory, to be read before the kernel returns. Rows are added at the end.
#define NUMRS_DEVICE_KERNELS(X)                \
  X(elementwise, ElementwiseJob)               \
  X(reduce, ReduceJob)                         \
  X(scan, ScanJob)                             \
  X(matmul, MatmulJob)                         \
  X(activation, ActivationJob)                 \
  X(softmax, SoftmaxJob)                       \
  X(layer_norm, LayerNormJob)                  \
  X(layer_norm_backward, LayerNormBackJob)     \
  X(channel_norm, ChannelNormJob)              \
  X(channel_norm_backward, ChannelNormBackJob) \
  X(loss, LossCall)                            \
  X(loss_backward, LossCall)                   \
  X(class_loss, ClassLossCall)                 \
  X(optim_step, OptimStepCall)                 \
  X(gradients, GradientCall)                   \
  X(random, RandomJob)                         \
  X(permutation, PermutationCall)              \
  X(multinomial, MultinomialJob)               \
  X(linear, LinearForwardCall)                 \
  X(linear_backward, LinearBackwardCall)       \
  X(check_indices, IndexCheckJob)              \
  X(any_negative, AnyNegativeJob)              \
  X(gather, GatherJob)                         \
  X(nonzero, NonzeroJob)                       \
  X(order, OrderJob)                           \
  X(pool, PoolCall)                            \
  X(embedding_backward, EmbeddingBackwardCall) \
  X(one_hot, OneHotCall)                       \
  X(dropout, DropoutCall)                      \
  X(conv, ConvCall)                            \
  X(attention, AttentionJob)                   \
  X(attention_backward, AttentionGradJob)      \
  X(rope, RopeJob)                             \
  X(search, SearchJob)                         \
  X(unique, UniqueJob)                         \
  X(interp, InterpJob)                         \
  X(rolling, RollingJob)                       \
  X(ewm, EwmJob)                               \
  X(stat, StatJob)                             \
  X(group, GroupJob)                           \
  X(histogram, HistogramJob)                   \
  X(vecdot_complex, VecdotComplexJob)          \
  X(fft, FftJob)                               \
  X(lapack, LapackJob)

struct DeviceKernels {
  uint32_t struct_size;
  uint32_t reserved;
#define NUMRS_DEVICE_SLOT(name, Job) Status (*name)(DeviceStream * stream, const Job& job);
  NUMRS_DEVICE_KERNELS(NUMRS_DEVICE_SLOT)
#undef NUMRS_DEVICE_SLOT
};

struct DeviceMemory {
  uint64_t total_bytes, free_bytes;  // of the device, all processes together; 0: not known
};

// Statuses: NUMRS_NO_MEMORY from allocate where there is none (the library then gives its cached blocks back and asks
// once more); NUMRS_DEVICE_FAILED for what the device cannot recover from: the library marks it lost and calls nothing
// of it any more. Every function may be called from any thread.
struct DeviceApi {
  uint32_t struct_size, plugin_api;  // sizeof(DeviceApi), kDeviceApi
  uint32_t kernels_size, reserved;   // sizeof(DeviceKernels)
  const char* kind;                  // "cuda", "sim"
  // How many devices can be used; creates no context. 0 with NUMRS_NO_DEVICE and the step that failed in words (no
  // driver, too old a driver, no device), at most `bytes` with the zero.
  Status (*probe)(int32_t* count, char* why, size_t bytes);
  Status (*open)(int32_t ordinal, Device** device);
  // "name", "driver", "runtime", "capability", …: the text, or NUMRS_BAD_ARGUMENT for a key that is not known.
  Status (*info)(Device* device, const char* key, char* text, size_t bytes);
  Status (*memory)(Device* device, DeviceMemory* memory);

  // 256-byte aligned, in the order of the stream. The library keeps freed blocks for its next requests on the same
  // stream, unless `keep_blocks` is 0.
  Status (*allocate)(DeviceStream* stream, size_t bytes, void** block);
  void (*release)(DeviceStream* stream, void* block);
  void (*trim)(Device* device);  // what the plug-in itself keeps goes back to the driver
  int32_t keep_blocks, reserved2;

  Status (*stream_create)(Device* device, DeviceStream** stream);
  Status (*stream_wrap)(Device* device, void* native, DeviceStream** stream);  // the caller's; not destroyed by free
  void* (*stream_native)(DeviceStream* stream);
  Status (*stream_sync)(DeviceStream* stream);
  void (*stream_free)(DeviceStream* stream);

  Status (*event_create)(Device* device, int32_t timed, DeviceEvent** event);
  Status (*event_record)(DeviceStream* stream, DeviceEvent* event);
  Status (*event_wait)(DeviceStream* stream, DeviceEvent* event);  // the stream waits, the caller does not
  Status (*event_query)(DeviceEvent* event, int32_t* done);
  Status (*event_sync)(DeviceEvent* event);
  // Milliseconds between two timed events that are done.
  Status (*event_elapsed)(DeviceEvent* from, DeviceEvent* to, double* milliseconds);
  void (*event_free)(DeviceEvent* event);

  // In the order of the stream. When it returns, host memory of TO_DEVICE may be written again unless it is pinned, and
  // that of TO_HOST holds the bytes unless it is pinned.
  Status (*copy)(DeviceStream* stream, void* to, const void* from, size_t bytes, CopyDirection direction);
  // Between devices of this plug-in, in the order of `stream`, which belongs to the device of `to`.
  Status (*copy_between)(DeviceStream* stream, void* to, Device* from_device, const void* from, size_t bytes);
  Status (*fill)(DeviceStream* stream, void* to, int32_t byte, size_t bytes);
  Status (*pinned_allocate)(Device* device, size_t bytes, void** block);
  void (*pinned_free)(Device* device, void* block);

  // Between begin and end work on the stream is recorded, not done. Memory that a graph uses has to live as long as it.
  Status (*capture_begin)(DeviceStream* stream);
  Status (*capture_end)(DeviceStream* stream, DeviceGraph** graph);  // nullptr and a status: nothing was captured
  Status (*graph_launch)(DeviceGraph* graph, DeviceStream* stream);
  void (*graph_free)(DeviceGraph* graph);

  const DeviceKernels* kernels;

  Status (*stream_query)(DeviceStream* stream, int32_t* done);  // is all its work done?
};

// What the library gives a plug-in.
struct HostApi {
  uint32_t struct_size, plugin_api;  // sizeof(HostApi), kDeviceApi
  // Stores the message of this thread and returns status.
  Status (*fail)(Status status, const char* text);
  const char* (*message)();
  // NUMRS_TRACE=1: a line on stderr.
  int32_t (*tracing)();
  void (*trace)(const char* text);
  // A handle of dlopen for a library that the loader finds, or that stands in NVIDIA's Python packages beside this one
  // or in the toolkit of CUDA_HOME; nullptr: not found.
  void* (*open_library)(const char* soname);
  // Memory for the time of a kernel from the library's pool of the stream's device: in the order of the stream.
  Status (*scratch_allocate)(DeviceStream* stream, size_t bytes, void** block);
  void (*scratch_release)(DeviceStream* stream, void* block);
  // The same functions on memory of the host, by the backend in use; stream is ignored.
  const DeviceKernels* cpu;
};

// The one symbol of a plug-in: "numrs_plugin". nullptr: it refuses (with a message by host->fail).
using PluginEntry = const DeviceApi* (*)(const HostApi* host);

}  // namespace numrs
