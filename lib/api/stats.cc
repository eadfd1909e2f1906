// extern "C" of stats.h: check, describe the lines, run. Raw functions (raw.cc) come in by the same door.
#include "api/stats.h"

#include <cmath>
#include <cstring>

#include "api/axes.h"
#include "core/elementwise.h"
#include "core/device_state.h"
#include "core/stats.h"
#include "core/trace.h"
#include "numrs/stats.h"

namespace numrs {
namespace {

// Name, default and allowed range of each parameter; whole: a whole number.
struct Parameter {
  const char* name;
  double usual, least, most;
  bool whole;
};
struct Parameters {
  int count;
  Parameter p[kStatParameters];
};
const Parameters& ParametersOf(StatParameters kind) {
  constexpr double kMost = 1.7976931348623157e308;
  static const Parameters table[] = {
      {0, {}},
      {1, {{"bias", 1, 0, 1, true}}},
      {2, {{"bias", 1, 0, 1, true}, {"fisher", 1, 0, 1, true}}},
      {1, {{"order", 1, 0, 1000, true}}},
      {1, {{"correction", 0, -kMost, kMost, false}}},
      {1, {{"proportion", 0.1, 0, 0.5, false}}},
      {1, {{"c", 6, 0, kMost, false}}},
      {2, {{"lower", 0.05, 0, 1, false}, {"upper", 0.05, 0, 1, false}}},
      {2, {{"low", 4, 0, kMost, false}, {"high", 4, 0, kMost, false}}},
      {1, {{"alpha", 0.95, 0, 1, false}}},
      {1, {{"periods", 1, -0x1p53, 0x1p53, true}}},
      {1, {{"limit", 0, 0, 0x1p53, true}}},
  };
  return table[static_cast<int>(kind)];
}

Status LoadParameters(const StatRow& row, const double* given, int32_t n, double* out) {
  const Parameters& wanted = ParametersOf(row.parameters);
  if (n < 0 || n > wanted.count) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_parameters is %d, expected 0 to %d", row.name, n, wanted.count);
  }
  if (n > 0 && !given) return Fail(NUMRS_BAD_ARGUMENT, "%s: parameters is NULL, expected %d", row.name, n);
  for (int k = 0; k < wanted.count; k++) {
    const Parameter& p = wanted.p[k];
    out[k] = k < n ? given[k] : p.usual;
    const bool within = out[k] >= p.least && out[k] <= p.most && (!p.whole || out[k] == std::floor(out[k]));
    if (within) continue;
    if (p.most < 1e300) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %g, expected %s%g to %g", row.name, p.name, out[k],
                  p.whole ? "a whole number, " : "", p.least, p.most);
    }
    return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %g, expected a finite number%s", row.name, p.name, out[k],
                p.least == 0 ? " of at least 0" : "");
  }
  if (row.parameters == StatParameters::LIMITS && out[0] + out[1] > 1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: lower + upper is %g, expected at most 1", row.name, out[0] + out[1]);
  return NUMRS_OK;
}

// `other` stretched to x's shape.
Status Stretch(const char* function, const char* argument, const View& x, const View& other, View* out) {
  int32_t ndim = x.ndim;
  int64_t shape[kMaxNDim];
  std::memcpy(shape, x.shape, sizeof(shape[0]) * static_cast<size_t>(ndim));
  if (other.ndim > ndim || !BroadcastShape(other, &ndim, shape) ||
      std::memcmp(shape, x.shape, sizeof(shape[0]) * static_cast<size_t>(ndim)) != 0) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, which does not broadcast to %s of x", function, argument,
                ShapeText(other, got, sizeof(got)), ShapeText(x, wanted, sizeof(wanted)));
  }
  *out = x;
  out->data = other.data;
  out->dtype = other.dtype;
  out->host = other.host;
  BroadcastStrides(other, ndim, shape, out->strides);
  return NUMRS_OK;
}

// y as the job sees it: x's shape, or extent 1 on the axes and the numbers of a line apart.
Status DescribeOutput(const StatRow& row, const View& given, StatJob* job) {
  View y = given;
  job->output_stride = y.itemsize();
  if (row.outputs > 1) {
    if (y.ndim < 1 || y.shape[y.ndim - 1] != row.outputs) {
      char got[160];
      return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected a last axis of extent %d", row.name,
                  ShapeText(y, got, sizeof(got)), row.outputs);
    }
    job->output_stride = y.strides[--y.ndim];
    y.size = 1;
    for (int d = 0; d < y.ndim; d++) y.size = TimesExtent(y.size, y.shape[d]);
  }
  if (row.outputs) return ExpandOutput(row.name, job->x, job->axes, y, &job->y);
  if (y.ndim != job->x.ndim ||
      std::memcmp(y.shape, job->x.shape, sizeof(y.shape[0]) * static_cast<size_t>(y.ndim)) != 0) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", row.name, ShapeText(y, got, sizeof(got)),
                ShapeText(job->x, wanted, sizeof(wanted)));
  }
  job->y = y;
  return NUMRS_OK;
}

int32_t ResultOf(int32_t x, int32_t x2) { return FloatOf(x, x2); }

