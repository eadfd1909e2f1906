"""Model files: a safetensors container with the architecture and everything that training needs to go on, in its metadata.

What is read is not trusted: classes are looked up by name in a register, numbers are checked against the size of the file, and a model
is only changed when everything has been read and fits.
"""

import inspect
import json
import math

import numpy as np

import numrs
from numrs import losses, nn, optimizers
from numrs import metrics as all_metrics
from numrs.io import FormatError, SafetensorsFile, save_safetensors
from numrs.model.data import whole
from numrs.model.pytorch import from_pytorch
from numrs.nn import init

VERSION = 1
KEY = "numrs.model"
OPTIMIZER = "optimizer/"  # in front of the names of its tensors
DEEPEST = 64


class WeightsError(FormatError, KeyError):
    """A file does not fit the network: the message lists every difference. Nothing has been changed."""

    __str__ = ValueError.__str__


# ---- what objects are written as


def _plain(x):
    """Numbers, texts and lists of them as JSON has them; raises TypeError for anything else."""
    if x is None or isinstance(x, (bool, str)):
        return x
    if isinstance(x, (int, np.integer)):
        return int(x)
    if isinstance(x, (float, np.floating)):
        return {"float": repr(float(x))} if not math.isfinite(x) else float(x)
    if isinstance(x, tuple):
        return {"tuple": [_plain(part) for part in x]}
    if isinstance(x, list):
        return [_plain(part) for part in x]
    if isinstance(x, np.dtype):
        return x.name
    raise TypeError(type(x).__name__)


def _unplain(x):
    if isinstance(x, dict):
        if set(x) == {"tuple"}:
            return tuple(_unplain(part) for part in x["tuple"])
        if set(x) == {"float"}:
            return float(x["float"])
        return {key: _unplain(part) for key, part in x.items()}
    return [_unplain(part) for part in x] if isinstance(x, list) else x


def _described(x):
    """A loss or a metric: its name, or its class with the arguments that it shows as attributes."""
    if isinstance(x, str):
        return x
    name = getattr(x, "__name__", None)
    if name is not None:
        return {"class": name, "function": True}
    arguments = {}
    for parameter in list(inspect.signature(type(x)).parameters):
        value = getattr(x, parameter, None)
        try:
            arguments[parameter] = _plain(value)
        except TypeError:
            raise TypeError(f"save: {type(x).__name__} has {parameter} of type {type(value).__name__}, which cannot be written down; "
                            "save(path, optimizer=False) leaves loss, metrics and optimizer out") from None  # fmt: skip
    return {"class": type(x).__name__, "arguments": arguments}


def _described_again(config, module, get, custom, what, path):
    """A loss or a metric from what is written of it."""
    if isinstance(config, str):
        if config in custom:
            return custom[config]
        try:
            get(config)
        except (ValueError, TypeError) as error:
            raise FormatError(f"{path}: {what}: {error}") from None
        return config
    if not isinstance(config, dict) or not isinstance(config.get("class"), str):
        raise FormatError(f"{path}: {what} is {config!r:.60}, expected a name or a class")
    name = config["class"]
    found = custom.get(name)
    if found is not None and (config.get("function") or not isinstance(found, type)):
        return found
    if found is None:
        found = getattr(module, name, None) if not name.startswith("_") else None
        if not isinstance(found, type) or found.__module__ != module.__name__:
            raise FormatError(f"{path}: {what} {name!r:.60} is unknown; give it by custom_objects={{{name!r:.60}: …}}, or load with compile=False")
    try:
        return found(**_unplain(config.get("arguments", {})))
    except (TypeError, ValueError) as error:
        raise FormatError(f"{path}: {what} {name!r:.60}: {error}") from None


def _optimizer_state(optimizer, tensors):
    """The nested state of an optimizer as JSON; its tensors go to `tensors` by name."""

    def walk(x, place):
        if isinstance(x, dict):
            return {"items": {str(key): walk(part, f"{place}/{key}") for key, part in x.items()}}
        if isinstance(x, (numrs.Tensor, np.ndarray)):
            tensors[place] = x
            return {"tensor": place}
        if isinstance(x, (list, tuple)) and any(isinstance(part, (dict, numrs.Tensor)) for part in x):
            return [walk(part, f"{place}/{i}") for i, part in enumerate(x)]
        return _plain(x)

    return walk(optimizer.state_dict(), OPTIMIZER.rstrip("/"))


