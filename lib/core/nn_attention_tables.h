// The kernel table of scaled dot product attention: one head at a time, forward and backward. What is computed, and in
// which order, is part of the interface.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/linalg_tables.h"

namespace numrs {

enum class AttentionMask : int32_t { NONE, CHOICE, ADDED };  // bytes: nonzero takes part; numbers added to the scores

// One head: y = softmax(scale q k^T + mask) v, rows of q against rows of k and v. Rows are contiguous and any number of
// elements apart; pointers are aligned to their elements, none of an output overlaps another operand.
//
// The order of sums, whatever the instruction set and the rows that are computed together: q is scaled first, a score
// is the sum of a Gemm with a = k, b = q^T. Keys go in blocks of kAttentionKeys; m is the maximum so far, and what was
// summed for another maximum is multiplied by exp(old m - m) when a block is added to it. Within a block the sum of
// exp(score - m) goes in 4 chains (key modulo 4), added pairwise, and each element of y is one chain of fused
// multiply-adds over the keys. Keys that a row may not see have score -inf and weight 0; 0 times an infinite or NaN
// element of v is NaN.
struct AttentionHead {
  const void *q, *k, *v;
  int64_t q_row, k_row, v_row;
  void* y;
  int64_t y_row;
  void* lse;  // for each row the logarithm of the sum of exp(score), or nullptr; contiguous
  const void* mask;
  int64_t mask_row, mask_col;  // in elements, 0 where the mask is repeated
  AttentionMask mask_kind;
  int32_t causal;  // row i sees keys 0 … i
  int64_t lq, lk, d, dv;
  double scale;
  // Dropout: weight j of row i is kept and multiplied by keep where AttentionKeeps(seed, row0 + i, j, drop_below) says
  // so.
  uint64_t seed;
  uint32_t drop_below;  // 0: no dropout
  double keep;
  int64_t row0;
  void (*gemv)(const Gemv& g);
};

// The gradients of one head from that of y (grad), from y and lse. Of k and v they are sums over the heads that share
// them: `first` starts them, `last` writes them; the calls of one group come in order and with the same scratch memory.
// Sums over rows go in blocks of kAttentionRows, each one chain, the blocks in order.
struct AttentionGrad {
  AttentionHead head;  // y, lse: of the forward call
  const void* grad;
  int64_t grad_row;
  void *gq, *gk, *gv;
  int64_t gq_row, gk_row, gv_row;
  void* gmask;  // (lq, lk), contiguous: the gradients of the scores before the scale; or nullptr
  bool first, last;
};

constexpr int64_t kAttentionKeys = 128;
constexpr int64_t kAttentionRows = 32;

struct NnAttentionTable {
  int64_t (*rows[kDTypes])(const AttentionHead& head);  // as many rows go together well
  size_t (*bytes[kDTypes])(const AttentionHead& head);  // of scratch memory, aligned to 64
  void (*forward[kDTypes])(const AttentionHead& head, int64_t begin, int64_t end, void* scratch);
  size_t (*grad_bytes[kDTypes])(const AttentionHead& head);
  void (*backward[kDTypes])(const AttentionGrad& g, void* scratch);
};

}  // namespace numrs
