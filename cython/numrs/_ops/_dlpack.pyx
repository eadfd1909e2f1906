# cython: freethreading_compatible=True, binding=True, embedsignature=True, embedsignature.format=python
"""Memory shared with other libraries, without copies: DLPack, versions 0 and 1, and what __cuda_array_interface__ describes.

The structures are those of the DLPack specification (dmlc/dlpack, dlpack.h, version 1.0).
"""
import numpy as np

from cpython.pycapsule cimport (PyCapsule_GetName, PyCapsule_GetPointer, PyCapsule_IsValid, PyCapsule_New,
                                PyCapsule_SetName)
from cpython.ref cimport Py_DECREF, Py_INCREF, PyObject
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t
from libc.stdlib cimport free, malloc

from numrs._ops._array cimport BYTES_OF_DTYPE, as_dtype
from numrs._ops._place cimport MANY_PLACES, context_at, device_at, place_of_device, wait_for
from numrs._ops._storage cimport moved, room_for
from numrs._ops._tensor cimport Tensor, bare_tensor
from numrs.c cimport ops
from numrs.c.base cimport numrs_context
from numrs.c.device cimport numrs_device_synchronize

cdef extern from *:
    """
    #include <stdint.h>
    typedef struct { int32_t device_type, device_id; } numrs_dl_device;
    typedef struct { uint8_t code, bits; uint16_t lanes; } numrs_dl_dtype;
    typedef struct {
      void *data;
      numrs_dl_device device;
      int32_t ndim;
      numrs_dl_dtype dtype;
      int64_t *shape, *strides;  /* strides in elements; NULL: C order */
      uint64_t byte_offset;
    } numrs_dl_tensor;
    typedef struct numrs_dl_managed {
      numrs_dl_tensor tensor;
      void *context;
      void (*deleter)(struct numrs_dl_managed *self);
    } numrs_dl_managed;
    typedef struct numrs_dl_versioned {
      uint32_t major, minor;
      void *context;
      void (*deleter)(struct numrs_dl_versioned *self);
      uint64_t flags;
      numrs_dl_tensor tensor;
    } numrs_dl_versioned;
    """
    ctypedef struct numrs_dl_device:
        int32_t device_type
        int32_t device_id
    ctypedef struct numrs_dl_dtype:
        uint8_t code
        uint8_t bits
        uint16_t lanes
    ctypedef struct numrs_dl_tensor:
        void *data
        numrs_dl_device device
        int32_t ndim
        numrs_dl_dtype dtype
        int64_t *shape
        int64_t *strides
        uint64_t byte_offset
    ctypedef struct numrs_dl_managed:
        numrs_dl_tensor tensor
        void *context
        void (*deleter)(numrs_dl_managed *self) noexcept
    ctypedef struct numrs_dl_versioned:
        uint32_t major
        uint32_t minor
        void *context
        void (*deleter)(numrs_dl_versioned *self) noexcept
        uint64_t flags
        numrs_dl_tensor tensor

cdef enum:
    CPU = 1
    CUDA = 2
    EXTENSION = 12  # kDLExtDev: the simulated device
    CUDA_HOST = 3
    READ_ONLY = 1
    IS_COPIED = 2
    INT_CODE = 0
    UINT_CODE = 1
    FLOAT_CODE = 2
    BFLOAT_CODE = 4
    COMPLEX_CODE = 5
    BOOL_CODE = 6

cdef uint8_t[16] CODE_OF_DTYPE
cdef int _k
for _k in range(16):
    CODE_OF_DTYPE[_k] = 255
for _dtype, _code in ((ops.NUMRS_BOOL, BOOL_CODE), (ops.NUMRS_I8, INT_CODE), (ops.NUMRS_I16, INT_CODE),
                      (ops.NUMRS_I32, INT_CODE), (ops.NUMRS_I64, INT_CODE), (ops.NUMRS_U8, UINT_CODE),
                      (ops.NUMRS_U16, UINT_CODE), (ops.NUMRS_U32, UINT_CODE), (ops.NUMRS_U64, UINT_CODE),
                      (ops.NUMRS_F16, FLOAT_CODE), (ops.NUMRS_BF16, BFLOAT_CODE), (ops.NUMRS_F32, FLOAT_CODE),
                      (ops.NUMRS_F64, FLOAT_CODE), (ops.NUMRS_C64, COMPLEX_CODE), (ops.NUMRS_C128, COMPLEX_CODE)):
    CODE_OF_DTYPE[_dtype] = _code


