// Tests of matrix products: every dtype, layout, backend and instruction set against sums in long double, equal bits,
// gemm's rules, refusals.
#include "catch.h"

#include <cmath>
#include <complex>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "core/backend.h"
#include "core/matmul.h"
#include "core/memory.h"
#include "matmul_support.h"
#include "numrs/numrs.h"

using namespace numrs;
using namespace matmul_support;

TEST_CASE("matmul: every dtype, layout, backend and instruction set", "[matmul]") {
  int cases = 0;
  const Kernels* kernels;
  const Kernels* portable = nullptr;
  for (int i = 0; (kernels = KernelsAt(i)) != nullptr; i++) portable = kernels;
  for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
    if (!IsDType(dtype)) continue;
    for (const Pair& pair : Pairs()) {
      for (int la = 0; la < LAYOUTS; la++) {
        for (int lb = 0; lb < LAYOUTS; lb++) {
          Array a(pair.a, dtype, LayoutFor(pair.a, la)), b(pair.b, dtype, LayoutFor(pair.b, lb));
          a.Fill(static_cast<uint64_t>(dtype));
          b.Fill(static_cast<uint64_t>(dtype) + 99);
          Array oracle(pair.y, dtype, C_ORDER);
          REQUIRE(Matmul(RunOn(*portable), "matmul", a.view, b.view, oracle.view) == NUMRS_OK);
          for (int i = 0; (kernels = KernelsAt(i)) != nullptr; i++) {
            // All layouts of y with equal layouts of a and b, one otherwise.
            for (int ly = 0; ly < REPEATED; ly++) {
              if (la != lb && ly != (la + lb) % REPEATED) continue;
              Array y(pair.y, dtype, LayoutFor(pair.y, ly));
              const std::vector<unsigned char> before = y.memory;
              INFO(kernels->target << " " << NameOf(dtype) << " layouts " << la << lb << ly << " case "
                                   << (&pair - &Pairs()[0]));
              REQUIRE(Matmul(RunOn(*kernels, 2), "matmul", a.view, b.view, y.view) == NUMRS_OK);
              REQUIRE(IsProduct(a, b, y, HasFma(*kernels) ? &oracle : nullptr));
              // Nothing beside the elements was written.
              for (int64_t e = 0; e < y.view.size; e++)
                std::memset(y.At(e), 0xA5, static_cast<size_t>(y.view.itemsize()));
              REQUIRE(y.memory == before);
              cases++;
            }
          }
        }
      }
    }
  }
  WARN("matmul: " << cases << " cases (dtype x shape x layouts x instruction set)");
}

TEST_CASE("matmul: packed sizes against cpu-portable, all instruction sets", "[matmul]") {
  const Kernels* kernels;
  const Kernels* portable = nullptr;
  for (int i = 0; (kernels = KernelsAt(i)) != nullptr; i++) portable = kernels;
  for (int32_t dtype : {kF32, kF64}) {
    for (const Shape& s : {Shape{130, 300, 150}, Shape{254, 513, 67}, Shape{17, 257, 300}, Shape{300, 5, 300}}) {
      for (int layouts = 0; layouts < 9; layouts++) {
        Array a({s[0], s[1]}, dtype, static_cast<Layout>(layouts / 3)),
            b({s[1], s[2]}, dtype, static_cast<Layout>(layouts % 3));
        a.Fill(1);
        b.Fill(2);
        Array oracle({s[0], s[2]}, dtype, C_ORDER);
        REQUIRE(Matmul(RunOn(*portable), "matmul", a.view, b.view, oracle.view) == NUMRS_OK);
        REQUIRE((layouts || IsProduct(a, b, oracle, nullptr)));
        for (int i = 0; (kernels = KernelsAt(i)) != nullptr; i++) {
          Array y({s[0], s[2]}, dtype, layouts % 2 ? C_ORDER : F_ORDER);
          INFO(kernels->target << " " << NameOf(dtype) << " layouts " << layouts << " " << s[0] << " " << s[1] << " "
                               << s[2]);
          REQUIRE(Matmul(RunOn(*kernels), "matmul", a.view, b.view, y.view) == NUMRS_OK);
          for (int64_t e = 0; e < y.view.size; e++) {
            const long double want = oracle.Number(e), got = y.Number(e);
            if (HasFma(*kernels) ? want != got : std::fabs(want - got) > 0.001L) FAIL("element " << e);
          }
        }
      }
    }
  }
}

