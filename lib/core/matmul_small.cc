// The short way for small float products of plain operands: no views are loaded, nothing is planned. The same kernels,
// so the same bits.
#include "core/matmul.h"

namespace numrs {
namespace {

constexpr int64_t kMaxExtent = 4096;            // products of two extents and an element's size stay far from overflow
constexpr int64_t kMaxMacs = 48 * 48 * 48;      // above, planning costs nothing
constexpr int64_t kMaxMatrixBytes = 64 * 1024;  // operands that fit near caches need no packing

// A view as a matrix of non-negative strides in elements.
struct Plain {
  const void* data;
  int64_t rows, cols, row, col;
  uintptr_t low, high;  // the bytes from the first to the last element

  // axis: where a 1-D view gets its extent of 1 (0: it is a row, 1: a column).
  bool Load(const numrs_view* v, int32_t dtype, int axis) {
    if (!v || v->dtype != dtype || v->ndim < 1 || v->ndim > 2 || !v->shape || !v->data) return false;
    const int64_t size = SizeOf(dtype), *shape = v->shape;
    if (shape[0] < 1 || shape[0] > kMaxExtent) return false;
    data = v->data;
    if (v->ndim == 2) {
      if (shape[1] < 1 || shape[1] > kMaxExtent) return false;
      rows = shape[0];
      cols = shape[1];
      row = v->strides ? v->strides[0] : cols * size;
      col = v->strides ? v->strides[1] : size;
    } else {
      const int64_t stride = v->strides ? v->strides[0] : size;
      rows = axis == 0 ? 1 : shape[0];
      cols = axis == 0 ? shape[0] : 1;
      row = axis == 0 ? size : stride;
      col = axis == 0 ? stride : size;
    }
    // An extent of 1 takes no step.
    if (rows == 1) row = size;
    if (cols == 1) col = size;
    const int64_t limit = int64_t{1} << 40;
    if (row < 0 || col < 0 || row > limit || col > limit || ((row | col) & (size - 1))) return false;
    low = reinterpret_cast<uintptr_t>(data);
    if (low & static_cast<uintptr_t>(size - 1)) return false;
    high = low + static_cast<uintptr_t>((rows - 1) * row + (cols - 1) * col + size);
    row /= size;
    col /= size;
    return true;
  }
  bool Overlaps(const Plain& other) const { return low < other.high && other.low < high; }
};

}  // namespace

bool MatmulSmall(const Kernels& kernels, const numrs_view* a, const numrs_view* b, const numrs_view* y) {
  if (!a || !b || !y || (a->dtype != kF32 && a->dtype != kF64)) return false;
  const LinalgTable& table = kernels.linalg;
  const int32_t dtype = a->dtype;
  Plain left, right, out;
  if (!left.Load(a, dtype, 0) || !right.Load(b, dtype, 1) || !out.Load(y, dtype, a->ndim == 1 ? 0 : 1)) return false;
  if (y->ndim != a->ndim + b->ndim - 2) return false;
  const int64_t m = left.rows, k = left.cols, n = right.cols, size = SizeOf(dtype);
  if (right.rows != k || out.rows != m || out.cols != n || m * n > kMaxMacs || m * n * k > kMaxMacs) return false;
  if (out.Overlaps(left) || out.Overlaps(right)) return false;
  if (n > 1 && (out.col != 1 || (m > 1 && out.row < n))) return false;
  if (m == 1 || n == 1) {
    const bool column = n == 1;
    if (!table.gemv[dtype] || k > kGemmDepth || (column ? out.row : out.col) != 1 ||
        (column ? right.row : left.col) != 1)
      return false;
    Gemv v{column ? left.data : right.data,
           column ? right.data : left.data,
           const_cast<void*>(out.data),
           column ? m : n,
           k,
           column ? left.row : right.col,
           column ? left.col : right.row,
           nullptr};
    if (v.row != 1 && v.col != 1) return false;
    table.gemv[dtype](v);
    return true;
  }
  if (right.col != 1 || k * n * size > kMaxMatrixBytes) return false;
  table.gemm[dtype](Gemm{left.data, right.data, const_cast<void*>(out.data), m, k, n, left.row, left.col, right.row,
                         right.col, out.row, 1, 0});
  return true;
}

}  // namespace numrs
