// Convolutions, pooling and the ends of linear layers of cpu-portable: plain loops in the orders of
// core/nn_conv_tables.h. The oracle of the tests.
#include "core/nn_conv_tables.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "ops/nn_pool.h"
#include "portable/portable.h"

namespace numrs {
namespace portable {
namespace {

template <typename T>
void ConvPack(const void* weight, int64_t rows, int64_t k, void* to) {
  std::memcpy(to, weight, static_cast<size_t>(rows * k) * sizeof(T));
}

template <typename T>
void Conv(const ConvStrip& s) {
  for (int64_t r = 0; r < s.rows; r++) {
    const T* const w = static_cast<const T*>(s.weight) + r * s.k;
    for (int64_t j = 0; j < s.n; j++) {
      const T* const src = static_cast<const T*>(s.src) + j;
      T y = 0;
      for (int64_t p = 0; p < s.k; p += kGemmDepth) {
        const int64_t end = s.k - p < kGemmDepth ? s.k : p + kGemmDepth;
        T sum = 0;
        for (int64_t q = p; q < end; q++) sum = std::fma(w[q], src[s.offsets[q]], sum);
        y = p == 0 ? sum : y + sum;
      }
      if (s.bias) y = y + static_cast<const T*>(s.bias)[r];
      static_cast<T*>(s.y)[r * s.y_row + j] = y;
    }
  }
}

template <typename T>
void ConvWeight(const ConvWeightStrip& s) {
  for (int64_t r = 0; r < s.rows; r++) {
    for (int64_t c = 0; c < s.columns; c++) {
      const T* const x = static_cast<const T*>(s.x) + s.offsets[r];
      T sum = 0;
      for (int64_t l = 0; l < s.lines; l++) {
        for (int64_t i = 0; i < s.line; i++)
          sum = std::fma(x[l * s.x_line + i], static_cast<const T*>(s.g)[(l * s.line + i) * s.g_row + c], sum);
      }
      T* const y = static_cast<T*>(s.y) + r * s.y_row + c;
      *y = s.first ? sum : *y + sum;
    }
  }
}

template <typename T>
void MaxPool(const PoolRow& row) {
  for (int64_t j = 0; j < row.n; j++) {
    T best = -std::numeric_limits<T>::infinity();
    int32_t at = -1;
    for (int64_t t = 0; t < row.taps; t++) {
      const T x = static_cast<const T*>(row.src)[row.offsets[t] + j];
      if (!(x > best || x != x)) continue;
      best = x;
      at = static_cast<int32_t>(t);
    }
    static_cast<T*>(row.y)[j] = best;
    if (row.at) row.at[j] = at;
  }
}

template <typename T>
void MaxPoolPairs(const PoolPairs& p) {
  for (int64_t i = 0; i < p.oh; i++) {
    for (int64_t j = 0; j < p.ow; j++) {
      T best = -std::numeric_limits<T>::infinity();
      for (int64_t k = 0; k < 2 * p.kernel; k++) {
        const int64_t r = i * p.stride - p.padding + k / 2 * p.dilation;
        if (r < 0 || r >= p.h) continue;
        const T x = static_cast<const T*>(p.x)[r * p.w + 2 * j + k % 2];
        if (x > best || x != x) best = x;
      }
      static_cast<T*>(p.y)[i * p.ow + j] = best;
    }
  }
}

template <typename T>
void AvgPool(const PoolRow& row) {
  for (int64_t j = 0; j < row.n; j++) {
    double sum = 0;
    for (int64_t t = 0; t < row.taps; t++)
      sum += static_cast<double>(static_cast<const T*>(row.src)[row.offsets[t] + j]);
    static_cast<T*>(row.y)[j] = static_cast<T>(sum / row.divisor[j]);
  }
}

template <typename T>
void Finish(const LinearFinish& f) {
  for (int64_t i = 0; i < f.rows; i++) {
    for (int64_t j = 0; j < f.n; j++) {
      T* const y = static_cast<T*>(f.y) + i * f.n + j;
      T v = f.bias ? *y + static_cast<const T*>(f.bias)[j] : *y;
      if (f.pre) static_cast<T*>(f.pre)[i * f.n + j] = v;
      if (f.activation == kActivation_relu && v <= 0) v = 0;
      if (f.activation == kActivation_leaky_relu && v <= 0) v = v * static_cast<T>(f.slope);
      *y = v;
    }
  }
}

template <typename T>
void Grad(const LinearGrad& g) {
  for (int64_t j = 0; j < g.count; j++) {
    const T dy = static_cast<const T*>(g.grad)[j], y = static_cast<const T*>(g.saved)[j];
    T v = dy;
    switch (g.activation) {
      case kActivation_relu:
        v = y <= 0 ? T(0) : dy;
        break;
      case kActivation_leaky_relu:
        v = y <= 0 ? dy * static_cast<T>(g.slope) : dy;
        break;
      case kActivation_sigmoid:
        v = dy * (y * (1 - y));
        break;
      default:  // tanh
        v = dy * (1 - y * y);
        break;
    }
    static_cast<T*>(g.gz)[j] = v;
  }
}

template <typename T>
void FillConv(NnConvTable* t) {
  constexpr int32_t dtype = DTypeOf<T>::value;
  t->conv_pack[dtype] = ConvPack<T>;
  t->conv[dtype] = Conv<T>;
  t->conv_weight[dtype] = ConvWeight<T>;
  t->max_pool[dtype] = MaxPool<T>;
  t->max_pool_pairs[dtype] = MaxPoolPairs<T>;
  t->avg_pool[dtype] = AvgPool<T>;
  t->max_pool_squares[dtype] = ops::MaxPoolSquares<T>;
  t->max_pool_backward[dtype] = ops::MaxPoolBackward<T>;
  t->avg_pool_backward[dtype] = ops::AvgPoolBackward<T>;
  t->adaptive_avg[dtype] = ops::AdaptiveAvg<T>;
  t->adaptive_avg_backward[dtype] = ops::AdaptiveAvgBackward<T>;
  t->adaptive_max[dtype] = ops::AdaptiveMax<T>;
  t->linear_finish[dtype] = Finish<T>;
  t->linear_grad[dtype] = Grad<T>;
}

}  // namespace

const NnConvTable* NnConv() {
  static const NnConvTable table = [] {
    NnConvTable t{};
    FillConv<float>(&t);
    FillConv<double>(&t);
    return t;
  }();
  return &table;
}

}  // namespace portable
}  // namespace numrs
