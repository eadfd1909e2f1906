"""Timing in turns: every library of a case takes its turn again and again, results are compared before anything is timed."""

import os
import platform
import time

import numpy as np
import numrs

SAMPLE_SECONDS = 2e-4  # a sample is at least this long
CASE_SECONDS = 0.6  # rough time spent on one case


class Case:
    """One piece of work: a label, the bytes or operations it stands for, and a call per library. `numrs` is always among the calls."""

    def __init__(self, group, name, calls, *, check=None, tolerance=None, goal=None, work=None):
        self.group, self.name, self.calls, self.check = group, name, calls, check
        self.tolerance, self.goal, self.work = tolerance, goal, work


def to_numpy(value):
    """Any library's result as an ndarray of float64, or complex128, for comparison."""
    if hasattr(value, "detach"):
        value = value.detach()
    if hasattr(value, "to_numpy"):
        value = value.to_numpy()
    value = np.atleast_1d(np.asarray(value))
    return value.astype(np.complex128 if value.dtype.kind == "c" else np.float64)


def differs(got, expected, tolerance):
    """None, or how far two results are apart relative to the largest expected magnitude."""
    a, b = np.atleast_1d(to_numpy(got)), np.atleast_1d(to_numpy(expected))
    if a.shape != b.shape:
        a, b = np.ravel(a), np.ravel(b)
        if a.shape != b.shape:
            return f"shape {a.shape} instead of {b.shape}"
    if a.size == 0:
        return None
    scale = float(np.max(np.abs(b[np.isfinite(b)]), initial=1e-30))
    with np.errstate(invalid="ignore"):
        error = np.abs(a - b)
    error[(a == b) | (np.isnan(a) & np.isnan(b))] = 0
    worst = float(np.max(error)) / scale
    return None if worst <= tolerance else f"differs by {worst:.2g} of the largest value"


def _timed(call, count):
    start = time.perf_counter()
    for _ in range(count):
        call()
    return (time.perf_counter() - start) / count


def run(case, samples=None):
    """Times one case; returns a dict with microseconds (minimum and median) per library and the ratio to numrs."""
    tolerance = case.tolerance if case.tolerance is not None else 1e-5
    rejected = {}
    expected = case.calls["numpy"]() if "numpy" in case.calls else case.calls["numrs"]()
    for name, call in list(case.calls.items()):
        problem = differs(call(), expected, tolerance) if case.check is None else case.check(call(), expected)
        if problem and name != "numpy":
            rejected[name] = problem
    calls = {name: call for name, call in case.calls.items() if name not in rejected or name == "numrs"}
    counts = {}
    for name, call in calls.items():
        once = max(_timed(call, 1), 1e-8)
        once = min(once, max(_timed(call, max(1, int(SAMPLE_SECONDS / once / 4))), 1e-8))
        counts[name] = max(1, int(SAMPLE_SECONDS / once) + 1)
    per_round = sum(counts[name] * _timed(call, 1) for name, call in calls.items())
    rounds = samples or int(min(60, max(5, CASE_SECONDS / max(per_round, 1e-6))))
    times = {name: [] for name in calls}
    order = list(calls)
    for turn in range(rounds):
        for name in order[turn % len(order) :] + order[: turn % len(order)]:
            calls[name]()  # brings caches and worker threads back; not timed
            times[name].append(_timed(calls[name], counts[name]))
    micro = {name: {"min": min(t) * 1e6, "median": float(np.median(t)) * 1e6} for name, t in times.items()}
    peers = {name: t for name, t in micro.items() if not name.startswith("numrs")}
    result = {"group": case.group, "case": case.name, "microseconds": micro, "rejected": rejected, "goal": case.goal, "rounds": rounds}
    if case.work:
        result["work"] = case.work
    if peers:
        fastest = min(peers, key=lambda name: peers[name]["min"])
        result["fastest_peer"] = fastest
        result["ratio"] = peers[fastest]["min"] / micro["numrs"]["min"]
        result["ratio_median"] = min(t["median"] for t in peers.values()) / micro["numrs"]["median"]
    return result


def machine():
    """Where the figures come from."""
    info = numrs.get_cpu_info()
    return {
        "processor": info["brand"],
        "cores": info["usable_cores"],
        "l1d": info["l1d_bytes"],
        "l2": info["l2_bytes"],
        "l3": info["l3_bytes"],
        "isa": numrs.detect_simd_support(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "numrs": numrs.__version__,
        "commit": os.environ.get("NUMRS_COMMIT", "unknown"),
    }


def pin_to_one_core():
    """With one thread, the whole process stays on one core, so that no library uses another."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def random(shape, dtype, seed=0, low=-4.0, high=4.0):
    """Reproducible test data; integers from -100 to 100."""
    generator = np.random.default_rng(seed)
    if np.dtype(dtype).kind in "iu":
        return generator.integers(0 if np.dtype(dtype).kind == "u" else -100, 100, shape).astype(dtype)
    if np.dtype(dtype).kind == "c":
        return (generator.uniform(low, high, shape) + 1j * generator.uniform(low, high, shape)).astype(dtype)
    return generator.uniform(low, high, shape).astype(dtype)


def halves():
    """(short name, dtype) of the 16-bit floats that NumPy knows here."""
    yield "f16", np.dtype(np.float16)
    try:
        from ml_dtypes import bfloat16
    except ImportError:
        return
    yield "bf16", np.dtype(bfloat16)


def beside_float32(group, name, label, arrays, peers):
    """Cases of a function of 16-bit floats beside the same of float32, in elements per second."""
    own, base = getattr(numrs, name), getattr(np, name)
    for short, dtype in halves():
        given = [x.astype(dtype) for x in arrays]
        calls = {"numrs": lambda given=given: own(*given), "float32": lambda: own(*arrays)}
        if "numpy" in peers and arrays[0].size <= 100_000:
            calls["numpy"] = lambda given=given: base(*given)
        yield Case(
            group,
            f"{name} {short} {label}",
            calls,
            tolerance=2e-2,
            goal=0.75 if label == "1k" else 0.85 if label == "100k" else 1.4,
        )
