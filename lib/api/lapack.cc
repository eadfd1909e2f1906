// extern "C" of lapack.h: check, describe what goes in and out, run.
#include "numrs/lapack.h"

#include <algorithm>
#include <cmath>

#include "core/lapack.h"
#include "core/trace.h"

namespace numrs {
namespace {

constexpr bool kColumns = true, kRows = false;

// A job with its matrix loaded and checked.
Status Begin(const char* function, LapackOp op, numrs_context* context, const char* argument, const numrs_view* x,
             bool square, LapackJob* job) {
  NUMRS_TRY(AdmitContext(context, function));
  job->function = function;
  job->op = op;
  NUMRS_TRY(LoadView(function, argument, x, &job->a));
  NUMRS_TRY(CheckMatrix(function, argument, job->a, square));
  job->dtype = LapackDType(job->a.dtype);
  return NUMRS_OK;
}

// An output of ndim extents of its own; over: the input whose memory the kernel gives it in.
Status Out(LapackJob* job, int index, const char* name, const numrs_view* y, int32_t dtype, int32_t ndim, int64_t rows,
           int64_t cols, bool columns = kRows, LapackOver over = LapackOver::NOTHING) {
  LapackOperand& o = job->out[index];
  NUMRS_TRY(LoadView(job->function, name, y, &o.view));
  o.name = name;
  o.dtype = dtype;
  o.item_ndim = ndim;
  o.item[0] = rows;
  o.item[1] = cols;
  o.columns = columns;
  o.over = over;
  job->wanted[index] = true;
  return NUMRS_OK;
}

Status CheckFlag(const char* function, const char* name, int32_t value) {
  if (value == 0 || value == 1) return NUMRS_OK;
  return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is %d, expected 0 or 1", function, name, value);
}

// The right-hand sides b, of job->m() rows; job->dtype becomes that of both.
Status LoadRightSides(LapackJob* job, const numrs_view* b) {
  LapackOperand& o = job->b;
  NUMRS_TRY(LoadView(job->function, "b", b, &o.view));
  char left[160], right[160];
  if (o.view.ndim == 0) return Fail(NUMRS_BAD_SHAPE, "%s: b has no dimensions, expected at least 1", job->function);
  o.name = "b";
  o.item_ndim = o.view.ndim == 1 ? 1 : 2;
  o.item[0] = o.view.shape[o.view.ndim - o.item_ndim];
  o.item[1] = o.item_ndim == 2 ? o.view.shape[o.view.ndim - 1] : 1;
  if (o.item[0] != job->m()) {
    return Fail(NUMRS_BAD_SHAPE, "%s: a has shape %s and b %s; the rows of a, %lld, must be the %s of b, %lld",
                job->function, ShapeText(job->a, left, sizeof(left)), ShapeText(o.view, right, sizeof(right)),
                (long long)job->m(), o.item_ndim == 1 ? "length" : "last but one extent", (long long)o.item[0]);
  }
  job->has_b = true;
  job->dtype = LapackDType(Promote(job->a.dtype, o.view.dtype));
  o.dtype = job->dtype;
  o.columns = kColumns;
  o.over = LapackOver::NOTHING;
  return NUMRS_OK;
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_cholesky(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                       int32_t upper) {
  return Guard([&]() -> Status {
    const Trace trace("cholesky", x);
    LapackJob job;
    NUMRS_TRY(Begin("cholesky", kLapack_cholesky, context, "x", x, true, &job));
    NUMRS_TRY(CheckFlag(job.function, "upper", upper));
    job.flags = upper ? kLapackUpper : 0;
    NUMRS_TRY(Out(&job, 0, "out", y, job.dtype, 2, job.n(), job.n(), kRows, LapackOver::A));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_solve(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                    const numrs_view* y) {
  return Guard([&]() -> Status {
    const Trace trace("solve", a);
    LapackJob job;
    NUMRS_TRY(Begin("solve", kLapack_solve, context, "a", a, true, &job));
    NUMRS_TRY(LoadRightSides(&job, b));
    NUMRS_TRY(Out(&job, 0, "out", y, job.dtype, job.b.item_ndim, job.n(), job.b.item[1], kColumns, LapackOver::B));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_inv(numrs_context* context, const numrs_view* x, const numrs_view* y) {
  return Guard([&]() -> Status {
    const Trace trace("inv", x);
    LapackJob job;
    NUMRS_TRY(Begin("inv", kLapack_inverse, context, "x", x, true, &job));
    NUMRS_TRY(Out(&job, 0, "out", y, job.dtype, 2, job.n(), job.n(), kRows, LapackOver::A));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_det(numrs_context* context, const numrs_view* x, const numrs_view* y) {
  return Guard([&]() -> Status {
    const Trace trace("det", x);
    LapackJob job;
    NUMRS_TRY(Begin("det", kLapack_determinant, context, "x", x, true, &job));
    NUMRS_TRY(Out(&job, 0, "out", y, job.dtype, 0, 1, 1));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_slogdet(numrs_context* context, const numrs_view* x, const numrs_view* sign,
                                      const numrs_view* logabsdet) {
  return Guard([&]() -> Status {
    const Trace trace("slogdet", x);
    LapackJob job;
    NUMRS_TRY(Begin("slogdet", kLapack_determinant, context, "x", x, true, &job));
    NUMRS_TRY(Out(&job, 1, "sign", sign, job.dtype, 0, 1, 1));
    NUMRS_TRY(Out(&job, 2, "logabsdet", logabsdet, RealOf(job.dtype), 0, 1, 1));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_qr(numrs_context* context, const numrs_view* x, const numrs_view* q, const numrs_view* r,
                                 int32_t complete) {
  return Guard([&]() -> Status {
    const Trace trace("qr", x);
    LapackJob job;
    NUMRS_TRY(Begin("qr", kLapack_qr, context, "x", x, false, &job));
    NUMRS_TRY(CheckFlag(job.function, "complete", complete));
    const int64_t m = job.m(), n = job.n(), c = complete ? m : std::min(m, n);
    job.flags = (complete ? kLapackFull : 0) | (q ? kLapackVectors : 0);
    if (q) NUMRS_TRY(Out(&job, 0, "q", q, job.dtype, 2, m, c, kColumns));
    NUMRS_TRY(Out(&job, 1, "r", r, job.dtype, 2, c, n, kColumns));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_eigh(numrs_context* context, const numrs_view* x, const numrs_view* values,
                                   const numrs_view* vectors, int32_t upper) {
  return Guard([&]() -> Status {
    const Trace trace("eigh", x);
    LapackJob job;
    NUMRS_TRY(Begin("eigh", kLapack_eigh, context, "x", x, true, &job));
    NUMRS_TRY(CheckFlag(job.function, "upper", upper));
    job.flags = (upper ? kLapackUpper : 0) | (vectors ? kLapackVectors : 0);
    NUMRS_TRY(Out(&job, 0, "values", values, RealOf(job.dtype), 1, job.n(), 1));
    if (vectors) NUMRS_TRY(Out(&job, 1, "vectors", vectors, job.dtype, 2, job.n(), job.n(), kColumns, LapackOver::A));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_eig(numrs_context* context, const numrs_view* x, const numrs_view* values,
                                  const numrs_view* vectors) {
  return Guard([&]() -> Status {
    const Trace trace("eig", x);
    LapackJob job;
    NUMRS_TRY(Begin("eig", kLapack_eig, context, "x", x, true, &job));
    job.flags = vectors ? kLapackVectors : 0;
    NUMRS_TRY(Out(&job, 0, "values", values, ComplexOf(job.dtype), 1, job.n(), 1));
    if (vectors) NUMRS_TRY(Out(&job, 1, "vectors", vectors, ComplexOf(job.dtype), 2, job.n(), job.n(), kColumns));
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_svd(numrs_context* context, const numrs_view* x, const numrs_view* u, const numrs_view* s,
                                  const numrs_view* vh, int32_t full) {
  return Guard([&]() -> Status {
    const Trace trace("svd", x);
    LapackJob job;
    NUMRS_TRY(Begin("svd", kLapack_svd, context, "x", x, false, &job));
    NUMRS_TRY(CheckFlag(job.function, "full", full));
    if ((u == nullptr) != (vh == nullptr)) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL, expected both u and vh, or neither", job.function,
                  u ? "vh" : "u");
    }
    const int64_t m = job.m(), n = job.n(), c = std::min(m, n);
    job.flags = (full ? kLapackFull : 0) | (u ? kLapackVectors : 0);
    NUMRS_TRY(Out(&job, 0, "s", s, RealOf(job.dtype), 1, c, 1));
    if (u) {
      NUMRS_TRY(Out(&job, 1, "u", u, job.dtype, 2, m, full ? m : c));
      NUMRS_TRY(Out(&job, 2, "vh", vh, job.dtype, 2, full ? n : c, n));
    }
    return RunLapack(MakeRun(context), job);
  });
}

extern "C" numrs_status numrs_lstsq(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                    const numrs_view* y, const numrs_view* rank, const numrs_view* s, double rcond) {
  return Guard([&]() -> Status {
    const Trace trace("lstsq", a);
    LapackJob job;
    NUMRS_TRY(Begin("lstsq", kLapack_lstsq, context, "a", a, false, &job));
    NUMRS_TRY(LoadRightSides(&job, b));
    if (!(rcond >= 0)) return Fail(NUMRS_BAD_ARGUMENT, "%s: rcond is %g, expected 0 or more", job.function, rcond);
    job.rcond = rcond;
    NUMRS_TRY(Out(&job, 0, "out", y, job.dtype, job.b.item_ndim, job.n(), job.b.item[1], kColumns));
    NUMRS_TRY(Out(&job, 1, "rank", rank, kI64, 0, 1, 1));
    NUMRS_TRY(Out(&job, 2, "s", s, RealOf(job.dtype), 1, std::min(job.m(), job.n()), 1));
    return RunLapack(MakeRun(context), job);
  });
}
