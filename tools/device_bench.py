"""Times functions on a GPU beside torch, cupy and jax, interleaved in one process, and measures the machine's own ceilings.

python tools/device_bench.py --json FILE [--rounds N] [--quick]
python tools/device_bench.py --dry-run [--plugin FILE]    small shapes, numrs alone, on the simulated device: do the calls run?

Per case: rotating random inputs, ten calls to warm up, then rounds in shuffled order, each a batch of calls that takes at
least two milliseconds between two waits; medians, quartiles, and the ratio of medians with a bootstrap interval: a case
counts as won only if its interval excludes 1. Peers that are not installed are left out and named.
"""

import argparse
import importlib
import json
import math
import platform
import random
import statistics
import subprocess
import time


def elementwise(name):
    return lambda nr, a, b: lambda: getattr(nr, name)(a, b), lambda t, a, b: lambda: getattr(t, name)(a, b)


def _linear_gelu(nr, a, w):
    bias = nr.zeros(w.shape[1], dtype="float32", device=a.device)
    return lambda: nr.functional.linear(a, w, bias, "gelu")


def _torch_linear_gelu(t, a, w):
    bias = t.zeros(w.shape[1], device=a.device)
    return lambda: t.nn.functional.gelu(t.addmm(bias, a, w))


def _cross_entropy(nr, a, b):
    labels = nr.asarray([i * 7 % a.shape[1] for i in range(a.shape[0])], device=a.device)
    return lambda: nr.functional.cross_entropy_with_grad(a, labels)


def _torch_cross_entropy(t, a, b):
    labels = t.arange(a.shape[0], device=a.device) * 7 % a.shape[1]
    x = a.clone().requires_grad_()

    def step():
        x.grad = None
        t.nn.functional.cross_entropy(x, labels).backward()

    return step


def _adamw(nr, a, b):
    parameters = [nr.nn.Parameter(a[i : i + 1]) for i in range(a.shape[0])]
    for i, p in enumerate(parameters):
        p.grad = b[i : i + 1].copy()
    return nr.optimizers.AdamW(parameters, learning_rate=1e-3).step


def _torch_adamw(t, a, b):
    parameters = [t.nn.Parameter(a[i : i + 1].clone()) for i in range(a.shape[0])]
    for i, p in enumerate(parameters):
        p.grad = b[i : i + 1].clone()
    return t.optim.AdamW(parameters, lr=1e-3, fused=True).step


def _mlp(nr, a):
    """784-256-10, one batch: (the walk forward and back, Adam)."""
    with nr.device(a.device):
        network = nr.nn.Sequential(nr.nn.Linear(a.shape[1], 256, activation="relu"), nr.nn.Linear(256, 10))
    labels = nr.asarray([i % 10 for i in range(a.shape[0])], device=a.device)
    optimizer = nr.optimizers.Adam(network.parameters(), learning_rate=1e-3)

    def walk():
        optimizer.zero_grad()
        nr.functional.cross_entropy(network(a), labels).backward()

    return walk, optimizer.step


def _mlp_step(nr, a, b):
    walk, update = _mlp(nr, a)
    return lambda: (walk(), update())


def _mlp_recorded(nr, a, b):
    """As Model.fit does it: forward and back in one launch, then the optimizer."""
    walk, update = _mlp(nr, a)
    walk()
    with nr.devices.Recording(a.device) as recording:
        walk()
    return lambda: (recording.launch(checked=True), update())


def _torch_mlp(t, a, **options):
    network = t.nn.Sequential(t.nn.Linear(a.shape[1], 256), t.nn.ReLU(), t.nn.Linear(256, 10)).to(a.device)
    labels = t.arange(a.shape[0], device=a.device) % 10
    optimizer = t.optim.Adam(network.parameters(), lr=1e-3, fused=True, **options)

    def step():
        optimizer.zero_grad()
        t.nn.functional.cross_entropy(network(a), labels).backward()
        optimizer.step()

    return step


def _torch_mlp_step(t, a, b):
    return _torch_mlp(t, a)


def _torch_mlp_graphed(t, a, b):
    """The whole step in a graph of CUDA, warmed up on a stream of its own as torch asks for."""
    step, side = _torch_mlp(t, a, capturable=True), t.cuda.Stream()
    side.wait_stream(t.cuda.current_stream())
    with t.cuda.stream(side):
        for _ in range(3):
            step()
    t.cuda.current_stream().wait_stream(side)
    graph = t.cuda.CUDAGraph()
    with t.cuda.graph(graph):
        step()
    return graph.replay


