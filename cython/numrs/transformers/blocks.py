"""What the models are made of, on float ndarrays: linear maps, normalisation, activations, heads, token numbers. No models."""

import numpy as np

import numrs
from numrs import functional


def linear(x, weight, bias=None, activation=None):
    """x @ weight + bias through an activation of ACTIVATIONS; weight is (in, out), packed or not, x has any number of leading axes."""
    return functional.linear(x, weight, bias, activation)


def layer_norm(x, weight, bias, eps):
    """(x - mean) / sqrt(variance + eps) along the last axis, times weight, plus bias."""
    return functional.layer_norm(x, x.shape[-1], weight, bias, eps)


# By Hugging Face's names, what functional.linear applies.
ACTIVATIONS = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
}


def activation(name, where):
    """What functional.linear calls that activation; ValueError with the known names."""
    if name not in ACTIVATIONS:
        raise ValueError(f"{where}: activation is {name!r}, expected one of {', '.join(sorted(ACTIVATIONS))}")
    return ACTIVATIONS[name]


def split_heads(qkv, heads):
    """(batch, length, 3 width) as views q, k, v of (batch, heads, length, width / heads)."""
    batch, length, width = qkv.shape
    parts = qkv.reshape(batch, length, 3, heads, width // 3 // heads).transpose(2, 0, 3, 1, 4)
    return parts[0], parts[1], parts[2]


def join_heads(x):
    """(batch, heads, length, size) as (batch, length, heads size)."""
    batch, heads, length, size = x.shape
    if length == 1:
        return x.reshape(batch, 1, heads * size)
    return x.transpose(0, 2, 1, 3).reshape(batch, length, heads * size)


def token_numbers(ids, vocabulary, where, argument="ids"):
    """ids as int64 (batch, length) with every one checked, and whether they came as one line."""
    if isinstance(ids, numrs.Tensor):
        ids = ids.numpy()
    a = np.asarray(ids)
    if a.size == 0 and a.dtype.kind == "f":
        a = a.astype(np.int64)
    if a.dtype.kind not in "iu":
        raise TypeError(f"{where}: {argument} have dtype {a.dtype}, expected integers")
    if a.ndim not in (1, 2):
        raise ValueError(f"{where}: {argument} have shape {a.shape}, expected (length,) or (batch, length)")
    if a.size == 0:
        raise ValueError(f"{where}: {argument} have shape {a.shape}, expected at least one token")
    wrong = (a < 0) | (a >= vocabulary)
    if wrong.any():
        place = tuple(int(i) for i in np.argwhere(wrong)[0])
        raise IndexError(f"{where}: {argument}{list(place)} is {int(a[place])}, expected 0 to {vocabulary - 1}")
    return a.astype(np.int64).reshape(-1, a.shape[-1]), a.ndim == 1


def like(result, ids):
    """A result as Tensor where ids came as Tensor."""
    return numrs.from_numpy(result) if isinstance(ids, numrs.Tensor) else result