TEST_CASE("matmul: equal bits for 1, 2 and 5 threads", "[matmul]") {
  const int before = NumThreads();
  REQUIRE(SetNumThreads(5) == NUMRS_OK);
  const double threshold = ThreadThresholdNs();
  SetThreadThresholdNs(0);
  const Shape shapes[] = {{256, 256, 256}, {1024, 1024, 1024}, {100, 100, 100}, {128, 3072, 768}, {64, 64, 4096},
                          {512, 512, 64},  {37, 1000, 513},    {1000, 37, 513}, {333, 777, 999},  {1500, 10, 1500},
                          {1, 2000, 2000}, {2000, 1, 2000},    {2000, 2000, 1}, {1, 3000, 1},     {5, 5, 5},
                          {400, 400, 400}, {2048, 300, 64},    {64, 300, 2048}, {251, 257, 4099}, {700, 2, 3}};
  const Kernels& kernels = ActiveKernels();
  for (int32_t dtype : {kF32, kF64}) {
    for (const Shape& s : shapes) {
      if (Portable() && s[0] * s[1] * s[2] > 1 << 24) continue;
      Array a({s[0], s[1]}, dtype, C_ORDER), b({s[1], s[2]}, dtype, C_ORDER);
      a.Fill(3);
      b.Fill(4);
      Array one({s[0], s[2]}, dtype, C_ORDER);
      REQUIRE(Matmul(RunOn(kernels, 1), "matmul", a.view, b.view, one.view) == NUMRS_OK);
      for (int threads : {2, 5}) {
        Array y({s[0], s[2]}, dtype, C_ORDER);
        REQUIRE(Matmul(RunOn(kernels, threads), "matmul", a.view, b.view, y.view) == NUMRS_OK);
        INFO(NameOf(dtype) << " " << s[0] << " " << s[1] << " " << s[2] << " threads " << threads);
        CHECK(y.memory == one.memory);
      }
    }
  }
  SetThreadThresholdNs(threshold);
  REQUIRE(SetNumThreads(before) == NUMRS_OK);
}

TEST_CASE("matmul: a row, a column and a batch item have the bits they have in the whole", "[matmul]") {
  const int64_t m = 45, k = 700, n = 83;
  const auto a = RandomF64(static_cast<size_t>(m * k), 5), b = RandomF64(static_cast<size_t>(k * n), 6);
  std::vector<double> y(static_cast<size_t>(m * n)), row(static_cast<size_t>(n)), column(static_cast<size_t>(m)),
      b_column(static_cast<size_t>(k));
  REQUIRE(numrs_matmul_f64(nullptr, a.data(), b.data(), y.data(), 1, m, k, n) == NUMRS_OK);
  for (int64_t i = 0; i < m; i++) {
    REQUIRE(numrs_matmul_f64(nullptr, a.data() + i * k, b.data(), row.data(), 1, 1, k, n) == NUMRS_OK);
    REQUIRE(std::memcmp(row.data(), y.data() + i * n, static_cast<size_t>(n) * 8) == 0);
  }
  for (int64_t j = 0; j < n; j += 7) {
    for (int64_t p = 0; p < k; p++) b_column[static_cast<size_t>(p)] = b[static_cast<size_t>(p * n + j)];
    REQUIRE(numrs_matmul_f64(nullptr, a.data(), b_column.data(), column.data(), 1, m, k, 1) == NUMRS_OK);
    for (int64_t i = 0; i < m; i++) REQUIRE(column[static_cast<size_t>(i)] == y[static_cast<size_t>(i * n + j)]);
  }
  // 5 matrices of 9 rows with one b each, and all rows with one b
  std::vector<double> many(static_cast<size_t>(5 * k * n)), batch(static_cast<size_t>(m * n));
  for (size_t i = 0; i < 5; i++) std::memcpy(many.data() + i * b.size(), b.data(), b.size() * 8);
  REQUIRE(numrs_matmul_f64(nullptr, a.data(), many.data(), batch.data(), 5, 9, k, n) == NUMRS_OK);
  CHECK(batch == y);
}

