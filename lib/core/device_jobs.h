// The arguments of engine functions that have several, as one struct each, for the slots of core/device.h. Nothing here
// runs. Memory that a struct points to belongs to the device of the call unless its comment says "host".
#pragma once

#include "core/ewm.h"
#include "core/fft.h"
#include "core/group.h"
#include "core/indexing.h"
#include "core/lapack.h"
#include "core/matmul.h"
#include "core/nn_activation.h"
#include "core/nn_attention.h"
#include "core/nn_conv.h"
#include "core/nn_embedding.h"
#include "core/nn_linear.h"
#include "core/nn_loss.h"
#include "core/nn_norm.h"
#include "core/nn_pool.h"
#include "core/optim.h"
#include "core/order.h"
#include "core/order_search.h"
#include "core/random.h"
#include "core/reduce.h"
#include "core/rolling.h"
#include "core/stats.h"

namespace numrs {

// y = alpha a b + beta y: a (…, m, k), b (…, k, n), y (…, m, n), all of y's ndim, the dimensions of the batch stretched
// to y's (strides 0). None is empty, y overlaps neither. Computed in `compute` (the common dtype of a and b; 16-bit
// floats accumulate in float32), rounded once to y's dtype. alpha and beta are 1 and 0 but for floats.
struct MatmulJob {
  const char* function;
  View a, b, y;
  int32_t compute;
  double alpha, beta;
};

// As VecdotComplex of core/matmul.h: y = sum over the axis of conj(a) b, which broadcast to (ndim, shape); y may
// overlap both.
struct VecdotComplexJob {
  const char* function;
  View a, b, y;
  int32_t ndim;
  int64_t shape[kMaxNDim];
  int32_t axis, dtype;
};

// Refuses indices that are not what they have to be (core/indexing.h): the kernel waits and answers NUMRS_BAD_INDEX
// with a message, before the call it belongs to writes anything. indices: not empty, of any integer dtype.
struct IndexCheckJob {
  const char* function;
  View indices;
  int64_t extent;
  IndexKind kind;
  int64_t ignore;  // of labels
};
// *found (host) = is any element of x below zero? The kernel waits.
struct AnyNegativeJob {
  const char* function;
  View x;
  bool* found;
};
// y (int64, (ndim, count)) = places of what is not zero; y.ndim -1: only *count (host) is wanted. The kernel waits
// where count is not nullptr.
struct NonzeroJob {
  const char* function;
  View x, y;
  int64_t* count;
};

// Losses: operands stretched to (ndim, shape) by the kernel; ndim -1: not there.
struct LossCall {
  const char* function;
  int32_t op, compute;
  int32_t ndim;
  int64_t shape[kMaxNDim];
  int64_t size;
  Reduction reduction;
  double p[2];
  View x, t, v, w;
  View y;           // forward
  View grad;        // backward: ndim -1 forward
  View gx, gt, gv;  // backward, each or ndim -1
};
// As ClassLossJob of core/nn_loss.h with its views by value; ndim -1: not there. Labels: the kernel waits, and answers
// NUMRS_BAD_INDEX with a message before anything is written; recorded, it takes them as they are.
struct ClassLossCall {
  const char* function;
  View logits, target, weight, grad, loss, gx;
  bool labels, from_log;
  int32_t compute;
  int64_t ignore_index;
  double smoothing;
  Reduction reduction;
};

// params, grads, state: host arrays of `count` device pointers (state: row after row, as RunOptimStep has them); sizes:
// host. numbers: host, kOptimNumbers. All host memory is read before the kernel returns.
struct OptimStepCall {
  int32_t op;
  OptimArrays arrays;
  void* const* params;
  const void* const* grads;
  void* const* state;
  const double* numbers;
  bool flush;
};
enum class GradientWay : int32_t { NORM, LARGEST, SCALE, CLAMP, ZERO };
struct GradientCall {
  GradientWay way;
  OptimArrays arrays;
  void* const* grads;
  double low, high;  // CLAMP; SCALE: low is the factor
  double* norm;      // host; NORM, LARGEST: the kernel waits
};

// y: int64, C order, `lines` lines of n.
struct PermutationCall {
  RandomDraw draw;
  int64_t lines, n;
  int64_t* y;
};

// Contiguous memory, as the functions of core/nn_linear.h have it.
struct LinearForwardCall {
  LinearJob job;
  const void *x, *bias;  // bias may be nullptr
  void *y, *pre;         // pre may be nullptr
};
struct LinearBackwardCall {
  LinearJob job;
  const void *grad, *x, *saved;
  void *gx, *gw, *gb;  // or nullptr
};

// FORWARD: x, weight, bias to y. INPUT: y, weight, bias to x. WEIGHTS: x, y to weight. The result has elements;
// nullptr: an operand that has none (the sums of the result are then empty).
struct ConvCall {
  ConvWay way;
  ConvJob job;
  const void* bias;  // or nullptr
  void *x, *weight, *y;
};

enum class PoolWay : int32_t {
  MAX,
  AVG,
  MAX_BACKWARD,
  AVG_BACKWARD,
  ADAPTIVE_AVG,
  ADAPTIVE_AVG_BACKWARD,
  ADAPTIVE_MAX
};
// The result has elements. x nullptr: it has none (a gradient is then 0).
struct PoolCall {
  PoolWay way;
  PoolJob job;
  const void* x;
  void* y;
  int64_t* indices;  // or nullptr; MAX, ADAPTIVE_MAX: written, MAX_BACKWARD: read
};

struct EmbeddingBackwardCall {
  int32_t dtype;
  const char* grad;
  const int64_t* indices;
  int64_t n, width, rows, padding;
  char* gradient;
};
struct OneHotCall {
  const int64_t* indices;
  int64_t n, width, itemsize;
  const char* one;  // host, itemsize bytes (at most 16); read before the kernel returns
  char* y;
};
struct DropoutCall {
  RandomDraw draw;
  const uint64_t* ahead;  // blocks by which the draw is moved when the kernel runs, or nullptr
  int32_t dtype;
  const char* x;
  char* y;
  int64_t n;
  uint64_t threshold;
  double scale;
};

}  // namespace numrs
