"""What gives batches one after another: generators, iterables, loaders and datasets. Arrays and tables, which are rows themselves, are in
data.py; the checks of a batch are the model's."""

import array
import collections.abc
import numbers
import warnings

import numpy as np

import numrs
from numrs import Tensor
from numrs.model.data import whole

_ARRAYS = ("__array__", "__array_interface__", "__dlpack__", "to_numpy", "column_names")
_ROWS = (Tensor, np.ndarray, list, tuple, str, bytes, bytearray, memoryview, dict, set, frozenset, range, array.array, numbers.Number)


def is_stream(x, y=None, pairs=True):
    """Does x give batches, rather than being rows? A list of pairs does where nothing is given beside it."""
    if isinstance(x, (list, collections.abc.Sequence)) and not isinstance(x, (str, bytes, bytearray, memoryview, range, tuple)):
        return pairs and y is None and len(x) > 0 and isinstance(x[0], tuple)
    if isinstance(x, _ROWS) or any(hasattr(x, name) for name in _ARRAYS) or isinstance(x, type):
        return False
    return hasattr(x, "__iter__") or hasattr(x, "__next__") or (hasattr(x, "__getitem__") and hasattr(x, "__len__"))


def refuse_beside(function, **given):
    """Arguments that only rows have."""
    for name, (value, why) in given.items():
        if value is not None and value is not False and not (name == "validation_split" and value == 0):
            raise ValueError(f"{function}: {name} is given beside something that gives batches; {why}")


def _stacked(values):
    """Rows as one array with them along its first axis; of dicts a dict."""
    if isinstance(values[0], dict):
        return {name: _stacked([v[name] for v in values]) for name in values[0]}
    if any(isinstance(v, Tensor) for v in values):
        return numrs.stack([v.detach() if isinstance(v, Tensor) else numrs.asarray(np.asarray(v)) for v in values])
    try:
        return np.stack([np.asarray(v) for v in values])
    except ValueError as error:
        raise ValueError(f"rows of one batch differ in shape: {error}") from None


def _together(rows, function, name):
    """Rows (x, y), (x, y, sample_weight) or x alone as one batch."""
    if not isinstance(rows[0], (tuple, list)):
        return _stacked(rows)
    parts = {len(row) if isinstance(row, (tuple, list)) else 0 for row in rows}
    if len(parts) != 1:
        raise ValueError(f"{function}: rows of {name} have {' and '.join(map(str, sorted(parts)))} parts, expected as many in each")
    try:
        return tuple(_stacked(column) for column in zip(*rows))
    except ValueError as error:
        raise ValueError(f"{function}: {name}: {error}") from None


class Stream:
    """Batches of a source, epoch by epoch.

    Parameters
    ----------
    source : iterator, iterable, or object with __len__ and __getitem__
        Of batches; of rows where batch_size is given.
    function, name : str
        For messages.
    batch_size : int, optional
        How many rows are put together.
    steps : int, optional
        Batches of an epoch; until the source ends when not given.
    order : callable, optional
        n → an order of n items or None, for sources that are indexed.
    fresh : bool, optional
        Whether each epoch begins at the start, rather than where the one before stopped.
    """

    def __init__(self, source, function, name, batch_size=None, steps=None, order=None, fresh=False, steps_name="steps_per_epoch"):
        self.source, self.function, self.name, self.order, self.fresh = source, function, name, order, fresh
        self.batch_size = None if batch_size is None else whole(function, "batch_size", batch_size, 1)
        self.steps = None if steps is None else whole(function, steps_name, steps, 1)
        indexed = hasattr(source, "__getitem__") and hasattr(source, "__len__")
        self.indexed = indexed and (self.batch_size is not None or not hasattr(source, "__iter__"))
        self.once = not self.indexed and (not hasattr(source, "__iter__") or iter(source) is source)
        if self.batch_size is not None and isinstance(getattr(source, "batch_size", None), int):
            raise ValueError(f"{function}: {name} makes batches of {source.batch_size} itself; leave batch_size out")
        self.told = False
        self.number, self.turns = 0, -1  # the epoch, and how often the source was begun in it before
        self._at = None

    @property
    def length(self):
        """Batches of an epoch, None where nobody knows."""
        if self.steps is not None:
            return self.steps
        try:
            items = len(self.source)
        except TypeError:
            return None
        return items if self.batch_size is None else -(-items // self.batch_size)

    def _items(self):
        if self.indexed:
            n = len(self.source)
            order = None if self.order is None else self.order(n)
            places = range(n) if order is None else order.tolist()
            if self.batch_size is not None and hasattr(self.source, "__getitems__"):
                for first in range(0, n, self.batch_size):
                    yield from self.source.__getitems__(list(places[first : first + self.batch_size]))
                return
            for i in places:
                yield self.source[i]
        elif hasattr(self.source, "__iter__"):
            yield from self.source
        else:
            while True:
                try:
                    item = next(self.source)
                except StopIteration:
                    return
                yield item

    def _batches(self):
        if self.batch_size is None:
            yield from self._items()
            return
        rows = []
        for item in self._items():
            rows.append(item)
            if len(rows) == self.batch_size:
                yield _together(rows, self.function, self.name)
                rows = []
        if rows:
            yield _together(rows, self.function, self.name)

    def epoch(self, number=0):
        """The batches of the next epoch, which has that number."""
        self.number, self.turns = number, -1
        if self.fresh and not self.once:
            self._at = None
        done = 0
        while self.steps is None or done < self.steps:
            begun = self._at is None
            if begun:
                self._at = self._batches()
                self.turns += 1
            try:
                item = next(self._at)
            except StopIteration:
                if self.once:
                    if self.steps is not None and done:
                        self.told = True
                        words = f"{self.function}: {self.name} ran out of data after {done} of {self.steps} steps"
                        warnings.warn(words, RuntimeWarning, stacklevel=5)
                    return
                self._at = None
                if self.steps is None or begun:  # the end of the epoch, or a source without anything in it
                    return
                continue
            yield item
            done += 1

    def after_epoch(self):
        """A dataset of Keras is told when an epoch has ended."""
        if hasattr(self.source, "on_epoch_end"):
            self.source.on_epoch_end()


def parts_of(item, function, name, number, alone=False):
    """(x, y, sample_weight) of what a stream gave; alone: only x is wanted."""
    whole_pairs = isinstance(item, tuple) or (isinstance(item, list) and len(item) > 0 and hasattr(item[0], "shape"))
    if alone:
        if whole_pairs and not 1 <= len(item) <= 3:
            raise ValueError(f"{function}: batch {number} of {name} has {len(item)} parts, expected x, (x, y) or (x, y, sample_weight)")
        return (item[0] if whole_pairs else item), None, None
    if not isinstance(item, (tuple, list)):
        raise TypeError(f"{function}: batch {number} of {name} is of type {type(item).__name__}, expected (x, y) or (x, y, sample_weight)")
    if not 2 <= len(item) <= 3:
        raise ValueError(f"{function}: batch {number} of {name} has {len(item)} parts, expected (x, y) or (x, y, sample_weight)")
    x, y = item[0], item[1]
    if isinstance(y, numbers.Number) or getattr(y, "shape", None) == ():
        raise ValueError(f"{function}: batch {number} of {name} is one row, its y is {y!r:.40}; batch_size= puts rows together")
    return x, y, item[2] if len(item) == 3 else None


__all__ = ["Stream", "is_stream", "parts_of", "refuse_beside"]
