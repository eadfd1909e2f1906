"""Streams in tests: the simulated device is made to sleep, to keep freed memory, to take random time."""

import numrs
import pytest
from numrs._ops import _place

N = 500


def switch(text, device):
    """A switch of the simulated device; another one has none."""
    kind, _, index = str(device).partition(":")
    if kind == "sim":
        _place.info("sim", int(index), text)


@pytest.fixture
def away(accelerator):
    switch("set:delay=0", accelerator)
    yield accelerator
    numrs.synchronize(accelerator)
    switch("set:delay=20", accelerator)


@pytest.fixture
def sim(away):
    if not away.startswith("sim"):
        pytest.skip("the simulated device alone has poison, faults, and three more beside it")
    return away


@pytest.fixture
def keep(away):
    """Freed blocks are kept by the library, as with a GPU."""
    switch("set:keep=1", away)
    yield
    switch("set:keep=0", away)
    numrs.memory.trim(away)


def put(value, device):
    """A tensor whose numbers are there."""
    x = numrs.full(N, float(value), device=device)
    numrs.synchronize(device)
    return x


def sleep(stream, seconds=0.2):
    """What comes behind it on the stream waits so long."""
    x = numrs.zeros(1, device=stream.device)
    stream.synchronize()
    switch(f"set:sleep={int(seconds * 1e6)}", stream.device)
    with numrs.stream(stream):
        numrs.negative(x, out=x)
        if stream.device.kind != "sim":
            work(stream, seconds)


def work(stream, seconds):
    """Products that take that long."""
    side = numrs.ones((2048, 2048), dtype="float32", device=stream.device)
    product = numrs.matmul(side, side)
    start, end = stream.record_event(numrs.Event(timing=True)), numrs.Event(timing=True)
    numrs.matmul(side, side, out=product)
    stream.record_event(end).synchronize()
    for _ in range(min(5000, int(seconds * 1e3 / max(start.elapsed_time(end), 1e-3)) + 1)):
        numrs.matmul(side, side, out=product)


def holds(x, value):
    return bool((x.cpu().numpy() == value).all())


def put_now(value, device):
    return numrs.full(N, float(value), device=device)
