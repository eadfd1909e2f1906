// extern "C" of optim.h: checks of arrays and options, and the numbers that each optimizer's kernel wants.
#include "numrs/optim.h"

#include <cmath>

#include "core/optim.h"
#include "core/trace.h"

namespace numrs {
namespace {

constexpr bool Same(int32_t a, int32_t b) { return a == b; }
static_assert(Same(NUMRS_OPTIM_SGD, kOptim_sgd) && Same(NUMRS_OPTIM_ADAM, kOptim_adam) &&
                  Same(NUMRS_OPTIM_ADAMW, kOptim_adamw) && Same(NUMRS_OPTIM_RMSPROP, kOptim_rmsprop) &&
                  Same(NUMRS_OPTIM_ADAGRAD, kOptim_adagrad) && Same(NUMRS_OPTIM_ADADELTA, kOptim_adadelta) &&
                  Same(NUMRS_OPTIM_LION, kOptim_lion) && Same(NUMRS_OPTIM_NADAM, kOptim_nadam) &&
                  Same(NUMRS_OPTIM_RADAM, kOptim_radam),
              "the header's numbers are the table's");

using Options = numrs_optim_options;

Status CheckArrays(const char* f, int32_t dtype, int64_t count, const int64_t* sizes, OptimArrays* out) {
  if (dtype != kF32 && dtype != kF64)
    return Fail(NUMRS_BAD_DTYPE, "%s: dtype is %s, expected float32 or float64", f, NameOf(dtype));
  if (count < 0) return Fail(NUMRS_BAD_SHAPE, "%s: count is %lld, expected 0 or more", f, (long long)count);
  if (count > 0 && !sizes) return Fail(NUMRS_BAD_ARGUMENT, "%s: sizes is NULL", f);
  int64_t total = 0;
  for (int64_t i = 0; i < count; i++) {
    if (sizes[i] < 0)
      return Fail(NUMRS_BAD_SHAPE, "%s: sizes[%lld] is %lld, expected 0 or more", f, (long long)i, (long long)sizes[i]);
    if (__builtin_add_overflow(total, sizes[i], &total) || total > (int64_t{1} << 59))
      return Fail(NUMRS_BAD_SHAPE, "%s: sizes have more elements than memory can hold", f);
  }
  *out = {dtype, count, sizes, total};
  return NUMRS_OK;
}

Status CheckPointers(const char* f, const char* name, const OptimArrays& arrays, const void* const* pointers,
                     bool each) {
  if (arrays.count > 0 && !pointers) return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL", f, name);
  for (int64_t i = 0; each && i < arrays.count; i++) {
    if (!pointers[i] && arrays.sizes[i] > 0)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s[%lld] is NULL, expected %lld elements", f, name, (long long)i,
                  (long long)arrays.sizes[i]);
  }
  return NUMRS_OK;
}

// A device that meets an element that is not aligned ends with all that is on it. sizes: nullptr: none is empty.
Status CheckAligned(const numrs_context* context, const char* f, const char* name, int32_t dtype, int64_t count,
                    const int64_t* sizes, const void* const* pointers) {
  for (int64_t i = 0; !OnHost(context) && i < count; i++) {
    const bool aligned = reinterpret_cast<uintptr_t>(pointers[i]) % static_cast<uintptr_t>(SizeOf(dtype)) == 0;
    if (!aligned && (!sizes || sizes[i] > 0))
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s[%lld] is not aligned to its elements, as devices need it", f, name,
                  (long long)i);
  }
  return NUMRS_OK;
}
// Both for gradients.
Status CheckGradients(const numrs_context* context, const char* f, const OptimArrays& arrays,
                      const void* const* grads) {
  NUMRS_TRY(CheckPointers(f, "grads", arrays, grads, false));
  return CheckAligned(context, f, "grads", arrays.dtype, arrays.count, arrays.sizes, grads);
}

Status CheckNumber(const char* f, const char* name, double got, bool fine, const char* wanted) {
  return fine ? static_cast<Status>(NUMRS_OK)
              : Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %.17g, expected %s", f, name, got, wanted);
}

constexpr int32_t kFlags =
    NUMRS_OPTIM_NESTEROV | NUMRS_OPTIM_AMSGRAD | NUMRS_OPTIM_CENTERED | NUMRS_OPTIM_MAXIMIZE | NUMRS_OPTIM_DECOUPLED;

