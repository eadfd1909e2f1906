// Reductions and scans of complex numbers, over their rows x instruction sets x layouts x threads, against wide
// arithmetic and with equal bits; element-wise kernels one element at a time. That the kernels of a row agree with
// cpu-portable is checked for all dtypes by test_elementwise.cc.
#include <complex>

#include "core/threads.h"
#include "reduce_support.h"

using namespace numrs;
using namespace reduce_support;

namespace {

using Wide2 = std::complex<long double>;

bool Takes(const ReduceRow& row, int32_t dtype) { return (row.op_class.accepts & Bit(dtype)) != 0; }

template <typename F>
std::vector<char> Numbers(int64_t n, uint32_t seed, bool unit) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal;
  std::vector<char> bytes(static_cast<size_t>(n) * 2 * sizeof(F) + 16);
  for (int64_t i = 0; i < n; i++) {
    std::complex<double> z(normal(random), normal(random));
    if (unit) z /= std::abs(z);
    if (!unit && random() % 9 == 0) z = 0;
    const std::complex<F> value(z);
    std::memcpy(bytes.data() + static_cast<size_t>(i) * sizeof(value), &value, sizeof(value));
  }
  return bytes;
}
std::vector<char> Numbers(int32_t dtype, int64_t n, uint32_t seed, bool unit) {
  return dtype == kC64 ? Numbers<float>(n, seed, unit) : Numbers<double>(n, seed, unit);
}

Wide2 WideComplexOf(const char* x, int32_t dtype) {
  if (dtype == kC64) {
    std::complex<float> z;
    std::memcpy(&z, x, sizeof(z));
    return Wide2(z.real(), z.imag());
  }
  if (dtype == kC128) {
    std::complex<double> z;
    std::memcpy(&z, x, sizeof(z));
    return Wide2(z.real(), z.imag());
  }
  return Wide(x, dtype);
}

// The result and what it may be off by.
struct Exact {
  Wide2 value;
  long double error;
};
Exact ExactOf(int32_t op, const std::vector<Wide2>& x, long double unit) {
  Wide2 sum = 0, product = 1;
  long double absolute = 0, squares = 0, largest = 0, nonzero = 0;
  const long double n = static_cast<long double>(x.size());
  for (const Wide2& z : x) {
    sum += z;
    product *= z;
    absolute += std::abs(z);
    squares += std::norm(z);
    largest = std::fmax(largest, std::abs(z));
    nonzero += z != Wide2(0);
  }
  long double moment = 0;
  for (const Wide2& z : x) moment += std::norm(z - sum / n);
  switch (op) {
    case kReduce_sum:
    case kReduce_nansum:
      return {sum, unit * absolute};
    case kReduce_mean:
    case kReduce_nanmean:
      return {sum / n, unit * absolute / n};
    case kReduce_prod:
    case kReduce_nanprod:
      return {product, unit * n * std::abs(product)};
    case kReduce_var:
    case kReduce_nanvar:
      return {moment / n, 4 * unit * moment / n};
    case kReduce_std:
    case kReduce_nanstd:
      return {std::sqrt(moment / n), 4 * unit * std::sqrt(moment / n)};
    case kReduce_norm:
      return {std::sqrt(squares), unit * std::sqrt(squares)};
    case kReduce_abs_sum:
      return {absolute, unit * absolute};
    case kReduce_abs_max:
      return {largest, unit * largest};
    case kReduce_any:
      return {static_cast<long double>(nonzero > 0), 0};
    case kReduce_all:
      return {static_cast<long double>(nonzero == n), 0};
    case kReduce_count_nonzero:
      return {nonzero, 0};
    default:
      return {n, 0};  // count
  }
}

}  // namespace

