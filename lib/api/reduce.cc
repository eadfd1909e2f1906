// extern "C" of reduce.h: check, plan, run, report. Raw functions (raw.cc) come in by the same door.
#include "api/reduce.h"

#include <cstring>

#include "api/axes.h"
#include "core/device_state.h"
#include "core/elementwise.h"
#include "core/matmul.h"
#include "core/memory.h"
#include "core/reduce.h"
#include "core/trace.h"
#include "numrs/reduce.h"

namespace numrs {
namespace {

const ReduceRow* FindRow(const ReduceRow* rows, int32_t count, int32_t op) {
  return op >= 0 && op < count ? &rows[op] : nullptr;
}

Status BadOp(const char* family, int32_t op, int32_t count) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", family, op, count - 1);
}

Status Resolve(const ReduceRow& row, int32_t x, int32_t* compute) {
  *compute = ComputeDType(row.op_class, x);
  if (*compute == kInvalid)
    return Fail(NUMRS_BAD_DTYPE, "%s: x has dtype %s, which the operation does not take", row.name, NameOf(x));
  return NUMRS_OK;
}

Status RunJob(const Run& run, ReduceJob& job, const View* where) {
  NUMRS_TRY(RefuseHost(run, job.function, {&job.x, &job.y}));
  if (where) NUMRS_TRY(RefuseHost(run, job.function, {where}));
  if (job.role == ReduceSecond::FACTOR) NUMRS_TRY(RefuseHost(run, job.function, {&job.second}));
  return where ? RunReduceWhere(run, job, *where) : RunReduce(run, job);
}

bool MayFindNone(const ReduceJob& job) {
  return (job.op == kReduce_nanargmin || job.op == kReduce_nanargmax) && KindOf(job.compute) == Kind::FLOAT;
}

// Results that lie in an input's memory, or that may turn out not to exist, are computed elsewhere first.
Status RunApart(const Run& run, ReduceJob& job, const View* where) {
  const bool apart = !RangesOverlap(job.x, job.y) && !(where && RangesOverlap(*where, job.y)) &&
                     !(job.role == ReduceSecond::FACTOR && RangesOverlap(job.second, job.y));
  if (apart && !MayFindNone(job)) return RunJob(run, job, where);
  const size_t bytes = static_cast<size_t>(job.y.size) * 16;
  const RunMemory memory(run, job.function, bytes);
  if (!memory.ok()) return memory.Failure(job.function, "a copy of the result", bytes);
  const View y = job.y;
  job.y = ContiguousView(memory.data(), MayFindNone(job) ? job.result : y.dtype, y.ndim, y.shape);
  NUMRS_TRY(RunJob(run, job, where));
  const bool look = MayFindNone(job) && y.size > 0;
  const Workspace told(look && run.device ? bytes : 0);
  if (!told.ok()) return Fail(NUMRS_NO_MEMORY, "%s: no memory for a copy of the result", job.function);
  if (look && run.device) {
    DeviceState& state = *run.device->state;
    NUMRS_TRY(Answer(job.function, state,
                     state.api->copy(run.device->stream, told.data(), memory.data(), static_cast<size_t>(y.size) * 8,
                                     CopyDirection::TO_HOST)));
  }
  const int64_t* found = run.device ? told.as<int64_t>() : memory.as<int64_t>();
  for (int64_t i = 0; look && i < y.size; i++) {
    if (found[i] >= 0) continue;
    return Fail(NUMRS_BAD_ARGUMENT, "%s: all elements of result %lld are NaN, expected at least one number",
                job.function, (long long)i);
  }
  return Convert(run, job.function, job.y, y);
}

// The usual small call: all of a contiguous array to one result of the right dtype. True when it was served.
bool ServeDirectly(const Kernels& kernels, const ReduceRow& row, int32_t op, const numrs_view* x, const numrs_view* y,
                   const int32_t* axes, int32_t n_axes, double correction) {
  if (!x || !y || !IsDType(x->dtype) || !(row.op_class.kernels & Bit(x->dtype)) || !x->data || !y->data) return false;
  if (y->ndim != 0 || y->dtype != ReduceResultDType(row.result, x->dtype)) return false;
  if (n_axes != -1 && !(x->ndim == 1 && n_axes == 1 && axes && (axes[0] == 0 || axes[0] == -1))) return false;
  if (x->ndim < 0 || x->ndim > 8 || (x->ndim && !x->shape)) return false;
  const int64_t bytes = SizeOf(x->dtype);
  int64_t n = 1;
  for (int d = x->ndim - 1; d >= 0; d--) {
    if (x->strides && x->strides[d] != n * bytes && x->shape[d] != 1) return false;
    if (x->shape[d] <= 0 || __builtin_mul_overflow(n, x->shape[d], &n)) return false;
    if (n > 256 * 1024) return false;  // large: the planned way knows threads
  }
  if (op == kReduce_nanargmin || op == kReduce_nanargmax) return false;  // there may be no number
  alignas(8) char state[kMaxStateBytes];
  kernels.reduce.rows[op][x->dtype](x->data, 0, 1, n, state);
  if (op == kReduce_norm && (x->dtype == kF64 || x->dtype == kC128)) {
    double squares;
    std::memcpy(&squares, state, sizeof(squares));
    if (NormNeedsRescue(squares)) return false;
  }
  kernels.reduce.finish[op][x->dtype](state, 1, n, correction, y->data);
  return true;
}

// One contiguous line of elements of `dtype`; its extent in n.
bool IsLine(const numrs_view* x, int32_t dtype, int64_t* n) {
  if (!x || x->ndim != 1 || x->dtype != dtype || !x->data || !x->shape) return false;
  *n = x->shape[0];
  return *n > 0 && (!x->strides || *n == 1 || x->strides[0] == SizeOf(dtype));
}

// Dot products of two short lines.
bool ServeDotDirectly(const Kernels& kernels, const numrs_view* a, const numrs_view* b, const numrs_view* y,
                      int32_t axis) {
  int64_t n, m;
  if (!a || !IsDType(a->dtype) || !kernels.reduce.dot[a->dtype] || !IsLine(a, a->dtype, &n) ||
      !IsLine(b, a->dtype, &m) || m != n)
    return false;
  if (!y || y->ndim != 0 || y->dtype != a->dtype || !y->data || (axis != 0 && axis != -1) || n > 128 * 1024)
    return false;
  alignas(8) char state[kMaxStateBytes];
  kernels.reduce.dot[a->dtype](a->data, 0, b->data, 0, 1, n, state);
  kernels.reduce.finish[kReduce_sum][a->dtype](state, 1, n, 0, y->data);
  return true;
}

// Scans of a short line, in place or apart.
bool ServeScanDirectly(const Kernels& kernels, const ReduceRow& row, int32_t op, const numrs_view* x,
                       const numrs_view* y, int32_t axis) {
  int64_t n, m;
  if (!x || !IsDType(x->dtype) || !(row.op_class.kernels & Bit(x->dtype)) || !IsLine(x, x->dtype, &n)) return false;
  const int32_t result = ReduceResultDType(row.result, x->dtype);
  if (!IsLine(y, result, &m) || m != n || (axis != 0 && axis != -1) || n > 64 * 1024) return false;
  const uintptr_t p = reinterpret_cast<uintptr_t>(x->data), q = reinterpret_cast<uintptr_t>(y->data);
  const uintptr_t x_bytes = static_cast<uintptr_t>(n * SizeOf(x->dtype)),
                  y_bytes = static_cast<uintptr_t>(n * SizeOf(result));
  if (p < q + y_bytes && q < p + x_bytes && !(p == q && x_bytes == y_bytes)) return false;
  alignas(8) char carry[kMaxStateBytes];
  kernels.scan.start[op][x->dtype](carry, 1);
  kernels.scan.row[op][x->dtype](x->data, y->data, n, carry);
  return true;
}

}  // namespace

