# cython: freethreading_compatible=True
"""Tensors as memory: new ones from the pool, views of others, over ndarrays and as ndarrays. Nothing public."""
import numpy as np

cimport cython
from cpython.mem cimport PyMem_Malloc
from cpython.ref cimport Py_INCREF, PyObject
from cpython.tuple cimport PyTuple_New, PyTuple_SET_ITEM
from cpython.weakref cimport PyWeakref_NewRef
from libc.stdint cimport int32_t, int64_t
cimport numpy as cnp
from numpy cimport (NPY_ARRAY_OWNDATA, NPY_ARRAY_WRITEABLE, PyArray_CheckExact, PyArray_CHKFLAGS, PyArray_DATA, PyArray_DIMS,
                    PyArray_NDIM, PyArray_SIZE, PyArray_STRIDES, ndarray)

from numrs._ops._array cimport BYTES_OF_DTYPE, as_dtype, check, descr_of, dtype_of, know_bfloat16
from numrs._ops._place cimport (context_at, copy_in, copy_in_later, copy_out, copy_out_later, device_at, device_memory, give_back,
                                place_of_device)
from numrs._ops._tensor cimport INLINE_NDIM, Memory, Tensor, bare_tensor
from numrs.c.base cimport NUMRS_OK, numrs_allocate, numrs_free
from numrs.c.elementwise cimport numrs_convert
from numrs.c.view cimport NUMRS_MAX_NDIM, NUMRS_ON_HOST, numrs_view

cnp.import_array()

cdef extern from *:
    """
    #if defined(Py_GIL_DISABLED)
    #define NUMRS_NO_GIL 1
    #else
    #define NUMRS_NO_GIL 0
    #endif
    """
    bint _NO_GIL "NUMRS_NO_GIL"

cdef extern from "numpy/arrayobject.h":
    int PyArray_SetBaseObject(ndarray array, object base) except -1
    ctypedef struct PyTypeObject:
        pass
    ctypedef struct PyArray_Descr:
        pass
    PyTypeObject PyArray_Type
    # Steals a reference to the descriptor.
    ndarray PyArray_NewFromDescr(PyTypeObject *subtype, PyArray_Descr *descr, int ndim, const cnp.npy_intp *dims,
                                 const cnp.npy_intp *strides, void *data, int flags, PyObject *obj)

# ------------------------------------------------------------------------------------------------ making tensors

cdef int64_t *room_for(Tensor t, int ndim) except NULL:
    """Where shape and strides of a new tensor go."""
    cdef int64_t *at = t.dims
    if ndim > INLINE_NDIM:
        if ndim > NUMRS_MAX_NDIM:
            raise ValueError(f"Tensor: {ndim} dimensions, at most {NUMRS_MAX_NDIM} are supported")
        at = t.more = <int64_t *>PyMem_Malloc(2 * ndim * sizeof(int64_t))
        if at == NULL:
            raise MemoryError()
    t.view.shape = at
    t.view.strides = at + ndim
    t.view.ndim = ndim
    return at


cdef object _too_large(int ndim, const int64_t *shape):
    extents = tuple([shape[d] for d in range(ndim)])
    return ValueError(f"Tensor: shape {extents} has more elements than memory can hold")


small_blocks.count = 0
small_blocks.most = 0 if _NO_GIL else 32


cdef void *allocated(int64_t bytes_) except NULL:
    """Memory for a new tensor, at a multiple of 64."""
    cdef void *block
    if bytes_ <= SMALL_BYTES and small_blocks.count > 0:
        small_blocks.count -= 1
        return small_blocks.blocks[small_blocks.count]
    block = numrs_allocate(<size_t>max(bytes_, SMALL_BYTES))
    if block == NULL:
        raise MemoryError(f"Tensor: no memory for {bytes_} bytes (see numrs.memory.stats)")
    return block