Status CheckOptions(const char* f, int32_t op, const Options* o) {
  if (!o) return Fail(NUMRS_BAD_ARGUMENT, "%s: options is NULL", f);
  if (o->struct_size != sizeof(Options)) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: options->struct_size is %u, expected %zu; begin with NUMRS_OPTIM_OPTIONS_INIT",
                f, o->struct_size, sizeof(Options));
  }
  if (o->flags & ~kFlags) return Fail(NUMRS_BAD_ARGUMENT, "%s: flags is %d, expected bits of %d", f, o->flags, kFlags);
  if (o->step < 1) return Fail(NUMRS_BAD_ARGUMENT, "%s: step is %lld, expected 1 or more", f, (long long)o->step);
  const auto positive = [](double x) { return x >= 0 && std::isfinite(x); };
  NUMRS_TRY(CheckNumber(f, "lr", o->lr, positive(o->lr), "0 or more, finite"));
  NUMRS_TRY(CheckNumber(f, "weight_decay", o->weight_decay, positive(o->weight_decay), "0 or more, finite"));
  NUMRS_TRY(CheckNumber(f, "eps", o->eps, positive(o->eps), "0 or more, finite"));
  NUMRS_TRY(CheckNumber(f, "momentum", o->momentum, positive(o->momentum), "0 or more, finite"));
  NUMRS_TRY(CheckNumber(f, "dampening", o->dampening, std::isfinite(o->dampening), "a finite number"));
  NUMRS_TRY(CheckNumber(f, "mu_product", o->mu_product, std::isfinite(o->mu_product), "a finite number"));
  const bool moments = op != kOptim_sgd && op != kOptim_adagrad && op != kOptim_rmsprop && op != kOptim_adadelta;
  const bool mean = op == kOptim_rmsprop || op == kOptim_adadelta;
  if (moments) {
    NUMRS_TRY(CheckNumber(f, "beta1", o->beta1, o->beta1 >= 0 && o->beta1 < 1, "0 or more, below 1"));
    NUMRS_TRY(CheckNumber(f, "beta2", o->beta2, o->beta2 >= 0 && o->beta2 < 1, "0 or more, below 1"));
  }
  if (mean) NUMRS_TRY(CheckNumber(f, "beta2", o->beta2, o->beta2 >= 0 && o->beta2 <= 1, "0 to 1"));
  return NUMRS_OK;
}

// Which arenas the options use, as bits.
uint32_t UsedArenas(int32_t op, const Options& o) {
  switch (op) {
    case kOptim_sgd:
      return o.momentum != 0 ? 1 : 0;
    case kOptim_adam:
    case kOptim_adamw:
      return o.flags & NUMRS_OPTIM_AMSGRAD ? 7 : 3;
    case kOptim_rmsprop:
      return 1u | (o.momentum != 0 ? 2u : 0u) | (o.flags & NUMRS_OPTIM_CENTERED ? 4u : 0u);
    case kOptim_adagrad:
    case kOptim_lion:
      return 1;
    default:
      return 3;
  }
}

