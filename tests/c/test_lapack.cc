// Tests of lapack.h: residuals of every decomposition in every dtype on both backends, stacks, strides, empty matrices,
// singular and not finite ones, equal bits for any number of threads, refusals.
#include "catch.h"

#include <algorithm>
#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <vector>

#include "core/backend.h"
#include "core/lapack.h"
#include "core/memory.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

using Wide = std::complex<double>;
using Shape = std::vector<int64_t>;

template <typename T>
struct RealPart {
  using Type = T;
};
template <typename R>
struct RealPart<std::complex<R>> {
  using Type = R;
};
template <typename T>
using RealOfT = typename RealPart<T>::Type;

template <typename T>
double Unit() {
  return sizeof(RealOfT<T>) == 4 ? 0x1p-23 : 0x1p-52;
}

// An array in C order and its view.
template <typename T>
struct Array {
  Shape shape;
  std::vector<T> data;
  numrs_view view;

  explicit Array(const Shape& s, T value = T(7)) : shape(s) {
    int64_t size = 1;
    for (int64_t extent : s) size *= extent;
    data.assign(static_cast<size_t>(size), value);
    view = numrs_view{data.data(), shape.data(), nullptr, static_cast<int32_t>(shape.size()), DTypeOf<T>::value};
  }
  Array(const Array&) = delete;
  Wide operator()(int64_t i) const { return Wide(data[static_cast<size_t>(i)]); }
};

uint64_t seed = 1;
double Next() {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return static_cast<double>(seed >> 11) * 0x1p-52 - 1;
}
void Draw(float* x) { *x = static_cast<float>(Next()); }
void Draw(double* x) { *x = Next(); }
template <typename R>
void Draw(std::complex<R>* x) {
  const double re = Next(), im = Next();
  *x = std::complex<R>(static_cast<R>(re), static_cast<R>(im));
}
template <typename T>
void Fill(Array<T>* a) {
  for (T& x : a->data) Draw(&x);
}

// The product of two matrices of a stack, either conjugate transposed; op: 0 as it is, 1 so.
struct Matrix {
  int64_t rows, cols;
  std::vector<Wide> x;
  Matrix(int64_t r, int64_t c) : rows(r), cols(c), x(static_cast<size_t>(r * c)) {}
  Wide& at(int64_t i, int64_t j) { return x[static_cast<size_t>(i * cols + j)]; }
  const Wide& at(int64_t i, int64_t j) const { return x[static_cast<size_t>(i * cols + j)]; }
  double Largest() const {
    double largest = 0;
    for (const Wide& v : x) largest = std::max(largest, std::abs(v));
    return largest;
  }
};
template <typename T>
Matrix Item(const Array<T>& a, int64_t index) {
  const int64_t rows = a.shape[a.shape.size() - 2], cols = a.shape[a.shape.size() - 1];
  Matrix m(rows, cols);
  for (int64_t i = 0; i < rows * cols; i++) m.x[static_cast<size_t>(i)] = a(index * rows * cols + i);
  return m;
}
Matrix Turned(const Matrix& a) {
  Matrix m(a.cols, a.rows);
  for (int64_t i = 0; i < a.rows; i++)
    for (int64_t j = 0; j < a.cols; j++) m.at(j, i) = std::conj(a.at(i, j));
  return m;
}
Matrix Times(const Matrix& a, const Matrix& b) {
  REQUIRE(a.cols == b.rows);
  Matrix m(a.rows, b.cols);
  for (int64_t i = 0; i < a.rows; i++)
    for (int64_t p = 0; p < a.cols; p++)
      for (int64_t j = 0; j < b.cols; j++) m.at(i, j) += a.at(i, p) * b.at(p, j);
  return m;
}
double Apart(const Matrix& a, const Matrix& b) {
  REQUIRE((a.rows == b.rows && a.cols == b.cols));
  double largest = 0;
  for (size_t i = 0; i < a.x.size(); i++) {
    const double apart = std::abs(a.x[i] - b.x[i]);
    largest = apart <= largest ? largest : apart;  // NaN comes out
  }
  return largest;
}
Matrix Identity(int64_t n) {
  Matrix m(n, n);
  for (int64_t i = 0; i < n; i++) m.at(i, i) = 1;
  return m;
}
template <typename T>
Matrix Diagonal(const Array<T>& values, int64_t index, int64_t rows, int64_t cols) {
  const int64_t n = values.shape.back();
  Matrix m(rows, cols);
  for (int64_t i = 0; i < n; i++) m.at(i, i) = values(index * n + i);
  return m;
}

