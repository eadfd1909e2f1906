"""The loops of a Model: steps over batches, epochs, evaluation, prediction. Arguments are checked in model.py."""

import math
import signal
import threading
import warnings
from contextlib import contextmanager

import numpy as np

import numrs
from numrs.autograd import no_grad
from numrs.model.fusing import chain_of, split, weighted

GATHER_BYTES = 16 << 20  # rows are brought into their order in pieces of this size
HELD_BYTES = 1 << 20  # outputs are kept for the metrics up to this size
EVALUATION_ROWS = 256


class NotFinite(ArithmeticError):
    """A loss that is NaN or infinite, before the step that it would have made."""

    def __init__(self, value):
        super().__init__(value)
        self.value = value


class Interrupts:
    """Ctrl-C waits for the end of a step, so that parameters and optimizer stay in step; a second one does not wait."""

    def __init__(self):
        self.inside = self.pending = False
        self._before = None

    def __enter__(self):
        if threading.current_thread() is threading.main_thread():
            self._before = signal.getsignal(signal.SIGINT)
            if callable(self._before):
                signal.signal(signal.SIGINT, self._handle)
            else:
                self._before = None
        return self

    def _handle(self, number, frame):
        if self.inside and not self.pending:
            self.pending = True
        else:
            self._before(number, frame)

    def release(self):
        """Called after a step that an interrupt waits for."""
        self.pending = False
        self._before(signal.SIGINT, None)

    def __exit__(self, *_):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
        return False


def make_step(model):
    """The function of a training step: (x, y, weights or None) → (loss as a float, outputs).

    A step that does the same in one call of the library may take its place.
    """
    forward, criterion, _ = split(model.module, model.loss)
    with_weights = None
    zero_grad, backward, update = model.optimizer.zero_grad, numrs.Tensor.backward, model.optimizer.step
    chain = None  # made at the first step, when every layer has its parameters
    looked = False

    def step(x, y, weights):
        nonlocal with_weights, chain, looked
        if weights is None and not looked and _is_built(model.module):
            looked, chain = True, chain_of(model.module, model.loss)
        if weights is None and chain is not None:
            zero_grad()
            found = chain.step(x, y)
            if found is not None:
                if not math.isfinite(found[0]):
                    raise NotFinite(found[0])
                update()
                return found
        outputs = forward(x)
        if weights is None:
            loss = criterion(outputs, y)
        else:
            with_weights = with_weights or weighted(criterion)
            loss = with_weights(outputs, y, weights)
        value = float(loss)
        if not math.isfinite(value):
            raise NotFinite(value)
        zero_grad()
        backward(loss)
        update()
        return value, outputs

    return step


def _is_built(module):
    return all(getattr(layer, "weight", True) is not None for layer in module.modules())


class Held:
    """Outputs of steps until it pays to hand them to the metrics."""

    def __init__(self, metrics, final):
        self.metrics, self.final, self._outputs, self._bytes, self._first = metrics, final, [], 0, 0
        for metric in metrics:
            metric.reset()

    def add(self, outputs, targets, stop):
        """Outputs of the rows that end before `stop` of these targets."""
        outputs = outputs.detach()
        self._outputs.append(outputs)
        self._bytes += outputs.nbytes
        if self._bytes > HELD_BYTES:
            self.flush(targets, stop)

    def flush(self, targets, stop):
        if self._outputs:
            outputs = self._outputs[0]
            if len(self._outputs) > 1:
                outputs = numrs.from_numpy(np.concatenate([part.numpy() for part in self._outputs]))
            if self.final is not None:
                outputs = self.final(outputs)
            targets = targets[self._first : stop]
            for metric in self.metrics:
                metric.update(targets, outputs)
            self._outputs, self._bytes = [], 0
        self._first = stop

    def restart(self):
        """The next outputs are those of the first rows of other targets."""
        self._first = 0

    def results(self):
        return {metric.name: _number(metric.result()) for metric in self.metrics}


def _number(value):
    """A float where it is one number, else what the metric gave."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value.tolist() if hasattr(value, "tolist") else value


def _pieces(x, y, weights, order, batch_size):
    """The rows in their order, in pieces of whole batches: (x, y, weights) each."""
    rows = len(x)
    if order is None:
        yield x, y, weights
        return
    size = max(1, GATHER_BYTES // max(1, x.nbytes // rows) // batch_size) * batch_size
    for first in range(0, rows, size):
        part = order[first : first + size]
        yield numrs.take(x, part, axis=0), numrs.take(y, part, axis=0), None if weights is None else numrs.take(weights, part, axis=0)


def mean_of(values, counts):
    """The mean of batches' means, each with its number of rows; exact but for the last rounding."""
    return math.fsum(v * n for v, n in zip(values, counts)) / sum(counts)


@contextmanager
def mode_of(module, training):
    """The module in a mode; afterwards every part in the one it had."""
    before = [(part, part.training) for part in module.modules()]
    module.train(training)
    try:
        yield
    finally:
        for part, mode in before:
            if part.training is not mode:
                object.__setattr__(part, "training", mode)


