// Rolling and exponentially weighted statistics, statistics of lines and groups, histograms, transforms, complex and
// scaled products, scatter: on the simulated device the same bits, statuses and messages as on the CPU.
#include "device_support.h"

using namespace device_test;

namespace {

constexpr int32_t kFew[] = {NUMRS_F64, NUMRS_F32, NUMRS_F16, NUMRS_I32, NUMRS_BOOL};
int32_t FloatOf(int32_t dtype) { return IsFloat(dtype) ? dtype : static_cast<int32_t>(NUMRS_F64); }

std::vector<int64_t> With(std::vector<int64_t> shape, size_t axis, int64_t extent) {
  shape[axis] = extent;
  return shape;
}

// A rolling statistic on both with these options.
numrs_status Roll(numrs_context* gpu, int32_t op, const Twin& x, const Twin& x2, const Twin& y, int32_t axis,
                  const numrs_rolling_options& options) {
  const bool two = op == NUMRS_OP_ROLLING_COV || op == NUMRS_OP_ROLLING_CORR;
  return Both(gpu, {&x, &x2, &y}, [&](numrs_context* c, bool g) {
    return numrs_rolling(c, op, x(g), two ? x2(g) : nullptr, y(g), axis, &options);
  });
}

}  // namespace

TEST_CASE("rolling statistics: operations, dtypes, layouts, axes, windows") {
  const Simulated gpu;
  for (int32_t op = 0; op <= NUMRS_OP_ROLLING_NUNIQUE; op++) {
    for (const int32_t dtype : kFew) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l), other = static_cast<Layout>((l + 1) % kLayouts);
        const std::vector<int64_t> shape = {3, 41, 2};
        Twin x(gpu, dtype, shape, layout), x2(gpu, dtype, shape, other);
        x.Random(static_cast<uint32_t>(op + l));
        x2.Random(static_cast<uint32_t>(op + l + 50), 7);
        for (const int32_t axis : {0, 1, -1}) {
          for (const int64_t window : {1, 2, 7, 60}) {
            numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
            options.window = window;
            options.min_periods = window > 2 ? 2 : 0;
            options.center = axis == 1;
            options.closed = layout == TURNED ? int32_t{NUMRS_CLOSED_BOTH} : int32_t{NUMRS_CLOSED_RIGHT};
            options.parameter = op == NUMRS_OP_ROLLING_QUANTILE ? 0.25 : op == NUMRS_OP_ROLLING_MAD ? 0 : 1;
            const Twin y(gpu, FloatOf(dtype), shape, other);
            CHECK(Roll(gpu, op, x, x2, y, axis, options) == NUMRS_OK);
            options.step = 3;
            const size_t d = axis < 0 ? 2 : static_cast<size_t>(axis);
            const Twin few(gpu, FloatOf(dtype), With(shape, d, (shape[d] + 2) / 3), other);
            CHECK(Roll(gpu, op, x, x2, few, axis, options) == NUMRS_OK);
          }
        }
      }
    }
  }
}

