// The state of streams: moments by the fixed tree of the reductions, and all values in sorted runs for quantiles.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/reduce_tables.h"
#include "core/status.h"

namespace numrs {

struct Kernels;

// Moments of some values that follow each other.
struct StreamMoments {
  double count, sum, mean, m2, m3, m4, least, most;
};

// A whole block of values is reduced and joined with the ones before as a binary counter adds ones.
class MomentStream {
 public:
  void Add(const Kernels& kernels, const double* x, int64_t n);
  void Merge(const Kernels& kernels, const MomentStream& other);
  void Value(const Kernels& kernels, double correction, double* y) const;
  double Sum(const Kernels& kernels) const { return Total(kernels).sum; }
  bool IsSane() const;  // after a load

 private:
  static constexpr int kLevels = 52;
  static StreamMoments Block(const Kernels& kernels, const double* x, int64_t n);
  static StreamMoments Join(const StreamMoments& a, const StreamMoments& b);
  StreamMoments Total(const Kernels& kernels) const;

  uint64_t magic_ = 0x316d6f6d736d756e;  // of the state's layout
  int64_t blocks_ = 0, waiting_ = 0, levels_ = 0;
  StreamMoments merged_{};  // of other streams
  StreamMoments stack_[kLevels] = {};
  double buffer_[kReduceBlock] = {};
};

// Sorted runs whose lengths halve from one to the next, in one piece of memory. No NaN among them.
class QuantileStream {
 public:
  QuantileStream() = default;
  ~QuantileStream();
  QuantileStream(const QuantileStream&) = delete;
  QuantileStream& operator=(const QuantileStream&) = delete;

  Status Add(const char* function, const double* x, int64_t n);
  Status Merge(const char* function, const QuantileStream& other);
  double Value(double q) const;
  int64_t count() const { return count_ + missing_; }
  size_t SavedBytes() const;
  void Save(void* buffer) const;
  Status Load(const char* function, const void* buffer, size_t size);

 private:
  static constexpr int kRuns = 64;
  static constexpr int64_t kTail = 256;  // values that are sorted together at first
  Status Reserve(const char* function, int64_t count);
  void Settle();
  double At(int64_t rank) const;

  double *values_ = nullptr, *room_ = nullptr;
  int64_t capacity_ = 0, count_ = 0, missing_ = 0;
  int64_t runs_[kRuns] = {};  // lengths of the sorted runs; what follows them is the unsorted tail
  int run_count_ = 0;
  int64_t sorted_ = 0;
};

}  // namespace numrs
