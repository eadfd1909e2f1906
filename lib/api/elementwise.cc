// extern "C" of elementwise.h and the bodies of raw functions (raw.cc): check, find the kernel, run, report.
#include "api/elementwise.h"

#include <atomic>
#include <cstring>

#include "core/scan_values.h"
#include "core/trace.h"
#include "numrs/elementwise.h"

namespace numrs {
namespace {

const OpRow* FindRow(const OpRow* rows, int32_t count, int32_t op) {
  return op >= 0 && op < count ? &rows[op] : nullptr;
}

Status BadOp(const char* family, int32_t op, int32_t count) {
  return Fail(NUMRS_BAD_ARGUMENT, "%s: op is %d, expected 0 to %d", family, op, count - 1);
}

Status Refuse(const OpRow& row, const char* argument, int32_t dtype) {
  return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, which the operation does not take", row.name, argument,
              NameOf(dtype));
}

// The dtype for one or two inputs: promoted, then the first that has a kernel. Integers that become the smallest float
// that holds them do so one by one: int8 and uint16 meet in float32 as in NumPy, not in int32 and then float64; beside
// a 16-bit float they are promoted with it.
Status Resolve(const OpRow& row, int32_t a, int32_t b, int32_t* compute) {
  const bool floats = (row.op_class.kernels & ~(kRealSet | kComplexSet)) == 0 && row.op_class.integers_as == kInvalid &&
                      !((Bit(a & 31) | Bit(b & 31)) & kHalfSet);
  *compute = floats ? Promote(ComputeDType(row.op_class, a), ComputeDType(row.op_class, b))
                    : ComputeDType(row.op_class, Promote(a, b));
  if (*compute != kInvalid) return NUMRS_OK;
  const bool first = ComputeDType(row.op_class, a) == kInvalid;
  if (a == b || first) return Refuse(row, a == b ? "x" : "the first operand", a);
  if (ComputeDType(row.op_class, b) == kInvalid) return Refuse(row, "the second operand", b);
  return Fail(NUMRS_BAD_DTYPE, "%s: no common dtype for %s and %s", row.name, NameOf(a), NameOf(b));
}

int32_t ResultOf(const OpRow& row, int32_t compute) {
  if (row.result == ResultRule::SAME) return compute;
  return row.result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : RealDType(compute);
}

#define NUMRS_INLINE inline __attribute__((always_inline))
#define NUMRS_OUT_OF_LINE __attribute__((noinline))

// Beyond so many bytes, where it pays to begin with what is in the caches, or nanoseconds: the planned way.
constexpr int32_t kDirectBytes = 256 << 10;
constexpr double kDirectNs = 2e4;

// The cost column is for float64; narrower elements go faster in proportion, mathematical functions of one lane each do
// not.
double Cost(const OpRow& row, int32_t compute) {
  constexpr double kMathematics = 0.5;  // from here on a complex number takes several functions of real ones
  const double per_byte = row.cost_ns / 8.0 * (KindOf(compute) == Kind::COMPLEX && row.cost_ns > kMathematics ? 4 : 1);
  return per_byte * static_cast<double>(SizeOf(compute));
}

// How many elements a call may have to go the direct way, by operation and dtype: worked out once, so that small calls
// do not divide.
template <int kOps>
struct DirectLimits {
  std::atomic<int32_t> of[kOps][kDTypes];  // 0: not known yet
  NUMRS_INLINE int64_t Get(const OpRow& row, int32_t op, int32_t compute) {
    const int32_t known = of[op][compute].load(std::memory_order_relaxed);
    return known != 0 ? known : Learn(row, &of[op][compute], compute);
  }

