// extern "C" of order.h: places in sorted arrays, and the different elements of an array.
#include <cstring>

#include "api/axes.h"
#include "api/calls.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/order_search.h"
#include "core/order_tables.h"
#include "core/trace.h"
#include "numrs/order.h"

namespace numrs {
namespace {

Status SearchSorted(numrs_context* context, const numrs_view* x1, const numrs_view* x2, const numrs_view* sorter,
                    const numrs_view* y, int32_t flags) {
  const char* function = "searchsorted";
  const Trace trace(function, x2);
  NUMRS_TRY(AdmitContext(context, function));
  if (flags & ~NUMRS_ORDER_RIGHT)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %d, expected 0 or %d", function, flags, NUMRS_ORDER_RIGHT);
  SearchJob job;
  View &sorted = job.sorted, &values = job.values, &order = job.order, &out = job.y;
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
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&sorted, &values, &order, &out}));
  job.function = function;
  job.compute = OrderKernelDType(Promote(sorted.dtype, values.dtype));
  job.right = (flags & NUMRS_ORDER_RIGHT) != 0;
  const bool apart =
      RangesOverlap(sorted, out) || RangesOverlap(values, out) || (order.ndim >= 0 && RangesOverlap(order, out));
  if (!apart) return RunSearch(run, job);
  const size_t bytes = static_cast<size_t>(out.size) * 8;
  const RunMemory memory(run, function, bytes);
  if (!memory.ok()) return memory.Failure(function, "the result, which overlaps an input", bytes);
  const View whole = job.y;
  job.y = ContiguousView(memory.data(), kI64, whole.ndim, whole.shape);
  NUMRS_TRY(RunSearch(run, job));
  return Convert(run, function, job.y, whole);
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

Status Unique(numrs_context* context, const numrs_view* x, const numrs_view* values, const numrs_view* indices,
              const numrs_view* inverse, const numrs_view* counts, int64_t* count) {
  const char* function = "unique";
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  if (!count) return Fail(NUMRS_BAD_ARGUMENT, "%s: count is NULL", function);
  if (!values) return Fail(NUMRS_BAD_ARGUMENT, "%s: values is NULL", function);
  UniqueJob job;
  job.function = function;
  View& in = job.x;
  View* const outputs[4] = {&job.values, &job.indices, &job.counts, &job.inverse};
  NUMRS_TRY(LoadRealView(function, "x", x, &in));
  const numrs_view* given[4] = {values, indices, counts, inverse};
  static const char* const kNames[4] = {"values", "indices", "counts", "inverse"};
  for (int k = 0; k < 4; k++) {
    NUMRS_TRY(LoadUnique(function, kNames[k], given[k], in, k == 0 ? in.dtype : kI64, k < 3, outputs[k]));
    for (int j = 0; j < k; j++) {
      if (given[k] && given[j] && RangesOverlap(*outputs[k], *outputs[j]))
        return Fail(NUMRS_OVERLAP, "%s: %s and %s overlap", function, kNames[j], kNames[k]);
    }
  }
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&job.x, &job.values, &job.indices, &job.counts, &job.inverse}));
  int64_t found = 0;
  job.count = &found;
  NUMRS_TRY(RunUnique(run, job));
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
