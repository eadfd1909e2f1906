// extern "C" of order.h: places in sorted arrays, and the different elements of an array.
#include <cstring>

#include "api/axes.h"
#include "api/calls.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/order.h"
#include "core/trace.h"
#include "numrs/order.h"

namespace numrs {
namespace {

constexpr int64_t kSearchChunk = 16 * 1024;

Status NoMemory(const char* function) { return Fail(NUMRS_NO_MEMORY, "%s: no memory for buffers", function); }

// Elements of any view as a contiguous line of a dtype: where they are if they can be used there.
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
    return Convert(run, function, x_, ContiguousView(memory_.data(), dtype_, x_.ndim, x_.shape));
  }
  const void* data() const { return direct_ ? x_.data : memory_.data(); }

 private:
  bool direct_;
  Workspace memory_;
  const View& x_;
  int32_t dtype_;
};

Status SearchSorted(numrs_context* context, const numrs_view* x1, const numrs_view* x2, const numrs_view* sorter,
                    const numrs_view* y, int32_t flags) {
  const char* function = "searchsorted";
  const Trace trace(function, x2);
  NUMRS_TRY(CheckContext(context, function));
  if (flags & ~NUMRS_ORDER_RIGHT)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %d, expected 0 or %d", function, flags, NUMRS_ORDER_RIGHT);
  View sorted, values, order, out;
  char got[160], wanted[160];
  NUMRS_TRY(LoadRealView(function, "x1", x1, &sorted));
  NUMRS_TRY(LoadRealView(function, "x2", x2, &values));
  NUMRS_TRY(LoadRealView(function, "out", y, &out));
  if (sorted.ndim != 1)
    return Fail(NUMRS_BAD_SHAPE, "%s: x1 has shape %s, expected 1 dimension", function,
                ShapeText(sorted, got, sizeof(got)));
  if (out.ndim != values.ndim ||
      std::memcmp(out.shape, values.shape, sizeof(out.shape[0]) * static_cast<size_t>(out.ndim)) != 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s of x2", function, ShapeText(out, got, sizeof(got)),
                ShapeText(values, wanted, sizeof(wanted)));
  }
  NUMRS_TRY(CheckOutput(function, kI64, out));
  if (sorter) {
    NUMRS_TRY(LoadRealView(function, "sorter", sorter, &order));
    if (!CanCastSameKind(order.dtype, kI64) || KindOf(order.dtype) == Kind::BOOL)
      return Fail(NUMRS_BAD_DTYPE, "%s: sorter has dtype %s, expected integers", function, NameOf(order.dtype));
    if (order.ndim != 1 || order.shape[0] != sorted.shape[0]) {
      return Fail(NUMRS_BAD_SHAPE, "%s: sorter has shape %s, expected %s of x1", function,
                  ShapeText(order, got, sizeof(got)), ShapeText(sorted, wanted, sizeof(wanted)));
    }
  }
  const int32_t compute = OrderKernelDType(Promote(sorted.dtype, values.dtype));
  const Run run = MakeRun(context);
  Line line(sorted, compute), wanted_line(values, compute);
  const bool direct = out.IsContiguous() && out.dtype == kI64 && reinterpret_cast<uintptr_t>(out.data) % 8 == 0 &&
                      !RangesOverlap(sorted, out) && !RangesOverlap(values, out) &&
                      !(sorter && RangesOverlap(order, out));
  const Workspace results(direct ? 0 : static_cast<size_t>(values.size) * 8);
  const Workspace positions(sorter ? static_cast<size_t>(order.size) * 8 : 0);
  if (!line.ok() || !wanted_line.ok() || !results.ok() || !positions.ok()) return NoMemory(function);
  if (sorter) {
    NUMRS_TRY(Convert(run, function, order, ContiguousView(positions.data(), kI64, 1, order.shape)));
    for (int64_t i = 0; i < order.size; i++) {
      const int64_t at = positions.as<int64_t>()[i];
      if (at < 0 || at >= sorted.size) {
        return Fail(NUMRS_BAD_INDEX, "%s: sorter[%lld] is %lld, expected 0 to %lld", function,
                    static_cast<long long>(i), static_cast<long long>(at), static_cast<long long>(sorted.size - 1));
      }
    }
  }
  NUMRS_TRY(line.Load(run, function));
  NUMRS_TRY(wanted_line.Load(run, function));
  int64_t* places = direct ? reinterpret_cast<int64_t*>(out.data) : results.as<int64_t>();
  const int64_t size = SizeOf(compute);
  const int threads = run.Threads(static_cast<double>(values.size) * 50);
  NUMRS_TRY(ParallelFor(values.size, kSearchChunk, threads, run.cancel, [&](int64_t begin, int64_t end) {
    run.kernels.order->search[compute](line.data(), sorter ? positions.as<int64_t>() : nullptr, sorted.size,
                                       static_cast<const char*>(wanted_line.data()) + begin * size, end - begin,
                                       (flags & NUMRS_ORDER_RIGHT) != 0, places + begin);
  }));
  if (direct) return NUMRS_OK;
  return Convert(run, function, ContiguousView(places, kI64, values.ndim, values.shape), out);
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

// The output at an argument of numrs_unique; NULL is none.
Status LoadUnique(const char* function, const char* argument, const numrs_view* in, const View& x, int32_t dtype,
                  bool flat, View* out) {
  if (!in) return NUMRS_OK;
  NUMRS_TRY(LoadRealView(function, argument, in, out));
  const bool fits = flat ? out->ndim == 1 && out->shape[0] == x.size
                         : out->ndim == x.ndim &&
                               std::memcmp(out->shape, x.shape, sizeof(x.shape[0]) * static_cast<size_t>(x.ndim)) == 0;
  if (!fits) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument,
                ShapeText(*out, got, sizeof(got)),
                ShapeText(flat ? 1 : x.ndim, flat ? &x.size : x.shape, wanted, sizeof(wanted)));
  }
  return CheckOutput(function, dtype, *out);
}

