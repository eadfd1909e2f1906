"""Gradients of attention and rotary embeddings."""

from numrs._ops.nn_attention import (
    apply_rope,
    apply_rope_backward,
    scaled_dot_product_attention_backward,
    scaled_dot_product_attention_with_stats,
)
from numrs.autograd import formulas
from numrs.autograd.engine import constant, followed_again, rule

constant("rope_angles")


@rule("scaled_dot_product_attention", forward=scaled_dot_product_attention_with_stats, second=followed_again(formulas.attention))
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


def _rope(given):
    return {name: given[name] for name in ("positions", "base", "interleaved")}


@rule("apply_rope", shapes="x", second=formulas.linear_second(
    lambda x, given: apply_rope(x, given["cos"], given["sin"], **_rope(given)),
    lambda grad, given: apply_rope_backward(grad, given["cos"], given["sin"], **_rope(given))))  # fmt: skip
def _(grad, x, *, cos=None, sin=None, positions=None, base=10000.0, interleaved=False):
    return (apply_rope_backward(grad, cos, sin, positions=positions, base=base, interleaved=interleaved),)
