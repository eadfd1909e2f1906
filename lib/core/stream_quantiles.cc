// Quantiles of a stream: every value is kept, in sorted runs that are merged when the last two have nearly one length.
#include <algorithm>
#include <cstring>
#include <limits>

#include "core/memory.h"
#include "core/stream.h"

namespace numrs {
namespace {
constexpr uint64_t kMagic = 0x316e617571736d75;
struct Head {
  uint64_t magic;
  int64_t count, missing;
};
}  // namespace

QuantileStream::~QuantileStream() {
  PoolFree(values_);
  PoolFree(room_);
}

Status QuantileStream::Reserve(const char* function, int64_t count) {
  if (count <= capacity_) return NUMRS_OK;
  const int64_t wanted = count + count / 2 + 1024;
  double* values =
      wanted < (int64_t{1} << 56) ? static_cast<double*>(PoolAllocate(static_cast<size_t>(wanted) * 8)) : nullptr;
  double* room = values ? static_cast<double*>(PoolAllocate(static_cast<size_t>(wanted) * 8)) : nullptr;
  if (!room) {
    PoolFree(values);
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld values", function, (long long)count);
  }
  if (count_ > 0) std::memcpy(values, values_, static_cast<size_t>(count_) * 8);
  PoolFree(values_);
  PoolFree(room_);
  values_ = values;
  room_ = room;
  capacity_ = wanted;
  return NUMRS_OK;
}

// Sorts the tail into a run and merges runs until each is more than twice as long as the next.
void QuantileStream::Settle() {
  std::sort(values_ + sorted_, values_ + count_);
  runs_[run_count_++] = count_ - sorted_;
  sorted_ = count_;
  int64_t end = count_;
  while (run_count_ > 1 && runs_[run_count_ - 2] <= 2 * runs_[run_count_ - 1]) {
    const int64_t b = runs_[run_count_ - 1], a = runs_[run_count_ - 2];
    double *first = values_ + end - a - b, *middle = values_ + end - b;
    std::merge(first, middle, middle, values_ + end, room_);
    std::memcpy(first, room_, static_cast<size_t>(a + b) * 8);
    runs_[run_count_ - 2] = a + b;
    run_count_--;
  }
}

Status QuantileStream::Add(const char* function, const double* x, int64_t n) {
  NUMRS_TRY(Reserve(function, count_ + n));
  for (int64_t i = 0; i < n; i++) {
    if (x[i] != x[i]) {
      missing_++;
      continue;
    }
    values_[count_++] = x[i] + 0.0;  // one zero
  }
  if (count_ - sorted_ >= kTail) Settle();
  return NUMRS_OK;
}

Status QuantileStream::Merge(const char* function, const QuantileStream& other) {
  const int64_t n = other.count_;
  NUMRS_TRY(Reserve(function, count_ + n));
  if (n > 0) std::memmove(values_ + count_, other.values_, static_cast<size_t>(n) * 8);
  missing_ += other.missing_;
  count_ += n;
  if (count_ - sorted_ >= kTail) Settle();
  return NUMRS_OK;
}

// The value of that rank (from 0 on): bisection over the bits of doubles, each step counts what is not greater.
double QuantileStream::At(int64_t rank) const {
  const auto key = [](double v) {
    int64_t bits;
    std::memcpy(&bits, &v, sizeof(bits));
    return bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
  };
  const auto value = [](int64_t bits) {
    bits = bits < 0 ? bits ^ std::numeric_limits<int64_t>::max() : bits;
    double v;
    std::memcpy(&v, &bits, sizeof(v));
    return v;
  };
  int64_t low = key(-std::numeric_limits<double>::infinity()), high = key(std::numeric_limits<double>::infinity());
  while (low < high) {
    const int64_t middle = low + static_cast<int64_t>((static_cast<uint64_t>(high) - static_cast<uint64_t>(low)) / 2);
    const double v = value(middle);
    int64_t not_greater = 0, begin = 0;
    for (int r = 0; r < run_count_; r++) {
      not_greater += std::upper_bound(values_ + begin, values_ + begin + runs_[r], v) - (values_ + begin);
      begin += runs_[r];
    }
    for (int64_t i = begin; i < count_; i++) not_greater += values_[i] <= v;
    if (not_greater > rank)
      high = middle;
    else
      low = middle + 1;
  }
  return value(low) + 0.0;
}

double QuantileStream::Value(double q) const {
  if (count_ == 0 || missing_ > 0) return std::numeric_limits<double>::quiet_NaN();
  const double place = q * static_cast<double>(count_ - 1);
  const int64_t k = static_cast<int64_t>(place);
  const double lower = At(k), part = place - static_cast<double>(k);
  if (part == 0 || k + 1 >= count_) return lower;
  const double upper = At(k + 1), step = upper - lower;
  if (upper == lower) return lower;
  return part < 0.5 ? lower + step * part : upper - step * (1 - part);
}

size_t QuantileStream::SavedBytes() const { return sizeof(Head) + static_cast<size_t>(count_) * 8; }

void QuantileStream::Save(void* buffer) const {
  const Head head{kMagic, count_, missing_};
  std::memcpy(buffer, &head, sizeof(head));
  if (count_ > 0) std::memcpy(static_cast<char*>(buffer) + sizeof(head), values_, static_cast<size_t>(count_) * 8);
}

Status QuantileStream::Load(const char* function, const void* buffer, size_t size) {
  Head head{};
  if (size >= sizeof(head)) std::memcpy(&head, buffer, sizeof(head));
  const bool sane = head.magic == kMagic && head.count >= 0 && head.missing >= 0 && (size - sizeof(head)) % 8 == 0 &&
                    static_cast<uint64_t>(head.count) == (size - sizeof(head)) / 8 && head.missing < (int64_t{1} << 62);
  if (!sane) return Fail(NUMRS_BAD_ARGUMENT, "%s: buffer holds no saved state", function);
  NUMRS_TRY(Reserve(function, head.count));
  missing_ = head.missing;
  const char* from = static_cast<const char*>(buffer) + sizeof(head);
  for (int64_t i = 0; i < head.count; i++) {
    double v;
    std::memcpy(&v, from + i * 8, sizeof(v));
    if (v != v) return Fail(NUMRS_BAD_ARGUMENT, "%s: buffer holds no saved state", function);
    values_[count_++] = v + 0.0;
  }
  if (count_ > 0) Settle();
  return NUMRS_OK;
}

}  // namespace numrs
