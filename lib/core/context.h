// The context behind the opaque handle, and Run: what one call needs to know of where and how it runs.
#pragma once

#include "core/backend.h"
#include "core/status.h"
#include "core/threads.h"

namespace numrs {
struct DeviceState;   // core/device_state.h
struct DeviceStream;  // of the plug-in
struct StreamUse;     // core/device_state.h
// Where a call on a device runs.
struct DeviceRun {
  DeviceState* state;
  DeviceStream* stream;
  StreamUse* use;  // nullptr: whoever calls does not hand work to the stream
};
}  // namespace numrs

struct numrs_context {
  uint32_t magic;
  int32_t threads;  // 0: the global number
  numrs::Cancel cancel;
  numrs::DeviceRun device;  // of a context with kDeviceMagic
  int32_t stream;           // NUMRS_STREAM_…
};

namespace numrs {

// Contexts of the CPU and of devices differ in their magic: whoever asks for the first one alone, as every function
// does that has not been taught devices, refuses the others, and none of their pointers is followed on the host.
constexpr uint32_t kContextMagic = 0x6e756d72;  // "numr"
constexpr uint32_t kDeviceMagic = 0x6e756d64;   // "numd"

// What reading and writing that many bytes takes one thread at least, in ns: nothing where they stay in the
// second-level cache, some 30 GB/s from what is behind it.
inline double MemoryNs(double bytes) { return bytes > 2.5e6 ? 0.033 * bytes : 0; }

struct Run {
  const Kernels& kernels;
  int max_threads;
  const Cancel* cancel;               // nullptr: cannot be interrupted
  const DeviceRun* device = nullptr;  // nullptr: on the CPU

  mutable ThreadMood mood = {};

  // Threads for work of this many nanoseconds on one thread. Always the same for one Run; asked by its call's thread or
  // inside tasks of the pool.
  int Threads(double estimated_ns) const { return max_threads <= 1 ? 1 : ThreadsFor(estimated_ns, max_threads, &mood); }
};

// NULL, or a context of the CPU: data may be read and written here.
inline bool OnHost(const numrs_context* context) { return !context || context->magic == kContextMagic; }

// The rest of the two below, for what is no context of the CPU (core/device.cc).
Status CheckOtherContext(const numrs_context* context, const char* function, bool devices);

// A context that was destroyed or is none is refused where the memory still tells (best effort), and so is one of a
// device: for functions that run on the CPU only.
inline Status CheckContext(const numrs_context* context, const char* function) {
  return OnHost(context) ? static_cast<Status>(NUMRS_OK) : CheckOtherContext(context, function, false);
}
// The same for functions that know devices: they have a branch before anything that looks at data.
inline Status AdmitContext(const numrs_context* context, const char* function) {
  return OnHost(context) ? static_cast<Status>(NUMRS_OK) : CheckOtherContext(context, function, true);
}

inline Run MakeRun(const numrs_context* context) {
  return Run{ActiveKernels(), context && context->threads > 0 ? context->threads : NumThreads(),
             context && context->cancel.poll ? &context->cancel : nullptr,
             OnHost(context) ? nullptr : &context->device};
}

}  // namespace numrs
