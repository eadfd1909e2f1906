// Smallest, largest and their positions for floats, of backend "cpu". NaN wins, or is left out; -0 is less than +0; the
// order of evaluation is free.
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_extremes.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

// Is a or b NaN? One comparison where the instruction set has it.
template <class D, class V>
HWY_INLINE hn::Mask<D> EitherNaN(D d, V a, V b) {
  (void)d;
#if HWY_TARGET == HWY_AVX3
  if constexpr (sizeof(hn::TFromD<D>) == 4)
    return hn::Mask<D>{_mm512_cmp_ps_mask(a.raw, b.raw, _CMP_UNORD_Q)};
  else
    return hn::Mask<D>{_mm512_cmp_pd_mask(a.raw, b.raw, _CMP_UNORD_Q)};
#else
  return hn::Or(hn::IsNaN(a), hn::IsNaN(b));
#endif
}

// Keeps a loaded vector in its register. Compilers load a vector that is used twice from memory twice, and on arrays
// that are not aligned to 64 bytes each load of 512 bits touches two cache lines: max of 4096 float64 took 510 ns
// without this, 310 ns with it (Sapphire Rapids).
template <class V>
HWY_INLINE V Keep(V v) {
#if HWY_TARGET == HWY_AVX3
  __asm__("" : "+v"(v.raw));
#elif HWY_ARCH_X86
  __asm__("" : "+x"(v.raw));
#endif
  return v;
}

// kLargest: of maxima. Better(a, b) need not treat NaN and the sign of zero; that is done apart. kSkip: NaN is left
// out; it is loaded as the worst number there is, and only where the extreme is that number it matters whether there
// was one.
template <typename Type, bool kLargest, bool kAbsolute, bool kSkip = false>
struct Extremes {
  using T = Type;
  using Plain = std::conditional_t<kLargest, ops::Larger, ops::Smaller>;
  using Op = std::conditional_t<kSkip, ops::Numbers<Plain>, Plain>;
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  static constexpr int64_t kN = HWY_LANES(T);

  static HWY_INLINE V Better(V a, V b) { return kLargest ? hn::Max(a, b) : hn::Min(a, b); }
  static constexpr T kWorst = kLargest ? -std::numeric_limits<T>::infinity() : std::numeric_limits<T>::infinity();
  static HWY_INLINE V Number(V v) { return kSkip ? hn::IfThenElse(hn::Eq(v, v), v, hn::Set(D(), kWorst)) : v; }
  static HWY_INLINE V Load(const T* x) {
    const V v = hn::LoadU(D(), x);
    return kAbsolute ? hn::Abs(v) : Number(v);
  }
  static bool AnyNumber(const T* x, int64_t n) {
    for (int64_t i = 0; i < n; i++) {
      if (ops::IsNumber(Element(x, i))) return true;
    }
    return false;
  }
  static HWY_INLINE T Take(T x) { return kAbsolute ? std::fabs(x) : x; }

  // Sign of a zero extreme: the AND (largest) or OR (smallest) of all signs, since no element is beyond zero.
  static HWY_INLINE V Signs(V a, V b) { return kLargest ? hn::And(a, b) : hn::Or(a, b); }

  static T ZeroOf(const T* x, int64_t n) {
    const D d;
    V signs = Load(x);
    int64_t i = kN;
    for (; i + kN <= n; i += kN) signs = Signs(signs, Load(x + i));
    if (i < n) signs = Signs(signs, Load(x + n - kN));
    alignas(64) T lanes[kN];
    hn::Store(signs, d, lanes);
    bool negative = kLargest;
    for (T lane : lanes) negative = kLargest ? negative && ops::Negative(lane) : negative || ops::Negative(lane);
    return negative ? static_cast<T>(-0.0) : static_cast<T>(0);
  }

