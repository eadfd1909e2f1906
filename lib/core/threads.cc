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
#include "core/threads_pool.h"

namespace numrs {
namespace {

pthread_once_t fork_once = PTHREAD_ONCE_INIT;
pthread_once_t default_once = PTHREAD_ONCE_INIT;

thread_local bool in_task = false;

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