// a a^H + n: Hermitian and positive definite.
template <typename T>
void MakePositive(Array<T>* a) {
  const int64_t n = a->shape.back();
  for (int64_t s = 0; s < static_cast<int64_t>(a->data.size()) / (n * n); s++) {
    const Matrix m = Item(*a, s), p = Times(m, Turned(m));
    for (int64_t i = 0; i < n; i++)
      for (int64_t j = 0; j < n; j++) {
        const Wide x = i == j ? Wide(p.at(i, j).real() + static_cast<double>(n)) : p.at(i, j);
        T* const to = &a->data[static_cast<size_t>((s * n + i) * n + j)];
        if constexpr (sizeof(T) == sizeof(RealOfT<T>))
          *to = static_cast<T>(x.real());
        else
          *to = T(static_cast<RealOfT<T>>(x.real()), static_cast<RealOfT<T>>(x.imag()));
      }
  }
}

const int64_t kSizes[] = {1, 2, 3, 5, 8, 9, 17};

template <typename T>
void TestSquare(int64_t n) {
  using R = RealOfT<T>;
  const double unit = Unit<T>(), room = 8 * static_cast<double>(n) * unit;
  Array<T> a({2, n, n}), b({2, n, 3}), x({2, n, 3}), y({2, n, n}), det({2}), sign({2});
  Array<R> log_size({2});
  Fill(&a);
  Fill(&b);
  MakePositive(&a);
  for (int32_t upper : {0, 1}) {
    REQUIRE(numrs_cholesky(nullptr, &a.view, &y.view, upper) == NUMRS_OK);
    for (int64_t s = 0; s < 2; s++) {
      const Matrix l = Item(y, s), m = Item(a, s);
      CHECK(Apart(upper ? Times(Turned(l), l) : Times(l, Turned(l)), m) <= room * m.Largest());
      for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j < n; j++)
          if (upper ? i > j : i < j) CHECK(l.at(i, j) == 0.0);
    }
  }
  Fill(&a);
  for (int64_t s = 0; s < 2; s++)
    for (int64_t i = 0; i < n; i++) a.data[static_cast<size_t>((s * n + i) * n + i)] += static_cast<R>(2);
  REQUIRE(numrs_solve(nullptr, &a.view, &b.view, &x.view) == NUMRS_OK);
  REQUIRE(numrs_inv(nullptr, &a.view, &y.view) == NUMRS_OK);
  REQUIRE(numrs_det(nullptr, &a.view, &det.view) == NUMRS_OK);
  REQUIRE(numrs_slogdet(nullptr, &a.view, &sign.view, &log_size.view) == NUMRS_OK);
  for (int64_t s = 0; s < 2; s++) {
    const Matrix m = Item(a, s), v = Item(y, s);
    const double scale = m.Largest() * static_cast<double>(n);
    CHECK(Apart(Times(m, Item(x, s)), Item(b, s)) <= room * scale * std::max(1.0, Item(x, s).Largest()));
    CHECK(Apart(Times(m, v), Identity(n)) <= room * scale * v.Largest());
    const Wide whole = sign(s) * std::exp(log_size(s));
    CHECK(std::abs(std::abs(sign(s)) - 1) <= 4 * unit * static_cast<double>(n));
    CHECK(std::abs(whole - det(s)) <= 8 * room * std::abs(det(s)));
  }
  // A 1-D right-hand side for both matrices.
  Array<T> line({n}), lines({2, n});
  Fill(&line);
  REQUIRE(numrs_solve(nullptr, &a.view, &line.view, &lines.view) == NUMRS_OK);
  for (int64_t s = 0; s < 2; s++) {
    Matrix column(n, 1), wanted(n, 1);
    for (int64_t i = 0; i < n; i++) {
      column.at(i, 0) = lines(s * n + i);
      wanted.at(i, 0) = line(i);
    }
    CHECK(Apart(Times(Item(a, s), column), wanted) <=
          room * static_cast<double>(n) * Item(a, s).Largest() * std::max(1.0, column.Largest()));
  }
  // One matrix for a stack of right-hand sides.
  Array<T> one({n, n}), many({4, n, 2}), solved({4, n, 2});
  std::copy(a.data.begin(), a.data.begin() + n * n, one.data.begin());
  Fill(&many);
  REQUIRE(numrs_solve(nullptr, &one.view, &many.view, &solved.view) == NUMRS_OK);
  for (int64_t s = 0; s < 4; s++)
    CHECK(Apart(Times(Item(one, 0), Item(solved, s)), Item(many, s)) <=
          room * static_cast<double>(n) * Item(one, 0).Largest() * std::max(1.0, Item(solved, s).Largest()));
}

