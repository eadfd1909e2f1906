"""Attention and transformers: MultiHeadAttention, FeedForward, TransformerEncoderLayer."""

import numrs
from numrs import functional as F
from numrs.nn import init
from numrs.nn.linear import Linear
from numrs.nn.module import Module, is_array
from numrs.nn.norm import Dropout, LayerNorm


class MultiHeadAttention(Module):
    """Attention in several heads over (N, L, embed_dim): queries, keys and values by linear layers, and one behind.

    Parameters
    ----------
    embed_dim, num_heads : int
        The second divides the first.
    dropout : float
        Of the attention weights, in training.
    bias : bool
        Of the linear layers.
    kdim, vdim : int, optional
        Last extents of keys and values; embed_dim when not given.
    """

    def __init__(self, embed_dim, num_heads, dropout=0.0, bias=True, kdim=None, vdim=None, *, rng=None, dtype=None):
        if num_heads < 1 or embed_dim % num_heads:
            raise ValueError(
                f"MultiHeadAttention: num_heads is {num_heads}, expected a divisor of embed_dim {embed_dim}"
            )
        rng = init.generator(rng)
        self.embed_dim, self.num_heads, self.dropout = embed_dim, num_heads, dropout
        self.rng = None  # of dropout; a Model gives one
        self.query = Linear(embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        self.key = Linear(kdim or embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        self.value = Linear(vdim or embed_dim, embed_dim, bias, rng=rng, dtype=dtype)
        self.out = Linear(embed_dim, embed_dim, bias, rng=rng, dtype=dtype)

    def _heads(self, x):
        return numrs.swapaxes(numrs.reshape(x, (*x.shape[:-1], self.num_heads, -1)), -2, -3)

    def forward(self, query, key=None, value=None, attn_mask=None, is_causal=False):
        """Attention of (N, L, embed_dim) to keys and values (itself when not given).

        Parameters
        ----------
        query, key, value : Tensor
            (N, L, E), (N, S, kdim), (N, S, vdim).
        attn_mask : Tensor, optional
            Broadcasts to (N, heads, L, S): bool, True takes part; or numbers that are added.
        is_causal : bool
            Each place sees itself and those before.

        Returns
        -------
        Tensor
            (N, L, embed_dim).
        """
        key = query if key is None else key
        value = key if value is None else value
        q, k, v = self._heads(self.query(query)), self._heads(self.key(key)), self._heads(self.value(value))
        y = F.scaled_dot_product_attention(q, k, v, attn_mask, self.dropout if self.training else 0.0, is_causal, rng=self.rng)
        y = numrs.swapaxes(y, -2, -3)
        return self.out(numrs.reshape(y, (*y.shape[:-2], self.embed_dim)))


class FeedForward(Module):
    """Two linear layers with an activation between: activation(x @ w_in + b_in) @ w_out + b_out.

    Parameters
    ----------
    w_in, w_out : int or array_like
        Sizes (the outer and the inner one), or the weights (in, hidden) and (hidden, out).
    b_in, b_out : array_like, optional
        Biases, where weights are given; with sizes there are some unless bias is False.
    activation : str or callable
        Between the two.
    dropout : float
        Behind the activation, in training.
    """

    def __init__(
        self, w_in, w_out, b_in=None, b_out=None, activation="gelu", *, bias=True, dropout=0.0, rng=None, dtype=None
    ):
        self.activation = activation
        if is_array(w_in):
            self.inner, self.outer = Linear(w_in, b_in, activation=activation), Linear(w_out, b_out)
        else:
            rng = init.generator(rng)
            self.inner = Linear(w_in, w_out, bias, activation, rng=rng, dtype=dtype)
            self.outer = Linear(w_out, w_in, bias, rng=rng, dtype=dtype)
        self.drop = Dropout(dropout)

    def forward(self, x):
        return self.outer(self.drop(self.inner(x)))


class TransformerEncoderLayer(Module):
    """Attention and a feed-forward network, each with a residual path and a layer norm.

    Parameters
    ----------
    d_model, nhead : int
        Extent of the last axis, number of heads.
    dim_feedforward : int
        Extent inside the feed-forward network.
    dropout : float
        In training.
    activation : str or callable
        Of the feed-forward network.
    norm_first : bool
        Norms before instead of behind.
    """

    def __init__(
        self,
        d_model,
        nhead,
        dim_feedforward=2048,
        dropout=0.1,
        activation="relu",
        layer_norm_eps=1e-5,
        norm_first=False,
        *,
        rng=None,
        dtype=None,
    ):
        rng = init.generator(rng)
        self.norm_first = norm_first
        self.attention = MultiHeadAttention(d_model, nhead, dropout, rng=rng, dtype=dtype)
        self.feed_forward = FeedForward(
            d_model, dim_feedforward, activation=activation, dropout=dropout, rng=rng, dtype=dtype
        )
        self.norm1, self.norm2 = (
            LayerNorm(d_model, eps=layer_norm_eps, dtype=dtype),
            LayerNorm(d_model, eps=layer_norm_eps, dtype=dtype),
        )
        self.drop1, self.drop2 = Dropout(dropout), Dropout(dropout)

    def forward(self, x, attn_mask=None, is_causal=False):
        if self.norm_first:
            x = x + self.drop1(self.attention(self.norm1(x), attn_mask=attn_mask, is_causal=is_causal))
            return x + self.drop2(self.feed_forward(self.norm2(x)))
        x = self.norm1(x + self.drop1(self.attention(x, attn_mask=attn_mask, is_causal=is_causal)))
        return self.norm2(x + self.drop2(self.feed_forward(x)))


class PositionalEncoding(Module):
    """Adds sines and cosines of the place (Vaswani et al., 2017) to (N, L, d_model).

    Parameters
    ----------
    d_model : int
        Extent of the last axis.
    max_len : int
        The longest sequence.
    """

    def __init__(self, d_model, max_len=5000):
        half = (d_model + 1) // 2
        rates = numrs.exp(numrs.arange(half, dtype="float64") * (-2.0 * 9.210340371976184 / d_model))
        angles = numrs.arange(max_len, dtype="float64")[:, None] * rates[None, :]
        table = numrs.reshape(numrs.stack([numrs.sin(angles), numrs.cos(angles)], axis=-1), (max_len, 2 * half))[
            :, :d_model
        ]
        self.register_buffer("table", numrs.astype(table, "float32"), persistent=False)

    def forward(self, x):
        if x.shape[-2] > self.table.shape[0]:
            raise ValueError(
                f"PositionalEncoding: the sequence has {x.shape[-2]} places, expected at most {self.table.shape[0]} (max_len)"
            )
        return x + self.table[: x.shape[-2]]