Status Reduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where, const numrs_view* y,
              const int32_t* axes, int32_t n_axes, double correction) {
  const ReduceRow* row = FindRow(kReduceRows, kReduceOps, op);
  if (!row) return BadOp("reduce", op, kReduceOps);
  const Trace trace(row->name, x);
  NUMRS_TRY(AdmitContext(context, row->name));
  if (!where && OnHost(context) && ServeDirectly(ActiveKernels(), *row, op, x, y, axes, n_axes, correction))
    return NUMRS_OK;

  ReduceJob job;
  View out, mask;
  job.function = row->name;
  job.op = op;
  job.correction = correction;
  NUMRS_TRY(LoadView(row->name, "x", x, &job.x));
  NUMRS_TRY(LoadView(row->name, "out", y, &out));
  if (where) NUMRS_TRY(LoadView(row->name, "where", where, &mask));
  NUMRS_TRY(Resolve(*row, job.x.dtype, &job.compute));
  job.result = ReduceResultDType(row->result, job.compute);
  NUMRS_TRY(AxesMask(row->name, job.x.ndim, axes, n_axes, &job.axes));
  const bool arg = IsArgument(op);
  const int reduced = __builtin_popcount(job.axes);
  if (arg && reduced != 1 && reduced != job.x.ndim) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: got %d axes of an array of dimension %d, expected one or all", row->name,
                reduced, job.x.ndim);
  }
  NUMRS_TRY(ExpandOutput(row->name, job.x, job.axes, out, &job.y));
  NUMRS_TRY(CheckOutput(row->name, job.result, out));
  bool nothing = false;  // along the reduced axes
  for (int d = 0; d < job.x.ndim; d++) nothing |= (job.axes >> d & 1) && job.x.shape[d] == 0;
  const bool chooses =
      arg || ((op == kReduce_min || op == kReduce_max || op == kReduce_nanmin || op == kReduce_nanmax) &&
              out.size != 0);  // NumPy's argmax refuses even without results
  if (chooses && nothing) {
    char shape[160];
    return Fail(NUMRS_BAD_ARGUMENT,
                "%s: x has shape %s: no element to choose from, expected at least one along the reduced axes",
                row->name, ShapeText(job.x, shape, sizeof(shape)));
  }
  return RunApart(MakeRun(context), job, where ? &mask : nullptr);
}

