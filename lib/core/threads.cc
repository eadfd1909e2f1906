// The thread pool: a list of running loops, workers that help them, and the settings.
//
// A loop is a Job on its caller's stack. The caller publishes it, claims chunks from an atomic counter like everybody
// else, withdraws it, and waits for the workers that are still inside: at most one chunk each. Progress never depends
// on a worker, so a busy pool, a failed pthread_create or a fork costs speed only.
#include "core/threads.h"

#include <signal.h>
#include <time.h>

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
// Waiting begins with this many pauses, about 2 µs: a chunk's tail or the next loop of the same call is often that
// near. More is worse where cores are shared or virtual: a spinning thread keeps the one it waits for from running.
constexpr int kSpins = 40;
// After a thread could not be created, loops run with those there are for this long.
constexpr int64_t kRetryNs = 1'000'000'000;

constexpr uint32_t kCallerSleeps = 0x80000000u;

struct Job {
  alignas(64) std::atomic<int64_t> next{0};  // the lowest chunk that nobody has claimed
  std::atomic<bool> stop{false};
  // Workers inside, and whether the caller sleeps until they have left.
  alignas(64) std::atomic<uint32_t> helpers{0};

  ChunkFunction run;
  void* body;
  int64_t n, grain, chunks;

  // Guarded by the pool's lock.
  int wanted;  // workers that may still join
  Job* previous = nullptr;
  Job* following = nullptr;
  Status status = NUMRS_OK;  // of the lowest chunk that failed
  int64_t failed_chunk = 0;
  char message[512];
};

struct Pool {
  pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  // Guarded by the lock.
  Job* first = nullptr;
  Job* last = nullptr;
  int workers = 0;
  int idle = 0;  // workers that sleep or are about to
  int64_t retry_at_ns = 0;
  ParallelForFunction function = nullptr;
  void* function_user = nullptr;

