// The value on the line between two points.
#pragma once

#include <cstdint>

#include "core/sides.h"

namespace numrs {
namespace ops {

struct Points {
  const double* x;
  const double* y;
  const double* slopes;  // of the lines between; NULL: divided when asked
  int64_t n;             // at least 1
  double left, right;
};

// behind: how many points are not ahead of x. A line through an infinite point is NaN there: then the value comes from
// its other end, and where both ends are equal from either.
NUMRS_HD inline double ValueAt(const Points& p, double x, int64_t behind) {
  if (x != x) return x;
  if (x < p.x[0]) return p.left;
  if (x > p.x[p.n - 1]) return p.right;
  const int64_t j = behind - 1;
  if (j < 0) return p.left;  // points out of order or NaN: any answer, but none from elsewhere
  if (j >= p.n - 1) return p.y[p.n - 1];
  if (p.x[j] == x) return p.y[j];
  const double slope = p.slopes ? p.slopes[j] : (p.y[j + 1] - p.y[j]) / (p.x[j + 1] - p.x[j]);
  double found = slope * (x - p.x[j]) + p.y[j];
  if (found != found) {
    found = slope * (x - p.x[j + 1]) + p.y[j + 1];
    if (found != found && p.y[j] == p.y[j + 1]) found = p.y[j];
  }
  return found;
}

}  // namespace ops
}  // namespace numrs
