// Jobs and engines of searchsorted, unique and interp: contiguous lines around the search kernels; shapes and dtypes
// are checked above.
#pragma once

#include "core/context.h"
#include "core/view.h"

namespace numrs {

// y[i] (of the shape of values) = how many elements of `sorted`, 1-d, stand before values[i]; right: or are equal to
// it. order: ndim -1, or the positions of `sorted` in order, integers that the engine checks before it writes:
// NUMRS_BAD_INDEX. y overlaps no input.
struct SearchJob {
  const char* function;
  View sorted, values;
  View order = NoView();
  View y;
  int32_t compute;  // dtype in which elements are compared
  bool right;
};
Status RunSearch(const Run& run, const SearchJob& job);

// The different elements of x in order, where each stands first, how often it is there, and of every element the number
// of the one it is; ndim -1: not wanted (values always are). *count (host) of the elements of the first three are
// written, all of inverse. Outputs may overlap x: they are written when nothing can fail any more.
struct UniqueJob {
  const char* function;
  View x, values;
  View indices = NoView(), counts = NoView(), inverse = NoView();
  int64_t* count;
};
Status RunUnique(const Run& run, const UniqueJob& job);

// y = the values at x of the line through the points (xp, fp), left and right of them. y overlaps no input.
struct InterpJob {
  const char* function;
  View x, xp, fp, y;
  double left, right;
};
Status RunInterp(const Run& run, const InterpJob& job);

}  // namespace numrs
