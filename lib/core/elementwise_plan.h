// The plan of an element-wise call: which loops run over which operands, in which order. Built once per call, no
// arithmetic.
#pragma once

#include "core/elementwise.h"

namespace numrs {

// Operand 0 … inputs-1 are the inputs, operand `inputs` is the output.
constexpr int kMaxOperands = kMaxInputs + 1;
// What goes through buffers at a time, of one operand. Results that are streamed: as much as L1 likes. Packed operands:
// less, so that the memory of all operands is waited for at once.
constexpr int64_t kBufferBytes = 8192, kPackBytes = 2048;
constexpr int64_t kShortRow = 64;  // innermost extents up to here are merged with the next loop, at the price of copies
constexpr int64_t kShortRepeatedRow = 256;  // the same when the copies are made once
// A tile that is transposed into a buffer (256 to 512 KiB: it stays in L2). Both sides are a KiB or more in memory,
// because shorter runs cost a wait for memory each: 32 x 128 took four times as long as 256 x 256 on a.T + b of (2000,
// 2000).
constexpr int64_t kTileRows = 256, kTileCols = 256;
// Between the rows of the buffer: without it a column of squares falls into 2 or 4 sets of L1 (7 % of the time).
constexpr int64_t kTilePadBytes = 64;
constexpr int64_t kRowsAhead = 2;  // rows of a tile that are fetched ahead

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
  // The innermost loop is made of rows of `row` elements when one of the operands, bit k of folded, does not run
  // straight through it: from row to row it moves by row_step bytes (0: every row is the same), inside a row by
  // row_stride.
  uint32_t folded;
  int64_t row;
  int64_t row_step[kMaxInputs], row_stride[kMaxInputs];
};

// Bytes of the widest element that goes through a buffer.
int64_t WidestElement(const ElementwiseJob& job);

// job's shapes must have been checked: every input broadcasts to the output.
void MakePlan(const ElementwiseJob& job, ElementwisePlan* plan);

}  // namespace numrs
