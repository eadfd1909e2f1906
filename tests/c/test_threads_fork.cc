// Tests of the thread pool in the children of forks. A child that hangs is killed by its alarm, and the test fails.
#include "catch.h"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <thread>
#include <vector>

#include "core/threads.h"
#include "threads_support.h"

using namespace numrs;

namespace {

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
  const int forks = kTsan ? 20 : 300;
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
  if (kAsan || kTsan) return;  // the sanitizers' own work at the child's exit misses its other threads
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
