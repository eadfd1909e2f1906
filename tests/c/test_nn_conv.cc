// Convolutions, pools and linear layers: every kernel set against sums in long double, the same bits on all of them and
// for threads, outputs unchanged on errors, NaN and ties.
#include "numrs/nn_conv.h"

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "catch.h"
#include "core/threads.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

template <typename T>
constexpr int32_t kType = sizeof(T) == 8 ? NUMRS_F64 : NUMRS_F32;

template <typename T>
struct Array {
  std::vector<int64_t> shape;
  std::vector<T> data;
  numrs_view view;
  explicit Array(std::vector<int64_t> s, uint64_t seed = 0) : shape(std::move(s)) {
    int64_t n = 1;
    for (const int64_t e : shape) n *= e;
    data.assign(static_cast<size_t>(n), T(-77));
    if (seed) {
      std::mt19937_64 random(seed);
      std::uniform_real_distribution<double> uniform(-1, 1);
      for (T& v : data) v = static_cast<T>(uniform(random));
    }
    view = {data.data(), shape.data(), nullptr, static_cast<int32_t>(shape.size()), kType<T>};
  }
  Array(const Array&) = delete;
};

struct Geometry {
  int64_t n, c_in, h, w, c_out, kh, kw, stride[2], padding[4], dilation[2], groups;
  int64_t Out(int d) const {
    const int64_t extent = d ? w : h, kernel = d ? kw : kh;
    return (extent + padding[2 * d] + padding[2 * d + 1] - dilation[d] * (kernel - 1) - 1) / stride[d] + 1;
  }
};

const Geometry kGeometries[] = {
    {2, 3, 9, 11, 5, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1},
    {3, 16, 8, 8, 32, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1},
    {1, 3, 20, 37, 17, 7, 7, {2, 2}, {3, 3, 3, 3}, {1, 1}, 1},
    {2, 4, 10, 13, 6, 3, 2, {2, 3}, {0, 1, 1, 0}, {2, 1}, 2},
    {1, 6, 7, 140, 6, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 6},
    {1, 40, 6, 35, 3, 3, 3, {1, 1}, {0, 0, 0, 0}, {1, 1}, 1},
    {1, 2, 4, 300, 3, 1, 5, {1, 1}, {0, 0, 2, 2}, {1, 1}, 1},
    {2, 3, 8, 8, 4, 2, 2, {5, 4}, {0, 0, 0, 0}, {1, 1}, 1},
    // Narrow outputs of many channels, whose rows share vectors: widths of one to seven, steps, holes, groups.
    {2, 9, 4, 4, 24, 3, 3, {1, 1}, {1, 1, 1, 1}, {1, 1}, 1},
    {1, 8, 15, 15, 28, 3, 3, {2, 2}, {1, 1, 1, 1}, {1, 1}, 1},
    {2, 12, 9, 9, 40, 3, 3, {1, 1}, {1, 1, 1, 1}, {2, 2}, 2},
    {1, 16, 11, 3, 30, 3, 2, {1, 1}, {0, 1, 1, 0}, {1, 1}, 1},
    {1, 20, 40, 1, 33, 3, 1, {1, 1}, {1, 1, 0, 0}, {1, 1}, 1},
    {2, 10, 13, 12, 26, 5, 5, {1, 2}, {2, 2, 2, 2}, {1, 1}, 1},
};

// Calls f(place of x, of the weight, of y) for every product of the sum.
template <class F>
void ForEachProduct(const Geometry& g, F&& f) {
  const int64_t in = g.c_in / g.groups, out = g.c_out / g.groups, oh = g.Out(0), ow = g.Out(1);
  for (int64_t n = 0; n < g.n; n++)
    for (int64_t o = 0; o < g.c_out; o++)
      for (int64_t i = 0; i < oh; i++)
        for (int64_t j = 0; j < ow; j++)
          for (int64_t c = 0; c < in; c++)
            for (int64_t a = 0; a < g.kh; a++)
              for (int64_t b = 0; b < g.kw; b++) {
                const int64_t r = i * g.stride[0] - g.padding[0] + a * g.dilation[0];
                const int64_t q = j * g.stride[1] - g.padding[2] + b * g.dilation[1];
                if (r < 0 || r >= g.h || q < 0 || q >= g.w) continue;
                f(((n * g.c_in + o / out * in + c) * g.h + r) * g.w + q, ((o * in + c) * g.kh + a) * g.kw + b,
                  ((n * g.c_out + o) * oh + i) * ow + j);
              }
}

