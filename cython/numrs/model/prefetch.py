"""Rows on their way to the model: in the order of an epoch, in pieces, on its device. Rows of the CPU that a device trains on are gathered
and copied by a thread and a stream of their own while the device works on the piece before."""

import threading
from contextlib import closing

import numpy as np

import numrs
from numrs.devices import CPU, Stream, current_stream, stream
from numrs.memory import pinned
from numrs.model.data import Named, is_there, there

GATHER_BYTES = 16 << 20  # rows are brought into their order in pieces of this size
STAGE_BYTES = 4 << 20  # those that are gathered and copied ahead: the first one is waited for


def _rows_of(x, nbytes, batch_size):
    """How many rows have so many bytes; whole batches, at least one."""
    return max(1, nbytes // max(1, x.nbytes // max(len(x), 1)) // batch_size) * batch_size


def _in_order(x, y, weights, order, batch_size):
    """The rows in their order, in pieces of whole batches: (x, y, weights) each."""
    if order is None:
        yield x, y, weights
        return
    size = _rows_of(x, GATHER_BYTES, batch_size)
    for first in range(0, len(x), size):
        part = order[first : first + size]
        rows = x.take(part) if type(x) is Named else numrs.take(x, part, axis=0)
        yield rows, numrs.take(y, part, axis=0), None if weights is None else numrs.take(weights, part, axis=0)


def brought(x, y, weights, batch_size, device):
    """Rows in memory of a device: (x, y, weights) as they are where they are there, else pieces of whole batches."""
    if is_there(x, device) and is_there(y, device) and is_there(weights, device):
        yield x, y, weights
        return
    size = _rows_of(x, GATHER_BYTES, batch_size)
    for first in range(0, len(x), size):
        yield tuple([there(part if part is None else part[first : first + size], device) for part in (x, y, weights)])


class Rows:
    """Rows that are all there, as data of an epoch or an evaluation."""

    reused = False

    def __init__(self, x, y, weights, batch_size, order=None):
        self.x, self.y, self.weights, self.batch_size, self.order = x, y, weights, batch_size, order
        self._stage = None

    @property
    def length(self):
        """Steps."""
        return -(-len(self.x) // self.batch_size)

    def pieces(self, epoch=0, device=CPU):
        """(x, y, weights, rows of a step), in pieces of whole steps on a device. Whoever stops before the end closes it."""
        order = None if self.order is None else self.order(epoch)
        stage = self._stage_for(device)
        if stage is not None:
            with closing(stage.pieces(order)) as pieces:
                for found in pieces:
                    weights = None if self.weights is None else found.pop()
                    y = found.pop()
                    x = Named(dict(zip(self.x.parts, found))) if type(self.x) is Named else found[0]
                    yield x, y, weights, self.batch_size
            return
        for piece in _in_order(self.x, self.y, self.weights, order, self.batch_size):
            for rows in brought(*piece, self.batch_size, device):
                yield *rows, self.batch_size

    def _stage_for(self, device):
        """What brings the rows to a device ahead of time, where that pays."""
        if self._stage is None or self._stage.device != device:
            self._stage = None
            tensors = _flat(self.x, self.y, self.weights)
            size = _rows_of(self.x, STAGE_BYTES, self.batch_size)
            away = device != CPU and any(t.device == CPU for t in tensors) and all(t.device in (CPU, device) for t in tensors)
            if away and len(self.x) > size:
                try:
                    self._stage = Stage(tensors, size, device)
                except MemoryError:  # of pinned memory there is less than of any other
                    pass
        return self._stage

    def __iter__(self):
        """The steps one by one, each time in a new order."""
        for x, y, weights, size in self.pieces():
            for first in range(0, len(x), size):
                stop = first + size
                yield x[first:stop], y[first:stop], None if weights is None else weights[first:stop]

    def ended(self):
        """After an epoch."""


def _flat(x, y, weights):
    """The tensors of rows."""
    parts = list(x.parts.values()) if type(x) is Named else [x]
    return [*parts, y] if weights is None else [*parts, y, weights]


class Stage:
    """Pinned memory for two pieces, and a stream that copies them."""

    def __init__(self, tensors, size, device):
        self.tensors, self.size, self.device = tensors, size, device
        self.stream = Stream(device)
        self.buffers = [[pinned((size, *t.shape[1:]), t.dtype, device=device) if t.device == CPU else None for t in tensors]
                        for _ in range(2)]  # fmt: skip
        self.copied = [None, None]  # events behind the latest copies from the buffers

    def gather(self, number, order):
        """A piece on its way: its tensors, None for those that are on the device anyway, and the event to wait for."""
        first, slot = number * self.size, number % 2
        if self.copied[slot] is not None:
            self.copied[slot].synchronize()
        found = []
        for tensor, buffer in zip(self.tensors, self.buffers[slot]):
            if buffer is None:
                found.append(None)
                continue
            part = tensor[first : first + self.size]
            here = buffer[: len(part)]
            if order is None:
                numrs.from_numpy(here)[...] = part
            elif tensor.numpy().flags.c_contiguous:
                np.take(tensor.numpy(), order[first : first + self.size], axis=0, out=here, mode="clip")  # without the GIL
            else:
                numrs.from_numpy(here)[...] = numrs.take(tensor, order[first : first + self.size], axis=0)
            found.append(numrs.from_numpy(here).to(self.device, non_blocking=True))
        self.copied[slot] = self.stream.record_event()
        return found, self.copied[slot]

    def arrived(self, event):
        """What is computed from now on comes behind the copies."""
        current_stream(self.device).wait_event(event)

    def pieces(self, order):
        """The tensors of each piece, on the device. Whoever stops before the end closes it."""
        if order is not None:
            order = numrs.asarray(order, device=CPU).numpy()
        ahead = _Ahead(self, -(-len(self.tensors[0]) // self.size), order)
        try:
            ahead.start()
            for number in range(ahead.count):
                found, event = ahead.next()
                self.arrived(event)
                for k, tensor in enumerate(self.tensors):
                    if found[k] is None:
                        part = slice(number * self.size, (number + 1) * self.size)
                        found[k] = tensor[part] if order is None else numrs.take(tensor, order[part], axis=0)
                yield found
                del found  # what is still used others have
        finally:
            ahead.stop()


class _Ahead:
    """The thread that makes a piece before it is wanted."""

    def __init__(self, stage, count, order):
        self.stage, self.count, self.order = stage, count, order
        self.ready, self.failure, self.stopped = None, None, False
        self.changed = threading.Condition()
        self.thread = threading.Thread(target=self._work, name="numrs-prefetch", daemon=True)

    def start(self):
        self.thread.start()

    def _work(self):
        try:
            with stream(self.stage.stream):
                for number in range(self.count):
                    with self.changed:
                        self.changed.wait_for(lambda: self.stopped or self.ready is None)
                        if self.stopped:
                            return
                    piece = self.stage.gather(number, self.order)
                    with self.changed:
                        self.ready = piece
                        del piece
                        self.changed.notify_all()
        except BaseException as error:  # noqa: BLE001 - it is raised where the piece is wanted
            with self.changed:
                self.failure = error
                self.changed.notify_all()

    def next(self):
        """The next piece, or what went wrong with it."""
        with self.changed:
            self.changed.wait_for(lambda: self.ready is not None or self.failure is not None)
            if self.ready is None:
                raise self.failure
            piece, self.ready = self.ready, None
            self.changed.notify_all()
            return piece

    def stop(self):
        """Ends the thread, which is at most in the middle of one piece."""
        with self.changed:
            self.stopped = True
            self.changed.notify_all()
        if self.thread.ident is not None:
            self.thread.join()
        self.ready = None


__all__ = ["Rows", "brought"]
