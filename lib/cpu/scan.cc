// Cumulative sums, products and extremes of backend "cpu", in the fixed order of numrs/reduce.h.
#include "cpu/targets.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/scan.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

// Order-free operations: one running value per line.
template <class Acc>
struct Running {
  using T = typename Acc::In;
  using S = typename Acc::State;
  using Op = typename Acc::Op;
  using Out = typename Acc::Out;

  static HWY_INLINE S Join(S acc, S x) {
    if constexpr (ops::kIsFloat<S>) {
      // Seldom true, so the branch is foretold and the next element need not wait.
      const bool settled = std::is_same<Op, ops::Larger>::value ? x < acc : x > acc;
      return HWY_LIKELY(settled) ? acc : Op::template Of<S>(acc, x);
    } else {
      return Op::template Of<S>(acc, x);
    }
  }
  static void Row(const void* x, void* y, int64_t n, void* carry) {
    const T* p = static_cast<const T*>(x);
    char* q = static_cast<char*>(y);
    S acc = *static_cast<S*>(carry);
    for (int64_t i = 0; i < n; i++) {
      acc = Join(acc, Acc::Take(Element(p, i)));
      if (!q) continue;
      const Out value = Acc::Finish(acc, 1, 0);
      std::memcpy(q + i * static_cast<int64_t>(sizeof(value)), &value, sizeof(value));
    }
    *static_cast<S*>(carry) = acc;
  }
  static void Columns(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t w, int64_t, int64_t n,
                      void* carry) {
    S* acc = static_cast<S*>(carry);
    for (int64_t i = 0; i < n; i++) {
      const T* p = AtBytes(static_cast<const T*>(x), i * x_stride);
      char* q = static_cast<char*>(y) + i * y_stride;
      for (int64_t c = 0; c < w; c++) {
        acc[c] = Op::template Of<S>(acc[c], Acc::Take(Element(p, c)));
        const Out value = Acc::Finish(acc[c], 1, 0);
        std::memcpy(q + c * static_cast<int64_t>(sizeof(Out)), &value, sizeof(value));
      }
    }
  }
};

template <class H>
HWY_INLINE void StoreNarrowHalf(VF64 v, H* y) {
  hn::StoreU(NarrowHalfOf64<H>(DF64(), v), hn::Rebind<uint16_t, DF64>(), reinterpret_cast<uint16_t*>(y));
}
HWY_INLINE void StoreNarrow(VF64 v, Half* y) { StoreNarrowHalf(v, y); }
HWY_INLINE void StoreNarrow(VF64 v, BFloat16* y) { StoreNarrowHalf(v, y); }
HWY_INLINE void StoreNarrow(VF64 v, double* y) { hn::StoreU(v, DF64(), y); }
HWY_INLINE void StoreNarrow(VF64 v, float* y) {
  const hn::Rebind<float, DF64> d;
  hn::StoreU(hn::DemoteTo(d, v), d, y);
}

// Sums and products of floats in float64: groups of eight, blocks.
template <class Acc>
struct Grouped {
  using T = typename Acc::In;
  using Op = typename Acc::Op;
  using D2 = hn::FixedTag<double, 2>;
  using V2 = hn::Vec<D2>;

  template <class V>
  static HWY_INLINE V Of(V a, V b) {
    if constexpr (std::is_same<Op, ops::Plus>::value)
      return hn::Add(a, b);
    else
      return hn::Mul(a, b);
  }
  static HWY_INLINE V2 Load2(const double* x) { return hn::LoadU(D2(), x); }
  template <class H>
  static HWY_INLINE V2 Load2(const H* x) {
    return hn::PromoteTo(D2(), LoadHalf<H>(hn::FixedTag<float, 2>(), reinterpret_cast<const uint16_t*>(x)));
  }
  template <class H>
  static HWY_INLINE void Store2(V2 v, H* y) {
    hn::StoreU(NarrowHalfOf64<H>(D2(), v), hn::FixedTag<uint16_t, 2>(), reinterpret_cast<uint16_t*>(y));
  }
  static HWY_INLINE V2 Load2(const float* x) { return hn::PromoteTo(D2(), hn::LoadU(hn::FixedTag<float, 2>(), x)); }
  static HWY_INLINE void Store2(V2 v, double* y) { hn::StoreU(v, D2(), y); }
  static HWY_INLINE void Store2(V2 v, float* y) {
    hn::StoreU(hn::DemoteTo(hn::FixedTag<float, 2>(), v), hn::FixedTag<float, 2>(), y);
  }

