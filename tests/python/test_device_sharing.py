# ruff: noqa: F401, F811 - fixtures are imported
"""Memory shared with other libraries on a device: DLPack and __cuda_array_interface__ with streams, streams of others. On the simulated
device, which plays both sides."""

import time

import numpy as np
import numrs
import pytest
from numrs._ops import tensor_methods
from stream_support import away, holds, keep, put, put_now, sim, sleep


class Producer:
    """Another library: memory of the device that it writes on a stream of its own."""

    def __init__(self, tensor, stream):
        self.tensor, self.stream, self.asked = tensor, stream, []

    def __dlpack__(self, *, stream=None, **arguments):
        self.asked.append(stream)
        with numrs.stream(self.stream):
            return self.tensor.__dlpack__(stream=stream, **arguments)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


class Described:
    """One that describes its memory."""

    def __init__(self, tensor, **more):
        self.tensor, self.more = tensor, more

    @property
    def __cuda_array_interface__(self):
        return {**tensor_methods.description(self.tensor), **self.more}


@pytest.mark.parametrize("given", ["handle", 1, 2])
def test_a_consumer_waits_on_its_stream_and_the_host_does_not(away, given):
    s = numrs.Stream(away)
    consumer = numrs.Stream(away) if given == "handle" else numrs.Stream(away, native=given)
    x, y = put(3, away), put(0, away)
    sleep(s)
    started = time.perf_counter()
    with numrs.stream(s):
        numrs.negative(x, out=y)
        capsule = y.__dlpack__(stream=consumer.native, max_version=(1, 0))
    assert time.perf_counter() - started < 0.15
    assert not s.query()
    with numrs.stream(consumer):
        assert holds(y, -3)
    del capsule


def test_a_consumer_that_has_waited(away):
    s, consumer = numrs.Stream(away), numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
        capsule = y.__dlpack__(stream=-1)
    assert not s.query()
    with numrs.stream(consumer):
        assert holds(y, 0)
    del capsule
    with numrs.stream(s):
        sleep(s)
        capsule = y.__dlpack__()  # nobody knows where it will be used: the host waits
        assert s.query()
        del capsule


def test_wrong_streams_of_consumers(sim):
    x = put(1, sim)
    for wrong in (0, -2):
        with pytest.raises(ValueError, match="legacy"):
            x.__dlpack__(stream=wrong)
    for wrong in ("1", 1.0, True):
        with pytest.raises(TypeError, match="int"):
            x.__dlpack__(stream=wrong)
    with pytest.raises(ValueError, match="no stream"):
        x.__dlpack__(stream=987654)
    with pytest.raises(BufferError, match="no streams"):
        numrs.ones(2, device="cpu").__dlpack__(stream=1)


def test_what_a_producer_still_writes_is_waited_for(away):
    s, mine = numrs.Stream(away), numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    producer = Producer(y, s)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
    with numrs.stream(mine):
        z = numrs.from_dlpack(producer)
        assert not s.query()
        assert producer.asked == [mine.native]
        assert holds(z, -3)
        assert tensor_methods.address_of(z) == tensor_methods.address_of(y)
    assert holds(numrs.asarray(producer), -3)
    assert str(numrs.asarray(producer).device) == away
    assert str(numrs.asarray(producer, device="cpu").device) == "cpu"
    assert numrs.asarray(producer, dtype="float32").dtype == np.float32


def test_memory_of_others_goes_back_when_this_stream_is_done_with_it(away):
    mine = numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    with numrs.stream(mine):
        z = numrs.from_dlpack(Producer(x, numrs.current_stream(away)))
        sleep(mine)
        numrs.negative(z, out=y)
        assert not mine.query()
        del z
        assert mine.query()
        assert holds(y, -3)


@pytest.mark.parametrize("named", [True, False])
def test_the_stream_of_a_description_is_waited_for(away, named):
    s, mine = numrs.Stream(away), numrs.Stream(away)
    x, y = put(3, away), put(0, away)
    sleep(s)
    with numrs.stream(s):
        numrs.negative(x, out=y)
    with numrs.stream(mine):
        z = numrs.asarray(Described(y, stream=s.native if named else None), device=away)
        assert not s.query()
        assert holds(z, -3 if named else 0)


def test_descriptions(sim):
    x = numrs.asarray(np.arange(12.0).reshape(3, 4), device=sim)
    found = tensor_methods.description(x.T)
    assert (found["shape"], found["strides"], found["typestr"], found["version"]) == ((4, 3), (8, 32), "<f8", 3)
    assert found["stream"] == numrs.current_stream(sim).native
    assert found["data"] == (tensor_methods.address_of(x), False)
    s = numrs.Stream(sim)
    with numrs.stream(s):
        assert tensor_methods.description(x)["stream"] == s.native
    numrs.synchronize(sim)
    assert numrs.asarray(Described(x.T), device=sim).tolist() == np.arange(12.0).reshape(3, 4).T.tolist()
    with numrs.device(sim):
        assert numrs.asarray(Described(x, strides=None)).tolist() == x.tolist()
        assert numrs.asarray(Described(x, shape=(0, 3), strides=None)).shape == (0, 3)
    fixed = numrs.asarray(Described(x, data=(tensor_methods.address_of(x), True)), device=sim)
    with pytest.raises(ValueError, match="read-only"):
        fixed[0, 0] = 1.0
    for kind, wrong in ((ValueError, {"mask": object()}), (TypeError, {"typestr": ">f8"}), (TypeError, {"typestr": "<M8[s]"}),
                        (ValueError, {"stream": 0}), (ValueError, {"strides": (3, 1)}), (ValueError, {"shape": (1,) * 33})):  # fmt: skip
        with pytest.raises(kind, match="asarray"):
            numrs.asarray(Described(x, **wrong), device=sim)
    assert not hasattr(x, "__cuda_array_interface__")  # it is no memory of cuda


def test_a_stream_of_another_library(away):
    theirs = numrs.Stream(away)
    ours = numrs.Stream(away, native=theirs.native)
    assert ours.native == theirs.native
    x, y = put(3, away), put(0, away)
    sleep(theirs)
    with numrs.stream(theirs):
        numrs.negative(x, out=y)
    assert not ours.query()
    with numrs.stream(ours):
        assert holds(y, -3)
    del ours
    sleep(theirs)
    assert not theirs.query()


def test_memory_that_was_handed_to_a_stream_of_another_library(away, keep):
    """Its work is not seen, but that it has the memory is."""
    theirs = numrs.Stream(away)
    ours = numrs.Stream(away, native=theirs.native)
    x, y, other = put(3, away), put(0, away), put(4, away)
    capsules = [t.__dlpack__(stream=ours.native) for t in (x, other)]
    del other, capsules[1]  # a mark in the stream, which has no work that anybody saw from here on
    unseen = numrs.Stream(away, native=theirs.native)
    sleep(unseen, 0.5)
    with numrs.stream(unseen):
        numrs.negative(x, out=y)
    del unseen
    address = tensor_methods.address_of(x)
    del capsules, x
    more = [put_now(k, away) for k in range(3)]
    assert address not in [tensor_methods.address_of(one) for one in more]
    with numrs.stream(ours):
        assert holds(y, -3)
