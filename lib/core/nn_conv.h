// Convolutions on contiguous memory: forward, and the gradients with respect to input and weights. Plans and shares the
// work; the arithmetic is in the kernels of core/nn_conv_tables.h.
#pragma once

#include "core/context.h"
#include "core/nn_conv_tables.h"
#include "core/view.h"

namespace numrs {

// x (n, c_in, h, w), weight (c_out, c_in / groups, kernel), y (n, c_out, oh, ow), all of one dtype that has kernels.
// Extents fit each other: checked by the caller.
struct ConvJob {
  const char* function;
  int32_t dtype;
  int64_t n, groups, c_in, c_out;
  int64_t h, w, oh, ow;
  int64_t kernel[2], stride[2], dilation[2];
  int64_t padding[2];  // before the image; what is behind it follows from oh and ow

  int64_t InPerGroup() const { return c_in / groups; }
  int64_t OutPerGroup() const { return c_out / groups; }
  int64_t Taps() const { return kernel[0] * kernel[1]; }
  // Numbers of elements.
  int64_t LargeSize() const { return TimesExtent(TimesExtent(n, c_in), TimesExtent(h, w)); }
  int64_t WeightSize() const { return c_out * InPerGroup() * Taps(); }
  int64_t SmallSize() const { return TimesExtent(TimesExtent(n, c_out), TimesExtent(oh, ow)); }
  double MacNs() const {
    return static_cast<double>(n) * static_cast<double>(c_out * InPerGroup()) * static_cast<double>(oh * ow) *
           static_cast<double>(Taps()) * (dtype == kF64 ? 0.04 : 0.02);
  }
};

// y = conv(x, weight) + bias (c_out elements, or nullptr).
Status ConvForward(const Run& run, const ConvJob& job, const void* x, const void* weight, const void* bias, void* y);
// x = the transposed convolution of y (the gradient with respect to x when y holds that of the output), + bias (c_in
// elements, or nullptr).
Status ConvInput(const Run& run, const ConvJob& job, const void* y, const void* weight, const void* bias, void* x);
// weight = the gradient with respect to the weights, y holding that of the output.
Status ConvWeights(const Run& run, const ConvJob& job, const void* x, const void* y, void* weight);

enum class ConvWay : int32_t { FORWARD, INPUT, WEIGHTS };
// One of them on the device of the run: the result is not empty.
Status ConvOnDevice(const Run& run, const ConvJob& job, ConvWay way, const void* bias, const void* x,
                    const void* weight, const void* y);

}  // namespace numrs
