// Movement of elements, backend "cpu": packing and unpacking of strides, transposition of tiles, copies past the
// caches.
#include "cpu/copy.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/copy_move.cc"
#include "hwy/foreach_target.h"

#include "hwy/cache_control.h"

#include "cpu/memory-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {

// ------------------------------------------------------------------------------------------------ strides

// Elements one by one; four at a time, so that the loads do not wait for address arithmetic. Addresses are numbers: the
// one after the last element may lie anywhere.
template <typename T>
HWY_INLINE void MoveElements(const char* from, int64_t x_stride, char* to, int64_t y_stride, int64_t n) {
  const uintptr_t x_step = static_cast<uintptr_t>(x_stride), y_step = static_cast<uintptr_t>(y_stride);
  uintptr_t x = reinterpret_cast<uintptr_t>(from), y = reinterpret_cast<uintptr_t>(to);
  const auto source = [](uintptr_t address) { return reinterpret_cast<const void*>(address); };
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    T v[4];
    for (uintptr_t k = 0; k < 4; k++) std::memcpy(&v[k], source(x + k * x_step), sizeof(T));
    for (uintptr_t k = 0; k < 4; k++) std::memcpy(reinterpret_cast<void*>(y + k * y_step), &v[k], sizeof(T));
    x += 4 * x_step;
    y += 4 * y_step;
  }
  for (; i < n; i++) {
    std::memcpy(reinterpret_cast<void*>(y), source(x), sizeof(T));
    x += x_step;
    y += y_step;
  }
}

template <class D>
HWY_INLINE hn::Vec<D> Reversed(D d, hn::Vec<D> v) {
  if constexpr (sizeof(hn::TFromD<D>) == 1) {
    const hn::RepartitionToWide<D> d16;
    const auto words = hn::Reverse(d16, hn::BitCast(d16, v));
    return hn::BitCast(d, hn::Or(hn::ShiftLeft<8>(words), hn::ShiftRight<8>(words)));
  } else {
    return hn::Reverse(d, v);
  }
}

template <typename T>
void Pack(const void* src, int64_t stride, void* dst, int64_t n) {
  constexpr int64_t kBytes = sizeof(T);
  const char* x = static_cast<const char*>(src);
  T* y = static_cast<T*>(dst);
  const hn::ScalableTag<T> d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  int64_t i = 0;
  if (stride == kBytes) {
    std::memcpy(dst, src, static_cast<size_t>(n) * sizeof(T));
    return;
  }
  if (stride == 0) {
    T value;
    std::memcpy(&value, x, sizeof(T));
    const auto v = hn::Set(d, value);
    for (; i + lanes <= n; i += lanes) hn::StoreU(v, d, y + i);
    StorePart(v, d, y + i, n - i);
    return;
  }
  if (stride == 2 * kBytes) {
    // Operands are packed in turns, a few KiB each: what this one's next turns read is asked for now.
    constexpr int64_t kAhead = 8192;
    // The vector behind the last element of a step may reach one element too far: the last step is left to the loop
    // below.
    for (; i + lanes < n; i += lanes) {
      const T* p = reinterpret_cast<const T*>(x + i * stride);
      for (int64_t line = 0; line < 2 * lanes * kBytes; line += 64) __builtin_prefetch(x + i * stride + kAhead + line);
      hn::StoreU(hn::ConcatEven(d, hn::LoadU(d, p + lanes), hn::LoadU(d, p)), d, y + i);
    }
  } else if (stride == -kBytes) {
    for (; i + lanes <= n; i += lanes) {
      const T* p = reinterpret_cast<const T*>(x + i * stride) - (lanes - 1);
      hn::StoreU(Reversed(d, hn::LoadU(d, p)), d, y + i);
    }
  }
  MoveElements<T>(x + i * stride, stride, reinterpret_cast<char*>(y + i), kBytes, n - i);
}