# ------------------------------------------------------------------------------------------------ out

cdef void _release_plain(numrs_dl_managed *managed) noexcept with gil:
    Py_DECREF(<object>managed.context)
    free(managed)


cdef void _release_versioned(numrs_dl_versioned *managed) noexcept with gil:
    Py_DECREF(<object>managed.context)
    free(managed)


cdef void _drop_capsule(object capsule) noexcept:
    """A capsule that nobody took: its memory is released here. A taken one has another name."""
    cdef numrs_dl_managed *plain
    cdef numrs_dl_versioned *versioned
    if PyCapsule_IsValid(capsule, "dltensor_versioned"):
        versioned = <numrs_dl_versioned *>PyCapsule_GetPointer(capsule, "dltensor_versioned")
        versioned.deleter(versioned)
    elif PyCapsule_IsValid(capsule, "dltensor"):
        plain = <numrs_dl_managed *>PyCapsule_GetPointer(capsule, "dltensor")
        plain.deleter(plain)


cdef int _describe(Tensor t, numrs_dl_tensor *d, int64_t *strides) except -1:
    """Fills the common part; strides has room for ndim numbers behind the structure."""
    cdef int k
    cdef int64_t bytes_ = BYTES_OF_DTYPE[t.view.dtype]
    for k in range(t.view.ndim):
        if t.view.strides[k] % bytes_ != 0:
            if t.view.shape[k] > 1:
                raise BufferError(f"__dlpack__: strides {t.strides} are no multiples of {bytes_} bytes; copy=True helps")
            strides[k] = 1
        else:
            strides[k] = t.view.strides[k] // bytes_
    d.data = t.view.data
    device = (1, 0) if t.place == 0 else dlpack_device(t.place)
    d.device.device_type = device[0]
    d.device.device_id = device[1]
    d.ndim = t.view.ndim
    d.dtype.code = CODE_OF_DTYPE[t.view.dtype]
    d.dtype.bits = <uint8_t>(8 * bytes_)
    d.dtype.lanes = 1
    d.shape = <int64_t *>t.view.shape  # never changes, and lives as long as the tensor
    d.strides = strides
    d.byte_offset = 0
    return 0


cdef object dlpack_device(int32_t place):
    """The device of a place in DLPack's numbers."""
    device = device_at(place)
    return ({"cpu": CPU, "cuda": CUDA}.get(device.kind, EXTENSION), device.index)


cdef int _check_stream(object stream) except -1:
    """The consumer's stream, by the rules of DLPack."""
    if stream is None:
        return 0
    if isinstance(stream, bool) or not hasattr(stream, "__index__"):
        raise TypeError(f"__dlpack__: stream is of type {type(stream).__name__}, expected an int or None")
    number = stream.__index__()
    if number == 0 or number < -1:
        raise ValueError(f"__dlpack__: stream is {number}, expected -1, 1 (the legacy default stream), 2 (that of the thread), "
                         "or a handle")
    return 0


