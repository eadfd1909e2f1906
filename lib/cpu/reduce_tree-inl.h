// Floating-point trees in 32 float64 lanes: contiguous blocks and columns of sums and products of mapped elements.

#if defined(NUMRS_CPU_REDUCE_TREE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_REDUCE_TREE_INL_H_
#undef NUMRS_CPU_REDUCE_TREE_INL_H_
#else
#define NUMRS_CPU_REDUCE_TREE_INL_H_
#endif

#include "cpu/memory-inl.h"
#include "cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace reduction {

// How lanes are joined.
struct Adds {
  using Scalar = ops::Plus;
  template <class V>
  static HWY_INLINE V Of(V a, V b) {
    return hn::Add(a, b);
  }
};
struct Multiplies {
  using Scalar = ops::Times;
  template <class V>
  static HWY_INLINE V Of(V a, V b) {
    return hn::Mul(a, b);
  }
};

// What becomes of an element in float64; a functor may carry a vector (Deviation).
struct Same {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return x;
  }
};
struct Squared {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return hn::Mul(x, x);
  }
};
struct Absolute {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return hn::Abs(x);
  }
};

// The 32 lanes in registers to one number.
template <class Op>
HWY_INLINE double FoldLanes(VF64* lanes) {
  for (int half = kF64Regs / 2; half > 0; half /= 2) {
    for (int k = 0; k < half; k++) lanes[k] = Op::Of(lanes[k], lanes[k + half]);
  }
  alignas(64) double last[kF64Lanes];
  hn::Store(lanes[0], DF64(), last);
  for (int64_t half = kF64Lanes / 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) last[l] = Op::Scalar::template Of<double>(last[l], last[l + half]);
  }
  return last[0];
}

// The last m % 32 elements: map(vector of them) where there is one, `identity` elsewhere.
template <class Op, class Load>
HWY_INLINE void AddTail(const Load& load, int64_t rest, VF64* lanes) {
  const DF64 d;
  const VF64 identity = hn::Set(d, Op::Scalar::template Identity<double>());
  rest &= kLanes - 1;  // it is: tells the compiler that nothing below overflows
  for (int k = 0; k < kF64Regs; k++) {
    const int64_t left = rest - k * kF64Lanes;
    if (left >= kF64Lanes) {
      lanes[k] = Op::Of(lanes[k], load.Whole(k * kF64Lanes));
    } else if (left > 0) {
      lanes[k] = Op::Of(
          lanes[k], hn::IfThenElse(hn::FirstN(d, static_cast<size_t>(left)), load.Part(k * kF64Lanes, left), identity));
    }
  }
}

// n < kF64Lanes elements, zeros after them.
template <typename T>
HWY_INLINE VF64 LoadPart(const T* x, int64_t n) {
#if HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX2
  if constexpr (!ops::kIsHalf<T>) {
    const hn::Rebind<T, DF64> d;
    if constexpr (HasMaskedMemory<decltype(d)>()) {
      const auto part = hn::MaskedLoad(hn::FirstN(d, static_cast<size_t>(n)), d, x);
      if constexpr (sizeof(T) == 8)
        return part;
      else
        return hn::PromoteTo(DF64(), part);
    }
  }
#endif
  alignas(64) T buffer[kF64Lanes] = {};
  std::memcpy(reinterpret_cast<char*>(buffer), reinterpret_cast<const char*>(x),
              static_cast<size_t>(n) * sizeof(T));  // may be misaligned
  return LoadWide(DF64(), buffer);
}
template <typename T, class Map>
struct MappedLoad {
  const T* x;
  Map map;
  HWY_INLINE VF64 Whole(int64_t i) const { return map(LoadWide(DF64(), x + i)); }
  HWY_INLINE VF64 Part(int64_t i, int64_t n) const { return map(LoadPart(x + i, n)); }
};

// Bytes ahead of the loads that are asked for. From L2 this is worth 20 to 25 % (100 000 float64: 12.0 us without, 9.5
// us with 2048; 1024 and 4096 less or equal); from DRAM nothing, there two streams at once gain 15 to 25 %.
constexpr int64_t kAhead = 2048;

