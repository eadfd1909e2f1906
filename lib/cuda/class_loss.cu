// Cross-entropy and its kin: rows of logits with a label or a distribution, loss and gradient in one pass over each
// row.
#include <limits>

#include "core/nn_loss.h"
#include "cuda/elementwise.h"
#include "cuda/plugin.h"
#include "cuda/reduce.h"
#include "cuda/rows-inl.h"

namespace numrs {
namespace cuda {
namespace {

struct LabelArgs {
  const int64_t* labels;
  const void* weight;  // of classes, or nullptr
  int64_t rows, classes, ignore;
  bool unsigned_labels;
  double* divisor;            // the sum of the weights of what counts
  unsigned long long* first;  // the first row whose label is no class
};
NUMRS_DEVICE bool IsClass(int64_t label, int64_t classes) {
  return static_cast<uint64_t>(label) < static_cast<uint64_t>(classes);
}
// One warp: row r in lane r % 32, lanes joined pairwise, as on the CPU.
template <typename T>
__global__ void __launch_bounds__(kWarp) LabelKernel(const LabelArgs a) {
  double sum = 0;
  for (int64_t r = threadIdx.x; r < a.rows; r += kWarp) {
    const int64_t label = a.labels[r];
    if (label == a.ignore && !(a.unsigned_labels && label < 0)) continue;
    if (IsClass(label, a.classes))
      sum += a.weight ? static_cast<double>(static_cast<const T*>(a.weight)[label]) : 1.0;
    else
      atomicMin(a.first, static_cast<unsigned long long>(r));
  }
#pragma unroll
  for (int half = kWarp / 2; half > 0; half /= 2) sum += __shfl_down_sync(0xffffffffu, sum, half);
  if (threadIdx.x == 0) *a.divisor = sum;
}

struct ClassArgs {
  const void *x, *target, *weight;
  const int64_t* labels;
  const double *grads, *factor, *divisor;  // per row; one for all; of means: each or nullptr
  double* losses;
  void* gx;
  int64_t rows, classes, ignore;
  double smoothing, rows_divisor;
  bool from_log;
};

template <typename T>
__global__ void __launch_bounds__(kRowThreads) ClassLossKernel(const ClassArgs a) {
  __shared__ double shared[kRowThreads / kWarp];
  const int64_t row = static_cast<int64_t>(blockIdx.x) * blockDim.y + threadIdx.y;
  if (row >= a.rows) return;
  const T* x = static_cast<const T*>(a.x) + row * a.classes;
  const T* target = a.target ? static_cast<const T*>(a.target) + row * a.classes : nullptr;
  const T* weight = static_cast<const T*>(a.weight);
  T* g = a.gx ? static_cast<T*>(a.gx) + row * a.classes : nullptr;
  double factor = a.grads ? a.grads[row] : a.factor ? *a.factor : 1.0;
  factor /= a.divisor ? *a.divisor : a.rows_divisor;
  const int64_t label = a.labels ? a.labels[row] : 0;
  if (a.labels && (label == a.ignore || !IsClass(label, a.classes))) {
    for (int64_t i = threadIdx.x; g && i < a.classes; i += blockDim.x) g[i] = 0;
    if (a.losses && threadIdx.x == 0) a.losses[row] = 0;
    return;
  }
  const double own = a.labels && weight ? static_cast<double>(weight[label]) : 1.0;
  if (a.from_log) {
    for (int64_t i = threadIdx.x; g && i < a.classes; i += blockDim.x)
      g[i] = i == label ? static_cast<T>(-factor * own) : T(0);
    if (a.losses && threadIdx.x == 0) a.losses[row] = 0.0 - own * static_cast<double>(x[label]);
    return;
  }
  T top = -std::numeric_limits<T>::infinity();
  for (int64_t i = threadIdx.x; i < a.classes; i += blockDim.x) top = x[i] > top || x[i] != x[i] ? x[i] : top;
  const double most = RowReduce(
      static_cast<double>(top), [](double p, double q) { return p != p || p > q ? p : q; }, shared);
  double sum = 0;
  for (int64_t i = threadIdx.x; i < a.classes; i += blockDim.x)
    sum += static_cast<double>(exp(static_cast<T>(x[i] - static_cast<T>(most))));
  sum = RowSum(sum, shared);
  const double keep = 1 - a.smoothing, spread = a.smoothing / static_cast<double>(a.classes);
  const auto mixed = [&](int64_t i) {
    const double t = (target ? keep * static_cast<double>(target[i]) : 0.0) + spread;
    return weight ? static_cast<double>(weight[i]) * t : t;
  };
  const bool plain = a.labels && a.smoothing == 0;
  double dot = 0, total = 0;
  if (!plain) {
    for (int64_t i = threadIdx.x; i < a.classes; i += blockDim.x) {
      const double t = mixed(i), d = static_cast<double>(x[i]) - most;
      dot += t == 0 ? 0.0 : t * d;
      total += t;
    }
    dot = RowSum(dot, shared);
    total = RowSum(total, shared);
  }
  if (a.labels) {
    dot += keep * own * (static_cast<double>(x[label]) - most);
    total += keep * own;
  }
  for (int64_t i = threadIdx.x; g && i < a.classes; i += blockDim.x) {
    const double e = static_cast<double>(exp(static_cast<T>(x[i] - static_cast<T>(most))));
    double value = total / sum * e - (plain ? 0.0 : mixed(i));
    if (a.labels && i == label) value -= keep * own;
    g[i] = static_cast<T>(factor * value);
  }
  if (a.losses && threadIdx.x == 0) a.losses[row] = (total == 0 ? 0.0 : total * log(sum)) - dot;
}

Status BadLabel(DeviceStream* stream, const ClassLossCall& call, const int64_t* labels, int64_t row, int64_t classes) {
  int64_t label = 0, place[kMaxNDim], rest = row;
  NUMRS_TRY(ReadBack(stream, call.function, &label, labels + row, 8));
  for (int d = call.target.ndim; d-- > 0;) {
    place[d] = rest % call.target.shape[d];
    rest /= call.target.shape[d];
  }
  char at[160], text[300];
  ShapeText(call.target.ndim, place, at, sizeof(at));
  return Fail(NUMRS_BAD_INDEX, "%s: %s", call.function,
              IndexTrouble(IndexKind::LABEL, static_cast<uint64_t>(label), KindOf(call.target.dtype) == Kind::UINT, at,
                           classes, call.ignore_index, text, sizeof(text)));
}

}  // namespace

Status Run_class_loss(DeviceStream* stream, const ClassLossCall& call) {
  NUMRS_TRY(Use(stream->device));
  const View& logits = call.logits;
  const int axis = logits.ndim > 1 ? 1 : 0;
  ClassArgs args{};
  args.classes = logits.shape[axis];
  args.rows = 1;
  for (int d = 0; d < logits.ndim; d++) args.rows *= d == axis ? 1 : logits.shape[d];
  args.ignore = call.ignore_index;
  args.smoothing = call.smoothing;
  args.from_log = call.from_log;
  args.rows_divisor = 1;
  const bool single = call.compute == kF32;
  Input x(stream), target(stream), labels(stream), weight(stream), grads(stream);
  Output gx(stream);
  Scratch words(stream), losses(stream), total(stream);
  if (There(call.weight)) NUMRS_TRY(weight.Load(call.function, call.weight, call.compute));
  args.weight = weight.data();
  NUMRS_TRY(words.Take(32));
  double* const divisor = words.as<double>();
  const bool mean = call.reduction == Reduction::MEAN;
  if (call.labels) {
    NUMRS_TRY(labels.Load(call.function, call.target, kI64));
    args.labels = reinterpret_cast<const int64_t*>(labels.data());
    auto* const first = words.as<unsigned long long>() + 1;
    NUMRS_TRY(Fill(stream, first, 0xFF, 8));
    const LabelArgs look{
        args.labels, args.weight, args.rows, args.classes, call.ignore_index, KindOf(call.target.dtype) == Kind::UINT,
        divisor,     first};
    NUMRS_TRY(
        Launch(stream, call.function, single ? LabelKernel<float> : LabelKernel<double>, dim3(1), dim3(kWarp), look));
    if (!stream->capturing) {  // a graph cannot wait: there what is no class counts for nothing
      int64_t bad = -1;
      NUMRS_TRY(ReadBack(stream, call.function, &bad, first, 8));
      if (bad >= 0) return BadLabel(stream, call, args.labels, bad, args.classes);
    }
    if (mean) args.divisor = divisor;
  } else {
    NUMRS_TRY(target.Load(call.function, AxisLast(call.target, axis), call.compute));
    args.target = target.data();
    if (mean) args.rows_divisor = static_cast<double>(args.rows);
  }
  NUMRS_TRY(x.Load(call.function, AxisLast(logits, axis), call.compute));
  args.x = x.data();
  if (There(call.grad)) {
    NUMRS_TRY(grads.Load(call.function, call.grad, kF64));
    const double* upstream = reinterpret_cast<const double*>(grads.data());
    (call.reduction == Reduction::NONE ? args.grads : args.factor) = upstream;
  }
  if (There(call.gx)) {
    NUMRS_TRY(gx.Open(call.function, AxisLast(call.gx, axis), call.compute, true));
    args.gx = gx.data();
  }
  if (There(call.loss)) {
    NUMRS_TRY(losses.Take(args.rows * 8));
    args.losses = losses.as<double>();
  }
  if (args.rows > 0 && args.classes > 0) {
    const dim3 block = RowBlock(args.classes);
    NUMRS_TRY(Launch(stream, call.function, single ? ClassLossKernel<float> : ClassLossKernel<double>,
                     RowGrid(args.rows, block), block, args));
  }
  if (There(call.gx)) NUMRS_TRY(gx.Commit(call.function));
  if (!There(call.loss)) return NUMRS_OK;
  if (call.reduction == Reduction::NONE)
    return ConvertTo(stream, call.function, ContiguousView(losses.data(), kF64, call.loss.ndim, call.loss.shape),
                     call.loss);
  NUMRS_TRY(total.Take(8));
  const int64_t one = 1;
  ReduceJob sum;
  sum.function = call.function;
  sum.op = kReduce_sum;
  sum.axes = 1;
  sum.compute = sum.result = kF64;
  sum.x = ContiguousView(losses.data(), kF64, 1, &args.rows);
  sum.y = ContiguousView(total.data(), kF64, 1, &one);
  NUMRS_TRY(Reduce(stream, sum));
  View result = ContiguousView(total.data(), kF64, 0, nullptr);
  if (mean) {
    double rows = static_cast<double>(args.rows);
    double host_value[2] = {rows, 0};
    View by =
        ContiguousView(call.labels ? static_cast<void*>(divisor) : static_cast<void*>(host_value), kF64, 0, nullptr);
    by.host = !call.labels;
    const View* views[] = {&result, &by, &result};
    NUMRS_TRY(LaunchElements(stream, call.function, BinaryEntries()[kBinary_divide][kF64], 3, views));
  }
  return ConvertTo(stream, call.function, result, call.loss);
}

}  // namespace cuda
}  // namespace numrs