template <typename T>
void TestSpectra(int64_t n) {
  using R = RealOfT<T>;
  using C = std::complex<R>;
  const double room = 12 * static_cast<double>(n) * Unit<T>();
  Array<T> a({2, n, n}), v({2, n, n});
  Array<R> w({2, n}), alone({2, n});
  Fill(&a);
  MakePositive(&a);
  for (int32_t upper : {0, 1}) {
    REQUIRE(numrs_eigh(nullptr, &a.view, &w.view, &v.view, upper) == NUMRS_OK);
    REQUIRE(numrs_eigh(nullptr, &a.view, &alone.view, nullptr, upper) == NUMRS_OK);
    for (int64_t s = 0; s < 2; s++) {
      const Matrix m = Item(a, s), q = Item(v, s);
      CHECK(Apart(Times(m, q), Times(q, Diagonal(w, s, n, n))) <= room * m.Largest() * 2);
      CHECK(Apart(Times(Turned(q), q), Identity(n)) <= room);
      for (int64_t i = 0; i < n; i++) {
        if (i) CHECK(w(s * n + i - 1).real() <= w(s * n + i).real());
        CHECK(std::abs(w(s * n + i) - alone(s * n + i)) <= room * m.Largest() * static_cast<double>(n));
      }
    }
  }
  Fill(&a);
  Array<C> values({2, n}), vectors({2, n, n});
  REQUIRE(numrs_eig(nullptr, &a.view, &values.view, &vectors.view) == NUMRS_OK);
  for (int64_t s = 0; s < 2; s++) {
    const Matrix m = Item(a, s), q = Item(vectors, s);
    CHECK(Apart(Times(m, q), Times(q, Diagonal(values, s, n, n))) <= 2 * room * m.Largest());
    Wide trace = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
      trace += m.at(i, i);
      sum += values(s * n + i);
      double length = 0;
      for (int64_t j = 0; j < n; j++) length += std::norm(q.at(j, i));
      CHECK(std::fabs(length - 1) <= room);
    }
    CHECK(std::abs(trace - sum) <= 2 * room * m.Largest());
  }
  REQUIRE(numrs_eig(nullptr, &a.view, &values.view, nullptr) == NUMRS_OK);
}

