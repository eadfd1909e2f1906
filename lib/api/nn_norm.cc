// extern "C" of nn_norm.h: check, run, report.
#include "numrs/nn_norm.h"

#include <cmath>

#include "api/axes.h"
#include "api/calls.h"
#include "core/nn_norm.h"
#include "core/nn_operands.h"
#include "core/trace.h"

namespace numrs {
namespace {

Status Optional(const char* function, const char* argument, const numrs_view* in, View* out) {
  if (in) return LoadRealView(function, argument, in, out);
  *out = NoView();
  return NUMRS_OK;
}

// v, where it is there, has these extents.
Status Expect(const char* function, const char* argument, const View& v, int32_t ndim, const int64_t* shape) {
  if (v.ndim < 0) return NUMRS_OK;
  bool same = v.ndim == ndim;
  for (int d = 0; d < ndim && same; d++) same = v.shape[d] == shape[d];
  if (same) return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument, ShapeText(v, got, sizeof(got)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}
Status Result(const char* function, int32_t dtype, const View& v) {
  return v.ndim < 0 ? NUMRS_OK : CheckOutput(function, dtype, v);
}
Status CheckEps(const char* function, double eps) {
  if (eps >= 0 && std::isfinite(eps)) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: eps is %g, expected a finite number from 0 on", function, eps);
}

// Rows and columns of x, with the last n_axes axes as columns.
Status SplitAxes(const char* function, const View& x, int32_t n_axes, int64_t* rows, int64_t* cols) {
  if (n_axes < 1 || n_axes > x.ndim)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_axes is %d, expected 1 … %d, the number of axes of x", function, n_axes,
                x.ndim);
  *rows = *cols = 1;
  for (int d = 0; d < x.ndim; d++) {
    int64_t& product = d < x.ndim - n_axes ? *rows : *cols;
    product = TimesExtent(product, x.shape[d]);
  }
  // Of an empty x the product of the others may be anything: no row has an element, or there is none.
  if (*cols != 0 && x.size == 0) *rows = 0;
  return NUMRS_OK;
}

Status LayerNorm(numrs_context* context, const char* function, bool centred, const numrs_view* x,
                 const numrs_view* weight, const numrs_view* bias, const numrs_view* y, const numrs_view* mean,
                 const numrs_view* rstd, int32_t n_axes, double eps) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  LayerNormJob job;
  job.function = function;
  job.centred = centred;
  job.eps = eps;
  NUMRS_TRY(LoadRealView(function, "x", x, &job.x));
  NUMRS_TRY(Optional(function, "weight", weight, &job.weight));
  NUMRS_TRY(Optional(function, "bias", bias, &job.bias));
  NUMRS_TRY(LoadRealView(function, "out", y, &job.y));
  NUMRS_TRY(Optional(function, "mean", mean, &job.mean));
  NUMRS_TRY(Optional(function, "rstd", rstd, &job.rstd));
  NUMRS_TRY(SplitAxes(function, job.x, n_axes, &job.rows, &job.cols));
  const int64_t* last = job.x.shape + job.x.ndim - n_axes;
  NUMRS_TRY(Expect(function, "weight", job.weight, n_axes, last));
  NUMRS_TRY(Expect(function, "bias", job.bias, n_axes, last));
  NUMRS_TRY(Expect(function, "out", job.y, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "mean", job.mean, job.x.ndim - n_axes, job.x.shape));
  NUMRS_TRY(Expect(function, "rstd", job.rstd, job.x.ndim - n_axes, job.x.shape));
  NUMRS_TRY(CheckEps(function, eps));
  NUMRS_TRY(CheckOutput(function, NnStored(job.x.dtype), job.y));
  NUMRS_TRY(Result(function, kF64, job.mean));
  NUMRS_TRY(Result(function, kF64, job.rstd));
  NUMRS_TRY(CheckApart(function, {&job.y, &job.mean, &job.rstd}));
  if (job.mean.ndim >= 0 || job.rstd.ndim >= 0) {  // rows without elements have statistics too
    job.rows = job.mean.ndim >= 0 ? job.mean.size : job.rstd.size;
  }
  return RunLayerNorm(MakeRun(context), job);
}

Status LayerNormBack(numrs_context* context, const char* function, bool centred, const numrs_view* grad,
                     const numrs_view* x, const numrs_view* weight, const numrs_view* mean, const numrs_view* rstd,
                     const numrs_view* gx, const numrs_view* gweight, const numrs_view* gbias, int32_t n_axes) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  LayerNormBackJob job;
  job.function = function;
  job.centred = centred;
  NUMRS_TRY(LoadRealView(function, "grad", grad, &job.grad));
  NUMRS_TRY(LoadRealView(function, "x", x, &job.x));
  NUMRS_TRY(Optional(function, "weight", weight, &job.weight));
  job.mean = NoView();
  if (centred) NUMRS_TRY(LoadRealView(function, "mean", mean, &job.mean));
  NUMRS_TRY(LoadRealView(function, "rstd", rstd, &job.rstd));
  NUMRS_TRY(Optional(function, "gx", gx, &job.gx));
  NUMRS_TRY(Optional(function, "gweight", gweight, &job.gweight));
  NUMRS_TRY(Optional(function, "gbias", gbias, &job.gbias));
  NUMRS_TRY(SplitAxes(function, job.x, n_axes, &job.rows, &job.cols));
  const int64_t* last = job.x.shape + job.x.ndim - n_axes;
  NUMRS_TRY(Expect(function, "grad", job.grad, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "weight", job.weight, n_axes, last));
  NUMRS_TRY(Expect(function, "mean", job.mean, job.x.ndim - n_axes, job.x.shape));
  NUMRS_TRY(Expect(function, "rstd", job.rstd, job.x.ndim - n_axes, job.x.shape));
  NUMRS_TRY(Expect(function, "gx", job.gx, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "gweight", job.gweight, n_axes, last));
  NUMRS_TRY(Expect(function, "gbias", job.gbias, n_axes, last));
  const int32_t result = NnStored(job.x.dtype);
  NUMRS_TRY(Result(function, result, job.gx));
  NUMRS_TRY(Result(function, result, job.gweight));
  NUMRS_TRY(Result(function, result, job.gbias));
  NUMRS_TRY(CheckApart(function, {&job.gx, &job.gweight, &job.gbias}));
  return RunLayerNormBack(MakeRun(context), job);
}

