// The kernel table of rolling statistics, and what its rows say; the meaning of the statistics is in ops/rolling_*.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

namespace numrs {

enum RollingOp : int32_t {
#define NUMRS_ROLLING(id, name, way, inputs, parameter, least, cost) kRolling_##name = id,
#include "table/rolling.def"
  kRollingOps
};
constexpr double kRollingNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kRollingInfinity = std::numeric_limits<double>::infinity();

enum class RollingWay : uint8_t { BLOCKS, ORDER };

// Rows whose sums are those of ops/rolling_spread-inl.h.
constexpr bool RollingIsSpread(int32_t op) { return op == kRolling_var || op == kRolling_std || op == kRolling_sem; }

struct RollingRow {
  const char* name;
  RollingWay way;
  int8_t inputs;
  int8_t least;  // values below which the result is NaN, whatever min_periods says
  double cost_ns;
};
extern const RollingRow kRollingRows[kRollingOps];

// What a kernel knows of the call. All values are float64, NaN is a missing one.
struct RollingParameters {
  int64_t window;             // slots of every window, at least 1
  int64_t min_periods;        // values below which the result is NaN
  double correction;          // var, std, sem, zscore, cov
  double q, scale;            // quantile; mad: the result is multiplied by it
  int32_t method;             // of quantile and rank (numrs/rolling.h)
  bool descending, fraction;  // rank
  const double* weights;      // nullptr, or window of them: sum, mean, var, std
  // For numbers k from 0 to window: 1 / (k (k - 1)), 0 below 2; 1 / k; k (window - k); 1 / (k (window - k) window), 0
  // where that is infinite.
  const double *pairs, *inverses, *products, *joints;
};
constexpr int64_t kRollingConstants = 4;  // tables of window + 1 numbers

// BLOCKS. The line is cut into blocks of `window` slots at absolute positions, and a window is the tail of one block
// and the head of the next: nothing is ever subtracted. kRollingLanes lines lie side by side: slot r of a block is the
// row of kRollingLanes doubles from x + r * x_stride on.
constexpr int64_t kRollingLanes = 8;
constexpr int64_t kRollingTile = 8;  // rows of a tile of sums: heads continue at multiples of it
constexpr int kRollingPlanes = 12;   // doubles per lane that the states of any row need

struct RollingBlock {
  const RollingParameters* p;
  const double* x;
  const double* x2;    // second input; the same stride
  int64_t stride;      // doubles between rows
  double* tails;       // RollingTailDoubles doubles
  bool has_tails;      // false: none of that block's slots has a value, the doubles say nothing
  bool tails_missing;  // the block of the tails has missing values
};
// Fills tails[j], j < window, from rows j … window - 1. missing: some of them are NaN.
using RollingTailsFn = void (*)(const RollingBlock& block, bool missing);
// Rows first … first + rows of the block that follows the tails' one: here block.x is row `first`. y's row r belongs to
// the window whose last slot is row first + r. head: the state before row `first`, kRollingPlanes rows; first 0 begins.
// missing: some of this block so far, or of the tails, is NaN. current: rows of the elements that zscore measures, or
// nullptr. first is a multiple of kRollingTile, and so is rows unless nothing of the block follows.
using RollingHeadsFn = void (*)(const RollingBlock& block, int64_t first, int64_t rows, bool missing, double* head,
                                const double* current, double* y, int64_t y_stride);
inline int64_t RollingTailDoubles(int32_t op, int64_t window) {
  const bool five = op == kRolling_corr || op == kRolling_skew || op == kRolling_kurt;
  const bool one = op == kRolling_sum || op == kRolling_mean || op == kRolling_min || op == kRolling_max;
  return (window + 2) * (five ? 6 : one ? 2 : 4) * kRollingLanes;
}

// BLOCKS of one line as it lies in memory: slots 0 … slots - 1, from a border on. y[i] belongs to the window whose last
// slot is slot i.
struct RollingLine {
  const RollingParameters* p;
  const double* x;
  double* y;  // nullptr: only the tails, of whole blocks
  int64_t slots;
  // What belongs to the slots from j on of the last whole block, window + 1 of them. [now] at the call: of the block
  // before slot 0; after it, of the last whole block.
  struct Tails {
    double *values, *squares;  // squares: of var, std and sem, where values are sums of x - pivot
    double pivot;
    int64_t* counts;  // how many of the slots have a value, where `counted`
    bool missing;     // some have not
    bool counted;
  } tails[2];
  int now;
  bool starts;         // nothing stands before slot 0: tails[now] is to be filled in; false after the call
  int expect_missing;  // a guess: in so many blocks
  // For k from 0 to window, with room for 8 before and behind, made when they are needed: 1 / k; of var, std and sem
  // 1 / (k (k - 1)), k (window - k), 1 / (k (window - k) window), each 0 where that is infinite, 1 / (k - correction).
  double *inverses, *pairs, *products, *joints, *divisors;
  bool has_inverses, has_products;
};
using RollingLineFn = void (*)(RollingLine* line);

// Windows one by one: window i is slots [starts[i], ends[i]) of x, or [i, i + window) where starts is nullptr. `slots`
// of x belong to the line or come before it; those behind are NaN. current: the elements that robust_zscore measures.
// scratch: `scratch_bytes(slots, window)` bytes.
struct RollingWindows {
  const RollingParameters* p;
  const double *x, *x2, *current;
  const int64_t *starts, *ends;
  double* y;
  int64_t windows, slots;
  void* scratch;
};
using RollingWindowsFn = void (*)(const RollingWindows& w);
using RollingScratchFn = int64_t (*)(int64_t slots, int64_t window);

// ------------------------------------------------------------------------------------------------ exponential weights

enum EwmOp : int32_t {
#define NUMRS_EWM(id, name, inputs, parameter, cost) kEwm_##name = id,
#include "table/ewm.def"
  kEwmOps
};
struct EwmRow {
  const char* name;
  int8_t inputs;
  double cost_ns;
};
extern const EwmRow kEwmRows[kEwmOps];

struct EwmParameters {
  double alpha;
  int64_t min_periods;  // at least 1
  bool adjust, ignore_missing, unbiased;
};
// What stands before the next element of one line: means, (co)moments, the sum of the weights and that of the products
// of all pairs of them (the square less the sum of squares, which would cancel), the weight of all so far.
struct EwmState {
  double mean[2], moment[3], sum, cross, weight;
  int64_t n;
};
// n elements of a line, continuing from the state (all 0 at the start). factors: what one step does to the weights
// before each element, or nullptr: 1 - alpha.
using EwmFn = void (*)(const EwmParameters& p, const double* x, const double* x2, const double* factors, int64_t n,
                       EwmState* state, double* y);

struct RollingTable {
  RollingTailsFn tails[kRollingOps];
  RollingHeadsFn heads[kRollingOps];
  RollingLineFn line[kRollingOps];         // or nullptr: the same bits as of tails and heads
  RollingWindowsFn windows[kRollingOps];   // every row
  RollingWindowsFn weighted[kRollingOps];  // windows with weights, always of `window` slots that may be missing
  RollingScratchFn scratch_bytes[kRollingOps];
  EwmFn ewm[kEwmOps];
  // rows[r * kRollingLanes + l] = element r of lane l, which begins l * apart bytes behind x, and back: r < n, a
  // multiple of 8. nullptr: the transposition of CopyTable serves.
  void (*lanes_in)(const char* x, int64_t apart, double* rows, int64_t n);
  void (*lanes_out)(const double* rows, char* y, int64_t apart, int64_t n);
  // Is one of n doubles NaN?
  bool (*any_missing)(const double* x, int64_t n);
};

}  // namespace numrs
