// Planning of matrix products: checked views become one Product (strides, batch, copies where the kernels cannot read).
// Shapes are in matmul_shape.cc, small plain products in matmul_small.cc, the loops in matmul_run.cc.
#include "core/matmul.h"

#include <cstring>
#include <optional>
#include <utility>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/matmul_run.h"
#include "core/memory.h"

namespace numrs {
namespace {

bool IsAligned(const View& v) {
  const int64_t size = v.itemsize();
  if (reinterpret_cast<uintptr_t>(v.data) % static_cast<uintptr_t>(size)) return false;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] > 1 && v.strides[d] % size) return false;
  }
  return true;
}

// A copy in C order of a dtype, kept alive by hold.
Status Copy(const Run& run, const char* function, const char* argument, int32_t dtype, View* x,
            std::optional<RunMemory>* hold) {
  const size_t bytes = static_cast<size_t>(x->size * SizeOf(dtype));
  hold->emplace(run, function, bytes);
  if (!(*hold)->ok()) return (*hold)->Failure(function, argument, bytes);
  const View copy = ContiguousView((*hold)->data(), dtype, x->ndim, x->shape);
  NUMRS_TRY(Convert(run, function, *x, copy));
  *x = copy;
  return NUMRS_OK;
}

// Inserts an extent of 1 before dimension d.
void InsertAxis(View* v, int d) {
  for (int e = v->ndim; e > d; e--) {
    v->shape[e] = v->shape[e - 1];
    v->strides[e] = v->strides[e - 1];
  }
  v->shape[d] = 1;
  v->strides[d] = v->itemsize();
  v->ndim++;
}

int64_t StepOf(const View& v, int ndim, int d) {
  const int own = d - (ndim - v.ndim);
  return own < 0 || v.shape[own] == 1 ? 0 : v.strides[own];
}

// Loops over the leading dimensions of y; those that only lengthen a's rows are folded into m.
void MakeBatch(const View& a, const View& b, const View& y, Product* p) {
  Batch& batch = p->batch;
  const int64_t size = p->size();
  for (int d = 0; d < y.ndim - 2; d++) {
    if (y.shape[d] == 1) continue;
    const int i = batch.ndim++;
    batch.shape[i] = y.shape[d];
    batch.a[i] = StepOf(a, y.ndim, d);
    batch.b[i] = StepOf(b, y.ndim, d);
    batch.y[i] = y.strides[d];
    batch.count *= y.shape[d];
  }
  Gemm& g = p->g;
  while (batch.ndim) {
    const int i = batch.ndim - 1;
    if (batch.b[i] != 0) break;
    if (g.m == 1) {
      if (batch.a[i] == 0) break;
      g.a_row = batch.a[i] / size;
      g.y_row = batch.y[i] / size;
    } else if (batch.a[i] != g.m * g.a_row * size || batch.y[i] != g.m * g.y_row * size) {
      break;
    }
    g.m *= batch.shape[i];
    batch.count /= batch.shape[i];
    batch.ndim--;
  }
}

Status Zero(const Run& run, const char* function, const View& y) {
  uint64_t zero[2] = {0, 0};
  return Convert(run, function, HostScalar(zero, y.dtype), y);
}

}  // namespace

Status CheckProductOut(const char* function, const View& y, int32_t dtype, int32_t ndim, const int64_t* shape) {
  char got[160], wanted[160];
  if (y.ndim != ndim || std::memcmp(y.shape, shape, sizeof(int64_t) * static_cast<size_t>(ndim)) != 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", function, ShapeText(y, got, sizeof(got)),
                ShapeText(ndim, shape, wanted, sizeof(wanted)));
  }
  if (y.dtype != dtype && !CanCastSameKind(dtype, y.dtype)) {
    return Fail(NUMRS_BAD_DTYPE,
                "%s: out has dtype %s, to which the result of dtype %s cannot be cast by the same_kind rule", function,
                NameOf(y.dtype), NameOf(dtype));
  }
  if (OverlapsItself(y))
    return Fail(NUMRS_OVERLAP, "%s: out has elements that share memory (strides 0 or overlapping)", function);
  return NUMRS_OK;
}

