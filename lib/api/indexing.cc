// extern "C" of indexing.h: shapes and indices are checked, overlapping operands set apart, then the walk runs.
#include "numrs/indexing.h"

#include <cstring>
#include <optional>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/indexing.h"
#include "core/memory.h"
#include "core/trace.h"

namespace numrs {
namespace {

// A view as it is, or a C-order copy of it in memory of its own, perhaps of another dtype.
class Apart {
 public:
  Apart(const Run& run, const char* function, const View& v, bool apart, int32_t dtype) : apart_(apart), from_(v) {
    if (apart) {
      memory_.emplace(run, function, static_cast<size_t>(v.size) * static_cast<size_t>(SizeOf(dtype)));
      view = ContiguousView(memory_->data(), dtype, v.ndim, v.shape);
    } else {
      view = v;
    }
  }
  Apart(const Apart&) = delete;
  Apart& operator=(const Apart&) = delete;
  bool ok() const { return !apart_ || memory_->ok(); }
  Status Read(const Run& run, const char* function) const {
    return apart_ && from_.size > 0 ? Convert(run, function, from_, view) : static_cast<Status>(NUMRS_OK);
  }
  Status WriteBack(const Run& run, const char* function) const {
    return apart_ && from_.size > 0 ? Convert(run, function, view, from_) : static_cast<Status>(NUMRS_OK);
  }
  View view;

