"""What `Model.fit` calls while it trains: stopping early, checkpoints, learning rates, logs; `Callback` is the base of one's own."""

import csv
import math
import os

import numrs

HOOKS = (
    "on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_train_batch_end",
    "on_test_begin", "on_test_end", "on_predict_begin", "on_predict_end",
)  # fmt: skip


class Callback:
    """The base of callbacks: a method for each moment, to be written anew; `model` and `params` are set before the first.

    Setting ``self.model.stop_training = True`` ends training after the epoch; in ``on_train_batch_end`` after the step.

    Examples
    --------
    >>> class Shout(numrs.callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs=None):
    ...         print(epoch, sorted(logs))
    """

    model = None
    params = None

    def set_model(self, model):
        """Takes the model that is trained."""
        self.model = model

    def set_params(self, params):
        """Takes a dict with epochs, steps, batch_size and verbose."""
        self.params = params

    def on_train_begin(self, logs=None):
        """Before the first epoch."""

    def on_train_end(self, logs=None):
        """After the last epoch, also when it was ended early or by Ctrl-C."""

    def on_epoch_begin(self, epoch, logs=None):
        """Before an epoch, counted from 0."""

    def on_epoch_end(self, epoch, logs=None):
        """After an epoch and its validation; logs has loss, metrics, and those of validation with val_ in front."""

    def on_train_batch_begin(self, batch, logs=None):
        """Before a step, counted from 0 in its epoch."""

    def on_train_batch_end(self, batch, logs=None):
        """After a step; logs has its loss."""

    def on_test_begin(self, logs=None):
        """Before evaluation."""

    def on_test_end(self, logs=None):
        """After evaluation, with what it found."""

    def on_predict_begin(self, logs=None):
        """Before prediction."""

    def on_predict_end(self, logs=None):
        """After prediction."""


class CallbackList:
    """Several callbacks as one; those moments that none of them has written are not visited."""

    def __init__(self, callbacks, model, params):
        if isinstance(callbacks, Callback):
            callbacks = [callbacks]
        self.callbacks = list(callbacks or ())
        for i, callback in enumerate(self.callbacks):
            if isinstance(callback, type) or not hasattr(callback, "on_epoch_end"):
                name = callback.__name__ if isinstance(callback, type) else type(callback).__name__
                raise TypeError(f"fit: callbacks[{i}] is {name}{', a class' if isinstance(callback, type) else ''}, expected a Callback")
            callback.set_model(model)
            callback.set_params(params)
        for hook in HOOKS:
            setattr(self, hook, self._all(hook))
        self.every_step = any(self._written(callback, hook) for callback in self.callbacks for hook in HOOKS if "train_batch" in hook)

    @staticmethod
    def _written(callback, hook):
        method = getattr(callback, hook, None)
        return method is not None and getattr(method, "__func__", method) is not getattr(Callback, hook)

    def _all(self, hook):
        methods = [getattr(callback, hook) for callback in self.callbacks if self._written(callback, hook)]

        def call(*args):
            for method in methods:
                method(*args)

        return call


def _monitored(callback, logs):
    """The value that a callback watches."""
    if callback.monitor not in logs:
        raise ValueError(f"{type(callback).__name__}: monitor is {callback.monitor!r}, expected one of {', '.join(logs)}")
    return float(logs[callback.monitor])


class _Watching(Callback):
    """Callbacks that ask whether a value has become better."""

    def __init__(self, monitor, mode, min_delta=0.0):
        if mode not in ("auto", "min", "max"):
            raise ValueError(f"{type(self).__name__}: mode is {mode!r}, expected 'auto', 'min' or 'max'")
        self.monitor, self.min_delta = monitor, abs(float(min_delta))
        larger = any(word in monitor for word in ("acc", "auc", "precision", "recall", "f1", "r2", "similarity"))
        self.larger = mode == "max" or (mode == "auto" and larger)

    def worst(self):
        return -math.inf if self.larger else math.inf

    def better(self, value, best):
        """NaN is never better."""
        return value - self.min_delta > best if self.larger else value + self.min_delta < best


def _patience(callback, value, name="patience"):
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{type(callback).__name__}: {name} is {value!r}, expected an int of 0 or more")
    return value


def weights_of(model):
    """Copies of everything that training changes in the network."""
    return {name: tensor.detach().copy() for name, tensor in model.state_dict().items()}


