// Activation functions and softmax: both backends and every instruction set against long double, in ULP of the table;
// special values, strides, in place, the same bits for instruction sets and threads.
#include "numrs/nn_activation.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "catch.h"
#include "core/nn_activation.h"
#include "core/threads.h"
#include "kernels.h"
#include "numrs/numrs.h"
#include "ops/activation.h"

using namespace numrs;

namespace {

using Wide = long double;

struct Reference {
  const char* name;
  Wide (*value)(Wide, Wide, Wide);
  Wide (*back)(Wide, Wide, Wide, Wide);
  double ulp32, ulp64;
};
const Reference kReferences[kActivations] = {
#define NUMRS_ACTIVATION(id, name, NAME, Fn, parameters, rule, ulp32, ulp64, cost) \
  {#name, ops::activation::Fn::Value<Wide>, ops::activation::Fn::Back<Wide>, ulp32, ulp64},
#include "table/activation.def"
};

// In units in the last place of what should come out; where the weight of the argument is below the normal numbers, in
// those of the smallest of them times the argument.
template <typename T>
double Ulp(T got, Wide exact, Wide argument) {
  const T expected = static_cast<T>(exact);
  if (std::isnan(expected) || std::isinf(expected))
    return (got == expected || (got != got && exact != exact)) ? 0 : 1e9;
  const T least = std::numeric_limits<T>::min();
  if (std::fabs(expected) < least * (1 + std::fabs(argument))) {
    const Wide room = (1 + std::fabs(argument)) * std::numeric_limits<T>::denorm_min();
    return std::fabs(static_cast<Wide>(got) - exact) <= room ? 0 : 1e9;
  }
  const Wide unit = std::nextafter(std::fabs(expected), std::numeric_limits<T>::infinity()) - std::fabs(expected);
  return static_cast<double>(std::fabs(static_cast<Wide>(got) - exact) / unit);
}

template <typename T>
std::vector<T> Arguments(int64_t n) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::normal_distribution<double> normal(0, 2);
  std::vector<T> x;
  for (int64_t i = 0; i < n; i++) {
    const double u = uniform(random);
    const double values[] = {normal(random), u * 8, u * (sizeof(T) == 4 ? 110 : 750),
                             std::ldexp(u, -static_cast<int>(random() % 60))};
    x.push_back(static_cast<T>(values[i % 4]));
  }
  const T inf = std::numeric_limits<T>::infinity(), big = std::numeric_limits<T>::max();
  for (const T v : {T(0), T(-0.0), inf, -inf, big, -big, T(3), T(-3), T(6), T(1), T(-1), T(20), T(4.5), T(-4.5)})
    x.push_back(v);
  return x;
}

template <typename T>
numrs_status Forward(const std::vector<T>& x, std::vector<T>* y, int32_t op, double a, double b) {
  const int64_t n = static_cast<int64_t>(x.size());
  if constexpr (sizeof(T) == 4)
    return numrs_activation_f32(nullptr, x.data(), y->data(), n, op, a, b);
  else
    return numrs_activation_f64(nullptr, x.data(), y->data(), n, op, a, b);
}
template <typename T>
numrs_status Back(const std::vector<T>& g, const std::vector<T>& x, std::vector<T>* y, int32_t op, double a, double b) {
  const int64_t n = static_cast<int64_t>(x.size());
  if constexpr (sizeof(T) == 4)
    return numrs_activation_backward_f32(nullptr, g.data(), x.data(), y->data(), n, op, a, b);
  else
    return numrs_activation_backward_f64(nullptr, g.data(), x.data(), y->data(), n, op, a, b);
}

void Parameters(int32_t op, double* a, double* b) {
  *a = op == kActivation_leaky_relu ? 0.25 : op == kActivation_hardtanh ? -1.5 : op == kActivation_elu ? 1.5 : 1;
  *b = op == kActivation_softplus ? 20 : 2;
}

template <typename T>
void CheckAll(const std::string& kernels) {
  const std::vector<T> x = Arguments<T>(20003);
  std::vector<T> y(x.size()), g(x.size(), T(1));
  for (int32_t op = 0; op < kActivations; op++) {
    double a, b, worst = 0, worst_back = 0;
    Parameters(op, &a, &b);
    const Reference& reference = kReferences[op];
    INFO(kernels << " " << reference.name << " bytes " << sizeof(T));
    REQUIRE(Forward(x, &y, op, a, b) == NUMRS_OK);
    T at = 0;
    for (size_t i = 0; i < x.size(); i++) {
      const double ulp = Ulp(y[i], reference.value(x[i], a, b), x[i]);
      if (ulp > worst) worst = ulp, at = x[i];
    }
    INFO("worst " << worst << " ULP at " << at);
    CHECK(worst <= std::max(0.5, sizeof(T) == 4 ? reference.ulp32 : reference.ulp64));
    REQUIRE(Back(g, x, &y, op, a, b) == NUMRS_OK);
    for (size_t i = 0; i < x.size(); i++) {
      const Wide exact = reference.back(1, x[i], a, b);
      const double error = static_cast<double>(std::fabs(y[i] - exact) / std::numeric_limits<T>::epsilon());
      INFO("gradient at " << x[i] << " is " << y[i] << ", expected " << static_cast<double>(exact));
      REQUIRE(!(y[i] != y[i]));
      worst_back = std::max(worst_back, error);
      CHECK(error <= 4);  // of numbers up to about 1.1: their terms are of that size
    }
    // NaN, in place, few elements
    std::vector<T> few = {std::numeric_limits<T>::quiet_NaN(), T(0.5), T(-2)}, own = few, out(3);
    REQUIRE(Forward(few, &out, op, a, b) == NUMRS_OK);
    REQUIRE(out[0] != out[0]);
    REQUIRE(Forward(own, &own, op, a, b) == NUMRS_OK);
    REQUIRE(own[1] == out[1]);
    REQUIRE(own[2] == out[2]);
  }
}

}  // namespace

