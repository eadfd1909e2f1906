// Means and variances of the numbers among floats (NaN is left out), of backend "cpu".
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_nan.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce_tree-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

HWY_INLINE VF64 OneIfNumber(VF64 x) { return hn::IfThenElseZero(hn::Eq(x, x), hn::Set(DF64(), 1.0)); }

struct IsNumber {
  HWY_INLINE VF64 operator()(VF64 x) const { return OneIfNumber(x); }
};
struct ValueAndCount {
  HWY_INLINE void operator()(VF64 x, int64_t, VF64* value, VF64* count) const {
    *value = ZeroForNaN()(x);
    *count = OneIfNumber(x);
  }
};

struct Deviation {
  VF64 mean;
  HWY_INLINE VF64 operator()(VF64 x) const { return hn::IfThenElseZero(hn::Eq(x, x), hn::Sub(x, mean)); }
};
// With a mean per column; there is room for a vector at the end of them.
struct DeviationAndSquare {
  const double* mean;
  HWY_INLINE void operator()(VF64 x, int64_t v, VF64* first, VF64* second) const {
    *first = Deviation{hn::LoadU(DF64(), mean + v)}(x);
    *second = hn::Mul(*first, *first);
  }
};
struct ColumnDeviation {
  const double* mean;
  HWY_INLINE VF64 operator()(VF64 x, int64_t v) const { return Deviation{hn::LoadU(DF64(), mean + v)}(x); }
  HWY_INLINE VF64 Part(VF64 x, int64_t v, int64_t) const { return (*this)(x, v); }
};
struct ColumnSquare {
  const double* mean;
  HWY_INLINE VF64 operator()(VF64 x, int64_t v) const {
    const VF64 y = Deviation{hn::LoadU(DF64(), mean + v)}(x);
    return hn::Mul(y, y);
  }
  HWY_INLINE VF64 Part(VF64 x, int64_t v, int64_t) const { return (*this)(x, v); }
};

// Sum and count in one pass.
template <typename T>
HWY_NOINLINE ops::CountedSum HoledBlock(const T* x, int64_t m) {
  const DF64 d;
  VF64 sums[kF64Regs], counts[kF64Regs];
  for (int k = 0; k < kF64Regs; k++) sums[k] = counts[k] = hn::Set(d, -0.0);
  int64_t i = 0;
  for (; i + kLanes <= m; i += kLanes) {
    for (int k = 0; k < kF64Regs; k++) {
      const VF64 v = LoadWide(d, x + i + k * kF64Lanes);
      sums[k] = hn::Add(sums[k], ZeroForNaN()(v));
      counts[k] = hn::Add(counts[k], OneIfNumber(v));
    }
  }
  if (i < m) {
    AddTail<Adds>(MappedLoad<T, ZeroForNaN>{x + i, {}}, m - i, sums);
    AddTail<Adds>(MappedLoad<T, IsNumber>{x + i, {}}, m - i, counts);
  }
  return {FoldLanes<Adds>(sums), FoldLanes<Adds>(counts)};
}

// A block whose plain sum is a number has no NaN. Otherwise it is read again from L1.
template <typename T>
HWY_INLINE ops::CountedSum CountedBlock(const T* x, int64_t m) {
  const double sum = TreeBlock<Adds, true>(x, m, Same());
  if (HWY_LIKELY(sum == sum)) return {sum, static_cast<double>(m)};
  return HoledBlock(x, m);
}

