"""The loops of a Model: steps over batches, epochs, evaluation, prediction. Arguments are checked in model.py."""

import math
import signal
import threading
import warnings
from contextlib import closing, contextmanager

import numrs
from numrs.autograd import no_grad
from numrs.devices import CPU
from numrs.model.data import call, there
from numrs.model.fusing import chain_of, split, weighted
from numrs.model.prefetch import Rows, brought
from numrs.model.recording import recorder_of

HELD_BYTES = 1 << 20  # outputs are kept for the metrics up to this size
EVALUATION_ROWS = 256
LOSSES = 256  # so many losses of an evaluation stay on a device before they are read


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


def make_step(model, recorder=None):
    """The function of a training step: (x, y, weights or None) → (loss as a float, outputs).

    A step that does the same in one call of the library may take its place, or one that a recorder has recorded.
    """
    forward, criterion, _ = split(model.module, model.loss)
    with_weights = None
    zero_grad, backward, update = model.optimizer.zero_grad, numrs.Tensor.backward, model.optimizer.step
    chain = None  # made at the first step, when every layer has its parameters
    looked = False

    def walk(x, y, weights):
        nonlocal with_weights
        outputs = call(forward, x)
        if weights is None:
            loss = criterion(outputs, y)
        else:
            with_weights = with_weights or weighted(criterion)
            loss = with_weights(outputs, y, weights)
        zero_grad()
        backward(loss)
        return loss, outputs

    def step_away(x, y, weights):  # the walk back is in the device's queue before the loss is waited for
        loss, outputs = walk(x, y, weights) if recorder is None else recorder(walk, x, y, weights)
        value = float(loss)
        if not math.isfinite(value):
            zero_grad()
            raise NotFinite(value)
        update()
        return value, outputs

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
        outputs = call(forward, x)
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

    return step_away if model.device != CPU else step


def _is_built(module):
    return all(getattr(layer, "weight", True) is not None for layer in module.modules())


class Held:
    """Outputs of steps, with their targets and weights, until it pays to hand them to the metrics.

    The first metrics are plain, those of `weighted_metrics` are given the weights too.
    """

    def __init__(self, model, final):
        self.metrics, self.weighted, self.final = model.metrics, model.weighted_metrics, final
        self._outputs, self._targets, self._weights, self._bytes = [], [], [], 0
        self.any = bool(self.metrics or self.weighted)
        for metric in (*self.metrics, *self.weighted):
            metric.reset()

    def add(self, outputs, targets, weights=None):
        """Outputs of some rows; targets and weights stay as they are until `flush`."""
        outputs = outputs.detach()
        self._outputs.append(outputs)
        self._targets.append(targets)
        if self.weighted:
            self._weights.append(weights)
        self._bytes += outputs.nbytes
        if self._bytes > HELD_BYTES:
            self.flush()

    def flush(self):
        """Hands what is held to the metrics."""
        if not self._outputs:
            return
        outputs, targets, weights = self._outputs, self._targets, self._weights
        self._outputs, self._targets, self._weights, self._bytes = [], [], [], 0
        joined = _joined(outputs)
        if self.final is not None:
            joined = self.final(joined)
        joined, labels = joined.cpu(), _joined(targets).cpu()  # metrics are worked out on the CPU
        for metric in self.metrics:
            metric.update(labels, joined)
        if self.weighted:
            if any(w is not None for w in weights):
                weights = [numrs.ones(len(y), dtype=joined.dtype, device=CPU) if w is None else w.cpu() for w, y in zip(weights, targets)]
                weights = _joined(weights)
            else:
                weights = None
            for metric in self.weighted:
                if weights is None:
                    metric.update(labels, joined)
                else:
                    metric.update(labels, joined, sample_weight=weights)

    def results(self):
        """Name → what was measured; a weighted metric beside a plain one of its name has weighted_ in front."""
        self.flush()
        found = {metric.name: _number(metric.result()) for metric in self.metrics}
        for metric in self.weighted:
            found[f"weighted_{metric.name}" if metric.name in found else metric.name] = _number(metric.result())
        return found


def _joined(parts):
    return parts[0] if len(parts) == 1 else numrs.concat(parts)


def _number(value):
    """A float where it is one number, else what the metric gave."""
    try:
        return float(value)
    except (TypeError, ValueError):
        return value.tolist() if hasattr(value, "tolist") else value


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


class Batches:
    """What a stream gives, as data of an epoch or an evaluation; convert: (item, its number) → (x, y, weights) as Tensors."""

    def __init__(self, stream, convert, reused=True):
        self.stream, self.convert = stream, convert
        self.reused = reused  # may the memory of a batch hold the next one later?
        self.ended = stream.after_epoch

    @property
    def length(self):
        return self.stream.length

    def pieces(self, epoch=0, device=CPU):
        """(x, y, weights, rows of a step), on a device."""
        for number, item in enumerate(self.stream.epoch(epoch)):
            x, y, weights = self.convert(item, number)
            for piece in brought(x, y, weights, len(x), device):
                yield *piece, len(x)


