// The thread pool: a parallel loop over fixed chunks, its settings, cancelling. It knows nothing of arrays.
#ifndef NUMRS_CORE_THREADS_H_
#define NUMRS_CORE_THREADS_H_

#include <pthread.h>

#include <cstdint>
#include <type_traits>

#include "core/status.h"

namespace numrs {

// Asked between chunks, by the thread that called ParallelFor only and at most every 10 ms; nonzero ends the loop.
struct Cancel {
  int32_t (*poll)(void* user);
  void* user;
};

// Threads that one loop may use, the caller among them: NUMRS_NUM_THREADS, else UsableCores(), until it is set.
int NumThreads();
Status SetNumThreads(int n);  // 1…1024

// How many threads are worth while for work of that length on one thread: 1 below the threshold, then no more than give
// each thread half a threshold's work, and at most `limit`. While workers wait actively, or would if they had not slept
// through the loops before, half the threshold counts instead. 1 inside a task of the pool, and for work under 10 ms
// for a while after loops whose helpers had no CPU of their own.
//
// What it finds at the first question of a call it keeps in *mood, so that the same question gets the same answer
// within the call.
struct ThreadMood {
  double threshold_ns = -1;
  int awake = -1;  // workers that wait actively
  bool serial = false;
};
int ThreadsFor(double estimated_ns, int limit, ThreadMood* mood);
double ThreadThresholdNs();
void SetThreadThresholdNs(double ns);  // 0: always worth while; negative and NaN are ignored

// How long a thread without work waits actively before it sleeps: NUMRS_SPIN_US, else 100 us, until it is set. 0: not
// at all. Nobody does when there are more threads than CPUs (a cgroup's quota rounded down), or more callers and
// workers.
int64_t SpinNs();
void SetSpinNs(int64_t ns);  // at most 10 ms; others are ignored

// The caller's own way to run tasks in parallel. It must have called task(data, i) once for each i in [0, n_tasks) when
// it returns 0, in any order, on any threads. nullptr brings our pool back. To be called while no loop runs.
typedef int32_t (*ParallelForFunction)(void* user, int64_t n_tasks, void (*task)(void* data, int64_t index),
                                       void* data);
Status SetParallelFor(ParallelForFunction function, void* user);

// A grain for loops whose chunks change no bits: at most `grain`, a multiple of `multiple`, and so fine that each
// thread gets about four chunks where there are several.
inline int64_t ShareGrain(int64_t n, int64_t grain, int threads, int64_t multiple = 1) {
  if (threads <= 1) return grain;
  const int64_t share = n / (int64_t{4} * threads) / multiple * multiple;
  return share < multiple ? (multiple < grain ? multiple : grain) : share < grain ? share : grain;
}

using ChunkFunction = Status (*)(void* body, int64_t begin, int64_t end);
Status ParallelForChunks(int64_t n, int64_t grain, int max_threads, const Cancel* cancel, ChunkFunction run,
                         void* body);

// Calls body(begin, end) for the chunks [0, grain), [grain, 2 grain) … of [0, n), on this thread and at most
// min(max_threads, NumThreads()) - 1 workers, and returns when all are done. The chunks depend on n and grain alone;
// each thread begins in a part of them of its own.
//
// body returns nothing or a Status; a status other than OK stops the handing out of chunks after that one and is
// returned, with its message, and so is NUMRS_CANCELLED when cancel->poll says so: some chunks are then done and others
// not. Of several failures that of the lowest chunk is returned, the one that a serial loop would have met. body must
// not throw. Workers run it with the default floating-point environment.
//
// Serial, on this thread and in order, when max_threads <= 1, when there is one chunk, or inside a task of the pool.
// Any number of threads may call at once: workers are shared, and no caller waits for the chunks of another. In the
// child of a fork it works as in a fresh process; a loop that was running on the forking thread itself goes on, and
// ends with NUMRS_CANCELLED if workers held chunks.
template <class F>
Status ParallelFor(int64_t n, int64_t grain, int max_threads, const Cancel* cancel, F&& body) {
  using Body = std::remove_reference_t<F>;
  ChunkFunction run = [](void* opaque, int64_t begin, int64_t end) -> Status {
    Body& function = *static_cast<Body*>(opaque);
    if constexpr (std::is_void_v<decltype(function(begin, end))>) {
      function(begin, end);
      return NUMRS_OK;
    } else {
      return function(begin, end);
    }
  };
  void* opaque = const_cast<void*>(static_cast<const void*>(&body));
  if (n <= 0) return NUMRS_OK;
  if (n <= grain) return run(opaque, 0, n);
  return ParallelForChunks(n, grain, max_threads, cancel, run, opaque);
}

// For tests.
using ThreadCreator = int (*)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
void SetThreadCreatorForTest(ThreadCreator creator);  // nullptr: pthread_create
int NumWorkers();                                     // workers that exist now
bool InTask();                                        // is this thread running a chunk?

}  // namespace numrs

#endif  // NUMRS_CORE_THREADS_H_
