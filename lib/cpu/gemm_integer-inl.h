// Integer and bool matrix products: blocked loops that the compiler vectorises for each instruction set. Sums wrap.
#if defined(NUMRS_CPU_GEMM_INTEGER_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_GEMM_INTEGER_INL_H_
#undef NUMRS_CPU_GEMM_INTEGER_INL_H_
#else
#define NUMRS_CPU_GEMM_INTEGER_INL_H_
#endif

#include <cstring>
#include <type_traits>

#include "core/linalg_tables.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

// U: the unsigned type of the element's width. Small ones are multiplied as 32 bits, which do not overflow into
// undefined behaviour.
template <typename U>
HWY_INLINE U MultiplyAdd(U a, U b, U sum) {
  if constexpr (sizeof(U) < 4) {
    return static_cast<U>(sum + static_cast<U>(static_cast<uint32_t>(a) * b));
  } else {
    return sum + a * b;
  }
}

// kRows x kCols of y, sums in registers or L1.
template <typename U, int kRows, int kCols>
HWY_INLINE void IntegerBlock(const U* a, int64_t a_row, int64_t a_col, const U* HWY_RESTRICT b, int64_t b_row,
                             int64_t k, U* y, int64_t y_row, int64_t rows, int64_t cols) {
  U sum[kRows][kCols] = {};
  if (rows == kRows && cols == kCols) {
    for (int64_t p = 0; p < k; p++) {
      for (int r = 0; r < kRows; r++) {
        const U x = a[r * a_row + p * a_col];
        for (int c = 0; c < kCols; c++) sum[r][c] = MultiplyAdd(x, b[p * b_row + c], sum[r][c]);
      }
    }
  } else {
    for (int64_t p = 0; p < k; p++) {
      for (int64_t r = 0; r < rows; r++) {
        const U x = a[r * a_row + p * a_col];
        for (int64_t c = 0; c < cols; c++) sum[r][c] = MultiplyAdd(x, b[p * b_row + c], sum[r][c]);
      }
    }
  }
  for (int64_t r = 0; r < rows; r++) std::memcpy(y + r * y_row, sum[r], static_cast<size_t>(cols) * sizeof(U));
}

// b_col is 1.
template <typename U>
void GemmIntegers(const Gemm& g) {
  constexpr int kRows = 4, kCols = 128 / sizeof(U);
  const U* a = static_cast<const U*>(g.a);
  const U* b = static_cast<const U*>(g.b);
  U* y = static_cast<U*>(g.y);
  for (int64_t j = 0; j < g.n; j += kCols) {
    const int64_t cols = g.n - j < kCols ? g.n - j : kCols;
    for (int64_t i = 0; i < g.m; i += kRows) {
      const int64_t rows = g.m - i < kRows ? g.m - i : kRows;
      IntegerBlock<U, kRows, kCols>(a + i * g.a_row, g.a_row, g.a_col, b + j, g.b_row, g.k, y + i * g.y_row + j,
                                    g.y_row, rows, cols);
    }
  }
}

// y = or of ands; any nonzero byte is true.
inline void GemmBools(const Gemm& g) {
  constexpr int64_t kCols = 512;
  const uint8_t* a = static_cast<const uint8_t*>(g.a);
  const uint8_t* b = static_cast<const uint8_t*>(g.b);
  uint8_t* y = static_cast<uint8_t*>(g.y);
  for (int64_t i = 0; i < g.m; i++) {
    for (int64_t j = 0; j < g.n; j += kCols) {
      const int64_t cols = g.n - j < kCols ? g.n - j : kCols;
      uint8_t any[kCols] = {};
      for (int64_t p = 0; p < g.k; p++) {
        if (!a[i * g.a_row + p * g.a_col]) continue;
        const uint8_t* HWY_RESTRICT row = b + p * g.b_row + j;
        for (int64_t c = 0; c < cols; c++) any[c] |= row[c];
      }
      for (int64_t c = 0; c < cols; c++) y[i * g.y_row + j + c] = any[c] != 0;
    }
  }
}

inline void FillIntegers(LinalgTable* t) {
  t->gemm[kBOOL] = GemmBools;
  t->gemm[kI8] = t->gemm[kU8] = GemmIntegers<uint8_t>;
  t->gemm[kI16] = t->gemm[kU16] = GemmIntegers<uint16_t>;
  t->gemm[kI32] = t->gemm[kU32] = GemmIntegers<uint32_t>;
  t->gemm[kI64] = t->gemm[kU64] = GemmIntegers<uint64_t>;
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