class EarlyStopping(_Watching):
    """Ends training when a value has not become better for some epochs.

    Parameters
    ----------
    monitor : str, optional
        Which value.
    min_delta : float, optional
        Less than this is not better.
    patience : int, optional
        Epochs without an improvement before training ends.
    verbose : int, optional
        1: a line when it happens.
    mode : {'auto', 'min', 'max'}, optional
        Which direction is better; 'auto' goes by the name.
    baseline : float, optional
        What must be bettered first.
    restore_best_weights : bool, optional
        Whether the model gets the weights of its best epoch at the end.
    start_from_epoch : int, optional
        Epochs that are let go first.

    Examples
    --------
    >>> numrs.callbacks.EarlyStopping("val_accuracy", patience=3).larger
    True
    """

    def __init__(self, monitor="val_loss", min_delta=0.0, patience=0, verbose=0, mode="auto", baseline=None, restore_best_weights=False,
                 start_from_epoch=0):  # fmt: skip
        super().__init__(monitor, mode, min_delta)
        self.patience, self.verbose, self.baseline = _patience(self, patience), verbose, baseline
        self.restore_best_weights, self.start_from_epoch = restore_best_weights, start_from_epoch
        self.stopped_epoch = self.best_epoch = None
        self.best = self._best_weights = None

    def on_train_begin(self, logs=None):
        self._wait, self.stopped_epoch, self.best_epoch, self._best_weights = 0, None, None, None
        self.best = self.worst()

    def on_epoch_end(self, epoch, logs=None):
        value = _monitored(self, logs)
        if epoch < self.start_from_epoch:
            return
        improved = self.better(value, self.best)
        if improved or self.best_epoch is None:  # the first epoch counts as the best so far, even where its value is NaN
            self.best_epoch = epoch
            if self.restore_best_weights:
                self._best_weights = weights_of(self.model)
        self._wait += 1
        if improved:
            self.best = value
        if improved and (self.baseline is None or self.better(value, self.baseline)):
            self._wait = 0
        elif self._wait >= self.patience and epoch > 0:
            self.stopped_epoch, self.model.stop_training = epoch, True

    def on_train_end(self, logs=None):
        if self.restore_best_weights and self._best_weights is not None:
            self.model.set_weights(self._best_weights)
        if self.verbose and self.stopped_epoch is not None:
            print(f"Epoch {self.stopped_epoch + 1}: stopped early; the best was epoch {self.best_epoch + 1} with {self.monitor} {self.best:.6g}")


class ModelCheckpoint(_Watching):
    """Saves the model while it is trained; a file is whole or is not there.

    Parameters
    ----------
    filepath : str or path
        Where; ``{epoch}`` (from 1) and names of values are filled in, such as ``model-{epoch:02d}-{val_loss:.3f}.safetensors``.
    monitor : str, optional
        Which value says what is best.
    verbose : int, optional
        1: a line for each file.
    save_best_only : bool, optional
        Only when the value has become better.
    save_weights_only : bool, optional
        Without architecture, optimizer and random state.
    mode : {'auto', 'min', 'max'}, optional
        Which direction is better; 'auto' goes by the name.
    save_freq : 'epoch' or int, optional
        After each epoch, or after so many steps.
    initial_value_threshold : float, optional
        What must be bettered by the first file.

    Examples
    --------
    >>> numrs.callbacks.ModelCheckpoint("best.safetensors", save_best_only=True).monitor
    'val_loss'
    """

    def __init__(self, filepath, monitor="val_loss", verbose=0, save_best_only=False, save_weights_only=False, mode="auto", save_freq="epoch",
                 initial_value_threshold=None):  # fmt: skip
        super().__init__(monitor, mode)
        if save_freq != "epoch" and (isinstance(save_freq, bool) or not isinstance(save_freq, int) or save_freq < 1):
            raise ValueError(f"ModelCheckpoint: save_freq is {save_freq!r}, expected 'epoch' or an int of 1 or more")
        self.filepath, self.verbose = os.fspath(filepath), verbose
        self.save_best_only, self.save_weights_only, self.save_freq = save_best_only, save_weights_only, save_freq
        self.best = self.worst() if initial_value_threshold is None else float(initial_value_threshold)
        self._steps, self._epoch = 0, 0
        if save_freq != "epoch":
            self.on_train_batch_end = self._after_step

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch

    def _after_step(self, batch, logs=None):
        self._steps += 1
        if self._steps % self.save_freq == 0:
            self._save(self._epoch, logs)

    def on_epoch_end(self, epoch, logs=None):
        if self.save_freq == "epoch":
            self._save(epoch, logs)

    def _save(self, epoch, logs):
        if self.save_best_only:
            value = _monitored(self, logs)
            if not self.better(value, self.best):
                return
            self.best = value
        try:
            path = self.filepath.format(epoch=epoch + 1, **logs)
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError(f"ModelCheckpoint: filepath is {self.filepath!r} and there is no {error}; there are epoch, {', '.join(logs)}") from None
        (self.model.save_weights if self.save_weights_only else self.model.save)(path)
        if self.verbose:
            print(f"Epoch {epoch + 1}: saved {path}")


