"""Threads, forked processes, interruption, and what happens to operands while the GIL is released."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import numrs
import pytest

X = np.random.default_rng(1).standard_normal((400, 300))
CALLS = {
    "add": lambda: numrs.add(X, X[0]),
    "exp": lambda: numrs.exp(X),
    "less": lambda: numrs.less(X, 0.5),
    "where": lambda: numrs.where(X > 0, X, 0.0),
    "sum": lambda: numrs.sum(X),
    "sum axis 0": lambda: numrs.sum(X, axis=0),
    "std axis 1": lambda: numrs.std(X, axis=1),
    "argmax": lambda: numrs.argmax(X, axis=0),
    "cumulative_sum": lambda: numrs.cumulative_sum(X, axis=1),
    "matmul": lambda: numrs.matmul(X, X.T),
    "vecdot": lambda: numrs.vecdot(X, X),
    "norm": lambda: numrs.norm(X),
    "astype": lambda: numrs.astype(X, "float32"),
    "message": lambda: np.array(message()),
}


def message():
    """Messages are each thread's own."""
    try:
        numrs.matmul(X, np.ones(threading.get_ident() % 50 + 1))
    except ValueError as error:
        assert f"({threading.get_ident() % 50 + 1},)" in str(error)
    return 1


def digest():
    return {name: np.asarray(call()).tobytes() for name, call in CALLS.items()}


@pytest.fixture
def two_threads():
    before = numrs.get_num_threads()
    numrs.set_num_threads(2)
    yield
    numrs.set_num_threads(before)


def test_64_threads_at_once(two_threads):
    wanted = digest()
    failures = []
    barrier = threading.Barrier(64)

    def work():
        barrier.wait()
        try:
            for _ in range(2):
                got = digest()
                failures.extend(name for name in wanted if got[name] != wanted[name])
        except Exception as error:
            failures.append(repr(error))

    threads = [threading.Thread(target=work) for _ in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_bits_do_not_depend_on_the_number_of_threads():
    before, results = numrs.get_num_threads(), []
    try:
        for count in (1, 2, 5):
            numrs.set_num_threads(count)
            results.append(digest())
    finally:
        numrs.set_num_threads(before)
    assert results[0] == results[1] == results[2]


def test_fork(two_threads):
    wanted = digest()
    for _ in range(3):
        child = os.fork()
        if child == 0:
            signal.alarm(60)
            os._exit(0 if digest() == wanted else 1)
        assert digest() == wanted
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_fork_while_another_thread_computes(two_threads):
    wanted = numrs.sum(X)
    stop = threading.Event()

    def work():
        big = np.ones(3_000_000)
        while not stop.is_set():
            numrs.exp(big, out=big)
            big[...] = 0.0

    thread = threading.Thread(target=work)
    thread.start()
    try:
        for _ in range(5):
            child = os.fork()
            if child == 0:
                signal.alarm(60)
                os._exit(0 if numrs.sum(X) == wanted and (numrs.exp(np.zeros(500_000)) == 1).all() else 1)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_multiprocessing(method, tmp_path, two_threads):
    numrs.sum(X)
    script = tmp_path / "pool.py"
    script.write_text(
        "import multiprocessing, sys\n"
        "import numpy as np, numrs\n"
        "def work(n):\n"
        "    return float(numrs.sum(numrs.exp(np.linspace(0, 1, n))))\n"
        "if __name__ == '__main__':\n"
        "    sizes = [100_000] * 4\n"
        "    here = [work(n) for n in sizes]\n"
        f"    with multiprocessing.get_context({method!r}).Pool(2) as pool:\n"
        "        there = pool.map(work, sizes)\n"
        "    sys.exit(here != there)\n"
    )
    assert subprocess.run([sys.executable, script], timeout=40).returncode == 0
    assert method in multiprocessing.get_all_start_methods()


def test_the_gil_is_released():
    """Another thread runs while a long call computes."""
    x = np.full((3000, 3000), 0.5)
    for call in (
        lambda: numrs.tanh(x),
        lambda: numrs.matmul(x[:700, :700], x[:700, :700]),
        lambda: numrs.cumulative_sum(x, axis=0),
    ):
        ticks, done = [], threading.Event()

        def tick(ticks=ticks, done=done):
            while not done.is_set():
                ticks.append(time.perf_counter())
                time.sleep(0.0005)

        thread = threading.Thread(target=tick)
        thread.start()
        time.sleep(0.01)
        start = time.perf_counter()
        call()
        end = time.perf_counter()
        done.set()
        thread.join()
        assert sum(start < t < end for t in ticks) >= 3, "no other thread ran"


def test_operands_cannot_be_resized_during_a_call():
    x = np.zeros(4_000_000)
    outcome = []
    inside = threading.Event()

    def resize():
        inside.wait()
        deadline = time.perf_counter() + 20
        while time.perf_counter() < deadline and not outcome:
            try:
                x.resize(10, refcheck=False)
                outcome.append("resized")
            except ValueError:
                outcome.append("refused")

    thread = threading.Thread(target=resize)
    thread.start()
    inside.set()
    # The other thread runs only while a call has released the GIL: it finds the array pinned, or it is too late.
    sys.setswitchinterval(10)
    try:
        results = [numrs.exp(x) for _ in range(3) if x.size == 4_000_000]
    finally:
        sys.setswitchinterval(0.005)
    thread.join()
    assert all((y == 1).all() and y.shape == (4_000_000,) for y in results)
    assert outcome == ["refused"]


def test_a_shape_set_during_a_call_is_harmless():
    x = np.zeros((2000, 2000))
    stop = threading.Event()

    def reshape():
        while not stop.is_set():
            x.shape = (4000, 1000)
            x.shape = (2000, 2000)

    thread = threading.Thread(target=reshape)
    thread.start()
    try:
        for _ in range(5):
            assert numrs.sum(x) == 0
            assert numrs.exp(x).size == 4_000_000
    finally:
        stop.set()
        thread.join()


INTERRUPTED = """
import signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent may have left it ignored
import numpy as np, numrs
numrs.set_num_threads({threads})
x = np.full((3000, 3000), 0.5)
y = np.empty_like(x)
calls = dict(exp=lambda: numrs.exp(x, out=y), matmul=lambda: numrs.matmul(x, x, out=y), sum=lambda: numrs.var(x.T, axis=0),
             scan=lambda: numrs.cumulative_sum(x, axis=0, out=y))
call = calls[{call!r}]
call()
sent = []
def send():
    time.sleep(0.5)
    sent.append(time.perf_counter())
    signal.raise_signal(signal.SIGINT)
thread = threading.Thread(target=send)
thread.start()
try:
    while True:
        call()
except KeyboardInterrupt:
    waited = time.perf_counter() - sent[0]
thread.join()
assert (numrs.add(np.ones(300_000), 1.0) == 2).all()
print(waited)
"""


def best_answer(script):
    """Seconds until KeyboardInterrupt came: 100 ms are promised, and a busy machine gets three attempts to show it."""
    waited = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=40)
        assert done.returncode == 0 and done.stdout, done.stderr
        waited.append(float(done.stdout))
        if waited[-1] < 0.1:
            break
    return min(waited)