TEST_CASE("matmul: the short way for small products has the bits of the planned one", "[matmul]") {
  const auto call = [](const Array& a, const Array& b, const Array& y) {
    const numrs_view va{a.view.data, a.view.shape, a.view.strides, a.view.ndim, a.view.dtype};
    const numrs_view vb{b.view.data, b.view.shape, b.view.strides, b.view.ndim, b.view.dtype};
    const numrs_view vy{y.view.data, y.view.shape, y.view.strides, y.view.ndim, y.view.dtype};
    return numrs_matmul(nullptr, &va, &vb, &vy);
  };
  for (int32_t dtype : {kF32, kF64}) {
    for (int64_t m : {1, 2, 7, 15, 40}) {
      for (int64_t k : {1, 3, 40}) {
        for (int64_t n : {1, 2, 16, 33}) {
          for (int layouts = 0; layouts < 125; layouts++) {
            Array a({m, k}, dtype, static_cast<Layout>(layouts / 25)),
                b({k, n}, dtype, static_cast<Layout>(layouts / 5 % 5));
            Array y({m, n}, dtype, static_cast<Layout>(layouts % 5)),
                planned({m, n}, dtype, static_cast<Layout>(layouts % 5));
            a.Fill(1);
            b.Fill(2);
            REQUIRE(call(a, b, y) == NUMRS_OK);
            REQUIRE(Matmul(RunOn(ActiveKernels()), "matmul", a.view, b.view, planned.view) == NUMRS_OK);
            if (y.memory != planned.memory) FAIL(m << " " << k << " " << n << " layouts " << layouts);
            if (layouts) continue;
            const numrs_view va{a.view.data, a.view.shape, a.view.strides, 2, dtype},
                vb{b.view.data, b.view.shape, b.view.strides, 2, dtype},
                vy{y.view.data, y.view.shape, y.view.strides, 2, dtype};
            REQUIRE(MatmulSmall(ActiveKernels(), &va, &vb, &vy) == !(Portable() && (m == 1 || n == 1)));
            Array row({k}, dtype, C_ORDER), column({m}, dtype, C_ORDER), matrix({k, m}, dtype, F_ORDER),
                back({m}, dtype, SLICED);
            row.Fill(3);
            matrix.Fill(4);
            REQUIRE(call(row, matrix, column) == NUMRS_OK);
            REQUIRE(call(row, matrix, back) == NUMRS_OK);
            for (int64_t i = 0; i < m; i++) REQUIRE(column.Number(i) == back.Number(i));
            REQUIRE(IsProduct(row, matrix, column, nullptr));
          }
        }
      }
    }
  }
}

TEST_CASE("matmul: the short way leaves everything unusual to the planned one", "[matmul]") {
  double memory[64] = {};
  const int64_t s44[] = {4, 4}, s4[] = {4}, s144[] = {1, 4, 4}, s40[] = {4, 0}, wide[] = {4, int64_t{1} << 40},
                minus[] = {-4, 4}, s54[] = {5, 4};
  const int64_t inside[] = {16, 8}, repeated[] = {0, 8}, odd[] = {33, 8}, back[] = {-32, 8}, columns[] = {8, 32};
  double* y = memory + 40;
  const numrs_view good{memory, s44, nullptr, 2, NUMRS_F64}, out{y, s44, nullptr, 2, NUMRS_F64};
  const auto small = [](const numrs_view* a, const numrs_view* b, const numrs_view* to) {
    return MatmulSmall(ActiveKernels(), a, b, to);
  };
  REQUIRE(small(&good, &good, &out));
  CHECK_FALSE(small(nullptr, &good, &out));
  CHECK_FALSE(small(&good, nullptr, &out));
  CHECK_FALSE(small(&good, &good, nullptr));
  const numrs_view odd_ones[] = {{nullptr, s44, nullptr, 2, NUMRS_F64}, {memory, nullptr, nullptr, 2, NUMRS_F64},
                                 {memory, s44, nullptr, -1, NUMRS_F64}, {memory, s44, nullptr, 0, NUMRS_F64},
                                 {memory, s144, nullptr, 3, NUMRS_F64}, {memory, s40, nullptr, 2, NUMRS_F64},
                                 {memory, wide, nullptr, 2, NUMRS_F64}, {memory, minus, nullptr, 2, NUMRS_F64},
                                 {memory, s54, nullptr, 2, NUMRS_F64},  {memory, s44, odd, 2, NUMRS_F64},
                                 {memory, s44, back, 2, NUMRS_F64},     {memory, s44, nullptr, 2, NUMRS_F32},
                                 {memory, s44, nullptr, 2, NUMRS_I64},  {memory, s44, nullptr, 2, -7}};
  for (const numrs_view& view : odd_ones) {
    INFO(&view - odd_ones);
    if (view.shape != s54) CHECK_FALSE(small(&view, &good, &out));
    CHECK_FALSE(small(&good, &view, &out));
    numrs_view to = view;
    if (to.data) to.data = y;
    CHECK_FALSE(small(&good, &good, &to));
  }
  // Outputs of the wrong rank or order, over themselves, over an operand.
  const numrs_view row{memory, s4, nullptr, 1, NUMRS_F64}, vector{y, s4, nullptr, 1, NUMRS_F64};
  CHECK(small(&row, &good, &vector) == !Portable());
  CHECK(small(&good, &row, &vector) == !Portable());
  CHECK_FALSE(small(&row, &row, &vector));
  CHECK_FALSE(small(&row, &good, &out));
  CHECK_FALSE(small(&good, &good, &vector));
  for (const int64_t* strides : {inside, repeated, columns}) {
    const numrs_view to{y, s44, strides, 2, NUMRS_F64};
    CHECK_FALSE(small(&good, &good, &to));
  }
  const numrs_view last{memory + 15, s44, nullptr, 2, NUMRS_F64};
  CHECK_FALSE(small(&good, &good, &good));
  CHECK_FALSE(small(&good, &good, &last));
}

