"""Model: a network with its loss, optimizer and metrics; fit, evaluate, predict. The loops are in training.py, files in files.py."""

import copy
import threading

import numrs
from numrs import Tensor, losses, optimizers
from numrs import metrics as all_metrics
from numrs.callbacks import CallbackList
from numrs.model import data as _data
from numrs.model import training
from numrs.model.history import History
from numrs.model.network import Network
from numrs.model.progress import Progress, level_of
from numrs.model.settings import Settings
from numrs.model.streams import Stream, is_stream, parts_of, refuse_beside

BESIDE = "batches bring their own"
# Losses that take whole numbers as classes; all others compare with numbers of the outputs' dtype.
LABELS = ("CrossEntropy", "NegativeLogLikelihood", "MultiMargin")


class Model(Network):
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

    weighted_metrics = ()

    def __init__(self, layers=None, *, name=None, rng=None):
        super().__init__(layers)
        self.name = "model" if name is None else str(name)
        self.seed = int(numrs.random.default_rng().integers(0, 1 << 62)) if rng is None else _data.whole("Model", "rng", rng, 0)
        self.optimizer = self.loss = None
        self.metrics, self.stop_training = [], False
        self.history = None  # of the last run of fit
        self.notes = {}  # anything that JSON can hold; files keep it
        self._compiled_with = None
        self._epochs_done = 0
        self._pending = self._groups = None  # state and groups of an optimizer that has no parameters yet

    # ---- compile

    def compile(self, optimizer="adam", loss=None, metrics=None, weighted_metrics=None):
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
        weighted_metrics : list of str or objects, optional
            The same, measured with the weights of rows (sample_weight, class_weight).

        Raises
        ------
        ValueError, TypeError
            For unknown names; the message lists the known ones. For weighted metrics that take no sample_weight.
        """
        found = losses.get(loss) if loss is not None else None
        chosen = optimizers.get(optimizer)
        metrics, weighted = ([m] if isinstance(m, str) or hasattr(m, "update") else list(m or ()) for m in (metrics, weighted_metrics))
        measured, with_weights = ([all_metrics.get(metric) for metric in m] for m in (metrics, weighted))
        for metric in with_weights:
            if not all_metrics.takes_weights(metric):
                raise TypeError(f"compile: {metric.name or metric!r} of weighted_metrics does not take sample_weight")
        self.loss, self.optimizer, self.metrics, self.weighted_metrics = found, chosen, measured, with_weights
        self._compiled_with = {"loss": loss, "metrics": metrics, "weighted_metrics": weighted}
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

    def _rows(self, x, y, sample_weight, class_weight, function, names=("x", "y", "sample_weight")):
        """x, y and weights of a call as Tensors that fit the network."""
        dtype = self.dtype
        x = self._inputs(x, function, names[0])
        if y is None:
            raise TypeError(f"{function}: {names[1]} is missing")
        known = isinstance(self.loss, losses.Loss)
        y = _data.targets_of(y, function, names[1], dtype, self._labels or not known)
        _data.rows_agree(function, **{names[0]: x, names[1]: y})
        shape = self._shape_for(x)
        weights = _data.weights_of(sample_weight, class_weight, y, function, dtype, names[2], names[1])
        if known:
            y = _data.fitting(y, shape, function, names[1], self._labels)
            if self._labels and y.dtype.kind == "f" and y.dtype != dtype:
                y = numrs.astype(y, dtype)
        return x, y, weights

    def _batches(self, stream, class_weight=None):
        """A stream as data of an epoch or an evaluation."""
        function, name = stream.function, stream.name

        def convert(item, number):
            x, y, weights = parts_of(item, function, name, number)
            at = f"batch {number} of {name}: "
            return self._rows(x, y, weights, class_weight, function, (f"{at}x", f"{at}y", f"{at}sample_weight"))

        return training.Batches(stream, convert)

    # ---- training

    def fit(self, x, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, validation_split=0.0, validation_data=None, shuffle=True,
            class_weight=None, sample_weight=None, initial_epoch=0, steps_per_epoch=None, validation_steps=None, validation_batch_size=None,
            rng=None, graph="auto"):  # fmt: skip
        """Trains the network.

        Parameters
        ----------
        x, y : array_like, Tensor or table
            Rows and their targets: classes as whole numbers, or numbers. A dict of x is several inputs, by the names of the parameters of
            the module's forward.
        x : iterator, iterable, or object with __len__ and __getitem__
            Instead of rows: a generator, a loader or a dataset of batches (x, y) or (x, y, sample_weight), each a step. With batch_size
            what it gives are rows (x, y), which are put together.
        batch_size : int, optional
            Rows for a step, 32 when not given.
        epochs : int, optional
            The epoch to train up to, counted from 0; with initial_epoch=0 how many.
        verbose : {'auto', 0, 1, 2}, optional
            1: a bar, and a line for each epoch; 2: the lines; 'auto': 1 on a terminal or in a notebook, else 0.
        callbacks : list of Callbacks, optional
            See numrs.callbacks.
        validation_split : float, optional
            The share of the last rows that is held out.
        validation_data : tuple, optional
            (x, y) or (x, y, sample_weight) to evaluate after each epoch; or what gives batches.
        shuffle : bool, optional
            Whether the rows come in a new order in each epoch.
        class_weight : dict, optional
            Class → weight of its rows.
        sample_weight : array_like, optional
            A weight for each row.
        initial_epoch : int, optional
            Where to go on.
        steps_per_epoch, validation_steps : int, optional
            Steps of an epoch, and of an evaluation; the next epoch goes on where this one stopped, an evaluation begins at the start.
            All there are when not given; needed where batches never end.
        validation_batch_size : int, optional
            Rows at a time in evaluation.
        rng : int or Generator, optional
            Where the orders come from; the model's own seed when not given.
        graph : {'auto', True, False}, optional
            On a device that is not the CPU, whether steps are recorded at the second batch of a shape and then done in one launch
            (numrs.devices.Recording), with the same results. 'auto': where the network and the loss are made of parts of numrs without
            hooks and no callback looks at batches. True: always, and what cannot be recorded is an error; what Python does in a
            step is then done once.

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
        if graph != "auto" and graph is not True and graph is not False:
            raise ValueError(f"fit: graph is {graph!r}, expected 'auto', True or False")
        with self._lock:
            self._ready("fit")
            stream = is_stream(x, y)
            if stream:
                refuse_beside("fit", y=(y, BESIDE), sample_weight=(sample_weight, BESIDE),
                              validation_split=(validation_split, "validation_data= takes other ones"))  # fmt: skip
                x = Stream(x, "fit", "x", batch_size, steps_per_epoch)
                rows = x.length or 0
            else:
                x, y, weights = self._rows(x, y, sample_weight, class_weight, "fit")
                cut = rows = len(x)
                if validation_split and validation_data is None:
                    cut = rows = _data.split_of(validation_split, len(x), "fit")
            settings = Settings(self, rows, batch_size, epochs, initial_epoch, shuffle, rng, validation_batch_size)
            validation = None
            if validation_data is not None:
                validation = self._validation(validation_data, settings, validation_batch_size, validation_steps)
            elif not stream and cut < len(x):
                validation = training.Rows(x[cut:], y[cut:], None if weights is None else weights[cut:], settings.validation_batch_size)
                x, y, weights = x[:cut], y[:cut], None if weights is None else weights[:cut]
            if stream:
                x.order = lambda items: settings.order(x.number, x.turns, items)
                data = self._batches(x, class_weight)
            elif steps_per_epoch is None:
                data = training.Rows(x, y, weights, settings.batch_size, settings.order)
            else:
                source = training.Rows(x, y, weights, settings.batch_size, lambda epoch: settings.order(steps.number, max(0, steps.turns)))
                steps = Stream(source, "fit", "x", None, steps_per_epoch)
                data = training.Batches(steps, lambda item, number: item, reused=False)
            level = level_of("fit", verbose)
            self._ready("fit", optimizer=True)
            history = History()
            params = {"epochs": settings.epochs, "steps": data.length, "batch_size": settings.batch_size, "verbose": level}
            given = [callbacks] if hasattr(callbacks, "on_epoch_end") else list(callbacks or ())
            everyone = CallbackList([*given, history], self, params)
            self.history = history
            training.fit(self, data, validation, settings, everyone, Progress(level, settings.epochs, data.length), graph)
            return history

    def _validation(self, given, settings, batch_size, steps):
        """validation_data as data of an evaluation."""
        names = tuple(f"validation {name}" for name in ("x", "y", "sample_weight"))
        if is_stream(given) and not isinstance(given, tuple):
            stream = Stream(given, "fit", "validation_data", batch_size, steps, fresh=True, steps_name="validation_steps")
            if stream.once and steps is None and settings.epochs - settings.initial_epoch > 1:
                raise ValueError("fit: validation_data is an iterator, which can be gone through once, for "
                                 f"{settings.epochs - settings.initial_epoch} epochs; pass validation_steps, or something to begin anew")  # fmt: skip
            return self._batches(stream)
        parts = tuple(given)
        if len(parts) not in (2, 3):
            raise ValueError(f"fit: validation_data has {len(parts)} parts, expected (x, y) or (x, y, sample_weight)")
        rows = self._rows(parts[0], parts[1], parts[2] if len(parts) == 3 else None, None, "fit", names)
        return training.Rows(*_first_steps("fit", "validation_steps", steps, settings.validation_batch_size, rows), settings.validation_batch_size)

    def evaluate(self, x, y=None, batch_size=None, verbose=0, sample_weight=None, callbacks=None, return_dict=False, steps=None):
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
        steps : int, optional
            How many batches; all when not given.

        Returns
        -------
        float, list or dict
            The loss; with metrics a list of it and them.
        """
        with self._lock:
            self._ready("evaluate")
            everyone = CallbackList(callbacks, self, {})
            if is_stream(x, y):
                refuse_beside("evaluate", y=(y, BESIDE), sample_weight=(sample_weight, BESIDE))
                data = self._batches(Stream(x, "evaluate", "x", batch_size, steps, steps_name="steps"))
            else:
                rows = self._rows(x, y, sample_weight, None, "evaluate")
                size = _data.whole("evaluate", "batch_size", training.EVALUATION_ROWS if batch_size is None else batch_size, 1)
                data = training.Rows(*_first_steps("evaluate", "steps", steps, size, rows), size)
            level = level_of("evaluate", verbose)
            everyone.on_test_begin({})
            found = training.evaluate(self, data)
            everyone.on_test_end(found)
            if level:
                from numrs.model.progress import figures

                print(figures(found), flush=True)
            return self._answer(found, return_dict)

    @staticmethod
    def _answer(found, return_dict):
        values = list(found.values())
        return found if return_dict else values[0] if len(values) == 1 else values

    def predict(self, x, batch_size=None, verbose=0, callbacks=None, steps=None):
        """What the network gives, without training.

        Parameters
        ----------
        x : array_like, Tensor or table
            Rows; or what gives batches of them, alone or in front of their targets.
        batch_size : int, optional
            Rows at a time.
        verbose : int, optional
            Nothing is said; for programs that pass it.
        callbacks : list of Callbacks, optional
            Their on_predict_begin and on_predict_end are called.
        steps : int, optional
            How many batches; all when not given.

        Returns
        -------
        ndarray or Tensor
            A Tensor for a Tensor.
        """
        everyone = CallbackList(callbacks, self, {})
        if is_stream(x, pairs=False):
            return self._predict_batches(Stream(x, "predict", "x", batch_size, steps, steps_name="steps"), everyone)
        rows = self._inputs(x, "predict")
        size = _data.whole("predict", "batch_size", training.EVALUATION_ROWS if batch_size is None else batch_size, 1)
        rows = _first_steps("predict", "steps", steps, size, (rows,))[0]
        everyone.on_predict_begin({})
        if len(rows) == 0:
            shape = self.output_shape if self.output_shape is not None else (None, *self._empty_outputs(rows))
            outputs = numrs.empty((0, *shape[1:]), dtype=self.dtype, device=self.device)
        else:
            outputs = training.predict(self, rows, size)
            self._seen(rows, outputs)
        everyone.on_predict_end({})
        return outputs if _is_tensor(x) else outputs.cpu().numpy()

    def _predict_batches(self, stream, everyone):
        """The same for a stream."""
        tensors = []

        def batches():
            for number, item in enumerate(stream.epoch()):
                x = parts_of(item, "predict", "x", number, alone=True)[0]
                tensors.append(_is_tensor(x))
                yield self._inputs(x, "predict", f"batch {number} of x")

        everyone.on_predict_begin({})
        outputs = training.predict_batches(self, batches())
        everyone.on_predict_end({})
        return outputs if tensors[0] else outputs.cpu().numpy()

    def _empty_outputs(self, rows):
        if type(rows) is _data.Named:
            return self._probe(_data.Named({name: numrs.zeros((1, *part.shape[1:]), dtype=part.dtype) for name, part in rows.parts.items()}))
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
            x, y, weights = (_data.there(part, self.device) for part in (x, y, weights))
            run = training.Held(self, training.split(self.module, self.loss)[2])
            try:
                with self._mode(True):
                    value, outputs = training.make_step(self)(x, y, weights)
            except training.NotFinite as found:
                raise ArithmeticError(f"train_on_batch: the loss is {found.value}; the step is not taken") from None
            run.add(outputs, y, weights)
            return self._answer({"loss": value, **run.results()}, return_dict)

    def test_on_batch(self, x, y=None, sample_weight=None, return_dict=False):
        """As evaluate, with all rows in one batch."""
        size = max(1, len(self._inputs(x, "test_on_batch")))
        return self.evaluate(x, y, batch_size=size, sample_weight=sample_weight, return_dict=return_dict)

    def predict_on_batch(self, x):
        """As predict, with all rows in one batch."""
        return self.predict(x, batch_size=max(1, len(self._inputs(x, "predict_on_batch"))))

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


def _is_tensor(x):
    return isinstance(x, Tensor) or (isinstance(x, dict) and any(isinstance(part, Tensor) for part in x.values()))


def _first_steps(function, name, steps, batch_size, rows):
    """The rows of the first steps; all for None."""
    if steps is None:
        return rows
    stop = _data.whole(function, name, steps, 1) * batch_size
    return tuple(None if part is None else part[:stop] for part in rows)


__all__ = ["Model"]
