// Variances of floats of backend "cpu": each block is read twice, around its mean the second time.
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_moments.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce_tree-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

// Deviation from one mean, or its square.
struct Deviation {
  VF64 mean;
  HWY_INLINE VF64 operator()(VF64 x) const { return hn::Sub(x, mean); }
};

// The same with a mean per column; past the end of a row the means are 0.
struct ColumnDeviation {
  const double* mean;
  HWY_INLINE VF64 operator()(VF64 x, int64_t v) const { return hn::Sub(x, hn::LoadU(DF64(), mean + v)); }
  HWY_INLINE VF64 Part(VF64 x, int64_t v, int64_t n) const { return hn::Sub(x, LoadPart(mean + v, n)); }
};
struct ColumnSquare {
  ColumnDeviation deviation;
  HWY_INLINE VF64 operator()(VF64 x, int64_t v) const {
    const VF64 y = deviation(x, v);
    return hn::Mul(y, y);
  }
  HWY_INLINE VF64 Part(VF64 x, int64_t v, int64_t n) const {
    const VF64 y = deviation.Part(x, v, n);
    return hn::Mul(y, y);
  }
};

// Both at once.
struct DeviationAndSquare {
  const double* mean;  // there is room for a vector at the end
  HWY_INLINE void operator()(VF64 x, int64_t v, VF64* first, VF64* second) const {
    *first = hn::Sub(x, hn::LoadU(DF64(), mean + v));
    *second = hn::Mul(*first, *first);
  }
};

template <typename Type>
struct Moments {
  using T = Type;
  using Scalar = ops::AccOf<ops::Var, T>;
  using State = ops::Moments;

  // While a block is read from L1 the second time, memory brings what most often stands after it, the next block or row
  // ((3000, 3000) along axis 1: 1.4 times as fast in float32, 1.1 in float64). A hint: it never faults.
  static HWY_INLINE void FetchAhead(const T* x) {
#if HWY_COMPILER_GCC || HWY_COMPILER_CLANG
    for (int64_t byte = 0; byte < kLanes * static_cast<int64_t>(sizeof(T)); byte += 64)
      __builtin_prefetch(AtBytes(x, byte), 0, 2);  // into L2
#else
    (void)x;
#endif
  }

  static State Block(const T* x, int64_t m) {
    if (m == 0) return Scalar::Identity();
    const DF64 d;
    const double mean = TreeBlock<Adds, true>(x, m, Same()) / static_cast<double>(m);
    const Deviation deviation{hn::Set(d, mean)};
    VF64 first[kF64Regs], second[kF64Regs];
    for (int k = 0; k < kF64Regs; k++) first[k] = second[k] = hn::Set(d, -0.0);
    int64_t i = 0;
    for (; i + kLanes <= m; i += kLanes) {
      FetchAhead(x + m + i);
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
    return ops::MakeMoments(mean, FoldLanes<Adds>(first), FoldLanes<Adds>(second), m);
  }

  // At most 32 rows: a vector of columns stays in L1 for all three sums.
  static HWY_NOINLINE void Few(const T* x, int64_t row_stride, int64_t w, int64_t m, double* out) {
    const DF64 d;
    const VF64 count = hn::Set(d, static_cast<double>(m));
    for (int64_t v = 0; v < w; v += kF64Lanes) {
      const int64_t part = HWY_MIN(kF64Lanes, w - v);
      const auto row = [&](int64_t r) HWY_ATTR {
        const T* at = AtBytes(x, r * row_stride) + v;
        return HWY_LIKELY(part == kF64Lanes) ? LoadWide(d, at) : LoadPart(at, part);
      };
      const VF64 mean = hn::Div(FewVectors<Adds>(m, row), count);
      const VF64 first = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR { return hn::Sub(row(r), mean); });
      const VF64 second = FewVectors<Adds>(m, [&](int64_t r) HWY_ATTR {
        const VF64 y = hn::Sub(row(r), mean);
        return hn::Mul(y, y);
      });
      const VF64 moment = hn::Sub(second, hn::Div(hn::Mul(first, first), count));
      alignas(64) double means[kF64Lanes], moments[kF64Lanes];
      hn::Store(hn::Add(mean, hn::Div(first, count)), d, means);
      hn::Store(hn::IfThenElse(hn::Lt(moment, hn::Zero(d)), hn::Zero(d), moment), d, moments);
      std::memcpy(out + v, means, static_cast<size_t>(part) * sizeof(double));
      std::memcpy(out + w + v, moments, static_cast<size_t>(part) * sizeof(double));
    }
  }

