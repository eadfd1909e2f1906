// extern "C" of nn_pool.h: check, make contiguous, run, report.
#include "numrs/nn_pool.h"

#include <cstring>

#include "api/axes.h"
#include "core/indexing.h"
#include "core/nn_operands.h"
#include "core/nn_pool.h"
#include "core/scan_values.h"
#include "core/trace.h"

namespace numrs {
namespace {

constexpr int64_t kMost = int64_t{1} << 31;

Status LoadFloat(const char* function, const char* argument, const numrs_view* in, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  if (!IsNnDType(out->dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float", function, argument, NameOf(out->dtype));
  return NUMRS_OK;
}

// The planes of the input x and the output y, which may be gradients; x_name, y_name: in messages.
Status LoadPlanes(const char* function, const char* x_name, const char* y_name, const View& x, const View& y,
                  int32_t spatial, PoolJob* job) {
  *job = PoolJob{};
  job->function = function;
  char is[160], other[160];
  if (spatial != 1 && spatial != 2)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: spatial is %d, expected 1 or 2", function, spatial);
  bool fits = x.ndim >= spatial && y.ndim == x.ndim;
  for (int d = 0; d < x.ndim - spatial && fits; d++) fits = x.shape[d] == y.shape[d];
  if (!fits) {
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s and %s %s, expected the same extents but along the last %d axes",
                function, x_name, ShapeText(x, is, sizeof(is)), y_name, ShapeText(y, other, sizeof(other)), spatial);
  }
  job->planes = 1;
  for (int d = 0; d < x.ndim - spatial; d++) job->planes = TimesExtent(job->planes, x.shape[d]);
  for (int d = 0; d < x.ndim - spatial; d++) {
    if (x.shape[d] == 0) job->planes = 0;
  }
  job->h = spatial == 2 ? x.shape[x.ndim - 2] : 1;
  job->w = x.shape[x.ndim - 1];
  job->oh = spatial == 2 ? y.shape[x.ndim - 2] : 1;
  job->ow = y.shape[x.ndim - 1];
  for (int d = 0; d < 2; d++) {
    job->kernel[d] = job->stride[d] = job->dilation[d] = 1;
    job->padding[d] = 0;
  }
  job->dtype = NnComputed(x.dtype);
  return NUMRS_OK;
}

// Windows, and that the output has as many elements as there are.
Status LoadWindows(const char* y_name, int32_t spatial, const int64_t* kernel, const int64_t* stride,
                   const int64_t* padding, const int64_t* dilation, PoolJob* job) {
  const char* const function = job->function;
  if (!kernel) return Fail(NUMRS_BAD_ARGUMENT, "%s: kernel is NULL", function);
  for (int i = 0; i < spatial; i++) {
    const int d = 2 - spatial + i;
    const int64_t k = kernel[i], s = stride ? stride[i] : k, p = padding ? padding[i] : 0,
                  r = dilation ? dilation[i] : 1;
    const auto bad = [&](const char* name, int64_t value, const char* wanted) {
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s of spatial axis %d is %lld, expected %s", function, name, i,
                  static_cast<long long>(value), wanted);
    };
    if (k < 1 || k > kMost) return bad("kernel", k, "1 to 2^31");
    if (s < 1 || s > kMost) return bad("stride", s, "1 to 2^31");
    if (r < 1 || r > kMost) return bad("dilation", r, "1 to 2^31");
    const int64_t reach = r * (k - 1) + 1;
    if (p < 0 || p > reach / 2) return bad("padding", p, "0 to half of what the kernel reaches over");
    const int64_t extent = d == 0 ? job->h : job->w, got = d == 0 ? job->oh : job->ow;
    if (extent > (int64_t{1} << 60)) return Fail(NUMRS_BAD_SHAPE, "%s: x is too large", function);
    const int64_t room = extent + 2 * p - reach;
    // One more window where it begins inside.
    const int64_t down = room >= 0 ? room / s + 1 : 0;
    int64_t up = room >= 0 ? (room + s - 1) / s + 1 : 0;
    if (room >= 0 && (up - 1) * s >= extent + p) up--;
    if (extent < 1 && job->planes > 0)
      return Fail(NUMRS_BAD_SHAPE, "%s: the input has no elements along spatial axis %d", function, i);
    if (down < 1) {
      return Fail(
          NUMRS_BAD_SHAPE,
          "%s: the kernel reaches over %lld elements of spatial axis %d, larger than the input with its padding, "
          "%lld",
          function, static_cast<long long>(reach), i, static_cast<long long>(extent + 2 * p));
    }
    if (got != down && got != up) {
      return Fail(NUMRS_BAD_SHAPE, "%s: %s has %lld elements along spatial axis %d, expected %lld, or %lld rounded up",
                  function, y_name, static_cast<long long>(got), i, static_cast<long long>(down),
                  static_cast<long long>(up));
    }
    // With dilation a window may step over all of a short input.
    for (int64_t o = 0; r > 1 && o < got && o * s < p; o++) {
      const int64_t inside = (p - o * s + r - 1) / r;
      if (inside < k && o * s - p + inside * r < extent) continue;
      return Fail(NUMRS_BAD_ARGUMENT, "%s: window %lld along spatial axis %d lies in the padding alone", function,
                  static_cast<long long>(o), i);
    }
    job->kernel[d] = k;
    job->stride[d] = s;
    job->padding[d] = p;
    job->dilation[d] = r;
  }
  int64_t elements = 64;
  for (int d = 0; d < 2; d++) {
    const int64_t extent = (d ? job->w : job->h) + 2 * (job->padding[d] + job->kernel[d] * job->dilation[d]) + 1024;
    if (__builtin_mul_overflow(elements, extent + job->stride[d], &elements))
      return Fail(NUMRS_BAD_SHAPE, "%s: extents and kernel are too large: sizes overflow 64 bits", function);
  }
  return NUMRS_OK;
}

// An int64 view of places, read or written, like `like`.
Status LoadIndices(const char* function, const numrs_view* in, const View& like, View* out) {
  NUMRS_TRY(LoadView(function, "indices", in, out));
  if (out->dtype != kI64)
    return Fail(NUMRS_BAD_DTYPE, "%s: indices has dtype %s, expected int64", function, NameOf(out->dtype));
  if (out->ndim == like.ndim &&
      std::memcmp(out->shape, like.shape, sizeof(int64_t) * static_cast<size_t>(like.ndim)) == 0)
    return NUMRS_OK;
  char is[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: indices has shape %s, expected %s", function, ShapeText(*out, is, sizeof(is)),
              ShapeText(like, wanted, sizeof(wanted)));
}

// Runs body(x, y, indices or nullptr) on contiguous memory.
template <class F>
Status OnDense(const Run& run, const PoolJob& job, const View& x, const View& y, const View* indices, F&& body) {
  const char* const function = job.function;
  if (indices && RangesOverlap(y, *indices)) return Fail(NUMRS_OVERLAP, "%s: out and indices overlap", function);
  PackedInput in;
  PackedOutput out, places;
  NUMRS_TRY(in.Load(run, function, x, job.dtype));
  NUMRS_TRY(out.Open(run, function, y, job.dtype, RangesOverlap(x, y)));
  if (indices) NUMRS_TRY(places.Open(run, function, *indices, kI64, RangesOverlap(x, *indices)));
  NUMRS_TRY(body(in.data(), out.data(), indices ? reinterpret_cast<int64_t*>(places.data()) : nullptr));
  NUMRS_TRY(out.Commit(run, function));
  return indices ? places.Commit(run, function) : static_cast<Status>(NUMRS_OK);
}

enum class Way { MAX, AVG, ADAPTIVE_AVG, ADAPTIVE_MAX };

struct Windows {
  const int64_t* kernel = nullptr;
  const int64_t* stride = nullptr;
  const int64_t* padding = nullptr;
  const int64_t* dilation = nullptr;
  int32_t count_include_pad = 0;
  int64_t divisor = 0;
};

Status CheckAverage(const char* function, const Windows& w) {
  if (w.count_include_pad & ~1)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: count_include_pad is %d, expected 0 or 1", function, w.count_include_pad);
  return NUMRS_OK;
}

Status CheckAdaptive(const PoolJob& job) {
  if (job.planes * job.oh * job.ow != 0 && job.h * job.w == 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: the input's planes are empty, expected elements", job.function);
  int64_t product;
  if (__builtin_mul_overflow(job.h, job.oh + 1, &product) || __builtin_mul_overflow(job.w, job.ow + 1, &product))
    return Fail(NUMRS_BAD_SHAPE, "%s: extents are too large: sizes overflow 64 bits", job.function);
  return NUMRS_OK;
}

Status Forward(numrs_context* context, const char* function, Way way, const numrs_view* x, const numrs_view* y,
               const numrs_view* indices, int32_t spatial, const Windows& w) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  View in, out, places;
  PoolJob job;
  NUMRS_TRY(LoadFloat(function, "x", x, &in));
  NUMRS_TRY(LoadView(function, "out", y, &out));
  NUMRS_TRY(LoadPlanes(function, "x", "out", in, out, spatial, &job));
  if (way == Way::MAX || way == Way::AVG) {
    NUMRS_TRY(CheckAverage(function, w));
    NUMRS_TRY(LoadWindows("out", spatial, w.kernel, w.stride, w.padding, w.dilation, &job));
    if (way == Way::MAX && job.kernel[0] * job.kernel[1] > INT32_MAX)
      return Fail(NUMRS_BAD_SHAPE, "%s: the kernel has 2^31 elements or more", function);
  } else {
    NUMRS_TRY(CheckAdaptive(job));
  }
  NUMRS_TRY(CheckOutput(function, in.dtype, out));
  if (indices) {
    NUMRS_TRY(LoadIndices(function, indices, out, &places));
    NUMRS_TRY(CheckOutput(function, kI64, places));
  }
  job.count_include_pad = w.count_include_pad != 0;
  job.divisor = w.divisor;
  const Run run = MakeRun(context);
  return OnDense(run, job, in, out, indices ? &places : nullptr, [&](const char* from, char* to, int64_t* at) {
    switch (way) {
      case Way::MAX:
        return MaxPool(run, job, from, to, at);
      case Way::AVG:
        return AvgPool(run, job, from, to);
      case Way::ADAPTIVE_AVG:
        return PlanePool(run, job, PlaneOp::ADAPTIVE_AVG, from, to, nullptr);
      default:
        return PlanePool(run, job, PlaneOp::ADAPTIVE_MAX, from, to, at);
    }
  });
}

Status AverageBackward(numrs_context* context, const char* function, bool adaptive, const numrs_view* grad,
                       const numrs_view* gx, int32_t spatial, const Windows& w) {
  const Trace trace(function, grad);
  NUMRS_TRY(AdmitContext(context, function));
  View in, out;
  PoolJob job;
  NUMRS_TRY(LoadFloat(function, "grad", grad, &in));
  NUMRS_TRY(LoadView(function, "gx", gx, &out));
  NUMRS_TRY(LoadPlanes(function, "gx", "grad", out, in, spatial, &job));
  job.dtype = NnComputed(in.dtype);
  if (adaptive) {
    NUMRS_TRY(CheckAdaptive(job));
  } else {
    NUMRS_TRY(CheckAverage(function, w));
    NUMRS_TRY(LoadWindows("grad", spatial, w.kernel, w.stride, w.padding, nullptr, &job));
  }
  NUMRS_TRY(CheckOutput(function, in.dtype, out));
  job.count_include_pad = w.count_include_pad != 0;
  job.divisor = w.divisor;
  const Run run = MakeRun(context);
  return OnDense(run, job, in, out, nullptr, [&](const char* from, char* to, int64_t*) {
    return PlanePool(run, job, adaptive ? PlaneOp::ADAPTIVE_AVG_BACKWARD : PlaneOp::AVG_BACKWARD, from, to, nullptr);
  });
}

// indices (int64): as `index` in one piece on the host; each a place in a plane of so many elements.
Status CheckPlaces(const Run& run, const char* function, const View& indices, const int64_t* index, int64_t plane) {
  if (run.device) return CheckIndices(run, function, indices, plane, IndexKind::ROW);
  for (int64_t i = 0; i < indices.size; i++) {
    if (index[i] < 0 || index[i] >= plane) {
      return Fail(NUMRS_BAD_INDEX, "%s: indices[%lld] is %lld, expected 0 to %lld, a place in a plane of gx", function,
                  static_cast<long long>(i), static_cast<long long>(index[i]), static_cast<long long>(plane - 1));
    }
  }
  return NUMRS_OK;
}

Status MaximumBackward(numrs_context* context, const numrs_view* grad, const numrs_view* indices, const numrs_view* gx,
                       int32_t spatial) {
  const char* const function = "max_pool_backward";
  const Trace trace(function, grad);
  NUMRS_TRY(AdmitContext(context, function));
  View in, out, places;
  PoolJob job;
  NUMRS_TRY(LoadFloat(function, "grad", grad, &in));
  NUMRS_TRY(LoadIndices(function, indices, in, &places));
  NUMRS_TRY(LoadView(function, "gx", gx, &out));
  NUMRS_TRY(LoadPlanes(function, "gx", "grad", out, in, spatial, &job));
  job.dtype = NnComputed(in.dtype);
  NUMRS_TRY(CheckOutput(function, in.dtype, out));
  const Run run = MakeRun(context);
  PackedInput at;
  NUMRS_TRY(at.Load(run, function, places, kI64));
  const int64_t* const index = reinterpret_cast<const int64_t*>(at.data());
  // What was packed is looked at: nobody writes to it any more.
  const View packed = ContiguousView(const_cast<int64_t*>(index), kI64, 1, &places.size);
  NUMRS_TRY(CheckPlaces(run, function, packed, index, job.h * job.w));
  PackedInput from;
  PackedOutput to;
  NUMRS_TRY(from.Load(run, function, in, job.dtype));
  NUMRS_TRY(to.Open(run, function, out, job.dtype, RangesOverlap(in, out) || RangesOverlap(places, out)));
  NUMRS_TRY(PlanePool(run, job, PlaneOp::MAX_BACKWARD, from.data(), to.data(), const_cast<int64_t*>(index)));
  return to.Commit(run, function);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_max_pool(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                       const numrs_view* indices, int32_t spatial, const int64_t* kernel,
                                       const int64_t* stride, const int64_t* padding, const int64_t* dilation) {
  return Guard([&] {
    return Forward(context, "max_pool", Way::MAX, x, y, indices, spatial,
                   Windows{kernel, stride, padding, dilation, 0, 0});
  });
}
extern "C" numrs_status numrs_max_pool_backward(numrs_context* context, const numrs_view* grad,
                                                const numrs_view* indices, const numrs_view* gx, int32_t spatial) {
  return Guard([&] { return MaximumBackward(context, grad, indices, gx, spatial); });
}
extern "C" numrs_status numrs_avg_pool(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                       int32_t spatial, const int64_t* kernel, const int64_t* stride,
                                       const int64_t* padding, int32_t count_include_pad, int64_t divisor) {
  return Guard([&] {
    return Forward(context, "avg_pool", Way::AVG, x, y, nullptr, spatial,
                   Windows{kernel, stride, padding, nullptr, count_include_pad, divisor});
  });
}
extern "C" numrs_status numrs_avg_pool_backward(numrs_context* context, const numrs_view* grad, const numrs_view* gx,
                                                int32_t spatial, const int64_t* kernel, const int64_t* stride,
                                                const int64_t* padding, int32_t count_include_pad, int64_t divisor) {
  return Guard([&] {
    return AverageBackward(context, "avg_pool_backward", false, grad, gx, spatial,
                           Windows{kernel, stride, padding, nullptr, count_include_pad, divisor});
  });
}
extern "C" numrs_status numrs_adaptive_avg_pool(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                                int32_t spatial) {
  return Guard(
      [&] { return Forward(context, "adaptive_avg_pool", Way::ADAPTIVE_AVG, x, y, nullptr, spatial, Windows{}); });
}
extern "C" numrs_status numrs_adaptive_avg_pool_backward(numrs_context* context, const numrs_view* grad,
                                                         const numrs_view* gx, int32_t spatial) {
  return Guard(
      [&] { return AverageBackward(context, "adaptive_avg_pool_backward", true, grad, gx, spatial, Windows{}); });
}
extern "C" numrs_status numrs_adaptive_max_pool(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                                const numrs_view* indices, int32_t spatial) {
  return Guard(
      [&] { return Forward(context, "adaptive_max_pool", Way::ADAPTIVE_MAX, x, y, indices, spatial, Windows{}); });
}
