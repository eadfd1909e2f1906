// In which order a loop over much memory takes its chunks: each such loop goes the other way than the one before it,
// and so begins with what that one left in the caches. Results never depend on it.
#pragma once

#include <atomic>
#include <cstdint>

#include "core/threads.h"

namespace numrs {

class Sweep {
 public:
  // Of a loop over [0, n) in chunks of `grain`; bytes: what it reads and writes for each of the n.
  Sweep(int64_t n, int64_t grain, double bytes) : n_(n), grain_(grain < 1 ? 1 : grain) {
    if (n <= grain_ || bytes * static_cast<double>(n) < kFrom) return;
    backward_ = !last_backward.load(std::memory_order_relaxed);
    last_backward.store(backward_, std::memory_order_relaxed);
  }
  // Makes the chunk [*begin, *end) the one whose turn it is: the last one instead of the first, and so on.
  void Turn(int64_t* begin, int64_t* end) const {
    if (!backward_) return;
    *begin = (n_ - 1) / grain_ * grain_ - *begin;
    *end = n_ - *begin < grain_ ? n_ : *begin + grain_;
  }

 private:
  static constexpr double kFrom = 256 << 10;  // less stays in the second-level cache anyway
  // Of the process: threads that run loops at the same time disturb each other's caches as well.
  static inline std::atomic<bool> last_backward{false};
  int64_t n_, grain_;
  bool backward_ = false;
};

// ParallelFor with a body that cannot fail, its chunks in the order of a sweep.
template <class F>
Status SweepFor(int64_t n, int64_t grain, double bytes, int threads, const Cancel* cancel, F&& body) {
  const Sweep sweep(n, grain, bytes);
  return ParallelFor(n, grain, threads, cancel, [&](int64_t begin, int64_t end) {
    sweep.Turn(&begin, &end);
    body(begin, end);
  });
}

}  // namespace numrs
