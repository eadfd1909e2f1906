# Activations that linear layers take. Private to numrs._ops.
from libc.stdint cimport int32_t

cdef int32_t activation_number(object activation, str name) except? -2
cdef bint saves_output(int32_t activation) noexcept
