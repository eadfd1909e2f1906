// Complex dot products on Highway, in the order of ops/dot_complex.h, and the real form of a complex matrix.
#if defined(NUMRS_CPU_DOT_COMPLEX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_DOT_COMPLEX_INL_H_
#undef NUMRS_CPU_DOT_COMPLEX_INL_H_
#else
#define NUMRS_CPU_DOT_COMPLEX_INL_H_
#endif

#include <cstring>

#include "core/linalg_tables.h"
#include "cpu/gemm-inl.h"
#include "hwy/highway.h"
#include "ops/dot_complex.h"

HWY_BEFORE_NAMESPACE();
namespace numrs {
namespace cpu {
namespace HWY_NAMESPACE {

template <class D>
HWY_INLINE hn::VFromD<D> LoadWide(D d, const double* x) {
  return hn::LoadU(d, x);
}
template <class D>
HWY_INLINE hn::VFromD<D> LoadWide(D d, const float* x) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<float, D>(), x));
}

// The lanes of v merged pairwise down to two.
template <class D>
HWY_INLINE void StoreFolded(D d, hn::VFromD<D> v, double* to) {
  if constexpr (hn::MaxLanes(D()) == 2) {
    hn::StoreU(v, d, to);
  } else {
    const hn::Half<D> half;
    StoreFolded(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)), to);
  }
}

// Multiply, then add: fused, they would differ between instruction sets.
template <typename R>
HWY_INLINE void DotBlock(const R* a, const R* b, int64_t n, double* now) {
  const hn::ScalableTag<double> d;
  using V = hn::VFromD<decltype(d)>;
  constexpr int N = static_cast<int>(hn::MaxLanes(hn::ScalableTag<double>())), kVectors_ = kDotLanes / N;
  V sp[kVectors_], sq[kVectors_];
  NUMRS_UNROLL
  for (int v = 0; v < kVectors_; v++) sp[v] = sq[v] = hn::Zero(d);
  const auto add = [&](const R* x, const R* y) HWY_ATTR {
    NUMRS_UNROLL
    for (int v = 0; v < kVectors_; v++) {
      const V s = LoadWide(d, x + v * N), t = LoadWide(d, y + v * N);
      sp[v] = hn::Add(sp[v], hn::Mul(s, t));
      sq[v] = hn::Add(sq[v], hn::Mul(s, hn::Reverse2(d, t)));
    }
  };
  int64_t i = 0;
  for (; i + kDotLanes <= 2 * n; i += kDotLanes) add(a + i, b + i);
  if (i < 2 * n) {  // zeros add nothing
    R tail[2][kDotLanes] = {};
    std::memcpy(tail[0], a + i, static_cast<size_t>(2 * n - i) * sizeof(R));
    std::memcpy(tail[1], b + i, static_cast<size_t>(2 * n - i) * sizeof(R));
    add(tail[0], tail[1]);
  }
  NUMRS_UNROLL
  for (int half = kVectors_ / 2; half > 0; half /= 2) {
    NUMRS_UNROLL
    for (int v = 0; v < half; v++) {
      sp[v] = hn::Add(sp[v], sp[v + half]);
      sq[v] = hn::Add(sq[v], sq[v + half]);
    }
  }
  StoreFolded(d, sp[0], now);
  StoreFolded(d, sq[0], now + 2);
}

template <typename R>
void DotComplex(const void* a, const void* b, int64_t n, double* sums) {
  const R *x = static_cast<const R*>(a), *y = static_cast<const R*>(b);
  DotTree(
      n,
      [=](int64_t begin, int64_t end, double* now)
          HWY_ATTR { DotBlock(x + 2 * begin, y + 2 * begin, end - begin, now); },
      sums);
}

// Rows that lie next to each other: whole vectors of pairs.
template <typename R>
void ExpandRows(const void* b, int64_t b_row, int64_t b_col, int64_t k, int64_t n, void* to) {
  const hn::ScalableTag<R> d;
  const int64_t N = static_cast<int64_t>(hn::Lanes(d));
  const R* const from = static_cast<const R*>(b);
  R* const out = static_cast<R*>(to);
  for (int64_t p = 0; p < k; p++) {
    R *const first = out + 4 * p * n, *const second = first + 2 * n;
    const R* const row = from + 2 * p * b_row;
    int64_t j = 0;
    if (b_col == 1) {
      for (; j + N <= 2 * n; j += N) {
        const auto x = hn::LoadU(d, row + j), y = hn::Reverse2(d, x);
        hn::StoreU(x, d, first + j);
        hn::StoreU(hn::OddEven(y, hn::Neg(y)), d, second + j);
      }
    }
    for (j /= 2; j < n; j++) {
      const R re = row[2 * j * b_col], im = row[2 * j * b_col + 1];
      first[2 * j] = re;
      first[2 * j + 1] = im;
      second[2 * j] = -im;
      second[2 * j + 1] = re;
    }
  }
}

inline void FillComplex(LinalgTable* t) {
  t->expand[kC64] = ExpandRows<float>;
  t->expand[kC128] = ExpandRows<double>;
  t->dot_complex[kC64] = DotComplex<float>;
  t->dot_complex[kC128] = DotComplex<double>;
}

}  // namespace HWY_NAMESPACE
}  // namespace cpu
}  // namespace numrs
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
