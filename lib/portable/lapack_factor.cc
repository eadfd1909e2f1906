// Factorisations of cpu-portable: Cholesky, LU (solve, inverse, determinant) and QR, in double precision.
#include "ops/lapack_factor.h"

#include <algorithm>

#include "portable/lapack.h"

namespace numrs {
namespace portable {
namespace {

using namespace factor;

template <typename T>
struct Factor {
  using W = WideOf<T>;
  static constexpr int64_t kSize = static_cast<int64_t>(sizeof(W));

  static Status SquareBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return ScratchBytes(function, {{s.n, s.n, kSize}, {s.n, 1, kSize}, {s.n, 1, 8}}, bytes);
  }

  // a as W, row after row; rows: so it lies.
  static void Take(const LapackItem& s, bool rows, W* to) {
    for (int64_t i = 0; i < s.n; i++) {
      for (int64_t j = 0; j < s.n; j++) to[i * s.n + j] = Widen(Load<T>(s.a, rows ? i * s.n + j : j * s.n + i));
    }
  }

  static LapackEnd RunCholesky(const LapackItem& s) {
    W* const a = static_cast<W*>(s.scratch);
    const bool upper = s.flags & kLapackUpper;
    const int64_t n = s.n;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = 0; j <= i; j++) {
        const W x = Widen(Load<T>(s.a, upper ? j * n + i : i * n + j));
        a[i * n + j] = upper ? Conj(x) : x;
      }
    }
    if (!Cholesky(a, n)) return LapackEnd::NOT_POSITIVE;
    for (int64_t i = 0; i < n; i++) {
      for (int64_t j = 0; j < n; j++) {
        const W x = upper ? (j >= i ? Conj(a[j * n + i]) : W(0)) : j <= i ? a[i * n + j] : W(0);
        Store(s.out[0], i * n + j, Narrow<T>(x));
      }
    }
    return LapackEnd::DONE;
  }

  static LapackEnd RunSolve(const LapackItem& s) {
    const int64_t n = s.n;
    W* const a = static_cast<W*>(s.scratch);
    W* const x = a + n * n;
    int64_t* const swaps = reinterpret_cast<int64_t*>(x + n);
    Take(s, false, a);
    if (!Lu(a, n, swaps)) return LapackEnd::SINGULAR;
    for (int64_t c = 0; c < s.k; c++) {
      for (int64_t i = 0; i < n; i++) x[i] = Widen(Load<T>(s.b, c * n + i));
      LuSolve(a, n, swaps, x);
      for (int64_t i = 0; i < n; i++) Store(s.out[0], c * n + i, Narrow<T>(x[i]));
    }
    return LapackEnd::DONE;
  }

  static LapackEnd RunInverse(const LapackItem& s) {
    const int64_t n = s.n;
    W* const a = static_cast<W*>(s.scratch);
    W* const x = a + n * n;
    int64_t* const swaps = reinterpret_cast<int64_t*>(x + n);
    Take(s, true, a);
    if (!Lu(a, n, swaps)) return LapackEnd::SINGULAR;
    for (int64_t c = 0; c < n; c++) {
      for (int64_t i = 0; i < n; i++) x[i] = i == c ? 1.0 : 0.0;
      LuSolve(a, n, swaps, x);
      for (int64_t i = 0; i < n; i++) Store(s.out[0], i * n + c, Narrow<T>(x[i]));
    }
    return LapackEnd::DONE;
  }

  static LapackEnd RunDeterminant(const LapackItem& s) {
    const int64_t n = s.n;
    W* const a = static_cast<W*>(s.scratch);
    int64_t* const swaps = reinterpret_cast<int64_t*>(a + n * n + n);
    Take(s, true, a);
    Lu(a, n, swaps);
    bool odd = false;
    for (int64_t i = 0; i < n; i++) odd ^= swaps[i] != i;
    if (s.out[0]) {
      Store(s.out[0], 0, Narrow<T>(DeterminantValue(a, n, n + 1, odd)));
    } else {
      const Determinant<W> d(a, n, n + 1, odd);
      Store(s.out[1], 0, Narrow<T>(d.sign));
      Store(s.out[2], 0, static_cast<RealType<T>>(d.log_size));
    }
    return LapackEnd::DONE;
  }

  static int64_t QColumns(const LapackItem& s) { return s.flags & kLapackFull ? s.m : std::min(s.m, s.n); }

  static Status QrBytes(const char* function, const LapackItem& s, size_t* bytes) {
    return ScratchBytes(function, {{s.m, s.n, kSize}, {std::min(s.m, s.n), 1, kSize}, {s.m, QColumns(s), kSize}},
                        bytes);
  }

  static LapackEnd RunQr(const LapackItem& s) {
    const int64_t m = s.m, n = s.n, count = std::min(m, n), columns = QColumns(s);
    W* const a = static_cast<W*>(s.scratch);
    W* const tau = a + m * n;
    W* const q = tau + count;
    for (int64_t i = 0; i < m * n; i++) a[i] = Widen(Load<T>(s.a, i));
    Qr(a, m, n, tau);
    for (int64_t j = 0; j < n; j++) {
      for (int64_t i = 0; i < columns; i++) Store(s.out[1], j * columns + i, i <= j ? Narrow<T>(a[j * m + i]) : T(0));
    }
    if (!(s.flags & kLapackVectors)) return LapackEnd::DONE;
    FormQ(a, tau, m, count, columns, q);
    for (int64_t i = 0; i < m * columns; i++) Store(s.out[0], i, Narrow<T>(q[i]));
    return LapackEnd::DONE;
  }

  static void Fill(LinalgTable* t) {
    constexpr int32_t d = DTypeOf<T>::value;
    for (LapackOp op : {kLapack_cholesky, kLapack_solve, kLapack_inverse, kLapack_determinant})
      t->lapack_bytes[op][d] = SquareBytes;
    t->lapack_bytes[kLapack_qr][d] = QrBytes;
    t->lapack[kLapack_cholesky][d] = RunCholesky;
    t->lapack[kLapack_solve][d] = RunSolve;
    t->lapack[kLapack_inverse][d] = RunInverse;
    t->lapack[kLapack_determinant][d] = RunDeterminant;
    t->lapack[kLapack_qr][d] = RunQr;
  }
};

}  // namespace

Status ScratchBytes(const char* function, std::initializer_list<ScratchPart> parts, size_t* bytes) {
  size_t total = 0, part;
  for (const ScratchPart& p : parts) {
    if (__builtin_mul_overflow(static_cast<size_t>(p.rows), static_cast<size_t>(p.cols), &part) ||
        __builtin_mul_overflow(part, static_cast<size_t>(p.size), &part) ||
        __builtin_add_overflow(total, part, &total) || total > SIZE_MAX / 2)
      return Fail(NUMRS_NO_MEMORY, "%s: the buffers would overflow 64 bits", function);
  }
  *bytes = total;
  return NUMRS_OK;
}

void FillLapackFactors(LinalgTable* t) {
  Factor<float>::Fill(t);
  Factor<double>::Fill(t);
  Factor<std::complex<float>>::Fill(t);
  Factor<std::complex<double>>::Fill(t);
}

}  // namespace portable
}  // namespace numrs