template <typename T>
void TestRectangle(int64_t m, int64_t n) {
  using R = RealOfT<T>;
  const int64_t c = std::min(m, n);
  const double room = 12 * static_cast<double>(std::max(m, n)) * Unit<T>();
  Array<T> a({2, m, n});
  Fill(&a);
  for (int32_t whole : {0, 1}) {
    Array<T> q({2, m, whole ? m : c}), r({2, whole ? m : c, n}), alone({2, whole ? m : c, n});
    REQUIRE(numrs_qr(nullptr, &a.view, &q.view, &r.view, whole) == NUMRS_OK);
    REQUIRE(numrs_qr(nullptr, &a.view, nullptr, &alone.view, whole) == NUMRS_OK);
    CHECK(r.data == alone.data);
    Array<T> u({2, m, whole ? m : c}), vh({2, whole ? n : c, n});
    Array<R> s({2, c}), values({2, c});
    REQUIRE(numrs_svd(nullptr, &a.view, &u.view, &s.view, &vh.view, whole) == NUMRS_OK);
    REQUIRE(numrs_svdvals(nullptr, &a.view, &values.view) == NUMRS_OK);
    for (int64_t i = 0; i < 2; i++) {
      const Matrix x = Item(a, i), qi = Item(q, i), ri = Item(r, i), ui = Item(u, i), vi = Item(vh, i);
      CHECK(Apart(Times(qi, ri), x) <= room * x.Largest());
      CHECK(Apart(Times(Turned(qi), qi), Identity(qi.cols)) <= room);
      for (int64_t j = 0; j < ri.rows; j++)
        for (int64_t k = 0; k < std::min(j, n); k++) CHECK(ri.at(j, k) == 0.0);
      const Matrix d = Diagonal(s, i, ui.cols, vi.rows);
      CHECK(Apart(Times(Times(ui, d), vi), x) <= room * std::abs(s(i * c)));
      CHECK(Apart(Times(Turned(ui), ui), Identity(ui.cols)) <= room);
      CHECK(Apart(Times(vi, Turned(vi)), Identity(vi.rows)) <= room);
      for (int64_t k = 0; k < c; k++) CHECK(std::abs(s(i * c + k) - values(i * c + k)) <= room * std::abs(s(i * c)));
    }
  }
  // Least squares: what is left is orthogonal to a's columns.
  Array<T> b({2, m, 2}), x({2, n, 2});
  Array<int64_t> rank({2});
  Array<R> s({2, c});
  Fill(&b);
  REQUIRE(numrs_lstsq(nullptr, &a.view, &b.view, &x.view, &rank.view, &s.view, 0) == NUMRS_OK);
  for (int64_t i = 0; i < 2; i++) {
    CHECK(rank.data[static_cast<size_t>(i)] == c);
    const Matrix y = Item(a, i), fitted = Times(y, Item(x, i));
    Matrix rest = Item(b, i);
    for (size_t e = 0; e < rest.x.size(); e++) rest.x[e] -= fitted.x[e];
    const double condition = std::abs(s(i * c)) / std::abs(s(i * c + c - 1));
    CHECK(Times(Turned(y), rest).Largest() <= room * condition * std::abs(s(i * c)) * 4);
  }
}

template <typename T>
void TestAll() {
  for (int64_t n : kSizes) {
    INFO("n " << n);
    TestSquare<T>(n);
    TestSpectra<T>(n);
    for (int64_t m : {n, n + 4, std::max<int64_t>(1, n - 2)}) TestRectangle<T>(m, n);
  }
}

}  // namespace

TEST_CASE("lapack: residuals, orthogonality, order", "[lapack]") {
  ForEachKernels([](const std::string& name) {
    INFO(name);
    TestAll<float>();
    TestAll<double>();
    TestAll<std::complex<float>>();
    TestAll<std::complex<double>>();
  });
}

TEST_CASE("lapack: other dtypes, strides, outputs over inputs", "[lapack]") {
  ForEachKernels([](const std::string& name) {
    INFO(name);
    const int32_t integers[] = {2, 1, 1, 3};
    const int64_t s22[] = {2, 2}, s2[] = {2}, turned[] = {8, 16}, back[] = {-16, -8};
    const numrs_view x{const_cast<int32_t*>(integers), s22, nullptr, 2, NUMRS_I32};
    double y[4] = {};
    const numrs_view vy{y, s22, turned, 2, NUMRS_F64};
    REQUIRE(numrs_inv(nullptr, &x, &vy) == NUMRS_OK);
    CHECK((y[0] == Approx(0.6) && y[1] == Approx(-0.2) && y[2] == Approx(-0.2) && y[3] == Approx(0.4)));
    double a[] = {4, 3, 2, 1};  // back: {{1, 2}, {3, 4}}
    const numrs_view va{a + 3, s22, back, 2, NUMRS_F64};
    double det = 0;
    const numrs_view vdet{&det, nullptr, nullptr, 0, NUMRS_F64};
    REQUIRE(numrs_det(nullptr, &va, &vdet) == NUMRS_OK);
    CHECK(det == Approx(-2));
    double b[] = {5, 11};
    const numrs_view vb{b, s2, nullptr, 1, NUMRS_F64};
    REQUIRE(numrs_solve(nullptr, &va, &vb, &vb) == NUMRS_OK);
    CHECK((b[0] == Approx(1) && b[1] == Approx(2)));
    REQUIRE(numrs_inv(nullptr, &va, &va) == NUMRS_OK);
    CHECK((a[3] == Approx(-2) && a[2] == Approx(1) && a[1] == Approx(1.5) && a[0] == Approx(-0.5)));
    // A real result goes to a complex output, a float64 one to float32.
    std::complex<float> wide[4];
    const numrs_view vwide{wide, s22, nullptr, 2, NUMRS_C64};
    REQUIRE(numrs_inv(nullptr, &x, &vwide) == NUMRS_OK);
    CHECK((wide[0].real() == Approx(0.6) && wide[0].imag() == 0));
    CHECK(numrs_eigh(nullptr, &vwide, &vdet, nullptr, 0) == NUMRS_BAD_SHAPE);
  });
}

