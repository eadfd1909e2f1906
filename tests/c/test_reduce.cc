// Reductions, scans and dot products: every row x dtype x backend x instruction set against wide arithmetic, and the
// same bits from all of them, from any layout and any number of threads. What is special (NaN, zeros, empty, masks,
// errors) follows.
#include "core/threads.h"
#include "reduce_support.h"

using namespace numrs;
using namespace reduce_support;

TEST_CASE("every reduction, dtype and instruction set against wide arithmetic, with equal bits") {
  const int64_t shapes[][3] = {{1, 1, 1},  {1, 7, 1}, {1, 1003, 1}, {1, 13001, 1}, {70, 5, 1},
                               {3, 40, 1}, {1, 6, 9}, {2, 35, 3},   {1, 4200, 8},  {1, 300, 130}};
  for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
    if (!IsDType(dtype) || KindOf(dtype) == Kind::COMPLEX) continue;  // test_complex.cc
    for (const auto& s : shapes) {
      const int64_t outer = s[0], n = s[1], inner = s[2];
      const std::vector<char> x = Values(dtype, outer * n * inner, static_cast<uint32_t>(n));
      for (int32_t op = 0; op < kReduceOps; op++) {
        int32_t result = 0;
        REQUIRE(numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK);
        std::vector<char> first;
        ForEachKernels([&](const std::string& name) {
          const std::vector<char> y = Reduce3(op, x.data(), dtype, outer, n, inner);
          if (first.empty()) first = y;
          INFO(name << " " << kReduceRows[op].name << " " << NameOf(dtype) << " " << outer << " " << n << " " << inner);
          REQUIRE(y == first);
        });
        for (int64_t o = 0; o < outer; o++) {
          for (int64_t i = 0; i < inner; i++) {
            std::vector<long double> line;
            for (int64_t k = 0; k < n; k++)
              line.push_back(Wide(x.data() + ((o * n + k) * inner + i) * SizeOf(dtype), dtype));
            const Expected e = Reference(op, line, result);
            const long double got = Wide(first.data() + (o * inner + i) * SizeOf(result), result);
            INFO(kReduceRows[op].name << " " << NameOf(dtype) << " n=" << n << ": got " << static_cast<double>(got)
                                      << ", expected " << static_cast<double>(e.value));
            const bool integer_product = (op == kReduce_prod || op == kReduce_nanprod) && KindOf(result) != Kind::FLOAT;
            if (integer_product) {  // wraps
              uint64_t product = 1, y = 0;
              for (long double v : line) product *= static_cast<uint64_t>(static_cast<int64_t>(v));
              std::memcpy(&y, first.data() + (o * inner + i) * 8, 8);
              REQUIRE(y == product);
            } else {
              REQUIRE(std::fabs(got - e.value) <= e.error);
            }
          }
        }
      }
    }
  }
}

TEST_CASE("a sum follows the documented tree") {
  const int64_t n = 5 * 4096 + 77;
  const std::vector<char> bytes = Values(kF64, n, 3);
  std::vector<double> x(static_cast<size_t>(n)), blocks;
  std::memcpy(x.data(), bytes.data(), x.size() * 8);
  for (int64_t begin = 0; begin < n; begin += 4096) {
    double lanes[32];
    for (double& lane : lanes) lane = -0.0;
    for (int64_t i = begin; i < n && i < begin + 4096; i++) lanes[(i - begin) % 32] += x[static_cast<size_t>(i)];
    for (int half : {16, 8, 4, 2, 1}) {
      for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
    }
    blocks.push_back(lanes[0]);
  }
  while (blocks.size() > 1) {
    std::vector<double> pairs;
    for (size_t i = 0; i < blocks.size(); i += 2)
      pairs.push_back(i + 1 < blocks.size() ? blocks[i] + blocks[i + 1] : blocks[i]);
    blocks = pairs;
  }
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    CHECK(SumOf(x) == blocks[0]);
  });
}

