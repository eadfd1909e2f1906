// Searching in sorted lines, the different elements of an array, and values on the lines between points, on the CPU.
#include "core/order_search.h"

#include <cstring>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/order_tables.h"
#include "core/interp_line.h"

namespace numrs {
namespace {

constexpr int64_t kSearchChunk = 16 * 1024, kPlaces = 256;

Status NoMemory(const char* function) { return Fail(NUMRS_NO_MEMORY, "%s: no memory for buffers", function); }

// Elements of any view as a contiguous line of a dtype, bools as 0 and 1: where they are if they can be used there.
class Line {
 public:
  Line(const View& x, int32_t dtype)
      : direct_(x.IsContiguous() && x.dtype == dtype && dtype != kBOOL &&
                reinterpret_cast<uintptr_t>(x.data) % static_cast<uintptr_t>(SizeOf(dtype)) == 0),
        memory_(direct_ ? 0 : static_cast<size_t>(x.size * SizeOf(dtype))),
        x_(x),
        dtype_(dtype) {}
  bool ok() const { return memory_.ok(); }
  Status Load(const Run& run, const char* function) {
    if (direct_) return NUMRS_OK;
    NUMRS_TRY(Convert(run, function, x_, ContiguousView(memory_.data(), dtype_, x_.ndim, x_.shape)));
    for (int64_t i = 0; dtype_ == kBOOL && i < x_.size; i++) memory_.as<uint8_t>()[i] = memory_.as<uint8_t>()[i] != 0;
    return NUMRS_OK;
  }
  const void* data() const { return direct_ ? x_.data : memory_.data(); }

