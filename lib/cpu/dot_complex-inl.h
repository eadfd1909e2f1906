// Complex dot products on Highway, in the order of ops/dot_complex.h, and the real form of a complex matrix.
#if defined(NUMRS_CPU_DOT_COMPLEX_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef NUMRS_CPU_DOT_COMPLEX_INL_H_
#undef NUMRS_CPU_DOT_COMPLEX_INL_H_
#else
#define NUMRS_CPU_DOT_COMPLEX_INL_H_
#endif

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

// Multiply, then add: fused, they would differ between instruction sets.
template <typename R>
HWY_INLINE void DotBlock(const R* a, const R* b, int64_t n, double* p, double* q) {
  const hn::ScalableTag<double> d;
  using V = hn::VFromD<decltype(d)>;
  constexpr int N = static_cast<int>(hn::MaxLanes(hn::ScalableTag<double>())), kVectors_ = kDotLanes / N;
  V sp[kVectors_], sq[kVectors_];
  NUMRS_UNROLL
  for (int v = 0; v < kVectors_; v++) sp[v] = sq[v] = hn::Zero(d);
  R tail[2][kDotLanes] = {};
  for (int64_t i = 0; i < 2 * n; i += kDotLanes) {
    const R *x = a + i, *y = b + i;
    if (2 * n - i < kDotLanes) {
      for (int64_t l = 0; i + l < 2 * n; l++) {
        tail[0][l] = x[l];
        tail[1][l] = y[l];
      }
      x = tail[0];
      y = tail[1];
    }
    NUMRS_UNROLL
    for (int v = 0; v < kVectors_; v++) {
      const V s = LoadWide(d, x + v * N), t = LoadWide(d, y + v * N);
      sp[v] = hn::Add(sp[v], hn::Mul(s, t));
      sq[v] = hn::Add(sq[v], hn::Mul(s, hn::Reverse2(d, t)));
    }
  }
  NUMRS_UNROLL
  for (int v = 0; v < kVectors_; v++) {
    hn::StoreU(sp[v], d, p + v * N);
    hn::StoreU(sq[v], d, q + v * N);
  }
}

template <typename R>
void DotComplex(const void* a, const void* b, int64_t n, double* sums) {
  const R *x = static_cast<const R*>(a), *y = static_cast<const R*>(b);
  DotTree(
      n,
      [=](int64_t begin, int64_t end, double* p, double* q)
          HWY_ATTR { DotBlock(x + 2 * begin, y + 2 * begin, end - begin, p, q); },
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
