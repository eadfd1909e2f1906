"""Tensors: making, indexing, sharing memory with NumPy, dtypes, and what errors say.

Run it: python docs/examples/01_tensors.py
"""

# %% [markdown]
# # Tensors
# A Tensor is numbers of one dtype in any number of dimensions. It follows the Python array API standard, so what you know of NumPy works.

# %%
import numpy as np
import numrs

t = numrs.Tensor([[1, 2, 3], [4, 5, 6]])
print(t)
print(t.shape, t.dtype, t.device, t.T.shape)

# %% [markdown]
# Data and a shape, zeros, ranges, random numbers (the same seed gives the same bits on every machine):

# %%
print(numrs.Tensor([1, 2, 3, 4, 5, 6], shape=(3, 2)))
print(numrs.zeros((2, 2)), numrs.arange(5), numrs.linspace(0, 1, 5))
print(numrs.asarray(numrs.random.default_rng(7).normal(size=3)))

# %% [markdown]
# Indices, slices and masks; slices are views of the same memory:

# %%
row = t[0]
row[:] = 0
print(t, t[:, -1], t[t > 4])

# %% [markdown]
# NumPy's arrays are shared, not copied, and go both ways:

# %%
a = np.arange(4.0)
shared = numrs.from_numpy(a)
shared += 10
print(a, np.sum(shared), type(numrs.exp(a)).__name__, type(numrs.exp(shared)).__name__)
assert a[0] == 10.0 and np.shares_memory(shared.numpy(), a)

# %% [markdown]
# Fifteen dtypes, float16 and bfloat16 at full speed among them; sums of float32 are exact to the last bit:

# %%
many = numrs.full(10_000_000, 0.1, dtype="float32")
print(float(numrs.sum(many)), "NumPy in one pass:", float(np.cumsum(many.numpy())[-1]))
half = numrs.astype(many[:5], "float16")
print(half.dtype, half * 2)

# %% [markdown]
# Errors say the function, what came and what was wanted:

# %%
try:
    numrs.matmul(numrs.ones((2, 3)), numrs.ones((4, 5)))
except ValueError as error:
    print(error)
try:
    numrs.set_device("cuda:0")
except RuntimeError as error:
    print(error)