TEST_CASE("gemm: alpha, beta, transposes and leading dimensions", "[matmul]") {
  const int64_t m = 19, k = 270, n = 35;
  for (int trans = 0; trans < 4; trans++) {
    const bool ta = trans & 1, tb = trans & 2;
    const int64_t lda = (ta ? m : k) + 3, ldb = (tb ? k : n) + 2, ldc = n + 5;
    const auto a = RandomF64(static_cast<size_t>((ta ? k : m) * lda), 7),
               b = RandomF64(static_cast<size_t>((tb ? n : k) * ldb), 8);
    for (double alpha : {1.0, -0.5, 0.0}) {
      for (double beta : {0.0, 1.0, 2.0}) {
        auto c = RandomF64(static_cast<size_t>(m * ldc), 9);
        const auto old = c;
        REQUIRE(numrs_gemm_f64(nullptr, a.data(), b.data(), c.data(), m, k, n, lda, ldb, ldc, ta, tb, alpha, beta) ==
                NUMRS_OK);
        for (int64_t i = 0; i < m; i++) {
          for (int64_t j = 0; j < ldc; j++) {
            const size_t at = static_cast<size_t>(i * ldc + j);
            if (j >= n) {
              REQUIRE(c[at] == old[at]);
              continue;
            }
            long double sum = 0;
            for (int64_t p = 0; p < k; p++) {
              sum += static_cast<long double>(a[static_cast<size_t>(ta ? p * lda + i : i * lda + p)]) *
                     b[static_cast<size_t>(tb ? j * ldb + p : p * ldb + j)];
            }
            const double want = static_cast<double>(alpha * sum + beta * old[at]);
            REQUIRE(std::fabs(c[at] - want) < 1e-12);
          }
        }
      }
    }
  }
}

TEST_CASE("gemm: k = 0, NaN in c, NaN in a, shared memory", "[matmul]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  float a[4] = {1, 2, 3, 4}, c[4] = {1, 2, 3, 4};
  REQUIRE(numrs_gemm_f32(nullptr, nullptr, nullptr, c, 2, 0, 2, 1, 2, 2, 0, 0, 1, 3) == NUMRS_OK);
  CHECK((c[0] == 3 && c[3] == 12));
  c[1] = nan;
  REQUIRE(numrs_gemm_f32(nullptr, nullptr, nullptr, c, 2, 0, 2, 1, 2, 2, 0, 0, 1, 0) == NUMRS_OK);
  CHECK((c[0] == 0 && c[1] == 0));
  c[1] = nan;
  REQUIRE(numrs_gemm_f32(nullptr, a, a, c, 2, 2, 2, 2, 2, 2, 0, 0, 1, 0) == NUMRS_OK);
  CHECK((c[0] == 7 && c[1] == 10 && c[2] == 15 && c[3] == 22));
  float poisoned[4] = {nan, nan, nan, nan};
  REQUIRE(numrs_gemm_f32(nullptr, poisoned, a, c, 2, 2, 2, 2, 2, 2, 0, 0, 0, 1) == NUMRS_OK);
  CHECK((c[0] == 7 && c[3] == 22));
  REQUIRE(numrs_gemm_f32(nullptr, a, a, a, 2, 2, 2, 2, 2, 2, 0, 0, 1, 1) == NUMRS_OK);
  CHECK((a[0] == 8 && a[1] == 12 && a[2] == 18 && a[3] == 26));
}

