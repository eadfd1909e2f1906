"""Streams in tests: the simulated device is made to sleep, to keep freed memory, to take random time."""

import numrs
import pytest
from numrs._ops import _place

N = 500


def switch(text, device):
    _place.info("sim", int(str(device).partition(":")[2]), text)


@pytest.fixture
def sim(accelerator):
    if not accelerator.startswith("sim"):
        pytest.skip("streams are made to sleep on the simulated device")
    switch("set:delay=0", accelerator)
    yield accelerator
    numrs.synchronize(accelerator)
    switch("set:delay=20", accelerator)


@pytest.fixture
def keep(sim):
    """Freed blocks are kept by the library, as with a GPU."""
    switch("set:keep=1", sim)
    yield
    switch("set:keep=0", sim)
    numrs.memory.trim(sim)


def put(value, device):
    """A tensor whose numbers are there."""
    x = numrs.full(N, float(value), device=device)
    numrs.synchronize(device)
    return x


def sleep(stream, seconds=0.1):
    """What comes behind it on the stream waits so long."""
    x = numrs.zeros(1, device=stream.device)
    stream.synchronize()
    switch(f"set:sleep={int(seconds * 1e6)}", stream.device)
    with numrs.stream(stream):
        numrs.negative(x, out=x)


def holds(x, value):
    return bool((x.cpu().numpy() == value).all())


def put_now(value, device):
    return numrs.full(N, float(value), device=device)
