// The state of the thread pool, shared by threads.cc, which runs loops, and threads_worth.cc, which says how many
// threads are worth while. Nobody else includes it.
#ifndef NUMRS_CORE_THREADS_POOL_H_
#define NUMRS_CORE_THREADS_POOL_H_

#include <pthread.h>
#include <time.h>

#include <atomic>
#include <cstdint>

#include "core/threads.h"

namespace numrs {

constexpr int kMaxThreads = 1024;
constexpr int64_t kPollNs = 10'000'000;
// Virtual memory only. Our kernels need a few KiB; BLAS kernels keep small buffers on the stack.
constexpr size_t kStackBytes = 512 * 1024;
constexpr int64_t kMostSpinUs = 10'000, kDefaultSpinUs = 100;
constexpr int kPauses = 16;  // between two looks at the clock
// Loops after one that found more callers and workers than CPUs, until workers wait actively again.
constexpr int kCrowdedLoops = 64;
// A loop that waits for its helpers for longer than it worked itself found the other CPUs taken: small loops are then
// serial for this long, and for twice as long each time in a row.
constexpr int64_t kLateNs = 20'000, kBackOffNs = 1'000'000, kSmallLoopNs = 10'000'000;
constexpr int kMostBackOffs = 8;
// Work that is worth while where workers wait actively, as a part of what is where they sleep. They come within a
// microsecond, but what one core has written costs the other 10 ns a line to read, and the next loop its part back.
constexpr double kAwakeThreshold = 0.5;
// Work of small loops in a row, in thresholds, after which sleeping workers are woken for the next one.
constexpr double kStreamThresholds = 3;
// Parts of a loop's chunks in which threads begin.
constexpr int kParts = 8;
// After a thread could not be created, loops run with those there are for this long.
constexpr int64_t kRetryNs = 1'000'000'000;

constexpr uint32_t kCallerSleeps = 0x80000000u;

struct Job {
  struct alignas(64) Part {
    std::atomic<int64_t> next;  // the lowest chunk that nobody has claimed
    int64_t end;
  };
  Part parts[kParts];
  // Chunks from here on are not handed out any more: the lowest that failed; 0 when cancelled.
  alignas(64) std::atomic<int64_t> limit;
  // Workers inside, and whether the caller sleeps until they have left.
  alignas(64) std::atomic<uint32_t> helpers{0};
  std::atomic<int> helper_cpu{-1};  // of the worker that came last

  ChunkFunction run;
  void* body;
  int64_t n, grain, chunks;
  int n_parts;
  int cpu;  // the caller's when it began; -1: unknown

  // Guarded by the pool's lock.
  int wanted;  // workers that may still join
  Job* previous = nullptr;
  Job* following = nullptr;
  Status status = NUMRS_OK;  // of the lowest chunk that failed
  char message[512];
};

struct Pool {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  // Guarded by the lock.
  Job* first = nullptr;
  Job* last = nullptr;
  int workers = 0;
  int idle = 0;     // workers that wait
  int callers = 0;  // loops in the list
  int crowded = 0;  // loops until workers may wait actively
  int64_t retry_at_ns = 0;
  ParallelForFunction function = nullptr;
  void* function_user = nullptr;

  alignas(64) std::atomic<uint32_t> epoch{0};  // changes when there is something for an idle worker
  std::atomic<int> sleeping{0};                // idle workers in the kernel, or on the way there
  std::atomic<int> spinning{0};                // idle workers that wait actively
  std::atomic<int> caller_cpu{-2};             // where the last loop began
  std::atomic<bool> may_spin{true};            // not crowded
  // After loops whose helpers came late: how many in a row, and until when small loops are serial.
  std::atomic<int> late{0};
  std::atomic<int64_t> serial_until_ns{0};
  // Small loops in a row that ran serially: their work, and until when the next one belongs to them.
  std::atomic<double> stream_work_ns{0};
  std::atomic<int64_t> stream_until_ns{0};
  alignas(64) std::atomic<uint32_t> generation{0};  // forks between the first process and this one
  std::atomic<int> threads{0};                      // 0: not known yet
  std::atomic<int> cores{0};                        // that threads may keep busy: a quota's rest does not count
  std::atomic<int64_t> spin_ns{kDefaultSpinUs * 1000};
  std::atomic<bool> has_function{false};
  std::atomic<double> threshold_ns{100e3};
  std::atomic<ThreadCreator> creator{nullptr};
};

// Constant-initialised and never destroyed: detached workers may look at it while the process exits.
inline Pool pool;
static_assert(std::is_trivially_destructible_v<Pool>, "workers outlive main()");

inline int64_t NowNs(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace numrs

#endif  // NUMRS_CORE_THREADS_POOL_H_
