// Groups: the places of each group's elements are found once by counting, then every line is gathered in that order and
// each group reduced as a line of its own.
#include "core/group.h"

#include <cstring>
#include <limits>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/scratch.h"
#include "core/stats_tables.h"

namespace numrs {

namespace {
// Reduction of the same name, where the way is REDUCE.
enum : int32_t { kReduce_first = -1, kReduce_last = -1, kReduce_median = -1, kReduce_quantile = -1 };
}  // namespace

const GroupRow kGroupRows[kGroupOps] = {
#define NUMRS_GROUP(id, name, way, result, parameter) \
  {"group_" #name, GroupWay::way, GroupResult::result, kReduce_##name},
#include "table/group.def"
};

int32_t GroupResultDType(int32_t op, int32_t x) {
  switch (kGroupRows[op].result) {
    case GroupResult::SUM:
      return ReduceResultDType(ReduceResult::SUM, x);
    case GroupResult::FLOAT:
      return FloatOf(x);
    case GroupResult::INDEX:
      return kI64;
    default:
      return x;
  }
}

namespace {

// dtype in which the elements enter the kernel.
int32_t GroupCompute(int32_t op, int32_t x) {
  const GroupRow& row = kGroupRows[op];
  if (row.way == GroupWay::QUANTILE) return kF64;
  return row.result == GroupResult::FLOAT ? FloatOf(x) : x;
}

class GroupRunner {
 public:
  GroupRunner(const Run& run, const GroupJob& job) : run_(run), job_(job), row_(kGroupRows[job.op]) {
    compute_ = GroupCompute(job.op, job.x.dtype);
    result_ = GroupResultDType(job.op, job.x.dtype);
    n_ = job.x.shape[job.axis];
    groups_ = job.y.shape[job.axis];
    for (int d = 0; d < job.x.ndim; d++) lines_ = d == job.axis ? lines_ : TimesExtent(lines_, job.x.shape[d]);
  }

  Status Execute() {
    if (lines_ == 0 || job_.y.size == 0) return CheckKeys();  // groups may be any number then
    // places (n) | begins (groups + 1)
    int64_t words;
    if (__builtin_add_overflow(n_, groups_ + 2, &words) || words > (int64_t{1} << 57)) return NoMemory();
    Workspace index(static_cast<size_t>(words) * 8);
    if (!index.ok()) return NoMemory();
    places_ = index.as<int64_t>();
    begins_ = places_ + n_;
    NUMRS_TRY(Count());
    const double work = static_cast<double>(lines_) * (static_cast<double>(n_) * 3 + static_cast<double>(groups_) * 20);
    const int threads = run_.Threads(work);
    // converted line | gathered line | results | converted results | states
    const size_t bytes = static_cast<size_t>(2 * n_ + 2 * groups_ + 32) * 8;
    size_t total;
    if (__builtin_mul_overflow(bytes, static_cast<size_t>(threads), &total)) return NoMemory();
    Workspace workspace(total);
    if (!workspace.ok()) return NoMemory();
    ScratchSlots slots(workspace.data(), bytes, threads);
    const double line_ns = work / static_cast<double>(lines_);
    const int64_t grain = line_ns > 100000 ? 1 : static_cast<int64_t>(200000 / (line_ns + 1)) + 1;
    return ParallelFor(lines_, grain, threads, run_.cancel, [&](int64_t begin, int64_t end) {
      ScratchSlots::Lease lease(slots);
      for (int64_t line = begin; line < end; line++) Line(line, lease.data());
    });
  }

 private:
  Status NoMemory() const {
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for the order of %lld elements", row_.name, (long long)n_);
  }

  Status ReadKeys(int64_t* keys) const {
    const int64_t shape[] = {n_};
    NUMRS_TRY(Convert(run_, row_.name, job_.keys, ContiguousView(keys, kI64, 1, shape)));
    for (int64_t i = 0; i < n_; i++) {
      if (keys[i] < 0 || keys[i] >= groups_) {
        return Fail(NUMRS_BAD_INDEX, "%s: keys[%lld] is %lld, expected 0 to %lld", row_.name, (long long)i,
                    (long long)keys[i], (long long)(groups_ - 1));
      }
    }
    return NUMRS_OK;
  }
  Status CheckKeys() const {
    Workspace memory(static_cast<size_t>(n_) * 8);
    return memory.ok() ? ReadKeys(memory.as<int64_t>()) : NoMemory();
  }

  // Stable counting sort of the indices by their keys.
  Status Count() {
    Workspace memory(static_cast<size_t>(n_) * 8);
    if (!memory.ok()) return NoMemory();
    int64_t* keys = memory.as<int64_t>();
    NUMRS_TRY(ReadKeys(keys));
    std::memset(begins_, 0, static_cast<size_t>(groups_ + 2) * 8);
    for (int64_t i = 0; i < n_; i++) begins_[keys[i] + 2]++;
    const bool needs_element =
        row_.result == GroupResult::SAME && KindOf(job_.x.dtype) != Kind::FLOAT && job_.y.size != 0;
    for (int64_t g = 0; g < groups_; g++) {
      if (needs_element && begins_[g + 2] == 0) {
        return Fail(NUMRS_BAD_ARGUMENT, "%s: group %lld has no element, of which integers have no %s", row_.name,
                    (long long)g, row_.name + 6);
      }
    }
    // begins_[g + 1] becomes the place after the elements of the groups before g, then moves on with each element.
    for (int64_t g = 2; g <= groups_; g++) begins_[g] += begins_[g - 1];
    for (int64_t i = 0; i < n_; i++) places_[begins_[keys[i] + 1]++] = i;
    return NUMRS_OK;
  }

  char* At(const View& v, int64_t line) const {
    uintptr_t p = reinterpret_cast<uintptr_t>(v.data);
    for (int d = v.ndim - 1; d >= 0; d--) {
      if (d == job_.axis) continue;
      p += static_cast<uintptr_t>(line % v.shape[d] * v.strides[d]);
      line /= v.shape[d];
    }
    return reinterpret_cast<char*>(p);
  }

  template <typename T>
  void GatherAs(const void* from, void* to) const {
    for (int64_t i = 0; i < n_; i++) {
      std::memcpy(static_cast<char*>(to) + i * static_cast<int64_t>(sizeof(T)),
                  static_cast<const char*>(from) + places_[i] * static_cast<int64_t>(sizeof(T)), sizeof(T));
    }
  }

  void Line(int64_t line, char* memory) const {
    char *flat = memory, *gathered = flat + n_ * 8, *results = gathered + n_ * 8, *converted = results + groups_ * 8,
         *states = converted + groups_ * 8;
    const int64_t x_size = job_.x.itemsize(), size = SizeOf(compute_);
    if (n_ > 0) {
      const void* x = At(job_.x, line);
      if (job_.x.strides[job_.axis] != x_size) {
        run_.kernels.copy.pack[SizeIndex(x_size)](x, job_.x.strides[job_.axis], gathered, n_);
        x = gathered;
      }
      if (job_.x.dtype != compute_) {
        run_.kernels.copy.cast[job_.x.dtype][compute_](x, flat, n_);
        x = flat;
      } else if (x == gathered) {
        std::memcpy(flat, gathered, static_cast<size_t>(n_ * size));
        x = flat;
      }
      size == 1   ? GatherAs<uint8_t>(x, gathered)
      : size == 2 ? GatherAs<uint16_t>(x, gathered)
      : size == 4 ? GatherAs<uint32_t>(x, gathered)
                  : GatherAs<uint64_t>(x, gathered);
    }
    for (int64_t g = 0; g < groups_; g++) {
      const int64_t begin = begins_[g], count = begins_[g + 1] - begin;
      One(gathered + begin * size, count, results + g * SizeOf(result_), states);
    }
    const void* from = results;
    if (job_.y.dtype != result_) {
      run_.kernels.copy.cast[result_][job_.y.dtype](results, converted, groups_);
      from = converted;
    }
    run_.kernels.copy.unpack[SizeIndex(job_.y.itemsize())](from, At(job_.y, line), job_.y.strides[job_.axis], groups_);
  }

  template <typename T>
  static void StoreOne(double value, char* y) {
    const T v = static_cast<T>(value);
    std::memcpy(y, &v, sizeof(v));
  }
  void StoreFloat(double value, char* y) const {
    if (value != value) value = std::numeric_limits<double>::quiet_NaN();
    switch (result_) {
      case kF16:
        return StoreOne<Half>(value, y);
      case kBF16:
        return StoreOne<BFloat16>(value, y);
      case kF32:
        return StoreOne<float>(value, y);
      default:
        return StoreOne<double>(value, y);
    }
  }

  void One(char* x, int64_t count, char* y, char* states) const {
    const int64_t size = SizeOf(compute_);
    if (count == 0 && row_.result != GroupResult::SUM && row_.result != GroupResult::INDEX) {
      StoreFloat(std::numeric_limits<double>::quiet_NaN(), y);
      return;
    }
    switch (row_.way) {
      case GroupWay::REDUCE:
        run_.kernels.reduce.rows[row_.reduce][compute_](x, 0, 1, count, states);
        run_.kernels.reduce.finish[row_.reduce][compute_](states, 1, count, job_.parameter, y);
        break;
      case GroupWay::FIRST:
      case GroupWay::LAST:
        std::memcpy(y, x + (row_.way == GroupWay::LAST ? count - 1 : 0) * size, static_cast<size_t>(size));
        if (compute_ == kBOOL) *y = *y != 0;
        break;
      case GroupWay::QUANTILE: {
        double* values = reinterpret_cast<double*>(x);
        double value = 0;
        for (int64_t i = 0; i < count; i++) value = values[i] == values[i] ? value : values[i];
        if (value == value) value = run_.kernels.stats->quantile(values, count, job_.parameter);
        StoreFloat(value, y);
        break;
      }
    }
  }

  const Run& run_;
  const GroupJob& job_;
  const GroupRow& row_;
  int32_t compute_, result_;
  int64_t n_, groups_, lines_ = 1;
  int64_t *places_ = nullptr, *begins_ = nullptr;
};

// The bin of v: the last k with edges[k] <= v; -1: none.
struct Bins {
  const double* edges;
  int64_t count;  // of bins
  double scale;   // bins per unit where the edges are even

  Bins(const double* e, int64_t n) : edges(e), count(n), scale(static_cast<double>(n) / (e[n] - e[0])) {}

  int64_t Of(double v) const {
    if (!(v >= edges[0] && v <= edges[count])) return -1;
    const double guess = (v - edges[0]) * scale;
    int64_t k = guess > 0 && guess < static_cast<double>(count) ? static_cast<int64_t>(guess) : 0;
    if (v == edges[count]) k = count - 1;
    if (edges[k] <= v && (v < edges[k + 1] || k == count - 1)) return k;
    if (k > 0 && edges[k - 1] <= v && v < edges[k]) return k - 1;
    if (k + 2 <= count && edges[k + 1] <= v && v < edges[k + 2]) return k + 1;
    int64_t low = 0, high = count;  // edges[low] <= v, and v < edges[high] or high == count
    while (high - low > 1) {
      const int64_t middle = low + (high - low) / 2;
      (edges[middle] <= v ? low : high) = middle;
    }
    return low;
  }
};

}  // namespace

Status RunGroup(const Run& run, const GroupJob& job) {
  if (run.device) {
    return job.y.size == 0 && job.keys.size == 0 ? static_cast<Status>(NUMRS_OK)
                                                 : OnDevice(run, kGroupRows[job.op].name, &DeviceKernels::group, job);
  }
  return GroupRunner(run, job).Execute();
}

Status RunHistogram(const Run& run, const HistogramJob& job) {
  const View &x = job.x, &weights = job.weights, &edges = job.edges, &counts = job.counts;
  const char* name = job.function;
  if (run.device) return OnDevice(run, name, &DeviceKernels::histogram, job);
  const int64_t bins = counts.shape[0];
  const bool weighted = weights.ndim >= 0;
  // edges | counts | x | weights
  Workspace memory(static_cast<size_t>(2 * bins + 1 + x.size * (weighted ? 2 : 1)) * 8);
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld elements", name, (long long)x.size);
  double *limits = memory.as<double>(), *sums = limits + bins + 1, *values = sums + bins, *shares = values + x.size;
  int64_t* numbers = reinterpret_cast<int64_t*>(sums);
  NUMRS_TRY(Convert(run, name, edges, ContiguousView(limits, kF64, 1, edges.shape)));
  for (int64_t k = 0; k <= bins; k++) {
    if (limits[k] == limits[k] && (k == 0 || limits[k - 1] <= limits[k])) continue;
    return Fail(NUMRS_BAD_ARGUMENT, "%s: edges[%lld] is %g%s, expected edges that do not decrease", name, (long long)k,
                limits[k], limits[k] != limits[k] ? "" : " and less than the one before");
  }
  NUMRS_TRY(Convert(run, name, x, ContiguousView(values, kF64, x.ndim, x.shape)));
  if (weighted) NUMRS_TRY(Convert(run, name, weights, ContiguousView(shares, kF64, x.ndim, x.shape)));
  std::memset(sums, 0, static_cast<size_t>(bins) * 8);
  const Bins find(limits, bins);
  NUMRS_TRY(ParallelFor(x.size, 1 << 18, 1, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const int64_t k = find.Of(values[i]);
      if (k < 0) continue;
      if (weighted)
        sums[k] += shares[i];
      else
        numbers[k]++;
    }
  }));
  return Convert(run, name, ContiguousView(sums, weighted ? kF64 : kI64, 1, counts.shape), counts);
}

}  // namespace numrs
