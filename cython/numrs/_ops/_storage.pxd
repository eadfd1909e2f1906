# Tensors as memory. Private to numrs._ops.
from libc.stdint cimport int32_t, int64_t, uint64_t
from numpy cimport ndarray

from numrs._ops._array cimport BYTES_OF_DTYPE
from numrs._ops._tensor cimport INLINE_NDIM, Memory, Tensor, bare_tensor

cdef extern from *:
    """
    #define numrs_times(a, b, y) __builtin_mul_overflow((int64_t)(a), (int64_t)(b), (int64_t *)(y))
    """
    bint numrs_times(int64_t a, int64_t b, int64_t *y) noexcept

cdef enum:
    SMALL_BYTES = 128

# Blocks of SMALL_BYTES that small tensors have given back, for the next ones: the GIL guards them, and the pool's lock is not
# asked. Builds without a GIL have none.
cdef struct Blocks:
    int count
    int most
    void *blocks[32]

cdef Blocks small_blocks

cdef int64_t *room_for(Tensor t, int ndim) except NULL
cdef void *allocated(int64_t bytes_) except NULL
cdef void free_block(void *block, int64_t bytes_, int32_t place) noexcept
cdef Tensor new_tensor(int ndim, const int64_t *shape, int32_t dtype)
cdef Tensor new_tensor_at(int32_t place, int ndim, const int64_t *shape, int32_t dtype)
cdef Tensor moved(Tensor t, int32_t place)
cdef Tensor new_like_dims(Tensor model, int32_t dtype)
cdef Tensor from_ndarray(ndarray a, bint ours)
cdef ndarray array_over(Tensor t)
cdef object tensor_of(object y)
cdef Memory shared(Tensor t)
cdef int raise_invalid() except -1
cdef int raise_read_only() except -1
cdef int raise_followed(Tensor t) except -1
cdef Tensor contiguous(Tensor t)
cdef Tensor copied(Tensor t)
cdef int copy_into(Tensor x, Tensor y) except -1
cdef int store_number(Tensor x, Tensor y) except -1
cdef int take_over(Tensor t, Tensor made) except -1
cdef object shape_tuple(Tensor t)

cdef bint recording() noexcept           # does autograd remember what this thread computes?
cdef bint set_recording(bint on) noexcept  # gives what it was

cdef inline bint tracked(object x) noexcept:
    """Is x a tensor that autograd follows?"""
    return type(x) is Tensor and (<Tensor>x).wants_grad and recording()

cdef inline bint same_dims(Tensor a, Tensor b) noexcept:
    cdef int d, ndim = a.view.ndim
    if ndim != b.view.ndim:
        return False
    if ndim == 1:
        return a.size == b.size
    for d in range(ndim):
        if a.view.shape[d] != b.view.shape[d]:
            return False
    return True


cdef inline int32_t valid(Tensor t) except 0:
    if t.view.dtype == 0:
        raise_invalid()
    return t.view.dtype

cdef inline Memory memory_of(Tensor t):
    """What all tensors over this memory share."""
    return <Memory>t.owner if type(t.owner) is Memory else shared(t)

cdef inline uint64_t changes_of(Tensor t) noexcept:
    """How often the memory has been changed in place."""
    return (<Memory>t.owner).changes if type(t.owner) is Memory else t.changes

cdef inline void count_change(Tensor t) noexcept:
    if type(t.owner) is Memory:
        (<Memory>t.owner).changes += 1
    else:
        t.changes += 1

cdef inline int written(Tensor t) except -1:
    """Called before memory is changed in place."""
    if t.wants_grad and recording():
        raise_followed(t)
    if not t.writeable:
        raise_read_only()
    count_change(t)
    return 0

cdef inline Tensor view_tensor(Tensor base, char *data, int ndim, const int64_t *shape, const int64_t *strides):
    """A view of another tensor's memory."""
    cdef Tensor t = bare_tensor()
    cdef int d
    cdef int64_t step = BYTES_OF_DTYPE[base.view.dtype], size = 1
    cdef bint dense = True
    cdef int64_t *at = t.dims
    t.owner = memory_of(base)
    if ndim > INLINE_NDIM:
        at = room_for(t, ndim)
    else:
        t.view.shape = at
        t.view.strides = at + ndim
        t.view.ndim = ndim
    for d in range(ndim - 1, -1, -1):
        at[d] = shape[d]
        at[ndim + d] = strides[d]
        size *= shape[d]
        if shape[d] != 1 and strides[d] != step:
            dense = False
        step *= shape[d]
    t.size = size
    t.dense = dense or size == 0
    t.view.data = data
    t.view.dtype = base.view.dtype
    t.writeable = base.writeable
    t.place = base.place
    t.is_view = True
    return t

cdef inline Tensor new_like(Tensor model, int32_t dtype):
    """An uninitialised tensor in C order with the shape of another."""
    cdef Tensor t
    cdef int64_t bytes_, itemsize
    if model.view.ndim != 1 or model.place != 0:
        return new_like_dims(model, dtype)
    itemsize = BYTES_OF_DTYPE[dtype]
    if numrs_times(model.size, itemsize, &bytes_):
        return new_like_dims(model, dtype)  # raises
    t = bare_tensor()
    if bytes_ <= SMALL_BYTES and small_blocks.count > 0:
        small_blocks.count -= 1
        t.block = small_blocks.blocks[small_blocks.count]
    else:
        t.block = allocated(bytes_)
    t.view.data = t.block
    t.dims[0] = t.size = model.size
    t.dims[1] = itemsize
    t.view.shape = t.dims
    t.view.strides = t.dims + 1
    t.view.ndim = 1
    t.view.dtype = dtype
    t.writeable = t.dense = True
    return t
