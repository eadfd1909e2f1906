// extern "C" of nn_loss.h: checks of operands, options and outputs.
#include "numrs/nn_loss.h"

#include <cmath>
#include <cstring>

#include "api/axes.h"
#include "api/calls.h"
#include "core/nn_loss.h"
#include "core/trace.h"

namespace numrs {
namespace {

constexpr bool Same(int32_t a, int32_t b) { return a == b; }
static_assert(Same(NUMRS_LOSS_MSE, kLoss_mse_loss) && Same(NUMRS_LOSS_L1, kLoss_l1_loss) &&
                  Same(NUMRS_LOSS_HUBER, kLoss_huber_loss) && Same(NUMRS_LOSS_SMOOTH_L1, kLoss_smooth_l1_loss) &&
                  Same(NUMRS_LOSS_BCE, kLoss_binary_cross_entropy) &&
                  Same(NUMRS_LOSS_BCE_LOGITS, kLoss_binary_cross_entropy_with_logits) &&
                  Same(NUMRS_LOSS_KL_DIV, kLoss_kl_div) &&
                  Same(NUMRS_LOSS_KL_DIV_LOG_TARGET, kLoss_kl_div_log_target) &&
                  Same(NUMRS_LOSS_POISSON, kLoss_poisson_nll_loss) &&
                  Same(NUMRS_LOSS_POISSON_RATE, kLoss_poisson_nll_loss_rate) &&
                  Same(NUMRS_LOSS_GAUSSIAN, kLoss_gaussian_nll_loss) && Same(NUMRS_LOSS_HINGE, kLoss_hinge_loss) &&
                  Same(NUMRS_LOSS_SQUARED_HINGE, kLoss_squared_hinge_loss) &&
                  Same(NUMRS_LOSS_HINGE_EMBEDDING, kLoss_hinge_embedding_loss) &&
                  Same(NUMRS_LOSS_SOFT_MARGIN, kLoss_soft_margin_loss) &&
                  Same(NUMRS_LOSS_LOG_COSH, kLoss_log_cosh_loss),
              "the header's numbers are the table's");

Status CheckReduction(const char* f, int32_t reduction) {
  if (reduction >= 0 && reduction <= 2) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: reduction is %d, expected 0 (none), 1 (mean) or 2 (sum)", f, reduction);
}

// float32 or float64, in which this dtype is computed; kInvalid: it is no float.
int32_t FloatKernel(int32_t dtype) {
  return dtype == kF64 ? kF64 : Bit(dtype) & kRealSet ? static_cast<int32_t>(kF32) : static_cast<int32_t>(kInvalid);
}
Status ExpectFloat(const char* f, const char* argument, const View& v) {
  if (FloatKernel(v.dtype) != kInvalid) return NUMRS_OK;
  return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float dtype", f, argument, NameOf(v.dtype));
}

Status ExpectShape(const char* f, const char* argument, const View& v, int32_t ndim, const int64_t* shape) {
  if (v.ndim == ndim && (ndim == 0 || !std::memcmp(v.shape, shape, sizeof(shape[0]) * static_cast<size_t>(ndim))))
    return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", f, argument, ShapeText(v, got, sizeof(got)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}

struct LossViews {
  View x, t, v, w;
  Status Load(const char* f, int32_t op, const numrs_view* input, const numrs_view* target, const numrs_view* third,
              const numrs_view* weight, LossJob* job) {
    NUMRS_TRY(LoadRealView(f, "input", input, &x));
    NUMRS_TRY(LoadRealView(f, "target", target, &t));
    const LossThird wanted = kLossRows[op].third;
    const char* const name = op == kLoss_gaussian_nll_loss ? "var" : "pos_weight";
    if (third && wanted == LossThird::NONE) return Fail(NUMRS_BAD_ARGUMENT, "%s: third is given, expected NULL", f);
    if (!third && wanted == LossThird::NEEDED)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL, expected a view", f, name);
    if (third) NUMRS_TRY(LoadRealView(f, name, third, &v));
    if (weight) NUMRS_TRY(LoadRealView(f, "weight", weight, &w));
    NUMRS_TRY(ExpectFloat(f, "input", x));
    job->x = &x;
    job->t = &t;
    job->v = third ? &v : nullptr;
    job->w = weight ? &w : nullptr;
    job->compute = x.dtype == kF64 || t.dtype == kF64 ? kF64 : kF32;
    job->ndim = 0;
    for (const View* view : {job->x, job->t, job->v, job->w}) {
      if (!view || BroadcastShape(*view, &job->ndim, job->shape)) continue;
      char a[160], b[160];
      const char* argument = view == &t ? "target" : view == &v ? name : view == &w ? "weight" : "input";
      return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, which does not broadcast with %s of input", f, argument,
                  ShapeText(*view, a, sizeof(a)), ShapeText(x, b, sizeof(b)));
    }
    job->size = 1;
    for (int d = 0; d < job->ndim; d++) {
      if (job->shape[d] == 0) job->size = 0;
    }
    for (int d = 0; d < job->ndim && job->size != 0; d++) {
      if (__builtin_mul_overflow(job->size, job->shape[d], &job->size) || job->size > (int64_t{1} << 59))
        return Fail(NUMRS_BAD_SHAPE, "%s: the operands broadcast to more elements than memory can hold", f);
    }
    return NUMRS_OK;
  }
};

// What a loss and its gradient have in common.
Status Begin(numrs_context* context, const char* family, int32_t op, int32_t reduction, double p0, double p1,
             const numrs_view* input, const numrs_view* target, const numrs_view* third, const numrs_view* weight,
             LossViews* views, LossJob* job) {
  if (op < 0 || op >= kLossOps)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", family, op, kLossOps - 1);
  const char* f = kLossRows[op].name;
  NUMRS_TRY(AdmitContext(context, f));
  NUMRS_TRY(CheckReduction(f, reduction));
  if (std::isnan(p0) || std::isnan(p1)) return Fail(NUMRS_BAD_ARGUMENT, "%s: a parameter is nan", f);
  job->function = f;
  job->op = op;
  job->reduction = static_cast<Reduction>(reduction);
  job->p[0] = p0;
  job->p[1] = p1;
  if (op == kLoss_smooth_l1_loss) job->p[1] = p0 > 0 ? 1 / p0 : 0;
  return views->Load(f, op, input, target, third, weight, job);
}

Status Loss(numrs_context* context, int32_t op, const numrs_view* input, const numrs_view* target,
            const numrs_view* third, const numrs_view* weight, const numrs_view* out, int32_t reduction, double p0,
            double p1) {
  const Trace trace(op >= 0 && op < kLossOps ? kLossRows[op].name : "loss", input);
  LossViews views;
  LossJob job;
  View y;
  NUMRS_TRY(Begin(context, "loss", op, reduction, p0, p1, input, target, third, weight, &views, &job));
  NUMRS_TRY(LoadRealView(job.function, "out", out, &y));
  NUMRS_TRY(ExpectShape(job.function, "out", y, reduction == NUMRS_LOSS_NONE ? job.ndim : 0, job.shape));
  NUMRS_TRY(CheckOutput(job.function, job.compute == kF64 ? kF64 : views.x.dtype, y));
  return RunLoss(MakeRun(context), job, y);
}

Status LossBackward(numrs_context* context, int32_t op, const numrs_view* grad, const numrs_view* input,
                    const numrs_view* target, const numrs_view* third, const numrs_view* weight,
                    const numrs_view* g_input, const numrs_view* g_target, const numrs_view* g_third, int32_t reduction,
                    double p0, double p1) {
  const Trace trace(op >= 0 && op < kLossOps ? kLossRows[op].name : "loss_backward", input);
  LossViews views;
  LossJob job;
  View g, outs[3];
  NUMRS_TRY(Begin(context, "loss_backward", op, reduction, p0, p1, input, target, third, weight, &views, &job));
  const char* f = job.function;
  NUMRS_TRY(LoadRealView(f, "grad", grad, &g));
  NUMRS_TRY(ExpectFloat(f, "grad", g));
  NUMRS_TRY(ExpectShape(f, "grad", g, reduction == NUMRS_LOSS_NONE ? job.ndim : 0, job.shape));
  if (g_third && op != kLoss_gaussian_nll_loss)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: g_third is given, expected NULL: that operand has no gradient", f);
  const numrs_view* given[3] = {g_input, g_target, g_third};
  const char* const names[3] = {"g_input", "g_target", "g_third"};
  for (int k = 0; k < 3; k++) {
    if (!given[k]) continue;
    NUMRS_TRY(LoadRealView(f, names[k], given[k], &outs[k]));
    NUMRS_TRY(ExpectFloat(f, names[k], outs[k]));
    NUMRS_TRY(ExpectShape(f, names[k], outs[k], job.ndim, job.shape));
    NUMRS_TRY(CheckOutput(f, job.compute, outs[k]));
    for (int other = 0; other < k; other++) {
      if (given[other] && RangesOverlap(outs[other], outs[k]))
        return Fail(NUMRS_OVERLAP, "%s: %s and %s overlap", f, names[other], names[k]);
    }
  }
  return RunLossBackward(MakeRun(context), job, g, g_input ? &outs[0] : nullptr, g_target ? &outs[1] : nullptr,
                         g_third ? &outs[2] : nullptr);
}

using Options = numrs_class_loss_options;

Status ClassLoss(const char* f, numrs_context* context, const numrs_view* vgrad, const numrs_view* vlogits,
                 const numrs_view* vtarget, const numrs_view* vweight, const numrs_view* vloss, const numrs_view* vgx,
                 const Options* options, bool backward) {
  const Trace trace(f, vlogits);
  NUMRS_TRY(AdmitContext(context, f));
  if (!options) return Fail(NUMRS_BAD_ARGUMENT, "%s: options is NULL", f);
  if (options->struct_size != sizeof(Options)) {
    return Fail(NUMRS_BAD_ARGUMENT,
                "%s: options->struct_size is %u, expected %zu; begin with NUMRS_CLASS_LOSS_OPTIONS_INIT", f,
                options->struct_size, sizeof(Options));
  }
  if (options->reserved) return Fail(NUMRS_BAD_ARGUMENT, "%s: reserved is %d, expected 0", f, options->reserved);
  if (options->from_log & ~1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: from_log is %d, expected 0 or 1", f, options->from_log);
  if (options->from_log) f = backward ? "nll_loss_backward" : "nll_loss";
  NUMRS_TRY(CheckReduction(f, options->reduction));
  const double smoothing = options->label_smoothing;
  if (!(smoothing >= 0 && smoothing <= 1))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: label_smoothing is %.17g, expected 0 to 1", f, smoothing);
  if (options->from_log && smoothing != 0)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: label_smoothing is %.17g, expected 0 for log-probabilities", f, smoothing);
  View logits, target, weight, grad, loss, gx;
  NUMRS_TRY(LoadRealView(f, options->from_log ? "input" : "logits", vlogits, &logits));
  NUMRS_TRY(LoadRealView(f, "target", vtarget, &target));
  if (vweight) NUMRS_TRY(LoadRealView(f, "weight", vweight, &weight));
  if (backward) NUMRS_TRY(LoadRealView(f, "grad", vgrad, &grad));
  if (vloss) NUMRS_TRY(LoadRealView(f, "loss", vloss, &loss));
  if (vgx || backward) NUMRS_TRY(LoadRealView(f, "gradient", vgx, &gx));
  NUMRS_TRY(ExpectFloat(f, options->from_log ? "input" : "logits", logits));
  char got[160], wanted[160], of[160];
  if (logits.ndim == 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: logits have no dimensions, expected (C), (N, C) or (N, C, …)", f);
  const int axis = logits.ndim > 1 ? 1 : 0;
  const int64_t classes = logits.shape[axis];
  const Kind kind = KindOf(target.dtype);
  const bool labels = kind == Kind::INT || kind == Kind::UINT;
  if (!labels && FloatKernel(target.dtype) == kInvalid)
    return Fail(NUMRS_BAD_DTYPE, "%s: target has dtype %s, expected integer labels or float probabilities", f,
                NameOf(target.dtype));
  if (!labels && options->from_log)
    return Fail(NUMRS_BAD_DTYPE, "%s: target has dtype %s, expected integer labels", f, NameOf(target.dtype));
  View rows = logits;  // its shape is that of labels
  rows.ndim--;
  for (int d = axis; d < rows.ndim; d++) rows.shape[d] = logits.shape[d + 1];
  const View& model = labels ? rows : logits;
  if (target.ndim != model.ndim ||
      std::memcmp(target.shape, model.shape, sizeof(int64_t) * static_cast<size_t>(model.ndim))) {
    return Fail(NUMRS_BAD_SHAPE, "%s: target has shape %s, expected %s, that of %s for logits of shape %s", f,
                ShapeText(target, got, sizeof(got)), ShapeText(model, wanted, sizeof(wanted)),
                labels ? "labels" : "probabilities", ShapeText(logits, of, sizeof(of)));
  }
  if (vweight) NUMRS_TRY(ExpectShape(f, "weight", weight, 1, &classes));
  if (vweight) NUMRS_TRY(ExpectFloat(f, "weight", weight));
  const int32_t rest = options->reduction == NUMRS_LOSS_NONE ? rows.ndim : 0;
  if (backward) NUMRS_TRY(ExpectShape(f, "grad", grad, rest, rows.shape));
  if (backward) NUMRS_TRY(ExpectFloat(f, "grad", grad));
  if (vloss) NUMRS_TRY(ExpectShape(f, "loss", loss, rest, rows.shape));
  if (vloss) NUMRS_TRY(CheckOutput(f, logits.dtype, loss));
  if (vgx) NUMRS_TRY(ExpectShape(f, "gradient", gx, logits.ndim, logits.shape));
  if (vgx) NUMRS_TRY(CheckOutput(f, logits.dtype, gx));
  if (vgx && vloss && RangesOverlap(gx, loss)) return Fail(NUMRS_OVERLAP, "%s: loss and gradient overlap", f);
  ClassLossJob job{};
  job.function = f;
  job.logits = &logits;
  job.target = &target;
  job.weight = vweight ? &weight : nullptr;
  job.grad = backward ? &grad : nullptr;
  job.loss = vloss ? &loss : nullptr;
  job.gx = vgx ? &gx : nullptr;
  job.labels = labels;
  job.from_log = options->from_log != 0;
  job.compute = FloatKernel(logits.dtype);
  job.ignore_index = options->ignore_index;
  job.smoothing = smoothing;
  job.reduction = static_cast<Reduction>(options->reduction);
  return RunClassLoss(MakeRun(context), job);
}

}  // namespace

Status CrossEntropyRaw(numrs_context* context, int32_t dtype, const void* x, const int64_t* labels, void* loss,
                       void* gradient, int64_t n, int64_t classes) {
  const int64_t shape[2] = {n, classes};
  const numrs_view vx = {const_cast<void*>(x), shape, nullptr, 2, dtype};
  const numrs_view vt = {const_cast<int64_t*>(labels), shape, nullptr, 1, kI64};
  const numrs_view vloss = {loss, nullptr, nullptr, 0, dtype}, vgx = {gradient, shape, nullptr, 2, dtype};
  const Options options = NUMRS_CLASS_LOSS_OPTIONS_INIT;
  return ClassLoss("cross_entropy", context, nullptr, &vx, &vt, nullptr, &vloss, &vgx, &options, false);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_loss(numrs_context* context, int32_t op, const numrs_view* input,
                                   const numrs_view* target, const numrs_view* third, const numrs_view* weight,
                                   const numrs_view* y, int32_t reduction, double p0, double p1) {
  return Guard([&] { return Loss(context, op, input, target, third, weight, y, reduction, p0, p1); });
}

extern "C" numrs_status numrs_loss_backward(numrs_context* context, int32_t op, const numrs_view* grad,
                                            const numrs_view* input, const numrs_view* target, const numrs_view* third,
                                            const numrs_view* weight, const numrs_view* g_input,
                                            const numrs_view* g_target, const numrs_view* g_third, int32_t reduction,
                                            double p0, double p1) {
  return Guard([&] {
    return LossBackward(context, op, grad, input, target, third, weight, g_input, g_target, g_third, reduction, p0, p1);
  });
}

extern "C" numrs_status numrs_cross_entropy(numrs_context* context, const numrs_view* logits, const numrs_view* target,
                                            const numrs_view* weight, const numrs_view* loss,
                                            const numrs_view* gradient, const numrs_class_loss_options* options) {
  return Guard([&] {
    return ClassLoss("cross_entropy", context, nullptr, logits, target, weight, loss, gradient, options, false);
  });
}

extern "C" numrs_status numrs_cross_entropy_backward(numrs_context* context, const numrs_view* grad,
                                                     const numrs_view* logits, const numrs_view* target,
                                                     const numrs_view* weight, const numrs_view* gradient,
                                                     const numrs_class_loss_options* options) {
  return Guard([&] {
    return ClassLoss("cross_entropy_backward", context, grad, logits, target, weight, nullptr, gradient, options, true);
  });
}
