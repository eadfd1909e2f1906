// Convolution kernels on Highway: register tiles of output channels by neighbouring positions, read straight from
// planes of the input, and the tiles of gradients with respect to weights. Orders of sums: core/nn_conv_tables.h.
#if defined(NUMRS_CPU_NN_CONV_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_NN_CONV_INL_H_
#undef NUMRS_CPU_NN_CONV_INL_H_
#else
#define NUMRS_CPU_NN_CONV_INL_H_
#endif

#include <algorithm>

#include "core/nn_conv_tables.h"
#include "cpu/gemm-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

// Tiles of nearly one height: 32 channels are 12 + 12 + 8 rows rather than 14 + 14 + 4, whose last would wait for its
// own sums. Heights are even, but for a last single row.
constexpr int64_t kConvRows = HWY_TARGET <= HWY_AVX3 ? 14 : 6;
HWY_INLINE int64_t ConvHeight(int64_t rows, int64_t rest) {
  const int64_t tiles = (rows + kConvRows - 1) / kConvRows;
  int64_t height = (rows + tiles - 1) / tiles;
  height += height & 1;
  if (height > kConvRows) height = kConvRows;
  if (rest >= height) return height;
  return rest > 1 ? rest & ~int64_t{1} : 1;
}

// Tiles of a block of depth one after the other, each depth x height.
template <typename T>
void ConvPack(const void* weight, int64_t rows, int64_t k, void* to_void) {
  const T* const w = static_cast<const T*>(weight);
  T* to = static_cast<T*>(to_void);
  for (int64_t p = 0; p < k; p += kGemmDepth) {
    const int64_t depth = std::min(kGemmDepth, k - p);
    for (int64_t i = 0; i < rows;) {
      const int64_t height = ConvHeight(rows, rows - i);
      PackRows(w + i * k + p, k, int64_t{1}, height, depth, to, height);
      to += depth * height;
      i += height;
    }
  }
}

template <class D, int kRows, int kCols, typename T = hn::TFromD<D>>
HWY_NOINLINE void ConvMicro(D d, const T* HWY_RESTRICT a, const T* HWY_RESTRICT src,
                            const int64_t* HWY_RESTRICT offsets, int64_t k, T* HWY_RESTRICT y, int64_t y_row,
                            int64_t columns, bool first, bool slack, const T* bias) {
  using V = hn::VFromD<D>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  V sum[kRows][kCols];
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) sum[r][c] = hn::Zero(d);
  }
  for (int64_t p = 0; p < k; p++) {
    const T* b = src + offsets[p];
    V x[kCols];
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) x[c] = hn::LoadU(d, b + c * N);
    NUMRS_UNROLL
    for (int r = 0; r < kRows; r++) {
      const V element = hn::Set(d, a[r]);
      NUMRS_UNROLL
      for (int c = 0; c < kCols; c++) sum[r][c] = hn::MulAdd(element, x[c], sum[r][c]);
    }
    a += kRows;
  }
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) {
      T* at = y + r * y_row + c * N;
      V value = sum[r][c];
      const int64_t left = columns - c * N;
      if (slack || left >= N) {
        if (!first) value = hn::Add(hn::LoadU(d, at), value);
        if (bias) value = hn::Add(value, hn::Set(d, bias[r]));
        hn::StoreU(value, d, at);
      } else if (left > 0) {
        const size_t lanes = static_cast<size_t>(left);
        const auto mask = hn::FirstN(d, lanes);
        if (!first) value = hn::Add(LoadPart(d, mask, lanes, at), value);
        if (bias) value = hn::Add(value, hn::Set(d, bias[r]));
        StorePart(d, value, mask, lanes, at);
      }
    }
  }
}

template <class D, int kRows, typename T = hn::TFromD<D>>
HWY_INLINE void ConvColumns(D d, const T* a, const T* src, const ConvStrip& s, const int64_t* offsets, int64_t k, T* y,
                            int64_t columns, bool first, const T* bias) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  constexpr int kWide = kRows == 1 ? 8 : 4;
  if (kRows <= 2 && columns > 2 * N)
    return ConvMicro<D, kRows, kRows <= 2 ? kWide : 2>(d, a, src, offsets, k, y, s.y_row, columns, first, s.slack,
                                                       bias);
  if (columns > N) return ConvMicro<D, kRows, 2>(d, a, src, offsets, k, y, s.y_row, columns, first, s.slack, bias);
  ConvMicro<D, kRows, 1>(d, a, src, offsets, k, y, s.y_row, columns, first, s.slack, bias);
}