Status Vecdot(numrs_context* context, const numrs_view* a, const numrs_view* b, const numrs_view* y, int32_t axis) {
  const char* name = "vecdot";
  const Trace trace(name, a);
  NUMRS_TRY(AdmitContext(context, name));
  if (OnHost(context) &&
      (ServeDotDirectly(ActiveKernels(), a, b, y, axis) || VecdotComplexSmall(ActiveKernels(), a, b, y, axis)))
    return NUMRS_OK;
  View first, second, out;
  NUMRS_TRY(LoadView(name, "a", a, &first));
  NUMRS_TRY(LoadView(name, "b", b, &second));
  NUMRS_TRY(LoadView(name, "out", y, &out));
  int32_t ndim = first.ndim;
  int64_t shape[kMaxNDim];
  std::memcpy(shape, first.shape, sizeof(shape[0]) * static_cast<size_t>(ndim));
  if (!BroadcastShape(second, &ndim, shape)) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: b has shape %s, which does not broadcast with %s of a", name,
                ShapeText(second, got, sizeof(got)), ShapeText(first, wanted, sizeof(wanted)));
  }
  ReduceJob job;
  job.function = name;
  NUMRS_TRY(NormalizeAxis(name, ndim, axis, &axis));
  job.axes = 1u << axis;
  job.compute = Promote(first.dtype, second.dtype);
  job.op = job.compute == kBOOL ? kReduce_any : kReduce_sum;
  job.result = ReduceResultDType(kReduceRows[job.op].result, job.compute);
  job.role = ReduceSecond::FACTOR;
  job.x = ContiguousView(first.data, first.dtype, ndim, shape);
  job.second = ContiguousView(second.data, second.dtype, ndim, shape);
  BroadcastStrides(first, ndim, shape, job.x.strides);
  BroadcastStrides(second, ndim, shape, job.second.strides);
  NUMRS_TRY(RefuseHost(MakeRun(context), name, {&first, &second, &out}));
  NUMRS_TRY(ExpandOutput(name, job.x, job.axes, out, &job.y));
  NUMRS_TRY(CheckOutput(name, job.compute, out));
  if (KindOf(job.compute) == Kind::COMPLEX) {
    return out.size == 0 ? NUMRS_OK
                         : VecdotComplex(MakeRun(context), name, first, second, ndim, shape, axis, job.compute, job.y);
  }
  // float32 and narrower ones by the fast kernel need both along memory; otherwise products are made in float64, to the
  // same bits.
  const bool lines = (job.x.strides[axis] == job.x.itemsize() && job.second.strides[axis] == job.second.itemsize()) ||
                     job.x.shape[axis] <= 1;
  if ((Bit(job.compute) & (Bit(kF32) | kHalfSet)) && !(lines && first.dtype == second.dtype)) {
    job.compute = job.result = kF64;
  }
  return RunApart(MakeRun(context), job, nullptr);
}

