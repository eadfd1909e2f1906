// Planning of element-wise calls: broadcast, flip, order by stride, merge, find operands that want transposing.
#include "core/elementwise_plan.h"

#include <utility>

namespace numrs {
namespace {

int64_t Magnitude(int64_t stride) { return stride < 0 ? -stride : stride; }

void SwapDimensions(ElementwisePlan* p, int i, int j) {
  std::swap(p->shape[i], p->shape[j]);
  for (int k = 0; k < p->operands; k++) std::swap(p->strides[k][i], p->strides[k][j]);
}

// Does dimension i belong outside dimension j? The output decides, then the inputs in turn.
bool IsOutside(const ElementwisePlan& p, int i, int j) {
  for (int step = 0; step < p.operands; step++) {
    const int k = step == 0 ? p.operands - 1 : step - 1;
    const int64_t a = Magnitude(p.strides[k][i]), b = Magnitude(p.strides[k][j]);
    if (a != b && a != 0 && b != 0) return a > b;
  }
  return false;
}

bool CanMerge(const ElementwisePlan& p, int outer, int inner) {
  for (int k = 0; k < p.operands; k++) {
    if (p.strides[k][outer] != p.strides[k][inner] * p.shape[inner]) return false;
  }
  return true;
}

// Merges the two innermost loops although some inputs do not run straight through both: worth while when the inner one
// is short.
void FoldShortRows(ElementwisePlan* p, int64_t widest) {
  const int inner = p->ndim - 1, outer = inner - 1, out = p->operands - 1;
  const int64_t row = p->shape[inner];
  if (row > kShortRepeatedRow || row * widest > kPackBytes) return;  // a block holds whole rows
  if (p->strides[out][outer] != p->strides[out][inner] * row) return;
  uint32_t folded = 0;
  for (int k = 0; k < out; k++) {
    if (p->strides[k][outer] == p->strides[k][inner] * row) continue;
    if (p->strides[k][outer] != 0 && row > kShortRow) return;
    folded |= 1u << k;
    p->row_step[k] = p->strides[k][outer];
    p->row_stride[k] = p->strides[k][inner];
  }
  p->folded = folded;
  p->row = row;
  p->shape[outer] *= row;
  for (int k = 0; k < p->operands; k++) p->strides[k][outer] = p->strides[k][inner];
  p->ndim--;
}

}  // namespace

int64_t WidestElement(const ElementwiseJob& job) {
  int64_t widest = SizeOf(job.result) > job.out.itemsize() ? SizeOf(job.result) : job.out.itemsize();
  for (int k = 0; k < job.inputs; k++) {
    if (SizeOf(job.compute[k]) > widest) widest = SizeOf(job.compute[k]);
    if (job.in[k].itemsize() > widest) widest = job.in[k].itemsize();
  }
  return widest;
}

void MakePlan(const ElementwiseJob& job, ElementwisePlan* p) {
  const View& out = job.out;
  p->operands = job.inputs + 1;
  p->transposed = 0;
  p->folded = 0;
  p->row = 1;
  int64_t all[kMaxOperands][kMaxNDim];
  for (int k = 0; k < p->operands; k++) {
    const View& v = k < job.inputs ? job.in[k] : out;
    p->base[k] = v.data;
    p->itemsize[k] = v.itemsize();
    BroadcastStrides(v, out.ndim, out.shape, all[k]);
  }
  // Extents of 1 vanish; the output runs upwards.
  p->ndim = 0;
  for (int d = 0; d < out.ndim; d++) {
    if (out.shape[d] == 1) continue;
    const bool flip = all[job.inputs][d] < 0;
    for (int k = 0; k < p->operands; k++) {
      if (flip) p->base[k] += all[k][d] * (out.shape[d] - 1);
      p->strides[k][p->ndim] = flip ? -all[k][d] : all[k][d];
    }
    p->shape[p->ndim++] = out.shape[d];
  }
  for (int i = 1; i < p->ndim; i++) {
    for (int j = i; j > 0 && IsOutside(*p, j, j - 1); j--) SwapDimensions(p, j, j - 1);
  }
  for (int d = p->ndim - 2; d >= 0; d--) {
    if (!CanMerge(*p, d, d + 1)) continue;
    p->shape[d + 1] *= p->shape[d];
    for (int e = d; e + 1 < p->ndim; e++) {
      p->shape[e] = p->shape[e + 1];
      for (int k = 0; k < p->operands; k++) p->strides[k][e] = p->strides[k][e + 1];
    }
    // the merged loop keeps the inner strides
    p->ndim--;
  }
  if (p->ndim == 0) {
    p->ndim = 1;
    p->shape[0] = 1;
    for (int k = 0; k < p->operands; k++) p->strides[k][0] = p->itemsize[k];
  }
  // An input that jumps along the innermost loop but runs along another one: bring that loop next to the innermost.
  const int inner = p->ndim - 1;
  if (p->ndim < 2) return;
  for (int k = 0; k < job.inputs && !p->transposed && p->shape[inner] >= 8; k++) {
    if (p->strides[k][inner] == 0 || Magnitude(p->strides[k][inner]) < 64) continue;
    for (int d = 0; d < inner; d++) {
      if (p->strides[k][d] != p->itemsize[k] || p->shape[d] < 8) continue;
      for (int e = d; e + 1 < inner; e++) SwapDimensions(p, e, e + 1);
      for (int other = 0; other < job.inputs; other++) {
        if (p->strides[other][inner - 1] == p->itemsize[other] && p->strides[other][inner] != p->itemsize[other] &&
            p->strides[other][inner] != 0) {
          p->transposed |= 1u << other;
        }
      }
      break;
    }
  }
  if (p->transposed) return;
  FoldShortRows(p, WidestElement(job));
}

}  // namespace numrs
