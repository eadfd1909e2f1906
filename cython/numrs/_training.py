"""`numrs train` and `numrs predict`: a table and a TOML of layers become a model file, and a table its predictions. No text for the screen."""

import csv
import math
import tomllib
from pathlib import Path

import numpy as np

from numrs import Tensor, _tabular, io, layers, nn, optimizers
from numrs.callbacks import EarlyStopping
from numrs.model import Model

KEYS = {"target": str, "columns": list, "task": str, "epochs": int, "batch_size": int, "optimizer": str, "learning_rate": (int, float),
        "weight_decay": (int, float), "loss": str, "metrics": list, "validation": (int, float), "patience": int, "seed": int,
        "standardize": bool, "output_layer": bool, "layers": list, "x": str, "y": str}  # fmt: skip
# Keras's names for the sizes of layers that take them by position.
SIZES = {"Linear": ("units",), "Conv1d": ("filters", "kernel_size"), "Conv2d": ("filters", "kernel_size"), "Dropout": ("rate",)}
MOST_CATEGORIES = 200


def read_plan(path):
    """The TOML file of a network, checked; {} for None."""
    if path is None:
        return {}
    try:
        with open(path, "rb") as file:
            plan = tomllib.load(file)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    for key, value in plan.items():
        if key not in KEYS:
            raise ValueError(f"{path}: {key!r} is unknown, expected some of {', '.join(KEYS)}")
        if not isinstance(value, KEYS[key]) or isinstance(value, bool) and KEYS[key] is not bool:
            raise ValueError(f"{path}: {key} is {value!r}, expected {getattr(KEYS[key], '__name__', 'a number')}")
    return plan


def _layer(number, table):
    """A layer from its part of the plan."""
    if not isinstance(table, dict) or not isinstance(table.get("type"), str):
        raise ValueError(f"layer {number} is {table!r:.60}, expected a table with type = 'Dense' or another layer")
    given = dict(table)
    name = given.pop("type")
    known = {n: getattr(m, n) for m in (nn, layers) for n in m.__all__ if isinstance(getattr(m, n), type) and issubclass(getattr(m, n), nn.Module)}
    if name not in known:
        raise ValueError(f"layer {number}: type is {name!r}, expected one of {', '.join(sorted(known))}")
    cls = known[name]
    positional = []
    for size in SIZES.get(cls.__name__, ()):
        if size in given:
            positional.append(given.pop(size))
        elif size == "units" or positional == [] and size == "filters":
            raise ValueError(f"layer {number}: {name} needs {size}")
    if cls is nn.Reshape and "shape" in given:
        positional = list(given.pop("shape"))
    try:
        return cls(*positional, **given)
    except TypeError as error:
        raise ValueError(f"layer {number}: {name}: {error}") from None


# ---- tables


def read_table(path, plan):
    """Name → column of numbers or texts, all of one length; of an npz file the arrays."""
    if Path(path).suffix.lower() == ".npz":
        found = io.load(path)
        if isinstance(found, Tensor):
            raise ValueError(f"{path} holds one array, expected an npz file of several")
        return {name: tensor.numpy() for name, tensor in found.items()}
    columns = {}
    for name, column in _tabular.read(path).items():
        values = _tabular._values(column)
        columns[name] = [field.strip() for field in _tabular._texts(column)] if values is None else values
    return columns


def _numbers(path, name, column, about):
    """Columns of numbers from one; texts by what they may be."""
    kinds = about.get(name)
    if kinds is not None:
        texts = [str(v) for v in (column if isinstance(column, list) else column.tolist())]
        unknown = sorted(set(texts) - set(kinds))
        if unknown:
            raise ValueError(f"{path}: column {name!r} has {unknown[0]!r}, expected one of {', '.join(kinds)}")
        return [np.array([text == kind for text in texts], np.float64) for kind in kinds]
    if isinstance(column, list):
        raise ValueError(f"{path}: column {name!r} holds text, expected numbers as in training")
    values = np.asarray(column, np.float64)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0])
        raise ValueError(f"{path}: column {name!r} has {values[row]} in row {row + 1}; fill missing values first")
    return [values]


