// The kernels of table/lapack.def by LAPACK: arguments in Fortran's order, sizes of its workspaces, what its answers
// mean.
#include "cpu/lapack.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "cpu/lapack_load.h"
#include "ops/lapack_factor.h"

namespace numrs {
namespace cpu {
namespace {

constexpr int64_t kMost = std::numeric_limits<Integer>::max();

Integer I(int64_t x) { return static_cast<Integer>(x); }

// A call with this instead of scratch memory only asks for the length of the work array.
struct Query {};

// Scratch memory: integers, then real numbers (of complex routines), then the work array, then further elements.
struct Parts {
  int64_t integers = 0, reals = 0, work = 1, extra = 0;
};

template <typename T>
struct Scratch {
  Integer* integers;
  RealPartType<T>* reals;
  T* extra;
  T* work;
  Integer lwork;

  static size_t Round(int64_t bytes) { return (static_cast<size_t>(bytes) + 63) & ~size_t{63}; }
  static size_t Before(const Parts& p) {
    return Round(p.integers * static_cast<int64_t>(sizeof(Integer))) +
           Round(p.reals * static_cast<int64_t>(sizeof(RealPartType<T>))) +
           Round(p.extra * static_cast<int64_t>(sizeof(T)));
  }
  static size_t Bytes(const Parts& p) { return Before(p) + Round(p.work * static_cast<int64_t>(sizeof(T))); }

  Scratch(Query, Integer* integers_, RealPartType<T>* reals_, T* work_)
      : integers(integers_), reals(reals_), extra(work_), work(work_), lwork(-1) {}
  // The work array is the rest.
  Scratch(const LapackItem& s, const Parts& p) {
    char* at = static_cast<char*>(s.scratch);
    integers = reinterpret_cast<Integer*>(at);
    at += Round(p.integers * static_cast<int64_t>(sizeof(Integer)));
    reals = reinterpret_cast<RealPartType<T>*>(at);
    at += Round(p.reals * static_cast<int64_t>(sizeof(RealPartType<T>)));
    extra = reinterpret_cast<T*>(at);
    work = reinterpret_cast<T*>(static_cast<char*>(s.scratch) + Before(p));
    lwork = I(std::min<int64_t>(static_cast<int64_t>((s.scratch_bytes - Before(p)) / sizeof(T)), kMost));
  }
};

template <typename T>
bool AllFinite(const void* x, int64_t n) {
  using R = RealPartType<T>;
  const R* const p = static_cast<const R*>(x);
  bool finite = true;
  for (int64_t i = 0; i < n * static_cast<int64_t>(sizeof(T) / sizeof(R)); i++)
    finite &= std::fabs(p[i]) <= std::numeric_limits<R>::max();
  return finite;
}

template <typename T>
struct Lapack {
  using R = RealPartType<T>;
  using C = std::complex<R>;
  static constexpr bool kComplex = sizeof(T) != sizeof(R);

  static const Routines<T>& Get() { return *LapackRoutines<T>(); }

  static T* At(void* p) { return static_cast<T*>(p); }

  // Loads the library and refuses what its integers cannot count.
  static Status Ready(const char* function, const LapackItem& s) {
    if (!LapackRoutines<T>()) {
      return Fail(NUMRS_UNSUPPORTED, "%s: OpenBLAS cannot be loaded (%s); backend cpu-portable does without", function,
                  LapackProblem());
    }
    return Fits(function, s, std::max(std::max(s.m, s.n), s.k) < kMost / 256);
  }
  static Status Fits(const char* function, const LapackItem& s, bool fits) {
    if (fits) return NUMRS_OK;
    return Fail(NUMRS_UNSUPPORTED, "%s: a matrix of %lld x %lld is too large for the 32-bit integers of LAPACK",
                function, (long long)s.m, (long long)s.n);
  }
  // The work array as asked for, at least `least`. Not every version rounds the number up when it becomes a float32.
  static int64_t Asked(const T& wanted, double least) {
    const double asked = static_cast<double>(factor::Re(factor::Widen(wanted))) * (1 + 0x1p-22) + 1;
    return static_cast<int64_t>(std::min(std::max(asked, least), static_cast<double>(kMost)));
  }