TEST_CASE("every reduction of complex numbers against wide arithmetic, with equal bits") {
  const int64_t shapes[][3] = {{1, 1, 1},  {1, 7, 1}, {1, 31, 1}, {1, 33, 1}, {1, 1003, 1}, {1, 13001, 1}, {70, 5, 1},
                               {3, 40, 1}, {1, 6, 9}, {2, 35, 3}, {1, 0, 1},  {1, 4200, 8}, {1, 300, 130}};
  for (const int32_t dtype : {static_cast<int32_t>(kC64), static_cast<int32_t>(kC128)}) {
    for (const auto& s : shapes) {
      const int64_t outer = s[0], n = s[1], inner = s[2];
      for (int32_t op = 0; op < kReduceOps; op++) {
        int32_t result = 0;
        if (!Takes(kReduceRows[op], dtype)) {
          CHECK(numrs_reduce_dtype(op, dtype, &result) == NUMRS_BAD_DTYPE);
          continue;
        }
        REQUIRE(numrs_reduce_dtype(op, dtype, &result) == NUMRS_OK);
        const bool product = op == kReduce_prod || op == kReduce_nanprod;
        const std::vector<char> x = Numbers(dtype, outer * n * inner, static_cast<uint32_t>(n), product);
        std::vector<char> first;
        ForEachKernels([&](const std::string& name) {
          const std::vector<char> y = Reduce3(op, x.data(), dtype, outer, n, inner);
          if (first.empty()) first = y;
          INFO(name << " " << kReduceRows[op].name << " " << NameOf(dtype) << " " << outer << " " << n << " " << inner);
          REQUIRE(y == first);
        });
        if (n == 0) continue;
        const long double unit = dtype == kC64 ? 0x1p-23L : 0x1p-46L;
        for (int64_t o = 0; o < outer; o++) {
          for (int64_t i = 0; i < inner; i++) {
            std::vector<Wide2> line;
            for (int64_t k = 0; k < n; k++)
              line.push_back(WideComplexOf(x.data() + ((o * n + k) * inner + i) * SizeOf(dtype), dtype));
            const Exact e = ExactOf(op, line, unit);
            const Wide2 got = WideComplexOf(first.data() + (o * inner + i) * SizeOf(result), result);
            INFO(kReduceRows[op].name << " " << NameOf(dtype) << " n=" << n << ": got "
                                      << static_cast<double>(got.real()) << " " << static_cast<double>(got.imag())
                                      << ", expected " << static_cast<double>(e.value.real()) << " "
                                      << static_cast<double>(e.value.imag()));
            REQUIRE(std::abs(got - e.value) <= e.error);
          }
        }
      }
    }
  }
}

TEST_CASE("bits of complex reductions and scans do not depend on layout, alignment or threads") {
  const int64_t rows = 300, cols = 700;
  for (const int32_t dtype : {static_cast<int32_t>(kC64), static_cast<int32_t>(kC128)}) {
    const int64_t size = SizeOf(dtype);
    const std::vector<char> x = Numbers(dtype, rows * cols, 5, true);
    std::vector<char> transposed(x.size()), shifted(x.size() + 16);
    for (int64_t r = 0; r < rows; r++) {
      for (int64_t c = 0; c < cols; c++)
        std::memcpy(&transposed[static_cast<size_t>((c * rows + r) * size)],
                    &x[static_cast<size_t>((r * cols + c) * size)], static_cast<size_t>(size));
    }
    std::memcpy(shifted.data() + 1, x.data(), x.size());
    const auto same = [](std::vector<char>* first, const std::vector<char>& y) {
      if (first->empty()) *first = y;
      CHECK(*first == y);
    };
    for (int32_t op = 0; op < kReduceOps; op++) {
      if (!Takes(kReduceRows[op], dtype)) continue;
      std::vector<char> full, columns, lines;
      ForEachKernels([&](const std::string& name) {
        for (int threads : {1, 2, 5}) {
          INFO(name << " " << kReduceRows[op].name << " " << NameOf(dtype) << " threads " << threads);
          REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
          SetThreadThresholdNs(threads == 1 ? 1e9 : 0);
          same(&full, Reduce3(op, x.data(), dtype, 1, rows * cols, 1));
          same(&full, Reduce3(op, shifted.data() + 1, dtype, 1, rows * cols, 1));
          same(&columns, Reduce3(op, x.data(), dtype, 1, rows, cols));
          same(&columns, Reduce3(op, transposed.data(), dtype, cols, rows, 1));
          same(&lines, Reduce3(op, x.data(), dtype, rows, cols, 1));
          same(&lines, Reduce3(op, transposed.data(), dtype, 1, cols, rows));
        }
      });
    }
    for (int32_t op = 0; op < kScanOps; op++) {
      if (!Takes(kScanRows[op], dtype)) continue;
      for (const int32_t axis : {0, 1}) {
        std::vector<char> first;
        ForEachKernels([&](const std::string& name) {
          for (int threads : {1, 2, 5}) {
            INFO(name << " " << kScanRows[op].name << " " << NameOf(dtype) << " threads " << threads << " axis "
                      << axis);
            REQUIRE(numrs_set_num_threads(threads) == NUMRS_OK);
            SetThreadThresholdNs(threads == 1 ? 1e9 : 0);
            const int64_t shape[] = {rows, cols}, turned[] = {size, rows * size};
            for (const auto& in : {numrs_view{const_cast<char*>(x.data()), shape, nullptr, 2, dtype},
                                   numrs_view{transposed.data(), shape, turned, 2, dtype},
                                   numrs_view{shifted.data() + 1, shape, nullptr, 2, dtype}}) {
              std::vector<char> y(static_cast<size_t>(rows * cols * size));
              const numrs_view out = {y.data(), shape, nullptr, 2, dtype};
              REQUIRE(numrs_scan(nullptr, op, &in, &out, axis, 0) == NUMRS_OK);
              same(&first, y);
            }
          }
        });
      }
    }
  }
  SetThreadThresholdNs(0);
  REQUIRE(numrs_set_num_threads(2) == NUMRS_OK);
}

