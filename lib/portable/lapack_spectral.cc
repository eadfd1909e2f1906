// Eigenvalues, singular values and least squares of cpu-portable, in double precision.
#include "ops/lapack_spectral.h"

#include <algorithm>

#include "portable/lapack.h"

namespace numrs {
namespace portable {
namespace {

using namespace factor;

template <typename T>
struct Spectra {
  using W = WideOf<T>;
  using R = RealType<T>;
  static constexpr int64_t kSize = static_cast<int64_t>(sizeof(W));
  static constexpr bool kReal = sizeof(W) == sizeof(double);

  static Status EighBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return ScratchBytes(function, {{s.n, s.n, 2 * kSize}, {s.n, 1, 16}}, bytes);
  }

  static LapackEnd RunEigh(const LapackItem& s) {
    const int64_t n = s.n;
    W* const a = static_cast<W*>(s.scratch);
    W* const vectors = a + n * n;
    double* const values = reinterpret_cast<double*>(vectors + n * n);
    int64_t* const order = reinterpret_cast<int64_t*>(values + n);
    const bool upper = s.flags & kLapackUpper;
    bool finite = true;
    for (int64_t j = 0; j < n; j++) {
      for (int64_t i = j; i < n; i++) {
        W x = Widen(Load<T>(s.a, upper ? i * n + j : j * n + i));  // the element (i, j) of the lower triangle
        if (upper) x = Conj(x);
        if (i == j) x = Re(x);
        finite = finite && Finite(x);
        a[j * n + i] = x;
        a[i * n + j] = Conj(x);
      }
    }
    if (!finite) return LapackEnd::NOT_FINITE;
    if (!JacobiEigen(a, n, values, vectors, order)) return LapackEnd::NOT_CONVERGED;
    for (int64_t i = 0; i < n; i++) Store(s.out[0], i, static_cast<R>(values[i]));
    if (s.flags & kLapackVectors) {
      for (int64_t i = 0; i < n * n; i++) Store(s.out[1], i, Narrow<T>(vectors[i]));
    }
    return LapackEnd::DONE;
  }

  static Status EigBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return ScratchBytes(function, {{s.n, s.n, 48}, {s.n, 2, 16}}, bytes);
  }

  static LapackEnd RunEig(const LapackItem& s) {
    using C = std::complex<R>;
    const int64_t n = s.n;
    Complex* const h = static_cast<Complex*>(s.scratch);
    Complex* const z = h + n * n;
    Complex* const vectors = z + n * n;
    Complex* const more = vectors + n * n;
    bool finite = true;
    for (int64_t i = 0; i < n * n; i++) {
      h[i] = Widen(Load<T>(s.a, i));
      finite = finite && Finite(h[i]);
    }
    if (!finite) return LapackEnd::NOT_FINITE;
    const int exponent = ScaleToOne(h, n * n);
    const double norm = Norm(h, n * n);
    Hessenberg(h, n, z, more);
    if (!Schur(h, n, z, more)) return LapackEnd::NOT_CONVERGED;
    TriangularVectors(h, n, z, vectors, more);
    // Of real matrices: what is imaginary by rounding alone.
    const double rounding = 0x1p-50 * static_cast<double>(n);
    for (int64_t k = 0; k < n; k++) {
      Complex value = h[k * (n + 1)];
      Complex* const v = vectors + k * n;
      if (kReal && std::fabs(value.imag()) <= rounding * norm) {
        value = value.real();
        double largest = 0;
        for (int64_t i = 0; i < n; i++) largest = std::max(largest, std::fabs(v[i].imag()));
        for (int64_t i = 0; largest <= rounding && i < n; i++) v[i] = v[i].real();
      }
      Store(s.out[0], k,
            static_cast<C>(Complex(std::ldexp(value.real(), exponent), std::ldexp(value.imag(), exponent))));
      for (int64_t i = 0; (s.flags & kLapackVectors) && i < n; i++) Store(s.out[1], k * n + i, static_cast<C>(v[i]));
    }
    return LapackEnd::DONE;
  }

  // The factors of the taller of the matrix and its conjugate transpose.
  struct Svd {
    int64_t length, count, columns;
    W *a, *copy, *v, *u, *tau;
    double* values;
    int64_t* order;