@pytest.mark.parametrize("call", ["exp", "matmul", "sum", "scan"])
@pytest.mark.parametrize("threads", [1, 2])
def test_interruption(call, threads):
    assert best_answer(INTERRUPTED.format(call=call, threads=threads)) < 0.1


def test_interruption_inside_one_call():
    """One call of seconds ends early; without polling it would run to its end."""
    assert best_answer(INSIDE_ONE_CALL) < 0.1


INSIDE_ONE_CALL = """
import signal, threading, time
signal.signal(signal.SIGINT, signal.default_int_handler)
import numpy as np, numrs
numrs.set_num_threads(1)
x = np.broadcast_to(np.linspace(0.1, 1.0, 1000), (2_000_000, 1000))
sent = []
def send():
    sent.append(time.perf_counter())
    signal.raise_signal(signal.SIGINT)
threading.Timer(0.3, send).start()
try:
    numrs.var(x, axis=1)
except KeyboardInterrupt:
    print(time.perf_counter() - sent[0])
"""


IDLE = """
import time
import numpy as np, numrs
numrs.set_num_threads(2)
x = np.ones((300, 300), np.float32)
for _ in range(50):
    numrs.matmul(x, x)
time.sleep(0.1)
before = time.process_time()
time.sleep(0.2)
print(time.process_time() - before)
"""


@pytest.mark.parametrize("spin", [None, "0", "10000", "-1", "soon"])
def test_no_cpu_is_used_without_work(spin):
    environment = {k: v for k, v in os.environ.items() if k != "NUMRS_SPIN_US"}
    if spin is not None:
        environment["NUMRS_SPIN_US"] = spin
    done = subprocess.run(
        [sys.executable, "-c", IDLE], capture_output=True, text=True, timeout=60, env=environment, check=True
    )
    assert float(done.stdout) < 0.01
    assert ("NUMRS_SPIN_US" in done.stderr) == (spin in ("-1", "soon"))


def test_steps_of_training_are_the_same_bits_whoever_waits():
    code = """
import hashlib
import numpy as np, numrs
from numrs import layers
rng = np.random.default_rng(0)
x, labels = rng.random((640, 200), np.float32), rng.integers(0, 10, 640)
for threads in (1, 2, 3):
    numrs.set_num_threads(threads)
    start = np.random.default_rng(1)
    w, v = (start.standard_normal(s).astype(np.float32) * np.float32(0.1) for s in ((200, 300), (300, 10)))
    model = numrs.Model([numrs.nn.Linear(w, activation="relu"), numrs.nn.Linear(v)])
    model.compile(optimizer="adam", loss="cross_entropy")
    model.fit(x, labels, epochs=2, batch_size=64, shuffle=False, verbose=0)
    print(hashlib.sha256(b"".join(np.asarray(p.detach()).tobytes() for p in model.parameters())).hexdigest())
"""
    lines = set()
    for spin in ("0", "10000"):
        environment = {**os.environ, "NUMRS_SPIN_US": spin}
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env=environment, check=True
        )
        lines |= set(done.stdout.split())
    assert len(lines) == 1
