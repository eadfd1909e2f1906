"""A transformer block from weights: the functions of numrs.functional, the layers that take arrays, and their agreement.

Run it: python docs/examples/06_transformer_block.py
"""

# %% [markdown]
# # A transformer block
# First from functions on plain NumPy arrays: what goes in comes out, nothing is wrapped.

# %%
import numpy as np
import numrs
from numrs import functional as F
from numrs import nn

rng = np.random.default_rng(3)
words, width, heads, hidden, vocabulary = 7, 32, 4, 64, 100


def weights(*shape):
    return (rng.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)


table = weights(vocabulary, width)
gamma, beta = np.ones(width, np.float32), np.zeros(width, np.float32)
w_query, w_key, w_value, w_out = [weights(width, width) for _ in range(4)]
w_inner, b_inner, w_outer, b_outer = weights(width, hidden), weights(hidden), weights(hidden, width), weights(width)


def split(x):
    return np.ascontiguousarray(x.reshape(words, heads, -1).swapaxes(0, 1))


tokens = [5, 17, 42, 5, 99, 0, 1]
x = F.embedding_lookup(table, tokens)
y = F.layer_norm(x, gamma, beta, eps=1e-5)
attended = F.scaled_dot_product_attention(split(y @ w_query), split(y @ w_key), split(y @ w_value), is_causal=True)
x = x + F.matmul(attended.swapaxes(0, 1).reshape(words, width), w_out)
y = F.layer_norm(x, gamma, beta, eps=1e-5)
x = x + F.add_bias(F.matmul(F.gelu(F.add_bias(F.matmul(y, w_inner), b_inner)), w_outer), b_outer)
print(type(x).__name__, x.shape, F.softmax_last_dim(x).sum(axis=-1))

# %% [markdown]
# The same with layers that take the arrays as their parameters:

# %%
embedding, norm = nn.Embedding(table), nn.LayerNorm(gamma, beta, eps=1e-5)
feed_forward = nn.FeedForward(w_inner, w_outer, b_inner, b_outer, activation="gelu")
with numrs.autograd.no_grad():
    h = embedding.forward(tokens)
    q, k, v = [nn.Linear(w).forward(norm(h)) for w in (w_query, w_key, w_value)]
    q, k, v = [numrs.swapaxes(numrs.reshape(part, (words, heads, -1)), 0, 1) for part in (q, k, v)]
    a = numrs.reshape(numrs.swapaxes(F.scaled_dot_product_attention(q, k, v, is_causal=True), 0, 1), (words, width))
    h = h + nn.Linear(w_out)(a)
    h = h + feed_forward(norm(h))
difference = float(np.max(np.abs(h.numpy() - x)))
print("largest difference:", difference)
assert difference < 1e-5

# %% [markdown]
# The kernels behind them can be chosen: `cpu` is the fast one, `cpu-portable` the plain one that it is tested against.

# %%
print(numrs.list_backends(), numrs.get_backend(), numrs.detect_simd_support())
numrs.set_backend("cpu-portable")
plain = F.gelu(x)
numrs.set_backend("cpu")
print("largest difference of gelu between the two:", float(np.max(np.abs(plain - F.gelu(x)))))
