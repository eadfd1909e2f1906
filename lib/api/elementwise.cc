// extern "C" of elementwise.h: check, find the kernel, run, report. Raw functions (raw.cc) come in by the same door.
#include "api/elementwise.h"

#include <cstring>

#include "core/scan_values.h"
#include "core/trace.h"
#include "numrs/elementwise.h"

namespace numrs {
namespace {

const OpRow* FindRow(const OpRow* rows, int32_t count, int32_t op) { return op >= 0 && op < count ? &rows[op] : nullptr; }

Status BadOp(const char* family, int32_t op, int32_t count) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", family, op, count - 1);
}

Status Refuse(const OpRow& row, const char* argument, int32_t dtype) {
  return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, which the operation does not take", row.name, argument, NameOf(dtype));
}

// The dtype for one or two inputs: promoted, then the first that has a kernel. Integers that become the smallest float
// that holds them do so one by one: int8 and uint16 meet in float32 as in NumPy, not in int32 and then float64.
Status Resolve(const OpRow& row, int32_t a, int32_t b, int32_t* compute) {
  const bool floats = (row.op_class.kernels & ~kFloatSet) == 0 && row.op_class.integers_as == kInvalid;
  *compute = floats ? Promote(ComputeDType(row.op_class, a), ComputeDType(row.op_class, b)) : ComputeDType(row.op_class, Promote(a, b));
  if (*compute != kInvalid) return NUMRS_OK;
  const bool first = ComputeDType(row.op_class, a) == kInvalid;
  if (a == b || first) return Refuse(row, a == b ? "x" : "the first operand", a);
  if (ComputeDType(row.op_class, b) == kInvalid) return Refuse(row, "the second operand", b);
  return Fail(NUMRS_BAD_DTYPE, "%s: no common dtype for %s and %s", row.name, NameOf(a), NameOf(b));
}

int32_t ResultOf(const OpRow& row, int32_t compute) { return row.result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : compute; }

// The cost column is for float64; narrower elements go faster in proportion, mathematical functions of one lane each do not.
double Cost(const OpRow& row, int32_t compute) { return row.cost_ns * static_cast<double>(SizeOf(compute)) / 8.0; }

// Integers to negative integer powers are no integers: refused before anything is written.
Status CheckExponents(const Run& run, const View& b) {
  if (KindOf(b.dtype) != Kind::INT || b.size == 0) return NUMRS_OK;
  bool negative = false;
  NUMRS_TRY(AnyNegative(run, b, &negative));
  if (negative) return Fail(NUMRS_BAD_ARGUMENT, "pow: integers to negative integer powers are not allowed; the exponent has a negative element");
  return NUMRS_OK;
}

// The usual small call: every operand contiguous, of one shape (or a single value) and already of the operation's dtype.
// True when the call was served.
bool ServeDirectly(const numrs_view* const* in, int inputs, const numrs_view* y, int32_t x_dtype, int32_t y_dtype, double cost_ns, int64_t* n,
                   uint32_t* scalars) {
  if (!y || y->dtype != y_dtype || y->ndim < 0 || y->ndim > 8 || (y->ndim && !y->shape) || !y->data) return false;
  int64_t size = 1;
  const int64_t y_bytes = SizeOf(y_dtype), x_bytes = SizeOf(x_dtype);
  for (int d = y->ndim - 1; d >= 0; d--) {
    if (y->strides && y->strides[d] != size * y_bytes && y->shape[d] != 1) return false;
    if (y->shape[d] <= 0 || __builtin_mul_overflow(size, y->shape[d], &size)) return false;
  }
  if (size > (1 << 20) || static_cast<double>(size) * cost_ns > 2e4) return false;  // large: the planned way knows threads and streaming
  *scalars = 0;
  const uintptr_t y_low = reinterpret_cast<uintptr_t>(y->data), y_high = y_low + static_cast<uintptr_t>(size * y_bytes);
  for (int k = 0; k < inputs; k++) {
    const numrs_view* x = in[k];
    if (!x || x->dtype != x_dtype || !x->data) return false;
    int64_t x_size = size;
    if (x->ndim == 0 && y->ndim != 0) {
      *scalars |= 1u << k;
      x_size = 1;
    } else {
      if (x->ndim != y->ndim || (x->ndim && !x->shape)) return false;
      int64_t stride = x_bytes;
      for (int d = x->ndim - 1; d >= 0; d--) {
        if (x->shape[d] != y->shape[d] || (x->strides && x->strides[d] != stride && x->shape[d] != 1)) return false;
        stride *= x->shape[d];
      }
    }
    const uintptr_t low = reinterpret_cast<uintptr_t>(x->data), high = low + static_cast<uintptr_t>(x_size * x_bytes);
    const bool same = low == y_low && x_bytes == y_bytes && x_size == size;
    if (!same && low < y_high && y_low < high) return false;
  }
  *n = size;
  return *scalars != (1u << inputs) - 1;
}

}  // namespace

