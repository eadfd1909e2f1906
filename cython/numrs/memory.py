"""The memory pool behind results and workspaces: statistics, trimming, limit."""

from typing import SupportsIndex

from numrs._ops.runtime import memory_reset_peak, memory_set_limit, memory_stats, memory_trim

__all__ = ["peak", "reset_peak", "set_limit", "stats", "trim"]


def stats() -> dict[str, int]:
    """Statistics of the memory pool.

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
    return memory_stats()


def trim() -> None:
    """Give all cached blocks back to the system; ``cached_bytes`` is 0 afterwards.

    Examples
    --------
    >>> numrs.memory.trim()
    """
    memory_trim()


def set_limit(limit: SupportsIndex | None) -> None:
    """Limit the bytes that may be in use; an allocation beyond it is a MemoryError.

    Parameters
    ----------
    limit : int or None
        Bytes; 0 or None: no limit.

    Raises
    ------
    ValueError
        For a negative limit.

    Examples
    --------
    >>> numrs.memory.set_limit(None)
    """
    memory_set_limit(limit)


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
