// Float matrix kernels on Highway: register tiles, packing, whole products. The order of sums is that of
// core/linalg_tables.h. Loop structure after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication"
// (2008), and BLIS.
#if defined(NUMRS_CPU_GEMM_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_GEMM_INL_H_
#undef NUMRS_CPU_GEMM_INL_H_
#else
#define NUMRS_CPU_GEMM_INL_H_
#endif

#include <cstring>

#include "core/linalg_tables.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

#ifndef NUMRS_UNROLL
#if HWY_COMPILER_CLANG
#define NUMRS_UNROLL _Pragma("clang loop unroll(full)")
#else
#define NUMRS_UNROLL _Pragma("GCC unroll 32")
#endif
#endif

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Height of a full tile: 2 vectors of each row, a vector of b and a broadcast element of a fill the registers (32 or 16
// of them).
constexpr int kVectors = 2;
constexpr int kTileRows = HWY_TARGET <= HWY_AVX3 ? 14 : 6;

// Rows of the next tile when `rest` are left.
HWY_INLINE int64_t TileHeight(int64_t rest) {
  if (rest >= kTileRows) return kTileRows;
  return rest >= 8 ? 8 : rest >= 4 ? 4 : rest >= 2 ? 2 : 1;
}

// What happens to a finished sum.
template <typename T>
struct Update {
  enum Mode { STORE, ADD, SCALE } mode;
  T alpha, beta;

  // first: of the blocks of depth
  Update(const Gemm& g, bool first)
      : mode(g.alpha != 1 || (first && g.beta != 0) ? SCALE
             : first                                ? STORE
                                                    : ADD),
        alpha(static_cast<T>(g.alpha)),
        beta(first ? static_cast<T>(g.beta) : T(1)) {}
};

// Partial vectors. Only AVX2 and AVX-512 can leave memory beyond the last lane alone; below, a bounce through the
// stack.
template <class D, class V, class M>
HWY_INLINE void StorePart(D d, V v, M mask, size_t lanes, hn::TFromD<D>* y) {
#if HWY_MEM_OPS_MIGHT_FAULT
  (void)mask;
  HWY_ALIGN hn::TFromD<D> buffer[hn::MaxLanes(D())];
  hn::Store(v, d, buffer);
  std::memcpy(y, buffer, lanes * sizeof(buffer[0]));
#else
  (void)lanes;
  hn::BlendedStore(v, mask, d, y);
#endif
}
template <class D, class M>
HWY_INLINE hn::VFromD<D> LoadPart(D d, M mask, size_t lanes, const hn::TFromD<D>* x) {
#if HWY_MEM_OPS_MIGHT_FAULT
  (void)mask;
  HWY_ALIGN hn::TFromD<D> buffer[hn::MaxLanes(D())] = {};
  std::memcpy(buffer, x, lanes * sizeof(buffer[0]));
  return hn::Load(d, buffer);
#else
  (void)lanes;
  return hn::MaskedLoad(mask, d, x);
#endif
}

// A hint that never faults, whatever the address.
HWY_INLINE void FetchToL2(const char* line) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
  __builtin_prefetch(line, 0, 2);
#else
  (void)line;
#endif
}

// What is wanted after this product: two stretches, fetched into the second-level cache a few lines at a time. All at
// once would fill the line buffers that the sums need.
struct Soon {
  static constexpr int kLines = 16;  // per kStretch steps of a full tile, some 75 ns: as many as there are line buffers
  const char *at = nullptr, *end = nullptr, *then = nullptr, *then_end = nullptr;

  HWY_INLINE void Fetch() {
    for (int i = 0; i < kLines; i++) {
      if (at >= end) {
        if (then >= then_end) return;
        at = then;
        end = then_end;
        then = then_end;
      }
      FetchToL2(at);
      at += 64;
    }
  }
};

