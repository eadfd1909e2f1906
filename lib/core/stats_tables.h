// The kernel table of statistics of lines, and what its rows say; the meaning of the kernels is in ops/stats-inl.h.
#pragma once

#include <cstdint>

#include "core/reduce_tables.h"

namespace numrs {

enum StatOp : int32_t {
#define NUMRS_STAT(id, name, Kernel, inputs, outputs, parameters, scratch, cost) kStat_##name = id,
#include "table/stats.def"
  kStatOps
};

// What the one or two parameters of a row are.
enum class StatParameters : uint8_t {
  NONE,
  BIAS,
  BIAS_FISHER,
  ORDER,
  CORRECTION,
  PROPORTION,
  C,
  LIMITS,
  LOW_HIGH,
  ALPHA,
  PERIODS,
  LIMIT
};
constexpr int kStatParameters = 2;
constexpr int kStatOutputs = 10;  // most numbers per line

struct StatRow {
  const char* name;
  int8_t inputs, outputs;  // outputs 0: a line
  StatParameters parameters;
  int8_t scratch;  // doubles per element; -1: quadratic
  double cost_ns;  // per element
};
extern const StatRow kStatRows[kStatOps];

// Doubles of scratch for a line of n elements; -1: too many.
inline int64_t StatScratch(const StatRow& row, int64_t n) {
  if (row.scratch >= 0) return row.scratch * n;
  int64_t pairs;
  return __builtin_mul_overflow(n, n + 3, &pairs) || pairs > (int64_t{1} << 56) ? -1 : pairs / 2 + 1;
}

struct StatsTable;
struct StatLine {
  const double *x, *x2;  // n elements each; x2 of rows with two inputs
  int64_t n;
  const double* parameters;
  double* out;      // the row's numbers, or n of them
  double* scratch;  // StatScratch doubles
  const StatsTable* tools;
};
using StatLineFn = void (*)(const StatLine& line);

struct StatsTable {
  StatLineFn line[kStatOps];
  // Tools of the kernels, plain C++ for all instruction sets; none of the elements is NaN.
  // Puts the element of rank k at x[k], nothing greater before it and nothing less behind it.
  void (*select)(double* x, int64_t n, int64_t k);
  // Ranks from 1 on, equal elements share the mean of theirs; room: 2 n doubles.
  void (*rank)(const double* x, int64_t n, double* ranks, double* room);
  // Kendall's tau-b; room: 6 n doubles.
  double (*kendall)(const double* x, const double* y, int64_t n, double* room);
  // NumPy's quantile (method linear) of n > 0 elements, which are reordered.
  double (*quantile)(double* x, int64_t n, double q);
  // Logarithm and exponential of the library's own kernels.
  void (*log)(const void* x, void* y, int64_t n);
  void (*exp)(const void* x, void* y, int64_t n);
};

}  // namespace numrs
