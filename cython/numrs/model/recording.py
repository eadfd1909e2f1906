"""Steps of training on a device that are recorded: the walk forward and back of a shape of batch is recorded at its second batch,
and done in one launch from then on. The optimizer's step and what looks at the loss stay outside."""

import numrs
from numrs import losses, nn
from numrs.devices import Recording

MOST = 8  # recordings of a training: so many shapes of batches


def recorder_of(model, graph, callbacks):
    """What records the steps of a training, or None where they are made one by one.

    Only parts of this library are recorded unasked: they do the same at every batch, and nothing besides.
    """
    if graph is False:
        return None
    if graph is True:
        return Recorder(model, True)
    if callbacks.every_step or not isinstance(model.loss, losses.Loss) or not _is_own(model.loss):
        return None
    if any(part._hooks or not _is_own(part) for part in model.module.modules()):
        return None
    return Recorder(model, False)


def _is_own(part):
    return type(part).__module__.partition(".")[0] == "numrs"


def _state(value):
    """What a recording depends on: numbers and names by value, tensors by their memory."""
    if isinstance(value, numrs.Tensor):
        return (id(value), value.data_ptr(), value.requires_grad)
    if isinstance(value, dict):
        return tuple([(name, _state(part)) for name, part in value.items()])
    if isinstance(value, (list, tuple, set)):
        return tuple([_state(part) for part in value])
    if isinstance(value, nn.Module):
        return id(value)
    try:
        hash(value)
    except TypeError:
        return id(value)
    return value


class Step:
    """A recorded walk forward and back, with the memory that it works on."""

    def __init__(self, model, walk, batch, device):
        self.batch = [None if part is None else part.copy() for part in batch]
        self.recording = Recording(device)
        parameters = list(model.module.parameters())
        before = [p.grad for p in parameters]
        try:
            with self.recording:
                loss, outputs = walk(*self.batch)
                if type(outputs) is not numrs.Tensor:
                    raise TypeError(f"outputs are of type {type(outputs).__name__}, expected one Tensor")
                self.loss, self.outputs = loss.detach(), outputs.detach()
        except BaseException:
            for p, grad in zip(parameters, before):
                p.grad = grad
            raise
        self.gradients = [(p, p.grad) for p in parameters]
        self.inside, self.checked = self._indices()

    def _indices(self):
        """(what the batch has to hold, whether that is all that a launch would look at)."""
        found, everything = [], True
        for looked in self.recording.indices:
            for number, part in enumerate(self.batch):
                if part is not None and part.data_ptr() == looked["address"] and part.shape == looked["shape"]:
                    found.append((number, looked["kind"], looked["extent"], looked["ignore"]))
                    break
            else:
                everything = False
        return found, everything

    def __call__(self, batch, checked):
        """Loss and outputs of a batch, with the gradients in the parameters' grad; they last until the next call."""
        for to, part in zip(self.batch, batch):
            if to is not None:
                to[...] = part
        self.recording.launch(checked and self.checked)
        for p, grad in self.gradients:
            if p.grad is not grad:
                p.grad = grad
        return self.loss, self.outputs


class Recorder:
    """Steps of one training: recorded where they can be, else made call by call."""

    def __init__(self, model, asked):
        self.model, self.asked = model, asked
        self.copies = False  # does somebody keep the outputs?
        self.launched = self.refused = 0
        self._steps, self._seen, self._state_then = {}, set(), None
        self._piece, self._good = (None, None, None), {}

    def epoch(self):
        """Callbacks may have changed anything since the last one."""
        now = [_state(vars(self.model.loss))] if hasattr(self.model.loss, "__dict__") else []
        now += [(id(part), _state(vars(part))) for part in self.model.module.modules()]
        if now != self._state_then:
            self._steps, self._seen, self._state_then = {}, set(), now

    def piece(self, *rows):
        """The rows of the next batches: whether their indices are in range is asked once for all of them."""
        self._piece, self._good = rows, {}

    def __call__(self, walk, *batch):
        """walk(x, y, weights) → loss and outputs, with the gradients in place; or the recorded form of it."""
        if any(part is not None and type(part) is not numrs.Tensor for part in batch):
            return walk(*batch)
        key = tuple([None if part is None else (part.shape, part.dtype) for part in batch])
        step = self._steps.get(key)
        if step is None:
            if key not in self._seen or len(self._steps) >= MOST:  # the first batch makes what is made once
                self._seen.add(key)
                return walk(*batch)
            step = self._record(walk, key, batch)
        if not step or not all([self._in_range(*inside) for inside in step.inside]):
            self.refused += 1
            return walk(*batch)
        self.launched += 1
        loss, outputs = step(batch, True)
        return loss, outputs.copy() if self.copies else outputs

    def _record(self, walk, key, batch):
        try:
            step = Step(self.model, walk, batch, self.model.device)
        except (NotImplementedError, ValueError, RuntimeError, TypeError, MemoryError) as error:
            if self.asked:
                raise RuntimeError(f"fit: graph is True, but a step of this network cannot be recorded: {error}") from error
            step = False
        self._steps[key] = step
        return step

    def _in_range(self, number, kind, extent, ignore):
        rows, key = self._piece[number], (number, kind, extent, ignore)
        good = self._good.get(key)
        if good is None:
            inside = (rows >= (-extent if kind == "axis" else 0)) & (rows < extent)
            good = bool(numrs.all(inside if ignore is None else inside | (rows == ignore)))
            self._good[key] = good
        return good


__all__ = ["Recorder", "recorder_of"]
