"""Times functions on a GPU beside torch, cupy and jax, interleaved in one process, and measures the machine's own ceilings.

python tools/device_bench.py --json FILE [--rounds N] [--quick]

Per case: rotating random inputs, ten calls to warm up, then rounds in shuffled order, each a batch of calls that takes at
least two milliseconds between two events; medians, quartiles, and the ratio of medians with a bootstrap interval: a case
counts as won only if its interval excludes 1. Peers that are not installed are left out and named.
"""

import argparse
import importlib
import json
import platform
import random
import statistics
import subprocess
import time

CASES = (
    # name, shape, bytes moved per element, numrs function, torch function
    ("add large", (1 << 27,), 12, lambda nr, a, b: nr.add(a, b), lambda t, a, b: t.add(a, b)),
    ("add small", (4096,), 12, lambda nr, a, b: nr.add(a, b), lambda t, a, b: t.add(a, b)),
    ("exp large", (1 << 27,), 8, lambda nr, a, b: nr.exp(a), lambda t, a, b: t.exp(a)),
    ("sum", (1 << 27,), 4, lambda nr, a, b: nr.sum(a), lambda t, a, b: t.sum(a)),
    ("sum axis 0", (8192, 8192), 4, lambda nr, a, b: nr.sum(a, axis=0), lambda t, a, b: t.sum(a, dim=0)),
    ("softmax", (8192, 8192), 8, lambda nr, a, b: nr.functional.softmax(a, axis=-1), lambda t, a, b: t.softmax(a, -1)),
    ("transpose copy", (8192, 8192), 8, lambda nr, a, b: nr.add(a.T, 0), lambda t, a, b: t.add(a.T, 0)),
)


def optional(name):
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


def query(fields):
    """What nvidia-smi says of the first GPU."""
    command = ["nvidia-smi", f"--query-gpu={fields}", "--format=csv,noheader"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError, IndexError):
        return ""


def seconds(call, synchronize, least=0.002):
    """Seconds per call of a batch that takes at least `least`."""
    count = 1
    while True:
        synchronize()
        start = time.perf_counter()
        for _ in range(count):
            call()
        synchronize()
        spent = time.perf_counter() - start
        if spent >= least:
            return spent / count
        count = max(2 * count, int(count * least / max(spent, 1e-9)))


def interval(mine, other, resamples=1000):
    """The middle 95 % of the ratio of medians, resampled."""
    source = random.Random(1)
    ratios = sorted(
        statistics.median(source.choices(other, k=len(other))) / statistics.median(source.choices(mine, k=len(mine)))
        for _ in range(resamples)
    )
    return ratios[int(0.025 * resamples)], ratios[int(0.975 * resamples)]


def ceilings(torch):
    """Bytes per second of a device copy (read and write counted), and operations of a large bfloat16 product, on random data."""
    x = torch.randn(1 << 28, device="cuda")
    y = torch.empty_like(x)
    copy = 2 * x.numel() * 4 / seconds(lambda: y.copy_(x), torch.cuda.synchronize, 0.05)
    a = torch.randn(8192, 8192, device="cuda", dtype=torch.bfloat16)
    product = 2 * 8192**3 / seconds(lambda: a @ a, torch.cuda.synchronize, 0.05)
    return {"copy_bytes_per_s": copy, "bf16_matmul_flop_per_s": product}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", required=True)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    numrs, torch, cupy, jax = (optional(name) for name in ("numrs", "torch", "cupy", "jax"))
    if torch is None:
        raise SystemExit("device_bench: torch is needed: it makes the inputs and is the first peer")
    versions = {module.__name__: module.__version__ for module in (numrs, torch, cupy, jax) if module}
    result = {
        "date": time.strftime("%Y-%m-%d"),
        "gpu": query("name"),
        "driver": query("driver_version"),
        "python": platform.python_version(),
        "versions": versions,
        "ceilings": ceilings(torch),
        "cases": [],
    }
    for name, shape, moved, ours, theirs in CASES:
        calls = {"torch": [], "numrs": []}
        for _ in range(1 if options.quick else 4):  # rotating inputs
            a, b = torch.randn(shape, device="cuda"), torch.randn(shape, device="cuda")
            x, y = (numrs.from_dlpack(tensor) for tensor in (a, b))
            calls["torch"].append(lambda a=a, b=b, f=theirs: f(torch, a, b))
            calls["numrs"].append(lambda x=x, y=y, f=ours: f(numrs, x, y))
        if cupy is not None and name.startswith("add"):
            arrays = [cupy.random.standard_normal(shape, dtype=cupy.float32) for _ in range(2)]
            calls["cupy"] = [lambda p=arrays[0], q=arrays[1]: cupy.add(p, q)]
        wait = {"torch": torch.cuda.synchronize, "numrs": lambda: numrs.synchronize("cuda:0")}
        if "cupy" in calls:
            wait["cupy"] = cupy.cuda.get_current_stream().synchronize
        times = {library: [] for library in calls}
        for library, variants in calls.items():
            for turn in range(10):
                variants[turn % len(variants)]()
            wait[library]()
        order = list(calls)
        for turn in range(options.rounds):
            random.shuffle(order)
            for library in order:
                variants = calls[library]
                times[library].append(seconds(variants[turn % len(variants)], wait[library]))
        case = {"name": name, "shape": list(shape), "seconds": {}, "ratios": {}}
        for library, values in times.items():
            case["seconds"][library] = statistics.quantiles(values, n=4)
            if library != "numrs":
                low, high = interval(times["numrs"], values)
                case["ratios"][library] = [low, statistics.median(values) / statistics.median(times["numrs"]), high]
        elements = 1
        for extent in shape:
            elements *= extent
        rate = moved * elements / statistics.median(times["numrs"])
        case["of_copy_rate"] = rate / result["ceilings"]["copy_bytes_per_s"]
        result["cases"].append(case)
        print(
            name, {k: f"{v[1]:.2f}" for k, v in case["ratios"].items()}, f"{case['of_copy_rate']:.2f} of the copy rate"
        )
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