template <bool kPrefetch, typename T>
HWY_INLINE void PrefetchLanes(const T* x) {
  if constexpr (kPrefetch) {
    for (int64_t line = 0; line < kLanes * static_cast<int64_t>(sizeof(T)); line += 64)
      hwy::Prefetch(AtBytes(x, kAhead + line));
  }
}

template <class Op, bool kPrefetch, typename T, class Map>
HWY_INLINE double TreeBlock(const T* x, int64_t m, Map map) {
  const DF64 d;
  VF64 lanes[kF64Regs];
  for (int k = 0; k < kF64Regs; k++) lanes[k] = hn::Set(d, Op::Scalar::template Identity<double>());
  int64_t i = 0;
  for (; i + kLanes <= m; i += kLanes) {
    PrefetchLanes<kPrefetch>(x + i);
    for (int k = 0; k < kF64Regs; k++) lanes[k] = Op::Of(lanes[k], map(LoadWide(d, x + i + k * kF64Lanes)));
  }
  if (i < m) AddTail<Op>(MappedLoad<T, Map>{x + i, map}, m - i, lanes);
  return FoldLanes<Op>(lanes);
}

// Two blocks of m elements side by side: two streams from memory.
template <class Op, bool kPrefetch, typename T, class Map>
HWY_INLINE void TreeBlocks(const T* x, const T* y, int64_t m, Map map, double* out) {
  const DF64 d;
  VF64 a[kF64Regs], b[kF64Regs];
  for (int k = 0; k < kF64Regs; k++) a[k] = b[k] = hn::Set(d, Op::Scalar::template Identity<double>());
  int64_t i = 0;
  for (; i + kLanes <= m; i += kLanes) {
    PrefetchLanes<kPrefetch>(x + i);
    PrefetchLanes<kPrefetch>(y + i);
    for (int k = 0; k < kF64Regs; k++) {
      a[k] = Op::Of(a[k], map(LoadWide(d, x + i + k * kF64Lanes)));
      b[k] = Op::Of(b[k], map(LoadWide(d, y + i + k * kF64Lanes)));
    }
  }
  if (i < m) {
    AddTail<Op>(MappedLoad<T, Map>{x + i, map}, m - i, a);
    AddTail<Op>(MappedLoad<T, Map>{y + i, map}, m - i, b);
  }
  out[0] = FoldLanes<Op>(a);
  out[1] = FoldLanes<Op>(b);
}

// A long line, by pairs of blocks, which a binary counter joins.
template <class Op, bool kPrefetch, typename T, class Map>
HWY_NOINLINE double TreeLine(const T* x, int64_t n, Map map) {
  double stack[56], sums[2];
  int top = 0;
  int64_t pair = 0, begin = 0;
  const auto push = [&](double sum) {
    for (int64_t carry = pair++; carry & 1; carry >>= 1) sum = Op::Scalar::template Of<double>(stack[--top], sum);
    stack[top++] = sum;
  };
  for (; n - begin >= 2 * kReduceBlock; begin += 2 * kReduceBlock) {
    TreeBlocks<Op, kPrefetch>(x + begin, x + begin + kReduceBlock, kReduceBlock, map, sums);
    push(Op::Scalar::template Of<double>(sums[0], sums[1]));
  }
  if (n - begin > kReduceBlock) {
    sums[0] = TreeBlock<Op, kPrefetch>(x + begin, kReduceBlock, map);
    sums[1] = TreeBlock<Op, kPrefetch>(x + begin + kReduceBlock, n - begin - kReduceBlock, map);
    push(Op::Scalar::template Of<double>(sums[0], sums[1]));
  } else if (n > begin) {
    stack[top++] = TreeBlock<Op, kPrefetch>(x + begin, n - begin, map);
  }
  double sum = stack[--top];
  while (top > 0) sum = Op::Scalar::template Of<double>(stack[--top], sum);
  return sum;
}
constexpr int64_t kCachedBytes = int64_t{1} << 20;  // lines up to this size are taken to be in L2

