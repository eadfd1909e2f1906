// Weights packed once (numrs_linear_pack_create, numrs_linear_packed): the bits of numrs_linear for every kernel set,
// shape, layout, dtype and number of threads; the weight out of the pack again; hostile arguments; memory.
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "catch.h"
#include "core/half.h"
#include "core/memory.h"
#include "kernels.h"
#include "numrs/numrs.h"

using namespace numrs;

namespace {

template <typename T>
constexpr int32_t kDType = sizeof(T) == 8   ? NUMRS_F64
                           : sizeof(T) == 4 ? NUMRS_F32
                                            : NUMRS_F16;

template <typename T>
std::vector<T> Random(int64_t n, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<double> normal(0, 1);
  std::vector<T> x(static_cast<size_t>(n) + 1);  // never without memory
  for (T& v : x) v = static_cast<T>(normal(random));
  return x;
}

struct Matrix {
  int64_t shape[2], strides[2];
  numrs_view view;
  Matrix(void* data, int64_t rows, int64_t cols, int32_t dtype, int64_t row = -1, int64_t col = 1) {
    const int64_t size = dtype == NUMRS_F64 ? 8 : dtype == NUMRS_F32 ? 4 : 2;
    shape[0] = rows, shape[1] = cols;
    strides[0] = (row < 0 ? cols : row) * size, strides[1] = col * size;
    view = numrs_view{data, shape, strides, 2, dtype};
  }
  Matrix(const Matrix&) = delete;
};

struct Pack {
  numrs_linear_pack* handle = nullptr;
  ~Pack() { numrs_linear_pack_destroy(handle); }
};

template <typename T>
void SameBits(int64_t m, int64_t k, int64_t n, bool turned) {
  auto x = Random<T>(m * k, 1), w = Random<T>(k * n, 2), b = Random<T>(n, 3);
  std::vector<T> wanted(static_cast<size_t>(m * n) + 1), got(static_cast<size_t>(m * n) + 1, T(7)),
      back(w.size(), T(7));
  const Matrix vx(x.data(), m, k, kDType<T>), vy(wanted.data(), m, n, kDType<T>), vg(got.data(), m, n, kDType<T>);
  const Matrix vw(w.data(), k, n, kDType<T>, turned ? 1 : n, turned ? k : 1), vb(back.data(), k, n, kDType<T>);
  const int64_t length = n;
  const numrs_view bias{b.data(), &length, nullptr, 1, kDType<T>};
  Pack pack;
  REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, &pack.handle) == NUMRS_OK);
  for (const int32_t activation :
       {-1, static_cast<int32_t>(NUMRS_ACTIVATION_RELU), static_cast<int32_t>(NUMRS_ACTIVATION_GELU)}) {
    REQUIRE(numrs_linear(nullptr, &vx.view, &vw.view, &bias, &vy.view, nullptr, activation, 0) == NUMRS_OK);
    REQUIRE(numrs_linear_packed(nullptr, &vx.view, pack.handle, &bias, &vg.view, nullptr, activation, 0) == NUMRS_OK);
    REQUIRE(std::memcmp(wanted.data(), got.data(), static_cast<size_t>(m * n) * sizeof(T)) == 0);
  }
  int64_t rows = -1, columns = -1, bytes = -1;
  int32_t dtype = -1;
  REQUIRE(numrs_linear_pack_info(pack.handle, &rows, &columns, &dtype, &bytes) == NUMRS_OK);
  REQUIRE(rows == k);
  REQUIRE(columns == n);
  REQUIRE(dtype == kDType<T>);
  REQUIRE(bytes >= k * n * static_cast<int64_t>(sizeof(T)));
  REQUIRE(numrs_linear_pack_columns(nullptr, pack.handle, 0, &vb.view) == NUMRS_OK);
  for (int64_t p = 0; p < k; p++) {
    for (int64_t j = 0; j < n; j++)
      REQUIRE(back[static_cast<size_t>(p * n + j)] == w[static_cast<size_t>(turned ? p + j * k : p * n + j)]);
  }
}

}  // namespace

