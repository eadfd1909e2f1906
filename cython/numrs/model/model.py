"""Model: a network with its loss, optimizer and metrics; fit, evaluate, predict. The loops are in training.py, files in files.py."""

import copy
import threading

import numpy as np

import numrs
from numrs import Tensor, losses, nn, optimizers
from numrs import metrics as all_metrics
from numrs.autograd import no_grad
from numrs.callbacks import CallbackList
from numrs.model import data as _data
from numrs.model import training
from numrs.model.history import History
from numrs.model.progress import Progress, level_of
from numrs.model.settings import Settings

# Losses that take whole numbers as classes; all others compare with numbers of the outputs' dtype.
LABELS = ("CrossEntropy", "NegativeLogLikelihood")


class Model:
    """A network that can be trained: layers one behind the other, or any module.

    Parameters
    ----------
    layers : list of Modules, or Module, optional
        The network; `add` puts layers behind it.
    name : str, optional
        For `summary`.
    rng : int, optional
        Seed of the orders in which `fit` shows the rows, and of dropout; drawn when not given.

    Examples
    --------
    >>> model = numrs.Model([numrs.layers.Dense(2, 8, activation="relu"), numrs.layers.Dense(8, 1)])
    >>> model.compile(optimizer="adam", loss="mse")
    >>> model.predict(np.zeros((5, 2))).shape
    (5, 1)
    """

    def __init__(self, layers=None, *, name=None, rng=None):
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
        self.name = "model" if name is None else str(name)
        self.seed = int(numrs.random.default_rng().integers(0, 1 << 62)) if rng is None else _data.whole("Model", "rng", rng, 0)
        self.optimizer = self.loss = None
        self.metrics, self.stop_training = [], False
        self.history = None  # of the last run of fit
        self.input_shape = self.output_shape = self._whole = None  # of one row; whole: are its numbers whole ones
        self.notes = {}  # anything that JSON can hold; files keep it
        self._compiled_with, self._bound = None, False
        self._epochs_done = 0
        self._pending = self._groups = None  # state and groups of an optimizer that has no parameters yet
        self._rebind = False
        self._lock = threading.RLock()

    # ---- the network

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
            x = self._inputs(x, "Model")
        with self._mode(training):
            return self.module(x)

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
        """One row of zeros of the dtype that goes in."""
        whole = isinstance(self._first(), nn.Embedding) if self._whole is None else self._whole
        return numrs.zeros((1, *(int(e) for e in shape[1:])), dtype="int64" if whole else self.dtype)

    def _inputs(self, x, function):
        return _data.inputs_of(x, function, "x", self.dtype, self._looks_up())

    def _probe(self, x):
        """One row through the network: makes what waits for shapes, and finds the shape of outputs."""
        with self._mode(False), no_grad():
            outputs = self.module(x[:1])
        if not isinstance(outputs, Tensor) or outputs.ndim == 0 or len(outputs) != 1:
            found = f"shape {tuple(outputs.shape)}" if isinstance(outputs, Tensor) else f"a {type(outputs).__name__}"
            raise ValueError(f"Model: the network gives {found} for one row, expected a Tensor with one row")
        self._seen(x, outputs)
        return tuple(outputs.shape[1:])

    def _shape_for(self, x):
        """The shape that one row gives, from a row where it is not known yet."""
        if self.output_shape is not None and self.input_shape == (None, *x.shape[1:]) and self._whole == (x.dtype.kind in "iu"):
            return tuple(self.output_shape[1:])
        return self._probe(x)

    def _seen(self, x, outputs):
        self.input_shape, self.output_shape, self._whole = (None, *x.shape[1:]), (None, *outputs.shape[1:]), x.dtype.kind in "iu"

    # ---- compile

    def compile(self, optimizer="adam", loss=None, metrics=None):
        """Says how the network is trained.

        Parameters
        ----------
        optimizer : str or Optimizer, optional
            A name, such as 'adam' or 'sgd', or an object of numrs.optimizers.
        loss : str or callable
            A name, such as 'cross_entropy' or 'mse', an object of numrs.losses, or a function of outputs and targets. A softmax layer at
            the end and 'cross_entropy' are computed as one.
        metrics : list of str or objects, optional
            What is measured beside the loss, such as 'accuracy'.

        Raises
        ------
        ValueError
            For unknown names; the message lists the known ones.
        """
        found = losses.get(loss) if loss is not None else None
        chosen = optimizers.get(optimizer)
        if isinstance(metrics, str) or hasattr(metrics, "update"):
            metrics = [metrics]
        measured = [all_metrics.get(metric) for metric in metrics or ()]
        self.loss, self.optimizer, self.metrics = found, chosen, measured
        self._compiled_with = {"loss": loss, "metrics": list(metrics or ())}
        self._bound, self._rebind, self._pending, self._groups = False, False, None, None

    def _ready(self, function, optimizer=False):
        if self.loss is None:
            raise RuntimeError(f"{function}: the model has no loss: call compile(optimizer=…, loss=…) first")
        if optimizer and not self._bound:
            self._bind()
            if self._pending is not None:
                self.optimizer.load_state_dict(self._pending)
                self._pending = None
            self._bound = True
            self._own_generators()

    def _bind(self):
        """Gives the optimizer the parameters, unless somebody has given it some of them, in groups."""
        own = dict(self.module.named_parameters())
        if self._groups is not None:
            self.optimizer.bind([{"params": [own[name] for name in names]} for names in self._groups])
            self._groups = None
            return
        known, given = {id(p) for p in own.values()}, [id(t) for group in self.optimizer.param_groups for t in group["params"]]
        if self._rebind or not given or not known.issuperset(given):
            self.optimizer.bind(own.values())
            self._rebind = False

    def _group_names(self):
        """The names of the parameters in each of the optimizer's groups."""
        names = {id(p): name for name, p in self.module.named_parameters()}
        return [[names[id(t)] for t in group["params"]] for group in self.optimizer.param_groups]

    def _own_generators(self):
        """Layers that draw numbers and were given no generator get their own, from the model's seed, so that files can keep their state."""
        for i, (_, part) in enumerate(self.module.named_modules()):
            if hasattr(part, "rng") and part.rng is None:
                part.rng = numrs.random.default_rng((self.seed, 1, i))

    @property
    def _labels(self):
        return type(self.loss).__name__ in LABELS

    def _rows(self, x, y, sample_weight, class_weight, function, names=("x", "y")):
        """x, y and weights of a call as Tensors that fit the network."""
        dtype = self.dtype
        x = _data.inputs_of(x, function, names[0], dtype, self._looks_up())
        if y is None:
            raise TypeError(f"{function}: {names[1]} is missing")
        known = isinstance(self.loss, losses.Loss)
        y = _data.targets_of(y, function, names[1], dtype, self._labels or not known)
        _data.rows_agree(function, **{names[0]: x, names[1]: y})
        shape = self._shape_for(x)
        weights = _data.weights_of(sample_weight, class_weight, y, function, dtype)
        if known:
            y = _data.fitting(y, shape, function, names[1], self._labels)
            if self._labels and y.dtype.kind == "f" and y.dtype != dtype:
                y = numrs.astype(y, dtype)
        return x, y, weights

    # ---- training

    def fit(self, x, y=None, batch_size=32, epochs=1, verbose="auto", callbacks=None, validation_split=0.0, validation_data=None, shuffle=True,
            class_weight=None, sample_weight=None, initial_epoch=0, validation_batch_size=None, rng=None):  # fmt: skip
        """Trains the network.

        Parameters
        ----------
        x, y : array_like, Tensor or table
            Rows and their targets: classes as whole numbers, or numbers.
        batch_size : int, optional
            Rows for a step.
        epochs : int, optional
            The epoch to train up to, counted from 0; with initial_epoch=0 how many.
        verbose : {'auto', 0, 1, 2}, optional
            1: a bar, and a line for each epoch; 2: the lines; 'auto': 1 on a terminal or in a notebook, else 0.
        callbacks : list of Callbacks, optional
            See numrs.callbacks.
        validation_split : float, optional
            The share of the last rows that is held out.
        validation_data : tuple, optional
            (x, y) or (x, y, sample_weight) to evaluate after each epoch.
        shuffle : bool, optional
            Whether the rows come in a new order in each epoch.
        class_weight : dict, optional
            Class → weight of its rows.
        sample_weight : array_like, optional
            A weight for each row.
        initial_epoch : int, optional
            Where to go on.
        validation_batch_size : int, optional
            Rows at a time in evaluation.
        rng : int or Generator, optional
            Where the orders come from; the model's own seed when not given.

        Returns
        -------
        History
            `history` is a dict of lists: loss, metrics, and with validation data those with val_ in front. Also `model.history`,
            which is there after Ctrl-C too.

        Raises
        ------
        ValueError, TypeError
            For data that do not fit the network or one another.
        """
        with self._lock:
            self._ready("fit")
            x, y, weights = self._rows(x, y, sample_weight, class_weight, "fit")
            validation = None
            if validation_data is not None:
                parts = tuple(validation_data)
                if len(parts) not in (2, 3):
                    raise ValueError(f"fit: validation_data has {len(parts)} parts, expected (x, y) or (x, y, sample_weight)")
                validation = self._rows(parts[0], parts[1], parts[2] if len(parts) == 3 else None, None, "fit", ("validation x", "validation y"))
            elif validation_split:
                cut = _data.split_of(validation_split, len(x), "fit")
                validation = x[cut:], y[cut:], None if weights is None else weights[cut:]
                x, y, weights = x[:cut], y[:cut], None if weights is None else weights[:cut]
            settings = Settings(self, len(x), batch_size, epochs, initial_epoch, shuffle, rng, validation_batch_size)
            level = level_of("fit", verbose)
            self._ready("fit", optimizer=True)
            history = History()
            steps = -(-len(x) // settings.batch_size)
            params = {"epochs": settings.epochs, "steps": steps, "batch_size": settings.batch_size, "verbose": level}
            given = [callbacks] if hasattr(callbacks, "on_epoch_end") else list(callbacks or ())
            everyone = CallbackList([*given, history], self, params)
            self.history = history
            training.fit(self, (x, y, weights), validation, settings, everyone, Progress(level, settings.epochs, steps))
            return history

    def evaluate(self, x, y=None, batch_size=None, verbose=0, sample_weight=None, callbacks=None, return_dict=False):
        """The loss and the metrics for rows that need not have been trained on.

        Parameters
        ----------
        x, y, sample_weight
            As for fit.
        batch_size : int, optional
            Rows at a time; the result does not depend on it but for the last digits.
        verbose : {'auto', 0, 1, 2}, optional
            1 or 2: a line with what was found.
        callbacks : list of Callbacks, optional
            Their on_test_begin and on_test_end are called.
        return_dict : bool, optional
            A dict instead of a list.

        Returns
        -------
        float, list or dict
            The loss; with metrics a list of it and them.
        """
        with self._lock:
            self._ready("evaluate")
            everyone = CallbackList(callbacks, self, {})
            data = self._rows(x, y, sample_weight, None, "evaluate")
            size = _data.whole("evaluate", "batch_size", training.EVALUATION_ROWS if batch_size is None else batch_size, 1)
            level = level_of("evaluate", verbose)
            everyone.on_test_begin({})
            found = training.evaluate(self, *data, size)
            everyone.on_test_end(found)
            if level:
                from numrs.model.progress import figures

                print(figures(found), flush=True)
            return self._answer(found, return_dict)

    @staticmethod
    def _answer(found, return_dict):
        values = list(found.values())
        return found if return_dict else values[0] if len(values) == 1 else values

    def predict(self, x, batch_size=None, verbose=0, callbacks=None):
        """What the network gives, without training.

        Parameters
        ----------
        x : array_like, Tensor or table
            Rows.
        batch_size : int, optional
            Rows at a time.
        verbose : int, optional
            Nothing is said; for programs that pass it.
        callbacks : list of Callbacks, optional
            Their on_predict_begin and on_predict_end are called.

        Returns
        -------
        ndarray or Tensor
            A Tensor for a Tensor.
        """
        everyone = CallbackList(callbacks, self, {})
        rows = self._inputs(x, "predict")
        size = _data.whole("predict", "batch_size", training.EVALUATION_ROWS if batch_size is None else batch_size, 1)
        everyone.on_predict_begin({})
        if len(rows) == 0:
            shape = self.output_shape if self.output_shape is not None else (None, *self._empty_outputs(rows))
            outputs = numrs.empty((0, *shape[1:]), dtype=self.dtype)
        else:
            outputs = training.predict(self, rows, size)
            self._seen(rows, outputs)
        everyone.on_predict_end({})
        return outputs if isinstance(x, Tensor) else outputs.numpy()

    def _empty_outputs(self, rows):
        return self._probe(numrs.zeros((1, *rows.shape[1:]), dtype=rows.dtype))

    def train_on_batch(self, x, y=None, sample_weight=None, class_weight=None, return_dict=False):
        """One step.

        Parameters
        ----------
        x, y, sample_weight, class_weight
            As for fit; all rows are one batch.
        return_dict : bool, optional
            A dict instead of a list.

        Returns
        -------
        float, list or dict
            The loss before the step; with metrics a list of it and them.

        Raises
        ------
        ArithmeticError
            For a loss that is NaN or infinite; the step is not taken.
        """
        with self._lock:
            self._ready("train_on_batch")
            x, y, weights = self._rows(x, y, sample_weight, class_weight, "train_on_batch")
            self._ready("train_on_batch", optimizer=True)
            run = training.Held(self.metrics, training.split(self.module, self.loss)[2])
            try:
                with self._mode(True):
                    value, outputs = training.make_step(self)(x, y, weights)
            except training.NotFinite as found:
                raise ArithmeticError(f"train_on_batch: the loss is {found.value}; the step is not taken") from None
            run.add(outputs, y, len(x))
            run.flush(y, len(x))
            return self._answer({"loss": value, **run.results()}, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """As evaluate, with all rows in one batch."""
        rows = self._inputs(x, "test_on_batch")
        return self.evaluate(rows, y, batch_size=max(1, len(rows)), sample_weight=sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x):
        """As predict, with all rows in one batch."""
        return self.predict(x, batch_size=max(1, len(x)))

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
        return [tensor.detach().copy().numpy() for tensor in self.state_dict().values()]

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

    def __deepcopy__(self, memo):
        made = object.__new__(type(self))
        memo[id(self)] = made
        made.__setstate__({name: value if name == "optimizer" else copy.deepcopy(value, memo) for name, value in self.__getstate__().items()})
        return made

    def __getstate__(self):
        """Everything but the record of training; the optimizer as its numbers and its state, which it gets back when it is used."""
        state = {name: value for name, value in self.__dict__.items() if name not in ("_lock", "history")}
        if self.optimizer is not None:
            fresh = copy.copy(self.optimizer)
            fresh.defaults, fresh.param_groups, fresh._steppers = dict(fresh.defaults), [], []
            state["optimizer"] = fresh
            if self._bound:
                state["_pending"], state["_groups"], state["_bound"] = self.optimizer.state_dict(), self._group_names(), False
        return state

    def __setstate__(self, state):
        self.__dict__.update(state, _lock=threading.RLock(), history=None)


def _check_layer(function, name, layer):
    if isinstance(layer, type) and issubclass(layer, nn.Module):
        raise TypeError(f"{function}: {name} is the class {layer.__name__}, expected a layer: {layer.__name__}(…)")
    if not callable(layer):
        raise TypeError(f"{function}: {name} is of type {type(layer).__name__}, expected a layer")


__all__ = ["Model"]