  // cholesky, inverse, determinant, solve
  static Status SquareBytes(const char* function, const LapackItem& s, size_t* bytes) {
    *bytes = 0;
    if (s.n <= kSmallMatrix) return NUMRS_OK;
    NUMRS_TRY(Ready(function, s));
    *bytes = Scratch<T>::Bytes(SquareParts(s));
    return NUMRS_OK;
  }
  static Parts SquareParts(const LapackItem& s) { return Parts{s.n, 0, 1, 0}; }
  static Status InverseBytes(const char* function, const LapackItem& s, size_t* bytes) {
    *bytes = 0;
    if (s.n <= kSmallInverse<T>) return NUMRS_OK;
    NUMRS_TRY(Ready(function, s));
    *bytes = Scratch<T>::Bytes(InverseParts(s));
    return NUMRS_OK;
  }
  static Parts InverseParts(const LapackItem& s) { return Parts{s.n, 0, 1, s.n * s.n}; }

  // Scratch memory is not needed, the library is.
  static Status CholeskyBytes(const char* function, const LapackItem& s, size_t* bytes) {
    *bytes = 0;
    return s.n <= kSmallCholesky<T> ? NUMRS_OK : Ready(function, s);
  }
  static LapackEnd Cholesky(const LapackItem& s) {
    if (s.n <= kSmallCholesky<T>) return SmallCholesky<T>(s);
    // Rows of a are columns of its conjugate: l and u change places.
    const bool upper = s.flags & kLapackUpper;
    const Integer n = I(s.n);
    Integer info = 0;
    T* const a = At(s.a);
    Get().potrf(upper ? "L" : "U", &n, a, &n, &info, 1);
    if (info != 0) return LapackEnd::NOT_POSITIVE;
    for (int64_t i = 0; i < s.n; i++) {
      if (upper)
        std::fill(a + i * s.n, a + i * s.n + i, T(0));
      else
        std::fill(a + i * s.n + i + 1, a + (i + 1) * s.n, T(0));
    }
    return LapackEnd::DONE;
  }

  static LapackEnd Solve(const LapackItem& s) {
    if (s.n <= kSmallMatrix) return SmallSolve<T>(s);
    const Scratch<T> w(s, SquareParts(s));
    const Integer n = I(s.n), k = I(s.k);
    Integer info = 0;
    Get().getrf(&n, &n, At(s.a), &n, w.integers, &info);
    if (info != 0) return LapackEnd::SINGULAR;
    Get().getrs("N", &n, &k, At(s.a), &n, w.integers, At(s.b), &n, &info, 1);
    return LapackEnd::DONE;
  }

  static LapackEnd Inverse(const LapackItem& s) {
    if (s.n <= kSmallInverse<T>) return SmallInverse<T>(s);
    const Scratch<T> w(s, InverseParts(s));
    const Integer n = I(s.n);
    Integer info = 0;
    Get().getrf(&n, &n, At(s.a), &n, w.integers, &info);
    if (info != 0) return LapackEnd::SINGULAR;
    std::fill(w.extra, w.extra + s.n * s.n, T(0));
    for (int64_t i = 0; i < s.n; i++) w.extra[i * (s.n + 1)] = T(1);
    Get().getrs("N", &n, &n, At(s.a), &n, w.integers, w.extra, &n, &info, 1);
    std::memcpy(s.out[0], w.extra, static_cast<size_t>(s.n * s.n) * sizeof(T));
    return LapackEnd::DONE;
  }

