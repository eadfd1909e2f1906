// extern "C" of numrs_interp: check, run.
#include <cstring>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/order_search.h"
#include "core/trace.h"
#include "numrs/order.h"

namespace numrs {
namespace {

Status Interp(numrs_context* context, const numrs_view* x, const numrs_view* xp, const numrs_view* fp,
              const numrs_view* y, double left, double right) {
  const char* function = "interp";
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  InterpJob job;
  View &at = job.x, &places = job.xp, &values = job.fp, &out = job.y;
  char got[160], wanted[160];
  NUMRS_TRY(LoadRealView(function, "x", x, &at));
  NUMRS_TRY(LoadRealView(function, "xp", xp, &places));
  NUMRS_TRY(LoadRealView(function, "fp", fp, &values));
  NUMRS_TRY(LoadRealView(function, "out", y, &out));
  if (places.ndim != 1 || places.size == 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: xp has shape %s, expected 1 dimension with at least one point", function,
                ShapeText(places, got, sizeof(got)));
  if (values.ndim != 1 || values.size != places.size)
    return Fail(NUMRS_BAD_SHAPE, "%s: fp has shape %s, expected %s of xp", function,
                ShapeText(values, got, sizeof(got)), ShapeText(places, wanted, sizeof(wanted)));
  if (out.ndim != at.ndim ||
      std::memcmp(out.shape, at.shape, sizeof(out.shape[0]) * static_cast<size_t>(out.ndim)) != 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s of x", function, ShapeText(out, got, sizeof(got)),
                ShapeText(at, wanted, sizeof(wanted)));
  NUMRS_TRY(CheckOutput(function, kF64, out));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&at, &places, &values, &out}));
  job.function = function;
  job.left = left;
  job.right = right;
  if (!RangesOverlap(at, out) && !RangesOverlap(places, out) && !RangesOverlap(values, out)) return RunInterp(run, job);
  const size_t bytes = static_cast<size_t>(out.size) * 8;
  const RunMemory memory(run, function, bytes);
  if (!memory.ok()) return memory.Failure(function, "the result, which overlaps an input", bytes);
  const View whole = job.y;
  job.y = ContiguousView(memory.data(), kF64, whole.ndim, whole.shape);
  NUMRS_TRY(RunInterp(run, job));
  return Convert(run, function, job.y, whole);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_interp(numrs_context* context, const numrs_view* x, const numrs_view* xp,
                                     const numrs_view* fp, const numrs_view* y, double left, double right) {
  return Guard([&] { return Interp(context, x, xp, fp, y, left, right); });
}