Status Scan(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y, int32_t axis,
            int32_t include_initial) {
  const ReduceRow* row = FindRow(kScanRows, kScanOps, op);
  if (!row) return BadOp("scan", op, kScanOps);
  const Trace trace(row->name, x);
  NUMRS_TRY(AdmitContext(context, row->name));
  if (include_initial == 0 && OnHost(context) && ServeScanDirectly(ActiveKernels(), *row, op, x, y, axis))
    return NUMRS_OK;
  if (include_initial != 0 && include_initial != 1) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: include_initial is %d, expected 0 or 1", row->name, include_initial);
  }
  ScanJob job;
  job.function = row->name;
  job.op = op;
  job.include_initial = include_initial != 0;
  NUMRS_TRY(LoadView(row->name, "x", x, &job.x));
  NUMRS_TRY(LoadView(row->name, "out", y, &job.y));
  NUMRS_TRY(Resolve(*row, job.x.dtype, &job.compute));
  job.result = ReduceResultDType(row->result, job.compute);
  NUMRS_TRY(NormalizeAxis(row->name, job.x.ndim, axis, &job.axis));
  int64_t shape[kMaxNDim];
  std::memcpy(shape, job.x.shape, sizeof(shape[0]) * static_cast<size_t>(job.x.ndim));
  shape[job.axis] += include_initial;
  if (job.y.ndim != job.x.ndim ||
      std::memcmp(shape, job.y.shape, sizeof(shape[0]) * static_cast<size_t>(job.x.ndim)) != 0) {
    char got[160], wanted[160];
    return Fail(NUMRS_BAD_SHAPE, "%s: out has shape %s, expected %s", row->name, ShapeText(job.y, got, sizeof(got)),
                ShapeText(job.x.ndim, shape, wanted, sizeof(wanted)));
  }
  NUMRS_TRY(CheckOutput(row->name, job.result, job.y));
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, row->name, {&job.x, &job.y}));
  if (!RangesOverlap(job.x, job.y) ||
      (SameElements(job.x, job.y) && job.compute == job.x.dtype && job.result == job.y.dtype)) {
    return RunScan(run, job);
  }
  const size_t bytes = static_cast<size_t>(job.x.size * job.x.itemsize());
  RunMemory memory(run, row->name, bytes);
  if (!memory.ok()) return memory.Failure(row->name, "a copy of x, which overlaps out", bytes);
  const View copy = ContiguousView(memory.data(), job.x.dtype, job.x.ndim, job.x.shape);
  NUMRS_TRY(Convert(run, row->name, job.x, copy));
  job.x = copy;
  return RunScan(run, job);
}

Status ReduceRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype,
                 int64_t outer, int64_t n, int64_t inner, double correction) {
  const int32_t axis = 1;
  if (outer == 1 && inner == 1) {  // the small door
    const numrs_view in = {const_cast<void*>(x), &n, nullptr, 1, x_dtype}, out = {y, nullptr, nullptr, 0, y_dtype};
    return Reduce(context, op, &in, nullptr, &out, nullptr, -1, correction);
  }
  const int64_t shape[] = {outer, n, inner}, y_shape[] = {outer, inner};
  const numrs_view in = {const_cast<void*>(x), shape, nullptr, 3, x_dtype}, out = {y, y_shape, nullptr, 2, y_dtype};
  return Reduce(context, op, &in, nullptr, &out, &axis, 1, correction);
}

Status ScanRaw(numrs_context* context, int32_t op, const void* x, int32_t x_dtype, void* y, int32_t y_dtype,
               int64_t outer, int64_t n, int64_t inner) {
  if (outer == 1 && inner == 1) {
    const numrs_view in = {const_cast<void*>(x), &n, nullptr, 1, x_dtype}, out = {y, &n, nullptr, 1, y_dtype};
    return Scan(context, op, &in, &out, 0, 0);
  }
  const int64_t shape[] = {outer, n, inner};
  const numrs_view in = {const_cast<void*>(x), shape, nullptr, 3, x_dtype}, out = {y, shape, nullptr, 3, y_dtype};
  return Scan(context, op, &in, &out, 1, 0);
}

namespace {
Status ResultDType(const char* function, const ReduceRow* rows, int32_t count, int32_t op, int32_t x, int32_t* result) {
  const ReduceRow* row = FindRow(rows, count, op);
  if (!row) return BadOp(function, op, count);
  if (!result) return Fail(NUMRS_BAD_ARGUMENT, "%s: result is NULL", function);
  int32_t compute;
  NUMRS_TRY(Resolve(*row, x, &compute));
  *result = ReduceResultDType(row->result, compute);
  return NUMRS_OK;
}
}  // namespace

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_reduce(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* where,
                                     const numrs_view* y, const int32_t* axes, int32_t n_axes, double correction) {
  return Guard([&] { return Reduce(context, op, x, where, y, axes, n_axes, correction); });
}

extern "C" numrs_status numrs_scan(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y,
                                   int32_t axis, int32_t include_initial) {
  return Guard([&] { return Scan(context, op, x, y, axis, include_initial); });
}

extern "C" numrs_status numrs_vecdot(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                     const numrs_view* y, int32_t axis) {
  return Guard([&] { return Vecdot(context, a, b, y, axis); });
}

extern "C" numrs_status numrs_reduce_dtype(int32_t op, int32_t x, int32_t* result) {
  return Guard([&] { return ResultDType("reduce_dtype", kReduceRows, kReduceOps, op, x, result); });
}

extern "C" numrs_status numrs_scan_dtype(int32_t op, int32_t x, int32_t* result) {
  return Guard([&] { return ResultDType("scan_dtype", kScanRows, kScanOps, op, x, result); });
}