cdef void free_block(void *block, int64_t bytes_, int32_t place) noexcept:
    """The memory of a tensor that ends."""
    if place > 0:
        give_back(place, block)
    elif bytes_ <= SMALL_BYTES and small_blocks.count < small_blocks.most:
        small_blocks.blocks[small_blocks.count] = block
        small_blocks.count += 1
    else:
        numrs_free(block)


def trim():
    """Gives the blocks kept for small tensors back to the pool."""
    while small_blocks.count > 0:
        small_blocks.count -= 1
        numrs_free(small_blocks.blocks[small_blocks.count])


cdef Tensor new_tensor(int ndim, const int64_t *shape, int32_t dtype):
    """An uninitialised tensor in C order over memory of the pool."""
    return new_tensor_at(0, ndim, shape, dtype)


cdef Tensor new_tensor_at(int32_t place, int ndim, const int64_t *shape, int32_t dtype):
    """The same on a device."""
    cdef Tensor t = bare_tensor()
    cdef int64_t *at = room_for(t, ndim)
    cdef int64_t step = BYTES_OF_DTYPE[dtype]
    cdef int d
    cdef bint empty = False
    for d in range(ndim):
        if shape[d] == 0:
            empty = True
        elif shape[d] < 0:
            raise ValueError(f"Tensor: extent {shape[d]} is negative")
    for d in range(ndim - 1, -1, -1):
        at[d] = shape[d]
        at[ndim + d] = step
        if shape[d] > 1 and numrs_times(step, shape[d], &step) and not empty:
            raise _too_large(ndim, shape)
    if empty:
        t.size = 0
    else:
        t.size = step // BYTES_OF_DTYPE[dtype]
    if place > 0:
        t.block = t.view.data = device_memory(place, 0 if empty else step)
        t.place = place
    else:
        t.block = t.view.data = allocated(0 if empty else step)
    t.view.dtype = dtype
    t.writeable = True
    t.dense = True
    return t


cdef Tensor new_like_dims(Tensor model, int32_t dtype):
    return new_tensor_at(model.place, model.view.ndim, model.view.shape, dtype)


cdef int raise_read_only() except -1:
    raise ValueError("Tensor: the memory is read-only")


cdef extern from *:
    """
    /* Per thread: is what it computes remembered? */
    static _Thread_local int numrs_paused = 0;
    static int numrs_recording(void) { return !numrs_paused; }
    static int numrs_set_recording(int on) {
      int before = !numrs_paused;
      numrs_paused = !on;
      return before;
    }
    """
    int numrs_recording() noexcept
    int numrs_set_recording(int on) noexcept


cdef bint recording() noexcept:
    return numrs_recording()


cdef bint set_recording(bint on) noexcept:
    return numrs_set_recording(on)


cdef int raise_followed(Tensor t) except -1:
    raise RuntimeError(f"Tensor: a tensor of shape {shape_tuple(t)} that requires grad is changed in place, which autograd "
                       "does not follow; do that under numrs.autograd.no_grad(), or compute a new tensor")


cdef int raise_invalid() except -1:
    raise TypeError("Tensor: this object was never initialised")


cdef Memory shared(Tensor t):
    """Makes what several tensors over this memory share: with the first view of it."""
    cdef Memory memory = Memory.__new__(Memory)
    with cython.critical_section(t):  # two threads may want the first view
        if type(t.owner) is Memory:
            return <Memory>t.owner
        memory.changes = t.changes
        memory.bytes = t.size * BYTES_OF_DTYPE[t.view.dtype]
        memory.keeper = t.owner
        memory.block = t.block
        memory.place = t.place
        t.owner = memory
        t.block = NULL
    return memory


