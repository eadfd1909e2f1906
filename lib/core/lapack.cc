// Stacks of matrices: checks of outputs, copies in the kernel's order, threads over the matrices, empty matrices. The
// arithmetic is a kernel's.
#include "core/lapack.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/memory.h"
#include "core/scratch.h"
#include "core/svdvals.h"

namespace numrs {
namespace {

// OpenBLAS has room for so many calls at once, or a little more.
constexpr int kMostThreads = 32;

struct LapackRow {
  const char* name;
  bool columns;
  double cost;
};
constexpr bool ROWS = false, COLUMNS = true;
constexpr LapackRow kRows[kLapackOps] = {
#define NUMRS_LAPACK(id, name, order, cost) {#name, order, cost * 1e-3},
#include "table/lapack.def"
};

// Sizes of buffers, with a check against overflow.
struct Bytes {
  size_t total = 0;
  bool overflow = false;

  // Room for so many elements; returns where it begins.
  size_t Add(int64_t count, int64_t size) {
    const size_t at = total;
    size_t bytes;
    if (__builtin_mul_overflow(static_cast<size_t>(count), static_cast<size_t>(size), &bytes) ||
        __builtin_add_overflow(bytes, size_t{63}, &bytes) || __builtin_add_overflow(total, bytes & ~size_t{63}, &total))
      overflow = true;
    return at;
  }
};

int64_t ItemSize(const LapackOperand& o) {
  int64_t size = 1;
  for (int d = 0; d < o.item_ndim; d++) size = TimesExtent(size, o.item[d]);
  return size;
}

// Memory of a stack as the kernel wants it, described as an array of the stack's shape.
View StackView(void* data, int32_t dtype, int ndim, const int64_t* shape, bool columns) {
  View v = ContiguousView(data, dtype, ndim, shape);
  if (columns) {
    v.strides[ndim - 2] = v.itemsize();
    v.strides[ndim - 1] = v.itemsize() * shape[ndim - 2];
  }
  return v;
}

// The shape of an operand: the stack's leading extents, then its own.
struct StackShape {
  int ndim;
  int64_t shape[kMaxNDim];
  StackShape(int batch_ndim, const int64_t* batch, const LapackOperand& o) : ndim(batch_ndim + o.item_ndim) {
    std::memcpy(shape, batch, sizeof(int64_t) * static_cast<size_t>(batch_ndim));
    for (int d = 0; d < o.item_ndim; d++) shape[batch_ndim + d] = o.item[d];
  }
};

// What is known of matrices without elements: zeros; a determinant of 1; q, u and vh as far as they go, the identity.
void FillEmpty(const LapackJob& job, int index, const LapackOperand& o, char* data, int64_t count) {
  const int64_t item = ItemSize(o), size = SizeOf(o.dtype);
  std::memset(data, 0, static_cast<size_t>(count * item * size));
  const bool unit = (job.op == kLapack_determinant && index < 2) || (job.op == kLapack_qr && index == 0) ||
                    (job.op == kLapack_svd && index > 0);
  if (!unit) return;
  const bool narrow = RealOf(o.dtype) == kF32;
  const int64_t rows = o.item_ndim == 2 ? o.item[0] : 1, cols = o.item_ndim == 2 ? o.item[1] : 1;
  for (int64_t i = 0; i < count; i++) {
    for (int64_t d = 0; d < std::min(rows, cols); d++) {
      char* at = data + (i * item + d * (o.columns ? rows + 1 : cols + 1)) * size;
      const float one32 = 1;
      const double one = 1;
      if (narrow)
        std::memcpy(at, &one32, sizeof(one32));
      else
        std::memcpy(at, &one, sizeof(one));
    }
  }
}

void FillNaN(const LapackOperand& o, char* item) {
  const int64_t count = ItemSize(o) * SizeOf(o.dtype) / SizeOf(RealOf(o.dtype));
  if (RealOf(o.dtype) == kF32)
    std::fill_n(reinterpret_cast<float*>(item), count, std::numeric_limits<float>::quiet_NaN());
  else
    std::fill_n(reinterpret_cast<double*>(item), count, std::numeric_limits<double>::quiet_NaN());
}

Status Failed(const LapackJob& job, LapackEnd end, int64_t index, int64_t count) {
  const char* what = end == LapackEnd::SINGULAR       ? "is singular"
                     : end == LapackEnd::NOT_POSITIVE ? "is not positive definite"
                     : end == LapackEnd::NOT_FINITE   ? "has elements that are not finite"
                                                      : "is one for which the iteration did not converge";
  if (count == 1) return Fail(NUMRS_SINGULAR, "%s: the matrix %s", job.function, what);
  return Fail(NUMRS_SINGULAR, "%s: matrix %lld of %lld (in C order) %s", job.function, (long long)index,
              (long long)count, what);
}

Status CheckOutputs(const LapackJob& job, int batch_ndim, const int64_t* batch) {
  for (int i = 0; i < 3; i++) {
    if (!job.wanted[i]) continue;
    const LapackOperand& o = job.out[i];
    const StackShape want(batch_ndim, batch, o);
    char got[160], wanted[160];
    if (want.ndim != o.view.ndim ||
        std::memcmp(want.shape, o.view.shape, sizeof(int64_t) * static_cast<size_t>(want.ndim)) != 0) {
      return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", job.function, o.name,
                  ShapeText(o.view, got, sizeof(got)), ShapeText(want.ndim, want.shape, wanted, sizeof(wanted)));
    }
    if (o.view.dtype != o.dtype && !CanCastSameKind(o.dtype, o.view.dtype)) {
      return Fail(NUMRS_BAD_DTYPE,
                  "%s: %s has dtype %s, to which the result of dtype %s cannot be cast by the same_kind rule",
                  job.function, o.name, NameOf(o.view.dtype), NameOf(o.dtype));
    }
    if (OverlapsItself(o.view)) {
      return Fail(NUMRS_OVERLAP, "%s: %s has elements that share memory (strides 0 or overlapping)", job.function,
                  o.name);
    }
    for (int j = 0; j < i; j++) {
      if (job.wanted[j] && o.view.size && job.out[j].view.size && RangesOverlap(o.view, job.out[j].view))
        return Fail(NUMRS_OVERLAP, "%s: %s and %s share memory", job.function, job.out[j].name, o.name);
    }
  }
  return NUMRS_OK;
}

// Element by element, without memory.
void CopyPlainly(const View& x, const View& y) {
  for (int64_t flat = 0; flat < y.size; flat++) {
    const char* from = x.data;
    char* to = y.data;
    int64_t rest = flat;
    for (int d = y.ndim - 1; d >= 0; d--) {
      const int64_t at = rest % y.shape[d];
      rest /= y.shape[d];
      from += at * x.strides[d];
      to += at * y.strides[d];
    }
    std::memcpy(to, from, static_cast<size_t>(y.itemsize()));
  }
}

// Copies what was computed into the outputs. A cast needs buffers that may not be had: of several outputs those of
// another dtype are cast in memory of ours before anything is written.
Status Deliver(const Run& run, const LapackJob& job, int batch_ndim, const int64_t* batch, char* memory,
               const size_t* out_at) {
  const bool several = job.wanted[0] + job.wanted[1] + job.wanted[2] > 1;
  View from[3];
  Bytes bytes;
  size_t cast_at[3] = {0, 0, 0};
  for (int i = 0; i < 3; i++) {
    if (!job.wanted[i]) continue;
    const LapackOperand& o = job.out[i];
    const StackShape want(batch_ndim, batch, o);
    from[i] = StackView(memory + out_at[i], o.dtype, want.ndim, want.shape, o.columns && o.item_ndim == 2);
    if (several && o.view.dtype != o.dtype) cast_at[i] = bytes.Add(o.view.size, o.view.itemsize());
  }
  const Workspace casts(bytes.total);
  if (bytes.total && (bytes.overflow || !casts.ok()))
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, bytes.total);
  for (int i = 0; i < 3; i++) {
    if (!job.wanted[i] || !several || job.out[i].view.dtype == job.out[i].dtype) continue;
    const View& out = job.out[i].view;
    const View cast = ContiguousView(casts.as<char>() + cast_at[i], out.dtype, out.ndim, out.shape);
    NUMRS_TRY(Convert(run, job.function, from[i], cast));
    from[i] = cast;
  }
  for (int i = 0; i < 3; i++) {
    if (!job.wanted[i]) continue;
    const Status status = Convert(run, job.function, from[i], job.out[i].view);
    if (status != NUMRS_NO_MEMORY || !several) {
      NUMRS_TRY(status);
      continue;
    }
    ClearMessage();
    CopyPlainly(from[i], job.out[i].view);
  }
  return NUMRS_OK;
}

}  // namespace

