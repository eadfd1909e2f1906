// A lock for critical sections of a few nanoseconds: one atomic exchange to take, one store to give back.
#ifndef NUMRS_CORE_SPIN_LOCK_H_
#define NUMRS_CORE_SPIN_LOCK_H_

#include <sched.h>

#include <atomic>

#include "core/futex.h"

namespace numrs {

class SpinLock {
 public:
  void lock() {
    if (__builtin_expect(taken_.exchange(true, std::memory_order_acquire), false)) Wait();
  }
  bool try_lock() {
    return !taken_.load(std::memory_order_relaxed) && !taken_.exchange(true, std::memory_order_acquire);
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  __attribute__((noinline)) void Wait() {
    do {
      // Its holder may have lost the core: do not keep it from coming back.
      for (int i = 0; taken_.load(std::memory_order_relaxed); ++i) {
        if (i < 64) {
          CpuRelax();
        } else {
          sched_yield();
        }
      }
    } while (taken_.exchange(true, std::memory_order_acquire));
  }

  std::atomic<bool> taken_{false};
};

class SpinGuard {
 public:
  explicit SpinGuard(SpinLock& lock) : lock_(lock) { lock_.lock(); }
  ~SpinGuard() { lock_.unlock(); }
  SpinGuard(const SpinGuard&) = delete;
  SpinGuard& operator=(const SpinGuard&) = delete;

 private:
  SpinLock& lock_;
};

}  // namespace numrs

#endif  // NUMRS_CORE_SPIN_LOCK_H_
