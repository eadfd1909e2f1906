"""Series that make running sums lose digits: worst error and time of numrs beside pandas, Bottleneck and polars. No printing here."""

import math
import time
from fractions import Fraction

import numpy as np
import numrs

from . import harness, peers

PEERS = ("pandas", "bottleneck", "polars")
WINDOW = 50
SAMPLES = 300


def _noise(n, seed):
    return np.random.default_rng(seed).normal(size=n)


def _spikes(x, size, every):
    """A copy with a spike of alternating sign every so many elements."""
    y = x.copy()
    at = np.arange(every // 2, len(x), every)
    y[at] = np.where(np.arange(len(at)) % 2, -size, size)
    return y


def cases(n):
    """(name, function, series); windows that hold a spike are not looked at, only what it leaves behind."""
    every = max(4 * WINDOW, n // 20)
    noise = _noise(n, 1)
    for size in (1e4, 1e8, 1e15):
        yield f"std after spikes of {size:.0e}", "std", _spikes(noise, size, every)
    for offset in (1e6, 1e8):
        yield f"std at a mean of {offset:.0e}", "std", noise + offset
    for size in (1e4, 1e8):
        yield f"std, float32, after spikes of {size:.0e}", "std", _spikes(noise, size, every).astype(np.float32)
    positive = 0.5 + np.random.default_rng(2).random(n)
    for size in (1e16, 1e300):
        yield f"mean after spikes of {size:.0e}", "mean", _spikes(positive, size, every)
    yield "mean, float32, after spikes of 1e+08", "mean", _spikes(positive, 1e8, every).astype(np.float32)


def _calls(function, x, found):
    """Library → call that gives the moving statistic of x in the library's own kind of array."""
    calls = {"numrs": lambda: getattr(numrs, f"rolling_{function}")(x, WINDOW)}
    if "pandas" in found:
        series = found["pandas"].Series(x)
        more = {"ddof": 0} if function == "std" else {}
        calls["pandas"] = lambda: getattr(series.rolling(WINDOW), function)(**more)
    if "bottleneck" in found:
        calls["bottleneck"] = lambda: getattr(found["bottleneck"], f"move_{function}")(x, WINDOW)
    if "polars" in found:
        column = found["polars"].Series(x)
        kind = {"ddof": 0} if function == "std" else {}
        calls["polars"] = lambda: getattr(column, f"rolling_{function}")(WINDOW, **kind)
    return calls


def _sampled(x, seed=3):
    """Ends of windows without a spike: those right behind one, and others at random."""
    large = np.abs(x - np.median(x)) > 100
    behind = np.flatnonzero(large)[:, None] + WINDOW + np.arange(3)
    at = np.concatenate([behind.ravel(), np.random.default_rng(seed).integers(WINDOW - 1, len(x), SAMPLES)])
    at = np.unique(at[at < len(x)])
    spikes = np.concatenate([[0], np.cumsum(large)])
    at = at[spikes[at + 1] == spikes[at + 1 - WINDOW]]
    return at[:: max(1, len(at) // SAMPLES)]


def _relative(got, exact, function):
    """Relative error of one result; for std `exact` is the variance. NaN and infinite results are infinitely wrong."""
    if not math.isfinite(got):
        return math.inf
    if function == "mean":
        return abs(float(Fraction(got) / exact - 1))
    d = float(Fraction(got) ** 2 / exact - 1)
    return abs(d / (1 + math.sqrt(max(0.0, 1 + d))))


def _exact(x, function, at):
    for end in at:
        values = [Fraction(float(v)) for v in x[end + 1 - WINDOW : end + 1]]
        mean = sum(values) / WINDOW
        yield mean if function == "mean" else sum((v - mean) ** 2 for v in values) / WINDOW


def _times(calls, n, repeats):
    """Nanoseconds per element, the best of some runs in turns."""
    best = dict.fromkeys(calls, math.inf)
    for _ in range(repeats):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            best[name] = min(best[name], (time.perf_counter() - start) / n * 1e9)
    return best


def _entry(error, dtype, nanoseconds):
    """What is known of one library in one case; an error that is not finite is None, for JSON."""
    return {
        "relative_error": error if math.isfinite(error) else None,
        "ulp": error / float(np.finfo(dtype).eps) if math.isfinite(error) else None,
        "ns_per_element": nanoseconds,
    }


def run(n=200_000, repeats=7, report=lambda row: None):
    """Rows of the table, and the facts of machine and versions."""
    machine = harness.machine()
    peers.limit_threads_by_environment(1)
    harness.pin_to_one_core()
    before = numrs.get_num_threads()
    numrs.set_num_threads(1)
    loaded, missing = peers.load(PEERS, 1)
    found = {name: peer.module for name, peer in loaded.items()}
    rows = []
    try:
        for name, function, x in cases(n):
            calls = _calls(function, x, found)
            at = _sampled(x)
            exact = list(_exact(x, function, at))
            errors = {}
            for library, call in calls.items():
                got = harness.to_numpy(call())[at]
                errors[library] = max(_relative(float(g), e, function) for g, e in zip(got, exact, strict=True))
            times = _times(calls, n, repeats)
            results = {library: _entry(errors[library], x.dtype, times[library]) for library in calls}
            rows.append(
                {"case": f"rolling {name}", "window": WINDOW, "elements": n, "windows": len(at), "results": results}
            )
            report(rows[-1])
        rows.append(_ones(found, repeats))
        report(rows[-1])
    finally:
        numrs.set_num_threads(before)
    return {
        "rows": rows,
        "missing": missing,
        "machine": machine,
        "versions": {name: p.version for name, p in loaded.items()},
    }


def _ones(found, repeats):
    """The mean of 2**25 ones in float32: a running sum in float32 stops at 2**24."""
    n = 1 << 25
    x = np.ones(n, np.float32)
    calls = {"numrs": lambda: numrs.mean(x)}
    if "pandas" in found:
        series = found["pandas"].Series(x, copy=False)
        calls["pandas"] = lambda: series.mean()
    if "bottleneck" in found:
        calls["bottleneck"] = lambda: found["bottleneck"].nanmean(x)
    if "polars" in found:
        column = found["polars"].Series(x)
        calls["polars"] = lambda: column.mean()
    errors = {name: abs(float(call()) - 1.0) for name, call in calls.items()}
    times = _times(calls, n, min(repeats, 3))
    results = {name: _entry(errors[name], np.float32, times[name]) for name in calls}
    return {"case": "mean, float32, of 2^25 ones", "window": n, "elements": n, "windows": 1, "results": results}


def cell(entry):
    """(error, time) of one library as text."""
    error = entry["relative_error"]
    if error is None:
        text = "not finite"
    elif error == 0:
        text = "0"
    else:
        text = f"{error:.0%}" if 0.005 <= error < 10 else f"{error:.0e}"
    return text, f"{entry['ns_per_element']:.2g} ns" if entry[
        "ns_per_element"
    ] < 10 else f"{entry['ns_per_element']:.0f} ns"


def markdown(facts):
    """The page docs/rolling-accuracy.md."""
    machine, versions = facts["machine"], facts["versions"]
    names = ["numrs", *(name for name in PEERS if name in versions)]
    lines = [
        "# Accuracy of moving windows, side by side",
        "",
        "<!-- Written by: numrs demo adversarial --markdown FILE; do not edit. -->",
        "",
        "Worst relative error over windows that hold no spike themselves, against exact rational arithmetic, and nanoseconds per element.",
        f"Windows of {WINDOW}, {facts['rows'][0]['elements']:,} elements, one thread, all libraries in turns in one process,",
        "best of several runs; other work on the machine makes all times of a row longer.",
        "The last digit of float64 is 2e-16 of a value, that of float32 1e-7: more than a few of those is something left over from data",
        "that is no longer in the window.",
        "",
        "| series | " + " | ".join(names) + " |",
        "| --- |" + " --- |" * len(names),
    ]
    for row in facts["rows"]:
        cells = [", ".join(cell(row["results"][name])) if name in row["results"] else "" for name in names]
        lines.append(f"| {row['case']} | " + " | ".join(cells) + " |")
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['isa']}"
    lines += [
        "",
        f"{where}; "
        + ", ".join(f"{name} {version}" for name, version in versions.items())
        + f"; numrs {machine['numrs']}, commit {machine['commit']}.",
        "",
    ]
    return "\n".join(lines)
