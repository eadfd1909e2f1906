// Operands as contiguous memory of one dtype, on a device.
#include <cstring>

#include "cuda/stream.h"

namespace numrs {
namespace cuda {

Status NoKernelFor(const char* function, int32_t dtype) {
  return Fail(NUMRS_UNSUPPORTED, "%s: no %s kernel", function, NameOf(dtype));
}

Status Input::Load(const char* function, const View& v, int32_t dtype, bool apart) {
  return Load(function, v, dtype, v.ndim, v.shape, apart);
}
Status Input::Load(const char* function, const View& v, int32_t dtype, int32_t ndim, const int64_t* shape, bool apart) {
  View whole = ContiguousView(nullptr, dtype, ndim, shape);
  // Aligned to what the widest accesses want.
  const bool aligned = reinterpret_cast<uintptr_t>(v.data) % 16 == 0;
  if (!apart && !v.host && v.dtype == dtype && v.size == whole.size && v.IsContiguous() && aligned) {
    data_ = v.data;
    return NUMRS_OK;
  }
  NUMRS_TRY(own_.Take(whole.size * SizeOf(dtype)));
  whole.data = own_.data();
  data_ = own_.data();
  return ConvertTo(stream_, function, v, whole);
}

Status Output::Open(const char*, const View& v, int32_t dtype, bool apart) {
  view_ = v;
  dtype_ = dtype;
  const bool aligned = reinterpret_cast<uintptr_t>(v.data) % 16 == 0;
  if (!apart && v.dtype == dtype && v.IsContiguous() && aligned) {
    data_ = v.data;
    return NUMRS_OK;
  }
  NUMRS_TRY(own_.Take(v.size * SizeOf(dtype)));
  data_ = own_.data();
  return NUMRS_OK;
}
Status Output::Commit(const char* function) {
  if (!data_ || !own_.taken()) return NUMRS_OK;
  return ConvertTo(stream_, function, ContiguousView(data_, dtype_, view_.ndim, view_.shape), view_);
}

View AxisLast(const View& v, int32_t axis) {
  View out = v;
  for (int d = axis; d + 1 < v.ndim; d++) {
    out.shape[d] = v.shape[d + 1];
    out.strides[d] = v.strides[d + 1];
  }
  if (v.ndim > 0) {
    out.shape[v.ndim - 1] = v.shape[axis];
    out.strides[v.ndim - 1] = v.strides[axis];
  }
  return out;
}

int32_t Stored(int32_t dtype) { return ComputeDType(classes::FLOAT, dtype); }

}  // namespace cuda
}  // namespace numrs
