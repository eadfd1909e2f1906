// extern "C" of nn_activation.h: check, run, report.
#include "numrs/nn_activation.h"

#include <cmath>

#include "api/axes.h"
#include "api/calls.h"
#include "core/nn_activation.h"
#include "core/nn_operands.h"
#include "core/trace.h"

namespace numrs {
namespace {

#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) \
  static_assert(NUMRS_ACTIVATION_##NAME == id, "the header's number of " #name);
#include "table/activation.def"

Status SameShape(const char* function, const char* argument, const View& v, const View& x) {
  bool same = v.ndim == x.ndim;
  for (int d = 0; d < x.ndim && same; d++) same = v.shape[d] == x.shape[d];
  if (same) return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s, that of x", function, argument,
              ShapeText(v, got, sizeof(got)), ShapeText(x, wanted, sizeof(wanted)));
}

Status CheckParameters(const char* function, const ActivationRow& row, double a, double b) {
  switch (row.rule) {
    case ParameterRule::NONE:
      return NUMRS_OK;
    case ParameterRule::FINITE:
      if (std::isfinite(a)) return NUMRS_OK;
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the parameter is %g, expected a finite number", function, a);
    case ParameterRule::NONZERO:
      if (std::isfinite(a) && a != 0) return NUMRS_OK;
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the parameter is %g, expected a finite number that is not 0", function, a);
    case ParameterRule::ORDERED:
      if (a <= b) return NUMRS_OK;
      return Fail(NUMRS_BAD_ARGUMENT, "%s: the limits are %g and %g, expected the first one not above the second one",
                  function, a, b);
    case ParameterRule::BETA:
      if (!std::isfinite(a) || a == 0)
        return Fail(NUMRS_BAD_ARGUMENT, "%s: beta is %g, expected a finite number that is not 0", function, a);
      if (b != b) return Fail(NUMRS_BAD_ARGUMENT, "%s: threshold is NaN, expected a number", function);
      return NUMRS_OK;
  }
  return NUMRS_OK;
}

// g is nullptr for the function itself.
Status Activation(numrs_context* context, int32_t op, bool back, const numrs_view* g, const numrs_view* x,
                  const numrs_view* y, double a, double b) {
  if (op < 0 || op >= kActivations)
    return Fail(NUMRS_BAD_ARGUMENT, "activation: op is %d, expected 0 … %d", op, kActivations - 1);
  const ActivationRow& row = kActivationRows[op];
  ActivationJob job;
  job.function = back ? row.backward : row.name;
  const Trace trace(job.function, x);
  NUMRS_TRY(AdmitContext(context, job.function));
  job.op = op;
  job.a = a;
  job.b = b;
  job.g = NoView();
  NUMRS_TRY(LoadRealView(job.function, "x", x, &job.x));
  if (back) {
    NUMRS_TRY(LoadRealView(job.function, "grad", g, &job.g));
    NUMRS_TRY(SameShape(job.function, "grad", job.g, job.x));
  }
  NUMRS_TRY(LoadView(job.function, "out", y, &job.y));
  NUMRS_TRY(SameShape(job.function, "out", job.y, job.x));
  NUMRS_TRY(CheckParameters(job.function, row, a, b));
  NUMRS_TRY(CheckOutput(job.function, NnStored(job.x.dtype), job.y));
  return RunActivation(MakeRun(context), job);
}

Status Softmax(numrs_context* context, bool back, const numrs_view* g, const numrs_view* x, const numrs_view* y,
               int32_t axis, int32_t log) {
  SoftmaxJob job;
  job.log = log == 1;
  job.function = back ? (job.log ? "log_softmax_backward" : "softmax_backward") : job.log ? "log_softmax" : "softmax";
  const Trace trace(job.function, x);
  NUMRS_TRY(AdmitContext(context, job.function));
  if (log != 0 && log != 1) return Fail(NUMRS_BAD_ARGUMENT, "softmax: log is %d, expected 0 or 1", log);
  job.g = NoView();
  NUMRS_TRY(LoadRealView(job.function, back ? "y" : "x", x, &job.x));
  if (back) {
    NUMRS_TRY(LoadRealView(job.function, "grad", g, &job.g));
    NUMRS_TRY(SameShape(job.function, "grad", job.g, job.x));
  }
  NUMRS_TRY(LoadView(job.function, "out", y, &job.y));
  NUMRS_TRY(SameShape(job.function, "out", job.y, job.x));
  NUMRS_TRY(NormalizeAxis(job.function, job.x.ndim, axis, &job.axis));
  NUMRS_TRY(CheckOutput(job.function, NnStored(job.x.dtype), job.y));
  return RunSoftmax(MakeRun(context), job);
}

numrs_view Contiguous(const void* data, const int64_t* shape, int32_t ndim, int32_t dtype) {
  return numrs_view{const_cast<void*>(data), shape, nullptr, ndim, dtype};
}

}  // namespace

Status ActivationRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t n, int32_t op, double a,
                     double b) {
  const numrs_view vx = Contiguous(x, &n, 1, dtype), vy = Contiguous(y, &n, 1, dtype);
  return Activation(context, op, false, nullptr, &vx, &vy, a, b);
}
Status ActivationBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, void* gx,
                             int64_t n, int32_t op, double a, double b) {
  const numrs_view vg = Contiguous(grad, &n, 1, dtype), vx = Contiguous(x, &n, 1, dtype),
                   vy = Contiguous(gx, &n, 1, dtype);
  return Activation(context, op, true, &vg, &vx, &vy, a, b);
}
Status SoftmaxRaw(numrs_context* context, int32_t dtype, const void* x, void* y, int64_t outer, int64_t n,
                  int64_t inner, int32_t log) {
  const int64_t shape[] = {outer, n, inner};
  const numrs_view vx = Contiguous(x, shape, 3, dtype), vy = Contiguous(y, shape, 3, dtype);
  return Softmax(context, false, nullptr, &vx, &vy, 1, log);
}
Status SoftmaxBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* y, void* gx,
                          int64_t outer, int64_t n, int64_t inner, int32_t log) {
  const int64_t shape[] = {outer, n, inner};
  const numrs_view vg = Contiguous(grad, shape, 3, dtype), vy = Contiguous(y, shape, 3, dtype),
                   vx = Contiguous(gx, shape, 3, dtype);
  return Softmax(context, true, &vg, &vy, &vx, 1, log);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_activation(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y,
                                         double a, double b) {
  return Guard([&] { return Activation(context, op, false, nullptr, x, y, a, b); });
}
extern "C" numrs_status numrs_activation_backward(numrs_context* context, int32_t op, const numrs_view* grad,
                                                  const numrs_view* x, const numrs_view* gx, double a, double b) {
  return Guard([&] { return Activation(context, op, true, grad, x, gx, a, b); });
}
extern "C" numrs_status numrs_softmax(numrs_context* context, const numrs_view* x, const numrs_view* y, int32_t axis,
                                      int32_t log) {
  return Guard([&] { return Softmax(context, false, nullptr, x, y, axis, log); });
}
extern "C" numrs_status numrs_softmax_backward(numrs_context* context, const numrs_view* grad, const numrs_view* y,
                                               const numrs_view* gx, int32_t axis, int32_t log) {
  return Guard([&] { return Softmax(context, true, grad, y, gx, axis, log); });
}