cdef Tensor from_ndarray(ndarray a, bint ours):
    """A tensor over an array's memory; ours: nobody else has the array, so nobody can resize it."""
    cdef Tensor t
    cdef int d, ndim = PyArray_NDIM(a)
    cdef int32_t dtype = dtype_of(a)
    cdef int64_t step = BYTES_OF_DTYPE[dtype]
    cdef int64_t *at
    base = cnp.get_array_base(a)
    if ours and type(base) is Tensor and (<Tensor>base).view.data == PyArray_DATA(a):
        t = _same_memory(<Tensor>base, a)
        if t is not None:
            return t
    t = bare_tensor()
    at = room_for(t, ndim)
    t.size = PyArray_SIZE(a)
    t.dense = True
    for d in range(ndim - 1, -1, -1):
        at[d] = PyArray_DIMS(a)[d]
        at[ndim + d] = PyArray_STRIDES(a)[d]
        if at[d] != 1 and at[ndim + d] != step:
            t.dense = False
        step *= at[d]
    if t.size == 0:
        t.dense = True
    t.view.data = PyArray_DATA(a)
    t.view.dtype = dtype
    t.writeable = PyArray_CHKFLAGS(a, NPY_ARRAY_WRITEABLE)
    if base is not None and PyArray_CheckExact(base) and not PyArray_CHKFLAGS(<ndarray>base, NPY_ARRAY_OWNDATA):
        base = cnp.get_array_base(<ndarray>base)  # a view of an array over a tensor: NumPy's chain has no more links
    if type(base) is Tensor and PyArray_CheckExact(a):
        t.owner = memory_of(<Tensor>base)  # an array over a tensor: the memory is that tensor's
        t.is_view = True
    elif ours or not PyArray_CHKFLAGS(a, NPY_ARRAY_OWNDATA):
        t.owner = a
    else:
        t.owner = (a, PyWeakref_NewRef(a, None))  # NumPy does not resize an array with a weak reference
    return t


cdef Tensor _same_memory(Tensor t, ndarray a):
    """The tensor that an array was made over, where it shows just that; else None."""
    cdef int d
    if t.view.dtype != dtype_of(a) or t.view.ndim != PyArray_NDIM(a):
        return None
    for d in range(t.view.ndim):
        if t.view.shape[d] != PyArray_DIMS(a)[d] or t.view.strides[d] != PyArray_STRIDES(a)[d]:
            return None
    return t if t.writeable == PyArray_CHKFLAGS(a, NPY_ARRAY_WRITEABLE) else None


cdef ndarray array_over(Tensor t):
    """An ndarray over the tensor's memory, which it keeps alive."""
    cdef ndarray a
    if t.place != 0:
        raise TypeError(f"a Tensor on {device_at(t.place)} has no memory that NumPy could read; take .cpu() or .to('cpu') first")
    descr = descr_of(valid(t))
    Py_INCREF(descr)  # NewFromDescr steals it
    a = PyArray_NewFromDescr(&PyArray_Type, <PyArray_Descr *><PyObject *>descr, t.view.ndim, <const cnp.npy_intp *>t.view.shape,
                             <const cnp.npy_intp *>t.view.strides, t.view.data, NPY_ARRAY_WRITEABLE if t.writeable else 0, NULL)
    Py_INCREF(t)  # SetBaseObject too
    PyArray_SetBaseObject(a, t)
    return a


cdef object tensor_of(object y):
    """A result for ndarrays as that for tensors: arrays and NumPy scalars become tensors, also inside of tuples, lists and
    dicts."""
    kind = type(y)
    if kind is ndarray:
        return from_ndarray(<ndarray>y, True) if dtype_of(<ndarray>y) else y
    if kind is Tensor or y is None:
        return y
    if isinstance(y, np.generic):
        y = np.asarray(y)
        return from_ndarray(<ndarray>y, True) if dtype_of(<ndarray>y) else y
    if isinstance(y, tuple):
        parts = [tensor_of(part) for part in y]
        return kind(*parts) if hasattr(kind, "_fields") else tuple(parts)
    if kind is list:
        return [tensor_of(part) for part in y]
    if kind is dict:
        return {name: tensor_of(part) for name, part in y.items()}
    return y


cdef Tensor contiguous(Tensor t):
    """The tensor itself if it is in C order, else a copy that is."""
    cdef Tensor y
    if t.dense:
        return t
    y = new_like(t, valid(t))
    copy_into(t, y)
    return y