 private:
  NUMRS_OUT_OF_LINE static int64_t Learn(const OpRow& row, std::atomic<int32_t>* slot, int32_t compute) {
    const double limit = kDirectNs / Cost(row, compute);
    const int32_t most = kDirectBytes / static_cast<int32_t>(SizeOf(compute));
    const int32_t found = limit < 1.0 ? 1 : limit < most ? static_cast<int32_t>(limit) : most;
    slot->store(found, std::memory_order_relaxed);
    return found;
  }
};
DirectLimits<kUnaryOps> unary_limits;
DirectLimits<kBinaryOps> binary_limits;
DirectLimits<kTernaryOps> ternary_limits;

// Integers to negative integer powers are no integers: refused before anything is written.
Status CheckExponents(const Run& run, const View& b) {
  if (KindOf(b.dtype) != Kind::INT || b.size == 0) return NUMRS_OK;
  bool negative = false;
  NUMRS_TRY(AnyNegative(run, b, &negative));
  if (negative)
    return Fail(NUMRS_BAD_ARGUMENT,
                "pow: integers to negative integer powers are not allowed; the exponent has a negative element");
  return NUMRS_OK;
}

// The usual small call: every operand contiguous, of one shape (or a single value) and already of the operation's
// dtype, and so little work that threads and streaming do not matter: then the kernel is called on the data as they
// are. Instructions count here: a call on 16 elements is to take 25 ns. So one dimension is looked at in line, more of
// them by functions.
__attribute__((noinline)) bool SizeOfDims(const numrs_view& v, int64_t* size) {
  if (v.ndim < 0 || v.ndim > kMaxNDim || (v.ndim != 0 && !v.shape)) return false;
  *size = 1;
  for (int d = 0; d < v.ndim; d++) {
    if (v.shape[d] <= 0 || __builtin_mul_overflow(*size, v.shape[d], size)) return false;
  }
  return true;
}
__attribute__((noinline)) bool DenseDims(const numrs_view& v, int64_t itemsize) {
  int64_t stride = itemsize;
  for (int d = v.ndim - 1; d >= 0; d--) {
    if (v.strides[d] != stride && v.shape[d] != 1) return false;
    stride *= v.shape[d];
  }
  return true;
}
__attribute__((noinline)) bool SameDims(const numrs_view& x, const numrs_view& y) {
  for (int d = 0; d < y.ndim; d++) {
    if (x.shape[d] != y.shape[d]) return false;
  }
  return true;
}

class Direct {
 public:
  // May the result of a call be written straight to y?
  NUMRS_INLINE Direct(const numrs_view* y, int32_t dtype, int64_t limit) {
    if (!y || y->dtype != dtype || !y->data) return;
    if (y->ndim == 1 && y->shape)
      size = y->shape[0];
    else if (!SizeOfDims(*y, &size))
      return;
    if (size <= 0 || size > limit) return;
    bytes_ = SizeOf(dtype);
    y_ = y;
    low_ = reinterpret_cast<uintptr_t>(y->data);
    high_ = low_ + static_cast<uintptr_t>(size * bytes_);
    ok = Dense(*y, bytes_);
  }
  // May operand k be read where it is?
  NUMRS_INLINE void Input(int k, const numrs_view* x, int32_t dtype) {
    if (!ok) return;
    ok = false;
    if (!x || x->dtype != dtype || !x->data) return;
    const int64_t bytes = SizeOf(dtype);
    int64_t n = size;
    if (x->ndim == y_->ndim) {
      if (x->ndim == 1 ? !x->shape || x->shape[0] != size : x->ndim != 0 && (!x->shape || !SameDims(*x, *y_))) return;
      if (!Dense(*x, bytes)) return;
      arrays = true;
    } else if (x->ndim == 0) {
      scalars |= 1u << k;
      n = 1;
    } else {
      return;
    }
    const uintptr_t low = reinterpret_cast<uintptr_t>(x->data), high = low + static_cast<uintptr_t>(n * bytes);
    ok = low >= high_ || low_ >= high || (low == low_ && high == high_ && bytes == bytes_);
  }
  bool ok = false, arrays = false;  // at least one operand has to be an array
  uint32_t scalars = 0;
  int64_t size;

