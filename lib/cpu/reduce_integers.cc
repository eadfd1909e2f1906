// Reductions of integers and bool of backend "cpu", and counting for all dtypes: plain loops that the compiler turns
// into vectors. Integer arithmetic wraps and is associative, so no tree is needed.
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_integers.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

// Partial results of short runs in a narrow type, which more lanes of a vector hold: at most kRun elements.
template <class Scalar, typename T>
struct NarrowOf {
  using type = typename Scalar::State;
  static constexpr int64_t kRun = int64_t{1} << 62;
};
template <typename T>
struct NarrowOf<ops::Sum<T>, T> {
  using type = std::conditional_t<(sizeof(T) <= 2), uint32_t, uint64_t>;
  static constexpr int64_t kRun = sizeof(T) <= 2 ? 32768 : int64_t{1} << 62;
};
template <typename T>
struct NarrowOf<ops::CountNonzero<T>, T> {
  using type = std::conditional_t<(sizeof(T) <= 4), uint32_t, uint64_t>;
  static constexpr int64_t kRun = int64_t{1} << 30;
};

template <typename T>
struct NarrowOf<ops::Count<T>, T> : NarrowOf<ops::CountNonzero<T>, T> {};

template <class ScalarAcc>
struct Plain {
  using Scalar = ScalarAcc;
  using T = typename Scalar::In;
  using S = typename Scalar::State;
  using Op = typename Scalar::Op;
  using Narrow = typename NarrowOf<Scalar, T>::type;
  static constexpr int64_t kRun = NarrowOf<Scalar, T>::kRun;
  static constexpr bool kStops = std::is_same<Scalar, ops::Any<T>>::value || std::is_same<Scalar, ops::All<T>>::value;

  static HWY_INLINE S Widen(Narrow value) {
    if constexpr (std::is_same<Scalar, ops::Sum<T>>::value && ops::kIsSigned<T> && sizeof(T) <= 2) {
      return static_cast<S>(static_cast<int64_t>(static_cast<int32_t>(value)));
    } else {
      return static_cast<S>(value);
    }
  }

  static S Run(const T* x, int64_t n) {
    Narrow acc = static_cast<Narrow>(Op::template Identity<S>());
    for (int64_t i = 0; i < n; i++)
      acc = Op::template Of<Narrow>(acc, static_cast<Narrow>(Scalar::Take(Element(x, i))));
    return Widen(acc);
  }
  static S Line(const T* x, int64_t n) {
    constexpr int64_t kPiece = kStops ? 4096 : HWY_MIN(kRun, 32768);
    S acc = Op::template Identity<S>();
    for (int64_t i = 0; i < n; i += kPiece) {
      acc = Op::template Of<S>(acc, Run(x + i, HWY_MIN(n - i, kPiece)));
      if (kStops && acc != (std::is_same<Op, ops::Larger>::value ? 0 : acc | 1)) break;
    }
    return acc;
  }
  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    const T* p = static_cast<const T*>(x);
    for (int64_t r = 0; r < w; r++) static_cast<S*>(states)[r] = Line(AtBytes(p, r * row_stride), n);
  }

  template <int R>
  static HWY_INLINE void JoinRows(S* HWY_RESTRICT acc, const T* x, int64_t step, int64_t w) {
    const T* row[R];
    for (int r = 0; r < R; r++) row[r] = AtBytes(x, r * step);
    for (int64_t v = 0; v < w; v++) {
      Narrow sum = static_cast<Narrow>(Scalar::Take(Element(row[0], v)));
      for (int r = 1; r < R; r++)
        sum = Op::template Of<Narrow>(sum, static_cast<Narrow>(Scalar::Take(Element(row[r], v))));
      acc[v] = Op::template Of<S>(acc[v], Widen(sum));
    }
  }
  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
    const T* p = static_cast<const T*>(x);
    S* out = static_cast<S*>(states);
    const bool run = w <= kNarrowColumns && row_stride == w * static_cast<int64_t>(sizeof(T)) && n >= 2 * kLanes;
    S* acc = run ? static_cast<S*>(scratch) : out;
    const int64_t width = run ? kLanes * w : w, rows = run ? n / kLanes : n,
                  step = run ? width * static_cast<int64_t>(sizeof(T)) : row_stride;
    for (int64_t v = 0; v < width; v++) acc[v] = Op::template Identity<S>();
    int64_t r = 0;
    for (; r + 8 <= rows; r += 8) JoinRows<8>(acc, AtBytes(p, r * step), step, width);
    for (; r < rows; r++) JoinRows<1>(acc, AtBytes(p, r * step), step, width);
    if (!run) return;
    JoinRows<1>(acc, p + rows * width, 0, n % kLanes * w);
    for (int64_t half = kLanes / 2; half > 0; half /= 2) {
      for (int64_t v = 0; v < half * w; v++) acc[v] = Op::template Of<S>(acc[v], acc[v + half * w]);
    }
    for (int64_t v = 0; v < w; v++) out[v] = acc[v];
  }
};

