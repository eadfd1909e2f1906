// Sorting, the greatest elements, medians and quantiles of lines: elements as unsigned numbers of the same order, a
// stable radix sort of all lines together, then by lines.
#include <cstring>
#include <limits>

#include "core/order.h"
#include "cuda/launch.h"
#include "cuda/plugin.h"
#include "cuda/radix.h"
#include "cuda/reduce.h"
#include "ops/common.h"
#include "ops/order.h"

namespace numrs {
namespace cuda {
namespace {

constexpr int kPlaces = 16;  // quantiles of one launch

template <typename T>
using KeyOf = std::conditional_t<sizeof(T) <= 4, uint32_t, uint64_t>;

// Unsigned numbers in the order of elements; NaN behind all others whatever the direction, 0.0 and -0.0 equal.
template <typename T>
NUMRS_DEVICE KeyOf<T> KeyFrom(T x, bool descending) {
  using Key = KeyOf<T>;
  Key key = 0;
  if constexpr (ops::kIsFloat<ops::ComputeOf<T>>) {
    const ops::ComputeOf<T> value = static_cast<ops::ComputeOf<T>>(x);
    if (value != value) return static_cast<Key>(~Key(0));
    memcpy(&key, &value, sizeof(key));
    const Key sign = Key(1) << (8 * sizeof(Key) - 1);
    if (value == 0) key = 0;
    key = key & sign ? static_cast<Key>(~key) : static_cast<Key>(key | sign);
  } else if constexpr (std::is_signed<T>::value) {  // the lowest bits alone are sorted
    key = static_cast<Key>(x) ^ (Key(1) << (8 * sizeof(T) - 1));
  } else if constexpr (std::is_same<T, Bool>::value) {
    key = x.byte != 0;
  } else {
    key = static_cast<Key>(x);
  }
  return descending ? static_cast<Key>(~key) : key;
}

template <typename T>
__global__ void __launch_bounds__(kThreads)
    KeysKernel(const T* x, int64_t size, bool descending, KeyOf<T>* keys, uint32_t* places) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= size) return;
  keys[i] = KeyFrom(LoadElement<T>(x + i), descending);
  places[i] = static_cast<uint32_t>(i);
}
// The line of each place.
__global__ void __launch_bounds__(kThreads)
    LineKeysKernel(const uint32_t* places, int64_t size, int64_t n, uint32_t* keys) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i < size) keys[i] = static_cast<uint32_t>(places[i] / n);
}
// The first k of each line; keys that put them as they stood, NaN behind.
template <typename T>
__global__ void __launch_bounds__(kThreads) FirstKernel(const T* x, const uint32_t* places, int64_t lines, int64_t n,
                                                        int64_t k, uint64_t* keys, uint32_t* first) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= lines * k) return;
  const int64_t line = i / k;
  const uint32_t place = places[line * n + (i - line * k)];
  bool missing = false;
  if constexpr (ops::kIsFloat<ops::ComputeOf<T>>) {
    const auto value = static_cast<ops::ComputeOf<T>>(LoadElement<T>(x + place));
    missing = value != value;
  }
  keys[i] = static_cast<uint64_t>(line) << 33 | static_cast<uint64_t>(missing) << 32 | place;
  first[i] = place;
}

// Elements or their positions from places: `take` of each line of `from`.
template <typename T>
__global__ void __launch_bounds__(kThreads) TakeKernel(const T* x, const uint32_t* places, int64_t lines, int64_t n,
                                                       int64_t from, int64_t take, T* y, int64_t* positions) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= lines * take) return;
  const int64_t line = i / take;
  const uint32_t place = places[line * from + (i - line * take)];
  if (y) y[i] = x[place];
  if (positions) positions[i] = place - line * n;
}

struct QuantileArgs {
  const void* x;
  const uint32_t* places;  // in order
  int64_t lines, n;
  bool omit;
  int32_t op, method;
  double scale, q[kPlaces];
  int64_t count, stride;  // of q here; results of a line
  void* y;
};
// A thread for each result.
template <typename T>
__global__ void __launch_bounds__(kThreads) QuantileKernel(const QuantileArgs a) {
  const int64_t i = static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x;
  if (i >= a.lines * a.count) return;
  const int64_t line = i / a.count, j = i - line * a.count;
  const uint32_t* places = a.places + line * a.n;
  const auto at = [&](int64_t rank) { return ops::order::PlusZero(static_cast<const T*>(a.x)[places[rank]]); };
  T& y = static_cast<T*>(a.y)[line * a.stride + j];
  int64_t low = 0, numbers = a.n;  // NaN stands behind them
  if (a.n > 0 && at(a.n - 1) != at(a.n - 1)) {
    while (low < numbers) {
      const int64_t middle = low + (numbers - low) / 2;
      if (at(middle) != at(middle))
        numbers = middle;
      else
        low = middle + 1;
    }
    if (!a.omit) numbers = 0;
  }
  if (numbers == 0) {
    y = std::numeric_limits<T>::quiet_NaN();
    return;
  }
  const auto value = [&](double q) {
    const ops::order::QuantilePlace p = ops::order::PlaceOf(a.method, numbers, q);
    return ops::order::Interpolate(at(p.low), at(p.high), p.gamma);
  };
  if (a.op == kOrder_median) {
    const int64_t below = (numbers - 1) / 2, above = numbers / 2;
    y = below == above ? at(below)
                       : static_cast<T>(ops::Middle(static_cast<double>(at(below)), static_cast<double>(at(above))));
  } else if (a.op == kOrder_iqr) {
    y = static_cast<T>((static_cast<double>(value(0.75)) - static_cast<double>(value(0.25))) / a.scale);
  } else {
    y = value(a.q[j]);
  }
}

