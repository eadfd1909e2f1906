// extern "C" of rolling.h: check, describe the windows, run. Raw functions (raw.cc) come in by the same door.
#include "api/rolling.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/elementwise.h"
#include "core/rolling.h"
#include "core/trace.h"

namespace numrs {
namespace {

using Options = numrs_rolling_options;

const char* NameOfOp(int32_t op) { return op >= 0 && op < kRollingOps ? kRollingRows[op].name : "rolling"; }

Status CheckOp(const char* function, int32_t op) {
  if (op >= 0 && op < kRollingOps) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", function, op, kRollingOps - 1);
}

// What holds for the options whatever the operation and the line.
Status CheckOptions(const char* f, const Options* o) {
  if (!o) return Fail(NUMRS_BAD_ARGUMENT, "%s: options is NULL", f);
  if (o->struct_size != sizeof(Options)) {
    return Fail(NUMRS_BAD_ARGUMENT,
                "%s: options->struct_size is %u, expected %zu; begin with NUMRS_ROLLING_OPTIONS_INIT", f,
                o->struct_size, sizeof(Options));
  }
  if (!o->starts != !o->ends)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: one of starts and ends is NULL, expected both or neither", f);
  if (o->n_bounds < 0 || (o->n_bounds > 0 && !o->starts)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_bounds is %lld%s", f, (long long)o->n_bounds,
                o->n_bounds < 0 ? ", expected at least 0" : ", but starts is NULL");
  }
  if (o->starts ? o->window != 0 : o->window < 1) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: window is %lld, expected %s", f, (long long)o->window,
                o->starts ? "0 with bounds" : "at least 1");
  }
  if (o->min_periods < -1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: min_periods is %lld, expected at least 0", f, (long long)o->min_periods);
  if (!o->starts && o->min_periods > o->window) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: min_periods is %lld, expected at most the window, %lld", f,
                (long long)o->min_periods, (long long)o->window);
  }
  if (o->step < 0) return Fail(NUMRS_BAD_ARGUMENT, "%s: step is %lld, expected at least 1", f, (long long)o->step);
  if (o->starts && o->step > 1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: step is %lld, expected 1 with bounds", f, (long long)o->step);
  if (o->closed < 0 || o->closed > NUMRS_CLOSED_NEITHER)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: closed is %d, expected 0 to %d", f, o->closed, NUMRS_CLOSED_NEITHER);
  if (o->center & ~1) return Fail(NUMRS_BAD_ARGUMENT, "%s: center is %d, expected 0 or 1", f, o->center);
  if (o->starts && (o->closed || o->center || o->weights))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: closed, center and weights do not go with bounds", f);
  if (o->weights && o->closed > NUMRS_CLOSED_LEFT)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: closed is %d, expected right or left with weights", f, o->closed);
  if (o->reserved) return Fail(NUMRS_BAD_ARGUMENT, "%s: reserved is %d, expected 0", f, o->reserved);
  return NUMRS_OK;
}

Status CheckParameter(const char* f, int32_t op, const Options& o) {
  if (std::isnan(o.parameter)) return Fail(NUMRS_BAD_ARGUMENT, "%s: parameter is NaN", f);
  if (op == kRolling_quantile && !(o.parameter >= 0 && o.parameter <= 1))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: q is %g, expected 0 to 1", f, o.parameter);
  const int32_t methods = op == kRolling_quantile ? NUMRS_ROLLING_NORMAL_UNBIASED
                          : op == kRolling_rank   ? NUMRS_ROLLING_RANK_MAX
                                                  : 0;
  if (o.method < 0 || o.method > methods)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: method is %d, expected 0 to %d", f, o.method, methods);
  if (o.flags & ~(op == kRolling_rank ? NUMRS_ROLLING_DESCENDING | NUMRS_ROLLING_FRACTION : 0))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %d, which the operation does not know", f, o.flags);
  const bool weighs = op == kRolling_sum || op == kRolling_mean || op == kRolling_var || op == kRolling_std;
  if (o.weights && !weighs)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: weights are given; only sum, mean, var and std take them", f);
  return NUMRS_OK;
}

int64_t Outputs(const Options& o, int64_t n) {
  if (o.starts) return o.n_bounds;
  const int64_t step = o.step ? o.step : 1;
  return n / step + (n % step != 0);
}

Status CheckBounds(const char* f, const Options& o, int64_t n, int64_t* longest) {
  *longest = 0;
  for (int64_t i = 0; i < o.n_bounds; i++) {
    const long long start = o.starts[i], end = o.ends[i];
    if (start < 0 || end < 0 || start > n || end > n) {
      return Fail(NUMRS_BAD_INDEX, "%s: bounds %lld are [%lld, %lld), which is not inside [0, %lld]", f, (long long)i,
                  start, end, (long long)n);
    }
    if (start > end) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: bounds %lld are [%lld, %lld), expected start <= end", f, (long long)i, start,
                  end);
    }
    *longest = std::max<int64_t>(*longest, end - start);
  }
  return NUMRS_OK;
}