 private:
  std::optional<RunMemory> memory_;
  bool apart_;
  const View& from_;
};

Status NoMemory(const char* function) { return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy", function); }

Status CheckDTypes(const char* function, const char* argument, const View& elements, const View& indices,
                   const View& y) {
  if (KindOf(indices.dtype) != Kind::INT && KindOf(indices.dtype) != Kind::UINT)
    return Fail(NUMRS_BAD_DTYPE, "%s: indices has dtype %s, expected an integer dtype", function,
                NameOf(indices.dtype));
  if (elements.dtype != y.dtype)
    return Fail(NUMRS_BAD_DTYPE, "%s: out has dtype %s, expected %s, that of %s", function, NameOf(y.dtype),
                NameOf(elements.dtype), argument);
  return NUMRS_OK;
}

Status ExpectShape(const char* function, const View& y, int32_t ndim, const int64_t* shape) {
  if (y.ndim == ndim && std::memcmp(y.shape, shape, sizeof(shape[0]) * static_cast<size_t>(ndim)) == 0) return NUMRS_OK;
  char got[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", function, ShapeText(y, got, sizeof(got)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}

Status SameNDim(const char* function, const char* argument, const View& indices, const View& x) {
  if (indices.ndim == x.ndim) return NUMRS_OK;
  return Fail(NUMRS_BAD_SHAPE, "%s: indices has %d dimensions, expected %d as %s has", function,
              static_cast<int>(indices.ndim), static_cast<int>(x.ndim), argument);
}

Status Unbroadcast(const char* function, const char* first, const View& a, const char* second, const View& b) {
  char text_a[160], text_b[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s of shape %s does not go with %s of shape %s", function, first,
              ShapeText(a, text_a, sizeof(text_a)), second, ShapeText(b, text_b, sizeof(text_b)));
}

// Checks indices and sets apart what overlaps; then gathers from x into y.
Status Gather(numrs_context* context, GatherJob* job, const View& x, const View& indices, const View& y,
              int64_t extent) {
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, job->function, {&x, &indices, &y}));
  NUMRS_TRY(CheckOutput(job->function, x.dtype, y));
  NUMRS_TRY(CheckIndices(run, job->function, indices, extent));
  if (y.size == 0) return NUMRS_OK;
  const Apart target(run, job->function, y, RangesOverlap(x, y) || RangesOverlap(indices, y), y.dtype);
  const Apart places(run, job->function, indices, indices.dtype != kI64, kI64);
  if (!target.ok() || !places.ok()) return NoMemory(job->function);
  NUMRS_TRY(places.Read(run, job->function));
  const View& at = places.view;
  for (int d = 0, k = 0; d < job->ndim; d++) {
    job->y_strides[d] = target.view.strides[d];
    const bool indexed = job->index_strides[d] != 0;  // so far: 1 where indices has that dimension
    job->index_strides[d] = indexed ? (at.shape[k] == 1 ? 0 : at.strides[k]) : 0;
    if (indexed) k++;
  }
  job->x = x.data;
  job->y = target.view.data;
  job->indices = at.data;
  job->extent = extent;
  job->itemsize = x.itemsize();
  NUMRS_TRY(RunGather(run, *job));
  return target.WriteBack(run, job->function);
}

// A dimension of n elements one behind the other.
bool IsLine(const numrs_view* v, int32_t dtype, int64_t* n) {
  if (!v || v->ndim != 1 || !v->shape || !v->data || v->dtype != dtype) return false;
  *n = v->shape[0];
  return *n > 0 && (!v->strides || v->strides[0] == SizeOf(dtype));
}

template <typename T>
bool TakeSmall(const void* x, int64_t extent, const int64_t* indices, void* y, int64_t n) {
  int64_t wrong =
      0;  // its sign says whether any index is outside: -1-i for a negative i has to be below extent, as i has
  for (int64_t i = 0; i < n; i++) wrong |= extent - 1 - (indices[i] ^ (indices[i] >> 63));
  if (wrong < 0) return false;
  const T* from = static_cast<const T*>(x);
  T* to = static_cast<T*>(y);
  for (int64_t i = 0; i < n; i++) {
    const int64_t at = indices[i] + ((indices[i] >> 63) & extent);
    to[i] = from[static_cast<uint64_t>(at) < static_cast<uint64_t>(extent) ? at : 0];  // whatever other threads write
  }
  return true;
}

// The usual small call: a line by a line of int64, apart from the result. False: it is not that, or an index is wrong.
bool TakeDirect(const numrs_context* context, const numrs_view* x, const numrs_view* indices, const numrs_view* y,
                int32_t axis) {
  constexpr int64_t kSmall = 4096;
  int64_t extent, n, m;
  if (context || TraceEnabled() || (axis != 0 && axis != -1) || !x || x->dtype <= 0 || x->dtype >= kDTypes)
    return false;
  if (!IsLine(x, x->dtype, &extent) || !IsLine(indices, kI64, &n) || !IsLine(y, x->dtype, &m) || n != m || n > kSmall)
    return false;
  const int64_t bytes = SizeOf(x->dtype);
  const auto end = [](const void* p, int64_t length) {
    return reinterpret_cast<uintptr_t>(p) + static_cast<uintptr_t>(length);
  };
  const auto begin = [](const void* p) { return reinterpret_cast<uintptr_t>(p); };
  const auto apart = [&](const void* p, int64_t length) {
    return end(p, length) <= begin(y->data) || end(y->data, n * bytes) <= begin(p);
  };
  const uintptr_t alignment = begin(x->data) | begin(y->data);
  if (!apart(x->data, extent * bytes) || !apart(indices->data, n * 8) || begin(indices->data) % 8 != 0) return false;
  const auto* at = static_cast<const int64_t*>(indices->data);
  if (alignment % static_cast<uintptr_t>(bytes < 8 ? bytes : 8) != 0) return false;
  switch (bytes) {
    case 1:
      return TakeSmall<uint8_t>(x->data, extent, at, y->data, n);
    case 2:
      return TakeSmall<uint16_t>(x->data, extent, at, y->data, n);
    case 4:
      return TakeSmall<uint32_t>(x->data, extent, at, y->data, n);
    case 8:
      return TakeSmall<uint64_t>(x->data, extent, at, y->data, n);
    default:
      return false;
  }
}

Status Take(numrs_context* context, const numrs_view* vx, const numrs_view* vi, const numrs_view* vy, int32_t axis) {
  const char* function = "take";
  const Trace trace(function, vx);
  NUMRS_TRY(AdmitContext(context, function));
  View x, indices, y;
  NUMRS_TRY(LoadView(function, "x", vx, &x));
  NUMRS_TRY(LoadView(function, "indices", vi, &indices));
  NUMRS_TRY(LoadView(function, "out", vy, &y));
  NUMRS_TRY(CheckDTypes(function, "x", x, indices, y));
  NUMRS_TRY(NormalizeAxis(function, x.ndim, axis, &axis));
  if (x.ndim - 1 + indices.ndim > kMaxNDim)
    return Fail(NUMRS_BAD_SHAPE, "%s: the result has %d dimensions, at most %d are supported", function,
                static_cast<int>(x.ndim - 1 + indices.ndim), kMaxNDim);
  GatherJob job;
  job.function = function;
  job.axis_begin = axis;
  job.axis_end = axis + indices.ndim;
  for (int d = 0; d < x.ndim; d++) {
    if (d == axis) {
      for (int k = 0; k < indices.ndim; k++) {
        job.shape[job.ndim] = indices.shape[k];
        job.x_strides[job.ndim] = 0;
        job.index_strides[job.ndim++] = 1;
      }
    } else {
      job.shape[job.ndim] = x.shape[d];
      job.x_strides[job.ndim] = x.strides[d];
      job.index_strides[job.ndim++] = 0;
    }
  }
  job.step = x.strides[axis];
  NUMRS_TRY(ExpectShape(function, y, job.ndim, job.shape));
  return Gather(context, &job, x, indices, y, x.shape[axis]);
}

Status TakeAlongAxis(numrs_context* context, const numrs_view* vx, const numrs_view* vi, const numrs_view* vy,
                     int32_t axis) {
  const char* function = "take_along_axis";
  const Trace trace(function, vx);
  NUMRS_TRY(AdmitContext(context, function));
  View x, indices, y;
  NUMRS_TRY(LoadView(function, "x", vx, &x));
  NUMRS_TRY(LoadView(function, "indices", vi, &indices));
  NUMRS_TRY(LoadView(function, "out", vy, &y));
  NUMRS_TRY(CheckDTypes(function, "x", x, indices, y));
  NUMRS_TRY(NormalizeAxis(function, x.ndim, axis, &axis));
  NUMRS_TRY(SameNDim(function, "x", indices, x));
  GatherJob job;
  job.function = function;
  job.ndim = x.ndim;
  job.axis_begin = axis;
  job.axis_end = axis + 1;
  for (int d = 0; d < x.ndim; d++) {
    const int64_t a = x.shape[d], b = indices.shape[d];
    if (d != axis && a != b && a != 1 && b != 1) return Unbroadcast(function, "indices", indices, "x", x);
    job.shape[d] = d == axis || a == 1 ? b : a;
    job.x_strides[d] = d == axis || a == 1 ? 0 : x.strides[d];
    job.index_strides[d] = 1;
  }
  job.step = x.strides[axis];
  NUMRS_TRY(ExpectShape(function, y, job.ndim, job.shape));
  return Gather(context, &job, x, indices, y, x.shape[axis]);
}

Status PutAlongAxis(numrs_context* context, const numrs_view* vi, const numrs_view* vv, const numrs_view* vy,
                    int32_t axis) {
  const char* function = "put_along_axis";
  const Trace trace(function, vy);
  NUMRS_TRY(AdmitContext(context, function));
  View indices, values, y;
  NUMRS_TRY(LoadView(function, "indices", vi, &indices));
  NUMRS_TRY(LoadView(function, "values", vv, &values));
  NUMRS_TRY(LoadView(function, "out", vy, &y));
  NUMRS_TRY(CheckDTypes(function, "values", values, indices, y));
  NUMRS_TRY(NormalizeAxis(function, y.ndim, axis, &axis));
  NUMRS_TRY(SameNDim(function, "out", indices, y));
  GatherJob job;
  job.function = function;
  job.scatter = true;
  job.ndim = y.ndim;
  job.axis_begin = axis;
  job.axis_end = axis + 1;
  for (int d = 0; d < y.ndim; d++) {
    if (d != axis && indices.shape[d] != y.shape[d] && indices.shape[d] != 1)
      return Unbroadcast(function, "indices", indices, "out", y);
    job.shape[d] = d == axis ? indices.shape[d] : y.shape[d];
    job.x_strides[d] = d == axis ? 0 : y.strides[d];
  }
  int32_t ndim = y.ndim;
  int64_t shape[kMaxNDim];
  std::memcpy(shape, job.shape, sizeof(shape[0]) * static_cast<size_t>(ndim));
  if (values.ndim > ndim || !BroadcastShape(values, &ndim, shape) ||
      std::memcmp(shape, job.shape, sizeof(shape[0]) * static_cast<size_t>(ndim)) != 0)
    return Unbroadcast(function, "values", values, "indices", indices);
  NUMRS_TRY(CheckOutput(function, values.dtype, y));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&indices, &values, &y}));
  NUMRS_TRY(CheckIndices(run, function, indices, y.shape[axis]));
  for (int d = 0; d < job.ndim; d++) {
    if (job.shape[d] == 0) return NUMRS_OK;
  }
  const Apart places(run, function, indices, indices.dtype != kI64 || RangesOverlap(indices, y), kI64);
  const Apart elements(run, function, values, RangesOverlap(values, y), values.dtype);
  if (!places.ok() || !elements.ok()) return NoMemory(function);
  NUMRS_TRY(places.Read(run, function));
  NUMRS_TRY(elements.Read(run, function));
  BroadcastStrides(elements.view, job.ndim, job.shape, job.y_strides);
  for (int d = 0; d < job.ndim; d++) job.index_strides[d] = indices.shape[d] == 1 ? 0 : places.view.strides[d];
  job.x = y.data;
  job.y = elements.view.data;
  job.indices = places.view.data;
  job.extent = y.shape[axis];
  job.step = y.strides[axis];
  job.itemsize = y.itemsize();
  return RunGather(run, job);
}