  static LapackEnd Determinant(const LapackItem& s) {
    if (s.n <= kSmallMatrix) return SmallDeterminant<T>(s);
    const Scratch<T> w(s, SquareParts(s));
    const Integer n = I(s.n);
    Integer info = 0;
    Get().getrf(&n, &n, At(s.a), &n, w.integers, &info);
    bool odd = false;
    for (int64_t i = 0; i < s.n; i++) odd ^= w.integers[i] != i + 1;
    if (s.out[0]) {
      *At(s.out[0]) = factor::Narrow<T>(factor::DeterminantValue(At(s.a), s.n, s.n + 1, odd));
    } else {
      const factor::Determinant<factor::WideOf<T>> d(At(s.a), s.n, s.n + 1, odd);
      *At(s.out[1]) = factor::Narrow<T>(d.sign);
      *static_cast<R*>(s.out[2]) = static_cast<R>(d.log_size);
    }
    return LapackEnd::DONE;
  }

  static int64_t QColumns(const LapackItem& s) { return s.flags & kLapackFull ? s.m : std::min(s.m, s.n); }
  static Parts QrParts(const LapackItem& s) { return Parts{0, 0, 1, std::min(s.m, s.n)}; }
  static Status QrBytes(const char* function, const LapackItem& s, size_t* bytes) {
    NUMRS_TRY(Ready(function, s));
    const Integer m = I(s.m), n = I(s.n), c = I(std::min(s.m, s.n)), columns = I(QColumns(s)), query = -1;
    Integer info = 0;
    T none(0), first(0), second(0);
    Get().geqrf(&m, &n, &none, &m, &none, &first, &query, &info);
    Get().orgqr(&m, &columns, &c, &none, &m, &none, &second, &query, &info);
    Parts p = QrParts(s);
    p.work = std::max(Asked(first, static_cast<double>(s.n)), Asked(second, static_cast<double>(columns)));
    *bytes = Scratch<T>::Bytes(p);
    return NUMRS_OK;
  }
  static LapackEnd Qr(const LapackItem& s) {
    const Scratch<T> w(s, QrParts(s));
    const int64_t rows = QColumns(s), count = std::min(s.m, s.n);
    const Integer m = I(s.m), n = I(s.n), c = I(count), columns = I(rows);
    Integer info = 0;
    T *const a = At(s.a), *const r = At(s.out[1]), *const q = At(s.out[0]);
    Get().geqrf(&m, &n, a, &m, w.extra, w.work, &w.lwork, &info);
    for (int64_t j = 0; j < s.n; j++) {
      const int64_t above = std::min(j + 1, std::min(rows, s.m));
      std::copy(a + j * s.m, a + j * s.m + above, r + j * rows);
      std::fill(r + j * rows + above, r + (j + 1) * rows, T(0));
    }
    if (!(s.flags & kLapackVectors)) return LapackEnd::DONE;
    std::copy(a, a + s.m * count, q);
    std::fill(q + s.m * count, q + s.m * rows, T(0));
    Get().orgqr(&m, &columns, &c, q, &m, w.extra, w.work, &w.lwork, &info);
    return LapackEnd::DONE;
  }

