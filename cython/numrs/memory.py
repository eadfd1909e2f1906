"""The memory pool behind results and workspaces: statistics, trimming, limit; tracing of a block; arenas of a fixed size."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterator
from contextlib import contextmanager
from operator import index
from typing import TYPE_CHECKING, Any, SupportsIndex

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from numrs._ops._devices import Device

from numrs._ops import _place
from numrs._ops._streams import pinned as _pinned
from numrs._ops.runtime import copied_bytes, memory_reset_peak, memory_set_limit, memory_stats, memory_trim

__all__ = ["PoolAllocator", "Trace", "peak", "pinned", "reset_peak", "set_limit", "stats", "trace", "trim"]


def _device(device: object) -> tuple[str, int] | None:
    """Kind and number of a device that is not the CPU."""
    from numrs._ops._devices import CPU, resolve

    if device is None:
        return None
    found = resolve(device)  # type: ignore[arg-type]
    return None if found == CPU else (found.kind, found.index)


def _extents(function: str, shape: Any) -> tuple[int, ...]:
    try:
        extents = tuple(index(n) for n in (shape if isinstance(shape, (tuple, list)) else (shape,)))
    except TypeError:
        raise TypeError(f"{function}: shape is {shape!r}, expected an int or a tuple of ints") from None
    if any(n < 0 for n in extents):
        raise ValueError(f"{function}: shape is {extents}, expected extents that are not negative")
    return extents


def stats(device: str | Device | None = None) -> dict[str, int]:
    """Statistics of the memory pool, or of that of a device.

    Parameters
    ----------
    device : str or Device, optional
        Such as 'cuda:0'; None: the CPU.

    Returns
    -------
    dict
        ``hits`` and ``misses`` (allocations served from the cache, or by the system), ``in_use_bytes``, ``cached_bytes``,
        ``peak_bytes`` (most in use so far), ``limit_bytes`` (0: none).

    Examples
    --------
    >>> sorted(numrs.memory.stats())
    ['cached_bytes', 'hits', 'in_use_bytes', 'limit_bytes', 'misses', 'peak_bytes']
    """
    place = _device(device)
    return memory_stats() if place is None else _place.memory_stats(*place)


def trim(device: str | Device | None = None) -> None:
    """Give all cached blocks back to the system, or to a device's driver; ``cached_bytes`` is 0 afterwards.

    Parameters
    ----------
    device : str or Device, optional
        Such as 'cuda:0'; None: the CPU.

    Examples
    --------
    >>> numrs.memory.trim()
    """
    from numrs._ops._storage import trim as trim_small

    place = _device(device)
    if place is not None:
        _place.memory_trim(*place)
        return
    trim_small()
    memory_trim()


def set_limit(limit: SupportsIndex | None, device: str | Device | None = None) -> None:
    """Limit the bytes that may be in use; an allocation beyond it is a MemoryError.

    Parameters
    ----------
    limit : int or None
        Bytes; 0 or None: no limit.
    device : str or Device, optional
        Such as 'cuda:0'; None: the CPU.

    Raises
    ------
    ValueError
        For a negative limit.

    Examples
    --------
    >>> numrs.memory.set_limit(None)
    """
    place = _device(device)
    if place is None:
        memory_set_limit(limit)
        return
    wanted = 0 if limit is None else limit.__index__()
    if wanted < 0:
        raise ValueError(f"memory.set_limit: limit is {wanted}, expected 0 or more")
    _place.memory_set_limit(*place, wanted)


def pinned(shape: SupportsIndex | tuple[SupportsIndex, ...], dtype: npt.DTypeLike = float, *,
           device: str | Device | None = None) -> npt.NDArray[Any]:  # fmt: skip
    """An uninitialised array in memory of the host that a device reads and writes by itself.

    It is for copies that do not wait: ``numrs.from_numpy(a).to(device, non_blocking=True)``. The memory is given back with the last
    array over it, when the copies from and to it are done.

    Parameters
    ----------
    shape : int or tuple of ints
        The extents.
    dtype : dtype, optional
        Of the elements; float64.
    device : str or Device, optional
        The one to copy to; None: the current one, or 'cuda:0' where that is the CPU.

    Returns
    -------
    ndarray
        C order.

    Raises
    ------
    RuntimeError
        For a device that is not there.
    ValueError
        For the CPU, which has no such memory, and for negative extents.
    MemoryError
        When there is no memory for it.

    Examples
    --------
    >>> numrs.memory.pinned(4, device="cpu")
    Traceback (most recent call last):
    ValueError: memory.pinned: device is cpu, expected one that copies are made to
    """
    from numrs._ops._array import as_numpy_dtype
    from numrs._ops._devices import CPU, get_device, resolve

    extents = _extents("memory.pinned", shape)
    found = resolve(("cuda:0" if get_device() == CPU else None) if device is None else device)
    if found == CPU:
        raise ValueError("memory.pinned: device is cpu, expected one that copies are made to")
    return _pinned(extents, as_numpy_dtype(dtype, "memory.pinned"), _place.place_of_name(found.kind, found.index))


def peak() -> int:
    """Most bytes that were in use at once since the start or `reset_peak`.

    Returns
    -------
    int

    Examples
    --------
    >>> numrs.memory.peak() >= 0
    True
    """
    return memory_stats()["peak_bytes"]


def reset_peak() -> None:
    """Start the peak anew from what is in use now.

    Examples
    --------
    >>> numrs.memory.reset_peak()
    """
    memory_reset_peak()


class Trace:
    """What a block of `trace` did.

    Attributes
    ----------
    allocations : int
        Blocks taken from the pool.
    hits, misses : int
        Those that were recycled, and those that the system gave.
    copied_bytes : int
        Bytes written by copies and conversions of arrays.

    Examples
    --------
    >>> with numrs.memory.trace() as seen:
    ...     pass
    >>> seen.allocations
    0
    """

    __slots__ = ("allocations", "copied_bytes", "hits", "misses")

    def __init__(self) -> None:
        self.allocations = self.hits = self.misses = self.copied_bytes = 0


@contextmanager
def trace() -> Iterator[Trace]:
    """Count what a block allocates from the pool and copies; the numbers are there when it ends.

    Yields
    ------
    Trace
        What the block did so far, when it ends.

    Examples
    --------
    >>> x = numrs.asarray([1.0, 2.0])
    >>> with numrs.memory.trace() as seen:
    ...     y = x[::-1]
    >>> seen.copied_bytes, seen.allocations
    (0, 0)
    """
    seen = Trace()
    before, copied = memory_stats(), copied_bytes()
    try:
        yield seen
    finally:
        after = memory_stats()
        seen.hits, seen.misses = after["hits"] - before["hits"], after["misses"] - before["misses"]
        seen.allocations = seen.hits + seen.misses
        seen.copied_bytes = copied_bytes() - copied


class PoolAllocator:
    """An arena of a fixed size: blocks of it are given out and taken back without asking the system again.

    Parameters
    ----------
    capacity : int
        Bytes of the arena, taken from the pool at once.

    Raises
    ------
    ValueError
        For a capacity that is not positive.
    MemoryError
        When there is no memory for it.

    Examples
    --------
    >>> arena = numrs.memory.PoolAllocator(1 << 20)
    >>> y = arena.empty((2, 3), "float32")
    >>> numrs.add([[1, 2, 3]], 1, out=y)[0]
    array([2., 3., 4.], dtype=float32)
    >>> arena.free(y)
    """

    _ALIGNMENT = 64

    def __init__(self, capacity: SupportsIndex) -> None:
        from numrs._ops._storage import empty

        if isinstance(capacity, bool) or not hasattr(capacity, "__index__"):
            raise TypeError(f"PoolAllocator: capacity is of type {type(capacity).__name__}, expected an int")
        size = capacity.__index__()
        if size <= 0:
            raise ValueError(f"PoolAllocator: capacity is {size}, expected a positive number of bytes")
        self._capacity = self._rounded(size)
        self._memory: npt.NDArray[np.uint8] = empty((self._capacity,), np.dtype(np.uint8)).numpy()
        self._start = self._memory.ctypes.data
        self._free = [(0, self._capacity)]  # offset and bytes of what is free, in order, neighbours joined
        self._used: dict[int, int] = {}  # offset and bytes of what is given out
        self._peak = self._allocations = self._refusals = 0

    def _rounded(self, size: int) -> int:
        return max(1, -(-size // self._ALIGNMENT)) * self._ALIGNMENT

    def allocate(self, nbytes: SupportsIndex) -> npt.NDArray[np.uint8]:
        """A block of at least so many bytes, at a multiple of 64.

        Parameters
        ----------
        nbytes : int
            Not negative.

        Returns
        -------
        ndarray of uint8, shape (nbytes,)
            Over the arena's memory.

        Raises
        ------
        MemoryError
            When no free piece is that large.
        """
        size = nbytes.__index__()
        if size < 0:
            raise ValueError(f"PoolAllocator.allocate: nbytes is {size}, expected 0 or more")
        wanted = self._rounded(size)
        for place, (offset, room) in enumerate(self._free):
            if room >= wanted:
                if room == wanted:
                    del self._free[place]
                else:
                    self._free[place] = (offset + wanted, room - wanted)
                self._used[offset] = wanted
                self._allocations += 1
                self._peak = max(self._peak, self._capacity - self.available)
                return self._memory[offset : offset + size]
        self._refusals += 1
        raise MemoryError(
            f"PoolAllocator.allocate: {size} bytes are wanted, {self.available} of {self._capacity} are free"
            + (f", the largest piece has {max(room for _, room in self._free)}" if self._free else "")
        )

    def free(self, block: Any) -> None:
        """Takes a block back: what `allocate` or `empty` gave.

        Raises
        ------
        ValueError
            For what is no block of this arena, or was given back before.
        """
        array = block.numpy() if hasattr(block, "numpy") else np.asarray(block)
        offset = array.ctypes.data - self._start
        size = self._used.pop(offset, None)
        if size is None:
            raise ValueError("PoolAllocator.free: this is no block of the arena, or it was given back before")
        insort(self._free, (offset, size))
        joined = [self._free[0]]
        for at, room in self._free[1:]:
            last, before = joined[-1]
            if last + before == at:
                joined[-1] = (last, before + room)
            else:
                joined.append((at, room))
        self._free = joined

    def empty(self, shape: SupportsIndex | tuple[SupportsIndex, ...], dtype: npt.DTypeLike = float) -> npt.NDArray[Any]:
        """An uninitialised array in the arena, for ``out=``.

        Parameters
        ----------
        shape : int or tuple of ints
        dtype : dtype, optional

        Returns
        -------
        ndarray
            C order; give it back with `free`.
        """
        extents = _extents("PoolAllocator.empty", shape)
        kind = np.dtype(dtype)
        count = 1
        for n in extents:
            count *= n
        return self.allocate(count * kind.itemsize).view(kind).reshape(extents)

    @property
    def available(self) -> int:
        """Bytes that are free."""
        return sum(room for _, room in self._free)

    @property
    def capacity(self) -> int:
        """Bytes of the arena."""
        return self._capacity

    def stats(self) -> dict[str, int]:
        """Counters of the arena.

        Returns
        -------
        dict
            ``capacity_bytes``, ``in_use_bytes``, ``available_bytes``, ``peak_bytes``, ``blocks`` given out now,
            ``allocations`` so far, ``refusals``.
        """
        free = self.available
        return {
            "capacity_bytes": self._capacity,
            "in_use_bytes": self._capacity - free,
            "available_bytes": free,
            "peak_bytes": self._peak,
            "blocks": len(self._used),
            "allocations": self._allocations,
            "refusals": self._refusals,
        }
