# cython: freethreading_compatible=True
"""A stream of random numbers: seeding, its state, draws with or without the GIL. Nothing public."""
import operator
import os

cimport cython
from cpython.pythread cimport PyThread_get_thread_ident
from libc.stdint cimport int32_t, int64_t, uint64_t
import numpy as np
cimport numpy as cnp
from numpy cimport ndarray

from numrs._ops._array cimport (NOGIL_NS, Held, as_array, as_dtype, broadcast, check, check_out, dtype_of, hold,
                                interruptible, new_array, pin, release_context, size_of, view_of)
from numrs._ops._place cimport MANY_PLACES, context_at, device_at, place_of, place_of_device
from numrs._ops._storage cimport from_ndarray, moved, new_tensor_at, shape_tuple, valid, written
from numrs._ops._tensor cimport Tensor
from numrs.c cimport ops
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.ops cimport NUMRS_F32, NUMRS_F64, NUMRS_I64, NUMRS_U64
from numrs.c.random cimport (numrs_random, numrs_random_advance, numrs_random_blocks, numrs_random_permutation,
                             numrs_random_seed, numrs_random_state)
from numrs.c.view cimport NUMRS_ON_HOST, numrs_view

cnp.import_array()

NAME = "Philox4x32"


cdef object _result(ndarray y):
    """What every draw gives: through here alone, a Tensor over the array's memory."""
    return from_ndarray(y, True) if dtype_of(y) else y  # choice takes from text and objects too


cdef object first_of(object out):
    """out, alone or in a tuple."""
    return (<tuple>out)[0] if type(out) is tuple and len(<tuple>out) == 1 else out


cdef int32_t place_of_draw(str name, object device, object out, object a, object b) except -1:
    """Where numbers are drawn: on the device that is named, else on that of out and of the parameters."""
    cdef int32_t place, wanted
    if device is None and not MANY_PLACES[0]:
        return 0
    place = place_of(name, (first_of(out), a, b))
    if device is None:
        return place
    from numrs._ops._devices import resolve
    wanted = place_of_device(resolve(device))
    if place != wanted and (place > 0 or out is not None):
        raise ValueError(f"{name}: device is {device_at(wanted)}, out or a parameter is on {device_at(place)}; bring them to one "
                         "device with .to(device)")
    return wanted


cdef Tensor parameter_at(int32_t place, object x, str name, str argument):
    """A parameter that is an array as a tensor of a device."""
    if isinstance(x, Tensor) and (<Tensor>x).place == place:
        valid(<Tensor>x)
        return <Tensor>x
    return moved(from_ndarray(as_array(x, name, argument), False), place)


def _words(value, str argument="seed"):
    """The 64-bit words of a seed: those of an int, lowest first, or of each int of a sequence, with its length."""
    if value is None:
        return [int.from_bytes(os.urandom(8), "little"), int.from_bytes(os.urandom(8), "little")]
    generate = getattr(value, "generate_state", None)  # numpy.random.SeedSequence, and what is like it
    if generate is not None:
        return [int(word) for word in generate(4, np.uint64)]
    try:
        number = operator.index(value)
    except TypeError:
        pass
    else:
        if number < 0:
            raise ValueError(f"default_rng: {argument} is {number}, expected 0 or more")
        words = [number & 0xFFFFFFFFFFFFFFFF]
        while number := number >> 64:
            words.append(number & 0xFFFFFFFFFFFFFFFF)
        return words
    if isinstance(value, (str, bytes, bytearray, dict, set, frozenset)):
        raise TypeError(f"default_rng: {argument} is of type {type(value).__name__}, expected an int, a sequence of "
                        "ints, a SeedSequence or None")
    if isinstance(value, np.ndarray) and value.ndim == 0:
        raise TypeError(f"default_rng: {argument} has dtype {value.dtype}, expected integers")
    try:
        items = list(value)
    except TypeError:
        raise TypeError(f"default_rng: {argument} is of type {type(value).__name__}, expected an int, a sequence of "
                        "ints, a SeedSequence or None") from None
    words = [0xFFFFFFFFFFFFFFFF, len(items)]
    for k, item in enumerate(items):
        if item is None:
            raise TypeError(f"default_rng: {argument}[{k}] is None, expected an int")
        found = _words(item, f"{argument}[{k}]")
        words += [len(found), *found]
    return words


