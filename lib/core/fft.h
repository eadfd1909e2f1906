// The engine of Fourier transforms: passes over the lines of each axis, of any strides and dtypes, around the kernels
// of core/fft_tables.h.
#pragma once

#include "core/context.h"
#include "core/fft_tables.h"
#include "core/view.h"

namespace numrs {

struct FftJob {
  const char* function;  // for messages
  int32_t kind;          // FftKind
  int32_t precision;     // 0: float32, 1: float64
  int32_t axes[kMaxNDim];
  int32_t n_axes;  // at least 1; a real transform is that of the last one
  bool backward;
  double scale;
  View x;     // lines are cut off or continued by zeros to y's lengths
  View y;     // apart from x, or x itself (kFftComplex)
  int64_t n;  // kFftFromReal, kFftToReal: real numbers along the last axis
};

// The dtype that a transform writes.
int32_t FftResult(int32_t kind, int32_t precision);

// Runs a checked job.
Status RunFft(const Run& run, const FftJob& job);

}  // namespace numrs