// Results from states: y[c] = turn(state), with one NaN.
template <typename T, class Turn>
HWY_INLINE void FinishAll(const double* states, int64_t w, T* y, const Turn& turn) {
  const DF64 d;
  const hn::Rebind<T, DF64> dt;
  const VF64 nan = hn::Set(d, std::numeric_limits<double>::quiet_NaN());
  if (w == 1) {  // the usual one: a state that was just stored is loaded as it was stored, not as part of a vector
    VF64 v = turn(hn::Set(d, states[0]));
    v = hn::IfThenElse(hn::IsNaN(v), nan, v);
    if constexpr (sizeof(T) == 8)
      StoreElement(y, 0, hn::GetLane(v));
    else
      StoreElement(y, 0, hn::GetLane(hn::DemoteTo(dt, v)));
    return;
  }
  for (int64_t c = 0; c < w; c += kF64Lanes) {
    const int64_t part = HWY_MIN(kF64Lanes, w - c);
    VF64 v = turn(part == kF64Lanes ? hn::LoadU(d, states + c) : LoadPart(states + c, part));
    v = hn::IfThenElse(hn::IsNaN(v), nan, v);
    alignas(64) T buffer[kF64Lanes];
    T* to = part == kF64Lanes ? y + c : buffer;
    if constexpr (sizeof(T) == 8)
      hn::StoreU(v, d, to);
    else
      hn::StoreU(hn::DemoteTo(dt, v), dt, to);
    if (part != kF64Lanes) {
      std::memcpy(reinterpret_cast<char*>(y) + c * static_cast<int64_t>(sizeof(T)), buffer,
                  static_cast<size_t>(part) * sizeof(T));
    }
  }
}

// acc[v] (op)= map of R rows, in order; kFirst: acc holds nothing yet.
template <class Op, int R, bool kFirst, typename T, class Map>
HWY_INLINE void AddRows(double* acc, const T* x, int64_t step, int64_t w, const Map& map) {
  const DF64 d;
  const T* row[R];
  for (int r = 0; r < R; r++) row[r] = AtBytes(x, r * step);
  int64_t v = 0;
  for (; v + kF64Lanes <= w; v += kF64Lanes) {
    VF64 sum =
        kFirst ? map(LoadWide(d, row[0] + v), v) : Op::Of(hn::LoadU(d, acc + v), map(LoadWide(d, row[0] + v), v));
    for (int r = 1; r < R; r++) sum = Op::Of(sum, map(LoadWide(d, row[r] + v), v));
    hn::StoreU(sum, d, acc + v);
  }
  if (v == w) return;
  VF64 sum = kFirst ? map.Part(LoadPart(row[0] + v, w - v), v, w - v)
                    : Op::Of(LoadPart(acc + v, w - v), map.Part(LoadPart(row[0] + v, w - v), v, w - v));
  for (int r = 1; r < R; r++) sum = Op::Of(sum, map.Part(LoadPart(row[r] + v, w - v), v, w - v));
  alignas(64) double buffer[kF64Lanes];
  hn::Store(sum, d, buffer);
  std::memcpy(acc + v, buffer, static_cast<size_t>(w - v) * sizeof(double));
}

// Maps of columns also get the position; most do not need it.
template <class Map>
struct Everywhere {
  Map map;
  HWY_INLINE VF64 operator()(VF64 x, int64_t) const { return map(x); }
  HWY_INLINE VF64 Part(VF64 x, int64_t, int64_t) const { return map(x); }
};