// The numbers of ops/optim-inl.h.
void Numbers(int32_t op, const Options& o, double* c) {
  const double step = static_cast<double>(o.step);
  const bool decoupled =
      op == kOptim_adamw || op == kOptim_lion ||
      ((o.flags & NUMRS_OPTIM_DECOUPLED) && (op == kOptim_adam || op == kOptim_nadam || op == kOptim_radam));
  c[0] = o.flags & NUMRS_OPTIM_MAXIMIZE ? -1 : 1;
  c[1] = decoupled ? 0 : o.weight_decay;
  c[2] = o.lr;
  c[8] = decoupled ? 1 - o.lr * o.weight_decay : 1;
  switch (op) {
    case kOptim_sgd:
      c[3] = o.momentum;
      c[4] = 1 - o.dampening;
      c[5] = o.flags & NUMRS_OPTIM_NESTEROV ? 1 : 0;
      c[6] = o.step == 1;
      return;
    case kOptim_rmsprop:
      c[3] = o.beta2;
      c[4] = 1 - o.beta2;
      c[5] = o.eps;
      c[6] = o.momentum;
      return;
    case kOptim_adagrad:
      c[2] = o.lr / (1 + (step - 1) * o.dampening);
      c[3] = o.eps;
      return;
    case kOptim_adadelta:
      c[3] = o.beta2;
      c[4] = 1 - o.beta2;
      c[5] = o.eps;
      return;
    case kOptim_lion:
      c[3] = o.beta1;
      c[4] = 1 - o.beta1;
      c[5] = o.beta2;
      c[6] = 1 - o.beta2;
      return;
    default:
      break;
  }
  const double power2 = std::pow(o.beta2, step), left1 = 1 - std::pow(o.beta1, step), left2 = 1 - power2;
  c[2] = o.lr / left1;
  c[3] = 1 - o.beta1;
  c[4] = o.beta2;
  c[5] = 1 - o.beta2;
  c[6] = 1 / std::sqrt(left2);
  c[7] = o.eps;
  if (op == kOptim_nadam) {
    const double mu = o.beta1 * (1 - 0.5 * std::pow(0.96, step * o.momentum));
    const double next = o.beta1 * (1 - 0.5 * std::pow(0.96, (step + 1) * o.momentum));
    const double product = o.mu_product * mu;
    c[2] = o.lr * (1 - mu) / (1 - product);
    c[9] = o.lr * next / (1 - product * next);
  } else if (op == kOptim_radam) {
    const double most = 2 / (1 - o.beta2) - 1, length = most - 2 * step * power2 / left2;
    c[6] = length > 5
               ? std::sqrt((length - 4) * (length - 2) * most / ((most - 4) * (most - 2) * length)) * std::sqrt(left2)
               : 0;
  }
}

Status Step(numrs_context* context, int32_t op, int32_t dtype, int64_t count, void* const* params,
            const void* const* grads, const int64_t* sizes, void* const* state, int64_t n_state,
            const Options* options) {
  const char* f = "optim_step";
  const Trace trace(f, nullptr);
  NUMRS_TRY(AdmitContext(context, f));
  if (op < 0 || op >= kOptimOps)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", f, op, kOptimOps - 1);
  OptimArrays arrays;
  NUMRS_TRY(CheckArrays(f, dtype, count, sizes, &arrays));
  NUMRS_TRY(CheckPointers(f, "params", arrays, params, true));
  NUMRS_TRY(CheckAligned(context, f, "params", dtype, count, sizes, params));
  NUMRS_TRY(CheckGradients(context, f, arrays, grads));
  NUMRS_TRY(CheckOptions(f, op, options));
  if (n_state < 0 || n_state > kOptimStates)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_state is %lld, expected 0 to %d", f, (long long)n_state, kOptimStates);
  if (n_state > 0 && !state) return Fail(NUMRS_BAD_ARGUMENT, "%s: state is NULL", f);
  const uint32_t used = UsedArenas(op, *options);
  void* arenas[kOptimStates] = {};
  for (int k = 0; k < kOptimStates; k++) {
    if (!(used >> k & 1)) continue;
    if ((k >= n_state || !state[k]) && arrays.total > 0)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: state[%d] of %s is missing, expected %lld elements", f, k,
                  kOptimRows[op].name, (long long)arrays.total);
    if (k < n_state) arenas[k] = state[k];
  }
  if (arrays.total == 0) return NUMRS_OK;
  NUMRS_TRY(CheckAligned(context, f, "state", dtype, kOptimStates, nullptr, arenas));
  double numbers[kOptimNumbers] = {};
  Numbers(op, *options, numbers);
  // Where nothing is divided by less than eps, subnormal numbers are as good as zeros; an eps of 0 and Lion's signs
  // need them.
  const bool flush = op == NUMRS_OPTIM_SGD || (op != NUMRS_OPTIM_LION && options->eps >= 1e-15);
  return RunOptimStep(MakeRun(context), op, arrays, params, grads, arenas, numbers, flush);
}