// Results on their way to an output: converted first, which needs memory, and written when nothing can fail any more.
class Delivery {
 public:
  Delivery() = default;
  ~Delivery() { PoolFree(memory_); }
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  Status Prepare(const Run& run, const char* function, const void* data, int32_t dtype, const View& out) {
    out_ = out;
    copy_ = &run.kernels.copy;
    data_ = data;
    if (dtype == out.dtype || out.size == 0) return NUMRS_OK;
    memory_ = PoolAllocate(static_cast<size_t>(out.size * out.itemsize()));
    if (!memory_) return NoMemory(function);
    copy_->cast[dtype][out.dtype](data, memory_, out.size);
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

Status Unique(numrs_context* context, const numrs_view* x, const numrs_view* values, const numrs_view* indices,
              const numrs_view* inverse, const numrs_view* counts, int64_t* count) {
  const char* function = "unique";
  const Trace trace(function, x);
  NUMRS_TRY(CheckContext(context, function));
  if (!count) return Fail(NUMRS_BAD_ARGUMENT, "%s: count is NULL", function);
  if (!values) return Fail(NUMRS_BAD_ARGUMENT, "%s: values is NULL", function);
  View in, outputs[4];
  NUMRS_TRY(LoadRealView(function, "x", x, &in));
  const numrs_view* given[4] = {values, indices, counts, inverse};
  static const char* const kNames[4] = {"values", "indices", "counts", "inverse"};
  for (int k = 0; k < 4; k++) {
    NUMRS_TRY(LoadUnique(function, kNames[k], given[k], in, k == 0 ? in.dtype : kI64, k < 3, &outputs[k]));
    for (int j = 0; j < k; j++) {
      if (given[k] && given[j] && RangesOverlap(outputs[k], outputs[j]))
        return Fail(NUMRS_OVERLAP, "%s: %s and %s overlap", function, kNames[j], kNames[k]);
    }
  }
  const Run run = MakeRun(context);
  const OrderTable& table = *run.kernels.order;
  const int32_t dtype = OrderKernelDType(in.dtype);
  const int64_t n = in.size, size = SizeOf(dtype);
  const bool places = indices || inverse;
  const int32_t op = places ? kOrder_argsort : kOrder_sort;
  Line line(in, dtype);
  const Workspace sorted(static_cast<size_t>(n * size)), order(places ? static_cast<size_t>(n) * 8 : 0),
      firsts(static_cast<size_t>(n) * 8), numbers(static_cast<size_t>(inverse ? n : 0) * 8),
      lengths(static_cast<size_t>(counts ? n : 0) * 8), scratch(OrderScratch(op, dtype, n));
  if (!line.ok() || !sorted.ok() || !order.ok() || !firsts.ok() || !numbers.ok() || !lengths.ok() || !scratch.ok())
    return NoMemory(function);
  NUMRS_TRY(line.Load(run, function));
  if (in.dtype == kBOOL) {  // any byte but 0 is true
    uint8_t* bytes = static_cast<uint8_t*>(const_cast<void*>(line.data()));
    for (int64_t i = 0; i < n; i++) bytes[i] = bytes[i] != 0;
  }
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
  for (int k = 0; k < 3; k++) {
    if (given[k]) outputs[k].shape[0] = outputs[k].size = found;
  }
  Delivery deliveries[4];
  NUMRS_TRY(deliveries[0].Prepare(run, function, element, dtype, outputs[0]));
  if (indices) NUMRS_TRY(deliveries[1].Prepare(run, function, firsts.data(), kI64, outputs[1]));
  if (counts) NUMRS_TRY(deliveries[2].Prepare(run, function, lengths.data(), kI64, outputs[2]));
  if (inverse) NUMRS_TRY(deliveries[3].Prepare(run, function, numbers.data(), kI64, outputs[3]));
  for (const Delivery& delivery : deliveries) delivery.Write();
  std::memcpy(reinterpret_cast<char*>(count), &found, sizeof(found));  // any alignment
  return NUMRS_OK;
}

}  // namespace

Status SearchsortedRaw(numrs_context* context, int32_t dtype, const void* x1, const void* x2, int64_t* y, int64_t n,
                       int64_t m, int32_t flags) {
  const numrs_view sorted{const_cast<void*>(x1), &n, nullptr, 1, dtype};
  const numrs_view values{const_cast<void*>(x2), &m, nullptr, 1, dtype}, out{y, &m, nullptr, 1, kI64};
  return SearchSorted(context, &sorted, &values, nullptr, &out, flags);
}

Status UniqueRaw(numrs_context* context, int32_t dtype, const void* x, void* values, int64_t* counts, int64_t* count,
                 int64_t n) {
  const numrs_view in{const_cast<void*>(x), &n, nullptr, 1, dtype}, out{values, &n, nullptr, 1, dtype},
      often{counts, &n, nullptr, 1, kI64};
  return Unique(context, &in, &out, nullptr, nullptr, &often, count);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_searchsorted(numrs_context* context, const numrs_view* x1, const numrs_view* x2,
                                           const numrs_view* sorter, const numrs_view* y, int32_t flags) {
  return Guard([&] { return SearchSorted(context, x1, x2, sorter, y, flags); });
}
extern "C" numrs_status numrs_unique(numrs_context* context, const numrs_view* x, const numrs_view* values,
                                     const numrs_view* indices, const numrs_view* inverse, const numrs_view* counts,
                                     int64_t* count) {
  return Guard([&] { return Unique(context, x, values, indices, inverse, counts, count); });
}
