# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Streams, events, and memory of the host for copies that do not wait. On the CPU a call is done when it returns: its stream and
its events have nothing to wait for."""
import threading
import weakref
from time import perf_counter

import numpy as np

cimport numpy as cnp
from cpython.ref cimport Py_INCREF
from libc.stdint cimport int32_t, uintptr_t
from libc.string cimport memset
from numpy cimport ndarray

from numrs._ops._array cimport CONTEXTS, check
from numrs._ops._devices import CPU, resolve
from numrs._ops._place cimport choose_context, context_at, device_at, place_of_device
from numrs._ops._place import KINDS, opened
from numrs.c.base cimport (NUMRS_STREAM_NATIVE, NUMRS_STREAM_NEW, numrs_context, numrs_context_create, numrs_context_destroy,
                           numrs_context_options, numrs_status)
from numrs.c.device cimport (numrs_device_event, numrs_device_event_elapsed, numrs_device_event_free, numrs_device_event_query,
                             numrs_device_event_record, numrs_device_event_record_timed, numrs_device_event_synchronize,
                             numrs_device_event_wait, numrs_device_pinned_allocate, numrs_device_pinned_free, numrs_device_query,
                             numrs_device_stream_native, numrs_device_synchronize)

cnp.import_array()

cdef extern from "numpy/arrayobject.h":
    int PyArray_SetBaseObject(ndarray array, object base) except -1


class _Blocks(threading.local):
    """Of this thread: the blocks it is in, each a stream and the one that was chosen before on its device."""

    def __init__(self):
        self.entered = []


_blocks = _Blocks()
_lock = threading.RLock()   # of what follows
_alive = weakref.WeakSet()  # streams that were made, without the default ones
_defaults = {}              # place → its default stream
_fixed = {}                 # (place, native handle) → the stream over one that a device has anyway


cdef numrs_context *_make(object device, int how, uintptr_t native) except NULL:
    cdef numrs_context_options options
    cdef numrs_context *context = NULL
    memset(&options, 0, sizeof(options))
    options.struct_size = sizeof(options)
    options.device = KINDS.index(device.kind)
    options.device_index = device.index
    options.stream = how
    options.native_stream = <void *>native
    check(numrs_context_create(&options, &context), "Stream")
    return context


cdef uintptr_t _handle(object native, str function) except? 0:
    """A native handle as a number."""
    if isinstance(native, bool) or not hasattr(native, "__index__"):
        raise TypeError(f"{function}: got a stream of type {type(native).__name__}, expected the int that the device's library has "
                        "for it")
    number = native.__index__()
    if not 0 <= number < 1 << 64:
        raise ValueError(f"{function}: got stream {number}, expected a handle of the device's library")
    return number


cdef class Stream:
    """Stream(device=None, *, native=None)
--

