// extern "C" of order.h but searching (order_search.cc): check, plan, run, report.
#include "numrs/order.h"

#include <cmath>
#include <cstring>
#include <optional>

#include "api/axes.h"
#include "api/calls.h"
#include "api/order.h"
#include "api/reduce.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/order.h"
#include "core/reduce_tables.h"
#include "core/trace.h"

namespace numrs {
namespace {

Status Resolve(const OrderRow& row, int32_t x, int32_t* compute) {
  *compute = ComputeDType(row.op_class, x);
  if (*compute == kInvalid)
    return Fail(NUMRS_BAD_DTYPE, "%s: x has dtype %s, which the operation does not take", row.name, NameOf(x));
  return NUMRS_OK;
}

Status CheckFlags(const char* function, int32_t flags, int32_t allowed) {
  if (flags & ~allowed)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %d, expected bits of %d", function, flags, allowed);
  return NUMRS_OK;
}
Status CheckMethod(const char* function, int32_t method, int32_t last) {
  if (method < 0 || method > last)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: method is %d, expected 0 to %d", function, method, last);
  return NUMRS_OK;
}

// A view broadcast to x's shape.
Status Stretch(const char* function, const char* argument, const View& x, View* v) {
  int32_t ndim = x.ndim;
  int64_t shape[kMaxNDim], strides[kMaxNDim];
  std::memcpy(shape, x.shape, sizeof(shape[0]) * static_cast<size_t>(ndim));
  if (v->ndim > ndim || !BroadcastShape(*v, &ndim, shape) ||
      std::memcmp(shape, x.shape, sizeof(shape[0]) * static_cast<size_t>(ndim)) != 0) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, which does not broadcast to %s of x", function, argument,
                ShapeText(*v, got, sizeof(got)), ShapeText(x, wanted, sizeof(wanted)));
  }
  BroadcastStrides(*v, x.ndim, x.shape, strides);
  const bool host = v->host;
  *v = ContiguousView(v->data, v->dtype, x.ndim, x.shape);
  v->host = host;
  std::memcpy(v->strides, strides, sizeof(strides[0]) * static_cast<size_t>(x.ndim));
  return NUMRS_OK;
}

// Where results are written: the output itself, or memory of its own for an output that overlaps an input.
class Target {
 public:
  Target(const Run& run, const char* function, const View& out, bool apart)
      : bytes_(static_cast<size_t>(out.size * SizeOf(out.dtype))), out_(out), apart_(apart) {
    if (apart) memory_.emplace(run, function, bytes_);
    view = apart ? ContiguousView(memory_->data(), out.dtype, out.ndim, out.shape) : out;
  }
  Status Check(const char* function) const {
    if (!apart_ || memory_->ok()) return NUMRS_OK;
    return memory_->Failure(function, "the result, which overlaps an input", bytes_);
  }
  Status Finish(const Run& run, const char* function) const {
    return apart_ ? Convert(run, function, view, out_) : static_cast<Status>(NUMRS_OK);
  }
  View view;

 private:
  std::optional<RunMemory> memory_;
  size_t bytes_;
  const View& out_;
  bool apart_;
};

// Least and greatest tell whether all weights are fine; NaN shows in both.
Status CheckWeights(numrs_context* context, const Run& run, const char* function, const numrs_view* weights,
                    const View& stretched) {
  if (stretched.size == 0) return NUMRS_OK;
  const RunMemory memory(run, function, sizeof(double));
  if (!memory.ok()) return memory.Failure(function, "extremes of the weights", sizeof(double));
  for (const int32_t extreme : {kReduce_min, kReduce_max}) {
    double value = 0;
    const numrs_view one = {memory.data(), nullptr, nullptr, 0, kF64};
    NUMRS_TRY(Reduce(context, extreme, weights, nullptr, &one, nullptr, -1, 0));
    NUMRS_TRY(ToHost(run, function, &value, memory.data(), sizeof(value)));
    if (!(value >= 0) || std::isinf(value))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: weights go to %g, expected finite ones that are not negative", function,
                  value);
  }
  return NUMRS_OK;
}

// An output with a line of `length` along `axis`.
Status AlongOutput(const char* function, const char* argument, const View& x, int32_t axis, int64_t length,
                   int32_t result, const View& y, OrderOutput* out) {
  int64_t shape[kMaxNDim];
  std::memcpy(shape, x.shape, sizeof(shape[0]) * static_cast<size_t>(x.ndim));
  shape[axis] = length;
  if (y.ndim != x.ndim || std::memcmp(shape, y.shape, sizeof(shape[0]) * static_cast<size_t>(x.ndim)) != 0) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument, ShapeText(y, got, sizeof(got)),
                ShapeText(x.ndim, shape, wanted, sizeof(wanted)));
  }
  out->view = y;
  out->view.shape[axis] = 1;
  out->view.strides[axis] = 0;
  out->length = length;
  out->line_stride = y.strides[axis];
  out->result = result;
  return NUMRS_OK;
}

}  // namespace

