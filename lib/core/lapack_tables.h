// What the kernels of table/lapack.def take and give: one matrix of a stack at a time. Part of LinalgTable.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/dtype.h"
#include "core/status.h"

namespace numrs {

enum LapackOp : int32_t {
#define NUMRS_LAPACK(id, name, order, cost) kLapack_##name = id,
#include "table/lapack.def"
  kLapackOps
};

// Bits of LapackItem::flags, each for the operations named.
enum LapackFlags : int32_t {
  kLapackUpper = 1,    // cholesky: a = u^H u from the upper triangle; eigh: the upper triangle is read
  kLapackFull = 2,     // qr, svd: square q, u, vh
  kLapackVectors = 4,  // eigh, eig: with vectors; svd: with u and vh; qr: with q
};

// One matrix. T is float, double or complex of these, R its real type, C its complex one; "rows": row after row,
// "columns": column after column, all without gaps. Every extent is above 0. c = min(m, n).
//
//   cholesky     a (n, n) rows                      out[0] T (n, n) rows, the other triangle 0
//   solve        a (n, n), b (n, k) columns         out[0] T (n, k) columns
//   inverse      a (n, n) rows                      out[0] T (n, n) rows
//   determinant  a (n, n) rows                      out[0] T, the determinant, or nullptr; else out[1] T, its sign (a
//                                                   number of length 1, or 0), and out[2] R, log of its magnitude
//   qr           a (m, n) columns                   out[0] T q (m, c), full: (m, m), columns; out[1] T r (c, n), full:
//                                                   (m, n), columns
//   eigh         a (n, n) columns                   out[0] R values from the smallest on; out[1] T vectors, columns
//   eig          a (n, n) columns                   out[0] C values, out[1] C vectors (n, n) columns, of length 1
//   svd          a (m, n) rows                      out[0] R values (c) from the largest on; out[1] T u (m, c), full:
//                                                   (m, m), rows; out[2] T vh (c, n), full: (n, n), rows
//   lstsq        a (m, n), b (m, k) columns         out[0] T (n, k) columns; out[1] int64 rank; out[2] R values (c)
//
// a and b may be overwritten. out[0] of cholesky and inverse and out[1] of eigh are the memory of a, out[0] of solve
// that of b.
struct LapackItem {
  int64_t m, n, k;
  int32_t flags;
  double rcond;  // lstsq: values up to rcond times the largest count as 0
  void *a, *b;
  void* out[3];
  void* scratch;
  size_t scratch_bytes;
};

enum class LapackEnd : uint8_t { DONE, SINGULAR, NOT_POSITIVE, NOT_CONVERGED, NOT_FINITE };

// One kernel: bytes of scratch for items of this shape (fails where there is no way to compute it), and the work.
using LapackBytesFn = Status (*)(const char* function, const LapackItem& shape, size_t* bytes);
using LapackFn = LapackEnd (*)(const LapackItem& item);

// The scalar types in which a matrix can be computed, by dtype.
inline bool IsLapackDType(int32_t dtype) { return dtype == kF32 || dtype == kF64 || dtype == kC64 || dtype == kC128; }
inline int32_t RealOf(int32_t dtype) { return dtype == kC64 ? kF32 : dtype == kC128 ? kF64 : dtype; }
inline int32_t ComplexOf(int32_t dtype) { return dtype == kF32 ? kC64 : dtype == kF64 ? kC128 : dtype; }
// What an argument of this dtype is computed in: float32 for the 16-bit floats, float64 for integers and bool.
inline int32_t LapackDType(int32_t dtype) {
  if (IsLapackDType(dtype)) return dtype;
  return dtype == kF16 || dtype == kBF16 ? kF32 : kF64;
}

}  // namespace numrs