def _state_again(x, file, used):
    if isinstance(x, dict) and set(x) == {"items"}:
        return {key: _state_again(part, file, used) for key, part in x["items"].items()}
    if isinstance(x, dict) and set(x) == {"tensor"}:
        name = x["tensor"]
        if not isinstance(name, str) or name not in file or not name.startswith(OPTIMIZER):
            raise FormatError(f"{file.path}: the optimizer needs tensor {name!r:.60}, which is not there")
        used.add(name)
        return file.tensor(name)
    return [_state_again(part, file, used) for part in x] if isinstance(x, list) else _unplain(x)


def _generators(module):
    """Paths and generators of parts that draw numbers, each generator once."""
    seen = set()
    for path, part in module.named_modules():
        for name, value in vars(part).items():
            if isinstance(value, numrs.random.Generator) and not name.startswith("_") and id(value) not in seen:
                seen.add(id(value))
                yield f"{path}.{name}" if path else name, value


# ---- writing


def save(model, path, optimizer=True):
    """Everything of a model into one file."""
    try:
        network = model.module.config()
        json.dumps(network, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise TypeError(f"save: the network cannot be written down: {error}; save_weights keeps its parameters") from None
    tensors = {name: tensor.detach() for name, tensor in model.state_dict().items()}
    for name in tensors:
        if name.startswith(OPTIMIZER):
            raise ValueError(f"save: a parameter has the name {name!r}, which is the optimizer's")
    about = {"version": VERSION, "name": model.name, "seed": model.seed, "epochs_done": model._epochs_done, "network": network,
             "input_shape": None if model.input_shape is None else list(model.input_shape),
             "notes": model.notes, "generators": {where: rng.state for where, rng in _generators(model.module)}}  # fmt: skip
    if model._compiled_with is not None and optimizer:
        compiled = model._compiled_with
        chosen = model.optimizer
        about["loss"] = None if compiled["loss"] is None else _described(compiled["loss"])
        for key in ("metrics", "weighted_metrics"):
            about[key] = [_described(metric) for metric in compiled.get(key, ())]
        about["optimizer"] = {"class": type(chosen).__name__, "defaults": {key: _plain(value) for key, value in chosen.defaults.items()}}
        if model._pending is not None:
            model._ready("save", optimizer=True)
        if model._bound:
            about["optimizer"]["groups"] = model._group_names()
            about["optimizer"]["state"] = _optimizer_state(chosen, tensors)
    try:
        text = json.dumps(about, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        raise TypeError(f"save: the model's notes cannot be written down: {error}") from None
    save_safetensors(tensors, path, {"format": "numrs", KEY: text})


def save_weights(model, path):
    """Parameters and buffers alone."""
    save_safetensors({name: tensor.detach() for name, tensor in model.state_dict().items()}, path, {"format": "numrs"})


# ---- reading


def _json(text, path):
    def refuse(constant):
        raise ValueError(f"{constant} is no number")

    try:
        found = json.loads(text, parse_constant=refuse)
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path}: metadata {KEY} is no JSON: {error or 'too deep'}") from None
    if not isinstance(found, dict):
        raise FormatError(f"{path}: metadata {KEY} is no object")
    return found


def _check_config(config, elements, path, depth=0):
    """Whatever a layer would allocate without being a parameter fits the file too; how deep it goes is limited."""
    if depth > DEEPEST:
        raise FormatError(f"{path}: the network is nested more than {DEEPEST} deep")
    if isinstance(config, dict):
        if set(config) == {"array"}:
            shape = config["array"]
            whole_numbers = isinstance(shape, list) and all(isinstance(e, int) and not isinstance(e, bool) and e >= 0 for e in shape)
            if not whole_numbers or math.prod(shape) > elements:
                raise FormatError(f"{path}: an array of shape {shape!r:.60} is more than the file holds")
        if config.get("class") == "PositionalEncoding":
            sizes = [e for e in (config.get("arguments") or {}).values() if isinstance(e, int)]
            if math.prod(sizes) > max(elements, 1 << 22):
                raise FormatError(f"{path}: a table of {math.prod(sizes)} numbers is more than the file holds")
        for part in config.values():
            _check_config(part, elements, path, depth + 1)
    elif isinstance(config, list):
        for part in config:
            _check_config(part, elements, path, depth + 1)


def _build(module, file):
    """Makes the parameters of layers that were waiting for the shape of their input when they were written: the file has their shapes."""
    shapes = file.shapes
    for path, part in module.named_modules():
        if not hasattr(part, "build"):
            continue
        prefix = f"{path}." if path else ""
        if getattr(part, "weight", 0) is None:
            shape = shapes.get(prefix + "weight")
            if isinstance(part, nn.Linear) and shape is not None and len(shape) == 2:
                part.build((None, shape[0]))
            elif hasattr(part, "groups") and shape is not None and len(shape) > 2:
                part.build((1, shape[0] if part.transposed else shape[1] * part.groups))
            elif hasattr(part, "running_mean"):
                shape = shape or shapes.get(prefix + "running_mean")
                if shape is not None and part.num_features is None and len(shape) == 1:
                    part.build((1, shape[0]))


def load(path, custom_objects=None, compile=True):
    """A model from its file."""
    from numrs.model.model import Model

    custom = dict(custom_objects or {})
    with SafetensorsFile(path) as file:
        if KEY not in file.metadata:
            raise FormatError(f"{file.path}: it holds tensors, but no model; Model(…).load_weights reads parameters into a network")
        about = _json(file.metadata[KEY], file.path)
        if about.get("version") != VERSION:
            raise FormatError(f"{file.path}: a model of version {about.get('version')!r:.30}, expected {VERSION}")
        elements = sum(math.prod(shape) for name, shape in file.shapes.items() if not name.startswith(OPTIMIZER))
        _check_config(about.get("network"), elements, file.path)
        try:
            with init.at_most(elements + len(file)):
                module = nn.from_config(about.get("network"), custom)
                _build(module, file)
        except FormatError:
            raise
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, ArithmeticError, RecursionError, IndexError) as error:
            raise FormatError(f"{file.path}: the network cannot be made: {' '.join(str(error).split()) or type(error).__name__}") from None
        _store(module, file, "numrs", True, None)
        try:
            seed, done = about["seed"], about["epochs_done"]
            model = Model(module, name=about["name"], rng=seed)
            model._epochs_done = whole("load", "epochs_done", done, 0)
            model.notes = about.get("notes", {})
            shape = about["input_shape"]
            model.input_shape = None if shape is None else tuple(e if e is None else whole("load", "input_shape", e, 0) for e in shape)
            by_path = dict(_generators(module))
            states = about["generators"]
            for where, part in module.named_modules():  # dropout's, which it gets at the first step
                key = f"{where}.rng" if where else "rng"
                if key in states and getattr(part, "rng", 0) is None:
                    part.rng = by_path[key] = numrs.random.default_rng(0)
            for where, state in states.items():
                if where in by_path:
                    by_path[where].state = state
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise FormatError(f"{file.path}: metadata {KEY}: {type(error).__name__}: {error}") from None
        used = set()
        if compile and about.get("optimizer") is not None:
            _compile(model, about, file, custom, used)
        left = [name for name in file if name.startswith(OPTIMIZER) and name not in used]
        if left and compile and about.get("optimizer") is not None:
            raise FormatError(f"{file.path}: tensor {left[0]!r:.60} belongs to nothing")
    return model


