// The plan of an element-wise call: which loops run over which operands, in which order. Built once per call, no arithmetic.
#pragma once

#include "core/elementwise.h"

namespace numrs {

// Operand 0 … inputs-1 are the inputs, operand `inputs` is the output.
constexpr int kMaxOperands = kMaxInputs + 1;
constexpr int64_t kBlock = 1024;                         // elements converted or packed at a time; all buffers stay in L1
constexpr int64_t kTileRows = 32, kTileCols = 128;       // a tile that is transposed into a buffer

struct ElementwisePlan {
  int operands;
  char* base[kMaxOperands];
  int64_t itemsize[kMaxOperands];
  // Loops, outermost first, after dropping extents of 1, ordering by the output's strides and merging neighbours.
  int ndim;
  int64_t shape[kMaxNDim];
  int64_t strides[kMaxOperands][kMaxNDim];
  // Bit k: operand k runs along dimension ndim-2 in memory; its tiles are transposed into a buffer.
  uint32_t transposed;
};

// job's shapes must have been checked: every input broadcasts to the output.
void MakePlan(const ElementwiseJob& job, ElementwisePlan* plan);

}  // namespace numrs