Status CheckStatOp(int32_t op) {
  if (op >= 0 && op < kStatOps) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "stat: op is %d, expected 0 to %d", op, kStatOps - 1);
}

}  // namespace

Status Stat(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2, const numrs_view* where,
            const numrs_view* y, const int32_t* axes, int32_t n_axes, const double* parameters, int32_t n_parameters) {
  NUMRS_TRY(CheckStatOp(op));
  const StatRow& row = kStatRows[op];
  const Trace trace(row.name, x);
  NUMRS_TRY(AdmitContext(context, row.name));
  StatJob job;
  job.function = row.name;
  job.op = op;
  job.x2.ndim = job.where.ndim = -1;
  View in, out, other;
  NUMRS_TRY(LoadRealView(row.name, "x", x, &job.x));
  NUMRS_TRY(LoadRealView(row.name, "out", y, &out));
  if ((x2 != nullptr) != (row.inputs == 2)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: x2 is %sNULL, expected %s", row.name, x2 ? "not " : "",
                x2 ? "NULL" : "a second input");
  }
  if (x2) {
    NUMRS_TRY(LoadRealView(row.name, "x2", x2, &other));
    NUMRS_TRY(Stretch(row.name, "x2", job.x, other, &job.x2));
  }
  if (where) {
    NUMRS_TRY(LoadRealView(row.name, "where", where, &other));
    if (other.dtype != kBOOL)
      return Fail(NUMRS_BAD_DTYPE, "%s: where has dtype %s, expected bool", row.name, NameOf(other.dtype));
    if (!row.outputs) return Fail(NUMRS_BAD_ARGUMENT, "%s: where is not supported, expected NULL", row.name);
    NUMRS_TRY(Stretch(row.name, "where", job.x, other, &job.where));
  }
  NUMRS_TRY(AxesMask(row.name, job.x.ndim, axes, n_axes, &job.axes));
  NUMRS_TRY(LoadParameters(row, parameters, n_parameters, job.parameters));
  NUMRS_TRY(DescribeOutput(row, out, &job));
  NUMRS_TRY(CheckOutput(row.name, ResultOf(job.x.dtype, x2 ? job.x2.dtype : kInvalid), out));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, row.name, {&job.x, &job.x2, &job.where, &out}));
  const bool apart =
      !RangesOverlap(job.x, out) && !(x2 && RangesOverlap(job.x2, out)) && !(where && RangesOverlap(job.where, out));
  if (apart) return RunStat(run, job);
  const size_t bytes = static_cast<size_t>(out.size) * 8;
  const RunMemory memory(run, row.name, bytes);
  if (!memory.ok()) return memory.Failure(row.name, "the result, which overlaps an input", bytes);
  const View copy = ContiguousView(memory.data(), out.dtype, out.ndim, out.shape);
  NUMRS_TRY(DescribeOutput(row, copy, &job));
  NUMRS_TRY(RunStat(run, job));
  return Convert(run, row.name, copy, out);
}

Status StatRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, const void* x2, void* y, int64_t outer,
               int64_t n, int64_t inner, const double* parameters, int32_t n_parameters) {
  const int32_t axis = 1;
  const StatRow& row = kStatRows[op];
  const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner, row.outputs};
  const numrs_view in = {const_cast<void*>(x), shape, nullptr, 3, dtype};
  const numrs_view in2 = {const_cast<void*>(x2), shape, nullptr, 3, dtype};
  const numrs_view out = {y, row.outputs ? y_shape : shape, nullptr, row.outputs == 1 ? 2 : 3, dtype};
  return Stat(context, op, &in, row.inputs == 2 ? &in2 : nullptr, nullptr, &out, &axis, 1, parameters, n_parameters);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_stat(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* x2,
                                   const numrs_view* where, const numrs_view* y, const int32_t* axes, int32_t n_axes,
                                   const double* parameters, int32_t n_parameters) {
  return Guard([&] { return Stat(context, op, x, x2, where, y, axes, n_axes, parameters, n_parameters); });
}

extern "C" numrs_status numrs_stat_dtype(int32_t op, int32_t x, int32_t x2, int32_t* result) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckStatOp(op));
    if (!result) return Fail(NUMRS_BAD_ARGUMENT, "stat_dtype: result is NULL");
    const bool two = kStatRows[op].inputs == 2;
    for (const int32_t dtype : {x, two ? x2 : x}) {
      if (!IsRealDType(dtype))
        return Fail(NUMRS_BAD_DTYPE, "stat_dtype: x has dtype %s, which the operation does not take", NameOf(dtype));
    }
    *result = ResultOf(x, two ? x2 : static_cast<int32_t>(kInvalid));
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_stat_shape(int32_t op, int32_t* inputs, int32_t* outputs) {
  return Guard([&]() -> Status {
    NUMRS_TRY(CheckStatOp(op));
    if (!inputs || !outputs) return Fail(NUMRS_BAD_ARGUMENT, "stat_shape: inputs or outputs is NULL");
    *inputs = kStatRows[op].inputs;
    *outputs = kStatRows[op].outputs;
    return NUMRS_OK;
  });
}