BIG, MATRIX = (1 << 27,), (8192, 8192)
# name, shapes of the two inputs, bytes that have to be moved per element of the first one (0: bound by something else),
# what makes the call of numrs, and that of torch.
CASES = (
    ("add large", BIG, BIG, 12, *elementwise("add")),
    ("add small", (4096,), (4096,), 0, *elementwise("add")),
    ("exp large", BIG, (1,), 8, lambda nr, a, b: lambda: nr.exp(a), lambda t, a, b: lambda: t.exp(a)),
    ("sum", BIG, (1,), 4, lambda nr, a, b: lambda: nr.sum(a), lambda t, a, b: lambda: t.sum(a)),
    ("sum axis 0", MATRIX, (1,), 4, lambda nr, a, b: lambda: nr.sum(a, axis=0), lambda t, a, b: lambda: t.sum(a, dim=0)),
    ("softmax", MATRIX, (1,), 8, lambda nr, a, b: lambda: nr.functional.softmax(a, axis=-1), lambda t, a, b: lambda: t.softmax(a, -1)),
    ("layer_norm", MATRIX, (1,), 8, lambda nr, a, b: lambda: nr.functional.layer_norm(a, (a.shape[-1],)),
     lambda t, a, b: lambda: t.nn.functional.layer_norm(a, (a.shape[-1],))),
    ("transpose copy", MATRIX, (1,), 8, lambda nr, a, b: lambda: a.T.copy(), lambda t, a, b: lambda: a.T.contiguous()),
    ("cross-entropy and gradient", (8192, 50304), (1,), 12, _cross_entropy, _torch_cross_entropy),
    ("AdamW, 100 tensors", (100, 1 << 20), (100, 1 << 20), 28, _adamw, _torch_adamw),
    ("linear + gelu", (4096, 1024), (1024, 4096), 0, _linear_gelu, _torch_linear_gelu),
    ("matmul", (4096, 4096), (4096, 4096), 0, *elementwise("matmul")),
    ("sort", (1 << 24,), (1,), 0, lambda nr, a, b: lambda: nr.sort(a), lambda t, a, b: lambda: t.sort(a)),
    ("MLP 784-256-10, a step", (64, 784), (1,), 0, _mlp_step, _torch_mlp_step),
    ("MLP 784-256-10, a recorded step, torch call by call", (64, 784), (1,), 0, _mlp_recorded, _torch_mlp_step),
    ("MLP 784-256-10, a recorded step, torch in a graph", (64, 784), (1,), 0, _mlp_recorded, _torch_mlp_graphed),
)  # fmt: skip


def dry_run(plugin):
    """Every call of numrs once, on small shapes."""
    import numpy
    import numrs

    if plugin:
        importlib.import_module("numrs._ops._place").open_plugin(plugin)
    generator = numpy.random.default_rng(0)
    for name, first, second, _, ours, _ in CASES:
        small = [tuple(min(extent, 24) for extent in shape) for shape in (first, second)]
        a, b = (numrs.asarray(generator.normal(size=shape).astype(numpy.float32), device="sim:0") for shape in small)
        ours(numrs, a, b)()
        numrs.synchronize("sim:0")
        print(f"{name}: runs")


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
    parser.add_argument("--json")
    parser.add_argument("--dry-run", action="store_true")
    parser.add_argument("--plugin")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    if options.dry_run:
        dry_run(options.plugin)
        return
    if not options.json:
        parser.error("--json says where the figures go")
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
    for name, shape, other, moved, ours, theirs in CASES:
        calls = {"torch": [], "numrs": []}
        for _ in range(1 if options.quick else 4):  # rotating inputs
            a, b = torch.randn(shape, device="cuda"), torch.randn(other, device="cuda")
            torch.cuda.synchronize()
            x, y = (numrs.from_dlpack(tensor) for tensor in (a, b))
            calls["torch"].append(theirs(torch, a, b))
            calls["numrs"].append(ours(numrs, x, y))
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
        ratios = ", ".join(f"{peer} {low:.2f} … {middle:.2f} … {high:.2f}" for peer, (low, middle, high) in case["ratios"].items())
        if moved:
            rate = moved * math.prod(shape) / statistics.median(times["numrs"])
            case["of_copy_rate"] = rate / result["ceilings"]["copy_bytes_per_s"]
            ratios += f"; {case['of_copy_rate']:.2f} of the copy rate"
        result["cases"].append(case)
        print(f"{name}: {ratios}")
    with open(options.json, "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)


if __name__ == "__main__":
    main()
