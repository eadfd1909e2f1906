// Checks of axes and outputs.
#include "api/axes.h"

namespace numrs {

Status NormalizeAxis(const char* function, int32_t ndim, int32_t axis, int32_t* out) {
  if (axis < -ndim || axis >= ndim) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: axis %d is out of bounds for an array of dimension %d", function, axis, ndim);
  }
  *out = axis < 0 ? axis + ndim : axis;
  return NUMRS_OK;
}

Status AxesMask(const char* function, int32_t ndim, const int32_t* axes, int32_t n_axes, uint32_t* mask) {
  if (n_axes == -1) {
    *mask = ndim == 32 ? ~0u : (1u << ndim) - 1;
    return NUMRS_OK;
  }
  if (n_axes < -1 || n_axes > kMaxNDim)
    return Fail(NUMRS_BAD_ARGUMENT, "%s: n_axes is %d, expected -1 (all) to %d", function, n_axes, kMaxNDim);
  if (n_axes > 0 && !axes) return Fail(NUMRS_BAD_ARGUMENT, "%s: axes is NULL, expected %d axes", function, n_axes);
  *mask = 0;
  for (int32_t i = 0; i < n_axes; i++) {
    int32_t axis = 0;
    NUMRS_TRY(NormalizeAxis(function, ndim, axes[i], &axis));
    if (*mask >> axis & 1) return Fail(NUMRS_BAD_ARGUMENT, "%s: axis %d is given twice", function, axes[i]);
    *mask |= 1u << axis;
  }
  return NUMRS_OK;
}

Status ExpandOutput(const char* function, const View& x, uint32_t axes, const View& y, View* out) {
  const int dropped = __builtin_popcount(axes);
  const bool keeps = y.ndim == x.ndim;
  bool fits = keeps || y.ndim == x.ndim - dropped;
  out->data = y.data;
  out->ndim = x.ndim;
  out->dtype = y.dtype;
  out->size = y.size;
  for (int d = 0, k = 0; d < x.ndim && fits; d++) {
    const bool reduced = axes >> d & 1;
    out->shape[d] = reduced ? 1 : x.shape[d];
    out->strides[d] = 0;
    if (reduced && !keeps) continue;
    fits = y.shape[k] == out->shape[d];
    out->strides[d] = reduced ? 0 : y.strides[k];
    k++;
  }
  if (fits) return NUMRS_OK;
  char got[160], wanted[160];
  int64_t shape[kMaxNDim];
  int32_t ndim = 0;
  for (int d = 0; d < x.ndim; d++) {
    if (!(axes >> d & 1)) shape[ndim++] = x.shape[d];
  }
  return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s, or with extents 1 for the reduced axes", function,
              ShapeText(y, got, sizeof(got)), ShapeText(ndim, shape, wanted, sizeof(wanted)));
}

Status CheckOutput(const char* function, int32_t result, const View& y) {
  if (result != y.dtype && !CanCastSameKind(result, y.dtype)) {
    return Fail(NUMRS_BAD_DTYPE,
                "%s: out has dtype %s, to which the result of dtype %s cannot be cast by the same_kind rule", function,
                NameOf(y.dtype), NameOf(result));
  }
  if (OverlapsItself(y))
    return Fail(NUMRS_OVERLAP, "%s: out has elements that share memory (strides 0 or overlapping)", function);
  return NUMRS_OK;
}

}  // namespace numrs