Status CheckMatrix(const char* function, const char* argument, const View& x, bool square) {
  char text[160];
  if (x.ndim < 2) {
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected at least 2 dimensions", function, argument,
                ShapeText(x, text, sizeof(text)));
  }
  if (square && x.shape[x.ndim - 2] != x.shape[x.ndim - 1]) {
    return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected square matrices in the last two dimensions", function,
                argument, ShapeText(x, text, sizeof(text)));
  }
  return NUMRS_OK;
}

Status RunLapack(const Run& run, LapackJob& job) {
  const int64_t m = job.m(), n = job.n();
  // The stack: leading extents of a, broadcast with those of b.
  int32_t batch_ndim = 0;
  int64_t batch[kMaxNDim];
  View leading = job.a;
  leading.ndim = job.a.ndim - 2;
  BroadcastShape(leading, &batch_ndim, batch);
  int64_t matrices = 1;
  for (int d = 0; d < leading.ndim; d++) matrices = TimesExtent(matrices, leading.shape[d]);
  if (job.has_b) {
    View other = job.b.view;
    other.ndim -= job.b.item_ndim;
    if (!BroadcastShape(other, &batch_ndim, batch)) {
      char left[160], right[160];
      return Fail(NUMRS_BAD_SHAPE, "%s: a has shape %s and b %s; their leading dimensions do not broadcast",
                  job.function, ShapeText(job.a, left, sizeof(left)), ShapeText(job.b.view, right, sizeof(right)));
    }
  }
  NUMRS_TRY(CheckOutputs(job, batch_ndim, batch));
  int64_t count = 1;
  for (int d = 0; d < batch_ndim; d++) count = TimesExtent(count, batch[d]);
  const int64_t k = job.has_b ? (job.b.item_ndim == 2 ? job.b.item[1] : 1) : 0;
  // One matrix for many right-hand sides: they are columns of one.
  const bool folded = job.op == kLapack_solve && matrices == 1 && count > 1;
  const int64_t columns = folded ? k * count : k;
  const int64_t items = folded ? 1 : count;
  bool results = false;
  for (int i = 0; i < 3; i++) results = results || (job.wanted[i] && job.out[i].view.size > 0);
  if (!results) return NUMRS_OK;
  if (run.device) {
    NUMRS_TRY(
        RefuseHost(run, job.function, {&job.a, &job.b.view, &job.out[0].view, &job.out[1].view, &job.out[2].view}));
    return OnDevice(run, job.function, &DeviceKernels::lapack, job);
  }
  const bool empty = m == 0 || n == 0 || (job.has_b && job.op != kLapack_solve && k == 0);

  const int64_t size = SizeOf(job.dtype);
  LapackItem shape{m, n, columns, job.flags, job.rcond, nullptr, nullptr, {nullptr, nullptr, nullptr}, nullptr, 0};
  size_t scratch = 0;
  if (!empty) NUMRS_TRY(run.kernels.linalg.lapack_bytes[job.op][job.dtype](job.function, shape, &scratch));
  scratch = (scratch + 63) & ~size_t{63};
  const double small = static_cast<double>(std::min(m, n)), large = static_cast<double>(std::max(m, n));
  const double item_ns = kRows[job.op].cost * (small + static_cast<double>(columns)) * small * large *
                             (KindOf(job.dtype) == Kind::COMPLEX ? 3 : 1) +
                         static_cast<double>(size) * 0.1 * small * large + 50;
  const int threads = static_cast<int>(std::min<int64_t>(
      std::min(run.Threads(item_ns * static_cast<double>(items)), kMostThreads), std::max<int64_t>(items, 1)));

  Bytes bytes;
  const int64_t a_item = m * n, b_item = job.has_b ? ItemSize(job.b) : 0;
  const size_t a_at = bytes.Add(a_item * items, size), b_at = bytes.Add(b_item * count, size);
  size_t out_at[3] = {0, 0, 0};
  for (int i = 0; i < 3; i++) {
    if (!job.wanted[i]) continue;
    const LapackOperand& o = job.out[i];
    out_at[i] = o.over != LapackOver::NOTHING && !empty ? (o.over == LapackOver::A ? a_at : b_at)
                                                        : bytes.Add(ItemSize(o) * count, SizeOf(o.dtype));
  }
  const size_t scratch_at = bytes.Add(threads, static_cast<int64_t>(scratch));
  if (bytes.overflow) return Fail(NUMRS_NO_MEMORY, "%s: the buffers would overflow 64 bits", job.function);
  const Workspace workspace(bytes.total);
  if (!workspace.ok())
    return Fail(NUMRS_NO_MEMORY, "%s: no memory for %zu bytes of buffers", job.function, bytes.total);
  char* const memory = workspace.as<char>();

  if (empty) {
    for (int i = 0; i < 3; i++) {
      if (job.wanted[i]) FillEmpty(job, i, job.out[i], memory + out_at[i], count);
    }
  } else {
    LapackOperand matrix;
    matrix.item_ndim = 2;
    matrix.item[0] = m;
    matrix.item[1] = n;
    const StackShape a_shape(folded ? 0 : batch_ndim, batch, matrix);
    View a = job.a;
    if (folded) {  // its leading extents are 1
      a.shape[0] = m;
      a.shape[1] = n;
      a.strides[0] = job.a.strides[job.a.ndim - 2];
      a.strides[1] = job.a.strides[job.a.ndim - 1];
      a.ndim = 2;
    }
    NUMRS_TRY(Convert(run, job.function, a,
                      StackView(memory + a_at, job.dtype, a_shape.ndim, a_shape.shape, kRows[job.op].columns)));
    if (job.has_b) {
      const StackShape b_shape(batch_ndim, batch, job.b);
      View b = job.b.view;
      NUMRS_TRY(Convert(run, job.function, b,
                        StackView(memory + b_at, job.dtype, b_shape.ndim, b_shape.shape,
                                  kRows[job.op].columns && job.b.item_ndim == 2)));
    }
    const LapackFn kernel = run.kernels.linalg.lapack[job.op][job.dtype];
    ScratchSlots slots(memory + scratch_at, scratch, threads);
    const int64_t grain = item_ns > 2e4 ? 1 : static_cast<int64_t>(2e4 / item_ns) + 1;
    NUMRS_TRY(ParallelFor(items, grain, threads, run.cancel, [&](int64_t begin, int64_t end) -> Status {
      ScratchSlots::Lease lease(slots);
      LapackItem item = shape;
      item.scratch = lease.data();
      item.scratch_bytes = scratch;
      for (int64_t i = begin; i < end; i++) {
        item.a = memory + a_at + static_cast<size_t>(i * a_item * size);
        item.b = memory + b_at + static_cast<size_t>(i * b_item * size);
        for (int o = 0; o < 3; o++) {
          if (job.wanted[o])
            item.out[o] = memory + out_at[o] + static_cast<size_t>(i * ItemSize(job.out[o]) * SizeOf(job.out[o].dtype));
        }
        const LapackEnd ended = kernel(item);
        if (ended == LapackEnd::DONE) continue;
        if (!job.nan_where_not_finite) return Failed(job, ended, i, items);
        for (int o = 0; o < 3; o++) {
          if (job.wanted[o]) FillNaN(job.out[o], static_cast<char*>(item.out[o]));
        }
      }
      return NUMRS_OK;
    }));
  }
  return Deliver(run, job, batch_ndim, batch, memory, out_at);
}

Status Svdvals(const Run& run, const char* function, const View& x, const View& y) {
  NUMRS_TRY(CheckMatrix(function, "x", x, false));
  LapackJob job;
  job.function = function;
  job.op = kLapack_svd;
  job.dtype = LapackDType(x.dtype);
  job.a = x;
  job.nan_where_not_finite = true;
  job.out[0] =
      LapackOperand{"out", y, RealOf(job.dtype), 1, {std::min(job.m(), job.n()), 0}, false, LapackOver::NOTHING};
  job.wanted[0] = true;
  return RunLapack(run, job);
}

}  // namespace numrs
