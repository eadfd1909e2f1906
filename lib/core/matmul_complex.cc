// Products of complex matrices as one product of real ones: a's rows as they lie, (real, imaginary, real …), times b in
// a form of twice as many rows and columns, give y's rows as they lie. Its chains are those of core/linalg_tables.h.
#include <algorithm>
#include <cstring>
#include <optional>

#include "core/elementwise.h"
#include "core/matmul_run.h"
#include "core/matmul.h"
#include "core/memory.h"

namespace numrs {
namespace {

// Are the parts of elements aligned, and can strides be counted in them?
bool PartsAligned(const View& v, int64_t unit) {
  if (reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(SizeOf(RealOf(v.dtype)))) return false;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] > 1 && v.strides[d] % unit) return false;
  }
  return true;
}

// The elements of the last dimension lie next to each other.
bool Dense(const View& v) { return v.shape[v.ndim - 1] <= 1 || v.strides[v.ndim - 1] == v.itemsize(); }

// The real view of a dense complex one.
View RealView(const View& v) {
  View r = v;
  r.dtype = RealOf(v.dtype);
  r.shape[v.ndim - 1] *= 2;
  r.strides[v.ndim - 1] = SizeOf(r.dtype);
  r.size *= 2;
  return r;
}

Status CopyOf(const Run& run, const char* function, const char* argument, int32_t dtype, View* x,
              std::optional<Workspace>* hold) {
  const size_t bytes = static_cast<size_t>(x->size * SizeOf(dtype));
  hold->emplace(bytes);
  if (!(*hold)->ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of %s, %zu bytes", function, argument, bytes);
  const View copy = ContiguousView((*hold)->data(), dtype, x->ndim, x->shape);
  NUMRS_TRY(Convert(run, function, *x, copy));
  *x = copy;
  return NUMRS_OK;
}

// a (…, 1, k): its real and imaginary parts are two rows, (…, 2, k), that go over b as it lies, (…, k, 2 n); the
// products, (real a real b, real a imaginary b …) and (imaginary a …), are then added crosswise.
Status RowComplex(const Run& run, const char* function, const View& a, View b, const View& out, int32_t dtype) {
  std::optional<Workspace> b_copy;
  const int32_t real = RealOf(dtype);
  const int64_t unit = SizeOf(real), size = SizeOf(dtype), k = a.shape[a.ndim - 1], n = out.shape[out.ndim - 1];
  if (b.dtype != dtype || !Dense(b) || !PartsAligned(b, unit))
    NUMRS_TRY(CopyOf(run, function, "b", dtype, &b, &b_copy));
  const Workspace a_copy(static_cast<size_t>(a.size * size)), parts(static_cast<size_t>(a.size * size)),
      products(static_cast<size_t>(2 * out.size * size)), result(static_cast<size_t>(out.size * size));
  if (!a_copy.ok() || !parts.ok() || !products.ok() || !result.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for temporary results", function);
  const View copy = ContiguousView(a_copy.data(), dtype, a.ndim, a.shape);
  NUMRS_TRY(Convert(run, function, a, copy));
  View rows = ContiguousView(parts.data(), real, a.ndim, a.shape);
  rows.shape[a.ndim - 2] = 2;
  rows = ContiguousView(parts.data(), real, a.ndim, rows.shape);
  for (int part = 0; part < 2; part++) {
    View from = copy, to = rows;
    from.dtype = real;
    from.data += part * unit;
    to.data += part * k * unit;
    to.shape[to.ndim - 2] = 1;
    to.size /= 2;
    NUMRS_TRY(Convert(run, function, from, to));
  }
  View product = ContiguousView(products.data(), real, out.ndim, out.shape);
  product.shape[out.ndim - 2] = 2;
  product.shape[out.ndim - 1] = 2 * n;
  product = ContiguousView(products.data(), real, out.ndim, product.shape);
  NUMRS_TRY(MultiplyReal(run, function, rows, RealView(b), product, real));
  const View y = ContiguousView(result.data(), dtype, out.ndim, out.shape);
  for (int part = 0; part < 2; part++) {
    ElementwiseJob job;
    job.function = function;
    job.inputs = 2;
    for (int o = 0; o < 2; o++) {
      View v = product;
      v.shape[v.ndim - 2] = 1;
      v.shape[v.ndim - 1] = n;
      v.strides[v.ndim - 1] = 2 * unit;
      v.size /= 4;
      v.data += (o * 2 * n + (o == part ? 0 : 1)) * unit;
      job.in[o] = v;
    }
    job.out = y;
    job.out.dtype = real;
    job.out.data += part * unit;
    job.compute[0] = job.compute[1] = job.result = real;
    const BinaryOp op = part == 0 ? kBinary_subtract : kBinary_add;
    job.cost_ns = kBinaryRows[op].cost_ns;
    job.binary = run.kernels.binary.fn[op][real];
    job.names[0] = "a";
    job.names[1] = "b";
    NUMRS_TRY(RunElementwise(run, job));
  }
  return Convert(run, function, y, out);
}

}  // namespace

Status MultiplyComplex(const Run& run, const char* function, View a, View b, const View& out, int32_t dtype) {
  std::optional<Workspace> a_copy, b_copy, b_real, y_copy;
  if (b.shape[b.ndim - 1] == 1) return ColumnComplex(run, function, a, b, out, dtype);
  if (a.shape[a.ndim - 2] == 1) {  // one row: b's columns by y = b^T a^T, where they are lines
    if (b.dtype == dtype && b.strides[b.ndim - 2] == SizeOf(dtype) && b.shape[b.ndim - 2] > 1) {
      View y = out;
      const auto turn = [](View* v) {
        std::swap(v->shape[v->ndim - 1], v->shape[v->ndim - 2]);
        std::swap(v->strides[v->ndim - 1], v->strides[v->ndim - 2]);
      };
      turn(&a);
      turn(&b);
      turn(&y);
      return ColumnComplex(run, function, b, a, y, dtype);
    }
    return RowComplex(run, function, a, b, out, dtype);
  }
  const int32_t real = RealOf(dtype);
  const int64_t unit = SizeOf(real), size = SizeOf(dtype);
  if (a.dtype != dtype || !Dense(a) || !PartsAligned(a, unit))
    NUMRS_TRY(CopyOf(run, function, "a", dtype, &a, &a_copy));
  if (b.dtype != dtype || !PartsAligned(b, size)) NUMRS_TRY(CopyOf(run, function, "b", dtype, &b, &b_copy));

  // b's real form.
  const int64_t k = b.shape[b.ndim - 2], n = b.shape[b.ndim - 1];
  int64_t count = 1, shape[kMaxNDim], bytes;
  for (int d = 0; d < b.ndim - 2; d++) count *= b.shape[d];
  if (__builtin_mul_overflow(4 * unit * count, k, &bytes) || __builtin_mul_overflow(bytes, n, &bytes))
    return Fail(NUMRS_NO_MEMORY, "%s: the buffers would overflow 64 bits", function);
  b_real.emplace(static_cast<size_t>(bytes));
  if (!b_real->ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of b, %lld bytes", function, (long long)bytes);
  std::memcpy(shape, b.shape, sizeof(int64_t) * static_cast<size_t>(b.ndim));
  shape[b.ndim - 2] = 2 * k;
  shape[b.ndim - 1] = 2 * n;
  const auto expand = run.kernels.linalg.expand[dtype];
  char* const to = b_real->as<char>();
  const int64_t row = b.strides[b.ndim - 2] / size, col = b.strides[b.ndim - 1] / size;
  const int threads = run.Threads(static_cast<double>(bytes) * 0.25);
  const int64_t rows = std::max<int64_t>(1, 4096 / std::max<int64_t>(n, 1));  // of one piece of work
  const int64_t pieces = (k + rows - 1) / rows;
  NUMRS_TRY(ParallelFor(
      count * pieces, std::max<int64_t>(1, 4096 / (rows * n)), threads, run.cancel, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
          const int64_t first = i % pieces * rows;
          int64_t rest = i / pieces, at = first * row * size;
          for (int d = b.ndim - 3; d >= 0; d--) {
            at += rest % b.shape[d] * b.strides[d];
            rest /= b.shape[d];
          }
          expand(b.data + at, row, col, std::min(rows, k - first), n, to + (i / pieces * k + first) * 4 * n * unit);
        }
      }));

  View y = out;
  const bool temporary = out.dtype != dtype || !Dense(out) || !PartsAligned(out, unit);
  if (temporary) {
    const size_t wanted = static_cast<size_t>(out.size * size);
    y_copy.emplace(wanted);
    if (!y_copy->ok())
      return Fail(NUMRS_NO_MEMORY, "%s: no memory for a temporary result, %zu bytes", function, wanted);
    y = ContiguousView(y_copy->data(), dtype, out.ndim, out.shape);
  }
  NUMRS_TRY(MultiplyReal(run, function, RealView(a), ContiguousView(to, real, b.ndim, shape), RealView(y), real));
  return temporary ? Convert(run, function, y, out) : NUMRS_OK;
}

}  // namespace numrs