class ReduceLROnPlateau(_Watching):
    """Lowers the learning rate when a value has not become better for some epochs.

    Parameters
    ----------
    monitor : str, optional
        Which value.
    factor : float, optional
        The new rate divided by the old one, below 1.
    patience : int, optional
        Epochs without an improvement before the rate is lowered.
    verbose : int, optional
        1: a line when it happens.
    mode : {'auto', 'min', 'max'}, optional
        Which direction is better; 'auto' goes by the name.
    min_delta : float, optional
        Less than this is not better.
    cooldown : int, optional
        Epochs after that in which nothing is counted.
    min_lr : float, optional
        Never below this.

    Examples
    --------
    >>> numrs.callbacks.ReduceLROnPlateau(factor=0.5).patience
    10
    """

    def __init__(self, monitor="val_loss", factor=0.1, patience=10, verbose=0, mode="auto", min_delta=1e-4, cooldown=0, min_lr=0.0):
        super().__init__(monitor, mode, min_delta)
        if not 0 <= float(factor) < 1:
            raise ValueError(f"ReduceLROnPlateau: factor is {factor}, expected 0 up to but not 1")
        self.factor, self.patience, self.verbose = float(factor), _patience(self, patience), verbose
        self.cooldown, self.min_lr = _patience(self, cooldown, "cooldown"), float(min_lr)

    def on_train_begin(self, logs=None):
        self.best, self._wait, self._rest = self.worst(), 0, 0

    def on_epoch_end(self, epoch, logs=None):
        value, optimizer = _monitored(self, logs), self.model.optimizer
        if self._rest > 0:
            self._rest -= 1
            self._wait = 0
        if self.better(value, self.best):
            self.best, self._wait = value, 0
        elif self._rest <= 0:
            self._wait += 1
            if self._wait >= max(self.patience, 1):
                rate = max(optimizer.lr * self.factor, self.min_lr)
                if rate < optimizer.lr:
                    optimizer.lr = rate
                    if self.verbose:
                        print(f"Epoch {epoch + 1}: the learning rate is {rate:.6g}")
                self._rest, self._wait = self.cooldown, 0
        logs["learning_rate"] = optimizer.lr


class LearningRateScheduler(Callback):
    """Sets the learning rate before each epoch.

    Parameters
    ----------
    schedule : callable or scheduler
        A function of the epoch (from 0) and the current rate, or of the epoch alone; or a scheduler of
        `numrs.optimizers.schedulers`, which is moved on after each epoch.
    verbose : int, optional
        1: a line for each epoch.

    Examples
    --------
    >>> numrs.callbacks.LearningRateScheduler(lambda epoch, rate: rate * 0.9).verbose
    0
    """

    def __init__(self, schedule, verbose=0):
        if not callable(schedule) and not hasattr(schedule, "step"):
            raise TypeError(f"LearningRateScheduler: schedule is of type {type(schedule).__name__}, expected a function or a scheduler")
        self.schedule, self.verbose = schedule, verbose

    def on_epoch_begin(self, epoch, logs=None):
        if hasattr(self.schedule, "step"):
            return
        optimizer = self.model.optimizer
        try:
            rate = self.schedule(epoch, optimizer.lr)
        except TypeError:
            rate = self.schedule(epoch)
        try:
            rate = float(rate)
        except (TypeError, ValueError):
            raise TypeError(f"LearningRateScheduler: schedule gave {rate!r}, expected a number") from None
        if not 0 <= rate < math.inf:
            raise ValueError(f"LearningRateScheduler: schedule gave {rate} for epoch {epoch}, expected a number of 0 or more")
        optimizer.lr = rate
        if self.verbose:
            print(f"Epoch {epoch + 1}: the learning rate is {rate:.6g}")

    def on_epoch_end(self, epoch, logs=None):
        logs["learning_rate"] = self.model.optimizer.lr
        if hasattr(self.schedule, "step"):
            self.schedule.step()