def inputs_of(path, table, notes):
    """The input of a network from a table, as it was in training."""
    if notes["kind"] == "arrays":
        name = notes["x"]
        if name not in table:
            raise ValueError(f"{path} has no array {name!r}; there are {', '.join(table)}")
        x = np.asarray(table[name], np.float64)
        if list(x.shape[1:]) != notes["shape"]:
            raise ValueError(f"{path}: array {name!r} has shape {x.shape}, expected (rows, {', '.join(map(str, notes['shape']))})")
    else:
        missing = [name for name in notes["columns"] if name not in table]
        if missing:
            raise ValueError(f"{path} has no column {missing[0]!r}; there are {', '.join(table)}")
        parts = [part for name in notes["columns"] for part in _numbers(path, name, table[name], notes["categories"])]
        x = np.column_stack(parts) if parts else np.empty((0, 0))
    if notes["mean"] is not None:
        x = (x - np.asarray(notes["mean"])) / np.asarray(notes["scale"])
    return x


def _columns(path, table, plan):
    target = plan.get("target") or list(table)[-1]
    if target not in table:
        raise ValueError(f"{path} has no column {target!r}; there are {', '.join(table)}")
    chosen = plan.get("columns") or [name for name in table if name != target]
    for name in chosen:
        if name not in table:
            raise ValueError(f"{path} has no column {name!r}; there are {', '.join(table)}")
    if not chosen:
        raise ValueError(f"{path} has no column beside the target {target!r}")
    categories = {}
    for name in chosen:
        if isinstance(table[name], list):
            kinds = sorted(set(table[name]))
            if len(kinds) > MOST_CATEGORIES:
                raise ValueError(f"{path}: column {name!r} has {len(kinds)} different texts, at most {MOST_CATEGORIES}; name the others by columns")
            categories[name] = kinds
    notes = {"kind": "columns", "columns": chosen, "categories": categories, "target": target, "mean": None}
    return inputs_of(path, table, notes), table[target], notes


def _arrays(path, table, plan):
    names = {"x": plan.get("x", "x"), "y": plan.get("y", "y")}
    for name in names.values():
        if name not in table:
            raise ValueError(f"{path} has no array {name!r}; there are {', '.join(table)}; x = and y = in the plan name them")
    x = np.asarray(table[names["x"]], np.float64)
    if x.ndim < 2:
        raise ValueError(f"{path}: array {names['x']!r} has shape {x.shape}, expected rows of numbers")
    notes = {"kind": "arrays", "x": names["x"], "target": names["y"], "shape": list(x.shape[1:]), "mean": None}
    if not np.isfinite(x).all():
        raise ValueError(f"{path}: array {names['x']!r} has NaN or infinite numbers in it")
    return x, table[names["y"]], notes