  static Parts EighParts(const LapackItem& s) {
    const bool vectors = s.flags & kLapackVectors;
    return Parts{3 + 5 * s.n, kComplex ? (vectors ? 1 + 5 * s.n + 2 * s.n * s.n : s.n) : 0, 1, 0};
  }
  static void CallEigh(const LapackItem& s, T* a, R* values, const Scratch<T>& w, Integer* info) {
    const char* const job = s.flags & kLapackVectors ? "V" : "N";
    const char* const part = s.flags & kLapackUpper ? "U" : "L";
    const Parts p = EighParts(s);
    const Integer n = I(s.n), li = I(p.integers), lr = I(std::min(p.reals, kMost));
    if constexpr (kComplex)
      Get().syevd(job, part, &n, a, &n, values, w.work, &w.lwork, w.reals, &lr, w.integers, &li, info, 1, 1);
    else
      (void)lr, Get().syevd(job, part, &n, a, &n, values, w.work, &w.lwork, w.integers, &li, info, 1, 1);
  }
  static Status EighBytes(const char* function, const LapackItem& s, size_t* bytes) {
    NUMRS_TRY(Ready(function, s));
    NUMRS_TRY(Fits(function, s, s.n < 32000));
    T none(0), wanted(0);
    R value = 0;
    Parts p = EighParts(s);
    Integer integers = 0, info = 0;
    R reals = 0;
    Scratch<T> w(Query{}, &integers, &reals, &wanted);
    CallEigh(s, &none, &value, w, &info);
    const double n = static_cast<double>(s.n);
    p.work = Asked(wanted, s.flags & kLapackVectors ? 1 + 6 * n + 2 * n * n : 2 * n + 1);
    *bytes = Scratch<T>::Bytes(p);
    return NUMRS_OK;
  }
  static LapackEnd Eigh(const LapackItem& s) {
    const Scratch<T> w(s, EighParts(s));
    T* const a = At(s.a);
    // The triangle that is read, column after column.
    bool finite = true;
    for (int64_t j = 0; j < s.n; j++)
      finite = finite &&
               (s.flags & kLapackUpper ? AllFinite<T>(a + j * s.n, j + 1) : AllFinite<T>(a + j * (s.n + 1), s.n - j));
    if (!finite) return LapackEnd::NOT_FINITE;
    Integer info = 0;
    CallEigh(s, a, static_cast<R*>(s.out[0]), w, &info);
    if (info != 0) return LapackEnd::NOT_CONVERGED;
    return LapackEnd::DONE;
  }

  // Real vectors come as pairs of real and imaginary parts.
  static Parts EigParts(const LapackItem& s) {
    const int64_t vectors = s.flags & kLapackVectors ? s.n * s.n : 0;
    return Parts{0, 2 * s.n, 1, kComplex ? 0 : vectors};
  }
  static void CallEig(const LapackItem& s, T* a, void* values, T* vectors, const Scratch<T>& w, Integer* info) {
    const char* const job = s.flags & kLapackVectors ? "V" : "N";
    const Integer n = I(s.n), one = 1;
    T none(0);
    if constexpr (kComplex)
      Get().geev("N", job, &n, a, &n, At(values), &none, &one, vectors, &n, w.work, &w.lwork, w.reals, info, 1, 1);
    else
      (void)values, Get().geev("N", job, &n, a, &n, w.reals, w.reals + s.n, &none, &one, vectors, &n, w.work, &w.lwork,
                               info, 1, 1);
  }
  static Status EigBytes(const char* function, const LapackItem& s, size_t* bytes) {
    NUMRS_TRY(Ready(function, s));
    T none(0), wanted(0);
    R reals = 0;
    Integer integers = 0, info = 0;
    C value(0);
    Scratch<T> w(Query{}, &integers, &reals, &wanted);
    CallEig(s, &none, &value, &none, w, &info);
    Parts p = EigParts(s);
    p.work = Asked(wanted, 4 * static_cast<double>(s.n));
    *bytes = Scratch<T>::Bytes(p);
    return NUMRS_OK;
  }
  static LapackEnd Eig(const LapackItem& s) {
    if (!AllFinite<T>(s.a, s.n * s.n)) return LapackEnd::NOT_FINITE;
    const Scratch<T> w(s, EigParts(s));
    Integer info = 0;
    const bool vectors = s.flags & kLapackVectors;
    C *const values = static_cast<C*>(s.out[0]), *const out = static_cast<C*>(s.out[1]);
    T none(0);
    if constexpr (kComplex) {
      CallEig(s, At(s.a), values, vectors ? out : &none, w, &info);
      return info == 0 ? LapackEnd::DONE : LapackEnd::NOT_CONVERGED;
    } else {
      CallEig(s, At(s.a), nullptr, vectors ? w.extra : &none, w, &info);
      if (info != 0) return LapackEnd::NOT_CONVERGED;
      const R *const re = w.reals, *const im = w.reals + s.n;
      for (int64_t j = 0; j < s.n; j++) values[j] = C(re[j], im[j]);
      for (int64_t j = 0; vectors && j < s.n; j++) {
        const R* const v = w.extra + j * s.n;
        if (im[j] == 0 || j + 1 == s.n) {
          for (int64_t i = 0; i < s.n; i++) out[j * s.n + i] = C(v[i], 0);
        } else {
          for (int64_t i = 0; i < s.n; i++) {
            out[j * s.n + i] = C(v[i], v[s.n + i]);
            out[(j + 1) * s.n + i] = C(v[i], -v[s.n + i]);
          }
          j++;
        }
      }
      return LapackEnd::DONE;
    }
  }

