// Ordering and merging the dimensions of element-wise calls on a device.
#include "cuda/loops.h"

namespace numrs {
namespace cuda {
namespace {

int64_t Magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

void Swap(Loops* loops, int a, int b) {
  const int64_t extent = loops->shape[a];
  loops->shape[a] = loops->shape[b];
  loops->shape[b] = extent;
  for (int k = 0; k < loops->operands; k++) {
    const int64_t stride = loops->strides[k][a];
    loops->strides[k][a] = loops->strides[k][b];
    loops->strides[k][b] = stride;
  }
}

// Does loop a belong outside of loop b? By the output's strides, then by those of the inputs.
bool Outside(const Loops& loops, int a, int b) {
  for (int k = loops.operands - 1, i = 0; i < loops.operands; i++, k = i - 1) {
    const int64_t x = Magnitude(loops.strides[k][a]), y = Magnitude(loops.strides[k][b]);
    if (x != y) return x > y;
  }
  return true;
}

}  // namespace

Loops MakeLoops(int operands, const View* const* views) {
  Loops loops;
  const View& out = *views[operands - 1];
  loops.operands = operands;
  int64_t stretched[kOperands][kMaxNDim];
  for (int k = 0; k < operands; k++) {
    loops.base[k] = views[k]->data;
    BroadcastStrides(*views[k], out.ndim, out.shape, stretched[k]);
  }
  for (int d = 0; d < out.ndim; d++) {
    if (out.shape[d] == 1) continue;
    const bool turned = stretched[operands - 1][d] < 0;  // walked from its other end
    for (int k = 0; k < operands; k++) {
      loops.strides[k][loops.ndim] = turned ? -stretched[k][d] : stretched[k][d];
      if (turned) loops.base[k] += (out.shape[d] - 1) * stretched[k][d];
    }
    loops.shape[loops.ndim++] = out.shape[d];
  }
  for (int i = 1; i < loops.ndim; i++) {
    for (int j = i; j > 0 && !Outside(loops, j - 1, j); j--) Swap(&loops, j - 1, j);
  }
  int merged = 0;
  for (int d = 0; d < loops.ndim; d++) {
    bool merge = merged > 0;
    for (int k = 0; k < operands && merge; k++)
      merge = loops.strides[k][merged - 1] == loops.strides[k][d] * loops.shape[d];
    if (merge) {
      loops.shape[merged - 1] *= loops.shape[d];
    } else {
      loops.shape[merged++] = loops.shape[d];
    }
    for (int k = 0; k < operands; k++) loops.strides[k][merged - 1] = loops.strides[k][d];
  }
  loops.ndim = merged;
  if (merged == 0) {
    loops.ndim = 1;
    loops.shape[0] = 1;
    for (int k = 0; k < operands; k++) loops.strides[k][0] = views[k]->itemsize();
  }
  return loops;
}

}  // namespace cuda
}  // namespace numrs