TEST_CASE("a packed weight gives the bits of the weight") {
  const int64_t shapes[][3] = {{1, 1, 1},     {1, 300, 97}, {1, 257, 129}, {2, 256, 31},  {3, 7, 33},
                               {15, 513, 64}, {29, 40, 65}, {60, 70, 300}, {300, 70, 65}, {0, 3, 4},
                               {3, 0, 4},     {3, 4, 0},    {1, 0, 40},    {1, 700, 15},  {5, 1, 16}};
  ForEachKernels([&](const std::string&) {
    for (const auto& s : shapes) {
      for (const bool turned : {false, true}) {
        SameBits<float>(s[0], s[1], s[2], turned);
        SameBits<double>(s[0], s[1], s[2], turned);
      }
    }
  });
}

TEST_CASE("a pack serves every kernel set, and any number of threads gives its bits") {
  const int64_t m = 70, k = 600, n = 1111;
  auto x = Random<float>(m * k, 4), w = Random<float>(k * n, 5);
  std::vector<float> first(static_cast<size_t>(m * n)), y(first.size());
  const Matrix vx(x.data(), m, k, NUMRS_F32), vw(w.data(), k, n, NUMRS_F32), vy(y.data(), m, n, NUMRS_F32);
  const Matrix vx1(x.data(), 1, k, NUMRS_F32), vy1(y.data(), 1, n, NUMRS_F32);
  Pack pack;
  REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, &pack.handle) == NUMRS_OK);
  bool begun = false;
  ForEachKernels([&](const std::string& name) {
    if (name.find("SSE") != std::string::npos) return;  // without fused multiply-add
    for (const int32_t threads : {1, 2, 5}) {
      numrs_context_options options = NUMRS_CONTEXT_OPTIONS_INIT;
      options.threads = threads;
      numrs_context* context = nullptr;
      REQUIRE(numrs_context_create(&options, &context) == NUMRS_OK);
      REQUIRE(numrs_linear_packed(context, &vx.view, pack.handle, nullptr, &vy.view, nullptr, -1, 0) == NUMRS_OK);
      if (!begun) first = y;
      begun = true;
      REQUIRE(std::memcmp(first.data(), y.data(), y.size() * sizeof(float)) == 0);
      REQUIRE(numrs_linear_packed(context, &vx1.view, pack.handle, nullptr, &vy1.view, nullptr, -1, 0) == NUMRS_OK);
      REQUIRE(std::memcmp(first.data(), y.data(), static_cast<size_t>(n) * sizeof(float)) == 0);
      numrs_context_destroy(context);
    }
  });
}

TEST_CASE("a pack is a copy, counted by the pool and given back") {
  auto w = Random<float>(64 * 64, 6), x = Random<float>(64, 7);
  std::vector<float> before(64), after(64);
  const Matrix vw(w.data(), 64, 64, NUMRS_F32), vx(x.data(), 1, 64, NUMRS_F32);
  const Matrix vb(before.data(), 1, 64, NUMRS_F32), va(after.data(), 1, 64, NUMRS_F32);
  const uint64_t in_use = PoolStats().in_use_bytes;
  {
    Pack pack;
    REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, &pack.handle) == NUMRS_OK);
    REQUIRE(PoolStats().in_use_bytes >= in_use + 64 * 64 * 4);
    REQUIRE(numrs_linear_packed(nullptr, &vx.view, pack.handle, nullptr, &vb.view, nullptr, -1, 0) == NUMRS_OK);
    std::fill(w.begin(), w.end(), 0.0f);
    REQUIRE(numrs_linear_packed(nullptr, &vx.view, pack.handle, nullptr, &va.view, nullptr, -1, 0) == NUMRS_OK);
    REQUIRE(before == after);
  }
  REQUIRE(PoolStats().in_use_bytes == in_use);
}

TEST_CASE("halves are kept exactly, columns come out in any layout") {
  const int64_t k = 5, n = 70;
  std::vector<uint16_t> w(static_cast<size_t>(k * n)), y(static_cast<size_t>(k * 3) * 2, 0xFFFF);
  for (size_t i = 0; i < w.size(); i++) w[i] = static_cast<uint16_t>(i * 97 % 0x7C00);  // finite
  const Matrix vw(w.data(), k, n, NUMRS_F16), vy(y.data(), k, 3, NUMRS_F16, 6, 2);
  Pack pack;
  REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, &pack.handle) == NUMRS_OK);
  REQUIRE(numrs_linear_pack_columns(nullptr, pack.handle, 31, &vy.view) == NUMRS_OK);
  for (int64_t p = 0; p < k; p++) {
    for (int64_t c = 0; c < 3; c++) {
      REQUIRE(y[static_cast<size_t>(p * 6 + c * 2)] == w[static_cast<size_t>(p * n + 31 + c)]);
      if (p * 6 + c * 2 + 1 < k * 6) REQUIRE(y[static_cast<size_t>(p * 6 + c * 2 + 1)] == 0xFFFF);
    }
  }
}