// The windows of a line of n elements.
Status Describe(const Options& o, RollingJob* job) {
  const int64_t n = job->n;
  job->outputs = Outputs(o, n);
  // Beyond the line there is only the first output, whatever the step.
  job->step = std::min(o.step ? o.step : 1, std::max<int64_t>(n, 1));
  RollingParameters& p = job->p;
  p.min_periods = o.min_periods < 0 ? 0 : o.min_periods > 0 ? o.min_periods : o.starts ? 1 : o.window;
  p.correction = p.q = o.parameter;
  p.scale = job->op == kRolling_robust_zscore ? 1 / 0.6744897501960817 : o.parameter == 0 ? 1 : o.parameter;
  p.method = o.method;
  p.descending = o.flags & NUMRS_ROLLING_DESCENDING;
  p.fraction = o.flags & NUMRS_ROLLING_FRACTION;
  p.weights = o.weights;
  if (o.starts) {
    job->starts = o.starts;
    job->ends = o.ends;
    NUMRS_TRY(CheckBounds(job->function, o, n, &p.window));
    p.window = std::max<int64_t>(p.window, 1);
    return NUMRS_OK;
  }
  const int64_t offset = o.center ? (o.window - 1) / 2 : 0;
  job->first = 1 + offset - o.window - (o.closed == NUMRS_CLOSED_LEFT || o.closed == NUMRS_CLOSED_BOTH);
  job->last = 1 + offset - (o.closed == NUMRS_CLOSED_LEFT || o.closed == NUMRS_CLOSED_NEITHER);
  if (!o.weights) {  // no slot is farther away than the line is long
    job->first = std::max(job->first, -n);
    job->last = std::min(job->last, n);
  }
  p.window = job->last - job->first;
  job->empty = p.window < 1;
  return NUMRS_OK;
}

}  // namespace

bool SharesMemory(const void* data, int64_t bytes, const View& y) {
  if (!data || bytes <= 0 || y.size == 0) return false;
  return RangesOverlap(ContiguousView(const_cast<void*>(data), kU8, 1, &bytes), y);
}

Status LoadLines(const char* f, const numrs_view* x, bool two, const numrs_view* x2, const numrs_view* y, int32_t axis,
                 RollingJob* job) {
  NUMRS_TRY(LoadRealView(f, "x", x, &job->x));
  if (two) NUMRS_TRY(LoadRealView(f, "x2", x2, &job->x2));
  if (!two && x2) return Fail(NUMRS_BAD_ARGUMENT, "%s: x2 is given, expected NULL", f);
  NUMRS_TRY(LoadRealView(f, "out", y, &job->y));
  const int32_t ndim = job->x.ndim;
  if (axis < -ndim || axis >= ndim)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: axis %d is out of bounds for an array of dimension %d", f, axis, ndim);
  job->axis = axis < 0 ? axis + ndim : axis;
  job->n = job->x.shape[job->axis];
  return NUMRS_OK;
}

Status CheckLines(const RollingJob& job, int64_t outputs) {
  const char* f = job.function;
  const int32_t ndim = job.x.ndim;
  const bool two = job.x2.dtype != kInvalid;
  const size_t bytes = sizeof(int64_t) * static_cast<size_t>(ndim);
  char got[160], wanted[160];
  if (two && (job.x2.ndim != ndim || std::memcmp(job.x.shape, job.x2.shape, bytes) != 0)) {
    return Fail(NUMRS_BAD_SHAPE, "%s: x2 has shape %s, expected %s", f, ShapeText(job.x2, got, sizeof(got)),
                ShapeText(job.x, wanted, sizeof(wanted)));
  }
  int64_t shape[kMaxNDim];
  std::memcpy(shape, job.x.shape, bytes);
  shape[job.axis] = outputs;
  if (job.y.ndim != ndim || std::memcmp(shape, job.y.shape, bytes) != 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", f, ShapeText(job.y, got, sizeof(got)),
                ShapeText(ndim, shape, wanted, sizeof(wanted)));
  }
  const int32_t result = FloatOf(job.x.dtype, two ? job.x2.dtype : static_cast<int32_t>(kInvalid));
  if (result != job.y.dtype && !CanCastSameKind(result, job.y.dtype)) {
    return Fail(NUMRS_BAD_DTYPE,
                "%s: out has dtype %s, to which the result of dtype %s cannot be cast by the same_kind rule", f,
                NameOf(job.y.dtype), NameOf(result));
  }
  if (OverlapsItself(job.y))
    return Fail(NUMRS_OVERLAP, "%s: out has elements that share memory (strides 0 or overlapping)", f);
  return NUMRS_OK;
}

