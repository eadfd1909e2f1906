# Where memory is: the CPU, or a device that has been opened. Private to numrs._ops.
from libc.stdint cimport int32_t

from numrs._ops._array cimport CONTEXTS, interruptible
from numrs._ops._tensor cimport Tensor
from numrs.c.base cimport numrs_context
from numrs.c.view cimport numrs_view

cdef enum:
    NOWHERE = -1   # no operand has said yet where the call is to run

cdef bint[1] MANY_PLACES   # has a device ever been opened?
cdef bint[1] MANY_STREAMS  # has a thread ever chosen a stream?

cdef int32_t place_of_device(object device) except -1
cdef object device_at(int32_t place)
cdef int join(int32_t *place, int32_t other, str name, str argument) except -1
cdef int32_t place_of(str name, tuple operands) except -1
cdef object no_kernel(str name, int32_t place)
cdef void *device_memory(int32_t place, size_t bytes_) except NULL
cdef void give_back(int32_t place, void *block) noexcept
cdef int copy_in(int32_t place, void *to, const void *from_, size_t bytes_) except -1
cdef int copy_out(int32_t place, void *to, const void *from_, size_t bytes_) except -1
cdef int copy_in_later(int32_t place, void *to, const void *from_, size_t bytes_) except -1
cdef int copy_out_later(int32_t place, void *to, const void *from_, size_t bytes_) except -1
cdef int wait_for(int32_t place) except -1

cdef numrs_context *chosen_context(int32_t place) noexcept nogil
cdef numrs_context *choose_context(int32_t place, numrs_context *context) noexcept

cdef inline numrs_context *context_at(int32_t place) noexcept nogil:
    """The context of a call that is short on the CPU: on a device with the stream that this thread has chosen."""
    if place <= 0:
        return NULL
    return chosen_context(place) if MANY_STREAMS[0] else CONTEXTS[place]

cdef inline numrs_context *context_for(int32_t place, double work_ns) noexcept:
    """The context of a call without the GIL; release_context ends it."""
    return context_at(place) if place > 0 else interruptible(work_ns)

cdef inline int32_t place_of_any(str name, object a, object b, object c) except -1:
    """Where a call with these operands runs; ValueError where they are in two places."""
    if (type(a) is not Tensor or (<Tensor>a).place == 0) and (type(b) is not Tensor or (<Tensor>b).place == 0) and \
            (type(c) is not Tensor or (<Tensor>c).place == 0):
        return 0
    return place_of(name, (a, b, c))
