// extern "C" of nn_attention.h: check, run, report.
#include "numrs/nn_attention.h"

#include <cmath>
#include <cstring>

#include "api/axes.h"
#include "api/calls.h"
#include "core/nn_attention.h"
#include "core/trace.h"

namespace numrs {
namespace {

bool IsFloat(int32_t dtype) { return dtype == kF16 || dtype == kBF16 || dtype == kF32 || dtype == kF64; }

Status LoadFloat(const char* function, const char* argument, const numrs_view* in, int32_t dtype, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  if (!IsFloat(out->dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float dtype", function, argument, NameOf(out->dtype));
  if (dtype && out->dtype != dtype)
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected %s", function, argument, NameOf(out->dtype),
                NameOf(dtype));
  return NUMRS_OK;
}

Status ExpectShape(const char* function, const char* argument, const View& v, int32_t ndim, const int64_t* shape) {
  if (v.ndim == ndim && (ndim == 0 || std::memcmp(v.shape, shape, sizeof(int64_t) * static_cast<size_t>(ndim)) == 0))
    return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument, ShapeText(v, got, sizeof(got)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}

// Writes are safe: each element is there once.
Status LoadOutput(const char* function, const char* argument, const numrs_view* in, int32_t dtype, int32_t ndim,
                  const int64_t* shape, View* out) {
  NUMRS_TRY(LoadFloat(function, argument, in, dtype, out));
  NUMRS_TRY(ExpectShape(function, argument, *out, ndim, shape));
  if (OverlapsItself(*out)) return Fail(NUMRS_OVERLAP, "%s: elements of %s share memory", function, argument);
  return NUMRS_OK;
}

Status CheckFlag(const char* function, const char* argument, int32_t flag) {
  if (flag == 0 || flag == 1) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %d, expected 0 or 1", function, argument, flag);
}

struct Shapes {
  int32_t ndim;
  int64_t y[kMaxNDim], scores[kMaxNDim];
};

// q, k, v, mask and parameters; the shapes of what goes with them.
Status LoadInputs(const char* function, const numrs_view* q, const numrs_view* k, const numrs_view* v,
                  const numrs_view* mask, int32_t causal, double scale, double dropout, uint64_t seed,
                  AttentionJob* job, Shapes* shapes) {
  job->function = function;
  NUMRS_TRY(LoadFloat(function, "q", q, 0, &job->q));
  NUMRS_TRY(LoadFloat(function, "k", k, job->q.dtype, &job->k));
  NUMRS_TRY(LoadFloat(function, "v", v, job->q.dtype, &job->v));
  const int n = job->q.ndim;
  char text[2][160];
  if (n < 2)
    return Fail(NUMRS_BAD_SHAPE, "%s: q has shape %s, expected at least 2 dimensions", function,
                ShapeText(job->q, text[0], sizeof(text[0])));
  bool fits = job->k.ndim == n && job->v.ndim == n && job->k.shape[n - 1] == job->q.shape[n - 1];
  for (int d = 0; d + 1 < n && fits; d++) {
    fits = job->k.shape[d] == job->v.shape[d];
    const int64_t heads = job->q.shape[d], shared = job->k.shape[d];
    if (d + 2 < n) fits &= heads == shared || (d + 3 == n && shared > 0 && heads > 0 && heads % shared == 0);
  }
  if (!fits) {
    char other[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: q of shape %s does not go with k of shape %s and v of shape %s", function,
                ShapeText(job->q, text[0], sizeof(text[0])), ShapeText(job->k, text[1], sizeof(text[1])),
                ShapeText(job->v, other, sizeof(other)));
  }
  shapes->ndim = n;
  for (int d = 0; d < n; d++) shapes->y[d] = shapes->scores[d] = job->q.shape[d];
  shapes->y[n - 1] = job->v.shape[n - 1];
  shapes->scores[n - 1] = job->k.shape[n - 2];
  job->has_mask = mask != nullptr;
  if (mask) {
    NUMRS_TRY(LoadView(function, "mask", mask, &job->mask));
    if (job->mask.dtype != kBOOL && !IsFloat(job->mask.dtype))
      return Fail(NUMRS_BAD_DTYPE, "%s: mask has dtype %s, expected bool or a float dtype", function,
                  NameOf(job->mask.dtype));
    int32_t ndim = n;
    int64_t shape[kMaxNDim];
    std::memcpy(shape, shapes->scores, sizeof(shape));
    if (!BroadcastShape(job->mask, &ndim, shape) || ndim != n ||
        std::memcmp(shape, shapes->scores, sizeof(int64_t) * static_cast<size_t>(n)) != 0)
      return Fail(NUMRS_BAD_SHAPE, "%s: mask of shape %s does not broadcast to that of the scores, %s", function,
                  ShapeText(job->mask, text[0], sizeof(text[0])),
                  ShapeText(n, shapes->scores, text[1], sizeof(text[1])));
  }
  NUMRS_TRY(CheckFlag(function, "causal", causal));
  if (!std::isfinite(scale))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: scale is %g, expected a finite number", function, scale);
  if (!(dropout >= 0 && dropout < 1))
    return Fail(NUMRS_BAD_ARGUMENT, "%s: dropout is %g, expected a probability in [0, 1)", function, dropout);
  job->causal = causal == 1;
  job->scale = scale;
  job->dropout = dropout;
  job->seed = seed;
  return NUMRS_OK;
}

Status Attention(numrs_context* context, const numrs_view* q, const numrs_view* k, const numrs_view* v,
                 const numrs_view* mask, const numrs_view* y, const numrs_view* lse, int32_t causal, double scale,
                 double dropout, uint64_t seed) {
  const char* function = "attention";
  const Trace trace(function, q);
  NUMRS_TRY(AdmitContext(context, function));
  AttentionJob job;
  Shapes shapes;
  NUMRS_TRY(LoadInputs(function, q, k, v, mask, causal, scale, dropout, seed, &job, &shapes));
  NUMRS_TRY(LoadOutput(function, "y", y, job.q.dtype, shapes.ndim, shapes.y, &job.y));
  job.has_lse = lse != nullptr;
  if (lse)
    NUMRS_TRY(LoadOutput(function, "lse", lse, AttentionDType(job.q.dtype), shapes.ndim - 1, shapes.y, &job.lse));
  if (lse && RangesOverlap(job.y, job.lse)) return Fail(NUMRS_OVERLAP, "%s: y and lse share memory", function);
  return RunAttention(MakeRun(context), job);
}

Status Backward(numrs_context* context, const numrs_view* grad, const numrs_view* q, const numrs_view* k,
                const numrs_view* v, const numrs_view* mask, const numrs_view* y, const numrs_view* lse,
                const numrs_view* gq, const numrs_view* gk, const numrs_view* gv, const numrs_view* gmask,
                int32_t causal, double scale, double dropout, uint64_t seed) {
  const char* function = "attention_backward";
  const Trace trace(function, q);
  NUMRS_TRY(AdmitContext(context, function));
  AttentionGradJob job;
  AttentionJob& f = job.forward;
  Shapes shapes;
  NUMRS_TRY(LoadInputs(function, q, k, v, mask, causal, scale, dropout, seed, &f, &shapes));
  const int32_t dtype = f.q.dtype, n = shapes.ndim;
  NUMRS_TRY(LoadFloat(function, "grad", grad, dtype, &job.grad));
  NUMRS_TRY(ExpectShape(function, "grad", job.grad, n, shapes.y));
  NUMRS_TRY(LoadFloat(function, "y", y, dtype, &f.y));
  NUMRS_TRY(ExpectShape(function, "y", f.y, n, shapes.y));
  NUMRS_TRY(LoadFloat(function, "lse", lse, AttentionDType(dtype), &f.lse));
  NUMRS_TRY(ExpectShape(function, "lse", f.lse, n - 1, shapes.y));
  f.has_lse = true;
  NUMRS_TRY(LoadOutput(function, "gq", gq, dtype, n, f.q.shape, &job.gq));
  NUMRS_TRY(LoadOutput(function, "gk", gk, dtype, n, f.k.shape, &job.gk));
  NUMRS_TRY(LoadOutput(function, "gv", gv, dtype, n, f.v.shape, &job.gv));
  job.has_gmask = gmask != nullptr;
  if (gmask) NUMRS_TRY(LoadOutput(function, "gmask", gmask, dtype, n, shapes.scores, &job.gmask));
  const View* const outputs[] = {&job.gq, &job.gk, &job.gv, gmask ? &job.gmask : nullptr};
  for (int i = 0; i < 4; i++) {
    for (int j = 0; j < i; j++) {
      if (outputs[i] && RangesOverlap(*outputs[i], *outputs[j]))
        return Fail(NUMRS_OVERLAP, "%s: two of the gradients share memory", function);
    }
  }
  return RunAttentionGrad(MakeRun(context), job);
}

// The last axis at full or half length, the others broadcast.
Status CheckAngles(const char* function, const char* argument, const View& angles, const View& x) {
  const int64_t d = x.shape[x.ndim - 1];
  bool fits = angles.ndim >= 1 && (angles.shape[angles.ndim - 1] == d || angles.shape[angles.ndim - 1] == d / 2);
  if (fits) {
    int32_t ndim = x.ndim;
    int64_t shape[kMaxNDim], full[kMaxNDim];
    std::memcpy(full, x.shape, sizeof(full));
    full[x.ndim - 1] = angles.shape[angles.ndim - 1];
    std::memcpy(shape, full, sizeof(shape));
    fits = BroadcastShape(angles, &ndim, shape) && ndim == x.ndim &&
           std::memcmp(shape, full, sizeof(int64_t) * static_cast<size_t>(ndim)) == 0;
  }
  if (fits) return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE,
              "%s: %s of shape %s does not broadcast to x of shape %s with half or all of its last axis", function,
              argument, ShapeText(angles, got, sizeof(got)), ShapeText(x, wanted, sizeof(wanted)));
}

Status Rope(numrs_context* context, const numrs_view* x, const numrs_view* cos, const numrs_view* sin,
            const numrs_view* y, int32_t interleaved, int32_t inverse) {
  const char* function = "rope";
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  RopeJob job;
  job.function = function;
  NUMRS_TRY(LoadFloat(function, "x", x, 0, &job.x));
  NUMRS_TRY(LoadFloat(function, "cos", cos, job.x.dtype, &job.cos));
  NUMRS_TRY(LoadFloat(function, "sin", sin, job.x.dtype, &job.sin));
  char text[160];
  if (job.x.ndim < 1 || job.x.shape[job.x.ndim - 1] % 2 != 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: x has shape %s, expected a last axis of even length", function,
                ShapeText(job.x, text, sizeof(text)));
  NUMRS_TRY(CheckAngles(function, "cos", job.cos, job.x));
  NUMRS_TRY(CheckAngles(function, "sin", job.sin, job.x));
  if (job.cos.shape[job.cos.ndim - 1] != job.sin.shape[job.sin.ndim - 1])
    return Fail(NUMRS_BAD_SHAPE, "%s: cos and sin have last axes of %lld and %lld elements, expected the same",
                function, static_cast<long long>(job.cos.shape[job.cos.ndim - 1]),
                static_cast<long long>(job.sin.shape[job.sin.ndim - 1]));
  NUMRS_TRY(CheckFlag(function, "interleaved", interleaved));
  NUMRS_TRY(CheckFlag(function, "inverse", inverse));
  NUMRS_TRY(LoadOutput(function, "y", y, job.x.dtype, job.x.ndim, job.x.shape, &job.y));
  job.interleaved = interleaved == 1;
  job.inverse = inverse == 1;
  if (job.x.size == 0) return NUMRS_OK;
  return RunRope(MakeRun(context), job);
}

}  // namespace

Status AttentionRaw(numrs_context* context, int32_t dtype, const void* q, const void* k, const void* v, void* y,
                    int64_t heads, int64_t group, int64_t lq, int64_t lk, int64_t d, int64_t dv, int32_t causal,
                    double scale) {
  int64_t all = 0;
  if (heads < 0 || group < 0 || __builtin_mul_overflow(heads, group, &all))
    return Fail(NUMRS_BAD_SHAPE, "attention: %lld heads in groups of %lld are not possible",
                static_cast<long long>(heads), static_cast<long long>(group));
  if (all == 0) heads = 0;
  const int64_t q_shape[] = {all, lq, d}, k_shape[] = {heads, lk, d}, v_shape[] = {heads, lk, dv},
                y_shape[] = {all, lq, dv};
  const numrs_view views[] = {{const_cast<void*>(q), q_shape, nullptr, 3, dtype},
                              {const_cast<void*>(k), k_shape, nullptr, 3, dtype},
                              {const_cast<void*>(v), v_shape, nullptr, 3, dtype},
                              {y, y_shape, nullptr, 3, dtype}};
  return Attention(context, &views[0], &views[1], &views[2], nullptr, &views[3], nullptr, causal, scale, 0, 0);
}

Status RopeRaw(numrs_context* context, int32_t dtype, const void* x, const void* cos, const void* sin, void* y,
               int64_t outer, int64_t n, int64_t half, int32_t interleaved, int32_t inverse) {
  int64_t d = 0;
  if (__builtin_mul_overflow(half, int64_t{2}, &d))
    return Fail(NUMRS_BAD_SHAPE, "rope: half is %lld, which is too large", static_cast<long long>(half));
  const int64_t shape[] = {outer, n, d}, angles[] = {n, half};
  const numrs_view views[] = {{const_cast<void*>(x), shape, nullptr, 3, dtype},
                              {const_cast<void*>(cos), angles, nullptr, 2, dtype},
                              {const_cast<void*>(sin), angles, nullptr, 2, dtype},
                              {y, shape, nullptr, 3, dtype}};
  return Rope(context, &views[0], &views[1], &views[2], &views[3], interleaved, inverse);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_attention(numrs_context* context, const numrs_view* q, const numrs_view* k,
                                        const numrs_view* v, const numrs_view* mask, const numrs_view* y,
                                        const numrs_view* lse, int32_t causal, double scale, double dropout,
                                        uint64_t seed) {
  return Guard([&] { return Attention(context, q, k, v, mask, y, lse, causal, scale, dropout, seed); });
}
extern "C" numrs_status numrs_attention_backward(numrs_context* context, const numrs_view* grad, const numrs_view* q,
                                                 const numrs_view* k, const numrs_view* v, const numrs_view* mask,
                                                 const numrs_view* y, const numrs_view* lse, const numrs_view* gq,
                                                 const numrs_view* gk, const numrs_view* gv, const numrs_view* gmask,
                                                 int32_t causal, double scale, double dropout, uint64_t seed) {
  return Guard(
      [&] { return Backward(context, grad, q, k, v, mask, y, lse, gq, gk, gv, gmask, causal, scale, dropout, seed); });
}
extern "C" numrs_status numrs_rope(numrs_context* context, const numrs_view* x, const numrs_view* cos,
                                   const numrs_view* sin, const numrs_view* y, int32_t interleaved, int32_t inverse) {
  return Guard([&] { return Rope(context, x, cos, sin, y, interleaved, inverse); });
}