template <class ScalarAcc, bool kLargest>
struct PlainPositions {
  using Scalar = ScalarAcc;
  using T = typename Scalar::In;
  using S = typename Scalar::S;
  using State = typename Scalar::State;
  using Value = Plain<std::conditional_t<kLargest, ops::Max<T>, ops::Min<T>>>;

  static State Line(const T* x, int64_t n) {
    constexpr int64_t kPiece = 2048;
    if (n == 0) return Scalar::Identity();
    State best{Value::Run(x, HWY_MIN(n, kPiece)), 0};
    for (int64_t i = kPiece; i < n; i += kPiece) {
      const S value = Value::Run(x + i, HWY_MIN(n - i, kPiece));
      if (Scalar::Better(value, best.value)) best = {value, i};
    }
    while (ops::ToExtreme(Element(x, best.index)) != best.value) best.index++;
    return best;
  }
  static void Rows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
    const T* p = static_cast<const T*>(x);
    for (int64_t r = 0; r < w; r++) Scalar::Save(states, w, r, Line(AtBytes(p, r * row_stride), n));
  }
  // The group of rows that holds each column's extreme, then the row.
  static constexpr int64_t kGroup = 8;
  static void Columns(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states, void* scratch) {
    const T* p = static_cast<const T*>(x);
    S* best = static_cast<S*>(states);
    S* value = static_cast<S*>(scratch);
    int64_t* index = static_cast<int64_t*>(states) + w;
    for (int64_t r = 0; r < n; r += kGroup) {
      const int64_t rows = HWY_MIN(kGroup, n - r);
      S* out = r == 0 ? best : value;
      for (int64_t v = 0; v < w; v++) out[v] = Value::Op::template Identity<S>();
      if (rows == kGroup)
        Value::template JoinRows<kGroup>(out, AtBytes(p, r * row_stride), row_stride, w);
      else
        for (int64_t k = 0; k < rows; k++) Value::template JoinRows<1>(out, AtBytes(p, (r + k) * row_stride), 0, w);
      for (int64_t v = 0; v < w; v++) {
        if (r == 0) {
          index[v] = 0;
        } else if (Scalar::Better(value[v], best[v])) {
          best[v] = value[v];
          index[v] = r;
        }
      }
    }
    for (int64_t v = 0; v < w; v++) {
      while (ops::ToExtreme(Element(AtBytes(p, index[v] * row_stride), v)) != best[v]) index[v]++;
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
  FillOne<Plain<ops::Any<T>>>(t, kReduce_any, dtype);
  FillOne<Plain<ops::All<T>>>(t, kReduce_all, dtype);
  FillOne<Plain<ops::CountNonzero<T>>>(t, kReduce_count_nonzero, dtype);
  FillOne<Plain<ops::Count<T>>>(t, kReduce_count, dtype);
  if constexpr (!ops::kIsFloat<T> && !ops::kIsHalf<T>) {
    FillOne<Plain<ops::Sum<T>>>(t, kReduce_sum, dtype);
    FillOne<Plain<ops::Prod<T>>>(t, kReduce_prod, dtype);
    FillOne<Plain<ops::Min<T>>>(t, kReduce_min, dtype);
    FillOne<Plain<ops::Max<T>>>(t, kReduce_max, dtype);
    FillOne<PlainPositions<ops::ArgMin<T>, false>>(t, kReduce_argmin, dtype);
    FillOne<PlainPositions<ops::ArgMax<T>, true>>(t, kReduce_argmax, dtype);
  }
}

}  // namespace

void FillReduceIntegers(ReduceTable* t) {
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillType<cxx>(t, id);
#define NUMRS_HALF NUMRS_DTYPE
#include "table/dtype.def"
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceIntegers)
}  // namespace cpu
}  // namespace numrs
#endif