template <typename T>
void Conv(const ConvStrip& s) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const int64_t step = N * (s.rows == 1 ? 8 : s.rows == 2 ? 4 : 2);
  const T* const bias = static_cast<const T*>(s.bias);
  for (int64_t j = 0; j < s.n; j += step) {
    const int64_t columns = std::min(step, s.n - j);
    const T* src = static_cast<const T*>(s.src) + j;
    const T* a = static_cast<const T*>(s.weight);
    for (int64_t p = 0; p < s.k; p += kGemmDepth) {
      const int64_t k = std::min(kGemmDepth, s.k - p), *offsets = s.offsets + p;
      const bool first = p == 0, last = p + k == s.k;
      for (int64_t i = 0; i < s.rows;) {
        const int64_t height = ConvHeight(s.rows, s.rows - i);
        T* y = static_cast<T*>(s.y) + i * s.y_row + j;
        const T* b = last && bias ? bias + i : nullptr;
        // In a strip of several rows a tile of few is cut into stretches of two vectors.
        for (int64_t c = 0; c < columns; c += 2 * N) {
          const int64_t part = s.rows <= 2 ? columns : std::min(2 * N, columns - c);
          switch (height) {
#define NUMRS_CONV_ROWS(n)                                                            \
  case n:                                                                             \
    ConvColumns<decltype(d), n>(d, a, src + c, s, offsets, k, y + c, part, first, b); \
    break;
            NUMRS_CONV_ROWS(1)
            NUMRS_CONV_ROWS(2)
            NUMRS_CONV_ROWS(4)
            NUMRS_CONV_ROWS(6)
#if HWY_TARGET <= HWY_AVX3
            NUMRS_CONV_ROWS(8)
            NUMRS_CONV_ROWS(10)
            NUMRS_CONV_ROWS(12)
            NUMRS_CONV_ROWS(14)
#endif
#undef NUMRS_CONV_ROWS
            default:
              break;
          }
          if (s.rows <= 2) break;
        }
        a += height * k;
        i += height;
      }
    }
  }
}

// Rows of x are broadcast from where they lie, each from a pointer of its own.
template <class D, int kRows, int kCols, typename T = hn::TFromD<D>>
HWY_NOINLINE void ConvWeightMicro(D d, const ConvWeightStrip& s, const int64_t* HWY_RESTRICT offsets,
                                  const T* HWY_RESTRICT g, T* HWY_RESTRICT y) {
  using V = hn::VFromD<D>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  V sum[kRows][kCols];
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) sum[r][c] = hn::Zero(d);
  }
  const T* line = static_cast<const T*>(s.x);
  for (int64_t l = 0; l < s.lines; l++, line += s.x_line) {
    const T* x = line;
    for (int64_t i = 0; i < s.line; i++, x++, g += s.g_row) {
      V v[kCols];
      NUMRS_UNROLL
      for (int c = 0; c < kCols; c++) v[c] = hn::LoadU(d, g + c * N);
      NUMRS_UNROLL
      for (int r = 0; r < kRows; r++) {
        const V element = hn::Set(d, x[offsets[r]]);
        NUMRS_UNROLL
        for (int c = 0; c < kCols; c++) sum[r][c] = hn::MulAdd(element, v[c], sum[r][c]);
      }
    }
  }
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) {
      T* at = y + r * s.y_row + c * N;
      hn::StoreU(s.first ? sum[r][c] : hn::Add(hn::LoadU(d, at), sum[r][c]), d, at);
    }
  }
}

template <typename T>
void ConvWeight(const ConvWeightStrip& s) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t c = 0; c < s.columns;) {
    const bool two = c + 2 * N <= s.columns;
    const T* g = static_cast<const T*>(s.g) + c;
    for (int64_t i = 0; i < s.rows;) {
      const int64_t height = ConvHeight(s.rows, s.rows - i);
      T* y = static_cast<T*>(s.y) + i * s.y_row + c;
      switch (height) {
#define NUMRS_CONV_ROWS(n)                                               \
  case n:                                                                \
    two ? ConvWeightMicro<decltype(d), n, 2>(d, s, s.offsets + i, g, y)  \
        : ConvWeightMicro<decltype(d), n, 1>(d, s, s.offsets + i, g, y); \
    break;
        NUMRS_CONV_ROWS(1)
        NUMRS_CONV_ROWS(2)
        NUMRS_CONV_ROWS(4)
        NUMRS_CONV_ROWS(6)
#if HWY_TARGET <= HWY_AVX3
        NUMRS_CONV_ROWS(8)
        NUMRS_CONV_ROWS(10)
        NUMRS_CONV_ROWS(12)
        NUMRS_CONV_ROWS(14)
#endif
#undef NUMRS_CONV_ROWS
        default:
          break;
      }
      i += height;
    }
    c += two ? 2 * N : N;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