Status ClipNorm(numrs_context* context, int32_t dtype, int64_t count, void* const* grads, const int64_t* sizes,
                double max_norm, double norm_type, double* norm) {
  const char* f = "optim_clip_norm";
  const Trace trace(f, nullptr);
  NUMRS_TRY(AdmitContext(context, f));
  OptimArrays arrays;
  NUMRS_TRY(CheckArrays(f, dtype, count, sizes, &arrays));
  NUMRS_TRY(CheckGradients(context, f, arrays, grads));
  if (!norm) return Fail(NUMRS_BAD_ARGUMENT, "%s: norm is NULL", f);
  NUMRS_TRY(CheckNumber(f, "max_norm", max_norm, max_norm >= 0, "0 or more"));
  NUMRS_TRY(CheckNumber(f, "norm_type", norm_type, norm_type == 2 || (std::isinf(norm_type) && norm_type > 0),
                        "2 or infinity"));
  const Run run = MakeRun(context);
  double found;
  NUMRS_TRY(GradientNorm(run, arrays, grads, norm_type != 2, &found));
  *norm = found;
  const double factor = max_norm / (found + 1e-6);
  if (std::isinf(max_norm) || factor >= 1) return NUMRS_OK;
  return ScaleGradients(run, arrays, grads, factor);
}

Status ClipValue(numrs_context* context, int32_t dtype, int64_t count, void* const* grads, const int64_t* sizes,
                 double low, double high) {
  const char* f = "optim_clip_value";
  const Trace trace(f, nullptr);
  NUMRS_TRY(AdmitContext(context, f));
  OptimArrays arrays;
  NUMRS_TRY(CheckArrays(f, dtype, count, sizes, &arrays));
  NUMRS_TRY(CheckGradients(context, f, arrays, grads));
  if (!(low <= high)) return Fail(NUMRS_BAD_ARGUMENT, "%s: low is %.17g, expected at most high, %.17g", f, low, high);
  return ClampGradients(MakeRun(context), arrays, grads, low, high);
}

Status Scale(numrs_context* context, int32_t dtype, int64_t count, void* const* grads, const int64_t* sizes,
             double factor) {
  const char* f = "optim_scale";
  const Trace trace(f, nullptr);
  NUMRS_TRY(AdmitContext(context, f));
  OptimArrays arrays;
  NUMRS_TRY(CheckArrays(f, dtype, count, sizes, &arrays));
  NUMRS_TRY(CheckGradients(context, f, arrays, grads));
  return ScaleGradients(MakeRun(context), arrays, grads, factor);
}

Status Zero(numrs_context* context, int32_t dtype, int64_t count, void* const* grads, const int64_t* sizes) {
  const char* f = "optim_zero";
  const Trace trace(f, nullptr);
  NUMRS_TRY(AdmitContext(context, f));
  OptimArrays arrays;
  NUMRS_TRY(CheckArrays(f, dtype, count, sizes, &arrays));
  NUMRS_TRY(CheckGradients(context, f, arrays, grads));
  return ZeroGradients(MakeRun(context), arrays, grads);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_optim_step(numrs_context* context, int32_t op, int32_t dtype, int64_t count,
                                         void* const* params, const void* const* grads, const int64_t* sizes,
                                         void* const* state, int64_t n_state, const numrs_optim_options* options) {
  return Guard([&] { return Step(context, op, dtype, count, params, grads, sizes, state, n_state, options); });
}

extern "C" numrs_status numrs_optim_clip_norm(numrs_context* context, int32_t dtype, int64_t count, void* const* grads,
                                              const int64_t* sizes, double max_norm, double norm_type, double* norm) {
  return Guard([&] { return ClipNorm(context, dtype, count, grads, sizes, max_norm, norm_type, norm); });
}

extern "C" numrs_status numrs_optim_scale(numrs_context* context, int32_t dtype, int64_t count, void* const* grads,
                                          const int64_t* sizes, double factor) {
  return Guard([&] { return Scale(context, dtype, count, grads, sizes, factor); });
}

extern "C" numrs_status numrs_optim_clip_value(numrs_context* context, int32_t dtype, int64_t count, void* const* grads,
                                               const int64_t* sizes, double low, double high) {
  return Guard([&] { return ClipValue(context, dtype, count, grads, sizes, low, high); });
}

extern "C" numrs_status numrs_optim_zero(numrs_context* context, int32_t dtype, int64_t count, void* const* grads,
                                         const int64_t* sizes) {
  return Guard([&] { return Zero(context, dtype, count, grads, sizes); });
}
