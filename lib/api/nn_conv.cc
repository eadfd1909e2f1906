// extern "C" of nn_conv.h: check, make contiguous, run, report.
#include "numrs/nn_conv.h"

#include <cstring>

#include "api/axes.h"
#include "core/nn_conv.h"
#include "core/nn_operands.h"
#include "core/reduce.h"
#include "core/trace.h"

namespace numrs {
namespace {

constexpr int64_t kMost = int64_t{1} << 31;  // of strides, paddings, dilations

Status LoadFloat(const char* function, const char* argument, const numrs_view* in, View* out) {
  NUMRS_TRY(LoadView(function, argument, in, out));
  if (!IsNnDType(out->dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: %s has dtype %s, expected a float", function, argument, NameOf(out->dtype));
  return NUMRS_OK;
}
Status CheckShape(const char* function, const char* argument, const View& got, int32_t ndim, const int64_t* shape) {
  if (got.ndim == ndim && std::memcmp(got.shape, shape, sizeof(int64_t) * static_cast<size_t>(ndim)) == 0)
    return NUMRS_OK;
  char is[160], wanted[160];
  return Fail(NUMRS_BAD_SHAPE, "%s: %s has shape %s, expected %s", function, argument, ShapeText(got, is, sizeof(is)),
              ShapeText(ndim, shape, wanted, sizeof(wanted)));
}

// What the caller passes beside the views.
struct Parameters {
  const int64_t* stride;
  const int64_t* padding;
  const int64_t* dilation;
  int64_t groups;
};

// A convolution's arguments. Of a transposed one x and y change sides: `small` is the side with fewer positions, the
// output of a convolution and the input of a transposed one.
struct Arguments {
  const char* function;
  bool transposed;
  View x, weight;
  int32_t result;
  int32_t spatial;
  int64_t shape[kMaxNDim];  // of y
  ConvJob job;

  // y: its extents count where the convolution is transposed.
  Status Load(const char* name, bool is_transposed, const numrs_view* x_in, const numrs_view* weight_in,
              const numrs_view* y_in, const char* y_name, const Parameters& p, View* y) {
    function = name;
    transposed = is_transposed;
    NUMRS_TRY(LoadFloat(function, "x", x_in, &x));
    NUMRS_TRY(LoadFloat(function, "weight", weight_in, &weight));
    NUMRS_TRY(LoadView(function, y_name, y_in, y));
    char is[160], other[160];
    if (x.ndim != 3 && x.ndim != 4)
      return Fail(NUMRS_BAD_SHAPE,
                  "%s: x has shape %s, expected 3 (n, channels, l) or 4 dimensions (n, channels, h, w)", function,
                  ShapeText(x, is, sizeof(is)));
    if (weight.ndim != x.ndim)
      return Fail(NUMRS_BAD_SHAPE, "%s: weight has shape %s, expected as many dimensions as x %s", function,
                  ShapeText(weight, is, sizeof(is)), ShapeText(x, other, sizeof(other)));
    spatial = x.ndim - 2;
    if (p.groups < 1 || p.groups > kMost)
      return Fail(NUMRS_BAD_ARGUMENT, "%s: groups is %lld, expected at least 1", function,
                  static_cast<long long>(p.groups));
    const int64_t channels = x.shape[1], first = weight.shape[0], second = weight.shape[1];
    const int64_t out = transposed ? TimesExtent(second, p.groups) : first;
    if (first % p.groups || channels % p.groups || second > kMost ||
        (transposed ? first != channels : second != channels / p.groups)) {
      return Fail(NUMRS_BAD_SHAPE, "%s: x has shape %s and weight %s, which do not fit with groups %lld: expected %s",
                  function, ShapeText(x, is, sizeof(is)), ShapeText(weight, other, sizeof(other)),
                  static_cast<long long>(p.groups),
                  transposed ? "weight (channels of x, channels of out / groups, kernel)"
                             : "weight (channels of out, channels of x / groups, kernel)");
    }
    job = ConvJob{};
    job.function = function;
    job.groups = p.groups;
    job.n = x.shape[0];
    shape[0] = job.n;
    shape[1] = out;
    job.c_in = transposed ? out : channels;
    job.c_out = transposed ? channels : out;
    int64_t *const large[2] = {&job.h, &job.w}, *const small[2] = {&job.oh, &job.ow};
    for (int d = 0; d < 2; d++) {
      *large[d] = *small[d] = job.kernel[d] = job.stride[d] = job.dilation[d] = 1;
      job.padding[d] = 0;
    }
    for (int i = 0; i < spatial; i++) NUMRS_TRY(Axis(p, i, large[2 - spatial + i], small[2 - spatial + i], *y));
    // Sizes of everything that is made of these extents.
    int64_t elements = 16;
    for (const int64_t e : {job.n, job.c_in, job.c_out, job.kernel[0], job.kernel[1]}) {
      if (__builtin_mul_overflow(elements, e > 1 ? e : 1, &elements)) return TooLarge();
    }
    elements = 32;
    for (int d = 0; d < 2; d++) {
      const int64_t extent = *large[d] + 2 * (job.padding[d] + job.kernel[d] * job.dilation[d] + job.stride[d]) + 1024;
      if (__builtin_mul_overflow(elements, extent, &elements)) return TooLarge();
    }
    const int64_t most = job.c_in > job.c_out ? job.c_in : job.c_out;
    if (__builtin_mul_overflow(elements, most + 1024, &elements)) return TooLarge();
    NUMRS_TRY(CheckShape(function, y_name, *y, x.ndim, shape));
    result = Promote(x.dtype, weight.dtype);
    job.dtype = NnComputed(result);
    return NUMRS_OK;
  }

  const View& LargeSide(const View& y) const { return transposed ? y : x; }

 private:
  Status TooLarge() const {
    return Fail(NUMRS_BAD_SHAPE, "%s: extents, padding and dilation are too large: sizes overflow 64 bits", function);
  }
  Status BadParameter(const char* name, int axis, int64_t value, int64_t least) const {
    return Fail(NUMRS_BAD_ARGUMENT, "%s: %s of spatial axis %d is %lld, expected %lld to 2^31", function, name, axis,
                static_cast<long long>(value), static_cast<long long>(least));
  }

  Status Axis(const Parameters& p, int i, int64_t* large, int64_t* small, const View& y) {
    const int d = 2 - spatial + i;
    const int64_t stride = p.stride ? p.stride[i] : 1, dilation = p.dilation ? p.dilation[i] : 1;
    const int64_t before = p.padding ? p.padding[2 * i] : 0, behind = p.padding ? p.padding[2 * i + 1] : 0;
    if (stride < 1 || stride > kMost) return BadParameter("stride", i, stride, 1);
    if (dilation < 1 || dilation > kMost) return BadParameter("dilation", i, dilation, 1);
    if (before < 0 || before > kMost) return BadParameter("padding", i, before, 0);
    if (behind < 0 || behind > kMost) return BadParameter("padding", i, behind, 0);
    const int64_t kernel = weight.shape[2 + i], extent = x.shape[2 + i];
    char is[160], other[160];
    if (kernel < 1 || kernel > kMost)
      return Fail(NUMRS_BAD_SHAPE, "%s: weight has shape %s, expected kernels of at least 1", function,
                  ShapeText(weight, is, sizeof(is)));
    if (extent > (int64_t{1} << 60)) return TooLarge();
    job.stride[d] = stride;
    job.dilation[d] = dilation;
    job.padding[d] = before;
    job.kernel[d] = kernel;
    const int64_t reach = dilation * (kernel - 1) + 1;
    if (!transposed) {
      const int64_t room = extent + before + behind - reach;
      if (room < 0) {
        return Fail(NUMRS_BAD_SHAPE,
                    "%s: weight has shape %s, larger along spatial axis %d than x of shape %s with its padding: the "
                    "kernel reaches over %lld, there are %lld",
                    function, ShapeText(weight, is, sizeof(is)), i, ShapeText(x, other, sizeof(other)),
                    static_cast<long long>(reach), static_cast<long long>(extent + before + behind));
      }
      *large = extent;
      *small = shape[2 + i] = room / stride + 1;
      return NUMRS_OK;
    }
    int64_t most;
    if (__builtin_mul_overflow(extent - 1, stride, &most) || most > (int64_t{1} << 61)) return TooLarge();
    const int64_t least = most - before - behind + reach;
    const int64_t more = (stride > dilation ? stride : dilation) - 1;
    const int64_t got = y.ndim == x.ndim ? y.shape[2 + i] : -1;
    if (least < 1) {
      return Fail(NUMRS_BAD_SHAPE, "%s: x of shape %s with weight %s gives no elements along spatial axis %d: %lld",
                  function, ShapeText(x, is, sizeof(is)), ShapeText(weight, other, sizeof(other)), i,
                  static_cast<long long>(least));
    }
    *small = extent;
    *large = shape[2 + i] = got >= least && got <= least + more ? got : least;
    return NUMRS_OK;
  }
};

Status LoadBias(const Arguments& a, const numrs_view* bias, View* b) {
  NUMRS_TRY(LoadFloat(a.function, "bias", bias, b));
  return CheckShape(a.function, "bias", *b, 1, &a.shape[1]);
}

Status Forward(numrs_context* context, const char* function, bool transposed, const numrs_view* x,
               const numrs_view* weight, const numrs_view* bias, const numrs_view* y, const Parameters& p) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  Arguments a;
  View out, b;
  NUMRS_TRY(a.Load(function, transposed, x, weight, y, "out", p, &out));
  if (bias) NUMRS_TRY(LoadBias(a, bias, &b));
  NUMRS_TRY(CheckOutput(function, a.result, out));
  if (out.size == 0) return NUMRS_OK;
  const Run run = MakeRun(context);
  const int32_t dtype = a.job.dtype;
  PackedInput x_dense, weight_dense, bias_dense;
  PackedOutput y_dense;
  NUMRS_TRY(x_dense.Load(run, function, a.x, dtype));
  NUMRS_TRY(weight_dense.Load(run, function, a.weight, dtype));
  if (bias) NUMRS_TRY(bias_dense.Load(run, function, b, dtype));
  NUMRS_TRY(y_dense.Open(run, function, out, dtype,
                         RangesOverlap(a.x, out) || RangesOverlap(a.weight, out) || (bias && RangesOverlap(b, out))));
  const char* const added = bias ? bias_dense.data() : nullptr;
  if (transposed)
    NUMRS_TRY(ConvInput(run, a.job, x_dense.data(), weight_dense.data(), added, y_dense.data()));
  else
    NUMRS_TRY(ConvForward(run, a.job, x_dense.data(), weight_dense.data(), added, y_dense.data()));
  return y_dense.Commit(run, function);
}

// The sums over all but the channels.
Status BiasGradient(const Run& run, const char* function, const char* grad, int32_t dtype, const int64_t* shape,
                    int32_t ndim, char* gb) {
  int64_t ones[4] = {1, shape[1], 1, 1};
  ReduceJob sum;
  sum.function = function;
  sum.op = kReduce_sum;
  sum.axes = ((1u << ndim) - 1) & ~2u;
  sum.compute = sum.result = dtype;
  sum.x = ContiguousView(const_cast<char*>(grad), dtype, ndim, shape);
  sum.y = ContiguousView(gb, dtype, ndim, ones);
  return RunReduce(run, sum);
}

Status Backward(numrs_context* context, const char* function, bool transposed, const numrs_view* grad,
                const numrs_view* x, const numrs_view* weight, const numrs_view* gx, const numrs_view* gw,
                const numrs_view* gb, const Parameters& p) {
  const Trace trace(function, x);
  NUMRS_TRY(AdmitContext(context, function));
  Arguments a;
  View g, outputs[3];
  NUMRS_TRY(a.Load(function, transposed, x, weight, grad, "grad", p, &g));
  if (!IsNnDType(g.dtype))
    return Fail(NUMRS_BAD_DTYPE, "%s: grad has dtype %s, expected a float", function, NameOf(g.dtype));
  const int32_t result = Promote(a.result, g.dtype);
  if (result == kF64) a.job.dtype = kF64;
  const int32_t dtype = a.job.dtype;
  const numrs_view* const views[3] = {gx, gw, gb};
  const char* const names[3] = {"gx", "gw", "gb"};
  const int64_t* const shapes[3] = {a.x.shape, a.weight.shape, &a.shape[1]};
  for (int i = 0; i < 3; i++) {
    if (!views[i]) continue;
    NUMRS_TRY(LoadView(function, names[i], views[i], &outputs[i]));
    NUMRS_TRY(CheckShape(function, names[i], outputs[i], i == 2 ? 1 : a.x.ndim, shapes[i]));
    NUMRS_TRY(CheckOutput(function, result, outputs[i]));
    for (int j = 0; j < i; j++) {
      if (views[j] && RangesOverlap(outputs[i], outputs[j]))
        return Fail(NUMRS_OVERLAP, "%s: %s and %s overlap", function, names[j], names[i]);
    }
  }
  const Run run = MakeRun(context);
  PackedInput grad_dense, x_dense, weight_dense;
  PackedOutput dense[3];
  NUMRS_TRY(grad_dense.Load(run, function, g, dtype));
  if (gw) NUMRS_TRY(x_dense.Load(run, function, a.x, dtype));
  if (gx) NUMRS_TRY(weight_dense.Load(run, function, a.weight, dtype));
  for (int i = 0; i < 3; i++) {
    if (!views[i]) continue;
    // The last one computed may be written where it is; those before it wait until nothing can fail any more.
    const bool last = i == 0 || (i == 1 && !gx) || (i == 2 && !gx && !gw);
    NUMRS_TRY(dense[i].Open(run, function, outputs[i], dtype,
                            !last || RangesOverlap(g, outputs[i]) || RangesOverlap(a.x, outputs[i]) ||
                                RangesOverlap(a.weight, outputs[i])));
  }
  if (gb && outputs[2].size > 0)
    NUMRS_TRY(BiasGradient(run, function, grad_dense.data(), dtype, a.shape, a.x.ndim, dense[2].data()));
  if (gw && transposed)
    NUMRS_TRY(ConvWeights(run, a.job, grad_dense.data(), x_dense.data(), dense[1].data()));
  else if (gw)
    NUMRS_TRY(ConvWeights(run, a.job, x_dense.data(), grad_dense.data(), dense[1].data()));
  if (gx && transposed)
    NUMRS_TRY(ConvForward(run, a.job, grad_dense.data(), weight_dense.data(), nullptr, dense[0].data()));
  else if (gx)
    NUMRS_TRY(ConvInput(run, a.job, grad_dense.data(), weight_dense.data(), nullptr, dense[0].data()));
  for (int i = 0; i < 3; i++) {
    if (views[i]) NUMRS_TRY(dense[i].Commit(run, function));
  }
  return NUMRS_OK;
}

}  // namespace
}  // namespace numrs

using namespace numrs;

extern "C" numrs_status numrs_conv(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                   const numrs_view* bias, const numrs_view* y, const int64_t* stride,
                                   const int64_t* padding, const int64_t* dilation, int64_t groups) {
  return Guard([&] {
    return Forward(context, "conv", false, x, weight, bias, y, Parameters{stride, padding, dilation, groups});
  });
}
extern "C" numrs_status numrs_conv_backward(numrs_context* context, const numrs_view* grad, const numrs_view* x,
                                            const numrs_view* weight, const numrs_view* gx, const numrs_view* gw,
                                            const numrs_view* gb, const int64_t* stride, const int64_t* padding,
                                            const int64_t* dilation, int64_t groups) {
  return Guard([&] {
    return Backward(context, "conv_backward", false, grad, x, weight, gx, gw, gb,
                    Parameters{stride, padding, dilation, groups});
  });
}
extern "C" numrs_status numrs_conv_transpose(numrs_context* context, const numrs_view* x, const numrs_view* weight,
                                             const numrs_view* bias, const numrs_view* y, const int64_t* stride,
                                             const int64_t* padding, const int64_t* dilation, int64_t groups) {
  return Guard([&] {
    return Forward(context, "conv_transpose", true, x, weight, bias, y, Parameters{stride, padding, dilation, groups});
  });
}
extern "C" numrs_status numrs_conv_transpose_backward(numrs_context* context, const numrs_view* grad,
                                                      const numrs_view* x, const numrs_view* weight,
                                                      const numrs_view* gx, const numrs_view* gw, const numrs_view* gb,
                                                      const int64_t* stride, const int64_t* padding,
                                                      const int64_t* dilation, int64_t groups) {
  return Guard([&] {
    return Backward(context, "conv_transpose_backward", true, grad, x, weight, gx, gw, gb,
                    Parameters{stride, padding, dilation, groups});
  });
}