  // One run; 0 < n.
  static T Run(const T* x, int64_t n) {
    if (n < kN) {
      T best = Take(Element(x, 0));
      for (int64_t i = 1; i < n; i++) best = Op::template Of<T>(best, Take(Element(x, i)));
      return ops::OneNaN(best);
    }
    const D d;
    V best[8];
    for (V& b : best) b = Load(x);
    M nan = hn::IsNaN(best[0]);
    int64_t i = 0;
    for (; i + 8 * kN <= n; i += 8 * kN) {
      V v[8];
      for (int k = 0; k < 8; k++) {
        if (k * kN * static_cast<int64_t>(sizeof(T)) % 64 == 0)
          hwy::Prefetch(AtBytes(x + i + k * kN, 2048));  // see reduce_tree-inl.h
        v[k] = Keep(Load(x + i + k * kN));
        best[k] = Better(best[k], v[k]);
      }
      if constexpr (!kSkip) {
        nan = hn::Or(nan, hn::Or(hn::Or(EitherNaN(d, v[0], v[1]), EitherNaN(d, v[2], v[3])),
                                 hn::Or(EitherNaN(d, v[4], v[5]), EitherNaN(d, v[6], v[7]))));
      }
    }
    for (; i < n; i += kN) {
      const V v = Load(x + HWY_MIN(i, n - kN));  // the last one may overlap the one before
      best[0] = Better(best[0], v);
      if constexpr (!kSkip) nan = hn::Or(nan, hn::IsNaN(v));
    }
    if (HWY_UNLIKELY(!hn::AllFalse(d, nan))) return std::numeric_limits<T>::quiet_NaN();
    for (int half = 4; half > 0; half /= 2) {
      for (int k = 0; k < half; k++) best[k] = Better(best[k], best[k + half]);
    }
    const T extreme = hn::GetLane(kLargest ? hn::MaxOfLanes(d, best[0]) : hn::MinOfLanes(d, best[0]));
    if (kSkip && HWY_UNLIKELY(extreme == kWorst) && !AnyNumber(x, n)) return std::numeric_limits<T>::quiet_NaN();
    return extreme != 0 ? extreme : ZeroOf(x, n);
  }

