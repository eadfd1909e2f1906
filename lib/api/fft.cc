// extern "C" of fft.h: check, run, report.
#include "numrs/fft.h"

#include <cstring>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/fft.h"
#include "core/trace.h"

namespace numrs {
namespace {

// float32 for what it holds exactly, float64 for everything else.
int32_t Precision(int32_t dtype) { return dtype == kF16 || dtype == kBF16 || dtype == kF32 || dtype == kC64 ? 0 : 1; }

// The axes in their order, 0 … ndim - 1.
Status LoadAxes(const char* function, int32_t ndim, const int32_t* axes, int32_t n_axes, FftJob* job) {
  uint32_t mask = 0;
  NUMRS_TRY(AxesMask(function, ndim, axes, n_axes, &mask));
  job->n_axes = n_axes == -1 ? ndim : n_axes;
  if (job->n_axes == 0) return Fail(NUMRS_BAD_ARGUMENT, "%s: there are 0 axes, expected at least one", function);
  for (int32_t i = 0; i < job->n_axes; i++) {
    job->axes[i] = i;
    if (n_axes != -1) NUMRS_TRY(NormalizeAxis(function, ndim, axes[i], &job->axes[i]));
  }
  return NUMRS_OK;
}

// y's extents: those of x but along the axes, where they are the lengths; `last` stands for that along the last one
// where a real transform has another (-1: none).
Status CheckShapes(const FftJob& job, int64_t last) {
  const View &x = job.x, &y = job.y;
  bool fits = x.ndim == y.ndim;
  int64_t wanted[kMaxNDim];
  for (int d = 0; d < x.ndim; d++) wanted[d] = x.shape[d];
  for (int i = 0; i < job.n_axes && fits; i++) {
    const int32_t axis = job.axes[i];
    wanted[axis] = i == job.n_axes - 1 && last >= 0 ? last : y.shape[axis];
    if (y.shape[axis] < 1)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: out has %lld elements along axis %d, expected at least 1", job.function,
                  static_cast<long long>(y.shape[axis]), axis);
  }
  for (int d = 0; d < x.ndim && fits; d++) fits = wanted[d] == y.shape[d];
  if (fits) return NUMRS_OK;
  char got[160], expected[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", job.function, ShapeText(y, got, sizeof(got)),
              ShapeText(x.ndim, wanted, expected, sizeof(expected)));
}

// n: of rfft; else 0.
Status Transform(numrs_context* context, const char* function, int32_t kind, const numrs_view* x, const numrs_view* y,
                 const int32_t* axes, int32_t n_axes, int64_t n, int32_t direction, double scale) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  FftJob job;
  job.function = function;
  job.kind = kind;
  NUMRS_TRY(LoadView(function, "x", x, &job.x));
  NUMRS_TRY(LoadView(function, "out", y, &job.y));
  if (kind == kFftFromReal && KindOf(job.x.dtype) == Kind::COMPLEX)
    return Fail(NUMRS_BAD_DTYPE, "%s: x has dtype %s, expected real numbers", function, NameOf(job.x.dtype));
  if (direction != NUMRS_FFT_FORWARD && direction != NUMRS_FFT_BACKWARD)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: direction is %d, expected 0 (forward) or 1 (backward)", function, direction);
  NUMRS_TRY(LoadAxes(function, job.x.ndim, axes, n_axes, &job));
  if (kind == kFftFromReal && n < 1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n is %lld, expected at least 1", function, static_cast<long long>(n));
  NUMRS_TRY(CheckShapes(job, kind == kFftFromReal ? n / 2 + 1 : -1));
  job.precision = Precision(job.x.dtype);
  job.backward = direction == NUMRS_FFT_BACKWARD;
  job.scale = scale;
  job.n = kind == kFftFromReal ? n : kind == kFftToReal ? job.y.shape[job.axes[job.n_axes - 1]] : 0;
  const int32_t result = FftResult(kind, job.precision);
  NUMRS_TRY(CheckOutput(function, result, job.y));
  if (job.y.size == 0) return NUMRS_OK;
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&job.x, &job.y}));
  const bool in_place = kind == kFftComplex && job.x.dtype == result && SameElements(job.x, job.y);
  if (in_place || !RangesOverlap(job.x, job.y)) return RunFft(run, job);
  const View out = job.y;
  const size_t bytes = static_cast<size_t>(out.size * SizeOf(result));
  const RunMemory memory(run, function, bytes);
  if (!memory.ok()) return memory.Failure(function, "the result, which overlaps the input", bytes);
  job.y = ContiguousView(memory.data(), result, out.ndim, out.shape);
  NUMRS_TRY(RunFft(run, job));
  return Convert(run, function, job.y, out);
}