Status Unary(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y) {
  const OpRow* row = FindRow(kUnaryRows, kUnaryOps, op);
  if (!row) return BadOp("unary", op, kUnaryOps);
  const Trace trace(row->name, x);
  NUMRS_TRY(CheckContext(context, row->name));
  const Kernels& kernels = ActiveKernels();
  int64_t n;
  uint32_t scalars;
  if (x && IsDType(x->dtype) && (row->op_class.kernels & Bit(x->dtype)) &&
      ServeDirectly(&x, 1, y, x->dtype, ResultOf(*row, x->dtype), Cost(*row, x->dtype), &n, &scalars)) {
    kernels.unary.fn[op][x->dtype](x->data, y->data, n);
    return NUMRS_OK;
  }
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row->name, "x", x, &job.in[0]));
  NUMRS_TRY(LoadView(row->name, "out", y, &job.out));
  int32_t compute;
  NUMRS_TRY(Resolve(*row, job.in[0].dtype, job.in[0].dtype, &compute));
  const Run run = MakeRun(context);
  job.function = row->name;
  job.inputs = 1;
  job.names[0] = "x";
  job.compute[0] = compute;
  job.result = ResultOf(*row, compute);
  job.cost_ns = Cost(*row, compute);
  job.unary = run.kernels.unary.fn[op][compute];
  return RunElementwise(run, job);
}

Status Binary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* y) {
  const OpRow* row = FindRow(kBinaryRows, kBinaryOps, op);
  if (!row) return BadOp("binary", op, kBinaryOps);
  const Trace trace(row->name, a);
  NUMRS_TRY(CheckContext(context, row->name));
  const Kernels& kernels = ActiveKernels();
  const numrs_view* const in[] = {a, b};
  const bool checks_exponents = op == kBinary_pow && b && IsDType(b->dtype) && KindOf(b->dtype) == Kind::INT;
  int64_t n;
  uint32_t scalars;
  if (a && IsDType(a->dtype) && (row->op_class.kernels & Bit(a->dtype)) && !checks_exponents &&
      ServeDirectly(in, 2, y, a->dtype, ResultOf(*row, a->dtype), Cost(*row, a->dtype), &n, &scalars)) {
    kernels.binary.fn[op][a->dtype](a->data, b->data, y->data, n, scalars);
    return NUMRS_OK;
  }
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row->name, "a", a, &job.in[0]));
  NUMRS_TRY(LoadView(row->name, "b", b, &job.in[1]));
  NUMRS_TRY(LoadView(row->name, "out", y, &job.out));
  int32_t compute;
  NUMRS_TRY(Resolve(*row, job.in[0].dtype, job.in[1].dtype, &compute));
  const Run run = MakeRun(context);
  if (checks_exponents && KindOf(compute) == Kind::INT) NUMRS_TRY(CheckExponents(run, job.in[1]));
  job.function = row->name;
  job.inputs = 2;
  job.names[0] = "a";
  job.names[1] = "b";
  job.compute[0] = job.compute[1] = compute;
  job.result = ResultOf(*row, compute);
  job.cost_ns = Cost(*row, compute);
  job.binary = run.kernels.binary.fn[op][compute];
  return RunElementwise(run, job);
}