  alignas(64) std::atomic<uint32_t> epoch{0};       // changes when there is something for an idle worker
  alignas(64) std::atomic<uint32_t> generation{0};  // forks between the first process and this one
  std::atomic<int> threads{0};                      // 0: not known yet
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

class Lock {
 public:
  Lock() { pthread_mutex_lock(&pool.lock); }
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
  pool.workers = pool.idle = 0;
  pool.retry_at_ns = 0;
  pool.epoch.store(0, std::memory_order_relaxed);
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

// Keeps the failure of the lowest chunk. The message is this thread's, to be passed on to the caller's.
void RecordFailure(Job* job, int64_t chunk, Status status) {
  job->stop.store(true, std::memory_order_relaxed);
  const Lock lock;
  if (job->status != NUMRS_OK && job->failed_chunk <= chunk) return;
  job->status = status;
  job->failed_chunk = chunk;
  std::snprintf(job->message, sizeof job->message, "%s", Message());
}

Status RunChunk(Job* job, int64_t chunk) {
  const int64_t begin = chunk * job->grain;
  const int64_t end = job->n - begin > job->grain ? begin + job->grain : job->n;
  const Status status = job->run(job->body, begin, end);
  if (status != NUMRS_OK) RecordFailure(job, chunk, status);
  return status;
}

// -1: none is left.
int64_t ClaimChunk(Job* job) {
  if (job->stop.load(std::memory_order_relaxed)) return -1;
  const int64_t chunk = job->next.fetch_add(1, std::memory_order_relaxed);
  return chunk < job->chunks ? chunk : -1;
}

template <class Changed>
bool Spin(Changed changed) {
  for (int i = 0; i < kSpins; ++i) {
    if (changed()) return true;
    CpuRelax();
  }
  return changed();
}

// A loop that has chunks and room for a worker. Caller holds the lock.
Job* FindJob() {
  for (Job* job = pool.first; job != nullptr; job = job->following) {
    if (job->wanted > 0 && job->next.load(std::memory_order_relaxed) < job->chunks &&
        !job->stop.load(std::memory_order_relaxed)) {
      return job;
    }
  }
  return nullptr;
}

// False when the task has forked: then this is the child, and the thread must not touch the pool again.
bool Help(Job* job, uint32_t generation) {
  for (int64_t chunk; (chunk = ClaimChunk(job)) >= 0;) {
    RunChunk(job, chunk);
    if (pool.generation.load(std::memory_order_relaxed) != generation) return false;
  }
  // The caller may return as soon as the count is 0: the job is gone then, and only its address serves to wake.
  std::atomic<uint32_t>* helpers = &job->helpers;
  if (helpers->fetch_sub(1, std::memory_order_acq_rel) == (kCallerSleeps | 1)) FutexWake(helpers, 1);
  return true;
}

void* Worker(void*) {
#if defined(__GLIBC__)
  pthread_setname_np(pthread_self(), "numrs");
#endif
  FpEnvironment::SetDefault();
  in_task = true;
  const uint32_t generation = pool.generation.load(std::memory_order_relaxed);
  pthread_mutex_lock(&pool.lock);
  while (pool.workers < pool.threads.load(std::memory_order_relaxed)) {
    Job* job = FindJob();
    if (job != nullptr) {
      --job->wanted;
      job->helpers.fetch_add(1, std::memory_order_relaxed);
      pthread_mutex_unlock(&pool.lock);
      if (!Help(job, generation)) return nullptr;
      pthread_mutex_lock(&pool.lock);
      continue;
    }
    const uint32_t seen = pool.epoch.load(std::memory_order_relaxed);
    ++pool.idle;
    pthread_mutex_unlock(&pool.lock);
    const auto changed = [seen] { return pool.epoch.load(std::memory_order_relaxed) != seen; };
    if (!Spin(changed)) {
      while (!changed()) FutexWait(&pool.epoch, seen);
    }
    pthread_mutex_lock(&pool.lock);
    --pool.idle;
  }
  --pool.workers;  // SetNumThreads asked for fewer
  pthread_mutex_unlock(&pool.lock);
  return nullptr;
}

bool StartWorker() {
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
  pthread_attr_setstacksize(&attributes, kStackBytes);
  int error = create(&thread, &attributes, Worker, nullptr);
  if (error == EINVAL) {  // thread-local storage, which lies on the stack, may need more
    pthread_attr_setstacksize(&attributes, 8 * 1024 * 1024);
    error = create(&thread, &attributes, Worker, nullptr);
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
    if (StartWorker()) continue;
    --pool.workers;
    pool.retry_at_ns = NowNs(CLOCK_MONOTONIC) + kRetryNs;
    return;
  }
}

void Publish(Job* job) {
  int wake, workers;
  bool start;
  {
    const Lock lock;
    job->previous = pool.last;
    (pool.last != nullptr ? pool.last->following : pool.first) = job;
    pool.last = job;
    wake = pool.idle < job->wanted ? pool.idle : job->wanted;
    if (wake > 0) pool.epoch.fetch_add(1, std::memory_order_relaxed);
    const int limit = pool.threads.load(std::memory_order_relaxed) - 1;
    workers = pool.workers + job->wanted - wake;
    if (workers > limit) workers = limit;
    start = pool.workers < workers;
  }
  if (wake > 0) FutexWake(&pool.epoch, wake);
  if (start) {
    const Lock lock;
    StartWorkers(workers);
  }
}

// Caller holds the lock.
void Withdraw(Job* job) {
  (job->previous != nullptr ? job->previous->following : pool.first) = job->following;
  (job->following != nullptr ? job->following->previous : pool.last) = job->previous;
}

void WaitForHelpers(Job* job) {
  const auto left = [job] { return (job->helpers.load(std::memory_order_acquire) & ~kCallerSleeps) == 0; };
  if (Spin(left)) return;
  uint32_t seen = job->helpers.fetch_or(kCallerSleeps, std::memory_order_acquire) | kCallerSleeps;
  while (seen != kCallerSleeps) {
    FutexWait(&job->helpers, seen);
    seen = job->helpers.load(std::memory_order_acquire);
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
  Publish(job);
  bool cancelled = false;
  {
    const TaskScope scope;
    Poller poller(cancel);
    for (int64_t chunk; (chunk = ClaimChunk(job)) >= 0;) {
      if (RunChunk(job, chunk) != NUMRS_OK) break;
      if (poller.Cancelled()) {
        job->stop.store(true, std::memory_order_relaxed);
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
    WaitForHelpers(job);
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
  if (!loop->job->stop.load(std::memory_order_relaxed)) {
    const TaskScope scope;
    const FpEnvironment environment;  // the thread is not ours
    RunChunk(loop->job, chunk);
    if (pthread_equal(pthread_self(), loop->owner) && loop->poller.Cancelled()) {
      loop->cancelled.store(true, std::memory_order_relaxed);
      loop->job->stop.store(true, std::memory_order_relaxed);
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

void SetDefaultThreads() {
  int64_t threads = 0;
  if (!EnvInteger("NUMRS_NUM_THREADS", 1, kMaxThreads, &threads)) {
    threads = UsableCores();
    if (threads > kMaxThreads) threads = kMaxThreads;
  }
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
  pthread_once(&fork_once, RegisterForkHandlers);
  {
    const Lock lock;
    pool.threads.store(n, std::memory_order_relaxed);
    pool.retry_at_ns = 0;
    pool.epoch.fetch_add(1, std::memory_order_relaxed);
  }
  FutexWake(&pool.epoch, kMaxThreads);  // those too many go
  return NUMRS_OK;
}

int ThreadsFor(double estimated_ns, int limit) {
  const double threshold = pool.threshold_ns.load(std::memory_order_relaxed);
  if (limit <= 1 || !(estimated_ns >= threshold) || in_task) return 1;
  const double most = 2 * estimated_ns / threshold;  // inf and NaN (0 / 0) mean the limit
  return most < limit ? static_cast<int>(most) : limit;
}

double ThreadThresholdNs() { return pool.threshold_ns.load(std::memory_order_relaxed); }

void SetThreadThresholdNs(double ns) {
  if (ns >= 0) pool.threshold_ns.store(ns, std::memory_order_relaxed);
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