// Contiguous (outer, n, inner) arrays described as views.
Status Raw(numrs_context* context, const char* function, int32_t kind, int32_t precision, const void* x, void* y,
           int64_t outer, int64_t n, int64_t inner, int32_t direction, double scale) {
  if (n < 1) return Fail(NUMRS_BAD_ARGUMENT, "%s: n is %lld, expected at least 1", function, static_cast<long long>(n));
  const int64_t x_shape[] = {outer, kind == kFftToReal ? n / 2 + 1 : n, inner};
  const int64_t y_shape[] = {outer, kind == kFftFromReal ? n / 2 + 1 : n, inner};
  const int32_t middle = 1;
  const numrs_view from = {const_cast<void*>(x), x_shape, nullptr, 3,
                           FftResult(kind == kFftFromReal ? kFftToReal : kFftComplex, precision)};
  const numrs_view to = {y, y_shape, nullptr, 3, FftResult(kind, precision)};
  return Transform(context, function, kind, &from, &to, &middle, 1, n, direction, scale);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_fft(numrs_context* context, const numrs_view* x, const numrs_view* y, const int32_t* axes,
                                  int32_t n_axes, int32_t direction, double scale) {
  return Guard([&] { return Transform(context, "fft", kFftComplex, x, y, axes, n_axes, 0, direction, scale); });
}
extern "C" numrs_status numrs_rfft(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                   const int32_t* axes, int32_t n_axes, int64_t n, int32_t direction, double scale) {
  return Guard([&] { return Transform(context, "rfft", kFftFromReal, x, y, axes, n_axes, n, direction, scale); });
}
extern "C" numrs_status numrs_irfft(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                    const int32_t* axes, int32_t n_axes, int32_t direction, double scale) {
  return Guard([&] { return Transform(context, "irfft", kFftToReal, x, y, axes, n_axes, 0, direction, scale); });
}

extern "C" numrs_status numrs_fft_c64(numrs_context* context, const numrs_c64* x, numrs_c64* y, int64_t outer,
                                      int64_t n, int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "fft", kFftComplex, 0, x, y, outer, n, inner, direction, scale); });
}
extern "C" numrs_status numrs_fft_c128(numrs_context* context, const numrs_c128* x, numrs_c128* y, int64_t outer,
                                       int64_t n, int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "fft", kFftComplex, 1, x, y, outer, n, inner, direction, scale); });
}
extern "C" numrs_status numrs_rfft_f32(numrs_context* context, const float* x, numrs_c64* y, int64_t outer, int64_t n,
                                       int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "rfft", kFftFromReal, 0, x, y, outer, n, inner, direction, scale); });
}
extern "C" numrs_status numrs_rfft_f64(numrs_context* context, const double* x, numrs_c128* y, int64_t outer, int64_t n,
                                       int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "rfft", kFftFromReal, 1, x, y, outer, n, inner, direction, scale); });
}
extern "C" numrs_status numrs_irfft_f32(numrs_context* context, const numrs_c64* x, float* y, int64_t outer, int64_t n,
                                        int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "irfft", kFftToReal, 0, x, y, outer, n, inner, direction, scale); });
}
extern "C" numrs_status numrs_irfft_f64(numrs_context* context, const numrs_c128* x, double* y, int64_t outer,
                                        int64_t n, int64_t inner, int32_t direction, double scale) {
  return Guard([&] { return Raw(context, "irfft", kFftToReal, 1, x, y, outer, n, inner, direction, scale); });
}
