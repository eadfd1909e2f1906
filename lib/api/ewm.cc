// extern "C" of ewm.h: check and run. Raw functions (raw.cc) come in by the same door.
#include "numrs/ewm.h"

#include <cstring>

#include "api/rolling.h"
#include "core/ewm.h"
#include "core/trace.h"

namespace numrs {
namespace {

using Options = numrs_ewm_options;

Status CheckOptions(const char* f, const Options* o, int64_t n) {
  if (!o) return Fail(NUMRS_BAD_ARGUMENT, "%s: options is NULL", f);
  if (o->struct_size != sizeof(Options)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: options->struct_size is %u, expected %zu; begin with NUMRS_EWM_OPTIONS_INIT",
                f, o->struct_size, sizeof(Options));
  }
  if ((o->adjust | o->ignore_missing | o->unbiased) & ~1) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: adjust is %d, ignore_missing %d, unbiased %d, expected 0 or 1", f, o->adjust,
                o->ignore_missing, o->unbiased);
  }
  if (o->min_periods < 0)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: min_periods is %lld, expected at least 0", f, (long long)o->min_periods);
  if (!(o->factors && o->adjust) && !(o->alpha > 0 && o->alpha <= 1))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: alpha is %g, expected more than 0 and at most 1", f, o->alpha);
  if (o->n_factors != (o->factors ? n : 0)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_factors is %lld, expected %lld", f, (long long)o->n_factors,
                (long long)(o->factors ? n : 0));
  }
  for (int64_t i = 1; i < o->n_factors; i++) {
    if (!(o->factors[i] >= 0 && o->factors[i] <= 1)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: factor %lld is %g, expected 0 to 1", f, (long long)i, o->factors[i]);
    }
  }
  return NUMRS_OK;
}

Status Ewm(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* y,
           int32_t axis, const Options* o) {
  const bool known = op >= 0 && op < kEwmOps;
  const char* f = known ? kEwmRows[op].name : "ewm";
  if (!known) return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", f, op, kEwmOps - 1);
  const Trace trace(f, x);
  NUMRS_TRY(AdmitContext(context, f));
  EwmJob job;
  job.op = op;
  job.lines.function = f;
  NUMRS_TRY(LoadLines(f, x, kEwmRows[op].inputs > 1, x2, y, axis, &job.lines));
  NUMRS_TRY(CheckOptions(f, o, job.lines.n));
  job.lines.outputs = job.lines.n;
  NUMRS_TRY(CheckLines(job.lines, job.lines.n));
  if (SharesMemory(o->factors, o->n_factors * 8, job.lines.y))
    return Fail(NUMRS_OVERLAP, "%s: out shares memory with factors", f);
  job.p = EwmParameters{o->alpha, o->min_periods ? o->min_periods : 1, o->adjust != 0, o->ignore_missing != 0,
                        o->unbiased != 0};
  job.factors = o->factors;
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, f, {&job.lines.x, &job.lines.x2, &job.lines.y}));
  return RunApart(run, job.lines, [&] { return RunEwm(run, job); });
}

}  // namespace

Status EwmRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y, int64_t outer,
              int64_t n, int64_t inner, double alpha, int64_t min_periods, int32_t ignore_missing, int32_t adjust,
              int32_t unbiased) {
  Options options = NUMRS_EWM_OPTIONS_INIT;
  options.alpha = alpha;
  options.min_periods = min_periods;
  options.ignore_missing = ignore_missing;
  options.adjust = adjust;
  options.unbiased = unbiased;
  const int64_t shape[] = {outer, n, inner};
  const numrs_view a = {const_cast<void*>(x), shape, nullptr, 3, dtype},
                   b = {const_cast<void*>(x2), shape, nullptr, 3, dtype};
  const numrs_view out = {y, shape, nullptr, 3, dtype};
  return Ewm(context, op, &a, op == kEwm_cov || op == kEwm_corr ? &b : nullptr, &out, 1, &options);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_ewm(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2,
                                  const numrs_view* y, int32_t axis, const numrs_ewm_options* options) {
  return Guard([&] { return Ewm(context, op, x, x2, y, axis, options); });
}