    Svd(const LapackItem& s, bool full)
        : length(std::max(s.m, s.n)), count(std::min(s.m, s.n)), columns(full ? length : count) {
      a = static_cast<W*>(s.scratch);
      copy = a + length * count;
      v = copy + length * count;
      u = v + count * count;
      tau = u + length * columns;
      values = reinterpret_cast<double*>(tau + count);
      order = reinterpret_cast<int64_t*>(values + count);
    }
    static Status Bytes(const char* function, const LapackItem& s, bool full, size_t* bytes) {
      const int64_t length = std::max(s.m, s.n), count = std::min(s.m, s.n);
      return ScratchBytes(function,
                          {{length, count, 2 * kSize},
                           {count, count, kSize},
                           {length, full ? length : count, kSize},
                           {count, 1, kSize + 16}},
                          bytes);
    }
    // row, col: strides of the matrix.
    LapackEnd Run(const LapackItem& s, int64_t row, int64_t col, bool vectors) {
      bool finite = true;
      const bool tall = s.m >= s.n;
      for (int64_t c = 0; c < count; c++) {
        for (int64_t e = 0; e < length; e++) {
          const W x = Widen(Load<T>(s.a, tall ? e * row + c * col : c * row + e * col));
          finite = finite && Finite(x);
          a[c * length + e] = tall ? x : Conj(x);
        }
      }
      if (!finite) return LapackEnd::NOT_FINITE;
      const bool converged = JacobiSingular(a, length, count, columns, values, vectors ? u : nullptr,
                                            vectors ? v : nullptr, order, tau, copy);
      return converged ? LapackEnd::DONE : LapackEnd::NOT_CONVERGED;
    }
  };

  static Status SvdBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return Svd::Bytes(function, s, s.flags & kLapackFull, bytes);
  }

  static LapackEnd RunSvd(const LapackItem& s) {
    const bool vectors = s.flags & kLapackVectors;
    Svd f(s, s.flags & kLapackFull);
    const LapackEnd end = f.Run(s, s.n, 1, vectors);
    if (end != LapackEnd::DONE) return end;
    for (int64_t i = 0; i < f.count; i++) Store(s.out[0], i, static_cast<R>(f.values[i]));
    if (!vectors) return end;
    // a = u s v^H, or a^H = u s v^H and a = v s u^H; both go out row after row.
    const bool tall = s.m >= s.n;
    void* const long_out = tall ? s.out[1] : s.out[2];
    void* const short_out = tall ? s.out[2] : s.out[1];
    for (int64_t c = 0; c < f.columns; c++) {
      for (int64_t e = 0; e < f.length; e++) {
        const W x = f.u[c * f.length + e];
        Store(long_out, tall ? e * f.columns + c : c * f.length + e, Narrow<T>(tall ? x : Conj(x)));
      }
    }
    for (int64_t c = 0; c < f.count; c++) {
      for (int64_t e = 0; e < f.count; e++) {
        const W x = f.v[c * f.count + e];
        Store(short_out, tall ? c * f.count + e : e * f.count + c, Narrow<T>(tall ? Conj(x) : x));
      }
    }
    return end;
  }

  static Status LstsqBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return Svd::Bytes(function, s, false, bytes);
  }

  static LapackEnd RunLstsq(const LapackItem& s) {
    const int64_t m = s.m, n = s.n;
    bool finite = true;
    for (int64_t i = 0; i < m * s.k; i++) finite = finite && Finite(Widen(Load<T>(s.b, i)));
    if (!finite) return LapackEnd::NOT_FINITE;
    Svd f(s, false);
    const LapackEnd end = f.Run(s, 1, m, true);
    if (end != LapackEnd::DONE) return end;
    const bool tall = m >= n;
    const W *u = tall ? f.u : f.v, *v = tall ? f.v : f.u;  // (m, count), (n, count)
    int64_t rank = 0;
    while (rank < f.count && f.values[rank] > s.rcond * f.values[0]) rank++;
    for (int64_t c = 0; c < s.k; c++) {
      for (int64_t j = 0; j < rank; j++) {
        W sum = 0;
        for (int64_t i = 0; i < m; i++) sum += Times(Conj(u[j * m + i]), Widen(Load<T>(s.b, c * m + i)));
        f.tau[j] = sum / f.values[j];
      }
      for (int64_t i = 0; i < n; i++) {
        W sum = 0;
        for (int64_t j = 0; j < rank; j++) sum += Times(v[j * n + i], f.tau[j]);
        Store(s.out[0], c * n + i, Narrow<T>(sum));
      }
    }
    Store(s.out[1], 0, rank);
    for (int64_t i = 0; i < f.count; i++) Store(s.out[2], i, static_cast<R>(f.values[i]));
    return end;
  }

  static void Fill(LinalgTable* t) {
    constexpr int32_t d = DTypeOf<T>::value;
    t->lapack_bytes[kLapack_eigh][d] = EighBytes;
    t->lapack[kLapack_eigh][d] = RunEigh;
    t->lapack_bytes[kLapack_eig][d] = EigBytes;
    t->lapack[kLapack_eig][d] = RunEig;
    t->lapack_bytes[kLapack_svd][d] = SvdBytes;
    t->lapack[kLapack_svd][d] = RunSvd;
    t->lapack_bytes[kLapack_lstsq][d] = LstsqBytes;
    t->lapack[kLapack_lstsq][d] = RunLstsq;
  }
};

}  // namespace

void FillLapackSpectra(LinalgTable* t) {
  Spectra<float>::Fill(t);
  Spectra<double>::Fill(t);
  Spectra<std::complex<float>>::Fill(t);
  Spectra<std::complex<double>>::Fill(t);
}

}  // namespace portable
}  // namespace numrs