cdef object shape_of_size(str name, object size, object shape):
    """The shape asked for as a tuple of ints; None: that of the parameters. `shape` is another name of `size`."""
    if shape is not None:
        if size is not None:
            raise TypeError(f"{name}: got size and shape, expected one of them")
        size = shape
    if size is None:
        return None
    if type(size) is int and 0 <= size < 1 << 60:
        return (size,)
    try:
        extents = (operator.index(size),)
    except TypeError:
        try:
            extents = tuple([operator.index(extent) for extent in size])
        except TypeError:
            raise TypeError(f"{name}: size is {size!r}, expected an int or a tuple of ints") from None
    if len(extents) > 32:
        raise ValueError(f"{name}: size has {len(extents)} dimensions, expected at most 32")
    total = 1
    for extent in extents:
        if extent < 0:
            raise ValueError(f"{name}: size is {size!r}, expected 0 or more in each dimension")
        total *= extent
    if total > 1 << 60:
        if 0 in extents:
            return extents if max(extents) < 1 << 62 else (0,) * len(extents)
        raise MemoryError(f"{name}: no memory for a result of shape {extents}")
    return extents


cdef int32_t float_dtype(str name, object dtype, object out) except 0:
    """float32 or float64: the dtype asked for, or that of out."""
    cdef int32_t found
    if dtype is None:
        if isinstance(out, Tensor):
            return valid(<Tensor>out)
        return dtype_of(<ndarray>out) if isinstance(out, np.ndarray) and dtype_of(<ndarray>out) else NUMRS_F64
    try:
        known = _FLOATS.get(dtype)
    except TypeError:  # not hashable
        known = None
    if known is not None:
        return known
    found = as_dtype(dtype, name)
    if found != NUMRS_F32 and found != NUMRS_F64:
        raise TypeError(f"{name}: dtype is {np.dtype(dtype)}, expected float32 or float64")
    return found


cdef struct Parameter:
    double number
    int64_t whole
    uint64_t natural


cdef object _parameter(str name, str argument, object value, bint integers, Parameter *one, numrs_view *view):
    """A parameter as a view: numbers live in *one, arrays are returned so that they live long enough."""
    cdef ndarray a
    view.shape = NULL
    view.strides = NULL
    view.ndim = 0
    kind = type(value)
    if kind is float:
        one.number = <double>value
        view.data = &one.number
        view.dtype = NUMRS_F64
        return None
    if kind is int and not integers and -0x20000000000000 <= value <= 0x20000000000000:
        one.number = <double>value
        view.data = &one.number
        view.dtype = NUMRS_F64
        return None
    if kind is int:
        if -0x8000000000000000 <= value < 0:
            one.whole = value
            view.data = &one.whole
            view.dtype = NUMRS_I64
            return None
        if 0 <= value <= 0xFFFFFFFFFFFFFFFF:
            one.natural = value
            view.data = &one.natural
            view.dtype = NUMRS_U64
            return None
        try:
            one.number = value
        except OverflowError:
            raise ValueError(f"{name}: {argument} is {value}, more than a float64 holds") from None
        view.data = &one.number
        view.dtype = NUMRS_F64
        return None
    a = as_array(value, name, argument)
    view[0] = view_of(a, dtype_of(a))
    return a