def _compile(model, about, file, custom, used):
    path = file.path
    loss = None if about.get("loss") is None else _described_again(about["loss"], losses, losses.get, custom, "loss", path)
    measured = {}
    for key in ("metrics", "weighted_metrics"):
        given = about.get(key, [])
        if not isinstance(given, list):
            raise FormatError(f"{path}: {key} is {given!r:.60}, expected a list")
        measured[key] = [_described_again(m, all_metrics, all_metrics.get, custom, "metric", path) for m in given]
    config = about["optimizer"]
    try:
        name, defaults = config["class"], _unplain(config["defaults"])
        cls = custom.get(name)
        optimizer = cls() if cls is not None else optimizers.get(name)
        unknown = [key for key in defaults if key not in optimizer.defaults]
        if unknown:
            raise ValueError(f"{name} has no {unknown[0]!r}")
        numbers = {**optimizer.defaults, **defaults}
        optimizer.check(numbers)
        optimizer.defaults.update(numbers)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError(f"{path}: the optimizer cannot be made: {error}") from None
    try:
        model.compile(optimizer, loss, **measured)
    except TypeError as error:
        raise FormatError(f"{path}: {error}") from None
    if "state" in config:
        state = _state_again(config["state"], file, used)
        try:
            groups = config["groups"]
            if not isinstance(groups, list) or not all(isinstance(names, list) and all(isinstance(n, str) for n in names) for names in groups):
                raise ValueError(f"groups is {groups!r:.60}, expected lists of names")
            model._groups = groups
            model._ready("load", optimizer=True)
            model.optimizer.load_state_dict(state)
        except (KeyError, TypeError, ValueError, AttributeError, RuntimeError) as error:
            raise FormatError(f"{path}: the optimizer's state does not fit: {error}") from None


