// The reduction engine: any axes, strides, conversion, masks, threads around the kernels of core/reduce_tables.h.
#pragma once

#include "core/context.h"
#include "core/tables.h"
#include "core/view.h"

namespace numrs {

// What the second operand of a reduction is: none, a mask (where it is false the element is replaced by `neutral`), or
// a factor.
enum class ReduceSecond : uint8_t { NONE, MASK, FACTOR };

// The bits of one element of any dtype.
struct ElementBits {
  uint64_t words[2];
};

struct ReduceJob {
  const char* function;  // for messages
  int32_t op;
  uint32_t axes;    // bit d: axis d is reduced
  int32_t compute;  // dtype in which x (and a factor) enter the kernel
  int32_t result;   // dtype that the kernel writes; converted to y.dtype
  ReduceSecond role = ReduceSecond::NONE;
  ElementBits neutral{};  // one element of dtype compute, for a mask
  double correction = 0;
  View x, second;  // of one shape (strides 0 where second is stretched)
  View y;          // x's shape with extent 1 on the reduced axes
};

// Runs a checked job. y overlaps no input.
Status RunReduce(const Run& run, const ReduceJob& job);

// Of positions.
inline bool IsArgument(int32_t op) {
  return op == kReduce_argmin || op == kReduce_argmax || op == kReduce_nanargmin || op == kReduce_nanargmax;
}

// The element that a reduction may meet any number of times without a change, as bits of dtype compute.
ElementBits ReduceNeutral(int32_t op, int32_t compute);

// y = op over the elements where mask is true; mask broadcasts to x. Fills in role, second and what the counts of
// elements change.
Status RunReduceWhere(const Run& run, ReduceJob& job, const View& mask);

// Has a sum of squares left the range of float64 (or is 0)?
bool NormNeedsRescue(double squares);

struct ScanJob {
  const char* function;
  int32_t op;
  int32_t axis;
  int32_t compute, result;
  bool include_initial;
  View x, y;  // y has one element more along axis with include_initial
};
Status RunScan(const Run& run, const ScanJob& job);

}  // namespace numrs
