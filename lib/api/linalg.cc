// extern "C" of linalg.h, and the raw matrix products: check, describe as views, run.
#include "numrs/linalg.h"

#include "api/calls.h"
#include "api/reduce.h"
#include "core/device_state.h"
#include "core/matmul.h"
#include "core/svdvals.h"
#include "core/trace.h"

namespace numrs {
namespace {

using Operation = Status (*)(const Run&, const char*, const View&, const View&, const View&);
using Shape = Status (*)(const char*, const View&, const View&, int32_t*, int64_t*);

Status Call(numrs_context* context, const char* function, Operation operation, const numrs_view* a, const numrs_view* b,
            const numrs_view* y) {
  const Trace trace(function, a);
  NUMRS_TRY(AdmitContext(context, function));
  if (operation == Matmul && OnHost(context) && MatmulSmall(ActiveKernels(), a, b, y)) return NUMRS_OK;
  View left, right, out;
  NUMRS_TRY(LoadView(function, "a", a, &left));
  NUMRS_TRY(LoadView(function, "b", b, &right));
  NUMRS_TRY(LoadView(function, "out", y, &out));
  // numrs_vecdot takes the conjugate of a complex a; a product does not.
  if (left.ndim == 1 && right.ndim == 1 && operation != Outer && left.shape[0] == right.shape[0] &&
      KindOf(Promote(left.dtype, right.dtype)) != Kind::COMPLEX)
    return Vecdot(context, a, b, y, 0);
  const Run run = MakeRun(context);
  NUMRS_TRY(RefuseHost(run, function, {&left, &right, &out}));
  return operation(run, function, left, right, out);
}

// Shapes alone: data pointers and strides of a and b are not looked at.
Status CallShape(const char* function, Shape rule, const numrs_view* a, const numrs_view* b, int32_t* ndim,
                 int64_t* shape) {
  if (!ndim || !shape) return Fail(NUMRS_BAD_ARGUMENT, "%s: ndim or shape is NULL", function);
  View left, right;
  NUMRS_TRY(LoadView(function, "a", a, &left));
  NUMRS_TRY(LoadView(function, "b", b, &right));
  int64_t result[2 * kMaxNDim];
  int32_t result_ndim;
  NUMRS_TRY(rule(function, left, right, &result_ndim, result));
  *ndim = result_ndim;
  for (int d = 0; d < result_ndim; d++) shape[d] = result[d];
  return NUMRS_OK;
}

Status CheckExtents(const char* function, int64_t batch, int64_t m, int64_t k, int64_t n) {
  if (batch < 0 || m < 0 || k < 0 || n < 0) {
    return Fail(NUMRS_BAD_SHAPE, "%s: batch %lld, m %lld, k %lld, n %lld; none may be negative", function,
                (long long)batch, (long long)m, (long long)k, (long long)n);
  }
  int64_t operations = 1;
  for (int64_t extent : {batch, m, k, n}) {
    if (extent && __builtin_mul_overflow(operations, extent, &operations)) {
      return Fail(NUMRS_BAD_SHAPE, "%s: batch * m * k * n overflows 64 bits", function);
    }
  }
  return NUMRS_OK;
}

// Rows of a stored (rows, cols) matrix `stride` elements apart, as op() of it.
Status LoadMatrix(const char* function, const char* argument, const void* data, int32_t dtype, int64_t rows,
                  int64_t cols, int64_t stride, bool transposed, View* out) {
  if (stride < cols || stride < 1) {
    return Fail(NUMRS_BAD_SHAPE, "%s: ld%s is %lld, expected at least %lld, the columns of %s as stored", function,
                argument, (long long)stride, (long long)(cols > 1 ? cols : 1), argument);
  }
  int64_t strides[2] = {0, SizeOf(dtype)};
  if (__builtin_mul_overflow(stride, SizeOf(dtype), &strides[0]))
    return Fail(NUMRS_BAD_SHAPE, "%s: ld%s overflows 64 bits", function, argument);
  const int64_t shape[2] = {rows, cols};
  const numrs_view view{const_cast<void*>(data), shape, strides, 2, dtype};
  NUMRS_TRY(LoadView(function, argument, &view, out));
  if (!transposed) return NUMRS_OK;
  out->shape[0] = cols;
  out->shape[1] = rows;
  out->strides[0] = strides[1];
  out->strides[1] = strides[0];
  return NUMRS_OK;
}

}  // namespace

Status MatmulRaw(numrs_context* context, int32_t dtype, const void* a, const void* b, void* y, int64_t batch, int64_t m,
                 int64_t k, int64_t n) {
  NUMRS_TRY(CheckExtents("matmul", batch, m, k, n));
  const int64_t a_shape[3] = {batch, m, k}, b_shape[3] = {batch, k, n}, y_shape[3] = {batch, m, n};
  const int drop = batch == 1 ? 1 : 0;
  const numrs_view left{const_cast<void*>(a), a_shape + drop, nullptr, 3 - drop, dtype};
  const numrs_view right{const_cast<void*>(b), b_shape + drop, nullptr, 3 - drop, dtype};
  const numrs_view out{y, y_shape + drop, nullptr, 3 - drop, dtype};
  return Call(context, "matmul", Matmul, &left, &right, &out);
}

Status GemmRaw(numrs_context* context, int32_t dtype, const void* a, const void* b, void* c, int64_t m, int64_t k,
               int64_t n, int64_t lda, int64_t ldb, int64_t ldc, int32_t trans_a, int32_t trans_b, double alpha,
               double beta) {
  const char* function = "gemm";
  const Trace trace(function, nullptr);
  NUMRS_TRY(AdmitContext(context, function));
  if ((trans_a | trans_b) & ~1) {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: trans_a is %d and trans_b %d, expected 0 (as stored) or 1 (transposed)",
                function, trans_a, trans_b);
  }
  NUMRS_TRY(CheckExtents(function, 1, m, k, n));
  View left, right, out;
  NUMRS_TRY(LoadMatrix(function, "a", a, dtype, trans_a ? k : m, trans_a ? m : k, lda, trans_a != 0, &left));
  NUMRS_TRY(LoadMatrix(function, "b", b, dtype, trans_b ? n : k, trans_b ? k : n, ldb, trans_b != 0, &right));
  NUMRS_TRY(LoadMatrix(function, "c", c, dtype, m, n, ldc, false, &out));
  return GeneralMatmul(MakeRun(context), function, left, right, out, alpha, beta);
}

}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_matmul(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                     const numrs_view* y) {
  return Guard([&] { return Call(context, "matmul", Matmul, a, b, y); });
}
extern "C" numrs_status numrs_inner(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                    const numrs_view* y) {
  return Guard([&] { return Call(context, "inner", Inner, a, b, y); });
}
extern "C" numrs_status numrs_outer(numrs_context* context, const numrs_view* a, const numrs_view* b,
                                    const numrs_view* y) {
  return Guard([&] { return Call(context, "outer", Outer, a, b, y); });
}

extern "C" numrs_status numrs_svdvals(numrs_context* context, const numrs_view* x, const numrs_view* y) {
  return Guard([&]() -> Status {
    const char* function = "svdvals";
    const Trace trace(function, x);
    NUMRS_TRY(AdmitContext(context, function));
    View in, out;
    NUMRS_TRY(LoadView(function, "x", x, &in));
    NUMRS_TRY(LoadView(function, "out", y, &out));
    return Svdvals(MakeRun(context), function, in, out);
  });
}

extern "C" numrs_status numrs_matmul_shape(const numrs_view* a, const numrs_view* b, int32_t* ndim, int64_t* shape) {
  return Guard([&] { return CallShape("matmul", MatmulShape, a, b, ndim, shape); });
}
extern "C" numrs_status numrs_inner_shape(const numrs_view* a, const numrs_view* b, int32_t* ndim, int64_t* shape) {
  return Guard([&] { return CallShape("inner", InnerShape, a, b, ndim, shape); });
}
extern "C" numrs_status numrs_outer_shape(const numrs_view* a, const numrs_view* b, int32_t* ndim, int64_t* shape) {
  return Guard([&] { return CallShape("outer", OuterShape, a, b, ndim, shape); });
}
