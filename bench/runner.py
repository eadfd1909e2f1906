"""Running groups of cases: choice of cases, JSON lines, pictures. The table on the screen is the command line's."""

import json
import math
from importlib import import_module
from pathlib import Path

from . import harness, peers

GROUPS = ("elementwise", "math", "reductions", "linalg", "rolling", "order", "fft", "random", "tensor", "nn", "training", "transformers")


def run(groups=(), *, wanted=peers.NAMES, threads=1, size=None, iterations=None, quick=False, report=lambda result: None):
    """Runs the cases of some groups; returns (results, names of peers that are not installed)."""
    import numrs

    unknown = [g for g in groups if g not in GROUPS]
    if unknown:
        raise ValueError(f"bench: group is {unknown[0]!r}, expected one of {', '.join(GROUPS)}")
    peers.limit_threads_by_environment(threads)
    if threads == 1:
        harness.pin_to_one_core()
    before = numrs.get_num_threads()
    numrs.set_num_threads(threads)
    found, missing = peers.load(wanted, threads)
    results = []
    try:
        with _limited(threads):
            for group in groups or GROUPS:
                for case in import_module(f"{__package__}.bench_{group}").cases(found, quick, size):
                    result = harness.run(case, iterations)
                    result["threads"] = threads
                    results.append(result)
                    report(result)
    finally:
        numrs.set_num_threads(before)
    facts = {**harness.machine(), "peers": {name: peer.version for name, peer in found.items()}}
    for result in results:
        result["machine"] = facts
    return results, missing


def _limited(threads):
    """BLAS libraries held to the same number of threads, where threadpoolctl is installed."""
    try:
        import threadpoolctl  # type: ignore[import-untyped]
    except ImportError:
        from contextlib import nullcontext

        return nullcontext()
    return threadpoolctl.threadpool_limits(threads, user_api="blas")


def write_json(results, path):
    """One JSON object per line and case."""
    with open(path, "w") as file:
        for result in results:
            file.write(json.dumps(result, sort_keys=True) + "\n")


def geometric_mean(values):
    values = [v for v in values if v > 0]
    return math.exp(sum(map(math.log, values)) / len(values)) if values else float("nan")


def plot(results, folder):
    """One picture per group: bars of the ratio of the fastest peer's time to ours. Returns the paths."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for group in dict.fromkeys(r["group"] for r in results):
        rows = [r for r in results if r["group"] == group and "ratio" in r]
        if not rows:
            continue
        figure, axes = pyplot.subplots(figsize=(9, 0.26 * len(rows) + 1.6), constrained_layout=True)
        ratios = [r["ratio"] for r in rows]
        colours = ["#2a7f62" if r["ratio"] >= (r["goal"] or 1.0) else "#c8792b" if r["ratio"] >= 0.9 else "#b23a48" for r in rows]
        axes.barh(range(len(rows)), ratios, color=colours)
        for i, r in enumerate(rows):
            axes.text(max(r["ratio"], 0.02) * 1.03, i, f"{r['ratio']:.2f}  {r['fastest_peer']}", va="center", fontsize=7)
            if r["goal"]:
                axes.plot([r["goal"]] * 2, [i - 0.4, i + 0.4], color="black", linewidth=1.2)
        axes.set_yticks(range(len(rows)), [r["case"] for r in rows], fontsize=7)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xticks([0.25, 0.5, 1, 2, 4, 8, 16, 32], ["1/4", "1/2", "1", "2", "4", "8", "16", "32"], fontsize=8)
        axes.minorticks_off()
        axes.set_xlim(min(0.3, *ratios) * 0.8, max(3, *ratios) * 2.2)
        axes.axvline(1, color="grey", linewidth=0.8, linestyle=":")
        axes.set_xlabel("time of the fastest peer / time of numrs (more is better; black tick: the goal)", fontsize=8)
        facts = rows[0]["machine"]
        axes.set_title(f"{group}, {rows[0]['threads']} thread(s) · {facts['processor']} · {facts['isa']}", fontsize=9)
        axes.spines[["top", "right"]].set_visible(False)
        path = folder / f"{group}.png"
        figure.savefig(path, dpi=130)
        pyplot.close(figure)
        paths.append(path)
    return paths
