// Tests of the thread pool, the floating-point environment and the environment variables' readers.
#include "catch.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/env.h"
#include "core/fp_environment.h"
#include "core/threads.h"

#if defined(__SANITIZE_THREAD__)
#define NUMRS_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define NUMRS_TSAN 1
#endif
#endif
#ifndef NUMRS_TSAN
#define NUMRS_TSAN 0
#endif

using namespace numrs;

namespace {

struct Threads {
  explicit Threads(int n) : before(NumThreads()) { REQUIRE(SetNumThreads(n) == NUMRS_OK); }
  ~Threads() { SetNumThreads(before); }
  int before;
};

void Busy(int microseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
  while (std::chrono::steady_clock::now() < end) {
  }
}

// Runs a loop and counts how often each index was visited, and by chunks of which beginning.
bool CoversOnce(int64_t n, int64_t grain, int threads) {
  std::vector<std::atomic<int>> visits(static_cast<size_t>(n));
  std::atomic<bool> chunks_right{true};
  const Status status = ParallelFor(n, grain, threads, nullptr, [&](int64_t begin, int64_t end) {
    if (begin % grain != 0 || end != std::min(begin + grain, n)) chunks_right = false;
    for (int64_t i = begin; i < end; ++i) visits[static_cast<size_t>(i)].fetch_add(1, std::memory_order_relaxed);
  });
  if (status != NUMRS_OK || !chunks_right) return false;
  for (const auto& v : visits) {
    if (v.load() != 1) return false;
  }
  return true;
}

int64_t Sum(int64_t n, int64_t grain, int threads) {
  std::atomic<int64_t> sum{0};
  const Status status = ParallelFor(n, grain, threads, nullptr, [&](int64_t begin, int64_t end) {
    int64_t part = 0;
    for (int64_t i = begin; i < end; ++i) part += i;
    sum.fetch_add(part, std::memory_order_relaxed);
  });
  return status == NUMRS_OK ? sum.load() : -1;
}

// The child's exit status, or 1000 + signal; a child that hangs is killed by its alarm.
int InChild(int (*body)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    alarm(20);
    _exit(body());
  }
  REQUIRE(pid > 0);
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

int SumRight() { return Sum(100'003, 1000, 4) == int64_t{100'003} * 100'002 / 2 ? 0 : 1; }

}  // namespace

TEST_CASE("threads: every index is visited once, by chunks that depend on n and grain only", "[threads]") {
  const Threads four(4);
  for (int64_t n : {0, 1, 2, 7, 63, 64, 65, 1003, 100'003}) {
    for (int64_t grain : {1, 3, 64, 1000, 200'000}) {
      for (int threads : {1, 2, 3, 4, 5, 1024}) {
        if (grain == 1 && n > 10'000) continue;
        INFO("n " << n << " grain " << grain << " threads " << threads);
        CHECK(CoversOnce(n, grain, threads));
      }
    }
  }
}

TEST_CASE("threads: n near the largest integer does not overflow", "[threads]") {
  const Threads four(4);
  const int64_t n = std::numeric_limits<int64_t>::max(), grain = n / 5;
  for (int threads : {1, 4}) {
    std::atomic<int64_t> covered{0};
    std::atomic<int> chunks{0};
    CHECK(ParallelFor(n, grain, threads, nullptr, [&](int64_t begin, int64_t end) {
            covered += end - begin;
            ++chunks;
          }) == NUMRS_OK);
    CHECK(covered.load() == n);
    CHECK(chunks.load() == 6);
  }
}

TEST_CASE("threads: a serial loop runs in order on the caller", "[threads]") {
  const std::thread::id self = std::this_thread::get_id();
  int64_t expected = 0;
  bool right = true;
  CHECK(ParallelFor(1000, 7, 1, nullptr, [&](int64_t begin, int64_t end) {
          right = right && begin == expected && std::this_thread::get_id() == self;
          expected = end;
        }) == NUMRS_OK);
  CHECK(right);
  CHECK(expected == 1000);
  CHECK(ParallelFor(-5, 7, 1, nullptr, [&](int64_t, int64_t) { right = false; }) == NUMRS_OK);
  CHECK(ParallelFor(3, 0, 1, nullptr, [&](int64_t begin, int64_t end) { right = right && end == begin + 1; }) ==
        NUMRS_OK);
  CHECK(right);
}

TEST_CASE("threads: workers take part, and no more than asked for", "[threads]") {
  const Threads four(4);
  for (int threads : {1, 2, 3}) {
    std::atomic<int> inside{0}, most{0};
    ParallelFor(200, 1, threads, nullptr, [&](int64_t, int64_t) {
      const int now = ++inside;
      int seen = most.load();
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      --inside;
    });
    CHECK(most.load() == threads);
  }
  CHECK(NumWorkers() <= 3);
}

TEST_CASE("threads: the number has bounds, and the old one stays", "[threads]") {
  const Threads three(3);
  for (int bad : {0, -1, 1025, 1'000'000, std::numeric_limits<int>::min()}) {
    CHECK(SetNumThreads(bad) == NUMRS_BAD_ARGUMENT);
    CHECK(std::strstr(Message(), "set_num_threads") != nullptr);
    CHECK(NumThreads() == 3);
  }
  CHECK(SetNumThreads(1) == NUMRS_OK);
  CHECK(SetNumThreads(1024) == NUMRS_OK);
  CHECK(NumThreads() == 1024);
}

TEST_CASE("threads: NumThreads() is an upper bound, and fewer threads let workers go", "[threads]") {
  const Threads six(6);
  CHECK(Sum(1000, 1, 6) == 499'500);
  CHECK(NumWorkers() == 5);
  REQUIRE(SetNumThreads(2) == NUMRS_OK);
  for (int i = 0; i < 2000 && NumWorkers() > 1; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(NumWorkers() == 1);
  REQUIRE(SetNumThreads(1) == NUMRS_OK);
  const std::thread::id self = std::this_thread::get_id();
  bool own = true;
  ParallelFor(1000, 1, 8, nullptr, [&](int64_t, int64_t) { own = own && std::this_thread::get_id() == self; });
  CHECK(own);
}

TEST_CASE("threads: whether threads are worth while", "[threads]") {
  const double before = ThreadThresholdNs();
  SetThreadThresholdNs(100e3);
  CHECK(ThreadsFor(99e3, 8) == 1);
  CHECK(ThreadsFor(100e3, 8) == 2);
  CHECK(ThreadsFor(200e3, 8) == 4);
  CHECK(ThreadsFor(1e9, 8) == 8);
  CHECK(ThreadsFor(std::numeric_limits<double>::infinity(), 8) == 8);
  CHECK(ThreadsFor(std::nan(""), 8) == 1);
  CHECK(ThreadsFor(1e9, 1) == 1);
  CHECK(ThreadsFor(1e9, 0) == 1);
  SetThreadThresholdNs(-1);
  SetThreadThresholdNs(std::nan(""));
  CHECK(ThreadThresholdNs() == 100e3);
  SetThreadThresholdNs(0);
  CHECK(ThreadsFor(0, 8) == 8);
  SetThreadThresholdNs(before);
}

TEST_CASE("threads: a nested loop runs serially where it is", "[threads]") {
  const Threads four(4);
  std::atomic<int64_t> sum{0};
  std::atomic<bool> own{true};
  CHECK_FALSE(InTask());
  ParallelFor(64, 1, 4, nullptr, [&](int64_t begin, int64_t) {
    const std::thread::id self = std::this_thread::get_id();
    if (!InTask() || ThreadsFor(1e12, 4) != 1) own = false;
    ParallelFor(100, 3, 4, nullptr, [&](int64_t b, int64_t e) {
      if (std::this_thread::get_id() != self) own = false;
      for (int64_t i = b; i < e; ++i) sum += i + begin;
    });
  });
  CHECK_FALSE(InTask());
  CHECK(own.load());
  CHECK(sum.load() == 64 * 4950 + 100 * 2016);
}

TEST_CASE("threads: 64 callers at once", "[threads]") {
  const Threads three(3);
  std::atomic<int> wrong{0};
  std::vector<std::thread> callers;
  for (int t = 0; t < 64; ++t) {
    callers.emplace_back([&wrong, t] {
      for (int64_t i = 0; i < 50; ++i) {
        const int64_t n = 1000 + 37 * i + t;
        if (Sum(n, 10 + t, 2 + t % 3) != n * (n - 1) / 2) ++wrong;
      }
    });
  }
  for (std::thread& t : callers) t.join();
  CHECK(wrong.load() == 0);
}

TEST_CASE("threads: the number changes while loops run", "[threads]") {
  const Threads four(4);
  std::atomic<bool> end{false};
  std::atomic<int> wrong{0};
  std::thread caller([&] {
    while (!end) wrong += Sum(5000, 50, 8) != int64_t{5000} * 4999 / 2;
  });
  for (int i = 0; i < 200; ++i) {
    REQUIRE(SetNumThreads(1 + i * 7 % 9) == NUMRS_OK);
    wrong += Sum(5000, 50, 8) != int64_t{5000} * 4999 / 2;
  }
  end = true;
  caller.join();
  CHECK(wrong.load() == 0);
}

TEST_CASE("threads: the failure of the lowest chunk is returned with its message", "[threads]") {
  const Threads four(4);
  for (int threads : {1, 2, 4}) {
    for (int repeat = 0; repeat < 50; ++repeat) {
      std::atomic<int> ran{0};
      const Status status = ParallelFor(100'000, 1, threads, nullptr, [&](int64_t begin, int64_t) -> Status {
        ++ran;
        if (begin == 20) Busy(30);  // so that a later failure may come first
        if (begin >= 20)
          return Fail(begin == 20 ? NUMRS_NO_MEMORY : NUMRS_INTERNAL, "chunk %d", static_cast<int>(begin));
        return NUMRS_OK;
      });
      CHECK(status == NUMRS_NO_MEMORY);
      CHECK(std::string(Message()) == "chunk 20");
      CHECK(ran.load() < 1000);
    }
  }
}

TEST_CASE("threads: poll cancels, on the calling thread, at most every 10 ms", "[threads]") {
  const Threads four(4);
  struct Poll {
    std::thread::id owner = std::this_thread::get_id();
    int calls = 0, until = 3;
    bool foreign = false;
  };
  for (int threads : {1, 3}) {
    Poll poll;
    const Cancel cancel = {[](void* user) -> int32_t {
                             Poll* p = static_cast<Poll*>(user);
                             p->foreign = p->foreign || std::this_thread::get_id() != p->owner;
                             return ++p->calls == p->until ? 7 : 0;
                           },
                           &poll};
    std::atomic<int> ran{0};
    const auto start = std::chrono::steady_clock::now();
    const Status status = ParallelFor(1'000'000, 1, threads, &cancel, [&](int64_t, int64_t) {
      ++ran;
      Busy(100);
    });
    const double ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    CHECK(status == NUMRS_CANCELLED);
    CHECK(poll.calls == 3);
    CHECK_FALSE(poll.foreign);
    CHECK(ran.load() > 3);
    CHECK(ran.load() < 1'000'000);
    CHECK(ms > 20);
    CHECK(ms < 3000);
    poll.calls = 0;
    CHECK(ParallelFor(100, 1, threads, &cancel, [](int64_t, int64_t) {}) == NUMRS_OK);
    CHECK(poll.calls == 0);
  }
}

namespace {

struct Foreign {
  int calls = 0;
  int64_t tasks = 0;
  int32_t result = 0;
  int64_t skip = -1;
};

// Runs the tasks backwards on three threads of its own.
int32_t ForeignParallelFor(void* user, int64_t n_tasks, void (*task)(void*, int64_t), void* data) {
  Foreign* foreign = static_cast<Foreign*>(user);
  ++foreign->calls;
  foreign->tasks += n_tasks;
  std::atomic<int64_t> next{n_tasks};
  const auto run = [&] {
    for (int64_t i; (i = next.fetch_sub(1) - 1) >= 0;) {
      if (i != foreign->skip) task(data, i);
    }
  };
  std::thread a(run), b(run);
  run();
  a.join();
  b.join();
  return foreign->result;
}

}  // namespace

TEST_CASE("threads: the caller's parallel_for", "[threads]") {
  const Threads four(4);
  Foreign foreign;
  REQUIRE(SetParallelFor(ForeignParallelFor, &foreign) == NUMRS_OK);
  CHECK(CoversOnce(1003, 10, 4));
  CHECK(foreign.calls == 1);
  CHECK(foreign.tasks == 101);
  // Inside a task loops are serial.
  std::atomic<int64_t> sum{0};
  ParallelFor(8, 1, 4, nullptr, [&](int64_t, int64_t) { sum += Sum(100, 1, 4); });
  CHECK(sum.load() == 8 * 4950);
  CHECK(foreign.calls == 2);
  CHECK(Sum(100, 100, 4) == 4950);
  CHECK(Sum(100, 1, 1) == 4950);
  CHECK(foreign.calls == 2);

  CHECK(ParallelFor(100, 1, 4, nullptr, [](int64_t begin, int64_t) -> Status {
          return begin >= 40 ? Fail(NUMRS_NO_MEMORY, "no room") : NUMRS_OK;
        }) == NUMRS_NO_MEMORY);
  CHECK(std::string(Message()) == "no room");

  foreign.skip = 5;
  CHECK(ParallelFor(100, 1, 4, nullptr, [](int64_t, int64_t) {}) == NUMRS_CANCELLED);
  CHECK(std::strstr(Message(), "99 of 100") != nullptr);
  foreign.skip = -1;
  foreign.result = 3;
  CHECK(ParallelFor(100, 1, 4, nullptr, [](int64_t, int64_t) {}) == NUMRS_CANCELLED);
  foreign.result = 0;

  const Cancel cancel = {[](void*) -> int32_t { return 1; }, nullptr};
  std::atomic<int> ran{0};
  CHECK(ParallelFor(10'000, 1, 4, &cancel, [&](int64_t, int64_t) {
          ++ran;
          Busy(100);
        }) == NUMRS_CANCELLED);
  CHECK(ran.load() < 10'000);

  REQUIRE(SetParallelFor(nullptr, nullptr) == NUMRS_OK);
  const int calls = foreign.calls;
  CHECK(CoversOnce(1003, 10, 4));
  CHECK(foreign.calls == calls);
}

namespace {

std::atomic<int> creations_left{0};

int FewThreads(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*), void* argument) {
  if (creations_left.fetch_sub(1) <= 0) return EAGAIN;
  return pthread_create(thread, attributes, start, argument);
}

}  // namespace

TEST_CASE("threads: a thread that cannot be created is one fewer", "[threads]") {
  const Threads one(1);
  for (int i = 0; i < 2000 && NumWorkers() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(NumWorkers() == 0);
  REQUIRE(SetNumThreads(8) == NUMRS_OK);
  SetThreadCreatorForTest(FewThreads);
  for (int available : {0, 2}) {
    SetThreadCreatorForTest(FewThreads);  // forgets the earlier failure
    creations_left = available;
    CHECK(CoversOnce(1003, 1, 8));
    CHECK(CoversOnce(1003, 1, 8));
    CHECK(NumWorkers() == available);
  }
  CHECK(creations_left.load() == -1);  // no attempt in the second loop
  SetThreadCreatorForTest(nullptr);
  CHECK(CoversOnce(1003, 1, 8));
  CHECK(NumWorkers() == 7);
}

TEST_CASE("threads: workers have signals blocked, faults open, and a default floating-point environment", "[threads]") {
  const Threads one(1);
  for (int i = 0; i < 2000 && NumWorkers() > 0; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(SetNumThreads(3) == NUMRS_OK);
  std::fesetround(FE_UPWARD);  // what new threads inherit
  const std::thread::id self = std::this_thread::get_id();
  std::atomic<int> foreign{0}, wrong{0};
  for (int i = 0; i < 100 && foreign == 0; ++i) {
    ParallelFor(100, 1, 3, nullptr, [&](int64_t, int64_t) {
      if (std::this_thread::get_id() == self) return Busy(100);
      ++foreign;
      sigset_t mask;
      pthread_sigmask(SIG_SETMASK, nullptr, &mask);
      if (sigismember(&mask, SIGINT) != 1 || sigismember(&mask, SIGTERM) != 1) ++wrong;
      if (sigismember(&mask, SIGSEGV) != 0) ++wrong;
      volatile double dividend = 1, divisor = 3;
      if (std::fegetround() != FE_TONEAREST || dividend / divisor != 1.0 / 3.0) ++wrong;
    });
  }
  CHECK(std::fegetround() == FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  CHECK(foreign.load() > 0);
  CHECK(wrong.load() == 0);
  sigset_t mask;
  pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  CHECK(sigismember(&mask, SIGINT) == 0);
}

TEST_CASE("threads: a caller with a small stack", "[threads]") {
  const Threads three(3);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  if (pthread_attr_setstacksize(&attributes, 16384) != 0 || NUMRS_TSAN) return;
  pthread_t thread;
  void* result = nullptr;
  REQUIRE(pthread_create(
              &thread, &attributes, [](void*) -> void* { return reinterpret_cast<void*>(Sum(5000, 7, 3)); }, nullptr) ==
          0);
  pthread_join(thread, &result);
  CHECK(reinterpret_cast<int64_t>(result) == int64_t{5000} * 4999 / 2);
  pthread_attr_destroy(&attributes);
}

// ---- fork ----

TEST_CASE("threads: the child of a fork computes with workers of its own", "[threads][fork]") {
  const Threads four(4);
  REQUIRE(SumRight() == 0);
  for (int i = 0; i < 50; ++i) {
    REQUIRE(InChild([] {
              if (NumWorkers() != 0) return 2;
              if (SumRight() != 0) return 1;
              return NumWorkers() > 0 ? 0 : 3;
            }) == 0);
    REQUIRE(SumRight() == 0);
  }
}

TEST_CASE("threads: fork while other threads are inside loops", "[threads][fork]") {
  const Threads four(4);
  std::atomic<bool> end{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> others;
  for (int t = 0; t < 3; ++t) {
    others.emplace_back([&, t] {
      while (!end) wrong += Sum(20'000 + t, 20, 4) != int64_t{20'000 + t} * (19'999 + t) / 2;
    });
  }
  const int forks = NUMRS_TSAN ? 20 : 300;
  for (int i = 0; i < forks; ++i) REQUIRE(InChild(SumRight) == 0);
  end = true;
  for (std::thread& t : others) t.join();
  CHECK(wrong.load() == 0);
}

TEST_CASE("threads: a child of a child", "[threads][fork]") {
  const Threads four(4);
  REQUIRE(SumRight() == 0);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(InChild([] {
              if (SumRight() != 0) return 1;
              const int grandchild = InChild([] { return InChild(SumRight) + SumRight(); });
              return grandchild + SumRight();
            }) == 0);
  }
}

TEST_CASE("threads: fork inside a loop, by its caller", "[threads][fork]") {
  const Threads three(3);
  for (int i = 0; i < 30; ++i) {
    pid_t child = 0;
    const std::thread::id self = std::this_thread::get_id();
    std::atomic<bool> forked{false};
    const pid_t parent = getpid();
    const Status status = ParallelFor(300, 1, 3, nullptr, [&](int64_t begin, int64_t) {
      Busy(20);
      if (std::this_thread::get_id() == self && begin > 30 && !forked.exchange(true)) {
        child = fork();
        if (child == 0) alarm(20);
      }
    });
    if (getpid() != parent) {
      // All there, or said not to be.
      const bool fine = status == NUMRS_OK || status == NUMRS_CANCELLED;
      _exit(fine && SumRight() == 0 && SumRight() == 0 ? 0 : 1);
    }
    CHECK(status == NUMRS_OK);
    if (child == 0) continue;
    int result = 0;
    REQUIRE(waitpid(child, &result, 0) == child);
    CHECK((WIFEXITED(result) && WEXITSTATUS(result) == 0));
  }
}

TEST_CASE("threads: fork inside a worker's task", "[threads][fork]") {
  const Threads three(3);
  const pid_t parent = getpid();
  const std::thread::id self = std::this_thread::get_id();
  std::atomic<pid_t> child{-1};
  for (int i = 0; i < 100 && child == -1; ++i) {
    std::atomic<bool> forked{false};
    ParallelFor(300, 1, 3, nullptr, [&](int64_t, int64_t) {
      Busy(20);
      if (std::this_thread::get_id() == self || forked.exchange(true)) return;
      const pid_t pid = fork();
      if (pid == 0) {
        alarm(20);
        return;  // the child's only thread is this worker: it ends, and the process with it
      }
      child = pid;
    });
  }
  REQUIRE(getpid() == parent);
  REQUIRE(child > 0);
  int result = 0;
  REQUIRE(waitpid(child, &result, 0) == child);
  CHECK((WIFEXITED(result) && WEXITSTATUS(result) == 0));
}

// ---- floating-point environment ----

TEST_CASE("fp_environment: default inside, everything as before outside", "[fp]") {
#if defined(__x86_64__)
  const unsigned before = _mm_getcsr();
  // FTZ + DAZ; upwards; invalid and divide by zero unmasked; some sticky flags.
  const unsigned states[] = {0x1F80, 0x9FC0, 0x5F80, 0x1D00, 0x7F80 | 0x8040 | 0x21};
  for (const unsigned state : states) {
    _mm_setcsr(state);
    unsigned inside, control;
    volatile double quotient, tiny = 0x1p-1060;
    {
      const FpEnvironment environment;
      inside = _mm_getcsr();
      volatile double zero = 0, one = 1;
      quotient = one / zero;  // would trap
      tiny = tiny * 0.5;      // would be flushed
      control = _mm_getcsr() & ~0x3Fu;
    }
    const unsigned after = _mm_getcsr();
    _mm_setcsr(before);
    CHECK((inside & ~0x3Fu) == 0x1F80);
    CHECK(control == 0x1F80);
    CHECK(after == state);
    CHECK(std::isinf(quotient));
    CHECK(tiny == 0x1p-1061);
  }
#else
  std::fesetround(FE_UPWARD);
  {
    const FpEnvironment environment;
    CHECK(std::fegetround() == FE_TONEAREST);
  }
  CHECK(std::fegetround() == FE_UPWARD);
  std::fesetround(FE_TONEAREST);
#endif
}

// ---- environment variables ----

namespace {

// What `body` writes to stderr, in a child so that this process' settings stay.
std::string ErrorsOf(void (*body)()) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 2);
    body();
    _exit(0);
  }
  close(ends[1]);
  std::string text;
  char buffer[512];
  for (ssize_t got; (got = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(got));
  close(ends[0]);
  int status = 0;
  waitpid(pid, &status, 0);
  CHECK(status == 0);
  return text;
}

}  // namespace

TEST_CASE("env: choices", "[env]") {
  const std::string text = ErrorsOf([] {
    static const char* const kAllowed[] = {"SSE4", "AVX2", "AVX3"};
    unsetenv("NUMRS_TEST_A");
    if (EnvChoice("NUMRS_TEST_A", kAllowed) != -1) _exit(1);
    setenv("NUMRS_TEST_A", "", 1);
    if (EnvChoice("NUMRS_TEST_A", kAllowed) != -1) _exit(2);
    setenv("NUMRS_TEST_A", "avx2", 1);
    if (EnvChoice("NUMRS_TEST_A", kAllowed) != 1) _exit(3);
    setenv("NUMRS_TEST_A", "foo\x1b[2J", 1);
    if (EnvChoice("NUMRS_TEST_A", kAllowed) != -1) _exit(4);
    if (EnvChoice("NUMRS_TEST_A", kAllowed) != -1) _exit(5);
  });
  CHECK(text == "numrs: NUMRS_TEST_A=foo?[2J cannot be used (allowed: SSE4, AVX2, AVX3); using the default\n");
}

TEST_CASE("env: integers", "[env]") {
  const std::string text = ErrorsOf([] {
    int64_t value = 77;
    for (const char* bad : {"abc", "-3", "99999999999", "99999999999999999999", "4x", "1025", "0", "1.5"}) {
      setenv("NUMRS_TEST_B", bad, 1);
      if (EnvInteger("NUMRS_TEST_B", 1, 1024, &value) || value != 77) _exit(1);
    }
    setenv("NUMRS_TEST_B", "1024", 1);
    if (!EnvInteger("NUMRS_TEST_B", 1, 1024, &value) || value != 1024) _exit(2);
    const std::string lengthy(1000, 'y');
    setenv("NUMRS_TEST_C", lengthy.c_str(), 1);
    EnvInteger("NUMRS_TEST_C", 1, 1024, &value);
  });
  CHECK(text ==
        "numrs: NUMRS_TEST_B=abc cannot be used (allowed: 1 to 1024); using the default\n"
        "numrs: NUMRS_TEST_C=" +
            std::string(64, 'y') + "... cannot be used (allowed: 1 to 1024); using the default\n");
}