TEST_CASE("lapack: empty matrices and stacks", "[lapack]") {
  ForEachKernels([](const std::string& name) {
    INFO(name);
    Array<double> none({0, 0}), one({}), log_size({}), stack({3, 0, 0}), ones({3});
    REQUIRE(numrs_det(nullptr, &none.view, &one.view) == NUMRS_OK);
    CHECK(one.data[0] == 1);
    REQUIRE(numrs_det(nullptr, &stack.view, &ones.view) == NUMRS_OK);
    CHECK((ones.data[0] == 1 && ones.data[2] == 1));
    one.data[0] = 9;
    REQUIRE(numrs_slogdet(nullptr, &none.view, &one.view, &log_size.view) == NUMRS_OK);
    CHECK((one.data[0] == 1 && log_size.data[0] == 0));
    REQUIRE(numrs_inv(nullptr, &none.view, &none.view) == NUMRS_OK);
    Array<double> flat({0, 3}), u({0, 0}), s({0}), vh({3, 3});
    REQUIRE(numrs_svd(nullptr, &flat.view, &u.view, &s.view, &vh.view, 1) == NUMRS_OK);
    for (int i = 0; i < 9; i++) CHECK(vh.data[static_cast<size_t>(i)] == (i % 4 == 0 ? 1 : 0));
    Array<std::complex<float>> tall({2, 3, 0}), q({2, 3, 3}), r({2, 3, 0});
    REQUIRE(numrs_qr(nullptr, &tall.view, &q.view, &r.view, 1) == NUMRS_OK);
    for (int i = 0; i < 18; i++)
      CHECK(q.data[static_cast<size_t>(i)] == std::complex<float>(i % 9 % 4 == 0 ? 1.f : 0.f));
    Array<double> a({0, 2}), b({0, 3}), x({2, 3}), values({0});
    Array<int64_t> rank({});
    REQUIRE(numrs_lstsq(nullptr, &a.view, &b.view, &x.view, &rank.view, &values.view, 0) == NUMRS_OK);
    CHECK((rank.data[0] == 0 && x.data == std::vector<double>(6, 0)));
    Array<double> some({0, 3, 3}), w({0, 3});
    REQUIRE(numrs_eigh(nullptr, &some.view, &w.view, nullptr, 0) == NUMRS_OK);
    REQUIRE(numrs_cholesky(nullptr, &some.view, &some.view, 0) == NUMRS_OK);
    Array<double> regular({2, 2}, 0), wide({2, 0});
    regular.data = {1, 0, 0, 1};
    REQUIRE(numrs_solve(nullptr, &regular.view, &wide.view, &wide.view) == NUMRS_OK);
  });
}