Work of a device that is done in order; work of two streams may be done at the same time.

    ``with stream:`` and ``with numrs.stream(stream):`` send the calls of this thread on its device to it. Memory needs no care:
    whatever is freed is used again when all streams that may use it have come that far. Who reads on one stream what another one
    writes has to wait: ``s.wait_stream(other)``, ``s.wait_event(event)``.

    Parameters
    ----------
    device : str or Device, optional
        None: the current one. On the CPU calls are done when they return, and nothing here has to wait.
    native : int, optional
        The handle of a stream of another library, on cuda a cudaStream_t, such as ``torch.cuda.current_stream().cuda_stream``; it
        has to outlive this object. None: a stream of its own.

    Attributes
    ----------
    device : Device
        Where it is.
    native : int or None
        The handle of the device's library, for other libraries; None on the CPU.

    Raises
    ------
    RuntimeError
        For a device that is not there.
    ValueError
        For a handle on the CPU, or one that the device does not know.

    Examples
    --------
    >>> s = numrs.Stream("cpu")
    >>> with numrs.stream(s):
    ...     x = numrs.ones(3) * 2
    >>> s.synchronize()
    >>> s.query()
    True
    """
    cdef readonly object device
    cdef int32_t place
    cdef numrs_context *context  # NULL on the CPU
    cdef bint ours               # to be ended with this object
    cdef uintptr_t handle        # the native one, where others have it
    cdef object __weakref__

    def __init__(self, device=None, *, native=None):
        cdef uintptr_t handle = 0
        if self.device is not None:
            raise TypeError("Stream.__init__: a Stream is made once")
        found = resolve(device)
        if native is not None:
            handle = _handle(native, "Stream")
            if found == CPU:
                raise ValueError(f"Stream: native is {native}, expected None: the CPU has no streams")
        self.place = place_of_device(found)
        if self.place != 0:
            self.context = _make(found, NUMRS_STREAM_NEW if native is None else NUMRS_STREAM_NATIVE, handle)
            self.ours, self.handle = True, handle
        self.device = found
        if self.place != 0:
            with _lock:
                _alive.add(self)

    def __dealloc__(self):
        if self.ours:
            with nogil:
                numrs_context_destroy(self.context)  # waits for its work

    @property
    def native(self):
        cdef void *handle = NULL
        if self.context == NULL:
            return None
        check(numrs_device_stream_native(self.context, &handle), "Stream.native")
        self.handle = <uintptr_t>handle
        return self.handle

    def synchronize(self):
        """Wait until all its work is done, and report what failed in it.

        Raises
        ------
        RuntimeError
            For a device that has failed.
        """
        cdef numrs_status status
        if self.context != NULL:
            with nogil:
                status = numrs_device_synchronize(self.context)
            check(status, "Stream.synchronize")

    def query(self):
        """Is all its work done?

        Returns
        -------
        bool
        """
        cdef int32_t done = 1
        if self.context != NULL:
            check(numrs_device_query(self.context, &done), "Stream.query")
        return done != 0

    def record_event(self, event=None):
        """Mark the place behind all its work so far.

        Parameters
        ----------
        event : Event, optional
            None: a new one.

        Returns
        -------
        Event
        """
        made = Event() if event is None else event
        (<Event?>made).record(self)
        return made

    def wait_event(self, event):
        """Later work waits for an event; the caller does not, unless this is a stream of the CPU.

        Parameters
        ----------
        event : Event
            One that was never recorded is nothing to wait for.

        Raises
        ------
        ValueError
            For an event of another device.
        """
        cdef _Mark mark = (<Event?>event).mark
        if mark is None or mark.event == NULL:
            return
        if self.context == NULL:
            event.synchronize()
        else:
            check(numrs_device_event_wait(self.context, mark.event), "Stream.wait_event")

    def wait_stream(self, stream):
        """Later work waits for all work of another stream so far; the caller does not, unless this is a stream of the CPU.

        Parameters
        ----------
        stream : Stream
            Of the same device, or of the CPU, where there is nothing to wait for.

        Raises
        ------
        ValueError
            For a stream of another device.
        """
        if (<Stream?>stream).context != self.context:
            self.wait_event(stream.record_event())

    def __enter__(self):
        enter(self)
        return self

    def __exit__(self, exc_type, exc_value, traceback):
        leave(self)

    def __repr__(self):
        if self.device is None:
            return "Stream()"
        if self.context == NULL:
            return "Stream(device='cpu')"
        return f"Stream(device='{self.device}', native={self.native:#x})"


cdef int enter(Stream s) except -1:
    cdef list entered = _blocks.entered
    if s.device is None:
        raise TypeError("stream: this Stream was never initialised")
    before = None
    for earlier, _ in reversed(entered):
        if (<Stream>earlier).place == s.place:
            before = earlier
            break
    entered.append((s, before))
    if s.place != 0:
        choose_context(s.place, s.context)
    return 0


cdef int leave(Stream s) except -1:
    cdef list entered = _blocks.entered
    cdef int at
    for at in range(len(entered) - 1, -1, -1):
        if entered[at][0] is s:
            before = entered[at][1]
            if s.place != 0:
                choose_context(s.place, (<Stream>before).context if before is not None else NULL)
            del entered[at]
            return 0
    raise RuntimeError("stream: a block is left in a thread that is not in it")


def stream(s):
    """A block in which this thread's calls on a stream's device go to that stream.

    Parameters
    ----------
    s : Stream or None
        None: the block changes nothing.

    Returns
    -------
    context manager
        Its value is the stream. Where creation functions make tensors is another matter: `numrs.device`.

    Raises
    ------
    TypeError
        For what is no Stream.

    Examples
    --------
    >>> with numrs.stream(numrs.Stream("cpu")) as s:
    ...     numrs.current_stream("cpu") is s
    True
    """
    if s is None:
        from contextlib import nullcontext
        return nullcontext()
    if not isinstance(s, Stream):
        raise TypeError(f"stream: got {type(s).__name__}, expected a Stream or None")
    return s


cdef Stream _default(int32_t place):
    cdef Stream made
    found = _defaults.get(place)
    if found is not None:
        return <Stream>found
    made = Stream.__new__(Stream)
    made.place = place
    made.context = CONTEXTS[place] if place > 0 else NULL
    made.device = device_at(place)
    with _lock:
        return <Stream>_defaults.setdefault(place, made)


cdef Stream _current(int32_t place):
    for s, _ in reversed(_blocks.entered):
        if (<Stream>s).place == place:
            return <Stream>s
    return _default(place)


def current_stream(device=None):
    """The stream to which this thread's calls on a device go.

    Parameters
    ----------
    device : str or Device, optional
        None: that of the innermost block of `numrs.stream`, else the current one.

    Returns
    -------
    Stream
        That of the innermost block, else the device's default stream.

    Examples
    --------
    >>> numrs.current_stream("cpu")
    Stream(device='cpu')
    """
    entered = _blocks.entered
    if device is None and entered:
        return entered[len(entered) - 1][0]
    return _current(place_of_device(resolve(device)))


# ------------------------------------------------------------------------------------------------ events

cdef class _Mark:
    """A place in the work of a stream; whoever waits for it keeps it."""
    cdef numrs_device_event *event  # NULL on the CPU
    cdef double at                  # seconds, on the CPU

    def __dealloc__(self):
        numrs_device_event_free(self.event)


cdef class Event:
    """Event(timing=False)
