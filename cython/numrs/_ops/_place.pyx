# cython: freethreading_compatible=True
"""Where memory is: opened devices with their contexts, memory and copies, and where a call runs. Nothing public."""
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset
from numpy cimport ndarray

from numrs._ops._array cimport CONTEXTS, MOST_PLACES, check
from numrs._ops._tensor cimport Tensor
from numrs.c.base cimport (NUMRS_OK, numrs_context, numrs_context_create, numrs_context_options, numrs_memory_stats, numrs_message,
                           numrs_status)
from numrs.c.device cimport (NUMRS_TO_DEVICE, NUMRS_TO_HOST, numrs_device_allocate, numrs_device_copy, numrs_device_copy_async,
                             numrs_device_count, numrs_device_free, numrs_device_info, numrs_device_memory_set_limit,
                             numrs_device_memory_stats, numrs_device_memory_trim, numrs_device_open_plugin, numrs_device_plugin,
                             numrs_device_synchronize)

KINDS = ("cpu", "cuda", "sim")

MANY_PLACES[0] = False
MANY_STREAMS[0] = False
cdef list _devices = [None]  # place → (kind, index)
cdef dict _places = {("cpu", 0): 0}


cdef extern from *:
    """
    static _Thread_local void *numrs_chosen[64];  /* contexts of this thread's streams, by places; NULL: the default one */
    """
    void *numrs_chosen[MOST_PLACES]


cdef numrs_context *chosen_context(int32_t place) noexcept nogil:
    """The context with this thread's stream."""
    cdef numrs_context *context = <numrs_context *>numrs_chosen[place]
    return context if context != NULL else CONTEXTS[place]


cdef numrs_context *choose_context(int32_t place, numrs_context *context) noexcept:
    """From now on this thread's calls at a place go to another stream (NULL: the default one); gives the one before."""
    cdef numrs_context *before = <numrs_context *>numrs_chosen[place]
    numrs_chosen[place] = context
    MANY_STREAMS[0] = True
    return before


def count(str kind):
    """How many devices of a kind there are, and why there are none."""
    cdef int32_t found = 0
    cdef numrs_status status = numrs_device_count(KINDS.index(kind), &found)
    if status == NUMRS_OK:
        return int(found), ""
    message = numrs_message().decode("utf-8", "replace")
    return 0, message.partition(": ")[2] or message


def place_of_name(str kind, int index):
    """The place of a device, which is opened; RuntimeError with the step that failed."""
    cdef numrs_context_options options
    cdef numrs_context *context = NULL
    found = _places.get((kind, index))
    if found is not None:
        return found
    if len(_devices) >= MOST_PLACES:
        raise RuntimeError(f"device: {len(_devices)} devices are in use, no more are supported")
    memset(&options, 0, sizeof(options))
    options.struct_size = sizeof(options)
    options.device = KINDS.index(kind)
    options.device_index = index
    check(numrs_context_create(&options, &context), "device")
    CONTEXTS[len(_devices)] = context
    MANY_PLACES[0] = True
    _devices.append((kind, index))
    _places[(kind, index)] = len(_devices) - 1
    return len(_devices) - 1


cdef int32_t place_of_device(object device) except -1:
    return place_of_name(device.kind, device.index)


def name_of_place(int place):
    """'cpu', 'cuda:0' …"""
    if place <= 0:
        return "cpu"
    kind, index = _devices[place]
    return f"{kind}:{index}"


cdef object device_at(int32_t place):
    """The Device of a place."""
    from numrs._ops._devices import CPU, Device
    if place <= 0:
        return CPU
    kind, index = _devices[place]
    return Device(kind, index)


cdef int join(int32_t *place, int32_t other, str name, str argument) except -1:
    """One more operand says where it is."""
    if place[0] == NOWHERE:
        place[0] = other
    elif place[0] != other:
        raise ValueError(f"{name}: {argument} is on {name_of_place(other)}, the operands before it on {name_of_place(place[0])}; "
                         "bring them to one device with .to(device)")
    return 0


cdef int32_t place_of(str name, tuple operands) except -1:
    """Where a call runs: at the place of its tensors. Numbers of Python and NumPy and None are at home everywhere."""
    cdef int32_t place = NOWHERE, here
    cdef int at = 0
    for x in operands:
        at += 1
        if isinstance(x, Tensor):
            here = (<Tensor>x).place
        elif isinstance(x, (ndarray, list, tuple)):
            here = 0
        else:
            continue
        if place == NOWHERE:
            place = here
        elif place != here:
            found = [name_of_place((<Tensor>y).place) if isinstance(y, Tensor) else f"cpu ({type(y).__name__})" for y in operands
                     if isinstance(y, (Tensor, ndarray, list, tuple))]
            raise ValueError(f"{name}: the operands are on different devices: {', '.join(found)}; bring them to one with "
                             ".to(device)")
    return max(place, 0)


