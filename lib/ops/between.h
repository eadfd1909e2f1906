// Between two neighbours in order: what medians and quantiles are made of.
#pragma once

#include <cmath>

#include "core/sides.h"

namespace numrs {
namespace ops {

// (a + b) / 2, rounded once; of numbers whose sum overflows too.
NUMRS_HD inline double Middle(double a, double b) {
  const double sum = a + b;
  return std::isfinite(sum) ? 0.5 * sum : 0.5 * a + 0.5 * b;
}

// `part` of the way from a to b, a <= b: from the nearer end, at 0.5 the middle. Equal ends (infinite ones too) and
// part 0 give an end itself.
NUMRS_HD inline double Between(double a, double b, double part) {
  if (part == 0 || a == b) return a;
  if (part == 0.5) return Middle(a, b);
  const double d = b - a;
  return part < 0.5 ? a + d * part : b - d * (1 - part);
}

}  // namespace ops
}  // namespace numrs