  static Parts SvdParts(const LapackItem& s) {
    const int64_t small = std::min(s.m, s.n), large = std::max(s.m, s.n);
    const int64_t reals = s.flags & kLapackVectors
                              ? std::max(5 * small * small + 5 * small, 2 * large * small + 2 * small * small + small)
                              : 7 * small;
    return Parts{8 * small, kComplex ? reals : 0, 1, 0};
  }
  // Rows of a are the columns of its transposed matrix, whose u is our vh and whose vt is our u.
  static void CallSvd(const LapackItem& s, T* a, R* values, T* u, T* vh, const Scratch<T>& w, Integer* info) {
    const bool full = s.flags & kLapackFull;
    const char* const job = !(s.flags & kLapackVectors) ? "N" : full ? "A" : "S";
    const Integer m = I(s.m), n = I(s.n), inner = full ? m : I(std::min(s.m, s.n));
    if constexpr (kComplex)
      Get().gesdd(job, &n, &m, a, &n, values, vh, &n, u, &inner, w.work, &w.lwork, w.reals, w.integers, info, 1);
    else
      Get().gesdd(job, &n, &m, a, &n, values, vh, &n, u, &inner, w.work, &w.lwork, w.integers, info, 1);
  }
  static Status SvdBytes(const char* function, const LapackItem& s, size_t* bytes) {
    NUMRS_TRY(Ready(function, s));
    const double small = static_cast<double>(std::min(s.m, s.n)), large = static_cast<double>(std::max(s.m, s.n));
    // What LAPACK demands; it asks for more so that it can work in blocks.
    const double least =
        s.flags & kLapackVectors ? 4 * small * small + 7 * small + large : 3 * small + std::max(large, 7 * small);
    NUMRS_TRY(Fits(function, s, least < static_cast<double>(kMost)));
    T none(0), wanted(0);
    R value = 0, reals = 0;
    Integer integers = 0, info = 0;
    Scratch<T> w(Query{}, &integers, &reals, &wanted);
    CallSvd(s, &none, &value, &none, &none, w, &info);
    Parts p = SvdParts(s);
    p.work = Asked(info == 0 ? wanted : T(0), least);
    *bytes = Scratch<T>::Bytes(p);
    return NUMRS_OK;
  }
  static LapackEnd Svd(const LapackItem& s) {
    if (!AllFinite<T>(s.a, s.m * s.n)) return LapackEnd::NOT_FINITE;
    const Scratch<T> w(s, SvdParts(s));
    Integer info = 0;
    T none(0);
    const bool vectors = s.flags & kLapackVectors;
    CallSvd(s, At(s.a), static_cast<R*>(s.out[0]), vectors ? At(s.out[1]) : &none, vectors ? At(s.out[2]) : &none, w,
            &info);
    return info == 0 ? LapackEnd::DONE : LapackEnd::NOT_CONVERGED;
  }

