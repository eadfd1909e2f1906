// Cholesky, LU and Householder factorisations of one matrix in double precision, real or complex: what cpu-portable
// computes with, and backend "cpu" where matrices are too small to be worth a call of LAPACK. Plain loops.
#pragma once

#include <cmath>
#include <complex>
#include <cstdint>
#include <limits>
#include <utility>

namespace numrs {
namespace factor {

// Everything is computed in W, double or complex of it, and rounded once to the elements' own type.
template <typename T>
struct Wide {
  using Type = double;
};
template <typename R>
struct Wide<std::complex<R>> {
  using Type = std::complex<double>;
};
template <typename T>
using WideOf = typename Wide<T>::Type;

inline double Conj(double x) { return x; }
inline std::complex<double> Conj(const std::complex<double>& x) { return {x.real(), -x.imag()}; }
inline double Re(double x) { return x; }
inline double Re(const std::complex<double>& x) { return x.real(); }
inline double Im(double) { return 0; }
inline double Im(const std::complex<double>& x) { return x.imag(); }
// The plain formula: no search for infinities behind a NaN.
inline double Times(double x, double y) { return x * y; }
inline std::complex<double> Times(const std::complex<double>& x, const std::complex<double>& y) {
  return {x.real() * y.real() - x.imag() * y.imag(), x.real() * y.imag() + x.imag() * y.real()};
}
inline double Scaled(double x, double by) { return x * by; }
inline std::complex<double> Scaled(const std::complex<double>& x, double by) { return {x.real() * by, x.imag() * by}; }
// A magnitude for comparisons: at most a factor of 1.42 from the right one.
inline double Rough(double x) { return std::fabs(x); }
inline double Rough(const std::complex<double>& x) { return std::fabs(x.real()) + std::fabs(x.imag()); }
inline double Square(double x) { return x * x; }
inline double Square(const std::complex<double>& x) { return x.real() * x.real() + x.imag() * x.imag(); }
inline double Length(double x) { return std::fabs(x); }
inline double Length(const std::complex<double>& x) { return std::hypot(x.real(), x.imag()); }
inline bool Finite(double x) { return std::isfinite(x); }
inline bool Finite(const std::complex<double>& x) { return std::isfinite(x.real()) && std::isfinite(x.imag()); }

template <typename T>
WideOf<T> Widen(const T& x) {
  return static_cast<WideOf<T>>(x);
}
template <typename T>
T Narrow(const WideOf<T>& x) {
  return static_cast<T>(x);
}

// sum of |x|^2 without overflow, as its root.
template <class W>
double Norm(const W* x, int64_t n) {
  double largest = 0;
  for (int64_t i = 0; i < n; i++) {
    const double size = Rough(x[i]);
    if (!(size <= largest)) largest = size;  // NaN stays
  }
  if (largest == 0 || !std::isfinite(largest)) return largest;
  int exponent;
  std::frexp(largest, &exponent);
  // One power of two cannot always undo another: 2^1074 is no double.
  const int down = exponent > 1000 ? 1000 : exponent < -1000 ? -1000 : exponent;
  const double by = std::ldexp(1.0, -down);
  double sum = 0;
  for (int64_t i = 0; i < n; i++) sum += Square(Scaled(x[i], by));
  return std::ldexp(std::sqrt(sum), down);
}

// a (n, n) row after row, whose lower triangle becomes l with a = l l^H. False: not positive definite. NaN is passed
// on.
template <class W>
bool Cholesky(W* a, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    W* const row = a + i * n;
    for (int64_t j = 0; j < i; j++) {
      const W* const other = a + j * n;
      W sum = row[j];
      for (int64_t p = 0; p < j; p++) sum -= Times(row[p], Conj(other[p]));
      row[j] = sum / Re(other[j]);
    }
    double rest = Re(row[i]);
    for (int64_t p = 0; p < i; p++) rest -= Square(row[p]);
    if (rest <= 0) return false;
    row[i] = std::sqrt(rest);
  }
  return true;
}

// a (n, n) row after row becomes l (below the diagonal, ones on it) and u of p a = l u; swaps[j]: the row that changed
// places with row j. False: u has a zero on its diagonal.
template <class W>
bool Lu(W* a, int64_t n, int64_t* swaps) {
  bool regular = true;
  for (int64_t j = 0; j < n; j++) {
    int64_t pivot = j;
    for (int64_t i = j + 1; i < n; i++) {
      if (Rough(a[i * n + j]) > Rough(a[pivot * n + j])) pivot = i;
    }
    swaps[j] = pivot;
    if (pivot != j) {
      for (int64_t c = 0; c < n; c++) std::swap(a[j * n + c], a[pivot * n + c]);
    }
    const W* const top = a + j * n;
    if (Rough(top[j]) == 0) {
      regular = false;
      continue;
    }
    for (int64_t i = j + 1; i < n; i++) {
      W* const row = a + i * n;
      const W by = row[j] / top[j];
      row[j] = by;
      for (int64_t c = j + 1; c < n; c++) row[c] -= Times(by, top[c]);
    }
  }
  return regular;
}

// x becomes the solution for the right-hand side x, from Lu.
template <class W>
void LuSolve(const W* lu, int64_t n, const int64_t* swaps, W* x) {
  for (int64_t j = 0; j < n; j++) std::swap(x[j], x[swaps[j]]);
  for (int64_t i = 1; i < n; i++) {
    W sum = x[i];
    for (int64_t p = 0; p < i; p++) sum -= Times(lu[i * n + p], x[p]);
    x[i] = sum;
  }
  for (int64_t i = n; i-- > 0;) {
    W sum = x[i];
    for (int64_t p = i + 1; p < n; p++) sum -= Times(lu[i * n + p], x[p]);
    x[i] = sum / lu[i * n + i];
  }
}

inline double Unit(double u, double) { return u > 0 ? 1 : u < 0 ? -1 : u; }
inline std::complex<double> Unit(const std::complex<double>& u, double size) { return u / size; }
inline double Shifted(double x, int by) { return std::ldexp(x, by); }
inline std::complex<double> Shifted(const std::complex<double>& x, int by) {
  return {std::ldexp(x.real(), by), std::ldexp(x.imag(), by)};
}

// The determinant from u's diagonal (step elements apart) and whether the number of swaps is odd.
template <typename T>
WideOf<T> DeterminantValue(const T* diagonal, int64_t n, int64_t step, bool odd) {
  using W = WideOf<T>;
  W product = odd ? -1.0 : 1.0;
  int64_t exponents = 0;
  for (int64_t i = 0; i < n; i++) {
    product = Times(product, Widen(diagonal[i * step]));
    // Kept near 1, so that only the end can overflow.
    const double now = Rough(product);
    if (now > 0x1p400 || (now < 0x1p-400 && now > 0)) {
      if (!std::isfinite(now)) continue;
      int exponent;
      std::frexp(now, &exponent);
      product = Shifted(product, -exponent);
      exponents += exponent;
    }
  }
  return exponents == 0 ? product
                        : Shifted(product, static_cast<int>(exponents > 5000    ? 5000
                                                            : exponents < -5000 ? -5000
                                                                                : exponents));
}

// Its sign (a number of length 1, or 0) and the logarithm of its magnitude.
template <class W>
struct Determinant {
  W sign;
  double log_size = 0;

