// The loops of an element-wise call on a device: dimensions ordered by the output's strides, merged, and cut so that 32
// bits count the elements of one launch. Host code without CUDA.
#pragma once

#include "core/view.h"

namespace numrs {
namespace cuda {

constexpr int kOperands = 4;  // up to three inputs, then the output
constexpr int kLoops = 6;     // dimensions that a kernel walks over; further ones are launches of their own
constexpr int64_t kMostElements = int64_t{1} << 30;

struct Loops {
  int operands = 0;
  int ndim = 0;
  int64_t shape[kMaxNDim];
  int64_t strides[kOperands][kMaxNDim];
  char* base[kOperands];

  int64_t size() const {
    int64_t n = 1;
    for (int d = 0; d < ndim; d++) n *= shape[d];
    return n;
  }
};

// views[operands - 1] is the output; the others broadcast to it. No operand is empty.
Loops MakeLoops(int operands, const View* const* views);

// Calls body(const Loops&) for pieces with at most kLoops dimensions and kMostElements elements, until one fails.
template <class Body>
Status ForPieces(const Loops& loops, Body&& body) {
  if (loops.ndim <= kLoops && loops.size() <= kMostElements) return body(loops);
  Loops part = loops;
  if (loops.ndim > kLoops) {  // the outermost loop here
    part.ndim--;
    for (int d = 0; d < part.ndim; d++) {
      part.shape[d] = loops.shape[d + 1];
      for (int k = 0; k < loops.operands; k++) part.strides[k][d] = loops.strides[k][d + 1];
    }
    for (int64_t i = 0; i < loops.shape[0]; i++) {
      NUMRS_TRY(ForPieces(part, body));
      for (int k = 0; k < loops.operands; k++) part.base[k] += loops.strides[k][0];
    }
    return NUMRS_OK;
  }
  int longest = 0;
  for (int d = 1; d < loops.ndim; d++) longest = loops.shape[d] > loops.shape[longest] ? d : longest;
  const int64_t half = loops.shape[longest] / 2 / 256 * 256;  // aligned pieces keep their wide accesses
  const int64_t first = half > 0 ? half : loops.shape[longest] / 2;
  part.shape[longest] = first;
  NUMRS_TRY(ForPieces(part, body));
  part.shape[longest] = loops.shape[longest] - first;
  for (int k = 0; k < loops.operands; k++) part.base[k] += first * loops.strides[k][longest];
  return ForPieces(part, body);
}

}  // namespace cuda
}  // namespace numrs
