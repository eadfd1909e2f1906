// Linear algebra of cpu-portable: products by plain loops in the order that core/linalg_tables.h fixes, every dtype and
// layout; singular values by rotations. The oracle of the tests.
#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include "portable/portable.h"

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

// Singular values by one-sided Jacobi rotations (Hestenes 1958) in double: vectors along the shorter extent are turned
// in pairs until all are orthogonal; their lengths are the values.
Status JacobiBytes(const char* function, int64_t rows, int64_t cols, size_t* bytes) {
  if (__builtin_mul_overflow(static_cast<size_t>(rows) * sizeof(double), static_cast<size_t>(cols), bytes))
    return Fail(NUMRS_NO_MEMORY, "%s: the buffers would overflow 64 bits", function);
  return NUMRS_OK;
}

template <typename T>
void Jacobi(const SingularValues& s) {
  constexpr int kSweeps = 60;  // about 10 are the rule
  const int64_t count = std::min(s.rows, s.cols), length = std::max(s.rows, s.cols);
  const bool by_rows = s.rows <= s.cols;
  double* const vectors = static_cast<double*>(s.scratch);
  double largest = 0;
  bool finite = true;
  for (int64_t v = 0; v < count; v++) {
    for (int64_t e = 0; e < length; e++) {
      const double x = static_cast<double>(Load<T>(s.a, by_rows ? v * s.cols + e : e * s.cols + v));
      finite &= std::isfinite(x);
      largest = std::max(largest, std::fabs(x));
      vectors[v * length + e] = x;
    }
  }
  // Elements near 1, so that no square overflows.
  int exponent = 0;
  if (finite) std::frexp(largest, &exponent);
  for (int64_t i = 0; finite && i < count * length; i++) vectors[i] = std::ldexp(vectors[i], -exponent);
  bool turned = true;
  for (int sweep = 0; finite && turned && sweep < kSweeps; sweep++) {
    turned = false;
    for (int64_t i = 0; i < count; i++) {
      for (int64_t j = i + 1; j < count; j++) {
        double *x = vectors + i * length, *y = vectors + j * length, xx = 0, yy = 0, xy = 0;
        for (int64_t e = 0; e < length; e++) {
          xx += x[e] * x[e];
          yy += y[e] * y[e];
          xy += x[e] * y[e];
        }
        if (std::fabs(xy) <= 0x1p-52 * std::sqrt(xx) * std::sqrt(yy) || xy == 0) continue;
        turned = true;
        const double zeta = (yy - xx) / (2 * xy);
        const double t = (zeta < 0 ? -1 : 1) / (std::fabs(zeta) + std::hypot(1.0, zeta));
        const double c = 1 / std::hypot(1.0, t), sine = c * t;
        for (int64_t e = 0; e < length; e++) {
          const double before = x[e];
          x[e] = c * before - sine * y[e];
          y[e] = sine * before + c * y[e];
        }
      }
    }
  }
  double* const values = vectors;  // value v is written when vector v is no longer needed
  for (int64_t v = 0; v < count; v++) {
    double sum = 0;
    for (int64_t e = 0; e < length; e++) sum += vectors[v * length + e] * vectors[v * length + e];
    values[v] = finite && !turned ? std::ldexp(std::sqrt(sum), exponent) : std::numeric_limits<double>::quiet_NaN();
  }
  if (finite && !turned) std::sort(values, values + count, [](double p, double q) { return p > q; });
  for (int64_t v = 0; v < count; v++) Store(s.values, v, static_cast<T>(values[v]));
}

template <typename T>
void FillSlots(LinalgTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  if constexpr (std::is_floating_point<T>::value) {
    t->gemm[dtype] = GemmFloat<T>;
    t->singular_bytes[dtype] = JacobiBytes;
    t->singular[dtype] = Jacobi<T>;
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
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
