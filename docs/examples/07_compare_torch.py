"""The same network in numrs and PyTorch: results, gradients and a step of Adam agree. Skips itself where torch is not installed.

Run it: python docs/examples/07_compare_torch.py
"""

# %% [markdown]
# # Side by side with PyTorch
# Same weights (PyTorch stores them transposed), same data, same optimizer.

# %%
import sys
import time

import numpy as np
import numrs
from numrs import functional as F
from numrs import nn

try:
    import torch
except ImportError:
    print("torch is not installed: nothing to compare with")
    sys.exit(0)

torch.set_num_threads(1)
numrs.set_num_threads(1)
nn.manual_seed(4)
rng = np.random.default_rng(4)
ours = nn.Sequential(nn.Linear(64, 128, activation="relu"), nn.Linear(128, 10))
theirs = torch.nn.Sequential(torch.nn.Linear(64, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
with torch.no_grad():
    for layer, other in zip(ours, (theirs[0], theirs[2])):
        other.weight.copy_(torch.from_numpy(layer.weight.detach().numpy().T.copy()))
        other.bias.copy_(torch.from_numpy(layer.bias.detach().numpy().copy()))
x, labels = rng.normal(size=(32, 64)).astype(np.float32), rng.integers(0, 10, 32)
adam, their_adam = numrs.optimizers.Adam(ours.parameters(), lr=1e-3), torch.optim.Adam(theirs.parameters(), lr=1e-3)


def our_step():
    adam.zero_grad()
    loss = F.cross_entropy(ours(numrs.asarray(x)), numrs.asarray(labels))
    loss.backward()
    adam.step()
    return float(loss)


def their_step():
    their_adam.zero_grad()
    loss = torch.nn.functional.cross_entropy(theirs(torch.from_numpy(x)), torch.from_numpy(labels))
    loss.backward()
    their_adam.step()
    return float(loss.detach())


for step in range(100):
    a, b = our_step(), their_step()
    if step % 20 == 0:
        print(f"step {step:3d}   numrs {a:.6f}   torch {b:.6f}")
    assert abs(a - b) < 1e-5

# %% [markdown]
# And the time of a step, the two taking turns:

# %%
times = {our_step: [], their_step: []}
for _ in range(30):
    for step, found in times.items():
        start = time.perf_counter()
        for _ in range(20):
            step()
        found.append((time.perf_counter() - start) / 20)
mine, other = [1e6 * float(np.median(found)) for found in times.values()]
print(f"a step: numrs {mine:.0f} µs, torch {other:.0f} µs, {other / mine:.1f} times as fast")