// Columns of at most kLanes rows: a vector of columns stays in L1 for all sums. kMoments: states of NanVar, else of
// NanMean.
template <bool kMoments, typename T>
HWY_NOINLINE void FewNumbers(const T* x, int64_t row_stride, int64_t w, int64_t m, double* out) {
  const DF64 d;
  for (int64_t v = 0; v < w; v += kF64Lanes) {
    const int64_t part = HWY_MIN(kF64Lanes, w - v);
    const auto row = [&](int64_t r) HWY_ATTR {
      const T* at = AtBytes(x, r * row_stride) + v;
      return HWY_LIKELY(part == kF64Lanes) ? LoadWide(d, at) : LoadPart(at, part);
    };
    const auto store = [&](int plane, VF64 value) HWY_ATTR {
      alignas(64) double buffer[kF64Lanes];
      hn::Store(value, d, buffer);
      std::memcpy(out + plane * w + v, buffer, static_cast<size_t>(part) * sizeof(double));
    };
    VF64 sum = FewVectors<Adds>(m, row), count = hn::Set(d, static_cast<double>(m));
    if (HWY_UNLIKELY(!hn::AllFalse(d, hn::IsNaN(sum)))) {
      sum = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR { return ZeroForNaN()(row(r)); });
      count = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR { return OneIfNumber(row(r)); });
    }
    if constexpr (!kMoments) {
      store(0, sum);
      store(1, count);
    } else {
      const auto some = hn::Gt(count, hn::Zero(d));
      const Deviation deviation{hn::IfThenElseZero(some, hn::Div(sum, count))};
      const VF64 first = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR { return deviation(row(r)); });
      const VF64 second = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR {
        const VF64 y = deviation(row(r));
        return hn::Mul(y, y);
      });
      const VF64 moment = hn::Sub(second, hn::Div(hn::Mul(first, first), count));
      store(0, hn::IfThenElseZero(some, hn::Add(deviation.mean, hn::Div(first, count))));
      store(1, hn::IfThenElseZero(some, hn::IfThenElse(hn::Lt(moment, hn::Zero(d)), hn::Zero(d), moment)));
      store(2, count);
    }
  }
}

// Sums and counts of w columns of m > kLanes rows into two rows of w + 8 numbers; lanes: scratch.
template <typename T>
void CountedColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, double* sums, double* counts, double* lanes) {
  if (w <= kNarrowColumns && row_stride == w * static_cast<int64_t>(sizeof(T))) {
    RunRows<Adds>(sums, x, w, m, Everywhere<ZeroForNaN>(), lanes);
    RunRows<Adds>(counts, x, w, m, Everywhere<IsNumber>(), lanes);
  } else {
    PairLanes(lanes, 0, 1, x, row_stride, w, m, ValueAndCount());
    std::memcpy(sums, lanes, static_cast<size_t>(w) * sizeof(double));
    std::memcpy(counts, lanes + w + 8, static_cast<size_t>(w) * sizeof(double));
  }
}

// Rows of at most kLanes elements by way of transposed tiles.
template <class Acc>
void RowsByTiles(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
  using T = typename Acc::T;
  if (n == 0 || n > kLanes || w < 8) {
    Rows<Acc>(x, row_stride, w, n, states);
    return;
  }
  alignas(64) T tile[kLanes * kTileRows];
  alignas(64) double few[3 * kTileRows];
  for (int64_t r = 0; r < w; r += kTileRows) {
    const int64_t rows = HWY_MIN(w - r, kTileRows);
    TransposeTile(AtBytes(static_cast<const T*>(x), r * row_stride), row_stride, rows, n, tile);
    FewNumbers<Acc::kMoments>(tile, kTileRows * static_cast<int64_t>(sizeof(T)), rows, n, few);
    for (int64_t j = 0; j < rows; j++) Acc::Scalar::Save(states, w, r + j, Acc::Scalar::Load(few, rows, j));
  }
}

template <typename Type>
struct Mean {
  using T = Type;
  using Scalar = ops::AccOf<ops::NanMean, T>;
  using State = ops::CountedSum;
  static constexpr bool kMoments = false;

  static State Block(const T* x, int64_t m) { return m == 0 ? Scalar::Identity() : CountedBlock(x, m); }
  static void BlockColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, void* states, void* scratch) {
    double* out = static_cast<double*>(states);
    if (m <= kLanes)
      FewNumbers<kMoments>(x, row_stride, w, m, out);
    else
      CountedColumns(x, row_stride, w, m, out, out + w, static_cast<double*>(scratch));
  }
};

template <typename Type>
struct Moments {
  using T = Type;
  using Scalar = ops::AccOf<ops::NanVar, T>;
  using State = ops::CountedMoments;
  static constexpr bool kMoments = true;