// n, channels and the product of the other extents.
template <class Job>
Status SplitChannels(const char* function, Job* job) {
  const View& x = job->x;
  if (x.ndim < 2)
    return Fail(NUMRS_BAD_SHAPE, "%s: x has %d axes, expected at least 2: (n, channels, …)", function, x.ndim);
  job->n = x.shape[0];
  job->channels = x.shape[1];
  job->inner = 1;
  for (int d = 2; d < x.ndim; d++) job->inner = TimesExtent(job->inner, x.shape[d]);
  if (x.size == 0 && job->n != 0 && job->channels != 0) job->inner = 0;
  if (x.size == 0 && job->inner != 0) job->inner = 1;
  return NUMRS_OK;
}
template <class Job>
Status CheckGroups(const char* function, const Job& job, int64_t groups) {
  if (groups >= 1 && job.channels % groups == 0) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: groups is %lld, expected a divisor of the %lld channels", function,
              static_cast<long long>(groups), static_cast<long long>(job.channels));
}

// groups 0: batch_norm.
Status ChannelNorm(numrs_context* context, const char* function, const numrs_view* x, const numrs_view* weight,
                   const numrs_view* bias, const numrs_view* running_mean, const numrs_view* running_var,
                   const numrs_view* y, const numrs_view* mean, const numrs_view* rstd, bool by_group, int64_t groups,
                   int32_t training, double momentum, double eps) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  ChannelNormJob job;
  job.function = function;
  NUMRS_TRY(LoadRealView(function, "x", x, &job.x));
  NUMRS_TRY(Optional(function, "weight", weight, &job.weight));
  NUMRS_TRY(Optional(function, "bias", bias, &job.bias));
  NUMRS_TRY(Optional(function, "running_mean", running_mean, &job.running_mean));
  NUMRS_TRY(Optional(function, "running_var", running_var, &job.running_var));
  NUMRS_TRY(LoadRealView(function, "out", y, &job.y));
  NUMRS_TRY(Optional(function, "mean", mean, &job.mean));
  NUMRS_TRY(Optional(function, "rstd", rstd, &job.rstd));
  NUMRS_TRY(SplitChannels(function, &job));
  if (by_group) NUMRS_TRY(CheckGroups(function, job, groups));
  job.groups = by_group ? groups : 0;
  const int64_t channels[] = {job.channels}, sets[] = {job.n, groups};
  NUMRS_TRY(Expect(function, "weight", job.weight, 1, channels));
  NUMRS_TRY(Expect(function, "bias", job.bias, 1, channels));
  NUMRS_TRY(Expect(function, "running_mean", job.running_mean, 1, channels));
  NUMRS_TRY(Expect(function, "running_var", job.running_var, 1, channels));
  NUMRS_TRY(Expect(function, "out", job.y, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "mean", job.mean, by_group ? 2 : 1, by_group ? sets : channels));
  NUMRS_TRY(Expect(function, "rstd", job.rstd, by_group ? 2 : 1, by_group ? sets : channels));
  NUMRS_TRY(CheckEps(function, eps));
  job.use_running = training == 0;
  job.momentum = momentum;
  job.eps = eps;
  if (!by_group) {
    const bool has_mean = job.running_mean.ndim >= 0, has_var = job.running_var.ndim >= 0;
    if (training != 0 && training != 1)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: training is %d, expected 0 or 1", function, training);
    if (has_mean != has_var)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: only %s is given, expected both running_mean and running_var, or neither",
                  function, has_mean ? "running_mean" : "running_var");
    if (!training && !has_mean)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: running_mean and running_var are NULL, expected them without training",
                  function);
    if (training && !std::isfinite(momentum))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: momentum is %g, expected a finite number", function, momentum);
    if (training && job.x.size != 0 && job.n * job.inner < 2)
      return Fail(NUMRS_BAD_SHAPE, "%s: x has 1 element to a channel, expected at least 2 for training", function);
    if (training && has_mean) {
      NUMRS_TRY(CheckOutput(function, kF64, job.running_mean));
      NUMRS_TRY(CheckOutput(function, kF64, job.running_var));
      NUMRS_TRY(CheckApart(function, {&job.y, &job.running_mean, &job.running_var}));
      if (job.x.size == 0) job.running_mean = job.running_var = NoView();  // nothing was seen
    }
  }
  NUMRS_TRY(CheckOutput(function, NnStored(job.x.dtype), job.y));
  NUMRS_TRY(Result(function, kF64, job.mean));
  NUMRS_TRY(Result(function, kF64, job.rstd));
  NUMRS_TRY(CheckApart(function, {&job.y, &job.mean, &job.rstd}));
  return RunChannelNorm(MakeRun(context), job);
}