  template <bool kWrite>
  static double Block(const T* x, T* y, int64_t m, double offset) {
    const D2 d;
    const double identity = Op::template Identity<double>();
    const V2 none = hn::Set(d, identity);
    V2 group = none;
    const V2 before_block = hn::Set(d, offset);
    int64_t i = 0;
#if HWY_TARGET == HWY_AVX3
    // One vector is a group.
    const DF64 dw;
    const VF64 filler = hn::Set(dw, identity), start = hn::Set(dw, offset);
    const __m512i ones = _mm512_castpd_si512(filler.raw), top = _mm512_set1_epi64(7);
    const auto shifted = [&](VF64 v, auto distance) HWY_ATTR {
      return VF64{
          _mm512_castsi512_pd(_mm512_alignr_epi64(_mm512_castpd_si512(v.raw), ones, 8 - decltype(distance)::value))};
    };
    VF64 groups = filler;
    auto wide_nan = hn::IsNaN(filler);
    for (; i + kScanGroup <= m; i += kScanGroup) {
      VF64 s = LoadWide(dw, x + i);
      s = Of(shifted(s, std::integral_constant<int, 1>()), s);
      s = Of(shifted(s, std::integral_constant<int, 2>()), s);
      s = Of(shifted(s, std::integral_constant<int, 4>()), s);
      if constexpr (kWrite) {
        const VF64 value = Of(Of(start, groups), s);
        wide_nan = hn::Or(wide_nan, hn::IsNaN(value));
        StoreNarrow(value, y + i);
      }
      groups = Of(groups, VF64{_mm512_permutexvar_pd(top, s.raw)});
    }
    group = hn::LowerHalf(hn::LowerHalf(groups));
    bool any_nan = !hn::AllFalse(dw, wide_nan);
#else
    bool any_nan = false;
#endif
    auto nan = hn::IsNaN(none);
    for (; i + kScanGroup <= m; i += kScanGroup) {
      V2 s0 = Load2(x + i), s1 = Load2(x + i + 2), s2 = Load2(x + i + 4), s3 = Load2(x + i + 6);
      const V2 p0 = hn::CombineShiftRightBytes<8>(d, s0, none), p1 = hn::CombineShiftRightBytes<8>(d, s1, s0);
      const V2 p2 = hn::CombineShiftRightBytes<8>(d, s2, s1), p3 = hn::CombineShiftRightBytes<8>(d, s3, s2);
      s0 = Of(p0, s0);
      s1 = Of(p1, s1);
      s2 = Of(p2, s2);
      s3 = Of(p3, s3);
      s3 = Of(s2, s3);
      s2 = Of(s1, s2);
      s1 = Of(s0, s1);
      s3 = Of(s1, s3);
      s2 = Of(s0, s2);
      if constexpr (kWrite) {
        const V2 before = Of(before_block, group);
        s0 = Of(before, s0);
        s1 = Of(before, s1);
        s2 = Of(before, s2);
        const V2 s3_before = Of(before, s3);
        nan = hn::Or(hn::Or(nan, hn::Or(hn::IsNaN(s0), hn::IsNaN(s1))), hn::Or(hn::IsNaN(s2), hn::IsNaN(s3_before)));
        Store2(s0, y + i);
        Store2(s1, y + i + 2);
        Store2(s2, y + i + 4);
        Store2(s3_before, y + i + 6);
      }
      group = Of(group, hn::InterleaveUpper(d, s3, s3));
    }
    double total = hn::GetLane(group);
    if (i < m) {
      double s[kScanGroup];
      const int64_t rest = m - i;
      for (int64_t j = 0; j < rest; j++) s[j] = Acc::Take(Element(x, i + j));
      for (int64_t distance = 1; distance < kScanGroup; distance *= 2) {
        for (int64_t j = rest - 1; j >= distance; j--) s[j] = Op::template Of<double>(s[j - distance], s[j]);
      }
      if constexpr (kWrite) {
        const double before = Op::template Of<double>(offset, total);
        for (int64_t j = 0; j < rest; j++) {
          const T value = static_cast<T>(ops::OneNaN(Op::template Of<double>(before, s[j])));
          StoreElement(y, i + j, value);
        }
      }
      total = Op::template Of<double>(total, s[rest - 1]);
    }
    const double next = Op::template Of<double>(offset, total);
    // A NaN need not stay: a group's prefixes are added up in another order than its neighbours', so one may overflow
    // (and meet an infinity before it) while the next does not.
    any_nan |= !hn::AllFalse(d, nan);
    if (kWrite && HWY_UNLIKELY(any_nan)) {
      for (i = 0; i < m; i++) {
        const T value = Element(y, i);
        if (!ops::IsNumber(value)) StoreElement(y, i, static_cast<T>(std::numeric_limits<double>::quiet_NaN()));
      }
    }
    return next;
  }

