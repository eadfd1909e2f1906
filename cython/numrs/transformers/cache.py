"""Keys and values of the tokens that a model has seen, in memory taken once."""

import numpy as np


class KVCache:
    """Room for the keys and values of `capacity` tokens in every layer.

    Parameters
    ----------
    layers, batch, heads, capacity, size : int
        Layers of the model, lines of a batch, heads of keys, most tokens, elements of a head.
    dtype : dtype, optional
        Of the elements.

    Attributes
    ----------
    length : int
        Tokens that are there.

    Examples
    --------
    >>> cache = numrs.transformers.KVCache(2, 1, 4, 16, 8)
    >>> cache.length, cache.capacity
    (0, 16)
    """

    def __init__(self, layers, batch, heads, capacity, size, dtype=np.float32):
        for name, value in (
            ("layers", layers),
            ("batch", batch),
            ("heads", heads),
            ("capacity", capacity),
            ("size", size),
        ):
            if not isinstance(value, int) or value < 1:
                raise ValueError(f"KVCache: {name} is {value!r}, expected an int of at least 1")
        self.keys = np.empty((layers, batch, heads, capacity, size), dtype)
        self.values = np.empty((layers, batch, heads, capacity, size), dtype)
        self.length = 0

    @property
    def capacity(self):
        """Most tokens."""
        return self.keys.shape[3]

    def check(self, layers, batch, heads, more, size, where):
        """Does what a model of these extents appends fit?"""
        got = (self.keys.shape[0], self.keys.shape[1], self.keys.shape[2], self.keys.shape[4])
        if got != (layers, batch, heads, size):
            raise ValueError(
                f"{where}: the cache is for (layers, batch, heads, size) {got}, expected {(layers, batch, heads, size)}"
            )
        if self.length + more > self.capacity:
            raise ValueError(
                f"{where}: the cache holds {self.length} of {self.capacity} tokens, {more} more do not fit"
            )

    def append(self, layer, k, v):
        """Writes k and v (batch, heads, n, size) behind those of a layer; gives views of all. advance(n) follows the last layer."""
        begin, end = self.length, self.length + k.shape[2]
        self.keys[layer, :, :, begin:end] = k
        self.values[layer, :, :, begin:end] = v
        return self.keys[layer, :, :, :end], self.values[layer, :, :, :end]

    def advance(self, n):
        """n tokens are in every layer."""
        self.length += n

    def truncate(self, length):
        """Forgets the tokens from `length` on."""
        if not 0 <= length <= self.length:
            raise ValueError(f"KVCache: length is {length}, expected 0 to {self.length}")
        self.length = length

    def __repr__(self):
        return f"KVCache({self.length} of {self.capacity} tokens, {self.keys.nbytes + self.values.nbytes:,} bytes)"
