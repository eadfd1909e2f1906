// Normalisations and their gradients: both backends and every instruction set against long double; far means, huge and
// tiny numbers, one and many rows, the same bits for instruction sets.
#include "numrs/nn_norm.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "catch.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

using Wide = long double;

template <typename T>
struct Raw;
template <>
struct Raw<float> {
  static constexpr auto kLayer = numrs_layer_norm_f32;
  static constexpr auto kLayerBack = numrs_layer_norm_backward_f32;
  static constexpr auto kRms = numrs_rms_norm_f32;
  static constexpr auto kGroup = numrs_group_norm_f32;
  static constexpr auto kGroupBack = numrs_group_norm_backward_f32;
  static constexpr auto kBatch = numrs_batch_norm_f32;
  static constexpr auto kBatchBack = numrs_batch_norm_backward_f32;
};
template <>
struct Raw<double> {
  static constexpr auto kLayer = numrs_layer_norm_f64;
  static constexpr auto kLayerBack = numrs_layer_norm_backward_f64;
  static constexpr auto kRms = numrs_rms_norm_f64;
  static constexpr auto kGroup = numrs_group_norm_f64;
  static constexpr auto kGroupBack = numrs_group_norm_backward_f64;
  static constexpr auto kBatch = numrs_batch_norm_f64;
  static constexpr auto kBatchBack = numrs_batch_norm_backward_f64;
};

template <typename T>
std::vector<T> Random(int64_t n, double middle, double scale, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 1);
  std::vector<T> x(static_cast<size_t>(n));
  for (T& v : x) v = static_cast<T>(middle + scale * normal(random));
  return x;
}

template <typename T>
void Moments(const T* x, int64_t n, Wide* mean, Wide* var) {
  *mean = *var = 0;
  for (int64_t i = 0; i < n; i++) *mean += x[i];
  *mean /= static_cast<Wide>(n);
  for (int64_t i = 0; i < n; i++) *var += (x[i] - *mean) * (x[i] - *mean);
  *var /= static_cast<Wide>(n);
}

