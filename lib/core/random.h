// The engine of random draws: pieces of the elements in C order, on several threads, into memory of any strides.
#pragma once

#include "core/context.h"
#include "core/random_tables.h"
#include "core/view.h"

namespace numrs {

struct RandomJob {
  int32_t op;
  RandomDraw draw;
  RandomParameters p;  // arrays in C order, of y's size, where the call runs
  View y;              // of one of the row's dtypes; overlaps nothing
};
Status RunRandom(const Run& run, const RandomJob& job);

// y: int64, C order; lines of n elements, one after the other.
Status RunPermutation(const Run& run, const RandomDraw& draw, int64_t lines, int64_t n, int64_t* y);

struct MultinomialJob {
  RandomDraw draw;
  int64_t elements, classes;
  const int64_t* trials;  // one, or one per element
  bool same_trials;
  const double* p;  // `classes`, or as many per element
  bool same_p;
  int64_t* y;
};
Status RunMultinomial(const Run& run, const MultinomialJob& job);

// By how many blocks a draw of n elements moves the state.
uint64_t RandomBlocks(RandomUnit unit, int64_t n);
// The draw that begins `blocks` behind this one.
RandomDraw Advanced(RandomDraw draw, uint64_t blocks);

}  // namespace numrs