--

A place in the work of a stream, for others to wait for.

    Parameters
    ----------
    timing : bool
        Whether it has a time, for `elapsed_time`.

    Attributes
    ----------
    timing : bool
        The same.
    device : Device or None
        Where it was recorded; None before.

    Examples
    --------
    >>> s, start = numrs.Stream("cpu"), numrs.Event(timing=True)
    >>> start.record(s)
    >>> end = s.record_event(numrs.Event(timing=True))
    >>> start.elapsed_time(end) >= 0
    True
    """
    cdef readonly bint timing
    cdef readonly object device
    cdef _Mark mark
    cdef object __weakref__

    def __init__(self, timing=False):
        self.timing = bool(timing)

    def record(self, stream=None):
        """Mark the place behind all work of a stream so far; a place marked before is forgotten, but by those who wait for it.

        Parameters
        ----------
        stream : Stream, optional
            None: `numrs.current_stream()`.
        """
        cdef Stream s = <Stream?>(current_stream() if stream is None else stream)
        cdef _Mark mark = _Mark()
        if s.context != NULL:
            if self.timing:
                check(numrs_device_event_record_timed(s.context, &mark.event), "Event.record")
            else:
                check(numrs_device_event_record(s.context, &mark.event), "Event.record")
        mark.at = perf_counter()
        self.device, self.mark = s.device, mark

    def wait(self, stream=None):
        """Later work of a stream waits for the event.

        Parameters
        ----------
        stream : Stream, optional
            None: `numrs.current_stream()`.

        Raises
        ------
        ValueError
            For a stream of another device.
        """
        (<Stream?>(current_stream() if stream is None else stream)).wait_event(self)

    def synchronize(self):
        """Wait until the event is done; one that was never recorded is."""
        cdef _Mark mark = self.mark
        cdef numrs_status status
        if mark is not None and mark.event != NULL:
            with nogil:
                status = numrs_device_event_synchronize(mark.event)
            check(status, "Event.synchronize")

    def query(self):
        """Is the event done? One that was never recorded is.

        Returns
        -------
        bool
        """
        cdef _Mark mark = self.mark
        cdef int32_t done = 1
        if mark is not None and mark.event != NULL:
            check(numrs_device_event_query(mark.event, &done), "Event.query")
        return done != 0

    def elapsed_time(self, end_event):
        """Milliseconds from this event to another one.

        Parameters
        ----------
        end_event : Event
            Of the same device. Both are made with ``timing=True``, recorded, and done.

        Returns
        -------
        float

        Raises
        ------
        ValueError
            For events without a time, of two devices, or not done.
        """
        cdef Event end = <Event?>end_event
        cdef double milliseconds = 0
        if not (self.timing and end.timing):
            raise ValueError("Event.elapsed_time: an event has no time; make both with numrs.Event(timing=True)")
        if self.mark is None or end.mark is None:
            raise ValueError("Event.elapsed_time: an event was never recorded")
        if self.device != end.device:
            raise ValueError(f"Event.elapsed_time: one event is of {self.device}, the other of {end.device}")
        if self.mark.event == NULL:
            return 1e3 * (end.mark.at - self.mark.at)
        check(numrs_device_event_elapsed(self.mark.event, end.mark.event, &milliseconds), "Event.elapsed_time")
        return milliseconds

    def __repr__(self):
        return f"Event(timing={self.timing}{'' if self.mark is None else f', done={self.query()}'})"


def synchronize(int place):
    """Waits until the work of all streams of a place is done, and then raises the first error."""
    with _lock:
        streams = [s for s in _alive if (<Stream>s).place == place]
    failed = None
    for s in [_default(place), *streams]:
        try:
            s.synchronize()
        except RuntimeError as error:
            failed = failed or error
    if failed is not None:
        raise failed


def synchronize_all():
    """The same for all devices that are in use."""
    for place in opened():
        synchronize(place)


# ------------------------------------------------------------------------------------------------ streams of other libraries

cdef Stream _known(int32_t place, uintptr_t native):
    """The stream with that handle: one that lives, one that its device has anyway, or one for the moment."""
    cdef Stream s = _current(place)
    if s.handle == native:
        return s
    found = _fixed.get((place, native))
    if found is None:
        with _lock:
            for s in _alive:
                if s.place == place and s.handle == native:
                    return s
        found = Stream(device_at(place), native=native)
        if native <= 2:  # the legacy and the per-thread default stream of CUDA
            found = _fixed.setdefault((place, native), found)
    return <Stream>found


def hand_over(int place, native, str function):
    """What this thread's stream has done so far is there for the stream of another library."""
    cdef Stream here = _current(place)
    _known(place, _handle(native, function)).wait_stream(here)


