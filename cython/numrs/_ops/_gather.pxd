# Gathering and scattering by one array of indices. Private to numrs._ops.
from numrs._ops._tensor cimport Tensor

cdef object gather(Tensor t, object key)
cdef bint scatter(Tensor t, object key, object value) except -1
