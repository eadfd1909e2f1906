// Validation, extents, broadcasting and overlap of views.
#include "core/view.h"

#include <cstdio>
#include <cstring>

namespace numrs {
namespace {

// Extent of a loaded view with overflow detection.
bool CheckedExtent(const View& v, Extent* extent) {
  int64_t low = 0, high = v.itemsize();
  if (v.size == 0) high = 0;
  for (int d = 0; v.size != 0 && d < v.ndim; d++) {
    int64_t span;
    if (__builtin_mul_overflow(v.shape[d] - 1, v.strides[d], &span)) return false;
    if (span < 0 ? __builtin_add_overflow(low, span, &low) : __builtin_add_overflow(high, span, &high)) return false;
  }
  int64_t total;
  if (__builtin_sub_overflow(high, low, &total)) return false;
  *extent = {low, high};
  return true;
}

}  // namespace

bool View::IsContiguous() const {
  if (size < 2) return true;
  int64_t expected = itemsize();
  for (int d = ndim - 1; d >= 0; d--) {
    if (shape[d] == 1) continue;
    if (strides[d] != expected) return false;
    expected *= shape[d];
  }
  return true;
}

Status LoadView(const char* function, const char* argument, const numrs_view* in, View* out) {
  if (!in) return Fail(NUMRS_BAD_ARGUMENT, "%s: %s is NULL, expected a view", function, argument);
  const int32_t dtype = in->dtype & ~NUMRS_ON_HOST;
  if (!IsDType(dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype number %d, expected one of ops.h", function, argument, in->dtype);
  out->host = dtype != in->dtype;
  if (in->ndim < 0 || in->ndim > kMaxNDim) {
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has %d dimensions, expected 0 to %d", function, argument, in->ndim, kMaxNDim);
  }
  if (in->ndim > 0 && !in->shape)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: %s has a NULL shape and %d dimensions", function, argument, in->ndim);
  out->data = static_cast<char*>(in->data);
  out->ndim = in->ndim;
  out->dtype = dtype;
  bool empty = false;
  for (int d = 0; d < in->ndim; d++) {
    const int64_t n = in->shape[d];
    if (n < 0)
      return Fail(NUMRS_BAD_SHAPE, "%s: %s has extent %lld in dimension %d, expected 0 or more", function, argument,
                  (long long)n, d);
    out->shape[d] = n;
    empty |= n == 0;
  }
  const int64_t itemsize = SizeOf(dtype);
  int64_t bytes = itemsize;
  for (int d = in->ndim - 1; d >= 0; d--) {
    // An empty view may have any extents beside the zero, and any strides: nothing is at their ends.
    // The stride of one element is never taken, and may be anything: it is made the one of contiguous memory.
    out->strides[d] = empty ? 0 : in->strides && out->shape[d] > 1 ? in->strides[d] : bytes;
    if (empty) continue;
    if (__builtin_mul_overflow(bytes, out->shape[d], &bytes)) {
      return Fail(NUMRS_BAD_SHAPE, "%s: the number of bytes of %s overflows 64 bits", function, argument);
    }
  }
  out->size = empty ? 0 : bytes / itemsize;
  if (out->host && out->size != 1)
    return Fail(NUMRS_BAD_SHAPE, "%s: %s is NUMRS_ON_HOST and has %lld elements, expected one", function, argument,
                (long long)out->size);
  if (out->size > 0) {
    if (!in->data)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: %s has NULL data and %lld elements", function, argument,
                  (long long)out->size);
    Extent extent;
    if (in->strides && !CheckedExtent(*out, &extent))
      return Fail(NUMRS_BAD_SHAPE, "%s: the strides of %s overflow 64 bits", function, argument);
  }
  return NUMRS_OK;
}

Status LoadRealView(const char* function, const char* argument, const numrs_view* in, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  if (KindOf(out->dtype) == Kind::COMPLEX)
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, which the operation does not take", function, argument,
                NameOf(out->dtype));
  return NUMRS_OK;
}

Extent ExtentOf(const View& v) {
  Extent extent{0, 0};
  CheckedExtent(v, &extent);
  return extent;
}

bool BroadcastShape(const View& v, int32_t* ndim, int64_t* shape) {
  if (v.ndim > *ndim) {
    const int shift = v.ndim - *ndim;
    for (int d = *ndim - 1; d >= 0; d--) shape[d + shift] = shape[d];
    for (int d = 0; d < shift; d++) shape[d] = 1;
    *ndim = v.ndim;
  }
  const int shift = *ndim - v.ndim;
  for (int d = 0; d < v.ndim; d++) {
    int64_t& n = shape[d + shift];
    if (v.shape[d] == n || v.shape[d] == 1) continue;
    if (n != 1) return false;
    n = v.shape[d];
  }
  return true;
}

void BroadcastStrides(const View& v, int32_t ndim, const int64_t* shape, int64_t* strides) {
  const int shift = ndim - v.ndim;
  for (int d = 0; d < ndim; d++) {
    const bool own = d >= shift && v.shape[d - shift] == shape[d] && shape[d] != 1;
    strides[d] = own ? v.strides[d - shift] : 0;
  }
}

bool OverlapsItself(const View& v) {
  if (v.size < 2) return false;
  // Dimensions by growing |stride|: each must step over everything the smaller ones cover.
  int order[kMaxNDim], count = 0;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] == 1) continue;
    int i = count++;
    const uint64_t s = v.strides[d] < 0 ? 0 - static_cast<uint64_t>(v.strides[d]) : static_cast<uint64_t>(v.strides[d]);
    for (; i > 0; i--) {
      const int64_t previous = v.strides[order[i - 1]];
      const uint64_t p = previous < 0 ? 0 - static_cast<uint64_t>(previous) : static_cast<uint64_t>(previous);
      if (p <= s) break;
      order[i] = order[i - 1];
    }
    order[i] = d;
  }
  uint64_t covered = static_cast<uint64_t>(v.itemsize());
  for (int i = 0; i < count; i++) {
    const int64_t stride = v.strides[order[i]];
    const uint64_t s = stride < 0 ? 0 - static_cast<uint64_t>(stride) : static_cast<uint64_t>(stride);
    if (s < covered) return true;
    covered += s * static_cast<uint64_t>(v.shape[order[i]] - 1);
  }
  return false;
}