cdef object no_kernel(str name, int32_t place):
    """The error for a function that has not been taught devices."""
    return NotImplementedError(f"{name}: no kernel on device {name_of_place(place)}; move the operands with .to('cpu')")


# ------------------------------------------------------------------------------------------------ memory

cdef void *device_memory(int32_t place, size_t bytes_) except NULL:
    cdef void *block = NULL
    check(numrs_device_allocate(context_at(place), bytes_ if bytes_ > 0 else 1, &block), "Tensor")
    return block


cdef void give_back(int32_t place, void *block) noexcept:
    """The library knows which streams may still use it."""
    numrs_device_free(context_at(place), block)


cdef int copy_in(int32_t place, void *to, const void *from_, size_t bytes_) except -1:
    cdef numrs_context *context = context_at(place)
    cdef numrs_status status
    with nogil:
        status = numrs_device_copy(context, to, from_, bytes_, NUMRS_TO_DEVICE)
    return check(status, "Tensor")


cdef int copy_out(int32_t place, void *to, const void *from_, size_t bytes_) except -1:
    cdef numrs_context *context = context_at(place)
    cdef numrs_status status
    with nogil:
        status = numrs_device_copy(context, to, from_, bytes_, NUMRS_TO_HOST)
    return check(status, "Tensor")


cdef int copy_in_later(int32_t place, void *to, const void *from_, size_t bytes_) except -1:
    """From pinned memory without waiting."""
    cdef numrs_context *context = context_at(place)
    cdef numrs_status status
    with nogil:
        status = numrs_device_copy_async(context, to, from_, bytes_, NUMRS_TO_DEVICE)
    return check(status, "Tensor")


cdef int copy_out_later(int32_t place, void *to, const void *from_, size_t bytes_) except -1:
    """To pinned memory without waiting."""
    cdef numrs_context *context = context_at(place)
    cdef numrs_status status
    with nogil:
        status = numrs_device_copy_async(context, to, from_, bytes_, NUMRS_TO_HOST)
    return check(status, "Tensor")


cdef int wait_for(int32_t place) except -1:
    """Until this thread's stream of a place is done."""
    cdef numrs_context *context = context_at(place)
    cdef numrs_status status
    if place <= 0:
        return 0
    with nogil:
        status = numrs_device_synchronize(context)
    return check(status, "synchronize")


def opened():
    """Places of the devices that are in use."""
    return range(1, len(_devices))


# ------------------------------------------------------------------------------------------------ what is asked of devices

def info(str kind, int index, str key):
    """A fact about a device; opens it."""
    cdef char[512] text
    check(numrs_device_info(KINDS.index(kind), index, key.encode(), text, sizeof(text)), "device")
    return text.decode("utf-8", "replace")


def memory_stats(str kind, int index):
    """Counters of a device's memory."""
    cdef numrs_memory_stats stats
    memset(&stats, 0, sizeof(stats))
    stats.struct_size = sizeof(stats)
    place_of_name(kind, index)
    check(numrs_device_memory_stats(KINDS.index(kind), index, &stats), "memory.stats")
    return {"hits": stats.hits, "misses": stats.misses, "in_use_bytes": stats.in_use_bytes, "cached_bytes": stats.cached_bytes,
            "peak_bytes": stats.peak_bytes, "limit_bytes": stats.limit_bytes}


def memory_trim(str kind, int index):
    """Gives what is kept for reuse back to the driver."""
    place_of_name(kind, index)
    check(numrs_device_memory_trim(KINDS.index(kind), index), "memory.trim")


def memory_set_limit(str kind, int index, limit):
    """Most bytes in use; 0: no limit."""
    place_of_name(kind, index)
    check(numrs_device_memory_set_limit(KINDS.index(kind), index, <uint64_t>limit), "memory.set_limit")


def open_plugin(str path):
    """Opens a plug-in that stands elsewhere than beside the library: that of the simulated device."""
    check(numrs_device_open_plugin(path.encode()), "open_plugin")


def plugin_path(str kind):
    """The file of the plug-in in use; None before one is opened."""
    cdef const char *path = numrs_device_plugin(KINDS.index(kind))
    return None if path == NULL else path.decode("utf-8", "replace")