def evaluate(model, data):
    """Loss and metrics over all rows, as a dict."""
    forward, criterion, final = split(model.module, model.loss)
    with_weights = None
    held, values, counts, away = Held(model, final), [], [], model.device != CPU
    with mode_of(model.module, False), no_grad():
        with closing(data.pieces(device=model.device)) as pieces:
            for rows, ys, ws, size in pieces:
                for first in range(0, len(rows), size):
                    x, targets = rows[first : first + size], ys[first : first + size]
                    outputs = call(forward, x)
                    if ws is None:
                        w = None
                        loss = criterion(outputs, targets)
                    else:
                        w = ws[first : first + size]
                        with_weights = with_weights or weighted(criterion)
                        loss = with_weights(outputs, targets, w)
                    values.append(loss if away else float(loss))
                    counts.append(len(x))
                    if away and len(values) % LOSSES == 0:
                        values[-LOSSES:] = map(float, values[-LOSSES:])
                    if held.any:
                        held.add(outputs, targets.copy() if data.reused else targets, w)
        if not values:
            raise ValueError(f"{data.stream.function}: {data.stream.name} gives no batch")
        return {"loss": mean_of(list(map(float, values)), counts), **held.results()}


def predict(model, x, batch_size):
    """Outputs for all rows, in one Tensor."""
    found = None
    with mode_of(model.module, False), no_grad():
        for first in range(0, len(x), batch_size):
            outputs = call(model.module, there(x[first : first + batch_size], model.device))
            if first == 0:
                if len(outputs) == len(x):
                    return outputs
                found = numrs.empty((len(x), *outputs.shape[1:]), dtype=outputs.dtype, device=outputs.device)
            found[first : first + batch_size] = outputs
    return found


def predict_batches(model, batches):
    """Outputs for batches of rows, in one Tensor."""
    with mode_of(model.module, False), no_grad():
        outputs = [call(model.module, there(x, model.device)).copy() for x in batches]
        if not outputs:
            raise ValueError("predict: x gives no batch")
        return _joined(outputs)


class _Epoch:
    """One pass over the training rows: losses of its steps, their rows, and metrics."""

    def __init__(self, model, reused, callbacks, progress, interrupts, recorder):
        self.model, self.reused, self.callbacks, self.progress, self.interrupts = model, reused, callbacks, progress, interrupts
        self.step, (_, _, final) = make_step(model, recorder), split(model.module, model.loss)
        self.held, self.recorder = Held(model, final), recorder
        if recorder is not None:
            recorder.copies = self.held.any
            recorder.epoch()
        self.values, self.counts, self.failed = [], [], False

    def piece(self, epoch, x, y, weights, batch_size):
        """The steps of a piece; whether the epoch goes on."""
        step, held, values, counts, interrupts, progress = self.step, self.held, self.values, self.counts, self.interrupts, self.progress
        every_step, measured, rows = self.callbacks.every_step, held.any, len(x)
        if self.recorder is not None:
            self.recorder.piece(x, y, weights)
        for first in range(0, rows, batch_size):
            if every_step:
                self.callbacks.on_train_batch_begin(len(values), {})
            end = min(first + batch_size, rows)
            targets, w = y[first:end], None if weights is None else weights[first:end]
            interrupts.inside = True
            try:
                value, outputs = step(x[first:end], targets, w)
            except NotFinite as found:
                self.failed = True
                _not_finite(self.model, self.callbacks, epoch, len(values), found.value)
                return False
            finally:
                interrupts.inside = False
            values.append(value)
            counts.append(end - first)
            if interrupts.pending:
                interrupts.release()
            if measured:
                held.add(outputs, targets.copy() if self.reused else targets, w)
            if every_step:
                self.callbacks.on_train_batch_end(len(values) - 1, {"loss": value})
                if self.model.stop_training:
                    return False
            if progress.every and len(values) % progress.every == 0:
                progress.step(len(values))
        return True

    def logs(self):
        return {"loss": mean_of(self.values, self.counts), **self.held.results()}


def fit(model, data, validation, settings, callbacks, progress, graph=False):
    """Epochs from settings.initial_epoch to settings.epochs."""
    model.stop_training = False
    recorder = recorder_of(model, graph, callbacks)
    with Interrupts() as interrupts, mode_of(model.module, True):
        try:
            callbacks.on_train_begin({})
            for epoch in range(settings.initial_epoch, settings.epochs):
                callbacks.on_epoch_begin(epoch, {})
                progress.begin(epoch)
                run = _Epoch(model, data.reused, callbacks, progress, interrupts, recorder)
                with closing(data.pieces(epoch, model.device)) as pieces:
                    for piece in pieces:
                        if not run.piece(epoch, *piece):
                            break
                if not run.values:  # the first loss was not a number, or there was nothing: nothing has been done in this epoch
                    if not run.failed:
                        _nothing_left(data.stream, epoch, settings)
                    break
                data.ended()
                logs = run.logs()
                if validation is not None:
                    found = evaluate(model, validation)
                    logs |= {f"val_{name}": value for name, value in found.items()}
                model._epochs_done += 1
                callbacks.on_epoch_end(epoch, logs)
                progress.end(epoch, logs)
                if model.stop_training:
                    break
        finally:
            progress.close()
            callbacks.on_train_end({})


def _nothing_left(stream, epoch, settings):
    """An epoch had no batch: an iterator has come to its end, or never had one."""
    if epoch == settings.initial_epoch:
        raise ValueError(f"{stream.function}: {stream.name} gives no batch")
    if not stream.told:
        warnings.warn(f"fit: {stream.name} has no batch left in epoch {epoch} of {settings.epochs}: an iterator is gone through once; training ends",
                      RuntimeWarning, stacklevel=4)  # fmt: skip


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


__all__ = [
    "EVALUATION_ROWS", "Batches", "Held", "Interrupts", "Rows", "evaluate", "fit", "make_step", "mean_of", "mode_of", "predict",
    "predict_batches",
]  # fmt: skip