TEST_CASE("bits do not depend on layout, alignment or threads") {
  const int64_t rows = 300, cols = 700;
  for (int32_t dtype : {kF16, kBF16, kF32, kF64, kI16}) {
    const int64_t size = SizeOf(dtype);
    const std::vector<char> x = Values(dtype, rows * cols, 5);
    std::vector<char> transposed(x.size()), shifted(x.size() + 8);
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < cols; c++)
        std::memcpy(&transposed[static_cast<size_t>((c * rows + r) * size)],
                    &x[static_cast<size_t>((r * cols + c) * size)], static_cast<size_t>(size));
    }
    std::memcpy(shifted.data() + 1, x.data(), x.size());
    for (int32_t op = 0; op < kReduceOps; op++) {
      std::vector<char> full, columns, lines;
      ForEachKernels([&](const std::string& name) {
        for (int threads : {1, 2, 5}) {
          INFO(name << " " << kReduceRows[op].name << " " << NameOf(dtype) << " threads " << threads);
          REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
          SetThreadThresholdNs(threads == 1 ? 1e9 : 0);
          const auto same = [](std::vector<char>* first, const std::vector<char>& y) {
            if (first->empty()) *first = y;
            CHECK(*first == y);
          };
          same(&full, Reduce3(op, x.data(), dtype, 1, rows * cols, 1));
          same(&full, Reduce3(op, shifted.data() + 1, dtype, 1, rows * cols, 1));
          same(&columns, Reduce3(op, x.data(), dtype, 1, rows, cols));
          same(&columns, Reduce3(op, transposed.data(), dtype, cols, rows, 1));
          same(&lines, Reduce3(op, x.data(), dtype, rows, cols, 1));
          same(&lines, Reduce3(op, transposed.data(), dtype, 1, cols, rows));
          // All axes of the transposed array, in the order of the index.
          int32_t result = 0;
          REQUIRE(numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK);
          const int64_t shape[] = {rows, cols}, strides[] = {size, rows * size};
          const numrs_view in = {transposed.data(), shape, strides, 2, dtype};
          std::vector<char> y(static_cast<size_t>(SizeOf(result)));
          const numrs_view out = {y.data(), nullptr, nullptr, 0, result};
          REQUIRE(numrs_reduce(nullptr, op, &in, nullptr, &out, nullptr, -1, 0) == NUMRS_OK);
          same(&full, y);
        }
      });
    }
  }
  SetThreadThresholdNs(1e5);
  numrs_set_num_threads(2);
}

TEST_CASE("NaN, zeros and infinities") {
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    for (int64_t n : {1, 5, 33, 5000}) {
      for (int64_t at : {int64_t{0}, n / 2, n - 1}) {
        std::vector<double> x(static_cast<size_t>(n), 1.0);
        double y = 0;
        int64_t i = -1;
        x[static_cast<size_t>(at)] = -nan;
        REQUIRE(numrs_max_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
        CHECK((std::isnan(y) && !std::signbit(y)));
        REQUIRE(numrs_min_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
        CHECK(std::isnan(y));
        REQUIRE(numrs_argmax_f64(nullptr, x.data(), &i, 1, n, 1) == NUMRS_OK);
        CHECK(i == at);
        REQUIRE(numrs_sum_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
        CHECK((std::isnan(y) && !std::signbit(y)));
        // A single +0 among -0.
        for (double& v : x) v = -0.0;
        x[static_cast<size_t>(at)] = 0.0;
        REQUIRE(numrs_max_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
        CHECK((y == 0 && !std::signbit(y)));
        REQUIRE(numrs_min_f64(nullptr, x.data(), &y, 1, n, 1) == NUMRS_OK);
        CHECK((y == 0 && std::signbit(y) == (n > 1)));
      }
    }
    std::vector<double> x = {inf, 1, -inf};
    CHECK(std::isnan(SumOf(x)));
    x = {inf, 1};
    CHECK(SumOf(x) == inf);
    x = {-0.0, -0.0};
    CHECK(std::signbit(SumOf(x)));
    x.clear();
    CHECK((SumOf(x) == 0 && !std::signbit(SumOf(x))));
  });
}

TEST_CASE("norms outside the range of squares") {
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    for (double scale : {1e300, 1e-300, 5e-324, 1.0}) {
      const std::vector<double> x = {3 * scale, 0, -4 * scale};
      double y = 0;
      REQUIRE(numrs_norm_f64(nullptr, x.data(), &y, 1, 3, 1) == NUMRS_OK);
      CHECK(y == Approx(5 * scale).epsilon(1e-14));
    }
    const std::vector<double> zeros(100, 0.0);
    double y = 1;
    REQUIRE(numrs_norm_f64(nullptr, zeros.data(), &y, 1, 100, 1) == NUMRS_OK);
    CHECK(y == 0);
  });
}

