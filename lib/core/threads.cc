// The thread pool: a list of running loops, workers that help them, and the settings.
//
// A loop is a Job on its caller's stack. The caller publishes it, claims chunks like everybody else, withdraws it, and
// waits for the workers that are still inside: at most one chunk each. Progress never depends on a worker, so a busy
// pool, a failed pthread_create or a fork costs speed only.
//
// Each thread begins in a part of the chunks of its own, the same one in every loop of that shape, so that what a loop
// leaves in a core's caches is there for the next one; who has finished helps in the other parts.
//
// A worker that has finished waits actively for a short time (NUMRS_SPIN_US) before it sleeps: in a training step the
// next loop begins some microseconds later, and waking a sleeper costs the caller 2 to 12 us and the loop 20 to 50. It
// does not where that could take a CPU from somebody: when threads outnumber CPUs, when several callers share the pool,
// or when it finds itself on the caller's CPU. The caller waits for the last chunk by the same rules.
#include "core/threads.h"

#include <signal.h>
#include <time.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <cerrno>
#include <cstdio>

#include <atomic>

#include "core/cpu_info.h"
#include "core/env.h"
#include "core/fp_environment.h"
#include "core/futex.h"

namespace numrs {
namespace {

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
Pool pool;
static_assert(std::is_trivially_destructible_v<Pool>, "workers outlive main()");

pthread_once_t fork_once = PTHREAD_ONCE_INIT;
pthread_once_t default_once = PTHREAD_ONCE_INIT;

thread_local bool in_task = false;

int64_t NowNs(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

// The CPU that this thread runs on; -1 where that is not known. 1 to 20 ns.
int ThisCpu() {
#if defined(__linux__)
  return sched_getcpu();
#else
  return -1;
#endif
}

// What the lock guards takes some 50 ns, so whoever finds it taken tries again before it sleeps.
class Lock {
 public:
  Lock() { Take(); }
  static void Take() {
    for (int i = 0; i < 100; ++i) {
      if (pthread_mutex_trylock(&pool.lock) == 0) return;
      CpuRelax();
    }
    pthread_mutex_lock(&pool.lock);
  }
  ~Lock() { pthread_mutex_unlock(&pool.lock); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;
};

// fork copies the calling thread alone. The lock is held across it, so that the child finds the lists whole before it
// forgets them: the workers do not exist there, and jobs of other threads lie on stacks that nobody will unwind.
void BeforeFork() { pthread_mutex_lock(&pool.lock); }

void AfterForkInParent() { pthread_mutex_unlock(&pool.lock); }

void AfterForkInChild() {
  pool.first = pool.last = nullptr;
  pool.workers = pool.idle = pool.callers = pool.crowded = 0;
  pool.retry_at_ns = 0;
  pool.epoch.store(0, std::memory_order_relaxed);
  pool.sleeping.store(0, std::memory_order_relaxed);
  pool.spinning.store(0, std::memory_order_relaxed);
  pool.may_spin.store(true, std::memory_order_relaxed);
  pool.generation.fetch_add(1, std::memory_order_relaxed);
  FutexAfterForkInChild();
  pthread_mutex_unlock(&pool.lock);
}

void RegisterForkHandlers() { pthread_atfork(BeforeFork, AfterForkInParent, AfterForkInChild); }

class TaskScope {
 public:
  TaskScope() : before_(in_task) { in_task = true; }
  ~TaskScope() { in_task = before_; }
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;

 private:
  bool before_;
};

// Limits cancel->poll to one call in kPollNs. The coarse clock (1 to 10 ms) costs 5 ns where the fine one costs 20.
class Poller {
 public:
  explicit Poller(const Cancel* cancel) : cancel_(cancel), last_ns_(cancel != nullptr ? NowNs(kClock) : 0) {}

  bool Cancelled() {
    if (cancel_ == nullptr) return false;
    const int64_t now = NowNs(kClock);
    if (now - last_ns_ < kPollNs) return false;
    last_ns_ = now;
    return cancel_->poll(cancel_->user) != 0;
  }

 private:
#if defined(CLOCK_MONOTONIC_COARSE)
  static constexpr clockid_t kClock = CLOCK_MONOTONIC_COARSE;
#else
  static constexpr clockid_t kClock = CLOCK_MONOTONIC;
#endif
  const Cancel* cancel_;
  int64_t last_ns_;
};

Status FailCancelled() { return Fail(NUMRS_CANCELLED, "cancelled by the caller's poll function"); }

// Keeps the failure of the lowest chunk: all below it are still handed out, so that it is the same one every time. The
// message is this thread's, to be passed on to the caller's.
void RecordFailure(Job* job, int64_t chunk, Status status) {
  const Lock lock;
  if (chunk >= job->limit.load(std::memory_order_relaxed)) return;
  job->limit.store(chunk, std::memory_order_relaxed);
  job->status = status;
  std::snprintf(job->message, sizeof job->message, "%s", Message());
}

void CancelJob(Job* job) {
  const Lock lock;
  job->limit.store(0, std::memory_order_relaxed);
}

void RunChunk(Job* job, int64_t chunk) {
  const int64_t begin = chunk * job->grain;
  const int64_t end = job->n - begin > job->grain ? begin + job->grain : job->n;
  const Status status = job->run(job->body, begin, end);
  if (status != NUMRS_OK) RecordFailure(job, chunk, status);
}

// A chunk of this part, or else of one after it; -1: none is left. *part becomes the chunk's.
int64_t ClaimChunk(Job* job, int* part) {
  for (int tried = 0; tried < job->n_parts; ++tried) {
    Job::Part& p = job->parts[*part];
    const int64_t limit = job->limit.load(std::memory_order_relaxed), end = p.end < limit ? p.end : limit;
    if (p.next.load(std::memory_order_relaxed) < end) {
      const int64_t chunk = p.next.fetch_add(1, std::memory_order_relaxed);
      if (chunk < end) return chunk;
    }
    *part = *part + 1 < job->n_parts ? *part + 1 : 0;
  }
  return -1;
}

bool HasChunks(const Job& job) {
  const int64_t limit = job.limit.load(std::memory_order_relaxed);
  for (int i = 0; i < job.n_parts; ++i) {
    const int64_t next = job.parts[i].next.load(std::memory_order_relaxed);
    if (next < job.parts[i].end && next < limit) return true;
  }
  return false;
}

// Waits actively until changed(), at most for the time set, and only while away(): true when changed.
template <class Changed, class Away>
bool Spin(Changed changed, Away away) {
  if (changed()) return true;
  const int64_t spin_ns = pool.spin_ns.load(std::memory_order_relaxed);
  if (spin_ns == 0 || !pool.may_spin.load(std::memory_order_relaxed) ||
      pool.threads.load(std::memory_order_relaxed) > pool.cores.load(std::memory_order_relaxed)) {
    return false;
  }
  const int64_t end = NowNs(CLOCK_MONOTONIC) + spin_ns;
  do {
    for (int i = 0; i < kPauses; ++i) {
      CpuRelax();
      if (changed()) return true;
    }
  } while (away() && NowNs(CLOCK_MONOTONIC) < end);
  return changed();
}

// Other threads have no CPU of their own now: small loops are serial for a while.
void BackOff() {
  const int late = pool.late.load(std::memory_order_relaxed);
  pool.serial_until_ns.store(NowNs(CLOCK_MONOTONIC) + (kBackOffNs << late), std::memory_order_relaxed);
  if (late < kMostBackOffs) pool.late.store(late + 1, std::memory_order_relaxed);
}

// A loop that has chunks and room for a worker. Caller holds the lock.
Job* FindJob() {
  for (Job* job = pool.first; job != nullptr; job = job->following) {
    if (job->wanted > 0 && HasChunks(*job)) return job;
  }
  return nullptr;
}

// False when the task has forked: then this is the child, and the thread must not touch the pool again.
bool Help(Job* job, int index, uint32_t generation) {
  const int cpu = ThisCpu();
  job->helper_cpu.store(cpu, std::memory_order_relaxed);
  if (cpu >= 0 && cpu == job->cpu) BackOff();
  int part = job->n_parts > 1 ? 1 + index % (job->n_parts - 1) : 0;
  for (int64_t chunk; (chunk = ClaimChunk(job, &part)) >= 0;) {
    RunChunk(job, chunk);
    if (pool.generation.load(std::memory_order_relaxed) != generation) return false;
  }
  // The caller may return as soon as the count is 0: the job is gone then, and only its address serves to wake.
  std::atomic<uint32_t>* helpers = &job->helpers;
  if (helpers->fetch_sub(1, std::memory_order_acq_rel) == (kCallerSleeps | 1)) FutexWake(helpers, 1);
  return true;
}

// An idle worker's wait, without the lock.
void WaitForWork(uint32_t seen) {
  const auto changed = [seen] { return pool.epoch.load(std::memory_order_acquire) != seen; };
  const auto away = [] {
    const int cpu = ThisCpu();
    return cpu < 0 || cpu != pool.caller_cpu.load(std::memory_order_relaxed);
  };
  // Publish changes the epoch and then looks at the two numbers: a worker that it does not wake has yet to look at the
  // epoch, here or in the kernel.
  pool.spinning.fetch_add(1);
  const bool found = away() && Spin(changed, away);
  pool.spinning.fetch_sub(1);
  if (found) return;
  pool.sleeping.fetch_add(1);
  while (!changed()) FutexWait(&pool.epoch, seen);
  pool.sleeping.fetch_sub(1, std::memory_order_relaxed);
}

void* Worker(void* argument) {
#if defined(__GLIBC__)
  pthread_setname_np(pthread_self(), "numrs");
#endif
  FpEnvironment::SetDefault();
  in_task = true;
  const int index = static_cast<int>(reinterpret_cast<intptr_t>(argument));
  const uint32_t generation = pool.generation.load(std::memory_order_relaxed);
  Lock::Take();
  while (pool.workers < pool.threads.load(std::memory_order_relaxed)) {
    Job* job = FindJob();
    if (job != nullptr) {
      --job->wanted;
      job->helpers.fetch_add(1, std::memory_order_relaxed);
      pthread_mutex_unlock(&pool.lock);
      if (!Help(job, index, generation)) return nullptr;
      Lock::Take();
      continue;
    }
    const uint32_t seen = pool.epoch.load(std::memory_order_relaxed);
    ++pool.idle;
    pthread_mutex_unlock(&pool.lock);
    WaitForWork(seen);
    Lock::Take();
    --pool.idle;
  }
  --pool.workers;  // SetNumThreads asked for fewer
  pthread_mutex_unlock(&pool.lock);
  return nullptr;
}

// index: says in which part of a loop the worker begins.
bool StartWorker(int index) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  ThreadCreator create = pool.creator.load(std::memory_order_relaxed);
  if (create == nullptr) create = pthread_create;
  // Signals are for the application's threads: the mask is inherited, so a worker never has them open. A fault of its
  // own stays open, or a handler that prints a stack would not run.
  sigset_t most, before;
  sigfillset(&most);
  constexpr int kFaults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
  for (const int fault : kFaults) sigdelset(&most, fault);
  pthread_sigmask(SIG_SETMASK, &most, &before);
  pthread_t thread;
  void* const argument = reinterpret_cast<void*>(static_cast<intptr_t>(index));
  pthread_attr_setstacksize(&attributes, kStackBytes);
  int error = create(&thread, &attributes, Worker, argument);
  if (error == EINVAL) {  // thread-local storage, which lies on the stack, may need more
    pthread_attr_setstacksize(&attributes, 8 * 1024 * 1024);
    error = create(&thread, &attributes, Worker, argument);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return error == 0;
}

// Caller holds the lock.
void StartWorkers(int wanted) {
  if (pool.workers >= wanted) return;
  if (pool.retry_at_ns != 0 && NowNs(CLOCK_MONOTONIC) < pool.retry_at_ns) return;
  pool.retry_at_ns = 0;
  while (pool.workers < wanted) {
    ++pool.workers;  // before the thread looks
    if (StartWorker(pool.workers - 1)) continue;
    --pool.workers;
    pool.retry_at_ns = NowNs(CLOCK_MONOTONIC) + kRetryNs;
    return;
  }
}

void Publish(Job* job) {
  int idle, workers;
  bool start;
  pool.caller_cpu.store(job->cpu, std::memory_order_relaxed);
  {
    const Lock lock;
    job->previous = pool.last;
    (pool.last != nullptr ? pool.last->following : pool.first) = job;
    pool.last = job;
    ++pool.callers;
    if (pool.callers > 1 && pool.callers + pool.workers > pool.cores.load(std::memory_order_relaxed)) {
      pool.crowded = kCrowdedLoops;
    } else if (pool.crowded > 0) {
      --pool.crowded;
    }
    pool.may_spin.store(pool.crowded == 0, std::memory_order_relaxed);
    idle = pool.idle < job->wanted ? pool.idle : job->wanted;
    const int limit = pool.threads.load(std::memory_order_relaxed) - 1;
    workers = pool.workers + job->wanted - idle;
    if (workers > limit) workers = limit;
    start = pool.workers < workers;
  }
  if (idle > 0) {
    // Not under the lock, which those that see it want at once.
    pool.epoch.fetch_add(1);
    const int sleeping = pool.sleeping.load();
    // Those that wait actively come of themselves.
    const int active = pool.spinning.load();
    const int wake = idle - active < sleeping ? idle - active : sleeping;
    if (wake > 0) FutexWake(&pool.epoch, wake);
  }
  if (start) {
    const Lock lock;
    StartWorkers(workers);
  }
}

// Caller holds the lock.
void Withdraw(Job* job) {
  (job->previous != nullptr ? job->previous->following : pool.first) = job->following;
  (job->following != nullptr ? job->following->previous : pool.last) = job->previous;
  --pool.callers;
}

// start_ns: when the loop began.
void WaitForHelpers(Job* job, int64_t start_ns) {
  const auto left = [job] { return (job->helpers.load(std::memory_order_acquire) & ~kCallerSleeps) == 0; };
  if (left()) {
    pool.late.store(0, std::memory_order_relaxed);
    return;
  }
  const int64_t wait_ns = NowNs(CLOCK_MONOTONIC);
  const auto away = [job] {
    const int cpu = ThisCpu();
    return cpu < 0 || cpu != job->helper_cpu.load(std::memory_order_relaxed);
  };
  if (!away() || !Spin(left, away)) {
    uint32_t seen = job->helpers.fetch_or(kCallerSleeps, std::memory_order_acquire) | kCallerSleeps;
    while (seen != kCallerSleeps) {
      FutexWait(&job->helpers, seen);
      seen = job->helpers.load(std::memory_order_acquire);
    }
  }
  const int64_t end_ns = NowNs(CLOCK_MONOTONIC);
  if (end_ns - wait_ns > wait_ns - start_ns + kLateNs) {
    BackOff();
  } else {
    pool.late.store(0, std::memory_order_relaxed);
  }
}

Status RunSerial(int64_t n, int64_t grain, const Cancel* cancel, ChunkFunction run, void* body) {
  // A nested loop does not poll: only the outer loop's caller may, and it does so between its own chunks.
  Poller poller(cancel != nullptr && in_task ? nullptr : cancel);
  for (int64_t begin = 0;; begin += grain) {
    const bool last = n - begin <= grain;
    const Status status = run(body, begin, last ? n : begin + grain);
    if (status != NUMRS_OK || last) return status;
    if (poller.Cancelled()) return FailCancelled();
  }
}

Status RunOnPool(Job* job, const Cancel* cancel) {
  const uint32_t generation = pool.generation.load(std::memory_order_relaxed);
  const int64_t start_ns = NowNs(CLOCK_MONOTONIC);
  job->cpu = ThisCpu();
  Publish(job);
  bool cancelled = false;
  {
    const TaskScope scope;
    Poller poller(cancel);
    int part = 0;
    for (int64_t chunk; (chunk = ClaimChunk(job, &part)) >= 0;) {
      RunChunk(job, chunk);
      if (poller.Cancelled()) {
        CancelJob(job);
        cancelled = true;
        break;
      }
    }
  }
  if (pool.generation.load(std::memory_order_relaxed) != generation) {
    // The body or poll has forked and this is the child. Chunks that workers had begun will not be finished here.
    if ((job->helpers.load(std::memory_order_relaxed) & ~kCallerSleeps) != 0) {
      return Fail(NUMRS_CANCELLED, "the process forked inside a parallel call: its result is incomplete in the child");
    }
  } else {
    {
      const Lock lock;
      Withdraw(job);
    }
    WaitForHelpers(job, start_ns);
  }
  if (job->status != NUMRS_OK) return Fail(job->status, "%s", job->message);
  return cancelled ? FailCancelled() : NUMRS_OK;
}

// A loop whose chunks the caller's function runs.
struct ForeignLoop {
  Job* job;
  Poller poller;
  pthread_t owner;
  std::atomic<int64_t> done{0};
  std::atomic<bool> cancelled{false};
};

void ForeignTask(void* data, int64_t chunk) {
  ForeignLoop* loop = static_cast<ForeignLoop*>(data);
  if (chunk < 0 || chunk >= loop->job->chunks) return;
  if (chunk < loop->job->limit.load(std::memory_order_relaxed)) {
    const TaskScope scope;
    const FpEnvironment environment;  // the thread is not ours
    RunChunk(loop->job, chunk);
    if (pthread_equal(pthread_self(), loop->owner) && loop->poller.Cancelled()) {
      loop->cancelled.store(true, std::memory_order_relaxed);
      CancelJob(loop->job);
    }
  }
  loop->done.fetch_add(1, std::memory_order_release);
}

Status RunOnFunction(Job* job, const Cancel* cancel, ParallelForFunction function, void* user) {
  ForeignLoop loop = {job, Poller(cancel), pthread_self()};
  const int32_t result = function(user, job->chunks, ForeignTask, &loop);
  const int64_t done = loop.done.load(std::memory_order_acquire);
  const Lock lock;
  if (job->status != NUMRS_OK) return Fail(job->status, "%s", job->message);
  if (loop.cancelled.load(std::memory_order_relaxed)) return FailCancelled();
  if (result != 0 || done != job->chunks) {
    return Fail(NUMRS_CANCELLED, "the caller's parallel_for returned %d after %lld of %lld tasks",
                static_cast<int>(result), static_cast<long long>(done), static_cast<long long>(job->chunks));
  }
  return NUMRS_OK;
}

// CPUs that threads may keep busy all the time: of a quota of 1.5 one.
int WholeCores() {
  const int cores = UsableCores();
  const double quota = CpuQuota("");
  return quota > 0 && quota < cores ? static_cast<int>(quota) : cores;
}

void SetDefaultThreads() {
  int64_t spin_us = 0;
  if (EnvInteger("NUMRS_SPIN_US", 0, kMostSpinUs, &spin_us)) {
    pool.spin_ns.store(spin_us * 1000, std::memory_order_relaxed);
  }
  int64_t threads = 0;
  if (!EnvInteger("NUMRS_NUM_THREADS", 1, kMaxThreads, &threads)) {
    threads = UsableCores();
    if (threads > kMaxThreads) threads = kMaxThreads;
  }
  pool.cores.store(WholeCores(), std::memory_order_relaxed);
  int unknown = 0;  // SetNumThreads may have come first
  pool.threads.compare_exchange_strong(unknown, static_cast<int>(threads));
}

}  // namespace

int NumThreads() {
  const int threads = pool.threads.load(std::memory_order_relaxed);
  if (threads != 0) return threads;
  pthread_once(&default_once, SetDefaultThreads);
  return pool.threads.load(std::memory_order_relaxed);
}

Status SetNumThreads(int n) {
  if (n < 1 || n > kMaxThreads) {
    return Fail(NUMRS_BAD_ARGUMENT, "set_num_threads: got %d, expected 1 to %d", n, kMaxThreads);
  }
  pthread_once(&default_once, SetDefaultThreads);
  pthread_once(&fork_once, RegisterForkHandlers);
  {
    const Lock lock;
    pool.late.store(0, std::memory_order_relaxed);
    pool.serial_until_ns.store(0, std::memory_order_relaxed);
    pool.threads.store(n, std::memory_order_relaxed);
    pool.retry_at_ns = 0;
    pool.epoch.fetch_add(1, std::memory_order_relaxed);
  }
  FutexWake(&pool.epoch, kMaxThreads);  // those too many go
  return NUMRS_OK;
}

namespace {

// Small loops that follow each other so closely that a worker would not fall asleep between them are as good as one
// large loop: from some time on they are worth waking it.
bool IsStream(double estimated_ns, double threshold) {
  const int64_t spin_ns = pool.spin_ns.load(std::memory_order_relaxed);
  if (spin_ns == 0) return false;
  const int64_t now = NowNs(CLOCK_MONOTONIC);
  const bool goes_on = now < pool.stream_until_ns.load(std::memory_order_relaxed);
  const double work = estimated_ns + (goes_on ? pool.stream_work_ns.load(std::memory_order_relaxed) : 0);
  pool.stream_until_ns.store(now + spin_ns + static_cast<int64_t>(2 * estimated_ns), std::memory_order_relaxed);
  pool.stream_work_ns.store(work, std::memory_order_relaxed);
  return work >= kStreamThresholds * threshold;
}

}  // namespace

int ThreadsFor(double estimated_ns, int limit, ThreadMood* mood) {
  if (limit <= 1 || in_task) return 1;
  if (mood->threshold_ns < 0) mood->threshold_ns = pool.threshold_ns.load(std::memory_order_relaxed);
  const double threshold = mood->threshold_ns;
  if (!(estimated_ns >= kAwakeThreshold * threshold)) return 1;
  if (mood->awake < 0) {
    mood->awake = pool.spinning.load(std::memory_order_relaxed);
    if (mood->awake == 0 && IsStream(estimated_ns, threshold)) mood->awake = kMaxThreads;
    const int64_t serial_until_ns = pool.serial_until_ns.load(std::memory_order_relaxed);
    mood->serial = serial_until_ns != 0 && threshold > 0 && NowNs(CLOCK_MONOTONIC) < serial_until_ns;
  }
  if (mood->serial && estimated_ns < static_cast<double>(kSmallLoopNs)) return 1;
  double unit = threshold;
  if (estimated_ns < threshold) {
    // Too little to wake anybody, alone: worth while for those that wait actively.
    if (mood->awake == 0) return 1;
    if (limit > mood->awake) limit = mood->awake + 1;
    unit = kAwakeThreshold * threshold;
  }
  const double most = 2 * estimated_ns / unit;  // inf and NaN (0 / 0) mean the limit
  return most < limit ? static_cast<int>(most) : limit;
}

double ThreadThresholdNs() { return pool.threshold_ns.load(std::memory_order_relaxed); }

void SetThreadThresholdNs(double ns) {
  if (ns >= 0) pool.threshold_ns.store(ns, std::memory_order_relaxed);
}

int64_t SpinNs() {
  pthread_once(&default_once, SetDefaultThreads);
  return pool.spin_ns.load(std::memory_order_relaxed);
}

void SetSpinNs(int64_t ns) {
  pthread_once(&default_once, SetDefaultThreads);
  if (ns >= 0 && ns <= kMostSpinUs * 1000) pool.spin_ns.store(ns, std::memory_order_relaxed);
}

Status SetParallelFor(ParallelForFunction function, void* user) {
  pthread_once(&fork_once, RegisterForkHandlers);
  const Lock lock;
  pool.function = function;
  pool.function_user = user;
  pool.has_function.store(function != nullptr, std::memory_order_relaxed);
  return NUMRS_OK;
}

Status ParallelForChunks(int64_t n, int64_t grain, int max_threads, const Cancel* cancel, ChunkFunction run,
                         void* body) {
  if (n <= 0) return NUMRS_OK;
  if (grain < 1) grain = 1;
  if (max_threads <= 1 || n <= grain || in_task) return RunSerial(n, grain, cancel, run, body);
  const int64_t chunks = (n - 1) / grain + 1;
  int threads = NumThreads();
  if (threads > max_threads) threads = max_threads;
  if (threads > chunks) threads = static_cast<int>(chunks);
  if (threads <= 1) return RunSerial(n, grain, cancel, run, body);
  pthread_once(&fork_once, RegisterForkHandlers);
  Job job;
  job.run = run;
  job.body = body;
  job.n = n;
  job.grain = grain;
  job.chunks = chunks;
  job.wanted = threads - 1;
  job.limit.store(chunks, std::memory_order_relaxed);
  job.n_parts = threads < kParts ? threads : kParts;
  for (int i = 0; i < job.n_parts; ++i) {
    // chunks * i / n_parts, without overflow
    const int64_t whole = chunks / job.n_parts, rest = chunks % job.n_parts;
    job.parts[i].next.store(whole * i + (i < rest ? i : rest), std::memory_order_relaxed);
    job.parts[i].end = whole * (i + 1) + (i + 1 < rest ? i + 1 : rest);
  }
  if (pool.has_function.load(std::memory_order_relaxed)) {
    ParallelForFunction function;
    void* user;
    {
      const Lock lock;
      function = pool.function;
      user = pool.function_user;
    }
    if (function != nullptr) return RunOnFunction(&job, cancel, function, user);
  }
  return RunOnPool(&job, cancel);
}

void SetThreadCreatorForTest(ThreadCreator creator) {
  pool.creator.store(creator, std::memory_order_relaxed);
  const Lock lock;
  pool.retry_at_ns = 0;
}

int NumWorkers() {
  const Lock lock;
  return pool.workers;
}

bool InTask() { return in_task; }

}  // namespace numrs