Status Nonzero(numrs_context* context, const numrs_view* vx, const numrs_view* vy, int64_t* count) {
  const char* function = "nonzero";
  const Trace trace(function, vx);
  NUMRS_TRY(AdmitContext(context, function));
  View x, y = NoView();
  NUMRS_TRY(LoadView(function, "x", vx, &x));
  if (vy) NUMRS_TRY(LoadView(function, "out", vy, &y));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&x, &y}));
  if (!count) return Fail(NUMRS_BAD_ARGUMENT, "%s: count is NULL", function);
  if (x.ndim == 0) return Fail(NUMRS_BAD_SHAPE, "%s: x has no dimensions, expected at least one", function);
  if (vy) {
    if (y.dtype != kI64)
      return Fail(NUMRS_BAD_DTYPE, "%s: out has dtype %s, expected int64", function, NameOf(y.dtype));
    NUMRS_TRY(CheckOutput(function, kI64, y));
  }
  return RunNonzero(run, x, vy ? &y : nullptr, count);
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_take(numrs_context* context, const numrs_view* x, const numrs_view* indices,
                                   const numrs_view* y, int32_t axis) {
  return Guard([&]() -> Status {
    return TakeDirect(context, x, indices, y, axis) ? static_cast<Status>(NUMRS_OK)
                                                    : Take(context, x, indices, y, axis);
  });
}

extern "C" numrs_status numrs_take_along_axis(numrs_context* context, const numrs_view* x, const numrs_view* indices,
                                              const numrs_view* y, int32_t axis) {
  return Guard([&] { return TakeAlongAxis(context, x, indices, y, axis); });
}

extern "C" numrs_status numrs_put_along_axis(numrs_context* context, const numrs_view* indices,
                                             const numrs_view* values, const numrs_view* y, int32_t axis) {
  return Guard([&] { return PutAlongAxis(context, indices, values, y, axis); });
}

extern "C" numrs_status numrs_nonzero(numrs_context* context, const numrs_view* x, const numrs_view* y,
                                      int64_t* count) {
  return Guard([&] { return Nonzero(context, x, y, count); });
}
