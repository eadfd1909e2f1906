// Tests of the thread pool in one process.
#include "catch.h"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cfenv>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "core/fp_environment.h"
#include "core/threads.h"
#include "threads_support.h"

using namespace numrs;

namespace {

// Threads for work of that length, asked for the first time in a call.
int WorthWhile(double estimated_ns, int limit) {
  ThreadMood mood;
  return ThreadsFor(estimated_ns, limit, &mood);
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

namespace {

// Settings of waiting for a scope; all workers sleep when it begins.
struct Waiting {
  explicit Waiting(int64_t spin_ns) {
    SetSpinNs(0);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    SetSpinNs(spin_ns);
  }
  ~Waiting() {
    SetSpinNs(spin_before);
    SetThreadThresholdNs(threshold_before);
  }
  int64_t spin_before = SpinNs();
  double threshold_before = ThreadThresholdNs();
};

double ProcessMs() { return static_cast<double>(std::clock()) * 1e3 / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("threads: whether threads are worth while", "[threads]") {
  const Threads two(2);  // forgets loops that waited
  const Waiting asleep(0);
  SetThreadThresholdNs(100e3);
  CHECK(WorthWhile(99e3, 8) == 1);
  CHECK(WorthWhile(100e3, 8) == 2);
  CHECK(WorthWhile(200e3, 8) == 4);
  CHECK(WorthWhile(1e9, 8) == 8);
  CHECK(WorthWhile(std::numeric_limits<double>::infinity(), 8) == 8);
  CHECK(WorthWhile(std::nan(""), 8) == 1);
  CHECK(WorthWhile(1e9, 1) == 1);
  CHECK(WorthWhile(1e9, 0) == 1);
  for (int i = 0; i < 100; ++i) CHECK(WorthWhile(99e3, 8) == 1);  // nobody would stay awake
  SetThreadThresholdNs(-1);
  SetThreadThresholdNs(std::nan(""));
  CHECK(ThreadThresholdNs() == 100e3);
  SetThreadThresholdNs(0);
  CHECK(WorthWhile(0, 8) == 8);
}

TEST_CASE("threads: small loops in a row are worth waking workers, single ones are not", "[threads]") {
  const Threads two(2);
  const Waiting waiting(10'000'000);
  SetThreadThresholdNs(100e3);
  int first = 0;  // of a stream of 60 us each, 100 us of which alone would be worth while
  for (int i = 1; i <= 20 && first == 0; ++i) first = WorthWhile(60e3, 8) > 1 ? i : 0;
  CHECK(first > 2);
  CHECK(first <= 20);
  std::this_thread::sleep_for(std::chrono::milliseconds(30));
  CHECK(WorthWhile(60e3, 8) == 1);
  for (int i = 0; i < 50; ++i) CHECK(WorthWhile(45e3, 8) == 1);  // too small even for those awake
}

TEST_CASE("threads: the same question has one answer within a call", "[threads]") {
  const Threads two(2);
  const Waiting waiting(10'000'000);
  SetThreadThresholdNs(100e3);
  ThreadMood mood;
  const int small = ThreadsFor(60e3, 8, &mood), large = ThreadsFor(300e3, 8, &mood);
  CHECK(small == 1);
  CHECK(large == 6);
  SetThreadThresholdNs(0);
  for (int i = 0; i < 20; ++i) WorthWhile(60e3, 8);
  CHECK(ThreadsFor(60e3, 8, &mood) == small);
  CHECK(ThreadsFor(300e3, 8, &mood) == large);
}

TEST_CASE("threads: the time of waiting actively has bounds", "[threads]") {
  const Waiting waiting(50'000);
  for (int64_t bad : {int64_t{-1}, int64_t{10'000'001}, std::numeric_limits<int64_t>::max()}) {
    SetSpinNs(bad);
    CHECK(SpinNs() == 50'000);
  }
  SetSpinNs(0);
  CHECK(SpinNs() == 0);
  SetSpinNs(10'000'000);
  CHECK(SpinNs() == 10'000'000);
}

TEST_CASE("threads: a process without work uses no CPU", "[threads]") {
  for (int threads : {2, 4, 64}) {
    const Threads some(threads);
    for (int i = 0; i < 50; ++i) CHECK(Sum(5000, 50, threads) == int64_t{5000} * 4999 / 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    const double before = ProcessMs();
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    CHECK(ProcessMs() - before < 2);
  }
}

TEST_CASE("threads: nobody waits actively where threads outnumber CPUs", "[threads]") {
  const Threads many(512);
  const Waiting waiting(10'000'000);
  CHECK(Sum(5000, 50, 16) == int64_t{5000} * 4999 / 2);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  const double before = ProcessMs();
  for (int i = 0; i < 5; ++i) {
    CHECK(Sum(640, 10, 16) == int64_t{640} * 639 / 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  CHECK(ProcessMs() - before < (kTsan ? 100 : 25));  // 15 workers, 10 ms each, would be hundreds
}

TEST_CASE("threads: a nested loop runs serially where it is", "[threads]") {
  const Threads four(4);
  std::atomic<int64_t> sum{0};
  std::atomic<bool> own{true};
  CHECK_FALSE(InTask());
  ParallelFor(64, 1, 4, nullptr, [&](int64_t begin, int64_t) {
    const std::thread::id self = std::this_thread::get_id();
    if (!InTask() || WorthWhile(1e12, 4) != 1) own = false;
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

TEST_CASE("threads: a nested loop leaves polling to the outer one", "[threads]") {
  const Threads two(2);
  std::atomic<int> polls{0};
  const Cancel cancel = {[](void* user) -> int32_t { return ++*static_cast<std::atomic<int>*>(user), 0; }, &polls};
  ParallelFor(2, 1, 2, nullptr, [&](int64_t, int64_t) {
    for (int threads : {1, 2}) ParallelFor(50, 1, threads, &cancel, [](int64_t, int64_t) { Busy(500); });
  });
  CHECK(polls.load() == 0);
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
  if (pthread_attr_setstacksize(&attributes, 16384) != 0 || kTsan) return;
  pthread_t thread;
  void* result = nullptr;
  REQUIRE(pthread_create(
              &thread, &attributes, [](void*) -> void* { return reinterpret_cast<void*>(Sum(5000, 7, 3)); }, nullptr) ==
          0);
  pthread_join(thread, &result);
  CHECK(reinterpret_cast<int64_t>(result) == int64_t{5000} * 4999 / 2);
  pthread_attr_destroy(&attributes);
}

TEST_CASE("threads: many short loops of several callers all end", "[threads]") {
  // A lost wake-up shows as callers that stand still: the watchdog kills the process with a message instead of waiting.
  const Threads four(4);
  constexpr int kCallers = 4;
  constexpr auto kRun = std::chrono::milliseconds(2000), kPatience = std::chrono::milliseconds(60'000);
  std::atomic<int64_t> calls[kCallers] = {};
  std::atomic<bool> end{false};
  std::atomic<int> wrong{0}, running{kCallers};
  std::vector<std::thread> callers;
  for (int t = 0; t < kCallers; ++t) {
    callers.emplace_back([&, t] {
      // Loops of 2 to 65 chunks, from nothing to some microseconds each, so that workers fall asleep and wake at every
      // possible moment; now and then a pause in which all of them sleep.
      for (int64_t i = t; !end; ++i) {
        const int64_t n = 2 + i * 7 % 64;
        if (i % 5 == 0) {
          ParallelFor(n % 8 + 2, 1, 4, nullptr, [&](int64_t begin, int64_t) { Busy(static_cast<int>(begin % 6)); });
        }
        if (Sum(n, 1, 2 + static_cast<int>(i % 3)) != n * (n - 1) / 2) ++wrong;
        if (i % 97 == 0) std::this_thread::sleep_for(std::chrono::microseconds(50));
        ++calls[t];
      }
      --running;
    });
  }
  const auto start = std::chrono::steady_clock::now();
  auto moved = start;
  int64_t seen = -1;
  for (;;) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const auto now = std::chrono::steady_clock::now();
    if (now - start > kRun) end = true;
    if (end && running == 0) break;
    int64_t slowest = calls[0];
    for (const auto& count : calls) slowest = std::min(slowest, count.load());
    if (slowest != seen) {
      seen = slowest;
      moved = now;
    }
    if (now - moved > kPatience) {
      std::fprintf(stderr, "threads: a caller stands still after %lld loops\n", static_cast<long long>(seen));
      std::abort();
    }
  }
  for (std::thread& t : callers) t.join();
  CHECK(wrong.load() == 0);
  for (const auto& count : calls) CHECK(count.load() > 0);
}