bool RangesOverlap(const View& a, const View& b) {
  if (a.size == 0 || b.size == 0) return false;
  const Extent x = ExtentOf(a), y = ExtentOf(b);
  const uintptr_t p = reinterpret_cast<uintptr_t>(a.data), q = reinterpret_cast<uintptr_t>(b.data);
  return p + static_cast<uintptr_t>(x.low) < q + static_cast<uintptr_t>(y.high) &&
         q + static_cast<uintptr_t>(y.low) < p + static_cast<uintptr_t>(x.high);
}

bool SameElements(const View& a, const View& b) {
  if (a.data != b.data || a.ndim != b.ndim || a.itemsize() != b.itemsize()) return false;
  for (int d = 0; d < a.ndim; d++) {
    if (a.shape[d] != b.shape[d] || (a.shape[d] != 1 && a.strides[d] != b.strides[d])) return false;
  }
  return true;
}

const char* ShapeText(int32_t ndim, const int64_t* shape, char* buffer, size_t bytes) {
  size_t used = static_cast<size_t>(std::snprintf(buffer, bytes, "("));
  for (int d = 0; d < ndim && used + 24 < bytes; d++) {
    used +=
        static_cast<size_t>(std::snprintf(buffer + used, bytes - used, "%s%lld", d ? ", " : "", (long long)shape[d]));
  }
  std::snprintf(buffer + used, bytes - used, ndim == 1 ? ",)" : ")");
  return buffer;
}

View ContiguousView(void* data, int32_t dtype, int32_t ndim, const int64_t* shape) {
  View v;
  v.data = static_cast<char*>(data);
  v.ndim = ndim;
  v.dtype = dtype;
  v.size = 1;
  int64_t stride = SizeOf(dtype);
  for (int d = ndim - 1; d >= 0; d--) {
    v.shape[d] = shape[d];
    v.strides[d] = stride;
    stride = TimesExtent(stride, shape[d]);
    v.size = TimesExtent(v.size, shape[d]);
  }
  return v;
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_view_check(const numrs_view* v, const void* base, size_t nbytes) {
  return Guard([&]() -> Status {
    View view;
    NUMRS_TRY(LoadView("view_check", "v", v, &view));
    if (view.size == 0) return NUMRS_OK;
    if (!base)
      return Fail(NUMRS_BAD_ARGUMENT, "view_check: base is NULL and v has %lld elements", (long long)view.size);
    const Extent extent = ExtentOf(view);
    // Offsets of the first and last byte from base, in 128 bits so that no address wraps.
    const __int128 start = static_cast<__int128>(reinterpret_cast<uintptr_t>(view.data)) -
                           static_cast<__int128>(reinterpret_cast<uintptr_t>(base));
    if (start + extent.low < 0 || start + extent.high > static_cast<__int128>(nbytes)) {
      return Fail(NUMRS_BAD_ARGUMENT,
                  "view_check: v reaches bytes %lld to %lld of its data, outside the %zu bytes given",
                  (long long)extent.low, (long long)extent.high, nbytes);
    }
    return NUMRS_OK;
  });
}

extern "C" int32_t numrs_dtype_size(int32_t dtype) { return IsDType(dtype) ? static_cast<int32_t>(SizeOf(dtype)) : 0; }
extern "C" const char* numrs_dtype_name(int32_t dtype) { return NameOf(dtype); }
extern "C" int32_t numrs_promote(int32_t a, int32_t b) { return Promote(a, b); }