template <typename T>
void CheckRows(const std::string& kernels) {
  const Wide eps = std::numeric_limits<T>::epsilon();
  for (const int64_t cols : {1, 2, 7, 16, 33, 64, 100, 768, 5001}) {
    for (const double middle : {0.0, 3.0, 1e4}) {
      const int64_t rows = 5;
      const std::vector<T> x = Random<T>(rows * cols, middle, 1, 1), w = Random<T>(cols, 1, 1, 2),
                           b = Random<T>(cols, 0, 1, 3), g = Random<T>(rows * cols, 0, 1, 4);
      std::vector<T> y(x.size()), gx(x.size()), gw(w.size()), gb(w.size());
      std::vector<double> mean(rows), rstd(rows);
      INFO(kernels << " cols " << cols << " middle " << middle << " bytes " << sizeof(T));
      REQUIRE(Raw<T>::kLayer(nullptr, x.data(), w.data(), b.data(), y.data(), mean.data(), rstd.data(), rows, cols,
                             1e-5) == NUMRS_OK);
      REQUIRE(Raw<T>::kLayerBack(nullptr, g.data(), x.data(), w.data(), mean.data(), rstd.data(), gx.data(), gw.data(),
                                 gb.data(), rows, cols) == NUMRS_OK);
      std::vector<Wide> sw(w.size()), sb(w.size()), magnitude(w.size());
      for (int64_t r = 0; r < rows; r++) {
        Wide m, v;
        Moments(&x[static_cast<size_t>(r * cols)], cols, &m, &v);
        const Wide s = 1 / std::sqrt(v + 1e-5L);
        REQUIRE(std::fabs(mean[static_cast<size_t>(r)] - m) <= eps * std::sqrt(v) + 4e-16L * std::fabs(m));
        REQUIRE(std::fabs(rstd[static_cast<size_t>(r)] - s) <= 2 * eps * s);
        const Wide far = sizeof(T) == 8 ? eps * std::fabs(m) * s : 0;  // the mean's own rounding, in float64
        Wide c1 = 0, c2 = 0;
        for (int64_t i = 0; i < cols; i++) {
          const size_t at = static_cast<size_t>(r * cols + i), k = static_cast<size_t>(i);
          const Wide hat = (x[at] - m) * s, product = hat * w[k];
          REQUIRE(std::fabs(y[at] - (product + b[k])) <=
                  2.5L * eps * (std::fabs(product) + std::fabs(b[k])) + (2 * eps + far) * std::fabs(w[k]));
          c1 += g[at] * static_cast<Wide>(w[k]);
          c2 += g[at] * static_cast<Wide>(w[k]) * hat;
          sw[k] += g[at] * hat;
          sb[k] += g[at];
          magnitude[k] += std::fabs(g[at]) * (1 + std::fabs(hat) + far / eps);
        }
        c1 /= static_cast<Wide>(cols);
        c2 /= static_cast<Wide>(cols);
        for (int64_t i = 0; i < cols; i++) {
          const size_t at = static_cast<size_t>(r * cols + i), k = static_cast<size_t>(i);
          const Wide hat = (x[at] - m) * s, exact = s * (g[at] * static_cast<Wide>(w[k]) - c1 - hat * c2);
          const Wide size = s * (std::fabs(g[at] * static_cast<Wide>(w[k])) + std::fabs(c1) + std::fabs(hat * c2) + 1);
          REQUIRE(std::fabs(gx[at] - exact) <= (8 * eps + 2 * far) * size * (1 + std::fabs(c2)));
        }
      }
      for (size_t k = 0; k < w.size(); k++) {
        REQUIRE(std::fabs(gw[k] - sw[k]) <= 6 * eps * magnitude[k]);
        REQUIRE(std::fabs(gb[k] - sb[k]) <= 2 * eps * magnitude[k]);
      }
      std::vector<T> other(x.size());
      REQUIRE(Raw<T>::kRms(nullptr, x.data(), w.data(), other.data(), nullptr, rows, cols, 1e-6) == NUMRS_OK);
      for (int64_t r = 0; r < rows; r++) {
        Wide squares = 0;
        for (int64_t i = 0; i < cols; i++)
          squares += static_cast<Wide>(x[static_cast<size_t>(r * cols + i)]) * x[static_cast<size_t>(r * cols + i)];
        const Wide s = 1 / std::sqrt(squares / static_cast<Wide>(cols) + 1e-6L);
        for (int64_t i = 0; i < cols; i++) {
          const Wide exact = x[static_cast<size_t>(r * cols + i)] * s * w[static_cast<size_t>(i)];
          REQUIRE(std::fabs(other[static_cast<size_t>(r * cols + i)] - exact) <= 4 * eps * std::fabs(exact));
        }
      }
    }
  }
}

