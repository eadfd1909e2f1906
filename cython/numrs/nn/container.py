"""Modules made of modules: Sequential, ModuleList, ModuleDict."""

from numrs.nn.module import Module


class Sequential(Module):
    """Modules one behind the other.

    Parameters
    ----------
    *layers : Module, callable, or one list of them
        Each takes what the one before gives.
    """

    def __init__(self, *layers):
        if len(layers) == 1 and isinstance(layers[0], (list, tuple)):
            layers = layers[0]
        self.layers = []
        for layer in layers:
            self.append(layer)

    def append(self, layer):
        """Adds a layer at the end; gives the module."""
        if not callable(layer):
            raise TypeError(f"Sequential: a layer is of type {type(layer).__name__}, expected a Module or a callable")
        self.layers.append(layer)
        return self

    def config_arguments(self):
        from numrs.nn.configuration import _plain

        return {"layers": [_plain(layer, "Sequential") for layer in self.layers]}

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def named_children(self):
        for i, layer in enumerate(self.layers):
            if isinstance(layer, Module):
                yield str(i), layer

    def __len__(self):
        return len(self.layers)

    def __iter__(self):
        return iter(self.layers)

    def __getitem__(self, index):
        return Sequential(*self.layers[index]) if isinstance(index, slice) else self.layers[index]


class ModuleList(Module):
    """A list of modules that are parts.

    Parameters
    ----------
    modules : iterable of Modules
    """

    def __init__(self, modules=()):
        self.items = list(modules)

    def named_children(self):
        for i, module in enumerate(self.items):
            yield str(i), module

    def append(self, module):
        """Adds a module at the end; gives the list."""
        self.items.append(module)
        return self

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __getitem__(self, index):
        return ModuleList(self.items[index]) if isinstance(index, slice) else self.items[index]


class ModuleDict(Module):
    """Modules by name that are parts.

    Parameters
    ----------
    modules : dict of Modules
    """

    def __init__(self, modules=()):
        self.items = dict(modules)

    def named_children(self):
        yield from self.items.items()

    def __len__(self):
        return len(self.items)

    def __iter__(self):
        return iter(self.items)

    def __getitem__(self, name):
        return self.items[name]

    def __setitem__(self, name, module):
        self.items[name] = module