// x with its kept axes ahead and its line's axes behind.
View LinesLast(const View& v, uint32_t axes) {
  View out = v;
  int at = 0;
  for (int pass = 0; pass < 2; pass++) {
    for (int d = 0; d < v.ndim; d++) {
      if (static_cast<int>(axes >> d & 1) != pass) continue;
      out.shape[at] = v.shape[d];
      out.strides[at++] = v.strides[d];
    }
  }
  return out;
}
// Results of an output: (kept axes, length).
View ResultsOf(const OrderJob& job, const OrderOutput& output) {
  View out = output.view;
  int ndim = 0;
  out.size = output.length;
  for (int d = 0; d < output.view.ndim; d++) {
    if (job.axes >> d & 1) continue;
    out.shape[ndim] = output.view.shape[d];
    out.strides[ndim++] = output.view.strides[d];
    out.size *= output.view.shape[d];
  }
  out.shape[ndim] = output.length;
  out.strides[ndim++] = output.line_stride;
  out.ndim = ndim;
  return out;
}

int BitsFor(int64_t numbers) {  // of numbers below it
  int bits = 0;
  while (numbers - 1 > 0 && (numbers - 1) >> bits) bits++;
  return bits;
}

template <typename T>
class Ordering {
 public:
  using Key = KeyOf<T>;
  Ordering(DeviceStream* stream, const OrderJob& job, const View& x, int64_t lines, int64_t n)
      : stream_(stream),
        job_(job),
        x_(reinterpret_cast<const T*>(x.data)),
        lines_(lines),
        n_(n),
        size_(lines * n),
        memory_(stream),
        counts_(stream) {}

  // All places in order, line after line.
  Status Sort(bool descending) {
    const int64_t part = (size_ * static_cast<int64_t>(sizeof(Key)) + 255) / 256 * 256;
    NUMRS_TRY(memory_.Take(2 * part + 2 * size_ * 4));
    NUMRS_TRY(counts_.Take(RadixBytes(size_)));
    Key* const keys[2] = {memory_.as<Key>(), reinterpret_cast<Key*>(memory_.data() + part)};
    uint32_t* const room = reinterpret_cast<uint32_t*>(memory_.data() + 2 * part);
    RadixPairs<Key> pairs{{keys[0], keys[1]}, {room, room + size_}, size_, 0};
    const dim3 grid(Blocks(size_, kThreads)), block(kThreads);
    NUMRS_TRY(Launch(stream_, job_.function, KeysKernel<T>, grid, block, x_, size_, descending, keys[0], room));
    const int bits = 8 * static_cast<int>(sizeof(T));
    NUMRS_TRY(RadixSort(stream_, job_.function, bits, counts_.data(), &pairs));
    places_ = pairs.places[pairs.current];
    if (lines_ == 1) return NUMRS_OK;
    uint32_t* const lines[2] = {reinterpret_cast<uint32_t*>(keys[0]), reinterpret_cast<uint32_t*>(keys[1])};
    RadixPairs<uint32_t> by_line{{lines[0], lines[1]}, {pairs.places[0], pairs.places[1]}, size_, pairs.current};
    NUMRS_TRY(Launch(stream_, job_.function, LineKeysKernel, grid, block, places_, size_, n_, lines[pairs.current]));
    NUMRS_TRY(RadixSort(stream_, job_.function, BitsFor(lines_), counts_.data(), &by_line));
    places_ = by_line.places[by_line.current];
    return NUMRS_OK;
  }