TEST_CASE("lapack: singular, not positive, not finite", "[lapack]") {
  const double nan = std::nan(""), inf = std::numeric_limits<double>::infinity();
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    for (int64_t n : {2, 3, 12}) {
      Array<double> a({3, n, n}, 0), y({3, n, n}), x({3, n}), line({n}, 1);
      for (int64_t s = 0; s < 3; s++)
        for (int64_t i = 0; i < n; i++) a.data[static_cast<size_t>(s * n * n + i * (n + 1))] = s == 1 && i == 1 ? 0 : 1;
      const std::vector<double> untouched = y.data, lines = x.data;
      CHECK(numrs_inv(nullptr, &a.view, &y.view) == NUMRS_SINGULAR);
      CHECK(std::string(numrs_message()) == "inv: matrix 1 of 3 (in C order) is singular");
      CHECK(numrs_solve(nullptr, &a.view, &line.view, &x.view) == NUMRS_SINGULAR);
      CHECK(numrs_cholesky(nullptr, &a.view, &y.view, 0) == NUMRS_SINGULAR);
      CHECK(y.data == untouched);
      CHECK(x.data == lines);
      Array<double> det({3}), sign({3}), log_size({3});
      REQUIRE(numrs_det(nullptr, &a.view, &det.view) == NUMRS_OK);
      CHECK(det.data == std::vector<double>{1, 0, 1});
      REQUIRE(numrs_slogdet(nullptr, &a.view, &sign.view, &log_size.view) == NUMRS_OK);
      CHECK((sign.data[1] == 0 && log_size.data[1] == -inf && sign.data[2] == 1 && log_size.data[2] == 0));
      for (double bad : {nan, inf, -inf}) {
        Array<double> m({n, n}, bad), v({n, n}), w({n});
        Array<std::complex<double>> c({n}), cv({n, n});
        CHECK(numrs_eigh(nullptr, &m.view, &w.view, &v.view, 0) == NUMRS_SINGULAR);
        CHECK(numrs_eig(nullptr, &m.view, &c.view, &cv.view) == NUMRS_SINGULAR);
        CHECK(numrs_svd(nullptr, &m.view, &v.view, &w.view, &v.view, 0) == NUMRS_OVERLAP);
        Array<double> vh({n, n});
        CHECK(numrs_svd(nullptr, &m.view, &v.view, &w.view, &vh.view, 0) == NUMRS_SINGULAR);
        CHECK(w.data == std::vector<double>(static_cast<size_t>(n), 7));
        REQUIRE(numrs_svdvals(nullptr, &m.view, &w.view) == NUMRS_OK);
        CHECK(std::isnan(w.data[0]));
        // Nothing hangs; what comes out is NaN, or the matrix counts as singular.
        Array<double> b({n}, 1), out({n});
        const numrs_status solved = numrs_solve(nullptr, &m.view, &b.view, &out.view);
        CHECK((solved == NUMRS_SINGULAR || (solved == NUMRS_OK && !std::isfinite(out.data[0]))));
        REQUIRE(numrs_qr(nullptr, &m.view, nullptr, &v.view, 0) == NUMRS_OK);
        Array<double> det_of_bad({});
        REQUIRE(numrs_det(nullptr, &m.view, &det_of_bad.view) == NUMRS_OK);
      }
      // Only one triangle is read.
      Array<double> half({n, n}, 0), w({n});
      for (int64_t i = 0; i < n; i++) half.data[static_cast<size_t>(i * (n + 1))] = static_cast<double>(n - i);
      half.data[1] = nan;
      REQUIRE(numrs_eigh(nullptr, &half.view, &w.view, nullptr, 0) == NUMRS_OK);
      CHECK((w.data[0] == 1 && w.data[static_cast<size_t>(n - 1)] == static_cast<double>(n)));
      CHECK(numrs_eigh(nullptr, &half.view, &w.view, nullptr, 1) == NUMRS_SINGULAR);
    }
    // Large and small elements.
    for (double scale : {1e-300, 1e300}) {
      Array<double> m({2, 2}), w({2}), v({2, 2});
      m.data = {3 * scale, 0, 0, 4 * scale};
      REQUIRE(numrs_eigh(nullptr, &m.view, &w.view, &v.view, 0) == NUMRS_OK);
      CHECK((w.data[0] == Approx(3 * scale) && w.data[1] == Approx(4 * scale)));
      Array<double> det({});
      REQUIRE(numrs_det(nullptr, &m.view, &det.view) == NUMRS_OK);
      CHECK(det.data[0] == (scale > 1 ? inf : 0));
    }
    // The product of the diagonal leaves the range on its way, the determinant does not.
    Array<double> mixed({4, 4}, 0), det({});
    for (int i = 0; i < 4; i++) mixed.data[static_cast<size_t>(5 * i)] = i < 2 ? 1e200 : 1e-200;
    REQUIRE(numrs_det(nullptr, &mixed.view, &det.view) == NUMRS_OK);
    CHECK(det.data[0] == Approx(1));
  });
}