TEST_CASE("packs: what is wrong is refused, and nothing is written") {
  float w[6] = {1, 2, 3, 4, 5, 6}, x[2] = {1, 2}, y[3] = {7, 7, 7};
  double wide[2] = {1, 2}, result[3];
  int32_t whole[4] = {};
  const Matrix vw(w, 2, 3, NUMRS_F32), vx(x, 1, 2, NUMRS_F32), vy(y, 1, 3, NUMRS_F32), v64(wide, 1, 2, NUMRS_F64),
      y64(result, 1, 3, NUMRS_F64), wrong(w, 1, 3, NUMRS_F32);
  Pack pack;
  auto* const junk = reinterpret_cast<numrs_linear_pack*>(whole);
  REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, nullptr) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_linear_pack_create(nullptr, nullptr, &pack.handle) == NUMRS_BAD_ARGUMENT);
  REQUIRE(pack.handle == nullptr);
  const int64_t length = 3;
  const numrs_view line{w, &length, nullptr, 1, NUMRS_F32}, numbers{whole, vw.shape, nullptr, 2, NUMRS_I32};
  REQUIRE(numrs_linear_pack_create(nullptr, &line, &pack.handle) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_linear_pack_create(nullptr, &numbers, &pack.handle) != NUMRS_OK);
  REQUIRE(numrs_linear_packed(nullptr, &vx.view, nullptr, nullptr, &vy.view, nullptr, -1, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_linear_packed(nullptr, &vx.view, junk, nullptr, &vy.view, nullptr, -1, 0) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_linear_pack_info(junk, nullptr, nullptr, nullptr, nullptr) == NUMRS_BAD_ARGUMENT);
  REQUIRE(numrs_linear_pack_create(nullptr, &vw.view, &pack.handle) == NUMRS_OK);
  REQUIRE(numrs_linear_packed(nullptr, &v64.view, pack.handle, nullptr, &y64.view, nullptr, -1, 0) == NUMRS_BAD_DTYPE);
  REQUIRE(std::string(numrs_message()).find("float64") != std::string::npos);
  REQUIRE(numrs_linear_packed(nullptr, &wrong.view, pack.handle, nullptr, &vy.view, nullptr, -1, 0) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_linear_packed(nullptr, &vx.view, pack.handle, nullptr, &vw.view, nullptr, -1, 0) == NUMRS_BAD_SHAPE);
  REQUIRE(numrs_linear_packed(nullptr, &vx.view, pack.handle, nullptr, &vy.view, nullptr, 99, 0) == NUMRS_BAD_ARGUMENT);
  const Matrix columns(y, 2, 1, NUMRS_F32);
  for (const int64_t first : {int64_t{-1}, int64_t{3}, INT64_MAX, INT64_MIN})
    REQUIRE(numrs_linear_pack_columns(nullptr, pack.handle, first, &columns.view) == NUMRS_BAD_INDEX);
  REQUIRE(numrs_linear_pack_columns(nullptr, pack.handle, 0, &vy.view) == NUMRS_BAD_SHAPE);
  REQUIRE((y[0] == 7 && y[1] == 7 && y[2] == 7));
  // The output over x: the numbers are those of separate memory.
  const Matrix over(x, 1, 2, NUMRS_F32);
  float square[4] = {0, 1, 1, 0};
  const Matrix vs(square, 2, 2, NUMRS_F32);
  Pack swap;
  REQUIRE(numrs_linear_pack_create(nullptr, &vs.view, &swap.handle) == NUMRS_OK);
  REQUIRE(numrs_linear_packed(nullptr, &vx.view, swap.handle, nullptr, &over.view, nullptr, -1, 0) == NUMRS_OK);
  REQUIRE((x[0] == 2 && x[1] == 1));
  numrs_linear_pack_destroy(nullptr);
}
