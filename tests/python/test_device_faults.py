"""What goes wrong with devices: no plug-in, no memory, a lost device, two devices in one call, NumPy, forks. On the simulated device."""

import gc
import os
import pickle
import subprocess
import sys
import textwrap

import device_support
import numpy as np
import numrs
import pytest
from numrs._ops import _place

OTHER = "sim:1"  # whatever a test breaks, the device of the other tests goes on


def switch(text, index=1):
    _place.info("sim", index, text)


@pytest.fixture
def sim(accelerator):
    if not accelerator.startswith("sim"):
        pytest.skip("faults are planted in the simulated device")
    return accelerator


def run(code, **environment):
    """A program of its own, with the simulated device opened."""
    head = "import sys; sys.path.insert(0, {!r})\nimport numpy as np, numrs, device_support\ndevice_support.open_sim()\n"
    code = head.format(os.path.dirname(device_support.__file__)) + textwrap.dedent(code)
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, env={**os.environ, **environment})


def test_a_device_that_is_not_there_says_which_step_failed():
    if len(numrs.get_devices()) > 1 and any(d.kind == "cuda" for d in numrs.get_devices()):
        pytest.skip("there is a GPU")
    for call in (lambda: numrs.set_device("cuda:0"), lambda: numrs.zeros(2).to("cuda"), lambda: numrs.zeros(2, device="cuda:3")):
        with pytest.raises(RuntimeError, match="plug-in|driver|device"):
            call()
    assert str(numrs.get_device()) == "cpu"
    with pytest.raises(RuntimeError, match="there is no cpu:1"):
        numrs.set_device("cpu:1")
    for wrong in ("gpu", "cuda:", "cuda:x", "sim:-1", ""):
        with pytest.raises(ValueError, match="expected 'cpu' or 'cuda:N'"):
            numrs.set_device(wrong)
    with pytest.raises(TypeError, match="int"):
        numrs.set_device(0)


def test_a_device_beyond_the_last(sim):
    with pytest.raises(RuntimeError, match="there is no sim:9, this machine has 4 devices"):
        numrs.zeros(2, device="sim:9")


def test_importing_opens_nothing():
    code = "import sys, numrs; from numrs._ops import _place; assert _place.plugin_path('cuda') is None; assert 'sim' not in str(numrs.get_devices())"
    assert subprocess.run([sys.executable, "-c", code], timeout=60).returncode == 0


def test_tensors_on_two_devices(sim):
    x, y, z = numrs.ones(3, device=sim), numrs.ones(3, device=OTHER), numrs.ones(3, device="cpu")
    for a, b in ((x, y), (x, z), (z, x), (x, np.ones(3)), (np.ones(3), x), (x, [1.0, 2.0, 3.0])):
        for call in (numrs.add, numrs.matmul, numrs.vecdot, lambda a, b: numrs.where(a > 0, a, b), lambda a, b: numrs.concat([a, b])):
            with pytest.raises((ValueError, NotImplementedError)) as caught:
                call(a, b)
            assert sim in str(caught.value) or OTHER in str(caught.value) or "device" in str(caught.value)
    with pytest.raises(ValueError, match=rf"{sim}.*{OTHER}"):
        x + y
    with pytest.raises(ValueError, match=rf"{sim}.*cpu"):
        x * z
    with pytest.raises(ValueError, match="device"):
        numrs.add(x, x, out=z)
    with pytest.raises(ValueError, match="device"):
        x += y
    assert (x.cpu().numpy() == 1).all()
    with pytest.raises(ValueError, match=OTHER):
        x[numrs.asarray([0], device=OTHER)]


def test_numpy_cannot_read_it(sim):
    x = numrs.ones((2, 2), device=sim)
    for call in (np.asarray, np.array, lambda x: x.numpy(), lambda x: x.to_numpy(), np.linalg.svd, lambda x: memoryview(x), bytes):
        with pytest.raises((TypeError, BufferError, NotImplementedError), match=r"cpu\(\)|\.to\('cpu'\)|no kernel"):
            call(x)
    assert not hasattr(x, "__array_interface__")
    assert not hasattr(x, "__cuda_array_interface__")
    assert (np.asarray(x.cpu()) == 1).all()