// kRows x (kCols vectors) of y. a's rows are a_row apart (1 when packed), its columns a_col; b's rows b_row. kPart: the
// last vector has `lanes` lanes only. next: memory wanted soon; next_lines of it are fetched into the second-level
// cache every kStretch steps (packed a only). soon: the same for a that is not packed.
constexpr int64_t kStretch = kGemmDepth / 16;
template <class D, int kRows, int kCols, bool kPacked, bool kPart, typename T = hn::TFromD<D>>
HWY_NOINLINE void Micro(D d, const T* HWY_RESTRICT a, int64_t a_row, int64_t a_col, const T* HWY_RESTRICT b,
                        int64_t b_row, int64_t k, T* HWY_RESTRICT y, int64_t y_row, size_t lanes,
                        const Update<T>& update, const char* next, int64_t next_lines, Soon* soon) {
  using V = hn::VFromD<D>;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const auto mask = hn::FirstN(d, lanes);
  V sum[kRows][kCols];
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) sum[r][c] = hn::Zero(d);
  }
  // Rows in groups of four from one pointer each: x86 addresses pointer + {1, 2} row directly, 3 rows with one more
  // register.
  constexpr int kGroups = (kRows + 3) / 4;
  const T* group[kGroups];
  NUMRS_UNROLL
  for (int q = 0; q < kGroups; q++) group[q] = a + 4 * q * a_row;
  const int64_t a_row3 = 3 * a_row;
  // y is fetched a row at a time while the sums are formed: all at once would fill the line buffers that a's elements
  // need.
  const T* ahead = y;
  int64_t ahead_rows = kRows;
  const int64_t ahead_step = k >= kRows * kStretch ? 1 : 4 * k >= kRows * kStretch ? 4 : kRows;
  for (int64_t left = k; left > 0; left -= kStretch) {
    if (!kPart) {
      for (int64_t r = 0; r < ahead_step && ahead_rows > 0; r++, ahead_rows--) {
        hwy::Prefetch(ahead);
        if (kCols * sizeof(V) > 64) hwy::Prefetch(ahead + N);
        hwy::Prefetch(ahead + kCols * N - 1);
        ahead += y_row;
      }
    }
    if (kPacked) {
      for (int64_t line = 0; line < next_lines; line++, next += 64) FetchToL2(next);
    } else if (soon) {
      soon->Fetch();
    }
    for (int64_t p = left < kStretch ? left : kStretch; p > 0; p--) {
      V x[kCols];
      NUMRS_UNROLL
      for (int c = 0; c < kCols; c++) {
        x[c] = kPart && c == kCols - 1 ? LoadPart(d, mask, lanes, b + c * N) : hn::LoadU(d, b + c * N);
      }
      NUMRS_UNROLL
      for (int r = 0; r < kRows; r++) {
        const V element = hn::Set(d, kPacked ? a[r] : group[r / 4][r % 4 == 3 ? a_row3 : r % 4 * a_row]);
        NUMRS_UNROLL
        for (int c = 0; c < kCols; c++) sum[r][c] = hn::MulAdd(element, x[c], sum[r][c]);
      }
      b += b_row;
      if (kPacked) {
        a += kRows;
      } else {
        NUMRS_UNROLL
        for (int q = 0; q < kGroups; q++) group[q] += a_col;
      }
    }
  }
  const V alpha = hn::Set(d, update.alpha), beta = hn::Set(d, update.beta);
  NUMRS_UNROLL
  for (int r = 0; r < kRows; r++) {
    NUMRS_UNROLL
    for (int c = 0; c < kCols; c++) {
      T* at = y + r * y_row + c * N;
      const bool part = kPart && c == kCols - 1;
      V value = sum[r][c];
      if (update.mode != Update<T>::STORE) {
        if (update.mode == Update<T>::SCALE) value = hn::Mul(alpha, value);
        if (update.mode == Update<T>::ADD || update.beta != 0) {
          V old = part ? LoadPart(d, mask, lanes, at) : hn::LoadU(d, at);
          if (update.mode == Update<T>::SCALE && update.beta != 1) old = hn::Mul(beta, old);
          value = hn::Add(old, value);
        }
      }
      if (part) {
        StorePart(d, value, mask, lanes, at);
      } else {
        hn::StoreU(value, d, at);
      }
    }
  }
}

template <class D, int kRows, bool kPacked, typename T = hn::TFromD<D>>
HWY_INLINE void MicroColumns(D d, int64_t columns, const T* a, int64_t a_row, int64_t a_col, const T* b, int64_t b_row,
                             int64_t k, T* y, int64_t y_row, const Update<T>& update, const char* next,
                             int64_t next_lines, Soon* soon) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  if (columns >= kVectors * N)
    return Micro<D, kRows, kVectors, kPacked, false>(d, a, a_row, a_col, b, b_row, k, y, y_row, 0, update, next,
                                                     next_lines, soon);
  const size_t last = static_cast<size_t>(columns > N ? columns - N : columns);
  if (columns > N)
    return Micro<D, kRows, kVectors, kPacked, true>(d, a, a_row, a_col, b, b_row, k, y, y_row, last, update, next,
                                                    next_lines, soon);
  Micro<D, kRows, 1, kPacked, true>(d, a, a_row, a_col, b, b_row, k, y, y_row, last, update, next, next_lines, soon);
}

