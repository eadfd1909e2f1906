# ruff: noqa: F401, F811 - fixtures are imported
"""Streams, events, memory that several streams use, pinned memory. What a missing wait does is shown on the simulated device, whose
streams can be made to sleep and whose freed memory is poisoned."""

import gc
import threading
import time

import numpy as np
import numrs
import pytest
from numrs._ops import _streams, tensor_methods
from stream_support import N, away, holds, keep, put, put_now, sim, sleep, switch

# ------------------------------------------------------------------------------------------------ order


def test_calls_go_to_the_chosen_stream(away):
    s, t = numrs.Stream(away), numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
    assert not s.query()
    assert t.query()
    assert holds(y, 0)  # the default stream does not wait
    with numrs.stream(t):
        assert holds(y, 0)
    with s:
        assert holds(y, -3)
    assert s.query()
    assert holds(y, -3)


@pytest.mark.parametrize("way", ["none", "wait_event", "event.wait", "wait_stream", "synchronize", "event.synchronize", "all"])
def test_waits(away, way):
    s, t = numrs.Stream(away), numrs.Stream(away)
    x, y, z = put(3, away), put(0, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
        event = numrs.Event()
        assert event.query()  # never recorded
        event.record()
    assert not event.query()
    started = time.perf_counter()
    if way == "wait_event":
        t.wait_event(event)
    elif way == "event.wait":
        event.wait(t)
    elif way == "wait_stream":
        t.wait_stream(s)
    asked = time.perf_counter() - started
    if way == "synchronize":
        s.synchronize()
    elif way == "event.synchronize":
        event.synchronize()
    elif way == "all":
        numrs.synchronize(away)
    with numrs.stream(t):
        numrs.add(y, 1.0, out=z)
        assert holds(z, 1 if way == "none" else -2)
    assert asked < 0.15  # the host did not wait
    s.synchronize()
    assert event.query()


def test_an_event_recorded_again_is_another_place(away):
    s, t = numrs.Stream(away), numrs.Stream(away)
    event = t.record_event()
    t.synchronize()
    assert event.query()
    sleep(s)
    assert s.record_event(event) is event
    assert not event.query()
    event.synchronize()
    assert event.query()


def test_times(away):
    s = numrs.Stream(away)
    start, end, plain = numrs.Event(timing=True), numrs.Event(timing=True), numrs.Event()
    with pytest.raises(ValueError, match="never recorded"):
        start.elapsed_time(end)
    start.record(s)
    sleep(s, 0.05)
    s.record_event(end)
    plain.record(s)
    with pytest.raises(ValueError, match="not done"):
        start.elapsed_time(end)
    s.synchronize()
    assert 50 <= start.elapsed_time(end) < 60000
    with pytest.raises(ValueError, match="timing=True"):
        start.elapsed_time(plain)
    end.record(numrs.Stream("cpu"))
    with pytest.raises(ValueError, match=rf"{away}.*cpu"):
        start.elapsed_time(end)


def test_which_stream_is_the_current_one(away):
    default = numrs.current_stream(away)
    s, t = numrs.Stream(away), numrs.Stream(away)
    assert numrs.current_stream(away) is default
    with numrs.stream(s) as given:
        assert given is s
        assert numrs.current_stream() is s
        with t, numrs.stream(None), s:
            assert numrs.current_stream(away) is s
        assert numrs.current_stream(away) is s
        with numrs.stream(default):
            assert numrs.current_stream() is default
        seen = []
        thread = threading.Thread(target=lambda: seen.append(numrs.current_stream(away)))
        thread.start()
        thread.join()
        assert seen == [default]  # of this thread alone
        with pytest.raises(ZeroDivisionError), t:
            1 / 0  # noqa: B018
        assert numrs.current_stream() is s
    assert numrs.current_stream(away) is default
    with numrs.device(away):
        assert numrs.current_stream() is default
    with pytest.raises(RuntimeError, match="not in it"):
        s.__exit__(None, None, None)


def test_gradients_are_computed_on_the_current_stream(away):
    s = numrs.Stream(away)
    w = numrs.Tensor(np.arange(5.0), requires_grad=True, device=away)
    loss = numrs.sum(w**3)
    s.wait_stream(numrs.current_stream(away))
    sleep(s)
    with numrs.stream(s):
        loss.backward()
        assert not s.query()
        assert w.grad.tolist() == (3 * np.arange(5.0) ** 2).tolist()
    assert s.query()


def test_streams_of_other_devices(sim):
    s, other = numrs.Stream(sim), numrs.Stream("sim:3")
    with numrs.stream(other):  # the streams of this device are what they were
        x, y = put(1, sim), put(0, sim)
        sleep(s)
        with numrs.stream(s):
            assert numrs.current_stream("sim:3") is other
            numrs.negative(x, out=y)
        assert holds(y, 0)
    with pytest.raises(ValueError, match=r"sim:3"):
        s.wait_stream(other)
    with pytest.raises(ValueError, match=r"sim:3"):
        s.wait_event(other.record_event())
    s.synchronize()


def test_wrong_arguments(sim):
    with pytest.raises(TypeError, match="int"):
        numrs.Stream(sim, native="0x10")
    with pytest.raises(ValueError, match="no stream"):
        numrs.Stream(sim, native=12345)
    with pytest.raises(ValueError, match="-5"):
        numrs.Stream(sim, native=-5)
    with pytest.raises(ValueError, match="the CPU has no streams"):
        numrs.Stream("cpu", native=1)
    with pytest.raises(RuntimeError, match="sim:9"):
        numrs.Stream("sim:9")
    with pytest.raises(TypeError, match="expected a Stream"):
        numrs.stream("cpu")
    with pytest.raises(TypeError, match="once"):
        numrs.Stream(sim).__init__(sim)
    for wrong in (None, 1, numrs.Event()):
        with pytest.raises(TypeError):
            numrs.Stream(sim).wait_stream(wrong)
    with pytest.raises(TypeError):
        numrs.Stream(sim).wait_event(numrs.Stream(sim))
    assert repr(numrs.Stream(sim)).startswith(f"Stream(device='{sim}', native=0x")


def test_on_the_cpu_nothing_waits():
    s = numrs.Stream("cpu")
    start, end = numrs.Event(timing=True), numrs.Event(timing=True)
    start.record(s)
    with numrs.stream(s):
        assert numrs.current_stream() is s
        x = numrs.ones(1000) * 2
    s.record_event(end)
    s.wait_event(start)
    s.wait_stream(numrs.current_stream("cpu"))
    end.wait(s)
    end.synchronize()
    s.synchronize()
    assert s.query()
    assert end.query()
    assert s.native is None
    assert start.elapsed_time(end) >= 0
    assert (x.numpy() == 2).all()
    assert numrs.current_stream() is numrs.current_stream("cpu")


def test_the_cpu_waits_for_an_event_of_a_device(away):
    s, here = numrs.Stream(away), numrs.Stream("cpu")
    sleep(s)
    event = s.record_event()
    here.wait_event(event)
    assert event.query()
    sleep(s)
    here.wait_stream(s)
    assert s.query()
    s.wait_stream(here)  # nothing to wait for


def test_many_threads_on_streams_of_their_own(away):
    switch("set:delay=30", away)
    found, x = {}, np.arange(200.0)

    def work(number):
        s = numrs.Stream(away)
        with numrs.stream(s):
            y = numrs.asarray(x, device=away)
            for _ in range(30):
                y = y * 1.5 - number
            found[number] = y.cpu().numpy()

    threads = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for number in range(6):
        expected = x
        for _ in range(30):
            expected = expected * 1.5 - number
        assert (found[number] == expected).all()


def test_a_stream_that_ends_does_its_work(away):
    s = numrs.Stream(away)
    x, y = put(1, away), put(0, away)
    with s:
        made = numrs.full(N, 5.0, device=away)
        sleep(s)
        numrs.negative(x, out=y)
    del s
    gc.collect()
    assert holds(y, -1)
    assert holds(made, 5)


# ------------------------------------------------------------------------------------------------ memory


def test_memory_that_another_stream_reads_is_not_used_again(away, keep):
    s = numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
    address = tensor_methods.address_of(x)
    del x  # nobody has said that the stream reads it
    more = [put_now(k, away) for k in range(5)]
    assert address not in [tensor_methods.address_of(one) for one in more]
    with numrs.stream(s):
        assert holds(y, -3)


def test_the_wait_that_this_spares(away, keep):
    """The same with memory that is written on: the other stream sees it, so the test above would."""
    s = numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
    x[...] = 7.0
    with numrs.stream(s):
        assert holds(y, -7)


def test_memory_of_one_stream_alone_is_used_again_at_once(away, keep):
    s = numrs.Stream(away)
    with numrs.stream(s):
        x = put_now(1, away)
    s.synchronize()
    sleep(s)
    y = put_now(1, away)
    address = tensor_methods.address_of(y)
    del y
    z = put_now(2, away)
    assert tensor_methods.address_of(z) == address
    assert not s.query()
    assert holds(z, 2)
    with numrs.stream(s):
        assert holds(x, 1)


def test_memory_comes_back_when_the_streams_are_done(away, keep):
    s = numrs.Stream(away)
    before = numrs.memory.stats(away)["in_use_bytes"]
    for _ in range(20):
        x = put_now(1, away)
        s.wait_stream(numrs.current_stream(away))
        with numrs.stream(s):
            y = x * 2
        del x
        numrs.current_stream(away).wait_stream(s)
        z = y + 1
        del y
        assert holds(z, 3)
    del z
    numrs.synchronize(away)
    assert numrs.memory.stats(away)["in_use_bytes"] == before
    numrs.memory.trim(away)
    assert numrs.memory.stats(away)["cached_bytes"] == 0


@pytest.mark.parametrize("kept", [0, 1])
def test_random_streams_and_delays_change_no_bits(away, kept):
    switch(f"set:keep={kept}", away)
    switch("set:delay=200", away)
    rng = np.random.default_rng(5)
    streams = [numrs.current_stream(away), *[numrs.Stream(away) for _ in range(3)]]
    try:
        on, where = [numrs.asarray(np.full(64, float(k)), device=away) for k in range(4)], [0] * 4
        plain = [np.full(64, float(k)) for k in range(4)]
        for _ in range(150):
            a, b, c = rng.integers(0, 4, 3)
            number = rng.integers(0, 4)
            s = streams[number]
            for used in (a, b):
                s.wait_stream(streams[where[used]])
            with numrs.stream(s):
                on[c] = (on[a] * 0.5 + on[b]) * 0.75 - numrs.maximum(on[a], 1.0)
            where[c] = number
            plain[c] = (plain[a] * 0.5 + plain[b]) * 0.75 - np.maximum(plain[a], 1.0)
        numrs.synchronize(away)
        for one, other in zip(on, plain, strict=True):
            assert (one.cpu().numpy() == other).all()
    finally:
        switch("set:keep=0", away)


# ------------------------------------------------------------------------------------------------ pinned memory


def test_pinned_memory(away):
    a = numrs.memory.pinned((2, 3), "float32", device=away)
    assert (a.shape, a.dtype, a.flags.c_contiguous, a.flags.writeable) == ((2, 3), np.float32, True, True)
    assert a.ctypes.data % 64 == 0
    assert numrs.memory.pinned(4, device=away).dtype == np.float64
    assert numrs.memory.pinned((0, 3), device=away).shape == (0, 3)
    with numrs.device(away):
        assert numrs.memory.pinned(3).shape == (3,)
    with pytest.raises(ValueError, match="negative"):
        numrs.memory.pinned(-1, device=away)
    with pytest.raises(ValueError, match="cpu"):
        numrs.memory.pinned(1, device="cpu")
    with pytest.raises(MemoryError, match=r"memory\.pinned"):
        numrs.memory.pinned((1 << 40, 1 << 40), device=away)
    with pytest.raises(TypeError):
        numrs.memory.pinned(2.5, device=away)
    part = a[1:]
    a[:] = 4
    del a
    gc.collect()
    assert (part == 4).all()  # it lives with the last array over it


def test_copies_that_do_not_wait(away):
    s = numrs.Stream(away)
    a = numrs.memory.pinned(N, device=away)
    for wait in (False, True):
        a[:] = 1
        sleep(s)
        with numrs.stream(s):
            started = time.perf_counter()
            x = numrs.from_numpy(a).to(away, non_blocking=True)
            assert time.perf_counter() - started < 0.15
        if wait:
            s.synchronize()
        a[:] = 2
        with numrs.stream(s):
            assert holds(x, 1 if wait else 2)
    sleep(s)
    with numrs.stream(s):
        x = numrs.from_numpy(a).to(away)  # waits, pinned or not
    a[:] = 3
    assert holds(x, 2)
    plain = np.full(N, 4.0)
    sleep(s)
    with numrs.stream(s):
        x = numrs.from_numpy(plain).to(away, non_blocking=True)
        plain[:] = 5
        assert holds(x, 4)
    with numrs.stream(s):
        for y in (x[::2], x.reshape(5, -1).T):  # not in C order
            there = y.cpu(non_blocking=True)
            s.synchronize()
            assert (there.numpy() == y.cpu().numpy()).all()


def test_copies_back_that_do_not_wait(sim):
    s = numrs.Stream(sim)
    x, y = put(3, sim), put(0, sim)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
        here = y.cpu(non_blocking=True)
        del y  # the copy still reads it
        again = numrs.full(N, 9.0, device=sim)
    assert str(here.device) == "cpu"
    assert np.isnan(here.numpy()).all()  # the poison of new pinned memory
    s.synchronize()
    assert (here.numpy() == -3).all()
    assert holds(again, 9)
    assert x.to("cpu", non_blocking=True, dtype="float32").dtype == np.float32
    back = x.to("cpu", non_blocking=True)
    numrs.synchronize(sim)
    assert (back.numpy() == 3).all()


def test_pinned_memory_is_freed_behind_its_copies(away):
    s = numrs.Stream(away)
    a = numrs.memory.pinned(N, device=away)
    a[:] = 6
    sleep(s)
    with numrs.stream(s):
        x = numrs.from_numpy(a).to(away, non_blocking=True)
    assert not s.query()
    del a
    gc.collect()
    with numrs.stream(s):
        assert holds(x, 6)


def test_gradients_come_through_copies_that_do_not_wait(away):
    w = numrs.Tensor([1.0, 2.0], requires_grad=True, device="cpu")
    numrs.sum(w.to(away, non_blocking=True) ** 2).backward()
    assert w.grad.tolist() == [2.0, 4.0]


def test_to_device_with_a_stream(away):
    s = numrs.Stream(away)
    x = numrs.ones(3, device="cpu").to_device(away, stream=s)
    with numrs.stream(s):
        assert x.tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(TypeError, match="int"):
        x.to_device(away, stream=1)


# ------------------------------------------------------------------------------------------------ failures


def test_a_lost_device_says_so_on_every_stream(sim):
    from test_device_faults import run

    found = run("""
        s, t = numrs.Stream("sim:0"), numrs.Stream("sim:0")
        a = numrs.memory.pinned(4, device="sim:0")
        e = s.record_event()
        from numrs._ops import _place
        _place.info("sim", 0, "set:lost=1")
        calls = [lambda: numrs.ones(2, device="sim:0"), s.synchronize, s.query, s.record_event, e.synchronize, e.query,
                 lambda: t.wait_event(e), lambda: t.wait_stream(s), lambda: numrs.Stream("sim:0"), numrs.synchronize, lambda: s.native,
                 lambda: numrs.memory.pinned(4, device="sim:0")]
        for call in calls:
            try:
                call()
            except RuntimeError as error:
                assert "lost" in str(error), error
            else:
                raise AssertionError("a call on a lost device went through")
        del s, t, a, e, calls, call
        print("done")
    """)
    assert found.stdout.strip() == "done", found.stderr


def test_no_streams_are_left(away):
    gc.collect()
    before = len(_streams._alive)
    for _ in range(20):
        with numrs.stream(numrs.Stream(away)):
            put_now(1, away)
    gc.collect()
    assert len(_streams._alive) == before