  template <typename T>
  Determinant(const T* diagonal, int64_t n, int64_t step, bool odd) : sign(odd ? -1.0 : 1.0) {
    for (int64_t i = 0; i < n; i++) {
      const W u = Widen(diagonal[i * step]);
      const double size = Length(u);
      if (size == 0) {
        sign = 0;
        log_size = -std::numeric_limits<double>::infinity();
        return;
      }
      log_size += std::log(size);
      sign = Times(sign, Unit(u, size));
    }
  }
};

// One Householder reflection I - tau v v^H, v[0] = 1, whose conjugate transpose takes x (n elements) to (beta, 0 …)
// with a real beta; x becomes (beta, v[1] …). As LAPACK's larfg.
template <class W>
W Reflect(W* x, int64_t n) {
  const double rest = Norm(x + 1, n - 1);
  if (rest == 0 && Im(x[0]) == 0) return W(0);
  const double beta = -std::copysign(std::hypot(Length(x[0]), rest), Re(x[0]));
  const W tau = (beta - x[0]) / beta;
  const W scale = 1.0 / (x[0] - beta);
  for (int64_t i = 1; i < n; i++) x[i] = Times(x[i], scale);
  x[0] = beta;
  return tau;
}

// y (n elements) becomes (I - tau v v^H) y; v[0] is taken for 1.
template <class W>
void Apply(const W* v, const W& tau, int64_t n, W* y) {
  W sum = y[0];
  for (int64_t i = 1; i < n; i++) sum += Times(Conj(v[i]), y[i]);
  sum = Times(sum, tau);
  y[0] -= sum;
  for (int64_t i = 1; i < n; i++) y[i] -= Times(v[i], sum);
}

// a (m, n) column after column becomes r above and on the diagonal, the reflections below; tau has min(m, n).
template <class W>
void Qr(W* a, int64_t m, int64_t n, W* tau) {
  for (int64_t j = 0; j < m && j < n; j++) {
    W* const column = a + j * m + j;
    tau[j] = Reflect(column, m - j);
    for (int64_t c = j + 1; c < n; c++) Apply(column, Conj(tau[j]), m - j, a + c * m + j);
  }
}

// q (m, columns) column after column from `count` reflections of Qr.
template <class W>
void FormQ(const W* a, const W* tau, int64_t m, int64_t count, int64_t columns, W* q) {
  for (int64_t c = 0; c < columns; c++) {
    W* const column = q + c * m;
    for (int64_t i = 0; i < m; i++) column[i] = i == c ? 1.0 : 0.0;
    for (int64_t j = c < count ? c : count - 1; j >= 0; j--) Apply(a + j * m + j, tau[j], m - j, column + j);
  }
}

}  // namespace factor
}  // namespace numrs