// All rows of one strip of at most kVectors vectors of columns. Packed a: tiles one after the other, each k x its
// height.
template <class D, bool kPacked, typename T = hn::TFromD<D>>
HWY_INLINE void Strip(D d, int64_t m, int64_t columns, const T* a, int64_t a_row, int64_t a_col, const T* b,
                      int64_t b_row, int64_t k, T* y, int64_t y_row, const Update<T>& update, const char* next,
                      Soon* soon) {
  // The strip's next panel by the time that its last tile is done.
  const int64_t tiles = m / kTileRows + 1, panel_lines = k * kGemmPanelBytes / 64;
  int64_t next_lines = (panel_lines + tiles * 16 - 1) / (tiles * 16);
  next_lines = next_lines < 2 ? 2 : next_lines > 32 ? 32 : next_lines;
  for (int64_t i = 0; i < m; next += next_lines * 64 * 16) {
    const int64_t rows = TileHeight(m - i);
    const T* from = kPacked ? a + i * k : a + i * a_row;
    T* to = y + i * y_row;
    switch (rows) {
      case 1:
        MicroColumns<D, 1, kPacked>(d, columns, from, a_row, a_col, b, b_row, k, to, y_row, update, next, next_lines,
                                    soon);
        break;
      case 2:
        MicroColumns<D, 2, kPacked>(d, columns, from, a_row, a_col, b, b_row, k, to, y_row, update, next, next_lines,
                                    soon);
        break;
      case 4:
        MicroColumns<D, 4, kPacked>(d, columns, from, a_row, a_col, b, b_row, k, to, y_row, update, next, next_lines,
                                    soon);
        break;
#if HWY_TARGET <= HWY_AVX3
      case 8:
        MicroColumns<D, 8, kPacked>(d, columns, from, a_row, a_col, b, b_row, k, to, y_row, update, next, next_lines,
                                    soon);
        break;
#endif
      default:
        MicroColumns<D, kTileRows, kPacked>(d, columns, from, a_row, a_col, b, b_row, k, to, y_row, update, next,
                                            next_lines, soon);
        break;
    }
    i += rows;
  }
}

// The whole product from where the operands lie; b_col is 1.
template <typename T>
void GemmDirect(const Gemm& g) {
  const hn::ScalableTag<T> d;
  const int64_t step = kVectors * static_cast<int64_t>(hn::Lanes(d));
  const T* a = static_cast<const T*>(g.a);
  const T* b = static_cast<const T*>(g.b);
  T* y = static_cast<T*>(g.y);
  // Rows that follow each other only: the others are few and far.
  Soon soon;
  if (g.soon_b && g.b_row == g.n) {
    soon.at = static_cast<const char*>(g.soon_b);
    soon.end = soon.at + g.k * g.n * static_cast<int64_t>(sizeof(T));
  }
  if (g.soon_a && (g.a_row == g.k || g.a_col == g.m)) {
    soon.then = static_cast<const char*>(g.soon_a);
    soon.then_end = soon.then + g.m * g.k * static_cast<int64_t>(sizeof(T));
  }
  Soon* const soon_or_null = soon.at || soon.then ? &soon : nullptr;
  for (int64_t p = 0; p < g.k; p += kGemmDepth) {
    const int64_t depth = g.k - p < kGemmDepth ? g.k - p : kGemmDepth;
    const Update<T> update(g, p == 0);
    for (int64_t j = 0; j < g.n; j += step) {
      const int64_t columns = g.n - j < step ? g.n - j : step;
      Strip<decltype(d), false>(d, g.m, columns, a + p * g.a_col, g.a_row, g.a_col, b + p * g.b_row + j, g.b_row, depth,
                                y + j, g.y_row, update, static_cast<const char*>(g.b), soon_or_null);
    }
  }
}

