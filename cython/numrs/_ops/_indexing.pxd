# Indexing and reshaping of tensors. Private to numrs._ops.
from libc.stdint cimport int64_t

from numrs._ops._tensor cimport Tensor

cdef Tensor item_of_axis(Tensor t, int64_t index)
cdef object get_item(Tensor t, object key)
cdef int set_item(Tensor t, object key, object value) except -1
cdef int extents_of(object shape, int64_t *extents, str name) except -1
cdef Tensor reshape(Tensor t, object shape, object copy)
