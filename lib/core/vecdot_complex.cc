// numrs_vecdot of complex operands, and products of complex matrices with a vector: lines side by side, threads.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/matmul.h"
#include "core/memory.h"

namespace numrs {
namespace {

// x with dimension d as the last one.
View WithLast(const View& x, int d) {
  View v = x;
  for (int e = d; e + 1 < x.ndim; e++) {
    v.shape[e] = x.shape[e + 1];
    v.strides[e] = x.strides[e + 1];
  }
  v.shape[x.ndim - 1] = x.shape[d];
  v.strides[x.ndim - 1] = x.strides[d];
  return v;
}

// An operand with the axis last, of its own shape where it has the axis, else stretched along it.
View Lines(const View& x, int32_t ndim, const int64_t* shape, int32_t axis) {
  const int own = axis - (ndim - x.ndim);
  if (own >= 0 && x.shape[own] == shape[axis]) return WithLast(x, own);
  View v = ContiguousView(x.data, x.dtype, ndim, shape);
  BroadcastStrides(x, ndim, shape, v.strides);
  return WithLast(v, axis);
}

// Lines that the kernel can read, copied where it cannot.
Status Plain(const Run& run, const char* function, const char* argument, int32_t dtype, View* x,
             std::optional<Workspace>* hold) {
  const int64_t unit = SizeOf(RealOf(dtype));
  bool plain = x->dtype == dtype && reinterpret_cast<uintptr_t>(x->data) % static_cast<uintptr_t>(unit) == 0 &&
               (x->shape[x->ndim - 1] == 1 || x->strides[x->ndim - 1] == SizeOf(dtype));
  for (int d = 0; d < x->ndim; d++) plain = plain && x->strides[d] % unit == 0;
  if (plain) return NUMRS_OK;
  const size_t bytes = static_cast<size_t>(x->size * SizeOf(dtype));
  hold->emplace(bytes);
  if (!(*hold)->ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of %s, %zu bytes", function, argument, bytes);
  const View copy = ContiguousView((*hold)->data(), dtype, x->ndim, x->shape);
  NUMRS_TRY(Convert(run, function, *x, copy));
  *x = copy;
  return NUMRS_OK;
}

// y[i…] = sum over the last dimension of a and b, which broadcast to y's shape with one more; conjugate: of a.
Status DotLines(const Run& run, const char* function, View a, View b, int64_t n, int32_t dtype, bool conjugate,
                const View& y) {
  std::optional<Workspace> a_copy, b_copy;
  if (n > 0) {
    NUMRS_TRY(Plain(run, function, "a", dtype, &a, &a_copy));
    NUMRS_TRY(Plain(run, function, "b", dtype, &b, &b_copy));
  }
  int64_t a_step[kMaxNDim], b_step[kMaxNDim];
  a.ndim--;
  b.ndim--;
  BroadcastStrides(a, y.ndim, y.shape, a_step);
  BroadcastStrides(b, y.ndim, y.shape, b_step);
  const Workspace memory(static_cast<size_t>(y.size * SizeOf(dtype)));
  if (!memory.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of the result", function);
  const auto kernel = run.kernels.linalg.dot_complex[dtype];
  const double item_ns = 20 + 0.5 * static_cast<double>(n);
  const int threads = run.Threads(item_ns * static_cast<double>(y.size));
  const int64_t grain = std::max<int64_t>(1, static_cast<int64_t>(2e4 / item_ns));
  NUMRS_TRY(ParallelFor(y.size, grain, threads, run.cancel, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      int64_t rest = i, at = 0, bt = 0;
      for (int d = y.ndim - 1; d >= 0; d--) {
        const int64_t index = rest % y.shape[d];
        at += index * a_step[d];
        bt += index * b_step[d];
        rest /= y.shape[d];
      }
      double s[4];
      kernel(a.data + at, b.data + bt, n, s);
      const double re = conjugate ? s[0] + s[1] : s[0] - s[1], im = conjugate ? s[2] - s[3] : s[2] + s[3];
      if (dtype == kC64) {
        memory.as<float>()[2 * i] = static_cast<float>(re);
        memory.as<float>()[2 * i + 1] = static_cast<float>(im);
      } else {
        memory.as<double>()[2 * i] = re;
        memory.as<double>()[2 * i + 1] = im;
      }
    }
  }));
  return Convert(run, function, ContiguousView(memory.data(), dtype, y.ndim, y.shape), y);
}

}  // namespace

Status VecdotComplex(const Run& run, const char* function, const View& a, const View& b, int32_t ndim,
                     const int64_t* shape, int32_t axis, int32_t dtype, const View& out) {
  if (run.device) {
    VecdotComplexJob job{function, a, b, out, ndim, {}, axis, dtype};
    std::memcpy(job.shape, shape, sizeof(shape[0]) * static_cast<size_t>(ndim));
    return OnDevice(run, function, &DeviceKernels::vecdot_complex, job);
  }
  View y = WithLast(out, axis);
  y.ndim--;
  return DotLines(run, function, Lines(a, ndim, shape, axis), Lines(b, ndim, shape, axis), shape[axis], dtype, true, y);
}

bool VecdotComplexSmall(const Kernels& kernels, const numrs_view* a, const numrs_view* b, const numrs_view* y,
                        int32_t axis) {
  if (!a || !b || !y || (a->dtype != kC64 && a->dtype != kC128) || b->dtype != a->dtype || y->dtype != a->dtype)
    return false;
  if (a->ndim != 1 || b->ndim != 1 || y->ndim != 0 || (axis != 0 && axis != -1) || !a->data || !b->data || !y->data ||
      !a->shape || !b->shape)
    return false;
  const int64_t n = a->shape[0], size = SizeOf(a->dtype);
  if (n < 1 || n > 128 * 1024 || b->shape[0] != n || (a->strides && a->strides[0] != size) ||
      (b->strides && b->strides[0] != size))
    return false;
  if ((reinterpret_cast<uintptr_t>(a->data) | reinterpret_cast<uintptr_t>(b->data)) % static_cast<uintptr_t>(size / 2))
    return false;
  double s[4];
  kernels.linalg.dot_complex[a->dtype](a->data, b->data, n, s);
  if (a->dtype == kC64) {
    const float parts[2] = {static_cast<float>(s[0] + s[1]), static_cast<float>(s[2] - s[3])};
    std::memcpy(y->data, parts, sizeof(parts));
  } else {
    const double parts[2] = {s[0] + s[1], s[2] - s[3]};
    std::memcpy(y->data, parts, sizeof(parts));
  }
  return true;
}

Status ColumnComplex(const Run& run, const char* function, const View& a, const View& b, const View& y, int32_t dtype) {
  // y (…, m, 1): b's column is a line for every row of a.
  View column = b, out = y;
  column.shape[b.ndim - 2] = 1;
  column.strides[b.ndim - 2] = 0;
  column.shape[b.ndim - 1] = b.shape[b.ndim - 2];
  column.strides[b.ndim - 1] = b.strides[b.ndim - 2];
  out.ndim--;
  return DotLines(run, function, a, column, a.shape[a.ndim - 1], dtype, false, out);
}

}  // namespace numrs
