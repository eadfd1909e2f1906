// Losses, embeddings and dropout on every backend and instruction set against wide arithmetic; rows of every length,
// and that nothing is written on errors.
#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "core/backend.h"
#include "core/nn_loss_tables.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

template <typename T>
std::vector<T> Normal(int64_t n, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 3);
  std::vector<T> x(static_cast<size_t>(n));
  for (T& v : x) v = static_cast<T>(normal(random));
  return x;
}

numrs_status Call(const float* x, const int64_t* labels, float* loss, float* g, int64_t n, int64_t classes) {
  return numrs_cross_entropy_f32(nullptr, x, labels, loss, g, n, classes);
}
numrs_status Call(const double* x, const int64_t* labels, double* loss, double* g, int64_t n, int64_t classes) {
  return numrs_cross_entropy_f64(nullptr, x, labels, loss, g, n, classes);
}

template <typename T>
void CheckRows(int64_t rows, int64_t classes) {
  const std::vector<T> x = Normal<T>(rows * classes, static_cast<uint32_t>(classes));
  std::vector<int64_t> labels(static_cast<size_t>(rows));
  for (int64_t r = 0; r < rows; r++) labels[static_cast<size_t>(r)] = (r * 7) % classes;
  long double wanted = 0;
  std::vector<long double> gradient(x.size());
  for (int64_t r = 0; r < rows; r++) {
    const T* row = x.data() + r * classes;
    long double most = row[0], sum = 0;
    for (int64_t c = 0; c < classes; c++) most = std::max<long double>(most, row[c]);
    for (int64_t c = 0; c < classes; c++) sum += std::exp(row[c] - most);
    const int64_t label = labels[static_cast<size_t>(r)];
    wanted += (std::log(sum) + most - row[label]) / static_cast<long double>(rows);
    for (int64_t c = 0; c < classes; c++) {
      gradient[static_cast<size_t>(r * classes + c)] =
          (std::exp(row[c] - most) / sum - (c == label)) / static_cast<long double>(rows);
    }
  }
  const long double eps = sizeof(T) == 4 ? 0x1p-24L : 0x1p-53L;
  ForEachKernels([&](const std::string& name) {
    T loss = 77;
    std::vector<T> g(x.size(), 77);
    INFO(name << " rows " << rows << " classes " << classes);
    REQUIRE(Call(x.data(), labels.data(), &loss, g.data(), rows, classes) == NUMRS_OK);
    CHECK(std::fabs(loss - wanted) <= 8 * eps * std::max<long double>(1, std::fabs(wanted)));
    long double worst = 0;
    for (size_t i = 0; i < g.size(); i++) worst = std::max(worst, std::fabs(g[i] - gradient[i]));
    CHECK(worst * static_cast<long double>(rows) <= 8 * eps);
    labels[labels.size() - 1] = classes;
    const T before = loss;
    const std::vector<T> kept = g;
    CHECK(Call(x.data(), labels.data(), &loss, g.data(), rows, classes) == NUMRS_BAD_INDEX);
    CHECK(std::memcmp(&loss, &before, sizeof(T)) == 0);
    CHECK(std::memcmp(g.data(), kept.data(), g.size() * sizeof(T)) == 0);
    labels[labels.size() - 1] = ((rows - 1) * 7) % classes;
  });
}

}  // namespace

TEST_CASE("cross-entropy of rows of every length") {
  for (const int64_t classes : {1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 33, 63, 64, 65, 191, 193, 1000, 1025, 2100}) {
    CheckRows<float>(3, classes);
    CheckRows<double>(3, classes);
  }
  CheckRows<float>(33, 10);
}

TEST_CASE("losses of pairs are the same on every instruction set where nothing is transcendental") {
  const int64_t n = 9001, shape[] = {n};
  const std::vector<float> x = Normal<float>(n, 1), t = Normal<float>(n, 2);
  for (const int32_t op : {NUMRS_LOSS_MSE, NUMRS_LOSS_L1, NUMRS_LOSS_HUBER, NUMRS_LOSS_SMOOTH_L1, NUMRS_LOSS_HINGE,
                           NUMRS_LOSS_SQUARED_HINGE, NUMRS_LOSS_HINGE_EMBEDDING}) {
    float first = 0;
    std::vector<float> first_g;
    ForEachKernels([&](const std::string& name) {
      float y = 77, one = 1;
      std::vector<float> g(static_cast<size_t>(n));
      const numrs_view vx = {const_cast<float*>(x.data()), shape, nullptr, 1, NUMRS_F32};
      const numrs_view vt = {const_cast<float*>(t.data()), shape, nullptr, 1, NUMRS_F32};
      const numrs_view vy = {&y, nullptr, nullptr, 0, NUMRS_F32}, v1 = {&one, nullptr, nullptr, 0, NUMRS_F32};
      const numrs_view vg = {g.data(), shape, nullptr, 1, NUMRS_F32};
      INFO(name << " " << kLossRows[op].name);
      REQUIRE(numrs_loss(nullptr, op, &vx, &vt, nullptr, nullptr, &vy, NUMRS_LOSS_MEAN, 0.5, 0) == NUMRS_OK);
      REQUIRE(numrs_loss_backward(nullptr, op, &v1, &vx, &vt, nullptr, nullptr, &vg, nullptr, nullptr, NUMRS_LOSS_SUM,
                                  0.5, 0) == NUMRS_OK);
      if (first_g.empty()) {
        first = y;
        first_g = g;
      }
      CHECK(std::memcmp(&first, &y, sizeof(y)) == 0);
      CHECK(std::memcmp(first_g.data(), g.data(), g.size() * sizeof(float)) == 0);
    });
  }
}

TEST_CASE("dropout and the gradient of an embedding are the same everywhere") {
  const int64_t n = 5003, width = 131, at_shape[] = {37}, grad_shape[] = {37, width}, table_shape[] = {9, width};
  const std::vector<double> x = Normal<double>(n, 3), grad = Normal<double>(37 * width, 4);
  std::vector<int32_t> at(37);
  for (int i = 0; i < 37; i++) at[static_cast<size_t>(i)] = i * i % 9;
  std::vector<double> first_y, first_g;
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    numrs_random_state state = NUMRS_RANDOM_STATE_INIT;
    state.key[0] = 5;
    std::vector<double> y(x.size()), g(static_cast<size_t>(9 * width));
    const numrs_view vx = {const_cast<double*>(x.data()), &n, nullptr, 1, NUMRS_F64},
                     vy = {y.data(), &n, nullptr, 1, NUMRS_F64};
    REQUIRE(numrs_dropout(nullptr, &state, &vx, &vy, 0.3) == NUMRS_OK);
    const numrs_view vgrad = {const_cast<double*>(grad.data()), grad_shape, nullptr, 2, NUMRS_F64};
    const numrs_view vat = {at.data(), at_shape, nullptr, 1, NUMRS_I32},
                     vg = {g.data(), table_shape, nullptr, 2, NUMRS_F64};
    REQUIRE(numrs_embedding_backward(nullptr, &vgrad, &vat, &vg, -1) == NUMRS_OK);
    if (first_y.empty()) {
      first_y = y;
      first_g = g;
    }
    CHECK(first_y == y);
    CHECK(first_g == g);
    at[36] = 9;
    CHECK(numrs_embedding_backward(nullptr, &vgrad, &vat, &vg, -1) == NUMRS_BAD_INDEX);
    CHECK(first_g == g);
    at[36] = 36 * 36 % 9;
  });
}
