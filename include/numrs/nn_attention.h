/** @file
    Scaled dot product attention and rotary position embeddings on views: any strides, float16, bfloat16 (computed in
    float32), float32, float64.

    y = softmax(scale q k^T + mask) v, over the keys. No matrix of all scores is made: keys are taken in blocks with a
    running maximum and sum. A call gives the same bits for every number of threads and every instruction set with fused
    multiply-adds, and a row has the same bits alone or among others.

    A row that sees no key is 0, and so are its gradients. NaN and infinities of v reach rows that do not see them where
    they stand in the same block of keys (0 times infinity).

    @code{.c}
    // One head, 2 queries of 2 elements, 3 keys; each query sees the keys up to its own place.
    const float q[4] = {1, 0, 0, 1}, k[6] = {1, 0, 0, 1, 1, 1}, v[6] = {1, 2, 3, 4, 5, 6};
    float y[4];
    numrs_attention_f32(NULL, q, k, v, y, 1, 1, 2, 3, 2, 2, 1, 0.707);
    @endcode */
#ifndef NUMRS_NN_ATTENTION_H
#define NUMRS_NN_ATTENTION_H

#include "numrs/base.h"
#include "numrs/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/** y = attention of q (…, heads, lq, d) to k (…, kv heads, lk, d) and v (…, kv heads, lk, dv); y is (…, heads, lq, dv).
   The leading axes are equal but for the last of them, where kv heads divide heads: neighbouring heads share one (two
    dimensions: one head). One float dtype for all.

    mask, or NULL, broadcasts to (…, heads, lq, lk): bool, true where a key takes part, or floats that are added to the
    scores. causal (0, 1): row i sees keys 0 to i. dropout in [0, 1): each weight is dropped with that probability and
   the others divided by 1 - dropout; which ones depends on seed and place alone. lse, or NULL, (…, heads, lq), of
   float32, or float64 for float64: the logarithms of the sums of exp(score), for the gradients; -infinity for a row
   that sees no key. */
NUMRS_API numrs_status numrs_attention(numrs_context *context, const numrs_view *q, const numrs_view *k,
                                       const numrs_view *v, const numrs_view *mask, const numrs_view *y,
                                       const numrs_view *lse, int32_t causal, double scale, double dropout,
                                       uint64_t seed);

/** Gradients gq, gk, gv of the shapes of q, k, v from grad, that of y; y and lse are what numrs_attention gave for the
   same arguments. gmask, or NULL, (…, heads, lq, lk): the gradients of an added mask before it is broadcast. */
NUMRS_API numrs_status numrs_attention_backward(numrs_context *context, const numrs_view *grad, const numrs_view *q,
                                                const numrs_view *k, const numrs_view *v, const numrs_view *mask,
                                                const numrs_view *y, const numrs_view *lse, const numrs_view *gq,
                                                const numrs_view *gk, const numrs_view *gv, const numrs_view *gmask,
                                                int32_t causal, double scale, double dropout, uint64_t seed);

/** y = x with pairs of elements of the last axis turned: y1 = x1 cos - x2 sin, y2 = x2 cos + x1 sin. Pairs are element
   j and j + d / 2, or 2 j and 2 j + 1 (interleaved 1). cos and sin broadcast to x, their last axis being d / 2 or d
   long: then each of a pair has its own. inverse 1: the transposed map, which is the gradient. y may be x. One float
   dtype for all. */
NUMRS_API numrs_status numrs_rope(numrs_context *context, const numrs_view *x, const numrs_view *cos,
                                  const numrs_view *sin, const numrs_view *y, int32_t interleaved, int32_t inverse);

#ifdef __cplusplus
}
#endif
#endif /* NUMRS_NN_ATTENTION_H */