cdef int copy_into(Tensor x, Tensor y) except -1:
    """y = x, broadcast and converted; they may be in two places."""
    cdef int status
    if x.place != y.place:
        x = moved(x, y.place)
    if y.place != 0:
        return check(numrs_convert(context_at(y.place), &x.view, &y.view))
    if y.size * BYTES_OF_DTYPE[y.view.dtype] < (1 << 16):
        status = numrs_convert(NULL, &x.view, &y.view)
    else:
        with nogil:
            status = numrs_convert(NULL, &x.view, &y.view)
    if status != NUMRS_OK:
        check(status)
    return 0


cdef int store_number(Tensor x, Tensor y) except -1:
    """Every element of y, on a device, = the one of x, on the CPU: no copy to the device first."""
    cdef numrs_view number = x.view
    number.dtype |= NUMRS_ON_HOST
    return check(numrs_convert(context_at(y.place), &number, &y.view))


cdef Tensor moved(Tensor t, int32_t place):
    """The same numbers in C order at another place; waits until they are there."""
    cdef Tensor y
    cdef size_t bytes_
    t = contiguous(t)
    y = new_tensor_at(place, t.view.ndim, t.view.shape, valid(t))
    bytes_ = <size_t>(t.size * BYTES_OF_DTYPE[t.view.dtype])
    if bytes_ == 0:
        pass
    elif place == t.place:
        copy_into(t, y)
    elif t.place == 0:
        copy_in(place, y.view.data, t.view.data, bytes_)
    elif place == 0:
        copy_out(t.place, y.view.data, t.view.data, bytes_)
    else:
        return moved(moved(t, 0), place)
    return y


cdef Tensor moved_later(Tensor t, int32_t place):
    """`moved` between the CPU and a device, without waiting: what comes from a device comes into pinned memory, and what goes there
    is waited for unless it is in such."""
    cdef Tensor y
    cdef size_t bytes_
    if (t.place == 0) == (place == 0):
        return moved(t, place)
    t = contiguous(t)
    bytes_ = <size_t>(t.size * BYTES_OF_DTYPE[t.view.dtype])
    if place != 0:
        y = new_tensor_at(place, t.view.ndim, t.view.shape, valid(t))
        if bytes_ > 0:
            copy_in_later(place, y.view.data, t.view.data, bytes_)
        return y
    from numrs._ops._streams import pinned
    y = from_ndarray(pinned(shape_tuple(t), descr_of(valid(t)), t.place), True)
    if bytes_ > 0:
        copy_out_later(t.place, y.view.data, t.view.data, bytes_)
    return y


cdef object shape_tuple(Tensor t):
    cdef int d
    cdef object extent, shape
    if t.view.ndim == 1:
        return (t.view.shape[0],)
    if t.view.ndim == 2:
        return (t.view.shape[0], t.view.shape[1])
    shape = PyTuple_New(t.view.ndim)
    for d in range(t.view.ndim):
        extent = t.view.shape[d]
        Py_INCREF(extent)  # SET_ITEM steals it
        PyTuple_SET_ITEM(shape, d, extent)
    return shape


cdef Tensor copied(Tensor t):
    """The same numbers in memory of their own, in C order."""
    cdef Tensor y = new_like(t, valid(t))
    copy_into(t, y)
    return y


cdef int take_over(Tensor t, Tensor made) except -1:
    """t becomes what `made` is, and owns what it owned."""
    cdef int d, ndim = made.view.ndim
    cdef int64_t *at = room_for(t, ndim)
    for d in range(2 * ndim):
        at[d] = made.view.shape[d]  # the strides stand behind the shape
    t.view.data = made.view.data
    t.view.dtype = made.view.dtype
    t.size = made.size
    t.block = made.block
    made.block = NULL
    t.place = made.place
    t.writeable = made.writeable
    t.dense = made.dense
    t.owner = made.owner
    if t.block == NULL and t.owner is None:
        t.owner = made
    return 0


