// The kernel table of convolutions, pooling and linear layers. The order of every sum is part of the interface.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/dtype.h"
#include "core/linalg_tables.h"
#include "core/nn_activation_tables.h"

namespace numrs {

// All output channels of a group for `n` output positions that lie next to each other in planes of the input:
// y[r * y_row + j] = bias[r] + sum over p < k of weight[r][p] src[offsets[p] + j], in the order of
// core/linalg_tables.h: k in blocks of kGemmDepth, each one chain of fused multiply-adds from 0 on, the blocks' sums
// added in order; then the bias. Memory behind src may be read, and with `slack` that behind the rows of y be written,
// up to kConvSlackBytes.
struct ConvStrip {
  const void* weight;  // packed by conv_pack
  const void* src;
  const int64_t* offsets;  // in elements
  const void* bias;        // rows elements, or nullptr
  void* y;
  int64_t rows, k, n, y_row;
  bool slack;
};
constexpr int64_t kConvSlackBytes = 512;

// One block of pixels of a gradient with respect to weights: y[r * y_row + c] (first: =, else +=) the sum over pixels
// (l < lines, i < line) of x[offsets[r] + l * x_line + i] g[(l * line + i) * g_row + c]: one chain of fused
// multiply-adds from 0 on. columns is a multiple of what conv_columns says; g and y have room for them.
struct ConvWeightStrip {
  const void* x;
  const int64_t* offsets;
  const void* g;
  void* y;
  int64_t rows, columns, lines, line, x_line, g_row, y_row;
  bool first;
};
constexpr int64_t kConvColumns = 16;  // columns of a ConvWeightStrip are a multiple of it

// One row of a pool's output: over `taps` windows' elements src[offsets[t] + j] in their order.
// Maximum: the first of the greatest, the last NaN where there is one; at[j] (or nullptr) is its t, -1 where nothing is
// above -infinity. Memory behind src may be read up to kConvSlackBytes.
struct PoolRow {
  const void* src;
  const int64_t* offsets;
  int64_t taps, n;
  void* y;
  int32_t* at;            // maximum
  const double* divisor;  // average: y = (sum in float64, in order) / divisor[j]
};
// Maxima of windows two elements wide with a step of two, read where they lie: a plane x (h, w) to y (oh, ow),
// 2 ow <= w.
struct PoolPairs {
  const void* x;
  void* y;
  int64_t h, w, oh, ow;
  int64_t kernel, stride, padding, dilation;  // down
};

// A plane of a pool's gradient, or one whose windows are of many sizes. Extents: of the input (h, w) and output (oh,
// ow).
struct PoolPlane {
  const void* x;
  void* y;
  int64_t* indices;  // of the greatest in the plane, or nullptr
  int64_t h, w, oh, ow;
  int64_t kernel[2], stride[2], padding[2];
  bool count_include_pad;
  int64_t divisor;  // 0: the number of elements
};

// Elements of a window as an average counts them, PyTorch's rule: the padding too, but nothing beyond it.
struct PoolWindow {
  int64_t begin, end;  // inside the input
  int64_t padded;      // length with padding
  NUMRS_HD PoolWindow(int64_t o, int64_t kernel, int64_t stride, int64_t padding, int64_t extent) {
    begin = o * stride - padding;
    end = std::min(begin + kernel, extent + padding);
    padded = end - begin;
    begin = std::max<int64_t>(begin, 0);
    end = std::max(begin, std::min(end, extent));
  }
};
NUMRS_HD inline double PoolDivisor(int64_t divisor, bool count_include_pad, const PoolWindow& rows,
                                   const PoolWindow& cols) {
  if (divisor) return static_cast<double>(divisor);
  if (count_include_pad) return static_cast<double>(rows.padded * cols.padded);
  return static_cast<double>((rows.end - rows.begin) * (cols.end - cols.begin));
}

// y = activation(y + bias), pre = y + bias (or nullptr); rows of n contiguous elements.
struct LinearFinish {
  void* y;
  void* pre;
  const void* bias;
  int64_t rows, n;
  int32_t activation;  // none, relu or leaky_relu here; the others are element-wise operations
  double slope;
};
// gz = grad * derivative of the activation, from the saved output.
struct LinearGrad {
  const void* grad;
  const void* saved;
  void* gz;
  int64_t count;
  int32_t activation;  // relu, leaky_relu, tanh, sigmoid
  double slope;
};

struct NnConvTable {
  // weight (rows, k), rows w_row apart and contiguous, to rows * k elements as conv wants them
  void (*conv_pack[kDTypes])(const void* weight, int64_t rows, int64_t k, void* to);
  void (*conv[kDTypes])(const ConvStrip& strip);
  void (*conv_weight[kDTypes])(const ConvWeightStrip& strip);
  void (*max_pool[kDTypes])(const PoolRow& row);
  void (*max_pool_pairs[kDTypes])(const PoolPairs& pairs);
  void (*max_pool_squares[kDTypes])(const PoolPlane& plane);  // windows of 2 x 2 side by side, with indices
  void (*avg_pool[kDTypes])(const PoolRow& row);
  // The gradient: x is that of the output, y of the input.
  void (*max_pool_backward[kDTypes])(const PoolPlane& plane);
  void (*avg_pool_backward[kDTypes])(const PoolPlane& plane);
  void (*adaptive_avg[kDTypes])(const PoolPlane& plane);
  void (*adaptive_avg_backward[kDTypes])(const PoolPlane& plane);
  void (*adaptive_max[kDTypes])(const PoolPlane& plane);
  void (*linear_finish[kDTypes])(const LinearFinish& finish);
  void (*linear_grad[kDTypes])(const LinearGrad& grad);
};

// No activation; the others have the numbers of table/activation.def.
constexpr int32_t kLinearNone = -1;

// Is the derivative computed from the output, or from what goes in?
inline bool SavesOutput(int32_t activation) {
  return activation == kActivation_relu || activation == kActivation_sigmoid || activation == kActivation_tanh ||
         activation == kActivation_leaky_relu;
}

}  // namespace numrs