cdef object export_dlpack(object tensor, object stream, object max_version, object dl_device, object copy):
    cdef Tensor t = tensor
    cdef numrs_dl_managed *plain
    cdef numrs_dl_versioned *versioned
    cdef bint copied = copy is True, new = False
    if t.view.dtype == 0:
        raise BufferError("__dlpack__: this Tensor was never initialised")
    here = (1, 0) if t.place == 0 else dlpack_device(t.place)
    if t.place == 0 and stream is not None:
        raise BufferError(f"__dlpack__: stream is {stream!r}, expected None: the CPU has no streams")
    _check_stream(stream)
    if dl_device is not None and tuple(dl_device) != here:
        if tuple(dl_device) != (1, 0) or copy is False:
            raise BufferError(f"__dlpack__: dl_device is {tuple(dl_device)}, the memory is on {here}"
                              f"{', the CPU' if t.place == 0 else ''}")
        t = moved(t, 0)  # waits
        copied = True
        copy = None
    if max_version is not None:
        new = max_version[0] >= 1
    if copy is True:
        t = t.copy()
    if t.place == 0 or stream == -1:
        pass
    elif stream is None:
        wait_for(t.place)  # whatever stream the consumer works on, the numbers are there
    else:
        from numrs._ops._streams import hand_over
        hand_over(t.place, stream, "__dlpack__")
    if not new:
        if not t.writeable:
            raise BufferError("__dlpack__: the memory is read-only, which DLPack can say from version 1.0 on; "
                              "pass max_version=(1, 0) or copy=True")
        plain = <numrs_dl_managed *>malloc(sizeof(numrs_dl_managed) + 8 * t.view.ndim)
        if plain == NULL:
            raise MemoryError()
        try:
            _describe(t, &plain.tensor, <int64_t *>(plain + 1))
            plain.deleter = _release_plain
            plain.context = <PyObject *>t
            capsule = PyCapsule_New(plain, "dltensor", _drop_capsule)
        except:  # noqa: E722 - whatever it is, the block goes back
            free(plain)
            raise
        Py_INCREF(t)
        return capsule
    versioned = <numrs_dl_versioned *>malloc(sizeof(numrs_dl_versioned) + 8 * t.view.ndim)
    if versioned == NULL:
        raise MemoryError()
    try:
        _describe(t, &versioned.tensor, <int64_t *>(versioned + 1))
        versioned.major = 1
        versioned.minor = 0
        versioned.flags = (0 if t.writeable else READ_ONLY) | (IS_COPIED if copied else 0)
        versioned.deleter = _release_versioned
        versioned.context = <PyObject *>t
        capsule = PyCapsule_New(versioned, "dltensor_versioned", _drop_capsule)
    except:  # noqa: E722
        free(versioned)
        raise
    Py_INCREF(t)
    return capsule


# ------------------------------------------------------------------------------------------------ in

_VERSION = (1, 0)


cdef class _Taken:
    """Another library's memory: its deleter runs once, when the last tensor over it is gone and this thread's stream is done."""
    cdef numrs_dl_managed *plain
    cdef numrs_dl_versioned *versioned
    cdef object keeper  # whose memory it is where there is no capsule
    cdef int32_t place

    def __dealloc__(self):
        cdef numrs_context *context = context_at(self.place)
        if context != NULL:
            with nogil:
                numrs_device_synchronize(context)
        if self.plain != NULL and self.plain.deleter != NULL:
            self.plain.deleter(self.plain)
        if self.versioned != NULL and self.versioned.deleter != NULL:
            self.versioned.deleter(self.versioned)


cdef int32_t _dtype_of_code(numrs_dl_dtype d) except 0:
    cdef int k
    if d.lanes == 1:
        for k in range(16):
            if CODE_OF_DTYPE[k] == d.code and 8 * BYTES_OF_DTYPE[k] == d.bits:
                return k
    raise BufferError(f"from_dlpack: element type with code {d.code}, {d.bits} bits, {d.lanes} lanes is not supported")


cdef int32_t _place_of(int32_t kind, int32_t index) except -1:
    """The place of a device in DLPack's numbers, which is opened."""
    from numrs._ops._devices import Device
    try:
        return place_of_device(Device("cuda" if kind == CUDA else "sim", index))
    except RuntimeError as error:
        raise BufferError(f"from_dlpack: the memory is on device ({kind}, {index}): {error}") from None