TEST_CASE("lapack: the same bits for any number of threads, cancelled calls", "[lapack]") {
  Array<double> a({300, 10, 10});
  Fill(&a);
  std::vector<std::vector<double>> results;
  for (int threads : {1, 2, 5}) {
    Array<double> y({300, 10, 10});
    const View x = ContiguousView(a.data.data(), kF64, 3, a.shape.data());
    LapackJob job;
    job.function = "inv";
    job.op = kLapack_inverse;
    job.dtype = kF64;
    job.a = x;
    job.out[0] = LapackOperand{
        "out", ContiguousView(y.data.data(), kF64, 3, y.shape.data()), kF64, 2, {10, 10}, false, LapackOver::A};
    job.wanted[0] = true;
    REQUIRE(RunLapack(Run{ActiveKernels(), threads, nullptr}, job) == NUMRS_OK);
    results.push_back(y.data);
  }
  CHECK((results[0] == results[1] && results[0] == results[2]));
}

TEST_CASE("lapack: refusals, no memory", "[lapack]") {
  Array<double> a({3, 4}), square({3, 3}), b({3}), wrong({4}), cube({2, 3, 3}), three({3, 3, 3});
  for (int i = 0; i < 3; i++) square.data[static_cast<size_t>(4 * i)] = 20;
  const auto refused = [](numrs_status got, numrs_status wanted) {
    CHECK(got == wanted);
    CHECK(std::strlen(numrs_message()) > 0);
  };
  refused(numrs_inv(nullptr, nullptr, &square.view), NUMRS_BAD_ARGUMENT);
  refused(numrs_inv(nullptr, &square.view, nullptr), NUMRS_BAD_ARGUMENT);
  refused(numrs_inv(nullptr, &a.view, &a.view), NUMRS_BAD_SHAPE);
  refused(numrs_inv(nullptr, &b.view, &b.view), NUMRS_BAD_SHAPE);
  refused(numrs_inv(nullptr, &square.view, &a.view), NUMRS_BAD_SHAPE);
  refused(numrs_cholesky(nullptr, &square.view, &square.view, 2), NUMRS_BAD_ARGUMENT);
  refused(numrs_qr(nullptr, &square.view, nullptr, nullptr, 0), NUMRS_BAD_ARGUMENT);
  refused(numrs_svd(nullptr, &square.view, &a.view, &b.view, nullptr, 0), NUMRS_BAD_ARGUMENT);
  refused(numrs_solve(nullptr, &square.view, &wrong.view, &wrong.view), NUMRS_BAD_SHAPE);
  refused(numrs_solve(nullptr, &cube.view, &three.view, &three.view), NUMRS_BAD_SHAPE);
  Array<int32_t> integers({3, 3});
  refused(numrs_inv(nullptr, &square.view, &integers.view), NUMRS_BAD_DTYPE);
  Array<std::complex<double>> complex_square({3, 3});
  refused(numrs_inv(nullptr, &complex_square.view, &square.view), NUMRS_BAD_DTYPE);
  const int64_t zero[] = {0, 8};
  numrs_view repeated = square.view;
  repeated.strides = zero;
  refused(numrs_inv(nullptr, &square.view, &repeated), NUMRS_OVERLAP);
  Array<int64_t> rank({});
  Array<double> s({3}), x({3});
  refused(numrs_lstsq(nullptr, &square.view, &b.view, &x.view, &rank.view, &s.view, -1), NUMRS_BAD_ARGUMENT);
  refused(numrs_lstsq(nullptr, &square.view, &b.view, &x.view, &rank.view, &x.view, 0), NUMRS_OVERLAP);
  const std::vector<double> before = square.data;
  PoolTrim();
  PoolSetLimit(1);
  refused(numrs_inv(nullptr, &square.view, &square.view), NUMRS_NO_MEMORY);
  PoolSetLimit(0);
  CHECK(square.data == before);
  CHECK(numrs_inv(nullptr, &square.view, &square.view) == NUMRS_OK);
}
