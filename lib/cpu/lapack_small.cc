// Factorisations of matrices of at most 8 rows for backend "cpu": the algorithms of ops/lapack_factor.h on the stack.
#include "cpu/lapack.h"
#include "ops/lapack_factor.h"

namespace numrs {
namespace cpu {
namespace {

using namespace factor;

// a as W, row after row.
template <typename T>
void Take(const T* a, int64_t n, bool rows, WideOf<T>* to) {
  if (rows) {
    for (int64_t i = 0; i < n * n; i++) to[i] = Widen(a[i]);
  } else {
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = 0; j < n; j++) to[i * n + j] = Widen(a[j * n + i]);
    }
  }
}

template <typename T>
struct Small {
  WideOf<T> a[kSmallMatrix * kSmallMatrix];
  WideOf<T> x[kSmallMatrix];
  int64_t swaps[kSmallMatrix];
};

}  // namespace

template <typename T>
LapackEnd SmallCholesky(const LapackItem& s) {
  using W = WideOf<T>;
  const int64_t n = s.n;
  const bool upper = s.flags & kLapackUpper;
  T* const y = static_cast<T*>(s.out[0]);
  W a[kSmallMatrix * kSmallMatrix];
  const T* const from = static_cast<const T*>(s.a);
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j <= i; j++) {
      const W x = Widen(from[upper ? j * n + i : i * n + j]);
      a[i * n + j] = upper ? Conj(x) : x;
    }
  }
  if (!Cholesky(a, n)) return LapackEnd::NOT_POSITIVE;
  for (int64_t i = 0; i < n; i++) {
    for (int64_t j = 0; j < n; j++) {
      const W x = upper ? (j >= i ? Conj(a[j * n + i]) : W(0)) : j <= i ? a[i * n + j] : W(0);
      y[i * n + j] = Narrow<T>(x);
    }
  }
  return LapackEnd::DONE;
}

template <typename T>
LapackEnd SmallSolve(const LapackItem& s) {
  Small<T> m;
  const int64_t n = s.n;
  Take(static_cast<const T*>(s.a), n, false, m.a);
  if (!Lu(m.a, n, m.swaps)) return LapackEnd::SINGULAR;
  for (int64_t c = 0; c < s.k; c++) {
    T* const x = static_cast<T*>(s.out[0]) + c * n;  // b's memory
    for (int64_t i = 0; i < n; i++) m.x[i] = Widen(x[i]);
    LuSolve(m.a, n, m.swaps, m.x);
    for (int64_t i = 0; i < n; i++) x[i] = Narrow<T>(m.x[i]);
  }
  return LapackEnd::DONE;
}

template <typename T>
LapackEnd SmallInverse(const LapackItem& s) {
  Small<T> m;
  const int64_t n = s.n;
  Take(static_cast<const T*>(s.a), n, true, m.a);
  if (!Lu(m.a, n, m.swaps)) return LapackEnd::SINGULAR;
  T* const y = static_cast<T*>(s.out[0]);
  for (int64_t c = 0; c < n; c++) {
    for (int64_t i = 0; i < n; i++) m.x[i] = i == c ? 1.0 : 0.0;
    LuSolve(m.a, n, m.swaps, m.x);
    for (int64_t i = 0; i < n; i++) y[i * n + c] = Narrow<T>(m.x[i]);
  }
  return LapackEnd::DONE;
}

template <typename T>
LapackEnd SmallDeterminant(const LapackItem& s) {
  Small<T> m;
  const int64_t n = s.n;
  Take(static_cast<const T*>(s.a), n, true, m.a);
  Lu(m.a, n, m.swaps);
  bool odd = false;
  for (int64_t i = 0; i < n; i++) odd ^= m.swaps[i] != i;
  if (s.out[0]) {
    *static_cast<T*>(s.out[0]) = Narrow<T>(DeterminantValue(m.a, n, n + 1, odd));
  } else {
    const Determinant<WideOf<T>> d(m.a, n, n + 1, odd);
    *static_cast<T*>(s.out[1]) = Narrow<T>(d.sign);
    if (RealOf(DTypeOf<T>::value) == kF32)
      *static_cast<float*>(s.out[2]) = static_cast<float>(d.log_size);
    else
      *static_cast<double*>(s.out[2]) = d.log_size;
  }
  return LapackEnd::DONE;
}

#define NUMRS_SMALL(T)                                    \
  template LapackEnd SmallCholesky<T>(const LapackItem&); \
  template LapackEnd SmallSolve<T>(const LapackItem&);    \
  template LapackEnd SmallInverse<T>(const LapackItem&);  \
  template LapackEnd SmallDeterminant<T>(const LapackItem&);
NUMRS_SMALL(float)
NUMRS_SMALL(double)
NUMRS_SMALL(std::complex<float>)
NUMRS_SMALL(std::complex<double>)

}  // namespace cpu
}  // namespace numrs