TEST_CASE("rolling statistics: bounds and weights of the host, long lines, empty ones") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F64, {2, 3000}), x2(gpu, NUMRS_F64, {2, 3000});
  x.Random(3, 1000);
  x2.Random(4, 900);
  const Twin y(gpu, NUMRS_F64, {2, 3000}, GAPS), part(gpu, NUMRS_F64, {2, 5});
  for (int32_t op = 0; op <= NUMRS_OP_ROLLING_NUNIQUE; op++) {
    numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
    options.window = 250;
    options.min_periods = 5;
    options.parameter = 0.5;
    CHECK(Roll(gpu, op, x, x2, y, 1, options) == NUMRS_OK);
    if (op == NUMRS_OP_ROLLING_ZSCORE || op == NUMRS_OP_ROLLING_ROBUST_ZSCORE) continue;
    std::vector<int64_t> starts = {0, 10, 10, 2999, 1500}, ends = {3000, 10, 500, 3000, 1700};
    numrs_rolling_options bounds = NUMRS_ROLLING_OPTIONS_INIT;
    bounds.parameter = 0.5;
    bounds.starts = starts.data();
    bounds.ends = ends.data();
    bounds.n_bounds = 5;
    CHECK(Roll(gpu, op, x, x2, part, 1, bounds) == NUMRS_OK);
    ends[4] = 3001;
    CHECK(Roll(gpu, op, x, x2, part, 1, bounds) == NUMRS_BAD_INDEX);
    ends[4] = 1499;
    CHECK(Roll(gpu, op, x, x2, part, 1, bounds) == NUMRS_BAD_ARGUMENT);
  }
  for (const int32_t op : {int32_t{NUMRS_OP_ROLLING_SUM}, int32_t{NUMRS_OP_ROLLING_MEAN}, int32_t{NUMRS_OP_ROLLING_VAR},
                           int32_t{NUMRS_OP_ROLLING_STD}, int32_t{NUMRS_OP_ROLLING_MEDIAN}}) {
    const double weights[] = {0.5, 1, 2, 1, 0.25};
    numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
    options.window = 5;
    options.min_periods = 1;
    options.weights = weights;
    CHECK(Roll(gpu, op, x, x2, y, 1, options) == (op == NUMRS_OP_ROLLING_MEDIAN ? NUMRS_BAD_ARGUMENT : NUMRS_OK));
    options.closed = NUMRS_CLOSED_LEFT;
    CHECK(Roll(gpu, op, x, x2, y, 1, options) == (op == NUMRS_OP_ROLLING_MEDIAN ? NUMRS_BAD_ARGUMENT : NUMRS_OK));
  }
  const Twin none(gpu, NUMRS_F32, {0, 4}), nothing(gpu, NUMRS_F32, {0, 4});
  numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.window = 3;
  CHECK(Roll(gpu, NUMRS_OP_ROLLING_MEAN, none, none, nothing, 0, options) == NUMRS_OK);
  CHECK(Roll(gpu, NUMRS_OP_ROLLING_MEAN, none, none, nothing, 1, options) == NUMRS_OK);
  options.closed = NUMRS_CLOSED_NEITHER;  // windows without any element
  options.window = 1;
  Twin few(gpu, NUMRS_F32, {4});
  const Twin result(gpu, NUMRS_F32, {4}, GAPS);
  few.Random(1);
  CHECK(Roll(gpu, NUMRS_OP_ROLLING_SUM, few, few, result, 0, options) == NUMRS_OK);
  CHECK(Roll(gpu, NUMRS_OP_ROLLING_SUM, few, few, few, 0, options) == NUMRS_OK);
}

TEST_CASE("rolling statistics whose results lie in an input, and what is refused") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F64, {60}), x2(gpu, NUMRS_F64, {60}), wrong(gpu, NUMRS_F64, {61}), small(gpu, NUMRS_I32, {60});
  x.Random(1);
  x2.Random(2);
  numrs_rolling_options options = NUMRS_ROLLING_OPTIONS_INIT;
  options.window = 4;
  for (const int32_t op :
       {int32_t{NUMRS_OP_ROLLING_MEAN}, int32_t{NUMRS_OP_ROLLING_MEDIAN}, int32_t{NUMRS_OP_ROLLING_CORR}}) {
    x.Random(1);
    CHECK(Roll(gpu, op, x, x2, x, 0, options) == NUMRS_OK);
    CHECK(Roll(gpu, op, x, x2, x2, 0, options) == NUMRS_OK);
    CHECK(Roll(gpu, op, x, x2, wrong, 0, options) == NUMRS_BAD_SHAPE);
    CHECK(Roll(gpu, op, x, x2, small, 0, options) == NUMRS_BAD_DTYPE);
    CHECK(Roll(gpu, op, x, x2, x, 1, options) == NUMRS_BAD_ARGUMENT);
  }
  options.window = 0;
  CHECK(Roll(gpu, NUMRS_OP_ROLLING_MEAN, x, x2, x, 0, options) == NUMRS_BAD_ARGUMENT);
  CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) {
          return numrs_rolling_mean_f64(c, x.data<double>(g), x.data<double>(g), 2, 10, 3, 5, 1);
        }) == NUMRS_OK);
  CHECK(Both(gpu, {&x, &x2}, [&](numrs_context* c, bool g) {
          return numrs_rolling_median_f64(c, x.data<double>(g), x2.data<double>(g), 1, 60, 1, 5, 1);
        }) == NUMRS_OK);
}