  static State Block(const T* x, int64_t m) {
    if (m == 0) return Scalar::Identity();
    const ops::CountedSum s = CountedBlock(x, m);
    if (s.count == 0) return Scalar::Identity();
    const DF64 d;
    const double mean = s.sum / s.count;
    const Deviation deviation{hn::Set(d, mean)};
    VF64 first[kF64Regs], second[kF64Regs];
    for (int k = 0; k < kF64Regs; k++) first[k] = second[k] = hn::Set(d, -0.0);
    int64_t i = 0;
    for (; i + kLanes <= m; i += kLanes) {
      for (int k = 0; k < kF64Regs; k++) {
        const VF64 y = deviation(LoadWide(d, x + i + k * kF64Lanes));
        first[k] = hn::Add(first[k], y);
        second[k] = hn::Add(second[k], hn::Mul(y, y));
      }
    }
    if (i < m) {
      const auto square = [&](VF64 value) HWY_ATTR {
        const VF64 y = deviation(value);
        return hn::Mul(y, y);
      };
      AddTail<Adds>(MappedLoad<T, Deviation>{x + i, deviation}, m - i, first);
      AddTail<Adds>(MappedLoad<T, decltype(square)>{x + i, square}, m - i, second);
    }
    return Scalar::Make(mean, FoldLanes<Adds>(first), FoldLanes<Adds>(second), s.count);
  }

  // scratch: means, counts, then what the way needs.
  static void BlockColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, void* states, void* scratch) {
    double* out = static_cast<double*>(states);
    if (m <= kLanes) {
      FewNumbers<kMoments>(x, row_stride, w, m, out);
      return;
    }
    double *mean = static_cast<double*>(scratch), *count = mean + w + 8, *first = count + w + 8,
           *second = first + w + 8, *rest = second + w + 8;
    const bool run = w <= kNarrowColumns && row_stride == w * static_cast<int64_t>(sizeof(T));
    CountedColumns(x, row_stride, w, m, mean, count, first);
    for (int64_t j = 0; j < w; j++) mean[j] = count[j] == 0 ? 0 : mean[j] / count[j];
    for (int64_t j = w; j < w + 8; j++) mean[j] = 0;
    if (run) {
      double *means = rest, *lanes = means + kLanes * w + 8;
      for (int64_t l = 0; l < kLanes; l++) std::memcpy(means + l * w, mean, static_cast<size_t>(w) * sizeof(double));
      for (int64_t j = 0; j < 8; j++) means[kLanes * w + j] = 0;
      RunRows<Adds>(first, x, w, m, ColumnDeviation{means}, lanes);
      RunRows<Adds>(second, x, w, m, ColumnSquare{means}, lanes);
    } else {
      PairLanes(first, 0, 1, x, row_stride, w, m, DeviationAndSquare{mean});
    }
    for (int64_t j = 0; j < w; j++) Scalar::Save(out, w, j, Scalar::Make(mean[j], first[j], second[j], count[j]));
  }
};

template <template <typename> class Scalar, typename T>
void Finish(const void* states, int64_t w, int64_t, double correction, void* y) {
  for (int64_t c = 0; c < w; c++)  // which the compiler turns into vectors
    StoreElement(static_cast<T*>(y), c, Scalar<T>::Finish(Scalar<T>::Load(states, w, c), 0, correction));
}

template <class Acc>
void FillOne(ReduceTable* t, int32_t op, int32_t dtype) {
  t->rows[op][dtype] = RowsByTiles<Acc>;
  t->columns[op][dtype] = Columns<Acc>;
}

}  // namespace

void FillReduceNan(ReduceTable* t) {
  t->finish[kReduce_nanmean][kF32] = Finish<ops::NanMean, float>;
  t->finish[kReduce_nanmean][kF64] = Finish<ops::NanMean, double>;
  t->finish[kReduce_nanvar][kF32] = Finish<ops::NanVar, float>;
  t->finish[kReduce_nanvar][kF64] = Finish<ops::NanVar, double>;
  t->finish[kReduce_nanstd][kF32] = Finish<ops::NanStd, float>;
  t->finish[kReduce_nanstd][kF64] = Finish<ops::NanStd, double>;
  FillOne<Mean<Half>>(t, kReduce_nanmean, kF16);
  FillOne<Mean<BFloat16>>(t, kReduce_nanmean, kBF16);
  FillOne<Mean<float>>(t, kReduce_nanmean, kF32);
  FillOne<Mean<double>>(t, kReduce_nanmean, kF64);
  for (int32_t op : {kReduce_nanvar, kReduce_nanstd}) {
    FillOne<Moments<Half>>(t, op, kF16);
    FillOne<Moments<BFloat16>>(t, op, kBF16);
    FillOne<Moments<float>>(t, op, kF32);
    FillOne<Moments<double>>(t, op, kF64);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceNan)
}  // namespace cpu
}  // namespace numrs
#endif