TEST_CASE("matmul: bad inputs are refused and y is unchanged", "[matmul]") {
  double a[12], b[12], y[16];
  for (int i = 0; i < 12; i++) a[i] = b[i] = i;
  std::memset(y, 0x5A, sizeof(y));
  double kept[16];
  std::memcpy(kept, y, sizeof(y));
  const int64_t s34[] = {3, 4}, s43[] = {4, 3}, s33[] = {3, 3}, s23[] = {2, 3}, s2[] = {2}, s322[] = {3, 2, 2},
                s222[] = {2, 2, 2};
  const int64_t zero_strides[] = {0, 8}, negative[] = {3, -4};
  const numrs_view va{a, s34, nullptr, 2, NUMRS_F64}, vb{b, s43, nullptr, 2, NUMRS_F64},
      vy{y, s33, nullptr, 2, NUMRS_F64};
  const auto check = [&](numrs_status want, const numrs_view* x, const numrs_view* z, const numrs_view* out) {
    CHECK(numrs_matmul(nullptr, x, z, out) == want);
    CHECK(std::strlen(numrs_message()) > 0);
    CHECK(std::memcmp(y, kept, sizeof(y)) == 0);
  };
  check(NUMRS_BAD_ARGUMENT, nullptr, &vb, &vy);
  check(NUMRS_BAD_ARGUMENT, &va, nullptr, &vy);
  check(NUMRS_BAD_ARGUMENT, &va, &vb, nullptr);
  check(NUMRS_BAD_SHAPE, &va, &va, &vy);
  const numrs_view wrong{y, s23, nullptr, 2, NUMRS_F64}, scalar{a, nullptr, nullptr, 0, NUMRS_F64},
      dtype{a, s34, nullptr, 2, 999};
  check(NUMRS_BAD_SHAPE, &va, &vb, &wrong);
  check(NUMRS_BAD_SHAPE, &scalar, &vb, &vy);
  check(NUMRS_BAD_SHAPE, &va, &scalar, &vy);
  check(NUMRS_BAD_DTYPE, &dtype, &vb, &vy);
  const numrs_view integer{y, s33, nullptr, 2, NUMRS_I64}, shared{y, s33, zero_strides, 2, NUMRS_F64},
      minus{a, negative, nullptr, 2, NUMRS_F64};
  check(NUMRS_BAD_DTYPE, &va, &vb, &integer);
  check(NUMRS_OVERLAP, &va, &vb, &shared);
  check(NUMRS_BAD_SHAPE, &minus, &vb, &vy);
  const numrs_view vector{a, s2, nullptr, 1, NUMRS_F64}, three{a, s322, nullptr, 3, NUMRS_F64},
      two{b, s222, nullptr, 3, NUMRS_F64};
  check(NUMRS_BAD_SHAPE, &vector, &vb, &vy);
  check(NUMRS_BAD_SHAPE, &three, &two, &vy);
  CHECK(numrs_gemm_f64(nullptr, a, b, y, 3, 4, 3, 3, 3, 3, 0, 0, 1, 0) == NUMRS_BAD_SHAPE);
  CHECK(numrs_gemm_f64(nullptr, a, b, y, 3, 4, 3, 4, 3, 2, 0, 0, 1, 0) == NUMRS_BAD_SHAPE);
  CHECK(numrs_gemm_f64(nullptr, a, b, y, 3, 4, 3, 4, 3, 3, 2, 0, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_gemm_f64(nullptr, a, b, y, int64_t{1} << 40, int64_t{1} << 40, 3, int64_t{1} << 40, 3, 3, 0, 0, 1, 0) ==
        NUMRS_BAD_SHAPE);
  CHECK(numrs_gemm_f64(nullptr, a, b, y, 3, 4, 3, std::numeric_limits<int64_t>::max(), 3, 3, 0, 0, 1, 0) ==
        NUMRS_BAD_SHAPE);
  CHECK(numrs_matmul_f64(nullptr, a, b, y, 1, 3, -4, 3) == NUMRS_BAD_SHAPE);
  CHECK(numrs_matmul_f64(nullptr, a, nullptr, y, 1, 3, 4, 3) == NUMRS_BAD_ARGUMENT);
  CHECK(std::memcmp(y, kept, sizeof(y)) == 0);
}

TEST_CASE("matmul: without memory y is unchanged", "[matmul]") {
  const int64_t n = 300;
  Array a({n, n}, kF32, F_ORDER), b({n, n}, kI16, SLICED), y({n, n}, kF64, SLICED);
  a.Fill(1);
  b.Fill(2);
  const auto before = y.memory;
  PoolTrim();
  int failures = 0;
  for (uint64_t limit = 1; limit < (uint64_t{1} << 24); limit *= 2) {
    PoolSetLimit(limit);
    const Status status = Matmul(RunOn(ActiveKernels(), 1), "matmul", a.view, b.view, y.view);
    PoolSetLimit(0);
    PoolTrim();
    if (status == NUMRS_OK) break;
    CHECK(status == NUMRS_NO_MEMORY);
    CHECK(y.memory == before);
    failures++;
  }
  CHECK(failures > 5);
  CHECK(y.memory != before);
}

TEST_CASE("matmul: mixed dtypes and outputs that overlap the inputs", "[matmul]") {
  Array a({20, 30}, kF32, C_ORDER), b({30, 10}, kI32, F_ORDER), y({20, 10}, kF32, SLICED);
  a.Fill(1);
  b.Fill(2);
  // float32 with int32 computes in float64; float32 is of the same kind
  REQUIRE(Matmul(RunOn(ActiveKernels()), "matmul", a.view, b.view, y.view) == NUMRS_OK);
  for (int64_t i = 0; i < 20; i++) {
    for (int64_t j = 0; j < 10; j++) {
      long double sum = 0;
      for (int64_t p = 0; p < 30; p++) sum += a.Number(i * 30 + p) * b.Number(p * 10 + j);
      CHECK(y.Number(i * 10 + j) == Approx(static_cast<double>(sum)).epsilon(1e-6));
    }
  }
  for (int shift = 0; shift < 3; shift++) {
    std::vector<double> memory = RandomF64(400, 3);
    std::vector<double> x(memory.begin(), memory.begin() + 100), expected(100);
    REQUIRE(numrs_matmul_f64(nullptr, x.data(), x.data(), expected.data(), 1, 10, 10, 10) == NUMRS_OK);
    REQUIRE(numrs_matmul_f64(nullptr, memory.data(), memory.data(), memory.data() + shift * 7, 1, 10, 10, 10) ==
            NUMRS_OK);
    CHECK(std::vector<double>(memory.begin() + shift * 7, memory.begin() + shift * 7 + 100) == expected);
  }
}

TEST_CASE("inner and outer", "[matmul]") {
  const Kernels* kernels;
  for (int i = 0; (kernels = KernelsAt(i)) != nullptr; i++) {
    for (int layout = 0; layout < REPEATED; layout++) {
      Array a({2, 3, 5}, kF64, static_cast<Layout>(layout)), b({4, 5}, kF64, static_cast<Layout>(layout)),
          y({2, 3, 4}, kF64, static_cast<Layout>(layout));
      a.Fill(1);
      b.Fill(2);
      REQUIRE(Inner(RunOn(*kernels), "inner", a.view, b.view, y.view) == NUMRS_OK);
      for (int64_t e = 0; e < 24; e++) {
        long double sum = 0;
        for (int64_t p = 0; p < 5; p++) sum += a.Number(e / 4 * 5 + p) * b.Number(e % 4 * 5 + p);
        CHECK(std::fabs(y.Number(e) - sum) < 1e-14L);
      }
      Array v({7}, kI16, static_cast<Layout>(layout)), z({7, 4, 5}, kF64, static_cast<Layout>(layout));
      v.Fill(3);
      REQUIRE(Outer(RunOn(*kernels), "outer", v.view, b.view, z.view) == NUMRS_OK);
      for (int64_t e = 0; e < 140; e++)
        CHECK(z.Number(e) == static_cast<double>(v.Number(e / 20)) * static_cast<double>(b.Number(e % 20)));
    }
  }
  const int64_t big[32] = {};
  const numrs_view many{nullptr, big, nullptr, 32, NUMRS_F32}, line{nullptr, big, nullptr, 1, NUMRS_F32};
  int32_t ndim = 0;
  int64_t shape[32];
  CHECK(numrs_outer_shape(&many, &line, &ndim, shape) == NUMRS_BAD_SHAPE);
  CHECK(numrs_inner_shape(&many, &line, &ndim, shape) == NUMRS_OK);
  CHECK(ndim == 31);
}
