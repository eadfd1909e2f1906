// The engine of attention and rotary embeddings: heads of any strides and dtype around the kernels of
// core/nn_attention_tables.h.
#pragma once

#include "core/context.h"
#include "core/nn_attention_tables.h"
#include "core/view.h"

namespace numrs {

// Checked views: q (…, heads, lq, d), k (…, kv heads, lk, d), v (…, kv heads, lk, dv), y (…, heads, lq, dv), lse
// (…, heads, lq); kv heads divide heads. mask broadcasts to (…, heads, lq, lk). Devices get any strides, aligned
// elements, and results that overlap nothing.
struct AttentionJob {
  const char* function;
  View q, k, v, mask, y, lse;
  bool has_mask = false, has_lse = false;
  bool causal = false;
  double scale = 1, dropout = 0;
  uint64_t seed = 0;
  const uint64_t* ahead = nullptr;  // on the device: what is added to the seed when the kernel runs
};

struct AttentionGradJob {
  AttentionJob forward;          // y, lse: read
  View grad, gq, gk, gv, gmask;  // gmask (…, heads, lq, lk)
  bool has_gmask = false;
};

// The dtype in which attention computes: float32 for the 16-bit floats.
inline int32_t AttentionDType(int32_t dtype) { return dtype == kF64 ? kF64 : kF32; }

Status RunAttention(const Run& run, const AttentionJob& job);
Status RunAttentionGrad(const Run& run, const AttentionGradJob& job);

// Pairs of elements of the last axis are turned by an angle each: y1 = x1 c1 - x2 s1, y2 = x2 c2 + x1 s2. Pairs are the
// halves of the axis, or neighbours (interleaved). cos and sin broadcast to x with the last axis at full length or at
// half of it, and then serve both of a pair. inverse: the transposed map. All of one dtype but y. Devices get lines
// without gaps along the last axis, and y apart from the others, or x itself.
struct RopeJob {
  const char* function;
  View x, cos, sin, y;
  bool interleaved = false, inverse = false;
};
Status RunRope(const Run& run, const RopeJob& job);

}  // namespace numrs
