// The kernel table of matrix products and what one product is made of. The order of every sum is part of the interface.
#pragma once

#include <cstdint>

#include "core/dtype.h"
#include "core/lapack_tables.h"
#include "core/status.h"

namespace numrs {

// y = alpha a b + beta y with a (m, k), b (k, n), y (m, n). Strides are in elements; y's columns lie next to each
// other. y is not read when beta is 0. y does not overlap a or b. alpha and beta are 1 and 0 for integers and bool. All
// pointers are aligned to their elements.
//
// Floats: y[i][j] is formed in the elements' own precision, k in blocks of kGemmDepth: within a block one chain s =
// fma(a[i][p], b[p][j], s) from s = 0 on in the order of p, then the blocks' sums added in order. So the bits depend on
// nothing but the row of a and the column of b: not on m, n, strides, tiles, threads or vector width (targets without
// FMA round the product too). Error: at most (min(k, kGemmDepth) + ceil(k / kGemmDepth)) u |a| |b|, u = 2^-24 or 2^-53.
struct Gemm {
  const void* a;
  const void* b;
  void* y;
  int64_t m, k, n;
  int64_t a_row, a_col, b_row, b_col, y_row;
  double alpha, beta;
  // Memory that the next product of a batch reads, as a hint: a kernel may fetch it ahead, or nullptr. Never loaded.
  const void* soon_a = nullptr;
  const void* soon_b = nullptr;
};

constexpr int64_t kGemmDepth = 256;  // fixed: the bits depend on it
constexpr int64_t kGemmPanelBytes =
    128;  // a packed panel of b: this many bytes of each of its rows, zeros beyond the last column

// y[i] = sum over p of matrix[i][p] x[p], contiguous x and y, in the order of Gemm.
struct Gemv {
  const void* matrix;
  const void* x;
  void* y;
  int64_t rows, k;
  int64_t row, col;  // strides in elements, one of them is 1
  void* sums;        // where row is 1 and k > kGemmDepth: room for rows elements
};

// Part of a Gemm: rows [i, i + m), columns [j, j + n), depth [p, p + k) with k <= kGemmDepth.
struct GemmTile {
  int64_t i, m, j, n, p, k;
};

struct LinalgTable {
  // The whole product on this thread, no scratch, any size; b_col is 1 where the backend has pack, else any strides.
  // Without the other slots it is the only way.
  void (*gemm[kDTypes])(const Gemm& g);
  // Packs b[p … p + k)[j … j + n) into panels, one after the other, each tile.k x kGemmPanelBytes.
  void (*pack[kDTypes])(const Gemm& g, const GemmTile& tile, void* panels);
  // y's tile = or += its part of the product (p = 0: first block). panels: of columns j on. scratch: tile.m * tile.k
  // elements for a's rows.
  void (*tile[kDTypes])(const Gemm& g, const GemmTile& tile, const void* panels, void* scratch);
  void (*gemv[kDTypes])(const Gemv& g);
  // The operations of table/lapack.def; both slots of one are filled, or neither.
  LapackBytesFn lapack_bytes[kLapackOps][kDTypes];
  LapackFn lapack[kLapackOps][kDTypes];
  // For products of complex matrices: the (k, n) complex b, strides in elements, as the real (2 k, 2 n) matrix in C
  // order whose product with a's rows, taken as (real, imaginary, real …), has the rows of y in the same form. dtype:
  // complex.
  void (*expand[kDTypes])(const void* b, int64_t b_row, int64_t b_col, int64_t k, int64_t n, void* to);
  // sums[0 … 3] = the sums over n elements of re a re b, im a im b, re a im b, im a re b, in float64 and in the order
  // of ops/dot_complex.h: blocks of 2048, 16 elements side by side, lanes and blocks merged pairwise. Contiguous
  // operands.
  void (*dot_complex[kDTypes])(const void* a, const void* b, int64_t n, double* sums);
};

}  // namespace numrs