def evaluate(model, x, y, weights, batch_size):
    """Loss and metrics over all rows, as a dict."""
    forward, criterion, final = split(model.module, model.loss)
    if weights is not None:
        criterion = weighted(criterion)
    metrics = model.metrics
    held, values, counts = Held(metrics, final), [], []
    with mode_of(model.module, False), no_grad():
        for first in range(0, len(x), batch_size):
            stop = min(first + batch_size, len(x))
            outputs, targets = forward(x[first:stop]), y[first:stop]
            loss = criterion(outputs, targets) if weights is None else criterion(outputs, targets, weights[first:stop])
            values.append(float(loss))
            counts.append(stop - first)
            if metrics:
                held.add(outputs, y, stop)
        held.flush(y, len(x))
    return {"loss": mean_of(values, counts), **held.results()}


def predict(model, x, batch_size):
    """Outputs for all rows, in one Tensor."""
    found = None
    with mode_of(model.module, False), no_grad():
        for first in range(0, len(x), batch_size):
            outputs = model.module(x[first : first + batch_size])
            if first == 0:
                if len(outputs) == len(x):
                    return outputs
                found = numrs.empty((len(x), *outputs.shape[1:]), dtype=outputs.dtype)
            found[first : first + batch_size] = outputs
    return found


class _Epoch:
    """One pass over the training rows: losses of its steps, their rows, and metrics."""

    def __init__(self, model, batch_size, callbacks, progress, interrupts):
        self.model, self.batch_size, self.callbacks, self.progress, self.interrupts = model, batch_size, callbacks, progress, interrupts
        self.step, (_, _, final) = make_step(model), split(model.module, model.loss)
        self.held = Held(model.metrics, final)
        self.values, self.counts = [], []

    def piece(self, epoch, x, y, weights):
        """The steps of a piece; whether the epoch goes on."""
        step, held, values, counts, interrupts, progress = self.step, self.held, self.values, self.counts, self.interrupts, self.progress
        batch_size, every_step, metrics, rows, stop = self.batch_size, self.callbacks.every_step, self.model.metrics, len(x), 0
        going = True
        for first in range(0, rows, batch_size):
            if every_step:
                self.callbacks.on_train_batch_begin(len(values), {})
            end = min(first + batch_size, rows)
            interrupts.inside = True
            try:
                value, outputs = step(x[first:end], y[first:end], None if weights is None else weights[first:end])
            except NotFinite as found:
                going = False
                _not_finite(self.model, self.callbacks, epoch, len(values), found.value)
                break
            finally:
                interrupts.inside = False
            stop = end
            values.append(value)
            counts.append(end - first)
            if interrupts.pending:
                interrupts.release()
            if metrics:
                held.add(outputs, y, end)
            if every_step:
                self.callbacks.on_train_batch_end(len(values) - 1, {"loss": value})
                if self.model.stop_training:
                    going = False
                    break
            if progress.every and len(values) % progress.every == 0:
                progress.step(len(values))
        held.flush(y, stop)
        held.restart()
        return going

    def logs(self):
        return {"loss": mean_of(self.values, self.counts), **self.held.results()}


def fit(model, data, validation, settings, callbacks, progress):
    """Epochs from settings.initial_epoch to settings.epochs."""
    model.stop_training = False
    with Interrupts() as interrupts, mode_of(model.module, True):
        try:
            callbacks.on_train_begin({})
            for epoch in range(settings.initial_epoch, settings.epochs):
                callbacks.on_epoch_begin(epoch, {})
                progress.begin(epoch)
                run = _Epoch(model, settings.batch_size, callbacks, progress, interrupts)
                for x, y, weights in _pieces(*data, settings.order(epoch), settings.batch_size):
                    if not run.piece(epoch, x, y, weights):
                        break
                if not run.values:  # the first loss was not a number: nothing has been done in this epoch
                    break
                logs = run.logs()
                if validation is not None:
                    found = evaluate(model, *validation, settings.validation_batch_size)
                    logs |= {f"val_{name}": value for name, value in found.items()}
                model._epochs_done += 1
                callbacks.on_epoch_end(epoch, logs)
                progress.end(epoch, logs)
                if model.stop_training:
                    break
        finally:
            progress.close()
            callbacks.on_train_end({})


def _not_finite(model, callbacks, epoch, step, value):
    """The loss is NaN or infinite: the step is not taken, and training ends."""
    model.stop_training = True
    told = False
    for callback in callbacks.callbacks:
        if hasattr(callback, "on_not_finite"):
            callback.on_not_finite(epoch, step, value)
            told = True
    if not told:
        warnings.warn(f"fit: the loss is {value} in step {step} of epoch {epoch}; training ends with the parameters of before that step",
                      RuntimeWarning, stacklevel=4)  # fmt: skip


__all__ = ["EVALUATION_ROWS", "Held", "Interrupts", "evaluate", "fit", "make_step", "mean_of", "mode_of", "predict"]
