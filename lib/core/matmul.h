// Planning of matrix products: shapes, dtypes, layouts, batches, threads. The arithmetic is in the kernels of
// core/linalg_tables.h.
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// Shape of the result into *ndim and shape[kMaxNDim]; NUMRS_BAD_SHAPE when the operands do not go together.
Status MatmulShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape);
Status InnerShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape);
Status OuterShape(const char* function, const View& a, const View& b, int32_t* ndim, int64_t* shape);

// The operations on checked views; y is unchanged on any status but NUMRS_OK and NUMRS_CANCELLED.
Status Matmul(const Run& run, const char* function, const View& a, const View& b, const View& y);
Status Inner(const Run& run, const char* function, const View& a, const View& b, const View& y);
Status Outer(const Run& run, const char* function, const View& a, const View& b, const View& y);

// Refuses an output of another shape, of a dtype to which `dtype` does not convert, or over itself.
Status CheckProductOut(const char* function, const View& y, int32_t dtype, int32_t ndim, const int64_t* shape);

// True when the product was small and plain enough (C or transposed order, one float dtype, apart) and has been done.
bool MatmulSmall(const Kernels& kernels, const numrs_view* a, const numrs_view* b, const numrs_view* y);

// a (…, m, k) @ b (…, k, n) into y (…, m, n), none of them empty, shapes and y's dtype checked: in a dtype that has
// kernels, and in a complex one.
Status MultiplyReal(const Run& run, const char* function, const View& a, const View& b, const View& y, int32_t dtype);
Status MultiplyComplex(const Run& run, const char* function, View a, View b, const View& y, int32_t dtype);

// out = sum over the axis of conj(a) b, in the complex dtype of both, which broadcast to (ndim, shape); out, complex,
// has extent 1 along the axis and has been checked.
Status VecdotComplex(const Run& run, const char* function, const View& a, const View& b, int32_t ndim,
                     const int64_t* shape, int32_t axis, int32_t dtype, const View& out);
// True when the operands were two short lines of one complex dtype, and it has been done.
bool VecdotComplexSmall(const Kernels& kernels, const numrs_view* a, const numrs_view* b, const numrs_view* y,
                        int32_t axis);
// MultiplyComplex for b (…, k, 1): each element of y is a sum in the order of vecdot.
Status ColumnComplex(const Run& run, const char* function, const View& a, const View& b, const View& y, int32_t dtype);

// y = alpha a b + beta y for 2-D views of one float dtype, y's last stride its itemsize.
Status GeneralMatmul(const Run& run, const char* function, const View& a, const View& b, const View& y, double alpha,
                     double beta);

}  // namespace numrs