 private:
  bool direct_;
  Workspace memory_;
  const View& x_;
  int32_t dtype_;
};

// May results of that dtype be written where they belong?
bool IsDirect(const View& y, int32_t dtype) {
  return y.IsContiguous() && y.dtype == dtype &&
         reinterpret_cast<uintptr_t>(y.data) % static_cast<uintptr_t>(SizeOf(dtype)) == 0;
}

// Which of the sorted elements are new; elements that differ in bits only (zeros) are not.
template <typename T>
bool Differs(const void* x, int64_t i, int64_t j) {
  const T a = static_cast<const T*>(x)[i], b = static_cast<const T*>(x)[j];
  return !(a == b);
}
using DiffersFn = bool (*)(const void*, int64_t, int64_t);
DiffersFn DiffersOf(int32_t dtype) {
  switch (dtype) {
    case kF32:
      return Differs<float>;
    case kF64:
      return Differs<double>;
    default:
      break;
  }
  switch (SizeOf(dtype)) {
    case 1:
      return Differs<uint8_t>;
    case 2:
      return Differs<uint16_t>;
    case 4:
      return Differs<uint32_t>;
    default:
      return Differs<uint64_t>;
  }
}

// Results on their way to an output: converted first, which needs memory, and written when nothing can fail any more.
class Delivery {
 public:
  Delivery() = default;
  ~Delivery() { PoolFree(memory_); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  // n: elements of the one dimension; -1: the output is filled.
  Status Prepare(const Run& run, const char* function, const void* data, int32_t dtype, const View& out, int64_t n) {
    out_ = out;
    if (n >= 0) out_.shape[0] = out_.size = n;
    copy_ = &run.kernels.copy;
    data_ = data;
    if (dtype == out_.dtype || out_.size == 0) return NUMRS_OK;
    memory_ = PoolAllocate(static_cast<size_t>(out_.size * out_.itemsize()));
    if (!memory_) return NoMemory(function);
    copy_->cast[dtype][out_.dtype](data, memory_, out_.size);
    data_ = memory_;
    return NUMRS_OK;
  }
  void Write() const {
    if (!copy_ || out_.size == 0) return;
    const int64_t size = out_.itemsize();
    const int inner = out_.ndim - 1;
    const char* from = static_cast<const char*>(data_);
    uintptr_t to = reinterpret_cast<uintptr_t>(out_.data);
    if (inner < 0) {
      std::memcpy(out_.data, from, static_cast<size_t>(size));
      return;
    }
    int64_t index[kMaxNDim] = {};
    for (;;) {
      copy_->unpack[SizeIndex(size)](from, reinterpret_cast<void*>(to), out_.strides[inner], out_.shape[inner]);
      from += out_.shape[inner] * size;
      int d = inner - 1;
      for (; d >= 0; d--) {
        to += static_cast<uintptr_t>(out_.strides[d]);
        if (++index[d] < out_.shape[d]) break;
        to -= static_cast<uintptr_t>(out_.strides[d] * out_.shape[d]);
        index[d] = 0;
      }
      if (d < 0) return;
    }
  }

 private:
  View out_;
  const CopyTable* copy_ = nullptr;
  const void* data_ = nullptr;
  void* memory_ = nullptr;
};

// Elements of any view as a contiguous line of float64: where they are if they can be used there.
class Numbers {
 public:
  explicit Numbers(const View& x)
      : direct_(x.IsContiguous() && x.dtype == kF64 && reinterpret_cast<uintptr_t>(x.data) % 8 == 0), x_(x) {}
  ~Numbers() { PoolFree(memory_); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  Status Load(const Run& run, const char* function) {
    if (direct_) return NUMRS_OK;
    memory_ = PoolAllocate(static_cast<size_t>(x_.size) * 8);
    if (!memory_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for buffers", function);
    return x_.size == 0 ? static_cast<Status>(NUMRS_OK)
                        : Convert(run, function, x_, ContiguousView(memory_, kF64, x_.ndim, x_.shape));
  }
  const double* data() const { return static_cast<const double*>(direct_ ? x_.data : memory_); }

 private:
  bool direct_;
  void* memory_ = nullptr;
  const View& x_;
};

}  // namespace

Status RunSearch(const Run& run, const SearchJob& job) {
  const char* function = job.function;
  const bool sorter = job.order.ndim >= 0;
  if (run.device) {
    if (job.y.size == 0 && !sorter) return NUMRS_OK;
    return OnDevice(run, function, &DeviceKernels::search, job);
  }
  const bool direct = IsDirect(job.y, kI64);
  Line line(job.sorted, job.compute), wanted(job.values, job.compute);
  const Workspace results(direct ? 0 : static_cast<size_t>(job.values.size) * 8);
  const Workspace positions(sorter ? static_cast<size_t>(job.order.size) * 8 : 0);
  if (!line.ok() || !wanted.ok() || !results.ok() || !positions.ok()) return NoMemory(function);
  if (sorter) {
    NUMRS_TRY(Convert(run, function, job.order, ContiguousView(positions.data(), kI64, 1, job.order.shape)));
    for (int64_t i = 0; i < job.order.size; i++) {
      const int64_t at = positions.as<int64_t>()[i];
      if (at < 0 || at >= job.sorted.size) {
        return Fail(NUMRS_BAD_INDEX, "%s: sorter[%lld] is %lld, expected 0 to %lld", function,
                    static_cast<long long>(i), static_cast<long long>(at), static_cast<long long>(job.sorted.size - 1));
      }
    }
  }
  NUMRS_TRY(line.Load(run, function));
  NUMRS_TRY(wanted.Load(run, function));
  int64_t* places = direct ? reinterpret_cast<int64_t*>(job.y.data) : results.as<int64_t>();
  const int64_t size = SizeOf(job.compute);
  const int threads = run.Threads(static_cast<double>(job.values.size) * 50);
  NUMRS_TRY(ParallelFor(job.values.size, kSearchChunk, threads, run.cancel, [&](int64_t begin, int64_t end) {
    run.kernels.order->search[job.compute](line.data(), sorter ? positions.as<int64_t>() : nullptr, job.sorted.size,
                                           static_cast<const char*>(wanted.data()) + begin * size, end - begin,
                                           job.right, places + begin);
  }));
  if (direct) return NUMRS_OK;
  return Convert(run, function, ContiguousView(places, kI64, job.values.ndim, job.values.shape), job.y);
}

Status RunUnique(const Run& run, const UniqueJob& job) {
  const char* function = job.function;
  if (run.device) {
    *job.count = 0;
    return job.x.size == 0 ? static_cast<Status>(NUMRS_OK) : OnDevice(run, function, &DeviceKernels::unique, job);
  }
  const OrderTable& table = *run.kernels.order;
  const int32_t dtype = OrderKernelDType(job.x.dtype);
  const int64_t n = job.x.size, size = SizeOf(dtype);
  const bool indices = job.indices.ndim >= 0, counts = job.counts.ndim >= 0, inverse = job.inverse.ndim >= 0;
  const bool places = indices || inverse;
  const int32_t op = places ? kOrder_argsort : kOrder_sort;
  Line line(job.x, dtype);
  const Workspace sorted(static_cast<size_t>(n * size)), order(places ? static_cast<size_t>(n) * 8 : 0),
      firsts(static_cast<size_t>(n) * 8), numbers(static_cast<size_t>(inverse ? n : 0) * 8),
      lengths(static_cast<size_t>(counts ? n : 0) * 8), scratch(OrderScratch(op, dtype, n));
  if (!line.ok() || !sorted.ok() || !order.ok() || !firsts.ok() || !numbers.ok() || !lengths.ok() || !scratch.ok())
    return NoMemory(function);
  NUMRS_TRY(line.Load(run, function));
  const OrderOptions options;
  OrderLine work = {line.data(), n, places ? order.data() : sorted.data(), nullptr, nullptr, &options, scratch.data()};
  table.line[op][dtype](work);
  const int64_t* at = order.as<int64_t>();
  char* element = sorted.as<char>();
  if (places) {
    const char* from = static_cast<const char*>(line.data());
    for (int64_t i = 0; i < n; i++) std::memcpy(element + i * size, from + at[i] * size, static_cast<size_t>(size));
  }
  const DiffersFn differs = DiffersOf(dtype);
  int64_t found = 0;
  for (int64_t i = 0; i < n; i++) {
    if (i == 0 || differs(element, i, i - 1)) {
      if (counts && found > 0) lengths.as<int64_t>()[found - 1] = i - firsts.as<int64_t>()[found - 1];
      firsts.as<int64_t>()[found++] = i;
    }
    if (inverse) numbers.as<int64_t>()[at[i]] = found - 1;
  }
  if (counts && found > 0) lengths.as<int64_t>()[found - 1] = n - firsts.as<int64_t>()[found - 1];
  for (int64_t i = 0; i < found; i++) {
    const int64_t first = firsts.as<int64_t>()[i];
    std::memmove(element + i * size, element + first * size, static_cast<size_t>(size));
    if (indices) firsts.as<int64_t>()[i] = at[first];
  }
  Delivery deliveries[4];
  NUMRS_TRY(deliveries[0].Prepare(run, function, element, dtype, job.values, found));
  if (indices) NUMRS_TRY(deliveries[1].Prepare(run, function, firsts.data(), kI64, job.indices, found));
  if (counts) NUMRS_TRY(deliveries[2].Prepare(run, function, lengths.data(), kI64, job.counts, found));
  if (inverse) NUMRS_TRY(deliveries[3].Prepare(run, function, numbers.data(), kI64, job.inverse, -1));
  for (const Delivery& delivery : deliveries) delivery.Write();
  *job.count = found;
  return NUMRS_OK;
}

Status RunInterp(const Run& run, const InterpJob& job) {
  const char* function = job.function;
  if (job.y.size == 0) return NUMRS_OK;
  if (run.device) return OnDevice(run, function, &DeviceKernels::interp, job);
  Numbers where(job.x), knots(job.xp), heights(job.fp);
  NUMRS_TRY(where.Load(run, function));
  NUMRS_TRY(knots.Load(run, function));
  NUMRS_TRY(heights.Load(run, function));
  const bool direct = IsDirect(job.y, kF64);
  const bool divide_once = job.x.size >= job.xp.size && job.xp.size > 1;
  const Workspace results(direct ? 0 : static_cast<size_t>(job.x.size) * 8);
  const Workspace slopes(divide_once ? static_cast<size_t>(job.xp.size) * 8 : 0);
  if (!results.ok() || !slopes.ok()) return NoMemory(function);
  double* to = direct ? reinterpret_cast<double*>(job.y.data) : results.as<double>();
  ops::Points points{knots.data(), heights.data(), divide_once ? slopes.as<double>() : nullptr,
                     job.xp.size,  job.left,       job.right};
  if (divide_once) {
    for (int64_t j = 0; j + 1 < points.n; j++)
      slopes.as<double>()[j] = (points.y[j + 1] - points.y[j]) / (points.x[j + 1] - points.x[j]);
  }
  const int threads = run.Threads(static_cast<double>(job.x.size) * 50);
  NUMRS_TRY(ParallelFor(job.x.size, kSearchChunk, threads, run.cancel, [&](int64_t begin, int64_t end) {
    int64_t behind[kPlaces];
    for (int64_t i = begin; i < end; i += kPlaces) {
      const int64_t n = end - i < kPlaces ? end - i : kPlaces;
      run.kernels.order->search[kF64](points.x, nullptr, points.n, where.data() + i, n, true, behind);
      for (int64_t k = 0; k < n; k++) to[i + k] = ops::ValueAt(points, where.data()[i + k], behind[k]);
    }
  }));
  return direct ? static_cast<Status>(NUMRS_OK)
                : Convert(run, function, ContiguousView(to, kF64, job.y.ndim, job.y.shape), job.y);
}

}  // namespace numrs