Status OrderAlong(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, const numrs_view* y2,
                  int32_t axis, OrderOptions options) {
  const OrderRow& row = kOrderRows[op];
  const Trace trace(row.name, x);
  NUMRS_TRY(AdmitContext(context, row.name));
  OrderJob job;
  View out, second;
  job.function = row.name;
  job.op = op;
  job.options = options;
  NUMRS_TRY(LoadRealView(row.name, "x", x, &job.x));
  NUMRS_TRY(LoadRealView(row.name, row.length == OrderLength::K ? "values" : "out", y, &out));
  if (row.length == OrderLength::K) NUMRS_TRY(LoadRealView(row.name, "indices", y2, &second));
  NUMRS_TRY(Resolve(row, job.x.dtype, &job.compute));
  NUMRS_TRY(NormalizeAxis(row.name, job.x.ndim, axis, &axis));
  job.axes = 1u << axis;
  const int64_t n = job.x.shape[axis];
  int64_t length = n;
  if (row.length == OrderLength::K) {
    length = options.k;
    if (length < 0 || length > n) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: k is %lld, expected 0 to %lld, the extent along the axis", row.name,
                  static_cast<long long>(length), static_cast<long long>(n));
    }
  }
  const bool two = row.length == OrderLength::K;
  NUMRS_TRY(CheckOutput(row.name, OrderResultDType(row.result, job.compute), out));
  job.compute = OrderKernelDType(job.compute);
  const int32_t result = OrderResultDType(row.result, job.compute);
  if (two) {
    NUMRS_TRY(CheckOutput(row.name, kI64, second));
    if (RangesOverlap(out, second)) return Fail(NUMRS_OVERLAP, "%s: values and indices overlap", row.name);
  }
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, row.name, {&job.x, &out, &second}));
  const bool in_place = op == kOrder_sort && SameElements(job.x, out);
  const Target target(run, row.name, out, RangesOverlap(job.x, out) && !in_place),
      target2(run, row.name, second, two && RangesOverlap(job.x, second));
  NUMRS_TRY(AlongOutput(row.name, two ? "values" : "out", job.x, axis, length, result, target.view, &job.y));
  if (two) NUMRS_TRY(AlongOutput(row.name, "indices", job.x, axis, length, kI64, target2.view, &job.y2));
  NUMRS_TRY(target.Check(row.name));
  NUMRS_TRY(target2.Check(row.name));
  const auto finish = [&]() -> Status {
    NUMRS_TRY(RunOrder(run, job));
    NUMRS_TRY(target.Finish(run, row.name));
    return target2.Finish(run, row.name);
  };
  if (options.n_kth == 0) return finish();

  // Places in order, each once, from 0 on.
  Workspace memory(static_cast<size_t>(options.n_kth) * sizeof(int64_t));
  if (!memory.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld places", row.name, static_cast<long long>(options.n_kth));
  int64_t* kth = memory.as<int64_t>();
  for (int64_t i = 0; i < options.n_kth; i++) {
    int64_t k;  // the caller's memory may have any alignment
    std::memcpy(&k, reinterpret_cast<const char*>(options.kth) + i * static_cast<int64_t>(sizeof(k)), sizeof(k));
    if (k < -n || k >= n) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: kth %lld is out of bounds for an axis of extent %lld", row.name,
                  static_cast<long long>(k), static_cast<long long>(n));
    }
    kth[i] = k < 0 ? k + n : k;
  }
  OrderLine line = {kth, options.n_kth, kth, nullptr, nullptr, &job.options, nullptr};
  Workspace scratch(OrderScratch(kOrder_sort, kI64, options.n_kth));
  if (!scratch.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %lld places", row.name, static_cast<long long>(options.n_kth));
  line.scratch = scratch.data();
  run.kernels.order->line[kOrder_sort][kI64](line);
  int64_t count = 0;
  for (int64_t i = 0; i < options.n_kth; i++) {
    if (count == 0 || kth[count - 1] != kth[i]) kth[count++] = kth[i];
  }
  job.options.kth = kth;
  job.options.n_kth = count;
  return finish();
}