def test_a_function_without_a_kernel_names_itself_and_the_device(sim):
    x = numrs.asarray(np.eye(3), device=sim)
    for name, call in {"inv": numrs.linalg.inv, "svd": numrs.linalg.svd, "fft": numrs.fft.fft, "histogram": numrs.histogram}.items():
        with pytest.raises(NotImplementedError, match=rf"{name}.*{sim}.*\.to\('cpu'\)"):
            call(x)


def test_no_memory_says_what_was_asked_for(sim):
    numrs.zeros(1, device=OTHER)
    switch("set:alloc=1")
    y = numrs.zeros(1000, device=OTHER)  # cached blocks went back, and the second try had it
    assert y.shape == (1000,)
    with pytest.raises(MemoryError, match=r"8589934592 bytes on sim:1.*free.*cached"):
        numrs.empty(1 << 30, device=OTHER)
    before = numrs.memory.stats(OTHER)
    numrs.memory.set_limit(before["in_use_bytes"] + 4096, OTHER)
    try:
        with pytest.raises(MemoryError, match="limit"):
            numrs.empty(1 << 16, device=OTHER)
    finally:
        numrs.memory.set_limit(None, OTHER)
    assert numrs.empty(1 << 16, device=OTHER).size == 1 << 16


def test_memory_is_given_back(sim):
    gc.collect()
    numrs.synchronize(sim)
    before = numrs.memory.stats(sim)["in_use_bytes"]
    x = numrs.ones((1000, 10), device=sim)
    views = [x[1:], x.T, x.reshape(-1)[::2]]
    assert numrs.memory.stats(sim)["in_use_bytes"] >= before + x.nbytes
    del x
    assert float(views[2][1]) == 1.0  # a view keeps the memory
    del views
    assert numrs.memory.stats(sim)["in_use_bytes"] == before
    for _ in range(50):
        y = numrs.exp(numrs.ones(100, device=sim)) @ numrs.ones(100, device=sim)
    del y
    assert numrs.memory.stats(sim)["in_use_bytes"] == before


def test_a_lost_device_stays_lost_and_the_cpu_works_on(sim):
    found = run("""
        x = numrs.ones(4, device="sim:0")
        from numrs._ops import _place
        _place.info("sim", 0, "set:lost=2")
        messages = []
        for _ in range(5):
            try:
                numrs.exp(x)
                numrs.synchronize("sim:0")
            except RuntimeError as error:
                messages.append(str(error))
        assert len(messages) >= 3, messages
        assert all("sim:0 is lost" in text and "restart" in text for text in messages), messages
        for call in (lambda: x + x, lambda: x.cpu(), lambda: numrs.zeros(3, device="sim:0"), lambda: float(x[0])):
            try:
                call()
            except RuntimeError as error:
                assert "lost" in str(error)
            else:
                raise AssertionError("a call on a lost device went through")
        assert float(numrs.sum(numrs.ones(4))) == 4
        assert float(numrs.sum(numrs.ones(4, device="sim:1"))) == 4
        del x
        print("done")
    """)
    assert found.stdout.strip() == "done", found.stderr


def test_a_child_of_a_fork_is_told(sim):
    found = run("""
        import os
        x = numrs.ones(4, device="sim:0")
        child = os.fork()
        if child == 0:
            code = 1
            try:
                x + x
            except RuntimeError as error:
                code = 0 if "forked" in str(error) else 2
            code = code or (0 if float(numrs.sum(numrs.ones(3))) == 3 else 3)
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert float((x + x)[0]) == 2
        print("done")
    """)
    assert found.stdout.strip() == "done", found.stderr


