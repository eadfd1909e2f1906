"""Weights of models: from safetensors files, checked against what a model needs, or drawn at random."""

import json
from pathlib import Path

import numpy as np


def read(path, where):
    """The arrays of a safetensors file, or of all in a folder, and the folder's config.json (or None)."""
    from safetensors.numpy import load_file  # type: ignore[import-not-found]

    path = Path(path)
    files = sorted(path.glob("*.safetensors")) if path.is_dir() else [path]
    if not files or not files[0].exists():
        raise FileNotFoundError(f"{where}: {path} is not there, or has no file *.safetensors")
    arrays = {}
    for file in files:
        arrays.update(load_file(file))
    config = (path if path.is_dir() else path.parent) / "config.json"
    return arrays, json.loads(config.read_text()) if config.exists() else None


def settings(config, names, where):
    """Fields of a Hugging Face configuration by our names; what is not in it stays as it is."""
    found = {ours: config[theirs] for ours, theirs in names.items() if theirs in config}
    for name, value in found.items():
        if isinstance(value, bool) or not isinstance(value, (int, float, str)):
            raise ValueError(f"{where}: {names[name]} of the configuration is {value!r}, expected a number or a name")
    return found


def without_prefix(arrays, prefix):
    """Names without a prefix that some of them have."""
    return {name.removeprefix(prefix): array for name, array in arrays.items()}


def take(arrays, wanted, where, ignored=()):
    """The arrays of those names and shapes; ValueError listing everything that is missing, too much or of another shape.

    ignored: parts of names of arrays that may be there and are not used.
    """
    wrong = []
    for name, shape in wanted.items():
        if name not in arrays:
            wrong.append(f"{name} is missing, expected shape {shape}")
        elif tuple(arrays[name].shape) != shape:
            wrong.append(f"{name} has shape {tuple(arrays[name].shape)}, expected {shape}")
        elif arrays[name].dtype.kind != "f" and arrays[name].dtype.name != "bfloat16":
            wrong.append(f"{name} has dtype {arrays[name].dtype}, expected a float dtype")
    wrong += [
        f"{name} is not part of the model"
        for name in arrays
        if name not in wanted and not any(part in name for part in ignored)
    ]
    if wrong:
        raise ValueError(
            f"{where}: {len(wrong)} of the weights do not fit: "
            + "; ".join(wrong[:20])
            + (" …" if len(wrong) > 20 else "")
        )
    return {name: arrays[name] for name in wanted}


def random(wanted, rng, dtype, deviation=0.02):
    """Weights as both models begin: normal of that deviation, biases 0, norms 1."""
    from numrs.random import default_rng

    generator = rng if hasattr(rng, "normal") else default_rng(rng)
    made = {}
    for name, shape in wanted.items():
        if name.endswith("bias"):
            made[name] = np.zeros(shape, dtype)
        elif len(shape) == 1:
            made[name] = np.ones(shape, dtype)
        else:
            made[name] = np.asarray(generator.normal(0.0, deviation, shape)).astype(dtype)
    return made