template <typename T>
void Close(const std::vector<T>& got, const std::vector<long double>& sum, const std::vector<long double>& size) {
  for (size_t i = 0; i < got.size(); i++) {
    const long double bound = size[i] * 300 * std::numeric_limits<T>::epsilon() + 1e-30L;
    REQUIRE(std::abs(static_cast<long double>(got[i]) - sum[i]) <= bound);
  }
}

template <typename T>
void CheckGeometry(const Geometry& g) {
  const int64_t in = g.c_in / g.groups;
  const Array<T> x({g.n, g.c_in, g.h, g.w}, 1), w({g.c_out, in, g.kh, g.kw}, 2);
  const Array<T> grad({g.n, g.c_out, g.Out(0), g.Out(1)}, 3);
  using Sums = std::vector<long double>;
  Sums y(grad.data.size()), gx(x.data.size()), gw(w.data.size()), y_size = y, gx_size = gx, gw_size = gw;
  ForEachProduct(g, [&](int64_t a, int64_t b, int64_t c) {
    const size_t i = static_cast<size_t>(a), k = static_cast<size_t>(b), o = static_cast<size_t>(c);
    const long double X = x.data[i], W = w.data[k], G = grad.data[o];
    y[o] += X * W, y_size[o] += std::abs(X * W);
    gx[i] += G * W, gx_size[i] += std::abs(G * W);
    gw[k] += G * X, gw_size[k] += std::abs(G * X);
  });
  std::vector<std::vector<T>> first;
  ForEachKernels([&](const std::string& name) {
    INFO(name << " bytes " << sizeof(T));
    for (const int threads : {1, 3}) {
      REQUIRE(SetNumThreads(threads) == NUMRS_OK);
      Array<T> out(grad.shape), dx(x.shape), dw(w.shape);
      REQUIRE(numrs_conv(nullptr, &x.view, &w.view, nullptr, &out.view, g.stride, g.padding, g.dilation, g.groups) ==
              NUMRS_OK);
      REQUIRE(numrs_conv_backward(nullptr, &grad.view, &x.view, &w.view, &dx.view, &dw.view, nullptr, g.stride,
                                  g.padding, g.dilation, g.groups) == NUMRS_OK);
      Close(out.data, y, y_size);
      Close(dx.data, gx, gx_size);
      Close(dw.data, gw, gw_size);
#if defined(__FMA__) || defined(__x86_64__)
      if (name.find("SSE4") != std::string::npos) continue;  // no fused multiply-add: each product is rounded
#endif
      if (first.empty()) first = {out.data, dx.data, dw.data};
      REQUIRE(first[0] == out.data);
      REQUIRE(first[1] == dx.data);
      REQUIRE(first[2] == dw.data);
    }
  });
  REQUIRE(SetNumThreads(2) == NUMRS_OK);
}

}  // namespace

TEST_CASE("convolutions and their gradients") {
  const double threshold = ThreadThresholdNs();
  SetThreadThresholdNs(0);
  for (const Geometry& g : kGeometries) {
    INFO("h " << g.h << " w " << g.w << " kernel " << g.kh << " " << g.kw);
    CheckGeometry<float>(g);
    CheckGeometry<double>(g);
  }
  SetThreadThresholdNs(threshold);
}

