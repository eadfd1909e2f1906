"""Finding the thresholds of this machine: work that is worth a second thread, results that are worth writing past the caches."""

import time

import numpy as np

import numrs
from numrs._ops.runtime import get_thresholds, set_thresholds


def _best(call, seconds=0.02):
    call()
    best, end = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < end:
        start = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - start)
    return best


def _thread_threshold():
    """Shortest single-thread work, in microseconds, from which on two threads win by 10 %; 100 when there is one core."""
    if numrs.get_cpu_info()["usable_cores"] < 2:
        return 100.0
    before, chosen = numrs.get_num_threads(), None
    try:
        for elements in (8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 512_000):
            x = np.linspace(0.0, 1.0, elements)
            y = np.empty_like(x)
            numrs.set_num_threads(1)
            alone = min(_best(lambda: numrs.exp(x, out=y)) for _ in range(3))  # noqa: B023
            numrs.set_num_threads(2)
            set_thresholds(thread_us=1e-3)
            both = float(np.median([_best(lambda: numrs.exp(x, out=y)) for _ in range(3)]))  # noqa: B023
            if both * 1.1 < alone:
                chosen = chosen or alone * 1e6
            else:
                chosen = None
    finally:
        numrs.set_num_threads(before)
    return min(max(chosen or 1000.0, 10.0), 1000.0)


def _stream_threshold():
    """Bytes moved by one call from which on non-temporal stores win; beyond all sizes tried when they never do."""
    l3 = numrs.get_cpu_info()["l3_bytes"] or (16 << 20)
    never = 1 << 60
    chosen = never
    before = numrs.get_num_threads()
    numrs.set_num_threads(1)
    try:
        for factor in (4.0, 2.0, 1.0, 0.5):
            elements = int(min(max(l3 * factor, 1 << 22), 1 << 29) / 12)
            a, b, y = (np.ones(elements, np.float32) for _ in range(3))
            set_thresholds(stream_bytes=never)
            plain = _best(lambda: numrs.add(a, b, y), 0.2)  # noqa: B023
            set_thresholds(stream_bytes=1)
            streamed = _best(lambda: numrs.add(a, b, y), 0.2)  # noqa: B023
            if streamed * 1.05 >= plain:
                break
            chosen = elements * 12
    finally:
        numrs.set_num_threads(before)
    return chosen


def calibrate():
    """Measures both thresholds (about ten seconds), puts them in force and returns them with the processor's name."""
    saved = get_thresholds()
    try:
        found = {"thread_us": round(_thread_threshold(), 1), "stream_bytes": int(_stream_threshold())}
    except BaseException:
        set_thresholds(**saved)
        raise
    set_thresholds(**found)
    return {**found, "brand": numrs.get_cpu_info()["brand"]}