namespace {

// The same on a device: operands stretched to y's batch, and apart from it.
Status MultiplyOnDevice(const Run& run, const char* function, const View& a, const View& b, const View& out,
                        int32_t dtype, double alpha, double beta) {
  MatmulJob job;
  job.function = function;
  job.compute = dtype;
  job.alpha = alpha;
  job.beta = beta;
  const auto stretch = [&](const View& v, View* to) {
    *to = v;
    to->ndim = out.ndim;
    const int shift = out.ndim - v.ndim;
    to->size = 1;
    for (int d = 0; d < out.ndim; d++) {
      const bool matrix = d >= out.ndim - 2, own = d >= shift;
      const int64_t extent = own ? v.shape[d - shift] : 1;
      to->shape[d] = matrix ? extent : out.shape[d];
      to->strides[d] = own && (matrix || extent != 1) ? v.strides[d - shift] : 0;
      to->size = TimesExtent(to->size, to->shape[d]);
    }
  };
  stretch(a, &job.a);
  stretch(b, &job.b);
  job.y = out;
  if (!RangesOverlap(a, out) && !RangesOverlap(b, out)) return OnDevice(run, function, &DeviceKernels::matmul, job);
  const size_t bytes = static_cast<size_t>(out.size * out.itemsize());
  RunMemory memory(run, function, bytes);
  if (!memory.ok()) return memory.Failure(function, "a temporary result", bytes);
  job.y = ContiguousView(memory.data(), out.dtype, out.ndim, out.shape);
  if (beta != 0) NUMRS_TRY(Convert(run, function, out, job.y));
  NUMRS_TRY(OnDevice(run, function, &DeviceKernels::matmul, job));
  return Convert(run, function, job.y, out);
}

// a (…, m, k) @ b (…, k, n) into y (…, m, n), not empty; shapes and dtypes have been checked.
Status Multiply(const Run& run, const char* function, View a, View b, const View& out, int32_t dtype, double alpha,
                double beta) {
  std::optional<RunMemory> a_copy, b_copy, y_copy, turned_copy;  // what turned_copy is made from may be a copy
  const int64_t size = SizeOf(dtype);
  if (a.dtype != dtype || !IsAligned(a)) NUMRS_TRY(Copy(run, function, "a", dtype, &a, &a_copy));
  if (b.dtype != dtype || !IsAligned(b)) NUMRS_TRY(Copy(run, function, "b", dtype, &b, &b_copy));
  const int rows = out.ndim - 2, cols = out.ndim - 1;
  const int64_t m = out.shape[rows], n = out.shape[cols], k = a.shape[a.ndim - 1];
  View y = out;
  bool swap = false,
       temporary = out.dtype != dtype || !IsAligned(out) || RangesOverlap(a, out) || RangesOverlap(b, out);
  if (!temporary && n > 1 && out.strides[cols] != size) {
    swap = m == 1 || out.strides[rows] == size;
    temporary = !swap;
  }
  if (temporary) {
    const size_t bytes = static_cast<size_t>(out.size * size);
    y_copy.emplace(run, function, bytes);
    if (!y_copy->ok()) return y_copy->Failure(function, "a temporary result", bytes);
    y = ContiguousView(y_copy->data(), dtype, out.ndim, out.shape);
    if (beta != 0) NUMRS_TRY(Convert(run, function, out, y));
  }
  // Integer kernels and small float products read b along its rows.
  if (!swap && !run.kernels.linalg.pack[dtype] && n > 1 && b.strides[b.ndim - 1] != size)
    NUMRS_TRY(Copy(run, function, "b", dtype, &b, &turned_copy));
  if (swap && !run.kernels.linalg.pack[dtype] && m > 1 && a.strides[a.ndim - 2] != size) {
    // y's rows are its columns: a takes b's part, transposed.
    View turned = a;
    std::swap(turned.shape[a.ndim - 1], turned.shape[a.ndim - 2]);
    std::swap(turned.strides[a.ndim - 1], turned.strides[a.ndim - 2]);
    NUMRS_TRY(Copy(run, function, "a", dtype, &turned, &turned_copy));
    a = turned;
    std::swap(a.shape[a.ndim - 1], a.shape[a.ndim - 2]);
    std::swap(a.strides[a.ndim - 1], a.strides[a.ndim - 2]);
  }
  Product p;
  p.dtype = dtype;
  Gemm& g = p.g;
  g.alpha = alpha;
  g.beta = beta;
  g.k = k;
  g.y = y.data;
  const int64_t a_row = a.strides[a.ndim - 2] / size, a_col = a.strides[a.ndim - 1] / size;
  const int64_t b_row = b.strides[b.ndim - 2] / size, b_col = b.strides[b.ndim - 1] / size;
  g.a = swap ? b.data : a.data;
  g.b = swap ? a.data : b.data;
  g.m = swap ? n : m;
  g.n = swap ? m : n;
  g.a_row = swap ? b_col : a_row;
  g.a_col = swap ? b_row : a_col;
  g.b_row = swap ? a_col : b_row;
  g.b_col = swap ? a_row : b_col;
  g.y_row = y.strides[swap ? cols : rows] / size;
  MakeBatch(swap ? b : a, swap ? a : b, y, &p);
  if (g.n == 1) g.b_col = 1;  // a stride that is never taken may be anything
  NUMRS_TRY(RunProduct(run, function, p));
  return temporary ? Convert(run, function, y, out) : NUMRS_OK;
}

// By what the dtype has: kernels of its own, float32's (the 16-bit floats; the result is rounded once), or real parts.
Status MultiplyAny(const Run& run, const char* function, const View& a, const View& b, const View& y, int32_t dtype) {
  if (run.device) return MultiplyOnDevice(run, function, a, b, y, dtype, 1, 0);
  if (KindOf(dtype) == Kind::COMPLEX) return MultiplyComplex(run, function, a, b, y, dtype);
  return Multiply(run, function, a, b, y, dtype == kF16 || dtype == kBF16 ? kF32 : dtype, 1, 0);
}

}  // namespace

