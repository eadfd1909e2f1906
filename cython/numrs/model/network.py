"""The network of a Model: its layers, the shapes of rows that go through it, its parameters and files. Training is in model.py."""

import inspect
import threading

import numpy as np

import numrs
from numrs import Tensor, nn
from numrs.autograd import no_grad
from numrs.devices import get_device, is_device, resolve
from numrs.model import data as _data
from numrs.model import training


class Network:
    """What a Model is without a loss, an optimizer and metrics."""

    optimizer = _known = _place = None  # _place: the device for parameters that are still to be made

    def __init__(self, layers):
        if layers is None:
            layers = []
        if isinstance(layers, nn.Module):
            self.module = layers
        elif isinstance(layers, (list, tuple)):
            for i, layer in enumerate(layers):
                _check_layer("Model", f"layers[{i}]", layer)
            self.module = nn.Sequential(*layers)
        else:
            raise TypeError(f"Model: layers is of type {type(layers).__name__}, expected a list of layers or a Module")
        self.input_shape = self.output_shape = self._whole = None  # of one row; whole: are its numbers whole ones
        self._bound = self._rebind = False
        self._lock = threading.RLock()

    def add(self, layer):
        """Puts a layer behind the others.

        Parameters
        ----------
        layer : Module
            What comes next.

        Raises
        ------
        TypeError
            For something else, or a model that is no sequence of layers.
        """
        _check_layer("Model.add", "layer", layer)
        if not isinstance(self.module, nn.Sequential):
            raise TypeError(f"Model.add: the network is a {type(self.module).__name__}, which is no sequence of layers")
        self.module.append(layer)
        self.output_shape = None
        if self.optimizer is not None:
            self._bound, self._rebind = False, True

    @property
    def layers(self):
        """The layers, or the parts of another module."""
        return list(self.module) if isinstance(self.module, nn.Sequential) else list(self.module.children())

    def __call__(self, x, training=False):
        if not isinstance(x, Tensor):
            x = _data.there(self._inputs(x, "Model"), self.device)
        with self._mode(training):
            return _data.call(self.module, x)

    def _mode(self, training_mode):
        return training.mode_of(self.module, bool(training_mode))

    def parameters(self):
        """The parameters, each once."""
        return self.module.parameters()

    def named_parameters(self):
        """Names and parameters."""
        return self.module.named_parameters()

    def train(self, mode=True):
        """The network in training mode; gives the model."""
        self.module.train(mode)
        return self

    def eval(self):
        """The network in the mode for using it; gives the model."""
        return self.train(False)

    def count_params(self):
        """How many numbers the parameters hold."""
        return sum(p.size for p in self.parameters())

    def build(self, input_shape):
        """Makes the parameters of layers that wait for the shape of their input.

        Parameters
        ----------
        input_shape : tuple of ints
            With the rows in front, which may be None.
        """
        shape = tuple(input_shape)
        if not shape or any(e is not None and e < 0 for e in shape):
            raise ValueError(f"Model.build: input_shape is {shape}, expected (None, …)")
        self._probe(self._sample(shape))

    @property
    def dtype(self):
        """The dtype of the network's numbers."""
        for p in self.module.parameters():
            if p.dtype.kind == "f" or p.dtype.name == "bfloat16":
                return p.dtype
        return np.dtype(np.float32)

    @property
    def device(self):
        """Where the parameters are; before there are any, where `to` wants them, else the device of creation functions."""
        for p in self.module.parameters():
            return p.device
        return self._place or get_device()

    def to(self, target):
        """Moves parameters and buffers to a device, or converts them to a float dtype; see nn.Module.to. Gives the model.

        Rows that `fit`, `evaluate` and `predict` are given are brought to the device in pieces. Layers that wait for the shape of their
        input make their parameters there.
        """
        with self._lock:
            self.module.to(target)
            if is_device(target):
                self._place = resolve(target)
        return self

    def cpu(self):
        """To the memory of the CPU; gives the model."""
        return self.to("cpu")

    def cuda(self, index=0):
        """To a GPU; gives the model."""
        return self.to(f"cuda:{index}")

    def _first(self):
        module = self.module
        while isinstance(module, nn.Sequential) and len(module):
            module = module[0]
        return module

    def _looks_up(self):
        """Does the network begin with a table that whole numbers are looked up in; or may it, being one's own?"""
        first = self._first()
        return isinstance(first, nn.Embedding) or not type(first).__module__.startswith("numrs.")

    def _sample(self, shape):
        """One row of zeros of the dtype that goes in, where the network is."""
        whole = isinstance(self._first(), nn.Embedding) if self._whole is None else self._whole
        return numrs.zeros((1, *(int(e) for e in shape[1:])), dtype="int64" if whole else self.dtype, device=self.device)

    def _inputs(self, x, function, name="x"):
        x = _data.inputs_of(x, function, name, self.dtype, self._looks_up())
        if type(x) is _data.Named:
            self._check_names(x.parts, function, name)
        return x

    def _check_names(self, parts, function, name):
        """A dict of inputs is that of the parameters of forward."""
        if isinstance(self.module, nn.Sequential):
            words = "layers in a row take one input; a Module of one's own takes several"
            raise TypeError(f"{function}: {name} is a dict of {', '.join(parts)}, and {words}")
        try:
            inspect.signature(self.module.forward).bind(**parts)
        except TypeError as error:
            raise TypeError(f"{function}: {name} is a dict of {', '.join(parts)}, which {type(self.module).__name__}.forward does not take: "
                            f"{error}") from None  # fmt: skip

    def _probe(self, x):
        """One row through the network: makes what waits for shapes, and finds the shape of outputs."""
        with self._mode(False), no_grad():
            outputs = _data.call(self.module, _data.there(x[:1], self.device))
        if not isinstance(outputs, Tensor) or outputs.ndim == 0 or len(outputs) != 1:
            found = f"shape {tuple(outputs.shape)}" if isinstance(outputs, Tensor) else f"a {type(outputs).__name__}"
            raise ValueError(f"Model: the network gives {found} for one row, expected a Tensor with one row")
        self._seen(x, outputs)
        return tuple(outputs.shape[1:])

    def _shape_for(self, x):
        """The shape that one row gives, from a row where it is not known yet."""
        if self.output_shape is not None and self._known == self._kind_of(x):
            return tuple(self.output_shape[1:])
        return self._probe(x)

    @staticmethod
    def _kind_of(x):
        """The shape of a row, and whether its numbers are whole ones."""
        return x.shape[1:], type(x) is not _data.Named and x.dtype.kind in "iu"

    def _seen(self, x, outputs):
        self._known = self._kind_of(x)
        several = type(x) is _data.Named
        self.input_shape, self._whole = None if several else (None, *x.shape[1:]), None if several else self._known[1]
        self.output_shape = (None, *outputs.shape[1:])

    # ---- weights and files

    def state_dict(self):
        """Parameters and buffers by name: the tensors themselves."""
        return self.module.state_dict()

    def load_state_dict(self, state, strict=True):
        """Stores values by name; see nn.Module.load_state_dict."""
        with self._lock:
            return self.module.load_state_dict(state, strict)

    def get_weights(self):
        """Copies of parameters and buffers, as ndarrays in the order of state_dict."""
        return [tensor.detach().to("cpu", copy=True).numpy() for tensor in self.state_dict().values()]

    def set_weights(self, weights):
        """Stores what get_weights or state_dict gave.

        Parameters
        ----------
        weights : list of arrays, or dict
            In the order of state_dict, or by name.

        Raises
        ------
        ValueError
            For a wrong number or shape; nothing is stored then.
        """
        if not hasattr(weights, "items"):
            names = list(self.state_dict())
            if len(weights) != len(names):
                raise ValueError(f"set_weights: {len(weights)} arrays for {len(names)} parameters and buffers")
            weights = dict(zip(names, weights))
        self.load_state_dict(weights)

    def save(self, path, optimizer=True):
        """Writes everything into a file: architecture, parameters, optimizer, random state.

        Parameters
        ----------
        path : str or path
            A safetensors file; an old one stays until the new one is whole.
        optimizer : bool, optional
            Whether training can go on from the file as if it had not stopped.

        Raises
        ------
        TypeError
            For layers that cannot be written down.
        OSError
            When it cannot be written; the old file stays.
        """
        from numrs.model import files

        files.save(self, path, optimizer)

    @staticmethod
    def load(path, custom_objects=None, compile=True):
        """Reads what save wrote.

        Parameters
        ----------
        path : str or path
            The file.
        custom_objects : dict, optional
            Name → class, for layers, losses, metrics and optimizers that are one's own. Nothing is ever imported by its name.
        compile : bool, optional
            Whether loss, optimizer and metrics are taken too.

        Returns
        -------
        Model

        Raises
        ------
        FormatError
            For a file that is torn or hostile, or no model.
        """
        from numrs.model import files

        return files.load(path, custom_objects, compile)

    def save_weights(self, path):
        """Writes parameters and buffers into a safetensors file."""
        from numrs.model import files

        files.save_weights(self, path)

    def load_weights(self, path, strict=True, layout="auto", names=None):
        """Reads parameters and buffers from a safetensors file: of a model, of save_weights, or of PyTorch.

        Parameters
        ----------
        path : str or path
            The file.
        strict : bool, optional
            Whether its names have to be those of the network.
        layout : {'auto', 'numrs', 'pytorch'}, optional
            PyTorch stores the weights of linear layers as (out, in), numrs as (in, out). 'auto' goes by what the file says of itself,
            and where it says nothing by what fits; square layers alone then are taken as numrs'.
        names : dict or callable, optional
            The name here of a name there; those that become None are left out.

        Raises
        ------
        FormatError
            For a file that is torn, or does not fit the network: the message lists all differences. Nothing is changed then.
        """
        from numrs.model import files

        files.load_weights(self, path, strict, layout, names)

    def export(self, path):
        """Writes the network as an ONNX file.

        Parameters
        ----------
        path : str or path
            The file.

        Raises
        ------
        NotImplementedError
            For layers that have no form in ONNX here.
        ImportError
            Where the package onnx is not installed.
        """
        from numrs.model import onnx

        onnx.export(self, path)

    # ---- text

    def summary(self, width=None, print_fn=None):
        """Prints the layers with the shapes of their outputs and how many parameters they have.

        Parameters
        ----------
        width : int, optional
            Characters in a line.
        print_fn : callable, optional
            Called with the text instead of printing it.
        """
        (print if print_fn is None else print_fn)(self.summary_text(width))

    def summary_text(self, width=None):
        """What summary prints, as a text.

        Parameters
        ----------
        width : int, optional
            Characters in a line.

        Returns
        -------
        str
        """
        from numrs.model.summary import text

        return text(self, width)

    def __repr__(self):
        return f"Model({self.module!r})"


def _check_layer(function, name, layer):
    if isinstance(layer, type) and issubclass(layer, nn.Module):
        raise TypeError(f"{function}: {name} is the class {layer.__name__}, expected a layer: {layer.__name__}(…)")
    if not callable(layer):
        raise TypeError(f"{function}: {name} is of type {type(layer).__name__}, expected a layer")


__all__ = ["Network"]