// All of `rows` rows in order, eight at a time.
template <class Op, typename T, class Map>
HWY_NOINLINE void AddAllRows(double* acc, const T* x, int64_t step, int64_t w, int64_t rows, const Map& map) {
  int64_t r = 0;
  if (rows >= 8) {
    AddRows<Op, 8, true>(acc, x, step, w, map);
    r = 8;
  } else {
    AddRows<Op, 1, true>(acc, x, step, w, map);
    r = 1;
  }
  for (; r + 8 <= rows; r += 8) AddRows<Op, 8, false>(acc, AtBytes(x, r * step), step, w, map);
  if (r + 4 <= rows) {
    AddRows<Op, 4, false>(acc, AtBytes(x, r * step), step, w, map);
    r += 4;
  }
  for (; r < rows; r++) AddRows<Op, 1, false>(acc, AtBytes(x, r * step), step, w, map);
}

template <class Op>
HWY_NOINLINE void JoinRows(double* a, const double* b, int64_t w) {
  const DF64 d;
  int64_t v = 0;
  for (; v + kF64Lanes <= w; v += kF64Lanes) hn::StoreU(Op::Of(hn::LoadU(d, a + v), hn::LoadU(d, b + v)), d, a + v);
  for (; v < w; v++) a[v] = Op::Scalar::template Of<double>(a[v], b[v]);
}

// Lanes lane, lane + step, lane + 2 step … of a block of m rows, joined by halves.
template <class Op, typename T, class Map>
HWY_NOINLINE void LaneRows(double* out, int64_t lane, int64_t step, const T* x, int64_t row_stride, int64_t w,
                           int64_t m, const Map& map, double* scratch) {
  if (step == kLanes) {
    AddAllRows<Op>(out, AtBytes(x, lane * row_stride), kLanes * row_stride, w, (m - lane + kLanes - 1) / kLanes, map);
    return;
  }
  LaneRows<Op>(out, lane, 2 * step, x, row_stride, w, m, map, scratch);
  if (lane + step >= m) return;
  LaneRows<Op>(scratch, lane + step, 2 * step, x, row_stride, w, m, map, scratch + w + 8);
  JoinRows<Op>(out, scratch, w);
}

// The same for at most 32 rows, one vector of columns after the other: get(r) is the mapped vector of row r.
template <class Op, class Get>
HWY_INLINE VF64 FewVectors(int64_t m, const Get& get) {
  if (m == 1) return get(0);
  if (m == 8) {  // the same without an array
    return Op::Of(Op::Of(Op::Of(get(0), get(4)), Op::Of(get(2), get(6))),
                  Op::Of(Op::Of(get(1), get(5)), Op::Of(get(3), get(7))));
  }
  VF64 lanes[kLanes / 2];
  int64_t half = 1;
  while (2 * half < m) half *= 2;
  for (int64_t l = 0; l < half; l++) lanes[l] = l + half < m ? Op::Of(get(l), get(l + half)) : get(l);
  for (half /= 2; half > 0; half /= 2) {
    for (int64_t l = 0; l < half; l++) lanes[l] = Op::Of(lanes[l], lanes[l + half]);
  }
  return lanes[0];
}

template <class Op, typename T, class Map>
HWY_NOINLINE void FewRows(double* out, const T* x, int64_t row_stride, int64_t w, int64_t m, const Map& map) {
  const DF64 d;
  int64_t v = 0;
  for (; v + kF64Lanes <= w; v += kF64Lanes) {
    hn::StoreU(
        FewVectors<Op>(m, [&](int64_t r) HWY_ATTR { return map(LoadWide(d, AtBytes(x, r * row_stride) + v), v); }), d,
        out + v);
  }
  if (v == w) return;
  alignas(64) double buffer[kF64Lanes];
  const int64_t part = w - v;
  hn::Store(
      FewVectors<Op>(
          m, [&](int64_t r) HWY_ATTR { return map.Part(LoadPart(AtBytes(x, r * row_stride) + v, part), v, part); }),
      d, buffer);
  std::memcpy(out + v, buffer, static_cast<size_t>(part) * sizeof(double));
}