def _targets(path, y, plan, notes):
    """(targets, number of outputs, classes or None)"""
    task = plan.get("task")
    if task not in (None, "classification", "regression"):
        raise ValueError(f"task is {task!r}, expected 'classification' or 'regression'")
    if task is None:
        whole = isinstance(y, list) or (np.asarray(y).dtype.kind in "biu" or (np.asarray(y) == np.floor(y)).all()) and np.asarray(y).ndim == 1
        task = "classification" if whole and (isinstance(y, list) or len(np.unique(y)) <= max(2, min(100, len(y) // 3))) else "regression"
    if task == "regression":
        if isinstance(y, list):
            raise ValueError(f"{path}: the target {notes['target']!r} holds text, which is no regression")
        y = np.asarray(y, np.float64).reshape(len(y), -1)
        if not np.isfinite(y).all():
            raise ValueError(f"{path}: the target {notes['target']!r} has missing values")
        return y, y.shape[1], None
    values = np.asarray(y)
    if values.ndim != 1 or values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError(f"{path}: the target {notes['target']!r} has missing values or more than one column")
    classes, places = np.unique(values, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(f"{path}: the target {notes['target']!r} has one value only, {classes[0] if len(classes) else 'none'!r}")
    written = classes.tolist()
    return places.astype(np.int64), len(classes), [int(c) if isinstance(c, float) and c.is_integer() else c for c in written]


def train(data, plan, progress=0, device="cpu"):
    """Trains a network on a table, on a device.

    Returns (model, facts): facts has rows, columns, task, parameters, and what History recorded.
    """
    table = read_table(data, plan)
    arrays = Path(data).suffix.lower() == ".npz"
    x, y, notes = (_arrays if arrays else _columns)(data, table, plan)
    if len(x) != len(y):
        raise ValueError(f"{data}: the target has {len(y)} rows, the inputs {len(x)}")
    if len(x) < 2:
        raise ValueError(f"{data} has {len(x)} rows, expected at least two")
    seed = plan.get("seed", 0)
    order = np.random.default_rng(seed).permutation(len(x))
    x = x[order]
    y = [y[i] for i in order] if isinstance(y, list) else np.asarray(y)[order]
    validation = float(plan.get("validation", 0.2))
    if not 0 <= validation < 1:
        raise ValueError(f"validation is {validation}, expected 0 up to but not 1")
    kept = len(x) - int(len(x) * validation)
    y, outputs, classes = _targets(data, y, plan, notes)
    if plan.get("standardize", True):
        mean, scale = x[:kept].mean(axis=0), x[:kept].std(axis=0)
        scale[scale == 0] = 1
        notes["mean"], notes["scale"] = mean.tolist(), scale.tolist()
        x = (x - mean) / scale
    notes["classes"], notes["y_mean"], notes["y_scale"] = classes, None, None
    if classes is None:
        y_mean, y_scale = y[:kept].mean(axis=0), y[:kept].std(axis=0)
        y_scale[y_scale == 0] = 1
        notes["y_mean"], notes["y_scale"] = y_mean.tolist(), y_scale.tolist()
        y = (y - y_mean) / y_scale
    nn.init.manual_seed(seed)
    parts = [_layer(i + 1, table) for i, table in enumerate(plan.get("layers", [{"type": "Dense", "units": 64, "activation": "relu"}]))]
    if plan.get("output_layer", True):
        parts.append(nn.Linear(outputs))
    model = Model(parts, name=Path(data).stem, rng=seed)
    optimizer = optimizers.get(plan.get("optimizer", "adam"))
    if "learning_rate" in plan:
        optimizer.lr = plan["learning_rate"]
    if "weight_decay" in plan:
        optimizer.defaults["weight_decay"] = plan["weight_decay"]
        optimizer.check(optimizer.defaults)
    usual = ("mse", []) if classes is None else ("cross_entropy", ["accuracy"])
    model.compile(optimizer, plan.get("loss", usual[0]), plan.get("metrics", usual[1]))
    if device != "cpu":
        model.build((None, *x.shape[1:]))
        model.to(device)
    held = {} if kept == len(x) else {"validation_data": (x[kept:], y[kept:])}
    callbacks = []
    if "patience" in plan:
        callbacks.append(EarlyStopping("val_loss" if held else "loss", patience=plan["patience"], restore_best_weights=True))
    history = model.fit(x[:kept], y[:kept], batch_size=plan.get("batch_size", 32), epochs=plan.get("epochs", 50), verbose=progress,
                        callbacks=callbacks, **held)  # fmt: skip
    model.to("cpu")
    model.notes["table"] = notes
    last = {name: values[-1] for name, values in history.history.items() if values}
    facts = {"rows": kept, "validation rows": len(x) - kept, "columns": x.shape[1], "task": "regression" if classes is None else "classification",
             "classes": classes, "parameters": model.count_params(), "epochs": len(history), **last}  # fmt: skip
    return model, facts


def predict(model_file, data):
    """Predictions for a table: (names, columns)."""
    model = Model.load(model_file, compile=False)
    notes = model.notes.get("table")
    needed = {"kind", "target", "mean", "classes", "y_mean", "y_scale"}
    if not isinstance(notes, dict) or not needed <= set(notes):
        raise ValueError(f"{model_file} was not written by numrs train: it does not say what its inputs are")
    x = inputs_of(data, read_table(data, {}), notes)
    outputs = model.predict(x).astype(np.float64)
    target = notes["target"]
    if notes["classes"] is None:
        outputs = outputs * np.asarray(notes["y_scale"]) + np.asarray(notes["y_mean"])
        names = [target] if outputs.shape[1] == 1 else [f"{target}_{k + 1}" for k in range(outputs.shape[1])]
        return names, [outputs[:, k].tolist() for k in range(outputs.shape[1])]
    scores = np.exp(outputs - outputs.max(axis=1, keepdims=True))
    chances = scores / scores.sum(axis=1, keepdims=True)
    best = chances.argmax(axis=1)
    return [target, "probability"], [[notes["classes"][k] for k in best], chances[np.arange(len(best)), best].tolist()]


def write_csv(file, names, columns):
    """A table as CSV."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(names)
    writer.writerows(zip(*columns))


def finite(facts):
    """The facts with None for what is no number, as JSON wants it."""
    return {key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in facts.items()}