cdef object inclusive(str name, object high):
    """high - 1, for a high that does not come out."""
    if type(high) is int:
        return high - 1
    if isinstance(high, Tensor) and (<Tensor>high).place > 0:
        if high.dtype.kind not in "iub":
            raise TypeError(f"{name}: high has dtype {high.dtype}, expected integers")
        high = high.astype(np.uint64 if high.dtype.kind == "u" else np.int64)
        lowest = np.iinfo(high.dtype).min
        if bool((high == lowest).any()):
            raise ValueError(f"{name}: high is {lowest}, expected more than low")
        return high - 1
    a = as_array(high, name, "high")
    if a.dtype.kind not in "iub":
        raise TypeError(f"{name}: high has dtype {a.dtype}, expected integers")
    a = a.astype(np.uint64 if a.dtype.kind == "u" else np.int64)
    lowest = np.iinfo(a.dtype).min
    if (a == lowest).any():
        raise ValueError(f"{name}: high is {lowest}, expected more than low")
    return a - a.dtype.type(1)


cdef list _notes = None    # what the thread that records draws: [stream, the two words of its counter, blocks, how it moves]
cdef long _notes_of = 0    # that thread


def note_draws(notes):
    """From here on the draws of this thread are noted in a list; None ends it."""
    global _notes, _notes_of
    _notes_of = PyThread_get_thread_ident()
    _notes = notes


cdef void draw_moves(object how) noexcept:
    """The draw just made is one that a recording makes anew at each launch: 'on', where its generator stands then; 'stays', as
    it is; or a seed, which is drawn again."""
    if _notes is not None and PyThread_get_thread_ident() == _notes_of:
        _notes[len(_notes) - 1][4] = how


cdef uint64_t seed_of(object generator) except? 1:
    """64 bits for a kernel that has a seed."""
    return <uint64_t>int(generator.integers(0, 1 << 62))


cdef uint64_t seed_at(Stream like, object counter) except? 1:
    """`seed_of` where a generator stands at another place."""
    from numrs._ops.random_generator import default_rng
    cdef Stream stream = <Stream?>default_rng(0)
    stream.state = like.state
    stream.state.counter[0], stream.state.counter[1] = counter & 0xFFFFFFFFFFFFFFFF, counter >> 64
    return seed_of(stream)