class CSVLogger(Callback):
    """Writes a line of a CSV file for each epoch.

    Parameters
    ----------
    filename : str or path
        The file.
    separator : str, optional
        Between the fields.
    append : bool, optional
        Whether lines are added to an old file, as after resuming.

    Examples
    --------
    >>> numrs.callbacks.CSVLogger("log.csv").append
    False
    """

    def __init__(self, filename, separator=",", append=False):
        self.filename, self.separator, self.append = os.fspath(filename), separator, append
        self._file = self._writer = self._names = None

    def on_train_begin(self, logs=None):
        self._names = None
        if self.append and os.path.exists(self.filename):
            with open(self.filename, newline="", encoding="utf-8") as old:
                self._names = next(csv.reader(old, delimiter=self.separator), None)
        self._file = open(self.filename, "a" if self.append else "w", newline="", encoding="utf-8")
        self._writer = csv.writer(self._file, delimiter=self.separator, lineterminator="\n")

    def on_epoch_end(self, epoch, logs=None):
        values = {"epoch": epoch, **logs}
        if self._names is None:
            self._names = list(values)
            self._writer.writerow(self._names)
        self._writer.writerow([values.get(name, "") for name in self._names])
        self._file.flush()

    def on_train_end(self, logs=None):
        if self._file is not None:
            self._file.close()
            self._file = None


class TensorBoard(Callback):
    """Writes event files for TensorBoard, by the package tensorboardX: training in ``train``, validation in ``validation``.

    Parameters
    ----------
    log_dir : str or path, optional
        The folder.
    histogram_freq : int, optional
        Histograms of the weights after every so many epochs; 0: none.
    update_freq : 'epoch' or int, optional
        Losses of steps too, of every so many.

    Examples
    --------
    >>> numrs.callbacks.TensorBoard("logs").log_dir
    'logs'
    """

    def __init__(self, log_dir="logs", histogram_freq=0, update_freq="epoch"):
        if update_freq != "epoch" and (isinstance(update_freq, bool) or not isinstance(update_freq, int) or update_freq < 1):
            raise ValueError(f"TensorBoard: update_freq is {update_freq!r}, expected 'epoch' or an int of 1 or more")
        self.log_dir, self.histogram_freq = os.fspath(log_dir), _patience(self, histogram_freq, "histogram_freq")
        self.update_freq, self._writers, self._steps = update_freq, {}, 0
        if update_freq != "epoch":
            self.on_train_batch_end = self._after_step

    def _writer(self, part):
        if part not in self._writers:
            try:
                from tensorboardX import SummaryWriter  # type: ignore[import-not-found]
            except ImportError:
                raise ImportError("TensorBoard needs the package tensorboardX: pip install 'numrs-kernels[nn]'") from None
            self._writers[part] = SummaryWriter(os.path.join(self.log_dir, part), flush_secs=10)
        return self._writers[part]

    def on_train_begin(self, logs=None):
        self._writer("train")

    def _after_step(self, batch, logs=None):
        self._steps += 1
        if self._steps % self.update_freq == 0:
            self._writer("train").add_scalar("batch_loss", logs["loss"], self._steps)

    def on_epoch_end(self, epoch, logs=None):
        for name, value in logs.items():
            part = "validation" if name.startswith("val_") else "train"
            self._writer(part).add_scalar(f"epoch_{name.removeprefix('val_')}", float(value), epoch)
        if "learning_rate" not in logs:
            self._writer("train").add_scalar("epoch_learning_rate", self.model.optimizer.lr, epoch)
        if self.histogram_freq and (epoch + 1) % self.histogram_freq == 0:
            for name, tensor in self.model.state_dict().items():
                if tensor.size:
                    self._writer("train").add_histogram(name, numrs.astype(tensor.detach(), "float64").numpy(), epoch)
        for writer in self._writers.values():
            writer.flush()

    def on_train_end(self, logs=None):
        for writer in self._writers.values():
            writer.close()
        self._writers = {}


class TerminateOnNaN(Callback):
    """Ends training when the loss is NaN or infinite: the step that gave it is not taken.

    `Model.fit` does so with a warning; with this callback it does so without one.

    Examples
    --------
    >>> numrs.callbacks.TerminateOnNaN().stopped_step is None
    True
    """

    def __init__(self):
        self.stopped_step = None

    def on_not_finite(self, epoch, step, value):
        """Called by `fit` with the place and the loss."""
        self.stopped_step = (epoch, step)


class LambdaCallback(Callback):
    """A callback from functions.

    Parameters
    ----------
    **hooks : callable
        ``on_epoch_end=lambda epoch, logs: …`` and the other methods of Callback.

    Examples
    --------
    >>> found = numrs.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch))
    >>> found.on_epoch_end(3, {})
    3
    """

    def __init__(self, **hooks):
        for name, function in hooks.items():
            if name not in HOOKS:
                raise TypeError(f"LambdaCallback: {name!r} is no moment, expected some of {', '.join(HOOKS)}")
            if function is not None:
                setattr(self, name, function)


__all__ = [
    "CSVLogger",
    "Callback",
    "EarlyStopping",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]
