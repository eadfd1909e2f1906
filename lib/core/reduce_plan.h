// The loops of one reduction: kept axes, reduced axes, operands, merged and sorted.
#pragma once

#include "core/reduce.h"

namespace numrs {

enum ReduceOperand { kReduceX = 0, kReduceSecond = 1, kReduceY = 2, kReduceOperands = 3 };

// p and so many bytes on, by way of a number: operands of no elements have no memory, but loops over their other axes.
inline char* Moved(char* p, int64_t bytes) {
  return reinterpret_cast<char*>(reinterpret_cast<uintptr_t>(p) + static_cast<uintptr_t>(bytes));
}

struct ReducePlan {
  int kept = 0, reduced = 0;  // loops that are left
  int64_t n = 1;              // elements per result
  int64_t outputs = 1;        // results
  char* base[kReduceOperands] = {};
  int64_t kept_shape[kMaxNDim];  // the last has the smallest stride of x
  int64_t kept_stride[kReduceOperands][kMaxNDim];
  int64_t reduced_shape[kMaxNDim];  // in C order of the index unless the order is free
  int64_t reduced_stride[2][kMaxNDim];

  int64_t width() const { return kept ? kept_shape[kept - 1] : 1; }
  int64_t WidthStride(int operand) const { return kept ? kept_stride[operand][kept - 1] : 0; }
  int64_t InnerStride(int operand) const { return reduced ? reduced_stride[operand][reduced - 1] : 0; }
};

// order_free: the result does not depend on the order of the reduced elements.
void MakeReducePlan(const ReduceJob& job, bool order_free, ReducePlan* plan);
bool ReduceOrderIsFree(int32_t op, int32_t compute);

}  // namespace numrs
