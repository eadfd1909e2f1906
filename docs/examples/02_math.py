"""Mathematics: functions, reductions, linear algebra, FFT and gradients.

Run it: python docs/examples/02_math.py
"""

# %% [markdown]
# # Mathematics
# Functions take lists, ndarrays and Tensors. What goes in comes out.

# %%
import numpy as np
import numrs

x = numrs.linspace(-1, 1, 5)
print(numrs.exp(x), numrs.erf(x), numrs.hypot(x, 1.0), sep="\n")
print(numrs.multiply([1.0, 2.0, 3.0], 2.0))

# %% [markdown]
# Reductions along any axes, in place by `out=`, robust statistics and windows:

# %%
rng = np.random.default_rng(1)
m = rng.normal(size=(4, 1000))
m[0, 0] = 1e6
print(numrs.mean(m, axis=1), numrs.median(m, axis=1), numrs.mad(m, axis=1, scale="normal"), sep="\n")
out = np.empty(4)
numrs.max(m, axis=1, out=out)
print(out, numrs.rolling_mean(np.arange(6.0), 3))

# %% [markdown]
# Linear algebra, and the fast Fourier transform:

# %%
a = numrs.asarray(rng.normal(size=(5, 5)))
b = numrs.asarray(rng.normal(size=5))
solution = numrs.linalg.solve(a, b)
print(float(numrs.linalg.vector_norm(a @ solution - b)) < 1e-10)
print(numrs.abs(numrs.fft.rfft(numrs.sin(2 * numrs.pi * 3 * numrs.arange(16) / 16)))[3])

# %% [markdown]
# Gradients of whatever is computed from a tensor that requires them. Here: the least squares line, by Newton's method, whose matrix of second
# derivatives comes from gradients of gradients.

# %%
t = numrs.linspace(0, 1, 50)
y = 3 * t - 1 + 0.01 * numrs.asarray(rng.normal(size=50))
w = numrs.Tensor([0.0, 0.0], requires_grad=True)
loss = numrs.mean((w[0] * t + w[1] - y) ** 2)
(gradient,) = numrs.autograd.grad(loss, w, create_graph=True)
rows = [numrs.autograd.grad(gradient[i], w, retain_graph=True)[0] for i in range(2)]
with numrs.autograd.no_grad():
    w -= numrs.linalg.solve(numrs.stack(rows), gradient.detach())
print(w)
assert numrs.allclose(w.detach(), numrs.asarray([3.0, -1.0]), atol=0.05)