TEST_CASE("exponentially weighted statistics, with factors of the host") {
  const Simulated gpu;
  std::vector<double> factors(37);
  for (size_t i = 0; i < factors.size(); i++) factors[i] = 0.5 + static_cast<double>(i % 4) / 8;
  for (int32_t op = 0; op <= NUMRS_OP_EWM_CORR; op++) {
    const bool two = op == NUMRS_OP_EWM_COV || op == NUMRS_OP_EWM_CORR;
    for (const int32_t dtype : kFew) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l);
        Twin x(gpu, dtype, {3, 37}, layout), x2(gpu, dtype, {3, 37});
        x.Random(static_cast<uint32_t>(op));
        x2.Random(9);
        const Twin y(gpu, FloatOf(dtype), {3, 37}, layout);
        numrs_ewm_options options = NUMRS_EWM_OPTIONS_INIT;
        options.alpha = 0.3;
        options.adjust = layout != GAPS;
        const auto run = [&](const Twin& to) {
          return Both(gpu, {&x, &x2, &to}, [&](numrs_context* c, bool g) {
            return numrs_ewm(c, op, x(g), two ? x2(g) : nullptr, to(g), 1, &options);
          });
        };
        CHECK(run(y) == NUMRS_OK);
        options.factors = factors.data();
        options.n_factors = 37;
        CHECK(run(y) == NUMRS_OK);
        if (FloatOf(dtype) == dtype) CHECK(run(x) == NUMRS_OK);
        options.n_factors = 36;
        CHECK(run(y) == NUMRS_BAD_ARGUMENT);
      }
    }
  }
}

TEST_CASE("bounds, weights and factors are taken before the call returns") {
  const Simulated gpu(2);
  Twin x(gpu, NUMRS_F64, {500}), all(gpu, NUMRS_F64, {500}), part(gpu, NUMRS_F64, {3}), smooth(gpu, NUMRS_F64, {500});
  x.Random(1, 300);
  for (const bool on_gpu : {false, true}) {
    numrs_context* context = on_gpu ? static_cast<numrs_context*>(gpu) : nullptr;
    std::vector<int64_t> starts = {0, 100, 499}, ends = {400, 101, 500};
    std::vector<double> weights = {1, 2, 3, 4}, factors(500, 0.75);
    numrs_rolling_options bounds = NUMRS_ROLLING_OPTIONS_INIT, weighted = NUMRS_ROLLING_OPTIONS_INIT;
    bounds.starts = starts.data();
    bounds.ends = ends.data();
    bounds.n_bounds = 3;
    weighted.window = 4;
    weighted.weights = weights.data();
    numrs_ewm_options options = NUMRS_EWM_OPTIONS_INIT;
    options.factors = factors.data();
    options.n_factors = 500;
    char text[8];
    REQUIRE(numrs_device_info(NUMRS_SIM, 2, "set:delay=50000", text, sizeof(text)) == NUMRS_OK);
    CHECK(numrs_rolling(context, NUMRS_OP_ROLLING_MEAN, x(on_gpu), nullptr, part(on_gpu), 0, &bounds) == NUMRS_OK);
    CHECK(numrs_rolling(context, NUMRS_OP_ROLLING_SUM, x(on_gpu), nullptr, all(on_gpu), 0, &weighted) == NUMRS_OK);
    CHECK(numrs_ewm(context, NUMRS_OP_EWM_MEAN, x(on_gpu), nullptr, smooth(on_gpu), 0, &options) == NUMRS_OK);
    starts.assign(3, 7);
    ends.assign(3, 9);
    weights.assign(4, 100);
    factors.assign(500, 0);
    REQUIRE(numrs_device_info(NUMRS_SIM, 2, "set:delay=5", text, sizeof(text)) == NUMRS_OK);
  }
  for (const Twin* t : {&part, &all, &smooth}) CHECK(t->Here() == t->There());
}

