// numrs_vecdot of complex operands as two real reductions: the sums over (real, imaginary) of a and of i a against b.
#include <cstring>
#include <optional>

#include "core/elementwise.h"
#include "core/matmul.h"
#include "core/memory.h"
#include "core/reduce.h"

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

// Real view of complex lines, stretched to the shape of all lines.
View Stretched(const View& x, char* data, int32_t ndim, const int64_t* shape) {
  View r = x;
  r.data = data;
  r.dtype = RealOf(x.dtype);
  View v = ContiguousView(data, r.dtype, ndim, shape);
  r.shape[x.ndim - 1] = shape[ndim - 1];
  r.strides[x.ndim - 1] = SizeOf(r.dtype);
  BroadcastStrides(r, ndim, shape, v.strides);
  return v;
}

}  // namespace

Status VecdotComplex(const Run& run, const char* function, const View& a, const View& b, int32_t ndim,
                     const int64_t* shape, int32_t axis, int32_t dtype, const View& out) {
  const int64_t size = SizeOf(dtype), n = shape[axis];
  const View left = Lines(a, ndim, shape, axis), right = Lines(b, ndim, shape, axis);
  const int last = left.ndim - 1;
  // a in C order, then each of its lines followed by that of i a.
  const Workspace a_copy(static_cast<size_t>(left.size * size)), a_real(static_cast<size_t>(2 * left.size * size));
  std::optional<Workspace> b_copy;
  if (!a_copy.ok() || !a_real.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for copies of a, %zu bytes", function,
                static_cast<size_t>(3 * left.size * size));
  const View copy = ContiguousView(a_copy.data(), dtype, left.ndim, left.shape);
  NUMRS_TRY(Convert(run, function, left, copy));
  const int64_t lines = n ? left.size / n : 0;
  for (int64_t i = 0; i < lines; i++)
    run.kernels.linalg.expand[dtype](a_copy.as<char>() + i * n * size, n, 1, 1, n, a_real.as<char>() + 2 * i * n * size);
  View rows = copy;
  for (int d = 0; d < last; d++) rows.strides[d] *= 2;

  View other = right;
  const int64_t unit = SizeOf(RealOf(dtype));
  bool plain = right.dtype == dtype && (n == 1 || right.strides[right.ndim - 1] == size) &&
               reinterpret_cast<uintptr_t>(right.data) % static_cast<uintptr_t>(unit) == 0;
  for (int d = 0; d < right.ndim; d++) plain = plain && right.strides[d] % unit == 0;
  if (!plain) {
    b_copy.emplace(static_cast<size_t>(right.size * size));
    if (!b_copy->ok())
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of b, %zu bytes", function,
                  static_cast<size_t>(right.size * size));
    other = ContiguousView(b_copy->data(), dtype, right.ndim, right.shape);
    NUMRS_TRY(Convert(run, function, right, other));
  }

  int64_t full[kMaxNDim];
  for (int d = 0, e = 0; d < ndim; d++) {
    if (d != axis) full[e++] = shape[d];
  }
  full[ndim - 1] = 2 * n;
  const Workspace sums(static_cast<size_t>(out.size) * 16);
  if (!sums.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of the result", function);
  ReduceJob job;
  job.function = function;
  job.op = kReduce_sum;
  job.axes = 1u << (ndim - 1);
  job.compute = job.result = RealOf(dtype);
  job.role = ReduceSecond::FACTOR;
  job.second = Stretched(other, other.data, ndim, full);
  const View y = WithLast(out, axis);
  for (int part = 0; part < 2; part++) {
    job.x = Stretched(rows, a_real.as<char>() + part * 2 * n * unit, ndim, full);
    // In float64 whatever the dtype: the sums of float32 are formed there.
    job.y = ContiguousView(sums.as<char>() + part * out.size * 8, kF64, ndim, full);
    job.y.shape[ndim - 1] = 1;
    job.y = ContiguousView(job.y.data, kF64, ndim, job.y.shape);
    NUMRS_TRY(RunReduce(run, job));
  }
  for (int part = 0; part < 2; part++) {
    View to = y;
    to.dtype = RealOf(y.dtype);
    to.data += part * SizeOf(to.dtype);
    NUMRS_TRY(Convert(run, function, ContiguousView(sums.as<char>() + part * out.size * 8, kF64, ndim, y.shape), to));
  }
  return NUMRS_OK;
}

}  // namespace numrs