cdef class Stream:
    """The state behind a Generator."""

    def __cinit__(self, *args, **kwargs):
        self.state.struct_size = sizeof(numrs_random_state)
        self.state.reserved = 0
        self.state.key[0] = self.state.key[1] = self.state.counter[0] = self.state.counter[1] = 0
        self.spawned = 0

    cdef int seed(self, list words) except -1:
        cdef cnp.ndarray a = np.array(words, np.uint64)
        return check(numrs_random_seed(&self.state, <const uint64_t *>cnp.PyArray_DATA(a), len(words)), "default_rng")

    cdef int copy_from(self, Stream other) except -1:
        with cython.critical_section(other):
            self.state = other.state
            self.spawned = other.spawned
        return 0

    cdef uint64_t take_children(self, uint64_t n) except? 0:
        """The number of the first of the next n children."""
        cdef uint64_t first
        with cython.critical_section(self):
            first = self.spawned
            self.spawned += n
        return first

    cdef dict get(self):
        with cython.critical_section(self):
            return {"bit_generator": NAME, "key": (self.state.key[0], self.state.key[1]),
                    "counter": (self.state.counter[0], self.state.counter[1]), "spawned": self.spawned}

    cdef int set(self, object value) except -1:
        cdef numrs_random_state fresh = self.state
        cdef uint64_t number
        if not isinstance(value, dict) or value.get("bit_generator") != NAME:
            raise ValueError(f"Generator.state: got {value!r:.80}, expected a dict with bit_generator {NAME!r}")
        try:
            key, counter, spawned = value["key"], value["counter"], value["spawned"]
            fresh.key[0], fresh.key[1] = key
            fresh.counter[0], fresh.counter[1] = counter
            number = spawned
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise ValueError(f"Generator.state: {type(error).__name__} {error}; expected key and counter, each two "
                             "ints of 64 bits, and spawned") from None
        check(numrs_random_advance(&fresh, 0), "Generator.state")
        with cython.critical_section(self):
            self.state = fresh
            self.spawned = number
        return 0

    cdef numrs_random_state reserve(self, uint64_t blocks, numrs_random_state *after):
        """Takes a piece of the stream: no other draw gets it, so that threads never repeat each other's numbers."""
        cdef numrs_random_state mine
        with cython.critical_section(self):
            mine = self.state
            numrs_random_advance(&self.state, blocks)
            after[0] = self.state
        if _notes is not None and PyThread_get_thread_ident() == _notes_of:
            _notes.append([self, mine.counter[0], mine.counter[1], blocks, None])
        return mine

    cdef int skip(self, uint64_t blocks) except -1:
        """Leaves out a piece of the stream."""
        with cython.critical_section(self):
            return check(numrs_random_advance(&self.state, blocks), "Generator")

    cdef void give_back(self, numrs_random_state *before, numrs_random_state *after):
        """Undoes a reservation for a draw that failed, unless others have drawn since."""
        with cython.critical_section(self):
            if self.state.counter[0] == after.counter[0] and self.state.counter[1] == after.counter[1] and \
                    self.state.key[0] == after.key[0] and self.state.key[1] == after.key[1]:
                self.state = before[0]

    cdef ndarray draw(self, int32_t op, str name, object size, int32_t dtype, object out, object a=None, object b=None):
        """One call of numrs_random. size: a tuple, or None for the shape of the parameters (or of out)."""
        cdef numrs_view views[2]
        cdef Parameter ones[2]
        cdef Held held[3]
        cdef numrs_view vy
        cdef ndarray y
        cdef int64_t shape[64]
        cdef int count = 0, ndim = 0, k, d
        cdef numrs_random_state before, after
        cdef numrs_context *context
        cdef numrs_status status
        cdef uint64_t blocks
        cdef double work_ns
        cdef object first = None, second = None
        cdef tuple names = _PARAMETERS[op]
        cdef bint integers = op == ops.NUMRS_OP_RANDOM_INTEGERS
        count = <int>len(names)
        if count > 0:
            first = _parameter(name, names[0], a, integers, &ones[0], &views[0])
        if count > 1:
            second = _parameter(name, names[1], b, integers, &ones[1], &views[1])
        if out is not None:
            if type(out) is tuple and len(<tuple>out) == 1:
                out = (<tuple>out)[0]
            y = check_out(out, name)
            if dtype_of(y) != dtype:
                raise TypeError(f"{name}: out has dtype {y.dtype}, expected {np.dtype(_NAMES[dtype])}")
            if size is not None and (<object>y).shape != size:
                raise ValueError(f"{name}: out has shape {(<object>y).shape}, expected {size}, the size")
        else:
            if size is not None:
                ndim = len(<tuple>size)
                for d in range(ndim):
                    shape[d] = (<tuple>size)[d]
            else:
                for k in range(count):
                    ndim = max(ndim, views[k].ndim)
                if ndim:
                    shapes = [one.shape for one in (first, second) if one is not None]
                    try:
                        found = np.broadcast_shapes(*shapes)
                    except ValueError:
                        raise ValueError(f"{name}: parameters of shapes {shapes[0]} and {shapes[1]} do not "
                                         "broadcast") from None
                    for d in range(ndim):
                        shape[d] = found[d]
            y = new_array(ndim, shape, dtype)
        vy = view_of(y, dtype)
        check(numrs_random_blocks(op, size_of(y), &blocks), name)
        before = self.reserve(blocks, &after)
        cdef numrs_random_state mine = before
        work_ns = (25.0 if _slow(op) else 2.5) * <double>size_of(y)
        if work_ns < NOGIL_NS:
            status = numrs_random(NULL, op, &mine, &vy, views, count)
        else:
            hold(&held[2], &vy)
            for k in range(count):
                hold(&held[k], &views[k])
                views[k] = held[k].view
            pins = [pin(one) for one in (y, first, second) if one is not None]
            context = interruptible(work_ns)
            with nogil:
                status = numrs_random(context, op, &mine, &held[2].view, views, count)
            release_context(context)
            del pins
        if status != NUMRS_OK:
            self.give_back(&before, &after)
            check(status, name)
        return y

    cdef ndarray permutations(self, str name, object shape, int axis):
        """int64 of that shape whose lines along axis are permutations."""
        cdef int64_t extents[64]
        cdef int d, ndim = len(shape)
        cdef int64_t lines = 1
        cdef uint64_t blocks
        cdef numrs_random_state before, after, mine
        cdef numrs_view vy
        cdef Held held
        cdef numrs_context *context
        cdef numrs_status status
        for d in range(ndim):
            extents[d] = shape[d]
            if d != axis:
                lines *= extents[d]
        cdef ndarray y = new_array(ndim, extents, NUMRS_I64)
        check(numrs_random_blocks(ops.NUMRS_OP_RANDOM_BITS, extents[axis], &blocks), name)
        vy = view_of(y, NUMRS_I64)
        before = self.reserve(blocks * <uint64_t>lines, &after)
        mine = before
        work_ns = 5.0 * <double>size_of(y)
        if work_ns < NOGIL_NS:
            status = numrs_random_permutation(NULL, &mine, &vy, axis)
        else:
            hold(&held, &vy)
            context = interruptible(work_ns)
            with nogil:
                status = numrs_random_permutation(context, &mine, &held.view, axis)
            release_context(context)
        if status != NUMRS_OK:
            self.give_back(&before, &after)
            check(status, name)
        return y

    cdef Tensor draw_on(self, int32_t place, int32_t op, str name, object size, int32_t dtype, object out, object a=None,
                        object b=None):
        """draw onto a device: the numbers that the CPU would draw. Parameters of one element stay on the host."""
        cdef numrs_view views[2]
        cdef Parameter ones[2]
        cdef int64_t shape[64]
        cdef int count, ndim = 0, k, d
        cdef numrs_random_state before, after, mine
        cdef numrs_status status
        cdef numrs_context *context = context_at(place)
        cdef uint64_t blocks
        cdef tuple names = _PARAMETERS[op], given = (a, b)
        cdef bint integers = op == ops.NUMRS_OP_RANDOM_INTEGERS
        cdef list kept = []
        cdef Tensor y
        count = <int>len(names)
        for k in range(count):
            array = given[k]
            if not isinstance(array, Tensor) or (<Tensor>array).place != place:
                array = _parameter(name, names[k], given[k], integers, &ones[k], &views[k])
                if array is None or size_of(<ndarray>array) == 1:
                    views[k].dtype |= NUMRS_ON_HOST
                    kept.append(array)
                    continue
            y = parameter_at(place, array, name, names[k])
            views[k] = y.view
            kept.append(y)
        out = first_of(out)
        if out is not None:
            if not isinstance(out, Tensor):
                raise TypeError(f"{name}: out is of type {type(out).__name__}, expected a Tensor on {device_at(place)}")
            y = <Tensor>out
            if valid(y) != dtype:
                raise TypeError(f"{name}: out has dtype {y.dtype}, expected {np.dtype(_NAMES[dtype])}")
            if size is not None and shape_tuple(y) != size:
                raise ValueError(f"{name}: out has shape {shape_tuple(y)}, expected {size}, the size")
            written(y)
        else:
            if size is not None:
                ndim = <int>len(<tuple>size)
                for d in range(ndim):
                    shape[d] = (<tuple>size)[d]
            elif count > 0:
                ndim = broadcast(views, count, shape)
                if ndim < 0:
                    raise ValueError(f"{name}: parameters of shapes {np.shape(a)} and {np.shape(b)} do not broadcast")
            y = new_tensor_at(place, ndim, shape, dtype)
        check(numrs_random_blocks(op, y.size, &blocks), name)
        before = self.reserve(blocks, &after)
        mine = before
        with nogil:
            status = numrs_random(context, op, &mine, &y.view, views, count)
        if status != NUMRS_OK:
            self.give_back(&before, &after)
            check(status, name)
        return y

    cdef Tensor permutations_on(self, int32_t place, str name, object shape, int axis):
        """permutations onto a device."""
        cdef int64_t extents[64]
        cdef int d, ndim = <int>len(shape)
        cdef int64_t lines = 1
        cdef uint64_t blocks
        cdef numrs_random_state before, after, mine
        cdef numrs_status status
        cdef numrs_context *context = context_at(place)
        cdef Tensor y
        for d in range(ndim):
            extents[d] = shape[d]
            if d != axis:
                lines *= extents[d]
        y = new_tensor_at(place, ndim, extents, NUMRS_I64)
        check(numrs_random_blocks(ops.NUMRS_OP_RANDOM_BITS, extents[axis], &blocks), name)
        before = self.reserve(blocks * <uint64_t>lines, &after)
        mine = before
        with nogil:
            status = numrs_random_permutation(context, &mine, &y.view, axis)
        if status != NUMRS_OK:
            self.give_back(&before, &after)
            check(status, name)
        return y