// Channels: y and gx of each way are those of rows that layer_norm makes of the same elements.
template <typename T>
void CheckChannels(const std::string& kernels) {
  const double eps = static_cast<double>(std::numeric_limits<T>::epsilon());
  for (const int64_t inner : {1, 3, 15, 16, 50}) {
    const int64_t n = 3, channels = 6;
    const size_t size = static_cast<size_t>(n * channels * inner);
    const std::vector<T> x = Random<T>(n * channels * inner, 2, 3, 1), g = Random<T>(n * channels * inner, 0, 1, 2);
    for (const int64_t groups : {1, 2, 6}) {
      if (channels / groups * inner < 2) continue;
      INFO(kernels << " inner " << inner << " groups " << groups << " bytes " << sizeof(T));
      std::vector<T> y(size), z(size), gy(size), gz(size);
      std::vector<double> mean(static_cast<size_t>(n * groups)), rstd(mean.size()), m2(mean.size()), r2(mean.size());
      REQUIRE(Raw<T>::kGroup(nullptr, x.data(), nullptr, nullptr, y.data(), mean.data(), rstd.data(), n, channels,
                             inner, groups, 1e-5) == NUMRS_OK);
      REQUIRE(Raw<T>::kLayer(nullptr, x.data(), nullptr, nullptr, z.data(), m2.data(), r2.data(), n * groups,
                             channels / groups * inner, 1e-5) == NUMRS_OK);
      REQUIRE(Raw<T>::kGroupBack(nullptr, g.data(), x.data(), nullptr, mean.data(), rstd.data(), gy.data(), nullptr,
                                 nullptr, n, channels, inner, groups) == NUMRS_OK);
      REQUIRE(Raw<T>::kLayerBack(nullptr, g.data(), x.data(), nullptr, m2.data(), r2.data(), gz.data(), nullptr,
                                 nullptr, n * groups, channels / groups * inner) == NUMRS_OK);
      for (size_t i = 0; i < size; i++) {
        REQUIRE(std::fabs(static_cast<double>(y[i]) - static_cast<double>(z[i])) <= 8 * eps);
        REQUIRE(std::fabs(static_cast<double>(gy[i]) - static_cast<double>(gz[i])) <= 32 * eps);
      }
    }
    // batch_norm: the channels as rows
    std::vector<T> xt(size), gt(size), y(size), z(size), gy(size), gz(size);
    const auto turn = [&](const std::vector<T>& from, std::vector<T>* to) {
      for (int64_t i = 0; i < n; i++)
        for (int64_t c = 0; c < channels; c++)
          for (int64_t l = 0; l < inner; l++)
            (*to)[static_cast<size_t>((c * n + i) * inner + l)] =
                from[static_cast<size_t>((i * channels + c) * inner + l)];
    };
    turn(x, &xt);
    turn(g, &gt);
    std::vector<double> mean(static_cast<size_t>(channels)), rstd(mean.size());
    std::vector<T> running(mean.size(), T(1)), var(mean.size(), T(2));
    INFO(kernels << " inner " << inner << " batch, bytes " << sizeof(T));
    REQUIRE(Raw<T>::kBatch(nullptr, x.data(), nullptr, nullptr, running.data(), var.data(), y.data(), mean.data(),
                           rstd.data(), n, channels, inner, 1, 0.5, 1e-5) == NUMRS_OK);
    REQUIRE(Raw<T>::kLayer(nullptr, xt.data(), nullptr, nullptr, z.data(), nullptr, nullptr, channels, n * inner,
                           1e-5) == NUMRS_OK);
    REQUIRE(Raw<T>::kBatchBack(nullptr, g.data(), x.data(), nullptr, mean.data(), rstd.data(), gy.data(), nullptr,
                               nullptr, n, channels, inner, 1) == NUMRS_OK);
    REQUIRE(Raw<T>::kLayerBack(nullptr, gt.data(), xt.data(), nullptr, mean.data(), rstd.data(), gz.data(), nullptr,
                               nullptr, channels, n * inner) == NUMRS_OK);
    std::vector<T> yt(size), gyt(size);
    turn(y, &yt);
    turn(gy, &gyt);
    for (size_t i = 0; i < size; i++) {
      REQUIRE(std::fabs(static_cast<double>(yt[i]) - static_cast<double>(z[i])) <= 8 * eps);
      REQUIRE(std::fabs(static_cast<double>(gyt[i]) - static_cast<double>(gz[i])) <= 32 * eps);
    }
    for (size_t c = 0; c < mean.size(); c++)
      REQUIRE(std::fabs(static_cast<double>(running[c]) - (0.5 + 0.5 * mean[c])) <= 4 * eps);
  }
}

}  // namespace

TEST_CASE("layer_norm and rms_norm against long double", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    CheckRows<float>(kernels);
    CheckRows<double>(kernels);
  });
}

TEST_CASE("group_norm and batch_norm are layer_norm of other rows", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    CheckChannels<float>(kernels);
    CheckChannels<double>(kernels);
  });
}

TEST_CASE("normalisations of huge and tiny numbers", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    for (const double scale : {1e30, 1e-25, 1e-37}) {
      INFO(kernels << " scale " << scale);
      const std::vector<float> x = Random<float>(130, 0, scale, 6);
      std::vector<float> y(x.size());
      REQUIRE(numrs_layer_norm_f32(nullptr, x.data(), nullptr, nullptr, y.data(), nullptr, nullptr, 1, 130, 0) ==
              NUMRS_OK);
      Wide m, v;
      Moments(x.data(), 130, &m, &v);
      for (size_t i = 0; i < x.size(); i++) REQUIRE(std::fabs(y[i] - (x[i] - m) / std::sqrt(v)) <= 1e-6L);
    }
  });
}