def test_delays_change_nothing(sim):
    """Calls return before the work is done; whoever reads a number waits for it."""
    switch("set:delay=300", 0)
    try:
        x = numrs.asarray(np.arange(100.0), device=sim)
        for _ in range(20):
            x = x * 1.5 - 3.0
            x[::2] = x[1::2]
        expected = np.arange(100.0)
        for _ in range(20):
            expected = expected * 1.5 - 3.0
            expected[::2] = expected[1::2]
        assert (x.cpu().numpy() == expected).all()
        source = np.ones(1000)
        y = numrs.asarray(source, device=sim)
        source[:] = 7  # the copy is done with the host's memory when it returns
        assert float(numrs.sum(y)) == 1000
    finally:
        switch("set:delay=20", 0)


def test_indices_out_of_range_change_nothing(sim):
    x = numrs.asarray(np.arange(5.0), device=sim)
    with pytest.raises(IndexError):
        x[numrs.asarray([0, 5], device=sim)]
    with pytest.raises(IndexError):
        x[[0, -6]] = 1.0
    with pytest.raises(IndexError):
        x[7]
    assert x.tolist() == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_dlpack(sim):
    x = numrs.asarray(np.arange(6.0).reshape(2, 3), device=sim)
    y = numrs.from_dlpack(x)
    assert str(y.device) == sim
    y[0, 0] = 9.0
    assert float(x[0, 0]) == 9.0
    del x
    assert y.tolist() == [[9.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    on_cpu = numrs.from_dlpack(y, device="cpu")
    assert str(on_cpu.device) == "cpu"
    assert on_cpu.tolist() == y.tolist()
    with pytest.raises(BufferError):
        numrs.from_dlpack(y, device="cpu", copy=False)
    assert np.from_dlpack(y, device="cpu").tolist() == y.tolist()
    with pytest.raises((BufferError, RuntimeError, ValueError)):
        np.from_dlpack(y)


def test_pickles_come_back_to_their_device(sim):
    x = numrs.asarray([1.0, 2.0], device=sim)
    y = pickle.loads(pickle.dumps(x))
    assert str(y.device) == sim
    assert y.tolist() == [1.0, 2.0]


def test_moving(sim):
    x = numrs.asarray([[1.5, 2.5]], dtype="float32", device="cpu")
    y = x.to(sim)
    assert y.to(sim) is y
    assert x.to("cpu") is x
    assert y.to(sim, copy=True) is not y
    assert y.to("float64").dtype == np.float64
    assert str(y.to("float64").device) == sim
    z = y.to("cpu", dtype="float64")
    assert (str(z.device), z.dtype, z.tolist()) == ("cpu", np.float64, [[1.5, 2.5]])
    assert y.to(OTHER).to("cpu").tolist() == [[1.5, 2.5]]
    assert y.to_device("cpu").tolist() == y.cpu().tolist() == [[1.5, 2.5]]
    w = numrs.Tensor([1.0, 2.0], requires_grad=True, device="cpu")
    numrs.sum(w.to(sim) ** 2).backward()
    assert str(w.grad.device) == "cpu"
    assert w.grad.tolist() == [2.0, 4.0]
    assert repr(y) == f"tensor([[1.5, 2.5]], dtype=float32, device='{sim}')"


def test_the_current_device(sim):
    with numrs.device(sim):
        assert str(numrs.get_device()) == sim
        assert str(numrs.zeros(2).device) == sim
        assert str(numrs.asarray([1.0]).device) == sim
        assert str(numrs.from_numpy(np.ones(2)).device) == "cpu"
        with numrs.device("cpu"):
            assert str(numrs.ones(2).device) == "cpu"
        assert str(numrs.ones(2).device) == sim
    before = str(numrs.get_device())
    numrs.set_device(OTHER)
    try:
        assert str(numrs.get_device()) in (OTHER, sim)  # a block's device goes before the one of the process
    finally:
        numrs.set_device(before if before != sim else "cpu")


def test_the_calls_of_the_benchmark_run(sim):
    """tools/device_bench.py, which only a GPU can measure with, at least calls what there is."""
    root = device_support.ROOT
    plugin = _place.plugin_path("sim")
    found = subprocess.run([sys.executable, root / "tools" / "device_bench.py", "--dry-run", "--plugin", plugin],
                           capture_output=True, text=True, timeout=120)  # fmt: skip
    assert found.returncode == 0, found.stderr
    assert found.stdout.count(": runs") >= 14
