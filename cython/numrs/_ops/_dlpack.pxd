# DLPack in and out. Private to numrs._ops.
from libc.stdint cimport int32_t

cdef object export_dlpack(object tensor, object stream, object max_version, object dl_device, object copy)
cdef object dlpack_device(int32_t place)
cdef bint is_foreign(object x) except -1