  static void Row(const void* x, void* y, int64_t n, void* carry) {
    double offset = *static_cast<double*>(carry);
    const T* p = static_cast<const T*>(x);
    T* q = static_cast<T*>(y);
    for (int64_t i = 0; i < n; i += kReduceBlock) {
      const int64_t m = HWY_MIN(n - i, kReduceBlock);
      offset = q ? Block<true>(p + i, q + i, m, offset) : Block<false>(p + i, nullptr, m, offset);
    }
    *static_cast<double*>(carry) = offset;
  }

  // rows <= 8 rows of one group.
  static HWY_INLINE void GroupRows(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t rows, double* offset,
                                   double* group) {
    const DF64 d;
    VF64 s[kScanGroup];
    for (int64_t r = 0; r < rows; r++) s[r] = LoadWide(d, AtBytes(x, r * x_stride));
    for (int64_t distance = 1; distance < kScanGroup; distance *= 2) {
      for (int64_t r = rows - 1; r >= distance; r--) s[r] = Of(s[r - distance], s[r]);
    }
    const VF64 total = hn::LoadU(d, group);
    const VF64 before = Of(hn::LoadU(d, offset), total);
    hn::StoreU(Of(total, s[rows - 1]), d, group);
    auto nan = hn::IsNaN(before);
    for (int64_t r = 0; r < rows; r++) {
      s[r] = Of(before, s[r]);
      nan = hn::Or(nan, hn::IsNaN(s[r]));
    }
    if (HWY_UNLIKELY(!hn::AllFalse(d, nan))) {
      for (int64_t r = 0; r < rows; r++)
        s[r] = hn::IfThenElse(hn::IsNaN(s[r]), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), s[r]);
    }
    for (int64_t r = 0; r < rows; r++) StoreNarrow(s[r], const_cast<T*>(AtBytes(y, r * y_stride)));
  }
  static HWY_INLINE void GroupColumn(const T* x, int64_t x_stride, T* y, int64_t y_stride, int64_t rows, double* offset,
                                     double* group) {
    double s[kScanGroup];
    for (int64_t r = 0; r < rows; r++) s[r] = Acc::Take(Element(AtBytes(x, r * x_stride), 0));
    for (int64_t distance = 1; distance < kScanGroup; distance *= 2) {
      for (int64_t r = rows - 1; r >= distance; r--) s[r] = Op::template Of<double>(s[r - distance], s[r]);
    }
    const double before = Op::template Of<double>(*offset, *group);
    *group = Op::template Of<double>(*group, s[rows - 1]);
    for (int64_t r = 0; r < rows; r++) {
      const T value = Acc::Finish(Op::template Of<double>(before, s[r]), 1, 0);
      StoreElement(const_cast<T*>(AtBytes(y, r * y_stride)), 0, value);
    }
  }

  static void Columns(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t w, int64_t from, int64_t n,
                      void* carry) {
    double *offset = static_cast<double*>(carry), *group = offset + w;
    for (int64_t i = 0; i < n; i += kScanGroup) {
      if ((from + i) % kReduceBlock == 0 && from + i != 0) {
        for (int64_t c = 0; c < w; c++) {
          offset[c] = Op::template Of<double>(offset[c], group[c]);
          group[c] = Op::template Identity<double>();
        }
      }
      const T* p = AtBytes(static_cast<const T*>(x), i * x_stride);
      T* q = const_cast<T*>(AtBytes(static_cast<T*>(y), i * y_stride));
      const int64_t rows = HWY_MIN(n - i, kScanGroup);
      int64_t c = 0;
      if (rows == kScanGroup) {
        for (; c + kF64Lanes <= w; c += kF64Lanes)
          GroupRows(p + c, x_stride, q + c, y_stride, kScanGroup, offset + c, group + c);
      }
      for (; c < w; c++) GroupColumn(p + c, x_stride, q + c, y_stride, rows, offset + c, group + c);
    }
  }
};

// Sums of complex numbers: a number is a vector of two.
template <typename F>
struct PairSums {
  using Real = Grouped<ops::Sum<F>>;
  using D2 = typename Real::D2;
  using V2 = typename Real::V2;