# ------------------------------------------------------------------------------------------------ for other modules

def from_array(a):
    """A tensor over the memory of an ndarray with a supported dtype in native byte order."""
    if not isinstance(a, np.ndarray):
        raise TypeError(f"from_array: a is of type {type(a).__name__}, expected an ndarray")
    if not dtype_of(<ndarray>a) and not ((<object>a).dtype.name == "bfloat16" and know_bfloat16()):
        raise TypeError(f"from_array: a has dtype {a.dtype}, which a Tensor cannot have")
    return from_ndarray(<ndarray>a, False)


def to_array(x):
    """A tensor as an ndarray over the same memory; anything else as it is."""
    return array_over(<Tensor>x) if isinstance(x, Tensor) else x


def mark_written(x):
    """Says that the memory of a tensor is about to be changed by somebody else."""
    written(<Tensor?>x)


def result(y):
    """What a function for ndarrays gave, as a function for tensors gives it."""
    return tensor_of(y)


def on_device(x, device, bint copy=False, bint later=False):
    """A tensor at a device: itself where it is there already, unless copy. later: without waiting, where that is possible."""
    cdef int32_t place = place_of_device(device)
    if place == (<Tensor?>x).place and not copy:
        return x
    valid(<Tensor>x)
    if place == (<Tensor>x).place:
        return copied(<Tensor>x)
    return moved_later(<Tensor>x, place) if later else moved(<Tensor>x, place)


def change_in_place(Tensor t, device=None, dtype=None):
    """The tensor itself goes to a device, or becomes one of another dtype, and its gradient with it: whoever has it, such as an
    optimizer, still has it. Views of it stay as they were, and are of other memory from now on."""
    cdef int32_t place = t.place if device is None else place_of_device(device)
    cdef int32_t wanted = valid(t) if dtype is None else as_dtype(dtype, "to")
    cdef Tensor made = t
    cdef int d, ndim = t.view.ndim
    cdef int64_t *at
    if t.wants_grad and t.node is not None and not _is_leaf(t):
        raise RuntimeError("Tensor: only of a leaf can the memory be changed; use .to()")
    if wanted != t.view.dtype:
        made = new_like(t, wanted)
        copy_into(t, made)
    if place != t.place:
        made = moved(made, place)
    if made is t:
        return
    if t.block != NULL:
        free_block(t.block, t.size * BYTES_OF_DTYPE[t.view.dtype], t.place)
        t.block = NULL
    t.owner = None
    at = <int64_t *>t.view.shape
    for d in range(ndim):
        at[ndim + d] = made.view.strides[d]
    t.view.data = made.view.data
    t.view.dtype = made.view.dtype
    t.block = made.block
    t.owner = made.owner
    made.block = NULL
    t.place = place
    t.dense = t.writeable = True
    t.is_view = False
    t.changes += 1
    if t.gradient is not None:
        change_in_place(<Tensor>t.gradient, device, dtype)


cdef bint _is_leaf(Tensor t) except -1:
    from numrs._ops._record import is_leaf
    return is_leaf(t)


def empty(tuple shape, dtype, device=None):
    """An uninitialised tensor, on a device."""
    cdef int64_t extents[64]
    cdef int d, ndim = <int>len(shape)
    if ndim > NUMRS_MAX_NDIM:
        raise ValueError(f"empty: {ndim} dimensions, at most {NUMRS_MAX_NDIM} are supported")
    for d in range(ndim):
        try:
            extents[d] = shape[d]
        except OverflowError:
            raise ValueError(f"empty: shape is {shape}, an extent has more than 64 bits") from None
    return new_tensor_at(0 if device is None else place_of_device(device), ndim, extents, as_dtype(dtype, "empty"))


def changed(x):
    """Counts a change in place that was made through an ndarray."""
    if isinstance(x, Tensor):
        count_change(<Tensor>x)