TEST_CASE("activation functions against long double", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    CheckAll<float>(kernels);
    CheckAll<double>(kernels);
  });
}

TEST_CASE("activation functions have the same bits on instruction sets with FMA", "[nn]") {
  const std::vector<float> x = Arguments<float>(4099);
  std::vector<float> y(x.size());
  for (int32_t op = 0; op < kActivations; op++) {
    double a, b;
    Parameters(op, &a, &b);
    std::vector<std::vector<float>> found;
    ForEachKernels([&](const std::string& kernels) {
      if (kernels != "cpu AVX3" && kernels != "cpu AVX2") return;
      REQUIRE(Forward(x, &y, op, a, b) == NUMRS_OK);
      found.push_back(y);
    });
    INFO(kReferences[op].name);
    for (const auto& other : found) REQUIRE(std::memcmp(other.data(), found[0].data(), y.size() * sizeof(float)) == 0);
  }
}

namespace {

template <typename T>
void CheckSoftmax(const std::string& kernels) {
  std::mt19937_64 random(3);
  std::normal_distribution<double> normal(0, 5);
  for (const int64_t n : {1, 2, 3, 7, 15, 16, 17, 63, 64, 65, 100, 128, 130, 500, 768, 1003, 5000}) {
    for (const double middle : {0.0, 1000.0, -12345.0}) {
      std::vector<T> x(static_cast<size_t>(n)), y(x.size()), z(x.size());
      for (T& v : x) v = static_cast<T>(normal(random) + middle);
      Wide most = x[0], sum = 0;
      for (const T v : x) most = std::max<Wide>(most, v);
      for (const T v : x) sum += std::exp(v - most);
      if constexpr (sizeof(T) == 4) {
        REQUIRE(numrs_softmax_f32(nullptr, x.data(), y.data(), 1, n, 1, 0) == NUMRS_OK);
        REQUIRE(numrs_softmax_f32(nullptr, x.data(), z.data(), 1, n, 1, 1) == NUMRS_OK);
      } else {
        REQUIRE(numrs_softmax_f64(nullptr, x.data(), y.data(), 1, n, 1, 0) == NUMRS_OK);
        REQUIRE(numrs_softmax_f64(nullptr, x.data(), z.data(), 1, n, 1, 1) == NUMRS_OK);
      }
      INFO(kernels << " n " << n << " middle " << middle << " bytes " << sizeof(T));
      for (size_t i = 0; i < x.size(); i++) {
        REQUIRE(Ulp(y[i], std::exp(x[i] - most) / sum, 0) <= 6);
        const Wide exact = x[i] - most - std::log(sum);
        REQUIRE(std::fabs(z[i] - exact) <= 3 * std::numeric_limits<T>::epsilon() * std::fabs(exact) + 0x1p-50L);
      }
    }
  }
}

}  // namespace