Status OrderReduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where,
                   const numrs_view* weights, const numrs_view* y, const int32_t* axes, int32_t n_axes,
                   const OrderOptions& options) {
  const OrderRow& row = kOrderRows[op];
  const Trace trace(row.name, x);
  NUMRS_TRY(AdmitContext(context, row.name));
  OrderJob job;
  View out;
  job.function = row.name;
  job.op = op;
  job.options = options;
  NUMRS_TRY(LoadRealView(row.name, "x", x, &job.x));
  NUMRS_TRY(LoadRealView(row.name, "out", y, &out));
  NUMRS_TRY(Resolve(row, job.x.dtype, &job.compute));
  NUMRS_TRY(AxesMask(row.name, job.x.ndim, axes, n_axes, &job.axes));
  if (where) {
    NUMRS_TRY(LoadRealView(row.name, "where", where, &job.where));
    if (job.where.dtype != kBOOL)
      return Fail(NUMRS_BAD_DTYPE, "%s: where has dtype %s, expected bool", row.name, NameOf(job.where.dtype));
    NUMRS_TRY(Stretch(row.name, "where", job.x, &job.where));
  }
  if (weights) {
    NUMRS_TRY(LoadRealView(row.name, "weights", weights, &job.weights));
    NUMRS_TRY(Stretch(row.name, "weights", job.x, &job.weights));
  }
  NUMRS_TRY(CheckOutput(row.name, job.compute, out));
  job.compute = OrderKernelDType(job.compute);
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, row.name, {&job.x, &out, &job.where, &job.weights}));
  const Target target(run, row.name, out,
                      RangesOverlap(job.x, out) || (where && RangesOverlap(job.where, out)) ||
                          (weights && RangesOverlap(job.weights, out)));
  NUMRS_TRY(target.Check(row.name));
  job.y.result = job.compute;
  job.y.length = 1;
  View first = target.view;
  if (row.length == OrderLength::Q) {
    if (out.ndim < 1 || out.shape[0] != options.n_q) {
      char got[160];
      return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected a first extent of %lld, the number of quantiles",
                  row.name, ShapeText(out, got, sizeof(got)), static_cast<long long>(options.n_q));
    }
    job.y.length = options.n_q;
    job.y.line_stride = target.view.strides[0];
    first.ndim--;
    for (int d = 0; d < first.ndim; d++) {
      first.shape[d] = target.view.shape[d + 1];
      first.strides[d] = target.view.strides[d + 1];
    }
  }
  NUMRS_TRY(ExpandOutput(row.name, job.x, job.axes, first, &job.y.view));
  if (weights) NUMRS_TRY(CheckWeights(context, run, row.name, weights, job.weights));
  NUMRS_TRY(RunOrder(run, job));
  return target.Finish(run, row.name);
}

