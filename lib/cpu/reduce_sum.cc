// Sums, products and norms of floats, and dot products, of backend "cpu".
#include "cpu/reduce.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/reduce_sum.cc"
#include "hwy/foreach_target.h"

#include "cpu/reduce_half-inl.h"
#include "cpu/reduce_tree-inl.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace HWY_NAMESPACE {
namespace {

using namespace reduction;

template <class ScalarAcc, class Op, class Map>
struct Tree {
  using Scalar = ScalarAcc;
  using T = typename Scalar::In;
  using State = double;
  static void BlockColumns(const T* x, int64_t row_stride, int64_t w, int64_t m, void* states, void* scratch) {
    TreeColumns<Op>(x, row_stride, w, m, static_cast<double*>(states), static_cast<double*>(scratch),
                    Everywhere<Map>());
  }
};

template <class ScalarAcc, class Op, class Map>
void TreeRows(const void* x, int64_t row_stride, int64_t w, int64_t n, void* states) {
  using T = typename ScalarAcc::In;
  const T* p = static_cast<const T*>(x);
  double* out = static_cast<double*>(states);
  constexpr int64_t kSize = sizeof(T);
  if constexpr (ops::kIsHalf<T> && std::is_same<Op, Adds>::value && std::is_same<Map, Same>::value) {
    if (n > kLanes || n == 0 || w < 8) {
      for (int64_t r = 0; r < w; r++) out[r] = SumOfHalves(AtBytes(p, r * row_stride), n);
      return;
    }
  }
  if (n > kReduceBlock) {
    for (int64_t r = 0; r < w; r++) {
      const T* row = AtBytes(p, r * row_stride);
      out[r] = w * n * kSize <= kCachedBytes ? TreeLine<Op, true>(row, n, Map()) : TreeLine<Op, false>(row, n, Map());
    }
  } else if (n > kLanes || n == 0 || w < 8) {
    int64_t r = 0;
    for (; r + 2 <= w; r += 2)
      TreeBlocks<Op, true>(AtBytes(p, r * row_stride), AtBytes(p, (r + 1) * row_stride), n, Map(), out + r);
    if (r < w) out[r] = TreeBlock<Op, false>(AtBytes(p, r * row_stride), n, Map());
  } else {
    alignas(64) T tile[kLanes * kTileRows];
    for (int64_t r = 0; r < w; r += kTileRows) {
      const int64_t rows = HWY_MIN(w - r, kTileRows);
      TransposeTile(AtBytes(p, r * row_stride), row_stride, rows, n, tile);
      FewRows<Op>(out + r, tile, kTileRows * kSize, rows, n, Everywhere<Map>());
    }
  }
}

// Products of two arrays; exact for float32 and narrower ones.
template <typename Type>
struct ProductLoad {
  const Type *a, *b;
  HWY_INLINE VF64 Whole(int64_t i) const { return hn::Mul(LoadWide(DF64(), a + i), LoadWide(DF64(), b + i)); }
  HWY_INLINE VF64 Part(int64_t i, int64_t n) const { return hn::Mul(LoadPart(a + i, n), LoadPart(b + i, n)); }
};

template <bool kPrefetch, typename T>
HWY_INLINE double DotBlock(const T* a, const T* b, int64_t m) {
  VF64 lanes[kF64Regs];
  for (int k = 0; k < kF64Regs; k++) lanes[k] = hn::Set(DF64(), -0.0);
  int64_t i = 0;
  for (; i + kLanes <= m; i += kLanes) {
    PrefetchLanes<kPrefetch>(a + i);
    PrefetchLanes<kPrefetch>(b + i);
    const ProductLoad<T> load{a + i, b + i};
    for (int k = 0; k < kF64Regs; k++) lanes[k] = hn::Add(lanes[k], load.Whole(k * kF64Lanes));
  }
  if (i < m) AddTail<Adds>(ProductLoad<T>{a + i, b + i}, m - i, lanes);
  return FoldLanes<Adds>(lanes);
}

template <typename T>
void DotRows(const void* a, int64_t a_stride, const void* b, int64_t b_stride, int64_t w, int64_t n, void* states) {
  for (int64_t r = 0; r < w; r++) {
    const T *p = AtBytes(static_cast<const T*>(a), r * a_stride), *q = AtBytes(static_cast<const T*>(b), r * b_stride);
    const bool cached = n > kReduceBlock && n * static_cast<int64_t>(sizeof(T)) <= kCachedBytes;
    double stack[56];
    int top = 0;
    for (int64_t block = 0, begin = 0; begin < n || block == 0; block++, begin += kReduceBlock) {
      const int64_t m = HWY_MIN(n - begin, kReduceBlock);
      double sum = cached ? DotBlock<true>(p + begin, q + begin, m) : DotBlock<false>(p + begin, q + begin, m);
      for (int64_t carry = block; carry & 1; carry >>= 1) sum = stack[--top] + sum;
      stack[top++] = sum;
    }
    double sum = stack[--top];
    while (top > 0) sum = stack[--top] + sum;
    static_cast<double*>(states)[r] = sum;
  }
}

template <typename T>
void FinishMean(const void* states, int64_t w, int64_t n, double, void* y) {
  const double count = n == 0 ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(n);
  FinishAll(static_cast<const double*>(states), w, static_cast<T*>(y),
            [&](VF64 v) HWY_ATTR { return hn::Div(v, hn::Set(DF64(), count)); });
}

template <template <typename> class Scalar, class Op, class Map>
void FillOne(ReduceTable* t, int32_t op) {
#define NUMRS_TREE(dtype, cxx)                                     \
  t->rows[op][dtype] = TreeRows<ops::AccOf<Scalar, cxx>, Op, Map>; \
  t->columns[op][dtype] = Columns<Tree<ops::AccOf<Scalar, cxx>, Op, Map>>;
  NUMRS_TREE(kF16, Half)
  NUMRS_TREE(kBF16, BFloat16)
  NUMRS_TREE(kF32, float)
  NUMRS_TREE(kF64, double)
#undef NUMRS_TREE
}

}  // namespace

void FillReduceSums(ReduceTable* t) {
  FillOne<ops::Sum, Adds, Same>(t, kReduce_sum);
  FillOne<ops::Prod, Multiplies, Same>(t, kReduce_prod);
  FillOne<ops::Norm, Adds, Squared>(t, kReduce_norm);
  FillOne<ops::AbsSum, Adds, Absolute>(t, kReduce_abs_sum);
  FillOne<ops::NanSum, Adds, ZeroForNaN>(t, kReduce_nansum);
  FillOne<ops::NanProd, Multiplies, OneForNaN>(t, kReduce_nanprod);
  // The state of a mean is a sum.
  for (int32_t dtype : {kF16, kBF16, kF32, kF64}) {
    t->rows[kReduce_mean][dtype] = t->rows[kReduce_sum][dtype];
    t->columns[kReduce_mean][dtype] = t->columns[kReduce_sum][dtype];
  }
  t->finish[kReduce_mean][kF32] = FinishMean<float>;
  t->finish[kReduce_mean][kF64] = FinishMean<double>;
  t->dot[kF16] = DotRows<Half>;
  t->dot[kBF16] = DotRows<BFloat16>;
  t->dot[kF32] = DotRows<float>;
  t->dot[kF64] = DotRows<double>;
}

}  // namespace HWY_NAMESPACE
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace numrs {
namespace cpu {
NUMRS_EXPORT_PART(ReduceTable, FillReduceSums)
}  // namespace cpu
}  // namespace numrs
#endif