TEST_CASE("softmax against long double", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    CheckSoftmax<float>(kernels);
    CheckSoftmax<double>(kernels);
  });
}

namespace {

void Softmax(const std::vector<float>& x, std::vector<float>* y, int64_t rows, int64_t n, int32_t log) {
  y->assign(x.size(), -1);
  REQUIRE(numrs_softmax_f32(nullptr, x.data(), y->data(), rows, n, 1, log) == NUMRS_OK);
}
bool SameBits(const std::vector<float>& a, const std::vector<float>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

TEST_CASE("softmax has the same bits for every row alone and on instruction sets with FMA", "[nn]") {
  std::mt19937_64 random(8);
  std::normal_distribution<double> normal;
  const float inf = std::numeric_limits<float>::infinity();
  for (const int64_t n : {5, 10, 64, 77, 300}) {
    const int64_t rows = 40;
    std::vector<float> x(static_cast<size_t>(rows * n)), y, z;
    for (int64_t i = 0; i < rows; i++) {
      const double middle[] = {0, 100, -100, 1e5, 3e6, -1e30};  // either side of 2^20
      for (int64_t j = 0; j < n; j++)
        x[static_cast<size_t>(i * n + j)] = static_cast<float>(middle[i % 6] + normal(random) * (i % 7 == 0   ? 60
                                                                                                 : i % 5 == 0 ? 0.01
                                                                                                              : 4));
    }
    x[1] = -inf;
    x[static_cast<size_t>(n + 2)] = -1e30f;
    for (const int32_t log : {0, 1}) {
      std::vector<std::vector<float>> found;
      ForEachKernels([&](const std::string& kernels) {
        INFO(kernels << " n " << n << " log " << log);
        Softmax(x, &y, rows, n, log);
        for (int64_t i = 0; i < rows; i++) {
          const std::vector<float> row(x.begin() + i * n, x.begin() + (i + 1) * n);
          Softmax(row, &z, 1, n, log);
          REQUIRE(std::memcmp(z.data(), y.data() + i * n, z.size() * sizeof(float)) == 0);
        }
        z = x;
        REQUIRE(numrs_softmax_f32(nullptr, z.data(), z.data(), rows, n, 1, log) == NUMRS_OK);
        REQUIRE(SameBits(y, z));
        if (kernels == "cpu AVX3" || kernels == "cpu AVX2") found.push_back(y);
      });
      for (const auto& other : found) REQUIRE(SameBits(other, found[0]));
    }
  }
}

TEST_CASE("softmax of rows that one element rules, of large numbers, of NaN with a payload", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    INFO(kernels);
    for (const float middle : {0.0f, 50.0f, 1e6f, 2e6f, -3e7f}) {
      for (const float gap : {0.0f, 0.5f, 5.0f, 12.0f, 30.0f, 60.0f, 90.0f, 100.0f, 103.0f, 150.0f}) {
        std::vector<float> x(130, middle), y, z;
        for (size_t i = 0; i < x.size(); i++) x[i] = i % 64 == 3 ? middle : middle - gap;
        Softmax(x, &y, 1, 130, 0);
        Softmax(x, &z, 1, 130, 1);
        const Wide d = static_cast<Wide>(x[0]) - middle, few = 2, many = 128, least = few + many * std::exp(d);
        const Wide log = std::log(few) + std::log1p(many / few * std::exp(d));
        INFO("middle " << middle << " gap " << gap << " " << y[0] << " " << z[0] << " " << z[3]);
        CHECK(Ulp(y[0], std::exp(d) / least, 0) <= 6);
        CHECK(Ulp(y[3], 1 / least, 0) <= 6);
        CHECK(Ulp(z[0], d - log, 0) <= 6);
        CHECK(Ulp(z[3], -log, 0) <= 6);
        x[67] = middle - gap;  // one alone: its logarithm is about 129 e^-gap
        Softmax(x, &z, 1, 130, 1);
        const Wide alone = std::log1p(129 * std::exp(d));
        CHECK(std::fabs(z[3] + alone) <= 3 * std::numeric_limits<float>::epsilon() * alone + 0x1p-50L);
      }
    }
    for (uint32_t payload : {0x7FC00000u, 0x7F800001u, 0xFFC00000u, 0x7FC001FFu, 0xFFFFFFFFu, 0x7FC0007Fu}) {
      std::vector<float> x(70, 1.0f), y;
      std::memcpy(&x[40], &payload, sizeof(payload));
      for (const int32_t log : {0, 1}) {
        Softmax(x, &y, 1, 70, log);
        for (const float v : y) REQUIRE(v != v);
      }
    }
  });
}

