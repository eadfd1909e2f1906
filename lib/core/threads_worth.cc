// How many threads are worth while for a piece of work, and the settings of that. No threads are started here.
#include "core/threads.h"
#include "core/threads_pool.h"

namespace numrs {
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
  if (limit <= 1 || InTask()) return 1;
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
  NumThreads();
  return pool.spin_ns.load(std::memory_order_relaxed);
}

void SetSpinNs(int64_t ns) {
  NumThreads();
  if (ns >= 0 && ns <= kMostSpinUs * 1000) pool.spin_ns.store(ns, std::memory_order_relaxed);
}

}  // namespace numrs