namespace {

constexpr int32_t kLastQuantile = NUMRS_QUANTILE_NEAREST, kLastRank = NUMRS_RANK_ORDINAL;

Status Along(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, int32_t axis,
             int32_t flags) {
  NUMRS_TRY(CheckFlags(kOrderRows[op].name, flags, NUMRS_ORDER_DESCENDING));
  OrderOptions options;
  options.flags = flags;
  return OrderAlong(context, op, x, y, nullptr, axis, options);
}

Status Partition(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, const int64_t* kth,
                 int64_t n_kth, int32_t axis, int32_t flags) {
  const char* function = kOrderRows[op].name;
  NUMRS_TRY(CheckFlags(function, flags, 0));
  if (n_kth < 1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_kth is %lld, expected at least 1", function, static_cast<long long>(n_kth));
  if (!kth) return Fail(NUMRS_BAD_ARGUMENT, "%s: kth is NULL", function);
  OrderOptions options;
  options.kth = kth;
  options.n_kth = n_kth;
  return OrderAlong(context, op, x, y, nullptr, axis, options);
}

Status TopK(numrs_context* context, const numrs_view* x, const numrs_view* values, const numrs_view* indices, int64_t k,
            int32_t axis, int32_t flags) {
  NUMRS_TRY(CheckFlags("topk", flags, NUMRS_ORDER_SMALLEST | NUMRS_ORDER_SORTED));
  OrderOptions options;
  options.flags = flags;
  options.k = k;
  return OrderAlong(context, kOrder_topk, x, values, indices, axis, options);
}

Status RankData(numrs_context* context, const numrs_view* x, const numrs_view* y, int32_t axis, int32_t method,
                int32_t flags) {
  NUMRS_TRY(CheckFlags("rankdata", flags, NUMRS_ORDER_OMIT_NAN));
  NUMRS_TRY(CheckMethod("rankdata", method, kLastRank));
  OrderOptions options;
  options.flags = flags;
  options.method = method;
  return OrderAlong(context, kOrder_rankdata, x, y, nullptr, axis, options);
}

Status Spread(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where, const numrs_view* y,
              const int32_t* axes, int32_t n_axes, double scale, int32_t method, int32_t flags) {
  const char* function = kOrderRows[op].name;
  NUMRS_TRY(CheckFlags(function, flags, NUMRS_ORDER_OMIT_NAN));
  NUMRS_TRY(CheckMethod(function, method, kLastQuantile));
  if (!std::isfinite(scale) || scale == 0)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: scale is %g, expected a finite number other than 0", function, scale);
  OrderOptions options;
  options.flags = flags;
  options.method = method;
  options.scale = scale;
  return OrderReduce(context, op, x, where, nullptr, y, axes, n_axes, options);
}

Status Quantile(numrs_context* context, const numrs_view* x, const numrs_view* where, const numrs_view* weights,
                const numrs_view* y, const double* q, int64_t n_q, const int32_t* axes, int32_t n_axes, int32_t method,
                int32_t flags) {
  const char* function = "quantile";
  NUMRS_TRY(CheckFlags(function, flags, NUMRS_ORDER_OMIT_NAN));
  NUMRS_TRY(CheckMethod(function, method, kLastQuantile));
  if (n_q < 0 || (n_q > 0 && !q))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_q is %lld and q %s", function, static_cast<long long>(n_q),
                q ? "is there" : "NULL");
  // A copy: the caller's memory may have any alignment, and y may lie in it.
  if (n_q > (int64_t{1} << 56))
    return Fail(NUMRS_BAD_SHAPE, "%s: n_q is %lld, which is too large", function, static_cast<long long>(n_q));
  double few[16];
  const Workspace many(n_q > 16 ? static_cast<size_t>(n_q) * sizeof(double) : 0);
  if (!many.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for q", function);
  double* copy = n_q > 16 ? many.as<double>() : few;
  if (n_q > 0) std::memcpy(copy, reinterpret_cast<const char*>(q), static_cast<size_t>(n_q) * sizeof(double));
  q = copy;
  for (int64_t i = 0; i < n_q; i++) {
    if (!(q[i] >= 0 && q[i] <= 1))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: q[%lld] is %g, expected a number in [0, 1]", function,
                  static_cast<long long>(i), q[i]);
  }
  if (weights && method != NUMRS_QUANTILE_INVERTED_CDF)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: method is %d, with weights only 1 (inverted_cdf) is defined", function,
                method);
  OrderOptions options;
  options.flags = flags;
  options.method = method;
  options.q = q;
  options.n_q = n_q;
  return OrderReduce(context, kOrder_quantile, x, where, weights, y, axes, n_axes, options);
}

// Contiguous (outer, n, inner) arrays described as views.
struct Box {
  int64_t shape[4];
  numrs_view view;
  Box(const void* data, int32_t dtype, int64_t outer, int64_t n, int64_t inner) : shape{outer, n, inner, 0} {
    view = {const_cast<void*>(data), shape, nullptr, 3, dtype};
  }
  // Without the middle axis; with `first` an axis of that extent before the others.
  Box(const void* data, int32_t dtype, int64_t outer, int64_t inner) : shape{outer, inner, 0, 0} {
    view = {const_cast<void*>(data), shape, nullptr, 2, dtype};
  }
  Box(const Box&) = delete;
};
constexpr int32_t kMiddle = 1;

}  // namespace