Status Ternary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* c, const numrs_view* y) {
  const OpRow* row = FindRow(kTernaryRows, kTernaryOps, op);
  if (!row) return BadOp("ternary", op, kTernaryOps);
  const Trace trace(row->name, b);
  NUMRS_TRY(CheckContext(context, row->name));
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row->name, "a", a, &job.in[0]));
  NUMRS_TRY(LoadView(row->name, "b", b, &job.in[1]));
  NUMRS_TRY(LoadView(row->name, "c", c, &job.in[2]));
  NUMRS_TRY(LoadView(row->name, "out", y, &job.out));
  const bool choose = row->result == ResultRule::BOOL;
  int32_t compute;
  NUMRS_TRY(Resolve(*row, choose ? job.in[1].dtype : Promote(job.in[0].dtype, job.in[1].dtype), job.in[2].dtype, &compute));
  const Run run = MakeRun(context);
  job.function = row->name;
  job.inputs = 3;
  job.names[0] = "a";
  job.names[1] = "b";
  job.names[2] = "c";
  job.compute[0] = choose ? static_cast<int32_t>(kBOOL) : compute;
  job.compute[1] = job.compute[2] = compute;
  job.result = compute;
  job.cost_ns = Cost(*row, compute);
  job.ternary = run.kernels.ternary.fn[op][compute];
  return RunElementwise(run, job);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_unary(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y) {
  return Guard([&] { return Unary(context, op, x, y); });
}

extern "C" numrs_status numrs_binary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* y) {
  return Guard([&] { return Binary(context, op, a, b, y); });
}

extern "C" numrs_status numrs_ternary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* c,
                                      const numrs_view* y) {
  return Guard([&] { return Ternary(context, op, a, b, c, y); });
}

extern "C" numrs_status numrs_convert(numrs_context* context, const numrs_view* x, const numrs_view* y) {
  return Guard([&]() -> Status {
    const Trace trace("convert", x);
    NUMRS_TRY(CheckContext(context, "convert"));
    View in, out;
    NUMRS_TRY(LoadView("convert", "x", x, &in));
    NUMRS_TRY(LoadView("convert", "out", y, &out));
    return Convert(MakeRun(context), "convert", in, out);
  });
}

extern "C" numrs_status numrs_unary_dtypes(int32_t op, int32_t x, int32_t* compute, int32_t* result) {
  return Guard([&]() -> Status {
    const OpRow* row = FindRow(kUnaryRows, kUnaryOps, op);
    if (!row) return BadOp("unary_dtypes", op, kUnaryOps);
    if (!compute || !result) return Fail(NUMRS_BAD_ARGUMENT, "unary_dtypes: compute or result is NULL");
    NUMRS_TRY(Resolve(*row, x, x, compute));
    *result = ResultOf(*row, *compute);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_binary_dtypes(int32_t op, int32_t a, int32_t b, int32_t* compute, int32_t* result) {
  return Guard([&]() -> Status {
    const OpRow* row = FindRow(kBinaryRows, kBinaryOps, op);
    if (!row) return BadOp("binary_dtypes", op, kBinaryOps);
    if (!compute || !result) return Fail(NUMRS_BAD_ARGUMENT, "binary_dtypes: compute or result is NULL");
    NUMRS_TRY(Resolve(*row, a, b, compute));
    *result = ResultOf(*row, *compute);
    return NUMRS_OK;
  });
}

extern "C" numrs_status numrs_ternary_dtypes(int32_t op, int32_t a, int32_t b, int32_t c, int32_t* compute, int32_t* result) {
  return Guard([&]() -> Status {
    const OpRow* row = FindRow(kTernaryRows, kTernaryOps, op);
    if (!row) return BadOp("ternary_dtypes", op, kTernaryOps);
    if (!compute || !result) return Fail(NUMRS_BAD_ARGUMENT, "ternary_dtypes: compute or result is NULL");
    NUMRS_TRY(Resolve(*row, row->result == ResultRule::BOOL ? b : Promote(a, b), c, compute));
    *result = *compute;
    return NUMRS_OK;
  });
}
