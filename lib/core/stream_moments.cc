// Moments of a stream: sums, second moments and extremes by the kernels of the reductions, block by block in their
// tree, so that the bits are those of one call; third and fourth moments joined after Pebay (2008).
#include <cmath>
#include <cstring>
#include <limits>

#include "core/stream.h"
#include "core/tables.h"

namespace numrs {

StreamMoments MomentStream::Block(const Kernels& kernels, const double* x, int64_t n) {
  alignas(8) double sum[3], moments[3], least[3], most[3];
  const ReduceTable& t = kernels.reduce;
  t.rows[kReduce_sum][kF64](x, 0, 1, n, sum);
  t.rows[kReduce_var][kF64](x, 0, 1, n, moments);
  t.rows[kReduce_min][kF64](x, 0, 1, n, least);
  t.rows[kReduce_max][kF64](x, 0, 1, n, most);
  StreamMoments s{static_cast<double>(n), sum[0], moments[0], moments[1], 0, 0, least[0], most[0]};
  for (int64_t i = 0; i < n; i++) {
    const double d = x[i] - s.mean, square = d * d;
    s.m3 += square * d;
    s.m4 += square * square;
  }
  return s;
}

StreamMoments MomentStream::Join(const StreamMoments& a, const StreamMoments& b) {
  if (a.count == 0) return b;
  if (b.count == 0) return a;
  const double n = a.count + b.count, part = b.count / n, other = a.count / n, delta = b.mean - a.mean;
  StreamMoments s;
  s.count = n;
  s.sum = a.sum + b.sum;
  // As ops/reduce.h joins the states of var, so that the bits are the same.
  s.mean = a.mean + delta * part;
  s.m2 = (a.m2 + b.m2) + (delta * delta) * (a.count * part);
  const double d2 = delta * delta;
  s.m3 = a.m3 + b.m3 + d2 * delta * a.count * part * (other - part) + 3 * delta * (other * b.m2 - part * a.m2);
  s.m4 = a.m4 + b.m4 + d2 * d2 * a.count * part * (other * other - other * part + part * part) +
         6 * d2 * (other * other * b.m2 + part * part * a.m2) + 4 * delta * (other * b.m3 - part * a.m3);
  const bool nan = a.least != a.least || b.least != b.least;
  s.least = nan ? std::numeric_limits<double>::quiet_NaN()
            : a.least < b.least || (a.least == b.least && std::signbit(a.least)) ? a.least
                                                                                 : b.least;
  s.most = nan                                                              ? std::numeric_limits<double>::quiet_NaN()
           : a.most > b.most || (a.most == b.most && !std::signbit(a.most)) ? a.most
                                                                            : b.most;
  return s;
}

void MomentStream::Add(const Kernels& kernels, const double* x, int64_t n) {
  while (n > 0) {
    const int64_t taken = n < kReduceBlock - waiting_ ? n : kReduceBlock - waiting_;
    std::memcpy(buffer_ + waiting_, x, static_cast<size_t>(taken) * sizeof(double));
    waiting_ += taken;
    x += taken;
    n -= taken;
    if (waiting_ < kReduceBlock) return;
    StreamMoments s = Block(kernels, buffer_, kReduceBlock);
    for (int64_t carry = blocks_; carry & 1; carry >>= 1) s = Join(stack_[--levels_], s);
    stack_[levels_++] = s;
    blocks_++;
    waiting_ = 0;
  }
}

StreamMoments MomentStream::Total(const Kernels& kernels) const {
  int64_t top = levels_;
  StreamMoments s{};
  if (waiting_ > 0)
    s = Block(kernels, buffer_, waiting_);
  else if (top > 0)
    s = stack_[--top];
  while (top > 0) s = Join(stack_[--top], s);
  return Join(s, merged_);
}

void MomentStream::Merge(const Kernels& kernels, const MomentStream& other) {
  merged_ = Join(merged_, other.Total(kernels));
}

void MomentStream::Value(const Kernels& kernels, double correction, double* y) const {
  const StreamMoments s = Total(kernels);
  const double nan = std::numeric_limits<double>::quiet_NaN(), n = s.count, divisor = n - correction;
  const double least = 0x1p-52 * s.mean, variance = s.m2 / n;
  const bool shape = n > 0 && variance > least * least;
  const double all[] = {n,
                        s.sum / n,
                        n == 0 ? nan : s.m2 / (divisor > 0 ? divisor : 0.0),
                        s.least,
                        s.most,
                        shape ? s.m3 / n / (variance * std::sqrt(variance)) : nan,
                        shape ? s.m4 / n / (variance * variance) - 3 : nan};
  for (int k = 0; k < 7; k++) y[k] = (n == 0 && k > 0) || all[k] != all[k] ? nan : all[k];
}

bool MomentStream::IsSane() const {
  const MomentStream fresh;
  return magic_ == fresh.magic_ && blocks_ >= 0 && waiting_ >= 0 && waiting_ < kReduceBlock &&
         levels_ == __builtin_popcountll(static_cast<uint64_t>(blocks_)) && levels_ <= kLevels;
}

}  // namespace numrs