  // Pieces that a second look, for the sign of zero, finds in the cache.
  static constexpr int64_t kPiece = 32768 / sizeof(T);
  static T Line(const T* x, int64_t n) {
    T best = Run(x, HWY_MIN(n, kPiece));
    for (int64_t i = kPiece; i < n; i += kPiece) best = Op::template Of<T>(best, Run(x + i, HWY_MIN(n - i, kPiece)));
    return best;
  }

  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    T* out = static_cast<T*>(states);
    const T* p = static_cast<const T*>(x);
    if (n > 0 && n <= kLanes && w >= 8) {
      alignas(64) T tile[kLanes * kTileRows];
      for (int64_t r = 0; r < w; r += kTileRows) {
        const int64_t rows = HWY_MIN(w - r, kTileRows);
        TransposeTile(AtBytes(p, r * row_stride), row_stride, rows, n, tile);
        JoinAll(out + r, tile, kTileRows * static_cast<int64_t>(sizeof(T)), rows, n);
      }
      return;
    }
    for (int64_t r = 0; r < w; r++) out[r] = n == 0 ? Op::template Identity<T>() : Line(AtBytes(p, r * row_stride), n);
  }

  // acc[v] = the extreme of acc[v] (unless kFirst) and R rows.
  template <int R, bool kFirst>
  static HWY_INLINE V JoinVector(V acc, const T* const* row, int64_t v) {
    const D d;
    if constexpr (kSkip) return JoinNumbers<R, kFirst>(acc, row, v);
    V x[R];
    for (int r = 0; r < R; r++) x[r] = Keep(Load(row[r] + v));
    if (kFirst) acc = x[0];
    V best = acc;
    M nan = hn::IsNaN(acc);
    for (int r = 0; r < R; r++) best = Better(best, x[r]);
    for (int r = 0; r + 1 < R; r += 2) nan = hn::Or(nan, EitherNaN(d, x[r], x[r + 1]));
    if (R % 2) nan = hn::Or(nan, hn::IsNaN(x[R - 1]));
    const M zero = hn::Eq(best, hn::Zero(d));
    if (HWY_UNLIKELY(!hn::AllFalse(d, zero))) {
      V signs = acc;
      for (int r = 0; r < R; r++) signs = Signs(signs, x[r]);
      best = hn::IfThenElse(zero, hn::And(signs, hn::Set(d, static_cast<T>(-0.0))), best);
    }
    return hn::IfThenElse(nan, hn::Set(d, std::numeric_limits<T>::quiet_NaN()), best);
  }
  // The same for numbers only; acc is NaN where there was none yet.
  template <int R, bool kFirst>
  static HWY_INLINE V JoinNumbers(V acc, const T* const* row, int64_t v) {
    const D d;
    V x[R];
    for (int r = 0; r < R; r++) x[r] = Keep(Load(row[r] + v));
    V best = kFirst ? x[0] : Number(acc);
    for (int r = 0; r < R; r++) best = Better(best, x[r]);
    const M zero = hn::Eq(best, hn::Zero(d));
    if (HWY_UNLIKELY(!hn::AllFalse(d, zero))) {
      V signs = kFirst ? x[0] : Number(acc);
      for (int r = 0; r < R; r++) signs = Signs(signs, x[r]);
      best = hn::IfThenElse(zero, hn::And(signs, hn::Set(d, static_cast<T>(-0.0))), best);
    }
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::Eq(best, hn::Set(d, kWorst))))) {
      M none = kFirst ? hn::IsNaN(hn::LoadU(d, row[0] + v)) : hn::IsNaN(acc);
      for (int r = 0; r < R; r++) none = hn::And(none, hn::IsNaN(hn::LoadU(d, row[r] + v)));
      best = hn::IfThenElse(none, hn::Set(d, std::numeric_limits<T>::quiet_NaN()), best);
    }
    return best;
  }
  template <int R, bool kFirst>
  static HWY_INLINE void JoinRows(T* acc, const T* x, int64_t step, int64_t w) {
    const D d;
    const T* row[R];
    for (int r = 0; r < R; r++) row[r] = AtBytes(x, r * step);
    int64_t v = 0;
    for (; v + kN <= w; v += kN)
      hn::StoreU(JoinVector<R, kFirst>(kFirst ? hn::Zero(d) : hn::LoadU(d, acc + v), row, v), d, acc + v);
    for (; v < w; v++) {
      T best = kFirst ? Take(Element(row[0], v)) : acc[v];
      for (int r = 0; r < R; r++) best = Op::template Of<T>(best, Take(Element(row[r], v)));
      acc[v] = best;
    }
  }
  static void JoinAll(T* acc, const T* x, int64_t step, int64_t w, int64_t rows) {
    int64_t r = 1;
    if (rows >= 8) {
      JoinRows<8, true>(acc, x, step, w);
      r = 8;
    } else {
      JoinRows<1, true>(acc, x, step, w);
    }
    for (; r + 8 <= rows; r += 8) JoinRows<8, false>(acc, AtBytes(x, r * step), step, w);
    for (; r < rows; r++) JoinRows<1, false>(acc, AtBytes(x, r * step), step, w);
  }

  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
    const T* p = static_cast<const T*>(x);
    T* out = static_cast<T*>(states);
    if (w > kNarrowColumns || row_stride != w * static_cast<int64_t>(sizeof(T)) || n < kLanes) {
      JoinAll(out, p, row_stride, w, n);
      return;
    }
    // 32 rows are one.
    T* acc = static_cast<T*>(scratch);
    const int64_t run = kLanes * w, whole = n / kLanes, rest = n % kLanes * w;
    JoinAll(acc, p, run * static_cast<int64_t>(sizeof(T)), run, whole);
    if (rest) JoinRows<1, false>(acc, p + whole * run, 0, rest);
    for (int64_t half = kLanes / 2; half > 0; half /= 2) JoinRows<1, false>(acc, acc + half * w, 0, half * w);
    std::memcpy(out, acc, static_cast<size_t>(w) * sizeof(T));
  }
};

// kSkip: of numbers only; -1: there is none.
template <typename Type, bool kLargest, bool kSkip>
struct Positions {
  using T = Type;
  using Value = Extremes<T, kLargest, false, kSkip>;
  using Scalar = std::conditional_t<kSkip, ops::NanArgExtreme<T, kLargest>, ops::ArgExtreme<T, kLargest>>;
  using State = typename Scalar::State;
  using D = hn::ScalableTag<T>;
  using V = hn::Vec<D>;
  using M = hn::Mask<D>;
  using I = hwy::MakeSigned<T>;
  using DI = hn::RebindToSigned<D>;
  static constexpr int64_t kN = HWY_LANES(T);

  // First element that is `value`, or NaN when value is; there is one.
  static int64_t Find(const T* x, int64_t n, T value) {
    const D d;
    const V wanted = hn::Set(d, value);
    const bool nan = value != value;
    int64_t i = 0;
    for (; i + kN <= n; i += kN) {
      const V v = hn::LoadU(d, x + i);
      const intptr_t at = hn::FindFirstTrue(d, nan ? hn::IsNaN(v) : hn::Eq(v, wanted));
      if (at >= 0) return i + at;
    }
    for (; i < n; i++) {
      const T v = Element(x, i);
      if (nan ? v != v : v == value) return i;
    }
    return 0;
  }

