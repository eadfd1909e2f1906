# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Work of a device that is recorded once and done any number of times."""
from libc.stdint cimport int32_t, uint64_t
from libc.string cimport memset

from numrs._ops._array cimport check, descr_of
from numrs._ops._place cimport context_at, place_of_device
from numrs._ops._random cimport Stream, seed_at
from numrs.c.base cimport NUMRS_OK, numrs_context, numrs_status
from numrs.c.device cimport (NUMRS_GRAPH_CHECKED, numrs_device_graph, numrs_device_graph_free, numrs_device_graph_indices,
                             numrs_device_graph_launch_with, numrs_device_record_begin, numrs_device_record_end,
                             numrs_graph_indices, numrs_graph_launch_options)

from numrs._ops._random import note_draws
from numrs._ops._streams import Stream as Stream_

cdef enum:
    MOST_KEYS = 64


cdef class Recording:
    """Work of a device that is recorded in a block and done by `launch`: a graph of CUDA.

    In the block nothing is done: calls of this thread on the device are noted, with the memory they work on. What was there
    before the block is read and written where it is at each launch, so change inputs in place (``x[...] = batch``); the
    recording keeps that memory. Results made in the block are overwritten by each launch. Dropouts choose anew at each launch,
    as calls would. Indices and labels that were there before are looked at by each launch, before anything is done. Other
    random numbers, copies from and to the CPU, reading a number and shapes that depend on data cannot be recorded.

    Parameters
    ----------
    device : str or Device
        Such as 'cuda:0'.

    Raises
    ------
    ValueError
        For the CPU.

    Examples
    --------
    >>> x = numrs.zeros(3, device="cuda:0")                # doctest: +SKIP
    >>> with numrs.devices.Recording("cuda:0") as step:    # doctest: +SKIP
    ...     y = numrs.exp(x)
    >>> x[...] = batch; step.launch()                      # doctest: +SKIP
    """
    cdef numrs_device_graph *graph
    cdef int32_t place
    cdef object stream           # the one that is recorded: of this recording alone, so that nobody else's calls get into it
    cdef numrs_context *context
    cdef readonly object device
    cdef list notes
    cdef dict streams          # id → [generator, its counter when it was recorded, blocks of a launch]
    cdef list moves            # for each key: the generator or None, and for seeds (its counter, the seed)
    cdef bint open

    def __init__(self, device):
        from numrs._ops._devices import resolve
        self.device = resolve(device)
        self.place = place_of_device(self.device)
        if self.place <= 0:
            raise ValueError("Recording: device is cpu, expected one that is not the CPU")
        self.graph = NULL
        self.streams, self.moves = {}, []

    def __dealloc__(self):
        with nogil:
            numrs_device_graph_free(self.graph)

    def __enter__(self):
        if self.graph != NULL or self.open:
            raise RuntimeError("Recording: the recording has been made already; make another one")
        stream = Stream_(self.device)
        stream.__enter__()
        self.context = context_at(self.place)
        try:
            check(numrs_device_record_begin(self.context), "Recording")
        except BaseException:
            stream.__exit__(None, None, None)
            raise
        self.stream, self.open = stream, True
        self.notes = []
        note_draws(self.notes)
        return self

    def __exit__(self, kind, error, trace):
        cdef numrs_status status
        note_draws(None)
        self.open = False
        status = numrs_device_record_end(self.context, &self.graph)
        stream, self.stream = self.stream, None
        stream.__exit__(None, None, None)
        del stream
        notes, self.notes = self.notes, None
        moved = self._gather(notes)
        if kind is None and status != NUMRS_OK:
            check(status, "Recording")
        if kind is None and moved is not None:
            numrs_device_graph_free(self.graph)
            self.graph = NULL
            raise RuntimeError(f"Recording: {moved}")
        if kind is not None and self.graph != NULL:
            numrs_device_graph_free(self.graph)
            self.graph = NULL
        return False

    def _gather(self, notes):
        """Draws by key, with their generators set back to where they were before the block; what is wrong with them, or None."""
        cdef Stream stream
        wrong, moves, streams = None, {}, {}
        for stream_, low, high, blocks, how in notes:
            stream = <Stream>stream_
            counter = low | high << 64
            mine = streams.setdefault(id(stream), [stream, counter, 0])
            mine[2] += blocks
            if how is None:
                wrong = "random numbers other than those of dropout were drawn, which each launch would repeat"
            elif isinstance(how, tuple):
                seed, fixed = how
                moves.setdefault(("seed", seed), (None if fixed else stream, (counter, seed)))
            else:
                found = moves.setdefault((stream.state.key[0], stream.state.key[1]), (stream if how == "on" else None, None))
                if found[0] is not (stream if how == "on" else None):
                    wrong = "two generators of one key are drawn from"
        for stream_, counter, _ in streams.values():
            stream = <Stream>stream_
            stream.state.counter[0], stream.state.counter[1] = counter & 0xFFFFFFFFFFFFFFFF, counter >> 64
        self.moves = list(moves.values())
        moving = {id(one) for one, _ in self.moves if one is not None}
        self.streams = {key: value for key, value in streams.items() if key in moving}
        return wrong

    def launch(self, checked=False):
        """Does the recorded work; returns before it is done.

        Parameters
        ----------
        checked : bool
            True: indices and labels are known to be in range, so that nothing has to be waited for.

        Raises
        ------
        IndexError
            For an index or a label out of range; nothing is done.
        RuntimeError
            Where nothing has been recorded, or a generator of a dropout has been set back since; for a device that is lost.
        """
        cdef numrs_graph_launch_options options
        cdef uint64_t[MOST_KEYS] ahead
        cdef numrs_status status
        cdef numrs_context *context = context_at(self.place)
        cdef Stream stream
        cdef int i
        if self.graph == NULL:
            raise RuntimeError("Recording.launch: nothing has been recorded")
        if len(self.moves) > MOST_KEYS:
            raise RuntimeError(f"Recording.launch: dropouts of {len(self.moves)} generators, at most {MOST_KEYS} are supported")
        moved = {}
        for key, (stream_, counter, _) in self.streams.items():
            stream = <Stream>stream_
            moved[key] = (stream.state.counter[0] | <object>stream.state.counter[1] << 64) - counter
            if not 0 <= moved[key] < 1 << 64:
                raise RuntimeError("Recording.launch: a generator has been set to another place since the recording")
        memset(&options, 0, sizeof(options))
        options.struct_size = sizeof(options)
        options.flags = NUMRS_GRAPH_CHECKED if checked else 0
        options.random_count = <int32_t>len(self.moves)
        options.random_blocks = ahead if self.moves else NULL
        for i in range(options.random_count):
            stream_, seed = self.moves[i]
            ahead[i] = 0
            if stream_ is None:
                continue
            ahead[i] = moved[id(stream_)]
            if seed is not None:
                ahead[i] = seed_at(<Stream>stream_, seed[0] + ahead[i]) - <uint64_t>seed[1]
        with nogil:
            status = numrs_device_graph_launch_with(context, self.graph, &options)
        check(status, "Recording.launch")
        for stream_, _, blocks in self.streams.values():
            (<Stream>stream_).skip(blocks)

    @property
    def indices(self):
        """What launches look at: dicts of the address, shape, strides in bytes and dtype of indices, their kind ('axis', 'row' or
        'label'), the extent they index and, of labels, the one that is ignored."""
        cdef numrs_graph_indices found
        memset(&found, 0, sizeof(found))
        found.struct_size = sizeof(found)
        listed = []
        while self.graph != NULL and numrs_device_graph_indices(self.graph, <int32_t>len(listed), &found) == NUMRS_OK:
            dims = range(found.view.ndim)
            listed.append({"address": <size_t>found.view.data, "shape": tuple([found.view.shape[d] for d in dims]),
                           "strides": tuple([found.view.strides[d] for d in dims]), "dtype": descr_of(found.view.dtype),
                           "kind": ("axis", "row", "label")[found.kind], "extent": found.extent,
                           "ignore": found.ignore if found.kind == 2 else None})
        return listed


__all__ = ["Recording"]
