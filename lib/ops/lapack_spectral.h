// Eigenvalues and singular values of one matrix in double precision, real or complex, with vectors: Jacobi rotations
// and the QR algorithm. What cpu-portable computes with; simple before fast.
#pragma once

#include <algorithm>

#include "ops/lapack_factor.h"

namespace numrs {
namespace factor {

// The exponent that brings the largest element near 1, so that no square of one overflows; elements are scaled by it.
template <class W>
int ScaleToOne(W* a, int64_t n) {
  double largest = 0;
  for (int64_t i = 0; i < n; i++) largest = std::max(largest, Rough(a[i]));
  int exponent = 0;
  if (largest > 0) std::frexp(largest, &exponent);
  // In two steps: 2^1074 is no double.
  const int first = -exponent / 2, second = -exponent - first;
  for (int64_t i = 0; i < n; i++) a[i] = Scaled(Scaled(a[i], std::ldexp(1.0, first)), std::ldexp(1.0, second));
  return exponent;
}

// The rotation of a pair of columns (x, y) whose Gram matrix, or whose part of a Hermitian matrix, is ((p, g), (conj g,
// q)): x' = c x - s conj(w) y and y' = s x + c conj(w) y are orthogonal. Golub and Van Loan, Matrix Computations, 8.5.
template <class W>
struct Rotation {
  double c, s;
  W w;