TEST_CASE("normalisations have the same bits on every instruction set", "[nn]") {
  const std::vector<float> x = Random<float>(70 * 333, 1, 2, 8), w = Random<float>(333, 1, 1, 9);
  std::vector<std::vector<float>> found;
  ForEachKernels([&](const std::string& kernels) {
    if (kernels == "cpu-portable NONE") return;
    std::vector<float> y(x.size()), gx(x.size()), gw(333), gb(333);
    std::vector<double> mean(70), rstd(70);
    REQUIRE(numrs_layer_norm_f32(nullptr, x.data(), w.data(), w.data(), y.data(), mean.data(), rstd.data(), 70, 333,
                                 1e-5) == NUMRS_OK);
    REQUIRE(numrs_layer_norm_backward_f32(nullptr, y.data(), x.data(), w.data(), mean.data(), rstd.data(), gx.data(),
                                          gw.data(), gb.data(), 70, 333) == NUMRS_OK);
    y.insert(y.end(), gx.begin(), gx.end());
    y.insert(y.end(), gw.begin(), gw.end());
    y.insert(y.end(), gb.begin(), gb.end());
    found.push_back(y);
  });
  for (const auto& other : found)
    REQUIRE(std::memcmp(other.data(), found[0].data(), other.size() * sizeof(float)) == 0);
}

TEST_CASE("layer_norm of many rows is that of each alone, in place too, in both directions of a sweep", "[nn]") {
  ForEachKernels([](const std::string& kernels) {
    const int64_t rows = 301, cols = 419;
    const std::vector<float> x = Random<float>(rows * cols, 1, 2, 8), w = Random<float>(cols, 1, 1, 9);
    std::vector<float> y(x.size()), z(x.size()), row(static_cast<size_t>(cols));
    std::vector<double> mean(rows), rstd(rows), m(1), r(1);
    INFO(kernels);
    for (int time = 0; time < 3; time++) {
      REQUIRE(numrs_layer_norm_f32(nullptr, x.data(), w.data(), w.data(), y.data(), mean.data(), rstd.data(), rows,
                                   cols, 1e-5) == NUMRS_OK);
      if (time > 0) REQUIRE(std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) == 0);
      z = y;
    }
    for (int64_t i = 0; i < rows; i += 25) {
      REQUIRE(numrs_layer_norm_f32(nullptr, &x[static_cast<size_t>(i * cols)], w.data(), w.data(), row.data(), m.data(),
                                   r.data(), 1, cols, 1e-5) == NUMRS_OK);
      REQUIRE(std::memcmp(row.data(), &y[static_cast<size_t>(i * cols)], row.size() * sizeof(float)) == 0);
      REQUIRE(m[0] == mean[static_cast<size_t>(i)]);
      REQUIRE(r[0] == rstd[static_cast<size_t>(i)]);
    }
    z = x;
    REQUIRE(numrs_layer_norm_f32(nullptr, z.data(), w.data(), w.data(), z.data(), nullptr, nullptr, rows, cols, 1e-5) ==
            NUMRS_OK);
    REQUIRE(std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) == 0);
    REQUIRE(numrs_rms_norm_f32(nullptr, x.data(), w.data(), y.data(), nullptr, rows, cols, 1e-5) == NUMRS_OK);
    z = x;
    REQUIRE(numrs_rms_norm_f32(nullptr, z.data(), w.data(), z.data(), nullptr, rows, cols, 1e-5) == NUMRS_OK);
    REQUIRE(std::memcmp(y.data(), z.data(), y.size() * sizeof(float)) == 0);
  });
}

TEST_CASE("arguments of normalisations", "[nn]") {
  const float x[] = {1, 2, 3, 4};
  float y[] = {7, 7, 7, 7};
  REQUIRE(numrs_layer_norm_f32(nullptr, x, nullptr, nullptr, y, nullptr, nullptr, 2, 2, -1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_layer_norm_f32(nullptr, x, nullptr, nullptr, y, nullptr, nullptr, -2, 2, 1) != NUMRS_OK);
  REQUIRE(numrs_group_norm_f32(nullptr, x, nullptr, nullptr, y, nullptr, nullptr, 1, 4, 1, 3, 1) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_batch_norm_f32(nullptr, x, nullptr, nullptr, nullptr, nullptr, y, nullptr, nullptr, 1, 4, 1, 1, 0.1,
                               1e-5) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_batch_norm_f32(nullptr, x, nullptr, nullptr, nullptr, nullptr, y, nullptr, nullptr, 2, 2, 1, 0, 0.1,
                               1e-5) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_batch_norm_f32(nullptr, x, nullptr, nullptr, nullptr, nullptr, y, nullptr, nullptr, 2, 2, 1, 2, 0.1,
                               1e-5) == NUMRS_BAD_ARGUMENT);
  for (const float v : y) REQUIRE(v == 7);
}