 private:
  static NUMRS_INLINE bool Dense(const numrs_view& v, int64_t itemsize) {
    if (!v.strides) return true;
    return v.ndim == 1 ? v.strides[0] == itemsize || v.shape[0] == 1 : DenseDims(v, itemsize);
  }
  const numrs_view* y_;
  int64_t bytes_;
  uintptr_t low_, high_;
};

// Everything else. Functions of their own: their views fill pages of stack, which the direct way must not pay for.

NUMRS_OUT_OF_LINE Status PlanUnary(numrs_context* context, int32_t op, const OpRow& row, const numrs_view* x,
                                   const numrs_view* y) {
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row.name, "x", x, &job.in[0]));
  NUMRS_TRY(LoadView(row.name, "out", y, &job.out));
  int32_t compute;
  NUMRS_TRY(Resolve(row, job.in[0].dtype, job.in[0].dtype, &compute));
  const Run run = MakeRun(context);
  job.function = row.name;
  job.inputs = 1;
  job.names[0] = "x";
  job.compute[0] = compute;
  job.result = ResultOf(row, compute);
  job.cost_ns = Cost(row, compute);
  job.family = ElementwiseFamily::UNARY;
  job.op = op;
  job.unary = run.kernels.unary.fn[op][compute];
  return RunElementwise(run, job);
}

NUMRS_OUT_OF_LINE Status PlanBinary(numrs_context* context, int32_t op, const OpRow& row, const numrs_view* a,
                                    const numrs_view* b, const numrs_view* y) {
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row.name, "a", a, &job.in[0]));
  NUMRS_TRY(LoadView(row.name, "b", b, &job.in[1]));
  NUMRS_TRY(LoadView(row.name, "out", y, &job.out));
  int32_t compute;
  NUMRS_TRY(Resolve(row, job.in[0].dtype, job.in[1].dtype, &compute));
  const Run run = MakeRun(context);
  if (op == kBinary_pow && KindOf(compute) == Kind::INT) NUMRS_TRY(CheckExponents(run, job.in[1]));
  job.function = row.name;
  job.inputs = 2;
  job.names[0] = "a";
  job.names[1] = "b";
  job.compute[0] = job.compute[1] = compute;
  job.result = ResultOf(row, compute);
  job.cost_ns = Cost(row, compute);
  job.family = ElementwiseFamily::BINARY;
  job.op = op;
  job.binary = run.kernels.binary.fn[op][compute];
  return RunElementwise(run, job);
}

NUMRS_OUT_OF_LINE Status PlanTernary(numrs_context* context, int32_t op, const OpRow& row, const numrs_view* a,
                                     const numrs_view* b, const numrs_view* c, const numrs_view* y) {
  ElementwiseJob job;
  NUMRS_TRY(LoadView(row.name, "a", a, &job.in[0]));
  NUMRS_TRY(LoadView(row.name, "b", b, &job.in[1]));
  NUMRS_TRY(LoadView(row.name, "c", c, &job.in[2]));
  NUMRS_TRY(LoadView(row.name, "out", y, &job.out));
  const bool choose = row.result == ResultRule::BOOL;
  int32_t compute;
  NUMRS_TRY(
      Resolve(row, choose ? job.in[1].dtype : Promote(job.in[0].dtype, job.in[1].dtype), job.in[2].dtype, &compute));
  const Run run = MakeRun(context);
  job.function = row.name;
  job.inputs = 3;
  job.names[0] = "a";
  job.names[1] = "b";
  job.names[2] = "c";
  job.compute[0] = choose ? static_cast<int32_t>(kBOOL) : compute;
  job.compute[1] = job.compute[2] = compute;
  job.result = compute;
  job.cost_ns = Cost(row, compute);
  job.family = ElementwiseFamily::TERNARY;
  job.op = op;
  job.ternary = run.kernels.ternary.fn[op][compute];
  return RunElementwise(run, job);
}

// What Direct is for raw functions, whose operands are n contiguous elements of the kernel's dtypes. It computes in
// floating point: the caller's environment is already put away.
class DirectRaw {
 public:
  NUMRS_INLINE DirectRaw(const numrs_context* context, void* y, int32_t dtype, int64_t n, int64_t limit)
      : ok(y && n > 0 && n <= limit && (!context || context->magic == kContextMagic) && !TraceEnabled()),
        n_(n),
        bytes_(SizeOf(dtype)),
        y_(reinterpret_cast<uintptr_t>(y)) {}
  NUMRS_INLINE void Input(const void* x, int32_t dtype) {
    const int64_t bytes = SizeOf(dtype);
    const uintptr_t p = reinterpret_cast<uintptr_t>(x);
    ok = ok && x &&
         (p >= y_ + static_cast<uintptr_t>(n_ * bytes_) || y_ >= p + static_cast<uintptr_t>(n_ * bytes) ||
          (p == y_ && bytes == bytes_));
  }
  bool ok;