// Rows without gaps and few columns: 32 rows are one run of memory, the lanes of all columns side by side.
template <class Op, typename T, class Map>
HWY_NOINLINE void RunRows(double* out, const T* x, int64_t w, int64_t m, const Map& map, double* acc) {
  const int64_t run = kLanes * w, whole = m / kLanes, rest = m % kLanes * w;
  AddAllRows<Op>(acc, x, run * static_cast<int64_t>(sizeof(T)), run, whole, map);
  if (rest) AddRows<Op, 1, false>(acc, x + whole * run, 0, rest, map);
  for (int64_t half = kLanes / 2; half > 0; half /= 2) JoinRows<Op>(acc, acc + half * w, half * w);
  std::memcpy(out, acc, static_cast<size_t>(w) * sizeof(double));
}

template <class Op, typename T, class Map>
HWY_INLINE void TreeColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, double* out, double* scratch,
                            const Map& map) {
  if (m <= kLanes) {
    FewRows<Op>(out, x, row_stride, w, m, map);
  } else if (w <= kNarrowColumns && row_stride == w * static_cast<int64_t>(sizeof(T))) {
    RunRows<Op>(out, x, w, m, map, scratch);
  } else {
    LaneRows<Op>(out, 0, 1, x, row_stride, w, m, map, scratch);
  }
}

// Two sums at once over R rows: pair(x, v, &a, &b) gives what an element adds to each; kFirst: nothing is there yet.
template <int R, bool kFirst, typename T, class Pair>
HWY_INLINE void AddPairs(double* first, double* second, const T* x, int64_t step, int64_t w, const Pair& pair) {
  const DF64 d;
  for (int64_t v = 0; v < w; v += kF64Lanes) {
    const int64_t part = HWY_MIN(kF64Lanes, w - v);
    const bool whole = HWY_LIKELY(part == kF64Lanes);
    VF64 a, b, y, z;
    if (kFirst) {
      a = b = hn::Set(d, -0.0);
    } else {
      a = hn::LoadU(d, first + v);
      b = hn::LoadU(d, second + v);
    }
    for (int r = 0; r < R; r++) {
      const T* at = AtBytes(x, r * step) + v;
      pair(whole ? LoadWide(d, at) : LoadPart(at, part), v, &y, &z);
      a = hn::Add(a, y);
      b = hn::Add(b, z);
    }
    hn::StoreU(a, d, first + v);
    hn::StoreU(b, d, second + v);
  }
}

// As LaneRows, both sums at once. Rows of w + 8 numbers; second stands after first, the next level after second.
template <typename T, class Pair>
HWY_NOINLINE void PairLanes(double* first, int64_t lane, int64_t step, const T* x, int64_t row_stride, int64_t w,
                            int64_t m, const Pair& pair) {
  double *const second = first + w + 8, *const next = second + w + 8;
  if (step < kLanes) {
    PairLanes(first, lane, 2 * step, x, row_stride, w, m, pair);
    if (lane + step >= m) return;
    PairLanes(next, lane + step, 2 * step, x, row_stride, w, m, pair);
    JoinRows<Adds>(first, next, w);
    JoinRows<Adds>(second, next + w + 8, w);
    return;
  }
  const int64_t rows = (m - lane + kLanes - 1) / kLanes, stride = kLanes * row_stride;
  const T* at = AtBytes(x, lane * row_stride);
  int64_t r = 1;
  if (rows >= 8) {
    AddPairs<8, true>(first, second, at, stride, w, pair);
    r = 8;
  } else {
    AddPairs<1, true>(first, second, at, stride, w, pair);
  }
  for (; r + 8 <= rows; r += 8) AddPairs<8, false>(first, second, AtBytes(at, r * stride), stride, w, pair);
  for (; r < rows; r++) AddPairs<1, false>(first, second, AtBytes(at, r * stride), stride, w, pair);
}

// NaN becomes 0 or 1, what changes no sum or product.
struct ZeroForNaN {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return hn::IfThenElseZero(hn::Eq(x, x), x);
  }
};
struct OneForNaN {
  template <class V>
  HWY_INLINE V operator()(V x) const {
    return hn::IfThenElse(hn::Eq(x, x), x, hn::Set(hn::DFromV<V>(), 1.0));
  }
};

}  // namespace reduction
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // include guard
