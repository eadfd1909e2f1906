"""The arguments of a run of fit, checked, and the orders of its rows."""

import numpy as np

import numrs
from numrs.model import training
from numrs.model.data import whole


class Settings:
    """What a run of fit goes by, checked."""

    def __init__(self, model, rows, batch_size, epochs, initial_epoch, shuffle, rng, validation_batch_size):
        self.batch_size = whole("fit", "batch_size", 32 if batch_size is None else batch_size, 1)
        self.epochs = whole("fit", "epochs", epochs, 0)
        self.initial_epoch = whole("fit", "initial_epoch", initial_epoch, 0)
        if validation_batch_size is None:
            validation_batch_size = max(self.batch_size, training.EVALUATION_ROWS)
        self.validation_batch_size = whole("fit", "validation_batch_size", validation_batch_size, 1)
        if not isinstance(shuffle, (bool, np.bool_)):
            raise TypeError(f"fit: shuffle is of type {type(shuffle).__name__}, expected a bool")
        self.shuffle, self.rows, self.model = bool(shuffle), rows, model
        self.rng, self.seed = None, None
        if isinstance(rng, numrs.random.Generator):
            self.rng = rng
        elif rng is not None:
            self.seed = whole("fit", "rng", rng, 0)

    def order(self, epoch, turn=0, rows=None):
        """The order of the rows in an epoch, or None for that of the data. It depends on seed and epoch only, so that resuming goes on
        with the same orders; turn counts passes within an epoch."""
        if not self.shuffle:
            return None
        if self.rng is not None:
            rng = self.rng
        elif self.seed is not None:
            rng = numrs.random.default_rng((self.seed, epoch, turn) if turn else (self.seed, epoch))
        else:
            seeds = self.model.seed, self.model._epochs_done
            rng = numrs.random.default_rng((*seeds, turn) if turn else seeds)
        return rng.permutation(self.rows if rows is None else rows)
