"""Gradients of attention and rotary embeddings."""

from numrs._ops.nn_attention import (
    apply_rope_backward,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_with_stats,
)
from numrs.autograd.engine import constant, rule

constant("rope_angles")


@rule("scaled_dot_product_attention", forward=scaled_dot_product_attention_with_stats)
def _(
    grad,
    query,
    key,
    value,
    attn_mask,
    *,
    out,
    needs,
    lse,
    seed,
    dropout_p=0.0,
    is_causal=False,
    scale=None,
    enable_gqa=False,
):
    return scaled_dot_product_attention_backward(
        grad,
        query,
        key,
        value,
        attn_mask,
        out,
        lse,
        dropout_p=dropout_p,
        is_causal=is_causal,
        scale=scale,
        enable_gqa=enable_gqa,
        seed=seed,
        mask_gradient=needs[3],
    )


@rule("apply_rope", shapes="x")
def _(grad, x, *, cos=None, sin=None, positions=None, base=10000.0, interleaved=False):
    return (apply_rope_backward(grad, cos, sin, positions=positions, base=base, interleaved=interleaved),)