TEST_CASE("float32 sums stay exact along every axis") {
  const int64_t n = 1 << 25;  // beyond 2^24, where adding 1 in float32 stops
  const std::vector<float> ones(static_cast<size_t>(n), 1.0f);
  float y[2] = {};
  REQUIRE(numrs_sum_f32(nullptr, ones.data(), y, 1, n / 2, 2) == NUMRS_OK);
  CHECK((y[0] == n / 2 && y[1] == n / 2));
  REQUIRE(numrs_sum_f32(nullptr, ones.data(), y, 1, n, 1) == NUMRS_OK);
  CHECK(y[0] == n);
}

TEST_CASE("variance: correction, one value, large mean") {
  const double x[] = {1e9 + 1, 1e9 + 2, 1e9 + 4};
  double y = 0;
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    REQUIRE(numrs_var_f64(nullptr, x, &y, 1, 3, 1, 1) == NUMRS_OK);
    CHECK(y == Approx(7.0 / 3).epsilon(1e-12));
    REQUIRE(numrs_var_f64(nullptr, x, &y, 1, 1, 1, 1) == NUMRS_OK);
    CHECK(std::isnan(y));
    REQUIRE(numrs_var_f64(nullptr, x, &y, 1, 3, 1, 3) == NUMRS_OK);
    CHECK(std::isinf(y));
    REQUIRE(numrs_var_f64(nullptr, x, &y, 1, 0, 1, 0) == NUMRS_OK);
    CHECK(std::isnan(y));
  });
}

