// What the tests of the thread pool share: loops with a known result, and which sanitizer is on.
#ifndef NUMRS_TESTS_C_THREADS_SUPPORT_H_
#define NUMRS_TESTS_C_THREADS_SUPPORT_H_

#include <atomic>
#include <chrono>
#include <cstdint>

#include "catch.h"
#include "core/threads.h"

#if defined(__has_feature)
#define NUMRS_HAS_FEATURE(x) __has_feature(x)
#else
#define NUMRS_HAS_FEATURE(x) 0
#endif
#if defined(__SANITIZE_THREAD__) || NUMRS_HAS_FEATURE(thread_sanitizer)
constexpr bool kTsan = true;
#else
constexpr bool kTsan = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || NUMRS_HAS_FEATURE(address_sanitizer)
constexpr bool kAsan = true;
#else
constexpr bool kAsan = false;
#endif

namespace numrs {

// Sets the number of threads for a scope.
struct Threads {
  explicit Threads(int n) : before(NumThreads()) { REQUIRE(SetNumThreads(n) == NUMRS_OK); }
  ~Threads() { SetNumThreads(before); }
  int before;
};

inline void Busy(int microseconds) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::microseconds(microseconds);
  while (std::chrono::steady_clock::now() < end) {
  }
}

// The sum of [0, n), or -1 when the loop fails.
inline int64_t Sum(int64_t n, int64_t grain, int threads) {
  std::atomic<int64_t> sum{0};
  const Status status = ParallelFor(n, grain, threads, nullptr, [&](int64_t begin, int64_t end) {
    int64_t part = 0;
    for (int64_t i = begin; i < end; ++i) part += i;
    sum.fetch_add(part, std::memory_order_relaxed);
  });
  return status == NUMRS_OK ? sum.load() : -1;
}

}  // namespace numrs

#endif  // NUMRS_TESTS_C_THREADS_SUPPORT_H_
