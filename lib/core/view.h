// Views: validation, extents, broadcasting and overlap. No operation here.
#pragma once

#include "core/dtype.h"
#include "core/status.h"
#include "numrs/view.h"

namespace numrs {

constexpr int kMaxNDim = NUMRS_MAX_NDIM;

// A validated view with its strides filled in. Same meaning as numrs_view, no pointers into the caller's shape.
struct View {
  char* data = nullptr;
  int32_t ndim = 0, dtype = kInvalid;
  int64_t size = 0;  // number of elements
  int64_t shape[kMaxNDim];
  int64_t strides[kMaxNDim];
  bool host = false;  // in a call on a device: one element, in memory of the host

  int64_t itemsize() const { return SizeOf(dtype); }
  bool IsContiguous() const;  // C order without gaps (any strides where there are fewer than two elements)
};

// The product of extents. Those of an empty view may be anything beside the zero, so it wraps; with the zero it is 0.
inline int64_t TimesExtent(int64_t product, int64_t extent) {
  return static_cast<int64_t>(static_cast<uint64_t>(product) * static_cast<uint64_t>(extent));
}

// Address range of the elements, [low, high) as offsets from data; NUMRS_BAD_SHAPE when it overflows.
struct Extent {
  int64_t low, high;
};

// Refuses what no array can be: NULL pointers, ndim, negative or overflowing extents, unknown dtypes. `argument` names
// it in messages.
Status LoadView(const char* function, const char* argument, const numrs_view* in, View* out);
// The same for operations that know real numbers only: complex dtypes are refused too.
Status LoadRealView(const char* function, const char* argument, const numrs_view* in, View* out);
Extent ExtentOf(const View& v);

// Enlarges shape/ndim so that v broadcasts with it; false when it cannot.
bool BroadcastShape(const View& v, int32_t* ndim, int64_t* shape);
// Strides of v stretched to shape (0 where v is repeated); v must broadcast to it.
void BroadcastStrides(const View& v, int32_t ndim, const int64_t* shape, int64_t* strides);

// Do two elements of v share bytes? May answer yes for exotic strides where the exact answer is no, never the other way
// round.
bool OverlapsItself(const View& v);
bool RangesOverlap(const View& a, const View& b);
// Same elements at the same places in the same order.
bool SameElements(const View& a, const View& b);

// "(3, 4)" into buffer, for messages.
const char* ShapeText(int32_t ndim, const int64_t* shape, char* buffer, size_t bytes);
inline const char* ShapeText(const View& v, char* buffer, size_t bytes) {
  return ShapeText(v.ndim, v.shape, buffer, bytes);
}

// For a view that may be missing: ndim -1.
inline View NoView() {
  View v;
  v.ndim = -1;
  return v;
}

// A C-order view of new memory described by data (may be nullptr when empty).
View ContiguousView(void* data, int32_t dtype, int32_t ndim, const int64_t* shape);

}  // namespace numrs