  Rotation(double p, double q, const W& g, double size) : w(Scaled(g, 1 / size)) {
    const double theta = (q - p) / (2 * size);
    const double t = (theta < 0 ? -1 : 1) / (std::fabs(theta) + std::hypot(1.0, theta));
    c = 1 / std::hypot(1.0, t);
    s = c * t;
  }
  void Turn(W* x, W* y, int64_t n, int64_t step) const {
    for (int64_t i = 0; i < n * step; i += step) {
      const W before = x[i], turned = Times(Conj(w), y[i]);
      x[i] = Scaled(before, c) - Scaled(turned, s);
      y[i] = Scaled(before, s) + Scaled(turned, c);
    }
  }
};

constexpr int kSweeps = 60;  // about 10 are the rule

// Hermitian a (n, n), column after column: values become its eigenvalues from the smallest on, vectors (n, n), column
// after column, theirs. order: room for n. Cyclic Jacobi rotations. False: no convergence.
template <class W>
bool JacobiEigen(W* a, int64_t n, double* values, W* vectors, int64_t* order) {
  const int exponent = ScaleToOne(a, n * n);
  double total = 0;
  for (int64_t i = 0; i < n * n; i++) total += Square(a[i]);
  const double small = std::sqrt(total) * 0x1p-56;
  for (int64_t i = 0; i < n * n; i++) vectors[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
  bool turned = true;
  for (int sweep = 0; turned && sweep < kSweeps; sweep++) {
    turned = false;
    for (int64_t p = 0; p < n; p++) {
      for (int64_t q = p + 1; q < n; q++) {
        const W g = a[q * n + p];
        const double size = Length(g);
        if (size <= small) continue;
        turned = true;
        const Rotation<W> r(Re(a[p * n + p]), Re(a[q * n + q]), g, size);
        r.Turn(a + p * n, a + q * n, n, 1);
        Rotation<W> other = r;  // of rows: the conjugate
        other.w = Conj(r.w);
        other.Turn(a + p, a + q, n, n);
        a[q * n + p] = a[p * n + q] = 0;
        a[p * n + p] = Re(a[p * n + p]);
        a[q * n + q] = Re(a[q * n + q]);
        r.Turn(vectors + p * n, vectors + q * n, n, 1);
      }
    }
  }
  if (turned) return false;
  for (int64_t i = 0; i < n; i++) order[i] = i;
  std::sort(order, order + n, [&](int64_t i, int64_t j) {
    const double x = Re(a[i * (n + 1)]), y = Re(a[j * (n + 1)]);
    return x < y || (x == y && i < j);
  });
  for (int64_t i = 0; i < n; i++) values[i] = std::ldexp(Re(a[order[i] * (n + 1)]), exponent);
  // a is no longer needed.
  for (int64_t c = 0; c < n; c++) std::copy(vectors + order[c] * n, vectors + order[c] * n + n, a + c * n);
  std::copy(a, a + n * n, vectors);
  return true;
}

// a (length, count), column after column, length >= count: values (count) from the largest on, u (length, columns) and
// v (count, count), column after column, with a = u s v^H; columns is at least count. order: count, tau: count, copy:
// as large as a. u and v may be nullptr together. One-sided Jacobi rotations (Hestenes 1958). False: no convergence.
template <class W>
bool JacobiSingular(W* a, int64_t length, int64_t count, int64_t columns, double* values, W* u, W* v, int64_t* order,
                    W* tau, W* copy) {
  const int exponent = ScaleToOne(a, length * count);
  const double bound = sizeof(W) == sizeof(double) ? 0x1p-52 : 0x1p-51;
  // After some sweeps what is left is rounding: of the scalar products, which are not more exact than that, and of
  // columns that are nothing but the noise of longer ones and become 0. What counts as noise grows with the sweeps.
  constexpr int kPatience = 12;
  const double loose = bound * (4 + std::sqrt(static_cast<double>(length))), total = Norm(a, length * count);
  for (int64_t i = 0; v && i < count * count; i++) v[i] = i % (count + 1) == 0 ? 1.0 : 0.0;
  bool turned = true;
  for (int sweep = 0; turned && sweep < kSweeps; sweep++) {
    turned = false;
    for (int64_t i = 0; i < count; i++) {
      for (int64_t j = i + 1; j < count; j++) {
        W *const x = a + i * length, *const y = a + j * length;
        double xx = 0, yy = 0;
        W xy = 0;
        for (int64_t e = 0; e < length; e++) {
          xx += Square(x[e]);
          yy += Square(y[e]);
          xy += Times(Conj(x[e]), y[e]);
        }
        const double size = Length(xy);
        const double limit = sweep >= kPatience ? loose : bound;
        if (size <= limit * std::sqrt(xx) * std::sqrt(yy) || size == 0) continue;
        if (sweep >= kPatience && std::sqrt(std::min(xx, yy)) <= std::ldexp(loose * total, sweep / kPatience - 1)) {
          std::fill_n(xx < yy ? x : y, length, W(0));
          continue;
        }
        turned = true;
        const Rotation<W> r(xx, yy, xy, size);
        r.Turn(x, y, length, 1);
        if (v) r.Turn(v + i * count, v + j * count, count, 1);
      }
    }
  }
  if (turned) return false;
  // tau and copy are free until the end; the lengths are kept in values.
  for (int64_t i = 0; i < count; i++) {
    order[i] = i;
    values[i] = Norm(a + i * length, length);
  }
  std::sort(order, order + count,
            [&](int64_t i, int64_t j) { return values[i] > values[j] || (values[i] == values[j] && i < j); });
  if (!u) {
    std::sort(values, values + count, [](double x, double y) { return x > y; });
    for (int64_t i = 0; i < count; i++) values[i] = std::ldexp(values[i], exponent);
    return true;
  }
  // Columns of length 0 have no direction: any that is orthogonal to all others.
  constexpr double kTiny = 1e-290;
  int64_t rank = 0;
  for (int64_t c = 0; c < count; c++) {
    const double size = values[order[c]];
    if (size > kTiny) rank = c + 1;
    for (int64_t e = 0; e < length; e++)
      copy[c * length + e] = Scaled(a[order[c] * length + e], size > kTiny ? 1 / size : 0);
  }
  // a's columns are taken: it holds v for a moment.
  for (int64_t c = 0; c < count; c++) std::copy(v + order[c] * count, v + (order[c] + 1) * count, a + c * count);
  std::copy(a, a + count * count, v);
  for (int64_t c = 0; c < count; c++) tau[c] = values[order[c]];
  for (int64_t c = 0; c < count; c++) values[c] = std::ldexp(Re(tau[c]), exponent);
  if (rank == columns) {
    std::copy(copy, copy + length * count, u);
    return true;
  }
  std::copy(copy, copy + length * rank, a);
  Qr(a, length, rank, tau);
  FormQ(a, tau, length, rank, columns, u);
  std::copy(copy, copy + length * rank, u);
  return true;
}

using Complex = std::complex<double>;

// h (n, n), column after column, becomes upper Hessenberg, and z (n, n) the unitary matrix with z h z^H = a.
inline void Hessenberg(Complex* h, int64_t n, Complex* z, Complex* row) {
  for (int64_t i = 0; i < n * n; i++) z[i] = i % (n + 1) == 0 ? 1.0 : 0.0;
  for (int64_t j = 0; j + 2 < n; j++) {
    Complex* const v = h + j * n + j + 1;
    const int64_t size = n - j - 1;
    const Complex tau = Reflect(v, size);
    for (int64_t c = j + 1; c < n; c++) Apply(v, Conj(tau), size, h + c * n + j + 1);
    // From the right: m (I - tau v v^H), for h and z.
    for (Complex* m : {h, z}) {
      for (int64_t i = 0; i < n; i++) row[i] = 0;
      for (int64_t c = 0; c < size; c++) {
        const Complex by = c == 0 ? Complex(1) : v[c];
        for (int64_t i = 0; i < n; i++) row[i] += Times(m[(j + 1 + c) * n + i], by);
      }
      for (int64_t c = 0; c < size; c++) {
        const Complex by = Times(tau, c == 0 ? Complex(1) : Conj(v[c]));
        for (int64_t i = 0; i < n; i++) m[(j + 1 + c) * n + i] -= Times(row[i], by);
      }
    }
    for (int64_t i = 1; i < size; i++) v[i] = 0;
  }
}

// The upper Hessenberg h becomes upper triangular, z follows; rotations: room for 2 n. Explicit single shifts after
// Wilkinson. False: no convergence.
inline bool Schur(Complex* h, int64_t n, Complex* z, Complex* rotations) {
  const auto at = [=](int64_t i, int64_t j) -> Complex& { return h[j * n + i]; };
  double norm = 0;
  for (int64_t i = 0; i < n * n; i++) norm = std::max(norm, Rough(h[i]));
  int64_t high = n - 1;
  int tries = 0;
  while (high > 0) {
    int64_t low = high;
    while (low > 0) {
      double scale = Rough(at(low - 1, low - 1)) + Rough(at(low, low));
      if (scale == 0) scale = norm;
      if (Rough(at(low, low - 1)) <= 0x1p-53 * scale) {
        at(low, low - 1) = 0;
        break;
      }
      low--;
    }
    if (low == high) {
      high--;
      tries = 0;
      continue;
    }
    if (++tries > 300) return false;
    Complex shift;
    if (tries % 10 == 0) {  // what goes round in circles
      shift = at(high, high) + Rough(at(high, high - 1));
    } else {
      const Complex a = at(high - 1, high - 1), b = at(high - 1, high), c = at(high, high - 1), d = at(high, high);
      const Complex half = Scaled(a - d, 0.5), root = std::sqrt(Times(half, half) + Times(b, c));
      const Complex down = Rough(half + root) > Rough(half - root) ? half + root : half - root;
      shift = Rough(down) == 0 ? d : d - Times(b, c) / down;
    }
    for (int64_t i = low; i <= high; i++) at(i, i) -= shift;
    for (int64_t k = low; k < high; k++) {
      const Complex a = at(k, k), b = at(k + 1, k);
      const double size = Length(a), whole = std::hypot(size, Length(b));
      Complex c = 1, s = 0;
      if (size == 0 && whole > 0) {
        c = 0;
        s = Scaled(Conj(b), 1 / whole);
      } else if (whole > 0) {
        c = size / whole;
        s = Times(Scaled(a, 1 / size), Scaled(Conj(b), 1 / whole));
      }
      rotations[2 * k] = c;
      rotations[2 * k + 1] = s;
      for (int64_t j = k; j < n; j++) {
        const Complex t = at(k, j), u = at(k + 1, j);
        at(k, j) = Scaled(t, c.real()) + Times(s, u);
        at(k + 1, j) = Scaled(u, c.real()) - Times(Conj(s), t);
      }
      at(k + 1, k) = 0;
    }
    for (int64_t k = low; k < high; k++) {
      const double c = rotations[2 * k].real();
      const Complex s = rotations[2 * k + 1];
      const auto turn = [&](Complex* x, Complex* y, int64_t count) {
        for (int64_t i = 0; i < count; i++) {
          const Complex t = x[i], u = y[i];
          x[i] = Scaled(t, c) + Times(Conj(s), u);
          y[i] = Scaled(u, c) - Times(s, t);
        }
      };
      turn(h + k * n, h + (k + 1) * n, k + 2);
      turn(z + k * n, z + (k + 1) * n, n);
    }
    for (int64_t i = low; i <= high; i++) at(i, i) += shift;
  }
  return true;
}

// Eigenvectors of the upper triangular t times z, column after column into vectors, each of length 1 with a real
// largest element. x: room for n.
inline void TriangularVectors(const Complex* t, int64_t n, const Complex* z, Complex* vectors, Complex* x) {
  double norm = 0;
  for (int64_t i = 0; i < n * n; i++) norm = std::max(norm, Rough(t[i]));
  const double least = std::max(norm * 0x1p-53, 1e-290);
  for (int64_t k = 0; k < n; k++) {
    x[k] = 1;
    for (int64_t i = k - 1; i >= 0; i--) {
      Complex sum = 0;
      for (int64_t j = i + 1; j <= k; j++) sum += Times(t[j * n + i], x[j]);
      Complex gap = t[i * n + i] - t[k * n + k];
      if (Rough(gap) < least) gap = least;
      x[i] = -sum / gap;
      if (Rough(x[i]) > 1e100) {  // keep the numbers small
        const double by = 1 / Rough(x[i]);
        for (int64_t j = i; j <= k; j++) x[j] = Scaled(x[j], by);
      }
    }
    Complex* const v = vectors + k * n;
    for (int64_t i = 0; i < n; i++) v[i] = 0;
    for (int64_t j = 0; j <= k; j++) {
      for (int64_t i = 0; i < n; i++) v[i] += Times(z[j * n + i], x[j]);
    }
    const double length = Norm(v, n);
    int64_t largest = 0;
    for (int64_t i = 1; i < n; i++) {
      if (Square(v[i]) > Square(v[largest])) largest = i;
    }
    const Complex by = length > 0 ? Conj(v[largest]) / (Length(v[largest]) * length) : Complex(1);
    for (int64_t i = 0; i < n; i++) v[i] = Times(v[i], by);
    v[largest] = v[largest].real();
  }
}

}  // namespace factor
}  // namespace numrs