  // From the documentation of gelsd, with leaves of 25 and at most 32 levels.
  static Parts LstsqParts(const LapackItem& s) {
    const int64_t small = std::min(s.m, s.n), large = std::max(s.m, s.n);
    const int64_t reals = 316 * small + 75 * s.k + std::max<int64_t>(676, small * (1 + s.k) + 2 * s.k);
    return Parts{107 * small + 1, kComplex ? reals : 0, 1, large * s.k};
  }
  static void CallLstsq(const LapackItem& s, T* a, T* b, R* values, Integer* rank, const Scratch<T>& w, Integer* info) {
    const Integer m = I(s.m), n = I(s.n), k = I(s.k), large = std::max(m, n);
    const R rcond = static_cast<R>(s.rcond);
    if constexpr (kComplex)
      Get().gelsd(&m, &n, &k, a, &m, b, &large, values, &rcond, rank, w.work, &w.lwork, w.reals, w.integers, info);
    else
      Get().gelsd(&m, &n, &k, a, &m, b, &large, values, &rcond, rank, w.work, &w.lwork, w.integers, info);
  }
  static Status LstsqBytes(const char* function, const LapackItem& s, size_t* bytes) {
    NUMRS_TRY(Ready(function, s));
    T none(0), wanted(0);
    R value = 0, reals[2] = {0, 0};
    Integer integers[2] = {0, 0}, rank = 0, info = 0;
    Scratch<T> w(Query{}, integers, reals, &wanted);
    CallLstsq(s, &none, &none, &value, &rank, w, &info);
    const double small = static_cast<double>(std::min(s.m, s.n)), k = static_cast<double>(s.k);
    Parts p = LstsqParts(s);
    p.work = Asked(wanted, 318 * small + small * k + 676 + static_cast<double>(std::max(s.m, s.n)));
    NUMRS_TRY(Fits(function, s, p.work < kMost));
    *bytes = Scratch<T>::Bytes(p);
    return NUMRS_OK;
  }
  static LapackEnd Lstsq(const LapackItem& s) {
    if (!AllFinite<T>(s.a, s.m * s.n) || !AllFinite<T>(s.b, s.m * s.k)) return LapackEnd::NOT_FINITE;
    const Scratch<T> w(s, LstsqParts(s));
    const int64_t large = std::max(s.m, s.n);
    const T* const b = At(s.b);
    for (int64_t c = 0; c < s.k; c++) std::copy(b + c * s.m, b + (c + 1) * s.m, w.extra + c * large);
    Integer info = 0, rank = 0;
    CallLstsq(s, At(s.a), w.extra, static_cast<R*>(s.out[2]), &rank, w, &info);
    if (info != 0) return LapackEnd::NOT_CONVERGED;
    T* const x = At(s.out[0]);
    for (int64_t c = 0; c < s.k; c++) std::copy(w.extra + c * large, w.extra + c * large + s.n, x + c * s.n);
    *static_cast<int64_t*>(s.out[1]) = rank;
    return LapackEnd::DONE;
  }

  static void Fill(LinalgTable* t) {
    constexpr int32_t d = DTypeOf<T>::value;
    const auto put = [&](LapackOp op, LapackBytesFn bytes, LapackFn run) {
      t->lapack_bytes[op][d] = bytes;
      t->lapack[op][d] = run;
    };
    put(kLapack_cholesky, CholeskyBytes, Cholesky);
    put(kLapack_solve, SquareBytes, Solve);
    put(kLapack_inverse, InverseBytes, Inverse);
    put(kLapack_determinant, SquareBytes, Determinant);
    put(kLapack_qr, QrBytes, Qr);
    put(kLapack_eigh, EighBytes, Eigh);
    put(kLapack_eig, EigBytes, Eig);
    put(kLapack_svd, SvdBytes, Svd);
    put(kLapack_lstsq, LstsqBytes, Lstsq);
  }
};

}  // namespace

void FillLapack(LinalgTable* t) {
  Lapack<float>::Fill(t);
  Lapack<double>::Fill(t);
  Lapack<std::complex<float>>::Fill(t);
  Lapack<std::complex<double>>::Fill(t);
}

}  // namespace cpu
}  // namespace numrs