TEST_CASE("statistics of lines: all of them, with masks, in an input") {
  const Simulated gpu;
  const int32_t axes[] = {2, 1};
  for (int32_t op = 0; op <= NUMRS_OP_FILL_BACKWARD; op++) {
    int32_t inputs, outputs;
    REQUIRE(numrs_stat_shape(op, &inputs, &outputs) == NUMRS_OK);
    for (const int32_t dtype : kFew) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l);
        const std::vector<int64_t> shape = {3, 5, 4};
        Twin x(gpu, dtype, shape, layout), x2(gpu, dtype, {5, 4}, layout), where(gpu, NUMRS_BOOL, {5, 1});
        x.Random(static_cast<uint32_t>(op), 9, l == 0);
        x2.Random(3, 9, false);
        where.Random(2);
        std::vector<int64_t> kept = {3};
        if (outputs == 0) kept = shape;
        if (outputs > 1) kept.push_back(outputs);
        const Twin y(gpu, FloatOf(dtype), kept, layout);
        for (const bool masked : {false, true}) {
          if (masked && outputs == 0) continue;
          CHECK(Both(gpu, {&x, &x2, &where, &y}, [&](numrs_context* c, bool g) {
                  return numrs_stat(c, op, x(g), inputs == 2 ? x2(g) : nullptr, masked ? where(g) : nullptr, y(g), axes,
                                    2, nullptr, 0);
                }) == NUMRS_OK);
        }
        if (outputs == 0 && FloatOf(dtype) == dtype) {
          CHECK(Both(gpu, {&x}, [&](numrs_context* c, bool g) {
                  return numrs_stat(c, op, x(g), nullptr, nullptr, x(g), axes, 2, nullptr, 0);
                }) == NUMRS_OK);
        }
      }
    }
  }
  const Twin none(gpu, NUMRS_F64, {2, 0}), y(gpu, NUMRS_F64, {2});
  const int32_t last[] = {1};
  CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) {
          return numrs_stat(c, NUMRS_OP_SKEW, none(g), nullptr, nullptr, y(g), last, 1, nullptr, 0);
        }) == NUMRS_OK);
}

TEST_CASE("groups and histograms: wrong keys and edges leave the results as they were") {
  const Simulated gpu;
  Twin keys(gpu, NUMRS_I16, {30}, GAPS);
  std::vector<double> numbers(30);
  for (size_t i = 0; i < numbers.size(); i++) numbers[i] = static_cast<double>(i * 7 % 5);
  for (int32_t op = 0; op <= NUMRS_OP_GROUP_QUANTILE; op++) {
    for (const int32_t dtype : kFew) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l);
        int32_t result;
        REQUIRE(numrs_group_dtype(op, dtype, &result) == NUMRS_OK);
        Twin x(gpu, dtype, {2, 30, 3}, layout);
        x.Random(static_cast<uint32_t>(op));
        const Twin y(gpu, result, {2, 6, 3}, layout), whole(gpu, result, {2, 5, 3});
        const auto run = [&](const Twin& to) {
          return Both(gpu, {&x, &keys, &to},
                      [&](numrs_context* c, bool g) { return numrs_group(c, op, x(g), keys(g), to(g), 1, 0.5); });
        };
        keys.Set(numbers);
        CHECK(run(whole) == NUMRS_OK);
        run(y);  // group 5 has no element: integers may be refused
        std::vector<double> bad = numbers;
        bad[20] = layout == PLAIN ? 6 : -1;
        keys.Set(bad);
        CHECK(run(y) == NUMRS_BAD_INDEX);
      }
    }
  }
  for (const int32_t dtype : kFew) {
    Twin x(gpu, dtype, {40, 3}, GAPS), weights(gpu, NUMRS_F32, {40, 3}), edges(gpu, NUMRS_F64, {6});
    x.Random(5);
    weights.Random(6, 5, false);
    const Twin counts(gpu, NUMRS_I64, {5}, GAPS), sums(gpu, NUMRS_F64, {5});
    for (const double third : {-1.0, -9.0}) {
      edges.Set({-4, -2, third, 0, 1, 3});
      const numrs_status wanted = third == -1 ? NUMRS_OK : NUMRS_BAD_ARGUMENT;
      CHECK(Both(gpu, {&x, &edges, &counts}, [&](numrs_context* c, bool g) {
              return numrs_histogram(c, x(g), nullptr, edges(g), counts(g));
            }) == wanted);
      CHECK(Both(gpu, {&x, &weights, &edges, &sums}, [&](numrs_context* c, bool g) {
              return numrs_histogram(c, x(g), weights(g), edges(g), sums(g));
            }) == wanted);
    }
  }
}

