// Matrix times vector on Highway, both layouts, in the order of core/linalg_tables.h. Bound by memory.
#if defined(NUMRS_CPU_GEMV_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_GEMV_INL_H_
#undef NUMRS_CPU_GEMV_INL_H_
#else
#define NUMRS_CPU_GEMV_INL_H_
#endif

#include "core/linalg_tables.h"
#include "cpu/gemm-inl.h"
#include "hwy/cache_control.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

constexpr int64_t kGemvChunkBytes =
    16384;  // of y at a time: stays in the first-level cache, long stretches of each matrix row
constexpr int64_t kGemvFetchFrom = int64_t{1}
                                   << 20;  // larger matrices come from beyond the second-level cache: fetch ahead
constexpr int64_t kGemvFetchBytes = 256;   // how far

// Fewer elements than a vector.
template <class D, int kDepth, typename T = hn::TFromD<D>>
HWY_INLINE void AddRowsPart(D d, const T* HWY_RESTRICT x, const T* HWY_RESTRICT matrix, int64_t step, int64_t n,
                            T* HWY_RESTRICT sum, bool fresh) {
  const size_t lanes = static_cast<size_t>(n);
  const auto mask = hn::FirstN(d, lanes);
  auto s = fresh ? hn::Zero(d) : LoadPart(d, mask, lanes, sum);
  NUMRS_UNROLL
  for (int r = 0; r < kDepth; r++) s = hn::MulAdd(hn::Set(d, x[r]), LoadPart(d, mask, lanes, matrix + r * step), s);
  StorePart(d, s, mask, lanes, sum);
}

// One chunk of y: kDepth rows of the matrix (each contiguous along y) added in order. fresh: the sums start from 0. The
// first `head` elements go by themselves, so that the rows are then read from vector boundaries: unaligned 64-byte
// loads, each in two lines, cost a fifth.
template <class D, int kDepth, typename T = hn::TFromD<D>>
HWY_INLINE void AddRows(D d, const T* HWY_RESTRICT x, const T* HWY_RESTRICT matrix, int64_t step, int64_t head,
                        int64_t n, T* HWY_RESTRICT sum, bool fresh) {
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  if (head) AddRowsPart<D, kDepth>(d, x, matrix, step, head, sum, fresh);
  int64_t i = head;
  for (; i + N <= n; i += N) {
    auto s = fresh ? hn::Zero(d) : hn::LoadU(d, sum + i);
    NUMRS_UNROLL
    for (int r = 0; r < kDepth; r++) s = hn::MulAdd(hn::Set(d, x[r]), hn::LoadU(d, matrix + r * step + i), s);
    hn::StoreU(s, d, sum + i);
  }
  if (i < n) AddRowsPart<D, kDepth>(d, x, matrix + i, step, n - i, sum + i, fresh);
}

// The matrix is contiguous along y: sums of scaled rows.
template <typename T>
void GemvAlongY(const Gemv& g) {
  const hn::ScalableTag<T> d;
  constexpr int64_t kChunk = kGemvChunkBytes / static_cast<int64_t>(sizeof(T));
  const T* matrix = static_cast<const T*>(g.matrix);
  const T* x = static_cast<const T*>(g.x);
  T* y = static_cast<T*>(g.y);
  T* sums = static_cast<T*>(g.sums);
  const int64_t N = static_cast<int64_t>(hn::Lanes(d)), bytes = N * static_cast<int64_t>(sizeof(T));
  for (int64_t i = 0; i < g.rows; i += kChunk) {
    const int64_t n = g.rows - i < kChunk ? g.rows - i : kChunk;
    const int64_t off = static_cast<int64_t>(reinterpret_cast<uintptr_t>(matrix + i) / sizeof(T)) % N;
    const int64_t head = off && n >= 2 * N && g.col * static_cast<int64_t>(sizeof(T)) % bytes == 0 ? N - off : 0;
    for (int64_t p = 0; p < g.k; p += kGemmDepth) {
      const int64_t end = g.k - p < kGemmDepth ? g.k : p + kGemmDepth;
      T* sum = p == 0 ? y + i : sums + i;
      int64_t q = p;
      for (; q + 8 <= end; q += 8)
        AddRows<decltype(d), 8>(d, x + q, matrix + q * g.col + i, g.col, head, n, sum, q == p);
      for (; q < end; q++) AddRows<decltype(d), 1>(d, x + q, matrix + q * g.col + i, g.col, head, n, sum, q == p);
      if (p == 0) continue;
      for (int64_t c = i; c < i + n; c++) y[c] += sums[c];
    }
  }
}