Status ChannelNormBack(numrs_context* context, const char* function, const numrs_view* grad, const numrs_view* x,
                       const numrs_view* weight, const numrs_view* mean, const numrs_view* rstd, const numrs_view* gx,
                       const numrs_view* gweight, const numrs_view* gbias, bool by_group, int64_t groups,
                       int32_t training) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  ChannelNormBackJob job;
  job.function = function;
  NUMRS_TRY(LoadRealView(function, "grad", grad, &job.grad));
  NUMRS_TRY(LoadRealView(function, "x", x, &job.x));
  NUMRS_TRY(Optional(function, "weight", weight, &job.weight));
  NUMRS_TRY(LoadRealView(function, "mean", mean, &job.mean));
  NUMRS_TRY(LoadRealView(function, "rstd", rstd, &job.rstd));
  NUMRS_TRY(Optional(function, "gx", gx, &job.gx));
  NUMRS_TRY(Optional(function, "gweight", gweight, &job.gweight));
  NUMRS_TRY(Optional(function, "gbias", gbias, &job.gbias));
  NUMRS_TRY(SplitChannels(function, &job));
  if (by_group) NUMRS_TRY(CheckGroups(function, job, groups));
  job.groups = by_group ? groups : 0;
  if (training != 0 && training != 1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: training is %d, expected 0 or 1", function, training);
  job.use_running = training == 0;
  const int64_t channels[] = {job.channels}, sets[] = {job.n, groups};
  NUMRS_TRY(Expect(function, "grad", job.grad, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "weight", job.weight, 1, channels));
  NUMRS_TRY(Expect(function, "mean", job.mean, by_group ? 2 : 1, by_group ? sets : channels));
  NUMRS_TRY(Expect(function, "rstd", job.rstd, by_group ? 2 : 1, by_group ? sets : channels));
  NUMRS_TRY(Expect(function, "gx", job.gx, job.x.ndim, job.x.shape));
  NUMRS_TRY(Expect(function, "gweight", job.gweight, 1, channels));
  NUMRS_TRY(Expect(function, "gbias", job.gbias, 1, channels));
  const int32_t result = NnStored(job.x.dtype);
  NUMRS_TRY(Result(function, result, job.gx));
  NUMRS_TRY(Result(function, result, job.gweight));
  NUMRS_TRY(Result(function, result, job.gbias));
  NUMRS_TRY(CheckApart(function, {&job.gx, &job.gweight, &job.gbias}));
  return RunChannelNormBack(MakeRun(context), job);
}

