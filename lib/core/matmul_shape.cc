// Shapes of matrix products and the messages when operands do not go together.
#include <cstring>

#include "core/matmul.h"

namespace numrs {
namespace {

Status TooMany(const char* function, int ndim) {
  return Fail(NUMRS_BAD_SHAPE, "%s: the result would have %d dimensions, at most %d are possible", function, ndim,
              kMaxNDim);
}

}  // namespace

Status MatmulShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape) {
  char left[160], right[160];
  if (a.ndim == 0 || b.ndim == 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has no dimensions, expected at least 1; multiply scales by a scalar", function,
                a.ndim == 0 ? "a" : "b");
  }
  const int b_rows = b.ndim == 1 ? 0 : b.ndim - 2;
  const int64_t k = a.shape[a.ndim - 1];
  if (b.shape[b_rows] != k) {
    return Fail(NUMRS_BAD_SHAPE, "%s: a has shape %s and b %s; the last extent of a, %lld, must be the %s of b, %lld",
                function, ShapeText(a, left, sizeof(left)), ShapeText(b, right, sizeof(right)), (long long)k,
                b.ndim == 1 ? "length" : "last but one", (long long)b.shape[b_rows]);
  }
  View leading = a;
  leading.ndim = a.ndim > 2 ? a.ndim - 2 : 0;
  *ndim = 0;
  BroadcastShape(leading, ndim, shape);
  leading = b;
  leading.ndim = b.ndim > 2 ? b.ndim - 2 : 0;
  if (!BroadcastShape(leading, ndim, shape)) {
    return Fail(NUMRS_BAD_SHAPE, "%s: a has shape %s and b %s; their leading dimensions do not broadcast", function,
                ShapeText(a, left, sizeof(left)), ShapeText(b, right, sizeof(right)));
  }
  if (a.ndim > 1) shape[(*ndim)++] = a.shape[a.ndim - 2];
  if (b.ndim > 1) shape[(*ndim)++] = b.shape[b.ndim - 1];
  return NUMRS_OK;
}

Status InnerShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape) {
  if (a.ndim == 0 || b.ndim == 0) return OuterShape(function, a, b, ndim, shape);
  if (a.shape[a.ndim - 1] != b.shape[b.ndim - 1]) {
    char left[160], right[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: a has shape %s and b %s; their last extents differ", function,
                ShapeText(a, left, sizeof(left)), ShapeText(b, right, sizeof(right)));
  }
  if (a.ndim + b.ndim - 2 > kMaxNDim) return TooMany(function, a.ndim + b.ndim - 2);
  *ndim = a.ndim + b.ndim - 2;
  std::memcpy(shape, a.shape, sizeof(int64_t) * static_cast<size_t>(a.ndim - 1));
  std::memcpy(shape + a.ndim - 1, b.shape, sizeof(int64_t) * static_cast<size_t>(b.ndim - 1));
  return NUMRS_OK;
}

Status OuterShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape) {
  if (a.ndim + b.ndim > kMaxNDim) return TooMany(function, a.ndim + b.ndim);
  *ndim = a.ndim + b.ndim;
  std::memcpy(shape, a.shape, sizeof(int64_t) * static_cast<size_t>(a.ndim));
  std::memcpy(shape + a.ndim, b.shape, sizeof(int64_t) * static_cast<size_t>(b.ndim));
  return NUMRS_OK;
}

}  // namespace numrs