// Blocks of 128 bits from every kStep-th row, one above the other.
template <int64_t kStep, class D, typename T = hn::TFromD<D>>
HWY_INLINE hn::VFromD<D> LoadBlocks(D d, const T* x, int64_t row) {
  if constexpr (hn::MaxLanes(D()) * sizeof(T) == 16) {
    return hn::LoadU(d, x);
  } else {
    const hn::Half<D> half;
    constexpr int64_t kRows = static_cast<int64_t>(hn::MaxLanes(half) * sizeof(T)) / 16 * kStep;
    return hn::Combine(d, LoadBlocks<kStep>(half, x + kRows * row, row), LoadBlocks<kStep>(half, x, row));
  }
}

// s = s + sum over the next columns of (one row per lane), 4 columns of float or 2 of double.
template <class D>
HWY_INLINE hn::VFromD<D> AddColumns(D d, const float* matrix, int64_t row, const float* x, hn::VFromD<D> s) {
  const hn::Repartition<double, D> pairs;
  const auto r0 = LoadBlocks<4>(d, matrix, row), r1 = LoadBlocks<4>(d, matrix + row, row);
  const auto r2 = LoadBlocks<4>(d, matrix + 2 * row, row), r3 = LoadBlocks<4>(d, matrix + 3 * row, row);
  const auto t0 = hn::BitCast(pairs, hn::InterleaveLower(d, r0, r1)),
             t1 = hn::BitCast(pairs, hn::InterleaveLower(d, r2, r3));
  const auto u0 = hn::BitCast(pairs, hn::InterleaveUpper(d, r0, r1)),
             u1 = hn::BitCast(pairs, hn::InterleaveUpper(d, r2, r3));
  s = hn::MulAdd(hn::BitCast(d, hn::InterleaveLower(pairs, t0, t1)), hn::Set(d, x[0]), s);
  s = hn::MulAdd(hn::BitCast(d, hn::InterleaveUpper(pairs, t0, t1)), hn::Set(d, x[1]), s);
  s = hn::MulAdd(hn::BitCast(d, hn::InterleaveLower(pairs, u0, u1)), hn::Set(d, x[2]), s);
  return hn::MulAdd(hn::BitCast(d, hn::InterleaveUpper(pairs, u0, u1)), hn::Set(d, x[3]), s);
}
template <class D>
HWY_INLINE hn::VFromD<D> AddColumns(D d, const double* matrix, int64_t row, const double* x, hn::VFromD<D> s) {
  const auto r0 = LoadBlocks<2>(d, matrix, row), r1 = LoadBlocks<2>(d, matrix + row, row);
  s = hn::MulAdd(hn::InterleaveLower(d, r0, r1), hn::Set(d, x[0]), s);
  return hn::MulAdd(hn::InterleaveUpper(d, r0, r1), hn::Set(d, x[1]), s);
}

// kGroups vectors of rows. kFetch: hints for the memory system.
template <class D, int kGroups, bool kFetch, typename T = hn::TFromD<D>>
HWY_INLINE void GroupRows(D d, const T* matrix, int64_t row, const T* x, int64_t k, T* y) {
  using V = hn::VFromD<D>;
  constexpr int64_t N = static_cast<int64_t>(hn::MaxLanes(D())), kColumns = 16 / sizeof(T);
  V total[kGroups];
  for (int64_t p = 0; p < k; p += kGemmDepth) {
    const int64_t end = k - p < kGemmDepth ? k : p + kGemmDepth;
    V s[kGroups];
    NUMRS_UNROLL
    for (int c = 0; c < kGroups; c++) s[c] = hn::Zero(d);
    int64_t q = p;
    if constexpr (kFetch) {
      constexpr int64_t kLine = 64 / sizeof(T);
      for (; q + kLine <= end; q += kLine) {
        for (int64_t r = 0; r < kGroups * N; r++)
          hwy::Prefetch(matrix + r * row + q + kGemvFetchBytes / static_cast<int64_t>(sizeof(T)));
        for (int64_t e = q; e < q + kLine; e += kColumns) {
          NUMRS_UNROLL
          for (int c = 0; c < kGroups; c++) s[c] = AddColumns(d, matrix + c * N * row + e, row, x + e, s[c]);
        }
      }
    }
    for (; q + kColumns <= end; q += kColumns) {
      NUMRS_UNROLL
      for (int c = 0; c < kGroups; c++) s[c] = AddColumns(d, matrix + c * N * row + q, row, x + q, s[c]);
    }
    for (; q < end; q++) {
      NUMRS_UNROLL
      for (int c = 0; c < kGroups; c++) {
        HWY_ALIGN T column[N];
        for (int64_t r = 0; r < N; r++) column[r] = matrix[(c * N + r) * row + q];
        s[c] = hn::MulAdd(hn::Load(d, column), hn::Set(d, x[q]), s[c]);
      }
    }
    NUMRS_UNROLL
    for (int c = 0; c < kGroups; c++) total[c] = p == 0 ? s[c] : hn::Add(total[c], s[c]);
  }
  NUMRS_UNROLL
  for (int c = 0; c < kGroups; c++) hn::StoreU(total[c], d, y + c * N);
}

