"""Training: a network reads handwritten digits; callbacks, files, going on, a picture of the curves.

Run it: python docs/examples/04_training.py [FOLDER]   (needs scikit-learn for the digits)
"""

# %% [markdown]
# # Training
# 1,797 pictures of 8 x 8 pixels; every fifth is kept for validation.

# %%
import sys
import tempfile
from pathlib import Path

import numpy as np
import numrs
from numrs import callbacks, layers

try:
    from sklearn.datasets import load_digits
except ImportError:
    print("scikit-learn is not installed, which has the digits")
    raise SystemExit(0) from None

folder = Path(sys.argv[1] if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else tempfile.mkdtemp())
x, y = load_digits(return_X_y=True)
x = x / 16
fifth = np.arange(len(x)) % 5 == 0
train, held = (x[~fifth], y[~fifth]), (x[fifth], y[fifth])

# %% [markdown]
# A model is a list of layers with a loss, an optimizer and metrics. `rng=` makes a run repeatable: the same bits for any number of threads.

# %%
numrs.nn.manual_seed(0)
model = numrs.Model([layers.Dense(64, 128, activation="relu"), layers.Dropout(0.2), layers.Dense(128, 10, activation="softmax")], rng=0)
model.compile(optimizer=numrs.optimizers.Adam(learning_rate=0.003), loss="cross_entropy", metrics=["accuracy"])
model.summary()

# %% [markdown]
# `fit` gives a History. Early stopping keeps the best weights, the checkpoint is a file that is whole or not there.

# %%
history = model.fit(*train, epochs=30, batch_size=32, validation_data=held, callbacks=[
    callbacks.EarlyStopping("val_loss", patience=6, restore_best_weights=True),
    callbacks.ModelCheckpoint(folder / "best.safetensors", save_best_only=True),
    callbacks.CSVLogger(folder / "log.csv"),
])  # fmt: skip
loss, accuracy = model.evaluate(*held)
print(f"{len(history)} epochs, {accuracy:.1%} of {len(held[1])} digits right")

# %% [markdown]
# The file has everything: architecture, weights, optimizer, random state. Training goes on from it as if it had not stopped.

# %%
model.save(folder / "digits.safetensors")
again = numrs.Model.load(folder / "digits.safetensors")
assert (again.predict(held[0]) == model.predict(held[0])).all()
for each in (model, again):
    each.fit(*train, epochs=len(history) + 1, initial_epoch=len(history))
assert (again.predict(held[0]) == model.predict(held[0])).all()

# %% [markdown]
# The curves as a picture, where matplotlib is installed.

# %%
try:
    history.plot(folder / "digits-curves.png", title="digits")
    print("picture:", folder / "digits-curves.png")
except ImportError as error:
    print(error)