TEST_CASE("activations and softmax have the same bits in both directions of a sweep", "[nn]") {
  std::mt19937_64 random(9);
  std::normal_distribution<float> normal;
  const int64_t rows = 301, n = 419;
  std::vector<float> x(static_cast<size_t>(rows * n)), first(x.size()), y(x.size());
  for (float& v : x) v = normal(random);
  for (int turn = 0; turn < 2; turn++) {
    for (int32_t way = 0; way < 3; way++) {
      for (int time = 0; time < 3; time++) {
        std::fill(y.begin(), y.end(), -1.0f);
        if (way == 2)
          REQUIRE(numrs_activation_f32(nullptr, x.data(), y.data(), rows * n, NUMRS_ACTIVATION_GELU, 0, 0) == NUMRS_OK);
        else
          REQUIRE(numrs_softmax_f32(nullptr, x.data(), y.data(), rows, n, 1, way) == NUMRS_OK);
        if (time == 0) first = y;
        REQUIRE(SameBits(first, y));
      }
    }
    // another loop between: the next ones begin the other way
    REQUIRE(numrs_activation_f32(nullptr, x.data(), y.data(), rows * n, NUMRS_ACTIVATION_RELU, 0, 0) == NUMRS_OK);
  }
}

TEST_CASE("softmax along any axis, of special rows, with threads", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    INFO(kernels);
    std::mt19937_64 random(5);
    std::normal_distribution<float> normal;
    const int64_t outer = 3, n = 70, inner = 5;
    std::vector<float> x(static_cast<size_t>(outer * n * inner)), y(x.size()), turned(x.size()), z(x.size());
    for (float& v : x) v = normal(random);
    for (int64_t o = 0; o < outer; o++)
      for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < inner; i++)
          turned[static_cast<size_t>((o * inner + i) * n + j)] = x[static_cast<size_t>((o * n + j) * inner + i)];
    REQUIRE(numrs_softmax_f32(nullptr, x.data(), y.data(), outer, n, inner, 0) == NUMRS_OK);
    REQUIRE(numrs_softmax_f32(nullptr, turned.data(), z.data(), outer * inner, n, 1, 0) == NUMRS_OK);
    for (int64_t o = 0; o < outer; o++)
      for (int64_t j = 0; j < n; j++)
        for (int64_t i = 0; i < inner; i++)
          REQUIRE(y[static_cast<size_t>((o * n + j) * inner + i)] == z[static_cast<size_t>((o * inner + i) * n + j)]);
    const float inf = std::numeric_limits<float>::infinity(), low = std::numeric_limits<float>::lowest();
    float rows[] = {0, -inf, 0, -inf, -inf, -inf, low, low, -inf, inf, 0, 1, std::nanf(""), 1, 2};
    REQUIRE(numrs_softmax_f32(nullptr, rows, rows, 5, 3, 1, 0) == NUMRS_OK);
    const float expected[] = {0.5f, 0, 0.5f};
    REQUIRE(std::memcmp(rows, expected, sizeof(expected)) == 0);
    REQUIRE((rows[6] == 0.5f && rows[7] == 0.5f && rows[8] == 0));
    for (const int i : {3, 4, 5, 9, 10, 11, 12, 13, 14}) REQUIRE(rows[i] != rows[i]);
  });
}

TEST_CASE("arguments of activation functions", "[nn]") {
  const float x[] = {1, 2};
  float y[] = {7, 7};
  REQUIRE(numrs_activation_f32(nullptr, x, y, 2, -1, 0, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_activation_f32(nullptr, x, y, 2, kActivations, 0, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_activation_f32(nullptr, x, y, 2, NUMRS_ACTIVATION_CELU, 0, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_activation_f32(nullptr, x, y, 2, NUMRS_ACTIVATION_HARDTANH, 2, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_activation_f32(nullptr, x, y, 2, NUMRS_ACTIVATION_SOFTPLUS, 0, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_softmax_f32(nullptr, x, y, 1, 2, 1, 2) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_softmax_f32(nullptr, nullptr, y, 1, 2, 1, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE((y[0] == 7 && y[1] == 7));
  REQUIRE(numrs_activation_f32(nullptr, nullptr, nullptr, 0, 0, 0, 0) == NUMRS_OK);
}