TEST_CASE("a complex number's result does not depend on its place or its neighbours") {
  const int64_t n = 131;
  for (int k = 0; const Kernels* kernels = KernelsAt(k); k++) {
    for (const int32_t t : {static_cast<int32_t>(kC64), static_cast<int32_t>(kC128)}) {
      std::vector<char> x[2] = {Numbers(t, n, 1, false), Numbers(t, n, 2, false)};
      for (auto& bytes : x) {  // now and then something that goes another way
        const int64_t part = SizeOf(t) / 2;
        for (int64_t i = 0; i < n; i += 5) {
          const double values[] = {1e30, HUGE_VAL, 1e-40, -0.0, 800, 1e5};
          const double wide = values[i / 5 % 6];
          const float narrow = static_cast<float>(wide);
          std::memcpy(bytes.data() + (2 * i + i % 2) * part, t == kC64 ? static_cast<const void*>(&narrow) : &wide,
                      static_cast<size_t>(part));
        }
      }
      const auto check = [&](const char* name, int32_t out, auto run) {
        const int64_t size = SizeOf(out), part = KindOf(out) == Kind::COMPLEX ? size / 2 : size;
        std::vector<char> together(static_cast<size_t>(n * size)), one(static_cast<size_t>(size));
        run(x[0].data(), x[1].data(), together.data(), n);
        int64_t wrong = -1;
        for (int64_t i = 0; i < n; i++) {
          run(x[0].data() + i * SizeOf(t), x[1].data() + i * SizeOf(t), one.data(), 1);
          for (int64_t at = 0; at < size; at += part) {
            const char *p = one.data() + at, *q = together.data() + i * size + at;
            const auto is_nan = [&](const char* value) {
              if (out == kBOOL) return false;
              float narrow;
              double wide;
              std::memcpy(&narrow, value, sizeof(narrow));
              if (part == 4) return narrow != narrow;
              std::memcpy(&wide, value, sizeof(wide));
              return wide != wide;
            };
            if (std::memcmp(p, q, static_cast<size_t>(part)) != 0 && !(is_nan(p) && is_nan(q))) wrong = i;
          }
        }
        INFO(kernels->target << " " << name << " " << NameOf(t));
        CHECK(wrong == -1);
      };
      for (int op = 0; op < kUnaryOps; op++) {
        const OpRow& row = kUnaryRows[op];
        if (!(row.op_class.kernels & Bit(t))) continue;
        const int32_t out = row.result == ResultRule::BOOL   ? static_cast<int32_t>(kBOOL)
                            : row.result == ResultRule::REAL ? RealDType(t)
                                                             : t;
        check(row.name, out,
              [&](const void* a, const void*, void* y, int64_t m) { kernels->unary.fn[op][t](a, y, m); });
      }
      for (int op = 0; op < kBinaryOps; op++) {
        const OpRow& row = kBinaryRows[op];
        if (!(row.op_class.kernels & Bit(t))) continue;
        check(row.name, row.result == ResultRule::BOOL ? static_cast<int32_t>(kBOOL) : t,
              [&](const void* a, const void* b, void* y, int64_t m) { kernels->binary.fn[op][t](a, b, y, m, 0); });
      }
    }
  }
}

TEST_CASE("no slot of a dtype with a kernel is empty, and none of one without is called") {
  for (int k = 0; const Kernels* kernels = KernelsAt(k); k++) {
    for (int32_t t = 1; t < kDTypes; t++) {
      if (KindOf(t) != Kind::COMPLEX) continue;
      for (int op = 0; op < kReduceOps; op++) {
        if (!(kReduceRows[op].op_class.kernels & Bit(t))) continue;
        CHECK((kernels->reduce.rows[op][t] && kernels->reduce.columns[op][t] && kernels->reduce.merge[op][t] &&
               kernels->reduce.finish[op][t]));
      }
    }
  }
  // What takes any dtype refuses them.
  std::complex<double> z[4] = {1, 2, 3, 4}, y[4] = {7, 7, 7, 7};
  const int64_t n = 4;
  const numrs_view in = {z, &n, nullptr, 1, NUMRS_C128}, out = {y, &n, nullptr, 1, NUMRS_C128},
                   scalar = {y, nullptr, nullptr, 0, NUMRS_C128};
  CHECK(numrs_unary(nullptr, NUMRS_OP_FLOOR, &in, &out) == NUMRS_BAD_DTYPE);
  CHECK(numrs_binary(nullptr, NUMRS_OP_LESS, &in, &in, &out) == NUMRS_BAD_DTYPE);
  CHECK(numrs_ternary(nullptr, NUMRS_OP_CLIP, &in, &in, &in, &out) == NUMRS_BAD_DTYPE);
  CHECK(numrs_reduce(nullptr, NUMRS_OP_MAX, &in, nullptr, &scalar, nullptr, -1, 0) == NUMRS_BAD_DTYPE);
  CHECK(numrs_scan(nullptr, NUMRS_OP_CUMULATIVE_MAX, &in, &out, 0, 0) == NUMRS_BAD_DTYPE);
  CHECK(y[0] == 7.0);
}