// A single row: up to four blocks of depth side by side, because one chain alone is bound by latency.
template <typename T>
HWY_INLINE T OneRow(const T* row, const T* x, int64_t k) {
  const hn::CappedTag<T, 1> d;
  T total = 0;
  for (int64_t p = 0; p < k;) {
    auto s0 = hn::Zero(d), s1 = s0, s2 = s0, s3 = s0;
    if (k - p >= 4 * kGemmDepth) {
      for (int64_t q = p; q < p + kGemmDepth; q++) {
        s0 = hn::MulAdd(hn::Set(d, row[q]), hn::Set(d, x[q]), s0);
        s1 = hn::MulAdd(hn::Set(d, row[q + kGemmDepth]), hn::Set(d, x[q + kGemmDepth]), s1);
        s2 = hn::MulAdd(hn::Set(d, row[q + 2 * kGemmDepth]), hn::Set(d, x[q + 2 * kGemmDepth]), s2);
        s3 = hn::MulAdd(hn::Set(d, row[q + 3 * kGemmDepth]), hn::Set(d, x[q + 3 * kGemmDepth]), s3);
      }
      const T first = p == 0 ? hn::GetLane(s0) : total + hn::GetLane(s0);
      total = first + hn::GetLane(s1) + hn::GetLane(s2) + hn::GetLane(s3);
      p += 4 * kGemmDepth;
      continue;
    }
    const int64_t end = k - p < kGemmDepth ? k : p + kGemmDepth;
    for (int64_t q = p; q < end; q++) s0 = hn::MulAdd(hn::Set(d, row[q]), hn::Set(d, x[q]), s0);
    total = p == 0 ? hn::GetLane(s0) : total + hn::GetLane(s0);
    p = end;
  }
  return total;
}

// The matrix is contiguous along x: one row per lane, transposed in registers.
template <typename T>
void GemvAlongX(const Gemv& g) {
  const hn::ScalableTag<T> d;
  const hn::CappedTag<T, 16 / sizeof(T)> narrow;
  constexpr int64_t N = static_cast<int64_t>(hn::MaxLanes(d)), kNarrow = 16 / sizeof(T);
  const T* matrix = static_cast<const T*>(g.matrix);
  const T* x = static_cast<const T*>(g.x);
  T* y = static_cast<T*>(g.y);
  int64_t i = 0;
  if (g.rows * g.k * static_cast<int64_t>(sizeof(T)) > kGemvFetchFrom) {
    for (; i + N <= g.rows; i += N) GroupRows<decltype(d), 1, true>(d, matrix + i * g.row, g.row, x, g.k, y + i);
  } else {
    for (; i + 2 * N <= g.rows; i += 2 * N)
      GroupRows<decltype(d), 2, false>(d, matrix + i * g.row, g.row, x, g.k, y + i);
    if (i + N <= g.rows) {
      GroupRows<decltype(d), 1, false>(d, matrix + i * g.row, g.row, x, g.k, y + i);
      i += N;
    }
  }
  if (i < g.rows && g.rows >= N) {  // the last N rows again: the same bits
    i = g.rows - N;
    GroupRows<decltype(d), 1, false>(d, matrix + i * g.row, g.row, x, g.k, y + i);
    return;
  }
  for (; i + kNarrow <= g.rows; i += kNarrow)
    GroupRows<decltype(narrow), 1, false>(narrow, matrix + i * g.row, g.row, x, g.k, y + i);
  for (; i < g.rows; i++) y[i] = OneRow(matrix + i * g.row, x, g.k);
}

template <typename T>
void GemvKernel(const Gemv& g) {
  if (g.col == 1) {
    GemvAlongX<T>(g);
  } else {
    GemvAlongY<T>(g);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