TEST_CASE("masks") {
  const double x[] = {1, 2, 3, 4, 5, 6};
  const uint8_t mask[] = {1, 0, 1, 0, 1, 1};
  const int64_t shape[] = {2, 3}, y_shape[] = {2};
  const numrs_view in = {const_cast<double*>(x), shape, nullptr, 2, kF64},
                   where = {const_cast<uint8_t*>(mask), shape, nullptr, 2, kBOOL};
  double y[2] = {};
  const numrs_view out = {y, y_shape, nullptr, 1, kF64};
  const int32_t axis = 1;
  const struct {
    int32_t op;
    double first, second;
  } cases[] = {{kReduce_sum, 4, 11},  {kReduce_prod, 3, 30},   {kReduce_min, 1, 5},
               {kReduce_max, 3, 6},   {kReduce_mean, 2, 5.5},  {kReduce_var, 1, 0.25},
               {kReduce_std, 1, 0.5}, {kReduce_abs_max, 3, 6}, {kReduce_norm, std::sqrt(10.0), std::sqrt(61.0)}};
  ForEachKernels([&](const std::string& name) {
    for (const auto& c : cases) {
      INFO(name << " " << kReduceRows[c.op].name);
      REQUIRE(numrs_reduce(nullptr, c.op, &in, &where, &out, &axis, 1, 0) == NUMRS_OK);
      CHECK(y[0] == Approx(c.first));
      CHECK(y[1] == Approx(c.second));
    }
  });
  // A mask that broadcasts, and one that selects nothing.
  const uint8_t column[] = {1, 0};
  const int64_t column_shape[] = {2, 1};
  const numrs_view narrow = {const_cast<uint8_t*>(column), column_shape, nullptr, 2, kBOOL};
  REQUIRE(numrs_reduce(nullptr, kReduce_sum, &in, &narrow, &out, &axis, 1, 0) == NUMRS_OK);
  CHECK((y[0] == 6 && y[1] == 0));
  y[0] = y[1] = -7;
  CHECK(numrs_reduce(nullptr, kReduce_max, &in, &narrow, &out, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK((y[0] == -7 && y[1] == -7));
  CHECK(numrs_reduce(nullptr, kReduce_argmax, &in, &narrow, &out, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
}

TEST_CASE("refusals name the argument and change nothing") {
  double x[6] = {1, 2, 3, 4, 5, 6}, y[6] = {-7, -7, -7, -7, -7, -7};
  const int64_t shape[] = {2, 3}, wrong[] = {4}, zero[] = {0};
  const numrs_view in = {x, shape, nullptr, 2, kF64}, out = {y, shape + 1, nullptr, 1, kF64},
                   bad = {y, wrong, nullptr, 1, kF64};
  const numrs_view integers = {y, shape + 1, nullptr, 1, kI64}, empty = {nullptr, zero, nullptr, 1, kF64},
                   one = {y, nullptr, nullptr, 0, kF64};
  const int32_t axis = 0, high = 2, low = -3, twice[] = {0, -2}, both[] = {0, 1};
  CHECK(numrs_reduce(nullptr, 99, &in, nullptr, &out, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, nullptr, nullptr, &out, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, nullptr, &axis, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &out, &high, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(std::string(numrs_message()) == "sum: axis 2 is out of bounds for an array of dimension 2");
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &out, &low, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &one, twice, 2, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &out, nullptr, 1, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &out, &axis, -2, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &out, &axis, 40, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &bad, &axis, 1, 0) == NUMRS_BAD_SHAPE);
  CHECK(std::string(numrs_message()) ==
        "sum: out has shape (4,), expected (3,), or with extents 1 for the reduced axes");
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &integers, &axis, 1, 0) == NUMRS_BAD_DTYPE);
  CHECK(numrs_reduce(nullptr, kReduce_max, &empty, nullptr, &one, nullptr, -1, 0) == NUMRS_BAD_ARGUMENT);
  const int64_t cube[] = {1, 2, 3};
  const numrs_view three = {x, cube, nullptr, 3, kF64}, index = {y, cube + 2, nullptr, 1, kI64};
  CHECK(numrs_reduce(nullptr, kReduce_argmin, &three, nullptr, &index, both, 2, 0) == NUMRS_BAD_ARGUMENT);
  const int64_t repeat[] = {0};
  const numrs_view repeated = {y, shape + 1, repeat, 1, kF64};
  CHECK(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &repeated, &axis, 1, 0) == NUMRS_OVERLAP);
  CHECK(numrs_scan(nullptr, kScan_cumulative_sum, &in, &in, 2, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_scan(nullptr, kScan_cumulative_sum, &in, &out, 0, 0) == NUMRS_BAD_SHAPE);
  CHECK(numrs_scan(nullptr, kScan_cumulative_sum, &in, &in, 0, 2) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_vecdot(nullptr, &in, &in, &out, 5) == NUMRS_BAD_ARGUMENT);
  CHECK(numrs_vecdot(nullptr, &in, &in, &bad, 0) == NUMRS_BAD_SHAPE);
  for (double v : y) CHECK(v == -7);
  // Results in the memory of the input.
  const numrs_view into = {x, shape + 1, nullptr, 1, kF64};
  REQUIRE(numrs_reduce(nullptr, kReduce_sum, &in, nullptr, &into, &axis, 1, 0) == NUMRS_OK);
  CHECK((x[0] == 5 && x[1] == 7 && x[2] == 9 && x[3] == 4));
}

TEST_CASE("scans: wide arithmetic, equal bits, in place, initial") {
  for (int32_t dtype = 1; dtype < kDTypes; dtype++) {
    if (!IsDType(dtype) || KindOf(dtype) == Kind::COMPLEX) continue;  // test_complex.cc
    const int64_t size = SizeOf(dtype),
                  shapes[][3] = {{1, 1, 1}, {2, 7, 1}, {1, 9001, 1}, {1, 1003, 11}, {3, 20, 2}, {1, 70000, 1}};
    for (const auto& s : shapes) {
      const int64_t outer = s[0], n = s[1], inner = s[2], total = outer * n * inner;
      const std::vector<char> x = Values(dtype, total, 9);
      for (int32_t op = 0; op < kScanOps; op++) {
        if (op == kScan_cumulative_prod && n > 100) continue;
        int32_t result = 0;
        REQUIRE(numrs_scan_dtype(op, dtype, &result) == NUMRS_OK);
        const int64_t shape[] = {outer, n, inner};
        std::vector<char> first;
        ForEachKernels([&](const std::string& name) {
          for (int threads : {1, 3}) {
            INFO(name << " " << kScanRows[op].name << " " << NameOf(dtype) << " n=" << n << " threads " << threads);
            REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
            SetThreadThresholdNs(threads == 1 ? 1e9 : 0);
            std::vector<char> y(static_cast<size_t>(total * SizeOf(result)));
            const numrs_view in = {const_cast<char*>(x.data()), shape, nullptr, 3, dtype},
                             out = {y.data(), shape, nullptr, 3, result};
            REQUIRE(numrs_scan(nullptr, op, &in, &out, 1, 0) == NUMRS_OK);
            if (first.empty()) first = y;
            CHECK(y == first);
            if (result == dtype) {
              std::vector<char> z = x;
              const numrs_view both = {z.data(), shape, nullptr, 3, dtype};
              REQUIRE(numrs_scan(nullptr, op, &both, &both, 1, 0) == NUMRS_OK);
              z.resize(first.size());
              CHECK(z == first);
            }
            const int64_t longer[] = {outer, n + 1, inner};
            std::vector<char> w(static_cast<size_t>(outer * (n + 1) * inner * SizeOf(result)));
            const numrs_view more = {w.data(), longer, nullptr, 3, result};
            REQUIRE(numrs_scan(nullptr, op, &in, &more, -2, 1) == NUMRS_OK);
            const size_t step = static_cast<size_t>(inner * SizeOf(result)), line = step * static_cast<size_t>(n);
            for (size_t o = 0; o < static_cast<size_t>(outer); o++) {
              CHECK(std::memcmp(&w[o * (line + step) + step], &first[o * line], line) == 0);
              if (op == kScan_cumulative_sum) CHECK(Wide(&w[o * (line + step)], result) == 0);
            }
          }
        });
        for (int64_t o = 0; o < outer; o++) {
          for (int64_t i = 0; i < inner; i++) {
            long double run = 0, absolute = 0;
            bool good = true;
            for (int64_t k = 0; k < n; k++) {
              const long double v = Wide(&x[static_cast<size_t>(((o * n + k) * inner + i) * size)], dtype);
              run = k == 0                        ? v
                    : op == kScan_cumulative_sum  ? run + v
                    : op == kScan_cumulative_prod ? run * v
                    : op == kScan_cumulative_max  ? std::fmax(run, v)
                                                  : std::fmin(run, v);
              absolute += std::fabs(v);
              const long double got =
                  Wide(&first[static_cast<size_t>(((o * n + k) * inner + i) * SizeOf(result))], result);
              const long double unit = UnitOf(result, 2, 512);
              const long double error = op == kScan_cumulative_sum    ? unit * absolute
                                        : op == kScan_cumulative_prod ? unit * std::fabs(run) + TinyOf(result)
                                                                      : 0;
              if (op == kScan_cumulative_prod && unit == 0) continue;  // wraps; compared between backends
              good &= std::fabs(got - run) <= error;
            }
            INFO(kScanRows[op].name << " " << NameOf(dtype) << " n=" << n);
            CHECK(good);
          }
        }
      }
    }
  }
  SetThreadThresholdNs(1e5);
  numrs_set_num_threads(2);
}

TEST_CASE("dot products") {
  const int64_t n = 9001;
  const std::vector<char> a = Values(kF32, n, 1), b = Values(kF32, n, 2);
  float first = 0, strided = 0;
  std::vector<float> spread(static_cast<size_t>(2 * n));
  for (int64_t i = 0; i < n; i++) std::memcpy(&spread[static_cast<size_t>(2 * i)], &a[static_cast<size_t>(4 * i)], 4);
  bool started = false;
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    float y = 0;
    REQUIRE(numrs_dot_f32(nullptr, reinterpret_cast<const float*>(a.data()), reinterpret_cast<const float*>(b.data()),
                          &y, n) == NUMRS_OK);
    if (!started) first = y;
    started = true;
    CHECK(y == first);
    const int64_t stride[] = {8};
    const numrs_view va = {spread.data(), &n, stride, 1, kF32},
                     vb = {const_cast<char*>(b.data()), &n, nullptr, 1, kF32},
                     vy = {&strided, nullptr, nullptr, 0, kF32};
    REQUIRE(numrs_vecdot(nullptr, &va, &vb, &vy, 0) == NUMRS_OK);
    CHECK(strided == first);
  });
  long double exact = 0, absolute = 0;
  for (int64_t i = 0; i < n; i++) {
    const long double product = Wide(&a[static_cast<size_t>(4 * i)], kF32) * Wide(&b[static_cast<size_t>(4 * i)], kF32);
    exact += product;
    absolute += std::fabs(product);
  }
  CHECK(std::fabs(first - exact) <= 0x1p-24L * std::fabs(exact) + 1e-13L * absolute);
  const int8_t p[] = {100, 100, 1}, q[] = {2, 1, 1};
  int8_t wrapped = 0;
  REQUIRE(numrs_dot_i8(nullptr, p, q, &wrapped, 3) == NUMRS_OK);
  CHECK(wrapped == static_cast<int8_t>(301));
  const uint8_t t[] = {0, 1}, u[] = {1, 0};
  uint8_t any = 9;
  REQUIRE(numrs_dot_b8(nullptr, t, u, &any, 2) == NUMRS_OK);
  CHECK(any == 0);
}