// to[c * to_step + r] = from[r * from_step + c] for one block as wide as 128 bits.
HWY_INLINE void TransposeBlock(const float* from, int64_t from_step, float* to, int64_t to_step) {
  const hn::FixedTag<float, 4> d;
  const hn::Repartition<double, decltype(d)> pairs;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_step);
  const auto r2 = hn::LoadU(d, from + 2 * from_step), r3 = hn::LoadU(d, from + 3 * from_step);
  const auto t0 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1)),
             t1 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto u0 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1)),
             u1 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, t0, t1)), d, to);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, t0, t1)), d, to + to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(pairs, u0, u1)), d, to + 2 * to_step);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(pairs, u0, u1)), d, to + 3 * to_step);
}
HWY_INLINE void TransposeBlock(const double* from, int64_t from_step, double* to, int64_t to_step) {
  const hn::FixedTag<double, 2> d;
  const auto r0 = hn::LoadU(d, from), r1 = hn::LoadU(d, from + from_step);
  hn::StoreU(hn::InterleaveLower(d, r0, r1), d, to);
  hn::StoreU(hn::InterleaveUpper(d, r0, r1), d, to + to_step);
}

// to[p * width + r] = x[r * row + p * col] for p < k and r < rows <= width. Rows that overlap are written twice with
// the same values.
template <typename T>
HWY_INLINE void PackRows(const T* x, int64_t row, int64_t col, int64_t rows, int64_t k, T* to, int64_t width) {
  constexpr int64_t kBlock = 16 / sizeof(T);
  if (row == 1) {
    for (int64_t p = 0; p < k; p++) std::memcpy(to + p * width, x + p * col, static_cast<size_t>(rows) * sizeof(T));
    return;
  }
  int64_t done = 0;
  if (col == 1 && rows >= kBlock) {
    done = k / kBlock * kBlock;
    for (int64_t r = 0; r < rows; r += kBlock) {
      const int64_t at = r + kBlock <= rows ? r : rows - kBlock;
      for (int64_t p = 0; p < done; p += kBlock) TransposeBlock(x + at * row + p, row, to + p * width + at, width);
    }
  }
  for (int64_t p = done; p < k; p++) {
    for (int64_t r = 0; r < rows; r++) to[p * width + r] = x[r * row + p * col];
  }
}

template <typename T>
void PackPanels(const Gemm& g, const GemmTile& t, void* panels) {
  const hn::ScalableTag<T> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  constexpr int64_t kWidth = kGemmPanelBytes / static_cast<int64_t>(sizeof(T));
  const T* b = static_cast<const T*>(g.b) + t.p * g.b_row + t.j * g.b_col;
  T* to = static_cast<T*>(panels);
  const int64_t whole = t.n / kWidth;
  if (g.b_col == 1) {
    // A few rows at a time across all panels: long stretches of each row, which the processor fetches ahead.
    constexpr int64_t kRows = 4;
    for (int64_t p = 0; p < t.k; p += kRows) {
      const int64_t rows = t.k - p < kRows ? t.k - p : kRows;
      for (int64_t j = 0; j < whole; j++) {
        for (int64_t r = p; r < p + rows; r++) {
          for (int64_t c = 0; c < kWidth; c += N)
            hn::Store(hn::LoadU(d, b + r * g.b_row + j * kWidth + c), d, to + (j * t.k + r) * kWidth + c);
        }
      }
    }
  } else {
    for (int64_t j = 0; j < whole; j++)
      PackRows(b + j * kWidth * g.b_col, g.b_col, g.b_row, kWidth, t.k, to + j * t.k * kWidth, kWidth);
  }
  if (whole * kWidth == t.n) return;
  to += whole * t.k * kWidth;
  std::memset(to, 0, static_cast<size_t>(t.k * kWidth) * sizeof(T));
  PackRows(b + whole * kWidth * g.b_col, g.b_col, g.b_row, t.n - whole * kWidth, t.k, to, kWidth);
}

// One row of x times panels of one block of depth: kPanels streams side by side, `apart` panels from each other, so
// that the processor has several to fetch ahead of and each goes on in the panels after it. first: its sums are y.
constexpr int64_t kPanelFetchBytes = 1024;  // how far