def take_over(int place, native, str function):
    """What the stream of another library has done so far is there for this thread's stream."""
    _current(place).wait_stream(_known(place, _handle(native, function)))


def current_native(int place):
    """The handle of this thread's stream."""
    return _current(place).native


# ------------------------------------------------------------------------------------------------ pinned memory

cdef class _Pinned:
    """A block of pinned memory, given back with the last array over it, when the copies from and to it are done."""
    cdef void *block

    def __dealloc__(self):
        cdef void *block = self.block
        if block != NULL:
            with nogil:
                numrs_device_pinned_free(block)


def pinned(tuple shape, dtype, int place):
    """An uninitialised ndarray in C order over pinned memory."""
    cdef _Pinned owner = _Pinned()
    cdef ndarray a
    cdef cnp.npy_intp[1] extent
    cdef size_t bytes_
    total = dtype.itemsize
    for n in shape:
        total *= n
    if total >= 1 << 62:
        raise MemoryError(f"memory.pinned: no pinned memory for {total} bytes")
    bytes_ = total
    check(numrs_device_pinned_allocate(context_at(place), bytes_, &owner.block), "memory.pinned")
    extent[0] = <cnp.npy_intp>bytes_
    a = cnp.PyArray_SimpleNewFromData(1, extent, cnp.NPY_UINT8, owner.block)
    Py_INCREF(owner)  # SetBaseObject steals it
    PyArray_SetBaseObject(a, owner)
    return np.asarray(a).view(dtype).reshape(shape)
