// Drivers of the reduction kernels: rows and columns in blocks, lanes and the fixed tree of core/reduce_tables.h. No
// operation here.
//
// An accumulator of this backend has
//   T, State (one block's result, as in ops/reduce.h), Scalar (the accumulator of ops/reduce.h);
//   Block(x, m): the state of m contiguous elements, 0 <= m <= kReduceBlock.

#if defined(NUMRS_CPU_REDUCE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_REDUCE_INL_H_
#undef NUMRS_CPU_REDUCE_INL_H_
#else
#define NUMRS_CPU_REDUCE_INL_H_
#endif

#include <cstring>

#include "hwy/cache_control.h"
#include "hwy/highway.h"

#include "cpu/half-inl.h"
#include "ops/reduce_half.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace reduction {

namespace hn = hwy::HWY_NAMESPACE;

constexpr int64_t kLanes = kReduceLanes;
constexpr int64_t kF64Lanes = HWY_LANES(double);                // per vector
constexpr int kF64Regs = static_cast<int>(kLanes / kF64Lanes);  // vectors that hold the 32 lanes
using DF64 = hn::ScalableTag<double>;
using VF64 = hn::Vec<DF64>;

template <typename T>
HWY_INLINE const T* AtBytes(const T* x, int64_t bytes) {
  // By way of a number: x may be NULL, or misaligned, where only the vector operations read it.
  return reinterpret_cast<const T*>(reinterpret_cast<uintptr_t>(x) + static_cast<uintptr_t>(bytes));
}
// x may be misaligned.
template <typename T>
HWY_INLINE T Element(const T* x, int64_t i) {
  T value;
  std::memcpy(&value, reinterpret_cast<const char*>(x) + i * static_cast<int64_t>(sizeof(T)), sizeof(T));
  return value;
}

// So may y.
template <typename T>
HWY_INLINE void StoreElement(T* y, int64_t i, T value) {
  std::memcpy(reinterpret_cast<char*>(y) + i * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
}

HWY_INLINE VF64 LoadWide(DF64 d, const double* x) { return hn::LoadU(d, x); }
template <class H>
HWY_INLINE VF64 LoadWideHalf(DF64 d, const H* x) {
  return hn::PromoteTo(d, LoadHalf<H>(hn::Rebind<float, DF64>(), reinterpret_cast<const uint16_t*>(x)));
}
HWY_INLINE VF64 LoadWide(DF64 d, const Half* x) { return LoadWideHalf(d, x); }
HWY_INLINE VF64 LoadWide(DF64 d, const BFloat16* x) { return LoadWideHalf(d, x); }
HWY_INLINE VF64 LoadWide(DF64 d, const float* x) { return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, DF64>(), x)); }

// Blocks joined pairwise in index order, as a binary counter adds ones.
template <class Acc>
typename Acc::State RowState(const typename Acc::T* x, int64_t n) {
  using State = typename Acc::State;
  using Scalar = typename Acc::Scalar;
  if (HWY_LIKELY(n <= kReduceBlock)) return Acc::Block(x, n);
  State stack[56];
  int64_t counts[56];
  int top = 0;
  for (int64_t block = 0, begin = 0; begin < n; block++, begin += kReduceBlock) {
    int64_t m = HWY_MIN(n - begin, kReduceBlock);
    State state = Acc::Block(x + begin, m);
    for (int64_t carry = block; carry & 1; carry >>= 1) {
      top--;
      state = Scalar::Merge(stack[top], counts[top], state, m);
      m += counts[top];
    }
    stack[top] = state;
    counts[top++] = m;
  }
  State state = stack[--top];
  int64_t count = counts[top];
  while (top > 0) {
    top--;
    state = Scalar::Merge(stack[top], counts[top], state, count);
    count += counts[top];
  }
  return state;
}

template <class Acc>
void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
  using T = typename Acc::T;
  const T* row = static_cast<const T*>(x);
  for (int64_t r = 0; r < w; r++) Acc::Scalar::Save(states, w, r, RowState<Acc>(AtBytes(row, r * row_stride), n));
}

// Short rows (n <= kLanes): tiles of them are transposed, then they are columns. Acc::Few(tile, stride, w, n, states)
// reduces those.
constexpr int64_t kTileRows = 64;