cdef Tensor _tensor_over(numrs_dl_tensor *d, _Taken owner, bint writeable):
    cdef Tensor t = bare_tensor()
    cdef int32_t dtype
    cdef int64_t step
    cdef int64_t *at
    cdef int k
    if d.device.device_type == CUDA or d.device.device_type == EXTENSION:
        t.place = _place_of(d.device.device_type, d.device.device_id)
    elif d.device.device_type != CPU and d.device.device_type != CUDA_HOST:
        raise BufferError(f"from_dlpack: the memory is on device ({d.device.device_type}, {d.device.device_id}), expected the CPU "
                          "or a GPU")
    if d.ndim < 0 or d.ndim > 32:
        raise BufferError(f"from_dlpack: {d.ndim} dimensions, at most 32 are supported")
    dtype = _dtype_of_code(d.dtype)
    if d.ndim > 0 and d.shape == NULL:
        raise BufferError("from_dlpack: the shape is NULL")
    at = room_for(t, d.ndim)
    step = BYTES_OF_DTYPE[dtype]
    t.size = 1
    t.dense = True
    for k in range(d.ndim - 1, -1, -1):
        if d.shape[k] < 0:
            raise BufferError(f"from_dlpack: extent {d.shape[k]} is negative")
        at[k] = d.shape[k]
        at[d.ndim + k] = step if d.strides == NULL else d.strides[k] * BYTES_OF_DTYPE[dtype]
        if d.shape[k] != 1 and at[d.ndim + k] != step:
            t.dense = False
        t.size *= d.shape[k]
        step *= d.shape[k]
    if t.size == 0:
        t.dense = True
    elif d.data == NULL:
        raise BufferError("from_dlpack: the memory is NULL")
    t.view.data = <char *>d.data + d.byte_offset if d.data != NULL else NULL
    t.view.dtype = dtype
    t.writeable = writeable
    t.owner = owner
    owner.place = t.place
    return t


cdef Tensor _take_capsule(object capsule, bint *copied):
    """The capsule is taken, whatever comes of it: renamed at once, so that it cannot be taken a second time."""
    cdef _Taken taken = _Taken()
    cdef const char *name
    copied[0] = False
    try:
        name = PyCapsule_GetName(capsule)
    except (ValueError, TypeError):
        raise TypeError(f"from_dlpack: __dlpack__ gave a {type(capsule).__name__}, expected a capsule") from None
    if PyCapsule_IsValid(capsule, "dltensor_versioned"):
        taken.versioned = <numrs_dl_versioned *>PyCapsule_GetPointer(capsule, "dltensor_versioned")
        PyCapsule_SetName(capsule, "used_dltensor_versioned")
        if taken.versioned.major != 1:
            raise BufferError(f"from_dlpack: DLPack version {taken.versioned.major}.{taken.versioned.minor}, expected 1.x")
        copied[0] = (taken.versioned.flags & IS_COPIED) != 0
        return _tensor_over(&taken.versioned.tensor, taken, (taken.versioned.flags & READ_ONLY) == 0)
    if PyCapsule_IsValid(capsule, "dltensor"):
        taken.plain = <numrs_dl_managed *>PyCapsule_GetPointer(capsule, "dltensor")
        PyCapsule_SetName(capsule, "used_dltensor")
        return _tensor_over(&taken.plain.tensor, taken, True)
    what = "without a name" if name == NULL else f"named {name.decode('ascii', 'replace')!r}"
    raise BufferError(f"from_dlpack: a capsule {what}, expected one that nobody has taken")


def from_dlpack(x, /, *, device=None, copy=None):
    """The memory of another library's array as a Tensor.

    Parameters
    ----------
    x : object with ``__dlpack__``
        An array of any library, on the CPU or a GPU, where the current stream waits for what was made on the producer's.
    device : str or Device, optional
        Where the tensor is wanted; None: where the memory is.
    copy : bool, optional
        True: memory of its own; False: never a copy; None: a copy only if that is needed.

    Returns
    -------
    Tensor
        Over the same memory; read-only where it is.

    Raises
    ------
    BufferError
        For memory on another device, an element type that numrs does not have, or a capsule that is taken already.
    AttributeError
        For an object without ``__dlpack__``.

    Examples
    --------
    >>> numrs.from_dlpack(np.arange(3.0))
    tensor([0., 1., 2.], dtype=float64, device='cpu')
    """
    cdef Tensor t
    cdef bint copied = False
    wanted = None
    if device is not None:
        from numrs._ops._devices import resolve
        wanted = resolve(device)
    try:
        export = x.__dlpack__
    except AttributeError:
        raise AttributeError(f"from_dlpack: x is of type {type(x).__name__}, which has no __dlpack__") from None
    # The capsule says where the memory is; asking __dlpack_device__ first costs a microsecond with torch, and pays where a device
    # is in use.
    cdef dict streams = {}
    if MANY_PLACES[0]:
        kind, index = x.__dlpack_device__()
        if kind == CUDA or kind == EXTENSION:
            from numrs._ops._streams import current_native
            streams["stream"] = current_native(_place_of(kind, index)) or 1
    try:
        if copy is None:
            capsule = export(max_version=_VERSION, **streams)
        else:
            capsule = export(max_version=_VERSION, copy=copy, **streams)
    except TypeError:  # a producer of before version 1
        capsule = export(**streams)
    t = _take_capsule(capsule, &copied)
    if t.place != 0 and not streams:  # then the numbers are there for CUDA's legacy stream
        from numrs._ops._streams import take_over
        take_over(t.place, 1, "from_dlpack")
    if wanted is not None and place_of_device(wanted) != t.place:
        if copy is False:
            raise BufferError(f"from_dlpack: the memory is on {device_at(t.place)}, it comes to {wanted} by copying only, and copy "
                              "is False")
        return moved(t, place_of_device(wanted))
    return t.copy() if copy is True and not copied else t