Status SortRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
               int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, outer, n, inner);
  return Along(context, kOrder_sort, &in.view, &out.view, kMiddle, flags);
}
Status ArgsortRaw(numrs_context* context, int32_t dtype, const void* x, int64_t* y, int64_t outer, int64_t n,
                  int64_t inner, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, kI64, outer, n, inner);
  return Along(context, kOrder_argsort, &in.view, &out.view, kMiddle, flags);
}
Status PartitionRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* kth, void* y, int64_t outer,
                    int64_t n, int64_t inner, int64_t n_kth) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, outer, n, inner);
  return Partition(context, kOrder_partition, &in.view, &out.view, kth, n_kth, kMiddle, 0);
}
Status ArgpartitionRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* kth, int64_t* y,
                       int64_t outer, int64_t n, int64_t inner, int64_t n_kth) {
  const Box in(x, dtype, outer, n, inner), out(y, kI64, outer, n, inner);
  return Partition(context, kOrder_argpartition, &in.view, &out.view, kth, n_kth, kMiddle, 0);
}
Status TopkRaw(numrs_context* context, int32_t dtype, const void* x, void* values, int64_t* indices, int64_t outer,
               int64_t n, int64_t inner, int64_t k, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), first(values, dtype, outer, k, inner),
      second(indices, kI64, outer, k, inner);
  return TopK(context, &in.view, &first.view, &second.view, k, kMiddle, flags);
}
Status RankdataRaw(numrs_context* context, int32_t dtype, const void* x, double* y, int64_t outer, int64_t n,
                   int64_t inner, int32_t method, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, kF64, outer, n, inner);
  return RankData(context, &in.view, &out.view, kMiddle, method, flags);
}
Status QuantileRaw(numrs_context* context, int32_t dtype, const void* x, const double* q, void* y, int64_t outer,
                   int64_t n, int64_t inner, int64_t n_q, int32_t method, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, n_q, outer, inner);
  return Quantile(context, &in.view, nullptr, nullptr, &out.view, q, n_q, &kMiddle, 1, method, flags);
}
Status MedianRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
                 int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, outer, inner);
  return Spread(context, kOrder_median, &in.view, nullptr, &out.view, &kMiddle, 1, 1, 0, flags);
}
Status MadRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
              double scale, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, outer, inner);
  return Spread(context, kOrder_mad, &in.view, nullptr, &out.view, &kMiddle, 1, scale, 0, flags);
}
Status IqrRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n, int64_t inner,
              double scale, int32_t method, int32_t flags) {
  const Box in(x, dtype, outer, n, inner), out(y, dtype, outer, inner);
  return Spread(context, kOrder_iqr, &in.view, nullptr, &out.view, &kMiddle, 1, scale, method, flags);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_sort(numrs_context* context, const numrs_view* x, const numrs_view* y, int32_t axis,
                                   int32_t flags) {
  return Guard([&] { return Along(context, kOrder_sort, x, y, axis, flags); });
}
extern "C" numrs_status numrs_argsort(numrs_context* context, const numrs_view* x, const numrs_view* y, int32_t axis,
                                      int32_t flags) {
  return Guard([&] { return Along(context, kOrder_argsort, x, y, axis, flags); });
}
extern "C" numrs_status numrs_partition(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                        const int64_t* kth, int64_t n_kth, int32_t axis, int32_t flags) {
  return Guard([&] { return Partition(context, kOrder_partition, x, y, kth, n_kth, axis, flags); });
}
extern "C" numrs_status numrs_argpartition(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                           const int64_t* kth, int64_t n_kth, int32_t axis, int32_t flags) {
  return Guard([&] { return Partition(context, kOrder_argpartition, x, y, kth, n_kth, axis, flags); });
}
extern "C" numrs_status numrs_topk(numrs_context* context, const numrs_view* x, const numrs_view* values,
                                   const numrs_view* indices, int64_t k, int32_t axis, int32_t flags) {
  return Guard([&] { return TopK(context, x, values, indices, k, axis, flags); });
}
extern "C" numrs_status numrs_rankdata(numrs_context* context, const numrs_view* x, const numrs_view* y, int32_t axis,
                                       int32_t method, int32_t flags) {
  return Guard([&] { return RankData(context, x, y, axis, method, flags); });
}
extern "C" numrs_status numrs_median(numrs_context* context, const numrs_view* x, const numrs_view* where,
                                     const numrs_view* y, const int32_t* axes, int32_t n_axes, int32_t flags) {
  return Guard([&] { return Spread(context, kOrder_median, x, where, y, axes, n_axes, 1, 0, flags); });
}
extern "C" numrs_status numrs_quantile(numrs_context* context, const numrs_view* x, const numrs_view* where,
                                       const numrs_view* weights, const numrs_view* y, const double* q, int64_t n_q,
                                       const int32_t* axes, int32_t n_axes, int32_t method, int32_t flags) {
  return Guard([&] { return Quantile(context, x, where, weights, y, q, n_q, axes, n_axes, method, flags); });
}
extern "C" numrs_status numrs_mad(numrs_context* context, const numrs_view* x, const numrs_view* where,
                                  const numrs_view* y, const int32_t* axes, int32_t n_axes, double scale,
                                  int32_t flags) {
  return Guard([&] { return Spread(context, kOrder_mad, x, where, y, axes, n_axes, scale, 0, flags); });
}
extern "C" numrs_status numrs_iqr(numrs_context* context, const numrs_view* x, const numrs_view* where,
                                  const numrs_view* y, const int32_t* axes, int32_t n_axes, double scale,
                                  int32_t method, int32_t flags) {
  return Guard([&] { return Spread(context, kOrder_iqr, x, where, y, axes, n_axes, scale, method, flags); });
}