Status CopyApart(const Run& run, const char* function, View* x, std::optional<RunMemory>* memory) {
  const size_t bytes = static_cast<size_t>(x->size * x->itemsize());
  memory->emplace(run, function, bytes);
  if (!(*memory)->ok()) return (*memory)->Failure(function, "a copy of x, which overlaps out", bytes);
  const View copy = ContiguousView((*memory)->data(), x->dtype, x->ndim, x->shape);
  NUMRS_TRY(Convert(run, function, *x, copy));
  *x = copy;
  return NUMRS_OK;
}

Status Rolling(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* y,
               int32_t axis, const Options* options) {
  const char* f = NameOfOp(op);
  NUMRS_TRY(CheckOp(f, op));
  const Trace trace(f, x);
  NUMRS_TRY(AdmitContext(context, f));
  RollingJob job;
  job.function = f;
  job.op = op;
  NUMRS_TRY(LoadLines(f, x, kRollingRows[op].inputs > 1, x2, y, axis, &job));
  NUMRS_TRY(CheckOptions(f, options));
  NUMRS_TRY(CheckParameter(f, op, *options));
  NUMRS_TRY(CheckLines(job, Outputs(*options, job.n)));
  NUMRS_TRY(Describe(*options, &job));
  const bool zscore = op == kRolling_zscore || op == kRolling_robust_zscore;
  if (zscore && options->starts && options->n_bounds != job.n) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_bounds is %lld, expected one per element, %lld", f,
                (long long)options->n_bounds, (long long)job.n);
  }
  if (SharesMemory(options->starts, options->n_bounds * 8, job.y) ||
      SharesMemory(options->ends, options->n_bounds * 8, job.y) ||
      (options->weights &&
       SharesMemory(options->weights, std::min<int64_t>(options->window, int64_t{1} << 59) * 8, job.y)))
    return Fail(NUMRS_OVERLAP, "%s: out shares memory with starts, ends or weights", f);
  if (job.y.size == 0) return NUMRS_OK;
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, f, {&job.x, &job.x2, &job.y}));
  return RunApart(run, job, [&] { return RunRolling(run, job); });
}

Status RollingRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y,
                  int64_t outer, int64_t n, int64_t inner, int64_t window, int64_t min_periods, double parameter) {
  const char* f = NameOfOp(op);
  if (min_periods < 0)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: min_periods is %lld, expected at least 0", f, (long long)min_periods);
  Options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.window = window;
  options.min_periods = min_periods == 0 ? -1 : min_periods;
  options.parameter = parameter;
  const int64_t shape[] = {outer, n, inner};
  const int line = outer == 1 && inner == 1;  // one dimension
  const int32_t ndim = line ? 1 : 3;
  const numrs_view a = {const_cast<void*>(x), shape + line, nullptr, ndim, dtype};
  const numrs_view b = {const_cast<void*>(x2), shape + line, nullptr, ndim, dtype};
  const numrs_view out = {y, shape + line, nullptr, ndim, dtype};
  return Rolling(context, op, &a, kRollingRows[op].inputs > 1 ? &b : nullptr, &out, line ? 0 : 1, &options);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_rolling(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2,
                                      const numrs_view* y, int32_t axis, const numrs_rolling_options* options) {
  return Guard([&] { return Rolling(context, op, x, x2, y, axis, options); });
}

extern "C" numrs_status numrs_rolling_length(int64_t n, const numrs_rolling_options* options, int64_t* outputs) {
  return Guard([&]() -> Status {
    const char* f = "rolling_length";
    NUMRS_TRY(CheckOptions(f, options));
    if (n < 0) return Fail(NUMRS_BAD_ARGUMENT, "%s: n is %lld, expected at least 0", f, (long long)n);
    if (!outputs) return Fail(NUMRS_BAD_ARGUMENT, "%s: outputs is NULL", f);
    *outputs = Outputs(*options, n);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_rolling_dtype(int32_t op, int32_t x, int32_t* result) {
  return Guard([&]() -> Status {
    const char* f = "rolling_dtype";
    NUMRS_TRY(CheckOp(f, op));
    if (!result) return Fail(NUMRS_BAD_ARGUMENT, "%s: result is NULL", f);
    if (!IsRealDType(x))
      return Fail(NUMRS_BAD_DTYPE, "%s: x has dtype %s, which the operation does not take", f, NameOf(x));
    *result = FloatOf(x);
    return NUMRS_OK;
  });
}
