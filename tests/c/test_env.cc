// Tests of what a call finds and leaves: the floating-point environment, and the environment variables' readers.
#include "catch.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "core/cpu_info.h"
#include "core/env.h"
#include "core/fp_environment.h"
#include "core/threads.h"

using namespace numrs;

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

// ---- NUMRS_NUM_THREADS: read once in a process, so each value needs one of its own ----

#if defined(__linux__)

TEST_CASE("threads: the default number, for other tests to run and read", "[.num_threads]") {
  const std::string text = "threads=" + std::to_string(NumThreads()) + "\n";
  REQUIRE(write(2, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

TEST_CASE("threads: NUMRS_NUM_THREADS", "[threads][env][exec]") {
  const std::string cores = "threads=" + std::to_string(UsableCores()) + "\n";
  const std::string warning = " cannot be used (allowed: 1 to 1024); using the default\n";
  static const char* value;
  const auto run = [](const char* text) {
    value = text;
    return ErrorsOf([] {
      value != nullptr ? setenv("NUMRS_NUM_THREADS", value, 1) : unsetenv("NUMRS_NUM_THREADS");
      const int null = open("/dev/null", O_WRONLY);
      dup2(null, 1);
      execl("/proc/self/exe", "test", "[.num_threads]", static_cast<char*>(nullptr));
      _exit(9);
    });
  };
  CHECK(run(nullptr) == cores);
  CHECK(run("") == cores);
  CHECK(run("3") == "threads=3\n");
  CHECK(run("1024") == "threads=1024\n");
  CHECK(run("abc") == "numrs: NUMRS_NUM_THREADS=abc" + warning + cores);
  CHECK(run("-3") == "numrs: NUMRS_NUM_THREADS=-3" + warning + cores);
  CHECK(run("99999999999") == "numrs: NUMRS_NUM_THREADS=99999999999" + warning + cores);
}

#endif