TEST_CASE("what no convolution can be leaves the output as it was") {
  const Array<float> x({1, 2, 4, 4}, 1), w({3, 2, 3, 3}, 2), big({3, 2, 9, 9}, 2), other({3, 1, 3, 3}, 2);
  Array<float> y({1, 3, 2, 2});
  const int64_t one[] = {1, 1}, zero[] = {0, 1}, negative[] = {-1, 0, 0, 0}, huge[] = {1, int64_t{1} << 40};
  const auto call = [&](const numrs_view* weight, const int64_t* stride, const int64_t* padding,
                        const int64_t* dilation, int64_t groups) {
    return numrs_conv(nullptr, &x.view, weight, nullptr, &y.view, stride, padding, dilation, groups);
  };
  CHECK(call(&big.view, one, nullptr, one, 1) == NUMRS_BAD_SHAPE);
  CHECK(call(&other.view, one, nullptr, one, 1) == NUMRS_BAD_SHAPE);
  CHECK(call(&w.view, zero, nullptr, one, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(call(&w.view, one, negative, one, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(call(&w.view, one, nullptr, zero, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(call(&w.view, one, nullptr, huge, 1) == NUMRS_BAD_ARGUMENT);
  CHECK(call(&w.view, one, nullptr, one, 0) == NUMRS_BAD_ARGUMENT);
  CHECK(call(nullptr, one, nullptr, one, 1) == NUMRS_BAD_ARGUMENT);
  for (const float v : y.data) CHECK(v == -77);
  CHECK(call(&w.view, nullptr, nullptr, nullptr, 1) == NUMRS_OK);
}

TEST_CASE("pools: NaN, ties, padding") {
  const float nan = std::nanf("");
  Array<float> x({3, 4});
  x.data = {1, 5, 5, 2, 0, nan, 1, 1, -3, -3, -3, -2};
  const int64_t kernel[] = {3, 2}, stride[] = {1, 2}, padding[] = {1, 0};
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    Array<float> y({3, 2});
    std::vector<int64_t> places(6);
    const numrs_view at = {places.data(), y.shape.data(), nullptr, 2, NUMRS_I64};
    REQUIRE(numrs_max_pool(nullptr, &x.view, &y.view, &at, 2, kernel, stride, padding, nullptr) == NUMRS_OK);
    CHECK(std::isnan(y.data[0]));
    CHECK(y.data[1] == 5);
    CHECK(std::isnan(y.data[4]));
    CHECK(y.data[5] == 1);
    CHECK(places == std::vector<int64_t>{5, 2, 5, 2, 5, 6});
    Array<float> alone({3, 2});
    REQUIRE(numrs_max_pool(nullptr, &x.view, &alone.view, nullptr, 2, kernel, stride, padding, nullptr) == NUMRS_OK);
    CHECK(std::memcmp(alone.data.data(), y.data.data(), 6 * sizeof(float)) == 0);
    REQUIRE(numrs_avg_pool(nullptr, &x.view, &y.view, 2, kernel, stride, padding, 1, 0) == NUMRS_OK);
    CHECK(y.data[1] == 1.5f);
    places[2] = 12;
    Array<float> gx({3, 4});
    CHECK(numrs_max_pool_backward(nullptr, &alone.view, &at, &gx.view, 2) == NUMRS_BAD_INDEX);
    CHECK(gx.data[0] == -77);
  });
}

TEST_CASE("linear layers are products with a bias and an activation") {
  const Array<float> x({9, 300}, 1), w({300, 21}, 2), b({21}, 3);
  ForEachKernels([&](const std::string& name) {
    INFO(name);
    Array<float> product({9, 21}), y({9, 21}), pre({9, 21}), z({9, 21});
    REQUIRE(numrs_matmul(nullptr, &x.view, &w.view, &product.view) == NUMRS_OK);
    for (size_t i = 0; i < product.data.size(); i++) product.data[i] += b.data[i % 21];
    for (const int32_t activation :
         {-1, static_cast<int32_t>(NUMRS_ACTIVATION_RELU), static_cast<int32_t>(NUMRS_ACTIVATION_GELU),
          static_cast<int32_t>(NUMRS_ACTIVATION_TANH)}) {
      REQUIRE(numrs_linear(nullptr, &x.view, &w.view, &b.view, &y.view, &pre.view, activation, 0) == NUMRS_OK);
      CHECK(pre.data == product.data);
      if (activation < 0) {
        CHECK(y.data == product.data);
        continue;
      }
      REQUIRE(numrs_activation(nullptr, activation, &product.view, &z.view, 0, 0) == NUMRS_OK);
      CHECK(y.data == z.data);
    }
  });
}
