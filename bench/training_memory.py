"""Peak memory of a training run, each library in a process of its own: `python -m numrs.bench.training_memory [numrs|torch]`; JSON lines."""

import importlib
import json
import resource
import subprocess
import sys


def _peak():
    """Megabytes that this process has held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run(library):
    """Trains 784-128-10 for an epoch and prints the memory: before the import, after it and the peak."""
    import numpy as np

    start = _peak()
    rng = np.random.default_rng(0)
    x, labels = rng.random((60_000, 784), np.float32), rng.integers(0, 10, 60_000)
    with_data = _peak()
    if library == "torch":
        torch = importlib.import_module("torch")
        torch.set_num_threads(1)
        x, labels = torch.from_numpy(x), torch.from_numpy(labels)
        net = torch.nn.Sequential(torch.nn.Linear(784, 128), torch.nn.ReLU(), torch.nn.Linear(128, 10))
        optimizer, loss_of = torch.optim.Adam(net.parameters()), torch.nn.functional.cross_entropy
    else:
        import numrs

        numrs.set_num_threads(1)
        x, labels = numrs.from_numpy(x), numrs.from_numpy(labels)
        net = numrs.nn.Sequential(numrs.nn.Linear(784, 128, activation="relu"), numrs.nn.Linear(128, 10))
        optimizer, loss_of = numrs.optimizers.Adam(net.parameters()), numrs.functional.cross_entropy
    for i in range(0, 60_000, 64):
        loss = loss_of(net(x[i : i + 64]), labels[i : i + 64])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(json.dumps({"library": library, "numpy_mb": round(start, 1), "data_mb": round(with_data, 1), "peak_mb": round(_peak(), 1)}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(sys.argv[1])
    else:
        for name in ("numrs", "torch"):
            subprocess.run([sys.executable, "-m", "numrs.bench.training_memory", name], check=False)
