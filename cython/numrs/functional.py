"""Functions of networks, by PyTorch's names: activations, norms, products, convolutions, pooling, attention, losses. On ndarrays and Tensors:
what goes in comes out. `numrs.nn.functional` is the same module."""

from numrs._ops.einsum import einsum
from numrs._ops.elementwise_arithmetic import add as add_bias
from numrs._ops.linalg import matmul
from numrs._ops.nn_activation import (
    celu,
    elu,
    hardsigmoid,
    hardswish,
    hardtanh,
    leaky_relu,
    mish,
    relu,
    relu6,
    selu,
    sigmoid,
    silu,
    softplus,
    softsign,
    tanh,
)
from numrs._ops.nn_attention import apply_rope, rope_angles, scaled_dot_product_attention
from numrs._ops.nn_chain import Chain as _linear_chain  # noqa: F401 - for numrs.model
from numrs._ops.nn_conv import conv1d, conv2d, conv_transpose1d, conv_transpose2d
from numrs._ops.nn_embedding import dropout, dropout2d, embedding, embedding_lookup, one_hot
from numrs._ops.nn_image import channel_shuffle, fold, interpolate, pad, pixel_shuffle, pixel_unshuffle, unfold
from numrs._ops.nn_linear import PackedWeight, linear
from numrs._ops.nn_loss import cross_entropy, cross_entropy_with_grad, nll_loss
from numrs._ops.nn_loss_more import (
    cosine_embedding_loss,
    ctc_loss,
    margin_ranking_loss,
    multi_margin_loss,
    multilabel_margin_loss,
    multilabel_soft_margin_loss,
    sigmoid_focal_loss,
    triplet_margin_loss,
    triplet_margin_with_distance_loss,
)
from numrs._ops.nn_loss_pairs import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    gaussian_nll_loss,
    hinge_embedding_loss,
    hinge_loss,
    huber_loss,
    kl_div,
    l1_loss,
    log_cosh_loss,
    mse_loss,
    poisson_nll_loss,
    smooth_l1_loss,
    soft_margin_loss,
    squared_hinge_loss,
)
from numrs._ops.nn_more import (
    cosine_similarity,
    glu,
    hardshrink,
    local_response_norm,
    normalize,
    pairwise_distance,
    prelu,
    softmin,
    softshrink,
    tanhshrink,
    threshold,
)
from numrs._ops.nn_norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from numrs._ops.nn_pool import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    avg_pool1d,
    avg_pool2d,
    max_pool1d,
    max_pool2d,
)
from numrs._ops.nn_softmax import gelu, log_softmax, logsigmoid, softmax, softmax_last_dim

swish = silu

__all__ = [
    "PackedWeight",
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d", "add_bias", "apply_rope", "avg_pool1d",
    "avg_pool2d", "batch_norm", "binary_cross_entropy", "binary_cross_entropy_with_logits", "celu", "channel_shuffle", "conv1d", "conv2d",
    "conv_transpose1d", "conv_transpose2d", "cosine_embedding_loss", "cosine_similarity", "cross_entropy", "cross_entropy_with_grad",
    "ctc_loss", "dropout", "dropout2d", "einsum", "elu", "embedding", "embedding_lookup", "fold", "gaussian_nll_loss", "gelu", "glu",
    "group_norm", "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hinge_embedding_loss", "hinge_loss", "huber_loss", "instance_norm",
    "interpolate", "kl_div", "l1_loss", "layer_norm", "leaky_relu", "linear", "local_response_norm", "log_cosh_loss", "log_softmax",
    "logsigmoid", "margin_ranking_loss", "matmul", "max_pool1d", "max_pool2d", "mish", "mse_loss", "multi_margin_loss",
    "multilabel_margin_loss", "multilabel_soft_margin_loss", "nll_loss", "normalize", "one_hot", "pad", "pairwise_distance",
    "pixel_shuffle", "pixel_unshuffle", "poisson_nll_loss", "prelu", "relu", "relu6", "rms_norm", "rope_angles",
    "scaled_dot_product_attention", "selu", "sigmoid", "sigmoid_focal_loss", "silu", "smooth_l1_loss", "soft_margin_loss", "softmax",
    "softmax_last_dim", "softmin", "softplus", "softshrink", "softsign", "squared_hinge_loss", "swish", "tanh", "tanhshrink", "threshold",
    "triplet_margin_loss", "triplet_margin_with_distance_loss", "unfold",
]  # fmt: skip
