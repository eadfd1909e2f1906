// The context behind the opaque handle, and Run: what one call needs to know of where and how it runs.
#pragma once

#include "core/backend.h"
#include "core/status.h"
#include "core/threads.h"

struct numrs_context {
  uint32_t magic;
  int32_t threads;  // 0: the global number
  numrs::Cancel cancel;
};

namespace numrs {

constexpr uint32_t kContextMagic = 0x6e756d72;  // "numr"

// What reading and writing that many bytes takes one thread at least, in ns: nothing where they stay in the
// second-level cache, some 30 GB/s from what is behind it.
inline double MemoryNs(double bytes) { return bytes > 2.5e6 ? 0.033 * bytes : 0; }

struct Run {
  const Kernels& kernels;
  int max_threads;
  const Cancel* cancel;  // nullptr: cannot be interrupted

  mutable ThreadMood mood = {};

  // Threads for work of this many nanoseconds on one thread. Always the same for one Run; asked by its call's thread or
  // inside tasks of the pool.
  int Threads(double estimated_ns) const { return max_threads <= 1 ? 1 : ThreadsFor(estimated_ns, max_threads, &mood); }
};

// A context that was destroyed or is none is refused where the memory still tells (best effort).
inline Status CheckContext(const numrs_context* context, const char* function) {
  if (context && context->magic != kContextMagic)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: context is not a live numrs_context", function);
  return NUMRS_OK;
}

inline Run MakeRun(const numrs_context* context) {
  return Run{ActiveKernels(), context && context->threads > 0 ? context->threads : NumThreads(),
             context && context->cancel.poll ? &context->cancel : nullptr};
}

}  // namespace numrs