template <typename T>
void Unpack(const void* src, void* dst, int64_t stride, int64_t n) {
  if (stride == static_cast<int64_t>(sizeof(T))) {
    std::memcpy(dst, src, static_cast<size_t>(n) * sizeof(T));
  } else {
    MoveElements<T>(static_cast<const char*>(src), sizeof(T), static_cast<char*>(dst), stride, n);
  }
}

// ------------------------------------------------------------------------------------------------ transposition

template <typename T>
HWY_INLINE void TransposeElements(const char* x, int64_t x_stride, char* y, int64_t y_stride, int64_t rows,
                                  int64_t cols) {
  for (int64_t r = 0; r < rows; r++) {
    MoveElements<T>(x + r * static_cast<int64_t>(sizeof(T)), x_stride, y + r * y_stride, sizeof(T), cols);
  }
}

#if HWY_MAX_BYTES <= 64 && HWY_TARGET != HWY_SCALAR

// A square of as many vectors as lanes, in registers: first squares inside the 128-bit blocks, then the blocks
// themselves.
template <typename T>
HWY_INLINE void TransposeSquare(const char* x, int64_t x_stride, char* y, int64_t y_stride) {
  constexpr size_t kLanes = HWY_LANES(T);
  constexpr size_t kInBlock = 16 / sizeof(T);  // 4 or 2
  constexpr size_t kBlocks = kLanes / kInBlock;
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  V v[kLanes];
  for (size_t c = 0; c < kLanes; c++)
    v[c] = hn::LoadU(d, reinterpret_cast<const T*>(x + static_cast<int64_t>(c) * x_stride));
  // Group g of columns: afterwards v[g * kInBlock + j] holds in block b row b * kInBlock + j of these columns.
  for (size_t g = 0; g < kLanes; g += kInBlock) {
    if constexpr (kInBlock == 2) {
      const V a = v[g], b = v[g + 1];
      v[g] = hn::InterleaveLower(d, a, b);
      v[g + 1] = hn::InterleaveUpper(d, a, b);
    } else {
      const hn::Repartition<uint64_t, decltype(d)> dw;
      const auto low01 = hn::BitCast(dw, hn::InterleaveLower(d, v[g], v[g + 1]));
      const auto low23 = hn::BitCast(dw, hn::InterleaveLower(d, v[g + 2], v[g + 3]));
      const auto high01 = hn::BitCast(dw, hn::InterleaveUpper(d, v[g], v[g + 1]));
      const auto high23 = hn::BitCast(dw, hn::InterleaveUpper(d, v[g + 2], v[g + 3]));
      v[g] = hn::BitCast(d, hn::InterleaveLower(dw, low01, low23));
      v[g + 1] = hn::BitCast(d, hn::InterleaveUpper(dw, low01, low23));
      v[g + 2] = hn::BitCast(d, hn::InterleaveLower(dw, high01, high23));
      v[g + 3] = hn::BitCast(d, hn::InterleaveUpper(dw, high01, high23));
    }
  }
  const auto store = [&](V row, size_t r)
                         HWY_ATTR { hn::StoreU(row, d, reinterpret_cast<T*>(y + static_cast<int64_t>(r) * y_stride)); };
  for (size_t j = 0; j < kInBlock; j++) {
    if constexpr (kBlocks == 1) {
      store(v[j], j);
    } else if constexpr (kBlocks == 2) {
      store(hn::ConcatLowerLower(d, v[kInBlock + j], v[j]), j);
      store(hn::ConcatUpperUpper(d, v[kInBlock + j], v[j]), kInBlock + j);
    } else {
      const V t0 = v[j], t1 = v[kInBlock + j], t2 = v[2 * kInBlock + j], t3 = v[3 * kInBlock + j];
      const V low02 = hn::ConcatLowerLower(d, t2, t0), low13 = hn::ConcatLowerLower(d, t3, t1);
      const V high02 = hn::ConcatUpperUpper(d, t2, t0), high13 = hn::ConcatUpperUpper(d, t3, t1);
      store(hn::OddEvenBlocks(hn::SwapAdjacentBlocks(low13), low02), j);
      store(hn::OddEvenBlocks(low13, hn::SwapAdjacentBlocks(low02)), kInBlock + j);
      store(hn::OddEvenBlocks(hn::SwapAdjacentBlocks(high13), high02), 2 * kInBlock + j);
      store(hn::OddEvenBlocks(high13, hn::SwapAdjacentBlocks(high02)), 3 * kInBlock + j);
    }
  }
}