  // The prefixes of rows <= 8 numbers of one group, as the real ones.
  static HWY_INLINE void Prefixes(V2* s, int64_t rows) {
    for (int64_t distance = 1; distance < kScanGroup; distance *= 2) {
      for (int64_t r = rows - 1; r >= distance; r--) s[r] = hn::Add(s[r - distance], s[r]);
    }
  }
  static HWY_INLINE V2 OneNaN(V2 v) {
    const D2 d;
    return hn::IfThenElse(hn::IsNaN(v), hn::Set(d, std::numeric_limits<double>::quiet_NaN()), v);
  }
  template <bool kWrite>
  static V2 Block(const F* x, F* y, int64_t m, V2 offset) {
    const D2 d;
    V2 group = hn::Set(d, -0.0), s[kScanGroup];
    int64_t i = 0;
    for (; i + kScanGroup <= m; i += kScanGroup) {
      for (int64_t r = 0; r < kScanGroup; r++) s[r] = Real::Load2(x + 2 * (i + r));
      Prefixes(s, kScanGroup);
      if constexpr (kWrite) {
        const V2 before = hn::Add(offset, group);
        for (int64_t r = 0; r < kScanGroup; r++) Real::Store2(OneNaN(hn::Add(before, s[r])), y + 2 * (i + r));
      }
      group = hn::Add(group, s[kScanGroup - 1]);
    }
    if (i < m) {
      for (int64_t r = 0; r < m - i; r++) s[r] = Real::Load2(x + 2 * (i + r));
      Prefixes(s, m - i);
      if constexpr (kWrite) {
        const V2 before = hn::Add(offset, group);
        for (int64_t r = 0; r < m - i; r++) Real::Store2(OneNaN(hn::Add(before, s[r])), y + 2 * (i + r));
      }
      group = hn::Add(group, s[m - i - 1]);
    }
    return hn::Add(offset, group);
  }
  static void Row(const void* x, void* y, int64_t n, void* carry) {
    const D2 d;
    V2 offset = hn::LoadU(d, static_cast<double*>(carry));
    const F* p = static_cast<const F*>(x);
    F* q = static_cast<F*>(y);
    for (int64_t i = 0; i < n; i += kReduceBlock) {
      const int64_t m = HWY_MIN(n - i, kReduceBlock);
      offset = q ? Block<true>(p + 2 * i, q + 2 * i, m, offset) : Block<false>(p + 2 * i, nullptr, m, offset);
    }
    hn::StoreU(offset, d, static_cast<double*>(carry));
  }
  // Columns of pairs are twice as many real ones.
  static void Columns(const void* x, int64_t x_stride, void* y, int64_t y_stride, int64_t w, int64_t from, int64_t n,
                      void* carry) {
    Real::Columns(x, x_stride, y, y_stride, 2 * w, from, n, carry);
  }
};
template <typename F>
void FillPairs(ScanTable* t) {
  constexpr int32_t kType = DTypeOf<std::complex<F>>::value;
  t->row[kScan_cumulative_sum][kType] = PairSums<F>::Row;
  t->columns[kScan_cumulative_sum][kType] = PairSums<F>::Columns;
}

template <template <typename> class Acc, typename T, bool kGrouped>
void FillOne(ScanTable* t, int32_t op, int32_t dtype) {
  constexpr bool kSums = kGrouped && (ops::kIsFloat<T> || ops::kIsHalf<T>);
  using Kernel = std::conditional_t<kSums, Grouped<ops::AccOf<Acc, std::conditional_t<kSums, T, float>>>,
                                    Running<ops::AccOf<Acc, T>>>;
  t->row[op][dtype] = Kernel::Row;
  t->columns[op][dtype] = Kernel::Columns;
}

const ScanTable* ScanKernels() {
  static const ScanTable table = [] {
    ScanTable t{};
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy)     \
  FillOne<ops::CumulativeSum, cxx, true>(&t, kScan_cumulative_sum, id);   \
  FillOne<ops::CumulativeProd, cxx, true>(&t, kScan_cumulative_prod, id); \
  FillOne<ops::CumulativeMax, cxx, false>(&t, kScan_cumulative_max, id);  \
  FillOne<ops::CumulativeMin, cxx, false>(&t, kScan_cumulative_min, id);
#define NUMRS_HALF NUMRS_DTYPE
#include "table/dtype.def"
    FillPairs<float>(&t);
    FillPairs<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_TABLE(ScanTable, Scan, ScanKernels)
}  // namespace cpu
}  // namespace numrs
#endif
