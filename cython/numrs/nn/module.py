"""Module: the base of layers and models. It finds parameters and parts by attribute, and saves and restores them."""

import inspect

import numpy as np

import numrs
from numrs.autograd import no_grad
from numrs.devices import change_in_place, device, get_device, is_device, resolve


class _ParameterType(type):
    def __instancecheck__(cls, x):
        return isinstance(x, numrs.Tensor) and x.requires_grad and x.is_leaf


class Parameter(metaclass=_ParameterType):
    """A tensor that is trained: a leaf with requires_grad.

    Parameters
    ----------
    data : array_like
        Its first value; copied.
    requires_grad : bool
        False: stored and saved like a parameter, but not trained.
    dtype : dtype, optional
        That of data when not given; lists and Python numbers give float32.
    """

    def __new__(cls, data, requires_grad=True, dtype=None):
        if dtype is None and not hasattr(data, "dtype"):
            dtype = numrs.float32
        t = numrs.Tensor(data.detach() if isinstance(data, numrs.Tensor) else data, dtype=dtype)
        t.requires_grad = requires_grad
        return t


def as_parameter(x):
    """What a layer was given as its parameter: tensors as they are, arrays as tensors that are trained."""
    if isinstance(x, numrs.Tensor):
        if x.dtype.kind in "fV" and x.is_leaf and not x.requires_grad:
            x.requires_grad = True
        return x
    return Parameter(np.asarray(x) if np.asarray(x).dtype.kind == "f" else np.asarray(x, np.float32))


def is_array(x):
    """Was a layer given an array (its parameter) and not a size?"""
    return isinstance(x, (numrs.Tensor, np.ndarray, list))