template <typename T>
void Transpose(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows, int64_t cols) {
  const char* x = static_cast<const char*>(src);
  char* y = static_cast<char*>(dst);
  if constexpr (sizeof(T) < 4) {
    TransposeElements<T>(x, src_stride, y, dst_stride, rows, cols);
  } else {
    constexpr int64_t kSide = HWY_LANES(T), kBytes = sizeof(T);
    const int64_t whole_rows = rows - rows % kSide, whole_cols = cols - cols % kSide;
    for (int64_t c = 0; c < whole_cols; c += kSide) {
      for (int64_t r = 0; r < whole_rows; r += kSide) {
        TransposeSquare<T>(x + c * src_stride + r * kBytes, src_stride, y + r * dst_stride + c * kBytes, dst_stride);
      }
    }
    if (whole_cols < cols) {
      TransposeElements<T>(x + whole_cols * src_stride, src_stride, y + whole_cols * kBytes, dst_stride, whole_rows,
                           cols - whole_cols);
    }
    TransposeElements<T>(x + whole_rows * kBytes, src_stride, y + whole_rows * dst_stride, dst_stride,
                         rows - whole_rows, cols);
  }
}

#else  // vectors of a length unknown to the compiler

template <typename T>
void Transpose(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows, int64_t cols) {
  TransposeElements<T>(static_cast<const char*>(src), src_stride, static_cast<char*>(dst), dst_stride, rows, cols);
}

#endif

// ------------------------------------------------------------------------------------------------ past the caches

void StreamCopy(const void* src, void* dst, size_t bytes) {
  const hn::ScalableTag<uint8_t> d;
  const size_t vector_bytes = hn::Lanes(d);
  const uint8_t* x = static_cast<const uint8_t*>(src);
  uint8_t* y = static_cast<uint8_t*>(dst);
  size_t head = (vector_bytes - reinterpret_cast<uintptr_t>(y) % vector_bytes) % vector_bytes;
  if (head > bytes) head = bytes;
  std::memcpy(y, x, head);
  size_t i = head;
  for (; i + 4 * vector_bytes <= bytes; i += 4 * vector_bytes) {
    const auto v0 = hn::LoadU(d, x + i), v1 = hn::LoadU(d, x + i + vector_bytes);
    const auto v2 = hn::LoadU(d, x + i + 2 * vector_bytes), v3 = hn::LoadU(d, x + i + 3 * vector_bytes);
    hn::Stream(v0, d, y + i);
    hn::Stream(v1, d, y + i + vector_bytes);
    hn::Stream(v2, d, y + i + 2 * vector_bytes);
    hn::Stream(v3, d, y + i + 3 * vector_bytes);
  }
  for (; i + vector_bytes <= bytes; i += vector_bytes) hn::Stream(hn::LoadU(d, x + i), d, y + i);
  std::memcpy(y + i, x + i, bytes - i);
  hwy::FlushStream();
}

template <typename T>
void FillSize(CopyTable* t) {
  const int index = SizeIndex(sizeof(T));
  t->pack[index] = Pack<T>;
  t->unpack[index] = Unpack<T>;
  t->transpose[index] = Transpose<T>;
}

void FillMoves(CopyTable* t) {
  FillSize<uint8_t>(t);
  FillSize<uint16_t>(t);
  FillSize<uint32_t>(t);
  FillSize<uint64_t>(t);
  t->stream = StreamCopy;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(CopyTable, FillMoves)
}  // namespace cpu
}  // namespace numrs
#endif  // HWY_ONCE