  static State Line(const T* x, int64_t n) {
    constexpr int64_t kPiece = 16384 / sizeof(T);
    if (n == 0) return Scalar::Identity();
    State best{Value::Run(x, HWY_MIN(n, kPiece)), 0};
    for (int64_t i = kPiece; i < n && (kSkip || best.value == best.value); i += kPiece) {
      const T value = Value::Run(x + i, HWY_MIN(n - i, kPiece));
      if (Scalar::Better(value, best.value)) best = {value, i};
    }
    if (kSkip && best.value != best.value) return {best.value, -1};
    best.index += Find(x + best.index, HWY_MIN(n - best.index, kPiece), best.value);
    return best;
  }

  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    const T* p = static_cast<const T*>(x);
    if (n > 0 && n <= kLanes && w >= 8) {
      alignas(64) T tile[kLanes * kTileRows];
      alignas(64) I index[kTileRows];
      for (int64_t r = 0; r < w; r += kTileRows) {
        const int64_t rows = HWY_MIN(w - r, kTileRows);
        TransposeTile(AtBytes(p, r * row_stride), row_stride, rows, n, tile);
        FirstRows(tile, kTileRows * static_cast<int64_t>(sizeof(T)), rows, n, 0, 1, static_cast<T*>(states) + r, index);
        int64_t* to = static_cast<int64_t*>(states) + w + r;
        for (int64_t j = 0; j < rows; j++) to[j] = Found(static_cast<T*>(states)[r + j], index[j]);
      }
      return;
    }
    for (int64_t r = 0; r < w; r++) Scalar::Save(states, w, r, Line(AtBytes(p, r * row_stride), n));
  }
  static HWY_INLINE int64_t Found(T value, int64_t index) { return kSkip && value != value ? -1 : index; }
  // v beats best: beyond it, or NaN where best is none (kSkip: a number where best is NaN).
  static HWY_INLINE M Wins(V v, V best) {
    const M beyond = kLargest ? hn::Gt(v, best) : hn::Lt(v, best);
    return hn::Or(beyond,
                  kSkip ? hn::AndNot(hn::IsNaN(v), hn::IsNaN(best)) : hn::AndNot(hn::IsNaN(best), hn::IsNaN(v)));
  }

  // best and index of a few rows, one after the other: row i gets the index begin + i * step. begin 0: nothing is there
  // yet.
  static HWY_NOINLINE void FirstRows(const T* x, int64_t row_stride, int64_t w, int64_t rows, I begin, I step, T* best,
                                     I* index) {
    const D d;
    const DI di;
    int64_t v = 0;
    for (; v + kN <= w; v += kN) {
      V top = begin == 0 ? hn::LoadU(d, x + v) : hn::LoadU(d, best + v);
      auto at = begin == 0 ? hn::Zero(di) : hn::LoadU(di, index + v);
      for (int64_t i = 0; i < rows; i++) {
        const V value = hn::LoadU(d, AtBytes(x, i * row_stride) + v);
        const M wins = Wins(value, top);
        top = hn::IfThenElse(wins, value, top);
        at = hn::IfThenElse(hn::RebindMask(di, wins), hn::Set(di, static_cast<I>(begin + i * step)), at);
      }
      hn::StoreU(top, d, best + v);
      hn::StoreU(at, di, index + v);
    }
    for (; v < w; v++) {
      T top = begin == 0 ? Element(x, v) : best[v];
      I at = begin == 0 ? 0 : index[v];
      for (int64_t i = 0; i < rows; i++) {
        const T value = Element(AtBytes(x, i * row_stride), v);
        if (!Scalar::Better(value, top)) continue;
        top = value;
        at = static_cast<I>(begin + i * step);
      }
      best[v] = top;
      index[v] = at;
    }
  }

  // Which group of rows holds the extreme of each column; then where in the group.
  static constexpr int kGroup = 16;
  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
    const D d;
    const DI di;
    const T* p = static_cast<const T*>(x);
    T* best = static_cast<T*>(states);
    I* group = static_cast<I*>(scratch);
    if (n < kGroup) {
      int64_t* index = static_cast<int64_t*>(states) + w;
      FirstRows(p, row_stride, w, n, 0, 1, best, group);
      for (int64_t v = 0; v < w; v++) index[v] = Found(best[v], group[v]);
      return;
    }
    int64_t r = 0;
    for (; r + kGroup <= n; r += kGroup) {
      const T* row[kGroup];
      for (int k = 0; k < kGroup; k++) row[k] = AtBytes(p, (r + k) * row_stride);
      const auto id = hn::Set(di, static_cast<I>(r / kGroup));
      int64_t v = 0;
      for (; v + kN <= w; v += kN) {
        V value;
        if constexpr (kSkip) {
          value = Value::template JoinNumbers<kGroup, true>(hn::Zero(d), row, v);
        } else {
          V x0 = Keep(hn::LoadU(d, row[0] + v)), x1 = Keep(hn::LoadU(d, row[1] + v));
          value = Value::Better(x0, x1);
          M nan = EitherNaN(d, x0, x1);
          for (int k = 2; k < kGroup; k += 2) {
            x0 = Keep(hn::LoadU(d, row[k] + v));
            x1 = Keep(hn::LoadU(d, row[k + 1] + v));
            nan = hn::Or(nan, EitherNaN(d, x0, x1));
            value = Value::Better(value, Value::Better(x0, x1));
          }
          value = hn::IfThenElse(nan, hn::Set(d, std::numeric_limits<T>::quiet_NaN()), value);
        }
        if (r == 0) {
          hn::StoreU(value, d, best + v);
          hn::StoreU(id, di, group + v);
          continue;
        }
        const V before = hn::LoadU(d, best + v);
        const M wins = Wins(value, before);
        if (hn::AllFalse(d, wins)) continue;
        hn::StoreU(hn::IfThenElse(wins, value, before), d, best + v);
        hn::StoreU(hn::IfThenElse(hn::RebindMask(di, wins), id, hn::LoadU(di, group + v)), di, group + v);
      }
      for (; v < w; v++) {
        for (int k = 0; k < kGroup; k++) {
          const T value = Element(row[k], v);
          if (r + k != 0 && !Scalar::Better(value, best[v])) continue;
          best[v] = value;
          group[v] = static_cast<I>(r / kGroup);
        }
      }
    }
    if (r < n) FirstRows(AtBytes(p, r * row_stride), row_stride, w, n - r, static_cast<I>(r / kGroup), 0, best, group);
    int64_t* index = static_cast<int64_t*>(states) + w;
    for (int64_t v = 0; v < w; v++) {
      const int64_t begin = static_cast<int64_t>(group[v]) * kGroup, end = HWY_MIN(begin + kGroup, n);
      int64_t i = begin;
      const T value = best[v];
      if (kSkip && value != value) {
        index[v] = -1;
        continue;
      }
      for (; i + 1 < end; i++) {
        const T candidate = Element(AtBytes(p, i * row_stride), v);
        if (value != value ? candidate != candidate : candidate == value) break;
      }
      index[v] = i;
    }
  }
};

