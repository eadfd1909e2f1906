// extern "C" of groups and histograms (stats.h): check, run. Raw functions (raw.cc) come in by the same door.
#include "api/group.h"

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/group.h"
#include "core/trace.h"
#include "numrs/stats.h"

namespace numrs {
namespace {

Status CheckGroupOp(int32_t op) {
  if (op >= 0 && op < kGroupOps) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "group: op is %d, expected 0 to %d", op, kGroupOps - 1);
}

Status Group(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* keys, const numrs_view* y,
             int32_t axis, double parameter) {
  NUMRS_TRY(CheckGroupOp(op));
  const GroupRow& row = kGroupRows[op];
  const Trace trace(row.name, x);
  NUMRS_TRY(AdmitContext(context, row.name));
  GroupJob job;
  job.op = op;
  job.parameter = op == kGroup_median ? 0.5 : parameter;
  NUMRS_TRY(LoadRealView(row.name, "x", x, &job.x));
  NUMRS_TRY(LoadRealView(row.name, "keys", keys, &job.keys));
  NUMRS_TRY(LoadRealView(row.name, "out", y, &job.y));
  NUMRS_TRY(NormalizeAxis(row.name, job.x.ndim, axis, &job.axis));
  if (op == kGroup_quantile && !(parameter >= 0 && parameter <= 1))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: q is %g, expected 0 to 1", row.name, parameter);
  if (KindOf(job.keys.dtype) != Kind::INT && KindOf(job.keys.dtype) != Kind::UINT)
    return Fail(NUMRS_BAD_DTYPE, "%s: keys has dtype %s, expected integers", row.name, NameOf(job.keys.dtype));
  char got[160];
  if (job.keys.ndim != 1 || job.keys.shape[0] != job.x.shape[job.axis]) {
    return Fail(NUMRS_BAD_SHAPE, "%s: keys has shape %s, expected (%lld,), one per element along axis %d", row.name,
                ShapeText(job.keys, got, sizeof(got)), (long long)job.x.shape[job.axis], axis);
  }
  bool fits = job.y.ndim == job.x.ndim;
  for (int d = 0; fits && d < job.x.ndim; d++) fits = d == job.axis || job.y.shape[d] == job.x.shape[d];
  if (!fits) {
    char wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s with the groups along axis %d", row.name,
                ShapeText(job.y, got, sizeof(got)), ShapeText(job.x, wanted, sizeof(wanted)), axis);
  }
  NUMRS_TRY(CheckOutput(row.name, GroupResultDType(op, job.x.dtype), job.y));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, row.name, {&job.x, &job.keys, &job.y}));
  if (!RangesOverlap(job.x, job.y) && !RangesOverlap(job.keys, job.y)) return RunGroup(run, job);
  const size_t bytes = static_cast<size_t>(job.y.size) * 8;
  const RunMemory memory(run, row.name, bytes);
  if (!memory.ok()) return memory.Failure(row.name, "the result, which overlaps an input", bytes);
  const View out = job.y;
  job.y = ContiguousView(memory.data(), out.dtype, out.ndim, out.shape);
  NUMRS_TRY(RunGroup(run, job));
  return Convert(run, row.name, job.y, out);
}

Status Histogram(numrs_context* context, const numrs_view* x, const numrs_view* weights, const numrs_view* edges,
                 const numrs_view* counts) {
  const char* name = "histogram";
  const Trace trace(name, x);
  NUMRS_TRY(AdmitContext(context, name));
  HistogramJob job;
  job.function = name;
  View &in = job.x, &shares = job.weights, &limits = job.edges, &out = job.counts;
  NUMRS_TRY(LoadRealView(name, "x", x, &in));
  NUMRS_TRY(LoadRealView(name, "edges", edges, &limits));
  NUMRS_TRY(LoadRealView(name, "out", counts, &out));
  char got[160], wanted[160];
  if (weights) {
    NUMRS_TRY(LoadRealView(name, "weights", weights, &shares));
    bool same = shares.ndim == in.ndim;
    for (int d = 0; same && d < in.ndim; d++) same = shares.shape[d] == in.shape[d];
    if (!same) {
      return Fail(NUMRS_BAD_SHAPE, "%s: weights has shape %s, expected %s, the shape of x", name,
                  ShapeText(shares, got, sizeof(got)), ShapeText(in, wanted, sizeof(wanted)));
    }
  }
  if (limits.ndim != 1 || limits.shape[0] < 2)
    return Fail(NUMRS_BAD_SHAPE, "%s: edges has shape %s, expected at least (2,)", name,
                ShapeText(limits, got, sizeof(got)));
  if (out.ndim != 1 || out.shape[0] != limits.shape[0] - 1) {
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected (%lld,)", name, ShapeText(out, got, sizeof(got)),
                (long long)(limits.shape[0] - 1));
  }
  NUMRS_TRY(CheckOutput(name, weights ? kF64 : kI64, out));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, name, {&in, &shares, &limits, &out}));
  return RunHistogram(run, job);
}

}  // namespace

Status GroupRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const int64_t* keys, void* y,
                int32_t y_dtype, int64_t n, int64_t n_groups, double parameter) {
  const numrs_view in = {const_cast<void*>(x), &n, nullptr, 1, dtype};
  const numrs_view by = {const_cast<int64_t*>(keys), &n, nullptr, 1, kI64};
  const numrs_view out = {y, &n_groups, nullptr, 1, y_dtype};
  return Group(context, op, &in, &by, &out, 0, parameter);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_group(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* keys,
                                    const numrs_view* y, int32_t axis, double parameter) {
  return Guard([&] { return Group(context, op, x, keys, y, axis, parameter); });
}
extern "C" numrs_status numrs_group_dtype(int32_t op, int32_t x, int32_t* result) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckGroupOp(op));
    if (!result) return Fail(NUMRS_BAD_ARGUMENT, "group_dtype: result is NULL");
    if (!IsRealDType(x))
      return Fail(NUMRS_BAD_DTYPE, "group_dtype: x has dtype %s, which the operation does not take", NameOf(x));
    *result = GroupResultDType(op, x);
    return NUMRS_OK;
  });
}
extern "C" numrs_status numrs_histogram(numrs_context* context, const numrs_view* x, const numrs_view* weights,
                                        const numrs_view* edges, const numrs_view* counts) {
  return Guard([&] { return Histogram(context, x, weights, edges, counts); });
}