// Contiguous memory as a view, or none for NULL.
struct Array {
  numrs_view view;
  bool there;
  Array(const void* data, int32_t dtype, int32_t ndim, const int64_t* shape, bool needed = false)
      : view{const_cast<void*>(data), shape, nullptr, ndim, dtype}, there(data || needed) {}
  operator const numrs_view*() const { return there ? &view : nullptr; }
};

}  // namespace

Status LayerNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias, void* y,
                    double* mean, double* rstd, int64_t rows, int64_t cols, double eps) {
  const int64_t shape[] = {rows, cols};
  return LayerNorm(context, "layer_norm", true, Array(x, dtype, 2, shape, true), Array(weight, dtype, 1, shape + 1),
                   Array(bias, dtype, 1, shape + 1), Array(y, dtype, 2, shape, true), Array(mean, kF64, 1, shape),
                   Array(rstd, kF64, 1, shape), 1, eps);
}
Status LayerNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t rows,
                            int64_t cols) {
  const int64_t shape[] = {rows, cols};
  return LayerNormBack(context, "layer_norm_backward", true, Array(grad, dtype, 2, shape, true),
                       Array(x, dtype, 2, shape, true), Array(weight, dtype, 1, shape + 1),
                       Array(mean, kF64, 1, shape, true), Array(rstd, kF64, 1, shape, true), Array(gx, dtype, 2, shape),
                       Array(gweight, dtype, 1, shape + 1), Array(gbias, dtype, 1, shape + 1), 1);
}
Status RmsNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, void* y, double* rstd,
                  int64_t rows, int64_t cols, double eps) {
  const int64_t shape[] = {rows, cols};
  return LayerNorm(context, "rms_norm", false, Array(x, dtype, 2, shape, true), Array(weight, dtype, 1, shape + 1),
                   nullptr, Array(y, dtype, 2, shape, true), nullptr, Array(rstd, kF64, 1, shape), 1, eps);
}
Status RmsNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                          const double* rstd, void* gx, void* gweight, int64_t rows, int64_t cols) {
  const int64_t shape[] = {rows, cols};
  return LayerNormBack(context, "rms_norm_backward", false, Array(grad, dtype, 2, shape, true),
                       Array(x, dtype, 2, shape, true), Array(weight, dtype, 1, shape + 1), nullptr,
                       Array(rstd, kF64, 1, shape, true), Array(gx, dtype, 2, shape),
                       Array(gweight, dtype, 1, shape + 1), nullptr, 1);
}
Status GroupNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias, void* y,
                    double* mean, double* rstd, int64_t n, int64_t channels, int64_t inner, int64_t groups,
                    double eps) {
  const int64_t shape[] = {n, channels, inner}, sets[] = {n, groups};
  return ChannelNorm(context, "group_norm", Array(x, dtype, 3, shape, true), Array(weight, dtype, 1, shape + 1),
                     Array(bias, dtype, 1, shape + 1), nullptr, nullptr, Array(y, dtype, 3, shape, true),
                     Array(mean, kF64, 2, sets), Array(rstd, kF64, 2, sets), true, groups, 1, 0, eps);
}
Status GroupNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t n,
                            int64_t channels, int64_t inner, int64_t groups) {
  const int64_t shape[] = {n, channels, inner}, sets[] = {n, groups};
  return ChannelNormBack(context, "group_norm_backward", Array(grad, dtype, 3, shape, true),
                         Array(x, dtype, 3, shape, true), Array(weight, dtype, 1, shape + 1),
                         Array(mean, kF64, 2, sets, true), Array(rstd, kF64, 2, sets, true), Array(gx, dtype, 3, shape),
                         Array(gweight, dtype, 1, shape + 1), Array(gbias, dtype, 1, shape + 1), true, groups, 1);
}
Status BatchNormRaw(numrs_context* context, int32_t dtype, const void* x, const void* weight, const void* bias,
                    void* running_mean, void* running_var, void* y, double* mean, double* rstd, int64_t n,
                    int64_t channels, int64_t inner, int32_t training, double momentum, double eps) {
  const int64_t shape[] = {n, channels, inner};
  return ChannelNorm(context, "batch_norm", Array(x, dtype, 3, shape, true), Array(weight, dtype, 1, shape + 1),
                     Array(bias, dtype, 1, shape + 1), Array(running_mean, dtype, 1, shape + 1),
                     Array(running_var, dtype, 1, shape + 1), Array(y, dtype, 3, shape, true),
                     Array(mean, kF64, 1, shape + 1), Array(rstd, kF64, 1, shape + 1), false, 0, training, momentum,
                     eps);
}
Status BatchNormBackwardRaw(numrs_context* context, int32_t dtype, const void* grad, const void* x, const void* weight,
                            const double* mean, const double* rstd, void* gx, void* gweight, void* gbias, int64_t n,
                            int64_t channels, int64_t inner, int32_t training) {
  const int64_t shape[] = {n, channels, inner};
  return ChannelNormBack(context, "batch_norm_backward", Array(grad, dtype, 3, shape, true),
                         Array(x, dtype, 3, shape, true), Array(weight, dtype, 1, shape + 1),
                         Array(mean, kF64, 1, shape + 1, true), Array(rstd, kF64, 1, shape + 1, true),
                         Array(gx, dtype, 3, shape), Array(gweight, dtype, 1, shape + 1),
                         Array(gbias, dtype, 1, shape + 1), false, 0, training);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_layer_norm(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                         const numrs_view* bias, const numrs_view* y, const numrs_view* mean,
                                         const numrs_view* rstd, int32_t n_axes, double eps) {
  return Guard([&] { return LayerNorm(context, "layer_norm", true, x, weight, bias, y, mean, rstd, n_axes, eps); });
}
extern "C" numrs_status numrs_layer_norm_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                                  const numrs_view* weight, const numrs_view* mean,
                                                  const numrs_view* rstd, const numrs_view* gx,
                                                  const numrs_view* gweight, const numrs_view* gbias, int32_t n_axes) {
  return Guard([&] {
    return LayerNormBack(context, "layer_norm_backward", true, grad, x, weight, mean, rstd, gx, gweight, gbias, n_axes);
  });
}
extern "C" numrs_status numrs_rms_norm(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                       const numrs_view* y, const numrs_view* rstd, int32_t n_axes, double eps) {
  return Guard(
      [&] { return LayerNorm(context, "rms_norm", false, x, weight, nullptr, y, nullptr, rstd, n_axes, eps); });
}
extern "C" numrs_status numrs_rms_norm_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                                const numrs_view* weight, const numrs_view* rstd, const numrs_view* gx,
                                                const numrs_view* gweight, int32_t n_axes) {
  return Guard([&] {
    return LayerNormBack(context, "rms_norm_backward", false, grad, x, weight, nullptr, rstd, gx, gweight, nullptr,
                         n_axes);
  });
}
extern "C" numrs_status numrs_group_norm(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                         const numrs_view* bias, const numrs_view* y, const numrs_view* mean,
                                         const numrs_view* rstd, int64_t groups, double eps) {
  return Guard([&] {
    return ChannelNorm(context, "group_norm", x, weight, bias, nullptr, nullptr, y, mean, rstd, true, groups, 1, 0,
                       eps);
  });
}
extern "C" numrs_status numrs_group_norm_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                                  const numrs_view* weight, const numrs_view* mean,
                                                  const numrs_view* rstd, const numrs_view* gx,
                                                  const numrs_view* gweight, const numrs_view* gbias, int64_t groups) {
  return Guard([&] {
    return ChannelNormBack(context, "group_norm_backward", grad, x, weight, mean, rstd, gx, gweight, gbias, true,
                           groups, 1);
  });
}
extern "C" numrs_status numrs_batch_norm(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                         const numrs_view* bias, const numrs_view* running_mean,
                                         const numrs_view* running_var, const numrs_view* y, const numrs_view* mean,
                                         const numrs_view* rstd, int32_t training, double momentum, double eps) {
  return Guard([&] {
    return ChannelNorm(context, "batch_norm", x, weight, bias, running_mean, running_var, y, mean, rstd, false, 0,
                       training, momentum, eps);
  });
}
extern "C" numrs_status numrs_batch_norm_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                                  const numrs_view* weight, const numrs_view* mean,
                                                  const numrs_view* rstd, const numrs_view* gx,
                                                  const numrs_view* gweight, const numrs_view* gbias,
                                                  int32_t training) {
  return Guard([&] {
    return ChannelNormBack(context, "batch_norm_backward", grad, x, weight, mean, rstd, gx, gweight, gbias, false, 0,
                           training);
  });
}