 private:
  int64_t n_, bytes_;
  uintptr_t y_;
};

bool HasKernel(const OpRow& row, const numrs_view* x) {
  return x && IsDType(x->dtype) && (row.op_class.kernels & Bit(x->dtype)) != 0;
}

}  // namespace

Status Unary(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y) {
  const OpRow* row = FindRow(kUnaryRows, kUnaryOps, op);
  if (!row) return BadOp("unary", op, kUnaryOps);
  const Trace trace(row->name, x);
  if (!OnHost(context)) {
    NUMRS_TRY(AdmitContext(context, row->name));
    return PlanUnary(context, op, *row, x, y);
  }
  if (HasKernel(*row, x)) {
    const int32_t t = x->dtype;
    Direct direct(y, ResultOf(*row, t), unary_limits.Get(*row, op, t));
    direct.Input(0, x, t);
    if (direct.ok && direct.arrays) {
      ActiveKernels().unary.fn[op][t](x->data, y->data, direct.size);
      return NUMRS_OK;
    }
  }
  return PlanUnary(context, op, *row, x, y);
}

Status Binary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* y) {
  const OpRow* row = FindRow(kBinaryRows, kBinaryOps, op);
  if (!row) return BadOp("binary", op, kBinaryOps);
  const Trace trace(row->name, a);
  if (!OnHost(context)) {
    NUMRS_TRY(AdmitContext(context, row->name));
    return PlanBinary(context, op, *row, a, b, y);
  }
  if (HasKernel(*row, a) && !(op == kBinary_pow && KindOf(a->dtype) == Kind::INT)) {  // exponents are to be looked at
    const int32_t t = a->dtype;
    Direct direct(y, ResultOf(*row, t), binary_limits.Get(*row, op, t));
    direct.Input(0, a, t);
    direct.Input(1, b, t);
    if (direct.ok && direct.arrays) {
      ActiveKernels().binary.fn[op][t](a->data, b->data, y->data, direct.size, direct.scalars);
      return NUMRS_OK;
    }
  }
  return PlanBinary(context, op, *row, a, b, y);
}

Status Ternary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b, const numrs_view* c,
               const numrs_view* y) {
  const OpRow* row = FindRow(kTernaryRows, kTernaryOps, op);
  if (!row) return BadOp("ternary", op, kTernaryOps);
  const Trace trace(row->name, b);
  if (!OnHost(context)) {
    NUMRS_TRY(AdmitContext(context, row->name));
    return PlanTernary(context, op, *row, a, b, c, y);
  }
  if (HasKernel(*row, b)) {
    const int32_t t = b->dtype, first = row->result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : t;
    Direct direct(y, t, ternary_limits.Get(*row, op, t));
    direct.Input(0, a, first);
    direct.Input(1, b, t);
    direct.Input(2, c, t);
    if (direct.ok && direct.arrays) {
      ActiveKernels().ternary.fn[op][t](a->data, b->data, c->data, y->data, direct.size, direct.scalars);
      return NUMRS_OK;
    }
  }
  return PlanTernary(context, op, *row, a, b, c, y);
}

Status UnaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* x, void* y, int64_t n) {
  const CallScope scope;
  const OpRow& row = kUnaryRows[op];
  const int32_t result = ResultOf(row, dtype);
  DirectRaw direct(context, y, result, n, unary_limits.Get(row, op, dtype));
  direct.Input(x, dtype);
  if (direct.ok) {
    ActiveKernels().unary.fn[op][dtype](x, y, n);
    return NUMRS_OK;
  }
  return Guard([&] { return Unary(context, op, Line(x, dtype, &n), Line(y, result, &n)); });
}

Status BinaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* a, const void* b, void* y, int64_t n) {
  const CallScope scope;
  const OpRow& row = kBinaryRows[op];
  const int32_t result = ResultOf(row, dtype);
  DirectRaw direct(context, y, result, n, binary_limits.Get(row, op, dtype));
  direct.Input(a, dtype);
  direct.Input(b, dtype);
  if (direct.ok && !(op == kBinary_pow && KindOf(dtype) == Kind::INT)) {  // exponents are to be looked at
    ActiveKernels().binary.fn[op][dtype](a, b, y, n, 0);
    return NUMRS_OK;
  }
  return Guard([&] { return Binary(context, op, Line(a, dtype, &n), Line(b, dtype, &n), Line(y, result, &n)); });
}

