"""Modules as plain values and back: what a model file says of its architecture."""

import inspect

import numpy as np

import numrs
from numrs.nn.module import Module

_classes: dict = {}


def register(cls):
    """Makes a module class known to from_config; a decorator."""
    _classes[cls.__name__] = cls
    return cls


def known_classes():
    """The classes that from_config makes, by name."""
    import numrs.nn as nn

    found = {name: value for name, value in vars(nn).items() if isinstance(value, type) and issubclass(value, Module)}
    from numrs import layers

    return {
        **{cls.__name__: cls for cls in found.values()},
        "BatchNormalization": layers.BatchNormalization,
        **_classes,
    }


def _plain(x, where):
    if x is None or isinstance(x, (bool, int, float, str)):
        return x
    if isinstance(x, (list, tuple)):
        return [_plain(part, where) for part in x]
    if isinstance(x, dict):
        return {str(key): _plain(part, where) for key, part in x.items()}
    if isinstance(x, Module):
        return config_of(x)
    if isinstance(x, np.generic):
        return x.item()
    if isinstance(x, np.dtype):
        return x.name
    if isinstance(x, (numrs.Tensor, np.ndarray)):
        return {"array": list(x.shape)}
    if isinstance(x, numrs.random.Generator):
        return None
    raise TypeError(f"config: {where} is of type {type(x).__name__}, which cannot be written down")


def config_of(module):
    """How a module was made, as plain values."""
    cls = type(module)
    args, kwargs = module._arguments
    bound = inspect.signature(cls.__init__).bind(module, *args, **kwargs)
    arguments = {}
    for name, value in list(bound.arguments.items())[1:]:
        kind = inspect.signature(cls.__init__).parameters[name].kind
        if kind == inspect.Parameter.VAR_KEYWORD:
            for key, part in value.items():
                arguments[key] = _plain(part, f"{cls.__name__}({key})")
        else:
            arguments[name] = _plain(
                list(value) if kind == inspect.Parameter.VAR_POSITIONAL else value, f"{cls.__name__}({name})"
            )
    more = module.config_arguments() if hasattr(module, "config_arguments") else {}
    return {"class": cls.__name__, "arguments": {**arguments, **more}}


def from_config(config, custom_objects=None):
    """A module from what config() gave: new, with its first values.

    Parameters
    ----------
    config : dict
        {"class": name, "arguments": {…}}.
    custom_objects : dict, optional
        Name → class, for classes that numrs does not have.

    Raises
    ------
    ValueError
        For an unknown class, or arguments that it does not take.
    """
    if (
        not isinstance(config, dict)
        or not isinstance(config.get("class"), str)
        or not isinstance(config.get("arguments", {}), dict)
    ):
        raise ValueError("from_config: expected a dict with 'class' and 'arguments'")
    classes = {**known_classes(), **(custom_objects or {})}
    name = config["class"]
    if name not in classes:
        raise ValueError(
            f"from_config: class {name!r} is unknown; give it by custom_objects={{{name!r}: …}}. Known: {', '.join(sorted(classes))}"
        )
    cls = classes[name]
    arguments = {key: _built(value, custom_objects) for key, value in config.get("arguments", {}).items()}
    parameters = inspect.signature(cls.__init__).parameters
    positional = []
    for key, parameter in list(parameters.items())[1:]:
        if parameter.kind == inspect.Parameter.VAR_POSITIONAL:
            positional = arguments.pop(key, [])
    try:
        return cls(*positional, **arguments)
    except TypeError as error:
        raise ValueError(f"from_config: {name}: {error}") from None


def _built(x, custom_objects):
    if isinstance(x, dict):
        if set(x) == {"array"}:
            return np.zeros(x["array"], np.float32)
        return from_config(x, custom_objects) if "class" in x else x
    if isinstance(x, list):
        parts = [_built(part, custom_objects) for part in x]
        return (
            parts
            if any(isinstance(part, Module) for part in parts) or any(isinstance(part, list) for part in parts)
            else tuple(parts)
        )
    return x
