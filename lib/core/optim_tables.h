// The kernel table of optimizers: one step of some elements of a parameter, and what is done to gradients.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

enum OptimOp : int32_t {
#define NUMRS_OPTIM(id, name, Kernel, states, cost) kOptim_##name = id,
#include "table/optim.def"
  kOptimOps
};
constexpr int kOptimStates = 3;  // most arenas of an operation

struct OptimRow {
  const char* name;
  int8_t states;
  double cost_ns;
};
extern const OptimRow kOptimRows[kOptimOps];

// Numbers of one step, the same for all elements; which they are is said with each kernel in ops/optim.h.
constexpr int kOptimNumbers = 10;

// n elements of one dtype. Memory has any alignment, and none of it overlaps. State that is not used is nullptr.
struct OptimPiece {
  void* p;
  const void* g;
  void* s[kOptimStates];
  int64_t n;
  const double* c;  // kOptimNumbers
};

constexpr int64_t kGradientBlock = 4096;

struct OptimTable {
  void (*step[kOptimOps][kDTypes])(const OptimPiece& piece);
  // Of up to kGradientBlock elements: the sum of their squares in float64 (32 lanes, merged pairwise); the greatest
  // magnitude, NaN if there is one.
  double (*squares[kDTypes])(const void* g, int64_t n);
  double (*largest[kDTypes])(const void* g, int64_t n);
  void (*scale[kDTypes])(void* g, int64_t n, double factor);
  void (*clamp[kDTypes])(void* g, int64_t n, double low, double high);  // NaN stays
};

}  // namespace numrs