def from_cuda_array(x, device):
    """What x.__cuda_array_interface__ describes, as a Tensor; the current stream waits for the one it names. Which device it
    is on nothing says: the one that is given, or the current one, or cuda:0."""
    from numrs._ops._devices import CPU as HERE, chosen, resolve
    cdef numrs_dl_tensor d
    cdef int64_t[32] extents, steps
    cdef _Taken taken = _Taken()
    cdef Tensor t
    cdef int k
    given = x.__cuda_array_interface__
    where = HERE if device is None else resolve(device)
    if where == HERE:
        where = chosen.get()
    if where == HERE:
        where = resolve("cuda:0")
    shape, strides, stream = tuple(given["shape"]), given.get("strides"), given.get("stream")
    descr = np.dtype(given["typestr"])
    if given.get("mask") is not None:
        raise ValueError("asarray: obj has a mask in its __cuda_array_interface__, which a Tensor cannot have")
    if not descr.isnative or descr.kind not in "biufc":
        raise TypeError(f"asarray: obj has typestr {given['typestr']!r} in its __cuda_array_interface__, which a Tensor cannot "
                        "have")
    if len(shape) > 32:
        raise ValueError(f"asarray: obj has {len(shape)} dimensions, at most 32 are supported")
    for k in range(<int>len(shape)):
        extents[k] = shape[k]
        if strides is not None:
            if strides[k] % descr.itemsize:
                raise ValueError(f"asarray: obj has strides {tuple(strides)}, which are no multiples of {descr.itemsize} bytes")
            steps[k] = strides[k] // descr.itemsize
    if stream is not None and (isinstance(stream, bool) or stream == 0):
        raise ValueError(f"asarray: obj names the stream {stream!r} in its __cuda_array_interface__, expected None, 1, 2 or a "
                         "handle")
    d.device.device_type, d.device.device_id = dlpack_device(place_of_device(where))
    d.data = <void *><size_t>given["data"][0]
    d.byte_offset = 0
    d.ndim = <int>len(shape)
    d.shape = extents
    d.strides = steps if strides is not None else NULL
    k = as_dtype(descr, "asarray")
    d.dtype.code, d.dtype.bits, d.dtype.lanes = CODE_OF_DTYPE[k], <uint8_t>(8 * BYTES_OF_DTYPE[k]), 1
    taken.keeper = x
    t = _tensor_over(&d, taken, not given["data"][1])
    if stream is not None:
        from numrs._ops._streams import take_over
        take_over(t.place, stream, "asarray")
    return t


def from_device_memory(x, device):
    """A Tensor over another library's memory where that is on a device, else None."""
    kind = type(x)
    if kind is np.ndarray or kind is list or kind is float or kind is int:
        return None
    if hasattr(kind, "__dlpack_device__"):
        return from_dlpack(x) if x.__dlpack_device__()[0] in (CUDA, EXTENSION) else None
    if hasattr(kind, "__cuda_array_interface__"):
        return from_cuda_array(x, device)
    return None


cdef bint is_foreign(object x) except -1:
    """An array of another library that speaks DLPack; not NumPy's, and no column of a table."""
    kind = type(x)
    if kind is np.ndarray or kind is float or kind is int or kind is list or kind is bool or x is None or kind is tuple:
        return False
    return hasattr(kind, "__dlpack__") and not isinstance(x, (np.ndarray, np.generic, Tensor)) and \
        not hasattr(kind, "__arrow_c_array__")