Status MultiplyReal(const Run& run, const char* function, const View& a, const View& b, const View& y, int32_t dtype) {
  return Multiply(run, function, a, b, y, dtype, 1, 0);
}

Status Matmul(const Run& run, const char* function, const View& a, const View& b, const View& y) {
  int32_t ndim;
  int64_t shape[kMaxNDim];
  NUMRS_TRY(MatmulShape(function, a, b, &ndim, shape));
  const int32_t dtype = Promote(a.dtype, b.dtype);
  NUMRS_TRY(CheckProductOut(function, y, dtype, ndim, shape));
  if (y.size == 0) return NUMRS_OK;
  if (a.shape[a.ndim - 1] == 0) return Zero(run, function, y);
  View left = a, right = b, out = y;
  if (b.ndim == 1) {
    InsertAxis(&right, 1);
    InsertAxis(&out, out.ndim);
  }
  if (a.ndim == 1) {
    InsertAxis(&left, 0);
    InsertAxis(&out, out.ndim - 1);
  }
  return MultiplyAny(run, function, left, right, out, dtype);
}

Status GeneralMatmul(const Run& run, const char* function, const View& a, const View& b, const View& y, double alpha,
                     double beta) {
  if (y.size == 0) return NUMRS_OK;
  if (a.shape[1] == 0 || alpha == 0) {
    if (beta == 0) return Zero(run, function, y);
    if (beta == 1) return NUMRS_OK;
    float beta32 = static_cast<float>(beta);
    ElementwiseJob job;
    job.function = function;
    job.inputs = 2;
    job.in[0] = y;
    job.family = ElementwiseFamily::BINARY;
    job.op = kBinary_multiply;
    job.in[1] = HostScalar(y.dtype == kF32 ? static_cast<void*>(&beta32) : static_cast<void*>(&beta), y.dtype);
    job.out = y;
    job.compute[0] = job.compute[1] = job.result = y.dtype;
    job.cost_ns = kBinaryRows[kBinary_multiply].cost_ns;
    job.binary = run.kernels.binary.fn[kBinary_multiply][y.dtype];
    job.names[0] = "c";
    job.names[1] = "beta";
    return RunElementwise(run, job);
  }
  if (run.device) return MultiplyOnDevice(run, function, a, b, y, y.dtype, alpha, beta);
  return Multiply(run, function, a, b, y, y.dtype, alpha, beta);
}