TEST_CASE("Fourier transforms") {
  const Simulated gpu;
  const int32_t axes[] = {1, 0};
  for (const int64_t n : {1, 6, 17, 64}) {
    for (int l = 0; l < kLayouts; l++) {
      const Layout layout = static_cast<Layout>(l);
      Twin x(gpu, NUMRS_F64, {5, n}, layout), narrow(gpu, NUMRS_F32, {5, n}, layout);
      x.Random(1, 100, false);
      narrow.Random(2, 100, false);
      const Twin y(gpu, NUMRS_C128, {5, n}, layout), half(gpu, NUMRS_C64, {5, n / 2 + 1}, layout),
          back(gpu, NUMRS_F32, {5, n}, layout);
      CHECK(Both(gpu, {&x, &y}, [&](numrs_context* c, bool g) {
              return numrs_fft(c, x(g), y(g), axes, 2, NUMRS_FFT_FORWARD, 1);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) {
              return numrs_fft(c, y(g), y(g), axes, 1, NUMRS_FFT_BACKWARD, 0.5);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&narrow, &half}, [&](numrs_context* c, bool g) {
              return numrs_rfft(c, narrow(g), half(g), axes, 1, n, NUMRS_FFT_FORWARD, 1);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&half, &back}, [&](numrs_context* c, bool g) {
              return numrs_irfft(c, half(g), back(g), axes, 1, NUMRS_FFT_BACKWARD, 0.25);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&half, &back}, [&](numrs_context* c, bool g) {
              return numrs_irfft(c, half(g), back(g), axes, 1, 3, 1);
            }) == NUMRS_BAD_ARGUMENT);
    }
  }
}