template <class D, int kPanels, typename T = hn::TFromD<D>>
HWY_INLINE void TimesPanels(D d, const T* HWY_RESTRICT x, int64_t depth, const T* HWY_RESTRICT panels, bool first,
                            T* HWY_RESTRICT y, int64_t columns, int64_t apart) {
  using V = hn::VFromD<D>;
  constexpr int64_t kWidth = kGemmPanelBytes / static_cast<int64_t>(sizeof(T));
  constexpr int64_t N = static_cast<int64_t>(hn::MaxLanes(D())), kLine = 64 / static_cast<int64_t>(sizeof(T));
  constexpr int kEach = static_cast<int>(kWidth / N);
  const int64_t step = apart * depth * kWidth;
  V s[kPanels][kEach];
  NUMRS_UNROLL
  for (int q = 0; q < kPanels; q++) {
    NUMRS_UNROLL
    for (int c = 0; c < kEach; c++) s[q][c] = hn::Zero(d);
  }
  const auto add = [&](const T* at, const V element) HWY_ATTR {
    NUMRS_UNROLL
    for (int q = 0; q < kPanels; q++) {
      NUMRS_UNROLL
      for (int c = 0; c < kEach; c++) s[q][c] = hn::MulAdd(element, hn::Load(d, at + q * step + c * N), s[q][c]);
    }
  };
  const auto fetch = [&](const T* at) HWY_ATTR {
    NUMRS_UNROLL
    for (int q = 0; q < kPanels; q++) {
      const T* ahead = at + q * step + kPanelFetchBytes / static_cast<int64_t>(sizeof(T));
      hwy::Prefetch(ahead);
      hwy::Prefetch(ahead + kLine);
    }
  };
  int64_t p = 0;
  for (; p + 2 <= depth; p += 2, panels += 2 * kWidth) {
    fetch(panels);
    fetch(panels + kWidth);
    add(panels, hn::Set(d, x[p]));
    add(panels + kWidth, hn::Set(d, x[p + 1]));
  }
  if (p < depth) add(panels, hn::Set(d, x[p]));
  NUMRS_UNROLL
  for (int q = 0; q < kPanels; q++) {
    NUMRS_UNROLL
    for (int c = 0; c < kEach; c++) {
      const int64_t j = q * apart * kWidth + c * N, left = columns - j;
      if (left <= 0) continue;
      const size_t lanes = static_cast<size_t>(left < N ? left : N);
      const auto mask = hn::FirstN(d, lanes);
      V sum = s[q][c];
      if (left >= N) {
        if (!first) sum = hn::Add(hn::LoadU(d, y + j), sum);
        hn::StoreU(sum, d, y + j);
      } else {
        if (!first) sum = hn::Add(LoadPart(d, mask, lanes, y + j), sum);
        StorePart(d, sum, mask, lanes, y + j);
      }
    }
  }
}

template <typename T>
void Tile(const Gemm& g, const GemmTile& t, const void* panels, void* scratch) {
  const hn::ScalableTag<T> d;
  const int64_t step = kVectors * static_cast<int64_t>(hn::Lanes(d));
  constexpr int64_t kWidth = kGemmPanelBytes / static_cast<int64_t>(sizeof(T));
  const T* a = static_cast<const T*>(g.a) + t.i * g.a_row + t.p * g.a_col;
  T* y = static_cast<T*>(g.y) + t.i * g.y_row + t.j;
  const Update<T> update(g, t.p == 0);
  T* packed = static_cast<T*>(scratch);
  for (int64_t i = 0; i < t.m;) {
    const int64_t rows = TileHeight(t.m - i);
    PackRows(a + i * g.a_row, g.a_row, g.a_col, rows, t.k, packed + i * t.k, rows);
    i += rows;
  }
  if (t.m == 1 && update.mode != Update<T>::SCALE) {
    // 8 sums: what one waits for is done while the others are added to.
    constexpr int kSome = 8 * static_cast<int>(hn::MaxLanes(d)) >= kWidth
                              ? 8 * static_cast<int>(hn::MaxLanes(d)) / static_cast<int>(kWidth)
                              : 1;
    const T* from = static_cast<const T*>(panels);
    const int64_t apart = (t.n + kWidth - 1) / kWidth / kSome, whole = apart * kSome;
    for (int64_t j = 0; j < apart; j++)
      TimesPanels<decltype(d), kSome>(d, packed, t.k, from + j * kWidth * t.k, t.p == 0, y + j * kWidth,
                                      t.n - j * kWidth, apart);
    for (int64_t j = whole * kWidth; j < t.n; j += kWidth)
      TimesPanels<decltype(d), 1>(d, packed, t.k, from + j * t.k, t.p == 0, y + j, t.n - j, 0);
    return;
  }
  for (int64_t j = 0; j < t.n; j += step) {
    const int64_t columns = t.n - j < step ? t.n - j : step;
    const T* b = static_cast<const T*>(panels) + j / kWidth * kWidth * t.k + j % kWidth;
    const char* next = reinterpret_cast<const char*>(b + t.k * kWidth);  // the panel after this one
    Strip<decltype(d), true>(d, t.m, columns, packed, 1, 0, b, kWidth, t.k, y + j, g.y_row, update, next, nullptr);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
