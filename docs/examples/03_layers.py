"""Layers: making them, parameters, modules of one's own, saving their state.

Run it: python docs/examples/03_layers.py
"""

# %% [markdown]
# # Layers
# `numrs.nn` has PyTorch's names, `numrs.layers` Keras's, for the same classes. Sizes make new parameters; arrays are the parameters.

# %%
import numpy as np
import numrs
from numrs import layers, nn

nn.manual_seed(1)
dense = nn.Linear(4, 3, activation="relu")
x = numrs.ones((2, 4), dtype="float32")
print(dense, dense(x), sep="\n")
given = nn.Linear(np.eye(4, 2, dtype=np.float32), np.array([10.0, 20.0], dtype=np.float32))
print(given(x))

# %% [markdown]
# Layers in a row. The number of inputs of a layer may be left out: it is seen at the first call.

# %%
net = nn.Sequential(
    layers.Conv2D(8, 3, padding=1, activation="relu"), layers.MaxPool2D(2), layers.Flatten(), layers.Dense(10)
)
pictures = numrs.asarray(numrs.random.default_rng(2).normal(size=(5, 1, 8, 8), dtype="float32"))
print(net(pictures).shape)
for name, p in net.named_parameters():
    print(name, p.shape)

# %% [markdown]
# A module of one's own: attributes that are parameters or modules are found.


# %%
class Residual(nn.Module):
    """x plus what two layers make of it."""

    def __init__(self, width):
        self.inner = nn.FeedForward(width, 4 * width)
        self.norm = nn.LayerNorm(width)
        self.scale = nn.Parameter([1.0])

    def forward(self, x):
        return x + self.scale * self.inner(self.norm(x))


block = Residual(6)
print(block)
inputs = numrs.asarray(numrs.random.default_rng(3).normal(size=(4, 6), dtype="float32"))
loss = numrs.mean(block(inputs) ** 2)
loss.backward()
print({name: float(numrs.linalg.vector_norm(p.grad)) > 0 for name, p in block.named_parameters()})

# %% [markdown]
# Its state goes out and in by name, as tensors.

# %%
other = Residual(6)
other.load_state_dict(block.state_dict())
probe = numrs.ones((1, 6), dtype="float32")
assert numrs.array_equal(block(probe).detach(), other(probe).detach())
print(len(block.state_dict()), "tensors")
