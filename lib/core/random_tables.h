// The kernel table of random draws, the stream they read, and what their rows say; the meaning of the kernels is in
// ops/random-inl.h.
#pragma once

#include <cstdint>

#include "core/dtype.h"

namespace numrs {

enum RandomOp : int32_t {
#define NUMRS_RANDOM(id, name, parameters, dtypes, unit, cost) kRandom_##name = id,
#include "table/random.def"
  kRandomOps
};

// What the parameters of a row are, and what they have to be.
enum class RandomCheck : uint8_t {
  NONE,
  LOW_HIGH,     // finite, low <= high, their difference finite
  LOC_SCALE,    // finite, scale >= 0
  SCALE,        // finite, >= 0
  SHAPE_SCALE,  // finite, both >= 0
  A_B,          // finite, both >= 1e-300
  LAM,          // 0 … kRandomMostLam
  N_P,          // whole numbers 0 … 2^53, 0 <= p <= 1
  P,            // 0 <= p <= 1
  POSITIVE_P,   // 0 < p <= 1
  RANGE         // integers of the result's dtype, low <= high, both of them may come out
};
constexpr int RandomParameterCount(RandomCheck check) {
  return check == RandomCheck::NONE ? 0
         : check == RandomCheck::SCALE || check == RandomCheck::LAM || check == RandomCheck::P ||
                 check == RandomCheck::POSITIVE_P
             ? 1
             : 2;
}
constexpr double kRandomMostLam = 9.2e18;  // results are int64

enum class RandomUnit : uint8_t { WORD, BLOCK };
namespace random_classes {
constexpr DTypeSet WORDS = kUintSet, FLOATS = kFloatSet, INTEGERS = kIntSet | kUintSet, TRUTH = kBoolSet,
                   COUNTS = Bit(kI64);
}  // namespace random_classes

struct RandomRow {
  const char* name;
  RandomCheck check;
  DTypeSet dtypes;
  RandomUnit unit;
  double cost_ns;
};
extern const RandomRow kRandomRows[kRandomOps];

// Where a draw begins. Block b of attempt t is Philox4x32-10 under `key` of the counter
// (low + b, its carry added to high, t) xor (0, mask): 32 bits of high, 32 of t. low is a multiple of kRandomGroup.
struct RandomDraw {
  uint64_t key, mask, low;
  uint32_t high;
};

// Blocks come in groups of kRandomGroup: the 16 words of 64 bits of a group are the lower halves of its blocks, in
// order, then the upper halves; words of 32 bits are halves of those, the lower first. (So that vectors are stored as
// they are computed.)
constexpr int64_t kRandomGroup = 8;

// Parameters of n elements: one value, or an array of n of them (which begins with the first element of the call).
struct RandomParameters {
  double value[2];
  const double* array[2];  // nullptr: the value
  // RANGE: what is added, and the greatest number drawn, as 64 bits.
  uint64_t low, range;
  const uint64_t *lows, *ranges;  // both or none
};

// Elements first … first + n - 1 of a draw, into contiguous memory of any alignment. first is a multiple of
// kRandomAlign. Element i depends on the draw, i and its parameters alone.
constexpr int64_t kRandomAlign = 128;
using RandomFn = void (*)(const RandomDraw& draw, int64_t first, int64_t n, const RandomParameters& p, void* y);

struct RandomTable {
  RandomFn fn[kRandomOps][kDTypes];
  // Elements begin … end - 1 of a permutation that grows: y[0 … begin - 1] is one of 0 … begin - 1 and becomes one of
  // 0 … end - 1. begin is a multiple of kRandomAlign. Takes as many words of 64 bits.
  void (*permutation)(const RandomDraw& draw, int64_t begin, int64_t end, int64_t* y);
  // y[0 … k-1]: how many of `trials` fell into each of k classes; element `index` of a draw of blocks. The
  // last class takes what the others leave.
  void (*multinomial)(const RandomDraw& draw, int64_t index, int64_t trials, int64_t k, const double* p, int64_t* y);
  // The key of the stream of a seed of n words.
  void (*key)(const uint64_t* words, int64_t n, uint64_t* key);
};

}  // namespace numrs