class Module:
    """The base of layers and models: subclasses write ``forward``.

    Tensors with requires_grad that are set as attributes are parameters, modules are parts; lists, tuples and dicts of them too.

    Examples
    --------
    >>> class Double(numrs.nn.Module):
    ...     def forward(self, x):
    ...         return x * 2
    >>> Double()(numrs.asarray([1.0, 2.0]))
    tensor([2., 4.], dtype=float64, device='cpu')
    """

    def __new__(cls, *args, **kwargs):
        self = object.__new__(cls)
        object.__setattr__(self, "_arguments", (args, kwargs))
        object.__setattr__(self, "_parameter_names", {})
        object.__setattr__(self, "_buffer_names", {})
        object.__setattr__(self, "_hooks", [])
        object.__setattr__(self, "training", True)
        return self

    def __getnewargs_ex__(self):
        return (), {}

    def __setattr__(self, name, value):
        if (
            isinstance(value, numrs.Tensor)
            and name not in self._buffer_names
            and (value.requires_grad and value.is_leaf)
        ):
            self._parameter_names[name] = None
        elif name in self._parameter_names and not isinstance(value, numrs.Tensor):
            del self._parameter_names[name]
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        self._parameter_names.pop(name, None)
        self._buffer_names.pop(name, None)
        object.__delattr__(self, name)

    def __call__(self, *args, **kwargs):
        if self._hooks:
            return self._hooked(args, kwargs)
        return self.forward(*args, **kwargs)

    def _hooked(self, args, kwargs):
        y = self.forward(*args, **kwargs)
        for hook in list(self._hooks):
            found = hook(self, args, y)
            if found is not None:
                y = found
        return y

    def _build_for(self, x, shape=None):
        """Makes the parameters of a layer that waited for the shape of its input, on the device of that."""
        shape = x.shape if shape is None else shape
        place = x.device if isinstance(x, numrs.Tensor) else get_device()
        if place == get_device():
            self.build(shape)
        else:
            with device(place):
                self.build(shape)

    def forward(self, *args, **kwargs):
        """Computes the result; what subclasses write."""
        raise NotImplementedError(f"{type(self).__name__}.forward: is not written")

    def register_forward_hook(self, hook):
        """hook(module, arguments, result) is called after forward; what it returns replaces the result, unless None.

        Returns
        -------
        callable
            Removes the hook.
        """
        self._hooks.append(hook)
        return lambda: self._hooks.remove(hook) if hook in self._hooks else None

    def register_buffer(self, name, tensor, persistent=True):
        """A tensor that is saved with the parameters (if persistent) but not trained, such as running means."""
        self._buffer_names[name] = bool(persistent)
        object.__setattr__(self, name, tensor)

    # ---- parts

    def _parts(self):
        """Own attributes and what stands in lists and dicts among them, with names."""
        for name, value in self.__dict__.items():
            if name.startswith("_"):
                continue
            yield from _unfolded(name, value)

    def named_children(self):
        """Names and modules that are parts of this one."""
        for name, value in self._parts():
            if isinstance(value, Module):
                yield name, value

    def children(self):
        """The modules that are parts of this one."""
        for _, child in self.named_children():
            yield child

    def named_modules(self, prefix="", _seen=None):
        """Names and modules: this one, its parts, theirs, each once."""
        seen = set() if _seen is None else _seen
        if id(self) in seen:
            return
        seen.add(id(self))
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(f"{prefix}.{name}" if prefix else name, seen)

    def modules(self):
        """This module, its parts and theirs."""
        for _, module in self.named_modules():
            yield module

    def named_parameters(self, prefix="", recurse=True):
        """Names and parameters, each once."""
        seen = set()
        for path, module in self.named_modules() if recurse else [("", self)]:
            for name, value in module._own_parameters():
                if id(value) not in seen:
                    seen.add(id(value))
                    yield ".".join([part for part in (prefix, path, name) if part]), value

    def _own_parameters(self):
        for name, value in self._parts():
            if isinstance(value, numrs.Tensor) and name not in self._buffer_names and (
                name in self._parameter_names or value.requires_grad and value.is_leaf):  # fmt: skip
                yield name, value

    def parameters(self, recurse=True):
        """The parameters, each once."""
        for _, value in self.named_parameters(recurse=recurse):
            yield value

    def named_buffers(self, prefix=""):
        """Names and buffers."""
        for path, module in self.named_modules():
            for name in module._buffer_names:
                value = getattr(module, name)
                if value is not None:
                    yield ".".join([part for part in (prefix, path, name) if part]), value

    def buffers(self):
        """The buffers."""
        for _, value in self.named_buffers():
            yield value

    # ---- state

    def state_dict(self):
        """Parameters and buffers that are saved, by name; the tensors themselves, not copies."""
        state = dict(self.named_parameters())
        for path, module in self.named_modules():
            for name, persistent in module._buffer_names.items():
                value = getattr(module, name)
                if persistent and value is not None:
                    state[f"{path}.{name}" if path else name] = value
        return state

    def load_state_dict(self, state, strict=True):
        """Stores values from a state_dict.

        Parameters
        ----------
        state : dict
            Name → array_like.
        strict : bool
            Names have to be the same ones.

        Returns
        -------
        tuple of lists
            The names that are missing in state, and those that are unknown here.

        Raises
        ------
        KeyError
            For missing or unknown names, if strict.
        ValueError
            For a wrong shape. Nothing is stored then.
        """
        own = self.state_dict()
        missing = [name for name in own if name not in state]
        unknown = [name for name in state if name not in own]
        if strict and (missing or unknown):
            parts = [
                f"{what}: {', '.join(names)}" for what, names in (("missing", missing), ("unknown", unknown)) if names
            ]
            raise KeyError(f"load_state_dict: {'; '.join(parts)}")
        pairs = []
        for name, t in own.items():
            if name in state:
                value = state[name] if isinstance(state[name], numrs.Tensor) else numrs.asarray(np.asarray(state[name]))
                if value.shape != t.shape:
                    raise ValueError(f"load_state_dict: {name} has shape {value.shape}, expected {t.shape}")
                pairs.append((t, value))
        with no_grad():
            for t, value in pairs:
                t[...] = value
        return missing, unknown

    def train(self, mode=True):
        """Training mode for this module and its parts: dropout drops, batch norms use the batch.

        Returns
        -------
        Module
            The module itself.
        """
        for module in self.modules():
            object.__setattr__(module, "training", bool(mode))
        return self

    def eval(self):
        """The mode for using what was trained; gives the module."""
        return self.train(False)

    def zero_grad(self, set_to_none=True):
        """Clears the gradients."""
        for p in self.parameters():
            if set_to_none or p.grad is None:
                p.grad = None
            else:
                p.grad = numrs.zeros_like(p.detach())

    def requires_grad_(self, requires_grad=True):
        """Switches training of the parameters on or off; gives the module."""
        for p in self.parameters():
            p.requires_grad = requires_grad
        return self

    def apply(self, function):
        """Calls a function with each module, parts first; gives the module."""
        for child in self.children():
            child.apply(function)
        function(self)
        return self

    def to(self, target):
        """Moves to a device, or converts parameters and buffers of float dtypes to another one; gives the module.

        Parameters
        ----------
        target : str, Device or dtype
            Parameters and buffers stay the same tensors, so that optimizers go on with those that have moved.

        Raises
        ------
        RuntimeError, MemoryError
            For a device that is not there, with the step that failed, or one that has too little memory; nothing has moved then.
        """
        values = [*self.parameters(), *self.buffers()]
        if not is_device(target):
            for value in values:
                if value.dtype.kind in "fcV":
                    change_in_place(value, None, target)
            return self
        place, before = resolve(target), []
        try:
            for value in values:
                before.append((value, value.device))
                change_in_place(value, place)
        except BaseException:
            for value, old in before:
                change_in_place(value, old)
            raise
        return self

    def cpu(self):
        """To the memory of the CPU."""
        return self.to("cpu")

    def cuda(self, index=0):
        """To a GPU."""
        return self.to(f"cuda:{index}")

    def float(self):
        """To float32."""
        return self.to("float32")

    def double(self):
        """To float64."""
        return self.to("float64")

    # ---- description

    def config(self):
        """How the module was made: {"class": name, "arguments": {…}} of plain values; arrays are left out (they are its state).

        Raises
        ------
        TypeError
            For arguments that cannot be written down.
        """
        from numrs.nn.configuration import config_of

        return config_of(self)

    def extra_repr(self):
        """What repr shows of this module between its parentheses."""
        args, kwargs = self._arguments
        named = [f"{name}={_short(a)}" for name, a in kwargs.items() if a is not None and name not in ("rng", "dtype")]
        return ", ".join([*[_short(a) for a in args], *named])

    def __repr__(self):
        parts = list(self.named_children())
        name = type(self).__name__
        if not parts:
            return f"{name}({self.extra_repr()})"
        lines = [f"  ({part}): " + repr(child).replace("\n", "\n  ") for part, child in parts]
        return f"{name}(\n" + "\n".join(lines) + "\n)"


def _unfolded(name, value):
    if isinstance(value, (list, tuple)):
        for i, part in enumerate(value):
            yield from _unfolded(f"{name}.{i}", part)
    elif isinstance(value, dict):
        for key, part in value.items():
            yield from _unfolded(f"{name}.{key}", part)
    elif isinstance(value, (numrs.Tensor, Module)):
        yield name, value


def _short(x):
    if isinstance(x, (numrs.Tensor, np.ndarray)):
        return f"array{tuple(x.shape)}"
    if isinstance(x, list) and len(x) > 8:
        return "[…]"
    if inspect.isfunction(x) or inspect.isbuiltin(x):
        return x.__name__
    return repr(x)