// tile[i][r] = x[r][i] in pieces of 16 bytes square; what does not fill one goes element by element.
HWY_INLINE void TransposeWords(const uint16_t* x, int64_t row_stride, uint16_t* tile) {
  const hn::FixedTag<uint16_t, 8> d;
  const hn::RepartitionToWide<decltype(d)> d32;
  const hn::RepartitionToWide<decltype(d32)> d64;
  hn::Vec<decltype(d32)> pairs[8];  // columns 0 to 3 of two rows, then 4 to 7, of rows 0 and 1, 2 and 3 …
  for (int r = 0; r < 4; r++) {
    const auto a = hn::LoadU(d, AtBytes(x, 2 * r * row_stride)), b = hn::LoadU(d, AtBytes(x, (2 * r + 1) * row_stride));
    pairs[2 * r] = hn::BitCast(d32, hn::InterleaveLower(d, a, b));
    pairs[2 * r + 1] = hn::BitCast(d32, hn::InterleaveUpper(d, a, b));
  }
  for (int half = 0; half < 2; half++) {
    const auto a = pairs[half], b = pairs[half + 2], c = pairs[half + 4], e = pairs[half + 6];
    const auto ab0 = hn::BitCast(d64, hn::InterleaveLower(d32, a, b)),
               ab1 = hn::BitCast(d64, hn::InterleaveUpper(d32, a, b));
    const auto ce0 = hn::BitCast(d64, hn::InterleaveLower(d32, c, e)),
               ce1 = hn::BitCast(d64, hn::InterleaveUpper(d32, c, e));
    uint16_t* to = tile + 4 * half * kTileRows;
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, ab0, ce0)), d, to);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, ab0, ce0)), d, to + kTileRows);
    hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, ab1, ce1)), d, to + 2 * kTileRows);
    hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, ab1, ce1)), d, to + 3 * kTileRows);
  }
}
template <typename T>
HWY_INLINE void TransposePiece(const T* x, int64_t row_stride, T* tile) {
  if constexpr (sizeof(T) == 2) {
    TransposeWords(reinterpret_cast<const uint16_t*>(x), row_stride, reinterpret_cast<uint16_t*>(tile));
    return;
  } else {
    const hn::FixedTag<T, 16 / sizeof(T)> d;
    const auto a = hn::LoadU(d, x), b = hn::LoadU(d, AtBytes(x, row_stride));
    if constexpr (sizeof(T) == 8) {
      hn::StoreU(hn::InterleaveLower(d, a, b), d, tile);
      hn::StoreU(hn::InterleaveUpper(d, a, b), d, tile + kTileRows);
    } else {
      const hn::RepartitionToWide<decltype(d)> dw;
      const auto c = hn::LoadU(d, AtBytes(x, 2 * row_stride)), e = hn::LoadU(d, AtBytes(x, 3 * row_stride));
      const auto ab0 = hn::BitCast(dw, hn::InterleaveLower(d, a, b)),
                 ce0 = hn::BitCast(dw, hn::InterleaveLower(d, c, e));
      const auto ab1 = hn::BitCast(dw, hn::InterleaveUpper(d, a, b)),
                 ce1 = hn::BitCast(dw, hn::InterleaveUpper(d, c, e));
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dw, ab0, ce0)), d, tile);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dw, ab0, ce0)), d, tile + kTileRows);
      hn::StoreU(hn::BitCast(d, hn::InterleaveLower(dw, ab1, ce1)), d, tile + 2 * kTileRows);
      hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(dw, ab1, ce1)), d, tile + 3 * kTileRows);
    }
  }
}
template <typename T>
HWY_NOINLINE void TransposeTile(const T* x, int64_t row_stride, int64_t rows, int64_t n, T* tile) {
  constexpr int64_t kSide = 16 / sizeof(T);
  const int64_t whole = n - n % kSide;
  int64_t r = 0;
  for (; r + kSide <= rows; r += kSide) {
    const T* from = AtBytes(x, r * row_stride);
    for (int64_t i = 0; i < whole; i += kSide) TransposePiece(from + i, row_stride, tile + i * kTileRows + r);
    for (int64_t i = whole; i < n; i++) {
      for (int64_t k = 0; k < kSide; k++) tile[i * kTileRows + r + k] = Element(AtBytes(from, k * row_stride), i);
    }
  }
  for (; r < rows; r++) {
    for (int64_t i = 0; i < n; i++) tile[i * kTileRows + r] = Element(AtBytes(x, r * row_stride), i);
  }
}

// Columns in blocks. Acc::BlockColumns(x, row_stride, w, m, states, scratch) reduces one block.
template <class Acc>
void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
  using T = typename Acc::T;
  using Scalar = typename Acc::Scalar;
  const T* p = static_cast<const T*>(x);
  if (n <= kReduceBlock) {
    Acc::BlockColumns(p, row_stride, w, n, states, scratch);
    return;
  }
  const int64_t bytes = kStateBytes * w;
  char* stack = static_cast<char*>(scratch);
  int levels = 2;
  for (int64_t blocks = n / kReduceBlock; blocks > 0; blocks >>= 1) levels++;
  char* block_scratch = stack + levels * bytes;
  int64_t counts[56];
  int top = 0;
  const auto join = [&] {
    char* b = stack + --top * bytes;
    char* a = b - bytes;
    for (int64_t c = 0; c < w; c++) {
      Scalar::Save(a, w, c, Scalar::Merge(Scalar::Load(a, w, c), counts[top - 1], Scalar::Load(b, w, c), counts[top]));
    }
    counts[top - 1] += counts[top];
  };
  for (int64_t block = 0, begin = 0; begin < n; block++, begin += kReduceBlock) {
    const int64_t m = HWY_MIN(n - begin, kReduceBlock);
    Acc::BlockColumns(AtBytes(p, begin * row_stride), row_stride, w, m, stack + top * bytes, block_scratch);
    counts[top++] = m;
    for (int64_t carry = block; carry & 1; carry >>= 1) join();
  }
  while (top > 1) join();
  std::memcpy(states, stack, static_cast<size_t>(bytes));
}

}  // namespace reduction
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // include guard
