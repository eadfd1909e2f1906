"""NumPy and pandas: arrays and tables go in and come out as what they are, in functions and in models.

Run it: python docs/examples/05_numpy_pandas.py   (skips the tables where pandas is not installed)
"""

# %% [markdown]
# # NumPy
# Functions take ndarrays and give ndarrays; a tensor among the arguments, and the result is a tensor. Memory is shared where it can be.

# %%
import numpy as np
import numrs

a = np.linspace(0.0, 1.0, 5)
print(type(numrs.exp(a)).__name__, type(numrs.exp(numrs.asarray(a))).__name__)
t = numrs.from_numpy(a)
t[0] = 9
print(a[0])  # the same memory
print(np.sum(t), np.asarray(t) is not None, numrs.mean(np.arange(6).reshape(2, 3), axis=0))

# %% [markdown]
# # pandas
# Columns keep their index and name.

# %%
try:
    import pandas as pd
except ImportError:
    print("pandas is not installed: the rest is skipped")
    raise SystemExit(0) from None

rng = np.random.default_rng(0)
frame = pd.DataFrame({"length": rng.normal(5, 1, 300), "width": rng.normal(3, 1, 300)})
frame["kind"] = np.where(frame["length"] > frame["width"] + 2, "long", "wide")
print(numrs.rolling_mean(frame["length"], 50).tail(2))

# %% [markdown]
# A model takes tables as they are; classes are whole numbers, which pandas' categories have.

# %%
kinds = frame["kind"].astype("category")
model = numrs.Model([numrs.layers.Dense(16, activation="relu"), numrs.layers.Dense(2)], rng=0)
model.compile(numrs.optimizers.Adam(lr=0.02), "cross_entropy", ["accuracy"])
history = model.fit(frame[["length", "width"]], kinds.cat.codes, epochs=30, validation_split=0.2)
print(pd.DataFrame(history.history).tail(1).round(3))
found = kinds.cat.categories[model.predict(frame[["length", "width"]]).argmax(axis=1)]
print(f"{(found == frame['kind']).mean():.1%} right")

# %% [markdown]
# Arrays and models in files: npz for NumPy, safetensors for everybody.

# %%
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

folder = Path(tempfile.mkdtemp())
numrs.io.save(folder / "data.npz", lengths=frame["length"].to_numpy())
with np.load(folder / "data.npz") as file:
    print(file["lengths"].shape)
numrs.io.save_safetensors({"lengths": frame["length"].to_numpy()}, folder / "data.safetensors")
print(numrs.io.load_safetensors(folder / "data.safetensors")["lengths"].shape)