TEST_CASE("products: complex dots, scaled sums of products") {
  const Simulated gpu;
  Twin parts(gpu, NUMRS_F64, {2, 3, 19}), a(gpu, NUMRS_C128, {3, 19}, GAPS), b(gpu, NUMRS_C64, {19}, GAPS);
  parts.Random(3, 50);
  a.Random(4, 50);
  b.Random(5, 50);
  REQUIRE(numrs_fft(nullptr, a(false), a(false), nullptr, -1, NUMRS_FFT_FORWARD, 1) == NUMRS_OK);  // imaginary parts
  a.Send();
  const Twin y(gpu, NUMRS_C128, {3}, GAPS), line(gpu, NUMRS_C128, {}), nothing(gpu, NUMRS_C128, {0});
  Twin none(gpu, NUMRS_C128, {3, 0});
  CHECK(Both(gpu, {&a, &b, &y}, [&](numrs_context* c, bool g) { return numrs_vecdot(c, a(g), b(g), y(g), -1); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, {&a, &line}, [&](numrs_context* c, bool g) { return numrs_vecdot(c, b(g), b(g), line(g), 0); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, {&y}, [&](numrs_context* c, bool g) { return numrs_vecdot(c, none(g), none(g), y(g), 1); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, {&nothing},
             [&](numrs_context* c, bool g) { return numrs_vecdot(c, none(g), none(g), nothing(g), 0); }) == NUMRS_OK);
  CHECK(Both(gpu, {&line}, [&](numrs_context* c, bool g) { return numrs_matmul(c, b(g), b(g), line(g)); }) == NUMRS_OK);

  Twin p(gpu, NUMRS_F32, {9, 14}), q(gpu, NUMRS_F32, {14, 9}), r(gpu, NUMRS_F32, {9, 16});
  p.Random(1, 50, false);
  q.Random(2, 50, false);
  r.Random(3, 50, false);
  const auto f = [](const Twin& t, bool g) { return t.data<float>(g); };
  for (const float alpha : {1.0f, 0.0f, -0.5f}) {
    for (const float beta : {0.0f, 1.0f, 2.5f}) {
      CHECK(Both(gpu, {&p, &q, &r}, [&](numrs_context* c, bool g) {
              return numrs_gemm_f32(c, f(p, g), f(q, g), f(r, g), 9, 14, 9, 14, 9, 16, 0, 0, alpha, beta);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&p, &q, &r}, [&](numrs_context* c, bool g) {
              return numrs_gemm_f32(c, f(q, g), f(p, g), f(r, g), 9, 14, 9, 9, 14, 16, 1, 1, alpha, beta);
            }) == NUMRS_OK);
      CHECK(Both(gpu, {&p, &q, &r}, [&](numrs_context* c, bool g) {
              return numrs_gemm_f32(c, f(p, g), f(q, g), f(r, g), 9, 0, 9, 14, 9, 16, 0, 0, alpha, beta);
            }) == NUMRS_OK);
    }
  }
  CHECK(Both(gpu, {&p, &q, &r}, [&](numrs_context* c, bool g) {
          return numrs_gemm_f32(c, f(p, g), f(q, g), f(r, g), 9, 14, 9, 13, 9, 16, 0, 0, 1, 0);
        }) == NUMRS_BAD_SHAPE);
}

TEST_CASE("matrices: factors, solutions, values, and the ones that are singular") {
  const Simulated gpu;
  for (const int32_t dtype : {NUMRS_F64, NUMRS_F32, NUMRS_I32}) {
    const int32_t result = dtype == NUMRS_F32 ? NUMRS_F32 : NUMRS_F64;
    for (int l = 0; l < kLayouts; l++) {
      const Layout layout = static_cast<Layout>(l);
      Twin x(gpu, dtype, {2, 4, 4}, layout), b(gpu, dtype, {4, 3}, layout), flat(gpu, dtype, {2, 5, 3}, layout);
      std::vector<double> numbers(32);
      for (size_t i = 0; i < numbers.size(); i++) {
        const size_t r = i / 4 % 4, c = i % 4;
        numbers[i] = static_cast<double>((r + 1) * (c + 1) % 5) + (r == c ? 30 : 0);
      }
      x.Set(numbers);
      b.Random(1, 9, false);
      flat.Random(2, 9, false);
      const Twin y(gpu, result, {2, 4, 4}, layout), z(gpu, result, {2, 4, 3}), d(gpu, result, {2}, layout),
          sign(gpu, result, {2}), q(gpu, result, {2, 5, 3}), r(gpu, result, {2, 3, 3}, layout),
          s(gpu, result, {2, 3}, layout), v(gpu, result, {2, 3, 3}), w(gpu, result, {2, 4}),
          cv(gpu, NUMRS_C128, {2, 4}), rank(gpu, NUMRS_I64, {2}), fit(gpu, result, {2, 3}), rhs(gpu, result, {5});
      const std::vector<const Twin*> all = {&x, &b, &flat, &y, &z, &d, &sign, &q, &r, &s, &v, &w, &cv, &rank, &fit};
      using C = numrs_context*;
      const auto square = [&] {
        std::vector<numrs_status> ends;
        const auto run = [&](auto&& f) { ends.push_back(Both(gpu, all, f)); };
        run([&](C c, bool g) { return numrs_cholesky(c, x(g), y(g), 1); });
        run([&](C c, bool g) { return numrs_solve(c, x(g), b(g), z(g)); });
        run([&](C c, bool g) { return numrs_inv(c, x(g), y(g)); });
        run([&](C c, bool g) { return numrs_det(c, x(g), d(g)); });
        run([&](C c, bool g) { return numrs_slogdet(c, x(g), sign(g), d(g)); });
        run([&](C c, bool g) { return numrs_eigh(c, x(g), w(g), y(g), 0); });
        run([&](C c, bool g) { return numrs_eig(c, x(g), cv(g), nullptr); });
        run([&](C c, bool g) { return numrs_lstsq(c, flat(g), rhs(g), fit(g), rank(g), s(g), 1e-5); });
        return ends;
      };
      for (const numrs_status end : square()) CHECK(end == NUMRS_OK);
      numbers.assign(32, 1);
      x.Set(numbers);
      CHECK(square()[2] == NUMRS_SINGULAR);
      CHECK(Both(gpu, all, [&](C c, bool g) { return numrs_qr(c, flat(g), q(g), r(g), 0); }) == NUMRS_OK);
      CHECK(Both(gpu, all, [&](C c, bool g) { return numrs_svd(c, flat(g), q(g), s(g), v(g), 0); }) == NUMRS_OK);
      CHECK(Both(gpu, all, [&](C c, bool g) { return numrs_svdvals(c, flat(g), s(g)); }) == NUMRS_OK);
      CHECK(Both(gpu, all, [&](C c, bool g) { return numrs_svdvals(c, flat(g), w(g)); }) == NUMRS_BAD_SHAPE);
      if (result != dtype) continue;
      Twin in_itself(gpu, dtype, {4, 4}, layout);
      in_itself.Set({9, 1, 0, 2, 1, 8, 0, 1, 0, 0, 7, 1, 2, 1, 1, 9});
      CHECK(Both(gpu, {&in_itself}, [&](C c, bool g) { return numrs_inv(c, in_itself(g), in_itself(g)); }) == NUMRS_OK);
    }
  }
}

TEST_CASE("scatter: dtypes, layouts, equal and wrong indices, in itself") {
  const Simulated gpu;
  for (const int32_t dtype : {NUMRS_F64, NUMRS_F16, NUMRS_U8, NUMRS_C128, NUMRS_I32}) {
    for (const int32_t integer : {NUMRS_I64, NUMRS_I8, NUMRS_U32}) {
      for (int l = 0; l < kLayouts; l++) {
        const Layout layout = static_cast<Layout>(l);
        Twin y(gpu, dtype, {4, 9, 3}, layout), values(gpu, dtype, {4, 5, 3}, GAPS), at(gpu, integer, {4, 5, 1}, layout),
            one(gpu, dtype, {1}), none(gpu, integer, {4, 0, 3});
        y.Random(1);
        values.Random(2);
        one.Random(3);
        std::vector<double> places(20);
        for (size_t i = 0; i < places.size(); i++)
          places[i] = static_cast<double>(i * 5 % 9) - (integer == NUMRS_U32 || i % 3 ? 0 : 9);
        at.Set(places);
        const auto put = [&](const Twin& indices, const Twin& from) {
          return Both(gpu, {&y, &from},
                      [&](numrs_context* c, bool g) { return numrs_put_along_axis(c, indices(g), from(g), y(g), 1); });
        };
        CHECK(put(at, values) == NUMRS_OK);
        CHECK(put(at, one) == NUMRS_OK);
        CHECK(put(none, one) == NUMRS_OK);
        places[13] = 9;
        at.Set(places);
        CHECK(put(at, values) == NUMRS_BAD_INDEX);
        places[13] = 0;
        at.Set(places);
        Twin all(gpu, dtype, {12});
        all.Random(4);
        const Twin head(all, 0, dtype, {8}), tail(all, 4 * Bytes(dtype), dtype, {8});
        Twin turn(gpu, integer, {8});
        turn.Set({7, 0, 6, 1, 5, 2, 4, 3});
        CHECK(Both(gpu, {&all}, [&](numrs_context* c, bool g) {
                return numrs_put_along_axis(c, turn(g), head(g), tail(g), 0);
              }) == NUMRS_OK);
      }
    }
  }
}

TEST_CASE("no memory for results that lie in an input: all stay as they were") {
  const Simulated gpu(1);
  Twin x(gpu, NUMRS_F64, {4096}), keys(gpu, NUMRS_I64, {4000}), z(gpu, NUMRS_C128, {4096});
  x.Random(1, 50, false);
  z.Random(2);
  const Twin a(x, 0, NUMRS_F64, {4000}), b(x, 64, NUMRS_F64, {4000}), at(x, 64, NUMRS_I64, {4000}),
      c(z, 0, NUMRS_C128, {4000}), d(z, 64, NUMRS_C128, {4000});
  numrs_memory_stats stats{};
  stats.struct_size = sizeof(stats);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 1, stats.in_use_bytes + 1024) == NUMRS_OK);
  numrs_rolling_options window = NUMRS_ROLLING_OPTIONS_INIT;
  window.window = 5;
  numrs_ewm_options half = NUMRS_EWM_OPTIONS_INIT;
  half.alpha = 0.5;
  const auto refused = [&](numrs_status status) {
    CHECK(status == NUMRS_NO_MEMORY);
    CHECK(std::strstr(numrs_message(), "memory") != nullptr);
    const bool same = x.Here() == x.There() && z.Here() == z.There();
    CHECK(same);
  };
  const bool g = true;
  refused(numrs_sort(gpu, a(g), b(g), 0, 0));
  refused(numrs_argsort(gpu, a(g), at(g), 0, 0));
  refused(numrs_searchsorted(gpu, a(g), a(g), nullptr, at(g), 0));
  refused(numrs_interp(gpu, a(g), b(g), b(g), b(g), 0, 0));
  refused(numrs_rolling(gpu, NUMRS_OP_ROLLING_MEAN, a(g), nullptr, b(g), 0, &window));
  refused(numrs_ewm(gpu, NUMRS_OP_EWM_MEAN, a(g), nullptr, b(g), 0, &half));
  refused(numrs_stat(gpu, NUMRS_OP_ZSCORE, a(g), nullptr, nullptr, b(g), nullptr, -1, nullptr, 0));
  refused(numrs_fft(gpu, c(g), d(g), nullptr, -1, NUMRS_FFT_FORWARD, 1));
  refused(numrs_group(gpu, NUMRS_OP_GROUP_SUM, a(g), keys(g), b(g), 0, 0));
  REQUIRE(numrs_device_memory_set_limit(NUMRS_SIM, 1, 0) == NUMRS_OK);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  const uint64_t before = stats.in_use_bytes;
  CHECK(numrs_sort(gpu, a(g), b(g), 0, 0) == NUMRS_OK);
  REQUIRE(numrs_device_memory_stats(NUMRS_SIM, 1, &stats) == NUMRS_OK);
  CHECK(stats.in_use_bytes == before);
}

TEST_CASE("raw functions of statistics") {
  const Simulated gpu;
  Twin x(gpu, NUMRS_F64, {2, 20, 3}), x2(gpu, NUMRS_F64, {2, 20, 3}), y(gpu, NUMRS_F64, {2, 20, 3}),
      keys(gpu, NUMRS_I64, {120});
  x.Random(1);
  x2.Random(2, 30, false);
  keys.Random(3, 5);
  std::vector<double> numbers(120);
  for (size_t i = 0; i < numbers.size(); i++) numbers[i] = static_cast<double>(i % 7);
  keys.Set(numbers);
  const std::vector<const Twin*> all = {&x, &x2, &y, &keys};
  const auto d = [](const Twin& t, bool g) { return t.data<double>(g); };
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) { return numrs_skew_f64(c, d(x2, g), d(y, g), 2, 20, 3, 1); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_rolling_cov_f64(c, d(x, g), d(x2, g), d(y, g), 2, 20, 3, 6, 3, 1);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_ewm_mean_f64(c, d(x, g), d(y, g), 2, 20, 3, 0.5, 0, 0, 1);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_group_sum_f64(c, d(x, g), keys.data<int64_t>(g), d(y, g), 120, 7);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_group_sum_f64(c, d(x, g), keys.data<int64_t>(g), d(y, g), 120, 6);
        }) == NUMRS_BAD_INDEX);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) { return numrs_norm_f64(c, d(x2, g), d(y, g), 2, 20, 3); }) ==
        NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_cumulative_max_f64(c, d(x, g), d(y, g), 2, 20, 3);
        }) == NUMRS_OK);
  CHECK(Both(gpu, all, [&](numrs_context* c, bool g) {
          return numrs_fma_f64(c, d(x, g), d(x2, g), d(x2, g), d(y, g), 120);
        }) == NUMRS_OK);
}
