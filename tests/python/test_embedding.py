"""Threads of other packages call numrs side by side: no more threads than asked for, and the same bits."""

import importlib.util
import subprocess
import sys

import pytest

# In a process of its own, whose threads nobody else has started. numrs' threads are called "numrs".
SCRIPT = """
import glob, sys, threading
import numpy as np, numrs, threadpoolctl

def started():
    names = []
    for path in glob.glob("/proc/self/task/*/comm"):
        try:
            names.append(open(path).read().strip())
        except OSError:  # ended meanwhile
            pass
    return names.count("numrs")

def work(x):
    square = x[:65536].reshape(256, 256)
    results = numrs.exp(x), numrs.sum(x), numrs.cumulative_sum(x), numrs.matmul(square, square)
    seen.append(started())
    callers.add(threading.get_ident())
    return b"".join(np.asarray(y).tobytes() for y in results)

def futures(arrays):
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(4) as executor:
        return list(executor.map(work, arrays))

def joblib(arrays):
    import joblib
    return joblib.Parallel(n_jobs=4, backend="threading")(joblib.delayed(work)(x) for x in arrays)

def dask(arrays):
    import dask
    return list(dask.compute(*[dask.delayed(work)(x) for x in arrays], scheduler="threads", num_workers=4))

numrs.config.register_threadpoolctl()  # imported after numrs
seen, callers = [], set()
arrays = [np.random.default_rng(i).standard_normal(500_000) for i in range(8)]
numrs.set_num_threads(1)
wanted = [work(x) for x in arrays]
assert max(seen) == 0

# Limited by threadpoolctl: every caller computes alone.
numrs.set_num_threads(4)
with threadpoolctl.threadpool_limits(1):
    assert numrs.get_num_threads() == 1
    seen, callers = [], set()
    assert globals()[sys.argv[1]](arrays) == wanted
    assert max(seen) == 0, seen
assert numrs.get_num_threads() == 4

# Not limited: all callers together share one pool of at most 3 threads beside them.
seen, callers = [], set()
assert globals()[sys.argv[1]](arrays) == wanted
assert max(seen) <= 3, seen
assert len(callers) > 1, callers
"""
TOOLS = ["futures"] + [name for name in ("joblib", "dask") if importlib.util.find_spec(name)]


@pytest.mark.skipif(sys.platform != "linux", reason="threads are counted in /proc")
@pytest.mark.parametrize("tool", TOOLS)
def test_threads_of_others(tool):
    run = subprocess.run([sys.executable, "-c", SCRIPT, tool], capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