def _differences(own, found, strict):
    """Lines that say how a file differs from a network."""
    lines = []
    if strict:
        lines += [f"missing: {name} {tuple(t.shape)}" for name, t in own.items() if name not in found]
        lines += [f"unexpected: {name} {tuple(t.shape)}" for name, t in found.items() if name not in own]
    for name, t in own.items():
        if name not in found:
            continue
        value = found[name]
        if tuple(value.shape) != tuple(t.shape):
            lines.append(f"{name} has shape {tuple(value.shape)}, expected {tuple(t.shape)}")
        elif value.dtype != t.dtype and not (_floating(value.dtype) and _floating(t.dtype) and value.dtype.itemsize <= t.dtype.itemsize):
            lines.append(f"{name} has dtype {value.dtype}, expected {t.dtype}")
    return lines


def _floating(dtype):
    return dtype.kind == "f" or dtype.name == "bfloat16"


def _store(module, file, layout, strict, names):
    """Reads what a network needs from a file into temporaries, compares, and only then stores it."""
    own = module.state_dict()
    found = {}
    for name in file:
        if name.startswith(OPTIMIZER):
            continue
        to = name if names is None else names(name) if callable(names) else names.get(name, name)
        if to is not None:
            if to in found:
                raise WeightsError(f"{file.path}: two tensors become {to!r}")
            found[to] = name
    tensors = {to: file.tensor(name) for to, name in found.items()}
    if layout == "auto":
        layout = {"pt": "pytorch", "numrs": "numrs"}.get(file.metadata.get("format"), "auto")
    if layout != "numrs":
        turned = from_pytorch(module, tensors)
        if layout == "pytorch" or len(_differences(own, turned, True)) < len(_differences(own, tensors, True)):
            tensors = turned
    lines = _differences(own, tensors, strict)
    if lines:
        more = len(lines) - 30
        raise WeightsError(f"{file.path}: it does not fit the network: " + "; ".join(lines[:30]) + (f"; and {more} more" if more > 0 else ""))
    module.load_state_dict({name: tensor for name, tensor in tensors.items() if name in own}, strict=False)


def load_weights(model, path, strict=True, layout="auto", names=None):
    """Parameters and buffers from a file into a network that is there."""
    if layout not in ("auto", "numrs", "pytorch"):
        raise ValueError(f"load_weights: layout is {layout!r}, expected 'auto', 'numrs' or 'pytorch'")
    with model._lock, SafetensorsFile(path) as file:
        _build(model.module, file)
        _store(model.module, file, layout, strict, names)
