// Normalisations on checked views: packing, conversion, statistics and threads around core/nn_norm_tables.h.
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// A view with ndim -1 is not there.

// layer_norm and rms_norm: x as `rows` rows of `cols` elements, weight and bias of cols.
struct LayerNormJob {
  const char* function;
  bool centred;  // layer_norm; else rms_norm: no mean
  int64_t rows, cols;
  View x, weight, bias;
  View y, mean, rstd;
  double eps;
};
Status RunLayerNorm(const Run& run, const LayerNormJob& job);
struct LayerNormBackJob {
  const char* function;
  bool centred;
  int64_t rows, cols;
  View grad, x, weight, mean, rstd;
  View gx, gweight, gbias;
};
Status RunLayerNormBack(const Run& run, const LayerNormBackJob& job);

// group_norm and batch_norm: x is (n, channels, inner), weight and bias of channels. groups > 0: the statistics are
// those of n x groups sets of channels / groups neighbours; groups 0: of each channel over all n.
struct ChannelNormJob {
  const char* function;
  int64_t n, channels, inner, groups;
  View x, weight, bias;
  View running_mean, running_var;  // batch_norm: read where use_running, else updated where there
  View y, mean, rstd;
  bool use_running;
  double momentum, eps;
};
Status RunChannelNorm(const Run& run, const ChannelNormJob& job);
struct ChannelNormBackJob {
  const char* function;
  int64_t n, channels, inner, groups;
  View grad, x, weight, mean, rstd;
  View gx, gweight, gbias;
  bool use_running;  // the statistics did not depend on x
};
Status RunChannelNormBack(const Run& run, const ChannelNormBackJob& job);

}  // namespace numrs
