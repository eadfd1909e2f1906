// The kernel table of normalisations: lines of contiguous float32 or float64; other dtypes are converted around them.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

// A line of n elements with its statistics. w and b: an element each, or nullptr: `scale` and `shift` for all.
struct NormLine {
  const void* x;
  void* y;
  int64_t n;
  double mean, rstd;
  const void *w, *b;
  double scale, shift;
};
// Rows of n >= 1 elements, one behind the other, each normalised by its own statistics; centred: the mean is not taken
// for 0. mean and rstd: where they go, or nullptr.
struct NormRows {
  const void* x;
  void* y;
  int64_t n, rows;
  const void *w, *b;
  double eps;
  bool centred;
  double *mean, *rstd;
};
// The same as NormLine for gradients: g that of the output, gx that of x (nullptr: not wanted), gw and gb float64 sums
// of g x^ and g of each element that are added to (nullptr: not wanted), x^ = (x - mean) rstd. mean_g and mean_gx:
// means of g w and of g w x^ over the elements that were normalised together.
struct NormBackLine {
  const void *g, *x;
  void* gx;
  double *gw, *gb;
  int64_t n;
  double mean, rstd;
  const void* w;
  double scale;
  double mean_g, mean_gx;
};

struct NnNormTable {
  // out[0] the mean, out[1] the sum of the squares of what the elements differ from it; n >= 1. Sums in the order of
  // SoftmaxFn (core/nn_activation_tables.h).
  void (*moments[kDTypes])(const void* x, int64_t n, double* out);
  // Moments, or for rows that are not centred the sum of the squares; rstd = 1 / sqrt(of their mean + eps); normalize.
  void (*rows[kDTypes])(const NormRows& rows);
  // y = (x - mean) rstd w + b; y may be x.
  void (*normalize[kDTypes])(const NormLine& line);
  // out[0] the sum of g w, out[1] that of g w x^.
  void (*back_sums[kDTypes])(const NormBackLine& line, double* out);
  // gx = rstd (g w - mean_g - x^ mean_gx), gw += g x^, gb += g; gx may be g or x.
  void (*back[kDTypes])(const NormBackLine& line);
};

}  // namespace numrs