  // Rows without gaps. scratch: means, sums of deviations and of squares, means for the 32 lanes, lanes.
  static void RunColumns(const T* x, int64_t w, int64_t m, double* out, double* scratch) {
    double *mean = scratch, *first = mean + w + 8, *second = first + w + 8, *means = second + w + 8,
           *lanes = means + kLanes * w + 8;
    const double count = static_cast<double>(m);
    RunRows<Adds>(mean, x, w, m, Everywhere<Same>(), lanes);
    for (int64_t j = 0; j < w; j++) mean[j] /= count;
    for (int64_t l = 0; l < kLanes; l++) std::memcpy(means + l * w, mean, static_cast<size_t>(w) * sizeof(double));
    RunRows<Adds>(first, x, w, m, ColumnDeviation{means}, lanes);
    RunRows<Adds>(second, x, w, m, ColumnSquare{{means}}, lanes);
    for (int64_t j = 0; j < w; j++) {
      const ops::Moments s = ops::MakeMoments(mean[j], first[j], second[j], m);
      out[j] = s.mean;
      out[w + j] = s.m2;
    }
  }

  // Wide rows are read as they lie, twice; packing strips of them into L2 took 1.6 times as long ((3000, 3000) float32
  // and float64 from memory), because it reads short stretches. Narrow rows with gaps are packed.
  static void BlockColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, void* states, void* scratch) {
    double* out = static_cast<double*>(states);
    if (m <= kLanes) {
      Few(x, row_stride, w, m, out);
    } else if (w > kNarrowColumns) {
      double *mean = static_cast<double*>(scratch), *first = mean + w + 8, *second = first + w + 8;
      LaneRows<Adds>(mean, 0, 1, x, row_stride, w, m, Everywhere<Same>(), first);
      const double count = static_cast<double>(m);
      for (int64_t j = 0; j < w; j++) mean[j] /= count;
      PairLanes(first, 0, 1, x, row_stride, w, m, DeviationAndSquare{mean});
      for (int64_t j = 0; j < w; j++) {
        const ops::Moments s = ops::MakeMoments(mean[j], first[j], second[j], m);
        out[j] = s.mean;
        out[w + j] = s.m2;
      }
    } else if (row_stride == w * static_cast<int64_t>(sizeof(T))) {
      RunColumns(x, w, m, out, static_cast<double*>(scratch));
    } else {
      T* tile = static_cast<T*>(scratch);
      for (int64_t i = 0; i < m; i++) {
        const T* row = AtBytes(x, i * row_stride);
        for (int64_t byte = 0; byte < w * static_cast<int64_t>(sizeof(T)); byte += 64)
          hwy::Prefetch(AtBytes(row, 6 * row_stride + byte));
        std::memcpy(reinterpret_cast<char*>(tile + i * w), reinterpret_cast<const char*>(row),
                    static_cast<size_t>(w) * sizeof(T));
      }
      RunColumns(tile, w, m, out, static_cast<double*>(scratch) + m * w);
    }
  }
};

template <typename T, bool kRoot>
void FinishMoments(const void* states, int64_t w, int64_t n, double correction, void* y) {
  const double count = static_cast<double>(n) - correction;
  const VF64 divisor = hn::Set(DF64(), n == 0 ? std::numeric_limits<double>::quiet_NaN() : count > 0 ? count : 0.0);
  FinishAll(static_cast<const double*>(states) + w, w, static_cast<T*>(y), [&](VF64 m2) HWY_ATTR {
    const VF64 variance = hn::Div(m2, divisor);
    return kRoot ? hn::Sqrt(variance) : variance;
  });
}

// Short rows by way of transposed tiles.
template <typename T>
void MomentRows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
  using Acc = Moments<T>;
  if (n == 0 || n > kLanes || w < 8) {
    Rows<Acc>(x, row_stride, w, n, states);
    return;
  }
  alignas(64) T tile[kLanes * kTileRows];
  alignas(64) double few[2 * kTileRows];
  for (int64_t r = 0; r < w; r += kTileRows) {
    const int64_t rows = HWY_MIN(w - r, kTileRows);
    TransposeTile(AtBytes(static_cast<const T*>(x), r * row_stride), row_stride, rows, n, tile);
    Acc::Few(tile, kTileRows * static_cast<int64_t>(sizeof(T)), rows, n, few);
    for (int64_t j = 0; j < rows; j++) Acc::Scalar::Save(states, w, r + j, Acc::Scalar::Load(few, rows, j));
  }
}

}  // namespace

void FillReduceMoments(ReduceTable* t) {
  t->finish[kReduce_var][kF32] = FinishMoments<float, false>;
  t->finish[kReduce_var][kF64] = FinishMoments<double, false>;
  t->finish[kReduce_std][kF32] = FinishMoments<float, true>;
  t->finish[kReduce_std][kF64] = FinishMoments<double, true>;
  for (int32_t op : {kReduce_var, kReduce_std}) {
    t->rows[op][kF16] = MomentRows<Half>;
    t->rows[op][kBF16] = MomentRows<BFloat16>;
    t->columns[op][kF16] = Columns<Moments<Half>>;
    t->columns[op][kBF16] = Columns<Moments<BFloat16>>;
    t->rows[op][kF32] = MomentRows<float>;
    t->rows[op][kF64] = MomentRows<double>;
    t->columns[op][kF32] = Columns<Moments<float>>;
    t->columns[op][kF64] = Columns<Moments<double>>;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceMoments)
}  // namespace cpu
}  // namespace numrs
#endif
