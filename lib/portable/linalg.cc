// Linear algebra of cpu-portable: products by plain loops in the order that core/linalg_tables.h fixes, every real
// dtype and layout. The oracle of the tests. Decompositions are in lapack_factor.cc and lapack_spectral.cc.
#include <cmath>
#include <type_traits>

#include "ops/dot_complex.h"
#include "portable/lapack.h"

namespace numrs {
namespace portable {
namespace {

template <typename T>
void GemmFloat(const Gemm& g) {
  const T alpha = static_cast<T>(g.alpha), beta = static_cast<T>(g.beta);
  for (int64_t i = 0; i < g.m; i++) {
    for (int64_t j = 0; j < g.n; j++) {
      T y = beta == 0 ? T(0) : beta * Load<T>(g.y, i * g.y_row + j);
      for (int64_t p = 0; p < g.k; p += kGemmDepth) {
        const int64_t end = g.k - p < kGemmDepth ? g.k : p + kGemmDepth;
        T sum = 0;
        for (int64_t q = p; q < end; q++) {
          sum = std::fma(Load<T>(g.a, i * g.a_row + q * g.a_col), Load<T>(g.b, q * g.b_row + j * g.b_col), sum);
        }
        const T part = alpha == 1 ? sum : alpha * sum;
        y = p == 0 && beta == 0 ? part : y + part;
      }
      Store(g.y, i * g.y_row + j, y);
    }
  }
}

// Integers wrap in their own width; the arithmetic is unsigned and at least 32 bits wide.
template <typename T>
void GemmInteger(const Gemm& g) {
  using Wide = std::conditional_t<sizeof(T) == 8, uint64_t, uint32_t>;
  for (int64_t i = 0; i < g.m; i++) {
    for (int64_t j = 0; j < g.n; j++) {
      Wide sum = 0;
      for (int64_t p = 0; p < g.k; p++) {
        sum += static_cast<Wide>(Load<T>(g.a, i * g.a_row + p * g.a_col)) *
               static_cast<Wide>(Load<T>(g.b, p * g.b_row + j * g.b_col));
      }
      Store(g.y, i * g.y_row + j, static_cast<T>(sum));
    }
  }
}

void GemmBool(const Gemm& g) {
  for (int64_t i = 0; i < g.m; i++) {
    for (int64_t j = 0; j < g.n; j++) {
      bool any = false;
      for (int64_t p = 0; p < g.k && !any; p++) {
        any = Load<Bool>(g.a, i * g.a_row + p * g.a_col) && Load<Bool>(g.b, p * g.b_row + j * g.b_col);
      }
      Store(g.y, i * g.y_row + j, Bool(any));
    }
  }
}

// The real form of a complex b, for products: see LinalgTable.
template <typename R>
void Expand(const void* b, int64_t b_row, int64_t b_col, int64_t k, int64_t n, void* to) {
  const R* const from = static_cast<const R*>(b);
  R* const out = static_cast<R*>(to);
  for (int64_t p = 0; p < k; p++) {
    R *const first = out + 4 * p * n, *const second = first + 2 * n;
    const R* const row = from + 2 * p * b_row;
    for (int64_t j = 0; j < n; j++) {
      const R re = row[2 * j * b_col], im = row[2 * j * b_col + 1];
      first[2 * j] = re;
      first[2 * j + 1] = im;
      second[2 * j] = -im;
      second[2 * j + 1] = re;
    }
  }
}

template <typename R>
void DotComplex(const void* a, const void* b, int64_t n, double* sums) {
  DotTree(
      n,
      [=](int64_t begin, int64_t end, double* now) {
        double lanes[2][kDotLanes] = {};
        for (int64_t i = 2 * begin; i < 2 * end; i++) {
          const double x = static_cast<double>(Load<R>(a, i)), y = static_cast<double>(Load<R>(b, i)),
                       other = static_cast<double>(Load<R>(b, i ^ 1));
          lanes[0][(i - 2 * begin) % kDotLanes] += x * y;
          lanes[1][(i - 2 * begin) % kDotLanes] += x * other;
        }
        FoldDotLanes(lanes, now);
      },
      sums);
}

template <typename T>
void FillSlots(LinalgTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  if constexpr (std::is_floating_point<T>::value) {
    t->gemm[dtype] = GemmFloat<T>;
  } else if constexpr (std::is_same<T, Bool>::value) {
    t->gemm[dtype] = GemmBool;
  } else {
    t->gemm[dtype] = GemmInteger<T>;
  }
}

}  // namespace

const LinalgTable* Linalg() {
  static const LinalgTable table = [] {
    LinalgTable t{};
#define NUMRS_DTYPE(id, NAME, suffix, ctype, cxx, bytes, kind, numpy) FillSlots<cxx>(&t);
#include "table/dtype.def"
    t.dot_complex[kC64] = DotComplex<float>;
    t.dot_complex[kC128] = DotComplex<double>;
    t.expand[kC64] = Expand<float>;
    t.expand[kC128] = Expand<double>;
    FillLapackFactors(&t);
    FillLapackSpectra(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
