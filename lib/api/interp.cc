// extern "C" of numrs_interp: places among sorted points, and values on the lines between them.
#include <cmath>
#include <cstring>

#include "api/axes.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/order.h"
#include "core/trace.h"
#include "numrs/order.h"

namespace numrs {
namespace {

constexpr int64_t kChunk = 16 * 1024, kPlaces = 256;

// Elements of any view as a contiguous line of float64: where they are if they can be used there.
class Numbers {
 public:
  explicit Numbers(const View& x)
      : direct_(x.IsContiguous() && x.dtype == kF64 && reinterpret_cast<uintptr_t>(x.data) % 8 == 0), x_(x) {}
  ~Numbers() { PoolFree(memory_); }
  Numbers(const Numbers&) = delete;
  Numbers& operator=(const Numbers&) = delete;
  Status Load(const Run& run, const char* function) {
    if (direct_) return NUMRS_OK;
    memory_ = PoolAllocate(static_cast<size_t>(x_.size) * 8);
    if (!memory_) return Fail(NUMRS_NO_MEMORY, "%s: no memory for buffers", function);
    return x_.size == 0 ? static_cast<Status>(NUMRS_OK)
                        : Convert(run, function, x_, ContiguousView(memory_, kF64, x_.ndim, x_.shape));
  }
  const double* data() const { return static_cast<const double*>(direct_ ? x_.data : memory_); }

 private:
  bool direct_;
  void* memory_ = nullptr;
  const View& x_;
};

struct Points {
  const double* x;
  const double* y;
  const double* slopes;  // of the lines between; NULL: divided when asked
  int64_t n;
  double left, right;
};

// behind: how many points are not ahead of x. A line through an infinite point is NaN there: then the value comes from
// its other end, and where both ends are equal from either.
double At(const Points& p, double x, int64_t behind) {
  if (std::isnan(x)) return x;
  if (x < p.x[0]) return p.left;
  if (x > p.x[p.n - 1]) return p.right;
  const int64_t j = behind - 1;
  if (j < 0) return p.left;  // points out of order or NaN: any answer, but none from elsewhere
  if (j >= p.n - 1) return p.y[p.n - 1];
  if (p.x[j] == x) return p.y[j];
  const double slope = p.slopes ? p.slopes[j] : (p.y[j + 1] - p.y[j]) / (p.x[j + 1] - p.x[j]);
  double found = slope * (x - p.x[j]) + p.y[j];
  if (std::isnan(found)) {
    found = slope * (x - p.x[j + 1]) + p.y[j + 1];
    if (std::isnan(found) && p.y[j] == p.y[j + 1]) found = p.y[j];
  }
  return found;
}

Status Interp(numrs_context* context, const numrs_view* x, const numrs_view* xp, const numrs_view* fp,
              const numrs_view* y, double left, double right) {
  const char* function = "interp";
  const Trace trace(function, x);
  NUMRS_TRY(CheckContext(context, function));
  View at, places, values, out;
  char got[160], wanted[160];
  NUMRS_TRY(LoadRealView(function, "x", x, &at));
  NUMRS_TRY(LoadRealView(function, "xp", xp, &places));
  NUMRS_TRY(LoadRealView(function, "fp", fp, &values));
  NUMRS_TRY(LoadRealView(function, "out", y, &out));
  if (places.ndim != 1 || places.size == 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: xp has shape %s, expected 1 dimension with at least one point", function,
                ShapeText(places, got, sizeof(got)));
  if (values.ndim != 1 || values.size != places.size)
    return Fail(NUMRS_BAD_SHAPE, "%s: fp has shape %s, expected %s of xp", function,
                ShapeText(values, got, sizeof(got)), ShapeText(places, wanted, sizeof(wanted)));
  if (out.ndim != at.ndim ||
      std::memcmp(out.shape, at.shape, sizeof(out.shape[0]) * static_cast<size_t>(out.ndim)) != 0)
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s of x", function, ShapeText(out, got, sizeof(got)),
                ShapeText(at, wanted, sizeof(wanted)));
  NUMRS_TRY(CheckOutput(function, kF64, out));
  const Run run = MakeRun(context);
  Numbers where(at), knots(places), heights(values);
  NUMRS_TRY(where.Load(run, function));
  NUMRS_TRY(knots.Load(run, function));
  NUMRS_TRY(heights.Load(run, function));
  const bool direct = out.IsContiguous() && out.dtype == kF64 && reinterpret_cast<uintptr_t>(out.data) % 8 == 0 &&
                      !RangesOverlap(at, out) && !RangesOverlap(places, out) && !RangesOverlap(values, out);
  const bool divide_once = at.size >= places.size && places.size > 1;
  const Workspace results(direct ? 0 : static_cast<size_t>(at.size) * 8);
  const Workspace slopes(divide_once ? static_cast<size_t>(places.size) * 8 : 0);
  if (!results.ok() || !slopes.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for buffers", function);
  double* to = direct ? reinterpret_cast<double*>(out.data) : results.as<double>();
  Points points{knots.data(), heights.data(), divide_once ? slopes.as<double>() : nullptr, places.size, left, right};
  if (divide_once) {
    for (int64_t j = 0; j + 1 < points.n; j++)
      slopes.as<double>()[j] = (points.y[j + 1] - points.y[j]) / (points.x[j + 1] - points.x[j]);
  }
  const int threads = run.Threads(static_cast<double>(at.size) * 50);
  NUMRS_TRY(ParallelFor(at.size, kChunk, threads, run.cancel, [&](int64_t begin, int64_t end) {
    int64_t behind[kPlaces];
    for (int64_t i = begin; i < end; i += kPlaces) {
      const int64_t n = end - i < kPlaces ? end - i : kPlaces;
      run.kernels.order->search[kF64](points.x, nullptr, points.n, where.data() + i, n, true, behind);
      for (int64_t k = 0; k < n; k++) to[i + k] = At(points, where.data()[i + k], behind[k]);
    }
  }));
  if (direct || out.size == 0) return NUMRS_OK;
  return Convert(run, function, ContiguousView(to, kF64, out.ndim, out.shape), out);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_interp(numrs_context* context, const numrs_view* x, const numrs_view* xp,
                                     const numrs_view* fp, const numrs_view* y, double left, double right) {
  return Guard([&] { return Interp(context, x, xp, fp, y, left, right); });
}