template <class Acc>
void FillOne(ReduceTable* t, int32_t op, int32_t dtype) {
  t->rows[op][dtype] = Acc::Rows;
  t->columns[op][dtype] = Acc::Columns;
}

template <typename T>
void FillType(ReduceTable* t, int32_t dtype) {
  FillOne<Extremes<T, false, false>>(t, kReduce_min, dtype);
  FillOne<Extremes<T, true, false>>(t, kReduce_max, dtype);
  FillOne<Extremes<T, true, true>>(t, kReduce_abs_max, dtype);
  FillOne<Positions<T, false, false>>(t, kReduce_argmin, dtype);
  FillOne<Positions<T, true, false>>(t, kReduce_argmax, dtype);
  FillOne<Extremes<T, false, false, true>>(t, kReduce_nanmin, dtype);
  FillOne<Extremes<T, true, false, true>>(t, kReduce_nanmax, dtype);
  FillOne<Positions<T, false, true>>(t, kReduce_nanargmin, dtype);
  FillOne<Positions<T, true, true>>(t, kReduce_nanargmax, dtype);
}

}  // namespace

void FillReduceExtremes(ReduceTable* t) {
  FillType<float>(t, kF32);
  FillType<double>(t, kF64);
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceExtremes)
}  // namespace cpu
}  // namespace numrs
#endif