# The usual ways to name the two, without a search.
cdef dict _FLOATS = {"float32": NUMRS_F32, "float64": NUMRS_F64, np.float32: NUMRS_F32, np.float64: NUMRS_F64,
                     np.dtype(np.float32): NUMRS_F32, np.dtype(np.float64): NUMRS_F64, float: NUMRS_F64}


cdef inline bint _slow(int32_t op) noexcept:
    return op == ops.NUMRS_OP_RANDOM_GAMMA or op == ops.NUMRS_OP_RANDOM_BETA or op == ops.NUMRS_OP_RANDOM_POISSON or \
        op == ops.NUMRS_OP_RANDOM_BINOMIAL


cdef dict _PARAMETERS = {
    ops.NUMRS_OP_RANDOM_BITS: (),
    ops.NUMRS_OP_RANDOM_UNIFORM: ("low", "high"), ops.NUMRS_OP_RANDOM_NORMAL: ("loc", "scale"),
    ops.NUMRS_OP_RANDOM_EXPONENTIAL: ("scale",), ops.NUMRS_OP_RANDOM_LAPLACE: ("loc", "scale"),
    ops.NUMRS_OP_RANDOM_CAUCHY: ("loc", "scale"), ops.NUMRS_OP_RANDOM_LOGNORMAL: ("mean", "sigma"),
    ops.NUMRS_OP_RANDOM_GAMMA: ("shape", "scale"), ops.NUMRS_OP_RANDOM_BETA: ("a", "b"),
    ops.NUMRS_OP_RANDOM_INTEGERS: ("low", "high"), ops.NUMRS_OP_RANDOM_BERNOULLI: ("p",),
    ops.NUMRS_OP_RANDOM_GEOMETRIC: ("p",), ops.NUMRS_OP_RANDOM_POISSON: ("lam",),
    ops.NUMRS_OP_RANDOM_BINOMIAL: ("n", "p"),
}
cdef dict _NAMES = {NUMRS_F32: "float32", NUMRS_F64: "float64", NUMRS_I64: "int64", NUMRS_U64: "uint64",
                    ops.NUMRS_BOOL: "bool", ops.NUMRS_I8: "int8", ops.NUMRS_I16: "int16", ops.NUMRS_I32: "int32",
                    ops.NUMRS_U8: "uint8", ops.NUMRS_U16: "uint16", ops.NUMRS_U32: "uint32"}