Status TernaryRaw(numrs_context* context, int32_t op, int32_t dtype, const void* a, const void* b, const void* c,
                  void* y, int64_t n) {
  const CallScope scope;
  const OpRow& row = kTernaryRows[op];
  const int32_t first = row.result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : dtype;
  DirectRaw direct(context, y, dtype, n, ternary_limits.Get(row, op, dtype));
  direct.Input(a, first);
  direct.Input(b, dtype);
  direct.Input(c, dtype);
  if (direct.ok) {
    ActiveKernels().ternary.fn[op][dtype](a, b, c, y, n, 0);
    return NUMRS_OK;
  }
  return Guard([&] {
    return Ternary(context, op, Line(a, first, &n), Line(b, dtype, &n), Line(c, dtype, &n), Line(y, dtype, &n));
  });
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_unary(numrs_context* context, int32_t op, const numrs_view* x, const numrs_view* y) {
  return Guard([&] { return Unary(context, op, x, y); });
}

extern "C" numrs_status numrs_binary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b,
                                     const numrs_view* y) {
  return Guard([&] { return Binary(context, op, a, b, y); });
}

extern "C" numrs_status numrs_ternary(numrs_context* context, int32_t op, const numrs_view* a, const numrs_view* b,
                                      const numrs_view* c, const numrs_view* y) {
  return Guard([&] { return Ternary(context, op, a, b, c, y); });
}

namespace {
// What a raw function knows from its name.
Status CheckKernel(const char* family, const OpRow* rows, int32_t count, int32_t op, int32_t dtype) {
  const OpRow* row = FindRow(rows, count, op);
  if (!row) return BadOp(family, op, count);
  if (!IsDType(dtype) || !(row->op_class.kernels & Bit(dtype)))
    return Fail(NUMRS_BAD_DTYPE, "%s: there is no kernel for dtype %s", row->name, NameOf(dtype));
  return NUMRS_OK;
}
bool KnownKernel(const OpRow* rows, int32_t count, int32_t op, int32_t dtype) {
  return op >= 0 && op < count && dtype > 0 && dtype < kDTypes && (rows[op].op_class.kernels & Bit(dtype)) != 0;
}
}  // namespace

extern "C" numrs_status numrs_unary_n(numrs_context* context, int32_t op, int32_t dtype, const void* x, void* y,
                                      int64_t n) {
  if (KnownKernel(kUnaryRows, kUnaryOps, op, dtype)) return UnaryRaw(context, op, dtype, x, y, n);
  return Guard([&] { return CheckKernel("unary", kUnaryRows, kUnaryOps, op, dtype); });
}

extern "C" numrs_status numrs_binary_n(numrs_context* context, int32_t op, int32_t dtype, const void* a, const void* b,
                                       void* y, int64_t n) {
  if (KnownKernel(kBinaryRows, kBinaryOps, op, dtype)) return BinaryRaw(context, op, dtype, a, b, y, n);
  return Guard([&] { return CheckKernel("binary", kBinaryRows, kBinaryOps, op, dtype); });
}

extern "C" numrs_status numrs_convert(numrs_context* context, const numrs_view* x, const numrs_view* y) {
  return Guard([&]() -> Status {
    const Trace trace("convert", x);
    NUMRS_TRY(AdmitContext(context, "convert"));
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

extern "C" numrs_status numrs_ternary_dtypes(int32_t op, int32_t a, int32_t b, int32_t c, int32_t* compute,
                                             int32_t* result) {
  return Guard([&]() -> Status {
    const OpRow* row = FindRow(kTernaryRows, kTernaryOps, op);
    if (!row) return BadOp("ternary_dtypes", op, kTernaryOps);
    if (!compute || !result) return Fail(NUMRS_BAD_ARGUMENT, "ternary_dtypes: compute or result is NULL");
    NUMRS_TRY(Resolve(*row, row->result == ResultRule::BOOL ? b : Promote(a, b), c, compute));
    *result = *compute;
    return NUMRS_OK;
  });
}