namespace {

// x as (product of all but its last dimension, last); copied when no single stride reaches the rows. 0-d is (1, 1), 1-D
// one row.
Status ToRows(const Run& run, const char* function, const char* argument, View* x, std::optional<RunMemory>* hold) {
  const int last = x->ndim - 1;
  bool merges = true;
  int64_t rows = 1, stride = 0;
  for (int d = last - 1; d >= 0; d--) {
    if (x->shape[d] == 1) continue;
    if (rows == 1) {
      stride = x->strides[d];
    } else if (x->strides[d] != stride * rows) {
      merges = false;
    }
    rows = TimesExtent(rows, x->shape[d]);
  }
  if (!merges) {
    NUMRS_TRY(Copy(run, function, argument, x->dtype, x, hold));
    stride = x->shape[last] * x->itemsize();
  }
  x->shape[1] = x->shape[last];
  x->strides[1] = x->strides[last];
  x->shape[0] = rows;
  x->strides[0] = rows == 1 ? x->itemsize() : stride;
  x->ndim = 2;
  return NUMRS_OK;
}

}  // namespace

Status Inner(const Run& run, const char* function, const View& a, const View& b, const View& y) {
  if (a.ndim == 0 || b.ndim == 0) return Outer(run, function, a, b, y);
  int32_t ndim;
  int64_t shape[kMaxNDim];
  NUMRS_TRY(InnerShape(function, a, b, &ndim, shape));
  const int32_t dtype = Promote(a.dtype, b.dtype);
  NUMRS_TRY(CheckProductOut(function, y, dtype, ndim, shape));
  if (y.size == 0) return NUMRS_OK;
  if (a.shape[a.ndim - 1] == 0) return Zero(run, function, y);
  View left = a, right = b;
  std::optional<RunMemory> a_copy, b_copy, y_copy;
  NUMRS_TRY(ToRows(run, function, "a", &left, &a_copy));
  NUMRS_TRY(ToRows(run, function, "b", &right, &b_copy));
  std::swap(right.shape[0], right.shape[1]);
  std::swap(right.strides[0], right.strides[1]);
  const int64_t matrix[2] = {left.shape[0], right.shape[1]};
  if (y.IsContiguous())
    return MultiplyAny(run, function, left, right, ContiguousView(y.data, y.dtype, 2, matrix), dtype);
  const size_t bytes = static_cast<size_t>(y.size * SizeOf(dtype));
  y_copy.emplace(run, function, bytes);
  if (!y_copy->ok()) return y_copy->Failure(function, "a temporary result", bytes);
  NUMRS_TRY(MultiplyAny(run, function, left, right, ContiguousView(y_copy->data(), dtype, 2, matrix), dtype));
  return Convert(run, function, ContiguousView(y_copy->data(), dtype, y.ndim, y.shape), y);
}

Status Outer(const Run& run, const char* function, const View& a, const View& b, const View& y) {
  int32_t ndim;
  int64_t shape[kMaxNDim];
  NUMRS_TRY(OuterShape(function, a, b, &ndim, shape));
  const int32_t dtype = Promote(a.dtype, b.dtype);
  NUMRS_TRY(CheckProductOut(function, y, dtype, ndim, shape));
  ElementwiseJob job;
  job.function = function;
  job.inputs = 2;
  job.in[0] = a;
  for (int d = 0; d < b.ndim; d++) {
    job.in[0].shape[a.ndim + d] = 1;
    job.in[0].strides[a.ndim + d] = 0;
  }
  job.in[0].ndim = a.ndim + b.ndim;
  job.in[1] = b;
  job.out = y;
  // The 16-bit floats, where they have no kernel of their own, by way of float32: the product of two is exact there.
  const bool half = (dtype == kF16 || dtype == kBF16) && !run.kernels.binary.fn[kBinary_multiply][dtype];
  const int32_t compute = half ? kF32 : dtype;
  job.compute[0] = job.compute[1] = job.result = compute;
  job.cost_ns = kBinaryRows[kBinary_multiply].cost_ns;
  job.family = ElementwiseFamily::BINARY;
  job.op = kBinary_multiply;
  job.binary = run.kernels.binary.fn[kBinary_multiply][compute];
  if (!job.binary) return Fail(NUMRS_UNSUPPORTED, "%s: no multiplication of dtype %s", function, NameOf(dtype));
  job.names[0] = "a";
  job.names[1] = "b";
  return RunElementwise(run, job);
}

}  // namespace numrs