  // Elements, or their positions, of the first `take` places of each line of `from`.
  Status Take(const uint32_t* places, int64_t from, int64_t take, T* y, int64_t* positions) {
    if (lines_ * take == 0) return NUMRS_OK;
    return Launch(stream_, job_.function, TakeKernel<T>, dim3(Blocks(lines_ * take, kThreads)), dim3(kThreads), x_,
                  places, lines_, n_, from, take, y, positions);
  }
  Status TopK(T* y, int64_t* positions) {
    const int64_t k = job_.options.k, count = lines_ * k;
    if (count == 0) return NUMRS_OK;
    if (job_.options.flags & NUMRS_ORDER_SORTED) return Take(places_, n_, k, y, positions);
    Scratch memory(stream_);
    NUMRS_TRY(memory.Take(count * 24));
    uint64_t* const keys = memory.as<uint64_t>();
    uint32_t* const room = reinterpret_cast<uint32_t*>(keys + 2 * count);
    RadixPairs<uint64_t> pairs{{keys, keys + count}, {room, room + count}, count, 0};
    NUMRS_TRY(Launch(stream_, job_.function, FirstKernel<T>, dim3(Blocks(count, kThreads)), dim3(kThreads), x_, places_,
                     lines_, n_, k, keys, room));
    NUMRS_TRY(RadixSort(stream_, job_.function, 33 + BitsFor(lines_), counts_.data(), &pairs));
    return Take(pairs.places[pairs.current], k, k, y, positions);
  }
  Status Quantiles(void* y) {
    if constexpr (std::is_same<T, float>::value || std::is_same<T, double>::value) {
      QuantileArgs args{};
      args.x = x_;
      args.places = places_;
      args.lines = lines_;
      args.n = n_;
      args.omit = (job_.options.flags & NUMRS_ORDER_OMIT_NAN) != 0;
      args.op = job_.op;
      args.method = job_.options.method;
      args.scale = job_.options.scale;
      args.stride = job_.y.length;
      for (int64_t from = 0; from < job_.y.length; from += kPlaces) {
        args.count = job_.y.length - from < kPlaces ? job_.y.length - from : kPlaces;
        args.y = static_cast<T*>(y) + from;
        for (int64_t j = 0; j < args.count && job_.op == kOrder_quantile; j++) args.q[j] = job_.options.q[from + j];
        NUMRS_TRY(Launch(stream_, job_.function, QuantileKernel<T>, dim3(Blocks(lines_ * args.count, kThreads)),
                         dim3(kThreads), args));
      }
      return NUMRS_OK;
    } else {
      static_cast<void>(y);
      return NoKernelFor(job_.function, DTypeOf<T>::value);
    }
  }

  Status Run(void* y, int64_t* second) {
    const bool descending = job_.op == kOrder_topk ? (job_.options.flags & NUMRS_ORDER_SMALLEST) == 0
                                                   : (job_.options.flags & NUMRS_ORDER_DESCENDING) != 0;
    const bool sorts = job_.op == kOrder_sort || job_.op == kOrder_argsort;
    if (size_ > 0) NUMRS_TRY(Sort((sorts || job_.op == kOrder_topk) && descending));
    if (job_.op == kOrder_sort) return Take(places_, n_, n_, static_cast<T*>(y), nullptr);
    if (job_.op == kOrder_argsort) return Take(places_, n_, n_, nullptr, static_cast<int64_t*>(y));
    if (job_.op == kOrder_topk) return TopK(static_cast<T*>(y), second);
    return Quantiles(y);
  }

 private:
  DeviceStream* stream_;
  const OrderJob& job_;
  const T* x_;
  int64_t lines_, n_, size_;
  Scratch memory_, counts_;
  const uint32_t* places_ = nullptr;
};

}  // namespace

Status Run_order(DeviceStream* stream, const OrderJob& job) {
  if (job.y.view.size == 0 || job.y.length == 0) return NUMRS_OK;
  NUMRS_TRY(Use(stream->device));
  const bool statistics = job.op == kOrder_quantile || job.op == kOrder_median || job.op == kOrder_iqr;
  if (!statistics && job.op != kOrder_sort && job.op != kOrder_argsort && job.op != kOrder_topk)
    return NoKernelFor(job.function, job.compute);
  if (job.where.ndim >= 0 || job.weights.ndim >= 0) return Fail(NUMRS_UNSUPPORTED, "%s: no kernel for masks and weights", job.function);
  if (statistics && job.compute != kF32 && job.compute != kF64) return NoKernelFor(job.function, job.compute);
  int64_t n = 1, lines = 1;
  for (int d = 0; d < job.x.ndim; d++) (job.axes >> d & 1 ? n : lines) *= job.x.shape[d];
  if (job.x.size >> 31 || lines >> 30)
    return Fail(NUMRS_UNSUPPORTED, "%s: more elements than one launch can have", job.function);
  Input x(stream);
  NUMRS_TRY(x.Load(job.function, LinesLast(job.x, job.axes), job.compute));
  View whole = ContiguousView(const_cast<char*>(x.data()), job.compute, job.x.ndim, job.x.shape);
  const bool two = job.y2.result != kInvalid;
  const View results = ResultsOf(job, job.y), positions = two ? ResultsOf(job, job.y2) : View();
  Output y(stream), y2(stream);
  NUMRS_TRY(y.Open(job.function, results, job.y.result, true));
  if (two) NUMRS_TRY(y2.Open(job.function, positions, job.y2.result, true));
  int64_t* const second = reinterpret_cast<int64_t*>(y2.data());
  switch (job.compute) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)             \
  case id:                                                                        \
    NUMRS_TRY(Ordering<cxx>(stream, job, whole, lines, n).Run(y.data(), second)); \
    break;
#include "table/dtype.def"
    default:
      return NoKernelFor(job.function, job.compute);
  }
  NUMRS_TRY(y.Commit(job.function));
  return two ? y2.Commit(job.function) : static_cast<Status>(NUMRS_OK);
}

}  // namespace cuda
}  // namespace numrs
